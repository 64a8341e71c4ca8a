//! The worked examples of the catalogue: those that give canonical tables through the program, those that give rows of a fact
//! through the naive implementation, so that neither proves itself.

use relhealth::api::catalog::{Catalog, Example, Expect, Given, Metric, When};
use relhealth::api::expr::Value;
use relhealth::api::facts;
use relhealth::api::period::{Period, Zone, parse_as_of};
use relhealth::api::schema::{FactSpec, Unit};

use crate::agree::ABOUT_EMPLOYEES;
use crate::generate::Export;
use crate::naive::metric::{Answer, Built, Naive, evaluate};
use crate::naive::{Data, Dims, Row, V, Window, instant};
use crate::run;

/// The value or the reason that came out.
fn outcome(metric: &Metric, example: &Example) -> Result<f64, String> {
    match &example.given {
        Given::Tables(tables) => {
            let folder = tempfile::tempdir().unwrap();
            let mut inputs = Vec::new();
            for (table, text) in tables {
                let path = folder.path().join(format!("{table}.csv"));
                std::fs::write(&path, text.trim_start()).unwrap();
                inputs.push(format!("{table}={}", path.display()));
            }
            let mut options = vec!["-m", metric.id.as_str(), "--period", example.period.as_deref().unwrap()];
            if let Some(as_of) = &example.as_of {
                options.extend(["--as-of", as_of]);
            }
            let json = run::measure_files(folder.path(), &inputs, &options);
            let cells = json["cells"].as_array().unwrap();
            assert_eq!(cells.len(), 1, "{}: {json}", metric.id);
            cells[0]["value"]
                .as_f64()
                .ok_or_else(|| cells[0]["absent"].as_str().unwrap_or("nothing").to_string())
        }
        Given::Rows(text) => {
            let period = example.period.as_deref().unwrap_or("2026-01");
            let zone = Zone::utc();
            let period = Period::parse(period, &zone, 0).unwrap();
            let as_of = period.end;
            let window = Window::new(period, as_of);
            let rows = rows(metric, text, &window);
            let counts = |row: &&Row| {
                metric
                    .where_
                    .as_ref()
                    .is_none_or(|w| crate::naive::metric::eval(w, row, &window) == Value::Bool(true))
            };
            let counted: Vec<&Row> = rows.iter().filter(counts).collect();
            match evaluate(metric, &counted, &window) {
                answer if ABOUT_EMPLOYEES.contains(&metric.id.as_str()) && (1..5).contains(&answer.stakeholders) => {
                    Err("suppressed".to_string())
                }
                Answer { absent: Some(reason), .. } => Err(reason.to_string()),
                answer => Ok(answer.value.unwrap()),
            }
        }
    }
}

fn rows(metric: &Metric, text: &str, window: &Window) -> Vec<Row> {
    let fact = metric.fact.unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start().as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
    let mut rows = Vec::new();
    for (number, record) in reader.records().map(Result::unwrap).enumerate() {
        let alone = format!("row {number}");
        let cell = |name: &str| header.iter().position(|h| h == name).map(|i| record[i].to_string());
        let mut row = Row::new(Some(&cell("stakeholder_id").unwrap_or(alone)), None, Vec::new());
        if let When::At(at) | When::Stock { from: at, .. } = &metric.when {
            row.cells.insert(fact.column(at).unwrap().name, Value::Time(window.period.start));
        }
        for name in header.iter().filter(|h| *h != "stakeholder_id") {
            let column = fact.column(name).unwrap();
            row.cells.insert(column.name, value(fact, name, &cell(name).unwrap()));
        }
        rows.push(row);
    }
    rows
}

fn value(fact: &FactSpec, column: &str, text: &str) -> V {
    if text.is_empty() {
        return Value::Null;
    }
    match fact.column(column).unwrap().unit {
        Unit::Bool => Value::Bool(text.parse().unwrap()),
        Unit::Text | Unit::Key => Value::Text(text.to_string().into()),
        Unit::Time => Value::Time(instant(&Zone::utc(), text)),
        _ => Value::Number(text.parse().unwrap()),
    }
}

#[test]
fn every_example_comes_out() {
    let catalog = Catalog::builtin(facts::SPECS);
    let mut wrong = Vec::new();
    let mut count = 0;
    for metric in catalog.iter() {
        assert!(!metric.examples.is_empty(), "{} has no example", metric.id);
        for example in &metric.examples {
            count += 1;
            let found = outcome(metric, example);
            let right = match (&example.expect, &found) {
                (Expect::Value(wanted), Ok(value)) => (value - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
                (Expect::AbsentReason(wanted), Err(reason)) => wanted == reason,
                _ => false,
            };
            if !right {
                wrong.push(format!(
                    "{} line {}: {:?}, found {found:?}",
                    metric.id, example.origin.line, example.expect
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}\n{}", wrong.len(), wrong.join("\n"));
}

/// The naive facts are checked by hand, too: by the examples that give canonical tables.
#[test]
fn the_naive_implementation_finds_what_was_found_by_hand() {
    let catalog = Catalog::builtin(facts::SPECS);
    let zone = Zone::utc();
    let dims = Dims::none();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (metric, example) in catalog.iter().flat_map(|m| m.examples.iter().map(move |e| (m, e))) {
        let (Given::Tables(tables), Some(as_of)) = (&example.given, &example.as_of) else {
            continue;
        };
        let exports: Vec<Export> = tables.iter().map(|(table, text)| Export::read(table.name(), text)).collect();
        let as_of = parse_as_of(as_of, &zone).unwrap();
        let data = Data::new(&exports, zone.clone(), Some(as_of));
        let naive = Naive {
            data: &data,
            catalog: &catalog,
            dims: &dims,
        };
        let period = Period::parse(example.period.as_deref().unwrap(), &zone, as_of).unwrap();
        let answer = naive.answer(&mut Built::default(), metric, &Window::new(period, as_of), &[]);
        let right = match &example.expect {
            Expect::Value(wanted) => answer.value.is_some_and(|v| (v - wanted).abs() <= 1e-9 * wanted.abs().max(1.0)),
            // Hiding few people is not the naive implementation's business.
            Expect::AbsentReason(wanted) => wanted == "suppressed" || answer.absent == Some(wanted),
        };
        count += 1;
        if !right {
            wrong.push(format!(
                "{} line {}: {:?}, found {answer:?}",
                metric.id, example.origin.line, example.expect
            ));
        }
    }
    assert!(count > 80, "only {count} examples with tables");
    assert!(wrong.is_empty(), "{} of {count}\n{}", wrong.len(), wrong.join("\n"));
}
