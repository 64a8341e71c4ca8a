//! What tells the records that lack a cell from those that are used: a value of another column, which a condition can leave out.

use std::collections::BTreeSet;

use crate::cell_parsing::is_null;
use crate::ingest;
use crate::notes::{RejectReason, UnusedReason};
use crate::sources::purchase_words::is_cancelled;

/// A column with one value in all records that are rejected, and in no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedValue {
    pub column: String,
    pub value: String,
}

/// Fewer records share a value by chance.
const FEW: usize = 3;

/// The value that all records without a cell share and that no record with it has, by the first records of a file; none where records
/// are rejected for other reasons too.
pub fn shared_by_rejects<'a>(
    unused: impl Iterator<Item = (&'a str, &'a UnusedReason)>,
    names: &[String],
    rows: &[ingest::Row],
) -> Option<SharedValue> {
    let mut lacking = BTreeSet::new();
    for (column, reason) in unused {
        match reason {
            UnusedReason::Rejected(RejectReason::Missing { .. }) => lacking.insert(names.iter().position(|name| *name == column)?),
            UnusedReason::Rejected(_) => return None,
            UnusedReason::Duplicate(_) | UnusedReason::Excluded(_) => continue,
        };
    }
    fn cell(row: &ingest::Row, at: usize) -> &str {
        row.fields.get(at).map_or("", |cell| cell.trim())
    }
    let lacks = |row: &&ingest::Row| lacking.iter().any(|&at| is_null(cell(row, at)));
    // What was cancelled is left out already, whatever it lacks.
    let is_cancelled = |row: &&ingest::Row| row.fields.iter().any(|cell| is_cancelled(cell));
    let (out, used): (Vec<_>, Vec<_>) = rows.iter().partition(lacks);
    let out: Vec<_> = out.into_iter().filter(|row| !is_cancelled(row)).collect();
    if out.len() < FEW || used.is_empty() {
        return None;
    }
    let shared = |at: usize| {
        let value = cell(out[0], at);
        let is_told = !is_null(value) && out.iter().all(|row| cell(row, at) == value) && used.iter().all(|row| cell(row, at) != value);
        is_told.then(|| SharedValue {
            column: names[at].clone(),
            value: value.to_string(),
        })
    };
    (0..names.len()).find_map(shared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::MissingValue;

    fn found(rows: &[[&str; 3]], column: &str) -> Option<(String, String)> {
        let names = ["Id", "State", "Fee"].map(str::to_string);
        let row = |cells: &[&str; 3]| ingest::Row {
            line: 1,
            fields: cells.map(str::to_string).to_vec(),
        };
        let reason = UnusedReason::Rejected(RejectReason::Missing {
            value: MissingValue::Column("amount".to_string()),
        });
        let rows: Vec<ingest::Row> = rows.iter().map(row).collect();
        shared_by_rejects([(column, &reason)].into_iter(), &names, &rows).map(|found| (found.column, found.value))
    }

    #[test]
    fn one_value_of_all_rejects_and_of_no_other() {
        let mut rows = vec![
            ["1", "off", ""],
            ["2", "off", " "],
            ["3", "on", "5"],
            ["4", "off", "n/a"],
            ["5", "new", "6"],
        ];
        assert_eq!(found(&rows, "Fee"), Some(("State".into(), "off".into())));
        assert_eq!(found(&rows, "Id"), None);
        // A record that is used has it too.
        rows.push(["6", "off", "7"]);
        assert_eq!(found(&rows, "Fee"), None);
        // A record that is rejected has another.
        rows.pop();
        rows.push(["6", "on", ""]);
        assert_eq!(found(&rows, "Fee"), None);
        assert_eq!(found(&rows[..2], "Fee"), None);
    }
}
