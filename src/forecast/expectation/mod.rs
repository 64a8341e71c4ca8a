//! What a fitted model expects of each stakeholder and of all, with intervals from resampled stakeholders.
//!
//! An interval shows how well the parameters are known, and so how far the expected values could be off. It is not a range for what a single
//! stakeholder will do.

mod each;
mod resamples;

use super::histories::Buyer;
use super::{ForecastRequest, NoForecast, Orders, Parameter, Spend};
use crate::stats::customer_base::{Base, DAYS, Fit, Model, Parameters, Prediction, SpendFit, Spending, expected_spend, fit_spending};
pub use each::Each;
use each::{each, ranged};
use resamples::{Resampled, Resamples};

/// Weeks of a year.
const YEAR: f64 = 365.25 / DAYS;

/// What is expected of all, and of each stakeholder.
pub struct Found {
    pub orders: Orders,
    pub spend: Result<Spend, NoForecast>,
    pub each: Each,
}

/// What the expectation of a group is made with.
pub struct Expectation<'a> {
    request: &'a ForecastRequest,
    buyers: &'a [Buyer],
    base: &'a Base,
    fit: &'a Fit,
    /// The buyers that the model of spend is fitted to, and their spending.
    spenders: Vec<u32>,
    spending: Spending,
    spend: Result<SpendFit, NoForecast>,
}

impl<'a> Expectation<'a> {
    pub fn new(request: &'a ForecastRequest, buyers: &'a [Buyer], base: &'a Base, fit: &'a Fit, cannot_add: bool) -> Expectation<'a> {
        let spends = |buyer: &Buyer| buyer.history.repeats > 0 && buyer.mean > 0.0;
        let spenders: Vec<u32> = (0..buyers.len() as u32).filter(|&i| spends(&buyers[i as usize])).collect();
        let amounts: Vec<(u32, f64)> = spenders
            .iter()
            .map(|&i| (buyers[i as usize].history.repeats, buyers[i as usize].mean))
            .collect();
        let spending = Spending::of(&amounts);
        let spend = if cannot_add {
            Err(NoForecast::MixedCurrencies)
        } else if buyers.iter().any(|buyer| buyer.is_unknown) {
            Err(NoForecast::LinesDiffer)
        } else if spenders.len() < super::FEWEST_REPEATING {
            Err(NoForecast::TooFew)
        } else {
            match fit_spending(&spending) {
                Ok(fit) if fit.parameters[1] > 1.0 => Ok(fit),
                Ok(_) => Err(NoForecast::NoFiniteMean),
                Err(why) => Err(why.into()),
            }
        };
        Expectation {
            request,
            buyers,
            base,
            fit,
            spenders,
            spending,
            spend,
        }
    }

    /// Everything.
    pub fn all(&self) -> Found {
        let Resamples {
            each: resampled,
            no_intervals,
            no_intervals_of_money,
        } = Resamples::of(self);
        let mut points = vec![Resampled {
            orders: self.fit.parameters,
            spend: self.spend.as_ref().ok().map(|spend| spend.parameters),
        }];
        points.extend(resampled);
        let (sums, each) = each(self, &points);
        let level = self.request.level;
        // The first is of the fit, the others of the resamples.
        let new: Vec<(f64, Option<f64>)> = points.iter().map(|point| self.of_new(point)).collect();
        let repeats_of_new: Vec<f64> = new.iter().map(|(orders, _)| *orders).collect();
        let names = Model::names(self.request.model);
        let of_orders = |(i, name): (usize, &'static str)| {
            let value = |point: &Resampled| match point.orders {
                Parameters::All(all) => Some(all[i]),
                Parameters::NobodyLeaves(two) => two.get(i).copied(),
            };
            let values: Option<Vec<f64>> = points.iter().map(value).collect();
            let value = values
                .filter(|_| self.fit.has_value[i])
                .and_then(|values| parameter(&values, self.fit.is_limit, level));
            Parameter { name, value }
        };
        let orders = Orders {
            parameters: names.into_iter().enumerate().map(of_orders).collect(),
            log_likelihood: self.fit.log_likelihood,
            is_limit: self.fit.is_limit,
            nobody_leaves: matches!(self.fit.parameters, Parameters::NobodyLeaves(_)),
            alive: ranged(&sums.alive, level),
            expected: ranged(&sums.orders, level),
            of_new: ranged(&repeats_of_new, level),
            no_intervals,
        };
        let spend = self.spend.as_ref().map_err(|why| *why).map(|fit| {
            let spends: Vec<[f64; 3]> = points.iter().filter_map(|point| point.spend).collect();
            let of_spend = |(i, name): (usize, &'static str)| {
                let values: Vec<f64> = spends.iter().map(|spend| spend[i]).collect();
                let value = parameter(&values, fit.is_limit, level).filter(|_| fit.has_value[i]);
                Parameter { name, value }
            };
            let means: Vec<f64> = spends.iter().map(|[p, q, v]| p * v / (q - 1.0)).collect();
            let values_of_new: Vec<f64> = new.iter().filter_map(|(_, value)| *value).collect();
            let of_new = ranged(&values_of_new, level);
            let by_cost = |cost: f64| of_new.times(1.0 / cost);
            Spend {
                parameters: ["p", "q", "v"].into_iter().enumerate().map(of_spend).collect(),
                log_likelihood: fit.log_likelihood,
                is_limit: fit.is_limit,
                stakeholders: self.spenders.len() as u64,
                correlation: self.spending.correlation(),
                mean: ranged(&means, level),
                revenue: ranged(&sums.revenue, level),
                value: ranged(&sums.value, level),
                of_new,
                to_cost: self.request.acquisition_cost.map(by_cost),
                no_intervals: no_intervals_of_money,
            }
        });
        Found { orders, spend, each }
    }

    /// Repeat orders and discounted value of a new customer within the horizon; the value has the first purchase in it.
    fn of_new(&self, point: &Resampled) -> (f64, Option<f64>) {
        let prediction = self.base.predict(point.orders);
        let weeks = self.request.weeks();
        let orders = prediction.stays_at_first() * prediction.expected_if_alive(0, 0, weeks);
        let discounted = orders * self.discount_factor(&prediction, 0, 0);
        let value = point.spend.and_then(|spend| expected_spend(spend, 0, 0.0));
        (orders, value.map(|mean| mean * (1.0 + discounted)))
    }

    /// The mean discount factor of the orders of a customer within the horizon, by the moments at which they are expected: integration by
    /// parts leaves the expected orders until five moments, the nodes of Gauss and Legendre.
    fn discount_factor(&self, prediction: &Prediction, repeats: u32, age: u32) -> f64 {
        const NODES: [(f64, f64); 5] = [
            (0.046910077030668, 0.118463442528095),
            (0.230765344947158, 0.239314335249683),
            (0.5, 0.284444444444444),
            (0.769234655052842, 0.239314335249683),
            (0.953089922969332, 0.118463442528095),
        ];
        let force = self.request.discount.ln_1p() / YEAR;
        let weeks = self.request.weeks();
        if force == 0.0 {
            return 1.0;
        }
        let until = |weeks: f64| prediction.expected_if_alive(repeats, age, weeks);
        let end = until(weeks);
        let nodes = NODES
            .iter()
            .map(|(at, weight)| weight * (-force * at * weeks).exp() * until(at * weeks));
        (-force * weeks).exp() + force * weeks * nodes.sum::<f64>() / end
    }
}

/// A parameter: the first of some values, with an interval from the others. Without a maximum, a value that is far from 1 is on its way to 0
/// or infinity; an interval is open where its limit is.
fn parameter(values: &[f64], is_limit: bool, level: f64) -> Option<super::Ranged> {
    const LARGE: f64 = 1e5;
    let is_lost = |value: f64| !(1.0 / LARGE..LARGE).contains(&value);
    let mut ranged = ranged(values, level);
    if let Some(interval) = &mut ranged.interval {
        interval.low = interval.low.filter(|low| *low < LARGE);
        interval.high = interval.high.filter(|high| *high < LARGE);
    }
    (!is_limit || !is_lost(ranged.value)).then_some(ranged)
}
