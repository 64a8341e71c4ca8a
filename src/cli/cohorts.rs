//! `cohorts`: retention by cohort, and survival.

use std::collections::BTreeSet;

use super::args::{Global, Reading, level};
use super::conditions;
use super::data::{self, Asked, Grouped};
use super::formats::CohortsFormat;
use super::output::{self, Outputs};
use super::periods::{knows_as_of, need_as_of};
use super::setup;
use crate::canonical::CanonicalTables;
use crate::cohorts::lifetimes::{self, lifetimes};
use crate::cohorts::retention::{self, retention};
use crate::cohorts::survival::{self, Curves};
use crate::cohorts::{Event, Measure, NoCohorts, Start};
use crate::diagnostics::{Problem, visible};
use crate::expr::Expr;
use crate::measure::{self, StakeholderGroups};
use crate::period::{Division, Grain};
use crate::render::cohorts::Sheet;
use crate::schema::{Micros, NO_CODE, Table, stakeholders};

/// `cohorts`.
#[derive(clap::Args, Debug)]
pub struct Cohorts {
    /// Files, folders, globs, - for stdin, or KIND=PATH, such as purchases=orders.csv [default: all sources in the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// What makes a cohort: the period of the first-order or of the join-date on the roster, or a dimension, such as acquisition_source
    /// [default: first-order if there are purchases, otherwise join-date]
    #[arg(long, value_name = "WHAT")]
    pub cohort: Option<String>,
    /// What is measured in each period after the start: the share who ordered, who were present on the roster at its end, or who were active
    /// (a contact, an order, an answer or a supply), or orders or revenue per member [default: ordered; of a join-date, present]
    #[arg(long, value_name = "WHAT", value_parser = measure)]
    pub measure: Option<Measure>,
    /// Count those who are retained in the n-th period or in any later one
    #[arg(long)]
    pub on_or_after: bool,
    /// Length of a period: day, week, month, quarter or year
    #[arg(long, value_name = "GRAIN", value_parser = Grain::parse, default_value = "month")]
    pub grain: Grain,
    /// Include only relationships that started in this number of ended periods, the last ones, or after them [default: 120 of periods]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1200))]
    pub last: Option<u16>,
    /// What ends a relationship: left, the roster; lapsed, no order for --lapse-days; or second-order, to show the time to it
    /// [default: lapsed for cohorts by first-order, otherwise left]
    #[arg(long, value_name = "WHAT", value_parser = event)]
    pub event: Option<Event>,
    /// Days without an order after which a customer has lapsed
    #[arg(long, value_name = "DAYS", default_value = "180", value_parser = clap::value_parser!(i32).range(1..=36500))]
    pub lapse_days: i32,
    /// Upper ends of the bands of tenure, in the unit of the curve [default: 30,90,180,365,730,1825 days or 1,3,6,12,24,60 months]
    #[arg(long, value_name = "N,...", value_parser = bands)]
    pub bands: Option<Bands>,
    /// Number of periods to project beyond the last one observed
    #[arg(long, value_name = "N", default_value = "12", value_parser = clap::value_parser!(u32).range(0..=1200))]
    pub horizon: u32,
    /// Dimensions of the groups that are followed and compared, such as region; a dimension of orders is that of the first order
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Include only the groups that meet this condition, such as "region = 'north'"; the names are dimensions
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// Confidence level of the intervals [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Option<f64>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs<CohortsFormat>,
}

/// Upper ends of bands.
#[derive(Debug, Clone, PartialEq)]
pub struct Bands(pub Vec<f64>);

fn bands(text: &str) -> Result<Bands, String> {
    let numbers: Option<Vec<f64>> = text
        .split(',')
        .map(|number| {
            number
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite() && *number > 0.0)
        })
        .collect();
    let ascending = numbers.filter(|numbers| numbers.windows(2).all(|pair| pair[0] < pair[1]));
    ascending
        .map(Bands)
        .ok_or_else(|| "ascending numbers above 0, such as 30,90,365".to_string())
}

fn measure(text: &str) -> Result<Measure, String> {
    let found = Measure::ALL.into_iter().find(|measure| measure.as_str() == text);
    found.ok_or_else(|| "ordered, present, active, orders or revenue".to_string())
}

fn event(text: &str) -> Result<Event, String> {
    let found = Event::ALL.into_iter().find(|event| event.as_str() == text);
    found.ok_or_else(|| "left, lapsed or second-order".to_string())
}

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Cohorts) -> anyhow::Result<()> {
    let targets = args.outputs.targets()?;
    let config = setup::config(global, args.reading.overrides())?;
    let named = args.cohort.as_deref().filter(|named| start_of(named).is_none()).map(str::to_string);
    let grain = args.grain.with_weeks(config.week_start);
    let asked = Asked {
        inputs: &args.inputs,
        reading: &args.reading,
        by: &args.by,
        filter: args.filter.as_deref(),
        columns: named.iter().cloned().collect(),
        metrics: &[],
        division: Division::Grain(grain),
    };
    let Grouped { loaded, by, filter } = data::load_grouped(global, &config, asked)?;
    let canonical = &loaded.canonical;
    let states_as_of = args.reading.states_as_of(&config);
    let start = args.cohort.as_deref().and_then(start_of).unwrap_or_else(|| usual_start(canonical));
    let usual_measure = match start {
        Start::FirstOrder => Measure::Ordered,
        Start::JoinDate => Measure::Present,
    };
    let measure = args.measure.unwrap_or(usual_measure);
    if args.on_or_after && !measure.is_share() {
        return Err(Problem::usage(format!(
            "--on-or-after is only valid with a share, not with --measure {}",
            measure.as_str()
        ))
        .hint("use --measure ordered, present or active")
        .into());
    }
    let confidence = config.confidence_at(args.level);
    let asked = retention::Request {
        start,
        dimension: named
            .map(|name| conditions::spelled(&[name], canonical))
            .transpose()?
            .and_then(|mut names| names.pop()),
        measure,
        on_or_after: args.on_or_after,
        grain,
        last: args.last.map(usize::from),
        until: Micros::MAX,
        by: by.clone(),
        filter: filter.clone(),
        confidence,
    };
    let usual_event = match start {
        Start::FirstOrder => Event::Lapsed,
        Start::JoinDate => Event::Left,
    };
    let of_lifetimes = lifetimes::Request {
        event: args.event.unwrap_or(usual_event),
        lapse_days: args.lapse_days,
        grain,
        by,
        filter,
    };
    let of_curves = survival::Request {
        event: of_lifetimes.event,
        bands: args.bands.as_ref().map_or_else(Vec::new, |bands| bands.0.clone()),
        horizon: args.horizon,
        level: confidence.level,
    };
    global.progress.at("Measuring");
    let cohorts = retention(canonical, &config.settings, &asked);
    let lived = lifetimes(canonical, &config.settings, &of_lifetimes).and_then(|found| {
        let table = of_lifetimes.event.start().table();
        let groups = StakeholderGroups::new(canonical, table, &of_lifetimes.by).map_err(NoCohorts::Dimension)?;
        let curves = Curves::of(&found, &groups, &of_curves);
        Ok((found, curves))
    });
    let nothing = match (&cohorts, &lived) {
        (Err(NoCohorts::Dimension(name)), _) | (_, Err(NoCohorts::Dimension(name))) => Some(
            Problem::usage(format!("these cohorts have no dimension `{}`", visible(name)))
                .why("it is a column of neither the table that starts the relationships nor the roster"),
        ),
        (Err(_), Err(_)) => Some(
            Problem::usage("cohorts need purchases, or a roster with the start of each relationship")
                .hint("name a file with orders, such as purchases=orders.csv, or map `started_at` of the roster"),
        ),
        _ => None,
    };
    if let Some(problem) = nothing {
        return Err(problem.into());
    }
    // A roster that has the tenure of each stakeholder needs no dates.
    let is_undated = lived.as_ref().is_ok_and(|(found, _)| found.is_undated);
    if !is_undated {
        need_as_of(states_as_of, canonical)?;
    }
    let mut notes = loaded.notes.clone();
    if start == Start::FirstOrder {
        let divide: Vec<String> = asked.by.iter().chain(&asked.dimension).cloned().collect();
        notes.extend(measure::divided_orders(canonical, &divide));
    }
    data::tell(global, &loaded.account, &notes);
    let sheet = Sheet {
        as_of: knows_as_of(states_as_of, canonical).then_some(canonical.as_of),
        retention: cohorts.as_ref(),
        asked: &asked,
        survival: lived.as_ref().map(|(found, curves)| (found, curves)),
        lifetimes: &of_lifetimes,
        curves: &of_curves,
        renewal_days: config.settings.renewal_days,
        mixes_types: start == Start::JoinDate && mixes_types(canonical, &asked),
        canonical,
        filter: asked.filter.as_ref().map(Expr::text),
        currency: args.reading.currency.as_deref().or(config.currency.as_deref()),
        account: &loaded.account,
        notes: &notes,
    };
    output::write(&targets, global, |format, style, out| format.write(&sheet, style, out))
}

/// The start of that name; anything else is a dimension.
fn start_of(named: &str) -> Option<Start> {
    Start::ALL.into_iter().find(|start| start.as_str() == named)
}

fn usual_start(canonical: &CanonicalTables) -> Start {
    match canonical.table(Table::Purchases) {
        Some(_) => Start::FirstOrder,
        None => Start::JoinDate,
    }
}

/// Whether the roster has several types of stakeholders, and neither groups nor cohorts separate them.
fn mixes_types(canonical: &CanonicalTables, asked: &retention::Request) -> bool {
    let by_type = |name: &String| name.eq_ignore_ascii_case(stakeholders::TYPE.name);
    if asked.by.iter().chain(&asked.dimension).any(by_type) || asked.filter.as_ref().is_some_and(|f| f.columns().iter().any(by_type)) {
        return false;
    }
    canonical.table(Table::Stakeholders).is_some_and(|rows| {
        let types = rows.codes(&stakeholders::TYPE);
        let found: BTreeSet<u32> = (0..rows.len).map(|row| types.at(row)).filter(|code| *code != NO_CODE).collect();
        found.len() > 1
    })
}
