//! The rows behind a number: the records of every row of the fact, with what the row adds, the file and the line.
//!
//! [`csv()`] and [`table()`] have a line for each record, and the records of one row of the fact share its number; [`document`] has an object for
//! each row of the fact. All write as they go.

mod table;

use std::io::Write;

use crate::canonical::{CanonicalTables, RawRecords};
use crate::catalog::Metric;
use crate::measure::{Entry, FactRow, SupportingRows};
use crate::notes::Note;
use crate::period::Period;
use crate::render::text::Untrusted;
use crate::report::{AbsentReason, RecordCounts};
use crate::wire::Stream;
use crate::wire::rows::Entries;
use crate::wire::{self, Instant, Labels, SchemaId};
pub use table::table;

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

/// The rows as a document: an object for each row of the fact, its records within. They are made while they are written.
pub fn document<'a>(sheet: &'a Sheet<'a>) -> wire::rows::Rows<'a> {
    wire::rows::Rows {
        schema: SchemaId::default(),
        metric: sheet.metric.id.clone(),
        period: sheet.period.label.clone(),
        start: Instant(sheet.period.start),
        end: Instant(sheet.period.end),
        as_of: Instant(sheet.canonical.as_of),
        timezone: sheet.timezone.to_string(),
        filter: sheet.filter.map(str::to_string),
        absent: sheet.behind.absent.as_ref().map(AbsentReason::code),
        n: sheet.behind.rows.len() as u64,
        rows: Stream::of(move || {
            sheet
                .behind
                .rows
                .iter()
                .zip(1..)
                .map(move |(row, number)| row_of(sheet, row, number))
        }),
        account: sheet.account.iter().map(wire::RecordCounts::from).collect(),
        notes: sheet.notes.iter().map(wire::Note::from).collect(),
    }
}

fn row_of(sheet: &Sheet, row: &FactRow, number: u64) -> wire::rows::Row {
    let by = sheet.dimensions.iter().cloned().zip(sheet.slice(row).iter().cloned());
    let entry = |entry: &Entry| match entry {
        Entry::Word(word) => wire::rows::Entry::Word(word),
        Entry::Number(number) => wire::rows::Entry::Number(*number),
        Entry::Thing(number) => wire::rows::Entry::Thing(*number),
        Entry::Text(code) => wire::rows::Entry::Text(sheet.canonical.texts.text(*code).map(str::to_string)),
        Entry::Nothing => wire::rows::Entry::Nothing,
    };
    let record = |record: Record| wire::rows::Record {
        file: record.file.to_string(),
        line: u64::from(record.line),
        raw: record.raw.to_string(),
    };
    wire::rows::Row {
        row: number,
        stakeholder_id: sheet.canonical.stakeholders.text(row.stakeholder).map(str::to_string),
        by: Labels(by.collect()),
        entries: Entries(sheet.behind.columns.iter().copied().zip(row.entries.iter().map(entry)).collect()),
        records: sheet.records(row).map(record).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::table::CHUNK;
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::catalog::Catalog;
    use crate::notes::RunNote;
    use crate::period::Zone;
    use crate::render::terminal::Style;
    use crate::schema::{NO_CODE, Table};
    use crate::wire::validate::broken_document;

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
        with_sheet(|sheet| {
            let mut bytes = Vec::new();
            wire::write(&document(sheet), &mut bytes).unwrap();
            let mut value: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(broken_document::<wire::rows::Rows>(&value), Vec::<String>::new());
            value["rows"][0]["records"][1]["line"] = json!(0);
            value["rows"][1]["in_part"] = json!("maybe");
            value["rows"][0]["thing"] = json!(true);
            value["rows"][0]["colour"] = json!("red");
            assert_eq!(broken_document::<wire::rows::Rows>(&value).len(), 4, "the check itself can fail");
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
