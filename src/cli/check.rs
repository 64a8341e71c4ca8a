//! `check`: judges the rules of the configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use super::args::{Check, FailOn, Global};
use super::conditions;
use super::data::{self, Needed};
use super::failure;
use super::formats::RulesFormat;
use super::output;
use super::periods::{division, may_choose};
use super::setup;
use crate::canonical::CanonicalTables;
use crate::catalog::Metric;
use crate::check::baseline::{self, Baseline};
use crate::check::{self, CheckRequest, CheckResult, DataTest, Rule, RuleTarget, Terms, Waiver};
use crate::config::{Config, ConfigErrors, SourceText};
use crate::diagnostics::{Class, Problem, did_you_mean, visible};
use crate::io::{Source, write_bytes};
use crate::notes::{AsOfDoubt, Note, RunNote};
use crate::period::{Grain, Period, Wanted};
use crate::render::check::document::Show;
use crate::render::check::json;
use crate::schema::Micros;
use crate::toml_reader::ConfigError;
use crate::wire;

/// Runs the command. The code is that of a failed check where a rule failed or could not be judged.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Check) -> anyhow::Result<ExitCode> {
    if args.list {
        return list(global, args);
    }
    let targets = args.outputs.targets()?;
    let mut config = setup::config(global, args.reading.overrides())?;
    let rules = chosen(std::mem::take(&mut config.rules), &args.only, global)?;
    let waivers = relevant(std::mem::take(&mut config.waivers), &rules, &args.only);
    let wanted = args
        .period
        .as_deref()
        .map(|text| Wanted::parse(text, config.week_start))
        .transpose();
    let wanted = wanted.map_err(Problem::usage)?;
    let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;

    let metrics: Vec<&Metric> = rules.iter().filter_map(|rule| config.catalog.get(&rule.metric()?.metric)).collect();
    let of_metrics = || rules.iter().filter_map(Rule::metric);
    let mut dimensions: BTreeSet<String> = of_metrics().flat_map(|rule| rule.by.iter().map(|by| by.name.clone())).collect();
    dimensions.extend(
        of_metrics()
            .filter_map(|rule| rule.filter.as_ref())
            .flat_map(|filter| filter.expr.columns()),
    );
    let needed = Needed {
        metrics: &metrics,
        dimensions,
        keep_lines: false,
        division: division(wanted.as_ref(), args.grain, config.week_start),
    };
    let loaded = data::load(global, &args.inputs, &args.reading, &config, needed)?;
    may_choose(wanted.as_ref(), args.reading.states_as_of(&config), &loaded.canonical)?;
    let canonical = &loaded.canonical;
    let (rules, renamed) = fitted(rules, global, canonical)?;
    let waivers = waivers.into_iter().map(|waiver| shown(waiver, &renamed, canonical)).collect();
    let period = match wanted {
        Some(wanted) => wanted.resolve(&config.zone, canonical.as_of),
        None => Period::last_complete(
            args.grain.unwrap_or(Grain::Month).with_weeks(config.week_start),
            canonical.as_of,
            &config.zone,
        ),
    };
    let currency = args.reading.currency.clone().or(config.currency.clone());
    let confidence = config.confidence_at(args.level);
    let mut notes = loaded.notes.clone();
    notes.extend(remarks(&rules, args.reading.as_of.is_some() || config.as_of.is_some()));
    let ask = CheckRequest {
        rules,
        waivers,
        period,
        confidence,
        terms: terms(&config, currency.as_deref(), confidence.level),
        currency,
        baseline,
    };
    let checked = check::check(canonical, &loaded.account, notes, &config.catalog, &config.settings, ask)?;
    data::tell(global, &checked.account, &checked.notes);
    if let Some(file) = &args.save_baseline {
        write_bytes(file, baseline::text(&checked).as_bytes())?;
    }
    let fails = checked.fails(args.fail_on == FailOn::Warn);
    let output = Output {
        document: json::document(&checked, fails),
        on_warnings: args.fail_on == FailOn::Warn,
        says_nothing: global.quiet && checked.is_well(),
        explain: args.explain,
        quiet: global.quiet,
        checked: &checked,
    };
    let written = output::write(&targets, global, |format, style, out| format.write(&output, style, out));
    // Whoever reads no further has to be told of the verdict all the same.
    written.or_else(|error| if failure::is_pipe_closed(&error) { Ok(()) } else { Err(error) })?;
    Ok(if fails {
        ExitCode::from(Class::Check.exit_code())
    } else {
        ExitCode::SUCCESS
    })
}

/// What is written.
pub struct Output<'a> {
    /// The check.
    pub checked: &'a CheckResult,
    /// The same for programs.
    pub document: wire::check::Check,
    /// Whether a rule that warns fails the run too.
    pub on_warnings: bool,
    /// Whether a terminal has to be told nothing.
    pub says_nothing: bool,
    explain: bool,
    quiet: bool,
}

impl Output<'_> {
    /// How much of it a document for people shows: `whole`, all that there is.
    pub fn show(&self, whole: bool) -> Show {
        Show {
            whole,
            explain: self.explain,
            trouble_only: self.quiet && !whole,
        }
    }
}

/// The clock's time, for the one number that is not of the data.
pub fn now() -> Micros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Micros::try_from(since.as_micros()).unwrap_or(Micros::MAX)
}

/// The rules that are asked for.
fn chosen(rules: Vec<Rule>, only: &[String], global: &Global) -> anyhow::Result<Vec<Rule>> {
    if rules.is_empty() {
        let file = global.config.as_deref().unwrap_or(Path::new(setup::FILE)).display().to_string();
        return Err(Problem::usage(format!("there is no rule in {}", visible(&file)))
            .why("a check judges its [[rule]]s")
            .hint("write one, or begin with a preset: [[rule]] preset = \"support\"")
            .into());
    }
    for id in only {
        if rules.iter().all(|rule| rule.id != *id) {
            return Err(Problem::usage(format!("there is no rule `{}`", visible(id)))
                .hint(did_you_mean(id, rules.iter().map(|rule| &rule.id)))
                .into());
        }
    }
    Ok(rules
        .into_iter()
        .filter(|rule| only.is_empty() || only.contains(&rule.id))
        .collect())
}

/// The waivers that the chosen rules may need: those of other rules are not asked about.
fn relevant(waivers: Vec<Waiver>, rules: &[Rule], only: &[String]) -> Vec<Waiver> {
    let of_rules = |waiver: &Waiver| rules.iter().any(|rule| waiver.covers(rule, &waiver.by));
    waivers.into_iter().filter(|waiver| only.is_empty() || of_rules(waiver)).collect()
}

/// Lists the rules.
fn list(global: &Global, args: &Check) -> anyhow::Result<ExitCode> {
    let targets = output::targets::<RulesFormat>(args.outputs.format.as_deref(), &args.outputs.output)?;
    let mut config = setup::config(global, args.reading.overrides())?;
    let rules = chosen(std::mem::take(&mut config.rules), &args.only, global)?;
    let terms = terms(&config, config.currency.as_deref(), config.confidence.level);
    let listed = CheckResult::unjudged(rules, terms, config.currency.clone(), config.confidence.level);
    output::write(&targets, global, |format, style, out| format.write(&listed, style, out))?;
    Ok(ExitCode::SUCCESS)
}

fn read_baseline(path: &Path) -> anyhow::Result<Baseline> {
    let text = Source::file(path).and_then(|source| source.text());
    let text = text.map_err(|error| Problem::from_error(Class::Usage, error).hint("write one with --save-baseline"))?;
    Baseline::parse(&visible(&path.display().to_string()), &text)
}

/// The rules with their dimensions as the data have them. What the data lack is shown where it is written, all at once. With redaction an id
/// that was made of a condition changes with it: the new ids by the old ones.
fn fitted(rules: Vec<Rule>, global: &Global, canonical: &CanonicalTables) -> anyhow::Result<(Vec<Rule>, BTreeMap<String, String>)> {
    let mut renamed = BTreeMap::new();
    let written = setup::written(global.config.as_deref())?;
    let (name, text) = written.map_or((String::new(), String::new()), |(path, text)| (path.display().to_string(), text));
    let source = SourceText { file: &name, text: &text };
    let mut errors: Vec<ConfigError> = Vec::new();
    let rules = rules
        .into_iter()
        .map(|mut rule| {
            let is_derived = rule.id == rule.of.id();
            if let RuleTarget::Metric(metric) = &mut rule.of {
                for by in &mut metric.by {
                    match conditions::spelled(std::slice::from_ref(&by.name), canonical) {
                        Ok(spelled) => by.name = spelled.concat(),
                        Err(error) => errors.extend(error.downcast::<Problem>().map(|p| source.error(by.span.clone(), p.what, p.hint))),
                    }
                }
                if let Some(filter) = &mut metric.filter {
                    match conditions::fit(&filter.expr, canonical) {
                        Ok(expr) => filter.expr = expr,
                        Err(error) => {
                            let span = source.within_string(filter.span.clone(), error.span);
                            errors.push(source.error(span, error.message, error.hint));
                        }
                    }
                }
            }
            if canonical.redaction.is_some() && is_derived {
                let id = rule.of.id();
                renamed.insert(std::mem::replace(&mut rule.id, id.clone()), id);
            }
            rule
        })
        .collect();
    if errors.is_empty() {
        Ok((rules, renamed))
    } else {
        Err(ConfigErrors::new(errors).into())
    }
}

/// A waiver with its groups as they are shown.
fn shown(mut waiver: Waiver, renamed: &BTreeMap<String, String>, canonical: &CanonicalTables) -> Waiver {
    if canonical.redaction.is_some() {
        let id = waiver.id.as_ref().and_then(|id| renamed.get(id)).cloned();
        waiver.id = id.or(waiver.id);
        for (dimension, value) in &mut waiver.by {
            *dimension = canonical.column_named(dimension).to_string();
            *value = canonical.shown_text(value);
        }
        // One that does not fit is of no rule.
        waiver.filter = waiver.filter.map(|filter| conditions::fit(&filter, canonical).unwrap_or(filter));
    }
    waiver
}

/// What numbers of two runs must have in common to be compared.
fn terms(config: &Config, currency: Option<&str>, level: f64) -> Terms {
    Terms::new(config.zone.name(), currency, &config.settings, &config.rates, level)
        .with_weeks(config.week_start)
        .with_conditions(&config.sources)
}

/// What a rule cannot say of the data as they are read.
fn remarks(rules: &[Rule], as_of_is_stated: bool) -> Option<Note> {
    let of_age = |rule: &Rule| matches!(&rule.of, RuleTarget::Data(data) if matches!(data.test, DataTest::MaxAge(_)));
    let doubt = AsOfDoubt::AgeOfData;
    (!as_of_is_stated && rules.iter().any(of_age)).then(|| Note::new(RunNote::AsOf { doubt }))
}
