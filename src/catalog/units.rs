//! Which unit a metric's value can be given in: a median of hours cannot be printed as days.

use super::stanza::Stanza;
use super::{Kind, MetricUnit};
use crate::schema::Unit;

/// Notes where the stanza's `unit` does not fit what it computes.
pub(super) fn check(stanza: &mut Stanza, kind: &Kind, unit: MetricUnit) {
    if let Some((message, hint)) = misfit(kind, unit) {
        stanza.problem(stanza.value_span("unit"), message, hint);
    }
}

/// Message and hint where this unit does not fit what the kind computes.
pub(super) fn misfit(kind: &Kind, unit: MetricUnit) -> Option<(String, String)> {
    let fitting = kind.definition().units();
    if fitting.contains(&unit) {
        return None;
    }
    let words: Vec<&str> = fitting.iter().map(|u| u.as_str()).collect();
    let hint = match words.as_slice() {
        [one] => format!("it is `{one}`"),
        many => format!("it is one of {}", many.join(", ")),
    };
    Some((
        format!("`unit` of this {} cannot be `{}`", kind.name().as_str(), unit.as_str()),
        hint,
    ))
}

/// What a metric's value is in the expression of a derived one.
pub(super) fn in_expressions(unit: MetricUnit) -> Unit {
    match unit {
        MetricUnit::Money => Unit::Money,
        MetricUnit::Hours => Unit::Hours,
        MetricUnit::Days => Unit::Days,
        MetricUnit::Count => Unit::Count,
        MetricUnit::Share | MetricUnit::Points | MetricUnit::Ratio | MetricUnit::Score | MetricUnit::Index => Unit::Number,
    }
}
