//! A check as a document for programs ([`crate::wire::check::Check`]), which all formats of a check but those for people are made of.

use super::messages::Words;
use crate::catalog::Origin;
use crate::check::{CheckResult, Excuse, NotEvaluatedReason, Rule, RuleTarget, Subject, ThresholdResult, Verdict};
use crate::report;
use crate::wire::check as document;
use crate::wire::{Day, Instant, Labels, Note, RecordCounts, SchemaId};

/// The check as a document; `fails`: its exit code is 1.
pub fn document(checked: &CheckResult, fails: bool) -> document::Check {
    let words = Words::of(checked);
    let terms = checked.terms.named().iter().map(|(name, value)| (name.to_string(), value.clone()));
    document::Check {
        schema: SchemaId::default(),
        as_of: Instant(checked.as_of),
        level: checked.level,
        terms: terms.collect(),
        passed: !fails,
        summary: checked.counts().into(),
        verdicts: checked
            .verdicts
            .iter()
            .map(|verdict| self::verdict(checked, &words, verdict))
            .collect(),
        account: checked.account.iter().map(RecordCounts::from).collect(),
        notes: checked.notes.iter().map(Note::from).collect(),
    }
}

fn verdict(checked: &CheckResult, words: &Words, verdict: &Verdict) -> document::Verdict {
    let known = checked.metric(verdict);
    let origin = origin(checked, verdict);
    let cell = verdict.cell.as_ref();
    document::Verdict {
        id: checked.name(verdict),
        name: words.name(verdict),
        about: about(checked.rule(verdict)),
        verdict: verdict.status,
        excuse: verdict.excuse.map(|excuse| match excuse {
            Excuse::Waived(_) => document::Excuse::Waived,
            Excuse::Optional => document::Excuse::Optional,
            Excuse::OneOfMany => document::Excuse::OneOfMany,
        }),
        why: words.why(verdict),
        not_assessed: match &verdict.finding {
            ThresholdResult::NotEvaluated(NotEvaluatedReason::ShortHistory { from }) => {
                Some(report::NotAssessed::ShortHistory { from: *from }.into())
            }
            _ => None,
        },
        metric: known.map(|known| known.shown.id.clone()),
        definition: known.map(|known| known.definition.clone()),
        unit: known.map(|known| known.shown.unit),
        period: verdict.period.clone(),
        by: Labels(verdict.by.clone()),
        value: cell.and_then(|cell| cell.value),
        low: cell.and_then(|cell| cell.low),
        high: cell.and_then(|cell| cell.high),
        n: verdict.n,
        stakeholders: cell.and_then(|cell| cell.stakeholders),
        judged: document::Judged {
            value: verdict.value,
            low: verdict.low,
            high: verdict.high,
        },
        threshold: verdict.threshold.map(|threshold| document::Threshold {
            bad: threshold.bad,
            value: threshold.value,
        }),
        basis: verdict.basis,
        waiver: verdict.waiver().map(|at| {
            let waiver = &checked.waivers[at];
            document::Waiver {
                until: Day(waiver.until),
                owner: waiver.owner.clone(),
                reason: waiver.reason.clone(),
            }
        }),
        file: origin.file.clone(),
        line: origin.line as u64,
    }
}

/// Where the rule or the waiver of a verdict is written.
fn origin<'a>(checked: &'a CheckResult, verdict: &Verdict) -> &'a Origin {
    match verdict.subject {
        Subject::Rule(at) => &checked.rules[at].origin,
        Subject::Waiver(at) => &checked.waivers[at].origin,
    }
}

fn about(rule: Option<&Rule>) -> document::About {
    match rule.map(|rule| &rule.of) {
        Some(RuleTarget::Metric(_)) => document::About::Metric,
        Some(RuleTarget::Data(_)) => document::About::Data,
        None => document::About::Waiver,
    }
}

/// The rules as a document, without judging them.
pub fn rules(checked: &CheckResult) -> document::Rules {
    let words = Words::of(checked);
    let rule = |rule: &Rule| document::Rule {
        id: rule.id.clone(),
        about: about(Some(rule)),
        metric: rule.metric().map(|metric| metric.metric.clone()),
        says: words.rule(rule),
        optional: rule.optional,
        file: rule.origin.file.clone(),
        line: rule.origin.line as u64,
    };
    document::Rules {
        schema: SchemaId::default(),
        rules: checked.rules.iter().map(rule).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing;
    use super::*;
    use crate::wire;
    use crate::wire::validate::broken_document;

    #[test]
    fn the_shape_is_the_documented_one() {
        let checked = testing::checked();
        let mut bytes = Vec::new();
        wire::write(&document(&checked, true), &mut bytes).unwrap();
        let mut value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(broken_document::<document::Check>(&value), Vec::<String>::new());
        assert_eq!(value["passed"], false);
        // The check itself can fail.
        value["verdicts"][0]["verdict"] = json!("maybe");
        value["verdicts"][1]["excuse"] = json!("none");
        value["verdicts"][2]["line"] = json!(0);
        value["summary"]["rules"] = json!(-1);
        assert_eq!(broken_document::<document::Check>(&value).len(), 4);
    }

    #[test]
    fn rules_have_a_shape_too() {
        let mut value = serde_json::to_value(rules(&testing::checked())).unwrap();
        assert_eq!(broken_document::<document::Rules>(&value), Vec::<String>::new());
        value["rules"][0]["about"] = json!("waivers");
        assert_eq!(broken_document::<document::Rules>(&value).len(), 1);
    }
}
