//! Which unit a metric's value can be given in: a median of hours cannot be printed as days.

use super::stanza::Stanza;
use super::{Form, Kind, MetricUnit, Under};
use crate::schema::Unit;

/// Notes where the stanza's `unit` does not fit what it computes.
pub(super) fn check(stanza: &mut Stanza, kind: &Kind, unit: MetricUnit) {
    if let Some((message, hint)) = misfit(kind, unit) {
        stanza.problem(stanza.value_span("unit"), message, hint);
    }
}

/// Message and hint where this unit does not fit what the kind computes.
pub(super) fn misfit(kind: &Kind, unit: MetricUnit) -> Option<(String, String)> {
    let fitting = fitting(kind);
    if fitting.contains(&unit) {
        return None;
    }
    let words: Vec<&str> = fitting.iter().map(|u| u.word()).collect();
    let hint = match words.as_slice() {
        [one] => format!("it is `{one}`"),
        many => format!("it is one of {}", many.join(", ")),
    };
    Some((format!("`unit` of this {} cannot be `{}`", kind.word(), unit.word()), hint))
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

/// Units that a bare number can be given in.
const BARE: &[MetricUnit] = &[
    MetricUnit::Share,
    MetricUnit::Points,
    MetricUnit::Count,
    MetricUnit::Ratio,
    MetricUnit::Score,
    MetricUnit::Index,
];

fn fitting(kind: &Kind) -> &'static [MetricUnit] {
    match kind {
        Kind::Count { .. } => &[MetricUnit::Count],
        Kind::Share { .. } => &[MetricUnit::Share],
        Kind::NetShare { .. } => &[MetricUnit::Points],
        Kind::Sum { of } | Kind::Mean { of } | Kind::Quantile { of, .. } | Kind::SurvivalQuantile { of, .. } => same(of.unit),
        Kind::Ratio {
            over,
            under: Under::Distinct(_),
        } => same(over.unit),
        Kind::Ratio {
            over,
            under: Under::Sum(under),
        } if !has_dimension(under.unit) => same(over.unit),
        Kind::Ratio {
            over,
            under: Under::Sum(under),
        } if over.unit == under.unit => BARE,
        Kind::Ratio { .. } => &[MetricUnit::Ratio],
        Kind::Rate { .. } => &[MetricUnit::Share, MetricUnit::Ratio],
        Kind::Concentration { form, .. } => match form {
            Form::Hhi | Form::Gini => &[MetricUnit::Index],
            Form::EffectiveNumber => &[MetricUnit::Ratio],
            Form::Top(_) => &[MetricUnit::Share],
            Form::FewestTo(_) => &[MetricUnit::Count],
        },
        Kind::Derived { expr } => same(expr.unit),
    }
}

fn same(unit: Unit) -> &'static [MetricUnit] {
    match unit {
        Unit::Money => &[MetricUnit::Money],
        Unit::Hours => &[MetricUnit::Hours],
        Unit::Days => &[MetricUnit::Days],
        _ => BARE,
    }
}

fn has_dimension(unit: Unit) -> bool {
    matches!(unit, Unit::Money | Unit::Hours | Unit::Days)
}
