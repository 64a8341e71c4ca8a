//! Sums by stakeholder and cell: one linear pass over rows that come in the order of stakeholders.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::cell_count::{Addition, CellCount, DistinctThings, Scales, StakeholderEntry, StakeholderSums};
use super::other_groups::{Adding, OtherGroups};
use super::placement::{CountTask, Counted};
use crate::measure::columns::Things;
use crate::measure::ids::{CellId, Id};
use crate::schema::NO_CODE;

/// What counts once for each stakeholder of a cell, however many rows it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OncePerStakeholder {
    /// Nothing: each row counts.
    Nothing,
    /// Above the line.
    Part,
    /// Below the line.
    Whole,
}

impl OncePerStakeholder {
    /// Makes what a stakeholder has in a cell count once.
    pub fn apply(self, entry: &mut StakeholderEntry) {
        match self {
            OncePerStakeholder::Nothing => {}
            OncePerStakeholder::Part => entry.part_steps = 1,
            OncePerStakeholder::Whole => entry.whole_steps = 1,
        }
    }
}

/// Which sums are counted.
#[derive(Clone, Copy)]
pub struct SumsTask<'a> {
    /// The steps in one unit of the part and of the whole.
    pub scales: Scales,
    /// What counts once for each stakeholder.
    pub once: OncePerStakeholder,
    /// The things that are counted once each.
    pub things: Option<&'a Things>,
}

impl SumsTask<'_> {
    /// Of rows that each count, with these scales.
    pub fn of(scales: Scales) -> SumsTask<'static> {
        SumsTask {
            scales,
            once: OncePerStakeholder::Nothing,
            things: None,
        }
    }
}

/// Sums a part and a whole by stakeholder and cell. `addition` is what a row adds; `None` where the metric leaves the row out.
pub fn count_sums(task: &CountTask, sums: &SumsTask, addition: impl Fn(usize) -> Option<Addition>) -> Counted {
    let placement = task.placement;
    let mut totals = Totals::new(task, sums);
    let mut things: FxHashMap<CellId, BTreeSet<i64>> = FxHashMap::default();
    let mut last = NO_CODE;
    for row in task.rows() {
        let stakeholder = placement.stakeholder[row];
        if stakeholder != last || stakeholder == NO_CODE {
            totals.finish_stakeholder();
            last = stakeholder;
        }
        let Some(added) = addition(row) else { continue };
        let cell = placement.cell[row];
        if let Some(thing) = sums.things.and_then(|things| things.at(row)) {
            things.entry(cell).or_default().insert(thing);
        }
        totals.entry(cell, stakeholder, placement.source[row]).add(&added);
    }
    totals.finish_stakeholder();
    let cells = totals.found.into_iter().enumerate().map(|(cell, found)| {
        let found = found?;
        Some(match sums.things {
            None => CellCount::Sums(found),
            Some(_) => CellCount::Distinct(Box::new(DistinctThings {
                things: things.remove(&CellId::of(cell)).unwrap_or_default(),
                sums: *found,
            })),
        })
    });
    Counted {
        entries: totals.entries,
        other_groups: totals.other_groups,
        ..Counted::of(cells.collect(), sums.scales)
    }
}

/// The sums of all cells, and what the stakeholder at hand has in each of its cells.
struct Totals<'a> {
    task: &'a CountTask<'a>,
    adding: Adding<'a>,
    /// By cell, as a list: each stakeholder of each metric would cost a look-up in a hash table, and 3 % of a run.
    found: Vec<Option<Box<StakeholderSums>>>,
    entries: Vec<StakeholderEntry>,
    other_groups: Option<OtherGroups>,
    current: Vec<(StakeholderEntry, u16)>,
    /// By cell, where it is in `current`; [`NO_CODE`] where it is not.
    slot: Vec<u32>,
}

impl<'a> Totals<'a> {
    fn new(task: &'a CountTask, sums: &SumsTask) -> Totals<'a> {
        let grid = task.placement.grid;
        // Of distinct things only sets are known, and the same thing may be in several groups.
        let with_other_groups = task.with_other_groups && sums.things.is_none();
        Totals {
            task,
            adding: Adding {
                scales: sums.scales,
                once: sums.once,
                is_protected: task.is_protected,
            },
            found: (0..grid.len()).map(|_| None).collect(),
            entries: Vec::new(),
            other_groups: with_other_groups.then(|| OtherGroups::new(grid)),
            current: Vec::new(),
            slot: vec![NO_CODE; grid.len()],
        }
    }

    /// What the stakeholder at hand has in a cell.
    #[inline]
    fn entry(&mut self, cell: CellId, stakeholder: u32, source: u16) -> &mut StakeholderEntry {
        let slot = &mut self.slot[cell.index()];
        if *slot == NO_CODE {
            *slot = self.current.len() as u32;
            self.current.push((StakeholderEntry::new(stakeholder, cell), source));
        }
        &mut self.current[*slot as usize].0
    }

    /// Adds what the stakeholder at hand has to its cells.
    fn finish_stakeholder(&mut self) {
        self.current.sort_unstable_by_key(|(entry, _)| entry.cell);
        if let Some(other_groups) = &mut self.other_groups {
            other_groups.add(&self.current, &self.adding);
        }
        for (mut entry, source) in self.current.drain(..) {
            self.adding.once.apply(&mut entry);
            self.slot[entry.cell.index()] = NO_CODE;
            let sums = self.found[entry.cell.index()].get_or_insert_default();
            sums.add(&entry, self.adding.scales, (self.adding.is_protected)(entry.stakeholder, source));
            if self.other_groups.is_some() {
                sums.sample.add(&entry, self.adding.scales, sums.stakeholders);
            }
            if self.task.with_entries {
                self.entries.push(entry);
            }
        }
    }
}
