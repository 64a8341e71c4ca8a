//! The periods of a run as lanes of disjoint windows: the periods themselves, and what they are compared with.
//!
//! An earlier period is measured as it was known at the same age (its own end plus the time from the end of the current period to
//! as-of), so it is a window of its own, never the cell of the period itself.

use crate::facts::context::Window;
use crate::period::Period;
use crate::schema::Micros;

/// What a cell is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compare {
    /// The calendar period before it.
    Previous,
    /// The same period a year before.
    YearAgo,
    /// All other slices of the same period together.
    Rest,
}

impl Compare {
    /// As people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Compare::Previous => "previous",
            Compare::YearAgo => "year-ago",
            Compare::Rest => "rest",
        }
    }

    /// The period that `period` is compared with: for the rest, itself.
    pub fn of(self, period: &Period) -> Period {
        match self {
            Compare::Previous => period.previous(),
            Compare::YearAgo => period.year_ago(),
            Compare::Rest => period.clone(),
        }
    }
}

/// Disjoint windows in ascending order, each for one of the run's periods.
#[derive(Debug)]
pub struct WindowSet {
    /// `None`: the periods themselves.
    pub compare: Option<Compare>,
    /// The windows.
    pub windows: Vec<Window>,
    /// For each window the index of the run's period that it serves.
    pub period: Vec<usize>,
}

/// The lanes of a run. Two periods may share one earlier period (an ISO week 53 and 52): then there is a further lane.
///
/// The periods of a `series` are each known at the age that the last one has at as-of, and only the last is compared.
pub fn lanes(periods: &[Period], compares: &[Compare], series: bool, as_of: Micros) -> Vec<WindowSet> {
    let mut out = Vec::new();
    let age = periods.last().filter(|_| series).map(|last| as_of - last.end);
    let earlier = compares.iter().copied().filter(|compare| *compare != Compare::Rest);
    for compare in std::iter::once(None).chain(earlier.map(Some)) {
        let mut entries: Vec<(usize, Window)> = periods
            .iter()
            .enumerate()
            .filter(|(index, _)| !series || compare.is_none() || index + 1 == periods.len())
            .map(|(index, period)| match compare {
                None => (index, window(period, age.map_or(as_of, |age| period.end + age))),
                Some(compare) => {
                    let earlier = compare.of(period);
                    // As known at the same age; a period that is not over yet is compared with the same part of the earlier one.
                    let known = as_of - period.end + earlier.end;
                    (index, window(&earlier, known))
                }
            })
            .collect();
        entries.sort_by_key(|(index, window)| (window.start, window.end, *index));
        while !entries.is_empty() {
            let mut lane = WindowSet {
                compare,
                windows: Vec::new(),
                period: Vec::new(),
            };
            entries.retain(|(index, window)| {
                let fits = lane
                    .windows
                    .last()
                    .is_none_or(|last| last.end <= window.start && last.previous_end <= window.previous_start);
                if fits {
                    lane.windows.push(window.clone());
                    lane.period.push(*index);
                }
                !fits
            });
            out.push(lane);
        }
    }
    out
}

/// The civil day so many days later. Days are counted by the calendar: the days on which clocks change are days too.
pub fn later(day: i32, days: u32) -> i32 {
    day.saturating_add_unsigned(days)
}

fn window(period: &Period, as_of: Micros) -> Window {
    let previous = period.previous();
    Window {
        start: period.start,
        end: period.end.min(as_of.max(period.start)),
        previous_start: previous.start,
        previous_end: previous.end,
        as_of,
        months: period.months().iter().map(|m| (m.start, m.end)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::{Grain, Zone};

    #[test]
    fn an_earlier_period_is_known_at_the_same_age() {
        let zone = Zone::utc();
        let as_of = zone.midnight(crate::period::days_from_civil(2026, 11, 11));
        let october = Period::parse("2026-10", &zone, as_of).unwrap();
        let lanes = lanes(std::slice::from_ref(&october), &[Compare::Previous, Compare::YearAgo], false, as_of);
        assert_eq!(lanes.len(), 3);
        assert_eq!(lanes[0].windows[0].as_of, as_of);
        assert_eq!(lanes[1].windows[0].end, october.start);
        // ten days after its own end, as October is seen ten days after its end
        assert_eq!(lanes[1].windows[0].as_of - lanes[1].windows[0].end, 10 * crate::schema::DAY);
        assert_eq!(lanes[2].windows[0].as_of - lanes[2].windows[0].end, 10 * crate::schema::DAY);
    }

    #[test]
    fn a_series_is_known_at_one_age() {
        let zone = Zone::utc();
        let as_of = zone.midnight(crate::period::days_from_civil(2026, 11, 11));
        let periods: Vec<Period> = ["2026-08", "2026-09", "2026-10"]
            .iter()
            .map(|text| Period::parse(text, &zone, as_of).unwrap())
            .collect();
        let lanes = lanes(&periods, &[Compare::Previous], true, as_of);
        assert_eq!(lanes.iter().map(|l| l.period.clone()).collect::<Vec<_>>(), [vec![0, 1, 2], vec![2]]);
        for window in lanes.iter().flat_map(|lane| &lane.windows) {
            assert_eq!(window.as_of - window.end, 10 * crate::schema::DAY);
        }
        // The one before is the same window, whether as a part of the series or as what the last is compared with.
        assert_eq!(
            (lanes[0].windows[1].start, lanes[0].windows[1].as_of),
            (lanes[1].windows[0].start, lanes[1].windows[0].as_of)
        );
    }

    #[test]
    fn two_weeks_that_share_one_earlier_week_need_two_lanes() {
        let zone = Zone::utc();
        let as_of = zone.midnight(crate::period::days_from_civil(2022, 1, 1));
        let last = Period::of(Grain::Week, crate::period::days_from_civil(2020, 12, 30), &zone);
        assert_eq!(last.label, "2020-W53");
        let lanes = lanes(&[last.previous(), last], &[Compare::YearAgo], false, as_of);
        assert_eq!(lanes.iter().map(|l| l.windows.len()).collect::<Vec<_>>(), [2, 1, 1]);
    }
}
