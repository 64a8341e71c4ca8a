//! The page around the blocks: head, contents and sections.

use super::Page;
use super::blocks::{self, Place};
use super::names::Names;
use super::words::{NAME, plain, unlinked, words};
use crate::note::visible;
use crate::render::document::{Block, Document};
use crate::render::text::{Text, html_escaped};

const STYLE: &str = include_str!("style.css");

/// A heading of level 2 with its name in the page, and what stands below it.
struct Section<'a> {
    name: String,
    title: &'a Text,
    blocks: Vec<Place<'a>>,
}

/// The document as a page of its own.
pub fn text(document: &Document, page: &Page) -> String {
    let mut names = Names::default();
    let (content, contents) = (names.take("content"), names.take("contents"));
    let (title, lead, sections) = sections(document, &mut names);
    let name = "Report".into();
    let title = title.unwrap_or(&name);

    let mut out = head(title, page);
    out.push_str(&format!("<a class=\"skip\" href=\"#{content}\">Skip to the content</a>\n"));
    out.push_str(&format!("<header><h1>{}</h1></header>\n", words(title, &names, NAME)));
    if sections.len() > 1 {
        out.push_str(&format!(
            "<nav aria-labelledby=\"{contents}\"><p id=\"{contents}\">Contents</p><ol>\n"
        ));
        for section in &sections {
            out.push_str(&format!("<li><a href=\"#{}\">{}</a></li>\n", section.name, unlinked(section.title)));
        }
        out.push_str("</ol></nav>\n");
    }
    out.push_str(&format!("<main id=\"{content}\" tabindex=\"-1\">\n"));
    if !lead.is_empty() {
        out.push_str("<div class=\"lead\">\n");
        blocks::write(&mut out, &lead, title, &mut names);
        out.push_str("</div>\n");
    }
    for section in &sections {
        let name = &section.name;
        let title = words(section.title, &names, NAME);
        out.push_str(&format!("<section aria-labelledby=\"{name}\">\n<h2 id=\"{name}\">{title}</h2>\n"));
        blocks::write(&mut out, &section.blocks, section.title, &mut names);
        out.push_str("</section>\n");
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

/// The title, what stands before the first section, and the sections. All names that links may lead to are taken here, in the order
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
