//! A document on a terminal, or in a pipe: tables without lines, within a width.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, presets};

use super::document::{Align, Block, Card, Document, Sparks, Table};
use super::output_format::{OutputFormat, Stdout};
use super::spark::blocks;
use super::text::{Text, Tone};

/// Text with tables.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "table",
    aliases: &[],
    endings: &["txt"],
    about: "For people, on a terminal",
    stdout: Stdout::Text,
};

/// What a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of characters.
    pub width: usize,
    /// Whether to use colours.
    pub color: bool,
    /// Whether it shows block characters.
    pub blocks: bool,
}

/// Where a tone starts and ends while a table is laid out: invisible operators, which take no room. Text from outside cannot
/// contain them, because they are escaped in it.
const MARKS: [(Tone, char, &str); 3] = [
    (Tone::Good, '\u{2061}', "\u{1b}[32m"),
    (Tone::Bad, '\u{2062}', "\u{1b}[31m"),
    (Tone::Strong, '\u{2063}', "\u{1b}[1m"),
];
const END: char = '\u{2064}';

/// Narrower terminals have no room for small lines next to the numbers.
const ROOM: usize = 100;

/// The document as text; each line ends with a line feed.
pub fn text(document: &Document, style: Style) -> String {
    let mut out = String::new();
    let mut before: Option<&Block> = None;
    for block in &document.blocks {
        // Blocks of one type are not separated, nor is a heading from the block below it.
        let together = matches!(
            (before, block),
            (None, _)
                | (
                    Some(Block::Heading(..)),
                    Block::Sentence(_) | Block::List(_) | Block::Table(_) | Block::Chart(_)
                )
                | (Some(Block::Chart(_)), Block::Chart(_))
                | (Some(Block::Sentence(_)), Block::Sentence(_))
                | (Some(Block::Note(_)), Block::Note(_))
        );
        if !together {
            out.push('\n');
        }
        match block {
            Block::Heading(_, text) => lines(&mut out, &marked(&text.clone().toned(Tone::Strong)), style.width),
            Block::Sentence(text) | Block::Note(text) => lines(&mut out, &marked(text), style.width),
            Block::List(texts) => texts
                .iter()
                .for_each(|text| lines(&mut out, &format!("- {}", marked(text)), style.width)),
            Block::Table(table) => grid(&mut out, table, style),
            Block::Chart(chart) => lines(&mut out, &marked(&chart.statement), style.width),
            Block::Card(card) => self::card(&mut out, card, style),
        }
        before = Some(block);
    }
    unmarked(out, style.color)
}

fn card(out: &mut String, card: &Card, style: Style) {
    lines(out, &marked(&card.title.clone().toned(Tone::Strong)), style.width);
    let blank = || (Text::default(), Align::Left);
    let table = Table {
        columns: vec![blank(), blank()],
        rows: card.lines.iter().map(|(label, text)| vec![label.clone(), text.clone()]).collect(),
        ..Table::default()
    };
    grid(out, &table, style);
}

fn marked(text: &Text) -> String {
    match MARKS.iter().find(|(tone, ..)| *tone == text.tone) {
        Some((_, mark, _)) => format!("{mark}{}{END}", text.terminal()),
        None => text.terminal(),
    }
}

fn unmarked(mut text: String, color: bool) -> String {
    for (_, mark, code) in MARKS {
        text = text.replace(mark, if color { code } else { "" });
    }
    text.replace(END, if color { "\u{1b}[0m" } else { "" })
}

/// Running text, broken at spaces.
fn lines(out: &mut String, text: &str, width: usize) {
    for line in text.split('\n') {
        let mut used = 0;
        for word in line.split(' ') {
            let long = word
                .chars()
                .filter(|c| *c != END && MARKS.iter().all(|(_, mark, _)| mark != c))
                .count();
            if used > 0 && used + 1 + long > width {
                out.push('\n');
                used = 0;
            } else if used > 0 {
                out.push(' ');
                used += 1;
            }
            out.push_str(word);
            used += long;
        }
        out.push('\n');
    }
}

fn grid(out: &mut String, table: &Table, style: Style) {
    let sparks: Option<&Sparks> = table.sparks.as_ref().filter(|_| style.blocks && style.width >= ROOM);
    let mut grid = comfy_table::Table::new();
    grid.load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    // The last column's padding is cut off again.
    grid.set_width(u16::try_from(style.width + 2).unwrap_or(u16::MAX));
    if table.columns.iter().any(|(title, _)| !title.terminal().is_empty()) {
        let titles = table.columns.iter().map(|(title, _)| title.terminal());
        grid.set_header(titles.chain(sparks.map(|sparks| sparks.title.terminal())));
    }
    for (at, row) in table.rows.iter().enumerate() {
        let line = sparks.map(|sparks| sparks.rows.get(at).and_then(Option::as_ref).map_or(String::new(), blocks));
        grid.add_row(row.iter().map(marked).chain(line));
    }
    for (column, (_, align)) in grid.column_iter_mut().zip(&table.columns) {
        column.set_padding((0, 2));
        column.set_cell_alignment(match align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        });
    }
    if let Some(column) = sparks.and_then(|_| grid.column_mut(table.columns.len())) {
        // A broken line would be unreadable.
        column.set_padding((0, 2));
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    for line in grid.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::document::{Point, Spark};

    #[test]
    fn small_lines_are_shown_where_there_is_room() {
        let point = |value| {
            Some(Point {
                value,
                low: None,
                high: None,
            })
        };
        let mut document = Document::default();
        document.table(Table {
            columns: vec![("Metric".into(), Align::Left), ("n".into(), Align::Right)],
            rows: vec![vec!["a".into(), "1".into()], vec!["b".into(), "22".into()]],
            sparks: Some(Sparks {
                title: "Last 3".into(),
                rows: vec![
                    Some(Spark {
                        points: vec![point(1.0), None, point(2.0)],
                        alternative: Text::default(),
                    }),
                    None,
                ],
            }),
            ..Table::default()
        });
        let style = Style {
            width: 100,
            color: false,
            blocks: true,
        };
        assert_eq!(text(&document, style), "Metric   n  Last 3\na        1  ▁·▇\nb       22\n");
        let plain = "Metric   n\na        1\nb       22\n";
        assert_eq!(text(&document, Style { width: 80, ..style }), plain);
        assert_eq!(text(&document, Style { blocks: false, ..style }), plain);
    }
}
