//! Payments beside the orders that they pay, which would count twice: those that name their orders, and those that do not say which they are
//! for. What a supplier charged is to what was ordered as a payment is to a sale.

use std::collections::BTreeMap;

use anyhow::Result;

use super::words::{is_about_refunds, is_called_charges, is_called_orders, is_called_payments};
use super::{Plan, Role, WHO};
use crate::canonical::key_of;
use crate::canonical::load::file::lookups::key;
use crate::canonical::load::joins::amounts;
use crate::canonical::load::joins::files::{File, Map};
use crate::canonical::load::joins::names::core;
use crate::canonical::load::joins::totals::sums;
use crate::notes::{JoinQuestion, KeyNames, NotReadAlone};
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
            let Some((table, map)) = self.read_alone(at).filter(|_| file.source().table.is_none()) else {
                continue;
            };
            if self.pays_orders(at, table, &map)? || table != Table::Purchases || !is_called_payments(file) {
                continue;
            }
            // A number that leads nowhere is that of the payment itself.
            let order = file.column(&map, purchases::ORDER_ID.name);
            if self.links_from(at).any(|(_, link)| order.is_some_and(|order| link.key == [order])) {
                continue;
            }
            let has_orders =
                |&other: &usize| other != at && !is_about_refunds(self.file(other)) && self.has_orders_of_same(other, at, &map);
            let sold: Vec<usize> = (0..self.files.len()).filter(has_orders).collect();
            let Some(&first) = sold.first() else { continue };
            let mut paid = None;
            for of in sold {
                if paid.is_none() && self.are_totals(at, &map, of)? {
                    paid = Some(of);
                }
            }
            let counted = self.file(paid.unwrap_or(first)).name().to_string();
            if paid.is_some() {
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

    /// The table and the mapping of a file that is read with nothing of other files.
    fn read_alone(&self, at: usize) -> Option<(Table, Map)> {
        let file = self.file(at);
        match &self.roles[at] {
            None => file
                .table()
                .filter(|_| file.is_complete())
                .map(|table| (table, file.as_table(table))),
            Some(Role::Joined(source)) if source.lookup.is_empty() => Some((source.table?, source.map.clone())),
            Some(Role::Alone(_) | Role::Joined(_) | Role::Answers(_) | Role::Not(_)) => None,
        }
    }

    /// Leaves out a file of payments, or of what suppliers charged, that names the orders of another file which counts; whether it is one.
    fn pays_orders(&mut self, at: usize, table: Table, own: &Map) -> Result<bool> {
        let file = self.file(at);
        let is_meant = match table {
            Table::Purchases => is_called_payments(file),
            Table::Supplies => is_called_charges(file),
            Table::Interactions | Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Identities => false,
        };
        if !is_meant {
            return Ok(false);
        }
        for (link, found) in self.links_from(at) {
            let orders = self.file(found.to);
            let is_named = found.relation.names <= KeyNames::IdOfFile && self.is_certain(link);
            let Some(counted) = self.counted(found.to, table).filter(|_| is_named && is_called_orders(orders)) else {
                continue;
            };
            let theirs = orders.as_table(table);
            let who = table.stakeholder_column().name;
            let columns = |file: &File, map: &Map| Some((file.column(map, who), file.column(map, purchases::AMOUNT.name)?));
            let (Some(paid), Some(due)) = (columns(file, own), columns(orders, &theirs)) else {
                continue;
            };
            let seen = compared((file, &found.key, paid), (orders, &found.of, due))?;
            // Numbers that two shops give their orders are of other people in each.
            if 10 * seen.of_same < 9 * seen.compared || seen.compared == 0 {
                continue;
            }
            self.roles[at] = Some(Role::Not(match 2 * seen.same_total >= seen.compared {
                true => NotReadAlone::PaymentsOf { counted },
                false => NotReadAlone::AmountsElsewhere { counted },
            }));
            return Ok(true);
        }
        Ok(false)
    }

    /// The file whose records count for the orders of a file: itself, or that of its lines.
    fn counted(&self, orders: usize, table: Table) -> Option<String> {
        let file = self.file(orders);
        match &self.roles[orders] {
            None | Some(Role::Alone(_)) => (file.table() == Some(table) && file.is_complete()).then(|| file.name().to_string()),
            Some(Role::Joined(source)) => (source.table == Some(table)).then(|| file.name().to_string()),
            Some(Role::Not(NotReadAlone::LookedUp { by })) => Some(by.clone()),
            Some(Role::Not(_) | Role::Answers(_)) => None,
        }
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

/// Orders that two files have: how many were compared, how many of them are of the same people, or of nobody in one of the files, and how
/// many have the same total.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    compared: u64,
    of_same: u64,
    same_total: u64,
}

/// Compares the orders of two files, each with its key, and the columns of people and amounts.
fn compared(one: (&File, &[usize], (Option<usize>, usize)), other: (&File, &[usize], (Option<usize>, usize))) -> Result<Seen> {
    let [ones, others] = [totals_by_key(one)?, totals_by_key(other)?];
    let mut seen = Seen::default();
    for (number, (who, total)) in ones {
        let Some((of, due)) = others.get(&number) else { continue };
        seen.compared += 1;
        seen.of_same += u64::from(who.is_none() || of.is_none() || who == *of);
        seen.same_total += u64::from((total - due).abs() <= 1);
    }
    Ok(seen)
}

/// By key, one of the people and the sum of the amounts in cents.
fn totals_by_key((file, columns, (who, amount)): (&File, &[usize], (Option<usize>, usize))) -> Result<BTreeMap<u64, (Option<u64>, i64)>> {
    let mark = amounts::mark(file, amount);
    let found = file.for_each_record(1, BTreeMap::new, |seen: &mut BTreeMap<u64, (Option<u64>, i64)>, record| {
        let cell = |at: usize| record.get(at).unwrap_or("");
        if let Some(order) = key(columns.iter().map(|&at| cell(at))) {
            let person = who.and_then(|who| Some(key_of(&key(std::iter::once(cell(who)))?)));
            let cents = amounts::number(cell(amount), mark).map_or(0, |amount| (amount * 100.0).round() as i64);
            let sum = seen.entry(key_of(&order)).or_insert((person, 0));
            sum.1 = sum.1.saturating_add(cents);
        }
        Ok(())
    })?;
    let mut all = BTreeMap::new();
    for (number, (who, cents)) in found.into_iter().flatten() {
        let order = all.entry(number).or_insert((who, 0i64));
        order.1 = order.1.saturating_add(cents);
    }
    Ok(all)
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
