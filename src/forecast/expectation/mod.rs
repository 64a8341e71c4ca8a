//! What a fitted model expects of each stakeholder and of all, with intervals from resampled stakeholders.
//!
//! An interval shows how well the parameters are known, and so how far the expected values could be off. It is not a range for what a single
//! stakeholder will do.

use std::ops::Range;

use rayon::prelude::*;

use super::histories::Buyer;
use super::{Expected, ForecastRequest, NoForecast, Orders, Parameter, Ranged, Spend};
use crate::stats::customer_base::{
    Base, DAYS, Fit, History, Model, Parameters, Prediction, SpendFit, Spending, expected_spend, fit_spending, percentiles, refit_spending,
    resample,
};

/// Number of resamples at usual levels.
const RESAMPLES: u64 = 199;

/// Most resamples, for high levels.
const MOST_RESAMPLES: u64 = 999;

/// Of this part of the resamples on, it matters that they could not be fitted.
const MOST_FAILED: f64 = 0.05;

/// Runs of histories that are computed one after the other.
const PART: usize = 64;

/// Weeks of a year.
const YEAR: f64 = 365.25 / DAYS;

/// What is expected of all, and of each stakeholder in the order of the buyers.
pub struct Found {
    pub orders: Orders,
    pub spend: Result<Spend, NoForecast>,
    pub each: Vec<Expected>,
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

/// The parameters of one resample.
#[derive(Clone, Copy)]
struct Resampled {
    orders: Parameters,
    spend: Option<[f64; 3]>,
}

/// The sums over stakeholders, at some parameters.
#[derive(Clone, Copy, Default)]
struct Sums {
    alive: f64,
    orders: f64,
    revenue: f64,
    value: f64,
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
        let resampled = self.resampled();
        let no_intervals = resampled.as_ref().err().copied();
        let resampled = resampled.unwrap_or_default();
        let mut points = vec![Resampled {
            orders: self.fit.parameters,
            spend: self.spend.as_ref().ok().map(|spend| spend.parameters),
        }];
        points.extend(resampled);
        let (sums, each) = self.each(&points);
        let level = self.request.level;
        // The first is of the fit, the others of the resamples.
        let ranged = |values: Vec<f64>| ranged(&values, level);
        let of = |value: &dyn Fn(&Sums) -> f64| ranged(sums.iter().map(value).collect());
        let new: Vec<(f64, f64)> = points.iter().map(|point| self.of_new(point)).collect();
        let names = Model::names(self.request.model);
        let of_orders = |(i, name): (usize, &'static str)| {
            let value = |point: &Resampled| match point.orders {
                Parameters::All(all) => Some(all[i]),
                Parameters::NobodyLeaves(two) => two.get(i).copied(),
            };
            let values: Option<Vec<f64>> = points.iter().map(value).collect();
            let value = values.and_then(|values| parameter(values, self.fit.is_limit, level));
            Parameter { name, value }
        };
        let orders = Orders {
            parameters: names.into_iter().enumerate().map(of_orders).collect(),
            log_likelihood: self.fit.log_likelihood,
            is_limit: self.fit.is_limit,
            nobody_leaves: matches!(self.fit.parameters, Parameters::NobodyLeaves(_)),
            alive: of(&|sums| sums.alive),
            expected: of(&|sums| sums.orders),
            of_new: ranged(new.iter().map(|(orders, _)| *orders).collect()),
            no_intervals,
        };
        let spend = self.spend.as_ref().map_err(|why| *why).map(|fit| {
            let of_spend = |(i, name): (usize, &'static str)| {
                let values: Vec<f64> = points.iter().filter_map(|point| point.spend).map(|spend| spend[i]).collect();
                Parameter {
                    name,
                    value: parameter(values, fit.is_limit, level),
                }
            };
            let mean = |[p, q, v]: [f64; 3]| p * v / (q - 1.0);
            let of_new = ranged(new.iter().map(|(_, value)| *value).collect());
            let by_cost = |cost: f64| of_new.times(1.0 / cost);
            Spend {
                parameters: ["p", "q", "v"].into_iter().enumerate().map(of_spend).collect(),
                log_likelihood: fit.log_likelihood,
                is_limit: fit.is_limit,
                stakeholders: self.spenders.len() as u64,
                correlation: self.spending.correlation(),
                mean: ranged(points.iter().filter_map(|point| point.spend).map(mean).collect()),
                revenue: of(&|sums| sums.revenue),
                value: of(&|sums| sums.value),
                of_new,
                to_cost: self.request.acquisition_cost.map(by_cost),
            }
        });
        Found { orders, spend, each }
    }

    /// The parameters of the resamples.
    fn resampled(&self) -> Result<Vec<Resampled>, NoForecast> {
        let tail = 1.0 - self.request.level;
        let number = ((10.0 / tail).ceil() as u64).clamp(RESAMPLES + 1, MOST_RESAMPLES + 1) - 1;
        if ((number + 1) as f64) * tail / 2.0 < 1.0 {
            return Err(NoForecast::LevelTooHigh);
        }
        let one = |i: u64| {
            let drawn = resample(self.buyers.len(), i);
            let orders = self.base.refit(self.fit, &drawn).ok()?;
            let spend = match &self.spend {
                Ok(fit) => {
                    let drawn: Vec<u32> = self.spenders.iter().map(|&i| drawn[i as usize]).collect();
                    // Without a finite mean, nothing that depends on it has a value.
                    Some(refit_spending(&self.spending, fit, &drawn).ok().filter(|[_, q, _]| *q > 1.0)?)
                }
                Err(_) => None,
            };
            Some(Resampled { orders, spend })
        };
        let found: Vec<Option<Resampled>> = (0..number).into_par_iter().map(one).collect();
        let failed = found.iter().filter(|one| one.is_none()).count();
        if failed as f64 > MOST_FAILED * number as f64 {
            return Err(NoForecast::Unstable);
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// Repeat orders and discounted value of a new customer within the horizon; the value has the first purchase in it.
    fn of_new(&self, point: &Resampled) -> (f64, f64) {
        let prediction = self.base.predict(point.orders);
        let weeks = self.request.weeks();
        let orders = prediction.stays_at_first() * prediction.expected_if_alive(0, 0, weeks);
        let discounted = orders * self.discount_factor(&prediction, 0, 0);
        let value = point.spend.and_then(|spend| expected_spend(spend, 0, 0.0));
        (orders, value.map_or(f64::NAN, |mean| mean * (1.0 + discounted)))
    }

    /// The sums at each of some parameters, and each stakeholder at the first of them with intervals from the others.
    fn each(&self, points: &[Resampled]) -> (Vec<Sums>, Vec<Expected>) {
        let predictions: Vec<Prediction> = points.iter().map(|point| self.base.predict(point.orders)).collect();
        let histories = self.base.histories();
        // Stakeholders by history.
        let mut order: Vec<u32> = (0..self.buyers.len() as u32).collect();
        order.sort_by_key(|&i| self.base.of_customer()[i as usize]);
        let members = |history: usize| {
            let of = |i: &u32| self.base.of_customer()[*i as usize] as usize;
            order.partition_point(|i| of(i) < history)..order.partition_point(|i| of(i) <= history)
        };
        let runs = runs(histories);
        let job = Part {
            expectation: self,
            points,
            predictions: &predictions,
        };
        let part = |runs: &[Range<usize>]| {
            let mut found = (vec![Sums::default(); points.len()], Vec::new());
            runs.iter()
                .for_each(|run| job.run(run.clone(), |history| &order[members(history)], &mut found));
            found
        };
        let parts: Vec<(Vec<Sums>, Vec<Expected>)> = runs.par_chunks(PART).map(part).collect();
        let mut sums = vec![Sums::default(); points.len()];
        let mut each: Vec<Option<Expected>> = vec![None; self.buyers.len()];
        let mut places = order.iter();
        for (part, found) in parts {
            for (sum, add) in sums.iter_mut().zip(part) {
                sum.alive += add.alive;
                sum.orders += add.orders;
                sum.revenue += add.revenue;
                sum.value += add.value;
            }
            for (one, place) in found.into_iter().zip(&mut places) {
                each[*place as usize] = Some(one);
            }
        }
        (sums, each.into_iter().flatten().collect())
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

/// The stakeholders with the same repeats and age are computed together.
struct Part<'a> {
    expectation: &'a Expectation<'a>,
    points: &'a [Resampled],
    predictions: &'a [Prediction<'a>],
}

impl Part<'_> {
    /// A run of histories with the same repeats and age.
    fn run<'m>(&self, run: Range<usize>, members: impl Fn(usize) -> &'m [u32], (sums, each): &mut (Vec<Sums>, Vec<Expected>)) {
        let Expectation { base, request, .. } = self.expectation;
        let level = request.level;
        let History { repeats, age, .. } = base.histories()[run.start];
        let weeks = request.weeks();
        let staying: Vec<f64> = self.predictions.iter().map(|p| p.expected_if_alive(repeats, age, weeks)).collect();
        // The factor hardly depends on the parameters: that of the fit is the factor of all resamples.
        let factor = self.expectation.discount_factor(&self.predictions[0], repeats, age);
        for history in run {
            let alive: Vec<f64> = self.predictions.iter().map(|p| p.alive(history)).collect();
            let orders: Vec<f64> = alive.iter().zip(&staying).map(|(alive, orders)| alive * orders).collect();
            let (of_alive, of_orders) = (ranged(&alive, level), ranged(&orders, level));
            for &member in members(history) {
                let buyer = &self.expectation.buyers[member as usize];
                let mean = |point: &Resampled| expected_spend(point.spend?, buyer.known_repeats(), buyer.mean);
                let revenue: Option<Vec<f64>> = self
                    .points
                    .iter()
                    .zip(&orders)
                    .map(|(point, orders)| Some(mean(point)? * orders))
                    .collect();
                for (i, sum) in sums.iter_mut().enumerate() {
                    sum.alive += alive[i];
                    sum.orders += orders[i];
                    if let Some(revenue) = &revenue {
                        sum.revenue += revenue[i];
                        sum.value += revenue[i] * factor;
                    }
                }
                each.push(Expected {
                    alive: of_alive,
                    orders: of_orders,
                    revenue: revenue.as_ref().map(|revenue| revenue[0]),
                    value: revenue.map(|revenue| ranged(&revenue, level).times(factor)),
                });
            }
        }
    }
}

/// The runs of histories with the same repeats and age.
fn runs(histories: &[History]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for run in histories.chunk_by(|a, b| (a.repeats, a.age) == (b.repeats, b.age)) {
        let start = runs.last().map_or(0, |last| last.end);
        runs.push(start..start + run.len());
    }
    runs
}

/// A parameter: the first of some values, with an interval from the others. Without a maximum, a value that is far from 1 is on its way to 0
/// or infinity; an interval is open where its limit is.
fn parameter(values: Vec<f64>, is_limit: bool, level: f64) -> Option<Ranged> {
    const LARGE: f64 = 1e5;
    let is_lost = |value: f64| !(1.0 / LARGE..LARGE).contains(&value);
    let mut ranged = ranged(&values, level);
    if let Some(interval) = &mut ranged.interval {
        interval.low = interval.low.filter(|low| *low < LARGE);
        interval.high = interval.high.filter(|high| *high < LARGE);
    }
    (!is_limit || !is_lost(ranged.value)).then_some(ranged)
}

/// The first value with an interval from the others.
fn ranged(values: &[f64], level: f64) -> Ranged {
    Ranged {
        value: values[0],
        interval: percentiles(&mut values[1..].to_vec(), level),
    }
}
