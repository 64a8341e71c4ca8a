//! `diff`: why numbers moved between two reports.

use std::path::Path;

use super::args::{self, Global};
use super::{data, output};
use crate::canonical::{Key, Redaction};
use crate::catalog::health::Models;
use crate::diagnostics::Problem;
use crate::io::Source;
use crate::report_diff::redact::redact;
use crate::report_diff::{compare, stored};
use crate::wire::report::Report;

/// Runs the command. That numbers moved is no failure.
///
/// # Errors
/// Wrong usage, a file that cannot be read or is no report, an output that cannot be written.
pub fn run(global: &Global, args: &args::Diff) -> anyhow::Result<()> {
    let targets = args.outputs.targets()?;
    let stdin = Path::new("-");
    if args.then == stdin && args.now == stdin {
        return Err(Problem::usage("both reports are to be read from stdin")
            .hint("name a file for one of them")
            .into());
    }
    let read = |path: &Path| -> anyhow::Result<(String, Vec<u8>)> {
        let source = if path == stdin { Source::stdin() } else { Source::file(path) }?;
        let bytes = source.bytes()?;
        Ok((source.name().to_string(), bytes))
    };
    let [then, now] = [read(&args.then)?, read(&args.now)?];
    let parsed = |(name, bytes): &(String, Vec<u8>)| Ok::<(String, Report), anyhow::Error>((name.clone(), stored::parse(name, bytes)?));
    let mut reports = [parsed(&then)?, parsed(&now)?];
    if args.redact {
        let key = data::redact_key()?.unwrap_or_else(|| Key::of_secret(&[then.1, now.1].concat()));
        let models = Models::builtin();
        let types = models.all().iter().flat_map(|model| model.types.iter().cloned()).collect();
        let mut redaction = Redaction::new(key, &args.keep.iter().cloned().collect(), &types);
        for (name, report) in &mut reports {
            *name = redaction.file(name);
            redact(report, &mut redaction);
        }
    }
    let [(then_name, then), (now_name, now)] = &reports;
    let compared = compare((then_name, then), (now_name, now));
    output::write(&targets, global, |format, style, out| format.write(&compared, style, out))
}
