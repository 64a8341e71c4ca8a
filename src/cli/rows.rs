//! `rows`: the records behind a number.

use std::collections::BTreeSet;

use super::args::{Global, Rows};
use super::conditions;
use super::data::{self, Needed};
use super::metrics::find;
use super::output;
use super::periods::{PeriodArgs, Span, division, may_choose};
use super::setup;
use crate::canonical::{Loaded, RawRecords};
use crate::catalog::Metric;
use crate::catalog::kinds::{Exposure, Kind, Rate};
use crate::config::expression;
use crate::expr::Expr;
use crate::measure::{self, SupportingRows, Wanted};
use crate::notes::{Note, RunNote};
use crate::render::rows::Sheet;

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, a metric whose rows are not shown, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Rows) -> anyhow::Result<()> {
    let targets = args.outputs.targets()?;
    let config = setup::config(global, args.reading.overrides())?;
    let metric = find(&config.catalog, &args.metric)?;
    // Whom the rows are kept from is told before any data are read.
    measure::may_show(metric)?;
    let asked = PeriodArgs {
        period: args.period.clone(),
        ..PeriodArgs::default()
    };
    let named = asked.wanted(config.week_start)?;
    let filter = args.filter.as_deref().map(|text| expression("--where", text)).transpose()?;
    let mut dimensions: BTreeSet<String> = args.by.iter().cloned().collect();
    dimensions.extend(filter.iter().flat_map(|f| f.columns()));
    let needed = Needed {
        metrics: &[metric],
        dimensions,
        keep_lines: true,
        division: division(named.as_ref(), asked.grain, config.week_start),
    };
    let mut loaded = data::load(global, &args.inputs, &args.reading, &config, needed)?;
    may_choose(named.as_ref(), args.reading.states_as_of(&config), &loaded.canonical)?;
    let periods = asked.periods(named, config.week_start, &config.zone, Span::of(&loaded.canonical))?;
    let [period] = periods.as_slice() else {
        anyhow::bail!("one period was asked for");
    };
    let wanted = Wanted {
        metric: metric.id.clone(),
        period: period.clone(),
        by: conditions::spelled(&args.by, &loaded.canonical)?,
        filter: conditions::spell(filter, &loaded.canonical, &mut loaded.notes)?,
    };
    let behind = measure::rows(&loaded.canonical, &config.catalog, &config.settings, &wanted)?;
    let raw = match args.reading.redact {
        true => loaded.files.iter().map(|_| RawRecords::default()).collect(),
        false => texts(&loaded, &behind)?,
    };
    let mut notes = loaded.notes;
    notes.extend(remarks(metric, &behind));
    data::tell(global, &loaded.account, &notes);
    let sheet = Sheet {
        metric,
        period,
        timezone: config.zone.name(),
        dimensions: &wanted.by,
        filter: wanted.filter.as_ref().map(Expr::text),
        canonical: &loaded.canonical,
        behind: &behind,
        raw: &raw,
        account: &loaded.account,
        notes: &notes,
    };
    output::stream(&targets, global, |format, style, out| format.write(&sheet, style, out))
}

/// The text of every record behind the rows, by source.
fn texts(loaded: &Loaded, behind: &SupportingRows) -> anyhow::Result<Vec<RawRecords>> {
    let mut lines: Vec<Vec<u64>> = vec![Vec::new(); loaded.files.len()];
    for &(source, line) in behind.rows.iter().flat_map(|row| &row.records) {
        lines[usize::from(source)].push(u64::from(line));
    }
    let read = loaded.files.iter().zip(&mut lines).map(|(file, lines)| {
        lines.sort_unstable();
        lines.dedup();
        file.records(lines)
    });
    read.collect()
}

/// What the number is made of beside its rows, and why there may be none.
fn remarks(metric: &Metric, behind: &SupportingRows) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Kind::Rate(Rate {
        exposure: Exposure::Metric(id),
        ..
    }) = &metric.kind
    {
        notes.push(Note::new(RunNote::Exposure { metric: id.clone() }));
    }
    if let Some(absent) = &behind.absent {
        let reason = absent.as_str();
        notes.push(Note::new(RunNote::Absent { reason }));
    }
    notes
}
