//! Sums over stakeholders, and the variance that follows from them.
//!
//! A pair (x, n) by stakeholder, part and whole, is all that shares, net shares, means and ratios need: with p = sum x / sum n and the
//! residuals e = x - p n, the linearised variance of p over G stakeholders is G / (G - 1) sum(e^2) / (sum n)^2.

use super::distribution::{normal_quantile, student_quantile};

/// A residual sum of squares below this part of the raw sum of squares cannot be told from rounding.
const ROUNDING: f64 = 1e-12;

/// A residual sum of squares above this part of the raw sum of squares leaves enough digits of third moments.
const SKEWNESS_SHOWS: f64 = 1e-5;

/// Sums over stakeholders g of x_g (part) and n_g (whole).
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct ClusterSums {
    /// Stakeholders that have any part or whole.
    pub clusters: u64,
    /// Sum of x.
    pub x: f64,
    /// Sum of n.
    pub n: f64,
    /// Sum of x squared.
    pub xx: f64,
    /// Sum of x times n.
    pub xn: f64,
    /// Sum of n squared.
    pub nn: f64,
    /// Sum of x to the third power.
    pub xxx: f64,
    /// Sum of x squared times n.
    pub xxn: f64,
    /// Sum of x times n squared.
    pub xnn: f64,
    /// Sum of n to the third power.
    pub nnn: f64,
    /// Whether any part or whole is below 0.
    pub has_negative: bool,
}

impl ClusterSums {
    /// Adds one stakeholder; one with neither part nor whole does not count.
    pub fn add(&mut self, x: f64, n: f64) {
        if x == 0.0 && n == 0.0 {
            return;
        }
        self.clusters += 1;
        self.x += x;
        self.n += n;
        self.xx += x * x;
        self.xn += x * n;
        self.nn += n * n;
        self.xxx += x * x * x;
        self.xxn += x * x * n;
        self.xnn += x * n * n;
        self.nnn += n * n * n;
        self.has_negative |= x < 0.0 || n < 0.0;
    }

    /// Adds the sums of other stakeholders.
    pub fn merge(&mut self, other: &ClusterSums) {
        self.clusters += other.clusters;
        self.x += other.x;
        self.n += other.n;
        self.xx += other.xx;
        self.xn += other.xn;
        self.nn += other.nn;
        self.xxx += other.xxx;
        self.xxn += other.xxn;
        self.xnn += other.xnn;
        self.nnn += other.nnn;
        self.has_negative |= other.has_negative;
    }

    /// x / n, where that is a number.
    pub(super) fn ratio(&self) -> Option<f64> {
        Some(self.x / self.n).filter(|p| p.is_finite())
    }

    /// Sum of the squared residuals e = x - p n; exactly 0 where only rounding is left of it.
    pub(super) fn residual_squares(&self) -> f64 {
        let Some(p) = self.ratio() else { return 0.0 };
        let raw = self.xx + p * p * self.nn;
        let squares = raw - 2.0 * p * self.xn;
        if squares > ROUNDING * raw { squares } else { 0.0 }
    }

    /// The linearised variance of x / n; `None` below two stakeholders.
    pub(super) fn variance(&self) -> Option<f64> {
        let g = self.clusters as f64;
        (self.clusters >= 2).then(|| g / (g - 1.0) * self.residual_squares() / (self.n * self.n))
    }

    /// How skewed the studentised ratio is: the asymmetry and lean of [`Studentised`](super::Studentised). Both are 0 where residuals are so
    /// small a part of what they are of that the digits of third moments do not show them. `None` where the third moment is too large to be
    /// a number, or the ratio does not vary.
    pub(super) fn asymmetry(&self) -> Option<(f64, f64)> {
        let p = self.ratio()?;
        let squares = self.residual_squares();
        if squares <= SKEWNESS_SHOWS * (self.xx + p * p * self.nn) {
            return (squares > 0.0).then_some((0.0, 0.0));
        }
        let scale = squares.sqrt();
        let cubes = self.xxx - 3.0 * p * self.xxn + 3.0 * p * p * self.xnn - p.powi(3) * self.nnn;
        let (asymmetry, lean) = (cubes / (squares * scale), (self.xn - p * self.nn) / (scale * self.n));
        (asymmetry.is_finite() && lean.is_finite()).then(|| (asymmetry.clamp(-1.0, 1.0), lean))
    }

    /// Whether every row is a stakeholder of its own and all weigh the same.
    pub(super) fn is_simple(&self, rows: f64) -> bool {
        self.clusters as f64 == rows && self.nn * rows == self.n * self.n
    }
}

/// How a clustered sample compares with a simple one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Design {
    /// The design effect: variance over stakeholders / variance of as many independent rows, at least 1.
    pub deff: f64,
    /// The size of the simple sample with the same interval, Student's t taken into account.
    pub n: f64,
}

impl Design {
    /// The design of `rows` rows whose single-row variance is `row_variance`, 0 where all rows are alike (then every stakeholder
    /// counts once). `None` below two stakeholders, unless every row is one of its own.
    ///
    /// Kish, *Survey Sampling* (1965), for the design effect; Rao and Scott, Biometrics 48 (1992), 577-585, for n / deff; Donner and Klar,
    /// *Design and Analysis of Cluster Randomization Trials* (2000); the square of z / t after Korn and Graubard, *Survey Methodology* 24
    /// (1998), 193-201.
    pub fn of(sums: &ClusterSums, row_variance: f64, rows: f64, level: f64) -> Option<Design> {
        if sums.is_simple(rows) {
            return Some(Design { deff: 1.0, n: rows });
        }
        let deff = design_effect(sums, row_variance, rows)?;
        let narrowing = normal_quantile(level) / student_quantile(sums.clusters as f64 - 1.0, level);
        // At level 0 both quantiles are 0, and there is nothing to narrow.
        let narrowing = if narrowing.is_nan() { 1.0 } else { narrowing };
        Some(Design {
            deff,
            n: rows / deff * narrowing * narrowing,
        })
    }
}

/// The design effect alone; `None` below two stakeholders.
pub(super) fn design_effect(sums: &ClusterSums, row_variance: f64, rows: f64) -> Option<f64> {
    if sums.is_simple(rows) {
        return Some(1.0);
    }
    let variance = sums.variance()?;
    let deff = if row_variance > ROUNDING {
        variance / (row_variance / rows)
    } else {
        rows / sums.clusters as f64
    };
    Some(deff.max(1.0))
}

/// Sums over stakeholders of the products of their pairs in two samples, such as two periods.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct CrossSums {
    /// Sum of x in the first times x in the second.
    pub x1x2: f64,
    /// Sum of x in the first times n in the second.
    pub x1n2: f64,
    /// Sum of n in the first times x in the second.
    pub n1x2: f64,
    /// Sum of n in the first times n in the second.
    pub n1n2: f64,
}

impl CrossSums {
    /// Adds one stakeholder that is in both samples.
    pub fn add(&mut self, first: (f64, f64), second: (f64, f64)) {
        self.x1x2 += first.0 * second.0;
        self.x1n2 += first.0 * second.1;
        self.n1x2 += first.1 * second.0;
        self.n1n2 += first.1 * second.1;
    }

    /// Adds the products of other stakeholders.
    pub fn merge(&mut self, other: &CrossSums) {
        self.x1x2 += other.x1x2;
        self.x1n2 += other.x1n2;
        self.n1x2 += other.n1x2;
        self.n1n2 += other.n1n2;
    }

    /// The correlation of the two samples' totals of x, where x are counts of events: sum(x1 x2) / sqrt(sum(x1^2) sum(x2^2)).
    ///
    /// The variance of a count is estimated by the sum of squares, in which the rates of stakeholders are too, and what these have in common in
    /// both samples is in the sum of products. So the variance of the difference is that of sum(x1 - x2)^2.
    pub fn correlation_of_counts(&self, first: &ClusterSums, second: &ClusterSums) -> f64 {
        let r = self.x1x2 / (first.xx * second.xx).sqrt();
        if r.is_finite() { r.clamp(-1.0, 1.0) } else { 0.0 }
    }

    /// The correlation of the two samples' x / n through the stakeholders they share: r = sum(e1 e2) / sqrt(sum(e1^2) sum(e2^2)),
    /// the squares over all stakeholders of each sample. 0 where none are shared or one side does not vary; within [-1, 1].
    ///
    /// The covariance of two linearised ratios (Kish, *Survey Sampling*, 1965, section 12.4).
    pub fn correlation(&self, first: &ClusterSums, second: &ClusterSums) -> f64 {
        let (Some(p1), Some(p2)) = (first.ratio(), second.ratio()) else {
            return 0.0;
        };
        let products = self.x1x2 - p2 * self.x1n2 - p1 * self.n1x2 + p1 * p2 * self.n1n2;
        let scale = (first.residual_squares() * second.residual_squares()).sqrt();
        let r = products / scale;
        if r.is_finite() { r.clamp(-1.0, 1.0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::close;
    use super::*;
    use proptest::prelude::*;

    fn sums(pairs: &[(f64, f64)]) -> ClusterSums {
        let mut sums = ClusterSums::default();
        pairs.iter().for_each(|&(x, n)| sums.add(x, n));
        sums
    }

    type Pair = (f64, f64);

    fn cross(pairs: &[(Pair, Pair)]) -> CrossSums {
        let mut sums = CrossSums::default();
        pairs.iter().for_each(|&(first, second)| sums.add(first, second));
        sums
    }

    fn merged(a: &ClusterSums, b: &ClusterSums) -> ClusterSums {
        let mut sum = *a;
        sum.merge(b);
        sum
    }

    #[test]
    fn stakeholders_without_anything_do_not_count() {
        assert_eq!(sums(&[(0.0, 0.0)]), ClusterSums::default());
        assert_eq!(sums(&[(0.0, 2.0), (0.0, 0.0), (1.0, 0.0)]).clusters, 2);
    }

    #[test]
    fn one_row_each_is_simple_only_with_equal_weights() {
        assert!(sums(&[(1.0, 1.0), (0.0, 1.0)]).is_simple(2.0));
        assert!(
            !sums(&[(1.0, 1.5), (0.0, 0.5)]).is_simple(2.0),
            "weights that add up to the row count"
        );
        assert!(!sums(&[(1.0, 2.0), (0.0, 1.0)]).is_simple(3.0));
    }

    #[test]
    fn equal_ratios_leave_no_residual() {
        assert_eq!(sums(&[(0.1, 1.0), (0.3, 3.0), (0.7, 7.0)]).residual_squares(), 0.0);
        close(sums(&[(1.0, 1.0), (0.0, 1.0)]).residual_squares(), 0.5, 1e-15);
    }

    // e1, e2 = x1 - p1 * n1, x2 - p2 * n2    (numpy; stakeholder 4 is new, 3 is gone)
    // x1, n1 = [3, 1, 4, 0], [4, 5, 6, 0]; x2, n2 = [2, 2, 0, 5], [3, 5, 0, 6]
    // (e1 * e2).sum() / sqrt((e1**2).sum() * (e2**2).sum())
    #[test]
    fn correlation_matches_the_residuals() {
        let pairs = [
            ((3.0, 4.0), (2.0, 3.0)),
            ((1.0, 5.0), (2.0, 5.0)),
            ((4.0, 6.0), (0.0, 0.0)),
            ((0.0, 0.0), (5.0, 6.0)),
        ];
        let first = sums(&pairs.map(|p| p.0));
        let second = sums(&pairs.map(|p| p.1));
        let (p1, p2) = (8.0 / 15.0, 9.0 / 14.0);
        let e1 = pairs.map(|((x, n), _)| x - p1 * n);
        let e2 = pairs.map(|(_, (x, n))| x - p2 * n);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let expected = dot(&e1, &e2) / (dot(&e1, &e1) * dot(&e2, &e2)).sqrt();
        close(cross(&pairs).correlation(&first, &second), expected, 1e-12);
        close(expected, 0.6120351570258424, 1e-12);
    }

    // Three have 2, 0, 3 events and then 1, 4, 3, a fourth is new with 1: 2 + 9 of sqrt((4 + 9) * (1 + 16 + 9 + 1))
    #[test]
    fn counts_correlate_through_those_who_have_events_in_both() {
        let (newer, older) = (
            sums(&[(2.0, 0.0), (3.0, 0.0)]),
            sums(&[(1.0, 0.0), (4.0, 0.0), (3.0, 0.0), (1.0, 0.0)]),
        );
        let both = cross(&[((2.0, 0.0), (1.0, 0.0)), ((3.0, 0.0), (3.0, 0.0))]);
        close(both.correlation_of_counts(&newer, &older), 11.0 / (13.0_f64 * 27.0).sqrt(), 1e-15);
        assert_eq!(both.correlation_of_counts(&ClusterSums::default(), &older), 0.0);
    }

    #[test]
    fn a_sample_correlates_fully_with_itself_and_not_with_strangers() {
        let pairs = [(3.0, 4.0), (1.0, 5.0), (4.0, 6.0)];
        let own = sums(&pairs);
        close(cross(&pairs.map(|p| (p, p))).correlation(&own, &own), 1.0, 1e-12);
        assert_eq!(CrossSums::default().correlation(&own, &own), 0.0);
        let flat = sums(&[(1.0, 2.0), (2.0, 4.0)]);
        assert_eq!(cross(&[((3.0, 4.0), (1.0, 2.0))]).correlation(&own, &flat), 0.0);
        assert_eq!(CrossSums::default().correlation(&ClusterSums::default(), &own), 0.0);
    }

    fn counts() -> impl Strategy<Value = Vec<(f64, f64)>> {
        prop::collection::vec((0_u32..20, 0_u32..20).prop_map(|(x, n)| (f64::from(x.min(n)), f64::from(n))), 0..12)
    }

    proptest! {
        // Of whole numbers, sums are exact, so these hold to the last bit.
        #[test]
        fn merging_is_associative_commutative_and_has_an_identity(a in counts(), b in counts(), c in counts()) {
            let (a, b, c) = (sums(&a), sums(&b), sums(&c));
            prop_assert_eq!(merged(&a, &ClusterSums::default()), a);
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        }

        #[test]
        fn merging_is_adding_all(a in counts(), b in counts()) {
            let all: Vec<_> = a.iter().chain(&b).copied().collect();
            prop_assert_eq!(merged(&sums(&a), &sums(&b)), sums(&all));
            let twice: Vec<_> = a.iter().map(|&p| (p, p)).chain(b.iter().map(|&p| (p, p))).collect();
            let mut parts = cross(&twice[..a.len()]);
            parts.merge(&cross(&twice[a.len()..]));
            prop_assert_eq!(parts, cross(&twice));
        }

        #[test]
        fn a_correlation_is_one(a in counts(), b in counts()) {
            let pairs: Vec<_> = a.iter().copied().zip(b.iter().copied()).collect();
            let r = cross(&pairs).correlation(&sums(&a), &sums(&b));
            prop_assert!((-1.0..=1.0).contains(&r));
        }
    }
}
