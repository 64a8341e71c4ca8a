//! What a header means by its words: how far the words of a header are those of a canonical column.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;

use super::ColumnEvidence;
use super::header_words::{Header, headers};
use crate::schema::{Column, Table};
use crate::sources::recognise::aliases;
use crate::toml_reader::{DeTable, Reader, embedded};

/// The canonical name itself.
pub(super) const CANONICAL: f64 = 0.98;
/// An English alias, letter by letter: what is recognised without looking at a cell.
pub(super) const EXACT: f64 = 0.94;
/// The same once units, zones and brackets are off: they say how to read, not what it is.
pub(super) const BARE: f64 = 0.92;
/// All words of a phrase and no other: the sense is the same, but nobody wrote the header down as an alias.
pub(super) const WHOLE: f64 = 0.88;
/// What a word costs that only says whose record it is (`ticket status`).
const NEUTRAL_COST: f64 = 0.06;
/// What a word for a person costs: `order delivered customer date` is a delivery, but `customer created date` may be no order.
const WHO_COST: f64 = 0.25;
/// What an unknown word costs: with one of them a header is a question even where its cells are dates or numbers, as many are.
const UNKNOWN_COST: f64 = 0.4;
/// A single word with others around it is as likely an accident.
const SINGLE: f64 = 0.84;

struct Meanings {
    who: BTreeSet<String>,
    stop: HashSet<String>,
    other: BTreeSet<String>,
    neutral: BTreeMap<String, BTreeSet<String>>,
    hints: BTreeMap<String, BTreeSet<String>>,
    /// Words of amounts of orders, and of their lines.
    amounts: BTreeMap<String, Vec<BTreeSet<String>>>,
    /// By table and column, the sets of words that mean it.
    phrases: BTreeMap<(Table, &'static str), Vec<BTreeSet<String>>>,
    vocabulary: BTreeSet<String>,
}

static MEANINGS: LazyLock<Meanings> = LazyLock::new(|| embedded("meanings.toml", include_str!("meanings.toml"), meanings));

fn meanings(reader: &mut Reader<'_>, document: &DeTable<'_>) -> Meanings {
    let lists = ["who", "stop", "other", "neutral", "hints", "amounts"];
    reader.known(document, "of the meanings", &[&lists[..], &Table::ALL.map(Table::name)].concat());
    let [who, stop, other] = ["who", "stop", "other"].map(|key| reader.strings(document, key));
    let mut sets = |key: &str| -> BTreeMap<String, BTreeSet<String>> {
        let lists = reader.table(document, key).map(|table| reader.lists(table)).unwrap_or_default();
        lists
            .into_iter()
            .map(|(table, words)| (table, words.into_iter().collect()))
            .collect()
    };
    let (neutral, hints) = (sets("neutral"), sets("hints"));
    let amounts = reader
        .table(document, "amounts")
        .map(|table| reader.lists(table))
        .unwrap_or_default();
    let amounts = amounts
        .into_iter()
        .map(|(of, phrases)| (of, phrases.iter().flat_map(|phrase| expanded(phrase, &who)).collect()))
        .collect();
    let mut phrases = BTreeMap::new();
    let mut vocabulary: BTreeSet<String> = who.iter().chain(&other).cloned().collect();
    vocabulary.extend(hints.values().chain(neutral.values()).flatten().cloned());
    for table in Table::ALL {
        let Some(columns) = reader.table(document, table.name()) else {
            continue;
        };
        reader.known(
            columns,
            "of a table",
            &table.columns().iter().map(|column| column.name).collect::<Vec<_>>(),
        );
        for (column, texts) in reader.lists(columns) {
            let Some(column) = table.column(&column) else { continue };
            let sets: Vec<BTreeSet<String>> = texts.iter().flat_map(|t| expanded(t, &who)).collect();
            vocabulary.extend(sets.iter().flatten().cloned());
            phrases.insert((table, column.name), sets);
        }
    }
    Meanings {
        who: who.into_iter().collect(),
        stop: stop.into_iter().collect(),
        other: other.into_iter().collect(),
        neutral,
        hints,
        amounts,
        phrases,
        vocabulary,
    }
}

/// All sets of words that a phrase means.
fn expanded(phrase: &str, who: &[String]) -> Vec<BTreeSet<String>> {
    phrase.split(' ').fold(vec![BTreeSet::new()], |sets, word| {
        let (word, may_miss) = word.strip_suffix('?').map_or((word, false), |w| (w, true));
        let choices: Vec<&str> = if word == "<who>" {
            who.iter().map(String::as_str).collect()
        } else {
            word.split('|').collect()
        };
        let mut out = Vec::with_capacity(sets.len() * (choices.len() + 1));
        for set in sets {
            for choice in &choices {
                let mut longer = set.clone();
                longer.insert((*choice).to_string());
                out.push(longer);
            }
            if may_miss {
                out.push(set);
            }
        }
        out
    })
}

/// The normal words: all that phrases, hints and word lists are made of.
pub(super) fn vocabulary() -> &'static BTreeSet<String> {
    &MEANINGS.vocabulary
}

/// Whether a word has no weight in any header.
pub(super) fn is_stop(word: &str) -> bool {
    MEANINGS.stop.contains(word)
}

/// Whether a word stands for a stakeholder.
pub fn is_who(word: &str) -> bool {
    MEANINGS.who.contains(word)
}

/// Whether a word makes a header mean something else.
pub(super) fn is_other(word: &str) -> bool {
    MEANINGS.other.contains(word)
}

/// Whether a header names a date that is no event's: a birth, a change, a plan.
pub(super) fn is_other_date(header: &Header) -> bool {
    header.words.iter().any(|w| w != "date" && MEANINGS.other.contains(w))
}

/// Whether a word says that something is yet to come: `promised delivery`, `due`.
pub(super) fn is_plan(word: &str) -> bool {
    matches!(
        word,
        "promised" | "expected" | "planned" | "estimated" | "scheduled" | "due" | "next"
    )
}

/// How many words of the headers speak for a table, each once.
pub(super) fn hints(table: Table, headers: &[Header]) -> Vec<&'static str> {
    let all: BTreeSet<&str> = headers.iter().flat_map(|h| &h.words).map(String::as_str).collect();
    let listed = MEANINGS.hints.get(table.name()).into_iter().flatten();
    listed.map(String::as_str).filter(|w| all.contains(w)).collect()
}

/// What the name of a column of amounts says they are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountName {
    /// Of orders: `Order total`.
    Order,
    /// Of lines: `Line total`, `Item price`.
    Line,
    /// It does not say.
    Open,
}

/// What the header of amounts says they are of.
pub fn amount_name(header: &str) -> AmountName {
    let header = headers(&[header.to_string()]).remove(0);
    let says = |of: &str| {
        MEANINGS
            .amounts
            .get(of)
            .is_some_and(|phrases| phrases.iter().any(|phrase| phrase.is_subset(&header.words)))
    };
    match (says("line"), says("order")) {
        (true, _) => AmountName::Line,
        (false, true) => AmountName::Order,
        (false, false) => AmountName::Open,
    }
}

/// Whether a header is called a price, and nothing more: `Price`, `Preis`.
pub fn is_price(header: &str) -> bool {
    let header = headers(&[header.to_string()]).remove(0);
    header.words.len() == 1 && header.words.contains("price")
}

/// How sure a header's name makes a column, and why.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Named {
    pub confidence: f64,
    /// The column's own name, or an alias of it, letter by letter.
    pub is_exact: bool,
    /// Place among the aliases: earlier ones win, as they always did.
    pub place: usize,
    pub why: ColumnEvidence,
}

/// How far a header is named like a canonical column.
pub(super) fn named(column: &'static Column, header: &Header) -> Option<Named> {
    let (table, column) = (column.table, column.name);
    let exact = |confidence, place, why| Named {
        confidence,
        is_exact: true,
        place,
        why,
    };
    if header.exact == column {
        return Some(exact(CANONICAL, 0, ColumnEvidence::OwnName));
    }
    let listed = aliases(table, column);
    if let Some(at) = listed.iter().position(|a| *a == header.exact) {
        return Some(exact(EXACT, at + 1, ColumnEvidence::KnownName));
    }
    let bare = header.bare.as_str();
    let place = listed
        .iter()
        .position(|a| a == bare)
        .map(|at| at + 1)
        .or((bare == column).then_some(0));
    if let Some(place) = place {
        return Some(Named {
            is_exact: false,
            ..exact(BARE, place, ColumnEvidence::ContainsKnownName(bare.to_string()))
        });
    }
    let phrases = MEANINGS.phrases.get(&(table, column))?;
    let none = BTreeSet::new();
    let neutral = MEANINGS.neutral.get(table.name()).unwrap_or(&none);
    let (confidence, place, phrase) = phrases
        .iter()
        .enumerate()
        .filter_map(|(place, phrase)| Some((similar(phrase, header, neutral)?, place, phrase)))
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
    let words = phrase.iter().cloned().collect();
    let others = header.words.difference(phrase).cloned().collect();
    Some(Named {
        confidence,
        is_exact: false,
        place,
        why: ColumnEvidence::NameWords(words, others, header.language),
    })
}

fn similar(phrase: &BTreeSet<String>, header: &Header, neutral: &BTreeSet<String>) -> Option<f64> {
    if phrase.len() > header.words.len() || !phrase.is_subset(&header.words) {
        return None;
    }
    let mut confidence = WHOLE;
    let mut extra = 0;
    for word in header.words.difference(phrase) {
        extra += 1;
        confidence -= if neutral.contains(word) {
            NEUTRAL_COST
        } else if MEANINGS.other.contains(word) {
            return None;
        } else if is_who(word) {
            WHO_COST
        } else if word.bytes().all(|b| b.is_ascii_digit()) {
            NEUTRAL_COST
        } else {
            UNKNOWN_COST
        };
        // A header of many words is none of a few.
        if confidence <= 0.0 {
            return None;
        }
    }
    if extra > 0 && phrase.len() == 1 {
        confidence *= SINGLE;
    }
    (confidence > 0.0).then_some(confidence)
}

#[cfg(test)]
mod tests {
    use super::super::header_words::headers;
    use super::*;

    fn confidence(table: Table, column: &'static str, header: &str) -> f64 {
        named(table.column(column).unwrap(), &headers(&[header.to_string()])[0]).map_or(0.0, |n| n.confidence)
    }

    #[test]
    fn the_nearer_the_name_the_surer() {
        let order = [
            "occurred_at",
            "created_at",
            "created_at (UTC)",
            "Creation date",
            "Record creation date",
            "Frobbed creation date",
        ];
        let sure: Vec<f64> = order.iter().map(|h| confidence(Table::Interactions, "occurred_at", h)).collect();
        assert!(sure.windows(2).all(|w| w[0] > w[1]), "{sure:?}");
        assert!(sure[5] > 0.0);
    }

    #[test]
    fn amounts_are_named_after_orders_or_lines() {
        for (header, of) in [
            ("order_total", AmountName::Order),
            ("Grand Total", AmountName::Order),
            ("Rechnungsbetrag", AmountName::Order),
            ("Total commande", AmountName::Order),
            ("Importe del pedido", AmountName::Order),
            ("Order Lines/Subtotal", AmountName::Line),
            ("line_total", AmountName::Line),
            ("Einzelpreis", AmountName::Line),
            ("Total", AmountName::Open),
            ("Amount", AmountName::Open),
        ] {
            assert_eq!(amount_name(header), of, "{header}");
        }
    }

    #[test]
    fn another_noun_is_another_thing() {
        for header in [
            "Date of birth",
            "Date modified",
            "Created by",
            "Due date",
            "Expiry date",
            "Next call date",
            "Last contact date",
        ] {
            assert_eq!(confidence(Table::Interactions, "occurred_at", header), 0.0, "{header}");
        }
        for header in [
            "Customer email",
            "Customer type",
            "Phone number",
            "Parent customer ID",
            "Customer tax ID",
        ] {
            assert_eq!(confidence(Table::Interactions, "stakeholder_id", header), 0.0, "{header}");
        }
    }
}
