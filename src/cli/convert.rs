//! `convert`: the records of a file as they are read, or the canonical tables.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::{Convert, Global};
use super::data;
use super::formats::Formats;
use super::inputs;
use super::setup;
use super::stdout::{PLAIN, Printed, print_with};
use super::unpack::unpack;
use crate::diagnostics::{Problem, counted, excerpt, visible};
use crate::ingest;
use crate::io::{OutputFolder, Staged, stage, write_whole};
use crate::notes::Note;
use crate::render::{described, tables};

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Convert) -> anyhow::Result<()> {
    match &args.output {
        Some(folder) if !args.raw => tables(global, args, folder),
        _ => records(global, args),
    }
}

/// The settings that cannot hold a name of a person, a file or a column.
const WITHOUT_NAMES: [&str; 8] = [
    "ces",
    "forecast",
    "hours",
    "level",
    "merge_spellings",
    "rates",
    "roster",
    "week_start",
];

/// Writes the canonical tables, and a configuration that describes them.
fn tables(global: &Global, args: &Convert, folder: &Path) -> anyhow::Result<()> {
    let mut before = setup::written(global.config.as_deref())?.map_or(String::new(), |(_, text)| text);
    let config = setup::config(global, args.reading.overrides())?;
    if args.reading.redact {
        let mut settings: toml::Table = toml::from_str(&before)?;
        settings.retain(|key, _| WITHOUT_NAMES.contains(&key));
        before = toml::to_string(&settings)?;
    }
    if folder.is_file() {
        return Err(Problem::usage(format!("{} is a file", shown(folder)))
            .hint("name a folder: a file is written for each table")
            .into());
    }
    let description = folder.join(setup::FILE);
    spare(&description, args.force)?;
    let loaded = data::load_everything(global, &args.inputs, &args.reading, &config)?;
    data::tell(global, &loaded.account, &loaded.notes);
    let sheets = tables::sheets(&loaded.canonical);
    let ending = args.format.format().endings[0];
    let targets: Vec<PathBuf> = sheets
        .iter()
        .map(|sheet| folder.join(format!("{}.{ending}", sheet.table)))
        .collect();
    targets.iter().try_for_each(|target| spare(target, args.force))?;
    let made = OutputFolder::make(folder)?;
    let mut staged = Vec::new();
    for (sheet, target) in sheets.iter().zip(&targets) {
        staged.push(stage(target, |out| args.format.write(sheet, PLAIN, out))?);
    }
    let currency = args.reading.currency.as_ref().or(config.currency.as_ref());
    let text = described::text(&before, &loaded.canonical, currency.map(String::as_str), &sheets, ending)?;
    staged.push(stage(&description, |out| Ok(out.write_all(text.as_bytes())?))?);
    // All of them or none.
    staged.into_iter().try_for_each(Staged::commit)?;
    made.keep();
    Ok(())
}

/// Writes the records of one file as they are read.
fn records(global: &Global, args: &Convert) -> anyhow::Result<()> {
    if args.reading.redact {
        return Err(
            Problem::usage("--raw writes records as they are, and --redact keeps people's identity out")
                .hint("convert to tables: relhealth convert INPUT... -o DIR --redact")
                .into(),
        );
    }
    let config = setup::config(global, args.reading.overrides())?;
    if args.inputs.is_empty() {
        return Err(Problem::usage("--raw needs a file")
            .hint("name one: relhealth convert --raw FILE")
            .into());
    }
    let found = inputs::resolve(&args.inputs, &config.sources, data::expansion(&args.reading))?;
    let inputs = unpack(found, &config.profiles, data::limits(&args.reading))?.inputs?;
    let Some((first, rest)) = inputs.split_first() else {
        anyhow::bail!("an input that names nothing was let through");
    };
    // A file that several sources describe is one file all the same.
    if let Some(other) = rest.iter().find(|other| other.file.name() != first.file.name()) {
        let names = format!("{} and {}", visible(first.file.name()), visible(other.file.name()));
        return Err(Problem::usage(format!("--raw takes one file, and there are {names}"))
            .hint("name one file")
            .into());
    }
    let layout = ingest::peek_within(&first.file, &first.source.wishes, 1, data::limits(&args.reading))?.layout;
    let mut written = None;
    let mut write = |out: &mut dyn Write| {
        written = Some(ingest::write_raw(&first.file, &layout, out)?);
        Ok(())
    };
    match args.output.as_deref().filter(|path| *path != Path::new("-")) {
        Some(path) => {
            spare(path, args.force)?;
            write_whole(path, |out| write(out))?;
        }
        None => print_with(global, Printed::Data, write)?,
    }
    if let Some(written) = written.filter(|_| !global.quiet) {
        let lines = |what: &str, lines: &[ingest::Line]| {
            lines
                .iter()
                .for_each(|line| global.say(&format!("{what}, line {}: {}", line.line, visible(&excerpt(&line.text)))));
        };
        lines("preamble", &written.preamble);
        lines("footer", &written.footer);
        if written.empty > 0 {
            global.say(&format!(
                "left out: {}",
                counted(written.empty, "record without any value", "records without any value")
            ));
        }
        written
            .notes
            .into_iter()
            .for_each(|note| global.say(&format!("note{}", Note::new(note).with_code())));
    }
    Ok(())
}

/// Nothing that is there is written over unasked; a device or a pipe is there to be written to.
///
/// # Errors
/// A file that is there.
fn spare(path: &Path, force: bool) -> anyhow::Result<()> {
    if path.is_file() && !force {
        return Err(Problem::usage(format!("{} exists already", shown(path)))
            .hint("name another one, or write over it with --force")
            .into());
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}
