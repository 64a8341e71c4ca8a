//! `report`: the report of a period.

use std::collections::BTreeSet;
use std::ffi::OsString;

use super::args::{Global, Report};
use super::data;
use super::metrics::find;
use super::output::{self, Format};
use super::setup;
use crate::canon::{Canon, Data};
use crate::catalog::Metric;
use crate::config::{Config, expression};
use crate::period::{Grain, Period, Wanted};
use crate::render::report::{self, Detail, Origin};
use crate::render::{csv, html, markdown, terminal};
use crate::review::{self, Ask};
use crate::schema::NO_CODE;

/// The dimensions that a report breaks metrics down by where none are named, if the data have them. Who keeps a relationship is not among
/// them: a table of one's staff is made on purpose or not at all.
const USUAL: [&str; 5] = ["type", "segment", "tier", "region", "channel"];

/// What a report can be written as.
const FORMATS: [Format; 5] = [Format::Table, Format::Html, Format::Markdown, Format::Json, Format::Csv];

/// More groups than this are not a breakdown that one asks for without a word.
const MOST: usize = 24;

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Report) -> anyhow::Result<()> {
    let targets = output::targets(&args.outputs, &FORMATS)?;
    let config = setup::config(global, args.reading.timezone.clone())?;
    let named = if args.metrics.is_empty() {
        &config.report.metrics
    } else {
        &args.metrics
    };
    let metrics = chosen(&config, named)?;
    let wanted = args.period.as_deref().map(Wanted::parse).transpose();
    let wanted = wanted.map_err(crate::note::Problem::usage)?;
    let filter = args.filter.as_deref().map(|text| expression("--where", text)).transpose()?;
    let by = if args.by.is_empty() { &config.report.by } else { &args.by };
    let mut dimensions: BTreeSet<String> = by.iter().cloned().collect();
    if by.is_empty() {
        dimensions.extend(USUAL.map(str::to_string));
    }
    dimensions.extend(filter.iter().flat_map(|f| f.columns()));
    dimensions.extend(review::texts().map(str::to_string));
    let loaded = data::load(&args.inputs, &args.reading, &config, &metrics, dimensions, true)?;
    let canon = &loaded.canon;
    let period = match wanted {
        Some(wanted) => wanted.resolve(&config.zone, canon.as_of),
        None => Period::last_complete(args.grain.unwrap_or(Grain::Month), canon.as_of, &config.zone),
    };
    let mut periods: Vec<Period> = std::iter::successors(Some(period), |period| Some(period.previous()))
        .take(usize::from(args.last))
        .collect();
    periods.reverse();
    let ask = Ask {
        metrics: metrics.iter().map(|metric| metric.id.clone()).collect(),
        named: !named.is_empty(),
        periods,
        by: if by.is_empty() { usual(canon) } else { data::spelled(by, canon)? },
        filter: filter.map(|f| data::spell(&f, canon)).transpose()?,
        level: args.level.unwrap_or(config.level),
        contributors: targets.iter().any(|target| target.format == Format::Json),
        goals: config.goals.clone(),
    };
    let reviewed = review::review(canon, &config.catalog, &config.settings, &ask)?;
    let mut notes = loaded.notes.clone();
    notes.extend(reviewed.notes.iter().cloned());
    notes.dedup();
    let clock = data::clock_words(&config.settings.clock);
    let origin = Origin {
        command: command(std::env::args_os().skip(1)),
        version: env!("CARGO_PKG_VERSION").to_string(),
        inputs: loaded.fingerprints()?,
    };
    let shown = |metric: &&&Metric| reviewed.scores.iter().any(|score| score.metric.id == metric.id);
    let told = report::Report {
        title: args.title.as_deref().or(config.report.title.as_deref()),
        review: &reviewed,
        as_of: canon.as_of,
        timezone: config.zone.name(),
        currency: args.reading.currency.as_deref().or(config.currency.as_deref()),
        clock: &clock,
        account: &loaded.account,
        notes: &notes,
        metrics: metrics.iter().filter(shown).copied().collect(),
        origin: &origin,
    };
    let page = html::Page {
        language: "en",
        version: env!("CARGO_PKG_VERSION"),
    };
    data::tell(global, &loaded.account, &notes);
    output::write(&targets, global, |format, style| {
        Ok(match format {
            Format::Markdown => markdown::text(&report::document(&told, Detail::Whole)).into_bytes(),
            Format::Html => html::text(&report::document(&told, Detail::Whole), &page).into_bytes(),
            Format::Json => {
                let mut bytes = Vec::new();
                report::json::write(&told, &mut bytes)?;
                bytes
            }
            Format::Csv => {
                let mut bytes = Vec::new();
                csv::write(&report::json::measured(&told), &mut bytes)?;
                bytes
            }
            _ => terminal::text(&report::document(&told, Detail::Brief), style).into_bytes(),
        })
    })
}

/// The metrics that are named, else the key ones, in the order of the catalogue.
fn chosen<'c>(config: &'c Config, named: &[String]) -> anyhow::Result<Vec<&'c Metric>> {
    let ids = named
        .iter()
        .map(|id| find(&config.catalog, id).map(|metric| metric.id.as_str()))
        .collect::<anyhow::Result<Vec<&str>>>()?;
    let is_chosen = |metric: &&Metric| {
        if ids.is_empty() {
            metric.key && !metric.hidden
        } else {
            ids.contains(&metric.id.as_str())
        }
    };
    Ok(config.catalog.iter().filter(is_chosen).collect())
}

/// Those of the usual dimensions that tell a few groups apart.
fn usual(canon: &Canon) -> Vec<String> {
    let values = |dimension: &str| {
        let mut codes = BTreeSet::new();
        for rows in canon.tables.values() {
            let Some(Data::Code(_)) = rows.columns.get(dimension) else {
                continue;
            };
            let column = rows.codes(dimension);
            for code in (0..rows.len).map(|row| column.at(row)).filter(|code| *code != NO_CODE) {
                codes.insert(code);
                if codes.len() > MOST {
                    return codes.len();
                }
            }
        }
        codes.len()
    };
    USUAL
        .iter()
        .filter(|dimension| (2..=MOST).contains(&values(dimension)))
        .map(|dimension| dimension.to_string())
        .collect()
}

/// The command as it can be typed again.
fn command(args: impl Iterator<Item = OsString>) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=,:%+@".contains(c);
    let quoted = args.map(|arg| {
        let arg = arg.to_string_lossy().into_owned();
        if !arg.is_empty() && arg.chars().all(plain) {
            arg
        } else {
            format!("'{}'", arg.replace('\'', "'\\''"))
        }
    });
    std::iter::once("relhealth".to_string()).chain(quoted).collect::<Vec<_>>().join(" ")
}
