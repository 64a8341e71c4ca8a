//! Why a file cannot be read as a table, and what to do about it.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::diagnostics::{Excerpt, Place, Problem, did_you_mean, excerpt};
use crate::expr::{Expr, ExprError};
use crate::ingest::Header;
use crate::schema::{Column, Table, supplies, surveys};
use crate::sources::{Mapped, Source, WrongTarget, guess};

/// What is wrong with an expression over the columns of a file, at its place.
pub fn expression_problem(expr: &Expr, error: &ExprError, file: &str, place: Option<&Place>) -> Problem {
    let written = place.map_or_else(|| "expression".to_string(), |place| format!("{place}, expression"));
    Problem::usage(format!("an expression does not fit the columns of {file}"))
        .why(error.message.clone())
        .hint(error.hint.clone().unwrap_or_default())
        .showing(Excerpt::new(&written, expr.text(), error.span.clone()))
}

pub(super) fn wrong_target(file: &str, wrong: WrongTarget, mapped: &Mapped) -> Problem {
    let problem = Problem::usage(format!("the mapping of {file} cannot be used: {}", wrong.message)).hint(wrong.hint);
    match &mapped.place {
        Some(place) => problem.at(place.clone()),
        None => problem,
    }
}

pub(super) fn missing_column(file: &str, header: &str, names: &[String], place: Option<Place>) -> Problem {
    let problem = Problem::usage(format!("{file} has no column {}", excerpt(header)))
        .why(format!("its columns are {}", listed(names)))
        .hint(did_you_mean(header, names));
    match place {
        Some(place) => problem.at(place),
        None => problem,
    }
}

/// Tables next to each other are several lists, of which the first alone would count.
pub(super) fn check_single(source: &Source, header: &Header, file: &str) -> Result<()> {
    let Some(tables) = source.tables_beside else {
        return Ok(());
    };
    let again = header.names.len().div_ceil(tables) + 1;
    Err(
        Problem::data(format!("{file} has {tables} tables with the same columns next to each other"))
            .why(format!("the names of the columns come again from column {again} on"))
            .hint("put all records below each other, or name the columns that count with --map")
            .into(),
    )
}

pub(super) fn check_needed(source: &Source, table: Table, mapped: &BTreeSet<String>, file: &str, names: &[String]) -> Result<()> {
    let has = |column: &Column| column.table == table && mapped.contains(column.name);
    let missing: Vec<&str> = table
        .columns()
        .iter()
        .filter(|c| c.required && !mapped.contains(c.name))
        .map(|c| c.name)
        .collect();
    // What a record of the table needs one of.
    let times: &[Column] = match table {
        Table::Surveys => &[surveys::RESPONDED_AT, surveys::SENT_AT],
        Table::Supplies => &[supplies::ORDERED_AT, supplies::PROMISED_AT, supplies::RECEIVED_AT],
        Table::Interactions | Table::Purchases | Table::Stakeholders | Table::Referrals | Table::Identities => &[],
    };
    let no_time = !times.is_empty() && !times.iter().any(has);
    // Without the question that counts, nothing of the file does.
    let asked = source
        .questions
        .iter()
        .find(|question| matches!(question, guess::Question::Asked(_)));
    if let Some(question) = asked.filter(|_| missing.is_empty() && !no_time && !source.map.contains_key(surveys::INSTRUMENT.name)) {
        return Err(
            Problem::data(format!("{file} has a record for each answer, and it is not certain what counts"))
                .why(question.to_string())
                .hint(format!("name the question: {}", question.answer()))
                .into(),
        );
    }
    if missing.is_empty() && !no_time {
        return Ok(());
    }
    let one_of = times.iter().map(|column| column.name).collect::<Vec<_>>().join(" or ");
    let what = match (missing.is_empty(), no_time) {
        (true, _) => one_of,
        (false, true) => format!("{}, {one_of}", missing.join(", ")),
        (false, false) => missing.join(", "),
    };
    Err(Problem::data(format!("{file} cannot be read as {table}: no column for {what}"))
        .why(match &source.lacks {
            Some(why) => format!("{why}; its columns are {}", listed(names)),
            None => format!("its columns are {}", listed(names)),
        })
        .hint(likely(source, file).unwrap_or_else(|| {
            format!(
                "name it: --map '{file}:{}=COLUMN', or in [source.map] of relhealth.toml",
                missing
                    .first()
                    .copied()
                    .or(times.first().map(|column| column.name))
                    .unwrap_or("COLUMN")
            )
        }))
        .into())
}

/// What the columns are likely to mean, as options to accept it with; none where nothing is likely.
pub(super) fn likely(source: &Source, file: &str) -> Option<String> {
    let accepted = guess::accepted(file, source.table, &source.questions)?;
    Some(format!(
        "`relhealth inspect {}` shows what its columns seem to mean; if that is right, give the file as {accepted}",
        guess::quoted_if_needed(file)
    ))
}

/// Names of columns for a message: the first of many.
pub fn listed(names: &[String]) -> String {
    const SHOWN: usize = 30;
    let shown: Vec<_> = names.iter().take(SHOWN).map(|name| excerpt(name)).collect();
    let shown = shown.join(", ");
    if names.is_empty() {
        "none".to_string()
    } else if names.len() > SHOWN {
        format!("{shown} and {} more", names.len() - SHOWN)
    } else {
        shown
    }
}
