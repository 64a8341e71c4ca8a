//! Date formats that a configuration states, in the letters of `strptime` or as the name of a count, compiled once and read many times.

use std::fmt;

use super::ValueError;
use super::cursor::{Cursor, hour_of_half, position};
use super::date_parts::century;
use super::names::{month_name, weekday_name};
use super::serial_dates::Count;
use super::time::{Civil, Clock, days_from};
use super::zones::{self, Shift};
use crate::period::{days_in_year, weekday};

/// A compiled date format.
///
/// Directives: `%Y` (four digits), `%y` (two digits: 69 to 99 are the 1900s, 00 to 68 the 2000s), `%m`, `%d`, `%e`, `%j`, `%b` `%B`
/// `%h` (month names, short or full, in the languages of this module), `%a` `%A` (weekdays; checked against the date), `%H`, `%k`, `%I` with `%p`, `%l`,
/// `%M`, `%S`, `%f` (a fraction of 1 to 9 digits), `%.f` (the same with its point, or nothing), `%z` (`+02`, `+0200`, `+02:00`, `Z`), `%Z`
/// (a zone: its abbreviation, name or offset; up to the next blank, at the end all the rest), `%s` (seconds since 1970, UTC), `%T` (`%H:%M:%S`), `%R` (`%H:%M`), `%F` (`%Y-%m-%d`), `%D` (`%m/%d/%y`), `%n` and
/// `%t` (white space), `%%`. Numbers may lack leading zeros; `-`, `_` and `0` after the `%` are accepted and change nothing. White space
/// in a format stands for any amount of it, none included. A format without a day means the first of the month.
///
/// Instead of directives a format may be the name of a [`Count`]: `excel`, `excel1904`, `epoch`, `epoch_ms`, `epoch_us`, `epoch_ns`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    text: String,
    items: Vec<Item>,
    timed: bool,
    count: Option<Count>,
}

/// What is wrong with a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// The format.
    pub format: String,
    /// Where (1-based, in characters); `None` where something is missing altogether.
    pub position: Option<usize>,
    /// What.
    pub reason: String,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "date format {:?}: {}", self.format, self.reason)?;
        self.position.map_or(Ok(()), |at| write!(f, " at {at}"))
    }
}

impl std::error::Error for FormatError {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Literal(char),
    Blanks,
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    DayOfYear,
    Weekday,
    Hour,
    HourOfHalf,
    Half,
    Minute,
    Second,
    Fraction,
    PointFraction,
    Offset,
    /// Up to the next blank.
    Zone,
    /// All the rest.
    LastZone,
    Epoch,
}

/// The items of a directive, or `None` if there is no such directive.
fn directive(letter: char) -> Option<&'static [Item]> {
    use Item::*;
    Some(match letter {
        'Y' => &[Year],
        'y' => &[ShortYear],
        'm' => &[Month],
        'b' | 'B' | 'h' => &[MonthName],
        'd' => &[Day],
        'e' => &[Blanks, Day],
        'j' => &[DayOfYear],
        'a' | 'A' => &[Weekday],
        'H' => &[Hour],
        'k' => &[Blanks, Hour],
        'I' => &[HourOfHalf],
        'l' => &[Blanks, HourOfHalf],
        'p' | 'P' => &[Half],
        'M' => &[Minute],
        'S' => &[Second],
        'f' => &[Fraction],
        'z' => &[Offset],
        'Z' => &[Zone],
        's' => &[Epoch],
        'T' => &[Hour, Literal(':'), Minute, Literal(':'), Second],
        'R' => &[Hour, Literal(':'), Minute],
        'F' => &[Year, Literal('-'), Month, Literal('-'), Day],
        'D' => &[Month, Literal('/'), Day, Literal('/'), ShortYear],
        'n' | 't' => &[Blanks],
        '%' => &[Literal('%')],
        _ => return None,
    })
}

/// What has been read so far.
#[derive(Default)]
struct Fields {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_year: Option<u32>,
    weekday: Option<u8>,
    hour: u32,
    hour_of_half: Option<u32>,
    afternoon: bool,
    minute: u32,
    second: u32,
    micros: i64,
    offset: Option<i32>,
    zone: Option<Shift>,
    epoch: Option<(bool, i64)>,
}

impl Format {
    /// Compiles a format.
    ///
    /// # Errors
    /// For an unknown directive, with its position, and for a format that leaves the date or the hour open.
    pub fn compile(format: &str) -> Result<Format, FormatError> {
        let error = |position, reason: String| FormatError {
            format: format.to_owned(),
            position,
            reason,
        };
        if let Some(count) = Count::named(format.trim()) {
            return Ok(Format {
                text: format.to_owned(),
                items: Vec::new(),
                timed: true,
                count: Some(count),
            });
        }
        let mut items = Vec::new();
        let mut chars = format.trim().chars().enumerate();
        // Positions count in the format as given.
        let lead = format.chars().take_while(|c| c.is_whitespace()).count();
        while let Some((at, c)) = chars.next() {
            let at = Some(lead + at + 1);
            if c.is_whitespace() {
                items.push(Item::Blanks);
            } else if c != '%' {
                items.push(Item::Literal(c));
            } else {
                let mut next = || chars.next().map(|(_, c)| c).ok_or_else(|| error(at, "'%' without a letter".into()));
                match next()? {
                    '.' => match next()? {
                        'f' => items.push(Item::PointFraction),
                        letter => return Err(error(at, format!("unknown directive %.{letter}"))),
                    },
                    flag @ ('-' | '_' | '0') => {
                        let letter = next()?;
                        let found = directive(letter).ok_or_else(|| error(at, format!("unknown directive %{flag}{letter}")))?;
                        items.extend_from_slice(found);
                    }
                    letter => {
                        let found = directive(letter).ok_or_else(|| error(at, format!("unknown directive %{letter}")))?;
                        items.extend_from_slice(found);
                    }
                }
            }
        }
        if let Some(last @ Item::Zone) = items.last_mut() {
            *last = Item::LastZone;
        }
        let has = |wanted: &[Item]| items.iter().any(|item| wanted.contains(item));
        use Item::*;
        if !has(&[Epoch]) {
            if !has(&[Year, ShortYear]) {
                return Err(error(None, "no year (%Y, %y or %s)".into()));
            }
            if !has(&[Month, MonthName, DayOfYear]) {
                return Err(error(None, "no month (%m, %b or %j)".into()));
            }
        }
        if has(&[HourOfHalf]) && !has(&[Half]) {
            return Err(error(None, "%I needs %p to tell morning from afternoon".into()));
        }
        let timed = has(&[Hour, HourOfHalf, Minute, Second, Epoch]);
        if timed && !has(&[Hour, HourOfHalf, Epoch]) {
            return Err(error(None, "no hour (%H or %I)".into()));
        }
        Ok(Format {
            text: format.to_owned(),
            items,
            timed,
            count: None,
        })
    }

    /// The format as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads a cell, all of it but outer blanks.
    ///
    /// # Errors
    /// When the cell does not follow the format, goes on after it, or names a day or time that does not exist.
    pub fn parse(&self, cell: &str) -> Result<Civil, ValueError> {
        let text = cell.trim();
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        if let Some(count) = self.count {
            return count.parse(text);
        }
        let mut cursor = Cursor::new(text);
        let mut fields = Fields::default();
        for &item in &self.items {
            let from = cursor.at;
            fields
                .read(item, &mut cursor)?
                .ok_or_else(|| ValueError::FormatMismatch(position(text, from)))?;
        }
        if !cursor.rest().is_empty() {
            return Err(ValueError::Trailing(position(text, cursor.at)));
        }
        fields.finish(self.timed)
    }
}

impl Fields {
    /// Reads one item; `None` if something else stands there.
    fn read(&mut self, item: Item, cursor: &mut Cursor<'_>) -> Result<Option<()>, ValueError> {
        /// A number of `least` to `most` digits.
        fn number(cursor: &mut Cursor<'_>, least: usize, most: usize) -> Option<u32> {
            let (value, count) = cursor.digits(most);
            (count >= least).then_some(value)
        }
        fn put<T>(place: &mut T, found: Option<T>) -> Option<()> {
            found.map(|value| *place = value)
        }
        let found = match item {
            Item::Literal(c) => {
                let mut utf8 = [0; 4];
                let wanted = c.encode_utf8(&mut utf8).as_bytes();
                let hit = cursor.rest().starts_with(wanted);
                cursor.at += if hit { wanted.len() } else { 0 };
                hit.then_some(())
            }
            Item::Blanks => {
                cursor.blanks();
                Some(())
            }
            Item::Year => put(&mut self.year, number(cursor, 4, 4).map(Some)),
            Item::ShortYear => put(&mut self.year, number(cursor, 2, 2).map(|y| Some(century(y)))),
            Item::Month => put(&mut self.month, number(cursor, 1, 2).map(Some)),
            Item::MonthName => put(&mut self.month, month_name(cursor).map(Some)),
            Item::Day => put(&mut self.day, number(cursor, 1, 2).map(Some)),
            Item::DayOfYear => put(&mut self.day_of_year, number(cursor, 1, 3).map(Some)),
            Item::Weekday => put(&mut self.weekday, weekday_name(cursor).map(Some)),
            Item::Hour => put(&mut self.hour, number(cursor, 1, 2)),
            Item::HourOfHalf => put(&mut self.hour_of_half, number(cursor, 1, 2).map(Some)),
            Item::Half => put(&mut self.afternoon, cursor.half_of_day()),
            Item::Minute => put(&mut self.minute, number(cursor, 1, 2)),
            Item::Second => put(&mut self.second, number(cursor, 1, 2)),
            Item::Fraction => put(&mut self.micros, cursor.fraction()),
            Item::PointFraction if !cursor.eat(b'.') => Some(()),
            Item::PointFraction => put(&mut self.micros, cursor.fraction()),
            Item::Offset => put(&mut self.offset, cursor.offset()?.map(Some)),
            Item::Zone | Item::LastZone => {
                let rest = std::str::from_utf8(cursor.rest()).unwrap_or("");
                let text = match item {
                    Item::Zone => rest.split(' ').next().unwrap_or(""),
                    _ => rest,
                };
                let found = zones::shift(text.trim())?;
                cursor.at += text.len();
                put(&mut self.zone, found.map(Some))
            }
            Item::Epoch => {
                let negative = cursor.eat(b'-');
                let (high, many) = cursor.digits(9);
                let (low, more) = cursor.digits(9);
                let seconds = i64::from(high) * 10i64.pow(more as u32) + i64::from(low);
                put(&mut self.epoch, (many > 0).then_some(Some((negative, seconds))))
            }
        };
        Ok(found)
    }

    fn finish(self, timed: bool) -> Result<Civil, ValueError> {
        if let Some((negative, seconds)) = self.epoch {
            let micros = seconds
                .checked_mul(1_000_000)
                .and_then(|m| m.checked_add(self.micros))
                .ok_or(ValueError::TooLarge)?;
            return Civil::from_utc(if negative { -micros } else { micros }).ok_or(ValueError::TooLarge);
        }
        let year = self.year.unwrap_or(0);
        let days = match self.day_of_year {
            Some(day) if day == 0 || day > days_in_year(year as i32) => return Err(ValueError::DayOfYear(day)),
            Some(day) => days_from(year, 1, 1)? + day as i32 - 1,
            None => days_from(year, self.month.unwrap_or(1), self.day.unwrap_or(1))?,
        };
        // 1970-01-01 was a Thursday, the fourth day of the week.
        if self.weekday.is_some_and(|days_named| days_named >> weekday(days) & 1 == 0) {
            return Err(ValueError::Weekday);
        }
        let date = Civil {
            days,
            micros_of_day: None,
            offset_seconds: self.offset,
            clock_change: false,
        };
        if !timed {
            return Ok(date);
        }
        let hour = match self.hour_of_half {
            Some(hour) => hour_of_half(hour, self.afternoon)?,
            None => self.hour,
        };
        let micros = Clock::micros_of(hour, self.minute, self.second, self.micros)?;
        Ok(date
            .with(Some(Clock {
                micros,
                offset: self.offset,
            }))
            .shifted(self.zone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell_parsing::parse_iso;

    fn read(format: &str, cell: &str) -> Result<Civil, ValueError> {
        Format::compile(format).unwrap().parse(cell)
    }

    #[test]
    fn directives() {
        for (format, cell, iso) in [
            ("%Y-%m-%d", "2024-01-31", "2024-01-31"),
            ("%F %T", "2024-1-3 4:05:06", "2024-01-03 04:05:06"),
            ("%d/%m/%Y %H:%M", "31/01/2024 10:20", "2024-01-31 10:20"),
            ("%m/%d/%y %I:%M %p", "1/31/24 10:20 PM", "2024-01-31 22:20"),
            ("%m/%d/%Y %I:%M:%S%p", "01/31/2024 12:20:30am", "2024-01-31 00:20:30"),
            ("%D %R", "01/31/24 07:08", "2024-01-31 07:08"),
            ("%Y%m%d", "20240131", "2024-01-31"),
            ("%d%m%Y%H%M%S", "31012024102030", "2024-01-31 10:20:30"),
            ("%d-%b-%y", "31-JAN-69", "1969-01-31"),
            ("%d %B %Y", "1 september 2068", "2068-09-01"),
            ("%a %b %d %H:%M:%S %z %Y", "Tue Oct 31 22:10:47 +0000 2017", "2017-10-31 22:10:47Z"),
            ("%A, %e %B %Y", "Wednesday,  3 April 2024", "2024-04-03"),
            (
                "%Y-%m-%dT%H:%M:%S.%f%z",
                "2024-01-31T10:20:30.123456789-05:30",
                "2024-01-31T10:20:30.123456-05:30",
            ),
            ("%Y-%m-%d %H:%M:%S%.f %Z", "2024-01-31 10:20:30 GMT", "2024-01-31 10:20:30Z"),
            ("%Y-%m-%d %H:%M:%S%.f", "2024-01-31 10:20:30.5", "2024-01-31 10:20:30.5"),
            ("%d.%m.%Y %H:%M %Z", "31.01.2024 10:20 CET", "2024-01-31T10:20+01:00"),
            (
                "%d.%m.%Y %H:%M %Z",
                "31.07.2024 10:20 Pacific Time (US & Canada)",
                "2024-07-31T10:20-07:00",
            ),
            (
                "%a %b %d %H:%M:%S %Z %Y",
                "Tue Oct 31 22:10:47 EDT 2017",
                "2017-10-31T22:10:47-04:00",
            ),
            ("%d %B %Y", "3 Oktober 2024", "2024-10-03"),
            ("%a, %d %b %Y", "mié, 3 ene 2024", "2024-01-03"),
            ("excel", "45384.34789351852", "2024-04-02 08:20:58"),
            ("epoch", "1706696430", "2024-01-31T10:20:30Z"),
            ("epoch_ms", "1706696430250", "2024-01-31T10:20:30.25Z"),
            ("%Y-%j", "2024-366", "2024-12-31"),
            ("%B %Y", "Feb 2024", "2024-02-01"),
            ("%Y%n%m%t%d", "2024 \t 01 31", "2024-01-31"),
            ("100%% %Y-%m-%d", "100% 2024-01-31", "2024-01-31"),
            ("le %d à %Hh%M, %m.%Y", "le 31 à 10h20, 01.2024", "2024-01-31 10:20"),
            (" %Y-%m-%d ", "2024-01-31", "2024-01-31"),
            ("%-d.%-m.%Y", "3.4.2024", "2024-04-03"),
            ("%d.%m.%Y %H:%M", "31.12.2024 24:00", "2025-01-01 00:00"),
        ] {
            assert_eq!(read(format, cell), Ok(parse_iso(iso).unwrap()), "{format} {cell}");
        }
    }

    #[test]
    fn epochs() {
        assert_eq!(read("%s", "0").unwrap().utc(), Some(0));
        assert_eq!(read("%s", "1706696430"), Ok(parse_iso("2024-01-31T10:20:30Z").unwrap()));
        assert_eq!(read("%s.%f", "1706696430.25"), Ok(parse_iso("2024-01-31T10:20:30.25Z").unwrap()));
        assert_eq!(read("%s%.f", "-1.5").unwrap().utc(), Some(-1_500_000));
        // Milliseconds are not seconds.
        assert_eq!(read("%s", "1706696430000"), Err(ValueError::TooLarge));
        assert_eq!(read("%s", "999999999999999999"), Err(ValueError::TooLarge));
        assert_eq!(read("%s", "9999999999999999999"), Err(ValueError::Trailing(19)));
    }

    #[test]
    fn the_whole_cell_must_follow() {
        assert_eq!(read("%d/%m/%Y", "31/01/2024 10:20"), Err(ValueError::Trailing(11)));
        assert_eq!(read("%d/%m/%Y", "31/01/24"), Err(ValueError::FormatMismatch(7)));
        assert_eq!(read("%d/%m/%y", "31/01/2024"), Err(ValueError::Trailing(9)));
        assert_eq!(read("%d/%m/%Y", "31.01.2024"), Err(ValueError::FormatMismatch(3)));
        assert_eq!(read("%d/%m/%Y", ""), Err(ValueError::Empty));
        assert_eq!(read("%d/%m/%Y", "31/02/2024"), Err(ValueError::Day(31, 2)));
        assert_eq!(read("%d %b %Y", "3 Oktobre 2024"), Err(ValueError::FormatMismatch(3)));
        assert_eq!(read("%a %d %b %Y", "Mon 3 Oct 2024"), Err(ValueError::Weekday));
        assert_eq!(read("%Y-%j", "2023-366"), Err(ValueError::DayOfYear(366)));
        assert_eq!(read("%Y-%m-%d %I:%M %p", "2024-01-31 13:00 PM"), Err(ValueError::TimeOfDay));
        assert_eq!(
            read("%Y-%m-%d %H:%M %Z", "2024-01-31 13:00 IST"),
            Err(ValueError::AmbiguousZone("IST", "India, Israel or Ireland"))
        );
    }

    #[test]
    fn wrong_formats_say_where() {
        let refuse = |format: &str| Format::compile(format).unwrap_err();
        assert_eq!(refuse("%Y-%m-%Q").position, Some(7));
        assert_eq!(
            refuse("%Y-%m-%Q").to_string(),
            "date format \"%Y-%m-%Q\": unknown directive %Q at 7"
        );
        assert_eq!(refuse("%Y-%m-%d %").position, Some(10));
        assert_eq!(refuse("%Y-%m-%-Q").position, Some(7));
        assert_eq!(refuse("%d.%m.").position, None);
        assert!(refuse("%Y-%d").reason.contains("month"));
        assert!(refuse("%Y-%m-%d %I:%M").reason.contains("%p"));
        assert!(refuse("%Y-%m-%d :%M").reason.contains("hour"));
    }

    proptest::proptest! {
        #[test]
        fn any_format_and_cell_is_read_or_refused(format in "(%[-_0.]?\\PC|[-/: ]){0,8}", cell in "\\PC{0,20}") {
            if let Ok(format) = Format::compile(&format) {
                let _ = format.parse(&cell);
            }
        }
    }
}
