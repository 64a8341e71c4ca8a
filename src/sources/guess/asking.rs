//! What has to be asked of a file.

use super::content::ENOUGH;
use super::meanings;
use super::profile::{ColumnProfile, Kind};
use super::questions::{PossibleColumn, Question};
use super::tables::is_complete;
use super::who::THINGS;
use super::{ASK, Candidate, CellsAre, ColumnEvidence, File, MAYBE, Reading, TableClue, shape};
use crate::schema::{Column, ColumnType, Role, Table, interactions, purchases, supplies, surveys};

/// The questions of a file: its table, what the table needs, and what is only half understood.
pub(super) fn ask(file: &str, reading: &Reading, is_sure: bool, tables: &[(Table, f64, Vec<TableClue>)], seen: &File<'_>) -> Vec<Question> {
    let mut questions = Vec::new();
    if let Some(list) = plain_list(file, seen).filter(|_| !is_sure && reading.stated.is_empty()) {
        return vec![list];
    }
    if !is_sure {
        questions.push(Question::Table {
            file: file.to_string(),
            tables: tables.iter().map(|(table, confidence, _)| (*table, *confidence)).collect(),
        });
    }
    // Of a file that is hardly that table there is nothing to ask yet.
    if !is_sure && !is_complete(reading) && reading.taken.len() < 2 {
        return questions;
    }
    for column in reading.table.columns().iter().filter(|c| !reading.has(c)) {
        let needed = column.required || is_wanted(reading, column);
        let mut candidates: Vec<&Candidate> = reading
            .candidates
            .iter()
            .filter(|c| c.column == column && c.confidence >= ASK)
            // A column that is understood as something else is no longer in question, unless as a mere fallback.
            .filter(|c| {
                !reading
                    .taken
                    .iter()
                    .any(|t| t.header == c.header && t.confidence >= c.confidence - 0.1 && t.column.role != Role::PersonName)
            })
            // What the table cannot do without keeps its column.
            .filter(|c| column.required || !reading.taken.iter().any(|t| t.header == c.header && t.column.required))
            .collect();
        // What serves as something that the table can do without may be what it cannot do without.
        if candidates.is_empty() && column.required {
            let may_be = |t: &&Candidate| !t.column.required && t.column.kind == column.kind && column.kind == ColumnType::Time;
            candidates = reading.taken.iter().filter(may_be).collect();
        }
        // What no name speaks of is one of the columns that can be it.
        let possible = possible(reading, column, seen);
        if candidates.is_empty() && column.required {
            candidates = possible.iter().collect();
        }
        candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.header.cmp(&b.header)));
        if candidates.is_empty() && !needed {
            continue;
        }
        let mut question = about(file, reading, column, &candidates, seen);
        if let Question::Nobody { is_clear, .. } = &mut question {
            *is_clear = is_sure && is_clear_without_people(reading);
        }
        questions.push(question);
    }
    questions
}

/// Whether a file that names nobody is so clear otherwise that its records can count for no person: the headers say what was sold for
/// how much in each of numbered sales, or when each of numbered cases was opened and closed.
fn is_clear_without_people(reading: &Reading) -> bool {
    /// A column that is less certain is known by its cells only, or by a part of its name.
    const NAMED: f64 = 0.75;
    let is_named = |column: &Column| reading.taken.iter().any(|t| t.column == column && t.confidence >= NAMED);
    let has = |column: &Column| reading.taken.iter().any(|t| t.column == column);
    match reading.table {
        // An account, or a list of what was spent, has numbers, dates and amounts, too. A sale is one of something.
        Table::Purchases => {
            [&purchases::ORDER_ID, &purchases::AMOUNT].into_iter().all(is_named)
                && has(&purchases::OCCURRED_AT)
                && [&purchases::PRODUCT, &purchases::QUANTITY, &purchases::UNIT_AMOUNT]
                    .into_iter()
                    .any(has)
        }
        Table::Interactions => {
            is_named(&interactions::OCCURRED_AT)
                && [&interactions::RESPONDED_AT, &interactions::RESOLVED_AT].into_iter().any(is_named)
                && [&interactions::CASE_ID, &interactions::INTERACTION_ID].into_iter().any(has)
        }
        Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Supplies | Table::Identities => false,
    }
}

/// The columns that are not understood and that can be when something happened, or whom it was about, by their cells.
fn possible(reading: &Reading, column: &'static Column, seen: &File<'_>) -> Vec<Candidate> {
    let is_free = |at: &usize| !reading.taken.iter().any(|t| t.header == *at) && !seen.births[*at];
    let repeats = |profile: &ColumnProfile| profile.filled >= ENOUGH && profile.distinct > 5 && 10 * profile.distinct < 9 * profile.filled;
    // When a record was written, moved or changed says nothing of when it happened.
    let is_of_machine = |at: usize| {
        const MACHINE: [&str; 14] = [
            "birth",
            "born",
            "expires",
            "export",
            "extracted",
            "import",
            "ingested",
            "inserted",
            "loaded",
            "modified",
            "printed",
            "refreshed",
            "synced",
            "updated",
        ];
        seen.headers[at].words.iter().any(|word| MACHINE.contains(&word.as_str()))
    };
    let is_thing = |at: usize| seen.headers[at].words.iter().any(|word| THINGS.contains(&word.as_str()));
    let found = |at: usize| {
        let profile = &seen.profiles[at];
        let is_whom = column.role == Role::Stakeholder && repeats(profile) && !is_thing(at);
        let why = match column.kind {
            ColumnType::Time if profile.share(&[Kind::Date]) >= 0.9 && !is_of_machine(at) => (MAYBE, ColumnEvidence::AreDates),
            ColumnType::Stakeholder if is_whom && profile.share(&[Kind::Code, Kind::Uuid, Kind::Phone]) >= 0.9 => {
                (MAYBE, ColumnEvidence::RepeatedCodes(profile.distinct, profile.filled))
            }
            ColumnType::Stakeholder if is_whom && shape::are_names(&seen.columns[at]) => (ASK, ColumnEvidence::NameForLackOfId),
            _ => return None,
        };
        Some(Candidate::new(column, at, why.0, why.1))
    };
    (0..seen.headers.len()).filter(is_free).filter_map(found).collect()
}

/// A file with a column of codes that repeat, one of dates, at most one of numbers, and nothing else.
fn plain_list(file: &str, seen: &File<'_>) -> Option<Question> {
    let is = |at: &usize, kinds: &[Kind]| seen.profiles[*at].share(kinds) >= 0.9;
    let columns = |kinds: &[Kind]| (0..seen.headers.len()).filter(|at| is(at, kinds)).collect::<Vec<_>>();
    let dates: Vec<usize> = columns(&[Kind::Date]).into_iter().filter(|&at| !seen.births[at]).collect();
    let [when] = dates[..] else { return None };
    let repeats = |profile: &ColumnProfile| profile.filled >= ENOUGH && profile.distinct > 1 && 10 * profile.distinct < 9 * profile.filled;
    let is_id = |at: &usize| is(at, &[Kind::Code, Kind::Uuid, Kind::Email, Kind::Integer, Kind::Phone]) && repeats(&seen.profiles[*at]);
    // The number of an order is no amount, and what is ordered from suppliers is no purchase of theirs.
    let says = |at: usize, word: &str| seen.headers[at].words.contains(word);
    if (0..seen.headers.len()).any(|at| says(at, "supplier")) {
        return None;
    }
    let mut numbers = columns(&[Kind::Decimal, Kind::Money, Kind::Integer]);
    numbers.retain(|&at| !says(at, "id"));
    let rest: Vec<usize> = (0..seen.headers.len()).filter(|&at| at != when).collect();
    // Of two numbers, the one with decimals is the amount.
    let (who, amount) = match rest[..] {
        [who] => (who, None),
        [a, b] if is_id(&a) && numbers.contains(&b) && !(is_id(&b) && is(&b, &[Kind::Integer])) => (a, Some(b)),
        [a, b] if is_id(&b) && numbers.contains(&a) && !(is_id(&a) && is(&a, &[Kind::Integer])) => (b, Some(a)),
        _ => return None,
    };
    if !is_id(&who) {
        return None;
    }
    let possible = |at: usize, why: ColumnEvidence| PossibleColumn {
        header: at,
        name: seen.headers[at].name.clone(),
        confidence: MAYBE,
        evidence: vec![why],
        unit: None,
    };
    let (table, time) = match amount {
        Some(_) => (Table::Purchases, &purchases::OCCURRED_AT),
        None => (Table::Interactions, &interactions::OCCURRED_AT),
    };
    let profile = &seen.profiles[who];
    let mut found = vec![
        (
            table.stakeholder_column(),
            possible(who, ColumnEvidence::RepeatedCodes(profile.distinct, profile.filled)),
        ),
        (time, possible(when, ColumnEvidence::OnlyDates)),
    ];
    if let Some(at) = amount {
        found.push((
            &purchases::AMOUNT,
            possible(at, ColumnEvidence::Cells(CellsAre::of(&seen.profiles[at]))),
        ));
    }
    Some(Question::List {
        file: file.to_string(),
        table,
        columns: found,
    })
}

/// Of two columns one of which is needed, the one to ask for.
fn is_wanted(reading: &Reading, column: &Column) -> bool {
    match *column {
        surveys::SCORE => true,
        surveys::RESPONDED_AT => !reading.has(&surveys::SENT_AT),
        supplies::PROMISED_AT => !reading.has(&supplies::RECEIVED_AT),
        _ => false,
    }
}

fn about(file: &str, reading: &Reading, column: &'static Column, candidates: &[&Candidate], seen: &File<'_>) -> Question {
    let name = |index: usize| seen.headers[index].name.clone();
    let at = |column: &Column| reading.taken.iter().find(|t| t.column == column).map(|t| name(t.header));
    if candidates.is_empty()
        && *column == purchases::AMOUNT
        && let (Some(quantity), Some(price)) = (at(&purchases::QUANTITY), at(&purchases::UNIT_AMOUNT))
    {
        return Question::Product {
            file: file.to_string(),
            quantity,
            price,
            unless: changes_product(reading, seen).map(name),
        };
    }
    if candidates.is_empty() && names_nobody(column) {
        return Question::Nobody {
            file: file.to_string(),
            column,
            is_clear: false,
        };
    }
    let possible = candidates.iter().map(|candidate| PossibleColumn {
        header: candidate.header,
        name: name(candidate.header),
        confidence: candidate.confidence,
        evidence: candidate.evidence.clone(),
        unit: seen.headers[candidate.header].unit,
    });
    Question::Column {
        file: file.to_string(),
        column,
        candidates: possible.collect(),
    }
}

/// A column that may make the amount another one than quantity times price: a discount, a share, or numbers whose name nobody knows.
fn changes_product(reading: &Reading, seen: &File<'_>) -> Option<usize> {
    let is_free = |at: &usize| !reading.taken.iter().any(|t| t.header == *at);
    let changes = |at: &usize| {
        let (header, profile) = (&seen.headers[*at], &seen.profiles[*at]);
        let is_known = header.words.iter().any(|word| meanings::vocabulary().contains(word));
        let is_number = profile.share(&[Kind::Decimal, Kind::Money, Kind::Integer]) >= 0.9 && profile.filled > 0;
        header.words.contains("discount") || profile.share(&[Kind::Percent]) >= 0.5 || header.name.contains('%') || is_number && !is_known
    };
    (0..seen.headers.len()).filter(is_free).find(changes)
}

/// Whether records may do without the column because they name nobody: what was sold over a counter, or what citizens report.
fn names_nobody(column: &Column) -> bool {
    column.role == Role::Stakeholder && matches!(column.table, Table::Purchases | Table::Interactions)
}
