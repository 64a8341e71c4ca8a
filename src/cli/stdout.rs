//! Standard output: what it can show, and what goes wrong with it.

use std::io::{BufWriter, IsTerminal, StdoutLock, Write};

use super::args::{Global, When};
use super::printed::{Lines, is_job};
use crate::diagnostics::Problem;
use crate::render::terminal::Style;

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

/// Prints to stdout.
///
/// # Errors
/// A closed pipe as it is; all else as a problem.
pub fn print(global: &Global, bytes: &[u8]) -> anyhow::Result<()> {
    print_with(global, Printed::Text, |out| Ok(out.write_all(bytes)?))
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Printed {
    /// Text for people, which may have colours.
    Text,
    /// A text format for programs, which has no control characters of its own.
    Data,
    /// Bytes that are no text, and lines that are meant to be commands.
    AsIs,
}

/// Prints to stdout bit by bit.
///
/// # Errors
/// Those of rendering; a closed pipe as it is, all else about stdout as a problem.
pub fn print_with(global: &Global, what: Printed, render: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    global.progress.done();
    let mut stdout = Stdout {
        out: BufWriter::with_capacity(1 << 16, std::io::stdout().lock()),
        failure: None,
    };
    let in_job = what != Printed::AsIs && is_job();
    let is_visible = what == Printed::Data && std::io::stdout().is_terminal();
    let mut lines = Lines::new(&mut stdout, in_job, is_visible);
    let rendered = render(&mut lines).and_then(|()| Ok(lines.finish()?));
    match stdout.failure {
        None => rendered,
        Some(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(error.into()),
        Some(error) => Err(Problem::usage("cannot write to standard output").because(error).into()),
    }
}

/// The width where there is no terminal.
const WIDTH: usize = 80;

/// What a file can show.
pub const PLAIN: Style = Style {
    width: WIDTH,
    color: false,
    blocks: false,
};

/// What stdout can show.
pub fn style(when: When) -> Style {
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

    #[test]
    fn the_locale_tells_the_characters() {
        let of =
            |set: &'static [(&str, &str)]| is_utf8(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string()));
        assert!(of(&[("LANG", "de_DE.UTF-8")]));
        assert!(of(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!of(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]));
        assert!(!of(&[]));
    }
}
