//! `relhealth.measure/1`: the cells of a measure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cell, Document, Instant, Layout, Note, RecordCounts, SchemaId};
use crate::report::MeasureResult;

/// The cells of a measure, the record counts and the findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// Name and version of this format.
    pub schema: SchemaId<Measure>,
    /// RFC 3339 in UTC; nothing at or after it is known.
    pub as_of: Instant,
    /// The zone whose days make the periods.
    pub timezone: String,
    /// Confidence level of the intervals.
    pub level: f64,
    /// The cells: by metric, then by period, then by slice.
    pub cells: Vec<Cell>,
    /// What became of the records of each file.
    pub account: Vec<RecordCounts>,
    /// Findings.
    pub notes: Vec<Note>,
}

impl Document for Measure {
    const ID: &'static str = "relhealth.measure/1";
    const TITLE: &'static str = "What relhealth measure --format json prints";
    const LAYOUT: Layout = Layout::Lines;
}

impl From<&MeasureResult> for Measure {
    fn from(measured: &MeasureResult) -> Measure {
        Measure {
            schema: SchemaId::default(),
            as_of: Instant(measured.as_of),
            timezone: measured.timezone.clone(),
            level: measured.level,
            cells: cells(measured),
            account: measured.account.iter().map(RecordCounts::from).collect(),
            notes: measured.notes.iter().map(Note::from).collect(),
        }
    }
}

/// The cells of a measure, each with the unit of its metric.
///
/// # Panics
/// On a cell of a metric that the measure does not have.
pub fn cells(measured: &MeasureResult) -> Vec<Cell> {
    let of = |cell| Cell::of(cell, measured.metric(cell).unit);
    measured.cells.iter().map(of).collect()
}
