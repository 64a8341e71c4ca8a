//! Tables: widths of columns from their content, titles, cells, small lines.

use anyhow::Result;
use rust_xlsxwriter::{ChartEmptyCells, Color, Format, Sparkline, TableColumn, TableStyle, Url};

use super::data::Data;
use super::formats::{self, Value};
use super::names;
use super::pages::{LINE, Page};
use super::plan::Plan;
use crate::render::document::{Align, Table};
use crate::render::format::Units;
use crate::render::text::{Piece, Text, Tone};

/// The width of a column of small lines, in characters.
const SPARK: f64 = 20.0;
/// The height of a row that has one, in points.
const TALL: f64 = 21.0;
/// A table with fewer rows than this is read without a filter.
const FILTER: usize = 10;
/// The narrowest column.
const NARROWEST: f64 = 7.0;
/// The widest that a column of names may be before it gives way like any other.
const NAMES: f64 = 44.0;
/// What a cell leaves free at its sides.
const PADDING: f64 = 2.0;
/// The blue of small lines and of the values of charts.
pub const BLUE: Color = Color::RGB(0x1F_5F_A8);
/// What is to be seen first: the last point of a small line, a signal.
pub const ORANGE: Color = Color::RGB(0xC2_5A_00);

/// Widths of columns, in characters, that suit all of the tables: as wide as their content, but together no wider than `most` if words can
/// be broken for it. Numbers cannot: a cell that is too narrow for its number shows none.
pub fn widths<'t>(tables: impl Iterator<Item = &'t Table>, most: f64) -> Vec<f64> {
    let mut widths: Vec<f64> = Vec::new();
    let mut least: Vec<f64> = Vec::new();
    let mut widen = |at: usize, width: f64, is_whole: bool| {
        if widths.len() <= at {
            widths.resize(at + 1, NARROWEST);
            least.resize(at + 1, NARROWEST);
        }
        widths[at] = widths[at].max(width + PADDING);
        if is_whole {
            least[at] = least[at].max(width + PADDING);
        }
    };
    for table in tables {
        for (at, (title, _)) in table.columns.iter().enumerate() {
            let title = title.workbook();
            // A title may take two lines, or more, but no word of it; and has room for the button of a filter.
            let beside = indent(at, Align::Left) + button(table);
            let word = title.split(' ').map(breadth).fold(0.0, f64::max).min(30.0);
            widen(at, (breadth(&title) / 2.0).clamp(word, 30.0) * BOLD + beside, false);
            widen(at, word * BOLD + beside, true);
        }
        for row in &table.rows {
            for (at, text) in row.iter().enumerate() {
                let align = table.columns.get(at).map_or(Align::Left, |(_, align)| *align);
                let bold = if text.tone == Tone::Plain { 1.0 } else { BOLD };
                let width = text.workbook().split('\n').map(breadth).fold(0.0, f64::max);
                let is_number = formats::value(text, None) != Value::Text;
                widen(at, width * bold + indent(at, align), is_number);
            }
        }
        if table.sparks.is_some() {
            widen(table.columns.len(), SPARK, true);
        }
    }
    level(&mut widths, &least, most);
    widths
}

/// Cuts the widest columns down to one width, so that all together have that width, but none is below its minimum. The first, which names the
/// rows, gives way last.
fn level(widths: &mut [f64], least: &[f64], most: f64) {
    if widths.iter().sum::<f64>() <= most {
        return;
    }
    if let (Some(names), Some(least)) = (widths.first_mut(), least.first()) {
        *names = names.min(NAMES).max(*least);
    }
    let at = |widest: f64| {
        let cut = |(width, least): (&f64, &f64)| width.min(widest).max(*least);
        widths.iter().zip(least).skip(1).map(cut).collect::<Vec<f64>>()
    };
    // The largest whole width that is enough.
    let room = most - widths.first().copied().unwrap_or_default();
    let fits = |widest: &f64| at(*widest).iter().sum::<f64>() <= room;
    let widest = (0..=most as u32).rev().map(f64::from).find(fits).unwrap_or(NARROWEST);
    let others = at(widest);
    widths.iter_mut().skip(1).zip(others).for_each(|(width, other)| *width = other);
}

/// The width of a line in digits, by which widths of columns are counted.
pub fn breadth(line: &str) -> f64 {
    let width = |c: char| match c {
        ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'i' | 'j' | 'l' => 0.5,
        't' | 'f' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' => 0.7,
        'c' | 's' | 'z' => 0.85,
        'm' | 'w' | '%' => 1.55,
        'M' | 'W' | '@' => 1.8,
        c if c.is_uppercase() => 1.2,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' => 2.0,
        '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f000}'..='\u{3ffff}' => 2.0,
        _ => 1.03,
    };
    line.chars().map(width).sum()
}

/// How many lines a text takes in a column of a width.
pub fn lines(text: &str, width: f64) -> f64 {
    let width = (width - 1.0).max(1.0);
    let line = |line: &str| {
        let (mut lines, mut used) = (1.0, 0.0);
        for word in line.split(' ') {
            let long = breadth(word);
            let blank = breadth(" ");
            if used > 0.0 && used + blank + long > width {
                lines += 1.0;
                used = 0.0;
            } else if used > 0.0 {
                used += blank;
            }
            // A word that does not fit in one line is broken anywhere.
            used += long;
            while used > width {
                lines += 1.0;
                used -= width;
            }
        }
        lines
    };
    text.split('\n').map(line).sum()
}

/// How much wider bold text is.
pub const BOLD: f64 = 1.08;

/// The space before the text of a column other than the first: a number may end next to it.
fn indent(column: usize, align: Align) -> f64 {
    if column > 0 && align == Align::Left { 1.5 } else { 0.0 }
}

/// The room for the button of a filter.
fn button(table: &Table) -> f64 {
    if table.rows.len() >= FILTER { 2.0 } else { 0.0 }
}

/// What a table is written with.
pub struct Context<'c, 'd> {
    /// The positions of all blocks.
    pub plan: &'c Plan<'d>,
    /// The units of the values.
    pub units: &'c Units<'c>,
    /// The widths of the columns.
    pub widths: &'c [f64],
}

/// Writes a table with its titles in a row; the data of a chart go without a filter.
///
/// # Errors
/// More rows or columns than a sheet can contain.
pub fn write(page: &mut Page, top: u32, table: &Table, context: &Context, data: &mut Data, filter: bool) -> Result<()> {
    if table.rows.is_empty() || table.columns.is_empty() {
        return Ok(());
    }
    let spark = table.sparks.as_ref().map(|sparks| (sparks.title.workbook(), Align::Left));
    let wanted = table.columns.iter().map(|(title, align)| (title.workbook(), *align)).chain(spark);
    let (wanted, aligns): (Vec<String>, Vec<Align>) = wanted.unzip();
    let titles = names::titles(wanted.into_iter());
    let mut high = 1.0;
    for (at, (title, width)) in titles.iter().zip(context.widths).enumerate() {
        let room = width - indent(at, aligns[at]) - if filter { button(table) } else { 0.0 };
        high = lines(title, room / BOLD).max(high);
    }
    page.height(top, high * LINE + 3.0)?;
    for (at, row) in table.rows.iter().enumerate() {
        let to = top + 1 + at as u32;
        let mut high = 1.0;
        for (column, (text, align)) in row.iter().zip(&aligns).enumerate() {
            let said = write_cell(page, (to, column as u16), text, *align, context)?;
            let bold = if text.tone == Tone::Plain { 1.0 } else { BOLD };
            high = lines(&said, (context.widths[column] - indent(column, *align)) / bold).max(high);
        }
        page.height(to, high * LINE)?;
    }
    small_lines(page, top, table, data)?;
    let columns: Vec<TableColumn> = titles
        .iter()
        .zip(&aligns)
        .enumerate()
        .map(|(at, (title, align))| {
            let format = indented(formats::head(*align), at as u16, *align);
            TableColumn::new().set_header(title).set_header_format(format)
        })
        .collect();
    let shown = rust_xlsxwriter::Table::new()
        .set_columns(&columns)
        .set_autofilter(filter && table.rows.len() >= FILTER)
        .set_style(TableStyle::Light1)
        .set_alt_text_title(names::cut(&table.caption.workbook(), 255));
    let bottom = top + table.rows.len() as u32;
    page.worksheet.add_table(top, 0, bottom, titles.len() as u16 - 1, &shown)?;
    Ok(())
}

/// The last column of a table, if it has small lines.
fn small_lines(page: &mut Page, top: u32, table: &Table, data: &mut Data) -> Result<()> {
    let Some(sparks) = &table.sparks else { return Ok(()) };
    let column = table.columns.len() as u16;
    for ((row, spark), cells) in (top + 1..).zip(&sparks.rows).zip(&table.rows) {
        page.worksheet.write_blank(row, column, &formats::cell(Align::Left))?;
        let (Some(spark), Some(name)) = (spark, cells.first()) else {
            continue;
        };
        page.height(row, TALL)?;
        let range = data.spark(&table.caption, &sparks.title, name, spark)?;
        let line = Sparkline::new()
            .set_range(&range)
            .show_last_point(true)
            .show_empty_cells_as(ChartEmptyCells::Gaps)
            .set_line_weight(1.5)
            .set_sparkline_color(BLUE)
            .set_last_point_color(ORANGE);
        page.worksheet.add_sparkline(row, column, &line)?;
    }
    Ok(())
}

/// Writes a cell, and returns the text that it shows.
fn write_cell(page: &mut Page, (row, column): (u32, u16), text: &Text, align: Align, context: &Context) -> Result<String> {
    let format = indented(formats::toned(formats::cell(align), text.tone), column, align);
    match formats::value(text, context.units.currency) {
        Value::Number(number, shown) => {
            page.worksheet
                .write_number_with_format(row, column, number, &format.set_num_format(shown))?;
            Ok(text.workbook())
        }
        Value::Text => {
            let said = names::cell(&text.workbook());
            match place(text, context.plan) {
                Some(url) => {
                    let format = formats::linked(format, text.tone);
                    page.worksheet.write_url_with_format(row, column, url.set_text(&said), &format)?;
                }
                None => string(page, (row, column), &said, format)?,
            }
            Ok(said)
        }
    }
}

fn indented(format: Format, column: u16, align: Align) -> Format {
    if column > 0 && align == Align::Left {
        format.set_indent(1)
    } else {
        format
    }
}

/// Where a text leads that begins with a link.
fn place(text: &Text, plan: &Plan) -> Option<Url> {
    let Some(Piece::Link(to, _)) = text.pieces().first() else {
        return None;
    };
    let (sheet, line) = plan.places.get(to.as_str())?;
    let name = plan.sheets[*sheet].name.replace('\'', "''");
    Some(Url::new(format!("internal:'{name}'!A{}", line + 1)))
}

/// Writes a text as a string, even if it looks like a number or a formula.
///
/// # Errors
/// A cell that no sheet has.
pub fn string(page: &mut Page, (row, column): (u32, u16), said: &str, format: Format) -> Result<()> {
    if said.is_empty() {
        page.worksheet.write_blank(row, column, &format)?;
        return Ok(());
    }
    // Text that looks like a formula stays text when a user edits the cell.
    let format = if said.starts_with(['=', '+', '-', '@', '\'']) {
        format.set_quote_prefix()
    } else {
        format
    };
    page.worksheet.write_string_with_format(row, column, said, &format)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_way() {
        let leveled = |widths: &[f64], least: &[f64], most: f64| {
            let mut widths = widths.to_vec();
            level(&mut widths, least, most);
            widths
        };
        let none = [0.0; 4];
        assert_eq!(leveled(&[10.0, 80.0, 20.0, 90.0], &none, 130.0), [10.0, 50.0, 20.0, 50.0]);
        assert_eq!(leveled(&[90.0, 80.0, 20.0, 90.0], &none, 164.0), [44.0, 50.0, 20.0, 50.0]);
        assert_eq!(leveled(&[10.0, 20.0], &none, 130.0), [10.0, 20.0]);
        // Numbers keep their width, whatever the total width.
        let least = [0.0, 0.0, 60.0, 60.0];
        assert_eq!(leveled(&[10.0, 80.0, 60.0, 90.0], &least, 160.0), [10.0, 30.0, 60.0, 60.0]);
        assert_eq!(leveled(&[10.0, 80.0, 60.0, 90.0], &least, 50.0), [10.0, NARROWEST, 60.0, 60.0]);
    }

    #[test]
    fn lines_are_counted_as_they_break() {
        assert_eq!(lines("one two", 20.0), 1.0);
        assert_eq!(lines("one two", 5.0), 2.0);
        assert_eq!(lines("abcdefghij", 5.0), 3.0);
        assert_eq!(lines("a\nb", 20.0), 2.0);
        assert_eq!(lines("", 20.0), 1.0);
    }
}
