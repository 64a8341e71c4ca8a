//! Text of a document: the program's own words and text from outside, which each format escapes in its own way.

use std::borrow::Cow;

use super::escape;
use super::format::count;
use crate::catalog::MetricUnit;
use crate::diagnostics::visible;
use crate::period::date_text;

/// Characters that Unicode has, but XML has not.
const NO_CHARACTERS: [char; 2] = ['\u{fffe}', '\u{ffff}'];

/// Text from outside: a cell of an export, a file's name, a user's words. Its content can only be had escaped for a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untrusted(String);

impl Untrusted {
    /// Marks text as coming from outside.
    pub fn new(text: impl Into<String>) -> Untrusted {
        Untrusted(text.into())
    }

    /// For a terminal: control, bidirectional and invisible characters as escapes. What is longer than anybody reads there is cut, and says
    /// how long it was.
    pub fn terminal(&self) -> Cow<'_, str> {
        /// So many characters are shown.
        const SHOWN: usize = 2_000;
        match self.0.char_indices().nth(SHOWN).filter(|_| self.0.len() > SHOWN) {
            None => visible(&self.0),
            Some((end, _)) => {
                let length = count(self.0.chars().count() as u64);
                Cow::Owned(format!("{}\u{2026} ({length} characters)", visible(&self.0[..end])))
            }
        }
    }

    /// For Markdown, within a line or a cell: as on a terminal, and no character means anything but itself. See `escape`.
    pub fn markdown(&self) -> String {
        escape::inline(&visible(&self.0))
    }

    /// For a workbook: as on a terminal, and without the two characters that XML does not allow. A string is never a formula,
    /// whatever it begins with.
    pub fn workbook(&self) -> Cow<'_, str> {
        let shown = visible(&self.0);
        if shown.contains(NO_CHARACTERS) {
            Cow::Owned(shown.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}"))
        } else {
            shown
        }
    }

    /// For HTML: as [`Untrusted::html_plain`], and text written from right to left is isolated from its context.
    pub fn html(&self, limit: usize) -> String {
        let plain = self.html_plain(limit);
        if self.0.chars().take(limit).any(is_right_to_left) {
            format!("<bdi>{plain}</bdi>")
        } else {
            plain
        }
    }

    /// For HTML without elements, such as an attribute in quotes: as on a terminal, and no character means anything but
    /// itself. A text longer than `limit` characters is cut, and its length is given.
    pub fn html_plain(&self, limit: usize) -> String {
        // Bytes are at least as many as characters: short texts are never counted.
        let length = if self.0.len() > limit { self.0.chars().count() } else { 0 };
        if length <= limit {
            return html_escaped(&visible(&self.0));
        }
        let start: String = self.0.chars().take(limit * 3 / 4).collect();
        format!("{}\u{2026} ({} characters)", html_escaped(&visible(&start)), count(length as u64))
    }

    /// For a cell of CSV that a spreadsheet may open: what would be a formula gets an apostrophe in front.
    pub fn csv(&self) -> Cow<'_, str> {
        // The wide ones are those of East Asian keyboards, which spreadsheets take for the others.
        if self.0.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
            Cow::Owned(format!("'{}", self.0))
        } else {
            Cow::Borrowed(&self.0)
        }
    }
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The program's own words.
    Own(String),
    /// Text from outside.
    Untrusted(Untrusted),
    /// Text from outside that leads to the place of that name in the document, if the format has links.
    Link(String, Untrusted),
}

/// What a text shows, for formats that have numbers and dates of their own: unrounded, in the unit of its metric.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    /// A number and its unit: a share is between 0 and 1, a duration in hours or days.
    Number(f64, MetricUnit),
    /// A day, counted from 1970-01-01.
    Day(i32),
}

/// The emphasis of a text, in formats that have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Not at all.
    #[default]
    Plain,
    /// Favourable.
    Good,
    /// Unfavourable.
    Bad,
    /// A heading.
    Strong,
    /// A share in hundredths, as the depth of a background; the text also shows the share.
    Heat(u8),
}

/// A text of own and foreign pieces.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Text {
    pieces: Vec<Piece>,
    /// Its emphasis.
    pub tone: Tone,
    /// The number or date that it shows.
    pub quantity: Option<Quantity>,
}

impl Text {
    /// The program's own words and numbers; never text from outside.
    pub fn own(text: impl Into<String>) -> Text {
        Text {
            pieces: vec![Piece::Own(text.into())],
            ..Text::default()
        }
    }

    /// Text from outside.
    pub fn untrusted(text: impl Into<String>) -> Text {
        Text {
            pieces: vec![Piece::Untrusted(Untrusted::new(text))],
            ..Text::default()
        }
    }

    /// Text from outside that leads to a named place of the document.
    pub fn link(to: impl Into<String>, text: impl Into<String>) -> Text {
        Text {
            pieces: vec![Piece::Link(to.into(), Untrusted::new(text))],
            ..Text::default()
        }
    }

    /// A number as people read it, with what it is.
    pub fn number(shown: impl Into<String>, value: f64, unit: MetricUnit) -> Text {
        Text {
            quantity: Some(Quantity::Number(value, unit)),
            ..Text::own(shown)
        }
    }

    /// A day.
    pub fn day(day: i32) -> Text {
        Text {
            quantity: Some(Quantity::Day(day)),
            ..Text::own(date_text(day))
        }
    }

    /// Its parts, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.terminal().is_empty()
    }

    /// This text with own words after it.
    pub fn and(mut self, text: impl Into<String>) -> Text {
        self.pieces.push(Piece::Own(text.into()));
        self
    }

    /// This text with text from outside after it.
    pub fn and_untrusted(mut self, text: impl Into<String>) -> Text {
        self.pieces.push(Piece::Untrusted(Untrusted::new(text)));
        self
    }

    /// This text with another after it.
    pub fn and_text(mut self, text: Text) -> Text {
        self.pieces.extend(text.pieces);
        self
    }

    /// This text, standing out.
    pub fn toned(self, tone: Tone) -> Text {
        Text { tone, ..self }
    }

    /// For a terminal; own line breaks stay.
    pub fn terminal(&self) -> String {
        let shown = self.pieces.iter().map(|piece| match piece {
            Piece::Own(text) => Cow::Borrowed(text.as_str()),
            Piece::Untrusted(text) | Piece::Link(_, text) => text.terminal(),
        });
        shown.collect()
    }

    /// For a workbook; own line breaks stay.
    pub fn workbook(&self) -> String {
        let shown = self.pieces.iter().map(|piece| match piece {
            Piece::Own(text) => Cow::Borrowed(text.as_str()),
            Piece::Untrusted(text) | Piece::Link(_, text) => text.workbook(),
        });
        shown.collect()
    }

    /// For Markdown where a block begins, such as a paragraph or an item of a list: nothing at its start makes it another kind of block.
    pub fn markdown_block(&self) -> String {
        match self.pieces.first() {
            Some(Piece::Untrusted(_) | Piece::Link(..)) => escape::block_start(&self.markdown()),
            Some(Piece::Own(_)) | None => self.markdown(),
        }
    }

    /// For Markdown within a line, such as a cell or a heading; own line breaks are breaks.
    pub fn markdown(&self) -> String {
        let shown = self.pieces.iter().map(|piece| match piece {
            Piece::Own(text) => own_markdown(text),
            Piece::Untrusted(text) | Piece::Link(_, text) => text.markdown(),
        });
        shown.collect()
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Text {
        Text::own(text)
    }
}

/// Text in which no character has a meaning in HTML, neither between elements nor within an attribute in quotes.
pub fn html_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Whether a character belongs to a script that is written from right to left.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Own text for Markdown: its brackets and signs mean nothing either, except brackets around intervals, which no link follows.
fn own_markdown(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escape::own).collect();
    lines.join("<br>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_cells_mean_nothing() {
        let cell = Untrusted::new("=1+1|<b>\u{1b}[31m[x](http://y.z)\u{202e}\n**a**");
        assert_eq!(cell.terminal(), "=1+1|<b>\\u{1b}[31m[x](http://y.z)\\u{202e}\\n**a**");
        assert_eq!(cell.markdown(), r"=1+1\|\<b>\u{1b}\[31m\[x\](http\://y.z)\u{202e}\n\*\*a\*\*");
        for formula in ["=1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"] {
            assert_eq!(Untrusted::new(formula).csv(), format!("'{formula}"));
        }
        assert_eq!(Untrusted::new("a=1").csv(), "a=1");
        assert_eq!(Untrusted::new("=1\0\u{ffff}").workbook(), "=1\\u{0}\\u{ffff}");
    }

    #[test]
    fn hostile_cells_mean_nothing_in_html() {
        let html = |text: &str| Untrusted::new(text).html(200);
        assert_eq!(
            html("<script>alert('x')</script> & \"q\""),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;q&quot;"
        );
        assert_eq!(html("a\0b\u{202e}c\nd"), "a\\u{0}b\\u{202e}c\\nd");
        assert_eq!(html("=HYPERLINK(1)"), "=HYPERLINK(1)");
        assert_eq!(html("Müller 🦊"), "Müller 🦊");
        assert_eq!(html("שלום <b>"), "<bdi>שלום &lt;b&gt;</bdi>");
        assert_eq!(Untrusted::new("שלום").html_plain(200), "שלום");
    }

    #[test]
    fn overlong_text_is_cut_and_says_so() {
        let shown = Untrusted::new("ä<".repeat(5_000)).html(200);
        assert_eq!(shown, format!("{}\u{2026} (10,000 characters)", "ä&lt;".repeat(75)));
        let fits = "ä".repeat(200);
        assert_eq!(Untrusted::new(fits.as_str()).html(200), fits);
        assert!(Untrusted::new(fits + "b").html(200).ends_with("(201 characters)"));
    }

    #[test]
    fn pieces_keep_their_order() {
        let text = Text::own("region_1 = ").and_untrusted("a_b").and(", [1, 2]");
        assert_eq!(text.terminal(), "region_1 = a_b, [1, 2]");
        assert_eq!(text.markdown(), "region_1 = a_b, [1, 2]");
        let link = Text::own("[1, 2]").and_untrusted("(x) _y_");
        assert_eq!(link.markdown(), r"[1, 2]\(x) \_y\_");
    }

    #[test]
    fn text_from_outside_begins_no_block() {
        let block = |text: &str| Text::untrusted(text).markdown_block();
        assert_eq!(block("# a"), r"\# a");
        assert_eq!(block("- a-b"), r"\- a-b");
        assert_eq!(Text::untrusted("- a-b").markdown(), "- a-b");
        assert_eq!(Text::own("a: ").and_untrusted("- b").markdown_block(), "a: - b");
    }
}
