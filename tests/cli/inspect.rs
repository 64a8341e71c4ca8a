//! `inspect` and `init`: what files are, and a configuration from it.

use serde_json::Value;
use snapbox::str;

use crate::harness::{Folder, run};

const GERMAN: &str = "Kundennr;Bestelldatum;Betrag;Währung;Notiz\n\
    K1;03.01.2024;1.234,50;EUR;a\nK2;14.02.2024;99,00;EUR;b\nK1;28.02.2024;12,00;EUR;\nK3;bald;1,00;EUR;c\n";
const SHAPES: &str = "Farbe,Form\nrot,rund\nblau,eckig\n";
const AMBIGUOUS: &str = "Customer,Date,Amount\nC1,03/04/2024,5\nC2,05/06/2024,7\n";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What each column of the first file means.
fn meanings(found: &Value) -> Vec<(&str, &str)> {
    let columns = found["files"][0]["columns"].as_array().unwrap();
    let pair = |c: &'_ Value| -> Option<(String, String)> { Some((c["header"].as_str()?.into(), c["means"].as_str()?.into())) };
    assert!(
        columns
            .iter()
            .all(|c| pair(c).is_none() || c["confidence"].as_f64().is_some_and(|sure| sure > 0.6))
    );
    columns
        .iter()
        .filter_map(|c| Some((c["header"].as_str()?, c["means"].as_str()?)))
        .collect()
}

#[test]
fn a_file_that_nobody_has_seen() {
    let folder = Folder::new().with("odd.csv", GERMAN);
    let found = json(&folder.run(&["inspect", "odd.csv", "--format", "json"]).silent().out());
    assert_eq!(found["schema"], "relhealth.inspect/1");
    let file = &found["files"][0];
    assert_eq!(
        (file["recognised"]["table"].as_str(), file["recognised"]["profile"].as_str()),
        (Some("purchases"), None)
    );
    assert_eq!(
        meanings(&found),
        [
            ("Kundennr", "stakeholder_id"),
            ("Bestelldatum", "occurred_at"),
            ("Betrag", "amount"),
            ("Währung", "currency")
        ]
    );
    let columns = file["columns"].as_array().unwrap();
    assert!(
        columns[1]["read_as"]
            .as_str()
            .unwrap()
            .starts_with("day, month, year, because '14.02.2024' on line 3 is a date only in this order")
    );
    assert!(columns[2]["read_as"].as_str().unwrap().starts_with("decimal comma"));
    assert_eq!(
        (file["account"]["read"].as_u64(), file["account"]["rejected"].as_u64()),
        (Some(4), Some(1))
    );
    assert_eq!(
        (file["unused"][0]["line"].as_u64(), file["unused"][0]["code"].as_str()),
        (Some(5), Some("bad-date"))
    );
    let decision = &columns[1]["decisions"][0];
    assert_eq!(
        (decision["code"].as_str(), decision["proven"].as_bool(), decision["option"].as_str()),
        (Some("date-format"), Some(true), Some("dates"))
    );
    assert_eq!(file["problem"], Value::Null);
    let measurable = found["measurable"].to_string();
    assert!(
        measurable.contains("\"repeat_purchase_rate\"") && !measurable.contains("nps"),
        "{measurable}"
    );
    let text = folder.run(&["inspect", "odd.csv"]).silent().out();
    for part in [
        "Table: purchases (confidence",
        "separated by semicolons",
        "5  Notiz",
        "bad-date",
        "What else would allow more",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn a_known_format_is_named_with_what_gives_it_away() {
    let export = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/profiles/shopify-orders/export.csv");
    let folder = Folder::new().with("orders_export_1.csv", std::fs::read(export).unwrap());
    let found = json(&folder.run(&["inspect", "orders_export_1.csv", "-f", "json"]).silent().out());
    let recognised = &found["files"][0]["recognised"];
    assert_eq!(recognised["profile"], "shopify-orders");
    assert!(
        recognised["evidence"][0].as_str().unwrap().contains("Lineitem quantity"),
        "{recognised}"
    );
}

#[test]
fn what_is_not_clear_is_asked_and_exits_with_3() {
    let folder = Folder::new().with("shapes.csv", SHAPES).with("dates.csv", AMBIGUOUS);
    let found = json(&folder.run(&["inspect", "shapes.csv", "dates.csv", "-f", "json"]).code(3).out());
    let [shapes, dates] = [0, 1].map(|at| &found["files"][at]);
    assert_eq!(shapes["recognised"]["table"], Value::Null);
    assert_eq!(shapes["questions"][0]["option"], "KIND=shapes.csv");
    let problem = dates["problem"].as_str().unwrap();
    assert!(
        problem.contains("2024-04-03 (dmy) or 2024-03-04 (mdy)") && problem.contains("--dates dmy"),
        "{problem}"
    );
    assert_eq!(found["measurable"].as_array().map(Vec::len), Some(0));
    // What a measure says of such a file is the same.
    let said = folder.run(&["measure", "dates.csv"]).code(3).err();
    assert!(said.contains("2024-04-03 (dmy) or 2024-03-04 (mdy)"), "{said}");
}

#[test]
fn a_configuration_is_written_once_and_works() {
    let folder = Folder::new().with("odd.csv", GERMAN);
    let before = folder.run(&[
        "measure",
        "odd.csv",
        "-m",
        "revenue",
        "--period",
        "2024",
        "--incomplete",
        "-f",
        "json",
        "-q",
    ]);
    folder.run(&["init", "odd.csv"]).code(0).says(str![[r#"
wrote relhealth.toml

"#]]);
    let text = folder.read("relhealth.toml");
    for part in [
        "path = \"odd.csv\"",
        "kind = \"purchases\"",
        "stakeholder_id = \"Kundennr\"  # 8",
        "occurred_at = \"Bestelldatum\"",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let after = folder.run(&["measure", "-m", "revenue", "--period", "2024", "--incomplete", "-f", "json", "-q"]);
    let value = |text: &str| json(text)["cells"][0]["value"].as_f64();
    assert_eq!(
        (value(&before.silent().out()), value(&after.silent().out())),
        (Some(1345.5), Some(1345.5))
    );
    folder.run(&["init", "odd.csv"]).code(2).says(str![[r#"
error: relhealth.toml exists already
hint: write elsewhere with --output, or over it with --force

"#]]);
    folder.run(&["init", "odd.csv", "--force", "-q"]).silent();
    assert_eq!(folder.read("relhealth.toml"), text);
}

#[test]
fn what_is_not_clear_stays_a_comment() {
    let folder = Folder::new().with("shapes.csv", SHAPES);
    folder.run(&["init", "shapes.csv", "-o", "new.toml"]).code(0).says(str![[r#"
wrote new.toml; one question is left in it as a comment

"#]]);
    let text = folder.read("new.toml");
    assert!(
        text.contains("# kind = ") && text.contains("# ? Which table does shapes.csv belong to?"),
        "{text}"
    );
    folder.run(&["--config", "new.toml", "metrics"]).silent();
}

#[test]
fn a_profile_is_named_and_its_mapping_shown() {
    let export = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/profiles/shopify-orders/export.csv");
    let folder = Folder::new().with("s.csv", std::fs::read(export).unwrap());
    let text = folder.run(&["init", "s.csv", "-o", "-"]).silent().out();
    assert!(
        text.contains("profile = \"shopify-orders\"") && text.contains("# amount = \"Total\""),
        "{text}"
    );
    // It can be read again, and says the same.
    let folder = folder.with("relhealth.toml", &text);
    let found = json(&folder.run(&["inspect", "-f", "json"]).silent().out());
    assert_eq!(
        found["files"][0]["recognised"]["evidence"][0],
        "the configuration names the profile"
    );
}

#[test]
fn hostile_headers_stay_within_their_comments() {
    let folder = Folder::new().with("a.csv", "customer_id,\"date\n[rule]\",amount,\"x\u{1b}[31m\"\nC1,2024-01-02,3,=1\n");
    folder.run(&["init", "a.csv", "-q", "-o", "c.toml"]).code(0);
    folder.run(&["--config", "c.toml", "metrics"]).silent();
    let text = folder.run(&["inspect", "a.csv"]).out();
    assert!(!text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn what_is_not_there_is_said() {
    run(&["inspect", "no.csv"]).code(3).says(str![[r#"
error: cannot read no.csv: there is no such file; check the name

"#]]);
    run(&["init"]).code(2);
}

#[test]
fn of_a_large_file_the_start_is_inspected() {
    let note = "n".repeat(2000);
    let line = |n: usize| format!("C{},2024-01-{:02},12.50,\"{note}\n{n}\"\n", n % 100, 1 + n % 28);
    let text: String = std::iter::once("Customer,Date,Amount,Note\n".to_string())
        .chain((0..32_000).map(line))
        .collect();
    let folder = Folder::new().with("large.csv", &text);
    let found = json(&folder.run(&["inspect", "large.csv", "--format", "json"]).silent().out());
    let file = &found["files"][0];
    assert_eq!(file["sampled"]["bytes"], 16_000_000);
    assert_eq!(file["sampled"]["of"], text.len());
    let account = &file["account"];
    let (read, used) = (account["read"].as_u64().unwrap(), account["used"].as_u64().unwrap());
    let whole = 16_000_000 / (text.len() / 32_000) as u64;
    assert_eq!(read, used, "{account}");
    assert!(read.abs_diff(whole) < 50, "{read} of {whole}");
    let said = "only the first 16 MB of 64.9 MB";
    for format in ["table", "markdown"] {
        let text = folder.run(&["inspect", "large.csv", "--format", format]).silent().out();
        assert!(text.replace('\n', " ").contains(said), "{text}");
    }
    folder.run(&["init", "large.csv", "--quiet"]).silent();
    assert!(folder.read("relhealth.toml").contains("# based on the first 16 MB of 64.9 MB"));
}

#[test]
fn what_is_asked_of_two_files_together_is_with_the_file() {
    // The same orders, with other totals: the one before fees and the other after them.
    let orders = |head: &str, total: fn(u32) -> u32, more: &str| {
        let line = |n: u32| format!("{},C{},2024-01-{:02},{}.00{more}\n", 1000 + n, n % 4, 1 + n, total(n));
        format!("{head}\n{}", (0..12).map(line).collect::<String>())
    };
    let folder = Folder::new()
        .with("shop.csv", orders("order_id,customer_id,order_date,total", |n| 20 + n, ""))
        .with(
            "ledger.csv",
            orders("OrderNumber,CustomerNo,Date,Amount,Channel", |n| 10 + n, ",web"),
        );
    let measured = folder.run(&["measure", "shop.csv", "ledger.csv"]).code(3).err();
    assert!(measured.contains("Are the orders of"), "{measured}");
    let found = json(&folder.run(&["inspect", "shop.csv", "ledger.csv", "-f", "json"]).code(3).out());
    let problems: Vec<Option<&str>> = found["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["problem"].as_str())
        .collect();
    let asked = problems
        .iter()
        .flatten()
        .filter(|problem| problem.contains("Are the orders of "))
        .count();
    assert_eq!((problems.len(), asked), (2, 1), "{problems:?}");
    let shown = folder.run(&["inspect", "shop.csv", "ledger.csv"]).code(3).out();
    assert!(shown.contains("Encoding") && shown.contains("Are the orders of"), "{shown}");
}
