//! The fourteen months that the stories tell, and how their times are written.

use jiff::Span;
use jiff::civil::{Date, DateTime, Weekday, date};
use jiff::tz::TimeZone;

use super::random::Random;

/// Months of data: 2025-09 is the first, 2026-10 the last.
pub const MONTHS: usize = 14;
/// The last month.
pub const LAST: usize = MONTHS - 1;

/// What the exports cannot know yet.
pub fn end() -> DateTime {
    date(2026, 11, 1).to_datetime(jiff::civil::Time::midnight())
}

/// The first day of a month; months before the data have negative numbers.
pub fn month(month: i64) -> Date {
    date(2025, 9, 1).saturating_add(Span::new().months(month))
}

/// A day of a month.
pub fn any_day(random: &mut Random, of: usize) -> Date {
    let first = month(of as i64);
    first.saturating_add(Span::new().days(random.between(0, i64::from(first.days_in_month()) - 1)))
}

/// A moment of a month, between two hours of a day.
pub fn any_time(random: &mut Random, of: usize, from_hour: i64, to_hour: i64) -> DateTime {
    let day = any_day(random, of);
    on(day, random.between(from_hour * 60, to_hour * 60 - 1))
}

/// The same from Monday to Friday.
pub fn work_time(random: &mut Random, of: usize, from_hour: i64, to_hour: i64) -> DateTime {
    loop {
        let at = any_time(random, of, from_hour, to_hour);
        if is_workday(at.date()) {
            return at;
        }
    }
}

/// Monday to Friday.
pub fn is_workday(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Minutes after midnight of a day.
pub fn on(day: Date, minutes: i64) -> DateTime {
    later(day.to_datetime(jiff::civil::Time::midnight()), minutes)
}

/// Minutes later.
pub fn later(at: DateTime, minutes: i64) -> DateTime {
    at.saturating_add(Span::new().minutes(minutes))
}

/// Days later.
pub fn days_later(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days))
}

/// A time as `strftime` writes it; nothing for what lies after the export.
pub fn known(at: Option<DateTime>, format: &str) -> String {
    at.filter(|at| *at < end())
        .map_or(String::new(), |at| at.strftime(format).to_string())
}

/// The same for a day.
pub fn known_day(day: Option<Date>, format: &str) -> String {
    known(day.map(|day| on(day, 0)), format)
}

/// A time on a wall clock somewhere, with that place's offset from UTC on that day.
pub fn with_offset(at: DateTime, zone: &str) -> String {
    let zone = TimeZone::get(zone).expect("a zone of the bundled database");
    at.to_zoned(zone)
        .expect("within range")
        .strftime("%Y-%m-%d %H:%M:%S %z")
        .to_string()
}

/// A time on a wall clock somewhere, in UTC.
pub fn in_utc(at: DateTime, zone: &str, format: &str) -> String {
    let zone = TimeZone::get(zone).expect("a zone of the bundled database");
    let instant = at.to_zoned(zone).expect("within range").timestamp();
    instant.to_zoned(TimeZone::UTC).strftime(format).to_string()
}
