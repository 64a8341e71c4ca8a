//! What a report tells beside its metrics, but for the lists to act on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Instant;
use crate::analyses::concentration::{self, ConcentrationOf};
use crate::analyses::{self, channels, coverage};
use crate::cohorts::section as cohorts;
use crate::cohorts::section::Basis;
use crate::stats::Reading;

/// Retention by cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cohorts {
    /// What makes a cohort, and what keeps its members.
    pub basis: Basis,
    /// The length of its period, and of ages.
    pub grain: String,
    /// The type of its members, where cohorts are told apart by it.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The cohorts, the earliest first.
    pub cohorts: Vec<Cohort>,
}

/// Those who came in one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cohort {
    /// The period.
    pub period: String,
    /// How many came; null: hidden.
    pub size: Option<u64>,
    /// Hidden to protect few people.
    pub suppressed: bool,
    /// The period starts before the data.
    pub left_truncated: bool,
    /// Who is still there, by periods since; null: not known yet, or hidden.
    pub kept: Vec<Option<Share>>,
}

/// A share with its limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// The share, 0 to 1.
    pub value: f64,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// How many of the whole.
    pub part: u64,
    /// How many there are.
    pub whole: u64,
}

/// On how few a total hangs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Concentration {
    /// Of what.
    pub of: ConcentrationOf,
    /// In which period.
    pub period: String,
    /// The sum of the totals that count.
    pub sum: Option<f64>,
    /// How many stakeholders have a total that counts.
    pub stakeholders: Option<u64>,
    /// How many have a negative total, and are left out.
    pub negative: u64,
    /// The Herfindahl-Hirschman index, 0 to 1.
    pub hhi: WithoutLargest,
    /// The number of equal stakeholders with the same index.
    pub effective_number: WithoutLargest,
    /// The share of the largest.
    pub top1_share: WithoutLargest,
    /// The share of the ten largest.
    pub top10_share: WithoutLargest,
    /// There are protected people with a total; they are left out of all these numbers.
    pub withheld: bool,
    /// The largest.
    pub largest: Vec<Large>,
}

/// A measure, and the same without the largest stakeholder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WithoutLargest {
    /// Over all.
    pub value: Option<f64>,
    /// Without the largest; null: nothing is left.
    pub without_largest: Option<f64>,
}

/// One of the largest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Large {
    /// Its place, from 1.
    pub rank: u64,
    /// Its id.
    pub stakeholder_id: Option<String>,
    /// Its name, where the roster has one.
    pub name: Option<String>,
    /// Its total.
    pub amount: f64,
    /// Its share of the sum, 0 to 1.
    pub share: Option<f64>,
    /// The share of it and all larger ones together.
    pub cumulative: Option<f64>,
}

/// A channel in the mix of contacts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Channel {
    /// null: all that are not named, or not known
    pub channel: Option<String>,
    /// How many channels are not named.
    pub others: u64,
    /// Contacts by it.
    pub contacts: Option<f64>,
    /// Their share of all contacts.
    pub share: Option<f64>,
    /// Lower limit of the share.
    pub low: Option<f64>,
    /// Upper limit of the share.
    pub high: Option<f64>,
    /// The share in the period before, as it was known at the same age.
    pub previous: Option<f64>,
    /// The share less that one.
    pub delta: Option<f64>,
    /// Lower limit of the difference.
    pub delta_low: Option<f64>,
    /// Upper limit of the difference.
    pub delta_high: Option<f64>,
    /// What the difference comes to.
    pub reading: Option<Reading>,
}

/// What the data cover: a table, or one of its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// The table.
    pub table: String,
    /// null: all files of the table
    pub file: Option<String>,
    /// All records that are used, whenever they are.
    pub records: u64,
    /// Of them, those without the time that orders the table.
    pub undated: u64,
    /// The first event.
    pub first: Option<Instant>,
    /// The last event.
    pub last: Option<Instant>,
    /// The records by period.
    pub periods: Vec<CoveredPeriod>,
}

/// The records of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoveredPeriod {
    /// The period.
    pub period: String,
    /// How many there are.
    pub records: u64,
    /// What that tells.
    pub verdict: coverage::Verdict,
}

impl From<&analyses::Share> for Share {
    fn from(share: &analyses::Share) -> Share {
        Share {
            value: share.value(),
            low: Some(share.low),
            high: Some(share.high),
            part: share.part,
            whole: share.whole,
        }
    }
}

impl From<&cohorts::Cohorts> for Cohorts {
    fn from(cohorts: &cohorts::Cohorts) -> Cohorts {
        let cohort = |row: &cohorts::Cohort| Cohort {
            period: row.period.label.clone(),
            size: row.size,
            suppressed: row.suppressed,
            left_truncated: row.left_truncated,
            kept: row.kept.iter().map(|kept| kept.as_ref().map(Share::from)).collect(),
        };
        Cohorts {
            basis: cohorts.basis,
            grain: cohorts.grain.name().to_string(),
            kind: cohorts.kind.clone(),
            cohorts: cohorts.rows.iter().map(cohort).collect(),
        }
    }
}

impl From<&concentration::WithAndWithoutLargest> for WithoutLargest {
    fn from(of: &concentration::WithAndWithoutLargest) -> WithoutLargest {
        WithoutLargest {
            value: Some(of.value),
            without_largest: of.without_largest,
        }
    }
}

impl From<&concentration::Concentration> for Concentration {
    fn from(few: &concentration::Concentration) -> Concentration {
        let large = |large: &concentration::Large| Large {
            rank: large.rank as u64,
            stakeholder_id: Some(large.id.clone()),
            name: large.name.clone(),
            amount: large.amount,
            share: Some(large.share),
            cumulative: Some(large.cumulative),
        };
        Concentration {
            of: few.of,
            period: few.period.label.clone(),
            sum: Some(few.sum),
            stakeholders: Some(few.stakeholders),
            negative: few.negative,
            hhi: (&few.hhi).into(),
            effective_number: (&few.effective_number).into(),
            top1_share: (&few.top1).into(),
            top10_share: (&few.top10).into(),
            withheld: few.withheld,
            largest: few.largest.iter().map(large).collect(),
        }
    }
}

impl From<&channels::Part> for Channel {
    fn from(part: &channels::Part) -> Channel {
        let (channel, others) = match &part.channel {
            channels::Channel::Named(name) => (Some(name.clone()), 0),
            channels::Channel::Others(channels) => (None, *channels as u64),
            channels::Channel::Unknown => (None, 0),
        };
        let cell = &part.cell;
        let change = cell.changes.get("previous");
        Channel {
            channel,
            others,
            contacts: cell.part,
            share: cell.value,
            low: cell.low,
            high: cell.high,
            previous: change.and_then(|change| change.value),
            delta: change.and_then(|change| change.delta),
            delta_low: change.and_then(|change| change.low),
            delta_high: change.and_then(|change| change.high),
            reading: change.map(|change| change.reading),
        }
    }
}

/// What the data cover: each table, then its files.
pub fn coverage(coverage: &coverage::Coverage) -> Vec<Coverage> {
    let span = |table: &str, span: &coverage::Span| {
        let counts = coverage.periods.iter().zip(&span.counts);
        Coverage {
            table: table.to_string(),
            file: span.file.clone(),
            records: span.records,
            undated: span.undated,
            first: span.first.map(Instant),
            last: span.last.map(Instant),
            periods: counts
                .map(|(period, of)| CoveredPeriod {
                    period: period.label.clone(),
                    records: of.records,
                    verdict: of.verdict,
                })
                .collect(),
        }
    };
    let tables = coverage.tables.iter();
    tables
        .flat_map(|covered| {
            std::iter::once(&covered.whole)
                .chain(&covered.files)
                .map(|of| span(covered.table.name(), of))
        })
        .collect()
}
