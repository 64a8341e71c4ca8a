//! A cell: JSON and CSV have its fields, under these names and in this order.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Day, Instant, Labels};
use crate::catalog::MetricUnit;
use crate::report::{self, AbsentCode, NotAssessedCode};
use crate::stats::{IntervalWarning, Method, Reading};

/// A metric in a period and a slice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// The metric's id.
    pub metric: String,
    /// 2026-10, 2026-Q3, 2026-W41, 2026, 2026-10-05, or a range as it was given
    pub period: String,
    /// First instant, RFC 3339 in UTC.
    pub start: Instant,
    /// First instant after it, RFC 3339 in UTC.
    pub end: Instant,
    /// The period lies wholly before as_of.
    pub complete: bool,
    /// The period, or the one it looks back to, starts before the data.
    pub left_truncated: bool,
    /// The slice: dimension and value.
    pub by: Labels,
    /// null exactly when absent is a reason
    pub value: Option<f64>,
    /// Lower limit; null alone: open.
    pub low: Option<f64>,
    /// Upper limit; null alone: open.
    pub high: Option<f64>,
    /// Why there are no limits.
    pub interval_absent: Option<AbsentCode>,
    /// What is doubtful about the limits.
    #[serde(default)]
    pub interval_warning: Option<IntervalWarning>,
    /// Rows in the whole; null where absent is suppressed.
    pub n: Option<u64>,
    /// Distinct stakeholders in the whole; null where absent is suppressed.
    pub stakeholders: Option<u64>,
    /// Design effect of clusters.
    pub deff: Option<f64>,
    /// The part: rows of a share, promoters, the sum above the line.
    pub part: Option<f64>,
    /// Rows that count against: detractors.
    pub part_minus: Option<f64>,
    /// The whole: rows of a share, the sum below the line, the exposure.
    pub whole: Option<f64>,
    /// What the value is a number of.
    pub unit: MetricUnit,
    /// How the limits were found.
    pub method: Option<Method>,
    /// Why there is no value.
    pub absent: Option<AbsentCode>,
    /// By what they are against: previous, year-ago, rest.
    pub changes: BTreeMap<String, Change>,
    /// Why the value is not interpreted although it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "NotAssessed")]
    pub not_assessed: Option<NotAssessed>,
    /// What is missing where absent is missing input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub missing: Option<String>,
}

/// How a value differs from that of an earlier period, or from that of the rest: all other slices of the same period together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The days that the other value is of. If the period of the cell has not ended, these are the same number of days from the start of the
    /// earlier period, such as 2026-01-01..2026-01-14. Against the rest, it is the period itself.
    pub period: String,
    /// The other value: the earlier one as it was known at the same age, or that of the rest.
    pub value: Option<f64>,
    /// The value less the other one.
    pub delta: Option<f64>,
    /// Lower limit of the difference.
    pub low: Option<f64>,
    /// Upper limit of the difference.
    pub high: Option<f64>,
    /// Against the rest: what stands among all slices of the metric and period.
    pub reading: Reading,
    /// Why the change is not interpreted; the reading is unclear then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "NotAssessed")]
    pub not_assessed: Option<NotAssessed>,
}

/// Why a number is there but not interpreted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotAssessed {
    /// The reason.
    pub reason: NotAssessedCode,
    /// The first day of the first period that will be interpreted, estimated from the records so far.
    pub from: Day,
}

impl From<report::NotAssessed> for NotAssessed {
    fn from(why: report::NotAssessed) -> NotAssessed {
        NotAssessed {
            reason: why.code(),
            from: Day(why.from()),
        }
    }
}

impl Cell {
    /// The cell of a metric in that unit.
    pub fn of(cell: &report::Cell, unit: MetricUnit) -> Cell {
        Cell {
            metric: cell.metric.clone(),
            period: cell.period.label.clone(),
            start: Instant(cell.period.start),
            end: Instant(cell.period.end),
            complete: cell.complete,
            left_truncated: cell.left_truncated,
            by: Labels(cell.by.clone()),
            value: cell.value,
            low: cell.low,
            high: cell.high,
            interval_absent: cell.interval_absent.as_ref().map(report::AbsentReason::code),
            interval_warning: cell.interval_warning(),
            n: cell.n,
            stakeholders: cell.stakeholders,
            deff: cell.deff,
            part: cell.part,
            part_minus: cell.part_minus,
            whole: cell.whole,
            unit,
            method: cell.method,
            absent: cell.absent.as_ref().map(report::AbsentReason::code),
            changes: cell
                .changes
                .iter()
                .map(|(against, change)| (against.to_string(), change.into()))
                .collect(),
            not_assessed: cell.not_assessed.map(NotAssessed::from),
            missing: cell.absent.as_ref().and_then(|absent| absent.detail()).map(str::to_string),
        }
    }
}

impl From<&report::Change> for Change {
    fn from(change: &report::Change) -> Change {
        Change {
            period: change.period.clone(),
            value: change.value,
            delta: change.delta,
            low: change.low,
            high: change.high,
            reading: change.reading,
            not_assessed: change.not_assessed.map(NotAssessed::from),
        }
    }
}
