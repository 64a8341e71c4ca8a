//! Parquet as text: the CSV that stands for a file, so that everything behind it reads one kind of file.
//!
//! Record n of the file stands on line n + 1, as long as no text in it has line ends of its own. Nothing and not-a-number are empty;
//! days and times are written as ISO 8601, with a `Z` where the column has a zone; decimals exactly; lists and structures as JSON.

use std::io::{Cursor, Write};
use std::panic;

use anyhow::Result;
use polars::prelude::{AnyValue, ArrowDataType, ParquetReader, PolarsError, SerReader, TimeUnit};
use serde_json::Value;

use crate::io::{FileError, Scratch, Source};
use crate::period::{date_text, instant_text};

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
    match guarded(|| decode(&source, &bytes)) {
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

fn decode(source: &Source, bytes: &[u8]) -> Result<Scratch> {
    let fail = |error: PolarsError| {
        let why = format!("its Parquet data are damaged ({})", crate::diagnostics::visible(&error.to_string()));
        unreadable(source, why, AGAIN)
    };
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let metadata = reader.get_metadata().map_err(fail)?.clone();
    let schema = reader.schema().map_err(fail)?;
    for (name, field) in schema.iter() {
        let kind = match field.dtype() {
            ArrowDataType::Map(..) => "a map",
            ArrowDataType::Interval(_) => "a calendar interval",
            _ => continue,
        };
        let why = format!("its column {} holds {kind}, which has no text", crate::diagnostics::visible(name));
        return Err(unreadable(source, why, "export the column as text, or leave it out"));
    }
    let mut text = Scratch::new()?;
    let mut line = Vec::new();
    if !schema.is_empty() {
        schema.iter_names().for_each(|name| push(&mut line, name));
        end(&mut line, &mut text)?;
    }
    let mut first = 0;
    for group in &metadata.row_groups {
        let mut reader = ParquetReader::new(Cursor::new(bytes)).with_slice(Some((first, group.num_rows())));
        reader.set_metadata(metadata.clone());
        let frame = reader.finish().map_err(fail)?;
        if frame.height() != group.num_rows() {
            return Err(unreadable(source, "its Parquet data are damaged (rows are missing)", AGAIN));
        }
        for row in 0..frame.height() {
            for column in frame.columns() {
                push(&mut line, &cell(&column.get(row).map_err(fail)?));
            }
            end(&mut line, &mut text)?;
        }
        first += group.num_rows();
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

/// A value as a cell.
fn cell(value: &AnyValue) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::Float32(number) if number.is_nan() => String::new(),
        AnyValue::Float64(number) if number.is_nan() => String::new(),
        AnyValue::Float32(number) => unmistakable(number.to_string()),
        AnyValue::Float64(number) => unmistakable(number.to_string()),
        AnyValue::Date(day) => date_text(*day),
        AnyValue::Datetime(at, unit, zone) => time(*at, *unit, zone.is_some()),
        AnyValue::DatetimeOwned(at, unit, zone) => time(*at, *unit, zone.is_some()),
        AnyValue::Time(nanos) => time_of_day(*nanos),
        AnyValue::Duration(length, unit) => format!("PT{}S", short(&scaled(i128::from(*length), digits(*unit)))),
        AnyValue::Decimal(number, _, scale) => unmistakable(scaled(*number, *scale)),
        AnyValue::Binary(bytes) => binary(bytes),
        AnyValue::BinaryOwned(bytes) => binary(bytes),
        AnyValue::List(_) | AnyValue::Array(..) | AnyValue::Struct(..) | AnyValue::StructOwned(_) => json(value).to_string(),
        other => match other.get_str() {
            Some(text) => text.to_string(),
            None => other.to_string(),
        },
    }
}

fn json(value: &AnyValue) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(flag) => Value::Bool(*flag),
        AnyValue::List(items) | AnyValue::Array(items, _) => items.iter().map(|item| json(&item)).collect(),
        AnyValue::Struct(..) => json(&value.clone().into_static()),
        AnyValue::StructOwned(parts) => {
            let (values, fields) = parts.as_ref();
            let named = fields.iter().map(|field| field.name().to_string());
            Value::Object(named.zip(values.iter().map(json)).collect())
        }
        // A number that JSON cannot hold is a text.
        number if number.is_primitive_numeric() => match number.to_string().parse::<serde_json::Number>() {
            Ok(number) => Value::Number(number),
            Err(_) => Value::String(cell(number)),
        },
        other => Value::String(cell(other)),
    }
}

/// A number with three decimals could be read as one of thousands; with four it cannot.
fn unmistakable(number: String) -> String {
    match number.split_once('.') {
        Some((_, decimals)) if decimals.len() == 3 => number + "0",
        _ => number,
    }
}

/// A whole number of parts of which a power of ten make one.
fn scaled(number: i128, digits: usize) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", number.unsigned_abs(), width = digits + 1);
    match text.split_at(text.len() - digits) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, decimals) => format!("{sign}{whole}.{decimals}"),
    }
}

/// Without the zeros at the end of its decimals.
fn short(number: &str) -> &str {
    match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    }
}

fn digits(unit: TimeUnit) -> usize {
    match unit {
        TimeUnit::Nanoseconds => 9,
        TimeUnit::Microseconds => 6,
        TimeUnit::Milliseconds => 3,
    }
}

/// A time to the microsecond; without a zone it is one of a clock on a wall.
fn time(at: i64, unit: TimeUnit, zoned: bool) -> String {
    let micros = match unit {
        TimeUnit::Nanoseconds => at.div_euclid(1000),
        TimeUnit::Microseconds => at,
        TimeUnit::Milliseconds => at.saturating_mul(1000),
    };
    let text = instant_text(micros);
    if zoned { text } else { text.trim_end_matches('Z').to_string() }
}

fn time_of_day(nanos: i64) -> String {
    let text = instant_text(nanos.div_euclid(1000));
    let clock = text.split_once('T').map_or("", |(_, clock)| clock);
    clock.trim_end_matches('Z').to_string()
}

/// Text where it is text, else its bytes in hexadecimal.
fn binary(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_exact() {
        assert_eq!(scaled(-5, 4), "-0.0005");
        assert_eq!(scaled(123_456, 2), "1234.56");
        assert_eq!(scaled(7, 0), "7");
        assert_eq!(unmistakable(scaled(1_234, 3)), "1.2340");
        assert_eq!(time(1_500, TimeUnit::Milliseconds, true), "1970-01-01T00:00:01.5Z");
        assert_eq!(time(-1, TimeUnit::Nanoseconds, false), "1969-12-31T23:59:59.999999");
        assert_eq!(time_of_day(3_600_000_000_000), "01:00:00");
        assert_eq!(cell(&AnyValue::Float64(5.0)), "5");
        assert_eq!(cell(&AnyValue::Float32(0.1)), "0.1");
        assert_eq!(cell(&AnyValue::Int128(-7)), "-7");
        assert_eq!(cell(&AnyValue::Boolean(true)), "true");
    }

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
