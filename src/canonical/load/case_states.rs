//! What is a case and what state it is in: what was merged, deleted or never was one is left out, and what was reopened is open.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::building::{Building, Dropped};
use crate::canonical::{Data, Dictionary};
use crate::notes::{ExclusionReason, NoCase};
use crate::schema::{Column, NO_TIME, interactions};
use crate::sources::case_words::{self, no_case, separates_tags, tagged_no_case};

/// Why an interaction is no case, as a cell shows it.
type Shows<'a> = &'a dyn Fn(&str) -> Option<NoCase>;

impl Building {
    /// Leaves out interactions that are not cases of their own: merged, duplicate, deleted and test tickets, and spam.
    pub fn drop_no_cases(&mut self, texts: &Dictionary, dropped: &mut Dropped) {
        let by_spaces = self
            .codes_that_mean(&interactions::TAGS, texts, &|cell| separates_tags(cell).then_some(()))
            .is_empty();
        let of_words: [(&'static Column, Shows<'_>); 5] = [
            (&interactions::STATUS, &no_case),
            (&interactions::CLOSE_REASON, &no_case),
            (&interactions::TAGS, &|cell| tagged_no_case(cell, by_spaces)),
            (&interactions::MERGED_INTO, &|cell| names_a_case(cell).then_some(NoCase::Merged)),
            (&interactions::KIND, &|word| {
                (word == interactions::NOT_A_CASE).then_some(NoCase::OfKind)
            }),
        ];
        for (column, means) in of_words {
            let meanings = self.codes_that_mean(column, texts, means);
            if meanings.is_empty() {
                continue;
            }
            let codes = self.rows.codes(column);
            let found = |row| meanings.get(&codes.at(row)).map(|kind| (row, *kind));
            let rows: Vec<(usize, NoCase)> = (0..self.rows.len).into_par_iter().filter_map(found).collect();
            self.drop_rows(rows, column, dropped);
        }
        for (column, kind) in [
            (&interactions::IS_SPAM, NoCase::Spam),
            (&interactions::IS_DELETED, NoCase::Deleted),
            (&interactions::IS_DUPLICATE, NoCase::Duplicate),
            (&interactions::IS_MERGED, NoCase::Merged),
            (&interactions::IS_TEST, NoCase::Test),
        ] {
            let flags = self.rows.flags(column);
            if flags.exists() {
                let rows = (0..self.rows.len)
                    .filter(|&row| flags.at(row) == 1)
                    .map(|row| (row, kind))
                    .collect();
                self.drop_rows(rows, column, dropped);
            }
        }
    }

    fn drop_rows(&mut self, rows: Vec<(usize, NoCase)>, column: &'static Column, dropped: &mut Dropped) {
        for (row, kind) in rows {
            let reason = ExclusionReason::NotACase { column: column.name, kind };
            self.drop_row(row, &reason.into(), dropped);
        }
    }

    /// Forgets the resolution of cases whose status says that they are open: it is that of an earlier one.
    pub fn reopen(&mut self, texts: &Dictionary) {
        let open = self.codes_that_mean(&interactions::STATUS, texts, &|status| case_words::is_open(status).then_some(()));
        if open.is_empty() {
            return;
        }
        let codes = self.rows.codes(&interactions::STATUS);
        let is_open = |row: &usize| open.contains_key(&codes.at(*row));
        let rows: Vec<usize> = (0..self.rows.len).into_par_iter().filter(is_open).collect();
        if let Some(Data::Int(times)) = self.rows.data_mut(&interactions::RESOLVED_AT) {
            rows.iter().for_each(|&row| times[row] = NO_TIME);
        }
        if let Some(Data::Float(minutes)) = self.rows.data_mut(&interactions::RESOLUTION_MINUTES) {
            rows.iter().for_each(|&row| minutes[row] = f64::NAN);
        }
    }

    /// The codes of a column whose texts mean something, with what they mean.
    fn codes_that_mean<T>(&self, column: &Column, texts: &Dictionary, means: &dyn Fn(&str) -> Option<T>) -> FxHashMap<u32, T> {
        let Some(Data::Code(codes)) = self.rows.data(column) else {
            return FxHashMap::default();
        };
        let mut is_there = vec![false; texts.len()];
        for &code in codes {
            if let Some(is_there) = is_there.get_mut(code as usize) {
                *is_there = true;
            }
        }
        let there = (0..texts.len() as u32).filter(|code| is_there[*code as usize]);
        there.filter_map(|code| Some((code, texts.text(code).and_then(means)?))).collect()
    }
}

/// Whether a cell names another case, and not that there is none.
fn names_a_case(cell: &str) -> bool {
    const NONE: [&str; 14] = [
        "",
        "0",
        "0.0",
        "-1",
        "-",
        "false",
        "no",
        "none",
        "nein",
        "non",
        "nee",
        "não",
        "nan",
        "undefined",
    ];
    !NONE.contains(&cell.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{load, noted};
    use crate::schema::{NO_TIME, Table, interactions};

    /// How many records are used, and how many are excluded as no cases.
    fn counts(text: &str) -> (u64, u64) {
        let loaded = load(&[("tickets.csv", "interactions", text)]);
        let account = &loaded.account[0];
        (account.used, account.reasons.get("not-a-case").copied().unwrap_or(0))
    }

    #[test]
    fn what_is_not_a_case_is_counted() {
        let english = "ticket_id,customer_id,created_at,status,tags,merged_into\n\
            1,a,2026-01-05 09:00,open,,\n2,a,2026-01-05 09:10,merged,,\n3,b,2026-01-05 10:00,closed,vip closed_by_merge,\n\
            4,b,2026-01-05 11:00,closed,vip,1\n5,c,2026-01-05 12:00,closed,vip,0\n";
        assert_eq!(counts(english), (2, 3));
        let spanish = "ticket_id,customer_id,created_at,estado,etiquetas\n\
            1,a,2026-01-05 09:00,abierto,\n2,a,2026-01-05 09:10,duplicado,\n3,b,2026-01-05 10:00,cerrado,\"vip, spam\"\n";
        let loaded = load(&[(
            "tickets.csv",
            "interactions",
            &spanish.replace("estado", "status").replace("etiquetas", "tags"),
        )]);
        assert_eq!((loaded.account[0].used, loaded.account[0].reasons["not-a-case"]), (1, 2));
        let flags = "ticket_id,customer_id,created_at,is_spam,is_deleted,is_test\n\
            1,a,2026-01-05 09:00,false,false,false\n2,a,2026-01-05 09:10,true,false,\n3,b,2026-01-05 10:00,0,yes,0\n4,b,2026-01-05 10:00,,,1\n";
        assert_eq!(counts(flags), (1, 3));
    }

    #[test]
    fn what_is_open_again_has_no_resolution() {
        let text = "ticket_id,customer_id,created_at,resolved_at,status\n\
            1,a,2026-01-05 09:00,2026-01-06 09:00,solved\n2,b,2026-01-05 09:00,2026-01-06 09:00,Wiedereröffnet\n\
            3,c,2026-01-05 09:00,2026-01-06 09:00,waiting for customer\n4,d,2026-01-05 09:00,2026-01-06 09:00,triaged\n";
        let loaded = load(&[("tickets.csv", "interactions", text)]);
        let rows = loaded.canonical.table(Table::Interactions).unwrap();
        let resolved: Vec<bool> = (0..rows.len)
            .map(|row| rows.times(&interactions::RESOLVED_AT).at(row) != NO_TIME)
            .collect();
        assert_eq!(resolved, [true, false, false, true]);
        assert_eq!(noted(&loaded, "open-with-resolution").unwrap().1, 2);
    }
}
