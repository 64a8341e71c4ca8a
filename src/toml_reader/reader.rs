//! Reads a TOML tree by hand, so that every wrong key, type and value of a file is found in one run, each with its place.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ConfigError, Script};
use crate::diagnostics::{Place, did_you_mean};
use crate::expr::{self, Expr};
use crate::period::Zone;

/// A value and where it stands.
pub type Node<'t> = Spanned<DeValue<'t>>;

/// A text and where it stands, quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Its bytes in the file.
    pub span: Range<usize>,
}

/// Collects what is wrong while the parts of a file are read.
pub struct Reader<'t> {
    /// The file.
    pub script: Script<'t>,
    /// What is wrong so far.
    pub findings: Vec<ConfigError>,
}

impl<'t> Reader<'t> {
    /// A reader of a text.
    pub fn new(script: Script<'t>) -> Reader<'t> {
        Reader {
            script,
            findings: Vec::new(),
        }
    }

    /// Records something wrong.
    pub fn wrong(&mut self, span: Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        let hint = Some(hint.into()).filter(|hint: &String| !hint.is_empty());
        self.findings.push(self.script.mistake(span, what, hint));
    }

    /// The place of a stretch of the text.
    pub fn place(&self, span: &Range<usize>) -> Place {
        self.script.place(span.start)
    }

    /// The whole text as a table; what cannot be parsed is recorded and left out.
    pub fn document(&mut self) -> DeTable<'t> {
        let (table, errors) = DeTable::parse_recoverable(self.script.text);
        for error in errors {
            self.wrong(
                error.span().unwrap_or(0..0),
                error.message().lines().next().unwrap_or("not valid TOML"),
                "",
            );
        }
        table.into_inner()
    }

    /// Records every key that is not among the known ones.
    pub fn known(&mut self, table: &DeTable<'_>, owner: &str, keys: &[&str]) {
        for key in table.keys() {
            if !keys.contains(&key.get_ref().as_ref()) {
                let hint = did_you_mean(key.get_ref(), keys);
                self.wrong(key.span(), format!("unknown key `{}` {owner}", key.get_ref()), hint);
            }
        }
    }

    /// Records that a value is of the wrong type.
    pub fn mistyped(&mut self, node: &Node<'_>, key: &str, wanted: &str) {
        let what = format!("`{key}` must be {wanted}, not {}", kind_of(node.get_ref()));
        self.wrong(node.span(), what, "");
    }

    /// The text of a value.
    pub fn text_of(&mut self, node: &Node<'_>, key: &str) -> Option<Text> {
        match node.get_ref().as_str() {
            Some(text) => Some(Text {
                text: text.to_string(),
                span: node.span(),
            }),
            None => {
                self.mistyped(node, key, "a text");
                None
            }
        }
    }

    /// The text at a key.
    pub fn text(&mut self, table: &DeTable<'_>, key: &str) -> Option<Text> {
        table.get(key).and_then(|node| self.text_of(node, key))
    }

    /// The texts at a key, which holds one or a list of them.
    pub fn texts(&mut self, table: &DeTable<'_>, key: &str) -> Vec<Text> {
        let Some(node) = table.get(key) else { return Vec::new() };
        match node.get_ref() {
            DeValue::Array(nodes) => nodes.iter().filter_map(|node| self.text_of(node, key)).collect(),
            DeValue::String(_) => self.text_of(node, key).into_iter().collect(),
            _ => {
                self.mistyped(node, key, "a text or a list of texts");
                Vec::new()
            }
        }
    }

    /// A date or time at a key, written as one or as a text.
    pub fn date(&mut self, table: &DeTable<'_>, key: &str) -> Option<Text> {
        let node = table.get(key)?;
        self.date_of(node, key)
    }

    /// A date or time, written as one or as a text.
    pub fn date_of(&mut self, node: &Node<'_>, key: &str) -> Option<Text> {
        match node.get_ref() {
            DeValue::Datetime(at) => Some(Text {
                text: at.to_string(),
                span: node.span(),
            }),
            DeValue::String(text) => Some(Text {
                text: text.to_string(),
                span: node.span(),
            }),
            _ => {
                self.mistyped(node, key, "a date such as 2026-10-31");
                None
            }
        }
    }

    /// Whether a key holds `true`.
    pub fn flag(&mut self, table: &DeTable<'_>, key: &str) -> bool {
        let Some(node) = table.get(key) else { return false };
        node.get_ref().as_bool().unwrap_or_else(|| {
            self.mistyped(node, key, "true or false");
            false
        })
    }

    /// The number at a key, and where it stands.
    pub fn number(&mut self, table: &DeTable<'_>, key: &str) -> Option<(f64, Range<usize>)> {
        let node = table.get(key)?;
        let number = number_of(node.get_ref());
        if number.is_none() {
            self.mistyped(node, key, "a number");
        }
        number.map(|number| (number, node.span()))
    }

    /// The number at a key, within bounds (both included).
    pub fn number_within(&mut self, table: &DeTable<'_>, key: &str, bounds: Range<f64>) -> Option<f64> {
        let (number, span) = self.number(table, key)?;
        if (bounds.start..=bounds.end).contains(&number) {
            return Some(number);
        }
        let limits = if bounds.end.is_finite() {
            format!("between {} and {}", bounds.start, bounds.end)
        } else {
            format!("at least {}", bounds.start)
        };
        self.wrong(span, format!("`{key}` must be {limits}"), "");
        None
    }

    /// The whole number of days at a key, at least `least`.
    pub fn days(&mut self, table: &DeTable<'_>, key: &str, least: i64) -> Option<i64> {
        let node = table.get(key)?;
        let days = number_of(node.get_ref())
            .filter(|days| days.fract() == 0.0 && days.abs() < 1e6)
            .map(|days| days as i64);
        if days.is_none_or(|days| days < least) {
            self.wrong(node.span(), format!("`{key}` must be a whole number of days, at least {least}"), "");
            return None;
        }
        days
    }

    /// The table at a key.
    pub fn table<'a, 'd>(&mut self, table: &'a DeTable<'d>, key: &str) -> Option<&'a DeTable<'d>> {
        let node = table.get(key)?;
        let inner = node.get_ref().as_table();
        if inner.is_none() {
            self.mistyped(node, key, "a table");
        }
        inner
    }

    /// The tables of `[[key]]`, each with its place.
    pub fn tables<'a, 'd>(&mut self, table: &'a DeTable<'d>, key: &str) -> Vec<(&'a DeTable<'d>, Range<usize>)> {
        let Some(node) = table.get(key) else { return Vec::new() };
        let Some(nodes) = node.get_ref().as_array() else {
            self.mistyped(node, key, &format!("written as [[{key}]]"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for node in nodes.iter() {
            match node.get_ref().as_table() {
                Some(table) => tables.push((table, node.span())),
                None => self.mistyped(node, key, &format!("written as [[{key}]]")),
            }
        }
        tables
    }

    /// The expression of a text, with errors where they stand in the file.
    pub fn expression(&mut self, text: &Text) -> Option<Expr> {
        match expr::parse(&text.text) {
            Ok(expr) => Some(expr),
            Err(error) => {
                let offsets = raw_offsets(&self.script.text[text.span.clone()]);
                let raw = |at: usize| text.span.start + offsets.get(at).or(offsets.last()).copied().unwrap_or(0);
                let span = raw(error.span.start)..raw(error.span.end).max(raw(error.span.start) + 1);
                self.wrong(span, error.message, error.hint.unwrap_or_default());
                None
            }
        }
    }

    /// The expression at a key.
    pub fn expression_at(&mut self, table: &DeTable<'_>, key: &str) -> Option<Expr> {
        let text = self.text(table, key)?;
        self.expression(&text)
    }

    /// The zone at a key.
    pub fn zone(&mut self, table: &DeTable<'_>, key: &str) -> Option<Zone> {
        let text = self.text(table, key)?;
        Zone::parse(&text.text).map_err(|why| self.wrong(text.span, why, "")).ok()
    }

    /// The one of a few words at a key, by what it stands for.
    pub fn choice<T: Copy>(&mut self, table: &DeTable<'_>, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(table, key)?;
        let found = choices.iter().find(|(name, _)| *name == text.text);
        if found.is_none() {
            let names = choices.iter().map(|(name, _)| *name);
            self.wrong(
                text.span,
                format!("`{}` is no value of `{key}`", text.text),
                did_you_mean(&text.text, names),
            );
        }
        found.map(|(_, choice)| *choice)
    }
}

/// A number of either kind.
pub fn number_of(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .map(|number| number as f64),
        DeValue::Float(number) => number.as_str().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// A constant of a mapping as the text that a cell would hold.
pub fn constant_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(_) => Some(value_text(number_of(value)?)),
        DeValue::Float(number) => number_of(value).map(|_| number.as_str().to_string()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        DeValue::Datetime(at) => Some(at.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn value_text(number: f64) -> String {
    format!("{number}")
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
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
        // The line break right after the opening quotes is none of the text.
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
                // A line break that is escaped goes away with the blanks after it.
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
    use super::*;
    use proptest::prelude::*;

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
            let toml = format!("x = {raw}");
            let table = DeTable::parse(&toml).unwrap().into_inner();
            let decoded = table["x"].get_ref().as_str().unwrap();
            let offsets = raw_offsets(raw);
            assert_eq!(offsets.len(), decoded.len() + 1, "{raw:?}");
            assert_eq!(&raw[offsets[1]..=offsets[1]], "b", "{raw:?}");
        }
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
