//! Reading one file into columns: every record is used, rejected or excluded, and counted.

use std::collections::BTreeMap;

use anyhow::Result;

use super::cells::{CellIssue, Filling, Interners, NA, Read, expression_amount, expression_time, instant};
use super::columns::Plan;
use super::filled_down::{Above, Parents, case_fields};
use super::lookups::LookedUp;
use super::mapping::Mapping;
use crate::canonical::load::money::currencies::{RecordCurrency, Written};
use crate::cell_parsing::{Order, is_null, parse_bool, unguarded};
use crate::expr::{Bound, Cell, Reading};
use crate::ingest::{Layout, Outcome, Record, for_each_record};
use crate::io;
use crate::notes::{Code, ExclusionReason, MissingValue, RejectReason, UnusedReason, UnusedStatus};
use crate::period::Zone;
use crate::schema::{Column, ColumnType, Micros, NO_TIME, Role, Table, purchases, referrals, supplies, surveys};
use crate::sources::deal_stages::{DealStage, deal_stage};
use crate::sources::is_soft;
use crate::sources::purchase_words::is_void;
use crate::sources::undone::undone;

/// A record that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// The line it starts on.
    pub line: u64,
    /// Its number among the data records.
    pub record: u64,
    /// The column that is meant, if one is.
    pub column: String,
    /// The reason.
    pub reason: UnusedReason,
    /// The record as it stands in the file.
    pub raw: String,
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
    /// Why a record does not count that does not meet it.
    pub filtered_as: ExclusionReason,
    /// Whether the condition compares with the text `NA`, which is a missing value otherwise.
    pub filter_reads_na: bool,
    /// Whether the condition sees texts as they were meant, where a program has encoded them once too often.
    pub filter_restores: bool,
    /// Columns of other files.
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
    /// Whether a hash of each record is kept, to find it again in its file and in others.
    pub keep_hashes: bool,
    /// By field: whether its cells may change during the life of a record.
    pub changing: &'a [bool],
    /// How the time of the last change is read, where the file has one.
    pub updated: Option<&'a Plan>,
    /// Whether every unused record is kept, or only the first of each reason.
    pub keep_unused: bool,
    /// Messages may come without a stakeholder: it is found later.
    pub messages: bool,
    /// The most bytes that a cell may have, in UTF-8.
    pub max_field: usize,
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
    /// Hashes of the cells that do not change during the life of a record, where those of the records are kept.
    pub fixed: Vec<u64>,
    /// When the records were last changed, where the file says it and hashes are kept.
    pub updated: Vec<Micros>,
    /// Rows.
    pub rows: usize,
    /// Unused records: all, or the first few of each code.
    pub unused: Vec<Unused>,
    /// Unused records by what became of them and the code of the reason.
    pub counts: BTreeMap<(UnusedStatus, Code), u64>,
    /// The record that those below it belong to, where parents are filled in once.
    pub above: Above,
    /// Used records that were filled in from it.
    pub filled: u64,
}

/// What has to be known of a file as a whole before its records can be read. Raised inside a sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// How the cells of its columns are written.
    Columns,
    /// In which currencies its amounts are.
    Currencies,
    /// Whether records without a parent belong to the one above.
    Parents,
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the file has to be looked at first")
    }
}

impl std::error::Error for Need {}

/// What came of reading a file.
pub enum FileRead {
    /// Its records.
    Whole(Outcome<Rowset>),
    /// This has to be known first.
    Needs(Need),
}

/// Kept of each code when not all unused records are: enough for messages.
const KEPT: usize = 5;

/// Reads a file, unless something has to be known of it first.
///
/// # Errors
///
/// When the file cannot be read.
pub fn read(job: &Job) -> Result<FileRead> {
    let read = for_each_record(
        job.file,
        job.layout,
        job.threads,
        || Rowset::new(&job.mapping.plans, job.expected),
        |sink, record| job.record(sink, record),
    );
    match read {
        Ok(outcome) => Ok(FileRead::Whole(outcome)),
        Err(error) => match error.downcast_ref::<Need>() {
            Some(need) => Ok(FileRead::Needs(*need)),
            None => Err(error),
        },
    }
}

impl Rowset {
    fn new(plans: &[Plan], expected: usize) -> Rowset {
        Rowset {
            fillings: plans.iter().map(|plan| Filling::new(plan.kind, expected)).collect(),
            interners: Interners::default(),
            lines: Vec::new(),
            hashes: Vec::new(),
            fixed: Vec::new(),
            updated: Vec::new(),
            rows: 0,
            unused: Vec::new(),
            counts: BTreeMap::new(),
            above: Above::new(),
            filled: 0,
        }
    }
}

/// Why a record is not used, and the column that is meant, if one is.
struct Out<'a> {
    column: &'a str,
    reason: UnusedReason,
}

impl<'a> Out<'a> {
    fn new(column: &'a str, reason: impl Into<UnusedReason>) -> Out<'a> {
        Out {
            column,
            reason: reason.into(),
        }
    }
}

impl Job<'_> {
    fn record(&self, sink: &mut Rowset, record: &Record<'_>) -> Result<()> {
        match self.row(sink, record) {
            Ok(None) => Ok(()),
            Ok(Some(need)) => Err(need.into()),
            Err(out) => {
                let seen = sink.counts.entry((out.reason.status(), out.reason.code())).or_default();
                *seen += 1;
                if self.keep_unused || *seen <= KEPT as u64 {
                    sink.unused.push(Unused {
                        line: record.line(),
                        record: record.number(),
                        column: out.column.to_string(),
                        reason: out.reason,
                        raw: record.raw().to_string(),
                    });
                }
                Ok(())
            }
        }
    }

    /// Reads a record into the sink's columns, or says what has to be known first.
    fn row<'s>(&'s self, sink: &mut Rowset, record: &Record<'_>) -> Result<Option<Need>, Out<'s>> {
        let width = self.layout.header.names.len();
        let continues = match &self.mapping.parents {
            Parents::OnFirst(filled) => filled.place(record, &mut sink.above).then_some(filled),
            Parents::NotLooked | Parents::OnEach => None,
        };
        if record.cut_off() {
            return Err(Out::new("", RejectReason::CutOff));
        }
        // Beside cells in quotes a stray quote leaves open which cells there are; where nothing is quoted, quotes are letters.
        let dialect = &self.layout.dialect;
        let open = || record.breaks_rules() || record.quotes_fields(dialect);
        if record.stray_quote(dialect) && (self.layout.strict_quotes || open()) {
            return Err(Out::new("", RejectReason::StrayQuote));
        }
        let (cells, columns) = (record.len(), width);
        if cells < width {
            return Err(Out::new("", RejectReason::TooFewCells { cells, columns }));
        }
        // Empty cells at the end pass where the records have them as a rule.
        if (record.len() > width.max(self.layout.width) && !self.layout.uneven_ends)
            || (width..record.len()).any(|at| record.get(at).is_some_and(|cell| !cell.trim().is_empty()))
        {
            return Err(Out::new("", RejectReason::TooManyCells { cells, columns }));
        }
        // No cell is longer than its record.
        let most = self.max_field;
        if record.raw().len() > most
            && let Some(at) = (0..record.len()).find(|&at| record.get(at).is_some_and(|cell| cell.len() > most))
        {
            let column = self.layout.header.names.get(at).map_or("", String::as_str);
            return Err(Out::new(column, RejectReason::FieldTooLong { limit: most }));
        }
        if continues.is_some() && sink.above.is_empty() {
            return Err(Out::new("", RejectReason::NoParentAbove));
        }
        let above = &sink.above;
        let own = |index: usize| match continues {
            Some(filled) if filled.is_filled(index) => above.get(index).map_or("", String::as_str),
            _ => record.get(index).unwrap_or(""),
        };
        let found = match self.lookup {
            None => None,
            Some(lookup) => match lookup.find(&own, width) {
                Ok(found) => Some((lookup, found)),
                Err(not_found) => return Err(Out::new(not_found.column, not_found.reason)),
            },
        };
        let field = |index: usize| {
            if index < width {
                unguarded(own(index))
            } else {
                found.as_ref().map_or("", |(lookup, found)| lookup.cell(found, index))
            }
        };
        let stored = |index: usize| if index < width { record.stored(index) } else { None };
        let is_nothing = |cell: &str| is_null(cell);
        let mark = std::cell::Cell::new(self.mapping.filter_mark);
        let in_expression = std::cell::Cell::new(Written::default());
        let amount = |cell: &str| {
            let (number, currency) = expression_amount(cell, mark.get())?;
            in_expression.set(in_expression.get().and(currency));
            Some(number)
        };
        let time = |index: usize, cell: &str| match self.mapping.filter_times.get(&index) {
            Some(times) => instant(times.parse(cell).ok()?, self.zone),
            None => expression_time(cell, self.dates, self.zone),
        };
        let reading = Reading {
            is_null: &is_nothing,
            amount: &amount,
            time: &time,
        };
        if let Some(filter) = self.filter {
            let is_nothing = |cell: &str| is_null(cell) && !(self.filter_reads_na && cell.trim() == NA);
            let reading = Reading {
                is_null: &is_nothing,
                ..reading
            };
            let restored: Vec<(usize, String)> = match self.filter_restores && may_be_encoded(record.raw()) {
                true => (filter.columns().iter())
                    .filter_map(|&index| Some((index, undone(field(index))?.0)))
                    .collect(),
                false => Vec::new(),
            };
            let meant = |index: usize| match restored.iter().find(|(other, _)| *other == index) {
                Some((_, text)) => text.as_str(),
                None => field(index),
            };
            match filter.eval(&meant, &reading) {
                Ok(Cell::Bool(true)) => {}
                Ok(_) => return Err(Out::new("", self.filtered_as.clone())),
                Err(_) if self.mapping.filter_open => return Ok(Some(Need::Columns)),
                // What cannot be compared does not fulfil the condition; it is told apart from what was compared.
                Err(error) => return Err(Out::new("", ExclusionReason::FilteredUnreadable { fault: error.into() })),
            }
        }
        if let Some(index) = self.mapping.credit_type.filter(|index| is_soft(field(*index))) {
            return Err(Out::new(&self.layout.header.names[index], ExclusionReason::SoftCredit));
        }
        let plans = &self.mapping.plans;
        // Values go straight into their columns; those of a record that is not used after all are taken back.
        let mut doubtful = matches!(self.mapping.table, Table::Surveys | Table::Referrals | Table::Supplies);
        let mut trouble = None;
        let mut pushed = 0;
        // The currency that the record's column says, and the one that its amounts say.
        let (mut stated, mut written) = (None, Written::default());
        for (plan, filling) in plans.iter().zip(&mut sink.fillings) {
            mark.set(plan.mark);
            in_expression.set(Written::default());
            match plan.read(&field, &stored, &reading, &mut sink.interners, filling) {
                Ok(value) => {
                    doubtful |= plan.required && value.is_null();
                    if plan.kind == ColumnType::Money && !value.is_null() {
                        let of_cell = in_expression.get().and(filling.named.take());
                        written = written.and_all(if of_cell.is_nothing() {
                            of_cell.and(plan.currency)
                        } else {
                            of_cell
                        });
                    } else if let Some(currency) = filling.named.take() {
                        stated = Some(currency);
                    }
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
            Some((CellIssue::NeedsColumnScan, _)) => return Ok(Some(Need::Columns)),
            Some((CellIssue::Bad(reason), column)) => Some(Out::new(column, reason)),
        };
        let out = match (out, self.mapping.currencies.of_record(stated, written)) {
            (Some(out), _) => Some(out),
            (None, Err(reason)) => Some(Out::new("", reason)),
            (None, Ok(RecordCurrency::NotDecided)) => return Ok(Some(Need::Currencies)),
            (None, Ok(RecordCurrency::AsRead)) => None,
            (None, Ok(RecordCurrency::Is(name))) => {
                if let Some(at) = self.mapping.currencies.column() {
                    let code = sink.interners.texts.code(name);
                    sink.fillings[at].replace_last(Read::Code(code));
                }
                None
            }
        };
        // A deal that is on its way has no date yet.
        let out = out.map(|out| match out.reason {
            UnusedReason::Rejected(RejectReason::Missing { .. }) if self.is_not_won(&field) => {
                Out::new(out.column, ExclusionReason::NotWon)
            }
            // An appointment that was cancelled has no fee.
            UnusedReason::Rejected(RejectReason::Missing { .. }) if self.is_void(&field) => {
                Out::new(out.column, ExclusionReason::Cancelled)
            }
            _ => out,
        });
        // A message may come without a stakeholder, and is asked all the same.
        let may_lack = out.is_some() || (doubtful && self.messages);
        if may_lack && self.may_belong_above(record) {
            return Ok(Some(Need::Parents));
        }
        if let Some(out) = out {
            sink.fillings[..pushed].iter_mut().for_each(Filling::take_back);
            return Err(out);
        }
        sink.rows += 1;
        if self.keep_lines {
            sink.lines.push(record.line() as u32);
        }
        if self.keep_hashes {
            let (all, fixed) = hashes(record, continues.map_or(&[][..], |_| &sink.above), self.changing);
            sink.hashes.push(all);
            sink.fixed.push(fixed);
            if let Some(plan) = self.updated {
                // A time that cannot be read shows nothing, and is no reason to reject the record.
                let mut unnoted = Filling::new(ColumnType::Time, 0);
                let read = plan.read(&field, &stored, &reading, &mut sink.interners, &mut unnoted);
                sink.updated.push(match read {
                    Ok(Read::Int(at)) => at,
                    Ok(_) | Err(_) => NO_TIME,
                });
            }
        }
        sink.filled += u64::from(continues.is_some());
        Ok(None)
    }

    /// Whether a record is a deal that was lost or is on its way.
    #[cold]
    fn is_not_won<'f>(&self, field: &dyn Fn(usize) -> &'f str) -> bool {
        let status = self.mapping.plans.iter().find(|plan| plan.column == Some(&purchases::STATUS));
        let mut cells = status.into_iter().flat_map(Plan::fields).map(field).filter(|cell| !is_null(cell));
        cells.any(|cell| match deal_stage(cell) {
            Some(DealStage::Lost | DealStage::Open) => true,
            Some(DealStage::Won) => false,
            // Where others were won or lost, another word is that of a deal on its way.
            None => self.mapping.has_won_and_lost,
        })
    }

    /// Whether the status of a record, or a flag, says that it never became a purchase.
    #[cold]
    fn is_void<'f>(&self, field: &dyn Fn(usize) -> &'f str) -> bool {
        let says = |column: &Column, is: &dyn Fn(&str) -> bool| {
            let plans = self.mapping.plans.iter().filter(|plan| plan.column == Some(column));
            plans.flat_map(Plan::fields).any(|at| is(field(at)))
        };
        says(&purchases::STATUS, &is_void) || says(&purchases::IS_VOID, &|cell| parse_bool(cell) == Ok(true))
    }

    /// Whether a record that cannot be used alone may belong to the one above, which only all of the file can tell.
    #[cold]
    fn may_belong_above(&self, record: &Record<'_>) -> bool {
        let plans = &self.mapping.plans;
        let with = |role: Role| plans.iter().filter(move |plan| plan.role() == Some(role)).flat_map(Plan::fields);
        let is_empty = |index: usize| record.get(index).is_none_or(is_null);
        match self.mapping.parents {
            Parents::NotLooked if self.messages => {
                let cases = case_fields(plans);
                !cases.is_empty() && with(Role::Stakeholder).chain(cases).all(is_empty)
            }
            Parents::NotLooked => with(Role::Stakeholder).chain(with(Role::EventTime)).all(is_empty),
            Parents::OnEach | Parents::OnFirst(_) => false,
        }
    }

    /// What a record of the table cannot be without.
    fn needed<'s>(&'s self, values: &[Read]) -> Result<(), Out<'s>> {
        let plans = &self.mapping.plans;
        let table = self.mapping.table;
        let value = |column: &Column| plans.iter().zip(values).find(|(p, _)| p.column == Some(column)).map(|(_, v)| v);
        let has = |column: &Column| value(column).is_some_and(|value| !value.is_null());
        for (plan, value) in plans.iter().zip(values.iter()) {
            if !plan.required || !value.is_null() {
                continue;
            }
            if plan.role() == Some(Role::Stakeholder) && matches!(table, Table::Purchases | Table::Interactions | Table::Supplies) {
                // A message gets it from the one that it answers, another record from its address or phone number.
                let is_contact = |plan: &Plan| plan.role().is_some_and(Role::is_contact);
                if self.messages || plans.iter().zip(values).any(|(plan, value)| is_contact(plan) && !value.is_null()) {
                    continue;
                }
                return Err(Out::new(&plan.header, ExclusionReason::NoStakeholder));
            }
            let is_in_order = has(&purchases::ORDER_ID) || has(&supplies::ORDER_ID);
            if self.of_order && is_in_order && matches!(plan.column, Some(&purchases::AMOUNT | &supplies::AMOUNT)) {
                continue;
            }
            let value = MissingValue::Column(plan.name.clone());
            return Err(Out::new(&plan.header, RejectReason::Missing { value }));
        }
        if table == Table::Surveys && !has(&surveys::RESPONDED_AT) && !has(&surveys::SENT_AT) {
            let has_sent_at = plans.iter().any(|plan| plan.column == Some(&surveys::SENT_AT));
            if has_sent_at && !has(&surveys::SCORE) {
                return Err(Out::new("", ExclusionReason::NotAsked));
            }
            let value = MissingValue::SurveyTime;
            return Err(Out::new("", RejectReason::Missing { value }));
        }
        // A line without any time would be in no period, and what it cost in none.
        let times = [&supplies::ORDERED_AT, &supplies::PROMISED_AT, &supplies::RECEIVED_AT];
        if table == Table::Supplies && !times.into_iter().any(has) {
            let value = MissingValue::SupplyTime;
            return Err(Out::new("", RejectReason::Missing { value }));
        }
        if table == Table::Referrals
            && let (Some(Read::Code(a)), Some(Read::Code(b))) = (value(&referrals::REFERRER_ID), value(&referrals::REFERRED_ID))
            && a == b
        {
            return Err(Out::new("", RejectReason::SelfReferral));
        }
        Ok(())
    }
}

/// Whether a text may have been encoded once too often: nearly all others are told by a look at their bytes.
fn may_be_encoded(text: &str) -> bool {
    !text.is_ascii() || text.contains('&')
}

/// A hash of all cells of a record and of the one that it belongs to, and one of those that do not change during its life. Two records of a run share the first by chance
/// with a probability below 1e-24.
fn hashes(record: &Record<'_>, above: &[String], changing: &[bool]) -> (u128, u64) {
    use std::hash::{Hash, Hasher};
    let mut low = rustc_hash::FxHasher::default();
    let mut high = std::hash::DefaultHasher::new();
    let mut fixed = rustc_hash::FxHasher::default();
    for cell in above {
        let cell = cell.trim();
        cell.hash(&mut low);
        cell.hash(&mut high);
        cell.hash(&mut fixed);
    }
    for (field, cell) in record.iter().enumerate() {
        let cell = cell.trim();
        cell.hash(&mut low);
        cell.hash(&mut high);
        if !changing.get(field).is_some_and(|changes| *changes) {
            cell.hash(&mut fixed);
        }
    }
    (u128::from(high.finish()) << 64 | u128::from(low.finish()), fixed.finish())
}
