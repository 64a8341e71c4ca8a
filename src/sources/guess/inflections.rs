//! Words in the plural, as files and columns are called that have many: `ordini`, `wpłaty`, `fakturor`, `siparişler`.
//!
//! The endings of the plurals of each language, without accents, with those of the singular. A word is only looked up; whether it is one
//! decides the dictionary.

/// What a plural ends with, and what the singular may have in its place.
type Ending = (&'static str, &'static [&'static str]);

/// By language, what a plural ends with, and what the singular has in its place.
const ENDINGS: &[(&str, &[Ending])] = &[
    ("de", &[("en", &["", "e"]), ("n", &[""]), ("e", &[""]), ("er", &[""]), ("s", &[""])]),
    ("fr", &[("s", &[""]), ("x", &[""]), ("aux", &["al"])]),
    ("es", &[("s", &[""]), ("es", &[""])]),
    (
        "pt",
        &[("s", &[""]), ("es", &[""]), ("oes", &["ao"]), ("ns", &["m"]), ("is", &["l"])],
    ),
    (
        "it",
        &[
            ("chi", &["co"]),
            ("ghi", &["go"]),
            ("i", &["e", "o", "a", "io"]),
            ("che", &["ca"]),
            ("e", &["a"]),
        ],
    ),
    ("nl", &[("uren", &["uur"]), ("en", &["", "e"]), ("s", &[""])]),
    (
        "pl",
        &[
            ("cy", &["ca"]),
            ("ci", &["t"]),
            ("y", &["a", ""]),
            ("i", &["a", ""]),
            ("ia", &["ie"]),
            ("je", &["ja"]),
            ("e", &["a", ""]),
            ("a", &["o"]),
        ],
    ),
    (
        "sv",
        &[("ar", &["", "e"]), ("or", &["a"]), ("er", &[""]), ("n", &[""]), ("na", &[""])],
    ),
    ("da", &[("er", &["", "e"]), ("r", &[""]), ("e", &[""]), ("ne", &[""])]),
    ("no", &[("er", &["", "e"]), ("r", &[""]), ("e", &[""]), ("ne", &[""])]),
    (
        "cs",
        &[
            ("ci", &["k", "c"]),
            ("ky", &["ka", "k"]),
            ("y", &["a", ""]),
            ("i", &["", "e"]),
            ("e", &["a", ""]),
        ],
    ),
    ("fi", &[("kset", &["s"]), ("kkaat", &["kas"]), ("t", &[""])]),
    ("hu", &[("ok", &[""]), ("ek", &[""]), ("ak", &[""]), ("k", &[""])]),
    ("ro", &[("uri", &[""]), ("i", &["", "a", "e"]), ("e", &["a"])]),
    ("tr", &[("lar", &[""]), ("ler", &[""])]),
];

/// Shorter words have too few letters left.
const SHORTEST: usize = 5;

/// The words that a word may be the plural of in a language, the longest ending first.
pub(super) fn singulars(word: &str, language: &str) -> Vec<String> {
    if word.len() < SHORTEST || !word.is_ascii() {
        return Vec::new();
    }
    let of_language = ENDINGS.iter().find(|(code, _)| *code == language);
    let mut endings: Vec<&Ending> = of_language.map_or(Vec::new(), |(_, endings)| endings.iter().collect());
    endings.sort_by_key(|(plural, _)| std::cmp::Reverse(plural.len()));
    let mut found = Vec::new();
    for (plural, singulars) in endings {
        if let Some(stem) = word.strip_suffix(plural).filter(|stem| stem.len() + 2 >= SHORTEST) {
            found.extend(singulars.iter().map(|singular| format!("{stem}{singular}")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::sources::guess::words;

    /// The words of a name among others of the same language.
    fn said(name: &str, others: &[&str]) -> String {
        let names: Vec<String> = std::iter::once(&name).chain(others).map(|name| (*name).to_string()).collect();
        words(&names).remove(0).into_iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn plurals_mean_what_their_singulars_do() {
        for (plural, singular, others) in [
            ("ordini", "ordine", ["Cod. fornitore", "Data ordine"]),
            ("wplaty", "wpłata", ["data_wplaty", "kwota"]),
            ("zamowienia", "zamówienie", ["data_zamowienia", "kwota"]),
            ("bokningar", "bokning", ["Kund-ID", "Belopp"]),
            ("fakturor", "faktura", ["Kundnummer", "Belopp"]),
            ("betalinger", "betaling", ["Kundenr.", "Beløb"]),
            ("objednavky", "objednávka", ["Datum", "Zákazník"]),
            ("siparisler", "sipariş", ["musteri_no", "tutar"]),
            ("facturen", "factuur", ["Klantnr", "Bedrag"]),
            ("devoluciones", "devolución", ["Cliente", "Importe"]),
        ] {
            assert_eq!(said(plural, &others), said(singular, &others), "{plural}");
            assert_ne!(said(singular, &others), singular, "{singular}");
        }
    }
}
