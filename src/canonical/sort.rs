//! Sorting a table by stakeholder, and the rows of each by time and all else that is in them.

use std::cmp::Ordering;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::rows::{Data, Rows, Spare};

impl Rows {
    /// Sorts the rows by stakeholder, then by the first present event column, then by all other columns, so that the order is
    /// a matter of the rows' contents alone, and of their lines where these are kept. `stakeholder` gives the code of each row; `count`
    /// is the number of stakeholders.
    ///
    /// A table of millions of rows is first put into clusters of neighbouring stakeholders, in one pass along each column; what has
    /// to be looked up here and there to sort a cluster then lies in the processor's caches: two thirds of the time that sorting two
    /// tables of ten million rows at once takes.
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
        let first = self.table.event_columns().find_map(|column| match self.data(column) {
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

impl Data {
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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::schema::purchases::OCCURRED_AT;
    use crate::schema::{NO_CODE, Table};

    /// A table of so many rows whose values hardly differ, so that all columns have a say in the order.
    fn table(len: usize, stakeholders: u64) -> (Rows, Vec<u32>) {
        let mut state = 1u64;
        let mut below = |bound: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % bound
        };
        let mut column = |bound: u64| -> Vec<u64> { (0..len).map(|_| below(bound)).collect() };
        let stakeholder = column(stakeholders + 1);
        let codes = |values: Vec<u64>, none: u64| values.into_iter().map(|v| if v == none { NO_CODE } else { v as u32 }).collect();
        let columns = BTreeMap::from([
            (
                "occurred_at".to_string(),
                Data::Int(column(3).into_iter().map(|v| v as i64).collect()),
            ),
            (
                "quantity".to_string(),
                Data::Float(column(2).into_iter().map(|v| v as f64).collect()),
            ),
            ("currency".to_string(), Data::Code(codes(column(2), 1))),
            ("order_id".to_string(), Data::Key(column(2))),
            ("flag".to_string(), Data::Flag(column(3).into_iter().map(|v| v as u8).collect())),
        ]);
        let rows = Rows {
            table: Table::Purchases,
            len,
            columns,
            starts: Vec::new(),
            source: Some(column(2).into_iter().map(|v| v as u16).collect()),
            only_source: 0,
            line: Some((0..len as u32).rev().collect()),
            dates: BTreeSet::new(),
            first_event: 0,
        };
        (rows, codes(stakeholder, stakeholders))
    }

    /// All that is in a row, in the order in which rows are compared.
    fn contents(rows: &Rows, row: usize, stakeholder: u32) -> (u32, i64, Vec<u64>, u16, u32) {
        let values = rows.columns.values().map(|data| match data {
            Data::Int(v) => v[row] as u64,
            Data::Float(v) => v[row] as u64,
            Data::Code(v) => u64::from(v[row]),
            Data::Key(v) => v[row],
            Data::Flag(v) => u64::from(v[row]),
        });
        let line = rows.line.as_ref().unwrap()[row];
        (
            stakeholder,
            rows.times(&OCCURRED_AT).at(row),
            values.collect(),
            rows.source_of(row),
            line,
        )
    }

    #[test]
    fn tables_small_and_large_are_sorted_by_stakeholder_time_and_all_else() {
        // Few rows are sorted at once, many in clusters of stakeholders, of which there may be few, or one with nearly all.
        for (len, stakeholders) in [(0, 3), (500, 40), (100_000, 3), (100_000, 1), (100_000, 5_000), (70_000, 200_000)] {
            let (mut rows, stakeholder) = table(len, stakeholders);
            let mut wanted: Vec<_> = (0..len).map(|row| contents(&rows, row, stakeholder[row])).collect();
            wanted.sort();
            rows.sort_by_stakeholder(&stakeholder, stakeholders as usize);
            let mut found = Vec::new();
            for s in 0..=stakeholders as u32 {
                let code = if u64::from(s) == stakeholders { NO_CODE } else { s };
                found.extend(rows.run(s).map(|row| contents(&rows, row, code)));
            }
            assert!(found == wanted, "{len} rows of {stakeholders}");
        }
    }
}
