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
        if metrics.contains(&metric) {
            *totals.entry((metric.to_string(), period.to_string())).or_default() += cell["value"].as_f64().unwrap();
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
}
