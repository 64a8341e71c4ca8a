//! Where results go: stdout and files, each in a format of its own.

use std::io::{BufWriter, IsTerminal, StdoutLock, Write};
use std::path::PathBuf;

use super::args::{Global, Outputs, When};
use super::progress;
use crate::diagnostics::{Problem, did_you_mean};
use crate::io::{write_bytes, write_whole};
use crate::render::terminal::Style;

/// The formats that results can be printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal.
    Table,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
    /// For documents.
    Markdown,
    /// For browsers, as one file.
    Html,
    /// For spreadsheets, with sheets and charts.
    Xlsx,
    /// For pipelines, as test cases.
    Junit,
    /// For GitHub Actions, as annotations.
    Github,
    /// For code scanning.
    Sarif,
    /// For Prometheus.
    Openmetrics,
}

impl Format {
    const ALL: [Format; 10] = [
        Format::Table,
        Format::Json,
        Format::Csv,
        Format::Markdown,
        Format::Html,
        Format::Xlsx,
        Format::Junit,
        Format::Github,
        Format::Sarif,
        Format::Openmetrics,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Markdown => "markdown",
            Format::Html => "html",
            Format::Xlsx => "xlsx",
            Format::Junit => "junit",
            Format::Github => "github",
            Format::Sarif => "sarif",
            Format::Openmetrics => "openmetrics",
        }
    }

    /// What a file of that name is.
    fn of_file(name: &str) -> Option<Format> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "txt" => Some(Format::Table),
            "json" => Some(Format::Json),
            "csv" => Some(Format::Csv),
            "md" | "markdown" => Some(Format::Markdown),
            "html" | "htm" => Some(Format::Html),
            "xlsx" => Some(Format::Xlsx),
            "xml" => Some(Format::Junit),
            "sarif" => Some(Format::Sarif),
            "prom" => Some(Format::Openmetrics),
            _ => None,
        }
    }

    fn parse(name: &str, offered: &[Format]) -> anyhow::Result<Format> {
        let name = if name == "md" { "markdown" } else { name };
        let found = offered.iter().find(|format| format.name() == name);
        found.copied().ok_or_else(|| {
            let known = Format::ALL.iter().any(|format| format.name() == name);
            let what = if known {
                format!("this command has no format `{name}`")
            } else {
                format!("unknown format `{name}`")
            };
            let names: Vec<&str> = offered.iter().map(|format| format.name()).collect();
            let near = did_you_mean(name, &names);
            Problem::usage(what)
                .hint(if near.is_empty() || known {
                    format!("there are {}", names.join(", "))
                } else {
                    near
                })
                .into()
        })
    }
}

/// One result to write.
#[derive(Debug, PartialEq, Eq)]
pub struct Target {
    /// As what.
    pub format: Format,
    /// Where to; `None`: stdout.
    pub file: Option<PathBuf>,
}

/// What to write: `--format` to stdout, each `--output` to its file; a table to stdout where nothing is said.
///
/// # Errors
/// A format that the command does not offer, stdout or a file asked for twice; as wrong usage.
pub fn targets(outputs: &Outputs, offered: &[Format]) -> anyhow::Result<Vec<Target>> {
    let mut targets = Vec::new();
    if let Some(format) = &outputs.format {
        targets.push(Target {
            format: Format::parse(format, offered)?,
            file: None,
        });
    }
    for output in &outputs.output {
        let (format, file) = match output.split_once('=') {
            Some((_, "")) => return Err(Problem::usage(format!("--output {output} names no file")).into()),
            Some((format, "-")) => (format, None),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            // The name of a file says what it is to be.
            None => match Format::of_file(output) {
                Some(format) => (format.name(), Some(PathBuf::from(output))),
                None => (output.as_str(), None),
            },
        };
        targets.push(Target {
            format: Format::parse(format, offered)?,
            file,
        });
    }
    if targets.is_empty() {
        targets.push(Target {
            format: offered[0],
            file: None,
        });
    }
    let printed = targets.iter().any(|target| target.format == Format::Xlsx && target.file.is_none());
    if printed && std::io::stdout().is_terminal() {
        return Err(Problem::usage("a workbook is nothing to read on a terminal")
            .hint("name a file: --output FILE.xlsx")
            .into());
    }
    for (i, target) in targets.iter().enumerate() {
        // Annotations are lines of their own among whatever else is printed.
        let beside = |a: &Target, b: &Target| a.file.is_none() && (a.format == Format::Github) != (b.format == Format::Github);
        if targets[..i]
            .iter()
            .any(|earlier| earlier.file == target.file && !beside(earlier, target))
        {
            let name = target.file.as_ref().map_or("stdout".to_string(), |file| file.display().to_string());
            return Err(Problem::usage(format!("two results are to be written to {name}"))
                .hint("name a file: --output FORMAT=FILE")
                .into());
        }
    }
    Ok(targets)
}

/// Writes each target with what `render` makes of its format; the files first, so that nothing is printed when one fails.
///
/// # Errors
/// Those of rendering and writing.
pub fn write(targets: &[Target], global: &Global, render: impl Fn(Format, Style) -> anyhow::Result<Vec<u8>>) -> anyhow::Result<()> {
    // What cannot be rendered is no trouble of the file that it was for.
    for target in targets {
        if let Some(file) = &target.file {
            write_bytes(file, &render(target.format, PLAIN)?)?;
        }
    }
    for target in targets.iter().filter(|target| target.file.is_none()) {
        print(&render(target.format, style(global.color))?)?;
    }
    Ok(())
}

/// The same for results that are written bit by bit.
///
/// # Errors
/// As there.
pub fn stream(
    targets: &[Target],
    global: &Global,
    render: impl Fn(Format, Style, &mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for target in targets {
        if let Some(file) = &target.file {
            write_whole(file, |out| render(target.format, PLAIN, out))?;
        }
    }
    for target in targets.iter().filter(|target| target.file.is_none()) {
        to_stdout(|out| render(target.format, style(global.color), out))?;
    }
    Ok(())
}

/// Prints to stdout.
///
/// # Errors
/// A closed pipe as it is; all else as a problem.
pub fn print(bytes: &[u8]) -> anyhow::Result<()> {
    to_stdout(|out| Ok(out.write_all(bytes)?))
}

/// Standard output, which keeps what went wrong with it: a renderer may wrap it in an error of its own.
struct Stdout {
    out: BufWriter<StdoutLock<'static>>,
    failure: Option<std::io::Error>,
}

impl Stdout {
    fn keep<T>(&mut self, result: std::io::Result<T>) -> std::io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            self.failure = Some(error);
            kind.into()
        })
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let result = self.out.write(bytes);
        self.keep(result)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let result = self.out.flush();
        self.keep(result)
    }
}

/// Prints to stdout bit by bit.
///
/// # Errors
/// Those of rendering; a closed pipe as it is, all else about stdout as a problem.
pub fn to_stdout(render: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    progress::done();
    let mut stdout = Stdout {
        out: BufWriter::with_capacity(1 << 16, std::io::stdout().lock()),
        failure: None,
    };
    let rendered = render(&mut stdout).and_then(|()| Ok(stdout.flush()?));
    match stdout.failure {
        None => rendered,
        Some(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(error.into()),
        Some(error) => Err(Problem::usage("cannot write to standard output").because(error).into()),
    }
}

/// The width where there is no terminal.
const WIDTH: usize = 80;

/// What a file can show.
const PLAIN: Style = Style {
    width: WIDTH,
    color: false,
    blocks: false,
};

/// What stdout can show.
fn style(when: When) -> Style {
    let stdout = std::io::stdout();
    let is_terminal = stdout.is_terminal();
    let size = if is_terminal {
        terminal_size::terminal_size_of(&stdout)
    } else {
        None
    };
    let width = size.map_or(WIDTH, |(width, _)| usize::from(width.0).max(40));
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let color = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => is_terminal && !set("NO_COLOR") && !dumb,
    };
    let blocks = is_terminal && !dumb && is_utf8(|name| std::env::var(name).ok());
    Style { width, color, blocks }
}

/// Whether the locale's characters are UTF-8; the first of these that is set says so.
fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|locale| !locale.is_empty());
    locale.is_some_and(|locale| locale.to_lowercase().replace('-', "").contains("utf8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(format: Option<&str>, output: &[&str]) -> anyhow::Result<Vec<Target>> {
        let outputs = Outputs {
            format: format.map(str::to_string),
            output: output.iter().map(|o| o.to_string()).collect(),
        };
        targets(&outputs, &[Format::Table, Format::Json])
    }

    #[test]
    fn the_locale_tells_the_characters() {
        let of =
            |set: &'static [(&str, &str)]| is_utf8(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string()));
        assert!(of(&[("LANG", "de_DE.UTF-8")]));
        assert!(of(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!of(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]));
        assert!(!of(&[]));
    }

    #[test]
    fn stdout_and_files_get_what_was_asked_for() {
        let target = |format, file: Option<&str>| Target {
            format,
            file: file.map(PathBuf::from),
        };
        assert_eq!(asked(None, &[]).unwrap(), [target(Format::Table, None)]);
        assert_eq!(
            asked(Some("json"), &["table=a"]).unwrap(),
            [target(Format::Json, None), target(Format::Table, Some("a"))]
        );
        assert_eq!(
            asked(None, &["json=a", "table"]).unwrap(),
            [target(Format::Json, Some("a")), target(Format::Table, None)]
        );
        assert_eq!(asked(None, &["json=a=b"]).unwrap(), [target(Format::Json, Some("a=b"))]);
        for (format, output, what) in [
            (Some("jsn"), &[][..], "did you mean `json`?"),
            (Some("csv"), &[], "this command has no format `csv`"),
            (None, &["json="], "names no file"),
            (Some("json"), &["table"], "written to stdout"),
            (None, &["json=a", "table=a"], "written to a"),
        ] {
            let problem = asked(format, output).unwrap_err().to_string();
            assert!(problem.contains(what), "{problem}");
        }
    }
}
