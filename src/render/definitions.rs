//! The catalogue for people: a list by family, or the definition of a metric.

use super::document::{Align, Document, Table};
use super::summary::capital;
use super::text::Text;
use crate::catalog::{Catalog, Metric};
use crate::wire::metrics::Metrics;
use crate::wire::{self, Labels, SchemaId};

/// What the inputs of a run lack for a metric; `None`: they have all it needs.
pub type Missing<'a> = &'a dyn Fn(&Metric) -> Option<String>;

/// All metrics by family: id and title, and what is missing for each if that is known.
pub fn list(catalog: &Catalog, missing: Option<Missing>) -> Document {
    let mut document = Document::default();
    for family in catalog.families() {
        let row = |metric: &Metric| {
            let mut row = vec![Text::untrusted(&metric.id), Text::untrusted(&metric.title)];
            if let Some(missing) = missing {
                row.push(availability(missing(metric)));
            }
            row
        };
        let rows: Vec<Vec<Text>> = catalog.family(family).map(row).collect();
        let mut columns: Vec<(Text, Align)> = vec![("Id".into(), Align::Left), ("Metric".into(), Align::Left)];
        columns.extend(missing.map(|_| ("These inputs".into(), Align::Left)));
        document.heading(2, Text::untrusted(capital(family)));
        document.table(Table {
            columns,
            rows,
            ..Table::default()
        });
    }
    document
}

fn availability(missing: Option<String>) -> Text {
    match missing {
        Some(what) => Text::own("missing: ").and_untrusted(what),
        None => Text::own("available"),
    }
}

/// The definitions of some metrics, and what is missing for each if that is known.
pub fn cards(metrics: &[&Metric], missing: Option<Missing>) -> Document {
    let mut document = Document::default();
    for metric in metrics {
        let card = metric.card();
        document.heading(2, Text::untrusted(card.title).and(" (").and_untrusted(card.id).and(")"));
        let row = |(label, text): (&'static str, String)| vec![Text::own(line_title(label)), many(&text)];
        let columns = vec![(Text::default(), Align::Left), (Text::default(), Align::Left)];
        let mut rows: Vec<Vec<Text>> = card.lines.into_iter().map(row).collect();
        rows.extend(missing.map(|missing| vec![Text::own("These inputs"), availability(missing(metric))]));
        document.table(Table {
            columns,
            rows,
            ..Table::default()
        });
    }
    document
}

/// What a line of a definition is called.
pub(super) fn line_title(label: &str) -> String {
    match label {
        "clock" => "Time".to_string(),
        other => capital(other),
    }
}

/// Text from outside, with its line breaks.
pub(super) fn many(text: &str) -> Text {
    let mut lines = text.split('\n');
    let first = Text::untrusted(lines.next().unwrap_or_default());
    lines.fold(first, |text, line| text.and("\n").and_untrusted(line))
}

/// The metrics as a document for programs.
pub fn document(metrics: &[&Metric], missing: Option<Missing>) -> Metrics {
    let metric = |metric: &&Metric| {
        let card = metric.card();
        let lines = card.lines.into_iter().map(|(label, text)| (label.to_string(), text));
        wire::metrics::Metric {
            id: metric.id.clone(),
            title: metric.title.clone(),
            family: metric.family.clone(),
            kind: metric.kind.name(),
            unit: metric.unit,
            good: metric.good,
            card: Labels(lines.collect()),
            missing: missing.map(|missing| missing(metric)),
        }
    };
    Metrics {
        schema: SchemaId::default(),
        metrics: metrics.iter().map(metric).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::Catalog;
    use crate::wire::validate::broken_document;

    #[test]
    fn the_shape_is_the_documented_one() {
        let catalog = Catalog::builtin(crate::facts::SPECS);
        let metrics: Vec<&Metric> = catalog.iter().collect();
        let lacks: Missing = &|metric| (metric.id == "nps").then(|| "surveys".to_string());
        for missing in [None, Some(lacks)] {
            let mut value = serde_json::to_value(document(&metrics, missing)).unwrap();
            assert_eq!(broken_document::<Metrics>(&value), Vec::<String>::new());
            assert_eq!(value["metrics"][0].get("missing").is_some(), missing.is_some());
            value["metrics"][0]["kind"] = json!("guess");
            value["metrics"][1]["missing"] = json!(7);
            assert_eq!(broken_document::<Metrics>(&value).len(), 2);
        }
    }
}
