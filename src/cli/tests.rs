//! The documents of every example follow their schemas, and say what they promise.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Parser;
use serde_json::{Value, json};

use super::args::Args;
use crate::wire::check::{Check, Rules};
use crate::wire::cohorts::Cohorts;
use crate::wire::diff::Diff;
use crate::wire::forecast::Forecast;
use crate::wire::health::Health;
use crate::wire::inspection::Inspect;
use crate::wire::measure::Measure;
use crate::wire::metrics::Metrics;
use crate::wire::report::Report;
use crate::wire::rows::Rows;
use crate::wire::segments::Segments;
use crate::wire::validate::broken_document;
use crate::wire::{DOCUMENTS, Document};

const EXAMPLES: [&str; 7] = [
    "charity",
    "clinic",
    "employer",
    "loyalty-shop",
    "network",
    "software-company",
    "suppliers",
];

/// An example, and a folder for what is written.
struct Run {
    example: &'static str,
    config: PathBuf,
    folder: tempfile::TempDir,
}

impl Run {
    fn of(example: &'static str) -> Run {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        Run {
            example,
            config: root.join("examples").join(example).join("relhealth.toml"),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.json"))
    }

    /// Runs a command that writes JSON to a file of that name, and gives what it wrote, which follows its schema. `None`: it refused.
    fn try_written<D: Document>(&self, name: &str, args: &[&str]) -> Option<Value> {
        let file = self.file(name);
        let config = ["relhealth", "--quiet", "--config", self.config.to_str().unwrap()];
        let output = ["-o", file.to_str().unwrap()];
        let args = Args::try_parse_from(config.iter().chain(args).chain(&output)).unwrap();
        super::run(&args).ok()?;
        let value: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        assert_eq!(broken_document::<D>(&value), Vec::<String>::new(), "{} {name}", self.example);
        Some(value)
    }

    fn written<D: Document>(&self, name: &str, args: &[&str]) -> Value {
        self.try_written::<D>(name, args)
            .unwrap_or_else(|| panic!("{} {name}", self.example))
    }
}

fn items(list: &Value) -> &[Value] {
    list.as_array().unwrap()
}

fn sum(list: &Value, key: &str) -> f64 {
    items(list).iter().map(|one| one[key].as_f64().unwrap()).sum()
}

#[test]
fn forecasts_are_as_documented() {
    for example in ["charity", "loyalty-shop"] {
        let run = Run::of(example);
        let forecast = run.written::<Forecast>("forecast", &["forecast", "--horizon", "26w", "--cohorts", "year"]);
        assert!(!items(&forecast["stakeholders"]).is_empty() && !items(&forecast["groups"]).is_empty());
    }
    let run = Run::of("loyalty-shop");
    let forecast = run.written::<Forecast>("few", &["forecast", "--calibration-end", "2025-01-20"]);
    assert!(forecast["absent"].is_string());
}

#[test]
fn segments_and_cohorts_are_as_documented() {
    for example in ["charity", "loyalty-shop"] {
        let segments = Run::of(example).written::<Segments>("segments", &["segments", "--by", "type"]);
        assert!(!items(&segments["segments"]).is_empty() && !items(&segments["stakeholders"]).is_empty());
    }
    for example in ["charity", "clinic", "employer", "loyalty-shop", "software-company", "suppliers"] {
        let cohorts = Run::of(example).written::<Cohorts>("cohorts", &["cohorts"]);
        assert!(
            !items(&cohorts["cohorts"]).is_empty() && !items(&cohorts["survival"]).is_empty(),
            "{example}"
        );
    }
}

#[test]
fn reports_and_comparisons_of_every_example_are_as_documented_and_add_up() {
    let mut divided = 0;
    for example in EXAMPLES {
        let run = Run::of(example);
        run.written::<Report>("then", &["report", "--period", "2026-09"]);
        let mut report = run.written::<Report>("now", &["report", "--period", "2026-10"]);
        for one in items(&report["contributors"]) {
            let (others, largest) = (&one["others"], &one["largest"]);
            assert!((sum(largest, "part") + others["part"].as_f64().unwrap() - one["part"].as_f64().unwrap()).abs() < 1e-6);
            assert_eq!(
                items(largest).len() as u64 + others["stakeholders"].as_u64().unwrap(),
                one["stakeholders"]
            );
            // Nobody's staff is named.
            assert!(example != "employer" || *largest == json!([]));
        }
        let (then, now) = (run.file("then"), run.file("now"));
        let (then, now) = (then.to_str().unwrap(), now.to_str().unwrap());
        let diff = run.written::<Diff>("diff", &["diff", then, now]);
        assert!(!items(&diff["metrics"]).is_empty());
        for metric in items(&diff["metrics"]) {
            let delta = metric["delta"].as_f64();
            for dimension in items(&metric["dimensions"]) {
                divided += 1;
                let (found, delta) = (sum(&dimension["slices"], "contribution"), delta.unwrap());
                assert!((found - delta).abs() < 1e-6 * (1.0 + delta.abs()), "{example} {metric}");
            }
        }
        let same = run.written::<Diff>("same", &["diff", then, then]);
        assert_eq!((&same["same"], &same["metrics"]), (&json!(true), &json!([])));
        // The check itself can fail.
        report["metrics"][0]["per"] = json!("x");
        assert_eq!(broken_document::<Report>(&report).len(), 1);
    }
    assert!(divided > 50, "{divided}");
}

#[test]
fn all_other_documents_of_every_example_are_as_documented() {
    let mut kinds_with_rows: BTreeMap<String, String> = BTreeMap::new();
    let mut checks = 0;
    for example in EXAMPLES {
        let run = Run::of(example);
        assert!(!items(&run.written::<Inspect>("inspect", &["inspect"])["files"]).is_empty());
        let metrics = run.written::<Metrics>("metrics", &["metrics", "--with"]);
        let asked = ["measure", "--period", "2026-10", "--compare", "previous,year-ago"];
        let measured = run.written::<Measure>("measure", &asked);
        let health = run.written::<Health>("health", &["health", "--backtest", "--by", "type"]);
        assert!(!items(&health["types"]).is_empty() && !items(&health["groups"]).is_empty());
        checks += usize::from(run.try_written::<Check>("check", &["check"]).is_some());
        run.try_written::<Rules>("rules", &["check", "--list"]);
        // The rows of one metric of each kind, where they are shown to anybody.
        for metric in items(&metrics["metrics"]) {
            let (id, kind) = (metric["id"].as_str().unwrap(), metric["kind"].as_str().unwrap());
            let has_value = |cell: &&Value| cell["metric"] == id && !cell["value"].is_null();
            if kinds_with_rows.contains_key(kind) || !items(&measured["cells"]).iter().any(|cell| has_value(&cell)) {
                continue;
            }
            if let Some(rows) = run.try_written::<Rows>("rows", &["rows", id, "--period", "2026-10"]) {
                // A rate of no events at all has none.
                if !items(&rows["rows"]).is_empty() {
                    kinds_with_rows.insert(kind.to_string(), id.to_string());
                }
            }
        }
    }
    assert_eq!(checks, 2, "the examples with rules");
    // A derived metric has no rows of its own.
    let kinds: Vec<&str> = kinds_with_rows.keys().map(String::as_str).collect();
    assert_eq!(
        kinds,
        [
            "concentration",
            "count",
            "mean",
            "net_share",
            "quantile",
            "rate",
            "ratio",
            "share",
            "sum",
            "survival_quantile"
        ]
    );
    // Reports, comparisons, forecasts, segments and cohorts have tests of their own.
    assert_eq!(DOCUMENTS.len(), 7 + 5, "each document is checked");
}
