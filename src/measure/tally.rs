//! What is counted of a metric in one cell: sums over stakeholders, ranked values, or totals by group.
//!
//! Integers (counts, money, durations) are summed exactly; numbers are summed in the order of stakeholders. Blocks of
//! stakeholders are merged in order, so that the same rows give the same bytes on any number of threads.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::NO_CODE;
use crate::stats::{ClusterSums, CrossSums, Observation};

/// Below this many stakeholders a cell keeps each one's sums, for resampling.
pub const FEW: usize = 200;

/// What one stakeholder adds to a cell.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flush {
    /// The stakeholder; [`NO_CODE`] for a row without one.
    pub stakeholder: u32,
    /// The cell.
    pub cell: u32,
    /// Rows in the whole.
    pub rows: u32,
    /// The part, in exact steps.
    pub xi: i64,
    /// The whole, in exact steps.
    pub ni: i64,
    /// The part, as a number.
    pub xf: f64,
    /// The whole, as a number.
    pub nf: f64,
    /// Weighted rows that count for.
    pub plus: f64,
    /// Weighted rows that count against.
    pub minus: f64,
}

/// Sums over stakeholders of a part and a whole.
#[derive(Debug, Clone, Default)]
pub struct Pairs {
    /// Rows in the whole.
    pub rows: u64,
    /// Distinct stakeholders in the whole.
    pub stakeholders: u64,
    /// Sums, squares and products over stakeholders.
    pub sums: ClusterSums,
    /// The exact part.
    pub xi: i128,
    /// The exact whole.
    pub ni: i128,
    /// Weighted rows that count for.
    pub plus: f64,
    /// Weighted rows that count against.
    pub minus: f64,
    /// Each stakeholder's part and whole, while there are few.
    pub each: Vec<(f64, f64)>,
    /// Stakeholders who are protected as a small group.
    pub private: u64,
}

impl Pairs {
    /// Adds a stakeholder. `scales` are the steps in one unit of the part and of the whole.
    pub fn add(&mut self, flush: &Flush, scales: (f64, f64), private: bool) {
        let (x, n) = flush.units(scales);
        self.rows += u64::from(flush.rows);
        self.stakeholders += 1;
        self.sums.add(x, n);
        self.xi += i128::from(flush.xi);
        self.ni += i128::from(flush.ni);
        self.plus += flush.plus;
        self.minus += flush.minus;
        if self.each.len() < FEW && (x != 0.0 || n != 0.0) {
            self.each.push((x, n));
        }
        self.private += u64::from(private);
    }

    /// Adds the stakeholders of a later block.
    pub fn merge(&mut self, later: &Pairs) {
        self.rows += later.rows;
        self.stakeholders += later.stakeholders;
        self.sums.merge(&later.sums);
        self.xi += later.xi;
        self.ni += later.ni;
        self.plus += later.plus;
        self.minus += later.minus;
        let room = FEW.saturating_sub(self.each.len());
        self.each.extend(later.each.iter().take(room));
        self.private += later.private;
    }

    /// The part and the whole in their units: exact where they are integers.
    pub fn totals(&self, scales: (f64, f64)) -> (f64, f64) {
        let x = if self.xi != 0 { self.xi as f64 / scales.0 } else { self.sums.x };
        let n = if self.ni != 0 { self.ni as f64 / scales.1 } else { self.sums.n };
        (x, n)
    }

    /// Each stakeholder's part and whole, where there are few enough of them.
    pub fn few(&self) -> Option<&[(f64, f64)]> {
        (self.sums.clusters < FEW as u64).then_some(self.each.as_slice())
    }
}

impl Flush {
    /// Adds what the same stakeholder has elsewhere.
    pub fn join(&mut self, other: &Flush) {
        self.rows += other.rows;
        self.xi += other.xi;
        self.ni += other.ni;
        self.xf += other.xf;
        self.nf += other.nf;
        self.plus += other.plus;
        self.minus += other.minus;
    }

    /// The part and the whole in their units.
    pub fn units(&self, scales: (f64, f64)) -> (f64, f64) {
        let x = if self.xi != 0 { self.xi as f64 / scales.0 } else { self.xf };
        let n = if self.ni != 0 { self.ni as f64 / scales.1 } else { self.nf };
        (x, n)
    }
}

/// Values to be ranked, with the stakeholder of each.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// The values; one stakeholder's stand together.
    pub values: Vec<f64>,
    /// The stakeholder of each; [`NO_CODE`] where unknown.
    pub owners: Vec<u32>,
    /// Stakeholders who are protected as a small group.
    pub private: u64,
}

impl Values {
    /// Number of distinct stakeholders; a value without one counts as its own.
    pub fn stakeholders(&self) -> u64 {
        let mut last = NO_CODE;
        let mut count = 0;
        for &owner in &self.owners {
            if owner == NO_CODE || owner != last {
                count += 1;
            }
            last = owner;
        }
        count
    }
}

/// Totals by group.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    /// Exact total (in steps) and inexact total of each group.
    pub totals: BTreeMap<u64, (i128, f64)>,
    /// Rows in the whole.
    pub rows: u64,
    /// Distinct stakeholders.
    pub stakeholders: u64,
    /// Stakeholders who are protected as a small group.
    pub private: u64,
}

/// What is counted of a metric in one cell.
#[derive(Debug, Clone)]
pub enum Tally {
    /// A part and a whole by stakeholder.
    Pairs(Box<Pairs>),
    /// Ranked values.
    Values(Values),
    /// Times to an event, some of them censored.
    Survival(Vec<Observation>, u64),
    /// Totals by group.
    Groups(Groups),
    /// Distinct values of a column (beside the sums of a ratio's upper side).
    Distinct(BTreeSet<i64>, Box<Pairs>),
}

impl Tally {
    /// Adds what a later block counted.
    pub fn merge(&mut self, later: Tally) {
        match (self, later) {
            (Tally::Pairs(a), Tally::Pairs(b)) => a.merge(&b),
            (Tally::Values(a), Tally::Values(mut b)) => {
                a.values.append(&mut b.values);
                a.owners.append(&mut b.owners);
                a.private += b.private;
            }
            (Tally::Survival(a, p), Tally::Survival(mut b, q)) => {
                a.append(&mut b);
                *p += q;
            }
            (Tally::Groups(a), Tally::Groups(b)) => {
                for (group, (i, f)) in b.totals {
                    let total = a.totals.entry(group).or_default();
                    total.0 += i;
                    total.1 += f;
                }
                a.rows += b.rows;
                a.stakeholders += b.stakeholders;
                a.private += b.private;
            }
            (Tally::Distinct(a, p), Tally::Distinct(b, q)) => {
                a.extend(b);
                p.merge(&q);
            }
            _ => unreachable!("one metric has one kind of tally"),
        }
    }

    /// Stakeholders who are protected as a small group.
    pub fn private(&self) -> u64 {
        match self {
            Tally::Pairs(p) | Tally::Distinct(_, p) => p.private,
            Tally::Values(v) => v.private,
            Tally::Survival(_, private) => *private,
            Tally::Groups(g) => g.private,
        }
    }
}

/// The products of what the same stakeholders add to two cells that are compared: both lists lie in the order of stakeholders.
pub fn cross(newer: &[Flush], older: &[Flush], scales: (f64, f64), out: &mut BTreeMap<u32, CrossSums>) {
    let mut i = 0;
    let mut j = 0;
    while i < newer.len() && j < older.len() {
        let (a, b) = (newer[i].stakeholder, older[j].stakeholder);
        if a == NO_CODE || b == NO_CODE {
            break;
        }
        match a.cmp(&b) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                let (i_end, j_end) = (run_end(newer, i), run_end(older, j));
                for x in &newer[i..i_end] {
                    for y in older[j..j_end].iter().filter(|y| y.cell == x.cell) {
                        let ((x1, n1), (x2, n2)) = (x.units(scales), y.units(scales));
                        out.entry(x.cell).or_default().add((x1, n1), (x2, n2));
                    }
                }
                (i, j) = (i_end, j_end);
            }
        }
    }
}

fn run_end(flushes: &[Flush], start: usize) -> usize {
    let stakeholder = flushes[start].stakeholder;
    flushes[start..]
        .iter()
        .position(|f| f.stakeholder != stakeholder)
        .map_or(flushes.len(), |n| start + n)
}
