//! Stakeholders of the roster who are not there any more, by their status, while no date says when they left.

use crate::canonical::load::tables::affected_rows::AffectedRows;
use crate::canonical::load::tables::building::Building;
use crate::canonical::{Data, Dictionary, SourceInfo};
use crate::notes::{CellText, DataIssue, Note};
use crate::schema::{NO_CODE, NO_TIME, Table, stakeholders};
use crate::sources::leavers::has_left;

impl Building {
    /// Marks the rows of a roster whose status says that the stakeholder has left, and that have no end date.
    pub fn mark_leavers(&mut self, texts: &Dictionary, sources: &[SourceInfo]) -> Vec<Note> {
        if self.rows.table != Table::Stakeholders {
            return Vec::new();
        }
        let statuses = self.rows.codes(&stakeholders::STATUS);
        let mut is_left = vec![false; texts.len()];
        if statuses.exists() {
            texts.matching(&has_left).into_iter().for_each(|code| is_left[code as usize] = true);
        }
        let ends = self.rows.times(&stakeholders::ENDED_AT);
        let (active, gone) = (self.rows.flags(&stakeholders::IS_ACTIVE), self.rows.flags(&stakeholders::HAS_LEFT));
        let says = |row: usize| statuses.at(row) != NO_CODE && is_left[statuses.at(row) as usize];
        let has_left = |row: usize| (says(row) || active.at(row) == 0 || gone.at(row) == 1) && ends.at(row) == NO_TIME;
        let (mut affected, mut example, mut left) = (AffectedRows::default(), None, vec![0; self.rows.len]);
        for row in (0..self.rows.len).filter(|&row| has_left(row)) {
            left[row] = 1;
            affected.add(&self.rows, row);
            example = example.into_iter().chain(says(row).then(|| statuses.at(row))).min();
        }
        if !left.contains(&1) {
            return Vec::new();
        }
        let example = example.and_then(|code| texts.text(code)).map(CellText::of);
        let notes = affected.notes(DataIssue::LeftWithoutDate { example }, sources).collect();
        let name = stakeholders::LEFT_WITHOUT_DATE.name.to_string();
        self.rows.columns.insert(name, Data::Flag(left));
        notes
    }
}
