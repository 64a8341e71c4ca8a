//! Cohorts and survival, as a document that people read, as JSON and as CSV.

mod curves;
mod json;
mod retention;

use std::io::Write;

pub use curves::Survival;

use super::displayed;
use super::document::{Detail, Document, Point};
use super::format::{Units, count, number};
use super::record_counts;
use super::summary::as_of_text;
use super::text::{Text, Tone};
use crate::analyses::Share;
use crate::canonical::CanonicalTables;
use crate::catalog::MetricUnit;
use crate::cohorts::lifetimes::{self, Lifetimes};
use crate::cohorts::retention::{Request, Retention};
use crate::cohorts::survival::Curves;
use crate::cohorts::{NoCohorts, survival};
use crate::notes::Note;
use crate::report::RecordCounts;
use crate::schema::Micros;

/// What is shown of cohorts and survival.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// Nothing at or after it is known; `None`: no record has a date.
    pub as_of: Option<Micros>,
    /// The cohorts, or why there are none.
    pub retention: Result<&'a Retention, &'a NoCohorts>,
    /// What was asked of cohorts.
    pub asked: &'a Request,
    /// The lifetimes and their curves, or why there are none.
    pub survival: Result<(&'a Lifetimes, &'a Curves), &'a NoCohorts>,
    /// Which lifetimes were asked for.
    pub lifetimes: &'a lifetimes::Request,
    /// How curves were made.
    pub curves: &'a survival::Request,
    /// The days of a renewal: who comes back within them has not left.
    pub renewal_days: i32,
    /// Whether the members of the roster are of several types, and are not separated by it.
    pub mixes_types: bool,
    /// The canonical tables.
    pub canonical: &'a CanonicalTables,
    /// Which rows and stakeholders count, as it was written.
    pub filter: Option<&'a str>,
    /// The currency of revenue, where it is known.
    pub currency: Option<&'a str>,
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

    /// Everything as a document.
    pub fn document(&self, detail: Detail) -> Document {
        let mut document = Document::default();
        document.heading(1, "Cohorts and survival".into());
        document.sentence(self.basis());
        self.add(&mut document, detail);
        if detail != Detail::Brief {
            record_counts::add(&mut document, self.account);
            self.notes.iter().for_each(|note| document.note(Text::untrusted(note.to_string())));
        }
        document
    }

    /// Adds the sections: cohorts and survival.
    pub fn add(&self, document: &mut Document, detail: Detail) {
        if self.mixes_types {
            document
                .sentence("The roster has several types of stakeholders, which are counted together. Separate them with --by type.".into());
        }
        self.add_retention(document, detail);
        self.add_survival(document);
    }

    fn basis(&self) -> Text {
        let zone = &self.canonical.zone;
        let known = match self.as_of {
            Some(as_of) => format!("Data as of {} ({}).", as_of_text(as_of, zone), zone.name()),
            None => "The records have no dates.".to_string(),
        };
        let text = Text::own(format!(
            "{known} Intervals are {} confidence intervals.",
            displayed::level(self.curves.level)
        ));
        match self.filter {
            Some(filter) => text.and(" Only what meets this condition counts: ").and_untrusted(filter).and("."),
            None => text,
        }
    }

    /// Why there is nothing, as the end of a sentence.
    fn reason(why: &NoCohorts) -> String {
        match why {
            NoCohorts::Absent(reason) => match reason.detail() {
                Some(detail) => format!("{} ({detail})", displayed::absent(reason)),
                None => displayed::absent(reason).to_string(),
            },
            NoCohorts::Dimension(name) => format!("no dimension `{name}`"),
        }
    }

    /// A header line, and a line for each cell of a cohort.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn csv(&self, out: &mut dyn Write) -> csv::Result<()> {
        json::csv(self, out)
    }
}

/// The name of a group: its texts.
fn group(labels: &[String]) -> Text {
    labels.iter().enumerate().fold(Text::default(), |text, (at, label)| {
        let text = if at > 0 { text.and(", ") } else { text };
        text.and_untrusted(label)
    })
}

/// A share as a cell of a heat table.
pub fn heat(share: f64) -> Text {
    let percent = (share * 100.0).round();
    Text::number(format!("{percent}%"), share, MetricUnit::Share).toned(Tone::Heat(percent as u8))
}

/// The margin of error of a typical cell, as a sentence; empty without cells.
pub fn spread<'s>(shares: impl Iterator<Item = &'s Share>) -> String {
    spread_of(shares.map(|share| (share.low, share.high)))
}

/// The same of limits.
fn spread_of(limits: impl Iterator<Item = (f64, f64)>) -> String {
    let mut widths: Vec<f64> = limits.map(|(low, high)| (high - low) / 2.0).collect();
    widths.sort_by(f64::total_cmp);
    match widths.get(widths.len() / 2) {
        Some(width) => format!(
            " The margin of error of a typical cell is about {} percentage points.",
            number(width * 100.0, 0)
        ),
        None => String::new(),
    }
}

/// A count as a cell.
fn counted(n: u64) -> Text {
    Text::number(count(n), n as f64, MetricUnit::Count)
}

/// A share with one decimal as a cell.
fn share(value: f64) -> Text {
    Text::number(
        Units::default().scale(MetricUnit::Share, value).value(value),
        value,
        MetricUnit::Share,
    )
}

/// The limits of a share as a cell.
fn limits(limits: Option<(f64, f64)>) -> Text {
    let shown = |(low, high): (f64, f64)| Text::own(Units::default().scale(MetricUnit::Share, low).interval(Some(low), Some(high)));
    limits.map_or_else(Text::default, shown)
}

/// A share with its limits as a point of a chart.
fn point(value: f64, limits: Option<(f64, f64)>) -> Point {
    Point {
        value,
        low: limits.map(|(low, _)| low),
        high: limits.map(|(_, high)| high),
    }
}
