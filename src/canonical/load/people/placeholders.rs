//! IDs that stand for many people: `Guest`, `0`, one ID with the addresses of everybody. Their records count, but for no person, unless
//! an e-mail address or a phone number says who it was.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::canonical::load::tables::building::Building;
use crate::canonical::{Data, Dictionary, SourceInfo};
use crate::diagnostics::Place;
use crate::notes::{Id, Note, PeopleIssue, PlaceholderEvidence};
use crate::schema::{NO_CODE, Role, Table, stakeholders};
use crate::sources::placeholders::{is_missing_word, is_placeholder, is_placeholder_address};
use crate::sources::{From, Source};

/// So many IDs, or one of a hundred, may have the name of a placeholder and be one.
const FEW_NAMED: usize = 3;
/// One ID has the addresses of many people if it has at least so many different ones.
const ADDRESSES: usize = 5;
/// Nearly every one of its records has another address: so many of a hundred.
const DIFFERENT: usize = 80;
/// So many of a hundred other IDs have one address only,
const ONE_ADDRESS: usize = 95;
/// and there are at least so many of them.
const OTHERS_WITH_ADDRESS: usize = 3;
/// One ID has an impossible share of the records if it has more than a third of them, so many times as many as any other ID,
const TIMES_THE_SECOND: u64 = 10;
/// and there are at least so many other IDs.
const OTHERS: usize = 20;
/// A number such as 0 is a placeholder if it has so many times as many records as half of the other IDs have at most.
const TIMES_THE_MEDIAN: u64 = 5;

/// What the texts of the run say, and what is declared.
pub struct Placeholders<'a> {
    ids: &'a Dictionary,
    sources: &'a [SourceInfo],
    /// By code: why the ID is a placeholder, if it is one.
    why: Vec<Option<PlaceholderEvidence>>,
    declared_people: FxHashSet<u32>,
    /// By source: whether somebody has said of all of its records at once whom they are about.
    is_said: Vec<bool>,
    /// IDs that say that there is none, and numbers that do.
    missing_words: Vec<u32>,
    fillers: Vec<u32>,
}

/// What was found.
pub struct Found {
    /// By code of a stakeholder: whether the ID is a placeholder.
    pub is_placeholder: Vec<bool>,
    /// What is to be said about it.
    pub notes: Vec<Note>,
}

/// Finds the placeholders among the IDs, and gives their records, and those without an ID, the address or the phone number that they
/// have as ID.
pub fn find(
    tables: &mut BTreeMap<Table, Building>,
    ids: &Dictionary,
    texts: &Dictionary,
    sources: &[SourceInfo],
    declared: &[&Source],
) -> Found {
    let mut found = Placeholders::new(ids, sources, declared);
    if let Some(roster) = tables.get(&Table::Stakeholders) {
        found.names_of_roster(roster, texts);
    }
    let mut spreads: BTreeMap<Table, Spread> = BTreeMap::new();
    for table in EVENTS {
        if let Some(building) = tables.get_mut(&table) {
            found.names(building);
            let spread = Spread::of(building, ids.len());
            found.missing_words(&spread);
            found.numbers(&spread);
            // A supplier may have nearly all deliveries.
            if table != Table::Supplies {
                found.many_addresses(&spread);
                found.share(&spread);
            }
            spreads.insert(table, spread);
        }
    }
    let mut notes = Vec::new();
    // Most tables have a person in each record, which the spread over the IDs tells sooner than the records.
    let lacks_people = |building: &Building| {
        let spread = spreads.get(&building.rows.table);
        spread.is_none_or(|spread| spread.all < building.rows.len as u64 || spread.present.iter().any(|code| found.is(*code)))
    };
    let lacking: BTreeSet<Table> = tables.values().filter(|of| lacks_people(of)).map(|of| of.rows.table).collect();
    let links = found.links(tables, &lacking);
    for building in tables.values_mut().filter(|building| EVENTS.contains(&building.rows.table)) {
        if lacking.contains(&building.rows.table) {
            notes.extend(found.identify(building, &links));
            notes.extend(found.notes(building));
        }
    }
    Found {
        is_placeholder: found.why.into_iter().map(|why| why.is_some()).collect(),
        notes,
    }
}

/// The tables whose records count without a person.
const EVENTS: [Table; 4] = [Table::Purchases, Table::Interactions, Table::Surveys, Table::Supplies];

/// How the records of a table are spread over its IDs.
struct Spread {
    /// By code of a stakeholder.
    records: Vec<u64>,
    /// The codes that there are.
    present: Vec<u32>,
    all: u64,
    /// The ID and the address, or else the phone number, of each record that has both, sorted.
    contacts: Vec<(u32, u32)>,
}

impl Spread {
    fn of(building: &Building, ids: usize) -> Spread {
        let count = |codes: &[u32]| {
            let mut records = vec![0; ids];
            let there = codes.iter().filter(|code| **code != NO_CODE);
            there.for_each(|code| records[*code as usize] += 1);
            records
        };
        let add = |mut all: Vec<u64>, more: Vec<u64>| {
            all.iter_mut().zip(more).for_each(|(all, more)| *all += more);
            all
        };
        let of_each = building.stakeholder.len().div_ceil(rayon::current_num_threads()).max(1 << 16);
        let records = building.stakeholder.par_chunks(of_each).map(count).reduce(|| vec![0; ids], add);
        let present: Vec<u32> = (0..ids as u32).filter(|code| records[*code as usize] > 0).collect();
        let all = records.iter().sum();
        let mut contacts: Vec<(u32, u32)> = Vec::new();
        if let Some(codes) = self::contacts(building).next() {
            let both = building.stakeholder.iter().copied().zip(codes.iter().copied());
            contacts.extend(both.filter(|(who, contact)| *who != NO_CODE && *contact != NO_CODE));
            contacts.par_sort_unstable();
        }
        Spread {
            records,
            present,
            all,
            contacts,
        }
    }

    /// The records of each ID that have an address, and how many different ones they have.
    fn addresses(&self) -> impl Iterator<Item = (&[(u32, u32)], usize)> {
        let of_one = self.contacts.chunk_by(|a, b| a.0 == b.0);
        of_one.map(|of_one| (of_one, of_one.chunk_by(|a, b| a == b).count()))
    }

    /// The records of the IDs other than one, ascending.
    fn others(&self, code: u32) -> Vec<u64> {
        let others = self.present.iter().filter(|other| **other != code);
        let mut counts: Vec<u64> = others.map(|other| self.records[*other as usize]).collect();
        counts.sort_unstable();
        counts
    }
}

/// The nil UUID and its like, which programs write where they have no id.
fn is_nil(id: &str) -> bool {
    let digits: Vec<u8> = id.bytes().filter(|b| !matches!(b, b'-' | b'{' | b'}')).collect();
    digits.len() == 32 && id.len() >= 32 && (digits.iter().all(|b| *b == b'0') || digits.iter().all(|b| b.eq_ignore_ascii_case(&b'f')))
}

/// `0`, `-1`, `99999` and their like: numbers that programs write where they have none.
fn is_filler(id: &str) -> bool {
    let digits = id.strip_prefix('-').unwrap_or(id);
    let all = |digit: u8| !digits.is_empty() && digits.bytes().all(|b| b == digit);
    all(b'0') || id == "-1" || (digits.len() >= 4 && all(b'9'))
}

impl<'a> Placeholders<'a> {
    fn new(ids: &'a Dictionary, sources: &'a [SourceInfo], declared: &[&Source]) -> Placeholders<'a> {
        let codes = |of: &dyn Fn(&Source) -> &Vec<String>| -> FxHashSet<u32> {
            let texts: BTreeSet<String> = declared
                .iter()
                .flat_map(|source| of(source))
                .map(|id| id.trim().to_lowercase())
                .collect();
            match texts.is_empty() {
                true => FxHashSet::default(),
                false => ids.matching(&|id| texts.contains(&id.to_lowercase())).into_iter().collect(),
            }
        };
        let declared_people = codes(&|source| &source.person_ids);
        let declared_placeholders = codes(&|source| &source.placeholder_ids);
        let why = |code: u32| {
            let id = ids.text(code)?;
            if declared_placeholders.contains(&code) {
                Some(PlaceholderEvidence::Declared)
            } else if !declared_people.contains(&code) && (is_placeholder(id) || is_placeholder_address(id) || is_nil(id)) {
                Some(PlaceholderEvidence::Word)
            } else {
                None
            }
        };
        let why = (0..ids.len() as u32).into_par_iter().map(why).collect();
        let is_said = |source: &&Source| {
            let column = source.table.map(|table| table.stakeholder_column().name);
            let from = column.and_then(|column| source.map.get(column)).map(|mapped| &mapped.from);
            matches!(from, Some(From::Value(_)))
        };
        Placeholders {
            ids,
            sources,
            why,
            declared_people,
            is_said: declared.iter().map(is_said).collect(),
            missing_words: ids.matching(&is_missing_word),
            fillers: ids.matching(&is_filler),
        }
    }

    fn text(&self, code: u32) -> &'a str {
        self.ids.text(code).unwrap_or_default()
    }

    fn is(&self, code: u32) -> bool {
        code != NO_CODE && self.why[code as usize].is_some()
    }

    fn declare(&mut self, code: u32, evidence: PlaceholderEvidence) {
        if !self.declared_people.contains(&code) {
            self.why[code as usize].get_or_insert(evidence);
        }
    }

    /// IDs whose name on the roster is a placeholder.
    fn names_of_roster(&mut self, roster: &Building, texts: &Dictionary) {
        let Some(Data::Code(names)) = roster.rows.data(&stakeholders::NAME) else {
            return;
        };
        let mut is_word = vec![false; texts.len()];
        texts
            .matching(&is_placeholder)
            .into_iter()
            .for_each(|code| is_word[code as usize] = true);
        let named = roster.stakeholder.iter().zip(names);
        let named = named.filter(|(who, name)| **who != NO_CODE && **name != NO_CODE && is_word[**name as usize]);
        let found: BTreeSet<u32> = named.map(|(who, _)| *who).collect();
        self.declare_named(found, roster.rows.len);
    }

    /// IDs with the name of a placeholder. Many IDs with such a name, as of donors who stay anonymous, are one person each.
    fn declare_named(&mut self, found: BTreeSet<u32>, all: usize) {
        if found.len() <= FEW_NAMED.max(all / 100) {
            found.into_iter().for_each(|code| self.declare(code, PlaceholderEvidence::Name));
        }
    }

    /// IDs that have the name of a placeholder in nearly all of their records. Records without an ID have that name as one.
    fn names(&mut self, building: &mut Building) {
        let Some(column) = building.rows.table.with_role(Role::ContactName).next() else {
            return;
        };
        let Some(Data::Code(names)) = building.rows.data(column).cloned() else {
            return;
        };
        let mut counts: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        if names.iter().all(|name| *name == NO_CODE) {
            return;
        }
        for (who, name) in building.stakeholder.iter_mut().zip(names) {
            match (*who, name) {
                (NO_CODE, NO_CODE) => {}
                (NO_CODE, name) => *who = name,
                (who, name) => {
                    let (named, all) = counts.entry(who).or_default();
                    *named += u64::from(name != NO_CODE);
                    *all += 1;
                }
            }
        }
        let all = counts.len();
        let found = counts.into_iter().filter(|(_, (named, all))| *named > 0 && named * 10 >= all * 9);
        let found = found.map(|(code, _)| code).collect();
        self.declare_named(found, all);
    }

    /// `None`, `null` and their like. In a column of names they are somebody's name, unless they come more often than any other.
    fn missing_words(&mut self, spread: &Spread) {
        let suspects: Vec<u32> = there(&self.missing_words, spread);
        if suspects.is_empty() {
            return;
        }
        let is_name = |code: &&u32| {
            let text = self.text(**code);
            text.chars().any(char::is_alphabetic) && !text.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '_'))
        };
        let are_names = 2 * spread.present.iter().filter(is_name).count() >= spread.present.len();
        for code in suspects {
            let most = spread.others(code).last().copied().unwrap_or(0);
            if !are_names || spread.records[code as usize] > most {
                self.declare(code, PlaceholderEvidence::Word);
            }
        }
    }

    /// Numbers that programs write where they have none: they are placeholders where the other IDs are of another kind, where they lie far
    /// from all others, or have far more records.
    fn numbers(&mut self, spread: &Spread) {
        for code in there(&self.fillers, spread) {
            let records = spread.records[code as usize];
            let others = spread.present.iter().filter(|other| !is_filler(self.text(**other)));
            let numbers: Vec<Option<i64>> = others.map(|other| self.text(*other).parse().ok()).collect();
            if numbers.is_empty() {
                continue;
            }
            let of_another_kind = 2 * numbers.iter().filter(|number| number.is_none()).count() > numbers.len();
            let own: i64 = self.text(code).parse().unwrap_or(i64::MAX);
            let mut known: Vec<i64> = numbers.into_iter().flatten().collect();
            known.sort_unstable();
            let is_far = match own {
                0 => !known.iter().any(|number| (1..=2).contains(number)),
                ..0 => known.first().is_some_and(|least| *least >= 0),
                _ => known.last().is_some_and(|most| most.saturating_mul(10) < own),
            };
            let others = spread.others(code);
            let median = others.get(others.len() / 2).copied().unwrap_or(0);
            let is_frequent = records >= 3 && records >= TIMES_THE_MEDIAN * median;
            let has_several = spread.addresses().any(|(of_one, different)| of_one[0].0 == code && different >= 2);
            if of_another_kind || has_several || is_frequent || (is_far && (records >= 2 || own < 0)) {
                self.declare(code, PlaceholderEvidence::Number);
            }
        }
    }

    /// One ID with the addresses of many people: nearly each of its records has another one, while the other IDs have one each. The
    /// addresses of one organisation, which are on a domain that no other ID has, are those of one account.
    fn many_addresses(&mut self, spread: &Spread) {
        let (all, one) = spread
            .addresses()
            .fold((0, 0), |(all, one), (_, different)| (all + 1, one + usize::from(different == 1)));
        let mut found: Vec<(u32, u64)> = Vec::new();
        for (of_one, different) in spread.addresses() {
            let code = of_one[0].0;
            let is_one_each = all > OTHERS_WITH_ADDRESS && one * 100 >= (all - 1) * ONE_ADDRESS;
            if !self.is(code) && different >= ADDRESSES && different * 100 >= of_one.len() * DIFFERENT && is_one_each {
                let domain = |address: u32| self.text(address).split_once('@').map(|(_, domain)| domain);
                let own = domain(of_one[0].1);
                let is_account = own.is_some()
                    && of_one.iter().all(|(_, address)| domain(*address) == own)
                    && spread
                        .contacts
                        .iter()
                        .all(|(other, address)| *other == code || domain(*address) != own);
                if !is_account {
                    found.push((code, different as u64));
                }
            }
        }
        for (code, addresses) in found {
            self.declare(code, PlaceholderEvidence::ManyAddresses { addresses });
        }
    }

    /// One ID with an impossible share of the records.
    fn share(&mut self, spread: &Spread) {
        let Some(&code) = spread
            .present
            .iter()
            .filter(|code| !self.is(**code))
            .max_by_key(|code| spread.records[**code as usize])
        else {
            return;
        };
        let records = spread.records[code as usize];
        let others = spread.present.iter().filter(|other| **other != code);
        let second = others.map(|other| spread.records[*other as usize]).max().unwrap_or(0);
        if spread.present.len() > OTHERS && 3 * records > spread.all && records >= TIMES_THE_SECOND * second {
            let evidence = PlaceholderEvidence::Share {
                records: spread.all,
                second,
            };
            self.declare(code, evidence);
        }
    }

    /// By address or phone number of a record without a person: the one ID that has it too, if one has. Some tables may lack people.
    fn links(&self, tables: &BTreeMap<Table, Building>, lacking: &BTreeSet<Table>) -> FxHashMap<u32, Option<u32>> {
        let mut links: FxHashMap<u32, Option<u32>> = FxHashMap::default();
        let lacks_people = |building: &&Building| lacking.contains(&building.rows.table) && contacts(building).next().is_some();
        for building in tables.values().filter(lacks_people) {
            for row in 0..building.rows.len {
                if let Some(contact) = self.contact(building, row) {
                    links.insert(contact, None);
                }
            }
        }
        if links.is_empty() {
            return links;
        }
        let mut several: BTreeSet<u32> = BTreeSet::new();
        for building in tables.values() {
            for codes in contacts(building) {
                for (&who, contact) in building.stakeholder.iter().zip(codes) {
                    if who == NO_CODE || who == *contact || self.is(who) {
                        continue;
                    }
                    match links.get_mut(contact) {
                        Some(Some(known)) if *known != who => drop(several.insert(*contact)),
                        Some(known) => *known = Some(who),
                        None => {}
                    }
                }
            }
        }
        for contact in several {
            links.insert(contact, None);
        }
        links
    }

    /// The address, or else the phone number, by which a record without a person has one.
    fn contact(&self, building: &Building, row: usize) -> Option<u32> {
        let who = building.stakeholder[row];
        // A message of ours has no stakeholder of its own: it gets that of the message that it answers.
        let is_message = self.sources[building.rows.source_of(row) as usize].messages;
        if !(self.is(who) || (who == NO_CODE && !is_message)) {
            return None;
        }
        contacts(building)
            .map(|codes| codes[row])
            .find(|code| *code != NO_CODE && !self.is(*code))
    }

    /// Gives the records without a person the one that their address or phone number is of.
    fn identify(&self, building: &mut Building, links: &FxHashMap<u32, Option<u32>>) -> Vec<Note> {
        let known: Vec<(usize, u32)> = (0..building.rows.len)
            .filter_map(|row| Some((row, self.contact(building, row)?)))
            .collect();
        let mut counts: BTreeMap<u16, (u64, Option<u32>)> = BTreeMap::new();
        for (row, contact) in known {
            let was = building.stakeholder[row];
            building.stakeholder[row] = links.get(&contact).copied().flatten().unwrap_or(contact);
            let (count, example) = counts.entry(building.rows.source_of(row)).or_default();
            *count += 1;
            // The least, whichever record comes first.
            *example = (*example).into_iter().chain((was != NO_CODE).then_some(was)).min();
        }
        let note = |(source, (count, example)): (u16, (u64, Option<u32>))| {
            let issue = PeopleIssue::PersonByContact {
                table: building.rows.table,
                placeholder: example.map(|code| Id(self.text(code).to_string())),
            };
            Note::new(issue).count(count).at(Place::file(&self.sources[source as usize].file))
        };
        counts.into_iter().map(note).collect()
    }

    /// The records that still have a placeholder, by source and reason.
    fn notes(&self, building: &Building) -> Vec<Note> {
        let mut counts: BTreeMap<(u16, PlaceholderEvidence), (u64, u32)> = BTreeMap::new();
        for (row, &code) in building.stakeholder.iter().enumerate().filter(|(_, code)| self.is(**code)) {
            if let Some(evidence) = &self.why[code as usize] {
                let entry = counts.entry((building.rows.source_of(row), evidence.clone())).or_insert((0, code));
                *entry = (entry.0 + 1, entry.1.min(code));
            }
        }
        counts.retain(|(source, _), _| !self.is_said[usize::from(*source)]);
        let note = |((source, evidence), (count, code)): ((u16, PlaceholderEvidence), (u64, u32))| {
            let issue = PeopleIssue::PlaceholderId {
                table: building.rows.table,
                evidence,
                example: Some(Id(self.text(code).to_string())),
            };
            Note::new(issue).count(count).at(Place::file(&self.sources[source as usize].file))
        };
        counts.into_iter().map(note).collect()
    }
}

/// The columns of addresses and phone numbers of a table.
fn contacts(building: &Building) -> impl Iterator<Item = &Vec<u32>> {
    let roles = [Role::ContactEmail, Role::ContactPhone];
    let columns = roles.into_iter().flat_map(|role| building.rows.table.with_role(role));
    columns.filter_map(|column| match building.rows.data(column) {
        Some(Data::Code(codes)) => Some(codes),
        _ => None,
    })
}

/// Those of the suspects that have records.
fn there(suspects: &[u32], spread: &Spread) -> Vec<u32> {
    suspects.iter().copied().filter(|code| spread.records[*code as usize] > 0).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::canonical::load::testing::{input, load, load_inputs, notes, options, owners};

    /// Orders of IDs, with the address of each where it has one.
    fn orders(rows: &[(&str, &str)]) -> String {
        let row = |(at, (id, email)): (usize, &(&str, &str))| format!("{id},{email},{at},2026-01-{:02},1\n", at % 28 + 1);
        "customer_id,customer_email,order_id,ordered_at,amount\n".to_string() + &rows.iter().enumerate().map(row).collect::<String>()
    }

    /// The used records without a person, and the customers.
    fn found(rows: &[(&str, &str)]) -> (u64, Vec<(String, usize)>) {
        let loaded = load(&[("o.csv", "purchases", &orders(rows))]);
        let file = &loaded.account[0];
        assert_eq!((file.used, file.rejected), (rows.len() as u64, 0));
        let owners = owners(&loaded, Table::Purchases)
            .into_iter()
            .map(|(id, count)| (id.to_string(), count))
            .collect();
        (file.without_person, owners)
    }

    #[test]
    fn words_are_nobody_and_their_orders_count() {
        let rows = [
            ("Ann", ""),
            ("Guest", ""),
            ("walk-in customer", ""),
            ("Ann", ""),
            ("Laufkundschaft", ""),
        ];
        assert_eq!(found(&rows), (3, vec![("Ann".into(), 2)]));
        // The same in every table of events, and never on a roster.
        let tickets = "customer_id,ticket_id,created_at,status\nann,1,2026-01-01,open\nDeleted user,2,2026-01-01,open\n";
        let roster = "customer_id,name\nann,Ann\nGuest,Guest\n";
        let supplies = "supplier_id,order_date,promised_date\ns,2026-01-01,2026-01-02\nunbekannt,2026-01-01,2026-01-02\n";
        let answers = "customer_id,answered_at,score\nann,2026-01-01,9\nanonyme,2026-01-01,3\n";
        let loaded = load(&[
            ("t.csv", "interactions", tickets),
            ("r.csv", "stakeholders", roster),
            ("s.csv", "supplies", supplies),
            ("n.csv", "surveys", answers),
        ]);
        let counts: Vec<(u64, u64, u64)> = loaded.account.iter().map(|f| (f.used, f.excluded, f.without_person)).collect();
        assert_eq!(counts, [(2, 0, 1), (1, 1, 0), (2, 0, 1), (2, 0, 1)]);
        assert_eq!(loaded.account[1].reasons["placeholder-stakeholder"], 1);
        assert_eq!(notes(&loaded, "placeholder-id").len(), 3);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// Real people stay apart, however unevenly they buy, and only the records of the placeholder count for no person.
        #[test]
        fn real_people_are_never_taken_for_one(orders in proptest::collection::vec(1..9usize, 1..40), names in 0..3usize, word in 0..8usize, guests in 0..30usize) {
            let words = ["Guest", "Laufkundschaft", "client de passage", "Público general", "ospite", "onbekend", "Convidado", "[deleted]"];
            let id = |person: usize| match names {
                0 => format!("C{person:03}"),
                1 => (person + 1).to_string(),
                _ => format!("Name{} Family{}", (b'a' + (person % 26) as u8) as char, person),
            };
            let mut rows: Vec<(String, String)> = Vec::new();
            for (person, count) in orders.iter().enumerate() {
                rows.extend((0..*count).map(|_| (id(person), format!("p{person}@mail{}.example", person % 3))));
            }
            rows.extend((0..guests).map(|_| (words[word].to_string(), String::new())));
            let rows: Vec<(&str, &str)> = rows.iter().map(|(id, address)| (id.as_str(), address.as_str())).collect();
            let (without, owners) = found(&rows);
            prop_assert_eq!(without, guests as u64);
            let mut expected: Vec<(String, usize)> = orders.iter().enumerate().map(|(person, count)| (id(person), *count)).collect();
            let mut owners = owners;
            expected.sort();
            owners.sort();
            prop_assert_eq!(owners, expected);
        }

        /// Where guests give an address, the address is the person.
        #[test]
        fn guests_with_addresses_are_as_many_as_their_addresses(orders in proptest::collection::vec(1..5usize, 2..30), id in 0..4usize) {
            let id = ["guest", "", "Gast", "anonymous"][id];
            let addresses: Vec<String> = (0..orders.len()).map(|person| format!("p{person}@x.example")).collect();
            let mut rows: Vec<(&str, &str)> = vec![("C1", "c1@x.example"), ("C2", "c2@x.example")];
            for (address, count) in addresses.iter().zip(&orders) {
                rows.extend((0..*count).map(|_| (id, address.as_str())));
            }
            let (without, owners) = found(&rows);
            prop_assert_eq!((without, owners.len()), (0, orders.len() + 2));
        }
    }

    #[test]
    fn an_address_or_a_phone_number_is_the_person() {
        let rows = [
            ("0", "ann@x.org"),
            ("0", "bob@x.org"),
            ("", "Ann@X.org"),
            ("7", "dee@x.org"),
            ("guest", "dee@x.org"),
            ("guest", "guest@x.org"),
        ];
        assert_eq!(
            found(&rows),
            (1, vec![("7".into(), 2), ("ann@x.org".into(), 2), ("bob@x.org".into(), 1)])
        );
        let text = "customer_id,phone,date,total\n,+49 170 1234567,2026-01-01,1\n,0049 170 123-4567,2026-01-02,1\n,,2026-01-03,1\n";
        let loaded = load(&[("o.csv", "purchases", text)]);
        assert_eq!(owners(&loaded, Table::Purchases), [("+491701234567", 2)]);
        assert_eq!((loaded.account[0].used, loaded.account[0].reasons["no-stakeholder"]), (2, 1));
    }

    #[test]
    fn an_address_of_two_ids_is_neither_of_them() {
        let rows = [("7", "x@x.org"), ("8", "x@x.org"), ("guest", "x@x.org")];
        assert_eq!(found(&rows).1, [("7".into(), 1), ("8".into(), 1), ("x@x.org".into(), 1)]);
    }

    #[test]
    fn numbers_are_placeholders_where_they_are_no_ids() {
        let others = [("101", ""), ("102", ""), ("103", "")];
        let with = |ids: &[&'static str]| -> u64 {
            let mut rows = others.to_vec();
            rows.extend(ids.iter().map(|id| (*id, "")));
            found(&rows).0
        };
        assert_eq!(with(&["0", "0"]), 2);
        assert_eq!(with(&["-1"]), 1);
        assert_eq!(with(&["999999", "999999"]), 2);
        // One order of an ID that lies far from the others says nothing.
        assert_eq!(with(&["0"]), 0);
        // Numbers from 0 on are a list that starts with 0.
        assert_eq!(found(&[("0", ""), ("0", ""), ("1", ""), ("2", ""), ("2", "")]).0, 0);
        assert_eq!(found(&[("9998", ""), ("9999", ""), ("9999", ""), ("10000", "")]).0, 0);
        assert_eq!(found(&[("C1", ""), ("C2", ""), ("0", "")]).0, 1);
    }

    #[test]
    fn one_id_with_the_addresses_of_many_people_is_a_placeholder() {
        let addresses: Vec<String> = (0..8).map(|i| format!("p{i}@d{}.org", i % 3)).collect();
        let mut rows: Vec<(&str, &str)> = addresses.iter().map(|address| ("4711", address.as_str())).collect();
        rows.extend([("1", "a@x.org"), ("2", "b@d1.org"), ("3", "c@x.org"), ("1", "a@x.org")]);
        let (without, owners) = found(&rows);
        assert_eq!((without, owners.len()), (0, 11));
        // Those of one organisation are one account.
        let addresses: Vec<String> = (0..8).map(|i| format!("p{i}@acme.org")).collect();
        let mut rows: Vec<(&str, &str)> = addresses.iter().map(|address| ("4711", address.as_str())).collect();
        rows.extend([("1", "a@x.org"), ("2", "b@d1.org"), ("3", "c@x.org"), ("1", "a@x.org")]);
        assert_eq!(found(&rows).1.len(), 4);
    }

    #[test]
    fn an_impossible_share_is_that_of_a_placeholder() {
        let ids: Vec<String> = (0..25).map(|i| format!("C{i}")).collect();
        let mut rows: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "")).collect();
        rows.extend([("POS", ""); 25]);
        assert_eq!(found(&rows).0, 25);
        // A large customer among others that buy often is one.
        rows.extend([("C3", ""); 4]);
        assert_eq!(found(&rows).0, 0);
    }

    #[test]
    fn words_for_nothing_are_names_in_a_column_of_names() {
        assert_eq!(found(&[("Ann", ""), ("Null", ""), ("None", ""), ("Bob", "")]).0, 0);
        assert_eq!(found(&[("Ann", ""), ("None", ""), ("None", ""), ("Bob", "")]).0, 2);
        assert_eq!(found(&[("C1", ""), ("None", ""), ("C2", "")]).0, 1);
    }

    #[test]
    fn the_name_of_an_id_tells_that_it_is_a_placeholder() {
        let orders = "customer_id,customer_name,date,total\n17,Walk-in customer,2026-01-01,1\n17,Cliente mostrador,2026-01-02,1\n18,Ann,2026-01-03,1\n,Guest,2026-01-04,1\n,,2026-01-04,1\n";
        let loaded = load(&[("o.csv", "purchases", orders)]);
        assert_eq!(owners(&loaded, Table::Purchases), [("18", 1)]);
        assert_eq!(
            (loaded.account[0].used, loaded.account[0].excluded, loaded.account[0].without_person),
            (4, 1, 3)
        );
        let roster = "customer_id,name\n17,Laufkundschaft\n18,Ann\n";
        let orders = "customer_id,date,total\n17,2026-01-01,1\n17,2026-01-02,1\n18,2026-01-03,1\n";
        let loaded = load(&[("o.csv", "purchases", orders), ("r.csv", "stakeholders", roster)]);
        assert_eq!(owners(&loaded, Table::Purchases), [("18", 1)]);
        assert_eq!(owners(&loaded, Table::Stakeholders), [("18", 1)]);
    }

    #[test]
    fn the_configuration_decides() {
        let rows = orders(&[("A1", ""), ("A2", ""), ("Counter 7", ""), ("guest", "")]);
        let mut file = input("o.csv", "purchases", rows);
        file.source.placeholder_ids = vec!["counter 7".into()];
        file.source.person_ids = vec!["GUEST".into()];
        let loaded = load_inputs(&[file], &options());
        assert_eq!(owners(&loaded, Table::Purchases), [("A1", 1), ("A2", 1), ("guest", 1)]);
        assert_eq!(loaded.account[0].without_person, 1);
    }
}
