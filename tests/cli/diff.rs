//! Why numbers moved between two reports.

use std::path::{Path, PathBuf};

use serde_json::Value;
use snapbox::str;

use crate::harness::{Folder, PROGRAM, run_in};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/software-company")
}

/// A folder with the reports of September and October of the software company.
fn reports() -> Folder {
    let folder = Folder::new();
    for (period, name) in [("2026-09", "september.json"), ("2026-10", "october.json")] {
        let file = folder.path(name);
        run_in(&example(), &["report", "--quiet", "--period", period, "-o", file.to_str().unwrap()]).silent();
    }
    folder
}

#[test]
fn it_says_what_moved_and_why() {
    let folder = reports();
    let ran = folder.run(&["diff", "september.json", "october.json"]).silent();
    let ran = ran.holds(&[
        "Changes from 2026-09 to 2026-10\n",
        "- First response within target fell from 90.4% to 67.1%: -23.4 pp [-35.3,\n-11.1], worse.",
        "Region nordics accounts for most of the fall (-14.3 pp of -23.4 pp), through its\nworse result, not through its size.",
        "The largest influence is that of cus_4F8BBC (-4.3 pp). The 10 stakeholders below\ntogether account for -12.7 pp of -23.4 pp, all others for -10.7 pp.",
        "cus_4F8BBC   5 of 5  2 of 6    -4.3 pp",
        "Not broken down: its value is not a sum of parts",
        "The following changes could be due to chance",
    ]);
    assert!(!ran.out().contains('\u{1b}'));
    folder
        .run(&[
            "diff",
            "september.json",
            "october.json",
            "-o",
            "d.md",
            "-o",
            "d.html",
            "-o",
            "d.json",
        ])
        .silent();
    assert!(folder.read("d.md").starts_with("# Changes from 2026-09 to 2026-10\n"));
    assert!(folder.read("d.html").contains("default-src &#39;none&#39;") || folder.read("d.html").contains("default-src 'none'"));
    assert!(folder.read("d.json").starts_with("{\"schema\":\"relhealth.diff/1\","));
    // The same again, and from stdin.
    folder.run(&["diff", "september.json", "october.json", "-o", "e.json"]).silent();
    assert_eq!(folder.read("d.json"), folder.read("e.json"));
    let same = folder.run(&["diff", "october.json", "october.json"]).silent();
    same.holds(&["The reports show the same results: nothing differs."]);
    let backwards = folder.run(&["diff", "october.json", "september.json"]).silent();
    backwards.holds(&["The first report covers the later period"]);
}

#[test]
fn answers_that_came_late_are_told() {
    let survey = |rows: &str| format!("stakeholder_id,responded_at,instrument,score,region\n{rows}");
    let early = "a,2026-09-01,nps,9,north\nb,2026-09-02,nps,3,south\nc,2026-09-03,nps,10,north\n";
    let late = "d,2026-09-04,nps,10,south\ne,2026-09-05,nps,9,south\nf,2026-10-05,nps,9,south\na,2026-10-06,nps,2,north\n";
    let folder = Folder::new()
        .with("then/surveys.csv", survey(early))
        .with("now/surveys.csv", survey(&format!("{early}{late}")));
    let report = |path: &str, period: &str, as_of: &str, out: &str| {
        let input = format!("surveys={path}/surveys.csv");
        let output = format!("json={out}");
        folder
            .run(&[
                "report", &input, "--period", period, "--as-of", as_of, "-m", "nps", "--last", "3", "-o", &output, "-q",
            ])
            .silent();
    };
    report("then", "2026-09", "2026-09-30", "a.json");
    report("now", "2026-10", "2026-10-31", "b.json");
    report("now", "2026-09", "2026-09-30", "c.json");
    folder.run(&["diff", "a.json", "b.json"]).silent().holds(&[
        "Late or corrected data\n- 2026-09: Net promoter score was 33.3 (n 3) in a.json and is 60.0 (n 5) in\nb.json: 2 more rows.",
        "Inputs that differ",
        "then/surveys.csv",
        "not read",
    ]);
    let same_period = folder.run(&["diff", "a.json", "c.json", "-f", "markdown"]).silent();
    let same_period = same_period.holds(&[
        "the differences are corrections of the data, not changes",
        "is 60.0 (n 5) in c.json: 2 more rows.",
    ]);
    assert!(!same_period.out().contains("no clear change"));
}

#[test]
fn protected_people_are_in_no_list() {
    let roster = "stakeholder_id,type\nstaff-1,employee\nstaff-2,employee\n";
    let order = |who: &str| format!("{who},2026-10-05,100\n");
    let orders = |who: &[String]| {
        format!(
            "stakeholder_id,occurred_at,amount\n{}",
            who.iter().map(|w| order(w)).collect::<String>()
        )
    };
    let customers: Vec<String> = (0..8).map(|i| format!("buyer-{i}")).collect();
    let two: Vec<String> = customers.iter().cloned().chain(["staff-1".into(), "staff-2".into()]).collect();
    let six: Vec<String> = customers.iter().cloned().chain((1..=6).map(|i| format!("staff-{i}"))).collect();
    let six_on_roster = (1..=6).fold("stakeholder_id,type\n".to_string(), |text, i| format!("{text}staff-{i},employee\n"));
    let folder = Folder::new()
        .with("roster.csv", roster)
        .with("six.csv", six_on_roster)
        .with("customers.csv", orders(&customers))
        .with("two.csv", orders(&two))
        .with("of-six.csv", orders(&six));
    let told = |roster: &str, orders: &str, more: &[&str]| -> (usize, u64, String) {
        let inputs = [format!("stakeholders={roster}"), format!("purchases={orders}")];
        let mut args = vec![
            "report", &inputs[0], &inputs[1], "--period", "2026-10", "-m", "revenue", "-f", "json", "-q",
        ];
        args.extend(more);
        let text = folder.run(&args).silent().out();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let contributors = value["contributors"].as_array().unwrap().clone();
        let listed = contributors.first().map_or(0, |of| of["largest"].as_array().unwrap().len());
        let others = contributors.first().map_or(0, |of| of["others"]["stakeholders"].as_u64().unwrap());
        (listed, others, serde_json::to_string(&contributors).unwrap())
    };
    let (listed, others, text) = told("roster.csv", "customers.csv", &[]);
    assert_eq!((listed, others), (8, 0));
    assert!(text.contains("\"buyer-3\""));
    // Two employees would be all the others.
    assert_eq!(told("roster.csv", "two.csv", &[]).0, 0);
    let (listed, others, text) = told("six.csv", "of-six.csv", &[]);
    assert_eq!((listed, others, text.contains("staff")), (8, 6, false));
    let (listed, _, text) = told("roster.csv", "customers.csv", &["--redact"]);
    assert_eq!((listed, text.contains("buyer")), (8, false));
}

#[test]
fn what_is_no_report_is_refused() {
    let measure = r#"{"schema": "relhealth.measure/1", "cells": []}"#;
    let folder = Folder::new()
        .with("measure.json", measure)
        .with("cut.json", "{\"schema\": \"relhealth.report/1\", \"per")
        .with("no.json", "id,score\n1,2\n")
        .with("hostile.json", "{\"schema\": \"\\u001b[31m<script>\"}");
    folder.run(&["diff", "measure.json", "no.json"]).code(3).says(str![[r#"
error: cannot read measure.json as a report: it is a measure (relhealth.measure/1), which lacks definitions and contributors
hint: write one: relhealth report INPUT... --period 2026-10 -o october.json

"#]]);
    folder.run(&["diff", "cut.json", "no.json"]).code(3).says(str![[r#"
error: cannot read cut.json as a report: it ends in the middle: EOF while parsing a string at line 1 column 37
hint: write it again; the file was cut

"#]]);
    folder.run(&["diff", "no.json", "cut.json"]).code(3).says(str![[r#"
error: cannot read no.json as a report: it is no JSON: expected value at line 1 column 1

"#]]);
    folder.run(&["diff", "hostile.json", "cut.json"]).code(3).says(str![[r#"
error: cannot read hostile.json as a report: its schema is "/u{1b}[31m<script>", not "relhealth.report/1"
hint: write one: relhealth report INPUT... --period 2026-10 -o october.json

"#]]);
    folder.run(&["diff", "missing.json", "no.json"]).code(3);
    folder.run(&["diff", "no.json"]).code(2);
    folder.run(&["diff", "-", "-"]).code(2);
    folder.run(&["diff", "no.json", "no.json", "-f", "csv"]).code(2);
}

#[test]
fn hostile_text_means_nothing_in_any_format() {
    let folder = reports();
    let hostile = "<script>alert(1)</script>\\u001b[31m\\u202e|**x**";
    let text = folder.read("october.json");
    let text = text
        .replace("\"nordics\"", &format!("\"{hostile}\""))
        .replace("cus_4F8BBC", hostile);
    let text = text.replace("\"First response within target\"", &format!("\"{hostile}\""));
    let folder = folder.with("h.json", text.replace("\"label\":\"2026-10\"", &format!("\"label\":\"{hostile}\"")));
    folder
        .run(&["diff", "september.json", "h.json", "-o", "d.md", "-o", "d.html", "-o", "d.json"])
        .silent();
    let shown = folder.run(&["diff", "september.json", "h.json"]).silent().out();
    assert!(shown.contains("<script>") && !shown.contains('\u{1b}') && !shown.contains('\u{202e}'));
    let html = folder.read("d.html");
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"));
    let markdown = folder.read("d.md");
    assert!(markdown.contains("\\<script>") && !markdown.replace("\\<script", "").contains("<script") && !markdown.contains("**x**"));
    serde_json::from_str::<serde_json::Value>(&folder.read("d.json")).unwrap();
}

/// Reports and baselines are kept for years: those that an earlier version wrote are read. A format that changes gets a new number, and a
/// new pair of files beside these.
#[test]
fn files_of_earlier_versions_are_read() {
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/stored");
    let ran = run_in(&stored, &["diff", "report-1-january.json", "report-1-february.json"]).silent();
    ran.holds(&[
        "Changes from 2026-01 to 2026-02\n",
        "Active customers         3      3       0       3      3",
        "Revenue              42.50  48.75   +6.25       3      3",
        "- Revenue: Region south accounts for more than all of the rise (+12.25 of\n+6.25).",
    ]);
    let check = |baseline: &str| {
        let arguments = ["check", "purchases=orders.csv", "--as-of", "2026-02-28", "--baseline", baseline];
        run_in(&stored, &arguments)
    };
    let checked = check("baseline-2.json").code(0);
    checked.holds(&["48.75, compared with 42.50 in 2026-01 in\nthe baseline: +6.25, not worse"]);
    // The first format does not say what its numbers rest on.
    check("baseline-1.json").code(1).holds(&["an earlier version saved the baseline"]);
}

/// A report of a version that is not known yet is not read as if it were.
#[test]
fn files_of_later_versions_are_refused() {
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/stored");
    let read = |name: &str| std::fs::read_to_string(stored.join(name)).expect("a stored file");
    let folder = Folder::new()
        .with(
            "report.json",
            read("report-1-january.json").replace("relhealth.report/1", "relhealth.report/9"),
        )
        .with(
            "baseline.json",
            read("baseline-2.json").replace("relhealth.baseline/2", "relhealth.baseline/9"),
        )
        .with("relhealth.toml", read("relhealth.toml"))
        .with("orders.csv", read("orders.csv"));
    let ran = folder.run(&["diff", "report.json", "report.json"]).code(3);
    assert!(
        ran.err()
            .contains("its schema is \"relhealth.report/9\", not \"relhealth.report/1\"")
    );
    let ran = folder
        .run(&["check", "purchases=orders.csv", "--baseline", "baseline.json"])
        .code(2);
    assert!(
        ran.err()
            .contains("its schema is `relhealth.baseline/9`, and this program reads `relhealth.baseline/2`")
    );
}

/// What of each metric is not what it was, by its id.
fn not_compared(folder: &Folder) -> Vec<(String, String)> {
    let ran = folder.run(&["diff", "then.json", "now.json", "-f", "json"]).silent();
    let document: Value = serde_json::from_str(&ran.out()).unwrap();
    let redefined = document["redefined"].as_array().unwrap().iter();
    let what = |one: &Value| {
        one["what"]
            .as_array()
            .unwrap()
            .iter()
            .map(|what| what.as_str().unwrap().to_string())
            .collect::<Vec<_>>()
    };
    redefined
        .map(|one| (one["id"].as_str().unwrap().to_string(), what(one).join("; ")))
        .collect()
}

#[test]
fn amounts_of_two_currencies_are_not_compared() {
    let orders = |currency: &str| {
        let mut text = String::from("order_id,customer_id,order_date,amount,currency\n");
        for day in 1..28 {
            text += &format!(
                "{day},c{},2026-01-{day:02},10,{currency}\nf{day},c{},2026-02-{day:02},12,{currency}\n",
                day % 9,
                day % 8
            );
        }
        text
    };
    let report = |folder: &Folder, file: &str, period: &str, output: &str, more: &[&str]| {
        let args = [
            "report",
            file,
            "-q",
            "--period",
            period,
            "-m",
            "revenue,orders,average_order_value,net_revenue_retention",
            "-o",
            output,
        ];
        folder.run(&[&args, more].concat());
    };
    let folder = Folder::new().with("euros.csv", orders("EUR")).with("dollars.csv", orders("USD"));
    report(&folder, "euros.csv", "2026-01", "then.json", &[]);
    report(&folder, "dollars.csv", "2026-02", "now.json", &[]);
    let changed = "currency of its amounts (EUR, now USD)".to_string();
    assert_eq!(
        not_compared(&folder),
        [
            ("average_order_value".to_string(), changed.clone()),
            ("revenue".to_string(), changed)
        ]
    );
    folder
        .run(&["diff", "then.json", "now.json"])
        .silent()
        .holds(&["Revenue is not compared: currency of its amounts (EUR, now USD) changed."]);
    // Of one currency they are compared, also where only one report was told which.
    report(&folder, "euros.csv", "2026-02", "now.json", &["--currency", "EUR"]);
    assert_eq!(not_compared(&folder), []);
    // A report of an earlier version does not tell its currency.
    let mut stored: Value = serde_json::from_str(&folder.read("then.json")).unwrap();
    for metric in stored["metrics"].as_array_mut().unwrap() {
        metric.as_object_mut().unwrap().remove("settings");
    }
    let folder = folder.with("then.json", stored.to_string());
    report(&folder, "dollars.csv", "2026-02", "now.json", &[]);
    assert_eq!(not_compared(&folder), []);
}

#[test]
fn what_numbers_rest_on_is_no_correction_of_the_data() {
    let mut tickets = String::from("ticket_id,customer_id,created_at,first_response_at,resolved_at,kind\n");
    for day in 1..28 {
        let hour = 10 + day % 8;
        tickets += &format!(
            "{day},c{},2026-01-{day:02} 09:00:00,2026-01-{day:02} {hour}:00:00,2026-01-{day:02} 20:00:00,complaint\n",
            day % 6
        );
    }
    let metrics = "cases_opened,first_response_within_target_rate,first_response_time_median,health_score_mean";
    let args = |output: &'static str| ["report", "tickets.csv", "-q", "--period", "2026-01", "-m", metrics, "-o", output];
    let settings = |folder: Folder, config: &str, output: &'static str| {
        let folder = folder.with("relhealth.toml", config);
        folder.run(&args(output));
        folder
    };
    let four = "[targets]\nfirst_response_hours = 4\n[health.customer]\nminimum_coverage = 0.1\n";
    let folder = Folder::new().with("tickets.csv", tickets);
    let folder = settings(folder, four, "then.json");
    let folder = settings(folder, &four.replace("= 4", "= 8"), "now.json");
    let changed = "targets.first_response_hours (4, now 8)".to_string();
    assert_eq!(
        not_compared(&folder),
        [
            ("first_response_within_target_rate".to_string(), changed.clone()),
            ("health_score_mean".to_string(), changed)
        ]
    );
    // Another weight changes the scores, and nothing else.
    let folder = settings(folder, &format!("{four}[health.customer.part.conflict]\nweight = 60\n"), "now.json");
    let all = not_compared(&folder);
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].0 == "health_score_mean" && all[0].1.starts_with("health ("), "{all:?}");
    // By working hours durations are others.
    let folder = settings(folder, &format!("{four}[hours]\nweekly = {{ mon = '09:00-17:00' }}\n"), "now.json");
    let named: Vec<String> = not_compared(&folder).into_iter().map(|(metric, _)| metric).collect();
    assert_eq!(
        named,
        [
            "first_response_time_median",
            "first_response_within_target_rate",
            "health_score_mean"
        ]
    );
}

#[test]
fn a_comparison_can_be_shared_without_names() {
    let folder = reports();
    let args = ["diff", "september.json", "october.json"];
    let secrets = [
        "cus_",
        "nordics",
        "Nordics",
        "september.json",
        "october.json",
        "software-company",
        "tickets.csv",
        "subscriptions.csv",
    ];
    for format in ["table", "markdown", "html", "json"] {
        let shown = folder.run(&[&args[..], &["--redact", "-f", format]].concat()).silent().out();
        for secret in secrets {
            assert!(!shown.contains(secret), "{format}: {secret}");
        }
        assert!(shown.contains("file 1"), "{format}");
    }
    let json = |args: &[&str], key: Option<&str>| -> Value {
        let mut command = folder.command(&[args, &["-f", "json"]].concat());
        if let Some(key) = key {
            command.env("RELHEALTH_REDACT_KEY", key);
        }
        serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
    };
    // Numbers do not change, and what is kept stays readable.
    let (plain, redacted) = (
        json(&args, None),
        json(&[&args[..], &["--redact", "--keep", "region"]].concat(), None),
    );
    let numbers = |document: &Value| {
        let metrics = document["metrics"].as_array().unwrap().iter();
        metrics
            .map(|metric| (metric["id"].clone(), metric["delta"].clone(), metric["low"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(&plain), numbers(&redacted));
    let text = redacted.to_string();
    assert!(text.contains("nordics") && !text.contains("cus_"));
    // With a key the pseudonyms are those of redacted reports, so that both can be compared.
    let key = "0123456789abcdef0123456789abcdef";
    let file = folder.path("redacted.json");
    let mut command = std::process::Command::new(PROGRAM);
    let args_of_report = ["report", "--quiet", "--redact", "--period", "2026-10", "-o", file.to_str().unwrap()];
    command.current_dir(example()).args(args_of_report).env("RELHEALTH_REDACT_KEY", key);
    assert!(command.status().unwrap().success());
    let people = |document: &Value| {
        let found = document["metrics"]
            .as_array()
            .unwrap()
            .iter()
            .find(|metric| metric["id"] == "first_response_within_target_rate");
        found.unwrap()["stakeholders"]["most"].clone()
    };
    let of_plain = json(&[&args[..], &["--redact"]].concat(), Some(key));
    let of_redacted = json(&["diff", "september.json", "redacted.json", "--redact"], Some(key));
    assert!(people(&of_plain)[0]["id"].as_str().unwrap().starts_with("s-"), "{of_plain}");
    assert_eq!(people(&of_plain), people(&of_redacted));
}

#[test]
fn a_month_is_not_compared_with_a_quarter_where_its_length_matters() {
    let mut orders = String::from("order_id,customer_id,order_date,amount\n");
    for day in 0..180 {
        let (month, of_month) = (1 + day / 30, 1 + day % 28);
        orders += &format!("{day},c{},2026-{month:02}-{of_month:02},{}\n", day * 7 % 31, 10 + day % 5);
    }
    let folder = Folder::new().with("orders.csv", orders);
    let metrics = "orders,average_order_value,purchase_frequency,repeat_purchase_rate,retention_rate,revenue_top1_share";
    let report = |period: &str, output: &str| folder.run(&["report", "orders.csv", "-q", "--period", period, "-m", metrics, "-o", output]);
    report("2026-04", "then.json");
    report("2026-Q2", "now.json");
    // What an order is worth does not depend on it; who orders twice, comes back or leads does.
    let mut named: Vec<String> = not_compared(&folder).into_iter().map(|(metric, _)| metric).collect();
    named.sort();
    assert_eq!(
        named,
        [
            "orders",
            "purchase_frequency",
            "repeat_purchase_rate",
            "retention_rate",
            "revenue_top1_share"
        ]
    );
    report("2026-05", "now.json");
    assert_eq!(not_compared(&folder), []);
}

#[test]
fn another_condition_of_a_source_is_another_metric() {
    let orders = "order_id,customer_id,order_date,amount,region\n1,a,2026-09-03,10,north\n2,b,2026-09-04,20,south\n3,a,2026-10-03,10,north\n4,b,2026-10-04,20,south\n";
    let config = |region: &str| {
        format!("as_of = 2026-10-31\n[[source]]\npath = 'orders.csv'\nkind = 'purchases'\nwhere = \"region = '{region}'\"\n")
    };
    let report = |folder: &Folder, out: &str| {
        folder.run(&["report", "--period", "2026-10", "-q", "-o", out]).code(0);
    };
    let folder = Folder::new().with("orders.csv", orders).with("relhealth.toml", config("north"));
    report(&folder, "a.json");
    report(&folder, "same.json");
    let folder = folder.with("relhealth.toml", config("south"));
    report(&folder, "b.json");
    let said = |other: &str| folder.run(&["diff", "a.json", other]).out().contains("where of its sources");
    assert_eq!((said("same.json"), said("b.json")), (false, true));
}
