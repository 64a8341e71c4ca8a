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
    /// Measure metrics for periods and slices
    Measure {
        #[command(flatten)]
        data: Data,
        #[command(flatten)]
        measure: Measure,
    },
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

/// Options of commands that read data.
#[derive(clap::Args, Debug)]
pub struct Data {
    /// Files, folders, globs or `-`; KIND=PATH states the kind; default: the paths of all sources of the configuration
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Nothing at or after it is known; a date is the end of that day [default: the end of the newest event's day]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Time zone of the report [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Currency of the report: money in others is converted by [rates] or left out and counted
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Confidence level of the intervals [default: 0.95]
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<f64>,
    /// Threads [default: as many as the machine has]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Write every record that is not used to this file, with the reason
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// How many records of a file may be rejected, as 20% or 500 [default: 5%, and 20 in any case]
    #[arg(long, value_name = "SHARE|N")]
    pub max_rejects: Option<String>,
    /// Allow no rejected record
    #[arg(long)]
    pub strict: bool,
    /// Map a column: FILE:COLUMN=HEADER, as in [source.map]; may be repeated
    #[arg(long, value_name = "FILE:COLUMN=HEADER")]
    pub map: Vec<String>,
}

/// `measure`.
#[derive(clap::Args, Debug)]
pub struct Measure {
    /// Metrics, by id [default: all that the inputs allow]
    #[arg(long, short, value_name = "ID,...", value_delimiter = ',')]
    pub metrics: Vec<String>,
    /// Period: 2026-10, 2026-Q3, 2026-W41, 2026, 2026-01-01..2026-03-31, last-month [default: the last complete month]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Split into days, weeks, months, quarters or years
    #[arg(long, value_name = "GRAIN")]
    pub grain: Option<String>,
    /// The last N periods
    #[arg(long, value_name = "N")]
    pub last: Option<usize>,
    /// Dimensions: columns of the inputs or of the roster
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Which slices count: a condition over dimensions
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// Compare with previous, year-ago
    #[arg(long, value_name = "WHAT,...", value_delimiter = ',')]
    pub compare: Vec<String>,
    /// Show periods that are not over
    #[arg(long)]
    pub incomplete: bool,
    /// With --by, the total too
    #[arg(long)]
    pub total: bool,
    #[command(flatten)]
    pub outputs: Outputs,
}
