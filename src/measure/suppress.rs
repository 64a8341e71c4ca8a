//! Small groups of people are hidden: fewer than five, and as many of their siblings as it takes that nobody can subtract them.
//!
//! n is the number of distinct people in the whole (answers, where they are anonymous). After the cells below five, in every margin
//! of the dimensions the next smallest sibling is hidden until at least two siblings and five people are; where there is one sibling
//! only, its parent is. That is repeated until nothing changes.
//!
//! The rest of a slice is the total less the slice. With the other slices that are shown it tells of all that are hidden together, as the
//! total does; so where these are fewer than two slices or five people, the total and every comparison with the rest are hidden too.

use super::window::Compare;
use crate::report::{Absent, Cell};

/// Fewest people that may be shown.
pub const FEWEST: u64 = 5;

/// Hides what has to be hidden of the cells of one metric and period. `private` says which cells are about protected people.
pub fn suppress(cells: &mut [&mut Cell], private: &[bool]) {
    let people: Vec<u64> = cells.iter().map(|c| c.stakeholders.unwrap_or_default()).collect();
    let by: Vec<Vec<(String, String)>> = cells.iter().map(|c| c.by.clone()).collect();
    let mut hidden: Vec<bool> = (0..cells.len())
        .map(|i| private[i] && people[i] > 0 && people[i] < FEWEST)
        .collect();
    let mut changed = hidden.iter().any(|h| *h);
    while changed {
        changed = false;
        let dimensions: Vec<String> = by.iter().flatten().map(|(d, _)| d.clone()).collect();
        for dimension in &dimensions {
            for first in 0..cells.len() {
                // Siblings differ from each other in this dimension alone.
                let rest = without(&by[first], dimension);
                if by[first].len() == rest.len() {
                    continue;
                }
                let siblings: Vec<usize> = (0..cells.len())
                    .filter(|&i| private[i] && people[i] > 0 && by[i].len() == by[first].len() && without(&by[i], dimension) == rest)
                    .collect();
                changed |= close(&siblings, &people, &mut hidden);
                let parent = (0..cells.len()).find(|&i| by[i] == rest);
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
    let slices: Vec<usize> = (0..cells.len()).filter(|&i| hidden[i] && !by[i].is_empty()).collect();
    let together: u64 = slices.iter().map(|&i| people[i]).sum();
    let told = !slices.is_empty() && (slices.len() < 2 || together < FEWEST);
    for ((cell, hide), by) in cells.iter_mut().zip(hidden).zip(by) {
        if hide || (told && by.is_empty()) {
            hide_cell(cell);
        } else if told {
            cell.changes.remove(Compare::Rest.as_str());
        }
    }
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

/// Takes everything from a cell that would tell about its people.
pub fn hide_cell(cell: &mut Cell) {
    cell.value = None;
    cell.absent = Some(Absent::Suppressed);
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
    cell.changes.clear();
}
