//! What a format of results is: its name on the command line, the endings of its files, what it is for.

/// A format of results.
#[derive(Debug, PartialEq, Eq)]
pub struct OutputFormat {
    /// Its name on the command line.
    pub name: &'static str,
    /// Other names that people write.
    pub aliases: &'static [&'static str],
    /// The endings of files that are written in it, the usual one first.
    pub endings: &'static [&'static str],
    /// What it is for.
    pub about: &'static str,
    /// What it is on standard output.
    pub stdout: Stdout,
}

/// What a format is on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stdout {
    /// A text, and the only one there.
    Text,
    /// Lines that a machine finds among whatever else is printed.
    AmongOthers,
    /// Bytes that are nothing to read on a terminal; this is what they are called.
    Binary(&'static str),
}

impl OutputFormat {
    /// Whether people read it on a terminal, with colours: the program's own tables.
    pub fn is_for_people(&self) -> bool {
        self.name == crate::render::terminal::FORMAT.name
    }

    /// Whether people name it so.
    pub fn is_named(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// Whether a file of that name is written in it.
    pub fn has_ending(&self, file: &str) -> bool {
        file.rsplit_once('.')
            .is_some_and(|(_, ending)| self.endings.iter().any(|known| known.eq_ignore_ascii_case(ending)))
    }
}
