//! Many comparisons at once: of twenty segments one is "clearly different" by chance alone.

use super::Interval;
use super::distribution::student_quantile;

/// The smallest p that [`p_value`] tells apart.
const SMALLEST: f64 = 1e-12;

/// The p-value that belongs to a family of intervals: the smallest 1 - level whose interval leaves out 0.
///
/// `interval_at` gives the interval of a difference at a level, or `None` where there is none at that level (it then rules out nothing).
/// Between 1e-12 and 1, to 6 digits; `None` where there is no interval at any ordinary level. The p-value is for [`benjamini_hochberg`] and
/// not for print.
pub fn p_value(interval_at: impl Fn(f64) -> Option<Interval>) -> Option<f64> {
    let leaves_out_0 = |p: f64| interval_at(1.0 - p).is_some_and(|interval| !interval.holds(0.0));
    interval_at(0.5)?;
    if leaves_out_0(SMALLEST) {
        return Some(SMALLEST);
    }
    // On the log scale, since what matters of a p-value is its order of magnitude.
    let (mut no, mut yes) = (SMALLEST.ln(), 0.0);
    while yes - no > 1e-7 {
        let middle = f64::midpoint(no, yes);
        if leaves_out_0(f64::exp(middle)) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    Some(f64::exp(yes))
}

/// The p-value of a difference of which one interval is known only, because one at another level costs too much (resampling, ranks): the
/// arm of the interval towards 0 is taken to grow with the level as Student's t of `df` degrees of freedom does, 1 at least. At the level
/// of the interval itself that is exact: p < 1 - level if and only if the interval leaves out 0. 1 where the arm is open.
pub fn scaled_p_value(delta: f64, interval: &Interval, df: f64, level: f64) -> Option<f64> {
    let df = df.max(1.0);
    let towards_0 = if delta > 0.0 { interval.low } else { interval.high };
    let Some(arm) = towards_0.map(|limit| (delta - limit).abs()).filter(|_| delta != 0.0) else {
        return delta.is_finite().then_some(1.0);
    };
    let unit = arm / student_quantile(df, level);
    p_value(|at| {
        let margin = unit * student_quantile(df, at);
        margin.is_finite().then(|| Interval::closed(delta - margin, delta + margin))
    })
}

/// Benjamini-Hochberg adjusted p-values, in the order given: rejecting those below x keeps the expected share of false rejections
/// below x. A NaN counts as 1.
///
/// Benjamini and Hochberg, JRSS B 57 (1995), 289-300, in the step-up form.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let p: Vec<f64> = p.iter().map(|p| if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }).collect();
    let mut descending: Vec<usize> = (0..p.len()).collect();
    descending.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    let mut adjusted = vec![1.0; p.len()];
    let mut smallest = 1.0_f64;
    for (place, &i) in descending.iter().enumerate() {
        let rank = p.len() - place;
        smallest = smallest.min(p[i] * (p.len() as f64 / rank as f64));
        adjusted[i] = smallest;
    }
    adjusted
}

/// Which of many readings stand: those whose Benjamini-Hochberg adjusted p is below 1 - `level`. Of the readings that stand, the expected
/// share of false ones is below that.
///
/// `p` holds the [`p_value`] of each segment's difference from the rest, that is from the other segments together and never from a total
/// that holds it, with the difference taken at any level: `p_value(|level| Some(difference(&segment(level)?, &rest(level)?, r).1))`. A
/// segment without one has not been compared: it does not stand, and makes no other harder to tell.
///
/// The square-and-add interval of shares is only as good in its far tails as parts are many: of families of 20 alike segments with two
/// parts in 40 rows each, 11 % have a reading that stands at 95 %. The p of a funnel ([`funnel`](super::funnel)) is exact, and widened for
/// overdispersion; with it the same families have 0.5 %.
pub fn stands(p: &[Option<f64>], level: f64) -> Vec<bool> {
    let compared: Vec<f64> = p.iter().copied().flatten().collect();
    let mut adjusted = benjamini_hochberg(&compared).into_iter();
    let alpha = 1.0 - level;
    p.iter()
        .map(|p| p.is_some() && adjusted.next().is_some_and(|p| p < alpha))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::distribution::normal_quantile;
    use super::super::random::SplitMix64;
    use super::super::tests::close;
    use super::super::{Side, difference, wilson};
    use super::*;
    use proptest::prelude::*;

    const P: [f64; 15] = [
        0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34,
    ];

    // scipy.stats.false_discovery_control(P)
    #[test]
    fn adjusted_values_match_scipy() {
        let expected = [
            0.015,
            0.06,
            0.126,
            0.126,
            0.126,
            0.15,
            0.15857142857142856,
            0.2946428571428571,
            0.2946428571428571,
            0.2946428571428571,
            0.2946428571428571,
            0.2946428571428571,
            0.2946428571428571,
            0.2946428571428571,
            0.34,
        ];
        for (adjusted, expected) in benjamini_hochberg(&P).into_iter().zip(expected) {
            close(adjusted, expected, 1e-12);
        }
    }

    #[test]
    fn the_order_given_is_kept() {
        let mut turned = P;
        turned.reverse();
        let mut adjusted = benjamini_hochberg(&turned);
        adjusted.reverse();
        assert_eq!(adjusted, benjamini_hochberg(&P));
        assert_eq!(benjamini_hochberg(&[]), Vec::<f64>::new());
        assert_eq!(benjamini_hochberg(&[f64::NAN, 0.01]), [1.0, 0.02]);
    }

    // 2 * scipy.stats.norm.sf(1.5), and of 3
    #[test]
    fn a_wald_interval_gives_the_normal_p() {
        let wald = |value: f64| move |level: f64| Some(Interval::closed(value - normal_quantile(level), value + normal_quantile(level)));
        close(p_value(wald(1.5)).unwrap(), 0.13361440253771617, 1e-7);
        close(p_value(wald(-3.0)).unwrap(), 0.0026997960632601866, 1e-8);
        close(p_value(wald(0.0)).unwrap(), 1.0, 1e-6);
        assert_eq!(p_value(wald(100.0)), Some(1e-12));
        assert_eq!(p_value(|_| None), None);
    }

    #[test]
    fn a_reading_stands_when_p_is_below_alpha() {
        let side = |x: f64, n: f64, level: f64| {
            let (low, high) = wilson(x / n, n, level);
            Side { value: x / n, low, high }
        };
        let at = |level: f64| Some(difference(&side(60.0, 100.0, level), &side(50.0, 100.0, level), 0.0).1);
        let p = p_value(at).unwrap();
        assert!(p > 0.05 && at(0.95).unwrap().holds(0.0));
        assert!(at(1.0 - p * 0.999).unwrap().holds(0.0) && !at(1.0 - p * 1.001).unwrap().holds(0.0));
    }

    // scipy.stats.false_discovery_control(P) < 0.05, 0.1, 0.13
    #[test]
    fn what_stands_is_below_alpha_once_adjusted() {
        let p = P.map(Some);
        assert_eq!(stands(&p, 0.95).iter().filter(|stands| **stands).count(), 1);
        assert_eq!(stands(&p, 0.9).iter().filter(|stands| **stands).count(), 2);
        assert_eq!(stands(&p, 0.87)[..6], [true, true, true, true, true, false]);
        assert_eq!(stands(&[Some(0.04), Some(0.9), Some(0.9)], 0.95), [false; 3]);
    }

    #[test]
    fn what_was_not_compared_neither_stands_nor_counts() {
        assert_eq!(stands(&[None, Some(0.03), None], 0.95), [false, true, false]);
        assert_eq!(stands(&[Some(0.03), Some(0.5), None], 0.95), [false; 3]);
        assert_eq!(stands(&[None, Some(f64::NAN)], 0.95), [false, false]);
        assert_eq!(stands(&[], 0.95), Vec::<bool>::new());
    }

    #[test]
    fn one_segment_of_many_stands_against_the_rest() {
        let side = |x: f64, n: f64, level: f64| {
            let (low, high) = wilson(x / n, n, level);
            Side { value: x / n, low, high }
        };
        let parts = [50.0, 48.0, 53.0, 80.0, 47.0, 51.0];
        let (all, each) = (parts.iter().sum::<f64>(), 100.0);
        let p = parts.map(|x| p_value(|level| Some(difference(&side(x, each, level), &side(all - x, 5.0 * each, level), 0.0).1)));
        assert_eq!(stands(&p, 0.95), [false, false, false, true, false, false]);
    }

    // Of families of alike segments against the rest, those where anything stands are about 1 - level, and somewhat more where parts are few.
    #[test]
    fn among_alike_segments_seldom_any_stands() {
        const FAMILIES: usize = 600;
        let mut draws = SplitMix64(7);
        for (segments, each, p) in [(5, 200, 0.3), (20, 100, 0.3), (20, 60, 0.9)] {
            let standing = (0..FAMILIES).filter(|_| {
                let parts: Vec<f64> = (0..segments)
                    .map(|_| {
                        (0..each)
                            .filter(|_| (draws.next() >> 11) as f64 / ((1_u64 << 53) as f64) < p)
                            .count() as f64
                    })
                    .collect();
                let (all, wholes) = (parts.iter().sum::<f64>(), f64::from(each));
                let side = |x: f64, n: f64, level: f64| {
                    let (low, high) = wilson(x / n, n, level);
                    Side { value: x / n, low, high }
                };
                let rest = wholes * f64::from(segments - 1);
                let p_of = |&x: &f64| p_value(|level| Some(difference(&side(x, wholes, level), &side(all - x, rest, level), 0.0).1));
                stands(&parts.iter().map(p_of).collect::<Vec<_>>(), 0.95).contains(&true)
            });
            let rate = standing.count() as f64 / FAMILIES as f64;
            assert!((0.01..0.09).contains(&rate), "{segments} of {each}, {p}: {rate}");
        }
    }

    // 2 * scipy.stats.t.sf(1.2 / 0.5 * scipy.stats.t.isf(0.025, df), df)
    #[test]
    fn one_interval_gives_the_p_of_its_family() {
        let interval = Interval::closed(0.7, 9.0);
        close(scaled_p_value(1.2, &interval, 9.0, 0.95).unwrap(), 0.0004168186035020066, 1e-9);
        let open = Interval {
            low: None,
            high: Some(3.0),
        };
        assert_eq!(scaled_p_value(1.2, &open, 9.0, 0.95), Some(1.0));
        assert_eq!(scaled_p_value(0.0, &interval, 9.0, 0.95), Some(1.0));
        // At the level itself: left out or held, on either side.
        for (delta, low, high, clear) in [
            (1.0, 0.01, 1.5, true),
            (1.0, -0.01, 1.5, false),
            (-1.0, -5.0, -0.01, true),
            (-1.0, -5.0, 0.01, false),
        ] {
            for df in [0.0, 1.0, 3.0, 40.0, 1e6] {
                for level in [0.8, 0.95, 0.99] {
                    let p = scaled_p_value(delta, &Interval::closed(low, high), df, level).unwrap();
                    assert_eq!(p < 1.0 - level, clear, "{delta} {low} {high} {df} {level}: {p}");
                }
            }
        }
        // Few stakeholders say less.
        let p = |df| scaled_p_value(2.0, &Interval::closed(1.0, 3.0), df, 0.95).unwrap();
        assert!(p(3.0) > p(10.0) && p(10.0) > p(1000.0));
    }

    #[test]
    fn a_level_without_an_interval_rules_nothing_out() {
        let p = p_value(|level| (level <= 0.999).then(|| Interval::closed(1.0, 2.0))).unwrap();
        close(p, 0.001, 1e-8);
    }

    proptest! {
        #[test]
        fn adjusting_never_lowers_and_keeps_the_order(p in prop::collection::vec(0.0..1.0, 0..30)) {
            let adjusted = benjamini_hochberg(&p);
            for i in 0..p.len() {
                prop_assert!(p[i] <= adjusted[i] && adjusted[i] <= 1.0);
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || adjusted[i] <= adjusted[j]);
                }
            }
        }
    }
}
