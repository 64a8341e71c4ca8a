//! Models of a customer base without contracts: who is still a customer, how many purchases are to come, and how much is spent.
//!
//! A customer is seen by the history of purchase days alone: x days after the first, t_x the time of the last, T the time of observation. The
//! unit of time is a week. Fits are by maximum likelihood over the distinct histories with their counts, so that their cost does not grow with
//! the number of customers.

mod beta_geometric;
mod dual;
mod gamma_gamma;
mod matrix;
mod optimise;
mod pareto;
mod patterns;
mod predictions;
mod resample;

use rayon::prelude::*;

use crate::codes::codes;
use beta_geometric::Leaving;
use dual::{Dual, Real};
use optimise::{Maximum, Smooth, follow, maximise};
use pareto::Pairs;

pub use gamma_gamma::{SpendFit, Spending, expected_spend, fit as fit_spending, refit as refit_spending};
pub use optimise::NoMaximum;
use patterns::Patterns;
pub use patterns::{DAYS, History};
pub use predictions::{Prediction, Predictions};
pub use resample::{limits, percentiles, resample};

codes! {
    /// A model of how often customers buy and when they leave.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Model {
        /// Modified beta-geometric/NBD: a customer may leave after any purchase.
        MbgNbd = "mbg-nbd",
        /// Beta-geometric/NBD: a customer may leave after any purchase but the first.
        BgNbd = "bg-nbd",
        /// Pareto/NBD: a customer may leave at any time.
        ParetoNbd = "pareto-nbd",
    }
}

impl Model {
    /// Names of its parameters.
    pub fn names(self) -> [&'static str; 4] {
        match self {
            Model::MbgNbd | Model::BgNbd => ["r", "alpha", "a", "b"],
            Model::ParetoNbd => ["r", "alpha", "s", "beta"],
        }
    }

    /// What it is called by those who use it.
    pub fn title(self) -> &'static str {
        match self {
            Model::MbgNbd => "MBG/NBD",
            Model::BgNbd => "BG/NBD",
            Model::ParetoNbd => "Pareto/NBD",
        }
    }
}

/// The parameters of a fit, in the order of [`Model::names`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Parameters {
    /// All four.
    All([f64; 4]),
    /// Only r and alpha: the likelihood is highest where no customer ever leaves, and the other two have no value there. Purchases are those
    /// of the negative binomial distribution.
    NobodyLeaves([f64; 2]),
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The parameters.
    pub parameters: Parameters,
    /// The log-likelihood, as the papers define it, without factorials.
    pub log_likelihood: f64,
    /// Some parameters go to 0 or infinity: the likelihood is as good as its limit, but they have no value.
    pub is_limit: bool,
    /// Which parameters have a value.
    pub has_value: [bool; 4],
    near: Near,
}

/// Where a fit of a resample starts.
#[derive(Debug, Clone, PartialEq)]
enum Near {
    All(Maximum<4>),
    NobodyLeaves(Maximum<2>),
}

/// The log-likelihood of patterns under a model.
struct Likelihood<'a> {
    model: Model,
    patterns: &'a Patterns,
    /// How many customers have each history.
    counts: &'a [f64],
    pairs: Option<&'a Pairs>,
}

impl Smooth<4> for Likelihood<'_> {
    fn at(&self, logarithms: [f64; 4]) -> Dual<4> {
        let terms = Terms::new(self.model, Dual::from_logarithms(logarithms), self.patterns, self.pairs);
        sum_in_order(self.counts.len(), |i| {
            let count = self.counts[i];
            (count > 0.0).then(|| terms.at(i).1 * count)
        })
    }

    fn slope(&self, logarithms: [f64; 4]) -> [f64; 4] {
        match Terms::new(self.model, Dual::from_logarithms(logarithms), self.patterns, self.pairs) {
            Terms::BetaGeometric(likelihood, patterns) => likelihood.slope(patterns, self.counts),
            Terms::Pareto(..) => self.at(logarithms).slope,
        }
    }
}

/// What the log-likelihoods of histories are put together from, at some parameters.
enum Terms<'a, R> {
    BetaGeometric(beta_geometric::Likelihood<R>, &'a Patterns),
    Pareto(pareto::Likelihood<R>, &'a Patterns, &'a Pairs),
}

impl<'a, R: Real> Terms<'a, R> {
    fn new(model: Model, parameters: [R; 4], patterns: &'a Patterns, pairs: Option<&'a Pairs>) -> Terms<'a, R> {
        let beta_geometric = |leaving| Terms::BetaGeometric(beta_geometric::Likelihood::new(leaving, parameters, patterns), patterns);
        match (model, pairs) {
            (Model::MbgNbd, _) => beta_geometric(Leaving::AfterAny),
            (Model::BgNbd, _) => beta_geometric(Leaving::AfterRepeats),
            (Model::ParetoNbd, Some(pairs)) => Terms::Pareto(pareto::Likelihood::new(parameters, patterns, pairs), patterns, pairs),
            (Model::ParetoNbd, None) => unreachable!("the pairs are made where the model is known"),
        }
    }

    /// The log-likelihood of a history together with not having left, and that of the history alone.
    #[inline]
    fn at(&self, history: usize) -> (R, R) {
        match self {
            Terms::BetaGeometric(likelihood, patterns) => likelihood.at(&patterns.places[history]),
            Terms::Pareto(likelihood, patterns, pairs) => likelihood.at(history, patterns, pairs),
        }
    }
}

/// The log-likelihood where nobody leaves: the negative binomial distribution.
struct Staying<'a> {
    patterns: &'a Patterns,
    counts: &'a [f64],
}

impl Smooth<2> for Staying<'_> {
    fn at(&self, logarithms: [f64; 2]) -> Dual<2> {
        let [r, alpha] = Dual::from_logarithms(logarithms);
        let mut rising = Dual::constant(0.0);
        let mut purchases = 0u32;
        let of_repeats = self.patterns.repeats.iter().map(|&x| {
            while purchases < x {
                rising = rising + (r + f64::from(purchases)).ln();
                purchases += 1;
            }
            (rising + r * alpha.ln(), r + f64::from(x))
        });
        let of_repeats: Vec<(Dual<2>, Dual<2>)> = of_repeats.collect();
        let of_days: Vec<Dual<2>> = self.patterns.days.iter().map(|&day| (alpha + f64::from(day) / DAYS).ln()).collect();
        sum_in_order(self.counts.len(), |i| {
            let place = &self.patterns.places[i];
            let (alone, shape) = of_repeats[place.repeats as usize];
            Some((alone - shape * of_days[place.age as usize]) * self.counts[i])
        })
    }
}

/// The sum of what there is, the same on any number of threads: parts of fixed size are added in their order.
fn sum_in_order<const N: usize>(len: usize, term: impl Fn(usize) -> Option<Dual<N>> + Sync) -> Dual<N> {
    const PART: usize = 8192;
    let part = |at: usize| {
        let range = at * PART..((at + 1) * PART).min(len);
        range.filter_map(&term).fold(Dual::constant(0.0), |sum, term| sum + term)
    };
    let parts: Vec<Dual<N>> = (0..len.div_ceil(PART)).into_par_iter().map(part).collect();
    parts.into_iter().fold(Dual::constant(0.0), |sum, part| sum + part)
}

/// Number of patterns that the starts of a search are compared on.
const ROUGH: usize = 20_000;

/// What four parameters must add to the log-likelihood of two. Less than that is none, and the two that add it have no value of their own.
const WORTH: f64 = 1e-3;

/// The histories of a customer base, arranged for a model.
pub struct Base {
    model: Model,
    patterns: Patterns,
    /// By customer: the index of its history among the distinct ones.
    of_customer: Vec<u32>,
    pairs: Option<Pairs>,
}

impl Base {
    /// Of these customers.
    pub fn of(model: Model, histories: &[History]) -> Base {
        let (patterns, of_customer) = Patterns::of(histories);
        Base {
            model,
            pairs: pairs(model, &patterns),
            patterns,
            of_customer,
        }
    }

    /// The distinct histories, ascending by repeats, then age, then last day.
    pub fn histories(&self) -> &[History] {
        &self.patterns.histories
    }

    /// By customer: the index of its history.
    pub fn of_customer(&self) -> &[u32] {
        &self.of_customer
    }

    /// Fits the model by maximum likelihood, from several starts.
    ///
    /// # Errors
    /// Why there is no fit.
    pub fn fit(&self) -> Result<Fit, NoMaximum> {
        let few = self.patterns.thinned(ROUGH);
        let few_pairs = pairs(self.model, &few);
        let rough = Likelihood {
            model: self.model,
            patterns: &few,
            counts: &few.counts,
            pairs: few_pairs.as_ref(),
        };
        let rate = self.patterns.rate();
        let full = maximise(&self.likelihood(&self.patterns.counts), &rough, &starts(self.model, rate));
        let staying = Staying {
            patterns: &self.patterns,
            counts: &self.patterns.counts,
        };
        let rates = [0.2, 1.0, 5.0, 50.0].map(|r: f64| [r.ln(), (r / rate).ln()]);
        let rough_staying = Staying {
            patterns: &few,
            counts: &few.counts,
        };
        let stays = maximise(&staying, &rough_staying, &rates);
        let reached = full.as_ref().map_or_else(|stopped| stopped.value, |maximum| maximum.value);
        match (full, stays) {
            (_, Ok(stays)) if reached <= stays.value + WORTH => Ok(Fit {
                parameters: Parameters::NobodyLeaves(stays.at.map(f64::exp)),
                log_likelihood: stays.value,
                is_limit: stays.is_limit,
                has_value: [stays.has_value[0], stays.has_value[1], false, false],
                near: Near::NobodyLeaves(stays),
            }),
            (Ok(full), _) => Ok(Fit {
                parameters: Parameters::All(full.at.map(f64::exp)),
                log_likelihood: full.value,
                is_limit: full.is_limit,
                has_value: full.has_value,
                near: Near::All(full),
            }),
            (Err(stopped), _) => Err(stopped.why),
        }
    }

    /// The parameters of a resample: how often each customer was drawn.
    ///
    /// # Errors
    /// The search did not converge.
    pub fn refit(&self, fit: &Fit, drawn: &[u8]) -> Result<Parameters, NoMaximum> {
        let mut counts = vec![0.0; self.patterns.histories.len()];
        let drawn = self.of_customer.iter().zip(drawn).filter(|(_, times)| **times > 0);
        drawn.for_each(|(&history, &times)| counts[history as usize] += f64::from(times));
        match &fit.near {
            Near::All(near) => {
                let likelihood = self.likelihood(&counts);
                follow(&likelihood, near, likelihood.slope(near.at)).map(|at| Parameters::All(at.map(f64::exp)))
            }
            Near::NobodyLeaves(near) => {
                let staying = Staying {
                    patterns: &self.patterns,
                    counts: &counts,
                };
                follow(&staying, near, staying.slope(near.at)).map(|at| Parameters::NobodyLeaves(at.map(f64::exp)))
            }
        }
    }

    fn likelihood<'a>(&'a self, counts: &'a [f64]) -> Likelihood<'a> {
        Likelihood {
            model: self.model,
            patterns: &self.patterns,
            counts,
            pairs: self.pairs.as_ref(),
        }
    }
}

/// The pairs of a model that needs them.
fn pairs(model: Model, patterns: &Patterns) -> Option<Pairs> {
    (model == Model::ParetoNbd).then(|| Pairs::of(patterns))
}

/// Where the search starts: spread of rates, and chance to leave.
fn starts(model: Model, rate: f64) -> Vec<[f64; 4]> {
    let leaving = match model {
        Model::MbgNbd | Model::BgNbd => [(0.8, 2.0), (0.1, 2.0), (2.0, 20.0)],
        Model::ParetoNbd => [(0.6, 10.0), (0.2, 50.0), (3.0, 100.0)],
    };
    let shapes = [0.3, 1.0, 5.0];
    let all = shapes
        .into_iter()
        .flat_map(|r| leaving.map(|(third, fourth)| [r, 0.7 * r / rate, third, fourth]));
    all.map(|start| start.map(f64::ln)).collect()
}

#[cfg(test)]
mod tests;
