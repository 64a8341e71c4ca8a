//! What columns say about each other: ids that repeat and ids that do not, a time that is never before another, a product.

use std::collections::{BTreeMap, BTreeSet};

use super::content::{ENOUGH, REFUTED};
use super::header_words::Header;
use super::profile::{ColumnProfile, Kind, number};
use super::{Candidate, ColumnEvidence, File, MAYBE, TAKE, open_items, shape, sums};
use crate::cell_parsing::{Civil, DateVerdict, DateVote, DecimalVote, parse_iso, parse_ordered};
use crate::schema::{Column, ColumnType, DAY, Micros, Role, Table, interactions, purchases, stakeholders, supplies};
use crate::sources::deal_stages::{DealStage, deal_stage};
use crate::sources::purchase_words::are_shop_events;

/// Lets the columns of a file speak for and against each other.
pub(super) fn relate(table: Table, candidates: &mut Vec<Candidate>, file: &File<'_>) {
    ids(table, candidates, file);
    servants(table, candidates, file);
    companies(table, candidates, file);
    sparse(table, candidates, file);
    given_names(candidates, file);
    surveys_of_cases(table, candidates, file);
    states_of_cases(table, candidates, file);
    later_ends(table, candidates, file);
    times(table, candidates, file.columns);
    births(table, candidates, file);
    places(candidates, file);
    if table == Table::Purchases {
        numbers_of_people(candidates, file);
        counts(candidates, file);
        deals(candidates, file);
        shop_events(candidates, file);
        balances(candidates, file);
        products(candidates, file);
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

/// A number that each person has one of on many days, such as that of the address on their invoices, is not that of an order.
fn numbers_of_people(candidates: &mut [Candidate], file: &File<'_>) {
    let best = |column: &Column| {
        let named = candidates.iter().filter(|c| c.column == column && c.confidence >= TAKE);
        named.min_by(|a, b| a.rank().cmp(&b.rank())).map(|c| c.header)
    };
    let (Some(who), Some(when)) = (best(&purchases::STAKEHOLDER_ID), best(&purchases::OCCURRED_AT)) else {
        return;
    };
    let days = instants(&file.columns[when]);
    let has_many_days = |at: usize| {
        let seen: BTreeSet<(&str, i64)> = file.columns[at]
            .iter()
            .zip(&days)
            .filter_map(|(number, day)| Some((*number, day.as_ref()?.local_micros().div_euclid(DAY))))
            .filter(|(number, _)| !number.is_empty())
            .collect();
        seen.len() >= 2 * file.profiles[at].distinct
    };
    let is_theirs = |at: usize| {
        let (profile, people) = (&file.profiles[at], &file.profiles[who]);
        at != who
            && profile.filled >= ENOUGH
            && profile.distinct <= people.distinct
            && shape::determines(&file.columns[who], &file.columns[at])
    };
    for candidate in candidates.iter_mut().filter(|c| *c.column == purchases::ORDER_ID && !c.is_exact) {
        if is_theirs(candidate.header) && has_many_days(candidate.header) {
            let (distinct, filled) = (file.profiles[candidate.header].distinct, file.profiles[candidate.header].filled);
            candidate.lower(0.3, ColumnEvidence::Few(distinct, filled));
        }
    }
}

/// What is called an amount may be how many there were: small whole numbers, mostly one, next to a price, and no other quantity. It is asked.
fn counts(candidates: &mut Vec<Candidate>, file: &File<'_>) {
    let is_taken = |c: &Candidate, column: &Column| c.column == column && c.confidence >= TAKE;
    if candidates.iter().any(|c| is_taken(c, &purchases::QUANTITY)) {
        return;
    }
    let are_few = |at: usize| {
        let profile = &file.profiles[at];
        let ones = file.columns[at].iter().filter(|cell| cell.trim() == "1").count();
        let is_small = profile.range.is_some_and(|(low, high)| low >= 0.0 && high > 1.0 && high <= 1000.0);
        profile.filled >= ENOUGH && profile.share(&[Kind::Integer]) >= 0.95 && is_small && 2 * ones >= profile.filled
    };
    let is_price = |at: &usize| {
        let words = &file.headers[*at].words;
        let is_number = file.profiles[*at].share(&[Kind::Integer, Kind::Decimal, Kind::Money]) >= 0.9;
        is_number && ["price", "sale", "revenue"].iter().any(|word| words.contains(*word)) && !words.contains("id")
    };
    let Some(price) = (0..file.headers.len()).filter(|&at| !are_few(at)).find(is_price) else {
        return;
    };
    let mut count = None;
    for candidate in candidates
        .iter_mut()
        .filter(|c| *c.column == purchases::AMOUNT && c.header != price && are_few(c.header))
    {
        // It is asked, whatever it is called.
        candidate.is_exact = false;
        candidate.lower(0.4, ColumnEvidence::MayBeCount(file.headers[price].name.clone()));
        count = Some(candidate.header);
    }
    // The likelier answer is the price.
    if let Some(count) = count
        && !candidates.iter().any(|c| *c.column == purchases::AMOUNT && c.header == price)
    {
        let why = ColumnEvidence::PriceOfCount(file.headers[count].name.clone());
        candidates.push(Candidate::new(&purchases::AMOUNT, price, MAYBE, why));
    }
}

/// The records of an account, with a balance that runs with their amounts: what the account paid to others is among them, and what was moved.
fn balances(candidates: &mut [Candidate], file: &File<'_>) {
    const ENOUGH_STEPS: usize = 4;
    let is_number = |at: usize| file.profiles[at].share(&[Kind::Decimal, Kind::Money, Kind::Integer]) >= 0.9;
    let columns: Vec<(usize, Vec<Option<f64>>)> = (0..file.headers.len())
        .filter(|&at| is_number(at))
        .take(FACTORS)
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
    let Some(balance) = balance else { return };
    for candidate in candidates.iter_mut().filter(|c| *c.column == purchases::AMOUNT) {
        let why = ColumnEvidence::RunningBalance(file.headers[balance].name.clone());
        // It is asked, whatever it is called.
        candidate.is_exact = false;
        candidate.lower(0.5, why);
    }
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

/// Who serves others is named like a stakeholder too: a few volunteers beside numbers that repeat are hardly whom the records are about.
fn servants(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    let may_serve = |header: &Header| ["volunteer", "employee", "partner"].iter().any(|word| header.words.contains(*word));
    let is_plain = |header: &Header| may_serve(header) && !header.words.contains("id");
    let numbers_people = |at: usize, few: usize| {
        let (header, profile) = (&file.headers[at], &file.profiles[at]);
        let repeats = profile.filled >= ENOUGH && 10 * profile.distinct < 9 * profile.filled;
        let is_id = header.words.contains("id") || profile.share(&[Kind::Code]) >= 0.9;
        is_id && !may_serve(header) && repeats && profile.distinct > 2 * few
    };
    let is_who = |c: &&mut Candidate| c.column.role == Role::Stakeholder && !c.is_exact && is_plain(&file.headers[c.header]);
    for candidate in candidates.iter_mut().filter(|_| table != Table::Stakeholders).filter(is_who) {
        let few = file.profiles[candidate.header].distinct;
        if (0..file.headers.len()).any(|at| at != candidate.header && numbers_people(at, few)) {
            candidate.lower(0.6, ColumnEvidence::MayServe);
        }
    }
}

/// A few companies next to many customers are those that make or sell what the customers buy. A company next to its contacts is the customer.
fn companies(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    const BUYERS: [&str; 8] = ["customer", "buyer", "guest", "member", "patient", "donor", "tenant", "student"];
    let names_company = |at: usize| {
        file.headers[at]
            .words
            .iter()
            .all(|word| matches!(word.as_str(), "company" | "name" | "organization"))
    };
    let many_buyers = |at: usize, few: usize| {
        let (header, profile) = (&file.headers[at], &file.profiles[at]);
        let is_buyer = header.words.iter().any(|word| BUYERS.contains(&word.as_str()));
        is_buyer && profile.share(&[Kind::Words, Kind::Text, Kind::Code]) >= 0.9 && profile.distinct > 2 * few
    };
    let is_company = |c: &&mut Candidate| c.column.role == Role::Stakeholder && !c.is_exact && names_company(c.header);
    for candidate in candidates.iter_mut().filter(|_| table == Table::Purchases).filter(is_company) {
        let few = file.profiles[candidate.header].distinct;
        if (0..file.headers.len()).any(|at| at != candidate.header && many_buyers(at, few)) {
            candidate.lower(0.3, ColumnEvidence::FewBesideCustomers);
        }
    }
}

/// What most records lack is not whom they are about.
fn sparse(table: Table, candidates: &mut [Candidate], file: &File<'_>) {
    let is_sparse = |at: usize| {
        let profile = &file.profiles[at];
        profile.rows >= ENOUGH && profile.filled > 0 && 5 * profile.filled < profile.rows
    };
    let is_who = |c: &&mut Candidate| c.column.role == Role::Stakeholder && !c.is_exact && is_sparse(c.header);
    let events = !matches!(table, Table::Referrals | Table::Identities | Table::Surveys);
    for candidate in candidates.iter_mut().filter(|_| events).filter(is_who) {
        let profile = &file.profiles[candidate.header];
        candidate.lower(0.4, ColumnEvidence::MostlyEmpty(profile.filled, profile.rows));
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

/// The given names of pupils or contacts are not whom records are about where another column has whole names of people.
fn given_names(candidates: &mut [Candidate], file: &File<'_>) {
    let is_word = |at: usize| {
        let mut filled = file.columns[at].iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        file.profiles[at].share(&[Kind::Words]) >= 0.9 && filled.all(|cell| !cell.contains(' '))
    };
    let is_whole = |at: usize| {
        let profile = &file.profiles[at];
        profile.filled >= ENOUGH && profile.share(&[Kind::Words]) >= 0.9 && profile.distinct > 5 && shape::are_names(&file.columns[at])
    };
    let has_whole = |at: usize| (0..file.headers.len()).take(FACTORS).any(|other| other != at && is_whole(other));
    let is_who = |c: &&mut Candidate| c.column.role == Role::Stakeholder && !c.is_exact && is_word(c.header) && has_whole(c.header);
    for candidate in candidates.iter_mut().filter(is_who) {
        candidate.lower(0.6, ColumnEvidence::GivenNames);
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

pub(super) fn numbers(cells: &[&str]) -> Vec<Option<f64>> {
    let mut vote = DecimalVote::new();
    cells.iter().for_each(|c| vote.see(c, 0));
    cells.iter().map(|c| number(c, vote.verdict(b';').mark())).collect()
}

/// Each pair of so many columns of numbers is tried.
const FACTORS: usize = 100;

/// Quantity times unit price is the amount: where that holds in nine of ten records, all three are told.
fn products(candidates: &mut Vec<Candidate>, file: &File<'_>) {
    let best = candidates
        .iter()
        .filter(|c| *c.column == purchases::QUANTITY && c.confidence >= super::TAKE)
        .min_by(|a, b| a.rank().cmp(&b.rank()));
    // Where no name speaks of a quantity, small whole numbers may be one.
    let is_small = |i: &usize| {
        let profile = &file.profiles[*i];
        profile.share(&[Kind::Integer]) >= 0.95 && profile.range.is_some_and(|(low, high)| low >= 0.0 && high <= 1000.0)
    };
    let unnamed = || {
        (0..file.columns.len())
            .filter(is_small)
            .filter(|at| !is_id(*at, file))
            .take(SMALL)
            .collect()
    };
    let quantities: Vec<usize> = best.map_or_else(unnamed, |c| vec![c.header]);
    for many in quantities {
        if product_of(many, candidates, file) {
            return;
        }
    }
}

/// So many columns of small whole numbers are tried as quantities.
const SMALL: usize = 5;

/// Whether a column is called an ID or a key: no number of it is a factor or a product. Numbers of pieces are called numbers too.
fn is_id(at: usize, file: &File<'_>) -> bool {
    let header = &file.headers[at];
    let mut parts = header.exact.split(|c: char| !c.is_alphanumeric());
    let says = |part: &str| matches!(part, "id" | "key" | "fk" | "pk" | "sk") || part.ends_with("id") && header.words.contains("id");
    parts.any(says) && file.profiles[at].share(&[Kind::Integer]) >= 0.95
}

/// Whether this quantity times a price is an amount: then all three are told.
fn product_of(many: usize, candidates: &mut Vec<Candidate>, file: &File<'_>) -> bool {
    let (profiles, columns) = (file.profiles, file.columns);
    let numeric = |i: usize| profiles[i].share(&[Kind::Integer, Kind::Decimal, Kind::Money]) >= 0.9 && !is_id(i, file);
    let quantity = numbers(&columns[many]);
    // With a quantity of one everywhere any two equal columns would do.
    let telling = |q: &Option<f64>| q.is_some_and(|q| q != 1.0 && q != 0.0);
    if quantity.iter().filter(|q| telling(q)).count() < 3 {
        return false;
    }
    let others: Vec<(usize, Vec<Option<f64>>)> = (0..columns.len())
        .filter(|&i| i != many && numeric(i))
        .take(FACTORS)
        .map(|i| (i, numbers(&columns[i])))
        .collect();
    // What something cost to make is no price of it, whatever it adds up to.
    let is_cost = |at: usize| file.headers[at].words.contains("cost");
    let mut found: Vec<(usize, usize, usize, usize)> = Vec::new();
    for (unit, prices) in others.iter().filter(|(i, _)| !is_cost(*i)) {
        for (amount, totals) in others.iter().filter(|(i, _)| i != unit && !is_cost(*i)) {
            let (mut fits, mut all, mut told) = (0, 0, 0);
            for ((q, p), a) in quantity.iter().zip(prices).zip(totals) {
                // Nothing times anything is nothing: costs that nobody had agree with every quantity.
                if let (Some(q), Some(p), Some(a)) = (q, p, a)
                    && (*p != 0.0 || *a != 0.0)
                {
                    all += 1;
                    let is_product = (q * p - a).abs() <= 0.011;
                    fits += usize::from(is_product && *q != 0.0);
                    // Nothing times anything is nothing, and once is no product.
                    told += usize::from(is_product && telling(&Some(*q)) && *p != 0.0);
                }
            }
            if all >= 5 && fits * 10 >= all * 9 && told >= 3 {
                found.push((*unit, *amount, fits, all));
            }
        }
    }
    // Of a price of the list and the one that was paid, the list says so.
    let is_listed = |at: usize| file.headers[at].words.contains("list");
    let paid = found.iter().find(|(unit, amount, ..)| !is_listed(*unit) && !is_listed(*amount));
    let Some(&(unit, amount, fits, all)) = paid.or(found.first()) else {
        return false;
    };
    let headers = [many, unit, amount].map(|at| profiles[at].header.clone());
    let why = ColumnEvidence::Product(headers, fits, all);
    for candidate in candidates
        .iter_mut()
        .filter(|c| c.header == unit && matches!(*c.column, purchases::AMOUNT | purchases::COST))
    {
        candidate.lower(0.3, why.clone());
    }
    support(candidates, &purchases::QUANTITY, many, &why);
    support(candidates, &purchases::UNIT_AMOUNT, unit, &why);
    support(candidates, &purchases::AMOUNT, amount, &why);
    true
}

fn support(candidates: &mut Vec<Candidate>, column: &'static Column, header: usize, why: &ColumnEvidence) {
    if let Some(known) = candidates.iter_mut().find(|c| c.column == column && c.header == header) {
        known.raise(0.5, why.clone());
        return;
    }
    // The arithmetic alone tells; a column of the same numbers by accident in nine of ten records is hardly met.
    candidates.push(Candidate::new(column, header, 0.8, why.clone()));
}
