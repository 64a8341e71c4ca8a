//! The commands: arguments, wiring, exit codes. One file a command.

mod args;
mod data;
mod failure;
mod inputs;
mod measure;
mod metrics;
mod output;
mod pages;
mod periods;
mod rows;
mod setup;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// Runs the program; whatever happens becomes an exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    failure::catch_panics();
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => return failure::usage(&error),
    };
    match std::panic::catch_unwind(|| run(&args)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => failure::report(&error),
        Err(_) => ExitCode::from(failure::DEFECT),
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    match &args.command {
        Command::Measure(measure) => measure::run(&args.global, measure),
        Command::Metrics(metrics) => metrics::run(&args.global, metrics),
        Command::Rows(rows) => rows::run(&args.global, rows),
        Command::Completions { shell } => pages::completions(*shell),
        Command::Man { command } => pages::man(command.as_deref()),
        Command::Help { topic } => pages::help(topic.as_deref()),
    }
}
