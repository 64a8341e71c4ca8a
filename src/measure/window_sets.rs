//! The periods of a run as sets of disjoint windows: the periods themselves, and the earlier periods that they are compared with.
//!
//! An earlier period is measured as it was known at the same age, so it is a window of its own, never the cell of the period itself.
//! After a period has ended, its age is the time since its end. Before that, it is the number of days since its start: a period that has
//! not ended is compared with the same number of days from the start of the earlier period, whatever the lengths of the two. If the
//! earlier period has fewer days (30 days of March and February), the days after its end belong to the comparison: both sides have the
//! same number of days on every date. Facts that look back to the period before see the same number of its days, too.

use super::ids::{Id, IdVec, PeriodId, WindowId, WindowSetId};
use crate::facts::context::Window;
use crate::period::{Elapsed, Period};
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

    /// The days that `period` is compared with, as a period: the earlier period or, if `period` has not ended by `as_of`, the same number of
    /// days from the start of the earlier period. For the other groups it is the period itself.
    pub fn of(self, period: &Period, as_of: Micros) -> Period {
        let earlier = self.whole_of(period);
        if self == Compare::OtherGroups || period.is_complete(as_of) {
            earlier
        } else {
            earlier.first_days(period.elapsed(as_of).begun())
        }
    }

    /// The earlier period as a whole; for the other groups, the period itself.
    fn whole_of(self, period: &Period) -> Period {
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
    let last = periods.last().filter(|_| series);
    let earlier = compares.iter().copied().filter(|compare| *compare != Compare::OtherGroups);
    for compare in std::iter::once(None).chain(earlier.map(Some)) {
        let mut entries: Vec<(PeriodId, Window)> = periods
            .iter()
            .enumerate()
            .filter(|(index, _)| !series || compare.is_none() || index + 1 == periods.len())
            .map(|(index, period)| {
                let window = match compare {
                    None => last.map_or_else(|| window(period, as_of), |last| at_same_age(period, last, as_of)),
                    Some(compare) => at_same_age(&compare.whole_of(period), period, as_of),
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

/// An earlier period as it was known when it had the age that `period` has at as-of.
fn at_same_age(earlier: &Period, period: &Period, as_of: Micros) -> Window {
    if period.is_complete(as_of) {
        window(earlier, as_of - period.end + earlier.end)
    } else {
        first_part(earlier, period.elapsed(as_of))
    }
}

/// A period as it is known at an as-of.
pub fn window(period: &Period, as_of: Micros) -> Window {
    if !period.is_complete(as_of) {
        return first_part(period, period.elapsed(as_of));
    }
    let previous = period.previous();
    Window {
        start: period.start,
        end: period.end,
        previous_start: previous.start,
        previous_end: previous.end,
        as_of,
        months: months(period),
        period: period.clone(),
    }
}

/// As much of a period from its start, as it was known then. What looks back sees as much of the period before.
fn first_part(period: &Period, elapsed: Elapsed) -> Window {
    let as_of = period.instant_after(elapsed);
    let previous = period.previous();
    Window {
        start: period.start,
        end: as_of.max(period.start),
        previous_start: previous.start,
        previous_end: previous.instant_after(elapsed).max(previous.start),
        as_of,
        months: months(period),
        period: period.clone(),
    }
}

fn months(period: &Period) -> Vec<(Micros, Micros)> {
    period.months().iter().map(|m| (m.start, m.end)).collect()
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

    /// The civil days of a window, and whether it ends on the last one's midnight.
    fn days(window: &Window, zone: &Zone) -> i32 {
        assert!(zone.is_midnight(window.start) && zone.is_midnight(window.end));
        zone.day_of(window.end) - zone.day_of(window.start)
    }

    #[test]
    fn on_every_day_of_three_years_a_running_period_is_compared_with_as_many_days() {
        for zone in ["UTC", "Europe/Berlin", "America/New_York"].map(|name| Zone::parse(name).unwrap()) {
            for day in crate::period::days_from_civil(2024, 1, 1)..crate::period::days_from_civil(2027, 1, 1) {
                let as_of = zone.midnight(day + 1);
                for grain in Grain::ALL {
                    let period = Period::of(grain, day, &zone);
                    let sets = window_sets(std::slice::from_ref(&period), &[Compare::Previous, Compare::YearAgo], false, as_of);
                    let own = days(nth(&sets, 0, 0), &zone);
                    for (set, compare) in [(1, Compare::Previous), (2, Compare::YearAgo)] {
                        let (earlier, window) = (compare.whole_of(&period), nth(&sets, set, 0));
                        let compared = compare.of(&period, as_of);
                        let name = format!("{} on {} against {}", period.label, crate::period::date_text(day), compared.label);
                        assert_eq!(
                            (window.start, window.previous_start),
                            (earlier.start, earlier.previous().start),
                            "{name}"
                        );
                        assert_eq!(compared.days(), days(window, &zone), "{name}");
                        if period.is_complete(as_of) {
                            assert_eq!(window.previous_end, earlier.previous().end, "{name}");
                            assert_eq!((window.end, compared), (earlier.end, earlier), "{name}");
                        } else {
                            for window in [window, nth(&sets, 0, 0)] {
                                let before = zone.day_of(window.previous_end) - zone.day_of(window.previous_start);
                                assert_eq!(before, own, "{name}");
                            }
                            assert_eq!((days(window, &zone), window.as_of), (own, window.end), "{name}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn every_period_of_a_series_has_as_many_days_as_the_last_one_if_that_has_not_ended() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        // On 30 March all of February is over, and the series needs two sets: its windows are not disjoint.
        for (day, own_sets) in [((2026, 3, 14), 1), ((2026, 3, 30), 2)] {
            let day = crate::period::days_from_civil(day.0, day.1, day.2);
            let last = Period::of(Grain::Month, day, &zone);
            let mut periods: Vec<Period> = std::iter::successors(Some(last), |period| Some(period.previous()))
                .take(13)
                .collect();
            periods.reverse();
            let sets = window_sets(&periods, &[Compare::Previous], true, zone.midnight(day + 1));
            let elapsed = day + 1 - periods[12].first_day;
            let own: Vec<&WindowSet> = sets.iter().map(|(_, set)| set).filter(|set| set.compare.is_none()).collect();
            assert_eq!(own.len(), own_sets);
            assert_eq!(own.iter().map(|set| set.windows.len()).sum::<usize>(), 13);
            for window in sets.iter().flat_map(|(_, set)| set.windows.as_slice()) {
                assert_eq!(days(window, &zone), elapsed);
            }
        }
    }

    #[test]
    fn a_period_that_has_not_begun_is_compared_as_it_was_known_as_long_before() {
        let zone = Zone::utc();
        let as_of = zone.midnight(crate::period::days_from_civil(2026, 2, 19));
        let march = Period::parse("2026-03", &zone, as_of).unwrap();
        let sets = window_sets(std::slice::from_ref(&march), &[Compare::Previous], false, as_of);
        let window = nth(&sets, 1, 0);
        assert_eq!((window.start, window.end), (march.previous().start, march.previous().start));
        assert_eq!(window.start - window.as_of, 10 * crate::schema::DAY);
        assert_eq!(Compare::Previous.of(&march, as_of).label, "2026-02");
    }

    #[test]
    fn two_weeks_that_share_one_earlier_week_need_two_sets() {
        let zone = Zone::utc();
        let as_of = zone.midnight(crate::period::days_from_civil(2022, 1, 1));
        let last = Period::of(
            Grain::Week(crate::period::WeekStart::MONDAY),
            crate::period::days_from_civil(2020, 12, 30),
            &zone,
        );
        assert_eq!(last.label, "2020-W53");
        let sets = window_sets(&[last.previous(), last], &[Compare::YearAgo], false, as_of);
        assert_eq!(sets.iter().map(|(_, set)| set.windows.len()).collect::<Vec<_>>(), [2, 1, 1]);
    }
}
