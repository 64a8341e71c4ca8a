//! A review of a period: what the cells of a run say together, as plain values. What changed, what needs attention, how each metric went
//! over the last periods, which segments differ, and what the data behind it all are worth.
//!
//! Nothing here is noise read as news: a change is a finding only where its reading stands after the correction for all comparisons of
//! the review, and where the series of the metric, if there is one, does more than it always did ([`findings`]).

mod breakdown;
mod metric_series;
mod selection;
mod supplements;

use std::collections::BTreeMap;

use anyhow::Result;

use crate::canonical::CanonicalTables;
use crate::catalog::{Catalog, Metric};
use crate::diagnostics::Note;
use crate::expr::Expr;
use crate::facts::context::Settings;
use crate::measure::{self, Compare, Request};
use crate::period::Period;
use crate::report::{AbsentReason, Cell, Contributors, MetricInfo};

pub use breakdown::{Breakdown, Funnel, FunnelSegment};
pub use metric_series::{MetricSeries, MetricTarget, is_good};
pub use selection::{Finding, Found, findings};
pub use supplements::{Lists, Supplements, beside, texts};

/// What is to be reviewed.
#[derive(Debug, Clone)]
pub struct ReviewRequest {
    /// Ids of the metrics; they exist in the catalogue.
    pub metrics: Vec<String>,
    /// Whether they were named, so that one that the inputs cannot give is told of in any case.
    pub named: bool,
    /// The periods, ascending: those of the series, the last of which is reviewed.
    pub periods: Vec<Period>,
    /// The dimensions to break the metrics down by; those of the data.
    pub by: Vec<String>,
    /// Which slices count, over dimensions.
    pub filter: Option<Expr>,
    /// Confidence level of the intervals and of all that is claimed.
    pub level: f64,
    /// Whether it is told who the values come from.
    pub contributors: bool,
    /// By metric the value that it is meant to reach.
    pub goals: BTreeMap<String, f64>,
}

/// What the metrics say of a period.
#[derive(Debug)]
pub struct Review {
    /// The period.
    pub period: Period,
    /// The periods of the series, ascending; the last is the one that is reviewed.
    pub periods: Vec<Period>,
    /// Confidence level.
    pub level: f64,
    /// The metrics that have a value in some period, in the order of the catalogue.
    pub scores: Vec<MetricSeries>,
    /// The metrics that have none, and why.
    pub absent: Vec<(MetricInfo, AbsentReason)>,
    /// Which slices count, as it was asked for.
    pub filter: Option<String>,
    /// Who the values of the period come from, where asked for.
    pub contributors: Vec<Contributors>,
    /// The metrics by dimension.
    pub breakdowns: Vec<Breakdown>,
    /// What is worth saying, what matters most first.
    pub findings: Vec<Finding>,
    /// What is told beside the metrics; `None` where only some slices count, since it is of all.
    pub beside: Option<Supplements>,
    /// How many comparisons were made to find it.
    pub compared: usize,
    /// Findings of the run.
    pub notes: Vec<Note>,
}

/// Reviews the last of the periods asked for.
///
/// # Errors
///
/// Only defects: whatever the data lack makes a cell absent.
pub fn review(canonical: &CanonicalTables, catalog: &Catalog, settings: &Settings, ask: &ReviewRequest) -> Result<Review> {
    let request = |periods: &[Period], by: &[String], compare: &[Compare]| Request {
        metrics: ask.metrics.clone(),
        all: !ask.named,
        periods: periods.to_vec(),
        by: by.to_vec(),
        filter: ask.filter.clone(),
        total: false,
        compare: compare.to_vec(),
        series: true,
        p_values: true,
        contributors: ask.contributors && by.is_empty(),
        level: ask.level,
    };
    let outcome = measure::measure(
        canonical,
        catalog,
        settings,
        &request(&ask.periods, &[], &[Compare::Previous, Compare::YearAgo]),
    )?;
    let mut cells: BTreeMap<String, Vec<Cell>> = BTreeMap::new();
    for cell in outcome.cells {
        cells.entry(cell.metric.clone()).or_default().push(cell);
    }
    let mut scores = Vec::new();
    let mut absent = Vec::new();
    for metric in outcome.metrics {
        let series = cells.remove(&metric.id).unwrap_or_default();
        let Some(Metric { kind, .. }) = catalog.get(&metric.id) else {
            continue;
        };
        match series.last().and_then(|cell| cell.absent.clone()) {
            Some(reason) if series.iter().all(|cell| cell.value.is_none()) => absent.push((metric, reason)),
            // A count of what never happens in these data is no news.
            None if series.iter().all(|cell| cell.n == Some(0)) => absent.push((metric, AbsentReason::NoRows)),
            _ => scores.push(MetricSeries::new(metric, series, kind, &ask.goals)),
        }
    }
    let period = ask.periods.last().cloned().expect("a period is asked for");
    let mut notes = outcome.notes;
    let mut breakdowns = Vec::new();
    for dimension in &ask.by {
        let found = measure::measure(
            canonical,
            catalog,
            settings,
            &request(std::slice::from_ref(&period), std::slice::from_ref(dimension), &[Compare::Rest]),
        )?;
        notes.extend(found.notes);
        breakdowns.extend(Breakdown::new(dimension, found.metrics, found.cells, &scores, catalog));
    }
    let beside = match ask.filter {
        None => Some(beside(canonical, settings, &ask.periods, ask.level)?),
        Some(_) => None,
    };
    let (findings, compared) = findings(&scores, &breakdowns, ask.level);
    Ok(Review {
        period,
        periods: ask.periods.clone(),
        level: ask.level,
        scores,
        absent,
        filter: ask.filter.as_ref().map(|filter| filter.text().to_string()),
        contributors: outcome.contributors,
        breakdowns,
        findings,
        beside,
        compared,
        notes,
    })
}
