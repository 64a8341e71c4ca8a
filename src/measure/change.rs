//! How a cell moved against an earlier one: the difference with its interval, and what that says.

use super::finish::Known;
use super::tally::Values;
use crate::catalog::{Kind, Metric};
use crate::report::{Cell, Change};
use crate::schema::NO_CODE;
use crate::stats::{self, CrossSums, Interval, Reading, reading};

/// The change of a cell against the same cell of an earlier period as known at the same age.
///
/// What is `undated` has a value, but nothing can be read from how it moved.
pub fn change(metric: &Metric, undated: bool, newer: (&Cell, &Known), older: (&Cell, &Known), shared: Shared, level: f64) -> Change {
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
    change.delta = Some(new - old);
    // What rests on a column without a date cannot be set back to the same age.
    if undated {
        return change;
    }
    let interval = match (&metric.kind, &newer.1.pairs, &older.1.pairs) {
        (Kind::Count { .. } | Kind::Sum { .. }, Some(a), Some(b)) => {
            let products = match shared {
                Shared::Sums(sums) => sums.x1x2,
                _ => 0.0,
            };
            Some(stats::difference_of_totals(
                new - old,
                a.sums.xx + b.sums.xx - 2.0 * products,
                level,
            ))
        }
        _ => match (&newer.1.side, &older.1.side) {
            (Some(a), Some(b)) => {
                let r = match (shared, &newer.1.pairs, &older.1.pairs) {
                    (Shared::Sums(sums), Some(p), Some(q)) => sums.correlation(&p.sums, &q.sums),
                    (Shared::Ranks(r), _, _) => r,
                    _ => 0.0,
                };
                Some(stats::difference(a, b, r).1)
            }
            _ => None,
        },
    };
    if let Some(Interval { low, high }) = interval {
        change.low = low.filter(|l| l.is_finite());
        change.high = high.filter(|h| h.is_finite());
    }
    change.reading = reading(interval.as_ref(), metric.good);
    change.p = interval.and_then(|interval| stats::implied_p_value(new - old, &interval, level));
    change
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
