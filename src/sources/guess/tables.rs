//! Which table a file is: how much of each table its columns make.

use super::content::ENOUGH;
use super::header_words::Header;
use super::profile::Kind;
use super::{ColumnEvidence, File, Reading, TAKE, TableClue, meanings, shape};
use crate::schema::{Column, ColumnType, Role, Table, identities, interactions, purchases, referrals, stakeholders, supplies, surveys};
use crate::sources::{recognise, table as recognised};

/// How much confidence is added by one more point: at two points' lead the odds are four to one.
const STEEPNESS: f64 = 0.7;
/// So many points make a file a table at all; two columns that many files have do not.
const FULL: f64 = 4.0;
/// The least confidence of a table that is recognised by known names alone and that no cell contradicts.
const RECOGNISED: f64 = 0.9;

/// A table recognised by its names keeps its rank unless the cells, or words beside the known names, make another one clearly more.
const LEAD: f64 = 0.8;

/// The id of a record that its name does not make surer says little of the table.
const SURE_ID: f64 = 0.75;

/// So many points of a complete event make its table, where no other table is likely: its confidence among all is that high.
const ENOUGH_POINTS: f64 = 2.2;
const ALONE: f64 = 0.85;
/// So many points of a lead make purchases and answers, where nothing shows contacts: who, when, and how much or how good, leave less open.
const LEADS: f64 = 1.2;

/// A roster needs no more than an id, which every table has: its name alone recognises nothing below so many points.
const ROSTER: f64 = 3.0;

/// What finding a column says for its table: those that only one or two tables have say most.
fn weight(column: &Column) -> f64 {
    match *column {
        referrals::REFERRER_ID
        | referrals::REFERRED_ID
        | surveys::SCORE
        | purchases::AMOUNT
        | supplies::AMOUNT
        | supplies::QUANTITY_RECEIVED
        | supplies::QUANTITY_REJECTED
        | identities::ALIAS
        | interactions::DIRECTION
        | interactions::IN_REPLY_TO => 3.0,
        interactions::RESOLVED_AT
        | interactions::CASE_ID
        | surveys::CASE_ID
        | interactions::RESPONDED_AT
        | interactions::RESPONSE_MINUTES
        | interactions::RESOLUTION_MINUTES
        | purchases::UNIT_AMOUNT
        | stakeholders::STARTED_AT
        | stakeholders::ENDED_AT => 2.0,
        interactions::CHANNEL | purchases::CHANNEL | interactions::KIND => 0.7,
        // Every kind of record may have one.
        stakeholders::STATUS => 0.0,
        // Records of any table can have these.
        interactions::TAGS
        | interactions::CLOSE_REASON
        | interactions::MERGED_INTO
        | interactions::IS_SPAM
        | interactions::IS_DELETED
        | interactions::IS_DUPLICATE
        | interactions::IS_MERGED
        | interactions::IS_TEST => 0.3,
        _ => match column.role {
            Role::MachineMark => 0.3,
            Role::Stakeholder => 0.5,
            // Every file may have them.
            Role::ContactEmail | Role::ContactPhone | Role::ContactName => 0.0,
            Role::Status | Role::Owner | Role::Currency | Role::PersonName | Role::Email | Role::StakeholderType => 0.7,
            _ if column.kind == ColumnType::Text && column.words.is_empty() => 1.0,
            _ => 1.5,
        },
    }
}

/// Words of a header of times that say that people were in contact.
const CONTACTS: [&str; 8] = [
    "contact",
    "call",
    "visit",
    "meeting",
    "message",
    "conversation",
    "interaction",
    "activity",
];

/// What only a contact or a case has.
const OF_CONTACTS: [Column; 7] = [
    interactions::RESPONDED_AT,
    interactions::RESPONSE_MINUTES,
    interactions::RESOLVED_AT,
    interactions::RESOLUTION_MINUTES,
    interactions::DIRECTION,
    interactions::IN_REPLY_TO,
    interactions::REOPENS,
];

/// Whether a reading has what its table cannot do without.
pub(super) fn is_complete(reading: &Reading) -> bool {
    recognise::is_complete(reading.table, &|column| reading.has(column)) || is_spend(reading)
}

/// Whether a reading has what was paid to suppliers and when, which is worth reading without what they delivered.
fn is_spend(reading: &Reading) -> bool {
    let says_supplier = |why: &ColumnEvidence| match why {
        ColumnEvidence::NameWords(words, ..) => words.iter().any(|word| word == "supplier"),
        ColumnEvidence::KnownName | ColumnEvidence::ContainsKnownName(_) => true,
        _ => false,
    };
    let mut of_suppliers = reading.taken.iter().filter(|t| *t.column == supplies::STAKEHOLDER_ID);
    of_suppliers.any(|t| t.evidence.iter().any(says_supplier)) && reading.has(&supplies::ORDERED_AT) && reading.has(&supplies::AMOUNT)
}

/// Whether a column is the id of the stakeholder whom a record is about. A referral is about two.
fn is_subject(column: &Column) -> bool {
    column.role == Role::Stakeholder && column.table != Table::Referrals
}

/// Whether a reading lacks one thing that a question can settle: an id or an amount beside the rest.
fn is_nearly(reading: &Reading) -> bool {
    let missing = reading.table.columns().iter().filter(|c| c.required && !reading.has(c)).count();
    match reading.table {
        Table::Interactions | Table::Purchases => missing == 1,
        Table::Surveys => [&surveys::RESPONDED_AT, &surveys::SENT_AT, &surveys::SCORE]
            .into_iter()
            .any(|column| reading.has(column)),
        Table::Stakeholders | Table::Referrals | Table::Supplies | Table::Identities => false,
    }
}

/// The tables that a file may be, the likeliest first, with their confidence and the evidence.
pub(super) fn rank(
    file: &str,
    headers: &[String],
    seen: &File<'_>,
    readings: &[Reading],
    stated: Option<Table>,
) -> Vec<(Table, f64, Vec<TableClue>)> {
    if let Some(table) = stated {
        return vec![(table, 1.0, vec![TableClue::Set])];
    }
    let known = recognised(headers, file);
    let mut scored: Vec<(&Reading, f64, Vec<TableClue>)> = readings
        .iter()
        .map(|reading| {
            let (points, why) = points(file, seen, reading);
            (reading, points, why)
        })
        .collect();
    // When and how much make a purchase, unless something is there that only a contact or a case has.
    let is_purchase = readings
        .iter()
        .any(|r| r.table == Table::Purchases && r.has(&purchases::AMOUNT) && r.has(&purchases::OCCURRED_AT));
    // When an answer was given is not when a case was resolved.
    let answers = readings.iter().find(|r| r.table == Table::Surveys && r.has(&surveys::SCORE));
    let is_answered = |header: usize| {
        let taken = answers.iter().flat_map(|r| &r.taken);
        taken.filter(|t| *t.column == surveys::RESPONDED_AT).any(|t| t.header == header)
    };
    let is_of_contact = |r: &Reading| {
        let mut taken = r.taken.iter().filter(|t| !is_answered(t.header));
        let is = |column: &Column| OF_CONTACTS.contains(column);
        taken.any(|t| is(t.column)) || r.stated.iter().any(|column| is(column))
    };
    let is_contact = readings.iter().any(|r| r.table == Table::Interactions && is_of_contact(r));
    // Answers have scores, and so have cases, which have more.
    if answers.is_some() && !is_contact {
        scored
            .iter_mut()
            .filter(|s| s.0.table == Table::Interactions)
            .for_each(|s| s.1 *= 0.6);
    }
    // The records of an account are payments, whatever their amounts are.
    let is_account = |c: &super::Candidate| {
        c.evidence
            .iter()
            .any(|why| matches!(why, ColumnEvidence::RunningBalance(_) | ColumnEvidence::SidesOfAccount(..)))
    };
    let has_balance = readings.iter().any(|r| r.candidates.iter().any(is_account));
    if (is_purchase || has_balance) && !is_contact {
        scored
            .iter_mut()
            .filter(|s| s.0.table == Table::Interactions)
            .for_each(|s| s.1 *= if has_balance { 0.2 } else { 0.6 });
    }
    // When a deal was closed is not when a case was resolved.
    let is_closing = |c: &super::Candidate| c.evidence.contains(&ColumnEvidence::Closing);
    let are_deals = readings
        .iter()
        .any(|r| r.table == Table::Purchases && r.has(&purchases::AMOUNT) && r.taken.iter().any(is_closing));
    if are_deals {
        scored
            .iter_mut()
            .filter(|s| s.0.table == Table::Interactions)
            .for_each(|s| s.1 *= 0.2);
    }
    // Who and when without how much is a contact: nothing was sold.
    let has_amounts = seen.profiles.iter().any(super::ColumnProfile::are_amounts)
        || readings.iter().any(|r| {
            r.candidates
                .iter()
                .any(|c| *c.column == purchases::AMOUNT && c.confidence >= super::ASK)
        });
    let is_plain_contact = |reading: &Reading| {
        let id = reading
            .taken
            .iter()
            .find(|t| is_subject(t.column))
            .map(|t| &seen.profiles[t.header]);
        reading.table == Table::Interactions && is_complete(reading) && id.is_some_and(|p| p.filled >= ENOUGH && !p.is_unique())
    };
    // Answers have scores, and orders without amounts are told by their words. A list of two or three columns is asked about.
    let is_other = readings.iter().any(|r| r.table == Table::Surveys && r.has(&surveys::SCORE))
        || meanings::hints(Table::Purchases, seen.headers)
            .iter()
            .any(|hint| !["appointment", "booking"].contains(hint))
        || seen.headers.len() < 4;
    if !has_amounts && !is_other {
        for (reading, points, clues) in &mut scored {
            match reading.table {
                Table::Purchases => *points *= 0.5,
                Table::Interactions if is_plain_contact(reading) => {
                    *points += 2.0;
                    clues.push(TableClue::NoAmounts);
                }
                Table::Interactions | Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Supplies | Table::Identities => {}
            }
        }
    }
    let best = scored.iter().map(|s| s.1).fold(0.0, f64::max);
    let second = scored.iter().map(|s| s.1).filter(|points| *points < best).fold(0.0, f64::max);
    let whole: f64 = scored.iter().map(|s| ((s.1 - best) * STEEPNESS).exp()).sum();
    let mut ranked: Vec<(Table, f64, Vec<TableClue>)> = scored
        .into_iter()
        .filter(|s| s.1 > 0.0)
        .map(|(reading, points, mut why)| {
            let (table, complete) = (reading.table, is_complete(reading));
            let mut sure = ((points - best) * STEEPNESS).exp() / whole * (points / FULL).min(1.0);
            // Who, when and how much are all that a purchase needs, and who and when a contact; nothing else may be as likely.
            let is_event = matches!(table, Table::Purchases | Table::Interactions) && complete && points >= ENOUGH_POINTS;
            let is_alone = || ((points - best) * STEEPNESS).exp() / whole >= ALONE;
            let leads = || points - second >= LEADS && !is_contact;
            let is_told = match table {
                Table::Purchases => is_alone() || leads(),
                Table::Surveys => complete && reading.has(&surveys::SCORE) && points >= ENOUGH_POINTS && leads(),
                Table::Interactions | Table::Stakeholders | Table::Referrals | Table::Supplies | Table::Identities => is_alone(),
            };
            // Who each has an id of their own, came and left is on a roster.
            let is_spell = table == Table::Stakeholders
                && complete
                && reading.has(&stakeholders::STARTED_AT)
                && reading.has(&stakeholders::ENDED_AT)
                && why.contains(&TableClue::OneEach)
                && !why.contains(&TableClue::MayListThings);
            let is_told = is_told || is_spell && points >= best && !is_contact;
            if (is_event || is_spell || table == Table::Surveys) && seen.headers.len() >= 4 && is_told {
                sure = sure.max(TAKE);
            }
            let is_more_than_an_id = table != Table::Stakeholders || points >= ROSTER;
            if known == Some(table) && complete && points >= LEAD * best && is_more_than_an_id {
                sure = sure.max(RECOGNISED);
                why.insert(0, TableClue::KnownNames);
            }
            (table, sure, why)
        })
        .collect();
    // The order of the tables is that of their importance.
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    if let Some((first, rest)) = ranked.split_first_mut() {
        let left = 1.0 - first.1;
        rest.iter_mut().for_each(|r| r.1 = r.1.min(left));
    }
    ranked
}

/// Whether a roster is one of people or organisations: products and coupons have an id, a name and a beginning too.
fn speaks_of_people(file: &str, seen: &File<'_>, reading: &Reading) -> bool {
    let id = reading.taken.iter().find(|t| is_subject(t.column)).map(|t| &seen.headers[t.header]);
    id.is_some_and(|h| h.words.iter().any(|w| meanings::is_who(w) || w == "supplier"))
        || reading.taken.iter().any(|t| t.column.role == Role::Email)
        || seen.births.contains(&true)
        || seen
            .headers
            .iter()
            .any(|header| header.words.contains("last") && header.words.contains("name"))
        || recognise::named_by(Table::Stakeholders, file).is_some()
        || (meanings::hints(Table::Stakeholders, seen.headers).len() >= 2 && !speaks_of_things(seen))
}

/// Whether each record has its own id, and the names or addresses of people repeat: the records are not the people.
fn people_repeat(seen: &File<'_>, reading: &Reading) -> bool {
    let profile = |is: &dyn Fn(&Column) -> bool| reading.taken.iter().find(|t| is(t.column)).map(|t| &seen.profiles[t.header]);
    let has_own_ids = profile(&is_subject).is_some_and(|p| p.filled >= ENOUGH && p.is_unique());
    let whose = [stakeholders::EMAIL, stakeholders::NAME].map(|column| profile(&|c: &Column| *c == column));
    let repeats = |p: &super::ColumnProfile| p.filled >= ENOUGH && 10 * p.distinct < 7 * p.filled;
    has_own_ids && whose.into_iter().flatten().any(repeats)
}

/// Whether headers are about what is sold, stored or sent.
fn speaks_of_things(seen: &File<'_>) -> bool {
    let things = ["product", "sku", "inventory", "warehouse", "fulfillment", "stock"];
    seen.headers
        .iter()
        .any(|header| things.iter().any(|word| header.words.contains(*word)))
}

fn points(file: &str, seen: &File<'_>, reading: &Reading) -> (f64, Vec<TableClue>) {
    let table = reading.table;
    let mut points = 0.0;
    let mut clues: Vec<TableClue> = Vec::new();
    for taken in &reading.taken {
        // Any list of records may have a number for each.
        if taken.column.role != Role::RecordId || taken.confidence >= SURE_ID {
            points += weight(taken.column) * taken.confidence;
        }
    }
    points += reading.stated.iter().map(|column| weight(column)).sum::<f64>();
    if !reading.stated.is_empty() {
        clues.push(TableClue::Mapped(reading.stated.iter().map(|column| column.name).collect()));
    }
    if !reading.taken.is_empty() {
        clues.push(TableClue::Has(reading.taken.iter().map(|t| t.column.name).collect()));
    }
    let hints = meanings::hints(table, seen.headers);
    if !hints.is_empty() {
        points += 0.6 * hints.len().min(6) as f64;
        clues.push(TableClue::Mentions(hints));
    }
    // `Contact on`, `Visita` with a date: an event between people.
    let event = reading.taken.iter().find(|t| *t.column == interactions::OCCURRED_AT);
    if let Some(word) = event.and_then(|t| CONTACTS.into_iter().find(|word| seen.headers[t.header].words.contains(*word))) {
        points += 2.0;
        clues.push(TableClue::Mentions(vec![word]));
    }
    if let Some(word) = recognise::named_by(table, file) {
        points += 2.0;
        clues.push(TableClue::FileName(word));
    }
    let id = reading
        .taken
        .iter()
        .find(|t| is_subject(t.column))
        .map(|t| &seen.profiles[t.header]);
    if let Some(id) = id.filter(|p| p.filled >= ENOUGH) {
        match (table, id.is_unique()) {
            (Table::Stakeholders, true) => {
                points += if shape::id_of_people(seen).is_some() { 2.5 } else { 1.5 };
                clues.push(TableClue::OneEach);
            }
            (Table::Stakeholders, false) if 2 * id.distinct < id.filled => points -= 2.0,
            (Table::Interactions | Table::Purchases, false) => points += 0.5,
            _ => {}
        }
    }
    if table == Table::Stakeholders && people_repeat(seen, reading) {
        points *= 0.5;
        clues.push(TableClue::PeopleRepeat);
    }
    if table == Table::Stakeholders && !speaks_of_people(file, seen, reading) {
        points *= 0.5;
        clues.push(TableClue::MayListThings);
    }
    // Two kinds of id in one record are what a list of other names is.
    if table == Table::Identities
        && seen
            .profiles
            .iter()
            .any(|p| matches!(p.main(), Some(Kind::Date | Kind::Money | Kind::Decimal)))
    {
        points *= 0.5;
    }
    // Supplies are those of suppliers: a name for another stakeholder, and none for a supplier, is that of another table.
    let id = reading.taken.iter().find(|t| is_subject(t.column)).map(|t| &seen.headers[t.header]);
    let is_elses = |h: &Header| {
        h.words
            .iter()
            .any(|w| meanings::is_who(w) && w != "company" && w != "partner" && w != "account")
    };
    if table == Table::Supplies && id.is_some_and(is_elses) && !seen.headers.iter().any(|h| h.words.contains("supplier")) {
        points *= 0.5;
    }
    // Who is paid is no customer.
    let is_supplier = |h: &Header| h.words.contains("supplier");
    if table == Table::Purchases && id.is_none_or(is_supplier) && seen.headers.iter().any(is_supplier) {
        points *= 0.5;
    }
    // What is mapped is a column of its table, or a dimension.
    if reading.lacks_stated {
        points *= 0.5;
    }
    if !is_complete(reading) {
        points *= if is_nearly(reading) { 0.85 } else { 0.6 };
        clues.push(TableClue::Incomplete);
    }
    (points, clues)
}
