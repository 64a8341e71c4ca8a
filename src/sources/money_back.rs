//! Statuses of purchases that say that the money went back.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::case_words::lower;
use super::folded;
use crate::toml_reader::{DeTable, Reader, embedded};

/// How much of the money of a purchase went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyBack {
    /// All of it.
    Whole,
    /// A part, and the status does not say how much.
    Part,
}

/// Longer texts are no statuses.
const LONGEST: usize = 80;

struct Words {
    whole: BTreeSet<String>,
    alone: BTreeSet<String>,
    part: BTreeSet<String>,
    part_alone: BTreeSet<String>,
    not_yet: BTreeSet<String>,
    records: BTreeSet<String>,
    codes_of_refunds: BTreeSet<String>,
    codes_of_invoices: BTreeSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| embedded("money_back.toml", include_str!("money_back.toml"), read));

fn read(reader: &mut Reader<'_>, document: &DeTable<'_>) -> Words {
    let lists = [
        "whole",
        "alone",
        "part",
        "part_alone",
        "not_yet",
        "records",
        "codes_of_refunds",
        "codes_of_invoices",
    ];
    reader.known(document, "of the statuses", &lists);
    let [
        whole,
        alone,
        part,
        part_alone,
        not_yet,
        records,
        codes_of_refunds,
        codes_of_invoices,
    ] = lists.map(|key| reader.strings(document, key).into_iter().collect());
    Words {
        whole,
        alone,
        part,
        part_alone,
        not_yet,
        records,
        codes_of_refunds,
        codes_of_invoices,
    }
}

/// How much of the money of a purchase with this status went back; `None`: the status does not say that any did.
pub fn money_back(status: &str) -> Option<MoneyBack> {
    if status.len() > LONGEST {
        return None;
    }
    let words: &Words = &WORDS;
    let text = lower(&folded(status));
    let tokens: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|token| !token.is_empty())
        .collect();
    let phrase = tokens.join(" ");
    let has = |list: &BTreeSet<String>| tokens.iter().any(|token| list.contains(*token));
    if has(&words.not_yet) {
        return None;
    }
    if words.part_alone.contains(&phrase) || has(&words.part) && (has(&words.whole) || has(&words.alone)) {
        return Some(MoneyBack::Part);
    }
    let first_two = tokens.iter().take(2).copied().collect::<Vec<_>>().join(" ");
    let starts = tokens.first().is_some_and(|first| words.whole.contains(*first)) || words.whole.contains(&first_two);
    (starts || words.alone.contains(&phrase)).then_some(MoneyBack::Whole)
}

/// Whether a status names a refund, and says that it has not happened: `refund requested`, `not returned`.
pub fn says_not_refunded(status: &str) -> bool {
    let text = lower(&folded(status));
    let tokens = || text.split(|c: char| !c.is_alphanumeric());
    let has = |list: &BTreeSet<String>| tokens().any(|token| list.contains(token));
    status.len() <= LONGEST && has(&WORDS.not_yet) && (has(&WORDS.whole) || has(&WORDS.alone))
}

/// Whether the type of a record says that it is a refund by itself, beside the sale that it belongs to.
pub fn is_refund_record(record_type: &str) -> bool {
    let text = folded(record_type);
    let phrase = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    WORDS.records.contains(&phrase) || money_back(record_type) == Some(MoneyBack::Whole)
}

/// Whether the type of a record is the code of a credit note, such as `SC` or `GS`: in a file whose types are all codes of documents.
pub fn is_refund_code(record_type: &str) -> bool {
    WORDS.codes_of_refunds.contains(&record_type.trim().to_ascii_lowercase())
}

/// Whether the type of a record is the code of an invoice or of a credit note.
pub fn is_document_code(record_type: &str) -> bool {
    is_refund_code(record_type) || WORDS.codes_of_invoices.contains(&record_type.trim().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_in_many_languages() {
        for status in [
            "refunded",
            "Refunded",
            "REFUNDED - by customer",
            "wc-refunded",
            "Charged back",
            "chargeback",
            "charge_back",
            "Returned",
            "Full refund",
            "erstattet",
            "Rückerstattet",
            "Rücklastschrift",
            "Retoure",
            "Remboursé",
            "remboursée",
            "Reembolsado",
            "devuelto",
            "Estornado",
            "devolvido",
            "Rimborsato",
            "reso",
            "Terugbetaald",
            "geretourneerd",
            "Zwrócone",
            "zwrot",
            "Återbetald",
            "refunderet",
            "tilbakebetalt",
            "hyvitetty",
            "Vráceno",
            "visszatérítve",
            "rambursat",
            "İade edildi",
        ] {
            assert_eq!(money_back(status), Some(MoneyBack::Whole), "{status}");
        }
        for status in [
            "Partially refunded",
            "partial_refund",
            "teilweise erstattet",
            "Teilerstattung",
            "partiellement remboursé",
            "Parcialmente reembolsado",
            "reembolso parcial",
            "Rimborso parziale",
            "gedeeltelijk terugbetaald",
        ] {
            assert_eq!(money_back(status), Some(MoneyBack::Part), "{status}");
        }
        for status in [
            "",
            "paid",
            "completed",
            "refund requested",
            "Refund pending",
            "not refunded",
            "non remboursé",
            "nicht erstattet",
            "return requested",
            "refund denied",
            "partially paid",
            "disputed",
            "inte återbetald",
            "nie zwrócone",
            "part shipped",
            "bezahlt",
        ] {
            assert_eq!(money_back(status), None, "{status}");
        }
    }
}
