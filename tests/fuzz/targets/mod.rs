//! What is fuzzed: one function for each stage that reads what somebody else has written. It panics where something does not hold.

mod config;
mod container;
mod expr;
mod intake;
mod mapping;
mod program;
mod sheet;
mod stored;
mod table;
mod values;

/// Runs the program with those arguments; its exit code, or `None` where it has none because it died.
pub type Program = fn(&[&str]) -> Option<u8>;

/// A stage that reads what somebody else has written.
pub struct Target {
    /// Its name, and that of its corpus.
    pub name: &'static str,
    /// Hands it an input.
    pub run: Run,
    /// Inputs to start from: files of the project, and texts.
    pub seeds: &'static [Seed],
}

/// How a target takes its input.
pub enum Run {
    /// As it is.
    Library(fn(&[u8])),
    /// Through a run of the program.
    Program(fn(&[u8], Program)),
}

/// An input to start from.
pub enum Seed {
    /// All files of that folder of the project with one of these endings.
    Files(&'static str, &'static [&'static str]),
    /// A text.
    Text(&'static str),
    /// Made by a function.
    Made(fn(Program) -> Vec<u8>),
}

impl Target {
    /// Hands the target an input.
    pub fn hand(&self, bytes: &[u8], program: Program) {
        match self.run {
            Run::Library(run) => run(bytes),
            Run::Program(run) => run(bytes, program),
        }
    }
}

/// All targets, by name.
pub const TARGETS: [Target; 10] = [
    config::TARGET,
    container::TARGET,
    expr::TARGET,
    intake::TARGET,
    mapping::TARGET,
    program::TARGET,
    sheet::TARGET,
    stored::TARGET,
    table::TARGET,
    values::TARGET,
];
