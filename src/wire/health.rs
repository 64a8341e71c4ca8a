//! `relhealth.health/1`: a score for each stakeholder, and what scores have meant in the past.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Document, Instant, Labels, Layout, Note, RecordCounts, SchemaId, Stream};
use crate::catalog::health::{Band, Loss, Measure, ValueAtStake};
use crate::codes::codes;
use crate::facts::health::Gap;
use crate::health::backtest::Finding;
use crate::health::fit::FitFinding;

/// The health of stakeholders.
#[derive(Serialize, JsonSchema)]
pub struct Health<'a> {
    /// Name and version of this format.
    pub schema: SchemaId<Health<'a>>,
    /// RFC 3339 in UTC; nothing at or after it is known. Null if only models are shown.
    pub as_of: Option<Instant>,
    /// End of the period before, with which bands are compared.
    pub previous: Option<Instant>,
    /// The zone whose days count.
    pub timezone: String,
    /// Confidence level of the intervals.
    pub level: f64,
    /// Currency of amounts, if it is known.
    pub currency: Option<String>,
    /// The models that are used.
    pub models: Vec<Model>,
    /// How many stakeholders could be listed.
    pub listable: u64,
    /// The stakeholders, those with most at stake first.
    #[schemars(with = "Vec<Stakeholder<'static>>")]
    pub stakeholders: Stream<'a, Stakeholder<'a>>,
    /// There are protected people, who are not listed.
    pub withheld: bool,
    /// Stakeholders who have left the roster; they have no score.
    pub left: u64,
    /// All stakeholders together, then by model where there are several.
    pub types: Vec<Group>,
    /// By the dimensions that are asked for.
    pub groups: Vec<Group>,
    /// How much the order depends on the weights, by model.
    pub stability: Vec<Stability>,
    /// With --backtest: what scores have meant in the past, by model and horizon.
    pub backtest: Vec<Backtest>,
    /// With --fit: weights that the past proposes, by model.
    pub fit: Vec<Fit>,
    /// What became of the records of each file.
    pub account: Vec<RecordCounts>,
    /// Findings.
    pub notes: Vec<Note>,
}

impl Document for Health<'_> {
    const ID: &'static str = "relhealth.health/1";
    const TITLE: &'static str = "What relhealth health --format json prints";
    const LAYOUT: Layout = Layout::Lines;
}

/// A model.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Model {
    /// Its name.
    pub model: String,
    /// The types of stakeholders that it is for.
    pub types: Vec<String>,
    /// The least share of the weights that must have data.
    pub minimum_coverage: f64,
    /// Lowest score of the band healthy.
    pub healthy: f64,
    /// Lowest score of the band at risk.
    pub at_risk: f64,
    /// By how many points a score must pass an edge for the band to change.
    pub hysteresis: f64,
    /// What a backtest counts as a loss.
    pub loss: Loss,
    /// What is at stake.
    pub value: ValueAtStake,
    /// Its parts.
    pub parts: Vec<ModelPart>,
}

/// A part of a model.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ModelPart {
    /// Its name.
    pub part: String,
    /// What it measures.
    pub kind: Measure,
    /// What that is, exactly.
    pub definition: String,
    /// The days that it looks at; null if it has none.
    pub days: Option<i64>,
    /// Its weight.
    pub weight: f64,
    /// From values to points: straight lines between these, constant outside.
    pub curve: Vec<Anchor>,
    /// The input that is missing for it; null: none.
    pub missing: Option<String>,
}

/// A named point of a curve.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Anchor {
    /// What a stakeholder at this value is.
    pub name: String,
    /// The value of the measure.
    pub at: f64,
    /// The points.
    pub points: f64,
}

codes! {
    /// How a stakeholder stands in touch.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Touch {
        /// Overdue for a contact.
        Overdue = "overdue",
        /// Overdue for so long that the touch is being lost.
        Losing = "losing touch",
    }
}

/// A stakeholder.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Stakeholder<'a> {
    /// The id.
    pub id: Option<String>,
    /// The roster's name.
    pub name: Option<String>,
    /// Who looks after the relationship, by the roster.
    pub owner: Option<String>,
    /// The roster's tier.
    pub tier: Option<String>,
    /// Its type on the roster; without one what its records make of it.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// Name of the model that scores it.
    pub model: &'a str,
    /// Between 0 and 100; null if too few parts have data.
    pub score: Option<f64>,
    /// Its band.
    pub band: Option<Band>,
    /// Score at the end of the period before.
    pub previous_score: Option<f64>,
    /// Band at the end of the period before.
    pub previous_band: Option<Band>,
    /// The share of the weights that have data.
    pub coverage: f64,
    /// Revenue, or of suppliers spend, of the last 365 days; null if there are no amounts that can be added.
    pub value_at_stake: Option<f64>,
    /// Whether it is overdue for a contact; null: it is not.
    pub touch: Option<Touch>,
    /// The parts that have data.
    pub parts: Vec<Part<'a>>,
    /// The parts that have none, and why.
    pub missing: Vec<Missing<'a>>,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Part<'a> {
    /// Its name.
    pub part: &'a str,
    /// The value of its measure.
    pub measure: f64,
    /// The points, 0 to 100.
    pub points: f64,
    /// The weight in the model.
    pub weight: f64,
    /// What it takes from a score of 100: its share of the weights that have data, times the points that are missing to 100.
    pub lost: f64,
}

/// A part without data.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Missing<'a> {
    /// Its name.
    pub part: &'a str,
    /// Why it has none.
    pub reason: Gap,
}

/// A group of stakeholders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "HealthGroup")]
pub struct Group {
    /// The values of its dimensions; none: all stakeholders.
    pub by: Labels,
    /// Whether its numbers are hidden, because it has few protected people.
    pub suppressed: bool,
    /// Stakeholders that are there.
    pub stakeholders: Option<u64>,
    /// Those with a score.
    pub scored: Option<u64>,
    /// Mean coverage.
    pub coverage: Option<f64>,
    /// Mean score.
    pub mean: Number,
    /// Share of the healthy.
    pub healthy: Number,
    /// Share of those at risk.
    pub at_risk: Number,
    /// Share of the critical.
    pub critical: Number,
    /// Share whose band is worse than at the end of the period before, of those that had a band.
    pub worse: Number,
    /// Share of those overdue for a contact, of those with a target or an own rhythm.
    pub overdue: Number,
    /// What is at stake.
    pub value_at_stake: Option<f64>,
    /// What of it is with stakeholders at risk or critical.
    pub value_at_risk: Option<f64>,
    /// Its share of what is at stake with those that have a score.
    pub share_of_value_at_risk: Number,
}

/// A number with its interval; null where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Ranged")]
pub struct Number {
    /// The value.
    pub value: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

/// How much the order of the stakeholders of a model depends on its weights, each raised and lowered by 20%, one at a time.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Stability {
    /// The model.
    pub model: String,
    /// Stakeholders that were compared.
    pub stakeholders: u64,
    /// Whether they are some of more.
    pub is_sample: bool,
    /// The lowest rank correlation (Spearman) of the scores with those by a changed weight; null if all scores are equal.
    pub lowest_rank_correlation: Option<f64>,
    /// The part whose weight gives it.
    pub part: String,
    /// Whether that weight was raised.
    pub raised: bool,
    /// The largest share of stakeholders that are in another band by a changed weight.
    pub other_band: f64,
    /// The smallest share of the lowest tenth that remains among them.
    pub lowest_tenth_kept: f64,
}

/// What the scores of a model have meant in the past, for a number of days after the date of the score.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Backtest {
    /// The model.
    pub model: String,
    /// What counts as a loss.
    pub loss: Loss,
    /// The days after the date in which losses are looked for.
    pub horizon_days: i32,
    /// The dates that count, the earliest first.
    pub ends: Vec<Instant>,
    /// Stakeholders at dates that have a score and could be lost.
    pub n: u64,
    /// The number of stakeholders.
    pub stakeholders: u64,
    /// The share that was lost.
    pub lost: Number,
    /// Stakeholders at dates that have no score, of all dates; they are left out. Null: hidden to protect few people.
    pub unscored: Option<u64>,
    /// The inputs give less than the minimum coverage, so the mean of the parts there are is tested.
    pub below_minimum_coverage: bool,
    /// Area under the ROC curve of the score: the probability that of two stakeholders the one that was lost had the lower score. 0.5 is chance.
    pub auc: Number,
    /// The same of the time since the last order, or since the last activity, alone.
    pub recency_auc: Number,
    /// The first minus the second.
    pub auc_difference: Number,
    /// The share of the lost in the tenth with the lowest scores, divided by their share in all.
    pub lift_worst_decile: Option<f64>,
    /// By band.
    pub bands: Vec<BandOutcome>,
    /// Of the lost, the share that was healthy.
    pub misses: Number,
    /// Of those at risk or critical, the share that was not lost.
    pub false_alarms: Number,
    /// By ten points of the score.
    pub calibration: Vec<Calibration>,
    /// By part, how well it ranks alone.
    pub parts: Vec<PartOutcome>,
    /// What that says of the score.
    pub finding: Finding,
}

/// What became of the stakeholders in a band.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct BandOutcome {
    /// The band.
    pub band: Band,
    /// Stakeholders at dates; null if they are hidden, because there are few protected people.
    pub n: Option<u64>,
    /// The share that was lost.
    pub lost: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

/// What became of the stakeholders with a score.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Calibration {
    /// Lowest score.
    pub from: f64,
    /// The score below which it ends; 100 is in the last.
    pub until: f64,
    /// Stakeholders at dates.
    pub n: u64,
    /// The share that was lost.
    pub lost: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

/// How well a part ranks alone.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PartOutcome {
    /// The part.
    pub part: String,
    /// Stakeholders at dates that have data for it.
    pub n: u64,
    /// Area under the ROC curve of its points.
    pub auc: Number,
}

/// Weights that the past proposes for a model, and how both rank losses out of sample: at each of the last dates, by weights that were fitted on
/// what was known at it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Fit {
    /// The model.
    pub model: String,
    /// The days after the date in which losses are looked for.
    pub horizon_days: i32,
    /// The dates that were tested on.
    pub tested_dates: u64,
    /// Stakeholders at these dates.
    pub n: u64,
    /// Whether only some of the stakeholders were taken.
    pub is_sample: bool,
    /// Area under the ROC curve by the weights of the model.
    pub auc: Number,
    /// The same by fitted weights.
    pub fitted_auc: Number,
    /// The second minus the first.
    pub auc_difference: Number,
    /// What that says.
    pub finding: FitFinding,
    /// The weights of the parts with data; the model is not changed.
    pub weights: Vec<Weight>,
}

/// The weight of a part, of 100 over the parts with data.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Weight {
    /// The part.
    pub part: String,
    /// In the model.
    pub current: f64,
    /// Proposed.
    pub proposed: f64,
}
