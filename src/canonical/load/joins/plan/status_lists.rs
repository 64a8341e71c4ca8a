//! Statuses that orders have as a number or a letter, and a list of a few records that says what each of them is.

use std::collections::BTreeSet;

use anyhow::Result;

use super::words::{ORDERS, is_called_orders};
use super::{Chain, Plan, Role, WHO};
use crate::canonical::load::joins::files::File;
use crate::canonical::load::joins::find::Link;
use crate::canonical::load::joins::names::core;
use crate::notes::{NotReadAlone, RelationUse};
use crate::schema::{Table, purchases};
use crate::sources::guess::ColumnProfile;
use crate::sources::status_words::are_statuses;
use crate::sources::{From, Mapped, Source, Unmatched};

/// A list of statuses is short.
const MOST: usize = 100;

impl Plan<'_> {
    /// Reads the status of orders, or of their lines, by its name in a list that their own column leads to. What has a status in words keeps
    /// it, and so do payments, which count whatever became of the order.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn status_lists(&mut self) -> Result<()> {
        for at in 0..self.files.len() {
            let file = self.file(at);
            let alone = || Source {
                is_mapped: true,
                ..file.recognised().clone()
            };
            let mut source = match &self.roles[at] {
                Some(Role::Joined(source)) => (**source).clone(),
                Some(Role::Alone(lookups)) if file.is_complete() => Source {
                    lookup: lookups.clone(),
                    ..alone()
                },
                None if file.is_complete() => alone(),
                Some(Role::Alone(_) | Role::Answers(_) | Role::Not(_)) | None => continue,
            };
            let path = self.paths.get(&at).cloned().unwrap_or_default();
            let passed: Vec<usize> = path.iter().map(|&link| self.links[link].to).collect();
            let is_paid = passed.iter().any(|orders| self.paid.contains(orders));
            if source.table != Some(Table::Purchases) || is_paid || self.says_status(&source, at, &passed) {
                continue;
            }
            // Those who bought have a status, too.
            let orders = passed.into_iter().filter(|&file| is_called_orders(self.file(file)));
            let froms: BTreeSet<usize> = std::iter::once(at).chain(orders).collect();
            let lists = self.links.iter().enumerate().filter_map(|(link, found)| {
                let is_free = matches!(self.roles[found.to], None | Some(Role::Not(_)));
                let is_meant = froms.contains(&found.from) && is_free && self.is_certain(link);
                Some((link, found, self.names_of_statuses(found)?)).filter(|_| is_meant)
            });
            let lists: Vec<(usize, &Link, usize)> = lists.collect();
            // Lines and their orders may have the same status.
            let Some(&(link, found, column)) = lists.first() else { continue };
            if lists.iter().any(|(_, other, _)| other.to != found.to) {
                continue;
            }
            let mut chain = Chain::of(self, at, source.lookup.clone(), path)?;
            if !chain.push(link, Unmatched::Keep)? {
                continue;
            }
            let Some(name) = chain.name(found.to, column) else { continue };
            source
                .map
                .insert(purchases::STATUS.name.to_string(), Mapped::new(From::Column(name)));
            source.lookup = chain.lookups;
            self.roles[at] = Some(Role::Joined(Box::new(source)));
            let who = file.column(&file.as_table(Table::Purchases), WHO);
            if let Some(column) = who.filter(|_| !self.people.contains_key(&at)) {
                self.people.insert(at, (at, column));
            }
            self.uses[link] = RelationUse::Joined;
            self.paths.insert(at, chain.path);
            let by = file.name().to_string();
            self.roles[found.to] = Some(Role::Not(NotReadAlone::LookedUp { by }));
        }
        Ok(())
    }

    /// Whether the status that a source reads is one in words.
    fn says_status(&self, source: &Source, at: usize, passed: &[usize]) -> bool {
        let Some(From::Column(name)) = source.map.get(purchases::STATUS.name).map(|mapped| &mapped.from) else {
            return source.map.contains_key(purchases::STATUS.name);
        };
        // Columns that were added may be named after their file.
        let last = name.rsplit('.').next().unwrap_or(name);
        let column = |file: &File| file.header().find(name).or_else(|| file.header().find(last));
        let of = |file: usize| {
            let file = self.file(file);
            column(file).is_some_and(|column| are_statuses(Table::Purchases, file.cells(column)))
        };
        of(at) || passed.iter().any(|&file| of(file))
    }

    /// The column of a short list with the names of statuses, if a column that is called a status leads to it.
    fn names_of_statuses(&self, link: &Link) -> Option<usize> {
        let ([key], [of]) = (&link.key[..], &link.of[..]) else {
            return None;
        };
        let (this, list) = (self.file(link.from), self.file(link.to));
        // What became of a payment or of a parcel is not what became of the order.
        let words = core(&this.words[*key]);
        let is_status = |word: &str| ["status", "state"].contains(&word);
        let is_of_order = |word: &str| ORDERS.contains(&word) || ["document", "current"].contains(&word);
        let is_called = words.iter().any(|word| is_status(word)) && words.iter().all(|word| is_status(word) || is_of_order(word));
        let is_list = list.expected_records() <= MOST && !list.profiles.iter().any(ColumnProfile::are_amounts);
        let names = |column: &usize| column != of && are_statuses(Table::Purchases, list.cells(*column));
        (0..list.names.len()).filter(|_| is_called && is_list).find(names)
    }
}
