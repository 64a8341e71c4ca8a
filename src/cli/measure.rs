//! `measure`: metrics for periods and slices.

use std::collections::BTreeSet;

use super::args::{Against, Global, Measure};
use super::conditions;
use super::data::{self, Needed};
use super::metrics::find;
use super::output;
use super::periods::{Span, division, may_choose};
use super::setup;
use crate::catalog::Metric;
use crate::config::expression;
use crate::diagnostics::Problem;
use crate::measure::{self, Compare, Request};
use crate::report::{Clock, MeasureResult};

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Measure) -> anyhow::Result<()> {
    let targets = args.outputs.targets()?;
    let config = setup::config(global, args.reading.overrides())?;
    let ids = args
        .metrics
        .iter()
        .map(|id| find(&config.catalog, id).map(|m| m.id.clone()))
        .collect::<anyhow::Result<Vec<String>>>()?;
    let wanted = args.asked.wanted(config.week_start)?;
    let filter = args.filter.as_deref().map(|text| expression("--where", text)).transpose()?;
    let mut compare: Vec<Compare> = args
        .compare
        .iter()
        .map(|against| match against {
            Against::Previous => Compare::Previous,
            Against::YearAgo => Compare::YearAgo,
            Against::Rest => Compare::OtherGroups,
        })
        .collect();
    compare.sort();
    compare.dedup();
    if compare.contains(&Compare::OtherGroups) && args.by.is_empty() {
        return Err(Problem::usage("--compare rest needs --by")
            .why("the rest of a slice is all other slices, and without --by there are none")
            .hint("name what to slice by, such as --by region")
            .into());
    }
    let mut metrics: Vec<String> = if ids.is_empty() {
        {
            let usual = config.catalog.iter().filter(|m| !m.hidden && !m.on_request);
            usual.map(|m| m.id.clone()).collect()
        }
    } else {
        ids.clone()
    };
    let chosen: Vec<&Metric> = metrics.iter().filter_map(|id| config.catalog.get(id)).collect();
    let mut dimensions: BTreeSet<String> = args.by.iter().cloned().collect();
    dimensions.extend(filter.iter().flat_map(|f| f.columns()));
    let needed = Needed {
        metrics: &chosen,
        dimensions,
        keep_lines: false,
        division: division(wanted.as_ref(), args.asked.grain, config.week_start),
    };
    let mut loaded = data::load(global, &args.inputs, &args.reading, &config, needed)?;
    may_choose(wanted.as_ref(), args.reading.states_as_of(&config), &loaded.canonical)?;
    if ids.is_empty() {
        let is_superseded = |id: &String| {
            let metric = config.catalog.get(id);
            metric.is_some_and(|metric| measure::is_superseded(metric, &config.catalog, &loaded.canonical, &config.settings))
        };
        metrics.retain(|id| !is_superseded(id));
    }
    let request = Request {
        metrics,
        periods: args
            .asked
            .periods(wanted, config.week_start, &config.zone, Span::of(&loaded.canonical))?,
        by: conditions::spelled(&args.by, &loaded.canonical)?,
        filter: conditions::spell(filter, &loaded.canonical, &mut loaded.notes)?,
        together: Vec::new(),
        total: args.total,
        compare,
        series: false,
        p_values: false,
        contributors: false,
        confidence: config.confidence_at(args.level),
    };
    global.progress.at("Measuring");
    let outcome = measure::measure(&loaded.canonical, &config.catalog, &config.settings, &request)?;
    let mut notes = loaded.notes;
    notes.extend(outcome.notes);
    let measured = MeasureResult {
        as_of: loaded.canonical.as_of,
        timezone: config.zone.name().to_string(),
        level: request.confidence.level,
        currency: args.reading.currency.clone().or(config.currency.clone()),
        clock: Clock::from(&config.settings.clock),
        dimensions: request.by.clone(),
        metrics: outcome.metrics,
        cells: outcome.cells,
        account: loaded.account,
        notes,
    };
    data::tell(global, &measured.account, &measured.notes);
    output::write(&targets, global, |format, style, out| format.write(&measured, style, out))
}
