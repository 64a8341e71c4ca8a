//! One metric over the periods of a review: its cells, its process, its target.

use std::collections::BTreeMap;

use crate::catalog::{Metric, ValueType};
use crate::report::{Cell, MetricInfo};
use crate::stats::process::{Assurance, Chart, Point, Series, Signal};
use crate::stats::{BetterDirection, Interval, Reading, reading};

/// A metric over the periods of a review.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSeries {
    /// The metric.
    pub metric: MetricInfo,
    /// Its cells, one a period, ascending; the last is the one that is reviewed, with its changes.
    pub cells: Vec<Cell>,
    /// Its process behaviour chart, if the series allows one.
    pub process: Option<Chart>,
    /// Its target, and whether it meets it.
    pub goal: Option<MetricTarget>,
}

/// The target of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricTarget {
    /// The value.
    pub value: f64,
    /// Whether the reviewed period meets it: `better` if the entire interval does, `worse` if the entire interval misses it, `no clear change`
    /// if the target is within the interval. Without an interval, or a good direction, it is unclear.
    pub reading: Reading,
    /// Whether the process meets it as long as it does not change.
    pub assurance: Option<Assurance>,
}

impl MetricSeries {
    /// A metric, as it is defined, with its cells, the earliest first; `goals` by metric.
    pub fn new(metric: MetricInfo, cells: Vec<Cell>, definition: &Metric, goals: &BTreeMap<String, f64>) -> MetricSeries {
        let process = process(&metric, &cells, definition);
        let goal = goals.get(&metric.id).map(|&value| {
            let against = cells.last().and_then(|cell| interval(cell, value));
            let is_assessed = cells.last().is_some_and(|cell| cell.not_assessed.is_none());
            MetricTarget {
                value,
                reading: reading(against.filter(|_| is_assessed).as_ref(), metric.good),
                assurance: process.as_ref().and_then(|chart| chart.assurance(value, metric.good)),
            }
        });
        MetricSeries {
            metric,
            cells,
            process,
            goal,
        }
    }

    /// The cell of the period that is reviewed.
    pub fn cell(&self) -> &Cell {
        self.cells.last().expect("a score has a cell for each period")
    }

    /// The signals of the process that the reviewed period completes, the most severe first.
    pub fn signals(&self) -> impl Iterator<Item = &Signal> {
        let last = self.cells.len() - 1;
        self.process.iter().flat_map(move |chart| chart.signals_at(last))
    }

    /// Whether the series has control limits and shows no signal: the value is within its usual variation.
    pub fn is_as_usual(&self) -> bool {
        self.process.is_some() && self.signals().next().is_none()
    }
}

/// The interval of the value minus a target.
fn interval(cell: &Cell, goal: f64) -> Option<Interval> {
    (cell.low.is_some() || cell.high.is_some()).then(|| Interval {
        low: cell.low.map(|low| low - goal),
        high: cell.high.map(|high| high - goal),
    })
}

/// The chart of the periods. Periods that start before the data, or with too little history before them, are not points of it. A last period that has not ended is one: all others
/// are known at the same age, so each is the same part of its period.
fn process(metric: &MetricInfo, cells: &[Cell], definition: &Metric) -> Option<Chart> {
    if metric.undated {
        return None;
    }
    let kind = &definition.kind;
    let (low, high) = kind.definition().range(definition.unit);
    let point = |cell: &Cell| {
        let n = cell.n.unwrap_or_default() as f64;
        let is_point = !cell.left_truncated && cell.not_assessed.is_none();
        cell.value.filter(|_| is_point).map(|value| Point { value, n })
    };
    let series = Series {
        points: cells.iter().map(point).collect(),
        share: kind.value_type() == ValueType::Share,
        range: Interval { low, high },
    };
    series.chart().ok()
}

/// Whether a rise is favourable, unfavourable or neither.
pub fn is_good(good: BetterDirection, rises: bool) -> Option<bool> {
    match good {
        BetterDirection::Up => Some(rises),
        BetterDirection::Down => Some(!rises),
        BetterDirection::Neither => None,
    }
}
