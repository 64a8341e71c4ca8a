//! `forecast`: totals are sums of stakeholders, nothing of the future is used, and a model that does not help gives no forecast.

#[path = "../customer_base/customers.rs"]
#[expect(dead_code, reason = "what happens after the forecast is read by tests/customer_base")]
mod customers;

use relhealth::api::customer_base::Model;
use relhealth::api::period::{date_text, days_from_civil};
use serde_json::Value;
use snapbox::str;

use crate::harness::{Folder, Ran};
use customers::{Rng, customers};

fn shop() -> String {
    shop_of(240)
}

/// 18 months of orders of customers who behave as MBG/NBD says. Each spends around a mean of its own.
fn shop_of(number: usize) -> String {
    let mut rng = Rng(77);
    let start = days_from_civil(2024, 1, 1);
    let mut text = String::from("customer_id,order_date,amount,region\n");
    for (i, customer) in customers(Model::MbgNbd, [1.2, 8.0, 0.8, 2.5], number, 364, 21).iter().enumerate() {
        let mean = rng.gamma(6.0, 0.1);
        let first = start + 364 - customer.history.age as i32;
        let region = if i % 3 == 0 { "south" } else { "north" };
        for day in customer.days.iter().filter(|day| first + **day as i32 <= start + 545) {
            let amount = (rng.gamma(5.0, 5.0 / mean) * 100.0).round() / 100.0;
            text.push_str(&format!("c{i:03},{},{amount:.2},{region}\n", date_text(first + *day as i32)));
        }
    }
    text
}

const MAPPING: &str = "[[source]]\npath = 'orders.csv'\nkind = 'purchases'\n[source.map]\nstakeholder_id = 'customer_id'\n\
                       occurred_at = 'order_date'\namount = 'amount'\n";

fn folder(orders: &str) -> Folder {
    Folder::new().with("orders.csv", orders).with("relhealth.toml", MAPPING)
}

fn json(ran: Ran) -> Value {
    serde_json::from_str(&ran.code(0).out()).unwrap()
}

fn forecast(folder: &Folder, args: &[&str]) -> Value {
    json(folder.run(&[&["forecast", "--quiet", "--format", "json"], args].concat()))
}

#[track_caller]
fn number_of(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn totals_are_sums_of_stakeholders_and_the_test_is_of_the_days_after_the_calibration() {
    // Pareto/NBD has more to compute for each customer.
    for (model, number) in [("mbg-nbd", 240), ("bg-nbd", 240), ("pareto-nbd", 100)] {
        let orders = shop_of(number);
        let folder = folder(&orders);
        let found = forecast(
            &folder,
            &[
                "--model",
                model,
                "--calibration-end",
                "2024-12-30",
                "--horizon",
                "26w",
                "--as-of",
                "2025-06-30",
            ],
        );
        assert_eq!((&found["schema"], &found["model"]), (&"relhealth.forecast/1".into(), &model.into()));
        assert_eq!(
            (&found["calibration_end"], &found["horizon"], &found["unit"]),
            (&"2024-12-30".into(), &26.0.into(), &"weeks".into())
        );
        let each = found["stakeholders"].as_array().unwrap();
        assert_eq!(each.len() as u64, found["customers"].as_u64().unwrap());
        for (total, of_one) in [
            (&found["expected_total"], "expected"),
            (&found["alive_total"], "alive"),
            (&found["spend"]["value_total"], "value"),
        ] {
            let sum: f64 = each.iter().map(|one| number_of(&one[of_one])).sum();
            assert!((number_of(total) / sum - 1.0).abs() < 1e-9, "{of_one}: {total} is not {sum}");
        }
        // The test is of the whole horizon, so it is of the forecast itself.
        let holdout = &found["holdout"];
        assert!((number_of(&holdout["predicted"]) / number_of(&found["expected_total"]) - 1.0).abs() < 1e-9);
        let orders = orders
            .lines()
            .filter(|line| line.split(',').nth(1).is_some_and(|day| day > "2024-12-30" && day <= "2025-06-30"))
            .count();
        assert_eq!(holdout["actual"].as_u64(), Some(orders as u64), "{model}");
        // It is what the errors say that decides.
        let error = number_of(&holdout["error"]);
        assert!(
            error < number_of(&holdout["naive_error"]) && error < number_of(&holdout["mean_error"]) && found["refused"].is_null(),
            "{holdout:#}"
        );
        for (low, value, high) in [
            ("expected_total_low", "expected_total", "expected_total_high"),
            ("alive_total_low", "alive_total", "alive_total_high"),
        ] {
            assert!(
                number_of(&found[low]) < number_of(&found[value]) && number_of(&found[value]) < number_of(&found[high]),
                "{value}"
            );
        }
        let names: Vec<&String> = found["parameters"].as_object().unwrap().keys().collect();
        let of_orders = if model == "pareto-nbd" {
            ["r", "alpha", "s", "beta"]
        } else {
            ["r", "alpha", "a", "b"]
        };
        assert_eq!(names, [&of_orders[..], &["p", "q", "v"]].concat());
    }
}

/// The amounts of all customers come from the same distribution, so that there is no estimate of how they differ. Orders and money have
/// intervals nevertheless.
#[test]
fn customers_who_all_spend_alike_have_intervals_of_orders_and_of_money() {
    let mut rng = Rng(5);
    let shop = shop();
    let lines = shop.lines().enumerate().map(|(i, line)| {
        let cells: Vec<&str> = line.split(',').collect();
        match i {
            0 => format!("{line}\n"),
            _ => format!("{},{},{:.2},{}\n", cells[0], cells[1], rng.gamma(3.0, 1.0 / 15.0), cells[3]),
        }
    });
    let found = forecast(&folder(&lines.collect::<String>()), &["--horizon", "26w", "--as-of", "2025-06-30"]);
    assert!(
        found["interval_absent"].is_null() && found["spend"]["interval_absent"].is_null(),
        "{found:#}"
    );
    let (low, high) = (number_of(&found["expected_total_low"]), number_of(&found["expected_total_high"]));
    assert!(low < number_of(&found["expected_total"]) && number_of(&found["expected_total"]) < high);
    let (low, high) = (number_of(&found["spend"]["mean_low"]), number_of(&found["spend"]["mean_high"]));
    assert!(low < 45.0 && 45.0 < high && high - low < 8.0, "{low} to {high}");
}

#[test]
fn a_forecast_uses_nothing_of_the_future() {
    let orders = shop();
    let until = "2025-02-15";
    let past: String = orders
        .lines()
        .filter(|line| line.split(',').nth(1).is_none_or(|day| day == "order_date" || day <= until))
        .map(|line| format!("{line}\n"))
        .collect();
    let (whole, cut) = (folder(&orders), folder(&past));
    let args = ["forecast", "--quiet", "--horizon", "90d", "--as-of", until, "--format", "csv"];
    assert_eq!(whole.run(&args).code(0).out(), cut.run(&args).code(0).out());
    // The model of a calibration is the model of that day.
    let (at_end, earlier) = (forecast(&cut, &["--as-of", until]), forecast(&whole, &["--calibration-end", until]));
    for key in ["parameters", "log_likelihood", "expected_total", "alive_total"] {
        assert_eq!(at_end[key], earlier[key], "{key}");
    }
}

#[test]
fn threads_and_the_order_of_records_change_nothing() {
    let orders = shop();
    let mut lines: Vec<&str> = orders.lines().collect();
    lines[1..].reverse();
    let args = ["forecast", "--quiet", "--format", "csv", "--threads"];
    let one = folder(&orders).run(&[&args[..], &["1"]].concat()).code(0).out();
    let three = folder(&lines.join("\n")).run(&[&args[..], &["3"]].concat()).code(0).out();
    assert_eq!(one, three);
    assert_eq!(
        one.lines().next().unwrap().split(',').take(4).collect::<Vec<_>>(),
        ["id", "frequency", "recency", "age"]
    );
}

#[test]
fn a_group_has_the_model_of_its_members() {
    let folder = folder(&shop());
    let grouped = forecast(&folder, &["--by", "region"]);
    let groups = grouped["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2);
    let north = forecast(&folder, &["--where", "region = 'north'"]);
    for key in [
        "customers",
        "parameters",
        "expected_total",
        "expected_total_low",
        "holdout",
        "stakeholders",
    ] {
        assert_eq!(groups[0][key], north[key], "{key}");
    }
    assert_eq!(groups[0]["by"]["region"], "north");
    let cohorts = forecast(&folder, &["--cohorts", "quarter"]);
    let labels: Vec<&Value> = cohorts["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| &group["by"]["cohort"])
        .collect();
    assert_eq!(labels, ["2024-Q1", "2024-Q2"]);
    let members: u64 = cohorts["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["customers"].as_u64().unwrap())
        .sum();
    assert_eq!(Some(members), cohorts["customers"].as_u64());
}

/// Customers order at steady rates, but those who ordered often stop, and those who ordered rarely order often.
fn turned() -> String {
    let mut text = String::from("customer_id,order_date,amount\n");
    let start = days_from_civil(2024, 1, 1);
    for customer in 0..60 {
        let gaps = if customer % 2 == 0 { (9, 120) } else { (100 + customer, 12) };
        let mut day = customer % 7;
        while day < 540 {
            text.push_str(&format!("c{customer},{},10\n", date_text(start + day)));
            day += if day < 360 { gaps.0 } else { gaps.1 };
        }
    }
    text
}

#[test]
fn a_model_that_loses_against_a_naive_rule_gives_no_forecast_of_stakeholders() {
    let folder = folder(&turned());
    let args = ["--calibration-end", "2024-12-25", "--horizon", "26w"];
    let found = forecast(&folder, &args);
    assert_eq!(found["refused"], "worse than naive");
    let holdout = &found["holdout"];
    let error = number_of(&holdout["error"]);
    assert!(
        error >= number_of(&holdout["naive_error"]) || error >= number_of(&holdout["mean_error"]),
        "{holdout:#}"
    );
    // The model and its test are shown; no forecast of a stakeholder and no value are.
    assert!(found["log_likelihood"].is_number() && found["expected_total"].is_number());
    assert!(found["spend"]["value_total"].is_null() && found["new_customer"]["value"].is_null());
    let first = &found["stakeholders"][0];
    assert!(first["frequency"].is_number() && first["alive"].is_null() && first["expected"].is_null() && first["value"].is_null());
    let shown = folder.run(&[&["forecast", "--quiet"], &args[..]].concat()).code(0).out();
    assert!(
        shown.contains("No forecast of stakeholders: on the days held back") && !shown.contains("highest forecast"),
        "{shown}"
    );
}

#[test]
fn too_little_is_said_to_be_too_little() {
    for (orders, why) in [
        ("customer_id,order_date,amount\na,2024-01-01,5\n", "too few"),
        (
            "customer_id,order_date,amount\na,2024-01-01,5\na,2024-05-01,5\nb,2024-03-01,9\n",
            "too few",
        ),
    ] {
        let found = forecast(&folder(orders), &[]);
        assert_eq!((&found["refused"], &found["absent"]), (&why.into(), &why.into()));
        assert!(found["parameters"].as_object().unwrap().is_empty() && found["expected_total"].is_null());
    }
    let before = forecast(&folder(&shop()), &["--calibration-end", "2023-05-01"]);
    assert_eq!((&before["refused"], &before["customers"]), (&"no rows".into(), &0.into()));
    // A few days are no test.
    let short = forecast(&folder(&shop()), &["--calibration-end", "2024-01-20", "--as-of", "2024-01-20"]);
    assert!(
        short["refused"] == "too few" || short["refused"] == "no holdout",
        "{}",
        short["refused"]
    );
}

#[test]
fn usage_is_checked() {
    let folder = folder(&shop());
    folder
        .run(&["forecast", "--quiet", "--calibration-end", "2026-01-01"])
        .code(2)
        .says(str![[r#"
error: the calibration ends after the as-of date
hint: set an earlier --calibration-end, or a later --as-of

"#]]);
    for (args, part) in [
        (&["--horizon", "12"][..], "90d or 39w"),
        (&["--discount=-1"], "a yearly rate"),
        (&["--model", "nbd"], "mbg-nbd"),
        (&["--calibration-end", "soon"], "cannot read --calibration-end"),
        (&["--by", "colour"], "unknown dimension `colour`"),
    ] {
        let ran = folder.run(&[&["forecast", "--quiet"], args].concat()).code(2);
        assert!(ran.err().contains(part), "{}", ran.err());
    }
    let none = Folder::new().with("nps.csv", "customer_id,score,answered_at\na,9,2024-01-01\n");
    let ran = none.run(&["forecast", "--quiet", "surveys=nps.csv"]).code(3);
    assert!(ran.err().contains("a forecast needs purchases"), "{}", ran.err());
}

#[test]
fn pseudonyms_and_protected_people() {
    let folder = folder(&shop());
    let redacted = forecast(&folder, &["--redact"]);
    let ids = redacted["stakeholders"].as_array().unwrap();
    assert!(ids.iter().all(|one| one["id"].as_str().unwrap().starts_with("s-")));
    assert_eq!(redacted["expected_total"], forecast(&folder, &[])["expected_total"]);
    // Two customers are employees: whoever knows the others could subtract them from the whole.
    let staff = MAPPING.to_string() + "[[source]]\npath = 'staff.csv'\nkind = 'stakeholders'\n";
    let roster = |employees: std::ops::Range<u32>| -> String {
        let lines = employees.map(|number| format!("c{number:03},employee\n"));
        std::iter::once("stakeholder_id,type\n".to_string()).chain(lines).collect()
    };
    let folder = folder.with("relhealth.toml", staff).with("staff.csv", roster(1..3));
    let few = forecast(&folder, &["--by", "type"]);
    assert_eq!((&few["refused"], &few["customers"]), (&"suppressed".into(), &Value::Null));
    assert!(few["stakeholders"].as_array().unwrap().is_empty());
    // Six count, and are not shown one by one.
    let found = forecast(&folder.with("staff.csv", roster(1..7)), &["--by", "type"]);
    assert_eq!(found["withheld"], 6);
    assert_eq!(
        found["stakeholders"].as_array().unwrap().len() as u64 + 6,
        found["customers"].as_u64().unwrap()
    );
}

#[test]
fn formats_for_readers_have_the_totals_and_the_test() {
    let folder = folder(&shop());
    let args = [
        "forecast",
        "--quiet",
        "--as-of",
        "2025-06-30",
        "--acquisition-cost",
        "20",
        "--top",
        "3",
        "-o",
        "f.md",
        "-o",
        "f.html",
        "-o",
        "f.xlsx",
    ];
    folder.run(&args).silent();
    for (file, parts) in [
        (
            "f.md",
            [
                "# Forecast from 2025-07-01",
                "| Expected orders ",
                "Own past rate of each customer",
                "orders.csv",
            ],
        ),
        (
            "f.html",
            [
                "<h1>Forecast from 2025-07-01",
                "Expected orders",
                "Value of a new customer / acquisition cost",
                "orders.csv",
            ],
        ),
    ] {
        let text = folder.read(file);
        parts
            .iter()
            .for_each(|part| assert!(text.contains(part), "{part} is not in {file}"));
    }
    assert!(std::fs::metadata(folder.path("f.xlsx")).unwrap().len() > 5_000);
}

#[test]
fn without_any_record_there_is_no_date_to_forecast_from() {
    let folder = folder("customer_id,order_date,amount\n");
    let ran = folder.run(&["forecast", "-q"]).code(3);
    assert!(
        ran.err().contains("the as-of date is not known") && ran.err().contains("set --as-of"),
        "{}",
        ran.err()
    );
    assert_eq!(ran.out(), "");
    // With a date that is set there is nobody, and the document says so.
    let ran = folder.run(&["forecast", "-q", "--as-of", "2026-06-30"]).silent();
    assert!(
        ran.out().contains("0 customers") && ran.out().contains("nobody ordered anything"),
        "{}",
        ran.out()
    );
}

#[test]
fn orders_of_which_only_the_total_is_known_have_no_spend_by_product() {
    let mut lines = String::from("order_id,customer_id,order_date,product,quantity,order_total\n");
    for (order, line) in shop().lines().skip(1).enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let [customer, day, amount] = [0, 1, 2].map(|at| cells[at]);
        for product in ["X", "Y"] {
            lines.push_str(&format!("{order},{customer},{day},{product},1,{amount}\n"));
        }
    }
    let folder = Folder::new().with("lines.csv", lines);
    let read = |args: &[&str]| json(folder.run(&[&["forecast", "purchases=lines.csv", "-q", "-f", "json"], args].concat()));
    let all = read(&[]);
    assert_eq!(all["spend"]["absent"], Value::Null);
    let by = read(&["--by", "product"]);
    for group in by["groups"].as_array().unwrap() {
        // Everybody who buys buys both, so the orders are those of all.
        assert_eq!(group["expected_total"], all["expected_total"]);
        assert_eq!(group["spend"]["absent"], "order lines differ");
    }
    assert_eq!(by["spend"], all["spend"]);
    let some = read(&["--where", "product = 'Y'"]);
    assert_eq!(
        (&some["expected_total"], &some["spend"]["absent"]),
        (&all["expected_total"], &"order lines differ".into())
    );
}
