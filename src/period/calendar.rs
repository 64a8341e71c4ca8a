//! The civil calendar in integers: days since 1970-01-01, proleptic Gregorian, ISO 8601 weeks; no time zones.
//!
//! This is the only calendar: dates of cells, of options and of output all come through here. It is not jiff's, since a date is
//! converted for every record and every group, and since stored days may lie outside the years that jiff knows; the tests hold it
//! against jiff's.

use crate::schema::{DAY, Micros};

/// The civil day of a date, in days since 1970-01-01; `month` and `day` must be those of a calendar date.
///
/// Source: H. Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
#[inline]
pub fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month as i32 + 9) % 12) + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date (year, month, day) of a civil day; the inverse of [`days_from_civil`].
#[inline]
pub fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let shifted = i64::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 } as u32;
    let year = (year_of_era + era * 400) as i32 + i32::from(month <= 2);
    (year, month, day)
}

/// The number of days in a year.
pub fn days_in_year(year: i32) -> u32 {
    if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) {
        366
    } else {
        365
    }
}

/// The number of days in a month.
#[inline]
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 => days_in_year(year) - 337,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The civil day of a date, if there is such a date.
pub fn checked_day(year: i32, month: u32, day: u32) -> Option<i32> {
    let exists = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
    exists.then(|| days_from_civil(year, month, day))
}

/// The civil day of a date with the day cut back to the last one of its month, for shifts by months and years.
pub fn clipped_day(year: i32, month: u32, day: u32) -> i32 {
    days_from_civil(year, month, day.min(days_in_month(year, month)))
}

/// The weekday of a civil day: 0 is Monday, 6 is Sunday.
#[inline]
pub fn weekday(day: i32) -> usize {
    (day.wrapping_add(3)).rem_euclid(7) as usize
}

/// The day on which weeks start. A week belongs to the year that holds its fourth day: weeks that start on Monday are those of ISO 8601,
/// weeks that start on Sunday those of the CDC's calendar (MMWR weeks).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WeekStart(u8);

impl WeekStart {
    /// Monday, as in ISO 8601.
    pub const MONDAY: WeekStart = WeekStart(0);

    /// The names of the weekdays, Monday first.
    pub const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// Reads the name of a weekday, or its first three letters.
    ///
    /// # Errors
    /// When it is none: a message that lists them.
    pub fn parse(name: &str) -> Result<WeekStart, String> {
        let wanted = name.trim().to_lowercase();
        let at = WeekStart::NAMES
            .iter()
            .position(|known| *known == wanted || (wanted.len() == 3 && known.starts_with(&wanted)));
        let day = at.map(|at| WeekStart(at as u8));
        day.ok_or_else(|| format!("`{name}` is not a valid weekday; write {}", WeekStart::NAMES.join(", ")))
    }

    /// The name of the day.
    pub fn name(self) -> &'static str {
        WeekStart::NAMES[usize::from(self.0)]
    }

    /// The first day of the week that holds a civil day.
    pub fn start(self, day: i32) -> i32 {
        day - (weekday(day) as i32 - i32::from(self.0)).rem_euclid(7)
    }

    /// The week of a civil day: the year that it belongs to, and its number from 1.
    pub fn week(self, day: i32) -> (i32, u32) {
        let fourth = self.start(day) + 3;
        let (year, _, _) = civil_from_days(fourth);
        (year, ((fourth - days_from_civil(year, 1, 1)) / 7 + 1) as u32)
    }

    /// The first day of a week.
    pub fn week_start(self, year: i32, week: u32) -> i32 {
        // January 4 is always in week 1.
        self.start(days_from_civil(year, 1, 4)) + 7 * (week as i32 - 1)
    }

    /// How many weeks a year has: 52 or 53.
    pub fn weeks_in_year(self, year: i32) -> u32 {
        // December 28 is always in the last week.
        self.week(days_from_civil(year, 12, 28)).1
    }
}

/// Months since January of year 0, of the month that holds a civil day.
pub(super) fn month_index(day: i32) -> i32 {
    let (year, month, _) = civil_from_days(day);
    year * 12 + month as i32 - 1
}

/// The first civil day of a month counted as [`month_index`] does.
pub(super) fn month_start(index: i32) -> i32 {
    days_from_civil(index.div_euclid(12), index.rem_euclid(12) as u32 + 1, 1)
}

/// A civil day as `2026-10-05`.
pub fn date_text(day: i32) -> String {
    let (year, month, day) = civil_from_days(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// An instant in UTC as `2026-11-01T00:00:00Z`, with a fraction only where there is one.
pub fn instant_text(at: Micros) -> String {
    let date = date_text(at.div_euclid(DAY) as i32);
    let micros = at.rem_euclid(DAY);
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction == 0 {
        format!("{date}T{hour:02}:{minute:02}:{second:02}Z")
    } else {
        let digits = format!("{fraction:06}");
        format!("{date}T{hour:02}:{minute:02}:{second:02}.{}Z", digits.trim_end_matches('0'))
    }
}

/// The lengths of calendar periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// A civil day.
    Day,
    /// A week of seven days from the day on which weeks start.
    Week(WeekStart),
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

impl Grain {
    /// All grains, the shortest first.
    pub const ALL: [Grain; 5] = [
        Grain::Day,
        Grain::Week(WeekStart::MONDAY),
        Grain::Month,
        Grain::Quarter,
        Grain::Year,
    ];

    /// The grain's name: `day`, `week`, `month`, `quarter` or `year`.
    pub fn name(self) -> &'static str {
        match self {
            Grain::Day => "day",
            Grain::Week(_) => "week",
            Grain::Month => "month",
            Grain::Quarter => "quarter",
            Grain::Year => "year",
        }
    }

    /// The grain of that name.
    ///
    /// # Errors
    /// When the name is none of them: a message that lists them.
    pub fn parse(name: &str) -> Result<Grain, String> {
        let wanted = Grain::ALL.into_iter().find(|g| g.name().eq_ignore_ascii_case(name.trim()));
        wanted.ok_or_else(|| format!("`{name}` is not a valid period length; write day, week, month, quarter or year"))
    }

    /// The same length; weeks start on that day.
    pub fn with_weeks(self, weeks: WeekStart) -> Grain {
        match self {
            Grain::Week(_) => Grain::Week(weeks),
            Grain::Day | Grain::Month | Grain::Quarter | Grain::Year => self,
        }
    }

    /// The first day of the calendar period of this grain that holds `day`.
    pub fn start(self, day: i32) -> i32 {
        match self {
            Grain::Day => day,
            Grain::Week(weeks) => weeks.start(day),
            _ => month_start(self.first_month(day)),
        }
    }

    /// The first day after the calendar period of this grain that holds `day`.
    pub fn end(self, day: i32) -> i32 {
        match self {
            Grain::Day => day + 1,
            Grain::Week(weeks) => weeks.start(day) + 7,
            _ => month_start(self.first_month(day) + self.months()),
        }
    }

    /// The number of the calendar period that holds `day`: that of the next period is one more.
    pub fn number(self, day: i32) -> i32 {
        match self {
            Grain::Day => day,
            Grain::Week(weeks) => (day - weeks.start(0)).div_euclid(7),
            Grain::Month | Grain::Quarter | Grain::Year => month_index(day).div_euclid(self.months()),
        }
    }

    /// The first day of the calendar period of a number.
    pub fn first_day(self, number: i32) -> i32 {
        match self {
            Grain::Day => number,
            Grain::Week(weeks) => weeks.start(0) + 7 * number,
            Grain::Month | Grain::Quarter | Grain::Year => month_start(number * self.months()),
        }
    }

    /// The name of the calendar period that holds `day`: `2026-10-05`, `2026-W41`, `2026-10`, `2026-Q4`, `2026`.
    pub fn label(self, day: i32) -> String {
        let (year, month, _) = civil_from_days(day);
        match self {
            Grain::Day => date_text(day),
            Grain::Week(weeks) => {
                let (year, week) = weeks.week(day);
                format!("{year:04}-W{week:02}")
            }
            Grain::Month => format!("{year:04}-{month:02}"),
            Grain::Quarter => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
            Grain::Year => format!("{year:04}"),
        }
    }

    /// Months in one period, of the grains that are made of months.
    fn months(self) -> i32 {
        match self {
            Grain::Year => 12,
            Grain::Quarter => 3,
            _ => 1,
        }
    }

    fn first_month(self, day: i32) -> i32 {
        month_index(day).div_euclid(self.months()) * self.months()
    }
}

impl std::fmt::Display for Grain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    fn jiff_date(day: i32) -> Date {
        date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap()
    }

    #[test]
    fn known_days() {
        assert_eq!(days_from_civil(1970, 1, 1), 0);
        assert_eq!(days_from_civil(2000, 3, 1), 11_017);
        assert_eq!(days_from_civil(1969, 12, 31), -1);
        assert_eq!(civil_from_days(-719_468), (0, 3, 1));
        assert_eq!(checked_day(2023, 2, 29), None);
        assert_eq!(checked_day(2024, 2, 29), Some(days_from_civil(2024, 2, 29)));
        assert_eq!(checked_day(1900, 2, 29), None);
        assert_eq!(checked_day(2024, 0, 1), None);
        assert_eq!(checked_day(2024, 13, 1), None);
        assert_eq!(clipped_day(2023, 2, 29), days_from_civil(2023, 2, 28));
    }

    #[test]
    fn labels_name_what_holds_the_day() {
        let day = days_from_civil(2027, 1, 1);
        let labels: Vec<String> = Grain::ALL.iter().map(|g| g.label(day)).collect();
        assert_eq!(labels, ["2027-01-01", "2026-W53", "2027-01", "2027-Q1", "2027"]);
        assert_eq!(Grain::Quarter.label(days_from_civil(2026, 9, 30)), "2026-Q3");
        assert!(Grain::parse("fortnight").unwrap_err().contains("quarter"));
        assert_eq!(Grain::parse("Week"), Ok(Grain::Week(WeekStart::MONDAY)));
    }

    #[test]
    fn instants_are_written_in_utc() {
        assert_eq!(instant_text(0), "1970-01-01T00:00:00Z");
        assert_eq!(instant_text(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(
            instant_text(i64::from(days_from_civil(2026, 11, 1)) * DAY + 3_723_500_000),
            "2026-11-01T01:02:03.5Z"
        );
    }

    /// Against the CDC's list of MMWR weeks: 2026 starts on Sunday 2026-01-04, 2025 had 53 weeks and ended on 2026-01-03.
    #[test]
    fn weeks_from_sunday_are_those_of_the_cdc() {
        let sunday = WeekStart::parse("Sunday").unwrap();
        assert_eq!((sunday, sunday.name()), (WeekStart::parse("sun").unwrap(), "sunday"));
        assert_eq!(date_text(sunday.week_start(2026, 1)), "2026-01-04");
        assert_eq!(date_text(sunday.week_start(2025, 1)), "2024-12-29");
        assert_eq!((sunday.weeks_in_year(2025), sunday.weeks_in_year(2026)), (53, 52));
        assert_eq!(sunday.week(days_from_civil(2026, 1, 3)), (2025, 53));
        let weeks = Grain::Week(sunday);
        assert_eq!(weeks.label(days_from_civil(2026, 10, 4)), "2026-W40");
        assert_eq!(
            (date_text(weeks.start(days_from_civil(2026, 10, 10))), weeks.name()),
            ("2026-10-04".to_string(), "week")
        );
        assert!(WeekStart::parse("su").unwrap_err().contains("sunday"));
    }

    proptest! {
        #[test]
        fn every_week_has_its_number(day in -700_000i32..2_900_000, from in 0u8..7) {
            let weeks = WeekStart(from);
            let (year, week) = weeks.week(day);
            let start = weeks.week_start(year, week);
            prop_assert!(start <= day && day < start + 7);
            prop_assert_eq!(weekday(start), usize::from(from));
            prop_assert!((1..=weeks.weeks_in_year(year)).contains(&week));
        }

        #[test]
        fn days_agree_with_jiff(day in -700_000i32..2_900_000) {
            let d = jiff_date(day);
            let (y, m, dd) = civil_from_days(day);
            prop_assert_eq!((y, m, dd), (i32::from(d.year()), d.month() as u32, d.day() as u32));
            prop_assert_eq!(days_from_civil(y, m, dd), day);
            prop_assert_eq!(days_in_month(y, m), d.days_in_month() as u32);
            prop_assert_eq!(weekday(day), d.weekday().to_monday_zero_offset() as usize);
            let week = d.iso_week_date();
            prop_assert_eq!(WeekStart::MONDAY.week(day), (i32::from(week.year()), week.week() as u32));
            prop_assert_eq!(WeekStart::MONDAY.weeks_in_year(i32::from(week.year())), week.weeks_in_year() as u32);
            prop_assert_eq!(WeekStart::MONDAY.week_start(i32::from(week.year()), week.week() as u32) + weekday(day) as i32, day);
        }

        #[test]
        fn grains_tile_the_calendar(day in -700_000i32..2_900_000) {
            for grain in Grain::ALL.into_iter().chain((0..7).map(|day| Grain::Week(WeekStart(day)))) {
                let (start, end) = (grain.start(day), grain.end(day));
                prop_assert!(start <= day && day < end);
                prop_assert_eq!(grain.start(end), end);
                prop_assert_eq!(grain.end(start - 1), start);
                prop_assert_eq!((grain.number(start), grain.number(end - 1)), (grain.number(day), grain.number(day)));
                prop_assert_eq!((grain.number(end), grain.first_day(grain.number(day))), (grain.number(day) + 1, start));
                prop_assert_eq!(grain.label(start), grain.label(end - 1));
                prop_assert_ne!(grain.label(start), grain.label(end));
            }
        }
    }
}
