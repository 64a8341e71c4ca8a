//! The periods of a run as sets of disjoint windows: the periods themselves, and the earlier periods that they are compared with.
//!
//! An earlier period is measured as it was known at the same age (its own end plus the time from the end of the current period to
//! as-of), so it is a window of its own, never the cell of the period itself.

use super::ids::{Id, IdVec, PeriodId, WindowId, WindowSetId};
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
    /// All other groups of the same period together.
    OtherGroups,
}

impl Compare {
    /// As people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Compare::Previous => "previous",
            Compare::YearAgo => "year-ago",
            Compare::OtherGroups => "rest",
        }
    }

    /// The period that `period` is compared with: for the other groups, itself.
    pub fn of(self, period: &Period) -> Period {
        match self {
            Compare::Previous => period.previous(),
            Compare::YearAgo => period.year_ago(),
            Compare::OtherGroups => period.clone(),
        }
    }
}

/// Disjoint windows in ascending order, each for one of the run's periods.
#[derive(Debug)]
pub struct WindowSet {
    /// What the windows are compared with the periods as; `None`: they are the periods themselves.
    pub compare: Option<Compare>,
    /// The windows.
    pub windows: IdVec<WindowId, Window>,
    /// The run's period of each window.
    pub period: IdVec<WindowId, PeriodId>,
}

impl WindowSet {
    /// The window of a period, if there is one in this set.
    pub fn window(&self, period: PeriodId) -> Option<&Window> {
        let (id, _) = self.period.iter().find(|(_, of)| **of == period)?;
        Some(&self.windows[id])
    }
}

/// The window sets of a run. Two periods may share one earlier period (an ISO week 53 and 52): then there is a further set.
///
/// The periods of a `series` are each known at the age that the last one has at as-of, and only the last is compared.
pub fn window_sets(periods: &[Period], compares: &[Compare], series: bool, as_of: Micros) -> IdVec<WindowSetId, WindowSet> {
    let mut out = Vec::new();
    let age = periods.last().filter(|_| series).map(|last| as_of - last.end);
    let earlier = compares.iter().copied().filter(|compare| *compare != Compare::OtherGroups);
    for compare in std::iter::once(None).chain(earlier.map(Some)) {
        let mut entries: Vec<(PeriodId, Window)> = periods
            .iter()
            .enumerate()
            .filter(|(index, _)| !series || compare.is_none() || index + 1 == periods.len())
            .map(|(index, period)| {
                let window = match compare {
                    None => window(period, age.map_or(as_of, |age| period.end + age)),
                    Some(compare) => {
                        let earlier = compare.of(period);
                        // As known at the same age; a period that is not over yet is compared with the same part of the earlier one.
                        window(&earlier, as_of - period.end + earlier.end)
                    }
                };
                (PeriodId::of(index), window)
            })
            .collect();
        entries.sort_by_key(|(period, window)| (window.start, window.end, *period));
        while !entries.is_empty() {
            let (mut windows, mut served): (Vec<Window>, Vec<PeriodId>) = Default::default();
            entries.retain(|(period, window)| {
                let fits = windows
                    .last()
                    .is_none_or(|last| last.end <= window.start && last.previous_end <= window.previous_start);
                if fits {
                    windows.push(window.clone());
                    served.push(*period);
                }
                !fits
            });
            out.push(WindowSet {
                compare,
                windows: windows.into(),
                period: served.into(),
            });
        }
    }
    out.into()
}

/// The civil day so many days later. Days are counted by the calendar: the days on which clocks change are days too.
pub fn later(day: i32, days: u32) -> i32 {
    day.saturating_add_unsigned(days)
}

/// A period as it is known at an as-of.
pub fn window(period: &Period, as_of: Micros) -> Window {
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

    fn nth(sets: &IdVec<WindowSetId, WindowSet>, set: usize, window: usize) -> &Window {
        &sets[WindowSetId::of(set)].windows[WindowId::of(window)]
    }

    #[test]
    fn an_earlier_period_is_known_at_the_same_age() {
        let zone = Zone::utc();
        let as_of = zone.midnight(crate::period::days_from_civil(2026, 11, 11));
        let october = Period::parse("2026-10", &zone, as_of).unwrap();
        let sets = window_sets(std::slice::from_ref(&october), &[Compare::Previous, Compare::YearAgo], false, as_of);
        assert_eq!(sets.len(), 3);
        assert_eq!(nth(&sets, 0, 0).as_of, as_of);
        assert_eq!(nth(&sets, 1, 0).end, october.start);
        // ten days after its own end, as October is seen ten days after its end
        assert_eq!(nth(&sets, 1, 0).as_of - nth(&sets, 1, 0).end, 10 * crate::schema::DAY);
        assert_eq!(nth(&sets, 2, 0).as_of - nth(&sets, 2, 0).end, 10 * crate::schema::DAY);
    }

    #[test]
    fn a_series_is_known_at_one_age() {
        let zone = Zone::utc();
        let as_of = zone.midnight(crate::period::days_from_civil(2026, 11, 11));
        let periods: Vec<Period> = ["2026-08", "2026-09", "2026-10"]
            .iter()
            .map(|text| Period::parse(text, &zone, as_of).unwrap())
            .collect();
        let sets = window_sets(&periods, &[Compare::Previous], true, as_of);
        let periods: Vec<Vec<usize>> = sets
            .iter()
            .map(|(_, s)| s.period.iter().map(|(_, p)| p.index()).collect())
            .collect();
        assert_eq!(periods, [vec![0, 1, 2], vec![2]]);
        for window in sets.iter().flat_map(|(_, set)| set.windows.as_slice()) {
            assert_eq!(window.as_of - window.end, 10 * crate::schema::DAY);
        }
        // The one before is the same window, whether as a part of the series or as what the last is compared with.
        assert_eq!(
            (nth(&sets, 0, 1).start, nth(&sets, 0, 1).as_of),
            (nth(&sets, 1, 0).start, nth(&sets, 1, 0).as_of)
        );
    }

    #[test]
    fn two_weeks_that_share_one_earlier_week_need_two_sets() {
        let zone = Zone::utc();
        let as_of = zone.midnight(crate::period::days_from_civil(2022, 1, 1));
        let last = Period::of(Grain::Week, crate::period::days_from_civil(2020, 12, 30), &zone);
        assert_eq!(last.label, "2020-W53");
        let sets = window_sets(&[last.previous(), last], &[Compare::YearAgo], false, as_of);
        assert_eq!(sets.iter().map(|(_, set)| set.windows.len()).collect::<Vec<_>>(), [2, 1, 1]);
    }
}
