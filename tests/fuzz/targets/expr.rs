//! Any text as an expression: reading it never panics; what is an expression keeps its text; its errors, and those of a metric that
//! counts where it holds, can be shown.

use std::path::Path;

use relhealth::api::config::{Config, Overrides};
use relhealth::api::expr::parse;
use relhealth::api::toml_reader::{ConfigErrors, SourceText};

use super::{Run, Seed, Target};

pub const TARGET: Target = Target {
    name: "expr",
    run: Run::Library(run),
    seeds: &[
        Seed::Text("status in ('open', 'pending') and not is_complaint"),
        Seed::Text("days_between(opened_at, resolved_at) <= 3.5 or priority is null"),
        Seed::Text("lower(trim(\"Kunden Name\")) like '%gmbh' and amount * quantity - 2 > 1e3"),
        Seed::Text("case when amount > 0 then 'paid' else coalesce(status, 'none') end = 'paid'"),
        Seed::Text("first_response_hours between 1 and 24 and occurred_at >= '2025-01-01'"),
    ],
};

const METRIC: &str = r#"[metric.fuzzed]
title = "Fuzzed"
family = "loyalty"
kind = "count"
unit = "count"
good = "up"
text = "What is counted where an expression holds."
source = "Written to be read"
"#;

fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let expr = match parse(text) {
        Ok(expr) => expr,
        Err(error) => {
            let shown = ConfigErrors::of_option("--where", text, error).to_string();
            assert!(!shown.is_empty(), "an error without words");
            return;
        }
    };
    let _ = (expr.columns(), expr.as_column());
    assert_eq!(expr.text(), text, "an expression is kept as it was written");
    // The types of what it names are checked where it stands in a metric.
    for (fact, at) in [("orders", "occurred_at"), ("cases", "opened_at"), ("responses", "responded_at")] {
        let metric = format!("{METRIC}fact = \"{fact}\"\nat = \"{at}\"\nwhere = {}\n", quoted(text));
        let source = SourceText {
            file: "relhealth.toml",
            text: &metric,
        };
        if let Err(errors) = Config::parse(source, Path::new("."), Overrides::default()) {
            assert!(!errors.to_string().is_empty(), "an error without words");
        }
    }
}

/// The text as a string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", letter as u32)),
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}
