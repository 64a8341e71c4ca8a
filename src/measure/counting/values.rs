//! Values, durations and totals by group: one linear pass over rows that come in the order of stakeholders.

use crate::measure::ids::Id;

use super::cell_count::{CellCount, Durations, GroupTotals, Scales, Values};
use super::placement::{CountTask, Counted, FirstRows};
use crate::stats::Observation;

/// Keeps the value of each row with its stakeholder; `None` where the metric leaves the row out.
pub fn count_values(task: &CountTask, value: impl Fn(usize) -> Option<f64>) -> Counted {
    let placement = task.placement;
    let mut found: Vec<Option<Box<Values>>> = (0..placement.grid.len()).map(|_| None).collect();
    let mut first = FirstRows::new(placement.grid.len());
    for row in task.rows() {
        let Some(value) = value(row) else { continue };
        let (cell, stakeholder) = (placement.cell[row], placement.stakeholder[row]);
        let values = found[cell.index()].get_or_insert_default();
        values.values.push(value);
        values.owners.push(stakeholder);
        if first.is_first(cell, stakeholder) && (task.is_protected)(stakeholder, placement.source[row]) {
            values.protected += 1;
        }
    }
    let cells = found.into_iter().map(|values| values.map(CellCount::Values)).collect();
    Counted::of(cells, Scales::default())
}

/// Keeps the duration of each row, and whether it has ended; `None` where the metric leaves the row out.
pub fn count_durations(task: &CountTask, duration: impl Fn(usize) -> Option<(f64, bool)>) -> Counted {
    let placement = task.placement;
    let mut found: Vec<Option<Durations>> = (0..placement.grid.len()).map(|_| None).collect();
    let mut first = FirstRows::new(placement.grid.len());
    for row in task.rows() {
        let Some((time, event)) = duration(row) else { continue };
        let (cell, cluster) = (placement.cell[row], placement.stakeholder[row]);
        let durations = found[cell.index()].get_or_insert_default();
        durations.observations.push(Observation { time, event, cluster });
        if first.is_first(cell, cluster) && (task.is_protected)(cluster, placement.source[row]) {
            durations.protected += 1;
        }
    }
    let cells = found.into_iter().map(|durations| durations.map(CellCount::Durations)).collect();
    Counted::of(cells, Scales::default())
}

/// Adds up what rows have by group: `group` of a row and its stakeholder, `None` where the metric leaves the row out; `of` a row in exact
/// steps of which `scale` are one unit, and as a number.
pub fn count_group_totals(
    task: &CountTask,
    scale: f64,
    group: impl Fn(usize, u32) -> Option<u64>,
    of: impl Fn(usize) -> (i64, f64),
) -> Counted {
    let placement = task.placement;
    let mut found: Vec<Option<GroupTotals>> = (0..placement.grid.len()).map(|_| None).collect();
    let mut first = FirstRows::new(placement.grid.len());
    for row in task.rows() {
        let (cell, stakeholder) = (placement.cell[row], placement.stakeholder[row]);
        let Some(group) = group(row, stakeholder) else { continue };
        let groups = found[cell.index()].get_or_insert_default();
        let (steps, number) = of(row);
        let total = groups.totals.entry(group).or_default();
        total.steps += i128::from(steps);
        total.number += number;
        groups.rows += 1;
        if first.is_first(cell, stakeholder) {
            groups.stakeholders += 1;
            groups.protected += u64::from((task.is_protected)(stakeholder, placement.source[row]));
        }
    }
    let cells = found.into_iter().map(|totals| totals.map(CellCount::GroupTotals)).collect();
    let scales = Scales {
        part: scale,
        ..Scales::default()
    };
    Counted::of(cells, scales)
}
