//! Whether the times of a column say a time of day, as all its cells show.

use crate::canonical::Data;
use crate::canonical::load::file::columns::Plan;
use crate::canonical::load::file::filling::Filling;
use crate::cell_parsing::Civil;
use crate::notes::Decision;
use crate::period::Zone;
use crate::schema::{DAY, HOUR, Micros, NO_TIME, interactions};
use crate::sources::Precision;

/// How many of the cells that were times say no time of day.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimeCounts {
    /// Cells that were times.
    times: u64,
    /// Those that give no time of day.
    dates: u64,
    /// Those that are midnights as they are written, or of the report's zone, and those that give no time of day.
    midnights: u64,
    /// The midnights that are written with an offset, which is how software writes a date that it keeps as a time.
    with_offset: u64,
    /// Some of these offsets are ahead of UTC.
    ahead: bool,
    /// Some of these offsets are behind UTC.
    behind: bool,
}

/// What the times of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnPrecision {
    /// Times of day.
    Times,
    /// Some are dates without a time, the others are times.
    Mixed,
    /// Dates without a time.
    Dates,
}

impl TimeCounts {
    /// Counts a cell and the instant that it stands for.
    #[inline]
    pub fn count(&mut self, civil: &Civil, at: Micros, zone: &Zone) {
        let is_midnight = civil.micros_of_day.unwrap_or(0) == 0;
        self.times += 1;
        self.dates += u64::from(civil.micros_of_day.is_none());
        match civil.offset_seconds {
            Some(offset) if is_midnight => {
                self.midnights += 1;
                self.with_offset += 1;
                self.ahead |= offset > 0;
                self.behind |= offset < 0;
            }
            Some(_) => self.midnights += u64::from(is_midnight_of(zone, at)),
            None => self.midnights += u64::from(is_midnight),
        }
    }

    /// Counts an instant that an expression gives.
    pub fn count_instant(&mut self, at: Micros, zone: &Zone) {
        self.times += 1;
        self.midnights += u64::from(is_midnight_of(zone, at));
    }

    /// Adds the counts of other cells of the column.
    pub fn add(&mut self, other: TimeCounts) {
        self.times += other.times;
        self.dates += other.dates;
        self.midnights += other.midnights;
        self.with_offset += other.with_offset;
        self.ahead |= other.ahead;
        self.behind |= other.behind;
    }

    /// What the cells show: dates where all of them (99.9 %) are midnights, however few they are. Midnights with offsets on both sides of
    /// UTC are times: nothing shows which day they mean.
    pub fn precision(&self) -> ColumnPrecision {
        // So many midnights among times are dates to which software added the time.
        const MANY_MIDNIGHTS: f64 = 0.25;
        let share = |part: u64| part as f64 / self.times as f64;
        if self.times == 0 || (self.ahead && self.behind) {
            ColumnPrecision::Times
        } else if share(self.midnights) >= 0.999 {
            ColumnPrecision::Dates
        } else if share(self.dates) > 0.001 || (self.midnights >= 3 && share(self.midnights) > MANY_MIDNIGHTS) {
            ColumnPrecision::Mixed
        } else {
            ColumnPrecision::Times
        }
    }

    /// The counts that a setting stands for: all cells are dates, or none is.
    fn settled(self, stated: Precision) -> TimeCounts {
        let midnights = match stated {
            Precision::Day => self.times,
            Precision::Time => 0,
        };
        TimeCounts {
            times: self.times,
            midnights,
            ..TimeCounts::default()
        }
    }
}

/// Most instants are ruled out without looking at the zone's clock: offsets are multiples of a quarter of an hour.
fn is_midnight_of(zone: &Zone, at: Micros) -> bool {
    at.rem_euclid(HOUR / 4) == 0 && zone.is_midnight(at)
}

/// Settles what the times of a column are. Midnights with an offset in a column of dates become midnights of the report's zone.
///
/// Returns what was decided that a reader of the file's notes has to know: dates that are written as times, and columns of both.
pub fn settle(plan: &Plan, filling: &mut Filling, zone: &Zone) -> (ColumnPrecision, Option<Decision>) {
    let counts = filling.times;
    filling.times = plan.precision.map_or(counts, |stated| counts.settled(stated));
    let precision = filling.times.precision();
    let cells = counts.times;
    let is_measured_in_hours = plan.column.is_some_and(|column| interactions::TIMED_BY_HOURS.contains(&column));
    let decision = match precision {
        ColumnPrecision::Dates if counts.with_offset > 0 && counts.precision() == ColumnPrecision::Dates => {
            to_midnights_of(zone, &mut filling.data, counts.ahead);
            plan.precision.is_none().then_some(Decision::MidnightsAreDates { cells })
        }
        ColumnPrecision::Dates => None,
        ColumnPrecision::Mixed if is_measured_in_hours => Some(Decision::DatesAndTimes {
            dates: counts.midnights,
            cells,
        }),
        ColumnPrecision::Times if is_measured_in_hours && plan.precision.is_none() && counts.dates > 0 => Some(Decision::FewDates {
            dates: counts.dates,
            cells,
        }),
        ColumnPrecision::Mixed | ColumnPrecision::Times => None,
    };
    (precision, decision)
}

/// Moves midnights of other zones to the midnight of the same date in this one.
fn to_midnights_of(zone: &Zone, data: &mut Data, ahead: bool) {
    let Data::Int(values) = data else { return };
    for value in values.iter_mut().filter(|value| **value != NO_TIME) {
        if !zone.is_midnight(*value) {
            // Midnight of a zone ahead of UTC is on the day before by UTC's clock.
            let day = value.div_euclid(DAY) + i64::from(ahead && value.rem_euclid(DAY) != 0);
            *value = zone.midnight(day as i32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::SourceInfo;
    use crate::canonical::load::testing::{load_table, noted};
    use crate::schema::Table;

    fn loaded(cells: &[&str], zone: &str) -> (SourceInfo, Vec<Micros>, Option<u64>) {
        let rows: String = cells.iter().map(|cell| format!("a,1,2026-01-05T09:30:00Z,{cell}\n")).collect();
        let text = format!("stakeholder_id,case_id,occurred_at,resolved_at\n{rows}");
        let loaded = load_table(Table::Interactions, &text, zone, None).unwrap();
        let table = loaded.canonical.table(Table::Interactions).unwrap();
        let mut times: Vec<Micros> = (0..table.len).map(|row| table.times(&interactions::RESOLVED_AT).at(row)).collect();
        times.sort_unstable();
        let mixed = loaded.notes.iter().filter(|note| note.code().as_str() == "decided").count() as u64;
        assert_eq!(noted(&loaded, "decided").is_some(), mixed > 0);
        (loaded.canonical.sources[0].clone(), times, (mixed > 0).then_some(mixed))
    }

    #[test]
    fn midnights_with_an_offset_are_dates_also_if_there_are_three() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let of = |days: [i32; 3]| {
            days.map(|day| berlin.midnight(crate::period::days_from_civil(2026, 2, 1) + day))
                .to_vec()
        };
        for cells in [
            ["2026-02-03T00:00:00Z", "2026-02-04T00:00:00Z", "2026-02-05T00:00:00Z"],
            [
                "2026-02-03T00:00:00+05:30",
                "2026-02-04T00:00:00+05:30",
                "2026-02-05T00:00:00+05:30",
            ],
            [
                "2026-02-03T00:00:00-08:00",
                "2026-02-04T00:00:00-08:00",
                "2026-02-05T00:00:00-08:00",
            ],
        ] {
            let (source, times, decided) = loaded(&cells, "Europe/Berlin");
            assert!(source.has_dates(&interactions::RESOLVED_AT), "{cells:?}");
            assert_eq!((times, decided), (of([2, 3, 4]), Some(1)), "{cells:?}");
        }
        // What JavaScript makes of local dates: midnights of Berlin, written in UTC.
        let local = ["2026-02-02T23:00:00Z", "2026-02-03T23:00:00Z", "2026-07-04T22:00:00Z"];
        assert!(loaded(&local, "Europe/Berlin").0.has_dates(&interactions::RESOLVED_AT));
        assert!(!loaded(&local, "UTC").0.has_dates(&interactions::RESOLVED_AT));
        let times = ["2026-02-03T00:00:00Z", "2026-02-04T00:00:00Z", "2026-02-05T10:00:00Z"];
        assert!(!loaded(&times, "UTC").0.has_dates(&interactions::RESOLVED_AT));
    }

    #[test]
    fn dates_among_times_are_counted() {
        let mixed = ["2026-02-03", "2026-02-04T10:00:00", "2026-02-05T10:00:00"];
        let (source, _, decided) = loaded(&mixed, "UTC");
        assert!(source.has_dates(&interactions::RESOLVED_AT));
        assert_eq!(decided, Some(1));
        let midnights = ["2026-02-03 00:00", "2026-02-04 00:00", "2026-02-05 00:00", "2026-02-06 11:12"];
        assert!(loaded(&midnights, "UTC").0.has_dates(&interactions::RESOLVED_AT));
    }
}
