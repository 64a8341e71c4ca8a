//! What a report tells beside its metrics: cohorts, lists to act on, concentration, the mix of channels, and what the data cover.
//!
//! Everything here is plain values, ready to be laid out. It rests on the same facts as the metrics, so that what is counted twice is
//! counted alike; where a metric of the catalogue counts the same thing, the tests hold the two against each other. Stakeholders are
//! worked at in blocks, side by side, and blocks are taken in their order: the same values on any number of threads.

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
    /// How many of the whole.
    pub part: u64,
    /// How many there are; at least one.
    pub whole: u64,
    /// Lower limit, 0 to 1.
    pub low: f64,
    /// Upper limit, 0 to 1.
    pub high: f64,
}

impl Share {
    /// The share of a part in a whole; `None` of nothing.
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

/// What the blocks of stakeholders of a fact give, in their order.
fn by_block<R: Send>(canonical: &CanonicalTables, spec: &FactSpec, work: impl Fn(Range<u32>) -> R + Sync + Send) -> Vec<R> {
    measure::blocks(canonical, spec).into_par_iter().map(work).collect()
}

/// What the roster says of a stakeholder in words.
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

    /// The current text of a column; `None` where the column was not read, or is empty.
    fn of(&self, stakeholder: u32, column: &Column) -> Option<String> {
        let roster = self.roster?;
        let code = roster.codes(column).at(current(roster, stakeholder)?);
        self.canonical.texts.text(code).map(str::to_string)
    }
}
