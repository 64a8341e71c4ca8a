//! Where results go: stdout and files, each in a format of its own.

use std::io::{IsTerminal, Write};
use std::marker::PhantomData;
use std::path::PathBuf;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};

use super::args::Global;
use super::formats::{COMMANDS, Formats};
use super::stdout::{PLAIN, Printed, print_with, style};
use crate::diagnostics::{Problem, did_you_mean};
use crate::io::{Staged, stage};
use crate::render::output_format::{OutputFormat, Stdout};
use crate::render::terminal::Style;

/// What is written on the command line of results: in the formats of which command. [`targets`] tells what is meant.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Where the result goes")]
pub struct Outputs<F: Formats> {
    /// What stdout gets [default: table]
    #[arg(long, short, value_name = "FORMAT", value_parser = Offer::<F>(PhantomData))]
    pub format: Option<String>,
    /// A file whose ending names its format, or FORMAT=FILE, or a format for stdout; may be repeated
    #[arg(long, short, value_name = "FILE")]
    pub output: Vec<String>,
    #[arg(skip)]
    pub of: PhantomData<F>,
}

/// Lets every name through, so that the message about a wrong one is ours, and shows those that there are in help and completions.
#[derive(Debug, Clone, Copy)]
struct Offer<F>(PhantomData<F>);

impl<F: Formats> TypedValueParser for Offer<F> {
    type Value = String;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&clap::Arg>, value: &std::ffi::OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let value = |format: &F| PossibleValue::new(format.format().name).help(format.format().about);
        Some(Box::new(F::ALL.iter().map(value)))
    }
}

/// One result to write.
#[derive(Debug, PartialEq, Eq)]
pub struct Target<F> {
    /// As what.
    pub format: F,
    /// Where to; `None`: stdout.
    pub file: Option<PathBuf>,
}

/// What to write: `--format` to stdout, each `--output` to its file; the command's first format to stdout where nothing is said.
///
/// # Errors
/// A format that the command does not have, stdout or a file asked for twice; as wrong usage.
pub fn targets<F: Formats>(format: Option<&str>, outputs: &[String]) -> anyhow::Result<Vec<Target<F>>> {
    let mut targets: Vec<Target<F>> = Vec::new();
    if let Some(format) = format {
        targets.push(Target {
            format: parse(format)?,
            file: None,
        });
    }
    for output in outputs {
        let (format, file) = match output.split_once('=') {
            Some((_, "")) => return Err(Problem::usage(format!("--output {output} names no file")).into()),
            Some((format, "-")) => (format, None),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            // The name of a file says what it is to be.
            None => match known().find(|format| format.has_ending(output)) {
                Some(format) => (format.name, Some(PathBuf::from(output))),
                None => (output.as_str(), None),
            },
        };
        targets.push(Target {
            format: parse(format)?,
            file,
        });
    }
    if targets.is_empty() {
        targets.push(Target {
            format: F::ALL[0],
            file: None,
        });
    }
    for target in targets.iter().filter(|target| target.file.is_none()) {
        if let Stdout::Binary(what) = target.format.format().stdout
            && std::io::stdout().is_terminal()
        {
            let ending = target.format.format().endings[0];
            return Err(Problem::usage(format!("{what} is nothing to read on a terminal"))
                .hint(format!("name a file: --output FILE.{ending}"))
                .into());
        }
    }
    for (i, target) in targets.iter().enumerate() {
        if targets[..i]
            .iter()
            .any(|earlier| earlier.file == target.file && !are_beside(earlier, target))
        {
            let name = target.file.as_ref().map_or("stdout".to_string(), |file| file.display().to_string());
            return Err(Problem::usage(format!("two results are to be written to {name}"))
                .hint("name a file: --output FORMAT=FILE")
                .into());
        }
    }
    Ok(targets)
}

impl<F: Formats> Outputs<F> {
    /// See [`targets`].
    ///
    /// # Errors
    /// As there.
    pub fn targets(&self) -> anyhow::Result<Vec<Target<F>>> {
        targets(self.format.as_deref(), &self.output)
    }
}

/// Whether two results can both go to stdout: one of them is lines that a machine finds among whatever else is printed.
fn are_beside<F: Formats>(a: &Target<F>, b: &Target<F>) -> bool {
    let among = |target: &Target<F>| target.format.format().stdout == Stdout::AmongOthers;
    a.file.is_none() && among(a) != among(b)
}

/// The formats of all commands.
fn known() -> impl Iterator<Item = &'static OutputFormat> {
    COMMANDS
        .iter()
        .flat_map(|command| (command.formats)())
        .map(|offered| offered.format)
}

/// The format of a name.
fn parse<F: Formats>(name: &str) -> anyhow::Result<F> {
    let found = F::ALL.iter().find(|format| format.format().is_named(name));
    found.copied().ok_or_else(|| {
        let elsewhere = known().find(|format| format.is_named(name));
        let what = match elsewhere {
            Some(format) => format!("this command has no format `{}`", format.name),
            None => format!("unknown format `{name}`"),
        };
        let names: Vec<&str> = F::ALL.iter().map(|format| format.format().name).collect();
        let near = did_you_mean(name, &names);
        Problem::usage(what)
            .hint(if near.is_empty() || elsewhere.is_some() {
                format!("there are {}", names.join(", "))
            } else {
                near
            })
            .into()
    })
}

/// Writes each target with what `render` makes of its format: all files or none, and nothing is printed when one fails.
///
/// # Errors
/// Those of rendering and writing.
pub fn write<F: Formats>(
    targets: &[Target<F>],
    global: &Global,
    render: impl Fn(F, Style, &mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let rendered = |format: F, style: Style| {
        let mut bytes = Vec::new();
        render(format, style, &mut bytes).map(|()| bytes)
    };
    // What cannot be rendered is no trouble of the file that it was for.
    let mut staged: Vec<Staged> = Vec::new();
    for target in targets {
        if let Some(file) = &target.file {
            let bytes = rendered(target.format, PLAIN)?;
            staged.push(stage(file, |out| Ok(out.write_all(&bytes)?))?);
        }
    }
    staged.into_iter().try_for_each(Staged::commit)?;
    for target in targets.iter().filter(|target| target.file.is_none()) {
        let bytes = rendered(target.format, style(global.color))?;
        print_with(global, printed(target.format.format()), |out| Ok(out.write_all(&bytes)?))?;
    }
    Ok(())
}

/// The same for results that are written bit by bit.
///
/// # Errors
/// As there.
pub fn stream<F: Formats>(
    targets: &[Target<F>],
    global: &Global,
    render: impl Fn(F, Style, &mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut staged: Vec<Staged> = Vec::new();
    for target in targets {
        if let Some(file) = &target.file {
            staged.push(stage(file, |out| render(target.format, PLAIN, out))?);
        }
    }
    staged.into_iter().try_for_each(Staged::commit)?;
    for target in targets.iter().filter(|target| target.file.is_none()) {
        let what = printed(target.format.format());
        print_with(global, what, |out| render(target.format, style(global.color), out))?;
    }
    Ok(())
}

/// What a format is when it is printed.
fn printed(format: &OutputFormat) -> Printed {
    match format.stdout {
        Stdout::Text if format.is_for_people() => Printed::Text,
        Stdout::Text => Printed::Data,
        Stdout::AmongOthers | Stdout::Binary(_) => Printed::AsIs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::formats::{CheckFormat, ReportFormat, RulesFormat};

    fn asked<F: Formats>(format: Option<&str>, outputs: &[&str]) -> anyhow::Result<Vec<Target<F>>> {
        let outputs: Vec<String> = outputs.iter().map(|output| output.to_string()).collect();
        targets(format, &outputs)
    }

    #[test]
    fn stdout_and_files_get_what_was_asked_for() {
        let target = |format, file: Option<&str>| Target {
            format,
            file: file.map(PathBuf::from),
        };
        let (table, json) = (RulesFormat::Table, RulesFormat::Json);
        assert_eq!(asked(None, &[]).unwrap(), [target(table, None)]);
        assert_eq!(
            asked(Some("json"), &["table=a"]).unwrap(),
            [target(json, None), target(table, Some("a"))]
        );
        assert_eq!(
            asked(None, &["json=a", "table"]).unwrap(),
            [target(json, Some("a")), target(table, None)]
        );
        assert_eq!(asked(None, &["json=a=b"]).unwrap(), [target(json, Some("a=b"))]);
        assert_eq!(
            asked(None, &["a.JSON", "b.txt"]).unwrap(),
            [target(json, Some("a.JSON")), target(table, Some("b.txt"))]
        );
        for (format, output, what) in [
            (Some("jsn"), &[][..], "unknown format `jsn`\nhint: did you mean `json`?"),
            (Some("csv"), &[], "this command has no format `csv`\nhint: there are table, json"),
            (None, &["a.md"], "this command has no format `markdown`"),
            (None, &["json="], "names no file"),
            (Some("json"), &["table"], "written to stdout"),
            (None, &["json=a", "table=a"], "written to a"),
        ] {
            let problem = asked::<RulesFormat>(format, output).unwrap_err().to_string();
            assert!(problem.contains(what), "{problem}");
        }
    }

    #[test]
    fn a_format_may_have_other_names_and_stand_beside_another() {
        let found = asked::<ReportFormat>(Some("md"), &["report.xlsx"]).unwrap();
        assert_eq!(
            found.iter().map(|target| target.format).collect::<Vec<_>>(),
            [ReportFormat::Markdown, ReportFormat::Xlsx]
        );
        assert_eq!(asked::<CheckFormat>(Some("github"), &["table"]).unwrap().len(), 2);
        assert!(asked::<CheckFormat>(Some("github"), &["github"]).is_err());
    }

    #[test]
    fn every_format_is_named_once_and_an_ending_means_one_format() {
        let mut all: Vec<&OutputFormat> = Vec::new();
        for command in &COMMANDS {
            let offered = (command.formats)();
            let mut names: Vec<&str> = offered.iter().map(|offered| offered.format.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), offered.len(), "{}", command.command);
            all.extend(offered.iter().map(|offered| offered.format));
        }
        for a in &all {
            for b in &all {
                let ending = a.endings.iter().any(|ending| b.endings.contains(ending));
                assert_eq!(a.name == b.name, a == b);
                assert!(a == b || !ending, "{} and {}", a.name, b.name);
            }
        }
    }
}
