//! What columns say about each other: ids that repeat and ids that do not, a time that is never before another, a product.

use super::content::ENOUGH;
use super::header_words::Header;
use super::profile::{ColumnProfile, Kind, number};
use super::{Candidate, File};
use crate::cell_parsing::{Civil, DateVerdict, DateVote, DecimalVote, parse_iso, parse_ordered};
use crate::schema::{DAY, Micros, Table};

/// The time that comes first, and those that cannot be before it.
fn orders(table: Table) -> (&'static str, &'static [&'static str]) {
    match table {
        Table::Interactions => ("occurred_at", &["responded_at", "resolved_at", "response_due_at", "due_at"]),
        Table::Surveys => ("sent_at", &["responded_at"]),
        Table::Purchases => ("occurred_at", &["promised_at", "delivered_at"]),
        Table::Stakeholders => ("started_at", &["ended_at"]),
        Table::Referrals => ("occurred_at", &["converted_at"]),
        Table::Supplies => ("ordered_at", &["promised_at", "received_at"]),
        Table::Identities => ("", &[]),
    }
}

/// Lets the columns of a file speak for and against each other.
pub(super) fn relate(table: Table, candidates: &mut Vec<Candidate>, file: &File<'_>) {
    ids(table, candidates, file.profiles);
    times(table, candidates, file.columns);
    places(candidates, file);
    if table == Table::Purchases {
        products(candidates, file.profiles, file.columns);
    }
}

/// A state beside a city or a postcode is part of an address.
fn places(candidates: &mut [Candidate], file: &File<'_>) {
    let is_address = |h: &Header| ["city", "postcode", "street", "country"].iter().any(|w| h.words.contains(*w));
    if file.headers.iter().any(is_address) {
        let states = candidates
            .iter_mut()
            .filter(|c| c.column == "status" && file.headers[c.header].words.contains("state"));
        states.for_each(|c| c.lower(0.3, "beside it stand the other parts of an address".to_string()));
    }
}

fn ids(table: Table, candidates: &mut [Candidate], profiles: &[ColumnProfile]) {
    for candidate in candidates {
        let profile = &profiles[candidate.header];
        if profile.filled < ENOUGH {
            continue;
        }
        let (different, filled) = (profile.distinct, profile.filled);
        let roster = table == Table::Stakeholders;
        match candidate.column {
            "stakeholder_id" if roster && profile.is_unique() => candidate.raise(0.15, "each record has its own, as a roster has".into()),
            "stakeholder_id" if roster && 2 * different < filled => {
                candidate.lower(0.7, format!("only {different} different in {filled} records of a roster"));
            }
            "stakeholder_id" if !roster && table != Table::Identities && different < filled => {
                candidate.raise(
                    0.1,
                    format!("{different} different in {filled} records: it repeats, as a stakeholder's id does"),
                );
            }
            "interaction_id" | "response_id" | "line_id" if profile.is_unique() => candidate.raise(0.1, "each record has its own".into()),
            // What counts lines starts anew with each order.
            "interaction_id" | "response_id" if 2 * different < filled => {
                candidate.lower(0.5, format!("only {different} different in {filled} records"));
            }
            _ => {}
        }
    }
}

/// The points in time of a column; none where the order of day and month is open.
fn instants(cells: &[&str]) -> Vec<Option<Civil>> {
    let mut vote = DateVote::new();
    cells.iter().for_each(|c| vote.see(c, 0));
    let DateVerdict::Clear { order, .. } = vote.verdict() else {
        return vec![None; cells.len()];
    };
    let read = |cell: &&str| parse_iso(cell).or_else(|_| parse_ordered(cell, order)).ok();
    cells.iter().map(read).collect()
}

/// Whether one time is before another; by the day where one of them has no time of day.
fn is_before(second: &Civil, first: &Civil) -> bool {
    let micros = |c: &Civil| -> Micros { c.utc().unwrap_or_else(|| c.local_micros()) };
    if second.micros_of_day.is_none() || first.micros_of_day.is_none() {
        micros(second).div_euclid(DAY) < micros(first).div_euclid(DAY)
    } else {
        micros(second) < micros(first)
    }
}

fn times(table: Table, candidates: &mut [Candidate], columns: &[Vec<&str>]) {
    let (first, seconds) = orders(table);
    let best = candidates
        .iter()
        .filter(|c| c.column == first && c.confidence >= super::TAKE)
        .min_by(|a, b| a.rank().cmp(&b.rank()));
    let Some(start) = best.map(|c| c.header) else { return };
    let started = instants(&columns[start]);
    for candidate in candidates.iter_mut().filter(|c| c.header != start && seconds.contains(&c.column)) {
        let times = instants(&columns[candidate.header]);
        let pairs: Vec<(&Civil, &Civil)> = started
            .iter()
            .zip(&times)
            .filter_map(|(a, b)| Some((a.as_ref()?, b.as_ref()?)))
            .collect();
        let early = pairs.iter().filter(|(a, b)| is_before(b, a)).count();
        // A few records are wrong in any export; a column that is wrong in a third of them is another thing.
        if pairs.len() >= 5 && early * 50 <= pairs.len() {
            candidate.raise(0.15, format!("never before {first}"));
        } else if pairs.len() >= 5 && early * 3 > pairs.len() {
            candidate.lower(0.4, format!("before {first} in {early} of {} records", pairs.len()));
        }
    }
}

fn numbers(cells: &[&str]) -> Vec<Option<f64>> {
    let mut vote = DecimalVote::new();
    cells.iter().for_each(|c| vote.see(c, 0));
    cells.iter().map(|c| number(c, vote.verdict(b';').mark())).collect()
}

/// Quantity times unit price is the amount: where that holds in nine of ten records, all three are told.
fn products(candidates: &mut Vec<Candidate>, profiles: &[ColumnProfile], columns: &[Vec<&str>]) {
    let numeric = |i: usize| profiles[i].share(&[Kind::Integer, Kind::Decimal, Kind::Money]) >= 0.9;
    let best = candidates
        .iter()
        .filter(|c| c.column == "quantity" && c.confidence >= super::TAKE)
        .min_by(|a, b| a.rank().cmp(&b.rank()));
    let Some(many) = best.map(|c| c.header) else { return };
    let quantity = numbers(&columns[many]);
    // With a quantity of one everywhere any two equal columns would do.
    let telling = |q: &Option<f64>| q.is_some_and(|q| q != 1.0 && q != 0.0);
    if quantity.iter().filter(|q| telling(q)).count() < 3 {
        return;
    }
    let others: Vec<(usize, Vec<Option<f64>>)> = (0..columns.len())
        .filter(|&i| i != many && numeric(i))
        .map(|i| (i, numbers(&columns[i])))
        .collect();
    for (unit, prices) in &others {
        for (amount, totals) in others.iter().filter(|(i, _)| i != unit) {
            let mut fits = 0;
            let mut all = 0;
            for ((q, p), a) in quantity.iter().zip(prices).zip(totals) {
                if let (Some(q), Some(p), Some(a)) = (q, p, a) {
                    all += 1;
                    fits += usize::from((q * p - a).abs() <= 0.011 && telling(&Some(*q)) || (*q == 1.0 && (p - a).abs() <= 0.011));
                }
            }
            if all < 5 || fits * 10 < all * 9 {
                continue;
            }
            let said = format!(
                "{} x {} = {} in {fits} of {all} records",
                profiles[many].header, profiles[*unit].header, profiles[*amount].header
            );
            for candidate in candidates
                .iter_mut()
                .filter(|c| c.header == *unit && matches!(c.column, "amount" | "cost"))
            {
                candidate.lower(0.3, said.clone());
            }
            support(candidates, "unit_amount", *unit, &said);
            support(candidates, "amount", *amount, &said);
            return;
        }
    }
}

fn support(candidates: &mut Vec<Candidate>, column: &'static str, header: usize, said: &str) {
    if let Some(known) = candidates.iter_mut().find(|c| c.column == column && c.header == header) {
        known.raise(0.5, said.to_string());
        return;
    }
    let table = Table::Purchases;
    let place = table.columns().iter().position(|c| c.name == column).unwrap_or(0);
    // The arithmetic alone tells; a column of the same numbers by accident in nine of ten records is hardly met.
    candidates.push(Candidate::new(column, place, header, 0.8, said.to_string()));
}
