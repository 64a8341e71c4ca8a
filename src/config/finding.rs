//! What is wrong in a text that a person wrote: where, the line with carets below it, and what was probably meant.

use std::fmt;
use std::ops::Range;

use crate::catalog::Problem;
use crate::note::{Place, visible};

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
        let start = self.floor(offset);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = self.text[..start].bytes().filter(|b| *b == b'\n').count() + 1;
        let column = self.text[line_start..start].chars().count() + 1;
        Place::column(self.file, line as u64, column as u64)
    }

    /// What is wrong with a stretch of the text; an empty hint says nothing.
    pub fn finding(&self, span: Range<usize>, what: impl Into<String>, hint: impl Into<String>) -> Problem {
        let start = self.floor(span.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let end = self.floor(span.end).clamp(start, line_end);
        let place = self.place(start);
        let hidden = |c: char| !matches!(visible(c.encode_utf8(&mut [0; 4])), std::borrow::Cow::Borrowed(_));
        Problem {
            file: self.file.to_string(),
            line: place.line.unwrap_or(1) as usize,
            column: place.column.unwrap_or(1) as usize,
            message: what.into(),
            hint: Some(hint.into()).filter(|hint: &String| !hint.is_empty()),
            // One blank for each hidden character, so that the carets stay below what they mean.
            snippet: self.text[line_start..line_end]
                .trim_end()
                .chars()
                .map(|c| if hidden(c) { ' ' } else { c })
                .collect(),
            width: self.text[start..end].trim_end().chars().count().max(1),
        }
    }

    fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// Everything that is wrong in a configuration, in the order in which it stands there. Wrong usage: exit code 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings(Vec<Problem>);

impl Findings {
    /// The findings, sorted by their places.
    pub fn new(mut problems: Vec<Problem>) -> Findings {
        problems.sort_by(|a, b| (a.line, a.column, &a.message).cmp(&(b.line, b.column, &b.message)));
        problems.dedup();
        Findings(problems)
    }

    /// Each of them as people read it: place and what is wrong, the line with carets below, the hint.
    pub fn texts(&self) -> impl Iterator<Item = String> + '_ {
        self.0.iter().map(|problem| {
            let place = Place::column(problem.file.as_str(), problem.line as u64, problem.column as u64);
            let number = problem.line.to_string();
            let gutter = " ".repeat(number.len());
            let indent = " ".repeat(problem.column.saturating_sub(1));
            let mut text = format!(
                "{place}: {}\n{number} | {}\n{gutter} | {indent}",
                visible(&problem.message),
                problem.snippet
            );
            text.push_str(&"^".repeat(problem.width));
            if let Some(hint) = &problem.hint {
                text.push_str("\nhint: ");
                text.push_str(&visible(hint));
            }
            text
        })
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().collect::<Vec<_>>().join("\n\n"))
    }
}

impl std::error::Error for Findings {}

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
        let later = script.finding(at..at + 3, "wrong", "right");
        let earlier = script.finding(6..10, "also wrong", "");
        assert_eq!(
            Findings::new(vec![later, earlier]).to_string(),
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
                assert!(Findings::new(vec![script.finding(start..end, "w", "")]).to_string().contains('^'));
            }
        }
    }
}
