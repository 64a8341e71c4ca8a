//! The engine: the catalogue's metrics over the facts, for periods and groups.
//!
//! A run is a `plan` of metrics over the cells of a `grid`: every group in every period. A metric is measured in two
//! stages:
//!
//! 1. **Counting** (`counting`). A fact is built block by block of stakeholders. Polars evaluates the expressions of all metrics of the fact
//!    at once (`columns`); one linear pass over the rows adds up what each stakeholder has, and the block is thrown away. What was counted
//!    of blocks is merged in their order, whatever the number of threads. It knows no statistics.
//! 2. **Finishing** (`finishing`). Merged counts become estimates with intervals, differences from earlier periods and from the other
//!    groups, and cells; small groups of protected people are hidden.
//!
//! What sets one kind of metric apart from another, in both stages, is in one file each under `kinds`.

mod columns;
mod counting;
pub mod example;
mod example_rows;
mod finishing;
mod history;
#[cfg(test)]
mod history_tests;
mod ids;
mod kinds;
mod plan;
mod private;
mod protection;
mod requirements;
mod rows;
mod slices;
#[cfg(test)]
mod steady_tests;
mod window_sets;

use std::collections::BTreeMap;

use anyhow::Result;

use crate::canonical::CanonicalTables;
use crate::catalog::Catalog;
use crate::expr::Expr;
use crate::facts;
use crate::facts::context::Settings;
use crate::notes::{Note, RunNote};
use crate::period::Period;
use crate::report::{AbsentReason, Cell, Contributors, MetricInfo};
use crate::stats::Confidence;

pub use columns::reason;
pub use counting::blocks;
pub use plan::currency;
pub use private::{Private, divides_protected};
pub use protection::{Divisions, FEWEST, Published, hidden_groups};
pub use requirements::{columns_to_load, is_superseded, kept_for};
pub use rows::{Entry, FactRow, SupportingRows, Wanted, may_show, rows};
pub use slices::{NONE, Slices, StakeholderGroups, divided_orders, kept, stakeholder_groups};
pub use window_sets::{Compare, window};

use counting::Build;
use finishing::cells::{Found, cells as found_cells};
use finishing::{change, suppress};
use ids::{Id, MetricId, PeriodId};
use plan::Plan;
use protection::Protection;

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Request {
    /// Ids of the metrics; they exist in the catalogue.
    pub metrics: Vec<String>,
    /// The periods, ascending and disjoint.
    pub periods: Vec<Period>,
    /// The dimensions of the groups.
    pub by: Vec<String>,
    /// Which groups count, over dimensions.
    pub filter: Option<Expr>,
    /// Lists of dimensions that other numbers of the same output are grouped by, or chosen by: what is hidden takes all of them into account.
    /// Those of this request need not be among them.
    pub together: Vec<Vec<String>>,
    /// With dimensions, the total too.
    pub total: bool,
    /// What each cell is compared with; with the other groups only where there are dimensions.
    pub compare: Vec<Compare>,
    /// Whether the periods are one series: each is measured as it was known at the age that the last one has at as-of, and only the
    /// last is compared.
    pub series: bool,
    /// Whether every change gets its p-value; those against the other groups have it anyway.
    pub p_values: bool,
    /// Whether the stakeholders with most of each total and ratio are wanted, of the last period and all groups together.
    pub contributors: bool,
    /// How intervals are found.
    pub confidence: Confidence,
}

/// What was measured.
#[derive(Debug)]
pub struct Outcome {
    /// The metrics that have cells, in the order of the catalogue.
    pub metrics: Vec<MetricInfo>,
    /// The cells, by metric, period and group.
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
    let mut plan = Plan::new(catalog, &request.metrics, canonical, settings);
    history::assess(&mut plan, canonical, settings, &request.periods);
    let asked: Vec<MetricId> = plan
        .metrics
        .iter()
        .filter(|(_, planned)| request.metrics.contains(&planned.metric.id) && !planned.metric.hidden)
        .map(|(id, _)| id)
        .collect();
    let (cells, contributors, mixed) = cells(canonical, settings, &facts::build, request, &plan, &asked)?;
    let metrics = asked.iter().map(|&id| {
        let metric = plan.metrics[id].metric;
        MetricInfo {
            id: metric.id.clone(),
            title: metric.title.clone(),
            family: metric.family.clone(),
            unit: metric.unit,
            good: metric.good,
            undated: plan.metrics[id].undated,
            assessed_from: plan.metrics[id].assessed_from,
        }
    });
    Ok(Outcome {
        metrics: metrics.collect(),
        cells,
        contributors,
        notes: without_other_groups(&plan, &asked, request)
            .into_iter()
            .chain((mixed > 0).then(|| Note::new(RunNote::FewProtected).count(mixed)))
            .collect(),
    })
}

/// Which of the metrics asked for have no comparison with the other groups, though that was asked for too.
fn without_other_groups(plan: &Plan, asked: &[MetricId], request: &Request) -> Option<Note> {
    if !request.compare.contains(&Compare::OtherGroups) || request.by.is_empty() {
        return None;
    }
    let measured = asked.iter().map(|&id| &plan.metrics[id]).filter(|planned| planned.absent.is_none());
    let metrics: Vec<String> = measured
        .filter(|planned| !planned.has_other_groups)
        .map(|planned| planned.metric.id.clone())
        .collect();
    let count = metrics.len() as u64;
    (count > 0).then(|| Note::new(RunNote::NoRest { metrics }).count(count))
}

/// What the inputs lack: the metrics that they cannot give for any period, and why.
pub fn missing(catalog: &Catalog, canonical: &CanonicalTables, settings: &Settings) -> Vec<(String, AbsentReason)> {
    let ids: Vec<String> = catalog.iter().filter(|m| !m.hidden).map(|m| m.id.clone()).collect();
    let plan = Plan::new(catalog, &ids, canonical, settings);
    let shown = plan.metrics.as_slice().iter().filter(|planned| !planned.metric.hidden);
    shown
        .filter_map(|planned| Some((planned.metric.id.clone(), planned.absent.clone()?)))
        .collect()
}

/// The cells of the metrics asked for, by metric, period and group, and whom they come from; what would show few protected people is
/// hidden. How many numbers were hidden that are about others, too.
fn cells(
    canonical: &CanonicalTables,
    settings: &Settings,
    build: &Build,
    request: &Request,
    plan: &Plan,
    asked: &[MetricId],
) -> Result<(Vec<Cell>, Vec<Contributors>, u64)> {
    let mut dimensions = vec![request.by.clone()];
    if request.total && !request.by.is_empty() {
        dimensions.push(Vec::new());
    }
    let mut found: BTreeMap<(MetricId, PeriodId), Vec<Found>> = BTreeMap::new();
    for by in &dimensions {
        for (at, one) in found_cells(canonical, settings, build, request, by, plan)? {
            found.entry(at).or_default().push(one);
        }
    }
    // Where nobody is protected, nothing is hidden.
    let is_anybody_protected = found
        .values()
        .flatten()
        .any(|f| f.protected > 0 || f.earlier.iter().any(|(_, people)| *people > 0));
    let protection = match is_anybody_protected || Private::new(canonical).any() {
        true => Protection::new(&protection::Counting {
            canonical,
            settings,
            build,
            request,
            plan,
        })?,
        false => Protection::default(),
    };
    let mut mixed = 0;
    let periods = || (0..request.periods.len()).map(PeriodId::of);
    let mut done: BTreeMap<(MetricId, PeriodId), Vec<Cell>> = BTreeMap::new();
    let mut contributors: BTreeMap<MetricId, Contributors> = BTreeMap::new();
    for id in plan.parts_first() {
        let planned = &plan.metrics[id];
        for period in periods() {
            let mut found = found.remove(&(id, period)).unwrap_or_default();
            let named = found.iter_mut().find_map(|f| f.contributors.take());
            let protected: Vec<u64> = found.iter().map(|f| f.protected).collect();
            let mut cells: Vec<Cell> = found.into_iter().map(|f| f.cell).collect();
            let hidden = protection.hide(id, period, &mut cells, &protected);
            if asked.contains(&id) && !private::is_about_protected_people(planned.metric) {
                mixed += hidden;
            }
            for part in &planned.parts {
                suppress::follow(&mut cells, done.get(&(*part, period)).map_or(&[], Vec::as_slice));
            }
            // After hiding: what is hidden must not show in anything.
            change::apply_benjamini_hochberg(&mut cells, request.confidence.level);
            let is_shown = cells.iter().any(|cell| cell.by.is_empty() && cell.value.is_some());
            contributors.extend(named.filter(|_| is_shown).map(|named| (id, named)));
            done.insert((id, period), cells);
        }
    }
    let keys = asked.iter().flat_map(|&id| periods().map(move |period| (id, period)));
    let cells = keys.filter_map(|key| done.remove(&key)).flatten().collect();
    let contributors = asked.iter().filter_map(|id| contributors.remove(id)).collect();
    Ok((cells, contributors, mixed))
}
