//! Segments of customers: what is shown of them, as a document that people read and as data for programs.

mod data;
mod document;

use super::format::Units;
use super::text::Text;
use crate::canonical::CanonicalTables;
use crate::catalog::MetricUnit;
use crate::catalog::segments::SegmentModel;
use crate::measure::NONE;
use crate::notes::Note;
use crate::report::RecordCounts;
use crate::segments::{Before, Customer, Segmentation};

/// What is shown of a segmentation.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// The segments.
    pub found: &'a Segmentation,
    /// Scores and segments.
    pub model: &'a SegmentModel,
    /// The canonical tables: ids of stakeholders.
    pub canonical: &'a CanonicalTables,
    /// The dimensions of the groups.
    pub by: &'a [String],
    /// Which rows and stakeholders count, as it was written.
    pub filter: Option<&'a str>,
    /// The currency of money, where it is known.
    pub currency: Option<&'a str>,
    /// The number of customers that are listed on a terminal.
    pub top: usize,
    /// The record counts.
    pub account: &'a [RecordCounts],
    /// Findings.
    pub notes: &'a [Note],
}

impl Sheet<'_> {
    /// The units of its numbers.
    pub fn units(&self) -> Units<'_> {
        Units {
            currency: self.currency,
            business_hours: false,
        }
    }

    fn name(&self, segment: Option<usize>) -> Option<&str> {
        segment.map(|at| self.model.segments[at].name.as_str())
    }

    fn named(&self, segment: Option<usize>) -> Text {
        self.name(segment).map_or_else(|| NONE.into(), Text::untrusted)
    }

    fn before(&self, before: Before) -> Text {
        match before {
            Before::In(segment) => self.named(segment),
            Before::NoOrder => "(no order yet)".into(),
        }
    }

    fn id(&self, customer: &Customer) -> &str {
        self.canonical.stakeholders.text(customer.stakeholder).unwrap_or_default()
    }

    fn money(&self, value: Option<f64>) -> Text {
        let shown = |value: f64| Text::number(self.units().scale(MetricUnit::Money, value).value(value), value, MetricUnit::Money);
        value.map_or_else(Text::default, shown)
    }

    fn share(&self, part: Option<f64>, whole: Option<f64>) -> Text {
        match (part, whole) {
            (Some(part), Some(whole)) if whole > 0.0 => {
                let share = part / whole;
                Text::number(self.units().scale(MetricUnit::Share, share).value(share), share, MetricUnit::Share)
            }
            _ => Text::default(),
        }
    }
}
