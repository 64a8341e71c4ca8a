//! The content of single cells: amounts, numbers, yes or no, dates and times, and what counts as empty.
//!
//! Everything here is pure: a cell goes in, a value or a short reason comes out, and nothing is allocated on the way. What one
//! cell cannot tell (whether `03/04/2024` is in March, whether `1,234` is more than a thousand) is decided over all cells of a
//! column by [`DateVote`] and [`DecimalVote`]; a cell is never read by guessing.

use std::fmt;

mod bools;
mod clean;
mod column_date_format;
mod composed;
mod currency;
mod cursor;
mod date_parts;
mod dates;
mod decimals;
mod duration;
mod encoded_twice;
mod format;
mod missing_values;
mod names;
mod number;
mod number_affixes;
mod scores;
mod serial_dates;
mod tally;
mod time;
mod zones;

pub use bools::parse_bool;
pub use clean::{cleaned, unguarded};
pub use column_date_format::Style;
pub use composed::composed;
pub use currency::Currency;
pub use date_parts::{Order, Parts, parse_ordered};
pub use dates::{DateVerdict, DateVote, DateWay};
pub use decimals::{DecimalVerdict, DecimalVote};
pub use duration::{DurationUnit, parse_duration};
pub use format::Format;
pub use missing_values::{is_marked_nothing, is_no_value, is_null, is_sheet_error};
pub use number::{DecimalMark, parse_decimal, parse_decimal_in, parse_money, parse_number};
pub use number_affixes::currency_of;
pub use scores::{ScoreCell, ScorePart, ScoreReading, ScoreVote, score_cell};
pub use serial_dates::Count;
pub use tally::Example;
pub use time::{Civil, is_zero_date, parse_iso, parse_plain_iso};

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
    /// An abbreviation of several time zones, and which.
    AmbiguousZone(&'static str, &'static str),
    /// More text after the time that is no time zone.
    UnknownZone,
    /// The number lies outside the range of its count of days or seconds.
    Count,
    /// The cell may be read in several orders of day, month and year, and the column does not tell.
    AmbiguousOrder,
    /// Not a duration; a month or year in it has no fixed length.
    Duration,
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
            ValueError::Grouping(c) => write!(f, "not a number: '{c}' does not separate groups of three digits"),
            ValueError::AmbiguousSeparator(c) => write!(f, "ambiguous number: '{c}' may separate thousands or decimals"),
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
            ValueError::AmbiguousZone(word, meanings) => write!(f, "ambiguous time zone: {word} may be {meanings}"),
            ValueError::UnknownZone => f.write_str("not a date: the text after the time is not a time zone"),
            ValueError::Count => f.write_str("not a date: the number is outside the range of its count"),
            ValueError::AmbiguousOrder => f.write_str("ambiguous date: day and month cannot be distinguished"),
            ValueError::Duration => f.write_str("not a duration"),
            ValueError::Weekday => f.write_str("not a date: the weekday does not match"),
            ValueError::FormatMismatch(at) => write!(f, "not a date in the given format: differs at {at}"),
            ValueError::Trailing(at) => write!(f, "not a date: more text at {at}"),
        }
    }
}

impl std::error::Error for ValueError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_short_and_plain() {
        assert_eq!(ValueError::Day(31, 2).to_string(), "not a date: day 31 of month 2");
        assert_eq!(ValueError::NumberCharacter('x', 3).to_string(), "not a number: letter 'x' at 3");
        assert_eq!(ValueError::NumberCharacter('\t', 3).to_string(), "not a number: '\\t' at 3");
    }
}
