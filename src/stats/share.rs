//! A share: part of a whole, with Wilson's score interval at the effective sample size.

use super::distribution::normal_quantile;
use super::sums::Design;
use super::{ClusterSums, Confidence, Estimate, Interval, Method, NoIntervalReason};
use crate::codes::codes;

codes! {
    /// The interval of a share. Another one is a variant here with its limits, and a line in [`Method`].
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub enum ShareInterval {
        /// Wilson's score interval.
        #[default]
        Wilson = "wilson",
    }
}

impl ShareInterval {
    /// The limits of a share `p` of `n` independent rows; `n` need not be whole.
    pub fn limits(self, p: f64, n: f64, level: f64) -> (f64, f64) {
        match self {
            ShareInterval::Wilson => wilson(p, n, level),
        }
    }

    /// The method that it is shown as.
    pub fn method(self) -> Method {
        match self {
            ShareInterval::Wilson => Method::Wilson,
        }
    }

    /// The interval that is shown as this method; `None` if the method is not one of a share.
    pub fn of(method: Method) -> Option<ShareInterval> {
        ShareInterval::ALL.into_iter().find(|interval| interval.method() == method)
    }
}

/// The share x / n, with this interval at n* = rows / deff (z / t)^2.
///
/// `rows` is the number of rows in the whole: `sums.n`, unless the sums carry weights. With one row per stakeholder deff is exactly 1
/// and n* = n; else at least two stakeholders are needed. Of a share of 0 or 1, deff is rows / stakeholders.
///
/// Wilson, JASA 22 (1927), 209-212; the effective sample size after Kish, and Korn and Graubard (1998).
pub fn share(sums: &ClusterSums, rows: f64, confidence: Confidence) -> Estimate {
    let (interval, level) = (confidence.share, confidence.level);
    let Some(ratio) = sums.ratio().filter(|_| sums.n > 0.0 && rows > 0.0) else {
        return Estimate::undefined();
    };
    let value = ratio.clamp(0.0, 1.0);
    let Some(design) = Design::of(sums, value * (1.0 - value), rows, level) else {
        return Estimate::absent(value, interval.method(), NoIntervalReason::TooFew);
    };
    let (low, high) = interval.limits(value, design.n, level);
    Estimate {
        value,
        interval: Ok(Interval::closed(low, high)),
        method: Some(interval.method()),
        deff: Some(design.deff),
    }
}

/// Wilson's score limits of a share `p` of `n` independent rows; `n` need not be whole. Within [0, 1], and they hold `p`.
///
/// Wilson, JASA 22 (1927), 209-212; formula as in Newcombe, Statistics in Medicine 17 (1998), 857-872, method 3.
pub fn wilson(p: f64, n: f64, level: f64) -> (f64, f64) {
    let z = normal_quantile(level);
    // The smaller root in the form that neither cancels near 0 nor leaves [0, p]; the larger one is its mirror image.
    let low = |p: f64| {
        let root = z * (z * z + 4.0 * n * p * (1.0 - p)).sqrt();
        if p > 0.0 {
            (2.0 * n * p * p / (2.0 * n * p + z * z + root)).min(p)
        } else {
            0.0
        }
    };
    (low(p), 1.0 - low(1.0 - p))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, ends};
    use super::*;
    use proptest::prelude::*;

    fn simple(x: u64, n: u64) -> ClusterSums {
        ClusterSums {
            clusters: n,
            x: x as f64,
            n: n as f64,
            xx: x as f64,
            xn: x as f64,
            nn: n as f64,
            ..ClusterSums::default()
        }
    }

    fn clustered(pairs: &[(f64, f64)]) -> (ClusterSums, f64) {
        let mut sums = ClusterSums::default();
        pairs.iter().for_each(|&(x, n)| sums.add(x, n));
        (sums, sums.n)
    }

    const TEN: [(f64, f64); 10] = [
        (3.0, 4.0),
        (1.0, 5.0),
        (6.0, 6.0),
        (2.0, 5.0),
        (0.0, 2.0),
        (5.0, 5.0),
        (4.0, 4.0),
        (2.0, 6.0),
        (7.0, 8.0),
        (1.0, 3.0),
    ];

    // from statsmodels.stats.proportion import proportion_confint
    // proportion_confint(x, n, alpha=1 - level, method="wilson")
    #[test]
    fn independent_rows_match_statsmodels() {
        for (x, n, level, low, high) in [
            (0, 10, 0.95, 0.0, 0.277533),
            (8, 10, 0.95, 0.490162, 0.943318),
            (10, 10, 0.95, 0.722467, 1.0),
            (45, 50, 0.95, 0.786398, 0.956524),
            (1, 3, 0.95, 0.061492, 0.792340),
            (81, 263, 0.95, 0.255289, 0.366210),
        ] {
            let estimate = share(&simple(x, n), n as f64, Confidence::of(level));
            let (l, h) = ends(estimate.interval.unwrap());
            close(l, low, 5e-7);
            close(h, high, 5e-7);
            assert_eq!(estimate.deff, Some(1.0));
            assert_eq!(estimate.value, x as f64 / n as f64);
            assert_eq!(estimate.method, Some(Method::Wilson));
        }
        for (x, n, level, low, high) in [
            (1, 1_000, 0.95, 0.00017654637062607809, 0.0056425585979579355),
            (999_999, 1_000_000, 0.95, 0.9999943350881957, 0.9999998234754233),
            (3, 7, 0.8, 0.22598811161452578, 0.6583029463790934),
            (3, 7, 0.998, 0.09161890874602491, 0.8479564353748119),
            (50, 100, 0.5, 0.46635196422237973, 0.5336480357776203),
        ] {
            let (l, h) = ends(share(&simple(x, n), n as f64, Confidence::of(level)).interval.unwrap());
            close(l, low, 1e-12);
            close(h, high, 1e-12);
        }
    }

    #[test]
    fn extremes_are_exact() {
        assert_eq!(ends(share(&simple(0, 7), 7.0, Confidence::of(0.95)).interval.unwrap()).0, 0.0);
        assert_eq!(ends(share(&simple(7, 7), 7.0, Confidence::of(0.95)).interval.unwrap()).1, 1.0);
    }

    // p = x.sum() / n.sum(); e = x - p * n; v = G / (G - 1) * (e**2).sum() / n.sum()**2
    // deff = max(1, v / (p * (1 - p) / n.sum())); ns = n.sum() / deff * (norm.isf(.025) / t.isf(.025, G - 1))**2
    // proportion_confint(p * ns, ns, method="wilson")
    #[test]
    fn clusters_widen() {
        let (sums, rows) = clustered(&TEN);
        close(sums.variance().unwrap(), 0.0124113, 5e-8);
        let estimate = share(&sums, rows, Confidence::of(0.95));
        close(estimate.value, 0.645833, 5e-7);
        close(estimate.deff.unwrap(), 2.604540, 5e-7);
        close(
            Design::of(&sums, estimate.value * (1.0 - estimate.value), rows, 0.95).unwrap().n,
            13.83442,
            5e-6,
        );
        let (low, high) = ends(estimate.interval.unwrap());
        close(low, 0.388941, 5e-7);
        close(high, 0.839338, 5e-7);
    }

    // the same script, at 80 %, and for x = 1, 0, 40 of n = 2, 3, 50
    #[test]
    fn clusters_widen_at_other_levels_and_sizes() {
        let (sums, rows) = clustered(&TEN);
        let (low, high) = ends(share(&sums, rows, Confidence::of(0.8)).interval.unwrap());
        close(low, 0.4848258656670105, 1e-10);
        close(high, 0.7794154079013356, 1e-10);
        let (sums, rows) = clustered(&[(1.0, 2.0), (0.0, 3.0), (40.0, 50.0)]);
        let estimate = share(&sums, rows, Confidence::of(0.95));
        close(estimate.deff.unwrap(), 1.822521381057966, 1e-10);
        let (low, high) = ends(estimate.interval.unwrap());
        close(low, 0.3677787681282323, 1e-10);
        close(high, 0.936480828330704, 1e-10);
    }

    #[test]
    fn all_or_none_count_stakeholders() {
        for x in [0.0, 3.0] {
            let (sums, rows) = clustered(&[(x, 3.0); 4]);
            let estimate = share(&sums, rows, Confidence::of(0.95));
            assert_eq!(estimate.deff, Some(3.0));
            // proportion_confint(0, 4 * (norm.isf(.025) / t.isf(.025, 3))**2, method="wilson")
            let (low, high) = ends(estimate.interval.unwrap());
            close(if x == 0.0 { high } else { 1.0 - low }, 0.716873580482183, 1e-9);
        }
    }

    #[test]
    fn alike_stakeholders_do_not_narrow() {
        let (sums, rows) = clustered(&[(2.0, 4.0); 5]);
        assert_eq!(share(&sums, rows, Confidence::of(0.95)).deff, Some(1.0));
    }

    #[test]
    fn weights_cost_precision() {
        let mut sums = ClusterSums::default();
        for (i, weight) in [1.0, 4.0, 1.0, 4.0, 1.0, 4.0, 1.0, 4.0].into_iter().enumerate() {
            sums.add(if i < 4 { weight } else { 0.0 }, weight);
        }
        let estimate = share(&sums, 8.0, Confidence::of(0.95));
        assert_eq!(estimate.value, 0.5);
        // Kish: n sum(w^2) / sum(w)^2 = 8 * 68 / 400, times G / (G - 1).
        close(estimate.deff.unwrap(), 1.36 * 8.0 / 7.0, 1e-12);
    }

    #[test]
    fn weights_that_do_not_vary_change_nothing() {
        let mut sums = ClusterSums::default();
        [2.0, 0.0, 2.0, 2.0].into_iter().for_each(|x| sums.add(x, 2.0));
        assert_eq!(
            share(&sums, 4.0, Confidence::of(0.95)),
            share(&simple(3, 4), 4.0, Confidence::of(0.95))
        );
    }

    #[test]
    fn one_stakeholder_with_many_rows_has_no_interval() {
        let (sums, rows) = clustered(&[(2.0, 5.0)]);
        let estimate = share(&sums, rows, Confidence::of(0.95));
        assert_eq!(
            (estimate.value, estimate.interval, estimate.deff),
            (0.4, Err(NoIntervalReason::TooFew), None)
        );
    }

    #[test]
    fn a_share_of_nothing_is_not_defined() {
        assert_eq!(share(&ClusterSums::default(), 0.0, Confidence::of(0.95)), Estimate::undefined());
        assert_eq!(
            share(
                &ClusterSums {
                    x: f64::NAN,
                    n: 3.0,
                    clusters: 3,
                    ..ClusterSums::default()
                },
                3.0,
                Confidence::of(0.95)
            ),
            Estimate::undefined()
        );
    }

    proptest! {
        #[test]
        fn a_share_lies_within_its_interval(
            pairs in prop::collection::vec((0_u32..9, 0_u32..9), 1..30),
            level in 0.0..1.0,
        ) {
            let pairs: Vec<_> = pairs.into_iter().map(|(x, n)| (f64::from(x.min(n)), f64::from(n))).collect();
            let (sums, rows) = clustered(&pairs);
            let estimate = share(&sums, rows, Confidence::of(level));
            prop_assert!(estimate.value.is_finite());
            if let Ok(interval) = estimate.interval {
                let (low, high) = ends(interval);
                prop_assert!(0.0 <= low && low <= estimate.value && estimate.value <= high && high <= 1.0);
                prop_assert!(estimate.deff.unwrap() >= 1.0);
            }
        }

        #[test]
        fn wilson_is_its_own_mirror_image(x in 0_u32..1000, more in 1_u32..1000, level in 0.5..0.999) {
            let n = f64::from(x + more);
            let p = f64::from(x) / n;
            let (low, high) = wilson(p, n, level);
            let (mirror_low, mirror_high) = wilson(1.0 - p, n, level);
            prop_assert!((low - (1.0 - mirror_high)).abs() < 1e-12 && (high - (1.0 - mirror_low)).abs() < 1e-12);
        }
    }
}
