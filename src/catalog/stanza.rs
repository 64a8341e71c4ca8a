//! One stanza of TOML as typed fields: which keys a kind takes, and what each must hold. Mistakes are collected, never fatal.

use super::did_you_mean;
use crate::toml_reader::{ConfigError, Script};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys of every metric: required, then optional.
pub(super) const COMMON: (&[&str], &[&str]) = (
    &["title", "family", "kind", "unit", "good", "text"],
    &["source", "hidden", "key", "example"],
);
/// Keys of every metric that is measured on a fact.
pub(super) const MEASURED: (&[&str], &[&str]) = (&["fact"], &["at", "from", "until", "where", "window_days", "lookback_days"]);

/// The keys that a kind takes besides those of every metric.
pub(super) struct Grammar {
    pub word: &'static str,
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
}

/// The kinds, in the order in which they are listed to people.
pub(super) static KINDS: &[Grammar] = &[
    Grammar {
        word: "count",
        required: &[],
        optional: &["distinct"],
    },
    Grammar {
        word: "sum",
        required: &["of"],
        optional: &[],
    },
    Grammar {
        word: "mean",
        required: &["of"],
        optional: &["weight"],
    },
    Grammar {
        word: "share",
        required: &["part"],
        optional: &["weight"],
    },
    Grammar {
        word: "net_share",
        required: &["plus", "minus"],
        optional: &["weight"],
    },
    Grammar {
        word: "ratio",
        required: &["over"],
        optional: &["under", "under_distinct"],
    },
    Grammar {
        word: "rate",
        required: &["part", "exposure"],
        optional: &["per"],
    },
    Grammar {
        word: "quantile",
        required: &["of", "q"],
        optional: &[],
    },
    Grammar {
        word: "survival_quantile",
        required: &["of", "event", "censored_of", "q"],
        optional: &[],
    },
    Grammar {
        word: "concentration",
        required: &["of", "form"],
        optional: &["group", "k", "share"],
    },
    Grammar {
        word: "derived",
        required: &["expr"],
        optional: &[],
    },
];

impl Grammar {
    fn parts(&self) -> impl Iterator<Item = (&'static [&'static str], &'static [&'static str])> {
        let measured = (self.word != "derived").then_some(MEASURED);
        [COMMON].into_iter().chain(measured).chain([(self.required, self.optional)])
    }

    fn takes(&self, key: &str) -> bool {
        self.parts()
            .any(|(required, optional)| required.contains(&key) || optional.contains(&key))
    }
}

/// A value and the bytes where it stands.
#[derive(Clone, Debug)]
pub(super) struct Spot<T> {
    pub value: T,
    pub span: Range<usize>,
}

/// A table whose keys are being read.
pub(super) struct Stanza<'a> {
    /// The name of the table's last part: of `[metric.x]` the `x`.
    pub name: Spot<String>,
    pub source: Script<'a>,
    pub problems: Vec<ConfigError>,
    table: &'a DeTable<'a>,
}

impl<'a> Stanza<'a> {
    pub fn new(name: Spot<String>, source: Script<'a>, table: &'a DeTable<'a>) -> Stanza<'a> {
        Stanza {
            name,
            source,
            problems: Vec::new(),
            table,
        }
    }

    pub fn problem(&mut self, span: Range<usize>, message: impl Into<String>, hint: Option<String>) {
        self.problems.push(self.source.mistake(span, message, hint));
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where a key stands; the table's name where it is missing.
    pub fn key_span(&self, key: &str) -> Range<usize> {
        self.table.get_key_value(key).map_or(self.name.span.clone(), |(k, _)| k.span())
    }

    /// The grammar of the stanza's kind, after a check of all keys against it.
    pub fn grammar(&mut self) -> Option<&'static Grammar> {
        let kind = self.text("kind");
        let grammar = kind.as_ref().and_then(|k| KINDS.iter().find(|g| g.word == k.value));
        if let (Some(kind), None) = (&kind, grammar) {
            let hint = did_you_mean(&kind.value, KINDS.iter().map(|g| g.word));
            self.problem(kind.span.clone(), format!("there is no kind `{}`", kind.value), hint);
        }
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if grammar.map_or_else(|| KINDS.iter().any(|g| g.takes(name)), |g| g.takes(name)) {
                continue;
            }
            let owners: Vec<&str> = KINDS.iter().filter(|g| g.takes(name)).map(|g| g.word).collect();
            match (grammar, owners.as_slice()) {
                (Some(g), [_, ..]) => {
                    let hint = if owners.len() == KINDS.len() - 1 {
                        "it belongs to metrics that are measured on a fact".to_string()
                    } else {
                        format!("it belongs to kind {}", owners.join(", "))
                    };
                    self.problem(key.span(), format!("kind {} takes no `{name}`", g.word), Some(hint));
                }
                _ => {
                    let known: Vec<&str> = match grammar {
                        Some(g) => g.parts().flat_map(|(r, o)| r.iter().chain(o)).copied().collect(),
                        None => KINDS
                            .iter()
                            .flat_map(Grammar::parts)
                            .flat_map(|(r, o)| r.iter().chain(o))
                            .copied()
                            .collect(),
                    };
                    let hint = did_you_mean(name, known);
                    self.problem(key.span(), format!("unknown key `{name}`"), hint);
                }
            }
        }
        let mut required: Vec<(&str, String)> = COMMON.0.iter().map(|key| (*key, "every metric".to_string())).collect();
        if let Some(g) = grammar {
            if g.word != "derived" {
                required.extend(
                    MEASURED
                        .0
                        .iter()
                        .map(|key| (*key, "every metric that is measured on a fact".to_string())),
                );
            }
            required.extend(g.required.iter().map(|key| (*key, format!("kind {}", g.word))));
        }
        for (key, owner) in required {
            if !self.has(key) {
                let message = format!("metric `{}` lacks `{key}`", self.name.value);
                self.problem(self.name.span.clone(), message, Some(format!("{owner} needs it")));
            }
        }
        grammar
    }

    /// The words of this key, if it is there and holds a string.
    pub fn text(&mut self, key: &str) -> Option<Spot<String>> {
        self.read(key, "a string", |v| v.as_str().map(str::to_string))
    }

    /// The words of a key that must say something.
    pub fn words(&mut self, key: &str) -> Option<Spot<String>> {
        let spot = self.text(key)?;
        if spot.value.trim().is_empty() {
            self.problem(spot.span, format!("`{key}` is empty"), None);
            return None;
        }
        Some(spot)
    }

    /// The number of this key.
    pub fn number(&mut self, key: &str) -> Option<Spot<f64>> {
        self.read(key, "a number", number)
    }

    /// The whole number of this key, from 1.
    pub fn whole(&mut self, key: &str) -> Option<Spot<u32>> {
        self.read(key, "a whole number from 1", |v| {
            let integer = v.as_integer()?;
            u32::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|n| *n > 0)
        })
    }

    /// The truth value of this key.
    pub fn truth(&mut self, key: &str) -> Option<Spot<bool>> {
        self.read(key, "true or false", |v| v.as_bool())
    }

    /// A date or time: native, or in a string.
    pub fn time(&mut self, key: &str) -> Option<Spot<String>> {
        self.read(key, "a date", |v| {
            v.as_datetime().map(ToString::to_string).or(v.as_str().map(str::to_string))
        })
    }

    /// One of a closed list of words.
    pub fn choice<T: Copy>(&mut self, key: &str, all: &[T], word: fn(T) -> &'static str) -> Option<Spot<T>> {
        let spot = self.text(key)?;
        if let Some(found) = all.iter().find(|t| word(**t) == spot.value) {
            return Some(Spot {
                value: *found,
                span: spot.span,
            });
        }
        let hint = did_you_mean(&spot.value, all.iter().map(|t| word(*t)));
        self.problem(spot.span, format!("`{key}` cannot be `{}`", spot.value), hint);
        None
    }

    /// The tables of this key's array, each as a stanza of its own.
    pub fn tables(&mut self, key: &str) -> Vec<Stanza<'a>> {
        let Some((name, value)) = self.table.get_key_value(key) else {
            return Vec::new();
        };
        let Some(items) = value.get_ref().as_array() else {
            self.problem(
                value.span(),
                format!("`{key}` must be tables"),
                Some(format!("write [[metric.{}.{key}]]", self.name.value)),
            );
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_table() {
                Some(table) => {
                    let spot = Spot {
                        value: name.get_ref().to_string(),
                        span: item.span(),
                    };
                    found.push(Stanza::new(spot, self.source, table));
                }
                None => self.problem(item.span(), format!("`{key}` must be tables"), None),
            }
        }
        found
    }

    /// The keys of the table and where they stand.
    pub fn keys(&self) -> Vec<Spot<String>> {
        self.table
            .keys()
            .map(|k| Spot {
                value: k.get_ref().to_string(),
                span: k.span(),
            })
            .collect()
    }

    fn read<T>(&mut self, key: &str, wanted: &str, read: impl Fn(&DeValue) -> Option<T>) -> Option<Spot<T>> {
        let value: &Spanned<DeValue> = self.table.get(key)?;
        match read(value.get_ref()) {
            Some(found) => Some(Spot {
                value: found,
                span: value.span(),
            }),
            None => {
                self.problem(value.span(), format!("`{key}` must be {wanted}"), None);
                None
            }
        }
    }
}

/// An integer or a float that is finite.
fn number(value: &DeValue) -> Option<f64> {
    let found = match value {
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok()? as f64,
        DeValue::Float(f) => f.as_str().parse().ok()?,
        _ => return None,
    };
    found.is_finite().then_some(found)
}
