//! Lists of those who came and left, by their cells: each record has a number of its own, a first date, and, if they left, one months later.

use super::content;
use super::profile::Kind;
use super::relations::{instants, is_before};
use super::{Candidate, ColumnEvidence, File, SERVES, TAKE, replace, shape};
use crate::notes::ShownByCells;
use crate::schema::{Column, DAY, stakeholders};

/// So many days after the first date is the other one at least for half of the records: what is delivered or paid comes sooner.
const MONTHS: i64 = 180;
/// So many have to have left.
const FEW: usize = 3;

/// Adds the number, the first and the last date of such a list where no name says which they are.
pub(super) fn fall_back(candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let Some(spells) = find(file) else { return };
    let wanted = [
        (&stakeholders::STAKEHOLDER_ID, spells.number, ColumnEvidence::UniqueOnRoster),
        (&stakeholders::STARTED_AT, spells.came, ColumnEvidence::Shown(ShownByCells::Came)),
        (&stakeholders::ENDED_AT, spells.left, ColumnEvidence::Shown(ShownByCells::Left)),
    ];
    // Where one of them is known to be something else, it is another list.
    let is_other = |column: &Column, at: usize| {
        taken
            .iter()
            .any(|t| (t.header == at) != (t.column == column) && t.confidence > SERVES)
    };
    if wanted.iter().any(|(column, at, _)| is_other(column, *at)) {
        return;
    }
    for (column, at, why) in wanted {
        if taken.iter().any(|t| t.column == column && t.confidence >= TAKE) {
            continue;
        }
        taken.retain(|t| t.header != at);
        let found = Candidate::new(column, at, SERVES, why);
        taken.push(found.clone());
        replace(candidates, vec![found]);
    }
}

/// The columns of a list, by their places.
struct Spells {
    number: usize,
    came: usize,
    left: usize,
}

fn find(file: &File<'_>) -> Option<Spells> {
    let all = || 0..file.headers.len();
    let is_date = |at: &usize| file.profiles[*at].share(&[Kind::Date]) >= 0.9 && !file.births[*at] && !shape::is_of_somebody(*at, file);
    let dates: Vec<usize> = all().filter(is_date).collect();
    let is_code = |at: &usize| {
        let profile = &file.profiles[*at];
        let is_number = file.headers[*at].words.contains("id") && profile.share(&[Kind::Integer]) >= 0.9;
        is_number || profile.share(&[Kind::Code, Kind::Uuid]) >= 0.9
    };
    let is_unique = |at: &usize| {
        let profile = &file.profiles[*at];
        profile.filled >= content::ENOUGH && profile.filled == profile.rows && profile.is_unique()
    };
    let numbers: Vec<usize> = all().filter(|at| is_code(at) && is_unique(at)).collect();
    // Records that refer to others are not those others.
    let refers = |at: usize| is_code(&at) && !is_unique(&at) && file.profiles[at].distinct > 10;
    let (&[number], &[one, other]) = (&numbers[..], &dates[..]) else {
        return None;
    };
    let is_full = |at: usize| file.profiles[at].filled == file.profiles[at].rows;
    let (came, left) = match (is_full(one), is_full(other)) {
        (true, false) => (one, other),
        (false, true) => (other, one),
        (true, true) | (false, false) => return None,
    };
    if all().any(refers) {
        return None;
    }
    let (first, last) = (instants(&file.columns[came]), instants(&file.columns[left]));
    let pairs = first
        .iter()
        .zip(&last)
        .filter_map(|(first, last)| Some((first.as_ref()?, last.as_ref()?)));
    let mut days = Vec::new();
    for (first, last) in pairs {
        if is_before(last, first) {
            return None;
        }
        days.push((last.local_micros() - first.local_micros()).div_euclid(DAY));
    }
    days.sort_unstable();
    (days.len() >= FEW && days[days.len() / 2] >= MONTHS).then_some(Spells { number, came, left })
}
