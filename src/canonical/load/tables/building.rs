//! A canonical table under construction: the columns of its files one after the other, and which rows stay.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::canonical::{Data, Rows};
use crate::notes::UnusedReason;
use crate::schema::{Micros, NO_TIME, Table};

/// A table under construction.
pub struct Building {
    pub rows: Rows,
    pub stakeholder: Vec<u32>,
    pub hashes: Vec<u128>,
    /// By row, where there are hashes: a hash of the cells that do not change during the life of a record.
    pub fixed: Vec<u64>,
    /// By row: when the record was last changed; empty where no file says it.
    pub updated: Vec<Micros>,
    pub keep: Vec<bool>,
    /// By source, how many rows have an amount that counts with another row of their order.
    pub counted_elsewhere: BTreeMap<u16, u64>,
    /// By source, how many rows have another amount than the first row of their order, although amounts are those of whole orders.
    pub differing_amounts: BTreeMap<u16, u64>,
    /// Rows that count for no person: their stakeholder is a placeholder.
    pub without_person: Vec<u32>,
}

/// Rows that are dropped after reading, by source and reason.
#[derive(Default)]
pub struct Dropped(Vec<DroppedRows>);

/// Rows of a source that are dropped for one reason.
pub struct DroppedRows {
    pub source: usize,
    pub reason: UnusedReason,
    pub rows: Vec<u32>,
}

impl Dropped {
    fn rows(&mut self, source: usize, reason: &UnusedReason) -> &mut Vec<u32> {
        // Rows come by source, so the one that was added last is the likeliest.
        let known = self.0.iter().rposition(|d| d.source == source && d.reason == *reason);
        let at = known.unwrap_or_else(|| {
            self.0.push(DroppedRows {
                source,
                reason: reason.clone(),
                rows: Vec::new(),
            });
            self.0.len() - 1
        });
        &mut self.0[at].rows
    }

    /// Takes in what others have dropped.
    pub fn absorb(&mut self, other: Dropped) {
        for DroppedRows { source, reason, rows } in other.0 {
            self.rows(source, &reason).extend(rows);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &DroppedRows> {
        self.0.iter()
    }
}

impl Building {
    pub fn new(table: Table) -> Building {
        let rows = Rows {
            table,
            len: 0,
            columns: BTreeMap::new(),
            starts: Vec::new(),
            source: None,
            only_source: 0,
            line: None,
            dates: BTreeSet::new(),
            first_event: Micros::MAX,
        };
        Building {
            rows,
            stakeholder: Vec::new(),
            hashes: Vec::new(),
            fixed: Vec::new(),
            updated: Vec::new(),
            keep: Vec::new(),
            counted_elsewhere: BTreeMap::new(),
            differing_amounts: BTreeMap::new(),
            without_person: Vec::new(),
        }
    }

    pub fn append(&mut self, name: &str, data: Data, before: usize) {
        let column = self.rows.columns.entry(name.to_string()).or_insert_with(|| data.empty_like());
        column.append_null(before - column.len());
        column.append(data);
    }

    pub fn finish_source(&mut self, present: &BTreeSet<String>, before: usize, rows: usize, source: usize) {
        for (name, column) in &mut self.rows.columns {
            if !present.contains(name) {
                column.append_null(rows);
            }
        }
        if before == 0 && self.rows.source.is_none() {
            self.rows.only_source = source as u16;
        } else if self.rows.source.is_none() {
            self.rows.source = Some(vec![self.rows.only_source; before]);
        }
        if let Some(sources) = &mut self.rows.source {
            sources.resize(before + rows, source as u16);
        }
        self.rows.len = before + rows;
        self.keep.resize(before + rows, true);
    }

    pub fn drop_row(&mut self, row: usize, reason: &UnusedReason, dropped: &mut Dropped) {
        if std::mem::replace(&mut self.keep[row], false) {
            dropped.rows(self.rows.source_of(row) as usize, reason).push(row as u32);
        }
    }

    pub fn apply_keep(&mut self) {
        if self.keep.iter().all(|k| *k) {
            return;
        }
        let keep = std::mem::take(&mut self.keep);
        let mut row = 0;
        self.stakeholder.retain(|_| {
            row += 1;
            keep[row - 1]
        });
        self.rows.retain(&keep);
    }

    pub fn finish(mut self) -> Rows {
        let first = self.rows.table.event_columns().filter_map(|column| match self.rows.data(column) {
            Some(Data::Int(v)) => v.par_iter().copied().filter(|t| *t != NO_TIME).min(),
            _ => None,
        });
        self.rows.first_event = first.min().unwrap_or(Micros::MAX);
        self.rows
    }
}
