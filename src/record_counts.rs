//! Record counts: every record of a file is used, rejected, a duplicate or excluded.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::notes::Code;
use crate::schema::Table;

/// What became of the records of one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordCounts {
    /// The file as it was named.
    pub file: String,
    /// The table that it is loaded into.
    #[serde(serialize_with = "name")]
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
    /// Records by the code of the reason for not using them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<Code, u64>,
}

fn name<S: Serializer>(table: &Table, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(table.name())
}

impl RecordCounts {
    /// Whether every record is counted once.
    pub fn adds_up(&self) -> bool {
        self.read == self.used + self.rejected + self.duplicate + self.excluded
    }
}
