//! `segments`: segments of customers by recency, frequency and money.

use std::collections::BTreeSet;

use super::args::{Global, Reading};
use super::data::{self, Asked, Grouped};
use super::formats::SegmentsFormat;
use super::output::{self, Outputs};
use super::periods::need_as_of;
use super::setup;
use crate::catalog::segments::{Frequency, ascending};
use crate::diagnostics::{Problem, visible};
use crate::expr::Expr;
use crate::measure;
use crate::period::{Division, Grain};
use crate::render::segments::Sheet;
use crate::segments::{self, NoSegments, Request};

/// `segments`.
#[derive(clap::Args, Debug)]
pub struct Segments {
    /// Files, folders, globs, - for stdin, or KIND=PATH, such as purchases=orders.csv [default: all sources in the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Length of the period over which movement between segments is shown: the previous segment is that at the end of the period before
    /// the one of the as-of date
    #[arg(long, value_name = "GRAIN", value_parser = Grain::parse, default_value = "month")]
    pub grain: Grain,
    /// What frequency counts: orders, or order-days, the days with an order [default: orders]
    #[arg(long, value_name = "WHAT", value_parser = frequency)]
    pub frequency: Option<Frequency>,
    /// Instead of quintiles: the most days since the last order for a score of 5, 4, 3 and 2, such as 30,90,180,365
    #[arg(long, value_name = "DAYS,...", value_parser = limits)]
    pub recency_limits: Option<Four>,
    /// Instead of quintiles: the fewest orders for a score of 2, 3, 4 and 5, such as 2,3,5,10
    #[arg(long, value_name = "N,...", value_parser = limits)]
    pub frequency_limits: Option<Four>,
    /// Instead of quintiles: the least revenue for a score of 2, 3, 4 and 5, such as 50,200,500,1000
    #[arg(long, value_name = "AMOUNT,...", value_parser = limits)]
    pub monetary_limits: Option<Four>,
    /// Dimensions of the groups in which segments are counted, such as region; a dimension of orders is that of the last order
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Include only the groups that meet this condition, such as "region = 'north'"; the names are dimensions
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// Number of customers to list, those with the most revenue first; CSV, JSON and XLSX have all of them
    #[arg(long, value_name = "N", default_value = "20")]
    pub top: usize,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs<SegmentsFormat>,
}

/// Four ascending limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Four(pub [f64; 4]);

fn limits(text: &str) -> Result<Four, String> {
    let numbers: Option<Vec<f64>> = text
        .split(',')
        .map(|number| number.trim().parse().ok().filter(|number: &f64| number.is_finite()))
        .collect();
    numbers
        .and_then(|numbers| ascending(&numbers))
        .map(Four)
        .ok_or_else(|| "four ascending numbers, such as 30,90,180,365".to_string())
}

fn frequency(text: &str) -> Result<Frequency, String> {
    let found = Frequency::ALL.into_iter().find(|frequency| frequency.as_str() == text);
    found.ok_or_else(|| "orders or order-days".to_string())
}

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Segments) -> anyhow::Result<()> {
    let targets = args.outputs.targets()?;
    let config = setup::config(global, args.reading.overrides())?;
    let grain = args.grain.with_weeks(config.week_start);
    let asked = Asked {
        inputs: &args.inputs,
        reading: &args.reading,
        by: &args.by,
        filter: args.filter.as_deref(),
        columns: BTreeSet::new(),
        metrics: &[],
        division: Division::Grain(grain),
    };
    let Grouped { loaded, by, filter } = data::load_grouped(global, &config, asked)?;
    let canonical = &loaded.canonical;
    need_as_of(args.reading.states_as_of(&config), canonical)?;
    let mut model = config.segments.clone();
    model.frequency = args.frequency.unwrap_or(model.frequency);
    let given = [args.recency_limits, args.frequency_limits, args.monetary_limits];
    let limits = &mut model.limits;
    for (limits, given) in [&mut limits.recency, &mut limits.frequency, &mut limits.monetary]
        .into_iter()
        .zip(given)
    {
        *limits = given.map(|four| four.0).or(*limits);
    }
    let request = Request { model, grain, by, filter };
    global.progress.at("Measuring");
    let found = segments::segments(canonical, &config.settings, &request).map_err(|why| match why {
        NoSegments::Absent(_) => {
            Problem::usage("segments need purchases, and no input has any").hint("name a file with orders, such as purchases=orders.csv")
        }
        NoSegments::Dimension(name) => Problem::usage(format!("customers have no dimension `{}`", visible(&name)))
            .why("it is a column of neither the purchases nor the roster"),
    })?;
    let mut notes = loaded.notes.clone();
    notes.extend(segments::doubts(&found, &request.model));
    notes.extend(measure::divided_orders(canonical, &request.by));
    data::tell(global, &loaded.account, &notes);
    let sheet = Sheet {
        found: &found,
        model: &request.model,
        canonical,
        by: &request.by,
        filter: request.filter.as_ref().map(Expr::text),
        currency: args.reading.currency.as_deref().or(config.currency.as_deref()),
        top: args.top,
        account: &loaded.account,
        notes: &notes,
    };
    output::stream(&targets, global, |format, style, out| format.write(&sheet, style, out))
}
