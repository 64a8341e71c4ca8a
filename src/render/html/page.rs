//! The page around the blocks: head, contents and sections.

use super::Page;
use super::blocks::{self, Place};
use super::names::Names;
use super::text::{NAME, plain, unlinked, words};
use crate::diagnostics::visible;
use crate::render::document::{Block, Document};
use crate::render::text::{Text, html_escaped};

const STYLE: &str = include_str!("style.css");

/// A heading of level 2 with its name in the page, and the blocks below it.
struct Section<'a> {
    name: String,
    title: &'a Text,
    blocks: Vec<Place<'a>>,
}

/// What a page is made of, each part as HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The title.
    pub title: String,
    /// The blocks before the first section.
    pub lead: String,
    /// The sections.
    pub sections: Vec<Part>,
    head: String,
    content: String,
    contents: String,
}

/// A section of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The name of its place in the page.
    pub name: String,
    /// Its title, as HTML.
    pub title: String,
    /// Its title without links, for a list of contents.
    pub unlinked: String,
    /// The content below the title, as HTML.
    pub body: String,
}

/// The style of a page.
pub fn style() -> &'static str {
    STYLE
}

/// The parts of a page.
pub fn parts(document: &Document, page: &Page) -> Parts {
    let mut names = Names::default();
    let (content, contents) = (names.take("content"), names.take("contents"));
    let (title, before, sections) = sections(document, &mut names);
    let name = "Report".into();
    let title = title.unwrap_or(&name);
    let mut lead = String::new();
    blocks::write(&mut lead, &before, title, &mut names);
    let part = |section: &Section, names: &mut Names| {
        let title = words(section.title, names, NAME);
        let mut body = String::new();
        blocks::write(&mut body, &section.blocks, section.title, names);
        Part {
            name: section.name.clone(),
            title,
            unlinked: unlinked(section.title),
            body,
        }
    };
    Parts {
        title: words(title, &names, NAME),
        lead,
        head: head(title, page),
        content,
        contents,
        sections: sections.iter().map(|section| part(section, &mut names)).collect(),
    }
}

/// The document as a separate page.
pub fn text(document: &Document, page: &Page) -> String {
    let parts = parts(document, page);
    let (content, contents) = (&parts.content, &parts.contents);
    let mut out = parts.head;
    out.push_str(&format!("<a class=\"skip\" href=\"#{content}\">Skip to the content</a>\n"));
    out.push_str(&format!("<header><h1>{}</h1></header>\n", parts.title));
    if parts.sections.len() > 1 {
        out.push_str(&format!(
            "<nav aria-labelledby=\"{contents}\"><p id=\"{contents}\">Contents</p><ol>\n"
        ));
        for Part { name, unlinked, .. } in &parts.sections {
            out.push_str(&format!("<li><a href=\"#{name}\">{unlinked}</a></li>\n"));
        }
        out.push_str("</ol></nav>\n");
    }
    out.push_str(&format!("<main id=\"{content}\" tabindex=\"-1\">\n"));
    if !parts.lead.is_empty() {
        out.push_str(&format!("<div class=\"lead\">\n{}</div>\n", parts.lead));
    }
    for Part { name, title, body, .. } in &parts.sections {
        out.push_str(&format!(
            "<section aria-labelledby=\"{name}\">\n<h2 id=\"{name}\">{title}</h2>\n{body}</section>\n"
        ));
    }
    out + "</main>\n</body>\n</html>\n"
}

fn head(title: &Text, page: &Page) -> String {
    let (language, version) = (html_escaped(&visible(page.language)), html_escaped(&visible(page.version)));
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"format-detection\" content=\"telephone=no\">\n\
         <meta name=\"generator\" content=\"relhealth {version}\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        plain(title)
    )
}

/// The title, the blocks before the first section, and the sections. All names that links may lead to are taken here, in the order
/// of the document.
fn sections<'a>(document: &'a Document, names: &mut Names) -> (Option<&'a Text>, Vec<Place<'a>>, Vec<Section<'a>>) {
    let mut title = None;
    let mut lead = Vec::new();
    let mut sections: Vec<Section> = Vec::new();
    for block in &document.blocks {
        match block {
            Block::Heading(0 | 1, text) if title.is_none() => {
                title = Some(text);
                continue;
            }
            Block::Heading(0..=2, text) => {
                sections.push(Section {
                    name: names.take(&text.terminal()),
                    title: text,
                    blocks: Vec::new(),
                });
                continue;
            }
            _ => {}
        }
        let name = match block {
            Block::Chart(chart) => names.anchor(&chart.anchor),
            Block::Card(card) => names.anchor(&card.anchor),
            _ => String::new(),
        };
        let blocks = sections.last_mut().map_or(&mut lead, |section| &mut section.blocks);
        blocks.push(Place { block, name });
    }
    (title, lead, sections)
}
