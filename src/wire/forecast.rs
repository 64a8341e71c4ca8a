//! `relhealth.forecast/1`: expected orders and revenue of stakeholders, and how well the model predicts.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Day, Document, Instant, Labels, Layout, Note, RecordCounts, SchemaId, Stream};
use crate::forecast::NoForecast;
use crate::stats::customer_base::Model;

/// Expected orders and revenue of stakeholders, and how well the model predicts.
#[derive(Serialize, JsonSchema)]
pub struct Forecast<'a> {
    /// Name and version of this format.
    pub schema: SchemaId<Forecast<'a>>,
    /// RFC 3339 in UTC; nothing at or after it is known.
    pub as_of: Instant,
    /// The zone whose days are counted.
    pub timezone: String,
    /// Of money, where it is known.
    pub currency: Option<String>,
    /// Confidence level of the intervals.
    pub level: f64,
    /// Which groups count; null: all.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// The model.
    pub model: Model,
    /// The unit of time of parameters, recency, age and horizon.
    pub unit: &'static str,
    /// The last day that the model sees; the forecast is of the days after it.
    pub calibration_end: Day,
    /// How far the forecast looks ahead, in weeks.
    pub horizon: f64,
    /// The yearly rate by which values are discounted.
    pub discount: f64,
    /// What it costs to win a customer; null: not given.
    pub acquisition_cost: Option<f64>,
    /// Order days that refunds left with nothing; they are no purchases.
    pub days_without_value: u64,
    /// All stakeholders together.
    #[serde(flatten)]
    pub all: Part<'a>,
    /// Each group by itself, where groups are asked for.
    pub groups: Vec<Group<'a>>,
    /// What became of the records of each file.
    pub account: Vec<RecordCounts>,
    /// Findings.
    pub notes: Vec<Note>,
}

impl Document for Forecast<'_> {
    const ID: &'static str = "relhealth.forecast/1";
    const TITLE: &'static str = "What relhealth forecast --format json prints";
    const LAYOUT: Layout = Layout::Lines;
}

/// A group with a model of its own.
#[derive(Serialize, JsonSchema)]
pub struct Group<'a> {
    /// The group, by dimension; `cohort` is the period of the first order.
    pub by: Labels,
    /// What is forecast of it.
    #[serde(flatten)]
    pub part: Part<'a>,
}

/// The model of some stakeholders, and what it expects of them.
#[derive(Serialize, JsonSchema)]
pub struct Part<'a> {
    /// Stakeholders; null: hidden.
    pub customers: Option<u64>,
    /// Stakeholders with orders on more than one day; null: hidden.
    pub repeating: Option<u64>,
    /// The parameters by their names in the literature: of orders r, alpha, and a and b or s and beta; of spend p, q and v. A parameter of the
    /// model that is null has no value: nobody leaves, or it goes to 0 or infinity.
    pub parameters: Parameters<f64>,
    /// Their limits.
    pub parameter_limits: Parameters<Limits>,
    /// Of the model of orders.
    pub log_likelihood: Option<f64>,
    /// Why there is no model of orders.
    pub absent: Option<NoForecast>,
    /// Why there are no intervals.
    pub interval_absent: Option<NoForecast>,
    /// Expected orders of all in the horizon.
    pub expected_total: Option<f64>,
    /// Lower limit.
    pub expected_total_low: Option<f64>,
    /// Upper limit.
    pub expected_total_high: Option<f64>,
    /// Sum of the probabilities of being a customer still.
    pub alive_total: Option<f64>,
    /// Lower limit.
    pub alive_total_low: Option<f64>,
    /// Upper limit.
    pub alive_total_high: Option<f64>,
    /// The test on days that the model did not see.
    pub holdout: Holdout,
    /// Why no stakeholder has a forecast; null: they have.
    pub refused: Option<NoForecast>,
    /// The model of spend, and what follows from it.
    pub spend: Spend,
    /// A new customer.
    pub new_customer: NewCustomer,
    /// Protected people, who count in the totals and are not shown one by one.
    pub withheld: u64,
    /// The stakeholders, by id.
    #[schemars(with = "Vec<Stakeholder>")]
    pub stakeholders: Stream<'a, Stakeholder>,
}

/// Limits of a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Limits {
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

/// What there is of each parameter. Which of them a model has is the same in all its forecasts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Parameters<T> {
    /// Shape of the rates of ordering.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r: Option<Option<T>>,
    /// Scale of the rates of ordering, in weeks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpha: Option<Option<T>>,
    /// Of the chances to leave: towards leaving.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub a: Option<Option<T>>,
    /// Of the chances to leave: towards staying.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub b: Option<Option<T>>,
    /// Shape of the rates of leaving.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s: Option<Option<T>>,
    /// Scale of the rates of leaving, in weeks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beta: Option<Option<T>>,
    /// Of spend: shape of amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<Option<T>>,
    /// Of spend: shape of the scales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<Option<T>>,
    /// Of spend: scale of the scales, in money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub v: Option<Option<T>>,
}

/// The test on days that the model did not see. The rules that it is compared with are each stakeholder at the own past rate (naive), and
/// all at the same rate (mean).
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Holdout {
    /// Why there is no test.
    pub absent: Option<NoForecast>,
    /// The last day that the tested model sees.
    pub calibration_end: Option<Day>,
    /// Length of the test, in weeks.
    pub horizon: Option<f64>,
    /// Stakeholders who had ordered before.
    pub customers: Option<u64>,
    /// Orders that the model predicts.
    pub predicted: Option<f64>,
    /// Orders in fact.
    pub actual: Option<u64>,
    /// Orders at the stakeholders' own past rates.
    pub naive: Option<f64>,
    /// Orders where all have the same rate.
    pub mean: Option<f64>,
    /// Root mean squared error of a stakeholder's number of orders: of the model.
    pub error: Option<f64>,
    /// The same of the own past rates.
    pub naive_error: Option<f64>,
    /// The same of one rate for all.
    pub mean_error: Option<f64>,
    /// predicted / actual - 1.
    pub bias: Option<f64>,
    /// naive / actual - 1.
    pub naive_bias: Option<f64>,
    /// mean / actual - 1.
    pub mean_bias: Option<f64>,
    /// Mean absolute error of a stakeholder's number of orders: of the model.
    pub absolute_error: Option<f64>,
    /// The same of the own past rates.
    pub naive_absolute_error: Option<f64>,
    /// The same of one rate for all.
    pub mean_absolute_error: Option<f64>,
    /// Stakeholders with the same number of repeat orders before; the last entry is of all with more, too.
    pub by_frequency: Vec<Frequency>,
}

/// What stakeholders with the same number of repeat orders were predicted to do and did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Frequency {
    /// Repeat orders before.
    pub frequency: u32,
    /// Stakeholders.
    pub customers: u64,
    /// Mean number of orders that the model predicts.
    pub predicted: f64,
    /// Mean number of orders in fact.
    pub actual: f64,
    /// Mean number of orders at the own past rates.
    pub naive: f64,
}

/// The model of spend, and what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Spend {
    /// Why there is none.
    pub absent: Option<NoForecast>,
    /// Why money has no intervals.
    pub interval_absent: Option<NoForecast>,
    /// Its log-likelihood.
    pub log_likelihood: Option<f64>,
    /// Stakeholders that it is fitted to: those with repeat orders and a positive amount.
    pub customers: Option<u64>,
    /// Correlation of frequency and mean amount, which the model takes to be 0.
    pub correlation: Option<f64>,
    /// The mean amount of an order day.
    pub mean: Option<f64>,
    /// Lower limit.
    pub mean_low: Option<f64>,
    /// Upper limit.
    pub mean_high: Option<f64>,
    /// Expected revenue of all in the horizon; null too where stakeholders have no forecast.
    pub revenue_total: Option<f64>,
    /// Lower limit.
    pub revenue_total_low: Option<f64>,
    /// Upper limit.
    pub revenue_total_high: Option<f64>,
    /// The same, discounted.
    pub value_total: Option<f64>,
    /// Lower limit.
    pub value_total_low: Option<f64>,
    /// Upper limit.
    pub value_total_high: Option<f64>,
}

/// A new customer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct NewCustomer {
    /// Expected repeat orders in the horizon.
    pub expected: Option<f64>,
    /// Lower limit.
    pub expected_low: Option<f64>,
    /// Upper limit.
    pub expected_high: Option<f64>,
    /// Discounted value in the horizon, with the first order; null too where stakeholders have no forecast.
    pub value: Option<f64>,
    /// Lower limit.
    pub value_low: Option<f64>,
    /// Upper limit.
    pub value_high: Option<f64>,
    /// The value divided by the acquisition cost.
    pub value_to_cost: Option<f64>,
    /// Lower limit.
    pub value_to_cost_low: Option<f64>,
    /// Upper limit.
    pub value_to_cost_high: Option<f64>,
}

/// What is expected of a stakeholder. Without a forecast all from `alive` on is null.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Stakeholder {
    /// Its id.
    pub id: String,
    /// Order days after the first.
    pub frequency: u32,
    /// Weeks from the first order day to the last.
    pub recency: f64,
    /// Weeks from the first order day to the end of the calibration.
    pub age: f64,
    /// The probability of being a customer still.
    pub alive: Option<f64>,
    /// Lower limit.
    pub alive_low: Option<f64>,
    /// Upper limit.
    pub alive_high: Option<f64>,
    /// Expected orders in the horizon.
    pub expected: Option<f64>,
    /// Lower limit.
    pub expected_low: Option<f64>,
    /// Upper limit.
    pub expected_high: Option<f64>,
    /// Expected revenue in the horizon; null too where there is no model of spend.
    pub revenue: Option<f64>,
    /// The same, discounted.
    pub value: Option<f64>,
    /// Lower limit.
    pub value_low: Option<f64>,
    /// Upper limit.
    pub value_high: Option<f64>,
}
