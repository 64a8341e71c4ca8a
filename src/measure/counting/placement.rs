//! Where the rows of a view lie, and what it takes to count one metric over them.

use std::collections::BTreeMap;

use super::cell_count::{CellCount, Scales, StakeholderEntry};
use super::other_groups::OtherGroups;
use crate::facts::frame::Frame;
use crate::measure::columns::Placed;
use crate::measure::ids::{CellId, Grid, GroupId, Id, IdVec, PeriodId, WindowId};
use crate::schema::NO_CODE;

/// The cell of each placed row, and who its stakeholder is.
#[derive(Debug)]
pub struct Placement {
    /// Cell of each placed row.
    pub cell: Vec<CellId>,
    /// Stakeholder of each placed row; [`NO_CODE`] where unknown.
    pub stakeholder: Vec<u32>,
    /// Source of each placed row.
    pub source: Vec<u16>,
    /// All cells of the run.
    pub grid: Grid,
}

impl Placement {
    /// The cells of placed rows; `period` gives the run's period of each window.
    pub fn new(frame: &Frame, placed: &Placed, period: &IdVec<WindowId, PeriodId>, grid: Grid) -> Placement {
        let mut placement = Placement {
            cell: Vec::with_capacity(placed.order.len()),
            stakeholder: Vec::with_capacity(placed.order.len()),
            source: Vec::with_capacity(placed.order.len()),
            grid,
        };
        for (&row, &window) in placed.order.iter().zip(&placed.window) {
            let group = GroupId::of(frame.slice[row as usize] as usize);
            placement.cell.push(grid.cell(period[window], group));
            placement.stakeholder.push(frame.stakeholder[row as usize]);
            placement.source.push(frame.source[row as usize]);
        }
        placement
    }
}

/// What it takes to count one metric over the placed rows.
#[derive(Clone, Copy)]
pub struct CountTask<'a> {
    /// Where the rows lie.
    pub placement: &'a Placement,
    /// Which rows fulfil the metric's condition; `None`: all.
    pub keep: Option<&'a [bool]>,
    /// Which sources say enough for the metric; `None`: all.
    pub sources: Option<&'a [bool]>,
    /// Whether a stakeholder, or a row without one of this source, is protected as a small group.
    pub is_protected: &'a dyn Fn(u32, u16) -> bool,
    /// Whether what each stakeholder adds is wanted, to be compared with an earlier period.
    pub with_entries: bool,
    /// Whether what lies in the other groups of each cell is wanted.
    pub with_other_groups: bool,
}

impl CountTask<'_> {
    /// The rows that fulfil the metric's condition and come from a source that says enough.
    #[inline]
    pub fn rows(&self) -> impl Iterator<Item = usize> + use<'_> {
        (0..self.placement.cell.len()).filter(|&row| self.is_kept(row))
    }

    /// Whether the metric's condition holds in a row, and it comes from a source that says enough.
    #[inline]
    pub fn is_kept(&self, row: usize) -> bool {
        self.keep.is_none_or(|keep| keep[row]) && self.sources.is_none_or(|usable| usable[self.placement.source[row] as usize])
    }
}

/// What one metric counted in a block.
#[derive(Debug, Default)]
pub struct Counted {
    /// By cell.
    pub cells: BTreeMap<CellId, CellCount>,
    /// What each stakeholder added, in the order of stakeholders, where that is wanted.
    pub entries: Vec<StakeholderEntry>,
    /// What lies in the other groups of each cell, where that is wanted and the metric is made of sums.
    pub other_groups: Option<OtherGroups>,
    /// The steps in one unit of the sums.
    pub scales: Scales,
}

impl Counted {
    /// Of counts in the order of cells.
    pub fn of(cells: Vec<Option<CellCount>>, scales: Scales) -> Counted {
        let cells = cells.into_iter().enumerate();
        Counted {
            cells: cells.filter_map(|(cell, count)| Some((CellId::of(cell), count?))).collect(),
            scales,
            ..Counted::default()
        }
    }
}

/// Counts each stakeholder of a cell once where rows come in the order of stakeholders.
pub(super) struct FirstRows {
    last: Vec<u32>,
}

impl FirstRows {
    pub(super) fn new(cells: usize) -> FirstRows {
        FirstRows {
            last: vec![NO_CODE; cells],
        }
    }

    /// Whether the row is the first of its stakeholder in the cell; a row without one always is.
    pub(super) fn is_first(&mut self, cell: CellId, stakeholder: u32) -> bool {
        let last = &mut self.last[cell.index()];
        let first = stakeholder == NO_CODE || *last != stakeholder;
        *last = stakeholder;
        first
    }
}
