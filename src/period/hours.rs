//! Clocks for durations: the calendar's, which never stops, and that of a business, which runs only while it is open.
//!
//! Open time is counted on the civil line: a function gives the open microseconds from a fixed Monday up to any civil time, from
//! the week's pattern less the holidays before it. Within a stretch of constant offset instants and civil times run side by
//! side, so one constant for each stretch of the zone carries the count over every change of the clocks, exactly: the hour that
//! a change leaves out is not counted, the one that it repeats is counted twice.

use super::Zone;
use super::calendar::weekday;
use crate::schema::{DAY, HOUR, Micros, NO_INT, NO_TIME};

/// A time of day from which until which a business is open, in microseconds by the clock since 00:00.
pub type Open = (Micros, Micros);

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MINUTE: Micros = HOUR / 60;
/// The last civil day that microseconds can count.
const LAST_DAY: i32 = (Micros::MAX / DAY - 1) as i32;

/// The weekly open hours of a business, its holidays and the zone of its clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessHours {
    zone: Zone,
    weekly: [Vec<Open>; 7],
    /// Open time in the week before each weekday, and in the whole week.
    before: [Micros; 8],
    /// Open time lost to holidays before each day from `first_day` on; the first and the last day of the table are no holidays.
    lost: Vec<Micros>,
    first_day: i32,
    /// For each stretch of the zone: count at an instant = this + count at its civil time.
    shifts: Vec<Micros>,
}

/// Reads the open hours of a day: `09:00-17:00`, several separated by commas, `00:00-24:00`; an empty text is a closed day.
///
/// # Errors
/// What is wrong with the text.
pub fn parse_hours(text: &str) -> Result<Vec<Open>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').map(parse_open).collect()
}

fn parse_open(text: &str) -> Result<Open, String> {
    let text = text.trim();
    let both = text
        .split_once('-')
        .and_then(|(from, to)| Some((parse_time(from.trim())?, parse_time(to.trim())?)));
    let (from, to) = both.ok_or_else(|| format!("`{text}` are not valid open hours; write them like 09:00-17:00"))?;
    if from >= to {
        return Err(format!(
            "`{text}` ends before it starts; hours past midnight go to the next day: 22:00-24:00 here, 00:00-06:00 there"
        ));
    }
    Ok((from, to))
}

/// `09:00` to `24:00`, of two digits each, the hour of one or two.
fn parse_time(text: &str) -> Option<Micros> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 || !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (Micros, Micros) = (hour.parse().ok()?, minute.parse().ok()?);
    let at = hour * HOUR + minute * MINUTE;
    (minute < 60 && at <= DAY).then_some(at)
}

impl BusinessHours {
    /// Open hours from the text of each weekday (`mon` or `monday`; a day that is not named is closed; see [`parse_hours`]) and
    /// the civil days that are holidays.
    ///
    /// # Errors
    /// A weekday that does not exist or comes twice, hours that cannot be read, overlap or run backwards, a week without any.
    pub fn new<'a>(
        zone: Zone,
        weekly: impl IntoIterator<Item = (&'a str, &'a str)>,
        holidays: impl IntoIterator<Item = i32>,
    ) -> Result<BusinessHours, String> {
        let mut week: [Option<Vec<Open>>; 7] = Default::default();
        for (day, text) in weekly {
            let index = weekday_named(day).ok_or_else(|| format!("`{day}` is not a valid weekday; write {}", DAYS.join(", ")))?;
            let mut open = parse_hours(text).map_err(|why| format!("{day}: {why}"))?;
            open.sort_unstable();
            if let Some(pair) = open.windows(2).find(|pair| pair[1].0 < pair[0].1) {
                return Err(format!("{day}: {} and {} overlap", open_text(pair[0]), open_text(pair[1])));
            }
            if week[index].replace(open).is_some() {
                return Err(format!("{} is given twice", DAYS[index]));
            }
        }
        let weekly = week.map(Option::unwrap_or_default);
        if weekly.iter().all(Vec::is_empty) {
            return Err("no day of the week has open hours".into());
        }
        Ok(BusinessHours::from_parts(zone, weekly, holidays.into_iter().collect()))
    }

    fn from_parts(zone: Zone, weekly: [Vec<Open>; 7], mut holidays: Vec<i32>) -> BusinessHours {
        let mut before = [0; 8];
        for day in 0..7 {
            before[day + 1] = before[day] + weekly[day].iter().map(|(from, to)| to - from).sum::<Micros>();
        }
        holidays.sort_unstable();
        holidays.dedup();
        let (first_day, last_day) = match holidays[..] {
            [] => (0, 0),
            [first, ..] => (first - 1, holidays[holidays.len() - 1] + 1),
        };
        let mut lost = vec![0];
        for day in first_day..=last_day {
            let index = weekday(day);
            let closed = if holidays.binary_search(&day).is_ok() {
                before[index + 1] - before[index]
            } else {
                0
            };
            lost.push(lost[lost.len() - 1] + closed);
        }
        let mut hours = BusinessHours {
            zone,
            weekly,
            before,
            lost,
            first_day,
            shifts: vec![0],
        };
        for stretch in 1..hours.zone.stretches().len() {
            let at = hours.zone.stretches()[stretch];
            let ending = hours.civil_count(at + hours.zone.stretch_offset(stretch - 1));
            let starting = hours.civil_count(at + hours.zone.stretch_offset(stretch));
            hours.shifts.push(hours.shifts[stretch - 1] + ending - starting);
        }
        hours
    }

    /// The zone of its clocks.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// All that makes a duration by this clock what it is, one `key value` a line: the zone, the open hours of each weekday that has any, the
    /// holidays that take hours away. It is part of the format of saved baselines.
    pub fn definition(&self) -> String {
        let mut text = format!("business\nzone {}\n", self.zone.name());
        for (day, open) in DAYS.iter().zip(&self.weekly).filter(|(_, open)| !open.is_empty()) {
            let open: Vec<String> = open.iter().copied().map(open_text).collect();
            text.push_str(&format!("{day} {}\n", open.join(",")));
        }
        for (day, lost) in (self.first_day..).zip(self.lost.windows(2)) {
            if lost[0] < lost[1] {
                text.push_str(&format!("holiday {}\n", super::date_text(day)));
            }
        }
        text
    }

    /// Open time in a week without holidays, in microseconds.
    pub fn open_per_week(&self) -> Micros {
        self.before[7]
    }

    /// Open time between two instants, in microseconds; negative where `b` is before `a`, absent where one is absent.
    #[inline]
    pub fn between(&self, a: Micros, b: Micros) -> Micros {
        if a == NO_TIME || b == NO_TIME {
            return NO_INT;
        }
        self.count(b) - self.count(a)
    }

    /// The first instant by which `open` microseconds of open time have passed since `start`: when something falls due. It may
    /// be the instant of closing. `start` itself where `open` is not positive; absent where one is absent; the end of time where
    /// that comes first.
    pub fn add(&self, start: Micros, open: Micros) -> Micros {
        if start == NO_TIME || open == NO_INT {
            return NO_TIME;
        }
        if open <= 0 {
            return start;
        }
        let target = self.count(start).saturating_add(open);
        // The last stretch that starts with less than the target holds it; as a rule it is this one or the next.
        let starts = self.zone.stretches();
        let mut stretch = self.zone.stretch(start);
        while stretch + 1 < starts.len() && self.count(starts[stretch + 1]) < target {
            stretch += 1;
        }
        let offset = self.zone.stretch_offset(stretch);
        let from = start.max(starts[stretch]).saturating_add(offset);
        self.civil_at(target.saturating_sub(self.shifts[stretch]), from)
            .map_or(Micros::MAX, |at| at - offset)
    }

    /// Open time from the fixed Monday up to an instant.
    #[inline]
    fn count(&self, at: Micros) -> Micros {
        let stretch = self.zone.stretch(at);
        self.shifts[stretch] + self.civil_count(at.saturating_add(self.zone.stretch_offset(stretch)))
    }

    /// Open time on the civil line, from Monday 1969-12-29 up to a civil time.
    #[inline]
    fn civil_count(&self, local: Micros) -> Micros {
        let day = local.div_euclid(DAY) as i32;
        let (before, holiday) = self.day_count(day);
        if holiday {
            return before;
        }
        let time = local.rem_euclid(DAY);
        let today: Micros = self.weekly[weekday(day)]
            .iter()
            .map(|(from, to)| time.clamp(*from, *to) - from)
            .sum();
        before + today
    }

    /// Open time on the civil line before a day, and whether a holiday takes that day's hours.
    #[inline]
    fn day_count(&self, day: i32) -> (Micros, bool) {
        let index = i64::from(day) - i64::from(self.first_day);
        let index = index.clamp(0, self.lost.len() as i64 - 2) as usize;
        let week = (i64::from(day) + 3).div_euclid(7);
        let before = week * self.before[7] + self.before[weekday(day)] - self.lost[index];
        (before, self.lost[index + 1] > self.lost[index])
    }

    /// The earliest civil time with that count, which is not reached before `from`; none where time ends before.
    fn civil_at(&self, count: Micros, from: Micros) -> Option<Micros> {
        // In ever longer steps to a day that starts with the count or more; the day before the first such day holds it.
        let mut low = from.div_euclid(DAY) as i32;
        let mut step = 1;
        let mut high = low;
        while self.day_count(high).0 < count {
            if high == LAST_DAY {
                return None;
            }
            low = high;
            high = LAST_DAY.min(high + step);
            step = step.saturating_mul(2);
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.day_count(middle).0 < count {
                low = middle;
            } else {
                high = middle;
            }
        }
        let mut missing = count - self.day_count(low).0;
        for (from, to) in &self.weekly[weekday(low)] {
            if missing <= to - from {
                return Some(i64::from(low) * DAY + from + missing);
            }
            missing -= to - from;
        }
        None
    }
}

fn weekday_named(name: &str) -> Option<usize> {
    const LONG: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let name = name.trim().to_ascii_lowercase();
    (0..7).find(|day| name == DAYS[*day] || name == LONG[*day])
}

fn open_text((from, to): Open) -> String {
    let time = |at: Micros| format!("{:02}:{:02}", at / HOUR, at % HOUR / MINUTE);
    format!("{}-{}", time(from), time(to))
}

/// What durations are measured by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clock {
    /// All time counts.
    Calendar,
    /// Open hours count.
    Business(Box<BusinessHours>),
}

impl From<BusinessHours> for Clock {
    fn from(hours: BusinessHours) -> Clock {
        Clock::Business(Box::new(hours))
    }
}

impl Clock {
    /// Time between two instants, in microseconds; negative where `b` is before `a`, absent where one is absent.
    #[inline]
    pub fn between(&self, a: Micros, b: Micros) -> Micros {
        match self {
            Clock::Calendar if a == NO_TIME || b == NO_TIME => NO_INT,
            Clock::Calendar => b.saturating_sub(a),
            Clock::Business(hours) => hours.between(a, b),
        }
    }

    /// When `duration` microseconds have passed since `start`; `start` itself where it is not positive, absent where one is absent.
    #[inline]
    pub fn add(&self, start: Micros, duration: Micros) -> Micros {
        match self {
            Clock::Calendar if start == NO_TIME || duration == NO_INT => NO_TIME,
            Clock::Calendar => start.saturating_add(duration.max(0)),
            Clock::Business(hours) => hours.add(start, duration),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::days_from_civil;
    use proptest::prelude::*;

    const OFFICE: [(&str, &str); 5] = [
        ("mon", "09:00-17:00"),
        ("tue", "09:00-12:00, 13:00-17:30"),
        ("wed", "00:00-24:00"),
        ("fri", "13:00-17:00,09:00-12:00"),
        ("sunday", "00:00-03:00"),
    ];
    const ALWAYS: [(&str, &str); 7] = [
        ("mon", "00:00-24:00"),
        ("tue", "00:00-24:00"),
        ("wed", "00:00-24:00"),
        ("thu", "00:00-24:00"),
        ("fri", "00:00-24:00"),
        ("sat", "00:00-24:00"),
        ("sun", "00:00-24:00"),
    ];

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn office(name: &str, holidays: &[i32]) -> BusinessHours {
        BusinessHours::new(zone(name), OFFICE, holidays.iter().copied()).unwrap()
    }

    /// Minute by minute, from the text of the rules alone.
    fn open_at(zone: &Zone, holidays: &[i32], at: Micros) -> bool {
        let (day, time) = zone.civil(at);
        let within = |from: i64, to: i64| time >= from * MINUTE && time < to * MINUTE;
        !holidays.contains(&day)
            && match weekday(day) {
                0 => within(540, 1020),
                1 => within(540, 720) || within(780, 1050),
                2 => true,
                4 => within(540, 720) || within(780, 1020),
                6 => within(0, 180),
                _ => false,
            }
    }

    fn naive_between(zone: &Zone, holidays: &[i32], a: Micros, b: Micros) -> Micros {
        (0..(b - a) / MINUTE).filter(|i| open_at(zone, holidays, a + i * MINUTE)).count() as Micros * MINUTE
    }

    fn naive_add(zone: &Zone, holidays: &[i32], start: Micros, open: Micros) -> Micros {
        let (mut at, mut left) = (start, open);
        while left > 0 {
            left -= if open_at(zone, holidays, at) { MINUTE } else { 0 };
            at += MINUTE;
        }
        at
    }

    #[test]
    fn a_day_is_as_long_as_its_clocks_say() {
        let berlin = zone("Europe/Berlin");
        let hours = BusinessHours::new(berlin.clone(), ALWAYS, []).unwrap();
        for (date, length) in [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 10, 26), 24)] {
            let day = days_from_civil(date.0, date.1, date.2);
            assert_eq!(hours.between(berlin.midnight(day), berlin.midnight(day + 1)), length * HOUR);
        }
        assert_eq!(hours.open_per_week(), 7 * DAY);
    }

    #[test]
    fn due_times_fall_in_open_hours() {
        let berlin = zone("Europe/Berlin");
        let holiday = days_from_civil(2026, 10, 6);
        let hours = BusinessHours::new(berlin.clone(), [("mon", "09:00-17:00"), ("tue", "09:00-17:00")], [holiday]).unwrap();
        let at = |day: u32, hour: i64| berlin.to_utc(days_from_civil(2026, 10, day), hour * HOUR).at;
        // Monday 5 October; the 6th is a holiday; the next open day is the 12th.
        assert_eq!(hours.add(at(5, 10), 4 * HOUR), at(5, 14));
        assert_eq!(hours.add(at(5, 9), 8 * HOUR), at(5, 17));
        assert_eq!(hours.add(at(5, 9), 8 * HOUR + 1), at(12, 9) + 1);
        assert_eq!(hours.add(at(3, 20), HOUR), at(5, 10));
        assert_eq!(hours.add(at(6, 10), HOUR), at(12, 10));
        assert_eq!(hours.add(at(3, 20), 0), at(3, 20));
        // Due at closing time, with a change of the clocks before the next opening.
        assert_eq!(hours.add(at(20, 16), HOUR), at(20, 17));
        assert_eq!(hours.between(at(5, 16), at(12, 10)), 2 * HOUR);
        assert_eq!(hours.between(at(12, 10), at(5, 16)), -2 * HOUR);
        assert_eq!(hours.between(at(6, 0), at(7, 0)), 0);
    }

    #[test]
    fn absent_and_extreme_times_do_not_panic() {
        for hours in [office("Europe/Berlin", &[0, 20_000]), office("UTC", &[])] {
            assert_eq!(hours.between(NO_TIME, 0), NO_INT);
            assert_eq!(hours.add(NO_TIME, 1), NO_TIME);
            assert_eq!(hours.add(0, NO_INT), NO_TIME);
            hours.between(Micros::MIN + 1, Micros::MAX);
            assert!(hours.add(0, Micros::MAX / 4) > 0);
            assert_eq!(hours.add(0, Micros::MAX), Micros::MAX);
            let clock = Clock::from(hours);
            assert_eq!(clock.between(NO_TIME, 0), NO_INT);
        }
        assert_eq!(Clock::Calendar.between(NO_TIME, 0), NO_INT);
        assert_eq!(Clock::Calendar.between(5, 12), 7);
        assert_eq!(Clock::Calendar.add(5, 7), 12);
        assert_eq!(Clock::Calendar.add(NO_TIME, 7), NO_TIME);
    }

    #[test]
    fn wrong_hours_are_refused() {
        for (day, text, why) in [
            ("mon", "17:00-09:00", "ends before it starts"),
            ("mon", "09:00-09:00", "ends before it starts"),
            ("mon", "09:00-12:00,11:00-13:00", "09:00-12:00 and 11:00-13:00 overlap"),
            ("mon", "9-17", "are not valid open hours"),
            ("mon", "09:00-24:01", "are not valid open hours"),
            ("mon", "09:60-10:00", "are not valid open hours"),
            ("mon", "09:00-17:00,", "are not valid open hours"),
            ("mon", "+9:00-17:00", "are not valid open hours"),
            ("moon", "09:00-17:00", "not a valid weekday"),
            ("mon", "", "no day of the week has open hours"),
        ] {
            let error = BusinessHours::new(Zone::utc(), [(day, text)], []).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        let twice = [("mon", "09:00-10:00"), ("Monday", "11:00-12:00")];
        assert!(BusinessHours::new(Zone::utc(), twice, []).unwrap_err().contains("twice"));
        assert!(BusinessHours::new(Zone::utc(), [("mon", "9:00-12:00,12:00-24:00")], []).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn agrees_with_a_minute_by_minute_loop(
            which in 0usize..7,
            start in 0i64..31_000_000,
            change in any::<prop::sample::Index>(),
            near in any::<bool>(),
            length in 0i64..30_000,
            open in 0i64..8_000,
            holidays in prop::collection::vec(-3i32..25, 0..6),
        ) {
            let names = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu"];
            let zone = zone(names[which]);
            let mut a = start * MINUTE;
            // Half of the cases lie close before a change of the clocks, where the difficulties are.
            let changes: Vec<Micros> = zone.stretches().iter().copied().filter(|at| *at > 0).collect();
            if near && !changes.is_empty() {
                a = changes[change.index(changes.len())].div_euclid(MINUTE) * MINUTE - start % 5_000 * MINUTE;
            }
            let holidays: Vec<i32> = holidays.iter().map(|day| zone.day_of(a) + day).collect();
            let hours = office(names[which], &holidays);
            let b = a + length * MINUTE;
            prop_assert_eq!(hours.between(a, b), naive_between(&zone, &holidays, a, b));
            prop_assert_eq!(hours.add(a, open * MINUTE), naive_add(&zone, &holidays, a, open * MINUTE));
        }

        #[test]
        fn adding_and_measuring_agree(a in -2_000_000_000_000_000i64..4_000_000_000_000_000, open in 1i64..40_000_000_000_000, which in 0usize..3) {
            let hours = office(["Europe/Berlin", "Pacific/Apia", "America/Sao_Paulo"][which], &[10, 11, 12, 20_000]);
            let due = hours.add(a, open);
            prop_assert_eq!(hours.between(a, due), open);
            // It is the first such instant.
            prop_assert_eq!(hours.between(a, due - 1), open - 1);
        }
    }
}
