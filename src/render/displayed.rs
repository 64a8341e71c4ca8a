//! The words that people read for values that machine formats write as a code. A code never changes; these words may.

use crate::report::{AbsentReason, Cell, Change};
use crate::report_diff::NotDecomposable;
use crate::stats::funnel::Place;
use crate::stats::process::Assurance;
use crate::stats::{IntervalWarning, Reading};

/// The label of a change or difference.
pub fn label(reading: Reading) -> &'static str {
    match reading {
        Reading::Better => "better",
        Reading::Worse => "worse",
        Reading::Higher => "higher",
        Reading::Lower => "lower",
        Reading::NoClearChange => "no clear change",
        Reading::NoClearDifference => "no clear difference",
        Reading::Unclear => "not assessed",
    }
}

/// The label of a change of a cell; of one that was not assessed, with the reason. `undated`: the metric uses data without a date.
pub fn change_label(change: &Change, cell: &Cell, undated: bool) -> String {
    let label = label(change.reading);
    if change.reading != Reading::Unclear {
        return label.to_string();
    }
    let reason = if cell.value.is_none() || change.value.is_none() {
        "no value to compare"
    } else if undated {
        "data without a date"
    } else if change.low.is_some() || change.high.is_some() {
        // There is an interval, but the earlier period starts before the data: little was recorded then, which is not a change.
        "earlier data incomplete"
    } else {
        match &cell.interval_absent {
            Some(AbsentReason::TooFew) => "too few rows",
            Some(AbsentReason::ZeroVariance) => "values do not vary",
            _ => "no interval",
        }
    };
    format!("{label} ({reason})")
}

/// Why a value or an interval is not there.
pub fn absent(reason: &AbsentReason) -> &'static str {
    match reason {
        AbsentReason::NoRows => "no rows",
        AbsentReason::ZeroDenominator => "denominator is zero",
        AbsentReason::TooFew => "too few rows",
        AbsentReason::MissingInput(_) => "missing input",
        AbsentReason::MixedCurrencies => "several currencies",
        AbsentReason::IncompleteWindow => "follow-up time not over",
        AbsentReason::NotReached => "not reached",
        AbsentReason::Suppressed => "suppressed",
        AbsentReason::ZeroVariance => "values do not vary",
        AbsentReason::NotDefined => "not defined",
        AbsentReason::TooLarge => "a value too large to be represented",
        AbsentReason::NoData => "no data: the file has no records",
        AbsentReason::Unreadable => "no record could be read",
        AbsentReason::DaysOnly(_) => "known in days only",
        AbsentReason::LinesDiffer => "order lines differ",
    }
}

/// What follows an interval that is doubtful; [`interval_warning`] says why.
pub fn interval_mark(cell: &Cell) -> &'static str {
    match cell.interval_warning() {
        Some(IntervalWarning::Skewed) => " !",
        None => "",
    }
}

/// What is doubtful about an interval.
pub fn interval_warning(warning: IntervalWarning) -> &'static str {
    match warning {
        IntervalWarning::Skewed => "one or a few stakeholders account for most of the variance, so the interval may be too narrow",
    }
}

/// The notes on the marks of intervals in a table.
pub fn interval_notes<'c>(cells: impl Iterator<Item = &'c Cell>) -> Vec<String> {
    let found: Vec<IntervalWarning> = cells.filter_map(Cell::interval_warning).collect();
    let there = IntervalWarning::ALL.into_iter().filter(|warning| found.contains(warning));
    there.map(|warning| format!("! {}", interval_warning(warning))).collect()
}

/// How a metric that goes on as before does against its target: `which it ...`.
pub fn assurance(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::ConsistentlyMeets => "consistently meets",
        Assurance::ConsistentlyMisses => "consistently misses",
        Assurance::HitAndMiss => "sometimes meets and sometimes misses",
    }
}

/// Where a group is in a funnel.
pub fn place(place: Place) -> &'static str {
    match place {
        Place::Inside => "within the limits",
        Place::Beyond95 => "outside the 95% limits",
        Place::Beyond998 => "outside the 99.8% limits",
    }
}

/// Why a change cannot be broken down.
pub fn not_decomposable(why: NotDecomposable) -> &'static str {
    match why {
        NotDecomposable::Kind => "its value is not a sum of parts, so no exact part of the change belongs to a group or a stakeholder",
        NotDecomposable::Overlap => "the same stakeholder may be in several groups, so the groups do not add up to the total",
        NotDecomposable::Hidden => "groups are hidden to protect small numbers of people",
        NotDecomposable::Unknown => "the reports do not contain the parts that give its value",
    }
}

/// A confidence level as people write it: `95%`.
pub fn level(level: f64) -> String {
    format!("{}%", (level * 1e6).round() / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::{Period, Zone};

    #[test]
    fn a_change_that_was_not_assessed_has_its_reason() {
        let period = Period::parse("2026-10", &Zone::utc(), 0).unwrap();
        let change = |value, reading| Change {
            period: "2026-09".into(),
            value,
            delta: None,
            low: None,
            high: None,
            reading,
            p: None,
        };
        let cell = |value, interval_absent| Cell {
            value,
            interval_absent,
            ..Cell::blank("csat", &period)
        };
        let unclear = change(Some(0.5), Reading::Unclear);
        for (change, cell, undated, expected) in [
            (
                change(None, Reading::Unclear),
                cell(Some(0.5), None),
                false,
                "not assessed (no value to compare)",
            ),
            (unclear.clone(), cell(None, None), false, "not assessed (no value to compare)"),
            (unclear.clone(), cell(Some(0.5), None), true, "not assessed (data without a date)"),
            (
                unclear.clone(),
                cell(Some(0.5), Some(AbsentReason::TooFew)),
                false,
                "not assessed (too few rows)",
            ),
            (unclear, cell(Some(0.5), None), false, "not assessed (no interval)"),
            (
                change(Some(0.4), Reading::NoClearChange),
                cell(Some(0.5), None),
                false,
                "no clear change",
            ),
        ] {
            assert_eq!(change_label(&change, &cell, undated), expected);
        }
    }

    #[test]
    fn a_comparison_with_the_time_before_the_data_says_so() {
        let period = Period::parse("2026-10", &Zone::utc(), 0).unwrap();
        let change = Change {
            period: "2025-10".into(),
            value: Some(0.4),
            delta: Some(0.1),
            low: Some(0.01),
            high: Some(0.2),
            reading: Reading::Unclear,
            p: None,
        };
        let cell = Cell {
            value: Some(0.5),
            ..Cell::blank("csat", &period)
        };
        assert_eq!(change_label(&change, &cell, false), "not assessed (earlier data incomplete)");
    }

    #[test]
    fn levels_are_written_without_the_traces_of_binary_numbers() {
        assert_eq!([0.95, 0.999, 0.975, 0.9].map(level), ["95%", "99.9%", "97.5%", "90%"]);
    }
}
