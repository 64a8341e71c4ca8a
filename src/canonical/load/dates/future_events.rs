//! When the data end: the newest event, and events so far ahead of all others that they are probably errors.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::canonical::Data;
use crate::canonical::load::tables::building::Building;
use crate::notes::{AsOfDoubt, Note, RunNote};
use crate::period::Zone;
use crate::schema::{DAY, Micros, NO_TIME, Table};

/// The columns of events, and which of their rows stay.
fn columns<'a>(tables: &'a BTreeMap<Table, Building>) -> Vec<(&'a [Micros], &'a [bool])> {
    let of_table = |building: &'a Building| {
        let Building { rows, keep, .. } = building;
        rows.table.event_columns().filter_map(move |column| match rows.data(column) {
            Some(Data::Int(times)) => Some((times.as_slice(), keep.as_slice())),
            _ => None,
        })
    };
    tables.values().flat_map(of_table).collect()
}

/// The earliest and the newest event, and how many there are.
fn span(columns: &[(&[Micros], &[bool])]) -> Option<(Micros, Micros, u64)> {
    let of_row = |(time, keep): (&Micros, &bool)| (*keep && *time != NO_TIME).then_some((*time, *time, 1));
    let wider = |a: (Micros, Micros, u64), b: (Micros, Micros, u64)| (a.0.min(b.0), a.1.max(b.1), a.2 + b.2);
    let rows = |(times, keep): &(&[Micros], &[bool])| {
        let rows = times.par_iter().zip(*keep).with_min_len(1 << 16);
        rows.filter_map(of_row).reduce_with(wider)
    };
    columns.iter().filter_map(rows).reduce(wider)
}

/// The end of the day of the newest event; 0 where there is none.
pub fn end_of_data(tables: &BTreeMap<Table, Building>, zone: &Zone) -> Micros {
    span(&columns(tables)).map_or(0, |(_, newest, _)| zone.midnight(zone.day_of(newest) + 1))
}

/// If the newest events, at most one in a thousand, are more than 31 days after the others, the as-of date is probably wrong.
pub fn far_ahead(tables: &BTreeMap<Table, Building>, zone: &Zone) -> Option<Note> {
    let columns = columns(tables);
    let (earliest, newest, all) = span(&columns)?;
    let few = (all / 1000).max(1);
    // Times count from the newest back, in days; what lies earlier than those that matter is put together.
    let days = usize::try_from((newest - earliest) / DAY).ok()? + 1;
    if all < 20 || newest - earliest <= 31 * DAY || days > MOST_DAYS {
        return None;
    }
    let mut per_day = vec![(0u64, Micros::MAX, Micros::MIN); days];
    for (times, keep) in columns {
        for (&time, _) in times.iter().zip(keep).filter(|(time, keep)| **keep && **time != NO_TIME) {
            let day = &mut per_day[((newest - time) / DAY) as usize];
            *day = (day.0 + 1, day.1.min(time), day.2.max(time));
        }
    }
    let mut ahead = 0;
    let mut first_ahead = newest;
    for (count, oldest, latest) in per_day.into_iter().filter(|day| day.0 > 0) {
        if first_ahead - latest > 31 * DAY && ahead > 0 {
            let doubt = AsOfDoubt::FarAhead {
                ahead: (ahead, all),
                from: zone.day_of(first_ahead),
                others_until: zone.day_of(latest),
            };
            return Some(Note::new(RunNote::AsOf { doubt }));
        }
        ahead += count;
        first_ahead = oldest;
        if ahead > few {
            return None;
        }
    }
    None
}

/// Events that span more are no matter of a month: years with five digits.
const MOST_DAYS: usize = 4_000_000;

#[cfg(test)]
mod tests {
    use crate::canonical::load::testing::{load, note, notes};
    use crate::period::parse_date;
    use crate::schema::DAY;

    fn orders(days: &[&str]) -> String {
        let rows = days.iter().enumerate().map(|(i, day)| format!("c{i},{i},{day},1\n"));
        "customer_id,order_id,ordered_at,amount\n".to_string() + &rows.collect::<String>()
    }

    #[test]
    fn a_slip_into_the_future_is_noted_and_as_of_asked_for() {
        let mut days = vec!["2026-01-30"; 30];
        days.push("2062-01-30");
        let loaded = load(&[("o.csv", "purchases", &orders(&days))]);
        assert_eq!(
            note(&loaded, "as-of").text(),
            "The newest 1 of 31 events are on or after 2062-01-30, and the others end on 2026-01-30. Set `as_of` if these dates are errors"
        );
        assert_eq!(loaded.canonical.as_of, i64::from(parse_date("2062-01-31").unwrap()) * DAY);
    }

    #[test]
    fn a_gap_of_a_month_or_too_many_beyond_it_is_no_slip() {
        let with = |more: &[&str]| load(&[("o.csv", "purchases", &orders(&[&["2026-01-30"; 30], more].concat()))]);
        assert!(notes(&with(&["2026-03-02"]), "as-of").is_empty());
        assert_eq!(notes(&with(&["2026-03-03"]), "as-of").len(), 1);
        assert!(notes(&with(&["2026-06-01", "2026-06-01"]), "as-of").is_empty());
        // The lower of two gaps may be the one: one in a thousand is more than one.
        let mut many = vec!["2026-01-30"; 3000];
        many.extend(["2026-06-01", "2026-06-02", "2026-06-03"]);
        let loaded = load(&[("o.csv", "purchases", &orders(&many))]);
        assert!(
            note(&loaded, "as-of")
                .text()
                .starts_with("The newest 3 of 3003 events are on or after 2026-06-01")
        );
    }
}
