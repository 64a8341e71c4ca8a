//! A document as one HTML file: no network, no script, light and dark, on a telephone and on paper.
//!
//! Nothing in the page leads out of it, and its Content-Security-Policy forbids whatever would. What it looks like stands in
//! `style.css`; what it says, in its order, stands in the HTML, so that it reads as well without a style.

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

/// What a page says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<'a> {
    /// The language of its words, as BCP 47 names it.
    pub language: &'a str,
    /// The version of the program that wrote it.
    pub version: &'a str,
}

/// The document as a page of its own.
pub fn text(document: &Document, page: &Page) -> String {
    page::text(document, page)
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
