//! What can be written on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Measures the health of an organisation's relationships from the CSV exports it already has.
#[derive(Parser, Debug)]
#[command(name = "relhealth", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(after_help = "Exit codes: relhealth help exit-codes")]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(clap::Args, Debug)]
pub struct Global {
    /// The configuration [default: relhealth.toml, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Whether to use colours; NO_COLOR is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// Say nothing on stderr but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// When to use colours.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A command.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// List the metrics, or show the cards of some: definition, formula, inputs, source, example
    Metrics(Metrics),
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, of the program or of a command
    Man {
        /// The command
        command: Option<String>,
    },
    /// Print help, of the program, of a command, or the exit codes
    Help {
        /// A command, or exit-codes
        topic: Option<String>,
    },
}

/// Where the result goes, and as what.
#[derive(clap::Args, Debug)]
pub struct Outputs {
    /// What stdout gets [default: table]
    #[arg(long, short, value_name = "FORMAT")]
    pub format: Option<String>,
    /// What a file gets, by the name of a format; without a file, stdout; may be repeated
    #[arg(long, short, value_name = "FORMAT[=FILE]")]
    pub output: Vec<String>,
}

/// `metrics`.
#[derive(clap::Args, Debug)]
pub struct Metrics {
    /// Ids of metrics; without any, the list of all
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    #[command(flatten)]
    pub outputs: Outputs,
}
