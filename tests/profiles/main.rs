//! Every built-in profile: a handmade export in the exact shape of the system's is recognised as it and as nothing else, and becomes
//! the canonical tables that lie beside it, or is refused with the words that do. `UPDATE_SHOWN=1` rewrites those; read what changed before it is committed.

use std::path::{Path, PathBuf};
use std::process::Command;

use relhealth::api::sources::profile;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/profiles")
}

/// The files of a folder that start like this, sorted.
fn files(folder: &Path, start: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(start))
        .collect();
    found.sort();
    found
}

/// Where the words stand with which an export is refused.
const REFUSED: &str = "becomes-refused.txt";

/// Converts an export: the tables by file name, and what was said; of one that cannot be used, what was said by the name of a table. The export is named by its file alone, and no configuration helps.
fn convert(export: &Path) -> (Vec<(String, String)>, String) {
    convert_all(export, &[&export.file_name().unwrap().to_string_lossy()])
}

/// The same of several files in the folder of this one.
fn convert_all(export: &Path, names: &[&str]) -> (Vec<(String, String)>, String) {
    let to = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_relhealth"))
        .current_dir(export.parent().unwrap())
        .arg("convert")
        .args(names)
        .args(["--max-rejects", "100%", "-o"])
        .arg(to.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    if output.status.code() == Some(3) {
        assert!(
            files(to.path(), "").is_empty(),
            "{}: refused, and something is written",
            export.display()
        );
        let name = REFUSED.trim_start_matches("becomes-").to_string();
        return (vec![(name, said.clone())], said);
    }
    assert_eq!(output.status.code(), Some(0), "{}: {said}", export.display());
    let tables = files(to.path(), "")
        .into_iter()
        .filter(|p| p.extension().is_some_and(|e| e == "csv"));
    let tables = tables.map(|p| {
        (
            p.file_name().unwrap().to_string_lossy().into_owned(),
            std::fs::read_to_string(&p).unwrap(),
        )
    });
    (tables.collect(), said)
}

#[test]
fn every_profile_has_an_export_and_becomes_what_is_expected() {
    let update = std::env::var_os("UPDATE_SHOWN").is_some();
    let mut wrong = Vec::new();
    for profile in profile::builtin() {
        // What only another profile leads to is shown by that one's export.
        if profile.headers.is_empty() && profile.first.is_empty() {
            continue;
        }
        let folder = root().join(&profile.id);
        let exports = files(&folder, "export");
        assert_eq!(exports.len(), 1, "{}: one export in {}", profile.id, folder.display());
        let (tables, said) = convert(&exports[0]);
        let is_refused = tables.iter().any(|(table, _)| REFUSED.ends_with(table.as_str()));
        let recognised = format!("Recognised as {} ({})", profile.title, profile.id);
        if !is_refused && !said.contains(&recognised) {
            wrong.push(format!("{}: not recognised:\n{said}", profile.id));
        }
        let account = format!("{}: ", exports[0].file_name().unwrap().to_string_lossy());
        if !is_refused && !said.lines().any(|line| line.starts_with(&account) && line.contains(" read = ")) {
            wrong.push(format!("{}: no account:\n{said}", profile.id));
        }
        let name = |table: &str| folder.join(format!("becomes-{table}"));
        if update {
            files(&folder, "becomes-").iter().for_each(|old| std::fs::remove_file(old).unwrap());
            tables.iter().for_each(|(table, text)| std::fs::write(name(table), text).unwrap());
        }
        let expected = files(&folder, "becomes-");
        if expected.len() != tables.len() || tables.is_empty() {
            wrong.push(format!("{}: {} tables, {} expected", profile.id, tables.len(), expected.len()));
        }
        for (table, text) in &tables {
            let expected = std::fs::read_to_string(name(table)).unwrap_or_default();
            if expected != *text {
                wrong.push(format!("{}: {table} is\n{text}and should be\n{expected}", profile.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_export_belongs_to_a_profile() {
    for folder in files(&root(), "") {
        let id = folder.file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            profile::builtin().iter().any(|p| p.id == id),
            "{} belongs to no profile",
            folder.display()
        );
    }
}

/// What is said of an export when it is asked to be something that it is not, or is helped by a mapping: code, tables and words.
fn asked(id: &str, input: &str, map: &[&str]) -> (Option<i32>, Vec<String>, String) {
    let to = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_relhealth"));
    command.current_dir(root().join(id)).args(["convert", input, "-o"]).arg(to.path());
    map.iter().for_each(|map| {
        command.args(["--map", map]);
    });
    let output = command.output().unwrap();
    let tables = files(to.path(), "")
        .into_iter()
        .filter(|p| p.extension().is_some_and(|e| e == "csv"));
    let tables = tables.map(|p| std::fs::read_to_string(&p).unwrap()).collect();
    (output.status.code(), tables, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_calendar_needs_to_be_told_who_is_met() {
    let (code, tables, said) = asked("calendar-events", "export.csv", &["export.csv:stakeholder_id=Subject"]);
    assert_eq!(code, Some(0), "{said}");
    let mut lines = tables[0].lines();
    assert!(
        lines.next().unwrap().starts_with("stakeholder_id,occurred_at,kind,"),
        "{}",
        tables[0]
    );
    assert!(lines.next().unwrap().starts_with("Fair,2025-05-13,meeting,"), "{}", tables[0]);
    assert!(
        lines.next().unwrap().starts_with("Lunch with Ada,2025-05-01T10:00:00Z,meeting,"),
        "{}",
        tables[0]
    );
    assert_eq!(lines.next(), None);
}

#[test]
fn tickets_without_a_time_of_opening_are_no_interactions() {
    let (code, tables, said) = asked("kaggle-support-tickets", "interactions=export.csv", &[]);
    assert_eq!((code, tables.len()), (Some(3), 0), "{said}");
    assert!(said.contains("cannot be read as interactions: no column for occurred_at"), "{said}");
}

#[test]
fn amazon_s_orders_need_to_be_told_who_bought() {
    let (code, tables, said) = asked("amazon-orders", "export.txt", &["export.txt:stakeholder_id=ship-postal-code"]);
    assert_eq!(code, Some(0), "{said}");
    let rows: Vec<&str> = tables[0].lines().skip(1).collect();
    for (row, start) in rows.iter().zip([
        "97213,2026-04-10T09:15:00Z,20.00,111-0000001-0000001,1,",
        "97213,2026-04-10T09:15:00Z,36.00,111-0000001-0000001,2,",
        "97213,2026-04-12T23:59:59Z,20.00,111-0000003-0000003,1,",
    ]) {
        assert!(row.starts_with(start), "{row}");
    }
    assert_eq!(rows.len(), 3, "the cancelled one is left out");
}

#[test]
fn the_customer_of_an_order_is_not_taken_for_a_person() {
    let (code, tables, said) = asked("olist-orders", "export.csv", &["export.csv:amount=order_id"]);
    assert_eq!((code, tables.len()), (Some(3), 0), "{said}");
    assert!(said.contains("no column for stakeholder_id: in Olist's orders file"), "{said}");
}

/// Etsy's export after a spreadsheet: tabs whatever its name says, and dates with their century.
#[test]
fn an_export_that_was_saved_again_gives_the_same() {
    let folder = root().join("etsy-orders");
    let mut records = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(folder.join("export.csv"))
        .unwrap();
    let again = tempfile::tempdir().unwrap();
    let path = again.path().join("export.csv");
    let mut writer = csv::WriterBuilder::new().delimiter(b'\t').from_path(&path).unwrap();
    for record in records.records() {
        let record = record.unwrap();
        let date = |cell: &str| match cell.rsplit_once('/') {
            Some((day, year)) if year.len() == 2 => format!("{}/20{year}", day.trim_start_matches('0').replace("/0", "/")),
            _ => cell.to_string(),
        };
        writer.write_record(record.iter().map(date)).unwrap();
    }
    writer.flush().unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("\n2/3/2026\t"));
    // Dimensions show the dates as they are written.
    let canonical = |text: &str| -> Vec<String> { text.lines().map(|l| l.split(',').take(9).collect::<Vec<_>>().join(",")).collect() };
    let (tables, said) = convert(&path);
    let expected = std::fs::read_to_string(folder.join("becomes-purchases.csv")).unwrap();
    assert_eq!(canonical(&tables[0].1), canonical(&expected), "{said}");
    assert!(said.contains("(etsy-orders)"), "{said}");
}

#[test]
fn an_answer_in_two_exports_counts_once_question_by_question() {
    for id in ["qualtrics", "surveymonkey", "typeform", "google-forms"] {
        let folder = tempfile::tempdir().unwrap();
        let export = root().join(id).join("export.csv");
        for name in ["may.csv", "june.csv"] {
            std::fs::copy(&export, folder.path().join(name)).unwrap();
        }
        let (tables, said) = convert_all(&folder.path().join("may.csv"), &["may.csv", "june.csv"]);
        let expected = std::fs::read_to_string(root().join(id).join("becomes-surveys.csv")).unwrap();
        // Answers of one person at one time are in no order.
        let sorted = |table: &str| {
            let mut lines: Vec<String> = table.lines().map(str::to_string).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&tables[0].1), sorted(&expected), "{id}: {said}");
    }
}
