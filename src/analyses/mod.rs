//! The sections of a report that are not metrics: cohorts, lists to act on, concentration, the mix of channels, and coverage of the data.
//!
//! All results are plain values. They are based on the same facts as the metrics; if a metric of the catalogue counts the same thing, tests
//! compare both. Blocks of stakeholders are processed in parallel and combined in order, so the values do not depend on the number of
//! threads.

pub mod channels;
pub mod cohorts;
pub mod concentration;
pub mod coverage;
pub mod lists;

use std::ops::Range;

use rayon::prelude::*;

use crate::canonical::{CanonicalTables, Rows};
use crate::facts::roster::current;
use crate::measure;
use crate::schema::{Column, FactSpec, Table};
use crate::stats;

/// A share of independent stakeholders, with Wilson's limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The numerator.
    pub part: u64,
    /// The denominator; at least one.
    pub whole: u64,
    /// Lower limit, 0 to 1.
    pub low: f64,
    /// Upper limit, 0 to 1.
    pub high: f64,
}

impl Share {
    /// The share of a numerator in a denominator; `None` if the denominator is 0.
    pub fn of(part: u64, whole: u64, level: f64) -> Option<Share> {
        if whole == 0 {
            return None;
        }
        let (low, high) = stats::wilson(part as f64 / whole as f64, whole as f64, level);
        Some(Share { part, whole, low, high })
    }

    /// The share, 0 to 1.
    pub fn value(&self) -> f64 {
        self.part as f64 / self.whole as f64
    }
}

/// The results of the blocks of stakeholders of a fact, in their order.
fn by_block<R: Send>(canonical: &CanonicalTables, spec: &FactSpec, work: impl Fn(Range<u32>) -> R + Sync + Send) -> Vec<R> {
    measure::blocks(canonical, spec).into_par_iter().map(work).collect()
}

/// The text columns of the roster.
struct Words<'a> {
    canonical: &'a CanonicalTables,
    roster: Option<&'a Rows>,
}

impl<'a> Words<'a> {
    fn new(canonical: &'a CanonicalTables) -> Words<'a> {
        Words {
            canonical,
            roster: canonical.table(Table::Stakeholders),
        }
    }

    /// The current text of a column; `None` if the column was not read or is empty.
    fn of(&self, stakeholder: u32, column: &Column) -> Option<String> {
        let roster = self.roster?;
        let code = roster.codes(column).at(current(roster, stakeholder)?);
        self.canonical.texts.text(code).map(str::to_string)
    }
}
