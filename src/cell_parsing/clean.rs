//! What spreadsheets and web pages leave around a value and nobody sees: invisible characters, no-break blanks, and the guards that keep
//! a spreadsheet from turning an id into a number (`'00123`, `="00123"`).

use std::borrow::Cow;

/// Characters without a width: zero-width blanks and joiners, byte order marks, soft hyphens, marks of writing direction.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Blanks that do not look different from a blank.
fn is_odd_blank(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// The cell without the apostrophe that keeps a spreadsheet from reading it as a formula: one before `=`, `+`, `-`, `@`, a tab or CR.
#[inline]
pub fn unguarded(cell: &str) -> &str {
    match cell.as_bytes() {
        [b'\'', b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r', ..] => &cell[1..],
        _ => cell,
    }
}

/// The text without invisible characters and outer blanks, its odd blanks as plain ones, and without a spreadsheet's guard. An
/// apostrophe is a guard only before a digit or a sign: `'s-Hertogenbosch` keeps its own. Borrowed where nothing had to be taken out
/// of its middle.
pub fn cleaned(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    let text = bare(text);
    if text.is_ascii() || !text.contains(|c| is_invisible(c) || is_odd_blank(c)) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter(|c| !is_invisible(*c));
    Cow::Owned(kept.map(|c| if is_odd_blank(c) { ' ' } else { c }).collect())
}

fn bare(text: &str) -> &str {
    if let Some(inner) = text.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')) {
        return inner.trim();
    }
    match text.strip_prefix(['\'', '\u{2018}', '\u{2019}']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || "+-=.(\u{2212}".contains(c)) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_is_no_part_of_a_cell() {
        for (cell, text) in [
            ("'=1", "=1"),
            ("'-5", "-5"),
            ("'@x", "@x"),
            ("'\tx", "\tx"),
            ("'x", "'x"),
            ("''=x", "''=x"),
            ("'", "'"),
            ("=1", "=1"),
        ] {
            assert_eq!(unguarded(cell), text);
        }
    }

    #[test]
    fn nothing_invisible_stays() {
        for (cell, clean) in [
            ("C-17", "C-17"),
            (" C-17\t", "C-17"),
            ("\u{feff}C-17", "C-17"),
            ("C\u{200b}-17\u{200d}", "C-17"),
            ("\u{a0}C-17\u{a0}", "C-17"),
            ("Jean\u{a0}Dupont", "Jean Dupont"),
            ("\u{200e}12\u{200e}/1", "12/1"),
            ("'97213", "97213"),
            ("'-42", "-42"),
            ("=\"00123\"", "00123"),
            ("'s-Hertogenbosch", "'s-Hertogenbosch"),
            ("'", "'"),
            ("é", "é"),
            ("", ""),
        ] {
            assert_eq!(cleaned(cell), clean, "{cell:?}");
        }
        assert!(matches!(cleaned("\u{feff}C-17 "), Cow::Borrowed("C-17")));
    }
}
