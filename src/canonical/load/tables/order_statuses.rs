//! Orders whose status stands on their first line only, while each line has an amount of its own: the other lines have the status, too. Where
//! amounts are of orders, their lines share the fate of the one that has the amount ([`Building::amounts_once`]).

use rustc_hash::FxHashMap;

use super::affected_rows::AffectedRows;
use super::building::Building;
use crate::canonical::{Data, SourceInfo};
use crate::notes::{DataIssue, Note};
use crate::schema::{NO_CODE, NO_KEY, Table, purchases};
use crate::sources::AmountOn;

/// Fewer orders of several lines show nothing.
const FEWEST: u64 = 3;

/// What the lines of an order say of its status, in the order of the file.
struct Seen {
    status: u32,
    lines: u64,
    is_first_only: bool,
}

impl Building {
    /// Gives the lines of an order that have no status that of its first line, where the orders of several lines of a file all have one on the
    /// first line and on no other. A status on other lines too is one of the line, of which none is known where there is none.
    pub fn give_lines_their_status(&mut self, sources: &[SourceInfo], amount_on: &[AmountOn]) -> Vec<Note> {
        let (numbers, statuses) = (self.rows.keys(&purchases::ORDER_ID), self.rows.codes(&purchases::STATUS));
        if self.rows.table != Table::Purchases || !numbers.exists() || !statuses.exists() {
            return Vec::new();
        }
        let is_line = |row: usize| amount_on[self.rows.source_of(row) as usize] == AmountOn::Line;
        let rows = || (0..self.rows.len).filter(|&row| numbers.at(row) != NO_KEY && is_line(row));
        if rows().all(|row| statuses.at(row) != NO_CODE) {
            return Vec::new();
        }
        let mut orders: FxHashMap<(u16, u64), Seen> = FxHashMap::default();
        for row in rows() {
            let status = statuses.at(row);
            let order = orders.entry((self.rows.source_of(row), numbers.at(row))).or_insert(Seen {
                status,
                lines: 0,
                is_first_only: status != NO_CODE,
            });
            order.is_first_only &= order.lines == 0 || status == NO_CODE;
            order.lines += 1;
        }
        // By source, the orders of several lines, and whether all have it on the first line only.
        let mut shown: FxHashMap<u16, (u64, bool)> = FxHashMap::default();
        for ((source, _), order) in orders.iter().filter(|(_, order)| order.lines > 1) {
            let (count, is_first_only) = shown.entry(*source).or_insert((0, true));
            *count += 1;
            *is_first_only &= order.is_first_only;
        }
        let is_shown = |source: u16| {
            shown
                .get(&source)
                .is_some_and(|(count, is_first_only)| *count >= FEWEST && *is_first_only)
        };
        let mut found = AffectedRows::default();
        let mut given = Vec::new();
        for row in rows().filter(|&row| statuses.at(row) == NO_CODE) {
            let source = self.rows.source_of(row);
            if let Some(order) = orders.get(&(source, numbers.at(row)))
                && is_shown(source)
                && order.is_first_only
            {
                found.add(&self.rows, row);
                given.push((row, order.status));
            }
        }
        if let Some(Data::Code(statuses)) = self.rows.data_mut(&purchases::STATUS) {
            given.into_iter().for_each(|(row, status)| statuses[row] = status);
        }
        found.notes(DataIssue::StatusOfOrder, sources).collect()
    }
}
