//! Files of refunds: each record is a negative purchase of the order that it refunds.

use anyhow::Result;

use super::words::is_about_refunds;
use super::{Plan, Role, WHO, key_mapping, renamed};
use crate::canonical::load::joins::amounts::{self, is_numeric, mark, number, quoted};
use crate::canonical::load::joins::files::{File, Map};
use crate::canonical::load::joins::find::Link;
use crate::expr;
use crate::notes::{FileNote, NotReadAlone, RelationUse};
use crate::schema::{Table, purchases};
use crate::sources::guess::Kind;
use crate::sources::{AmountOn, From, Mapped, Source, Unmatched, currency_of_header};

/// The signs of the amounts of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signs {
    Positive,
    Negative,
    Both,
}

impl<'a> Plan<'a> {
    /// Reads files of refunds with the customers of the orders that they refund. A file that shows neither its amounts nor whom it is about,
    /// or that has amounts of both signs, stays what it is.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn refunds(&mut self) -> Result<()> {
        for at in 0..self.files.len() {
            let file = self.file(at);
            let may_be = matches!(file.table(), None | Some(Table::Purchases | Table::Interactions | Table::Supplies));
            if self.roles[at].is_none() && may_be && is_about_refunds(file) {
                self.refund(at)?;
            }
        }
        Ok(())
    }

    fn refund(&mut self, at: usize) -> Result<()> {
        let file = self.file(at);
        let own = file.as_table(Table::Purchases);
        let Some(amount) = amount(file, &own, self.options.threads)? else {
            return Ok(());
        };
        let expression = match signs(file, &amount, self.options.threads)? {
            Signs::Positive => format!("0 - ({})", amount.expression),
            Signs::Negative => amount.expression.clone(),
            Signs::Both => return Ok(()),
        };
        let Ok(expression) = expr::parse(&expression) else { return Ok(()) };
        let orders = self.refunded(at);
        if let Some((_, link)) = orders
            && let Some(counted) = self.states_refunds(link.to)
        {
            self.roles[at] = Some(Role::Not(NotReadAlone::RefundsElsewhere { counted }));
            return Ok(());
        }
        let kept = [WHO, purchases::OCCURRED_AT.name, purchases::CURRENCY.name, purchases::ORDER_ID.name];
        let mut map: Map = own.clone().into_iter().filter(|(name, _)| kept.contains(&name.as_str())).collect();
        map.insert(purchases::AMOUNT.name.to_string(), Mapped::new(From::Expr(expression)));
        // An expression does not say what the header does.
        if !map.contains_key(purchases::CURRENCY.name)
            && let Some(currency) = currency_of_header(&amount.header)
        {
            let currency = Mapped::new(From::Value(currency.name().to_string()));
            map.insert(purchases::CURRENCY.name.to_string(), currency);
        }
        if !map.contains_key(purchases::OCCURRED_AT.name)
            && let Some(date) = only_date(file)
        {
            map.insert(
                purchases::OCCURRED_AT.name.to_string(),
                Mapped::new(From::Column(file.names[date].clone())),
            );
        }
        // What names no order may still lead to those who bought.
        if orders.is_none()
            && !map.contains_key(WHO)
            && let Some((_, link)) = self.to_roster(at, &[])
        {
            let column = link.key[0];
            map.insert(WHO.to_string(), Mapped::new(From::Column(file.names[column].clone())));
            self.people.insert(at, (at, column));
        }
        let mut lookup = Vec::new();
        if let Some((place, link)) = orders {
            let parent = self.file(link.to);
            let theirs = parent.as_table(Table::Purchases);
            let Some(person) = self.person(link.to, &theirs, &link.of) else {
                return Ok(());
            };
            let chain = self.chain(at, place, &person, false)?;
            let name_in = |column: &str| chain.name(link.to, parent.header().find(column)?);
            // An order that was cancelled does not count, and so its refund does not. Where its payments count, the refund does.
            let is_paid = self.paid.contains(&link.to);
            let taken = [purchases::OCCURRED_AT.name, purchases::STATUS.name, purchases::IS_VOID.name];
            for name in taken {
                let is_status = name != purchases::OCCURRED_AT.name;
                if map.contains_key(name) || (is_status && is_paid) {
                    continue;
                }
                if let Some(mapped) = theirs.get(name).and_then(|mapped| renamed(mapped, &name_in)) {
                    map.insert(name.to_string(), mapped);
                }
            }
            let order_id = match self.order_keys.get(&link.to) {
                // Lines have the numbers by which they lead to their orders.
                Some(key) if *key != link.of => chain.name(link.to, key[0]).map(|name| Mapped::new(From::Column(name))),
                Some(_) => Some(key_mapping(file, &link.key)),
                None => theirs.get(purchases::ORDER_ID.name).and_then(|mapped| renamed(mapped, &name_in)),
            };
            let order_id = order_id.unwrap_or_else(|| key_mapping(file, &link.key));
            map.insert(purchases::ORDER_ID.name.to_string(), order_id);
            if let Some(name) = chain.name(person.file, person.column) {
                map.insert(WHO.to_string(), Mapped::new(From::Column(name)));
            }
            chain.path.iter().for_each(|link| self.uses[*link] = RelationUse::Joined);
            self.people.insert(at, (person.file, person.column));
            lookup.clone_from(&chain.lookups);
            lookup
                .iter_mut()
                .filter(|_| file.is_complete())
                .for_each(|lookup| lookup.unmatched = Unmatched::Keep);
            self.paths.insert(at, chain.path);
        }
        if ![WHO, purchases::OCCURRED_AT.name].iter().all(|column| map.contains_key(*column)) {
            return Ok(());
        }
        let mut source = Source {
            table: Some(Table::Purchases),
            map,
            is_mapped: true,
            lookup,
            amount_on: Some(AmountOn::Line),
            ..file.source().clone()
        };
        if let Some((_, link)) = orders {
            source.values.extend(self.file(link.to).recognised().values.clone());
        }
        self.roles[at] = Some(Role::Joined(Box::new(source)));
        self.joins.refunds.push((
            file.name().to_string(),
            FileNote::Refunds {
                column: amount.header,
                of: orders.map(|(_, link)| self.file(link.to).name().to_string()),
            },
        ));
        Ok(())
    }

    /// The orders that the records of a file refund: those that are read, or that are looked up for lines or payments that are.
    fn refunded(&self, at: usize) -> Option<(usize, &'a Link)> {
        let mut links: Vec<(usize, &'a Link)> = self
            .links_from(at)
            .filter(|(place, link)| {
                let is_read = match &self.roles[link.to] {
                    Some(Role::Alone(_) | Role::Joined(_) | Role::Answers(_) | Role::Not(NotReadAlone::LookedUp { .. })) => true,
                    Some(Role::Not(_)) => false,
                    None => self.file(link.to).is_complete(),
                };
                let orders = self.file(link.to);
                let may_be = matches!(orders.table(), Some(Table::Purchases | Table::Interactions) | None);
                let has_person = || self.person(link.to, &orders.as_table(Table::Purchases), &link.of).is_some();
                is_read && may_be && self.is_certain(*place) && has_person()
            })
            .collect();
        // Of orders and their lines the orders say whose they are and when they were.
        links.sort_by_key(|(place, link)| {
            let has_lines = self.order_keys.contains_key(&link.to);
            (!has_lines, !super::words::is_called_orders(self.file(link.to)), *place)
        });
        links.first().copied()
    }

    /// The file that says how much of the orders of a file was refunded, if one does.
    fn states_refunds(&self, orders: usize) -> Option<String> {
        let has_refunds = |source: &Source| source.map.contains_key(purchases::REFUND.name);
        let counted = match &self.roles[orders] {
            Some(Role::Joined(source)) => has_refunds(source).then_some(orders)?,
            Some(Role::Not(_)) => self
                .roles
                .iter()
                .position(|role| matches!(role, Some(Role::Joined(source)) if has_refunds(source)))?,
            Some(Role::Alone(_) | Role::Answers(_)) | None => {
                let map = self.file(orders).as_table(Table::Purchases);
                map.contains_key(purchases::REFUND.name).then_some(orders)?
            }
        };
        Some(self.file(counted).name().to_string())
    }
}

/// What was refunded, by a column or an expression.
struct Refunded {
    header: String,
    expression: String,
    columns: Vec<usize>,
}

/// The amounts of a file of refunds: those of a purchase, the refund of one, or the only column that is called an amount.
fn amount(file: &File, map: &Map, threads: usize) -> Result<Option<Refunded>> {
    let of_column = |column: usize| Refunded {
        header: file.names[column].clone(),
        expression: quoted(&file.names[column]),
        columns: vec![column],
    };
    if let Some(column) = file.column(map, purchases::REFUND.name) {
        return Ok(Some(of_column(column)));
    }
    let says = |column: &usize| {
        let words = &file.words[*column];
        is_numeric(file, *column) && ["amount", "total", "refund"].iter().any(|word| words.contains(*word)) && !words.contains("id")
    };
    if let Some(found) = amounts::line_amount(file, map, threads)? {
        if let Some(expression) = found.expression(file) {
            let columns = found.columns().map(|(columns, _)| columns).unwrap_or_default();
            let header = columns
                .iter()
                .map(|&column| file.names[column].as_str())
                .collect::<Vec<_>>()
                .join(" * ");
            return Ok(Some(Refunded {
                header,
                expression,
                columns,
            }));
        }
        return Ok(file.column(map, purchases::AMOUNT.name).map(of_column));
    }
    let mut called = (0..file.names.len()).filter(says);
    let first = called.next();
    Ok(first.filter(|_| called.next().is_none()).map(of_column))
}

/// Which signs the amounts have, by all records.
fn signs(file: &File, amount: &Refunded, threads: usize) -> Result<Signs> {
    let marks: Vec<_> = amount.columns.iter().map(|&column| (column, mark(file, column))).collect();
    let sinks = file.for_each_record(
        threads,
        || (false, false),
        |(positive, negative), record| {
            let numbers = marks.iter().map(|&(column, mark)| number(record.get(column).unwrap_or(""), mark));
            if let Some(product) = numbers.product::<Option<f64>>() {
                *positive |= product > 0.0;
                *negative |= product < 0.0;
            }
            Ok(())
        },
    )?;
    let (positive, negative) = sinks.into_iter().fold((false, false), |all, one| (all.0 || one.0, all.1 || one.1));
    Ok(match (positive, negative) {
        (true, true) => Signs::Both,
        (false, true) => Signs::Negative,
        (_, false) => Signs::Positive,
    })
}

/// The only column of dates.
fn only_date(file: &File) -> Option<usize> {
    let mut dates =
        (0..file.names.len()).filter(|&column| file.profiles[column].share(&[Kind::Date]) >= 0.9 && file.profiles[column].filled > 0);
    let first = dates.next();
    first.filter(|_| dates.next().is_none())
}
