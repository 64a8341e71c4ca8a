//! The metrics of a review by the values of one dimension, each slice compared with all other slices combined.

use std::collections::BTreeMap;

use super::metric_series::MetricSeries;
use crate::catalog::{Catalog, ValueType};
use crate::report::{AbsentReason, Cell, MetricInfo};
use crate::stats::funnel::{Place, Proportion, Segment, funnel_of_shares};

/// A funnel needs at least this number of slices.
const LEAST: usize = 3;

/// The largest number of slices in a readable breakdown; those with the fewest rows are omitted.
const MOST: usize = 24;

/// The metrics by the values of a dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// The dimension.
    pub dimension: String,
    /// Its values, in order.
    pub slices: Vec<String>,
    /// The number of values that are omitted, those with the fewest rows.
    pub left_out: usize,
    /// The metrics that differ by it: those that have a value in two slices or more.
    pub metrics: Vec<MetricInfo>,
    /// The cells: a row a metric, a cell a slice; `None`: the metric has no such slice.
    pub cells: Vec<Vec<Option<Cell>>>,
    /// For each metric that is a share: its slices and their control limits.
    pub funnels: Vec<Option<Funnel>>,
}

/// Slices and the control limits for their sizes.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// The value of all slices together.
    pub centre: f64,
    /// The factor by which the variance of the slices is larger than by chance alone; at least 1. The limits are widened by it.
    pub dispersion: f64,
    /// The slices that have a value, in order.
    pub segments: Vec<FunnelSegment>,
}

/// A slice of a funnel.
#[derive(Debug, Clone, PartialEq)]
pub struct FunnelSegment {
    /// The value of the dimension.
    pub slice: String,
    /// Its effective number of rows: fewer than its rows if rows of one stakeholder are similar.
    pub n: f64,
    /// The metric's value.
    pub value: f64,
    /// Inner limits (95%) and outer limits (99.8%): lower and upper.
    pub limits: [(f64, f64); 2],
    /// Its position relative to the limits.
    pub place: Place,
    /// The smallest 1 - level whose limits exclude it; for corrections over many slices, not for display.
    pub p: f64,
}

impl Breakdown {
    /// The cells of one dimension; `None` if no metric of the scores has two slices.
    pub fn new(
        dimension: &str,
        metrics: Vec<MetricInfo>,
        cells: Vec<Cell>,
        scores: &[MetricSeries],
        catalog: &Catalog,
    ) -> Option<Breakdown> {
        let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
        let mut by_metric: BTreeMap<String, BTreeMap<String, Cell>> = BTreeMap::new();
        for cell in cells {
            let Some((_, slice)) = cell.by.first().cloned() else { continue };
            if cell.value.is_none() && !is_hidden(&cell) {
                continue;
            }
            let size = sizes.entry(slice.clone()).or_default();
            *size = (*size).max(cell.n.unwrap_or_default());
            by_metric.entry(cell.metric.clone()).or_default().insert(slice, cell);
        }
        let mut slices: Vec<(String, u64)> = sizes.into_iter().collect();
        let left_out = slices.len().saturating_sub(MOST);
        if left_out > 0 {
            slices.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            slices.truncate(MOST);
            slices.sort();
        }
        let slices: Vec<String> = slices.into_iter().map(|(slice, _)| slice).collect();
        let mut breakdown = Breakdown {
            dimension: dimension.to_string(),
            slices,
            left_out,
            metrics: Vec::new(),
            cells: Vec::new(),
            funnels: Vec::new(),
        };
        for metric in metrics {
            let Some(mut found) = by_metric.remove(&metric.id) else { continue };
            let mut row: Vec<Option<Cell>> = breakdown.slices.iter().map(|slice| found.remove(slice)).collect();
            if row.iter().flatten().count() < 2 {
                continue;
            }
            // The count of a slice, compared with all others combined, shows only its size, not a difference.
            if catalog.get(&metric.id).is_some_and(|m| m.kind.value_type() == ValueType::Total) {
                row.iter_mut().flatten().for_each(|cell| cell.changes.clear());
            }
            let total = scores.iter().find(|score| score.metric.id == metric.id).map(MetricSeries::cell);
            breakdown
                .funnels
                .push(total.and_then(|total| funnel(total, &breakdown.slices, &row)));
            breakdown.metrics.push(metric);
            breakdown.cells.push(row);
        }
        (!breakdown.metrics.is_empty()).then_some(breakdown)
    }
}

fn is_hidden(cell: &Cell) -> bool {
    cell.absent == Some(AbsentReason::Suppressed)
}

/// The funnel of a share's slices around the share of all; `None` for other metrics, and for fewer than three slices.
fn funnel(total: &Cell, slices: &[String], row: &[Option<Cell>]) -> Option<Funnel> {
    let is_assessed = total.not_assessed.is_none();
    let centre = total.value.filter(|_| is_assessed && total.value_type == ValueType::Share)?;
    let proportions: Vec<Option<Proportion>> = row.iter().map(|cell| proportion(cell.as_ref()?)).collect();
    if proportions.iter().flatten().count() < LEAST {
        return None;
    }
    let found = funnel_of_shares(&proportions, centre);
    let segments = slices.iter().zip(&proportions).zip(&found.segments);
    let segment = |((slice, share), segment): ((&String, &Option<Proportion>), &Option<Segment>)| {
        let (share, segment) = (share.as_ref()?, segment.as_ref()?);
        Some(FunnelSegment {
            slice: slice.clone(),
            n: share.n,
            value: share.value,
            limits: segment.limits.map(|limits| (limits.low.unwrap_or(0.0), limits.high.unwrap_or(1.0))),
            place: segment.place,
            p: segment.p,
        })
    };
    Some(Funnel {
        centre,
        dispersion: found.phi,
        segments: segments.filter_map(segment).collect(),
    })
}

/// A cell as the share of a simple sample: its rows over the design effect.
fn proportion(cell: &Cell) -> Option<Proportion> {
    let (value, deff) = (cell.value?, cell.deff?);
    let (n, stakeholders) = (cell.n?, cell.stakeholders?);
    Some(Proportion {
        value,
        n: n as f64 / deff,
        df: if n == stakeholders {
            f64::INFINITY
        } else {
            stakeholders as f64 - 1.0
        },
    })
}
