//! What is known of a window before anything is counted: why a metric has no value in it, and whether its data begin within it.

use crate::canonical::CanonicalTables;
use crate::facts::context::Window;
use crate::measure::plan::{Plan, PlannedMetric};
use crate::measure::slices::Slices;
use crate::measure::window_sets::later;
use crate::period::Period;
use crate::report::AbsentReason;

/// Whether a window starts before the data of a metric, or the period before does where the fact looks back, or what the fact is
/// made from is not all there yet.
pub fn is_truncated(plan: &Plan, planned: &PlannedMetric, window: &Window) -> bool {
    let Some(fact) = plan.fact(planned.metric) else { return false };
    let start = if fact.spec.looks_back {
        window.previous_start
    } else {
        window.start
    };
    planned.starts.is_some_and(|first| start < first) || fact.complete_from.is_some_and(|from| window.end < from)
}

/// Why a metric has no value in a window whatever was counted.
pub fn absent(slices: &Slices, planned: &PlannedMetric, as_of: i64, period: &Period, canonical: &CanonicalTables) -> Option<AbsentReason> {
    let metric = planned.metric;
    if let Some(absent) = &planned.absent {
        return Some(absent.clone());
    }
    if let Some(Err(dimension)) = metric.fact.and_then(|f| slices.facts.get(f.name())) {
        return Some(AbsentReason::MissingInput(format!("dimension {dimension}")));
    }
    if let Some(first) = planned.first_record
        && canonical.zone.midnight(period.last_day_exclusive) <= first
    {
        return Some(AbsentReason::BeforeData);
    }
    if let Some(days) = metric.window_days
        && canonical.zone.midnight(later(period.last_day_exclusive, days)) > as_of
    {
        return Some(AbsentReason::IncompleteWindow);
    }
    if let Some(days) = metric.lookback_days
        && planned
            .first_record
            .is_some_and(|first| later(canonical.zone.day_of(first), days) > period.first_day)
    {
        return Some(AbsentReason::IncompleteWindow);
    }
    None
}
