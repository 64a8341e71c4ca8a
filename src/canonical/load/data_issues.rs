//! What can be found in the data beside what is asked of them: every kind of finding with its code, and how findings become notes.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::canonical::{Rows, SourceInfo};
use crate::diagnostics::{Note, Place};

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingKind {
    /// The stable word in the `code` of its notes.
    pub code: &'static str,
    /// What it means, and what follows from it.
    pub means: &'static str,
    /// What to do about it.
    pub advice: &'static str,
}

pub(super) const fn kind(code: &'static str, means: &'static str, advice: &'static str) -> FindingKind {
    FindingKind { code, means, advice }
}

/// All kinds of findings about the records, by code.
pub const FINDINGS: &[FindingKind] = &[
    kind(
        "activity-after-end",
        "a stakeholder bought, was in contact or delivered after the last day that the roster gives; both are believed",
        "see whether the end is a slip, or a later spell is missing from the roster",
    ),
    kind(
        "alias-of-several",
        "the identities name two different stakeholders for one alias; the alias stays a stakeholder of its own",
        "leave the right line of the two in the identities",
    ),
    kind(
        "as-of",
        "a few events lie more than 31 days after all others; the default as-of lies after them",
        "state as_of if they are slips",
    ),
    kind(
        "closed-without-time",
        "a status says resolved or closed, and there is no time of resolution; the case counts as open",
        "map resolved_at to the column that has the time, or export it",
    ),
    kind(
        "end-reason-without-end",
        "a reason for leaving without a day of leaving; the stakeholder counts as still there",
        "fill in the day, or empty the reason",
    ),
    kind(
        "future-date",
        "what happened at or after the stated as-of is not known yet: the record is left out, or its answer or resolution is",
        "nothing where as-of lies in the past; else see whether the dates are slips",
    ),
    kind(
        "identity-circle",
        "aliases lead back to themselves; all of the circle are taken for one stakeholder",
        "let every alias in the identities lead to the one id that stays",
    ),
    kind(
        "list-of-ids",
        "an id is a list of ids; it counts as one stakeholder of its own",
        "split such records in the export, or leave them out with where",
    ),
    kind(
        "lookalike-ids",
        "ids of different files differ in leading zeros, blanks or apostrophes alone; they count as different stakeholders",
        "write them alike in the exports, or list them in an identities file",
    ),
    kind(
        "merged-by-email",
        "ids that are e-mail addresses of a stakeholder, or the same address in other capitals, count as that stakeholder",
        "nothing, if that is right; else give them ids",
    ),
    kind(
        "merged-by-identities",
        "ids count as the stakeholder whose aliases they are",
        "nothing, if that is right",
    ),
    kind(
        "negative-duration",
        "something ended, was answered or arrived before it began; that duration is void, the row stays",
        "see whether the two columns are swapped, or in different time zones",
    ),
    kind(
        "negative-quantity",
        "a negative quantity beside a positive amount; the amount counts as it stands",
        "if these are returns, turn the sign of the amount with an expression",
    ),
    kind(
        "not-on-roster",
        "stakeholders of a file are not on the roster",
        "see whether both use the same ids; an identities file can link them",
    ),
    kind(
        "off-scale",
        "a score outside its scale; that answer is void, the row stays",
        "see whether the scale or the instrument is the right one",
    ),
    kind(
        "one-id-dominates",
        "one id has more than a fifth of all records while most have few: it may stand for many people",
        "if it stands for many, leave it out with where",
    ),
    kind(
        "open-with-resolution",
        "a status says open, and there is a time of resolution; the case counts as resolved",
        "see whether resolved_at is mapped to the right column",
    ),
    kind(
        "placeholder-id",
        "an id such as 'guest' or 'unknown' stands for nobody in particular; it counts as one stakeholder",
        "leave such records out with where, or map the cell to nothing",
    ),
    kind(
        "purchases-of-nobody",
        "purchases without any stakeholder are left out",
        "nothing, if guests may buy; else map the column that says who bought",
    ),
    kind(
        "received-without-time",
        "a quantity was received, and there is no time of receipt; the line counts as not received",
        "map received_at to the column that has the time, or export it",
    ),
    kind(
        "refund-over-amount",
        "a refund is larger than the amount it is of; it counts as it stands",
        "see whether the refund is of the whole order, or the amount is net of refunds",
    ),
    kind(
        "repeated",
        "records that equal an earlier one of the same file in all cells; they are kept",
        "if they are slips, set key in [[source]]",
    ),
    kind(
        "same-id-differs",
        "records have the same id and differ in other cells, like an updated export of the same record; all of them count",
        "set key in [[source]]: then the later record counts",
    ),
    kind(
        "shared-email",
        "several stakeholders of the roster have one e-mail address; nobody is found by it",
        "merge them in an identities file if they are one",
    ),
];

/// Rows that something was found in: how many of each source, and the first line where lines are kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found(BTreeMap<u16, (u64, Option<u32>)>);

impl Found {
    /// Looks at every row, side by side.
    pub fn scan(rows: &Rows, is_found: impl Fn(usize) -> bool + Sync) -> Found {
        (0..rows.len)
            .into_par_iter()
            .with_min_len(1 << 16)
            .filter(|&row| is_found(row))
            .fold(Found::default, |mut found, row| {
                found.add(rows, row);
                found
            })
            .reduce(Found::default, |mut all, other| {
                for (source, (count, line)) in other.0 {
                    all.add_many(source, count, line);
                }
                all
            })
    }

    /// Adds a row.
    pub fn add(&mut self, rows: &Rows, row: usize) {
        self.add_many(rows.source_of(row), 1, rows.line.as_ref().map(|lines| lines[row]));
    }

    fn add_many(&mut self, source: u16, count: u64, line: Option<u32>) {
        let (sum, first) = self.0.entry(source).or_default();
        *sum += count;
        *first = match (*first, line) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// A note for each source.
    pub fn notes<'a>(self, code: &'static str, text: impl Into<String>, sources: &'a [SourceInfo]) -> impl Iterator<Item = Note> + 'a {
        let text = text.into();
        self.0.into_iter().map(move |(source, (count, line))| {
            let file = &sources[source as usize].file;
            let place = line.map_or_else(|| Place::file(file), |line| Place::line(file, line.into()));
            Note::new(code, text.clone()).count(count).at(place)
        })
    }
}

/// Whether ids may be shown as examples: not where a source is private, or ids become pseudonyms.
pub fn may_show(sources: &[SourceInfo]) -> bool {
    sources.iter().all(|source| !source.private && !source.redacted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_stable_words_in_order_and_each_says_what_to_do() {
        assert!(FINDINGS.is_sorted_by(|a, b| a.code < b.code));
        for FindingKind { code, means, advice } in FINDINGS {
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{code}");
            assert!(
                !means.is_empty() && !advice.is_empty() && !means.ends_with('.') && !advice.ends_with('.'),
                "{code}"
            );
        }
    }

    /// Every code that the files about findings use is listed, and every listed one is used.
    #[test]
    fn the_list_is_whole() {
        let files = [
            include_str!("future_events.rs"),
            include_str!("contradictions.rs"),
            include_str!("duplicates.rs"),
            include_str!("identities.rs"),
            include_str!("ids.rs"),
            include_str!("rules.rs"),
        ];
        let code: String = files.iter().map(|f| f.split("#[cfg(test)]\nmod tests").next().unwrap()).collect();
        for kind in FINDINGS {
            assert!(code.contains(&format!("\"{}\"", kind.code)), "{} is found nowhere", kind.code);
        }
        for part in code
            .split("Note::new(")
            .skip(1)
            .filter_map(|part| part.trim_start().strip_prefix('"'))
        {
            let code = part.split('"').next().unwrap();
            assert!(FINDINGS.iter().any(|k| k.code == code), "{code} is not listed");
        }
    }
}
