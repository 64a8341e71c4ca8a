//! The row account: every record of a file is used, rejected, a duplicate or excluded.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of the records of one file: read = used + rejected + duplicate + excluded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordCounts {
    /// The file as it was named.
    pub file: String,
    /// The table it feeds.
    pub kind: String,
    /// Records read.
    pub read: u64,
    /// Records used.
    pub used: u64,
    /// Records that could not be read.
    pub rejected: u64,
    /// Records that are there already.
    pub duplicate: u64,
    /// Records left out by a rule: no stakeholder, cancelled, filtered, after as-of.
    pub excluded: u64,
    /// Records by the code of the reason for not using them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, u64>,
}

impl RecordCounts {
    /// Whether every record is accounted for once.
    pub fn adds_up(&self) -> bool {
        self.read == self.used + self.rejected + self.duplicate + self.excluded
    }
}
