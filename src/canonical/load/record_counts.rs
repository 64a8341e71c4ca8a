//! Records that are not used, and how many may be rejected.

use anyhow::Result;

use super::file::left_out::SharedValue;
use super::file::reading::{Rowset, Unused};
use crate::canonical::Content;
use crate::diagnostics::{Place, Problem, excerpt};
use crate::notes::{UnusedReason, UnusedStatus};
use crate::record_counts::RecordCounts;

/// A record that is not used, as `--rejects` writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The file.
    pub file: String,
    /// The line that the record starts on, from 1.
    pub line: u64,
    /// Its number among the data records, from 1.
    pub record: u64,
    /// The column that is meant.
    pub column: String,
    /// The reason.
    pub reason: UnusedReason,
    /// The record as it is in the file.
    pub raw: String,
}

impl Reject {
    /// What rejects are sorted by: where they are in the files, then why they are not used.
    pub(super) fn order(&self) -> impl Ord + '_ {
        let Reject {
            file,
            line,
            record,
            column,
            reason,
            raw,
        } = self;
        (file, line, record, reason.status(), column, reason.code(), raw)
    }
}

/// How many records of a file may be rejected before the run stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Budget {
    /// None: `--strict`.
    None,
    /// More than this share, unless they are at most [`Budget::FEW`] and at most half of the file: the default is 5 %.
    Share(f64),
    /// More than this number.
    Number(u64),
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::Share(0.05)
    }
}

impl Budget {
    /// So many rejects a share alone never stops, unless they are most of the file.
    pub const FEW: u64 = 20;

    /// Reads `20%` or `500`.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Budget, String> {
        let wrong = || format!("'{text}' is neither a share like 20% nor a number like 500");
        match text.trim().strip_suffix('%') {
            Some(share) => match share.trim().parse::<f64>() {
                Ok(share) if (0.0..=100.0).contains(&share) => Ok(Budget::Share(share / 100.0)),
                _ => Err(wrong()),
            },
            None => text.trim().parse().map(Budget::Number).map_err(|_| wrong()),
        }
    }

    fn allows(self, rejected: u64, read: u64) -> bool {
        match self {
            Budget::None => rejected == 0,
            Budget::Share(share) => {
                let are_few = rejected <= Budget::FEW && rejected <= read / 2;
                are_few || rejected as f64 <= share * read as f64
            }
            Budget::Number(most) => rejected <= most,
        }
    }

    fn words(self) -> String {
        match self {
            Budget::None => "none is allowed (--strict)".to_string(),
            Budget::Share(share) => format!(
                "the limit is {}% ({} records are allowed if they are not most of the file)",
                share * 100.0,
                Budget::FEW
            ),
            Budget::Number(most) => format!("the limit is {most}"),
        }
    }

    fn exceeded(self, file: &str, rejected: u64, read: u64) -> Problem {
        Problem::data(format!("{rejected} of {read} records of {file} were rejected; {}", self.words()))
            .hint("list them with --rejects FILE and correct the mapping, or raise --max-rejects")
    }

    /// The same on finished record counts. What the rejected records share is looked for where there are too many.
    ///
    /// # Errors
    /// When more records of the file are rejected than allowed.
    pub fn check_account(self, file: &RecordCounts, shared: impl FnOnce() -> Option<SharedValue>) -> Result<()> {
        if self.allows(file.rejected, file.read) {
            return Ok(());
        }
        let problem = hinted(self.exceeded(&file.file, file.rejected, file.read), shared());
        Err(problem.at(Place::file(&file.file)).into())
    }

    /// Stops the run when more records of a file are rejected than allowed. What they share is looked for then.
    pub(super) fn check(self, file: &str, read: u64, rowset: &Rowset, shared: impl FnOnce() -> Option<SharedValue>) -> Result<()> {
        let rejected = rejected(rowset);
        if self.allows(rejected, read) {
            return Ok(());
        }
        let is_rejected = |unused: &&Unused| unused.reason.status() == UnusedStatus::Rejected;
        let mut first: Vec<_> = rowset.unused.iter().filter(is_rejected).collect();
        first.sort_by_key(|unused| (unused.line, unused.record));
        let examples: Vec<String> = first
            .iter()
            .take(3)
            .map(|u| {
                if u.column.is_empty() {
                    format!("line {}: {}", u.line, u.reason)
                } else {
                    format!("line {}, {}: {}", u.line, u.column, u.reason)
                }
            })
            .collect();
        let line = first.first().map_or(1, |u| u.line);
        let problem = self.exceeded(file, rejected, read).why(examples.join("; "));
        let problem = hinted(problem, shared());
        Err(problem.at(Place::line(file, line)).into())
    }
}

/// The problem, with the condition that leaves out the records that share a value.
fn hinted(problem: Problem, shared: Option<SharedValue>) -> Problem {
    let Some(SharedValue { column, value }) = shared else {
        return problem;
    };
    let condition = format!("\"{}\" <> '{}'", column.replace('"', "\"\""), value.replace('\'', "''"));
    problem.hint(format!(
        "all of these records have '{}' in the column \"{}\", and no other record has: if they are to be left out, write where = \"{}\" for \
         the file in relhealth.toml; else list them with --rejects FILE, or raise --max-rejects",
        excerpt(&value),
        excerpt(&column),
        condition.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}

fn rejected(rowset: &Rowset) -> u64 {
    let of_status = rowset.counts.iter().filter(|((status, _), _)| *status == UnusedStatus::Rejected);
    of_status.map(|(_, n)| n).sum()
}

/// What a file with so many records has. A condition that leaves none of them says no more about the events than an empty file, and one that
/// cannot be computed for any record no more than one of which nothing can be read.
pub(super) fn content(read: u64, rowset: &Rowset) -> Content {
    let counted = |code: &str| -> u64 {
        let of_code = rowset.counts.iter().filter(|((_, counted), _)| counted.as_str() == code);
        of_code.map(|(_, n)| n).sum()
    };
    let unreadable = rejected(rowset) + counted("filtered-unreadable");
    match read {
        0 => Content::Nothing,
        _ if unreadable == read => Content::Unreadable,
        _ if unreadable + counted("filtered") == read => Content::Nothing,
        _ => Content::Readable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_stops_only_beyond_a_few() {
        assert!(Budget::default().allows(20, 40));
        assert!(!Budget::default().allows(20, 39));
        assert!(!Budget::default().allows(1, 1));
        assert!(Budget::default().allows(0, 0));
        assert!(Budget::Share(1.0).allows(20, 20));
        assert!(!Budget::default().allows(21, 400));
        assert!(Budget::default().allows(21, 420));
        assert!(!Budget::None.allows(1, 1_000_000));
        assert!(Budget::Number(3).allows(3, 3));
        assert!(!Budget::Number(3).allows(4, 1_000));
    }

    #[test]
    fn budgets_are_read() {
        assert_eq!(Budget::parse("20%"), Ok(Budget::Share(0.2)));
        assert_eq!(Budget::parse("500"), Ok(Budget::Number(500)));
        assert!(Budget::parse("many").is_err());
        assert!(Budget::parse("120%").is_err());
    }
}
