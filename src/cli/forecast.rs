//! `forecast`: who is still a customer, and what is to come of them.

use std::collections::BTreeSet;

use super::args::Global;
use super::args::forecast::Forecast;
use super::data::{self, Asked, Grouped};
use super::output;
use super::periods::need_as_of;
use super::setup;
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
    let calibration_end = args
        .calibration_end
        .as_deref()
        .map(|text| parse_date(text).map_err(|why| anyhow::Error::from(Problem::usage("cannot read --calibration-end").why(why))));
    let calibration_end = calibration_end.transpose()?;
    let revenue: Vec<_> = config.catalog.get("revenue").into_iter().collect();
    let asked = Asked {
        inputs: &args.inputs,
        reading: &args.reading,
        by: &args.by,
        filter: args.filter.as_deref(),
        columns: BTreeSet::new(),
        metrics: &revenue,
        division: Division::Grain(Grain::Day),
    };
    let Grouped { loaded, by, filter } = data::load_grouped(global, &config, asked)?;
    need_as_of(args.reading.states_as_of(&config), &loaded.canonical)?;
    let filter_text = filter.as_ref().map(|filter| filter.text().to_string());
    let request = ForecastRequest {
        model: args.model,
        horizon: args.horizon,
        calibration_end,
        discount: args.discount,
        acquisition_cost: args.acquisition_cost.or(config.acquisition_cost),
        by,
        cohorts: args.cohorts.map(|grain| grain.with_weeks(config.week_start)),
        filter,
        level: config.confidence_at(args.level).level,
    };
    global.progress.at("Forecasting");
    let found = forecast(&loaded.canonical, &config.settings, request)?;
    data::tell(global, &loaded.account, &loaded.notes);
    let sheet = ForecastSheet {
        forecast: &found,
        canonical: &loaded.canonical,
        filter: filter_text.as_deref(),
        currency: args.reading.currency.as_deref().or(config.currency.as_deref()),
        top: args.top,
        account: &loaded.account,
        notes: &loaded.notes,
    };
    output::stream(&targets, global, |format, style, out| format.write(&sheet, style, out))
}
