//! Parquet as text: the CSV that stands for a file, so that everything behind it reads one kind of file.
//!
//! Record n of the file stands on line n + 1, as long as no text in it has line ends of its own. Nothing and not-a-number are empty;
//! days and times are written as ISO 8601, with a `Z` where the column has a zone; decimals exactly; lists and structures as JSON.

mod cell;

use std::io::Write;
use std::panic;

use anyhow::Result;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use self::cell::{cell, without_text};
use crate::io::{FileError, Scratch, Source};

/// What a Parquet file starts and ends with.
const MAGIC: &[u8] = b"PAR1";

/// The input itself, or where it is Parquet the text that stands for it, in scratch space under the same name. The compressed bytes are
/// held in memory, and the rows of one row group at a time.
///
/// # Errors
/// When it cannot be read, is damaged, or has a column of a type that has no text.
pub fn as_text(source: Source) -> Result<Source> {
    let mut start = [0; MAGIC.len()];
    let got = source.open()?.fill(&mut start)?;
    if &start[..got] != MAGIC {
        return Ok(source);
    }
    let bytes = source.bytes()?;
    if bytes.len() < 2 * MAGIC.len() || !bytes.ends_with(MAGIC) {
        return Err(unreadable(&source, "its Parquet data end early", AGAIN));
    }
    match guarded(|| decode(&source, bytes)) {
        Some(decoded) => Ok(decoded?.into_source(source.name())?.standing_for(&source)),
        None => Err(unreadable(
            &source,
            "its Parquet data are damaged, or of a kind that is unknown here",
            AGAIN,
        )),
    }
}

/// What to do about damage.
const AGAIN: &str = "copy or export it again";

fn unreadable(source: &Source, why: impl Into<String>, help: &str) -> anyhow::Error {
    FileError::new(source.name(), "read", why, help).into()
}

/// Runs the decoder, which panics over some damaged files: that is no defect of the program, so nothing is said of it as one. Inputs are
/// opened one after the other before anything else runs, so that no other panic is silenced.
fn guarded<T>(decode: impl FnOnce() -> T) -> Option<T> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let decoded = panic::catch_unwind(panic::AssertUnwindSafe(decode));
    panic::set_hook(hook);
    decoded.ok()
}

fn decode(source: &Source, bytes: Vec<u8>) -> Result<Scratch> {
    let fail = |error: &dyn std::fmt::Display| {
        let why = format!("its Parquet data are damaged ({})", crate::diagnostics::visible(&error.to_string()));
        unreadable(source, why, AGAIN)
    };
    let file = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).map_err(|error| fail(&error))?;
    let schema = file.schema().clone();
    for field in schema.fields() {
        if let Some(kind) = without_text(field.data_type()) {
            let why = format!(
                "its column {} holds {kind}, which has no text",
                crate::diagnostics::visible(field.name())
            );
            return Err(unreadable(source, why, "export the column as text, or leave it out"));
        }
    }
    let mut text = Scratch::new()?;
    let mut line = Vec::new();
    if !schema.fields().is_empty() {
        schema.fields().iter().for_each(|field| push(&mut line, field.name()));
        end(&mut line, &mut text)?;
    }
    let stated = file.metadata().file_metadata().num_rows();
    let mut found = 0;
    for batch in file.build().map_err(|error| fail(&error))? {
        let batch = batch.map_err(|error| fail(&error))?;
        found += batch.num_rows();
        for row in 0..batch.num_rows() {
            for column in batch.columns() {
                push(&mut line, &cell(column, row).text());
            }
            end(&mut line, &mut text)?;
        }
    }
    if usize::try_from(stated) != Ok(found) {
        return Err(unreadable(source, "its Parquet data are damaged (rows are missing)", AGAIN));
    }
    Ok(text)
}

/// Adds a cell and a comma. Whatever might be taken for a delimiter is quoted, so that the comma is the only one.
fn push(line: &mut Vec<u8>, cell: &str) {
    let special = |byte| matches!(byte, b',' | b';' | b'\t' | b'|' | b'"' | b'\n' | b'\r');
    if cell.bytes().any(special) {
        line.push(b'"');
        line.extend(cell.replace('"', "\"\"").bytes());
        line.push(b'"');
    } else {
        line.extend(cell.bytes());
    }
    line.push(b',');
}

fn end(line: &mut Vec<u8>, text: &mut Scratch) -> Result<()> {
    line.pop();
    // An empty line would be no record.
    if line.is_empty() {
        line.extend(b"\"\"");
    }
    line.push(b'\n');
    text.write_all(line)?;
    line.clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_parquet_stays_as_it_is() {
        for bytes in [&b""[..], b"PAR", b"a,b\n"] {
            let text = as_text(Source::memory("a.csv", bytes)).unwrap();
            assert_eq!(text.bytes().unwrap(), bytes);
        }
    }

    #[test]
    fn damaged_parquet_is_an_error_that_names_the_file() {
        for (bytes, why) in [
            (&b"PAR1"[..], "end early"),
            (b"PAR1abcd", "end early"),
            (b"PAR1\0\0\0\0\xff\0\0\0PAR1", "are damaged"),
        ] {
            let error = as_text(Source::memory("a.parquet", bytes)).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("cannot read a.parquet: its Parquet data {why}")),
                "{error}"
            );
        }
    }
}
