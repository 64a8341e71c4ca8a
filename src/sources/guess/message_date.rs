//! When each message was written, in files that say with each of them when its case was opened, too.

use std::collections::BTreeMap;

use super::profile::Kind;
use super::relations::instants;
use super::{Candidate, ColumnEvidence, File, SERVES, TAKE, meanings, replace};
use crate::notes::ShownByCells;
use crate::schema::{Column, Micros, Table, interactions};

/// A date that all messages of a case share, or that stands with the first of them only, is when the case was opened, whatever it is called. Where
/// one other date differs among the messages of a case and each has it, that is when they were written.
pub(super) fn relate(table: Table, candidates: &mut Vec<Candidate>, file: &File<'_>) {
    let named = |column: &Column| {
        candidates
            .iter()
            .filter(|c| c.column == column && c.confidence >= TAKE)
            .min_by_key(|c| c.rank())
    };
    let has_authors = [&interactions::DIRECTION, &interactions::AUTHOR_TYPE]
        .into_iter()
        .any(|column| named(column).is_some());
    let (Some(case), Some(event)) = (named(&interactions::CASE_ID), named(&interactions::OCCURRED_AT)) else {
        return;
    };
    if table != Table::Interactions || !has_authors {
        return;
    }
    let opened = event.header;
    let cases = cases(&file.columns[case.header]);
    let differ = |at: usize| differ(&cases, file, at);
    let is_named_otherwise = |at: usize| {
        candidates
            .iter()
            .any(|c| c.header == at && c.column != &interactions::OCCURRED_AT && c.confidence >= TAKE)
    };
    let is_of_messages = |at: &usize| {
        let is_date = file.profiles[*at].share(&[Kind::Date]) >= 0.9 && file.profiles[*at].filled == file.profiles[*at].rows;
        *at != opened && is_date && !is_named_otherwise(*at) && !meanings::is_other_date(&file.headers[*at]) && differ(*at)
    };
    let found: Vec<usize> = (0..file.headers.len()).filter(is_of_messages).collect();
    let &[written] = &found[..] else { return };
    if differ(opened) {
        return;
    }
    for candidate in candidates.iter_mut().filter(|c| c.column == &interactions::OCCURRED_AT) {
        if candidate.header == opened {
            candidate.is_exact = false;
            candidate.lower(0.5, ColumnEvidence::AfterAnother);
        }
    }
    let why = ColumnEvidence::Shown(ShownByCells::DateOfEachMessage);
    replace(candidates, vec![Candidate::new(&interactions::OCCURRED_AT, written, SERVES, why)]);
}

/// By record, its case; a record that names none belongs to the one above.
fn cases<'a>(cells: &[&'a str]) -> Vec<&'a str> {
    let mut last = "";
    let above = |cell: &&'a str| {
        if !cell.trim().is_empty() {
            last = *cell;
        }
        last
    };
    cells.iter().map(above).collect()
}

/// Whether the times of a column differ within most of the cases with several records.
fn differ(cases: &[&str], file: &File<'_>, at: usize) -> bool {
    let mut of_case: BTreeMap<&str, Vec<Option<Micros>>> = BTreeMap::new();
    for (case, time) in cases.iter().zip(instants(&file.columns[at])) {
        of_case.entry(case).or_default().push(time.map(|civil| civil.local_micros()));
    }
    let (mut all, mut different) = (0, 0);
    for times in of_case.values().filter(|times| times.len() > 1) {
        let mut known = times.iter().flatten();
        let first = known.next();
        all += 1;
        different += usize::from(known.any(|time| Some(time) != first));
    }
    2 * different > all
}

#[cfg(test)]
mod tests {
    use crate::schema::Table;
    use crate::sources::guess::{Stated, understand};

    /// The header of the column that says when each record happened.
    fn event(header: &str, records: &[&str]) -> Option<String> {
        let split = |line: &str| line.split(',').map(str::to_string).collect::<Vec<String>>();
        let (names, rows) = (split(header), records.iter().map(|record| split(record)).collect::<Vec<_>>());
        let stated = Stated {
            table: Some(Table::Interactions),
            ..Stated::default()
        };
        let found = understand("messages.csv", &names, &rows, &stated);
        let guess = found.guesses.iter().find(|guess| guess.column == "occurred_at");
        guess.map(|guess| names[guess.header].clone())
    }

    #[test]
    fn messages_have_times_of_their_own() {
        // When the case was opened stands on the first of its messages, or on each.
        let once = [
            "T1,Ann,2026-10-01 09:00,2026-10-01 09:00,customer",
            ",,,2026-10-01 11:00,agent",
            ",,,2026-10-01 12:00,customer",
        ];
        assert_eq!(
            event("ticket_id,customer,created,message date,author", &once).as_deref(),
            Some("message date")
        );
        let each = [
            "T1,a,2026-10-01 09:00,2026-10-01 09:00,customer",
            "T1,a,2026-10-01 09:00,2026-10-01 11:00,agent",
            "T2,b,2026-10-02 10:00,2026-10-02 10:00,customer",
            "T2,b,2026-10-02 10:00,2026-10-02 13:30,agent",
        ];
        assert_eq!(
            event("ticket_id,customer_id,created_at,message date,author", &each).as_deref(),
            Some("message date")
        );
    }

    #[test]
    fn what_differs_by_itself_stays() {
        let records = [
            "T1,a,2026-10-01 09:00,2026-10-01 19:00,customer",
            "T1,a,2026-10-01 10:00,2026-10-01 20:00,agent",
        ];
        assert_eq!(
            event("ticket_id,customer_id,created_at,seen,author", &records).as_deref(),
            Some("created_at")
        );
        // A change of the case is no message.
        let records = [
            "T1,a,2026-10-01 09:00,2026-10-01 19:00,customer",
            "T1,a,2026-10-01 09:00,2026-10-01 20:00,agent",
        ];
        assert_eq!(
            event("ticket_id,customer_id,created_at,updated_at,author", &records).as_deref(),
            Some("created_at")
        );
    }
}
