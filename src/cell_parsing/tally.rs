//! How many cells, and which of them comes first in the file.

/// A cell to show, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// Its line in the file, 1-based.
    pub line: u64,
    /// Its text, at most 60 characters of it.
    pub cell: String,
}

/// Keeps the example that comes first in the file.
fn keep_first(kept: &mut Option<Example>, cell: &str, line: u64) {
    if kept.as_ref().is_none_or(|e| line < e.line) {
        *kept = Some(Example {
            line,
            cell: cell.trim().chars().take(60).collect(),
        });
    }
}

fn merge_first(kept: &mut Option<Example>, other: Option<&Example>) {
    if let Some(other) = other
        && kept.as_ref().is_none_or(|e| other < e)
    {
        *kept = Some(other.clone());
    }
}

/// How many cells, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub count: u64,
    pub first: Option<Example>,
}

impl Tally {
    pub fn see(&mut self, cell: &str, line: u64) {
        self.count += 1;
        keep_first(&mut self.first, cell, line);
    }

    pub fn merge(&mut self, other: &Tally) {
        self.count += other.count;
        merge_first(&mut self.first, other.first.as_ref());
    }
}
