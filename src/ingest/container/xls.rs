//! Workbooks of older versions of Excel (`.xls`).

use std::io::Cursor;

use anyhow::Result;
use calamine::{Reader, Xls, XlsError};

use super::compound::chains_end;
use super::table::{Rows, Shape, Value};
use super::{Sheet, protected, unreadable, worksheets};
use crate::ingest::guarded::guarded;
use crate::io::{self, FileError, Scratch};

/// The sheets that have cells.
///
/// # Errors
/// When it is no workbook, is damaged or protected.
pub fn sheets(file: &io::Source, wanted: Option<&str>) -> Result<Vec<Sheet>> {
    let bytes = file.all_bytes()?;
    if !chains_end(&bytes) {
        return Err(contradictory(file).into());
    }
    let mut workbook = told(file, guarded(|| Xls::new(Cursor::new(bytes))))?;
    let listed = worksheets(workbook.sheets_metadata(), wanted);
    let mut sheets = Vec::new();
    for (name, is_hidden) in listed {
        let range = told(file, guarded(|| workbook.worksheet_range(&name)))?;
        let (first_row, first_column) = range.start().unwrap_or_default();
        let cells = || {
            let used = range.used_cells();
            used.filter_map(|(row, column, data)| Some((first_row + row as u32, first_column + column as u32, Value::of(data)?)))
        };
        let mut shape = Shape::default();
        cells().for_each(|(_, column, value)| shape.see(column, &value));
        if shape.width() == 0 {
            continue;
        }
        let mut rows = Rows::new(Scratch::of(file)?, &shape);
        for (row, column, value) in cells() {
            rows.cell(row, column, &value).map_err(|error| file.cannot_hold(error))?;
        }
        let table = file.holding(&name, rows.finish().map_err(|error| file.cannot_hold(error))?)?;
        sheets.push(Sheet { name, is_hidden, table });
    }
    Ok(sheets)
}

/// What the decoder gave, or why it did not.
fn told<T>(file: &io::Source, decoded: Option<Result<T, XlsError>>) -> Result<T, FileError> {
    match decoded {
        Some(decoded) => decoded.map_err(|error| failed(file, &error)),
        None => Err(contradictory(file)),
    }
}

/// What leads nowhere, or in a circle.
fn contradictory(file: &io::Source) -> FileError {
    unreadable(file, "the workbook is damaged, or was cut off", "copy or export it again")
}

fn failed(file: &io::Source, error: &XlsError) -> FileError {
    match error {
        XlsError::Password => protected(file),
        other => unreadable(
            file,
            format!("it is no workbook that can be read ({other})"),
            "open it and save it as .xlsx or CSV",
        ),
    }
}
