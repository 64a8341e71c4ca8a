//! Records that say what was bought, and a list that says what that costs: the services of a salon, the articles of a catalogue.

use anyhow::Result;

use super::chain::Chain;
use super::words::is_called_contacts;
use super::{Plan, Role, WHO, times};
use crate::canonical::load::joins::amounts::{is_numeric, quoted};
use crate::expr;
use crate::notes::{FileNote, NotReadAlone, RelationUse};
use crate::schema::{Table, purchases};
use crate::sources::guess::ColumnProfile;
use crate::sources::{AmountOn, From, Mapped, Source, Unmatched};

/// The price of what a record names, by the place of its column, and the link that leads to its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListPrice {
    pub link: usize,
    pub column: usize,
}

impl Plan<'_> {
    /// The price of what the records of a file name, if they have no amounts and lead to one list of prices.
    pub fn list_price(&self, file: usize) -> Option<ListPrice> {
        let this = self.file(file);
        if this.profiles.iter().any(ColumnProfile::are_amounts) {
            return None;
        }
        let price = |(at, link): (usize, &super::Link)| {
            let list = self.file(link.to);
            let map = list.as_table(Table::Purchases);
            let is_list = !list.is_complete() && !map.contains_key(times(Table::Purchases)[0]) && !map.contains_key(WHO);
            let column = list
                .column(&map, purchases::UNIT_AMOUNT.name)
                .or_else(|| list.column(&map, purchases::AMOUNT.name))?;
            let is_price = is_list && self.is_certain(at) && is_numeric(list, column) && !link.of.contains(&column);
            is_price.then_some(ListPrice { link: at, column })
        };
        let mut found = self.links_from(file).filter_map(price);
        found.next().filter(|_| found.next().is_none())
    }

    /// Adds the price to what leads from a file to others; the amount as an expression.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn listed_amount(
        &mut self,
        chain: &mut Chain<'_>,
        file: usize,
        quantity: Option<usize>,
        price: ListPrice,
    ) -> Result<Option<expr::Expr>> {
        let link = &self.links[price.link];
        if !chain.push(price.link, Unmatched::Reject)? {
            return Ok(None);
        }
        let Some(each) = chain.name(link.to, price.column) else {
            return Ok(None);
        };
        let this = self.file(file);
        let formula = match quantity {
            Some(quantity) => format!("{} * {}", quoted(&this.names[quantity]), quoted(&each)),
            None => quoted(&each),
        };
        let note = FileNote::ListPrices {
            formula: formula.clone(),
            list: self.file(link.to).name().to_string(),
        };
        self.joins.of_amounts.push((this.name().to_string(), note));
        Ok(expr::parse(&formula).ok())
    }

    /// Records of who and when without amounts are purchases if a list has their prices, and no other file has what was paid: enrolments in
    /// courses, appointments for services.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn priced_elsewhere(&mut self) -> Result<()> {
        let are_paid = |plan: &Plan, at: usize| match &plan.roles[at] {
            Some(Role::Joined(source)) => source.table == Some(Table::Purchases),
            Some(Role::Alone(_)) | None => plan.file(at).is_complete() && plan.file(at).table() == Some(Table::Purchases),
            Some(Role::Answers(_) | Role::Not(_)) => false,
        };
        if (0..self.files.len()).any(|at| are_paid(self, at)) {
            return Ok(());
        }
        for at in 0..self.files.len() {
            let file = self.file(at);
            let may_be_bought = matches!(file.table(), None | Some(Table::Purchases | Table::Interactions)) && !is_called_contacts(file);
            if self.roles[at].is_some() || !may_be_bought || file.source().table.is_some() {
                continue;
            }
            let mut map = file.as_table(Table::Purchases);
            let is_timed = times(Table::Purchases).iter().any(|time| map.contains_key(*time));
            let (true, Some(price)) = (is_timed, self.list_price(at)) else {
                continue;
            };
            let key = &self.links[price.link].key;
            let Some(person) = self
                .person(at, &map, key)
                .filter(|person| person.file == at && person.links.is_empty())
            else {
                continue;
            };
            let quantity = file.column(&map, purchases::QUANTITY.name);
            let mut chain = Chain::of(self, at, Vec::new(), Vec::new())?;
            let Some(amount) = self.listed_amount(&mut chain, at, quantity, price)? else {
                continue;
            };
            map.insert(WHO.to_string(), Mapped::new(From::Column(file.names[person.column].clone())));
            map.insert(purchases::AMOUNT.name.to_string(), Mapped::new(From::Expr(amount)));
            map.remove(purchases::UNIT_AMOUNT.name);
            // What was bought is no order of its own.
            if file
                .column(&map, purchases::ORDER_ID.name)
                .is_some_and(|column| key.contains(&column))
            {
                map.remove(purchases::ORDER_ID.name);
            }
            self.uses[price.link] = RelationUse::Joined;
            self.roles[self.links[price.link].to] = Some(Role::Not(NotReadAlone::LookedUp {
                by: file.name().to_string(),
            }));
            self.roles[at] = Some(Role::Joined(Box::new(Source {
                table: Some(Table::Purchases),
                map,
                is_mapped: true,
                lookup: chain.lookups,
                amount_on: file.source().amount_on.or(Some(AmountOn::Line)),
                ..file.recognised().clone()
            })));
            self.people.insert(at, (at, person.column));
            self.paths.insert(at, chain.path);
        }
        Ok(())
    }
}
