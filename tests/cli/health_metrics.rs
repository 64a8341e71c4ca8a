//! The family `health`: metrics of the scores of stakeholders at the end of each period.

use std::fmt::Write as _;

use serde_json::Value;
use snapbox::str;

use crate::harness::{Folder, Ran};

const ALL: &str =
    "health_score_mean,healthy_share,at_risk_share,critical_share,health_worse_share,value_at_risk,value_at_risk_share,health_scored_share";

/// Customers who ordered three times every ten days until the end of June and answered a survey with 0 to 10: they have all points for
/// purchase recency (weight 25), and ten for each step of the answer (weight 20).
fn shop() -> Folder {
    let mut orders = "stakeholder_id,order_id,occurred_at,amount\n".to_string();
    let mut answers = "stakeholder_id,responded_at,instrument,score\n".to_string();
    for customer in 0..240 {
        for day in [10, 20, 30] {
            writeln!(orders, "c{customer},{customer}-{day},2026-06-{day},{}", 10 * (1 + customer % 3)).unwrap();
        }
        writeln!(answers, "c{customer},2026-06-15,nps,{}", customer % 11).unwrap();
    }
    Folder::new().with("purchases.csv", orders).with("surveys.csv", answers)
}

fn measure(folder: &Folder, more: &[&str]) -> Ran {
    folder.run(&[&["measure", "-q", "--as-of", "2026-06-30"], more].concat())
}

fn cells(ran: &Ran) -> Vec<Value> {
    let value: Value = serde_json::from_str(&ran.out()).unwrap_or_else(|error| panic!("{error}\n{}{}", ran.out(), ran.err()));
    value["cells"].as_array().unwrap().clone()
}

fn cell<'c>(cells: &'c [Value], metric: &str) -> &'c Value {
    cells
        .iter()
        .find(|cell| cell["metric"] == metric)
        .unwrap_or_else(|| panic!("no {metric}"))
}

#[track_caller]
fn near(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("no number: {found}"));
    assert!(
        (found - expected).abs() < 1e-9 * expected.abs().max(1.0),
        "{found} is not {expected}"
    );
}

/// Limits from scipy 1.17 (the script in stats/ratio.rs, with scores (2500 + 200 (c % 11)) / 45 and revenue 30 (1 + c % 3)) and statsmodels
/// 0.14 (Wilson).
#[test]
fn intervals_are_those_of_independent_stakeholders() {
    let inputs = ["purchases=purchases.csv", "surveys=surveys.csv"];
    let ran = measure(
        &shop(),
        &[&inputs[..], &["--period", "2026-06", "-m", ALL, "--format", "json"]].concat(),
    );
    let cells = cells(&ran.silent());
    for (metric, value, low, high) in [
        ("health_score_mean", 77.611_111_111_111_1, 75.829_084_606_090_72, 79.394_928_712_623),
        ("at_risk_share", 88.0 / 240.0, 0.308_245_932_787_195_75, 0.429_288_445_863_886_54),
        (
            "value_at_risk_share",
            0.364_583_333_333_333_3,
            0.300_416_825_079_143_97,
            0.433_036_241_586_928_16,
        ),
    ] {
        let cell = cell(&cells, metric);
        near(&cell["value"], value);
        near(&cell["low"], low);
        near(&cell["high"], high);
        assert_eq!((&cell["n"], &cell["stakeholders"]), (&240.into(), &240.into()), "{metric}");
    }
    let risk = cell(&cells, "value_at_risk");
    near(&risk["value"], 5250.0);
    assert_eq!(risk["interval_absent"], "not defined");
    // At the start of June nobody was known.
    assert_eq!(cell(&cells, "health_worse_share")["absent"], "no rows");
    near(&cell(&cells, "health_scored_share")["value"], 1.0);
    near(&cell(&cells, "critical_share")["value"], 0.0);
}

/// The three customers of the worked example, and one who is on the roster only.
fn few() -> Folder {
    Folder::new()
        .with(
            "purchases.csv",
            "stakeholder_id,order_id,occurred_at,amount,currency\na,1,2026-05-02,10,EUR\na,2,2026-05-12,10,EUR\na,3,2026-06-01,10,EUR\n\
             b,4,2026-05-05,20,EUR\nb,5,2026-05-15,20,EUR\nb,6,2026-05-25,20,EUR\nc,7,2026-05-25,500,EUR\n",
        )
        .with(
            "surveys.csv",
            "stakeholder_id,responded_at,instrument,score\na,2026-05-20,nps,10\nb,2026-05-20,nps,10\nb,2026-06-20,nps,5\n",
        )
        .with(
            "stakeholders.csv",
            "stakeholder_id,type,region,started_at\na,customer,north,2026-01-01\nb,customer,south,2026-01-01\nc,customer,south,2026-01-01\n",
        )
}

const FEW: [&str; 3] = ["purchases=purchases.csv", "surveys=surveys.csv", "stakeholders=stakeholders.csv"];

fn of_few(more: &[&str]) -> Ran {
    measure(&few(), &[&FEW[..], more].concat())
}

#[test]
fn a_period_is_seen_from_its_end_whatever_is_known_later() {
    let folder = few();
    let at = |as_of: &str| {
        let args = [
            "measure", "-q", "--period", "2026-05", "-m", ALL, "--format", "json", "--as-of", as_of,
        ];
        cells(&folder.run(&[&args[..], &FEW[..]].concat()).silent())
    };
    let then = at("2026-05-31");
    assert_eq!(then.len(), 8);
    assert_eq!(then, at("2026-06-30"));
}

#[test]
fn they_are_measured_if_they_are_named_and_restricted_like_others() {
    let usual = cells(&of_few(&["--period", "2026-06", "--format", "json"]).silent());
    assert!(usual.iter().all(|cell| !ALL.contains(cell["metric"].as_str().unwrap())));
    of_few(&["--period", "2026-06", "-m", "at_risk_share,value_at_risk", "--by", "region"]).prints(str![[r#"
2026-06
Data as of the end of 2026-06-30 (UTC). Intervals are 95% confidence intervals.

Health

At risk or critical
Region   Value  Interval       n
north     0.0%  [0.0, 79.3]    1
south   100.0%  [20.7, 100.0]  1

Value at risk
Region  Value  n
north    0.00  1
south   60.00  1

"#]]);
    let north = of_few(&[
        "--period",
        "2026-06",
        "-m",
        "health_score_mean",
        "--where",
        "region = 'north'",
        "--format",
        "json",
    ]);
    near(&cell(&cells(&north.silent()), "health_score_mean")["value"], 3250.0 / 45.0);
}

#[test]
fn nothing_is_at_risk_is_said_only_if_it_is_known() {
    let folder = few().with(
        "supplies.csv",
        "stakeholder_id,ordered_at,promised_at,received_at,amount,currency\nv,2026-06-01,2026-06-10,2026-06-09,70,USD\n",
    );
    // Nobody has a score in April, which ended before the first record.
    let april = measure(
        &folder,
        &[&FEW[..], &["--period", "2026-04", "-m", "value_at_risk,orders", "--format", "json"]].concat(),
    );
    let april = cells(&april.silent());
    assert_eq!(
        (&cell(&april, "value_at_risk")["absent"], &cell(&april, "orders")["absent"]),
        (&"no rows".into(), &"before the data".into())
    );
    // Revenue in euros and spend in dollars are not added.
    let both = measure(
        &folder,
        &[
            &FEW[..],
            &[
                "supplies=supplies.csv",
                "--period",
                "2026-06",
                "-m",
                "value_at_risk,at_risk_share",
                "--format",
                "json",
            ],
        ]
        .concat(),
    );
    let both = cells(&both.silent());
    assert_eq!(cell(&both, "value_at_risk")["absent"], "mixed currencies");
    near(&cell(&both, "at_risk_share")["value"], 0.5);
    // Orders alone are 35 of 100 weights.
    let orders = measure(
        &folder,
        &[
            "purchases=purchases.csv",
            "--period",
            "2026-06",
            "-m",
            "health_score_mean,health_scored_share",
        ],
    );
    orders.prints(str![[r#"
2026-06
Data as of the end of 2026-06-30 (UTC). Intervals are 95% confidence intervals.

Not available
missing input (data for enough parts of a health score, see relhealth health):
Health score; With a health score

"#]]);
}

#[test]
fn few_employees_are_hidden_and_their_rows_are_not_shown() {
    let mut answers = "stakeholder_id,responded_at,instrument,score,scale_min,scale_max\n".to_string();
    let mut roster = "stakeholder_id,type,region,started_at\n".to_string();
    for (employee, region) in (0..11).map(|n| (n, if n < 4 { "north" } else { "south" })) {
        writeln!(roster, "e{employee},employee,{region},2024-01-01").unwrap();
        writeln!(answers, "e{employee},2026-06-15,engagement,{},1,5", 1 + employee % 5).unwrap();
    }
    let folder = Folder::new().with("surveys.csv", answers).with("stakeholders.csv", roster);
    let args = ["surveys=surveys.csv", "stakeholders=stakeholders.csv", "--period", "2026-06"];
    let by = measure(
        &folder,
        &[&args[..], &["-m", "health_score_mean", "--by", "region", "--format", "json"]].concat(),
    );
    let absent: Vec<Value> = cells(&by.silent()).iter().map(|cell| cell["absent"].clone()).collect();
    assert_eq!(absent, ["suppressed", "suppressed"]);
    let rows = folder.run(&[&["rows", "health_score_mean", "--as-of", "2026-06-30"], &args[..]].concat());
    assert!(rows.code(2).err().contains("people of these are shown in groups only"));
}

#[test]
fn rows_are_the_stakeholders_with_the_records_of_their_scores() {
    let folder = few();
    let args = [
        &["rows", "at_risk_share", "-q", "--as-of", "2026-06-30", "--period", "2026-06"],
        &FEW[..],
    ]
    .concat();
    let value: Value = serde_json::from_str(&folder.run(&[&args[..], &["--format", "json"]].concat()).silent().out()).unwrap();
    let rows: Vec<(&str, &str, usize)> = (value["rows"].as_array().unwrap().iter())
        .map(|row| {
            let records = row["records"].as_array().unwrap().len();
            (row["stakeholder_id"].as_str().unwrap(), row["in_part"].as_str().unwrap(), records)
        })
        .collect();
    // Orders, answers and the line of the roster; c has no score.
    assert_eq!(rows, [("a", "no", 3 + 1 + 1), ("b", "yes", 3 + 2 + 1)]);
}

#[test]
fn checks_take_them_like_any_metric() {
    let rules = "as_of = 2026-06-30\n\
                 [[rule]]\nmetric = 'health_score_mean'\nfail_below = 80\n\
                 [[rule]]\nmetric = 'at_risk_share'\nwarn_above = 0.2\n\
                 [[rule]]\nmetric = 'value_at_risk'\nfail_above = 6000\nbasis = 'point'\n\
                 [[rule]]\nmetric = 'at_risk_share'\nfail_if_worse_than = 'previous'\noptional = true\n";
    let folder = shop().with("relhealth.toml", rules);
    let args = [
        "check",
        "-q",
        "purchases=purchases.csv",
        "surveys=surveys.csv",
        "--period",
        "2026-06",
        "--format",
        "json",
    ];
    let value: Value = serde_json::from_str(&folder.run(&args).code(1).out()).unwrap();
    let verdicts: Vec<&str> = (value["verdicts"].as_array().unwrap().iter())
        .map(|verdict| verdict["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["fail", "warn", "pass", "insufficient"]);
}

#[test]
fn a_report_shows_the_key_ones() {
    let folder = shop();
    let ran = folder.run(&[
        "report",
        "-q",
        "purchases=purchases.csv",
        "surveys=surveys.csv",
        "--as-of",
        "2026-06-30",
        "--format",
        "json",
    ]);
    let value: Value = serde_json::from_str(&ran.silent().out()).unwrap();
    let shown: Vec<&str> = (value["metrics"].as_array().unwrap().iter())
        .filter(|metric| metric["family"] == "health")
        .map(|metric| metric["id"].as_str().unwrap())
        .collect();
    assert_eq!(shown, ["health_score_mean", "at_risk_share", "value_at_risk"]);
}
