//! Reads a TOML tree by hand, so that every wrong key, type and value of a file is found in one run, each with its place.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ConfigError, Fault, Help, SourceText};
use crate::diagnostics::Place;
use crate::expr::{self, Expr, ExprError};
use crate::period::Zone;

/// A value and where it is.
pub type Node<'t> = Spanned<DeValue<'t>>;

/// A string and where it is, quotes included.
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
    pub source: SourceText<'t>,
    /// What is wrong so far.
    pub errors: Vec<ConfigError>,
}

impl<'t> Reader<'t> {
    /// A reader of a text.
    pub fn new(source: SourceText<'t>) -> Reader<'t> {
        Reader {
            source,
            errors: Vec::new(),
        }
    }

    /// Records something wrong.
    pub fn wrong(&mut self, span: Range<usize>, fault: impl Into<Fault>, help: impl Into<Help>) {
        self.errors.push(self.source.error(span, fault, help));
    }

    /// The place of a stretch of the text.
    pub fn place(&self, span: &Range<usize>) -> Place {
        self.source.place(span.start)
    }

    /// The whole text as a table; what cannot be parsed is recorded and left out.
    pub fn document(&mut self) -> DeTable<'t> {
        let (table, errors) = DeTable::parse_recoverable(self.source.text);
        for error in errors {
            let message = error.message().lines().next().unwrap_or("not valid TOML").to_string();
            self.wrong(error.span().unwrap_or(0..0), Fault::Syntax(message), Help::None);
        }
        table.into_inner()
    }

    /// Records every key that is not among the known ones. `owner`: such as `of a source`.
    pub fn known(&mut self, table: &DeTable<'_>, owner: &'static str, keys: &[&str]) {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !keys.contains(&name) {
                self.unknown_key(key.span(), name, owner, keys);
            }
        }
    }

    /// Records a key that its table does not have.
    pub fn unknown_key(&mut self, span: Range<usize>, key: &str, owner: &'static str, keys: &[&str]) {
        let fault = Fault::UnknownKey {
            key: key.to_string(),
            table: owner,
        };
        self.wrong(span, fault, Help::names(key, keys));
    }

    /// Records the name of something that does not exist.
    pub fn unknown<S: AsRef<str>>(&mut self, kind: &'static str, name: &Text, valid: impl IntoIterator<Item = S>) {
        let fault = Fault::UnknownName {
            kind,
            name: name.text.clone(),
        };
        self.wrong(name.span.clone(), fault, Help::names(&name.text, valid));
    }

    /// Records that a value is of the wrong type.
    pub fn mistyped(&mut self, node: &Node<'_>, key: &str, expected: &str) {
        let fault = Fault::WrongType {
            key: key.to_string(),
            expected: expected.to_string(),
            found: kind_of(node.get_ref()),
        };
        self.wrong(node.span(), fault, Help::None);
    }

    /// Records that the value of a key is beyond what it allows.
    pub fn out_of_range(&mut self, span: Range<usize>, key: &str, expected: impl Into<String>) {
        let fault = Fault::OutOfRange {
            key: key.to_string(),
            expected: expected.into(),
        };
        self.wrong(span, fault, Help::None);
    }

    /// Records that something lacks a key.
    pub fn missing(&mut self, span: Range<usize>, owner: impl Into<String>, key: &'static str, help: impl Into<Help>) {
        self.wrong(span, Fault::Missing { owner: owner.into(), key }, help);
    }

    /// The value at a key, if it is of the type that `read` takes.
    pub fn typed<T>(&mut self, table: &DeTable<'_>, key: &str, expected: &str, read: impl Fn(&DeValue<'_>) -> Option<T>) -> Option<T> {
        let node = table.get(key)?;
        let value = read(node.get_ref());
        if value.is_none() {
            self.mistyped(node, key, expected);
        }
        value
    }

    /// The string of a value.
    pub fn text_of(&mut self, node: &Node<'_>, key: &str) -> Option<Text> {
        match node.get_ref().as_str() {
            Some(text) => Some(Text {
                text: text.to_string(),
                span: node.span(),
            }),
            None => {
                self.mistyped(node, key, "a string");
                None
            }
        }
    }

    /// The string at a key.
    pub fn text(&mut self, table: &DeTable<'_>, key: &str) -> Option<Text> {
        table.get(key).and_then(|node| self.text_of(node, key))
    }

    /// The string at a key, which must not be empty.
    pub fn filled_text(&mut self, table: &DeTable<'_>, key: &str) -> Option<Text> {
        let text = self.text(table, key)?;
        if text.text.trim().is_empty() {
            self.wrong(text.span, format!("`{key}` must not be empty"), Help::None);
            return None;
        }
        Some(text)
    }

    /// The strings at a key, which holds one or a list of them.
    pub fn texts(&mut self, table: &DeTable<'_>, key: &str) -> Vec<Text> {
        table.get(key).map_or_else(Vec::new, |node| self.texts_of(node, key))
    }

    fn texts_of(&mut self, node: &Node<'_>, key: &str) -> Vec<Text> {
        match node.get_ref() {
            DeValue::Array(nodes) => nodes.iter().filter_map(|node| self.text_of(node, key)).collect(),
            DeValue::String(_) => self.text_of(node, key).into_iter().collect(),
            _ => {
                self.mistyped(node, key, "a string or a list of strings");
                Vec::new()
            }
        }
    }

    /// The strings at a key without their places.
    pub fn strings(&mut self, table: &DeTable<'_>, key: &str) -> Vec<String> {
        self.texts(table, key).into_iter().map(|text| text.text).collect()
    }

    /// A table whose keys each hold a string or a list of them.
    pub fn lists(&mut self, table: &DeTable<'_>) -> BTreeMap<String, Vec<String>> {
        let mut lists = BTreeMap::new();
        for (key, node) in table {
            let texts = self.texts_of(node, key.get_ref());
            lists.insert(key.get_ref().to_string(), texts.into_iter().map(|text| text.text).collect());
        }
        lists
    }

    /// A date or time at a key, written as one or as a string.
    pub fn date(&mut self, table: &DeTable<'_>, key: &str) -> Option<Text> {
        let node = table.get(key)?;
        self.date_of(node, key)
    }

    /// A date or time, written as one or as a string.
    pub fn date_of(&mut self, node: &Node<'_>, key: &str) -> Option<Text> {
        let text = match node.get_ref() {
            DeValue::Datetime(at) => at.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => {
                self.mistyped(node, key, "a date such as 2026-10-31");
                return None;
            }
        };
        Some(Text { text, span: node.span() })
    }

    /// The truth value at a key.
    pub fn boolean(&mut self, table: &DeTable<'_>, key: &str) -> Option<bool> {
        self.typed(table, key, "true or false", |value| value.as_bool())
    }

    /// Whether a key holds `true`.
    pub fn flag(&mut self, table: &DeTable<'_>, key: &str) -> bool {
        self.boolean(table, key).unwrap_or(false)
    }

    /// The number at a key, and where it is.
    pub fn number(&mut self, table: &DeTable<'_>, key: &str) -> Option<(f64, Range<usize>)> {
        let number = self.typed(table, key, "a number", number_of)?;
        Some((number, table[key].span()))
    }

    /// The number at a key, within bounds (both included).
    pub fn number_within(&mut self, table: &DeTable<'_>, key: &str, bounds: RangeInclusive<f64>) -> Option<f64> {
        let (number, span) = self.number(table, key)?;
        if bounds.contains(&number) {
            return Some(number);
        }
        self.out_of_range(span, key, format!("between {} and {}", bounds.start(), bounds.end()));
        None
    }

    /// The whole number at a key, within bounds (both included).
    pub fn whole(&mut self, table: &DeTable<'_>, key: &str, bounds: RangeInclusive<i64>) -> Option<i64> {
        let node = table.get(key)?;
        let whole = number_of(node.get_ref()).filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
        let whole = whole.map(|number| number as i64).filter(|number| bounds.contains(number));
        if whole.is_none() {
            let expected = match (bounds.start(), bounds.end()) {
                (from, &to) if to >= i64::from(u32::MAX) => format!("a whole number, at least {from}"),
                (from, to) => format!("a whole number from {from} to {to}"),
            };
            self.out_of_range(node.span(), key, expected);
        }
        whole
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
        let expected = format!("written as [[{key}]]");
        let Some(nodes) = node.get_ref().as_array() else {
            self.mistyped(node, key, &expected);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for node in nodes {
            match node.get_ref().as_table() {
                Some(table) => tables.push((table, node.span())),
                None => self.mistyped(node, key, &expected),
            }
        }
        tables
    }

    /// The expression of a string, with errors at their places in the file.
    pub fn expression(&mut self, text: &Text) -> Option<Expr> {
        expr::parse(&text.text).map_err(|error| self.wrong_expression(text, error)).ok()
    }

    /// The expression at a key.
    pub fn expression_at(&mut self, table: &DeTable<'_>, key: &str) -> Option<Expr> {
        let text = self.text(table, key)?;
        self.expression(&text)
    }

    /// Records what is wrong with the expression of a string.
    pub fn wrong_expression(&mut self, text: &Text, error: ExprError) {
        let span = self.source.within_string(text.span.clone(), error.span);
        self.wrong(span, error.message, error.hint);
    }

    /// The zone at a key.
    pub fn zone(&mut self, table: &DeTable<'_>, key: &str) -> Option<Zone> {
        let text = self.text(table, key)?;
        Zone::parse(&text.text).map_err(|why| self.wrong(text.span, why, Help::None)).ok()
    }

    /// The one of a few words at a key, by what it means.
    pub fn choice<T: Copy>(&mut self, table: &DeTable<'_>, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(table, key)?;
        let found = choices.iter().find(|(name, _)| *name == text.text);
        if found.is_none() {
            let help = Help::names(&text.text, choices.iter().map(|(name, _)| *name));
            let fault = Fault::NotAChoice {
                key: key.to_string(),
                value: text.text,
            };
            self.wrong(text.span, fault, help);
        }
        found.map(|(_, choice)| *choice)
    }
}

/// Where a key of a table is; of one that is missing, at the start of the text.
pub fn key_span(table: &DeTable<'_>, key: &str) -> Range<usize> {
    table.get_key_value(key).map_or(0..0, |(key, _)| key.span())
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
        DeValue::Integer(_) => number_of(value).map(|number| number.to_string()),
        DeValue::Float(number) => number_of(value).map(|_| number.as_str().to_string()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        DeValue::Datetime(at) => Some(at.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
