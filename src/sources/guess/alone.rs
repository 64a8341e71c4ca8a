//! Columns whose name says nothing: what their cells alone tell, and what serves where the wanted column is missing.

use std::collections::BTreeSet;

use super::content::known_words;
use super::header_words::currency;
use super::profile::Kind;
use super::relations::numbers;
use super::{
    Candidate, CellsAre, ColumnEvidence, File, MAYBE, SERVES, TAKE, closings, content, event_date, meanings, replace, shape, spells,
    supply_lines,
};
use crate::notes::ShownByCells;
use crate::schema::{Column, Role, Table, interactions, purchases, surveys};
use crate::sources::status_words::{are_statuses, is_exception};

/// Cells that only one column has: direction words, survey instruments, currencies. One other column in four may hold them too.
const DISTINCT: f64 = 0.75;

/// Whose ids are no stakeholder's.
const THINGS: [&str; 16] = [
    "order",
    "product",
    "line",
    "item",
    "ticket",
    "case",
    "deal",
    "payment",
    "type",
    "invoice",
    "transaction",
    "source",
    "campaign",
    "amount",
    "sku",
    "message",
];

fn is_missing(column: &Column, candidates: &[Candidate]) -> bool {
    !candidates.iter().any(|c| c.column == column && c.confidence >= TAKE)
}

/// Adds the code that stands for the names of stakeholders, where no other column is their id: names can be shared.
fn id_of_names(table: Table, candidates: &mut Vec<Candidate>, file: &File<'_>) {
    let column = table.stakeholder_column();
    let mut ids = shape::ids_of_names(file);
    ids.retain(|(id, _)| !is_ours(table, *id, file));
    let [(id, told)] = ids[..] else { return };
    let is_other = |c: &Candidate| c.column == column && c.confidence >= TAKE && c.header != told;
    if table == Table::Referrals || table == Table::Identities || candidates.iter().any(is_other) {
        return;
    }
    let by = file.headers[told].name.clone();
    let shown = match file.births[told] {
        true => ShownByCells::IdsOfBirths(by),
        false => ShownByCells::IdsOfNames(by),
    };
    candidates.retain(|c| c.column != column || c.header != told);
    replace(candidates, vec![Candidate::new(column, id, DISTINCT, ColumnEvidence::Shown(shown))]);
}

/// Adds what cells tell by themselves.
pub(super) fn propose(table: Table, candidates: &mut Vec<Candidate>, file: &File<'_>) {
    id_of_names(table, candidates, file);
    for column in table.columns() {
        let can_tell = matches!(column.role, Role::Currency | Role::Email | Role::Score | Role::Status)
            || matches!(*column, interactions::DIRECTION | surveys::INSTRUMENT);
        if !can_tell || !is_missing(column, candidates) {
            continue;
        }
        let mut is_known = vec![false; file.headers.len()];
        for known in candidates.iter().filter(|c| c.confidence >= super::ASK && !c.is_refuted) {
            is_known[known.header] = true;
        }
        let mut proposed: Vec<Candidate> = Vec::new();
        for (index, profile) in file.profiles.iter().enumerate() {
            // The words of instruments and of statuses are told apart by a few cells.
            let enough = if matches!(column.role, Role::Status) || *column == surveys::INSTRUMENT {
                2
            } else {
                5
            };
            // `Overall rating (1-5)`: a scale in the name says more than a word too many takes away.
            let has_scale = *column == surveys::SCORE && is_named_scale(index, file);
            let is_status = column.role == Role::Status && says_status(index, file);
            if is_known[index] && !has_scale && !is_status || profile.filled < enough {
                continue;
            }
            let cells = &file.columns[index];
            let (known, found) = known_words(column, cells);
            let all = known * 20 >= profile.filled * 19;
            let told = match column.role {
                // `agent` and `customer` are words for a direction too, but also for much else: both ways must be named as such.
                _ if *column == interactions::DIRECTION
                    && all
                    && found.contains(&"inbound")
                    && found.contains(&"outbound")
                    && !profile.is_bool() =>
                {
                    let ways = cells.iter().filter(|c| {
                        !matches!(
                            c.trim().to_lowercase().as_str(),
                            "customer" | "agent" | "note" | "private" | "reply"
                        )
                    });
                    let plain = known_words(column, &ways.copied().collect::<Vec<_>>()).1;
                    (plain.len() >= 2).then_some((DISTINCT, ColumnEvidence::AllWordsFor(found)))
                }
                _ if *column == surveys::INSTRUMENT && all && found.iter().any(|f| matches!(*f, "nps" | "enps" | "csat" | "ces")) => {
                    Some((DISTINCT, ColumnEvidence::AllWordsFor(found)))
                }
                Role::Currency if cells.iter().filter(|c| currency(c.trim()).is_some()).count() == profile.filled => {
                    Some((DISTINCT, ColumnEvidence::Currencies))
                }
                Role::Email if profile.share(&[Kind::Email]) >= 0.95 && !is_ours(table, index, file) => {
                    Some((DISTINCT, ColumnEvidence::Cells(CellsAre::of(profile))))
                }
                Role::Status if says_status(index, file) && are_some_statuses(table, profile.distinct, cells) => {
                    Some((DISTINCT, ColumnEvidence::AreStatuses))
                }
                // Whether an account is closed says nothing of what was ordered.
                Role::Status if is_of_somebody(table, index, file) => None,
                Role::Status if are_statuses(table, cells.iter().copied()) => Some((DISTINCT, ColumnEvidence::AreStatuses)),
                Role::Score if file.headers[index].words.contains("recommend") && profile.is_scale(0.0, 10.0) => {
                    Some((0.8, ColumnEvidence::Recommendation))
                }
                // A priority or a size has steps too.
                Role::Score if has_scale => Some((DISTINCT, whole_numbers(profile))),
                Role::Score if profile.is_scale(0.0, 10.0) && profile.distinct >= 3 && !profile.is_unique() => {
                    Some((MAYBE, whole_numbers(profile)))
                }
                _ => None,
            };
            if let Some((confidence, why)) = told {
                proposed.push(Candidate::new(column, index, confidence, why));
            }
        }
        replace(candidates, proposed);
    }
}

/// Whether a header speaks of the status of something that may be the record: `Job Status`. That of a customer or of a parcel is another.
fn says_status(index: usize, file: &File<'_>) -> bool {
    const RECORDS: [&str; 7] = ["appointment", "booking", "contract", "job", "service", "session", "visit"];
    let words = &file.headers[index].words;
    let is_of_record = |word: &String| word == "status" || RECORDS.contains(&word.as_str()) || !meanings::vocabulary().contains(word);
    words.contains("status") && words.iter().all(is_of_record)
}

/// Whether a header speaks of the status of whom a record is about.
fn is_of_somebody(table: Table, index: usize, file: &File<'_>) -> bool {
    let words = &file.headers[index].words;
    let is_status = words.contains("status") || words.contains("state");
    table != Table::Stakeholders
        && is_status
        && words
            .iter()
            .any(|word| meanings::is_who(word) || matches!(word.as_str(), "membership" | "subscription"))
}

/// Whether a few words are statuses of which one at least says that its record does not count as the others do.
fn are_some_statuses(table: Table, distinct: usize, cells: &[&str]) -> bool {
    const MOST: usize = 15;
    distinct <= MOST && cells.iter().any(|cell| is_exception(table, cell))
}

/// Whether a header names a scale that its cells are on, and nothing else that has steps.
fn is_named_scale(index: usize, file: &File<'_>) -> bool {
    const STEPS: [&str; 9] = [
        "priority",
        "severity",
        "size",
        "quantity",
        "weight",
        "probability",
        "age",
        "group",
        "team",
    ];
    let (header, profile) = (&file.headers[index], &file.profiles[index]);
    !header.words.iter().any(|word| STEPS.contains(&word.as_str()))
        && shape::named_scale(&header.name).is_some_and(|(low, high)| profile.is_scale(low, high))
}

fn whole_numbers(profile: &super::ColumnProfile) -> ColumnEvidence {
    let (low, high) = profile.range.unwrap_or_default();
    ColumnEvidence::WholeNumbers(low, high)
}

/// Whether a column whose header nobody knows has the whole names of people, and of more than those who serve others would be.
fn are_of_many(at: usize, file: &File<'_>) -> bool {
    let (header, profile) = (&file.headers[at], &file.profiles[at]);
    let is_unknown = !header.words.iter().any(|word| meanings::vocabulary().contains(word));
    let are_many = profile.filled >= content::ENOUGH && (profile.distinct > 25 || 3 * profile.distinct >= profile.filled);
    is_unknown && are_many && profile.share(&[Kind::Words]) >= 0.9 && shape::are_names(&file.columns[at])
}

/// Whether a header speaks of the own people rather than of a stakeholder.
fn is_ours(table: Table, index: usize, file: &File<'_>) -> bool {
    let ours = [
        "agent",
        "owner",
        "assignee",
        "creator",
        "by",
        "cc",
        "bcc",
        "sales",
        "manager",
        "parent",
        "referrer",
        "referred",
        "fundraiser",
    ];
    let customers = || {
        file.headers
            .iter()
            .any(|h| ["customer", "contact", "requester"].iter().any(|w| h.words.contains(*w)))
    };
    file.headers[index].words.iter().any(|w| match w.as_str() {
        "recipient" => table != Table::Surveys,
        // Where customers are spoken of, employees are those who serve them.
        "employee" => table != Table::Stakeholders && customers(),
        word => ours.contains(&word),
    })
}

/// The only telephone number of a file, which repeats, where no number of a customer does.
fn phone_of_customer(table: Table, file: &File<'_>) -> Option<usize> {
    let repeats = |at: usize| {
        let profile = &file.profiles[at];
        profile.filled >= content::ENOUGH && 10 * profile.distinct < 9 * profile.filled && profile.distinct > 5
    };
    let is_phone = |at: &usize| {
        let is = file.profiles[*at].share(&[Kind::Phone]) >= 0.9;
        let named = file.headers[*at].words.contains("phone") && file.profiles[*at].share(&[Kind::Phone, Kind::Integer]) >= 0.9;
        (is && file.profiles[*at].filled > 0 || named) && !is_ours(table, *at, file)
    };
    let is_code = |at: usize| {
        let things = file.headers[at].words.iter().any(|word| THINGS.contains(&word.as_str()));
        !things && repeats(at) && file.profiles[at].share(&[Kind::Code, Kind::Uuid]) >= 0.9
    };
    let phones: Vec<usize> = (0..file.headers.len()).filter(is_phone).collect();
    match phones[..] {
        [one] if repeats(one) && !(0..file.headers.len()).any(is_code) => Some(one),
        _ => None,
    }
}

/// Whether cells are numbers of one length, which is longer than what is printed of the card that something was paid with.
fn are_long_numbers(at: usize, file: &File<'_>) -> bool {
    let mut cells = file.columns[at].iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    let length = cells.clone().next().map_or(0, str::len);
    length > 4 && cells.all(|cell| cell.len() == length && cell.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Whether a column has a part of the names of people: first or last names.
fn is_part_of_name(at: usize, file: &File<'_>) -> bool {
    let words = &file.headers[at].words;
    words.contains("name") && (words.contains("first") || words.contains("last")) || is_bare_name(at, file)
}

fn is_bare_name(at: usize, file: &File<'_>) -> bool {
    let words = &file.headers[at].words;
    words.contains("name") && words.iter().all(|word| word == "name" || meanings::is_who(word))
}

/// The only column of last names and the only one of first names, of people who have several records. `Nom` beside `Prénom` is the last name.
fn names_of_people(file: &File<'_>) -> Option<(usize, usize)> {
    let has = |at: usize, part: &str| file.headers[at].words.contains("name") && file.headers[at].words.contains(part);
    let only = |is: &dyn Fn(usize) -> bool| {
        let mut found = (0..file.headers.len()).filter(|&at| is(at) && file.profiles[at].share(&[Kind::Words]) >= 0.9);
        found.next().filter(|_| found.next().is_none())
    };
    let first = only(&|at| has(at, "first"))?;
    let last = only(&|at| has(at, "last")).or_else(|| only(&|at| is_bare_name(at, file)))?;
    let people: BTreeSet<(&str, &str)> = file.columns[last]
        .iter()
        .copied()
        .zip(file.columns[first].iter().copied())
        .collect();
    let filled = file.profiles[last].filled;
    (filled >= content::ENOUGH && people.len() > 5 && 10 * people.len() < 9 * filled).then_some((last, first))
}

/// What serves as a needed column that nothing was found for.
pub(super) fn fall_back(table: Table, candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let has = |column: &Column, taken: &[Candidate]| taken.iter().any(|c| c.column == column);
    // Where two names are equally good, that is the question.
    let is_open = |column: &Column, candidates: &[Candidate]| is_missing(column, candidates);
    let who = table.stakeholder_column();
    // Of the two people of a referral nothing tells which is which.
    if table != Table::Referrals && !has(who, taken) && is_open(who, candidates) {
        stakeholder(table, candidates, taken, file);
    }
    // `Price` is known as the price of a piece and as an amount.
    let may_be_either = |taken: &[Candidate]| has(&purchases::UNIT_AMOUNT, taken) && !has(&purchases::QUANTITY, taken);
    if table == Table::Purchases && !has(&purchases::AMOUNT, taken) && (is_open(&purchases::AMOUNT, candidates) || may_be_either(taken)) {
        amount(candidates, taken, file);
    }
    event_date::fall_back(table, candidates, taken, file);
    supply_lines::fall_back(table, candidates, taken, file);
    closings::fall_back(table, candidates, taken, file);
    if table == Table::Stakeholders {
        spells::fall_back(candidates, taken, file);
    }
}

/// The only number that each record has another one of serves as that of the order, such as one of documents. A count of the records is
/// none, and neither are the numbers of lines.
pub(super) fn number_of_record(stated: &[usize], candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let has_order = taken.iter().any(|t| *t.column == purchases::ORDER_ID) || !is_missing(&purchases::ORDER_ID, candidates);
    if has_order {
        return;
    }
    let is_free = |at: &usize| !stated.contains(at) && !taken.iter().any(|t| t.header == *at);
    let numbers: Vec<usize> = (0..file.headers.len())
        .filter(is_free)
        .filter(|&at| numbers_records(at, file))
        .collect();
    let (one, shown) = match numbers[..] {
        [one] => (one, ShownByCells::OneEach),
        [] => match number_of_orders(stated, taken, file) {
            Some(one) => (one, ShownByCells::OneOrder),
            None => return,
        },
        _ => return,
    };
    let found = Candidate::new(&purchases::ORDER_ID, one, SERVES, ColumnEvidence::Shown(shown));
    taken.push(found.clone());
    replace(candidates, vec![found]);
}

/// The only number that several records share which have one stakeholder and one time then, where these have several such numbers.
fn number_of_orders(stated: &[usize], taken: &[Candidate], file: &File<'_>) -> Option<usize> {
    let at = |column: &Column| taken.iter().find(|t| t.column == column).map(|t| t.header);
    let (who, when) = (at(&purchases::STAKEHOLDER_ID)?, at(&purchases::OCCURRED_AT)?);
    let is_number = |at: &usize| {
        let (profile, header) = (&file.profiles[*at], &file.headers[*at]);
        let is_code =
            profile.share(&[Kind::Code, Kind::Uuid]) >= 0.9 || header.words.contains("id") && profile.share(&[Kind::Integer]) >= 0.9;
        let repeats = profile.filled == profile.rows && profile.filled >= content::ENOUGH && profile.distinct < profile.filled;
        let is_finer = profile.distinct >= file.profiles[who].distinct.max(file.profiles[when].distinct);
        let belongs = |other: usize| shape::determines(&file.columns[*at], &file.columns[other]);
        is_code && repeats && is_finer && belongs(who) && belongs(when)
    };
    let is_free = |at: &usize| !stated.contains(at) && !taken.iter().any(|t| t.header == *at);
    let numbers: Vec<usize> = (0..file.headers.len()).filter(is_free).filter(is_number).collect();
    match numbers[..] {
        [one] => Some(one),
        _ => None,
    }
}

/// Whether each record has another code in a column, or another number that is called one, and the column does not count the records.
fn numbers_records(at: usize, file: &File<'_>) -> bool {
    const OTHERS: [&str; 9] = ["line", "item", "row", "position", "index", "count", "email", "phone", "address"];
    let (profile, header) = (&file.profiles[at], &file.headers[at]);
    let is_each = profile.filled >= content::ENOUGH && profile.filled == profile.rows && profile.is_unique();
    // `FV 12/03/2024`: the number of a document has words and blanks in some systems.
    let has_digits = |cell: &str| cell.len() <= 30 && cell.contains(|c: char| c.is_ascii_digit());
    let are_labels =
        || profile.share(&[Kind::Date, Kind::Decimal, Kind::Money]) == 0.0 && file.columns[at].iter().all(|cell| has_digits(cell));
    let is_number = header.words.contains("id") && (profile.share(&[Kind::Integer]) >= 0.9 || are_labels());
    let is_code = is_number || profile.share(&[Kind::Code, Kind::Uuid]) >= 0.9;
    let counts = || {
        let numbers: Vec<Option<u64>> = file.columns[at].iter().map(|cell| cell.trim().parse().ok()).collect();
        let (first, last) = (numbers.first().copied().flatten(), numbers.last().copied().flatten());
        let follow = numbers
            .windows(2)
            .all(|pair| matches!(pair, [Some(one), Some(next)] if one.abs_diff(*next) == 1));
        follow && (first.is_some_and(|first| first <= 1) || last.is_some_and(|last| last <= 1))
    };
    is_each && is_code && !header.words.iter().any(|word| OTHERS.contains(&word.as_str())) && !counts()
}

/// Words of headers of what purchases are paid with.
const MONEY: [&str; 12] = [
    "price", "fee", "fees", "amount", "total", "value", "charge", "dues", "gross", "net", "revenue", "payment",
];

/// The only column of money serves as the amount, where its name speaks of a price or its cells or name of a currency.
fn amount(candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let is_money = |i: usize| {
        let (header, profile) = (&file.headers[i], &file.profiles[i]);
        let numbers = profile.share(&[Kind::Decimal, Kind::Money, Kind::Integer]) >= 0.9;
        let named = header.words.iter().any(|word| MONEY.contains(&word.as_str()));
        let in_currency = header.currency.is_some() || header.name.contains(['$', '€', '£', '¥']) || profile.share(&[Kind::Money]) >= 0.9;
        numbers && profile.filled > 0 && (in_currency || named)
    };
    let money: Vec<usize> = (0..file.headers.len()).filter(|&i| is_money(i)).collect();
    // Numbers with decimals under a name that nobody knows may be the amount as well.
    let is_unknown = |i: &usize| {
        let header = &file.headers[*i];
        let is_known = header.unit.is_some() || header.words.iter().any(|word| meanings::vocabulary().contains(word));
        !is_known && file.profiles[*i].are_amounts() && !taken.iter().any(|t| t.header == *i)
    };
    let unknown: Vec<usize> = (0..file.headers.len()).filter(is_unknown).filter(|i| !money.contains(i)).collect();
    if let ([], [one]) = (&money[..], &unknown[..]) {
        let why = ColumnEvidence::Cells(CellsAre::of(&file.profiles[*one]));
        replace(candidates, vec![Candidate::new(&purchases::AMOUNT, *one, MAYBE, why)]);
        return;
    }
    let [one] = money[..] else { return };
    let says_currency = file.headers[one].currency.is_some() || file.headers[one].name.contains(['$', '€', '£', '¥']);
    // A share, a deposit: what is never more than the price is no other price.
    let is_never_more = |other: &usize| {
        let pairs = numbers(&file.columns[one]).into_iter().zip(numbers(&file.columns[*other]));
        let both: Vec<(f64, f64)> = pairs.filter_map(|(one, other)| one.zip(other)).collect();
        let is_less = |(one, other): &(f64, f64)| other.abs() < one.abs();
        both.iter().all(|(one, other)| other.abs() <= one.abs()) && both.iter().any(is_less)
    };
    if !unknown.is_empty() && !says_currency && !unknown.iter().all(is_never_more) {
        // What is asked for a reason stays so.
        let is_asked = |c: &Candidate| *c.column == purchases::AMOUNT && c.header == one && c.confidence >= super::ASK;
        if !candidates.iter().any(is_asked) {
            let why = ColumnEvidence::Cells(CellsAre::of(&file.profiles[one]));
            replace(candidates, vec![Candidate::new(&purchases::AMOUNT, one, MAYBE, why)]);
        }
        return;
    }
    // A tax, a deposit, a weight: something else, or not money.
    // `Paid (£)`, `Price paid`: what was paid.
    let says_money = file.headers[one].words.iter().any(|word| MONEY.contains(&word.as_str()));
    let is_payment = |word: &str| MONEY.contains(&word) || word == "paid" && (says_currency || says_money);
    let is_other = file.headers[one]
        .words
        .iter()
        .any(|word| !is_payment(word) && (word == "unit" || word == "cost" || meanings::is_other(word)));
    let is_refuted = candidates
        .iter()
        .any(|c| c.column == &purchases::AMOUNT && c.header == one && c.is_refuted);
    // A price beside a quantity is that of one piece. Without one it is what was paid.
    let has_quantity = taken.iter().any(|t| *t.column == purchases::QUANTITY);
    let is_elses = |t: &Candidate| t.header == one && *t.column != purchases::UNIT_AMOUNT;
    if is_other || is_refuted || taken.iter().any(is_elses) {
        return;
    }
    if has_quantity {
        beside_quantity(one, says_currency, candidates, taken, file);
        return;
    }
    taken.retain(|t| t.header != one);
    let found = Candidate::new(&purchases::AMOUNT, one, SERVES, ColumnEvidence::Shown(ShownByCells::OnlyMoney));
    taken.push(found.clone());
    replace(candidates, vec![found]);
}

/// The only column of money next to a quantity is the price of one if it is called a price; else it may be what was paid.
fn beside_quantity(one: usize, says_currency: bool, candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let why = ColumnEvidence::Cells(CellsAre::of(&file.profiles[one]));
    let is_price = file.headers[one].words.iter().all(|word| word == "price");
    let is_free = !taken.iter().any(|t| t.header == one || *t.column == purchases::UNIT_AMOUNT);
    if is_price && is_free {
        let found = Candidate::new(&purchases::UNIT_AMOUNT, one, SERVES, why);
        taken.push(found.clone());
        replace(candidates, vec![found]);
    } else if says_currency && is_free {
        replace(candidates, vec![Candidate::new(&purchases::AMOUNT, one, MAYBE, why)]);
    }
}

fn stakeholder(table: Table, candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let column = table.stakeholder_column();
    let plain = ["email", "billing", "primary", "recipient"];
    let is_email = |i: usize| match file.profiles[i].filled {
        0 => {
            file.headers[i].words.contains("email")
                && file.headers[i]
                    .words
                    .iter()
                    .all(|w| plain.contains(&w.as_str()) || meanings::is_who(w))
        }
        _ => file.profiles[i].share(&[Kind::Email]) >= 0.9,
    };
    // In a list of further addresses the address is the alias.
    let emails: Vec<usize> = (0..file.headers.len())
        .filter(|&i| is_email(i) && !is_ours(table, i, file) && table != Table::Identities)
        .collect();
    // Of several the one that names a stakeholder.
    let whose: Vec<usize> = emails
        .iter()
        .copied()
        .filter(|&i| file.headers[i].words.iter().any(|w| meanings::is_who(w)))
        .collect();
    let chosen = match (emails.as_slice(), whose.as_slice()) {
        ([one], _) | (_, [one]) => Some(*one),
        _ => None,
    };
    let mut served = Vec::new();
    for &index in &emails {
        let sure = chosen == Some(index);
        let why = ColumnEvidence::EmailForLackOfId;
        let found = Candidate::new(column, index, if sure { SERVES } else { MAYBE }, why);
        // The address may be the roster's `email` as well.
        let is_free = taken.iter().all(|t| t.header != index || t.column.role == Role::Email);
        if sure && is_free {
            taken.push(found.clone());
        }
        served.push(found);
    }
    replace(candidates, served);
    if !emails.is_empty() {
        return;
    }
    if table == Table::Stakeholders
        && let Some(at) = shape::id_of_people(file)
        && !taken.iter().any(|t| t.header == at)
    {
        let found = Candidate::new(column, at, SERVES, ColumnEvidence::UniqueOnRoster);
        taken.push(found.clone());
        replace(candidates, vec![found]);
        return;
    }
    let known: BTreeSet<usize> = candidates
        .iter()
        .filter(|c| c.column == column && c.confidence >= super::ASK)
        .map(|c| c.header)
        .collect();
    if known.is_empty()
        && table != Table::Stakeholders
        && let Some(at) = phone_of_customer(table, file)
    {
        let found = Candidate::new(column, at, SERVES, ColumnEvidence::Shown(ShownByCells::OnlyPhone));
        taken.push(found.clone());
        candidates.push(found);
        return;
    }
    let before = candidates.len();
    for (index, profile) in file.profiles.iter().enumerate() {
        let header = &file.headers[index];
        let is_used = taken
            .iter()
            .any(|t| t.header == index && !matches!(t.column.role, Role::PersonName | Role::Owner));
        // Who owns an animal, a car or a house is whom the record is about; who owns a ticket is not.
        let is_own = header.words.contains("owner") && header.words.contains("id") && profile.distinct > 10;
        if is_used || is_ours(table, index, file) && !is_own || known.contains(&index) {
            continue;
        }
        let repeats = profile.filled >= content::ENOUGH && 10 * profile.distinct < 9 * profile.filled && profile.distinct > 5;
        let is_things = header.words.iter().any(|w| THINGS.contains(&w.as_str()));
        let is_id = profile.share(&[Kind::Code, Kind::Uuid]) >= 0.9
            || (header.words.contains("id") && profile.share(&[Kind::Integer]) >= 0.9)
            || header.words.contains("card") && are_long_numbers(index, file);
        let only_whose = header
            .words
            .iter()
            .all(|w| w == "name" || w == "full" || meanings::is_who(w) || w == "supplier");
        let is_name = only_whose && (profile.filled == 0 || profile.share(&[Kind::Words, Kind::Text]) >= 0.5) || are_of_many(index, file);
        if repeats && is_id && !is_things {
            let why = ColumnEvidence::RepeatedCodes(profile.distinct, profile.filled);
            candidates.push(Candidate::new(column, index, MAYBE, why));
        } else if is_name && !header.words.is_empty() {
            let why = ColumnEvidence::NameForLackOfId;
            candidates.push(Candidate::new(column, index, MAYBE - 0.05, why));
        }
    }
    // A dwelling, a vehicle, a contract: what is numbered and repeats may stand for somebody where nothing else does.
    if known.is_empty() && candidates.len() == before && table != Table::Stakeholders {
        let may_stand = |at: &usize| {
            let (header, profile) = (&file.headers[*at], &file.profiles[*at]);
            let is_known = header.words.iter().any(|word| meanings::vocabulary().contains(word));
            let repeats = profile.filled >= content::ENOUGH && 10 * profile.distinct < 9 * profile.filled && profile.distinct > 10;
            let is_numbered = |cell: &str| cell.trim().is_empty() || cell.contains(|c: char| c.is_ascii_digit());
            let are_numbers =
                || file.columns[*at].iter().all(|cell| is_numbered(cell)) && profile.share(&[Kind::Words, Kind::Code, Kind::Text]) >= 0.9;
            !is_known && repeats && !taken.iter().any(|t| t.header == *at) && are_numbers()
        };
        let found: Vec<usize> = (0..file.headers.len()).filter(may_stand).collect();
        if let [one] = found[..] {
            let profile = &file.profiles[one];
            let why = ColumnEvidence::RepeatedCodes(profile.distinct, profile.filled);
            candidates.push(Candidate::new(column, one, MAYBE - 0.05, why));
            return;
        }
    }
    // A file with one number of cards that repeats, and without anybody's name, is about whose cards they are. Other numbers may be those of
    // rooms or machines.
    let is_card = |index: usize| {
        file.headers[index]
            .words
            .iter()
            .all(|word| matches!(word.as_str(), "id" | "card" | "owner" | "loyalty"))
    };
    let is_many = |index: usize| {
        let profile = &file.profiles[index];
        profile.distinct > 10 && 4 * profile.distinct >= profile.filled
    };
    let has_names = |found: usize| {
        let others = file.headers.iter().enumerate().filter(|(at, _)| *at != found);
        // Who serves the others is named too.
        let is_served = |word: &str| meanings::is_who(word) && !["employee", "volunteer", "partner"].contains(&word);
        others
            .flat_map(|(_, header)| &header.words)
            .any(|word| word == "name" || is_served(word))
    };
    // A reference may be to anything.
    let is_number = |at: usize| {
        let header = &file.headers[at];
        let is_coded = header.words.contains("card") && (file.profiles[at].share(&[Kind::Code]) >= 0.9 || are_long_numbers(at, file));
        (header.words.contains("id") || is_coded) && !["ref", "key", "code", "cod"].iter().any(|part| header.exact.contains(part))
    };
    // `Customer name` says whose name it is, as `Customer` does.
    let says_whose = |at: usize| {
        let (header, profile) = (&file.headers[at], &file.profiles[at]);
        let repeats = profile.filled >= content::ENOUGH && 10 * profile.distinct < 9 * profile.filled && profile.distinct > 5;
        repeats && header.words.iter().any(|word| meanings::is_who(word)) && !has_names(at) || are_of_many(at, file) && !has_names(at)
    };
    let has_codes = candidates[before..]
        .iter()
        .any(|c| matches!(c.evidence[..], [ColumnEvidence::RepeatedCodes(..)]));
    if known.iter().all(|&at| is_part_of_name(at, file))
        && !has_codes
        && table != Table::Stakeholders
        && let Some((last, first)) = names_of_people(file)
    {
        let why = ColumnEvidence::Shown(ShownByCells::WithFirstName(file.headers[first].name.clone()));
        let found = Candidate::new(column, last, SERVES, why);
        taken.retain(|t| t.header != last && t.header != first);
        taken.push(found.clone());
        candidates.retain(|c| c.column != column);
        candidates.push(found);
        return;
    }
    if let [found] = &candidates[before..]
        && found.evidence[..] == [ColumnEvidence::NameForLackOfId]
        && known.iter().all(|at| *at == found.header)
        && table != Table::Stakeholders
        && says_whose(found.header)
    {
        let found = Candidate::new(column, found.header, SERVES, ColumnEvidence::Shown(ShownByCells::OnlyName));
        taken.retain(|t| t.header != found.header);
        taken.push(found.clone());
        replace(candidates, vec![found]);
        return;
    }
    if let [found] = &candidates[before..]
        && matches!(found.evidence[..], [ColumnEvidence::RepeatedCodes(..)])
        && known.is_empty()
        && is_number(found.header)
        && !has_names(found.header)
        && is_card(found.header)
        && is_many(found.header)
    {
        let found = Candidate::new(
            column,
            found.header,
            SERVES,
            ColumnEvidence::Shown(ShownByCells::OnlyNumberThatRepeats),
        );
        taken.retain(|t| t.header != found.header);
        taken.push(found.clone());
        replace(candidates, vec![found]);
    }
}
