//! Pareto/NBD: purchases at a rate of the customer's own, and a lifetime of the customer's own.
//!
//! Rates are gamma distributed with shape r and scale 1 / alpha, in purchases a week; so are the rates at which customers leave, with shape s
//! and scale 1 / beta. Schmittlein, Morrison and Colombo, "Counting your customers: who are they and what will they do next?",
//! *Management Science* 33 (1987). The likelihood is that of Fader and Hardie, "A note on deriving the Pareto/NBD model and related
//! expressions" (2005), equation 20, after Euler's transformation of its hypergeometric functions.

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
    if alpha.value() >= beta.value() {
        -shape * buying.ln() - s * leaving.ln() + gauss(shape, c, (alpha - beta) / buying).ln()
    } else {
        (-shape + 1.0) * buying.ln() - (s + 1.0) * leaving.ln() + gauss(s + 1.0, c, (beta - alpha) / leaving).ln()
    }
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

/// More steps than parameters within their bounds need.
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
