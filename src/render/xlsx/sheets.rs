//! A sheet: headings, texts over the columns that they need, tables, charts next to their data.

use anyhow::Result;
use rust_xlsxwriter::{Format, IgnoreError, ObjectMovement, Worksheet};

use super::charts;
use super::data::Data;
use super::formats;
use super::names;
use super::pages::{LINE, Page};
use super::plan::{Kind, Part, Plan, Sheet};
use super::tables::{self, Context};
use crate::render::document::Chart;
use crate::render::format::Units;
use crate::render::text::{Text, Tone};

/// A title row stays visible if there are at most this number of rows above it.
const FROZEN: u32 = 4;

/// Points in the width of a character, in the margin of a column, and in a pixel.
const CHARACTER: f64 = 5.25;
const MARGIN: f64 = 3.75;
const PIXEL: f64 = 0.75;

/// Writes a sheet of the plan.
///
/// # Errors
/// More rows or columns than a sheet can contain; the same as the writer.
pub fn worksheet(sheet: &Sheet, plan: &Plan, units: &Units, title: &str, data: &mut Data) -> Result<Worksheet> {
    let mut page = Page::new(&sheet.name)?;
    for (column, width) in (0..).zip(&sheet.widths) {
        page.worksheet.set_column_width(column, *width)?;
    }
    page.set_up(title);
    let context = Context {
        plan,
        units,
        widths: &sheet.widths,
    };
    for (row, part) in &sheet.parts {
        match part {
            Part::Heading(level, text) => {
                let size = [18.0, 18.0, 15.0, 12.0][usize::from(*level).min(3)];
                let format = formats::text().set_bold().set_font_size(size);
                words(&mut page, *row, text, "", (format, size / 11.0 * tables::BOLD), sheet)?;
            }
            Part::Text(text, kind) => {
                let format = formats::toned(formats::text(), text.tone);
                let (format, before) = match kind {
                    Kind::Sentence => (format, ""),
                    Kind::Item => (format.set_indent(1), "• "),
                    Kind::Note => (formats::text().set_italic().set_font_color(formats::GREY), ""),
                    Kind::Caption => (formats::text().set_bold(), ""),
                };
                words(&mut page, *row, text, before, (format, 1.0), sheet)?;
            }
            Part::Table(table) => tables::write(&mut page, *row, table, &context, data, true)?,
            Part::Chart(chart) => beside(&mut page, *row, chart, sheet, &context, data)?,
        }
    }
    finish(&mut page, sheet)?;
    Ok(page.worksheet)
}

/// A text in a row, over as many columns as it needs.
fn words(page: &mut Page, row: u32, text: &Text, before: &str, look: (Format, f64), sheet: &Sheet) -> Result<()> {
    let (format, size) = look;
    if sheet.span > 1 {
        page.worksheet.merge_range(row, 0, row, sheet.span - 1, "", &format)?;
    }
    let said = names::cell(&format!("{before}{}", text.workbook()));
    tables::string(page, (row, 0), &said, format)?;
    let bold = if text.tone == Tone::Plain { 1.0 } else { tables::BOLD };
    let lines = tables::lines(&said, (sheet.width(sheet.span) - 2.0) / size / bold);
    page.height(row, lines * LINE * size + if size > 1.0 { 4.0 } else { 0.0 })
}

/// Title and statement of a chart, its data, and the drawing at their right.
fn beside(page: &mut Page, row: u32, chart: &Chart, sheet: &Sheet, context: &Context, data: &mut Data) -> Result<()> {
    let title = formats::text().set_bold();
    words(page, row, &chart.title, "", (title, 1.0), sheet)?;
    let statement = formats::toned(formats::text(), Tone::Plain);
    words(page, row + 1, &chart.statement, "", (statement, 1.0), sheet)?;
    tables::write(page, row + 2, &chart.data, context, data, false)?;
    let mut drawn = charts::chart(chart, data)?;
    drawn.set_object_movement(ObjectMovement::MoveButDontSizeWithCells);
    page.worksheet
        .insert_chart_with_offset(row + 2, sheet.widths.len() as u16, &drawn, 20, 4)?;
    Ok(())
}

/// What stays in sight, and how the sheet prints.
fn finish(page: &mut Page, sheet: &Sheet) -> Result<()> {
    let last = sheet.parts.last().map_or(0, |(row, _)| *row) + 1_000;
    // Names and codes may be made of digits; that they are texts is meant.
    page.worksheet
        .ignore_error_range(0, 0, last, sheet.widths.len().max(1) as u16, IgnoreError::NumberStoredAsText)?;
    let tables: Vec<u32> = sheet
        .parts
        .iter()
        .filter_map(|(row, part)| matches!(part, Part::Table(_)).then_some(*row))
        .collect();
    let has_chart = sheet.parts.iter().any(|(_, part)| matches!(part, Part::Chart(_)));
    if has_chart || tables.len() > 1 {
        let drawn = if has_chart {
            (f64::from(charts::WIDTH) + 40.0) * PIXEL
        } else {
            0.0
        };
        let points = |columns: u16| sheet.width(columns) * CHARACTER + f64::from(columns) * MARGIN;
        let width = points(sheet.widths.len() as u16) + drawn;
        return page.break_between(&blocks(sheet), width.max(points(sheet.span)));
    }
    if let [titles] = tables[..]
        && sheet.tables().all(|table| !table.rows.is_empty())
    {
        page.worksheet.set_repeat_rows(titles, titles)?;
        if titles <= FROZEN {
            page.worksheet.set_freeze_panes(titles + 1, 0)?;
        }
    }
    Ok(())
}

/// The rows where a page may end: before a block that is not below a heading, and at the end.
fn blocks(sheet: &Sheet) -> Vec<u32> {
    let mut blocks: Vec<u32> = Vec::new();
    let mut headed = false;
    let mut end = 0;
    for (row, part) in &sheet.parts {
        if !headed {
            blocks.push(*row);
        }
        headed = matches!(part, Part::Heading(..) | Part::Text(_, Kind::Caption));
        end = match part {
            Part::Chart(chart) => row + 3 + (chart.data.rows.len() as u32 + 1).max(charts::ROWS),
            Part::Table(table) => row + 1 + table.rows.len() as u32,
            _ => row + 1,
        };
    }
    blocks.push(end);
    blocks
}
