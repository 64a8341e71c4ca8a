//! `relhealth.inspect/1`: what files turned out to be, and what they allow.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::{Document, Labels, Layout, RecordCounts, SchemaId};
use crate::codes::codes;
use crate::notes::{Cardinality, KeyNames, RelationUse};
use crate::schema::Table;

/// What files turned out to be, and what they allow.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Inspect {
    /// Name and version of this format.
    pub schema: SchemaId<Inspect>,
    /// One for each table that a file feeds.
    pub files: Vec<File>,
    /// The keys that files have in common, and what was made of them.
    pub joins: Vec<Join>,
    /// The files that are not read by themselves.
    pub not_read: Vec<NotRead>,
    /// What a person has to decide about files that belong together.
    pub questions: Vec<Question>,
    /// What the files allow together.
    pub measurable: Vec<Family>,
    /// What is missing for more.
    pub missing: Vec<Missing>,
}

impl Document for Inspect {
    const ID: &'static str = "relhealth.inspect/1";
    const TITLE: &'static str = "What relhealth inspect --format json prints";
    const LAYOUT: Layout = Layout::Indented;
}

/// A key of one file whose values are in a key of another. All numbers are of the keys that were compared.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Join {
    /// The key of the records that refer to others.
    pub from: Key,
    /// The key of those others.
    pub to: Key,
    /// What was made of it.
    pub used: RelationUse,
    /// What the names of the columns show.
    pub names: KeyNames,
    /// How many records of the first file belong to one of the other.
    pub cardinality: Cardinality,
    /// Records of the first file.
    pub records: u64,
    /// Records whose key the other file has.
    pub matched: u64,
    /// Records without a key.
    pub without_key: u64,
    /// Different keys of the first file.
    pub keys: u64,
    /// Different keys that both files have.
    pub shared_keys: u64,
    /// Different keys of the other file.
    pub other_keys: u64,
    /// Keys of the other file that several different records have.
    pub other_repeated_keys: u64,
    /// Whether only a part of the keys was compared, because there are very many.
    pub is_part: bool,
    /// All of it in a sentence.
    pub evidence: String,
}

/// Columns of a file that are a key together.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Key {
    /// The file.
    pub file: String,
    /// The files with the same columns that are one table with it.
    pub other_files: Vec<String>,
    /// Its columns.
    pub columns: Vec<String>,
}

/// A file that is not read by itself.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct NotRead {
    /// As it was named.
    pub file: String,
    /// Whether its columns serve another file.
    pub is_used: bool,
    /// Why.
    pub text: String,
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct File {
    /// As it was named.
    pub file: String,
    /// The part of a large file that was read: all counts are of that part; null: all of it.
    pub sampled: Option<Sampled>,
    /// What the file is taken for.
    pub recognised: Recognised,
    /// How its bytes become records: encoding, fields, line ends, header, before it, after the records, found.
    pub reading: Labels,
    /// Its columns, in its order; then what an expression or a constant gives.
    pub columns: Vec<Column>,
    /// What a person has to decide.
    pub questions: Vec<Question>,
    /// The command that takes the likeliest answer to each question; null where something has to be filled in.
    pub command: Option<String>,
    /// What became of its records; null: they could not be read.
    pub account: Option<RecordCounts>,
    /// Records that are not used: the first few of each reason.
    pub unused: Vec<Unused>,
    /// Findings.
    pub notes: Vec<FileNote>,
    /// Why it cannot be used as it is, and what to do; null: it can.
    pub problem: Option<String>,
}

/// The part of a large file that was read.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Sampled {
    /// So many bytes of its start, decompressed.
    #[schemars(range(min = 1))]
    pub bytes: u64,
    /// The bytes of all of it; null: it is compressed.
    #[schemars(range(min = 1))]
    pub of: Option<u64>,
}

/// What a file is taken for.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Recognised {
    /// The table that it feeds.
    #[schemars(schema_with = "table")]
    pub table: Option<&'static str>,
    /// The profile that its headers fit, or that is stated for it.
    pub profile: Option<String>,
    /// How sure that is, from 0 to 1.
    #[schemars(range(min = 0))]
    pub confidence: f64,
    /// What tells.
    pub evidence: Vec<String>,
}

fn table(_: &mut SchemaGenerator) -> Schema {
    let mut names: Vec<Option<&str>> = Table::ALL.iter().map(|table| Some(table.name())).collect();
    names.push(None);
    json_schema!({ "type": ["string", "null"], "enum": names })
}

/// A column of the file, or what an expression or a constant gives.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Column {
    /// Its place in the file; null: it is none of the file's.
    #[schemars(range(min = 1))]
    pub number: Option<u64>,
    /// Or the expression or constant.
    pub header: String,
    /// The canonical column; null: it is a dimension under its own name.
    pub means: Option<String>,
    /// How sure that is, from 0 to 1.
    #[schemars(range(min = 0))]
    pub confidence: Option<f64>,
    /// What tells what it means.
    pub evidence: Vec<String>,
    /// How its cells are read, and what decided it.
    pub read_as: String,
    /// What was decided about how its cells are read.
    pub decisions: Vec<Decision>,
    /// Cells with content among the first records.
    pub filled: u64,
    /// The first records.
    pub looked_at: u64,
    /// Different cells among them.
    pub distinct: u64,
    /// Some of them.
    pub samples: Vec<String>,
}

/// Something that was decided about how a file is read.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Decision {
    /// relhealth help codes
    pub code: String,
    /// What was decided, and by what evidence.
    pub text: String,
    /// Whether the cells prove it.
    pub proven: bool,
    /// The option that decides otherwise; null: none.
    pub option: Option<String>,
}

/// Something that the file does not tell.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Question {
    /// The question.
    pub text: String,
    /// What to write to answer it.
    pub option: String,
}

codes! {
    /// What became of a record that is not used.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Fate {
        /// It cannot be read.
        Rejected = "rejected",
        /// It is there already.
        Duplicate = "duplicate",
        /// A rule leaves it out.
        Excluded = "excluded",
    }
}

/// A record that is not used.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Unused {
    /// The line that it starts on.
    #[schemars(range(min = 1))]
    pub line: u64,
    /// Its number among the data records.
    #[schemars(range(min = 1))]
    pub record: u64,
    /// What became of it.
    #[schemars(with = "Fate")]
    pub fate: &'static str,
    /// The column that is meant; empty: none.
    pub column: String,
    /// relhealth help codes
    pub code: String,
    /// The reason.
    pub reason: String,
    /// The record as it stands in the file.
    pub raw: String,
}

/// A finding about a file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FileNote {
    /// relhealth help codes
    pub code: String,
    /// What was found.
    pub text: String,
    /// How many rows or values it is about.
    pub count: u64,
}

/// Metrics of a family that can be measured.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Family {
    /// The family.
    pub family: String,
    /// The metrics' ids.
    pub metrics: Vec<String>,
}

/// Something that is missing.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Missing {
    /// What is missing.
    pub what: String,
    /// The ids of the metrics that need it.
    pub metrics: Vec<String>,
}
