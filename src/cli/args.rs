//! The command line: commands, arguments and options. Their doc comments are the texts of `--help`.

pub mod forecast;
mod health;

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use health::Health;

use super::cohorts::Cohorts;
use super::failure;
use super::formats::{
    CheckFormat, DiffFormat, Formats, InspectFormat, MeasureFormat, MetricsFormat, ReportFormat, RowsFormat, TableFormat,
};
use super::output::Outputs;
use super::pages::topics;
use super::periods::PeriodArgs;
use super::progress::Progress;
use super::segments::Segments;
use crate::canonical::{Budget, StatedJoin};
use crate::config::{Config, Overrides, StatedDates, is_currency, is_level};
use crate::period::{Grain, WeekStart, Zone};
use crate::sources::long_form::{self, StatedQuestion};

/// Measure the health of an organisation's relationships from the CSV files that its systems already export
#[derive(Parser, Debug)]
#[command(name = "relhealth", version = version(), disable_help_subcommand = true, max_term_width = 100)]
#[command(after_help = topics())]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// The version, with the commit if the environment of the build names it in RELHEALTH_COMMIT.
fn version() -> String {
    let commit = option_env!("RELHEALTH_COMMIT").map(|commit| format!(" ({commit})"));
    format!("{}{}", env!("CARGO_PKG_VERSION"), commit.unwrap_or_default())
}

/// Options of all commands.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Options of all commands")]
pub struct Global {
    /// The configuration file [default: relhealth.toml in the working directory, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// When to use colours; auto also follows NO_COLOR
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// Print only errors on stderr, no notes and no record counts
    #[arg(long, short, global = true)]
    pub quiet: bool,
    #[arg(skip)]
    pub progress: Progress,
}

impl Global {
    /// Writes a line to stderr.
    pub fn say(&self, text: &str) {
        failure::say(&self.progress, text);
    }
}

/// When to use colours.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Only on a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A command.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show how files would be read: the encoding, the format, the meaning detected for each column, and any problems
    Inspect(Box<Inspect>),
    /// Write a commented relhealth.toml with the settings that inspect detects
    Init(Box<Init>),
    /// Measure metrics for periods and groups
    Measure(Box<Measure>),
    /// Report on a period: what changed, what needs attention, all numbers, and the data quality
    Report(Box<Report>),
    /// Explain the changes between two reports by definitions, groups, stakeholders and late data
    Diff(Diff),
    /// Check metrics and data against the rules in relhealth.toml; the exit code is 1 if a rule fails
    Check(Box<Check>),
    /// List the metrics, or show the definitions of some: formula, inputs, source, example
    Metrics(Box<Metrics>),
    /// Test your own metrics: compute the examples in their definitions and compare the results
    Test(Test),
    /// Score the health of each stakeholder, and show who is at risk and why
    Health(Box<Health>),
    /// Forecast orders, revenue and value of customers without contracts, tested on days held back
    Forecast(Box<forecast::Forecast>),
    /// Show the records behind a number, in numerator and denominator, with file and line
    Rows(Box<Rows>),
    /// Follow cohorts through the periods after their start, and show how long relationships last
    Cohorts(Box<Cohorts>),
    /// Segment customers by recency, frequency and money, and show who moved since the previous period
    Segments(Box<Segments>),
    /// Write the canonical tables as CSV or Parquet, or the records of one file as they are read
    Convert(Box<Convert>),
    /// Print the completion script of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page of the program or of a command
    Man {
        /// The command
        command: Option<String>,
    },
    /// Print help, of the program, of a command, or of a topic
    Help {
        /// A command, or a topic: exit-codes, codes, stakeholders, tables, facts, kinds, formats, privacy, schema
        topic: Option<String>,
        /// With stakeholders: which type of stakeholder; with schema: which document; without, all are listed
        #[arg(value_name = "TYPE|DOCUMENT")]
        of: Option<String>,
    },
}

impl Command {
    /// How it reads records, if it does.
    pub fn reading(&self) -> Option<&Reading> {
        match self {
            Command::Inspect(of) => Some(&of.reading),
            Command::Init(of) => Some(&of.reading),
            Command::Measure(of) => Some(&of.reading),
            Command::Report(of) => Some(&of.reading),
            Command::Check(of) => Some(&of.reading),
            Command::Metrics(of) => Some(&of.reading),
            Command::Rows(of) => Some(&of.reading),
            Command::Cohorts(of) => Some(&of.reading),
            Command::Segments(of) => Some(&of.reading),
            Command::Health(of) => Some(&of.reading),
            Command::Forecast(of) => Some(&of.reading),
            Command::Convert(of) => Some(&of.reading),
            Command::Diff(_) | Command::Test(_) | Command::Completions { .. } | Command::Man { .. } | Command::Help { .. } => None,
        }
    }
}

/// Options for reading records.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Input options")]
pub struct Reading {
    /// Ignore everything that happened from this time on; a date means the end of that day [default: the end of the day of the newest
    /// event]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Time zone of the report, such as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = Zone::parse)]
    pub timezone: Option<Zone>,
    /// Day on which weeks start, such as sunday [default: monday]
    #[arg(long, value_name = "DAY", value_parser = WeekStart::parse)]
    pub week_start: Option<WeekStart>,
    /// Currency of the report, such as EUR
    #[arg(long, value_name = "CODE", value_parser = currency)]
    pub currency: Option<String>,
    /// Number of threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Write the records that are not used to a file: line, column, code, reason, raw text
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Largest share or number of records of a file that may be rejected, such as 20% or 500 [default: 5%; 20 records are allowed if they are not most of the file]
    #[arg(long, value_name = "BUDGET", value_parser = Budget::parse, conflicts_with = "strict")]
    pub max_rejects: Option<Budget>,
    /// Stop if any record is rejected
    #[arg(long)]
    pub strict: bool,
    /// Replace every text that is not known to be harmless with a pseudonym, and show no raw text (relhealth help privacy); the pseudonyms
    /// depend on the key in RELHEALTH_REDACT_KEY, or on the inputs if it is not set
    #[arg(long)]
    pub redact: bool,
    /// With --redact: columns whose names and values stay readable, such as region,plan
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',', requires = "redact")]
    pub keep: Vec<String>,
    /// Reject records with a cell longer than this number of bytes; names of columns may have 1024 in any case
    #[arg(long, value_name = "BYTES", default_value = "1048576", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_field: u32,
    /// Refuse files with more columns than this
    #[arg(long, value_name = "N", default_value = "16384", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_columns: u32,
    /// Stop if compressed data expand to more than this many times their size, once they are larger than 64 MiB
    #[arg(long, value_name = "N", default_value = "100", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_ratio: u32,
    /// Stop if compressed data expand to more than this many MiB
    #[arg(long, value_name = "MIB", default_value = "65536", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_expanded: u32,
    /// Join two of the input files by this key, such as lines.csv:order=orders.csv:id; several columns are separated by +
    #[arg(long, value_name = "FILE:COLUMN=FILE:COLUMN", value_parser = StatedJoin::parse)]
    pub join: Vec<StatedJoin>,
    /// The question of a survey that is the one of an instrument, or a part of its text; for files with a record for each answer
    #[arg(long, value_name = "INSTRUMENT=QUESTION", value_parser = long_form::stated)]
    pub question: Vec<StatedQuestion>,
    /// Order of day, month and year in dates that do not show it: dmy, mdy or ymd, of all inputs or of FILE, which may be a glob
    #[arg(long, value_name = "[FILE=]ORDER", value_parser = StatedDates::parse)]
    pub dates: Vec<StatedDates>,
    /// Map a column for this run, like a line of [source.map]; FILE may be a glob
    #[arg(long, value_name = "FILE:COLUMN=HEADER")]
    pub map: Vec<String>,
}

impl Reading {
    /// Whether an as-of date is set, here or in the configuration.
    pub fn states_as_of(&self, config: &Config) -> bool {
        self.as_of.is_some() || config.as_of.is_some()
    }

    /// What it says that wins over the configuration.
    pub fn overrides(&self) -> Overrides {
        Overrides {
            zone: self.timezone.clone(),
            week_start: self.week_start,
        }
    }
}

fn currency(text: &str) -> Result<String, String> {
    if is_currency(text) {
        Ok(text.to_string())
    } else {
        Err("three capital letters such as EUR".to_string())
    }
}

/// The formats of tables, by their names.
fn table_format() -> impl TypedValueParser<Value = TableFormat> {
    let value = |format: &TableFormat| PossibleValue::new(format.format().name).help(format.format().about);
    PossibleValuesParser::new(TableFormat::ALL.iter().map(value)).map(|name| {
        let found = TableFormat::ALL.iter().find(|format| format.format().name == name);
        *found.expect("only names of formats are let through")
    })
}

pub(super) fn level(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|level| is_level(*level))
        .ok_or_else(|| "a number between 0.5 and 0.9999, such as 0.95".to_string())
}

/// What each number is compared with.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The previous period
    Previous,
    /// The same period one year earlier
    YearAgo,
    /// With --by: all other groups of the same period combined
    Rest,
}

/// `measure`.
#[derive(clap::Args, Debug)]
pub struct Measure {
    /// Files, folders, globs, - for stdin, or KIND=PATH, such as purchases=orders.csv [default: all sources in the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Metrics to measure, by id [default: all that the inputs allow]
    #[arg(long, short, value_name = "ID,...", value_delimiter = ',')]
    pub metrics: Vec<String>,
    #[command(flatten)]
    pub asked: PeriodArgs,
    /// Dimensions to group by, such as region or tier
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Include only the groups that meet this condition, such as "region = 'north'"; the names are dimensions
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// What each number is compared with
    #[arg(long, value_name = "WHAT,...", value_delimiter = ',')]
    pub compare: Vec<Against>,
    /// With --by: also show the total
    #[arg(long)]
    pub total: bool,
    /// Confidence level of the intervals [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Option<f64>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs<MeasureFormat>,
}

/// `report`.
#[derive(clap::Args, Debug)]
pub struct Report {
    /// Files, folders, globs, - for stdin, or KIND=PATH, such as purchases=orders.csv [default: all sources in the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// The period: 2026-10, 2026-Q3, 2026-W41, 2026, 2026-01-01..2026-03-31 or last-month [default: the last complete month; the running month if the records begin in it]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Without --period: the length of the last complete period to use [default: month]
    #[arg(long, value_name = "GRAIN", value_parser = Grain::parse, conflicts_with = "period")]
    pub grain: Option<Grain>,
    /// Number of periods to show, ending with the reported one
    #[arg(long, value_name = "N", default_value = "13", value_parser = clap::value_parser!(u16).range(1..=120))]
    pub last: u16,
    /// Metrics to report, by id [default: those in the configuration, otherwise the key metrics that the inputs allow]
    #[arg(long, short, value_name = "ID,...", value_delimiter = ',')]
    pub metrics: Vec<String>,
    /// Dimensions to break the metrics down by [default: those in the configuration, otherwise type, segment, tier, region and channel]
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Include only the groups that meet this condition, such as "region = 'north'"; the names are dimensions
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    /// Your own template for HTML or Markdown, by its file ending: a Jinja template that uses report, values and sections
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Open the written file, preferably the HTML page
    #[arg(long)]
    pub open: bool,
    /// Title of the report
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Confidence level of the intervals and of all statements [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Option<f64>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs<ReportFormat>,
}

/// `diff`.
#[derive(clap::Args, Debug)]
pub struct Diff {
    /// The earlier report, written with report -o FILE.json; - for stdin
    #[arg(value_name = "THEN.json")]
    pub then: PathBuf,
    /// The later report
    #[arg(value_name = "NOW.json")]
    pub now: PathBuf,
    /// Replace IDs, groups, names of files and conditions with pseudonyms (relhealth help privacy); they depend on the key in
    /// RELHEALTH_REDACT_KEY, or on the two reports if it is not set
    #[arg(long)]
    pub redact: bool,
    /// With --redact: dimensions whose names and groups stay readable, such as region,plan
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',', requires = "redact")]
    pub keep: Vec<String>,
    #[command(flatten)]
    pub outputs: Outputs<DiffFormat>,
}

/// The lowest result that fails a check.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// A rule that warns
    Warn,
    /// A rule that fails, or that cannot be evaluated (insufficient data)
    Fail,
}

/// `check`.
#[derive(clap::Args, Debug)]
pub struct Check {
    /// Files, folders, globs, - for stdin, or KIND=PATH, such as purchases=orders.csv [default: all sources in the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// The period of rules that do not set one: 2026-10, 2026-Q3, 2026-W41, 2026, 2026-01-01..2026-03-31 or last-month [default: the last
    /// complete month]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Without --period: the length of the last complete period to use [default: month]
    #[arg(long, value_name = "GRAIN", value_parser = Grain::parse, conflicts_with = "period")]
    pub grain: Option<Grain>,
    /// Lowest result that sets exit code 1: warn, or fail (which includes insufficient data)
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    pub fail_on: FailOn,
    /// Show how each rule was evaluated
    #[arg(long, conflicts_with = "list")]
    pub explain: bool,
    /// List the rules without reading data
    #[arg(long)]
    pub list: bool,
    /// Evaluate only this rule; may be repeated
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// The baseline that an earlier run saved, for rules with fail_if_worse_than = "baseline" or min_rows
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Save the numbers of this run as a baseline for later runs, whatever the results
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    pub save_baseline: Option<PathBuf>,
    /// Confidence level of the intervals [default: 0.95]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Option<f64>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs<CheckFormat>,
}

/// `metrics`.
#[derive(clap::Args, Debug)]
pub struct Metrics {
    /// Metrics to show, by id [default: the list of all metrics]
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Show for each metric whether these inputs allow it and what is missing [without a value: all sources in the configuration]
    #[arg(long, value_name = "INPUT", num_args = 0..)]
    pub with: Option<Vec<String>>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs<MetricsFormat>,
}

/// `inspect`.
#[derive(clap::Args, Debug)]
pub struct Inspect {
    /// Files, folders, globs, - for stdin, or KIND=PATH, such as purchases=orders.csv [default: all sources in the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs<InspectFormat>,
}

/// `init`.
#[derive(clap::Args, Debug)]
pub struct Init {
    /// Files, folders, globs, or KIND=PATH, such as purchases=orders.csv
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<String>,
    /// The file to write; - for stdout [default: relhealth.toml]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub reading: Reading,
}

/// `test`.
#[derive(clap::Args, Debug)]
pub struct Test {
    /// The configuration file [default: that of --config, otherwise relhealth.toml]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Also compute the examples of the built-in metrics
    #[arg(long)]
    pub builtin: bool,
}

/// `rows`.
#[derive(clap::Args, Debug)]
pub struct Rows {
    /// The metric, by id
    #[arg(value_name = "METRIC")]
    pub metric: String,
    /// Files, folders, globs, - for stdin, or KIND=PATH, such as purchases=orders.csv [default: all sources in the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// The period: 2026-10, 2026-Q3, 2026-W41, 2026, 2026-01-01..2026-03-31 or last-month [default: the last complete month]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Dimensions to add, each as a column
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Include only the groups that meet this condition, such as "region = 'north'"; the names are dimensions
    #[arg(long = "where", value_name = "SQL")]
    pub filter: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub outputs: Outputs<RowsFormat>,
}

/// `convert`.
#[derive(clap::Args, Debug)]
pub struct Convert {
    /// Files, folders, globs, - for stdin, or KIND=PATH, such as purchases=orders.csv [default: all sources in the configuration]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// The folder to write the tables to; with --raw, the file to write the records to [default with --raw: stdout]
    #[arg(long, short, value_name = "DIR", required_unless_present = "raw")]
    pub output: Option<PathBuf>,
    /// Format of the tables
    #[arg(long, short, value_name = "FORMAT", value_parser = table_format(), default_value = "csv", conflicts_with = "raw")]
    pub format: TableFormat,
    /// Write the records of one file as they are read, also those with missing or extra cells: UTF-8, commas, doubled quotes, LF
    #[arg(long)]
    pub raw: bool,
    /// Overwrite existing files
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub reading: Reading,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_those_of_reading_by_default() {
        let args = Args::try_parse_from(["relhealth", "inspect", "a.csv"]).unwrap();
        let Command::Inspect(inspect) = &args.command else { panic!() };
        assert_eq!(crate::cli::data::limits(&inspect.reading), crate::ingest::Limits::default());
    }

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
