//! The rows behind a number as a table, which is laid out some rows at a time.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Width, presets};

use super::Sheet;
use crate::measure::{Entry, FactRow};
use crate::render::format::count;
use crate::render::terminal::Style;
use crate::render::text::Untrusted;

/// Rows that are laid out at once.
pub(super) const CHUNK: usize = 1000;

/// A title with how many rows there are, and a line for each record; what does not fit the width is cut off.
///
/// # Errors
/// Those of the writer.
pub fn table(sheet: &Sheet, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("{}, {}", sheet.metric.title, sheet.period.label);
    writeln!(out, "{title}")?;
    writeln!(out, "{}", totals(sheet))?;
    if sheet.behind.rows.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut header: Vec<String> = vec!["Row".into(), "Stakeholder".into()];
    header.extend(sheet.dimensions.iter().map(|dimension| shown(dimension)));
    header.extend(sheet.behind.columns.iter().map(|column| column_title(column)));
    header.extend(["File and line".into(), "Record".into()]);
    let widths = widths(sheet, &header, style.width);
    let mut lines = Vec::new();
    let mut is_first = true;
    for (row, number) in sheet.behind.rows.iter().zip(1..) {
        table_lines(sheet, row, number, &mut lines);
        if lines.len() >= CHUNK {
            grid(is_first.then_some(&header), &std::mem::take(&mut lines), &widths, out)?;
            is_first = false;
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    grid(is_first.then_some(&header), &lines, &widths, out)
}

/// The cells of a row's lines; cells that are the same on all of them are written on the first.
fn table_lines(sheet: &Sheet, row: &FactRow, number: u64, lines: &mut Vec<Vec<String>>) {
    let mut start = vec![count(number), shown(sheet.stakeholder(row))];
    start.extend(sheet.slice(row).iter().map(|label| shown(label)));
    start.extend(row.entries.iter().map(|entry| match entry {
        Entry::Number(number) => short(*number),
        entry => shown(&sheet.entry(entry).0),
    }));
    let width = start.len();
    for record in sheet.records(row) {
        let mut line = std::mem::replace(&mut start, vec![String::new(); width]);
        line.push(shown(&place(record.file, record.line)));
        line.push(shown(record.raw));
        lines.push(line);
    }
    if row.records.is_empty() {
        start.extend([String::new(), String::new()]);
        lines.push(start);
    }
}

/// The end of a file's name and the line: these are the most useful parts in a narrow column. The record counts have the whole path.
fn place(file: &str, line: u32) -> String {
    const ROOM: usize = 20;
    let line = format!(":{line}");
    let name: Vec<char> = file.rsplit(['/', '\\']).next().unwrap_or(file).chars().collect();
    let room = ROOM.saturating_sub(line.len());
    match name.len() <= room {
        true => name.into_iter().collect::<String>() + &line,
        false => format!("\u{2026}{}{line}", name[name.len() + 1 - room..].iter().collect::<String>()),
    }
}

fn shown(text: &str) -> String {
    Untrusted::new(text).terminal().into_owned()
}

/// A number with four decimals at most.
fn short(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

fn column_title(column: &str) -> String {
    match column {
        "in_part" => "In numerator".to_string(),
        other => other[..1].to_uppercase() + &other[1..],
    }
}

/// `812 rows (162 minus, 153 no, 497 plus), 812 records`.
fn totals(sheet: &Sheet) -> String {
    let rows = &sheet.behind.rows;
    let mut words: BTreeMap<&str, u64> = BTreeMap::new();
    if rows
        .iter()
        .flat_map(|row| &row.entries)
        .any(|e| matches!(e, Entry::Word(word) if *word != "yes"))
    {
        for row in rows {
            if let Some(Entry::Word(word)) = row.entries.first() {
                *words.entry(word).or_default() += 1;
            }
        }
    }
    let what = if sheet.behind.columns.contains(&"event") { "event " } else { "" };
    let each: Vec<String> = words.iter().rev().map(|(word, n)| format!("{} {what}{word}", count(*n))).collect();
    let each = if each.is_empty() {
        String::new()
    } else {
        format!(" ({})", each.join(", "))
    };
    let records: usize = rows.iter().map(|row| row.records.len()).sum();
    let s = |n: usize| if n == 1 { "" } else { "s" };
    format!(
        "{} row{}{each}, {} record{}",
        count(rows.len() as u64),
        s(rows.len()),
        count(records as u64),
        s(records)
    )
}

/// Widths of the columns without the two spaces between them: what their cells need, at most a quarter of the line. The record gets what is
/// left.
fn widths(sheet: &Sheet, header: &[String], width: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = header.iter().map(|title| title.chars().count()).collect();
    let mut lines = Vec::new();
    for (row, number) in sheet.behind.rows.iter().zip(1..) {
        table_lines(sheet, row, number, &mut lines);
        for line in lines.drain(..) {
            for (width, cell) in widths.iter_mut().zip(&line) {
                *width = cell.chars().count().max(*width);
            }
        }
    }
    let Some((record, others)) = widths.split_last_mut() else {
        return widths;
    };
    others.iter_mut().for_each(|w| *w = (*w).min((width / 4).max(4)));
    let used: usize = others.iter().map(|w| *w + 2).sum();
    *record = (*record).min(width.saturating_sub(used).max(10));
    widths
}

fn grid(header: Option<&Vec<String>>, lines: &[Vec<String>], widths: &[usize], out: &mut dyn Write) -> io::Result<()> {
    let mut grid = comfy_table::Table::new();
    grid.load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    // Wide enough for all columns: each has a fixed width already.
    grid.set_width(u16::try_from(widths.iter().map(|w| w + 2).sum::<usize>()).unwrap_or(u16::MAX));
    if let Some(header) = header {
        grid.set_header(header);
    }
    for line in lines {
        let mut row = comfy_table::Row::from(line);
        row.max_height(1);
        grid.add_row(row);
    }
    for (i, (column, width)) in grid.column_iter_mut().zip(widths).enumerate() {
        column.set_padding((0, 2));
        // No displayed text contains it, so cells are cut anywhere, not only between words.
        column.set_delimiter('\u{2064}');
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(
            u16::try_from(width + 2).unwrap_or(u16::MAX),
        )));
        if i == 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in grid.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
