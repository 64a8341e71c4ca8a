//! The stakeholders who may have most to do with a value, kept while counting.
//!
//! What a stakeholder has to do with a ratio p of X to N is `x - p n`, and p is known only when all are counted. So while counting those
//! are kept who have most above the line, most below it, or most below it that is not above; whoever has much of the influence has much of
//! one of these. What is kept is bounded, and the same in whatever order stakeholders are counted.

use std::collections::BTreeSet;

use super::cell_count::{Scales, StakeholderEntry};
use crate::schema::NO_CODE;

/// So many stakeholders are named.
pub const MOST: usize = 200;

/// One stakeholder, with its part and whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Owned {
    /// The stakeholder.
    pub stakeholder: u32,
    /// Its part.
    pub part: f64,
    /// Its whole.
    pub whole: f64,
}

/// Those who may be among the largest.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Largest(Vec<Owned>);

impl Largest {
    /// Those of what stakeholders added to a cell who are known by name and are not protected.
    pub fn of<'e>(entries: impl Iterator<Item = &'e StakeholderEntry>, scales: Scales, is_protected: &dyn Fn(u32, u16) -> bool) -> Largest {
        let mut largest = Largest::default();
        for entry in entries {
            // Whether a stakeholder is protected does not depend on the source of a row.
            if entry.stakeholder != NO_CODE && !is_protected(entry.stakeholder, 0) {
                let (part, whole) = entry.units(scales);
                largest.0.push(Owned {
                    stakeholder: entry.stakeholder,
                    part,
                    whole,
                });
            }
        }
        largest.prune();
        largest
    }

    /// Adds those of a later block.
    pub fn merge(&mut self, later: Largest) {
        self.0.extend(later.0);
        if self.0.len() > 8 * MOST {
            self.prune();
        }
    }

    /// The largest by a measure, the largest first; at most [`MOST`].
    pub fn by(mut self, measure: impl Fn(&Owned) -> f64) -> Vec<Owned> {
        self.prune();
        self.rank(measure);
        self.0.truncate(MOST);
        self.0
    }

    /// Leaves those who are among the largest by one of the measures.
    fn prune(&mut self) {
        if self.0.len() <= MOST {
            return;
        }
        let measures: [fn(&Owned) -> f64; 3] = [|o| o.part.abs(), |o| o.whole.abs(), |o| (o.whole - o.part).abs()];
        let mut kept = BTreeSet::new();
        for measure in measures {
            self.rank(measure);
            kept.extend(self.0.iter().take(MOST).map(|owned| owned.stakeholder));
        }
        self.0.retain(|owned| kept.contains(&owned.stakeholder));
    }

    fn rank(&mut self, measure: impl Fn(&Owned) -> f64) {
        self.0
            .sort_by(|a, b| measure(b).total_cmp(&measure(a)).then(a.stakeholder.cmp(&b.stakeholder)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::ids::{CellId, Id};
    use proptest::prelude::*;

    const ONE: Scales = Scales { part: 1.0, whole: 1.0 };

    fn entries(has: &[(i64, i64)]) -> Vec<StakeholderEntry> {
        let entry = |(at, &(part, whole)): (usize, &(i64, i64))| StakeholderEntry {
            rows: 1,
            part_steps: i128::from(part),
            whole_steps: i128::from(whole),
            ..StakeholderEntry::new(at as u32, CellId::of(0))
        };
        has.iter().enumerate().map(entry).collect()
    }

    fn nobody(_: u32, _: u16) -> bool {
        false
    }

    fn ids(mut largest: Largest) -> Vec<u32> {
        largest.prune();
        let mut ids: Vec<u32> = largest.0.iter().map(|o| o.stakeholder).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn nobody_who_is_protected_or_unknown_is_kept() {
        let mut all = entries(&[(1, 2), (9, 9), (3, 3)]);
        all[2].stakeholder = NO_CODE;
        let largest = Largest::of(all.iter(), ONE, &|who, _| who == 1);
        let first = Owned {
            stakeholder: 0,
            part: 1.0,
            whole: 2.0,
        };
        assert_eq!(largest.0, [first]);
    }

    #[test]
    fn the_largest_of_many_are_kept_on_either_side() {
        // 1,000 with one row each, one with many hits, one with many misses
        let mut has = vec![(1, 1); 1_000];
        has[700] = (50, 50);
        has[800] = (0, 40);
        let kept = ids(Largest::of(entries(&has).iter(), ONE, &nobody));
        assert!(kept.contains(&700) && kept.contains(&800));
        assert!(kept.len() <= 3 * MOST);
    }

    proptest! {
        #[test]
        fn blocks_change_nothing(has in proptest::collection::vec((-20i64..20, 0i64..30), 0..900), cut in 0usize..900) {
            let all = entries(&has);
            let cut = cut.min(all.len());
            let mut parts = Largest::of(all[..cut].iter(), ONE, &nobody);
            parts.merge(Largest::of(all[cut..].iter(), ONE, &nobody));
            prop_assert_eq!(ids(parts), ids(Largest::of(all.iter(), ONE, &nobody)));
        }
    }
}
