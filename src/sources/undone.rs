//! Texts that a program has encoded once too often: `Smith &amp; Sons`, `MÃ¼ller`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::toml_reader::{DeTable, Reader, embedded};

/// What was undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// Characters were written as HTML writes them.
    HtmlEntities,
    /// UTF-8 was read as Windows-1252 and written as UTF-8 again.
    EncodedTwice,
}

static ENTITIES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let read = |reader: &mut Reader<'_>, document: &DeTable<'_>| {
        let names: Vec<String> = document.keys().map(|key| key.get_ref().to_string()).collect();
        let entity = |name: String| reader.text(document, &name).map(|text| (name, text.text));
        names.into_iter().filter_map(entity).collect()
    };
    embedded("html_entities.toml", include_str!("html_entities.toml"), read)
});

/// The text as it was meant, and what was undone; `None` where it shows no sign of it.
pub fn undone(text: &str) -> Option<(String, Undone)> {
    if text.is_ascii() {
        return without_entities(text).map(|text| (text, Undone::HtmlEntities));
    }
    if let Some(once) = encoded_once(text) {
        let text = without_entities(&once).unwrap_or(once);
        return Some((text, Undone::EncodedTwice));
    }
    without_entities(text).map(|text| (text, Undone::HtmlEntities))
}

/// So often a text may have been encoded: an ampersand of an entity is one itself (`&amp;amp;`).
const TIMES: usize = 4;

fn without_entities(text: &str) -> Option<String> {
    let mut found = None;
    for _ in 0..TIMES {
        match replaced(found.as_deref().unwrap_or(text)) {
            Some(text) => found = Some(text),
            None => break,
        }
    }
    found
}

/// The text with its entities replaced; `None` where it has none.
fn replaced(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut any) = (text, false);
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let entity = from[1..].find(';').filter(|end| (1..=10).contains(end)).map(|end| &from[1..=end]);
        match entity.and_then(|name| Some((name, character(name)?))) {
            Some((name, character)) => {
                out.push_str(&character);
                rest = &from[name.len() + 2..];
                any = true;
            }
            None => {
                out.push('&');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    any.then_some(out)
}

/// The character that an entity stands for; none of a control character.
fn character(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else {
        return ENTITIES.get(name).cloned();
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => number.parse().ok()?,
    };
    let character = char::from_u32(code).filter(|character| !character.is_control())?;
    Some(if character == '\u{a0}' {
        " ".to_string()
    } else {
        character.to_string()
    })
}

/// The text whose UTF-8 was read as Windows-1252. All of its characters have to be bytes that are UTF-8 together, and what comes out has to
/// be letters of Europe, signs of money or punctuation: hardly any text is both by chance.
fn encoded_once(text: &str) -> Option<String> {
    let mut found: Option<String> = None;
    for _ in 0..TIMES {
        let current = found.as_deref().unwrap_or(text);
        // The first byte of a character of two or more bytes, as Windows-1252 shows it.
        if !current.chars().any(|c| ('\u{c2}'..='\u{f4}').contains(&c)) {
            break;
        }
        let (bytes, _, has_unmappable) = encoding_rs::WINDOWS_1252.encode(current);
        if has_unmappable {
            break;
        }
        match std::str::from_utf8(&bytes) {
            Ok(decoded) if decoded.len() < current.len() && decoded.chars().all(is_expected) => found = Some(decoded.to_string()),
            _ => break,
        }
    }
    found.filter(|text| !text.contains(|c: char| matches!(c, '\u{80}'..='\u{9f}')))
}

fn is_expected(character: char) -> bool {
    // A text that was encoded three times has the unused bytes of Windows-1252 on the way, as control characters.
    character.is_ascii()
        || matches!(character, '\u{80}'..='\u{9f}')
        || matches!(character, '\u{a0}'..='\u{17f}' | '\u{192}' | '\u{2c6}' | '\u{2dc}' | '\u{370}'..='\u{52f}' | '\u{1e00}'..='\u{1eff}')
        || matches!(character, '\u{2010}'..='\u{205e}' | '\u{20a0}'..='\u{20c0}' | '\u{2122}' | '\u{3000}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{1f300}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_characters() {
        for (text, meant) in [
            ("Smith &amp; Sons", "Smith & Sons"),
            ("O&#039;Neill", "O'Neill"),
            ("O&#x27;Neill", "O'Neill"),
            ("Stra&szlig;er", "Straßer"),
            ("M&uuml;ller &amp;amp; S&ouml;hne", "Müller & Söhne"),
            ("Caf&eacute;&nbsp;Roma", "Café Roma"),
            ("Señor &amp; Co", "Señor & Co"),
        ] {
            assert_eq!(undone(text), Some((meant.to_string(), Undone::HtmlEntities)), "{text}");
        }
        for text in [
            "Smith & Sons",
            "A&B; C",
            "R&D;",
            "&;",
            "&#;",
            "&#1;",
            "&unknown;",
            "AT&T",
            "a & b;",
            "",
        ] {
            assert_eq!(undone(text), None, "{text}");
        }
    }

    #[test]
    fn utf_8_that_was_read_as_windows_1252() {
        for meant in [
            "Müller",
            "Straße",
            "Łódź",
            "Señor Ñandú",
            "François",
            "Иван",
            "it’s",
            "5 €",
            "Ångström",
            "Ação",
        ] {
            let (twice, _, _) = encoding_rs::WINDOWS_1252.decode(meant.as_bytes());
            assert_eq!(undone(&twice), Some((meant.to_string(), Undone::EncodedTwice)), "{twice}");
            let (thrice, _, _) = encoding_rs::WINDOWS_1252.decode(twice.as_bytes());
            assert_eq!(undone(&thrice).map(|(text, _)| text).as_deref(), Some(meant), "{thrice}");
            assert_eq!(undone(meant), None, "{meant}");
        }
        for text in ["CAFÉ®", "AÇÃO", "“CAFÉ”", "SÃO PAULO", "Ä", "naïve", "Ärzte ohne Grenzen", "Łódź"] {
            assert_eq!(undone(text), None, "{text}");
        }
    }
}
