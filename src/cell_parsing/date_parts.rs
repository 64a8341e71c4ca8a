//! Dates of three parts whose order the cell itself may leave open: `31/01/2024`, `1.31.24 5:07 pm`, `3-Oct-24`, `15 de enero de 2024`.

use std::fmt;

use super::ValueError;
use super::clean::cleaned;
use super::cursor::{Cursor, position};
use super::names::{Word, month_name, weekday_name};
use super::serial_dates::parse_compact;
use super::time::{Civil, Clock, parse_iso};
use super::zones::{self, Shift};
use crate::period::weekday;

/// In which order a date names its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}

impl Order {
    /// All orders.
    pub const ALL: [Order; 3] = [Order::Dmy, Order::Mdy, Order::Ymd];
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Order::Dmy => "day/month/year",
            Order::Mdy => "month/day/year",
            Order::Ymd => "year/month/day",
        })
    }
}

/// The year that two digits stand for, as POSIX has it: 69 to 99 are the 1900s, 00 to 68 the 2000s.
pub(super) fn century(two_digits: u32) -> u32 {
    two_digits + if two_digits < 69 { 2000 } else { 1900 }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A number and how many digits it has.
    Number(u32, usize),
    Month(u32),
}

/// A date taken apart, before it is settled which part is what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    parts: [Part; 3],
    mark: Option<u8>,
    /// The days that the weekday before it may be.
    weekday: Option<u8>,
    clock: Option<Clock>,
    shift: Option<Shift>,
    /// Its clock has twelve hours.
    half: bool,
}

/// Words between a date and its time of day: `January 2, 2024 at 3:04 PM`, `2 de enero de 2024 a las 15:04`.
const AT: [&str; 9] = ["at", "um", "om", "a", "as", "las", "alle", "ore", "kl"];
/// Words after a time of day: `15:04 Uhr`.
const CLOCK: [&str; 4] = ["uhr", "uur", "h", "hrs"];

impl Parts {
    /// Takes a cell apart: three parts with `/`, `.` or `-` between them, or a month name among them and blanks or commas too; then, if
    /// anything, `T`, blanks or a comma, a time of day with `am` or `pm`, and an offset or a zone. A weekday may stand before, and
    /// the year after the time of day (`Tue Oct 31 22:10:47 +0000 2017`).
    ///
    /// # Errors
    /// When the cell has another shape, or the time of day does not exist.
    pub fn scan(cell: &str) -> Result<Parts, ValueError> {
        let text = cell.trim();
        let error = match Parts::scan_as_is(text) {
            Ok(parts) => return Ok(parts),
            Err(error) => error,
        };
        if !text.is_ascii() || text.starts_with(['\'', '=']) {
            let clean = cleaned(text);
            if clean.len() < text.len() {
                return Parts::scan_as_is(&clean);
            }
        }
        Err(error)
    }

    fn scan_as_is(text: &str) -> Result<Parts, ValueError> {
        match text.as_bytes().first() {
            None => return Err(ValueError::Empty),
            Some(b'0'..=b'9') => return Parts::scan_from(text, 0, None),
            Some(_) => {}
        }
        // `Mar` is a month here and a weekday there: it is the one with which the rest makes a date.
        let error = match Parts::scan_from(text, 0, None) {
            Ok(parts) => return Ok(parts),
            Err(error) => error,
        };
        let mut cursor = Cursor::new(text);
        let weekday = weekday_name(&mut cursor).ok_or(error)?;
        cursor.eat(b'.');
        cursor.eat(b',');
        cursor.blanks();
        Parts::scan_from(text, cursor.at, Some(weekday))
    }

    fn scan_from(text: &str, at: usize, weekday: Option<u8>) -> Result<Parts, ValueError> {
        let mut cursor = Cursor {
            bytes: text.as_bytes(),
            at,
        };
        let first = part(&mut cursor)?;
        let one = separator(&mut cursor);
        let second = part(&mut cursor)?;
        let two = separator(&mut cursor);
        let is_month = |part: &Part| matches!(part, Part::Month(_));
        let mut parts = Parts {
            parts: [first, second, second],
            mark: one,
            weekday,
            clock: None,
            shift: None,
            half: false,
        };
        if is_month(&first) != is_month(&second) && is_clock(cursor.rest()) {
            let time = text.get(cursor.at..).and_then(|t| t.rsplit_once(' ')).ok_or(ValueError::NotDate)?;
            let mut year = Cursor::new(time.1);
            parts.parts[2] = match part(&mut year)? {
                year_part @ Part::Number(_, 4) if year.rest().is_empty() => year_part,
                _ => return Err(ValueError::NotDate),
            };
            return parts.with_time(&text[..cursor.at + time.0.len()], cursor.at);
        }
        parts.parts[2] = part(&mut cursor)?;
        // `2024.03.01.`: Hungarian writes a full stop after the day, too.
        if one == Some(b'.') && matches!(first, Part::Number(_, 4)) {
            cursor.eat(b'.');
        }
        let named = parts.parts.iter().filter(|p| is_month(p)).count();
        let marks = [Some(b'/'), Some(b'.'), Some(b'-')];
        if named > 1 || (named == 0 && (one != two || !marks.contains(&one))) {
            return Err(ValueError::NotDate);
        }
        if cursor.peek().is_none() {
            return Ok(parts);
        }
        let end = cursor.at;
        if !cursor.eat(b'T') && !cursor.eat(b't') {
            let comma = cursor.eat(b',');
            if !cursor.blanks() && !comma {
                return Err(ValueError::Trailing(position(text, end)));
            }
            if cursor.eat(b'-') {
                cursor.blanks();
            }
            while let Some(word) = Word::at(cursor.rest()).filter(|word| AT.contains(&word.as_str())) {
                cursor.at += word.width;
                cursor.eat(b'.');
                cursor.blanks();
            }
        }
        parts.with_time(text, cursor.at)
    }

    /// The parts with the time of day, and the zone, that the text goes on with from there to its end.
    fn with_time(self, text: &str, at: usize) -> Result<Parts, ValueError> {
        let mut cursor = Cursor {
            bytes: text.as_bytes(),
            at,
        };
        let (micros, half) = cursor.time_of_day(b":.hH")?;
        if let Some(word) = Word::at(cursor.rest()).filter(|word| CLOCK.contains(&word.as_str())) {
            cursor.at += word.width;
            cursor.blanks();
        }
        // What is no zone is just more text.
        let shift = zones::shift(text.get(cursor.at..).unwrap_or("").trim()).map_err(|error| match error {
            ValueError::UnknownZone if !cursor.rest()[0].is_ascii_alphabetic() => ValueError::Trailing(position(text, cursor.at)),
            error => error,
        })?;
        Ok(Parts {
            clock: Some(Clock { micros, offset: None }),
            shift,
            half,
            ..self
        })
    }

    /// The date and time if the parts come in that order. A month name, or a year of four digits in front, says the order itself,
    /// and is followed whatever `order` is; `3-Oct-24` has its day in front unless there is no such day.
    ///
    /// # Errors
    /// When the parts do not fit that order or name no day of the calendar.
    pub fn read(&self, order: Order) -> Result<Civil, ValueError> {
        use Part::{Month, Number};
        let (year, month, day) = match self.parts {
            [Number(y, 4), Month(m), Number(d, 1 | 2)] => (y, m, d),
            [Number(d, 1 | 2), Month(m), Number(y, 4)] => (y, m, d),
            [Number(a, 1 | 2), Month(m), Number(c, 2)] if (1..=31).contains(&a) => (century(c), m, a),
            [Number(a, 2), Month(m), Number(c, 1 | 2)] => (century(a), m, c),
            [Month(m), Number(d, 1 | 2), Number(y, n)] => (full_year(y, n)?, m, d),
            [Number(y, 4), Number(m, 1 | 2), Number(d, 1 | 2)] => (y, m, d),
            [Number(a, n @ (1 | 2)), Number(b, 1 | 2), Number(c, k)] => match order {
                Order::Dmy => (full_year(c, k)?, b, a),
                Order::Mdy => (full_year(c, k)?, a, b),
                Order::Ymd if k <= 2 => (full_year(a, n)?, b, c),
                Order::Ymd => return Err(ValueError::NotDate),
            },
            _ => return Err(ValueError::NotDate),
        };
        let date = Civil::date(year, month, day)?;
        // 1970-01-01 was a Thursday.
        if self.weekday.is_some_and(|days_named| days_named >> weekday(date.days) & 1 == 0) {
            return Err(ValueError::Weekday);
        }
        Ok(date.with(self.clock).shifted(self.shift))
    }

    /// What each of [`Order::ALL`] makes of the parts. A year of two digits in front counts only with `-` between the parts, as ISO 8601
    /// once had it, or where no other order fits: else every `25/10/24` would be a date of 2025 too.
    pub fn readings(&self) -> [Option<Civil>; 3] {
        let [dmy, mdy, ymd] = Order::ALL.map(|order| self.read(order).ok());
        match dmy.or(mdy) {
            Some(_) if self.short() && self.mark != Some(b'-') => [dmy, mdy, None],
            _ => [dmy, mdy, ymd],
        }
    }

    /// The first and the last part of three numbers of at most two digits each.
    pub(super) fn short_ends(&self) -> Option<(u32, u32)> {
        match self.parts {
            [Part::Number(a, 1 | 2), Part::Number(_, _), Part::Number(c, 1 | 2)] => Some((a, c)),
            _ => None,
        }
    }

    /// Which of [`CLASSES`] shapes it has: the mark between its parts, and whether its clock has twelve hours. One system writes one
    /// shape.
    pub fn class(&self) -> usize {
        let mark = match self.mark {
            Some(b'.') => 1,
            Some(b'-') => 2,
            _ => 0,
        };
        2 * mark + usize::from(self.half)
    }

    fn short(&self) -> bool {
        self.short_ends().is_some()
    }
}

/// How many shapes [`Parts::class`] tells apart.
pub(super) const CLASSES: usize = 6;

/// Whether a time of day stands here.
fn is_clock(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=2).contains(&digits) && text.get(digits) == Some(&b':')
}

fn full_year(value: u32, digits: usize) -> Result<u32, ValueError> {
    match digits {
        2 => Ok(century(value)),
        4 => Ok(value),
        _ => Err(ValueError::NotDate),
    }
}

/// Reads a number or a month name, and what belongs to it: the ending of `2nd` or `1er`, the point after `sept.` where another mark
/// follows it.
fn part(cursor: &mut Cursor<'_>) -> Result<Part, ValueError> {
    let (value, digits) = cursor.digits(5);
    match digits {
        0 => {
            let month = month_name(cursor).ok_or(ValueError::NotDate)?;
            if cursor.rest().len() > 1 && b"/-, ".contains(&cursor.rest()[1]) {
                cursor.eat(b'.');
            }
            Ok(Part::Month(month))
        }
        1 | 2 | 4 => {
            if digits < 3 {
                ordinal(cursor);
            }
            Ok(Part::Number(value, digits))
        }
        _ => Err(ValueError::NotDate),
    }
}

/// Skips what makes a number an ordinal one.
fn ordinal(cursor: &mut Cursor<'_>) {
    let rest = cursor.rest();
    let letters = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let ending = [&b"st"[..], b"nd", b"rd", b"th", b"er"]
        .iter()
        .any(|end| end.eq_ignore_ascii_case(&rest[..letters]));
    let sign = ["º", "ª", "°"].iter().any(|sign| rest.starts_with(sign.as_bytes()));
    // Each of them has two bytes.
    cursor.at += if ending || sign { 2 } else { 0 };
}

/// Skips what stands between two parts: blanks with at most one of `/ . - ,` among them, or `de`, `del`, `of`. The mark, or a blank, or
/// nothing.
fn separator(cursor: &mut Cursor<'_>) -> Option<u8> {
    let blank = cursor.blanks();
    let mark = cursor.peek().filter(|b| b"/.-,".contains(b));
    cursor.at += usize::from(mark.is_some());
    let blank = cursor.blanks() || blank;
    if blank
        && let Some(word) = Word::at(cursor.rest())
        && ["de", "del", "of"].contains(&word.as_str())
    {
        cursor.at += word.width;
        cursor.blanks();
    }
    mark.or(blank.then_some(b' '))
}

/// Reads a date, or a date and time, whose parts come in that order; ISO 8601, month names and `20240131` are read whatever the order.
///
/// # Errors
/// When the cell has another shape, does not fit the order, or names a day or time that does not exist.
pub fn parse_ordered(cell: &str, order: Order) -> Result<Civil, ValueError> {
    if cell.as_bytes().get(4) == Some(&b'-')
        && let Ok(civil) = parse_iso(cell)
    {
        return Ok(civil);
    }
    match Parts::scan(cell) {
        Ok(parts) => parts.read(order),
        Err(error) => match parse_compact(cell) {
            Err(ValueError::NotDate) => Err(error),
            compact => compact,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Order::{Dmy, Mdy, Ymd};

    #[test]
    fn orders() {
        for (cell, order, iso) in [
            ("31/01/2024", Dmy, "2024-01-31"),
            ("01/31/2024", Mdy, "2024-01-31"),
            ("2024/01/31", Ymd, "2024-01-31"),
            ("2024.01.31.", Ymd, "2024-01-31"),
            ("2024.01.31. 10:20", Ymd, "2024-01-31 10:20"),
            ("31.1.24", Dmy, "2024-01-31"),
            ("1-31-69", Mdy, "1969-01-31"),
            ("24-01-31", Ymd, "2024-01-31"),
            ("31/01/2024 10:20", Dmy, "2024-01-31 10:20"),
            ("1/31/2024 5:07 PM", Mdy, "2024-01-31 17:07"),
            ("1/31/2024, 5:07:09 p.m.", Mdy, "2024-01-31 17:07:09"),
            ("1/31/2024 12:00:00 AM", Mdy, "2024-01-31 00:00:00"),
            ("31.01.2024T10:20:30.5+02:00", Dmy, "2024-01-31T10:20:30.5+02:00"),
            ("31 / 01 / 2024", Dmy, "2024-01-31"),
        ] {
            assert_eq!(parse_ordered(cell, order), parse_iso(iso), "{cell}");
        }
    }

    #[test]
    fn some_cells_say_their_order_themselves() {
        for (cell, iso) in [
            ("2024-01-31 10:20", "2024-01-31 10:20"),
            ("2024/1/31", "2024-01-31"),
            ("03 Oct 2024", "2024-10-03"),
            ("3-Oct-24", "2024-10-03"),
            ("99-Oct-24", "1999-10-24"),
            ("03OCT2024", "2024-10-03"),
            ("3. October 2024", "2024-10-03"),
            ("Oct 3, 2024", "2024-10-03"),
            ("Sept. 3, 2024 9:05 am", "2024-09-03 09:05"),
            ("2024-Oct-03", "2024-10-03"),
            ("Thu, 03 Oct 2024 10:20:30 +0000", "2024-10-03T10:20:30Z"),
            ("Thursday, October 3, 2024", "2024-10-03"),
        ] {
            for order in Order::ALL {
                assert_eq!(parse_ordered(cell, order), parse_iso(iso), "{cell} {order}");
            }
        }
    }

    #[test]
    fn dates_as_exports_write_them() {
        for (cell, iso) in [
            ("31/Jul/21 10:22 AM", "2021-07-31 10:22"),
            ("18/jul/26 9:10 AM", "2026-07-18 09:10"),
            ("1. März 2024", "2024-03-01"),
            ("1. Mär. 2024, 15:04 Uhr", "2024-03-01 15:04"),
            ("15 de enero de 2024", "2024-01-15"),
            ("15 de janeiro de 2024 às 10h30", "2024-01-15 10:30"),
            ("15 de enero del 2024 a las 3:04 p. m.", "2024-01-15 15:04"),
            ("16 aoû 2024", "2024-08-16"),
            ("1er août 2024 à 10h22", "2024-08-01 10:22"),
            ("03-sept.-2024", "2024-09-03"),
            ("15. dez. 2024", "2024-12-15"),
            ("mar. 12 mars 2024", "2024-03-12"),
            ("mar 3 dic 2024", "2024-12-03"),
            ("Mar 3, 2024", "2024-03-03"),
            ("Montag, 4. März 2024 um 15.04 Uhr", "2024-03-04 15:04"),
            ("segunda-feira, 4 de março de 2024", "2024-03-04"),
            ("ma 4 mrt. 2024 15:04", "2024-03-04 15:04"),
            ("January 2nd, 2024 at 3 PM", "2024-01-02 15:00"),
            ("Jan 2, 2024, 3:04 PM", "2024-01-02 15:04"),
            ("Jan 2, 2024, 3:04\u{202f}PM", "2024-01-02 15:04"),
            ("2024-01-02 3:04 a.m.", "2024-01-02 03:04"),
            ("2018-11-13 8:21 pm", "2018-11-13 20:21"),
            ("2024-01-02 3:04PM", "2024-01-02 15:04"),
            ("2022/10/17 6:31:58 PM EST", "2022-10-17T18:31:58-05:00"),
            ("Mon, 02 Jan 2006 15:04:05 +0100", "2006-01-02T15:04:05+01:00"),
            ("Mon, 02 Jan 2006 15:04:05 +0100 (CET)", "2006-01-02T15:04:05+01:00"),
            ("Tue Oct 31 22:10:47 +0000 2017", "2017-10-31T22:10:47Z"),
            ("Tue Oct 31 22:10:47 EDT 2017", "2017-10-31T22:10:47-04:00"),
            ("Tue Oct 31 22:10:47 2017", "2017-10-31 22:10:47"),
            (
                "Tue Oct 31 2017 22:10:47 GMT+0100 (Central European Standard Time)",
                "2017-10-31T22:10:47+01:00",
            ),
            ("2023-06-01 12:15:36 UTC", "2023-06-01T12:15:36Z"),
            ("2024-01-02T03:04:05.123Z", "2024-01-02T03:04:05.123Z"),
            ("2024-01-02 10:00 GMT+2", "2024-01-02T10:00+02:00"),
            ("2024-01-02 10:00 (GMT+1)", "2024-01-02T10:00+01:00"),
            ("2024-01-02 10:00 Europe/Berlin", "2024-01-02T10:00+01:00"),
            ("2024-07-02T10:00[Europe/Berlin]", "2024-07-02T10:00+02:00"),
            ("2022-11-10 21:50:48 Pacific Time (US & Canada)", "2022-11-10T21:50:48-08:00"),
            ("20240102", "2024-01-02"),
            ("20240102T150405Z", "2024-01-02T15:04:05Z"),
            ("2024/01/02", "2024-01-02"),
            ("2024.01.02 15:04", "2024-01-02 15:04"),
            ("\u{200e}3 \u{200e}Oct 2024", "2024-10-03"),
            ("3 oct\u{a0}2024", "2024-10-03"),
            ("'2024-01-02", "2024-01-02"),
        ] {
            for order in Order::ALL {
                assert_eq!(parse_ordered(cell, order), parse_iso(iso), "{cell} {order}");
            }
        }
        for (cell, order, iso) in [
            ("12/2/2011 12:00:00 AM", Mdy, "2011-12-02 00:00"),
            ("02.01.2024 15:04", Dmy, "2024-01-02 15:04"),
            ("1/10/2026 21:52", Dmy, "2026-10-01 21:52"),
            ("01/03/2023 13:57:10 PST", Mdy, "2023-01-03T13:57:10-08:00"),
        ] {
            assert_eq!(parse_ordered(cell, order), parse_iso(iso), "{cell} {order}");
        }
    }

    #[test]
    fn zones_that_leave_the_time_open() {
        let fold = parse_ordered("2024-10-27 02:30 Europe/Berlin", Dmy).unwrap();
        assert!(fold.clock_change);
        assert_eq!(fold.utc(), parse_iso("2024-10-27T00:30Z").unwrap().utc());
        let gap = parse_ordered("2024-03-31 02:30 Europe/Berlin", Dmy).unwrap();
        assert!(gap.clock_change);
        assert_eq!(gap.utc(), parse_iso("2024-03-31T01:30Z").unwrap().utc());
        assert_eq!(
            parse_ordered("1/2/2024 10:00 IST", Dmy),
            Err(ValueError::AmbiguousZone("IST", "India, Israel or Ireland"))
        );
        assert_eq!(parse_ordered("1/2/2024 10:00 soon", Dmy), Err(ValueError::UnknownZone));
    }

    #[test]
    fn what_is_no_date() {
        assert_eq!(parse_ordered("31/02/2024", Dmy), Err(ValueError::Day(31, 2)));
        assert_eq!(parse_ordered("31/01/2024", Mdy), Err(ValueError::Month(31)));
        assert_eq!(parse_ordered("31/01/2024", Ymd), Err(ValueError::NotDate));
        assert_eq!(parse_ordered("31/01/2024x", Dmy), Err(ValueError::Trailing(11)));
        assert_eq!(parse_ordered("31/01/2024 25:00", Dmy), Err(ValueError::TimeOfDay));
        assert_eq!(parse_ordered("1/31/2024 13:00 PM", Mdy), Err(ValueError::TimeOfDay));
        assert_eq!(parse_ordered("Mon, 03 Oct 2024", Dmy), Err(ValueError::Weekday));
        assert_eq!(parse_ordered("", Dmy), Err(ValueError::Empty));
        for cell in [
            "31 01 2024",
            "31/01-2024",
            "1/2",
            "1/2/3",
            "1/2/203",
            "1/2/20245",
            "1.234,56",
            "10:20",
            "Oct Oct 24",
            "3 Oktobre 2024",
            "16 jui 2024",
            "Tue Oct 31 22:10:47 2017 +0000",
            "Tue Oct 31 22:10:47 +0000 17",
            "1/2/2024 3 Uhr",
            "unknown",
            "12.5",
            "1/2/2024 10",
            "192.168.1.1",
        ] {
            assert!(Order::ALL.iter().all(|&order| parse_ordered(cell, order).is_err()), "{cell}");
        }
    }

    #[test]
    fn short_years_in_front() {
        let fits = |cell: &str| Parts::scan(cell).unwrap().readings().map(|r| r.is_some());
        assert_eq!(fits("25/10/24"), [true, false, false]);
        assert_eq!(fits("25-10-24"), [true, false, true]);
        assert_eq!(fits("99/10/24"), [false, false, true]);
        assert_eq!(fits("05/06/2024"), [true, true, false]);
        assert_eq!(fits("2024/06/05"), [true, true, true]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(cell in "\\PC{0,20}|[0-9]{1,4}[-/. ][0-9A-Za-z]{1,4}[-/. ,]{1,2}[0-9]{1,4}[ T]?[0-9:.apmAPM+Z]{0,10}") {
            for order in Order::ALL {
                let _ = parse_ordered(&cell, order);
            }
        }
    }
}
