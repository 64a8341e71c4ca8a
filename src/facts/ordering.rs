//! A stakeholder's purchase lines as orders: shared by every fact that rests on orders.

use rustc_hash::FxHashMap;

use super::context::{Context, is_out};
use super::frame::Unknown;
use crate::canonical::Rows;
use crate::schema::{Micros, NO_INT, NO_KEY, Table, purchases};

/// An order of a stakeholder in a slice, or a refund that belongs to no order.
#[derive(Debug, Clone)]
pub struct Order {
    /// Time of the earliest line.
    pub at: Micros,
    /// Civil day of that time.
    pub day: i32,
    /// The slice its lines lie in.
    pub slice: u32,
    /// False for a refund that belongs to no order.
    pub is_order: bool,
    /// 1 for the stakeholder's first order, whatever the slice; 0 for a refund.
    pub number: u32,
    /// Amount before refunds, in 1/10,000; wide enough for more lines than there can be.
    pub gross: i128,
    /// Refunds, in 1/10,000.
    pub refund: i128,
    /// Row of the earliest line.
    pub row: u32,
    /// Whether its amounts cannot be added, because they are in several currencies.
    pub is_mixed: bool,
    /// Whether its lines lie in several slices while its amounts are known for the whole order only.
    pub is_divided: bool,
    /// The currency of the first of its amounts that is not zero.
    pub currency: Option<u32>,
    key: (u64, bool),
}

impl Order {
    /// Gross amount less refunds.
    pub fn revenue(&self) -> i128 {
        self.gross - self.refund
    }

    /// Why its amounts are not known, if they are not.
    pub fn unknown(&self) -> Option<Unknown> {
        match (self.is_mixed, self.is_divided) {
            (true, _) => Some(Unknown::MixedCurrencies),
            (false, true) => Some(Unknown::LinesDiffer),
            (false, false) => None,
        }
    }
}

/// Reads the orders of one stakeholder after the other into one reused buffer.
pub struct Orders<'a> {
    rows: &'a Rows,
    orders: Vec<Order>,
    /// Order of each line of the run, as an index into `orders`.
    line_order: Vec<u32>,
    found: FxHashMap<(u64, bool, u32), u32>,
}

impl<'a> Orders<'a> {
    /// Over the purchases, if there are any.
    pub fn new(ctx: &Context<'a>) -> Option<Orders<'a>> {
        let rows = ctx.canonical.table(Table::Purchases)?;
        Some(Orders {
            rows,
            orders: Vec::new(),
            line_order: Vec::new(),
            found: FxHashMap::default(),
        })
    }

    /// The orders of a stakeholder by time. Lines that `--where` leaves out are there too, with an out slice: what is global
    /// (the first order, an order's number) rests on them. `slice` says which slice a line lies in.
    pub fn of(&mut self, ctx: &Context, stakeholder: u32, slice: impl Fn(usize) -> u32) -> &[Order] {
        let run = self.rows.run(stakeholder);
        self.orders.clear();
        self.line_order.clear();
        self.found.clear();
        let (times, amounts) = (self.rows.times(&purchases::OCCURRED_AT), self.rows.ints(&purchases::AMOUNT));
        let (ids, refunds) = (self.rows.keys(&purchases::ORDER_ID), self.rows.ints(&purchases::REFUND));
        let currencies = self.rows.codes(&purchases::CURRENCY);
        let has_currencies = currencies.exists();
        let many = run.len() > 32;
        let is_nobody = stakeholder == ctx.canonical.nobody();
        let start = run.start;
        self.line_order.resize(run.len(), u32::MAX);
        // Orders first, then the negative lines, which may come before the order they belong to.
        let mut first: Option<FxHashMap<(u64, bool), (Micros, i32)>> = None;
        for pass in 0..2 {
            if pass == 1 && self.orders.windows(2).any(|w| w[0].slice != w[1].slice) {
                // An order whose lines lie in several slices has one time, so that periods add up over slices.
                let first = first.get_or_insert_with(|| times_by_key(&self.orders));
                for order in &mut self.orders {
                    (order.at, order.day) = first[&order.key];
                }
            }
            for row in run.clone() {
                let amount = amounts.at(row);
                if (amount < 0) != (pass == 1) {
                    continue;
                }
                let at = times.at(row);
                let day = ctx.canonical.zone.day_of(at);
                let slice = slice(row);
                let id = ids.at(row);
                let key = match id {
                    // The lines of nobody are of many people: their day says nothing of what belongs together.
                    NO_KEY if is_nobody => (row as u64, true),
                    NO_KEY => (day as u64, true),
                    id => (id, false),
                };
                let known = if many {
                    self.found.get(&(key.0, key.1, slice)).copied()
                } else {
                    self.orders.iter().rposition(|o| o.key == key && o.slice == slice).map(|i| i as u32)
                };
                let index = known.unwrap_or_else(|| {
                    let index = self.orders.len() as u32;
                    // A refund counts when its order does, also where that lies in another slice.
                    let (at, day) = match pass {
                        0 => (at, day),
                        _ => *first
                            .get_or_insert_with(|| times_by_key(&self.orders))
                            .get(&key)
                            .unwrap_or(&(at, day)),
                    };
                    self.orders.push(Order {
                        at,
                        day,
                        slice,
                        is_order: pass == 0,
                        number: 0,
                        gross: 0,
                        refund: 0,
                        row: row as u32,
                        is_mixed: false,
                        is_divided: false,
                        currency: None,
                        key,
                    });
                    if many {
                        self.found.insert((key.0, key.1, slice), index);
                    }
                    index
                });
                let order = &mut self.orders[index as usize];
                let amount = i128::from(amount);
                order.gross += amount.max(0);
                order.refund += (-amount).max(0);
                if refunds.at(row) != NO_INT {
                    order.refund += i128::from(refunds.at(row)).abs();
                }
                if has_currencies && (amount != 0 || refunds.at(row) != NO_INT) {
                    order.is_mixed |= *order.currency.get_or_insert(currencies.at(row)) != currencies.at(row);
                }
                self.line_order[row - start] = index;
            }
        }
        self.number_orders();
        self.mark_divided(ctx);
        &self.orders
    }

    /// Marks the orders that are only known as a whole and whose lines lie in several slices.
    fn mark_divided(&mut self, ctx: &Context) {
        if self.orders.windows(2).all(|w| w[0].slice == w[1].slice) {
            return;
        }
        let rows = self.rows;
        let is_whole = |order: &Order| {
            let source = usize::from(rows.source_of(order.row as usize));
            !order.key.1 && ctx.canonical.sources[source].amount_of_order
        };
        let mut slices: FxHashMap<(u64, bool), (u32, bool)> = FxHashMap::default();
        for order in self.orders.iter().filter(|order| is_whole(order)) {
            let (first, several) = slices.entry(order.key).or_insert((order.slice, false));
            *several |= *first != order.slice;
        }
        for order in self.orders.iter_mut().filter(|order| is_whole(order)) {
            order.is_divided = slices[&order.key].1;
        }
    }

    /// Lines come by time, so most orders do too; refunds without an order, added last, and parts of orders have to be sorted in.
    fn number_orders(&mut self) {
        if !self.orders.is_sorted_by_key(|o| o.at) {
            let mut order: Vec<u32> = (0..self.orders.len() as u32).collect();
            order.sort_by_key(|&i| (self.orders[i as usize].at, i));
            let mut place = vec![0; order.len()];
            for (new, &old) in order.iter().enumerate() {
                place[old as usize] = new as u32;
            }
            self.orders = order.iter().map(|&i| self.orders[i as usize].clone()).collect();
            self.line_order.iter_mut().for_each(|i| *i = place[*i as usize]);
        }
        let mut number = 0;
        let mut numbered: FxHashMap<(u64, bool), u32> = FxHashMap::default();
        let split = self.orders.windows(2).any(|w| w[0].slice != w[1].slice);
        for order in self.orders.iter_mut().filter(|o| o.is_order) {
            if split {
                // One order whose lines lie in several slices is one order with one number.
                order.number = *numbered.entry(order.key).or_insert_with(|| {
                    number += 1;
                    number
                });
            } else {
                number += 1;
                order.number = number;
            }
        }
    }

    /// The lines of the stakeholder last asked for: (row, index of its order).
    pub fn lines(&self, stakeholder: u32) -> impl Iterator<Item = (usize, usize)> + '_ {
        let run = self.rows.run(stakeholder);
        run.clone().zip(self.line_order.iter().map(|&i| i as usize))
    }

    /// The orders last read.
    pub fn last(&self) -> &[Order] {
        &self.orders
    }
}

/// When each order was placed: the time and the day of its earliest line, whatever the slice.
fn times_by_key(orders: &[Order]) -> FxHashMap<(u64, bool), (Micros, i32)> {
    let mut times = FxHashMap::default();
    for order in orders.iter().filter(|o| o.is_order) {
        // Lines come by time.
        times.entry(order.key).or_insert((order.at, order.day));
    }
    times
}

/// Days between distinct order days, per slice: for each order the days since the previous order day, on the first order of
/// each order day after the first; [`NO_INT`] elsewhere.
pub fn gaps(orders: &[Order]) -> Vec<i64> {
    let mut last: Vec<(u32, i32)> = Vec::new();
    orders
        .iter()
        .map(|order| {
            if !order.is_order || is_out(order.slice) {
                return NO_INT;
            }
            match last.iter_mut().find(|(slice, _)| *slice == order.slice) {
                None => {
                    last.push((order.slice, order.day));
                    NO_INT
                }
                Some((_, day)) if *day == order.day => NO_INT,
                Some((_, day)) => {
                    let gap = order.day - *day;
                    *day = order.day;
                    i64::from(gap)
                }
            }
        })
        .collect()
}
