//! Ids of what a run is made of: each is an index with a type of its own, so that none can stand in for another.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// An index into a list of its own.
pub trait Id: Copy {
    /// The id of this index.
    fn of(index: usize) -> Self;
    /// The index.
    fn index(self) -> usize;
}

macro_rules! ids {
    ($($(#[$meta:meta])* $id:ident,)*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $id(u32);

            impl Id for $id {
                fn of(index: usize) -> $id {
                    $id(index as u32)
                }

                #[inline]
                fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )*
    };
}

ids! {
    /// A metric of the plan.
    MetricId,
    /// A period of the request.
    PeriodId,
    /// A window set: the periods themselves, or the earlier periods that they are compared with.
    WindowSetId,
    /// A window of a window set.
    WindowId,
    /// A group of stakeholders or rows that have the same values of the dimensions asked for.
    GroupId,
    /// A group in a period.
    CellId,
}

/// A list that is indexed by ids of one type.
#[derive(Debug, Clone, PartialEq)]
pub struct IdVec<I, T> {
    items: Vec<T>,
    ids: PhantomData<I>,
}

impl<I: Id, T> IdVec<I, T> {
    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// The ids, ascending.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + use<I, T> {
        (0..self.items.len()).map(I::of)
    }

    /// The items, each with its id.
    pub fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        self.items.iter().enumerate().map(|(index, item)| (I::of(index), item))
    }

    /// The items in their order.
    pub fn as_slice(&self) -> &[T] {
        &self.items
    }
}

impl<I, T> From<Vec<T>> for IdVec<I, T> {
    fn from(items: Vec<T>) -> IdVec<I, T> {
        IdVec { items, ids: PhantomData }
    }
}

impl<I, T> FromIterator<T> for IdVec<I, T> {
    fn from_iter<S: IntoIterator<Item = T>>(items: S) -> IdVec<I, T> {
        Vec::from_iter(items).into()
    }
}

impl<I: Id, T> Index<I> for IdVec<I, T> {
    type Output = T;

    fn index(&self, id: I) -> &T {
        &self.items[id.index()]
    }
}

impl<I: Id, T> IndexMut<I> for IdVec<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.index()]
    }
}

/// The cells of a run: every group in every period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    periods: u32,
    groups: u32,
}

impl Grid {
    /// Of so many periods and groups.
    pub fn new(periods: usize, groups: usize) -> Grid {
        Grid {
            periods: periods as u32,
            groups: groups as u32,
        }
    }

    /// Number of cells.
    pub fn len(self) -> usize {
        self.periods as usize * self.groups as usize
    }

    /// Number of groups.
    pub fn groups(self) -> u32 {
        self.groups
    }

    /// The last period.
    pub fn last_period(self) -> PeriodId {
        PeriodId(self.periods.saturating_sub(1))
    }

    /// The periods, ascending.
    pub fn periods(self) -> impl Iterator<Item = PeriodId> {
        (0..self.periods).map(PeriodId)
    }

    /// The cell of a group in a period.
    #[inline]
    pub fn cell(self, period: PeriodId, group: GroupId) -> CellId {
        CellId(period.0 * self.groups + group.0)
    }

    /// The period of a cell.
    pub fn period(self, cell: CellId) -> PeriodId {
        PeriodId(cell.0 / self.groups)
    }

    /// The group of a cell.
    pub fn group(self, cell: CellId) -> GroupId {
        GroupId(cell.0 % self.groups)
    }

    /// The cells of a period, in the order of groups.
    pub fn cells(self, period: PeriodId) -> impl Iterator<Item = CellId> + Clone {
        (period.0 * self.groups..(period.0 + 1) * self.groups).map(CellId)
    }

    /// The other cells of the same period.
    pub fn others(self, cell: CellId) -> impl Iterator<Item = CellId> {
        self.cells(self.period(cell)).filter(move |other| *other != cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_numbers_the_groups_of_one_period_after_the_other() {
        let grid = Grid::new(2, 3);
        assert_eq!((grid.len(), grid.last_period()), (6, PeriodId(1)));
        for (at, cell) in grid.periods().flat_map(|period| grid.cells(period)).enumerate() {
            assert_eq!(cell, CellId::of(at));
            assert_eq!(grid.cell(grid.period(cell), grid.group(cell)), cell);
        }
        assert_eq!(grid.others(CellId(4)).collect::<Vec<_>>(), [CellId(3), CellId(5)]);
    }

    #[test]
    fn items_are_found_by_their_ids() {
        let mut items: IdVec<MetricId, &str> = ["a", "b"].into_iter().collect();
        let (last, _) = items.iter().last().unwrap();
        items[last] = "c";
        assert_eq!((items.as_slice(), items.ids().next_back()), (&["a", "c"][..], Some(last)));
    }
}
