//! Text that was encoded twice: UTF-8 that a program read as windows-1252 or Latin-1 and wrote as UTF-8 again, so that `£` became `Â£`.

/// The byte that windows-1252 has for a character. The five bytes without a character stand for themselves, as in Latin-1.
fn byte_of(c: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•',
        '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match u32::from(c) {
        code @ (0..=0x7f | 0xa0..=0xff) => u8::try_from(code).ok(),
        // Latin-1 has these as they are.
        code @ 0x80..=0x9f => u8::try_from(code).ok(),
        _ => HIGH.iter().position(|high| *high == c).map(|at| 0x80 + at as u8),
    }
}

/// The text before it was encoded a second time, or more often; `None` if it was not.
///
/// Characters beyond ASCII that are valid UTF-8 as bytes of windows-1252 are hardly ever anything else: after a capital such as `Â` or `Ã`
/// there would have to be a sign such as `£` or `©`.
pub fn repaired(text: &str) -> Option<String> {
    let once = |text: &str| -> Option<String> {
        // The first byte of a longer character, which is a capital or a letter with an accent.
        if !text.contains(|c: char| ('\u{c2}'..='\u{f4}').contains(&c)) {
            return None;
        }
        let bytes = text.chars().map(byte_of).collect::<Option<Vec<u8>>>()?;
        String::from_utf8(bytes).ok()
    };
    let mut found = once(text)?;
    while let Some(again) = once(&found) {
        found = again;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a program makes of UTF-8 that it reads as Latin-1.
    fn misread(text: &str) -> String {
        text.bytes().map(char::from).collect()
    }

    #[test]
    fn signs_come_back() {
        for (text, right) in [
            ("Â£1,234.50", Some("£1,234.50")),
            ("â‚¬20", Some("€20")),
            ("20Â\u{a0}â‚¬", Some("20\u{a0}€")),
            ("Ã‚Â£20", Some("£20")),
            ("£20", None),
            ("20 zł", None),
            ("20 Kč", None),
            ("Ångström", None),
            ("20", None),
            ("", None),
        ] {
            assert_eq!(repaired(text).as_deref(), right, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_misread_is_read_again(text in "[a-z0-9 .,äöüßéñзл]{0,12}", times in 1..3usize) {
            let mut spoilt = text.clone();
            for _ in 0..times {
                spoilt = misread(&spoilt);
            }
            let expected = (spoilt != text).then_some(text);
            prop_assert_eq!(repaired(&spoilt), expected);
        }
    }
}
