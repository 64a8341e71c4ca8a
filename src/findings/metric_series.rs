//! One metric over the periods of a review: its cells, its process, its target.

use std::collections::BTreeMap;

use crate::catalog::{Metric, ValueType};
use crate::measure::Compare;
use crate::period::{Grain, Period};
use crate::report::{Cell, Change, MetricInfo};
use crate::schema::Micros;
use crate::stats::process::{Assurance, Chart, OfSeason, Point, Series, Signal, Since, UsualChange};
use crate::stats::{BetterDirection, Interval, Reading, reading};

/// A metric over the periods of a review.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSeries {
    /// The metric.
    pub metric: MetricInfo,
    /// Its cells, one a period that is shown, ascending; the last is the one that is reviewed, with its changes.
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
    /// A metric, as it is defined, with its cells, the earliest first; `goals` by metric. The last `shown` cells are the series; those before
    /// help to see its season and its variation.
    pub fn new(metric: MetricInfo, mut cells: Vec<Cell>, shown: usize, definition: &Metric, goals: &BTreeMap<String, f64>) -> MetricSeries {
        let before = cells.len().saturating_sub(shown);
        let process = process(&metric, &cells, before, definition);
        cells.drain(..before);
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

    /// A change of the reviewed period, by its key in [`Cell::changes`], against the usual changes of the series; `None`: these are not known.
    /// `has_season`: other metrics show that changes since the period before come with the season.
    pub fn usual_change(&self, key: &str, change: &Change, has_season: bool) -> Option<UsualChange> {
        let grain = self.cell().period.grain();
        let since = if key == Compare::Previous.as_str() {
            match has_season {
                true => Since::PeriodBeforeInSeason,
                false => Since::PeriodBefore,
            }
        } else if key == Compare::YearAgo.as_str() && matches!(grain, Some(Grain::Month | Grain::Quarter)) {
            Since::SeasonBefore
        } else {
            Since::Other
        };
        self.process.as_ref()?.usual?.of_change(change.delta?, since)
    }

    /// Whether a change of the reviewed period since the one before comes with the season.
    pub fn of_season(&self, change: &Change) -> OfSeason {
        let usual = self.process.as_ref().and_then(|chart| chart.usual);
        usual
            .zip(change.delta)
            .map_or(OfSeason::NotKnown, |(usual, delta)| usual.of_season(delta))
    }

    /// The signals of the process that the reviewed period completes, the most severe first.
    pub fn signals(&self) -> impl Iterator<Item = &Signal> {
        let last = self.cells.len() - 1;
        self.process.iter().flat_map(move |chart| chart.signals_at(last))
    }
}

/// The interval of the value minus a target.
fn interval(cell: &Cell, goal: f64) -> Option<Interval> {
    (cell.low.is_some() || cell.high.is_some()).then(|| Interval {
        low: cell.low.map(|low| low - goal),
        high: cell.high.map(|high| high - goal),
    })
}

/// The chart of the periods. Periods that start before the data, or with too little history before them, are not points of it. A last period
/// that has not ended is one: all others are known at the same age, so each is the same part of its period.
fn process(metric: &MetricInfo, cells: &[Cell], before: usize, definition: &Metric) -> Option<Chart> {
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
    let season = cells.last().and_then(|cell| season(&cell.period));
    series.chart_after(before, season).ok()
}

/// How many periods like this one make a year, or days a week: after so many, a season or a habit of the week comes again.
fn season(period: &Period) -> Option<usize> {
    match period.grain()? {
        Grain::Day => Some(7),
        Grain::Week(_) => Some(52),
        Grain::Month => Some(12),
        Grain::Quarter => Some(4),
        Grain::Year => None,
    }
}

/// The periods of a series, and before them as many as it takes to see a season and how neighbours resemble each other, but for weeks, of
/// which a hundred and more would be needed. None is before `first`, the first event of all, but for those of the series.
pub fn with_earlier(shown: &[Period], first: Micros) -> Vec<Period> {
    let Some(start) = shown.first() else { return Vec::new() };
    let wanted = match season(start) {
        Some(52) | None => 0,
        Some(length) => 3 * length,
    };
    let earlier = std::iter::successors(Some(start.previous()), |period| Some(period.previous()))
        .take(wanted.saturating_sub(shown.len()))
        .take_while(|period| period.end > first);
    let mut periods: Vec<Period> = earlier.collect();
    periods.reverse();
    periods.extend_from_slice(shown);
    periods
}

/// Whether a rise is favourable, unfavourable or neither.
pub fn is_good(good: BetterDirection, rises: bool) -> Option<bool> {
    match good {
        BetterDirection::Up => Some(rises),
        BetterDirection::Down => Some(!rises),
        BetterDirection::Neither => None,
    }
}
