//! A ratio of sums, and a mean, which is one: sum of x over sum of n, by stakeholder.

use super::bootstrap::Studentised;
use super::distribution::student_quantile;
use super::{ClusterSums, Estimate, Interval, Method, NoIntervalReason};

/// Fewer stakeholders than this are resampled, where their pairs are given; from here on linearisation is good enough.
pub const BOOTSTRAP_BELOW: u64 = 200;

/// Fewer stakeholders than this have no interval.
pub(super) const AT_LEAST: u64 = 10;

/// The ratio of sums x / n, by stakeholder.
///
/// `clusters` are the pairs (x, n), needed below [`BOOTSTRAP_BELOW`] stakeholders: then the interval is studentised resampling's
/// ([`Studentised`]); else, or without them, the delta method's with Student's t of G - 1 degrees. Below 10 stakeholders there is none
/// ([`NoIntervalReason::TooFew`]), nor where all have the same ratio ([`NoIntervalReason::ZeroVariance`]).
///
/// Cochran, *Sampling Techniques* (1977), chapter 6, for the delta method; Efron and Tibshirani (1993), section 12.5.
pub fn ratio(sums: &ClusterSums, clusters: Option<&[(f64, f64)]>, level: f64) -> Estimate {
    let Some(value) = sums.ratio() else { return Estimate::undefined() };
    let pairs = clusters.filter(|_| sums.clusters < BOOTSTRAP_BELOW);
    let method = if pairs.is_some() { Method::BootstrapT } else { Method::DeltaMethod };
    let interval = if sums.clusters < AT_LEAST {
        Err(NoIntervalReason::TooFew)
    } else if let Some(pairs) = pairs {
        Studentised::of(pairs).and_then(|resampled| resampled.interval(level))
    } else {
        linearised(sums, value, level)
    };
    Estimate {
        value,
        interval,
        method: Some(method),
        deff: None,
    }
}

fn linearised(sums: &ClusterSums, value: f64, level: f64) -> Result<Interval, NoIntervalReason> {
    let variance = sums.variance().ok_or(NoIntervalReason::TooFew)?;
    if variance == 0.0 {
        return Err(NoIntervalReason::ZeroVariance);
    }
    let margin = student_quantile(sums.clusters as f64 - 1.0, level) * variance.sqrt();
    if margin.is_finite() {
        Ok(Interval::closed(value - margin, value + margin))
    } else {
        Err(NoIntervalReason::NotDefined)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, ends};
    use super::*;

    fn sums(pairs: &[(f64, f64)]) -> ClusterSums {
        let mut sums = ClusterSums::default();
        pairs.iter().for_each(|&(x, n)| sums.add(x, n));
        sums
    }

    fn many(g: u32) -> Vec<(f64, f64)> {
        (0..g).map(|i| (f64::from(i * i % 17), 1.0 + f64::from(i % 3))).collect()
    }

    // i = np.arange(250); x, n = i * i % 17, 1 + i % 3; r = x.sum() / n.sum()
    // h = t.isf(.025, 249) * np.sqrt(250 / 249 * ((x - r * n)**2).sum()) / n.sum(); r - h, r + h
    #[test]
    fn many_stakeholders_are_linearised() {
        let pairs = many(250);
        for clusters in [None, Some(&pairs[..])] {
            let estimate = ratio(&sums(&pairs), clusters, 0.95);
            assert_eq!(estimate.method, Some(Method::DeltaMethod));
            close(estimate.value, 4.012024048096192, 1e-12);
            let (low, high) = ends(estimate.interval.unwrap());
            close(low, 3.6025846448850536, 1e-10);
            close(high, 4.421463451307331, 1e-10);
        }
    }

    // The mean of independent rows is the textbook case: scipy.stats.t.interval(.95, 11, 6.5, sqrt(13 / 12)), rows 1..12
    #[test]
    fn the_mean_of_independent_rows_is_students() {
        let pairs: Vec<_> = (1..=12).map(|i| (f64::from(i), 1.0)).collect();
        let estimate = ratio(&sums(&pairs), None, 0.95);
        let (low, high) = ends(estimate.interval.unwrap());
        assert_eq!(estimate.value, 6.5);
        close(low, 4.209142013453857, 1e-10);
        close(high, 8.790857986546143, 1e-10);
    }

    #[test]
    fn few_stakeholders_are_resampled_and_agree_where_nothing_is_skewed() {
        let pairs = many(199);
        let estimate = ratio(&sums(&pairs), Some(&pairs), 0.95);
        assert_eq!(estimate.method, Some(Method::BootstrapT));
        let (low, high) = ends(estimate.interval.unwrap());
        let (l, h) = ends(ratio(&sums(&pairs), None, 0.95).interval.unwrap());
        close(low, l, 0.1 * (h - l));
        close(high, h, 0.1 * (h - l));
    }

    #[test]
    fn degenerate_sums() {
        assert_eq!(ratio(&ClusterSums::default(), None, 0.95), Estimate::undefined());
        assert_eq!(ratio(&sums(&[(1.0, 2.0), (1.0, -2.0)]), None, 0.95), Estimate::undefined());
        let nine = many(9);
        let estimate = ratio(&sums(&nine[1..]), Some(&nine), 0.95);
        assert_eq!(
            (estimate.interval, estimate.method),
            (Err(NoIntervalReason::TooFew), Some(Method::BootstrapT))
        );
        for x in [0.0, 0.1] {
            let alike: Vec<_> = (1..=20).map(|n| (x * f64::from(n), f64::from(n))).collect();
            assert_eq!(
                ratio(&sums(&alike), Some(&alike), 0.95).interval,
                Err(NoIntervalReason::ZeroVariance)
            );
            assert_eq!(ratio(&sums(&alike), None, 0.95).interval, Err(NoIntervalReason::ZeroVariance));
        }
    }
}
