//! `relhealth.report/1`: everything that a report tells. It is written by `report` and read again by `diff`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::health;
use super::lists::List;
use super::relationships::Relationships;
use super::supplements::{Channel, Cohorts, Concentration, Coverage};
use super::{Cell, Day, Document, Instant, Labels, Layout, Note, RecordCounts, SchemaId};
use crate::catalog::health::Band;
use crate::catalog::{BetterDirection, MetricKind, MetricUnit};
use crate::codes::codes;
use crate::findings;
use crate::report::{self, AbsentCode, Clock};
use crate::stats::Reading;
use crate::stats::funnel::Place;
use crate::stats::process::{Assurance, ChartKind, Rule, Season};

/// Everything that a report tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Name and version of this format.
    pub schema: SchemaId<Report>,
    /// Of the program that wrote it.
    pub version: String,
    /// That made it, as it can be typed again.
    pub command: String,
    /// What it is headed by.
    pub title: Option<String>,
    /// The period that it is about.
    pub period: Period,
    /// RFC 3339 in UTC; nothing at or after it is known.
    pub as_of: Instant,
    /// The zone whose days make the periods.
    pub timezone: String,
    /// Of money, where it is known.
    pub currency: Option<String>,
    /// Of response, resolution and open-case durations.
    pub clock: Clock,
    /// Confidence level of the intervals and of all that is claimed.
    pub level: f64,
    /// Which slices count; null: all.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// Comparisons that were made to find the findings.
    #[serde(default)]
    pub compared: u64,
    /// The files that were read.
    pub inputs: Vec<Input>,
    /// The metrics that have a value in some period.
    pub metrics: Vec<Metric>,
    /// How many metrics changed.
    #[serde(default)]
    pub tally: Tally,
    /// What is worth saying.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// The series of every metric, then the slices of the period; periods of the series are known at the age that the last has at as_of.
    pub cells: Vec<Cell>,
    /// Who the values of the period come from, of totals and ratios; none where few of them are protected.
    pub contributors: Vec<Contributors>,
    /// Slices against the limits that chance alone gives.
    #[serde(default)]
    pub funnels: Vec<Funnel>,
    /// The metrics without any value, and why.
    #[serde(default)]
    pub absent: Vec<Absent>,
    /// Retention. This and the next six: beside the metrics, of all stakeholders; not with where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Cohorts>")]
    pub cohorts: Option<Vec<Cohorts>>,
    /// On how few a total hangs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Concentration>")]
    pub concentration: Option<Vec<Concentration>>,
    /// The mix of contacts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Channel>")]
    pub channels: Option<Vec<Channel>>,
    /// Lists to act on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<List>")]
    pub lists: Option<Vec<List>>,
    /// The health of stakeholders at as_of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Health")]
    pub health: Option<Health>,
    /// How long relationships last, segments, and the forecast, at as_of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Relationships")]
    pub relationships: Option<Relationships>,
    /// What the data cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Coverage>")]
    pub coverage: Option<Vec<Coverage>>,
    /// What became of the records of each file.
    #[serde(default)]
    pub account: Vec<RecordCounts>,
    /// Findings about the data and the run.
    #[serde(default)]
    pub notes: Vec<Note>,
}

impl Document for Report {
    const ID: &'static str = "relhealth.report/1";
    const TITLE: &'static str = "What relhealth report --format json prints";
    const LAYOUT: Layout = Layout::LinesFrom("inputs");
}

/// The period of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReportPeriod")]
pub struct Period {
    /// As people name it.
    pub label: String,
    /// First instant, RFC 3339 in UTC.
    pub start: Instant,
    /// First instant after it.
    pub end: Instant,
    /// The period lies wholly before as_of.
    pub complete: bool,
    /// Of a period that has not ended: how many days from its start are measured. Every earlier period of the series, and the periods that
    /// it is compared with, are measured over as many days from their start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_days: Option<u32>,
    /// Of a week: the day on which weeks start, such as `monday`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week_start: Option<String>,
}

/// The health of stakeholders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReportHealth")]
pub struct Health {
    /// All stakeholders, then those of each model where there are several.
    pub types: Vec<health::Group>,
    /// How many are at risk or critical and may be named.
    pub at_risk: u64,
    /// Those of them with the most at stake.
    pub first: Vec<NeedsCare>,
}

/// A stakeholder that is at risk or critical.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NeedsCare {
    /// Its id; null: not known.
    pub id: Option<String>,
    /// The name on the roster.
    pub name: Option<String>,
    /// The model of its score.
    pub model: String,
    /// From 0 to 100.
    pub score: f64,
    /// The band of the score.
    pub band: Band,
    /// The band at the end of the period before.
    pub previous_band: Option<Band>,
    /// What is at stake, in units of the currency.
    pub value_at_stake: Option<f64>,
}

/// How many metrics changed, each counted once. A change is one that is a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    /// Better than before.
    pub better: u64,
    /// Worse than before.
    pub worse: u64,
    /// Rose or fell, of which neither is better.
    pub moved: u64,
    /// Compared, without a clear change.
    pub no_clear_change: u64,
    /// There is no value, no earlier value, or no interval.
    pub not_interpreted: u64,
}

impl From<&findings::Tally> for Tally {
    fn from(tally: &findings::Tally) -> Tally {
        Tally {
            better: tally.better as u64,
            worse: tally.worse as u64,
            moved: tally.moved as u64,
            no_clear_change: tally.no_clear_change as u64,
            not_interpreted: tally.not_interpreted as u64,
        }
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Its name, as it was given.
    pub name: String,
    /// How many bytes it has, as it lies there.
    pub bytes: u64,
    /// SHA-256 of these bytes.
    pub sha256: String,
}

/// A metric that has a value in some period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// It rests on something that nobody dated, so that nothing can be read from how it moved.
    pub undated: bool,
    /// Of a metric that looks back, the first day from which on its periods are interpreted; earlier ones have too little history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Day")]
    pub assessed_from: Option<Day>,
    /// Its kind.
    pub kind: Option<MetricKind>,
    /// The exposure that a rate is stated for.
    pub per: Option<f64>,
    /// Hash of all that changes the answer, in hexadecimal digits.
    pub definition: Option<String>,
    /// The settings that its values rest on, by name, and the currency of its amounts; long ones as a hash. Reports of earlier versions do not
    /// have them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// What it is meant to reach.
    pub target: Option<Target>,
    /// Its process behaviour chart, where the series allows one.
    pub process: Option<Process>,
}

/// What a metric is meant to reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// The value.
    pub value: f64,
    /// Whether the period reaches it.
    pub reading: Reading,
    /// Whether the process will reach it unless it changes.
    pub assurance: Option<Assurance>,
}

/// A process behaviour chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Process {
    /// Which chart it is.
    pub chart: ChartKind,
    /// The central line.
    pub mean: f64,
    /// Points that the limits are made from.
    pub baseline: u64,
    /// They are few, so that the limits will still move.
    pub trial: bool,
    /// What is known of the season; without it periods have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Season")]
    pub season: Option<Season>,
    /// How much of the distance of a period from what was expected is expected of the next one; without it nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    pub autocorrelation: Option<f64>,
    /// The natural process limits of each period.
    pub limits: Vec<ProcessLimits>,
    /// The rules that points break.
    pub signals: Vec<ProcessSignal>,
}

/// The natural process limits of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProcessLimits {
    /// The period.
    pub period: String,
    /// The lower limit.
    pub lower: Option<f64>,
    /// The upper limit.
    pub upper: Option<f64>,
}

/// A rule that points of a process break.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProcessSignal {
    /// The last period of the pattern.
    pub period: String,
    /// The first period of it.
    pub since: String,
    /// The rule.
    pub rule: Rule,
    /// Above the mean, or rising.
    pub up: bool,
}

codes! {
    /// What a finding is about.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum FindingKind {
        /// The value moved.
        Moved = "moved",
        /// The target is missed.
        TargetMissed = "target missed",
        /// A slice differs from the rest.
        Differs = "differs",
    }
}

/// Something worth saying.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// The metric's id.
    pub metric: String,
    /// What the value was held against.
    pub against: Vec<String>,
    /// The slice.
    pub by: Labels,
    /// What it comes to.
    pub reading: Reading,
    /// In words.
    pub text: String,
}

/// Who a value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contributors {
    /// The metric's id.
    pub metric: String,
    /// The period.
    pub period: String,
    /// All; a row without one counts as its own.
    pub stakeholders: u64,
    /// Of all; of a net share those for less those against.
    pub part: f64,
    /// Of all; null for totals.
    pub whole: Option<f64>,
    /// Sum over stakeholders of their squared parts: the variance of a total.
    pub squares: f64,
    /// All who are not named.
    pub others: Others,
    /// Up to 200 with most influence, the largest first: of a total y, of a ratio p of parts to wholes x - p n.
    pub largest: Vec<Contributor>,
}

/// All who are not named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Others {
    /// How many there are.
    pub stakeholders: u64,
    /// Their part.
    pub part: f64,
    /// Their whole.
    pub whole: Option<f64>,
}

/// What one stakeholder has of a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contributor {
    /// Its id; a pseudonym where they are asked for.
    pub id: String,
    /// Its part.
    pub part: f64,
    /// null for totals, and for rates whose exposure is another metric
    pub whole: Option<f64>,
}

/// Slices against the limits that chance alone gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Funnel {
    /// The metric's id.
    pub metric: String,
    /// The dimension of the slices.
    pub dimension: String,
    /// The value of all.
    pub centre: f64,
    /// How many times more slices vary than chance alone would have it.
    pub dispersion: f64,
    /// The slices.
    pub segments: Vec<FunnelSegment>,
}

/// A slice in a funnel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunnelSegment {
    /// The slice.
    pub slice: String,
    /// Its rows, less what rows of one stakeholder being alike takes away.
    pub n: f64,
    /// Its value.
    pub value: f64,
    /// Lower limit of 95 %.
    pub lower_95: f64,
    /// Upper limit of 95 %.
    pub upper_95: f64,
    /// Lower limit of 99.8 %.
    pub lower_998: f64,
    /// Upper limit of 99.8 %.
    pub upper_998: f64,
    /// Where it lies.
    pub place: Place,
}

/// A metric without any value, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Absent {
    /// The metric's id.
    pub metric: String,
    /// Why.
    pub reason: AbsentCode,
    /// What is missing where that is why.
    pub missing: Option<String>,
}

impl From<&report::Contributors> for Contributors {
    fn from(of: &report::Contributors) -> Contributors {
        let contributor = |one: &report::Contributor| Contributor {
            id: one.id.clone(),
            part: one.part,
            whole: one.whole,
        };
        Contributors {
            metric: of.metric.clone(),
            period: of.period.label.clone(),
            stakeholders: of.stakeholders,
            part: of.part,
            whole: of.whole,
            squares: of.squares,
            others: Others {
                stakeholders: of.others.stakeholders,
                part: of.others.part,
                whole: of.others.whole,
            },
            largest: of.largest.iter().map(contributor).collect(),
        }
    }
}
