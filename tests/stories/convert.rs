//! What was converted gives the numbers that it was converted from: every metric, period and slice of every story.

use std::path::Path;

use serde_json::Value;

use crate::harness::{run, stories};

/// What is asked of both.
const QUESTIONS: [&[&str]; 4] = [
    &["--grain", "month", "--compare", "previous,year-ago"],
    &["--grain", "quarter", "--by", "type"],
    &["--period", "2026", "--by", "channel"],
    &["--grain", "year", "--by", "region,tier", "--total"],
];

fn converted_is_the_same(format: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut asked = 0;
    for story in stories() {
        let name = story.file_name().expect("a name").to_string_lossy().into_owned();
        let before = story.join("relhealth.toml");
        let target = folder.path().join(&name);
        let text = |path: &Path| path.to_str().expect("UTF-8").to_string();
        run(&["convert", "--config", &text(&before), "--format", format, "-o", &text(&target)]).succeeded();
        let after = target.join("relhealth.toml");
        for question in QUESTIONS {
            let [before, after] = [&before, &after].map(|config| {
                let config = text(config);
                run(&[&["measure", "--config", &config, "--format", "json"], question].concat())
            });
            assert_eq!(before.code(), after.code(), "{name} {question:?}: {}", after.err());
            if before.code() != 0 {
                continue;
            }
            let [before, after] = [before, after].map(|ran| serde_json::from_str::<Value>(&ran.out()).expect("JSON"));
            for key in ["as_of", "timezone"] {
                assert_eq!(before[key], after[key], "{name} {question:?}");
            }
            let cells = |value: &Value| value["cells"].as_array().expect("cells").clone();
            let (before, after) = (cells(&before), cells(&after));
            assert_eq!(before.len(), after.len(), "{name} {question:?}");
            before
                .iter()
                .zip(&after)
                .for_each(|(before, after)| assert_eq!(before, after, "{name} {question:?}"));
            asked += 1;
        }
    }
    assert!(asked >= 2 * stories().len(), "most questions have answers");
}

#[test]
fn csv_gives_the_same_numbers() {
    converted_is_the_same("csv");
}

#[test]
fn parquet_gives_the_same_numbers() {
    converted_is_the_same("parquet");
}

/// Converting what was converted changes nothing: what is written is what is read.
#[test]
fn what_was_converted_is_converted_to_itself() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for story in stories() {
        let name = story.file_name().expect("a name").to_string_lossy().into_owned();
        let path = |turn: &str| folder.path().join(turn).join(&name);
        let text = |path: &Path| path.to_str().expect("UTF-8").to_string();
        let configs = [
            story.join("relhealth.toml"),
            path("once").join("relhealth.toml"),
            path("parquet").join("relhealth.toml"),
        ];
        for (config, format, turn) in [
            (0, "csv", "once"),
            (0, "parquet", "parquet"),
            (1, "csv", "twice"),
            (2, "csv", "thrice"),
        ] {
            run(&[
                "convert",
                "--config",
                &text(&configs[config]),
                "-f",
                format,
                "-o",
                &text(&path(turn)),
            ])
            .succeeded();
        }
        for entry in std::fs::read_dir(path("once")).expect("a folder") {
            let file = entry.expect("readable").file_name();
            if Path::new(&file).extension().is_some_and(|e| e == "csv") {
                let read = |turn: &str| std::fs::read_to_string(path(turn).join(&file)).expect("written");
                let (once, twice, thrice) = (read("once"), read("twice"), read("thrice"));
                assert_eq!(sorted(&once, &[]), sorted(&twice, &[]), "{name} {file:?}");
                // A column of Parquet has one type: days among times are times there.
                let mixed = mixed(&once);
                assert_eq!(sorted(&once, &mixed), sorted(&thrice, &mixed), "{name} {file:?}, by way of Parquet");
            }
        }
    }
}

/// The lines with their cells by the names of the columns, and without those that are empty in all of them: what a file says, whatever
/// the order that it says it in.
fn sorted(text: &str, without: &[String]) -> Vec<Vec<(String, String)>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().expect("a header").iter().map(str::to_string).collect();
    let mut rows: Vec<Vec<(String, String)>> = reader
        .records()
        .map(|record| {
            let record = record.expect("a record");
            let cells = names.iter().cloned().zip(record.iter().map(str::to_string));
            let mut cells: Vec<(String, String)> = cells
                .filter(|(name, cell)| !cell.is_empty() && !name.starts_with("converted_from") && !without.contains(name))
                .collect();
            cells.sort();
            cells
        })
        .collect();
    rows.sort();
    rows
}

/// The columns that hold both days and times.
fn mixed(text: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().expect("a header").iter().map(str::to_string).collect();
    let records: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("a record")).collect();
    let any = |column: usize, length: std::ops::RangeInclusive<usize>| records.iter().any(|record| length.contains(&record[column].len()));
    let is_mixed = |column: &usize| names[*column].ends_with("_at") && any(*column, 10..=10) && any(*column, 20..=27);
    (0..names.len()).filter(is_mixed).map(|column| names[column].clone()).collect()
}
