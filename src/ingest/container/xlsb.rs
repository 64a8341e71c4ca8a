//! Binary workbooks of Excel (`.xlsb`).

use anyhow::Result;
use calamine::{Data, DataRef, Reader, Xlsb, XlsbError};

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
    let mut workbook: Xlsb<Seekable> = told(file, || Xlsb::new(seekable))?;
    let listed = worksheets(workbook.sheets_metadata(), wanted);
    let mut sheets = Vec::new();
    for (name, is_hidden) in listed {
        let mut shape = Shape::default();
        each_cell(file, &mut workbook, &name, |_, column, value| {
            shape.see(column, value);
            Ok(())
        })?;
        if shape.width() == 0 {
            continue;
        }
        let mut rows = Rows::new(Scratch::of(file)?, &shape);
        each_cell(file, &mut workbook, &name, |row, column, value| rows.cell(row, column, value))?;
        let table = file.holding(&name, rows.finish().map_err(|error| file.cannot_hold(error))?)?;
        sheets.push(Sheet { name, is_hidden, table });
    }
    Ok(sheets)
}

/// What the decoder gives, or what is wrong with the workbook.
fn told<T>(file: &io::Source, decode: impl FnOnce() -> Result<T, XlsbError>) -> Result<T, FileError> {
    let help = "open it and save it again, or export it as CSV";
    match guarded(decode) {
        Some(Ok(decoded)) => Ok(decoded),
        Some(Err(XlsbError::Password)) => Err(protected(file)),
        Some(Err(error)) => Err(unreadable(file, format!("the workbook is damaged ({error})"), help)),
        None => Err(unreadable(file, "the workbook is damaged", help)),
    }
}

/// Goes through the cells of a sheet, row by row.
fn each_cell(
    file: &io::Source,
    workbook: &mut Xlsb<Seekable>,
    sheet: &str,
    mut see: impl FnMut(u32, u32, &Value) -> std::io::Result<()>,
) -> Result<(), FileError> {
    let mut cells = told(file, || workbook.worksheet_cells_reader(sheet))?;
    while let Some(cell) = told(file, || cells.next_cell())? {
        let (row, column) = cell.get_position();
        let value = match cell.get_value() {
            DataRef::SharedString(text) => Value::of(&Data::String((*text).to_string())),
            other => Value::of(&Data::from(other.clone())),
        };
        if let Some(value) = value {
            see(row, column, &value).map_err(|error| file.cannot_hold(error))?;
        }
    }
    Ok(())
}
