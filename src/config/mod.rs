//! `relhealth.toml`: what a person writes about the report, the files and the metrics, as plain values.
//!
//! All errors of a configuration are reported in one run: each unknown key, wrong type and bad value with its line and the nearest
//! valid name.

mod amount;
mod goals;
mod overlay;
mod presets;
mod rules;
mod settings;
mod stated_dates;
mod waivers;

use std::collections::BTreeMap;
use std::path::Path;

pub use crate::toml_reader::{ConfigErrors, SourceText};
pub use goals::ReportSettings;
pub use overlay::Overlay;
pub use settings::is_currency;
pub use stated_dates::StatedDates;

use crate::catalog::Catalog;
use crate::catalog::segments::SegmentModel;
use crate::check::{Rule, Waiver};
use crate::expr::{self, Expr};
use crate::facts::SPECS;
use crate::facts::context::Settings;
use crate::period::{WeekStart, Zone, parse_as_of};
use crate::schema::Micros;
use crate::sources::{Profile, Source, grammar};
use crate::stats::Confidence;
use crate::toml_reader::{DeTable, Reader};

/// The confidence level of intervals where none is set.
pub const LEVEL: f64 = 0.95;

const KEYS: &[&str] = &[
    "timezone",
    "week_start",
    "currency",
    "as_of",
    "level",
    "source",
    "profile",
    "hours",
    "targets",
    "roster",
    "ces",
    "forecast",
    "health",
    "rates",
    "redact",
    "report",
    "rule",
    "segments",
    "segment",
    "waiver",
    "metric",
    "merge_spellings",
];

/// A configuration.
#[derive(Debug)]
pub struct Config {
    /// Time zone of the report.
    pub zone: Zone,
    /// The day on which weeks start.
    pub week_start: WeekStart,
    /// Currency of the report.
    pub currency: Option<String>,
    /// Nothing at or after it is known; `None`: the end of the newest event's day.
    pub as_of: Option<Micros>,
    /// Whether names that differ only in their spelling are one stakeholder.
    pub merge_spellings: bool,
    /// How confidence intervals are found.
    pub confidence: Confidence,
    /// The files and how they are read.
    pub sources: Vec<Source>,
    /// Export formats that the user describes.
    pub profiles: Vec<Profile>,
    /// Clocks and targets.
    pub settings: Settings,
    /// What one unit of a currency is worth in that of the report.
    pub rates: BTreeMap<String, f64>,
    /// The built-in metrics and the user's.
    pub catalog: Catalog,
    /// By metric the value that it is meant to reach.
    pub goals: BTreeMap<String, f64>,
    /// What a report shows.
    pub report: ReportSettings,
    /// What a check holds the numbers to.
    pub rules: Vec<Rule>,
    /// What it excuses.
    pub waivers: Vec<Waiver>,
    /// How customers are scored and segmented.
    pub segments: SegmentModel,
    /// What it costs to win a customer, in the currency of the report.
    pub acquisition_cost: Option<f64>,
    /// The columns that stay readable with `--redact`.
    pub kept: Vec<String>,
}

/// What options say that win over the configuration.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Time zone of the report.
    pub zone: Option<Zone>,
    /// The day on which weeks start.
    pub week_start: Option<WeekStart>,
}

impl Config {
    /// What holds where there is no configuration.
    pub fn none(overrides: Overrides) -> Config {
        Config {
            zone: overrides.zone.unwrap_or_else(Zone::utc),
            week_start: overrides.week_start.unwrap_or_default(),
            currency: None,
            as_of: None,
            merge_spellings: false,
            confidence: Confidence::of(LEVEL),
            sources: Vec::new(),
            profiles: Vec::new(),
            settings: Settings::default(),
            rates: BTreeMap::new(),
            catalog: Catalog::builtin(SPECS),
            goals: BTreeMap::new(),
            report: ReportSettings::default(),
            rules: Vec::new(),
            waivers: Vec::new(),
            segments: SegmentModel::builtin(),
            acquisition_cost: None,
            kept: Vec::new(),
        }
    }

    /// How confidence intervals are found where a command sets another level.
    pub fn confidence_at(&self, level: Option<f64>) -> Confidence {
        self.confidence.at(level.unwrap_or(self.confidence.level))
    }

    /// Reads a configuration; its relative paths start from `folder`. What is given as options wins over what is written.
    ///
    /// # Errors
    /// Everything that is wrong in it.
    pub fn parse(source: SourceText<'_>, folder: &Path, overrides: Overrides) -> Result<Config, ConfigErrors> {
        let mut reader = Reader::new(source);
        let document = reader.document();
        // What is left of a text that is not TOML would only give errors that follow from the first.
        if !reader.errors.is_empty() {
            return Err(ConfigErrors::new(reader.errors));
        }
        reader.known(&document, "of the configuration", KEYS);
        let written = reader.zone(&document, "timezone");
        let zone = overrides.zone.or(written).unwrap_or_else(Zone::utc);
        let written = week_start(&mut reader, &document);
        let week_start = overrides.week_start.or(written).unwrap_or_default();
        let as_of = reader.date(&document, "as_of").and_then(|text| {
            let as_of = parse_as_of(&text.text, &zone);
            as_of.map_err(|why| reader.wrong(text.span, why, "")).ok()
        });
        let currency = reader
            .text(&document, "currency")
            .and_then(|text| settings::currency(&mut reader, &text));
        let merge_spellings = reader.flag(&document, "merge_spellings");
        let level = level(&mut reader, &document);
        let profiles = profiles(&mut reader, &document);
        let tables = reader.tables(&document, "source");
        let sources: Vec<Source> = tables
            .into_iter()
            .map(|(table, span)| grammar::source(&mut reader, table, span, folder, &profiles))
            .collect();
        let settings = settings::settings(&mut reader, &document, &zone);
        let rates = settings::rates(&mut reader, &document, currency.as_deref());
        let catalog = Catalog::builtin(SPECS).read_user(&mut reader, &document, SPECS);
        let before = reader.errors.len();
        let rules = rules::rules(&mut reader, &document, &catalog, week_start);
        // A waiver of a rule that could not be read would only be a second mistake.
        let known = (reader.errors.len() == before).then_some(rules.as_slice());
        let waivers = waivers::waivers(&mut reader, &document, &catalog, known);
        let goals = goals::goals(&mut reader, &document, &catalog);
        let report = goals::report(&mut reader, &document, &catalog);
        let segments = SegmentModel::read(&mut reader, &document);
        let acquisition_cost = settings::acquisition_cost(&mut reader, &document);
        let kept = settings::kept(&mut reader, &document);
        if !reader.errors.is_empty() {
            return Err(ConfigErrors::new(reader.errors));
        }
        Ok(Config {
            zone,
            week_start,
            currency,
            as_of,
            merge_spellings,
            confidence: Confidence::of(level),
            sources,
            profiles,
            settings,
            rates,
            catalog,
            goals,
            report,
            rules,
            waivers,
            segments,
            acquisition_cost,
            kept,
        })
    }
}

/// Reads an expression that was given to an option.
///
/// # Errors
/// What is wrong with it, below it.
pub fn expression(option: &str, text: &str) -> Result<Expr, ConfigErrors> {
    expr::parse(text).map_err(|error| ConfigErrors::of_option(option, text, error))
}

/// The `[profile.ID]` tables.
fn profiles(reader: &mut Reader<'_>, document: &DeTable<'_>) -> Vec<Profile> {
    let Some(tables) = reader.table(document, "profile") else {
        return Vec::new();
    };
    let mut profiles = Vec::new();
    for (id, node) in tables {
        match node.get_ref().as_table() {
            Some(table) => profiles.push(grammar::profile(reader, id.get_ref(), table, id.span())),
            None => reader.mistyped(node, id.get_ref(), "a table"),
        }
    }
    profiles
}

fn level(reader: &mut Reader<'_>, document: &DeTable<'_>) -> f64 {
    let Some((level, span)) = reader.number(document, "level") else {
        return LEVEL;
    };
    if !is_level(level) {
        reader.out_of_range(span, "level", "between 0.5 and 0.9999");
        return LEVEL;
    }
    level
}

fn week_start(reader: &mut Reader<'_>, document: &DeTable<'_>) -> Option<WeekStart> {
    let text = reader.text(document, "week_start")?;
    WeekStart::parse(&text.text).map_err(|why| reader.wrong(text.span, why, "")).ok()
}

/// Whether a confidence level makes sense.
pub fn is_level(level: f64) -> bool {
    (0.5..=0.9999).contains(&level)
}

#[cfg(test)]
mod tests;
