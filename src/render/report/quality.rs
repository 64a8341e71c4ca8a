//! What the data are worth: what could not be computed, the row account, rejects by reason, findings.

use super::{Report, counted, left, right};
use crate::render::document::{Document, Table};
use crate::render::format::count;
use crate::render::text::{Text, Tone};
use crate::report::FileAccount;

/// What of the data needs attention.
pub fn alarms(report: &Report) -> Vec<Text> {
    let rejected = report.account.iter().filter(|file| file.rejected > 0);
    rejected
        .map(|file| {
            Text::own(format!("{} of {} records of ", count(file.rejected), count(file.read)))
                .and_untrusted(&file.file)
                .and(" could not be read, and count nowhere.")
                .toned(Tone::Bad)
        })
        .collect()
}

/// Adds the parts.
pub fn add(document: &mut Document, report: &Report) {
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
    if !report.notes.is_empty() {
        document.heading(3, "Findings".into());
        let told = |note: &crate::note::Note| {
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
        rows: reasons
            .into_iter()
            .map(|(reason, titles)| vec![reason, Text::untrusted(titles.join("; "))])
            .collect(),
        sparks: None,
    });
}

fn account(report: &Report) -> Table {
    let row = |file: &FileAccount| {
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

fn reasons(account: &[FileAccount]) -> Table {
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
