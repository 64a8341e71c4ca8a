//! One canonical table in memory: columns of plain numbers, rows sorted by stakeholder, a run of rows for each stakeholder.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::schema::{Micros, NO_CODE, NO_INT, NO_KEY, Table};

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

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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

    /// Puts the values into the order of clusters.
    fn cluster(&mut self, clusters: &Clusters, stakeholder: &[u32], spare: &mut Spare) {
        match self {
            Data::Int(v) => clusters.reorder(v, stakeholder, &mut spare.ints),
            Data::Float(v) => clusters.reorder(v, stakeholder, &mut spare.floats),
            Data::Code(v) => clusters.reorder(v, stakeholder, &mut spare.codes),
            Data::Key(v) => clusters.reorder(v, stakeholder, &mut spare.keys),
            Data::Flag(v) => clusters.reorder(v, stakeholder, &mut spare.flags),
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
    ints: Vec<i64>,
    floats: Vec<f64>,
    codes: Vec<u32>,
    keys: Vec<u64>,
    flags: Vec<u8>,
}

fn grow<T>(a: &mut Vec<T>, mut b: Vec<T>) {
    if a.is_empty() { *a = b } else { a.append(&mut b) }
}

/// A column that may be missing from a table: then every value is null.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a, T>(Option<&'a [T]>, T);

impl<T: Copy> Column<'_, T> {
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

    /// A column of times, money or other integers.
    pub fn ints(&self, name: &str) -> Column<'_, i64> {
        match self.columns.get(name) {
            Some(Data::Int(v)) => Column(Some(v), NO_INT),
            _ => Column(None, NO_INT),
        }
    }

    /// A column of times.
    pub fn times(&self, name: &str) -> Column<'_, Micros> {
        self.ints(name)
    }

    /// A column of numbers.
    pub fn floats(&self, name: &str) -> Column<'_, f64> {
        match self.columns.get(name) {
            Some(Data::Float(v)) => Column(Some(v), f64::NAN),
            _ => Column(None, f64::NAN),
        }
    }

    /// A column of text or stakeholder codes.
    pub fn codes(&self, name: &str) -> Column<'_, u32> {
        match self.columns.get(name) {
            Some(Data::Code(v)) => Column(Some(v), NO_CODE),
            _ => Column(None, NO_CODE),
        }
    }

    /// A column of hashed ids.
    pub fn keys(&self, name: &str) -> Column<'_, u64> {
        match self.columns.get(name) {
            Some(Data::Key(v)) => Column(Some(v), NO_KEY),
            _ => Column(None, NO_KEY),
        }
    }

    /// A column of yes and no.
    pub fn flags(&self, name: &str) -> Column<'_, u8> {
        match self.columns.get(name) {
            Some(Data::Flag(v)) => Column(Some(v), 2),
            _ => Column(None, 2),
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
    pub fn is_date(&self, column: &str) -> bool {
        self.dates.contains(column)
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

    /// Sorts the rows by stakeholder, then by the first present event column, then by all other columns, so that the order is
    /// a matter of the rows' contents alone, and of their lines where these are kept. `stakeholder` gives the code of each row; `count`
    /// is the number of stakeholders.
    ///
    /// A table of millions of rows is first put into clusters of neighbouring stakeholders, in one pass along each column; what has
    /// to be looked up here and there to sort a cluster then lies in the processor's caches (a third of the time of sorting at once).
    pub fn sort_by_stakeholder(&mut self, stakeholder: &[u32], count: usize) {
        // Rows without a stakeholder are the last run.
        let run_of = |code: u32| (code as usize).min(count);
        let mut starts = vec![0u32; count + 2];
        for &code in stakeholder {
            starts[run_of(code) + 1] += 1;
        }
        for s in 0..=count {
            starts[s + 1] += starts[s];
        }
        let spares = Mutex::new(Vec::new());
        let mut clustered = Vec::new();
        let clusters = Clusters::new(&starts);
        if clusters.len() > 1 {
            clusters.gather(stakeholder, stakeholder, &mut clustered);
            let columns: Vec<&mut Data> = self.columns.values_mut().collect();
            each(columns, &spares, |data, spare| data.cluster(&clusters, stakeholder, spare));
            if let Some(sources) = &mut self.source {
                clusters.reorder(sources, stakeholder, &mut Vec::new());
            }
            if let Some(lines) = &mut self.line {
                clusters.reorder(lines, stakeholder, &mut Vec::new());
            }
        }
        let stakeholder = if clusters.len() > 1 { &clustered } else { stakeholder };
        let mut next = starts.clone();
        let mut order = vec![0u32; self.len];
        for (row, &code) in stakeholder.iter().enumerate() {
            let slot = &mut next[run_of(code)];
            order[*slot as usize] = row as u32;
            *slot += 1;
        }
        drop((next, clustered));
        let first = self.table.event_columns().iter().find_map(|c| match self.columns.get(*c) {
            Some(Data::Int(v)) => Some(v.as_slice()),
            _ => None,
        });
        let rest: Vec<&Data> = self.columns.values().collect();
        let (sources, lines) = (self.source.as_deref(), self.line.as_deref());
        let compare = |a: u32, b: u32| {
            let (a, b) = (a as usize, b as usize);
            let by_column = rest.iter().map(|d| d.compare(a, b)).find(|o| o.is_ne());
            by_column
                .unwrap_or(Ordering::Equal)
                .then_with(|| sources.map_or(Ordering::Equal, |v| v[a].cmp(&v[b])))
                .then_with(|| lines.map_or(Ordering::Equal, |v| v[a].cmp(&v[b])))
        };
        runs(&mut order, &starts).into_par_iter().for_each(|(some, bounds)| {
            let base = bounds[0];
            let mut timed: Vec<(i64, u32)> = Vec::new();
            for run in bounds.windows(2).filter(|run| run[1] - run[0] > 1) {
                let rows = &mut some[(run[0] - base) as usize..(run[1] - base) as usize];
                timed.clear();
                timed.extend(rows.iter().map(|&row| (first.map_or(0, |times| times[row as usize]), row)));
                timed.sort_unstable_by(|&(at, a), &(bt, b)| at.cmp(&bt).then_with(|| compare(a, b)));
                rows.iter_mut().zip(&timed).for_each(|(row, (_, sorted))| *row = *sorted);
            }
        });
        let columns: Vec<&mut Data> = self.columns.values_mut().collect();
        each(columns, &spares, |data, spare| data.reorder(&order, spare));
        if let Some(sources) = &mut self.source {
            *sources = order.iter().map(|&i| sources[i as usize]).collect();
        }
        if let Some(lines) = &mut self.line {
            *lines = order.iter().map(|&i| lines[i as usize]).collect();
        }
        self.starts = starts;
    }
}

/// Works at a few columns at a time, side by side; what they leave of spare memory is there for the next ones.
fn each(mut columns: Vec<&mut Data>, spares: &Mutex<Vec<Spare>>, work: impl Fn(&mut Data, &mut Spare) + Sync) {
    columns.par_chunks_mut(4).for_each(|few| {
        let left = || spares.lock().unwrap_or_else(PoisonError::into_inner);
        let mut spare = left().pop().unwrap_or_default();
        few.iter_mut().for_each(|data| work(data, &mut spare));
        left().push(spare);
    });
}

/// Runs of neighbouring stakeholders, so many that their rows fit into a processor's cache, and not so many that the ends of all
/// of them do not.
struct Clusters {
    /// The run of a row, without so many low bits, is its cluster.
    shift: u32,
    /// The first row of each cluster.
    firsts: Vec<u32>,
    last_run: u32,
}

impl Clusters {
    /// The clusters of a table whose runs start at these rows.
    fn new(starts: &[u32]) -> Clusters {
        const ROWS: usize = 1 << 14;
        const MOST: usize = 512;
        let last_run = starts.len() - 2;
        let wanted = (starts[last_run + 1] as usize / ROWS).clamp(1, MOST);
        let mut shift = 0;
        while last_run >> shift >= wanted {
            shift += 1;
        }
        Clusters {
            shift,
            firsts: starts[..=last_run].iter().step_by(1 << shift).copied().collect(),
            last_run: last_run as u32,
        }
    }

    fn len(&self) -> usize {
        self.firsts.len()
    }

    /// Puts values into the order of clusters, each as they come. `stakeholder` gives the code of each row.
    fn gather<T: Copy + Default>(&self, values: &[T], stakeholder: &[u32], out: &mut Vec<T>) {
        if out.len() != values.len() {
            *out = vec![T::default(); values.len()];
        }
        let mut next = self.firsts.clone();
        for (&value, &code) in values.iter().zip(stakeholder) {
            let slot = &mut next[(code.min(self.last_run) >> self.shift) as usize];
            out[*slot as usize] = value;
            *slot += 1;
        }
    }

    /// The same in place, by way of a spare column.
    fn reorder<T: Copy + Default>(&self, values: &mut Vec<T>, stakeholder: &[u32], spare: &mut Vec<T>) {
        self.gather(values, stakeholder, spare);
        std::mem::swap(values, spare);
    }
}

/// The order cut into stretches of whole runs, each with the bounds of its runs, to be sorted side by side.
fn runs<'a>(mut order: &'a mut [u32], starts: &'a [u32]) -> Vec<(&'a mut [u32], &'a [u32])> {
    const STRETCH: usize = 4096;
    let mut out = Vec::new();
    let mut first = 0;
    while first + 1 < starts.len() {
        let last = (first + STRETCH).min(starts.len() - 1);
        let (some, rest) = order.split_at_mut((starts[last] - starts[first]) as usize);
        out.push((some, &starts[first..=last]));
        order = rest;
        first = last;
    }
    out
}

/// Whether all the times that are there (99.9 %) are the first instant of a day.
pub fn are_dates(midnights: u64, times: u64) -> bool {
    times > 0 && midnights as f64 >= 0.999 * times as f64
}
