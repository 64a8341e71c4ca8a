//! Parquet: a file that says itself what its columns are called and of which type they are. Its records have texts as those of other
//! files do, and beside them the values that are stored, so that neither their marks nor their order of day and month is a question.
//!
//! Record n of the file stands on line n + 1. Parquet is read from its end, so that all of the file, as it is stored, is held in memory;
//! its rows are decoded a stretch at a time.

mod read;
mod value;

use anyhow::Result;
use arrow_schema::DataType;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

pub(super) use self::read::read_blocks;
pub use self::value::StoredValue;
pub(super) use self::value::value;
use self::value::without_text;
use super::dialect::Dialect;
use super::encoding::Encoding;
use super::evidence::{EncodingEvidence, LayoutEvidence};
use super::guarded::guarded;
use super::header::{Header, Stored};
use super::peek::{Layout, LineEnds, Peek, Row};
use super::record::Records;
use crate::diagnostics::visible;
use crate::io::{FileError, Source};

/// What a Parquet file starts and ends with.
const MAGIC: &[u8] = b"PAR1";

/// Whether an input is Parquet, by its first bytes.
///
/// # Errors
/// When it cannot be read.
pub(super) fn is_parquet(source: &Source) -> Result<bool> {
    let mut start = [0; MAGIC.len()];
    let got = source.open()?.fill(&mut start)?;
    Ok(&start[..got] == MAGIC)
}

/// The columns of a file, and its first records.
///
/// # Errors
/// When it cannot be read, is damaged, or has a column of a type that has no text.
pub(super) fn peek(source: &Source, rows: usize) -> Result<Peek> {
    let mut file = Decoder::open(source, rows.max(1))?;
    let first = file.next_batch()?;
    let mut records = first.as_ref().map(|batch| Records::stored(batch, 1));
    let mut found = Vec::new();
    while found.len() < rows
        && let Some(record) = records.as_mut().and_then(Records::read)
    {
        found.push(Row {
            line: record.line(),
            fields: record.iter().map(str::to_owned).collect(),
        });
    }
    let names: Vec<String> = file.columns.iter().map(|(name, _)| name.clone()).collect();
    let width = names.len();
    let rows = if names.is_empty() { Vec::new() } else { vec![names] };
    let header = Header {
        stored: file.columns.iter().map(|(_, stored)| *stored).collect(),
        ..Header::of(rows, width)
    };
    let complete = found.len() as u64 == file.records;
    Ok(Peek {
        layout: Layout {
            encoding: Encoding::Utf8,
            encoding_evidence: EncodingEvidence::Format,
            dialect: Dialect::of(","),
            line_ends: LineEnds::default(),
            preamble: Vec::new(),
            header,
            width,
            strict_quotes: false,
            uneven_ends: false,
            evidence: vec![LayoutEvidence::Parquet(width as u64)],
            is_parquet: true,
            before_data: 0,
            footer: Vec::new(),
        },
        parted: true,
        rows: found,
        complete,
        footer: Vec::new(),
    })
}

/// What to do about damage.
const AGAIN: &str = "copy or export it again";

fn unreadable(source: &Source, why: impl Into<String>, help: &str) -> anyhow::Error {
    FileError::new(source.name(), "read", why, help).into()
}

/// A file whose rows are being decoded.
struct Decoder<'a> {
    source: &'a Source,
    batches: ParquetRecordBatchReader,
    /// Names and types of its columns.
    columns: Vec<(String, Stored)>,
    /// How many records it says that it has, and how many have been decoded.
    records: u64,
    decoded: u64,
}

impl<'a> Decoder<'a> {
    /// Opens a file, whose rows are decoded so many at a time.
    fn open(source: &'a Source, at_a_time: usize) -> Result<Decoder<'a>> {
        let bytes = source.all_bytes()?;
        let compressed = bytes.len() as u64;
        if bytes.len() < 2 * MAGIC.len() || !bytes.ends_with(MAGIC) {
            return Err(unreadable(source, "its Parquet data end early", AGAIN));
        }
        let file = decoded(source, || ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)))?;
        source
            .expansion()
            .check(compressed, expanded(file.metadata()))
            .map_err(|why| unreadable(source, why.to_string(), why.help()))?;
        let mut columns = Vec::new();
        for field in file.schema().fields() {
            if let Some(kind) = without_text(field.data_type()) {
                let why = format!("its column {} holds {kind}, which has no text", visible(field.name()));
                return Err(unreadable(source, why, "export the column as text, or leave it out"));
            }
            columns.push((field.name().clone(), stored(field.data_type())));
        }
        let records = file.metadata().file_metadata().num_rows();
        let batches = decoded(source, || file.with_batch_size(at_a_time).build())?;
        Ok(Decoder {
            source,
            batches,
            columns,
            records: u64::try_from(records).unwrap_or_default(),
            decoded: 0,
        })
    }

    /// The next rows; `None` after the last.
    fn next_batch(&mut self) -> Result<Option<arrow_array::RecordBatch>> {
        let batch = decoded(self.source, || self.batches.next().transpose())?;
        match &batch {
            Some(batch) => self.decoded += batch.num_rows() as u64,
            None if self.decoded != self.records => {
                return Err(unreadable(self.source, "its Parquet data are damaged (rows are missing)", AGAIN));
            }
            None => {}
        }
        Ok(batch)
    }
}

/// How many bytes a file says that it becomes: those of its values, or one for each cell where it stores few values for many.
fn expanded(metadata: &ParquetMetaData) -> u64 {
    let groups = metadata.row_groups().iter();
    let of_group = |group: &RowGroupMetaData| {
        let cells = group.num_rows().saturating_mul(group.num_columns() as i64);
        u64::try_from(group.total_byte_size().max(cells)).unwrap_or_default()
    };
    groups.map(of_group).fold(0, u64::saturating_add)
}

/// What the type of a column settles about the reading of its values.
fn stored(kind: &DataType) -> Stored {
    match kind {
        DataType::Dictionary(_, value) => stored(value),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => Stored::Time,
        DataType::Boolean => Stored::Flag,
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64
        | DataType::Float16
        | DataType::Float32
        | DataType::Float64
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..)
        | DataType::Duration(_) => Stored::Number,
        // A time of day is none without its day; the rest is text, or is read as its text.
        _ => Stored::Text,
    }
}

/// What a decoder gives, or that the file is damaged.
fn decoded<T, E: std::fmt::Display>(source: &Source, decode: impl FnOnce() -> Result<T, E>) -> Result<T> {
    match guarded(decode) {
        Some(Ok(decoded)) => Ok(decoded),
        Some(Err(error)) => {
            let why = format!("its Parquet data are damaged ({})", visible(&error.to_string()));
            Err(unreadable(source, why, AGAIN))
        }
        None => Err(unreadable(
            source,
            "its Parquet data are damaged, or of a kind that is unknown here",
            AGAIN,
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
    use parquet::arrow::ArrowWriter;
    use parquet::file::properties::WriterProperties;

    use super::*;
    use crate::ingest::{FormatOverrides, for_each_record, peek};

    #[test]
    fn a_file_expands_within_limits() {
        // Few values for many cells: a small file.
        let numbers = || Arc::new(Int64Array::from(vec![7; 50_000])) as ArrayRef;
        let file = || parquet(vec![("a", numbers()), ("b", numbers())], 10_000);
        assert!(file().all_bytes().unwrap().len() < 10_000);
        let within = |bytes: u64| {
            let limits = crate::io::Expansion { ratio: 100, bytes };
            peek(&file().within(limits), &FormatOverrides::default(), 1).map(|peek| peek.rows.len())
        };
        assert_eq!(within(100_000).unwrap(), 1);
        let said = format!("{:#}", within(99_999).unwrap_err());
        assert!(
            said.contains("expand to more than 99999 bytes") && said.contains("--max-expanded"),
            "{said}"
        );
    }

    /// A file of these columns, in row groups of so many rows.
    fn parquet(columns: Vec<(&str, ArrayRef)>, group: usize) -> Source {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        Source::memory("a.parquet", bytes)
    }

    fn orders() -> Source {
        parquet(
            vec![
                ("id", Arc::new(Int64Array::from(vec![1, 2, 3]))),
                (
                    "amount",
                    Arc::new(
                        Decimal128Array::from(vec![Some(1_234_567), None, Some(-5)])
                            .with_precision_and_scale(10, 3)
                            .unwrap(),
                    ),
                ),
                ("day", Arc::new(Date32Array::from(vec![0, 1, 2]))),
                (
                    "at",
                    Arc::new(TimestampMicrosecondArray::from(vec![0, 1_000_000, 2]).with_timezone("UTC")),
                ),
                ("note", Arc::new(StringArray::from(vec!["plain", "a,\"b\"", "two\nlines"]))),
            ],
            2,
        )
    }

    /// Line, number, fields and raw text of each record.
    fn records(source: &Source, threads: usize) -> Vec<(u64, u64, Vec<String>, String)> {
        let layout = peek(source, &FormatOverrides::default(), 1).unwrap().layout;
        let outcome = for_each_record(source, &layout, threads, Vec::new, |kept: &mut Vec<_>, record| {
            let fields: Vec<String> = record.iter().map(str::to_owned).collect();
            kept.push((record.line(), record.number(), fields, record.raw().to_string()));
            Ok(())
        });
        let outcome = outcome.unwrap();
        let mut all: Vec<_> = outcome.sinks.into_iter().flatten().collect();
        all.sort();
        assert_eq!(all.len() as u64, outcome.records);
        all
    }

    #[test]
    fn records_have_texts_lines_and_a_raw_form() {
        let all = records(&orders(), 1);
        let fields: Vec<Vec<&str>> = all.iter().map(|record| record.2.iter().map(String::as_str).collect()).collect();
        assert_eq!(
            fields,
            [
                ["1", "1234.5670", "1970-01-01", "1970-01-01T00:00:00Z", "plain"],
                ["2", "", "1970-01-02", "1970-01-01T00:00:01Z", "a,\"b\""],
                ["3", "-0.0050", "1970-01-03", "1970-01-01T00:00:00.000002Z", "two\nlines"],
            ]
        );
        assert_eq!(
            all.iter().map(|record| (record.0, record.1)).collect::<Vec<_>>(),
            [(2, 1), (3, 2), (4, 3)]
        );
        assert_eq!(all[1].3, "2,,1970-01-02,1970-01-01T00:00:01Z,\"a,\"\"b\"\"\"");
        assert_eq!(records(&orders(), 2), all);
    }

    #[test]
    fn the_columns_say_what_they_are() {
        let peeked = peek(&orders(), &FormatOverrides::default(), 2).unwrap();
        let header = &peeked.layout.header;
        assert_eq!(header.names, ["id", "amount", "day", "at", "note"]);
        assert_eq!(
            header.stored,
            [Stored::Number, Stored::Number, Stored::Time, Stored::Time, Stored::Text]
        );
        assert_eq!((peeked.rows.len(), peeked.complete), (2, false));
        assert_eq!(peeked.rows[1].line, 3);
        assert!(peek(&orders(), &FormatOverrides::default(), 3).unwrap().complete);
    }

    #[test]
    fn a_record_keeps_its_stored_values() {
        let source = orders();
        let layout = peek(&source, &FormatOverrides::default(), 1).unwrap().layout;
        let seen = for_each_record(&source, &layout, 1, Vec::new, |kept: &mut Vec<String>, record| {
            kept.push(format!("{:?} {:?}", record.stored(1), record.stored(3)));
            assert_eq!(record.stored(5), None);
            Ok(())
        });
        assert_eq!(
            seen.unwrap().sinks[0][..2],
            [
                "Some(Decimal(1234567, 3)) Some(Time { at: 0, zoned: true })",
                "Some(Nothing) Some(Time { at: 1000000, zoned: true })"
            ]
        );
    }

    #[test]
    fn damaged_parquet_is_an_error_that_names_the_file() {
        for (bytes, why) in [
            (&b"PAR1"[..], "end early"),
            (b"PAR1abcd", "end early"),
            (b"PAR1\0\0\0\0\xff\0\0\0PAR1", "are damaged"),
        ] {
            let source = Source::memory("a.parquet", bytes);
            let error = peek(&source, &FormatOverrides::default(), 1).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("cannot read a.parquet: its Parquet data {why}")),
                "{error}"
            );
        }
    }

    #[test]
    fn what_the_decoder_cannot_take_is_damage() {
        let source = Source::memory("a.parquet", &b""[..]);
        let error = decoded(&source, || -> Result<(), String> { panic!("a damaged page") }).unwrap_err();
        assert!(error.to_string().contains("of a kind that is unknown here"), "{error}");
    }
}
