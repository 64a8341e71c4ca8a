//! Properties of every page.

use std::collections::BTreeSet;

use super::fixture::{HOSTILE, rich, twenty_metrics};
use super::{Page, text};
use crate::render::document::{Block, Document};
use crate::render::text::Text;

const PAGE: Page = Page {
    language: "en",
    version: "1.2.3",
};

/// A tag of a page.
#[derive(Debug, Clone, PartialEq)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

const VOID: [&str; 2] = ["meta", "br"];

/// The tags of a page, opened ones in order; panics if one is not closed, closed twice, or written in a way that a browser would
/// have to guess. Text contains no `<`, and `&` only in the entities that the escaper writes.
fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>\n").expect("a document type");
    while let Some((text, after)) = rest.split_once('<') {
        check_text(text);
        if let Some(after) = after.strip_prefix('/') {
            let (name, after) = after.split_once('>').expect("a closing tag ends");
            assert_eq!(open.pop().as_deref(), Some(name), "closed what was not open, before {after:.80}");
            rest = after;
            continue;
        }
        let (mut tag, mut after, is_closed) = opening(after);
        if !is_closed && !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        if tag.name == "style" && tag.attributes.is_empty() {
            let (style, left) = after.split_once("</style>").expect("the style ends");
            assert!(!style.contains('<'), "a tag in the style");
            open.pop();
            after = left;
        }
        tag.name.make_ascii_lowercase();
        tags.push(tag);
        rest = after;
    }
    check_text(rest);
    assert!(open.is_empty(), "left open: {open:?}");
    tags
}

fn opening(text: &str) -> (Tag, &str, bool) {
    let end = text.find([' ', '>', '/']).expect("a tag ends");
    let mut tag = Tag {
        name: text[..end].to_string(),
        attributes: Vec::new(),
    };
    assert!(tag.name.bytes().all(|b| b.is_ascii_alphanumeric()), "{tag:?}");
    let mut rest = &text[end..];
    loop {
        if let Some(after) = rest.strip_prefix("/>") {
            return (tag, after, true);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (tag, after, false);
        }
        let (name, after) = rest
            .strip_prefix(' ')
            .and_then(|rest| rest.split_once("=\""))
            .unwrap_or_else(|| panic!("{rest:.80}"));
        let (value, after) = after.split_once('"').expect("a value ends");
        assert!(
            name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-' || b.is_ascii_digit()),
            "attribute {name}"
        );
        assert!(!value.contains('<'));
        check_text(value);
        assert!(tag.get(name).is_none(), "{name} twice in {tag:?}");
        tag.attributes.push((name.to_string(), value.to_string()));
        rest = after;
    }
}

fn check_text(text: &str) {
    for after in text.split('&').skip(1) {
        let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
        assert!(known.iter().any(|entity| after.starts_with(entity)), "&{after:.20}");
    }
    assert!(!text.contains('>'), "a bare > in {text:.80}");
    let hidden =
        |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    assert!(!text.contains(hidden), "a hidden character in {text:.80}");
}

#[test]
fn pages_are_well_formed_and_names_unique() {
    let tags = tags(&text(&rich(), &PAGE));
    let mut names = BTreeSet::new();
    for name in tags.iter().filter_map(|tag| tag.get("id")) {
        assert!(names.insert(name.to_string()), "{name} twice");
        assert!(name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')), "{name}");
    }
    for tag in &tags {
        for attribute in ["aria-labelledby", "aria-describedby"] {
            assert!(tag.get(attribute).is_none_or(|name| names.contains(name)), "{tag:?} leads nowhere");
        }
        if let Some(target) = tag.get("href") {
            assert!(
                target.strip_prefix('#').is_some_and(|name| names.contains(name)),
                "{tag:?} leads nowhere"
            );
        }
    }
    assert!(tags.iter().filter(|tag| tag.name == "a").count() > 30, "links are there");
}

#[test]
fn nothing_leads_out_of_a_page_and_nothing_runs() {
    let html = text(&rich(), &PAGE);
    let tags = tags(&html);
    for tag in &tags {
        assert!(
            !matches!(
                tag.name.as_str(),
                "script" | "img" | "link" | "iframe" | "object" | "b" | "base" | "form" | "use" | "image"
            ),
            "{tag:?}"
        );
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("on") && name != "src" && !name.contains("xlink"), "{tag:?}");
            assert!(!(value.contains("://") && name != "aria-label"), "{tag:?}");
            if name == "style" {
                let depth = value.strip_prefix("--h:").and_then(|depth| depth.parse::<u8>().ok());
                assert!(depth.is_some_and(|depth| depth <= 100), "{tag:?}");
            }
        }
    }
    let policy = tags.iter().find(|tag| tag.get("http-equiv") == Some("Content-Security-Policy"));
    assert_eq!(
        policy.and_then(|tag| tag.get("content")),
        Some("default-src 'none'; style-src 'unsafe-inline'")
    );
    let harmless = text(&twenty_metrics(), &PAGE);
    for word in ["://", "url(", "src=", "xmlns", "<!--", "javascript"] {
        assert!(!harmless.contains(word), "{word} in the page");
    }
    let style = include_str!("style.css");
    for word in ["url(", "http", "@import", "src", "expression", "</"] {
        assert!(!style.contains(word), "{word} in the style");
    }
}

#[test]
fn hostile_texts_are_harmless_wherever_they_stand() {
    for hostile in HOSTILE {
        let mut document = rich();
        for block in &mut document.blocks {
            match block {
                Block::Chart(chart) => {
                    chart.anchor = hostile.into();
                    (chart.title, chart.statement) = (Text::untrusted(hostile), Text::untrusted(hostile));
                    if let crate::render::document::Figure::Series(figure) = &mut chart.figure {
                        figure.labels.fill(hostile.into());
                        figure.axis.title = hostile.into();
                        figure.axis.currency = Some(hostile.into());
                    }
                }
                Block::Card(card) => (card.anchor, card.title) = (hostile.into(), Text::link(hostile, hostile)),
                Block::Heading(_, text) => *text = Text::link(hostile, hostile),
                Block::Table(table) => (table.caption, table.columns[0].0) = (Text::untrusted(hostile), Text::untrusted(hostile)),
                _ => {}
            }
        }
        let page = Page {
            language: hostile,
            version: "1\"><script>",
        };
        let tags = tags(&text(&document, &page));
        assert!(
            tags.iter().all(|tag| !matches!(tag.name.as_str(), "script" | "img" | "b")),
            "{hostile}"
        );
        // No link within a link or a summary, which a browser would take apart: cards and contents have the words alone.
        assert!(tags.iter().any(|tag| tag.get("class") == Some("card")));
    }
}

#[test]
fn every_chart_says_what_it_shows_and_has_its_data() {
    let html = text(&rich(), &PAGE);
    let charts: Vec<&str> = html
        .split("<figure class=\"chart\"")
        .skip(1)
        .map(|rest| rest.split("</figure>").next().unwrap())
        .collect();
    assert_eq!(charts.len(), 21);
    for chart in charts {
        for part in [
            "<figcaption>",
            "role=\"img\"",
            "<title id=",
            "<desc id=",
            "<details>",
            "<th scope=\"col\"",
            "<th scope=\"row\"",
        ] {
            assert!(chart.contains(part), "no {part} in {chart:.300}");
        }
    }
    assert_eq!(html.matches("<svg class=\"spark\"").count(), 20);
}

#[test]
fn headings_leave_no_level_out() {
    let html = text(&rich(), &PAGE);
    let mut last = 0;
    for tag in tags(&html) {
        if let Some(level) = tag.name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok()) {
            assert!(level <= last + 1, "h{level} after h{last}");
            last = level;
        }
    }
    assert_eq!(html.matches("<h1>").count(), 1);
}

#[test]
fn an_empty_document_is_a_page() {
    assert!(tags(&text(&Document::default(), &PAGE)).iter().any(|tag| tag.name == "h1"));
}

#[test]
fn tones_and_depths_are_written() {
    let html = text(&rich(), &PAGE);
    assert!(
        html.contains("<td class=\"n good\">") && html.contains("<td class=\"n bad\">"),
        "readings"
    );
    assert!(html.contains("<td class=\"n\" style=\"--h:100\">100%</td>"), "depth");
    assert!(html.contains("<td class=\"n\"></td>"), "cells that are not over stay blank");
    assert!(
        html.contains("(10,000 characters)") && !html.contains(&"W".repeat(201)),
        "overlong names are cut"
    );
}

#[test]
fn pages_are_small_and_always_the_same() {
    let html = text(&twenty_metrics(), &PAGE);
    assert_eq!(html, text(&twenty_metrics(), &PAGE));
    assert!(html.len() < 300_000, "{} bytes", html.len());
    let charts: usize = html
        .split("<svg class=\"plot")
        .skip(1)
        .map(|rest| rest.find("</figure>").unwrap())
        .sum();
    assert!(charts < 200_000, "{charts} bytes of charts and their data");
}

/// Writes pages to look at, next to the other files of the build.
#[test]
fn pages_to_look_at() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    let directory = std::env::var_os("CARGO_TARGET_DIR").map_or(directory, Into::into).join("tmp");
    std::fs::create_dir_all(&directory).unwrap();
    for (name, document) in [("rich.html", rich()), ("twenty.html", twenty_metrics())] {
        std::fs::write(directory.join(name), text(&document, &PAGE)).unwrap();
    }
}
