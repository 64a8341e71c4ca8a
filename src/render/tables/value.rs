//! The value of a cell, and its text.

use crate::period::{date_text, instant_text};
use crate::schema::{MONEY_SCALE, Micros};

/// The value of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// None.
    Nothing,
    /// A text, an id or a word.
    Text(&'a str),
    /// A day, from 1970-01-01.
    Day(i32),
    /// A midnight that the file states without a zone: its day.
    Midnight(i32),
    /// A point in time.
    Instant(Micros),
    /// Money, in 1/10,000.
    Money(i64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
}

impl Value<'_> {
    /// The value as a cell: never one that can be read in two ways.
    pub fn text(&self) -> String {
        match self {
            Value::Nothing => String::new(),
            Value::Text(text) => text.to_string(),
            Value::Day(day) => date_text(*day),
            Value::Midnight(day) => format!("{}T00:00:00", date_text(*day)),
            Value::Instant(at) => instant_text(*at),
            Value::Money(stored) => money(*stored),
            Value::Number(number) => plain(*number),
            Value::Flag(flag) => flag.to_string(),
        }
    }
}

/// An amount with two decimals, or all four.
fn money(stored: i64) -> String {
    let scale = MONEY_SCALE.unsigned_abs();
    let sign = if stored < 0 { "-" } else { "" };
    let (whole, rest) = (stored.unsigned_abs() / scale, stored.unsigned_abs() % scale);
    match rest % 100 {
        0 => format!("{sign}{whole}.{:02}", rest / 100),
        _ => format!("{sign}{whole}.{rest:04}"),
    }
}

/// The shortest text that is read as this number again; three decimals could be read as thousands, so they become four.
fn plain(number: f64) -> String {
    let text = number.to_string();
    match text.split_once('.') {
        Some((_, decimals)) if decimals.len() == 3 => text + "0",
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell_parsing::{DecimalMark, parse_money, parse_number};

    #[test]
    fn amounts_and_numbers_are_read_as_they_were() {
        for (stored, text) in [
            (12_500_000, "1250.00"),
            (-12_345, "-1.2345"),
            (-100, "-0.01"),
            (1, "0.0001"),
            (i64::MAX, "922337203685477.5807"),
        ] {
            assert_eq!(money(stored), text);
            assert_eq!(parse_money(text, DecimalMark::Auto).unwrap().stored, stored);
        }
        for number in [0.0, 1.125, -12.5, 1e15, 0.1 + 0.2, 1e-7, 250.0, 123.456] {
            assert_eq!(parse_number(&plain(number), DecimalMark::Auto).unwrap(), number, "{number}");
        }
    }
}
