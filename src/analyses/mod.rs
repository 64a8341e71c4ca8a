//! The sections of a report that are not metrics: lists to act on, concentration, the mix of channels, and coverage of the data.
//!
//! All results are plain values. They are based on the same facts as the metrics; if a metric of the catalogue counts the same thing, tests
//! compare both. Blocks of stakeholders are processed in parallel and combined in order, so the values do not depend on the number of
//! threads.

pub mod channels;
pub mod concentration;
pub mod coverage;
pub mod lists;

use std::ops::Range;

use rayon::prelude::*;

use crate::canonical::{CanonicalTables, Rows};
use crate::facts::roster::current;
use crate::measure;
use crate::schema::{Column, FactSpec, Table, stakeholders};
use crate::stats::Confidence;

/// A share of independent stakeholders, with its confidence interval.
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
    pub fn of(part: u64, whole: u64, confidence: Confidence) -> Option<Share> {
        if whole == 0 {
            return None;
        }
        let (low, high) = confidence.share.limits(part as f64 / whole as f64, whole as f64, confidence.level);
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

/// The columns of the canonical tables that the sections show and that are read only on request: what a load has to keep for them.
pub fn columns_to_load() -> impl Iterator<Item = &'static str> {
    let columns = ROSTER_TEXTS.into_iter().chain([channels::COLUMN]).map(|column| column.name);
    columns.chain(lists::columns_to_load())
}

/// The text columns of the roster that are shown next to ids: name, owner, tier.
const ROSTER_TEXTS: [&Column; 3] = [&stakeholders::NAME, &stakeholders::OWNER, &stakeholders::TIER];

/// The current texts of a stakeholder on the roster; `None` if a column is not mapped or is empty.
#[derive(Default)]
struct RosterTexts {
    name: Option<String>,
    owner: Option<String>,
    tier: Option<String>,
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

    /// The texts of a stakeholder.
    fn of(&self, stakeholder: u32) -> RosterTexts {
        let Some(roster) = self.roster else { return RosterTexts::default() };
        let Some(row) = current(roster, stakeholder) else {
            return RosterTexts::default();
        };
        let [name, owner, tier] = ROSTER_TEXTS.map(|column| self.canonical.texts.text(roster.codes(column).at(row)).map(str::to_string));
        RosterTexts { name, owner, tier }
    }
}
