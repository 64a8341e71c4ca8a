//! How many records may be rejected, and what is told of those that are not used.

use anyhow::Result;

use super::file::{Rowset, UnusedStatus};
use crate::diagnostics::{Place, Problem};
use crate::record_counts::RecordCounts;

/// A record that is not used, as `--rejects` writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    /// The file.
    pub file: String,
    /// The line that the record starts on, from 1.
    pub line: u64,
    /// Its number among the data records, from 1.
    pub record: u64,
    /// `rejected`, `duplicate` or `excluded`.
    pub fate: &'static str,
    /// The column that is meant.
    pub column: String,
    /// The code of the reason.
    pub code: String,
    /// The reason.
    pub reason: String,
    /// The record as it stands in the file.
    pub raw: String,
}

/// How many records of a file may be rejected before the run stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Budget {
    /// None: `--strict`.
    None,
    /// Both more than this share and more than [`Budget::FEW`]: the default is 5 %.
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
    /// So many rejects a share alone never stops.
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
            Budget::Share(share) => rejected <= Budget::FEW || rejected as f64 <= share * read as f64,
            Budget::Number(most) => rejected <= most,
        }
    }

    fn words(self) -> String {
        match self {
            Budget::None => "none may be (--strict)".to_string(),
            Budget::Share(share) => format!("{} % may be, and {} in any case", share * 100.0, Budget::FEW),
            Budget::Number(most) => format!("{most} may be"),
        }
    }

    /// The same on a finished account.
    ///
    /// # Errors
    /// When more records of the file are rejected than allowed.
    pub fn check_account(self, file: &RecordCounts) -> Result<()> {
        if self.allows(file.rejected, file.read) {
            return Ok(());
        }
        Err(Problem::data(format!(
            "{} of {} records of {} cannot be used; {}",
            file.rejected,
            file.read,
            file.file,
            self.words()
        ))
        .hint("the file of --rejects lists them; mend the mapping, or allow more with --max-rejects")
        .at(Place::file(&file.file))
        .into())
    }

    /// Stops the run when more records of a file are rejected than allowed.
    pub(super) fn check(self, file: &str, read: u64, rowset: &Rowset) -> Result<()> {
        let rejected: u64 = rowset
            .counts
            .iter()
            .filter(|((fate, _), _)| *fate == UnusedStatus::Rejected)
            .map(|(_, n)| n)
            .sum();
        if self.allows(rejected, read) {
            return Ok(());
        }
        let mut first: Vec<_> = rowset.unused.iter().filter(|u| u.fate == UnusedStatus::Rejected).collect();
        first.sort();
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
        Err(
            Problem::data(format!("{rejected} of {read} records of {file} cannot be used; {}", self.words()))
                .why(examples.join("; "))
                .hint("see all of them with --rejects FILE, mend the mapping, or allow more with --max-rejects")
                .at(Place::line(file, line))
                .into(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_stops_only_beyond_a_few() {
        assert!(Budget::default().allows(20, 20));
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
