//! `metrics`: the catalogue by family, or the cards of some metrics.

use super::args::{Global, Metrics};
use super::output::{self, Format};
use super::setup;
use crate::catalog::{Catalog, Metric};
use crate::note::Problem;
use crate::render::{cards, markdown, terminal};

/// Runs the command.
///
/// # Errors
/// A wrong configuration, an unknown metric, an output that cannot be written.
pub fn run(global: &Global, args: &Metrics) -> anyhow::Result<()> {
    let targets = output::targets(&args.outputs, &[Format::Table, Format::Json, Format::Markdown])?;
    let catalog = setup::config(global, None)?.catalog;
    let chosen = args
        .ids
        .iter()
        .map(|id| find(&catalog, id))
        .collect::<Result<Vec<&Metric>, Problem>>()?;
    let document = if chosen.is_empty() {
        cards::list(&catalog, None)
    } else {
        cards::cards(&chosen)
    };
    let all: Vec<&Metric> = catalog.iter().filter(|metric| !metric.hidden).collect();
    output::write(&targets, global, |format, style| {
        Ok(match format {
            Format::Json => format!("{:#}\n", cards::json(if chosen.is_empty() { &all } else { &chosen }, None)),
            Format::Markdown => markdown::text(&document),
            _ => terminal::text(&document, style),
        }
        .into_bytes())
    })
}

/// The metric of an id.
///
/// # Errors
/// None of that id, with the nearest that there is; as wrong usage.
pub fn find<'c>(catalog: &'c Catalog, id: &str) -> Result<&'c Metric, Problem> {
    catalog.get(id).ok_or_else(|| {
        let near = catalog.nearest(id).map(|near| format!("did you mean `{near}`?"));
        let hint = near.unwrap_or_else(|| "`relhealth metrics` lists them all".to_string());
        Problem::usage(format!("unknown metric `{}`", crate::note::visible(id))).hint(hint)
    })
}
