//! The sheet and row of each block of a document. They are determined before anything is written, so that a text can link to a row that
//! comes later.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{charts, names, tables};
use crate::render::document::{Align, Block, Card, Chart, Document, Table};
use crate::render::text::{Text, Tone};

/// The positions of all blocks.
pub struct Plan<'d> {
    /// The sheets in order.
    pub sheets: Vec<Sheet<'d>>,
    /// The name of the sheet for what charts draw.
    pub data: String,
    /// By the name of a place its sheet and row.
    pub places: BTreeMap<&'d str, (usize, u32)>,
}

/// A sheet.
pub struct Sheet<'d> {
    /// Its name.
    pub name: String,
    /// Its blocks, each with its first row.
    pub parts: Vec<(u32, Part<'d>)>,
    /// Widths of the columns that tables have, in characters.
    pub widths: Vec<f64>,
    /// The number of columns that a text spans.
    pub span: u16,
}

/// A part of a sheet.
pub enum Part<'d> {
    /// A heading and its level.
    Heading(u8, &'d Text),
    /// A text, and what it is.
    Text(&'d Text, Kind),
    /// A table.
    Table(Cow<'d, Table>),
    /// A chart with its data.
    Chart(&'d Chart),
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Running text.
    Sentence,
    /// One of several.
    Item,
    /// A remark.
    Note,
    /// The content of a table.
    Caption,
}

/// The name of the first sheet.
const FIRST: &str = "Summary";
/// The name of the sheet for what charts draw.
const DATA: &str = "Chart data";
/// The default width of a column.
const UNSET: f64 = 9.0;
/// The width of a sheet of text, and the smallest width of a text elsewhere.
const TEXT: f64 = 110.0;

impl<'d> Plan<'d> {
    /// The plan of a document.
    pub fn new(document: &'d Document) -> Plan<'d> {
        let mut taken = Vec::new();
        let mut plan = Plan {
            sheets: Vec::new(),
            data: String::new(),
            places: BTreeMap::new(),
        };
        for section in sections(&document.blocks) {
            let name = match section.first() {
                Some(Block::Heading(2, text)) => text.workbook(),
                _ => FIRST.to_string(),
            };
            let name = names::sheet(&name, &taken);
            taken.push(name.clone());
            let sheet = plan.sheet(name, section);
            plan.sheets.push(sheet);
        }
        plan.data = names::sheet(DATA, &taken);
        plan
    }

    fn sheet(&mut self, name: String, blocks: &'d [Block]) -> Sheet<'d> {
        let at = self.sheets.len();
        let mut rows = Rows::default();
        let mut blocks = blocks.iter().peekable();
        while let Some(block) = blocks.next() {
            match block {
                Block::Heading(level, text) => rows.heading(*level, text),
                Block::Sentence(text) => rows.text(text, Kind::Sentence),
                Block::Note(text) => rows.text(text, Kind::Note),
                Block::List(texts) => texts.iter().for_each(|text| rows.text(text, Kind::Item)),
                Block::Table(table) => {
                    rows.table(Cow::Borrowed(table));
                }
                Block::Chart(chart) => {
                    let row = rows.chart(chart);
                    self.places.entry(&chart.anchor).or_insert((at, row));
                }
                Block::Card(card) => {
                    let mut cards = vec![card];
                    while let Some(Block::Card(card)) = blocks.peek() {
                        cards.push(card);
                        blocks.next();
                    }
                    let mut row = rows.table(Cow::Owned(definitions(&cards))) + 1;
                    for card in cards {
                        self.places.entry(&card.anchor).or_insert((at, row));
                        row += lines(card).len() as u32;
                    }
                }
            }
        }
        let has_chart = rows.parts.iter().any(|(_, part)| matches!(part, Part::Chart(_)));
        let tables = || rows.parts.iter().filter_map(|(_, part)| part.table());
        let most_columns = tables().map(|table| table.columns.len()).max().unwrap_or(0);
        // What is printed on one page's width can be read up to about there.
        let most = if most_columns > 5 && !has_chart { 200.0 } else { 130.0 };
        let mut widths = tables::widths(tables(), most);
        if widths.is_empty() {
            widths.push(TEXT);
        }
        let mut sheet = Sheet {
            name,
            parts: rows.parts,
            widths,
            span: 1,
        };
        while sheet.width(sheet.span) < TEXT {
            sheet.span += 1;
        }
        sheet
    }
}

impl Sheet<'_> {
    /// The width of the first columns, in characters.
    pub fn width(&self, columns: u16) -> f64 {
        (0..usize::from(columns))
            .map(|at| self.widths.get(at).copied().unwrap_or(UNSET))
            .sum()
    }

    /// The tables, those of charts too.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.parts.iter().filter_map(|(_, part)| part.table())
    }
}

impl Part<'_> {
    fn table(&self) -> Option<&Table> {
        match self {
            Part::Table(table) => Some(table),
            Part::Chart(chart) => Some(&chart.data),
            _ => None,
        }
    }
}

/// The parts of a document: the blocks before the first heading of level 2, and those below each of these. Parts of words alone that come
/// first make one sheet, which is what one wants to see when a workbook opens.
fn sections(blocks: &[Block]) -> Vec<&[Block]> {
    let heads = blocks.iter().enumerate().filter(|(_, block)| matches!(block, Block::Heading(2, _)));
    let mut starts: Vec<usize> = std::iter::once(0).chain(heads.map(|(at, _)| at)).chain([blocks.len()]).collect();
    starts.dedup();
    let mut sections: Vec<&[Block]> = Vec::new();
    let is_words = |blocks: &[Block]| {
        blocks
            .iter()
            .all(|block| !matches!(block, Block::Table(_) | Block::Chart(_) | Block::Card(_)))
    };
    for ends in starts.windows(2) {
        let section = &blocks[ends[0]..ends[1]];
        match &mut sections[..] {
            [first] if is_words(first) && is_words(section) => *first = &blocks[..ends[1]],
            _ => sections.push(section),
        }
    }
    sections
}

/// Rows that fill from the top.
#[derive(Default)]
struct Rows<'d> {
    parts: Vec<(u32, Part<'d>)>,
    next: u32,
}

impl<'d> Rows<'d> {
    fn place(&mut self, part: Part<'d>, rows: u32) -> u32 {
        let row = self.next;
        self.parts.push((row, part));
        self.next += rows;
        row
    }

    fn heading(&mut self, level: u8, text: &'d Text) {
        // Tables and charts leave a row free themselves.
        if matches!(self.parts.last(), Some((_, Part::Text(..)))) {
            self.next += 1;
        }
        self.place(Part::Heading(level, text), 1);
    }

    fn text(&mut self, text: &'d Text, kind: Kind) {
        if matches!(self.parts.last(), Some((_, Part::Text(_, before))) if *before != kind) {
            self.next += 1;
        }
        self.place(Part::Text(text, kind), 1);
    }

    /// The row of the titles.
    fn table(&mut self, table: Cow<'d, Table>) -> u32 {
        if matches!(self.parts.last(), Some((_, Part::Text(..)))) {
            self.next += 1;
        }
        // Directly below a heading, which names its content.
        let is_headed = matches!(self.parts.last(), Some((_, Part::Heading(..))));
        if let Cow::Borrowed(table) = &table
            && !is_headed
            && !table.caption.is_empty()
        {
            self.place(Part::Text(&table.caption, Kind::Caption), 1);
        }
        let rows = table.rows.len() as u32 + 2;
        self.place(Part::Table(table), rows)
    }

    fn chart(&mut self, chart: &'d Chart) -> u32 {
        if matches!(self.parts.last(), Some((_, Part::Text(..)))) {
            self.next += 1;
        }
        // Title and statement, then the data next to the drawing, then an empty row.
        let rows = (chart.data.rows.len() as u32 + 1).max(charts::ROWS);
        self.place(Part::Chart(chart), 2 + rows + 1)
    }
}

/// Cards as a table: a row for each of their lines.
fn definitions(cards: &[&Card]) -> Table {
    let rows = cards.iter().flat_map(|card| {
        let rows = lines(card).into_iter().enumerate();
        rows.map(|(at, (label, text))| {
            let title = card.title.clone().toned(if at == 0 { Tone::Strong } else { Tone::Plain });
            vec![title, label, text]
        })
    });
    Table {
        caption: "The definition of each metric".into(),
        columns: ["Definition", "Part", "Text"].map(|title| (title.into(), Align::Left)).to_vec(),
        rows: rows.collect(),
        sparks: None,
    }
}

/// The lines of a card; one without any still has a row.
fn lines(card: &Card) -> Vec<(Text, Text)> {
    if card.lines.is_empty() {
        vec![(Text::default(), Text::default())]
    } else {
        card.lines.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(level: u8, text: &'static str) -> Block {
        Block::Heading(level, text.into())
    }

    fn table() -> Block {
        Block::Table(Table {
            columns: vec![("Name".into(), Align::Left)],
            rows: vec![vec!["a".into()], vec!["b".into()]],
            ..Table::default()
        })
    }

    #[test]
    fn words_that_come_first_share_a_sheet() {
        let document = Document {
            blocks: vec![
                heading(1, "Title"),
                heading(2, "News"),
                Block::Sentence("None.".into()),
                heading(2, "Numbers"),
                table(),
                heading(2, "Words"),
                Block::Sentence("More.".into()),
                heading(2, "numbers"),
                table(),
            ],
        };
        let plan = Plan::new(&document);
        let names: Vec<&str> = plan.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        assert_eq!(names, ["Summary", "Numbers", "Words", "numbers (2)"]);
        assert_eq!(plan.data, "Chart data");
        assert_eq!(plan.sheets[0].parts.len(), 3);
    }

    #[test]
    fn nothing_stands_on_anything_else_and_places_are_found() {
        let card = |anchor: &str| {
            let line = ("Formula".into(), Text::own("a / b"));
            Block::Card(Card {
                anchor: anchor.into(),
                title: "A".into(),
                lines: vec![line.clone(), line],
            })
        };
        let document = Document {
            blocks: vec![heading(2, "D"), table(), card("d-a"), card("d-b"), Block::Note("x".into())],
        };
        let plan = Plan::new(&document);
        let rows: Vec<u32> = plan.sheets[0].parts.iter().map(|(row, _)| *row).collect();
        // The heading; titles, two rows and a free one; titles, four rows and a free one; the remark.
        assert_eq!(rows, [0, 1, 5, 11]);
        assert_eq!(plan.places["d-a"], (0, 6));
        assert_eq!(plan.places["d-b"], (0, 8));
    }
}
