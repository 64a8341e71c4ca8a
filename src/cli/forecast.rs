//! `forecast`: who is still a customer, and what is to come of them.

use std::collections::BTreeSet;

use super::args::Global;
use super::args::forecast::Forecast;
use super::data::{self, Needed};
use super::output;
use super::periods::need_as_of;
use super::setup;
use crate::config::expression;
use crate::diagnostics::Problem;
use crate::forecast::{ForecastRequest, forecast};
use crate::period::{Division, Grain, parse_date};
use crate::render::forecast::ForecastSheet;

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Forecast) -> anyhow::Result<()> {
    let targets = args.outputs.targets()?;
    let config = setup::config(global, args.reading.overrides())?;
    let filter = args.filter.as_deref().map(|text| expression("--where", text)).transpose()?;
    let calibration_end = args
        .calibration_end
        .as_deref()
        .map(|text| parse_date(text).map_err(|why| anyhow::Error::from(Problem::usage("cannot read --calibration-end").why(why))));
    let calibration_end = calibration_end.transpose()?;
    let mut dimensions: BTreeSet<String> = args.by.iter().cloned().collect();
    dimensions.extend(filter.iter().flat_map(|f| f.columns()));
    let revenue: Vec<_> = config.catalog.get("revenue").into_iter().collect();
    let needed = Needed {
        metrics: &revenue,
        dimensions,
        keep_lines: false,
        division: Division::Grain(Grain::Day),
    };
    let loaded = data::load(global, &args.inputs, &args.reading, &config, needed)?;
    need_as_of(args.reading.states_as_of(&config), &loaded.canonical)?;
    let request = ForecastRequest {
        model: args.model,
        horizon: args.horizon,
        calibration_end,
        discount: args.discount,
        acquisition_cost: args.acquisition_cost,
        by: data::spelled(&args.by, &loaded.canonical)?,
        cohorts: args.cohorts.map(|grain| grain.with_weeks(config.week_start)),
        filter: filter.map(|f| data::spell(&f, &loaded.canonical)).transpose()?,
        level: config.confidence_at(args.level).level,
    };
    global.progress.at("Forecasting");
    let found = forecast(&loaded.canonical, &config.settings, request)?;
    data::tell(global, &loaded.account, &loaded.notes);
    let sheet = ForecastSheet {
        forecast: &found,
        canonical: &loaded.canonical,
        filter: args.filter.as_deref(),
        currency: args.reading.currency.as_deref().or(config.currency.as_deref()),
        top: args.top,
        account: &loaded.account,
        notes: &loaded.notes,
    };
    output::stream(&targets, global, |format, style, out| format.write(&sheet, style, out))
}
