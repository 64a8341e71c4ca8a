//! What a file turned out to be, as plain values: how it is read, what its columns mean and why, and what is wrong with it.

use crate::diagnostics::Note;
use crate::record_counts::RecordCounts;
use crate::schema::Table;

use super::Reject;

/// A file as one source reads it.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The file's name as it was given.
    pub file: String,
    /// Of a large file, how much of it was read: everything that is counted is counted there.
    pub sampled: Option<Sampled>,
    /// How its bytes become records, each with what tells: `encoding`, `fields`, `header`, `footer` ...
    pub reading: Vec<(&'static str, String)>,
    /// What it is.
    pub recognised: Recognised,
    /// Its columns, in the order of the file; then what an expression or a constant gives.
    pub columns: Vec<ColumnInspection>,
    /// What a person has to decide.
    pub questions: Vec<Question>,
    /// What became of its records, where they could be read.
    pub account: Option<RecordCounts>,
    /// Records that are not used: the first few of each reason.
    pub unused: Vec<Reject>,
    /// Findings.
    pub notes: Vec<Note>,
    /// Why it cannot be used as it is, and what to do; `None`: it can.
    pub problem: Option<String>,
}

/// The part of a large file that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampled {
    /// So many bytes of its start, decompressed, less the last record where it is not whole.
    pub bytes: u64,
    /// The bytes of all of it; `None` where only decompressing all of it would tell.
    pub of: Option<u64>,
}

/// How much of large files is read to tell what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// Files of more bytes than this, decompressed, are large.
    pub over: u64,
    /// So many bytes of their start are read.
    pub bytes: u64,
}

impl Default for Sampling {
    fn default() -> Sampling {
        Sampling {
            over: 64_000_000,
            bytes: 16_000_000,
        }
    }
}

/// What a file is taken for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recognised {
    /// The table that it feeds.
    pub table: Option<Table>,
    /// The profile that its headers fit, or that is stated for it.
    pub profile: Option<String>,
    /// How sure that is, from 0 to 1.
    pub confidence: f64,
    /// What tells.
    pub evidence: Vec<String>,
}

/// A column of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ColumnInspection {
    /// Its number in the file, from 1; `None`: it is none of the file's.
    pub number: Option<usize>,
    /// Its header, or the expression or constant.
    pub header: String,
    /// The canonical column that it means; `None`: it is kept as a dimension under its own name.
    pub means: Option<String>,
    /// How sure that is, from 0 to 1.
    pub confidence: Option<f64>,
    /// What tells what it means.
    pub evidence: Vec<String>,
    /// How its cells are read, and what decided it.
    pub read_as: String,
    /// Cells among the first records that hold something.
    pub filled: usize,
    /// The first records that were looked at.
    pub looked_at: usize,
    /// Different cells among them.
    pub distinct: usize,
    /// Some of them.
    pub samples: Vec<String>,
}

/// Something that the file does not tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The question.
    pub text: String,
    /// What to write to answer it.
    pub option: String,
}
