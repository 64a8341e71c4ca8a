//! Reading the data of a run: inputs and options in, tables out; the row account and the notes go to stderr.

use std::collections::BTreeSet;

use super::args::{Global, Reading};
use super::failure::say;
use super::inputs;
use crate::canon::{self, Budget, Loaded, Options};
use crate::catalog::{Catalog, Metric};
use crate::config::{Config, Overlay};
use crate::io::write_bytes;
use crate::note::{Note, Problem, did_you_mean, visible};
use crate::period::parse_as_of;
use crate::render::{account, rejects};
use crate::schema::{Table, Unit};

/// Reads the inputs; `texts` are the dimensions and free texts to keep.
///
/// # Errors
/// Options that are wrong, inputs that cannot be found, read or mapped, too many rejects, an output that cannot be written.
pub fn load(
    global: &Global,
    reading: &Reading,
    config: &Config,
    inputs: &[String],
    texts: BTreeSet<String>,
    lines: bool,
) -> anyhow::Result<Loaded> {
    let as_of = match &reading.as_of {
        Some(text) => Some(parse_as_of(text, &config.zone).map_err(|why| Problem::usage("cannot read --as-of").why(why))?),
        None => config.as_of,
    };
    let mut inputs = inputs::resolve(inputs, &config.sources)?;
    Overlay::apply(&reading.map, &mut inputs)?;
    let threads = reading
        .threads
        .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    // Where the pool is there already it has been asked for with the same number.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    let mut options = Options {
        threads,
        zone: config.zone.clone(),
        as_of,
        texts,
        keep_lines: lines,
        keep_unused: reading.rejects.is_some(),
        budget: if reading.strict {
            Budget::None
        } else {
            reading.max_rejects.unwrap_or_default()
        },
        currency: reading.currency.clone().or_else(|| config.currency.clone()),
        rates: config.rates.clone(),
    };
    let mut loaded = canon::load(&inputs, &options);
    if let Some(file) = &reading.rejects {
        // Whoever has too many rejects wants to see them most.
        if loaded.is_err() {
            options.budget = Budget::Number(u64::MAX);
            if let Ok(all) = canon::load(&inputs, &options) {
                write_bytes(file, &rejects::csv(&all.unused)?)?;
            }
        } else if let Ok(loaded) = &mut loaded {
            write_bytes(file, &rejects::csv(&loaded.unused)?)?;
        }
    }
    let loaded = loaded?;
    if !global.quiet {
        loaded.account.iter().for_each(|file| say(&account::line(file)));
        tell(&loaded.notes);
    }
    Ok(loaded)
}

/// Says notes on stderr.
pub fn tell(notes: &[Note]) {
    for note in notes {
        let count = if note.count > 1 {
            format!(" ({} times)", note.count)
        } else {
            String::new()
        };
        say(&format!("note: {note}{count}"));
    }
}

/// The texts that metrics need beside the dimensions of a run.
pub fn texts_of<'m>(catalog: &'m Catalog, metrics: impl IntoIterator<Item = &'m Metric>) -> BTreeSet<String> {
    let mut waiting: Vec<&Metric> = metrics.into_iter().collect();
    let mut texts = BTreeSet::new();
    let mut seen = BTreeSet::new();
    while let Some(metric) = waiting.pop() {
        if !seen.insert(&metric.id) {
            continue;
        }
        waiting.extend(metric.parts().iter().filter_map(|id| catalog.get(id)));
        for column in metric.columns().into_iter().filter(|column| column.unit == Unit::Text) {
            texts.extend(
                column
                    .needs
                    .iter()
                    .copied()
                    .flatten()
                    .filter_map(|name| name.split_once('.'))
                    .map(|(_, name)| name.to_string()),
            );
            texts.insert(column.name.to_string());
        }
    }
    texts
}

/// Checks that each dimension is a column of texts of some table.
///
/// # Errors
/// One that is not, with the nearest that is; as wrong usage.
pub fn check_dimensions(loaded: &Loaded, names: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    let canon = &loaded.canon;
    for name in names {
        let known = name == "type" || canon.tables.values().any(|rows| rows.codes(&name).exists());
        if !known || name == "stakeholder_id" {
            let canonical = Table::ALL.into_iter().flat_map(|table| table.columns()).map(|column| column.name);
            let read = canon.tables.values().flat_map(|rows| rows.columns.keys().map(String::as_str));
            let hint = did_you_mean(&name, canonical.chain(read).filter(|other| *other != name));
            let hint = if hint.is_empty() {
                "a dimension is a column of the inputs or of the roster".to_string()
            } else {
                hint
            };
            return Err(Problem::usage(format!("unknown dimension `{}`", visible(&name))).hint(hint).into());
        }
    }
    Ok(())
}
