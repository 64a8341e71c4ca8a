//! The sheet of what charts and small lines draw: the numbers of each, unrounded, one below the other.

use anyhow::Result;
use rust_xlsxwriter::{ChartRange, Format, FormatAlign, Worksheet};

use super::pages::{LINE, Page};
use super::{formats, names};
use crate::render::document::Spark;
use crate::render::text::Text;

/// The sheet, filled from the top.
pub struct Data {
    page: Page,
    name: String,
    next: u32,
    /// The caption of the table whose lines were written last.
    caption: Option<String>,
}

/// A block of columns: the positions of its title and of each column.
pub struct Placed {
    name: String,
    top: u32,
    rows: u32,
}

impl Data {
    /// An empty sheet of a name.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(name: &str) -> Result<Data> {
        let mut page = Page::new(name)?;
        page.worksheet.set_column_width(0, 42)?;
        page.worksheet.set_column_range_width(1, 40, 13)?;
        Ok(Data {
            page,
            name: name.to_string(),
            next: 0,
            caption: None,
        })
    }

    /// The values of a small line in a row, after what it is a line of.
    ///
    /// # Errors
    /// More columns than a sheet can contain.
    pub fn spark(&mut self, caption: &Text, title: &Text, of: &Text, spark: &Spark) -> Result<ChartRange> {
        let caption = format!("{}: {}", caption.workbook(), title.workbook());
        if self.caption.as_ref() != Some(&caption) {
            self.gap();
            self.words(self.next, 0, &caption, &Format::new().set_bold())?;
            self.next += 1;
            self.caption = Some(caption);
        }
        let row = self.next;
        self.words(row, 0, &of.workbook(), &Format::new())?;
        for (point, column) in spark.points.iter().zip(1..) {
            self.number(row, column, point.map(|point| point.value), &Format::new())?;
        }
        self.next += 1;
        Ok(ChartRange::new_from_range(
            &self.name,
            row,
            1,
            row,
            (spark.points.len().max(1)) as u16,
        ))
    }

    /// Columns under a title: texts, then numbers in a format, each with a heading.
    ///
    /// # Errors
    /// More rows than a sheet can contain.
    pub fn columns(&mut self, title: &str, words: (&str, &[String]), numbers: &[(&str, &str, Vec<Option<f64>>)]) -> Result<Placed> {
        self.gap();
        self.caption = None;
        let top = self.next;
        let bold = Format::new().set_bold();
        let wrapped = bold.clone().set_text_wrap().set_align(FormatAlign::Right);
        self.page.height(top + 1, 2.0 * LINE)?;
        self.words(top, 0, title, &bold)?;
        self.words(top + 1, 0, words.0, &bold)?;
        for (row, text) in (top + 2..).zip(words.1) {
            self.words(row, 0, text, &Format::new())?;
        }
        let mut rows = words.1.len() as u32;
        for ((heading, format, values), column) in numbers.iter().zip(1..) {
            self.words(top + 1, column, heading, &wrapped)?;
            let format = Format::new().set_num_format(*format);
            for (row, value) in (top + 2..).zip(values) {
                self.number(row, column, *value, &format)?;
            }
            rows = rows.max(values.len() as u32);
        }
        self.next = top + 2 + rows;
        Ok(Placed {
            name: self.name.clone(),
            top,
            rows,
        })
    }

    /// The sheet, if it is not empty.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self, title: &str) -> Result<Option<Worksheet>> {
        self.page.set_up(title);
        self.page.worksheet.set_tab_color(formats::GREY);
        Ok((self.next > 0).then_some(self.page.worksheet))
    }

    fn gap(&mut self) {
        self.next += u32::from(self.next > 0);
    }

    fn words(&mut self, row: u32, column: u16, text: &str, format: &Format) -> Result<()> {
        self.page
            .worksheet
            .write_string_with_format(row, column, names::cell(text), format)?;
        Ok(())
    }

    fn number(&mut self, row: u32, column: u16, value: Option<f64>, format: &Format) -> Result<()> {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.page.worksheet.write_number_with_format(row, column, value, format)?;
        }
        Ok(())
    }
}

impl Placed {
    /// The cell of the title.
    pub fn title(&self) -> ChartRange {
        self.cell(self.top, 0)
    }

    /// The heading of a column.
    pub fn heading(&self, column: u16) -> ChartRange {
        self.cell(self.top + 1, column)
    }

    /// The cells of a column.
    pub fn column(&self, column: u16) -> ChartRange {
        self.part(column, 0, self.rows)
    }

    /// The cells of a column from a row of it on, before another.
    pub fn part(&self, column: u16, from: u32, to: u32) -> ChartRange {
        let top = self.top + 2;
        ChartRange::new_from_range(&self.name, top + from, column, top + to.max(from + 1) - 1, column)
    }

    fn cell(&self, row: u32, column: u16) -> ChartRange {
        ChartRange::new_from_range(&self.name, row, column, row, column)
    }
}
