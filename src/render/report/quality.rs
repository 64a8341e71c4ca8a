//! What the data are worth: what could not be computed, the row account, rejects by reason, findings.

use super::{Detail, Report, counted, left, right};
use crate::analyses::coverage::{Span, Verdict};
use crate::render::document::{Align, Document, Table};
use crate::render::format::count;
use crate::render::text::{Text, Tone};
use crate::report::RecordCounts;

/// What of the data needs attention.
pub fn alarms(report: &Report) -> Vec<Text> {
    let rejected = report.account.iter().filter(|file| file.rejected > 0);
    let rejected = rejected.map(|file| {
        Text::own(format!("{} of {} records of ", count(file.rejected), count(file.read)))
            .and_untrusted(&file.file)
            .and(" could not be read, and count nowhere.")
            .toned(Tone::Bad)
    });
    rejected.chain(gaps(report)).collect()
}

/// Adds the parts.
pub fn add(document: &mut Document, report: &Report, detail: Detail) {
    absent(document, report);
    document.heading(2, "Data quality".into());
    document.heading(3, "Records".into());
    document.sentence("Every record read is used, rejected, a duplicate or excluded.".into());
    document.table(account(report));
    let reasons = reasons(report.account);
    if !reasons.rows.is_empty() {
        document.heading(3, "Records that are not used, by reason".into());
        document.table(reasons);
    }
    if detail == Detail::Whole {
        coverage(document, report);
    }
    if !report.notes.is_empty() {
        document.heading(3, "Findings".into());
        let told = |note: &crate::diagnostics::Note| {
            let times = if note.count > 1 {
                format!(" ({} times)", count(note.count))
            } else {
                String::new()
            };
            Text::untrusted(note.to_string()).and(times)
        };
        document.list(report.notes.iter().map(told).collect());
    }
}

/// The records of each table and file by period, so that nothing happened is told from nothing exported.
fn coverage(document: &mut Document, report: &Report) {
    let Some(beside) = &report.review.beside else { return };
    let coverage = &beside.coverage;
    let mut rows = Vec::new();
    for covered in &coverage.tables {
        // The files of a table stand below it only where there are several.
        let files = covered.files.iter().filter(|_| covered.files.len() > 1);
        for span in std::iter::once(&covered.whole).chain(files) {
            let name = match &span.file {
                Some(file) => Text::own("- ").and_untrusted(file),
                None => Text::own(covered.table.name()),
            };
            let counts = span.counts.iter().map(|of| match of.verdict {
                Verdict::Covered => records(of.records),
                Verdict::Partly => records(of.records).and(" partly").toned(Tone::Strong),
                Verdict::Zero => records(0),
                Verdict::Gap => Text::own("gap").toned(Tone::Bad),
                Verdict::Before | Verdict::After => Text::own("no data"),
            });
            rows.push(std::iter::once(name).chain(counts).collect());
        }
    }
    let periods = coverage.periods.iter().map(|period| (Text::own(&period.label), Align::Right));
    let table = Table {
        caption: "Records by period".into(),
        columns: std::iter::once(left("Table")).chain(periods).collect(),
        rows,
        sparks: None,
    };
    if !table.rows.is_empty() {
        document.heading(3, "Coverage".into());
        document.sentence(
            "Zero is a period in which nothing happened; no data is one before or after what was exported; a gap is one that chance would \
             hardly leave empty."
                .into(),
        );
        document.table(table);
    }
}

fn records(records: u64) -> Text {
    Text::number(count(records), records as f64, "count")
}

/// The tables with a gap in the coverage.
fn gaps(report: &Report) -> Vec<Text> {
    let Some(beside) = &report.review.beside else { return Vec::new() };
    let coverage = &beside.coverage;
    let gaps = |span: &Span| -> Vec<&str> {
        let pairs = coverage.periods.iter().zip(&span.counts);
        let gaps = pairs.filter(|(_, of)| of.verdict == Verdict::Gap);
        gaps.map(|(period, _)| period.label.as_str()).collect()
    };
    let tables = coverage.tables.iter().flat_map(|covered| {
        // What a whole table lacks, its files lack.
        let whole = gaps(&covered.whole);
        let several = whole.is_empty() && covered.files.len() > 1;
        let files = covered.files.iter().filter(move |_| several);
        let files = files.map(|span| (Text::untrusted(span.file.as_deref().unwrap_or_default()), gaps(span)));
        std::iter::once((Text::own(covered.table.name()), whole))
            .chain(files)
            .collect::<Vec<_>>()
    });
    let tables = tables.filter(|(_, periods)| !periods.is_empty()).map(|(name, periods)| {
        name.and(format!(": no records in {}, which is improbable.", periods.join(", ")))
            .toned(Tone::Bad)
    });
    tables.collect()
}

/// What no period has, a row for each reason.
fn absent(document: &mut Document, report: &Report) {
    let mut reasons: Vec<(Text, Vec<&str>)> = Vec::new();
    for (metric, absent) in &report.review.absent {
        let reason = match absent.detail() {
            Some(detail) => Text::own("needs ").and_untrusted(detail),
            None => Text::own(absent.as_str()),
        };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, titles)) => titles.push(&metric.title),
            None => reasons.push((reason, vec![&metric.title])),
        }
    }
    if reasons.is_empty() {
        return;
    }
    document.heading(2, "What could not be computed".into());
    document.table(Table {
        caption: "Metrics without a value, and why".into(),
        columns: vec![left("Why"), left("Metrics")],
        rows: reasons.into_iter().map(|(reason, titles)| vec![reason, list(&titles)]).collect(),
        sparks: None,
    });
}

/// Titles one after the other.
fn list(titles: &[&str]) -> Text {
    titles.iter().enumerate().fold(Text::default(), |text, (at, title)| {
        let text = if at > 0 { text.and("; ") } else { text };
        text.and_untrusted(*title)
    })
}

fn account(report: &Report) -> Table {
    let row = |file: &RecordCounts| {
        let mut row = vec![Text::untrusted(&file.file), Text::untrusted(&file.kind)];
        let counts = [file.read, file.used, file.rejected, file.duplicate, file.excluded];
        row.extend(counts.map(|rows| Text::number(count(rows), rows as f64, "count")));
        row
    };
    Table {
        caption: Text::own(format!(
            "What became of the records of {}",
            counted(report.account.len(), "file", "files")
        )),
        columns: vec![
            left("File"),
            left("Table"),
            right("Read"),
            right("Used"),
            right("Rejected"),
            right("Duplicate"),
            right("Excluded"),
        ],
        rows: report.account.iter().map(row).collect(),
        sparks: None,
    }
}

fn reasons(account: &[RecordCounts]) -> Table {
    let rows = account.iter().flat_map(|file| {
        file.reasons.iter().map(|(code, rows)| {
            vec![
                Text::untrusted(&file.file),
                Text::untrusted(code),
                Text::number(count(*rows), *rows as f64, "count"),
            ]
        })
    });
    Table {
        caption: "Records that are not used, by file and reason".into(),
        columns: vec![left("File"), left("Reason"), right("Records")],
        rows: rows.collect(),
        sparks: None,
    }
}
