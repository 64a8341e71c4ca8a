//! The table of one metric: which keys a kind takes, and what each must hold. Errors are collected, never fatal.

use std::ops::Range;

use super::kinds::{Grammar, KINDS};
use crate::toml_reader::{DeTable, Fault, Help, Reader, Text};

/// Keys of every metric: required, then optional.
pub(super) const COMMON: (&[&str], &[&str]) = (
    &["title", "family", "kind", "unit", "good", "text"],
    &["source", "hidden", "key", "on_request", "instead_of", "example"],
);
/// Keys of every metric that is measured on a fact.
pub(super) const MEASURED: (&[&str], &[&str]) = (&["fact"], &["at", "from", "until", "where", "window_days", "lookback_days"]);

impl Grammar {
    fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.parts()
            .flat_map(|(required, optional)| required.iter().chain(optional))
            .copied()
    }

    fn parts(&self) -> impl Iterator<Item = (&'static [&'static str], &'static [&'static str])> {
        let measured = self.on_fact.then_some(MEASURED);
        [COMMON].into_iter().chain(measured).chain([(self.required, self.optional)])
    }

    fn takes(&self, key: &str) -> bool {
        self.keys().any(|known| known == key)
    }
}

/// A table whose keys are being read.
pub(super) struct Stanza<'r, 't> {
    /// The name of the table's last part: of `[metric.x]` the `x`.
    pub name: Text,
    pub table: &'r DeTable<'t>,
    pub reader: &'r mut Reader<'t>,
}

impl<'t> Stanza<'_, 't> {
    pub fn problem(&mut self, span: Range<usize>, fault: impl Into<Fault>, help: impl Into<Help>) {
        self.reader.wrong(span, fault, help);
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where a key is; the table's name where it is missing.
    pub fn key_span(&self, key: &str) -> Range<usize> {
        self.table.get_key_value(key).map_or(self.name.span.clone(), |(k, _)| k.span())
    }

    /// Where the value of a key is; the table's name where it is missing.
    pub fn value_span(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or(self.name.span.clone(), |value| value.span())
    }

    /// The string of a key, which must not be empty.
    pub fn words(&mut self, key: &str) -> Option<Text> {
        self.reader.filled_text(self.table, key)
    }

    /// The whole number of a key, from 1.
    pub fn whole(&mut self, key: &str) -> Option<u32> {
        let whole = self.reader.whole(self.table, key, 1..=u32::MAX.into())?;
        u32::try_from(whole).ok()
    }

    /// One of a closed list of words.
    pub fn choice<T: Copy>(&mut self, key: &str, all: &[T], word: fn(T) -> &'static str) -> Option<T> {
        let choices: Vec<(&str, T)> = all.iter().map(|choice| (word(*choice), *choice)).collect();
        self.reader.choice(self.table, key, &choices)
    }

    /// The tables of this key's array, each read as a stanza of its own.
    pub fn each_table<T>(&mut self, key: &str, mut read: impl FnMut(&mut Stanza<'_, 't>) -> Option<T>) -> Vec<T> {
        let tables = self.reader.tables(self.table, key);
        let stanzas = tables.into_iter().filter_map(|(table, span)| {
            let text = key.to_string();
            read(&mut Stanza {
                name: Text { text, span },
                table,
                reader: &mut *self.reader,
            })
        });
        stanzas.collect()
    }

    /// The grammar of the stanza's kind, after a check of all keys against it.
    pub fn grammar(&mut self) -> Option<&'static Grammar> {
        let kind = self.reader.text(self.table, "kind");
        let grammar = kind.as_ref().and_then(|k| KINDS.iter().find(|g| g.word == k.text));
        if let (Some(kind), None) = (&kind, grammar) {
            self.reader.unknown("kind", kind, KINDS.iter().map(|g| g.word));
        }
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if grammar.map_or_else(|| KINDS.iter().any(|g| g.takes(name)), |g| g.takes(name)) {
                continue;
            }
            let owners: Vec<&str> = KINDS.iter().filter(|g| g.takes(name)).map(|g| g.word).collect();
            match (grammar, owners.as_slice()) {
                (Some(g), [_, ..]) => {
                    let hint = if owners.len() == KINDS.iter().filter(|g| g.on_fact).count() {
                        "it belongs to metrics that are measured on a fact".to_string()
                    } else {
                        format!("it belongs to kind {}", owners.join(", "))
                    };
                    self.problem(key.span(), format!("kind {} takes no `{name}`", g.word), hint);
                }
                (None, _) | (_, []) => {
                    let known: Vec<&str> = match grammar {
                        Some(g) => g.keys().collect(),
                        None => KINDS.iter().flat_map(Grammar::keys).collect(),
                    };
                    self.reader.unknown_key(key.span(), name, "of a metric", &known);
                }
            }
        }
        self.required(grammar);
        grammar
    }

    /// Records the keys that are missing.
    fn required(&mut self, grammar: Option<&Grammar>) {
        let metric = format!("metric `{}`", self.name.text);
        let mut required: Vec<(&str, String)> = COMMON.0.iter().map(|key| (*key, metric.clone())).collect();
        if let Some(g) = grammar {
            if g.on_fact {
                required.extend(MEASURED.0.iter().map(|key| (*key, metric.clone())));
            }
            required.extend(g.required.iter().map(|key| (*key, format!("{metric} of kind {}", g.word))));
        }
        for (key, owner) in required {
            if !self.has(key) {
                self.reader.missing(self.name.span.clone(), owner, key, Help::None);
            }
        }
    }
}
