//! Funnels: which segments lie further from the whole than their size explains.
//!
//! Small segments vary more than large ones, so a ranking shows little but size. A funnel puts limits round the value of the whole that
//! narrow with a segment's size; where segments as such differ more than chance allows, all limits are widened by as much. The limits are
//! for one segment each: of twenty stable segments one lies beyond 95 % by chance. What is claimed of a segment among many goes by
//! [`stands`](super::stands), of the p of its [`Segment`] or of its difference from the rest.
//!
//! Spiegelhalter, Statistics in Medicine 24 (2005), 1185-1202. Quantiles have no funnel.

use super::distribution::{binomial_quantile, normal_quantile, student_quantile};
use super::{Interval, p_value, quantile_type7};
use crate::codes::codes;

/// The levels of the two limits.
pub const LEVELS: [f64; 2] = [0.95, 0.998];

/// This part of the segments at either end is drawn in to the rest before the overdispersion is taken.
const WINSORISED: f64 = 0.1;

/// A segment this close to a limit, for its size, is on it.
const ROUNDING: f64 = 1e-12;

/// The share of one segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proportion {
    /// The share, between 0 and 1.
    pub value: f64,
    /// The number of rows over the design effect; it need not be whole.
    pub n: f64,
    /// The degrees of freedom of the design effect, stakeholders - 1; infinite where every row is a stakeholder of its own.
    pub df: f64,
}

impl Proportion {
    fn is_defined(&self) -> bool {
        self.value.is_finite() && self.n > 0.0 && self.n.is_finite() && self.df >= 1.0
    }

    /// How many standard errors the segment is from the centre, in terms of a normal value that is as rare.
    fn z(&self, centre: f64) -> f64 {
        (self.value - centre) / (centre * (1.0 - centre) / self.effective(LEVELS[0])).sqrt()
    }

    /// The limits of a segment of this size that is like the whole.
    fn limits(&self, centre: f64, level: f64) -> (f64, f64) {
        binomial_limits(centre, self.effective(level), level)
    }

    /// n*: the size of the simple sample with the same interval at a level.
    fn effective(&self, level: f64) -> f64 {
        self.n * (normal_quantile(level) / student_quantile(self.df, level)).powi(2)
    }
}

codes! {
    /// Where a segment lies.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Place {
        /// Within the limits of 95 %, or on them.
        Inside = "inside",
        /// Beyond those of 95 %, not of 99.8 %.
        Beyond95 = "beyond 95 %",
        /// Beyond the limits of 99.8 %.
        Beyond998 = "beyond 99.8 %",
    }
}

/// One segment in a funnel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// The limits at each of [`LEVELS`], round the centre.
    pub limits: [Interval; 2],
    /// Where the segment lies; on which side tells its value.
    pub place: Place,
    /// The smallest 1 - level whose limits leave the segment out, between 1e-12 and 1; for [`stands`](super::stands) and not for print.
    pub p: f64,
}

/// The limits of all segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// The value round which the limits lie.
    pub centre: f64,
    /// The overdispersion: how many times larger the variance between segments is than chance explains, at least 1. The limits are
    /// wider by its root.
    pub phi: f64,
    /// The segments in the order given; `None` for those without a size or standard error.
    pub segments: Vec<Option<Segment>>,
}

/// The funnel of shares round the share of the whole, or round a target.
///
/// The limits are exact: the binomial quantiles at n*, interpolated between the two counts whose tails hold the level, and between
/// the two whole n around n*. The upper limit is the lower one of the complement, so that it does not matter which of the two shares is
/// looked at and neither tail is ever larger than half of 1 - level. (Spiegelhalter's appendix interpolates the upper limit from above,
/// where the tail can be larger.) They are widened by sqrt(phi), the root of the mean z^2, winsorised by 10 % at either end.
pub fn funnel_of_shares(segments: &[Option<Proportion>], centre: f64) -> Funnel {
    let is_possible = centre.is_finite() && (0.0..=1.0).contains(&centre);
    let defined = |share: &&Proportion| is_possible && share.is_defined();
    let known: Vec<Option<&Proportion>> = segments.iter().map(|share| share.as_ref().filter(defined)).collect();
    let phi = overdispersion(known.iter().flatten().map(|share| share.z(centre)));
    let widened = |limit: f64| (centre + phi.sqrt() * (limit - centre)).clamp(0.0, 1.0);
    let segment = |share: &Proportion| {
        let limits = |level: f64| {
            let (low, high) = share.limits(centre, level);
            (widened(low), widened(high))
        };
        let slack = ROUNDING * share.value.abs().max(centre.abs());
        let holds = |(low, high): (f64, f64)| low - slack <= share.value && share.value <= high + slack;
        // As the interval of a difference: one that holds 0 where the limits hold the segment.
        let difference = |level: f64| {
            let away = if holds(limits(level)) { 0.0 } else { 1.0 };
            Some(Interval::closed(away, 1.0))
        };
        Segment {
            limits: LEVELS.map(limits).map(|(low, high)| Interval::closed(low, high)),
            place: match LEVELS.map(|level| holds(limits(level))) {
                [_, false] => Place::Beyond998,
                [false, true] => Place::Beyond95,
                [true, true] => Place::Inside,
            },
            p: p_value(difference).unwrap_or(1.0),
        }
    };
    Funnel {
        centre,
        phi,
        segments: known.into_iter().map(|share| share.map(segment)).collect(),
    }
}

/// phi: the mean z^2 with the outermost tenth of z at either end drawn in to the quantile there; at least 1, and 1 of no segments.
fn overdispersion(z: impl Iterator<Item = f64>) -> f64 {
    let mut z: Vec<f64> = z.filter(|z| z.is_finite()).collect();
    if z.is_empty() {
        return 1.0;
    }
    z.sort_unstable_by(f64::total_cmp);
    let (low, high) = (quantile_type7(&z, WINSORISED), quantile_type7(&z, 1.0 - WINSORISED));
    let squares: f64 = z.iter().map(|z| z.clamp(low, high.max(low)).powi(2)).sum();
    (squares / z.len() as f64).max(1.0)
}

/// The shares between which a share of `n` rows lies with at least `level`, of which each row is part with probability `q`.
fn binomial_limits(q: f64, n: f64, level: f64) -> (f64, f64) {
    (lower_limit(q, n, level), 1.0 - lower_limit(1.0 - q, n, level))
}

fn lower_limit(q: f64, n: f64, level: f64) -> f64 {
    if q >= 1.0 {
        return 1.0;
    }
    let whole = |n: f64| {
        if n > 0.0 {
            binomial_quantile(n as u64, q, (1.0 - level) / 2.0) / n
        } else {
            0.0
        }
    };
    let (below, part) = (n.floor(), n.fract());
    let limit = if part > 0.0 {
        (1.0 - part) * whole(below) + part * whole(below + 1.0)
    } else {
        whole(below)
    };
    limit.clamp(0.0, q)
}

#[cfg(test)]
mod tests {
    use super::super::ClusterSums;
    use super::super::random::SplitMix64;
    use super::super::stands;
    use super::super::sums::{Design, design_effect};
    use super::super::tests::{close, ends};
    use super::*;
    use proptest::prelude::*;

    fn plain(parts: f64, n: f64) -> Option<Proportion> {
        Some(Proportion {
            value: parts / n,
            n,
            df: f64::INFINITY,
        })
    }

    /// The share of a segment from its sums by stakeholder, of so many rows in the whole.
    fn of(sums: &ClusterSums, rows: f64) -> Option<Proportion> {
        let value = sums.ratio().filter(|_| sums.n > 0.0 && rows > 0.0)?.clamp(0.0, 1.0);
        let deff = design_effect(sums, value * (1.0 - value), rows)?;
        let df = if sums.is_simple(rows) {
            f64::INFINITY
        } else {
            sums.clusters as f64 - 1.0
        };
        Some(Proportion { value, n: rows / deff, df })
    }

    // from scipy.stats import binom
    // def r(q, n, tail):           # the interpolated quantile of Spiegelhalter's appendix A.1, as a share
    //     k = binom.ppf(tail, n, q); a = (binom.cdf(k, n, q) - tail) / binom.pmf(k, n, q)
    //     return max(0, (k - a) / n)
    // def low(q, n, tail):
    //     f = np.floor(n); w = n - f
    //     return (1 - w) * (r(q, f, tail) if f else 0) + w * r(q, f + 1, tail) if w else r(q, n, tail)
    // [v for tail in (.025, .001) for v in (low(q, n, tail), 1 - low(1 - q, n, tail))]
    #[test]
    fn limits_match_scipy() {
        for (q, n, expected) in [
            (0.5, 10.0, [0.1324444444444445, 0.8675555555555555, 0.0002400000000000291, 0.99976]),
            (
                0.3,
                100.0,
                [0.2069023857910731, 0.3969120141637881, 0.16026074689111872, 0.45156262386084933],
            ),
            (0.05, 40.0, [0.0, 0.14185752285368236, 0.0, 0.1973092380725492]),
            (
                0.9,
                250.0,
                [0.8593057622171861, 0.9377590905135536, 0.8349968921428276, 0.9556966556448896],
            ),
            (0.3, 13.83442, [0.030295277056150708, 0.5933839212421942, 0.0, 0.750027432455998]),
            (
                0.25,
                54321.5,
                [0.24635378871784358, 0.25365491227649783, 0.24426271414229705, 0.2557635301612482],
            ),
            (
                0.02,
                1e6,
                [
                    0.019725559060117772,
                    0.020275350068573506,
                    0.019568236978847575,
                    0.02043449963863564,
                ],
            ),
            (0.02, 0.4, [0.0, 0.9979591836734694, 0.0, 1.0]),
            (0.99, 0.7, [0.010606060606060596, 1.0, 0.0, 1.0]),
        ] {
            let [(a, b), (c, d)] = LEVELS.map(|level| binomial_limits(q, n, level));
            for (actual, expected) in [a, b, c, d].into_iter().zip(expected) {
                close(actual, expected, 1e-9);
            }
        }
        // The last digits of scipy's binom.pmf at this size are not to be relied on.
        close(binomial_limits(0.7, 1e8, 0.95).0, 0.6999101762722769, 1e-8);
    }

    // q = x.sum() / n.sum(); z = (x / n - q) / np.sqrt(q * (1 - q) / n); phi = (np.clip(z, *np.quantile(z, [.1, .9]))**2).mean()
    // [np.clip(q + phi**.5 * (v - q), 0, 1) for v in ...as above]
    #[test]
    fn a_funnel_of_shares_matches_numpy() {
        let parts = [30.0, 45.0, 12.0, 80.0, 22.0, 60.0, 5.0, 41.0, 9.0, 70.0];
        let wholes = [100.0, 120.0, 60.0, 200.0, 40.0, 150.0, 50.0, 90.0, 12.0, 310.0];
        let segments: Vec<_> = parts.iter().zip(wholes).map(|(x, n)| plain(*x, n)).collect();
        let funnel = funnel_of_shares(&segments, parts.iter().sum::<f64>() / wholes.iter().sum::<f64>());
        close(funnel.centre, 0.3303886925795053, 1e-15);
        close(funnel.phi, 6.197605086816701, 1e-12);
        for (i, expected) in [
            (0, [0.09176615268961641, 0.5761636411424588, 0.0, 0.7159073457601673]),
            (3, [0.16372461409191472, 0.500990471220574, 0.0746344355335039, 0.5981969446562607]),
            (8, [0.0, 1.0, 0.0, 1.0]),
            (
                9,
                [0.19731763708551267, 0.4661269901520527, 0.12511227837089778, 0.5433764605634819],
            ),
        ] {
            let segment = funnel.segments[i].unwrap();
            let [(a, b), (c, d)] = segment.limits.map(ends);
            for (actual, expected) in [a, b, c, d].into_iter().zip(expected) {
                close(actual, expected, 1e-9);
            }
            assert_eq!(segment.place, Place::Inside);
        }
    }

    #[test]
    fn places_and_their_words() {
        // Of 100 round a half, P(X <= 39) = 0.0176 and P(X <= 40) = 0.0284; P(X >= 66) = 0.0009.
        let mut segments = vec![plain(50.0, 100.0); 17];
        segments.extend([plain(40.0, 100.0), plain(39.0, 100.0), plain(66.0, 100.0)]);
        let funnel = funnel_of_shares(&segments, 0.5);
        let places: Vec<_> = funnel
            .segments
            .iter()
            .skip(17)
            .map(|segment| segment.unwrap().place.as_str())
            .collect();
        assert_eq!(funnel.phi, 1.0);
        assert_eq!(places, ["inside", "beyond 95 %", "beyond 99.8 %"]);
    }

    // Half the p is the tail up to the segment's own count, where the limit reaches it: 2 * binom.cdf(39, 100, .5), 2 * binom.sf(65, 100, .5)
    #[test]
    fn p_is_twice_the_exact_tail() {
        let funnel = funnel_of_shares(
            &[plain(50.0, 100.0), plain(39.0, 100.0), plain(66.0, 100.0), plain(50.0, 100.0)],
            0.5,
        );
        let p = |i: usize| funnel.segments[i].unwrap().p;
        assert!(funnel.phi > 1.0);
        close(p(0), 1.0, 1e-6);
        let alone = |parts: f64| {
            let mut segments = vec![plain(50.0, 100.0); 20];
            segments.push(plain(parts, 100.0));
            funnel_of_shares(&segments, 0.5).segments[20].unwrap().p
        };
        close(alone(39.0), 0.035200200217704855, 1e-8);
        close(alone(66.0), 0.0017899303914868528, 1e-9);
        assert!(p(1) > alone(39.0) && p(2) > alone(66.0));
    }

    // Exact limits are on the safe side, also where parts are few and intervals of differences are not.
    #[test]
    fn among_alike_segments_seldom_any_stands() {
        const FAMILIES: usize = 600;
        let mut draws = SplitMix64(11);
        for (segments, rows, q) in [(20, 100, 0.3), (20, 40, 0.05), (8, 30, 0.1)] {
            let standing = (0..FAMILIES).filter(|_| {
                let mut parts = || {
                    (0..rows)
                        .filter(|_| (draws.next() >> 11) as f64 / ((1_u64 << 53) as f64) < q)
                        .count() as f64
                };
                let given: Vec<_> = (0..segments).map(|_| plain(parts(), f64::from(rows))).collect();
                let centre = given.iter().flatten().map(|share| share.value).sum::<f64>() / f64::from(segments);
                let p: Vec<_> = funnel_of_shares(&given, centre)
                    .segments
                    .iter()
                    .map(|segment| Some(segment.as_ref()?.p))
                    .collect();
                stands(&p, 0.95).contains(&true)
            });
            let rate = standing.count() as f64 / FAMILIES as f64;
            assert!(rate <= 0.05, "{segments} of {rows}, {q}: {rate}");
        }
    }

    #[test]
    fn either_tail_is_at_most_half_of_what_the_level_leaves() {
        for n in 1..=50_i32 {
            for q in [0.01, 0.05, 0.2, 0.5, 0.7, 0.97] {
                let mut term = f64::powi(1.0 - q, n);
                let mut tails = [[0.0; 2]; 2];
                for x in 0..=n {
                    for (tail, level) in tails.iter_mut().zip(LEVELS) {
                        let (low, high) = binomial_limits(q, f64::from(n), level);
                        let p = f64::from(x) / f64::from(n);
                        tail[0] += if p < low - 1e-12 { term } else { 0.0 };
                        tail[1] += if p > high + 1e-12 { term } else { 0.0 };
                    }
                    term *= f64::from(n - x) / f64::from(x + 1) * q / (1.0 - q);
                }
                for (tail, level) in tails.iter().zip(LEVELS) {
                    assert!(
                        tail.iter().all(|tail| *tail <= (1.0 - level) / 2.0 + 1e-12),
                        "n {n}, q {q}: {tail:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn nothing_known_is_nothing_said() {
        let broken = |value: f64, n: f64| Some(Proportion { value, n, df: 5.0 });
        let funnel = funnel_of_shares(&[None, broken(0.5, 0.0), broken(f64::NAN, 5.0), plain(1.0, 2.0)], 0.5);
        assert_eq!(
            funnel.segments.iter().map(Option::is_some).collect::<Vec<_>>(),
            [false, false, false, true]
        );
        assert_eq!(funnel_of_shares(&[plain(1.0, 2.0)], f64::NAN).segments, [None]);
        assert_eq!(funnel_of_shares(&[], 0.5).phi, 1.0);
    }

    #[test]
    fn a_whole_without_variation_has_no_width() {
        for all in [0.0, 1.0] {
            let funnel = funnel_of_shares(&[plain(all * 5.0, 5.0), plain(all * 9.0, 9.0)], all);
            for segment in funnel.segments.iter().flatten() {
                assert_eq!((segment.limits, segment.place), ([Interval::closed(all, all); 2], Place::Inside));
            }
        }
    }

    #[test]
    fn sizes_are_effective() {
        let mut simple = ClusterSums::default();
        (0..40).for_each(|i| simple.add(f64::from(i % 2), 1.0));
        assert_eq!(of(&simple, 40.0), plain(20.0, 40.0));
        assert_eq!(plain(20.0, 40.0).unwrap().effective(0.998), 40.0);
        let mut clustered = ClusterSums::default();
        (0..10).for_each(|i| clustered.add(f64::from(i % 2) * 4.0, 4.0));
        let share = of(&clustered, 40.0).unwrap();
        // The variance is 10 / 9 * 40 / 1600 against 0.25 / 40.
        close(share.n, 40.0 / (40.0 / 9.0), 1e-12);
        for level in LEVELS {
            let n = Design::of(&clustered, 0.25, 40.0, level).unwrap().n;
            close(share.effective(level), n, 1e-12);
        }
        assert_eq!(share.df, 9.0);
        let mut one = ClusterSums::default();
        one.add(2.0, 4.0);
        assert_eq!(of(&one, 4.0), None);
        assert_eq!(of(&ClusterSums::default(), 0.0), None);
    }

    proptest! {
        #[test]
        fn limits_nest_round_the_centre_and_mirror(
            segments in prop::collection::vec((0.0..=1.0, 0.01..500.0, 5.0..100.0), 0..12),
            centre in 0.0..=1.0,
        ) {
            let given: Vec<_> = segments.iter().map(|&(value, n, df)| Some(Proportion { value, n, df })).collect();
            let others: Vec<_> = segments.iter().map(|&(value, n, df)| Some(Proportion { value: 1.0 - value, n, df })).collect();
            let (funnel, other) = (funnel_of_shares(&given, centre), funnel_of_shares(&others, 1.0 - centre));
            prop_assert!(funnel.phi >= 1.0 && funnel.phi.is_finite());
            prop_assert!((funnel.phi / other.phi - 1.0).abs() < 1e-6);
            for (segment, other) in funnel.segments.iter().zip(&other.segments) {
                let [(a, b), (c, d)] = segment.unwrap().limits.map(ends);
                prop_assert!(0.0 <= a && a <= centre && centre <= b && b <= 1.0);
                prop_assert!(0.0 <= c && c <= a + 1e-12 && b <= d + 1e-12 && d <= 1.0);
                let p = segment.unwrap().p;
                match segment.unwrap().place {
                    Place::Inside => prop_assert!(p >= 0.05 - 1e-6),
                    Place::Beyond95 => prop_assert!((0.002 - 1e-6..=0.05 + 1e-6).contains(&p)),
                    Place::Beyond998 => prop_assert!(p <= 0.002 + 1e-6),
                }
                let [(e, f), _] = other.unwrap().limits.map(ends);
                prop_assert!((a + f - 1.0).abs() < 1e-6 && (b + e - 1.0).abs() < 1e-6);
            }
        }
    }
}
