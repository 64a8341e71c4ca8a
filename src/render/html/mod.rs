//! A document as one HTML file: no network, no script, light and dark, on a telephone and on paper.
//!
//! The page refers to nothing outside it, and its Content-Security-Policy forbids such references. Its style is in
//! `style.css`; its content is in reading order in the HTML, so it can be read without the style.

mod axis;
mod blocks;
mod funnel;
mod labels;
mod names;
mod page;
mod scene;
mod series;
mod spark;
mod svg;
mod text;
mod ticks;

pub use page::{parts, style};

use super::document::Document;
use super::output_format::{OutputFormat, Stdout};

/// HTML.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "html",
    aliases: &[],
    endings: &["html", "htm"],
    about: "For browsers: one file, no network, no script",
    stdout: Stdout::Text,
};

/// Facts about the page itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<'a> {
    /// The language of its words, as BCP 47 names it.
    pub language: &'a str,
    /// The version of the program that wrote it.
    pub version: &'a str,
}

impl Page<'_> {
    /// The pages of this program.
    pub const CURRENT: Page<'static> = Page {
        language: "en",
        version: env!("CARGO_PKG_VERSION"),
    };
}

/// The document as a separate page.
pub fn text(document: &Document, page: &Page) -> String {
    page::text(document, page)
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
