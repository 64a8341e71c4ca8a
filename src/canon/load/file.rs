//! Reading one file into columns: every record is used, rejected or excluded, and counted.

use std::collections::BTreeMap;

use anyhow::Result;

use super::columns::{Filling, Interners, Plan, Read, Take, Times, Trouble, expression_amount, expression_time};
use super::mapping::{LookedUp, Mapping};
use crate::expr::{Bound, Cell, Reading};
use crate::intake::{Layout, Outcome, Record, for_each_record};
use crate::io;
use crate::note::{Place, Problem};
use crate::period::Zone;
use crate::schema::{ColumnType, Table};
use crate::value::{DateVerdict, DateVote, DecimalMark, DecimalVote, Order, is_null};

/// A record that is not used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unused {
    /// The line it starts on.
    pub line: u64,
    /// Its number among the data records.
    pub record: u64,
    /// What became of it: `rejected`, `duplicate` or `excluded`.
    pub fate: Fate,
    /// The code of the reason.
    pub code: &'static str,
    /// The column that is meant, if one is.
    pub column: String,
    /// The reason.
    pub reason: String,
    /// The record as it stands in the file.
    pub raw: String,
}

/// What becomes of a record that is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It cannot be read.
    Rejected,
    /// It is there already.
    Duplicate,
    /// A rule leaves it out.
    Excluded,
}

impl Fate {
    /// As the account says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Fate::Rejected => "rejected",
            Fate::Duplicate => "duplicate",
            Fate::Excluded => "excluded",
        }
    }
}

/// How a file is read beyond its mapping.
pub struct Job<'a> {
    /// The file.
    pub file: &'a io::Source,
    /// Its encoding, dialect and header.
    pub layout: &'a Layout,
    /// Its columns.
    pub mapping: &'a Mapping,
    /// Which records count.
    pub filter: Option<&'a Bound>,
    /// Columns of another file.
    pub lookup: Option<&'a LookedUp>,
    /// Order of dates inside expressions, where stated.
    pub dates: Option<Order>,
    /// Zone of times inside expressions.
    pub zone: &'a Zone,
    /// Threads.
    pub threads: usize,
    /// How many records are expected.
    pub expected: usize,
    /// Whether lines of rows are kept.
    pub keep_lines: bool,
    /// Whether a hash of each record is kept, to find it again in other files.
    pub keep_hashes: bool,
    /// Whether every unused record is kept, or only the first of each reason.
    pub keep_unused: bool,
    /// Messages may come without a stakeholder: it is found later.
    pub messages: bool,
    /// Amounts are of the order: a record of it may come without.
    pub of_order: bool,
}

/// What one thread, and in the end the whole file, gave.
#[derive(Debug)]
pub struct Rowset {
    /// The columns, as the mapping orders them.
    pub fillings: Vec<Filling>,
    /// Texts met.
    pub interners: Interners,
    /// Lines, where kept.
    pub lines: Vec<u32>,
    /// Hashes of the raw records, where kept.
    pub hashes: Vec<u128>,
    /// Rows.
    pub rows: usize,
    /// Unused records: all, or the first few of each code.
    pub unused: Vec<Unused>,
    /// Unused records by fate and code.
    pub counts: BTreeMap<(Fate, &'static str), u64>,
}

/// Raised inside a sink: the columns have to be looked at as a whole before they can be read.
#[derive(Debug)]
struct LookFirst;

impl std::fmt::Display for LookFirst {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the columns have to be looked at first")
    }
}

impl std::error::Error for LookFirst {}

/// Kept of each code when not all unused records are: enough for messages.
const KEPT: usize = 5;

/// Reads a file; `None` where its columns have to be looked at first ([`look`]).
///
/// # Errors
///
/// When the file cannot be read.
pub fn read(job: &Job) -> Result<Option<Outcome<Rowset>>> {
    let read = for_each_record(
        job.file,
        job.layout,
        job.threads,
        || Rowset::new(&job.mapping.plans, job.expected),
        |sink, record| job.record(sink, record),
    );
    match read {
        Ok(outcome) => Ok(Some(outcome)),
        Err(error) if error.downcast_ref::<LookFirst>().is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

impl Rowset {
    fn new(plans: &[Plan], expected: usize) -> Rowset {
        Rowset {
            fillings: plans.iter().map(|plan| Filling::new(plan, expected)).collect(),
            interners: Interners::default(),
            lines: Vec::new(),
            hashes: Vec::new(),
            rows: 0,
            unused: Vec::new(),
            counts: BTreeMap::new(),
        }
    }
}

/// Why a record is not used.
struct Out<'a> {
    fate: Fate,
    code: &'static str,
    column: &'a str,
    reason: String,
}

impl Job<'_> {
    fn record(&self, sink: &mut Rowset, record: &Record<'_>) -> Result<()> {
        match self.row(sink, record) {
            Ok(true) => Ok(()),
            Ok(false) => Err(LookFirst.into()),
            Err(out) => {
                let seen = sink.counts.entry((out.fate, out.code)).or_default();
                *seen += 1;
                if self.keep_unused || *seen <= KEPT as u64 {
                    sink.unused.push(Unused {
                        line: record.line(),
                        record: record.number(),
                        fate: out.fate,
                        code: out.code,
                        column: out.column.to_string(),
                        reason: out.reason,
                        raw: record.raw().to_string(),
                    });
                }
                Ok(())
            }
        }
    }

    /// Reads a record into the sink's columns; `Ok(false)` where the columns have to be looked at first.
    fn row<'s>(&'s self, sink: &mut Rowset, record: &Record<'_>) -> Result<bool, Out<'s>> {
        let width = self.layout.header.names.len();
        let rejected = |code, column, reason| Out {
            fate: Fate::Rejected,
            code,
            column,
            reason,
        };
        if record.cut_off() {
            return Err(rejected("cut-off", "", "the file ends within a quoted field".to_string()));
        }
        if record.len() < width {
            return Err(rejected(
                "too-few-cells",
                "",
                format!("{} cells, and the header has {width}", record.len()),
            ));
        }
        if record.iter().skip(width).any(|cell| !cell.trim().is_empty()) {
            return Err(rejected(
                "too-many-cells",
                "",
                format!("{} cells, and the header has {width}", record.len()),
            ));
        }
        let found = match self.lookup {
            None => None,
            Some(lookup) => {
                let key = record.get(lookup.key).unwrap_or("").trim();
                match lookup.records.get(key) {
                    Some(cells) => Some(cells),
                    None => {
                        let column = self.layout.header.names[lookup.key].as_str();
                        return Err(rejected(
                            "no-lookup",
                            column,
                            format!("no record of the looked-up file has '{key}'"),
                        ));
                    }
                }
            }
        };
        let field = |index: usize| {
            if index < width {
                record.get(index).unwrap_or("")
            } else {
                found.and_then(|cells| cells.get(index - width)).map_or("", String::as_str)
            }
        };
        let is_nothing = |cell: &str| is_null(cell);
        let mark = std::cell::Cell::new(self.mapping.filter_mark);
        let amount = |cell: &str| expression_amount(cell, mark.get());
        let time = |_: usize, cell: &str| expression_time(cell, self.dates, self.zone);
        let reading = Reading {
            is_null: &is_nothing,
            amount: &amount,
            time: &time,
        };
        if let Some(filter) = self.filter {
            match filter.eval(&field, &reading) {
                Ok(Cell::Bool(true)) => {}
                Ok(_) => {
                    return Err(Out {
                        fate: Fate::Excluded,
                        code: "filtered",
                        column: "",
                        reason: "the source's where leaves it out".to_string(),
                    });
                }
                Err(_) if self.mapping.filter_open => return Ok(false),
                // What cannot be compared does not fulfil the condition; it is told apart from what was compared.
                Err(error) => {
                    return Err(Out {
                        fate: Fate::Excluded,
                        code: "filtered-unreadable",
                        column: "",
                        reason: error.to_string(),
                    });
                }
            }
        }
        let plans = &self.mapping.plans;
        // Values go straight into their columns; those of a record that is not used after all are taken back.
        let mut doubtful = matches!(self.mapping.table, Table::Surveys | Table::Referrals);
        let mut trouble = None;
        let mut pushed = 0;
        for (plan, filling) in plans.iter().zip(&mut sink.fillings) {
            mark.set(plan.mark);
            match plan.read(&field, &reading, &mut sink.interners, filling) {
                Ok(value) => {
                    doubtful |= plan.required && value.is_null();
                    filling.push(value);
                    pushed += 1;
                }
                Err(why) => {
                    trouble = Some((why, plan.header.as_str()));
                    break;
                }
            }
        }
        let out = match trouble {
            None if doubtful => self.needed(&sink.fillings.iter().map(Filling::last).collect::<Vec<_>>()).err(),
            None => None,
            Some((Trouble::LookFirst, _)) => return Ok(false),
            Some((Trouble::Bad(code, reason), column)) => Some(rejected(code, column, reason)),
        };
        if let Some(out) = out {
            sink.fillings[..pushed].iter_mut().for_each(Filling::take_back);
            return Err(out);
        }
        sink.rows += 1;
        if self.keep_lines {
            sink.lines.push(record.line() as u32);
        }
        if self.keep_hashes {
            sink.hashes.push(hash(record));
        }
        Ok(true)
    }

    /// What a record of the table cannot be without.
    fn needed<'s>(&'s self, values: &[Read]) -> Result<(), Out<'s>> {
        let plans = &self.mapping.plans;
        let table = self.mapping.table;
        let has = |name: &str| plans.iter().zip(values.iter()).any(|(p, v)| p.name == name && !v.is_null());
        for (plan, value) in plans.iter().zip(values.iter()) {
            if !plan.required || !value.is_null() {
                continue;
            }
            if plan.name == "stakeholder_id" && matches!(table, Table::Purchases | Table::Interactions | Table::Supplies) {
                if self.messages {
                    continue;
                }
                return Err(Out {
                    fate: Fate::Excluded,
                    code: "no-stakeholder",
                    column: &plan.header,
                    reason: "no stakeholder".to_string(),
                });
            }
            if plan.name == "amount" && self.of_order && has("order_id") {
                continue;
            }
            return Err(Out {
                fate: Fate::Rejected,
                code: "missing",
                column: &plan.header,
                reason: format!("no {}", plan.name),
            });
        }
        if table == Table::Surveys && !has("responded_at") && !has("sent_at") {
            return Err(Out {
                fate: Fate::Rejected,
                code: "missing",
                column: "",
                reason: "neither responded_at nor sent_at".to_string(),
            });
        }
        if table == Table::Referrals {
            let code = |name: &str| plans.iter().zip(values.iter()).find(|(p, _)| p.name == name).map(|(_, v)| v);
            if let (Some(Read::Code(a)), Some(Read::Code(b))) = (code("referrer_id"), code("referred_id"))
                && a == b
            {
                return Err(Out {
                    fate: Fate::Rejected,
                    code: "self-referral",
                    column: "",
                    reason: "referrer and referred are the same".to_string(),
                });
            }
        }
        Ok(())
    }
}

/// A hash of all cells of a record: two records of a run share one by chance with a probability below 1e-24.
fn hash(record: &Record<'_>) -> u128 {
    use std::hash::{Hash, Hasher};
    let mut low = rustc_hash::FxHasher::default();
    let mut high = std::hash::DefaultHasher::new();
    for cell in record.iter() {
        cell.trim().hash(&mut low);
        cell.trim().hash(&mut high);
    }
    u128::from(high.finish()) << 64 | u128::from(low.finish())
}

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
                (Some(cell), _) if index < width => cell,
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
