//! A report as it was written to JSON, read again: `relhealth.report/1`. What a comparison has no use for is left unread.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::diagnostics::{Problem, visible};
use crate::period::parse_instant;
use crate::schema::Micros;
use crate::stats::BetterDirection;

/// The name and version of the format of a report.
pub const SCHEMA: &str = "relhealth.report/1";

/// A report that was read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Stored {
    /// Version of the program that wrote it.
    pub version: String,
    /// The command that made it.
    pub command: String,
    /// What it is headed by.
    pub title: Option<String>,
    /// The period.
    pub period: StoredPeriod,
    /// Nothing at or after it is known.
    #[serde(deserialize_with = "instant")]
    pub as_of: Micros,
    /// Name of the time zone.
    pub timezone: String,
    /// Currency of money.
    pub currency: Option<String>,
    /// The clock of durations.
    pub clock: String,
    /// Confidence level.
    pub level: f64,
    /// Which slices count.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// The files that were read.
    pub inputs: Vec<StoredInput>,
    /// The metrics that have a value.
    pub metrics: Vec<StoredMetric>,
    /// The cells: the series of each metric, and the slices of the period.
    pub cells: Vec<StoredCell>,
    /// Who the values of the period come from.
    pub contributors: Vec<StoredContributors>,
}

/// A period of a report.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StoredPeriod {
    /// As people name it.
    pub label: String,
    /// First instant.
    #[serde(deserialize_with = "instant")]
    pub start: Micros,
    /// First instant after it.
    #[serde(deserialize_with = "instant")]
    pub end: Micros,
    /// Whether it was over.
    pub complete: bool,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StoredInput {
    /// Its name.
    pub name: String,
    /// Its digest.
    pub sha256: String,
}

/// A metric of a report.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StoredMetric {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its family.
    pub family: String,
    /// Its unit.
    pub unit: String,
    /// Which direction is better.
    #[serde(deserialize_with = "good")]
    pub good: BetterDirection,
    /// Whether it rests on something that nobody dated.
    pub undated: bool,
    /// Its kind, as stanzas name it.
    pub kind: Option<String>,
    /// The exposure that a rate is stated for.
    pub per: Option<f64>,
    /// Hash of its definition.
    pub definition: Option<String>,
    /// What it is meant to reach.
    pub target: Option<StoredTarget>,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StoredTarget {
    /// Its value.
    pub value: f64,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StoredCell {
    /// The metric's id.
    pub metric: String,
    /// Label of the period.
    pub period: String,
    /// First instant of it.
    #[serde(deserialize_with = "instant")]
    pub start: Micros,
    /// First instant after it.
    #[serde(deserialize_with = "instant")]
    pub end: Micros,
    /// Whether it starts before the data.
    pub left_truncated: bool,
    /// The slice.
    pub by: BTreeMap<String, String>,
    /// The value.
    pub value: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// Rows in the whole.
    pub n: Option<u64>,
    /// Distinct stakeholders in the whole.
    pub stakeholders: Option<u64>,
    /// The part.
    pub part: Option<f64>,
    /// Rows that count against.
    pub part_minus: Option<f64>,
    /// The whole.
    pub whole: Option<f64>,
    /// Why there is no value.
    pub absent: Option<String>,
    /// How it differs from earlier periods.
    #[serde(default)]
    pub changes: BTreeMap<String, StoredChange>,
}

/// How a cell differs from an earlier period.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StoredChange {
    /// Label of the earlier period.
    pub period: String,
    /// The earlier value.
    pub value: Option<f64>,
    /// Lower limit of the difference.
    pub low: Option<f64>,
    /// Upper limit of the difference.
    pub high: Option<f64>,
}

/// Who a value comes from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StoredContributors {
    /// The metric's id.
    pub metric: String,
    /// The sum of squared parts.
    pub squares: f64,
    /// All who are not named.
    pub others: StoredOthers,
    /// The largest.
    pub largest: Vec<StoredContributor>,
}

/// All who are not named.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StoredOthers {
    /// How many they are.
    pub stakeholders: u64,
}

/// One stakeholder.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StoredContributor {
    /// Its id.
    pub id: String,
    /// Its part.
    pub part: f64,
    /// Its whole.
    pub whole: Option<f64>,
}

impl Stored {
    /// Reads a report that was written as JSON; `name` is what messages call the file.
    ///
    /// # Errors
    /// What is no JSON, no report, or a report that does not hold what its version says.
    pub fn parse(name: &str, bytes: &[u8]) -> anyhow::Result<Stored> {
        let shown = visible(name);
        let problem = |what: &str| Problem::data(format!("cannot read {shown} as a report: {what}"));
        let broken = |error: &serde_json::Error| match error.classify() {
            serde_json::error::Category::Eof => problem("it ends in the middle")
                .why(visible(&error.to_string()))
                .hint("write it again; the file was cut"),
            _ => problem("it is no JSON").why(visible(&error.to_string())),
        };
        let schema: Schema = match serde_json::from_slice(bytes) {
            Ok(schema) => schema,
            Err(error) if error.is_data() => {
                return Err(
                    problem(&format!("it is no object with a `schema`, which is \"{SCHEMA}\" for a report"))
                        .hint(HOW)
                        .into(),
                );
            }
            Err(error) => return Err(broken(&error).into()),
        };
        match schema.schema.as_deref() {
            Some(SCHEMA) => {}
            Some("relhealth.measure/1") => {
                return Err(
                    problem("it is a measure (relhealth.measure/1), which lacks definitions and contributors")
                        .hint(HOW)
                        .into(),
                );
            }
            Some(other) => {
                let other: String = other.chars().take(80).collect();
                return Err(problem(&format!("its schema is \"{}\", not \"{SCHEMA}\"", visible(&other)))
                    .hint(HOW)
                    .into());
            }
            None => {
                return Err(problem(&format!("it has no `schema`, which is \"{SCHEMA}\" for a report"))
                    .hint(HOW)
                    .into());
            }
        }
        let stored: Stored = serde_json::from_slice(bytes).map_err(|error| {
            problem(&format!("it says that it is {SCHEMA}, but is not"))
                .why(visible(&error.to_string()))
                .hint("write it again with this version of relhealth")
        })?;
        let is_code = |code: &String| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if !stored.currency.iter().all(is_code) {
            return Err(problem("its currency is none").into());
        }
        if stored.period.end <= stored.period.start || !(0.0..1.0).contains(&stored.level) || stored.level == 0.0 {
            return Err(problem("its period or its level is none that a report can have").into());
        }
        Ok(stored)
    }
}

/// How a report comes to be.
const HOW: &str = "write one: relhealth report INPUT... --period 2026-10 -o october.json";

/// What every output of the program begins with.
#[derive(Deserialize)]
struct Schema {
    schema: Option<String>,
}

fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Micros, D::Error> {
    let text = String::deserialize(from)?;
    parse_instant(&text).ok_or_else(|| serde::de::Error::custom("expected an instant such as 2026-11-01T00:00:00Z"))
}

fn good<'de, D: Deserializer<'de>>(from: D) -> Result<BetterDirection, D::Error> {
    let word = String::deserialize(from)?;
    let found = BetterDirection::ALL.into_iter().find(|good| good.word() == word);
    found.ok_or_else(|| serde::de::Error::custom("`good` is up, down or neither"))
}
