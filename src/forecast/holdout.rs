//! The test on days that the model did not see, next to two naive rules: each stakeholder buys at the own past rate, and all at the same rate.
//!
//! What counts is the root mean squared error of the stakeholders' numbers of orders. A model predicts expected values, and these have the
//! smallest squared error. The mean absolute error is shown, too, but does not decide: most customers order rarely, so it is smallest for the
//! prediction that nobody orders.

use crate::stats::customer_base::{Base, DAYS, Fit, Model};

use super::histories::{Bought, Buyer};
use super::{NoForecast, fit, histories, repeating};

/// The largest number of repeats that is shown by itself.
pub const MOST_REPEATS: u32 = 7;

/// Fewest days that are held back.
const FEWEST_DAYS: i32 = 14;

/// Which days are held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The last day that the tested model sees.
    pub split: i32,
    /// The last day of the test.
    pub until: i32,
}

impl Plan {
    /// Days after the calibration within the horizon, if the data have any. If not, the last days before its end are held back: as many as the
    /// horizon has, at most half of the time since the first purchase. `None`: that is less than two weeks.
    pub fn new(calibration_end: i32, newest: i32, horizon: i32, first: i32) -> Option<Plan> {
        if newest > calibration_end {
            return Some(Plan {
                split: calibration_end,
                until: newest.min(calibration_end + horizon),
            });
        }
        let days = horizon.min((calibration_end - first) / 2);
        (days >= FEWEST_DAYS.min(horizon)).then_some(Plan {
            split: calibration_end - days,
            until: calibration_end,
        })
    }

    /// The days of the test, in weeks.
    pub fn weeks(self) -> f64 {
        f64::from(self.until - self.split) / DAYS
    }
}

/// How far predictions are from what happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Errors {
    /// The sum of the predictions.
    pub total: f64,
    /// The sum of the predictions divided by what happened, less 1; `None` if nothing happened.
    pub bias: Option<f64>,
    /// Root mean squared error of a stakeholder, in orders.
    pub root_mean_square: f64,
    /// Mean absolute error of a stakeholder, in orders.
    pub mean_absolute: f64,
}

/// What stakeholders with the same number of repeats were predicted to do and did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frequency {
    /// Repeats before the split; the last entry is of all with more, too.
    pub repeats: u32,
    /// Stakeholders.
    pub stakeholders: u64,
    /// Mean number of orders that the model predicts.
    pub predicted: f64,
    /// Mean number of orders in fact.
    pub actual: f64,
    /// Mean number of orders at the own past rates.
    pub naive: f64,
}

/// The result of the test.
#[derive(Debug, Clone, PartialEq)]
pub struct Holdout {
    /// Which days were held back.
    pub plan: Plan,
    /// Stakeholders who had bought before.
    pub stakeholders: u64,
    /// Their orders in these days.
    pub actual: u64,
    /// The model.
    pub model: Errors,
    /// Each stakeholder at the own past rate.
    pub naive: Errors,
    /// All at the same rate: the mean of history.
    pub mean: Errors,
    /// By number of repeats, ascending.
    pub by_frequency: Vec<Frequency>,
}

impl Holdout {
    /// Whether a naive rule is better than the model, or as good.
    pub fn is_worse(&self) -> bool {
        let error = self.model.root_mean_square;
        error >= self.naive.root_mean_square || error >= self.mean.root_mean_square
    }
}

/// What a test is made with.
#[derive(Clone, Copy)]
pub struct Test<'a> {
    /// Which days are held back.
    pub plan: Plan,
    /// The group's buyers at the split; `None`: the calibration ends there, and its buyers are meant.
    pub earlier: Option<&'a [Buyer]>,
    /// What was bought in the days held back, in all groups.
    pub bought: &'a [Bought],
}

impl Test<'_> {
    /// Runs the test. `calibrated` are the buyers and the fit at the end of the calibration.
    ///
    /// # Errors
    /// Why there is none: the model cannot be fitted to what was known at the split.
    pub fn run(&self, model: Model, buyers: &[Buyer], calibrated: (&Base, &Result<Fit, NoForecast>)) -> Result<Holdout, NoForecast> {
        match self.earlier {
            None => Ok(self.compare(buyers, calibrated.0, calibrated.1.as_ref().map_err(|why| *why)?)),
            Some([]) => Err(NoForecast::NoHoldout),
            Some(earlier) => {
                let base = Base::of(model, &histories(earlier));
                let fit = fit(&base, repeating(earlier))?;
                Ok(self.compare(earlier, &base, &fit))
            }
        }
    }

    fn compare(&self, buyers: &[Buyer], base: &Base, fit: &Fit) -> Holdout {
        let weeks = self.plan.weeks();
        let prediction = base.predict(fit.parameters);
        // All histories with the same repeats and age have the same expectation of those who are there.
        let mut predicted: Vec<f64> = Vec::with_capacity(base.histories().len());
        for run in base.histories().chunk_by(|a, b| (a.repeats, a.age) == (b.repeats, b.age)) {
            let expected = prediction.expected_if_alive(run[0].repeats, run[0].age, weeks);
            let from = predicted.len();
            predicted.extend((from..from + run.len()).map(|history| prediction.alive(history) * expected));
        }
        let predicted: Vec<f64> = base.of_customer().iter().map(|&history| predicted[history as usize]).collect();
        let age = |buyer: &Buyer| f64::from(buyer.history.age) / DAYS;
        let repeats = |buyer: &Buyer| f64::from(buyer.history.repeats);
        let naive = |buyer: &Buyer| {
            if buyer.history.age > 0 {
                repeats(buyer) / age(buyer) * weeks
            } else {
                0.0
            }
        };
        let naive: Vec<f64> = buyers.iter().map(naive).collect();
        let rate = buyers.iter().map(repeats).sum::<f64>() / buyers.iter().map(age).sum::<f64>();
        let mean = vec![rate * weeks; buyers.len()];
        let actual = self.actual(buyers);
        Holdout {
            plan: self.plan,
            stakeholders: buyers.len() as u64,
            actual: actual.iter().map(|days| u64::from(*days)).sum(),
            model: errors(&predicted, &actual),
            naive: errors(&naive, &actual),
            mean: errors(&mean, &actual),
            by_frequency: by_frequency(buyers, &predicted, &actual, &naive),
        }
    }

    /// By buyer: orders in the days held back. Both lists are by stakeholder and group.
    fn actual(&self, buyers: &[Buyer]) -> Vec<u32> {
        let mut bought = self.bought.iter().peekable();
        let days = buyers.iter().map(|buyer| {
            let at = (buyer.stakeholder, buyer.group);
            while bought.next_if(|b| (b.stakeholder, b.group) < at).is_some() {}
            bought.next_if(|b| (b.stakeholder, b.group) == at).map_or(0, |b| b.days)
        });
        days.collect()
    }
}

fn errors(predicted: &[f64], actual: &[u32]) -> Errors {
    let n = predicted.len() as f64;
    let total: f64 = predicted.iter().sum();
    let happened: f64 = actual.iter().map(|days| f64::from(*days)).sum();
    let misses = || predicted.iter().zip(actual).map(|(p, a)| p - f64::from(*a));
    Errors {
        total,
        bias: (happened > 0.0).then_some(total / happened - 1.0),
        root_mean_square: (misses().map(|miss| miss * miss).sum::<f64>() / n).sqrt(),
        mean_absolute: misses().map(f64::abs).sum::<f64>() / n,
    }
}

fn by_frequency(buyers: &[Buyer], predicted: &[f64], actual: &[u32], naive: &[f64]) -> Vec<Frequency> {
    let blank = |repeats| Frequency {
        repeats,
        stakeholders: 0,
        predicted: 0.0,
        actual: 0.0,
        naive: 0.0,
    };
    let mut all: Vec<Frequency> = (0..=MOST_REPEATS).map(blank).collect();
    for (i, buyer) in buyers.iter().enumerate() {
        let of = &mut all[buyer.history.repeats.min(MOST_REPEATS) as usize];
        of.stakeholders += 1;
        of.predicted += predicted[i];
        of.actual += f64::from(actual[i]);
        of.naive += naive[i];
    }
    all.retain(|of| of.stakeholders > 0);
    for of in &mut all {
        let n = of.stakeholders as f64;
        (of.predicted, of.actual, of.naive) = (of.predicted / n, of.actual / n, of.naive / n);
    }
    all
}
