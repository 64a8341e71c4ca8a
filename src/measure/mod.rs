//! The engine: the catalogue's metrics over the facts, for periods and slices.
//!
//! A fact is built block by block of stakeholders; each block is evaluated by polars for all metrics of the fact at once, counted in
//! one pass over its rows, and thrown away. Blocks are merged in their order, whatever the number of threads.

mod change;
mod contributors;
mod count;
mod evaluate;
pub mod example;
mod example_rows;
mod finish;
mod ordered_jobs;
mod other_groups;
mod pass;
mod plan;
mod private;
mod rows;
mod run;
mod slice;
mod suppress;
mod tally;
mod window;

use std::collections::BTreeMap;

use anyhow::Result;

use crate::canonical::CanonicalTables;
use crate::catalog::Catalog;
use crate::diagnostics::Note;
use crate::expr::Expr;
use crate::facts;
use crate::facts::context::Settings;
use crate::period::Period;
use crate::report::{AbsentReason, Cell, Contributors, MetricInfo};

pub use plan::texts;
pub use private::Private;
pub use rows::{Entry, FactRow, SupportingRows, Wanted, may_show, rows};
pub use run::blocks;
pub use slice::{NONE, Slices};
pub use suppress::FEWEST;
pub use window::{Compare, lanes};

use pass::{Found, pass};
use plan::Plan;
use run::Build;

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Request {
    /// Ids of the metrics; they exist in the catalogue.
    pub metrics: Vec<String>,
    /// Whether metrics that the inputs cannot give are left out, because nobody named them.
    pub all: bool,
    /// The periods, ascending and disjoint.
    pub periods: Vec<Period>,
    /// The dimensions of the slices.
    pub by: Vec<String>,
    /// Which slices count, over dimensions.
    pub filter: Option<Expr>,
    /// With dimensions, the total too.
    pub total: bool,
    /// What each cell is compared with; with the rest only where there are slices.
    pub compare: Vec<Compare>,
    /// Whether the periods are one series: each is measured as it was known at the age that the last one has at as-of, and only the
    /// last is compared.
    pub series: bool,
    /// Whether every change gets its p-value; those against the rest have it anyway.
    pub p_values: bool,
    /// Whether the stakeholders with most of each total and ratio are told, of the last period and all slices together.
    pub contributors: bool,
    /// Confidence level of the intervals.
    pub level: f64,
}

/// What was measured.
#[derive(Debug)]
pub struct Outcome {
    /// The metrics that have cells, in the order of the catalogue.
    pub metrics: Vec<MetricInfo>,
    /// The cells, by metric, period and slice.
    pub cells: Vec<Cell>,
    /// Who the values of the last period come from, where asked for, by metric; never protected people, nor whom a hidden cell is of.
    pub contributors: Vec<Contributors>,
    /// Findings.
    pub notes: Vec<Note>,
}

/// Measures.
///
/// # Errors
///
/// Only defects: whatever the data lack makes a cell absent.
pub fn measure(canonical: &CanonicalTables, catalog: &Catalog, settings: &Settings, request: &Request) -> Result<Outcome> {
    let plan = Plan::new(catalog, &request.metrics, canonical, settings);
    let asked: Vec<usize> = (0..plan.metrics.len())
        .filter(|&i| request.metrics.contains(&plan.metrics[i].id) && !plan.metrics[i].hidden)
        .collect();
    let mut notes = Vec::new();
    let (cells, contributors) = cells(canonical, settings, &facts::build, request, &plan, &asked, &mut notes)?;
    notes.extend(without_rest(&plan, &asked, request));
    let shown = asked
        .iter()
        .map(|&i| (plan.metrics[i], plan.undated[i]))
        .map(|(m, undated)| MetricInfo {
            id: m.id.clone(),
            title: m.title.clone(),
            family: m.family.clone(),
            unit: m.unit.word().to_string(),
            good: m.good,
            undated,
        })
        .collect();
    Ok(Outcome {
        metrics: shown,
        cells,
        contributors,
        notes,
    })
}

/// Which of the metrics asked for have no comparison with the rest, though that was asked for too.
fn without_rest(plan: &Plan, asked: &[usize], request: &Request) -> Option<Note> {
    if !request.compare.contains(&Compare::Rest) || request.by.is_empty() {
        return None;
    }
    let measured = asked.iter().filter(|&&i| plan.absent[i].is_none());
    let without: Vec<&str> = measured
        .filter(|&&i| !pass::has_rest(plan, i))
        .map(|&i| plan.metrics[i].id.as_str())
        .collect();
    let text = format!(
        "not compared with the rest, because they tell how a total is spread, or count different things: {}",
        without.join(", ")
    );
    (!without.is_empty()).then(|| Note::new("no-rest", text).count(without.len() as u64))
}

/// What the inputs lack: the metrics that they cannot give for any period, and why.
pub fn missing(catalog: &Catalog, canonical: &CanonicalTables, settings: &Settings) -> Vec<(String, AbsentReason)> {
    let ids: Vec<String> = catalog.iter().filter(|m| !m.hidden).map(|m| m.id.clone()).collect();
    let plan = Plan::new(catalog, &ids, canonical, settings);
    let absent = plan.metrics.iter().zip(plan.absent).filter(|(metric, _)| !metric.hidden);
    absent
        .filter_map(|(metric, absent)| absent.map(|absent| (metric.id.clone(), absent)))
        .collect()
}

/// The cells of the metrics asked for, by metric, period and slice, and whom they come from; what is told of too few people is hidden.
fn cells(
    canonical: &CanonicalTables,
    settings: &Settings,
    build: &Build,
    request: &Request,
    plan: &Plan,
    asked: &[usize],
    notes: &mut Vec<Note>,
) -> Result<(Vec<Cell>, Vec<Contributors>)> {
    let mut passes = vec![request.by.clone()];
    if request.total && !request.by.is_empty() {
        passes.push(Vec::new());
    }
    let mut found: BTreeMap<(usize, usize), Vec<Found>> = BTreeMap::new();
    for by in &passes {
        for (at, one) in pass(canonical, settings, build, request, by, plan, notes)? {
            found.entry(at).or_default().push(one);
        }
    }
    let mut done: BTreeMap<(usize, usize), Vec<Cell>> = BTreeMap::new();
    let mut contributors: BTreeMap<usize, Contributors> = BTreeMap::new();
    for index in pass::order(plan) {
        for period in 0..request.periods.len() {
            let mut of = found.remove(&(index, period)).unwrap_or_default();
            let told = of.iter_mut().find_map(|f| f.contributors.take());
            let protected: Vec<bool> = of
                .iter()
                .map(|f| private::protects(plan.metrics[index], &f.cell, f.private))
                .collect();
            let mut of: Vec<Cell> = of.into_iter().map(|f| f.cell).collect();
            suppress::suppress(&mut of.iter_mut().collect::<Vec<_>>(), &protected);
            for part in plan.metrics[index].parts().iter().filter_map(|id| plan.index(id)) {
                suppress::follow(&mut of, done.get(&(part, period)).map_or(&[], Vec::as_slice));
            }
            // After hiding, so that what is hidden shows in nothing.
            change::stand(&mut of, request.level);
            let is_shown = of.iter().any(|cell| cell.by.is_empty() && cell.value.is_some());
            contributors.extend(told.filter(|_| is_shown).map(|told| (index, told)));
            done.insert((index, period), of);
        }
    }
    let keys = asked
        .iter()
        .flat_map(|&index| (0..request.periods.len()).map(move |period| (index, period)));
    let cells = keys.filter_map(|key| done.remove(&key)).flatten().collect();
    let told = asked.iter().filter_map(|index| contributors.remove(index)).collect();
    Ok((cells, told))
}
