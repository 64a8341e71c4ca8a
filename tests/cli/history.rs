//! What the files cannot know yet: metrics that look back further than the records do are shown, and neither interpreted nor judged, and the
//! output says from when on they will be.

use std::fmt::Write as _;

use serde_json::Value;
use snapbox::str;

use crate::harness::Folder;

/// Orders of the same 40 customers, each once every 20 to 59 days, in so many months from January 2025 on.
fn orders(months: u32) -> String {
    let mut text = String::from("stakeholder_id,order_id,occurred_at,amount\n");
    for customer in 0..40_u32 {
        let every = 20 + customer;
        for (order, day) in (customer % every..months * 30).step_by(every as usize).enumerate() {
            let (month, day) = (day / 30, 1 + day % 28);
            writeln!(
                text,
                "c{customer},{customer}-{order},{}-{:02}-{day:02},10",
                2025 + month / 12,
                1 + month % 12
            )
            .expect("into memory");
        }
    }
    text
}

fn roster(first_day: &str) -> String {
    let rows = (0..40).map(|customer| format!("c{customer},{first_day}\n"));
    std::iter::once("stakeholder_id,started_at\n".to_string()).chain(rows).collect()
}

fn json(folder: &Folder, args: &[&str]) -> Value {
    let ran = folder.run(args);
    serde_json::from_str(&ran.out()).unwrap_or_else(|error| panic!("{error}\n{}{}", ran.out(), ran.err()))
}

const MEASURE: [&str; 10] = [
    "measure",
    "purchases=orders.csv",
    "-q",
    "--as-of",
    "2026-02-28",
    "-m",
    "new_customers,orders",
    "--compare",
    "previous,year-ago",
    "--format",
];

#[test]
fn at_the_start_of_the_records_everybody_looks_new() {
    let folder = Folder::new().with("orders.csv", orders(14));
    let measured = json(&folder, &[&MEASURE[..], &["json"]].concat());
    let cells = measured["cells"].as_array().expect("cells");
    let new = cells.iter().find(|cell| cell["metric"] == "new_customers").expect("a cell");
    assert_eq!((&new["period"], &new["value"]), (&"2026-02".into(), &0.0.into()));
    // January and February 2026 have a year of records before them, February 2025 has not.
    assert_eq!(
        (new.get("not_assessed"), new["changes"]["previous"].get("not_assessed")),
        (None, None)
    );
    assert_eq!(new["changes"]["previous"]["reading"], "no clear change");
    let change = &new["changes"]["year-ago"];
    assert_eq!(change["reading"], "unclear");
    assert_eq!(
        change["not_assessed"],
        serde_json::json!({"reason": "short history", "from": "2027-01-01"})
    );
    let orders = cells.iter().find(|cell| cell["metric"] == "orders").expect("a cell");
    assert_eq!(orders["changes"]["year-ago"].get("not_assessed"), None);
    assert_ne!(orders["changes"]["year-ago"]["reading"], "unclear");
}

#[test]
fn a_report_says_from_when_on_a_metric_is_assessed() {
    let folder = Folder::new().with("orders.csv", orders(10));
    let report = [
        "report",
        "purchases=orders.csv",
        "-q",
        "--as-of",
        "2025-10-31",
        "-m",
        "new_customers",
        "--format",
    ];
    let text = folder.run(&[&report[..], &["markdown"]].concat()).out();
    let note = "^ looks back further than the records, so it is shown but not assessed: New customers (from 2026-01-01)";
    assert!(text.contains(note) || text.contains(&note.replace('^', "\\^")), "{text}");
    let value = json(&folder, &[&report[..], &["json"]].concat());
    assert_eq!(value["metrics"][0]["assessed_from"], "2026-01-01");
    assert_eq!(
        (&value["metrics"][0]["process"], &value["findings"]),
        (&Value::Null, &serde_json::json!([]))
    );
}

#[test]
fn a_rule_on_it_cannot_be_evaluated() {
    let rules = "as_of = 2026-02-28\n\n[[source]]\npath = 'orders.csv'\nkind = 'purchases'\n\n[[rule]]\nmetric = 'new_customers'\nfail_above = 1000\n\n\
                 [[rule]]\nmetric = 'new_customers'\nfail_if_worse_than = 'year-ago'\n\n[[rule]]\nmetric = 'new_customers'\nfail_on_signal = true\n";
    let folder = Folder::new().with("orders.csv", orders(14)).with("relhealth.toml", rules);
    folder.run(&["check", "-q", "--period", "2025-10"]).code(1);
    let checked = json(&folder, &["check", "-q", "--period", "2025-10", "--format", "json"]);
    for verdict in checked["verdicts"].as_array().expect("verdicts") {
        assert_eq!(verdict["verdict"], "insufficient");
        assert_eq!(
            verdict["not_assessed"],
            serde_json::json!({"reason": "short history", "from": "2026-01-01"})
        );
    }
    let why = &checked["verdicts"][0]["why"];
    assert_eq!(
        why,
        "0, but the metric looks back further than the records; it can be evaluated from 2026-01-01 on"
    );
    // A year later the value itself can be judged; the change cannot.
    let checked = json(&folder, &["check", "-q", "--period", "2026-02", "--format", "json"]);
    let words: Vec<&Value> = checked["verdicts"]
        .as_array()
        .expect("verdicts")
        .iter()
        .map(|v| &v["verdict"])
        .collect();
    assert_eq!(words, ["pass", "insufficient", "insufficient"]);
}

#[test]
fn start_dates_settle_it_at_once() {
    let read = |first_day: &str| {
        let folder = Folder::new().with("orders.csv", orders(14)).with("people.csv", roster(first_day));
        let args = [
            "measure",
            "purchases=orders.csv",
            "stakeholders=people.csv",
            "-q",
            "-m",
            "new_customers",
            "--period",
            "2025-03",
            "--as-of",
            "2026-02-28",
        ];
        let measured = json(&folder, &[&args[..], &["--compare", "previous", "--format", "json"]].concat());
        measured["cells"][0]["changes"]["previous"]["reading"].clone()
    };
    // Nobody was a customer before the records begin: who is new there is new.
    assert_ne!(read("2025-01-01"), "unclear");
    assert_eq!(read("2024-12-31"), "unclear");
}

#[test]
fn the_table_marks_it() {
    let folder = Folder::new().with("orders.csv", orders(4));
    let ran = folder.run(&[
        "measure",
        "purchases=orders.csv",
        "-q",
        "--as-of",
        "2025-04-30",
        "-m",
        "new_customers",
        "--compare",
        "previous",
    ]);
    ran.prints(str![[r#"
2025-04
Data as of the end of 2025-04-30 (UTC). Intervals are 95% confidence intervals.

Retention
Metric           Value  n  2025-03  Change
New customers ^      0  0        0  0 not assessed (records too short, from
                                    2026-02-01)

^ looks back further than the records, so it is shown but not assessed: New
customers (from 2026-01-01)

"#]]);
}
