//! The kinds of metrics and the keys of a `[metric.NAME]`, with what each means: the reference that the program prints.

use super::stanza::{COMMON, KINDS, MEASURED};

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
    let kind = |grammar: &super::stanza::Grammar| KindReference {
        word: grammar.word,
        meaning: meaning(KIND_MEANINGS, grammar.word),
        keys: keys((grammar.required, grammar.optional)),
    };
    KINDS.iter().map(kind).collect()
}

/// The keys of every metric.
pub fn keys_of_every_metric() -> Vec<KeyReference> {
    keys(COMMON)
}

/// The keys of every metric that is measured on a fact: of all kinds but `derived`.
pub fn keys_of_measured_metrics() -> Vec<KeyReference> {
    keys(MEASURED)
}

fn keys((required, optional): (&[&'static str], &[&'static str])) -> Vec<KeyReference> {
    let key = |required: bool| {
        move |name: &&'static str| KeyReference {
            name,
            meaning: meaning(KEY_MEANINGS, name),
            required,
        }
    };
    required.iter().map(key(true)).chain(optional.iter().map(key(false))).collect()
}

/// The meaning of a word; each has one, as a test makes sure.
fn meaning(all: &[(&str, &'static str)], word: &str) -> &'static str {
    all.iter().find(|(of, _)| *of == word).map_or("", |(_, meaning)| meaning)
}

/// What each kind computes.
const KIND_MEANINGS: &[(&str, &str)] = &[
    ("count", "How many rows count, or how many distinct things they name."),
    ("sum", "The sum of an expression over the rows that count."),
    ("mean", "The mean of an expression over the rows where it is not null."),
    ("share", "The rows of the part divided by all rows that count."),
    ("net_share", "The share of one part less that of another, times 100."),
    ("ratio", "One sum divided by another, or by a number of distinct things."),
    ("rate", "Events divided by exposure."),
    ("quantile", "A quantile of an expression, such as the median."),
    (
        "survival_quantile",
        "A quantile of durations by Kaplan-Meier, in which those that have not ended yet count as lasting at least so long.",
    ),
    ("concentration", "How unevenly a total is spread over groups."),
    ("derived", "Arithmetic on other metrics of the same period and slice."),
];

/// What each key means.
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
    ("distinct", "What is told apart: `stakeholder`, or a column of text or ids."),
    ("of", "The expression that is added, averaged or ranked."),
    ("weight", "The column of numbers that rows are weighted by."),
    ("part", "The condition for a row to be in the part, or to be an event."),
    ("plus", "The condition for a row to count for."),
    ("minus", "The condition for a row to count against."),
    ("over", "The expression that is added above the line; true counts as 1."),
    ("under", "The expression that is added below the line; true counts as 1."),
    (
        "under_distinct",
        "What is counted below the line, each once: `stakeholder`, or a column. A ratio has this or `under`.",
    ),
    (
        "exposure",
        "What events are divided by: an expression over the fact, or the id of a count metric.",
    ),
    (
        "per",
        "The exposure that the rate is stated for, such as 1000; 1 where it is missing.",
    ),
    ("q", "Which quantile, between 0 and 1: 0.5 is the median."),
    ("event", "The condition for a row to have ended."),
    ("censored_of", "How long a row that has not ended has lasted so far."),
    ("form", "The measure: hhi, effective_number, gini, top or fewest_to."),
    ("group", "The groups: `stakeholder`, which is the default, or a column."),
    ("k", "With form top: how many of the largest."),
    ("share", "With form fewest_to: the share that the fewest together hold."),
    ("expr", "The expression; its names are ids of metrics."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_and_every_key_has_a_meaning_and_none_is_left_over() {
        let listed = kinds();
        let words: BTreeSet<&str> = listed.iter().map(|kind| kind.word).collect();
        assert_eq!(words, KIND_MEANINGS.iter().map(|(word, _)| *word).collect());
        let of_kinds = listed.iter().flat_map(|kind| kind.keys.clone());
        let keys: BTreeSet<&str> = keys_of_every_metric()
            .into_iter()
            .chain(keys_of_measured_metrics())
            .chain(of_kinds)
            .map(|key| key.name)
            .collect();
        assert_eq!(keys, KEY_MEANINGS.iter().map(|(name, _)| *name).collect());
    }
}
