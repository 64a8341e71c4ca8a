//! `relhealth.check/1`: what came of each rule; and `relhealth.rules/1`: the rules. All formats of a check for programs are made of them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::cell::NotAssessed;
use super::{Day, Document, Instant, Labels, Layout, Note, RecordCounts, SchemaId};
use crate::catalog::MetricUnit;
use crate::check::{Basis, Counts, Side, Status};
use crate::codes::codes;

/// A check: its verdicts, the record counts and the findings.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Check {
    /// Name and version of this format.
    pub schema: SchemaId<Check>,
    /// RFC 3339 in UTC; nothing at or after it is known.
    pub as_of: Instant,
    /// Confidence level of the intervals.
    pub level: f64,
    /// What numbers of two runs must have in common to be compared.
    pub terms: BTreeMap<String, String>,
    /// false exactly when the exit code is 1
    pub passed: bool,
    /// Rules, verdicts of each kind that count, those that are excused, and waivers.
    pub summary: Summary,
    /// By rule, then by slice; then those of waivers.
    pub verdicts: Vec<Verdict>,
    /// What became of the records of each file.
    pub account: Vec<RecordCounts>,
    /// Findings.
    pub notes: Vec<Note>,
}

impl Document for Check {
    const ID: &'static str = "relhealth.check/1";
    const TITLE: &'static str = "What relhealth check --format json prints";
    const LAYOUT: Layout = Layout::Lines;
}

/// How many verdicts there are of each kind.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Summary {
    /// Rules that were judged, or should have been.
    pub rules: u64,
    /// That pass.
    pub pass: u64,
    /// That warn, and count.
    pub warn: u64,
    /// That fail, and count.
    pub fail: u64,
    /// That could not be judged, and count.
    pub insufficient: u64,
    /// That do not pass, but are waived.
    pub waived: u64,
    /// That could not be judged, but need not be.
    pub spared: u64,
    /// Waivers.
    pub waivers: u64,
    /// Waivers that excuse nothing.
    pub waivers_unused: u64,
    /// Waivers that have expired.
    pub waivers_expired: u64,
}

codes! {
    /// What a rule is about.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum About {
        /// A metric.
        Metric = "metric",
        /// The data themselves.
        Data = "data",
        /// It is a waiver.
        Waiver = "waiver",
    }
}

codes! {
    /// Why a verdict does not count against the run.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Excuse {
        /// A waiver covers it.
        Waived = "waived",
        /// It could not be judged, and need not be.
        Optional = "optional",
        /// It is one slice of several, of which others could be judged.
        OneOfMany = "one of many",
    }
}

/// What came of a rule in a slice, or of a waiver.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Verdict {
    /// The rule's id; the same from run to run.
    pub id: String,
    /// The id and the slice, in words.
    #[serde(skip)]
    pub name: String,
    /// What the rule is about.
    pub about: About,
    /// What it comes to.
    pub verdict: Status,
    /// Why it does not count against the run.
    pub excuse: Option<Excuse>,
    /// A sentence, also where it passes.
    pub why: String,
    /// Why it could not be judged although there is a value: the records are too short, and from when on they will not be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "NotAssessed")]
    pub not_assessed: Option<NotAssessed>,
    /// The metric's id.
    pub metric: Option<String>,
    /// Hash of the metric's definition.
    pub definition: Option<String>,
    /// What the metric's value is a number of.
    pub unit: Option<MetricUnit>,
    /// The period.
    pub period: Option<String>,
    /// The slice, file or table.
    pub by: Labels,
    /// Of the metric.
    pub value: Option<f64>,
    /// Lower limit of the value.
    pub low: Option<f64>,
    /// Upper limit of the value.
    pub high: Option<f64>,
    /// Rows behind it.
    pub n: Option<u64>,
    /// Distinct stakeholders behind it.
    pub stakeholders: Option<u64>,
    /// What was held against the threshold: the value, its change, or what a rule on the data counts.
    pub judged: Judged,
    /// What it was held against.
    pub threshold: Option<Threshold>,
    /// What had to lie on the bad side of it.
    pub basis: Option<Basis>,
    /// The waiver that excuses it.
    pub waiver: Option<Waiver>,
    /// Where the rule is written.
    pub file: String,
    /// The line of that file.
    #[schemars(range(min = 1))]
    pub line: u64,
}

impl Verdict {
    /// Whether it counts as broken in formats that know only pass and fail.
    pub fn is_broken(&self, on_warnings: bool) -> bool {
        self.excuse.is_none()
            && match self.verdict {
                Status::Pass => false,
                Status::Warn => on_warnings,
                Status::Insufficient | Status::Fail => true,
            }
    }

    /// Whether a file has the rule: a preset is none.
    pub fn is_in_file(&self) -> bool {
        !self.file.starts_with("preset ")
    }
}

/// A number and its limits.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Judged {
    /// The number.
    pub value: Option<f64>,
    /// Its lower limit.
    pub low: Option<f64>,
    /// Its upper limit.
    pub high: Option<f64>,
}

/// A threshold.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Threshold {
    /// The bad side of it.
    pub bad: Side,
    /// In the unit of what is judged.
    pub value: f64,
}

/// A waiver that excuses a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Waiver {
    /// Its last day.
    pub until: Day,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why.
    pub reason: String,
}

/// The rules of a configuration, without judging them.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Rules {
    /// Name and version of this format.
    pub schema: SchemaId<Rules>,
    /// The rules, in the order in which they are written.
    pub rules: Vec<Rule>,
}

impl Document for Rules {
    const ID: &'static str = "relhealth.rules/1";
    const TITLE: &'static str = "What relhealth check --list --format json prints";
    const LAYOUT: Layout = Layout::Indented;
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Rule {
    /// Its id; the same from run to run.
    pub id: String,
    /// What it is about.
    pub about: About,
    /// The metric's id.
    pub metric: Option<String>,
    /// In words.
    pub says: String,
    /// It need not be judged.
    pub optional: bool,
    /// Where it is written.
    pub file: String,
    /// The line of that file.
    #[schemars(range(min = 1))]
    pub line: u64,
}

impl From<Counts> for Summary {
    fn from(counts: Counts) -> Summary {
        Summary {
            rules: counts.rules as u64,
            pass: counts.pass as u64,
            warn: counts.warn as u64,
            fail: counts.fail as u64,
            insufficient: counts.insufficient as u64,
            waived: counts.waived as u64,
            spared: counts.spared as u64,
            waivers: counts.waivers as u64,
            waivers_unused: counts.unused as u64,
            waivers_expired: counts.expired as u64,
        }
    }
}
