//! Workbooks of Office Open XML (`.xlsx`, `.xlsm`).

use anyhow::Result;
use calamine::{Data, DataRef, Reader, Xlsx, XlsxError};

use super::table::{Rows, Shape, Value};
use super::{Sheet, protected, unreadable, worksheets};
use crate::ingest::guarded::guarded;
use crate::io::{self, FileError, Scratch, Seekable};

/// The sheets that have cells.
///
/// # Errors
/// When the workbook is damaged or protected, or a sheet expands too far.
pub fn sheets(file: &io::Source, wanted: Option<&str>) -> Result<Vec<Sheet>> {
    let seekable = file.seekable()?;
    let opened: Result<Xlsx<Seekable>, Failure> = of_decoder(|| Xlsx::new(seekable));
    let mut workbook = opened.map_err(|failure| told(file, failure))?;
    let listed = worksheets(workbook.sheets_metadata(), wanted);
    let mut sheets = Vec::new();
    for (name, is_hidden) in listed {
        let mut shape = Shape::default();
        each_cell(&mut workbook, &name, |_, column, value| {
            shape.see(column, value);
            Ok(())
        })
        .map_err(|error| told(file, error))?;
        if shape.width() == 0 {
            continue;
        }
        let mut rows = Rows::new(Scratch::of(file)?, &shape);
        each_cell(&mut workbook, &name, |row, column, value| rows.cell(row, column, value)).map_err(|error| told(file, error))?;
        let table = file.holding(&name, rows.finish().map_err(|error| file.cannot_hold(error))?)?;
        sheets.push(Sheet { name, is_hidden, table });
    }
    Ok(sheets)
}

/// What goes wrong with a sheet: in the workbook, or where it is written to.
enum Failure {
    Workbook(XlsxError),
    /// The decoder panicked.
    Damaged,
    Place(std::io::Error),
}

fn told(file: &io::Source, failure: Failure) -> FileError {
    match failure {
        Failure::Workbook(error) => failed(file, &error),
        Failure::Damaged => unreadable(file, "the workbook is damaged", "open it and save it again, or export it as CSV"),
        Failure::Place(error) => file.cannot_hold(error),
    }
}

fn of_decoder<T>(decode: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, Failure> {
    guarded(decode).ok_or(Failure::Damaged)?.map_err(Failure::Workbook)
}

/// Goes through the cells of a sheet, row by row: a sheet may be far larger than its cells.
fn each_cell(
    workbook: &mut Xlsx<Seekable>,
    sheet: &str,
    mut see: impl FnMut(u32, u32, &Value) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let mut cells = of_decoder(|| workbook.worksheet_cells_reader(sheet))?;
    while let Some(cell) = of_decoder(|| cells.next_cell())? {
        let (row, column) = cell.get_position();
        let value = match cell.get_value() {
            DataRef::SharedString(text) => Value::of(&Data::String((*text).to_string())),
            other => Value::of(&Data::from(other.clone())),
        };
        if let Some(value) = value {
            see(row, column, &value).map_err(Failure::Place)?;
        }
    }
    Ok(())
}

fn failed(file: &io::Source, error: &XlsxError) -> FileError {
    match error {
        XlsxError::Password => protected(file),
        other => unreadable(
            file,
            format!("the workbook is damaged ({other})"),
            "open it and save it again, or export it as CSV",
        ),
    }
}
