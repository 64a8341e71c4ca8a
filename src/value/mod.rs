//! The content of single cells: amounts, numbers, yes or no, dates and times, and what counts as empty.
//!
//! Everything here is pure: a cell goes in, a value or a short reason comes out, and nothing is allocated on the way. What one
//! cell cannot tell (whether `03/04/2024` is in March, whether `1,234` is more than a thousand) is decided over all cells of a
//! column by [`DateVote`] and [`DecimalVote`]; a cell is never read by guessing.

use std::fmt;

mod currency;
mod format;
mod number;
mod order;
mod time;
mod vote;

pub use format::{Format, FormatError};
pub use number::{DecimalMark, Money, parse_decimal, parse_money, parse_number};
pub use order::{Order, Parts, parse_ordered};
pub use time::{Civil, parse_iso};
pub use vote::{DateVerdict, DateVote, DecimalVerdict, DecimalVote, Example};

/// Why a cell cannot be read; displayed as a short plain reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueError {
    /// The cell is empty where a value is needed.
    Empty,
    /// A character that does not belong in a number, and its position (1-based, in characters).
    NumberCharacter(char, usize),
    /// No digit where a number is expected.
    NoDigits,
    /// A thousands separator that does not part groups of three digits.
    Grouping(char),
    /// The one separator may part thousands or decimals; the column has to tell.
    AmbiguousSeparator(char),
    /// The number does not fit its type.
    TooLarge,
    /// A percentage where an amount of money is expected.
    Percentage,
    /// Neither yes nor no.
    NotBool,
    /// Not the shape of a date.
    NotDate,
    /// A year outside 1 to 9999.
    Year(u32),
    /// No such month.
    Month(u32),
    /// No such day in that month.
    Day(u32, u32),
    /// No such day in that year.
    DayOfYear(u32),
    /// No such time of day.
    TimeOfDay,
    /// No such offset from UTC.
    Offset,
    /// The weekday is not that of the date.
    Weekday,
    /// The cell does not follow the configured format; the position (1-based, in characters) where they part.
    FormatMismatch(usize),
    /// The cell goes on where the date is over; the position (1-based, in characters).
    Trailing(usize),
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            ValueError::Empty => f.write_str("empty"),
            ValueError::NumberCharacter(c, at) if c.is_alphabetic() => write!(f, "not a number: letter '{c}' at {at}"),
            ValueError::NumberCharacter(c, at) => write!(f, "not a number: '{}' at {at}", c.escape_debug()),
            ValueError::NoDigits => f.write_str("not a number: no digits"),
            ValueError::Grouping(c) => write!(f, "not a number: '{c}' does not part groups of three digits"),
            ValueError::AmbiguousSeparator(c) => write!(f, "ambiguous number: '{c}' may part thousands or decimals"),
            ValueError::TooLarge => f.write_str("number too large"),
            ValueError::Percentage => f.write_str("not an amount: a percentage"),
            ValueError::NotBool => f.write_str("neither yes nor no"),
            ValueError::NotDate => f.write_str("not a date"),
            ValueError::Year(y) => write!(f, "not a date: year {y}"),
            ValueError::Month(m) => write!(f, "not a date: month {m}"),
            ValueError::Day(d, m) => write!(f, "not a date: day {d} of month {m}"),
            ValueError::DayOfYear(d) => write!(f, "not a date: day {d} of the year"),
            ValueError::TimeOfDay => f.write_str("not a time of day"),
            ValueError::Offset => f.write_str("not an offset from UTC"),
            ValueError::Weekday => f.write_str("not a date: the weekday is another day's"),
            ValueError::FormatMismatch(at) => write!(f, "not a date in the given format: differs at {at}"),
            ValueError::Trailing(at) => write!(f, "not a date: more text at {at}"),
        }
    }
}

impl std::error::Error for ValueError {}

/// Whether a cell says nothing: blank, or alone in it `NA`, `N/A`, `n/a`, `NULL`, `null`, `#N/A` or `-`.
pub fn is_null(cell: &str) -> bool {
    // The longest of the words has four letters, so that a longer cell without outer blanks is decided at once.
    let bytes = cell.as_bytes();
    if bytes.len() > 4 && bytes[0].is_ascii_graphic() && bytes[bytes.len() - 1].is_ascii_graphic() {
        return false;
    }
    matches!(cell.trim(), "" | "-" | "NA" | "N/A" | "n/a" | "NULL" | "null" | "#N/A")
}

/// The cell without the apostrophe that keeps a spreadsheet from reading it as a formula: one before `=`, `+`, `-`, `@`, a tab or CR.
#[inline]
pub fn unguarded(cell: &str) -> &str {
    match cell.as_bytes() {
        [b'\'', b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r', ..] => &cell[1..],
        _ => cell,
    }
}

/// Reads yes or no, in capitals or not: true/false, yes/no, y/n, t/f, 1/0, an `x` for yes, and the words of Dutch, French,
/// German, Italian, Portuguese and Spanish.
///
/// # Errors
/// [`ValueError::NotBool`] for anything else, the empty cell included.
pub fn parse_bool(cell: &str) -> Result<bool, ValueError> {
    const YES: [&str; 14] = [
        "true", "yes", "1", "y", "t", "x", "ja", "oui", "si", "sí", "sim", "wahr", "vrai", "waar",
    ];
    const NO: [&str; 10] = ["false", "no", "0", "n", "f", "nein", "non", "não", "nee", "falsch"];
    let cell = cell.trim();
    // `eq_ignore_ascii_case` folds ASCII letters only; the accented capitals are `SÍ` and `NÃO`.
    let is = |word: &&str| cell.eq_ignore_ascii_case(word);
    if YES.iter().any(is) || cell == "SÍ" || cell == "Sí" {
        Ok(true)
    } else if NO.iter().any(is) || cell == "NÃO" || cell.eq_ignore_ascii_case("faux") {
        Ok(false)
    } else {
        Err(ValueError::NotBool)
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
    fn nothing_said() {
        for cell in ["", "  ", "\t", "\u{a0}", "NA", " N/A ", "n/a", "NULL", "null", "#N/A", "-", " - "] {
            assert!(is_null(cell), "{cell:?}");
        }
        for cell in ["0", "--", "Na", "Null", "Nullable", "none", "A", "- -", "-1", "N/A2"] {
            assert!(!is_null(cell), "{cell:?}");
        }
    }

    #[test]
    fn yes_and_no() {
        for cell in ["true", "TRUE", "Yes", "y", "1", "t", "x", "X", "ja", "Oui", "si", "Sí", " yes "] {
            assert_eq!(parse_bool(cell), Ok(true), "{cell:?}");
        }
        for cell in ["false", "No", "N", "0", "F", "nein", "NON", "não", "NÃO", "Faux"] {
            assert_eq!(parse_bool(cell), Ok(false), "{cell:?}");
        }
        for cell in ["", "2", "maybe", "yesno", "on"] {
            assert_eq!(parse_bool(cell), Err(ValueError::NotBool), "{cell:?}");
        }
    }

    #[test]
    fn reasons_are_short_and_plain() {
        assert_eq!(ValueError::Day(31, 2).to_string(), "not a date: day 31 of month 2");
        assert_eq!(ValueError::NumberCharacter('x', 3).to_string(), "not a number: letter 'x' at 3");
        assert_eq!(ValueError::NumberCharacter('\t', 3).to_string(), "not a number: '\\t' at 3");
    }
}
