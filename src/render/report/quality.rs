//! Data quality: metrics without results, the record counts, unused records by reason, notes.

use super::{Detail, Report, counted, left, relationships, right};
use crate::analyses::coverage::{Span, Verdict};
use crate::catalog::MetricUnit;
use crate::render::displayed;
use crate::render::document::{Align, Document, Table};
use crate::render::format::count;
use crate::render::text::{Text, Tone};
use crate::report::{AbsentReason, RecordCounts};

/// What needs attention in the data.
pub fn alarms(report: &Report) -> Vec<Text> {
    let rejected = report.account.iter().filter(|file| file.rejected > 0);
    let rejected = rejected.map(|file| {
        Text::own(format!("{} of {} records of ", count(file.rejected), count(file.read)))
            .and_untrusted(&file.file)
            .and(" were rejected: they could not be read, and no metric includes them.")
            .toned(Tone::Bad)
    });
    rejected.chain(gaps(report)).collect()
}

/// Adds the sections.
pub fn add(document: &mut Document, report: &Report, detail: Detail) {
    absent(document, report);
    document.heading(2, "Data quality".into());
    document.heading(3, "Records".into());
    document.sentence("Each record counts once: as used, rejected, duplicate or excluded.".into());
    document.table(account(report));
    let reasons = reasons(report.account);
    if !reasons.rows.is_empty() {
        document.heading(3, "Unused records by reason".into());
        document.table(reasons);
    }
    if detail != Detail::Brief {
        coverage(document, report);
    }
    if !report.notes.is_empty() {
        document.heading(3, "Notes".into());
        document.list(report.notes.iter().map(|note| Text::untrusted(note.to_string())).collect());
    }
}

/// The records of each table and file by period, which distinguish periods without events from periods that were not exported.
fn coverage(document: &mut Document, report: &Report) {
    let Some(beside) = &report.review.beside else { return };
    let coverage = &beside.coverage;
    let mut rows = Vec::new();
    for covered in &coverage.tables {
        // The files of a table are listed below it only if there are several.
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
            "0: nothing happened in the period. No data: the period is before or after the export. Gap: no records, and too long to be \
             chance; check the export."
                .into(),
        );
        document.table(table);
    }
}

fn records(records: u64) -> Text {
    Text::number(count(records), records as f64, MetricUnit::Count)
}

/// The tables that have gaps.
fn gaps(report: &Report) -> Vec<Text> {
    let Some(beside) = &report.review.beside else { return Vec::new() };
    let coverage = &beside.coverage;
    let gaps = |span: &Span| -> Vec<&str> {
        let pairs = coverage.periods.iter().zip(&span.counts);
        let gaps = pairs.filter(|(_, of)| of.verdict == Verdict::Gap);
        gaps.map(|(period, _)| period.label.as_str()).collect()
    };
    let tables = coverage.tables.iter().flat_map(|covered| {
        // If a whole table has a gap, so have its files.
        let whole = gaps(&covered.whole);
        let several = whole.is_empty() && covered.files.len() > 1;
        let files = covered.files.iter().filter(move |_| several);
        let files = files.map(|span| (Text::untrusted(span.file.as_deref().unwrap_or_default()), gaps(span)));
        std::iter::once((Text::own(covered.table.name()), whole))
            .chain(files)
            .collect::<Vec<_>>()
    });
    let tables = tables.filter(|(_, periods)| !periods.is_empty()).map(|(name, periods)| {
        name.and(format!(
            ": no records in {}. This gap is too long to be chance; check the export.",
            periods.join(", ")
        ))
        .toned(Tone::Bad)
    });
    tables.collect()
}

/// The metrics without a value in any period and the sections that are left out, a row for each reason.
fn absent(document: &mut Document, report: &Report) {
    let mut reasons: Vec<(Text, Vec<&str>)> = Vec::new();
    for (metric, absent) in &report.review.absent {
        let reason = match absent.detail() {
            Some(detail) => Text::own("missing: ").and_untrusted(detail),
            None if *absent == AbsentReason::NoRows => "no rows in any period; a count is 0".into(),
            None => Text::own(displayed::absent(absent)),
        };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, titles)) => titles.push(&metric.title),
            None => reasons.push((reason, vec![&metric.title])),
        }
    }
    for (reason, title) in relationships::omitted(report) {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, titles)) => titles.push(title),
            None => reasons.push((reason, vec![title])),
        }
    }
    if reasons.is_empty() {
        return;
    }
    document.heading(2, "Metrics without results".into());
    document.table(Table {
        caption: "Metrics without results, with the reason".into(),
        columns: vec![left("Reason"), left("Metrics")],
        rows: reasons.into_iter().map(|(reason, titles)| vec![reason, list(&titles)]).collect(),
        sparks: None,
    });
}

/// A list of titles.
fn list(titles: &[&str]) -> Text {
    titles.iter().enumerate().fold(Text::default(), |text, (at, title)| {
        let text = if at > 0 { text.and("; ") } else { text };
        text.and_untrusted(*title)
    })
}

fn account(report: &Report) -> Table {
    let row = |file: &RecordCounts| {
        let mut row = vec![Text::untrusted(&file.file), Text::own(file.kind.name())];
        let counts = [file.read, file.used, file.rejected, file.duplicate, file.excluded];
        row.extend(counts.map(|rows| Text::number(count(rows), rows as f64, MetricUnit::Count)));
        row
    };
    Table {
        caption: Text::own(format!("Records of {}", counted(report.account.len(), "file", "files"))),
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
                Text::own(code.as_str()),
                Text::number(count(*rows), *rows as f64, MetricUnit::Count),
            ]
        })
    });
    Table {
        caption: "Unused records, by file and reason".into(),
        columns: vec![left("File"), left("Reason"), right("Records")],
        rows: rows.collect(),
        sparks: None,
    }
}
