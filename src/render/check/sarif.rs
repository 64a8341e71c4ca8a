//! A check as SARIF 2.1.0: a result for each verdict, at the line of its rule. What passes is a result of kind `pass`, what could not be
//! judged of kind `open`; a waiver is a suppression.
//!
//! OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.

use serde::Serialize;

use super::messages::Words;
use crate::check::{CheckResult, Status, Subject};
use crate::diagnostics::visible;
use crate::period::date_text;
use crate::render::output_format::{OutputFormat, Stdout};
use crate::wire::check::{Check, Verdict};

/// SARIF.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "sarif",
    aliases: &[],
    endings: &["sarif"],
    about: "For code scanning: a result for each verdict, at the line of its rule",
    stdout: Stdout::Text,
};

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
struct Run {
    tool: Tool,
    results: Vec<Finding>,
    #[serde(rename = "columnKind")]
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: String,
    short_description: Message,
    default_configuration: Level,
}

#[derive(Serialize)]
struct Level {
    level: &'static str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: String,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    properties: Properties,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "rule/v1")]
    rule: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct Properties {
    period: Option<String>,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    n: Option<u64>,
    threshold: Option<f64>,
}

/// The check as one object: the rules and waivers as they are written, and what came of them.
///
/// # Errors
/// Those of writing JSON.
pub fn text(checked: &CheckResult, check: &Check) -> serde_json::Result<String> {
    let words = Words::of(checked);
    let mut rules: Vec<Descriptor> = checked
        .rules
        .iter()
        .map(|rule| descriptor(rule.id.clone(), visible(&words.rule(rule)).into_owned(), "error"))
        .collect();
    rules.extend(checked.waivers.iter().map(|waiver| {
        let text = format!("A waiver until {}: {}", date_text(waiver.until), visible(&waiver.reason));
        descriptor(waiver.name(), text, "warning")
    }));
    let results = checked.verdicts.iter().zip(&check.verdicts).map(|(judged, verdict)| {
        let place = match judged.subject {
            Subject::Rule(at) => at,
            Subject::Waiver(at) => checked.rules.len() + at,
        };
        result(verdict, place)
    });
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "relhealth",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules,
                },
            },
            results: results.collect(),
            column_kind: "unicodeCodePoints",
        }],
    };
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

fn descriptor(id: String, text: String, level: &'static str) -> Descriptor {
    Descriptor {
        id,
        short_description: Message { text },
        default_configuration: Level { level },
    }
}

/// What came of the rule or waiver at that place.
fn result(verdict: &Verdict, place: usize) -> Finding {
    // Only what fails has a level.
    let (kind, level) = match verdict.verdict {
        Status::Pass => ("pass", "none"),
        Status::Warn => ("fail", "warning"),
        Status::Fail => ("fail", "error"),
        Status::Insufficient => ("open", "none"),
    };
    let name = visible(&verdict.name);
    let suppression = verdict.waiver.as_ref().map(|waiver| Suppression {
        kind: "external",
        status: "accepted",
        justification: visible(&waiver.reason).into_owned(),
    });
    Finding {
        rule_id: verdict.id.clone(),
        rule_index: place,
        kind,
        level,
        message: Message {
            text: format!("{name}: {}", visible(&verdict.why)),
        },
        locations: location(verdict).into_iter().collect(),
        partial_fingerprints: Fingerprints { rule: name.into_owned() },
        suppressions: suppression.into_iter().collect(),
        properties: Properties {
            period: verdict.period.clone(),
            value: verdict.judged.value,
            low: verdict.judged.low,
            high: verdict.judged.high,
            n: verdict.n,
            threshold: verdict.threshold.as_ref().map(|threshold| threshold.value),
        },
    }
}

/// Where a rule is written; a preset is no file.
fn location(verdict: &Verdict) -> Option<Location> {
    verdict.is_in_file().then(|| Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(&verdict.file) },
            region: Region { start_line: verdict.line },
        },
    })
}

/// A path as a reference of a URI (RFC 3986): what has a meaning there, or is no ASCII, is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{json, testing};
    use super::*;

    #[test]
    fn kinds_levels_and_places_go_together() {
        let checked = testing::checked();
        let log: Value = serde_json::from_str(&text(&checked, &json::document(&checked, true)).unwrap()).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(results.len(), checked.verdicts.len());
        for result in results {
            let is_none = result["level"] == "none";
            assert_eq!(result["kind"] != "fail", is_none, "{result}");
            let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
        }
        assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
        let suppressed = results.iter().filter(|result| result.get("suppressions").is_some()).count();
        assert_eq!(suppressed, 1);
        assert_eq!(uri("a b/ü.toml"), "a%20b/%C3%BC.toml");
    }
}
