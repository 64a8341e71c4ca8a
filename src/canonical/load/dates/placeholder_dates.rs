//! Dates that programs write where they have none: 1970-01-01, 1900-01-01, 9999-12-31. They are missing values where they are impossible:
//! before the time that they follow, or far from all other dates of their column. A history that goes back so far keeps them.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::canonical::load::tables::affected_rows::AffectedRows;
use crate::canonical::load::tables::building::{Building, Dropped};
use crate::canonical::{Data, Rows, SourceInfo};
use crate::notes::{DataIssue, DateEvidence, MissingValue, Note, RejectReason};
use crate::period::Zone;
use crate::schema::{Column, ColumnType, DAY, HOUR, Micros, NO_TIME, Table, supplies, surveys};
use crate::sources::placeholders::placeholder_days;

/// Far from all others is so many days before the first or after the last of them.
const FAR: i64 = 5 * 365;
/// A date that comes so many times, and so many times as often as any other, is a placeholder although it lies among the others,
const SPIKE: u64 = 10;
/// if no other date is within so many days of it.
const NEIGHBOUR: i64 = 365;

/// What is decided about one placeholder date in one column.
struct Found {
    column: &'static Column,
    day: i32,
    evidence: DateEvidence,
    rows: Vec<u32>,
}

/// Placeholder dates are at least so much before or after a time, as the start or the end of the day in any time zone.
const BEFORE: i64 = 14 * HOUR;
const AFTER: i64 = 38 * HOUR;

/// The time around the year 2000 in which there is no placeholder date: nearly all times lie in it.
fn usual() -> (Micros, Micros) {
    const YEAR_2000: i32 = 10_957;
    let days = placeholder_days();
    let next = days.partition_point(|day| *day < YEAR_2000);
    let last = next.checked_sub(1).map_or(Micros::MIN, |last| i64::from(days[last]) * DAY + AFTER);
    (last, days.get(next).map_or(Micros::MAX, |next| i64::from(*next) * DAY - BEFORE))
}

/// The placeholder date that a time is, as the start or the end of the day: in the report's zone, whose clocks showed local mean time in
/// 1900, or in any other zone.
pub fn placeholder(at: Micros, zone: &Zone) -> Option<i32> {
    const QUARTER: i64 = HOUR / 4;
    const SECOND: i64 = HOUR / 3600;
    let days = placeholder_days();
    let (local, clock) = zone.civil(at);
    if (clock == 0 || clock >= DAY - SECOND) && days.binary_search(&local).is_ok() {
        return Some(local);
    }
    let next = days.partition_point(|day| i64::from(*day) * DAY + AFTER < at);
    let near = || days[next..].iter().take_while(|day| i64::from(**day) * DAY - BEFORE <= at);
    let is_of_day = |day: &&i32| (0..DAY).contains(&(at - i64::from(**day) * DAY));
    let day = *near().find(is_of_day).or_else(|| near().next())?;
    // Shifted by a time zone it is still a whole quarter of an hour, or the last second before one.
    let in_quarter = at.rem_euclid(QUARTER);
    (in_quarter == 0 || in_quarter >= QUARTER - SECOND).then_some(day)
}

impl Building {
    /// Voids the placeholder dates that are impossible; a record that cannot be without its date is dropped.
    pub fn void_placeholder_dates(&mut self, keeps: &[bool], zone: &Zone, sources: &[SourceInfo], dropped: &mut Dropped) -> Vec<Note> {
        let table = self.rows.table;
        let times: Vec<&'static Column> = table.columns().iter().filter(|column| column.kind == ColumnType::Time).collect();
        let keeps_dates = |row: usize| keeps[self.rows.source_of(row) as usize];
        let (low, high) = usual();
        let mut suspects: BTreeMap<(usize, i32), Vec<u32>> = BTreeMap::new();
        for (at, column) in times.iter().enumerate() {
            let values = self.rows.times(column);
            if !values.exists() {
                continue;
            }
            let suspect = |row: usize| {
                let value = values.at(row);
                let is_unusual = value != NO_TIME && !(low < value && value < high);
                let day = is_unusual.then(|| placeholder(value, zone)).flatten()?;
                (!keeps_dates(row)).then_some((day, row as u32))
            };
            let of_column: Vec<(i32, u32)> = (0..self.rows.len).into_par_iter().filter_map(suspect).collect();
            for (day, row) in of_column {
                suspects.entry((at, day)).or_default().push(row);
            }
        }
        if suspects.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<Found> = Vec::new();
        for ((at, day), rows) in suspects {
            let column = times[at];
            let impossible = self.before_start(column, &rows, zone);
            let evidence = self.far((column, &times), day, rows.len() as u64, !impossible.is_empty(), zone);
            match (evidence, column.not_before) {
                (Some(evidence), _) => found.push(Found {
                    column,
                    day,
                    evidence,
                    rows,
                }),
                (None, Some(start)) if !impossible.is_empty() => found.push(Found {
                    column,
                    day,
                    evidence: DateEvidence::BeforeStart { start: start.name },
                    rows: impossible,
                }),
                (None, _) => {}
            }
        }
        let mut notes = Vec::new();
        for Found {
            column,
            day,
            evidence,
            rows,
        } in found
        {
            let mut affected = AffectedRows::default();
            rows.iter().for_each(|row| affected.add(&self.rows, *row as usize));
            if let Some(Data::Int(values)) = self.rows.data_mut(column) {
                rows.iter().for_each(|row| values[*row as usize] = NO_TIME);
            }
            let issue = DataIssue::PlaceholderDate {
                table,
                column: column.name,
                day,
                evidence,
            };
            notes.extend(affected.notes(issue, sources));
            self.drop_undated(column, &rows, dropped);
        }
        notes
    }

    /// Drops the records that lost a date that they cannot be without.
    fn drop_undated(&mut self, column: &'static Column, rows: &[u32], dropped: &mut Dropped) {
        let one_of: Option<(&[Column], MissingValue)> = match self.rows.table {
            Table::Surveys => Some((&[surveys::RESPONDED_AT, surveys::SENT_AT], MissingValue::SurveyTime)),
            Table::Supplies => Some((
                &[supplies::ORDERED_AT, supplies::PROMISED_AT, supplies::RECEIVED_AT],
                MissingValue::SupplyTime,
            )),
            Table::Interactions | Table::Purchases | Table::Stakeholders | Table::Referrals | Table::Identities => None,
        };
        let has_none = |rows: &Rows, row: usize, times: &[Column]| times.iter().all(|column| rows.times(column).at(row) == NO_TIME);
        for &row in rows {
            let row = row as usize;
            let value = match &one_of {
                _ if column.required => MissingValue::Column(column.name.to_string()),
                Some((times, value)) if times.contains(column) && has_none(&self.rows, row, times) => value.clone(),
                Some(_) | None => continue,
            };
            self.drop_row(row, &RejectReason::Missing { value }.into(), dropped);
        }
    }

    /// Those of the rows in which a time is before the one that it follows.
    fn before_start(&self, column: &Column, rows: &[u32], zone: &Zone) -> Vec<u32> {
        let Some(start) = column.not_before else { return Vec::new() };
        let (starts, values) = (self.rows.times(start), self.rows.times(column));
        let is_before = |row: &u32| {
            let (start, own) = (starts.at(*row as usize), values.at(*row as usize));
            start != NO_TIME && placeholder(start, zone).is_none() && own + DAY < start
        };
        rows.iter().copied().filter(is_before).collect()
    }

    /// Whether a date lies far from all others of its column, and of its table if no record shows that it is impossible; or comes far too
    /// often.
    fn far(
        &self,
        (column, times): (&Column, &[&'static Column]),
        day: i32,
        count: u64,
        is_impossible: bool,
        zone: &Zone,
    ) -> Option<DateEvidence> {
        let days = |of: &Column| -> Vec<i64> {
            let values = self.rows.times(of);
            if !values.exists() {
                return Vec::new();
            }
            let real = (0..self.rows.len)
                .map(|row| values.at(row))
                .filter(|at| *at != NO_TIME && placeholder(*at, zone).is_none());
            real.map(|at| at.div_euclid(DAY)).collect()
        };
        let sorted = |mut days: Vec<i64>| {
            days.sort_unstable();
            days
        };
        let own = sorted(days(column));
        let all = sorted(times.iter().flat_map(|column| days(column)).collect());
        let day = i64::from(day);
        let is_far = |others: &[i64]| match (others.first(), others.last()) {
            (Some(first), Some(last)) => day + FAR < *first || day - FAR > *last,
            _ => true,
        };
        let shown = if own.is_empty() { &all } else { &own };
        let (&first, &last) = (shown.first()?, shown.last()?);
        if is_far(&own) && (is_impossible || is_far(&all)) {
            return Some(DateEvidence::FarFromOthers {
                first: first as i32,
                last: last as i32,
            });
        }
        let has_neighbour = own.iter().any(|other| (other - day).abs() <= NEIGHBOUR);
        let most = own.chunk_by(|a, b| a == b).map(<[i64]>::len).max().unwrap_or(0) as u64;
        (!own.is_empty() && !has_neighbour && count >= SPIKE && count >= SPIKE * most).then_some(DateEvidence::Spike { most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::load::testing::{load, notes};
    use crate::period::parse_date;

    fn at(day: &str, micros: Micros) -> Option<i32> {
        placeholder(i64::from(parse_date(day).unwrap()) * DAY + micros, &Zone::utc())
    }

    #[test]
    fn a_placeholder_is_one_by_the_local_mean_time_of_1900() {
        for name in ["Asia/Kolkata", "Europe/Paris", "Europe/Amsterdam", "America/Sao_Paulo"] {
            let zone = Zone::parse(name).unwrap();
            for day in ["1900-01-01", "1899-12-30", "1970-01-01", "9999-12-31"] {
                let day = parse_date(day).unwrap();
                assert_eq!(placeholder(zone.midnight(day), &zone), Some(day), "{name}");
                assert_eq!(placeholder(zone.midnight(day) + HOUR + 1_000_000, &zone), None, "{name}");
            }
        }
    }

    #[test]
    fn a_placeholder_is_one_in_every_time_zone() {
        assert_eq!(
            [
                at("1970-01-01", 0),
                at("1969-12-31", 19 * HOUR),
                at("1970-01-01", 5 * HOUR + HOUR / 2)
            ],
            [Some(0); 3]
        );
        let last = parse_date("9999-12-31").ok();
        assert_eq!(
            [at("9999-12-31", 0), at("9999-12-31", DAY - 1), at("9999-12-31", DAY - 1_000_000)],
            [last; 3]
        );
        assert_eq!(
            [
                at("1970-01-01", HOUR + 1_000_000),
                at("1970-01-03", 0),
                at("2026-01-01", 0),
                at("1969-12-30", 0)
            ],
            [None; 4]
        );
    }

    /// The counts of the notes about placeholder dates of a roster.
    fn found(rows: &str) -> Vec<u64> {
        let loaded = load(&[("r.csv", "stakeholders", &format!("customer_id,start_date,end_date\n{rows}"))]);
        notes(&loaded, "placeholder-date").iter().map(|note| note.count).collect()
    }

    #[test]
    fn what_shows_that_a_date_is_a_placeholder() {
        // Before its start, or far from the others.
        assert_eq!(found("a,2024-01-01,1970-01-01\nb,2024-01-01,2025-01-01\n"), [1]);
        assert_eq!(found("a,1900-01-01,2025-01-01\nb,2024-01-01,2025-01-01\n"), [1]);
        assert_eq!(found("a,2024-01-01,2099-12-31\nb,2024-01-01,9999-12-31\n"), [1, 1]);
        // In a history that spans it, only where it is impossible.
        assert_eq!(
            found("a,1960-01-01,1965-01-01\nb,1985-01-01,1970-01-01\nc,1962-01-01,1970-01-01\nd,1980-01-04,1985-01-01\n"),
            [1]
        );
        assert_eq!(
            found("a,1968-01-01,1970-01-01\nb,1970-01-01,\nc,1985-06-01,2026-01-01\n"),
            Vec::<u64>::new()
        );
        // Alone in its file it may be real.
        assert_eq!(found("a,1970-01-01,\n"), Vec::<u64>::new());
        // A spike among others.
        let spike: String = (0..10).map(|i| format!("s{i},1970-01-01,\n")).collect();
        assert_eq!(found(&format!("{spike}a,1960-01-01,\nb,1980-03-01,\n")), [10]);
        // The founders of 1970.
        assert_eq!(found(&format!("{spike}a,1960-01-01,\nb,1970-03-01,\n")), Vec::<u64>::new());
    }
}
