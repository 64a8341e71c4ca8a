//! Periods and points in time as people write them.

use jiff::Timestamp;

use super::calendar::{Grain, WeekStart, checked_day, date_text, month_start};
use super::{Kind, Period, Zone};
use crate::schema::Micros;

const FORMS: &str = "a period is a day 2026-10-05, a week 2026-W41, a month 2026-10, a quarter 2026-Q3, a year 2026, a range such as \
                     2026-01-01..2026-03-31 or 2026-01..2026-03 (both ends included), or last- or this- with day, week, month, quarter or year";

/// A period as it was asked for, read before the data are: what `last-month` is depends on as-of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Calendar days that are known by now: label, kind, first day, and the day after the last.
    Days(String, Kind, i32, i32),
    /// `last-month`: the last one that is complete at as-of.
    Last(Grain),
    /// `this-month`: the one that holds the last instant before as-of, complete or not.
    This(Grain),
}

impl Wanted {
    /// Reads `2026-10-05`, `2026-W41`, `2026-10`, `2026-Q3`, `2026`, `A..B` of any two of these (both included), `last-month`,
    /// `this-quarter` and the like. Upper and lower case are the same. Weeks start on that day.
    ///
    /// # Errors
    /// What is wrong with the text, and the forms that there are.
    pub fn parse(text: &str, weeks: WeekStart) -> Result<Wanted, String> {
        let text = text.trim();
        let wrong = |why: String| format!("`{text}` is not a valid period: {why}; {FORMS}");
        if let Some((from, to)) = text.split_once("..") {
            let (from, to) = (from.trim(), to.trim());
            if from.is_empty() || to.is_empty() {
                return Err(wrong("a range has two ends".into()));
            }
            let (first, last) = (calendar(from, weeks).map_err(wrong)?, calendar(to, weeks).map_err(wrong)?);
            if last.2 <= first.1 {
                return Err(wrong(format!("{to} is before {from}")));
            }
            let label = format!("{}..{}", from.to_ascii_uppercase(), to.to_ascii_uppercase());
            return Ok(Wanted::Days(label, Kind::Range, first.1, last.2));
        }
        if let Some((which, grain)) = text
            .split_once('-')
            .filter(|(which, _)| which.starts_with(|c: char| c.is_ascii_alphabetic()))
        {
            let grain = Grain::parse(grain).map_err(wrong)?.with_weeks(weeks);
            return match which.to_ascii_lowercase().as_str() {
                "last" => Ok(Wanted::Last(grain)),
                "this" => Ok(Wanted::This(grain)),
                other => Err(wrong(format!("`{other}` is neither last nor this"))),
            };
        }
        let (grain, first, end) = calendar(text, weeks).map_err(wrong)?;
        Ok(Wanted::Days(grain.label(first), Kind::Grain(grain), first, end))
    }

    /// The period, in a zone and as of a time (exclusive).
    pub fn resolve(self, zone: &Zone, as_of: Micros) -> Period {
        match self {
            Wanted::Days(label, kind, first, end) => Period::made(label, kind, first, end, zone),
            Wanted::Last(grain) => Period::last_complete(grain, as_of, zone),
            Wanted::This(grain) => Period::of(grain, zone.day_of(as_of.saturating_sub(1)), zone),
        }
    }
}

/// A calendar period: its grain, its first day and the day after its last. The error says what does not exist.
fn calendar(text: &str, weeks: WeekStart) -> Result<(Grain, i32, i32), String> {
    let unread = || format!("`{text}` cannot be read");
    let parts: Vec<&str> = text.split('-').collect();
    let year = digits(parts[0], 4).filter(|year| *year >= 1).ok_or_else(unread)? as i32;
    let (grain, day) = match parts[1..] {
        [] => (Grain::Year, month_start(year * 12)),
        [part] if part.starts_with(['W', 'w']) => {
            let week = part.get(1..).and_then(|w| digits(w, 2)).ok_or_else(unread)?;
            let last = weeks.weeks_in_year(year);
            if !(1..=last).contains(&week) {
                return Err(format!("{year:04} has the weeks 1 to {last}"));
            }
            (Grain::Week(weeks), weeks.week_start(year, week))
        }
        [part] if part.starts_with(['Q', 'q']) => {
            let quarter = part.get(1..).and_then(|q| digits(q, 1)).ok_or_else(unread)?;
            if !(1..=4).contains(&quarter) {
                return Err("a year has the quarters 1 to 4".into());
            }
            (Grain::Quarter, month_start(year * 12 + 3 * (quarter as i32 - 1)))
        }
        [part] => {
            let month = digits(part, 2).ok_or_else(unread)?;
            if !(1..=12).contains(&month) {
                return Err("a year has the months 01 to 12".into());
            }
            (Grain::Month, month_start(year * 12 + month as i32 - 1))
        }
        [month, day] => {
            let (month, day) = digits(month, 2).zip(digits(day, 2)).ok_or_else(unread)?;
            let day = checked_day(year, month, day).ok_or_else(|| format!("the day {text} does not exist"))?;
            (Grain::Day, day)
        }
        _ => return Err(unread()),
    };
    Ok((grain, grain.start(day), grain.end(day)))
}

/// A number of exactly that many digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// The civil day of a date written `2026-10-05`.
///
/// # Errors
/// What is wrong with it.
pub fn parse_date(text: &str) -> Result<i32, String> {
    match calendar(text.trim(), WeekStart::MONDAY) {
        Ok((Grain::Day, day, _)) => Ok(day),
        Ok(_) => Err(format!("`{text}` is not a valid date; write it like 2026-10-05")),
        Err(why) => Err(format!("`{text}` is not a valid date: {why}; write it like 2026-10-05")),
    }
}

/// An as-of, which is exclusive: a date is the end of that day in the zone, a time with an offset (`2026-10-31T12:00:00Z`) is that
/// instant.
///
/// # Errors
/// What is wrong with it.
pub fn parse_as_of(text: &str, zone: &Zone) -> Result<Micros, String> {
    let text = text.trim();
    if text.len() <= date_text(0).len() {
        return parse_date(text).map(|day| zone.midnight(day + 1));
    }
    parse_instant(text).ok_or_else(|| format!("`{text}` is not a valid time; write a date like 2026-10-31, or 2026-10-31T12:00:00Z"))
}

/// The instant of a time with an offset, such as `2026-10-31T12:00:00Z`.
pub fn parse_instant(text: &str) -> Option<Micros> {
    text.parse().ok().map(|at: Timestamp| at.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::instant_text;
    use proptest::prelude::*;

    fn bounds(text: &str) -> (String, String, String) {
        let period = Period::parse(text, &Zone::utc(), 0).unwrap();
        (period.label, date_text(period.first_day), date_text(period.last_day_exclusive - 1))
    }

    #[test]
    fn every_form_is_read() {
        for (text, label, first, last) in [
            ("2026-10", "2026-10", "2026-10-01", "2026-10-31"),
            (" 2026-q3 ", "2026-Q3", "2026-07-01", "2026-09-30"),
            ("2026-W41", "2026-W41", "2026-10-05", "2026-10-11"),
            ("2026-W53", "2026-W53", "2026-12-28", "2027-01-03"),
            ("2026", "2026", "2026-01-01", "2026-12-31"),
            ("2026-10-05", "2026-10-05", "2026-10-05", "2026-10-05"),
            ("2014-01-01..2017-12-31", "2014-01-01..2017-12-31", "2014-01-01", "2017-12-31"),
            ("2024-01 .. 2024-02", "2024-01..2024-02", "2024-01-01", "2024-02-29"),
            ("2024-q2..2025", "2024-Q2..2025", "2024-04-01", "2025-12-31"),
            ("2026-10-05..2026-10-05", "2026-10-05..2026-10-05", "2026-10-05", "2026-10-05"),
        ] {
            assert_eq!(bounds(text), (label.into(), first.into(), last.into()), "{text}");
        }
    }

    #[test]
    fn words_are_relative_to_as_of() {
        let utc = Zone::utc();
        let at = |as_of: &str, text: &str| Period::parse(text, &utc, parse_as_of(as_of, &utc).unwrap()).unwrap().label;
        assert_eq!(at("2026-10-30", "last-month"), "2026-09");
        assert_eq!(at("2026-10-31", "last-month"), "2026-10");
        assert_eq!(at("2026-10-30", "this-month"), "2026-10");
        assert_eq!(at("2026-10-31", "this-month"), "2026-10");
        assert_eq!(at("2026-10-31", "last-quarter"), "2026-Q3");
        assert_eq!(at("2026-10-31", "Last-Year"), "2025");
        assert_eq!(at("2026-10-31", "last-week"), "2026-W43");
        assert_eq!(at("2026-10-31", "this-week"), "2026-W44");
        assert_eq!(at("2026-10-31", "last-day"), "2026-10-31");
        assert_eq!(at("2026-10-31T12:00:00Z", "last-day"), "2026-10-30");
        assert_eq!(at("2026-10-31T12:00:00Z", "this-day"), "2026-10-31");
    }

    #[test]
    fn errors_say_what_is_wrong_and_what_there_is() {
        for (text, why) in [
            ("2026-13", "months 01 to 12"),
            ("2026-00", "months 01 to 12"),
            ("2025-W53", "weeks 1 to 52"),
            ("2026-W00", "weeks 1 to 53"),
            ("2026-Q5", "quarters 1 to 4"),
            ("2023-02-29", "day 2023-02-29 does not exist"),
            ("2026-1", "cannot be read"),
            ("2026-10-05-01", "cannot be read"),
            ("26-10", "cannot be read"),
            ("0000", "cannot be read"),
            ("", "cannot be read"),
            ("2026-Wé", "cannot be read"),
            ("..2026", "two ends"),
            ("2026-03..2026-01", "2026-01 is before 2026-03"),
            ("2026-02..2026-01", "2026-01 is before 2026-02"),
            ("2026-01..2026-02..2026-03", "cannot be read"),
            ("last-fortnight", "not a valid period length"),
            ("next-month", "neither last nor this"),
        ] {
            let error = Wanted::parse(text, WeekStart::MONDAY).unwrap_err();
            assert!(error.contains(why) && error.contains("2026-W41"), "{text}: {error}");
        }
        for wrong in ["2026-10", "yesterday", "2026-02-30"] {
            assert!(parse_date(wrong).unwrap_err().contains("2026-10-05"), "{wrong}");
        }
    }

    #[test]
    fn as_of_is_the_end_of_a_date_or_an_instant() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let read = |text| parse_as_of(text, &berlin).map(instant_text);
        assert_eq!(read("2026-10-31").unwrap(), "2026-10-31T23:00:00Z");
        assert_eq!(read("2026-10-31T12:00:00+02:00").unwrap(), "2026-10-31T10:00:00Z");
        for wrong in ["2026-02-30", "2026-10-31T12:00:00", "last tuesday evening", "2026"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[0-9wWqQ. -]{0,24}|.{0,12}") {
            if let Ok(wanted) = Wanted::parse(&text, WeekStart::MONDAY) {
                let period = wanted.resolve(&Zone::utc(), 0);
                prop_assert!(period.first_day < period.last_day_exclusive);
            }
        }
    }
}
