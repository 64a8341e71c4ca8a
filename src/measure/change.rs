//! How a cell differs from an earlier one, or from the rest of its period: the difference with its interval, and what that says.

use super::finish::Known;
use super::tally::Values;
use super::window::Compare;
use crate::catalog::{Good, Kind, Metric};
use crate::report::{Cell, Change};
use crate::schema::NO_CODE;
use crate::stats::{self, CrossSums, Interval, Reading, reading};

/// How two cells are compared.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// Against what.
    pub with: Compare,
    /// Whether the metric rests on what nobody dated.
    pub undated: bool,
    /// Confidence level.
    pub level: f64,
    /// Whether the p-value is wanted.
    pub p: bool,
}

/// The change of a cell against the same cell of an earlier period as known at the same age, or against the rest of its period.
///
/// What is undated has a value, but nothing can be read from how it moved since an earlier period. A total is not judged against the
/// rest: that the rest has more of it says no more than that it is larger.
pub fn change(metric: &Metric, how: How, newer: (&Cell, &Known), older: (&Cell, &Known), shared: Shared) -> Change {
    let mut change = Change {
        period: older.0.period.label.clone(),
        value: older.0.value,
        delta: None,
        low: None,
        high: None,
        reading: Reading::Unclear,
        p: None,
    };
    let (Some(new), Some(old)) = (newer.0.value, older.0.value) else {
        return change;
    };
    let delta = new - old;
    change.delta = Some(delta);
    // What rests on a column without a date cannot be set back to the same age.
    if how.undated && how.with != Compare::Rest {
        return change;
    }
    let is_total = matches!(metric.kind, Kind::Count { .. } | Kind::Sum { .. });
    let interval = match (&newer.1.pairs, &older.1.pairs, &newer.1.side, &older.1.side) {
        (Some(a), Some(b), _, _) if is_total => {
            let products = match shared {
                Shared::Sums(sums) => sums.x1x2,
                _ => 0.0,
            };
            let variance = a.sums.xx + b.sums.xx - 2.0 * products;
            let at = |level| Some(stats::difference_of_totals(delta, variance, level));
            change.p = how.p.then(|| stats::p_value(at)).flatten();
            at(how.level)
        }
        (_, _, Some(a), Some(b)) => {
            let r = match (shared, &newer.1.pairs, &older.1.pairs) {
                (Shared::Sums(sums), Some(p), Some(q)) => sums.correlation(&p.sums, &q.sums),
                (Shared::Ranks(r), _, _) => r,
                _ => 0.0,
            };
            let interval = stats::difference(a, b, r).1;
            change.p = how
                .p
                .then(|| p_value(metric, newer, older, r, (delta, &interval), how.level))
                .flatten();
            Some(interval)
        }
        _ => None,
    };
    if let Some(Interval { low, high }) = interval {
        change.low = low.filter(|l| l.is_finite());
        change.high = high.filter(|h| h.is_finite());
    }
    let good = if is_total && how.with == Compare::Rest {
        Good::Neither
    } else {
        metric.good
    };
    change.reading = reading(interval.as_ref(), good);
    change
}

/// The p-value of a difference: from its intervals at all levels where both sides have cheap ones, else from the one that is there, with as
/// many degrees of freedom as the side with fewer stakeholders has.
fn p_value(metric: &Metric, newer: (&Cell, &Known), older: (&Cell, &Known), r: f64, known: (f64, &Interval), level: f64) -> Option<f64> {
    let at = |level| {
        let (a, b) = (newer.1.side_at(metric, level)?, older.1.side_at(metric, level)?);
        Some(stats::difference(&a, &b, r).1)
    };
    if at(level).is_some() {
        return stats::p_value(at);
    }
    let fewer = newer.0.stakeholders.min(older.0.stakeholders).unwrap_or_default();
    stats::scaled_p_value(known.0, known.1, fewer as f64 - 1.0, level)
}

/// Of all slices of a metric in a period, which readings against the rest stand: the others become "no clear difference".
///
/// Of twenty slices that are all alike one is clearly different by chance alone. Benjamini and Hochberg's adjustment keeps the expected share
/// of such findings among all below 1 - level.
pub fn stand(cells: &mut [Cell], level: f64) {
    let rest = Compare::Rest.as_str();
    let mut changes: Vec<&mut Change> = cells.iter_mut().filter_map(|cell| cell.changes.get_mut(rest)).collect();
    changes.retain(|change| change.p.is_some());
    let p: Vec<f64> = changes.iter().filter_map(|change| change.p).collect();
    for (change, adjusted) in changes.into_iter().zip(stats::benjamini_hochberg(&p)) {
        if adjusted >= 1.0 - level || change.reading == Reading::NoClearChange {
            change.reading = Reading::NoClearDifference;
        }
    }
}

/// What two cells share through the same stakeholders.
#[derive(Debug, Clone, Copy)]
pub enum Shared {
    /// Nothing.
    None,
    /// Products of parts and wholes.
    Sums(CrossSums),
    /// The correlation of the shares of ranked values at or below the quantiles.
    Ranks(f64),
}

/// The correlation of two quantiles through shared stakeholders: of each one's residual number of values at or below the
/// quantile, sum(1[v <= q] - p).
pub fn rank_correlation(newer: &Values, at_newer: f64, older: &Values, at_older: f64) -> f64 {
    let (a, b) = (residuals(newer, at_newer), residuals(older, at_older));
    let square = |list: &[(u32, f64)]| list.iter().map(|(_, e)| e * e).sum::<f64>();
    let scale = (square(&a) * square(&b)).sqrt();
    let (mut i, mut j, mut products) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal if a[i].0 == NO_CODE => break,
            std::cmp::Ordering::Equal => {
                products += a[i].1 * b[j].1;
                i += 1;
                j += 1;
            }
        }
    }
    if scale > 0.0 { products / scale } else { 0.0 }
}

fn residuals(values: &Values, at: f64) -> Vec<(u32, f64)> {
    let n = values.values.len() as f64;
    let p = values.values.iter().filter(|v| **v <= at).count() as f64 / n;
    let mut out: Vec<(u32, f64)> = Vec::new();
    for (value, &owner) in values.values.iter().zip(&values.owners) {
        let residual = f64::from(*value <= at) - p;
        match out.last_mut() {
            Some((last, sum)) if *last == owner && owner != NO_CODE => *sum += residual,
            _ => out.push((owner, residual)),
        }
    }
    out
}
