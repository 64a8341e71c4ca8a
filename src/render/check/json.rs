//! A check as JSON: `relhealth.check/1`, described by `check.schema.json` beside this file.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::messages::Words;
use crate::check::{CheckResult, Excuse, Rule, RuleTarget, Status, Subject, Verdict};
use crate::period::{date_text, instant_text};
use crate::render::json::{list, note};

/// The name and version of the format.
pub const SCHEMA: &str = "relhealth.check/1";

/// Writes a check as one object, a verdict a line. Numbers are not rounded; what is not there is null.
///
/// # Errors
/// Those of the writer.
pub fn write(checked: &CheckResult, fails: bool, out: &mut dyn Write) -> io::Result<()> {
    let words = Words::of(checked);
    let counts = checked.counts();
    let summary = json!({
        "rules": counts.rules, "pass": counts.pass, "warn": counts.warn, "fail": counts.fail, "insufficient": counts.insufficient,
        "waived": counts.waived, "spared": counts.spared,
        "waivers": counts.waivers, "waivers_unused": counts.unused, "waivers_expired": counts.expired,
    });
    write!(
        out,
        "{{\"schema\": \"{SCHEMA}\", \"as_of\": {}, \"level\": {}, \"terms\": {}, \"passed\": {}, \"summary\": {summary}, \"verdicts\": ",
        json!(instant_text(checked.as_of)),
        json!(checked.level),
        json!(checked.terms),
        !fails
    )?;
    list(out, checked.verdicts.iter().map(|verdict| self::verdict(checked, &words, verdict)))?;
    write!(out, ", \"account\": ")?;
    list(out, checked.account.iter().map(|file| json!(file)))?;
    write!(out, ", \"notes\": ")?;
    list(out, checked.notes.iter().map(note))?;
    writeln!(out, "}}")
}

fn verdict(checked: &CheckResult, words: &Words, verdict: &Verdict) -> Value {
    let by: Map<String, Value> = verdict
        .by
        .iter()
        .map(|(dimension, value)| (dimension.clone(), json!(value)))
        .collect();
    let known = checked.metric(verdict);
    let origin = match verdict.subject {
        Subject::Rule(at) => &checked.rules[at].origin,
        Subject::Waiver(at) => &checked.waivers[at].origin,
    };
    let cell = verdict.cell.as_ref();
    json!({
        "id": checked.name(verdict),
        "about": about(checked.rule(verdict)),
        "verdict": verdict.status.as_str(),
        "excuse": verdict.excuse.map(|excuse| match excuse {
            Excuse::Waived(_) => "waived",
            Excuse::Optional => "optional",
            Excuse::OneOfMany => "one of many",
        }),
        "why": words.why(verdict),
        "metric": known.map(|known| &known.shown.id),
        "definition": known.map(|known| &known.definition),
        "unit": known.map(|known| &known.shown.unit),
        "period": verdict.period,
        "by": by,
        "value": cell.and_then(|cell| cell.value),
        "low": cell.and_then(|cell| cell.low),
        "high": cell.and_then(|cell| cell.high),
        "n": verdict.n,
        "stakeholders": cell.and_then(|cell| cell.stakeholders),
        "judged": {"value": verdict.value, "low": verdict.low, "high": verdict.high},
        "threshold": verdict.threshold.map(|threshold| json!({"bad": threshold.bad.as_str(), "value": threshold.value})),
        "basis": verdict.basis.map(|basis| basis.as_str()),
        "waiver": verdict.waiver().map(|at| {
            let waiver = &checked.waivers[at];
            json!({"until": date_text(waiver.until), "owner": waiver.owner, "reason": waiver.reason})
        }),
        "file": origin.file,
        "line": origin.line,
    })
}

fn about(rule: Option<&Rule>) -> &'static str {
    match rule.map(|rule| &rule.of) {
        Some(RuleTarget::Metric(_)) => "metric",
        Some(RuleTarget::Data(_)) => "data",
        None => "waiver",
    }
}

/// Whether a verdict counts as broken in formats that know only pass and fail.
pub fn is_broken(verdict: &Verdict, on_warnings: bool) -> bool {
    verdict.counts() || (on_warnings && verdict.status == Status::Warn && verdict.excuse.is_none())
}

/// The rules as JSON, without judging them.
pub fn rules(rules: &[Rule], words: &Words) -> Value {
    let each: Vec<Value> = rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "about": about(Some(rule)),
                "metric": rule.metric().map(|metric| &metric.metric),
                "says": words.rule(rule),
                "optional": rule.optional,
                "file": rule.origin.file,
                "line": rule.origin.line,
            })
        })
        .collect();
    json!({"schema": "relhealth.rules/1", "rules": each})
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::render::json::tests::broken;

    #[test]
    fn the_shape_is_the_documented_one() {
        let schema: Value = serde_json::from_str(include_str!("check.schema.json")).unwrap();
        let checked = testing::checked();
        let mut bytes = Vec::new();
        write(&checked, true, &mut bytes).unwrap();
        let mut value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(broken(&schema, &schema, &value, "$"), Vec::<String>::new());
        assert_eq!(value["passed"], false);
        // The check itself can fail.
        value["verdicts"][0]["verdict"] = json!("maybe");
        assert!(!broken(&schema, &schema, &value, "$").is_empty());
    }
}
