//! `rows`: the records behind a number are as many as the number says, and stand where they are said to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use relhealth::api::catalog::{Catalog, Exposure, Kind, Metric, Under, kinds};
use relhealth::api::period::{date_text, days_from_civil};
use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::harness::{Folder, run_in};

/// A line of the command's CSV: its cells by column.
type Line = BTreeMap<String, String>;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

fn lines(csv: &str) -> Vec<Line> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let record = |record: csv::StringRecord| header.iter().map(str::to_string).zip(record.iter().map(str::to_string)).collect();
    reader.records().map(|r| record(r.unwrap())).collect()
}

/// The lines of a file as an editor numbers them.
fn file_lines(path: &Path) -> Vec<String> {
    let bytes = std::fs::read(path).unwrap();
    let text = String::from_utf8(bytes).unwrap_or_else(|e| e.into_bytes().iter().map(|&b| char::from(b)).collect());
    text.trim_start_matches('\u{feff}').lines().map(str::to_string).collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

/// What the lines of one metric add up to is what its cell says.
fn adds_up(metric: &Metric, cell: &Value, lines: &[Line]) {
    let id = metric.id.as_str();
    let mut rows: BTreeMap<&str, &Line> = BTreeMap::new();
    lines.iter().for_each(|line| {
        rows.entry(line["row"].as_str()).or_insert(line);
    });
    let rows: Vec<&Line> = rows.into_values().collect();
    assert_eq!(cell["n"].as_u64(), Some(rows.len() as u64), "{id}: {cell}");
    let number = |line: &Line, column: &str| line[column].parse::<f64>().unwrap_or(0.0);
    let weight = |line: &Line| line.get("weight").map_or(1.0, |w| w.parse().unwrap());
    let sum = |column: &str| rows.iter().map(|line| number(line, column) * weight(line)).sum::<f64>();
    let words = |word: &str| {
        rows.iter()
            .filter(|line| line["in_part"] == word)
            .map(|line| weight(line))
            .sum::<f64>()
    };
    let distinct = |column: &str| {
        let all: BTreeSet<&String> = rows.iter().map(|line| &line[column]).filter(|cell| !cell.is_empty()).collect();
        all.len() as f64
    };
    let all: f64 = rows.iter().map(|line| weight(line)).sum();
    let agrees = |field: &str, ours: f64| match cell[field].as_f64() {
        Some(theirs) => assert!(near(theirs, ours), "{id}: {field} is {theirs} in the cell, {ours} in the rows"),
        None => assert!(
            rows.is_empty() && ours == 0.0,
            "{id}: the cell has no {field}, the rows give {ours}: {cell}"
        ),
    };
    match &metric.kind {
        Kind::Count(kinds::Count { distinct: None }) => agrees("part", words("yes")),
        Kind::Count(kinds::Count { distinct: Some(_) }) if rows.iter().any(|line| line.contains_key("thing")) => {
            agrees("part", distinct("thing"));
        }
        Kind::Count(_) => agrees("value", distinct("stakeholder_id")),
        Kind::Sum(_) => agrees("part", sum("value")),
        Kind::Mean(_) => {
            agrees("part", sum("value"));
            agrees("whole", all);
        }
        Kind::Share(_) => {
            agrees("part", words("yes"));
            agrees("whole", all);
            assert!(near(words("yes") + words("no"), all), "{id}");
        }
        Kind::NetShare(_) => {
            agrees("part", words("plus"));
            agrees("part_minus", words("minus"));
            assert!(near(words("plus") + words("minus") + words("no"), all), "{id}");
        }
        Kind::Ratio(kinds::Ratio { under, .. }) => {
            agrees("part", sum("over"));
            match under {
                Under::Sum(_) => agrees("whole", sum("under")),
                Under::Distinct(_) if rows.iter().any(|line| line.contains_key("under")) => agrees("whole", distinct("under")),
                Under::Distinct(_) => agrees("whole", distinct("stakeholder_id")),
            }
        }
        Kind::Rate(kinds::Rate { exposure, .. }) => {
            agrees("part", words("yes"));
            if let Exposure::Column(_) = exposure {
                agrees("whole", sum("exposure"));
            }
        }
        Kind::Quantile(_) => agrees("whole", rows.len() as f64),
        Kind::SurvivalQuantile(_) => {
            let events = rows.iter().filter(|line| line["event"] == "yes").count();
            agrees("part", events as f64);
            assert!(
                rows.iter().all(|line| line["time"].parse::<f64>().is_ok()),
                "{id}: every row has a time"
            );
        }
        Kind::Concentration(_) => {
            let group = if rows.iter().any(|line| line.contains_key("group")) {
                "group"
            } else {
                "stakeholder_id"
            };
            let mut totals: BTreeMap<&str, f64> = BTreeMap::new();
            rows.iter()
                .for_each(|line| *totals.entry(&line[group]).or_default() += number(line, "value"));
            // Groups below zero have no share.
            agrees("whole", totals.values().filter(|total| **total >= 0.0).sum());
        }
        Kind::Derived(_) => unreachable!("{id} has no rows"),
    }
}

/// What is said where there are no rows to be shown.
fn why_not(metric: &Metric, cell: &Value) -> Option<&'static str> {
    let condition = metric.where_.as_ref().map_or("", |condition| condition.text.as_str());
    if let Kind::Derived(_) = metric.kind {
        Some("has no rows of its own")
    } else if ["'employee'", "'enps'", "'engagement'"].iter().any(|word| condition.contains(word)) {
        Some("it is about employees")
    } else if cell["absent"] == "missing input" || cell["absent"] == "days only" {
        Some("these inputs cannot give ")
    } else {
        None
    }
}

/// Holds every metric that the inputs allow to its rows; the metrics that have some.
fn holds(folder: &Path, inputs: &[&str], options: &[&str]) -> BTreeSet<String> {
    let catalog = Catalog::builtin(relhealth::api::facts::SPECS);
    let common = [inputs, &["-q"], options].concat();
    let on_request: Vec<&str> = catalog.iter().filter(|m| m.on_request).map(|m| m.id.as_str()).collect();
    let named = ["-m", &on_request.join(",")];
    let mut cells = Vec::new();
    for metrics in [&[], &named[..]] {
        let measured = run_in(folder, &[&["measure", "--format", "json"], &common[..], metrics].concat()).silent();
        let measured: Value = serde_json::from_str(&measured.out()).unwrap();
        cells.extend(measured["cells"].as_array().unwrap().clone());
    }
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for cell in &cells {
        let id = cell["metric"].as_str().unwrap();
        let Some(metric) = catalog.get(id) else { continue };
        let ran = run_in(folder, &[&["rows", id, "--format", "csv"], &common[..]].concat());
        if let Some(why) = why_not(metric, cell) {
            assert_eq!(ran.out(), "", "{id}");
            assert!(ran.err().contains(why), "{id}: {}", ran.err());
            continue;
        }
        let ran = ran.silent();
        let lines = lines(&ran.out());
        if cell["absent"] != "incomplete window" && cell["absent"] != "mixed currencies" {
            adds_up(metric, cell, &lines);
        }
        for line in &lines {
            let file = files
                .entry(line["file"].clone())
                .or_insert_with(|| file_lines(&folder.join(&line["file"])));
            let number: usize = line["line"].parse().unwrap_or_else(|_| panic!("{id}: {line:?} has no record"));
            let first = line["raw"].lines().next().unwrap_or("");
            let first = first.strip_prefix('\'').unwrap_or(first);
            assert_eq!(file[number - 1], first, "{id}: {line:?}");
        }
        if !lines.is_empty() {
            seen.insert(id.to_string());
        }
    }
    seen
}

/// The day so many days after the first of October 2024.
fn day(i: usize) -> String {
    date_text(days_from_civil(2024, 10, 1) + i as i32)
}

fn id(i: usize) -> &'static str {
    ["ann", "bob", "cid", "dot", "eve", "fay", "gil", "hal"][i % 8]
}

/// A file with so many records.
fn table(header: &str, count: usize, record: &dyn Fn(usize) -> String) -> String {
    (0..count).fold(format!("{header}\n"), |text, i| text + &record(i) + "\n")
}

fn some(is_there: bool, text: String) -> String {
    if is_there { text } else { String::new() }
}

/// Exports of everything, a record a day or so, over a year and a half.
fn world() -> Folder {
    let purchases = table(
        "stakeholder_id,order_id,occurred_at,amount,refund,cost,quantity,promised_at,delivered_at,channel",
        120,
        &|i| {
            let (at, late) = (3 * i + i % 5, 1 + i % 4);
            let amount = if i % 17 == 3 { -5 } else { 10 + (i % 30) as i64 };
            let (promised, delivered) = (day(at + 2), some(i % 9 != 0, day(at + late)));
            // Every third record is a further line of the order before.
            let order = i - i % 3 / 2;
            let who = if order % 2 == 0 {
                id(order * order / 3).to_string()
            } else {
                format!("c{}", order % 80 / 3)
            };
            format!(
                "{who},o{order},{}T10:{:02}:00,{amount},{},{},{},{promised},{delivered},{}",
                day(at),
                i % 60,
                some(i % 7 == 0, "2.5".into()),
                some(i % 11 != 0, "4".into()),
                1 + i % 3,
                ["web", "shop"][order % 2],
            )
        },
    );
    let tickets = table(
        "case_id,stakeholder_id,occurred_at,kind,responded_at,resolved_at,reopens,response_due_at,due_at,cost,channel",
        100,
        &|i| {
            let at = 4 * i + i % 3;
            format!(
                "{i},{},{}T09:00:00,{},{},{},{},{}T17:00:00,{}T09:00:00,{},{}",
                id(i * i + 1),
                day(at),
                ["question", "complaint", "incident", "complaint", "request"][i % 5],
                some(i % 6 != 0, format!("{}T{:02}:30:00", day(at + i % 2), 10 + i % 10)),
                some(i % 4 != 0, format!("{}T12:00:00", day(at + 1 + i % 5))),
                i % 3,
                day(at),
                day(at + 3),
                1 + i % 8,
                ["mail", "phone", "chat"][i % 3],
            )
        },
    );
    let messages = table(
        "interaction_id,in_reply_to,stakeholder_id,occurred_at,direction,resolved_at,channel,cost,automated",
        120,
        &|i| {
            let at = 4 * (i - i % 3);
            format!(
                "m{i},{},{},{}T{:02}:00:00,{},{},letter,{},{}",
                some(i % 3 > 0, format!("m{}", i.max(1) - 1)),
                id(i / 3),
                day(at + i % 3),
                8 + i % 10,
                ["inbound", "outbound", "inbound"][i % 3],
                some(i % 3 == 2 && i % 2 == 0, format!("{}T20:00:00", day(at + 2))),
                some(i % 5 == 0, "1".into()),
                i % 10 == 4,
            )
        },
    );
    let log = table("stakeholder_id,occurred_at,kind,due_at,resolved_at,outcome,direction", 60, &|i| {
        format!(
            "{},{}T15:00:00,{},{},{},{},{}",
            id(i),
            day(7 * i),
            ["collaboration", "commitment", "meeting", "follow_up"][i % 4],
            some(i % 2 == 1, day(7 * i + 5)),
            some(i % 6 == 1, day(7 * i + 4 + i % 3)),
            some(i % 4 == 0 && i % 12 != 0, ["successful", "unsuccessful"][i / 4 % 2].into()),
            ["both", "outbound"][i % 2],
        )
    });
    let surveys = table(
        "response_id,stakeholder_id,sent_at,responded_at,instrument,score,scale_min,scale_max,weight,comment",
        120,
        &|i| {
            let (instrument, score, min, max) = match i % 3 {
                0 => ("nps", i * 7 % 11, "0", "10"),
                1 => ("csat", 1 + i * 3 % 5, "1", "5"),
                _ => ("ces", 1 + i * 2 % 7, "1", "7"),
            };
            let answered = i % 5 != 0;
            format!(
                "{i},{},{},{},{instrument},{},{min},{max},{},\"=so, so\"",
                some(i % 13 != 0, id(i * i / 2).into()),
                day(4 * i),
                some(answered, day(4 * i + i % 3)),
                some(answered, score.to_string()),
                0.5 + (i % 4) as f64 / 2.0,
            )
        },
    );
    let roster = table(
        "stakeholder_id,type,started_at,ended_at,end_reason,recurring_amount,acquisition_source,acquisition_cost,contact_target_days,region",
        16,
        &|i| {
            format!(
                "{},{},{},{},{},{},{},{},{},{}",
                if i < 8 { id(i).to_string() } else { format!("s{i}") },
                ["customer", "member"][i % 2],
                some(i != 3, day(15 * i)),
                some(i % 5 == 2, day(15 * i + 110)),
                some(i % 5 == 2, ["voluntary", "involuntary"][i % 2].into()),
                10 + i,
                ["ads", "referral", ""][i % 3],
                20 + i,
                20,
                ["north", "south"][i / 2 % 2],
            )
        },
    );
    let referrals = table("referrer_id,referred_id,occurred_at,converted_at", 12, &|i| {
        format!(
            "{},s{},{},{}",
            id(i * 3),
            8 + i % 8,
            day(15 * i + 20),
            some(i % 2 == 0, day(15 * i + 30))
        )
    });
    let supplies = table(
        "stakeholder_id,order_id,ordered_at,promised_at,received_at,quantity,quantity_received,quantity_rejected,amount",
        60,
        &|i| {
            let got = i % 8 != 0;
            format!(
                "sup{},p{i},{},{},{},10,{},{},{}",
                i % 4,
                day(6 * i),
                day(6 * i + 5),
                some(got, day(6 * i + 3 + i % 4)),
                some(got, (9 + i % 2).to_string()),
                some(got, (i % 3).to_string()),
                100 + i,
            )
        },
    );
    Folder::new()
        .with("purchases.csv", purchases)
        .with("tickets.csv", tickets)
        .with("messages.csv", messages)
        .with("log.csv", log)
        .with("surveys.csv", surveys)
        .with("roster.csv", roster)
        .with("referrals.csv", referrals)
        .with("supplies.csv", supplies)
        .with(
            "relhealth.toml",
            "[ces]\nhigh_is_easy = true\n[targets]\nfirst_response_hours = 4\n",
        )
}

const WORLD: [&str; 8] = [
    "purchases=purchases.csv",
    "interactions=tickets.csv",
    "interactions=messages.csv",
    "interactions=log.csv",
    "surveys=surveys.csv",
    "stakeholders=roster.csv",
    "referrals=referrals.csv",
    "supplies=supplies.csv",
];

#[test]
fn the_rows_of_every_metric_are_those_of_its_cell() {
    let world = world();
    let seen = holds(&world.path(""), &WORLD, &["--period", "2025-Q2", "--as-of", "2026-06-30"]);
    let catalog = Catalog::builtin(relhealth::api::facts::SPECS);
    let shown = catalog
        .iter()
        // A metric in days is shown only where the one in hours cannot be computed.
        .filter(|metric| !metric.hidden && metric.instead_of.is_none() && why_not(metric, &Value::Null).is_none());
    let without: Vec<&str> = shown.map(|metric| metric.id.as_str()).filter(|id| !seen.contains(*id)).collect();
    assert_eq!(without, [""; 0], "the data give every metric some rows");
}

#[test]
fn the_rows_of_metrics_in_days_are_those_of_their_cells() {
    let tickets = table("stakeholder_id,case_id,occurred_at,kind,responded_at,resolved_at", 90, &|i| {
        let at = 4 * i;
        format!(
            "{},k{i},{},{},{},{}",
            id(i),
            day(at),
            ["question", "complaint", "incident"][i % 3],
            some(i % 6 != 0, day(at + i % 2)),
            some(i % 4 != 0, day(at + i % 5)),
        )
    });
    let folder = Folder::new().with("tickets.csv", tickets);
    let period = ["--period", "2025-Q2", "--as-of", "2026-06-30"];
    let seen = holds(&folder.path(""), &["interactions=tickets.csv"], &period);
    let catalog = Catalog::builtin(relhealth::api::facts::SPECS);
    let in_days: BTreeSet<&str> = catalog
        .iter()
        .filter(|metric| metric.instead_of.is_some())
        .map(|metric| metric.id.as_str())
        .collect();
    let without: Vec<&&str> = in_days.iter().filter(|id| !seen.contains(**id)).collect();
    assert!(!in_days.is_empty() && without.is_empty(), "{without:?}");
}

#[test]
fn the_rows_of_an_export_in_another_encoding_are_found() {
    let folder = example("suppliers");
    for metric in ["on_time_in_full_rate", "complaints"] {
        let csv = run_in(&folder, &["rows", metric, "-q", "--format", "csv"]).silent().out();
        let lines = lines(&csv);
        assert!(!lines.is_empty());
        for line in lines {
            let file = file_lines(&folder.join(&line["file"]));
            assert_eq!(file[line["line"].parse::<usize>().unwrap() - 1], line["raw"], "{line:?}");
        }
    }
}

#[test]
fn the_rows_of_a_slice_are_those_of_its_cell() {
    let world = world();
    let options = ["--period", "2025", "--as-of", "2026-06-30", "--where", "region = 'north'"];
    assert!(holds(&world.path(""), &WORLD[..6], &options).len() > 50);
}

const ORDERS: &str = "\
order_id,customer_id,ordered_at,amount,region,note
1,a,2026-09-01,10.00,north,
1,a,2026-09-01,2.5,north,\"two
lines\"
2,b,2026-09-03,30.50,=south,-x
3,c,2026-09-30,40.00,north,\u{1b}[31m
";

fn shop() -> Folder {
    Folder::new().with("orders.csv", ORDERS)
}

#[test]
fn an_order_is_one_row_of_several_records() {
    let ran = shop().run(&["rows", "revenue", "orders.csv"]).code(0);
    assert_eq!(ran.err(), "orders.csv: 4 read = 4 used\n");
    assert_data_eq!(
        ran.out(),
        str![[r#"
Revenue, 2026-09
3 rows, 4 records

Row  Stakeholder  Value  File and line  Record
  1  a            12.5   orders.csv:2   1,a,2026-09-01,10.00,north,
                         orders.csv:3   1,a,2026-09-01,2.5,north,"two/nlines"
  2  b            30.5   orders.csv:5   2,b,2026-09-03,30.50,=south,-x
  3  c            40     orders.csv:6   3,c,2026-09-30,40.00,north,/u{1b}[31m

"#]]
    );
    shop()
        .run(&["rows", "revenue", "orders.csv", "-q", "--by", "region", "--format", "csv"])
        .prints(str![[r#"
metric,period,by.region,stakeholder_id,row,value,file,line,raw
revenue,2026-09,north,a,1,12.5,orders.csv,2,"1,a,2026-09-01,10.00,north,"
revenue,2026-09,north,a,1,12.5,orders.csv,3,"1,a,2026-09-01,2.5,north,""two
lines"""
revenue,2026-09,'=south,b,2,30.5,orders.csv,5,"2,b,2026-09-03,30.50,=south,-x"
revenue,2026-09,north,c,3,40,orders.csv,6,"3,c,2026-09-30,40.00,north,[..]"

"#]]);
}

#[test]
fn tables_fit_the_width_and_json_holds_all_of_a_record() {
    let long = format!(
        "order_id,customer_id,ordered_at,amount,note\n1,{},2026-09-01,10.00,{}\n",
        "c".repeat(60),
        "日本".repeat(60)
    );
    let folder = Folder::new().with("orders.csv", &long);
    let table = folder
        .run(&["rows", "revenue", "orders.csv", "-q", "--period", "2026-09"])
        .silent()
        .out();
    let widest = table
        .lines()
        .map(|line| line.chars().map(|c| 1 + usize::from(c > '\u{2fff}')).sum::<usize>())
        .max();
    assert!(widest <= Some(80), "{table}");
    assert!(table.contains("…"), "what is cut off is marked: {table}");
    let json = folder
        .run(&["rows", "revenue", "orders.csv", "-q", "--period", "2026-09", "--format", "json"])
        .silent()
        .out();
    let value: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["n"], 1);
    let row = &value["rows"][0];
    assert_eq!(
        (&row["row"], &row["value"], &row["by"]),
        (&1.into(), &10.0.into(), &serde_json::json!({}))
    );
    assert_eq!(
        row["records"],
        serde_json::json!([{"file": "orders.csv", "line": 2, "raw": long.lines().nth(1)}])
    );
}

#[test]
fn output_files_and_threads_make_no_difference() {
    let folder = world();
    let args = [
        &["rows", "retention_rate"][..],
        &WORLD,
        &["-q", "--as-of", "2026-06-30", "--period", "2025-Q2"],
    ]
    .concat();
    let one = folder
        .run(&[&args[..], &["--format", "csv", "--threads", "1"]].concat())
        .silent()
        .out();
    assert_eq!(
        one,
        folder
            .run(&[&args[..], &["--format", "csv", "--threads", "3"]].concat())
            .silent()
            .out()
    );
    let both = folder.run(&[&args[..], &["-o", "csv=rows.csv", "-f", "table"]].concat()).silent();
    assert_eq!(folder.read("rows.csv"), one);
    assert!(both.out().starts_with("Customer retention, 2025-Q2\n"), "{}", both.out());
}

#[test]
fn what_has_no_rows_says_why() {
    let folder = shop();
    for (args, code, said) in [
        (
            &["revenu"][..],
            2,
            "error: unknown metric `revenu`\nhint: did you mean `revenue`?\n",
        ),
        (
            &["response_time_spread"],
            2,
            "it is computed from `first_response_time_median`, `first_response_time_p25` and `first_response_time_p75`\nhint: ask for the rows of each of these\n",
        ),
        (&["enps"], 2, "error: the rows of `enps` are not shown: it is about employees"),
        (&["nps"], 3, "error: these inputs cannot give `nps`: missing input (surveys)\n"),
        (&["revenue", "--by", "regio"], 2, "hint: did you mean `region`?\n"),
        (
            &["revenue", "--where", "region"],
            2,
            "error: expected a condition, found text\n --> --where:1:1\n",
        ),
        (&["revenue", "--period", "2026-13"], 2, "error: `2026-13` is not a valid period: "),
        (
            &["revenue", "--format", "markdown"],
            2,
            "error: this command has no format `markdown`\n",
        ),
    ] {
        let inputs = [&["rows", args[0], "orders.csv", "-q"], &args[1..]].concat();
        let ran = folder.run(&inputs).code(code);
        assert!(ran.err().contains(said), "{args:?}: {}", ran.err());
        assert_eq!(ran.out(), "");
    }
    let none = folder.run(&["rows", "revenue", "orders.csv", "-q", "--period", "2020"]).silent();
    assert_eq!(none.out(), "Revenue, 2020\n0 rows, 0 records\n");
    folder.run(&["rows"]).code(2);
}

#[test]
fn protected_people_are_not_shown() {
    let roster = "stakeholder_id,type,started_at,ended_at\na,employee,2020-01-01,\nb,customer,2020-01-01,\n";
    let folder = shop().with("roster.csv", roster);
    let rows = ["rows", "revenue", "orders.csv", "stakeholders=roster.csv", "-q"];
    let ran = folder.run(&rows).code(2);
    assert!(ran.err().contains("there are protected people among its rows"), "{}", ran.err());
    assert_eq!(ran.out(), "");
    let filter = ["--where", "type is null or type <> 'employee'", "--format", "csv"];
    let others = lines(&folder.run(&[&rows[..], &filter].concat()).silent().out());
    assert_eq!(
        others.iter().map(|line| line["stakeholder_id"].as_str()).collect::<Vec<_>>(),
        ["b", "c"]
    );

    let private = shop().with(
        "relhealth.toml",
        "[[source]]\npath = 'orders.csv'\nkind = 'purchases'\nprivate = true\n",
    );
    let ran = private
        .run(&[
            "rows",
            "orders",
            "-q",
            "--rejects",
            "rejects.csv",
            "--as-of",
            "2026-09-15",
            "--period",
            "2026-09",
        ])
        .code(2);
    assert!(ran.err().contains("sources marked private"), "{}", ran.err());
    let rejects = lines(&private.read("rejects.csv"));
    assert_eq!(
        (rejects[0]["code"].as_str(), rejects[0]["raw"].as_str()),
        ("after-as-of", ""),
        "{rejects:?}"
    );
}

#[test]
fn a_rate_shows_its_events_and_names_what_they_are_divided_by() {
    let folder = world();
    let args = [
        &["rows", "complaint_rate"][..],
        &WORLD,
        &["--as-of", "2026-06-30", "--period", "2025-Q2"],
    ]
    .concat();
    let ran = folder.run(&args).code(0);
    assert!(
        ran.err().contains("note[exposure]: These are the events. They are divided by `"),
        "{}",
        ran.err()
    );
    let late = [
        &["rows", "second_purchase_rate_90d"][..],
        &WORLD,
        &["--as-of", "2025-07-15", "--period", "2025-Q2"],
    ]
    .concat();
    let ran = folder.run(&late).code(0);
    assert!(
        ran.err()
            .contains("note[absent]: `measure` gives no number for these rows: incomplete window"),
        "{}",
        ran.err()
    );
}

#[test]
fn rejects_found_after_reading_have_their_text_too() {
    let text = "order_id,customer_id,ordered_at,amount,status\n1,a,2026-09-01,1,paid\n2,b,2026-09-02,\"2\",Cancelled\n3,c,2026-10-03,3,paid\n1,a,2026-09-01,9,paid\n";
    let folder = Folder::new()
        .with("a.csv", text)
        .with("b.csv", "order_id,customer_id,ordered_at,amount,status\n3,c,2026-10-03,3,paid\n")
        .with(
            "relhealth.toml",
            "[[source]]\npath = '*.csv'\nkind = 'purchases'\nkey = ['order_id']\n",
        );
    folder
        .run(&[
            "measure",
            "-q",
            "-m",
            "revenue",
            "--as-of",
            "2026-09-30",
            "--rejects",
            "rejects.txt",
        ])
        .silent();
    let rejects = lines(&folder.read("rejects.txt"));
    let shown = |line: &Line| {
        ["file", "line", "record", "code", "raw"]
            .map(|column| line[column].clone())
            .join(" | ")
    };
    assert_eq!(
        rejects.iter().map(shown).collect::<Vec<_>>(),
        [
            "a.csv | 2 | 1 | duplicate-key | 1,a,2026-09-01,1,paid",
            "a.csv | 3 | 2 | cancelled | 2,b,2026-09-02,\"2\",Cancelled",
            "a.csv | 4 | 3 | after-as-of | 3,c,2026-10-03,3,paid",
            "b.csv | 2 | 1 | duplicate | 3,c,2026-10-03,3,paid",
        ]
    );
}

#[test]
fn the_last_record_of_a_key_stays_whatever_thread_read_it() {
    let note = "x".repeat(200);
    // Some eight megabytes: every block has its own thread.
    let text = (0..40_000).fold(String::from("order_id,customer_id,ordered_at,amount,note\n"), |text, i| {
        text + &format!("{},c,2026-09-01,{i},{note}\n", i % 100)
    });
    let folder = Folder::new().with("orders.csv", text).with(
        "relhealth.toml",
        "[[source]]\npath = 'orders.csv'\nkind = 'purchases'\nkey = ['order_id']\n",
    );
    let sum: u64 = (39_900..40_000).sum();
    for threads in ["1", "4"] {
        let ran = folder
            .run(&[
                "measure",
                "-q",
                "-m",
                "revenue",
                "--period",
                "2026-09",
                "--format",
                "json",
                "--threads",
                threads,
            ])
            .silent();
        let value: Value = serde_json::from_str(&ran.out()).unwrap();
        assert_eq!(value["cells"][0]["value"], sum as f64, "{threads} threads");
    }
}
