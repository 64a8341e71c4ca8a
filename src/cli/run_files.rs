//! The files that a run reads and those that it writes, known before it does either: an output never replaces an input or another output.
//!
//! Files are compared by what they are, not by their names: a link, another spelling of the path or a second name of the file is the
//! same file. Every command passes here before it starts, and says here which of its options name files.

use std::fmt;
use std::path::{Path, PathBuf};

use super::args::{Args, Command, Convert};
use super::formats::Formats;
use super::{inputs, setup};
use crate::config::{Config, Overrides, SourceText};
use crate::diagnostics::{Problem, visible};
use crate::io::{Found, Identity, Stream};
use crate::schema::Table;
use crate::sources::Lookup;

/// Refuses a run that would write over what it reads, or write two results to one file.
///
/// # Errors
/// The first such output; as wrong usage.
pub fn refuse_overwriting(args: &Args) -> anyhow::Result<()> {
    let outputs = outputs(&args.command);
    let streams = [Stream::Output, Stream::Error].map(Identity::of_stream);
    if outputs.is_empty() && streams.iter().all(Option::is_none) {
        return Ok(());
    }
    let inputs = inputs(args);
    let mut written: Vec<(Identity, &Output)> = Vec::new();
    for output in &outputs {
        let Some(identity) = Identity::of(&output.file) else { continue };
        if let Some(input) = inputs.iter().find(|input| input.identity() == Some(&identity)) {
            return Err(replaced(&output.to_string(), input));
        }
        let earlier = written
            .iter()
            .find(|(other, _)| *other == identity)
            .map(|(_, other)| other.to_string());
        let printed = streams.contains(&Some(identity.clone())).then(|| "standard output".to_string());
        if let Some(other) = earlier.or(printed) {
            return Err(Problem::usage(format!("{output} and {other} are one file"))
                .hint("name a file for each result")
                .into());
        }
        written.push((identity, output));
    }
    let printed = |input: &&Input| input.identity().is_some_and(|identity| streams.contains(&Some(identity.clone())));
    match inputs.iter().find(printed) {
        Some(input) => Err(replaced("standard output or standard error", input)),
        None => Ok(()),
    }
}

fn replaced(output: &str, input: &Input) -> anyhow::Error {
    Problem::usage(format!("{output} is the same file as {input}"))
        .why("what is read is not written to")
        .hint("name another file for the result")
        .into()
}

/// A file that is written to.
struct Output {
    /// The option that names it.
    option: &'static str,
    file: PathBuf,
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.option, visible(&self.file.display().to_string()))
    }
}

/// A file that is read.
struct Input {
    /// What it is to the run.
    role: &'static str,
    found: Found,
    identity: Option<Identity>,
}

impl Input {
    fn of(role: &'static str, found: Found) -> Input {
        Input {
            role,
            identity: found.identity(),
            found,
        }
    }

    fn file(role: &'static str, path: &Path) -> Input {
        let is_stdin = path == Path::new("-");
        Input::of(role, if is_stdin { Found::Stdin } else { Found::File(path.to_owned()) })
    }

    fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.found {
            Found::Stdin => f.write_str("standard input"),
            Found::File(_) | Found::Part(..) => write!(f, "{} {}", self.role, visible(&self.found.name())),
        }
    }
}

/// The files that a command writes to.
fn outputs(command: &Command) -> Vec<Output> {
    let mut files = Vec::new();
    let mut add = |option, file: &Path| {
        if file != Path::new("-") {
            files.push(Output {
                option,
                file: file.to_owned(),
            });
        }
    };
    if let Some(file) = command.reading().and_then(|reading| reading.rejects.as_ref()) {
        add("--rejects", file);
    }
    let mut results = |outputs: &[String]| {
        outputs
            .iter()
            .filter_map(|output| result_file(output))
            .for_each(|file| add("--output", Path::new(file)));
    };
    match command {
        Command::Inspect(of) => results(&of.outputs.output),
        Command::Measure(of) => results(&of.outputs.output),
        Command::Report(of) => results(&of.outputs.output),
        Command::Diff(of) => results(&of.outputs.output),
        Command::Metrics(of) => results(&of.outputs.output),
        Command::Rows(of) => results(&of.outputs.output),
        Command::Cohorts(of) => results(&of.outputs.output),
        Command::Segments(of) => results(&of.outputs.output),
        Command::Health(of) => results(&of.outputs.output),
        Command::Forecast(of) => results(&of.outputs.output),
        Command::Check(of) => {
            results(&of.outputs.output);
            of.save_baseline.iter().for_each(|file| add("--save-baseline", file));
        }
        Command::Init(of) => add("--output", of.output.as_deref().unwrap_or(Path::new(setup::FILE))),
        Command::Convert(of) => converted(of).iter().for_each(|file| add("--output", file)),
        Command::Test(_) | Command::Completions { .. } | Command::Man { .. } | Command::Help { .. } => {}
    }
    files
}

/// The file that an `--output` names, if it does: `FORMAT=FILE`, or a name with an ending.
fn result_file(output: &str) -> Option<&str> {
    match output.split_once('=') {
        Some((_, file)) => Some(file).filter(|file| !file.is_empty()),
        None => Some(output).filter(|name| name.contains('.')),
    }
}

/// The files that `convert` may write: which tables there are only the data tell.
fn converted(args: &Convert) -> Vec<PathBuf> {
    let Some(output) = &args.output else { return Vec::new() };
    if args.raw {
        return vec![output.clone()];
    }
    let ending = args.format.format().endings[0];
    let tables = Table::ALL.map(|table| output.join(format!("{table}.{ending}")));
    tables.into_iter().chain([output.join(setup::FILE)]).collect()
}

/// The files that a run reads. What cannot be found is left to the command, which fails over it before it writes anything.
fn inputs(args: &Args) -> Vec<Input> {
    let mut inputs = Vec::new();
    let stated = args.global.config.as_deref();
    let usual = stated.or(Some(Path::new(setup::FILE)));
    let (named, config): (&[String], Option<&Path>) = match &args.command {
        Command::Inspect(of) => (&of.inputs, usual),
        // What is to be written does not depend on a configuration that lies there.
        Command::Init(of) => (&of.inputs, stated),
        Command::Measure(of) => (&of.inputs, usual),
        Command::Rows(of) => (&of.inputs, usual),
        Command::Cohorts(of) => (&of.inputs, usual),
        Command::Segments(of) => (&of.inputs, usual),
        Command::Health(of) => (&of.inputs, usual),
        Command::Forecast(of) => (&of.inputs, usual),
        Command::Convert(of) => (&of.inputs, usual),
        Command::Metrics(of) => (of.with.as_deref().unwrap_or_default(), usual),
        Command::Report(of) => {
            inputs.extend(of.template.iter().map(|file| Input::file("the template", file)));
            (&of.inputs, usual)
        }
        Command::Check(of) => {
            inputs.extend(of.baseline.iter().map(|file| Input::file("the baseline", file)));
            (&of.inputs, usual)
        }
        Command::Diff(of) => {
            inputs.extend([&of.then, &of.now].map(|file| Input::file("the report", file)));
            (&[], None)
        }
        Command::Test(of) => (&[], of.file.as_deref().or(usual)),
        Command::Completions { .. } | Command::Man { .. } | Command::Help { .. } => (&[], None),
    };
    inputs.extend(
        named
            .iter()
            .filter_map(|arg| inputs::files(arg).ok())
            .flatten()
            .map(|found| Input::of("the input", found)),
    );
    if let Some(path) = config.filter(|path| path.exists()) {
        inputs.push(Input::file("the configuration", path));
        inputs.extend(configured(path));
    }
    inputs
}

/// The files of the sources of a configuration, and those that are looked up. They are kept from being replaced also by a run that reads
/// others: the next one reads them.
fn configured(path: &Path) -> Vec<Input> {
    let Ok(Some((path, text))) = setup::written(Some(path)) else {
        return Vec::new();
    };
    let name = path.display().to_string();
    let source = SourceText { file: &name, text: &text };
    let Ok(config) = Config::parse(source, path.parent().unwrap_or(Path::new("")), Overrides::default()) else {
        return Vec::new();
    };
    let paths = config.sources.iter().flat_map(|source| &source.paths);
    let found = paths.filter_map(|path| crate::io::find(&path.to_string_lossy()).ok()).flatten();
    let read = found.map(|found| Input::of("the input", found));
    let lookups = config.sources.iter().flat_map(|source| &source.lookup);
    let looked_up = lookups
        .flat_map(Lookup::names)
        .filter_map(|name| crate::io::find(&name).ok())
        .flatten();
    let looked_up = looked_up.map(|found| Input::of("the looked-up file", found));
    read.chain(looked_up).collect()
}
