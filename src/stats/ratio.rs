//! A ratio of sums, and a mean, which is one: sum of x over sum of n, by stakeholder.

use super::studentised::Studentised;
use super::{ClusterSums, Estimate, Method, NoIntervalReason};

/// Fewer stakeholders than this have no interval.
pub(super) const AT_LEAST: u64 = 10;

/// The ratio of sums x / n, by stakeholder.
///
/// The standard error is that of the linearised ratio, and the limits are those of Hall's cubic transformation with Student's t of G - 1
/// degrees ([`Studentised`]): without skewness the delta method's. Below 10 stakeholders there are none ([`NoIntervalReason::TooFew`]), nor
/// where all have the same ratio ([`NoIntervalReason::ZeroVariance`]).
///
/// Cochran, *Sampling Techniques* (1977), chapter 6, for the linearised variance; Hall, JRSS B 54 (1992), 221-228.
pub fn ratio(sums: &ClusterSums, level: f64) -> Estimate {
    let Some(value) = sums.ratio() else { return Estimate::undefined() };
    let studentised = studentised_ratio(sums);
    let interval = studentised.and_then(|of| {
        let interval = of.interval(level);
        let is_finite = [interval.low, interval.high].into_iter().flatten().all(f64::is_finite);
        is_finite.then_some(interval).ok_or(NoIntervalReason::NotDefined)
    });
    Estimate {
        value,
        interval,
        method: Some(Method::CubicTransformation),
        deff: None,
    }
}

/// The ratio with its standard error and asymmetry, for limits at any level.
///
/// # Errors
/// The same as why [`ratio`] has no interval at an ordinary level.
pub fn studentised_ratio(sums: &ClusterSums) -> Result<Studentised, NoIntervalReason> {
    let value = sums.ratio().ok_or(NoIntervalReason::NotDefined)?;
    if sums.clusters < AT_LEAST {
        return Err(NoIntervalReason::TooFew);
    }
    let variance = sums.variance().ok_or(NoIntervalReason::TooFew)?;
    if variance == 0.0 {
        return Err(NoIntervalReason::ZeroVariance);
    }
    let (asymmetry, lean) = sums.asymmetry().ok_or(NoIntervalReason::NotDefined)?;
    Ok(Studentised {
        value,
        error: variance.sqrt(),
        asymmetry,
        lean,
        stakeholders: sums.clusters as f64,
        at_least_0: !sums.has_negative,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, ends};
    use super::super::{IntervalWarning, student_quantile};
    use super::*;

    fn sums(pairs: &[(f64, f64)]) -> ClusterSums {
        let mut sums = ClusterSums::default();
        pairs.iter().for_each(|&(x, n)| sums.add(x, n));
        sums
    }

    fn many(g: u32) -> Vec<(f64, f64)> {
        (0..g).map(|i| (f64::from(i * i % 17), 1.0 + f64::from(i % 3))).collect()
    }

    /// Fifteen stakeholders' spend and orders, skewed as such things are.
    const SPEND: [(f64, f64); 15] = [
        (120.0, 3.0),
        (45.0, 1.0),
        (980.0, 7.0),
        (60.0, 2.0),
        (15.0, 1.0),
        (310.0, 4.0),
        (75.0, 1.0),
        (2200.0, 9.0),
        (33.0, 1.0),
        (410.0, 5.0),
        (90.0, 2.0),
        (150.0, 2.0),
        (22.0, 1.0),
        (640.0, 3.0),
        (58.0, 1.0),
    ];

    // import numpy as np; from scipy.optimize import brentq; from scipy.stats import t
    // def T(z, a, b, s):
    //     if 1 + 3 * a * (z - b) < 0: return s * (z - b + 1 / (3 * a)) - 1 / a
    //     ends = (-1 / a, 1e4) if a > 0 else (-1e4, -1 / a)
    //     return brentq(lambda u: u + a * u**2 + a**2 * u**3 / 3 + b - z, *ends, xtol=1e-14, rtol=1e-14)
    // def limits(x, n, level):        # for g > 0
    //     G = len(x); r = x.sum() / n.sum(); e = x - r * n; s2 = (e**2).sum(); g = (e**3).sum() / s2**1.5; u = g * (1 + 3 * g * g)
    //     se = np.sqrt(G / (G - 1) * s2) / n.sum(); c = (e * n).sum() / np.sqrt(s2) / n.sum(); z = t.isf((1 - level) / 2, G - 1); s = 1 + 10 / G
    //     return r - se * T(z, g / 3 - c, g / 6, s), r - se * T(-z, u / 3 - c, u / 6, s)
    // limits(*np.array(SPEND).T, .95), limits(*np.array(SPEND).T, .99); i = np.arange(250); limits(i * i % 17, 1 + i % 3, .95)
    #[test]
    fn limits_match_the_transformation_solved_by_scipy() {
        for (pairs, level, low, high) in [
            (SPEND.to_vec(), 0.95, 68.12954862802496, 274.9162331419857),
            (SPEND.to_vec(), 0.99, 49.837257665417965, 316.60463718645195),
            (many(250), 0.95, 3.613500430658914, 4.433435444878893),
        ] {
            let estimate = ratio(&sums(&pairs), level);
            assert_eq!(estimate.method, Some(Method::CubicTransformation));
            let (l, h) = ends(estimate.interval.unwrap());
            close(l, low, 1e-8);
            close(h, high, 1e-8);
        }
        close(studentised_ratio(&sums(&SPEND)).unwrap().asymmetry, 0.693019267017553, 1e-10);
    }

    // The mean of independent rows without skewness is the textbook case: scipy.stats.t.interval(.95, 11, 6.5, sqrt(13 / 12)), rows 1..12
    #[test]
    fn the_mean_of_symmetric_rows_is_students() {
        let pairs: Vec<_> = (1..=12).map(|i| (f64::from(i), 1.0)).collect();
        let estimate = ratio(&sums(&pairs), 0.95);
        let (low, high) = ends(estimate.interval.unwrap());
        assert_eq!(estimate.value, 6.5);
        close(low, 4.209142013453857, 1e-10);
        close(high, 8.790857986546143, 1e-10);
    }

    #[test]
    fn one_large_customer_among_ten_small_ones_has_limits_that_can_be_read_and_a_warning() {
        let mut pairs: Vec<_> = (1..=10).map(|i| (f64::from(10 * i), 1.0)).collect();
        pairs.push((100_000.0, 1.0));
        let (low, high) = ends(ratio(&sums(&pairs), 0.95).interval.unwrap());
        assert!(low >= 0.0 && high < 100_000.0, "{low} {high}");
        assert_eq!(studentised_ratio(&sums(&pairs)).unwrap().warning(), Some(IntervalWarning::Skewed));
    }

    #[test]
    fn one_who_answers_much_more_often_than_fifty_others_leaves_an_interval() {
        let mut pairs: Vec<_> = (0..50).map(|i| (f64::from(1 + i % 5), 1.0)).collect();
        pairs.push((2000.0, 500.0));
        assert!(ratio(&sums(&pairs), 0.95).interval.is_ok());
    }

    #[test]
    fn digits_that_are_lost_are_no_skewness() {
        // 1e6 + i^2: skewed, but by less than the digits of third powers show.
        let pairs: Vec<_> = (1..=101).map(|i| (1e6 + f64::from(i * i) / 8.0, 1.0)).collect();
        let found = studentised_ratio(&sums(&pairs)).unwrap();
        assert_eq!((found.asymmetry, found.lean), (0.0, 0.0));
        let margin = student_quantile(100.0, 0.95) * found.error;
        let (low, high) = ends(ratio(&sums(&pairs), 0.95).interval.unwrap());
        close(high - low, 2.0 * margin, 1e-9);
    }

    #[test]
    fn degenerate_sums() {
        assert_eq!(ratio(&ClusterSums::default(), 0.95), Estimate::undefined());
        assert_eq!(ratio(&sums(&[(1.0, 2.0), (1.0, -2.0)]), 0.95), Estimate::undefined());
        let nine = many(9);
        let estimate = ratio(&sums(&nine[1..]), 0.95);
        assert_eq!(
            (estimate.interval, estimate.method),
            (Err(NoIntervalReason::TooFew), Some(Method::CubicTransformation))
        );
        for x in [0.0, 0.1] {
            let alike: Vec<_> = (1..=20).map(|n| (x * f64::from(n), f64::from(n))).collect();
            assert_eq!(ratio(&sums(&alike), 0.95).interval, Err(NoIntervalReason::ZeroVariance));
        }
        // The third power of 1e120 is no number.
        let huge: Vec<_> = (1..=20).map(|i| (1e120 * f64::from(i), 1.0)).collect();
        assert_eq!(ratio(&sums(&huge), 0.95).interval, Err(NoIntervalReason::NotDefined));
    }
}
