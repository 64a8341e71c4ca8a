//! Taking people's identity out of the tables: once, right after they were read, so that nothing that comes out can have it.
//!
//! Ids of stakeholders become pseudonyms in the dictionary itself, and everything is sorted by them anew: not even the order of rows
//! says how ids were sorted. Names and e-mail addresses of the roster become pseudonyms, and so does an e-mail address wherever it
//! stands in a text, and a name of the roster that is an owner or the whole value of a column that the export calls its own way.
//! Comments and columns that no canonical one is made of are withheld. All else stays: what somebody bought, when, and the words by
//! which numbers are sliced.

use std::collections::{BTreeMap, BTreeSet};

use super::load::{ID, OTHER, email};
use super::pseudonym::{Book, Key, Thing};
use super::rows::{Data, Rows};
use super::{CanonicalTables, Interner};
use crate::schema::{NO_CODE, Role, Table, program_words};

/// Texts that have to be read so that names are known wherever they stand.
pub fn personal_texts() -> impl Iterator<Item = &'static str> {
    let columns = Table::ALL.into_iter().flat_map(Table::columns);
    let personal = columns.filter(|column| matches!(column.role, Role::PersonName | Role::Email));
    personal.map(|column| column.name)
}

/// What is done to a column of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Treatment {
    /// E-mail addresses in it are replaced; it holds words that numbers are sliced by.
    Words,
    /// It holds names of stakeholders.
    Name,
    /// It holds e-mail addresses.
    Email,
    /// It may hold a name as a whole.
    Loose,
    /// It is not kept.
    Withheld,
}

impl Treatment {
    /// What is done to the column of that name; `None` where it does not hold texts but ids.
    fn of(table: Table, name: &str) -> Option<Treatment> {
        if name.starts_with(ID) {
            return None;
        }
        if name.starts_with(OTHER) {
            return Some(Treatment::Withheld);
        }
        let Some(column) = table.column(name) else {
            // A column that the export calls its own way; what is free text in one table is in all.
            let is_free_text = |table: Table| table.with_role(Role::FreeText).any(|column| column.name == name);
            let is_withheld = Table::ALL.into_iter().any(is_free_text);
            return Some(if is_withheld { Treatment::Withheld } else { Treatment::Loose });
        };
        match column.role {
            Role::Stakeholder | Role::OtherStakeholder | Role::Alias | Role::ContactEmail | Role::ContactPhone | Role::ContactName => None,
            Role::PersonName => Some(Treatment::Name),
            Role::Email => Some(Treatment::Email),
            Role::FreeText => Some(Treatment::Withheld),
            Role::Owner => Some(Treatment::Loose),
            Role::Currency | Role::Status | Role::StakeholderType | Role::Category => Some(Treatment::Words),
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
            | Role::MachineMark => Some(Treatment::Words),
        }
    }
}

/// Whether the codes of a column are of stakeholders.
fn is_people(table: Table, name: &str) -> bool {
    table.column(name).is_some_and(|column| column.role.names_stakeholder())
}

impl CanonicalTables {
    /// Replaces ids, names and e-mail addresses by pseudonyms, and withholds what may hold them anywhere.
    pub(super) fn redact(&mut self, key: &Key) {
        for rows in self.tables.values_mut() {
            let table = rows.table;
            rows.columns.retain(|name, data| {
                let is_text = matches!(data, Data::Code(_));
                !(is_text && Treatment::of(table, name) == Some(Treatment::Withheld))
            });
        }
        for source in &mut self.sources {
            for column in source.table.with_role(Role::FreeText) {
                source.mapped.remove(column.name);
            }
        }
        self.redact_texts(key);
        self.redact_people(key);
    }

    /// The text columns, each with what it is.
    fn text_columns(tables: &mut BTreeMap<Table, Rows>) -> impl Iterator<Item = (Treatment, &mut Vec<u32>)> {
        tables.values_mut().flat_map(|rows| {
            let table = rows.table;
            rows.columns.iter_mut().filter_map(move |(name, data)| match data {
                Data::Code(codes) => Some((Treatment::of(table, name)?, codes)),
                Data::Int(_) | Data::Float(_) | Data::Key(_) | Data::Flag(_) => None,
            })
        })
    }

    fn redact_texts(&mut self, key: &Key) {
        let mut met: BTreeMap<Treatment, BTreeSet<u32>> = BTreeMap::new();
        for (role, codes) in CanonicalTables::text_columns(&mut self.tables) {
            let mut seen = vec![false; self.texts.len()];
            codes
                .iter()
                .filter(|code| **code != NO_CODE)
                .for_each(|code| seen[*code as usize] = true);
            let of_role = met.entry(role).or_default();
            of_role.extend((0..).zip(&seen).filter(|(_, seen)| **seen).map(|(code, _)| code));
        }
        let names = met.get(&Treatment::Name).cloned().unwrap_or_default();
        let mut book = Book::new(key);
        let texts = |codes: &BTreeSet<u32>| codes.iter().filter_map(|&code| self.texts.text(code)).collect::<Vec<_>>();
        book.learn(Thing::Name, &texts(&names));
        let addresses: BTreeSet<String> = texts(met.get(&Treatment::Email).unwrap_or(&BTreeSet::new()))
            .into_iter()
            .map(address)
            .collect();
        book.learn(Thing::Email, &addresses.iter().map(String::as_str).collect::<Vec<_>>());
        let mut interner = Interner::default();
        // Words that the program looks for stay, whether or not the data have them.
        program_words().for_each(|word| {
            interner.code(word);
        });
        let mut codes: BTreeMap<Treatment, Vec<u32>> = BTreeMap::new();
        for (role, met) in met {
            let of_role = codes.entry(role).or_insert_with(|| vec![NO_CODE; self.texts.len()]);
            for code in met {
                let text = self.texts.text(code).unwrap_or_default();
                of_role[code as usize] = match role {
                    Treatment::Name => interner.code(book.of(Thing::Name, text)),
                    Treatment::Email => interner.code(book.of(Thing::Email, &address(text))),
                    Treatment::Loose if names.contains(&code) => interner.code(book.of(Thing::Name, text)),
                    Treatment::Words | Treatment::Loose | Treatment::Withheld => interner.code(&without_addresses(text, &mut book)),
                };
            }
        }
        let (texts, ranks) = interner.finish();
        for (role, column) in CanonicalTables::text_columns(&mut self.tables) {
            let of_role = &codes[&role];
            for code in column.iter_mut().filter(|code| **code != NO_CODE) {
                *code = ranks.of(of_role[*code as usize]);
            }
        }
        self.texts = texts;
    }

    fn redact_people(&mut self, key: &Key) {
        let count = self.stakeholders.len();
        // The dictionary may hold ids of other things too, which stay as they are.
        let (mut people, mut things) = (vec![false; count], vec![false; count]);
        let meet = |codes: &[u32], met: &mut [bool]| codes.iter().filter(|c| **c != NO_CODE).for_each(|c| met[*c as usize] = true);
        for rows in self.tables.values() {
            (0..count)
                .filter(|&code| !rows.run(code as u32).is_empty())
                .for_each(|code| people[code] = true);
            for (name, data) in &rows.columns {
                match data {
                    Data::Code(codes) if is_people(rows.table, name) => meet(codes, &mut people),
                    Data::Code(codes) if name.starts_with(ID) => meet(codes, &mut things),
                    _ => {}
                }
            }
        }
        let those = |met: &[bool]| (0..count as u32).filter(|&code| met[code as usize]).collect::<Vec<_>>();
        let (people, things) = (those(&people), those(&things));
        let old = |codes: &[u32]| {
            codes
                .iter()
                .map(|&c| self.stakeholders.text(c).unwrap_or_default())
                .collect::<Vec<_>>()
        };
        let mut interner = Interner::default();
        let mut new_people = vec![NO_CODE; count];
        for (&code, pseudonym) in people.iter().zip(key.pseudonyms(Thing::Id, &old(&people))) {
            new_people[code as usize] = interner.code(&pseudonym);
        }
        let mut new_things = vec![NO_CODE; count];
        let mut book = Book::new(key);
        for (&code, text) in things.iter().zip(old(&things)) {
            new_things[code as usize] = interner.code(&without_addresses(text, &mut book));
        }
        let (stakeholders, ranks) = interner.finish();
        new_people
            .iter_mut()
            .chain(&mut new_things)
            .for_each(|code| *code = ranks.of(*code));
        let turn = |codes: &mut [u32], new: &[u32]| {
            let some = codes.iter_mut().filter(|code| **code != NO_CODE);
            some.for_each(|code| *code = new[*code as usize]);
        };
        for rows in self.tables.values_mut() {
            let table = rows.table;
            for (name, data) in &mut rows.columns {
                match data {
                    Data::Code(codes) if is_people(table, name) => turn(codes, &new_people),
                    Data::Code(codes) if name.starts_with(ID) => turn(codes, &new_things),
                    _ => {}
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
}

/// The address that a cell of addresses holds; what is none is taken whole.
fn address(text: &str) -> String {
    email(text).unwrap_or_else(|| text.to_lowercase())
}

/// A text with pseudonyms for the e-mail addresses in it.
fn without_addresses(text: &str, book: &mut Book) -> String {
    if !text.contains('@') {
        return text.to_string();
    }
    if let Some(address) = email(text) {
        return book.of(Thing::Email, &address).to_string();
    }
    let parts = |c: char| c.is_whitespace() || ",;:|()[]<>{}\"'`/\\".contains(c);
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(parts) {
        let end = piece
            .char_indices()
            .next_back()
            .filter(|(_, c)| parts(*c))
            .map_or(piece.len(), |(at, _)| at);
        let (word, end) = piece.split_at(end);
        // A full stop after an address ends the sentence.
        let bare = word.trim_end_matches('.');
        match email(bare) {
            Some(address) => {
                out.push_str(book.of(Thing::Email, &address));
                out.push_str(&word[bare.len()..]);
            }
            None => out.push_str(word),
        }
        out.push_str(end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::schema::{Column, purchases, stakeholders};

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        let key = Key::of_secret(b"k");
        let mut book = Book::new(&key);
        let of = |address: &str| Book::new(&key).of(Thing::Email, address).to_string();
        let ann = of("ann@x.org");
        for (text, expected) in [
            ("north", "north".to_string()),
            ("a @ b", "a @ b".to_string()),
            ("Ann@X.org", ann.clone()),
            ("Ann <ann@x.org>", ann.clone()),
            ("ask ann@x.org, or ann@x.org.", format!("ask {ann}, or {ann}.")),
            ("(ann@x.org)\nbob@y.org|é@z", format!("({ann})\n{}|é@z", of("bob@y.org"))),
        ] {
            assert_eq!(without_addresses(text, &mut book), expected, "{text}");
        }
    }

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
        redacted.redact(&key);
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
        // A product is no name, whatever it is called; an owner who is on the roster is.
        let text = |column: &Column, row: usize| redacted.texts.text(redacted.table(column.table).unwrap().codes(column).at(row));
        assert_eq!(text(&purchases::PRODUCT, first), Some("Anna"));
        let mut book = Book::new(&key);
        let roster = |id: &str| redacted.table(Table::Stakeholders).unwrap().run(code(id)).start;
        assert_eq!(text(&stakeholders::OWNER, roster("a")), Some(book.of(Thing::Name, "Bert")));
        assert_eq!(text(&stakeholders::NAME, roster("b")), Some(book.of(Thing::Name, "Bert")));
        assert_eq!(text(&stakeholders::OWNER, roster("b")), Some("Carl"));
        assert_eq!(redacted.texts.code("Bert"), None);
        assert!(redacted.texts.code("complaint").is_some());
    }
}
