//! Orders and lines that each have all that a purchase needs: by which number the lines name their orders.

use super::words::is_called_orders;
use super::{Plan, Role, key_mapping};
use crate::notes::KeyNames;
use crate::schema::{Table, purchases};
use crate::sources::Source;

impl Plan<'_> {
    /// Gives orders the numbers by which their lines name them, so that both count once.
    pub fn order_numbers(&mut self) {
        for (at, link) in self.links.iter().enumerate() {
            let (lines, orders) = (self.file(link.from), self.file(link.to));
            let are_whole = [lines, orders]
                .iter()
                .all(|file| file.table() == Some(Table::Purchases) && file.is_complete());
            let are_free = self.roles[link.from].is_none() && self.roles[link.to].is_none();
            let is_named = link.relation.names <= KeyNames::IdOfFile && self.is_certain(at) && is_called_orders(orders);
            if !are_whole || !are_free || !is_named {
                continue;
            }
            let column = |file: &super::File| file.column(&file.as_table(Table::Purchases), purchases::ORDER_ID.name);
            let is_theirs = column(lines).is_some_and(|number| link.key == [number]);
            if !is_theirs || column(orders).is_some_and(|number| link.of == [number]) {
                continue;
            }
            let mut map = orders.as_table(Table::Purchases);
            map.insert(purchases::ORDER_ID.name.to_string(), key_mapping(orders, &link.of));
            self.roles[link.to] = Some(Role::Joined(Box::new(Source {
                table: Some(Table::Purchases),
                map,
                is_mapped: true,
                ..orders.recognised().clone()
            })));
            let who = orders.column(&orders.as_table(Table::Purchases), super::WHO);
            self.people.extend(who.map(|column| (link.to, (link.to, column))));
        }
    }
}
