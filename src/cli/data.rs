//! Reading the inputs of a command: configuration, files, the row account and what is told of it.

use std::collections::BTreeSet;

use super::args::{Global, Reading};
use super::conditions;
use super::inputs;
use super::unpack::unpack;
use crate::canonical::{self, Budget, Joins, Key, Loaded, Options, Redact};
use crate::catalog::Metric;
use crate::config::{Config, Overlay, StatedDates, expression};
use crate::diagnostics::{Message, Problem, counted};
use crate::expr::Expr;
use crate::ingest::Limits;
use crate::io::{Expansion, write_bytes};
use crate::measure;
use crate::notes::{NotReadAlone, Note, RunNote};
use crate::period::{Division, Grain, parse_as_of};
use crate::render::{record_counts, rejects};
use crate::report::RecordCounts;
use crate::sources::Input;

/// What a command needs of its inputs.
pub struct Needed<'a> {
    /// The metrics that are measured.
    pub metrics: &'a [&'a Metric],
    /// The dimensions that they are broken down or filtered by.
    pub dimensions: BTreeSet<String>,
    /// Whether the line of each record is kept.
    pub keep_lines: bool,
    /// The periods that are measured.
    pub division: Division,
}

/// Reads the inputs.
///
/// # Errors
/// Wrong usage, or data that cannot be used.
pub fn load(global: &Global, named: &[String], reading: &Reading, config: &Config, needed: Needed<'_>) -> anyhow::Result<Loaded> {
    let options = Options {
        dimensions: needed.dimensions,
        texts: measure::columns_to_load(&config.catalog, needed.metrics.iter().copied()),
        keep_lines: needed.keep_lines,
        division: needed.division,
        ..options(reading, config)?
    };
    let mut loaded = read(global, named, reading, config, &options)?;
    let notes = conditions::of_metrics(needed.metrics, &loaded.canonical);
    loaded.notes.extend(notes);
    if options.currency.is_none() && !options.rates.is_empty() {
        loaded.notes.push(Note::new(RunNote::RatesNotUsed));
    }
    let notes = conditions::of_tiers(config.settings.contact_days.keys(), &loaded.canonical);
    loaded.notes.extend(notes);
    Ok(loaded)
}

/// What a command on single relationships is asked for: inputs, and groups by their dimensions.
pub struct Asked<'a> {
    /// The inputs that are named.
    pub inputs: &'a [String],
    /// How they are read.
    pub reading: &'a Reading,
    /// The dimensions of the groups.
    pub by: &'a [String],
    /// Which groups count, as it was written.
    pub filter: Option<&'a str>,
    /// Columns of text that are read in addition.
    pub columns: BTreeSet<String>,
    /// Metrics whose columns are read in addition.
    pub metrics: &'a [&'a Metric],
    /// The periods that are looked at.
    pub division: Division,
}

/// What was read for such a command.
pub struct Grouped {
    /// The tables and their record counts.
    pub loaded: Loaded,
    /// The dimensions of the groups, which the data have.
    pub by: Vec<String>,
    /// Which groups count.
    pub filter: Option<Expr>,
}

/// Reads the inputs of a command on single relationships.
///
/// # Errors
/// Those of [`load`], records that are all about nobody, a condition that cannot be read, a dimension that no table has.
pub fn load_grouped(global: &Global, config: &Config, asked: Asked<'_>) -> anyhow::Result<Grouped> {
    let filter = asked.filter.map(|text| expression("--where", text)).transpose()?;
    let mut dimensions = asked.columns;
    dimensions.extend(asked.by.iter().cloned());
    dimensions.extend(filter.iter().flat_map(|filter| filter.columns()));
    let needed = Needed {
        metrics: asked.metrics,
        dimensions,
        keep_lines: false,
        division: asked.division,
    };
    let mut loaded = load(global, asked.inputs, asked.reading, config, needed)?;
    let of_nobody: u64 = loaded.account.iter().map(|file| file.without_person).sum();
    let used: u64 = loaded.account.iter().map(|file| file.used).sum();
    if of_nobody > 0 && of_nobody == used {
        return Err(
            Problem::data("there are no relationships to look at, because no record says whom it is about")
                .why(format!(
                    "{} for no person",
                    counted(of_nobody, "used record counts", "used records count")
                ))
                .hint("if a column names people, map it: --map FILE:stakeholder_id=COLUMN")
                .into(),
        );
    }
    Ok(Grouped {
        by: conditions::spelled(asked.by, &loaded.canonical)?,
        filter: conditions::spell(filter, &loaded.canonical, &mut loaded.notes)?,
        loaded,
    })
}

/// Reads everything that the inputs hold, to write it out again.
///
/// # Errors
/// Those of [`load`].
pub fn load_everything(global: &Global, named: &[String], reading: &Reading, config: &Config) -> anyhow::Result<Loaded> {
    let options = Options {
        everything: true,
        ..options(reading, config)?
    };
    read(global, named, reading, config, &options)
}

/// What configuration and options say of how records are read.
///
/// # Errors
/// An as-of that is no date.
pub fn options(reading: &Reading, config: &Config) -> anyhow::Result<Options> {
    let threads = reading.threads.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        usize::from,
    );
    let as_of = reading
        .as_of
        .as_deref()
        .map(|text| parse_as_of(text, &config.zone))
        .transpose()
        .map_err(|why| Problem::usage("cannot read --as-of").why(why))?;
    let budget = if reading.strict {
        Budget::None
    } else {
        reading.max_rejects.unwrap_or_default()
    };
    Ok(Options {
        profiles: config.profiles.clone(),
        threads,
        zone: config.zone.clone(),
        as_of: as_of.or(config.as_of),
        division: Division::Grain(Grain::Month),
        dimensions: BTreeSet::new(),
        texts: BTreeSet::new(),
        everything: false,
        keep_lines: false,
        keep_unused: reading.rejects.is_some(),
        budget,
        questions: reading.question.clone(),
        currency: reading.currency.clone().or(config.currency.clone()),
        rates: config.rates.clone(),
        redact: reading.redact.then(|| redact(reading, config)).transpose()?,
        limits: limits(reading),
        merge_spellings: config.merge_spellings,
        large: canonical::LARGE,
    })
}

/// How much a file may have.
pub fn limits(reading: &Reading) -> Limits {
    Limits {
        columns: reading.max_columns as usize,
        field: reading.max_field as usize,
    }
}

/// How far compressed data may expand.
pub fn expansion(reading: &Reading) -> Expansion {
    Expansion {
        ratio: u64::from(reading.max_ratio),
        bytes: u64::from(reading.max_expanded) << 20,
    }
}

/// Where the key of pseudonyms is looked for.
pub const REDACT_KEY: &str = "RELHEALTH_REDACT_KEY";

/// Keys of fewer bytes could be found by trying.
const SHORTEST_KEY: usize = 16;

/// The key of the environment that pseudonyms are made with, where there is one.
///
/// # Errors
/// A key that is empty or too short.
pub fn redact_key() -> anyhow::Result<Option<Key>> {
    match std::env::var_os(REDACT_KEY) {
        None => Ok(None),
        Some(key) if key.len() < SHORTEST_KEY => {
            let what = if key.is_empty() {
                "the key of pseudonyms is empty"
            } else {
                "the key of pseudonyms is too short"
            };
            Err(Problem::usage(what)
                .why(Message::own(format!(
                    "{REDACT_KEY} needs at least {SHORTEST_KEY} bytes, or it could be found by trying"
                )))
                .hint("set it to a long random text, such as the output of `openssl rand -hex 32`, or unset it")
                .into())
        }
        Some(key) => Ok(Some(Key::of_secret(key.as_encoded_bytes()))),
    }
}

/// How pseudonyms are made, and what stays readable.
///
/// # Errors
/// A key that is empty or too short.
fn redact(reading: &Reading, config: &Config) -> anyhow::Result<Redact> {
    let key = redact_key()?;
    let models = config.settings.health.all().iter();
    Ok(Redact {
        key,
        kept: config.kept.iter().chain(&reading.keep).cloned().collect(),
        words: models.flat_map(|model| model.types.iter().cloned()).collect(),
    })
}

/// The files that are named, each with what describes it, and those that belong together joined.
///
/// # Errors
/// Wrong usage, a path that leads nowhere.
pub fn inputs(named: &[String], reading: &Reading, config: &Config) -> anyhow::Result<(Vec<Input>, Joins)> {
    let found = inputs::resolve(named, &config.sources, expansion(reading))?;
    let subfolders = inputs::subfolders(named, &config.sources, &found);
    let (inputs, mut joins) = joined(found, named, reading, config)?;
    joins
        .not_read
        .extend(subfolders.into_iter().map(|folder| (folder, NotReadAlone::Subfolder)));
    Ok((inputs, joins))
}

fn joined(found: Vec<Input>, named: &[String], reading: &Reading, config: &Config) -> anyhow::Result<(Vec<Input>, Joins)> {
    let unpacked = unpack(found, &config.profiles, limits(reading))?;
    let overlays = reading
        .map
        .iter()
        .map(|map| Overlay::parse(map))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let options = options(reading, config)?;
    let is_named = |input: &Input| inputs::names(named, input.file.name());
    let join = |mut inputs: Vec<Input>| {
        Overlay::apply(&overlays, &mut inputs)?;
        StatedDates::apply(&reading.dates, &mut inputs)?;
        canonical::join(inputs, &is_named, &reading.join, &options)
    };
    // Sheets of one workbook are several files where they belong together; else one of them is meant.
    if let Some(all) = unpacked.all {
        let (inputs, joins) = join(all)?;
        if joins.has_joined() {
            return Ok((inputs, joins));
        }
    }
    join(unpacked.inputs?)
}

/// Starts the threads that the work is divided among; where they run already, they stay.
fn start_threads(threads: usize) -> anyhow::Result<()> {
    let started = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    // An error with a cause is one of the system.
    match started.err().filter(|error| std::error::Error::source(error).is_some()) {
        None => Ok(()),
        Some(error) => Err(Problem::usage("cannot start threads")
            .why(error.to_string())
            .hint("use --threads 1, or raise the limit of processes and threads")
            .into()),
    }
}

fn read(global: &Global, named: &[String], reading: &Reading, config: &Config, options: &Options) -> anyhow::Result<Loaded> {
    let (mut inputs, joins) = inputs(named, reading, config)?;
    if let Some(problem) = joins.problem() {
        return Err(problem.into());
    }
    let files = global.progress.reading(inputs.iter().map(|input| input.file.clone()));
    inputs.iter_mut().zip(files).for_each(|(input, file)| input.file = file);
    // Nothing that comes out depends on the number of threads; where a pool is there already, it stays.
    start_threads(options.threads)?;
    if let Some(file) = &reading.rejects {
        // A run that stops at its budget leaves the rejects too: they are what one needs then.
        let loaded = canonical::load(
            &inputs,
            &Options {
                budget: Budget::Number(u64::MAX),
                ..options.clone()
            },
        )?;
        write_bytes(file, &rejects::csv(&loaded.unused)?)?;
        loaded.account.iter().try_for_each(|a| options.budget.check_account(a, || None))?;
        return Ok(with_notes(loaded, &joins));
    }
    Ok(with_notes(canonical::load(&inputs, options)?, &joins))
}

/// What was read, with what there is to say about how the files belong together first.
fn with_notes(mut loaded: Loaded, joins: &Joins) -> Loaded {
    let mut notes = joins.notes();
    if let Some(redaction) = &mut loaded.canonical.redaction {
        notes.iter_mut().for_each(|note| note.generalise(&mut |file| redaction.file(file)));
    }
    loaded.notes.splice(0..0, notes);
    loaded
}

/// Shows the record counts and the notes on stderr.
pub fn tell(global: &Global, files: &[RecordCounts], notes: &[Note]) {
    if global.quiet {
        return;
    }
    files.iter().for_each(|file| global.say(&record_counts::line(file)));
    for note in notes {
        global.say(&format!("note{}", note.with_code()));
    }
}
