//! How a number is hidden.

use crate::report::{AbsentReason, Cell};

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
    cell.not_assessed = None;
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
}
