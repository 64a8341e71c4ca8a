//! A review of a period, as plain values: what changed, what needs attention, the series of each metric, the groups that differ, and the
//! data quality.
//!
//! A change is a finding only if it remains statistically significant after correction for all comparisons of the review, both by the sampling
//! of its rows and by the usual variation of its series ([`findings`]).

mod breakdown;
mod metric_series;
mod relationships;
mod selection;
mod supplements;
mod tally;

use std::collections::BTreeMap;

use anyhow::Result;

use crate::canonical::CanonicalTables;
use crate::catalog::Catalog;
use crate::catalog::segments::SegmentModel;
use crate::expr::Expr;
use crate::facts::context::Settings;
use crate::measure::{self, Compare, Request};
use crate::notes::Note;
use crate::period::Period;
use crate::report::{AbsentReason, Cell, Contributors, MetricInfo};
use crate::stats::Confidence;

pub use breakdown::{Breakdown, Funnel, FunnelSegment};
pub use metric_series::{MetricSeries, is_good, with_earlier};
pub use relationships::{FEWEST, Lifespans, Omitted, Relationships, Section, Segments};
pub use selection::{Finding, Found, findings};
pub use supplements::{Supplements, beside};
pub use tally::Tally;

/// What to review.
#[derive(Debug, Clone)]
pub struct ReviewRequest {
    /// Ids of the metrics; they exist in the catalogue.
    pub metrics: Vec<String>,
    /// The periods, ascending: those of the series, the last of which is reviewed.
    pub periods: Vec<Period>,
    /// The dimensions to break the metrics down by; those of the data.
    pub by: Vec<String>,
    /// Condition on dimensions: the slices to include.
    pub filter: Option<Expr>,
    /// How confidence intervals are found; their level is that of all findings.
    pub confidence: Confidence,
    /// Whether to include the stakeholders with the largest influence.
    pub contributors: bool,
    /// The target of each metric.
    pub goals: BTreeMap<String, f64>,
    /// The segments of customers that there are.
    pub segments: SegmentModel,
}

/// The results of a review.
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
    /// The metrics without a value, with the reason.
    pub absent: Vec<(MetricInfo, AbsentReason)>,
    /// The condition on dimensions, as written.
    pub filter: Option<String>,
    /// The stakeholders with the largest influence on the values of the period, if requested.
    pub contributors: Vec<Contributors>,
    /// The metrics by dimension.
    pub breakdowns: Vec<Breakdown>,
    /// The findings, the most important first.
    pub findings: Vec<Finding>,
    /// How many metrics changed.
    pub tally: Tally,
    /// The sections that are not metrics; `None` with a condition on dimensions, because they are about all stakeholders.
    pub beside: Option<Supplements>,
    /// The number of comparisons that were made.
    pub compared: usize,
    /// Notes of the run.
    pub notes: Vec<Note>,
}

/// Reviews the last of the requested periods.
///
/// # Errors
///
/// Only bugs in the program: if the data lack something, cells are absent with the reason.
pub fn review(canonical: &CanonicalTables, catalog: &Catalog, settings: &Settings, ask: &ReviewRequest) -> Result<Review> {
    let mut review = review_of_metrics(canonical, catalog, settings, ask)?;
    if ask.filter.is_none() {
        review.beside = Some(beside(canonical, settings, ask)?);
    }
    Ok(review)
}

/// The same without the sections that are not metrics: all that a review claims.
///
/// # Errors
///
/// The same as [`review`].
pub fn review_of_metrics(canonical: &CanonicalTables, catalog: &Catalog, settings: &Settings, ask: &ReviewRequest) -> Result<Review> {
    // What the condition names comes first, and is decided alike for all numbers.
    let named: Vec<String> = ask.filter.iter().flat_map(Expr::columns).collect();
    let condition = (!named.is_empty()).then(|| named.clone());
    let with_condition = |dimension: &String| {
        let others = named.iter().filter(|name| *name != dimension).cloned();
        std::iter::once(dimension.clone()).chain(others).collect()
    };
    let together: Vec<Vec<String>> = condition.into_iter().chain(ask.by.iter().map(with_condition)).collect();
    let request = |periods: &[Period], by: &[String], compare: &[Compare]| Request {
        metrics: ask.metrics.clone(),
        periods: periods.to_vec(),
        by: by.to_vec(),
        filter: ask.filter.clone(),
        together: if by.is_empty() { Vec::new() } else { together.clone() },
        total: false,
        compare: compare.to_vec(),
        series: true,
        p_values: true,
        contributors: ask.contributors && by.is_empty(),
        confidence: ask.confidence,
    };
    let periods = with_earlier(&ask.periods, canonical.first_event());
    let outcome = measure::measure(
        canonical,
        catalog,
        settings,
        &request(&periods, &[], &[Compare::Previous, Compare::YearAgo]),
    )?;
    let mut cells: BTreeMap<String, Vec<Cell>> = BTreeMap::new();
    for cell in outcome.cells {
        cells.entry(cell.metric.clone()).or_default().push(cell);
    }
    let mut scores = Vec::new();
    let mut absent = Vec::new();
    for metric in outcome.metrics {
        let series = cells.remove(&metric.id).unwrap_or_default();
        let Some(definition) = catalog.get(&metric.id) else { continue };
        let shown = &series[series.len().saturating_sub(ask.periods.len())..];
        match shown.last().and_then(|cell| cell.absent.clone()) {
            Some(reason) if shown.iter().all(|cell| cell.value.is_none()) => absent.push((metric, reason)),
            // A count that is 0 in all periods has no results.
            None if shown.iter().all(|cell| cell.n == Some(0)) => absent.push((metric, AbsentReason::NoRows)),
            _ => scores.push(MetricSeries::new(metric, series, ask.periods.len(), definition, &ask.goals)),
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
            &request(
                std::slice::from_ref(&period),
                std::slice::from_ref(dimension),
                &[Compare::OtherGroups],
            ),
        )?;
        notes.extend(found.notes);
        breakdowns.extend(Breakdown::new(dimension, found.metrics, found.cells, &scores, catalog));
    }
    let (findings, compared) = findings(&scores, &breakdowns, ask.confidence.level);
    // What the inputs do not allow has nothing to be interpreted.
    let is_of_inputs = |reason: &AbsentReason| matches!(reason, AbsentReason::MissingInput(_));
    let without_value = absent.iter().filter(|(_, reason)| !is_of_inputs(reason)).count();
    let tally = Tally::new(&scores, without_value, &findings);
    Ok(Review {
        tally,
        period,
        periods: ask.periods.clone(),
        level: ask.confidence.level,
        scores,
        absent,
        filter: ask.filter.as_ref().map(|filter| filter.text().to_string()),
        contributors: outcome.contributors,
        breakdowns,
        findings,
        beside: None,
        compared,
        notes,
    })
}
