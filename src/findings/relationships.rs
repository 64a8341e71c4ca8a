//! The sections of a report on single relationships: how long they last, the segments of customers, and the orders that are to come.
//!
//! A section is left out where its data are too few or its model is refused, and the report says why. Where an input is missing, there is no
//! section to speak of.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::canonical::CanonicalTables;
use crate::catalog::segments::SegmentModel;
use crate::codes::codes;
use crate::cohorts::lifetimes::{self, Lifetimes, lifetimes};
use crate::cohorts::survival::{self, Curves};
use crate::cohorts::{Event, NoCohorts};
use crate::facts::context::Settings;
use crate::forecast::{Forecast, ForecastRequest, NoForecast, forecast};
use crate::measure::StakeholderGroups;
use crate::period::Grain;
use crate::schema::{NO_CODE, Table, stakeholders};
use crate::segments::{self, Segmentation};
use crate::stats::Confidence;
use crate::stats::customer_base::Model;

/// Fewer relationships than this have no curve and no segments.
pub const FEWEST: u64 = 25;
/// Days without an order after which a customer of a curve has lapsed.
const LAPSE_DAYS: i32 = 180;
/// Days that a forecast looks ahead: thirteen weeks, about a quarter.
const HORIZON: i32 = 91;
/// The yearly rate by which the revenue to come is discounted.
const DISCOUNT: f64 = 0.1;

/// Lifetimes with their curves.
#[derive(Debug)]
pub struct Lifespans {
    /// Which lifetimes.
    pub asked: lifetimes::Request,
    /// The lifetimes.
    pub lifetimes: Lifetimes,
    /// Their curves.
    pub curves: Curves,
}

/// Customers by segment, and the segments that there are.
#[derive(Debug)]
pub struct Segments {
    /// The segments that there are.
    pub model: SegmentModel,
    /// Who is in them.
    pub found: Segmentation,
}

codes! {
    /// A section that may be left out.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Section {
        /// How long customers go on ordering.
        Lapses = "lapses",
        /// How long stakeholders stay on the roster.
        Departures = "departures",
        /// The segments of customers.
        Segments = "segments",
        /// The forecast of orders.
        Forecast = "forecast",
    }
}

/// Why a section is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Omitted {
    /// There are fewer than [`FEWEST`] relationships.
    Few,
    /// No relationship has ended.
    NoneEnded,
    /// All customers are equal in what they are scored by.
    AllEqual,
    /// There is no forecast.
    NoForecast(NoForecast),
}

/// The sections on single relationships.
#[derive(Debug)]
pub struct Relationships {
    /// Of customers and of the roster.
    pub lifespans: Vec<Lifespans>,
    /// The segments of customers.
    pub segments: Option<Segments>,
    /// The forecast of all customers together.
    pub forecast: Option<Forecast>,
    /// The sections that are left out.
    pub omitted: Vec<(Section, Omitted)>,
}

/// Computes the sections at the as-of date; `grain` is the length of the period that movement is measured over.
///
/// # Errors
/// Only bugs in the program.
pub fn relationships(
    canonical: &CanonicalTables,
    settings: &Settings,
    model: &SegmentModel,
    grain: Grain,
    confidence: Confidence,
) -> Result<Relationships> {
    let mut found = Relationships {
        lifespans: Vec::new(),
        segments: None,
        forecast: None,
        omitted: Vec::new(),
    };
    for (section, event) in [(Section::Lapses, Event::Lapsed), (Section::Departures, Event::Left)] {
        // Where the input is missing there is nothing to leave out.
        let Ok(lifespans) = lifespans(canonical, settings, event, grain, confidence) else {
            continue;
        };
        match too_few(&lifespans) {
            None => found.lifespans.push(lifespans),
            Some(why) => found.omitted.push((section, why)),
        }
    }
    if canonical.table(Table::Purchases).is_none() {
        return Ok(found);
    }
    if let Some(segments) = segments_of(canonical, settings, model, grain) {
        let customers = segments.found.groups.first().and_then(|group| group.customers);
        if customers.is_none_or(|customers| customers < FEWEST) {
            found.omitted.push((Section::Segments, Omitted::Few));
        } else if !segments::doubts(&segments.found, &segments.model).is_empty() {
            found.omitted.push((Section::Segments, Omitted::AllEqual));
        } else {
            found.segments = Some(segments);
        }
    }
    let forecast = forecast(canonical, settings, forecast_request(confidence))?;
    match forecast.all.refused.or(forecast.all.orders.as_ref().err().copied()) {
        None => found.forecast = Some(forecast),
        Some(why) => found.omitted.push((Section::Forecast, Omitted::NoForecast(why))),
    }
    Ok(found)
}

fn forecast_request(confidence: Confidence) -> ForecastRequest {
    ForecastRequest {
        model: Model::MbgNbd,
        horizon: HORIZON,
        calibration_end: None,
        discount: DISCOUNT,
        acquisition_cost: None,
        by: Vec::new(),
        cohorts: None,
        filter: None,
        level: confidence.level,
    }
}

fn segments_of(canonical: &CanonicalTables, settings: &Settings, model: &SegmentModel, grain: Grain) -> Option<Segments> {
    let request = segments::Request {
        model: model.clone(),
        grain,
        by: Vec::new(),
        filter: None,
    };
    let found = segments::segments(canonical, settings, &request).ok()?;
    Some(Segments {
        model: request.model,
        found,
    })
}

/// The lifetimes that an event ends; those of the roster by type, where there are several.
fn lifespans(
    canonical: &CanonicalTables,
    settings: &Settings,
    event: Event,
    grain: Grain,
    confidence: Confidence,
) -> Result<Lifespans, NoCohorts> {
    let by = match event {
        Event::Left if has_types(canonical) => vec![stakeholders::TYPE.name.to_string()],
        Event::Left | Event::Lapsed | Event::SecondOrder => Vec::new(),
    };
    let asked = lifetimes::Request {
        event,
        lapse_days: LAPSE_DAYS,
        grain,
        by,
        filter: None,
    };
    let lifetimes = lifetimes(canonical, settings, &asked)?;
    let groups = StakeholderGroups::new(canonical, event.start().table(), &asked.by).map_err(NoCohorts::Dimension)?;
    let request = survival::Request {
        event,
        bands: Vec::new(),
        horizon: 0,
        level: confidence.level,
    };
    let curves = Curves::of(&lifetimes, &groups, &request);
    Ok(Lifespans { asked, lifetimes, curves })
}

fn too_few(lifespans: &Lifespans) -> Option<Omitted> {
    if (lifespans.lifetimes.all.len() as u64) < FEWEST {
        Some(Omitted::Few)
    } else if !lifespans
        .curves
        .curves
        .iter()
        .any(|curve| curve.ended.is_some_and(|ended| ended > 0))
    {
        Some(Omitted::NoneEnded)
    } else {
        None
    }
}

/// Whether the roster has several types of stakeholders.
fn has_types(canonical: &CanonicalTables) -> bool {
    canonical.table(Table::Stakeholders).is_some_and(|rows| {
        let types = rows.codes(&stakeholders::TYPE);
        let found: BTreeSet<u32> = (0..rows.len).map(|row| types.at(row)).filter(|code| *code != NO_CODE).collect();
        found.len() > 1
    })
}
