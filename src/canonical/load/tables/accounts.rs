//! The record counts of each file, and the records that do not count, with their texts.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::building::{Building, Dropped, DroppedRows};
use crate::canonical::SourceInfo;
use crate::canonical::load::RawFile;
use crate::canonical::load::file::reading::Rowset;
use crate::canonical::load::record_counts::Reject;
use crate::notes::{Code, Decision, Note, UnusedStatus, Withheld};
use crate::record_counts::RecordCounts;
use crate::schema::Table;

/// The record counts of a file as it was read.
pub(super) fn open_account(info: &SourceInfo, read: u64, rowset: &Rowset, decisions: &[Decision]) -> RecordCounts {
    let of = |fate| rowset.counts.iter().filter(|((f, _), _)| *f == fate).map(|(_, n)| n).sum::<u64>();
    RecordCounts {
        file: info.file.clone(),
        kind: info.table,
        read,
        used: rowset.rows as u64,
        rejected: of(UnusedStatus::Rejected),
        duplicate: 0,
        excluded: of(UnusedStatus::Excluded),
        without_person: 0,
        reasons: rowset.counts.iter().map(|((_, code), n)| (*code, *n)).collect(),
        decided: decisions
            .iter()
            .find_map(filled_from_above)
            .map(|code| (code, rowset.filled))
            .into_iter()
            .collect(),
    }
}

/// The code of the decision that lines belong to the record above.
fn filled_from_above(decision: &Decision) -> Option<Code> {
    matches!(decision, Decision::FilledFromAbove { .. }).then(|| decision.description().code)
}

/// The code of the decision that amounts are those of orders.
pub(super) fn amount_of_order(decision: &Decision) -> Option<Code> {
    matches!(decision, Decision::AmountOfOrder { .. }).then(|| decision.description().code)
}

/// Sets the account right for what was dropped after reading.
pub(super) fn settle(account: &mut [RecordCounts], dropped: &Dropped) {
    for DroppedRows { source, reason, rows } in dropped.iter() {
        let file = &mut account[*source];
        let count = rows.len() as u64;
        file.used -= count;
        match reason.status() {
            UnusedStatus::Rejected => file.rejected += count,
            UnusedStatus::Duplicate => file.duplicate += count,
            UnusedStatus::Excluded => file.excluded += count,
        }
        *file.reasons.entry(reason.code()).or_default() += count;
    }
}

/// Counts the used records that count for no person.
pub(super) fn count_without_person(account: &mut [RecordCounts], tables: &BTreeMap<Table, Building>) {
    for building in tables.values() {
        for row in building.without_person.iter().filter(|row| building.keep[**row as usize]) {
            account[building.rows.source_of(*row as usize) as usize].without_person += 1;
        }
    }
}

/// Tells of each record that was dropped after reading; its text is read again.
pub(super) fn late_rejects(
    tables: &BTreeMap<Table, Building>,
    sources: &[SourceInfo],
    files: &[RawFile],
    dropped: &Dropped,
) -> Result<Vec<Reject>> {
    let mut rejects = Vec::new();
    for (source, (info, file)) in sources.iter().zip(files).enumerate() {
        let Some(lines) = tables.get(&info.table).and_then(|b| b.rows.line.as_ref()) else {
            continue;
        };
        let of_source = || dropped.iter().filter(|dropped| dropped.source == source);
        let line = |row: &u32| u64::from(lines[*row as usize]);
        let mut wanted: Vec<u64> = of_source().flat_map(|dropped| dropped.rows.iter().map(line)).collect();
        wanted.sort_unstable();
        // Raw text is not even read where it may not be shown.
        let records = match info.redacted {
            true => Default::default(),
            false => file.records(&wanted)?,
        };
        for DroppedRows { reason, rows, .. } in of_source() {
            rejects.extend(rows.iter().map(line).map(|line| {
                let (record, raw) = records.get(line).unwrap_or_default();
                Reject {
                    file: info.file.clone(),
                    line,
                    record,
                    column: String::new(),
                    reason: reason.clone(),
                    raw: raw.to_string(),
                }
            }));
        }
    }
    Ok(rejects)
}

/// Takes out of rejects and notes what tells of the people of private sources, or of anyone if ids become pseudonyms. Ids of one
/// source may be those of another, so no id is shown as soon as one source is private.
pub(super) fn withhold(sources: &[SourceInfo], unused: &mut [Reject], notes: &mut [Note]) {
    let withheld = |source: &&SourceInfo| source.private || source.redacted;
    let files: BTreeSet<&str> = sources.iter().filter(withheld).map(|source| source.file.as_str()).collect();
    if files.is_empty() {
        return;
    }
    for reject in unused.iter_mut().filter(|reject| files.contains(reject.file.as_str())) {
        reject.raw = String::new();
        reject.reason.withhold(Withheld::ALL);
    }
    for note in notes {
        let of_others = note.place.as_ref().is_some_and(|place| !files.contains(place.file.as_str()));
        note.withhold(Withheld {
            ids: true,
            cells: !of_others,
            names: false,
        });
    }
}
