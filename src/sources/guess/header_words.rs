//! Headers as sets of normal words: `CustomerID`, `Kunden-Nr.`, `ID de cliente` and `customer.id` are all {customer, id}.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::meanings;
use crate::cell_parsing::Currency;
use crate::sources::folded;
use crate::toml_reader::{DeTable, Reader, embedded};

/// A unit of time that a header names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
}

impl Unit {
    /// Its name, in the plural.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Seconds => "seconds",
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Days => "days",
        }
    }

    /// How many minutes one of it has, as an expression's factor.
    pub fn minutes(self) -> &'static str {
        match self {
            Unit::Seconds => "/ 60",
            Unit::Minutes => "* 1",
            Unit::Hours => "* 60",
            Unit::Days => "* 1440",
        }
    }

    fn parse(word: &str) -> Option<Unit> {
        Some(match word {
            "s" | "sec" | "secs" | "second" | "seconds" | "sekunden" | "secondes" | "segundos" | "secondi" | "seconden" => Unit::Seconds,
            "m" | "min" | "mins" | "minute" | "minutes" | "minuten" | "minutos" | "minuti" => Unit::Minutes,
            "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunden" | "heures" | "horas" | "ore" | "uren" | "uur" => Unit::Hours,
            "days" | "tage" | "jours" | "dias" | "giorni" | "dagen" => Unit::Days,
            _ => return None,
        })
    }
}

/// A header taken apart.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// As written.
    pub name: String,
    /// As [`folded`] compares it.
    pub exact: String,
    /// The same without what stands in brackets, units, zones and currencies.
    pub bare: String,
    /// Its normal words.
    pub words: BTreeSet<String>,
    /// The language that words came from, if it is not English.
    pub language: Option<&'static str>,
    /// A word for "time" that may as well mean how long something took.
    pub time: bool,
    /// The unit it names.
    pub unit: Option<Unit>,
    /// The time zone it names.
    pub timezone: Option<String>,
    /// The currency it names, by its ISO 4217 code.
    pub currency: Option<String>,
}

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
const LANGUAGES: [(&str, &str); 16] = [
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
fn spellings(word: &str) -> [String; 2] {
    [plain(word, false), plain(word, true)]
}

fn normal_words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_string).collect()
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

/// Lower case without accents; `umlauts`: with `ae` for `ä`, as people write who have no such key.
fn plain(text: &str, umlauts: bool) -> String {
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

/// Blanks where camelCase has its capitals: `CustomerIDNumber` is `Customer ID Number`.
fn uncamelled(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    for (i, &c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).map(|b| chars[b]);
        let after = chars.get(i + 1);
        let rises = c.is_uppercase() && before.is_some_and(char::is_lowercase);
        let ends_capitals = c.is_uppercase()
            && before.is_some_and(char::is_uppercase)
            && after.is_some_and(|a| a.is_lowercase())
            // `IDs` and `POs` are no words of their own.
            && !(chars.get(i + 1) == Some(&'s') && chars.get(i + 2).is_none_or(|c| !c.is_alphabetic()));
        if rises || ends_capitals {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

fn is_zone(text: &str) -> bool {
    let upper = text.to_uppercase();
    let offset = upper.trim_start_matches("UTC").trim_start_matches("GMT").trim();
    (upper.starts_with("UTC") || upper.starts_with("GMT"))
        && (offset.is_empty() || (offset.starts_with(['+', '-']) && offset[1..].chars().all(|c| c.is_ascii_digit() || c == ':')))
        || matches!(
            upper.as_str(),
            "PST" | "PDT" | "EST" | "EDT" | "CST" | "CDT" | "MST" | "MDT" | "CET" | "CEST" | "BST"
        )
        || (text.contains('/')
            && [
                "Europe/",
                "America/",
                "Asia/",
                "Africa/",
                "Australia/",
                "Pacific/",
                "Atlantic/",
                "Etc/",
            ]
            .iter()
            .any(|z| text.starts_with(z)))
}

/// The currency that a word or sign names.
pub(super) fn currency(text: &str) -> Option<String> {
    let text = text.trim();
    let is_code = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
    let is_sign = !text.is_empty() && !text.starts_with(char::is_alphanumeric) || text.ends_with('$');
    // Other words of currencies have other meanings in headers: deals that are won, real values.
    let is_euro = matches!(text.to_lowercase().as_str(), "euro" | "euros");
    (is_code || is_sign || is_euro)
        .then(|| Currency::named(text))?
        .map(|currency| currency.name().to_string())
}

/// The currency that a header names for the amounts under it: `Total (EUR)`, `Amount USD`.
pub fn currency_of_header(header: &str) -> Option<&'static Currency> {
    undress(header).currency.and_then(|name| Currency::named(&name))
}

/// The columns whose headers say that they have countries: `Country`, `Shipping Country`, `Land`, `pays`.
pub fn countries(names: &[String]) -> Vec<usize> {
    let is_country = |header: &Header| {
        let named = ["country", "market", "nation"].iter().any(|word| header.words.contains(*word));
        // `Land` is an English word too, but hardly a header in English: `Land`, `Lieferland`, `Ländercode`, `Landekode`.
        let is_land =
            |word: &str| word.ends_with("land") || word.starts_with("länder") || (word.starts_with("land") && word.contains("kod"));
        named || header.exact.split('_').any(is_land)
    };
    // Each by itself: one German word among English ones is a country all the same.
    (0..names.len())
        .filter(|&at| headers(&names[at..=at]).iter().any(is_country))
        .collect()
}

/// A header with what it says beside its words taken out.
struct Dressed {
    text: String,
    unit: Option<Unit>,
    timezone: Option<String>,
    currency: Option<String>,
}

fn undress(name: &str) -> Dressed {
    let mut dressed = Dressed {
        text: String::new(),
        unit: None,
        timezone: None,
        currency: None,
    };
    let mut rest = name;
    while let Some(open) = rest.find(['(', '[', '{']) {
        let Some(close) = rest[open..].find([')', ']', '}']).map(|c| open + c) else {
            break;
        };
        dressed.text.push_str(&rest[..open]);
        let inside = rest[open + 1..close].trim();
        let last = inside.rsplit(' ').next().unwrap_or(inside);
        if is_zone(inside) {
            dressed.timezone = Some(inside.to_string());
        } else if let Some(code) = currency(inside).or_else(|| currency(last)) {
            dressed.currency = Some(code);
        } else if let Some(unit) = Unit::parse(&plain(last, false)) {
            dressed.unit = Some(unit);
        } else if !inside.eq_ignore_ascii_case("do not modify") {
            dressed.text.push(' ');
            dressed.text.push_str(inside);
        }
        dressed.text.push(' ');
        rest = &rest[close + 1..];
    }
    dressed.text.push_str(rest);
    // The same at the end without brackets: `Total EUR`, `Created at UTC`, `Response time in minutes`.
    let trimmed = dressed.text.trim_end().to_string();
    if let Some(at) = trimmed.rfind([' ', '_']) {
        let last = &trimmed[at + 1..];
        let cut = if is_zone(last) && dressed.timezone.is_none() {
            dressed.timezone = Some(last.to_string());
            true
        } else if let Some(code) = currency(last) {
            dressed.currency = Some(code);
            true
        } else if last.len() > 1
            && let Some(unit) = Unit::parse(&plain(last, false))
        {
            dressed.unit = Some(unit);
            true
        } else {
            false
        };
        if cut {
            let shorter = trimmed[..at].trim_end();
            dressed.text = shorter
                .strip_suffix(" in")
                .or(shorter.strip_suffix("_in"))
                .unwrap_or(shorter)
                .to_string();
        }
    }
    dressed
}

fn tokens(text: &str) -> Vec<String> {
    let numbered = text
        .replace(['#', '№'], " number ")
        .replace("n°", " number ")
        .replace("N°", " number ");
    // `Nº` too, whose ring is a letter.
    let numbered = numbered.replace("nº", " number ").replace("Nº", " number ");
    let split = uncamelled(&numbered);
    plain(&split, false)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|t| !t.is_empty())
        .map(str::to_string)
        .collect()
}

/// Without the second ending of a word for people of either gender: `Kund/in`, `Berater:in`, `Né(e)`, `Alumno/a`.
fn without_gender(text: &str) -> Cow<'_, str> {
    const ENDINGS: [&str; 11] = ["innen", "in", "r", "n", "e", "a", "o", "euse", "trice", "se", "es"];
    let mut out = Cow::Borrowed(text);
    let mut from = 0;
    while let Some(at) = out[from..].find(['/', ':', '*', '(']).map(|at| from + at) {
        from = at + 1;
        let is_after_word = out[..at].ends_with(char::is_alphabetic);
        let rest = &out[from..];
        let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let closes = usize::from(out.as_bytes()[at] == b'(' && rest[length..].starts_with(')'));
        if is_after_word && ENDINGS.contains(&&rest[..length]) && (out.as_bytes()[at] != b'(' || closes == 1) {
            let end = from + length + closes;
            out.to_mut().replace_range(at..end, "");
            from = at;
        }
    }
    out
}

/// The normal words of headers, or of other names: `Kundennr.` is {customer, number}.
pub fn words(names: &[String]) -> Vec<BTreeSet<String>> {
    headers(names).into_iter().map(|header| header.words).collect()
}

/// The headers of a file taken apart. The language that most words come from decides what words of two languages mean.
pub(super) fn headers(names: &[String]) -> Vec<Header> {
    let vocabulary = meanings::vocabulary();
    let dressed: Vec<Dressed> = names.iter().map(|n| undress(&without_gender(n))).collect();
    let split: Vec<Vec<String>> = dressed.iter().map(|d| tokens(&d.text)).collect();
    let english = |word: &str| vocabulary.contains(word) || DICTIONARIES[0].get(word, false).is_some();
    // Hits of each language: headers with words that English does not have, then headers with any, then such words: languages that are alike
    // share some of them. Where no word is whole, abbreviations tell.
    let hits_of = |l: usize, with_abbreviations: bool| {
        let short = |w: &String| with_abbreviations && abbreviation(w, l).is_some();
        let says = |w: &String| short(w) || translate_word(w, &[l], Some(l), false).is_some();
        let foreign = |w: &String| !english(w) && says(w);
        let any = |w: &String| DICTIONARIES[l].get(w, true).is_some() || short(w);
        (
            split.iter().filter(|h| h.iter().any(foreign)).count(),
            split.iter().filter(|h| h.iter().any(any)).count(),
            split.iter().flatten().filter(|w| foreign(w)).count(),
            l,
        )
    };
    let mut hits: Vec<(usize, usize, usize, usize)> = (1..LANGUAGES.len()).map(|l| hits_of(l, false)).collect();
    if hits.iter().all(|hit| hit.0 < 2) {
        hits = (1..LANGUAGES.len()).map(|l| hits_of(l, true)).collect();
    }
    hits.sort_by_key(|&(foreign, any, words, l)| (std::cmp::Reverse((foreign, any, words)), l));
    // Two headers and a fourth of all: below that a foreign word may be chance.
    let leads = (hits[0].0 >= 2 || names.len() <= 3 && hits[0].0 == 1) && 4 * hits[0].0 >= names.len();
    let mut order: Vec<usize> = hits.iter().map(|h| h.3).collect();
    order.insert(usize::from(leads), 0);
    names
        .iter()
        .zip(dressed)
        .zip(split)
        .map(|((name, dressed), tokens)| {
            let (words, language) = translated(&tokens, &order, vocabulary);
            let time = tokens.iter().any(|t| {
                t == "time" || matches!(translate_word(t, &order, Some(order[0]), true), Some((words, _)) if words.iter().any(|w| w == "time" || w == "duration"))
            }) || words.contains("time");
            let words = words
                .into_iter()
                .map(|w| if w == "time" { "date".to_string() } else { w })
                .collect();
            Header {
                name: name.clone(),
                exact: folded(name),
                bare: folded(&uncamelled(dressed.text.trim())),
                words,
                language: language.map(|l| LANGUAGES[l].1),
                time,
                unit: dressed.unit,
                timezone: dressed.timezone,
                currency: dressed.currency,
            }
        })
        .collect()
}

/// The normal words of tokens, and the foreign language that helped. Languages are asked in order; the longest phrase wins.
fn translated(tokens: &[String], order: &[usize], vocabulary: &BTreeSet<String>) -> (BTreeSet<String>, Option<usize>) {
    let mut words = BTreeSet::new();
    let mut language = None;
    let mut at = 0;
    while at < tokens.len() {
        let phrase = (2..=4.min(tokens.len() - at)).rev().find_map(|n| {
            let phrase = tokens[at..at + n].join(" ");
            order
                .iter()
                .find_map(|&l| DICTIONARIES[l].get(&phrase, l == order[0]).map(|words| (n, l, words)))
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
        match translate_word(token, order, Some(leader), true).filter(|_| !known) {
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
    (words, language)
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

/// The last part of a compound of a language that leads, and the rest as it is.
fn tail(word: &str, language: usize) -> Option<Vec<String>> {
    if language == 0 || !has_compounds(language) || !word.is_ascii() || word.len() > LONG_COMPOUND {
        return None;
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
                known(stem)
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

    thread_local! {
        /// Bytes of the parts of compounds that were compared with words.
        pub(super) static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn a_long_word_is_taken_apart_no_longer_than_a_compound_can_be() {
        let compared = |length: usize| {
            let before = COMPARED.get();
            // Every end of it is a word, so that each cut leads to others.
            headers(&["datum".repeat(length / 5), "id".repeat(length / 2), "x".repeat(length)]);
            COMPARED.get() - before
        };
        let most = (4 * (*LONGEST + 2)).pow(3) * LANGUAGES.len();
        for length in [200, 1_000, 100_000] {
            assert!(compared(length) <= most, "{length}: {}", compared(length));
        }
        assert_eq!(words("bestelldatum"), "date order");
    }

    fn words(name: &str) -> String {
        let header = headers(&[name.to_string()]).remove(0);
        header.words.into_iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn one_meaning_has_many_spellings() {
        for name in [
            "CustomerID",
            "customerId",
            "customer.id",
            "Customer - ID",
            "CUSTOMER_NO",
            "Customer #",
            "Kunden-Nr.",
            "Kundennummer",
            "KUNDENNR",
            "Kunden-ID",
            "ID de cliente",
            "Nº de cliente",
            "Numéro client",
            "N° client",
            "No. cliente",
            "Klantnummer",
            "Codice cliente",
            "Código do cliente",
            "customerid",
            "Client ref",
        ] {
            assert_eq!(words(name), "customer id", "{name}");
        }
        for name in [
            "Created at",
            "created_time",
            "CreatedOn",
            "Creation date",
            "Erstellt am",
            "Erstellungsdatum",
            "Créé le",
            "Fecha de creación",
            "Criado em",
            "Data creazione",
            "Aanmaakdatum",
        ] {
            assert_eq!(words(name), "created date", "{name}");
        }
        for name in ["Fälligkeitsdatum", "Faelligkeitsdatum", "FALLIGKEITSDATUM"] {
            assert_eq!(words(name), "date due", "{name}");
        }
    }

    #[test]
    fn what_stands_beside_the_words_is_kept() {
        let all = headers(
            &[
                "Created (UTC)",
                "Amount [EUR]",
                "Betrag in EUR",
                "First reply time (in hrs)",
                "Created at UTC",
                "Total €",
                "Wait time in minutes",
            ]
            .map(String::from),
        );
        assert_eq!(all[0].timezone.as_deref(), Some("UTC"));
        assert_eq!(all[1].currency.as_deref(), Some("EUR"));
        assert_eq!(all[2].currency.as_deref(), Some("EUR"));
        assert_eq!(all[3].unit, Some(Unit::Hours));
        assert!(all[3].time);
        assert_eq!(all[4].timezone.as_deref(), Some("UTC"));
        assert_eq!(all[5].currency.as_deref(), Some("EUR"));
        assert_eq!(all[6].unit, Some(Unit::Minutes));
        assert_eq!(all[0].bare, "created");
    }

    #[test]
    fn the_language_of_the_file_decides() {
        let french = headers(&["Numéro de commande", "Prénom", "Note"].map(String::from));
        assert!(french[2].words.contains("score"), "{:?}", french[2]);
        let english = headers(&["Order number", "First name", "Note"].map(String::from));
        assert!(english[2].words.contains("note"), "{:?}", english[2]);
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
