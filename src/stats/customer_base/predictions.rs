//! What fitted parameters say of customers: those of a fit, and those of many resamples at once.

use super::beta_geometric::{self, Leaving, Odds};
use super::patterns::{DAYS, Patterns};
use super::{Base, Model, Parameters, Terms, pareto};

impl Base {
    /// What these parameters say of the customers.
    pub fn predict(&self, parameters: Parameters) -> Prediction<'_> {
        let terms = match parameters {
            Parameters::All(all) => Some(Terms::new(self.model, all, &self.patterns, self.pairs.as_ref())),
            Parameters::NobodyLeaves(_) => None,
        };
        Prediction {
            model: self.model,
            parameters,
            terms,
        }
    }

    /// What each of these parameters says of the customers; there is at least one.
    pub fn predict_all(&self, parameters: &[Parameters]) -> Predictions<'_> {
        let all = || -> Option<Vec<[f64; 4]>> {
            let of = |parameters: &Parameters| match parameters {
                Parameters::All(all) => Some(*all),
                Parameters::NobodyLeaves(_) => None,
            };
            parameters.iter().map(of).collect()
        };
        let odds = |leaving: Leaving| all().map(|all| Odds::new(leaving, &all, &self.patterns));
        Predictions {
            odds: match self.model {
                Model::MbgNbd => odds(Leaving::AfterAny),
                Model::BgNbd => odds(Leaving::AfterRepeats),
                Model::ParetoNbd => None,
            },
            each: parameters.iter().map(|parameters| self.predict(*parameters)).collect(),
            patterns: &self.patterns,
        }
    }
}

/// What some parameters say of the customers of a base.
pub struct Prediction<'a> {
    model: Model,
    parameters: Parameters,
    /// `None`: nobody leaves.
    terms: Option<Terms<'a, f64>>,
}

impl Prediction<'_> {
    /// The probability that a customer with this history, by its index, has not left.
    #[inline]
    pub fn alive(&self, history: usize) -> f64 {
        self.terms.as_ref().map_or(1.0, |terms| {
            let (staying, all) = terms.at(history);
            (staying - all).exp()
        })
    }

    /// The expected number of purchases within some weeks of a customer who has not left, which does not depend on the last day.
    pub fn expected_if_alive(&self, repeats: u32, age: u32, weeks: f64) -> f64 {
        let seen = (repeats, age);
        match (self.parameters, self.model) {
            (Parameters::NobodyLeaves([r, alpha]), _) => (r + f64::from(repeats)) / (alpha + f64::from(age) / DAYS) * weeks,
            (Parameters::All(all), Model::MbgNbd) => beta_geometric::expected(Leaving::AfterAny, all, seen, weeks),
            (Parameters::All(all), Model::BgNbd) => beta_geometric::expected(Leaving::AfterRepeats, all, seen, weeks),
            (Parameters::All(all), Model::ParetoNbd) => pareto::expected(all, seen, weeks),
        }
    }

    /// The probability that a customer stays after the first purchase.
    pub fn stays_at_first(&self) -> f64 {
        match (self.parameters, self.model) {
            (Parameters::All([_, _, a, b]), Model::MbgNbd) => b / (a + b),
            (Parameters::All(_), Model::BgNbd | Model::ParetoNbd) | (Parameters::NobodyLeaves(_), _) => 1.0,
        }
    }
}

/// What some parameters say of the customers of a base, at once.
pub struct Predictions<'a> {
    each: Vec<Prediction<'a>>,
    /// Of the models where it costs least.
    odds: Option<Odds>,
    patterns: &'a Patterns,
}

impl<'a> Predictions<'a> {
    /// The number of parameters.
    pub fn number(&self) -> usize {
        self.each.len()
    }

    /// What the first of them say.
    pub fn first(&self) -> &Prediction<'a> {
        &self.each[0]
    }

    /// By parameters the probability that a customer with this history, by its index, has not left.
    pub fn alive(&self, history: usize, into: &mut [f64]) {
        match &self.odds {
            Some(odds) => odds.stays(&self.patterns.places[history], into),
            None => into.iter_mut().zip(&self.each).for_each(|(alive, one)| *alive = one.alive(history)),
        }
    }

    /// By parameters [`Prediction::expected_if_alive`].
    pub fn expected_if_alive(&self, repeats: u32, age: u32, weeks: f64, into: &mut [f64]) {
        for (expected, one) in into.iter_mut().zip(&self.each) {
            *expected = one.expected_if_alive(repeats, age, weeks);
        }
    }
}
