//! The rosters of those whom records are about, and what is left: dimensions, and files that are not used.

use std::collections::BTreeSet;

use anyhow::Result;

use super::chain::Chain;
use super::words::is_called_goods;
use super::{OtherInputs, Person, Plan, Role, WHO};
use crate::canonical::load::joins::files::File;
use crate::notes::{KeyNames, NotReadAlone, RelationUse};
use crate::schema::{Table, interactions, purchases, stakeholders};
use crate::sources::grammar::MOST_LOOKUPS;
use crate::sources::guess::ColumnProfile;
use crate::sources::{From, Lookup, Mapped, Source, Unmatched};

impl Plan<'_> {
    /// Records that lack nothing but the one whom they are about, and that lead to one roster, or to records that say it: invoices of
    /// appointments.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn people_by_roster(&mut self) -> Result<()> {
        for at in 0..self.files.len() {
            let file = self.file(at);
            let table = match file.table() {
                Some(table @ (Table::Purchases | Table::Interactions | Table::Supplies)) => table,
                Some(Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Identities) | None => continue,
            };
            let mut map = file.as_table(table);
            let who = table.stakeholder_column().name;
            let lacks: Vec<&str> = table
                .columns()
                .iter()
                .filter(|c| c.required && !map.contains_key(c.name))
                .map(|c| c.name)
                .collect();
            if self.roles[at].is_some() || lacks != [who] {
                continue;
            }
            if let Some((_, link)) = self.to_roster(at, &[]) {
                let column = link.key[0];
                map.insert(who.to_string(), Mapped::new(From::Column(file.names[column].clone())));
                self.roles[at] = Some(Role::Joined(Box::new(Source {
                    table: Some(table),
                    map,
                    is_mapped: true,
                    amount_is_stated: file.source().map.contains_key(purchases::AMOUNT.name),
                    ..file.recognised().clone()
                })));
                self.people.insert(at, (at, column));
            } else if let Some(person) = self.person(at, &map, &[])
                && let [first, ref rest @ ..] = person.links[..]
            {
                let rest = Person {
                    links: rest.to_vec(),
                    ..person
                };
                let chain = self.chain(at, first, &rest, false)?;
                let Some(of_person) = chain.name(rest.file, rest.column) else {
                    continue;
                };
                map.insert(who.to_string(), Mapped::new(From::Column(of_person)));
                self.roles[at] = Some(Role::Joined(Box::new(Source {
                    table: Some(table),
                    map,
                    is_mapped: true,
                    lookup: chain.lookups.clone(),
                    amount_is_stated: file.source().map.contains_key(purchases::AMOUNT.name),
                    ..file.recognised().clone()
                })));
                chain.path.iter().for_each(|link| self.uses[*link] = RelationUse::Joined);
                self.people.insert(at, (rest.file, rest.column));
                self.paths.insert(at, chain.path);
            }
        }
        Ok(())
    }

    /// Records of who and when in a file that nothing else is known of, such as visits, if they lead to a roster: contacts.
    pub fn contacts_by_roster(&mut self) {
        for (at, file) in self.files.iter().enumerate() {
            let has_amounts = file.profiles.iter().any(ColumnProfile::are_amounts);
            if self.roles[at].is_some() || file.table().is_some() || has_amounts {
                continue;
            }
            let map = file.as_table(Table::Interactions);
            let is_whole = Table::Interactions
                .columns()
                .iter()
                .all(|c| !c.required || map.contains_key(c.name));
            let who = file.column(&map, interactions::STAKEHOLDER_ID.name);
            let leads = self.to_roster(at, &[]).is_some_and(|(_, link)| Some(link.key[0]) == who);
            if is_whole
                && leads
                && let Some(column) = who
            {
                self.roles[at] = Some(Role::Joined(Box::new(Source {
                    table: Some(Table::Interactions),
                    map,
                    is_mapped: true,
                    ..file.recognised().clone()
                })));
                self.people.insert(at, (at, column));
            }
        }
    }

    /// The rosters of those whom the records are about.
    pub fn rosters(&mut self) {
        for (at, file) in self.files.iter().enumerate() {
            let is_read = matches!(self.roles[at], None | Some(Role::Alone(_)));
            let table = file
                .table()
                .filter(|table| *table != Table::Stakeholders && is_read && file.is_complete());
            if let Some(table) = table
                && let Some(column) = file.column(&file.as_table(table), table.stakeholder_column().name)
            {
                self.people.entry(at).or_insert((at, column));
            }
        }
        let people: BTreeSet<(usize, usize)> = self.people.values().copied().collect();
        for (at, link) in self.links.iter().enumerate() {
            let [column] = link.key[..] else { continue };
            let roster = self.file(link.to);
            let is_free = self.roles[link.to].is_none() && matches!(roster.table(), Some(Table::Stakeholders) | None);
            if !people.contains(&(link.from, column)) || !is_free || !link.relation.is_to_one() || link.of.len() != 1 {
                continue;
            }
            let id = roster.column(&roster.as_table(Table::Stakeholders), stakeholders::STAKEHOLDER_ID.name);
            // What leads to a roster by the same ID says something else of those on it, such as their salaries.
            let is_listed = || {
                self.links_from(link.to).any(|(_, on)| {
                    let list = self.file(on.to);
                    let id = list.column(&list.as_table(Table::Stakeholders), stakeholders::STAKEHOLDER_ID.name);
                    on.to != link.from && on.key == link.of && list.table() == Some(Table::Stakeholders) && id == on.of.first().copied()
                })
            };
            let is_sure = self.is_certain(at) && link.relation.names < KeyNames::Values && !is_listed();
            let is_it = roster.table() == Some(Table::Stakeholders) && id == Some(link.of[0]);
            if is_it {
                self.roles[link.to] = Some(Role::Alone(Vec::new()));
                self.uses[at] = RelationUse::Roster;
            } else if is_sure {
                let mut map = roster.as_table(Table::Stakeholders);
                let name = roster.names[link.of[0]].clone();
                map.retain(|_, mapped| !matches!(&mapped.from, From::Column(from) if *from == name));
                map.insert(stakeholders::STAKEHOLDER_ID.name.to_string(), Mapped::new(From::Column(name)));
                self.uses[at] = RelationUse::Roster;
                self.roles[link.to] = Some(Role::Joined(Box::new(Source {
                    table: Some(Table::Stakeholders),
                    map,
                    is_mapped: true,
                    ..roster.source().clone()
                })));
            }
        }
    }

    /// What is left: files that others refer to give dimensions, and files that nothing refers to are not used. What looks like a roster is
    /// one, unless it lists something else than those whom the records are about.
    pub fn dimensions(&mut self) -> Result<()> {
        let is_left = |plan: &Plan, at: usize| {
            let file = plan.file(at);
            // Whoever names the table of a file means it.
            plan.roles[at].is_none() && file.source().table.is_none() && (!file.is_complete() || file.table() == Some(Table::Stakeholders))
        };
        // From the files with records through those that they lead to.
        let mut reached: Vec<(usize, usize)> = (0..self.files.len())
            .filter(|&at| match &self.roles[at] {
                Some(Role::Alone(_) | Role::Joined(_) | Role::Answers(_)) => true,
                Some(Role::Not(_)) => false,
                None => !is_left(self, at),
            })
            .map(|at| (at, at))
            .collect();
        let looked_up = |plan: &Plan| -> Vec<(usize, usize)> {
            let by_name = |name: &str| plan.files.iter().position(|file| file.name() == name);
            let of = |(at, role): (usize, &Option<Role>)| match role {
                Some(Role::Not(NotReadAlone::LookedUp { by })) => Some((at, by_name(by)?)),
                _ => None,
            };
            plan.roles.iter().enumerate().filter_map(of).collect()
        };
        reached.extend(looked_up(self));
        let mut next = 0;
        while next < reached.len() {
            let (from, base) = reached[next];
            next += 1;
            for (at, link) in self.links_from(from) {
                let is_new = !reached.iter().any(|(file, _)| *file == link.to);
                if !is_new || !is_left(self, link.to) || !self.is_certain(at) || link.relation.names > KeyNames::RoleOfFile {
                    continue;
                }
                let path = self.paths.get(&base).cloned().unwrap_or_default();
                let Some(lookups) = self.lookups_of(base).filter(|lookups| lookups.len() < MOST_LOOKUPS) else {
                    continue;
                };
                let mut chain = Chain::of(self, base, lookups, path)?;
                if !chain.push(at, Unmatched::Keep)? {
                    continue;
                }
                let Some(lookup) = chain.lookups.pop() else { continue };
                self.paths.insert(base, chain.path);
                let by = self.file(base).name().to_string();
                self.add_lookup(base, lookup);
                self.uses[at] = RelationUse::Attributes;
                self.roles[link.to] = Some(Role::Not(NotReadAlone::Attributes { by }));
                reached.push((link.to, base));
            }
        }
        let has_records = |at: usize| match &self.roles[at] {
            Some(Role::Alone(_) | Role::Joined(_) | Role::Answers(_)) => true,
            Some(Role::Not(_)) => false,
            None => self.file(at).is_complete(),
        };
        let some_are_read = self.others != OtherInputs::None || (0..self.files.len()).any(has_records);
        for at in 0..self.files.len() {
            let file = self.file(at);
            if self.roles[at].is_some() || file.is_complete() || file.source().table.is_some() || !some_are_read {
                continue;
            }
            // Records that belong to others that are read, without anything that counts.
            let parent = self
                .links_from(at)
                .find(|(link, found)| self.is_certain(*link) && reached.iter().any(|(file, _)| *file == found.to));
            if let Some((_, link)) = parent {
                let of = self.file(link.to).name().to_string();
                self.roles[at] = Some(Role::Not(NotReadAlone::AddsNothing { of }));
            } else if file.parts.iter().any(|part| (self.is_named)(part.input)) {
                // Whoever names a file wants to know why it cannot be read.
            } else if self.others == OtherInputs::Described {
                self.roles[at] = Some(Role::Not(NotReadAlone::NotDescribed));
            } else if file.table().is_none() || is_price_list(file) {
                self.roles[at] = Some(Role::Not(NotReadAlone::NoTable));
            }
        }
        Ok(())
    }

    /// The lookups of a file that is read; none if it cannot have any.
    fn lookups_of(&self, base: usize) -> Option<Vec<Lookup>> {
        match &self.roles[base] {
            Some(Role::Joined(source)) => Some(source.lookup.clone()),
            Some(Role::Answers(sources)) => sources.first().map(|source| source.lookup.clone()),
            Some(Role::Alone(lookups)) => Some(lookups.clone()),
            None => Some(Vec::new()),
            Some(Role::Not(_)) => None,
        }
    }

    fn add_lookup(&mut self, base: usize, lookup: Lookup) {
        match self.roles[base].get_or_insert(Role::Alone(Vec::new())) {
            Role::Joined(source) => source.lookup.push(lookup),
            Role::Answers(sources) => sources.iter_mut().for_each(|source| source.lookup.push(lookup.clone())),
            Role::Alone(lookups) => lookups.push(lookup),
            Role::Not(_) => {}
        }
    }
}

/// Whether a file lists what is sold, with prices and without whom and when: it looks like purchases that lack both.
fn is_price_list(file: &File) -> bool {
    let map = &file.recognised().map;
    let lacks = |name: &str| !map.contains_key(name);
    let of_sale = [WHO, purchases::OCCURRED_AT.name, purchases::ORDER_ID.name];
    file.table() == Some(Table::Purchases) && of_sale.into_iter().all(lacks) && is_called_goods(file)
}
