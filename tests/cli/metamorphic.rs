//! The same records written in other ways, and next to columns and rows that say nothing about what is measured: the values stay the same.
//!
//! Three sets of records are made with a seed, and their answers are summed over what was made. Each way of writing them is tried with each set
//! that it fits: a wrong value is a failure unless the program asked, or said what it took for what.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::Value;

use crate::harness::Folder;
use crate::rng::Rng;

/// Records as cells, with the values of metrics of 2026 that are right for them.
#[derive(Clone)]
struct Set {
    name: &'static str,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    expected: BTreeMap<&'static str, f64>,
}

impl Set {
    fn text(&self) -> String {
        let rows = std::iter::once(&self.header).chain(&self.rows);
        rows.map(|row| row.join(",") + "\n").collect()
    }

    fn at(&self, header: &str) -> Option<usize> {
        self.header.iter().position(|name| name == header)
    }

    /// With one more column before this one.
    fn with(mut self, header: &str, at: usize, mut cell: impl FnMut(usize) -> String) -> Set {
        self.header.insert(at, header.to_string());
        self.rows.iter_mut().enumerate().for_each(|(n, row)| row.insert(at, cell(n)));
        self
    }
}

/// Days of 2026 in their order, in months of 28 days, with some on which nothing happened.
fn day(n: usize, of: usize) -> String {
    let day = n * 330 / of;
    format!("2026-{:02}-{:02}", 1 + day / 28, 1 + day % 28)
}

const ROWS: usize = 90;

fn orders(rng: &mut Rng) -> Set {
    let mut sum = 0;
    let mut people: BTreeMap<i64, usize> = BTreeMap::new();
    let rows = (0..ROWS)
        .map(|n| {
            let (cents, person) = (rng.int(500, 40_000), rng.int(1, 30));
            sum += cents;
            *people.entry(person).or_default() += 1;
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            vec![format!("SO-{}", 7000 + 3 * n), day(n, ROWS), format!("C{}", 400 + person), amount]
        })
        .collect();
    let repeated = people.values().filter(|orders| **orders > 1).count();
    Set {
        name: "orders",
        header: ["Order ID", "Order date", "Customer ID", "Total"].map(String::from).to_vec(),
        rows,
        expected: BTreeMap::from([
            ("revenue", sum as f64 / 100.0),
            ("orders", ROWS as f64),
            ("active_customers", people.len() as f64),
            ("repeat_purchase_rate", repeated as f64 / people.len() as f64),
        ]),
    }
}

fn lines(rng: &mut Rng) -> Set {
    let mut sum = 0;
    let mut rows = Vec::new();
    for n in 0..ROWS / 2 {
        let person = rng.int(1, 20);
        for _ in 0..=rng.int(0, 2) {
            let (quantity, cents) = (rng.int(1, 5), rng.int(300, 9_000));
            sum += quantity * cents;
            rows.push(vec![
                (70_010 + n).to_string(),
                day(n, ROWS / 2),
                format!("C{}", 400 + person),
                rng.pick(&["Lamp", "Chair", "Rug"]).to_string(),
                quantity.to_string(),
                format!("{}.{:02}", cents / 100, cents % 100),
            ]);
        }
    }
    Set {
        name: "lines",
        header: ["Order ID", "Order date", "Customer ID", "Product", "Quantity", "Unit price"]
            .map(String::from)
            .to_vec(),
        rows,
        expected: BTreeMap::from([("revenue", sum as f64 / 100.0), ("orders", (ROWS / 2) as f64)]),
    }
}

fn calls(rng: &mut Rng) -> Set {
    let rows = (0..ROWS)
        .map(|n| {
            let time = format!("{} {:02}:{:02}:00", day(n, ROWS), rng.int(8, 18), rng.int(0, 59));
            let direction = rng.pick(&["inbound", "outbound"]).to_string();
            vec![(900 + n).to_string(), time, format!("C{}", 400 + rng.int(1, 30)), direction]
        })
        .collect();
    Set {
        name: "calls",
        header: ["Call ID", "Call time", "Customer ID", "Direction"].map(String::from).to_vec(),
        rows,
        expected: BTreeMap::from([("interactions", ROWS as f64)]),
    }
}

fn employees(rng: &mut Rng) -> Set {
    let (mut kept, mut there) = (0, 0);
    let rows = (0..ROWS)
        .map(|n| {
            let started = format!("{}-{:02}-{:02}", rng.int(2018, 2025), rng.int(1, 12), rng.int(1, 28));
            let leaves = rng.int(0, 3) == 0;
            let left = if leaves {
                format!("2026-{:02}-{:02}", rng.int(1, 11), rng.int(1, 28))
            } else {
                String::new()
            };
            there += 1;
            kept += usize::from(!leaves);
            vec![format!("E{}", 100 + n), started, left, rng.pick(&["Sales", "IT"]).to_string()]
        })
        .collect();
    Set {
        name: "employees",
        header: ["Employee ID", "Hire date", "Leaving date", "Department"]
            .map(String::from)
            .to_vec(),
        rows,
        expected: BTreeMap::from([("employee_retention_rate", f64::from(kept as u32) / f64::from(there))]),
    }
}

/// What makes a set into another one; `None` where it does not fit.
type Change = dyn Fn(Set, &mut Rng) -> Option<Set>;

/// A change that keeps the answers.
struct Way {
    name: String,
    change: Box<Change>,
}

fn way(name: impl Into<String>, change: impl Fn(Set, &mut Rng) -> Option<Set> + 'static) -> Way {
    Way {
        name: name.into(),
        change: Box::new(change),
    }
}

/// One more column somewhere with one of these cells in each row.
fn column(header: &'static str, cells: &'static [&'static str]) -> Way {
    way(header, move |set, rng| {
        let at = rng.int(0, set.header.len() as i64) as usize;
        Some(set.with(header, at, |_| rng.pick(cells).to_string()))
    })
}

/// The same of what would say something of the people on a roster.
fn column_of_events(header: &'static str, cells: &'static [&'static str]) -> Way {
    let Way { name, change } = column(header, cells);
    way(name, move |set, rng| if set.name == "employees" { None } else { change(set, rng) })
}

/// Purchases twice, the second time with a mark that says that it was none.
fn marked(header: &'static str, ordinary: &'static str, mark: &'static str) -> Way {
    way(format!("{header} = {mark}"), move |set, _| {
        let order = set.at("Order ID").filter(|_| set.name == "orders")?;
        let mut set = set.with(header, 4, |_| ordinary.to_string());
        for n in 0..8 {
            let mut none = set.rows[n * 9].clone();
            none[order].push('X');
            none[4] = mark.to_string();
            set.rows.insert(n * 9 + 1, none);
        }
        Some(set)
    })
}

/// The amount of orders in another unit.
fn in_unit(header: &'static str, write: fn(&str) -> String) -> Way {
    way(header, move |mut set, _| {
        let at = set.at("Total")?;
        set.header[at] = header.to_string();
        set.rows.iter_mut().for_each(|row| row[at] = write(&row[at]));
        Some(set)
    })
}

fn cents(amount: &str) -> String {
    amount.replace('.', "")
}

fn thousands(amount: &str) -> String {
    let cents: i64 = amount.replace('.', "").parse().unwrap();
    format!("{}.{:05}", cents / 100_000, cents % 100_000)
}

fn ways() -> Vec<Way> {
    let mut ways = vec![
        way("rows backwards", |mut set, _| {
            set.rows.reverse();
            Some(set)
        }),
        way("columns backwards", |mut set, _| {
            set.header.reverse();
            set.rows.iter_mut().for_each(|row| row.reverse());
            Some(set)
        }),
        way("running total", |set, _| {
            let at = set.at("Total")?;
            let amounts: Vec<i64> = set.rows.iter().map(|row| row[at].replace('.', "").parse().unwrap()).collect();
            let mut sum = 0;
            Some(set.with("Balance", 4, |n| {
                sum += amounts[n];
                format!("{}.{:02}", sum / 100, sum % 100)
            }))
        }),
        way("IDs with .0", |mut set, _| {
            let at = set.at("Order ID").filter(|_| set.name == "lines")?;
            set.rows.iter_mut().for_each(|row| row[at].push_str(".0"));
            Some(set)
        }),
        // When the file was written, and numbers of everything.
        column("Exported on", &["2026-12-30"]),
        column("End date", &[""]),
        column("Cancelled at", &[""]),
        column("Value", &["12", "40", "7", "31"]),
        column("Newsletter", &["yes", "no"]),
        column_of_events("Type", &["Search", "Display"]),
        column("Campaign type", &["Search", "Display", "Video"]),
        column("Channel", &["web", "shop"]),
        column_of_events("Customer type", &["business", "private"]),
        column("Loyalty points", &["10", "250", "4000"]),
        column("Quantity in stock", &["3", "80", "14"]),
        column("Credit limit", &["1000", "5000"]),
        column("Sales rep e-mail", &["kim@shop.example", "lou@shop.example"]),
        column("Employee", &["Kim Lee", "Lou Ray"]),
        column("Phone", &["+49 30 111222"]),
        column_of_events("Account status", &["active", "closed"]),
        column("Test group", &["A", "B"]),
        column("Archived", &["yes", "no"]),
        column("Reason", &["", "", "Birthday"]),
        column("Commission", &["1.50", "2.25", "9.00"]),
        column("Tenant", &["main"]),
        column("Custom field 1", &[""]),
        in_unit("amount_cents", cents),
        in_unit("Betrag in Cent", cents),
        in_unit("Amount (k€)", thousands),
        in_unit("Umsatz (Tsd. EUR)", thousands),
    ];
    for (header, ordinary, mark) in [
        ("Deleted", "0", "1"),
        ("Gelöscht", "nein", "ja"),
        ("is_draft", "false", "true"),
        ("Test mode", "false", "true"),
        ("Valid", "yes", "no"),
        ("Success", "true", "false"),
        ("Captured", "true", "false"),
        ("Cancellation reason", "", "changed mind"),
        ("Failure message", "", "card declined"),
        ("Transaction type", "Sale", "Void"),
        ("Transaction type", "Capture", "Authorization"),
        ("Status", "Paid", "Cancelled"),
    ] {
        ways.push(marked(header, ordinary, mark));
    }
    ways
}

/// What is wrong with a set, unless the program asked.
fn wrong(set: &Set) -> Option<String> {
    let folder = Folder::new().with("export.csv", set.text());
    let metrics = set.expected.keys().copied().collect::<Vec<_>>().join(",");
    let args = [
        "measure",
        "export.csv",
        "-m",
        &metrics,
        "--period",
        "2026",
        "--as-of",
        "2026-12-31",
        "-f",
        "json",
    ];
    let ran = folder.run(&args);
    let Ok(found) = serde_json::from_str::<Value>(&ran.out()) else {
        return (!ran.err().contains("--map")).then(|| ran.err());
    };
    let value = |metric: &str| found["cells"].as_array()?.iter().find(|cell| cell["metric"] == metric)?["value"].as_f64();
    let differs = |(metric, expected): (&&str, &f64)| match value(metric) {
        Some(value) => (value - expected).abs() > 1e-6,
        None => true,
    };
    let metric = set.expected.iter().find(|pair| differs(*pair))?.0;
    Some(format!(
        "{metric} is {:?} and not {}: {}",
        value(metric),
        set.expected[metric],
        ran.err()
    ))
}

#[test]
fn what_says_nothing_changes_nothing() {
    let mut rng = Rng::new(20_261_201);
    let bases = [orders(&mut rng), lines(&mut rng), calls(&mut rng), employees(&mut rng)];
    let mut tried: Vec<(String, Set)> = bases.iter().map(|set| (set.name.to_string(), set.clone())).collect();
    for way in ways() {
        for base in &bases {
            tried.extend((way.change)(base.clone(), &mut rng).map(|set| (format!("{}, {}", base.name, way.name), set)));
        }
    }
    assert!(tried.len() > 100, "{} files", tried.len());
    let wrong: Vec<String> = tried
        .par_iter()
        .filter_map(|(name, set)| wrong(set).map(|why| format!("{name}: {why}")))
        .collect();
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), tried.len(), wrong.join("\n"));
}
