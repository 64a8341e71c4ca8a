//! Looking at all cells of the columns that a single cell cannot settle: which part of a date is the day, which mark parts decimals,
//! whether ids end in `.0`.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Result;

use super::columns::{ColumnSource, Plan, Times, expression_amount, expression_time};
use super::file::Job;
use crate::cell_parsing::{
    Civil, Count, DateVerdict, DateVote, DecimalMark, DecimalVerdict, DecimalVote, Example, Order, cleaned, is_null, unguarded,
};
use crate::diagnostics::{Place, Problem, counted};
use crate::expr::{Bound, Cell, Reading};
use crate::ingest::for_each_record;
use crate::schema::ColumnType;

/// What was decided about a column, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decision {
    /// The column's header.
    pub column: String,
    /// What was decided, in words.
    pub what: String,
    /// The cells that say so; empty where nothing is to be added.
    pub evidence: String,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Decision { column, what, evidence } = self;
        write!(f, "{column}: {what}")?;
        if evidence.is_empty() { Ok(()) } else { write!(f, ", {evidence}") }
    }
}

/// What a look at all cells of a file's undecided columns found.
#[derive(Debug, Default, Clone)]
struct Votes {
    dates: BTreeMap<usize, DateVote>,
    /// By plan: the times that its expression gives.
    made: BTreeMap<usize, DateVote>,
    numbers: BTreeMap<usize, DecimalVote>,
    /// By field: ids that end in `.0`, and all ids.
    ids: BTreeMap<usize, (u64, u64)>,
}

/// Looks at all cells of the columns that are not decided yet, decides them, and says what was decided and why.
///
/// # Errors
///
/// When day and month cannot be told apart, or two date styles contradict each other: with both readings and what to write.
pub fn look(job: &Job, decided: &mut Decided, file: &str) -> Result<Vec<Decision>> {
    let mut fields: Vec<(usize, ColumnType)> = Vec::new();
    if let (true, Some(filter)) = (job.mapping.filter_open, job.filter) {
        fields.extend(filter.columns().iter().map(|&i| (i, ColumnType::Money)));
    }
    for plan in decided.plans.iter().filter(|p| p.open) {
        match &plan.take {
            ColumnSource::Field(index) => fields.push((*index, plan.kind)),
            ColumnSource::Expr(expr) => fields.extend(expr.columns().iter().map(|&i| (i, ColumnType::Money))),
            ColumnSource::Value(_) => {}
        }
    }
    // Where the parts of a time stand in several columns, only the whole tells the day from the month, and its zone.
    let made: Vec<(usize, &Bound)> = (decided.plans.iter().enumerate())
        .filter(|(_, plan)| plan.open && plan.kind == ColumnType::Time)
        .filter_map(|(at, plan)| match &plan.take {
            ColumnSource::Expr(expr) => Some((at, expr)),
            _ => None,
        })
        .collect();
    let width = job.layout.header.names.len();
    let outcome = for_each_record(job.file, job.layout, job.threads, Votes::default, |votes, record| {
        if record.len() < width {
            return Ok(());
        }
        let field = |index: usize| match (record.get(index), job.lookup) {
            (Some(cell), _) if index < width => unguarded(cell),
            (_, Some(lookup)) => {
                let cells = lookup.records.get(record.get(lookup.key).unwrap_or("").trim());
                cells.and_then(|c| c.get(index - width)).map_or("", String::as_str)
            }
            _ => "",
        };
        for &(plan, expr) in &made {
            let reading = Reading {
                is_null: &is_null,
                amount: &|cell| expression_amount(cell, DecimalMark::Auto),
                time: &|_, cell| expression_time(cell, job.dates, job.zone),
            };
            if let Ok(Cell::Text(time)) = expr.eval(&field, &reading) {
                votes.made.entry(plan).or_default().see(&time, record.line());
            }
        }
        for &(index, kind) in &fields {
            let cell = field(index);
            match kind {
                ColumnType::Time => votes.dates.entry(index).or_default().see(cell, record.line()),
                ColumnType::Money | ColumnType::Number => votes.numbers.entry(index).or_default().see(cell, record.line()),
                ColumnType::Key | ColumnType::Stakeholder if !is_null(cell) => {
                    let ids = votes.ids.entry(index).or_default();
                    ids.0 += u64::from(cleaned(cell).ends_with(".0"));
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
        sink.made.iter().for_each(|(i, v)| votes.made.entry(*i).or_default().merge(v));
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

fn decide(job: &Job, decided: &mut Decided, file: &str, votes: &Votes) -> Result<Vec<Decision>> {
    let mut decisions = Vec::new();
    let delimiter = job.layout.dialect.first_byte();
    let together = |fields: &[usize]| {
        let mut vote = DecimalVote::new();
        fields.iter().filter_map(|i| votes.numbers.get(i)).for_each(|v| vote.merge(v));
        vote.verdict(delimiter).mark()
    };
    if let (true, Some(filter)) = (job.mapping.filter_open, job.filter) {
        decided.filter_mark = together(filter.columns());
    }
    for (at, plan) in decided.plans.iter_mut().enumerate().filter(|(_, plan)| plan.open) {
        plan.open = false;
        let mut say = |what: String, evidence: String| {
            decisions.push(Decision {
                column: plan.header.clone(),
                what,
                evidence,
            });
        };
        match (&plan.take, plan.kind) {
            (take @ (ColumnSource::Field(_) | ColumnSource::Expr(_)), ColumnType::Time) => {
                let vote = match take {
                    ColumnSource::Field(index) => votes.dates.get(index),
                    _ => votes.made.get(&at),
                };
                if let ColumnSource::Expr(expr) = take {
                    plan.mark = together(expr.columns());
                }
                let Some(vote) = vote else { continue };
                let stated = match plan.times {
                    Times::Ordered(order) => Some(order),
                    _ => None,
                };
                if let Some(found) = dates(vote.verdict_in(stated), stated, file, &plan.header)? {
                    say(found.what, found.evidence);
                    plan.times = found.times;
                }
            }
            (ColumnSource::Field(index), ColumnType::Money | ColumnType::Number) => {
                if let Some(vote) = votes.numbers.get(index) {
                    let verdict = vote.verdict(delimiter);
                    plan.mark = verdict.mark();
                    let (what, evidence) = mark_words(&verdict, delimiter);
                    say(what, evidence);
                }
            }
            (ColumnSource::Field(index), ColumnType::Key | ColumnType::Stakeholder) => {
                let (zeros, all) = votes.ids.get(index).copied().unwrap_or_default();
                plan.strip_point_zero = all > 0 && zeros == all;
                if plan.strip_point_zero {
                    say("ids are read without their .0".to_string(), format!("which all {all} have"));
                }
            }
            (ColumnSource::Expr(expr), _) => plan.mark = together(expr.columns()),
            _ => {}
        }
    }
    Ok(decisions)
}

fn shown(example: &Example) -> String {
    format!("'{}' on line {}", example.cell, example.line)
}

fn mark_words(verdict: &DecimalVerdict, delimiter: u8) -> (String, String) {
    let name = |mark| match mark {
        DecimalMark::Comma => "decimal comma".to_string(),
        _ => "decimal point".to_string(),
    };
    match verdict {
        DecimalVerdict::Unmarked => (name(DecimalMark::Point), String::new()),
        DecimalVerdict::Clear { mark, decided_by } => (name(*mark), format!("as {} can only be", shown(decided_by))),
        DecimalVerdict::Assumed { mark, example } => (
            name(*mark),
            format!(
                "as cells are parted by '{}': {} alone does not tell",
                char::from(delimiter).escape_default(),
                shown(example)
            ),
        ),
        DecimalVerdict::Mixed { point, comma } => (
            "decimal point and comma, each cell by its own evidence".to_string(),
            format!("as {} beside {}", shown(point), shown(comma)),
        ),
    }
}

/// How a column's dates are read, and why.
struct Found {
    times: Times,
    what: String,
    evidence: String,
}

/// What the configuration calls an order.
fn short(order: Order) -> &'static str {
    match order {
        Order::Dmy => "dmy",
        Order::Mdy => "mdy",
        Order::Ymd => "ymd",
    }
}

/// A cell's readings in several orders, as a question.
fn readings_words(example: &Example, readings: &[(Order, Civil)]) -> String {
    let read: Vec<String> = readings
        .iter()
        .map(|(order, civil)| {
            let (y, m, d) = civil.ymd();
            format!("{y:04}-{m:02}-{d:02} ({})", short(*order))
        })
        .collect();
    format!("'{}' would be {}", example.cell, read.join(" or "))
}

/// How to read a column of dates; `None` where there are none.
fn dates(verdict: DateVerdict, stated: Option<Order>, file: &str, column: &str) -> Result<Option<Found>> {
    let choose = format!("say which: dates = \"dmy\", \"mdy\" or \"ymd\" in the [[source]] of {file}, or a format in [source.map]");
    match verdict {
        DateVerdict::NoDates { .. } => Ok(None),
        DateVerdict::Clear {
            order,
            style,
            decided_by,
            misfits,
            first_misfit,
            ways,
        } => {
            let times = style.order().map_or(Times::Styled(style), Times::Ordered);
            let mut evidence = Vec::new();
            let what = match (&ways[..], &decided_by) {
                _ if stated.is_some() && ways.len() == 1 && style.order().is_some() => return Ok(None),
                ([_], Some(example)) if style.order().is_some() => {
                    evidence.push(format!("as {} can only be", shown(example)));
                    match order {
                        Order::Dmy => "day, month, year",
                        Order::Mdy => "month, day, year",
                        Order::Ymd => "year, month, day",
                    }
                    .to_string()
                }
                ([(words, _, first)], _) if style.order().is_none() => {
                    evidence.push(format!("such as {}", shown(first)));
                    words.clone()
                }
                ([_], _) => "every cell says its own order".to_string(),
                (ways, decided_by) => {
                    let listed = |(words, count, first): &(String, u64, Example)| format!("{count} as {words} ({})", shown(first));
                    if let Some(example) = decided_by.as_ref().filter(|_| style.order().is_some()) {
                        evidence.push(format!("as {} can only be", shown(example)));
                    }
                    format!(
                        "dates in {} ways, each cell read in its own: {}",
                        ways.len(),
                        ways.iter().map(listed).collect::<Vec<_>>().join("; ")
                    )
                }
            };
            if ways.iter().any(|(words, ..)| words == Count::Excel.words()) {
                evidence.push("(format = \"excel1904\" if the workbook counts from 1904: 1462 days later)".to_string());
            }
            if let Some(first) = first_misfit.filter(|_| misfits > 0) {
                let cells = counted(misfits, "cell is no date", "cells are no dates");
                evidence.push(format!("{cells}, {} the first", shown(&first)));
            }
            Ok(Some(Found {
                times,
                what,
                evidence: evidence.join(", "),
            }))
        }
        DateVerdict::Ambiguous { example, readings } => {
            Err(
                Problem::data(format!("the dates in column {column} of {file} can be read in more than one way"))
                    .why(format!("every cell fits each order; {}", readings_words(&example, &readings)))
                    .hint(choose)
                    .at(Place::line(file, example.line))
                    .into(),
            )
        }
        DateVerdict::Mixed {
            orders,
            example,
            readings,
        } => {
            let mut read: Vec<String> = orders
                .iter()
                .map(|(order, cells, example)| format!("{} reads {} but not {}", short(*order), counted(*cells, "cell", "cells"), shown(example)))
                .collect();
            read.extend(
                example
                    .iter()
                    .map(|e| format!("{}, and the column does not tell which", readings_words(e, &readings))),
            );
            let line = orders.first().map_or(1, |(_, _, e)| e.line);
            Err(Problem::data(format!("column {column} of {file} mixes orders of day and month"))
                .why(read.join("; "))
                .hint(choose)
                .at(Place::line(file, line))
                .into())
        }
        DateVerdict::Halved { texts, read } => {
            Err(Problem::data(format!("a spreadsheet has most likely taken days for months in column {column} of {file}"))
                .why(format!(
                    "its {} dates all lie on the 1st to the 12th, such as {}, and {} others that it left as they were all lie after the 12th, such as {}",
                    read.0,
                    shown(&read.1),
                    texts.0,
                    shown(&texts.1)
                ))
                .hint(format!(
                    "export {file} again without opening it in a spreadsheet; if its dates are right all the same, say how they are written: dates = \"dmy\" or \"mdy\" in its [[source]]"
                ))
                .at(Place::line(file, read.1.line))
                .into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::tests::{loaded, noted};
    use super::super::testing::{input, options};
    use crate::canonical::load::Loaded;
    use crate::cell_parsing::parse_iso;
    use crate::schema::{Micros, NO_TIME, Table, purchases};
    use crate::sources::{Dates, From, Mapped};

    fn text(cells: &[&str]) -> String {
        let rows: String = (10..).zip(cells).map(|(at, cell)| format!("c{at};{cell};1\n")).collect();
        format!("stakeholder_id;occurred_at;amount\n{rows}")
    }

    fn read(cells: &[&str]) -> Loaded {
        loaded(Table::Purchases, &text(cells), "UTC", None).unwrap()
    }

    fn refused(cells: &[&str]) -> String {
        let error = loaded(Table::Purchases, &text(cells), "UTC", None).unwrap_err();
        format!("{error:?}")
    }

    /// What was decided about the dates.
    fn said(loaded: &Loaded) -> String {
        let mut decided = loaded.notes.iter().filter(|n| n.code == "decided");
        decided.find(|n| n.text.starts_with("occurred_at: ")).unwrap().text.clone()
    }

    fn times(loaded: &Loaded) -> Vec<Micros> {
        let rows = loaded.canonical.table(Table::Purchases).unwrap();
        (0..rows.len).map(|row| rows.times(&purchases::OCCURRED_AT).at(row)).collect()
    }

    fn at(cells: &[&str]) -> Vec<Micros> {
        cells.iter().map(|cell| parse_iso(cell).unwrap().local_micros()).collect()
    }

    #[test]
    fn a_column_of_numbers_is_one_of_dates() {
        let found = read(&["45384.5", "45385"]);
        assert_eq!(times(&found), at(&["2024-04-02 12:00", "2024-04-03"]));
        let said = said(&found);
        assert!(
            said.contains("count of days since 1899-12-30") && said.contains("'45384.5' on line 2"),
            "{said}"
        );
        assert!(said.contains("excel1904"), "{said}");
        assert_eq!(
            times(&read(&["1713497396", "1713497397"])),
            at(&["2024-04-19 03:29:56", "2024-04-19 03:29:57"])
        );
        assert_eq!(times(&read(&["1713497396250"])), at(&["2024-04-19 03:29:56.25"]));
    }

    #[test]
    fn ways_that_mix_are_said_with_their_counts() {
        let found = read(&["2024-04-02", "45384", "3 avr. 2024", "13/04/2024"]);
        assert_eq!(times(&found), at(&["2024-04-02", "2024-04-02", "2024-04-03", "2024-04-13"]));
        let said = said(&found);
        for part in [
            "dates in 4 ways",
            "1 as ISO 8601 ('2024-04-02' on line 2)",
            "1 as a spreadsheet's count",
        ] {
            assert!(said.contains(part), "{said}");
        }
    }

    #[test]
    fn two_styles_are_read_where_they_can_be_told_apart_and_refused_where_not() {
        let found = read(&["13.02.2024", "01.02.2024", "02/14/2024", "01/02/2024"]);
        assert_eq!(times(&found), at(&["2024-02-13", "2024-02-01", "2024-02-14", "2024-01-02"]));
        let error = refused(&["13/02/2024", "02/14/2024", "01/02/2024"]);
        for part in ["mixes orders", "2024-02-01 (dmy) or 2024-01-02 (mdy)", "dates = "] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_stated_order_is_followed() {
        let cells = text(&["01/02/2024", "45384", "2024-03-04"]);
        let found = loaded(Table::Purchases, &cells, "UTC", Some(Dates::Mdy)).unwrap();
        assert_eq!(times(&found), at(&["2024-01-02", "2024-04-02", "2024-03-04"]));
    }

    #[test]
    fn a_time_in_several_columns_is_looked_at_as_a_whole() {
        let read = |date: &str| {
            let text =
                format!("customer_id,date,time,zone,amount\na,01/03/2023,13:57:10,PST,1\nb,{date},17:00:00,Eastern Time (US & Canada),2\n");
            let mut orders = input("orders.csv", "purchases", text);
            let time = "date || ' ' || time || ' ' || zone".parse().unwrap();
            orders.source.map.insert("occurred_at".into(), Mapped::new(From::Expr(time)));
            crate::canonical::load::load(&[orders], &options())
        };
        let found = read("07/20/2023").unwrap();
        assert_eq!(times(&found), at(&["2023-01-03 21:57:10", "2023-07-20 21:00:00"]));
        assert!(
            said(&found).contains("month, day, year, as '07/20/2023 17:00:00"),
            "{}",
            said(&found)
        );
        let found = read("20/07/2023").unwrap();
        assert_eq!(times(&found), at(&["2023-03-01 21:57:10", "2023-07-20 21:00:00"]));
        let error = format!("{:?}", read("02/04/2023").unwrap_err());
        assert!(error.contains("2023-03-01 (dmy) or 2023-01-03 (mdy)"), "{error}");
    }

    #[test]
    fn days_taken_for_months_are_not_believed() {
        let cells: Vec<String> = (13..=22)
            .map(|day| format!("{day}/05/2024"))
            .chain((1..=9).map(|month| format!("2024-{month:02}-05 00:00:00")))
            .collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let error = refused(&cells);
        assert!(
            error.contains("taken days for months") && error.contains("'2024-01-05 00:00:00' on line 12"),
            "{error}"
        );
        assert!(loaded(Table::Purchases, &text(&cells), "UTC", Some(Dates::Dmy)).is_ok());
    }

    #[test]
    fn zero_dates_are_nothing_and_counted() {
        let rows = "stakeholder_id;occurred_at;delivered_at;amount\na;2024-01-01;0000-00-00;1\nb;2024-01-01;0001-01-01;1\n\
            c;2024-01-01;30/12/1899;1\nd;2024-01-01;2024-01-03;1\ne;2024-02-20;13/02/2024;1\n";
        let found = loaded(Table::Purchases, rows, "UTC", None).unwrap();
        let table = found.canonical.table(Table::Purchases).unwrap();
        let there = (0..table.len)
            .filter(|row| table.times(&purchases::DELIVERED_AT).at(*row) != NO_TIME)
            .count();
        assert_eq!((table.len, there), (5, 2));
        assert_eq!(noted(&found, "zero-date").map(|n| n.1), Some(3));
    }
}
