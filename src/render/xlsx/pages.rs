//! A sheet as a page: heights of rows, and how it prints.

use std::collections::BTreeMap;

use anyhow::Result;
use rust_xlsxwriter::Worksheet;

use super::names;

/// The height of a line of text in points.
pub const LINE: f64 = 15.0;
/// The tallest row that there is, in points.
const TALLEST: f64 = 409.0;
/// What of a landscape page can be printed on, A4 or Letter, in points.
const PAPER: (f64, f64) = (690.0, 515.0);

/// A sheet and the heights of its rows. All of them are set, since programs that measure text themselves do so only as long as nothing
/// is merged, and would move charts away from their data.
pub struct Page {
    /// The sheet.
    pub worksheet: Worksheet,
    heights: BTreeMap<u32, f64>,
}

impl Page {
    /// An empty sheet of a name.
    ///
    /// # Errors
    /// A name that sheets cannot have.
    pub fn new(name: &str) -> Result<Page> {
        let mut worksheet = Worksheet::new();
        worksheet.set_name(name)?.set_screen_gridlines(false);
        Ok(Page {
            worksheet,
            heights: BTreeMap::new(),
        })
    }

    /// Sets the smallest height of a row, in points.
    ///
    /// # Errors
    /// A row that no sheet has.
    pub fn height(&mut self, row: u32, points: f64) -> Result<()> {
        let height = self.heights.entry(row).or_insert(LINE);
        *height = height.max(points.min(TALLEST));
        self.worksheet.set_row_height(row, *height)?;
        Ok(())
    }

    /// Points from the top of a row to the top of another below it.
    fn between(&self, from: u32, to: u32) -> f64 {
        let set: Vec<f64> = self.heights.range(from..to.max(from)).map(|(_, height)| *height).collect();
        set.iter().sum::<f64>() + (f64::from(to.max(from) - from) - set.len() as f64) * LINE
    }

    /// Landscape, as wide as the paper, with the title and the page's number at the foot.
    pub fn set_up(&mut self, title: &str) {
        // Text from outside could contain the codes of a footer.
        let title = names::cut(&title.replace('&', "&&"), 120);
        self.worksheet
            .set_landscape()
            .set_paper_size(9)
            .set_margins(0.7, 0.7, 0.5, 0.55, 0.3, 0.3)
            .set_print_fit_to_pages(1, 0)
            .set_footer(format!("&L&8{title}&C&8&A&R&8&P / &N"));
    }

    /// Breaks pages only between blocks, given by their first rows and, last, the row after them. A sheet with manual breaks does not
    /// fit itself to the paper, so the scale is set for its width in points.
    ///
    /// # Errors
    /// A row that no sheet has.
    pub fn break_between(&mut self, blocks: &[u32], width: f64) -> Result<()> {
        // A little less, since programs round widths.
        let scale = (0.98 * PAPER.0 / width).clamp(0.3, 1.0);
        let room = PAPER.1 / scale;
        let mut breaks = Vec::new();
        let mut top = 0;
        for ends in blocks.windows(2) {
            if ends[0] > top && self.between(top, ends[1]) > room {
                breaks.push(ends[0]);
                top = ends[0];
            }
        }
        self.worksheet.set_print_scale((scale * 100.0).floor() as u16);
        self.worksheet.set_page_breaks(&breaks)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_add_up() {
        let mut page = Page::new("x").unwrap();
        page.height(2, 40.0).unwrap();
        page.height(2, 30.0).unwrap();
        page.height(3, 1000.0).unwrap();
        assert_eq!(page.between(0, 2), 2.0 * LINE);
        assert_eq!(page.between(0, 4), 2.0 * LINE + 40.0 + TALLEST);
        assert_eq!(page.between(4, 4), 0.0);
    }
}
