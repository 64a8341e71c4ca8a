//! `cohorts`: who joined when, who stayed, and how long relationships last.

use serde_json::{Value, json};
use snapbox::str;

use crate::harness::{Folder, run_in};

const ORDERS: &str = "stakeholder_id,order_id,occurred_at,amount,channel\n\
    ann,1,2026-01-05,10,web\nann,2,2026-02-09,10,web\nann,3,2026-03-09,5,shop\n\
    ben,4,2026-01-20,100,web\nben,5,2026-03-02,40,web\n\
    cleo,6,2026-02-28,1,shop\ncleo,7,2026-04-01,1,shop\n\
    dora,8,2026-02-01,7,web\n\
    =emil,9,2026-03-11,30,web\n";

const ROSTER: &str = "stakeholder_id,type,started_at,ended_at,region\n\
    ann,member,2025-01-01,2025-03-31,north\nben,member,2025-01-10,,north\ncleo,member,2025-02-01,2025-02-28,south\n\
    dora,member,2025-02-03,2025-06-10,south\nemil,member,2025-03-01,,south\nfay,member,,2025-05-01,south\n";

fn shop() -> Folder {
    Folder::new().with("orders.csv", ORDERS)
}

fn club() -> Folder {
    Folder::new().with("members.csv", ROSTER)
}

const OF_SHOP: [&str; 5] = ["cohorts", "purchases=orders.csv", "--as-of", "2026-04-15", "-q"];
const OF_CLUB: [&str; 5] = ["cohorts", "stakeholders=members.csv", "--as-of", "2025-06-30", "-q"];

fn read(folder: &Folder, command: &[&str], args: &[&str]) -> Value {
    let ran = folder.run(&[command, &["-f", "json"], args].concat()).silent();
    serde_json::from_str(&ran.out()).unwrap()
}

/// `cohort size: value value ...`, `-` for a missing value.
fn cells(found: &Value) -> Vec<String> {
    let value = |cell: &Value| match cell["value"].as_f64() {
        Some(value) => format!("{value:.3}"),
        None => {
            assert!(
                cell["absent"].is_string() && cell["low"].is_null() && cell["high"].is_null(),
                "{cell}"
            );
            "-".to_string()
        }
    };
    let cohort = |cohort: &Value| {
        let cells: Vec<String> = cohort["cells"].as_array().unwrap().iter().map(value).collect();
        format!("{} {}: {}", cohort["cohort"].as_str().unwrap(), cohort["size"], cells.join(" "))
    };
    found["cohorts"].as_array().unwrap().iter().map(cohort).collect()
}

#[test]
fn a_terminal_shows_cohorts_and_survival_of_customers() {
    shop().run(&[&OF_SHOP[..], &["--lapse-days", "45"]].concat()).prints(str![[r#"
Cohorts and survival
Data as of the end of 2026-04-15 (UTC). Intervals are 95% confidence intervals.

Cohorts
Of the customers whose first order was in a month, the share who ordered in each
of the months after it. Periods that have not ended are empty. The margin of
error of a typical cell is about 41 percentage points.

Month      Size   +1    +2
2026-01 +     2  50%  100%
2026-02       2   0%
2026-03       1

+ the cohort starts before the data: some of its members may not be new

Survival
A relationship starts with the first order. It ends when 45 days have passed
without another one, for the first time (lapsed); these days are part of its
time. Relationships that have not ended by the as-of date count for as long as
they have lasted (Kaplan-Meier).

Group  Relationships  Ended  Median, days  Interval
All                5      1   not reached  [45, not reached]

All relationships: after 100 days, 75.0% have not lapsed.

Tenure, days  Reached  Ended  Share ended  Interval     Not lapsed  In it now
0 to 30             5      0         0.0%                   100.0%          0
30 to 90            5      1        25.0%  [3.9, 87.2]       75.0%          3
90 to 180           1      0                                                1

No projection: orders do not tell who has left for good, which the model
requires.

"#]]);
}

#[test]
fn a_terminal_shows_cohorts_and_survival_of_a_roster() {
    club().run(&[&OF_CLUB[..], &["--bands", "30,90"]].concat()).prints(str![[r#"
Cohorts and survival
Data as of the end of 2025-06-30 (UTC). Intervals are 95% confidence intervals.

Cohorts
Of those who joined in a month, the share on the roster at the end of that month
(+0) and each of the months after it. Periods that have not ended are empty. The
margin of error of a typical cell is about 40 percentage points.

Month    Size    +0    +1    +2    +3   +4   +5
2025-01     2  100%  100%   50%   50%  50%  50%
2025-02     2   50%   50%   50%   50%   0%
2025-03     1  100%  100%  100%  100%
2025-04     0
2025-05     0
2025-06     0

Survival
A relationship starts with the start on the roster and ends with the last day on
it (left). Whoever comes back within 30 days has not left. Relationships that
have not ended by the as-of date count for as long as they have lasted
(Kaplan-Meier).

- Start or tenure unknown: 1 stakeholder, not counted.

Group  Relationships  Ended  Median, days  Interval
All                5      3           127  [27, not reached]

All relationships: after 171 days, 30.0% are still there.

Tenure, days  Reached  Ended  Share ended  Interval     Still there  In it now
0 to 30             5      1        20.0%  [3.1, 79.6]        80.0%          0
30 to 90            4      1        25.0%  [3.9, 87.2]        60.0%          0
over 90             3      1                                                 2

No projection: the share that leaves does not fall with tenure, so the model
does not fit.

"#]]);
}

#[test]
fn json_has_sizes_cells_and_curves() {
    let folder = shop();
    let found = read(&folder, &OF_SHOP, &[]);
    assert_eq!(found["schema"], "relhealth.cohorts/1");
    assert_eq!(
        cells(&found),
        ["2026-01 2: 1.000 0.500 1.000 -", "2026-02 2: 1.000 0.000 -", "2026-03 1: 1.000 -"]
    );
    let cell = &found["cohorts"][0]["cells"][1];
    // Wilson's interval of 1 of 2: statsmodels proportion_confint(1, 2, method='wilson').
    assert!((cell["low"].as_f64().unwrap() - 0.094_531_205_734_230_71).abs() < 1e-12, "{cell}");
    assert_eq!((&cell["part"], &cell["whole"]), (&json!(1.0), &json!(2)));
    assert_eq!(found["cohorts"][0]["cells"][3]["absent"], "incomplete window");
    assert_eq!(
        (&found["event"], &found["lapse_days"], &found["time_unit"]),
        (&json!("lapsed"), &json!(180), &json!("days"))
    );
    assert_eq!(found["survival"][0]["slice"], "all");
    assert_eq!(found["log_rank"], Value::Null);
}

// from lifelines import KaplanMeierFitter; KaplanMeierFitter().fit([89, 171, 27, 127, 121], [1, 0, 1, 1, 0])
// from lifelines.statistics import logrank_test; logrank_test([89, 171], [27, 127, 121], [1, 0], [1, 1, 0])
#[test]
fn survival_of_a_roster_is_that_of_kaplan_and_meier() {
    let folder = club();
    let found = read(&folder, &OF_CLUB, &[]);
    let curve = &found["survival"][0];
    let points: Vec<_> = curve["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| {
            let number = |key: &str| (point[key].as_f64().unwrap_or(-1.0) * 1e6).round() / 1e6;
            (
                number("time"),
                number("survival"),
                number("low"),
                number("high"),
                point["at_risk"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        points,
        [
            (0.0, 1.0, -1.0, -1.0, 5),
            (27.0, 0.8, 0.203_809, 0.969_18, 5),
            (89.0, 0.6, 0.125_73, 0.881_756, 4),
            (121.0, 0.6, 0.125_73, 0.881_756, 3),
            (127.0, 0.3, 0.012_302, 0.719_218, 2),
            (171.0, 0.3, 0.012_302, 0.719_218, 1),
        ]
    );
    assert_eq!(
        (&curve["n"], &curve["events"], &curve["median"]),
        (&json!(5), &json!(3), &json!(127.0))
    );
    // fay has no start.
    assert_eq!(found["without_start"], 1);
    let found = read(&folder, &OF_CLUB, &["--by", "region"]);
    let slices: Vec<_> = found["survival"]
        .as_array()
        .unwrap()
        .iter()
        .map(|curve| (&curve["slice"], &curve["n"]))
        .collect();
    assert_eq!(slices, [(&json!("north"), &json!(2)), (&json!("south"), &json!(3))]);
    let test = &found["log_rank"];
    assert_eq!(test["degrees_of_freedom"], 1);
    assert!((test["chi2"].as_f64().unwrap() - 0.216_216_216_216_216_14).abs() < 1e-12, "{test}");
    assert!((test["p_value"].as_f64().unwrap() - 0.641_938_220_405_063).abs() < 1e-12, "{test}");
}

#[test]
fn sizes_and_cells_are_those_that_measure_counts() {
    let folder = shop();
    let found = read(&folder, &OF_SHOP, &[]);
    let measure = |metrics: &str| -> Value {
        let args = [
            "measure",
            "purchases=orders.csv",
            "--as-of",
            "2026-04-15",
            "--period",
            "2026-01-01..2026-03-31",
        ];
        let ran = folder.run(&[&args[..], &["--grain", "month", "-m", metrics, "-q", "-f", "json"]].concat());
        serde_json::from_str(&ran.silent().out()).unwrap()
    };
    let values = |found: &Value| -> Vec<f64> {
        let cells = found["cells"].as_array().unwrap().iter();
        cells.map(|cell| cell["value"].as_f64().unwrap()).collect()
    };
    let sizes: Vec<f64> = found["cohorts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cohort| cohort["size"].as_f64().unwrap())
        .collect();
    assert_eq!(sizes, values(&measure("new_customers")));
    // Of a month, the cells of all cohorts together are what all customers did in it.
    let of_months = |found: &Value| -> Vec<f64> {
        let mut sums = vec![0.0; 3];
        for (at, cohort) in found["cohorts"].as_array().unwrap().iter().enumerate() {
            for cell in cohort["cells"].as_array().unwrap().iter().filter(|cell| cell["absent"].is_null()) {
                sums[at + cell["n"].as_u64().unwrap() as usize] += cell["part"].as_f64().unwrap();
            }
        }
        sums
    };
    assert_eq!(of_months(&found), values(&measure("active_customers")));
    assert_eq!(
        of_months(&read(&folder, &OF_SHOP, &["--measure", "orders"])),
        values(&measure("orders"))
    );
    assert_eq!(
        of_months(&read(&folder, &OF_SHOP, &["--measure", "revenue"])),
        values(&measure("revenue"))
    );
    // The same with a condition.
    let shop = read(&folder, &OF_SHOP, &["--where", "channel = 'shop'"]);
    let sizes: u64 = shop["cohorts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cohort| cohort["size"].as_u64().unwrap())
        .sum();
    assert_eq!(sizes, 1);
}

/// The document without what says how many records there are.
fn without_account(mut found: Value) -> Value {
    found["account"] = Value::Null;
    found["notes"] = Value::Null;
    found
}

#[test]
fn records_after_the_as_of_date_change_nothing() {
    let mut state = 5_u64;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let day = |at: u64| format!("2025-{:02}-{:02}", at / 28 + 1, at % 28 + 1);
    let (mut orders, mut roster) = (Vec::new(), Vec::new());
    for who in 0..60 {
        let start = next(300);
        let end = if next(2) == 0 {
            day((start + next(120)).min(330))
        } else {
            String::new()
        };
        roster.push((day(start), format!("m{who},{},{end}", day(start))));
        for at in 0..=next(6) {
            let on = day(next(330));
            orders.push((on.clone(), format!("c{who},{who}-{at},{on},{}", 5 + next(90))));
        }
    }
    let file = |header: &str, rows: &[(String, String)], until: &str| {
        let known = rows.iter().filter(|(on, _)| on.as_str() <= until).map(|(_, row)| row.as_str());
        format!("{header}\n{}\n", known.collect::<Vec<_>>().join("\n"))
    };
    for as_of in ["2025-04-17", "2025-06-28", "2025-09-01"] {
        let folder = |until: &str| {
            Folder::new()
                .with("orders.csv", file("stakeholder_id,order_id,occurred_at,amount", &orders, until))
                .with("members.csv", file("stakeholder_id,started_at,ended_at", &roster, until))
        };
        let (whole, cut) = (folder("2026"), folder(as_of));
        for args in [
            &["purchases=orders.csv"][..],
            &["purchases=orders.csv", "--measure", "revenue", "--event", "second-order"],
            &["purchases=orders.csv", "--on-or-after", "--grain", "week", "--lapse-days", "40"],
            &["stakeholders=members.csv"],
        ] {
            let of = |folder: &Folder| without_account(read(folder, &["cohorts", "-q", "--as-of", as_of], args));
            assert_eq!(of(&whole), of(&cut), "{as_of} {args:?}");
        }
    }
}

#[test]
fn a_roster_without_dates_has_tenure_and_status() {
    let text = "stakeholder_id,tenure_months,status\na,1,churned\nb,3,active\nc,3,churned\nd,8,active\ne,,active\n";
    let folder = Folder::new().with("members.csv", text);
    let found = read(&folder, &["cohorts", "stakeholders=members.csv", "-q"], &[]);
    assert_eq!((&found["as_of"], &found["time_unit"]), (&Value::Null, &json!("months")));
    assert_eq!(
        (&found["cohorts_absent"], &found["cohorts_missing"]),
        (&json!("missing input"), &json!("stakeholders.started_at"))
    );
    let points: Vec<_> = found["survival"][0]["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (&p["time"], &p["survival"]))
        .collect();
    assert_eq!(
        points[1..],
        [(&json!(1.0), &json!(0.75)), (&json!(3.0), &json!(0.5)), (&json!(8.0), &json!(0.5))]
    );
    assert_eq!(found["without_start"], 1);
    let ran = folder.run(&["cohorts", "stakeholders=members.csv", "-q"]).silent();
    assert!(ran.out().contains("The records have no dates."), "{}", ran.out());
}

#[test]
fn employees_are_shown_in_groups_of_five() {
    let rows = |people: usize| {
        let rows: Vec<String> = (0..people).map(|i| format!("e{i},employee,2025-01-0{},,x", i % 9 + 1)).collect();
        format!("stakeholder_id,type,started_at,ended_at,unit\n{}\n", rows.join("\n"))
    };
    let of = |people: usize| {
        let folder = Folder::new().with("staff.csv", rows(people));
        let found = read(&folder, &["cohorts", "stakeholders=staff.csv", "--as-of", "2025-06-30", "-q"], &[]);
        (found["cohorts"][0].clone(), found["survival"][0].clone())
    };
    let (cohort, curve) = of(4);
    assert_eq!((&cohort["size"], &cohort["suppressed"]), (&Value::Null, &json!(true)));
    assert!(
        cohort["cells"]
            .as_array()
            .unwrap()
            .iter()
            .all(|cell| cell["absent"] == "suppressed" && cell["part"].is_null())
    );
    assert_eq!(
        (&curve["n"], &curve["suppressed"], &curve["points"]),
        (&Value::Null, &json!(true), &json!([]))
    );
    let (cohort, curve) = of(6);
    assert_eq!((&cohort["size"], &curve["n"]), (&json!(6), &json!(6)));
}

#[test]
fn cohorts_by_a_dimension_and_identities() {
    let found = read(&shop(), &OF_SHOP, &["--cohort", "channel", "--measure", "orders"]);
    assert_eq!(found["dimension"], "channel");
    assert_eq!(cells(&found), ["shop 1: 1.000 0.000 -", "web 4: 1.000 0.333 1.000 -"]);
    let found = read(&shop(), &OF_SHOP, &["--redact"]);
    assert!(!found.to_string().contains("cleo"));
}

#[test]
fn every_format_is_written_and_no_text_is_a_formula() {
    let folder = shop();
    let formats = ["-o", "c.html", "-o", "c.md", "-o", "c.xlsx", "-o", "c.json", "-o", "c.csv"];
    folder.run(&[&OF_SHOP[..], &formats, &["--lapse-days", "45"]].concat()).silent();
    let html = folder.read("c.html");
    assert!(
        html.contains("heat") && html.contains("<svg") && html.contains("Cohorts and survival"),
        "{html}"
    );
    assert!(folder.read("c.md").contains("| 2026-01 + |"));
    assert!(std::fs::read(folder.path("c.xlsx")).unwrap().starts_with(b"PK"));
    let csv = folder.read("c.csv");
    assert!(
        csv.starts_with("cohort,size,n,value,low,high,part,whole,absent,interval_absent\n2026-01,2,0,1,"),
        "{csv}"
    );
    let odd = Folder::new().with("orders.csv", ORDERS.replace("shop", "=shop"));
    let csv = odd
        .run(&[&OF_SHOP[..], &["--cohort", "channel", "-f", "csv"]].concat())
        .silent()
        .out();
    assert!(csv.contains("\n'=shop,1,0,1,"), "{csv}");
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let folder = shop().with("tickets.csv", "stakeholder_id,occurred_at\nann,2026-01-01\n");
    folder.run(&["cohorts", "interactions=tickets.csv", "-q"]).code(2).says(str![[r#"
error: cohorts need purchases, or a roster with the start of each relationship
hint: name a file with orders, such as purchases=orders.csv, or map `started_at` of the roster

"#]]);
    folder
        .run(&[&OF_SHOP[..], &["--measure", "revenue", "--on-or-after"]].concat())
        .code(2)
        .says(str![[r#"
error: --on-or-after is only valid with a share, not with --measure revenue
hint: use --measure ordered, present or active

"#]]);
    folder.run(&[&OF_SHOP[..], &["--cohort", "chanel"]].concat()).code(2).says(str![[r#"
error: unknown dimension `chanel`
hint: did you mean `channel`?

"#]]);
    for (option, value, said) in [
        ("--measure", "visits", "ordered, present, active, orders or revenue"),
        ("--event", "died", "left, lapsed or second-order"),
        ("--bands", "90,30", "ascending numbers"),
        ("--lapse-days", "0", "1..=36500"),
        ("--grain", "fortnight", "quarter"),
    ] {
        let err = folder.run(&[&OF_SHOP[..], &[option, value]].concat()).code(2).err();
        assert!(err.contains(said), "{err}");
    }
    let empty = Folder::new().with("orders.csv", "stakeholder_id,order_id,occurred_at,amount\n");
    empty.run(&["cohorts", "purchases=orders.csv", "-q"]).code(3).says(str![[r#"
error: no record has a date, so the as-of date is not known: the inputs have no records, or none that could be used
hint: set --as-of

"#]]);
    let found = read(&empty, &OF_SHOP, &[]);
    assert_eq!((&found["cohorts"], &found["survival"][0]["n"]), (&json!([]), &json!(0)));
}

#[test]
fn leavers_without_a_date_are_counted_and_said() {
    let text =
        "stakeholder_id,started_at,ended_at,status\na,2025-01-01,2025-02-01,terminated\nb,2025-01-01,,terminated\nc,2025-01-01,,active\n";
    let folder = Folder::new().with("members.csv", text);
    let args = ["cohorts", "stakeholders=members.csv", "--as-of", "2025-06-30", "-q"];
    let found = read(&folder, &args, &[]);
    assert_eq!((&found["left_without_date"], &found["survival"][0]["n"]), (&json!(1), &json!(2)));
    let out = folder.run(&args).silent().out();
    assert!(out.contains("Left at an unknown time: 1 stakeholder, not counted"), "{out}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/software-company");
    let of = |threads: &str| {
        run_in(&example, &["cohorts", "-q", "-f", "json", "--by", "tier", "--threads", threads])
            .silent()
            .out()
    };
    assert_eq!(of("1"), of("4"));
}
