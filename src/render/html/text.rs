//! Texts as HTML.

use super::names::Names;
use crate::render::text::{Piece, Text, Tone, html_escaped};

/// Names, in cells, titles and labels, have at most this number of characters each.
pub const NAME: usize = 200;

/// Running text from outside has at most this number of characters.
pub const PROSE: usize = 1_000;

/// The text within a line; own line breaks are breaks. Links to places that are not in the page are their words.
pub fn words(text: &Text, names: &Names, limit: usize) -> String {
    linked(text, |to| names.place(to), limit)
}

/// The text without links: inside a link, or where a click does something else.
pub fn unlinked(text: &Text) -> String {
    linked(text, |_| None, NAME)
}

fn linked<'a>(text: &Text, place: impl Fn(&str) -> Option<&'a str>, limit: usize) -> String {
    let mut out = String::new();
    for piece in text.pieces() {
        match piece {
            Piece::Own(own) => out.push_str(&html_escaped(own).replace('\n', "<br>")),
            Piece::Untrusted(foreign) => out.push_str(&foreign.html(limit)),
            Piece::Link(to, foreign) => match place(to) {
                Some(name) => out.push_str(&format!("<a href=\"#{name}\">{}</a>", foreign.html(limit))),
                None => out.push_str(&foreign.html(limit)),
            },
        }
    }
    out
}

/// The text with its tone.
pub fn toned(text: &Text, names: &Names, limit: usize) -> String {
    let words = words(text, names, limit);
    match class(text.tone) {
        Some(class) if !words.is_empty() => format!("<span class=\"{class}\">{words}</span>"),
        _ => words,
    }
}

/// The class of a tone, if it has one.
pub fn class(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Good => Some("good"),
        Tone::Bad => Some("bad"),
        Tone::Strong => Some("strong"),
        Tone::Plain | Tone::Heat(_) => None,
    }
}

/// The text without elements: for an attribute in quotes, or a title.
pub fn plain(text: &Text) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Own(own) => html_escaped(&own.replace('\n', " ")),
        Piece::Untrusted(foreign) | Piece::Link(_, foreign) => foreign.html_plain(NAME),
    };
    text.pieces().iter().map(piece).collect()
}
