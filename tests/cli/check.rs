//! `check`: verdicts in every format, exit codes in every combination, baselines, waivers.

use std::fmt::Write as _;
use std::io::Read;
use std::process::Stdio;

use serde_json::Value;
use snapbox::str;

use crate::harness::{Folder, Ran, run};

/// Answers of a survey, each of someone else: month, region, good ones and bad ones.
fn answers(of: &[(&str, &str, usize, usize)]) -> String {
    let mut text = String::from("stakeholder_id,responded_at,score,scale_min,scale_max,instrument,region\n");
    let mut who = 0;
    for (month, region, good, bad) in of {
        for answer in 0..good + bad {
            who += 1;
            let (day, score) = (1 + answer % 28, u8::from(answer < *good));
            writeln!(text, "s{who},{month}-{day:02},{score},0,1,csat,{region}").expect("into memory");
        }
    }
    text
}

/// 70 of 100 in October, 90 of 100 in September.
const FELL: [(&str, &str, usize, usize); 4] = [
    ("2026-09", "north", 45, 5),
    ("2026-09", "south", 45, 5),
    ("2026-10", "north", 36, 14),
    ("2026-10", "south", 34, 16),
];

fn folder(rules: &str) -> Folder {
    Folder::new()
        .with("surveys.csv", answers(&FELL))
        .with("relhealth.toml", config(rules))
}

fn config(rules: &str) -> String {
    format!("as_of = 2026-10-31\n\n[[source]]\npath = \"surveys.csv\"\nkind = \"surveys\"\n\n{rules}")
}

fn verdicts(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let ran = folder.run(&[&["check", "-q", "--format", "json"], args].concat());
    let value: Value = serde_json::from_str(&ran.out()).unwrap_or_else(|error| panic!("{error}\n{}{}", ran.out(), ran.err()));
    value["verdicts"].as_array().expect("verdicts").clone()
}

/// Verdict and excuse of each.
fn words(verdicts: &[Value]) -> Vec<(&str, Option<&str>)> {
    verdicts
        .iter()
        .map(|verdict| (verdict["verdict"].as_str().expect("a word"), verdict["excuse"].as_str()))
        .collect()
}

const PASS: &str = "[[rule]]\nmetric = 'csat'\nfail_below = 0.5\n";
const WARN: &str = "[[rule]]\nmetric = 'csat'\nwarn_below = 0.85\n";
const FAIL: &str = "[[rule]]\nmetric = 'csat'\nfail_below = 0.85\n";
const INSUFFICIENT: &str = "[[rule]]\nmetric = 'csat'\nfail_below = 0.5\nmin_n = 1000\n";
const OPTIONAL: &str = "[[rule]]\nmetric = 'nps'\nfail_below = 0\noptional = true\n";
const WAIVER: &str = "[[waiver]]\nmetric = 'csat'\nuntil = 2026-10-31\nreason = 'r'\n";
const EXPIRED: &str = "[[waiver]]\nmetric = 'csat'\nuntil = 2026-10-30\nreason = 'r'\n";

#[test]
fn every_verdict_has_its_exit_code() {
    for (rules, code, on_warnings) in [
        (vec![PASS], 0, 0),
        (vec![WARN], 0, 1),
        (vec![FAIL], 1, 1),
        (vec![INSUFFICIENT], 1, 1),
        (vec![OPTIONAL], 0, 0),
        (vec![FAIL, WAIVER], 0, 0),
        (vec![WARN, WAIVER], 0, 0),
        (vec![INSUFFICIENT, WAIVER], 0, 0),
        // Nothing to excuse; no longer in force, whatever there is to excuse.
        (vec![PASS, WAIVER], 0, 1),
        (vec![PASS, EXPIRED], 1, 1),
        (vec![FAIL, EXPIRED], 1, 1),
        (vec![PASS, OPTIONAL], 0, 0),
        (vec![OPTIONAL, FAIL], 1, 1),
        (vec![WARN, OPTIONAL], 0, 1),
        (vec!["[[rule]]\nmetric = 'npz'\nfail_below = 1\n"], 2, 2),
        (vec![], 2, 2),
    ] {
        let folder = folder(&rules.concat());
        for (more, code) in [
            (&[][..], code),
            (&["--fail-on", "fail"], code),
            (&["--fail-on", "warn"], on_warnings),
        ] {
            folder.run(&[&["check", "-q"], more].concat()).code(code);
        }
    }
    // Whatever the format.
    for (rules, code) in [(PASS, 0), (FAIL, 1)] {
        let folder = folder(rules);
        for format in ["json", "junit", "github", "markdown", "sarif", "openmetrics"] {
            folder.run(&["check", "-q", "--format", format]).code(code);
        }
    }
    let broken = folder(PASS).with("surveys.csv", "stakeholder_id,score\na,1\n");
    broken.run(&["check", "-q"]).code(3);
    folder(PASS).run(&["check", "-q", "--output", "json=no/such/folder/x.json"]).code(2);
}

#[test]
fn a_table_says_why() {
    let ran = folder(
        &[
            FAIL,
            OPTIONAL,
            "[[rule]]\nmetric = 'csat'\nfail_if_worse_than = 'previous'\ntolerance = '5 points'\n",
        ]
        .concat(),
    )
    .run(&["check"])
    .code(1);
    assert_eq!(ran.err(), "surveys.csv: 200 read = 200 used\n");
    snapbox::assert_data_eq!(
        ran.out(),
        str![[r#"
Check failed
Data as of the end of 2026-10-31 (UTC). Intervals are 95% confidence intervals.
3 rules, 3 results: 2 failed, 1 not evaluated and not required.

Failed
- csat.below 2026-10: 70.0% is below the threshold of 85.0%, and so is its
entire 95% confidence interval (60.4% to 78.1%)
- csat.worse-than-previous 2026-10: 70.0%, compared with 90.0% in 2026-09: -20.0
pp (95% confidence interval -30.6 pp to -9.0 pp), worse by more than 5.0 pp, and
so is the entire confidence interval of the change

Not evaluated and not required
- nps.below 2026-10: no value: no rows; the rule is optional

"#]]
    );
}

#[test]
fn noise_breaks_no_rule_unless_the_point_is_asked_for() {
    let near = "[[rule]]\nmetric = 'csat'\nfail_below = 0.75\n";
    let of = verdicts(&folder(near), &[]);
    assert_eq!(words(&of), [("pass", None)]);
    assert!(
        of[0]["why"]
            .as_str()
            .unwrap()
            .contains("includes the threshold: this could be due to chance"),
        "{of:#?}"
    );
    assert_eq!(
        words(&verdicts(&folder(&format!("{near}basis = 'point'\n")), &[])),
        [("fail", None)]
    );
    // A count without a value has insufficient data.
    let count = verdicts(&folder("[[rule]]\nmetric = 'complaints'\nfail_above = 0\n"), &[]);
    assert_eq!(words(&count), [("insufficient", None)]);
}

#[test]
fn of_many_slices_only_a_significant_one_fails() {
    let mut of: Vec<(&str, String, usize, usize)> = (0..20).map(|i| ("2026-10", format!("r{i:02}"), 45, 5)).collect();
    // On its own clearly below 90%, but of 21 slices one may be so by chance.
    of.push(("2026-10", "unlucky".into(), 40, 10));
    let write = |of: &[(&str, String, usize, usize)]| {
        let of: Vec<(&str, &str, usize, usize)> = of
            .iter()
            .map(|(month, region, good, bad)| (*month, region.as_str(), *good, *bad))
            .collect();
        answers(&of)
    };
    let rule = "[[rule]]\nmetric = 'csat'\nfail_below = 0.9\nby = 'region'\n";
    let folder = folder(rule).with("surveys.csv", write(&of));
    let found = verdicts(&folder, &[]);
    assert_eq!(found.len(), 21);
    assert!(words(&found).iter().all(|of| *of == ("pass", None)), "{found:#?}");
    let unlucky = found.iter().find(|verdict| verdict["by"]["region"] == "unlucky").unwrap();
    assert!(
        unlucky["why"]
            .as_str()
            .unwrap()
            .contains("not significant after correction for 21 groups"),
        "{unlucky}"
    );
    // The same slice alone.
    let alone = "[[rule]]\nmetric = 'csat'\nfail_below = 0.9\nwhere = \"region = 'unlucky'\"\n";
    let alone = Folder::new().with("surveys.csv", write(&of)).with("relhealth.toml", config(alone));
    assert_eq!(words(&verdicts(&alone, &[])), [("fail", None)]);
    of.push(("2026-10", "broken".into(), 20, 30));
    of.push(("2026-10", "tiny".into(), 1, 1));
    let folder = folder
        .with("surveys.csv", write(&of))
        .with("relhealth.toml", config(&format!("{rule}min_n = 30\n")));
    let found = verdicts(&folder, &[]);
    let failed: Vec<&Value> = found.iter().filter(|verdict| verdict["verdict"] == "fail").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["by"]["region"], "broken");
    // A slice that is too small does not fail the run where others could be judged.
    let tiny = found.iter().find(|verdict| verdict["by"]["region"] == "tiny").unwrap();
    assert_eq!((&tiny["verdict"], &tiny["excuse"]), (&"insufficient".into(), &"one of many".into()));
}

#[test]
fn several_outputs_at_once() {
    let folder = folder(&[FAIL, WARN].concat().replacen("[[rule]]", "[[rule]]\nid = 'a,b:c%d'", 1));
    let args = [
        "check",
        "-q",
        "--format",
        "table",
        "--output",
        "junit=kpi.xml",
        "--output",
        "github",
        "--output",
        "x.sarif",
        "-o",
        "x.prom",
        "-o",
        "x.md",
        "-o",
        "x.json",
    ];
    let ran = folder.run(&args).code(1).holds(&[
        "Check failed\n",
        "\n::error file=relhealth.toml,line=7,title=a%2Cb%3Ac%25d::fail: 70.0%25 is below the threshold of 85.0%25, and so is its entire 95%25 confidence interval (60.4%25 to 78.1%25)\n",
        "\n::warning file=relhealth.toml,line=11,title=csat.below::warn: ",
    ]);
    assert_eq!(ran.err(), "");
    assert!(folder.read("kpi.xml").contains("<testsuite name=\"relhealth check\" tests=\"2\""));
    assert!(folder.read("x.md").contains("| fail | a,b:c%d |"));
    let sarif: Value = serde_json::from_str(&folder.read("x.sarif")).unwrap();
    assert_eq!(
        (&sarif["version"], sarif["runs"][0]["results"].as_array().unwrap().len()),
        (&"2.1.0".into(), 2)
    );
    let json: Value = serde_json::from_str(&folder.read("x.json")).unwrap();
    assert_eq!((&json["passed"], &json["summary"]["fail"]), (&false.into(), &1.into()));
    let metrics = folder.read("x.prom");
    for line in [
        "relhealth_value{rule=\"csat.below\",metric=\"csat\"} 0.7\n",
        "relhealth_value_n{rule=\"csat.below\",metric=\"csat\"} 100\n",
        "relhealth_verdict{rule=\"csat.below\",metric=\"csat\",verdict=\"warn\"} 1\n",
        "relhealth_check_failed 1\n",
        "relhealth_as_of_timestamp_seconds 1793491200\n",
        "# EOF\n",
    ] {
        assert!(metrics.contains(line), "{line}{metrics}");
    }
    // Two that are not lines of their own cannot share stdout.
    folder.run(&["check", "--format", "table", "--output", "json"]).code(2);
    folder.run(&["check", "--format", "csv"]).code(2);
}

#[test]
fn quiet_is_silent_when_all_is_well() {
    let well = folder(&[PASS, OPTIONAL].concat());
    for format in ["table", "github"] {
        let ran = well.run(&["check", "--quiet", "--format", format]).silent();
        assert_eq!(ran.out(), "");
    }
    let not = folder(&[PASS, FAIL.replace("[[rule]]", "[[rule]]\nid = 'no'").as_str()].concat());
    let ran = not.run(&["check", "--quiet"]).code(1).holds(&["Failed\n- no 2026-10: "]);
    assert!(!ran.out().contains("csat.below") && ran.err().is_empty(), "{}", ran.out());
    // A warning is said, though it fails nothing.
    folder(WARN).run(&["check", "--quiet"]).code(0).holds(&["Warned\n"]);
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let folder = folder(&[FAIL, "[[rule]]\nmetric = 'csat'\nfail_if_worse_than = 'previous'\nby = 'region'\n"].concat());
    for format in ["table", "json", "junit", "github", "markdown", "sarif", "openmetrics"] {
        let out = |threads: &str| {
            let ran = folder.run(&["check", "-q", "--format", format, "--threads", threads]).code(1);
            let lines: Vec<String> = ran.out().lines().map(str::to_string).collect();
            // The one number that is the clock's.
            lines
                .into_iter()
                .filter(|line| !line.starts_with("relhealth_success_timestamp_seconds "))
                .collect::<Vec<_>>()
        };
        assert_eq!(out("1"), out("3"), "{format}");
    }
}

const SINCE: &str = "[[rule]]\nmetric = 'csat'\nfail_if_worse_than = 'baseline'\n";

fn why(of: &[Value]) -> &str {
    of[0]["why"].as_str().expect("a sentence")
}

#[test]
fn a_baseline_in_another_currency_is_not_compared_with() {
    let orders = |currency: &str| {
        let each = |at: usize| format!("{at},c{},2026-10-{:02},10,{currency}\n", at % 9, 1 + at % 28);
        String::from("order_id,customer_id,order_date,amount,currency\n") + &(0..60).map(each).collect::<String>()
    };
    let rule = |metric: &str| format!("[[rule]]\nmetric = '{metric}'\nfail_if_worse_than = 'baseline'\n");
    let folder = Folder::new()
        .with("orders.csv", orders("EUR"))
        .with("relhealth.toml", rule("average_order_value") + &rule("purchase_frequency"));
    let args = ["check", "orders.csv", "-q", "--period", "2026-10"];
    folder.run(&[&args[..], &["--save-baseline", "base.json"]].concat());
    let of = |folder: &Folder| {
        let ran = folder.run(&[&args[..], &["--baseline", "base.json", "-f", "json"]].concat());
        let document: Value = serde_json::from_str(&ran.out()).unwrap();
        document["verdicts"].as_array().unwrap().clone()
    };
    assert_eq!(words(&of(&folder)), [("pass", None), ("pass", None)]);
    let folder = folder.with("orders.csv", orders("USD"));
    let found = of(&folder);
    assert_eq!(words(&found), [("insufficient", None), ("pass", None)]);
    assert!(why(&found).contains("currency of average_order_value"), "{}", why(&found));
}

#[test]
fn a_baseline_is_held_against_later_runs() {
    let folder = folder(SINCE);
    // Without one nothing can be judged.
    assert!(why(&verdicts(&folder, &[])).starts_with("no baseline to compare with"));
    folder
        .run(&["check", "-q", "--period", "2026-09", "--save-baseline", "base.json"])
        .code(1);
    snapbox::assert_data_eq!(
        folder.read("base.json"),
        str![[r#"
{"schema": "relhealth.baseline/2", "as_of": "2026-11-01T00:00:00Z",
 "terms": {"clock":"calendar hours","currency":"none","hours":"d935058f8e1f7263","level":"0.95","rates":"e3b0c44298fc1c14","targets":"858f12af73e75837","timezone":"UTC"},
 "rows": {"surveys":200},
 "cells": [
  {"metric":"csat","by":{},"where":null,"grain":"month","period":"2026-09","definition":"[..]","value":0.9,"low":0.8256343384950865,"high":0.9447708629393249,"n":100}]}

"#]]
    );
    let again = folder.read("base.json");
    folder
        .run(&["check", "-q", "--period", "2026-09", "--save-baseline", "base.json"])
        .code(1);
    assert_eq!(folder.read("base.json"), again);

    // One of the format before says its terms in a way that nothing can be compared with.
    let folder = folder.with("old.json", again.replace("baseline/2", "baseline/1"));
    let old = verdicts(&folder, &["--baseline", "old.json"]);
    assert_eq!(words(&old), [("insufficient", None)]);
    assert_eq!(
        why(&old),
        "an earlier version saved the baseline, so its working hours, targets and exchange rates are not known; save a new one with \
         --save-baseline FILE"
    );

    let base = ["--baseline", "base.json"];
    let fell = verdicts(&folder, &base);
    assert_eq!(words(&fell), [("fail", None)]);
    assert!(
        why(&fell).starts_with("70.0%, compared with 90.0% in 2026-09 in the baseline: -20.0 pp (95% confidence interval "),
        "{fell:#?}"
    );
    assert_eq!(
        words(&verdicts(&folder, &["--baseline", "base.json", "--period", "2026-09"])),
        [("pass", None)]
    );

    // What makes numbers of two runs differ refuses the comparison by name.
    let other = |args: &[&str]| {
        let of = verdicts(&folder, &[&base, args].concat());
        assert_eq!(words(&of), [("insufficient", None)], "{of:#?}");
        why(&of).to_string()
    };
    assert_eq!(
        other(&["--timezone", "Europe/Berlin"]),
        "not comparable with the baseline: the time zone was UTC and is Europe/Berlin"
    );
    assert!(other(&["--currency", "EUR"]).ends_with("the currency was none and is EUR"));
    assert!(other(&["--level", "0.9"]).ends_with("the confidence level was 0.95 and is 0.9"));
    assert!(
        other(&["--period", "2026-Q3"]).starts_with("no value") || other(&["--period", "2026"]).contains("does not contain this number")
    );
    let hours = "[hours]\nweekly = { mon = '09:00-17:00' }\n";
    let folder = folder.with("relhealth.toml", config(&format!("{SINCE}{hours}")));
    let of = verdicts(&folder, &base);
    assert!(
        why(&of).contains("the clock was calendar hours and is business hours (UTC), the business calendar was "),
        "{of:#?}"
    );
    // The same zone, but other hours.
    folder.run(&["check", "-q", "--save-baseline", "hours.json"]).code(1);
    let folder = folder.with("relhealth.toml", config(&format!("{SINCE}{}", hours.replace("mon", "tue"))));
    let of = verdicts(&folder, &["--baseline", "hours.json"]);
    assert!(
        why(&of).starts_with("not comparable with the baseline: the business calendar was "),
        "{of:#?}"
    );
    let folder = folder.with("relhealth.toml", config(SINCE)).with(
        "old.json",
        again.replace(&again[again.find("\"definition\":\"").unwrap() + 14..][..16], "00000000000000aa"),
    );
    let of = verdicts(&folder, &["--baseline", "old.json"]);
    assert!(why(&of).contains("the definition of csat was 00000000000000aa and is "), "{of:#?}");
}

#[test]
fn a_baseline_that_cannot_be_read_is_wrong_usage() {
    let folder = folder(SINCE).with("bad.json", "{}").with(
        "new.json",
        "{\"schema\": \"relhealth.baseline/9\", \"as_of\": \"\", \"terms\": {}, \"rows\": {}, \"cells\": []}",
    );
    for (file, said) in [
        ("none.json", "hint: write one with --save-baseline"),
        ("bad.json", "error: bad.json is no baseline: missing field `schema`"),
        ("new.json", "error: new.json is no baseline: its schema is `relhealth.baseline/9`"),
    ] {
        let ran = folder.run(&["check", "-q", "--baseline", file]).code(2);
        assert!(ran.err().contains(said), "{said}\n{}", ran.err());
    }
}

#[test]
fn the_data_are_held_to_rules_too() {
    let data = |rules: &str, surveys: &str| {
        let folder = folder(rules).with("surveys.csv", surveys);
        verdicts(&folder, &[])
    };
    let good = answers(&[("2026-10", "north", 28, 0)]);
    let mut bad = good.clone();
    bad.push_str("x,not a date,1,0,1,csat,north\n");
    let rejects = "[[rule]]\nmax_rejects = '2%'\n";
    assert_eq!(words(&data(rejects, &good)), [("pass", None)]);
    let of = data(rejects, &bad);
    assert_eq!(words(&of), [("fail", None)]);
    assert_eq!(why(&of), "1 of 29 records were rejected (3.4%); the limit is 2.0%");
    assert_eq!(words(&data("[[rule]]\nmax_rejects = '4%'\n", &bad)), [("pass", None)]);
    assert_eq!(words(&data("[[rule]]\nmax_rejects = 1\n", &bad)), [("pass", None)]);

    // The newest answer is of the 28th, and a date counts to its end: three days before the end of the 31st.
    assert_eq!(words(&data("[[rule]]\nmax_age = '3d'\n", &good)), [("pass", None)]);
    assert_eq!(words(&data("[[rule]]\nmax_age = '71h'\n", &good)), [("fail", None)]);

    let of = data("[[rule]]\nno_gaps = true\n", &good);
    assert_eq!(words(&of), [("fail", None)]);
    assert_eq!(why(&of), "3 of 31 have no event: 2026-10-29, 2026-10-30, 2026-10-31");
    assert_eq!(words(&data("[[rule]]\nno_gaps = 'week'\n", &good)), [("pass", None)]);

    assert_eq!(words(&data("[[rule]]\nmin_rows = 28\n", &good)), [("pass", None)]);
    assert_eq!(words(&data("[[rule]]\nmin_rows = 29\n", &good)), [("fail", None)]);
    assert_eq!(
        words(&data("[[rule]]\nmin_rows = 1\nkind = 'purchases'\n", &good)),
        [("insufficient", None)]
    );

    // Against the run before.
    let folder = folder("[[rule]]\nmin_rows = '90%'\n");
    assert_eq!(words(&verdicts(&folder, &[])), [("insufficient", None)]);
    folder.run(&["check", "-q", "--save-baseline", "base.json"]).code(1);
    assert_eq!(words(&verdicts(&folder, &["--baseline", "base.json"])), [("pass", None)]);
    let folder = folder.with("surveys.csv", &good);
    let of = verdicts(&folder, &["--baseline", "base.json"]);
    assert_eq!(
        (words(&of), why(&of)),
        (vec![("fail", None)], "28 records, 200 in the baseline; at least 180 are required")
    );
}

#[test]
fn a_signal_of_a_series_fails() {
    let months: Vec<String> = (0..24)
        .map(|i| format!("{}-{:02}", 2024 + (i + 10) / 12, (i + 10) % 12 + 1))
        .collect();
    let series = |last: usize| {
        let of: Vec<(&str, &str, usize, usize)> = months
            .iter()
            .enumerate()
            .map(|(i, month)| {
                let good = if i == 23 { last } else { 80 + (i * 7) % 5 };
                (month.as_str(), "north", good, 100 - good)
            })
            .collect();
        let folder = folder("[[rule]]\nmetric = 'csat'\nfail_on_signal = true\n").with("surveys.csv", answers(&of));
        verdicts(&folder, &[])
    };
    assert_eq!(words(&series(82)), [("pass", None)]);
    let fell = series(60);
    assert_eq!(words(&fell), [("fail", None)]);
    assert!(why(&fell).ends_with(": a point below the limits"), "{fell:#?}");
    // For the better is no failure.
    assert_eq!(words(&series(99)), [("pass", None)]);
    let short = verdicts(&folder("[[rule]]\nmetric = 'csat'\nfail_on_signal = true\n"), &[]);
    assert!(why(&short).contains("control limits require at least 13"), "{short:#?}");
}

#[test]
fn waivers_excuse_what_they_name_and_are_counted() {
    let rules = "[[rule]]\nmetric = 'csat'\nfail_below = 0.95\nby = 'region'\n";
    let waiver =
        "[[waiver]]\nid = 'csat.below.by-region'\nby = { region = 'north' }\nuntil = 2027-01-31\nowner = 'cx'\nreason = 'moving'\n";
    let found = verdicts(&folder(&format!("{rules}{waiver}")), &[]);
    assert_eq!(words(&found), [("fail", Some("waived")), ("fail", None)]);
    assert_eq!(
        found[0]["waiver"],
        serde_json::json!({"until": "2027-01-31", "owner": "cx", "reason": "moving"})
    );
    let both = waiver.replace("'north'", "'south'");
    let ran = folder(&format!("{rules}{waiver}{both}")).run(&["check"]).code(0);
    let ran = ran.holds(&["1 rule, 2 results: 2 waived. 2 waivers."]);
    assert!(ran.out().replace('\n', " ").contains("; waived by cx until 2027-01-31: moving"));
    assert!(ran.out().starts_with("Check passed\n"));
    // Of a rule that is not asked for, a waiver is not unused.
    let folder = folder(&[FAIL, OPTIONAL, WAIVER].concat());
    assert_eq!(
        words(&verdicts(&folder, &["--only", "nps.below"])),
        [("insufficient", Some("optional"))]
    );
    let expired = crate::check::folder(&[PASS, EXPIRED].concat()).run(&["check", "-q"]).code(1);
    let _: Ran = expired.holds(&["- waiver.csat: the waiver expired on 2026-10-30 (r)"]);
}

#[test]
fn rules_can_be_listed_and_chosen_and_explained() {
    let folder = folder(&[FAIL, OPTIONAL].concat());
    folder.run(&["check", "--list"]).prints(str![[r#"
2 rules
- csat.below: csat fails below 85.0% with the entire confidence interval
(relhealth.toml:7)
- nps.below: nps fails below 0.0 with the entire confidence interval; optional
(relhealth.toml:10)

"#]]);
    let list = folder.run(&["check", "--list", "--format", "json"]).silent().out();
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["rules"][0]["id"], "csat.below");
    // No data are read for it.
    crate::check::folder(FAIL)
        .with("surveys.csv", "")
        .run(&["check", "--list"])
        .silent();
    folder.run(&["check", "-q", "--only", "nps.below"]).code(0);
    let ran = folder.run(&["check", "-q", "--only", "csat.belo"]).code(2);
    assert_eq!(ran.err(), "error: there is no rule `csat.belo`\nhint: did you mean `csat.below`?\n");
    folder.run(&["check", "--explain", "--only", "csat.below"]).code(1).holds(&[
        "How each rule was evaluated",
        "n = 100, stakeholders = 100",
        "wilson, design effect 1.00, level 0.95",
        "below 85.0%",
        "relhealth.toml:7",
    ]);
}

#[test]
fn slips_of_rules_are_shown_where_they_are_written() {
    let folder = folder("[[rule]]\nmetric = 'retension_rate'\nfail_below = '80'\n[[rule]]\nmetric = 'nps'\nfail_belw = 1\n");
    folder.run(&["check"]).code(2).says(str![[r#"
error: unknown metric `retension_rate`
 --> relhealth.toml:8:10
  |
8 | metric = 'retension_rate'
  |          ^^^^^^^^^^^^^^^^
  |
hint: did you mean `retention_rate`?

error: this rule sets no condition for `nps`
  --> relhealth.toml:10:1
   |
10 | [[rule]]
   | ^^^^^^^^
   |
hint: write fail_below, fail_above, warn_below, warn_above, between, fail_if_worse_than or fail_on_signal

error: unknown key `fail_belw` of a rule
  --> relhealth.toml:12:1
   |
12 | fail_belw = 1
   | ^^^^^^^^^
   |
hint: did you mean `fail_below`?

"#]]);
    // What only the data can tell is shown so too, all at once.
    let folder = folder.with(
        "relhealth.toml",
        config("[[rule]]\nmetric = 'csat'\nfail_below = 0.5\nby = ['regio']\n[[rule]]\nmetric = 'csat'\nfail_below = 0.4\nwhere = \"regoin = 'north'\"\nid = 'x'\n"),
    );
    folder.run(&["check", "-q"]).code(2).says(str![[r#"
error: unknown dimension `regio`
  --> relhealth.toml:10:7
   |
10 | by = ['regio']
   |       ^^^^^^^
   |
hint: did you mean `region`?

error: [..]
  --> relhealth.toml:14:10
   |
14 | where = "regoin = 'north'"
   |          ^^^^^^
   |
hint: did you mean `region`?

"#]]);
    let none = Folder::new().with("a.csv", "x\n").run(&["check", "a.csv"]).code(2);
    assert!(
        none.err()
            .starts_with("error: there is no rule in relhealth.toml: a check judges its [[rule]]s\n"),
        "{}",
        none.err()
    );
}

#[test]
fn help_tells_how_a_check_comes_to_its_code() {
    let ran = run(&["help", "exit-codes"]).silent();
    for part in [
        " 0  done",
        " 1  a rule",
        " 2  wrong usage",
        " 3  the data",
        "70  a bug",
        "--fail-on warn",
        "insufficient",
        "waiver",
    ] {
        assert!(ran.out().contains(part), "{part}\n{}", ran.out());
    }
}

#[test]
fn a_reader_who_goes_away_changes_no_verdict() {
    let folder = folder(FAIL);
    let mut command = folder.command(&["check", "-q", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    drop(child.stdout.take());
    let code = child.wait().expect("ended").code();
    let mut said = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut said).expect("readable");
    assert_eq!((code, said.as_str()), (Some(1), ""));
}

/// 20 orders on every day from December to March.
fn steady() -> Folder {
    let mut text = String::from("order_id,stakeholder_id,occurred_at,amount\n");
    let months = [("2025-12", 31), ("2026-01", 31), ("2026-02", 28), ("2026-03", 31)];
    for (month, day) in months.iter().flat_map(|(month, days)| (1..=*days).map(move |day| (month, day))) {
        for order in 0..20 {
            writeln!(text, "{month}-{day:02}-{order},c{order},{month}-{day:02},10").expect("into memory");
        }
    }
    Folder::new().with("orders.csv", text)
}

#[test]
fn a_period_that_has_not_ended_is_compared_with_as_many_days() {
    let rule = "[[source]]\npath = 'orders.csv'\nkind = 'purchases'\n[[rule]]\nmetric = 'revenue'\nfail_if_worse_than = 'previous'\n";
    let folder = steady().with("relhealth.toml", rule);
    for (as_of, period, compared) in [
        ("2026-02-05", "2026-02", "2026-01-01..2026-01-05"),
        ("2026-02-14", "2026-02", "2026-01-01..2026-01-14"),
        ("2026-03-03", "2026-03", "2026-02-01..2026-02-03"),
        // All of February, and more days than it has.
        ("2026-03-28", "2026-03", "2026-02"),
        ("2026-03-30", "2026-03", "2026-02-01..2026-03-02"),
    ] {
        let found = verdicts(&folder, &["--as-of", as_of, "--period", period]);
        assert!(why(&found).contains(&format!("in {compared}: ")), "{found:#?}");
        assert_eq!(
            (words(&found), found[0]["judged"]["value"].as_f64()),
            (vec![("pass", None)], Some(0.0)),
            "{found:#?}"
        );
    }
    // These days of the quarter before are before the first order, so that nothing is known of them.
    let quarter = verdicts(&folder, &["--as-of", "2026-02-14", "--period", "2026-Q1"]);
    assert_eq!(quarter[0]["verdict"], "insufficient");
    assert!(
        why(&quarter).contains("there is no value for 2025-10-01..2025-11-14 to compare it with"),
        "{quarter:#?}"
    );
    // A month that has ended is compared with the whole month before.
    let whole = verdicts(&folder, &["--as-of", "2026-03-31", "--period", "2026-03"]);
    assert_eq!(whole[0]["judged"]["value"], 600.0, "{whole:#?}");
}

#[test]
fn a_running_period_is_no_point_of_a_signal_and_no_match_of_a_whole_one_in_a_baseline() {
    let rules = "[[source]]\npath = 'orders.csv'\nkind = 'purchases'\n\
                 [[rule]]\nmetric = 'revenue'\nfail_on_signal = true\n\
                 [[rule]]\nmetric = 'revenue'\nfail_if_worse_than = 'baseline'\n";
    let folder = steady().with("relhealth.toml", rules);
    let saved = ["check", "-q", "--save-baseline", "base.json", "--as-of"];
    folder.run(&[&saved[..], &["2026-01-31", "--period", "2026-01"]].concat());
    let running = ["--baseline", "base.json", "--as-of", "2026-02-14", "--period", "2026-02"];
    let found = verdicts(&folder, &running);
    assert_eq!(words(&found), [("insufficient", None); 2], "{found:#?}");
    assert!(why(&found).starts_with("the period has not ended"), "{found:#?}");
    let baseline = found[1]["why"].as_str().expect("a sentence");
    assert!(baseline.starts_with("not comparable with 2026-01 in the baseline: "), "{baseline}");
    // The first 14 days of both can be compared.
    folder.run(&[&saved[..], &["2026-01-14", "--period", "2026-01"]].concat());
    let found = verdicts(&folder, &running);
    assert_eq!(
        (found[1]["verdict"].as_str(), found[1]["judged"]["value"].as_f64()),
        (Some("pass"), Some(0.0)),
        "{found:#?}"
    );
}

const CASES: &str = "ticket_id,customer_id,created_at,first_response_at,resolved_at,type\n";

/// Rules that a count of zero would pass.
const FEW_CASES: &str = "[[rule]]\nmetric = 'open_cases'\nfail_above = 3\n\n[[rule]]\nmetric = 'complaints'\nfail_above = 2\n";

#[test]
fn records_that_cannot_be_read_are_not_zero_cases() {
    let unreadable = "1,a,1 Okt 2026 kl. 9,,,complaint\n2,b,2 Okt 2026 kl. 9,,,complaint\n3,c,3 Okt 2026 kl. 9,,,complaint\n";
    let folder = Folder::new()
        .with("relhealth.toml", format!("as_of = 2026-10-31\n{FEW_CASES}"))
        .with("none.csv", [CASES, unreadable].concat())
        // Four of five, and a file that an open quotation mark makes one record.
        .with(
            "most.csv",
            [CASES, "4,d,2026-10-04,,,complaint\n", unreadable, "5,d,5 Okt,,,complaint\n"].concat(),
        )
        .with(
            "quote.csv",
            [CASES, "\"1,a,2026-10-01,,,complaint\n2,b,2026-10-02,,,complaint\n"].concat(),
        )
        .with("empty.csv", CASES);
    for file in ["none.csv", "most.csv", "quote.csv"] {
        let input = format!("interactions={file}");
        folder.run(&["check", "-q", &input, "--period", "2026-10"]).code(3);
        folder
            .run(&["measure", "-q", &input, "--period", "2026-10", "-m", "complaints"])
            .code(3);
    }
    // Whoever allows all rejects has no zero either.
    for (file, reason) in [
        ("none.csv", "no record could be read"),
        ("empty.csv", "no data: the file has no records"),
    ] {
        let input = format!("interactions={file}");
        let args = [&input[..], "--max-rejects", "100%", "--period", "2026-10"];
        let found = verdicts(&folder, &args);
        assert_eq!(words(&found), [("insufficient", None); 2], "{found:#?}");
        assert!(why(&found).contains(reason), "{found:#?}");
        folder.run(&[&["check", "-q"], &args[..]].concat()).code(1);
    }
}

#[test]
fn a_month_without_events_in_a_file_with_records_is_zero() {
    let folder = Folder::new()
        .with("relhealth.toml", format!("as_of = 2026-10-31\n{FEW_CASES}"))
        .with("cases.csv", [CASES, "1,a,2026-08-01,2026-08-02,2026-08-03,question\n"].concat());
    let found = verdicts(&folder, &["interactions=cases.csv", "--period", "2026-10"]);
    assert_eq!(words(&found), [("pass", None); 2], "{found:#?}");
    assert_eq!(found[1]["value"], 0.0, "{found:#?}");
}

// 60 orders of the north and 30 of the south in each of two months: more is expected of neither by what the other has.
#[test]
fn a_baseline_under_another_condition_of_the_source_is_not_compared_with() {
    let each = |at: usize| {
        let region = if at.is_multiple_of(3) { "south" } else { "north" };
        format!("{at},c{},2026-{:02}-{:02},10,{region}\n", at % 9, 9 + at % 2, 1 + at % 28)
    };
    let orders = String::from("order_id,customer_id,order_date,amount,region\n") + &(0..180).map(each).collect::<String>();
    let config = |condition: &str| {
        format!(
            "as_of = 2026-10-31\n[[source]]\npath = 'orders.csv'\n{condition}\n[[rule]]\nmetric = 'average_order_value'\nfail_if_worse_than = 'baseline'\n"
        )
    };
    let north = "where = \"region = 'north'\"";
    let folder = Folder::new().with("orders.csv", orders).with("relhealth.toml", config(north));
    folder
        .run(&["check", "-q", "--period", "2026-09", "--save-baseline", "base.json"])
        .code(1);
    let judged = |folder: &Folder| {
        let ran = folder.run(&["check", "-q", "--period", "2026-10", "--baseline", "base.json", "-f", "json"]);
        let document: Value = serde_json::from_str(&ran.out()).unwrap();
        document["verdicts"].as_array().unwrap().clone()
    };
    assert_eq!(words(&judged(&folder)), [("pass", None)]);
    for condition in ["where = \"region = 'south'\"", ""] {
        let found = judged(&folder_with(&folder, config(condition)));
        assert_eq!(words(&found), [("insufficient", None)], "{condition}");
        assert!(why(&found).contains("set of conditions (`where`) of sources"), "{}", why(&found));
    }
}

/// The same files with another configuration.
fn folder_with(folder: &Folder, config: String) -> Folder {
    Folder::new()
        .with("orders.csv", folder.read("orders.csv"))
        .with("base.json", folder.read("base.json"))
        .with("relhealth.toml", config)
}

// No record says when anything was ordered, so nothing can be said of October, and no rule passes.
#[test]
fn supply_lines_without_a_date_pass_no_rule() {
    let config = "as_of = 2026-10-31\n[[source]]\npath = 's.csv'\nkind = 'supplies'\n[[rule]]\nmetric = 'spend'\nfail_above = 300\n";
    let header = "po,supplier,ordered,promised,received,amount\n";
    for (rows, code) in [
        ("1,S,1 juni om tolv,,,10\n2,S,2 juni om tolv,,,10\n", 3),
        ("1,S,,,,10\n2,S,,,,10\n3,S,2026-10-01,,,10\n", 3),
        ("1,S,2026-10-02,,,10\n2,S,,2026-10-03,,10\n3,S,2026-10-01,,,10\n", 0),
    ] {
        let folder = Folder::new()
            .with("s.csv", format!("{header}{rows}"))
            .with("relhealth.toml", config);
        folder.run(&["check", "--period", "2026-10"]).code(code);
    }
}
