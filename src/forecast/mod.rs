//! Forecasts of a customer base without contracts: who is still a customer, how many orders and how much revenue are to come.
//!
//! A model is fitted to what was known at the end of the calibration, for all stakeholders and for each group. It has to prove itself on days
//! that it did not see: where it predicts no better than the stakeholders' own past rates, or than the same rate for all, it gives no forecast
//! of any stakeholder. Intervals come from resampled stakeholders.

mod expectation;
mod groups;
mod histories;
mod holdout;
mod known;
mod results;

use crate::canonical::CanonicalTables;
use crate::diagnostics::Problem;
use crate::facts::context::Settings;
use crate::facts::orders;
use crate::measure::{Private, Slices, divides_protected};
use crate::schema::Table;
use crate::stats::customer_base::{Base, Fit, History};
use groups::Job;
use histories::{Buyer, last_day};
pub use holdout::{Errors, Frequency, Holdout, MOST_REPEATS};
use known::{Known, currencies, together};
pub use results::{Expected, Forecast, ForecastRequest, GroupForecast, NoForecast, Orders, Parameter, Ranged, Spend, StakeholderForecast};

/// Fewest stakeholders with a repeat purchase that a model is fitted to.
pub const FEWEST_REPEATING: usize = 10;

/// A forecast of all stakeholders, and of each group.
///
/// # Errors
/// A calibration that ends after the as-of date, no purchases, a dimension that purchases do not have: as problems.
pub fn forecast(canonical: &CanonicalTables, settings: &Settings, request: ForecastRequest) -> anyhow::Result<Forecast> {
    let Some(rows) = canonical.table(Table::Purchases) else {
        let hint = "name a file of orders, payments or donations, such as purchases=orders.csv";
        return Err(Problem::data("a forecast needs purchases")
            .why("none of the inputs has any")
            .hint(hint)
            .into());
    };
    let newest = last_day(canonical, canonical.as_of);
    let calibration_end = request.calibration_end.unwrap_or(newest);
    if calibration_end > newest {
        let hint = "set an earlier --calibration-end, or a later --as-of";
        return Err(Problem::usage("the calibration ends after the as-of date").hint(hint).into());
    }
    let slices = Slices::new(canonical, &[&orders::SPEC], &request.by, request.filter.as_ref());
    let slicing = match slices.facts.get(orders::SPEC.name()) {
        Some(Ok((slicing, _))) => slicing,
        Some(Err(dimension)) => {
            let what = format!("a forecast cannot be grouped by `{dimension}`");
            return Err(Problem::usage(what)
                .why("it is neither a column of the purchases nor one of the roster")
                .into());
        }
        None => anyhow::bail!("{} was not sliced", orders::SPEC.name()),
    };
    let whole = together(slicing);
    let known = Known::read(canonical, settings, &whole, calibration_end, newest, request.horizon);
    let private = Private::new(canonical);
    let job = Job {
        request: &request,
        private: &private,
        is_divided: request.filter.is_some() && divides_protected(canonical, Table::Purchases, slicing),
        cannot_add: canonical.cannot_add(currencies(canonical, rows, &whole, calibration_end).into_iter()),
    };
    let all = job.group(Vec::new(), &known.buyers, known.test());
    let groups = match (request.by.is_empty(), request.cohorts) {
        (true, None) => Vec::new(),
        (true, Some(_)) => job.groups(&known, &[]),
        (false, _) => {
            let known = Known::read(canonical, settings, slicing, calibration_end, newest, request.horizon);
            job.groups(&known, slices.labels.as_slice())
        }
    };
    Ok(Forecast {
        days_without_value: known.days_without_value,
        request,
        calibration_end,
        all,
        groups,
    })
}

/// The model fitted to these stakeholders, if enough of them bought again.
fn fit(base: &Base, repeating: usize) -> Result<Fit, NoForecast> {
    if repeating < FEWEST_REPEATING {
        return Err(NoForecast::TooFew);
    }
    Ok(base.fit()?)
}

fn repeating(buyers: &[Buyer]) -> usize {
    buyers.iter().filter(|buyer| buyer.history.repeats > 0).count()
}

fn histories(buyers: &[Buyer]) -> Vec<History> {
    buyers.iter().map(|buyer| buyer.history).collect()
}
