//! `relhealth.diff/1`: why numbers moved between two reports.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Document, Instant, Layout, SchemaId};
use crate::catalog::{BetterDirection, MetricUnit};
use crate::codes::codes;
use crate::report::{AbsentCode, Clock};
use crate::stats::Reading;

/// Two reports and how they differ.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Diff {
    /// Name and version of this format.
    pub schema: SchemaId<Diff>,
    /// The earlier report.
    pub then: Head,
    /// The later report.
    pub now: Head,
    /// The reports say the same.
    pub same: bool,
    /// Both are of one period: what differs is corrected, and did not change.
    pub same_period: bool,
    /// Settings that differ.
    pub settings: Vec<Setting>,
    /// Files that differ.
    pub inputs: Vec<InputChange>,
    /// Metrics that are not compared, and what of them changed.
    pub redefined: Vec<Redefined>,
    /// Metrics that only the earlier report has.
    pub only_then: Vec<Named>,
    /// Metrics that only the later report has.
    pub only_now: Vec<Named>,
    /// The metrics that are in both; of one period those that differ.
    pub metrics: Vec<Metric>,
}

impl Document for Diff {
    const ID: &'static str = "relhealth.diff/1";
    const TITLE: &'static str = "What relhealth diff --format json prints";
    const LAYOUT: Layout = Layout::LinesFrom("metrics");
}

/// One of the reports.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Head {
    /// The file.
    pub file: String,
    /// The period that it is about.
    pub period: String,
    /// First instant of the period, RFC 3339 in UTC.
    pub start: Instant,
    /// First instant after it.
    pub end: Instant,
    /// The period lies wholly before as_of.
    pub complete: bool,
    /// Nothing at or after it is known.
    pub as_of: Instant,
    /// The zone whose days make the periods.
    pub timezone: String,
    /// Of money, where it is known.
    pub currency: Option<String>,
    /// Of response, resolution and open-case durations.
    pub clock: Clock,
    /// Confidence level.
    pub level: f64,
    /// The command that made it.
    pub command: String,
}

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Setting {
    /// Which.
    pub what: String,
    /// What it was.
    pub then: String,
    /// What it is.
    pub now: String,
}

/// A file that differs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct InputChange {
    /// Its name.
    pub name: String,
    /// SHA-256; null: not read.
    pub then: Option<String>,
    /// SHA-256; null: not read.
    pub now: Option<String>,
}

/// A metric that is not compared, and what of it changed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Redefined {
    /// Its id.
    pub id: String,
    /// Its short title.
    pub title: String,
    /// What of it changed.
    pub what: Vec<String>,
}

/// A metric.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its short title.
    pub title: String,
}

codes! {
    /// What the limits of a difference rest on.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Basis {
        /// The later report compares the same two values itself, with the stakeholders who are in both.
        Reported = "reported",
        /// Square-and-add of both intervals, as if no stakeholder were in both.
        Independent = "independent",
        /// What each stakeholder had then and now, of those who are listed in both; as if no other were in both.
        Totals = "totals",
        /// There are none.
        None = "none",
    }
}

/// A metric then and now.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "MetricDiff")]
pub struct Metric {
    /// Its id.
    pub id: String,
    /// Its short title.
    pub title: String,
    /// Its family.
    pub family: String,
    /// What its value is a number of.
    pub unit: MetricUnit,
    /// Which direction is better.
    pub good: BetterDirection,
    /// The value of the earlier report.
    pub then: Known,
    /// The value of the later report.
    pub now: Known,
    /// What it is meant to reach.
    pub target: Targets,
    /// The value then as the later report knows it at the age of its own period, where that is another one.
    pub then_at_same_age: Option<f64>,
    /// Now less then.
    pub delta: Option<f64>,
    /// Lower limit of the difference.
    pub low: Option<f64>,
    /// Upper limit of the difference.
    pub high: Option<f64>,
    /// What the limits rest on: the later report's own comparison; both intervals, as if no stakeholder were in both; what each stakeholder
    /// had.
    pub basis: Basis,
    /// What the difference comes to.
    pub reading: Reading,
    /// The reading stands among all metrics that were compared.
    pub stands: bool,
    /// In words.
    pub text: String,
    /// The change by the slices of each dimension.
    pub dimensions: Vec<Dimension>,
    /// Dimensions by which it cannot be divided.
    pub undivided: Vec<Undivided>,
    /// Who moved it.
    pub stakeholders: Option<Stakeholders>,
    /// Earlier periods that the later report tells otherwise.
    pub restated: Vec<Restated>,
}

/// A value as a report knows it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Known {
    /// The value.
    pub value: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// Why there is no value.
    pub absent: Option<AbsentCode>,
    /// Rows in the whole.
    pub n: Option<u64>,
    /// Distinct stakeholders in the whole.
    pub stakeholders: Option<u64>,
    /// Of a net share those for less those against.
    pub part: Option<f64>,
    /// The whole.
    pub whole: Option<f64>,
}

/// Targets then and now.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Targets {
    /// That of the earlier report.
    pub then: Option<f64>,
    /// That of the later report.
    pub now: Option<f64>,
}

/// A dimension by which a change cannot be divided.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Undivided {
    /// null: all of them
    pub dimension: Option<String>,
    /// In words.
    pub why: String,
}

/// Who moved a value.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Stakeholders {
    /// What they make of the change, as far as it is known.
    pub together: f64,
    /// Both reports list everybody.
    pub complete: bool,
    /// Those with most to do with it.
    pub most: Vec<Stakeholder>,
}

/// A stakeholder then and now.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Stakeholder {
    /// Its id.
    pub id: String,
    /// What it had.
    pub then: Had,
    /// What it has.
    pub now: Had,
    /// How much of the change it is.
    pub influence: f64,
}

/// What a stakeholder has of a value.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Had {
    /// false: it is not among the largest, and not known
    pub listed: bool,
    /// Its part.
    pub part: Option<f64>,
    /// Its whole.
    pub whole: Option<f64>,
}

/// A change by the slices of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Dimension {
    /// The dimension.
    pub dimension: String,
    /// What the slices' own ratios make of the change; null for totals.
    pub rate: Option<f64>,
    /// What their shares of the whole make of it.
    pub mix: Option<f64>,
    /// In words.
    pub text: Option<String>,
    /// The slices; their contributions add up to delta.
    pub slices: Vec<Slice>,
}

/// A slice and what it has to do with a change.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Slice {
    /// null: all that are not named
    pub slice: Option<String>,
    /// What it had.
    pub then: Option<Amount>,
    /// What it has.
    pub now: Option<Amount>,
    /// What its own ratio makes of the change.
    pub rate: Option<f64>,
    /// What its share of the whole makes of it.
    pub mix: Option<f64>,
    /// Rate and mix; of a total how much more it has.
    pub contribution: f64,
}

/// A part and a whole.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Amount {
    /// The part.
    pub part: f64,
    /// The whole.
    pub whole: f64,
}

/// An earlier period that the later report tells otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Restated {
    /// The period.
    pub period: String,
    /// What the earlier report says of it.
    pub then: Known,
    /// What the later report says of it.
    pub now: Known,
    /// As of when the earlier report knew it.
    pub known_then: Instant,
    /// As of when the later report knew it.
    pub known_now: Instant,
}
