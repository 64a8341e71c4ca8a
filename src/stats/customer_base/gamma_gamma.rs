//! Gamma-gamma: what customers spend on a day, each around a mean of their own.
//!
//! Amounts of a customer are gamma distributed with shape p, their scales over customers are inverse gamma with shape q and scale v, and how
//! much is spent is independent of how often. Fader, Hardie and Lee, "RFM and CLV: using iso-value curves for customer base analysis",
//! *Journal of Marketing Research* 42 (2005); Fader and Hardie, "The gamma-gamma model of monetary value" (2013), equation 1a.

use super::dual::{Dual, Real};
use super::optimise::{Maximum, NoMaximum, Smooth, follow, maximise};
use super::sum_in_order;

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
    weights: Option<&'a [u32]>,
    /// Only every so many-th customer counts.
    step: usize,
}

impl Smooth<3> for Likelihood<'_> {
    fn at(&self, logarithms: [f64; 3]) -> Dual<3> {
        let [p, q, v] = Dual::from_logarithms(logarithms);
        let base = q * v.ln() - q.ln_gamma();
        let of_repeats = self.spending.repeats.iter().map(|&x| {
            let px = p * f64::from(x);
            (
                (px + q).ln_gamma() - px.ln_gamma() + px * f64::from(x).ln() + base,
                px + -1.0,
                px + q,
            )
        });
        let of_repeats: Vec<(Dual<3>, Dual<3>, Dual<3>)> = of_repeats.collect();
        let repeats = &self.spending.repeats;
        sum_in_order(self.spending.customers.len(), |i| {
            if !i.is_multiple_of(self.step) {
                return None;
            }
            let weight = self.weights.map_or(1, |weights| weights[i]);
            let customer = &self.spending.customers[i];
            let (alone, less, more) = of_repeats[customer.repeats as usize];
            let total = v + customer.mean * f64::from(repeats[customer.repeats as usize]);
            (weight > 0).then(|| (alone + less * customer.ln_mean - more * total.ln()) * f64::from(weight))
        })
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
    maximum: Maximum<3>,
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
    let starts = starts.map(|start| start.map(f64::ln));
    let maximum = maximise(&likelihood(1), &likelihood(step), &starts).map_err(|stopped| stopped.why)?;
    let [p, q, v] = maximum.at.map(f64::exp);
    let ln_unit: f64 = spending.unit.ln();
    Ok(SpendFit {
        parameters: [p, q, v * spending.unit],
        // A density of money is one of the unit divided by the unit.
        log_likelihood: maximum.value - ln_unit * spending.customers.len() as f64,
        is_limit: maximum.is_limit,
        maximum,
    })
}

/// Number of customers that the starts are compared on.
const ROUGH: usize = 20_000;

/// p, q and v of a resample of the customers, near a fit.
///
/// # Errors
/// Why there are none.
pub fn refit(spending: &Spending, near: &SpendFit, weights: &[u32]) -> Result<[f64; 3], NoMaximum> {
    let likelihood = Likelihood {
        spending,
        weights: Some(weights),
        step: 1,
    };
    let [p, q, v] = follow(&likelihood, &near.maximum)?.map(f64::exp);
    Ok([p, q, v * spending.unit])
}

/// The expected mean amount of a customer with so many repeats and this mean amount so far, and of one without: equation 5 of Fader and
/// Hardie (2013). `None`: the expectation is not finite, as q is at most 1.
pub fn expected_spend([p, q, v]: [f64; 3], repeats: u32, mean: f64) -> Option<f64> {
    let total = f64::from(repeats) * mean;
    (q > 1.0).then(|| p * (v + total) / (p * f64::from(repeats) + q - 1.0))
}
