//! `relhealth.rows/1`: the rows behind a number.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::{Document, Instant, Labels, Layout, Note, RecordCounts, SchemaId, Stream};
use crate::codes::codes;
use crate::report::AbsentCode;

/// The rows behind a number.
#[derive(Serialize, JsonSchema)]
pub struct Rows<'a> {
    /// Name and version of this format.
    pub schema: SchemaId<Rows<'a>>,
    /// The metric's id.
    pub metric: String,
    /// The period.
    pub period: String,
    /// First instant, RFC 3339 in UTC.
    pub start: Instant,
    /// First instant after it, RFC 3339 in UTC.
    pub end: Instant,
    /// RFC 3339 in UTC; nothing at or after it is known.
    pub as_of: Instant,
    /// The zone whose days make the period.
    pub timezone: String,
    /// Which slices count, as it was written.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// Why measure gives no number for these rows.
    pub absent: Option<AbsentCode>,
    /// Number of rows: the n of the cell.
    pub n: u64,
    /// The rows.
    #[schemars(with = "Vec<Row>")]
    pub rows: Stream<'a, Row>,
    /// What became of the records of each file.
    pub account: Vec<RecordCounts>,
    /// Findings.
    pub notes: Vec<Note>,
}

impl Document for Rows<'_> {
    const ID: &'static str = "relhealth.rows/1";
    const TITLE: &'static str = "What relhealth rows --format json prints";
    const LAYOUT: Layout = Layout::Lines;
}

/// A row of the metric's fact: an order, a case, a stakeholder in the period.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Row {
    /// Its number, from 1.
    #[schemars(range(min = 1))]
    pub row: u64,
    /// Whose it is.
    pub stakeholder_id: Option<String>,
    /// The slice, by dimension.
    pub by: Labels,
    /// What it adds to the number.
    #[serde(flatten)]
    pub entries: Entries,
    /// The records that it is made of.
    pub records: Vec<Record>,
}

/// What a row adds, by the name of the column. Which columns there are is the same for all rows of a metric: `EntryColumns` has them all.
#[derive(Debug, Clone, PartialEq)]
pub struct Entries(pub Vec<(&'static str, Entry)>);

/// What a row adds in one column.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Entry {
    /// One of the fixed words.
    Word(&'static str),
    /// A number in the unit of its column.
    Number(f64),
    /// An id, of which only a number is known.
    Thing(u64),
    /// A text of the data.
    Text(Option<String>),
    /// Nothing is known.
    Nothing,
}

impl Serialize for Entries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(column, entry)| (column, entry)))
    }
}

impl JsonSchema for Entries {
    fn schema_name() -> Cow<'static, str> {
        EntryColumns::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        EntryColumns::json_schema(generator)
    }
}

/// The columns that rows have, by the kind of the metric.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described only: rows are written by the names of their columns")]
struct EntryColumns {
    /// Of counts, shares, net shares and rates.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "InPart")]
    in_part: Option<InPart>,
    /// Of distinct counts: what is told apart; an id as a number, the first to be met is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "thing")]
    thing: Option<()>,
    /// Of sums, means, quantiles and concentrations.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    /// Of concentrations: where the value is added up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "thing")]
    group: Option<()>,
    /// Of ratios: what is added above the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    over: Option<f64>,
    /// Of ratios: what is added, or told apart, below the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "number_or_thing")]
    under: Option<()>,
    /// Of rates.
    #[serde(skip_serializing_if = "Option::is_none")]
    exposure: Option<f64>,
    /// Of survival quantiles: whether it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "YesNo")]
    event: Option<YesNo>,
    /// Of survival quantiles: how long it took, or has lasted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64")]
    time: Option<f64>,
    /// How much it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<f64>,
}

fn thing(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "integer", "null"] })
}

fn number_or_thing(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["number", "string", "null"] })
}

codes! {
    /// Whether a row is in the part.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum InPart {
        /// It is.
        Yes = "yes",
        /// It is not.
        No = "no",
        /// It counts for.
        Plus = "plus",
        /// It counts against.
        Minus = "minus",
        /// Both.
        PlusAndMinus = "plus and minus",
    }
}

codes! {
    /// Whether something is so.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum YesNo {
        /// It is.
        Yes = "yes",
        /// It is not.
        No = "no",
    }
}

/// A record that a row is made of.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Record {
    /// The file.
    pub file: String,
    /// The line that it starts on, as a text editor shows it.
    #[schemars(range(min = 1))]
    pub line: u64,
    /// Its text, without the line end.
    pub raw: String,
}
