//! Lines that have all that a purchase needs, and orders that alone say which of them were cancelled.

use anyhow::Result;

use super::{Plan, Role, renamed};
use crate::canonical::load::joins::names::core;
use crate::notes::{NotReadAlone, RelationUse};
use crate::schema::{Table, purchases};
use crate::sources::{Source, Unmatched};

impl Plan<'_> {
    /// Lets lines take the status of the orders that they name, where these are not read by themselves.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn statuses_elsewhere(&mut self) -> Result<()> {
        let states = [purchases::STATUS.name, purchases::IS_VOID.name, purchases::IS_REFUNDED.name];
        for at in 0..self.files.len() {
            let file = self.file(at);
            let is_whole = file.table() == Some(Table::Purchases) && file.is_complete();
            let mut map = file.as_table(Table::Purchases);
            if self.roles[at].is_some() || !is_whole || states.iter().any(|state| map.contains_key(*state)) {
                continue;
            }
            let Some(order_id) = file.column(&map, purchases::ORDER_ID.name) else {
                continue;
            };
            let has_status = |(link, found): &(usize, &super::Link)| {
                let orders = self.file(found.to);
                let is_free = self.roles[found.to].is_none() && !orders.is_complete();
                // A status of what was bought is none of the order.
                let says_order = || {
                    core(&orders.words[found.of[0]])
                        .iter()
                        .any(|word| super::words::ORDERS.contains(&word.as_str()))
                };
                let theirs = orders.as_table(Table::Purchases);
                found.key == [order_id] && self.is_certain(*link) && is_free && says_order() && theirs.contains_key(purchases::STATUS.name)
            };
            let mut found = self.links_from(at).filter(has_status);
            let (Some((link, found)), None) = (found.next(), found.next()) else {
                continue;
            };
            let mut chain = super::Chain::of(self, at, Vec::new(), Vec::new())?;
            if !chain.push(link, Unmatched::Keep)? {
                continue;
            }
            let orders = self.file(found.to);
            let theirs = orders.as_table(Table::Purchases);
            let name_in = |name: &str| chain.name(found.to, orders.header().find(name)?);
            for state in states {
                if let Some(mapped) = theirs.get(state).and_then(|mapped| renamed(mapped, &name_in)) {
                    map.insert(state.to_string(), mapped);
                }
            }
            let mut source = Source {
                table: Some(Table::Purchases),
                map,
                is_mapped: true,
                lookup: chain.lookups.clone(),
                ..file.recognised().clone()
            };
            source.values.extend(orders.recognised().values.clone());
            self.roles[at] = Some(Role::Joined(Box::new(source)));
            let who = file.column(&file.as_table(Table::Purchases), super::WHO);
            self.people.extend(who.map(|column| (at, (at, column))));
            self.uses[link] = RelationUse::Joined;
            self.paths.insert(at, chain.path);
            let by = file.name().to_string();
            self.roles[found.to] = Some(Role::Not(NotReadAlone::LookedUp { by }));
        }
        Ok(())
    }
}
