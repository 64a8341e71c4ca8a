//! Looking at all cells of the columns that a single cell cannot settle: which part of a date is the day, which mark parts decimals,
//! whether ids end in `.0`.

use std::collections::BTreeMap;

use anyhow::Result;

use super::columns::{Plan, Take, Times};
use super::file::Job;
use crate::intake::for_each_record;
use crate::note::{Place, Problem};
use crate::schema::ColumnType;
use crate::value::{DateVerdict, DateVote, DecimalMark, DecimalVote, Order, is_null, unguarded};

/// What a look at all cells of a file's undecided columns found.
#[derive(Debug, Default, Clone)]
struct Votes {
    dates: BTreeMap<usize, DateVote>,
    numbers: BTreeMap<usize, DecimalVote>,
    /// By field: ids that end in `.0`, and all ids.
    ids: BTreeMap<usize, (u64, u64)>,
}

/// Looks at all cells of the columns that are not decided yet, decides them, and says what was decided and why.
///
/// # Errors
///
/// When day and month cannot be told apart, or two date styles contradict each other: with both readings and what to write.
pub fn look(job: &Job, decided: &mut Decided, file: &str) -> Result<Vec<String>> {
    let mut fields: Vec<(usize, ColumnType)> = Vec::new();
    if let (true, Some(filter)) = (job.mapping.filter_open, job.filter) {
        fields.extend(filter.columns().iter().map(|&i| (i, ColumnType::Money)));
    }
    for plan in decided.plans.iter().filter(|p| p.open) {
        match &plan.take {
            Take::Field(index) => fields.push((*index, plan.kind)),
            Take::Expr(expr) => fields.extend(expr.columns().iter().map(|&i| (i, ColumnType::Money))),
            Take::Value(_) => {}
        }
    }
    let width = job.layout.header.names.len();
    let outcome = for_each_record(job.file, job.layout, job.threads, Votes::default, |votes, record| {
        if record.len() < width {
            return Ok(());
        }
        for &(index, kind) in &fields {
            let cell = match (record.get(index), job.lookup) {
                (Some(cell), _) if index < width => unguarded(cell),
                (_, Some(lookup)) => {
                    let cells = lookup.records.get(record.get(lookup.key).unwrap_or("").trim());
                    cells.and_then(|c| c.get(index - width)).map_or("", String::as_str)
                }
                _ => "",
            };
            match kind {
                ColumnType::Time => votes.dates.entry(index).or_default().see(cell, record.line()),
                ColumnType::Money | ColumnType::Number => votes.numbers.entry(index).or_default().see(cell, record.line()),
                ColumnType::Key | ColumnType::Stakeholder if !is_null(cell) => {
                    let ids = votes.ids.entry(index).or_default();
                    ids.0 += u64::from(cell.trim().ends_with(".0"));
                    ids.1 += 1;
                }
                _ => {}
            }
        }
        Ok(())
    })?;
    let mut votes = Votes::default();
    for sink in &outcome.sinks {
        sink.dates.iter().for_each(|(i, v)| votes.dates.entry(*i).or_default().merge(v));
        sink.numbers.iter().for_each(|(i, v)| votes.numbers.entry(*i).or_default().merge(v));
        for (i, (zeros, all)) in &sink.ids {
            let ids = votes.ids.entry(*i).or_default();
            *ids = (ids.0 + zeros, ids.1 + all);
        }
    }
    decide(job, decided, file, &votes)
}

/// The columns, and how the condition's cells are read, once they were looked at.
pub struct Decided {
    /// The columns.
    pub plans: Vec<Plan>,
    /// Decimal mark of the condition's cells.
    pub filter_mark: DecimalMark,
}

fn decide(job: &Job, decided: &mut Decided, file: &str, votes: &Votes) -> Result<Vec<String>> {
    let mut said = Vec::new();
    let delimiter = job.layout.dialect.delimiter;
    if let (true, Some(filter)) = (job.mapping.filter_open, job.filter) {
        let mut vote = DecimalVote::new();
        filter
            .columns()
            .iter()
            .filter_map(|i| votes.numbers.get(i))
            .for_each(|v| vote.merge(v));
        decided.filter_mark = vote.verdict(delimiter).mark();
    }
    for plan in decided.plans.iter_mut().filter(|p| p.open) {
        plan.open = false;
        let column = plan.header.clone();
        match (&plan.take, plan.kind) {
            (Take::Field(index), ColumnType::Time) => {
                if let Some(order) = date_order(votes.dates.get(index), file, &column)? {
                    said.push(format!("{column}: {}", order.1));
                    plan.times = Times::Ordered(order.0);
                }
            }
            (Take::Field(index), ColumnType::Money | ColumnType::Number) => {
                if let Some(vote) = votes.numbers.get(index) {
                    plan.mark = vote.verdict(delimiter).mark();
                    said.push(format!("{column}: {}", mark_words(plan.mark)));
                }
            }
            (Take::Field(index), ColumnType::Key | ColumnType::Stakeholder) => {
                let (zeros, all) = votes.ids.get(index).copied().unwrap_or_default();
                plan.strip_point_zero = all > 0 && zeros == all;
                if plan.strip_point_zero {
                    said.push(format!("{column}: ids are read without their .0"));
                }
            }
            (Take::Expr(expr), _) => {
                let mut vote = DecimalVote::new();
                expr.columns()
                    .iter()
                    .filter_map(|i| votes.numbers.get(i))
                    .for_each(|v| vote.merge(v));
                plan.mark = vote.verdict(delimiter).mark();
            }
            _ => {}
        }
    }
    Ok(said)
}

fn mark_words(mark: DecimalMark) -> &'static str {
    match mark {
        DecimalMark::Point => "decimal point",
        DecimalMark::Comma => "decimal comma",
        DecimalMark::Auto => "decimal point and comma, each cell by its own evidence",
    }
}

fn date_order(vote: Option<&DateVote>, file: &str, column: &str) -> Result<Option<(Order, String)>> {
    let place = |line| Place::line(file, line);
    let choose = format!("say which: dates = \"dmy\", \"mdy\" or \"ymd\" in the [[source]] of {file}, or a format in [source.map]");
    match vote.map(DateVote::verdict) {
        None | Some(DateVerdict::NoDates { .. }) => Ok(None),
        Some(DateVerdict::Clear {
            order,
            decided_by: Some(example),
            ..
        }) => {
            let words = match order {
                Order::Dmy => "day, month, year",
                Order::Mdy => "month, day, year",
                Order::Ymd => "year, month, day",
            };
            Ok(Some((
                order,
                format!("{words}, as '{}' on line {} can only be", example.cell, example.line),
            )))
        }
        Some(DateVerdict::Clear { order, .. }) => Ok(Some((order, "every cell says its own order".to_string()))),
        Some(DateVerdict::Ambiguous { example, readings }) => {
            let read: Vec<String> = readings
                .iter()
                .map(|(order, civil)| {
                    let (y, m, d) = civil.ymd();
                    format!("{y:04}-{m:02}-{d:02} ({})", format!("{order:?}").to_lowercase())
                })
                .collect();
            Err(
                Problem::data(format!("the dates in column {column} of {file} can be read in more than one way"))
                    .why(format!(
                        "every cell fits each order; '{}' would be {}",
                        example.cell,
                        read.join(" or ")
                    ))
                    .hint(choose)
                    .at(place(example.line))
                    .into(),
            )
        }
        Some(DateVerdict::Mixed { orders }) => {
            let read: Vec<String> = orders
                .iter()
                .map(|(order, cells, example)| {
                    format!(
                        "{} reads {cells} cells but not '{}' on line {}",
                        format!("{order:?}").to_lowercase(),
                        example.cell,
                        example.line
                    )
                })
                .collect();
            let line = orders.first().map_or(1, |(_, _, e)| e.line);
            Err(Problem::data(format!("column {column} of {file} mixes orders of day and month"))
                .why(read.join("; "))
                .hint(choose)
                .at(place(line))
                .into())
        }
    }
}
