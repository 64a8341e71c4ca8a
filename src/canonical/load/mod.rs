//! From files to the canonical tables, with an account of every record.

mod auxiliary_columns;
mod building;
mod codes;
mod column_scan;
mod columns;
mod contradictions;
mod data_issues;
mod duplicates;
mod file;
mod filling;
mod future_events;
mod identities;
mod ids;
mod inspect;
mod mapping;
mod opening;
mod raw;
mod record_counts;
mod redaction;
mod rules;
mod stored;
mod tables;
#[cfg(test)]
mod testing;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::cell_parsing::DecimalMark;
use crate::diagnostics::{Note, Place, excerpt};
use crate::expr::Bound;
use crate::ingest;
use crate::io;
use crate::period::Zone;
use crate::record_counts::RecordCounts;
use crate::schema::{ColumnType, Micros, Role, Table};
use crate::sources::{AmountOn, Input, Profile, Source};

use super::{CanonicalTables, SourceInfo};
use column_scan::Decided;
use columns::{ColumnSource, Plan, names, to_end_of_day};
use file::{Job, Rowset};
use opening::{Opened, describe, open};

pub use codes::{READING, UNUSED};
pub use data_issues::{FINDINGS, FindingKind};
pub use file::UnusedStatus;
pub use inspect::inspect;
pub use mapping::{ID, OTHER};
pub use raw::{RawFile, RawRecords};
pub use record_counts::{Budget, Reject};
pub use redaction::Redact;

pub(super) use identities::email;

/// How files are read.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads; at least one.
    pub threads: usize,
    /// The report's time zone.
    pub zone: Zone,
    /// Nothing at or after it counts; default: the end of the newest event's day.
    pub as_of: Option<Micros>,
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
    /// Findings.
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
struct Part {
    info: SourceInfo,
    source: Source,
    plans: Vec<Plan>,
    rowset: Rowset,
    read: u64,
    raw: RawFile,
    /// Columns that are read for findings alone.
    more: BTreeSet<String>,
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
    let mut parts: Vec<Option<(Part, Vec<Note>)>> = opened.iter().map(|_| None).collect();
    let mut opened: Vec<(usize, Opened)> = opened.into_iter().enumerate().collect();
    // The roster comes last: only then it is known whether anybody is named by an e-mail address, and the roster's are needed.
    opened.sort_by_key(|(_, opened)| opened.mapping.table == Table::Stakeholders);
    let mut may_have_emails = false;
    for (at, mut opened) in opened {
        let several = kinds[&opened.mapping.table] > 1;
        opened.read_more(options, several, may_have_emails)?;
        let mut of_file = Vec::new();
        let part = read_part(opened, options, several, &mut of_file)?;
        may_have_emails |= part.info.table != Table::Stakeholders && identities::may_have_emails(&part.rowset.interners.stakeholders);
        parts[at] = Some((part, of_file));
    }
    let (parts, of_files): (Vec<Part>, Vec<Vec<Note>>) = parts.into_iter().flatten().unzip();
    notes.extend(of_files.into_iter().flatten());
    tables::assemble(parts, options, notes)
}

fn read_part(opened: Opened, options: &Options, several: bool, notes: &mut Vec<Note>) -> Result<Part> {
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
    for renamed in layout.header.renamed.iter().filter(|r| !r.was.is_empty()) {
        notes.push(
            Note::new(
                "duplicate-header",
                format!(
                    "column {} is read as {}: the name {} is taken",
                    renamed.column + 1,
                    excerpt(&renamed.now),
                    excerpt(&renamed.was)
                ),
            )
            .at(Place::file(&file)),
        );
    }
    let mut all_names = layout.header.names.clone();
    all_names.extend(lookup.iter().flat_map(|l| l.names.iter().cloned()));
    let zone = mapping.plans.first().map_or_else(|| options.zone.clone(), |p| p.zone.clone());
    let filter: Option<Bound> = match &source.filter {
        Some(expr) => Some(mapping::bind(expr, &all_names, &file, &zone, source.place.as_ref())?),
        None => None,
    };
    let (messages, tickets) = (mapping.messages, mapping.tickets);
    let expected = expected_records(input, &peek.rows);
    // Which record of a key is the last, and which of an order the first, is told by their lines.
    let by_position = !source.key.is_empty() || source.amount_on == Some(AmountOn::Order);
    let mut decided = BTreeSet::new();
    let outcome = loop {
        let job = Job {
            file: input,
            layout: &layout,
            mapping: &mapping,
            filter: filter.as_ref(),
            lookup: lookup.as_ref(),
            dates: source.dates.map(mapping::order_of),
            zone: &zone,
            threads: options.threads,
            expected,
            keep_lines: options.keep_lines || options.keep_unused || by_position,
            keep_hashes: several || expected <= MOST_HASHED,
            keep_unused: options.keep_unused,
            messages,
            of_order: source.amount_on == Some(AmountOn::Order),
            max_field: options.limits.field,
        };
        if let Some(outcome) = file::read(&job)? {
            break outcome;
        }
        let mut found = Decided {
            plans: mapping.plans.clone(),
            filter_mark: mapping.filter_mark,
        };
        decided.extend(column_scan::look(&job, &mut found, &file)?);
        mapping.plans = found.plans;
        mapping.filter_mark = found.filter_mark;
        mapping.filter_open = false;
    };
    for decision in decided {
        notes.push(Note::new("decided", decision.to_string()).at(Place::file(&file)));
    }
    for (code, text) in outcome.findings() {
        notes.push(Note::new(code, text).at(Place::file(&file)));
    }
    layout.encoding = outcome.encoding;
    if mapping.plans.iter().any(|p| {
        p.mark == DecimalMark::Auto
            && matches!(p.take, ColumnSource::Expr(_))
            && matches!(p.kind, ColumnType::Money | ColumnType::Number)
            && !p.open
    }) {
        notes.push(
            Note::new(
                "decimal-mark",
                "decimal points and commas both occur; each cell is read by its own evidence".to_string(),
            )
            .at(Place::file(&file)),
        );
    }
    let mut rowset = tables::join(outcome.sinks);
    if options.redact.is_some() {
        rowset.unused.iter_mut().for_each(redaction::withhold);
    }
    note_cells(&mapping.plans, &rowset, options.redact.is_none(), &file, notes);
    let mut dated = BTreeMap::new();
    for (plan, filling) in mapping.plans.iter().zip(&mut rowset.fillings) {
        let dates = super::rows::are_dates(filling.times.1, filling.times.0);
        if dates {
            dated.insert(plan.name.clone(), plan.zone.clone());
            if plan.role() == Some(Role::Deadline) {
                to_end_of_day(&mut filling.data, &options.zone);
            }
        }
    }
    let info = SourceInfo {
        table: mapping.table,
        file: file.clone(),
        mapped: mapping.mapped.clone(),
        messages,
        tickets,
        private: source.private,
        redacted: options.redact.is_some(),
        dates: dated,
    };
    options.budget.check(&file, outcome.records, &rowset)?;
    Ok(Part {
        info,
        source: source.clone(),
        plans: mapping.plans,
        rowset,
        read: outcome.records,
        raw: RawFile {
            file: input.clone(),
            layout,
        },
        more,
    })
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

/// Counted findings about single cells, with examples where these may be shown.
fn note_cells(plans: &[Plan], rowset: &Rowset, examples: bool, file: &str, notes: &mut Vec<Note>) {
    let such_as = |cell: &str| match examples {
        true => format!(", such as '{}'", crate::diagnostics::visible(&excerpt(cell))),
        false => String::new(),
    };
    for (plan, filling) in plans.iter().zip(&rowset.fillings) {
        if filling.rounded > 0 {
            notes.push(
                Note::new(
                    "rounded",
                    format!("{}: amounts beyond four decimals are rounded half-even to 1/10,000", plan.header),
                )
                .count(filling.rounded)
                .at(Place::file(file)),
            );
        }
        for (finding, (count, example)) in &filling.found {
            let text = format!("{}: {}{}", plan.header, finding.words(), such_as(example));
            notes.push(Note::new(finding.code(), text).count(*count).at(Place::file(file)));
        }
        for (what, (count, example)) in &filling.voided {
            notes.push(
                Note::new("voided", format!("cells voided: {what}{}", such_as(example)))
                    .count(*count)
                    .at(Place::file(file)),
            );
        }
    }
}

/// Names of the columns that a part has.
fn part_names(part: &Part) -> BTreeSet<String> {
    names(&part.plans)
}
