//! What is printed is data, and never a command: to a program that reads the log of a job, or to a terminal.
//!
//! GitHub Actions and Azure Pipelines run lines of a log that begin with `::name`, `##[` or `##vso[`. In a job (one of [`JOBS`] is set) such a
//! line gets a backslash in front, wherever its text is from. On a terminal, control characters of formats that have none of their own are
//! written as escapes. Files and pipes outside of jobs get the bytes as they are.

use std::io::Write;

use crate::diagnostics::visible;

/// Variables that are set in jobs.
const JOBS: [&str; 3] = ["GITHUB_ACTIONS", "TF_BUILD", "CI"];

/// Longer beginnings of lines of nothing but spaces are taken as they are: a command is not found behind them.
const LONGEST: usize = 4_096;

/// Whether somebody may read what is printed as commands.
pub fn is_job() -> bool {
    JOBS.iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A text of one or more lines without commands, where somebody may read it as such.
pub fn without_commands(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut lines = Lines::new(&mut bytes, true, false);
    // Into memory nothing fails.
    let _ = lines.write_all(text.as_bytes()).and_then(|()| lines.finish());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What the beginning of a line is.
enum Beginning {
    Command,
    Harmless,
    /// It depends on what follows.
    Open,
}

fn beginning(bytes: &[u8]) -> Beginning {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
        Err(_) => return Beginning::Harmless,
    };
    let begun = text.trim_start();
    let is_command = begun.starts_with("##[")
        || begun.starts_with("##vso[")
        || begun
            .strip_prefix("::")
            .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
    let is_open = bytes.len() < LONGEST && ["::", "##[", "##vso["].iter().any(|command| command.starts_with(begun));
    match (is_command, is_open) {
        (true, _) => Beginning::Command,
        (false, true) => Beginning::Open,
        (false, false) => Beginning::Harmless,
    }
}

/// Passes lines on, without commands and with visible control characters where that is asked for.
pub struct Lines<W: Write> {
    out: W,
    in_job: bool,
    is_visible: bool,
    /// The beginning of a line, as long as it is not known what it is.
    begun: Vec<u8>,
    is_begun: bool,
    /// The end of a character that is not complete yet.
    cut: Vec<u8>,
}

impl<W: Write> Lines<W> {
    /// Lines to `out`; whether it is read in a job, and whether control characters are made visible.
    pub fn new(out: W, in_job: bool, is_visible: bool) -> Lines<W> {
        Lines {
            out,
            in_job,
            is_visible,
            begun: Vec::new(),
            is_begun: true,
            cut: Vec::new(),
        }
    }

    /// Passes on what was kept back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(&mut self) -> std::io::Result<()> {
        let (begun, cut) = (std::mem::take(&mut self.begun), std::mem::take(&mut self.cut));
        self.out.write_all(&begun)?;
        self.out.write_all(&cut)?;
        self.out.flush()
    }

    fn shown(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.cut);
        all.extend_from_slice(bytes);
        let end = match std::str::from_utf8(&all) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => all.len(),
        };
        self.cut = all.split_off(end);
        let text = String::from_utf8_lossy(&all);
        let line = |line: &str| line.split('\t').map(visible).collect::<Vec<_>>().join("\t");
        let lines = text.split('\n').map(|of| match of.strip_suffix('\r') {
            Some(of) => line(of) + "\r",
            None => line(of),
        });
        lines.collect::<Vec<_>>().join("\n").into_bytes()
    }

    fn pass(&mut self, mut bytes: &[u8]) -> std::io::Result<()> {
        while !bytes.is_empty() {
            if self.is_begun {
                self.begun.push(bytes[0]);
                bytes = &bytes[1..];
                let ends = self.begun.ends_with(b"\n") || self.begun.ends_with(b"\r");
                match beginning(&self.begun) {
                    Beginning::Open if !ends => continue,
                    Beginning::Command => self.out.write_all(b"\\")?,
                    Beginning::Open | Beginning::Harmless => {}
                }
                self.out.write_all(&self.begun)?;
                self.begun.clear();
                self.is_begun = ends;
                continue;
            }
            let line = bytes
                .iter()
                .position(|byte| matches!(byte, b'\n' | b'\r'))
                .map_or(bytes.len(), |at| at + 1);
            self.out.write_all(&bytes[..line])?;
            self.is_begun = bytes[..line].ends_with(b"\n") || bytes[..line].ends_with(b"\r");
            bytes = &bytes[line..];
        }
        Ok(())
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match (self.is_visible, self.in_job) {
            (false, false) => self.out.write_all(bytes)?,
            (false, true) => self.pass(bytes)?,
            (true, in_job) => {
                let shown = self.shown(bytes);
                match in_job {
                    true => self.pass(&shown)?,
                    false => self.out.write_all(&shown)?,
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is passed on of a text that comes in pieces of so many bytes.
    fn passed(text: &str, piece: usize, in_job: bool, is_visible: bool) -> String {
        let mut bytes = Vec::new();
        let mut lines = Lines::new(&mut bytes, in_job, is_visible);
        text.as_bytes().chunks(piece).for_each(|bytes| lines.write_all(bytes).unwrap());
        lines.finish().unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_line_of_a_job_is_a_command() {
        for (text, expected) in [
            ("::error::x", "\\::error::x"),
            ("a ::error::x\n", "a ::error::x\n"),
            ("a\n  ::set-output name=a::b\n", "a\n\\  ::set-output name=a::b\n"),
            (
                "a\r##[error]x\r\n##vso[task.complete]\n",
                "a\r\\##[error]x\r\n\\##vso[task.complete]\n",
            ),
            ("\u{a0}::warning::x", "\\\u{a0}::warning::x"),
            (
                "::1 is an address\n## A heading\n#[x]\n:::\n::",
                "::1 is an address\n## A heading\n#[x]\n:::\n::",
            ),
            ("\n\n::debug::é\n", "\n\n\\::debug::é\n"),
        ] {
            for piece in [1, 2, 3, 1_000] {
                assert_eq!(passed(text, piece, true, false), expected);
                assert_eq!(passed(text, piece, false, false), text);
            }
            assert_eq!(without_commands(text), expected);
        }
    }

    #[test]
    fn nothing_steers_a_terminal() {
        let text = "a,\u{1b}[31mé\tb\u{202e}\r\nc\rd\u{7}\n";
        for piece in [1_000, 4] {
            let shown = passed(text, piece, false, true);
            assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{shown:?}");
        }
        assert_eq!(passed(text, 1_000, false, true), "a,\\u{1b}[31mé\tb\\u{202e}\r\nc\\rd\\u{7}\n");
    }
}
