//! `test`: the worked examples of the metrics that the configuration defines.

use std::process::ExitCode;

use super::args::{Global, Test};
use super::{setup, stdout};
use crate::catalog::{Catalog, Expect, Metric};
use crate::config::Overrides;
use crate::diagnostics::{Class, Place, Problem, visible};
use crate::facts::SPECS;
use crate::facts::context::Settings;
use crate::measure::example::{self, Got, Outcome};
use crate::notes::{Note, RunNote};
use crate::period::Zone;

/// Runs the command: a line for each example and a closing one. The code is that of a failed check where an example failed.
///
/// # Errors
/// A wrong configuration, an output that cannot be written.
pub fn run(global: &Global, args: &Test) -> anyhow::Result<ExitCode> {
    if let (Some(file), Some(_)) = (&args.file, &global.config) {
        let what = format!("{} and --config both name a configuration", visible(&file.display().to_string()));
        return Err(Problem::usage(what).hint("name one of them").into());
    }
    let config = setup::read(args.file.as_deref().or(global.config.as_deref()), Overrides::default())?;
    let builtin = Catalog::builtin(SPECS);
    let own: Vec<&Metric> = config.catalog.iter().filter(|metric| builtin.get(&metric.id).is_none()).collect();
    if own.is_empty() && !args.builtin {
        stdout::print(global, b"there are no metrics of your own to test; --builtin tests the others\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut report = Report::default();
    if args.builtin {
        // They are written for an empty configuration, whatever the user's says.
        for metric in builtin.iter() {
            report.add(metric, &example::run(metric, &builtin, &Settings::default(), &Zone::utc()));
        }
    }
    for metric in own {
        if metric.examples.is_empty() && !global.quiet {
            let place = Place::line(&metric.origin.file, metric.origin.line as u64);
            let metric = metric.id.clone();
            global.say(&format!("note{}", Note::new(RunNote::NoExample { metric }).at(place).with_code()));
        }
        report.add(metric, &example::run(metric, &config.catalog, &config.settings, &config.zone));
    }
    let lines = format!("{}{} passed, {} failed\n", report.lines, report.passed, report.failed);
    stdout::print(global, lines.as_bytes())?;
    Ok(match report.failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(Class::Check.exit_code()),
    })
}

#[derive(Default)]
struct Report {
    lines: String,
    passed: usize,
    failed: usize,
}

impl Report {
    fn add(&mut self, metric: &Metric, outcomes: &[Outcome]) {
        for outcome in outcomes {
            let at = format!("{} {}:{}", metric.id, visible(&outcome.origin.file), outcome.origin.line);
            if outcome.passed {
                self.passed += 1;
                self.lines += &format!("ok      {at}\n");
            } else {
                self.failed += 1;
                let expected = match &outcome.expected {
                    Expect::Value(value) => value.to_string(),
                    Expect::AbsentReason(reason) => reason.clone(),
                };
                let found = match &outcome.got {
                    Got::Unreadable(why) => format!("cannot be read: {why}"),
                    got => format!("expected {expected}, got {got}"),
                };
                self.lines += &format!("FAILED  {at}: {}\n", visible(&found));
            }
        }
    }
}
