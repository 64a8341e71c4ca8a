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

pub use page::{Part, Parts, parts, style};

use super::document::Document;

/// Facts about the page itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<'a> {
    /// The language of its words, as BCP 47 names it.
    pub language: &'a str,
    /// The version of the program that wrote it.
    pub version: &'a str,
}

/// The document as a separate page.
pub fn text(document: &Document, page: &Page) -> String {
    page::text(document, page)
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
