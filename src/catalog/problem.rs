//! A mistake in a definition, with the place where it stands: what a person needs to mend it.

use crate::note::{self, visible};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// A mistake in a TOML file: where, what, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
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

impl fmt::Display for Problem {
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

/// A file's text, to turn byte ranges into problems.
#[derive(Clone, Copy)]
pub(super) struct SourceText<'a> {
    pub file: &'a str,
    pub text: &'a str,
}

impl SourceText<'_> {
    /// The problem at these bytes of the text; of a range over several lines the first line is shown.
    pub fn problem(&self, span: Range<usize>, message: impl Into<String>, hint: Option<String>) -> Problem {
        let start = self.text.floor_char_boundary(span.start);
        let begin = self.text[..start].rfind('\n').map_or(0, |i| i + 1);
        let end = self.text[start..].find('\n').map_or(self.text.len(), |i| start + i);
        let line = self.text[begin..end].trim_end_matches('\r');
        let stop = self
            .text
            .floor_char_boundary(span.end)
            .clamp(start, begin + line.len().max(start - begin));
        Problem {
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

/// The hint for a name that does not exist, if there is one to give.
pub(super) fn did_you_mean<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    Some(note::did_you_mean(name, names)).filter(|hint| !hint.is_empty())
}

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
    fn shows_the_line_and_underlines_the_part() {
        let source = SourceText {
            file: "relhealth.toml",
            text: "# größer\ntitel = \"Answers\"\n",
        };
        let at = source.text.find("titel").unwrap();
        let problem = source.problem(at..at + 5, "unknown key `titel`", did_you_mean("titel", ["text", "title"]));
        assert_eq!(
            problem.to_string(),
            "error: unknown key `titel`\n --> relhealth.toml:2:1\n  |\n2 | titel = \"Answers\"\n  | ^^^^^\n  = help: did you mean `title`?"
        );
    }

    #[test]
    fn counts_characters_and_stops_at_the_line_end() {
        let source = SourceText {
            file: "f",
            text: "ä\tö = [\n1,\n2]",
        };
        let at = source.text.find('ö').unwrap();
        let problem = source.problem(at..source.text.len(), "m", None);
        assert_eq!((problem.line, problem.column, problem.width), (1, 3, 5));
        assert_eq!(problem.snippet, "ä ö = [");
    }

    #[test]
    fn survives_ranges_beyond_the_text() {
        let source = SourceText { file: "f", text: "a\n" };
        let problem = source.problem(9..12, "m", None);
        assert_eq!(
            (problem.line, problem.column, problem.width, problem.snippet.as_str()),
            (2, 1, 1, "")
        );
        assert_eq!(source.problem(1..2, "m", None).width, 1);
    }

    #[test]
    fn finds_a_part_inside_each_kind_of_string() {
        for text in ["k = \"a > b\"", "k = 'a > b'", "k = \"\"\"\na > b\"\"\"", "k = '''a > b'''"] {
            let source = SourceText { file: "f", text };
            let range = source.inside(4..text.len(), "a > b", 4..5);
            assert_eq!(&text[range.clone()], "b", "{text}");
        }
        let escaped = SourceText {
            file: "f",
            text: "k = \"a \\u003e b\"",
        };
        assert_eq!(escaped.inside(4..16, "a > b", 4..5), 4..16);
    }

    #[test]
    fn shows_nothing_that_steers_a_terminal() {
        let source = SourceText {
            file: "f",
            text: "a\u{1b}[31m\u{202e}b",
        };
        let shown = source.problem(0..1, "x\u{1b}y", None).to_string();
        assert!(shown.contains("1 | a [31m b") && shown.contains("x\\u{1b}y"), "{shown}");
    }
}
