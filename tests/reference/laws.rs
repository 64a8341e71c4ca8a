//! Laws that hold for any input.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value as Json;

use crate::generate::{self, Export, Flavour, organisation};
use crate::rng::Rng;
use crate::run;

const PERIOD: [&str; 4] = ["--period", "2025-01-01..2026-03-31", "--grain", "quarter"];

fn few(seed: u64) -> ProptestConfig {
    ProptestConfig {
        cases: 3,
        failure_persistence: None,
        max_shrink_iters: 0,
        rng_seed: RngSeed::Fixed(seed),
        ..ProptestConfig::default()
    }
}

fn ask<'a>(more: &[&'a str]) -> Vec<&'a str> {
    PERIOD.iter().chain(more).copied().collect()
}

fn cells(exports: &[Export], options: &[&str]) -> Json {
    run::measure(exports, options)["cells"].clone()
}

/// The cells of both are the same, byte for byte.
fn unchanged(before: &Json, after: &Json) -> Result<(), TestCaseError> {
    let (before, after) = (before.as_array().unwrap(), after.as_array().unwrap());
    let first = before.iter().zip(after).find(|(b, a)| b.to_string() != a.to_string());
    prop_assert!(
        first.is_none() && before.len() == after.len(),
        "{first:?}, {} and {} cells",
        before.len(),
        after.len()
    );
    Ok(())
}

/// With nobody on the roster whom small numbers would have to hide.
fn without_employees(mut exports: Vec<Export>) -> Vec<Export> {
    for export in exports.iter_mut().filter(|e| e.kind == "stakeholders") {
        let kind = export.header.iter().position(|h| *h == "type").unwrap();
        export
            .rows
            .iter_mut()
            .filter(|r| r[kind] == "employee")
            .for_each(|r| r[kind] = "partner".to_string());
    }
    exports
}

/// Value by metric and period of the cells that have one.
fn totals(cells: &Json, metrics: &[&str]) -> BTreeMap<(String, String), f64> {
    let mut totals = BTreeMap::new();
    for cell in cells.as_array().unwrap() {
        let (metric, period) = (cell["metric"].as_str().unwrap(), cell["period"].as_str().unwrap());
        let Some(value) = cell["value"].as_f64() else { continue };
        if metrics.contains(&metric) {
            *totals.entry((metric.to_string(), period.to_string())).or_default() += value;
        }
    }
    totals
}

fn adds_up(exports: &[Export], metrics: &[&str], dimension: &str) -> Result<(), TestCaseError> {
    let names = metrics.join(",");
    let whole = totals(&cells(exports, &ask(&["-m", &names])), metrics);
    let parts = totals(&cells(exports, &ask(&["-m", &names, "--by", dimension])), metrics);
    prop_assert_eq!(whole.len(), metrics.len() * 5);
    prop_assert!(whole.values().any(|v| *v > 0.0));
    for (key, total) in &whole {
        let sum = parts.get(key).copied().unwrap_or(0.0);
        prop_assert!(
            (sum - total).abs() <= 1e-9 * total.abs().max(1.0),
            "{:?} by {}: {} and {}",
            key,
            dimension,
            total,
            sum
        );
    }
    Ok(())
}

/// The same cells, apart from how much the numbers of a unit differ: those of before, times the factor.
fn scaled(before: &Json, after: &Json, factor: impl Fn(&str) -> f64) -> Result<(), TestCaseError> {
    let (before, after) = (before.as_array().unwrap(), after.as_array().unwrap());
    prop_assert_eq!(before.len(), after.len());
    let near = |was: &Json, is: &Json, factor: f64| match (was.as_f64(), is.as_f64()) {
        (Some(was), Some(is)) => (is - factor * was).abs() <= 1e-7 * (factor * was).abs().max(1e-3),
        (None, None) => was == is,
        _ => false,
    };
    let mut seen = 0;
    for (was, is) in before.iter().zip(after) {
        let factor = factor(was["unit"].as_str().unwrap());
        let same = [
            "metric",
            "period",
            "by",
            "n",
            "stakeholders",
            "absent",
            "interval_absent",
            "interval_warning",
        ];
        prop_assert!(same.iter().all(|field| was[field] == is[field]), "{was}\n{is}");
        prop_assert!(
            ["value", "low", "high"].iter().all(|field| near(&was[field], &is[field], factor)),
            "{was}\n{is}"
        );
        for (key, change) in was["changes"].as_object().unwrap() {
            let now = &is["changes"][key];
            prop_assert_eq!(&change["reading"], &now["reading"]);
            prop_assert!(
                ["value", "delta", "low", "high"]
                    .iter()
                    .all(|field| near(&change[field], &now[field], factor)),
                "{was}\n{is}"
            );
        }
        seen += usize::from(factor != 1.0 && was["value"].as_f64().is_some_and(|value| value != 0.0));
    }
    prop_assert!(seen > 20, "only {seen} numbers that differ");
    Ok(())
}

/// Where a column is in an export that feeds a table.
fn column(export: &Export, name: &str) -> usize {
    export.header.iter().position(|column| *column == name).unwrap()
}

/// Every cell of a column of any export, changed.
fn change_each(exports: &mut [Export], columns: &[&str], change: impl Fn(&str) -> String) {
    for export in exports {
        for at in 0..export.header.len() {
            if columns.contains(&export.header[at]) {
                export.rows.iter_mut().for_each(|row| row[at] = change(&row[at]));
            }
        }
    }
}

/// An amount with two decimals, a hundred times as large.
fn hundredfold(amount: &str) -> String {
    match amount.split_once('.') {
        Some((whole, cents)) => format!("{whole}{cents}.00"),
        None => amount.to_string(),
    }
}

proptest! {
    #![proptest_config(few(1))]

    #[test]
    fn the_order_of_rows_means_nothing(seed in 0u64..1000) {
        let mut exports = organisation(Flavour::of(seed));
        let options = ask(&["--by", "region", "--compare", "previous,rest"]);
        let before = cells(&exports, &options);
        let mut rng = Rng::new(seed + 1);
        for export in &mut exports {
            rng.shuffle(&mut export.rows);
        }
        unchanged(&before, &cells(&exports, &options))?;
    }

    #[test]
    fn the_number_of_files_means_nothing(seed in 0u64..1000) {
        let exports = organisation(Flavour::of(seed));
        let options = ask(&["--compare", "previous"]);
        let before = cells(&exports, &options);
        let mut rng = Rng::new(seed + 2);
        let mut split = Vec::new();
        for export in &exports {
            let keyed = ["order_id", "interaction_id", "response_id"].iter().any(|key| export.header.contains(key));
            // Which of two exports has the later states of its records is told by what is in each.
            let has_states = [generate::EARLIER, generate::TICKETS].contains(&export.file.as_str());
            if !keyed || has_states {
                split.push(export.clone());
                continue;
            }
            let mut halves = [export.clone(), export.clone()];
            for (number, half) in halves.iter_mut().enumerate() {
                half.file = format!("part{number}-{}", export.file);
                half.rows.clear();
            }
            // The lines of an order whose total is on each of them belong together.
            let order = export.header.iter().position(|name| *name == "order_id").filter(|_| export.file == generate::TOTALS);
            // So do the answers of an instrument: which scale they are on is decided for each file.
            let instrument = export.header.iter().position(|name| *name == "instrument");
            let mut half = 0;
            for (at, row) in export.rows.iter().enumerate() {
                let continues = order.is_some_and(|order| at > 0 && export.rows[at - 1][order] == row[order]);
                half = match instrument {
                    Some(instrument) => row[instrument].len() % 2,
                    None if continues => half,
                    None => rng.int(0, 1) as usize,
                };
                halves[half].rows.push(row.clone());
            }
            split.extend(halves);
        }
        unchanged(&before, &cells(&split, &options))?;
    }

    #[test]
    fn the_number_of_threads_means_nothing(seed in 0u64..1000) {
        let exports = organisation(Flavour::of(seed));
        let one = cells(&exports, &ask(&["--by", "channel", "--compare", "previous,rest", "--threads", "1"]));
        let two = cells(&exports, &ask(&["--by", "channel", "--compare", "previous,rest", "--threads", "2"]));
        unchanged(&one, &two)?;
    }

    #[test]
    fn an_empty_file_adds_nothing(seed in 0u64..1000) {
        let mut exports = organisation(Flavour::of(seed));
        let options = ask(&["--compare", "previous"]);
        let before = cells(&exports, &options);
        for index in 0..exports.len() {
            let mut empty = exports[index].clone();
            empty.file = format!("empty-{}", empty.file);
            empty.rows.clear();
            exports.push(empty);
        }
        unchanged(&before, &cells(&exports, &options))?;
    }

    #[test]
    fn a_share_lies_within_its_interval(seed in 0u64..1000) {
        let cells = cells(&organisation(Flavour::of(seed)), &ask(&["--by", "region"]));
        let mut seen = 0;
        for cell in cells.as_array().unwrap().iter().filter(|c| c["method"].as_str().is_some_and(|m| m.contains("wilson"))) {
            let (Some(value), Some(low), Some(high)) = (cell["value"].as_f64(), cell["low"].as_f64(), cell["high"].as_f64()) else { continue };
            prop_assert!(0.0 <= low && low <= value && value <= high && high <= 1.0, "{cell}");
            seen += 1;
        }
        prop_assert!(seen > 100, "only {seen} shares");
    }

    #[test]
    fn of_two_slices_each_is_the_rest_of_the_other(seed in 0u64..1000) {
        let exports = without_employees(organisation(Flavour { roster: true, ..Flavour::of(seed) }));
        for (dimension, filter) in [("segment", "segment is not null"), ("channel", "channel in ('web', 'shop')")] {
            let cells = cells(&exports, &ask(&["--by", dimension, "--where", filter, "--compare", "rest"]));
            let cells = cells.as_array().unwrap();
            let near = |a: &Json, b: &Json, sign: f64| match (a.as_f64(), b.as_f64()) {
                (None, None) => true,
                (Some(a), Some(b)) => (a - sign * b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3),
                _ => false,
            };
            let (mut seen, mut unclear) = (0, 0);
            for (a, b) in cells.iter().zip(cells.iter().skip(1)) {
                if a["metric"] != b["metric"] || a["period"] != b["period"] || a["changes"]["rest"].is_null() {
                    continue;
                }
                let (of_a, of_b) = (&a["changes"]["rest"], &b["changes"]["rest"]);
                prop_assert!(near(&of_a["value"], &b["value"], 1.0) && near(&of_b["value"], &a["value"], 1.0), "{a}\n{b}");
                prop_assert!(near(&of_a["delta"], &of_b["delta"], -1.0), "{a}\n{b}");
                prop_assert!(near(&of_a["low"], &of_b["high"], -1.0) && near(&of_a["high"], &of_b["low"], -1.0), "{a}\n{b}");
                let other = match of_b["reading"].as_str().unwrap() {
                    "better" => "worse",
                    "worse" => "better",
                    "higher" => "lower",
                    "lower" => "higher",
                    same => same,
                };
                prop_assert_eq!(of_a["reading"].as_str().unwrap(), other);
                seen += 1;
                unclear += usize::from(other == "unclear");
            }
            prop_assert!(seen > 30 && unclear < seen, "{} pairs by {}, {} unclear", seen, dimension, unclear);
        }
    }

    #[test]
    fn sums_and_rows_add_up_over_every_dimension(seed in 0u64..1000) {
        let exports = without_employees(organisation(Flavour { mixed_orders: false, roster: true, ..Flavour::of(seed) }));
        let metrics = ["revenue", "orders", "interactions", "cases_opened", "complaints"];
        for dimension in ["channel", "region", "tier"] {
            adds_up(&exports, &metrics, dimension)?;
        }
        // Of a total of an order it is not known how much each product has.
        let of_lines: Vec<Export> = exports.iter().filter(|export| export.file != generate::TOTALS).cloned().collect();
        adds_up(&of_lines, &["revenue"], "product")?;
        adds_up(&exports, &["interactions", "complaints"], "kind")?;
    }

    #[test]
    fn stakeholders_add_up_over_the_roster(seed in 0u64..1000) {
        let exports = without_employees(organisation(Flavour { roster: true, ..Flavour::of(seed) }));
        for dimension in ["region", "tier", "segment"] {
            adds_up(&exports, &["active_customers", "active_stakeholders"], dimension)?;
        }
    }

    #[test]
    fn a_second_copy_of_records_with_ids_adds_nothing(seed in 0u64..1000) {
        let mut exports = organisation(Flavour::of(seed));
        let options = ask(&["--compare", "previous"]);
        let before = cells(&exports, &options);
        let mut rng = Rng::new(seed + 3);
        for index in 0..exports.len() {
            let export = &exports[index];
            let key = ["order_id", "interaction_id", "response_id"].iter().find(|key| export.header.contains(key));
            // Of copies of tickets nobody knows of which state of them they are.
            let Some(key) = key.filter(|_| ![generate::EARLIER, generate::TICKETS].contains(&export.file.as_str())) else { continue };
            let at = column(export, key);
            let mut copy = export.clone();
            copy.file = format!("copy-{}", export.file);
            // An order is copied with all its lines.
            let mut ids: Vec<String> = copy.rows.iter().map(|row| row[at].clone()).collect();
            ids.sort();
            ids.dedup();
            ids.retain(|_| rng.percent(50));
            copy.rows.retain(|row| ids.contains(&row[at]));
            prop_assert!(copy.rows.len() > 5, "{} copies", copy.rows.len());
            exports.push(copy);
        }
        unchanged(&before, &cells(&exports, &options))?;
    }

    #[test]
    fn money_in_another_unit_changes_money_alone(seed in 0u64..1000) {
        let mut exports = organisation(Flavour { roster: true, ..Flavour::of(seed) });
        let options = ask(&["--by", "region", "--compare", "previous"]);
        let before = cells(&exports, &options);
        let amounts = ["amount", "refund", "cost", "acquisition_cost", "recurring_amount", "unit_price", "price"];
        change_each(&mut exports, &amounts, hundredfold);
        scaled(&before, &cells(&exports, &options), |unit| if unit == "money" { 100.0 } else { 1.0 })?;
    }

    #[test]
    fn the_zone_of_times_without_one_moves_nothing(seed in 0u64..1000) {
        let exports = organisation(Flavour::of(seed));
        let in_zone = |zone: &str| {
            let mut cells = cells(&exports, &ask(&["--compare", "previous", "--timezone", zone]));
            for cell in cells.as_array_mut().unwrap() {
                let bounds = ["start", "end"].map(|bound| cell.as_object_mut().unwrap().remove(bound));
                assert!(bounds.iter().all(Option::is_some), "{cell}");
            }
            cells
        };
        // Five hours before and eleven hours after Greenwich, all year.
        let before = in_zone("UTC");
        unchanged(&before, &in_zone("Etc/GMT+5"))?;
        unchanged(&before, &in_zone("Etc/GMT-11"))?;
    }

    #[test]
    fn one_order_more_is_one_order_more(seed in 0u64..1000) {
        let exports = organisation(Flavour::of(seed));
        let metrics = ["orders", "revenue"];
        let options = ask(&["-m", "orders,revenue"]);
        let before = totals(&cells(&exports, &options), &metrics);
        let mut more = exports.clone();
        let orders = more.iter_mut().find(|export| export.file == "purchases.csv").unwrap();
        let mut row = orders.rows.iter().find(|row| row[column(orders, "status")].is_empty()).unwrap().clone();
        let when = if Flavour::of(seed).only_dates { "2025-05-15" } else { "2025-05-15T11:30:00" };
        for (name, value) in [("order_id", "one more"), ("occurred_at", when), ("amount", "12.34"), ("refund", "")] {
            let at = column(orders, name);
            row[at] = value.to_string();
        }
        orders.rows.push(row);
        let after = totals(&cells(&more, &options), &metrics);
        for (key, value) in &before {
            let added = match (key.0.as_str(), key.1.as_str()) {
                ("orders", "2025-Q2") => 1.0,
                ("revenue", "2025-Q2") => 12.34,
                _ => 0.0,
            };
            prop_assert!((after[key] - value - added).abs() < 1e-6, "{key:?}: {value}, then {}", after[key]);
        }
    }

    #[test]
    fn two_customers_who_are_one_leave_all_that_was_done(seed in 0u64..1000) {
        let mut exports = without_employees(organisation(Flavour { roster: true, ..Flavour::of(seed) }));
        let same = ["revenue", "interactions", "complaints", "cases_opened"];
        let people = ["active_customers", "active_stakeholders"];
        let names = [&same[..], &people].concat();
        let options = ask(&["-m", "revenue,interactions,complaints,cases_opened,active_customers,active_stakeholders"]);
        let before = totals(&cells(&exports, &options), &names);
        prop_assert_eq!(before.len(), 5 * names.len());
        let orders = exports.iter().find(|export| export.file == "purchases.csv").unwrap();
        let who = |row: &Vec<String>| row[column(orders, "stakeholder_id")].clone();
        let is_person = |id: &String| !generate::NOBODY.contains(&id.as_str());
        let first = orders.rows.iter().map(who).find(is_person).unwrap();
        let second = orders.rows.iter().map(who).find(|id| is_person(id) && *id != first).unwrap();
        change_each(&mut exports, &["stakeholder_id", "referrer_id", "referred_id"], |id| {
            if id == second { first.clone() } else { id.to_string() }
        });
        let after = totals(&cells(&exports, &options), &names);
        let mut fewer = 0.0;
        for (key, value) in &before {
            let lost = value - after.get(key).copied().unwrap_or(f64::NAN);
            if same.contains(&key.0.as_str()) {
                prop_assert!(lost.abs() < 1e-6, "{key:?}: {value}, then {}", after[key]);
            } else {
                prop_assert!(lost == 0.0 || lost == 1.0, "{key:?}: {value}, then {}", after[key]);
                fewer += lost;
            }
        }
        prop_assert!(fewer > 0.0, "both were never active in one quarter");
    }
}
