//! The metric catalogue: every number the program knows how to measure, as data.
//!
//! A metric is one stanza of TOML: a fact, the rows that count, a kind with its expressions, and the words that explain it. The
//! built-in ones are in one file a family next to this module; a user's own are read in the same grammar, by the same code, with the
//! same checks. Nothing outside the files knows a single metric: the engine knows kinds.
//!
//! Every stanza carries worked examples. An example gives either rows of the fact, or canonical tables that the fact is built from,
//! and the value that must come out. Where no row counts, a count or a sum is 0 and everything else is absent for `no rows`; where
//! rows count but what they are divided by comes to nothing, it is absent for `zero denominator`.

mod definition;
mod example;
mod expression;
mod hash;
pub mod health;
mod kind_reference;
pub mod kinds;
mod link;
mod load;
mod metric;
pub mod segments;
mod stanza;
mod units;

pub use example::{Example, Expect, Given};
pub use expression::Expression;
pub use kind_reference::{KeyReference, keys_of_every_metric, keys_of_measured_metrics, kinds};
pub use kinds::{Exposure, Form, Kind, MetricKind, Under, ValueType};
pub use metric::{BetterDirection, Entity, Metric, MetricUnit, Origin, When};

use crate::diagnostics;
use crate::schema::FactSpec;
use crate::toml_reader::{ConfigErrors, DeTable, Reader, SourceText};
use std::collections::HashMap;

/// The built-in families, in the order in which they are listed: name and stanzas.
const FAMILIES: &[(&str, &str)] = &[
    ("retention", include_str!("retention.toml")),
    ("loyalty", include_str!("loyalty.toml")),
    ("profitability", include_str!("profitability.toml")),
    ("satisfaction", include_str!("satisfaction.toml")),
    ("responsiveness", include_str!("responsiveness.toml")),
    ("contact", include_str!("contact.toml")),
    ("conflict", include_str!("conflict.toml")),
    ("reliability", include_str!("reliability.toml")),
    ("supply", include_str!("supply.toml")),
    ("dependence", include_str!("dependence.toml")),
    ("engagement", include_str!("engagement.toml")),
    ("health", include_str!("health.toml")),
];

/// All metrics of a run, by family and in the order in which they are written.
#[derive(Debug)]
pub struct Catalog {
    metrics: Vec<Metric>,
    index: HashMap<String, usize>,
}

impl Catalog {
    /// The built-in metrics over these facts.
    ///
    /// # Panics
    ///
    /// If the embedded stanzas do not fit the facts; that is a bug in relhealth.
    pub fn builtin(specs: &[&'static FactSpec]) -> Catalog {
        match load::builtin(specs) {
            Ok(metrics) => Catalog::of(metrics),
            Err(problems) => panic!("the built-in catalogue is broken:\n{}", ConfigErrors::new(problems)),
        }
    }

    /// These metrics and those of the `metric` table of a user's file; the file's other tables are not looked at.
    ///
    /// The reader collects what is wrong with them; then only the built-in metrics are left.
    pub fn read_user<'t>(self, reader: &mut Reader<'t>, document: &DeTable<'t>, specs: &[&'static FactSpec]) -> Catalog {
        match load::add(self.metrics, reader, document, specs) {
            Ok(metrics) => Catalog::of(metrics),
            Err(problems) => {
                reader.errors.extend(problems);
                Catalog::builtin(specs)
            }
        }
    }

    /// These metrics and those of the `metric` table of a text; its other tables are not looked at.
    ///
    /// # Errors
    /// Everything that is wrong in the text.
    pub fn with_user(self, text: &str, file: &str, specs: &[&'static FactSpec]) -> Result<Catalog, ConfigErrors> {
        let mut reader = Reader::new(SourceText { file, text });
        let document = reader.document();
        let catalog = self.read_user(&mut reader, &document, specs);
        if reader.errors.is_empty() {
            Ok(catalog)
        } else {
            Err(ConfigErrors::new(reader.errors))
        }
    }

    /// The metric of that id.
    pub fn get(&self, id: &str) -> Option<&Metric> {
        self.index.get(id).map(|&i| &self.metrics[i])
    }

    /// All metrics, hidden ones too.
    pub fn iter(&self) -> impl Iterator<Item = &Metric> {
        self.metrics.iter()
    }

    /// The families, in order.
    pub fn families(&self) -> Vec<&str> {
        let mut families: Vec<&str> = Vec::new();
        for metric in &self.metrics {
            if families.last() != Some(&metric.family.as_str()) {
                families.push(&metric.family);
            }
        }
        families
    }

    /// The metrics of a family that are not hidden.
    pub fn family(&self, name: &str) -> impl Iterator<Item = &Metric> {
        self.metrics.iter().filter(move |m| m.family == name && !m.hidden)
    }

    /// The id that was most likely meant by one that does not exist.
    pub fn nearest(&self, id: &str) -> Option<String> {
        diagnostics::nearest(id, self.metrics.iter().filter(|m| !m.hidden).map(|m| &m.id))
    }

    fn of(mut metrics: Vec<Metric>) -> Catalog {
        let mut families: Vec<String> = FAMILIES.iter().map(|(name, _)| name.to_string()).collect();
        for metric in &metrics {
            if !families.contains(&metric.family) {
                families.push(metric.family.clone());
            }
        }
        metrics.sort_by_key(|m| families.iter().position(|f| *f == m.family));
        let index = metrics.iter().enumerate().map(|(i, m)| (m.id.clone(), i)).collect();
        Catalog { metrics, index }
    }
}

#[cfg(test)]
mod tests;
