//! A quantile of rows, with an interval between two of the rows themselves.

use super::distribution::{binomial_lower_position, binomial_lower_rank};
use super::sums::Design;
use super::{ClusterSums, Estimate, Interval, Method, NoIntervalReason};

/// The `q`-quantile of ascending `sorted` values, by linear interpolation at 1 + (n - 1) q; 0 of no values.
///
/// Type 7 of Hyndman and Fan, The American Statistician 50 (1996), 361-365.
pub fn quantile_type7(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let position = last as f64 * q.clamp(0.0, 1.0);
    let below = position as usize;
    let above = (below + 1).min(last);
    interpolate(sorted[below], sorted[above], position - below as f64)
}

fn interpolate(below: f64, above: f64, fraction: f64) -> f64 {
    // Exact where both are the same, and never beyond either.
    if fraction == 0.0 {
        below
    } else {
        (below + fraction * (above - below)).clamp(below, above)
    }
}

/// The `q`-quantile of `values`, with the interval between two order statistics.
///
/// `values` come in any order and may be permuted. `clusters` says for each value, in the original order, which stakeholder it belongs
/// to: values of one stakeholder stand next to each other, `u32::MAX` is a stakeholder of its own, and an empty slice means that all are.
/// With one row per stakeholder the ranks are the binomial's, each tail at most alpha / 2, so that a median has a 95 % interval from 6 rows on,
/// a p90 from 36. Else n* comes from the share of rows up to the quantile, and the ranks are those of n* rows, times n / n*; they need two
/// stakeholders. One stakeholder who comes twice changes little. Ranks outside the data: [`NoIntervalReason::TooFew`].
///
/// Conover, *Practical Nonparametric Statistics* (1999), section 3.2; Woodruff, JASA 47 (1952), 635-646, for the variance of clustered rows,
/// and Korn and Graubard, *Survey Methodology* 24 (1998), 193-201, for the exact binomial limits of n* rows.
///
/// # Panics
/// If `clusters` is neither empty nor as long as `values`.
pub fn quantile(values: &mut [f64], clusters: &[u32], q: f64, level: f64) -> Estimate {
    assert!(
        clusters.is_empty() || clusters.len() == values.len(),
        "a stakeholder for every value, or for none"
    );
    if values.is_empty() || !(0.0..=1.0).contains(&q) || values.iter().any(|value| !value.is_finite()) {
        return Estimate::undefined();
    }
    let rows = values.len();
    let repeated = clusters.chunk_by(same).any(|run| run.len() > 1);
    if !repeated {
        let mut ranked = Ranked::new(values, q);
        let tail = (1.0 - level) / 2.0;
        let low = binomial_lower_rank(rows as u64, q, tail);
        let high = binomial_lower_rank(rows as u64, 1.0 - q, tail).map(|rank| rows as u64 + 1 - rank);
        return ranked.estimate(low.zip(high).map(|(low, high)| (low as usize, high as usize)), Some(1.0));
    }

    // The stakeholders are needed in the order of the values once the point is known, so it is ranked in a copy.
    let mut copy = values.to_vec();
    let mut ranked = Ranked::new(&mut copy, q);
    let mut sums = ClusterSums::default();
    let mut rest = &*values;
    for run in clusters.chunk_by(same) {
        let (own, others) = rest.split_at(run.len());
        rest = others;
        let below = own.iter().filter(|&&value| value <= ranked.point).count();
        sums.add(below as f64, own.len() as f64);
    }
    let below = sums.x / sums.n;
    let Some(design) = Design::of(&sums, below * (1.0 - below), rows as f64, level) else {
        return ranked.estimate(None, None);
    };
    let tail = (1.0 - level) / 2.0;
    // A rank of n* rows in as many rows as there are; a little more, lest rounding lose a whole one.
    let rank = |q: f64| binomial_lower_position(design.n, q, tail).map(|at| (at * rows as f64 / design.n + 1e-9).floor() as usize);
    let ranks = rank(q).zip(rank(1.0 - q)).map(|(low, high)| (low.max(1), rows + 1 - high.max(1)));
    ranked.estimate(ranks.filter(|(low, high)| low <= high), Some(design.deff))
}

/// Whether two neighbouring rows belong to one stakeholder.
fn same(a: &u32, b: &u32) -> bool {
    a == b && *a != u32::MAX
}

/// Values partitioned about the quantile, so that a further rank is looked for on one side of it only.
struct Ranked<'a> {
    values: &'a mut [f64],
    /// Index of the order statistic at or below the quantile; it is in its place.
    pivot: usize,
    point: f64,
}

impl<'a> Ranked<'a> {
    fn new(values: &'a mut [f64], q: f64) -> Ranked<'a> {
        let position = (values.len() - 1) as f64 * q;
        let pivot = position as usize;
        let (_, &mut below, upper) = values.select_nth_unstable_by(pivot, f64::total_cmp);
        let above = upper.iter().copied().min_by(f64::total_cmp).unwrap_or(below);
        let point = interpolate(below, above, position - pivot as f64);
        Ranked { values, pivot, point }
    }

    /// The order statistic of a 1-based rank.
    fn at(&mut self, rank: usize) -> f64 {
        let index = rank - 1;
        match index.cmp(&self.pivot) {
            std::cmp::Ordering::Less => *self.values[..self.pivot].select_nth_unstable_by(index, f64::total_cmp).1,
            std::cmp::Ordering::Equal => self.values[index],
            std::cmp::Ordering::Greater => {
                let after = self.pivot + 1;
                *self.values[after..].select_nth_unstable_by(index - after, f64::total_cmp).1
            }
        }
    }

    fn estimate(&mut self, ranks: Option<(usize, usize)>, deff: Option<f64>) -> Estimate {
        let interval = match ranks {
            Some((low, high)) => Ok(Interval::closed(self.at(low).min(self.point), self.at(high).max(self.point))),
            None => Err(NoIntervalReason::TooFew),
        };
        Estimate {
            value: self.point,
            interval,
            method: Some(Method::OrderStatistics),
            deff,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, ends};
    use super::*;
    use proptest::prelude::*;

    /// 1..=n, shuffled: the limits are then the ranks.
    fn ranks(n: usize, q: f64) -> Option<(f64, f64)> {
        let mut values: Vec<f64> = (1..=n).map(|i| ((i * 7919) % n + 1) as f64).collect();
        quantile(&mut values, &[], q, 0.95).interval.ok().map(ends)
    }

    #[test]
    fn ranks_of_independent_rows() {
        assert_eq!(ranks(20, 0.5), Some((6.0, 15.0)));
        assert_eq!(ranks(35, 0.5), Some((12.0, 24.0)));
        assert_eq!(ranks(100, 0.9), Some((84.0, 96.0)));
        assert_eq!(ranks(5, 0.5), None);
    }

    #[test]
    fn the_fewest_rows_that_have_an_interval() {
        for (q, fewest) in [(0.5, 6), (0.75, 13), (0.9, 36), (0.95, 72), (0.25, 13), (0.1, 36)] {
            assert_eq!(ranks(fewest - 1, q), None, "q {q}");
            assert!(ranks(fewest, q).is_some(), "q {q}");
        }
    }

    // numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], q)
    #[test]
    fn type_7_matches_numpy() {
        let sorted = [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0];
        for (q, expected) in [
            (0.0, 1.0),
            (0.1, 1.0),
            (0.25, 1.75),
            (0.5, 3.5),
            (0.9, 6.9),
            (0.95, 7.95),
            (1.0, 9.0),
        ] {
            close(quantile_type7(&sorted, q), expected, 1e-12);
            let mut values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
            close(quantile(&mut values, &[], q, 0.95).value, expected, 1e-12);
        }
        assert_eq!(quantile_type7(&[], 0.5), 0.0);
        assert_eq!(quantile_type7(&[7.0], 0.9), 7.0);
    }

    // from scipy.special import betainc; from scipy.optimize import brentq
    // v, g = np.arange(1, 61) * 4 % 61, np.arange(60) // 6; m = np.quantile(v, .5); n = 60; G = 10
    // x = np.bincount(g, v <= m); p = x.sum() / n; e = x - p * 6; vv = G / (G - 1) * (e**2).sum() / n**2
    // deff = max(1, vv / (p * (1 - p) / n)); ns = n / deff * (norm.isf(.025) / t.isf(.025, G - 1))**2
    // a = brentq(lambda a: betainc(ns - a + 1, a, .5) - .025, 1, ns); floor(a * n / ns), n + 1 - floor(a * n / ns)   # v is a permutation
    #[test]
    fn clusters_move_the_ranks_apart() {
        let values: Vec<f64> = (1..=60).map(|i| f64::from(i * 4 % 61)).collect();
        let clusters: Vec<u32> = (0..60).map(|i| i / 6).collect();
        let estimate = quantile(&mut values.clone(), &clusters, 0.5, 0.95);
        assert_eq!(estimate.value, 30.5);
        close(estimate.deff.unwrap(), 3.4074074074074074, 1e-10);
        assert_eq!(ends(estimate.interval.unwrap()), (16.0, 45.0));
        let p90 = quantile(&mut values.clone(), &clusters, 0.9, 0.95);
        assert_eq!((p90.value, p90.interval), (54.1, Err(NoIntervalReason::TooFew)));
    }

    // Of 45 people, or 15, one comes twice.
    #[test]
    fn one_who_comes_twice_changes_little() {
        let of = |people: u32, q: f64| {
            let mut values: Vec<f64> = (0..=people).map(|i| f64::from(i * 17 % (people + 1) + 1)).collect();
            let clusters: Vec<u32> = (0..=people).map(|i| i.max(1)).collect();
            quantile(&mut values, &clusters, q, 0.95).interval.ok().map(ends)
        };
        assert_eq!(ranks(46, 0.9), Some((37.0, 46.0)));
        assert_eq!(of(45, 0.9), Some((37.0, 46.0)));
        assert_eq!(ranks(16, 0.5), Some((4.0, 13.0)));
        assert_eq!(of(15, 0.5), Some((4.0, 13.0)));
    }

    #[test]
    fn rows_without_a_stakeholder_stand_alone() {
        let values: Vec<f64> = (0..40).map(f64::from).collect();
        let anonymous = quantile(&mut values.clone(), &[u32::MAX; 40], 0.5, 0.95);
        assert_eq!(anonymous, quantile(&mut values.clone(), &[], 0.5, 0.95));
        assert_eq!(anonymous, quantile(&mut values.clone(), &(0..40).collect::<Vec<_>>(), 0.5, 0.95));
        assert_eq!(anonymous.deff, Some(1.0));
    }

    #[test]
    fn degenerate_rows() {
        assert_eq!(quantile(&mut [], &[], 0.5, 0.95), Estimate::undefined());
        assert_eq!(quantile(&mut [1.0, f64::NAN], &[], 0.5, 0.95), Estimate::undefined());
        assert_eq!(quantile(&mut [1.0], &[], f64::NAN, 0.95), Estimate::undefined());
        let one = quantile(&mut [1.0, 2.0, 3.0], &[4, 4, 4], 0.5, 0.95);
        assert_eq!((one.value, one.interval, one.deff), (2.0, Err(NoIntervalReason::TooFew), None));
        let alike = quantile(
            &mut [5.0; 20],
            &[1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10],
            0.5,
            0.95,
        );
        assert_eq!((alike.value, alike.deff), (5.0, Some(2.0)));
    }

    proptest! {
        #[test]
        fn selecting_agrees_with_sorting(
            mut values in prop::collection::vec(-50_i32..50, 1..120),
            runs in prop::collection::vec(1_usize..5, 120),
            q in 0.01..0.99,
        ) {
            let clusters: Vec<u32> = runs.iter().enumerate().flat_map(|(i, &n)| vec![i as u32; n]).take(values.len()).collect();
            let mut floats: Vec<f64> = values.iter().map(|&v| f64::from(v)).collect();
            let estimate = quantile(&mut floats, &clusters, q, 0.95);
            values.sort_unstable();
            let sorted: Vec<f64> = values.iter().map(|&v| f64::from(v)).collect();
            prop_assert!((estimate.value - quantile_type7(&sorted, q)).abs() < 1e-9);
            if let Ok(interval) = estimate.interval {
                prop_assert!(interval.holds(estimate.value));
                let (low, high) = ends(interval);
                prop_assert!(sorted.contains(&low) || low == estimate.value);
                prop_assert!(sorted.contains(&high) || high == estimate.value);
            }
        }

        #[test]
        fn every_rank_is_found(mut values in prop::collection::vec(-1e3..1e3, 1..60), q in 0.0..1.0) {
            let mut sorted: Vec<f64> = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let mut ranked = Ranked::new(&mut values, q);
            for rank in 1..=sorted.len() {
                prop_assert_eq!(ranked.at(rank), sorted[rank - 1]);
            }
        }
    }
}
