//! The blocks that every reading format can show. Layout is decided once: a format only decides how each block looks.

use super::format::Units;
use super::text::Text;
use crate::catalog::MetricUnit;

/// A document: blocks in reading order. Headings of level 2 open its sections.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// The blocks.
    pub blocks: Vec<Block>,
}

/// How much a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What fits on a terminal; record counts and notes go to stderr.
    Brief,
    /// What fits on a page.
    Page,
    /// Everything, for a workbook.
    Whole,
}

/// One block.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading; 1 is the document's title.
    Heading(u8, Text),
    /// Running text.
    Sentence(Text),
    /// Separate sentences.
    List(Vec<Text>),
    /// A table.
    Table(Table),
    /// A chart with its statement and its data.
    Chart(Box<Chart>),
    /// All that there is to know about one thing.
    Card(Card),
    /// A remark.
    Note(Text),
}

/// The alignment of the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Its content, for readers who find it without its context; may be empty.
    pub caption: Text,
    /// Titles and alignment of the columns.
    pub columns: Vec<(Text, Align)>,
    /// The rows, each as long as the columns. The first cell of a row names it.
    pub rows: Vec<Vec<Text>>,
    /// A small line for each row, in formats that can draw; its content is also in charts or other tables.
    pub sparks: Option<Sparks>,
}

/// The last column of a table: a small line for each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Sparks {
    /// Title of the column.
    pub title: Text,
    /// The lines, one a row; `None`: nothing to draw.
    pub rows: Vec<Option<Spark>>,
}

/// A small line without axes: a value a period with the band of its intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Spark {
    /// The points, oldest first; `None`: there is no value.
    pub points: Vec<Option<Point>>,
    /// What it shows, in a few words, for those who do not see it.
    pub alternative: Text,
}

impl Spark {
    /// Whether a line from one value to another goes up: what the last digits of a computation differ in is no movement.
    pub fn moves(low: f64, high: f64) -> bool {
        high - low > 1e-9 * low.abs().max(high.abs())
    }
}

/// A value with its limits; a limit may be open or unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The value.
    pub value: f64,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

/// A chart: it always has a statement, which names the chart, and a table of its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Name of its place in the document, to be led to; unique in it.
    pub anchor: String,
    /// What it is a chart of.
    pub title: Text,
    /// What it shows, in one sentence.
    pub statement: Text,
    /// What is drawn.
    pub figure: Figure,
    /// Its data.
    pub data: Table,
}

/// What a chart draws.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// Values by period, with their intervals and the limits of the process.
    Series(SeriesFigure),
    /// Values of segments against their size, with the limits that chance alone gives.
    Funnel(FunnelFigure),
}

/// How the numbers of an axis are written.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Its title, with the unit.
    pub title: String,
    /// The unit; shares are drawn in percent, hours in what fits their size.
    pub unit: MetricUnit,
    /// Hours are those of a business, which has no days of 24 of them.
    pub business_hours: bool,
    /// The currency of money.
    pub currency: Option<String>,
}

impl Axis {
    /// The units of its values.
    pub fn units(&self) -> Units<'_> {
        Units {
            currency: self.currency.as_deref(),
            business_hours: self.business_hours,
        }
    }
}

impl Default for Axis {
    fn default() -> Axis {
        Axis {
            title: String::new(),
            unit: MetricUnit::Ratio,
            business_hours: false,
            currency: None,
        }
    }
}

/// Values by period.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SeriesFigure {
    /// Labels of the periods, oldest first.
    pub labels: Vec<String>,
    /// The values; `None`: there is none.
    pub points: Vec<Option<Point>>,
    /// What was predicted for each period, as a second line; empty: nothing was.
    pub predicted: Vec<Option<f64>>,
    /// Periods that are not over at as-of, drawn apart.
    pub open: Vec<bool>,
    /// The centre of the process, if there are limits.
    pub centre: Option<f64>,
    /// Lower and upper limit of the process at each period.
    pub limits: Vec<(f64, f64)>,
    /// The target.
    pub target: Option<f64>,
    /// For each period whether it breaks a rule of the process, and whether that is good news (`None`: neither good nor bad).
    pub signals: Vec<Option<Option<bool>>>,
    /// The axis of values.
    pub axis: Axis,
}

/// Values of segments against their size.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FunnelFigure {
    /// The segments: name, size, value, and position: 0 within the limits, 1 outside the inner limits, 2 outside the outer limits.
    pub segments: Vec<(String, f64, f64, u8)>,
    /// The value of all.
    pub centre: f64,
    /// Limits by size, ascending: size, inner lower, inner upper, outer lower, outer upper.
    pub limits: Vec<(f64, [f64; 4])>,
    /// What the size is.
    pub size: String,
    /// The axis of values.
    pub axis: Axis,
}

/// All that there is to know about one thing: a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Name of its place in the document, to be led to; unique in it.
    pub anchor: String,
    /// Its title.
    pub title: Text,
    /// Label and text.
    pub lines: Vec<(Text, Text)>,
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

    /// Adds sentences, unless there are none.
    pub fn list(&mut self, texts: Vec<Text>) {
        if !texts.is_empty() {
            self.blocks.push(Block::List(texts));
        }
    }

    /// Adds a table, unless it has no rows; columns without any text go.
    pub fn table(&mut self, table: Table) {
        if !table.rows.is_empty() {
            self.blocks.push(Block::Table(table.without_empty_columns()));
        }
    }

    /// Adds a chart.
    pub fn chart(&mut self, mut chart: Chart) {
        chart.data = chart.data.without_empty_columns();
        self.blocks.push(Block::Chart(Box::new(chart)));
    }

    /// Adds a card.
    pub fn card(&mut self, card: Card) {
        self.blocks.push(Block::Card(card));
    }

    /// Adds a remark.
    pub fn note(&mut self, text: Text) {
        self.blocks.push(Block::Note(text));
    }
}

impl Table {
    /// The table without empty columns.
    #[must_use]
    pub fn without_empty_columns(mut self) -> Table {
        let kept: Vec<bool> = (0..self.columns.len())
            .map(|i| !self.rows.iter().all(|row| row[i].is_empty()))
            .collect();
        let mut keep = kept.iter();
        self.columns.retain(|_| *keep.next().expect("a column"));
        for row in &mut self.rows {
            let mut keep = kept.iter();
            row.retain(|_| *keep.next().expect("a column"));
        }
        self
    }
}
