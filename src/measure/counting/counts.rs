//! All that was counted in a run, by metric and window set: what blocks are merged into.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::cell_count::{CellCount, Scales};
use super::contributors::Largest;
use super::other_groups::OtherGroups;
use crate::facts::frame::Unknown;
use crate::measure::ids::{CellId, MetricId, WindowSetId};
use crate::measure::plan::Plan;
use crate::stats::CrossSums;

/// The smallest and the largest code among the currencies of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currencies {
    /// The smallest.
    pub low: u32,
    /// The largest.
    pub high: u32,
}

impl Currencies {
    /// Of one row.
    pub fn of(code: u32) -> Currencies {
        Currencies { low: code, high: code }
    }

    /// With those of other rows.
    pub fn with(self, other: Currencies) -> Currencies {
        Currencies {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    /// The smallest and the largest.
    pub fn codes(self) -> impl Iterator<Item = u32> {
        [self.low, self.high].into_iter()
    }
}

/// What was counted of a metric in the windows of a set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetricCounts {
    /// By cell.
    pub cells: BTreeMap<CellId, CellCount>,
    /// What lies in the other groups of each cell, where that is compared and the metric is made of sums.
    pub other_groups: Option<OtherGroups>,
    /// By cell, the products of what the same stakeholders have in the period itself and in this earlier one.
    pub shared: BTreeMap<CellId, CrossSums>,
    /// By cell, the currencies of its money, where several may meet.
    pub currencies: BTreeMap<CellId, Currencies>,
    /// The cells with a row in which a value is not known, and why.
    pub unknown: BTreeMap<CellId, Unknown>,
    /// Those with most of the last period, where that is asked for.
    pub largest: Option<Largest>,
    /// The steps in one unit of the sums.
    pub scales: Scales,
}

impl MetricCounts {
    fn merge(&mut self, later: MetricCounts) -> Result<()> {
        for (cell, count) in later.cells {
            match self.cells.get_mut(&cell) {
                Some(earlier) => earlier.merge(count)?,
                None => {
                    self.cells.insert(cell, count);
                }
            }
        }
        match (&mut self.other_groups, later.other_groups) {
            (Some(earlier), Some(later)) => earlier.merge(later),
            (earlier @ None, later) => *earlier = later,
            (Some(_), None) => {}
        }
        for (cell, sums) in later.shared {
            self.shared.entry(cell).or_default().merge(&sums);
        }
        for (cell, found) in later.currencies {
            let all = self.currencies.entry(cell).or_insert(found);
            *all = all.with(found);
        }
        for (cell, why) in later.unknown {
            let first = self.unknown.entry(cell).or_insert(why);
            *first = why.min(*first);
        }
        match (&mut self.largest, later.largest) {
            (Some(earlier), Some(later)) => earlier.merge(later),
            (earlier @ None, later) => *earlier = later,
            (Some(_), None) => {}
        }
        // The same in all blocks: they follow from the units of columns.
        self.scales = later.scales;
        Ok(())
    }
}

/// All that was counted, by metric and window set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts(BTreeMap<(MetricId, WindowSetId), MetricCounts>);

impl Counts {
    /// Adds what one metric counted in the windows of a set.
    pub(super) fn insert(&mut self, metric: MetricId, set: WindowSetId, counts: MetricCounts) {
        self.0.insert((metric, set), counts);
    }

    /// Adds what was counted of later stakeholders.
    ///
    /// # Errors
    /// Counts of two kinds of one metric, which is named; that is a defect of the program.
    pub fn merge(&mut self, later: Counts, plan: &Plan) -> Result<()> {
        for ((metric, set), counts) in later.0 {
            let name = || format!("the counts of `{}` do not fit each other", plan.metrics[metric].metric.id);
            self.0.entry((metric, set)).or_default().merge(counts).with_context(name)?;
        }
        Ok(())
    }

    /// What was counted of a metric in the windows of a set.
    pub fn of(&self, metric: MetricId, set: WindowSetId) -> Option<&MetricCounts> {
        self.0.get(&(metric, set))
    }

    /// The same, to be finished.
    pub fn of_mut(&mut self, metric: MetricId, set: WindowSetId) -> Option<&mut MetricCounts> {
        self.0.get_mut(&(metric, set))
    }

    /// Everything, by metric and window set.
    pub fn iter(&self) -> impl Iterator<Item = (MetricId, WindowSetId, &MetricCounts)> {
        self.0.iter().map(|(&(metric, set), counts)| (metric, set, counts))
    }
}
