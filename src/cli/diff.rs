//! `diff`: why numbers moved between two reports.

use std::path::Path;

use super::args::{Diff, Global};
use super::output::{self, Format};
use crate::diagnostics::Problem;
use crate::io::Source;
use crate::render::report_diff::{self, Detail};
use crate::render::{html, markdown, terminal};
use crate::report_diff::compare;
use crate::report_diff::stored::Stored;

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
            Format::Markdown => markdown::text(&report_diff::document(&compared, Detail::Whole)).into_bytes(),
            Format::Html => html::text(&report_diff::document(&compared, Detail::Whole), &page).into_bytes(),
            Format::Json => {
                let mut bytes = Vec::new();
                report_diff::json::write(&compared, &mut bytes)?;
                bytes
            }
            _ => terminal::text(&report_diff::document(&compared, Detail::Brief), style).into_bytes(),
        })
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::{Value, json};

    use super::*;
    use crate::cli::args::{Args, Command};
    use crate::render::json::tests::broken;

    /// Runs a command that writes JSON to a file, and gives what it wrote.
    fn written(args: &[&str], file: &Path) -> Value {
        let name = file.to_str().unwrap();
        let output = ["-o", name];
        let all = ["relhealth", "--quiet"].iter().chain(args).chain(&output).copied();
        let args = Args::try_parse_from(all).unwrap();
        match &args.command {
            Command::Report(report) => crate::cli::report::run(&args.global, report).unwrap(),
            Command::Diff(diff) => run(&args.global, diff).unwrap(),
            _ => unreachable!(),
        }
        serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
    }

    fn sum(list: &Value, key: &str) -> f64 {
        list.as_array().unwrap().iter().map(|one| one[key].as_f64().unwrap()).sum()
    }

    #[test]
    fn reports_and_comparisons_of_every_example_are_as_documented_and_add_up() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = tempfile::tempdir().unwrap();
        let report_schema: Value = serde_json::from_str(include_str!("../render/report/report.schema.json")).unwrap();
        let diff_schema: Value = serde_json::from_str(include_str!("../render/report_diff/diff.schema.json")).unwrap();
        let mut divided = 0;
        for example in [
            "charity",
            "clinic",
            "employer",
            "loyalty-shop",
            "network",
            "software-company",
            "suppliers",
        ] {
            let config = root.join("examples").join(example).join("relhealth.toml");
            let report = |period: &str| {
                let file = folder.path().join(format!("{example}-{period}.json"));
                let args = ["--config", config.to_str().unwrap(), "report", "--period", period];
                let value = written(&args, &file);
                assert_eq!(
                    broken(&report_schema, &report_schema, &value, "$"),
                    Vec::<String>::new(),
                    "{example}"
                );
                for one in value["contributors"].as_array().unwrap() {
                    let (others, largest) = (&one["others"], &one["largest"]);
                    assert!((sum(largest, "part") + others["part"].as_f64().unwrap() - one["part"].as_f64().unwrap()).abs() < 1e-6);
                    assert_eq!(
                        largest.as_array().unwrap().len() as u64 + others["stakeholders"].as_u64().unwrap(),
                        one["stakeholders"]
                    );
                }
                // Nobody's staff is named.
                if example == "employer" {
                    assert!(
                        value["contributors"]
                            .as_array()
                            .unwrap()
                            .iter()
                            .all(|one| one["largest"] == json!([]))
                    );
                }
                (file, value)
            };
            let ((then, _), (now, mut last)) = (report("2026-09"), report("2026-10"));
            let both = ["diff", then.to_str().unwrap(), now.to_str().unwrap()];
            let value = written(&both, &folder.path().join("diff.json"));
            assert_eq!(broken(&diff_schema, &diff_schema, &value, "$"), Vec::<String>::new(), "{example}");
            assert!(!value["metrics"].as_array().unwrap().is_empty());
            for metric in value["metrics"].as_array().unwrap() {
                let delta = metric["delta"].as_f64();
                for dimension in metric["dimensions"].as_array().unwrap() {
                    divided += 1;
                    let (found, delta) = (sum(&dimension["slices"], "contribution"), delta.unwrap());
                    assert!((found - delta).abs() < 1e-6 * (1.0 + delta.abs()), "{example} {metric}");
                }
            }
            let same = written(&["diff", both[1], both[1]], &folder.path().join("same.json"));
            assert_eq!((&same["same"], &same["metrics"]), (&json!(true), &json!([])));
            // The check itself can fail.
            last["metrics"][0]["per"] = json!("x");
            assert_eq!(broken(&report_schema, &report_schema, &last, "$").len(), 1);
        }
        assert!(divided > 50, "{divided}");
    }
}
