//! The rows that a note about records is about, and the notes that come of them.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::canonical::{Rows, SourceInfo};
use crate::diagnostics::Place;
use crate::notes::{DataIssue, Note};

/// Rows that a note is about: how many of each source, and the first line if lines are kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct AffectedRows(BTreeMap<u16, (u64, Option<u32>)>);

impl AffectedRows {
    /// The rows for which something holds, looked at in parallel.
    pub fn scan(rows: &Rows, is_affected: impl Fn(usize) -> bool + Sync) -> AffectedRows {
        (0..rows.len)
            .into_par_iter()
            .with_min_len(1 << 16)
            .filter(|&row| is_affected(row))
            .fold(AffectedRows::default, |mut found, row| {
                found.add(rows, row);
                found
            })
            .reduce(AffectedRows::default, |mut all, other| {
                for (source, (count, line)) in other.0 {
                    all.add_many(source, count, line);
                }
                all
            })
    }

    /// Adds a row.
    pub fn add(&mut self, rows: &Rows, row: usize) {
        self.add_many(rows.source_of(row), 1, rows.line.as_ref().map(|lines| lines[row]));
    }

    fn add_many(&mut self, source: u16, count: u64, line: Option<u32>) {
        let (sum, first) = self.0.entry(source).or_default();
        *sum += count;
        *first = match (*first, line) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// A note for each source.
    pub fn notes(self, kind: DataIssue, sources: &[SourceInfo]) -> impl Iterator<Item = Note> + '_ {
        self.0.into_iter().map(move |(source, (count, line))| {
            let file = &sources[source as usize].file;
            let place = line.map_or_else(|| Place::file(file), |line| Place::line(file, line.into()));
            Note::new(kind.clone()).count(count).at(place)
        })
    }
}
