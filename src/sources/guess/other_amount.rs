//! Two amounts of one thing, before and after tax or fees: `Betrag netto` and `Betrag brutto`, `amount` and `amount_incl_tax`.

use std::collections::BTreeSet;

use super::header_words::{Header, headers};
use super::profile::{ColumnProfile, Kind};

/// What the name of an amount says of taxes and fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Net,
    Gross,
    Open,
}

/// Words that say no more than that a column is an amount, and how taxes are in it.
const OF_AMOUNTS: [&str; 8] = ["amount", "total", "net", "gross", "tax", "vat", "price", "grand"];

/// Parts of names that say that something is in the amount, or is not; with a word for a tax.
const WITH: [&str; 9] = ["incl", "including", "inclusive", "inkl", "inklusive", "with", "mit", "inc", "after"];
const WITHOUT: [&str; 9] = [
    "excl",
    "excluding",
    "exclusive",
    "exkl",
    "exklusive",
    "without",
    "ohne",
    "ex",
    "before",
];
const TAXES: [&str; 9] = ["tax", "taxes", "vat", "mwst", "ust", "btw", "tva", "iva", "moms"];

fn level(header: &Header) -> (Level, BTreeSet<&str>) {
    let parts: Vec<&str> = header.exact.split(|c: char| !c.is_alphanumeric()).collect();
    let has = |list: &[&str]| parts.iter().any(|part| list.contains(part));
    let is_of_tax = has(&TAXES);
    let level = match () {
        () if header.words.contains("net") || is_of_tax && has(&WITHOUT) => Level::Net,
        () if header.words.contains("gross") || is_of_tax && has(&WITH) => Level::Gross,
        () => Level::Open,
    };
    let is_said = |word: &&str| OF_AMOUNTS.contains(word) || level != Level::Open && [&WITH[..], &WITHOUT, &TAXES].concat().contains(word);
    (
        level,
        header.words.iter().map(String::as_str).filter(|word| !is_said(word)).collect(),
    )
}

/// The other amount of the same thing, by its place, where the name of one of the two says that it is net or gross.
pub fn other_amount(names: &[String], profiles: &[ColumnProfile], amount: usize) -> Option<usize> {
    let headers = headers(names);
    let (own, of) = level(&headers[amount]);
    let is_number = |at: usize| profiles[at].share(&[Kind::Integer, Kind::Decimal, Kind::Money]) >= 0.9 && profiles[at].filled > 0;
    (0..names.len()).find(|&at| {
        let (level, core) = level(&headers[at]);
        at != amount && level != own && is_number(at) && says_amount(&headers[at]) && core == of
    })
}

/// Whether the one header names the amount before tax of what the other names with it.
pub(super) fn is_before_tax(header: &Header, other: &Header) -> bool {
    let ((own, of), (level, core)) = (level(header), level(other));
    own == Level::Net && level == Level::Gross && core == of
}

/// Whether a header is an amount by its words, rather than the tax itself.
fn says_amount(header: &Header) -> bool {
    let is_amount = ["amount", "total", "price", "net", "gross", "sale"]
        .iter()
        .any(|word| header.words.contains(*word));
    is_amount && (level(header).0 != Level::Open || !header.words.contains("tax"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_before_and_after_tax_are_two_of_one_thing() {
        for (columns, amount, expected) in [
            (&["Betrag netto", "Betrag brutto"][..], 0, Some("Betrag brutto")),
            (&["Montant HT", "Montant TTC"], 1, Some("Montant HT")),
            (&["amount", "amount_incl_tax"], 0, Some("amount_incl_tax")),
            (&["order_total", "order_total_excl_vat"], 0, Some("order_total_excl_vat")),
            (&["Gross", "Fee", "Net"], 0, Some("Net")),
            (&["amount", "tax"], 0, None),
            (&["amount", "discount", "shipping amount"], 0, None),
            (&["net_amount", "net_weight"], 0, None),
            (&["total", "unit price"], 0, None),
        ] {
            let names: Vec<String> = columns.iter().map(|name| name.to_string()).collect();
            let profiles: Vec<ColumnProfile> = names
                .iter()
                .map(|name| ColumnProfile::of(name, &["10.50", "11.25", "12.75"]))
                .collect();
            let found = other_amount(&names, &profiles, amount).map(|at| columns[at]);
            assert_eq!(found, expected, "{columns:?}");
        }
    }
}
