//! Taking out of the tables, right after they were read, every text that is not known to be harmless, so that nothing that comes out can
//! have it.
//!
//! What is left readable is a list: numbers, times, the names of canonical columns and the words of the program's own vocabularies, and
//! the columns that the user keeps. All other texts become pseudonyms: ids, names and values of columns, names of columns. Files get
//! numbers. Comments, and columns that no canonical one is made of, are dropped. Everything is sorted by the pseudonyms anew: not even the
//! order of rows says how texts were sorted. Conditions are evaluated on what the pseudonyms stand for ([`super::Dictionary`]), so that no
//! number changes.

use std::collections::{BTreeMap, BTreeSet};

use super::load::{ID, OTHER};
use super::pseudonym::{Key, Thing};
use super::rows::{Data, Rows};
use super::{CanonicalTables, Interner, SourceInfo};
use crate::cell_parsing::Currency;
use crate::expr::Expr;
use crate::schema::{NO_CODE, Role, Table, program_words};
use crate::sources::is_known_header;
use crate::sources::status_words::is_known_state;

/// Texts that have to be read so that a word of a kept column that is also somebody's name is not shown.
pub fn personal_texts() -> impl Iterator<Item = &'static str> {
    let columns = Table::ALL.into_iter().flat_map(Table::columns);
    let personal = columns.filter(|column| matches!(column.role, Role::PersonName | Role::Email));
    personal.map(|column| column.name)
}

/// What is shown in place of texts, and what is shown as it is.
pub struct Redaction {
    key: Key,
    /// The columns that stay readable, in lower case.
    kept: BTreeSet<String>,
    /// Words of the configuration that stay readable.
    words: BTreeSet<String>,
    /// The files by their numbers.
    files: Vec<String>,
    /// The columns that are shown under another name, by their own.
    columns: BTreeMap<String, String>,
}

/// What is behind pseudonyms is never shown.
impl std::fmt::Debug for Redaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redaction")
    }
}

impl Redaction {
    /// One that keeps these columns and words.
    pub fn new(key: Key, kept: &BTreeSet<String>, words: &BTreeSet<String>) -> Redaction {
        Redaction {
            key,
            kept: kept.iter().map(|name| name.to_lowercase()).collect(),
            words: words.clone(),
            files: Vec::new(),
            columns: BTreeMap::new(),
        }
    }

    /// The name of a file: its number, in the order in which files are first named.
    pub fn file(&mut self, name: &str) -> String {
        let known = self.files.iter().position(|known| known == name);
        let at = known.unwrap_or_else(|| {
            self.files.push(name.to_string());
            self.files.len() - 1
        });
        format!("file {}", at + 1)
    }

    /// The same for a file that was named before.
    pub fn known_file(&self, name: &str) -> String {
        let known = self.files.iter().position(|known| known == name);
        known.map_or_else(|| "file".to_string(), |at| format!("file {}", at + 1))
    }

    /// The name of a column: as it is if it is canonical, kept or one that the program knows, otherwise a pseudonym.
    pub fn column(&self, name: &str) -> String {
        let is_canonical = |name: &str| Table::ALL.into_iter().any(|table| table.column(name).is_some());
        let lower = name.to_lowercase();
        // Names with a mark are the loader's own.
        let bare = lower.strip_prefix(ID).unwrap_or(&lower);
        if bare.is_empty() || bare.starts_with('#') || is_canonical(bare) || self.kept.contains(bare) || is_known_header(bare) {
            return name.to_string();
        }
        self.key.pseudonym(Thing::Column, bare)
    }

    /// The name that is shown for a column that the user names; as it is if the data do not have it.
    pub fn shown_column<'a>(&'a self, name: &'a str) -> &'a str {
        self.columns.get(&name.to_lowercase()).map_or(name, String::as_str)
    }

    /// Whether the values of a column stay readable.
    pub fn keeps(&self, column: &str) -> bool {
        self.kept.contains(&column.to_lowercase())
    }

    /// What is shown of the id of a stakeholder.
    pub fn person(&self, id: &str) -> String {
        self.key.pseudonym(Thing::Id, id)
    }

    /// What is shown of any other text.
    pub fn text(&self, text: &str) -> String {
        match self.is_known(text) {
            true => text.to_string(),
            false => self.key.pseudonym(Thing::Text, text),
        }
    }

    /// Whether a text is a word of the program's own vocabularies, or of the configuration.
    fn is_known(&self, text: &str) -> bool {
        let is_word = program_words().any(|word| word == text) || self.words.iter().any(|word| word.eq_ignore_ascii_case(text));
        is_word || Currency::of_code(text).is_some_and(|currency| currency.name() == text) || is_known_state(text)
    }

    /// What is shown instead of the fingerprint of a file.
    pub fn fingerprint(&self, sha256: &str) -> String {
        self.key.fingerprint(sha256)
    }
}

/// What a column of codes holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Ids of stakeholders.
    People,
    /// Ids of records.
    Records,
    /// Texts by which somebody is known.
    Names,
    /// Other texts.
    Texts,
    /// Texts that are not kept at all.
    Withheld,
}

impl Holds {
    fn of(table: Table, name: &str) -> Holds {
        if name.starts_with(ID) {
            return Holds::Records;
        }
        if name.starts_with(OTHER) {
            return Holds::Withheld;
        }
        let Some(column) = table.column(name) else {
            // A column that the export calls its own way; what is free text in one table is in all.
            let is_free_text = |table: Table| table.with_role(Role::FreeText).any(|column| column.name == name);
            let is_withheld = Table::ALL.into_iter().any(is_free_text);
            return if is_withheld { Holds::Withheld } else { Holds::Texts };
        };
        match column.role {
            Role::Stakeholder | Role::OtherStakeholder | Role::Alias | Role::ContactEmail | Role::ContactPhone | Role::ContactName => {
                Holds::People
            }
            Role::PersonName | Role::Email | Role::Owner => Holds::Names,
            Role::FreeText => Holds::Withheld,
            Role::Currency | Role::Status | Role::StakeholderType | Role::Category => Holds::Texts,
            // These hold no text at all.
            Role::RecordId
            | Role::ParentId
            | Role::EventTime
            | Role::OutcomeTime
            | Role::DeliveryTime
            | Role::Deadline
            | Role::StartTime
            | Role::EndTime
            | Role::Money
            | Role::Quantity
            | Role::Duration
            | Role::Score
            | Role::Number
            | Role::Flag
            | Role::MachineMark => Holds::Texts,
        }
    }
}

impl CanonicalTables {
    /// Replaces every text that is not known to be harmless, in all that is loaded.
    pub(super) fn redact(&mut self, mut redaction: Redaction) {
        for rows in self.tables.values_mut() {
            let table = rows.table;
            rows.columns
                .retain(|name, data| !(matches!(data, Data::Code(_)) && Holds::of(table, name) == Holds::Withheld));
        }
        self.redact_texts(&redaction);
        self.redact_people(&redaction.key);
        self.rename_columns(&mut redaction);
        for source in &mut self.sources {
            source.file = redaction.file(&source.file);
        }
        self.redaction = Some(Box::new(redaction));
    }

    /// The name under which the tables have a column that the user names.
    pub fn column_named<'a>(&'a self, name: &'a str) -> &'a str {
        self.redaction.as_ref().map_or(name, |redaction| redaction.shown_column(name))
    }

    /// What is shown of a text of the user's that is compared with texts of the data.
    pub fn shown_text(&self, text: &str) -> String {
        match (&self.redaction, self.texts.code(text)) {
            (None, _) => text.to_string(),
            (Some(_), Some(code)) => self.texts.text(code).unwrap_or_default().to_string(),
            (Some(redaction), None) => redaction.text(text),
        }
    }

    /// A condition that shows nothing but what may be shown. It means the same.
    pub fn shown_condition(&self, condition: Expr) -> Expr {
        match self.redaction {
            None => condition,
            Some(_) => condition.showing(&|text| self.shown_text(text)),
        }
    }

    /// The codes of a table's columns, each with what they are of.
    fn codes(rows: &mut Rows) -> impl Iterator<Item = (Holds, &String, &mut Vec<u32>)> {
        let table = rows.table;
        rows.columns.iter_mut().filter_map(move |(name, data)| match data {
            Data::Code(codes) => Some((Holds::of(table, name), name, codes)),
            Data::Int(_) | Data::Float(_) | Data::Key(_) | Data::Flag(_) => None,
        })
    }

    fn redact_texts(&mut self, redaction: &Redaction) {
        let count = self.texts.len();
        let (mut is_kept, mut is_name) = (vec![false; count], vec![false; count]);
        for rows in self.tables.values_mut() {
            for (holds, name, codes) in CanonicalTables::codes(rows) {
                let mark = match (holds, redaction.kept.contains(name)) {
                    (Holds::Names | Holds::Texts, true) => &mut is_kept,
                    (Holds::Names, false) => &mut is_name,
                    (Holds::Texts, false) | (Holds::People | Holds::Records | Holds::Withheld, _) => continue,
                };
                codes
                    .iter()
                    .filter(|code| **code != NO_CODE)
                    .for_each(|code| mark[*code as usize] = true);
            }
        }
        let text = |code: usize| self.texts.text(code as u32).unwrap_or_default();
        let is_shown: Vec<bool> = (0..count)
            .map(|code| !is_name[code] && (is_kept[code] || redaction.is_known(text(code))))
            .collect();
        let hidden: Vec<&str> = (0..count).filter(|code| !is_shown[*code]).map(text).collect();
        let mut pseudonyms = redaction.key.pseudonyms(Thing::Text, &hidden).into_iter();
        let shown: Vec<String> = (0..count)
            .map(|code| match is_shown[code] {
                true => text(code).to_string(),
                false => pseudonyms.next().unwrap_or_default(),
            })
            .collect();
        let (texts, new) = std::mem::take(&mut self.texts).showing(&shown);
        self.texts = texts;
        for rows in self.tables.values_mut() {
            for (holds, _, codes) in CanonicalTables::codes(rows) {
                match holds {
                    Holds::Names | Holds::Texts => turn(codes, &new),
                    Holds::People | Holds::Records | Holds::Withheld => {}
                }
            }
        }
        self.unknown_currencies = self.unknown_currencies.iter().map(|code| new[*code as usize]).collect();
    }

    fn redact_people(&mut self, key: &Key) {
        let count = self.stakeholders.len();
        // The dictionary may hold ids of other things too.
        let (mut people, mut things) = (vec![false; count], vec![false; count]);
        for rows in self.tables.values_mut() {
            (0..count)
                .filter(|&code| !rows.run(code as u32).is_empty())
                .for_each(|code| people[code] = true);
            for (holds, _, codes) in CanonicalTables::codes(rows) {
                let met = match holds {
                    Holds::People => &mut people,
                    Holds::Records => &mut things,
                    Holds::Names | Holds::Texts | Holds::Withheld => continue,
                };
                codes
                    .iter()
                    .filter(|code| **code != NO_CODE)
                    .for_each(|code| met[*code as usize] = true);
            }
        }
        let those = |met: &[bool]| (0..count as u32).filter(|&code| met[code as usize]).collect::<Vec<_>>();
        let (people, things) = (those(&people), those(&things));
        let mut interner = Interner::default();
        let mut pseudonyms = |thing: Thing, codes: &[u32]| {
            let old: Vec<&str> = codes.iter().map(|&c| self.stakeholders.text(c).unwrap_or_default()).collect();
            let mut new = vec![NO_CODE; count];
            for (&code, pseudonym) in codes.iter().zip(key.pseudonyms(thing, &old)) {
                new[code as usize] = interner.code(&pseudonym);
            }
            new
        };
        let (mut new_people, mut new_things) = (pseudonyms(Thing::Id, &people), pseudonyms(Thing::Record, &things));
        let (stakeholders, ranks) = interner.finish();
        new_people
            .iter_mut()
            .chain(&mut new_things)
            .for_each(|code| *code = ranks.of(*code));
        for rows in self.tables.values_mut() {
            for (holds, _, codes) in CanonicalTables::codes(rows) {
                match holds {
                    Holds::People => turn(codes, &new_people),
                    Holds::Records => turn(codes, &new_things),
                    Holds::Names | Holds::Texts | Holds::Withheld => {}
                }
            }
            let mut owners = vec![NO_CODE; rows.len];
            for (code, &new) in (0..).zip(&new_people) {
                owners[rows.run(code)].fill(new);
            }
            rows.sort_by_stakeholder(&owners, stakeholders.len());
        }
        let mut referred = vec![false; stakeholders.len()];
        for &code in &people {
            referred[new_people[code as usize] as usize] = self.referred.get(code as usize).copied().unwrap_or(false);
        }
        self.referred = referred;
        self.stakeholders = stakeholders;
    }

    fn rename_columns(&mut self, redaction: &mut Redaction) {
        for rows in self.tables.values_mut() {
            for name in rows.columns.keys() {
                redaction.columns.insert(name.to_lowercase(), redaction.column(name));
            }
            rows.columns = std::mem::take(&mut rows.columns)
                .into_iter()
                .map(|(name, data)| (redaction.column(&name), data))
                .collect();
            rows.dates = rows.dates.iter().map(|name| redaction.column(name)).collect();
        }
        for source in &mut self.sources {
            let SourceInfo {
                mapped, dates, some_dates, ..
            } = source;
            let is_free_text = |name: &String| source.table.column(name).is_some_and(|column| column.role == Role::FreeText);
            *mapped = mapped
                .iter()
                .filter(|name| !is_free_text(name))
                .map(|name| redaction.column(name))
                .collect();
            *dates = dates.iter().map(|(name, zone)| (redaction.column(name), zone.clone())).collect();
            *some_dates = some_dates.iter().map(|name| redaction.column(name)).collect();
        }
    }
}

/// Puts new codes in place of old ones.
fn turn(codes: &mut [u32], new: &[u32]) {
    let some = codes.iter_mut().filter(|code| **code != NO_CODE);
    some.for_each(|code| *code = new[*code as usize]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::schema::{Column, purchases, stakeholders};

    #[test]
    fn who_is_who_is_what_it_was() {
        let canonical = || {
            Fixture::new("2026-02-01")
                .table(
                    Table::Purchases,
                    Rowed::Plain,
                    "stakeholder_id,occurred_at,amount,referrer_id,product\na,2026-01-01,1,c,Anna\nb,2026-01-02,2,,box\na,2026-01-03,3,b,box",
                )
                .table(Table::Stakeholders, Rowed::Plain, "stakeholder_id,name,owner\na,Anna,Bert\nb,Bert,Carl\nc,,")
                .table(Table::Referrals, Rowed::Plain, "referrer_id,referred_id,occurred_at\nc,a,2026-01-01")
                .build(false)
        };
        let (plain, mut redacted) = (canonical(), canonical());
        let key = Key::of_secret(b"k");
        let kept = BTreeSet::from(["Product".to_string()]);
        redacted.redact(Redaction::new(key.clone(), &kept, &BTreeSet::new()));
        let ids: BTreeMap<&str, String> = ["a", "b", "c"]
            .into_iter()
            .zip(key.pseudonyms(Thing::Id, &["a", "b", "c"]))
            .collect();
        let code = |id: &str| redacted.stakeholders.code(&ids[id]).unwrap();
        assert_eq!(redacted.stakeholders.len(), 3);
        for (id, pseudonym) in &ids {
            let (old, new) = (plain.stakeholders.code(id).unwrap(), code(id));
            assert_eq!(redacted.stakeholders.text(new), Some(pseudonym.as_str()));
            for (table, rows) in &plain.tables {
                let amounts = |canonical: &CanonicalTables, who: u32| -> Vec<i64> {
                    let rows = canonical.table(*table).unwrap();
                    let amounts = rows.table.column("amount").map(|column| rows.ints(column));
                    rows.run(who).filter_map(|row| Some(amounts?.at(row))).collect()
                };
                assert_eq!(amounts(&plain, old), amounts(&redacted, new), "{table} of {id}");
                assert_eq!(rows.len, redacted.table(*table).unwrap().len);
            }
            assert_eq!(plain.referred[old as usize], redacted.referred[new as usize]);
        }
        let orders = redacted.table(Table::Purchases).unwrap();
        let first = orders.run(code("a")).start;
        assert_eq!(orders.codes(&purchases::REFERRER_ID).at(first), code("c"));
        // A product is kept, unless it is somebody's name.
        let text = |column: &Column, row: usize| {
            redacted
                .texts
                .text(redacted.table(column.table).unwrap().codes(column).at(row))
                .map(str::to_string)
        };
        let pseudonym = |text: &str| Some(key.pseudonym(Thing::Text, text));
        let products = orders.run(code("a")).map(|row| text(&purchases::PRODUCT, row));
        let products: BTreeSet<_> = products.collect();
        assert_eq!(products, BTreeSet::from([pseudonym("Anna"), Some("box".to_string())]));
        let roster = |id: &str| redacted.table(Table::Stakeholders).unwrap().run(code(id)).start;
        assert_eq!(text(&stakeholders::OWNER, roster("a")), pseudonym("Bert"));
        assert_eq!(text(&stakeholders::NAME, roster("b")), pseudonym("Bert"));
        assert_eq!(text(&stakeholders::OWNER, roster("b")), pseudonym("Carl"));
        // Conditions are held against what was read.
        let bert = redacted.texts.code("Bert").unwrap();
        assert_eq!(redacted.texts.text(bert).map(str::to_string), pseudonym("Bert"));
        assert_eq!(redacted.texts.matching(&|text| text.starts_with("Ber")), [bert]);
        assert_eq!(redacted.texts.meaning(bert, str::len), Some(4));
        assert!(
            redacted
                .texts
                .code("complaint")
                .is_some_and(|code| redacted.texts.text(code) == Some("complaint"))
        );
        assert_eq!(redacted.shown_text("Nobody"), key.pseudonym(Thing::Text, "Nobody"));
        assert_eq!(format!("{:?}", redacted.redaction), "Some(Redaction)");
    }

    #[test]
    fn names_of_columns_are_kept_where_the_program_knows_them() {
        let kept = BTreeSet::from(["Plan".to_string()]);
        let mut redaction = Redaction::new(Key::of_secret(b"k"), &kept, &BTreeSet::new());
        for known in ["amount", "Order Date", "plan", "PLAN", "#case", "#id order_id"] {
            assert_eq!(redaction.column(known), known);
        }
        for hidden in ["Ann Smith", "orders.ann", "#id Ann"] {
            assert!(redaction.column(hidden).starts_with("c-"), "{hidden}");
        }
        assert_eq!(redaction.column("ANN SMITH"), redaction.column("Ann Smith"));
        assert_eq!(
            ["b.csv", "a.csv", "b.csv"].map(|name| redaction.file(name)),
            ["file 1", "file 2", "file 1"]
        );
    }

    #[test]
    fn states_are_words_and_no_phrases() {
        let redaction = Redaction::new(Key::of_secret(b"k"), &BTreeSet::new(), &BTreeSet::from(["Donor".to_string()]));
        for known in ["closed", "Paid", "cancelled", "employee", "EUR", "donor"] {
            assert!(redaction.is_known(known), "{known}");
        }
        for unknown in ["closed by Ann", "closed_by_ann", "Ann", "north", "12345", "won Ann"] {
            assert!(!redaction.is_known(unknown), "{unknown}");
        }
    }
}
