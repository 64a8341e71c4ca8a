//! Workbooks of OpenDocument (`.ods`): one XML file with all sheets, which is read from its start to its end.

use std::io::BufReader;

use anyhow::Result;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, escape::resolve_predefined_entity};
use zip::ZipArchive;

use super::table::{Rows, Shape, Value, clock_of_iso};
use super::{Sheet, damaged, unreadable};
use crate::io::{self, FileError, Scratch, Seekable};

/// What a sheet has at most, as in the programs that write such files.
const MOST_ROWS: u32 = 1 << 20;
const MOST_COLUMNS: u32 = 1 << 14;

/// The bytes of one text, as often as it is repeated in a row.
const MOST_TEXT: usize = 1 << 26;

/// The sheets that have cells.
///
/// # Errors
/// When the workbook is damaged, or a sheet expands too far.
pub fn sheets(file: &io::Source, archive: &mut ZipArchive<Seekable>, wanted: Option<&str>) -> Result<Vec<Sheet>> {
    let mut shapes: Vec<(String, Shape)> = Vec::new();
    each_row(file, archive, &mut |sheet, row| {
        if shapes.last().is_none_or(|(name, _)| name != sheet) {
            shapes.push((sheet.to_string(), Shape::default()));
        }
        if let Some((_, shape)) = shapes.last_mut() {
            row.cells.iter().for_each(|(column, value)| shape.see(*column, value));
        }
        Ok(())
    })?;
    let mut sheets = Vec::new();
    for (name, shape) in shapes
        .iter()
        .filter(|(name, shape)| shape.width() > 0 && wanted.is_none_or(|wanted| name == wanted))
    {
        let mut rows = Rows::new(Scratch::of(file)?, shape);
        each_row(file, archive, &mut |sheet, row| {
            if sheet != name {
                return Ok(());
            }
            let mut write = || {
                for (column, value) in &row.cells {
                    rows.cell(row.first, *column, value)?;
                }
                if row.cells.is_empty() {
                    Ok(())
                } else {
                    rows.repeat_until(row.first + row.times)
                }
            };
            write().map_err(|error| file.cannot_hold(error))
        })?;
        let table = file.holding(name, rows.finish().map_err(|error| file.cannot_hold(error))?)?;
        sheets.push(Sheet {
            name: name.clone(),
            is_hidden: false,
            table,
        });
    }
    Ok(sheets)
}

/// A row, or several equal ones.
struct Row {
    first: u32,
    times: u32,
    cells: Vec<(u32, Value)>,
}

/// What is seen of rows, with the name of their sheet.
type See<'a> = &'a mut dyn FnMut(&str, &Row) -> Result<(), FileError>;

/// Goes through the rows of all sheets.
fn each_row(file: &io::Source, archive: &mut ZipArchive<Seekable>, see: See<'_>) -> Result<()> {
    let content = archive.by_name("content.xml").map_err(|error| damaged(file, &error))?;
    let mut reader = Reader::from_reader(BufReader::new(content));
    reader.config_mut().expand_empty_elements = true;
    let broken = |why: &dyn std::fmt::Display| {
        let help = "open it and save it again, or export it as CSV";
        unreadable(file, format!("the workbook is damaged or protected ({why})"), help)
    };
    let mut document = Document::default();
    let mut space = Vec::new();
    loop {
        space.clear();
        match reader.read_event_into(&mut space).map_err(|error| broken(&error))? {
            Event::Start(element) => document.start(&element).map_err(|error| broken(&error))?,
            Event::End(element) => {
                document.end(element.name().as_ref(), see)?;
                if document.is_too_large {
                    return Err(broken(&"a row has more text than any sheet").into());
                }
            }
            Event::Text(text) => document.text(&text.xml10_content()),
            Event::CData(text) => document.text(&text),
            Event::GeneralRef(entity) => document.text(&meant(&entity)),
            Event::Eof => return Ok(()),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// The text of an entity or a character reference.
fn meant(entity: &BytesRef<'_>) -> String {
    match entity.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        Ok(None) | Err(_) => resolve_predefined_entity(entity).unwrap_or_default().to_string(),
    }
}

/// A cell as far as it was read.
struct Cell {
    times: u32,
    value: Option<Value>,
    /// Its text, where that is the value.
    text: Option<String>,
}

/// Where in the document the reader is.
#[derive(Default)]
struct Document {
    sheet: String,
    /// How many annotations the reader is in: what they say is no value.
    notes: u32,
    row: u32,
    times: u32,
    column: u32,
    cells: Vec<(u32, Value)>,
    cell: Option<Cell>,
    /// A text is repeated so often that a row has more than [`MOST_TEXT`].
    is_too_large: bool,
}

impl Document {
    fn start(&mut self, element: &BytesStart<'_>) -> quick_xml::Result<()> {
        match element.name().as_ref() {
            "table:table" => {
                self.sheet = attribute(element, "table:name")?.unwrap_or_default();
                self.row = 0;
            }
            "table:table-row" => {
                self.times = repeats(element, "table:number-rows-repeated")?;
                self.column = 0;
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let value = value(element)?;
                let is_text = value.is_none() && attribute(element, "office:value-type")?.as_deref() == Some("string");
                self.cell = Some(Cell {
                    times: repeats(element, "table:number-columns-repeated")?,
                    value,
                    text: is_text.then(String::new),
                });
            }
            "office:annotation" => self.notes += 1,
            "text:p"
                if self
                    .cell
                    .as_ref()
                    .is_some_and(|cell| cell.text.as_ref().is_some_and(|text| !text.is_empty())) =>
            {
                self.text("\n");
            }
            "text:s" => {
                let count = repeats(element, "text:c")?.min(MOST_COLUMNS);
                self.text(&" ".repeat(count as usize));
            }
            "text:tab" | "text:line-break" => self.text(" "),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, more: &str) {
        if self.notes == 0
            && let Some(text) = self.cell.as_mut().and_then(|cell| cell.text.as_mut())
        {
            text.push_str(more);
        }
    }

    fn end(&mut self, name: &str, see: See<'_>) -> Result<(), FileError> {
        match name {
            "office:annotation" => self.notes = self.notes.saturating_sub(1),
            "table:table-cell" | "table:covered-table-cell" => {
                let Some(cell) = self.cell.take() else { return Ok(()) };
                let text = cell.text.filter(|text| !text.is_empty()).map(Value::Text);
                let until = self.column.saturating_add(cell.times).min(MOST_COLUMNS);
                let value = cell.value.or(text);
                if let Some(Value::Text(text)) = &value {
                    self.is_too_large |= text.len() * (until - self.column) as usize > MOST_TEXT;
                }
                if let Some(value) = value.filter(|_| !self.is_too_large) {
                    self.cells.extend((self.column..until).map(|column| (column, value.clone())));
                }
                self.column = until;
            }
            "table:table-row" => {
                let row = Row {
                    first: self.row,
                    times: self.times.min(MOST_ROWS.saturating_sub(self.row)),
                    cells: std::mem::take(&mut self.cells),
                };
                self.row += row.times;
                if row.times > 0 {
                    see(&self.sheet, &row)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> quick_xml::Result<Option<String>> {
    let found = element.try_get_attribute(name)?;
    found
        .map(|found| Ok(found.normalized_value(quick_xml::XmlVersion::Implicit1_0)?.into_owned()))
        .transpose()
}

/// How often something comes: once where it is not said.
fn repeats(element: &BytesStart<'_>, name: &str) -> quick_xml::Result<u32> {
    Ok(attribute(element, name)?.and_then(|count| count.parse().ok()).unwrap_or(1))
}

/// The value that a cell has as an attribute.
fn value(element: &BytesStart<'_>) -> quick_xml::Result<Option<Value>> {
    let of = |name: &str| attribute(element, name);
    let Some(kind) = of("office:value-type")? else { return Ok(None) };
    let number = of("office:value")?.and_then(|text| text.parse::<f64>().ok());
    Ok(match kind.as_str() {
        "currency" => match (number, of("office:currency")?) {
            (Some(number), Some(currency)) => Some(Value::Amount(number, currency)),
            (number, _) => number.map(Value::Number),
        },
        "float" | "percentage" => number.map(Value::Number),
        "date" => of("office:date-value")?.map(|text| Value::of_iso(&text)),
        "time" => of("office:time-value")?.map(|text| Value::Clock(clock_of_iso(&text).unwrap_or(text))),
        "boolean" => of("office:boolean-value")?.map(|text| Value::Flag(text == "true")),
        "string" => of("office:string-value")?.filter(|text| !text.is_empty()).map(Value::Text),
        _ => None,
    })
}
