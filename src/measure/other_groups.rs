//! The rest of a slice: everything of the same metric and period that lies in another slice.
//!
//! A stakeholder may have rows in several slices (a channel, an owner). To the rest of each of these it adds what it has in the others;
//! to the rest of all other slices, what it has at all. The latter are ranges of slices, so that a tree over them holds each such
//! addition in a few nodes: a stakeholder costs about the logarithm of the number of slices, and nothing is ever subtracted. Taking a
//! slice's squares from the total's would lose the digits of a small rest beside a large slice.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::change::{Shared, rank_correlation};
use super::plan::Plan;
use super::run::Cells;
use super::tally::{Flush, Pairs, Tally, Values};
use crate::catalog::{Entity, Kind, Metric, Under};
use crate::stats::{self, CrossSums, Estimate};

/// Whether a metric of this kind has a value over the rest that a slice's can be compared with. A concentration depends on how many share
/// in a total, and the rest has more of them by itself; of distinct things only sets are known, and the same thing may be in several.
pub fn is_comparable(metric: &Metric) -> bool {
    !matches!(
        metric.kind,
        Kind::Concentration { .. }
            | Kind::Count {
                distinct: Some(Entity::Column(_))
            }
            | Kind::Ratio {
                under: Under::Distinct(Entity::Column(_)),
                ..
            }
    )
}

/// What each slice's stakeholders add elsewhere, of one metric: sums of parts and wholes, for kinds that are made of these.
#[derive(Debug, Default)]
pub struct Rests {
    slices: u32,
    /// For each period a tree over the slices, one after the other: the leaf of slice s is node s + slices, the parent of node p is p / 2.
    /// What a node holds counts for all slices below it.
    nodes: FxHashMap<u32, Box<Pairs>>,
    /// By cell, the products of what a stakeholder has in the slice and elsewhere.
    crosses: FxHashMap<u32, CrossSums>,
}

/// How the stakeholders of a metric are added up.
#[derive(Clone, Copy)]
pub struct Adding<'a> {
    /// The steps in one unit of the part and of the whole.
    pub scales: (f64, f64),
    /// What counts once for each stakeholder, however many rows it has.
    pub once: &'a dyn Fn(&mut Flush),
    /// Whether a stakeholder is protected as a small group.
    pub private: &'a dyn Fn(u32, u16) -> bool,
}

impl Rests {
    /// Of so many slices, with nothing in them.
    pub fn new(slices: u32) -> Rests {
        Rests {
            slices,
            ..Rests::default()
        }
    }

    /// Adds one stakeholder: what it has in each cell, in the order of cells.
    pub fn add(&mut self, flushes: &[(Flush, u16)], adding: &Adding) {
        let slices = self.slices;
        for mine in flushes.chunk_by(|(a, _), (b, _)| a.cell / slices == b.cell / slices) {
            let (first, source) = mine[0];
            let (period, private) = (first.cell / slices, (adding.private)(first.stakeholder, source));
            // What it has from each of its slices on.
            let mut after = vec![Flush::default(); mine.len() + 1];
            for (at, (flush, _)) in mine.iter().enumerate().rev() {
                after[at] = after[at + 1];
                after[at].join(flush);
            }
            let mut all = after[0];
            (adding.once)(&mut all);
            let (mut before, mut next) = (Flush::default(), 0);
            for (at, (flush, _)) in mine.iter().enumerate() {
                let slice = flush.cell % slices;
                self.cover(period, next..slice, &all, adding.scales, private);
                next = slice + 1;
                if mine.len() > 1 {
                    let (mut own, mut others) = (*flush, before);
                    others.join(&after[at + 1]);
                    (adding.once)(&mut own);
                    (adding.once)(&mut others);
                    self.node(period, slice + slices).add(&others, adding.scales, private);
                    let products = self.crosses.entry(flush.cell).or_default();
                    products.add(own.units(adding.scales), others.units(adding.scales));
                }
                before.join(flush);
            }
            self.cover(period, next..slices, &all, adding.scales, private);
        }
    }

    /// Adds to the rest of every slice of a range.
    fn cover(&mut self, period: u32, range: std::ops::Range<u32>, flush: &Flush, scales: (f64, f64), private: bool) {
        let (mut low, mut high) = (range.start + self.slices, range.end + self.slices);
        while low < high {
            if low % 2 == 1 {
                self.node(period, low).add(flush, scales, private);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                self.node(period, high).add(flush, scales, private);
            }
            (low, high) = (low / 2, high / 2);
        }
    }

    fn node(&mut self, period: u32, node: u32) -> &mut Pairs {
        self.nodes.entry(period * 2 * self.slices + node).or_default()
    }

    /// Adds the stakeholders of a later block.
    pub fn merge(&mut self, later: Rests) {
        self.slices = later.slices;
        for (node, pairs) in later.nodes {
            self.nodes.entry(node).or_default().merge(&pairs);
        }
        for (cell, products) in later.crosses {
            self.crosses.entry(cell).or_default().merge(&products);
        }
    }

    /// The sums of the rest of a cell; `None` where nothing lies in another slice.
    pub fn pairs(&self, cell: u32) -> Option<Pairs> {
        let mut sums: Option<Pairs> = None;
        let mut node = cell % self.slices + self.slices;
        while node > 0 {
            if let Some(pairs) = self.nodes.get(&(cell / self.slices * 2 * self.slices + node)) {
                sums.get_or_insert_default().merge(pairs);
            }
            node /= 2;
        }
        sums
    }

    /// The products of what stakeholders have in a cell and elsewhere.
    pub fn cross(&self, cell: u32) -> CrossSums {
        self.crosses.get(&cell).copied().unwrap_or_default()
    }
}

/// A quantile of the rest of a cell, ranked.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// The quantile.
    pub estimate: Estimate,
    /// Number of values.
    pub n: u64,
    /// Distinct stakeholders.
    pub stakeholders: u64,
    /// The correlation with the quantile of the cell itself through the stakeholders that are in both.
    pub r: f64,
}

/// The values of all slices of a period in the order of stakeholders.
struct Pool(Vec<(u32, u32, f64)>);

impl Pool {
    /// Puts the values of a period's cells together.
    fn new<'t>(cells: impl Iterator<Item = (u32, &'t Tally)>) -> Pool {
        let mut all = Vec::new();
        for (cell, tally) in cells {
            if let Tally::Values(values) = tally {
                all.extend(
                    values
                        .owners
                        .iter()
                        .zip(&values.values)
                        .map(|(&owner, &value)| (owner, cell, value)),
                );
            }
        }
        // A stable sort: within a stakeholder the slices keep their order.
        all.sort_by_key(|&(owner, cell, _)| (owner, cell));
        Pool(all)
    }

    /// The values that are not in a cell.
    fn without(&self, cell: u32) -> Values {
        let others = self.0.iter().filter(|(_, of, _)| *of != cell);
        let (owners, values) = others.map(|&(owner, _, value)| (owner, value)).unzip();
        Values {
            values,
            owners,
            private: 0,
        }
    }
}

/// The observations of other cells of the same period, and how many of their stakeholders are protected; at least that many where
/// some are in several cells.
fn observations<'t>(cell: u32, cells: impl Iterator<Item = (u32, &'t Tally)>) -> Option<Tally> {
    let (mut all, mut people) = (Vec::new(), 0);
    for (_, tally) in cells.filter(|(of, _)| *of != cell) {
        if let Tally::Survival(observations, private) = tally {
            all.extend_from_slice(observations);
            people += private;
        }
    }
    // In the order of stakeholders, which is the same however the slices are called.
    all.sort_by_key(|o| o.cluster);
    (!all.is_empty()).then_some(Tally::Survival(all, people))
}

/// Whether any value or observation outside of a cell belongs to somebody who is protected.
fn private<'t>(cell: u32, cells: impl Iterator<Item = (u32, &'t Tally)>) -> u64 {
    cells.filter(|(of, _)| *of != cell).map(|(_, tally)| tally.private()).sum()
}

impl Cells {
    /// Ranks the values outside of each cell of the periods themselves, once [`Cells::rank`] has been at those inside.
    pub fn rank_rests(&mut self, plan: &Plan, level: f64) {
        let this = &*self;
        let mut jobs = Vec::new();
        for (index, metric) in plan.metrics.iter().enumerate() {
            if let Kind::Quantile { q, .. } = metric.kind {
                jobs.extend((0..self.own.len() as u32).map(|period| (index, q, period)));
            }
        }
        let ranked = jobs.into_par_iter().flat_map(|(index, q, period)| {
            let pool = Pool::new(this.period(index, period));
            let slices: Vec<u32> = (period * this.slices..(period + 1) * this.slices).collect();
            let rank = move |cell: u32| {
                let values = pool.without(cell);
                let estimate = stats::quantile(&mut values.values.clone(), &values.owners, q, level);
                let lane = this.own[period as usize];
                let own = this.tallies.get(&(this.leader[index], lane)).and_then(|cells| cells.get(&cell));
                let r = match (own, this.ranked(index, lane, cell as usize)) {
                    (Some(Tally::Values(own)), Some(inside)) => rank_correlation(own, inside.value, &values, estimate.value),
                    _ => 0.0,
                };
                let ranked = Ranked {
                    estimate,
                    n: values.values.len() as u64,
                    stakeholders: values.stakeholders(),
                    r,
                };
                (!values.values.is_empty()).then_some(((index, cell), ranked))
            };
            slices.into_par_iter().filter_map(rank)
        });
        let ranked: FxHashMap<(usize, u32), Ranked> = ranked.collect();
        self.ranked_rests = ranked;
    }

    /// The tallies of a metric in a period itself, in the order of slices.
    fn period(&self, metric: usize, period: u32) -> impl Iterator<Item = (u32, &Tally)> {
        let cells = self.tallies.get(&(self.leader[metric], self.own[period as usize]));
        (period * self.slices..(period + 1) * self.slices).filter_map(move |cell| Some((cell, cells?.get(&cell)?)))
    }

    /// What was counted of a metric outside of a cell, in the same period: sums or observations. Quantiles are ranked already.
    pub fn rest(&self, metric: usize, cell: usize) -> Option<Tally> {
        let cell = cell as u32;
        match self.rests.get(&metric) {
            Some(rests) => rests.pairs(cell).map(|pairs| Tally::Pairs(Box::new(pairs))),
            None => observations(cell, self.period(metric, cell / self.slices)),
        }
    }

    /// The values or observations outside of a cell, in the same period, with the stakeholder of each.
    pub fn others(&self, metric: usize, cell: usize) -> Option<Tally> {
        let (cell, period) = (cell as u32, cell as u32 / self.slices);
        match self.period(metric, period).next()?.1 {
            Tally::Values(_) => Some(Tally::Values(Pool::new(self.period(metric, period)).without(cell))),
            _ => observations(cell, self.period(metric, period)),
        }
    }

    /// What was counted of a metric in a cell.
    pub fn counted(&self, metric: usize, lane: usize, cell: usize) -> Option<&Tally> {
        self.tallies.get(&(self.leader[metric], lane))?.get(&(cell as u32))
    }

    /// The quantile outside of a cell, and how many of its stakeholders are protected.
    pub fn ranked_rest(&self, metric: usize, cell: usize) -> Option<(Ranked, u64)> {
        let cell = cell as u32;
        let ranked = self.ranked_rests.get(&(metric, cell))?.clone();
        Some((ranked, private(cell, self.period(metric, cell / self.slices))))
    }

    /// What a cell and its rest share.
    pub fn shared_with_rest(&self, metric: usize, cell: usize) -> Shared {
        match (self.rests.get(&metric), self.ranked_rests.get(&(metric, cell as u32))) {
            (Some(rests), _) => Shared::Sums(rests.cross(cell as u32)),
            (None, Some(ranked)) => Shared::Ranks(ranked.r),
            (None, None) => Shared::None,
        }
    }

    /// Whether the money outside of a cell, in the same period, is of several currencies.
    pub fn mixed_rest(&self, metric: usize, cell: usize) -> bool {
        let cell = cell as u32;
        let period = cell / self.slices;
        let Some(found) = self.currencies.get(&(metric, self.own[period as usize])) else {
            return self.all_mixed[metric];
        };
        let others = (period * self.slices..(period + 1) * self.slices).filter(|other| *other != cell);
        let mut codes = others.filter_map(|other| found.get(&other)).flat_map(|&(low, high)| [low, high]);
        let first = codes.next();
        self.all_mixed[metric] || codes.any(|code| Some(code) != first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::NO_CODE;
    use std::collections::BTreeMap;

    const SCALES: (f64, f64) = (1.0, 1.0);

    /// Adds stakeholders, each with (cell, part, whole).
    fn rests(slices: u32, people: &[&[(u32, i64, i64)]]) -> Rests {
        let mut rests = Rests::new(slices);
        for (who, has) in people.iter().enumerate() {
            rests.add(&flushes(who as u32, has), &adding());
        }
        rests
    }

    fn adding<'a>() -> Adding<'a> {
        Adding {
            scales: SCALES,
            once: &|_| {},
            private: &|who, _| who == 1,
        }
    }

    fn flushes(stakeholder: u32, has: &[(u32, i64, i64)]) -> Vec<(Flush, u16)> {
        let flush = |&(cell, xi, ni): &(u32, i64, i64)| Flush {
            stakeholder,
            cell,
            rows: ni as u32,
            xi,
            ni,
            ..Flush::default()
        };
        has.iter().map(|of| (flush(of), 0)).collect()
    }

    #[test]
    fn who_is_in_several_slices_adds_to_each_rest_what_it_has_elsewhere() {
        // slices 0, 1, 2 of one period
        let rests = rests(3, &[&[(0, 1, 2)], &[(0, 1, 1), (2, 3, 4)], &[(1, 0, 5)]]);
        let of = |cell: u32| {
            let pairs = rests.pairs(cell).unwrap();
            let s = pairs.sums;
            (
                (pairs.rows, pairs.stakeholders, pairs.private),
                (s.clusters, s.x, s.n, s.xx, s.xn, s.nn),
                (pairs.xi, pairs.ni),
            )
        };
        // elsewhere than in 0: 3 of 4, and 0 of 5
        assert_eq!(of(0), ((9, 2, 1), (2, 3.0, 9.0, 9.0, 12.0, 41.0), (3, 9)));
        // elsewhere than in 1: 1 of 2, and 4 of 5
        assert_eq!(of(1), ((7, 2, 1), (2, 5.0, 7.0, 17.0, 22.0, 29.0), (5, 7)));
        // elsewhere than in 2: 1 of 2, 1 of 1, and 0 of 5
        assert_eq!(of(2), ((8, 3, 1), (3, 2.0, 8.0, 2.0, 3.0, 30.0), (2, 8)));
        let cross = |cell: u32| {
            let c = rests.cross(cell);
            (c.x1x2, c.x1n2, c.n1x2, c.n1n2)
        };
        assert_eq!(
            (cross(0), cross(1), cross(2)),
            ((3.0, 4.0, 3.0, 4.0), (0.0, 0.0, 0.0, 0.0), (3.0, 3.0, 4.0, 4.0))
        );
    }

    #[test]
    fn a_slice_that_is_all_has_no_rest() {
        assert!(rests(1, &[&[(0, 1, 2)]]).pairs(0).is_none());
        let two = rests(2, &[&[(0, 1, 2)]]);
        assert!(two.pairs(0).is_none());
        assert_eq!(two.pairs(1).unwrap().ni, 2);
    }

    #[test]
    fn whatever_the_number_of_slices_the_tree_adds_up_what_loops_do() {
        let mut state = 7_u64;
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for slices in 1..=17_u32 {
            let people: Vec<Vec<(u32, i64, i64)>> = (0..40)
                .map(|_| {
                    let mut has = BTreeMap::new();
                    for _ in 0..=draw(4) {
                        let cell = draw(u64::from(2 * slices)) as u32;
                        has.insert(cell, (draw(5) as i64, 1 + draw(5) as i64));
                    }
                    has.into_iter().map(|(cell, (x, n))| (cell, x, n)).collect()
                })
                .collect();
            let all: Vec<&[(u32, i64, i64)]> = people.iter().map(Vec::as_slice).collect();
            // Two blocks, merged.
            let mut tree = rests(slices, &all[..25]);
            tree.merge(rests(slices, &all[25..]));
            for cell in 0..2 * slices {
                let mut wanted = Pairs::default();
                for has in &people {
                    let elsewhere = has.iter().filter(|(of, _, _)| *of != cell && of / slices == cell / slices);
                    let (mut flush, mut any) = (Flush::default(), false);
                    for (_, x, n) in elsewhere {
                        flush.xi += x;
                        flush.ni += n;
                        flush.rows += *n as u32;
                        any = true;
                    }
                    if any {
                        wanted.add(&flush, SCALES, false);
                    }
                }
                let found = tree.pairs(cell).unwrap_or_default();
                assert_eq!(found.sums, wanted.sums, "cell {cell} of {slices} slices");
                assert_eq!((found.rows, found.stakeholders), (wanted.rows, wanted.stakeholders));
                let sorted = |pairs: &Pairs| {
                    let mut each = pairs.each.clone();
                    each.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
                    each
                };
                assert_eq!(sorted(&found), sorted(&wanted));
            }
        }
    }

    #[test]
    fn values_elsewhere_stand_by_stakeholder() {
        let values = |owners: &[u32], values: &[f64]| {
            Tally::Values(Values {
                values: values.to_vec(),
                owners: owners.to_vec(),
                private: 0,
            })
        };
        let cells = [
            (0, values(&[1, 3, NO_CODE], &[1.0, 2.0, 3.0])),
            (1, values(&[1, 2, 2], &[4.0, 5.0, 6.0])),
            (2, values(&[2, NO_CODE], &[7.0, 8.0])),
        ];
        let pool = Pool::new(cells.iter().map(|(cell, tally)| (*cell, tally)));
        let rest = pool.without(1);
        assert_eq!(
            (rest.owners, rest.values),
            (vec![1, 2, 3, NO_CODE, NO_CODE], vec![1.0, 7.0, 2.0, 3.0, 8.0])
        );
        assert_eq!(pool.without(0).owners, [1, 2, 2, 2, NO_CODE]);
    }
}
