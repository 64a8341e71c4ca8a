//! Record counts: every record of a file is used, rejected, a duplicate or excluded.

use std::collections::BTreeMap;

use crate::notes::Code;
use crate::schema::Table;

/// What became of the records of one file: read = used + rejected + duplicate + excluded.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordCounts {
    /// The file as it was named.
    pub file: String,
    /// The table that it is loaded into.
    pub kind: Table,
    /// Records read.
    pub read: u64,
    /// Records used.
    pub used: u64,
    /// Records that could not be read.
    pub rejected: u64,
    /// Records that were read already.
    pub duplicate: u64,
    /// Records excluded by a rule: no stakeholder, cancelled, filtered, after the as-of date.
    pub excluded: u64,
    /// Used records whose stakeholder is a placeholder or unknown: they count, but for no person.
    pub without_person: u64,
    /// Records by the code of the reason for not using them.
    pub reasons: BTreeMap<Code, u64>,
    /// Records that a decision about the file changes, by its code: lines that were filled in from the record above, amounts that count with
    /// another line of the order.
    pub decided: BTreeMap<Code, u64>,
}

impl RecordCounts {
    /// Whether every record is counted once.
    pub fn adds_up(&self) -> bool {
        self.read == self.used + self.rejected + self.duplicate + self.excluded
    }
}
