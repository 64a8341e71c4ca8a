//! One file, from its bytes to columns: which export it is, what its columns mean, and the value of each cell.

pub mod auxiliary_columns;
pub mod cells;
pub mod column_scan;
pub mod columns;
mod condition_dates;
mod date_order;
pub mod file_notes;
pub mod filled_down;
pub mod filling;
pub mod left_out;
pub mod long_form;
pub mod lookups;
pub mod mapping;
mod marking_time;
pub mod opening;
pub mod reading;
mod shared_ids;
pub mod stored;
mod unknown_words;
pub mod word_vote;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::canonical::load::dates::precision::{self, ColumnPrecision};
use crate::canonical::load::money::order_amounts::{self, Amounts, AmountsAre, Evidence, NotClear};
use crate::canonical::load::{Options, RawFile, money::currencies, record_counts, redaction, tables};
use crate::canonical::{Content, SourceInfo};
use crate::diagnostics::Place;
use crate::expr::Bound;
use crate::ingest;
use crate::io;
use crate::notes::{Decision, ExclusionReason, FileNote, FilledFromAbove, Note};
use crate::schema::{Role, purchases, supplies};
use crate::sources::undone::undone;
use crate::sources::{AmountOn, Source};

use column_scan::{ColumnDecision, DecidedColumns};
use columns::{ColumnSource, Plan, names, to_end_of_day};
use filled_down::Parents;
use lookups::{LookedUp, Referred};
use mapping::Mapping;
use opening::Opened;
use reading::{FileRead, Job, Need, Rowset};
use shared_ids::SharedIds;

/// One file, read.
pub struct ReadFile {
    pub info: SourceInfo,
    pub source: Source,
    pub plans: Vec<Plan>,
    pub rowset: Rowset,
    pub read: u64,
    pub raw: RawFile,
    /// The files that were looked up for it.
    pub looked_up: Vec<io::Source>,
    /// To which records of them its records refer.
    pub referred: Vec<Referred>,
    /// Columns that are read for findings alone.
    pub more: BTreeSet<String>,
    /// What was decided about its columns.
    pub decisions: Vec<Decision>,
    /// The header of the time of the last change, where the file has one.
    pub update_column: Option<String>,
}

/// A file by its place, what shows of what its amounts are, and what was decided from that alone, if it is clear.
pub type AmountsShown = (usize, Evidence, Option<AmountOn>);

/// Reads a file. `of_all` is what the amounts of all exports with the same columns are of, and what shows it.
///
/// # Errors
/// Those of [`super::load`]; [`NotClear`] where nothing shows what its amounts are of.
pub fn read_file(
    opened: Opened,
    options: &Options,
    several: bool,
    of_all: Option<(AmountOn, &Evidence)>,
    notes: &mut Vec<Note>,
) -> Result<(ReadFile, Option<Evidence>)> {
    let Opened {
        file: input,
        source,
        peek,
        mut mapping,
        mut lookup,
        more,
    } = opened;
    let file = input.name().to_string();
    let mut layout = peek.layout;
    notes.extend(file_notes::renamed_columns(&layout, &file));
    let mut all_names = layout.header.names.clone();
    all_names.extend(lookup.iter().flat_map(|l| l.names.iter().cloned()));
    let zone = mapping.plans.first().map_or_else(|| options.zone.clone(), |p| p.zone.clone());
    let filter: Option<Bound> = match &source.filter {
        Some(expr) => {
            let expr = condition_dates::read(expr, &layout.header.names, &peek.rows, source, &file)?;
            Some(mapping::bind(&expr, &all_names, &file, &zone, source.place.as_ref())?)
        }
        None => None,
    };
    if let Some(lookup) = &mut lookup {
        let of_plans = mapping.plans.iter().flat_map(Plan::fields);
        let of_filter = filter.iter().flat_map(|filter| filter.columns()).copied();
        let of_update = mapping.update_plan(&all_names).into_iter().flat_map(|plan| plan.fields());
        lookup.load(&of_plans.chain(of_filter).chain(of_update).collect(), options)?;
    }
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
    // A large file is looked at for records that stand in it twice only where their ids show that there may be some.
    let mut keep_hashes = several || expected <= options.large;
    // Whether equal records stand next to one another tells a repeated page from equal lines of an order.
    let mut is_in_order = expected <= options.large;
    let mut has_lines = false;
    let (outcome, mut rowset) = loop {
        // What an expression makes of a line is the line's.
        let is_amount = |plan: &Plan| matches!(plan.column, Some(&purchases::AMOUNT | &supplies::AMOUNT));
        let is_computed = |plan: &Plan| is_amount(plan) && matches!(plan.take, ColumnSource::Expr(_));
        let may_be_of_order = amount_on.is_none() && !is_known && !mapping.plans.iter().any(is_computed);
        // Which record of a key is the last, and which of an order the first, is told by their lines.
        let by_position = !source.key.is_empty() || amount_on == Some(AmountOn::Order);
        let updated = mapping.update_plan(&all_names);
        let job = Job {
            file: input,
            layout: &layout,
            mapping: &mapping,
            filter: filter.as_ref(),
            filtered_as: match source.is_of_question {
                true => ExclusionReason::OtherQuestion,
                false => ExclusionReason::Filtered,
            },
            filter_reads_na: source
                .filter
                .as_ref()
                .is_some_and(|filter| filter.text().contains(&format!("'{}'", cells::NA))),
            // Whoever compares with an entity means the cells as they are in the file.
            filter_restores: source.filter.as_ref().is_some_and(|filter| undone(filter.text()).is_none()),
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
        match reading::read(&job)? {
            FileRead::Whole(mut outcome) => {
                let rowset = tables::joining::join(std::mem::take(&mut outcome.sinks));
                if !keep_hashes && source.key.is_empty() {
                    let shared = SharedIds::of(&mapping, &rowset);
                    has_lines = shared == SharedIds::Lines;
                    if shared == SharedIds::Some {
                        (keep_hashes, is_in_order) = (true, true);
                        continue;
                    }
                }
                if !may_be_of_order {
                    break (outcome, rowset);
                }
                amount_on = match order_amounts::look(mapping.table, &mapping.plans, &rowset, &all_names) {
                    Amounts::Lines => Some(AmountOn::Line),
                    // Who maps a price to the amount has decided it.
                    Amounts::Units { .. } if source.map.get(purchases::AMOUNT.name).is_some_and(|mapped| mapped.place.is_some()) => {
                        Some(AmountOn::Line)
                    }
                    Amounts::Units { header, quantity, lines } => {
                        return Err(order_amounts::unit_question(&file, &header, &quantity, lines).into());
                    }
                    Amounts::LinesOrOrders(evidence) => {
                        let are = match of_all {
                            None => evidence.amounts_are(),
                            Some((AmountOn::Line, _)) => AmountsAre::Lines,
                            Some((AmountOn::Order, all)) => AmountsAre::Orders(all.of_others()),
                        };
                        let on = match are {
                            AmountsAre::Lines => AmountOn::Line,
                            AmountsAre::Orders(reading) => {
                                decided.push((reading.header.clone(), Decision::AmountOfOrder { reading }));
                                AmountOn::Order
                            }
                            AmountsAre::NotClear(reading) => return Err(NotClear::new(&file, &reading, evidence).into()),
                        };
                        shown = Some(evidence);
                        Some(on)
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
                    filter_times: BTreeMap::new(),
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
                mapping.filter_times = found.filter_times;
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
    let required = mapping.plans.iter().filter(|plan| plan.required).flat_map(Plan::fields).collect();
    let referred = lookup.as_ref().map(|lookup| lookup.referred(&required)).unwrap_or_default();
    decided.append(&mut mapping.currencies.decisions);
    let decisions = decided.iter().map(|(_, decision)| decision.clone()).collect();
    notes.extend(file_notes::of_file(decided, &outcome, &mapping.plans, &file));
    layout.encoding = outcome.encoding;
    if options.redact.is_some() || source.private {
        rowset.unused.iter_mut().for_each(redaction::withhold);
    }
    let records = outcome.records;
    if has_lines {
        notes.push(Note::new(FileNote::NotSearched { records }).at(Place::file(&file)));
    }
    if expected > options.large && !auxiliary_columns::unread_names(&mapping).is_empty() {
        notes.push(Note::new(FileNote::NamesNotRead { records }).at(Place::file(&file)));
    }
    let content = record_counts::content(outcome.records, &rowset);
    let has_left_out = rowset
        .counts
        .keys()
        .any(|(_, code)| ["filtered", "filtered-unreadable"].contains(&code.as_str()));
    if content != Content::Readable && has_left_out {
        let records = outcome.records;
        notes.push(Note::new(FileNote::NothingLeft).count(records).at(Place::file(&file)));
    }
    let mut mapped = mapping.mapped.clone();
    unknown_words::leave_out(&mapping.plans, &mut rowset.fillings, &mut mapped);
    notes.extend(file_notes::of_cells(&mapping.plans, &mut rowset.fillings, &file));
    if !is_known {
        notes.extend(file_notes::of_marks(&mapping.plans, &rowset.fillings, source, &file));
    }
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
        mapped,
        messages,
        has_answers: true,
        tickets,
        has_cases: messages || tickets,
        unknown_currencies: (mapping.currencies.unknown.iter())
            .map(|(sign, meant)| ((*sign).to_string(), meant.iter().map(|code| (*code).to_string()).collect()))
            .collect(),
        amount_of_order: amount_on == Some(AmountOn::Order),
        private: source.private,
        redacted: options.redact.is_some(),
        dates: dated,
        content,
        is_used: true,
        some_dates,
    };
    options.budget.check(&file, outcome.records, &rowset, || {
        let is_hidden = options.redact.is_some() || source.private;
        let first = ingest::peek_within(input, &source.wishes, COMPARED, options.limits)
            .ok()
            .filter(|_| !is_hidden)?;
        let unused = rowset.unused.iter().map(|unused| (unused.column.as_str(), &unused.reason));
        left_out::shared_by_rejects(unused, &first.layout.header.names, &first.rows)
    })?;
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
        referred,
        looked_up: lookup.iter().flat_map(LookedUp::files).cloned().collect(),
        more,
        decisions,
        update_column,
    };
    Ok((read, shown))
}

/// So many of the first records are compared with those that lack a cell.
const COMPARED: usize = 20_000;

/// About how many records a file holds, by its size and its first records; 0 where nothing tells.
pub fn expected_records(file: &io::Source, first: &[ingest::Row]) -> usize {
    let bytes: usize = first.iter().map(|r| r.fields.iter().map(|f| f.len() + 1).sum::<usize>()).sum();
    match (file.size(), bytes) {
        (Some(size), 1..) => (size as f64 * first.len() as f64 / bytes as f64 * 1.05) as usize,
        _ => 0,
    }
}

/// Names of the columns that a file has.
pub fn column_names(file: &ReadFile) -> BTreeSet<String> {
    names(&file.plans)
}
