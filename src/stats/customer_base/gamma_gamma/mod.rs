//! Gamma-gamma: what customers spend on a day, each around a mean of their own.
//!
//! Amounts of a customer are gamma distributed with shape p, their scales over customers are inverse gamma with shape q and scale v, and how
//! much is spent is independent of how often. Fader, Hardie and Lee, "RFM and CLV: using iso-value curves for customer base analysis",
//! *Journal of Marketing Research* 42 (2005); Fader and Hardie, "The gamma-gamma model of monetary value" (2013), equation 1a.
//!
//! The search is over p, p v / q and q. Where the means of customers hardly differ, q goes to infinity, and where the amounts of each customer
//! hardly differ, p does; p v / q, which is close to the mean amount, has a value in both cases. So what has no value is one number, and
//! the other two are found independently of it.

mod refit;

use super::dual::{Dual, LN_SQRT_TWO_PI, Real};
use super::optimise::{Maximum, NoMaximum, Smooth, follow, maximise};
use super::sum_in_order;
use refit::Near;

/// The spending of customers who came back, in the order of the customers.
#[derive(Debug, Clone, Default)]
pub struct Spending {
    /// The mean over all, which is the unit inside: parameters near 1 are easy to find.
    unit: f64,
    /// For each customer: the index of the number of repeats, the repeats, and the logarithms of the mean and of repeats times mean.
    customers: Vec<Customer>,
    /// The distinct numbers of repeats, ascending.
    repeats: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Customer {
    repeats: u32,
    mean: f64,
    ln_mean: f64,
}

impl Spending {
    /// Of pairs of repeats and the mean amount of their days; both are positive.
    pub fn of(customers: &[(u32, f64)]) -> Spending {
        let unit = customers.iter().map(|(_, mean)| mean).sum::<f64>() / customers.len().max(1) as f64;
        let mut repeats: Vec<u32> = customers.iter().map(|(repeats, _)| *repeats).collect();
        repeats.sort_unstable();
        repeats.dedup();
        let customer = |&(x, mean): &(u32, f64)| Customer {
            repeats: repeats.partition_point(|r| *r < x) as u32,
            mean: mean / unit,
            ln_mean: (mean / unit).ln(),
        };
        Spending {
            customers: customers.iter().map(customer).collect(),
            unit,
            repeats,
        }
    }

    /// Pearson's correlation of repeats and mean amounts: the model takes it to be 0.
    pub fn correlation(&self) -> Option<f64> {
        let n = self.customers.len() as f64;
        let pairs = || self.customers.iter().map(|c| (f64::from(self.repeats[c.repeats as usize]), c.mean));
        let (x, y) = pairs().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
        let sums = pairs().fold([0.0; 3], |[xx, xy, yy], (a, b)| {
            [xx + (a - x) * (a - x), xy + (a - x) * (b - y), yy + (b - y) * (b - y)]
        });
        let correlation = sums[1] / (sums[0] * sums[2]).sqrt();
        correlation.is_finite().then_some(correlation)
    }
}

/// The log-likelihood with these weights of customers, in units of [`Spending::unit`].
struct Likelihood<'a> {
    spending: &'a Spending,
    weights: Option<&'a [u8]>,
    /// Only every so many-th customer counts.
    step: usize,
}

/// What the likelihoods of customers are put together from, at some parameters: with a = p x and c = p v / q, the logarithm of the density of a
/// mean m is
///
/// A - ln m + a ln(m / c) - (a + q) ln(1 + a / (a + q) (m / c - 1)),
///
/// where A is the logarithm of the highest value of the beta density with a and q. No term is large where a or q is, so that nothing cancels near the
/// limits.
struct Terms {
    ln_centre: Dual<3>,
    centre: f64,
    q: Dual<3>,
    of_repeats: Vec<OfRepeats>,
}

/// What depends on the number of repeats alone.
struct OfRepeats {
    /// A.
    highest: Dual<3>,
    /// a.
    shape: Dual<3>,
    /// a / (a + q).
    share: Dual<3>,
}

impl Terms {
    fn new(logarithms: [f64; 3], repeats: &[u32]) -> Terms {
        let [p, centre, q] = Dual::from_logarithms(logarithms);
        let of_repeats = repeats.iter().map(|&x| {
            let shape = p * f64::from(x);
            let sum = shape + q;
            let share = shape / sum;
            OfRepeats {
                highest: (share * q).ln() * 0.5 + sum.stirling_error() - shape.stirling_error() - q.stirling_error() + -LN_SQRT_TWO_PI,
                shape,
                share,
            }
        });
        Terms {
            ln_centre: centre.ln(),
            centre: centre.value,
            q,
            of_repeats: of_repeats.collect(),
        }
    }
}

/// ln(1 + x) where its size matters more than its last digits: a small x by the series, and another one at the cost of a plain logarithm.
#[inline]
fn ln_1p(x: f64) -> f64 {
    if x.abs() < 1e-4 {
        x * (1.0 - x * (0.5 - x * (1.0 / 3.0 - x * 0.25)))
    } else {
        (1.0 + x).ln()
    }
}

/// p, q and v of the numbers that are searched for: p, p v / q and q.
fn parameters([p, centre, q]: [f64; 3]) -> [f64; 3] {
    [p, q, centre * q / p]
}

impl Smooth<3> for Likelihood<'_> {
    fn at(&self, logarithms: [f64; 3]) -> Dual<3> {
        let terms = Terms::new(logarithms, &self.spending.repeats);
        let over_centre = (-terms.ln_centre).exp();
        sum_in_order(self.spending.customers.len(), |i| {
            if !i.is_multiple_of(self.step) {
                return None;
            }
            let weight = self.weights.map_or(1, |weights| weights[i]);
            let customer = &self.spending.customers[i];
            let OfRepeats { highest, shape, share } = &terms.of_repeats[customer.repeats as usize];
            let apart = (*share * (over_centre * customer.mean + -1.0)).ln_1p();
            let of_customer = || *highest + *shape * (-terms.ln_centre + customer.ln_mean) - (*shape + terms.q) * apart + -customer.ln_mean;
            (weight > 0).then(|| of_customer() * f64::from(weight))
        })
    }

    /// Put together at the end from sums over the customers with the same number of repeats, so that a customer costs one logarithm.
    fn slope(&self, logarithms: [f64; 3]) -> [f64; 3] {
        #[derive(Clone, Copy, Default)]
        struct Sums {
            weight: f64,
            ln_mean: f64,
            apart: f64,
            by_share: f64,
            by_centre: f64,
        }
        let terms = Terms::new(logarithms, &self.spending.repeats);
        let shares: Vec<f64> = terms.of_repeats.iter().map(|of| of.share.value).collect();
        let mut sums = vec![Sums::default(); shares.len()];
        for (i, customer) in self.spending.customers.iter().enumerate().step_by(self.step) {
            let weight = self.weights.map_or(1, |weights| weights[i]);
            if weight == 0 {
                continue;
            }
            let weight = f64::from(weight);
            let ratio = customer.mean / terms.centre;
            let apart = shares[customer.repeats as usize] * (ratio - 1.0);
            let over = weight / (1.0 + apart);
            let sums = &mut sums[customer.repeats as usize];
            sums.weight += weight;
            sums.ln_mean += weight * customer.ln_mean;
            sums.apart += weight * ln_1p(apart);
            sums.by_share += over * (ratio - 1.0);
            sums.by_centre += over * ratio;
        }
        let mut slope = [0.0; 3];
        for (of, sums) in terms.of_repeats.iter().zip(sums) {
            let both = of.shape.value + terms.q.value;
            let ln_ratio = sums.ln_mean - sums.weight * terms.ln_centre.value;
            for (j, slope) in slope.iter_mut().enumerate() {
                let by_centre = terms.ln_centre.slope[j];
                *slope += of.highest.slope[j] * sums.weight + of.shape.slope[j] * ln_ratio
                    - of.shape.value * by_centre * sums.weight
                    - (of.shape.slope[j] + terms.q.slope[j]) * sums.apart
                    - both * (of.share.slope[j] * sums.by_share - of.share.value * by_centre * sums.by_centre);
            }
        }
        slope
    }
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct SpendFit {
    /// p, q and v, the last one in money.
    pub parameters: [f64; 3],
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// Some parameters go to 0 or infinity: the likelihood is as good as its limit, but they have no value.
    pub is_limit: bool,
    /// Which parameters have a value.
    pub has_value: [bool; 3],
    maximum: Maximum<3>,
    /// Where resamples are followed from, unless p goes to infinity.
    near: Option<Near>,
}

/// The maximum of the likelihood.
///
/// # Errors
/// Why there is none.
pub fn fit(spending: &Spending) -> Result<SpendFit, NoMaximum> {
    let likelihood = |step| Likelihood {
        spending,
        weights: None,
        step,
    };
    let step = spending.customers.len().div_ceil(ROUGH).max(1);
    let starts = [
        [1.0, 3.0, 2.0],
        [5.0, 4.0, 0.5],
        [0.5, 2.0, 2.0],
        [20.0, 2.0, 0.05],
        [3.0, 50.0, 15.0],
    ];
    let starts = starts.map(|[p, q, v]: [f64; 3]| [p, p * v / q, q].map(f64::ln));
    let maximum = maximise(&likelihood(1), &likelihood(step), &starts).map_err(|stopped| stopped.why)?;
    let [p, q, v] = parameters(maximum.at.map(f64::exp));
    let [has_p, _, has_q] = maximum.has_value;
    let ln_unit: f64 = spending.unit.ln();
    Ok(SpendFit {
        parameters: [p, q, v * spending.unit],
        // A density of money is one of the unit divided by the unit.
        log_likelihood: maximum.value - ln_unit * spending.customers.len() as f64,
        is_limit: maximum.is_limit,
        has_value: [has_p, has_q, has_p && has_q],
        near: Near::of(&likelihood(1), maximum.at),
        maximum,
    })
}

/// Number of customers that the starts are compared on.
const ROUGH: usize = 20_000;

/// p, q and v of a resample of the customers, near a fit.
///
/// # Errors
/// Why there are none.
pub fn refit(spending: &Spending, near: &SpendFit, weights: &[u8]) -> Result<[f64; 3], NoMaximum> {
    let likelihood = Likelihood {
        spending,
        weights: Some(weights),
        step: 1,
    };
    let at = match near.near.as_ref().and_then(|near| near.follow(&likelihood)) {
        Some(at) => at,
        None => follow(&likelihood, &near.maximum, likelihood.slope(near.maximum.at))?,
    };
    let [p, q, v] = parameters(at.map(f64::exp));
    Ok([p, q, v * spending.unit])
}

/// The expected mean amount of a customer with so many repeats and this mean amount so far, and of one without: equation 5 of Fader and
/// Hardie (2013). `None`: the expectation is not finite, as q is at most 1.
pub fn expected_spend([p, q, v]: [f64; 3], repeats: u32, mean: f64) -> Option<f64> {
    let total = f64::from(repeats) * mean;
    (q > 1.0).then(|| p * (v + total) / (p * f64::from(repeats) + q - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_likelihood() {
        let customers: Vec<(u32, f64)> = (0..60).map(|i| (1 + i % 7, 5.0 + f64::from(i * i % 37))).collect();
        let spending = Spending::of(&customers);
        let weights: Vec<u8> = (0..60).map(|i: u32| (i * i % 4) as u8).collect();
        for (weights, step) in [(None, 1), (Some(weights.as_slice()), 1), (None, 7)] {
            let likelihood = Likelihood {
                spending: &spending,
                weights,
                step,
            };
            for at in [[4.0, 1.1, 3.0], [40.0, 0.9, 2_000.0]] {
                let at = at.map(f64::ln);
                let expected = likelihood.at(at).slope;
                for (slope, expected) in likelihood.slope(at).iter().zip(expected) {
                    assert!(
                        (slope - expected).abs() < 1e-8 * expected.abs().max(1.0),
                        "{slope} is not {expected}"
                    );
                }
            }
        }
    }
}
