//! A text that a person wrote, and places in it.

use std::ops::Range;

use super::{ConfigError, Fault, Help};
use crate::diagnostics::{Excerpt, Place, line_at};

/// A text with the name of the file it came from.
#[derive(Debug, Clone, Copy)]
pub struct SourceText<'t> {
    /// The file as it was named, or the option that the text was given to.
    pub file: &'t str,
    /// The text.
    pub text: &'t str,
}

impl SourceText<'_> {
    /// What is wrong at these bytes of the text.
    pub fn error(&self, span: Range<usize>, fault: impl Into<Fault>, help: impl Into<Help>) -> ConfigError {
        ConfigError {
            excerpt: Excerpt::new(self.file, self.text, span),
            fault: fault.into(),
            help: help.into(),
        }
    }

    /// Where a byte of the text is.
    pub fn place(&self, offset: usize) -> Place {
        Excerpt::new(self.file, self.text, offset..offset).place()
    }

    /// The line of this byte, from 1.
    pub fn line(&self, at: usize) -> usize {
        line_at(self.text, at)
    }

    /// Where a part of a string's value is in the text. `string`: the bytes of the string, quotes included; of one that is not in the
    /// text, as of a rule that is built in, those bytes.
    pub fn within_string(&self, string: Range<usize>, part: Range<usize>) -> Range<usize> {
        let Some(raw) = self.text.get(string.clone()) else { return string };
        let offsets = raw_offsets(raw);
        let place = |at: usize| string.start + offsets.get(at).or(offsets.last()).copied().unwrap_or(0);
        place(part.start)..place(part.end)
    }
}

/// For each byte of a TOML string's value, the byte of its raw text (quotes included) that it comes from; one more for the end.
fn raw_offsets(raw: &str) -> Vec<usize> {
    let quote = if raw.starts_with('\'') { '\'' } else { '"' };
    let width = if raw.len() >= 6 && raw.starts_with(&quote.to_string().repeat(3)) {
        3
    } else {
        1
    };
    let end = raw.len().saturating_sub(width);
    let mut at = width;
    if width == 3 {
        // The line break right after the opening quotes does not belong to the value.
        at += if raw[at..].starts_with("\r\n") {
            2
        } else {
            usize::from(raw[at..].starts_with('\n'))
        };
    }
    let mut offsets = Vec::with_capacity(raw.len());
    while at < end {
        let c = raw[at..].chars().next().expect("within the text");
        if c != '\\' || quote == '\'' {
            offsets.extend(std::iter::repeat_n(at, c.len_utf8()));
            at += c.len_utf8();
            continue;
        }
        let digits = match raw[at + 1..].chars().next() {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            Some(c) if c.is_whitespace() => {
                // A line break that is escaped goes away with the white space after it.
                at += 1 + raw[at + 1..].find(|c: char| !c.is_whitespace()).unwrap_or(0);
                continue;
            }
            _ => 0,
        };
        let code = raw.get(at + 2..at + 2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let long = code.filter(|_| digits > 0).and_then(char::from_u32).map_or(1, char::len_utf8);
        offsets.extend(std::iter::repeat_n(at, long));
        at += 2 + digits;
    }
    offsets.push(end);
    offsets
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toml::de::DeTable;

    use super::*;

    #[test]
    fn decoded_text_is_found_in_the_raw_one() {
        // Each raw text decodes to something whose byte 1 is `b`.
        for raw in [
            r#""ab""#,
            "'ab'",
            "\"\"\"\nab\"\"\"",
            "'''\r\nab'''",
            r#""\u0061b""#,
            r#""\nb""#,
            "\"\"\"a\\\n   b\"\"\"",
        ] {
            let text = format!("x = {raw}");
            let table = DeTable::parse(&text).unwrap().into_inner();
            let decoded = table["x"].get_ref().as_str().unwrap();
            let source = SourceText { file: "f", text: &text };
            let found = source.within_string(4..text.len(), 1..2);
            assert_eq!(&text[found.start..=found.start], "b", "{raw:?}");
            assert_eq!(raw_offsets(raw).len(), decoded.len() + 1, "{raw:?}");
        }
    }

    #[test]
    fn a_string_of_another_text_is_shown_as_it_is() {
        let source = SourceText {
            file: "f",
            text: "x = 'é'",
        };
        assert_eq!(source.within_string(90..99, 1..2), 90..99);
        assert_eq!(source.within_string(0..6, 1..2), 0..6, "not between characters");
        assert_eq!(source.error(90..99, "w", "").excerpt.column, 8);
    }

    proptest! {
        #[test]
        fn offsets_fit_any_text(text in "[a-zé\\\\\"'\\n\\t☃]{0,12}") {
            let raw = toml::Value::String(text.clone()).to_string();
            let offsets = raw_offsets(&raw);
            prop_assert_eq!(offsets.len(), text.len() + 1, "{}", raw);
            prop_assert!(offsets.windows(2).all(|w| w[0] <= w[1]));
        }
    }
}
