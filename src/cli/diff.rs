//! `diff`: why numbers moved between two reports.

use std::path::Path;

use super::args::{self, Global};
use super::output;
use crate::diagnostics::Problem;
use crate::io::Source;
use crate::report_diff::compare;
use crate::report_diff::stored;
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
    let read = |path: &Path| -> anyhow::Result<(String, Report)> {
        let source = if path == stdin { Source::stdin() } else { Source::file(path) }?;
        let stored = stored::parse(source.name(), &source.bytes()?)?;
        Ok((source.name().to_string(), stored))
    };
    let ((then_name, then), (now_name, now)) = (read(&args.then)?, read(&args.now)?);
    let compared = compare((&then_name, &then), (&now_name, &now));
    output::write(&targets, global, |format, style, out| format.write(&compared, style, out))
}
