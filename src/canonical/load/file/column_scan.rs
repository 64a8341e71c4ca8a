//! Looking at all cells of the columns that a single cell cannot settle: which part of a date is the day, which mark separates
//! decimals, whether ids end in `.0`.

use std::collections::BTreeMap;

use anyhow::Result;

use super::cells::{expression_amount, expression_time};
use super::columns::{ColumnSource, Plan, Times};
use super::date_order;
use super::reading::Job;
use super::word_vote::WordVote;
use crate::canonical::load::dates::date_problems;
use crate::cell_parsing::{
    Count, DateVerdict, DateVote, DateWay, DecimalMark, DecimalVote, Example, Order, ScorePart, ScoreVote, cleaned, is_null, unguarded,
};
use crate::diagnostics::{Place, Problem, visible};
use crate::expr::{Bound, Cell, Reading};
use crate::ingest::for_each_record;
use crate::notes::{CellText, DateFormat, DateReading, Decision, OrderShown};
use crate::schema::{ColumnType, Role, surveys};

/// A column by its header, and what was decided about it.
pub type ColumnDecision = (String, Decision);

/// What a look at all cells of a file's undecided columns found.
#[derive(Debug, Default, Clone)]
struct Votes {
    dates: BTreeMap<usize, DateVote>,
    /// By plan: the times that its expression gives.
    made: BTreeMap<usize, DateVote>,
    numbers: BTreeMap<usize, DecimalVote>,
    /// By field: scores.
    scores: BTreeMap<usize, ScoreVote>,
    /// By field: ids that end in `.0`, and all ids.
    ids: BTreeMap<usize, (u64, u64)>,
    /// By field: the order of dates that its own cells leave open, and what shows it.
    shown: BTreeMap<usize, (Order, OrderShown)>,
    /// By field: what is beside `NA`.
    words: BTreeMap<usize, WordVote>,
}

/// Looks at all cells of the columns that are not decided yet, decides them, and gives what was decided and why.
///
/// # Errors
///
/// When day and month cannot be distinguished, or two date styles contradict each other: with both readings and what to set.
pub fn look(job: &Job, decided: &mut DecidedColumns, file: &str) -> Result<Vec<ColumnDecision>> {
    let mut fields: Vec<(usize, ColumnType)> = Vec::new();
    let mut scores: Vec<usize> = Vec::new();
    let dates_of_filter = dates_of_filter(job, decided);
    if let (true, Some(filter)) = (job.mapping.filter_open, job.filter) {
        let of_dates = filter.date_columns();
        let amounts = filter.columns().iter().filter(|index| !of_dates.contains(index));
        fields.extend(amounts.map(|&index| (index, ColumnType::Money)));
        fields.extend(dates_of_filter.iter().map(|&index| (index, ColumnType::Time)));
    }
    for plan in decided.plans.iter().filter(|p| p.open) {
        match &plan.take {
            ColumnSource::Field(index) => {
                fields.push((*index, plan.kind));
                if plan.role() == Some(Role::Score) {
                    scores.push(*index);
                }
            }
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
        let own = |index: usize| record.get(index).unwrap_or("");
        // A record that is not used because another file lacks its key says nothing.
        let found = match job.lookup.map(|lookup| lookup.find(&own, width)) {
            Some(Err(_)) => return Ok(()),
            Some(Ok(found)) => Some(found),
            None => None,
        };
        let field = |index: usize| match (job.lookup, &found) {
            _ if index < width => unguarded(own(index)),
            (Some(lookup), Some(found)) => lookup.cell(found, index),
            _ => "",
        };
        for &(plan, expr) in &made {
            let reading = Reading {
                is_null: &is_null,
                amount: &|cell| expression_amount(cell, DecimalMark::Auto).map(|(number, _)| number),
                time: &|_, cell| expression_time(cell, job.dates, job.zone),
            };
            if let Ok(Cell::Text(time)) = expr.eval(&field, &reading) {
                votes.made.entry(plan).or_default().see(&time, record.line());
            }
        }
        for &index in &scores {
            votes.scores.entry(index).or_default().see(field(index), record.line());
        }
        for &(index, kind) in &fields {
            let cell = field(index);
            match kind {
                ColumnType::Time => votes.dates.entry(index).or_default().see(cell, record.line()),
                ColumnType::Money | ColumnType::Number => votes.numbers.entry(index).or_default().see(cell, record.line()),
                ColumnType::Key | ColumnType::Stakeholder => {
                    if !is_null(cell) {
                        let ids = votes.ids.entry(index).or_default();
                        ids.0 += u64::from(cleaned(cell).ends_with(".0"));
                        ids.1 += 1;
                    }
                    if kind == ColumnType::Stakeholder {
                        votes.words.entry(index).or_default().see(cell);
                    }
                }
                ColumnType::Text => votes.words.entry(index).or_default().see(cell),
                ColumnType::Bool => {}
            }
        }
        Ok(())
    })?;
    let mut votes = Votes::default();
    for sink in &outcome.sinks {
        sink.dates.iter().for_each(|(i, v)| votes.dates.entry(*i).or_default().merge(v));
        sink.made.iter().for_each(|(i, v)| votes.made.entry(*i).or_default().merge(v));
        sink.numbers.iter().for_each(|(i, v)| votes.numbers.entry(*i).or_default().merge(v));
        sink.scores.iter().for_each(|(i, v)| votes.scores.entry(*i).or_default().merge(v));
        for (i, (zeros, all)) in &sink.ids {
            let ids = votes.ids.entry(*i).or_default();
            *ids = (ids.0 + zeros, ids.1 + all);
        }
        sink.words.iter().for_each(|(i, v)| votes.words.entry(*i).or_default().merge(v));
    }
    votes.shown = open_orders(job, decided, &votes, file)?;
    let decisions = decide(job, decided, file, &votes)?;
    for index in job.filter.map(|filter| filter.date_columns()).unwrap_or_default() {
        let is_of_field = |plan: &&Plan| plan.kind == ColumnType::Time && matches!(plan.take, ColumnSource::Field(at) if at == index);
        let of_plan = decided.plans.iter().find(is_of_field).map(|plan| plan.times.clone());
        let times = match (of_plan, votes.dates.get(&index)) {
            (Some(times), _) => Some(times),
            (None, Some(vote)) => {
                let header = job.layout.header.names.get(index).map_or("", String::as_str);
                dates(vote.verdict_in(job.dates), job.dates, file, header)?.map(|(times, _)| times)
            }
            (None, None) => None,
        };
        decided.filter_times.extend(times.map(|times| (index, times)));
    }
    Ok(decisions)
}

/// The columns that the condition reads as dates and that nothing else is read from.
fn dates_of_filter(job: &Job, decided: &DecidedColumns) -> Vec<usize> {
    let of_filter = job.filter.map(|filter| filter.date_columns()).unwrap_or_default();
    let is_read = |index: &usize| {
        let reads = |plan: &Plan| plan.kind == ColumnType::Time && matches!(plan.take, ColumnSource::Field(at) if at == *index);
        decided.plans.iter().any(reads)
    };
    of_filter.into_iter().filter(|index| !is_read(index)).collect()
}

/// The order of day and month of the columns whose own cells leave it open, where the rest of the file shows it.
fn open_orders(job: &Job, decided: &DecidedColumns, votes: &Votes, file: &str) -> Result<BTreeMap<usize, (Order, OrderShown)>> {
    let width = job.layout.header.names.len();
    let open: Vec<(usize, Vec<Order>)> = (decided.plans.iter())
        .filter(|plan| plan.open && plan.kind == ColumnType::Time && !matches!(plan.times, Times::Ordered(_)))
        .filter_map(|plan| match plan.take {
            ColumnSource::Field(index) if index < width => Some((index, votes.dates.get(&index)?.open_orders()?)),
            ColumnSource::Field(_) | ColumnSource::Expr(_) | ColumnSource::Value(_) => None,
        })
        .collect();
    if open.is_empty() {
        return Ok(BTreeMap::new());
    }
    date_order::look(job, &open, file)
}

/// The columns, and how the condition's cells are read, once they were looked at.
pub struct DecidedColumns {
    /// The columns.
    pub plans: Vec<Plan>,
    /// Decimal mark of the condition's cells.
    pub filter_mark: DecimalMark,
    /// By field: how the dates are written that the condition reads.
    pub filter_times: BTreeMap<usize, Times>,
}

fn decide(job: &Job, decided: &mut DecidedColumns, file: &str, votes: &Votes) -> Result<Vec<ColumnDecision>> {
    let mut decisions = Vec::new();
    let delimiter = job.layout.dialect.first_byte();
    let together = |fields: &[usize]| {
        let mut vote = DecimalVote::new();
        fields.iter().filter_map(|i| votes.numbers.get(i)).for_each(|v| vote.merge(v));
        vote.verdict(delimiter).mark()
    };
    if let (true, Some(filter), DecimalMark::Auto) = (job.mapping.filter_open, job.filter, decided.filter_mark) {
        let of_dates = filter.date_columns();
        let amounts: Vec<usize> = filter.columns().iter().copied().filter(|index| !of_dates.contains(index)).collect();
        decided.filter_mark = together(&amounts);
    }
    let mut with_points: Vec<usize> = Vec::new();
    for (at, plan) in decided.plans.iter_mut().enumerate().filter(|(_, plan)| plan.open) {
        plan.open = false;
        let mut decide = |decision: Decision| decisions.push((plan.header.clone(), decision));
        if let (ColumnSource::Field(index), ColumnType::Text | ColumnType::Stakeholder) = (&plan.take, plan.kind)
            && let Some(vote) = votes.words.get(index)
        {
            let others = match plan.kind {
                // Names are not shown.
                ColumnType::Stakeholder => vote.are_names().then(Vec::new),
                _ => vote.codes(),
            };
            if let Some(others) = others {
                plan.na_is_text = true;
                decide(Decision::NaIsText { cells: vote.na, others });
            }
        }
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
                let by_file = match take {
                    ColumnSource::Field(index) => votes.shown.get(index),
                    ColumnSource::Expr(_) | ColumnSource::Value(_) => None,
                };
                if let (None, Some((order, shown))) = (stated, by_file) {
                    let format = DateFormat::Shown(*order, shown.clone());
                    let not_dates = vote.misfits().map(|(count, first)| (count, first.line, Some(CellText(first.cell))));
                    let reading = DateReading {
                        format,
                        has_serial_dates: false,
                        not_dates,
                    };
                    decide(Decision::Dates { reading });
                    plan.times = Times::Ordered(*order);
                    continue;
                }
                if let Some((times, reading)) = dates(vote.verdict_in(stated), stated, file, &plan.header)? {
                    decide(Decision::Dates { reading });
                    plan.times = times;
                }
            }
            (ColumnSource::Field(index), ColumnType::Money | ColumnType::Number) => {
                if let Some(vote) = votes.scores.get(index) {
                    let (reading, joined) = vote.verdict(delimiter);
                    plan.scores = reading;
                    if vote.has_points() {
                        with_points.push(at);
                    }
                    if let Some((cell, shown_by)) = joined {
                        decide(Decision::JoinedAnswers { cell, shown_by });
                        continue;
                    }
                }
                if let Some(vote) = votes.numbers.get(index) {
                    if let Some(example) = vote.may_be_thousands(delimiter).filter(|_| plan.kind == ColumnType::Money) {
                        return Err(may_be_thousands(file, &plan.header, example).into());
                    }
                    let verdict = vote.verdict(delimiter);
                    plan.mark = verdict.mark();
                    let delimiter = char::from(delimiter);
                    decide(Decision::Decimals { verdict, delimiter });
                }
            }
            (ColumnSource::Field(index), ColumnType::Key | ColumnType::Stakeholder) => {
                let (zeros, all) = votes.ids.get(index).copied().unwrap_or_default();
                plan.strip_point_zero = all > 0 && zeros == all;
                if plan.strip_point_zero {
                    decide(Decision::IdsWithoutPointZero { ids: all });
                }
            }
            (ColumnSource::Expr(expr), _) => plan.mark = together(expr.columns()),
            _ => {}
        }
    }
    for at in with_points {
        add_scale(&mut decided.plans, at);
    }
    Ok(decisions)
}

/// Amounts that are a thousand times as much in one of two readings.
fn may_be_thousands(file: &str, column: &str, example: &Example) -> Problem {
    Problem::data(format!("ambiguous amounts in {file}, column {column}"))
        .why(format!(
            "the mark in '{}' may separate thousands or decimals, and no amount in the column settles it",
            visible(&example.cell)
        ))
        .hint("set decimal = \",\" or decimal = \".\" in [[source]] of relhealth.toml")
        .at(Place::line(file, example.line))
}

/// Adds the ends of the scale that cells such as `4/5` show, where nothing else gives them.
fn add_scale(plans: &mut Vec<Plan>, scores: usize) {
    for (column, part) in [(&surveys::SCALE_MIN, ScorePart::Lowest), (&surveys::SCALE_MAX, ScorePart::Highest)] {
        if plans.iter().all(|plan| plan.column != Some(column)) {
            let plan = Plan {
                name: column.name.to_string(),
                column: Some(column),
                score_part: part,
                forgiving: true,
                ..plans[scores].clone()
            };
            plans.push(plan);
        }
    }
}

/// How a column of dates is read, and why; `None` if there is nothing to decide.
type DatesRead = Option<(Times, DateReading)>;

fn dates(verdict: DateVerdict, stated: Option<Order>, file: &str, column: &str) -> Result<DatesRead> {
    let (style, decided_by, not_dates, ways) = match verdict {
        DateVerdict::NoDates { .. } => return Ok(None),
        DateVerdict::Clear {
            order,
            style,
            decided_by,
            misfits,
            first_misfit,
            ways,
        } => {
            let first = first_misfit.filter(|_| misfits > 0);
            let not_dates = first.map(|first| (misfits, first.line, Some(CellText(first.cell))));
            (style, decided_by.map(|cell| (order, cell)), not_dates, ways)
        }
        DateVerdict::Ambiguous { example, readings } => return Err(date_problems::ambiguous(file, column, &example, &readings).into()),
        DateVerdict::Mixed { orders, example, readings } => {
            return Err(date_problems::mixed(file, column, &orders, example.as_ref(), &readings).into());
        }
        DateVerdict::Halved { texts, read } => return Err(date_problems::halved(file, column, &texts, &read).into()),
    };
    let has_one_order = style.order().is_some();
    let times = style.order().map_or(Times::Styled(style), Times::Ordered);
    if stated.is_some() && ways.len() == 1 && has_one_order {
        return Ok(None);
    }
    let has_serial_dates = ways.iter().any(|(way, ..)| *way == DateWay::Count(Count::Excel));
    let format = match (&ways[..], decided_by) {
        ([_], Some((order, cell))) if has_one_order => DateFormat::Order(order, cell),
        ([(way, _, first)], _) if !has_one_order => DateFormat::Way(*way, first.clone()),
        ([_], _) => DateFormat::OwnOrder,
        (_, decided_by) => DateFormat::Several(decided_by.filter(|_| has_one_order).map(|(_, cell)| cell), ways),
    };
    let reading = DateReading {
        format,
        has_serial_dates,
        not_dates,
    };
    Ok(Some((times, reading)))
}

#[cfg(test)]
mod tests {
    use crate::canonical::load::Loaded;
    use crate::canonical::load::testing::{input, load_table, noted, options};
    use crate::cell_parsing::parse_iso;
    use crate::notes::{FileNote, Note, NoteKind};
    use crate::schema::{Micros, NO_TIME, Table, purchases};
    use crate::sources::{Dates, From, Mapped};

    fn text(cells: &[&str]) -> String {
        let rows: String = (10..).zip(cells).map(|(at, cell)| format!("c{at};{cell};1\n")).collect();
        format!("stakeholder_id;occurred_at;amount\n{rows}")
    }

    fn read(cells: &[&str]) -> Loaded {
        load_table(Table::Purchases, &text(cells), "UTC", None).unwrap()
    }

    fn refused(cells: &[&str]) -> String {
        let error = load_table(Table::Purchases, &text(cells), "UTC", None).unwrap_err();
        format!("{error:?}")
    }

    /// What was decided about the dates.
    fn said(loaded: &Loaded) -> String {
        let of_dates = |note: &Note| match &note.kind {
            NoteKind::File(FileNote::Decided { column, decision }) if column == "occurred_at" => Some(decision.text(0)),
            _ => None,
        };
        loaded.notes.iter().find_map(of_dates).unwrap()
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
            "dates are written in 4 ways",
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
        for part in ["different orders", "2024-02-01 (dmy) or 2024-01-02 (mdy)", "--dates dmy"] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_stated_order_is_followed() {
        let cells = text(&["01/02/2024", "45384", "2024-03-04"]);
        let found = load_table(Table::Purchases, &cells, "UTC", Some(Dates::Mdy)).unwrap();
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
            said(&found).contains("month, day, year, because '07/20/2023 17:00:00"),
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
            error.contains("read days as months") && error.contains("'2024-01-05 00:00:00' on line 12"),
            "{error}"
        );
        assert!(load_table(Table::Purchases, &text(&cells), "UTC", Some(Dates::Dmy)).is_ok());
    }

    #[test]
    fn zero_dates_are_nothing_and_counted() {
        let rows = "stakeholder_id;occurred_at;delivered_at;amount\na;2024-01-01;0000-00-00;1\nb;2024-01-01;0001-01-01;1\n\
            c;2024-01-01;30/12/1899;1\nd;2024-01-01;2024-01-03;1\ne;2024-02-20;13/02/2024;1\n";
        let found = load_table(Table::Purchases, rows, "UTC", None).unwrap();
        let table = found.canonical.table(Table::Purchases).unwrap();
        let there = (0..table.len)
            .filter(|row| table.times(&purchases::DELIVERED_AT).at(*row) != NO_TIME)
            .count();
        assert_eq!((table.len, there), (5, 2));
        assert_eq!(noted(&found, "zero-date").map(|n| n.1), Some(3));
    }
}
