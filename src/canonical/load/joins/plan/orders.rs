//! Lines and payments of orders: whose amounts count, and what they take from the orders.

use std::collections::BTreeSet;

use anyhow::Result;

use super::words::{
    are_contracts, are_orders, is_about_something_else, is_called_contacts, is_called_orders, is_called_people, is_of_things,
};
use super::{Doubtful, Plan, Role, key_mapping, renamed, times};
use crate::canonical::key_of;
use crate::canonical::load::file::lookups::key;
use crate::canonical::load::joins::amounts::{self, LineAmount};
use crate::canonical::load::joins::files::{File, Map};
use crate::canonical::load::joins::names::{core, is_key};
use crate::canonical::load::joins::totals::{self, Totals};
use crate::expr;
use crate::notes::{FileNote, JoinQuestion, NotReadAlone, RelationUse};
use crate::schema::{ColumnType, Table, purchases, supplies};
use crate::sources::{AmountOn, From, Mapped, Source, currency_of_header};

/// A file of lines, payments or messages, and the one that its records belong to.
struct Child {
    file: usize,
    link: usize,
    map: Map,
    amount: LineAmount,
}

impl Plan<'_> {
    /// Joins lines or payments to the orders that they belong to, if this file has orders.
    pub fn orders(&mut self, parent: usize, doubt: Doubtful) -> Result<()> {
        let orders = self.file(parent);
        // Those who buy, or their addresses, are no orders, whatever their numbers are next to.
        if self.roles[parent].is_some() || is_called_people(orders) || (0..self.files.len()).any(|of| self.is_beside(parent, of)) {
            return Ok(());
        }
        let table = match orders.table() {
            Some(Table::Surveys | Table::Referrals | Table::Identities) => return Ok(()),
            Some(Table::Supplies) => Table::Supplies,
            // What names a supplier was ordered from one.
            None if orders.words.iter().any(|words| words.contains("supplier")) => Table::Supplies,
            // Contracts look like a roster of those who have them.
            Some(Table::Purchases | Table::Interactions | Table::Stakeholders) | None => Table::Purchases,
        };
        // Orders without amounts look like contacts; what is called tickets has no lines.
        let may_be_contacts = orders.table() == Some(Table::Interactions) && !is_called_orders(orders);
        let mut children = Vec::new();
        let mut doubtful = Vec::new();
        let mut receipts = Vec::new();
        let map = orders.as_table(table);
        if table == Table::Supplies && self.with_receipts(parent)? {
            return Ok(());
        }
        for (at, link) in self.links.iter().enumerate().filter(|(_, link)| link.to == parent) {
            let file = self.file(link.from);
            let is_free = self.roles[link.from].is_none() && self.roles[parent].is_none();
            if !is_free
                || is_of_things(orders, &link.of)
                || matches!(
                    file.table(),
                    Some(Table::Stakeholders | Table::Surveys | Table::Identities | Table::Referrals)
                )
            {
                continue;
            }
            let Some(person) = self.person(parent, &map, &link.of) else {
                continue;
            };
            // Orders that belong to persons are not lines of them.
            if person.file == parent && (link.of == [person.column] || self.lists_people(parent, &map, person.column)) {
                continue;
            }
            let own = file.as_table(table);
            if !times(table).iter().any(|time| map.contains_key(*time) || own.contains_key(*time)) {
                continue;
            }
            // What is whole by itself needs no other file: numbers that it has in common with one may be chance.
            if file.is_complete() && !self.is_stated(at) {
                continue;
            }
            if self.refers_to(parent, at) && map.contains_key(purchases::AMOUNT.name) {
                continue;
            }
            // What came of orders that say themselves what was ordered: as lines, those that have not come would be left out.
            if table == Table::Supplies && self.are_receipts(link.from, parent) {
                receipts.push(link.from);
                continue;
            }
            let listed = || self.list_price(link.from).filter(|_| table == Table::Purchases);
            let amount = match amount_of(file, &own, table, self.options.threads)? {
                Some(amount) => amount,
                None => match listed() {
                    Some(price) => LineAmount::Listed {
                        quantity: file.column(&own, purchases::QUANTITY.name),
                        price,
                    },
                    None => continue,
                },
            };
            if may_be_contacts && (is_called_contacts(orders) || !amount.is_product()) {
                continue;
            }
            let child = Child {
                file: link.from,
                link: at,
                map: own,
                amount,
            };
            match self.is_certain(at) {
                true => children.push(child),
                false if doubt == Doubtful::Ask => doubtful.push(child),
                false => {}
            }
        }
        let has_amount = table == Table::Purchases && map.contains_key(purchases::AMOUNT.name);
        if children.is_empty() {
            // What orders and lines cannot do without each other has to be asked.
            let needs = |child: &&Child| !has_amount && are_orders(orders) && !self.file(child.file).is_complete();
            if let Some(child) = doubtful.iter().filter(needs).max_by(|a, b| self.share(a).total_cmp(&self.share(b))) {
                let relation = self.links[child.link].relation.clone();
                self.joins.questions.push(match relation.is_to_one() {
                    true => JoinQuestion::Partial { relation },
                    false => JoinQuestion::Multiplies { relation },
                });
                self.uses[child.link] = RelationUse::Question;
                self.propose(parent, child, table, &map, &[])?;
            }
            return Ok(());
        }
        // Refunds, shipments and the like have amounts too, which are none of what was bought.
        children.retain(|child| !is_about_something_else(self.file(child.file)));
        if children.is_empty() {
            return Ok(());
        }
        let best = self.chosen(&children);
        let others: Vec<usize> = children
            .iter()
            .filter(|child| child.file != best.file)
            .map(|child| child.file)
            .collect();
        let is_stated = self.is_stated(best.link);
        // What a contract costs each month is no total of what was paid for it.
        let are_orders_with_totals = !are_contracts(orders) && (is_called_orders(orders) || !self.have_own_days(best, table)?);
        if has_amount && !is_stated && are_orders_with_totals {
            return self.totals(parent, best, &others, &map);
        }
        if let LineAmount::NotClear(question) = &best.amount {
            self.joins.questions.push((**question).clone());
        }
        self.uses[best.link] = RelationUse::Joined;
        self.propose(parent, best, table, &map, &others)?;
        match table {
            Table::Supplies => self.receipts(best.file, &[others, receipts].concat()),
            Table::Purchases | Table::Interactions | Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Identities => Ok(()),
        }
    }

    /// Whether the orders refer to the records of another file, such as the offers that they accept, and these are not their lines: the key is
    /// the number of those records, and the orders have one of their own.
    fn refers_to(&self, orders: usize, link: usize) -> bool {
        let (orders, link) = (self.file(orders), &self.links[link]);
        let listed = self.file(link.from);
        let is_own = |file: &File, key: &[usize]| key == [0] && file.seems_unique(0);
        let says_order = |column: &usize| core(&orders.words[*column]).iter().any(|word| orders.entity.contains(word));
        is_own(listed, &link.key)
            && !is_own(orders, &link.of)
            && is_own(orders, &[0])
            && is_key(&orders.words[0])
            && !link.of.iter().any(says_order)
    }

    /// Whether a file lists people rather than their orders: each record has another one, and none says when it happened.
    fn lists_people(&self, file: usize, map: &Map, person: usize) -> bool {
        let this = self.file(file);
        let is_timed = times(Table::Purchases)
            .iter()
            .chain(times(Table::Supplies))
            .any(|time| map.contains_key(*time));
        // Of a contract the person is listed elsewhere.
        let leads_on = self.links_from(file).any(|(_, link)| link.key == [person]);
        !is_timed && !is_called_orders(this) && !leads_on && this.seems_unique(person)
    }

    /// Whether the records that share a key are payments of many days, as those of a contract, and not parts of one order.
    fn have_own_days(&self, child: &Child, table: Table) -> Result<bool> {
        const MANY: usize = 3;
        let file = self.file(child.file);
        let Some(time) = times(table).iter().find_map(|time| file.column(&child.map, time)) else {
            return Ok(false);
        };
        let columns = &self.links[child.link].key;
        let found = file.for_each_record(1, Vec::new, |seen: &mut Vec<(u64, u64)>, record| {
            let cell = |at: usize| record.get(at).unwrap_or("");
            if let Some(key) = key(columns.iter().map(|&at| cell(at))) {
                let day = cell(time).trim().split([' ', 'T']).next().unwrap_or("");
                seen.push((key_of(&key), key_of(day)));
            }
            Ok(())
        })?;
        let records: Vec<(u64, u64)> = found.into_iter().flatten().collect();
        let days: BTreeSet<(u64, u64)> = records.iter().copied().collect();
        let keys: BTreeSet<u64> = records.iter().map(|(key, _)| *key).collect();
        Ok(records.len() >= MANY * keys.len() && 10 * days.len() >= 9 * records.len())
    }

    fn share(&self, child: &Child) -> f64 {
        self.links[child.link].relation.share()
    }

    /// Which of several files with amounts of the same orders counts: the one that was named; lines, if almost all orders have some; else
    /// the one that has the most orders.
    fn chosen<'c>(&self, children: &'c [Child]) -> &'c Child {
        let rank = |child: &Child| {
            let coverage = self.links[child.link].relation.coverage();
            let are_lines = are_lines(&child.map, &child.amount);
            let coverage = (1e6 * coverage) as u64;
            (
                self.is_stated(child.link),
                coverage.min(950_000),
                are_lines,
                coverage,
                std::cmp::Reverse(child.file),
            )
        };
        children.iter().max_by_key(|child| rank(child)).expect("there is one")
    }

    /// Orders with totals: they count, unless they are something else than the sums of their lines, which is a question.
    fn totals(&mut self, parent: usize, best: &Child, others: &[usize], map: &Map) -> Result<()> {
        let orders = self.file(parent);
        let lines = self.file(best.file);
        let link = &self.links[best.link];
        let found = match orders.column(map, purchases::AMOUNT.name) {
            Some(total) => {
                let is_id = |column: usize| self.links.iter().any(|link| link.from == parent && link.key == [column]);
                let mut found = totals::totals(lines, &best.amount, orders, total, link, &is_id)?;
                for other in amounts::alternatives(lines, &best.map, &best.amount) {
                    if found.as_ref().is_some_and(Totals::are_sums) {
                        break;
                    }
                    let tried = totals::totals(lines, &other, orders, total, link, &is_id)?;
                    found = tried.filter(Totals::are_sums).or(found);
                }
                found.map(|found| (total, found))
            }
            None => None,
        };
        if !orders.is_complete() || (lines.is_complete() && !link.relation.is_almost_whole()) {
            return Ok(());
        }
        match found {
            Some((_, found)) if found.are_sums() => {
                let Totals { compared, agree, with } = found;
                let counted = orders.name().to_string();
                self.roles[best.file] = Some(Role::Not(NotReadAlone::TotalsElsewhere {
                    counted,
                    compared,
                    agree,
                    with,
                }));
            }
            Some((total, found)) => {
                self.uses[best.link] = RelationUse::Question;
                self.joins.questions.push(JoinQuestion::Totals {
                    relation: link.relation.clone(),
                    total: orders.names[total].clone(),
                    compared: found.compared,
                    agree: found.agree,
                });
                self.roles[best.file] = Some(Role::Not(NotReadAlone::AmountsElsewhere {
                    counted: orders.name().to_string(),
                }));
            }
            None => {
                self.roles[best.file] = Some(Role::Not(NotReadAlone::AmountsElsewhere {
                    counted: orders.name().to_string(),
                }));
            }
        }
        for &other in others {
            self.roles[other] = Some(Role::Not(NotReadAlone::AmountsElsewhere {
                counted: orders.name().to_string(),
            }));
        }
        self.roles[parent] = Some(Role::Alone(Vec::new()));
        Ok(())
    }

    /// Reads a file of lines or payments with what it takes from the orders.
    fn propose(&mut self, parent: usize, child: &Child, table: Table, map: &Map, others: &[usize]) -> Result<()> {
        let (file, orders) = (self.file(child.file), self.file(parent));
        let link = &self.links[child.link];
        let Some(person) = self.person(parent, map, &link.of) else {
            return Ok(());
        };
        let mut chain = self.chain(child.file, child.link, &person, false)?;
        let listed = match child.amount {
            LineAmount::Listed { quantity, price } => self.listed_amount(&mut chain, child.file, quantity, price)?,
            LineAmount::AsMapped
            | LineAmount::Own(_)
            | LineAmount::Reduced { .. }
            | LineAmount::Product { .. }
            | LineAmount::NotClear(_) => None,
        };
        let name_in = |file: usize, column: usize| chain.name(file, column);
        let is_paid = table == Table::Purchases && !are_lines(&child.map, &child.amount);
        let mut joined = child.map.clone();
        // An order has one date; the payments of a contract have each their own.
        let is_whole = file.is_complete();
        let has_own_time = times(table).iter().any(|time| joined.contains_key(*time));
        let keeps_time = has_own_time && (is_whole || !are_orders(orders));
        if !keeps_time {
            for time in times(table).iter().filter(|time| map.contains_key(**time)) {
                joined.remove(*time);
            }
        }
        let who = table.stakeholder_column().name;
        if !is_whole {
            joined.remove(who);
        }
        for (canonical, mapped) in map {
            let column = table.column(canonical);
            // The numbers of an order would count once for each of its lines.
            let is_number = column.is_some_and(|column| matches!(column.kind, ColumnType::Money | ColumnType::Number));
            // What was paid was paid, whatever became of the order.
            let of_status = [purchases::STATUS.name, purchases::IS_VOID.name, purchases::IS_REFUNDED.name];
            let is_status = (is_paid || !are_orders(orders)) && of_status.contains(&canonical.as_str());
            let is_line = [purchases::LINE_ID.name, purchases::PRODUCT.name].contains(&canonical.as_str());
            if canonical == who || is_number || is_status || is_line || joined.contains_key(canonical) {
                continue;
            }
            if let Some(mapped) = renamed(mapped, &|name| name_in(parent, orders.header().find(name)?)) {
                joined.insert(canonical.clone(), mapped);
            }
        }
        if !is_whole {
            let Some(of_person) = name_in(person.file, person.column) else {
                return Ok(());
            };
            joined.insert(who.to_string(), Mapped::new(From::Column(of_person)));
        }
        let order_id = [purchases::ORDER_ID.name, supplies::ORDER_ID.name][usize::from(table == Table::Supplies)];
        // The payments of a contract are each their own.
        let are_own = keeps_time && !is_whole && self.have_own_days(child, table)?;
        if !are_contracts(orders) && !are_own {
            joined.insert(order_id.to_string(), key_mapping(file, &link.key));
        }
        if let Some(expression) = child.amount.expression(file)
            && let Ok(expression) = expr::parse(&expression)
        {
            joined.insert(purchases::AMOUNT.name.to_string(), Mapped::new(From::Expr(expression)));
            // An expression does not say what the header of the price does.
            if let LineAmount::Product { price, .. } = child.amount
                && !joined.contains_key(purchases::CURRENCY.name)
                && let Some(currency) = currency_of_header(&file.names[price])
            {
                let currency = Mapped::new(From::Value(currency.name().to_string()));
                joined.insert(purchases::CURRENCY.name.to_string(), currency);
            }
        }
        if let LineAmount::Product { quantity, price, discount } = child.amount
            && let Some(other) = amounts::other_price(file, price)
        {
            let note = FileNote::OtherPrice {
                formula: amounts::product(file, quantity, price, discount),
                other: amounts::product(file, quantity, other, None),
                file: file.name().to_string(),
            };
            self.joins.of_amounts.push((file.name().to_string(), note));
        }
        // A price without a quantity is what was paid.
        if let LineAmount::Own(column) = child.amount
            && !joined.contains_key(purchases::AMOUNT.name)
        {
            joined.remove(purchases::UNIT_AMOUNT.name);
            let amount = Mapped::new(From::Column(file.names[column].clone()));
            joined.insert(purchases::AMOUNT.name.to_string(), amount);
        }
        if let Some(amount) = listed {
            joined.insert(purchases::AMOUNT.name.to_string(), Mapped::new(From::Expr(amount)));
        }
        // Whether a price is of one unit, reading all of the file asks where it does not show it.
        let is_open = matches!(&child.amount, LineAmount::Own(_)) && joined.contains_key(purchases::QUANTITY.name);
        if is_paid && let Some(status) = orders.column(map, purchases::STATUS.name) {
            let (count, words) = totals::cancelled(orders, status)?;
            let note = FileNote::CancelledPaid {
                file: orders.name().to_string(),
                column: name_in(parent, status).unwrap_or_default(),
                words: words.into_iter().collect(),
            };
            if count > 0 {
                self.joins.cancelled.push((file.name().to_string(), note, count));
            }
        }
        let own = &file.source();
        let mut source = Source {
            table: Some(table),
            map: joined,
            is_mapped: true,
            lookup: chain.lookups.clone(),
            amount_is_stated: own.map.contains_key(purchases::AMOUNT.name),
            amount_on: own.amount_on.or((!is_open).then_some(AmountOn::Line)),
            dates: own.dates.or(orders.source().dates),
            ..file.source().clone()
        };
        source.values.extend(orders.recognised().values.clone());
        source.values.extend(file.recognised().values.clone());
        self.roles[child.file] = Some(Role::Joined(Box::new(source)));
        self.people.insert(child.file, (person.file, person.column));
        let by = file.name().to_string();
        for &link in &chain.path {
            self.roles[self.links[link].to] = Some(Role::Not(NotReadAlone::LookedUp { by: by.clone() }));
        }
        if orders.table() == Some(Table::Stakeholders) {
            self.roles[parent] = Some(Role::Alone(Vec::new()));
        }
        for &link in &chain.path[1..] {
            self.uses[link] = RelationUse::Joined;
        }
        self.paths.insert(child.file, chain.path);
        self.order_keys.insert(parent, link.of.clone());
        if is_paid {
            self.paid.insert(parent);
        }
        for &other in others {
            self.roles[other] = Some(Role::Not(NotReadAlone::AmountsElsewhere { counted: by.clone() }));
        }
        Ok(())
    }
}

/// What makes the records of a file lines of orders: amounts, or what was delivered.
fn amount_of(file: &File, map: &Map, table: Table, threads: usize) -> Result<Option<LineAmount>> {
    // A line of a delivery has a quantity and a price as one that was sold has.
    let as_sold = (table == Table::Supplies).then(|| file.as_table(Table::Purchases));
    let amount = match amounts::line_amount(file, map, threads)? {
        None => match as_sold {
            Some(sold) => amounts::line_amount(file, &sold, threads)?,
            None => None,
        },
        amount => amount,
    };
    let is_delivery = table == Table::Supplies
        && [supplies::QUANTITY.name, supplies::RECEIVED_AT.name]
            .iter()
            .any(|column| map.contains_key(*column));
    Ok(match amount {
        None if is_delivery => Some(LineAmount::AsMapped),
        amount => amount,
    })
}

/// Whether the records are of something that was bought, rather than payments.
fn are_lines(map: &Map, amount: &LineAmount) -> bool {
    let has = |column: &str| map.contains_key(column);
    amount.is_product() || has(purchases::PRODUCT.name) || has(purchases::QUANTITY.name)
}
