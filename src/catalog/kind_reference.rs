//! The kinds of metrics and the keys of a `[metric.NAME]`, with what each means: the reference that the program prints.

use super::kinds::{Grammar, KINDS};
use super::stanza::{COMMON, MEASURED};

/// A key of a metric and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyReference {
    /// The key.
    pub name: &'static str,
    /// What it means, in a sentence.
    pub meaning: &'static str,
    /// Whether a metric has to have it.
    pub required: bool,
}

/// A kind of metric and the keys that it takes besides those of every metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindReference {
    /// Its word in `kind`.
    pub word: &'static str,
    /// What it computes, in a sentence.
    pub meaning: &'static str,
    /// Its keys, those that it needs first.
    pub keys: Vec<KeyReference>,
}

/// The kinds, in the order in which they are listed.
pub fn kinds() -> Vec<KindReference> {
    let kind = |grammar: &Grammar| KindReference {
        word: grammar.word,
        meaning: grammar.meaning,
        keys: keys((grammar.required, grammar.optional), grammar.key_meanings),
    };
    KINDS.iter().map(kind).collect()
}

/// The keys of every metric.
pub fn keys_of_every_metric() -> Vec<KeyReference> {
    keys(COMMON, &[])
}

/// The keys of every metric that is measured on a fact: of all kinds but `derived`.
pub fn keys_of_measured_metrics() -> Vec<KeyReference> {
    keys(MEASURED, &[])
}

fn keys((required, optional): (&[&'static str], &[&'static str]), own: &[(&str, &'static str)]) -> Vec<KeyReference> {
    let key = |required: bool| {
        move |name: &&'static str| KeyReference {
            name,
            meaning: meaning(own, name),
            required,
        }
    };
    required.iter().map(key(true)).chain(optional.iter().map(key(false))).collect()
}

/// The meaning of a key; each has one, as a test makes sure.
fn meaning(own: &[(&str, &'static str)], name: &str) -> &'static str {
    let mut all = own.iter().chain(KEY_MEANINGS);
    all.find(|(of, _)| *of == name).map_or("", |(_, meaning)| meaning)
}

/// What each key means that belongs to every metric or to several kinds. Those of one kind are with the kind.
const KEY_MEANINGS: &[(&str, &str)] = &[
    ("title", "A short name for tables."),
    ("family", "The family that the metric is listed under."),
    ("kind", "What is computed: one of the kinds below."),
    ("unit", "What the value is a number of."),
    ("good", "The direction that is better."),
    ("text", "The definition, in a sentence or two."),
    ("source", "Where the definition comes from."),
    ("hidden", "true for a helper that no list shows."),
    (
        "key",
        "Whether a report shows it where no metrics are named; true for those of a configuration unless it says false.",
    ),
    (
        "on_request",
        "true for a metric that costs much time: relhealth measure computes it only if it is named, a report if it is a key metric.",
    ),
    (
        "instead_of",
        "The metric in hours that it replaces: where no metrics are named, it is shown only if that one is known in days only.",
    ),
    (
        "example",
        "A worked example: rows, and the value that must come out. `relhealth test` runs them.",
    ),
    ("fact", "The fact that it is measured on: see relhealth help facts."),
    ("at", "The time column by which a row of the fact counts in a period."),
    (
        "from",
        "The time column from which on a row counts; with `until`, for what is there at the end of a period.",
    ),
    ("until", "The time column until which a row counts; with `from`."),
    ("where", "The condition for a row to count: SQL over the columns of the fact."),
    (
        "window_days",
        "The metric is absent until so many days after the end of the period are known.",
    ),
    (
        "lookback_days",
        "The metric is absent for periods that start within so many days of the start of the data.",
    ),
    ("of", "The expression that is added, averaged or ranked."),
    ("weight", "The column of numbers that rows are weighted by."),
    ("part", "The condition for a row to be in the part, or to be an event."),
    ("q", "Which quantile, between 0 and 1: 0.5 is the median."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_and_every_key_has_a_meaning_and_none_is_left_over() {
        let listed = kinds();
        assert!(listed.iter().all(|kind| !kind.meaning.is_empty()));
        let of_kinds = listed.iter().flat_map(|kind| kind.keys.clone());
        let all = keys_of_every_metric().into_iter().chain(keys_of_measured_metrics()).chain(of_kinds);
        let (with, without): (Vec<_>, Vec<_>) = all.partition(|key| !key.meaning.is_empty());
        assert_eq!(without, []);
        let used: BTreeSet<&str> = with.iter().map(|key| key.name).collect();
        let own = KINDS.iter().flat_map(|kind| kind.key_meanings);
        let explained: Vec<&str> = own.chain(KEY_MEANINGS).map(|(name, _)| *name).collect();
        assert_eq!(used, explained.iter().copied().collect());
        assert_eq!(used.len(), explained.len(), "each is explained once");
    }
}
