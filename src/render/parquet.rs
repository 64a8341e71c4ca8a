//! Tables as Parquet: times in UTC to the microsecond, days as dates, money as decimals of four places, texts as strings.
//!
//! Money is `DECIMAL(19, 4)`, which is exact, and which DuckDB, Spark and Arrow add up as a number.

use std::io::Write;

use anyhow::Result;
use polars::prelude::{
    Column as Frame, DataFrame, Int32Chunked, Int64Chunked, Int128Chunked, IntoSeries, NamedFrom, NewChunkedArray, ParquetCompression,
    ParquetWriter, Series, TimeUnit, TimeZone,
};

use super::tables::{Column, Sheet, Value};
use crate::schema::ColumnType;

/// Writes a table.
///
/// # Errors
/// Those of the writer.
pub fn write(sheet: &Sheet, out: &mut dyn Write) -> Result<()> {
    let mut columns: Vec<Frame> = Vec::new();
    for column in &sheet.columns {
        columns.push(series(sheet, column)?.into());
    }
    if let Some(label) = &sheet.label {
        let labels: Vec<&str> = (0..sheet.len).map(|row| sheet.label_of(row)).collect();
        columns.push(Series::new(label.as_str().into(), labels).into());
    }
    let mut frame = DataFrame::new(sheet.len, columns)?;
    ParquetWriter::new(out)
        .with_compression(ParquetCompression::Zstd(None))
        .set_parallel(false)
        .finish(&mut frame)?;
    Ok(())
}

fn series(sheet: &Sheet, column: &Column) -> Result<Series> {
    let name = column.name.as_str().into();
    let rows = 0..sheet.len;
    if !column.is_typed() {
        return Ok(texts(sheet, column));
    }
    Ok(match column.kind {
        ColumnType::Stakeholder | ColumnType::Key | ColumnType::Text => texts(sheet, column),
        ColumnType::Time => {
            let days = rows.clone().map(|row| match column.value(row) {
                Value::Day(day) => Some(Some(day)),
                Value::Nothing => Some(None),
                _ => None,
            });
            match days.collect::<Option<Vec<Option<i32>>>>() {
                Some(days) => Int32Chunked::from_iter_options(name, days.into_iter()).into_date().into_series(),
                // A date among times would be no date any more, where it must be one.
                None if sheet.is_date(&column.name) => texts(sheet, column),
                None => Int64Chunked::from_iter_options(name, rows.map(|row| column.stored(row)))
                    .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
                    .into_series(),
            }
        }
        ColumnType::Money => Int128Chunked::from_iter_options(name, rows.map(|row| column.stored(row).map(i128::from)))
            .into_decimal(19, 4)?
            .into_series(),
        ColumnType::Number => {
            let numbers: Vec<Option<f64>> = rows
                .map(|row| match column.value(row) {
                    Value::Number(number) => Some(number),
                    _ => None,
                })
                .collect();
            Series::new(name, numbers)
        }
        ColumnType::Bool => {
            let flags: Vec<Option<bool>> = rows
                .map(|row| match column.value(row) {
                    Value::Flag(flag) => Some(flag),
                    _ => None,
                })
                .collect();
            Series::new(name, flags)
        }
    })
}

fn texts(sheet: &Sheet, column: &Column) -> Series {
    let texts: Vec<Option<String>> = (0..sheet.len)
        .map(|row| match column.value(row) {
            Value::Nothing => None,
            value => Some(value.text()),
        })
        .collect();
    Series::new(column.name.as_str().into(), texts)
}
