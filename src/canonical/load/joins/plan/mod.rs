//! What each of several files is for the others.
//!
//! First the records that lack something are joined to those that have it: lines and payments to their orders, messages to their tickets,
//! answers to the orders that they are about. Then come the rosters of those whom the records are about. What is left and referred to gives
//! dimensions; what is left and not referred to is named, and not used.

mod authors;
mod cases;
mod chain;
mod leavers;
mod list_prices;
mod openings;
mod order_numbers;
mod orders;
mod others;
mod payments;
mod receipts;
mod refunds;
mod replies;
mod status_lists;
mod statuses;
mod surveys;
mod threads;
mod times;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::Joins;
use super::amounts;
use super::files::{File, Map};
use super::find::{Known, Link, is_id_of_person};
use super::names::is_key;
use crate::canonical::load::Options;
use crate::expr;
use crate::notes::{Cardinality, KeyNames, NotReadAlone, RelationUse};
use crate::schema::{Table, purchases, supplies};
use crate::sources::guess::ColumnProfile;
use crate::sources::{From, Input, Lookup, Mapped, Source, Unmatched};

use chain::Chain;
pub use list_prices::ListPrice;
use words::{is_called_orders, is_called_people, is_of_things};

/// What becomes of an input.
pub enum Outcome {
    /// It is read as it would be alone.
    AsItIs,
    /// It is read like this.
    Source(Box<Source>),
    /// It is read like each of these.
    Sources(Vec<Source>),
    /// It is not read by itself.
    NotAlone,
}

/// What a file is.
#[derive(Debug, Clone)]
enum Role {
    /// It is read as it would be alone, with these lookups of dimensions.
    Alone(Vec<Lookup>),
    /// It is read with lookups.
    Joined(Box<Source>),
    /// The same, once for each question whose answers count.
    Answers(Vec<Source>),
    /// It is not read by itself.
    Not(NotReadAlone),
}

/// What becomes of records whose orders are not certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubtful {
    /// Nothing yet: they may belong to others.
    Leave,
    /// It is a question which orders they belong to.
    Ask,
}

/// Inputs that are read besides the files that may belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherInputs {
    /// There are none.
    None,
    /// Exports of known systems.
    Known,
    /// Files that a configuration describes.
    Described,
}

/// What the files are for each other.
pub struct Plan<'a> {
    files: &'a [File<'a>],
    links: &'a [Link],
    known: &'a Known,
    is_named: &'a dyn Fn(&Input) -> bool,
    options: &'a Options,
    /// By file.
    roles: Vec<Option<Role>>,
    /// By link, what it is used for.
    uses: Vec<RelationUse>,
    /// By file with records, the columns that its stakeholders come from: file and place.
    people: BTreeMap<usize, (usize, usize)>,
    /// By file with lookups, the links that they follow.
    paths: BTreeMap<usize, Vec<usize>>,
    /// By file of orders whose lines or payments count, the key by which these lead to it.
    order_keys: BTreeMap<usize, Vec<usize>>,
    /// The files of orders whose payments count.
    paid: BTreeSet<usize>,
    /// Whether inputs are read that are not among these files.
    others: OtherInputs,
    joins: Joins,
}

/// Whom the records of a file are about: the column that says it, and the links that lead to it from that file.
pub struct Person {
    file: usize,
    column: usize,
    links: Vec<usize>,
}

impl<'a> Plan<'a> {
    pub fn new(
        files: &'a [File<'a>],
        links: &'a [Link],
        known: &'a Known,
        is_named: &'a dyn Fn(&Input) -> bool,
        others: OtherInputs,
        options: &'a Options,
    ) -> Plan<'a> {
        Plan {
            files,
            links,
            known,
            is_named,
            options,
            roles: files.iter().map(|_| None).collect(),
            uses: links.iter().map(|_| RelationUse::NotNeeded).collect(),
            people: BTreeMap::new(),
            paths: BTreeMap::new(),
            order_keys: BTreeMap::new(),
            paid: BTreeSet::new(),
            others,
            joins: Joins::default(),
        }
    }

    /// Decides what each file is.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn make(&mut self) -> Result<()> {
        // Answers lead to much that would be taken for something else.
        for file in 0..self.files.len() {
            self.survey_answers(file)?;
        }
        // What is called orders first: lines lead to their products too.
        let mut parents: Vec<usize> = (0..self.files.len()).collect();
        // Of `orders` and `order_addresses` the plainest name is that of the orders.
        parents.sort_by_key(|&parent| {
            let file = self.file(parent);
            let plain = [&file.entity, &file.own_entity]
                .map(|words| words.len())
                .into_iter()
                .filter(|words| *words > 0);
            (!is_called_orders(file), plain.min(), parent)
        });
        for &parent in &parents {
            self.orders(parent, Doubtful::Leave)?;
        }
        for parent in parents {
            self.orders(parent, Doubtful::Ask)?;
        }
        self.refunds()?;
        for parent in 0..self.files.len() {
            self.cases(parent)?;
            self.replies(parent)?;
        }
        for file in 0..self.files.len() {
            self.answers(file)?;
        }
        self.times_elsewhere()?;
        self.leavers()?;
        self.people_by_roster()?;
        self.priced_elsewhere()?;
        self.threads_apart();
        self.order_numbers();
        self.statuses_elsewhere()?;
        self.status_lists()?;
        self.payments_apart()?;
        self.contacts_by_roster();
        self.rosters();
        self.dimensions()?;
        Ok(())
    }

    /// What becomes of the inputs, by their places, and what is to be said.
    pub fn result(self) -> (BTreeMap<usize, Outcome>, Joins) {
        let Plan {
            files,
            links,
            roles,
            uses,
            mut joins,
            ..
        } = self;
        let mut outcomes: BTreeMap<usize, Outcome> = BTreeMap::new();
        for (file, role) in files.iter().zip(roles) {
            for part in &file.parts {
                let outcome = match &role {
                    None => Outcome::AsItIs,
                    Some(Role::Alone(lookups)) if lookups.is_empty() => Outcome::AsItIs,
                    Some(Role::Alone(lookups)) => Outcome::Source(Box::new(Source {
                        lookup: lookups.clone(),
                        ..part.input.source.clone()
                    })),
                    Some(Role::Joined(source)) => Outcome::Source(Box::new(Source {
                        wishes: part.wishes.clone(),
                        ..(**source).clone()
                    })),
                    Some(Role::Answers(sources)) => {
                        let of_part = |source: &Source| Source {
                            wishes: part.wishes.clone(),
                            ..source.clone()
                        };
                        Outcome::Sources(sources.iter().map(of_part).collect())
                    }
                    Some(Role::Not(why)) => {
                        joins.not_read.push((part.input.file.name().to_string(), why.clone()));
                        Outcome::NotAlone
                    }
                };
                outcomes.insert(part.at, outcome);
            }
        }
        let is_used = |link: &Link| {
            links
                .iter()
                .zip(&uses)
                .any(|(other, used)| std::ptr::eq(other, link) && *used != RelationUse::NotNeeded)
        };
        // The other direction of what is used says nothing more.
        let is_reverse = |link: &Link| {
            let is_other_way = |other: &&Link| (other.from, &other.key, other.to, &other.of) == (link.to, &link.of, link.from, &link.key);
            !is_used(link) && links.iter().filter(is_other_way).any(is_used)
        };
        // A key that most records share was looked at only because nothing else leads to what is needed.
        let is_no_key = |link: &Link| !is_used(link) && 2 * link.relation.repeated > link.relation.of;
        let shown = links.iter().zip(&uses).filter(|(link, _)| !is_reverse(link) && !is_no_key(link));
        joins.relations = shown.map(|(link, used)| (link.relation.clone(), *used)).collect();
        (outcomes, joins)
    }

    fn file(&self, at: usize) -> &'a File<'a> {
        &self.files[at]
    }

    /// The links from a file, with their places.
    fn links_from(&self, file: usize) -> impl Iterator<Item = (usize, &'a Link)> + use<'a> {
        let links = self.links;
        links.iter().enumerate().filter(move |(_, link)| link.from == file)
    }

    fn is_stated(&self, link: usize) -> bool {
        self.links[link].relation.names == KeyNames::Stated
    }

    /// Whether a link may be used without asking.
    fn is_certain(&self, link: usize) -> bool {
        let relation = &self.links[link].relation;
        relation.is_to_one() && (relation.is_almost_whole() || self.is_stated(link))
    }

    /// Whom the records of a file are about: a column of its own, or of a file that it leads to. A column that is different in every record
    /// is no person where the file that it leads to has an id of persons that repeats.
    fn person(&self, file: usize, map: &Map, key: &[usize]) -> Option<Person> {
        let this = self.file(file);
        let own = this.column(map, WHO).filter(|column| key != [*column]);
        let leads = |column: usize| {
            self.links_from(file)
                .find(|(at, link)| link.key == [column] && self.is_certain(*at))
        };
        let column = match own {
            Some(own) => own,
            // Without a name that says it, the column that leads to a roster does; or to a file that has whom it is about.
            None => match self.to_roster(file, key) {
                Some((_, link)) => link.key[0],
                None => return self.person_through(file, key).or_else(|| self.person_beside(file)),
            },
        };
        if let Some((at, link)) = leads(column)
            && self.known.repeats(file, column).is_some_and(|(repeats, _)| !repeats)
            && let Some(person) = self.repeating_person(link)
        {
            return Some(Person {
                file: link.to,
                column: person,
                links: vec![at],
            });
        }
        Some(Person {
            file,
            column,
            links: Vec::new(),
        })
    }

    /// Whom the records of a file are about if they say it only by way of another file: invoices of contracts, and the contracts of accounts.
    fn person_through(&self, file: usize, key: &[usize]) -> Option<Person> {
        let through = |(at, link): (usize, &'a Link)| {
            let other = self.file(link.to);
            let is_meant = link.key.len() == 1 && link.key != key && self.is_certain(at) && !is_of_things(other, &link.of);
            let table = other.table().filter(|_| is_meant).unwrap_or(Table::Stakeholders);
            let who = other.column(&other.as_table(table), table.stakeholder_column().name);
            let column = who.filter(|column| is_meant && !link.of.contains(column) && is_id_of_person(other, *column))?;
            Some(Person {
                file: link.to,
                column,
                links: vec![at],
            })
        };
        let mut found = self.links_from(file).filter_map(through);
        found.next().filter(|_| found.next().is_none())
    }

    /// Whom the records of a file are about if only a file beside it says it, with one record for each: orders, and the customers of orders.
    fn person_beside(&self, file: usize) -> Option<Person> {
        let beside = |(at, link): (usize, &'a Link)| {
            let other = self.file(link.to);
            let is_beside = self.is_beside(link.to, file) && self.is_certain(at);
            // Who sold or served is beside the orders, too.
            let serves = |column: usize| {
                ["employee", "volunteer", "partner"]
                    .iter()
                    .any(|word| other.words[column].contains(*word))
            };
            let id = (0..other.names.len()).find(|&column| !link.of.contains(&column) && is_id_of_person(other, column) && !serves(column));
            let named = || {
                other
                    .column(&other.as_table(Table::Purchases), WHO)
                    .filter(|&column| !serves(column))
            };
            let column = id.or_else(named)?;
            let found = Person {
                file: link.to,
                column,
                links: vec![at],
            };
            is_beside.then_some(found)
        };
        let mut found = self.links_from(file).filter_map(beside);
        found.next().filter(|_| found.next().is_none())
    }

    /// Whether a file says more about the orders of another one, such as who bought: one record for each, and it is called after them.
    fn is_beside(&self, file: usize, orders: usize) -> bool {
        let (own, theirs) = (&self.file(file).entity, &self.file(orders).entity);
        let is_called_after = is_called_orders(self.file(orders)) && theirs.is_subset(own) && theirs.len() < own.len();
        let is_one_each = |(at, link): (usize, &Link)| {
            link.to == orders
                && link.relation.cardinality() == Cardinality::OneToOne
                && self.is_certain(at)
                && link.relation.coverage() >= 0.95
        };
        is_called_after && self.links_from(file).any(is_one_each)
    }

    /// The only column of a file, other than this key, that leads to the ids of a roster of people or organisations who are served.
    fn to_roster(&self, file: usize, key: &[usize]) -> Option<(usize, &'a Link)> {
        let is_to_roster = |(at, link): &(usize, &Link)| {
            let other = self.file(link.to);
            let is_known = other.table() == Some(Table::Stakeholders);
            let is_id = || other.column(&other.as_table(Table::Stakeholders), WHO) == link.of.first().copied();
            // What numbers people is their ID, whatever it is called.
            let lists_people = || names_people(other) && !is_called_orders(other) || is_known && is_called_people(other);
            let is_numbered = || lists_people() && other.seems_unique(link.of[0]);
            let is_roster = || is_known && is_id() || is_numbered();
            link.key.len() == 1 && link.key != key && self.is_certain(*at) && !is_of_things(other, &link.of) && is_roster()
        };
        let found: Vec<(usize, &Link)> = self.links_from(file).filter(is_to_roster).collect();
        // Of the ID and the name of one person the ID leads to them.
        let is_one = || found.iter().all(|(_, link)| link.to == found[0].1.to);
        let is_id = |(_, link): &&(usize, &Link)| {
            let words = &self.file(file).words[link.key[0]];
            is_key(words) && !words.contains("name")
        };
        match found[..] {
            [one] => Some(one),
            [_, ..] if is_one() => {
                let mut ids = found.iter().filter(is_id);
                ids.next().filter(|_| ids.next().is_none()).copied()
            }
            _ => None,
        }
    }

    /// The id of persons, other than the key, that repeats in the file that a link leads to.
    fn repeating_person(&self, link: &Link) -> Option<usize> {
        let file = self.file(link.to);
        let is_one = |column: &usize| {
            let repeats = self.known.repeats(link.to, *column);
            !link.of.contains(column) && is_id_of_person(file, *column) && repeats.is_some_and(|(repeats, values)| repeats && values > 1)
        };
        (0..file.names.len()).find(is_one)
    }

    /// What leads from a file by a link, and on to the person.
    fn chain(&self, base: usize, link: usize, person: &Person, may_lack: bool) -> Result<Chain<'a>> {
        let mut chain = Chain::of(self, base, Vec::new(), Vec::new())?;
        for &at in std::iter::once(&link).chain(&person.links) {
            let unmatched = match self.is_stated(at) || !self.links[at].relation.is_almost_whole() {
                _ if may_lack => Unmatched::Keep,
                true => Unmatched::Exclude,
                false => Unmatched::Reject,
            };
            chain.push(at, unmatched)?;
        }
        Ok(chain)
    }
}

/// Whether a file of no known table lists people: it has names or addresses of them, and no amounts.
fn names_people(file: &File) -> bool {
    let is_contact = |words: &BTreeSet<String>| {
        let has = |word: &str| words.contains(word);
        has("email") || has("phone") || has("name") && (has("first") || has("last"))
    };
    let has_amounts = || file.profiles.iter().any(ColumnProfile::are_amounts);
    file.table().is_none() && file.words.iter().any(is_contact) && !has_amounts()
}

/// The canonical column of whom the records of a mapping are about: that of purchases is that of all tables.
const WHO: &str = purchases::STAKEHOLDER_ID.name;

/// When the records of a table happened.
fn times(table: Table) -> &'static [&'static str] {
    match table {
        Table::Supplies => &[supplies::ORDERED_AT.name, supplies::PROMISED_AT.name],
        Table::Purchases | Table::Interactions | Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Identities => {
            &[purchases::OCCURRED_AT.name]
        }
    }
}

/// A key as the mapping of an id: its column, or all of its columns together.
fn key_mapping(file: &File, key: &[usize]) -> Mapped {
    let names: Vec<&String> = key.iter().map(|&column| &file.names[column]).collect();
    if let [name] = names[..] {
        return Mapped::new(From::Column(name.clone()));
    }
    let parts: Vec<String> = names.iter().map(|name| amounts::quoted(name)).collect();
    match expr::parse(&parts.join(" || '-' || ")) {
        Ok(expr) => Mapped::new(From::Expr(expr)),
        Err(_) => Mapped::new(From::Column(names[0].clone())),
    }
}

/// A mapping with the columns as they are called among all; none if one of them is not there.
fn renamed(mapped: &Mapped, name: &dyn Fn(&str) -> Option<String>) -> Option<Mapped> {
    let from = match &mapped.from {
        From::Column(column) => From::Column(name(column)?),
        From::Value(value) => From::Value(value.clone()),
        From::Expr(expr) => {
            if expr.columns().iter().any(|column| name(column).is_none()) {
                return None;
            }
            From::Expr(expr.renamed(name).ok()?)
        }
    };
    Some(Mapped {
        from,
        or: Vec::new(),
        ..mapped.clone()
    })
}
