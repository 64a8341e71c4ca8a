//! A document as a workbook: a sheet for each of its sections, real tables, real numbers and dates, native charts and small lines.
//!
//! Text is always written as a string, so that no cell of an export becomes a formula, a number or a link. Numbers are written
//! as they are, never rounded; the format of the cell sets the number of decimals. The data of charts and small lines are on a separate
//! sheet at the end.

mod charts;
mod data;
mod formats;
mod names;
mod pages;
mod plan;
mod sheets;
mod tables;
#[cfg(test)]
mod tests;

use std::io::Write;

use anyhow::Result;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::document::{Block, Document};
use super::format::Units;
use super::output_format::{OutputFormat, Stdout};
use crate::schema::Micros;
use data::Data;
use plan::Plan;

/// A workbook of Excel.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "xlsx",
    aliases: &[],
    endings: &["xlsx"],
    about: "For spreadsheets: a workbook with sheets and charts",
    stdout: Stdout::Binary("a workbook"),
};

/// Writes the document. Its values are in these units; the workbook is dated by `as_of`, so that the same document gives the same bytes.
///
/// # Errors
/// More rows or columns than a sheet can contain; the same as the writer.
pub fn write(document: &Document, units: &Units, as_of: Micros, out: &mut dyn Write) -> Result<()> {
    let title = title(document);
    let plan = Plan::new(document);
    let mut data = Data::new(&plan.data)?;
    let mut workbook = Workbook::new();
    let mut properties = DocProperties::new().set_title(names::cut(&title, 255));
    // If a workbook cannot store the time, no date is set: the clock is not used.
    let created = ExcelDateTime::from_timestamp(as_of.div_euclid(1_000_000)).or_else(|_| ExcelDateTime::from_timestamp(0))?;
    properties = properties.set_creation_datetime(&created);
    workbook.set_properties(&properties);
    for sheet in &plan.sheets {
        workbook.push_worksheet(sheets::worksheet(sheet, &plan, units, &title, &mut data)?);
    }
    if let Some(worksheet) = data.finish(&title)? {
        workbook.push_worksheet(worksheet);
    }
    out.write_all(&workbook.save_to_buffer()?)?;
    Ok(())
}

/// The heading of the document.
fn title(document: &Document) -> String {
    let first = document.blocks.iter().find_map(|block| match block {
        Block::Heading(1, text) => Some(text.workbook()),
        _ => None,
    });
    first.unwrap_or_default()
}
