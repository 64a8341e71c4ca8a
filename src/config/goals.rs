//! What a report is to show, and what the metrics are meant to reach: `[report]` and `[targets.metrics]`.

use std::collections::BTreeMap;

use super::amount;
use crate::catalog::Catalog;
use crate::toml_reader::{DeTable, Reader, Text};

/// What `[report]` says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReportSettings {
    /// What the report is headed by.
    pub title: Option<String>,
    /// The metrics that it shows; none: the key metrics that the inputs allow.
    pub metrics: Vec<String>,
    /// The dimensions that it breaks them down by; none: those of the usual ones that the inputs have.
    pub by: Vec<String>,
}

/// Reads `[report]`.
pub fn report(reader: &mut Reader<'_>, document: &DeTable<'_>, catalog: &Catalog) -> ReportSettings {
    let Some(table) = reader.table(document, "report") else {
        return ReportSettings::default();
    };
    reader.known(table, "of [report]", &["title", "metrics", "by"]);
    let mut metrics = Vec::new();
    for metric in reader.texts(table, "metrics") {
        match catalog.get(&metric.text) {
            Some(known) => metrics.push(known.id.clone()),
            None => unknown(reader, catalog, &metric),
        }
    }
    ReportSettings {
        title: reader.text(table, "title").map(|title| title.text),
        metrics,
        by: reader.strings(table, "by"),
    }
}

/// Reads `[targets.metrics]`: by metric the value that it is meant to reach, in its unit.
pub fn goals(reader: &mut Reader<'_>, document: &DeTable<'_>, catalog: &Catalog) -> BTreeMap<String, f64> {
    let targets = document.get("targets").and_then(|node| node.get_ref().as_table());
    let Some(table) = targets.and_then(|targets| reader.table(targets, "metrics")) else {
        return BTreeMap::new();
    };
    let mut goals = BTreeMap::new();
    for key in table.keys() {
        match catalog.get(key.get_ref()) {
            Some(metric) => {
                let goal = amount::read(reader, table, key.get_ref(), metric.unit);
                goals.extend(goal.map(|(goal, _)| (metric.id.clone(), goal)));
            }
            None => {
                let name = Text {
                    text: key.get_ref().to_string(),
                    span: key.span(),
                };
                unknown(reader, catalog, &name);
            }
        }
    }
    goals
}

/// Records the id of a metric that does not exist.
pub fn unknown(reader: &mut Reader<'_>, catalog: &Catalog, name: &Text) {
    let ids = catalog.iter().filter(|metric| !metric.hidden).map(|metric| &metric.id);
    reader.unknown("metric", name, ids);
}
