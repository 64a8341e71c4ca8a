//! `report`: the report of a period.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::args::{Global, Report};
use super::conditions;
use super::data::{self, Needed};
use super::formats::{Formats, ReportFormat};
use super::metrics::find;
use super::output::{self, Target};
use super::periods::{division, may_choose};
use super::setup;
use crate::analyses;
use crate::canonical::{CanonicalTables, Data};
use crate::catalog::Metric;
use crate::check::RestsOn;
use crate::config::{Config, expression};
use crate::diagnostics::{Class, Problem};
use crate::findings::{self, ReviewRequest};
use crate::health;
use crate::io::Source;
use crate::measure;
use crate::notes::{Note, RunNote};
use crate::period::{Grain, Period, Wanted};
use crate::render::document::{Detail, Document};
use crate::render::html;
use crate::render::report::{self, Origin};
use crate::render::template::{self, Layout};
use crate::report::Clock;
use crate::report_diff::redact::REDACTED;
use crate::schema::{NO_CODE, interactions, stakeholders};

/// The dimensions that a report breaks metrics down by where none are named, if the data have them. Who keeps a relationship is not among
/// them: a table of one's staff is made on purpose or not at all.
const USUAL: [&str; 5] = [
    stakeholders::TYPE.name,
    stakeholders::SEGMENT.name,
    stakeholders::TIER.name,
    stakeholders::REGION.name,
    interactions::CHANNEL.name,
];

/// More groups than this are not a breakdown that one asks for without a word.
const MOST: usize = 24;

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Report) -> anyhow::Result<()> {
    let targets = args.outputs.targets()?;
    let config = setup::config(global, args.reading.overrides())?;
    let named = if args.metrics.is_empty() {
        &config.report.metrics
    } else {
        &args.metrics
    };
    let mut metrics = chosen(&config, named)?;
    let template = args.template.as_deref().map(|path| template_of(path, &targets)).transpose()?;
    let opened = args.open.then(|| to_open(&targets)).transpose()?;
    let wanted = args
        .period
        .as_deref()
        .map(|text| Wanted::parse(text, config.week_start))
        .transpose();
    let wanted = wanted.map_err(Problem::usage)?;
    let filter = args.filter.as_deref().map(|text| expression("--where", text)).transpose()?;
    let by = if args.by.is_empty() { &config.report.by } else { &args.by };
    let mut dimensions: BTreeSet<String> = by.iter().cloned().collect();
    if by.is_empty() {
        dimensions.extend(USUAL.map(str::to_string));
    }
    dimensions.extend(filter.iter().flat_map(|f| f.columns()));
    dimensions.extend(analyses::columns_to_load().map(str::to_string));
    dimensions.extend(health::columns_to_load(&config.settings));
    let needed = Needed {
        metrics: &metrics,
        dimensions,
        keep_lines: true,
        division: division(wanted.as_ref(), args.grain, config.week_start),
    };
    let mut loaded = data::load(global, &args.inputs, &args.reading, &config, needed)?;
    may_choose(wanted.as_ref(), args.reading.states_as_of(&config), &loaded.canonical)?;
    let filter = conditions::spell(filter, &loaded.canonical, &mut loaded.notes)?;
    let canonical = &loaded.canonical;
    if named.is_empty() {
        metrics.retain(|metric| !measure::is_superseded(metric, &config.catalog, canonical, &config.settings));
    }
    let period = match wanted {
        Some(wanted) => wanted.resolve(&config.zone, canonical.as_of),
        None => Period::latest(
            args.grain.unwrap_or(Grain::Month).with_weeks(config.week_start),
            canonical.as_of,
            canonical.first_record(),
            &config.zone,
        ),
    };
    let mut periods: Vec<Period> = std::iter::successors(Some(period), |period| Some(period.previous()))
        .take(usize::from(args.last))
        .collect();
    periods.reverse();
    let ask = ReviewRequest {
        metrics: metrics.iter().map(|metric| metric.id.clone()).collect(),
        periods,
        by: if by.is_empty() {
            usual(canonical)
        } else {
            conditions::spelled(by, canonical)?
        },
        filter,
        confidence: config.confidence_at(args.level),
        contributors: targets.iter().any(|target| target.format == ReportFormat::Json),
        goals: config.goals.clone(),
        segments: config.segments.clone(),
    };
    global.progress.at("Measuring");
    let reviewed = findings::review(canonical, &config.catalog, &config.settings, &ask)?;
    let mut notes = loaded.notes.clone();
    for note in &reviewed.notes {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    let clock = Clock::from(&config.settings.clock);
    global.progress.at("Writing");
    let origin = Origin {
        command: match args.reading.redact {
            // What the options hold may be a name.
            true => REDACTED.to_string(),
            false => command(std::env::args_os().skip(1)),
        },
        version: env!("CARGO_PKG_VERSION").to_string(),
        inputs: loaded.fingerprints()?,
    };
    let shown = |metric: &&&Metric| reviewed.scores.iter().any(|score| score.metric.id == metric.id);
    let rests_on = RestsOn {
        catalog: &config.catalog,
        canonical,
        settings: &config.settings,
        rates: &config.rates,
        sources: &config.sources,
    };
    let told = report::Report {
        title: args.title.as_deref().or(config.report.title.as_deref()),
        review: &reviewed,
        canonical,
        renewal_days: config.settings.renewal_days,
        as_of: canonical.as_of,
        timezone: config.zone.name(),
        currency: args.reading.currency.as_deref().or(config.currency.as_deref()),
        clock: &clock,
        account: &loaded.account,
        notes: &notes,
        metrics: metrics.iter().filter(shown).copied().collect(),
        settings: metrics.iter().map(|metric| (metric.id.clone(), rests_on.of(metric))).collect(),
        origin: &origin,
    };
    data::tell(global, &loaded.account, &notes);
    let output = Output { told, template };
    output::write(&targets, global, |format, style, out| format.write(&output, style, out))?;
    if let Some(file) = opened
        && let Err(error) = open::that_detached(&file)
    {
        let note = RunNote::NotOpened {
            file: file.display().to_string(),
            reason: error.to_string(),
        };
        global.say(&format!("note{}", Note::new(note).with_code()));
    }
    Ok(())
}

/// What is written.
pub struct Output<'a> {
    /// What the report tells.
    pub told: report::Report<'a>,
    template: Option<Template>,
}

impl Output<'_> {
    /// The report as a document for people.
    pub fn document(&self, detail: Detail) -> Document {
        report::document(&self.told, detail)
    }

    /// The report in a layout of the user's own, where there is one for pages or texts of that kind.
    ///
    /// # Errors
    /// What is wrong with the template.
    pub fn in_layout(&self, layout: Layout) -> anyhow::Result<Option<String>> {
        let template = self.template.as_ref().filter(|template| template.layout == layout);
        let text = template.map(|own| {
            let whole = self.document(Detail::Page);
            template::text(&own.file, &own.text, layout, &self.told, &whole, &html::Page::CURRENT)
        });
        text.transpose()
    }
}

/// A layout of the user's own.
struct Template {
    file: String,
    text: String,
    layout: Layout,
}

/// Reads a template; something has to be written with it.
fn template_of(path: &Path, targets: &[Target<ReportFormat>]) -> anyhow::Result<Template> {
    let layout = Layout::of(path)?;
    let format = match layout {
        Layout::Html => ReportFormat::Html,
        Layout::Markdown => ReportFormat::Markdown,
    };
    if targets.iter().all(|target| target.format != format) {
        let name = format.format().name;
        let what = format!("--template {} lays out {name}, and none is asked for", path.display());
        return Err(Problem::usage(what).hint(format!("add --output FILE, or --output {name}")).into());
    }
    let text = Source::file(path).and_then(|source| source.text());
    Ok(Template {
        file: path.display().to_string(),
        text: text.map_err(|error| Problem::from_error(Class::Usage, error))?,
        layout,
    })
}

/// The file to open: a page before all else.
fn to_open(targets: &[Target<ReportFormat>]) -> anyhow::Result<PathBuf> {
    let mut files: Vec<&Target<ReportFormat>> = targets.iter().filter(|target| target.file.is_some()).collect();
    files.sort_by_key(|target| target.format != ReportFormat::Html);
    let file = files.first().and_then(|target| target.file.clone());
    file.ok_or_else(|| Problem::usage("--open needs a file").hint("add --output report.html").into())
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
fn usual(canonical: &CanonicalTables) -> Vec<String> {
    let values = |dimension: &str| {
        let mut codes = BTreeSet::new();
        for rows in canonical.tables.values() {
            let Some(Data::Code(_)) = rows.columns.get(dimension) else {
                continue;
            };
            let column = rows.dimension(dimension);
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

/// The command as it can be typed again. What makes no difference to what comes out is left out.
fn command(args: impl Iterator<Item = OsString>) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=,:%+@".contains(c);
    let mut words = vec!["relhealth".to_string()];
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    while let Some(arg) = args.next() {
        let name = arg.split_once('=').map_or(arg.as_str(), |(name, _)| name);
        match name {
            "--quiet" | "-q" | "--open" => continue,
            "--threads" | "--color" => {
                if name == arg {
                    args.next();
                }
                continue;
            }
            _ => {}
        }
        words.push(if !arg.is_empty() && arg.chars().all(plain) {
            arg
        } else {
            format!("'{}'", arg.replace('\'', "'\\''"))
        });
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_typed_again() {
        let told = |args: &[&str]| command(args.iter().map(OsString::from));
        assert_eq!(
            told(&[
                "report",
                "my file.csv",
                "--threads",
                "2",
                "-q",
                "--title",
                "it's",
                "--color=never",
                "-o",
                "r.html"
            ]),
            r"relhealth report 'my file.csv' --title 'it'\''s' -o r.html"
        );
    }
}
