//! Exports that were laid out for people: notes and small tables next to the records, titles and sums between them, rows of units, numbers
//! and rules below the names, names in groups, and lines that end with more delimiters than others.

use super::export::{NAMES, ORDERS, Style};
use super::variant::{Sheet, Variant};

/// All of them.
pub fn all() -> Vec<Variant> {
    let mut variants = Vec::new();
    for delimiter in [",", ";", "\t"] {
        for (ends, end) in [("LF", &["\n"][..]), ("CRLF", &["\r\n"][..])] {
            let style = Style {
                delimiter,
                ends: end,
                ..Style::PLAIN
            };
            let shown = if delimiter == "\t" { "tab" } else { delimiter };
            let sheet = |name: &str| Sheet::new("layout", format!("{name}, {shown}, {ends}"), style);
            let line = |cells: &[&str]| cells.join(delimiter);
            let padded = |cells: &[&str]| {
                let mut cells = cells.to_vec();
                cells.resize(NAMES.len(), "");
                line(&cells)
            };
            variants.extend(beside(&sheet, delimiter));
            variants.extend(between(&sheet, &padded));
            variants.extend(below_names(&sheet, &line));
        }
    }
    variants
}

/// What stands to the right of the records.
fn beside(sheet: &impl Fn(&str) -> Sheet, delimiter: &str) -> Vec<Variant> {
    let empty = |count: usize| delimiter.repeat(count);
    let note = |row: usize, text: &str| {
        let beside = if row == 4 { "checked by Kim" } else { "" };
        format!("{text}{}{beside}", empty(2))
    };
    let target = |row: usize, text: &str| {
        let cells = [["region", "target"], ["north", "100"], ["south", "200"]];
        let [first, second] = cells.get(row).copied().unwrap_or_default();
        format!("{text}{}{first}{delimiter}{second}", empty(2))
    };
    vec![
        sheet("lines end with more delimiters than others")
            .each_row(|row, text| format!("{text}{}", empty(if row == 0 { 0 } else { row % 3 })))
            .done(),
        sheet("a note beside").each_row(note).more_columns(2).done(),
        sheet("a table beside").each_row(target).more_columns(3).done(),
    ]
}

/// What stands between the records.
fn between(sheet: &impl Fn(&str) -> Sheet, padded: &impl Fn(&[&str]) -> String) -> Vec<Variant> {
    let title = padded(&["Region 1"]);
    let sum = padded(&["Subtotal", "", "", "", "", "812.40"]);
    let blank = padded(&[]);
    let comment = "# pause".to_string();
    let named = [
        ("a title of a group", &title),
        ("a sum of a group", &sum),
        ("an empty row", &blank),
        ("a comment", &comment),
    ];
    let of = |(name, text): (&str, &String)| {
        let sheet = sheet(&format!("{name} between"));
        // From the end, so that the places before stay what they are.
        sheet.between(1 + 2 * ORDERS / 3, &[text]).between(1 + ORDERS / 3, &[text]).done()
    };
    named.map(of).to_vec()
}

/// What stands below the names.
fn below_names(sheet: &impl Fn(&str) -> Sheet, line: &impl Fn(&[&str]) -> String) -> Vec<Variant> {
    let numbers: Vec<String> = (1..=NAMES.len()).map(|number| number.to_string()).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let rows = [
        ("units", line(&["", "", "", "yyyy-mm-dd", "pcs", "EUR", "", "", ""])),
        ("numbers", line(&numbers)),
        ("a rule", line(&["---"; NAMES.len()])),
        ("a sum", line(&["Total", "", "", "", "", "34012.50", "", "", ""])),
    ];
    let of = |(name, text): &(&str, String)| sheet(&format!("{name} below the names")).between(1, &[text]).done();
    rows.iter().map(of).collect()
}
