//! Differences of two estimates, from their intervals alone.
//!
//! Two overlapping intervals say little about a difference. Square-and-add recovers the variance near each limit from the distance
//! between limit and estimate, so one formula serves shares, ratios, net shares, rates and quantiles.

use super::Interval;
use super::distribution::normal_quantile;

/// A value with its interval; an open end is an infinite limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Side {
    /// The value.
    pub value: f64,
    /// The lower limit.
    pub low: f64,
    /// The upper limit.
    pub high: f64,
}

impl Side {
    /// A value with its interval.
    pub fn new(value: f64, interval: Interval) -> Side {
        Side {
            value,
            low: interval.low.unwrap_or(f64::NEG_INFINITY),
            high: interval.high.unwrap_or(f64::INFINITY),
        }
    }
}

/// The difference newer - older and its square-and-add interval; `r` is the correlation of the two through shared stakeholders
/// ([`CrossSums::correlation`](super::CrossSums::correlation)), 0 where none are shared. An end that rests on an open one is open.
///
/// Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10; with correlation 17 (1998), 2635-2650; for any quantity Zou and Donner,
/// Statistics in Medicine 27 (2008), 1693-1702, and Zou, Psychological Methods 12 (2007), 399-413 (MOVER).
pub fn difference(newer: &Side, older: &Side, r: f64) -> (f64, Interval) {
    let r = if r.is_nan() { 0.0 } else { r.clamp(-1.0, 1.0) };
    let delta = newer.value - older.value;
    let low = distance(newer.value - newer.low, older.high - older.value, r).map(|d| delta - d);
    let high = distance(newer.high - newer.value, older.value - older.low, r).map(|d| delta + d);
    (delta, Interval { low, high })
}

/// sqrt(a^2 - 2 r a b + b^2), where that is a number.
fn distance(a: f64, b: f64, r: f64) -> Option<f64> {
    let square = a * a - 2.0 * r * a * b + b * b;
    (a.is_finite() && b.is_finite()).then(|| square.max(0.0).sqrt())
}

/// The interval of a difference of two totals, counts or sums: delta -+ z sqrt(variance).
///
/// `variance` is the sum over stakeholders of (y1 - y2)^2, their totals in the two periods; for two separate groups the sum of y^2.
/// Each stakeholder's total is taken as one draw of a compound Poisson process, whose variance its square estimates. No skewness is
/// corrected: that of two totals cancels, and a cubic transformation covers worse (`benches/noise.rs`).
pub fn difference_of_totals(delta: f64, variance: f64, level: f64) -> Interval {
    let margin = normal_quantile(level) * variance.max(0.0).sqrt();
    Interval::closed(delta - margin, delta + margin)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, ends};
    use super::super::wilson;
    use super::*;
    use proptest::prelude::*;

    fn share(x: f64, n: f64) -> Side {
        let (low, high) = wilson(x / n, n, 0.95);
        Side { value: x / n, low, high }
    }

    // from statsmodels.stats.proportion import confint_proportions_2indep
    // confint_proportions_2indep(56, 70, 48, 80, method="newcomb")
    #[test]
    fn independent_shares_match_statsmodels() {
        for (newer, older, low, high) in [
            (share(56.0, 70.0), share(48.0, 80.0), 0.0524, 0.3339),
            (share(9.0, 10.0), share(3.0, 10.0), 0.1705, 0.8090),
            (share(60.0, 100.0), share(50.0, 100.0), -0.0373, 0.2321),
        ] {
            let (delta, interval) = difference(&newer, &older, 0.0);
            close(delta, newer.value - older.value, 1e-15);
            let (l, h) = ends(interval);
            close(l, low, 5e-5);
            close(h, high, 5e-5);
        }
        let (_, interval) = difference(&share(0.0, 20.0), &share(20.0, 20.0), 0.0);
        let (low, high) = ends(interval);
        close(low, -1.0, 1e-12);
        close(high, -0.7721346162421941, 1e-10);
    }

    #[test]
    fn shared_stakeholders_narrow() {
        let (delta, interval) = difference(&share(60.0, 100.0), &share(50.0, 100.0), 0.5);
        let (low, high) = ends(interval);
        close(delta, 0.1, 1e-15);
        close(low, 0.0029, 5e-5);
        close(high, 0.1935, 5e-5);
        let same = share(60.0, 100.0);
        let (low, high) = ends(difference(&same, &same, 1.0).1);
        let asymmetry = (same.high - same.value) - (same.value - same.low);
        close(low, -asymmetry.abs(), 1e-9);
        close(high, asymmetry.abs(), 1e-9);
    }

    #[test]
    fn open_ends_stay_open() {
        let open = Side {
            value: 6.0,
            low: 2.0,
            high: f64::INFINITY,
        };
        let closed = Side {
            value: 4.0,
            low: 3.0,
            high: 5.0,
        };
        let (delta, interval) = difference(&open, &closed, 0.3);
        assert_eq!(delta, 2.0);
        assert!(interval.low.is_some() && interval.high.is_none());
        let (_, interval) = difference(&closed, &open, 0.3);
        assert!(interval.low.is_none() && interval.high.is_some());
        assert_eq!(
            Side::new(
                6.0,
                Interval {
                    low: Some(2.0),
                    high: None
                }
            ),
            open
        );
    }

    #[test]
    fn totals() {
        // 30 stakeholders gone from 2 to 1: delta -30, variance 30.
        let (low, high) = ends(difference_of_totals(-30.0, 30.0, 0.95));
        close(low, -30.0 - 1.959963984540054 * 30.0_f64.sqrt(), 1e-12);
        close(high, -30.0 + 1.959963984540054 * 30.0_f64.sqrt(), 1e-12);
        assert_eq!(difference_of_totals(0.0, 0.0, 0.95), Interval::closed(0.0, 0.0));
    }

    fn side() -> impl Strategy<Value = Side> {
        (-100.0..100.0, 0.0..50.0, 0.0..50.0).prop_map(|(value, down, up)| Side {
            value,
            low: value - down,
            high: value + up,
        })
    }

    proptest! {
        #[test]
        fn a_difference_lies_within_its_interval_and_turns_round(a in side(), b in side(), r in -1.0..1.0) {
            let (delta, interval) = difference(&a, &b, r);
            prop_assert!(interval.holds(delta));
            let (back, turned) = difference(&b, &a, r);
            prop_assert_eq!(back, -delta);
            let ((low, high), (l, h)) = (ends(interval), ends(turned));
            prop_assert!((low + h).abs() < 1e-9 && (high + l).abs() < 1e-9);
        }
    }
}
