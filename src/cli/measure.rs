//! `measure`: metrics for periods and slices.

use std::collections::BTreeSet;

use super::args::{Data, Global, Measure};
use super::data::{self, Run};
use super::metrics::find;
use super::output::{self, Format};
use crate::catalog::Metric;
use crate::measure::{self, Compare, Request};
use crate::note::{Problem, did_you_mean};
use crate::period::{Grain, Period, Wanted, Zone};
use crate::render::{csv, json, markdown, summary, terminal};
use crate::report::Measured;
use crate::schema::Micros;

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, data: &Data, args: &Measure) -> anyhow::Result<()> {
    let targets = output::targets(&args.outputs, &[Format::Table, Format::Csv, Format::Json, Format::Markdown])?;
    let config = data::config(global, data)?;
    let ids = args.metrics.iter().map(|id| find(&config.catalog, id).map(|m| m.id.clone())).collect::<Result<Vec<String>, Problem>>()?;
    let periods = Periods::parse(args)?;
    let filter = args.filter.as_deref().map(data::filter).transpose()?;
    let compare = compares(&args.compare)?;
    let metrics = if ids.is_empty() { config.catalog.iter().filter(|m| !m.hidden).map(|m| m.id.clone()).collect() } else { ids.clone() };
    let chosen: Vec<&Metric> = metrics.iter().filter_map(|id| config.catalog.get(id)).collect();
    let mut texts: BTreeSet<String> = args.by.iter().cloned().collect();
    texts.extend(filter.iter().flat_map(|f| f.columns()));
    let run = Run { by: &args.by, filter: filter.as_ref(), keep_lines: false };
    let loaded = data::load(global, data, &config, &chosen, texts, &run)?;
    let request = Request {
        metrics,
        all: ids.is_empty(),
        periods: periods.resolve(&config.zone, loaded.canon.as_of, args.incomplete)?,
        by: data::spelled(&args.by, &loaded.canon)?,
        filter: filter.map(|f| data::spell(&f, &loaded.canon)).transpose()?,
        total: args.total,
        compare,
        level: data.level.unwrap_or(config.level),
    };
    let outcome = measure::measure(&loaded.canon, &config.catalog, &config.settings, &request)?;
    let mut notes = loaded.notes;
    notes.extend(outcome.notes);
    let measured = Measured {
        as_of: loaded.canon.as_of,
        timezone: config.zone.name().to_string(),
        level: request.level,
        currency: data.currency.clone().or(config.currency.clone()),
        clock: data::clock_words(&config.settings.clock),
        dimensions: request.by.clone(),
        metrics: outcome.metrics,
        cells: outcome.cells,
        account: loaded.account,
        notes,
    };
    data::tell(global, &measured.account, &measured.notes);
    output::write(&targets, global, |format, style| {
        let mut bytes = Vec::new();
        match format {
            Format::Json => json::write(&measured, &mut bytes)?,
            Format::Csv => csv::write(&measured, &mut bytes)?,
            Format::Markdown => bytes = markdown::text(&summary::document(&measured, request.all)).into_bytes(),
            Format::Table => bytes = terminal::text(&summary::document(&measured, request.all), style).into_bytes(),
        }
        Ok(bytes)
    })
}

fn compares(names: &[String]) -> Result<Vec<Compare>, Problem> {
    let all = [Compare::Previous, Compare::YearAgo];
    let mut found: Vec<Compare> = names
        .iter()
        .map(|name| {
            all.into_iter().find(|c| c.as_str() == name).ok_or_else(|| {
                Problem::usage(format!("unknown comparison `{}`", crate::note::visible(name))).hint(did_you_mean(name, all.map(Compare::as_str)))
            })
        })
        .collect::<Result<_, _>>()?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// What periods were asked for, before it is known until when the data go.
pub struct Periods {
    period: Option<(Wanted, String)>,
    grain: Option<Grain>,
    last: Option<usize>,
}

impl Periods {
    /// Reads `--period`, `--grain` and `--last`.
    ///
    /// # Errors
    /// What is no period or grain, as wrong usage, before any data are read.
    pub fn parse(args: &Measure) -> Result<Periods, Problem> {
        Periods::of(args.period.as_deref(), args.grain.as_deref(), args.last)
    }

    /// The same of the options by themselves.
    ///
    /// # Errors
    /// As there.
    pub fn of(period: Option<&str>, grain: Option<&str>, last: Option<usize>) -> Result<Periods, Problem> {
        let wrong = |option: &str, text: &str, why: String| Problem::usage(format!("{option} {}", crate::note::visible(text))).why(why);
        let period = period.map(|text| Wanted::parse(text).map(|w| (w, text.to_string())).map_err(|why| wrong("--period", text, why))).transpose()?;
        let grain = grain.map(|text| Grain::parse(text).map_err(|why| wrong("--grain", text, why))).transpose()?;
        if last == Some(0) {
            return Err(Problem::usage("--last 0").why("there is nothing to show").hint("--last 1 is the last complete period"));
        }
        Ok(Periods { period, grain, last })
    }

    /// The periods, ascending. Incomplete ones are left out unless asked for; a period named alone is asked for.
    ///
    /// # Errors
    /// When none is left, saying why.
    pub fn resolve(&self, zone: &Zone, as_of: Micros, incomplete: bool) -> Result<Vec<Period>, Problem> {
        let grain = self.grain.unwrap_or(Grain::Month);
        let named = self.period.clone().map(|(wanted, text)| (wanted.resolve(zone, as_of), text));
        let mut periods = match (&named, self.grain, self.last) {
            (Some((period, _)), None, None) => return Ok(vec![period.clone()]),
            (Some((period, _)), None, Some(n)) => match period.kind {
                crate::period::Kind::Grain(_) => {
                    let mut all = vec![period.clone()];
                    (1..n).for_each(|_| all.insert(0, all[0].previous()));
                    all
                }
                _ => period.split(grain),
            },
            (Some((period, _)), Some(grain), _) => period.split(grain),
            (None, _, last) => {
                let mut all = Period::last_n(grain, last.unwrap_or(1), as_of, zone);
                if incomplete {
                    let current = Period::of(grain, zone.day_of(as_of - 1), zone);
                    if all.last().is_none_or(|p| p.start < current.start) {
                        all.push(current);
                    }
                }
                all
            }
        };
        if !incomplete {
            periods.retain(|p| p.is_complete(as_of));
        }
        if let (Some(n), true) = (self.last, self.grain.is_some()) {
            let extra = periods.len().saturating_sub(n);
            periods.drain(..extra);
        }
        if periods.is_empty() {
            let what = named.map_or_else(|| "the data".to_string(), |(_, text)| format!("--period {text}"));
            return Err(Problem::usage(format!("{what} holds no complete {}", grain.name()))
                .why(format!("as-of is {}", crate::period::instant_text(as_of)))
                .hint("--incomplete shows periods that are not over, --as-of moves the end of what is known"));
        }
        Ok(periods)
    }
}
