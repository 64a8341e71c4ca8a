//! Dates of three parts whose order the cell itself may leave open: `31/01/2024`, `1.31.24 5:07 pm`, `3-Oct-24`, `Oct 3, 2024`.

use std::fmt;

use super::ValueError;
use super::time::{Civil, Clock, Cursor, parse_iso, position};

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

/// Reads the run of letters here if it is one of the names, in any case: its number from 0.
fn name(cursor: &mut Cursor<'_>, names: &[&str], also: &[(&str, u32)]) -> Option<u32> {
    let letters = cursor.rest().iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let word = &cursor.rest()[..letters];
    let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    let full = names.iter().position(|name| is(name) || is(&name[..3])).map(|at| at as u32);
    let number = full.or_else(|| also.iter().find(|(name, _)| is(name)).map(|&(_, number)| number))?;
    cursor.at += letters;
    Some(number)
}

/// Reads an English month name, short or full: 1 to 12.
pub(super) fn month_name(cursor: &mut Cursor<'_>) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    name(cursor, &MONTHS, &[("Sept", 8)]).map(|month| month + 1)
}

/// Reads an English weekday, short or full: 0 (Monday) to 6.
pub(super) fn weekday_name(cursor: &mut Cursor<'_>) -> Option<u32> {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    name(cursor, &DAYS, &[("Tues", 1), ("Thur", 3), ("Thurs", 3)])
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
    dashed: bool,
    weekday: Option<u32>,
    clock: Option<Clock>,
}

impl Parts {
    /// Takes a cell apart: three parts with `/`, `.` or `-` between them, or a month name among them and blanks or commas too; then, if
    /// anything, `T`, blanks or a comma, a time of day with `am` or `pm`, and an offset. A weekday may stand before.
    ///
    /// # Errors
    /// When the cell has another shape, or the time of day does not exist.
    pub fn scan(cell: &str) -> Result<Parts, ValueError> {
        let text = cell.trim();
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        let mut cursor = Cursor::new(text);
        let weekday = weekday_name(&mut cursor);
        if weekday.is_some() {
            cursor.eat(b'.');
            cursor.eat(b',');
            cursor.blanks();
        }
        let first = part(&mut cursor)?;
        let one = separator(&mut cursor);
        let second = part(&mut cursor)?;
        let two = separator(&mut cursor);
        let third = part(&mut cursor)?;
        let parts = [first, second, third];
        let named = parts.iter().filter(|p| matches!(p, Part::Month(_))).count();
        let marks = [Some(b'/'), Some(b'.'), Some(b'-')];
        if named > 1 || (named == 0 && (one != two || !marks.contains(&one))) {
            return Err(ValueError::NotDate);
        }
        let clock = match cursor.peek() {
            None => None,
            Some(_) => {
                if !cursor.eat(b'T') && !cursor.eat(b't') {
                    let comma = cursor.eat(b',');
                    if !cursor.blanks() && !comma {
                        return Err(ValueError::Trailing(position(text, cursor.at)));
                    }
                }
                Some(cursor.clock()?)
            }
        };
        match cursor.rest() {
            [] => Ok(Parts {
                parts,
                dashed: one == Some(b'-'),
                weekday,
                clock,
            }),
            _ => Err(ValueError::Trailing(position(text, cursor.at))),
        }
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
        if self.weekday.is_some_and(|weekday| weekday as i32 != (date.days + 3).rem_euclid(7)) {
            return Err(ValueError::Weekday);
        }
        Ok(date.with(self.clock))
    }

    /// What each of [`Order::ALL`] makes of the parts. A year of two digits in front counts only with `-` between the parts, as ISO 8601
    /// once had it, or where no other order fits: else every `25/10/24` would be a date of 2025 too.
    pub fn readings(&self) -> [Option<Civil>; 3] {
        let [dmy, mdy, ymd] = Order::ALL.map(|order| self.read(order).ok());
        match dmy.or(mdy) {
            Some(_) if self.short() && !self.dashed => [dmy, mdy, None],
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

    fn short(&self) -> bool {
        self.short_ends().is_some()
    }
}

fn full_year(value: u32, digits: usize) -> Result<u32, ValueError> {
    match digits {
        2 => Ok(century(value)),
        4 => Ok(value),
        _ => Err(ValueError::NotDate),
    }
}

fn part(cursor: &mut Cursor<'_>) -> Result<Part, ValueError> {
    let (value, digits) = cursor.digits(5);
    match digits {
        0 => {
            let month = month_name(cursor).ok_or(ValueError::NotDate)?;
            Ok(Part::Month(month))
        }
        1 | 2 | 4 => Ok(Part::Number(value, digits)),
        _ => Err(ValueError::NotDate),
    }
}

/// Skips what stands between two parts: blanks with at most one of `/ . - ,` among them. The mark, or a blank, or nothing.
fn separator(cursor: &mut Cursor<'_>) -> Option<u8> {
    let blank = cursor.blanks();
    let mark = cursor.peek().filter(|b| b"/.-,".contains(b));
    cursor.at += usize::from(mark.is_some());
    let blank = cursor.blanks() || blank;
    mark.or(blank.then_some(b' '))
}

/// Reads a date, or a date and time, whose parts come in that order; ISO 8601 and month names are read whatever the order.
///
/// # Errors
/// When the cell has another shape, does not fit the order, or names a day or time that does not exist.
pub fn parse_ordered(cell: &str, order: Order) -> Result<Civil, ValueError> {
    if cell.as_bytes().get(4) == Some(&b'-')
        && let Ok(civil) = parse_iso(cell)
    {
        return Ok(civil);
    }
    Parts::scan(cell)?.read(order)
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
            "20240131",
            "31 01 2024",
            "31/01-2024",
            "1/2",
            "1/2/3",
            "1/2/203",
            "1/2/20245",
            "1.234,56",
            "10:20",
            "Oct Oct 24",
            "3 Oktober 2024",
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
