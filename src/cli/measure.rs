//! `measure`: metrics for periods and slices.

use super::args::{Against, Global, Measure};
use super::load::{check_dimensions, load, tell, texts_of};
use super::metrics::find;
use super::output::{self, Format};
use super::setup;
use crate::canon::Loaded;
use crate::catalog::{Catalog, Metric};
use crate::config::{Config, expression};
use crate::measure::{Compare, Request, measure};
use crate::period::Clock;
use crate::render::terminal::Style;
use crate::render::{csv, json, markdown, summary, terminal};
use crate::report::Measured;

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Measure) -> anyhow::Result<()> {
    let targets = output::targets(&args.outputs, &[Format::Table, Format::Json, Format::Csv, Format::Markdown])?;
    let config = setup::config(global, args.reading.timezone.clone())?;
    let metrics = chosen(&config.catalog, &args.metrics)?;
    let wanted = args.asked.wanted()?;
    let filter = args.filter.as_deref().map(|text| expression("--where", text)).transpose()?;
    let by: Vec<String> = args.by.iter().map(|name| name.trim().to_string()).collect();
    let dimensions: Vec<String> = by
        .iter()
        .cloned()
        .chain(filter.iter().flat_map(|filter| filter.columns()))
        .collect();
    let mut texts = texts_of(&config.catalog, metrics.iter().copied());
    texts.extend(dimensions.iter().cloned());
    let loaded = load(global, &args.reading, &config, &args.inputs, texts, false)?;
    check_dimensions(&loaded, dimensions)?;
    let request = Request {
        metrics: metrics.iter().map(|metric| metric.id.clone()).collect(),
        all: args.metrics.is_empty(),
        periods: args.asked.periods(wanted, &config.zone, loaded.canon.as_of)?,
        by,
        filter,
        total: args.total,
        compare: args.compare.iter().map(|against| compare(*against)).collect(),
        level: args.level.unwrap_or(config.level),
    };
    let measured = measured(global, config, loaded, &request, args.reading.currency.clone())?;
    output::write(&targets, global, |format, style| rendered(&measured, format, style))
}

/// The metrics of some ids; all that are not hidden where there are none.
fn chosen<'c>(catalog: &'c Catalog, ids: &[String]) -> anyhow::Result<Vec<&'c Metric>> {
    if ids.is_empty() {
        return Ok(catalog.iter().filter(|metric| !metric.hidden).collect());
    }
    ids.iter().map(|id| find(catalog, id.trim())).collect()
}

fn compare(against: Against) -> Compare {
    match against {
        Against::Previous => Compare::Previous,
        Against::YearAgo => Compare::YearAgo,
    }
}

/// Measures, and puts everything that a format can show together.
fn measured(global: &Global, config: Config, loaded: Loaded, request: &Request, currency: Option<String>) -> anyhow::Result<Measured> {
    let outcome = measure(&loaded.canon, &config.catalog, &config.settings, request)?;
    if !global.quiet {
        tell(&outcome.notes);
    }
    let clock = match &config.settings.clock {
        Clock::Calendar => "calendar hours".to_string(),
        Clock::Business(hours) => format!("business hours in {}", hours.zone().name()),
    };
    Ok(Measured {
        as_of: loaded.canon.as_of,
        timezone: config.zone.name().to_string(),
        level: request.level,
        currency: currency.or(config.currency),
        clock,
        dimensions: request.by.clone(),
        metrics: outcome.metrics,
        cells: outcome.cells,
        account: loaded.account,
        notes: loaded.notes.into_iter().chain(outcome.notes).collect(),
    })
}

fn rendered(measured: &Measured, format: Format, style: Style) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match format {
        Format::Json => json::write(measured, &mut bytes)?,
        Format::Csv => csv::write(measured, &mut bytes)?,
        Format::Markdown => bytes = markdown::text(&summary::document(measured, true)).into_bytes(),
        Format::Table => bytes = terminal::text(&summary::document(measured, false), style).into_bytes(),
    }
    Ok(bytes)
}
