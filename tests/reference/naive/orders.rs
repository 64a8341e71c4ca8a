//! Orders and customers.

use relhealth::api::schema::Table;

use super::{At, Data, Dims, Money, Record, Row, Window, is_nobody};

/// An order, or a refund that belongs to none.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    pub who: String,
    pub slice: Vec<String>,
    pub is_order: bool,
    pub id: Option<String>,
    at: i64,
    /// The lines that are no refunds; of a refund without an order, the refunds.
    pub lines: Vec<&'a Record>,
    /// Refunds of this order.
    pub refunds: Vec<&'a Record>,
}

impl Order<'_> {
    /// When it was placed: its earliest line, whatever slice that lies in. A refund without an order has its own time.
    pub fn at(&self, _: &Data) -> i64 {
        self.at
    }

    fn placed(&self, data: &Data) -> i64 {
        let time = |line: &Record| data.time(line, "occurred_at").unwrap();
        let day = data.day(time(self.lines[0]));
        let same = |l: &&Record| match &self.id {
            Some(id) => l.is("order_id", id),
            None => l.text("order_id").is_none() && data.day(time(l)) == day,
        };
        let all = data
            .of(Table::Purchases)
            .iter()
            .filter(|l| l.is("stakeholder_id", &self.who) && !l.is("status", "cancelled"));
        let sold = all.filter(|l| l.money("amount").unwrap() >= 0).filter(same);
        sold.map(time).min().unwrap_or(self.lines.iter().map(|l| time(l)).min().unwrap())
    }

    pub fn gross(&self) -> i64 {
        if self.is_order {
            self.lines.iter().map(|l| l.money("amount").unwrap()).sum()
        } else {
            0
        }
    }

    pub fn refund(&self) -> i64 {
        let all = self.lines.iter().chain(&self.refunds);
        let told: i64 = all.clone().filter_map(|l| l.money("refund")).sum();
        let negative: i64 = all.map(|l| l.money("amount").unwrap()).filter(|a| *a < 0).sum();
        told - negative
    }

    pub fn revenue(&self) -> i64 {
        self.gross() - self.refund()
    }
}

/// All orders within their slices, then the refunds that belong to none.
pub fn of<'a>(data: &'a Data, dims: &Dims) -> Vec<Order<'a>> {
    let mut orders: Vec<Order> = Vec::new();
    let counts = |r: &&Record| r.text("stakeholder_id").is_some() && !r.is("status", "cancelled");
    for refunds in [false, true] {
        for line in data.of(Table::Purchases).iter().filter(counts) {
            if (line.money("amount").unwrap() < 0) != refunds {
                continue;
            }
            let who = line.text("stakeholder_id").unwrap();
            let Some(slice) = dims.of(data, Some(Table::Purchases), Some(line), Some(who)) else {
                continue;
            };
            let id = line.text("order_id").map(str::to_string);
            let day = data.day(data.time(line, "occurred_at").unwrap());
            let same_thing = |o: &Order| o.who == who && o.slice == slice;
            let same_day = |o: &Order| data.day(data.time(o.lines[0], "occurred_at").unwrap()) == day;
            let found = match (refunds, &id) {
                (false, Some(_)) => orders.iter_mut().find(|o| same_thing(o) && o.id == id),
                (false, None) => orders.iter_mut().find(|o| same_thing(o) && o.id.is_none() && same_day(o)),
                (true, Some(_)) => orders.iter_mut().find(|o| same_thing(o) && o.is_order && o.id == id),
                (true, None) => orders
                    .iter_mut()
                    .find(|o| same_thing(o) && o.is_order && o.id.is_none() && same_day(o)),
            };
            match found {
                Some(order) if refunds => order.refunds.push(line),
                Some(order) => order.lines.push(line),
                None if refunds => {
                    // On its own day.
                    match orders
                        .iter_mut()
                        .find(|o| same_thing(o) && !o.is_order && o.id == id && (id.is_some() || same_day(o)))
                    {
                        Some(order) => order.lines.push(line),
                        None => orders.push(Order {
                            who: who.into(),
                            slice,
                            is_order: false,
                            id,
                            at: 0,
                            lines: vec![line],
                            refunds: vec![],
                        }),
                    }
                }
                None => orders.push(Order {
                    who: who.into(),
                    slice,
                    is_order: true,
                    id,
                    at: 0,
                    lines: vec![line],
                    refunds: vec![],
                }),
            }
        }
    }
    for order in &mut orders {
        order.at = order.placed(data);
    }
    orders
}

pub fn orders(data: &Data, dims: &Dims) -> Vec<Row> {
    let all = of(data, dims);
    let mut rows = Vec::new();
    for (index, order) in all.iter().enumerate() {
        let who = Some(order.who.as_str()).filter(|who| !is_nobody(who));
        let mut row = Row::new(who, Some(order.lines[0].file), order.slice.clone());
        let at = order.at(data);
        row.set("ordered_at", At(at));
        row.set("is_order", order.is_order);
        row.set("gross_amount", Money(order.gross()));
        row.set("refund", Money(order.refund()));
        row.set("revenue", Money(order.revenue()));
        // What was sold must have a cost; a refund may bring one back.
        if order.lines.iter().all(|l| l.money("cost").is_some()) {
            let cost: i64 = order.lines.iter().chain(&order.refunds).filter_map(|l| l.money("cost")).sum();
            row.set("cost", Money(cost));
            row.set("margin", Money(order.revenue() - cost));
        }
        if order.is_order {
            row.set("days_since_previous", who.and_then(|_| days_since_previous(data, &all, index)));
            let promised = order.lines.iter().filter_map(|l| data.time(l, "promised_at")).max();
            let promised = promised.map(|at| data.end_of(Table::Purchases, "promised_at", at));
            let deliveries: Vec<Option<i64>> = order.lines.iter().map(|l| data.time(l, "delivered_at")).collect();
            let delivered = deliveries
                .iter()
                .all(Option::is_some)
                .then(|| deliveries.iter().flatten().max().copied().unwrap());
            row.set("promised_at", promised.map(At));
            row.set("delivered_at", delivered.map(At));
            if let (Some(promised), Some(delivered)) = (promised, delivered) {
                let by_date = data.is_date(Table::Purchases, "promised_at") || data.is_date(Table::Purchases, "delivered_at");
                let on_time = if by_date {
                    data.day(delivered) <= data.day(promised)
                } else {
                    delivered <= promised
                };
                row.set("delivered_on_time", on_time);
            }
        }
        rows.push(row);
    }
    rows
}

/// Between order days of the slice; only on the first order of a day.
fn days_since_previous(data: &Data, all: &[Order], index: usize) -> Option<i32> {
    let own = &all[index];
    let (at, day) = (own.at(data), data.day(own.at(data)));
    let same: Vec<(usize, i64)> = (all.iter().enumerate())
        .filter(|(_, o)| o.is_order && o.who == own.who && o.slice == own.slice)
        .map(|(i, o)| (i, o.at(data)))
        .collect();
    // Of several orders at one time any one counts, the first in the file here.
    let is_first = same
        .iter()
        .filter(|(_, t)| data.day(*t) == day)
        .all(|(i, t)| *t > at || (*t == at && *i >= index));
    let previous = same.iter().map(|(_, t)| data.day(*t)).filter(|d| *d < day).max()?;
    is_first.then_some(day - previous)
}

pub fn customers(data: &Data, dims: &Dims, window: &Window) -> Vec<Row> {
    let sliced = of(data, dims);
    let all = of(data, &Dims::none());
    let people = sliced.iter().filter(|o| !is_nobody(&o.who));
    let mut keys: Vec<(&String, &Vec<String>)> = people.map(|o| (&o.who, &o.slice)).collect();
    keys.sort();
    keys.dedup();
    let mut rows = Vec::new();
    for (who, slice) in keys {
        let own = || sliced.iter().filter(|o| o.who == *who && o.slice == *slice);
        let now: Vec<&Order> = own().filter(|o| window.holds(o.at(data))).collect();
        let before: Vec<&Order> = own().filter(|o| window.before_holds(o.at(data))).collect();
        if now.is_empty() && before.is_empty() {
            continue;
        }
        let first = all.iter().filter(|o| o.who == *who && o.is_order).map(|o| o.at(data)).min();
        let mut days: Vec<i32> = now.iter().filter(|o| o.is_order).map(|o| data.day(o.at(data))).collect();
        days.sort_unstable();
        days.dedup();
        let mut ever: Vec<i32> = all
            .iter()
            .filter(|o| o.who == *who && o.is_order)
            .map(|o| data.day(o.at(data)))
            .collect();
        ever.sort_unstable();
        ever.dedup();
        let mut row = Row::new(Some(who), None, slice.clone());
        row.set("active", now.iter().any(|o| o.is_order));
        row.set("active_before", before.iter().any(|o| o.is_order));
        let since_before = window.period.previous().start;
        row.set(
            "active_since_before",
            own().any(|o| o.is_order && since_before <= o.at(data) && o.at(data) < window.period.start),
        );
        row.set("is_new", first.is_some_and(|at| window.holds(at)));
        row.set("orders", now.iter().filter(|o| o.is_order).count());
        row.set("order_days", days.len());
        row.set("revenue", Money(now.iter().map(|o| o.revenue()).sum()));
        row.set("revenue_before", Money(before.iter().map(|o| o.revenue()).sum()));
        row.set("first_ordered_at", first.map(At));
        row.set("days_to_second_order_day", ever.get(1).map(|second| second - ever[0]));
        rows.push(row);
    }
    rows
}
