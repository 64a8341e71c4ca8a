//! Studentised resampling of stakeholders, for ratios of sums over few of them.
//!
//! Money and durations are skewed, and with few stakeholders a symmetric interval about a mean is wrong on both sides. The studentised
//! bootstrap takes the skew of (estimate - truth) / standard error from the sample itself.

use super::sums::ClusterSums;
use super::{Interval, NoIntervalReason};

/// How many samples of stakeholders are drawn.
pub const RESAMPLES: usize = 2000;

/// Where the sequence of draws starts; fixed, so that the same data give the same interval.
const SEED: u64 = 0x5EED_0F5A_3B1E_5000;

/// A resample whose squared residuals fall below this part of their parts varies by rounding only.
const ROUNDING: f64 = 1e-12;

/// The resampled distribution of the studentised ratio of sums: made once, read at any level.
#[derive(Debug, Clone)]
pub struct Studentised {
    value: f64,
    error: f64,
    /// (r* - r) / se* of every resample, ascending; infinite where a resample does not vary.
    t: Vec<f64>,
}

impl Studentised {
    /// Resamples the stakeholders' pairs (x, n). Their order does not matter, and pairs of two zeros do not count.
    ///
    /// Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), section 12.5; stakeholders are drawn whole, as in Davison and
    /// Hinkley, *Bootstrap Methods and their Application* (1997), section 3.8. The standard error is that of the delta method.
    ///
    /// # Errors
    /// [`NoIntervalReason::NotDefined`] where sum n is 0, [`NoIntervalReason::TooFew`] below two stakeholders, [`NoIntervalReason::ZeroVariance`] where all
    /// have the same ratio.
    pub fn of(pairs: &[(f64, f64)]) -> Result<Studentised, NoIntervalReason> {
        let mut pairs: Vec<(f64, f64)> = pairs.iter().copied().filter(|&pair| pair != (0.0, 0.0)).collect();
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut sums = ClusterSums::default();
        pairs.iter().for_each(|&(x, n)| sums.add(x, n));
        let value = sums.ratio().ok_or(NoIntervalReason::NotDefined)?;
        let variance = sums.variance().ok_or(NoIntervalReason::TooFew)?;
        if variance == 0.0 {
            return Err(NoIntervalReason::ZeroVariance);
        }
        // From here on x stands for the residual, so that the resampled deviation is a plain ratio and nothing cancels.
        for pair in &mut pairs {
            pair.0 -= value * pair.1;
        }
        let mut draws = SplitMix64(SEED);
        let mut t: Vec<f64> = (0..RESAMPLES).map(|_| studentised(&pairs, &mut draws)).collect();
        t.sort_unstable_by(f64::total_cmp);
        Ok(Studentised {
            value,
            error: variance.sqrt(),
            t,
        })
    }

    /// The interval at a level: r - t(1 - alpha/2) se to r - t(alpha/2) se, with the order statistics of rank (B + 1) alpha / 2, rounded
    /// down, from either end; widened to hold r.
    ///
    /// # Errors
    /// [`NoIntervalReason::NotDefined`] at a level too high for the number of resamples, [`NoIntervalReason::ZeroVariance`] where so many resamples
    /// do not vary that a limit is infinite.
    pub fn interval(&self, level: f64) -> Result<Interval, NoIntervalReason> {
        let rank = ((RESAMPLES + 1) as f64 * (1.0 - level) / 2.0 + 1e-9).floor();
        if !(rank >= 1.0 && level >= 0.0) {
            return Err(NoIntervalReason::NotDefined);
        }
        let rank = rank as usize;
        let low = self.value - self.t[RESAMPLES - rank] * self.error;
        let high = self.value - self.t[rank - 1] * self.error;
        if low.is_finite() && high.is_finite() {
            Ok(Interval::closed(low.min(self.value), high.max(self.value)))
        } else {
            Err(NoIntervalReason::ZeroVariance)
        }
    }
}

/// One resample's (r* - r) / se*.
fn studentised(pairs: &[(f64, f64)], draws: &mut SplitMix64) -> f64 {
    let (mut e, mut n, mut ee, mut en, mut nn) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let mut add = |index: usize| {
        let pair = pairs[index];
        e += pair.0;
        n += pair.1;
        ee += pair.0 * pair.0;
        en += pair.0 * pair.1;
        nn += pair.1 * pair.1;
    };
    // One draw of 64 bits serves two indices.
    for left in (1..=pairs.len()).rev().step_by(2) {
        let bits = draws.next();
        add(index(bits >> 32, pairs.len()));
        if left > 1 {
            add(index(bits & 0xFFFF_FFFF, pairs.len()));
        }
    }
    let g = pairs.len() as f64;
    let deviation = e / n;
    let raw = ee + deviation * deviation * nn;
    let squares = raw - 2.0 * deviation * en;
    if n == 0.0 || squares <= ROUNDING * raw {
        return if e == 0.0 { 0.0 } else { f64::INFINITY.copysign(e) };
    }
    e * n.signum() / (g / (g - 1.0) * squares).sqrt()
}

/// 32 random bits taken to 0..len.
fn index(bits: u64, len: usize) -> usize {
    ((bits * len as u64) >> 32) as usize
}

/// Steele, Lea and Flood's generator (OOPSLA 2014): tiny, and good enough to draw samples with.
pub(super) struct SplitMix64(pub(super) u64);

impl SplitMix64 {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, ends};
    use super::*;

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

    // The first outputs of the reference implementation for seed 1234567.
    #[test]
    fn the_generator_is_splitmix64() {
        let mut draws = SplitMix64(1234567);
        assert_eq!(
            [draws.next(), draws.next(), draws.next()],
            [6457827717110365317, 3203168211198807973, 9817491932198370423]
        );
    }

    // An independent twin in numpy, with 2,000,000 resamples of its own generator:
    // x, n = np.array(SPEND).T; r = x.sum() / n.sum(); G = 15
    // se = lambda x, n, r: np.sqrt(G / (G - 1) * ((x - r * n)**2).sum(-1)) / n.sum(-1)
    // i = np.random.default_rng(1).integers(0, G, (2_000_000, G)); xs, ns = x[i], n[i]; rs = xs.sum(1) / ns.sum(1)
    // t = (rs - r) / se(xs, ns, rs[:, None]); r - np.quantile(t, [.975, .025]) * se(x, n, r)
    // The tolerance is four Monte Carlo standard errors of 2,000 resamples, from 1,000 repetitions.
    #[test]
    fn limits_match_a_large_resampling() {
        let (low, high) = ends(Studentised::of(&SPEND).unwrap().interval(0.95).unwrap());
        close(low, 62.26, 9.1);
        close(high, 394.27, 41.5);
    }

    #[test]
    fn order_does_not_matter_and_levels_nest() {
        let mut turned = SPEND;
        turned.reverse();
        let (a, b) = (Studentised::of(&SPEND).unwrap(), Studentised::of(&turned).unwrap());
        assert_eq!(a.interval(0.95), b.interval(0.95));
        let (low, high) = ends(a.interval(0.95).unwrap());
        let (lower, higher) = ends(a.interval(0.99).unwrap());
        assert!(lower < low && high < higher);
        assert_eq!(a.interval(0.9999), Err(NoIntervalReason::NotDefined));
        assert!(a.interval(0.999).is_ok());
    }

    #[test]
    fn scale_and_sign_carry_over() {
        let (low, high) = ends(Studentised::of(&SPEND).unwrap().interval(0.95).unwrap());
        let scaled: Vec<_> = SPEND.iter().map(|&(x, n)| (x / 8.0, n)).collect();
        let (l, h) = ends(Studentised::of(&scaled).unwrap().interval(0.95).unwrap());
        close(l, low / 8.0, 1e-9);
        close(h, high / 8.0, 1e-9);
        let both: Vec<_> = SPEND.iter().map(|&(x, n)| (-x, -n)).collect();
        // Sorted the other way round, other stakeholders are drawn; the limits agree up to the noise of resampling.
        let (l, h) = ends(Studentised::of(&both).unwrap().interval(0.95).unwrap());
        close(l, low, 9.1);
        close(h, high, 41.5);
    }

    #[test]
    fn resamples_that_do_not_vary_leave_no_limit() {
        let mut pairs = [(0.0, 1.0); 20];
        pairs[0].0 = 5.0;
        // A third of all resamples miss the only one that spends.
        assert_eq!(Studentised::of(&pairs).unwrap().interval(0.95), Err(NoIntervalReason::ZeroVariance));
        assert_eq!(Studentised::of(&[(1.0, 2.0); 20]).unwrap_err(), NoIntervalReason::ZeroVariance);
        assert_eq!(Studentised::of(&[(1.0, 2.0), (0.0, 0.0)]).unwrap_err(), NoIntervalReason::TooFew);
        assert_eq!(
            Studentised::of(&[(1.0, 2.0), (3.0, -2.0)]).unwrap_err(),
            NoIntervalReason::NotDefined
        );
    }
}
