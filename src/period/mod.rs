//! Calendar periods, time zones and business hours.
//!
//! A [`Period`] is a calendar day, week, month, quarter or year, or a range of days, in one time zone. It is made of
//! civil days; where it starts and ends on the line of instants follows from the [`Zone`]. The period before it is always the
//! calendar one, never a shift by days. [`Clock`] measures durations, on the calendar or in open hours.

mod calendar;
mod hours;
mod parse;
mod zone;

pub use calendar::{
    Grain, WeekStart, checked_day, civil_from_days, clipped_day, date_text, days_from_civil, days_in_month, days_in_year, instant_text,
    weekday,
};
pub use hours::{BusinessHours, Clock, parse_hours};
pub use parse::{Wanted, parse_as_of, parse_date, parse_instant};
pub use zone::{Fit, Zone};

use crate::schema::Micros;
use calendar::{month_index, month_start};

/// What a period is made as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One calendar period.
    Grain(Grain),
    /// A range of days.
    Range,
}

/// A period: civil days of a zone, from `first_day` up to but without `last_day_exclusive`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its name: `2026-10`, `2026-Q3`, `2026-W41`, `2026`, `2026-10-05`, or a range as it was given, `2014-01-01..2017-12-31`.
    pub label: String,
    /// What it is made as.
    pub kind: Kind,
    /// Its first civil day.
    pub first_day: i32,
    /// The civil day after its last one.
    pub last_day_exclusive: i32,
    /// Its first instant.
    pub start: Micros,
    /// The first instant after it.
    pub end: Micros,
    zone: Zone,
}

/// How far an instant lies after the start of a period: whole civil days, and the time since the last midnight.
///
/// It is counted from the start, because periods of one grain have different numbers of days. Before the start the days are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed {
    /// Whole civil days from the first one.
    pub days: i32,
    /// The time since the midnight after them; less than a day.
    pub time: Micros,
}

impl Elapsed {
    /// The number of days that have begun: a day that has not ended counts. None before the start.
    pub fn begun(self) -> i32 {
        (self.days + i32::from(self.time > 0)).max(0)
    }
}

/// Time divided into periods of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Division {
    /// Into calendar periods.
    Grain(Grain),
    /// Into so many whole months each, one of which starts with this month (counted from January of year 0).
    Months {
        /// The first month of one of them.
        first: i32,
        /// How many months each has.
        count: i32,
    },
    /// Into so many days each, one of which starts on this civil day.
    Days {
        /// The first day of one of them.
        first: i32,
        /// How many days each has.
        count: i32,
    },
}

impl Division {
    /// The first civil day of the period that holds a civil day.
    pub fn start(self, day: i32) -> i32 {
        match self {
            Division::Grain(grain) => grain.start(day),
            Division::Months { first, count } => month_start(first + (month_index(day) - first).div_euclid(count) * count),
            Division::Days { first, count } => first + (day - first).div_euclid(count) * count,
        }
    }
}

impl Period {
    /// How time is divided into periods like it.
    pub fn division(&self) -> Division {
        match (self.kind, self.whole_months()) {
            (Kind::Grain(grain), _) => Division::Grain(grain),
            (Kind::Range, Some((first, until))) => Division::Months {
                first,
                count: until - first,
            },
            (Kind::Range, None) => Division::Days {
                first: self.first_day,
                count: self.days(),
            },
        }
    }

    /// The calendar period of a grain that holds a civil day.
    pub fn of(grain: Grain, day: i32, zone: &Zone) -> Period {
        Period::made(grain.label(day), Kind::Grain(grain), grain.start(day), grain.end(day), zone)
    }

    /// The range of civil days from `first_day` up to but without `last_day_exclusive`, named by its first and last day.
    pub fn range(first_day: i32, last_day_exclusive: i32, zone: &Zone) -> Period {
        let label = format!("{}..{}", date_text(first_day), date_text(last_day_exclusive - 1));
        Period::made(label, Kind::Range, first_day, last_day_exclusive, zone)
    }

    /// Reads a period as people write it, with weeks from Monday; see [`Wanted::parse`] for the forms. Words such as `last-month` are relative to `as_of`.
    ///
    /// # Errors
    /// What is wrong with the text, and the forms that there are.
    pub fn parse(text: &str, zone: &Zone, as_of: Micros) -> Result<Period, String> {
        Ok(Wanted::parse(text, WeekStart::MONDAY)?.resolve(zone, as_of))
    }

    fn made(label: String, kind: Kind, first_day: i32, last_day_exclusive: i32, zone: &Zone) -> Period {
        let (start, end) = (zone.midnight(first_day), zone.midnight(last_day_exclusive));
        Period {
            label,
            kind,
            first_day,
            last_day_exclusive,
            start,
            end,
            zone: zone.clone(),
        }
    }

    /// The grain of a calendar period; `None` of a range.
    pub fn grain(&self) -> Option<Grain> {
        match self.kind {
            Kind::Grain(grain) => Some(grain),
            Kind::Range => None,
        }
    }

    /// The zone whose days it is made of.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The number of civil days in it.
    pub fn days(&self) -> i32 {
        self.last_day_exclusive - self.first_day
    }

    /// Whether an instant lies in it.
    pub fn contains(&self, at: Micros) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether all of it is known at `as_of`, which is exclusive.
    pub fn is_complete(&self, as_of: Micros) -> bool {
        self.end <= as_of
    }

    /// How much of it is over at an instant, counted from its start.
    pub fn elapsed(&self, at: Micros) -> Elapsed {
        let mut day = self.zone.day_of(at);
        // Where clocks go back over midnight, the time before the second midnight shows the day before.
        if self.zone.midnight(day + 1) <= at {
            day += 1;
        }
        Elapsed {
            days: day - self.first_day,
            time: at - self.zone.midnight(day),
        }
    }

    /// The instant at which so much time is over since its start. It lies after its end if it has fewer days.
    pub fn instant_after(&self, elapsed: Elapsed) -> Micros {
        let day = self.first_day.saturating_add(elapsed.days);
        // A day on which clocks change can be shorter than the day that the time is of.
        (self.zone.midnight(day) + elapsed.time).min(self.zone.midnight(day.saturating_add(1)))
    }

    /// So many days from its first one, which may be more than it has. It is the period itself if it has as many days, or if there are none.
    pub fn first_days(&self, days: i32) -> Period {
        if days <= 0 || days == self.days() {
            return self.clone();
        }
        Period::range(self.first_day, self.first_day + days, &self.zone)
    }

    /// The calendar period before it; of a range that covers whole months, the range of as many whole months before it, of any
    /// other range as many days before it. It ends where this one starts.
    pub fn previous(&self) -> Period {
        match self.kind {
            Kind::Grain(grain) => Period::of(grain, self.first_day - 1, &self.zone),
            Kind::Range => {
                let before = match self.whole_months() {
                    Some((from, until)) => month_start(2 * from - until),
                    None => self.first_day - self.days(),
                };
                Period::range(before, self.first_day, &self.zone)
            }
        }
    }

    /// The same period a year before: a week with the same number (53 becomes 52 where that year has no 53), a range with the
    /// same dates, 29 February becoming the 28th. A range of whole months stays one, so that a February that ends on the 28th
    /// is set against all 29 days of a leap year's.
    pub fn year_ago(&self) -> Period {
        let same_date = |day: i32| {
            let (year, month, day) = civil_from_days(day);
            clipped_day(year - 1, month, day)
        };
        match self.kind {
            Kind::Grain(grain @ Grain::Week(weeks)) => {
                let (year, week) = weeks.week(self.first_day);
                let week = week.min(weeks.weeks_in_year(year - 1));
                Period::of(grain, weeks.week_start(year - 1, week), &self.zone)
            }
            Kind::Grain(grain) => Period::of(grain, same_date(self.first_day), &self.zone),
            Kind::Range => match self.whole_months() {
                Some((from, until)) => Period::range(month_start(from - 12), month_start(until - 12), &self.zone),
                None => Period::range(same_date(self.first_day), same_date(self.last_day_exclusive - 1) + 1, &self.zone),
            },
        }
    }

    /// The calendar periods of a grain that lie wholly inside it, the earliest first.
    pub fn split(&self, grain: Grain) -> Vec<Period> {
        let mut parts = Vec::new();
        let mut day = grain.start(self.first_day);
        if day < self.first_day {
            day = grain.end(day);
        }
        while grain.end(day) <= self.last_day_exclusive {
            parts.push(Period::of(grain, day, &self.zone));
            day = grain.end(day);
        }
        parts
    }

    /// The months that it is made of, for means over months: cut at the starts of months, the first and the last piece shorter
    /// where it does not start or end with a month. A period without one whole calendar month is its own only piece.
    pub fn months(&self) -> Vec<Period> {
        if self.split(Grain::Month).is_empty() {
            return vec![self.clone()];
        }
        let mut pieces = Vec::new();
        let mut day = self.first_day;
        while day < self.last_day_exclusive {
            let next = Grain::Month.end(day).min(self.last_day_exclusive);
            let whole = Grain::Month.start(day) == day && Grain::Month.end(day) == next;
            pieces.push(if whole {
                Period::of(Grain::Month, day, &self.zone)
            } else {
                Period::range(day, next, &self.zone)
            });
            day = next;
        }
        pieces
    }

    /// The last period of a grain that is complete at `as_of`.
    pub fn last_complete(grain: Grain, as_of: Micros, zone: &Zone) -> Period {
        let running = Period::of(grain, zone.day_of(as_of), zone);
        // Where clocks go back over midnight the period after the one that shows on the clock may have begun, and this one ended.
        if running.is_complete(as_of) { running } else { running.previous() }
    }

    /// The period to look at where none is named: the last one that is complete at `as_of`; the running one if that ended before the first
    /// record, because nothing is known of it.
    pub fn latest(grain: Grain, as_of: Micros, first_record: Micros, zone: &Zone) -> Period {
        let last = Period::last_complete(grain, as_of, zone);
        if last.end <= first_record && first_record < as_of {
            return Period::of(grain, zone.day_of(as_of.saturating_sub(1)), zone);
        }
        last
    }

    /// The last `n` periods of a grain that are complete at `as_of`, the earliest first.
    pub fn last_n(grain: Grain, n: usize, as_of: Micros, zone: &Zone) -> Vec<Period> {
        let last = Period::last_complete(grain, as_of, zone);
        let mut periods: Vec<Period> = std::iter::successors(Some(last), |period| Some(period.previous()))
            .take(n)
            .collect();
        periods.reverse();
        periods
    }

    /// The months it covers, as indices of the first and of the one after the last, if it covers whole months.
    fn whole_months(&self) -> Option<(i32, i32)> {
        let (from, until) = (month_index(self.first_day), month_index(self.last_day_exclusive));
        (month_start(from) == self.first_day && month_start(until) == self.last_day_exclusive && from < until).then_some((from, until))
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{DAY, HOUR};
    use proptest::prelude::*;

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn period(text: &str) -> Period {
        Period::parse(text, &Zone::utc(), 0).unwrap()
    }

    fn labels(periods: &[Period]) -> Vec<&str> {
        periods.iter().map(|p| p.label.as_str()).collect()
    }

    #[test]
    fn a_division_has_the_period_and_those_before_it() {
        for text in ["2026-10", "2026-W41", "2026-Q3", "2026-01-01..2026-03-31", "2026-01-10..2026-01-19"] {
            let mut period = period(text);
            let division = period.division();
            for _ in 0..30 {
                let (first, last) = (period.first_day, period.last_day_exclusive - 1);
                assert_eq!((division.start(first), division.start(last)), (first, first), "{text}: {period}");
                period = period.previous();
            }
        }
    }

    #[test]
    fn previous_is_the_calendar_period_before() {
        for (this, before) in [
            ("2026-10", "2026-09"),
            ("2026-01", "2025-12"),
            ("2026-Q1", "2025-Q4"),
            ("2027-W01", "2026-W53"),
            ("2026", "2025"),
            ("2024-03-01", "2024-02-29"),
            ("2026-01-01..2026-03-31", "2025-10-01..2025-12-31"),
            ("2024-02-01..2024-02-29", "2024-01-01..2024-01-31"),
            ("2026-01-10..2026-01-19", "2025-12-31..2026-01-09"),
            ("2014-01-01..2017-12-31", "2010-01-01..2013-12-31"),
        ] {
            assert_eq!(period(this).previous().label, before, "{this}");
        }
    }

    #[test]
    fn year_ago_keeps_the_name_of_the_season() {
        for (this, before) in [
            ("2026-10", "2025-10"),
            ("2026-Q3", "2025-Q3"),
            ("2026", "2025"),
            ("2026-W41", "2025-W41"),
            ("2026-W53", "2025-W52"),
            ("2024-02-29", "2023-02-28"),
            ("2024-02-01..2024-02-29", "2023-02-01..2023-02-28"),
            ("2025-02-01..2025-02-28", "2024-02-01..2024-02-29"),
            ("2025-02-10..2025-02-28", "2024-02-10..2024-02-28"),
            ("2024-02-10..2024-02-29", "2023-02-10..2023-02-28"),
        ] {
            assert_eq!(period(this).year_ago().label, before, "{this}");
        }
    }

    #[test]
    fn splits_hold_whole_periods_only() {
        assert_eq!(
            labels(&period("2026-01-15..2026-04-30").split(Grain::Month)),
            ["2026-02", "2026-03", "2026-04"]
        );
        assert_eq!(labels(&period("2026-Q1").split(Grain::Month)), ["2026-01", "2026-02", "2026-03"]);
        assert_eq!(labels(&period("2026-02").split(Grain::Month)), ["2026-02"]);
        assert_eq!(
            labels(&period("2026-02").split(Grain::Week(WeekStart::MONDAY))),
            ["2026-W06", "2026-W07", "2026-W08"]
        );
        assert!(period("2026-02").split(Grain::Quarter).is_empty());
        assert_eq!(period("2024").split(Grain::Day).len(), 366);
    }

    #[test]
    fn months_cover_the_period() {
        assert_eq!(labels(&period("2026-Q1").months()), ["2026-01", "2026-02", "2026-03"]);
        assert_eq!(labels(&period("2026-W05").months()), ["2026-W05"]);
        assert_eq!(
            labels(&period("2026-01-20..2026-03-10").months()),
            ["2026-01-20..2026-01-31", "2026-02", "2026-03-01..2026-03-10"]
        );
    }

    #[test]
    fn days_are_counted_from_the_start() {
        let january = period("2026-01");
        let at = |text: &str| january.elapsed(parse_as_of(text, &Zone::utc()).unwrap());
        assert_eq!((at("2026-01-14").days, at("2026-01-14").time), (14, 0));
        assert_eq!(at("2026-01-14T06:00:00Z").begun(), 14);
        assert_eq!((at("2025-12-30").days, at("2025-12-30").begun()), (-1, 0));
        let february = period("2026-02");
        let named = |days| february.first_days(days).label;
        assert_eq!(named(14), "2026-02-01..2026-02-14");
        assert_eq!(
            (named(0), named(28), named(30)),
            ("2026-02".into(), "2026-02".into(), "2026-02-01..2026-03-02".into())
        );
    }

    #[test]
    fn as_of_is_exclusive() {
        let utc = Zone::utc();
        let november = period("2026-11").start;
        assert_eq!(Period::last_complete(Grain::Month, november, &utc).label, "2026-10");
        assert_eq!(Period::last_complete(Grain::Month, november - 1, &utc).label, "2026-09");
        assert_eq!(
            labels(&Period::last_n(Grain::Quarter, 3, november, &utc)),
            ["2026-Q1", "2026-Q2", "2026-Q3"]
        );
        assert!(Period::last_n(Grain::Day, 0, november, &utc).is_empty());
        assert!(period("2026-10").is_complete(november) && !period("2026-11").is_complete(november));
    }

    #[test]
    fn a_repeated_hour_does_not_undo_a_period() {
        // On 1 November 2009 at 00:01 clocks in St John's went back to 23:01: October ended before its last hour came again.
        let zone = zone("America/St_Johns");
        let november = Period::parse("2009-11", &zone, 0).unwrap();
        let again = november.start + HOUR / 2;
        assert_eq!(zone.day_of(again), november.first_day - 1);
        assert_eq!(Period::last_complete(Grain::Month, again, &zone).label, "2009-10");
    }

    #[test]
    fn bounds_follow_the_clocks_of_the_zone() {
        let berlin = zone("Europe/Berlin");
        let march = Period::parse("2026-03", &berlin, 0).unwrap();
        assert_eq!(instant_text(march.start), "2026-02-28T23:00:00Z");
        assert_eq!(instant_text(march.end), "2026-03-31T22:00:00Z");
        assert_eq!(march.end - march.start, 31 * DAY - HOUR);
        assert!(march.contains(march.start) && !march.contains(march.end));
        let skipped = Period::parse("2011-12-30", &zone("Pacific/Apia"), 0).unwrap();
        assert_eq!(skipped.start, skipped.end);
    }

    proptest! {
        #[test]
        fn chains_are_contiguous(day in -20_000i32..40_000, length in 1i32..800, which in 0usize..7) {
            let zone = zone(["UTC", "Pacific/Apia", "America/Sao_Paulo", "America/St_Johns"][which % 4]);
            let mut period = match Grain::ALL.get(which) {
                Some(grain) => Period::of(*grain, day, &zone),
                None if which == 5 => Period::range(day, day + length, &zone),
                None => Period::range(Grain::Month.start(day), Grain::Month.end(day + length), &zone),
            };
            for _ in 0..30 {
                let before = period.previous();
                prop_assert_eq!(before.end, period.start);
                prop_assert_eq!(before.last_day_exclusive, period.first_day);
                prop_assert_eq!(before.kind, period.kind);
                prop_assert!(before.first_day < before.last_day_exclusive);
                period = before;
            }
        }

        #[test]
        fn an_instant_lies_as_long_after_the_start_as_was_measured(day in 0i32..30_000, at in 0i64..86_400_000_000, which in 0usize..4) {
            let zone = zone(["UTC", "Europe/Berlin", "America/St_Johns", "America/Havana"][which]);
            for grain in Grain::ALL {
                let period = Period::of(grain, day, &zone);
                let elapsed = period.elapsed(zone.midnight(day) + at);
                prop_assert_eq!(period.instant_after(elapsed), zone.midnight(day) + at);
                for earlier in [period.previous(), period.year_ago()] {
                    let then = earlier.instant_after(elapsed);
                    prop_assert!(zone.midnight(earlier.first_day + elapsed.days) <= then);
                    prop_assert!(then <= zone.midnight(earlier.first_day + elapsed.days + 1));
                    prop_assert_eq!(earlier.first_days(elapsed.begun()).first_day, earlier.first_day);
                }
            }
        }

        #[test]
        fn labels_read_back(day in -20_000i32..60_000, length in 1i32..800) {
            let zone = zone("America/Havana");
            for grain in Grain::ALL {
                let period = Period::of(grain, day, &zone);
                prop_assert_eq!(&Period::parse(&period.label, &zone, 0).unwrap(), &period);
                prop_assert!(period.contains(zone.midnight(day)));
            }
            let range = Period::range(day, day + length, &zone);
            prop_assert_eq!(&Period::parse(&range.label, &zone, 0).unwrap(), &range);
        }

        #[test]
        fn pieces_tile(day in -20_000i32..40_000, length in 1i32..800) {
            let period = Period::range(day, day + length, &Zone::utc());
            let months = period.months();
            prop_assert_eq!(months[0].first_day, day);
            prop_assert_eq!(months[months.len() - 1].last_day_exclusive, day + length);
            prop_assert!(months.windows(2).all(|w| w[0].last_day_exclusive == w[1].first_day));
            for grain in Grain::ALL {
                let parts = period.split(grain);
                prop_assert!(parts.windows(2).all(|w| w[0].last_day_exclusive == w[1].first_day));
                let missed = period.days() - parts.iter().map(Period::days).sum::<i32>();
                // What is left out at each end is shorter than one more period.
                let longest = [1, 7, 31, 92, 366][Grain::ALL.iter().position(|g| *g == grain).unwrap()];
                prop_assert!(missed <= 2 * (longest - 1));
            }
        }

        #[test]
        fn the_last_complete_period_is_complete_and_the_next_is_not(at in 0i64..3_000_000_000_000_000, which in 0usize..3) {
            let zone = zone(["Europe/Berlin", "Pacific/Apia", "America/St_Johns"][which]);
            for grain in Grain::ALL {
                let last = Period::last_complete(grain, at, &zone);
                prop_assert!(last.is_complete(at));
                prop_assert!(!Period::of(grain, last.last_day_exclusive, &zone).is_complete(at));
            }
        }
    }
}
