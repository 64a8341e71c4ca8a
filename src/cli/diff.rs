//! `diff`: why numbers moved between two reports.

use std::path::Path;

use super::args::{Diff, Global};
use super::output::{self, Format};
use crate::io::Source;
use crate::note::Problem;
use crate::render::comparison::{self, Detail};
use crate::render::{html, markdown, terminal};
use crate::review::compare::compare;
use crate::review::compare::stored::Stored;

/// What a comparison can be written as.
const FORMATS: [Format; 4] = [Format::Table, Format::Html, Format::Markdown, Format::Json];

/// Runs the command. That numbers moved is no failure.
///
/// # Errors
/// Wrong usage, a file that cannot be read or is no report, an output that cannot be written.
pub fn run(global: &Global, args: &Diff) -> anyhow::Result<()> {
    let targets = output::targets(&args.outputs, &FORMATS)?;
    let stdin = Path::new("-");
    if args.then == stdin && args.now == stdin {
        return Err(Problem::usage("both reports are to be read from stdin")
            .hint("name a file for one of them")
            .into());
    }
    let read = |path: &Path| -> anyhow::Result<(String, Stored)> {
        let source = if path == stdin { Source::stdin() } else { Source::file(path) }?;
        let stored = Stored::parse(source.name(), &source.bytes()?)?;
        Ok((source.name().to_string(), stored))
    };
    let ((then_name, then), (now_name, now)) = (read(&args.then)?, read(&args.now)?);
    let compared = compare((&then_name, &then), (&now_name, &now));
    let page = html::Page {
        language: "en",
        version: env!("CARGO_PKG_VERSION"),
    };
    output::write(&targets, global, |format, style| {
        Ok(match format {
            Format::Markdown => markdown::text(&comparison::document(&compared, Detail::Whole)).into_bytes(),
            Format::Html => html::text(&comparison::document(&compared, Detail::Whole), &page).into_bytes(),
            Format::Json => {
                let mut bytes = Vec::new();
                comparison::json::write(&compared, &mut bytes)?;
                bytes
            }
            _ => terminal::text(&comparison::document(&compared, Detail::Brief), style).into_bytes(),
        })
    })
}
