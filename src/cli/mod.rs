//! The commands: arguments, wiring, exit codes. One file a command.

mod args;
mod check;
mod cohorts;
mod conditions;
mod convert;
mod data;
mod diff;
mod failure;
mod forecast;
mod formats;
mod health;
mod init;
mod inputs;
mod inspect;
mod limits;
mod measure;
mod metrics;
mod output;
mod pages;
mod periods;
mod printed;
mod progress;
mod reference;
mod report;
mod rows;
mod run_files;
mod segments;
mod setup;
mod stakeholder_pages;
mod stdout;
mod test;
#[cfg(test)]
mod tests;
mod unpack;

use std::ffi::OsString;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Shown;
use progress::Progress;

/// Runs the program; whatever happens becomes an exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    limits::outlive_largest_file();
    let progress = Progress::default();
    failure::catch_panics(progress.clone(), Shown::All);
    let words: Vec<OsString> = args.into_iter().collect();
    let shown = match words.iter().any(|word| word == "--redact") {
        true => Shown::OwnWords,
        false => Shown::All,
    };
    let mut args = match Args::try_parse_from(words) {
        Ok(args) => args,
        Err(error) => return failure::usage(&error, shown),
    };
    if args.global.quiet {
        progress.be_quiet();
    }
    let shown = match args.command.reading() {
        Some(reading) if reading.redact => Shown::OwnWords,
        Some(_) | None => Shown::All,
    };
    failure::catch_panics(progress.clone(), shown);
    args.global.progress = progress;
    match std::panic::catch_unwind(AssertUnwindSafe(|| run(&args))) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => failure::report(&args.global.progress, &error, shown),
        Err(_) => ExitCode::from(failure::DEFECT),
    }
}

/// Runs a command. One that judges something has a code of its own for what failed.
fn run(args: &Args) -> anyhow::Result<ExitCode> {
    run_files::refuse_overwriting(args)?;
    match &args.command {
        Command::Check(check) => return check::run(&args.global, check),
        Command::Test(test) => return test::run(&args.global, test),
        Command::Inspect(inspect) => return inspect::run(&args.global, inspect),
        Command::Init(init) => init::run(&args.global, init),
        Command::Measure(measure) => measure::run(&args.global, measure),
        Command::Report(report) => report::run(&args.global, report),
        Command::Diff(diff) => diff::run(&args.global, diff),
        Command::Metrics(metrics) => metrics::run(&args.global, metrics),
        Command::Health(health) => health::run(&args.global, health),
        Command::Forecast(of) => forecast::run(&args.global, of),
        Command::Rows(rows) => rows::run(&args.global, rows),
        Command::Cohorts(cohorts) => cohorts::run(&args.global, cohorts),
        Command::Segments(segments) => segments::run(&args.global, segments),
        Command::Convert(convert) => convert::run(&args.global, convert),
        Command::Completions { shell } => pages::completions(&args.global, *shell),
        Command::Man { command } => pages::man(&args.global, command.as_deref()),
        Command::Help { topic, of } => pages::help(&args.global, topic.as_deref(), of.as_deref()),
    }?;
    Ok(ExitCode::SUCCESS)
}
