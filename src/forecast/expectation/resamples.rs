//! The parameters of resampled stakeholders, whose spread is that of everything that follows from them.
//!
//! A stakeholder is drawn with the orders and the spend, so that both models are fitted to the same resample. Where the model of spend cannot be
//! fitted to a resample, the resample still counts for orders.

use rayon::prelude::*;

use super::Expectation;
use crate::forecast::NoForecast;
use crate::stats::customer_base::{Parameters, refit_spending, resample};

/// Number of resamples at usual levels.
const RESAMPLES: u64 = 199;

/// Most resamples, for high levels.
const MOST_RESAMPLES: u64 = 999;

/// Of this part of the resamples on, it matters that they could not be fitted.
const MOST_FAILED: f64 = 0.05;

/// The parameters of a resample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resampled {
    /// Of orders.
    pub orders: Parameters,
    /// Of spend, where there is a model of it that could be fitted.
    pub spend: Option<[f64; 3]>,
}

/// The resamples that could be fitted.
#[derive(Debug, Default, PartialEq)]
pub struct Resamples {
    /// Their parameters.
    pub each: Vec<Resampled>,
    /// Why there are no intervals at all.
    pub no_intervals: Option<NoForecast>,
    /// Why there are no intervals of money.
    pub no_intervals_of_money: Option<NoForecast>,
}

impl Resamples {
    /// Of a fit.
    pub fn of(expectation: &Expectation) -> Resamples {
        let tail = 1.0 - expectation.request.level;
        let number = ((10.0 / tail).ceil() as u64).clamp(RESAMPLES + 1, MOST_RESAMPLES + 1) - 1;
        if ((number + 1) as f64) * tail / 2.0 < 1.0 {
            return Resamples::without(NoForecast::LevelTooHigh);
        }
        let found: Vec<Option<Resampled>> = (0..number).into_par_iter().map(|i| resampled(expectation, i)).collect();
        chosen(found, expectation.spend.is_ok())
    }

    fn without(why: NoForecast) -> Resamples {
        Resamples {
            each: Vec::new(),
            no_intervals: Some(why),
            no_intervals_of_money: Some(why),
        }
    }
}

/// The parameters of a resample, by its number; `None` where the model of orders cannot be fitted.
fn resampled(expectation: &Expectation, number: u64) -> Option<Resampled> {
    let drawn = resample(expectation.buyers.len(), number);
    let orders = expectation.base.refit(expectation.fit, &drawn).ok()?;
    let spend = expectation.spend.as_ref().ok().and_then(|fit| {
        let drawn: Vec<u8> = expectation.spenders.iter().map(|&i| drawn[i as usize]).collect();
        // Without a finite mean, nothing that depends on it has a value.
        refit_spending(&expectation.spending, fit, &drawn).ok().filter(|[_, q, _]| *q > 1.0)
    });
    Some(Resampled { orders, spend })
}

/// Those that count: none where too many could not be fitted, and none for money where the spend of too many could not.
fn chosen(found: Vec<Option<Resampled>>, has_spend: bool) -> Resamples {
    let most = MOST_FAILED * found.len() as f64;
    let fails = |failed: usize| failed as f64 > most;
    if fails(found.iter().filter(|one| one.is_none()).count()) {
        return Resamples::without(NoForecast::Unstable);
    }
    let is_without_spend = |one: &Option<Resampled>| one.is_none_or(|one| one.spend.is_none());
    let is_unstable = has_spend && fails(found.iter().filter(|one| is_without_spend(one)).count());
    let kept = |one: Resampled| Resampled {
        spend: one.spend.filter(|_| !is_unstable),
        ..one
    };
    Resamples {
        each: found.into_iter().flatten().map(kept).collect(),
        no_intervals: None,
        no_intervals_of_money: is_unstable.then_some(NoForecast::Unstable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(spend: bool) -> Option<Resampled> {
        Some(Resampled {
            orders: Parameters::NobodyLeaves([1.0, 2.0]),
            spend: spend.then_some([1.0, 2.0, 3.0]),
        })
    }

    #[test]
    fn spend_that_cannot_be_fitted_takes_the_intervals_of_money_alone() {
        let mut found = vec![some(true); 100];
        found[..5].fill(some(false));
        let few = chosen(found.clone(), true);
        assert_eq!((few.each.len(), few.no_intervals, few.no_intervals_of_money), (100, None, None));
        assert_eq!(few.each.iter().filter(|one| one.spend.is_some()).count(), 95);
        found[5] = some(false);
        let many = chosen(found.clone(), true);
        assert_eq!((many.each.len(), many.no_intervals), (100, None));
        assert_eq!(many.no_intervals_of_money, Some(NoForecast::Unstable));
        assert!(many.each.iter().all(|one| one.spend.is_none()));
        // Without a model of spend there is nothing to fail.
        assert_eq!(chosen(vec![some(false); 100], false).no_intervals_of_money, None);
        found[..6].fill(None);
        assert_eq!(chosen(found, true), Resamples::without(NoForecast::Unstable));
    }
}
