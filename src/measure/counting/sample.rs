//! Some stakeholders of a cell, drawn at random: what a test that divides them anew needs.

use super::cell_count::{Scales, StakeholderEntry};
use crate::schema::NO_CODE;

/// So many are kept.
const KEPT: usize = 200;

/// The stakeholders of a cell with the smallest hashes, with the part and whole of each. Whoever is kept of several samples together is kept
/// of each, so that blocks can be merged in any order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample(Vec<(u64, f64, f64)>);

impl Sample {
    /// Adds what a stakeholder has; `at` numbers those without an id.
    pub fn add(&mut self, entry: &StakeholderEntry, scales: Scales, at: u64) {
        let who = match entry.stakeholder {
            NO_CODE => u64::from(NO_CODE) + at,
            known => u64::from(known),
        };
        let (part, whole) = entry.units(scales);
        if part != 0.0 || whole != 0.0 {
            self.0.push((hash(who), part, whole));
            self.prune();
        }
    }

    /// Adds the stakeholders of a later block.
    pub fn merge(&mut self, later: &Sample) {
        self.0.extend_from_slice(&later.0);
        self.prune();
    }

    /// The part and whole of those that are kept.
    pub fn pairs(&self) -> Vec<(f64, f64)> {
        let mut all = self.0.clone();
        all.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        all.truncate(KEPT);
        all.into_iter().map(|(_, part, whole)| (part, whole)).collect()
    }

    fn prune(&mut self) {
        if self.0.len() >= 2 * KEPT {
            self.0.select_nth_unstable_by(KEPT - 1, |a, b| a.0.cmp(&b.0));
            self.0.truncate(KEPT);
        }
    }
}

/// The finaliser of SplitMix64.
fn hash(who: u64) -> u64 {
    let mut z = who.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::ids::{CellId, Id};

    const ONE: Scales = Scales { part: 1.0, whole: 1.0 };

    fn of(people: std::ops::Range<u32>) -> Sample {
        let mut sample = Sample::default();
        for who in people {
            let entry = StakeholderEntry {
                part_steps: i128::from(who),
                whole_steps: 1,
                ..StakeholderEntry::new(who, CellId::of(0))
            };
            sample.add(&entry, ONE, 0);
        }
        sample
    }

    #[test]
    fn blocks_change_nothing_and_who_is_kept_is_anybody() {
        let all = of(0..10_000).pairs();
        let mut merged = of(7_000..10_000);
        merged.merge(&of(0..7_000));
        assert_eq!(merged.pairs(), all);
        assert_eq!(all.len(), KEPT);
        // The mean of 200 of 0..10,000 is within four standard errors of theirs.
        let mean = all.iter().map(|(part, _)| part).sum::<f64>() / KEPT as f64;
        assert!((mean - 5_000.0).abs() < 4.0 * 2_887.0 / (KEPT as f64).sqrt(), "{mean}");
        assert_eq!(of(0..50).pairs().len(), 50);
    }
}
