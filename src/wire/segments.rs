//! `relhealth.segments/1`: segments of customers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Document, Instant, Labels, Layout, Note, RecordCounts, SchemaId, Stream};
use crate::catalog::segments::Frequency;
use crate::report::AbsentCode;

/// Segments of customers by recency, frequency and money, and the movement between them.
#[derive(Serialize, JsonSchema)]
pub struct Segments<'a> {
    /// Name and version of this format.
    pub schema: SchemaId<Segments<'a>>,
    /// RFC 3339 in UTC; nothing at or after it is known.
    pub as_of: Instant,
    /// The zone whose days make recency and periods.
    pub timezone: String,
    /// Which rows and stakeholders count, as it was written.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// What frequency counts.
    pub frequency: Frequency,
    /// How each score is found.
    pub scoring: Scoring,
    /// The previous period: `previous` is the segment at its end.
    pub previous_period: String,
    /// Its end, RFC 3339 in UTC.
    pub previous_as_of: Instant,
    /// The currency of money, where it is known.
    pub currency: Option<String>,
    /// Why there is no money.
    pub value_absent: Option<AbsentCode>,
    /// The segments that there are, in the order in which they are tried.
    pub definitions: Vec<Definition>,
    /// How many customers are in each segment, by group.
    pub segments: Vec<Segment>,
    /// How many customers moved from segment to segment; null: hidden to protect few people.
    pub movement: Option<Vec<Move>>,
    /// How many customers have each score, and which values it stands for; null: some of the customers are protected.
    pub scores: Option<Vec<Score>>,
    /// Protected people are among the customers, and are not listed.
    pub withheld: bool,
    /// The customers, by id.
    #[schemars(with = "Vec<Stakeholder>")]
    pub stakeholders: Stream<'a, Stakeholder>,
    /// What became of the records of each file.
    pub account: Vec<RecordCounts>,
    /// Findings.
    pub notes: Vec<Note>,
}

impl Document for Segments<'_> {
    const ID: &'static str = "relhealth.segments/1";
    const TITLE: &'static str = "What relhealth segments --format json prints";
    const LAYOUT: Layout = Layout::Lines;
}

/// How each score is found: four limits, or null for quintiles in which equal values share a score.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Scoring {
    /// The most days since the last order for a score of 5, 4, 3 and 2.
    pub recency: Option<[f64; 4]>,
    /// The fewest orders for a score of 2, 3, 4 and 5.
    pub frequency: Option<[f64; 4]>,
    /// The least revenue for a score of 2, 3, 4 and 5.
    pub monetary: Option<[f64; 4]>,
}

/// What a segment is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Who is in it, over the scores r, f and m; the first segment whose condition holds counts.
    #[serde(rename = "where")]
    pub condition: String,
    /// What it means.
    pub text: Option<String>,
}

/// A segment in a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Segment {
    /// Its name; null: no condition holds.
    pub name: Option<String>,
    /// The group, by dimension.
    pub by: Labels,
    /// Its customers; null: hidden to protect few people.
    pub n: Option<u64>,
    /// Their share of the customers of the group.
    pub share: Option<f64>,
    /// Their revenue.
    pub value: Option<f64>,
    /// Its share of the revenue of the group.
    pub value_share: Option<f64>,
    /// Hidden to protect few people.
    pub suppressed: bool,
}

/// Customers who moved, or stayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Move {
    /// The segment at the end of the previous period; null: no condition held, or no order by then.
    pub from: Option<String>,
    /// They had no order by the end of the previous period.
    pub is_new: bool,
    /// The segment at the as-of date; null: no condition holds.
    pub to: Option<String>,
    /// How many they are.
    pub n: u64,
}

/// The customers with one score.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Score {
    /// recency, frequency or monetary
    pub part: String,
    /// 1 (worst) to 5 (best).
    #[schemars(range(min = 1, max = 5))]
    pub score: u8,
    /// How many customers have it.
    pub n: u64,
    /// The smallest value among them.
    pub from: Option<f64>,
    /// The largest value among them.
    pub to: Option<f64>,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Stakeholder {
    /// The id.
    pub id: String,
    /// Days from the day of the last order to the as-of date.
    pub recency: i32,
    /// Orders, or days with an order.
    pub frequency: u32,
    /// Revenue; null: see `value_absent`.
    pub monetary: Option<f64>,
    /// The score of recency, 1 to 5.
    pub r: u8,
    /// The score of frequency, 1 to 5.
    pub f: u8,
    /// The score of money, 1 to 5.
    pub m: Option<u8>,
    /// The segment; null: no condition holds.
    pub segment: Option<String>,
    /// The segment at the end of the previous period; null: no condition held, or no order by then.
    pub previous: Option<String>,
}
