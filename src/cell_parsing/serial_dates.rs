//! Dates as bare numbers: the days of a spreadsheet, the seconds or milliseconds since 1970, and the digits of a date run together.

use super::ValueError;
use super::cursor::Cursor;
use super::time::{Civil, Clock, days_from};
use super::zones;
use crate::schema::DAY;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// Days since 1899-12-30 on a clock on the wall, the part after the point being the time of day: how Excel, and most spreadsheets
    /// after it, count. Day 60, the 29th of February 1900, never was, and below it Excel is a day behind.
    Excel,
    /// Days since 1904-01-01: workbooks of old Macintosh versions of Excel, 1,462 days later than [`Count::Excel`].
    Excel1904,
    /// Seconds since 1970-01-01T00:00Z.
    Seconds,
    /// Milliseconds since then.
    Millis,
    /// Microseconds since then.
    Micros,
    /// Nanoseconds since then.
    Nanos,
}

/// The number of a cell: digits before the mark, and digits after it with their count.
#[derive(Clone, Copy)]
struct Number {
    negative: bool,
    whole: i64,
    fraction: u64,
    places: u32,
}

impl Number {
    /// Digits, a minus before them, one point or comma among them, and nothing else. Beyond the fifteenth, decimals are dropped.
    fn read(cell: &str) -> Option<Number> {
        let text = cell.trim();
        let negative = text.starts_with('-');
        let digits = &text[usize::from(negative)..];
        let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 19 || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let fraction = &fraction[..fraction.len().min(15)];
        Some(Number {
            negative,
            whole: whole.parse().ok()?,
            fraction: if fraction.is_empty() { 0 } else { fraction.parse().ok()? },
            places: fraction.len() as u32,
        })
    }

    /// The number in steps of a `parts`-th, rounded half up.
    fn scaled(self, parts: i64) -> Option<i64> {
        let places = 10i128.pow(self.places);
        let fraction = (i128::from(self.fraction) * i128::from(parts) * 2 + places) / (2 * places);
        let size = i64::try_from(i128::from(self.whole) * i128::from(parts) + fraction).ok()?;
        Some(if self.negative { -size } else { size })
    }
}

impl Count {
    /// The counts that a number may be by its size.
    pub const TOLD: [Count; 5] = [Count::Excel, Count::Seconds, Count::Millis, Count::Micros, Count::Nanos];

    /// How a configuration names it.
    pub fn word(self) -> &'static str {
        match self {
            Count::Excel => "excel",
            Count::Excel1904 => "excel1904",
            Count::Seconds => "epoch",
            Count::Millis => "epoch_ms",
            Count::Micros => "epoch_us",
            Count::Nanos => "epoch_ns",
        }
    }

    /// The count of that name.
    pub fn named(word: &str) -> Option<Count> {
        let all = [Count::Excel1904].into_iter().chain(Count::TOLD);
        all.into_iter().find(|count| count.word() == word)
    }

    /// What it counts, in words.
    pub fn words(self) -> &'static str {
        match self {
            Count::Excel => "a spreadsheet's count of days since 1899-12-30",
            Count::Excel1904 => "a spreadsheet's count of days since 1904-01-01",
            Count::Seconds => "seconds since 1970 (UTC)",
            Count::Millis => "milliseconds since 1970 (UTC)",
            Count::Micros => "microseconds since 1970 (UTC)",
            Count::Nanos => "nanoseconds since 1970 (UTC)",
        }
    }

    /// What a number can only count if it is a date of our time: days from 1927 to 2173 have five digits; seconds, and their thousandths,
    /// from 1973 to 2100 have at least nine. These ranges do not overlap. `None` for other numbers and for what is no number.
    pub fn of(cell: &str) -> Option<Count> {
        let number = Number::read(cell).filter(|n| !n.negative)?;
        const SECONDS: std::ops::Range<i64> = 100_000_000..4_102_444_800;
        let within = |scale: i64| (SECONDS.start * scale..SECONDS.end * scale).contains(&number.whole);
        match number.whole {
            10_000..=99_999 => Some(Count::Excel),
            _ if within(1) => Some(Count::Seconds),
            _ if within(1_000) => Some(Count::Millis),
            _ if within(1_000_000) => Some(Count::Micros),
            whole if whole >= SECONDS.start * 1_000_000_000 && whole / 1_000_000_000 < SECONDS.end => Some(Count::Nanos),
            _ => None,
        }
    }

    /// Reads a number as this count, to the microsecond; a spreadsheet's fraction of a day to the millisecond, which is as exact as it
    /// is. Days without a fraction are bare dates.
    ///
    /// # Errors
    /// When the cell is no number, or the date lies outside the years 1 to 9999, or was none.
    pub fn parse(self, cell: &str) -> Result<Civil, ValueError> {
        if cell.trim().is_empty() {
            return Err(ValueError::Empty);
        }
        let number = Number::read(cell).ok_or(ValueError::NotDate)?;
        let micros = match self {
            Count::Excel | Count::Excel1904 => return number.serial(self),
            Count::Seconds => number.scaled(1_000_000),
            Count::Millis => number.scaled(1_000),
            Count::Micros => number.scaled(1),
            Count::Nanos if number.negative => Some(-(number.whole / 1_000)),
            Count::Nanos => Some(number.whole / 1_000),
        };
        Civil::from_utc(micros.ok_or(ValueError::Count)?).ok_or(ValueError::Count)
    }
}

impl Number {
    fn serial(self, count: Count) -> Result<Civil, ValueError> {
        const MILLIS: i64 = 86_400_000;
        let steps = self.scaled(MILLIS).ok_or(ValueError::Count)?;
        let (day, of_day) = (steps.div_euclid(MILLIS), steps.rem_euclid(MILLIS));
        let first = match (count, day) {
            (Count::Excel1904, 0..) => days_from(1904, 1, 1)?,
            (Count::Excel, 1..=59) => days_from(1899, 12, 31)?,
            // Day 0 is the nothing of 1900-01-00, day 60 a day that was none.
            (Count::Excel, 61..) => days_from(1899, 12, 30)?,
            _ => return Err(ValueError::Count),
        };
        let days = i64::from(first) + day;
        if days > i64::from(days_from(9999, 12, 31)?) {
            return Err(ValueError::Count);
        }
        Ok(Civil {
            days: days as i32,
            micros_of_day: (self.places > 0).then_some(of_day * (DAY / MILLIS)),
            offset_seconds: None,
            clock_change: false,
        })
    }
}

/// Reads the digits of a date run together, `20240102`, and a time of day after them: `20240102150405`, `20240102T1504`,
/// `20240102T150405Z`. Only years from 1900 to 2100, so that hardly another number is taken for a date.
///
/// # Errors
/// [`ValueError::NotDate`] for another shape; else what does not exist.
pub fn parse_compact(cell: &str) -> Result<Civil, ValueError> {
    let text = cell.trim();
    let bytes = text.as_bytes();
    let run = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    if run != 8 && run != 14 {
        return Err(ValueError::NotDate);
    }
    let mut cursor = Cursor::new(text);
    let ((year, _), (month, _), (day, _)) = (cursor.digits(4), cursor.digits(2), cursor.digits(2));
    if !(1900..=2100).contains(&year) {
        return Err(ValueError::NotDate);
    }
    let date = Civil::date(year, month, day)?;
    if bytes.len() == 8 {
        return Ok(date);
    }
    if run == 8 && !cursor.eat(b'T') && !cursor.blanks() {
        return Err(ValueError::NotDate);
    }
    let ((hour, two), (minute, both), (second, more)) = (cursor.digits(2), cursor.digits(2), cursor.digits(2));
    if two != 2 || both != 2 || !matches!(more, 0 | 2) {
        return Err(ValueError::NotDate);
    }
    let micros = if more == 2 && cursor.eat(b'.') {
        cursor.fraction().ok_or(ValueError::TimeOfDay)?
    } else {
        0
    };
    let micros = Clock::micros_of(hour, minute, second, micros)?;
    let shift = zones::shift(text.get(cursor.at..).unwrap_or("").trim()).map_err(|_| ValueError::NotDate)?;
    Ok(date.with(Some(Clock { micros, offset: None })).shifted(shift))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell_parsing::parse_iso;

    #[test]
    fn days_of_a_spreadsheet() {
        for (cell, iso) in [
            ("45384", "2024-04-02"),
            ("45384.34789351852", "2024-04-02 08:20:58"),
            ("45384,5", "2024-04-02 12:00"),
            ("45384.0", "2024-04-02 00:00"),
            ("45631", "2024-12-05"),
            ("1", "1900-01-01"),
            ("59", "1900-02-28"),
            ("61", "1900-03-01"),
            ("2958465", "9999-12-31"),
            // A fraction that rounds up to the next midnight is the next day's.
            ("45384.9999999999", "2024-04-03 00:00"),
        ] {
            assert_eq!(Count::Excel.parse(cell), parse_iso(iso), "{cell}");
        }
        assert_eq!(Count::Excel1904.parse("43922"), parse_iso("2024-04-02"));
        assert_eq!(Count::Excel1904.parse("0"), parse_iso("1904-01-01"));
        for cell in ["0", "60", "60.5", "-1", "2958466", "99999999999"] {
            assert_eq!(Count::Excel.parse(cell), Err(ValueError::Count), "{cell}");
        }
        assert_eq!(Count::Excel.parse("4.5E4"), Err(ValueError::NotDate));
        assert_eq!(Count::Excel.parse(" "), Err(ValueError::Empty));
    }

    #[test]
    fn moments_since_1970() {
        let at = parse_iso("2024-04-19T03:29:56.25Z");
        assert_eq!(Count::Seconds.parse("1713497396.25"), at);
        assert_eq!(Count::Millis.parse("1713497396250"), at);
        assert_eq!(Count::Micros.parse("1713497396250000"), at);
        assert_eq!(Count::Nanos.parse("1713497396250000000"), at);
        assert_eq!(Count::Seconds.parse("-1"), parse_iso("1969-12-31T23:59:59Z"));
        assert_eq!(Count::Seconds.parse("0"), parse_iso("1970-01-01T00:00:00Z"));
        assert_eq!(Count::Seconds.parse("1713497396250000"), Err(ValueError::Count));
        assert_eq!(Count::Seconds.parse("9223372036854775807"), Err(ValueError::Count));
        assert_eq!(Count::Seconds.parse("soon"), Err(ValueError::NotDate));
    }

    #[test]
    fn the_size_tells_the_count() {
        for (cell, count) in [
            ("45384", Some(Count::Excel)),
            ("45384.34789351852", Some(Count::Excel)),
            ("1713497396", Some(Count::Seconds)),
            ("1713497396000", Some(Count::Millis)),
            ("1713497396000000", Some(Count::Micros)),
            ("1713497396000000000", Some(Count::Nanos)),
            ("20240102", None),
            ("9999", None),
            ("-45384", None),
            ("12.5", None),
            ("99999999999999999999", None),
            ("1.234.567", None),
            ("", None),
        ] {
            assert_eq!(Count::of(cell), count, "{cell}");
        }
    }

    #[test]
    fn digits_run_together() {
        for (cell, iso) in [
            ("20240102", "2024-01-02"),
            ("20240102150405", "2024-01-02 15:04:05"),
            ("20240102T1504", "2024-01-02 15:04"),
            ("20240102T150405Z", "2024-01-02T15:04:05Z"),
            ("20240102T150405.5+0100", "2024-01-02T15:04:05.5+01:00"),
            ("20240102 150405", "2024-01-02 15:04:05"),
        ] {
            assert_eq!(parse_compact(cell), parse_iso(iso), "{cell}");
        }
        assert_eq!(parse_compact("20230229"), Err(ValueError::Day(29, 2)));
        for cell in [
            "2024010",
            "202401021",
            "18991231",
            "21010101",
            "20240102x",
            "20240102T1",
            "",
            "é2024010",
        ] {
            assert_eq!(parse_compact(cell), Err(ValueError::NotDate), "{cell}");
        }
    }

    #[test]
    fn names_are_words() {
        for count in Count::TOLD.into_iter().chain([Count::Excel1904]) {
            assert_eq!(Count::named(count.word()), Some(count));
        }
        assert_eq!(Count::named("weeks"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(cell in "\\PC{0,20}|-?[0-9]{0,20}[.,T]?[0-9]{0,20}") {
            for count in Count::TOLD {
                let _ = count.parse(&cell);
            }
            let _ = (Count::of(&cell), parse_compact(&cell), Count::Excel1904.parse(&cell));
        }
    }
}
