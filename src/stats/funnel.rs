//! Funnels: which segments lie further from the whole than their size explains.
//!
//! Small segments vary more than large ones, so a ranking shows little but size. A funnel puts limits round the value of the whole that
//! narrow with a segment's size; where segments as such differ more than chance allows, all limits are widened by as much. The limits are
//! for one segment each: of twenty stable segments one lies beyond 95 % by chance. What is claimed of a segment among many goes by
//! [`stands`](super::stands).
//!
//! Spiegelhalter, Statistics in Medicine 24 (2005), 1185-1202. Quantiles have no funnel.

use super::distribution::{binomial_quantile, normal_quantile, student_quantile};
use super::ratio::AT_LEAST;
use super::sums::Design;
use super::{ClusterSums, Interval, quantile_type7};

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
    /// The effective number of rows at each of [`LEVELS`]; it need not be whole. Where every row is a stakeholder of its own both are the
    /// number of rows.
    pub n: [f64; 2],
}

impl Proportion {
    /// The share of a segment from its sums by stakeholder; `rows` is the number of rows in the whole, as for [`share`](super::share).
    /// `None` where the share has no interval.
    pub fn of(sums: &ClusterSums, rows: f64) -> Option<Proportion> {
        let value = sums.ratio().filter(|_| sums.n > 0.0 && rows > 0.0)?.clamp(0.0, 1.0);
        let n = |level: f64| Design::of(sums, value * (1.0 - value), rows, level).map(|design| design.n);
        Some(Proportion {
            value,
            n: [n(LEVELS[0])?, n(LEVELS[1])?],
        })
    }
}

/// A mean, ratio or other value of one segment with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The value.
    pub value: f64,
    /// Its standard error, in the same unit.
    pub error: f64,
    /// The degrees of freedom of the standard error; infinite where it is known.
    pub df: f64,
}

impl Measured {
    /// The mean or ratio of a segment from its sums by stakeholder, linearised. `None` below 10 stakeholders, as for
    /// [`ratio`](super::ratio), and where they do not vary.
    pub fn of(sums: &ClusterSums) -> Option<Measured> {
        Some(Measured {
            value: sums.ratio()?,
            error: sums.variance().filter(|_| sums.clusters >= AT_LEAST)?.sqrt(),
            df: sums.clusters as f64 - 1.0,
        })
        .filter(|measured| measured.error > 0.0)
    }
}

/// Where a segment lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Within the limits of 95 %, or on them.
    Inside,
    /// Beyond those of 95 %, not of 99.8 %.
    Beyond95,
    /// Beyond the limits of 99.8 %.
    Beyond998,
}

impl Place {
    /// The words in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Place::Inside => "inside",
            Place::Beyond95 => "beyond 95 %",
            Place::Beyond998 => "beyond 99.8 %",
        }
    }
}

/// One segment in a funnel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// The limits at each of [`LEVELS`], round the centre.
    pub limits: [Interval; 2],
    /// Where the segment lies; on which side tells its value.
    pub place: Place,
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
    let possible = |share: &Proportion| share.value.is_finite() && share.n.iter().all(|n| *n > 0.0 && n.is_finite());
    let range = (0.0, 1.0);
    funnel(segments, centre, range, |share| {
        possible(share).then(|| Expected {
            value: share.value,
            z: (share.value - centre) / (centre * (1.0 - centre) / share.n[0]).sqrt(),
            limits: [0, 1].map(|i| binomial_limits(centre, share.n[i], LEVELS[i])),
        })
    })
}

/// The funnel of means or ratios round that of the whole, or round a target: centre -+ t error sqrt(phi), with Student's t.
pub fn funnel_of_measured(segments: &[Option<Measured>], centre: f64) -> Funnel {
    let possible = |segment: &Measured| segment.value.is_finite() && segment.error > 0.0 && segment.error.is_finite() && segment.df >= 1.0;
    let range = (f64::NEG_INFINITY, f64::INFINITY);
    funnel(segments, centre, range, |segment| {
        possible(segment).then(|| {
            let margin = |level: f64| student_quantile(segment.df, level) * segment.error;
            Expected {
                value: segment.value,
                // As far out as a normal value that is as rare, so that few degrees do not pass for overdispersion.
                z: (segment.value - centre) / margin(LEVELS[0]) * normal_quantile(LEVELS[0]),
                limits: LEVELS.map(|level| (centre - margin(level), centre + margin(level))),
            }
        })
    })
}

/// What is expected of a segment that is like the whole.
struct Expected {
    value: f64,
    z: f64,
    limits: [(f64, f64); 2],
}

fn funnel<T>(segments: &[Option<T>], centre: f64, range: (f64, f64), expect: impl Fn(&T) -> Option<Expected>) -> Funnel {
    let defined = centre >= range.0 && centre <= range.1 && centre.is_finite();
    let expect = |segment: &T| if defined { expect(segment) } else { None };
    let expected: Vec<Option<Expected>> = segments.iter().map(|segment| expect(segment.as_ref()?)).collect();
    let phi = overdispersion(expected.iter().flatten().map(|expected| expected.z));
    let widen = |limit: f64| (centre + phi.sqrt() * (limit - centre)).clamp(range.0, range.1);
    let segment = |expected: &Expected| {
        let limits = expected.limits.map(|(low, high)| Interval::closed(widen(low), widen(high)));
        let slack = ROUNDING * expected.value.abs().max(centre.abs());
        let beyond = |interval: &Interval| {
            interval.low.is_some_and(|low| expected.value < low - slack) || interval.high.is_some_and(|high| expected.value > high + slack)
        };
        let place = match limits.each_ref().map(beyond) {
            [_, true] => Place::Beyond998,
            [true, false] => Place::Beyond95,
            [false, false] => Place::Inside,
        };
        Segment { limits, place }
    };
    Funnel {
        centre,
        phi,
        segments: expected.iter().map(|expected| expected.as_ref().map(segment)).collect(),
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
    use super::super::tests::{close, ends};
    use super::*;
    use proptest::prelude::*;

    fn plain(parts: f64, n: f64) -> Option<Proportion> {
        Some(Proportion {
            value: parts / n,
            n: [n, n],
        })
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

    // t.isf(tail, df) for each df, norm.isf(tail) for the infinite one; z = (y - 3.4) / e * norm.isf(.025) / t.isf(.025, df);
    // 3.4 -+ phi**.5 * t.isf(tail, df) * e
    #[test]
    fn a_funnel_of_means_matches_scipy() {
        let measured = |value: f64, error: f64, df: f64| Some(Measured { value, error, df });
        let funnel = funnel_of_measured(
            &[
                measured(3.1, 0.3, 30.0),
                measured(4.0, 0.5, 12.0),
                measured(2.2, 0.4, f64::INFINITY),
                measured(3.6, 0.2, 99.0),
                measured(5.9, 0.6, 9.0),
                measured(3.3, 0.25, 49.0),
            ],
            3.4,
        );
        close(funnel.phi, 2.1053134102912368, 1e-9);
        for (i, expected, place) in [
            (
                2,
                [2.262460566289579, 4.537539433710421, 1.606466478302809, 5.193533521697191],
                Place::Beyond95,
            ),
            (
                4,
                [1.4306069410729618, 5.369393058927038, -0.3407211960779013, 7.140721196077902],
                Place::Beyond95,
            ),
            (
                5,
                [2.671041746406462, 4.128958253593538, 2.2156171673657097, 4.58438283263429],
                Place::Inside,
            ),
        ] {
            let segment = funnel.segments[i].unwrap();
            let [(a, b), (c, d)] = segment.limits.map(ends);
            for (actual, expected) in [a, b, c, d].into_iter().zip(expected) {
                close(actual, expected, 1e-8);
            }
            assert_eq!(segment.place, place);
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
        let broken = |value: f64, n: f64| Some(Proportion { value, n: [n, n] });
        let funnel = funnel_of_shares(&[None, broken(0.5, 0.0), broken(f64::NAN, 5.0), plain(1.0, 2.0)], 0.5);
        assert_eq!(
            funnel.segments.iter().map(Option::is_some).collect::<Vec<_>>(),
            [false, false, false, true]
        );
        assert_eq!(funnel_of_shares(&[plain(1.0, 2.0)], f64::NAN).segments, [None]);
        assert_eq!(funnel_of_shares(&[], 0.5).phi, 1.0);
        let measured = |error: f64, df: f64| Some(Measured { value: 1.0, error, df });
        let funnel = funnel_of_measured(&[None, measured(0.0, 9.0), measured(f64::NAN, 9.0), measured(1.0, 0.0)], 0.5);
        assert_eq!(funnel.segments, [None; 4]);
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
        assert_eq!(
            Proportion::of(&simple, 40.0),
            Some(Proportion {
                value: 0.5,
                n: [40.0, 40.0]
            })
        );
        let mut clustered = ClusterSums::default();
        (0..10).for_each(|i| clustered.add(f64::from(i % 2) * 4.0, 4.0));
        let [n95, n998] = Proportion::of(&clustered, 40.0).unwrap().n;
        assert!(n998 < n95 && n95 < 10.0);
        let mut one = ClusterSums::default();
        one.add(2.0, 4.0);
        assert_eq!(Proportion::of(&one, 4.0), None);
        assert_eq!(Proportion::of(&ClusterSums::default(), 0.0), None);
        let measured = Measured::of(&simple).unwrap();
        // sqrt(40 / 39 * 40 * 0.25) / 40
        close(measured.error, 0.08006407690254357, 1e-15);
        assert_eq!((measured.value, measured.df), (0.5, 39.0));
        assert_eq!(Measured::of(&one), None);
        let mut alike = ClusterSums::default();
        (0..20).for_each(|_| alike.add(3.0, 1.0));
        assert_eq!(Measured::of(&alike), None);
    }

    proptest! {
        #[test]
        fn limits_nest_round_the_centre_and_mirror(
            segments in prop::collection::vec((0.0..=1.0, 0.01..500.0, 0.5..=1.0), 0..30),
            centre in 0.0..=1.0,
        ) {
            let given: Vec<_> = segments.iter().map(|&(value, n, less)| Some(Proportion { value, n: [n, n * less] })).collect();
            let others: Vec<_> = segments.iter().map(|&(value, n, less)| Some(Proportion { value: 1.0 - value, n: [n, n * less] })).collect();
            let (funnel, other) = (funnel_of_shares(&given, centre), funnel_of_shares(&others, 1.0 - centre));
            prop_assert!(funnel.phi >= 1.0 && funnel.phi.is_finite());
            prop_assert!((funnel.phi / other.phi - 1.0).abs() < 1e-6);
            for (segment, other) in funnel.segments.iter().zip(&other.segments) {
                let [(a, b), (c, d)] = segment.unwrap().limits.map(ends);
                prop_assert!(0.0 <= a && a <= centre && centre <= b && b <= 1.0);
                prop_assert!(0.0 <= c && c <= a + 1e-12 && b <= d + 1e-12 && d <= 1.0);
                let [(e, f), _] = other.unwrap().limits.map(ends);
                prop_assert!((a + f - 1.0).abs() < 1e-6 && (b + e - 1.0).abs() < 1e-6);
            }
        }
    }
}
