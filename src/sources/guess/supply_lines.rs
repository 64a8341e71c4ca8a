//! Lines that were ordered from suppliers, by what their cells say about each other: what was received is no more than what was ordered,
//! and what was ordered comes before what was promised and what was received, which lie on both sides of each other.

use super::profile::{ColumnProfile, Kind};
use super::relations::{instants, is_before, numbers};
use super::{Candidate, ColumnEvidence, File, MAYBE, SERVES, content, meanings, replace, shape};
use crate::cell_parsing::Civil;
use crate::notes::ShownByCells;
use crate::schema::{Column, Table, supplies};

/// So many columns of numbers or dates are compared with one another.
const COMPARED: usize = 12;

/// The only two quantities of which the second is as much as the first or less: what was ordered, and what was received.
fn quantities(file: &File<'_>) -> Option<(usize, usize)> {
    let is_quantity = |at: &usize| {
        let (profile, words) = (&file.profiles[*at], &file.headers[*at].words);
        let is_money = ["price", "amount", "total", "cost", "id", "line"]
            .iter()
            .any(|word| words.contains(*word));
        let is_many = profile.filled >= content::ENOUGH && profile.distinct > 5;
        is_many && !is_money && profile.share(&[Kind::Integer, Kind::Decimal]) >= 0.95
    };
    let columns: Vec<(usize, Vec<Option<f64>>)> = (0..file.headers.len())
        .filter(is_quantity)
        .take(COMPARED)
        .map(|at| (at, numbers(&file.columns[at])))
        .collect();
    let mut pairs = Vec::new();
    for (ordered, these) in &columns {
        for (received, others) in columns.iter().filter(|(at, _)| at != ordered) {
            let known: Vec<(f64, f64)> = these.iter().zip(others).filter_map(|(a, b)| Some(((*a)?, (*b)?))).collect();
            let (same, less) = (
                known.iter().filter(|(a, b)| a == b).count(),
                known.iter().filter(|(a, b)| b < a).count(),
            );
            if known.len() >= content::ENOUGH && less > 0 && 2 * same >= known.len() && 20 * (same + less) >= 19 * known.len() {
                pairs.push((*ordered, *received));
            }
        }
    }
    match pairs[..] {
        [pair] => Some(pair),
        _ => None,
    }
}

/// Lets a quantity that was ordered and one that was received speak for each other.
pub(super) fn relate(table: Table, candidates: &mut Vec<Candidate>, file: &File<'_>) {
    if table != Table::Supplies {
        return;
    }
    let Some((ordered, received)) = quantities(file) else { return };
    let [first, second] = [ordered, received].map(|at| file.headers[at].name.clone());
    for (column, at) in [(&supplies::QUANTITY, ordered), (&supplies::QUANTITY_RECEIVED, received)] {
        let why = ColumnEvidence::PartlyReceived(first.clone(), second.clone());
        let is_named = file.headers[at].words.contains("quantity");
        // It numbers nothing, whatever else its name says.
        for other in candidates
            .iter_mut()
            .filter(|c| c.header == at && c.column != column && !c.is_exact)
        {
            other.lower(0.5, why.clone());
        }
        match candidates.iter_mut().find(|c| c.column == column && c.header == at) {
            Some(known) => known.raise(0.6, why),
            None => candidates.push(Candidate::new(column, at, if is_named { 0.8 } else { MAYBE }, why)),
        }
    }
}

/// What each of the dates is that no name tells, where only one way of dealing them out has them in the order of such lines.
pub(super) fn fall_back(table: Table, candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let has = |column: &Column, taken: &[Candidate]| taken.iter().any(|t| t.column == column);
    if table != Table::Supplies || !has(&supplies::STAKEHOLDER_ID, taken) {
        return;
    }
    payments(candidates, taken, file);
    dates(candidates, taken, file);
    // Where it is known from whom and when something came, the quantities are of what was ordered and of what came.
    let wanted = [&supplies::QUANTITY, &supplies::QUANTITY_RECEIVED];
    if !has(&supplies::RECEIVED_AT, taken) || wanted.iter().all(|column| has(column, taken)) {
        return;
    }
    let Some((ordered, received)) = quantities(file) else { return };
    let is_elses = |at: usize, column: &Column| taken.iter().any(|t| (t.header == at) != (t.column == column));
    if is_elses(ordered, wanted[0]) && has(wanted[0], taken) || is_elses(received, wanted[1]) && has(wanted[1], taken) {
        return;
    }
    let [first, second] = [ordered, received].map(|at| file.headers[at].name.clone());
    for (column, at) in wanted.into_iter().zip([ordered, received]) {
        if has(column, taken) || taken.iter().any(|t| t.header == at) {
            continue;
        }
        let shown = ShownByCells::OrderedAndReceived(first.clone(), second.clone());
        let found = Candidate::new(column, at, SERVES, ColumnEvidence::Shown(shown));
        taken.push(found.clone());
        replace(candidates, vec![found]);
    }
}

/// The only date of a list of what was paid to suppliers, which says nothing of orders and deliveries: it is when the money was spent.
fn payments(candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let has = |column: &Column| taken.iter().any(|t| t.column == column);
    let has_date = [&supplies::ORDERED_AT, &supplies::PROMISED_AT, &supplies::RECEIVED_AT]
        .into_iter()
        .any(has);
    if has_date || !has(&supplies::AMOUNT) {
        return;
    }
    let is_date =
        |at: &usize| file.profiles[*at].share(&[Kind::Date]) >= 0.9 && file.profiles[*at].filled >= content::ENOUGH && !file.births[*at];
    let dates: Vec<usize> = (0..file.headers.len()).filter(is_date).collect();
    let [only] = dates[..] else { return };
    let found = Candidate::new(&supplies::ORDERED_AT, only, SERVES, ColumnEvidence::OnlyDates);
    taken.retain(|t| t.header != only);
    taken.push(found.clone());
    replace(candidates, vec![found]);
}

/// The dates of [`fall_back`].
fn dates(candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let roles = [&supplies::ORDERED_AT, &supplies::PROMISED_AT, &supplies::RECEIVED_AT];
    // Invoices are issued, due and paid in the same order: something has to speak of suppliers or of goods.
    if meanings::hints(Table::Supplies, file.headers).is_empty() && quantities(file).is_none() {
        return;
    }
    let is_date = |at: &usize| file.profiles[*at].share(&[Kind::Date]) >= 0.9 && file.profiles[*at].filled >= content::ENOUGH;
    let is_free = |at: &usize| !taken.iter().any(|t| t.header == *at) && !file.births[*at] && !shape::is_of_somebody(*at, file);
    // When a line was entered or changed, invoiced or paid, is none of them.
    let is_elses = |at: &usize| {
        let words = &file.headers[*at].words;
        ["changed", "updated", "invoice", "paid", "payment", "birth", "modified"]
            .iter()
            .any(|word| words.contains(*word))
    };
    let free: Vec<usize> = (0..file.headers.len())
        .filter(is_date)
        .filter(is_free)
        .filter(|at| !is_elses(at))
        .take(COMPARED)
        .collect();
    let known: [Option<usize>; 3] = roles.map(|role| taken.iter().find(|t| t.column == role).map(|t| t.header));
    let open: Vec<usize> = (0..3).filter(|&role| known[role].is_none()).collect();
    if free.is_empty() || free.len() > open.len() || known.iter().flatten().count() + free.len() < 2 {
        return;
    }
    let mut ways = Vec::new();
    deal(&free, &open, known, &mut |dealt| {
        if is_in_order(dealt, file) {
            ways.push(*dealt);
        }
    });
    let [way] = ways[..] else { return };
    for (role, at) in roles
        .into_iter()
        .zip(way)
        .filter(|(role, _)| !taken.iter().any(|t| t.column == *role))
        .collect::<Vec<_>>()
    {
        let Some(at) = at else { continue };
        let found = Candidate::new(role, at, SERVES, ColumnEvidence::Shown(ShownByCells::PlaceAmongDates));
        taken.push(found.clone());
        replace(candidates, vec![found]);
    }
}

/// Tries all ways of giving each free column one of the open roles.
fn deal(free: &[usize], open: &[usize], dealt: [Option<usize>; 3], each: &mut impl FnMut(&[Option<usize>; 3])) {
    let Some((&column, rest)) = free.split_first() else {
        each(&dealt);
        return;
    };
    for &role in open.iter().filter(|&&role| dealt[role].is_none()) {
        let mut next = dealt;
        next[role] = Some(column);
        deal(rest, open, next, each);
    }
}

/// Whether dates in these roles are in the order of lines that were ordered, promised and received: nothing is before the order, what is not
/// received yet has no date, and what was received came before the promised day in some records and after it in others.
fn is_in_order(dealt: &[Option<usize>; 3], file: &File<'_>) -> bool {
    let is_full = |profile: &ColumnProfile| profile.filled == profile.rows;
    let [ordered, promised, received] = *dealt;
    let pairs = |first: Option<usize>, other: Option<usize>| -> Option<Vec<(Civil, Civil)>> {
        let (first, other) = (instants(&file.columns[first?]), instants(&file.columns[other?]));
        Some(first.into_iter().zip(other).filter_map(|(a, b)| Some((a?, b?))).collect())
    };
    let follows =
        |other: Option<usize>| pairs(ordered, other).is_none_or(|pairs| pairs.iter().all(|(first, other)| !is_before(other, first)));
    let on_both_sides = pairs(promised, received).is_none_or(|pairs| {
        let early = pairs.iter().filter(|(due, came)| is_before(came, due)).count();
        let late = pairs.iter().filter(|(due, came)| is_before(due, came)).count();
        early > 0 && late > 0
    });
    // What was not received has no date, and all else has one. Without gaps, nothing shows which is which.
    let has_gaps = received.is_none_or(|at| !is_full(&file.profiles[at]));
    let others_full = [ordered, promised].into_iter().flatten().all(|at| is_full(&file.profiles[at]));
    follows(promised) && follows(received) && on_both_sides && has_gaps && others_full
}
