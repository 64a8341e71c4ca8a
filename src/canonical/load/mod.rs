//! From files to the canonical tables, with counts of every record.

mod affected_rows;
mod authors;
mod auxiliary_columns;
mod building;
mod case_states;
mod cells;
mod column_scan;
mod columns;
mod contradictions;
mod currencies;
mod date_problems;
mod deliveries;
mod duplicates;
mod email;
mod file;
mod file_dates;
mod file_notes;
mod filled_down;
mod filling;
mod future_events;
mod identities;
mod ids;
mod inspect;
mod leavers;
mod mapping;
mod money_back;
mod opening;
mod order_amounts;
mod placeholder_dates;
mod placeholders;
mod precision;
mod raw;
mod record_counts;
mod record_identity;
mod redaction;
mod rules;
mod same_record;
mod spellings;
mod state_columns;
mod stored;
mod survey_scales;
mod tables;
#[cfg(test)]
mod testing;
mod trials;
mod word_vote;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::diagnostics::Place;
use crate::expr::Bound;
use crate::ingest;
use crate::io;
use crate::notes::{Decision, FileNote, FilledFromAbove, Note, OrderAmountReading, OrderAmountShown};
use crate::period::{Division, Zone};
use crate::record_counts::RecordCounts;
use crate::schema::{Micros, Role, Table, purchases};
use crate::sources::{AmountOn, Input, Profile, Source};

use super::{CanonicalTables, SourceInfo};
use column_scan::{ColumnDecision, DecidedColumns};
use columns::{Plan, names, to_end_of_day};
use file::{FileRead, Job, Need, Rowset};
use filled_down::Parents;
use mapping::Mapping;
use opening::{Opened, describe, open};
use order_amounts::{AmountsAre, NotClear};
use precision::ColumnPrecision;

pub use inspect::inspect;
pub use mapping::{ID, OTHER};
pub use raw::{RawFile, RawRecords};
pub use record_counts::{Budget, Reject};
pub use redaction::Redact;

pub(super) use email::email;

/// How files are read.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads; at least one.
    pub threads: usize,
    /// The report's time zone.
    pub zone: Zone,
    /// Nothing at or after it counts; default: the end of the newest event's day.
    pub as_of: Option<Micros>,
    /// The periods in each of which a `key` keeps the latest answer of a person.
    pub division: Division,
    /// Dimensions to keep, by name.
    pub dimensions: BTreeSet<String>,
    /// Free texts of the canonical tables to keep, by name.
    pub texts: BTreeSet<String>,
    /// Whether all texts, the texts of ids under [`ID`], and all other columns of the files under [`OTHER`] are kept, to write the
    /// tables out again.
    pub everything: bool,
    /// Whether the line of every row is kept, for `rows`.
    pub keep_lines: bool,
    /// Whether every record that is not used is kept with its text, for `--rejects`.
    pub keep_unused: bool,
    /// Export formats that the user describes, besides the built-in ones.
    pub profiles: Vec<Profile>,
    /// How many records may be rejected.
    pub budget: Budget,
    /// The currency that money is stated in: what is in another one is converted by [`Options::rates`] or excluded.
    pub currency: Option<String>,
    /// What one unit of a currency is worth in [`Options::currency`].
    pub rates: BTreeMap<String, f64>,
    /// Whether ids, names and e-mail addresses become pseudonyms, and by which key.
    pub redact: Option<Redact>,
    /// Whether IDs that are names and differ only in their spelling are one stakeholder.
    pub merge_spellings: bool,
    /// How many columns a file, and how many bytes a cell, may have.
    pub limits: ingest::Limits,
}

/// What was read.
#[derive(Debug)]
pub struct Loaded {
    /// The tables.
    pub canonical: CanonicalTables,
    /// What became of the records of each file.
    pub account: Vec<RecordCounts>,
    /// Records that are not used: all, or the first few of each reason.
    pub unused: Vec<Reject>,
    /// What is worth knowing about the data and how they were read.
    pub notes: Vec<Note>,
    /// The file of each source, to be read again where its records are shown.
    pub files: Vec<RawFile>,
}

impl Loaded {
    /// What was read: name, size and SHA-256 of each file, once, in the order of the sources.
    ///
    /// # Errors
    /// When a file cannot be read any more.
    pub fn fingerprints(&self) -> Result<Vec<io::Fingerprint>> {
        io::fingerprints(self.files.iter().map(|file| &file.file))
    }
}

/// One file, read.
struct ReadFile {
    info: SourceInfo,
    source: Source,
    plans: Vec<Plan>,
    rowset: Rowset,
    read: u64,
    raw: RawFile,
    /// Columns that are read for findings alone.
    more: BTreeSet<String>,
    /// What was decided about its columns.
    decisions: Vec<Decision>,
    /// The header of the time of the last change, where the file has one.
    update_column: Option<String>,
}

/// Reads files into the canonical tables.
///
/// # Errors
///
/// When a file cannot be read or mapped, its dates are ambiguous, or more of its records are rejected than the budget allows.
pub fn load(inputs: &[Input], options: &Options) -> Result<Loaded> {
    match &options.redact {
        None => read(inputs, options),
        Some(redact) => redact.load(inputs, options),
    }
}

fn read(inputs: &[Input], options: &Options) -> Result<Loaded> {
    let mut notes = Vec::new();
    let mut kinds: BTreeMap<Table, usize> = BTreeMap::new();
    let described = describe(inputs, options, &mut notes)?;
    let opened = described
        .iter()
        .map(|(input, peek)| open(input, peek.clone(), options))
        .collect::<Result<Vec<_>>>()?;
    for opened in &opened {
        *kinds.entry(opened.mapping.table).or_default() += 1;
    }
    let mut files: Vec<Option<(ReadFile, Vec<Note>)>> = opened.iter().map(|_| None).collect();
    let mut opened: Vec<(usize, Opened)> = opened.into_iter().enumerate().collect();
    // The roster comes last: only then it is known whether anybody is named by an e-mail address, and the roster's are needed.
    opened.sort_by_key(|(_, opened)| opened.mapping.table == Table::Stakeholders);
    let mut may_have_emails = false;
    // What the amounts of exports are of, by their table and columns, and the exports that do not show it by themselves.
    let mut amounts: BTreeMap<(Table, Vec<String>), Vec<AmountsShown>> = BTreeMap::new();
    let mut not_clear: Vec<(usize, anyhow::Error)> = Vec::new();
    for (at, mut opened) in opened {
        let table = opened.mapping.table;
        let several = kinds[&table] > 1;
        opened.read_more(options, several, may_have_emails)?;
        let columns = (table, opened.peek.layout.header.names.clone());
        let mut of_file = Vec::new();
        match read_file(opened, options, several, None, &mut of_file) {
            Ok((file, shown)) => {
                may_have_emails |= table != Table::Stakeholders && identities::may_have_emails(&file.rowset.interners.stakeholders);
                amounts.entry(columns).or_default().extend(shown);
                files[at] = Some((file, of_file));
            }
            Err(error) if several && error.is::<NotClear>() => not_clear.push((at, error)),
            Err(error) => return Err(plain(error)),
        }
    }
    for (at, error) in not_clear {
        let (input, peek) = &described[at];
        let mut opened = open(input, peek.clone(), options)?;
        let columns = (opened.mapping.table, opened.peek.layout.header.names.clone());
        let shown = amounts.get(&columns).map_or(&[][..], Vec::as_slice);
        let Some(&of_others) = shown.first().filter(|first| shown.iter().all(|other| other.0 == first.0)) else {
            return Err(plain(error));
        };
        opened.read_more(options, true, may_have_emails)?;
        let mut of_file = Vec::new();
        let (file, _) = read_file(opened, options, true, Some(of_others), &mut of_file).map_err(plain)?;
        files[at] = Some((file, of_file));
    }
    let (files, of_files): (Vec<ReadFile>, Vec<Vec<Note>>) = files.into_iter().flatten().unzip();
    notes.extend(of_files.into_iter().flatten());
    tables::assemble(files, options, notes)
}

/// The question that a file raises whose amounts are not clear; other errors as they are.
fn plain(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<NotClear>() {
        Ok(not_clear) => not_clear.0.into(),
        Err(error) => error,
    }
}

/// What the amounts of a file are of, as its orders with several lines show it, and how many of them do.
type AmountsShown = (AmountOn, u64);

/// Reads a file. Where its own orders leave open what its amounts are of, `of_others` is what other exports with the same columns show.
///
/// # Errors
/// Those of [`load`]; [`NotClear`] where nothing shows what its amounts are of.
fn read_file(
    opened: Opened,
    options: &Options,
    several: bool,
    of_others: Option<AmountsShown>,
    notes: &mut Vec<Note>,
) -> Result<(ReadFile, Option<AmountsShown>)> {
    let Opened {
        file: input,
        source,
        peek,
        mut mapping,
        lookup,
        more,
    } = opened;
    let file = input.name().to_string();
    let mut layout = peek.layout;
    notes.extend(file_notes::renamed_columns(&layout, &file));
    let mut all_names = layout.header.names.clone();
    all_names.extend(lookup.iter().flat_map(|l| l.names.iter().cloned()));
    let zone = mapping.plans.first().map_or_else(|| options.zone.clone(), |p| p.zone.clone());
    let filter: Option<Bound> = match &source.filter {
        Some(expr) => Some(mapping::bind(expr, &all_names, &file, &zone, source.place.as_ref())?),
        None => None,
    };
    let (messages, tickets) = (mapping.messages, mapping.tickets);
    let expected = expected_records(input, &peek.rows);
    let mut amount_on = source.amount_on;
    let mut shown = None;
    if source.fill_down == Some(false) {
        mapping.parents = Parents::OnEach;
    }
    // What formats that are known mean is known.
    let is_known = source.profile.as_deref().is_some_and(|id| id != "none");
    let mut decided: Vec<ColumnDecision> = Vec::new();
    let changing = mapping.changing_fields(&all_names);
    let keep_hashes = several || expected <= MOST_HASHED;
    // Whether equal records stand next to one another tells a repeated page from equal lines of an order.
    let is_in_order = expected <= MOST_HASHED;
    let (outcome, mut rowset) = loop {
        let may_be_of_order = amount_on.is_none() && !is_known;
        // Which record of a key is the last, and which of an order the first, is told by their lines.
        let by_position = !source.key.is_empty() || amount_on == Some(AmountOn::Order);
        let updated = mapping.update_plan(&all_names);
        let job = Job {
            file: input,
            layout: &layout,
            mapping: &mapping,
            filter: filter.as_ref(),
            filter_reads_na: source
                .filter
                .as_ref()
                .is_some_and(|filter| filter.text().contains(&format!("'{}'", cells::NA))),
            lookup: lookup.as_ref(),
            dates: source.dates.map(mapping::order_of),
            zone: &zone,
            // Each record needs the one above it.
            threads: if matches!(mapping.parents, Parents::OnFirst(_)) {
                1
            } else {
                options.threads
            },
            expected,
            keep_lines: options.keep_lines || options.keep_unused || by_position || is_in_order,
            keep_hashes,
            changing: &changing,
            updated: updated.as_ref(),
            keep_unused: options.keep_unused,
            messages,
            of_order: amount_on == Some(AmountOn::Order) || may_be_of_order,
            max_field: options.limits.field,
        };
        match file::read(&job)? {
            FileRead::Whole(mut outcome) => {
                let rowset = tables::join(std::mem::take(&mut outcome.sinks));
                if !may_be_of_order {
                    break (outcome, rowset);
                }
                amount_on = match order_amounts::decide(mapping.table, &mapping.plans, &rowset, &all_names) {
                    AmountsAre::NotClear(reading) => match of_others {
                        None => return Err(NotClear::new(&file, &reading).into()),
                        Some((AmountOn::Line, _)) => Some(AmountOn::Line),
                        Some((AmountOn::Order, orders)) => {
                            let reading = OrderAmountReading {
                                shown: OrderAmountShown::AnotherExport { orders },
                                ..reading
                            };
                            decided.push((reading.header.clone(), Decision::AmountOfOrder { reading }));
                            Some(AmountOn::Order)
                        }
                    },
                    // Who maps a price to the amount has decided it.
                    AmountsAre::OfUnits { .. } if source.map.get(purchases::AMOUNT.name).is_some_and(|mapped| mapped.place.is_some()) => {
                        Some(AmountOn::Line)
                    }
                    AmountsAre::OfUnits { header, quantity, lines } => {
                        return Err(order_amounts::unit_question(&file, &header, &quantity, lines).into());
                    }
                    AmountsAre::OfOrders(reading) => {
                        shown = Some((AmountOn::Order, reading.several));
                        decided.push((reading.header.clone(), Decision::AmountOfOrder { reading }));
                        Some(AmountOn::Order)
                    }
                    AmountsAre::OfLines { is_shown } => {
                        shown = is_shown.then_some((AmountOn::Line, 0));
                        Some(AmountOn::Line)
                    }
                };
                // As lines, all of them need an amount; as orders, the first of each counts.
                if amount_on == Some(AmountOn::Line) && !order_amounts::lacks_some(mapping.table, &mapping.plans, &rowset) {
                    break (outcome, rowset);
                }
            }
            FileRead::Needs(Need::Parents) => {
                let (parents, reading) = filled_down::look(&job, &mapping.plans, source.fill_down == Some(true))?;
                mapping.parents = parents;
                let header = |reading: &FilledFromAbove| reading.columns.first().cloned().unwrap_or_default();
                decided.extend(reading.map(|reading| (header(&reading), Decision::FilledFromAbove { reading })));
            }
            FileRead::Needs(Need::Columns) => {
                let mut found = DecidedColumns {
                    plans: mapping.plans.clone(),
                    filter_mark: mapping.filter_mark,
                };
                for decision in column_scan::look(&job, &mut found, &file)? {
                    // Two columns may be read from one of the file.
                    if !decided.contains(&decision) {
                        decided.push(decision);
                    }
                }
                mapping.plans = found.plans;
                // What cells show beside their own value, such as the points that there are, is mapped too.
                let shown = mapping.plans.iter().filter_map(|plan| plan.column);
                mapping.mapped.extend(shown.map(|column| column.name.to_string()));
                mapping.filter_mark = found.filter_mark;
                mapping.filter_open = false;
            }
            FileRead::Needs(Need::Currencies) => {
                let mut plans = mapping.plans.clone();
                let column = Mapping::currency_column(mapping.table, &options.zone);
                let found = currencies::look(&job, &mut plans, column, source, options)?;
                mapping.mapped.extend(found.column().map(|at| plans[at].name.clone()));
                mapping.plans = plans;
                mapping.currencies = found;
            }
        }
    };
    decided.append(&mut mapping.currencies.decisions);
    let decisions = decided.iter().map(|(_, decision)| decision.clone()).collect();
    notes.extend(file_notes::of_file(decided, &outcome, &mapping.plans, &file));
    layout.encoding = outcome.encoding;
    if options.redact.is_some() || source.private {
        rowset.unused.iter_mut().for_each(redaction::withhold);
    }
    if !keep_hashes && source.key.is_empty() {
        let records = outcome.records;
        notes.push(Note::new(FileNote::NotSearched { records }).at(Place::file(&file)));
    }
    notes.extend(file_notes::of_cells(&mapping.plans, &mut rowset.fillings, &file));
    let (mut dated, mut some_dates) = (BTreeMap::new(), BTreeSet::new());
    for (plan, filling) in mapping.plans.iter().zip(&mut rowset.fillings) {
        let (precision, decision) = precision::settle(plan, filling, &options.zone);
        notes.extend(decision.and_then(|decision| file_notes::of_precision(plan, decision, &file)));
        match precision {
            ColumnPrecision::Times => {}
            ColumnPrecision::Mixed => {
                some_dates.insert(plan.name.clone());
            }
            ColumnPrecision::Dates => {
                dated.insert(plan.name.clone(), plan.zone.clone());
                if plan.role() == Some(Role::Deadline) {
                    to_end_of_day(&mut filling.data, &options.zone);
                }
            }
        }
    }
    let info = SourceInfo {
        table: mapping.table,
        file: file.clone(),
        mapped: mapping.mapped.clone(),
        messages,
        tickets,
        has_cases: messages || tickets,
        private: source.private,
        redacted: options.redact.is_some(),
        dates: dated,
        content: record_counts::content(outcome.records, &rowset),
        some_dates,
    };
    options.budget.check(&file, outcome.records, &rowset)?;
    let update_column = mapping.update_plan(&all_names).map(|plan| plan.header);
    let read = ReadFile {
        info,
        source: Source {
            amount_on,
            ..source.clone()
        },
        plans: mapping.plans,
        rowset,
        read: outcome.records,
        raw: RawFile {
            file: input.clone(),
            layout,
        },
        more,
        decisions,
        update_column,
    };
    Ok((read, shown))
}

/// Files of more records are not looked at for records that stand in them twice.
const MOST_HASHED: usize = 500_000;

/// About how many records a file holds, by its size and its first records; 0 where nothing tells.
fn expected_records(file: &io::Source, first: &[ingest::Row]) -> usize {
    let bytes: usize = first.iter().map(|r| r.fields.iter().map(|f| f.len() + 1).sum::<usize>()).sum();
    match (file.size(), bytes) {
        (Some(size), 1..) => (size as f64 * first.len() as f64 / bytes as f64 * 1.05) as usize,
        _ => 0,
    }
}

/// Names of the columns that a file has.
fn column_names(file: &ReadFile) -> BTreeSet<String> {
    names(&file.plans)
}
