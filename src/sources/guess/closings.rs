//! When cases were closed, by their states: a date that the records of some states have, and those of the others have not.

use std::collections::BTreeMap;

use super::profile::Kind;
use super::relations::{instants, is_before};
use super::{Candidate, ColumnEvidence, File, SERVES, content, replace};
use crate::notes::ShownByCells;
use crate::schema::{Column, Table, interactions};
use crate::sources::case_words::{is_closed, is_open};

/// More words than this are no states.
const STATES: usize = 12;
/// So many columns are compared with one another.
const COMPARED: usize = 16;

/// Adds the state of cases, and the date at which they were closed, where no name tells. Orders are paid and delivered, too: a file with
/// amounts or suppliers is left alone.
pub(super) fn fall_back(table: Table, candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let at = |column: &Column, taken: &[Candidate]| taken.iter().find(|t| t.column == column).map(|t| t.header);
    let is_sold = (0..file.headers.len()).any(|at| {
        let words = &file.headers[at].words;
        let is_money = file.profiles[at].are_amounts();
        is_money
            || ["amount", "price", "total", "supplier", "quantity", "invoice", "order"]
                .iter()
                .any(|word| words.contains(*word))
    });
    let Some(opened) = at(&interactions::OCCURRED_AT, taken).filter(|_| table == Table::Interactions && !is_sold) else {
        return;
    };
    let Some((state, is_known)) = state(at(&interactions::STATUS, taken), file) else {
        return;
    };
    if is_known && at(&interactions::STATUS, taken).is_none() {
        let found = Candidate::new(&interactions::STATUS, state, SERVES, ColumnEvidence::AreStatuses);
        taken.retain(|t| t.header != state);
        taken.push(found.clone());
        replace(candidates, vec![found]);
    }
    let has_end = [&interactions::RESOLVED_AT, &interactions::RESOLUTION_MINUTES]
        .iter()
        .any(|column| at(column, taken).is_some());
    let is_free = |at: &usize| !taken.iter().any(|t| t.header == *at);
    let ends: Vec<usize> = (0..file.headers.len())
        .filter(is_free)
        .filter(|&at| file.profiles[at].share(&[Kind::Date]) >= 0.9 && comes_with(at, state, file) && is_after(opened, at, file))
        .collect();
    if let ([end], false) = (&ends[..], has_end) {
        let why = ColumnEvidence::Shown(ShownByCells::ClosedWith(file.headers[state].name.clone()));
        let found = Candidate::new(&interactions::RESOLVED_AT, *end, SERVES, why);
        taken.push(found.clone());
        replace(candidates, vec![found]);
    }
}

/// The column of the states of cases, some of which are open and some closed, and whether all of them are known words; without one, the only
/// column whose words go with a date that some records lack.
fn state(named: Option<usize>, file: &File<'_>) -> Option<(usize, bool)> {
    let may_be = |at: &usize| {
        let profile = &file.profiles[*at];
        let is_words = profile.share(&[Kind::Words, Kind::Code, Kind::Text]) >= 0.9;
        profile.filled >= content::ENOUGH && (2..=STATES).contains(&profile.distinct) && is_words
    };
    let is_known = |at: usize| {
        let cells = || file.columns[at].iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        cells().all(|cell| is_closed(cell) || is_open(cell)) && cells().any(is_closed) && cells().any(is_open)
    };
    if let Some(named) = named.filter(may_be) {
        return Some((named, is_known(named)));
    }
    let columns: Vec<usize> = (0..file.headers.len()).filter(may_be).take(COMPARED).collect();
    let known: Vec<usize> = columns.into_iter().filter(|&at| is_known(at)).collect();
    match known[..] {
        [one] => Some((one, true)),
        _ => None,
    }
}

/// Whether the records of some states have the date and those of the others have not, and there are both.
fn comes_with(date: usize, state: usize, file: &File<'_>) -> bool {
    let mut dated: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (state, date) in file.columns[state].iter().zip(&file.columns[date]) {
        let (with, without) = dated.entry(state.trim()).or_default();
        *(if date.trim().is_empty() { without } else { with }) += 1;
    }
    let is_one = |(with, without): &(usize, usize)| *with == 0 || *without == 0;
    dated.values().all(is_one) && dated.values().any(|count| count.0 > 0) && dated.values().any(|count| count.1 > 0)
}

/// Whether a date is never before the first one.
fn is_after(first: usize, date: usize, file: &File<'_>) -> bool {
    let pairs = instants(&file.columns[first]).into_iter().zip(instants(&file.columns[date]));
    pairs
        .filter_map(|(first, date)| Some((first?, date?)))
        .all(|(first, date)| !is_before(&date, &first))
}
