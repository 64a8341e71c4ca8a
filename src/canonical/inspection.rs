//! What a file turned out to be, as values: how it is read, what its columns mean and why, and what is wrong with it.

use std::fmt;
use std::sync::Arc;

use super::Reject;
use crate::ingest::{Layout, Line};
use crate::notes::{Decision, LeftOut, Note, Recognition, SurveyQuestion};
use crate::record_counts::RecordCounts;
use crate::schema::Table;
use crate::sources::guess::{ColumnEvidence, Kind, Question, TableClue, listed};
use crate::sources::{AmountOn, Lookup};

/// A file as one source reads it.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The file's name as it was given.
    pub file: String,
    /// Of a large file, how much of it was read: everything that is counted is counted there.
    pub sampled: Option<Sampled>,
    /// How its bytes become records. The lines before the table have no text if it is withheld.
    pub layout: Layout,
    /// The lines after the records, as far as the start of the file has them; without text if it is withheld.
    pub footer: Vec<Line>,
    /// What it is.
    pub recognised: Recognised,
    /// The files that are looked up for its records.
    pub lookup: Vec<Lookup>,
    /// What its amounts are of, where it was decided before its records were read.
    pub amount_on: Option<AmountOn>,
    /// Its columns, in the order of the file; then what expressions and constants give.
    pub columns: Vec<ColumnInspection>,
    /// The condition of the records that count, which nobody has written.
    pub filter: Option<String>,
    /// What it leaves out; none: answers to other questions.
    pub left_out: Option<LeftOut>,
    /// What a person has to decide.
    pub questions: Vec<Question>,
    /// What became of its records, if they could be read.
    pub account: Option<RecordCounts>,
    /// Records that are not used: the first few of each reason.
    pub unused: Vec<Reject>,
    /// What is worth knowing about it; what was decided about columns is with these.
    pub notes: Vec<Note>,
    /// Why it cannot be used, and what to do; `None`: it can.
    pub problem: Option<Arc<anyhow::Error>>,
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

/// What a file is recognised as.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recognised {
    /// The table that it is loaded into.
    pub table: Option<Table>,
    /// The profile that its headers fit, or that is set for it.
    pub profile: Option<String>,
    /// How certain that is, from 0 to 1.
    pub confidence: f64,
    /// What shows it.
    pub evidence: Vec<TableEvidence>,
}

/// Why a file belongs to a table.
#[derive(Debug, Clone, PartialEq)]
pub enum TableEvidence {
    /// The configuration names its profile.
    ProfileIsSet,
    /// The configuration maps its columns.
    ColumnsAreMapped,
    /// It has the columns that identify a profile.
    HasColumns(Vec<String>),
    /// A profile that was recognised reads the same file in several ways.
    OtherProfile,
    /// It is joined with these files.
    Joined(Vec<String>),
    /// The records of another file are about what it lists.
    Roster,
    /// What its columns and its name show.
    Clues(Vec<TableClue>),
    /// What it resembles.
    Resembles(Recognition),
    /// Its records are answers to a question.
    Question(SurveyQuestion),
}

impl fmt::Display for TableEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TableEvidence::ProfileIsSet => f.write_str("the configuration names the profile"),
            TableEvidence::ColumnsAreMapped => f.write_str("the configuration maps its columns"),
            TableEvidence::HasColumns(names) => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                write!(f, "it has the columns {}", names.join(", "))
            }
            TableEvidence::Joined(files) => write!(f, "it is joined with {}", files.join(", ")),
            TableEvidence::Roster => f.write_str("the records of another file are about those whom it lists"),
            TableEvidence::OtherProfile => f.write_str("another profile reads the same file"),
            TableEvidence::Clues(clues) => f.write_str(&listed(clues)),
            TableEvidence::Resembles(recognition) => write!(f, "{recognition}"),
            TableEvidence::Question(question) => write!(f, "{question}"),
        }
    }
}

/// Where the values of a column come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnOrigin {
    /// A column of the file: its number, from 1, and its header.
    File(usize, String),
    /// A column of a file that is looked up, by its name among all columns.
    LookedUp(String),
    /// An expression over its columns.
    Expression(String),
    /// A constant.
    Constant(String),
}

impl fmt::Display for ColumnOrigin {
    /// The header, the expression, or the constant in single quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ColumnOrigin::File(_, text) | ColumnOrigin::LookedUp(text) | ColumnOrigin::Expression(text) => f.write_str(text),
            ColumnOrigin::Constant(text) => write!(f, "'{text}'"),
        }
    }
}

/// What the cells of a column look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellsLookLike {
    /// The most frequent kind, and how many cells are of it.
    pub kind: (Kind, usize),
    /// How its dates are written, if they are dates.
    pub dates: Option<&'static str>,
    /// How many cells are filled.
    pub filled: usize,
}

impl fmt::Display for CellsLookLike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, count) = self.kind;
        f.write_str(kind.name())?;
        self.dates.map_or(Ok(()), |dates| write!(f, ", {dates}"))?;
        if count < self.filled {
            write!(f, ", mostly ({count} of {})", self.filled)?;
        }
        Ok(())
    }
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnInspection {
    /// Where its values come from.
    pub origin: ColumnOrigin,
    /// The canonical column that it means; `None`: it is kept as a dimension under its own name.
    pub means: Option<String>,
    /// How certain that is, from 0 to 1.
    pub confidence: Option<f64>,
    /// What shows what it means.
    pub evidence: Vec<ColumnEvidence>,
    /// What was decided about how its cells are read.
    pub decisions: Vec<Decision>,
    /// What its cells look like; `None`: they are empty, or not cells of the file.
    pub looks: Option<CellsLookLike>,
    /// Cells among the first records that are filled.
    pub filled: usize,
    /// The first records that were looked at.
    pub looked_at: usize,
    /// Different cells among them.
    pub distinct: usize,
    /// Some of them.
    pub samples: Vec<String>,
}

impl ColumnInspection {
    /// A column that is not looked at.
    pub fn of(origin: ColumnOrigin) -> ColumnInspection {
        ColumnInspection {
            origin,
            means: None,
            confidence: None,
            evidence: Vec::new(),
            decisions: Vec::new(),
            looks: None,
            filled: 0,
            looked_at: 0,
            distinct: 0,
            samples: Vec::new(),
        }
    }

    /// How its cells are read, as far as it was decided; otherwise what they look like.
    pub fn read_as(&self) -> String {
        let decisions: Vec<String> = self.decisions.iter().map(|decision| decision.text(0)).collect();
        match (&self.origin, &self.looks) {
            _ if !decisions.is_empty() => decisions.join("; "),
            (_, Some(looks)) => looks.to_string(),
            (ColumnOrigin::File(..), None) => "empty".to_string(),
            (ColumnOrigin::LookedUp(_) | ColumnOrigin::Expression(_) | ColumnOrigin::Constant(_), None) => String::new(),
        }
    }
}
