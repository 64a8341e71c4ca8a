//! `init`: a commented configuration from what the files tell.

use std::path::{Path, PathBuf};

use super::args::{Global, Init};
use super::{inspect, setup, stdout};
use crate::config::Config;
use crate::diagnostics::Problem;
use crate::io::write_bytes;
use crate::render::init;

/// Runs the command. What is there is not written over unasked.
///
/// # Errors
/// Wrong usage, a file that cannot be read, a configuration that is there already, an output that cannot be written.
pub fn run(global: &Global, args: &Init) -> anyhow::Result<()> {
    if args.reading.redact {
        return Err(
            Problem::usage("a configuration names files and columns as they are, and --redact withholds these names")
                .hint("run init without --redact")
                .into(),
        );
    }
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(setup::FILE));
    let to_stdout = path == Path::new("-");
    if !to_stdout && path.exists() && !args.force {
        return Err(Problem::usage(format!("{} exists already", path.display()))
            .hint("write elsewhere with --output, or over it with --force")
            .into());
    }
    // What is to be written does not depend on a configuration that lies there.
    let config = match &global.config {
        Some(_) => setup::config(global, args.reading.overrides())?,
        None => Config::none(args.reading.overrides()),
    };
    let (_, joins, inspections) = inspect::inspections(&args.inputs, &args.reading, &config)?;
    let folder = path.parent().filter(|_| !to_stdout).unwrap_or(Path::new(""));
    let text = init::text(&inspections, &joins, folder, config.zone.name(), args.reading.currency.as_deref());
    if to_stdout {
        return stdout::print_with(global, stdout::Printed::Text, |out| Ok(out.write_all(text.as_bytes())?));
    }
    write_bytes(&path, text.as_bytes())?;
    if !global.quiet {
        let questions: usize = joins.questions.len() + inspections.iter().map(|file| file.questions.len()).sum::<usize>();
        let open = match questions {
            0 => String::new(),
            1 => "; one question is left in it as a comment".to_string(),
            several => format!("; {several} questions are left in it as comments"),
        };
        global.say(&format!("wrote {}{open}", path.display()));
    }
    Ok(())
}
