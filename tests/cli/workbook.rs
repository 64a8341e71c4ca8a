//! `report -o FILE.xlsx`: real numbers, equal to those of the JSON, and cells of an export that stay text.

use std::io::{Cursor, Read};

use crate::harness::Folder;

/// A year of orders by customers with these names.
fn orders(names: &[&str]) -> String {
    let mut text = String::from("order_id,customer_id,order_date,amount,channel\n");
    for month in 1..=12 {
        for (at, name) in names.iter().enumerate() {
            let quoted = format!("\"{}\"", name.replace('"', "\"\""));
            text.push_str(&format!(
                "{month}-{at},{at},2026-{month:02}-{:02},{}.37,{quoted}\n",
                3 + at,
                10 + month * at
            ));
        }
    }
    text
}

/// The part of a workbook.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    let mut text = String::new();
    archive.by_name(name).expect("the part").read_to_string(&mut text).expect("text");
    text
}

#[test]
fn numbers_are_those_of_the_json() {
    let folder = Folder::new().with("orders.csv", orders(&["Web", "Shop", "Phone"]));
    let ran = || {
        folder
            .run(&["report", "purchases=orders.csv", "-q", "-o", "a.xlsx", "-o", "report.json"])
            .code(0);
        std::fs::read(folder.path("a.xlsx")).expect("the workbook")
    };
    let one = ran();
    assert!(one == ran(), "two runs give the same bytes");
    let card = part(&one, "xl/worksheets/sheet2.xml");
    let json: serde_json::Value = serde_json::from_str(&folder.read("report.json")).expect("JSON");
    let last =
        |cell: &&serde_json::Value| cell["period"] == json["period"]["label"] && cell["by"].as_object().is_none_or(|by| by.is_empty());
    let values: Vec<f64> = json["cells"]
        .as_array()
        .expect("cells")
        .iter()
        .filter(last)
        .filter_map(|cell| cell["value"].as_f64())
        .collect();
    assert!(values.len() > 3, "{values:?}");
    for value in values {
        assert!(card.contains(&format!("<v>{value}</v>")), "{value}");
    }
}

#[test]
fn cells_of_an_export_are_never_formulas() {
    let formula = "=HYPERLINK(\"http://x.example\",\"y\")";
    let folder = Folder::new().with("orders.csv", orders(&[formula, "@SUM(1)", "<script>x</script>"]));
    folder
        .run(&["report", "purchases=orders.csv", "-q", "--by", "channel", "-o", "a.xlsx"])
        .code(0);
    let bytes = std::fs::read(folder.path("a.xlsx")).expect("the workbook");
    let strings = part(&bytes, "xl/sharedStrings.xml");
    for text in ["=HYPERLINK(", "@SUM(1)", "&lt;script&gt;"] {
        assert!(strings.contains(text), "{text}");
    }
    for sheet in 1..=4 {
        assert!(!part(&bytes, &format!("xl/worksheets/sheet{sheet}.xml")).contains("<f>"));
    }
}
