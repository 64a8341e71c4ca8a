//! Statuses of which nobody knows what they say: their records count like all others, and a note says so.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::building::Building;
use crate::canonical::{Dictionary, SourceInfo};
use crate::diagnostics::Place;
use crate::notes::{CellText, DataIssue, Note};
use crate::schema::{Column, NO_CODE, Table, interactions, purchases, referrals, stakeholders, supplies, surveys};
use crate::sources::deal_stages::are_of_deals;
use crate::sources::status_words::{is_exception, is_understood};

/// The column of statuses by which records are left out, are over, or count in another way.
fn status_column(table: Table) -> Option<&'static Column> {
    match table {
        Table::Purchases => Some(&purchases::STATUS),
        Table::Interactions => Some(&interactions::STATUS),
        Table::Surveys => Some(&surveys::STATUS),
        Table::Stakeholders => Some(&stakeholders::STATUS),
        Table::Referrals => Some(&referrals::STATUS),
        Table::Supplies => Some(&supplies::STATUS),
        Table::Identities => None,
    }
}

/// A column with more words than this has no statuses.
const MOST: usize = 12;

/// The rows of a source with one status.
struct Word {
    code: u32,
    /// Their number, with those that do not count.
    rows: u64,
    /// How many of them count.
    kept: u64,
    /// The first line of those that count, if lines are kept.
    line: Option<u32>,
}

/// The words of each source, of those with too many only some.
struct Words(Vec<Vec<Word>>);

impl Words {
    fn add(&mut self, source: usize, word: Word) {
        let words = &mut self.0[source];
        let may_grow = words.len() <= MOST;
        match words.iter_mut().find(|known| known.code == word.code) {
            Some(known) => {
                known.rows += word.rows;
                known.kept += word.kept;
                known.line = known.line.into_iter().chain(word.line).min();
            }
            None if may_grow => words.push(word),
            None => {}
        }
    }

    fn and(mut self, other: Words) -> Words {
        for (source, words) in other.0.into_iter().enumerate() {
            words.into_iter().for_each(|word| self.add(source, word));
        }
        self
    }
}

impl Building {
    /// Notes about statuses with words that are in no list, by source. What the words of a known format mean is known, and whoever sets what
    /// some mean has looked at all (`is_said` says of which sources).
    pub fn unknown_statuses(&self, texts: &Dictionary, is_said: &[bool], sources: &[SourceInfo]) -> Vec<Note> {
        let table = self.rows.table;
        let Some(column) = status_column(table) else { return Vec::new() };
        let statuses = self.rows.codes(column);
        if !statuses.exists() {
            return Vec::new();
        }
        let none = || Words(sources.iter().map(|_| Vec::new()).collect());
        let add = |mut words: Words, row: usize| {
            let (source, code) = (usize::from(self.rows.source_of(row)), statuses.at(row));
            if code != NO_CODE && !is_said[source] {
                let is_kept = self.keep[row];
                let word = Word {
                    code,
                    rows: 1,
                    kept: is_kept.into(),
                    line: self.rows.line.as_ref().filter(|_| is_kept).map(|lines| lines[row]),
                };
                words.add(source, word);
            }
            words
        };
        let rows = (0..self.rows.len).into_par_iter().with_min_len(1 << 16);
        let words = rows.fold(none, add).reduce(none, Words::and);
        let matching =
            |is: fn(Table, &str) -> bool| -> FxHashSet<u32> { texts.matching(&|status| is(table, status)).into_iter().collect() };
        let (understood, exceptions) = (matching(is_understood), matching(is_exception));
        let note = |(source, words): (&SourceInfo, Vec<Word>)| {
            let cells = words.iter().filter_map(|word| texts.text(word.code));
            if words.len() > MOST || (table == Table::Purchases && are_of_deals(cells)) {
                return None;
            }
            let all: u64 = words.iter().map(|word| word.rows).sum();
            let (known, mut unknown): (Vec<Word>, Vec<Word>) = words.into_iter().partition(|word| understood.contains(&word.code));
            // Next to exceptions alone, what most records have is the rule.
            let lacks_rule = !known.is_empty() && known.iter().all(|word| exceptions.contains(&word.code));
            unknown.retain(|word| word.kept > 0 && !(lacks_rule && 2 * word.rows > all));
            // What is rare is more likely to be an exception.
            let rarest = unknown.iter().min_by_key(|word| (word.kept, word.code))?;
            let example = texts.text(rarest.code).map(CellText::of);
            let place = match unknown.iter().filter_map(|word| word.line).min() {
                Some(line) => Place::line(&source.file, line.into()),
                None => Place::file(&source.file),
            };
            let count = unknown.iter().map(|word| word.kept).sum();
            Some(Note::new(DataIssue::UnknownStatus { table, example }).count(count).at(place))
        };
        sources.iter().zip(words.0).filter_map(note).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::canonical::load::testing::{load, note, notes};

    #[test]
    fn words_that_nobody_knows_are_noted() {
        let orders = "order_id,customer_id,ordered_at,amount,status\n1,a,2026-10-01,5,paid\n2,a,2026-10-02,5,gwaredwyd\n\
                      3,b,2026-10-03,5,gwaredwyd\n4,b,2026-10-03,5,refunded\n5,b,2026-10-04,5,taken back\n";
        let loaded = load(&[("orders.csv", "purchases", orders)]);
        let found = note(&loaded, "unknown-status");
        assert_eq!(found.count, 3);
        assert_eq!(
            found.text(),
            "purchases: 3 records have a status whose meaning is not known, for example 'taken back'. They count as purchases that took place"
        );
        let members =
            "member_id,started_at,ended_at,status\n1,2020-01-01,,active\n2,2020-01-01,,wedi gadael\n3,2020-01-01,2024-01-01,Lapsed\n";
        assert_eq!(note(&load(&[("m.csv", "stakeholders", members)]), "unknown-status").count, 1);
        let referrals = "referrer_id,referred_id,occurred_at,status\na,b,2026-01-01,Konvertiert\na,c,2026-01-01,stage 2\n";
        assert_eq!(note(&load(&[("r.csv", "referrals", referrals)]), "unknown-status").count, 1);
    }

    #[test]
    fn words_that_are_known_are_not() {
        for (table, text) in [
            (
                "purchases",
                "order_id,customer_id,ordered_at,amount,status\n1,a,2026-10-01,5,paid\n2,a,2026-10-02,5,Zwrócone\n3,b,2026-10-02,5,Refund requested\n4,b,2026-10-02,5,\n",
            ),
            (
                "interactions",
                "ticket_id,customer_id,created_at,status\n1,a,2026-10-01 09:00,Open\n2,a,2026-10-02 10:00,Avslutat\n3,b,2026-10-02 10:00,spam\n",
            ),
            (
                "surveys",
                "response_id,customer_id,sent_at,status\n1,a,2026-10-01,delivered\n2,a,2026-10-02,bounced\n",
            ),
        ] {
            assert!(notes(&load(&[("f.csv", table, text)]), "unknown-status").is_empty(), "{table}");
        }
    }

    #[test]
    fn what_most_records_have_is_the_rule_and_many_words_are_no_statuses() {
        let noted = |statuses: &[&str]| {
            let orders: String = (1..)
                .zip(statuses)
                .map(|(n, status)| format!("{n},c{n},2026-01-{n:02},10,{status}\n"))
                .collect();
            let text = format!("order_id,customer_id,date,amount,status\n{orders}");
            let loaded = load(&[("o.csv", "purchases", &text)]);
            notes(&loaded, "unknown-status").first().map(|note| (note.count, note.text()))
        };
        let (count, text) = noted(&["paid", "Frobnicated", "paid", "Zorched", "Zorched", "paid"]).unwrap();
        assert!(count == 3 && text.contains("'Frobnicated'"), "{text}");
        assert_eq!(noted(&["Frobnicated", "Frobnicated", "cancelled"]), None);
        assert_eq!(noted(&["Frobnicated", "Frobnicated", "Zorched"]).unwrap().0, 3);
        assert_eq!(noted(&["paid", "Frobnicated", "Frobnicated"]).unwrap().0, 2, "the rule is known");
        assert_eq!(
            noted(&["paid", "cancelled", "Refunded", "On hold", "", "Stornováno", "iptal"]),
            None
        );
        let many: Vec<String> = (0..20).map(|n| format!("w{n}")).collect();
        assert_eq!(noted(&many.iter().map(String::as_str).collect::<Vec<_>>()), None);
    }
}
