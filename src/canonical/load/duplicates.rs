//! Records that stand there twice: equal ones in overlapping exports, equal ones in one file, those with one declared key, and those
//! with one id that differ in what else they say.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::affected_rows::AffectedRows;
use super::building::{Building, Dropped};
use crate::canonical::{Data, Dictionary, Rows, SourceInfo};
use crate::notes::{DataIssue, DuplicateReason, ExampleRecord, Id, Note};
use crate::schema::{Column, Micros, NO_CODE, NO_KEY, NO_TIME, Table, interactions, purchases, stakeholders, supplies, surveys};

impl Building {
    /// A record that equals one of another file in all columns counts once (found m and k times, max(m, k) times); of records with
    /// one declared key the last stays. A file may be read once for each question of a survey: its records are equal then, and no
    /// duplicates; equal records of other files are, question by question.
    pub fn drop_duplicates(&mut self, keys: &[Vec<String>], questions: &[String], dropped: &mut Dropped) {
        let several = self.rows.source.is_some();
        if several && self.hashes.len() == self.rows.len {
            for row in self.found_elsewhere(questions) {
                self.drop_row(row as usize, &DuplicateReason::InOtherFile.into(), dropped);
            }
        }
        if keys.iter().all(Vec::is_empty) {
            return;
        }
        let mut last: FxHashMap<(u128, &str), usize> = FxHashMap::default();
        for row in 0..self.rows.len {
            let source = self.rows.source_of(row) as usize;
            let key = &keys[source];
            if key.is_empty() || !self.keep[row] {
                continue;
            }
            let Some(hash) = self.key_hash(row, key) else { continue };
            if let Some(earlier) = last.insert((hash, &questions[source]), row) {
                self.drop_row(earlier, &DuplicateReason::Key.into(), dropped);
            }
        }
    }

    /// The rows that other files have as often before them. Rows come by source, so each counts against those of earlier sources.
    fn found_elsewhere(&self, questions: &[String]) -> Vec<u32> {
        let by_hash = sorted(self.hashes.par_iter().enumerate().map(|(row, hash)| (*hash as u64, row as u32)));
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

fn sorted<K: Ord + Send>(pairs: impl ParallelIterator<Item = (K, u32)>) -> Vec<(K, u32)> {
    let mut pairs: Vec<(K, u32)> = pairs.collect();
    pairs.par_sort_unstable();
    pairs
}

/// Records that equal an earlier one of the same file in all their cells: they are kept, and noted. Large files are not looked at
/// for this: it takes a hash of every record.
pub fn repeated(tables: &BTreeMap<Table, Building>, sources: &[SourceInfo]) -> Vec<Note> {
    let mut notes = Vec::new();
    for building in tables.values().filter(|b| b.hashes.len() == b.rows.len) {
        let rows = &building.rows;
        let of_row = |(row, hash): (usize, &u128)| ((*hash, rows.source_of(row)), row as u32);
        let mut found = AffectedRows::default();
        for same in sorted(building.hashes.par_iter().enumerate().map(of_row)).chunk_by(|a, b| a.0 == b.0) {
            same[1..].iter().for_each(|(_, row)| found.add(rows, *row as usize));
        }
        notes.extend(found.notes(DataIssue::Repeated, sources));
    }
    notes
}

/// The columns that, beside the stakeholder, tell a source's records from one another; `None` where it has none.
pub fn record_ids(table: Table, mapped: &BTreeSet<String>, tickets: bool) -> Option<&'static [Column]> {
    let has = |column: &Column| mapped.contains(column.name);
    let ids: &'static [Column] = match table {
        Table::Interactions if has(&interactions::INTERACTION_ID) => &[interactions::INTERACTION_ID],
        Table::Interactions if tickets && has(&interactions::CASE_ID) => &[interactions::CASE_ID],
        Table::Surveys if has(&surveys::RESPONSE_ID) => &[surveys::RESPONSE_ID, surveys::INSTRUMENT],
        Table::Purchases if has(&purchases::ORDER_ID) && has(&purchases::LINE_ID) => &[purchases::ORDER_ID, purchases::LINE_ID],
        Table::Purchases if has(&purchases::ORDER_ID) => &[purchases::ORDER_ID],
        Table::Supplies if has(&supplies::ORDER_ID) && has(&supplies::LINE_ID) => &[supplies::ORDER_ID, supplies::LINE_ID],
        Table::Supplies if has(&supplies::ORDER_ID) => &[supplies::ORDER_ID],
        Table::Stakeholders if has(&stakeholders::STARTED_AT) => &[stakeholders::STARTED_AT],
        Table::Stakeholders => &[],
        Table::Interactions | Table::Surveys | Table::Purchases | Table::Referrals | Table::Supplies | Table::Identities => return None,
    };
    Some(ids)
}

/// What records are told apart by.
pub struct Exports<'a> {
    /// The sources.
    pub sources: &'a [SourceInfo],
    /// The declared key of each source.
    pub keys: &'a [Vec<String>],
    /// The header of each source.
    pub headers: &'a [&'a [String]],
    /// The ids.
    pub stakeholders: &'a Dictionary,
}

/// How the records of one source are told apart.
struct RecordIdentity<'a> {
    ids: &'static [Column],
    columns: Vec<&'a Data>,
    /// The first source that has the same header and ids.
    like: usize,
    /// One file never has two such records by right.
    whole: bool,
}

impl Exports<'_> {
    /// Records with one id that differ in other cells, of files with one header: an updated export of the same record. Orders without
    /// line ids are several records in one file by right, so they are looked at only where each file has one; so is the roster.
    pub fn same_id_differs(&self, tables: &BTreeMap<Table, Building>) -> Vec<Note> {
        tables.values().flat_map(|building| self.of_table(building)).collect()
    }

    fn of_table(&self, building: &Building) -> Vec<Note> {
        let (rows, stakeholder, hashes) = (&building.rows, &building.stakeholder, &building.hashes);
        let told: Vec<Option<RecordIdentity>> = (0..self.sources.len()).map(|source| self.told(rows, source)).collect();
        if hashes.len() != rows.len || told.iter().flatten().all(|told| !told.whole && rows.source.is_none()) {
            return Vec::new();
        }
        let told_of = |row: usize| told[rows.source_of(row) as usize].as_ref();
        let of_row = |row: usize| {
            let told = told_of(row).filter(|_| building.keep[row])?;
            let has_id = match told.columns.first() {
                Some(Data::Key(ids)) => ids[row] != NO_KEY,
                _ => stakeholder[row] != NO_CODE,
            };
            has_id.then(|| (id_of(told, stakeholder[row], row), row as u32))
        };
        let by_id = sorted((0..rows.len).into_par_iter().filter_map(of_row));
        let differs = |group: &&[(u64, u32)]| {
            let all = || group.iter().map(|(_, row)| *row as usize);
            let (first, told) = (group[0].1 as usize, told_of(group[0].1 as usize));
            let Some(RecordIdentity { columns, whole, .. }) = told else {
                return false;
            };
            all().any(|row| hashes[row] != hashes[first])
                && all().all(|row| stakeholder[row] == stakeholder[first] && columns.iter().all(|c| c.compare(row, first).is_eq()))
                && (*whole || all().map(|row| rows.source_of(row)).collect::<BTreeSet<_>>().len() == group.len())
        };
        let groups: Vec<&[(u64, u32)]> = by_id
            .par_chunk_by(|a, b| a.0 == b.0)
            .filter(|group| group.len() > 1)
            .filter(differs)
            .collect();
        let mut by_ids: BTreeMap<Vec<&'static str>, (AffectedRows, Option<FirstRecord>)> = BTreeMap::new();
        for group in groups {
            let ids = told_of(group[0].1 as usize).map_or(&[][..], |told| told.ids);
            let ids: Vec<&'static str> = ids.iter().map(|column| column.name).collect();
            let (found, example) = by_ids.entry(ids).or_default();
            group[1..].iter().for_each(|(_, row)| found.add(rows, *row as usize));
            let first = group.iter().map(|(_, row)| first_record(rows, stakeholder, *row as usize));
            *example = first.chain(example.take()).min();
        }
        let note = |(mut key, (found, example)): (Vec<&'static str>, (AffectedRows, Option<FirstRecord>))| {
            if rows.table == Table::Stakeholders {
                key.insert(0, stakeholders::STAKEHOLDER_ID.name);
            }
            let example = example.and_then(|(who, at)| {
                let id = Id(self.stakeholders.text(who)?.to_string());
                let at = Some(at).filter(|at| *at != NO_TIME);
                Some(ExampleRecord { id, at })
            });
            let table = rows.table;
            found.notes(DataIssue::SameIdDiffers { table, key, example }, self.sources)
        };
        by_ids.into_iter().flat_map(note).collect()
    }

    /// How a source's records are told apart, where it declares no key and its ids were read.
    fn told<'r>(&self, rows: &'r Rows, source: usize) -> Option<RecordIdentity<'r>> {
        let ids_of = |source: usize| {
            let SourceInfo {
                table, mapped, tickets, ..
            } = &self.sources[source];
            record_ids(*table, mapped, *tickets).filter(|_| *table == rows.table && self.keys[source].is_empty())
        };
        let ids = ids_of(source)?;
        let like = (0..=source).find(|&other| self.headers[other] == self.headers[source] && ids_of(other) == Some(ids))?;
        Some(RecordIdentity {
            ids,
            columns: ids
                .iter()
                .filter(|column| **column != surveys::INSTRUMENT || rows.data(column).is_some())
                .map(|column| rows.data(column))
                .collect::<Option<_>>()?,
            like,
            whole: !matches!(ids, [purchases::ORDER_ID | supplies::ORDER_ID | stakeholders::STARTED_AT] | []),
        })
    }
}

/// Stakeholder and first time of a record.
type FirstRecord = (u32, Micros);

fn first_record(rows: &Rows, stakeholder: &[u32], row: usize) -> FirstRecord {
    let times = rows.table.event_columns().map(|column| rows.times(column).at(row));
    (stakeholder[row], times.filter(|t| *t != NO_TIME).min().unwrap_or(NO_TIME))
}

fn id_of(told: &RecordIdentity, stakeholder: u32, row: usize) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hash = rustc_hash::FxHasher::default();
    (told.like, stakeholder).hash(&mut hash);
    for column in &told.columns {
        match column {
            Data::Int(v) => v[row].hash(&mut hash),
            Data::Float(v) => v[row].to_bits().hash(&mut hash),
            Data::Code(v) => v[row].hash(&mut hash),
            Data::Key(v) => v[row].hash(&mut hash),
            Data::Flag(v) => v[row].hash(&mut hash),
        }
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::testing::{input, load, load_inputs, note, notes, options, owners, places};
    use super::*;
    use crate::sources::{From, Input, Mapped};

    fn orders(rows: &[&str]) -> String {
        "customer_id,order_id,ordered_at,amount\n".to_string() + &rows.iter().map(|row| format!("{row}\n")).collect::<String>()
    }

    const A: &str = "a,1,2026-01-01,1";
    const B: &str = "b,2,2026-01-02,2";

    fn account(loaded: &super::super::Loaded) -> Vec<(u64, u64)> {
        loaded.account.iter().map(|file| (file.used, file.duplicate)).collect()
    }

    #[test]
    fn of_a_record_in_three_files_as_many_stay_as_the_fullest_has() {
        let files = [orders(&[A, A, B]), orders(&[A, A, A]), orders(&[A, B, B])];
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
        assert_eq!(account(&loaded), [(3, 0), (0, 3)]);
        // Each file says of itself that it has a record twice.
        assert_eq!(notes(&loaded, "repeated").len(), 2);
    }

    #[test]
    fn repeated_records_of_one_file_stay_and_are_noted_with_their_line() {
        let loaded = load(&[("o.csv", "purchases", &orders(&[A, B, A, A]))]);
        assert_eq!(
            (account(&loaded), places(&loaded, "repeated")),
            (vec![(4, 0)], vec![("o.csv:4".into(), 2)])
        );
    }

    #[test]
    fn an_updated_record_in_a_later_export_is_noted() {
        let late = orders(&["a,1,2026-01-01,5", B]);
        let loaded = load(&[("1.csv", "purchases", &orders(&[A, B])), ("2.csv", "purchases", &late)]);
        assert_eq!(account(&loaded), [(2, 0), (1, 1)]);
        assert_eq!(places(&loaded, "same-id-differs"), [("2.csv:2".into(), 1)]);
        let text = note(&loaded, "same-id-differs").text();
        assert!(
            text.contains("for example one of 'a' at 2026-01-01T00:00:00Z. All of them count. With key = [\"order_id\"] in [[source]]"),
            "{text}"
        );
        // With the key that it asks for, the later one counts, and nothing is left to say.
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
        assert!(notes(&loaded, "same-id-differs").is_empty());
    }

    #[test]
    fn what_is_no_updated_record_is_not_taken_for_one() {
        let none = |files: &[(&str, &str, &str)]| assert!(notes(&load(files), "same-id-differs").is_empty(), "{files:?}");
        // Lines of one order.
        none(&[("1.csv", "purchases", &orders(&[A, "a,1,2026-01-01,7"]))]);
        none(&[
            ("1.csv", "purchases", &orders(&[A, "a,1,2026-01-01,7"])),
            ("2.csv", "purchases", &orders(&["a,1,2026-01-01,9"])),
        ]);
        // Another shop's order, and its return in a file of another shape.
        none(&[
            ("1.csv", "purchases", &orders(&[A])),
            ("2.csv", "purchases", &orders(&["z,1,2026-01-01,5"])),
        ]);
        none(&[
            ("1.csv", "purchases", &orders(&[A])),
            (
                "2.csv",
                "purchases",
                "order_id,customer_id,ordered_at,amount,reason\n1,a,2026-01-03,-1,broken\n",
            ),
        ]);
        // Spells of one stakeholder.
        none(&[(
            "1.csv",
            "stakeholders",
            "customer_id,start_date,name\na,2025-01-01,Ann\na,2026-01-01,Ann\n",
        )]);
    }

    #[test]
    fn each_table_is_told_apart_by_its_own_ids() {
        let differ = |files: &[(&str, &str, &str)], places_are: &[(&str, u64)]| {
            let found = places(&load(files), "same-id-differs");
            let found: Vec<(&str, u64)> = found.iter().map(|(place, count)| (place.as_str(), *count)).collect();
            assert_eq!(found, places_are);
        };
        let tickets =
            "customer_id,ticket_id,created_at,resolved_at\na,1,2026-01-01,\na,2,2026-01-01,\na,1,2026-01-01,2026-01-02\na,2,2026-01-01,\n";
        differ(&[("t.csv", "interactions", tickets)], &[("t.csv:4", 1)]);
        let lines = "customer_id,order_id,line_id,ordered_at,amount\na,1,1,2026-01-01,1\na,1,2,2026-01-01,2\n";
        differ(
            &[
                ("l.csv", "purchases", lines),
                ("m.csv", "purchases", &lines.replace(",2,2026-01-01,2", ",2,2026-01-01,3")),
            ],
            &[("m.csv:3", 1)],
        );
        let answers =
            "customer_id,response_id,responded_at,instrument,score\na,1,2026-01-01,nps,9\na,1,2026-01-01,csat,4\na,1,2026-01-01,nps,3\n";
        differ(&[("s.csv", "surveys", answers)], &[("s.csv:4", 1)]);
        let roster = "customer_id,start_date,region\na,2025-01-01,north\nb,2025-01-01,north\n";
        differ(
            &[
                ("r.csv", "stakeholders", roster),
                ("s.csv", "stakeholders", &roster.replace("b,2025-01-01,north", "b,2025-01-01,south")),
            ],
            &[("s.csv:3", 1)],
        );
        // What is read for this alone is gone afterwards.
        let loaded = load(&[("l.csv", "purchases", lines)]);
        assert!(!loaded.canonical.table(Table::Purchases).unwrap().columns.contains_key("line_id"));
    }
}
