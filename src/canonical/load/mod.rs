//! From files to the canonical tables, with counts of every record.

mod cases;
mod dates;
mod file;
mod inspect;
mod joins;
mod money;
mod people;
mod raw;
mod record_counts;
mod redaction;
mod repeats;
mod tables;
#[cfg(test)]
mod testing;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::ingest;
use crate::io;
use crate::notes::Note;
use crate::period::{Division, Zone};
use crate::record_counts::RecordCounts;
use crate::schema::{Micros, Table};
use crate::sources::long_form::StatedQuestion;
use crate::sources::{AmountOn, Input, Profile};

use super::CanonicalTables;
use file::opening::{Opened, describe, open};
use file::{AmountsShown, ReadFile, read_file};
use money::order_amounts::{AmountsAre, NotClear};
use people::identities;

pub use file::mapping::{ID, OTHER};
pub use inspect::inspect;
pub use joins::{Joins, StatedJoin, join, problem as join_problem};
pub use raw::{RawFile, RawRecords};
pub use record_counts::{Budget, Reject};
pub use redaction::Redact;

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
    /// Questions of surveys that somebody has named, with their instruments.
    pub questions: Vec<StatedQuestion>,
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
    /// Of files of more records, hashes of the records are kept only where they are needed, and names of people are not read.
    pub large: usize,
}

/// The usual number of records beyond which a file is large.
pub const LARGE: usize = 500_000;

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
    /// The files that were looked up for their records.
    pub looked_up: Vec<io::Source>,
}

impl Loaded {
    /// What was read: name, size and SHA-256 of each file, once, in the order of the sources; then those that were looked up. With redaction
    /// the number of the file, and a hash of the SHA-256 with the key.
    ///
    /// # Errors
    /// When a file cannot be read any more.
    pub fn fingerprints(&self) -> Result<Vec<io::Fingerprint>> {
        let mut found = io::fingerprints(self.files.iter().map(|file| &file.file).chain(&self.looked_up))?;
        if let Some(redaction) = &self.canonical.redaction {
            for file in &mut found {
                file.name = redaction.known_file(&file.name);
                file.sha256 = redaction.fingerprint(&file.sha256);
            }
        }
        Ok(found)
    }
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
    // What shows of what the amounts of exports are, by their table and columns: exports with the same columns are of one kind.
    let mut amounts: BTreeMap<(Table, Vec<String>), Vec<AmountsShown>> = BTreeMap::new();
    for (at, mut opened) in opened {
        let table = opened.mapping.table;
        let several = kinds[&table] > 1;
        opened.read_more(options, may_have_emails)?;
        let columns = (table, opened.peek.layout.header.names.clone());
        let mut of_file = Vec::new();
        match read_file(opened, options, several, None, &mut of_file) {
            Ok((file, evidence)) => {
                may_have_emails |= table != Table::Stakeholders && identities::may_have_emails(&file.rowset.interners.stakeholders);
                let amount_on = file.source.amount_on;
                amounts
                    .entry(columns)
                    .or_default()
                    .extend(evidence.map(|evidence| (at, evidence, amount_on)));
                files[at] = Some((file, of_file));
            }
            Err(error) if several => match error.downcast::<NotClear>() {
                Ok(not_clear) => amounts.entry(columns).or_default().push((at, not_clear.evidence, None)),
                Err(error) => return Err(error),
            },
            Err(error) => return Err(plain(error)),
        }
    }
    for shown in amounts.into_values() {
        let telling = || shown.iter().filter(|(_, evidence, _)| evidence.tells());
        let Some(together) = telling()
            .map(|(_, evidence, _)| evidence.clone())
            .reduce(|all, other| all.and(&other))
        else {
            continue;
        };
        let amount_on = match together.amounts_are() {
            AmountsAre::Lines => AmountOn::Line,
            AmountsAre::Orders(_) => AmountOn::Order,
            AmountsAre::NotClear(reading) => {
                let first = telling().next().map_or(0, |(at, ..)| *at);
                return Err(NotClear::new(described[first].0.file.name(), &reading, together).problem.into());
            }
        };
        for &(at, ..) in telling().filter(|(.., own)| *own != Some(amount_on)) {
            let (input, peek) = &described[at];
            let mut opened = open(input, peek.clone(), options)?;
            opened.read_more(options, may_have_emails)?;
            let mut of_file = Vec::new();
            let of_all = Some((amount_on, &together));
            let (file, _) = read_file(opened, options, true, of_all, &mut of_file).map_err(plain)?;
            files[at] = Some((file, of_file));
        }
    }
    let (files, of_files): (Vec<ReadFile>, Vec<Vec<Note>>) = files.into_iter().flatten().unzip();
    notes.extend(of_files.into_iter().flatten());
    tables::assembling::assemble(files, options, notes)
}

/// The question that a file raises whose amounts are not clear; other errors as they are.
fn plain(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<NotClear>() {
        Ok(not_clear) => not_clear.problem.into(),
        Err(error) => error,
    }
}
