//! A check as SARIF 2.1.0: a result for each verdict, at the line of its rule. What passes is a result of kind `pass`, what could not be
//! judged of kind `open`; a waiver is a suppression.
//!
//! OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.

use serde::Serialize;
use serde_json::{Value, json};

use super::messages::Words;
use crate::catalog::Origin;
use crate::check::{CheckResult, Status, Subject, Verdict};
use crate::diagnostics::visible;
use crate::period::date_text;

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
    results: Vec<ThresholdResult>,
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
struct ThresholdResult {
    rule_id: String,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Message,
    locations: Vec<Value>,
    partial_fingerprints: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Value>,
    properties: Value,
}

/// The check as one object.
///
/// # Errors
/// Those of writing JSON.
pub fn text(checked: &CheckResult) -> serde_json::Result<String> {
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
            results: checked.verdicts.iter().map(|verdict| result(checked, &words, verdict)).collect(),
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

fn result(checked: &CheckResult, words: &Words, verdict: &Verdict) -> ThresholdResult {
    let (place, origin) = match verdict.subject {
        Subject::Rule(at) => (at, &checked.rules[at].origin),
        Subject::Waiver(at) => (checked.rules.len() + at, &checked.waivers[at].origin),
    };
    // Only what fails has a level.
    let (kind, level) = match verdict.status {
        Status::Pass => ("pass", "none"),
        Status::Warn => ("fail", "warning"),
        Status::Fail => ("fail", "error"),
        Status::Insufficient => ("open", "none"),
    };
    let name = words.name(verdict);
    let suppressions = verdict.waiver().map(|at| {
        let waiver = &checked.waivers[at];
        json!({"kind": "external", "status": "accepted", "justification": visible(&waiver.reason)})
    });
    ThresholdResult {
        rule_id: checked.name(verdict),
        rule_index: place,
        kind,
        level,
        message: Message {
            text: format!("{}: {}", visible(&name), visible(&words.why(verdict))),
        },
        locations: location(origin).into_iter().collect(),
        partial_fingerprints: json!({"rule/v1": visible(&name)}),
        suppressions: suppressions.into_iter().collect(),
        properties: json!({
            "period": verdict.period, "value": verdict.value, "low": verdict.low, "high": verdict.high, "n": verdict.n,
            "threshold": verdict.threshold.map(|threshold| threshold.value),
        }),
    }
}

/// Where a rule is written; a preset is no file.
fn location(origin: &Origin) -> Option<Value> {
    (!origin.file.starts_with("preset ")).then(|| {
        json!({"physicalLocation": {
            "artifactLocation": {"uri": uri(&origin.file)},
            "region": {"startLine": origin.line},
        }})
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
    use super::super::testing;
    use super::*;

    #[test]
    fn kinds_levels_and_places_go_together() {
        let checked = testing::checked();
        let log: Value = serde_json::from_str(&text(&checked).unwrap()).unwrap();
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
