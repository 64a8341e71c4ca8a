//! Columns while they are filled, and what is remarkable about their cells on the way.

use std::collections::BTreeMap;

use crate::canonical::load::dates::precision::TimeCounts;
use crate::canonical::{Data, Texts};
use crate::cell_parsing::Currency;
use crate::notes::{CellNote, CellText, Expected};
use crate::schema::{ColumnType, NO_CODE, NO_INT, NO_KEY};

/// A column being filled by one thread.
#[derive(Debug)]
pub struct Filling {
    /// The values so far.
    pub data: Data,
    /// Codes are of stakeholders, not of texts.
    pub is_stakeholder: bool,
    /// Its cells that were times.
    pub times: TimeCounts,
    /// Closed words by the cells that were met, so that each is looked up once.
    pub words: (Texts, Vec<u32>),
    /// In a column of currencies, what each of these words names.
    pub currencies: Vec<Option<&'static Currency>>,
    /// In a column of types of stakeholders, whether each of these words means another one.
    pub other_words: Vec<bool>,
    /// Cells rounded to 1/10,000.
    pub rounded: u64,
    /// The currency that the cell read last names.
    pub named: Option<&'static Currency>,
    /// Remarkable cells, by what is to be said about them: how many, and the least of them, so that it does not depend on which
    /// thread came first.
    pub notes: BTreeMap<CellNote, (u64, CellText)>,
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
            times: TimeCounts::default(),
            words: (Texts::default(), Vec::new()),
            currencies: Vec::new(),
            other_words: Vec::new(),
            rounded: 0,
            named: None,
            notes: BTreeMap::new(),
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

impl Filling {
    /// Counts a cell that is ignored.
    pub fn ignore(&mut self, expected: Expected, cell: &str) {
        self.note(CellNote::Ignored { expected }, cell);
    }

    /// Counts a remarkable cell.
    #[cold]
    pub fn note(&mut self, note: CellNote, cell: &str) {
        self.add_note(note, 1, CellText::of(cell));
    }

    fn add_note(&mut self, note: CellNote, times: u64, cell: CellText) {
        match self.notes.get_mut(&note) {
            Some((count, example)) => {
                *count += times;
                if cell < *example {
                    *example = cell;
                }
            }
            None => {
                self.notes.insert(note, (times, cell));
            }
        }
    }

    /// Adds what another thread has noted in the same column.
    pub fn add_notes(&mut self, other: BTreeMap<CellNote, (u64, CellText)>) {
        for (note, (times, example)) in other {
            self.add_note(note, times, example);
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

    /// Puts a value in the place of the one that was appended last.
    pub fn replace_last(&mut self, read: Read) {
        self.take_back();
        self.push(read);
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
