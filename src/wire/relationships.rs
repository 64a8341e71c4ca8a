//! What a report tells of single relationships: how long they last, the segments of customers, and the orders that are to come.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cohorts::Point;
use super::segments::{Move, Segment};
use super::{Day, Labels};
use crate::codes::codes;
use crate::cohorts::Event;
use crate::cohorts::lifetimes::TimeUnit;
use crate::findings::Section;
use crate::forecast::NoForecast;
use crate::stats::customer_base::Model;

/// The sections on single relationships, at the as-of date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Relationships {
    /// How long relationships last: of customers, and of the roster.
    pub survival: Vec<Survival>,
    /// The segments of customers; null: see omitted, or there are no purchases.
    pub segments: Option<Segments>,
    /// The forecast of all customers together; null: see omitted, or there are no purchases.
    pub forecast: Option<Forecast>,
    /// The sections that are left out, and why.
    pub omitted: Vec<Omitted>,
}

/// Curves of survival.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReportSurvival")]
pub struct Survival {
    /// What ends a relationship.
    pub event: Event,
    /// The unit of times.
    pub time_unit: TimeUnit,
    /// A curve for each group.
    pub curves: Vec<Curve>,
}

/// The curve of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Curve {
    /// The group, by dimension; none: all.
    pub by: Labels,
    /// How many relationships; null: hidden to protect few people.
    pub n: Option<u64>,
    /// How many of them have ended.
    pub events: Option<u64>,
    /// The smallest time at which the share is 0.5 or less; null: it is not reached.
    pub median: Option<f64>,
    /// Lower limit of the median.
    pub median_low: Option<f64>,
    /// Upper limit of the median; null: it is not reached.
    pub median_high: Option<f64>,
    /// The curve at 0 and at each time at which a relationship ended or was last observed; in between it does not change.
    pub points: Vec<Point>,
}

/// Customers by segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReportSegments")]
pub struct Segments {
    /// The previous period, with whose end movement is compared.
    pub previous_period: String,
    /// How many customers are in each segment.
    pub segments: Vec<Segment>,
    /// How many customers moved from segment to segment; null: hidden to protect few people.
    pub movement: Option<Vec<Move>>,
}

/// What is expected of all customers together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReportForecast")]
pub struct Forecast {
    /// The model.
    pub model: Model,
    /// The last day that the model sees; the forecast is of the days after it.
    pub calibration_end: Day,
    /// How far the forecast looks ahead, in weeks.
    pub horizon: f64,
    /// Customers who have ordered; null: hidden.
    pub customers: Option<u64>,
    /// Expected orders of all.
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
    /// Expected revenue of all; null: there is no model of spend.
    pub revenue_total: Option<f64>,
    /// Lower limit.
    pub revenue_total_low: Option<f64>,
    /// Upper limit.
    pub revenue_total_high: Option<f64>,
    /// Orders that the model predicted for the days held back.
    pub predicted: Option<f64>,
    /// Orders on these days in fact.
    pub actual: Option<u64>,
    /// Root mean squared error of a customer's number of orders on these days: of the model.
    pub error: Option<f64>,
    /// The same of the better naive rule.
    pub naive_error: Option<f64>,
}

codes! {
    /// Why a section is left out.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Reason {
        /// There are too few relationships.
        TooFew = "too few",
        /// No relationship has ended.
        NoneEnded = "none ended",
        /// All customers are equal in recency, frequency or revenue.
        AllEqual = "all equal",
        /// There is no forecast.
        NoForecast = "no forecast",
    }
}

/// A section that is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Omitted {
    /// Which.
    pub section: Section,
    /// Why.
    pub reason: Reason,
    /// Why there is no forecast.
    pub forecast: Option<NoForecast>,
}
