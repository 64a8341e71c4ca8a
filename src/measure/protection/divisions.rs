//! Which groups of protected people may be shown, where the same people are divided in several ways.

use std::collections::{BTreeMap, BTreeSet};

use super::FEWEST;
use super::sums::Sums;

/// The same people, divided into groups in one or several ways, such as by site and by department.
#[derive(Debug, Clone, Default)]
pub struct Divisions {
    /// By the group in each division (`None`: in no group): the number of protected people.
    atoms: BTreeMap<Vec<Option<u32>>, u64>,
}

/// Which of the groups may be shown.
#[derive(Debug)]
pub struct Published {
    atoms: Vec<Vec<Option<u32>>>,
    /// Whether all together may be.
    whole: bool,
    /// Whether the groups together may be.
    union: bool,
    /// By division: the groups that may not be.
    hidden: Vec<BTreeSet<u32>>,
    sums: Sums,
}

/// How many people some atoms are of.
struct People {
    by_atom: Vec<u64>,
    /// Whether some people are in several atoms.
    overlap: bool,
}

impl People {
    /// At least so many people are in some atoms.
    fn of(&self, atoms: &[usize]) -> u64 {
        let people = atoms.iter().map(|atom| self.by_atom[*atom]);
        match self.overlap {
            false => people.sum(),
            true => people.max().unwrap_or(0),
        }
    }

    fn are_isolated_by(&self, sums: &Sums) -> bool {
        match self.overlap {
            false => sums.isolates(&self.by_atom, FEWEST),
            true => sums.isolates_overlapping(&self.by_atom, FEWEST),
        }
    }
}

impl Divisions {
    /// Adds protected people: the group that they are in, in each division.
    pub fn add(&mut self, groups: &[Option<u32>], people: u64) {
        if people > 0 {
            *self.atoms.entry(groups.to_vec()).or_default() += people;
        }
    }

    /// Which groups may be shown if each person was added once.
    pub fn published(self) -> Published {
        let whole = self.atoms.values().sum();
        self.published_of(whole)
    }

    /// Which groups may be shown of so many different people. They may be more than those of the groups: what a fact has of all together need
    /// not be the sum of what it has of groups, such as the days since the previous contact.
    ///
    /// A group may be shown if it has no protected people, or if with everything else that is shown, no sum or difference is about fewer than
    /// [`FEWEST`] of them. Whoever is not protected counts as known, so groups in which protected people are with others are no safer than
    /// groups of their own. All people together come first; they count as shown whether they are or not, because another run may show them.
    /// Then come the divisions in their order, and of each the largest groups first: the smallest are hidden.
    pub fn published_of(self, whole: u64) -> Published {
        let people = People {
            by_atom: self.atoms.values().copied().collect(),
            overlap: self.atoms.values().sum::<u64>() > whole,
        };
        let atoms: Vec<Vec<Option<u32>>> = self.atoms.into_keys().collect();
        let everybody: Vec<usize> = (0..atoms.len()).collect();
        let mut found = Published {
            whole: whole == 0 || whole >= FEWEST,
            union: true,
            hidden: Vec::new(),
            sums: Sums::default(),
            atoms,
        };
        let together = if people.overlap { whole } else { people.of(&everybody) };
        found.union = together == 0 || together >= FEWEST;
        if found.union {
            found.sums.add(&everybody);
        }
        for division in 0..found.atoms.first().map_or(0, Vec::len) {
            let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
            for (at, atom) in found.atoms.iter().enumerate() {
                if let Some(group) = atom[division] {
                    groups.entry(group).or_default().push(at);
                }
            }
            let (hidden, sums) = shown_of(&people, &groups, &found.sums);
            found.hidden.push(hidden);
            found.sums = sums;
        }
        found
    }
}

/// Which groups of a division are hidden, where some sums are shown already; and all sums then.
fn shown_of(people: &People, groups: &BTreeMap<u32, Vec<usize>>, before: &Sums) -> (BTreeSet<u32>, Sums) {
    let mut candidates: Vec<(u64, u32)> = groups.iter().map(|(group, atoms)| (people.of(atoms), *group)).collect();
    candidates.retain(|(people, _)| *people >= FEWEST);
    candidates.sort_unstable_by(|a, b| b.cmp(a));
    let mut all = before.clone();
    candidates.iter().for_each(|(_, group)| all.add(&groups[group]));
    let mut shown: BTreeSet<u32> = candidates.iter().map(|(_, group)| *group).collect();
    if people.are_isolated_by(&all) {
        shown.clear();
        all = before.clone();
        for (_, group) in candidates {
            let mut with = all.clone();
            with.add(&groups[&group]);
            if !people.are_isolated_by(&with) {
                shown.insert(group);
                all = with;
            }
        }
    }
    (groups.keys().copied().filter(|group| !shown.contains(group)).collect(), all)
}

impl Published {
    /// Whether all together may be shown.
    pub fn whole(&self) -> bool {
        self.whole
    }

    /// Whether the groups together may be shown, and so all other groups of a group that may be.
    pub fn union(&self) -> bool {
        self.union
    }

    /// Whether a group of a division may be shown.
    pub fn shows(&self, division: usize, group: u32) -> bool {
        self.hidden.get(division).is_none_or(|hidden| !hidden.contains(&group))
    }

    /// Whether those may be shown whose groups meet a condition: they may if what is shown already gives their sum.
    pub fn shows_sum(&self, holds: impl Fn(&[Option<u32>]) -> bool) -> bool {
        let of: Vec<usize> = (0..self.atoms.len()).filter(|at| holds(&self.atoms[*at])).collect();
        self.sums.has(&of)
    }
}

/// Of groups that a whole is divided into, with so many protected people each: which may not be shown, and whether the whole may not be.
pub fn hidden_groups(protected: &[u64]) -> (Vec<bool>, bool) {
    let mut divisions = Divisions::default();
    for (group, people) in (0..).zip(protected) {
        divisions.add(&[Some(group)], *people);
    }
    let published = divisions.published();
    let hidden = (0..).zip(protected).map(|(group, _)| !published.shows(0, group));
    (hidden.collect(), !published.whole())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(atoms: &[(&[u32], u64)], whole: Option<u64>) -> (bool, Vec<Vec<u32>>) {
        let mut divisions = Divisions::default();
        for (groups, people) in atoms {
            divisions.add(&groups.iter().map(|group| Some(*group)).collect::<Vec<_>>(), *people);
        }
        let found = match whole {
            None => divisions.published(),
            Some(whole) => divisions.published_of(whole),
        };
        let hidden = found.hidden.iter().map(|hidden| hidden.iter().copied().collect());
        (found.whole, hidden.collect())
    }

    #[test]
    fn the_next_smallest_groups_are_hidden_with_few_people() {
        assert_eq!(hidden_groups(&[3, 6, 40]), (vec![true, true, false], false));
        assert_eq!(hidden_groups(&[6, 40, 0]), (vec![false; 3], false));
        assert_eq!(hidden_groups(&[2, 3, 40]), (vec![true, true, false], false));
        assert_eq!(hidden_groups(&[1, 3, 40, 20]), (vec![true, true, false, true], false));
        // Fewer than five of all: only groups without them are shown.
        assert_eq!(hidden_groups(&[3, 0]), (vec![true, false], true));
        assert_eq!(hidden_groups(&[0, 0]), (vec![false, false], false));
        assert_eq!(hidden_groups(&[]), (vec![], false));
    }

    #[test]
    fn groups_of_two_divisions_are_not_subtracted() {
        // North: 7, of whom 6 are all of the laboratory. The one other would be the difference, and the difference of all others.
        let people: &[(&[u32], u64)] = &[(&[0, 0], 6), (&[0, 1], 1), (&[1, 1], 30), (&[1, 2], 20)];
        assert_eq!(of(people, None), (true, vec![vec![], vec![0, 2]]));
        let people: &[(&[u32], u64)] = &[(&[0, 0], 6), (&[0, 1], 5), (&[1, 1], 30), (&[1, 2], 20)];
        assert_eq!(of(people, None), (true, vec![vec![], vec![]]));
    }

    #[test]
    fn people_who_are_in_several_groups_count_once() {
        // Three people wrote and called, and nobody else wrote: both numbers are about three.
        assert_eq!(of(&[(&[0], 3), (&[1], 3), (&[2], 40)], Some(40)), (true, vec![vec![0, 1, 2]]));
        assert_eq!(of(&[(&[0], 3), (&[1], 3), (&[2], 40)], Some(46)), (true, vec![vec![0, 1]]));
        assert_eq!(of(&[(&[0], 3), (&[1], 6), (&[2], 40)], Some(45)), (true, vec![vec![0, 1]]));
    }

    #[test]
    fn a_sum_is_shown_if_it_adds_nothing() {
        let mut divisions = Divisions::default();
        for (group, people) in [(0, 1), (1, 6), (2, 20)] {
            divisions.add(&[Some(group)], people);
        }
        let found = divisions.published();
        let sum = |groups: &[u32]| found.shows_sum(|atom| atom[0].is_some_and(|group| groups.contains(&group)));
        assert!(sum(&[2]) && sum(&[0, 1]) && sum(&[0, 1, 2]) && sum(&[]));
        assert!(!sum(&[1, 2]) && !sum(&[1]) && !sum(&[0]));
    }
}
