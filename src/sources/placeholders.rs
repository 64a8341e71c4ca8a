//! Which texts are written in place of a stakeholder: words such as `Guest` or `Walk-in customer`, addresses such as `noreply@...`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::case_words::lower;
use crate::period::parse_date;
use crate::toml_reader::{DeTable, Reader, embedded};

/// What a word, or several that belong together, says about an ID that is made of such words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Placeholder,
    PlaceholderWithWho,
    Who,
    Nothing,
}

struct Words {
    phrases: FxHashMap<String, Says>,
    /// The most words of a phrase.
    longest: usize,
    missing: Vec<String>,
    local_parts: Vec<String>,
    regions: Vec<String>,
    us_states: Vec<String>,
    days: Vec<i32>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| embedded("placeholders.toml", include_str!("placeholders.toml"), words));

fn words(reader: &mut Reader<'_>, document: &DeTable<'_>) -> Words {
    let keys = [
        "alone",
        "with_who",
        "who",
        "filler",
        "missing",
        "local_parts",
        "regions",
        "us_states",
        "dates",
    ];
    reader.known(document, "of the placeholders", &keys);
    let [alone, with_who, who, filler, missing, local_parts, regions, us_states, dates] = keys.map(|key| reader.strings(document, key));
    let mut phrases = FxHashMap::default();
    // What is a placeholder by itself wins over what it is in other company.
    for (list, says) in [
        (filler, Says::Nothing),
        (who, Says::Who),
        (with_who, Says::PlaceholderWithWho),
        (alone, Says::Placeholder),
    ] {
        phrases.extend(list.into_iter().map(|phrase| (phrase, says)));
    }
    let longest = phrases.keys().map(|phrase: &String| phrase.split(' ').count()).max().unwrap_or(1);
    Words {
        phrases,
        longest,
        missing,
        local_parts,
        regions,
        us_states,
        days: sorted(dates.iter().filter_map(|date| parse_date(date).ok()).collect()),
    }
}

fn sorted(mut days: Vec<i32>) -> Vec<i32> {
    days.sort_unstable();
    days
}

/// Longer texts are not looked at: no placeholder has so many bytes.
const LONGEST: usize = 60;

/// A letter without its accent.
fn unaccented(letter: char) -> char {
    match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        'ą' | 'ă' => 'a',
        'ć' | 'č' => 'c',
        'ď' => 'd',
        'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ı' => 'i',
        'ł' => 'l',
        'ń' | 'ň' => 'n',
        'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ů' | 'ű' => 'u',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// The words of a text in lower case, without accents; what is neither a letter nor a digit separates them.
pub fn plain_words(text: &str) -> Vec<String> {
    let lower: String = lower(text).chars().map(unaccented).collect();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_string).collect()
}

/// Whether a text is made of words that stand in place of a stakeholder.
pub fn is_placeholder(text: &str) -> bool {
    // Nearly all IDs have a digit, and no placeholder has.
    if text.len() > LONGEST || text.bytes().any(|b| b.is_ascii_digit() || b == b'@') {
        return false;
    }
    let words = plain_words(text);
    let (mut is_alone, mut is_with, mut has_who) = (false, false, false);
    let mut at = 0;
    while at < words.len() {
        let most = WORDS.longest.min(words.len() - at);
        let found = (1..=most).rev().find_map(|length| {
            let says = WORDS.phrases.get(&words[at..at + length].join(" "))?;
            Some((length, *says))
        });
        let Some((length, says)) = found else { return false };
        match says {
            Says::Placeholder => is_alone = true,
            Says::PlaceholderWithWho => is_with = true,
            Says::Who => has_who = true,
            Says::Nothing => {}
        }
        at += length;
    }
    is_alone || (is_with && has_who)
}

/// Whether a text says that there is no value: `None`, `null`, `NA`.
pub fn is_missing_word(text: &str) -> bool {
    let has_digit = || text.bytes().any(|b| b.is_ascii_digit());
    text.len() <= 8 && !has_digit() && WORDS.missing.contains(&plain_words(text).join(" "))
}

/// Whether an e-mail address stands for many: `guest@...`, `no-reply@...`, `anonymised@...`.
pub fn is_placeholder_address(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else {
        return false;
    };
    let local = local.split('+').next().unwrap_or(local);
    let words = plain_words(local);
    // Where a number tells the deleted users apart, their domain says that nobody is there (RFC 2606).
    let (first, rest) = (
        words.iter().take_while(|word| !is_number(word)),
        words.iter().skip_while(|word| !is_number(word)),
    );
    let is_numbered = domain.to_lowercase().ends_with(".invalid") && rest.clone().count() == 1;
    WORDS.local_parts.contains(&words.concat())
        || is_numbered && WORDS.local_parts.contains(&first.map(String::as_str).collect::<Vec<_>>().concat())
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_hexdigit()) && word.bytes().any(|b| b.is_ascii_digit())
}

/// The days that programs write where they have none, as days since 1970-01-01, ascending.
pub fn placeholder_days() -> &'static [i32] {
    &WORDS.days
}

/// Whether a code is that of a region of the world.
pub fn is_region(code: &str) -> bool {
    WORDS.regions.iter().any(|region| region == code)
}

/// Whether a code is that of a state of the USA.
pub fn is_us_state(code: &str) -> bool {
    WORDS.us_states.iter().any(|state| state == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_recognised_in_many_languages() {
        for text in [
            "Guest",
            "guest user",
            "GUEST CHECKOUT",
            "Walk-in Customer",
            "walk in",
            "WALKIN",
            "Cash Customer",
            "Deleted User",
            "[deleted]",
            "(deleted)",
            "<unknown>",
            "Unknown customer",
            "Customer unknown",
            "anonymous",
            "Anonymous donor",
            "No customer",
            "Counter sales",
            "former user",
            "Gast",
            "Gastkonto",
            "Laufkundschaft",
            "Barverkauf",
            "Bar-Kunde",
            "Gelöschter Nutzer",
            "geloeschter Benutzer",
            "Diverse Kunden",
            "ohne Kunde",
            "Invité",
            "client comptoir",
            "Client de passage",
            "Utilisateur supprimé",
            "client divers",
            "Consumidor final",
            "CONSUMIDOR FINAL",
            "Cliente Mostrador",
            "Cliente ocasional",
            "cliente de contado",
            "Público en general",
            "Usuario eliminado",
            "ospite",
            "Cliente occasionale",
            "vendita al banco",
            "utente eliminato",
            "Onbekende klant",
            "Anoniem",
            "losse verkoop",
            "contante klant",
            "verwijderde gebruiker",
            "Convidado",
            "cliente balcão",
            "não identificado",
            "utilizador removido",
            "cliente avulso",
            "Gość",
            "Klient detaliczny",
            "klient gotówkowy",
            "Nieznany klient",
            "Kontantkund",
            "Diversekund",
            "Ukjent kunde",
            "Gæst",
            "Käteisasiakas",
            "Neznámý zákazník",
            "Készpénzes vevő",
            "Perakende müşteri",
            "Balieklant",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn names_and_ids_are_no_placeholders() {
        for text in [
            "",
            "Ann A",
            "Guesthouse",
            "Guest House Rome",
            "C1",
            "guest1234",
            "customer",
            "Kunde",
            "final",
            "Cash",
            "Barbara",
            "Bar Centrale",
            "No",
            "Sin City",
            "Banco Santander",
            "Deleted Scenes Ltd",
            "Passage 66 GmbH",
            "Standard Life",
            "Test Valley Council",
            "ann@example.org",
            "Finale Ligure",
            "Walker",
            "No Limits",
            "Diverse Energy",
            "Consumer Reports",
            "Ex Libris",
            "Gos Ltd",
            "Kontant Bank",
            "Uten Tittel",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn every_placeholder_date_is_a_date() {
        let text = include_str!("placeholders.toml");
        let listed = text[text.find("\ndates = [").unwrap()..].matches('"').count() / 2;
        assert_eq!(placeholder_days().len(), listed);
        assert!(placeholder_days().contains(&0));
    }

    #[test]
    fn addresses_and_words_for_nothing() {
        for address in [
            "guest@shop.example",
            "no-reply@x.org",
            "anonymised@deleted.example",
            "Deleted.User@x.org",
            "noemail+7@x.org",
            "none@none.com",
            "deleted-user-4711@gdpr.invalid",
        ] {
            assert!(is_placeholder_address(address), "{address}");
        }
        for address in ["ann@guest.org", "guest.house@x.org", "deleted-4711@x.org", "anna@x.org", "x"] {
            assert!(!is_placeholder_address(address), "{address}");
        }
        assert!(["None", "NULL", "nil", "NA", "n/a", "NaN"].into_iter().all(is_missing_word));
        assert!(!["Nina", "Nils", "Nan Goldin", "", "Nathan"].into_iter().any(is_missing_word));
    }
}
