//! What stands around the digits of a number: signs, currencies, parentheses, guards.

use std::borrow::Cow;

use super::clean::cleaned;
use super::currency::{self, Currency};
use super::encoded_twice;

/// The signs around the digits of a cell.
pub(super) struct Dress<'a> {
    pub body: &'a str,
    pub negative: bool,
    pub percent: bool,
    pub currency: Option<&'static Currency>,
    /// The mark before a dash that stands for no decimals: `12,-`.
    pub dash: Option<char>,
}

/// Dashes in place of decimals.
const DASHES: [char; 4] = ['-', '–', '—', '\u{2212}'];

impl<'a> Dress<'a> {
    pub fn take_off(cell: &'a str) -> Dress<'a> {
        const MINUS: [char; 2] = ['-', '\u{2212}'];
        let mut dress = Dress {
            body: cell,
            negative: false,
            percent: false,
            currency: None,
            dash: None,
        };
        let (mut signed, mut enclosed) = (false, false);
        loop {
            let text = dress.body.trim();
            dress.body = text;
            if !enclosed && let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
                (dress.body, dress.negative, enclosed) = (inner, true, true);
            } else if dress.dash.is_none()
                && let Some((body, mark)) = without_dash(text)
            {
                (dress.body, dress.dash) = (body, Some(mark));
            } else if let Some(body) = text.strip_suffix(":-").filter(|body| body.ends_with(|c: char| c.is_ascii_digit())) {
                // `100:-`: Swedish writes no decimals like this.
                dress.body = body;
            } else if !signed && let Some(rest) = text.strip_prefix(MINUS).or_else(|| text.strip_suffix(MINUS)) {
                (dress.body, dress.negative, signed) = (rest, true, true);
            } else if !signed && let Some(rest) = text.strip_prefix('+') {
                (dress.body, signed) = (rest, true);
            } else if !dress.percent
                && let Some(rest) = text.strip_suffix('%')
            {
                (dress.body, dress.percent) = (rest, true);
            } else if let Some((found, rest)) = currency::strip_prefix(text).or_else(|| currency::strip_suffix(text))
                && let Some(agreed) = agreed(dress.currency, found)
            {
                (dress.body, dress.currency) = (rest, Some(agreed));
            } else {
                return dress;
            }
        }
    }
}

/// The one currency that two signs around an amount name: `$5 USD`, where the sign may be another currency's too. The same sign twice is
/// no amount.
fn agreed(known: Option<&'static Currency>, found: &'static Currency) -> Option<&'static Currency> {
    match known {
        None => Some(found),
        Some(known) if known.is_shared() && known == found => None,
        Some(known) => Currency::agreed(known, found),
    }
}

/// The currency that is written beside the number of a cell.
pub fn currency_of(cell: &str) -> Option<&'static Currency> {
    match undisguised(cell) {
        Some(plain) => Dress::take_off(&plain).currency,
        None => Dress::take_off(cell).currency,
    }
}

/// The text before a mark and dashes at its end, and that mark.
fn without_dash(text: &str) -> Option<(&str, char)> {
    let marked = text.trim_end_matches(DASHES);
    if marked.len() == text.len() {
        return None;
    }
    let mark = marked.chars().next_back().filter(|c| matches!(c, '.' | ','))?;
    let body = &marked[..marked.len() - 1];
    body.ends_with(|c: char| c.is_ascii_digit()).then_some((body, mark))
}

/// Characters that only ever part thousands.
pub(super) fn parts_thousands(c: char) -> bool {
    matches!(
        c,
        '\'' | '\u{2019}' | '\u{b4}' | '`' | ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}'
    )
}

/// The number in plain characters where it is not written in them: behind a spreadsheet's guard, with invisible characters, or in the
/// full-width ones of East Asian keyboards, or encoded twice. `None` for a number that needs nothing of that.
pub(super) fn undisguised(cell: &str) -> Option<Cow<'_, str>> {
    let is_wide = |c: char| ('\u{ff01}'..='\u{ff5e}').contains(&c);
    if cell.contains(is_wide) {
        let narrow = |c: char| {
            if is_wide(c) {
                char::from_u32(c as u32 - 0xfee0).unwrap_or(c)
            } else {
                c
            }
        };
        return Some(Cow::Owned(cell.chars().map(narrow).collect()));
    }
    let text = cell.trim();
    if text.is_ascii() && !text.starts_with(['\'', '=']) {
        return None;
    }
    if let Some(repaired) = encoded_twice::repaired(text) {
        return Some(Cow::Owned(repaired));
    }
    let clean = cleaned(text);
    // Blanks of another kind are no disguise.
    (clean.chars().count() < text.chars().count()).then_some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguises() {
        for (cell, plain) in [
            ("'97213", Some("97213")),
            ("=\"12\"", Some("12")),
            ("１２％", Some("12%")),
            ("\u{200b}12", Some("12")),
            ("Â£12", Some("£12")),
            ("12", None),
            ("1\u{a0}234", None),
            ("1'234", None),
            ("", None),
            ("'", None),
        ] {
            assert_eq!(undisguised(cell).as_deref(), plain, "{cell:?}");
        }
    }

    #[test]
    fn dashes_for_decimals() {
        assert_eq!(without_dash("1.234,-"), Some(("1.234", ',')));
        assert_eq!(without_dash("12.–"), Some(("12", '.')));
        for text in ["12-", ",-", "-,-", "12,", "--", ""] {
            assert_eq!(without_dash(text), None, "{text}");
        }
    }
}
