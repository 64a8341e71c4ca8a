//! Currencies as people write them: signs, codes and words, in a cell of their own or beside an amount.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use super::encoded_twice;
use crate::toml_reader::{DeTable, Reader, embedded};

/// A currency as far as a cell says it: one of ISO 4217, or a sign that several of them share.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Currency {
    name: String,
    may_be: Vec<String>,
    usual: Option<String>,
}

/// Everything that stands for a currency, from `currencies.toml`.
struct Known {
    /// By code or shared sign.
    currencies: HashMap<String, Currency>,
    /// Signs and the names of their currencies, longer ones first: one may begin or end with another.
    signs: Vec<(String, String)>,
    /// The first and the last letters of the signs: most cells of text have others.
    ends: [BTreeSet<char>; 2],
    /// Words in lower case and the names of their currencies.
    words: HashMap<String, String>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| embedded("currencies.toml", include_str!("currencies.toml"), read));

fn read(reader: &mut Reader<'_>, document: &DeTable<'_>) -> Known {
    let tables = ["signs", "same", "words", "shared_words", "usual"];
    reader.known(document, "of the currencies", &[&["codes"][..], &tables].concat());
    let codes = reader.strings(document, "codes");
    let [signs, same, words, shared_words, usual] =
        tables.map(|key| reader.table(document, key).map(|table| reader.lists(table)).unwrap_or_default());
    let certain = |code: &String| Currency {
        name: code.clone(),
        may_be: vec![code.clone()],
        usual: None,
    };
    let mut currencies: HashMap<String, Currency> = codes.iter().map(|code| (code.clone(), certain(code))).collect();
    let mut names: Vec<(String, String)> = Vec::new();
    for (sign, may_be) in signs {
        let name = if let [code] = &may_be[..] { code } else { &sign }.clone();
        let usual = usual.get(&sign).and_then(|codes| codes.first()).cloned();
        let shared = Currency {
            name: name.clone(),
            may_be,
            usual,
        };
        currencies.entry(name.clone()).or_insert(shared);
        names.push((sign, name));
    }
    let spelled = |lists: BTreeMap<String, Vec<String>>| -> Vec<(String, String)> {
        let pairs = lists
            .into_iter()
            .flat_map(|(name, spellings)| spellings.into_iter().map(move |spelling| (spelling, name.clone())));
        pairs.collect()
    };
    names.extend(spelled(same));
    names.sort_by(|a, b| (b.0.len(), &a.0).cmp(&(a.0.len(), &b.0)));
    let signs = || names.iter().map(|(sign, _)| sign.chars());
    Known {
        ends: [
            signs().filter_map(|mut sign| sign.next()).collect(),
            signs().filter_map(|mut sign| sign.next_back()).collect(),
        ],
        currencies,
        signs: names,
        words: spelled(words).into_iter().chain(spelled(shared_words)).collect(),
    }
}

impl Known {
    fn code(&self, text: &str) -> Option<&Currency> {
        let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        let upper = bytes.map(|byte| byte.to_ascii_uppercase());
        self.currencies.get(std::str::from_utf8(&upper).ok()?)
    }

    /// The currency of a word, in any capitals.
    fn word(&self, text: &str) -> Option<&Currency> {
        let longest = 40;
        (!text.is_empty() && text.len() <= longest)
            .then(|| self.words.get(&text.to_lowercase()))?
            .and_then(|name| self.currencies.get(name))
    }

    /// The currency of a whole text.
    fn whole(&self, text: &str) -> Option<&Currency> {
        let sign = || self.signs.iter().find(|(sign, _)| sign == text);
        let named = || self.currencies.get(&sign()?.1);
        self.code(text).or_else(named).or_else(|| self.word(text))
    }
}

impl Currency {
    /// Its code of ISO 4217, or the sign that several currencies share.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The codes of the currencies that it may be: one, unless they share the sign.
    pub fn may_be(&self) -> &[String] {
        &self.may_be
    }

    /// Whether it is a sign that several currencies share.
    pub fn is_shared(&self) -> bool {
        self.may_be.len() > 1
    }

    /// Which of the currencies that share the sign nearly always has it.
    pub fn usual(&self) -> Option<&str> {
        self.usual.as_deref()
    }

    /// The currency that a cell of a currency column names: `EUR`, `eur`, `€`, `Euro`, `Euro (EUR)`.
    pub fn named(cell: &str) -> Option<&'static Currency> {
        let repaired = encoded_twice::repaired(cell);
        let text = repaired.as_deref().unwrap_or(cell);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if let Some(found) = KNOWN.whole(text) {
            return Some(found);
        }
        // Several names of one currency, and words beside them.
        let separates = |c: char| c.is_whitespace() || "()[],:-–/".contains(c);
        let mut found: Option<&Currency> = None;
        for part in text.split(separates).filter(|part| !part.is_empty()) {
            if let Some(named) = KNOWN.whole(part) {
                found = Some(found.map_or(Some(named), |known| Currency::agreed(known, named))?);
            }
        }
        found
    }

    /// The currency with this code.
    pub fn of_code(code: &str) -> Option<&'static Currency> {
        KNOWN.currencies.get(code).filter(|currency| !currency.is_shared())
    }

    /// The currency that both can be; `None` if they contradict each other.
    pub fn agreed(a: &'static Currency, b: &'static Currency) -> Option<&'static Currency> {
        let both: Vec<&String> = a.may_be.iter().filter(|code| b.may_be.contains(code)).collect();
        match both[..] {
            [] => None,
            [code] => KNOWN.currencies.get(code),
            // Of two signs of several currencies, the one that leaves less open.
            _ if a.may_be.len() <= b.may_be.len() => Some(a),
            _ => Some(b),
        }
    }
}

/// The currency at the start of a text, and the rest after it.
pub(super) fn strip_prefix(text: &str) -> Option<(&'static Currency, &str)> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let known: &'static Known = &KNOWN;
    let may_be_sign = text.starts_with(|c: char| known.ends[0].contains(&c));
    for (sign, name) in known.signs.iter().filter(|_| may_be_sign) {
        if let Some(rest) = text.strip_prefix(sign.as_str()) {
            // `Rs` is not the start of `Rsd`.
            let is_whole = !sign.ends_with(char::is_alphabetic) || !rest.starts_with(char::is_alphabetic);
            if is_whole {
                return Some((&known.currencies[name], rest));
            }
        }
    }
    let end = text
        .find(|c: char| !c.is_alphabetic() && !matches!(c, ' ' | '\u{a0}' | '.'))
        .unwrap_or(text.len());
    if let Some(found) = known.word(text[..end].trim()) {
        return Some((found, &text[end..]));
    }
    let (head, rest) = text.split_at_checked(3)?;
    Some((known.code(head)?, rest))
}

/// The currency at the end of a text, and the rest before it.
pub(super) fn strip_suffix(text: &str) -> Option<(&'static Currency, &str)> {
    if text.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let known: &'static Known = &KNOWN;
    let may_be_sign = text.ends_with(|c: char| known.ends[1].contains(&c));
    for (sign, name) in known.signs.iter().filter(|_| may_be_sign) {
        if let Some(rest) = text.strip_suffix(sign.as_str()) {
            let is_whole = !sign.starts_with(char::is_alphabetic) || !rest.ends_with(char::is_alphabetic);
            if is_whole {
                return Some((&known.currencies[name], rest));
            }
        }
    }
    let is_inner = |c: char| c.is_alphabetic() || matches!(c, ' ' | '\u{a0}' | '.' | '-');
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_inner(*c))
        .last()
        .map_or(text.len(), |(at, _)| at);
    if let Some(found) = known.word(text[start..].trim()) {
        return Some((found, &text[..start]));
    }
    let (rest, tail) = text.split_at_checked(text.len().checked_sub(3)?)?;
    Some((known.code(tail)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(text: &str) -> Option<(&'static str, &str)> {
        strip_prefix(text).map(|(currency, rest)| (currency.name(), rest))
    }

    fn after(text: &str) -> Option<(&'static str, &str)> {
        strip_suffix(text).map(|(currency, rest)| (currency.name(), rest))
    }

    #[test]
    fn the_list_is_consistent() {
        for (name, currency) in KNOWN.currencies.iter().collect::<BTreeMap<_, _>>() {
            assert_eq!((currency.name(), currency.may_be.is_empty()), (name.as_str(), false));
            assert!(currency.may_be.iter().all(|code| Currency::of_code(code).is_some()), "{name}");
            assert!(currency.usual().is_none_or(|usual| currency.may_be[0] == usual), "{name}");
        }
        let signs = KNOWN.signs.iter().map(|(sign, name)| (sign, name));
        let named = signs.chain(&KNOWN.words);
        for (spelling, name) in named {
            assert!(KNOWN.currencies.contains_key(name), "{spelling}");
        }
    }

    #[test]
    fn signs_codes_and_words_beside_an_amount() {
        assert_eq!(before("US$5"), Some(("USD", "5")));
        assert_eq!(before("$5"), Some(("$", "5")));
        assert_eq!(before("eur 5"), Some(("EUR", " 5")));
        assert_eq!(before("Euro 5"), Some(("EUR", "5")));
        assert_eq!(before("us dollars 5"), Some(("USD", "5")));
        assert_eq!(before("RSD 5"), Some(("RSD", " 5")));
        assert_eq!(before("XYZ 5"), None);
        assert_eq!(after("5 kr."), Some(("kr", "5 ")));
        assert_eq!(after("5 zł"), Some(("PLN", "5 ")));
        assert_eq!(after("5CHF"), Some(("CHF", "5")));
        assert_eq!(after("5\u{a0}euros"), Some(("EUR", "5")));
        assert_eq!(after("5 US dollars"), Some(("USD", "5")));
        assert_eq!(after("5 Schweizer Franken"), Some(("CHF", "5")));
        for text in ["5", "5é", "5.", "", " "] {
            assert_eq!(after(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_cell_of_a_currency_column_in_any_spelling() {
        for cell in [
            "EUR",
            "eur",
            " Eur ",
            "€",
            "Euro",
            "EUROS",
            "Euro (EUR)",
            "EUR - Euro",
            "€ EUR",
            "â‚¬",
        ] {
            assert_eq!(Currency::named(cell).map(Currency::name), Some("EUR"), "{cell}");
        }
        for (cell, name) in [
            ("US Dollar (USD)", "USD"),
            ("$", "$"),
            ("dollars", "$"),
            ("Kr.", "kr"),
            ("pfund", "£"),
            ("Â£", "£"),
        ] {
            assert_eq!(Currency::named(cell).map(Currency::name), Some(name), "{cell}");
        }
        for cell in ["", "XYZ", "points", "EUR/USD"] {
            assert_eq!(Currency::named(cell), None, "{cell}");
        }
    }

    #[test]
    fn two_names_agree_or_contradict_each_other() {
        let agreed = |a: &str, b: &str| {
            let both = Currency::agreed(Currency::named(a)?, Currency::named(b)?)?;
            Some(both.name())
        };
        assert_eq!(agreed("$", "CAD"), Some("CAD"));
        assert_eq!(agreed("EUR", "€"), Some("EUR"));
        assert_eq!(agreed("$", "$"), Some("$"));
        assert_eq!(agreed("EUR", "$"), None);
        assert_eq!(agreed("kr", "Rs"), None);
    }
}
