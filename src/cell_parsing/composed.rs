//! Letters that are written as a letter and a mark after it, as file names and exports of a Mac have them: `u` and U+0308 for `ü`.

use unicode_normalization::UnicodeNormalization;

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}')
}

/// The text with each letter and the mark after it as one letter (Unicode's form NFC); `None` where it has no such mark. Two texts that look the
/// same are the same then.
pub fn composed(text: &str) -> Option<String> {
    let has_marks = !text.is_ascii() && text.contains(is_mark);
    has_marks.then(|| text.nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    // The right answers are those of Python's unicodedata.normalize("NFC", text).
    #[test]
    fn a_letter_and_its_mark_are_one_letter() {
        for (text, composed_text) in [
            ("Mu\u{308}ller", "Müller"),
            ("Rene\u{301} Cafe\u{301}", "René Café"),
            ("e\u{302}\u{301}", "ế"),
            ("A\u{30a}ngstro\u{308}m", "Ångström"),
            ("\u{418}\u{306}", "Й"),
            ("\u{304b}\u{3099}", "が"),
            ("q\u{308}", "q\u{308}"),
        ] {
            assert_eq!(composed(text).as_deref(), Some(composed_text), "{text}");
        }
        for text in ["Müller", "Ann", "", "日本"] {
            assert_eq!(composed(text), None, "{text}");
        }
    }
}
