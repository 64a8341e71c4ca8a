//! Pareto/NBD: purchases at a rate of the customer's own, and a lifetime of the customer's own.
//!
//! Rates are gamma distributed with shape r and scale 1 / alpha, in purchases a week; so are the rates at which customers leave, with shape s
//! and scale 1 / beta. Schmittlein, Morrison and Colombo, "Counting your customers: who are they and what will they do next?",
//! *Management Science* 33 (1987). The likelihood is that of Fader and Hardie, "A note on deriving the Pareto/NBD model and related
//! expressions" (2005), equation 20, after Euler's transformation of its hypergeometric functions or, where these converge slowly, with the
//! integral that they stand for.

use rayon::prelude::*;

use super::dual::Real;
use super::patterns::{DAYS, Patterns};

/// The pairs of repeats and days that histories have, as indices into their lists: there are far fewer than histories.
pub struct Pairs {
    /// The distinct pairs, ascending.
    pairs: Vec<(u32, u32)>,
    /// For each history the indices of its pairs with the age and with the last day.
    of_history: Vec<(u32, u32)>,
}

impl Pairs {
    /// The pairs of these patterns.
    pub fn of(patterns: &Patterns) -> Pairs {
        let mut pairs: Vec<(u32, u32)> = patterns
            .places
            .iter()
            .flat_map(|p| [(p.repeats, p.age), (p.repeats, p.last)])
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        let place = |pair: (u32, u32)| pairs.partition_point(|p| *p < pair) as u32;
        let of_history = patterns
            .places
            .iter()
            .map(|p| (place((p.repeats, p.age)), place((p.repeats, p.last))));
        Pairs {
            of_history: of_history.collect(),
            pairs,
        }
    }
}

/// What the log-likelihood of a history is put together from, at some parameters.
pub struct Likelihood<R> {
    /// By repeats: all terms that depend on nothing else, and ln(s / (r + s + x)).
    of_repeats: Vec<(R, R)>,
    /// By pair: the logarithm of the density of so many purchases and no leaving until the day, and that of [`tail`].
    of_pairs: Vec<(R, R)>,
}

impl<R: Real> Likelihood<R> {
    /// At r, alpha, s and beta.
    pub fn new(parameters: [R; 4], patterns: &Patterns, pairs: &Pairs) -> Likelihood<R> {
        let [r, alpha, s, beta] = parameters;
        let mut rising = R::constant(0.0);
        let mut purchases = 0u32;
        let of_repeats = patterns.repeats.iter().map(|&x| {
            while purchases < x {
                rising = rising + (r + f64::from(purchases)).ln();
                purchases += 1;
            }
            (rising + r * alpha.ln() + s * beta.ln(), (s / (r + s + f64::from(x))).ln())
        });
        let of_repeats = of_repeats.collect();
        let of_pair = |&(repeats, day): &(u32, u32)| {
            let (x, t) = (
                f64::from(patterns.repeats[repeats as usize]),
                f64::from(patterns.days[day as usize]) / DAYS,
            );
            let there = -(r + x) * (alpha + t).ln() - s * (beta + t).ln();
            (there, tail(parameters, x, t))
        };
        Likelihood {
            of_repeats,
            of_pairs: pairs.pairs.par_iter().with_min_len(256).map(of_pair).collect(),
        }
    }

    /// The log-likelihood of a history together with not having left, and that of the history alone.
    #[inline]
    pub fn at(&self, history: usize, patterns: &Patterns, pairs: &Pairs) -> (R, R) {
        let (alone, share) = self.of_repeats[patterns.places[history].repeats as usize];
        let (age, last) = pairs.of_history[history];
        let (there, after) = self.of_pairs[age as usize];
        let (_, since) = self.of_pairs[last as usize];
        // Leaving after the last purchase and before the end: the tail from the purchase less the tail from the end. The latter is a part of
        // the density of being there, so that nothing cancels.
        let stays = -(share + after - there).exp() + 1.0;
        let leaves = share + since - there;
        let more = if leaves.value() > 0.0 {
            leaves + (stays * (-leaves).exp() + 1.0).ln()
        } else {
            (stays + leaves.exp()).ln()
        };
        (alone + there, alone + there + more)
    }
}

/// The logarithm of (r + s + x) times the integral of (alpha + y)^-(r + x) (beta + y)^-(s + 1) over y from t to infinity: the density of x
/// purchases and leaving after t.
fn tail<R: Real>([r, alpha, s, beta]: [R; 4], x: f64, t: f64) -> R {
    let (shape, c) = (r + x, r + s + (x + 1.0));
    let (buying, leaving) = (alpha + t, beta + t);
    let nearness = (leaving.value() / buying.value()).min(buying.value() / leaving.value());
    if nearness < NEAR {
        -shape * buying.ln() - s * leaving.ln() + (c + -1.0).ln() + integral(s, shape, (leaving / buying).ln())
    } else if alpha.value() >= beta.value() {
        -shape * buying.ln() - s * leaving.ln() + gauss(shape, c, (alpha - beta) / buying).ln()
    } else {
        (-shape + 1.0) * buying.ln() - (s + 1.0) * leaving.ln() + gauss(s + 1.0, c, (beta - alpha) / leaving).ln()
    }
}

/// Below this distance of z from 1 the continued fraction takes more steps than the integral.
const NEAR: f64 = 0.01;

/// The logarithm of the integral of (1 + v)^-(s + 1) (1 + e v)^-k over v from 0 to infinity, with the logarithm of e: [`tail`] in units of its
/// start.
///
/// The trapezoidal rule on the logarithm of v: the integrand is analytic and falls exponentially on both sides, so that the error falls
/// exponentially with the step (Trefethen and Weideman, *SIAM Review* 56, 2014). It has one peak, from which the sum goes both ways.
fn integral<R: Real>(s: R, k: R, ln_e: R) -> R {
    const STEP: f64 = 0.25;
    let (first, second, shift) = (s.value() + 1.0, k.value(), ln_e.value());
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    let height = |at: f64| at - first * softplus(at) - second * softplus(at + shift);
    let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
    let falls = |at: f64| first * logistic(at) + second * logistic(at + shift) > 1.0;
    // Left of all that matters to right of it.
    let far = 50.0 + shift.abs() + first.ln().abs() + second.ln().abs();
    let (mut low, mut high) = (-far, far);
    while high - low > STEP {
        let middle = (low + high) / 2.0;
        if falls(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    let (peak, top) = (high, height(high));
    // The sum, and those of its derivatives by s, k and the logarithm of e.
    let mut sums = [0.0; 4];
    for direction in [-STEP, STEP] {
        for step in u32::from(direction > 0.0)..MOST_STEPS {
            let at = peak + f64::from(step) * direction;
            let (of_s, of_k) = (softplus(at), softplus(at + shift));
            let term = (at - first * of_s - second * of_k - top).exp();
            sums[0] += term;
            sums[1] -= term * of_s;
            sums[2] -= term * of_k;
            sums[3] -= term * second * logistic(at + shift);
            if term < 1e-18 * sums[0] {
                break;
            }
        }
    }
    let logarithm = top + (sums[0] * STEP).ln();
    s.through(logarithm, sums[1] / sums[0]) + k.through(0.0, sums[2] / sums[0]) + ln_e.through(0.0, sums[3] / sums[0])
}

/// The Gauss hypergeometric function 2F1(1, b; c; z) for b > 0, c > b and 0 <= z < 1, by Gauss's continued fraction.
///
/// NIST Digital Library of Mathematical Functions, 15.7.5, evaluated from the front by Lentz's method (Thompson and Barnett, *Journal of
/// Computational Physics* 64, 1986). All its partial numerators are positive, so that it converges for all such numbers, also near z = 1,
/// and the faster the larger c is.
fn gauss<R: Real>(b: R, c: R, z: R) -> R {
    let c = c + -1.0;
    let one = R::constant(1.0);
    let (mut value, mut up, mut down) = (one, one, R::constant(0.0));
    for k in 1..MOST_STEPS {
        let n = f64::from(k / 2);
        let partial = if k % 2 == 1 {
            (b + n) * (c + n) / ((c + 2.0 * n) * (c + (2.0 * n + 1.0)))
        } else {
            (c - b + n) * n / ((c + (2.0 * n - 1.0)) * (c + 2.0 * n))
        };
        let step = -(partial * z);
        down = one / (step * down + 1.0);
        up = step / up + 1.0;
        let factor = up * down;
        value = value * factor;
        if (factor.value() - 1.0).abs() < 1e-16 && factor.steepest() < 1e-14 {
            break;
        }
    }
    one / value
}

/// More steps than any sum here needs that matters.
const MOST_STEPS: u32 = 1_000_000;

/// The expected number of purchases within some weeks, of a customer with so many repeats and days since the first purchase who has not left:
/// equation 41 of Fader and Hardie (2005), finite at s = 1, too.
pub fn expected([r, alpha, s, beta]: [f64; 4], (repeats, age): (u32, u32), weeks: f64) -> f64 {
    let age = f64::from(age) / DAYS;
    let rate = (r + f64::from(repeats)) / (alpha + age);
    let growth = (weeks / (beta + age)).ln_1p();
    let exponent = (1.0 - s) * growth;
    let time = if exponent.abs() < 1e-12 {
        growth
    } else {
        exponent.exp_m1() / (1.0 - s)
    };
    rate * (beta + age) * time
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::customer_base::dual::Dual;

    /// scipy 1.17, `hyp2f1(1, b, c, z)`.
    #[test]
    fn the_continued_fraction_is_the_hypergeometric_function() {
        for (b, c, z, expected) in [
            (2.55, 3.16, 0.3, 1.3265776824144735),
            (177.5, 178.6, 0.9, 9.49648345028422),
            (1.6, 180.0, 0.99, 1.0089276582780047),
            (0.5, 1.7, 0.95, 1.9150708844044886),
            (0.5, 1.7, 0.0, 1.0),
        ] {
            let found: f64 = gauss(b, c, z);
            assert!((found / expected - 1.0).abs() < 1e-13, "{found} is not {expected}");
        }
    }

    /// Both ways give the same tails and derivatives, and the integral also where the fraction would not end.
    #[test]
    fn the_integral_is_what_the_fraction_is() {
        for (parameters, x, t) in [
            ([0.55f64, 10.6, 0.6, 11.7], 2.0, 30.0),
            ([0.55, 10.6, 0.6, 1.7], 0.0, 0.0),
            ([3.0, 2.0, 0.01, 40.0], 177.0, 64.0),
            ([200.0, 4000.0, 3.0, 60.0], 5.0, 80.0),
        ] {
            let dual = Dual::from_logarithms(parameters.map(f64::ln));
            let [r, alpha, s, beta] = dual;
            let (buying, leaving) = (alpha + t, beta + t);
            let shape = r + x;
            let by_integral = -shape * buying.ln() - s * leaving.ln() + (r + s + x).ln() + integral(s, shape, (leaving / buying).ln());
            let by_fraction = tail(dual, x, t);
            assert!(
                (by_integral.value / by_fraction.value - 1.0).abs() < 1e-13,
                "{by_integral:?} is not {by_fraction:?}"
            );
            for (a, b) in by_integral.slope.iter().zip(by_fraction.slope) {
                assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{by_integral:?} is not {by_fraction:?}");
            }
        }
        // With e = 1 it is 1 / (s + k), whatever they are.
        for (s, k) in [(1e-6, 1e-2), (3.0, 1e6), (1e6, 0.5)] {
            let found: f64 = integral(s, k, 0.0);
            assert!((found + f64::ln(s + k)).abs() < 1e-12, "{found}");
        }
    }
}
