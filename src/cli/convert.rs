//! `convert`: the records of a file as they are read, or the canonical tables.

use std::path::Path;

use super::args::{Convert, Global};
use super::inputs;
use super::output;
use super::setup;
use crate::io::write_whole;
use crate::note::{Problem, visible};
use crate::render::raw;

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, data that cannot be used, an output that cannot be written.
pub fn run(global: &Global, args: &Convert) -> anyhow::Result<()> {
    records(global, args)
}

/// Writes the records of one file as they are read.
fn records(global: &Global, args: &Convert) -> anyhow::Result<()> {
    let config = setup::config(global, args.reading.timezone.clone())?;
    if args.inputs.is_empty() {
        return Err(Problem::usage("--raw needs a file")
            .hint("name one: relhealth convert --raw FILE")
            .into());
    }
    let inputs = inputs::resolve(&args.inputs, &config.sources)?;
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
    let delimiter = first.source.delimiter;
    match args.output.as_deref().filter(|path| *path != Path::new("-")) {
        Some(path) => {
            spare(path, args.force)?;
            write_whole(path, |out| raw::write(&first.file, delimiter, out))
        }
        None => output::to_stdout(|out| raw::write(&first.file, delimiter, out)),
    }
}

/// Nothing that is there is written over unasked; a device or a pipe is there to be written to.
///
/// # Errors
/// A file that is there.
fn spare(path: &Path, force: bool) -> anyhow::Result<()> {
    if path.is_file() && !force {
        return Err(Problem::usage(format!("{} exists already", visible(&path.display().to_string())))
            .hint("name another one, or write over it with --force")
            .into());
    }
    Ok(())
}
