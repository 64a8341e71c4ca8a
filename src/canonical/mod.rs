//! The canonical tables: typed columns, one row for each record that is used, sorted by stakeholder.

use std::collections::{BTreeMap, BTreeSet};

use crate::period::Zone;
use crate::schema::{Column, Micros, NO_CODE, Table, TimesOfDay};

mod dictionary;
#[cfg(test)]
pub mod fixture;
mod inspection;
mod load;
pub mod messages;
mod pseudonym;
mod redact;
pub mod referrers;
mod rows;
mod sort;

pub use dictionary::{Codes, Dictionary, Interner, Texts, key_of};
pub use inspection::{CellsLookLike, ColumnInspection, ColumnOrigin, Inspection, Recognised, Sampled, Sampling, TableEvidence};
pub use load::{
    Budget, ID, Joins, LARGE, Loaded, OTHER, Options, RawRecords, Redact, Reject, StatedJoin, inspect, join, join_problem, load,
};
pub use pseudonym::Key;
pub use redact::Redaction;
pub use rows::{Data, Rows, Values};

/// What one source (a file as one `[[source]]` or recognition reads it) brought in.
#[derive(Debug, Clone)]
pub struct SourceInfo {
    /// The table it feeds.
    pub table: Table,
    /// The file's name as it was given.
    pub file: String,
    /// The canonical columns that it maps.
    pub mapped: BTreeSet<String>,
    /// Its rows are messages of cases, not tickets.
    pub messages: bool,
    /// Answers to its messages are among them; without, it does not show whether a case was answered.
    pub has_answers: bool,
    /// Its rows are tickets: each is a case of its own.
    pub tickets: bool,
    /// Some of its rows are cases or their messages, not contacts alone, such as meetings and commitments.
    pub has_cases: bool,
    /// The signs of its amounts that several currencies share and of which nothing says what they stand for, each with the currencies of the
    /// countries that its records are of.
    pub unknown_currencies: BTreeMap<String, BTreeSet<String>>,
    /// Its amounts are those of whole orders.
    pub amount_of_order: bool,
    /// Slices of its people are always treated as small groups.
    pub private: bool,
    /// Ids of its people are not shown as examples: they become pseudonyms.
    pub redacted: bool,
    /// The columns whose times are dates, and the zone that the file's midnights are of.
    pub dates: BTreeMap<String, Zone>,
    /// The columns in which some cells are dates without a time, and others times.
    pub some_dates: BTreeSet<String>,
    /// Whether it has records, and whether any could be read.
    pub content: Content,
    /// Whether any of its records is used.
    pub is_used: bool,
}

/// What a source has, before any rule leaves records out. Only a source with records that could be read says how many events there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Records of which some could be read.
    Readable,
    /// Records of which none could be read.
    Unreadable,
    /// No records: nothing but a header.
    Nothing,
}

impl SourceInfo {
    /// Whether it maps a canonical column.
    pub fn maps(&self, column: &Column) -> bool {
        self.table == column.table && self.mapped.contains(column.name)
    }

    /// Whether cells of a canonical column are times, not dates alone.
    pub fn has_times(&self, column: &Column) -> bool {
        self.maps(column) && !self.dates.contains_key(column.name)
    }

    /// Whether cells of a canonical column are dates without a time of day.
    pub fn has_dates(&self, column: &Column) -> bool {
        self.table == column.table && (self.dates.contains_key(column.name) || self.some_dates.contains(column.name))
    }

    /// The columns of dates by which something that rests on times of day cannot be known.
    pub fn dates_that_hide(&self, times_of_day: TimesOfDay) -> Vec<&'static Column> {
        let dates = |columns: &[&'static Column]| columns.iter().copied().filter(|column| self.has_dates(column)).collect();
        match times_of_day {
            TimesOfDay::Unneeded => Vec::new(),
            // Where the file gives the duration in addition to dates, the duration is used.
            TimesOfDay::Duration { given: Some(given), .. } if self.maps(given) => Vec::new(),
            TimesOfDay::Duration { from, to: None, .. } => dates(&[from]),
            TimesOfDay::Duration { from, to: Some(to), .. } => dates(&[from, to]),
            TimesOfDay::Deadline { due, from, to, given } => {
                let is_given = self.maps(given) && !self.maps(to);
                match (self.maps(due), is_given) {
                    (false, true) => Vec::new(),
                    (false, false) => dates(&[from, to]),
                    // A deadline of a day ends with it, whatever the time of that day.
                    (true, _) if self.has_dates(due) => Vec::new(),
                    (true, true) => dates(&[from]),
                    (true, false) => dates(&[to]),
                }
            }
        }
    }
}

/// Everything that was read, ready to be turned into facts.
#[derive(Debug)]
pub struct CanonicalTables {
    /// Stakeholder ids; a stakeholder's code is the rank of its id.
    pub stakeholders: Dictionary,
    /// All texts of all tables.
    pub texts: Dictionary,
    /// The tables that there are.
    pub tables: BTreeMap<Table, Rows>,
    /// By stakeholder code: whether the referral log lists the stakeholder as referred ([`referrers::referred`]).
    pub referred: Vec<bool>,
    /// The sources.
    pub sources: Vec<SourceInfo>,
    /// Nothing at or after it is known.
    pub as_of: Micros,
    /// The report's time zone.
    pub zone: Zone,
    /// The report's currency, if it is set.
    pub currency: Option<String>,
    /// The currencies, by their codes among the texts, that may be several: signs such as `kr` that are used in several countries.
    pub unknown_currencies: BTreeSet<u32>,
    /// What is shown in place of texts that are not known to be harmless, if that is asked for.
    pub redaction: Option<Box<Redaction>>,
}

impl CanonicalTables {
    /// Whether money of these currencies, by their codes among the texts, cannot be added: there are several, or one that may be several, or
    /// one that is not the report's.
    pub fn cannot_add(&self, mut currencies: impl Iterator<Item = u32>) -> bool {
        let Some(first) = currencies.next() else { return false };
        let is_other = |report: &String| first != NO_CODE && self.texts.code(report) != Some(first);
        self.unknown_currencies.contains(&first) || self.currency.as_ref().is_some_and(is_other) || currencies.any(|code| code != first)
    }

    /// The table, if any source feeds it.
    pub fn table(&self, table: Table) -> Option<&Rows> {
        self.tables.get(&table)
    }

    /// Whether any source maps the column.
    pub fn is_mapped(&self, column: &Column) -> bool {
        self.sources.iter().any(|source| source.maps(column))
    }

    /// The time of the first event in any table.
    pub fn first_event(&self) -> Micros {
        self.tables.values().map(|rows| rows.first_event).min().unwrap_or(Micros::MAX)
    }

    /// The time of the first record of what happened; without any, that of the first start on a roster.
    pub fn first_record(&self) -> Micros {
        let events = self.tables.iter().filter(|(table, _)| table.holds_events());
        let first = events.map(|(_, rows)| rows.first_event).min().unwrap_or(Micros::MAX);
        if first == Micros::MAX { self.first_event() } else { first }
    }

    /// The code of the rows that have no stakeholder: one past the last.
    pub fn nobody(&self) -> u32 {
        self.stakeholders.len() as u32
    }
}
