//! The health of stakeholders as a document, as JSON and as CSV.

mod backtest;
mod data;
mod distribution;
mod listed;
mod model;
mod overview;
mod reliability;
mod words;

use super::displayed;
use super::document::{Align, Detail, Document};
use super::format::{Units, count, number};
use super::record_counts;
use super::text::Text;
use crate::canonical::CanonicalTables;
use crate::catalog::MetricUnit;
use crate::catalog::health::ValueAtStake;
use crate::health::backtest::Backtests;
use crate::health::{Assessment, Request, Row};
use crate::notes::Note;
use crate::period::{date_text, instant_text};
use crate::report::RecordCounts;
use crate::schema::Micros;
use crate::stats::{Estimate, Interval};
pub use data::{csv, csv_of_backtests, csv_of_model, group, json, json_of_model};
pub use model::definition;
pub use overview::overview;
pub use words::losses;

/// Where the numbers come from.
#[derive(Debug)]
pub struct Origin<'a> {
    /// Name of the report's time zone.
    pub timezone: &'a str,
    /// Currency of amounts, if it is known.
    pub currency: Option<&'a str>,
    /// Which stakeholders count, as it was written.
    pub filter: Option<&'a str>,
}

/// Everything that the formats show.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// The results.
    pub assessment: &'a Assessment,
    /// The canonical tables.
    pub canonical: &'a CanonicalTables,
    /// What was asked for.
    pub request: &'a Request,
    /// What scores have meant in the past, where that is asked for.
    pub backtests: Option<&'a Backtests>,
    /// Where the numbers come from.
    pub origin: Origin<'a>,
    /// The record counts.
    pub account: &'a [RecordCounts],
    /// Findings.
    pub notes: &'a [Note],
}

impl Sheet<'_> {
    /// The units of its values.
    pub fn units(&self) -> Units<'_> {
        Units {
            currency: self.origin.currency,
            business_hours: false,
        }
    }

    fn money(&self, value: f64) -> Text {
        money(&self.units(), value)
    }

    /// The last day that is known before a time; another time as it is.
    fn known_until(&self, at: Micros) -> String {
        let zone = &self.canonical.zone;
        if zone.is_midnight(at) {
            format!("the end of {}", date_text(zone.day_of(at) - 1))
        } else {
            instant_text(at)
        }
    }

    fn type_of(&self, row: &Row) -> &str {
        let text = self.canonical.texts.text(row.type_code);
        text.unwrap_or(&self.assessment.models[row.model].name)
    }
}

/// The health of stakeholders as a document. On a terminal it has no charts, and no record counts, which go to stderr.
pub fn document(sheet: &Sheet, detail: Detail) -> Document {
    let mut document = Document::default();
    document.heading(1, "Health of stakeholders".into());
    document.sentence(basis(sheet));
    document.sentence(reading_aid(sheet));
    overview(&mut document, &sheet.units(), "All stakeholders", &sheet.assessment.types, detail);
    if !sheet.assessment.groups.is_empty() {
        overview(&mut document, &sheet.units(), "Groups", &sheet.assessment.groups, detail);
    }
    if let Some(backtests) = sheet.backtests {
        backtest::add(&mut document, sheet, backtests, detail);
        reliability::missing(&mut document, sheet);
        remarks(&mut document, sheet, detail);
        return document;
    }
    if detail != Detail::Brief {
        distribution::add(&mut document, sheet);
    }
    listed::add(&mut document, sheet, detail);
    reliability::missing(&mut document, sheet);
    reliability::stability(&mut document, sheet);
    remarks(&mut document, sheet, detail);
    document
}

/// The record counts and the notes; on a terminal they go to stderr.
fn remarks(document: &mut Document, sheet: &Sheet, detail: Detail) {
    if detail != Detail::Brief {
        record_counts::add(document, sheet.account);
        for note in sheet.notes {
            document.note(Text::untrusted(note.to_string()));
        }
    }
}

fn basis(sheet: &Sheet) -> Text {
    let level = displayed::level(sheet.request.confidence.level);
    let text = Text::own(format!(
        "Scores from 0 to 100 by what was known at {} ({}); changes since {}. Square brackets show {level} confidence intervals.",
        sheet.known_until(sheet.canonical.as_of),
        sheet.origin.timezone,
        sheet.known_until(sheet.assessment.previous),
    ));
    match sheet.origin.filter {
        Some(filter) => text.and(" Only stakeholders with ").and_untrusted(filter).and("."),
        None => text,
    }
}

/// What scores, bands, points and value at stake mean.
fn reading_aid(sheet: &Sheet) -> Text {
    let assessment = sheet.assessment;
    let used: Vec<usize> = (0..assessment.models.len())
        .filter(|&at| assessment.rows.iter().any(|row| row.model == at))
        .collect();
    let mut texts = Vec::new();
    if let Some(model) = used.first().map(|&at| &assessment.models[at]) {
        let same = used.iter().all(|&at| {
            let other = &assessment.models[at];
            (other.edges, other.hysteresis) == (model.edges, model.hysteresis)
        });
        if same {
            texts.push(format!(
                "A stakeholder is healthy from {} points and at risk from {}; below that it is critical. A band changes only if the score \
                 passes its edge by {}.",
                plain(model.edges[0]),
                plain(model.edges[1]),
                plain(model.hysteresis)
            ));
        }
    }
    let is_used = |value: ValueAtStake| used.iter().any(|&at| assessment.models[at].value == value);
    match (is_used(ValueAtStake::Revenue), is_used(ValueAtStake::Spend)) {
        (true, false) => texts.push("Value at stake is the revenue of the last 365 days.".to_string()),
        (false, true) => texts.push("Value at stake is the spend of the last 365 days.".to_string()),
        (true, true) => texts.push("Value at stake is the revenue of the last 365 days; of suppliers it is the spend.".to_string()),
        (false, false) => {}
    }
    texts.push("Points are counted from 100: what a part takes is its share of the weights times the points that it lacks.".to_string());
    Text::own(texts.join(" "))
}

/// A number that people wrote, without needless decimals.
fn plain(value: f64) -> String {
    let decimals = (0..6).find(|decimals| (value * 10f64.powi(*decimals)).fract().abs() < 1e-9);
    number(value, decimals.unwrap_or(6) as usize)
}

fn right(title: &'static str) -> (Text, Align) {
    (title.into(), Align::Right)
}

fn left(title: &'static str) -> (Text, Align) {
    (title.into(), Align::Left)
}

fn whole(value: u64) -> Text {
    Text::number(count(value), value as f64, MetricUnit::Count)
}

/// A number with its interval.
fn estimate(estimate: &Estimate, unit: MetricUnit) -> Text {
    let scale = Units::default().scale(unit, estimate.value);
    let interval = match estimate.interval {
        Ok(Interval { low, high }) => format!(" {}", scale.interval(low, high)),
        Err(_) => String::new(),
    };
    Text::number(scale.value(estimate.value) + &interval, estimate.value, unit)
}

fn money(units: &Units, value: f64) -> Text {
    let shown = units.scale(MetricUnit::Money, value).value(value);
    Text::number(shown, value, MetricUnit::Money)
}
