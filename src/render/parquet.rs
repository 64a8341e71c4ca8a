//! Tables as Parquet: times in UTC to the microsecond, days as dates, money as decimals of four places, texts as strings.
//!
//! Money is `DECIMAL(19, 4)`, which is exact, and which DuckDB, Spark and Arrow add up as a number.

use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, RecordBatch, RecordBatchOptions, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::output_format::{OutputFormat, Stdout};
use super::tables::{Column, Sheet, Value};
use crate::schema::ColumnType;

/// Parquet.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "parquet",
    aliases: &[],
    endings: &["parquet"],
    about: "For data frames: typed columns",
    stdout: Stdout::Binary("a Parquet file"),
};

/// Writes a table.
///
/// # Errors
/// Those of the writer.
pub fn write(sheet: &Sheet, out: &mut (dyn Write + Send)) -> Result<()> {
    let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
    for column in &sheet.columns {
        columns.push((column.name.as_str(), values(sheet, column)?));
    }
    if let Some(label) = &sheet.label {
        let labels = (0..sheet.len).map(|row| Some(sheet.label_of(row)));
        columns.push((label, Arc::new(StringArray::from_iter(labels))));
    }
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, values)| Field::new(*name, values.data_type().clone(), true))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let length = RecordBatchOptions::new().with_row_count(Some(sheet.len));
    let columns = columns.into_iter().map(|(_, values)| values).collect();
    let batch = RecordBatch::try_new_with_options(schema.clone(), columns, &length)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let mut writer = ArrowWriter::try_new(out, schema, Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(())
}

fn values(sheet: &Sheet, column: &Column) -> Result<ArrayRef> {
    if !column.is_typed() {
        return Ok(texts(sheet, column));
    }
    let rows = 0..sheet.len;
    Ok(match column.kind {
        ColumnType::Stakeholder | ColumnType::Key | ColumnType::Text => texts(sheet, column),
        ColumnType::Time => {
            let days = rows.clone().map(|row| match column.value(row) {
                Value::Day(day) => Some(Some(day)),
                Value::Nothing => Some(None),
                _ => None,
            });
            match days.collect::<Option<Vec<Option<i32>>>>() {
                Some(days) => Arc::new(Date32Array::from(days)),
                // A date among times would be no date any more, where it must be one.
                None if sheet.is_date(&column.name) || sheet.has_dates(&column.name) => texts(sheet, column),
                None => Arc::new(TimestampMicrosecondArray::from_iter(rows.map(|row| column.stored(row))).with_timezone("UTC")),
            }
        }
        ColumnType::Money => {
            let amounts = rows.map(|row| column.stored(row).map(i128::from));
            Arc::new(Decimal128Array::from_iter(amounts).with_precision_and_scale(19, 4)?)
        }
        ColumnType::Number => Arc::new(Float64Array::from_iter(rows.map(|row| match column.value(row) {
            Value::Number(number) => Some(number),
            _ => None,
        }))),
        ColumnType::Bool => Arc::new(BooleanArray::from_iter(rows.map(|row| match column.value(row) {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }))),
    })
}

fn texts(sheet: &Sheet, column: &Column) -> ArrayRef {
    Arc::new(StringArray::from_iter((0..sheet.len).map(|row| match column.value(row) {
        Value::Nothing => None,
        value => Some(value.text()),
    })))
}
