//! The words of seventeen languages, and the normal words that they mean: `Kundennummer`, `cliente` and `customerid`.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::cut_words::Cut;
use super::inflections::singulars;
use super::meanings;
use crate::sources::purchase_words::cancelled_words;
use crate::toml_reader::{DeTable, Reader, embedded};

/// The words of a language, each with the normal words that it means.
#[derive(Default)]
struct Dictionary {
    /// They mean the same in each file.
    everywhere: HashMap<String, Vec<String>>,
    /// They mean it only where the headers are mostly of this language: words of trades.
    leading: HashMap<String, Vec<String>>,
    /// The same of abbreviations.
    abbreviations: HashMap<String, Vec<String>>,
}

impl Dictionary {
    /// What a word or phrase means; whether the language leads.
    fn get(&self, word: &str, leads: bool) -> Option<&Vec<String>> {
        let found = self.everywhere.get(word);
        found.or_else(|| self.leading.get(word).filter(|_| leads))
    }
}

/// The languages of headers: English first, for synonyms, then the others.
const LANGUAGES: [(&str, &str); 17] = [
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("pt", "Portuguese"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("sv", "Swedish"),
    ("da", "Danish"),
    ("cs", "Czech"),
    ("no", "Norwegian"),
    ("fi", "Finnish"),
    ("hu", "Hungarian"),
    ("ro", "Romanian"),
    ("tr", "Turkish"),
    ("ja", "Japanese"),
];

static DICTIONARIES: LazyLock<Vec<Dictionary>> = LazyLock::new(|| {
    let mut all: Vec<Dictionary> = embedded("languages.toml", include_str!("languages.toml"), |reader, document| {
        reader.known(document, "of the languages", &LANGUAGES.map(|(code, _)| code));
        LANGUAGES.iter().map(|(code, _)| dictionary(reader, document, code)).collect()
    });
    embedded("trade_words.toml", include_str!("trade_words.toml"), |reader, document| {
        reader.known(document, "of the languages", &LANGUAGES.map(|(code, _)| code));
        for ((code, _), dictionary) in LANGUAGES.iter().zip(&mut all) {
            add_trades(reader, document, code, dictionary);
        }
    });
    all
});

/// The spellings of a word as headers have them: without accents, and with `ae` for `ä`.
fn spellings(word: &str) -> Vec<String> {
    let ways: &[bool] = if word.is_ascii() { &[false] } else { &[false, true] };
    ways.iter().map(|&umlauts| plain(word, umlauts)).collect()
}

fn normal_words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_string).collect()
}

/// Whether a header has a letter that only this language, or few others beside it, has.
fn written_only_in(header: &str, language: &str) -> bool {
    let letters = match language {
        "de" => "ß",
        "es" => "ñ¿¡",
        "pt" => "ãõ",
        "pl" => "łżźśćńąę",
        "cs" => "řěů",
        "sv" | "fi" => "å",
        "da" | "no" => "åæø",
        "hu" => "őű",
        "ro" => "țșă",
        "tr" => "ğıİ",
        _ => "",
    };
    header.chars().flat_map(char::to_lowercase).any(|letter| letters.contains(letter))
}

/// The words of a language by the file that gives each word its meaning.
fn dictionary(reader: &mut Reader<'_>, languages: &DeTable<'_>, code: &str) -> Dictionary {
    let mut dictionary = Dictionary::default();
    let Some(table) = reader.table(languages, code) else {
        return dictionary;
    };
    for (key, meaning) in table {
        let Some(meaning) = reader.text_of(meaning, key.get_ref()) else {
            continue;
        };
        let (words, into) = match key.get_ref().strip_suffix('.') {
            Some(short) => (short, &mut dictionary.abbreviations),
            None => (&**key.get_ref(), &mut dictionary.everywhere),
        };
        for spelled in spellings(words) {
            into.entry(spelled).or_insert_with(|| normal_words(&meaning.text));
        }
    }
    dictionary
}

/// Adds the words of trades in a language, by the file that lists the words for each meaning.
fn add_trades(reader: &mut Reader<'_>, languages: &DeTable<'_>, code: &str, dictionary: &mut Dictionary) {
    let Some(table) = reader.table(languages, code) else { return };
    for (meaning, words) in reader.lists(table) {
        for word in words {
            let (word, into) = match word.strip_suffix('.') {
                Some(short) => (short, &mut dictionary.abbreviations),
                None => (word.as_str(), &mut dictionary.leading),
            };
            for spelled in spellings(word) {
                into.entry(spelled).or_insert_with(|| normal_words(&meaning));
            }
        }
    }
}

/// Whether a word of a header is one that says in a status that a record was cancelled.
fn says_cancelled(word: &str) -> bool {
    static WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| cancelled_words().flat_map(spellings).collect());
    WORDS.contains(word)
}

/// Lower case without accents; `umlauts`: with `ae` for `ä`, as people write who have no such key.
pub(super) fn plain(text: &str, umlauts: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        let base = match c {
            'ä' if umlauts => "ae",
            'ö' if umlauts => "oe",
            'ü' if umlauts => "ue",
            'ø' if umlauts => "oe",
            'å' if umlauts => "aa",
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ă' | 'ą' => "a",
            'ç' | 'ć' | 'č' => "c",
            'ď' | 'đ' => "d",
            'è' | 'é' | 'ê' | 'ë' | 'ě' | 'ę' => "e",
            'ğ' => "g",
            'ì' | 'í' | 'î' | 'ï' | 'ı' => "i",
            'ł' | 'ľ' => "l",
            'ñ' | 'ń' | 'ň' => "n",
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => "o",
            'ř' => "r",
            'ś' | 'š' | 'ş' | 'ș' => "s",
            'ť' | 'ţ' | 'ț' => "t",
            'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'ű' => "u",
            'ý' | 'ÿ' => "y",
            'ź' | 'ż' | 'ž' => "z",
            'ß' => "ss",
            'œ' => "oe",
            'æ' => "ae",
            // Accents as characters of their own.
            '\u{300}'..='\u{36f}' => "",
            _ => {
                out.push(c);
                continue;
            }
        };
        out.push_str(base);
    }
    out
}

/// The languages in the order in which they are asked what a word means. The one that most words of a file come from leads.
pub(super) struct Languages(Vec<usize>);

impl Languages {
    /// The order for some headers: as they are written, and their words.
    pub fn of(names: &[String], headers: &[Vec<String>], cut: &[Cut]) -> Languages {
        let vocabulary = meanings::vocabulary();
        let english = |word: &str| vocabulary.contains(word) || DICTIONARIES[0].get(word, false).is_some();
        let not_english = |header: &Vec<String>| -> Vec<String> { header.iter().filter(|word| !english(word)).cloned().collect() };
        let others: Vec<Vec<String>> = headers.iter().map(not_english).collect();
        // Hits of each language: headers with words that English does not have, then headers with any, then such words: languages that are alike
        // share some of them. Where no word is whole, abbreviations tell.
        let hits_of = |l: usize, with_abbreviations: bool| {
            let short = |w: &String| with_abbreviations && abbreviation(w, l).is_some();
            let says = |w: &&String| short(w) || translate_word(w, &[l], Some(l), false).is_some();
            let any = |w: &String| DICTIONARIES[l].get(w, true).is_some() || short(w);
            let foreign: Vec<usize> = others.iter().map(|header| header.iter().filter(says).count()).collect();
            let is_written = |name: &String| written_only_in(name, LANGUAGES[l].0);
            (
                foreign
                    .iter()
                    .zip(names)
                    .filter(|(count, name)| **count > 0 || is_written(name))
                    .count(),
                headers.iter().filter(|h| h.iter().any(any)).count(),
                foreign.iter().sum(),
                l,
            )
        };
        let mut hits: Vec<(usize, usize, usize, usize)> = (1..LANGUAGES.len()).map(|l| hits_of(l, false)).collect();
        if hits.iter().all(|hit| hit.0 < 2) {
            hits = (1..LANGUAGES.len()).map(|l| hits_of(l, true)).collect();
        }
        // Where not even these tell, words that are cut off do.
        if hits.iter().all(|hit| hit.0 < 2) {
            let begins = |l: usize| {
                cut.iter()
                    .filter(|cut| cut.words().any(|word| cut.meaning(word, &[l]).is_some()))
                    .count()
            };
            hits.iter_mut().for_each(|hit| hit.0 += begins(hit.3));
        }
        hits.sort_by_key(|&(foreign, any, words, l)| (std::cmp::Reverse((foreign, any, words)), l));
        // Two headers and a fourth of all: below that a foreign word may be chance.
        let leads = (hits[0].0 >= 2 || headers.len() <= 3 && hits[0].0 == 1) && 4 * hits[0].0 >= headers.len();
        let mut order: Vec<usize> = hits.iter().map(|h| h.3).collect();
        order.insert(usize::from(leads), 0);
        Languages(order)
    }

    /// The language that leads, if it is not English.
    pub fn leading(&self) -> Option<&'static str> {
        self.0.first().filter(|&&l| l > 0).map(|&l| LANGUAGES[l].1)
    }

    /// Whether a word means a time or a duration.
    pub fn is_time(&self, word: &str) -> bool {
        let leader = Some(self.0[0]);
        let is_said = |(words, _): (Vec<String>, usize)| words.iter().any(|w| w == "time" || w == "duration");
        word == "time" || translate_word(word, &self.0, leader, true).is_some_and(is_said)
    }

    /// Whether a word is the plural of one that means the same: `Guests`, `Kunden`, `clienti`.
    pub fn is_plural(&self, token: &str) -> bool {
        let vocabulary = meanings::vocabulary();
        let in_english = |word: &str| match DICTIONARIES[0].get(word, false) {
            Some(meaning) => Some(meaning.clone()),
            None => vocabulary.contains(word).then(|| vec![word.to_string()]),
        };
        let singular = token.strip_suffix('s').filter(|singular| singular.len() > 2);
        if let Some(meaning) = singular.and_then(in_english) {
            return in_english(token).is_none_or(|plural| plural == meaning);
        }
        self.0.iter().filter(|l| **l > 0).any(|&l| {
            let meaning = |word: &str| DICTIONARIES[l].get(word, true);
            let is_same = |singular: &String| {
                let same = meaning(token).is_none_or(|plural| meaning(singular) == Some(plural));
                singular != token && meaning(singular).is_some() && same
            };
            singulars(token, LANGUAGES[l].0).iter().any(is_same)
        })
    }

    /// The normal words of tokens, and the foreign language that helped. Languages are asked in order; the longest phrase wins.
    pub fn translated(&self, tokens: &[String], cut: &Cut) -> (BTreeSet<String>, Option<&'static str>) {
        let (order, vocabulary) = (&self.0, meanings::vocabulary());
        let mut words = BTreeSet::new();
        let mut language = None;
        let mut at = 0;
        while at < tokens.len() {
            let phrase = (2..=4.min(tokens.len() - at)).rev().find_map(|n| {
                let phrase = tokens[at..at + n].join(" ");
                order
                    .iter()
                    .find_map(|&l| DICTIONARIES[l].get(&phrase, l == order[0] || l == 0).map(|words| (n, l, words)))
            });
            if let Some((n, l, meaning)) = phrase {
                words.extend(meaning.iter().cloned());
                language = language.or((l > 0).then_some(l));
                at += n;
                continue;
            }
            let token = &tokens[at];
            at += 1;
            let leader = order[0];
            let is_leaders = leader > 0 && (DICTIONARIES[leader].get(token, true).is_some() || abbreviation(token, leader).is_some());
            if meanings::is_stop(token) && !is_leaders {
                continue;
            }
            let known = vocabulary.contains(token) && DICTIONARIES[0].get(token, false).is_none() && !is_leaders;
            let begun = || cut.meaning(token, if leader > 0 { &order[..1] } else { order });
            // A word that says so in a status says it in a header, too: `Makulerad`, `Anulada`.
            let cancelled = || says_cancelled(token).then(|| (normal_words("cancelled"), leader));
            let translated = translate_word(token, order, Some(leader), true).filter(|_| !known);
            match translated.or_else(begun).or_else(|| cancelled().filter(|_| !known)) {
                Some((meaning, l)) => {
                    words.extend(meaning.into_iter().filter(|w| !meanings::is_stop(w)));
                    language = language.or((l > 0).then_some(l));
                }
                None => {
                    let singular = token
                        .strip_suffix('s')
                        .filter(|s| vocabulary.contains(*s) && !vocabulary.contains(token));
                    words.insert(singular.unwrap_or(token).to_string());
                }
            }
        }
        (words, language.map(|l| LANGUAGES[l].1))
    }
}

/// What the words of a language mean that begin like this, each meaning once: of those that mean it in each file, or else of those of trades.
pub(super) fn beginnings(word: &str, language: usize) -> Vec<&'static Vec<String>> {
    let of = |words: &'static HashMap<String, Vec<String>>| {
        let longer = words
            .iter()
            .filter(|(known, _)| known.len() > word.len() && known.starts_with(word) && !known.contains(' '));
        let mut meanings: Vec<&Vec<String>> = longer.map(|(_, meaning)| meaning).collect();
        meanings.sort();
        meanings.dedup();
        meanings
    };
    let dictionary = &DICTIONARIES[language];
    let found = of(&dictionary.everywhere);
    if found.is_empty() { of(&dictionary.leading) } else { found }
}

/// What a word abbreviates in a language.
fn abbreviation(word: &str, language: usize) -> Option<&'static Vec<String>> {
    DICTIONARIES[language].abbreviations.get(word)
}

/// What a word means in the first of the languages that has it, whole or, if none has, as a compound. Words of trades count in the language
/// that leads, and abbreviations do where they are asked for.
fn translate_word(word: &str, order: &[usize], leader: Option<usize>, with_abbreviations: bool) -> Option<(Vec<String>, usize)> {
    if let Some((leader, meaning)) = leader
        .filter(|_| with_abbreviations)
        .and_then(|leader| Some((leader, abbreviation(word, leader)?)))
    {
        return Some((meaning.clone(), leader));
    }
    let get = |word: &str, l: usize| DICTIONARIES[l].get(word, leader == Some(l)).cloned();
    if let Some(found) = order.iter().find_map(|&l| Some((get(word, l)?, l))) {
        return Some(found);
    }
    // `Ordini`: several of what the singular means.
    if let Some(found) = leader.and_then(|l| Some((plural(word, l)?, l))) {
        return Some(found);
    }
    // `Rechnungs-Nr.`: the first part of a compound that is written apart.
    let stem = |l: usize| {
        let linkers: &[&str] = if has_compounds(l) && l > 0 { LINKERS } else { &[] };
        linkers.iter().find_map(|s| get(word.strip_suffix(s)?, l))
    };
    let whole = order
        .iter()
        .find_map(|&l| Some((stem(l).or_else(|| compound(word, l, leader == Some(l), 3))?, l)));
    // `Kehrtermin`: what comes last says what it is, even if the first part is unknown.
    whole.or_else(|| leader.filter(|_| with_abbreviations).and_then(|l| Some((tail(word, l)?, l))))
}

/// What a word means as a plural of a language that leads.
fn plural(word: &str, language: usize) -> Option<Vec<String>> {
    let of_language = singulars(word, LANGUAGES[language].0);
    of_language
        .iter()
        .find_map(|singular| DICTIONARIES[language].get(singular, true).cloned())
}

/// The last part of a compound of a language that leads, and the rest as it is.
fn tail(word: &str, language: usize) -> Option<Vec<String>> {
    if language == 0 || !has_compounds(language) || !word.is_ascii() || word.len() > LONG_COMPOUND {
        return None;
    }
    // `Hulpvragernr`: the number of somebody or something.
    if let Some(head) = word.strip_suffix("nr").filter(|head| head.len() >= SHORT_HEAD) {
        return Some(vec![head.to_string(), "id".to_string()]);
    }
    let cuts = (SHORT_HEAD..word.len().saturating_sub(SHORT_TAIL - 1)).map(|at| word.split_at(at));
    cuts.into_iter().find_map(|(head, last)| {
        let meaning = DICTIONARIES[language].get(last, true)?;
        Some(std::iter::once(head.to_string()).chain(meaning.iter().cloned()).collect())
    })
}

/// The least letters of the parts of a compound whose first part is unknown, and the most that it has.
const SHORT_HEAD: usize = 3;
const SHORT_TAIL: usize = 4;
const LONG_COMPOUND: usize = 40;

/// The longest of the words that compounds are made of.
static LONGEST: LazyLock<usize> = LazyLock::new(|| {
    let translated = DICTIONARIES
        .iter()
        .flat_map(|dictionary| dictionary.everywhere.keys().chain(dictionary.leading.keys()));
    let known = translated.chain(meanings::vocabulary());
    known.map(String::len).max().unwrap_or(0)
});

/// What German and Dutch put between the parts of a compound.
const LINKERS: &[&str] = &["s", "n", "en", "e", "es"];

/// Whether a language writes compounds as one word; English does in the headers of databases. Those of the Romance languages are phrases.
fn has_compounds(language: usize) -> bool {
    matches!(LANGUAGES[language].0, "en" | "de" | "nl" | "sv" | "da" | "no" | "fi" | "hu")
}

/// A word taken apart into words of a language (German `bestelldatum`, but also `customerid` in English), of at least three letters each
/// but for `id`, `no` and `nr`; German and Dutch put an `s`, `n`, `en` or `e` between.
fn compound(word: &str, language: usize, leads: bool, parts: usize) -> Option<Vec<String>> {
    if !has_compounds(language)
        || parts == 0
        || word.len() < 5
        || !word.is_ascii()
        || (language == 0 && meanings::vocabulary().contains(word))
    {
        return None;
    }
    let known = |part: &str| -> Option<Cow<'static, [String]>> {
        if let Some(found) = DICTIONARIES[language].get(part, leads) {
            return Some(Cow::Borrowed(found.as_slice()));
        }
        // `Ticketnummer`, `Orderdatum`: English words are at home in all of them.
        ((language == 0 || part.len() >= 4) && meanings::vocabulary().contains(part)).then(|| Cow::Owned(vec![part.to_string()]))
    };
    // A word that is longer than its parts can be is none: each cut that is tried costs the length of the word.
    let linkers: &[&str] = if language == 0 { &[] } else { LINKERS };
    if word.len() > (parts + 1) * (*LONGEST + 2) {
        return None;
    }
    (2..=(word.len() - 3).min(*LONGEST)).find_map(|at| {
        let (first, last) = (&word[..word.len() - at], &word[word.len() - at..]);
        #[cfg(test)]
        tests::COMPARED.set(tests::COMPARED.get() + word.len());
        if last.len() < 3 && !matches!(last, "id" | "no" | "nr") {
            return None;
        }
        let tail = known(last)?;
        let head = std::iter::once(&"").chain(linkers).find_map(|linker| {
            let stem = first.strip_suffix(linker)?;
            (stem.len() >= 3).then(|| {
                // `Deltagarnr`: Swedish drops the last letter of `deltagare`.
                let whole = || (language > 0 && linker.is_empty()).then(|| known(&format!("{stem}e"))).flatten();
                known(stem)
                    .or_else(whole)
                    .map(Cow::into_owned)
                    .or_else(|| compound(stem, language, leads, parts - 1))
            })?
        })?;
        Some(head.into_iter().chain(tail.iter().cloned()).collect())
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::sources::guess::words;

    thread_local! {
        /// Bytes of the parts of compounds that were compared with words.
        pub(super) static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn a_long_word_is_taken_apart_no_longer_than_a_compound_can_be() {
        let compared = |length: usize| {
            let before = COMPARED.get();
            // Every end of it is a word, so that each cut leads to others.
            words(&["datum".repeat(length / 5), "id".repeat(length / 2), "x".repeat(length)]);
            COMPARED.get() - before
        };
        let most = (4 * (*LONGEST + 2)).pow(3) * LANGUAGES.len();
        for length in [200, 1_000, 100_000] {
            assert!(compared(length) <= most, "{length}: {}", compared(length));
        }
        let parts: Vec<String> = words(&["bestelldatum".to_string()]).remove(0).into_iter().collect();
        assert_eq!(parts, ["date", "order"]);
    }

    #[test]
    fn every_word_of_a_translation_is_a_normal_word() {
        let vocabulary = meanings::vocabulary();
        for (dictionary, (language, _)) in DICTIONARIES.iter().zip(LANGUAGES) {
            for (key, meaning) in dictionary
                .everywhere
                .iter()
                .chain(&dictionary.leading)
                .chain(&dictionary.abbreviations)
            {
                for word in meaning.iter().filter(|w| *w != "time") {
                    assert!(vocabulary.contains(word), "{language}: {key} = {word}");
                }
            }
        }
    }
}
