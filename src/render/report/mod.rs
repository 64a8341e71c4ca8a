//! The report of a period as a document, in the order in which readers ask: what changed and what needs attention, the numbers, trends,
//! groups that differ, what to do next, data quality, and the definition of every metric.

mod appendix;
mod breakdowns;
mod care;
mod cohorts;
mod dependence;
pub mod json;
mod lists;
mod quality;
mod relationships;
mod scorecard;
mod sentences;
mod trends;

use std::collections::{BTreeMap, BTreeSet};

use super::displayed;
use super::document::{Align, Detail, Document};
use super::format::{Scale, Units};
use super::text::Text;
use crate::canonical::CanonicalTables;
use crate::catalog::{Metric, MetricUnit};
use crate::findings::Review;
use crate::io::Fingerprint;
use crate::notes::Note;
use crate::period::{date_text, instant_text};
use crate::report::{Clock, MetricInfo, RecordCounts};
use crate::schema::Micros;

/// Everything that a report shows.
#[derive(Debug)]
pub struct Report<'a> {
    /// Its title; without one, a general title with the period.
    pub title: Option<&'a str>,
    /// The results.
    pub review: &'a Review,
    /// The canonical tables: ids of stakeholders, and the zone of dates.
    pub canonical: &'a CanonicalTables,
    /// The days of a renewal: who comes back within them has not left.
    pub renewal_days: i32,
    /// The as-of date: data from this time on are ignored.
    pub as_of: Micros,
    /// Name of the time zone.
    pub timezone: &'a str,
    /// Currency of money metrics, if it is known.
    pub currency: Option<&'a str>,
    /// The clock of response, resolution and open-case durations.
    pub clock: &'a Clock,
    /// The record counts of each file.
    pub account: &'a [RecordCounts],
    /// Findings about the data.
    pub notes: &'a [Note],
    /// The metrics that are shown.
    pub metrics: Vec<&'a Metric>,
    /// By metric, the settings that its values rest on.
    pub settings: BTreeMap<String, BTreeMap<String, String>>,
    /// How to reproduce it.
    pub origin: &'a Origin,
}

/// How a report was made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Origin {
    /// The command, as it can be typed again.
    pub command: String,
    /// Version of the program.
    pub version: String,
    /// The files that were read, the configuration too.
    pub inputs: Vec<Fingerprint>,
}

/// The report as a document. On a terminal it has no charts and wide tables, no comparison with the year before, and no definitions.
pub fn document(report: &Report, detail: Detail) -> Document {
    let mut document = Document::default();
    let period = &report.review.period.label;
    document.heading(
        1,
        match report.title {
            Some(title) => Text::untrusted(title).and(format!(", {period}")),
            None => Text::own(format!("Relationship health, {period}")),
        },
    );
    document.sentence(report.basis());
    sentences::add(&mut document, report);
    scorecard::add(&mut document, report, detail);
    if detail != Detail::Brief {
        trends::add(&mut document, report);
    }
    breakdowns::add(&mut document, report);
    if detail != Detail::Brief {
        cohorts::add(&mut document, report);
        relationships::add(&mut document, report);
    }
    dependence::add(&mut document, report);
    care::add(&mut document, report, detail);
    lists::add(&mut document, report);
    quality::add(&mut document, report, detail);
    if detail != Detail::Brief {
        appendix::add(&mut document, report);
    }
    document
}

impl Report<'_> {
    /// The units of its values.
    pub fn units(&self) -> Units<'_> {
        Units {
            currency: self.currency,
            business_hours: self.clock.is_business(),
        }
    }

    fn scale(&self, metric: &MetricInfo, value: f64) -> Scale<'_> {
        self.units().scale(metric.unit, value)
    }

    /// A value of a metric, in the scale that fits it.
    fn value(&self, metric: &MetricInfo, value: f64) -> Text {
        Text::number(self.scale(metric, value).value(value), value, metric.unit)
    }

    /// The data that all numbers are based on, and what the intervals are. It explains both terms at first use.
    fn basis(&self) -> Text {
        let zone = self.review.period.zone();
        let known = if zone.is_midnight(self.as_of) {
            format!("the end of {}", date_text(zone.day_of(self.as_of) - 1))
        } else {
            instant_text(self.as_of)
        };
        let records: u64 = self.account.iter().map(|file| file.used).sum();
        let files: BTreeSet<&str> = self.account.iter().map(|file| file.file.as_str()).collect();
        let period = &self.review.period;
        let unfinished = if period.is_complete(self.as_of) {
            String::new()
        } else {
            format!(
                " The period has not ended: only its first {} are measured, and as many days from the start of each earlier period.",
                counted(period.elapsed(self.as_of).begun() as usize, "day", "days")
            )
        };
        let clock = match self.clock {
            Clock::Calendar => String::new(),
            Clock::Business { .. } => format!(" Durations are in {}.", self.clock),
        };
        Text::own(format!(
            "Data as of {known} ({}): {} {} from {}. Square brackets show {} confidence intervals, the values that are compatible with \
             the data.{clock}{unfinished}",
            self.timezone,
            super::format::count(records),
            if records == 1 { "record" } else { "records" },
            counted(files.len(), "file", "files"),
            displayed::level(self.review.level),
        ))
    }

    /// The title of a column of confidence intervals.
    fn interval_title(&self) -> String {
        format!("{} interval", displayed::level(self.review.level))
    }
}

/// `1 file`, `3 files`.
fn counted(number: usize, one: &str, several: &str) -> String {
    super::format::counted(number as u64, one, several)
}

/// A number of rows; a hidden number is an empty text.
fn rows(n: Option<u64>) -> Text {
    n.map_or_else(Text::default, |n| {
        Text::number(super::format::count(n), n as f64, MetricUnit::Count)
    })
}

/// The place of a metric in the document.
fn anchor(metric: &MetricInfo) -> String {
    format!("m-{}", metric.id)
}

/// The place of a metric's definition.
fn definition(id: &str) -> String {
    format!("d-{id}")
}

fn left(title: &'static str) -> (Text, Align) {
    (title.into(), Align::Left)
}

fn right(title: &'static str) -> (Text, Align) {
    (title.into(), Align::Right)
}
