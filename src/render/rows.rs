//! The rows behind a number: the records of every row of the fact, with what the row adds, the file and the line.
//!
//! [`csv()`] and [`table`] have a line for each record, and the records of one row of the fact share its number; [`json()`], described by
//! `rows.schema.json` beside this file, has an object for each row of the fact. All write as they go.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Width, presets};
use serde_json::{Map, Value, json};

use super::format::count;
use super::json::{list, note};
use super::terminal::Style;
use super::text::Untrusted;
use crate::canonical::{CanonicalTables, RawRecords};
use crate::catalog::Metric;
use crate::measure::{Entry, FactRow, SupportingRows};
use crate::notes::Note;
use crate::period::{Period, instant_text};
use crate::report::RecordCounts;

/// The name and version of the JSON format.
pub const SCHEMA: &str = "relhealth.rows/1";

/// Rows of a table that are laid out at once.
const CHUNK: usize = 1000;

/// Everything that the formats show.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// The metric.
    pub metric: &'a Metric,
    /// The period.
    pub period: &'a Period,
    /// Name of the report's time zone.
    pub timezone: &'a str,
    /// The dimensions of the slices.
    pub dimensions: &'a [String],
    /// Which groups count, as it was written.
    pub filter: Option<&'a str>,
    /// The canonical tables: names of stakeholders and files, texts.
    pub canonical: &'a CanonicalTables,
    /// The rows.
    pub behind: &'a SupportingRows,
    /// The records as they are in the files, by source.
    pub raw: &'a [RawRecords],
    /// The record counts.
    pub account: &'a [RecordCounts],
    /// Findings.
    pub notes: &'a [Note],
}

/// A record.
struct Record<'a> {
    file: &'a str,
    line: u32,
    raw: &'a str,
}

impl<'a> Sheet<'a> {
    fn stakeholder(&self, row: &FactRow) -> &'a str {
        self.canonical.stakeholders.text(row.stakeholder).unwrap_or_default()
    }

    fn slice(&self, row: &FactRow) -> &'a [String] {
        &self.behind.slices[row.slice as usize]
    }

    fn records<'s>(&'s self, row: &'s FactRow) -> impl Iterator<Item = Record<'s>> {
        row.records.iter().map(|&(source, line)| Record {
            file: &self.canonical.sources[usize::from(source)].file,
            line,
            raw: self.raw[usize::from(source)].get(u64::from(line)).map_or("", |(_, raw)| raw),
        })
    }

    /// An entry as text, and whether it comes from outside.
    fn entry(&self, entry: &Entry) -> (String, bool) {
        match entry {
            Entry::Word(word) => (word.to_string(), false),
            Entry::Number(number) => (number.to_string(), false),
            Entry::Thing(number) => (number.to_string(), false),
            Entry::Text(code) => (self.canonical.texts.text(*code).unwrap_or_default().to_string(), true),
            Entry::Nothing => (String::new(), false),
        }
    }
}

/// A header line, and a line for each record. A row of the fact without a record has a line without one.
///
/// # Errors
/// Those of the writer.
pub fn csv(sheet: &Sheet, out: &mut dyn Write) -> csv::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let text = |text: &str| Untrusted::new(text).csv().into_owned();
    let mut header = vec!["metric".to_string(), "period".to_string()];
    header.extend(sheet.dimensions.iter().map(|dimension| format!("by.{dimension}")));
    header.extend(["stakeholder_id".to_string(), "row".to_string()]);
    header.extend(sheet.behind.columns.iter().map(|column| column.to_string()));
    header.extend(["file", "line", "raw"].map(str::to_string));
    csv.write_record(&header)?;
    for (row, number) in sheet.behind.rows.iter().zip(1..) {
        let mut start = vec![sheet.metric.id.clone(), sheet.period.label.clone()];
        start.extend(sheet.slice(row).iter().map(|label| text(label)));
        start.push(text(sheet.stakeholder(row)));
        start.push(u64::to_string(&number));
        start.extend(row.entries.iter().map(|entry| match sheet.entry(entry) {
            (foreign, true) => text(&foreign),
            (own, false) => own,
        }));
        for record in sheet.records(row) {
            let end = [text(record.file), record.line.to_string(), text(record.raw)];
            csv.write_record(start.iter().chain(&end))?;
        }
        if row.records.is_empty() {
            csv.write_record(start.iter().map(String::as_str).chain(["", "", ""]))?;
        }
    }
    csv.flush()?;
    Ok(())
}

/// One object, a row of the fact a line, its records within.
///
/// # Errors
/// Those of the writer.
pub fn json(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    let head = [
        ("schema", json!(SCHEMA)),
        ("metric", json!(sheet.metric.id)),
        ("period", json!(sheet.period.label)),
        ("start", json!(instant_text(sheet.period.start))),
        ("end", json!(instant_text(sheet.period.end))),
        ("as_of", json!(instant_text(sheet.canonical.as_of))),
        ("timezone", json!(sheet.timezone)),
        ("where", json!(sheet.filter)),
        ("absent", json!(sheet.behind.absent)),
        ("n", json!(sheet.behind.rows.len())),
    ];
    for (i, (name, value)) in head.iter().enumerate() {
        write!(out, "{}\"{name}\": {value}", if i > 0 { ", " } else { "{" })?;
    }
    write!(out, ", \"rows\": ")?;
    list(
        out,
        sheet.behind.rows.iter().zip(1..).map(|(row, number)| object(sheet, row, number)),
    )?;
    write!(out, ", \"account\": ")?;
    list(out, sheet.account.iter().map(|file| json!(file)))?;
    write!(out, ", \"notes\": ")?;
    list(out, sheet.notes.iter().map(note))?;
    writeln!(out, "}}")
}

fn object(sheet: &Sheet, row: &FactRow, number: u64) -> Value {
    let by: Map<String, Value> = sheet
        .dimensions
        .iter()
        .cloned()
        .zip(sheet.slice(row).iter().map(|label| json!(label)))
        .collect();
    let mut object = Map::from_iter([
        ("row".to_string(), json!(number)),
        (
            "stakeholder_id".to_string(),
            json!(sheet.canonical.stakeholders.text(row.stakeholder)),
        ),
        ("by".to_string(), json!(by)),
    ]);
    for (column, entry) in sheet.behind.columns.iter().zip(&row.entries) {
        let value = match entry {
            Entry::Word(word) => json!(word),
            Entry::Number(number) => json!(number),
            Entry::Thing(number) => json!(number),
            Entry::Text(code) => json!(sheet.canonical.texts.text(*code)),
            Entry::Nothing => Value::Null,
        };
        object.insert(column.to_string(), value);
    }
    let record = |record: Record| json!({"file": record.file, "line": record.line, "raw": record.raw});
    object.insert("records".to_string(), sheet.records(row).map(record).collect());
    Value::Object(object)
}

/// A title with how many rows there are, and a line for each record; what does not fit the width is cut off.
///
/// # Errors
/// Those of the writer.
pub fn table(sheet: &Sheet, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("{}, {}", sheet.metric.title, sheet.period.label);
    writeln!(out, "{title}")?;
    writeln!(out, "{}", totals(sheet))?;
    if sheet.behind.rows.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut header: Vec<String> = vec!["Row".into(), "Stakeholder".into()];
    header.extend(sheet.dimensions.iter().map(|dimension| shown(dimension)));
    header.extend(sheet.behind.columns.iter().map(|column| column_title(column)));
    header.extend(["File and line".into(), "Record".into()]);
    let widths = widths(sheet, &header, style.width);
    let mut lines = Vec::new();
    let mut is_first = true;
    for (row, number) in sheet.behind.rows.iter().zip(1..) {
        table_lines(sheet, row, number, &mut lines);
        if lines.len() >= CHUNK {
            grid(is_first.then_some(&header), &std::mem::take(&mut lines), &widths, out)?;
            is_first = false;
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    grid(is_first.then_some(&header), &lines, &widths, out)
}

/// The cells of a row's lines; cells that are the same on all of them are written on the first.
fn table_lines(sheet: &Sheet, row: &FactRow, number: u64, lines: &mut Vec<Vec<String>>) {
    let mut start = vec![count(number), shown(sheet.stakeholder(row))];
    start.extend(sheet.slice(row).iter().map(|label| shown(label)));
    start.extend(row.entries.iter().map(|entry| match entry {
        Entry::Number(number) => short(*number),
        entry => shown(&sheet.entry(entry).0),
    }));
    let width = start.len();
    for record in sheet.records(row) {
        let mut line = std::mem::replace(&mut start, vec![String::new(); width]);
        line.push(shown(&place(record.file, record.line)));
        line.push(shown(record.raw));
        lines.push(line);
    }
    if row.records.is_empty() {
        start.extend([String::new(), String::new()]);
        lines.push(start);
    }
}

/// The end of a file's name and the line: these are the most useful parts in a narrow column. The record counts have the whole path.
fn place(file: &str, line: u32) -> String {
    const ROOM: usize = 20;
    let line = format!(":{line}");
    let name: Vec<char> = file.rsplit(['/', '\\']).next().unwrap_or(file).chars().collect();
    let room = ROOM.saturating_sub(line.len());
    match name.len() <= room {
        true => name.into_iter().collect::<String>() + &line,
        false => format!("\u{2026}{}{line}", name[name.len() + 1 - room..].iter().collect::<String>()),
    }
}

fn shown(text: &str) -> String {
    Untrusted::new(text).terminal().into_owned()
}

/// A number with four decimals at most.
fn short(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

fn column_title(column: &str) -> String {
    match column {
        "in_part" => "In numerator".to_string(),
        other => other[..1].to_uppercase() + &other[1..],
    }
}

/// `812 rows (162 minus, 153 no, 497 plus), 812 records`.
fn totals(sheet: &Sheet) -> String {
    let rows = &sheet.behind.rows;
    let mut words: BTreeMap<&str, u64> = BTreeMap::new();
    if rows
        .iter()
        .flat_map(|row| &row.entries)
        .any(|e| matches!(e, Entry::Word(word) if *word != "yes"))
    {
        for row in rows {
            if let Some(Entry::Word(word)) = row.entries.first() {
                *words.entry(word).or_default() += 1;
            }
        }
    }
    let what = if sheet.behind.columns.contains(&"event") { "event " } else { "" };
    let each: Vec<String> = words.iter().rev().map(|(word, n)| format!("{} {what}{word}", count(*n))).collect();
    let each = if each.is_empty() {
        String::new()
    } else {
        format!(" ({})", each.join(", "))
    };
    let records: usize = rows.iter().map(|row| row.records.len()).sum();
    let s = |n: usize| if n == 1 { "" } else { "s" };
    format!(
        "{} row{}{each}, {} record{}",
        count(rows.len() as u64),
        s(rows.len()),
        count(records as u64),
        s(records)
    )
}

/// Widths of the columns without the two spaces between them: what their cells need, at most a quarter of the line. The record gets what is
/// left.
fn widths(sheet: &Sheet, header: &[String], width: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = header.iter().map(|title| title.chars().count()).collect();
    let mut lines = Vec::new();
    for (row, number) in sheet.behind.rows.iter().zip(1..) {
        table_lines(sheet, row, number, &mut lines);
        for line in lines.drain(..) {
            for (width, cell) in widths.iter_mut().zip(&line) {
                *width = cell.chars().count().max(*width);
            }
        }
    }
    let Some((record, others)) = widths.split_last_mut() else {
        return widths;
    };
    others.iter_mut().for_each(|w| *w = (*w).min((width / 4).max(4)));
    let used: usize = others.iter().map(|w| *w + 2).sum();
    *record = (*record).min(width.saturating_sub(used).max(10));
    widths
}

fn grid(header: Option<&Vec<String>>, lines: &[Vec<String>], widths: &[usize], out: &mut dyn Write) -> io::Result<()> {
    let mut grid = comfy_table::Table::new();
    grid.load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    // Wide enough for all columns: each has a fixed width already.
    grid.set_width(u16::try_from(widths.iter().map(|w| w + 2).sum::<usize>()).unwrap_or(u16::MAX));
    if let Some(header) = header {
        grid.set_header(header);
    }
    for line in lines {
        let mut row = comfy_table::Row::from(line);
        row.max_height(1);
        grid.add_row(row);
    }
    for (i, (column, width)) in grid.column_iter_mut().zip(widths).enumerate() {
        column.set_padding((0, 2));
        // No displayed text contains it, so cells are cut anywhere, not only between words.
        column.set_delimiter('\u{2064}');
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(
            u16::try_from(width + 2).unwrap_or(u16::MAX),
        )));
        if i == 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in grid.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::catalog::Catalog;
    use crate::notes::RunNote;
    use crate::period::Zone;
    use crate::render::json::tests::broken;
    use crate::schema::{NO_CODE, Table};

    fn with_sheet(use_it: impl FnOnce(&Sheet)) {
        let canonical = Fixture::new("2026-06-01")
            .table(Table::Surveys, Rowed::Plain, "stakeholder_id,responded_at,score\n=a,2026-05-01,3")
            .build(false);
        let catalog = Catalog::builtin(crate::facts::SPECS);
        let period = Period::parse("2026-05", &Zone::utc(), canonical.as_of).unwrap();
        let entries = vec![Entry::Word("minus"), Entry::Number(1.5), Entry::Thing(2), Entry::Nothing];
        let row = |stakeholder, records: &[(u16, u32)]| FactRow {
            stakeholder,
            slice: 0,
            entries: entries.clone(),
            records: records.to_vec(),
        };
        let behind = SupportingRows {
            columns: vec!["in_part", "weight", "thing", "value"],
            slices: vec![vec!["-1".to_string()]],
            rows: vec![row(0, &[(0, 2), (0, 1234)]), row(NO_CODE, &[])],
            absent: None,
        };
        use_it(&Sheet {
            metric: catalog.get("nps").unwrap(),
            period: &period,
            timezone: "UTC",
            dimensions: &["region".to_string()],
            filter: Some("region = 'x'"),
            canonical: &canonical,
            behind: &behind,
            raw: &[RawRecords::default()],
            account: &[],
            notes: &[Note::new(RunNote::Absent { reason: "no rows" })],
        });
    }

    #[test]
    fn json_follows_its_schema() {
        let schema: Value = serde_json::from_str(include_str!("rows.schema.json")).unwrap();
        with_sheet(|sheet| {
            let mut bytes = Vec::new();
            json(sheet, &mut bytes).unwrap();
            let mut value: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(broken(&schema, &schema, &value, "$"), Vec::<String>::new());
            value["rows"][0]["records"][1]["line"] = json!(0);
            value["rows"][1]["in_part"] = json!("maybe");
            assert_eq!(broken(&schema, &schema, &value, "$").len(), 2, "the check itself can fail");
        });
    }

    #[test]
    fn csv_is_guarded_and_a_row_without_a_record_has_a_line_too() {
        with_sheet(|sheet| {
            let mut bytes = Vec::new();
            csv(sheet, &mut bytes).unwrap();
            let file = &sheet.canonical.sources[0].file;
            assert_eq!(
                String::from_utf8(bytes).unwrap(),
                format!(
                    "metric,period,by.region,stakeholder_id,row,in_part,weight,thing,value,file,line,raw\n\
                     nps,2026-05,'-1,'=a,1,minus,1.5,2,,{file},2,\nnps,2026-05,'-1,'=a,1,minus,1.5,2,,{file},1234,\n\
                     nps,2026-05,'-1,,2,minus,1.5,2,,,,\n"
                )
            );
        });
    }

    #[test]
    fn tables_of_many_lines_keep_their_columns() {
        with_sheet(|sheet| {
            let behind = SupportingRows {
                columns: sheet.behind.columns.clone(),
                slices: sheet.behind.slices.clone(),
                rows: vec![sheet.behind.rows[0].clone(); CHUNK],
                absent: None,
            };
            let sheet = Sheet { behind: &behind, ..*sheet };
            let mut bytes = Vec::new();
            let style = Style {
                width: 100,
                color: false,
                blocks: false,
            };
            table(&sheet, style, &mut bytes).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines[1], "1,000 rows (1,000 minus), 2,000 records");
            assert_eq!(lines.len(), 4 + 2 * CHUNK);
            let column = |line: &str, what: &str| line.find(what).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(column(lines[4], "minus"), column(lines[2 + 2 * CHUNK], "minus"));
            assert_eq!(column(lines[4], ":2"), column(lines[5], ":1234"));
        });
    }
}
