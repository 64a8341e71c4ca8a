//! Calendar dates and times of day, and the ISO 8601 form of them.
//!
//! A cell gives a [`Civil`]: what a calendar and a clock on the wall showed, with an offset from UTC where the cell states one.
//! Turning a time without an offset into an instant needs a time zone, which is the caller's.

use super::ValueError;
use super::cursor::{Cursor, position};
use super::zones::Shift;
use crate::period::{Fit, civil_from_days, days_from_civil, days_in_month};
use crate::schema::{DAY, HOUR, Micros};

const MINUTE: i64 = 60_000_000;
const SECOND: i64 = 1_000_000;

/// A date, or a date and a time of day, as a calendar and a clock show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Civil {
    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    pub days: i32,
    /// Microseconds since midnight, below one day; `None` where the cell gives the date only.
    pub micros_of_day: Option<i64>,
    /// Seconds east of UTC; `None` where the cell does not say.
    pub offset_seconds: Option<i32>,
    /// The zone that the cell names has no such time, or has it twice: its clocks were put forward or back. The offset is then the one
    /// of [`crate::period::Zone::to_utc`].
    pub clock_change: bool,
}

impl Civil {
    /// The date alone.
    ///
    /// # Errors
    /// When there is no such day; years are 1 to 9999.
    pub fn date(year: u32, month: u32, day: u32) -> Result<Civil, ValueError> {
        Ok(Civil {
            days: days_from(year, month, day)?,
            micros_of_day: None,
            offset_seconds: None,
            clock_change: false,
        })
    }

    /// The same date with a time of day; 24:00 is the next midnight.
    fn at(self, clock: Clock) -> Civil {
        match clock.micros {
            DAY => Civil {
                days: self.days + 1,
                micros_of_day: Some(0),
                offset_seconds: clock.offset,
                clock_change: false,
            },
            micros => Civil {
                micros_of_day: Some(micros),
                offset_seconds: clock.offset,
                ..self
            },
        }
    }

    /// The date with that time of day, if there is one.
    pub(super) fn with(self, clock: Option<Clock>) -> Civil {
        clock.map_or(self, |clock| self.at(clock))
    }

    /// The same date and time in the zone that the cell states; one without a time of day stays a bare date.
    pub(super) fn shifted(self, shift: Option<Shift>) -> Civil {
        match (shift, self.micros_of_day) {
            (None, _) | (_, None) => self,
            (Some(Shift::Seconds(seconds)), _) => Civil {
                offset_seconds: Some(seconds),
                ..self
            },
            (Some(Shift::Zone(zone)), Some(micros)) => {
                let local = zone.to_utc(self.days, micros);
                Civil {
                    offset_seconds: Some(((self.local_micros() - local.at) / SECOND) as i32),
                    clock_change: local.fit != Fit::Unique,
                    ..self
                }
            }
        }
    }

    /// Microseconds from 1970-01-01T00:00 to this moment on the same clock, whatever its offset; a date counts from its midnight.
    pub fn local_micros(&self) -> Micros {
        i64::from(self.days) * DAY + self.micros_of_day.unwrap_or(0)
    }

    /// The instant, where the cell states an offset.
    pub fn utc(&self) -> Option<Micros> {
        self.offset_seconds.map(|seconds| self.local_micros() - i64::from(seconds) * SECOND)
    }

    /// The civil form, in UTC, of microseconds since 1970; `None` outside the years 1 to 9999.
    pub(super) fn from_utc(micros: Micros) -> Option<Civil> {
        let (days, of_day) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
        (-719_162..=2_932_896).contains(&days).then_some(Civil {
            days: days as i32,
            micros_of_day: Some(of_day),
            offset_seconds: Some(0),
            clock_change: false,
        })
    }

    /// Whether it is what systems write for no date at all: the first day of the calendar, or the day before a spreadsheet's first
    /// (1899-12-30 or, by Excel's own count, 1899-12-31), at midnight.
    #[inline]
    pub fn is_zero(&self) -> bool {
        const FIRST: i32 = -719_162;
        const BEFORE_EXCEL: i32 = -25_569;
        // One comparison is enough for a date of our time.
        self.days <= BEFORE_EXCEL + 1 && (self.days == FIRST || self.days >= BEFORE_EXCEL) && self.micros_of_day.unwrap_or(0) == 0
    }

    /// Year, month and day.
    pub fn ymd(&self) -> (i32, u32, u32) {
        civil_from_days(self.days)
    }
}

/// A time of day with the offset written after it. Micros may be [`DAY`] (24:00).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub micros: i64,
    pub offset: Option<i32>,
}

impl Clock {
    /// The microseconds since midnight of a time of day; 24:00:00 is allowed, and second 60 (a leap second) is the last microsecond of its minute, so
    /// that it stays after what came before it and on its own day.
    pub(super) fn micros_of(hour: u32, minute: u32, second: u32, micros: i64) -> Result<i64, ValueError> {
        let whole = i64::from(hour) * HOUR + i64::from(minute) * MINUTE;
        match (hour, minute, second) {
            (0..=23, 0..=59, 0..=59) => Ok(whole + i64::from(second) * SECOND + micros),
            (0..=23, 0..=59, 60) => Ok(whole + MINUTE - 1),
            (24, 0, 0) if micros == 0 => Ok(DAY),
            _ => Err(ValueError::TimeOfDay),
        }
    }
}

/// Days since 1970-01-01.
pub(super) fn days_from(year: u32, month: u32, day: u32) -> Result<i32, ValueError> {
    if !(1..=9999).contains(&year) {
        return Err(ValueError::Year(year));
    }
    if !(1..=12).contains(&month) {
        return Err(ValueError::Month(month));
    }
    // Every month has a 28th.
    if day == 0 || (day > 28 && day > days_in_month(year as i32, month)) {
        return Err(ValueError::Day(day, month));
    }
    Ok(days_from_civil(year as i32, month, day))
}

/// Two digits at a place, or something above 99.
#[inline]
fn two(bytes: &[u8], at: usize) -> u32 {
    let (tens, ones) = (bytes[at].wrapping_sub(b'0'), bytes[at + 1].wrapping_sub(b'0'));
    if tens > 9 || ones > 9 {
        100
    } else {
        u32::from(tens) * 10 + u32::from(ones)
    }
}

/// The numbers of two digits, wherever they begin, in the first eight bytes, where these have the characters of the pattern; a `0` of it
/// stands for any digit. The pattern is a constant, so that no cell waits for what follows from it.
#[inline]
fn eight<const PATTERN: u64>(bytes: &[u8]) -> Option<[u32; 8]> {
    // Adding to each byte what takes the first wrong value, 10 or 1, to 0x80.
    let room = const {
        let mut room = PATTERN.to_le_bytes();
        let mut at = 0;
        while at < room.len() {
            room[at] = if room[at] == b'0' { 0x76 } else { 0x7f };
            at += 1;
        }
        u64::from_le_bytes(room)
    };
    // Characters less those of the pattern: digits become their values, everything else 0.
    let values = u64::from_le_bytes(*bytes.first_chunk()?) ^ PATTERN;
    let wrong = (values.wrapping_add(room) | values) & 0x8080_8080_8080_8080;
    // Each byte ten times, and the one after it once.
    (wrong == 0).then(|| (values * 10 + (values >> 8)).to_le_bytes().map(u32::from))
}

/// Reads what nearly all times of exports look like, `2024-01-31T10:20:30` or the same with a `Z`; `None` for any other cell, which is
/// then up to [`parse_iso`]. It takes eight characters at a time, and half the time of looking at one after the other.
#[inline]
pub fn parse_plain_iso(cell: &str) -> Option<Civil> {
    let bytes = cell.as_bytes();
    let offset_seconds = match bytes.get(19..) {
        Some([]) => None,
        Some([b'Z']) => Some(0),
        _ => return None,
    };
    const DATE: u64 = u64::from_le_bytes(*b"0000-00-");
    const AFTER_BLANK: u64 = u64::from_le_bytes(*b"00 00:00");
    const AFTER_T: u64 = u64::from_le_bytes(*b"00T00:00");
    const CLOCK: u64 = u64::from_le_bytes(*b"00:00:00");
    let date = eight::<DATE>(bytes)?;
    let clock = if bytes[10] == b' ' {
        eight::<AFTER_BLANK>(&bytes[8..])
    } else {
        eight::<AFTER_T>(&bytes[8..])
    }?;
    let second = eight::<CLOCK>(&bytes[11..])?[6];
    if clock[3] > 23 || clock[6] > 59 || second > 59 {
        return None;
    }
    Some(Civil {
        days: days_from(date[0] * 100 + date[2], date[5], clock[0]).ok()?,
        micros_of_day: Some(i64::from(clock[3]) * HOUR + i64::from(clock[6]) * MINUTE + i64::from(second) * SECOND),
        offset_seconds,
        clock_change: false,
    })
}

/// Reads ISO 8601: `2024-01-31`, `2024-01-31T10:20:30.123456Z`, a blank instead of `T`, `HH:MM`, and an offset as `Z`, `+02`,
/// `+0200`, `+02:00` or `UTC`. Year, month, day, hours and minutes have all their digits.
///
/// # Errors
/// When the cell has another shape or names a day or time that does not exist.
pub fn parse_iso(cell: &str) -> Result<Civil, ValueError> {
    let text = cell.trim_ascii();
    let bytes = text.as_bytes();
    if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return Err(if text.is_empty() { ValueError::Empty } else { ValueError::NotDate });
    }
    let (century, year, month, day) = (two(bytes, 0), two(bytes, 2), two(bytes, 5), two(bytes, 8));
    if century > 99 || year > 99 || month > 99 || day > 99 {
        return Err(ValueError::NotDate);
    }
    let date = Civil {
        days: days_from(century * 100 + year, month, day)?,
        micros_of_day: None,
        offset_seconds: None,
        clock_change: false,
    };
    if bytes.len() == 10 {
        return Ok(date);
    }
    if !matches!(bytes[10], b'T' | b't' | b' ') {
        return Err(ValueError::Trailing(11));
    }
    // The usual `HH:MM:SS`, alone or with a `Z`, needs no cursor.
    if (bytes.len() == 19 || (bytes.len() == 20 && bytes[19] == b'Z')) && bytes[13] == b':' && bytes[16] == b':' {
        let micros = Clock::micros_of(two(bytes, 11), two(bytes, 14), two(bytes, 17), 0)?;
        return Ok(date.at(Clock {
            micros,
            offset: (bytes.len() == 20).then_some(0),
        }));
    }
    let mut cursor = Cursor { bytes, at: 11 };
    cursor.blanks();
    if cursor.rest().len() < 5 || cursor.rest()[2] != b':' {
        return Err(ValueError::TimeOfDay);
    }
    let clock = cursor.clock()?;
    match cursor.rest() {
        [] => Ok(date.at(clock)),
        _ => Err(ValueError::Trailing(position(text, cursor.at))),
    }
}

/// Whether the cell is a date that no calendar has, written for none at all: nothing but zeros (`0000-00-00 00:00:00`,
/// `00/00/0000`), or a spreadsheet's day before its first, `1900-01-00`.
pub fn is_zero_date(cell: &str) -> bool {
    let cell = cell.trim();
    if !cell.starts_with(|c: char| c.is_ascii_digit() || "-/.".contains(c)) {
        return false;
    }
    let date = cell.split([' ', 'T']).next().unwrap_or("");
    let zeros = date.bytes().filter(|b| *b == b'0').count();
    if zeros >= 6 && date.bytes().all(|b| b"0-/.".contains(&b)) {
        return true;
    }
    let mut parts = date.split(['-', '/', '.']).map(|p| p.parse::<u32>().ok());
    match [parts.next(), parts.next(), parts.next(), parts.next()] {
        [Some(Some(1900)), Some(Some(1)), Some(Some(0)), None] => true,
        [Some(Some(a)), Some(Some(b)), Some(Some(1900)), None] => a + b == 1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What jiff, an independent implementation, makes of the same instant.
    fn instant(text: &str) -> Micros {
        text.parse::<jiff::Timestamp>().unwrap().as_microsecond()
    }

    #[test]
    fn plain_times_are_read_as_all_others() {
        let plain = |text: &str| parse_plain_iso(text).map(Ok);
        for text in [
            "2024-02-29T23:59:59Z",
            "2024-02-29 00:00:00",
            "0001-01-01T10:20:30",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(plain(text), Some(parse_iso(text)), "{text}");
        }
        // Any one character in the place of any other gives the same as the long way, or is left to it.
        for text in ["2024-02-28T13:51:59Z", "2019-10-09 09:38:47"] {
            for at in 0..text.len() {
                for wrong in (0..128u8).map(char::from).chain(['\u{80}', '\u{ff}']) {
                    let mut other = text.to_string();
                    other.replace_range(at..=at, &wrong.to_string());
                    let read = parse_plain_iso(&other);
                    assert!(read.is_none() || Ok(read.unwrap()) == parse_iso(&other), "{other}");
                }
            }
        }
        for text in [
            "",
            "2024-02-30T10:20:30Z",
            "2024-02-29T24:00:00",
            "2024-02-29T10:20:60Z",
            "2024-02-29T10:20:30ZZ",
            "2024-02-29",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn dates() {
        assert_eq!(parse_iso("1970-01-01"), Civil::date(1970, 1, 1));
        assert_eq!(parse_iso("1970-01-01").unwrap().days, 0);
        assert_eq!(parse_iso(" 2024-02-29 ").unwrap().days, 19_782);
        assert_eq!(parse_iso("0001-01-01").unwrap().days, -719_162);
        assert_eq!(parse_iso("9999-12-31").unwrap().days, 2_932_896);
        assert_eq!(parse_iso("2024-01-31").unwrap().micros_of_day, None);
    }

    #[test]
    fn every_day_of_eight_centuries_goes_there_and_back() {
        let first = parse_iso("1601-01-01").unwrap().days;
        for days in first..first + 2 * 146_097 {
            let (y, m, d) = Civil {
                days,
                micros_of_day: None,
                offset_seconds: None,
                clock_change: false,
            }
            .ymd();
            assert_eq!(days_from(y as u32, m, d), Ok(days));
        }
    }

    #[test]
    fn times_with_an_offset_are_instants() {
        for text in [
            "2024-01-31T10:20:30Z",
            "2024-01-31t10:20:30z",
            "2024-01-31 10:20:30.123456Z",
            "2024-01-31T10:20:30.5+02:00",
            "2024-01-31T10:20:30.123456789-05:30",
            "2024-01-31T10:20:30+0200",
            "2024-01-31T10:20:30+02",
            "1969-12-31T23:59:59.999999Z",
        ] {
            assert_eq!(parse_iso(text).unwrap().utc(), Some(instant(text)), "{text}");
        }
        assert_eq!(
            parse_iso("2024-01-31 10:20 UTC").unwrap().utc(),
            Some(instant("2024-01-31T10:20:00Z"))
        );
        assert_eq!(
            parse_iso("2024-01-31 10:20:30 +0000").unwrap().utc(),
            Some(instant("2024-01-31T10:20:30Z"))
        );
        assert_eq!(
            parse_iso("2024-01-31 10:20:30,25 \u{2212}01:00").unwrap().utc(),
            Some(instant("2024-01-31T11:20:30.25Z"))
        );
    }

    #[test]
    fn times_without_an_offset_stay_on_the_wall() {
        let civil = parse_iso("2024-01-31T10:20").unwrap();
        assert_eq!(
            (civil.micros_of_day, civil.offset_seconds, civil.utc()),
            (Some(10 * HOUR + 20 * MINUTE), None, None)
        );
        assert_eq!(civil.local_micros(), instant("2024-01-31T10:20:00Z"));
    }

    #[test]
    fn midnight_at_the_end_and_leap_seconds() {
        assert_eq!(parse_iso("2024-12-31T24:00:00"), parse_iso("2025-01-01T00:00:00"));
        assert_eq!(parse_iso("2024-12-31 24:00"), parse_iso("2025-01-01 00:00"));
        assert_eq!(parse_iso("2016-12-31T23:59:60Z"), parse_iso("2016-12-31T23:59:59.999999Z"));
        assert_eq!(parse_iso("2024-12-31T24:00:01"), Err(ValueError::TimeOfDay));
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        assert_eq!(parse_iso("2024-02-30"), Err(ValueError::Day(30, 2)));
        assert_eq!(parse_iso("2023-02-29"), Err(ValueError::Day(29, 2)));
        assert_eq!(parse_iso("1900-02-29"), Err(ValueError::Day(29, 2)));
        assert_eq!(parse_iso("2024-13-01"), Err(ValueError::Month(13)));
        assert_eq!(parse_iso("0000-00-00"), Err(ValueError::Year(0)));
        assert_eq!(parse_iso("2024-01-00"), Err(ValueError::Day(0, 1)));
        assert_eq!(parse_iso("2024-01-31T25:00:00"), Err(ValueError::TimeOfDay));
        assert_eq!(parse_iso("2024-01-31T10:60"), Err(ValueError::TimeOfDay));
        assert_eq!(parse_iso("2024-01-31T10:00:61"), Err(ValueError::TimeOfDay));
        assert_eq!(parse_iso("2024-01-31T10:00:00+2"), Err(ValueError::Offset));
        assert_eq!(parse_iso("2024-01-31T10:00:00+02:"), Err(ValueError::Offset));
        assert_eq!(parse_iso("2024-01-31T10:00:00+99"), Err(ValueError::Offset));
        assert_eq!(parse_iso("2024-01-31T10:00:00 x"), Err(ValueError::Trailing(21)));
        assert_eq!(parse_iso("2024-01-31x"), Err(ValueError::Trailing(11)));
        assert_eq!(parse_iso(""), Err(ValueError::Empty));
        for cell in [
            "31.01.2024",
            "2024-1-31",
            "2024-01-3",
            "20240131",
            "abcd-ef-gh",
            "2024-01-31T",
            "2024-01-31T10",
            "2024-01-31T1:00",
        ] {
            assert!(parse_iso(cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn dates_that_stand_for_none() {
        for cell in [
            "0000-00-00",
            "0000-00-00 00:00:00",
            "00/00/0000",
            "00.00.0000",
            "1900-01-00",
            "1/0/1900",
            "0/1/1900",
            "00/01/1900",
            "01/00/1900 00:00",
            "00000000",
        ] {
            assert!(is_zero_date(cell), "{cell}");
        }
        for cell in [
            "0",
            "00:00:00",
            "2000-00-00",
            "1900-01-01",
            "1/1/1900",
            "1970-01-01",
            "",
            "0/1/2000",
            "0-1-0",
        ] {
            assert!(!is_zero_date(cell), "{cell}");
        }
        for cell in ["0001-01-01", "0001-01-01T00:00:00Z", "1899-12-30", "1899-12-31 00:00:00"] {
            assert!(parse_iso(cell).unwrap().is_zero(), "{cell}");
        }
        for cell in [
            "1970-01-01",
            "1900-01-01",
            "1899-12-29",
            "0001-01-02",
            "1899-12-30 10:00",
            "2024-01-02",
        ] {
            assert!(!parse_iso(cell).unwrap().is_zero(), "{cell}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(cell in "\\PC{0,30}|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]\\PC{0,12}") {
            let _ = parse_iso(&cell);
        }
    }
}
