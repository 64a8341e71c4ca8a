//! What has to be asked, and how to answer it.

use super::tables::is_complete;
use super::{ASK, Candidate, File, Reading, TAKE};
use crate::diagnostics::excerpt;
use crate::schema::{Column, ColumnType, Role, Table, identities, interactions, purchases, referrals, stakeholders, supplies, surveys};

/// Something that the file does not tell clearly enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The question, with what speaks for the candidates.
    pub text: String,
    /// The canonical column; none where the table is the question.
    pub column: Option<&'static str>,
    /// Columns of the file that may be it (counted from 0), with their confidence, the likeliest first.
    pub candidates: Vec<(usize, f64)>,
    /// What to write on the command line, or in the source's `map` where an expression is needed, if the likeliest is right.
    pub option: String,
}

/// So many columns are named that something may be.
const LISTED: usize = 12;

/// How a question names a canonical column.
fn meaning(column: &Column) -> &'static str {
    match *column {
        interactions::OCCURRED_AT | purchases::OCCURRED_AT | referrals::OCCURRED_AT => "when it happened",
        interactions::RESPONDED_AT | surveys::RESPONDED_AT => "when it was answered",
        purchases::AMOUNT | supplies::AMOUNT => "the amount",
        surveys::SCORE => "the score",
        referrals::REFERRER_ID | stakeholders::REFERRER_ID | purchases::REFERRER_ID => "who referred",
        referrals::REFERRED_ID => "who was referred",
        identities::ALIAS => "the other id or address",
        _ if column.role == Role::Stakeholder => "whom the record is about",
        _ => column.name,
    }
}

/// The questions of a file: its table, what the table needs, and what is only half understood.
pub(super) fn ask(file: &str, reading: &Reading, is_sure: bool, tables: &[(Table, f64, String)], seen: &File<'_>) -> Vec<Question> {
    let mut questions = Vec::new();
    if !is_sure {
        questions.push(which_table(file, tables));
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
            .collect();
        candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.header.cmp(&b.header)));
        if candidates.is_empty() && !needed {
            continue;
        }
        questions.push(about(file, reading, column, &candidates, seen));
    }
    questions
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

fn which_table(file: &str, tables: &[(Table, f64, String)]) -> Question {
    let listed: Vec<String> = tables
        .iter()
        .take(3)
        .map(|(t, sure, _)| format!("{t} ({:.0} %)", sure * 100.0))
        .collect();
    let likeliest = tables.first().map_or("KIND", |(t, ..)| t.name());
    let text = match listed.is_empty() {
        true => format!("Which table is {file}? None of its columns is understood"),
        false => format!("Which table is {file}? It may be {}", listed.join(", ")),
    };
    Question {
        text,
        column: None,
        candidates: Vec::new(),
        option: format!("{likeliest}={file}"),
    }
}

/// A header within single quotes of a shell.
fn quoted(header: &str) -> String {
    format!("'{}'", header.replace('\'', "'\\''"))
}

fn about(file: &str, reading: &Reading, column: &'static Column, candidates: &[&Candidate], seen: &File<'_>) -> Question {
    let name = |index: usize| seen.headers[index].name.as_str();
    let at = |column: &Column| reading.taken.iter().find(|t| t.column == column).map(|t| name(t.header));
    let mut option = format!("--map {}", quoted(&format!("{file}:{}=COLUMN", column.name)));
    if let Some(best) = candidates.first() {
        option = format!("--map {file}:{}={}", column.name, quoted(name(best.header)));
        let lasts = column.role == Role::Duration;
        if let Some(unit) = seen.headers[best.header].unit.filter(|_| lasts) {
            option = format!("{} = {{ expr = '\"{}\" {}' }}", column.name, name(best.header), unit.minutes());
        }
    } else if *column == purchases::AMOUNT
        && let (Some(quantity), Some(price)) = (at(&purchases::QUANTITY), at(&purchases::UNIT_AMOUNT))
    {
        option = format!("amount = {{ expr = '\"{quantity}\" * \"{price}\"' }}");
        return Question {
            text: format!("No column is the amount; is it \"{quantity}\" times \"{price}\"?"),
            column: Some(column.name),
            candidates: Vec::new(),
            option,
        };
    }
    let meant = meaning(column);
    let text = match candidates {
        [] => format!("Which column is {} ({meant})? None looks like it", column.name),
        [one] => format!(
            "Is \"{}\" {} ({meant})? {}",
            excerpt(name(one.header)),
            column.name,
            one.evidence.join("; ")
        ),
        several => {
            let mut listed: Vec<String> = several
                .iter()
                .take(LISTED)
                .map(|c| format!("\"{}\" ({})", excerpt(name(c.header)), c.evidence.join("; ")))
                .collect();
            if several.len() > LISTED {
                listed.push(format!("one of {} more", several.len() - LISTED));
            }
            format!("Which column is {} ({meant}): {}?", column.name, listed.join(" or "))
        }
    };
    let is_closed = column.kind == ColumnType::Text && !column.words.is_empty();
    let text = match is_closed && candidates.iter().any(|c| c.confidence < TAKE) {
        true => format!(
            "{text}. It may hold {}; other words need [source.values.{}]",
            column.words.join(", "),
            column.name
        ),
        false => text,
    };
    Question {
        text,
        column: Some(column.name),
        candidates: candidates.iter().map(|c| (c.header, c.confidence)).collect(),
        option,
    }
}
