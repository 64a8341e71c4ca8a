//! `metrics`: the catalogue by family, or the cards of some metrics.

use std::collections::{BTreeMap, BTreeSet};

use super::args::{Global, Metrics, Reading};
use super::data::{self, Needed};
use super::output;
use super::periods::division;
use super::setup;
use crate::catalog::{Catalog, Metric};
use crate::config::Config;
use crate::diagnostics::Problem;
use crate::measure;
use crate::render::definitions::{self, Missing};
use crate::render::document::Document;
use crate::report::AbsentReason;

/// What is written.
pub struct Output<'a> {
    catalog: &'a Catalog,
    /// Whether all metrics are listed, not some shown in full.
    is_list: bool,
    /// The metrics.
    pub metrics: Vec<&'a Metric>,
    /// What the inputs lack for a metric, where inputs are named.
    pub missing: Option<Missing<'a>>,
}

impl Output<'_> {
    /// As a document for people.
    pub fn document(&self) -> Document {
        if self.is_list {
            definitions::list(self.catalog, self.missing)
        } else {
            definitions::cards(&self.metrics, self.missing)
        }
    }
}

/// Runs the command.
///
/// # Errors
/// A wrong configuration, an unknown metric, inputs that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Metrics) -> anyhow::Result<()> {
    let targets = args.outputs.targets()?;
    let config = setup::config(global, args.reading.overrides())?;
    let catalog = &config.catalog;
    let chosen = args
        .ids
        .iter()
        .map(|id| find(catalog, id))
        .collect::<anyhow::Result<Vec<&Metric>>>()?;
    let all: Vec<&Metric> = catalog.iter().filter(|metric| !metric.hidden).collect();
    let missing = match &args.with {
        Some(inputs) => Some(missing(global, &args.reading, &config, inputs, &all)?),
        None => None,
    };
    let lookup = missing.as_ref().map(|missing| |metric: &Metric| missing.get(&metric.id).cloned());
    let lookup = lookup.as_ref().map(|lookup| lookup as &dyn Fn(&Metric) -> Option<String>);
    let output = Output {
        catalog,
        is_list: chosen.is_empty(),
        metrics: if chosen.is_empty() { all } else { chosen },
        missing: lookup,
    };
    output::write(&targets, global, |format, style, out| format.write(&output, style, out))
}

/// What the inputs lack, by the ids of the metrics that cannot be measured for want of it.
fn missing(
    global: &Global,
    reading: &Reading,
    config: &Config,
    inputs: &[String],
    metrics: &[&Metric],
) -> anyhow::Result<BTreeMap<String, String>> {
    let needed = Needed {
        metrics,
        dimensions: BTreeSet::new(),
        keep_lines: false,
        division: division(None, None, config.week_start),
    };
    let loaded = data::load(global, inputs, reading, config, needed)?;
    data::tell(global, &loaded.account, &loaded.notes);
    let missing = measure::missing(&config.catalog, &loaded.canonical, &config.settings);
    let detail = |(id, absent): (String, AbsentReason)| Some((id, absent.detail()?.to_string()));
    Ok(missing.into_iter().filter_map(detail).collect())
}

/// The metric of an id.
///
/// # Errors
/// None of that id, with the nearest that there is; as wrong usage.
pub fn find<'c>(catalog: &'c Catalog, id: &str) -> anyhow::Result<&'c Metric> {
    catalog.get(id).ok_or_else(|| {
        let near = catalog.nearest(id).map(|near| format!("did you mean `{near}`?"));
        let hint = near.unwrap_or_else(|| "`relhealth metrics` lists them all".to_string());
        Problem::usage(format!("unknown metric `{}`", crate::diagnostics::visible(id)))
            .hint(hint)
            .into()
    })
}
