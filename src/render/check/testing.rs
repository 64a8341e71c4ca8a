//! A check with one of everything, to try formats on.

use std::collections::BTreeMap;

use crate::catalog::{MetricUnit, Origin};
use crate::check::{
    Basis, CheckResult, ComparedTo, Evidence, Excuse, Known, Limits, MetricRule, NotEvaluatedReason, Rule, RuleTarget, Side, Status,
    Subject, Terms, Test, Threshold, ThresholdResult, Verdict, Waiver,
};
use crate::facts::context::Settings;
use crate::notes::{AsOfDoubt, Note, RunNote};
use crate::period::{Period, Zone, parse_date};
use crate::record_counts::RecordCounts;
use crate::report::{AbsentReason, Cell, Change, MetricInfo};
use crate::stats::{BetterDirection, Method, Reading};

fn origin(line: usize) -> Origin {
    Origin {
        file: "relhealth.toml".into(),
        line,
    }
}

fn rule(id: &str, line: usize, test: Test) -> Rule {
    Rule {
        id: id.into(),
        origin: origin(line),
        optional: false,
        of: RuleTarget::Metric(Box::new(MetricRule {
            metric: "csat".into(),
            unit: MetricUnit::Share,
            by: Vec::new(),
            filter: None,
            period: None,
            basis: Basis::Interval,
            min_n: None,
            test,
        })),
    }
}

/// Fails, warns, passes with a change, cannot be judged, is waived, and a waiver that is not needed.
pub fn checked() -> CheckResult {
    let zone = Zone::utc();
    let period = Period::parse("2026-10", &zone, 0).expect("a period");
    let cell = Cell {
        value: Some(0.7),
        low: Some(0.6),
        high: Some(0.78),
        n: Some(100),
        stakeholders: Some(90),
        deff: Some(1.1),
        method: Some(Method::Wilson),
        studentised: None,
        ..Cell::blank("csat", &period)
    };
    let limits = Limits {
        fail_below: Some(0.8),
        warn_below: Some(0.85),
        ..Limits::default()
    };
    let verdict = |at, status, finding| Verdict {
        subject: Subject::Rule(at),
        status,
        excuse: None,
        period: Some("2026-10".into()),
        by: Vec::new(),
        value: cell.value,
        low: cell.low,
        high: cell.high,
        n: cell.n,
        cell: Some(cell.clone()),
        threshold: Some(Threshold {
            bad: Side::Below,
            value: 0.8,
        }),
        basis: Some(Basis::Interval),
        finding,
        evidence: Evidence::Value,
    };
    let change = Change {
        period: "2026-09".into(),
        value: Some(0.72),
        delta: Some(-0.02),
        low: Some(-0.1),
        high: Some(0.06),
        reading: Reading::NoClearChange,
        p: None,
        not_assessed: None,
    };
    let worse = Test::Worse {
        than: ComparedTo::Previous,
        tolerance: 0.0,
    };
    let mut verdicts = vec![
        verdict(0, Status::Fail, ThresholdResult::Beyond),
        verdict(1, Status::Warn, ThresholdResult::Beyond),
        Verdict {
            value: change.delta,
            low: change.low,
            high: change.high,
            evidence: Evidence::Change(change),
            ..verdict(2, Status::Pass, ThresholdResult::Reaches)
        },
        verdict(
            3,
            Status::Insufficient,
            ThresholdResult::NotEvaluated(NotEvaluatedReason::NoInterval(AbsentReason::TooFew)),
        ),
        Verdict {
            excuse: Some(Excuse::Waived(0)),
            by: vec![("region".into(), "=north".into())],
            ..verdict(4, Status::Fail, ThresholdResult::Beyond)
        },
    ];
    verdicts.push(Verdict {
        subject: Subject::Waiver(1),
        status: Status::Warn,
        cell: None,
        value: None,
        low: None,
        high: None,
        n: None,
        threshold: None,
        basis: None,
        period: None,
        evidence: Evidence::Waiver,
        ..verdict(0, Status::Warn, ThresholdResult::Within)
    });
    let waiver = |line, reason: &str| Waiver {
        origin: origin(line),
        metric: Some("csat".into()),
        id: None,
        filter: None,
        by: Vec::new(),
        until: parse_date("2027-01-31").expect("a date"),
        owner: Some("cx".into()),
        reason: reason.into(),
    };
    CheckResult {
        as_of: period.end,
        level: 0.95,
        terms: Terms::new("UTC", None, &Settings::default(), &BTreeMap::new(), 0.95),
        currency: None,
        rules: vec![
            rule("csat.below", 3, Test::Limits(limits)),
            rule("csat.warn", 7, Test::Limits(limits)),
            rule("csat.worse-than-previous", 11, worse),
            rule("csat.few", 15, Test::Limits(limits)),
            rule("csat.waived", 19, Test::Limits(limits)),
        ],
        waivers: vec![waiver(23, "a new survey tool"), waiver(29, "long gone")],
        metrics: BTreeMap::from([(
            "csat".to_string(),
            Known {
                currency: None,
                shown: MetricInfo {
                    id: "csat".into(),
                    title: "CSAT".into(),
                    family: "satisfaction".into(),
                    unit: MetricUnit::Share,
                    good: BetterDirection::Up,
                    undated: false,
                    assessed_from: None,
                },
                definition: "00000000000000ab".into(),
            },
        )]),
        verdicts,
        account: vec![RecordCounts {
            file: "a.csv".into(),
            kind: crate::schema::Table::Surveys,
            read: 3,
            used: 3,
            rejected: 0,
            duplicate: 0,
            excluded: 0,
            without_person: 0,
            reasons: BTreeMap::new(),
            decided: Default::default(),
        }],
        notes: vec![Note::new(RunNote::AsOf {
            doubt: AsOfDoubt::AgeOfData,
        })],
    }
}
