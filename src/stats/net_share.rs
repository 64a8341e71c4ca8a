//! A net share such as the Net Promoter Score: the share of one answer less the share of its opposite, times 100.

use super::distribution::normal_quantile;
use super::sums::Design;
use super::{ClusterSums, Estimate, Interval, Method, NoIntervalReason};

/// Pseudo-answers added in all, and to each of the two opposite ends.
const ADDED: f64 = 3.0;
const ADDED_TO_EACH_END: f64 = 0.75;

/// The net share 100 (plus - minus) / n, with the adjusted Wald interval, clamped to [-100, 100] and widened to hold the value.
///
/// `sums` has x = plus - minus by stakeholder; `plus` and `minus` are the totals, weighted where the sums are (they are then scaled to
/// `rows`, the number of answers). Clustered answers enter by their effective number in the variance; they need two stakeholders.
///
/// The addition of 3 answers, a quarter of them to each end: Rocks, The American Statistician 70 (2016), 365-372, after Agresti and Coull (1998) and Bonett
/// and Price (2012); the variance p + d - (p - d)^2 is that of a score of +1, 0 or -1.
pub fn net_share(sums: &ClusterSums, plus: f64, minus: f64, rows: f64, level: f64) -> Estimate {
    let Some(net) = sums
        .ratio()
        .filter(|_| sums.n > 0.0 && rows > 0.0 && plus.is_finite() && minus.is_finite())
    else {
        return Estimate::undefined();
    };
    let net = net.clamp(-1.0, 1.0);
    let value = 100.0 * net;
    let (plus, minus) = (plus / sums.n * rows, minus / sums.n * rows);
    let Some(design) = Design::of(sums, (plus + minus) / rows - net * net, rows, level) else {
        return Estimate::absent(value, Method::AdjustedWald, NoIntervalReason::TooFew);
    };
    let promoters = (plus + ADDED_TO_EACH_END) / (rows + ADDED);
    let detractors = (minus + ADDED_TO_EACH_END) / (rows + ADDED);
    let centre = promoters - detractors;
    let variance = (promoters + detractors - centre * centre).max(0.0) / (design.n + ADDED);
    let margin = 100.0 * normal_quantile(level) * variance.sqrt();
    let low = (100.0 * centre - margin).max(-100.0).min(value);
    let high = (100.0 * centre + margin).min(100.0).max(value);
    Estimate {
        value,
        interval: Ok(Interval::closed(low, high)),
        method: Some(Method::AdjustedWald),
        deff: Some(design.deff),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, ends};
    use super::*;
    use proptest::prelude::*;

    fn answers(plus: u64, passive: u64, minus: u64) -> Estimate {
        let mut sums = ClusterSums::default();
        (0..plus).for_each(|_| sums.add(1.0, 1.0));
        (0..passive).for_each(|_| sums.add(0.0, 1.0));
        (0..minus).for_each(|_| sums.add(-1.0, 1.0));
        net_share(&sums, plus as f64, minus as f64, sums.n, 0.95)
    }

    #[test]
    fn promoters_and_detractors() {
        let estimate = answers(19, 6, 11);
        close(estimate.value, 22.22, 0.005);
        let (low, high) = ends(estimate.interval.unwrap());
        close(low, -6.95, 0.005);
        close(high, 47.97, 0.005);
        close((low + high) / 2.0, 20.51, 0.005);
        assert_eq!((estimate.deff, estimate.method), (Some(1.0), Some(Method::AdjustedWald)));
    }

    #[test]
    fn limits_stay_in_range_and_hold_the_value() {
        let (low, high) = ends(answers(10, 0, 0).interval.unwrap());
        close(low, 47.50, 0.005);
        assert_eq!(high, 100.0);
        let (low, high) = ends(answers(1, 0, 0).interval.unwrap());
        close(low, -48.5, 0.05);
        assert_eq!(high, 100.0);
        let (low, high) = ends(answers(0, 0, 1).interval.unwrap());
        assert_eq!(low, -100.0);
        close(high, 48.5, 0.05);
    }

    // P, D, n by stakeholder = [3, 0, 2, 5], [1, 2, 0, 0], [5, 3, 2, 6]; x = P - D
    // d = x.sum() / n.sum(); e = x - d * n; v = 4 / 3 * (e**2).sum() / n.sum()**2
    // deff = max(1, v / ((P.sum() / 16 + D.sum() / 16 - d**2) / 16)); ns = 16 / deff * (norm.isf(0.1) / t.isf(0.1, 3))**2
    // p, q = (P.sum() + .75) / 19, (D.sum() + .75) / 19; h = norm.isf(0.1) * sqrt((p + q - (p - q)**2) / (ns + 3)); 100 * (p - q - h), 100 * (p - q + h)
    #[test]
    fn clusters_enter_by_their_effective_number() {
        let mut sums = ClusterSums::default();
        [(2.0, 5.0), (-2.0, 3.0), (2.0, 2.0), (5.0, 6.0)]
            .into_iter()
            .for_each(|(x, n)| sums.add(x, n));
        let estimate = net_share(&sums, 10.0, 3.0, 16.0, 0.8);
        close(estimate.value, 43.75, 1e-12);
        close(estimate.deff.unwrap(), 2.4035639412997902, 1e-10);
        let (low, high) = ends(estimate.interval.unwrap());
        close(low, -1.3188970732454286, 1e-9);
        close(high, 75.00310759956122, 1e-9);

        let doubled = ClusterSums {
            x: 14.0,
            n: 32.0,
            xx: sums.xx * 4.0,
            xn: sums.xn * 4.0,
            nn: sums.nn * 4.0,
            ..sums
        };
        assert_eq!(net_share(&doubled, 20.0, 6.0, 16.0, 0.8), estimate, "weights are relative");
    }

    #[test]
    fn degenerate_answers() {
        assert_eq!(net_share(&ClusterSums::default(), 0.0, 0.0, 0.0, 0.95), Estimate::undefined());
        let mut sums = ClusterSums::default();
        sums.add(4.0, 4.0);
        let estimate = net_share(&sums, 4.0, 0.0, 4.0, 0.95);
        assert_eq!((estimate.value, estimate.interval), (100.0, Err(NoIntervalReason::TooFew)));
        sums.add(2.0, 2.0);
        assert_eq!(
            net_share(&sums, 6.0, 0.0, 6.0, 0.95).deff,
            Some(3.0),
            "all alike: every stakeholder counts once"
        );
    }

    proptest! {
        #[test]
        fn a_net_share_lies_within_its_interval(plus in 0_u64..40, passive in 0_u64..40, minus in 0_u64..40) {
            let estimate = answers(plus, passive, minus);
            if let Ok(interval) = estimate.interval {
                let (low, high) = ends(interval);
                prop_assert!(-100.0 <= low && low <= estimate.value && estimate.value <= high && high <= 100.0);
            } else {
                prop_assert_eq!(plus + passive + minus, 0);
            }
        }
    }
}
