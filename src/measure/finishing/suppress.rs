//! Small groups of people are hidden: fewer than five, and as many of their siblings as it takes that nobody can subtract them.
//!
//! n is the number of distinct people in the whole (answers, where they are anonymous). After the cells below five, in every margin
//! of the dimensions the next smallest sibling is hidden until at least two siblings and five people are; where there is one sibling
//! only, its parent is. That is repeated until nothing changes.
//!
//! The other groups of a group are the total less the group. Together with the groups that are shown, their number would reveal that of all
//! hidden groups together, as the total would. Where these are fewer than two groups or five people, the total and every comparison with
//! the other groups are hidden too.

use crate::measure::window_sets::Compare;
use crate::report::{AbsentReason, Cell};

/// Fewest people that may be shown.
pub const FEWEST: u64 = 5;

/// Hides what has to be hidden of the cells of one metric and period. `private` says which cells are about protected people.
pub fn suppress(cells: &mut [&mut Cell], private: &[bool]) {
    let people: Vec<u64> = cells.iter().map(|c| c.stakeholders.unwrap_or_default()).collect();
    let by: Vec<Vec<(String, String)>> = cells.iter().map(|c| c.by.clone()).collect();
    let Hidden { groups, others } = hidden(&by, &people, private);
    for (cell, hide) in cells.iter_mut().zip(groups) {
        if hide {
            hide_cell(cell);
        } else if others {
            cell.changes.remove(Compare::OtherGroups.as_str());
        }
    }
}

/// What has to be hidden.
#[derive(Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Which groups.
    pub groups: Vec<bool>,
    /// Whether all other groups of a group have to be hidden, too.
    pub others: bool,
}

/// Which of some groups have to be hidden: the dimensions of each with their values (none: the total), its number of people, and whether it
/// is about protected people.
pub fn hidden(by: &[Vec<(String, String)>], people: &[u64], private: &[bool]) -> Hidden {
    let mut hidden: Vec<bool> = (0..by.len()).map(|i| private[i] && people[i] > 0 && people[i] < FEWEST).collect();
    let mut changed = hidden.iter().any(|h| *h);
    while changed {
        changed = false;
        let dimensions: Vec<String> = by.iter().flatten().map(|(d, _)| d.clone()).collect();
        for dimension in &dimensions {
            for first in 0..by.len() {
                // Siblings differ from each other in this dimension alone.
                let parent_by = without(&by[first], dimension);
                if by[first].len() == parent_by.len() {
                    continue;
                }
                let siblings: Vec<usize> = (0..by.len())
                    .filter(|&i| private[i] && people[i] > 0 && by[i].len() == by[first].len() && without(&by[i], dimension) == parent_by)
                    .collect();
                changed |= close(&siblings, people, &mut hidden);
                let parent = (0..by.len()).find(|&i| by[i] == parent_by);
                if siblings.len() == 1
                    && hidden[siblings[0]]
                    && let Some(parent) = parent
                    && !hidden[parent]
                {
                    hidden[parent] = true;
                    changed = true;
                }
            }
        }
    }
    let slices: Vec<bool> = (0..by.len()).map(|i| hidden[i] && !by[i].is_empty()).collect();
    let reveals = reveals(people, &slices);
    Hidden {
        groups: hidden
            .into_iter()
            .zip(by)
            .map(|(hide, by)| hide || (reveals && by.is_empty()))
            .collect(),
        others: reveals,
    }
}

/// Which of the groups that a whole is divided into are hidden, and whether the whole is: it would reveal them. `private` says which groups
/// consist of protected people.
pub fn hidden_groups(people: &[u64], private: &[bool]) -> (Vec<bool>, bool) {
    let mut hidden: Vec<bool> = (0..people.len())
        .map(|i| private[i] && people[i] > 0 && people[i] < FEWEST)
        .collect();
    let siblings: Vec<usize> = (0..people.len()).filter(|&i| private[i] && people[i] > 0).collect();
    close(&siblings, people, &mut hidden);
    (hidden.clone(), reveals(people, &hidden))
}

/// Whether the hidden ones are so few that the whole would reveal them.
fn reveals(people: &[u64], hidden: &[bool]) -> bool {
    let gone: Vec<u64> = people.iter().zip(hidden).filter(|(_, hidden)| **hidden).map(|(n, _)| *n).collect();
    !gone.is_empty() && (gone.len() < 2 || gone.iter().sum::<u64>() < FEWEST)
}

/// Hides the next smallest siblings until two siblings and five people are hidden; whether anything was.
fn close(siblings: &[usize], people: &[u64], hidden: &mut [bool]) -> bool {
    let mut changed = false;
    loop {
        let gone: Vec<usize> = siblings.iter().copied().filter(|&i| hidden[i]).collect();
        let enough = gone.is_empty() || (gone.len() >= 2 && gone.iter().map(|&i| people[i]).sum::<u64>() >= FEWEST);
        let next = siblings.iter().copied().filter(|&i| !hidden[i]).min_by_key(|&i| (people[i], i));
        match (enough, next) {
            (false, Some(next)) => {
                hidden[next] = true;
                changed = true;
            }
            _ => return changed,
        }
    }
}

fn without(by: &[(String, String)], dimension: &str) -> Vec<(String, String)> {
    by.iter().filter(|(d, _)| d != dimension).cloned().collect()
}

/// Hides what is computed from hidden cells of another metric: it would reveal them.
pub fn follow(cells: &mut [Cell], parts: &[Cell]) {
    for cell in cells {
        let Some(part) = parts.iter().find(|part| part.by == cell.by) else {
            continue;
        };
        if part.absent == Some(AbsentReason::Suppressed) {
            hide_cell(cell);
        }
        cell.changes.retain(|against, _| part.changes.contains_key(against));
    }
}

/// Takes everything from a cell that would reveal something about its people.
pub fn hide_cell(cell: &mut Cell) {
    cell.value = None;
    cell.absent = Some(AbsentReason::Suppressed);
    cell.low = None;
    cell.high = None;
    cell.interval_absent = None;
    cell.n = None;
    cell.stakeholders = None;
    cell.deff = None;
    cell.part = None;
    cell.part_minus = None;
    cell.whole = None;
    cell.method = None;
    cell.studentised = None;
    cell.changes.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::ValueType;
    use crate::period::{Period, Zone};
    use crate::report::Change;
    use crate::stats::Reading;
    use std::collections::BTreeMap;

    /// Cells of (slice, people, whether they are protected), and the total; which still have a value, and which a comparison.
    fn left(slices: &[(&[&str], u64, bool)]) -> (Vec<bool>, Vec<bool>) {
        let all = slices.iter().map(|(_, people, _)| people).sum();
        let total: (&[&str], u64, bool) = (&[], all, slices.iter().all(|s| s.2));
        let mut cells: Vec<Cell> = slices
            .iter()
            .chain([&total])
            .map(|(slice, people, _)| cell(slice, *people))
            .collect();
        let private: Vec<bool> = slices.iter().chain([&total]).map(|s| s.2).collect();
        suppress(&mut cells.iter_mut().collect::<Vec<_>>(), &private);
        for cell in &cells {
            assert_eq!(cell.value.is_some(), cell.changes.contains_key("previous"));
            assert_eq!(cell.value.is_some(), cell.n.is_some() && cell.stakeholders.is_some());
        }
        let shows = |is: fn(&Cell) -> bool| cells.iter().map(is).collect();
        (shows(|c| c.value.is_some()), shows(|c| c.changes.contains_key("rest")))
    }

    fn cell(slice: &[&str], people: u64) -> Cell {
        Cell {
            metric: "m".into(),
            value_type: ValueType::Other,
            period: Period::parse("2026-10", &Zone::utc(), 0).unwrap(),
            complete: true,
            left_truncated: false,
            by: ["region", "tier"]
                .iter()
                .zip(slice)
                .map(|(d, s)| (d.to_string(), s.to_string()))
                .collect(),
            value: Some(1.0),
            absent: None,
            low: None,
            high: None,
            interval_absent: Some(AbsentReason::NotDefined),
            n: Some(people),
            stakeholders: Some(people),
            deff: None,
            part: None,
            part_minus: None,
            whole: None,
            method: None,
            studentised: None,
            not_assessed: None,
            changes: BTreeMap::from([("rest", change()), ("previous", change())]),
        }
    }

    fn change() -> Change {
        Change {
            period: "2026-10".into(),
            value: Some(1.0),
            delta: None,
            low: None,
            high: None,
            reading: Reading::Unclear,
            p: None,
            not_assessed: None,
        }
    }

    #[test]
    fn two_slices_of_five_people_together_may_be_told_by_the_rest() {
        // 3 are few; 6 go with them
        let (values, rests) = left(&[(&["a"], 3, true), (&["b"], 6, true), (&["c"], 40, true)]);
        assert_eq!((values, rests), (vec![false, false, true, true], vec![false, false, true, true]));
        let (values, rests) = left(&[(&["a"], 6, true), (&["b"], 40, true)]);
        assert_eq!((values, rests), (vec![true; 3], vec![true; 3]));
    }

    #[test]
    fn groups_of_a_whole_are_hidden_like_cells() {
        let all = |people: &[u64]| hidden_groups(people, &vec![true; people.len()]);
        assert_eq!(all(&[3, 6, 40]), (vec![true, true, false], false));
        assert_eq!(all(&[6, 40, 0]), (vec![false; 3], false));
        assert_eq!(all(&[3]), (vec![true], true));
        assert_eq!(hidden_groups(&[3, 100], &[true, false]), (vec![true, false], true));
        assert_eq!(hidden_groups(&[3, 2], &[false, false]), (vec![false, false], false));
    }

    #[test]
    fn what_rests_on_hidden_cells_is_hidden() {
        let of = |slice: &str| {
            let mut all = [cell(&[slice], 9)];
            all[0].changes.remove("previous");
            all[0].clone()
        };
        let mut hidden = of("a");
        hide_cell(&mut hidden);
        let mut cells = [cell(&["a"], 0), cell(&["b"], 0), cell(&["c"], 0)];
        follow(&mut cells, &[hidden, of("b")]);
        let left = |c: &Cell| (c.value.is_some(), c.changes.keys().copied().collect::<Vec<_>>());
        assert_eq!(
            cells.each_ref().map(left),
            [(false, vec![]), (true, vec!["rest"]), (true, vec!["previous", "rest"])]
        );
    }

    #[test]
    fn the_rest_does_not_tell_of_one_slice_that_is_hidden() {
        // The other groups of the customers would be the three employees.
        let (values, rests) = left(&[(&["a"], 3, true), (&["b"], 100, false)]);
        assert_eq!((values, rests), (vec![false, true, false], vec![false; 3]));
        let (values, rests) = left(&[(&["a"], 3, true), (&["b"], 100, false), (&["c"], 50, false)]);
        assert_eq!((values, rests), (vec![false, true, true, false], vec![false; 4]));
        // Of two dimensions the total is not the parent of a group, and reveals as much.
        let (values, rests) = left(&[(&["a", "x"], 3, true), (&["b", "y"], 100, false)]);
        assert_eq!((values, rests), (vec![false, true, false], vec![false; 3]));
        // One and two people are hidden, and three together are few.
        let (values, rests) = left(&[(&["a"], 1, true), (&["b"], 2, true), (&["c"], 100, false)]);
        assert_eq!((values, rests), (vec![false, false, true, false], vec![false; 4]));
    }
}
