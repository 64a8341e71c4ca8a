//! BG/NBD and MBG/NBD: purchases at a rate of the customer's own, and a chance to leave for good after each of them.
//!
//! Rates are gamma distributed with shape r and scale 1 / alpha, in purchases a week; chances to leave are beta distributed with a and b.
//! Under BG/NBD a customer may leave after each repeat purchase, under MBG/NBD after the first purchase, too.
//!
//! Fader, Hardie and Lee, "Counting your customers the easy way", *Marketing Science* 24 (2005); Batislam, Denizel and Filiztekin, "Empirical
//! validation and comparison of models for customer base analysis", *International Journal of Research in Marketing* 24 (2007).

use super::dual::{Dual, Real};
use super::patterns::{DAYS, Patterns, Place};

/// Whether a customer may leave after the first purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// Only after a repeat purchase: BG/NBD.
    AfterRepeats,
    /// After any purchase: MBG/NBD.
    AfterAny,
}

impl Leaving {
    /// How often a customer has not left who is still there after so many repeats.
    fn stays(self, repeats: u32) -> u32 {
        match self {
            Leaving::AfterRepeats => repeats,
            Leaving::AfterAny => repeats + 1,
        }
    }
}

/// What the log-likelihood of a history is put together from, at some parameters.
pub struct Likelihood<R> {
    /// By repeats: r + x, all terms that depend on nothing else, and the logarithm of the odds of having left after the last purchase
    /// (`None`: impossible).
    of_repeats: Vec<(R, R, Option<R>)>,
    /// By day: ln(alpha + t).
    of_days: Vec<R>,
}

impl<R: Real> Likelihood<R> {
    /// At r, alpha, a and b.
    pub fn new(leaving: Leaving, [r, alpha, a, b]: [R; 4], patterns: &Patterns) -> Likelihood<R> {
        // ln(gamma(r + x) / gamma(r)), and the logarithm of the chance that the customer has stayed: both grow by one factor at a time.
        let (mut rising, mut stayed) = (R::constant(0.0), R::constant(0.0));
        let (mut purchases, mut stays) = (0u32, 0u32);
        let of_repeats = patterns.repeats.iter().map(|&x| {
            while purchases < x {
                rising = rising + (r + f64::from(purchases)).ln();
                purchases += 1;
            }
            while stays < leaving.stays(x) {
                let k = f64::from(stays);
                stayed = stayed + ((b + k) / (a + b + k)).ln();
                stays += 1;
            }
            let odds = (stays > 0).then(|| (a / (b + f64::from(stays - 1))).ln());
            (r + f64::from(x), rising + stayed + r * alpha.ln(), odds)
        });
        Likelihood {
            of_repeats: of_repeats.collect(),
            of_days: patterns.days.iter().map(|&day| (alpha + f64::from(day) / DAYS).ln()).collect(),
        }
    }

    /// The log-likelihood of a history together with not having left, and that of the history alone.
    #[inline]
    pub fn at(&self, place: &Place) -> (R, R) {
        let (shape, alone, odds) = self.of_repeats[place.repeats as usize];
        let (age, last) = (self.of_days[place.age as usize], self.of_days[place.last as usize]);
        let staying = alone - shape * age;
        match odds {
            Some(odds) => (staying, staying + (odds + shape * (age - last)).softplus()),
            None => (staying, staying),
        }
    }
}

impl<const N: usize> Likelihood<Dual<N>> {
    /// The slope of the log-likelihood of as many customers of each history as its weight: put together at the end from sums over the histories
    /// with the same repeats or day, so that a history costs one exponential.
    pub fn slope(&self, patterns: &Patterns, weights: &[f64]) -> [f64; N] {
        #[derive(Clone, Copy, Default)]
        struct Sums {
            all: f64,
            left: f64,
            shape: f64,
        }
        let plain =
            |(shape, _, odds): &(Dual<N>, Dual<N>, Option<Dual<N>>)| (shape.value, odds.map_or(f64::NEG_INFINITY, |odds| odds.value));
        let of_repeats: Vec<(f64, f64)> = self.of_repeats.iter().map(plain).collect();
        let of_days: Vec<f64> = self.of_days.iter().map(|day| day.value).collect();
        let mut by_repeats = vec![Sums::default(); of_repeats.len()];
        let mut by_day = vec![0.0; of_days.len()];
        let mut weights = weights.iter();
        for run in patterns.places.chunk_by(|a, b| (a.repeats, a.age) == (b.repeats, b.age)) {
            let (repeats, age) = (run[0].repeats as usize, run[0].age as usize);
            let ((shape, odds), until) = (of_repeats[repeats], of_days[age]);
            let (mut all, mut left, mut apart) = (0.0, 0.0, 0.0);
            for (place, &weight) in run.iter().zip(&mut weights) {
                if weight == 0.0 {
                    continue;
                }
                let since = until - of_days[place.last as usize];
                // Those who have left, among all with this history.
                let gone = weight / (1.0 + (-(odds + shape * since)).exp());
                all += weight;
                left += gone;
                apart += gone * since;
                by_day[place.last as usize] -= shape * gone;
            }
            by_day[age] += shape * (left - all);
            let sums = &mut by_repeats[repeats];
            sums.all += all;
            sums.left += left;
            sums.shape += apart - all * until;
        }
        let mut slope = [0.0; N];
        for ((shape, alone, odds), sums) in self.of_repeats.iter().zip(by_repeats) {
            for (j, slope) in slope.iter_mut().enumerate() {
                *slope += alone.slope[j] * sums.all + shape.slope[j] * sums.shape;
                *slope += odds.map_or(0.0, |odds| odds.slope[j] * sums.left);
            }
        }
        for (day, sum) in self.of_days.iter().zip(by_day) {
            slope.iter_mut().zip(day.slope).for_each(|(slope, of_day)| *slope += of_day * sum);
        }
        slope
    }
}

/// The odds of having left, at some parameters at once.
pub struct Odds {
    /// The number of parameters.
    number: usize,
    /// By repeats and parameters: r + x, and the logarithm of the odds of having left after the last purchase; minus infinity where that is
    /// impossible.
    of_repeats: Vec<(f64, f64)>,
    /// By day and parameters: ln(alpha + t).
    of_days: Vec<f64>,
}

impl Odds {
    /// At these r, alpha, a and b.
    pub fn new(leaving: Leaving, parameters: &[[f64; 4]], patterns: &Patterns) -> Odds {
        let of_repeats = patterns.repeats.iter().flat_map(|&x| {
            parameters.iter().map(move |[r, _, a, b]| {
                let odds = match leaving.stays(x) {
                    0 => f64::NEG_INFINITY,
                    stays => (a / (b + f64::from(stays - 1))).ln(),
                };
                (r + f64::from(x), odds)
            })
        });
        let of_days = patterns
            .days
            .iter()
            .flat_map(|&day| parameters.iter().map(move |[_, alpha, ..]| (alpha + f64::from(day) / DAYS).ln()));
        Odds {
            number: parameters.len(),
            of_repeats: of_repeats.collect(),
            of_days: of_days.collect(),
        }
    }

    /// By parameters the probability that a customer with this history has not left.
    pub fn stays(&self, place: &Place, into: &mut [f64]) {
        let of_day = |day: u32| &self.of_days[day as usize * self.number..][..self.number];
        let of_repeats = &self.of_repeats[place.repeats as usize * self.number..][..self.number];
        let days = of_day(place.age).iter().zip(of_day(place.last));
        for ((alive, (shape, odds)), (age, last)) in into.iter_mut().zip(of_repeats).zip(days) {
            *alive = 1.0 / (1.0 + (odds + shape * (age - last)).exp());
        }
    }
}

/// The expected number of purchases within some weeks, of a customer with so many repeats and days since the first purchase who has not left.
///
/// If the customer never left, the number N of purchases would be negative binomial with shape r + x and chance z = t / (alpha + T + t). The
/// j-th of them happens if N is at least j and the customer stays after each of the j - 1 before, so the number is
/// sum over j of P(N > j) (b')_j / (a + b')_j, with b' = b + x for BG/NBD and b + x + 1 for MBG/NBD. All terms are positive, and the sum is
/// finite for all parameters. It equals the formula of the papers, which has a Gauss hypergeometric function, loses all digits near a = 1 and
/// overflows for large x.
pub fn expected(leaving: Leaving, [r, alpha, a, b]: [f64; 4], (repeats, age): (u32, u32), weeks: f64) -> f64 {
    let shape = r + f64::from(repeats);
    let scale = alpha + f64::from(age) / DAYS;
    let stays = b + f64::from(leaving.stays(repeats));
    let mut purchases = NegativeBinomial::new(shape, scale, weeks);
    let (mut stayed, mut sum) = (1.0, 0.0);
    for j in 0..LONGEST {
        sum += stayed * purchases.above;
        if stayed * purchases.rest() < 1e-16 * sum {
            break;
        }
        purchases.next();
        stayed *= (stays + f64::from(j)) / (a + stays + f64::from(j));
    }
    sum
}

/// More terms than the sum has for parameters that a fit may have.
const LONGEST: u32 = 100_000_000;

/// A negative binomial number N, from n = 0 upwards.
struct NegativeBinomial {
    shape: f64,
    /// The chance of one more.
    z: f64,
    n: f64,
    /// P(N = n + 1) / P(N = n).
    ratio: f64,
    /// The most that the sum of P(N = j) over all j above n can be, by P(N = n); infinite where that is not bounded so.
    tail: f64,
    /// P(N = n) without a factor e^scale, which keeps it within the range of a float, and that factor.
    mass: f64,
    scale: f64,
    factor: f64,
    /// P(N > n).
    above: f64,
}

impl NegativeBinomial {
    /// Of a gamma mixture of Poisson numbers: shape and scale of the rate, and the weeks.
    fn new(shape: f64, scale: f64, weeks: f64) -> NegativeBinomial {
        let none = -shape * (weeks / scale).ln_1p();
        let mut number = NegativeBinomial {
            shape,
            z: weeks / (scale + weeks),
            n: 0.0,
            ratio: 0.0,
            tail: 0.0,
            mass: 1.0,
            scale: none,
            factor: none.exp(),
            above: -none.exp_m1(),
        };
        number.look_ahead();
        number
    }

    /// The ratio to the next one, and from there on at most so much: ratios approach z.
    fn look_ahead(&mut self) {
        self.ratio = self.z * (self.shape + self.n) / (self.n + 1.0);
        let most = self.ratio.max(self.z);
        self.tail = if most < 1.0 { most / (1.0 - most) } else { f64::INFINITY };
    }

    fn next(&mut self) {
        const LARGE: f64 = 1e250;
        self.mass *= self.ratio;
        self.n += 1.0;
        if self.mass > LARGE {
            self.mass /= LARGE;
            self.scale += LARGE.ln();
            self.factor = self.scale.exp();
        }
        self.look_ahead();
        let mass = self.mass * self.factor;
        // What is left after many subtractions is rounding; the bound is exact.
        let bound = if self.tail.is_finite() { mass * self.tail } else { 1.0 };
        self.above = (self.above - mass).clamp(0.0, bound);
    }

    /// No less than the sum of P(N > j) over all j above n.
    fn rest(&self) -> f64 {
        if self.tail.is_finite() {
            self.above * self.tail
        } else {
            f64::INFINITY
        }
    }
}
