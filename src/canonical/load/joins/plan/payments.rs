//! Payments that do not say which orders they are for: they may be of the same sales as the orders, which would count twice.

use anyhow::Result;

use super::words::{is_called_orders, is_called_payments};
use super::{Plan, Role, WHO};
use crate::canonical::load::joins::amounts;
use crate::canonical::load::joins::files::{File, Map};
use crate::canonical::load::joins::names::core;
use crate::canonical::load::joins::totals::sums;
use crate::notes::{JoinQuestion, NotReadAlone};
use crate::schema::{Table, purchases};
use crate::sources::From;

impl Plan<'_> {
    /// Leaves out payments of customers whose orders count, if most are the total of an order; whether others are of the same sales is asked.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn payments_apart(&mut self) -> Result<()> {
        for at in 0..self.files.len() {
            let file = self.file(at);
            let map = file.as_table(Table::Purchases);
            let is_payment = file.table() == Some(Table::Purchases) && file.is_complete() && is_called_payments(file);
            let says_order = map.contains_key(purchases::ORDER_ID.name);
            if self.roles[at].is_some() || !is_payment || says_order || file.source().table.is_some() {
                continue;
            }
            let sold = (0..self.files.len()).find(|&other| other != at && self.has_orders_of_same(other, at, &map));
            let Some(sold) = sold else { continue };
            let counted = self.file(sold).name().to_string();
            if self.are_totals(at, &map, sold)? {
                self.roles[at] = Some(Role::Not(NotReadAlone::PaymentsOf { counted }));
            } else {
                self.roles[at] = Some(Role::Not(NotReadAlone::AmountsElsewhere { counted: counted.clone() }));
                self.joins.questions.push(JoinQuestion::PaymentsApart {
                    file: file.name().to_string(),
                    orders: counted,
                });
            }
        }
        Ok(())
    }

    /// Whether a file of orders, or of their lines, counts, and is about the people who paid.
    fn has_orders_of_same(&self, orders: usize, payments: usize, map: &Map) -> bool {
        let file = self.file(orders);
        let person = match &self.roles[orders] {
            Some(Role::Joined(source)) if source.table == Some(Table::Purchases) => self.people.get(&orders).copied(),
            Some(Role::Alone(_)) | None if file.table() == Some(Table::Purchases) && file.is_complete() && is_called_orders(file) => {
                file.column(&file.as_table(Table::Purchases), WHO).map(|column| (orders, column))
            }
            Some(Role::Alone(_) | Role::Joined(_) | Role::Answers(_) | Role::Not(_)) | None => None,
        };
        let (Some((of, column)), Some(payer)) = (person, self.file(payments).column(map, WHO)) else {
            return false;
        };
        let roster = |file: usize, column: usize| {
            let mut links = self.links_from(file);
            links
                .find(|(at, link)| link.key == [column] && self.is_certain(*at))
                .map(|(_, link)| link.to)
        };
        let roster_of_payers = roster(payments, payer);
        let words = |file: usize, column: usize| core(&self.file(file).words[column]);
        roster_of_payers.is_some() && roster_of_payers == roster(of, column) || words(of, column) == words(payments, payer)
    }

    /// Whether at least half of the amounts of a file are totals of orders.
    fn are_totals(&self, payments: usize, map: &Map, sold: usize) -> Result<bool> {
        let file = self.file(sold);
        let own = file.as_table(Table::Purchases);
        let order_id = match &self.roles[sold] {
            Some(Role::Joined(source)) => source.map.get(purchases::ORDER_ID.name).cloned(),
            Some(Role::Alone(_) | Role::Answers(_) | Role::Not(_)) | None => own.get(purchases::ORDER_ID.name).cloned(),
        };
        let key = match order_id.map(|mapped| mapped.from) {
            Some(From::Column(name)) => file.header().find(&name),
            Some(From::Expr(_) | From::Value(_)) | None => None,
        };
        let (Some(amount), Some(paid)) = (
            amounts::line_amount(file, &own, self.options.threads)?,
            self.file(payments).column(map, purchases::AMOUNT.name),
        ) else {
            return Ok(false);
        };
        let Some(totals) = sums(file, &amount, key)? else {
            return Ok(false);
        };
        let amounts = amounts_of(self.file(payments), paid)?;
        let known = amounts.iter().filter(|cents| totals.contains(cents)).count();
        Ok(known > 0 && 2 * known >= amounts.len())
    }
}

/// The amounts in a column other than 0, in cents.
fn amounts_of(file: &File, column: usize) -> Result<Vec<i64>> {
    let mark = amounts::mark(file, column);
    let found = file.for_each_record(1, Vec::new, |seen: &mut Vec<i64>, record| {
        let amount = amounts::number(record.get(column).unwrap_or(""), mark);
        seen.extend(amount.map(|amount| (amount * 100.0).round() as i64).filter(|cents| *cents != 0));
        Ok(())
    })?;
    Ok(found.into_iter().flatten().collect())
}
