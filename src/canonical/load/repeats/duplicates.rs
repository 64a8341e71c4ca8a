//! Records that are there twice: equal ones in overlapping exports, those with one declared key, and equal ones that stay.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::canonical::load::tables::affected_rows::AffectedRows;
use crate::canonical::load::tables::building::{Building, Dropped};
use crate::canonical::{Data, SourceInfo};
use crate::notes::{DataIssue, DuplicateReason, Note};
use crate::period::{Division, Zone};
use crate::schema::{Micros, NO_CODE, NO_KEY, NO_TIME, Role, Table, surveys};

/// The keys that the sources declare.
pub struct Keys<'a> {
    /// By source: the columns of its key.
    pub keys: &'a [Vec<String>],
    /// By source: the question that it reads the answers to.
    pub questions: &'a [String],
    /// The report's zone.
    pub zone: &'a Zone,
    /// The periods in each of which a key keeps the latest answer of a person.
    pub division: Division,
}

impl Building {
    /// A record that equals one of another file in all columns counts once (found m and k times, max(m, k) times); of records with
    /// one declared key the last stays. A file may be read once for each question of a survey: its records are equal then, and no
    /// duplicates; equal records of other files are, question by question.
    pub fn drop_duplicates(&mut self, declared: &Keys<'_>, dropped: &mut Dropped) {
        let several = self.rows.source.is_some();
        if several && self.hashes.len() == self.rows.len {
            for row in self.found_elsewhere(declared.questions) {
                self.drop_row(row as usize, &DuplicateReason::InOtherFile.into(), dropped);
            }
        }
        if declared.keys.iter().all(Vec::is_empty) {
            return;
        }
        let of_person: Vec<bool> = (0..declared.keys.len())
            .map(|source| self.is_key_of_person(source, declared))
            .collect();
        let mut last: FxHashMap<(u128, &str, i32), usize> = FxHashMap::default();
        for row in 0..self.rows.len {
            let source = self.rows.source_of(row) as usize;
            let key = &declared.keys[source];
            if key.is_empty() || !self.keep[row] {
                continue;
            }
            let Some(hash) = self.key_hash(row, key) else { continue };
            let answered = self.answered_at(row);
            let period = match answered {
                Some(at) if of_person[source] => declared.division.start(declared.zone.day_of(at)),
                Some(_) | None => i32::MIN,
            };
            let of_key = last.entry((hash, &declared.questions[source], period)).or_insert(row);
            let earlier = *of_key;
            if earlier == row {
                continue;
            }
            // Of the answers of a person the latest counts, and an invitation without one does not replace it.
            let is_older = of_person[source] && {
                let scores = self.rows.floats(&surveys::SCORE);
                let rank = |row: usize| (!scores.at(row).is_nan(), self.answered_at(row));
                rank(row) < rank(earlier)
            };
            let replaced = if is_older { row } else { std::mem::replace(of_key, row) };
            self.drop_row(replaced, &DuplicateReason::Key.into(), dropped);
        }
    }

    /// When a record of a survey was answered, else sent.
    fn answered_at(&self, row: usize) -> Option<Micros> {
        if self.rows.table != Table::Surveys {
            return None;
        }
        let times = [&surveys::RESPONDED_AT, &surveys::SENT_AT].map(|column| self.rows.times(column).at(row));
        times.into_iter().find(|at| *at != NO_TIME)
    }

    /// Whether a key names who answered rather than the answer: it has no id of a record. A column of the file's own names a person if
    /// nobody has two values of it.
    fn is_key_of_person(&self, source: usize, declared: &Keys<'_>) -> bool {
        let key = &declared.keys[source];
        if key.is_empty() || self.rows.table != Table::Surveys {
            return false;
        }
        let column = |name: &String| self.rows.table.column(&name.to_lowercase());
        let own: Vec<String> = key.iter().filter(|name| column(name).is_none()).cloned().collect();
        let names_record = |name: &String| column(name).is_some_and(|column| matches!(column.role, Role::RecordId | Role::ParentId));
        if key.iter().any(names_record) {
            return false;
        }
        let mut value: FxHashMap<u32, u128> = FxHashMap::default();
        let mut knows_people = own.is_empty();
        for row in (0..self.rows.len).filter(|row| !own.is_empty() && self.rows.source_of(*row) as usize == source) {
            let (who, Some(hash)) = (self.stakeholder[row], self.key_hash(row, &own)) else {
                continue;
            };
            if who == NO_CODE {
                continue;
            }
            knows_people = true;
            if *value.entry(who).or_insert(hash) != hash {
                return false;
            }
        }
        knows_people
    }

    /// The rows that other files have as often before them. Rows come by source, so each counts against those of earlier sources.
    fn found_elsewhere(&self, questions: &[String]) -> Vec<u32> {
        let kept = self.hashes.par_iter().enumerate().filter(|(row, _)| self.keep[*row]);
        let by_hash = sorted(kept.map(|(row, hash)| (*hash as u64, row as u32)));
        let mut found: Vec<u32> = by_hash
            .par_chunk_by(|a, b| a.0 == b.0)
            .filter(|group| group.len() > 1)
            .flat_map_iter(|group| {
                // How often each source has the record so far; nearly always one record, and as many entries as sources.
                let mut seen: Vec<(u128, u16, u32)> = Vec::new();
                let mut is_elsewhere = move |row: u32| {
                    let (hash, source) = (self.hashes[row as usize], self.rows.source_of(row as usize));
                    let asks = |other: u16| questions[other as usize] == questions[source as usize];
                    let others = seen.iter().filter(|(h, s, _)| *h == hash && *s != source && asks(*s));
                    let elsewhere = others.map(|(.., n)| *n).max().unwrap_or(0);
                    let here = match seen.iter_mut().find(|(h, s, _)| (*h, *s) == (hash, source)) {
                        Some((.., n)) => {
                            *n += 1;
                            *n
                        }
                        None => {
                            seen.push((hash, source, 1));
                            1
                        }
                    };
                    here <= elsewhere
                };
                group.iter().map(|(_, row)| *row).filter(move |row| is_elsewhere(*row))
            })
            .collect();
        found.par_sort_unstable();
        found
    }

    /// The hash of a record's key; none where nothing of the key is filled: such records have no key, rather than the same.
    fn key_hash(&self, row: usize, key: &[String]) -> Option<u128> {
        use std::hash::{Hash, Hasher};
        let mut low = rustc_hash::FxHasher::default();
        let mut high = std::hash::DefaultHasher::new();
        let mut is_filled = false;
        for name in key {
            let (value, filled) = match self.rows.columns.get(&name.to_lowercase()) {
                Some(Data::Int(v)) => (v[row] as u64, v[row] != NO_TIME),
                Some(Data::Float(v)) => (v[row].to_bits(), !v[row].is_nan()),
                Some(Data::Code(v)) => (u64::from(v[row]), v[row] != NO_CODE),
                Some(Data::Key(v)) => (v[row], v[row] != NO_KEY),
                Some(Data::Flag(v)) => (u64::from(v[row]), v[row] != 2),
                None => (u64::from(self.stakeholder[row]), self.stakeholder[row] != NO_CODE),
            };
            is_filled |= filled;
            value.hash(&mut low);
            value.hash(&mut high);
        }
        is_filled.then(|| u128::from(high.finish()) << 64 | u128::from(low.finish()))
    }
}

/// Pairs in order.
pub fn sorted<K: Ord + Send>(pairs: impl ParallelIterator<Item = (K, u32)>) -> Vec<(K, u32)> {
    let mut pairs: Vec<(K, u32)> = pairs.collect();
    pairs.par_sort_unstable();
    pairs
}

/// Records that equal an earlier one of the same file in all their cells and that stay: they are noted. Large files are not looked at
/// for this: it takes a hash of every record.
pub fn repeated(tables: &BTreeMap<Table, Building>, sources: &[SourceInfo]) -> Vec<Note> {
    let mut notes = Vec::new();
    for building in tables.values().filter(|b| b.hashes.len() == b.rows.len) {
        let rows = &building.rows;
        let of_row = |(row, hash): (usize, &u128)| building.keep[row].then_some(((*hash, rows.source_of(row)), row as u32));
        let mut found = AffectedRows::default();
        for same in sorted(building.hashes.par_iter().enumerate().filter_map(of_row)).chunk_by(|a, b| a.0 == b.0) {
            same[1..].iter().for_each(|(_, row)| found.add(rows, *row as usize));
        }
        notes.extend(found.notes(DataIssue::Repeated, sources));
    }
    notes
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::canonical::Options;
    use crate::canonical::load::testing::{input, load, load_inputs, notes, options, owners, places};
    use crate::period::Grain;
    use crate::schema::purchases;
    use crate::sources::{From, Input, Mapped};

    fn orders(rows: &[&str]) -> String {
        "customer_id,order_id,ordered_at,amount\n".to_string() + &rows.iter().map(|row| format!("{row}\n")).collect::<String>()
    }

    const A: &str = "a,1,2026-01-01,1";
    const B: &str = "b,2,2026-01-02,2";

    fn account(loaded: &crate::canonical::load::Loaded) -> Vec<(u64, u64)> {
        loaded.account.iter().map(|file| (file.used, file.duplicate)).collect()
    }

    #[test]
    fn of_a_record_in_three_files_as_many_stay_as_the_fullest_has() {
        // Without an id two equal sales in one file are two.
        let sales = |rows: &[&str]| orders(rows).replace("order_id", "till");
        let files = [sales(&[A, A, B]), sales(&[A, A, A]), sales(&[A, B, B])];
        let load_in = |order: [usize; 3]| load(&order.map(|i| (["1.csv", "2.csv", "3.csv"][i], "purchases", files[i].as_str())));
        let loaded = load_in([0, 1, 2]);
        assert_eq!(account(&loaded), [(3, 0), (1, 2), (1, 2)]);
        assert_eq!(owners(&loaded, Table::Purchases), [("a", 3), ("b", 2)]);
        // In whatever order they come.
        for order in [[0, 2, 1], [1, 0, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            assert_eq!(owners(&load_in(order), Table::Purchases), [("a", 3), ("b", 2)], "{order:?}");
        }
    }

    /// Two sources may read one file of a survey, each the answers to another of its questions.
    #[test]
    fn answers_to_other_questions_are_no_duplicates() {
        let text = |rows: &str| format!("response_id,stakeholder_id,responded_at,Service,Price\n{rows}");
        let (may, june) = (
            text("1,a,2026-05-01,4,5\n2,b,2026-05-02,3,3\n"),
            text("2,b,2026-05-02,3,3\n3,c,2026-06-01,1,2\n"),
        );
        let asked = |name: &str, text: &str, column: &str, key: &[&str]| {
            let mut answers = input(name, "surveys", text);
            let constant = Mapped::new(From::Value("csat".into()));
            let score = Mapped::new(From::Column(column.into()));
            answers
                .source
                .map
                .extend([("score".to_string(), score), ("instrument".to_string(), constant)]);
            answers.source.key = key.iter().map(|column| column.to_string()).collect();
            answers
        };
        for key in [&[][..], &["response_id"]] {
            let both = |name: &str, text: &str| ["Service", "Price"].map(|column| asked(name, text, column, key));
            let loaded = load_inputs(&[both("may.csv", &may), both("june.csv", &june)].concat(), &options());
            assert_eq!(owners(&loaded, Table::Surveys), [("a", 2), ("b", 2), ("c", 2)], "{key:?}");
            assert_eq!(account(&loaded).iter().map(|file| file.1).sum::<u64>(), 2, "{key:?}");
            // A source that stands there twice reads the same answers twice.
            let twice = load_inputs(
                &[asked("may.csv", &may, "Price", key), asked("may.csv", &may, "Price", key)],
                &options(),
            );
            assert_eq!(owners(&twice, Table::Surveys), [("a", 1), ("b", 1)], "{key:?}");
        }
    }

    #[test]
    fn a_compressed_copy_is_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let text = orders(&[A, B, B]);
        let path = folder.path().join("orders.csv.gz");
        let mut gz = flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::default());
        gz.write_all(text.as_bytes()).unwrap();
        gz.finish().unwrap();
        let copy = Input {
            file: crate::io::Source::file(&path).unwrap(),
            ..input("", "purchases", "")
        };
        let loaded = load_inputs(&[input("orders.csv", "purchases", text), copy], &options());
        // Each file has a record twice.
        assert_eq!(account(&loaded), [(2, 1), (0, 3)]);
        assert_eq!(notes(&loaded, "repeated-record").len(), 2);
    }

    #[test]
    fn equal_records_without_an_id_stay_and_are_noted_with_their_line() {
        let sales = orders(&[A, B, A, A]).replace("order_id", "till");
        let loaded = load(&[("o.csv", "purchases", &sales)]);
        assert_eq!(
            (account(&loaded), places(&loaded, "repeated")),
            (vec![(4, 0)], vec![("o.csv:4".into(), 2)])
        );
    }

    #[test]
    fn of_records_with_one_key_the_last_counts() {
        let late = orders(&["a,1,2026-01-01,5", B]);
        let keyed = |name: &str, text: &str| {
            let mut input = input(name, "purchases", text);
            input.source.key = vec!["order_id".to_string()];
            input
        };
        let loaded = load_inputs(&[keyed("1.csv", &orders(&[A, B])), keyed("2.csv", &late)], &options());
        assert_eq!(
            (account(&loaded), owners(&loaded, Table::Purchases)),
            (vec![(1, 1), (1, 1)], vec![("a", 1), ("b", 1)])
        );
        let amount = loaded.canonical.table(Table::Purchases).unwrap().ints(&purchases::AMOUNT).at(0);
        assert_eq!(amount, 5 * crate::schema::MONEY_SCALE);
        assert!(notes(&loaded, "earlier-state").is_empty());
    }

    /// Score and month of the answers that stay.
    fn answers(text: &str, key: &str, division: Division) -> Vec<(f64, i32)> {
        let mut file = input("s.csv", "surveys", text);
        file.source.key = vec![key.to_string()];
        let loaded = load_inputs(&[file], &Options { division, ..options() });
        let rows = loaded.canonical.table(Table::Surveys).unwrap();
        let day = |row| (rows.times(&surveys::RESPONDED_AT).at(row) / crate::schema::DAY) as i32;
        let month = |row| crate::period::civil_from_days(day(row)).1 as i32;
        (0..rows.len)
            .map(|row| (rows.floats(&surveys::SCORE).at(row), month(row)))
            .collect()
    }

    #[test]
    fn a_key_keeps_the_latest_answer_of_a_person_in_each_period() {
        let text = "stakeholder_id,responded_at,instrument,score,respondent\na,2026-01-20,nps,9,r1\na,2026-01-05,nps,1,r1\n\
                    a,2026-02-03,nps,5,r1\nb,2026-02-01,nps,7,r2\na,2026-04-01,nps,2,r1\n";
        let (months, quarters) = (Division::Grain(Grain::Month), Division::Grain(Grain::Quarter));
        for key in ["stakeholder_id", "respondent"] {
            assert_eq!(answers(text, key, months), [(9.0, 1), (5.0, 2), (2.0, 4), (7.0, 2)], "{key}");
            assert_eq!(answers(text, key, quarters), [(5.0, 2), (2.0, 4), (7.0, 2)], "{key}");
        }
        // A column in which a person has several values names the answer.
        let texts = text.replace("a,2026-04-01,nps,2,r1", "a,2026-04-01,nps,2,r3");
        assert_eq!(answers(&texts, "respondent", months), [(5.0, 2), (2.0, 4), (7.0, 2)]);
        // An invitation does not replace an answer.
        let text = "stakeholder_id,sent_at,responded_at,score\na,2026-01-01,2026-01-02,9\na,2026-01-20,,\n";
        assert_eq!(answers(text, "stakeholder_id", months), [(9.0, 1)]);
    }
}
