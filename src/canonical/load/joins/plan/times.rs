//! Records that say when they happened by way of another file only: tickets of showings, enrolments in courses, attendance at events.

use anyhow::Result;

use super::words::{is_called_orders, is_of_things};
use super::{Plan, Role, WHO, renamed};
use crate::canonical::load::joins::find::Link;
use crate::notes::{NotReadAlone, RelationUse};
use crate::schema::{Table, purchases};
use crate::sources::guess::ColumnProfile;
use crate::sources::{From, Mapped, Source};

/// The canonical column of when the records of a mapping happened: that of purchases is that of contacts.
const WHEN: &str = purchases::OCCURRED_AT.name;

impl Plan<'_> {
    /// Records that lack when they happened, and lead to one file that has it.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn times_elsewhere(&mut self) -> Result<()> {
        for at in 0..self.files.len() {
            let file = self.file(at);
            let table = match file.table() {
                // Who and where without an amount: who attended.
                None if !file.profiles.iter().any(ColumnProfile::are_amounts) => Table::Interactions,
                None | Some(Table::Purchases) => Table::Purchases,
                Some(Table::Interactions) => Table::Interactions,
                Some(Table::Surveys | Table::Stakeholders | Table::Supplies | Table::Referrals | Table::Identities) => continue,
            };
            let mut map = file.as_table(table);
            let lacks_only = |name: &str| map.contains_key(name) || name == WHO || name == WHEN;
            let is_nearly = table
                .columns()
                .iter()
                .filter(|column| column.required)
                .all(|column| lacks_only(column.name));
            if self.roles[at].is_some() || map.contains_key(WHEN) || !is_nearly {
                continue;
            }
            let Some(person) = self.person(at, &map, &[]) else { continue };
            let has_time = |(link, found): &(usize, &Link)| {
                let other = self.file(found.to);
                let is_roster = other.table() == Some(Table::Stakeholders) || found.key == [person.column] && person.file == at;
                let is_person = person.links.contains(link);
                // What belongs to orders is no contact.
                let may_attend = file.table().is_some()
                    || table == Table::Purchases
                    || person.file == at
                        && self.to_roster(at, &[]).is_some()
                        && other.table() != Some(Table::Purchases)
                        && !is_called_orders(other);
                self.is_certain(*link)
                    && may_attend
                    && !is_roster
                    && !is_person
                    && !is_of_things(other, &found.of)
                    && other.as_table(table).contains_key(WHEN)
            };
            let mut found = self.links_from(at).filter(has_time);
            let (Some((link, found)), None) = (found.next(), found.next()) else {
                continue;
            };
            let chain = self.chain(at, link, &person, false)?;
            let other = self.file(found.to);
            let when = other.as_table(table).remove(WHEN);
            let name_in = |name: &str| chain.name(found.to, other.header().find(name)?);
            let (Some(when), Some(who)) = (
                when.and_then(|when| renamed(&when, &name_in)),
                chain.name(person.file, person.column),
            ) else {
                continue;
            };
            map.insert(WHEN.to_string(), when);
            map.insert(WHO.to_string(), Mapped::new(From::Column(who)));
            self.roles[at] = Some(Role::Joined(Box::new(Source {
                table: Some(table),
                map,
                is_mapped: true,
                lookup: chain.lookups.clone(),
                amount_is_stated: file.source().map.contains_key(purchases::AMOUNT.name),
                dates: file.source().dates.or(other.source().dates),
                ..file.recognised().clone()
            })));
            self.people.insert(at, (person.file, person.column));
            let by = file.name().to_string();
            for &link in &chain.path {
                self.uses[link] = RelationUse::Joined;
                let to = self.links[link].to;
                if self.roles[to].is_none() && !self.file(to).is_complete() {
                    self.roles[to] = Some(Role::Not(NotReadAlone::LookedUp { by: by.clone() }));
                }
            }
            self.paths.insert(at, chain.path);
        }
        Ok(())
    }
}
