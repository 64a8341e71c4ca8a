//! The definition of every metric, and how to reproduce the report.

use super::{Report, definition, left, right};
use crate::catalog::MetricUnit;
use crate::render::document::{Card, Document, Table};
use crate::render::format::count;
use crate::render::text::Text;

/// Adds the definitions and the origin.
pub fn add(document: &mut Document, report: &Report) {
    if !report.metrics.is_empty() {
        document.heading(2, "Definitions".into());
    }
    for card in report.metrics.iter().map(|metric| metric.card()) {
        document.card(Card {
            anchor: definition(&card.id),
            title: Text::untrusted(&card.title).and(" (").and_untrusted(&card.id).and(")"),
            lines: card
                .lines
                .iter()
                .filter(|(label, _)| *label != "example")
                .map(|(label, text)| {
                    (
                        Text::own(crate::render::definitions::line_title(label)),
                        crate::render::definitions::many(text),
                    )
                })
                .collect(),
        });
    }
    document.heading(2, "How to reproduce this report".into());
    let origin = report.origin;
    document.sentence(Text::own(format!("relhealth {}: ", origin.version)).and_untrusted(&origin.command));
    document.table(Table {
        caption: "Files read".into(),
        columns: vec![left("File"), right("Bytes"), left("SHA-256")],
        rows: origin
            .inputs
            .iter()
            .map(|file| {
                vec![
                    Text::untrusted(&file.name),
                    Text::number(count(file.bytes), file.bytes as f64, MetricUnit::Count),
                    Text::own(&file.sha256),
                ]
            })
            .collect(),
        sparks: None,
    });
}
