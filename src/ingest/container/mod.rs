//! Files that hold tables: workbooks with sheets, and archives with files.
//!
//! Each sheet becomes a table as text, with what the cells of the workbook are typed as: dates and times in ISO 8601, numbers with a
//! decimal point, yes and no as `TRUE` and `FALSE`. Row n of the sheet is line n of the table. Hidden rows and columns are read like all
//! others, and of a formula the value that the workbook has stored with it.

mod compound;
mod ods;
mod table;
mod xls;
mod xlsb;
mod xlsx;
mod zipped;

use anyhow::Result;
use calamine::{SheetType, SheetVisible};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::io::{self, FileError, Seekable};

/// What a file holds.
pub enum Contents {
    /// One table, as it is.
    Table,
    /// The sheets of a workbook that have cells.
    Sheets(Vec<Sheet>),
    /// The files of an archive, by their names.
    Files(Vec<(String, io::Source)>),
}

/// A sheet of a workbook.
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// It is not shown.
    pub is_hidden: bool,
    /// Its cells, as fields that commas separate.
    pub table: io::Source,
}

/// How compound files of old workbooks start.
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// What a file holds. Of a workbook, only the sheet with the name that is wanted, if one is.
///
/// # Errors
/// When it cannot be read, is damaged or protected, or expands too far.
pub fn contents(file: &io::Source, wanted: Option<&str>) -> Result<Contents> {
    let start = file.start(COMPOUND.len() as u64).bytes()?;
    if start == COMPOUND {
        return Ok(Contents::Sheets(xls::sheets(file, wanted)?));
    }
    if !start.starts_with(b"PK\x03\x04") && !start.starts_with(b"PK\x05\x06") {
        return Ok(Contents::Table);
    }
    let mut archive = opened(file)?;
    let has = |archive: &ZipArchive<Seekable>, name: &str| archive.index_for_name(name).is_some();
    if has(&archive, "xl/workbook.xml") {
        zipped::check(file, &mut archive)?;
        Ok(Contents::Sheets(xlsx::sheets(file, wanted)?))
    } else if has(&archive, "content.xml") && has(&archive, "mimetype") {
        zipped::check(file, &mut archive)?;
        Ok(Contents::Sheets(ods::sheets(file, &mut archive, wanted)?))
    } else if has(&archive, "xl/workbook.bin") {
        zipped::check(file, &mut archive)?;
        Ok(Contents::Sheets(xlsb::sheets(file, wanted)?))
    } else {
        Ok(Contents::Files(zipped::files(file, &mut archive, wanted)?))
    }
}

/// The names of the sheets with cells, or of the one that is wanted, and whether each is hidden.
fn worksheets(all: &[calamine::Sheet], wanted: Option<&str>) -> Vec<(String, bool)> {
    all.iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && wanted.is_none_or(|wanted| sheet.name == wanted))
        .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
        .collect()
}

fn opened(file: &io::Source) -> Result<ZipArchive<Seekable>> {
    ZipArchive::new(file.seekable()?).map_err(|error| damaged(file, &error).into())
}

/// Why a file cannot be read.
fn unreadable(file: &io::Source, why: impl Into<String>, help: &str) -> FileError {
    FileError::new(file.name(), "read", why, help)
}

/// What is wrong with an archive, or with the workbook that it is.
fn damaged(file: &io::Source, error: &ZipError) -> FileError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => protected(file),
        other => unreadable(file, format!("its zip data are damaged ({other})"), "copy or export it again"),
    }
}

fn protected(file: &io::Source) -> FileError {
    unreadable(file, "it is protected by a password", "save it without one")
}
