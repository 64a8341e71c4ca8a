//! Stakeholders of the roster who left and came back, in a record with the date of return: they are two stays.

use crate::canonical::load::tables::affected_rows::AffectedRows;
use crate::canonical::load::tables::building::Building;
use crate::canonical::{Data, Dictionary, SourceInfo};
use crate::notes::{DataIssue, Note};
use crate::schema::{NO_CODE, NO_TIME, Table, stakeholders};
use crate::sources::leavers::has_left;

impl Building {
    /// Makes two rows of each record whose date of return is after its end date. One that ended after the return, or has not ended, stays as it is:
    /// when the first stay ended is not known.
    pub fn split_rehired(&mut self, texts: &Dictionary, sources: &[SourceInfo]) -> Vec<Note> {
        if self.rows.table != Table::Stakeholders {
            return Vec::new();
        }
        // Rows that were split are whole: written out and read again, they are not split once more.
        let Some(Data::Int(returns)) = self.rows.columns.remove(stakeholders::REHIRED_AT.name) else {
            return Vec::new();
        };
        let ends = self.rows.times(&stakeholders::ENDED_AT);
        let came_back = |row: &usize| returns[*row] != NO_TIME && ends.at(*row) != NO_TIME && ends.at(*row) < returns[*row];
        let rows: Vec<usize> = (0..self.rows.len).filter(came_back).collect();
        if rows.is_empty() {
            return Vec::new();
        }
        let statuses = self.rows.codes(&stakeholders::STATUS);
        let is_gone = |row: usize| texts.text(statuses.at(row)).is_some_and(has_left);
        let gone: Vec<bool> = rows.iter().map(|&row| is_gone(row)).collect();
        let mut affected = AffectedRows::default();
        rows.iter().for_each(|&row| affected.add(&self.rows, row));
        let first = self.rows.len;
        self.repeat(&rows);
        for (copy, (&row, is_gone)) in (first..).zip(rows.iter().zip(gone)) {
            let mut set = |name: &str, value: i64| match self.rows.columns.get_mut(name) {
                Some(Data::Int(values)) => values[copy] = value,
                Some(Data::Code(values)) => values[copy] = NO_CODE,
                Some(Data::Float(_) | Data::Key(_) | Data::Flag(_)) | None => {}
            };
            set(stakeholders::STARTED_AT.name, returns[row]);
            set(stakeholders::ENDED_AT.name, NO_TIME);
            set(stakeholders::END_REASON.name, NO_TIME);
            // Who came back and is gone left again at an unknown time.
            if is_gone {
                let all = self.rows.len;
                let left = self.rows.columns.entry(stakeholders::LEFT_WITHOUT_DATE.name.to_string());
                if let Data::Flag(left) = left.or_insert_with(|| Data::Flag(vec![0; all])) {
                    left[copy] = 1;
                }
            }
        }
        affected.notes(DataIssue::CameBack, sources).collect()
    }

    /// Adds copies of rows at the end, when nothing is dropped any more.
    fn repeat(&mut self, rows: &[usize]) {
        fn copy<T: Copy>(values: &mut Vec<T>, rows: &[usize]) {
            values.extend(rows.iter().map(|&row| values[row]).collect::<Vec<T>>());
        }
        copy(&mut self.stakeholder, rows);
        for data in self.rows.columns.values_mut() {
            match data {
                Data::Int(values) => copy(values, rows),
                Data::Float(values) => copy(values, rows),
                Data::Code(values) => copy(values, rows),
                Data::Key(values) => copy(values, rows),
                Data::Flag(values) => copy(values, rows),
            }
        }
        if let Some(sources) = &mut self.rows.source {
            copy(sources, rows);
        }
        if let Some(lines) = &mut self.rows.line {
            copy(lines, rows);
        }
        self.rows.len += rows.len();
    }
}

#[cfg(test)]
mod tests {
    use crate::canonical::load::testing::{load, notes};
    use crate::canonical::{Loaded, Rows};
    use crate::schema::{DAY, Table, stakeholders};

    /// First and last days of the stays of each stakeholder, as days since 1970.
    fn stays(loaded: &Loaded) -> Vec<(String, i64, i64)> {
        let rows: &Rows = loaded.canonical.table(Table::Stakeholders).unwrap();
        let (starts, ends) = (rows.times(&stakeholders::STARTED_AT), rows.times(&stakeholders::ENDED_AT));
        let ids = &loaded.canonical.stakeholders;
        let of = |who: u32| {
            let who_text = ids.text(who).unwrap_or_default().to_string();
            rows.run(who)
                .map(move |row| (who_text.clone(), starts.at(row) / DAY, ends.at(row) / DAY))
                .collect::<Vec<_>>()
        };
        (0..ids.len() as u32).flat_map(of).collect()
    }

    #[test]
    fn who_came_back_has_two_stays() {
        let roster = "Employee ID,Hire Date,Termination Date,Rehire Date\n\
                      a,2021-01-01,2026-03-31,2026-06-01\nb,2021-02-01,2026-05-01,2024-01-01\nc,2021-03-01,,\nd,2021-03-01,,2025-01-01\n";
        let loaded = load(&[("r.csv", "stakeholders", roster)]);
        // The same with a record for each stay; b left after the return, so nobody knows when the first stay ended.
        let spelled = "Employee ID,Hire Date,Termination Date\n\
                       a,2021-01-01,2026-03-31\na,2026-06-01,\nb,2021-02-01,2026-05-01\nc,2021-03-01,\nd,2021-03-01,\n";
        assert_eq!(stays(&loaded), stays(&load(&[("r.csv", "stakeholders", spelled)])));
        assert_eq!((loaded.account[0].used, notes(&loaded, "came-back")[0].count), (4, 1));
    }

    #[test]
    fn a_status_says_of_the_last_stay_that_it_ended() {
        let roster = "Personalnummer,Eintrittsdatum,Austrittsdatum,Wiedereintritt,Status\n\
                      a,2021-01-01,2026-03-31,2026-06-01,aktiv\nb,2021-01-01,2026-03-31,2026-06-01,ausgeschieden\n";
        let loaded = load(&[("r.csv", "stakeholders", roster)]);
        let rows = loaded.canonical.table(Table::Stakeholders).unwrap();
        let left = rows.flags(&stakeholders::LEFT_WITHOUT_DATE);
        assert_eq!((0..rows.len).map(|row| left.at(row)).collect::<Vec<_>>(), [0, 0, 0, 1]);
    }
}
