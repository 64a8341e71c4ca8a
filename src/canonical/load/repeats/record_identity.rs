//! By which ids records are told apart, and the records that share them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use rayon::prelude::*;

use super::duplicates::sorted;
use crate::canonical::load::tables::affected_rows::AffectedRows;
use crate::canonical::load::tables::building::Building;
use crate::canonical::{Data, Dictionary, Rows, SourceInfo};
use crate::notes::{DataIssue, ExampleRecord, Id, Note};
use crate::schema::{Column, Micros, NO_CODE, NO_KEY, NO_TIME, Table, interactions, purchases, referrals, stakeholders, supplies, surveys};
use crate::sources::{Deliveries, SameId};

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
        // Who recommends us to one person at one time does it once.
        Table::Referrals if has(&referrals::REFERRED_ID) => &[referrals::REFERRED_ID, referrals::OCCURRED_AT],
        Table::Interactions | Table::Surveys | Table::Purchases | Table::Referrals | Table::Supplies | Table::Identities => return None,
    };
    Some(ids)
}

/// Whether one file never has two records with these ids by right: an order may have several lines, and a stakeholder several spells.
pub fn is_whole(ids: &[Column]) -> bool {
    !matches!(ids, [purchases::ORDER_ID | supplies::ORDER_ID | stakeholders::STARTED_AT] | [])
}

/// What a source states about records with one id, and what its file shows about their order.
#[derive(Debug)]
pub struct Statement {
    /// What records with one id are.
    pub same_id: Option<SameId>,
    /// What the quantity received is.
    pub deliveries: Option<Deliveries>,
    /// The header of the time of the last change.
    pub update_column: Option<String>,
    /// Whether its records are in the order of the file.
    pub is_in_order: bool,
}

/// What records are told apart by.
pub struct Exports<'a> {
    /// The sources.
    pub sources: &'a [SourceInfo],
    /// The declared key of each source.
    pub keys: &'a [Vec<String>],
    /// The question that each source reads the answers to.
    pub questions: &'a [String],
    /// The header of each source.
    pub headers: &'a [&'a [String]],
    /// What each source states.
    pub stated: &'a [Statement],
    /// The ids.
    pub stakeholders: &'a Dictionary,
    /// The texts.
    pub texts: &'a Dictionary,
    /// The as-of date, if it is set.
    pub as_of: Option<Micros>,
}

/// How the records of one source are told apart.
pub struct RecordIdentity<'a> {
    /// The columns of its ids.
    pub ids: &'static [Column],
    columns: Vec<&'a Data>,
    /// The first source that has the same columns and ids.
    like: usize,
    /// One file never has two such records by right.
    pub is_whole: bool,
}

/// The records that share their ids: rows by source and, within it, in the order of the file; at least two.
pub type SharedId = Vec<u32>;

impl Exports<'_> {
    /// By source: how its records are told apart; `None` where they have no ids, where a key is declared, or where each counts.
    pub fn identities<'r>(&self, rows: &'r Rows) -> Vec<Option<RecordIdentity<'r>>> {
        (0..self.sources.len()).map(|source| self.identity(rows, source)).collect()
    }

    /// The rows that stay and share an id.
    pub fn shared_ids(&self, building: &Building, identities: &[Option<RecordIdentity<'_>>]) -> Vec<SharedId> {
        let (rows, stakeholder) = (&building.rows, &building.stakeholder);
        let identity_of = |row: usize| identities[rows.source_of(row) as usize].as_ref();
        let of_row = |row: usize| {
            let identity = identity_of(row).filter(|_| building.keep[row])?;
            let has_id = match identity.columns.first() {
                Some(Data::Key(ids)) => ids[row] != NO_KEY,
                Some(Data::Code(ids)) => ids[row] != NO_CODE && stakeholder[row] != NO_CODE,
                _ => stakeholder[row] != NO_CODE,
            };
            has_id.then(|| (id_of(identity, stakeholder[row], row), row as u32))
        };
        let is_same = |a: usize, b: usize| {
            let (Some(one), Some(other)) = (identity_of(a), identity_of(b)) else {
                return false;
            };
            one.like == other.like && stakeholder[a] == stakeholder[b] && one.columns.iter().all(|c| c.compare(a, b).is_eq())
        };
        let by_id = sorted((0..rows.len).into_par_iter().filter_map(of_row));
        by_id
            .par_chunk_by(|a, b| a.0 == b.0)
            .filter(|group| group.len() > 1)
            // Two ids could have one hash by chance: such records are left alone.
            .filter(|group| group.iter().all(|(_, row)| is_same(*row as usize, group[0].1 as usize)))
            .map(|group| group.iter().map(|(_, row)| *row).collect())
            .collect()
    }

    /// Records with one id that differ in other cells and that all stay. Orders without line ids are several records in one file by
    /// right, so they are looked at only where each file has one; so is the roster.
    pub fn same_id_differs(&self, tables: &BTreeMap<Table, Building>) -> Vec<Note> {
        // Records of a supply line are looked at as deliveries.
        let tables = tables.values().filter(|building| building.rows.table != Table::Supplies);
        tables.flat_map(|building| self.of_table(building)).collect()
    }

    fn of_table(&self, building: &Building) -> Vec<Note> {
        let (rows, hashes) = (&building.rows, &building.hashes);
        let identities = self.identities(rows);
        if hashes.len() != rows.len
            || identities
                .iter()
                .flatten()
                .all(|identity| !identity.is_whole && rows.source.is_none())
        {
            return Vec::new();
        }
        let identity_of = |row: u32| identities[rows.source_of(row as usize) as usize].as_ref();
        let differs = |group: &SharedId| {
            let is_whole = identity_of(group[0]).is_some_and(|identity| identity.is_whole);
            let header = |row: u32| self.headers[rows.source_of(row as usize) as usize];
            group.iter().any(|row| hashes[*row as usize] != hashes[group[0] as usize])
                && group.iter().all(|row| header(*row) == header(group[0]))
                && (is_whole || group.iter().map(|row| rows.source_of(*row as usize)).collect::<BTreeSet<_>>().len() == group.len())
        };
        let mut by_ids: BTreeMap<Vec<&'static str>, (AffectedRows, Option<FirstRecord>)> = BTreeMap::new();
        for group in self.shared_ids(building, &identities).iter().filter(|group| differs(group)) {
            let ids = identity_of(group[0]).map_or(&[][..], |identity| identity.ids);
            let (found, example) = by_ids.entry(names(rows.table, ids)).or_default();
            group[1..].iter().for_each(|row| found.add(rows, *row as usize));
            *example = earliest(rows, &building.stakeholder, group, example.take());
        }
        let note = |(key, (found, example)): (Vec<&'static str>, (AffectedRows, Option<FirstRecord>))| {
            let (table, example) = (rows.table, self.example(example));
            found.notes(DataIssue::SameIdDiffers { table, key, example }, self.sources)
        };
        by_ids.into_iter().flat_map(note).collect()
    }

    /// A record as an example.
    pub fn example(&self, first: Option<FirstRecord>) -> Option<ExampleRecord> {
        let (who, at) = first?;
        let id = Id(self.stakeholders.text(who)?.to_string());
        let at = Some(at).filter(|at| *at != NO_TIME);
        Some(ExampleRecord { id, at })
    }

    /// How a source's records are told apart, where it declares no key and its ids were read.
    fn identity<'r>(&self, rows: &'r Rows, source: usize) -> Option<RecordIdentity<'r>> {
        let ids_of = |source: usize| {
            let SourceInfo {
                table, mapped, tickets, ..
            } = &self.sources[source];
            let counts_all = self.stated[source].same_id == Some(SameId::All);
            record_ids(*table, mapped, *tickets).filter(|_| *table == rows.table && self.keys[source].is_empty() && !counts_all)
        };
        let ids = ids_of(source)?;
        // Two exports of one kind; one with a column more is of that kind too.
        let is_like = |other: usize| {
            let has_columns = self.headers[other] == self.headers[source] || self.sources[other].mapped == self.sources[source].mapped;
            has_columns && self.questions[other] == self.questions[source] && ids_of(other) == Some(ids)
        };
        let like = (0..=source).find(|&other| is_like(other))?;
        Some(RecordIdentity {
            ids,
            columns: ids
                .iter()
                .filter(|column| **column != surveys::INSTRUMENT || rows.data(column).is_some())
                .map(|column| rows.data(column))
                .collect::<Option<_>>()?,
            like,
            is_whole: is_whole(ids),
        })
    }
}

/// The names of what records are told apart by.
pub fn names(table: Table, ids: &[Column]) -> Vec<&'static str> {
    let who = (table == Table::Stakeholders).then_some(stakeholders::STAKEHOLDER_ID.name);
    who.into_iter().chain(ids.iter().map(|column| column.name)).collect()
}

/// Stakeholder and first time of a record.
pub type FirstRecord = (u32, Micros);

/// The least of these records and one that was found before.
pub fn earliest(rows: &Rows, stakeholder: &[u32], group: &[u32], known: Option<FirstRecord>) -> Option<FirstRecord> {
    let first = group.iter().map(|row| first_record(rows, stakeholder, *row as usize));
    first.chain(known).min()
}

fn first_record(rows: &Rows, stakeholder: &[u32], row: usize) -> FirstRecord {
    let times = rows.table.event_columns().map(|column| rows.times(column).at(row));
    (stakeholder[row], times.filter(|t| *t != NO_TIME).min().unwrap_or(NO_TIME))
}

fn id_of(identity: &RecordIdentity<'_>, stakeholder: u32, row: usize) -> u64 {
    let mut hash = rustc_hash::FxHasher::default();
    (identity.like, stakeholder).hash(&mut hash);
    hash_cells(&identity.columns, row, &mut hash);
    hash.finish()
}

/// Adds the cells of a row to a hash.
pub fn hash_cells(columns: &[&Data], row: usize, hash: &mut impl Hasher) {
    for column in columns {
        match column {
            Data::Int(v) => v[row].hash(hash),
            Data::Float(v) => v[row].to_bits().hash(hash),
            Data::Code(v) => v[row].hash(hash),
            Data::Key(v) => v[row].hash(hash),
            Data::Flag(v) => v[row].hash(hash),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::load::testing::{load, note, notes, places};

    fn orders(rows: &[&str]) -> String {
        "customer_id,order_id,ordered_at,amount\n".to_string() + &rows.iter().map(|row| format!("{row}\n")).collect::<String>()
    }

    const A: &str = "a,1,2026-01-01,1";

    #[test]
    fn records_with_one_id_that_are_about_different_events_are_noted() {
        let late = orders(&["a,1,2026-03-01,5"]);
        let loaded = load(&[("1.csv", "purchases", &orders(&[A])), ("2.csv", "purchases", &late)]);
        assert_eq!(places(&loaded, "same-id-differs"), [("2.csv:2".into(), 1)]);
        let text = note(&loaded, "same-id-differs").text();
        assert!(
            text.contains("for example one of 'a' at 2026-01-01T00:00:00Z. All of them count. With key = [\"order_id\"] in [[source]]"),
            "{text}"
        );
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
    fn answers_to_two_questions_with_one_id_are_noted() {
        let answers =
            "customer_id,response_id,responded_at,instrument,score\na,1,2026-01-01,nps,9\na,1,2026-01-01,csat,4\na,1,2026-01-01,nps,3\n";
        assert_eq!(
            places(&load(&[("s.csv", "surveys", answers)]), "same-id-differs"),
            [("s.csv:4".into(), 1)]
        );
    }

    #[test]
    fn ids_that_nobody_asked_for_are_gone_afterwards() {
        let lines = "customer_id,order_id,line_id,ordered_at,amount\na,1,1,2026-01-01,1\na,1,2,2026-01-01,2\n";
        let loaded = load(&[("l.csv", "purchases", lines)]);
        assert!(!loaded.canonical.table(Table::Purchases).unwrap().columns.contains_key("line_id"));
    }
}
