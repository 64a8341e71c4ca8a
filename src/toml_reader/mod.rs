//! A TOML text that a person wrote: reading it so that everything that is wrong is found in one run, and saying where, with the line
//! and carets below it, and what was probably meant.

mod reader;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::diagnostics::{Place, visible};

pub use reader::{Node, Reader, Text, constant_of, number_of};

/// A text with the name of the file it came from.
#[derive(Debug, Clone, Copy)]
pub struct Script<'t> {
    /// The file as it was named, or the option that the text was given to.
    pub file: &'t str,
    /// The text.
    pub text: &'t str,
}

impl Script<'_> {
    /// Where a byte of the text lies.
    pub fn place(&self, offset: usize) -> Place {
        let mistake = self.mistake(offset..offset, "", None);
        Place::column(self.file, mistake.line as u64, mistake.column as u64)
    }

    /// The mistake at these bytes of the text; of a range over several lines the first line is shown.
    pub fn mistake(&self, span: Range<usize>, message: impl Into<String>, hint: Option<String>) -> ConfigError {
        let start = self.text.floor_char_boundary(span.start);
        let begin = self.text[..start].rfind('\n').map_or(0, |i| i + 1);
        let end = self.text[start..].find('\n').map_or(self.text.len(), |i| start + i);
        let line = self.text[begin..end].trim_end_matches('\r');
        let stop = self
            .text
            .floor_char_boundary(span.end)
            .clamp(start, begin + line.len().max(start - begin));
        ConfigError {
            file: self.file.to_string(),
            line: self.line(start),
            column: self.text[begin..start].chars().count() + 1,
            message: message.into(),
            hint,
            snippet: line.chars().map(shown).collect(),
            width: self.text[start..stop].chars().count().max(1),
        }
    }

    /// The line of this byte, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.text[..self.text.floor_char_boundary(at)].matches('\n').count() + 1
    }

    /// Where a part of a string value stands in the file. A value with escapes is shown as a whole: its parts stand elsewhere.
    pub fn inside(&self, value: Range<usize>, decoded: &str, part: Range<usize>) -> Range<usize> {
        let raw = &self.text[value.clone()];
        for quote in ["\"\"\"", "'''", "\"", "'"] {
            let Some(inner) = raw.strip_prefix(quote).and_then(|r| r.strip_suffix(quote)) else {
                continue;
            };
            let trimmed = if quote.len() == 3 {
                inner.strip_prefix("\r\n").or(inner.strip_prefix('\n')).unwrap_or(inner)
            } else {
                inner
            };
            if trimmed == decoded {
                let offset = value.start + quote.len() + (inner.len() - trimmed.len());
                return offset + part.start..offset + part.end;
            }
        }
        value
    }
}

/// A mistake in a TOML file: where, what, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file's name, as given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it; often the nearest right name.
    pub hint: Option<String>,
    /// The line, with control characters blanked.
    pub snippet: String,
    /// Characters to underline from `column` on; at least 1.
    pub width: usize,
}

impl fmt::Display for ConfigError {
    /// Laid out as rustc does, without a line end:
    ///
    /// ```text
    /// error: unknown key `titel`
    ///  --> relhealth.toml:2:1
    ///   |
    /// 2 | titel = "Answers"
    ///   | ^^^^^
    ///   = help: did you mean `title`?
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        writeln!(f, "error: {}", visible(&self.message))?;
        writeln!(f, "{gutter}--> {}:{}:{}", visible(&self.file), self.line, self.column)?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{number} | {}", self.snippet)?;
        write!(f, "{gutter} | {}{}", " ".repeat(self.column - 1), "^".repeat(self.width))?;
        match &self.hint {
            Some(hint) => write!(f, "\n{gutter} = help: {}", visible(hint)),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong in a configuration, in the order in which it stands there. Wrong usage: exit code 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// The findings, sorted by their places.
    pub fn new(mut mistakes: Vec<ConfigError>) -> ConfigErrors {
        mistakes.sort_by(|a, b| (a.line, a.column, &a.message).cmp(&(b.line, b.column, &b.message)));
        mistakes.dedup();
        ConfigErrors(mistakes)
    }

    /// Each of them as people read it: place and what is wrong, the line with carets below, the hint.
    pub fn texts(&self) -> impl Iterator<Item = String> + '_ {
        self.0.iter().map(|mistake| {
            let place = Place::column(mistake.file.as_str(), mistake.line as u64, mistake.column as u64);
            let number = mistake.line.to_string();
            let gutter = " ".repeat(number.len());
            let indent = " ".repeat(mistake.column.saturating_sub(1));
            let mut text = format!(
                "{place}: {}\n{number} | {}\n{gutter} | {indent}",
                visible(&mistake.message),
                mistake.snippet
            );
            text.push_str(&"^".repeat(mistake.width));
            if let Some(hint) = &mistake.hint {
                text.push_str("\nhint: ");
                text.push_str(&visible(hint));
            }
            text
        })
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().collect::<Vec<_>>().join("\n\n"))
    }
}

impl std::error::Error for ConfigErrors {}

/// The character, or a blank in place of one that steers a terminal or cannot be seen.
fn shown(c: char) -> char {
    match visible(c.encode_utf8(&mut [0; 4])) {
        Cow::Borrowed(_) => c,
        Cow::Owned(_) => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_below_what_is_wrong() {
        let script = Script {
            file: "relhealth.toml",
            text: "a = 1\nzoë\t= \"x\"\n",
        };
        let at = script.text.find("\"x\"").unwrap();
        let later = script.mistake(at..at + 3, "wrong", Some("right".into()));
        let earlier = script.mistake(6..10, "also wrong", None);
        assert_eq!(
            ConfigErrors::new(vec![later, earlier]).to_string(),
            "relhealth.toml:2:1: also wrong\n2 | zoë = \"x\"\n  | ^^^\n\nrelhealth.toml:2:7: wrong\n2 | zoë = \"x\"\n  |       ^^^\nhint: right"
        );
    }

    #[test]
    fn any_span_is_shown_without_a_panic() {
        let script = Script {
            file: "f",
            text: "é\n\r\n",
        };
        for start in 0..7 {
            for end in 0..7 {
                assert!(
                    ConfigErrors::new(vec![script.mistake(start..end, "w", None)])
                        .to_string()
                        .contains('^')
                );
            }
        }
    }

    #[test]
    fn shows_the_line_and_underlines_the_part() {
        let source = Script {
            file: "relhealth.toml",
            text: "# größer\ntitel = \"Answers\"\n",
        };
        let at = source.text.find("titel").unwrap();
        let mistake = source.mistake(at..at + 5, "unknown key `titel`", Some("did you mean `title`?".to_string()));
        assert_eq!(
            mistake.to_string(),
            "error: unknown key `titel`\n --> relhealth.toml:2:1\n  |\n2 | titel = \"Answers\"\n  | ^^^^^\n  = help: did you mean `title`?"
        );
    }

    #[test]
    fn counts_characters_and_stops_at_the_line_end() {
        let source = Script {
            file: "f",
            text: "ä\tö = [\n1,\n2]",
        };
        let at = source.text.find('ö').unwrap();
        let mistake = source.mistake(at..source.text.len(), "m", None);
        assert_eq!((mistake.line, mistake.column, mistake.width), (1, 3, 5));
        assert_eq!(mistake.snippet, "ä ö = [");
    }

    #[test]
    fn survives_ranges_beyond_the_text() {
        let source = Script { file: "f", text: "a\n" };
        let mistake = source.mistake(9..12, "m", None);
        assert_eq!(
            (mistake.line, mistake.column, mistake.width, mistake.snippet.as_str()),
            (2, 1, 1, "")
        );
        assert_eq!(source.mistake(1..2, "m", None).width, 1);
    }

    #[test]
    fn finds_a_part_inside_each_kind_of_string() {
        for text in ["k = \"a > b\"", "k = 'a > b'", "k = \"\"\"\na > b\"\"\"", "k = '''a > b'''"] {
            let source = Script { file: "f", text };
            let range = source.inside(4..text.len(), "a > b", 4..5);
            assert_eq!(&text[range.clone()], "b", "{text}");
        }
        let escaped = Script {
            file: "f",
            text: "k = \"a \\u003e b\"",
        };
        assert_eq!(escaped.inside(4..16, "a > b", 4..5), 4..16);
    }

    #[test]
    fn shows_nothing_that_steers_a_terminal() {
        let source = Script {
            file: "f",
            text: "a\u{1b}[31m\u{202e}b",
        };
        let shown = source.mistake(0..1, "x\u{1b}y", None).to_string();
        assert!(shown.contains("1 | a [31m b") && shown.contains("x\\u{1b}y"), "{shown}");
    }
}
