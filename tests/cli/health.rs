//! `health`: scores by hand, no knowledge of the future, protected people in groups only, and what a person may get wrong.

use std::fmt::Write as _;

use serde_json::Value;
use snapbox::str;

use crate::harness::{Folder, run};

/// Three customers; gaps of a are 30, 30, 31, of b 61 days. On 1 July a ordered 30 days ago, b 61 days ago.
const ORDERS: &str = "stakeholder_id,order_id,occurred_at,amount\n\
                      a,1,2026-03-02,100\na,2,2026-04-01,100\na,3,2026-05-01,100\na,4,2026-06-01,50\n\
                      b,5,2025-10-01,10\nb,6,2026-01-30,10\nb,7,2026-03-01,400\nb,8,2026-05-01,10\n\
                      c,9,2026-06-15,5\n";
const ANSWERS: &str = "stakeholder_id,responded_at,instrument,score\na,2026-06-01,nps,9\nb,2026-05-05,nps,2\n";
const ROSTER: &str = "stakeholder_id,name,type,owner,tier,started_at,ended_at\n\
                      a,Anna,customer,Otto,gold,2024-01-01,\nb,Bert,customer,Ida,silver,2024-01-01,\nd,Dora,customer,Otto,gold,2024-01-01,2026-02-01\n";

fn folder() -> Folder {
    Folder::new()
        .with("purchases.csv", ORDERS)
        .with("surveys.csv", ANSWERS)
        .with("stakeholders.csv", ROSTER)
}

const INPUTS: [&str; 3] = ["purchases=purchases.csv", "surveys=surveys.csv", "stakeholders=stakeholders.csv"];

fn args<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let start = ["health"].into_iter().chain(INPUTS).chain(["--as-of", "2026-06-30", "-q"]);
    start.chain(more.iter().copied()).collect()
}

fn json(folder: &Folder, more: &[&str]) -> Value {
    let ran = folder.run(&[args(more), vec!["--format", "json"]].concat()).silent();
    serde_json::from_str(&ran.out()).unwrap()
}

fn stakeholder<'v>(document: &'v Value, id: &str) -> &'v Value {
    let all = document["stakeholders"].as_array().unwrap();
    all.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

fn near(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("no number: {found}"));
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn a_score_can_be_computed_by_hand() {
    let document = json(&folder(), &[]);
    assert_eq!(document["as_of"], "2026-07-01T00:00:00Z");
    assert_eq!(document["previous"], "2026-06-01T00:00:00Z");
    let a = stakeholder(&document, "a");
    // 30 days since the last order, gaps 30, 30, 31; revenue 150 after 2 April, 200 before; NPS 9.
    let trend = 60.0 * (0.75 - 0.25) / 0.5;
    let score = (25.0 * 100.0 + 10.0 * trend + 20.0 * 90.0) / 55.0;
    near(&a["score"], score);
    near(&a["coverage"], 0.55);
    near(&a["value_at_stake"], 350.0);
    assert_eq!(
        (&a["type"], &a["band"], &a["owner"]),
        (&"customer".into(), &"healthy".into(), &"Otto".into())
    );
    let part = |one: &Value, name: &str| -> Value {
        let parts = one["parts"].as_array().unwrap();
        parts.iter().find(|part| part["part"] == name).unwrap().clone()
    };
    near(&part(a, "purchase_recency")["measure"], 30.0 / 30.0);
    near(&part(a, "revenue_trend")["measure"], 0.75);
    near(&part(a, "satisfaction")["lost"], 20.0 / 55.0 * 10.0);
    // 121, 30 and 61 days between orders: 61 since the last one is 1; 10 of 410 is far down; NPS 2.
    let b = stakeholder(&document, "b");
    near(&b["score"], (25.0 * 100.0 + 0.0 + 20.0 * 20.0) / 55.0);
    assert_eq!(b["band"], "at risk");
    // What the parts take is what is missing to 100.
    for one in [a, b] {
        let lost: f64 = one["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| part["lost"].as_f64().unwrap())
            .sum();
        near(&one["score"], 100.0 - lost);
    }
    // One order, so the median gap of all (30, 30, 31, 121, 30, 61) counts, which is 30.5; but 25 of 100 is too little.
    let c = stakeholder(&document, "c");
    near(&part(c, "purchase_recency")["measure"], 16.0 / 30.5);
    assert_eq!((&c["score"], &c["band"]), (&Value::Null, &Value::Null));
    let reasons: Vec<&str> = c["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["reason"].as_str().unwrap())
        .collect();
    assert_eq!(
        reasons,
        [
            "missing input",
            "no revenue before",
            "no answer",
            "missing input",
            "missing input",
            "missing input",
            "missing input"
        ]
    );
    // Those with the most at stake first; d has left.
    let ids: Vec<&Value> = document["stakeholders"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, ["b", "a", "c"]);
    assert_eq!(document["left"], 1);
}

#[test]
fn lists_and_groups_can_be_asked_for() {
    let folder = folder();
    let ids = |more: &[&str]| -> Vec<String> {
        let document = json(&folder, more);
        let all = document["stakeholders"].as_array().unwrap();
        all.iter().map(|one| one["id"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(ids(&["--at-risk"]), ["b"]);
    assert_eq!(ids(&["--top", "2"]), ["b", "a"]);
    assert_eq!(ids(&["--where", "tier = 'gold'"]), ["a"]);
    assert_eq!(ids(&["--overdue"]), Vec::<String>::new());
    let document = json(&folder, &["--by", "owner"]);
    let groups = document["groups"].as_array().unwrap();
    let names: Vec<&Value> = groups.iter().map(|group| &group["by"]["owner"]).collect();
    assert_eq!(names, ["(none)", "Ida", "Otto"]);
    near(&groups[2]["mean"]["value"], stakeholder(&document, "a")["score"].as_f64().unwrap());
    near(&groups[1]["at_risk"]["value"], 1.0);
    near(&document["types"][0]["value_at_risk"], 430.0);
    near(&document["types"][0]["share_of_value_at_risk"]["value"], 430.0 / 780.0);
}

#[test]
fn who_is_overdue_has_passed_a_target() {
    let folder = Folder::new()
        .with(
            "log.csv",
            "stakeholder_id,occurred_at,direction\na,2026-06-01,outbound\nb,2026-06-01,outbound\nc,2026-06-29,inbound\n",
        )
        .with(
            "roster.csv",
            "stakeholder_id,tier,started_at,type\na,gold,2025-01-01,customer\nb,silver,2025-01-01,customer\nc,gold,2025-01-01,customer\n",
        )
        .with(
            "relhealth.toml",
            "as_of = 2026-06-30\n[targets.contact_days]\ngold = 14\nsilver = 20\n[health.customer]\nminimum_coverage = 0.1\n",
        );
    let ran = folder.run(&[
        "health",
        "interactions=log.csv",
        "stakeholders=roster.csv",
        "--overdue",
        "-q",
        "-f",
        "csv",
    ]);
    // 30 days: more than twice 14, and more than once 20.
    ran.prints(str![[r#"
id,name,owner,tier,type,model,score,band,previous_score,previous_band,coverage,value_at_stake,touch,contact_recency.measure,contact_recency.points,contact_recency.lost,purchase_recency.measure,purchase_recency.points,purchase_recency.lost,revenue_trend.measure,revenue_trend.points,revenue_trend.lost,satisfaction.measure,satisfaction.points,satisfaction.lost,responsiveness.measure,responsiveness.points,responsiveness.lost,conflict.measure,conflict.points,conflict.lost,commitments.measure,commitments.points,commitments.lost,reciprocity.measure,reciprocity.points,reciprocity.lost
a,,,gold,customer,customer,34.82142857142857,critical,,,0.2,,losing touch,2.142857142857143,46.42857142857143,40.17857142857143,,,,,,,,,,,,,,,,,,,0,0,25
b,,,silver,customer,customer,56.25,at risk,,,0.2,,overdue,1.5,75,18.75,,,,,,,,,,,,,,,,,,,0,0,25

"#]]);
}

#[test]
fn the_future_is_not_known() {
    let mut orders = String::from("stakeholder_id,order_id,occurred_at,amount\n");
    let mut tickets = String::from("stakeholder_id,ticket_id,occurred_at,kind,responded_at,resolved_at\n");
    let mut state = 7_u64;
    let mut next = |limit: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let date = |day: u64| format!("2026-{:02}-{:02}", day / 28 + 1, day % 28 + 1);
    for row in 0..600 {
        let (day, who) = (next(280), next(40));
        writeln!(orders, "s{who},{row},{},{}", date(day), next(90) + 1).unwrap();
        let (day, who) = (next(250), next(40));
        let kind = ["complaint", "question"][next(2) as usize];
        writeln!(
            tickets,
            "s{who},t{row},{},{kind},{},{}",
            date(day),
            date(day + next(5)),
            date(day + next(30))
        )
        .unwrap();
    }
    let before = |text: &str, day: &str, column: usize| -> String {
        let mut lines = text.lines();
        let header = lines.next().unwrap().to_string();
        let kept = lines.filter(|line| line.split(',').nth(column).unwrap() <= day);
        kept.fold(header, |text, line| text + "\n" + line) + "\n"
    };
    for day in ["2026-04-15", "2026-07-01", "2026-08-28"] {
        let scores = |orders: &str, tickets: &str| {
            let folder = Folder::new()
                .with("orders.csv", orders)
                .with("tickets.csv", tickets)
                .with("relhealth.toml", "[targets]\nfirst_response_hours = 48\n");
            let ran = folder.run(&[
                "health",
                "purchases=orders.csv",
                "interactions=tickets.csv",
                "--as-of",
                day,
                "-q",
                "-f",
                "csv",
            ]);
            ran.silent().out()
        };
        let whole = scores(&orders, &tickets);
        assert!(whole.lines().count() > 30, "{whole}");
        assert_eq!(whole, scores(&before(&orders, day, 2), &before(&tickets, day, 2)), "{day}");
    }
}

#[test]
fn employees_are_in_groups_only() {
    let mut roster = String::from("stakeholder_id,type,started_at,owner\n");
    let mut answers = String::from("stakeholder_id,responded_at,instrument,score,scale_min,scale_max\n");
    for person in 0..9 {
        writeln!(
            roster,
            "secret{person},employee,2020-01-01,{}",
            if person < 6 { "large" } else { "small" }
        )
        .unwrap();
        writeln!(answers, "secret{person},2026-06-01,engagement,{},1,5", person % 5 + 1).unwrap();
    }
    roster.push_str("shop,customer,2020-01-01,large\n");
    let folder = |roster: &str| {
        Folder::new()
            .with("roster.csv", roster)
            .with("answers.csv", &answers)
            .with("relhealth.toml", "[health.employee]\nminimum_coverage = 0.2\n")
    };
    let run = |roster: &str, more: &[&str]| {
        let start = [
            "health",
            "stakeholders=roster.csv",
            "surveys=answers.csv",
            "--as-of",
            "2026-06-30",
            "-q",
        ];
        folder(roster).run(&[&start, more].concat()).silent().out()
    };
    for format in ["table", "json", "csv", "markdown", "html"] {
        for more in [&[][..], &["--at-risk"], &["--by", "owner"]] {
            let shown = run(&roster, &[&["-f", format], more].concat());
            assert!(!shown.contains("secret"), "{format} {more:?}: {shown}");
        }
    }
    let document: Value = serde_json::from_str(&run(&roster, &["-f", "json"])).unwrap();
    let types = document["types"].as_array().unwrap();
    let employees = types.iter().find(|group| group["by"]["model"] == "employee").unwrap();
    assert_eq!(employees["scored"], 9);
    assert!(employees["mean"]["value"].is_number());
    assert_eq!(document["withheld"], true);
    // Of four employees nothing is shown, and the total of all would reveal it.
    let few: String = roster
        .lines()
        .filter(|line| !("4".."9").any_of(line))
        .map(|line| format!("{line}\n"))
        .collect();
    let document: Value = serde_json::from_str(&run(&few, &["-f", "json"])).unwrap();
    let types = document["types"].as_array().unwrap();
    let of = |model: &str| types.iter().find(|group| group["by"]["model"] == model).unwrap();
    assert_eq!(
        (&of("employee")["suppressed"], &of("employee")["mean"]["value"]),
        (&true.into(), &Value::Null)
    );
    assert_eq!(types[0]["suppressed"], true);
    assert_eq!(of("customer")["suppressed"], false);
    // By owner, three employees of one group are hidden, and with them the next group.
    let small: String = roster.replace("shop,customer,2020-01-01,large\n", "");
    let document: Value = serde_json::from_str(&run(&small, &["-f", "json", "--by", "owner"])).unwrap();
    assert!(
        document["groups"]
            .as_array()
            .unwrap()
            .iter()
            .all(|group| group["suppressed"] == true)
    );
}

trait AnyOf {
    fn any_of(&self, line: &str) -> bool;
}

impl AnyOf for std::ops::Range<&str> {
    /// Whether a line is of a person with a number in the range.
    fn any_of(&self, line: &str) -> bool {
        let number = line.strip_prefix("secret").and_then(|rest| rest.split(',').next());
        number.is_some_and(|number| self.start <= number && number <= self.end)
    }
}

/// Of each stakeholder what is at stake.
fn at_stake(document: &Value) -> Vec<(String, Option<f64>)> {
    let all = document["stakeholders"].as_array().unwrap().iter();
    all.map(|one| (one["id"].as_str().unwrap().to_string(), one["value_at_stake"].as_f64()))
        .collect()
}

#[test]
fn amounts_that_cannot_be_added_are_not_at_stake() {
    let supplies = |currency: &str| {
        format!(
            "supplier_id,po_number,order_date,promised_date,received_date,amount,currency\n\
             s,1,2026-06-01,2026-06-10,2026-06-09,1000,EUR\nt,2,2026-06-02,2026-06-10,2026-06-12,5000,{currency}\n"
        )
    };
    let orders = "stakeholder_id,order_id,occurred_at,amount,currency\na,1,2026-03-01,10,USD\na,2,2026-06-12,20,USD\n";
    let document = |supplies: &str, args: &[&str]| -> Value {
        let folder = Folder::new().with("supplies.csv", supplies).with("orders.csv", orders);
        let ran = folder.run(&[&["health", "-f", "json"], args].concat());
        serde_json::from_str(&ran.out()).unwrap()
    };
    let has_note = |document: &Value| {
        document["notes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|note| note["code"] == "money-not-added")
    };
    // Of two suppliers with one currency each nothing can be added; of one currency all can.
    let several = document(&supplies("USD"), &["supplies=supplies.csv"]);
    assert_eq!(at_stake(&several), [("s".to_string(), None), ("t".to_string(), None)]);
    assert_eq!(several["types"][0]["value_at_stake"], Value::Null);
    assert!(has_note(&several));
    let one = document(&supplies("EUR"), &["supplies=supplies.csv"]);
    assert_eq!(at_stake(&one), [("t".to_string(), Some(5000.0)), ("s".to_string(), Some(1000.0))]);
    assert_eq!(one["types"][0]["value_at_stake"], 6000.0);
    assert!(!has_note(&one));
    // Revenue in dollars and spend in euros are not added either, and dollars are no euros.
    let both = document(&supplies("EUR"), &["supplies=supplies.csv", "purchases=orders.csv"]);
    assert!(at_stake(&both).iter().all(|(_, value)| value.is_none()), "{both}");
    let other = document(&supplies("EUR"), &["purchases=orders.csv", "--currency", "EUR"]);
    assert_eq!(at_stake(&other), [("a".to_string(), None)]);
    assert_eq!(
        at_stake(&document(&supplies("EUR"), &["purchases=orders.csv", "--currency", "USD"])),
        [("a".to_string(), Some(30.0))]
    );
    // The list is not by what is not known.
    let folder = Folder::new().with("supplies.csv", supplies("USD"));
    let shown = folder.run(&["health", "supplies=supplies.csv", "-q"]).silent().out();
    assert!(shown.contains("Stakeholders, those with the lowest score first"), "{shown}");
}

#[test]
fn targets_are_of_a_day_at_least_and_capitals_of_tiers_say_nothing() {
    let folder = Folder::new()
        .with(
            "log.csv",
            "stakeholder_id,occurred_at,direction\na,2026-06-01,outbound\nb,2026-06-01,outbound\nc,2026-06-01,outbound\nd,2026-06-01,outbound\n",
        )
        .with(
            "roster.csv",
            "stakeholder_id,tier,started_at,type,contact_target_days\n\
             a,Gold,2025-01-01,customer,\nb,GOLD,2025-01-01,customer,0\nc,,2025-01-01,customer,0\nd,silver,2025-01-01,customer,60\n",
        )
        .with("relhealth.toml", "as_of = 2026-06-30\n[targets.contact_days]\ngold = 10\nSilver = 5\n");
    let ran = folder.run(&["health", "interactions=log.csv", "stakeholders=roster.csv", "-f", "json"]);
    let document: Value = serde_json::from_str(&ran.out()).unwrap();
    // 30 days by 10, by 10 because 0 is no target, by nothing, and by 60 because the own target comes first.
    let recency = |id: &str| stakeholder(&document, id)["parts"][0]["measure"].as_f64();
    assert_eq!([recency("a"), recency("b"), recency("d")], [Some(3.0), Some(3.0), Some(0.5)]);
    let missing = &stakeholder(&document, "c")["missing"][0];
    assert_eq!(
        (&missing["part"], &missing["reason"]),
        (&"contact_recency".into(), &"no target and no rhythm".into())
    );
    let notes = document["notes"].as_array().unwrap();
    let note = notes.iter().find(|note| note["code"] == "no-contact-target").unwrap();
    assert_eq!(note["count"], 2);
}

#[test]
fn employees_are_protected_in_every_language() {
    let log = "stakeholder_id,occurred_at,direction\nsecret1,2026-06-01,inbound\nsecret2,2026-06-08,inbound\nsecret3,2026-06-08,outbound\n\
               secret1,2026-06-11,inbound\nsecret2,2026-06-18,inbound\nsecret3,2026-06-28,outbound\n";
    for [one, other] in [
        ["Mitarbeiter", "Mitarbeiterin"],
        ["Staff", "Employees"],
        ["empleado", "EMPLEADA"],
        ["salarié", "dipendente"],
    ] {
        let roster = format!(
            "stakeholder_id,type,started_at\nsecret1,{one},2025-01-01\nsecret2,{other},2025-01-01\nsecret3,{one},2025-01-01\nshop,Kundin,2025-01-01\n"
        );
        let folder = Folder::new().with("log.csv", log).with("roster.csv", roster);
        for format in ["table", "json", "csv", "markdown", "html"] {
            let ran = folder.run(&["health", "interactions=log.csv", "stakeholders=roster.csv", "-q", "-f", format]);
            let shown = ran.silent().out();
            assert!(!shown.contains("secret"), "{one} {format}: {shown}");
            assert!(shown.contains("shop"), "{one} {format}: {shown}");
        }
        let ran = folder.run(&["health", "interactions=log.csv", "stakeholders=roster.csv", "-f", "json"]);
        let document: Value = serde_json::from_str(&ran.out()).unwrap();
        assert_eq!(stakeholder(&document, "shop")["type"], "customer");
        // How much depends on the weights is about the three, too.
        assert_eq!(document["stability"], serde_json::json!([]), "{one}");
        let notes = document["notes"].as_array().unwrap();
        let note = notes.iter().find(|note| note["code"] == "type-words").unwrap();
        assert_eq!(note["count"], 4, "{one}");
    }
}

#[test]
fn a_model_for_a_word_that_is_read_as_another_type_is_an_error() {
    let ran = folder()
        .with("relhealth.toml", "[health.crew]\nlike = 'contact'\ntypes = ['Staff']\n")
        .run(&args(&[]));
    ran.code(2).says(str![[r#"
error: model `crew` is for the type `Staff`, which is read as `employee`
 --> relhealth.toml:3:1
  |
3 | types = ['Staff']
  | ^^^^^
  |
hint: write `employee` in `types`, or name the type otherwise in [source.values.type]

"#]]);
}

#[test]
fn a_backtest_shows_nothing_of_few_protected_people() {
    // Customers of a private file next to others: all have orders each month until some stop.
    let orders = |first: u64, customers: u64| {
        let mut text = String::from("stakeholder_id,order_id,occurred_at,amount\n");
        for customer in first..first + customers {
            for month in 0..(6 + customer % 7) {
                let day = day(30 * month + customer);
                writeln!(text, "p{customer},{customer}-{month},{day},10").unwrap();
            }
        }
        text
    };
    let run = |private: u64, args: &[&str]| -> Value {
        let config =
            "[[source]]\npath = 'private.csv'\nkind = 'purchases'\nprivate = true\n[[source]]\npath = 'others.csv'\nkind = 'purchases'\n";
        let folder = Folder::new()
            .with("private.csv", orders(0, private))
            .with("others.csv", orders(100, 40))
            .with("relhealth.toml", config);
        let ran = folder.run(&[&["health", "--backtest", "-q", "-f", "json"], args].concat()).silent();
        serde_json::from_str(&ran.out()).unwrap()
    };
    assert_eq!(run(3, &[])["backtest"], serde_json::json!([]));
    let of_many = run(12, &[]);
    assert!(of_many["backtest"][0]["n"].as_u64().unwrap() > 100, "{of_many}");
    assert_eq!(of_many["backtest"][0]["calibration"], serde_json::json!([]));
}

#[test]
fn a_model_can_be_printed_and_changed() {
    let folder = Folder::new();
    folder.run(&["health", "--model", "customer"]).silent().holds(&[
        "Health model customer: Customers",
        "purchase recency  25 of 100  1 (in rhythm): 100; 2 (late): 50",
        "If parts with less than 40%",
    ]);
    let changed = folder.with("relhealth.toml", "[health.customer.part.satisfaction]\nweight = 45\n");
    let ran = changed.run(&["health", "--model", "customer", "-f", "json"]).silent();
    let document: Value = serde_json::from_str(&ran.out()).unwrap();
    let parts = document["models"][0]["parts"].as_array().unwrap();
    assert_eq!(parts.iter().find(|part| part["part"] == "satisfaction").unwrap()["weight"], 45.0);
    run(&["health", "--model", "custmer"]).code(2).says(str![[r#"
error: unknown model `custmer`
hint: did you mean `customer`?

"#]]);
}

#[test]
fn a_mistake_in_a_model_is_shown_where_it_is() {
    let folder = folder().with("relhealth.toml", "[health.customer.part.conflict]\nwieght = 3\n");
    folder.run(&args(&[])).code(2).says(str![[r#"
error: unknown key `wieght` of a part
 --> relhealth.toml:2:1
  |
2 | wieght = 3
  | ^^^^^^
  |
hint: did you mean `weight`?

"#]]);
}

#[test]
fn groups_are_of_the_roster() {
    let folder = folder();
    folder.run(&args(&["--by", "instrument"])).code(2).says(str![[r#"
error: `instrument` is not a column of the roster: scores are of stakeholders, so they are grouped and filtered by columns of the table of stakeholders, or by type

"#]]);
}

#[test]
fn names_are_redacted() {
    let document = json(&folder(), &["--redact"]);
    for one in document["stakeholders"].as_array().unwrap() {
        let id = one["id"].as_str().unwrap();
        assert!(!["a", "b", "c"].contains(&id) && one["name"] != "Anna", "{one}");
    }
}

#[test]
fn every_format_is_written() {
    let folder = folder();
    for (format, what) in [
        ("table", "What takes points"),
        ("markdown", "| a | Anna | Otto |"),
        ("html", "Distribution of scores"),
        ("csv", "id,name,owner"),
    ] {
        folder.run(&args(&["-f", format])).silent().holds(&[what]);
    }
    folder.run(&args(&["-o", "health.xlsx"])).silent();
    assert!(folder.path("health.xlsx").exists());
}

#[test]
fn there_may_be_nothing_to_score() {
    let empty = Folder::new().with("purchases.csv", "stakeholder_id,occurred_at,amount\n");
    empty
        .run(&["health", "purchases=purchases.csv", "--as-of", "2026-06-30", "-q"])
        .silent()
        .holds(&["There are no stakeholders."]);
    let one = Folder::new().with("purchases.csv", "stakeholder_id,occurred_at,amount\na,2026-06-01,5\n");
    one.run(&["health", "purchases=purchases.csv", "-q"])
        .silent()
        .holds(&["no score", "- a: purchase recency: no rhythm of orders; revenue trend:"]);
}

/// A generator of the same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// A day of 2025 or 2026, counted from 0, with months of 28 days.
fn day(at: u64) -> String {
    let month = at / 28;
    format!("{}-{:02}-{:02}", 2025 + month / 12, month % 12 + 1, at % 28 + 1)
}

/// Orders and answers of so many customers over 20 months. With a truth, customers have rhythms of their own, and those who stop for good give
/// low scores first. Without one, every day is as likely to see an order of anyone as any other, and answers are drawn blindly.
fn generated(customers: u64, has_truth: bool, seed: u64) -> Folder {
    const DAYS: u64 = 20 * 28;
    let mut random = Random(seed);
    let mut orders = String::from("stakeholder_id,order_id,occurred_at,amount\n");
    let mut answers = String::from("stakeholder_id,responded_at,instrument,score\n");
    for customer in 0..customers {
        if has_truth {
            let rhythm = [12, 16, 20, 24][(customer % 4) as usize];
            let stops = if random.below(2) == 0 { 120 + random.below(DAYS) } else { DAYS };
            let mut at = random.below(rhythm);
            while at < DAYS.min(stops) {
                writeln!(orders, "c{customer},{customer}-{at},{},10", day(at)).unwrap();
                at += rhythm * 3 / 4 + random.below(rhythm / 2 + 1);
            }
            for asked in (30..DAYS.min(stops + 30)).step_by(60) {
                let is_leaving = stops < DAYS && asked + 90 > stops;
                let score = if is_leaving { random.below(6) } else { 5 + random.below(6) };
                writeln!(answers, "c{customer},{},nps,{score}", day(asked)).unwrap();
            }
        } else {
            for at in (0..DAYS).filter(|_| random.below(30) == 0).collect::<Vec<u64>>() {
                writeln!(orders, "c{customer},{customer}-{at},{},10", day(at)).unwrap();
            }
            for asked in (30..DAYS).step_by(60) {
                writeln!(answers, "c{customer},{},nps,{}", day(asked), random.below(11)).unwrap();
            }
        }
    }
    Folder::new().with("orders.csv", orders).with("answers.csv", answers)
}

const TESTED: [&str; 5] = ["health", "purchases=orders.csv", "surveys=answers.csv", "--backtest", "-q"];

fn backtest(folder: &Folder, more: &[&str]) -> Vec<Value> {
    let ran = folder.run(&[&TESTED, more, &["-f", "json"]].concat()).silent();
    let document: Value = serde_json::from_str(&ran.out()).unwrap();
    document["backtest"].as_array().unwrap().clone()
}

#[test]
fn a_backtest_finds_a_true_risk_and_says_that_it_beats_recency() {
    let folder = generated(240, true, 11);
    let found = backtest(&folder, &[]);
    assert_eq!(
        found.iter().map(|one| one["horizon_days"].as_i64().unwrap()).collect::<Vec<_>>(),
        [30, 60, 90]
    );
    for one in &found {
        assert_eq!(one["finding"], "better than recency", "{one}");
        let number = |name: &str| one["auc"][name].as_f64().unwrap();
        assert!(
            number("low") < number("value") && number("value") < number("high") && number("low") > 0.6,
            "{one}"
        );
        // The worse the band, the more of it were lost.
        let lost: Vec<f64> = one["bands"]
            .as_array()
            .unwrap()
            .iter()
            .map(|band| band["lost"].as_f64().unwrap())
            .collect();
        assert!(lost[0] < lost[1] && lost[1] < lost[2], "{lost:?}");
        let n: u64 = one["bands"]
            .as_array()
            .unwrap()
            .iter()
            .map(|band| band["n"].as_u64().unwrap())
            .sum();
        assert_eq!(one["n"].as_u64(), Some(n));
        assert!(one["lift_worst_decile"].as_f64().unwrap() > 1.2, "{one}");
    }
    folder
        .run(&TESTED)
        .silent()
        .holds(&["the score ranks losses better than the days since the last", "Part alone"]);
    folder
        .run(&[&TESTED[..], &["-f", "html"]].concat())
        .silent()
        .holds(&["lost within 30 days, by score"]);
    folder
        .run(&[&TESTED[..], &["-f", "csv"]].concat())
        .silent()
        .holds(&["customer,no order,30,auc,"]);
}

#[test]
fn a_backtest_of_noise_finds_nothing() {
    for seed in [1, 2, 3] {
        let folder = generated(150, false, seed);
        for one in backtest(&folder, &[]) {
            assert_eq!(one["finding"], "finds nothing", "{seed} {one}");
        }
        if seed == 1 {
            folder.run(&TESTED).silent().holds(&["the score finds nothing: its AUC of"]);
        }
    }
}

#[test]
fn only_days_that_are_over_count() {
    let folder = generated(60, true, 5);
    let ends = |more: &[&str]| -> Vec<usize> {
        let found = backtest(&folder, more);
        found.iter().map(|one| one["ends"].as_array().unwrap().len()).collect()
    };
    // Month ends from 90 days after the first order, and until 30, 60 and 90 days before the as-of date.
    assert_eq!(ends(&["--as-of", "2025-12-31", "--last", "99"]), [9, 8, 7]);
    assert_eq!(ends(&["--as-of", "2025-12-31", "--last", "3"]), [3, 2, 1]);
    assert_eq!(ends(&["--as-of", "2025-05-15"]), [1]);
    let none = folder.run(&[&TESTED[..], &["--as-of", "2025-03-31"]].concat()).silent();
    none.holds(&["There is nothing to test."]);
}

#[test]
fn the_score_before_is_the_score_of_that_date() {
    let folder = generated(40, true, 9);
    let scores = |as_of: &str, key: &str| -> Vec<(String, Value)> {
        let args = [
            "health",
            "purchases=orders.csv",
            "surveys=answers.csv",
            "-q",
            "-f",
            "json",
            "--as-of",
            as_of,
        ];
        let document: Value = serde_json::from_str(&folder.run(&args).silent().out()).unwrap();
        let all = document["stakeholders"].as_array().unwrap().iter();
        let mut scores: Vec<(String, Value)> = all.map(|one| (one["id"].as_str().unwrap().to_string(), one[key].clone())).collect();
        scores.sort_by(|a, b| a.0.cmp(&b.0));
        scores
    };
    assert_eq!(scores("2026-02-28", "previous_score"), scores("2026-01-31", "score"));
    assert_eq!(scores("2026-02-10", "previous_score"), scores("2026-01-31", "score"));
    assert_eq!(scores("2026-02-28", "previous_band"), scores("2026-01-31", "band"));
}

#[test]
fn a_roster_is_tested_by_who_left_it() {
    let mut roster = String::from("stakeholder_id,type,started_at,ended_at\n");
    let mut answers = String::from("stakeholder_id,responded_at,instrument,score,scale_min,scale_max\n");
    for person in 0..60 {
        let leaves = if person % 3 == 0 {
            format!("2026-{:02}-15", 4 + person / 3 % 6)
        } else {
            String::new()
        };
        writeln!(roster, "e{person},employee,2024-01-01,{leaves}").unwrap();
        for month in 1..12 {
            let score = if person % 3 == 0 { 1 + month % 3 } else { 3 + month % 3 };
            writeln!(answers, "e{person},2026-{month:02}-02,engagement,{score},1,5").unwrap();
        }
    }
    let folder = Folder::new()
        .with("roster.csv", roster)
        .with("answers.csv", answers)
        .with("relhealth.toml", "[health.employee]\nminimum_coverage = 0.2\n");
    let ran = folder.run(&[
        "health",
        "stakeholders=roster.csv",
        "surveys=answers.csv",
        "--backtest",
        "-q",
        "-f",
        "json",
    ]);
    let document: Value = serde_json::from_str(&ran.silent().out()).unwrap();
    let one = &document["backtest"][0];
    assert_eq!((&one["model"], &one["loss"]), (&"employee".into(), &"left the roster".into()));
    assert!(one["auc"]["low"].as_f64().unwrap() > 0.6, "{one}");
    // Nothing of a single score of a person is shown.
    assert_eq!(one["calibration"], serde_json::json!([]));
}

fn fitted(folder: &Folder) -> Value {
    let args = ["health", "purchases=orders.csv", "surveys=answers.csv", "--fit", "-q", "-f", "json"];
    let document: Value = serde_json::from_str(&folder.run(&args).silent().out()).unwrap();
    let all = document["fit"].as_array().unwrap();
    assert_eq!(all.len(), 1);
    all[0].clone()
}

#[test]
fn weights_are_proposed_and_tested_on_later_dates() {
    let folder = generated(240, true, 11);
    let fit = fitted(&folder);
    let weights = fit["weights"].as_array().unwrap();
    let of = |part: &str| weights.iter().find(|weight| weight["part"] == part).unwrap();
    // The parts with data, of 100.
    near(&of("satisfaction")["current"], 20.0 / 55.0 * 100.0);
    let sum: f64 = weights.iter().map(|weight| weight["proposed"].as_f64().unwrap()).sum();
    assert!(
        (sum - 100.0).abs() < 1e-9 && weights.iter().all(|weight| weight["proposed"].as_f64().unwrap() >= 0.0),
        "{fit}"
    );
    // Who stops gave low scores before.
    assert!(of("satisfaction")["proposed"].as_f64().unwrap() > 20.0, "{fit}");
    assert!(
        fit["tested_dates"].as_u64().unwrap() >= 3 && fit["fitted_auc"]["low"].as_f64().unwrap() > 0.6,
        "{fit}"
    );
    assert_ne!(fit["finding"], "worse");
    folder
        .run(&["health", "purchases=orders.csv", "surveys=answers.csv", "--fit", "-q"])
        .silent()
        .holds(&["weights that the past proposes", "Nothing is applied"]);
}

#[test]
fn noise_gives_no_reason_to_change_weights() {
    for seed in [1, 2, 3] {
        let fit = fitted(&generated(150, false, seed));
        assert_ne!(fit["finding"], "better", "{seed} {fit}");
    }
}

#[test]
fn without_any_record_there_is_no_date_to_score_at() {
    let folder = Folder::new().with("purchases.csv", "stakeholder_id,order_id,occurred_at,amount\n");
    let ran = folder.run(&["health", "purchases=purchases.csv", "-q"]).code(3);
    assert!(
        ran.err().contains("the as-of date is not known") && ran.err().contains("hint: set --as-of"),
        "{}",
        ran.err()
    );
    assert_eq!(ran.out(), "");
}
