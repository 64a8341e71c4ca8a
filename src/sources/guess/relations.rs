//! What columns say about each other: ids that repeat and ids that do not, a time that is never before another, a product.

use std::collections::{BTreeMap, BTreeSet};

use super::content::{ENOUGH, REFUTED};
use super::dictionaries::plain;
use super::header_words::Header;
use super::profile::{ColumnProfile, Kind, number};
use super::{Candidate, ColumnEvidence, File, TAKE, bystanders, open_items, quantities, sums};
use crate::cell_parsing::{Civil, DateVerdict, DateVote, DecimalVote, parse_iso, parse_ordered};
use crate::schema::{Column, ColumnType, DAY, Micros, Role, Table, interactions, purchases, stakeholders, supplies};
use crate::sources::deal_stages::{DealStage, deal_stage};
use crate::sources::purchase_words::are_shop_events;

/// So many columns of a file are compared with each other.
pub(super) const COMPARED: usize = 100;

/// Lets the columns of a file speak for and against each other.
pub(super) fn relate(table: Table, candidates: &mut Vec<Candidate>, file: &File<'_>) {
    ids(table, candidates, file);
    bystanders::servants(table, candidates, file);
    bystanders::companies(table, candidates, file);
    bystanders::users(table, candidates, file);
    bystanders::authors(table, candidates, file);
    bystanders::sparse(table, candidates, file);
    bystanders::given_names(candidates, file);
    surveys_of_cases(table, candidates, file);
    states_of_cases(table, candidates, file);
    later_ends(table, candidates, file);
    times(table, candidates, file.columns);
    births(table, candidates, file);
    places(candidates, file);
    if table == Table::Purchases {
        bystanders::numbers_of_people(candidates, file);
        quantities::counts(candidates, file);
        deals(candidates, file);
        shop_events(candidates, file);
        balances(candidates, file);
        quantities::products(candidates, file);
        quantities::values(candidates, file);
        open_items::relate(candidates, file);
        sums::relate(candidates, file);
    }
}

/// A deal is a purchase on the day on which it is closed, not on that on which it was entered.
fn deals(candidates: &mut Vec<Candidate>, file: &File<'_>) {
    let shows_deals = |(cells, profile): (&Vec<&str>, &ColumnProfile)| {
        let stages = || cells.iter().filter_map(|cell| deal_stage(cell));
        stages().any(|stage| matches!(stage, DealStage::Won | DealStage::Lost)) && 3 * stages().count() >= profile.filled
    };
    if !file.columns.iter().zip(file.profiles).any(shows_deals) {
        return;
    }
    let is_other = |words: &BTreeSet<String>| {
        ["expected", "planned", "estimated", "reason"]
            .iter()
            .any(|word| words.contains(*word))
    };
    let is_closing = |at: &usize| {
        let words = &file.headers[*at].words;
        words.contains("closed") && !is_other(words) && file.profiles[*at].share(&[Kind::Date]) >= 0.9
    };
    let Some(closed) = (0..file.headers.len()).find(is_closing) else {
        return;
    };
    for candidate in candidates
        .iter_mut()
        .filter(|c| *c.column == purchases::OCCURRED_AT && c.header != closed)
    {
        candidate.lower(0.5, ColumnEvidence::NotTheClosing);
    }
    candidates.retain(|c| c.header != closed);
    candidates.push(Candidate::new(&purchases::OCCURRED_AT, closed, 0.92, ColumnEvidence::Closing));
}

/// In a log of what visitors do, only some events are purchases.
fn shop_events(candidates: &mut Vec<Candidate>, file: &File<'_>) {
    const KINDS: usize = 25;
    let is_log = |at: &usize| file.profiles[*at].distinct <= KINDS && are_shop_events(file.columns[*at].iter().copied());
    let Some(at) = (0..file.headers.len()).find(is_log) else { return };
    let found = Candidate::new(&purchases::RECORD_TYPE, at, 0.92, ColumnEvidence::BoughtOrLookedAt);
    candidates.retain(|c| c.header != at);
    super::replace(candidates, vec![found]);
}

/// The records of an account, with a balance that runs with their amounts: what the account paid to others is among them, and what was moved.
fn balances(candidates: &mut [Candidate], file: &File<'_>) {
    const ENOUGH_STEPS: usize = 4;
    let is_number = |at: usize| file.profiles[at].share(&[Kind::Decimal, Kind::Money, Kind::Integer]) >= 0.9;
    let columns: Vec<(usize, Vec<Option<f64>>)> = (0..file.headers.len())
        .filter(|&at| is_number(at))
        .take(COMPARED)
        .map(|at| (at, numbers(&file.columns[at])))
        .collect();
    // From one record to the next, in the order of the file or against it.
    let runs = |amounts: &[Option<f64>], balances: &[Option<f64>]| {
        let steps = balances.windows(2).zip(amounts.windows(2));
        let known: Vec<(f64, f64, f64)> = steps
            .filter_map(|(balance, amount)| Some((balance[1]? - balance[0]?, amount[1]?, -amount[0]?)))
            .collect();
        let fits = |of: fn(&(f64, f64, f64)) -> f64| known.iter().filter(|step| (step.0 - of(step)).abs() < 0.006).count();
        known.len() >= ENOUGH_STEPS && 10 * fits(|step| step.1).max(fits(|step| step.2)) >= 9 * known.len()
    };
    let both_signs = |amounts: &[Option<f64>]| {
        let has = |is: fn(f64) -> bool| amounts.iter().flatten().any(|amount| is(*amount));
        has(|amount| amount > 0.0) && has(|amount| amount < 0.0)
    };
    let balance = columns.iter().find_map(|(at, balances)| {
        let mut others = columns.iter().filter(|(other, _)| other != at);
        others
            .find(|(_, amounts)| both_signs(amounts) && runs(amounts, balances))
            .map(|_| *at)
    });
    let name = |at: usize| file.headers[at].name.clone();
    let why = match (balance, sides_of_account(file)) {
        (Some(balance), _) => ColumnEvidence::RunningBalance(name(balance)),
        (None, Some((debit, credit))) => ColumnEvidence::SidesOfAccount(name(debit), name(credit)),
        (None, None) => return,
    };
    for candidate in candidates.iter_mut().filter(|c| *c.column == purchases::AMOUNT) {
        // It is asked, whatever it is called.
        candidate.is_exact = false;
        candidate.lower(0.5, why.clone());
    }
}

/// The columns of the two sides of an account, as books are kept.
pub(super) fn sides_of_account(file: &File<'_>) -> Option<(usize, usize)> {
    const SIDES: [(&str, &str); 9] = [
        ("debit", "credit"),
        ("soll", "haben"),
        ("debe", "haber"),
        ("debito", "credito"),
        ("dare", "avere"),
        ("debet", "credit"),
        ("debet", "kredit"),
        ("winien", "ma"),
        ("debit", "kredit"),
    ];
    let is_money =
        |at: usize| file.profiles[at].filled == 0 || file.profiles[at].share(&[Kind::Decimal, Kind::Money, Kind::Integer]) >= 0.9;
    let has = |at: &usize, side: &str| {
        let name = plain(&file.headers[*at].name, false);
        let mut words = name.split(|c: char| !c.is_alphanumeric());
        words.any(|word| word == side) && is_money(*at)
    };
    let find = |side: &str| (0..file.headers.len()).find(|at| has(at, side));
    SIDES.iter().find_map(|(debit, credit)| Some((find(debit)?, find(credit)?)))
}

/// A date of birth is no event, whatever it is called.
fn births(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    let is_event = |c: &Candidate| c.column.kind == ColumnType::Time && table != Table::Stakeholders && !c.is_exact;
    for candidate in candidates.iter_mut().filter(|c| is_event(c) && file.births[c.header]) {
        candidate.lower(REFUTED, ColumnEvidence::DatesOfBirth);
    }
}

/// A state beside a city or a postcode is part of an address.
fn places(candidates: &mut [Candidate], file: &File<'_>) {
    let is_address = |h: &Header| ["city", "postcode", "street", "country"].iter().any(|w| h.words.contains(*w));
    if file.headers.iter().any(is_address) {
        let states = candidates
            .iter_mut()
            .filter(|c| c.column.role == Role::Status && file.headers[c.header].words.contains("state"));
        states.for_each(|c| c.lower(0.3, ColumnEvidence::PartOfAddress));
    }
}

fn ids(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    let named: Vec<&Column> = candidates
        .iter()
        .filter(|c| c.column.role == Role::RecordId && c.confidence >= TAKE && file.profiles[c.header].is_unique())
        .map(|c| c.column)
        .collect();
    let varies = |c: &Candidate| c.column.role == Role::Stakeholder && c.confidence >= TAKE && file.profiles[c.header].distinct > 1;
    let has_one_that_varies = candidates.iter().any(varies);
    for candidate in candidates.iter_mut() {
        let profile = &file.profiles[candidate.header];
        if profile.filled < ENOUGH {
            continue;
        }
        let (different, filled) = (profile.distinct, profile.filled);
        let roster = table == Table::Stakeholders;
        // Who is the same in all records entered them.
        if candidate.column.role == Role::Stakeholder && different == 1 && has_one_that_varies {
            candidate.lower(0.5, ColumnEvidence::Few(different, filled));
            continue;
        }
        match candidate.column.role {
            // Of the two people of a referral either may repeat.
            Role::Stakeholder if table == Table::Referrals => {}
            Role::Stakeholder if roster && profile.is_unique() => candidate.raise(0.15, ColumnEvidence::UniqueOnRoster),
            Role::Stakeholder if roster && 2 * different < filled => {
                candidate.lower(0.7, ColumnEvidence::FewOnRoster(different, filled));
            }
            Role::Stakeholder if !roster && table != Table::Identities && different < filled => {
                candidate.raise(0.1, ColumnEvidence::Repeats(different, filled));
            }
            // A number that each record has by itself identifies it, whatever it is the number of, where no name says more.
            Role::RecordId
                if profile.is_unique() && file.headers[candidate.header].words.contains("id") && !named.contains(&candidate.column) =>
            {
                candidate.raise(0.4, ColumnEvidence::Unique);
            }
            Role::RecordId if profile.is_unique() => candidate.raise(0.1, ColumnEvidence::Unique),
            // What counts lines starts anew with each order.
            Role::RecordId if 2 * different < filled && !is_line(candidate.column) => {
                candidate.lower(0.5, ColumnEvidence::Few(different, filled));
            }
            _ => {}
        }
    }
}

/// When a survey about a case was sent or answered is neither when the case was opened nor when it was answered or resolved.
fn surveys_of_cases(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    let of_survey = |at: usize| {
        ["survey", "satisfaction", "csat", "nps"]
            .iter()
            .any(|word| file.headers[at].words.contains(*word))
    };
    let is_time = |c: &&mut Candidate| matches!(c.column.kind, ColumnType::Time) || c.column.role == Role::Duration;
    for candidate in candidates.iter_mut().filter(|_| table == Table::Interactions).filter(is_time) {
        if of_survey(candidate.header) {
            candidate.lower(REFUTED, ColumnEvidence::OfSurvey);
        }
    }
}

/// The log of a desk has a record for each change of a case: the number whose records were all opened at one time is that of the case.
fn states_of_cases(table: Table, candidates: &mut Vec<Candidate>, file: &File<'_>) {
    let best = |column: &Column| {
        let found = candidates.iter().filter(|c| c.column == column && c.confidence >= TAKE);
        found.min_by_key(|c| c.rank()).map(|c| c.header)
    };
    if table != Table::Interactions || best(&interactions::CASE_ID).is_some() {
        return;
    }
    let (Some(opened), Some(_)) = (best(&interactions::OCCURRED_AT), best(&interactions::RESOLVED_AT)) else {
        return;
    };
    let times: BTreeSet<&str> = file.columns[opened].iter().map(|cell| cell.trim()).collect();
    let is_number = |at: &usize| {
        let profile = &file.profiles[*at];
        let is_id = file.headers[*at].words.contains("id") && profile.share(&[Kind::Code, Kind::Integer, Kind::Uuid]) >= 0.9;
        is_id && profile.filled == profile.rows && profile.distinct > 5 && 10 * profile.distinct < 8 * profile.rows
    };
    let has_one_time = |at: &usize| {
        let mut opened_at: BTreeMap<&str, &str> = BTreeMap::new();
        let pairs = file.columns[*at].iter().zip(&file.columns[opened]);
        pairs
            .into_iter()
            .all(|(id, time)| *opened_at.entry(id.trim()).or_insert(time) == *time)
            && 10 * times.len() >= 9 * opened_at.len()
    };
    let found: Vec<usize> = (0..file.headers.len()).filter(is_number).filter(has_one_time).collect();
    if let [number] = found[..] {
        let profile = &file.profiles[number];
        let why = ColumnEvidence::StatesOfCases(profile.distinct, profile.rows);
        candidates.retain(|c| c.header != number);
        candidates.push(Candidate::new(&interactions::CASE_ID, number, 0.9, why));
    }
}

/// Who has given notice is still there until the end: of two dates that may be the end and that the same people have, it is the later one.
fn later_ends(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    if table != Table::Stakeholders {
        return;
    }
    let ends: Vec<(usize, Vec<Option<Civil>>)> = candidates
        .iter()
        .filter(|c| *c.column == stakeholders::ENDED_AT && c.confidence >= super::ASK)
        .map(|c| (c.header, instants(&file.columns[c.header])))
        .collect();
    let is_later = |first: &[Option<Civil>], second: &[Option<Civil>]| {
        let both = first.iter().zip(second).filter_map(|(a, b)| Some((a.as_ref()?, b.as_ref()?)));
        let (mut after, mut before, mut all) = (0, 0, 0);
        for (first, second) in both {
            all += 1;
            after += usize::from(is_before(first, second));
            before += usize::from(is_before(second, first));
        }
        let known = |dates: &[Option<Civil>]| dates.iter().flatten().count();
        before == 0 && all >= 3 && 2 * after >= all && 10 * all >= 9 * known(first).max(known(second))
    };
    for candidate in candidates.iter_mut().filter(|c| *c.column == stakeholders::ENDED_AT && !c.is_exact) {
        let Some((_, mine)) = ends.iter().find(|(at, _)| *at == candidate.header) else {
            continue;
        };
        let later = ends.iter().find(|(at, others)| *at != candidate.header && is_later(mine, others));
        if let Some((at, _)) = later {
            candidate.lower(0.5, ColumnEvidence::BeforeTheEnd(file.headers[*at].name.clone()));
        }
    }
}

/// Whether a column counts the lines of an order.
fn is_line(column: &Column) -> bool {
    matches!(*column, purchases::LINE_ID | supplies::LINE_ID)
}

/// The points in time of a column; none where the order of day and month is open.
pub(super) fn instants(cells: &[&str]) -> Vec<Option<Civil>> {
    let mut vote = DateVote::new();
    cells.iter().for_each(|c| vote.see(c, 0));
    let DateVerdict::Clear { order, .. } = vote.verdict() else {
        return vec![None; cells.len()];
    };
    let read = |cell: &&str| parse_iso(cell).or_else(|_| parse_ordered(cell, order)).ok();
    cells.iter().map(read).collect()
}

/// Whether one time is before another; by the day where one of them has no time of day.
pub(super) fn is_before(second: &Civil, first: &Civil) -> bool {
    let micros = |c: &Civil| -> Micros { c.utc().unwrap_or_else(|| c.local_micros()) };
    if second.micros_of_day.is_none() || first.micros_of_day.is_none() {
        micros(second).div_euclid(DAY) < micros(first).div_euclid(DAY)
    } else {
        micros(second) < micros(first)
    }
}

fn times(table: Table, candidates: &mut [Candidate], columns: &[Vec<&str>]) {
    let Some(first) = table.columns().iter().find_map(|column| column.not_before) else {
        return;
    };
    let best = candidates
        .iter()
        .filter(|c| c.column == first && c.confidence >= super::TAKE)
        .min_by(|a, b| a.rank().cmp(&b.rank()));
    let Some(start) = best.map(|c| c.header) else { return };
    let started = instants(&columns[start]);
    for candidate in candidates
        .iter_mut()
        .filter(|c| c.header != start && c.column.not_before == Some(first))
    {
        let times = instants(&columns[candidate.header]);
        let pairs: Vec<(&Civil, &Civil)> = started
            .iter()
            .zip(&times)
            .filter_map(|(a, b)| Some((a.as_ref()?, b.as_ref()?)))
            .collect();
        let early = pairs.iter().filter(|(a, b)| is_before(b, a)).count();
        // A few records are wrong in any export; a column that is wrong in a third of them is another thing.
        if pairs.len() >= 5 && early * 50 <= pairs.len() {
            candidate.raise(0.15, ColumnEvidence::NeverBefore(first.name));
        } else if pairs.len() >= 5 && early * 3 > pairs.len() {
            candidate.lower(0.4, ColumnEvidence::OftenBefore(first.name, early, pairs.len()));
        }
    }
}

/// The numbers of the cells of a column, by the decimal mark that they show.
pub(in crate::sources) fn numbers(cells: &[&str]) -> Vec<Option<f64>> {
    let mut vote = DecimalVote::new();
    cells.iter().for_each(|c| vote.see(c, 0));
    cells.iter().map(|c| number(c, vote.verdict(b';').mark())).collect()
}
