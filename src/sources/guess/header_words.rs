//! Headers as sets of normal words: `CustomerID`, `Kunden-Nr.`, `ID de cliente` and `customer.id` are all {customer, id}.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::cut_words::{CellsKind, Cut};
use super::dictionaries::{Languages, plain};
use super::key_words::{shared_prefix, with_keys};
use super::profile::ColumnProfile;
use super::scale::MoneyUnit;
use crate::cell_parsing::{Currency, composed};
use crate::sources::folded;

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
    /// Whether its last word is in the plural.
    pub is_plural: bool,
    /// A word for "time" that may as well mean how long something took.
    pub time: bool,
    /// The unit it names.
    pub unit: Option<Unit>,
    /// The time zone it names.
    pub timezone: Option<String>,
    /// The currency it names, by its ISO 4217 code.
    pub currency: Option<String>,
    /// The unit that its amounts are in, such as cents.
    pub money: Option<MoneyUnit>,
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

/// Codes that are no words of a header in any language, so they name their currency in small letters, too: `amount_usd`.
const PLAIN_CODES: [&str; 24] = [
    "usd", "eur", "gbp", "chf", "sek", "nok", "dkk", "pln", "czk", "huf", "cad", "aud", "nzd", "jpy", "cny", "inr", "brl", "mxn", "zar",
    "sgd", "hkd", "krw", "uah", "aed",
];

/// The currency that a word or sign names.
pub(super) fn currency(text: &str) -> Option<String> {
    let text = text.trim();
    let is_code = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()) || PLAIN_CODES.contains(&text.to_lowercase().as_str());
    let is_amount = text.contains(|c: char| c.is_ascii_digit());
    let is_sign = !is_amount && !text.is_empty() && !text.starts_with(char::is_alphanumeric) || text.ends_with('$');
    // Other words of currencies have other meanings in headers: deals that are won, real values.
    let is_euro = matches!(text.to_lowercase().as_str(), "euro" | "euros");
    (is_code || is_sign || is_euro)
        .then(|| Currency::named(text))?
        .map(|currency| currency.name().to_string())
}

/// The currency that a header names for the amounts under it: `Total (EUR)`, `Amount USD`, `amountUSD`, `eur_total`.
pub fn currency_of_header(header: &str) -> Option<&'static Currency> {
    let first = || {
        tokens(header)
            .into_iter()
            .next()
            .filter(|word| PLAIN_CODES.contains(&word.as_str()))
    };
    undress(header).currency.or_else(first).and_then(|name| Currency::named(&name))
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
    money: Option<MoneyUnit>,
}

fn undress(name: &str) -> Dressed {
    let (money, name) = match MoneyUnit::undressed(name) {
        Some((unit, rest)) => (Some(unit), Cow::Owned(rest)),
        None => (None, Cow::Borrowed(name)),
    };
    let mut dressed = Dressed {
        text: String::new(),
        unit: None,
        timezone: None,
        currency: None,
        money,
    };
    let mut rest = name.as_ref();
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
    if dressed.currency.is_none()
        && let Some((before, code)) = code_after_a_small_letter(&trimmed)
    {
        dressed.currency = Some(code.to_string());
        dressed.text = before.to_string();
        return dressed;
    }
    if let Some(at) = trimmed.rfind([' ', '_', '-', '.']) {
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

/// The code at the end of a header in camelCase, and what is before it: `amountUSD`, `totalEur`.
fn code_after_a_small_letter(header: &str) -> Option<(&str, &str)> {
    let (before, code) = header.split_at_checked(header.len().checked_sub(3)?)?;
    let rises = before.ends_with(char::is_lowercase) && code.starts_with(char::is_uppercase);
    (rises && PLAIN_CODES.contains(&code.to_lowercase().as_str())).then_some((before, code))
}

fn tokens(text: &str) -> Vec<String> {
    let numbered = text
        .replace(['#', '№'], " number ")
        .replace("n°", " number ")
        .replace("N°", " number ");
    // `Nº` too, whose ring is a letter, and `N.º`.
    let numbered = ["nº", "Nº", "n.º", "N.º", "n.°", "N.°"]
        .iter()
        .fold(numbered, |text, sign| text.replace(sign, " number "));
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

/// The language that most words of headers come from, if it is not English.
pub fn language(names: &[String]) -> Option<&'static str> {
    let split: Vec<Vec<String>> = names.iter().map(|name| tokens(&undress(name).text)).collect();
    let cut: Vec<Cut> = names.iter().map(|name| Cut::of(name, CellsKind::Any)).collect();
    Languages::of(names, &split, &cut).leading()
}

/// The normal words of headers, or of other names: `Kundennr.` is {customer, number}.
pub fn words(names: &[String]) -> Vec<BTreeSet<String>> {
    headers(names).into_iter().map(|header| header.words).collect()
}

/// The headers of a file taken apart. The language that most words come from decides what words of two languages mean.
pub(super) fn headers(names: &[String]) -> Vec<Header> {
    headers_over(names, &vec![CellsKind::Any; names.len()])
}

/// The headers of a file whose cells are known.
pub(super) fn headers_of(names: &[String], profiles: &[ColumnProfile]) -> Vec<Header> {
    headers_over(names, &profiles.iter().map(CellsKind::of).collect::<Vec<_>>())
}

/// What a word says alone over dates: that something began then, or that it ended.
fn bound_of_stay(token: &str) -> Option<&'static str> {
    const BEGINS: [&str; 14] = [
        "from", "von", "ab", "du", "desde", "dal", "da", "van", "od", "fran", "fra", "alkaen", "tol", "de",
    ];
    const ENDS: [&str; 14] = [
        "to", "until", "till", "bis", "au", "hasta", "al", "ate", "tot", "do", "til", "asti", "ig", "a",
    ];
    match () {
        () if BEGINS.contains(&token) => Some("start"),
        () if ENDS.contains(&token) => Some("end"),
        () => None,
    }
}

fn headers_over(names: &[String], cells: &[CellsKind]) -> Vec<Header> {
    let prefix = shared_prefix(names).unwrap_or("");
    let own: Vec<String> = names
        .iter()
        .map(|name| composed(name).unwrap_or_else(|| name.clone()))
        .map(|name| name.strip_prefix(prefix).map_or(name.clone(), str::to_string))
        .collect();
    let dressed: Vec<Dressed> = own.iter().map(|name| undress(&without_gender(name))).collect();
    let split: Vec<Vec<String>> = dressed.iter().map(|d| tokens(&d.text)).collect();
    let cut: Vec<Cut> = dressed.iter().zip(cells).map(|(d, cells)| Cut::of(&d.text, *cells)).collect();
    let languages = Languages::of(names, &split, &cut);
    names
        .iter()
        .zip(&own)
        .zip(dressed)
        .zip(split.into_iter().zip(&cut))
        .zip(cells)
        .map(|((((name, own), dressed), (tokens, cut)), cells)| {
            let (words, language) = languages.translated(&tokens, cut);
            let is_plural = tokens.last().is_some_and(|token| languages.is_plural(token));
            let time = tokens.iter().any(|token| languages.is_time(token)) || words.contains("time");
            // `fecha_hora`: both in one column.
            let is_both = words.contains("date") && words.contains("clock");
            // `Besökstid` over dates with a time of day is when the visit was.
            let is_when = |word: &str| word == "time" || word == "clock" && *cells == CellsKind::Dates;
            // `Od` and `Do` over dates: from when, and until when.
            let bound = tokens
                .as_slice()
                .first()
                .filter(|_| tokens.len() == 1 && *cells == CellsKind::Dates);
            let words = with_keys(words, &tokens, *cells);
            let words = match bound.and_then(|token| bound_of_stay(token)) {
                Some(bound) => BTreeSet::from([bound.to_string(), "date".to_string()]),
                None => words,
            };
            let words = words
                .into_iter()
                .filter(|word| !is_both || word != "clock")
                .map(|w| if is_when(&w) { "date".to_string() } else { w })
                // `Zwrot` over dates is when something was brought back, and over amounts what was paid back.
                .map(|w| {
                    if w == "refund" && *cells == CellsKind::Dates {
                        "returned".to_string()
                    } else {
                        w
                    }
                })
                .collect();
            Header {
                name: name.clone(),
                exact: folded(own),
                bare: folded(&uncamelled(dressed.text.trim())),
                words,
                language,
                is_plural,
                time,
                unit: dressed.unit,
                timezone: dressed.timezone,
                currency: dressed.currency,
                money: dressed.money,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
