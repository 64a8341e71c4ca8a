//! `relhealth.cohorts/1`: cohorts and survival.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Document, Instant, Labels, Layout, Note, RecordCounts, SchemaId};
use crate::cohorts::lifetimes::TimeUnit;
use crate::cohorts::{Event, Measure, Start};
use crate::report::AbsentCode;

/// Cohorts followed through the periods after their start, and how long relationships last.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Cohorts {
    /// Name and version of this format.
    pub schema: SchemaId<Cohorts>,
    /// RFC 3339 in UTC; nothing at or after it is known. null: no record has a date
    pub as_of: Option<Instant>,
    /// The zone whose days make periods.
    pub timezone: String,
    /// Confidence level of the intervals.
    pub level: f64,
    /// Which rows and stakeholders count, as it was written.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// The length of a period: day, week, month, quarter or year.
    pub grain: String,
    /// What starts a relationship.
    pub start: Start,
    /// The dimension that makes cohorts; null: the period of the start does.
    pub dimension: Option<String>,
    /// What is measured in each period.
    pub measure: Measure,
    /// Whether those who are retained in the n-th period or in any later one count.
    pub on_or_after: bool,
    /// The currency of revenue, where it is known.
    pub currency: Option<String>,
    /// The cohorts that have members, by group.
    pub cohorts: Vec<Cohort>,
    /// Relationships that started before these cohorts; null: hidden to protect few people.
    pub earlier: Option<u64>,
    /// Why there are no cohorts.
    pub cohorts_absent: Option<AbsentCode>,
    /// What is missing for cohorts.
    pub cohorts_missing: Option<String>,
    /// What ends a relationship: survival is being without it.
    pub event: Event,
    /// Of lapsed: so many days without an order are a lapse.
    pub lapse_days: Option<i32>,
    /// The unit of time of survival.
    pub time_unit: Option<TimeUnit>,
    /// Stakeholders whose start, or tenure, is not known; they are not in survival. null here and below: hidden to protect few people
    pub without_start: Option<u64>,
    /// Stakeholders who have left, nobody knows when; they are not in survival.
    pub left_without_date: Option<u64>,
    /// Stakeholders who left and came back later; they count with the first time.
    pub returned: Option<u64>,
    /// The curves, one for each group.
    pub survival: Vec<Survival>,
    /// Why there are no curves.
    pub survival_absent: Option<AbsentCode>,
    /// What is missing for curves.
    pub survival_missing: Option<String>,
    /// Whether the groups differ in survival; null: there are not two with an event.
    pub log_rank: Option<LogRank>,
    /// What became of the records of each file.
    pub account: Vec<RecordCounts>,
    /// Findings.
    pub notes: Vec<Note>,
}

impl Document for Cohorts {
    const ID: &'static str = "relhealth.cohorts/1";
    const TITLE: &'static str = "What relhealth cohorts --format json prints";
    const LAYOUT: Layout = Layout::Lines;
}

/// A cohort.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Cohort {
    /// The period of the start, or the value of the dimension.
    pub cohort: String,
    /// The group, by dimension.
    pub by: Labels,
    /// How many members it has so far; null: hidden to protect few people.
    pub size: Option<u64>,
    /// Its period has ended: nobody joins any more.
    pub complete: bool,
    /// Its period starts before the data: members may not be new.
    pub left_truncated: bool,
    /// Hidden to protect few people.
    pub suppressed: bool,
    /// By the number of periods since the start.
    pub cells: Vec<Cell>,
}

/// What is measured of a cohort so many periods after the start.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Cell {
    /// The number of periods; 0 is the period of the start.
    pub n: u32,
    /// The share, or orders or revenue per member.
    pub value: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// How many are retained, how many orders, how much revenue.
    pub part: Option<f64>,
    /// The members whose period has ended.
    pub whole: Option<u64>,
    /// Why there is no value.
    pub absent: Option<AbsentCode>,
    /// Why there are no limits.
    pub interval_absent: Option<AbsentCode>,
}

/// The curve of a group.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Survival {
    /// The group in words: `all`, or its texts.
    pub slice: String,
    /// The group, by dimension.
    pub by: Labels,
    /// How many relationships; null: hidden to protect few people.
    pub n: Option<u64>,
    /// How many of them have ended.
    pub events: Option<u64>,
    /// The smallest time at which the share is 0.5 or less.
    pub median: Option<f64>,
    /// Lower limit of the median.
    pub median_low: Option<f64>,
    /// Upper limit of the median; null: it is not reached.
    pub median_high: Option<f64>,
    /// Why there is no median.
    pub median_absent: Option<AbsentCode>,
    /// Hidden to protect few people.
    pub suppressed: bool,
    /// The curve at 0 and at each time at which a relationship ended or was last observed; in between it does not change.
    pub points: Vec<Point>,
    /// The share lost by tenure.
    pub tenure_bands: Vec<Band>,
    /// The shifted-beta-geometric model.
    pub projection: Option<Projection>,
    /// Why there is no model.
    pub projection_absent: Option<String>,
}

/// A point of a curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// The time.
    pub time: f64,
    /// The share that has not ended just after it.
    pub survival: f64,
    /// Lower limit; null before the first event.
    pub low: Option<f64>,
    /// Upper limit; null before the first event.
    pub high: Option<f64>,
    /// The relationships that had not ended, and were observed, just before it.
    pub at_risk: u64,
    /// Those that ended at it.
    pub events: u64,
}

/// A band of tenure.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Band {
    /// It begins after this time; the first one with it.
    pub from: f64,
    /// It ends with this time; null: it has no end.
    pub until: Option<f64>,
    /// The relationships that have lasted so long.
    pub reached: u64,
    /// Those that ended in it.
    pub events: u64,
    /// Those that are in it at the as-of date.
    pub current: u64,
    /// Of those who reach it, the share that ends in it.
    pub share: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

/// The shifted-beta-geometric model of a group.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Projection {
    /// The first parameter of the beta distribution.
    pub alpha: f64,
    /// The second one.
    pub beta: f64,
    /// The logarithm of the likelihood.
    pub log_likelihood: f64,
    /// The number of periods that were observed.
    pub periods: u32,
    /// The largest difference between the shares of the model and those observed.
    pub largest_gap: f64,
    /// After the last period observed, the model is within the confidence interval of the observed share.
    pub fits: bool,
    /// The share that is still there after each number of periods.
    pub points: Vec<ProjectedPoint>,
}

/// A point of a projection.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ProjectedPoint {
    /// The number of periods.
    pub n: u32,
    /// The share by the model.
    pub survival: f64,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// The share that was observed; null: not yet.
    pub observed: Option<f64>,
}

/// The log-rank test.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LogRank {
    /// The statistic.
    pub chi2: f64,
    /// Its degrees of freedom.
    pub degrees_of_freedom: u32,
    /// The probability of a statistic as large as this if the groups do not differ.
    pub p_value: f64,
}
