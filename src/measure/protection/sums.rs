//! Which sums can be computed from published ones, by linear algebra.
//!
//! People are divided into atoms: those who are in the same published groups, whom nothing published distinguishes. A published number is
//! a sum over some of the atoms, and from published numbers each of their linear combinations can be computed, and nothing else that holds
//! whatever the data are. These combinations are kept as a basis in reduced echelon form.
//!
//! Numbers are taken modulo the prime 2^61 - 1. A combination of integers that has zeros in some places has them modulo a prime, too, so
//! that no combination that exists is overlooked. One that exists only modulo the prime would hide more than need be.

use std::collections::{BTreeMap, BTreeSet};

/// More atoms of few people than this are not searched: then it counts as known that some of them can be isolated.
const MOST_FEW: usize = 80;
/// Random solutions that are looked at: as many as few people can be atoms.
const SOLUTIONS: usize = 4;

const PRIME: u64 = (1 << 61) - 1;

fn times(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

fn less(a: u64, b: u64) -> u64 {
    (a + PRIME - b) % PRIME
}

/// By Fermat's little theorem.
fn inverse(of: u64) -> u64 {
    let (mut base, mut exponent, mut found) = (of, PRIME - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            found = times(found, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    found
}

/// A sum over atoms: the factor of each that has one.
type Sum = BTreeMap<usize, u64>;

/// Takes a multiple of `row` from `sum`, so that nothing is left at `at`, where the row has 1.
fn eliminate(sum: &mut Sum, at: usize, row: &Sum) {
    let Some(factor) = sum.get(&at).copied() else { return };
    for (&atom, &value) in row {
        let left = less(sum.get(&atom).copied().unwrap_or(0), times(factor, value));
        match left {
            0 => sum.remove(&atom),
            left => sum.insert(atom, left),
        };
    }
}

/// The sums that can be computed from those that were added.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    /// A basis in reduced echelon form, by the first atom of each: it has the factor 1 there, and all others have none.
    basis: BTreeMap<usize, Sum>,
}

impl Sums {
    /// Adds the sum over these atoms.
    pub fn add(&mut self, atoms: &[usize]) {
        let mut sum = self.remainder(atoms.iter().map(|atom| (*atom, 1)).collect());
        let Some((&first, &factor)) = sum.first_key_value() else { return };
        let scale = inverse(factor);
        sum.values_mut().for_each(|value| *value = times(*value, scale));
        self.basis.values_mut().for_each(|row| eliminate(row, first, &sum));
        self.basis.insert(first, sum);
    }

    /// Whether the sum over these atoms can be computed.
    pub fn has(&self, atoms: &[usize]) -> bool {
        self.remainder(atoms.iter().map(|atom| (*atom, 1)).collect()).is_empty()
    }

    /// What remains of a sum that cannot be computed.
    fn remainder(&self, mut sum: Sum) -> Sum {
        let pivots: Vec<usize> = sum.keys().copied().filter(|atom| self.basis.contains_key(atom)).collect();
        for at in pivots {
            eliminate(&mut sum, at, &self.basis[&at]);
        }
        sum
    }

    /// The atoms that occur in the same way in all sums: nothing distinguishes them. Those that are in no sum are left out.
    fn alike(&self) -> Vec<Vec<usize>> {
        let mut factors: BTreeMap<usize, Vec<(usize, u64)>> = BTreeMap::new();
        for (&first, row) in &self.basis {
            for (&atom, &factor) in row {
                factors.entry(atom).or_default().push((first, factor));
            }
        }
        let mut alike: BTreeMap<Vec<(usize, u64)>, Vec<usize>> = BTreeMap::new();
        for (atom, factors) in factors {
            alike.entry(factors).or_default().push(atom);
        }
        alike.into_values().collect()
    }

    /// Whether some sum is over fewer than `limit` of the people of the atoms, each of whom is in one atom. At most 5 is a limit.
    pub fn isolates(&self, people: &[u64], limit: u64) -> bool {
        debug_assert!(limit as usize <= SOLUTIONS + 1);
        let alike = self.alike();
        let together = |atoms: &[usize]| atoms.iter().map(|atom| people[*atom]).sum::<u64>();
        let few: Vec<(usize, u64)> = alike
            .iter()
            .map(|atoms| (atoms[0], together(atoms)))
            .filter(|(_, people)| *people < limit)
            .collect();
        if few.is_empty() {
            return false;
        }
        if few.len() > MOST_FEW {
            return true;
        }
        // A sum that has factors in some atoms only makes their values depend on each other in every solution of "all sums are zero".
        let solutions = self.solutions(&alike);
        let points: Vec<(Vec<u64>, u64)> = few
            .into_iter()
            .map(|(atom, people)| (solutions.get(&atom).cloned().unwrap_or(vec![0; SOLUTIONS]), people))
            .collect();
        are_dependent(&points, limit - 1)
    }

    /// Whether some sum is over atoms of fewer than `limit` people only, where people may be in several atoms: how many people are in two
    /// atoms together is not known, but at least as many as are in the larger one.
    pub fn isolates_overlapping(&self, people: &[u64], limit: u64) -> bool {
        let mut many: BTreeSet<usize> = BTreeSet::new();
        for atoms in self.alike() {
            let largest = atoms.iter().map(|atom| people[*atom]).max().unwrap_or(0);
            if largest >= limit {
                many.extend(atoms);
            }
        }
        let mut restricted = Sums::default();
        for row in self.basis.values() {
            let sum = row
                .iter()
                .filter(|(atom, _)| many.contains(atom))
                .map(|(atom, factor)| (*atom, *factor));
            let mut sum = restricted.remainder(sum.collect());
            let Some((&first, &factor)) = sum.first_key_value() else {
                return true;
            };
            let scale = inverse(factor);
            sum.values_mut().for_each(|value| *value = times(*value, scale));
            restricted.basis.values_mut().for_each(|row| eliminate(row, first, &sum));
            restricted.basis.insert(first, sum);
        }
        false
    }

    /// Random solutions of "all sums are zero", where atoms that are alike are one: the values of each.
    fn solutions(&self, alike: &[Vec<usize>]) -> BTreeMap<usize, Vec<u64>> {
        let mut random = 0x9E37_79B9_7F4A_7C15_u64;
        // SplitMix64 (Steele, Lea and Flood, 2014).
        let mut next = || {
            random = random.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = random;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (mixed ^ (mixed >> 31)) % PRIME
        };
        let is_free = |atom: &usize| !self.basis.contains_key(atom);
        let mut values: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        for atoms in alike.iter().filter(|atoms| is_free(&atoms[0])) {
            values.insert(atoms[0], (0..SOLUTIONS).map(|_| next()).collect());
        }
        let free = values.clone();
        for (&first, row) in &self.basis {
            let mut of_first = vec![0; SOLUTIONS];
            for (atom, factor) in row {
                for (at, value) in free.get(atom).into_iter().flatten().enumerate() {
                    of_first[at] = less(of_first[at], times(*factor, *value));
                }
            }
            values.insert(first, of_first);
        }
        values
    }
}

/// Whether some points, of so many people together at most, are linearly dependent.
fn are_dependent(points: &[(Vec<u64>, u64)], most: u64) -> bool {
    points.iter().enumerate().any(|(at, (point, people))| {
        if *people > most {
            return false;
        }
        let Some(place) = point.iter().position(|value| *value != 0) else {
            return true;
        };
        let left = most - people;
        let others = points[at + 1..].iter().filter(|(_, people)| *people <= left);
        // What remains of the others when they are projected along the point is dependent if they are together with it.
        let projected: Vec<(Vec<u64>, u64)> = others
            .map(|(other, people)| {
                let along = |(value, of_point): (&u64, &u64)| less(times(*value, point[place]), times(other[place], *of_point));
                (other.iter().zip(point).map(along).collect(), *people)
            })
            .collect();
        are_dependent(&projected, left)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sums(of: &[&[usize]]) -> Sums {
        let mut sums = Sums::default();
        of.iter().for_each(|atoms| sums.add(atoms));
        sums
    }

    #[test]
    fn what_can_be_computed() {
        let found = sums(&[&[0, 1, 2, 3], &[0, 1], &[1, 2]]);
        assert!(found.has(&[2, 3]) && found.has(&[0, 3]) && found.has(&[]));
        assert!(!found.has(&[0]) && !found.has(&[1, 3]) && !found.has(&[4]));
    }

    #[test]
    fn few_people_are_isolated_by_a_difference_of_two_three_or_four_sums() {
        // A whole of 20 without a part of 17.
        assert!(sums(&[&[0, 1], &[0]]).isolates(&[17, 3], 5));
        assert!(!sums(&[&[0, 1], &[0]]).isolates(&[17, 5], 5));
        // North has atoms 0 and 1, the laboratory 1 and 2: 0 less 2 are four people.
        assert!(sums(&[&[0, 1], &[1, 2]]).isolates(&[2, 30, 2], 5));
        assert!(!sums(&[&[0, 1], &[1, 2]]).isolates(&[2, 30, 3], 5));
        // Two sites are together a region and one person more.
        assert!(sums(&[&[0, 1], &[2], &[0, 2]]).isolates(&[9, 1, 9], 5));
        // A sum over four single people that are told apart only by others.
        assert!(sums(&[&[0, 4], &[1, 5], &[2, 6], &[3, 7], &[4, 5, 6, 7]]).isolates(&[1, 1, 1, 1, 9, 9, 9, 9], 5));
        assert!(!sums(&[&[0, 4], &[1, 5], &[2, 6], &[3, 7], &[4, 5, 6, 7]]).isolates(&[1, 1, 1, 2, 9, 9, 9, 9], 5));
    }

    #[test]
    fn people_in_several_atoms_count_once() {
        // Three people, each in two atoms of three.
        assert!(sums(&[&[0, 1, 2], &[2]]).isolates_overlapping(&[3, 3, 9], 5));
        assert!(!sums(&[&[0, 1, 2], &[2]]).isolates_overlapping(&[3, 5, 9], 5));
        assert!(sums(&[&[0, 1, 2], &[1], &[2]]).isolates_overlapping(&[3, 5, 9], 5));
    }

    /// The rank of rows of rational numbers, by fractions that stay integers (Bareiss, 1968).
    fn rank(mut rows: Vec<Vec<i128>>) -> usize {
        let (mut rank, mut last) = (0, 1);
        for column in 0..rows.first().map_or(0, Vec::len) {
            let Some(pivot) = (rank..rows.len()).find(|at| rows[*at][column] != 0) else {
                continue;
            };
            rows.swap(rank, pivot);
            for at in rank + 1..rows.len() {
                for other in (0..rows[at].len()).rev() {
                    rows[at][other] = (rows[rank][column] * rows[at][other] - rows[at][column] * rows[rank][other]) / last;
                }
            }
            last = rows[rank][column];
            rank += 1;
        }
        rank
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        /// Against every set of atoms with fewer than five people: a sum is over these only if without them there are fewer independent
        /// sums.
        #[test]
        fn nothing_that_isolates_few_people_is_overlooked(
            people in prop::collection::vec(1_u64..7, 3..9),
            groups in prop::collection::vec(prop::collection::vec(any::<bool>(), 9), 1..6),
        ) {
            let atoms = |group: &Vec<bool>| (0..people.len()).filter(|at| group[*at]).collect::<Vec<usize>>();
            let mut found = Sums::default();
            groups.iter().for_each(|group| found.add(&atoms(group)));
            let rows = |without: usize| groups
                .iter()
                .map(|group| (0..people.len()).map(|at| i128::from(group[at] && without >> at & 1 == 0)).collect())
                .collect::<Vec<Vec<i128>>>();
            let all = rank(rows(0));
            let few = (1..1_usize << people.len()).filter(|set| {
                (0..people.len()).filter(|at| set >> at & 1 == 1).map(|at| people[at]).sum::<u64>() < 5
            });
            let expected = few.into_iter().any(|set| rank(rows(set)) < all);
            prop_assert_eq!(found.isolates(&people, 5), expected);
        }
    }
}
