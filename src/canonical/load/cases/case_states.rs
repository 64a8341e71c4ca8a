//! What is a case and what state it is in: what was merged, deleted or never was one is left out, and what was reopened is open.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::canonical::load::tables::building::{Building, Dropped};
use crate::canonical::{Data, Dictionary, SourceInfo};
use crate::notes::{ExclusionReason, NoCase};
use crate::schema::{Column, NO_TIME, interactions};
use crate::sources::case_words::{is_closed, is_open, no_case, separates_tags, tagged_no_case};

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

    /// By row: whether its case is open, whatever times of resolution it has, because its status, a flag or a later time says so; `None` if
    /// that of none is.
    pub fn says_open(&self, texts: &Dictionary) -> Option<Vec<bool>> {
        let means = |what: &dyn Fn(&str) -> bool| self.codes_that_mean(&interactions::STATUS, texts, &|status| what(status).then_some(()));
        let (is_flagged, is_over) = (self.rows.flags(&interactions::IS_OPEN), self.rows.flags(&interactions::IS_CLOSED));
        let (again, resolved) = (
            self.rows.times(&interactions::REOPENED_AT),
            self.rows.times(&interactions::RESOLVED_AT),
        );
        let open = means(&is_open);
        if open.is_empty() && !is_flagged.exists() && !is_over.exists() && !again.exists() {
            return None;
        }
        let closed = means(&is_closed);
        let statuses = self.rows.codes(&interactions::STATUS);
        let is_again = |row: usize| again.at(row) != NO_TIME && resolved.at(row) != NO_TIME && again.at(row) > resolved.at(row);
        let says = |row: usize| {
            let status = statuses.at(row);
            open.contains_key(&status)
                || !closed.contains_key(&status)
                    && (is_flagged.at(row) == 1 || is_over.at(row) == 0 || (is_over.at(row) != 1 && is_again(row)))
        };
        Some((0..self.rows.len).into_par_iter().map(says).collect())
    }

    /// Forgets the resolution of cases that are open: it is that of an earlier one.
    pub fn reopen(&mut self, texts: &Dictionary) {
        let Some(is_open) = self.says_open(texts) else { return };
        let rows: Vec<usize> = (0..self.rows.len).filter(|&row| is_open[row]).collect();
        if let Some(Data::Int(times)) = self.rows.data_mut(&interactions::RESOLVED_AT) {
            rows.iter().for_each(|&row| times[row] = NO_TIME);
        }
        if let Some(Data::Float(minutes)) = self.rows.data_mut(&interactions::RESOLUTION_MINUTES) {
            rows.iter().for_each(|&row| minutes[row] = f64::NAN);
        }
    }

    /// Marks cases whose status, or a flag, says that they are over, and that have no time of resolution although their file has such times.
    pub fn mark_closed(&mut self, texts: &Dictionary, sources: &[SourceInfo]) {
        let closed = self.codes_that_mean(&interactions::STATUS, texts, &|status| is_closed(status).then_some(()));
        let (over, open) = (self.rows.flags(&interactions::IS_CLOSED), self.rows.flags(&interactions::IS_OPEN));
        if closed.is_empty() && !over.exists() && !open.exists() {
            return;
        }
        let is_timed: Vec<bool> = sources
            .iter()
            .map(|source| source.maps(&interactions::RESOLVED_AT) || source.maps(&interactions::RESOLUTION_MINUTES))
            .collect();
        let statuses = self.rows.codes(&interactions::STATUS);
        let (times, minutes) = (
            self.rows.times(&interactions::RESOLVED_AT),
            self.rows.floats(&interactions::RESOLUTION_MINUTES),
        );
        let is_meant = |row: usize| {
            is_timed[self.rows.source_of(row) as usize]
                && (closed.contains_key(&statuses.at(row)) || over.at(row) == 1 || open.at(row) == 0)
                && times.at(row) == NO_TIME
                && minutes.at(row).is_nan()
        };
        let flags: Vec<u8> = (0..self.rows.len).into_par_iter().map(|row| u8::from(is_meant(row))).collect();
        if flags.contains(&1) {
            let name = interactions::CLOSED_WITHOUT_TIME.name.to_string();
            self.rows.columns.insert(name, Data::Flag(flags));
        }
    }

    /// The codes of a column whose texts mean something, with what they mean.
    pub fn codes_that_mean<T>(&self, column: &Column, texts: &Dictionary, means: &dyn Fn(&str) -> Option<T>) -> FxHashMap<u32, T> {
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
    use proptest::prelude::*;

    use crate::canonical::load::testing::{load, noted};
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

    /// Words of statuses by what they say: open, over, no case, nothing.
    const WORDS: [&[&str]; 4] = [
        &[
            "open",
            "Reopened",
            "in progress",
            "In Bearbeitung",
            "wieder geöffnet",
            "en cours",
            "Réouvert",
            "pendiente",
            "reabierto",
            "in attesa",
            "Riaperto",
            "heropend",
            "in behandeling",
            "em andamento",
            "Reaberto",
            "waiting for customer",
        ],
        &[
            "closed",
            "Solved",
            "cancelled",
            "Geschlossen",
            "storniert",
            "fermé",
            "Résolue",
            "cerrado",
            "Rechazada",
            "chiuso",
            "Annullato",
            "gesloten",
            "Afgehandeld",
            "fechado",
            "Encerrado",
            "closed by agent",
        ],
        &[
            "merged",
            "SPAM",
            "duplicate",
            "Zusammengeführt",
            "Papierkorb",
            "fusionné",
            "Doublon",
            "eliminado",
            "Fusionado",
            "unito",
            "Duplicato",
            "samengevoegd",
            "Verwijderd",
            "mesclado",
            "Lixeira",
            "Test ticket",
        ],
        &["", "triaged", "P1", "level 2", "Zuständig: Team A"],
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// Whatever the words and the dates, a case is in exactly one state: left out, open, resolved at a time, or over at no known time.
        #[test]
        fn a_case_is_in_one_state(tickets in proptest::collection::vec((0..4usize, 0..16usize, proptest::bool::ANY), 1..25)) {
            let mut text = "customer_id,ticket_id,created_at,resolved_at,status\n".to_string();
            let mut expected = [0; 4];
            for (number, &(kind, word, is_timed)) in tickets.iter().enumerate() {
                let word = WORDS[kind][word % WORDS[kind].len()];
                let resolved = if is_timed { "2026-01-06 09:00" } else { "" };
                text += &format!("c{number},{number},2026-01-05 09:00,{resolved},{word}\n");
                let state = match (kind, is_timed) {
                    (2, _) => 0,
                    (0, _) | (3, false) => 1,
                    (1 | 3, true) => 2,
                    _ => 3,
                };
                expected[state] += 1;
            }
            let loaded = load(&[("tickets.csv", "interactions", &text)]);
            let left_out = loaded.account[0].excluded;
            let rows = loaded.canonical.table(Table::Interactions).unwrap();
            let resolved = (0..rows.len).filter(|&row| rows.times(&interactions::RESOLVED_AT).at(row) != NO_TIME).count() as u64;
            let over = (0..rows.len).filter(|&row| rows.flags(&interactions::CLOSED_WITHOUT_TIME).at(row) == 1).count() as u64;
            let open = rows.len as u64 - resolved - over;
            prop_assert_eq!([left_out, open, resolved, over], expected, "{}", text);
        }
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
