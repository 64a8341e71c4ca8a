//! What can be written on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::pages::topics;
use super::periods::PeriodArgs;
use crate::canonical::Budget;
use crate::config::{Overlay, is_currency, is_level};
use crate::period::{Grain, Zone};

/// Measures the health of an organisation's relationships from the CSV exports it already has.
#[derive(Parser, Debug)]
#[command(name = "relhealth", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(after_help = topics())]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Everywhere")]
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
    /// Tell how files would be read: encoding, format, what each column means and why, what is wrong with them
    Inspect(Box<Inspect>),
    /// Write a commented relhealth.toml from what inspect finds
    Init(Box<Init>),
    /// Measure metrics for periods and slices
    Measure(Box<Measure>),
    /// Report on a period: what changed, what needs attention, the numbers and what they are worth
    Report(Box<Report>),
    /// Tell why numbers moved between two reports: definitions, slices, stakeholders, data that came late
    Diff(Diff),
    /// Judge the rules of the configuration: whether the numbers and the data are as they should be
    Check(Box<Check>),
    /// List the metrics, or show the cards of some: definition, formula, inputs, source, example
    Metrics(Box<Metrics>),
    /// Run the worked examples of the metrics that the configuration defines
    Test(Test),
    /// Show the records behind a number, numerator and denominator, with file and line
    Rows(Box<Rows>),
    /// Write the canonical tables as CSV or Parquet, or the records of a file as they are read
    Convert(Box<Convert>),
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
    /// Print help, of the program, of a command, or of a topic
    Help {
        /// A command, or a topic: exit-codes, codes, tables, facts, kinds
        topic: Option<String>,
    },
}

/// How records are read.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "How records are read")]
pub struct Reading {
    /// Nothing at or after it is known; a date is the end of that day [default: the end of the newest event's day]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Time zone of the report, such as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = Zone::parse)]
    pub timezone: Option<Zone>,
    /// Currency of the report, such as EUR
    #[arg(long, value_name = "CODE", value_parser = currency)]
    pub currency: Option<String>,
    /// Threads to use [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Write each record that is not used to a file: line, column, code, reason, raw text
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// How much of a file may be rejected, as 20% or 500 [default: 5% and, whatever that is, 20 records]
    #[arg(long, value_name = "BUDGET", value_parser = Budget::parse, conflicts_with = "strict")]
    pub max_rejects: Option<Budget>,
    /// Allow no rejects at all
    #[arg(long)]
    pub strict: bool,
    /// Show pseudonyms for the ids, names and e-mail addresses of stakeholders, and no raw text; they are made with the key in
    /// RELHEALTH_REDACT_KEY, or else one made of the inputs
    #[arg(long)]
    pub redact: bool,
    /// Reject records with a cell of more bytes
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_field: Option<u32>,
    /// Do not read files of more columns
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_columns: Option<u32>,
    /// A line of [source.map] for the files of a glob
    #[arg(long, value_name = "FILE:COLUMN=HEADER", value_parser = overlay)]
    pub map: Vec<Overlay>,
}

fn currency(text: &str) -> Result<String, String> {
    if is_currency(text) {
        Ok(text.to_string())
    } else {
        Err("three capital letters such as EUR".to_string())
    }
}

fn overlay(text: &str) -> Result<Overlay, String> {
    Overlay::parse(text).map_err(|error| error.to_string())
}

fn level(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|level| is_level(*level))
        .ok_or_else(|| "a number between 0.5 and 0.9999, such as 0.95".to_string())
}

/// What a number is compared with.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The calendar period before it
    Previous,
    /// The same period a year before
    YearAgo,
    /// With --by: all other slices of the same period together
    Rest,
}

/// `measure`.
#[derive(clap::Args, Debug)]
pub struct Measure {
    /// Files, folders, globs, `-`, or KIND=PATH [default: the paths of all sources of the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Ids of metrics [default: all that the inputs allow]
    #[arg(long, short, value_name = "ID,...", value_delimiter = ',')]
    pub metrics: Vec<String>,
    #[command(flatten)]
    pub asked: PeriodArgs,
    /// Dimensions to slice by
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Which slices count: SQL over dimensions
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// What each number is compared with
    #[arg(long, value_name = "WHAT,...", value_delimiter = ',')]
    pub compare: Vec<Against>,
    /// With --by, the total too
    #[arg(long)]
    pub total: bool,
    /// Confidence level of the intervals [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Option<f64>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs,
}

/// `report`.
#[derive(clap::Args, Debug)]
pub struct Report {
    /// Files, folders, globs, `-`, or KIND=PATH [default: the paths of all sources of the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// 2026-10, 2026-Q3, 2026-W41, 2026, 2026-01-01..2026-03-31, last-month [default: the last complete month]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Where no period is named, the last complete one of this length [default: month]
    #[arg(long, value_name = "GRAIN", value_parser = Grain::parse, conflicts_with = "period")]
    pub grain: Option<Grain>,
    /// So many periods are shown, the reported one and those before it
    #[arg(long, value_name = "N", default_value = "13", value_parser = clap::value_parser!(u16).range(1..=120))]
    pub last: u16,
    /// Ids of metrics [default: those of the configuration, else the key metrics that the inputs allow]
    #[arg(long, short, value_name = "ID,...", value_delimiter = ',')]
    pub metrics: Vec<String>,
    /// Dimensions to break the metrics down by [default: those of the configuration, else type, segment, tier, region, channel]
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Which slices count: SQL over dimensions
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// A layout of your own for HTML or Markdown, by its ending: a Jinja template over `report`, `values` and `sections`
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Open the file that is written, the page before all else
    #[arg(long)]
    pub open: bool,
    /// What the report is headed by
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Confidence level of the intervals, and of all that is claimed [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Option<f64>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs,
}

/// `diff`.
#[derive(clap::Args, Debug)]
pub struct Diff {
    /// The earlier report, written by report -o FILE.json; - for stdin
    #[arg(value_name = "THEN.json")]
    pub then: PathBuf,
    /// The later report
    #[arg(value_name = "NOW.json")]
    pub now: PathBuf,
    #[command(flatten)]
    pub outputs: Outputs,
}

/// What fails a check.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// A rule that warns too
    Warn,
    /// A rule that fails, or cannot be judged
    Fail,
}

/// `check`.
#[derive(clap::Args, Debug)]
pub struct Check {
    /// Files, folders, globs, `-`, or KIND=PATH [default: the paths of all sources of the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// The period of rules that name none: 2026-10, 2026-Q3, 2026-W41, 2026, 2026-01-01..2026-03-31, last-month [default: the last
    /// complete month]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Where no period is named, the last complete one of this length [default: month]
    #[arg(long, value_name = "GRAIN", value_parser = Grain::parse, conflicts_with = "period")]
    pub grain: Option<Grain>,
    /// From what on the exit code is 1
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    pub fail_on: FailOn,
    /// Show how each rule was evaluated
    #[arg(long, conflicts_with = "list")]
    pub explain: bool,
    /// Only list the rules; no data are read
    #[arg(long)]
    pub list: bool,
    /// Judge this rule only; may be repeated
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Hold rules with fail_if_worse_than = "baseline" against what an earlier run saved
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Save the numbers of this run, whatever its verdicts, for later ones to be held against
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    pub save_baseline: Option<PathBuf>,
    /// Confidence level of the intervals [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Option<f64>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs,
}

/// Where the result goes, and as what.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Where the result goes")]
pub struct Outputs {
    /// What stdout gets [default: table]
    #[arg(long, short, value_name = "FORMAT")]
    pub format: Option<String>,
    /// A file whose ending names its format, or FORMAT=FILE, or a format for stdout; may be repeated
    #[arg(long, short, value_name = "FILE")]
    pub output: Vec<String>,
}

/// `metrics`.
#[derive(clap::Args, Debug)]
pub struct Metrics {
    /// Ids of metrics; without any, the list of all
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Mark what these inputs allow and what they lack; alone, the paths of all sources of the configuration
    #[arg(long, value_name = "INPUT", num_args = 0..)]
    pub with: Option<Vec<String>>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs,
}

/// `inspect`.
#[derive(clap::Args, Debug)]
pub struct Inspect {
    /// Files, folders, globs, `-`, or KIND=PATH [default: the paths of all sources of the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs,
}

/// `init`.
#[derive(clap::Args, Debug)]
pub struct Init {
    /// Files, folders, globs, or KIND=PATH
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<String>,
    /// Where to write it; - for stdout [default: relhealth.toml]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub reading: Reading,
}

/// `test`.
#[derive(clap::Args, Debug)]
pub struct Test {
    /// The configuration [default: that of --config, else relhealth.toml]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Run the examples of the built-in metrics too
    #[arg(long)]
    pub builtin: bool,
}

/// `rows`.
#[derive(clap::Args, Debug)]
pub struct Rows {
    /// Id of the metric
    #[arg(value_name = "METRIC")]
    pub metric: String,
    /// Files, folders, globs, `-`, or KIND=PATH [default: the paths of all sources of the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// 2026-10, 2026-Q3, 2026-W41, 2026, 2026-01-01..2026-03-31, last-month [default: the last complete month]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Dimensions to slice by, each a column
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Which slices count: SQL over dimensions
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs,
}

/// What tables are written as.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated values
    Csv,
    /// Parquet, with types
    Parquet,
}

/// `convert`.
#[derive(clap::Args, Debug)]
pub struct Convert {
    /// Files, folders, globs, `-`, or KIND=PATH [default: the paths of all sources of the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// The folder that the tables are written to; with --raw, a file for the records [default there: stdout]
    #[arg(long, short, value_name = "DIR", required_unless_present = "raw")]
    pub output: Option<PathBuf>,
    /// What the tables are written as
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value = "csv", conflicts_with = "raw")]
    pub format: TableFormat,
    /// Write the records of one file as they are read, ragged ones too: UTF-8, commas, doubled quotes, LF
    #[arg(long)]
    pub raw: bool,
    /// Write over files that are there
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub reading: Reading,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
