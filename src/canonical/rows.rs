//! One canonical table in memory: columns of plain numbers, rows sorted by stakeholder, a run of rows for each stakeholder.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::schema::{Column, Micros, NO_CODE, NO_INT, NO_KEY, Table};

/// The values of one column.
#[derive(Debug, Clone)]
pub enum Data {
    /// Times in microseconds, or exact integers (money): [`NO_INT`] is null.
    Int(Vec<i64>),
    /// Numbers; NaN is null.
    Float(Vec<f64>),
    /// Codes of the stakeholder ids or of the texts; [`NO_CODE`] is null.
    Code(Vec<u32>),
    /// Hashed ids; [`NO_KEY`] is null.
    Key(Vec<u64>),
    /// 0 false, 1 true, 2 null.
    Flag(Vec<u8>),
}

impl Data {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Data::Int(v) => v.len(),
            Data::Float(v) => v.len(),
            Data::Code(v) => v.len(),
            Data::Key(v) => v.len(),
            Data::Flag(v) => v.len(),
        }
    }

    /// Puts the values into another order, by way of a spare column: its memory is used again for the next one.
    pub fn reorder(&mut self, order: &[u32], spare: &mut Spare) {
        fn pick<T: Copy>(values: &mut Vec<T>, order: &[u32], spare: &mut Vec<T>) {
            spare.clear();
            spare.extend(order.iter().map(|&i| values[i as usize]));
            std::mem::swap(values, spare);
        }
        match self {
            Data::Int(v) => pick(v, order, &mut spare.ints),
            Data::Float(v) => pick(v, order, &mut spare.floats),
            Data::Code(v) => pick(v, order, &mut spare.codes),
            Data::Key(v) => pick(v, order, &mut spare.keys),
            Data::Flag(v) => pick(v, order, &mut spare.flags),
        }
    }

    /// Appends the values of another column of the same kind.
    pub fn append(&mut self, other: Data) {
        match (self, other) {
            (Data::Int(a), Data::Int(b)) => grow(a, b),
            (Data::Float(a), Data::Float(b)) => grow(a, b),
            (Data::Code(a), Data::Code(b)) => grow(a, b),
            (Data::Key(a), Data::Key(b)) => grow(a, b),
            (Data::Flag(a), Data::Flag(b)) => grow(a, b),
            _ => unreachable!("columns of one name have one kind"),
        }
    }

    /// Appends `n` nulls.
    pub fn append_null(&mut self, n: usize) {
        match self {
            Data::Int(v) => v.resize(v.len() + n, NO_INT),
            Data::Float(v) => v.resize(v.len() + n, f64::NAN),
            Data::Code(v) => v.resize(v.len() + n, NO_CODE),
            Data::Key(v) => v.resize(v.len() + n, NO_KEY),
            Data::Flag(v) => v.resize(v.len() + n, 2),
        }
    }

    /// An empty column of the same kind.
    pub fn empty_like(&self) -> Data {
        match self {
            Data::Int(_) => Data::Int(Vec::new()),
            Data::Float(_) => Data::Float(Vec::new()),
            Data::Code(_) => Data::Code(Vec::new()),
            Data::Key(_) => Data::Key(Vec::new()),
            Data::Flag(_) => Data::Flag(Vec::new()),
        }
    }

    /// Order of two rows by this column alone; any total order that depends on values only.
    pub fn compare(&self, a: usize, b: usize) -> Ordering {
        match self {
            Data::Int(v) => v[a].cmp(&v[b]),
            Data::Float(v) => v[a].total_cmp(&v[b]),
            Data::Code(v) => v[a].cmp(&v[b]),
            Data::Key(v) => v[a].cmp(&v[b]),
            Data::Flag(v) => v[a].cmp(&v[b]),
        }
    }
}

/// Memory that one column leaves for the next.
#[derive(Debug, Default)]
pub struct Spare {
    pub(super) ints: Vec<i64>,
    pub(super) floats: Vec<f64>,
    pub(super) codes: Vec<u32>,
    pub(super) keys: Vec<u64>,
    pub(super) flags: Vec<u8>,
}

fn grow<T>(a: &mut Vec<T>, mut b: Vec<T>) {
    if a.is_empty() { *a = b } else { a.append(&mut b) }
}

/// The values of a column that may be missing from a table: then every value is null.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a, T>(Option<&'a [T]>, T);

impl<T: Copy> Values<'_, T> {
    /// The value in a row.
    #[inline]
    pub fn at(&self, row: usize) -> T {
        match self.0 {
            Some(values) => values[row],
            None => self.1,
        }
    }

    /// Whether the table has the column.
    pub fn exists(&self) -> bool {
        self.0.is_some()
    }
}

/// One canonical table.
#[derive(Debug)]
pub struct Rows {
    /// Which table it is.
    pub table: Table,
    /// Number of rows.
    pub len: usize,
    /// Canonical columns and dimensions by name.
    pub columns: BTreeMap<String, Data>,
    /// Rows of stakeholder `s` are `starts[s]..starts[s + 1]`; the last run holds the rows without one.
    pub starts: Vec<u32>,
    /// The source (index into the run's sources) of each row; `None` where all rows come from source `only_source`.
    pub source: Option<Vec<u16>>,
    /// The source of all rows where [`Rows::source`] is `None`.
    pub only_source: u16,
    /// File line (1-based) of each row, kept only where asked for.
    pub line: Option<Vec<u32>>,
    /// Columns whose times are all midnight: dates.
    pub dates: BTreeSet<String>,
    /// Time of the first event in the table.
    pub first_event: Micros,
}

impl Rows {
    /// The rows of a stakeholder; of the rows without one for the code one past the last stakeholder.
    #[inline]
    pub fn run(&self, stakeholder: u32) -> Range<usize> {
        self.starts[stakeholder as usize] as usize..self.starts[stakeholder as usize + 1] as usize
    }

    /// The values of a canonical column, if the table has them.
    pub fn data(&self, column: &Column) -> Option<&Data> {
        debug_assert_eq!(column.table, self.table, "{} is no column of {}", column.full_name(), self.table);
        self.columns.get(column.name)
    }

    /// The values of a canonical column, if the table has them.
    pub fn data_mut(&mut self, column: &Column) -> Option<&mut Data> {
        self.columns.get_mut(column.name)
    }

    /// A column of times, money or other integers.
    pub fn ints(&self, column: &Column) -> Values<'_, i64> {
        match self.data(column) {
            Some(Data::Int(v)) => Values(Some(v), NO_INT),
            _ => Values(None, NO_INT),
        }
    }

    /// A column of times.
    pub fn times(&self, column: &Column) -> Values<'_, Micros> {
        self.ints(column)
    }

    /// A column of numbers.
    pub fn floats(&self, column: &Column) -> Values<'_, f64> {
        match self.data(column) {
            Some(Data::Float(v)) => Values(Some(v), f64::NAN),
            _ => Values(None, f64::NAN),
        }
    }

    /// A column of text or stakeholder codes.
    pub fn codes(&self, column: &Column) -> Values<'_, u32> {
        self.dimension(column.name)
    }

    /// A column of text or stakeholder codes by its name: a dimension can be one that only the export knows.
    pub fn dimension(&self, name: &str) -> Values<'_, u32> {
        match self.columns.get(name) {
            Some(Data::Code(v)) => Values(Some(v), NO_CODE),
            _ => Values(None, NO_CODE),
        }
    }

    /// A column of hashed ids.
    pub fn keys(&self, column: &Column) -> Values<'_, u64> {
        match self.data(column) {
            Some(Data::Key(v)) => Values(Some(v), NO_KEY),
            _ => Values(None, NO_KEY),
        }
    }

    /// A column of yes and no.
    pub fn flags(&self, column: &Column) -> Values<'_, u8> {
        match self.data(column) {
            Some(Data::Flag(v)) => Values(Some(v), 2),
            _ => Values(None, 2),
        }
    }

    /// The source of a row.
    #[inline]
    pub fn source_of(&self, row: usize) -> u16 {
        match &self.source {
            Some(sources) => sources[row],
            None => self.only_source,
        }
    }

    /// Whether the times of a column are dates.
    pub fn is_date(&self, column: &Column) -> bool {
        self.dates.contains(column.name)
    }

    /// Keeps the rows for which `keep` holds, in order.
    pub fn retain(&mut self, keep: &[bool]) {
        let order: Vec<u32> = (0..self.len as u32).filter(|&i| keep[i as usize]).collect();
        if order.len() == self.len {
            return;
        }
        for start in 0..self.starts.len() {
            // starts are ascending, so counting the kept rows before each is one pass over all
            self.starts[start] = order.partition_point(|&row| row < self.starts[start]) as u32;
        }
        let mut spare = Spare::default();
        self.columns.values_mut().for_each(|data| data.reorder(&order, &mut spare));
        if let Some(sources) = &mut self.source {
            *sources = order.iter().map(|&i| sources[i as usize]).collect();
        }
        if let Some(lines) = &mut self.line {
            *lines = order.iter().map(|&i| lines[i as usize]).collect();
        }
        self.len = order.len();
    }
}
