//! Columns while they are filled, and what is found about their cells on the way.

use std::collections::BTreeMap;

use crate::canonical::{Data, Texts};
use crate::schema::{ColumnType, NO_CODE, NO_INT, NO_KEY};

/// A column being filled by one thread.
#[derive(Debug)]
pub struct Filling {
    /// The values so far.
    pub data: Data,
    /// Codes are of stakeholders, not of texts.
    pub is_stakeholder: bool,
    /// Cells that were times, and those of them that were midnights.
    pub times: (u64, u64),
    /// Closed words by the cells that were met, so that each is looked up once.
    pub(super) words: (Texts, Vec<u32>),
    /// Cells rounded to 1/10,000.
    pub rounded: u64,
    /// Findings about cells, by their kind; with one example each.
    pub found: BTreeMap<Finding, (u64, String)>,
    /// Cells voided: a word outside the closed list, a score that is none; with one example each.
    pub voided: BTreeMap<String, (u64, String)>,
}

impl Filling {
    /// An empty column of that kind. Room for the rows that are expected is taken at once: it costs nothing before it is used, and a column that has to move while
    /// it grows costs its memory twice.
    pub fn new(kind: ColumnType, expected: usize) -> Filling {
        let data = match kind {
            ColumnType::Stakeholder | ColumnType::Text => Data::Code(Vec::with_capacity(expected)),
            ColumnType::Key => Data::Key(Vec::with_capacity(expected)),
            ColumnType::Time | ColumnType::Money => Data::Int(Vec::with_capacity(expected)),
            ColumnType::Number => Data::Float(Vec::with_capacity(expected)),
            ColumnType::Bool => Data::Flag(Vec::with_capacity(expected)),
        };
        Filling {
            data,
            is_stakeholder: kind == ColumnType::Stakeholder,
            times: (0, 0),
            words: (Texts::default(), Vec::new()),
            rounded: 0,
            found: BTreeMap::new(),
            voided: BTreeMap::new(),
        }
    }
}

/// Something about a cell that is worth saying although it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// The date stands for none.
    ZeroDate,
    /// A spreadsheet's formula failed.
    SheetError,
    /// The time is one that clocks jumped over.
    Gap,
    /// The time is one that clocks showed twice.
    Fold,
    /// Clocks of the zone that the cell names jumped over its time, or showed it twice.
    ClockChange,
    /// The id had invisible characters, odd blanks or a spreadsheet's guard.
    CleanedId,
    /// The id was rounded to a few digits by a spreadsheet.
    RoundedId,
}

impl Finding {
    /// A stable word for machines.
    pub fn code(self) -> &'static str {
        match self {
            Finding::ZeroDate => "zero-date",
            Finding::SheetError => "sheet-error",
            Finding::Gap | Finding::Fold | Finding::ClockChange => "clock-change",
            Finding::CleanedId => "cleaned-ids",
            Finding::RoundedId => "rounded-ids",
        }
    }

    /// What was found, and what was done about it.
    pub fn words(self) -> &'static str {
        match self {
            Finding::ZeroDate => "dates that stand for none are read as nothing",
            Finding::SheetError => "errors of a spreadsheet's formulas are read as nothing",
            Finding::Gap => "times that clocks jumped over are read as if they had not",
            Finding::Fold => "times that clocks showed twice are read as the earlier of the two",
            Finding::ClockChange => {
                "times that clocks of their zone showed twice, or jumped over, are read with the offset before the change"
            }
            Finding::CleanedId => "ids are read without invisible characters and a spreadsheet's guards",
            Finding::RoundedId => "ids were rounded by a spreadsheet: different ones may have become equal; export them as text",
        }
    }
}

/// A value read from a cell, not yet part of a column.
#[derive(Debug, Clone, Copy)]
pub enum Read {
    /// A time or an amount.
    Int(i64),
    /// A number.
    Float(f64),
    /// An interned text or stakeholder.
    Code(u32),
    /// A hashed id.
    Key(u64),
    /// Yes or no.
    Flag(u8),
}

impl Read {
    /// Whether there is nothing.
    pub fn is_null(self) -> bool {
        match self {
            Read::Int(v) => v == NO_INT,
            Read::Float(v) => v.is_nan(),
            Read::Code(v) => v == NO_CODE,
            Read::Key(v) => v == NO_KEY,
            Read::Flag(v) => v == 2,
        }
    }
}

/// Counts a cell, with the least of them as an example, so that it does not depend on who came first.
fn count<K: Ord>(counts: &mut BTreeMap<K, (u64, String)>, what: K, cell: String, times: u64) {
    match counts.get_mut(&what) {
        Some((count, example)) => {
            *count += times;
            if cell < *example {
                *example = cell;
            }
        }
        None => {
            counts.insert(what, (times, cell));
        }
    }
}

impl Filling {
    /// Counts a cell that is void.
    pub(super) fn void(&mut self, what: String, cell: &str) {
        count(&mut self.voided, what, shortened(cell), 1);
    }

    /// Counts a finding about a cell.
    #[cold]
    pub(super) fn find(&mut self, finding: Finding, cell: &str) {
        count(&mut self.found, finding, shortened(cell), 1);
    }

    /// Adds what another thread has found in the same column.
    pub fn add_found(&mut self, other: BTreeMap<Finding, (u64, String)>) {
        for (finding, (times, example)) in other {
            count(&mut self.found, finding, example, times);
        }
    }

    /// The value that was appended last.
    pub fn last(&self) -> Read {
        let missing = "a value was appended";
        match &self.data {
            Data::Int(v) => Read::Int(*v.last().expect(missing)),
            Data::Float(v) => Read::Float(*v.last().expect(missing)),
            Data::Code(v) => Read::Code(*v.last().expect(missing)),
            Data::Key(v) => Read::Key(*v.last().expect(missing)),
            Data::Flag(v) => Read::Flag(*v.last().expect(missing)),
        }
    }

    /// Takes back the value that was appended last.
    pub fn take_back(&mut self) {
        match &mut self.data {
            Data::Int(v) => drop(v.pop()),
            Data::Float(v) => drop(v.pop()),
            Data::Code(v) => drop(v.pop()),
            Data::Key(v) => drop(v.pop()),
            Data::Flag(v) => drop(v.pop()),
        }
    }

    /// Appends a value.
    pub fn push(&mut self, read: Read) {
        match (&mut self.data, read) {
            (Data::Int(v), Read::Int(x)) => v.push(x),
            (Data::Float(v), Read::Float(x)) => v.push(x),
            (Data::Code(v), Read::Code(x)) => v.push(x),
            (Data::Key(v), Read::Key(x)) => v.push(x),
            (Data::Flag(v), Read::Flag(x)) => v.push(x),
            _ => unreachable!("a column is read as one kind"),
        }
    }
}

/// A cell as a message shows it.
pub fn shortened(cell: &str) -> String {
    let cell = cell.trim();
    if cell.chars().count() <= 40 {
        cell.to_string()
    } else {
        format!("{}...", cell.chars().take(40).collect::<String>())
    }
}
