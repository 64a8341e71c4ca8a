//! A report as it was written to JSON, read again.

use serde::Deserialize;

use crate::diagnostics::{Problem, visible};
use crate::wire::Document;
use crate::wire::measure::Measure;
use crate::wire::report::Report;

/// The name and version of the format of a report.
pub const SCHEMA: &str = Report::ID;

/// Reads a report that was written as JSON; `name` is what messages call the file.
///
/// # Errors
/// What is no JSON, no report, or a report that does not hold what its version says.
pub fn parse(name: &str, bytes: &[u8]) -> anyhow::Result<Report> {
    let shown = visible(name);
    let problem = |what: &str| Problem::data(format!("cannot read {shown} as a report: {what}"));
    let broken = |error: &serde_json::Error| match error.classify() {
        serde_json::error::Category::Eof => problem("it ends in the middle")
            .why(visible(&error.to_string()).into_owned())
            .hint("write it again; the file was cut"),
        _ => problem("it is no JSON").why(visible(&error.to_string()).into_owned()),
    };
    let schema: Schema = match serde_json::from_slice(bytes) {
        Ok(schema) => schema,
        Err(error) if error.is_data() => {
            return Err(
                problem(&format!("it is no object with a `schema`, which is \"{SCHEMA}\" for a report"))
                    .hint(HOW)
                    .into(),
            );
        }
        Err(error) => return Err(broken(&error).into()),
    };
    match schema.schema.as_deref() {
        Some(SCHEMA) => {}
        Some(Measure::ID) => {
            return Err(
                problem("it is a measure (relhealth.measure/1), which lacks definitions and contributors")
                    .hint(HOW)
                    .into(),
            );
        }
        Some(other) => {
            let other: String = other.chars().take(80).collect();
            return Err(problem(&format!("its schema is \"{}\", not \"{SCHEMA}\"", visible(&other)))
                .hint(HOW)
                .into());
        }
        None => {
            return Err(problem(&format!("it has no `schema`, which is \"{SCHEMA}\" for a report"))
                .hint(HOW)
                .into());
        }
    }
    let stored: Report = serde_json::from_slice(bytes).map_err(|error| {
        problem(&format!("it says that it is {SCHEMA}, but is not"))
            .why(visible(&error.to_string()).into_owned())
            .hint("write it again with this version of relhealth")
    })?;
    let is_code = |code: &String| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if !stored.currency.iter().all(is_code) {
        return Err(problem("its currency is none").into());
    }
    if stored.period.end <= stored.period.start || !(0.0..1.0).contains(&stored.level) || stored.level == 0.0 {
        return Err(problem("its period or its level is none that a report can have").into());
    }
    Ok(stored)
}

/// How a report comes to be.
const HOW: &str = "write one: relhealth report INPUT... --period 2026-10 -o october.json";

/// What every output of the program begins with.
#[derive(Deserialize)]
struct Schema {
    schema: Option<String>,
}
