//! How long relationships last, the segments of customers, and the orders that are to come.

use super::Report;
use crate::cohorts::Event;
use crate::findings::{FEWEST, Lifespans, Omitted, Relationships, Section, Segments};
use crate::render::cohorts::Survival;
use crate::render::document::Document;
use crate::render::forecast::{ForecastSheet, json_summary, reason};
use crate::render::segments::Sheet;
use crate::render::text::Text;
use crate::wire;
use crate::wire::relationships as document;

fn relationships<'r>(report: &'r Report) -> Option<&'r Relationships> {
    report.review.beside.as_ref().map(|beside| &beside.relationships)
}

/// Whether there are curves of how long relationships last.
pub fn any_survival(report: &Report) -> bool {
    relationships(report).is_some_and(|found| !found.lifespans.is_empty())
}

/// Adds the curves.
pub fn add_survival(document: &mut Document, report: &Report) {
    for lifespans in relationships(report).iter().flat_map(|found| &found.lifespans) {
        let (title, id) = match lifespans.asked.event {
            Event::Left => ("How long stakeholders stay on the roster", "roster"),
            Event::Lapsed => ("How long customers go on ordering", "orders"),
            Event::SecondOrder => ("How long until the second order", "second-order"),
        };
        document.heading(3, title.into());
        survival(report, lifespans).add_summary(document, id);
    }
}

fn survival<'r>(report: &Report<'r>, lifespans: &'r Lifespans) -> Survival<'r> {
    Survival {
        lifetimes: &lifespans.lifetimes,
        curves: &lifespans.curves,
        asked: &lifespans.asked,
        level: report.review.level,
        renewal_days: report.renewal_days,
    }
}

fn segments<'r>(report: &Report<'r>, of: &'r Segments) -> Sheet<'r> {
    Sheet {
        found: &of.found,
        model: &of.model,
        canonical: report.canonical,
        by: &[],
        filter: None,
        currency: report.currency,
        top: 0,
        account: report.account,
        notes: report.notes,
    }
}

/// Adds segments and forecast.
pub fn add(document: &mut Document, report: &Report) {
    let Some(found) = relationships(report) else { return };
    if let Some(of) = &found.segments {
        segments(report, of).add_summary(document);
    }
    if let Some(forecast) = &found.forecast {
        let sheet = ForecastSheet {
            forecast,
            canonical: report.canonical,
            filter: None,
            currency: report.currency,
            top: 0,
            account: report.account,
            notes: report.notes,
        };
        sheet.add_summary(document);
    }
}

/// The sections that are left out, each with its reason.
pub fn omitted(report: &Report) -> Vec<(Text, &'static str)> {
    let all = relationships(report)
        .into_iter()
        .flat_map(|found| &found.omitted)
        .map(|(section, why)| {
            let title = match section {
                Section::Lapses => "How long customers go on ordering",
                Section::Departures => "How long stakeholders stay on the roster",
                Section::Segments => "Segments",
                Section::Forecast => "Forecast",
            };
            let reason = match why {
                Omitted::Few => Text::own(format!("fewer than {FEWEST} relationships")),
                Omitted::NoneEnded => "no relationship has ended".into(),
                Omitted::AllEqual => "all customers are equal in recency, frequency or revenue".into(),
                Omitted::NoForecast(why) => Text::own(reason(*why)),
            };
            (reason, title)
        });
    all.collect()
}

/// The same for programs.
pub fn json(report: &Report) -> Option<document::Relationships> {
    let found = relationships(report)?;
    Some(document::Relationships {
        survival: found.lifespans.iter().map(|lifespans| survival(report, lifespans).json()).collect(),
        segments: found.segments.as_ref().map(|of| segments(report, of).json_summary()),
        forecast: found.forecast.as_ref().map(json_summary),
        omitted: found
            .omitted
            .iter()
            .map(|(section, why)| document::Omitted {
                section: *section,
                reason: match why {
                    Omitted::Few => wire::relationships::Reason::TooFew,
                    Omitted::NoneEnded => wire::relationships::Reason::NoneEnded,
                    Omitted::AllEqual => wire::relationships::Reason::AllEqual,
                    Omitted::NoForecast(_) => wire::relationships::Reason::NoForecast,
                },
                forecast: match why {
                    Omitted::Few | Omitted::NoneEnded | Omitted::AllEqual => None,
                    Omitted::NoForecast(why) => Some(*why),
                },
            })
            .collect(),
    })
}
