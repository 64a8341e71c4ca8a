//! The blocks that every reading format can show.

use super::text::Text;

/// A document: blocks in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The blocks.
    pub blocks: Vec<Block>,
}

/// One block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading; 1 is the document's title.
    Heading(u8, Text),
    /// Running text.
    Sentence(Text),
    /// A table.
    Table(Table),
    /// A remark.
    Note(Text),
}

/// Where the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Titles and alignment of the columns.
    pub columns: Vec<(Text, Align)>,
    /// The rows, each as long as the columns.
    pub rows: Vec<Vec<Text>>,
}

impl Document {
    /// Adds a heading.
    pub fn heading(&mut self, level: u8, text: Text) {
        self.blocks.push(Block::Heading(level, text));
    }

    /// Adds running text.
    pub fn sentence(&mut self, text: Text) {
        self.blocks.push(Block::Sentence(text));
    }

    /// Adds a table, unless it has no rows; columns without any text go.
    pub fn table(&mut self, mut table: Table) {
        let is_empty = |text: &Text| text.terminal().is_empty();
        let kept: Vec<bool> = (0..table.columns.len())
            .map(|i| !table.rows.iter().all(|row| is_empty(&row[i])))
            .collect();
        let keep = |i: usize| kept[i];
        table.columns = table
            .columns
            .into_iter()
            .enumerate()
            .filter(|(i, _)| keep(*i))
            .map(|(_, column)| column)
            .collect();
        for row in &mut table.rows {
            *row = std::mem::take(row)
                .into_iter()
                .enumerate()
                .filter(|(i, _)| keep(*i))
                .map(|(_, text)| text)
                .collect();
        }
        if !table.rows.is_empty() {
            self.blocks.push(Block::Table(table));
        }
    }

    /// Adds a remark.
    pub fn note(&mut self, text: Text) {
        self.blocks.push(Block::Note(text));
    }
}
