//! What a forecast is asked for, and what it has found.

use super::holdout::Holdout;
use crate::codes::codes;
use crate::expr::Expr;
use crate::period::Grain;
use crate::stats::Interval;
use crate::stats::customer_base::{DAYS, History, Model, NoMaximum};

/// What is to be forecast.
#[derive(Debug, Clone)]
pub struct ForecastRequest {
    /// The model.
    pub model: Model,
    /// How many days are forecast.
    pub horizon: i32,
    /// The last day that the model sees; `None`: the last one before the as-of date.
    pub calibration_end: Option<i32>,
    /// The yearly rate by which revenue is discounted, such as 0.1.
    pub discount: f64,
    /// What it costs to win a customer, in units of the currency.
    pub acquisition_cost: Option<f64>,
    /// The dimensions of the groups.
    pub by: Vec<String>,
    /// Groups by the period of the first purchase.
    pub cohorts: Option<Grain>,
    /// Which groups count, over dimensions.
    pub filter: Option<Expr>,
    /// The confidence level of the intervals.
    pub level: f64,
}

/// A forecast.
#[derive(Debug)]
pub struct Forecast {
    /// What was asked for.
    pub request: ForecastRequest,
    /// The last day that the model sees; the forecast is of the days after it.
    pub calibration_end: i32,
    /// Order days that refunds left with nothing, which are no purchases.
    pub days_without_value: u64,
    /// All stakeholders together.
    pub all: GroupForecast,
    /// Each group by itself, by its labels.
    pub groups: Vec<GroupForecast>,
}

/// The name of the dimension of groups by first purchase.
pub const COHORT: &str = "cohort";

codes! {
    /// Why a forecast, or a part of it, is missing.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum NoForecast {
        /// Nobody bought anything.
        NoRows = "no rows",
        /// Fewer than ten stakeholders bought again.
        TooFew = "too few",
        /// The search for the parameters did not end at a maximum of the likelihood.
        DidNotConverge = "did not converge",
        /// The likelihood rises without end as a parameter goes to 0 or infinity.
        AtBoundary = "at the boundary",
        /// The data are too short to hold back any days for a test.
        NoHoldout = "no holdout",
        /// On the days held back, the model predicts no better than the naive rules.
        WorseThanNaive = "worse than naive",
        /// The fitted distribution of spend has no finite mean.
        NoFiniteMean = "no finite mean",
        /// Amounts of several currencies cannot be added.
        MixedCurrencies = "mixed currencies",
        /// Of some orders only the amount of all lines is known, and these are in several groups, or a condition leaves some out.
        LinesDiffer = "order lines differ",
        /// Fewer than five people, all protected.
        Suppressed = "suppressed",
        /// Too many resamples could not be fitted.
        Unstable = "unstable",
        /// There are fewer resamples than the confidence level needs.
        LevelTooHigh = "level too high",
    }
}

impl From<NoMaximum> for NoForecast {
    fn from(why: NoMaximum) -> NoForecast {
        match why {
            NoMaximum::DidNotConverge => NoForecast::DidNotConverge,
            NoMaximum::AtBoundary => NoForecast::AtBoundary,
        }
    }
}

/// A value with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranged {
    /// The value.
    pub value: f64,
    /// Its interval, if there is one.
    pub interval: Option<Interval>,
}

impl Ranged {
    /// Multiplied by a positive number.
    pub fn times(self, factor: f64) -> Ranged {
        let limit = |limit: Option<f64>| limit.map(|limit| limit * factor);
        Ranged {
            value: self.value * factor,
            interval: self.interval.map(|interval| Interval {
                low: limit(interval.low),
                high: limit(interval.high),
            }),
        }
    }
}

/// A parameter of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name in the literature.
    pub name: &'static str,
    /// Its value; `None`: it has none, as nobody leaves or it goes to 0 or infinity.
    pub value: Option<Ranged>,
}

/// A fitted model of purchases, and what it says of all stakeholders of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Orders {
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// Some parameters go to 0 or infinity and have no value.
    pub is_limit: bool,
    /// The fit has no stakeholder leaving.
    pub nobody_leaves: bool,
    /// Sum of the probabilities of being a customer still.
    pub alive: Ranged,
    /// Expected orders of all in the horizon.
    pub expected: Ranged,
    /// Expected repeat orders of a new customer in the horizon.
    pub of_new: Ranged,
    /// Why there are no intervals.
    pub no_intervals: Option<NoForecast>,
}

/// A fitted model of spend, and what follows from it for all stakeholders of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Spend {
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// Some parameters go to 0 or infinity and have no value.
    pub is_limit: bool,
    /// Stakeholders that it is fitted to: those with a repeat purchase and a positive amount.
    pub stakeholders: u64,
    /// Why there are no intervals of money.
    pub no_intervals: Option<NoForecast>,
    /// Correlation of frequency and mean amount, which the model takes to be 0.
    pub correlation: Option<f64>,
    /// The mean amount of a purchase day.
    pub mean: Ranged,
    /// Expected revenue of all in the horizon.
    pub revenue: Ranged,
    /// The same, discounted: the value of all stakeholders.
    pub value: Ranged,
    /// The discounted value of a new customer in the horizon, with the first purchase.
    pub of_new: Ranged,
    /// That value divided by the acquisition cost.
    pub to_cost: Option<Ranged>,
}

/// What is expected of a stakeholder.
#[derive(Debug, Clone, PartialEq)]
pub struct StakeholderForecast {
    /// Code of the stakeholder.
    pub stakeholder: u32,
    /// How often, how lately and how long.
    pub history: History,
    /// The forecast, unless it is refused.
    pub forecast: Option<Expected>,
}

/// What is expected of a stakeholder whose forecast is not refused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// The probability of being a customer still.
    pub alive: Ranged,
    /// Expected orders in the horizon.
    pub orders: Ranged,
    /// Expected revenue in the horizon, if there is a model of spend.
    pub revenue: Option<f64>,
    /// The same, discounted.
    pub value: Option<Ranged>,
}

/// The forecast of a group.
#[derive(Debug)]
pub struct GroupForecast {
    /// The group: dimension and value.
    pub by: Vec<(String, String)>,
    /// Stakeholders; `None` where they are hidden.
    pub stakeholders: Option<u64>,
    /// Stakeholders with a repeat purchase.
    pub repeating: Option<u64>,
    /// The model of purchases.
    pub orders: Result<Orders, NoForecast>,
    /// The model of spend.
    pub spend: Result<Spend, NoForecast>,
    /// The test on days held back.
    pub holdout: Result<Holdout, NoForecast>,
    /// Why no stakeholder has a forecast.
    pub refused: Option<NoForecast>,
    /// The stakeholders, by id, without protected people.
    pub each: Vec<StakeholderForecast>,
    /// Protected people, who count in the totals and are not shown one by one.
    pub withheld: u64,
}

impl ForecastRequest {
    /// The dimensions of the groups, with that of the first purchase.
    pub fn dimensions(&self) -> Vec<String> {
        self.by.iter().cloned().chain(self.cohorts.map(|_| COHORT.to_string())).collect()
    }

    /// The horizon in weeks.
    pub fn weeks(&self) -> f64 {
        f64::from(self.horizon) / DAYS
    }
}

impl GroupForecast {
    /// A group of which nothing is shown, and why.
    pub fn without(by: Vec<(String, String)>, why: NoForecast) -> GroupForecast {
        let count = (why != NoForecast::Suppressed).then_some(0);
        GroupForecast {
            by,
            stakeholders: count,
            repeating: count,
            orders: Err(why),
            spend: Err(why),
            holdout: Err(why),
            refused: Some(why),
            each: Vec::new(),
            withheld: 0,
        }
    }
}

impl Expected {
    /// What is not known yet.
    pub const UNKNOWN: Expected = {
        let unknown = Ranged {
            value: f64::NAN,
            interval: None,
        };
        Expected {
            alive: unknown,
            orders: unknown,
            revenue: None,
            value: None,
        }
    };
}
