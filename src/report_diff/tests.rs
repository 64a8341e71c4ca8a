use proptest::prelude::*;
use serde_json::{Value, json};

use super::people::Had;
use super::stored::{self, SCHEMA};
use super::*;
use crate::wire::report::Report;

/// A slice: its name, part, whole.
type Has<'a> = (&'a str, f64, f64);

/// A report of a share `m` by region in a month, made of slices; `change` may alter it.
fn report(month: u32, slices: &[Has], change: impl FnOnce(&mut Value)) -> Report {
    let mut value = written(month, slices);
    change(&mut value);
    stored::parse("r.json", value.to_string().as_bytes()).unwrap()
}

fn written(month: u32, slices: &[Has]) -> Value {
    let (part, whole) = slices.iter().fold((0.0, 0.0), |(x, n), s| (x + s.1, n + s.2));
    let mut cells = vec![cell(month, json!({}), part, whole)];
    cells.extend(slices.iter().map(|(name, x, n)| cell(month, json!({ "region": name }), *x, *n)));
    json!({
        "schema": SCHEMA, "version": "1", "command": "relhealth report", "title": null,
        "period": {"label": format!("2026-{month:02}"), "start": start(month), "end": start(month + 1), "complete": true},
        "as_of": start(month + 1), "timezone": "UTC", "currency": "EUR", "clock": "calendar hours", "level": 0.95, "where": null,
        "inputs": [{"name": "a.csv", "bytes": 1, "sha256": "00"}],
        "metrics": [{"id": "m", "title": "M", "family": "f", "unit": "share", "good": "up", "undated": false, "kind": "share", "per": null,
            "definition": "aa", "target": null, "process": null}],
        "cells": cells,
        "contributors": [],
    })
}

fn start(month: u32) -> String {
    format!("2026-{month:02}-01T00:00:00Z")
}

fn cell(month: u32, by: Value, part: f64, whole: f64) -> Value {
    let value = part / whole;
    json!({
        "metric": "m", "period": format!("2026-{month:02}"), "start": start(month), "end": start(month + 1), "complete": true,
        "left_truncated": false, "by": by, "value": value, "low": value - 0.05, "high": value + 0.05, "n": whole as u64,
        "stakeholders": whole as u64, "part": part, "part_minus": null, "whole": whole, "unit": "share", "absent": null,
        "changes": {},
    })
}

fn compared(then: &Report, now: &Report) -> Comparison {
    compare(("a.json", then), ("b.json", now))
}

const THEN: [Has; 2] = [("north", 80.0, 100.0), ("south", 40.0, 100.0)];
const NOW: [Has; 2] = [("north", 30.0, 50.0), ("south", 75.0, 150.0)];

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} is not {b}");
}

#[test]
fn a_value_moves_by_square_and_add_and_divides_into_rate_and_mix() {
    let found = compared(&report(9, &THEN, |_| {}), &report(10, &NOW, |_| {}));
    assert!(!found.same_period && !found.is_same());
    let m = &found.metrics[0];
    close(m.delta.unwrap(), -0.075);
    let interval = m.interval.as_ref().unwrap();
    close(interval.low.unwrap(), -0.075 - 0.005f64.sqrt());
    close(interval.high.unwrap(), -0.075 + 0.005f64.sqrt());
    assert_eq!((m.basis, m.reading, m.stands), (Basis::Independent, Reading::Worse, true));
    let (rate, mix) = m.divided[0].rate_and_mix().unwrap();
    close(rate, -0.075 + 0.0625);
    close(rate + mix, -0.075);
    assert_eq!(m.divided[0].slices.len(), 2);
    assert!(m.undivided.is_empty() && m.people.is_none() && m.restated.is_empty());
}

#[test]
fn the_later_reports_own_comparison_wins_and_another_age_is_told() {
    let with = |value: f64| {
        report(10, &NOW, |r| {
            r["cells"][0]["changes"] = json!({"previous": {"period": "2026-09", "value": value, "delta": 0, "low": -0.2, "high": 0.1, "reading": "no clear change"}});
        })
    };
    let then = report(9, &THEN, |_| {});
    let same = &compared(&then, &with(0.6)).metrics[0];
    assert_eq!(
        (same.basis, same.reading, same.at_same_age),
        (Basis::Reported, Reading::NoClearChange, None)
    );
    let other = &compared(&then, &with(0.55)).metrics[0];
    assert_eq!((other.basis, other.at_same_age), (Basis::Independent, Some(0.55)));
}

#[test]
fn what_is_defined_otherwise_is_not_compared() {
    let then = report(9, &THEN, |_| {});
    let what = |change: &dyn Fn(&mut Value)| {
        let found = compared(&then, &report(10, &NOW, change));
        let redefined: Vec<String> = found.redefined.iter().flat_map(|r| r.what.clone()).collect();
        (
            found.metrics.len(),
            redefined,
            found.settings.iter().map(|s| s.what).collect::<Vec<_>>(),
        )
    };
    let metric = |key: &'static str, to: &'static str| move |r: &mut Value| r["metrics"][0][key] = json!(to);
    assert_eq!(what(&metric("definition", "bb")), (0, vec!["its definition".into()], vec![]));
    assert_eq!(
        what(&metric("unit", "index")),
        (0, vec!["its unit (share, now index)".into()], vec![])
    );
    let whole = |key: &'static str, to: Value| move |r: &mut Value| r[key] = to.clone();
    assert_eq!(
        what(&whole("where", json!("region = 'north'"))),
        (0, vec!["the slices that count".into()], vec!["slices that count (--where)"])
    );
    // A share is no matter of currency, nor of the zone's name.
    assert_eq!(what(&whole("currency", json!("USD"))), (1, vec![], vec!["currency"]));
    assert_eq!(what(&whole("timezone", json!("Asia/Tokyo"))), (1, vec![], vec!["time zone"]));
    assert_eq!(
        what(&whole("clock", json!("business hours (Europe/Berlin)"))),
        (1, vec![], vec!["clock of durations"])
    );
    // Intervals of two levels make none.
    let levels = compared(&then, &report(10, &NOW, whole("level", json!(0.9))));
    assert_eq!(
        (levels.metrics[0].basis, levels.metrics[0].reading),
        (Basis::None, Reading::Unclear)
    );
    // Totals grow with the period.
    let count = |r: &mut Value| r["metrics"][0]["kind"] = json!("count");
    let quarter = |r: &mut Value| {
        count(r);
        r["period"]["end"] = json!(start(12));
        r["as_of"] = json!(start(12));
    };
    let found = compared(&report(9, &THEN, count), &report(9, &THEN, quarter));
    assert!(found.metrics.is_empty() && found.redefined[0].what[0].starts_with("the length of the period"));
}

#[test]
fn slices_that_do_not_add_up_or_are_hidden_are_not_divided_by() {
    let then = report(9, &THEN, |_| {});
    let why = |change: &dyn Fn(&mut Value)| compared(&then, &report(10, &NOW, change)).metrics[0].undivided.clone();
    let region = Some("region".to_string());
    let overlap = |r: &mut Value| r["cells"][1]["n"] = json!(120);
    assert_eq!(why(&overlap), [(region.clone(), NotDecomposable::Overlap)]);
    let hidden = |r: &mut Value| {
        for key in ["value", "low", "high", "n", "stakeholders", "part", "whole"] {
            r["cells"][1][key] = Value::Null;
        }
        r["cells"][1]["absent"] = json!("suppressed");
    };
    assert_eq!(why(&hidden), [(region, NotDecomposable::Hidden)]);
    let quantile = |r: &mut Value| r["metrics"][0]["kind"] = json!("quantile");
    let quantiles = compared(&report(9, &THEN, quantile), &report(10, &NOW, quantile));
    assert_eq!(quantiles.metrics[0].undivided, [(None, NotDecomposable::Kind)]);
    let strange = |r: &mut Value| r["cells"][0]["part"] = json!(3);
    assert_eq!(why(&strange), [(None, NotDecomposable::Unknown)]);
    let no_parts = |r: &mut Value| r["cells"][0]["whole"] = Value::Null;
    assert_eq!(why(&no_parts), [(None, NotDecomposable::Unknown)]);
    // A slice that the breakdown had no room for is one more.
    let left_out = |r: &mut Value| drop(r["cells"].as_array_mut().unwrap().pop());
    let divided = compared(&then, &report(10, &NOW, left_out)).metrics[0].divided[0].clone();
    let others = divided.slices.iter().find(|slice| slice.name.is_none()).unwrap();
    assert_eq!((others.then, others.now), (None, Some(Amount { part: 75.0, whole: 150.0 })));
    let (rate, mix) = divided.rate_and_mix().unwrap();
    close(rate + mix, -0.075);
}

#[test]
fn one_period_twice_is_a_correction_and_late_rows_are_told() {
    let then = report(9, &[("north", 55.0, 70.0)], |_| {});
    let found = compared(&then, &report(9, &[("north", 60.0, 75.0)], |r| r["as_of"] = json!(start(11))));
    let m = &found.metrics[0];
    assert!(found.same_period);
    assert_eq!(
        (m.basis, m.reading, m.stands, m.values[1].n),
        (Basis::None, Reading::Unclear, false, Some(75))
    );
    assert!(m.restated.is_empty() && m.people.is_none());
    // The later report's series tells September otherwise.
    let late = |r: &mut Value| r["cells"].as_array_mut().unwrap().insert(0, cell(9, json!({}), 60.0, 75.0));
    let restated = compared(&then, &report(10, &NOW, late)).metrics[0].restated.clone();
    assert_eq!(restated.len(), 1);
    assert_eq!((restated[0].values[0].n, restated[0].values[1].n), (Some(70), Some(75)));
    assert_eq!(restated[0].known[0], restated[0].known[1]);
    // As known at an earlier instant than then it says nothing.
    let older = report(9, &[("north", 55.0, 70.0)], |r| r["as_of"] = json!(start(11)));
    assert!(compared(&older, &report(10, &NOW, late)).metrics[0].restated.is_empty());
}

#[test]
fn totals_have_an_interval_from_what_each_stakeholder_has() {
    let total = |month: u32, listed: &[(&str, f64)], others: u64| {
        let sum: f64 = listed.iter().map(|(_, x)| x).sum();
        report(month, &[("north", sum, 1.0)], |r| {
            r["metrics"][0]["kind"] = json!("sum");
            for cell in r["cells"].as_array_mut().unwrap() {
                cell["value"] = json!(sum);
                cell["low"] = Value::Null;
                cell["high"] = Value::Null;
            }
            let largest: Vec<Value> = listed.iter().map(|(id, x)| json!({"id": id, "part": x, "whole": null})).collect();
            let squares: f64 = listed.iter().map(|(_, x)| x * x).sum();
            r["contributors"] = json!([{"metric": "m", "period": "p", "stakeholders": 3, "part": sum, "whole": null, "squares": squares,
                "others": {"stakeholders": others, "part": 0, "whole": null}, "largest": largest}]);
        })
    };
    let found = compared(&total(9, &[("a", 10.0), ("b", 3.0)], 0), &total(10, &[("a", 4.0), ("c", 2.0)], 5));
    let m = &found.metrics[0];
    close(m.delta.unwrap(), -7.0);
    // 6^2 + 3^2 + 2^2
    close(m.interval.as_ref().unwrap().high.unwrap(), -7.0 + 1.959963984540054 * 49f64.sqrt());
    assert_eq!(m.basis, Basis::Totals);
    let people = m.people.as_ref().unwrap();
    assert_eq!((people.most[0].id.as_str(), people.most[0].influence), ("a", -6.0));
    let b = people.most.iter().find(|person| person.id == "b").unwrap();
    assert_eq!((b.now, people.complete), (Had::NotListed, false));
}

#[test]
fn what_cannot_be_read_says_why() {
    let whole = written(9, &THEN);
    let says = |bytes: &[u8], parts: &[&str]| {
        let problem: crate::diagnostics::Problem = stored::parse("a\u{1b}.json", bytes).unwrap_err().downcast().unwrap();
        let text = problem.to_string();
        assert_eq!(problem.class.exit_code(), 3);
        assert!(
            text.starts_with("cannot read a\\u{1b}.json as a report: ") && !text.contains('\u{1b}'),
            "{text}"
        );
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    };
    let text = whole.to_string();
    says(&text.as_bytes()[..text.len() / 2], &["it ends in the middle", "line 1"]);
    says(b"", &["it ends in the middle"]);
    says(b"id,score\n1,2\n", &["it is no JSON"]);
    says(b"\xff\xfe{", &["it is no JSON"]);
    says(b"[1, 2]", &["no object with a `schema`", "relhealth report INPUT"]);
    says(b"{}", &["it has no `schema`"]);
    says(br#"{"schema": 7}"#, &["no object with a `schema`"]);
    says(br#"{"schema": "relhealth.measure/1"}"#, &["it is a measure", "report INPUT"]);
    says(
        br#"{"schema": "relhealth.report/2"}"#,
        &["its schema is \"relhealth.report/2\", not \"relhealth.report/1\""],
    );
    says(
        br#"{"schema": "relhealth.report/1"}"#,
        &["it says that it is relhealth.report/1, but is not", "missing field"],
    );
    let broken = |change: &dyn Fn(&mut Value), parts: &[&str]| {
        let mut value = whole.clone();
        change(&mut value);
        says(value.to_string().as_bytes(), parts);
    };
    broken(&|r| r["as_of"] = json!("yesterday"), &["expected an instant"]);
    broken(
        &|r| r["clock"] = json!("lunar hours"),
        &["`clock` is `calendar hours` or `business hours (ZONE)`"],
    );
    broken(&|r| r["currency"] = json!("<b>"), &["its currency is none"]);
    broken(&|r| r["level"] = json!(1), &["its period or its level"]);
    broken(&|r| r["period"]["end"] = json!(start(9)), &["its period or its level"]);
    broken(
        &|r| r["metrics"][0]["good"] = json!("sideways"),
        &["unknown variant `sideways`", "`up`, `down`, `neither`"],
    );
    says(format!("{}{}", "[".repeat(100_000), "]").as_bytes(), &[""]);
    says(text.replace("80.0", "1e999").as_bytes(), &["number out of range"]);
}

fn slices() -> impl Strategy<Value = Vec<(String, f64, f64)>> {
    proptest::collection::btree_map("[a-e]", (0u32..60, 60u32..90), 1..5)
        .prop_map(|map| map.into_iter().map(|(name, (x, n))| (name, f64::from(x), f64::from(n))).collect())
}

fn borrowed(slices: &[(String, f64, f64)]) -> Vec<Has<'_>> {
    slices.iter().map(|(name, x, n)| (name.as_str(), *x, *n)).collect()
}

proptest! {
    #[test]
    fn the_same_report_gives_nothing(slices in slices()) {
        let one = report(9, &borrowed(&slices), |_| {});
        prop_assert!(compared(&one, &one).is_same());
    }

    #[test]
    fn slices_add_up_to_the_change_whichever_there_are(then in slices(), now in slices()) {
        let found = compared(&report(9, &borrowed(&then), |_| {}), &report(10, &borrowed(&now), |_| {}));
        let m = &found.metrics[0];
        for divided in &m.divided {
            let sum: f64 = divided.slices.iter().map(|slice| slice.effect.both).sum();
            prop_assert!((sum - m.delta.unwrap()).abs() < 1e-9);
        }
        prop_assert!(!m.divided.is_empty() || m.delta == Some(0.0));
    }
}
