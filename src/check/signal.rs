//! Rules on signals: whether the last period of a series does more than the process always did.
//!
//! A signal is claimed of the last of 24 periods, where it is new there, against limits from the first 12 whole ones. By chance alone that is
//! so in 4 % of stable series of normal values and shares, in 8 % of exponential ones, in either direction ([`crate::stats::process`]);
//! a rule fails on the bad direction only.

use super::verdict::{Evidence, NotEvaluatedReason};
use crate::catalog::Metric;
use crate::findings::{MetricSeries, is_good, with_earlier};
use crate::period::Period;
use crate::report::{Cell, MetricInfo};
use crate::schema::Micros;
use crate::stats::process::{BASELINE, Direction};
use std::collections::BTreeMap;

/// Periods that a series has.
const PERIODS: usize = 24;

/// The periods of a series that ends with one, with those before it that help to see a season; `first` is the time of the first event.
pub fn periods(last: &Period, first: Micros) -> Vec<Period> {
    let mut periods: Vec<Period> = std::iter::successors(Some(last.clone()), |period| Some(period.previous()))
        .take(PERIODS)
        .collect();
    periods.reverse();
    with_earlier(&periods, first)
}

/// What the last of the cells of a series signals that is new.
pub fn signals(metric: &Metric, shown: &MetricInfo, cells: &[Cell]) -> Result<Evidence, NotEvaluatedReason> {
    if shown.undated {
        return Err(NotEvaluatedReason::Undated);
    }
    let is_point = |cell: &&Cell| cell.value.is_some() && cell.complete && !cell.left_truncated && cell.not_assessed.is_none();
    if !cells.last().is_some_and(|cell| is_point(&cell)) {
        return Err(NotEvaluatedReason::NotWhole);
    }
    let series = &cells[cells.len().saturating_sub(PERIODS)..];
    let points = series.iter().filter(is_point).count();
    if points <= BASELINE {
        return Err(NotEvaluatedReason::NoChart {
            points,
            needed: BASELINE + 1,
        });
    }
    let score = MetricSeries::new(shown.clone(), cells.to_vec(), PERIODS, metric, &BTreeMap::new());
    let chart = score
        .process
        .as_ref()
        .filter(|chart| !chart.trial)
        .ok_or(NotEvaluatedReason::NoVariation)?;
    let last = series.len() - 1;
    let is_bad = |direction: Direction| is_good(metric.good, direction == Direction::Up) != Some(true);
    let (bad, good) = chart
        .new_at(last)
        .map(|signal| (*signal, signal.direction))
        .partition(|(_, direction)| is_bad(*direction));
    let limits = chart.limits.last().copied().flatten().ok_or(NotEvaluatedReason::NoVariation)?;
    Ok(Evidence::Signals {
        bad,
        good,
        points,
        mean: chart.mean,
        season: chart.season,
        autocorrelation: chart.autocorrelation.is_some(),
        limits: (limits.lower, limits.upper),
    })
}
