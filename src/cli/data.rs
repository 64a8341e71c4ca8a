//! Reading the inputs of a command: configuration, files, the row account and what is told of it.

use std::collections::BTreeSet;

use super::args::{Global, Reading};
use super::failure::say;
use super::inputs;
use crate::canon::{self, Budget, Canon, Loaded, Options};
use crate::catalog::Metric;
use crate::config::{Config, Overlay};
use crate::expr::{self, Expr};
use crate::note::{Note, Problem, did_you_mean};
use crate::period::{Clock, parse_as_of};
use crate::render::account;
use crate::report::FileAccount;
use crate::schema::Table;

/// Reads the inputs.
///
/// # Errors
/// Wrong usage, or data that cannot be used.
pub fn load(
    named: &[String],
    reading: &Reading,
    config: &Config,
    metrics: &[&Metric],
    mut texts: BTreeSet<String>,
    keep_lines: bool,
) -> anyhow::Result<Loaded> {
    let mut inputs = inputs::resolve(named, &config.sources)?;
    Overlay::apply(&reading.map, &mut inputs)?;
    let threads = reading.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get), usize::from);
    // Nothing that comes out depends on the number of threads; where a pool is there already, it stays.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    for metric in metrics {
        texts.extend(metric.columns().iter().map(|c| c.name.to_string()));
    }
    let as_of = reading.as_of.as_deref().map(|text| parse_as_of(text, &config.zone)).transpose().map_err(|why| Problem::usage("--as-of").why(why))?;
    let budget = if reading.strict { Budget::None } else { reading.max_rejects.unwrap_or_default() };
    let options = Options {
        threads,
        zone: config.zone.clone(),
        as_of: as_of.or(config.as_of),
        texts,
        keep_lines,
        keep_unused: reading.rejects.is_some(),
        budget,
        currency: reading.currency.clone().or(config.currency.clone()),
        rates: config.rates.clone(),
    };
    if let Some(file) = &reading.rejects {
        // A run that stops at its budget leaves the rejects too: they are what one needs then.
        let loaded = canon::load(&inputs, &Options { budget: Budget::Number(u64::MAX), ..options.clone() })?;
        super::rejects::write(file, &loaded.unused)?;
        loaded.account.iter().try_for_each(|a| options.budget.check_account(a))?;
        return Ok(loaded);
    }
    canon::load(&inputs, &options)
}

/// Reads a `--where`.
///
/// # Errors
/// What is no expression, with the place.
pub fn filter(text: &str) -> Result<Expr, Problem> {
    expr::parse(text).map_err(|error| Problem::usage("--where cannot be read").why(error.render(text)))
}

/// The dimensions in the spelling of the reading.
///
/// # Errors
/// A dimension that no table has, with the nearest that there is.
pub fn spelled(by: &[String], canon: &Canon) -> Result<Vec<String>, Problem> {
    by.iter().map(|name| known(name, canon)).collect()
}

/// A condition over dimensions in the spelling of the reading.
///
/// # Errors
/// A dimension that no table has.
pub fn spell(filter: &Expr, canon: &Canon) -> Result<Expr, Problem> {
    struct Dimensions<'a>(&'a Canon);
    impl expr::Scope for Dimensions<'_> {
        fn unit(&self, name: &str) -> Option<(String, crate::schema::Unit)> {
            known(name, self.0).ok().map(|name| (name, crate::schema::Unit::Text))
        }
        fn names(&self) -> Vec<String> {
            dimensions(self.0)
        }
    }
    let scope = Dimensions(canon);
    let wrong = |error: expr::ExprError| Problem::usage("--where does not fit the data").why(error.render(filter.text()));
    match filter.check(&scope) {
        Ok(crate::schema::Unit::Bool) => filter.resolve(&scope).map_err(wrong),
        Ok(_) => Err(Problem::usage("--where is no condition").why(filter.text().to_string()).hint("write one like region = 'north'")),
        Err(error) => Err(wrong(error)),
    }
}

fn known(name: &str, canon: &Canon) -> Result<String, Problem> {
    let all = dimensions(canon);
    all.iter().find(|d| d.eq_ignore_ascii_case(name)).cloned().ok_or_else(|| {
        Problem::usage(format!("no input has a dimension `{}`", crate::note::visible(name)))
            .why("a dimension is a column of text of an input or of the roster")
            .hint(did_you_mean(name, &all))
    })
}

/// All dimensions that are loaded.
fn dimensions(canon: &Canon) -> Vec<String> {
    let mut names: BTreeSet<String> = BTreeSet::from(["type".to_string()]);
    for (table, rows) in &canon.tables {
        let texts = rows.columns.iter().filter(|(_, data)| matches!(data, canon::Data::Code(_)));
        names.extend(texts.map(|(name, _)| name.clone()).filter(|n| !n.ends_with("_id") && !n.starts_with('#') && (*table != Table::Identities)));
    }
    names.into_iter().collect()
}

/// Which clock durations are measured by.
pub fn clock_words(clock: &Clock) -> String {
    match clock {
        Clock::Calendar => "calendar hours".to_string(),
        Clock::Business(hours) => format!("business hours ({})", hours.zone().name()),
    }
}

/// Tells of the row account and the findings on stderr.
pub fn tell(global: &Global, files: &[FileAccount], notes: &[Note]) {
    if global.quiet {
        return;
    }
    files.iter().for_each(|file| say(&account::line(file)));
    notes.iter().for_each(|note| say(&format!("note: {note}")));
}
