//! The other groups of a cell: everything of the same metric and period that lies in another group.
//!
//! A stakeholder may have rows in several groups (a channel, an owner). To the other groups of each of these it adds what it has in the
//! others; to the other groups of all cells that it is not in, what it has at all. The latter are ranges of groups, so a tree over them
//! holds each such addition in a few nodes: a stakeholder costs about the logarithm of the number of groups, and nothing is ever
//! subtracted. Taking a group's squares from the total's would lose the digits of few other rows next to a large group.

use rustc_hash::FxHashMap;

use super::cell_count::{Scales, StakeholderEntry, StakeholderSums};
use super::sums::OncePerStakeholder;
use crate::measure::ids::{CellId, Grid, Id, PeriodId};
use crate::stats::CrossSums;

/// What the stakeholders of each cell add elsewhere, of one metric: sums of parts and wholes, for kinds that are made of these.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherGroups {
    grid: Grid,
    /// For each period a tree over the groups: the leaf of group g is node g + groups, the parent of node p is p / 2. What a node holds
    /// counts for all groups below it.
    nodes: FxHashMap<(PeriodId, u32), Box<StakeholderSums>>,
    /// By cell, the products of what a stakeholder has in the cell and elsewhere.
    crosses: FxHashMap<CellId, CrossSums>,
}

/// How the stakeholders of a metric are added up.
#[derive(Clone, Copy)]
pub struct Adding<'a> {
    /// The steps in one unit of the part and of the whole.
    pub scales: Scales,
    /// What counts once for each stakeholder, however many rows it has.
    pub once: OncePerStakeholder,
    /// Whether a stakeholder is protected as a small group.
    pub is_protected: &'a dyn Fn(u32, u16) -> bool,
}

impl OtherGroups {
    /// Of these cells, with nothing in them.
    pub fn new(grid: Grid) -> OtherGroups {
        OtherGroups {
            grid,
            nodes: FxHashMap::default(),
            crosses: FxHashMap::default(),
        }
    }

    /// Adds one stakeholder: what it has in each cell, in the order of cells.
    pub fn add(&mut self, entries: &[(StakeholderEntry, u16)], adding: &Adding) {
        let (grid, groups) = (self.grid, self.grid.groups());
        for mine in entries.chunk_by(|(a, _), (b, _)| grid.period(a.cell) == grid.period(b.cell)) {
            let (first, source) = mine[0];
            let (period, protected) = (grid.period(first.cell), (adding.is_protected)(first.stakeholder, source));
            // What it has from each of its groups on.
            let nothing = StakeholderEntry::new(first.stakeholder, first.cell);
            let mut after = vec![nothing; mine.len() + 1];
            for (at, (entry, _)) in mine.iter().enumerate().rev() {
                after[at] = after[at + 1];
                after[at].join(entry);
            }
            let mut all = after[0];
            adding.once.apply(&mut all);
            let (mut before, mut next) = (nothing, 0);
            for (at, (entry, _)) in mine.iter().enumerate() {
                let group = grid.group(entry.cell).index() as u32;
                self.cover(period, next..group, &all, adding.scales, protected);
                next = group + 1;
                if mine.len() > 1 {
                    let (mut own, mut others) = (*entry, before);
                    others.join(&after[at + 1]);
                    adding.once.apply(&mut own);
                    adding.once.apply(&mut others);
                    self.node(period, group + groups).add(&others, adding.scales, protected);
                    let products = self.crosses.entry(entry.cell).or_default();
                    products.add(own.units(adding.scales), others.units(adding.scales));
                }
                before.join(entry);
            }
            self.cover(period, next..groups, &all, adding.scales, protected);
        }
    }

    /// Adds to the other groups of every group of a range.
    fn cover(&mut self, period: PeriodId, range: std::ops::Range<u32>, entry: &StakeholderEntry, scales: Scales, protected: bool) {
        let (mut low, mut high) = (range.start + self.grid.groups(), range.end + self.grid.groups());
        while low < high {
            if low % 2 == 1 {
                self.node(period, low).add(entry, scales, protected);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                self.node(period, high).add(entry, scales, protected);
            }
            (low, high) = (low / 2, high / 2);
        }
    }

    fn node(&mut self, period: PeriodId, node: u32) -> &mut StakeholderSums {
        self.nodes.entry((period, node)).or_default()
    }

    /// Adds the stakeholders of a later block.
    #[expect(clippy::iter_over_hash_type, reason = "each entry goes to its own")]
    pub fn merge(&mut self, later: OtherGroups) {
        for (node, sums) in later.nodes {
            self.nodes.entry(node).or_default().merge(&sums);
        }
        for (cell, products) in later.crosses {
            self.crosses.entry(cell).or_default().merge(&products);
        }
    }

    /// The sums of the other groups of a cell; `None` where nothing lies in another group.
    pub fn sums(&self, cell: CellId) -> Option<StakeholderSums> {
        let mut sums: Option<StakeholderSums> = None;
        let mut node = self.grid.group(cell).index() as u32 + self.grid.groups();
        while node > 0 {
            if let Some(more) = self.nodes.get(&(self.grid.period(cell), node)) {
                sums.get_or_insert_default().merge(more);
            }
            node /= 2;
        }
        sums
    }

    /// The products of what stakeholders have in a cell and elsewhere.
    pub fn cross(&self, cell: CellId) -> CrossSums {
        self.crosses.get(&cell).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const SCALES: Scales = Scales { part: 1.0, whole: 1.0 };

    /// The other groups of stakeholders, each with (cell, part, whole), in two periods.
    fn other_groups(groups: u32, people: &[&[(u32, i64, i64)]]) -> OtherGroups {
        let mut other_groups = OtherGroups::new(Grid::new(2, groups as usize));
        for (who, has) in people.iter().enumerate() {
            other_groups.add(&entries(who as u32, has), &adding());
        }
        other_groups
    }

    fn adding<'a>() -> Adding<'a> {
        Adding {
            scales: SCALES,
            once: OncePerStakeholder::Nothing,
            is_protected: &|who, _| who == 1,
        }
    }

    fn cell(index: u32) -> CellId {
        CellId::of(index as usize)
    }

    fn entries(stakeholder: u32, has: &[(u32, i64, i64)]) -> Vec<(StakeholderEntry, u16)> {
        let entry = |&(at, part, whole): &(u32, i64, i64)| StakeholderEntry {
            rows: whole as u32,
            part_steps: i128::from(part),
            whole_steps: i128::from(whole),
            ..StakeholderEntry::new(stakeholder, cell(at))
        };
        has.iter().map(|of| (entry(of), 0)).collect()
    }

    #[test]
    fn who_is_in_several_groups_adds_to_the_others_of_each_what_it_has_elsewhere() {
        // groups 0, 1, 2 of one period
        let others = other_groups(3, &[&[(0, 1, 2)], &[(0, 1, 1), (2, 3, 4)], &[(1, 0, 5)]]);
        let of = |cell: u32| {
            let sums = others.sums(self::cell(cell)).unwrap();
            let s = sums.sums;
            (
                (sums.rows, sums.stakeholders, sums.protected),
                (s.clusters, s.x, s.n, s.xx, s.xn, s.nn),
                (sums.part_steps, sums.whole_steps),
            )
        };
        // elsewhere than in 0: 3 of 4, and 0 of 5
        assert_eq!(of(0), ((9, 2, 1), (2, 3.0, 9.0, 9.0, 12.0, 41.0), (3, 9)));
        // elsewhere than in 1: 1 of 2, and 4 of 5
        assert_eq!(of(1), ((7, 2, 1), (2, 5.0, 7.0, 17.0, 22.0, 29.0), (5, 7)));
        // elsewhere than in 2: 1 of 2, 1 of 1, and 0 of 5
        assert_eq!(of(2), ((8, 3, 1), (3, 2.0, 8.0, 2.0, 3.0, 30.0), (2, 8)));
        let cross = |cell: u32| {
            let c = others.cross(self::cell(cell));
            (c.x1x2, c.x1n2, c.n1x2, c.n1n2)
        };
        assert_eq!(
            (cross(0), cross(1), cross(2)),
            ((3.0, 4.0, 3.0, 4.0), (0.0, 0.0, 0.0, 0.0), (3.0, 3.0, 4.0, 4.0))
        );
    }

    #[test]
    fn a_group_that_is_all_has_no_other_groups() {
        assert!(other_groups(1, &[&[(0, 1, 2)]]).sums(cell(0)).is_none());
        let two = other_groups(2, &[&[(0, 1, 2)]]);
        assert!(two.sums(cell(0)).is_none());
        assert_eq!(two.sums(cell(1)).unwrap().whole_steps, 2);
    }

    #[test]
    fn whatever_the_number_of_groups_the_tree_adds_up_what_loops_do() {
        let mut state = 7_u64;
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for groups in 1..=17_u32 {
            let people: Vec<Vec<(u32, i64, i64)>> = (0..40)
                .map(|_| {
                    let mut has = BTreeMap::new();
                    for _ in 0..=draw(4) {
                        let cell = draw(u64::from(2 * groups)) as u32;
                        has.insert(cell, (draw(5) as i64, 1 + draw(5) as i64));
                    }
                    has.into_iter().map(|(cell, (x, n))| (cell, x, n)).collect()
                })
                .collect();
            let all: Vec<&[(u32, i64, i64)]> = people.iter().map(Vec::as_slice).collect();
            // Two blocks, merged.
            let mut tree = other_groups(groups, &all[..25]);
            tree.merge(other_groups(groups, &all[25..]));
            for cell in 0..2 * groups {
                let mut wanted = StakeholderSums::default();
                for has in &people {
                    let elsewhere = has.iter().filter(|(of, _, _)| *of != cell && of / groups == cell / groups);
                    let (mut entry, mut any) = (StakeholderEntry::new(0, self::cell(0)), false);
                    for (_, x, n) in elsewhere {
                        entry.part_steps += i128::from(*x);
                        entry.whole_steps += i128::from(*n);
                        entry.rows += *n as u32;
                        any = true;
                    }
                    if any {
                        wanted.add(&entry, SCALES, false);
                    }
                }
                let found = tree.sums(self::cell(cell)).unwrap_or_default();
                assert_eq!(found.sums, wanted.sums, "cell {cell} of {groups} groups");
                assert_eq!((found.rows, found.stakeholders), (wanted.rows, wanted.stakeholders));
            }
        }
    }
}
