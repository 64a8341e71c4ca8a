//! Whether an amount is that of a line or that of its order, repeated on each of its lines or on the first of them: what the lines of all
//! orders of a file show together.

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::canonical::Data;
use crate::canonical::load::file::columns::{ColumnSource, Plan};
use crate::canonical::load::file::reading::Rowset;
use crate::diagnostics::{Place, Problem, counted, excerpt};
use crate::notes::{OrderAmountReading, OrderAmountShown};
use crate::schema::{Column, DAY, MONEY_SCALE, NO_INT, NO_KEY, NO_TIME, Table, purchases, supplies};
use crate::sources::{AmountName, amount_name, is_price, lists_soft_credits};

/// What the amounts of a file are of.
pub enum AmountsAre {
    /// Of the lines: because some order shows it, or because nothing says otherwise.
    OfLines {
        /// Whether an order with several lines shows it.
        is_shown: bool,
    },
    /// Of the orders.
    OfOrders(OrderAmountReading),
    /// It may be either: what is to be asked.
    NotClear(OrderAmountReading),
    /// They may be prices of single units: how many of the lines have another quantity than one.
    OfUnits {
        /// The header of the amounts.
        header: String,
        /// The header of the quantities.
        quantity: String,
        /// Lines with another quantity than one, and all lines.
        lines: (u64, u64),
    },
}

/// The lines of one order.
#[derive(Default)]
struct Order {
    lines: u64,
    /// Lines with an amount, the first of these amounts, and whether another one has another, or another date.
    priced: u64,
    amount: i64,
    differs: bool,
    /// Lines whose amount is their quantity times their price.
    products: u64,
    /// Lines whose amount is within a quarter of that.
    near_products: u64,
    /// The sum of quantity times price over the lines, as far as both are known, and of how many lines.
    sum: i128,
    with_product: u64,
    /// The status of the first line, and whether another one has another: then they are states of one record, not lines.
    status: Option<u32>,
    has_states: bool,
    record_type: Option<u32>,
    /// When the first line was. Those of an order have one date; what recurs under one id, such as the payments of a plan, has several.
    at: Option<i64>,
    /// The stakeholder of the first line, and whether another one has another.
    who: Option<u32>,
    has_several_people: bool,
    /// The first record, and whether another one has other cells.
    hash: Option<u128>,
    has_lines: bool,
}

/// Of a large file, the orders that are looked at: enough to decide.
const ENOUGH: usize = 100_000;

/// The columns that are compared.
struct Columns<'a> {
    orders: &'a [u64],
    amounts: &'a [i64],
    quantities: Option<&'a [f64]>,
    prices: Option<&'a [i64]>,
    statuses: Option<&'a [u32]>,
    types: Option<&'a [u32]>,
    people: Option<&'a [u32]>,
    times: Option<&'a [i64]>,
}

/// What the amounts of a file are of, where nothing says it; `None`: it has no amounts of lines of orders.
pub fn decide(table: Table, plans: &[Plan], rowset: &Rowset, headers: &[String]) -> AmountsAre {
    let Some((header, columns)) = columns(table, plans, rowset) else {
        return AmountsAre::OfLines { is_shown: false };
    };
    if let Some(of_units) = of_units(table, header, &columns, plans) {
        return of_units;
    }
    let orders = orders(&columns, rowset);
    // Gifts that are listed once for each person who is credited with them.
    let name = match lists_soft_credits(headers) {
        true => AmountName::Order,
        false => amount_name(header),
    };
    weigh(&orders, name, header)
}

/// A column that is called a price, without a total next to it, may be the price of one unit where more than one was bought.
fn of_units(table: Table, header: &str, columns: &Columns, plans: &[Plan]) -> Option<AmountsAre> {
    let quantities = columns.quantities.filter(|_| columns.prices.is_none() && is_price(header))?;
    let many = quantities.iter().filter(|quantity| !quantity.is_nan() && **quantity != 1.0).count();
    let of_quantity = plans.iter().find(|plan| {
        plan.column
            .is_some_and(|column| column.table == table && column.name == purchases::QUANTITY.name)
    })?;
    (many > 0).then(|| AmountsAre::OfUnits {
        header: header.to_string(),
        quantity: of_quantity.header.clone(),
        lines: (many as u64, quantities.len() as u64),
    })
}

/// The question whether amounts are prices of units, and how to answer it.
pub fn unit_question(file: &str, header: &str, quantity: &str, (many, all): (u64, u64)) -> Problem {
    Problem::data(format!("{} may be the price of one unit or the amount of the line", excerpt(header)))
        .why(format!("{many} of {} a quantity other than 1", counted(all, "line has", "lines have")))
        .hint(format!(
            "if it is the price of one unit, set amount = {{ expr = '\"{quantity}\" * \"{header}\"' }} in [source.map] of relhealth.toml; if it \
             is the amount of the line, set amount_on = \"line\" in [[source]]"
        ))
        .at(Place::file(file))
}

/// Whether an order has a line without an amount.
pub fn lacks_some(table: Table, plans: &[Plan], rowset: &Rowset) -> bool {
    columns(table, plans, rowset).is_some_and(|(_, columns)| columns.amounts.contains(&NO_INT))
}

/// The header of the amounts, and the columns.
fn columns<'a>(table: Table, plans: &'a [Plan], rowset: &'a Rowset) -> Option<(&'a str, Columns<'a>)> {
    let (order, amount, at): (&Column, &Column, &Column) = match table {
        Table::Purchases => (&purchases::ORDER_ID, &purchases::AMOUNT, &purchases::OCCURRED_AT),
        Table::Supplies => (&supplies::ORDER_ID, &supplies::AMOUNT, &supplies::ORDERED_AT),
        Table::Interactions | Table::Surveys | Table::Stakeholders | Table::Referrals | Table::Identities => return None,
    };
    let place = |column: &Column| plans.iter().position(|plan| plan.column == Some(column));
    let data = |column: &Column| place(column).map(|at| &rowset.fillings[at].data);
    let plan = &plans[place(amount)?];
    // What an expression makes of a line is the line's.
    let (ColumnSource::Field(_), Some(Data::Key(orders)), Some(Data::Int(amounts))) = (&plan.take, data(order), data(amount)) else {
        return None;
    };
    let quantities = match data(&purchases::QUANTITY).or_else(|| data(&supplies::QUANTITY)) {
        Some(Data::Float(quantities)) => Some(quantities.as_slice()),
        _ => None,
    };
    let prices = match data(&purchases::UNIT_AMOUNT) {
        Some(Data::Int(prices)) => Some(prices.as_slice()),
        _ => None,
    };
    let statuses = match data(&purchases::STATUS) {
        Some(Data::Code(statuses)) => Some(statuses.as_slice()),
        _ => None,
    };
    let types = match data(&purchases::RECORD_TYPE) {
        Some(Data::Code(types)) => Some(types.as_slice()),
        _ => None,
    };
    let people = match data(table.stakeholder_column()) {
        Some(Data::Code(people)) => Some(people.as_slice()),
        _ => None,
    };
    let times = match data(at) {
        Some(Data::Int(times)) => Some(times.as_slice()),
        _ => None,
    };
    let columns = Columns {
        orders,
        amounts,
        quantities,
        prices,
        statuses,
        types,
        people,
        times,
    };
    Some((&plan.header, columns))
}

/// The orders of the file, or as many as are enough; which ones, their ids decide, so that it does not depend on the order of the rows.
fn orders(columns: &Columns, rowset: &Rowset) -> FxHashMap<u64, Order> {
    let share = (columns.orders.len() / ENOUGH).next_power_of_two() as u64;
    let mut orders: FxHashMap<u64, Order> = FxHashMap::with_capacity_and_hasher(columns.orders.len() / share as usize / 2, FxBuildHasher);
    let hashes = (rowset.hashes.len() == columns.orders.len()).then_some(&rowset.hashes);
    for (row, &id) in columns.orders.iter().enumerate() {
        // Ids are hashes, so any of their bits will do.
        if id == NO_KEY || id & (share - 1) != 0 {
            continue;
        }
        let order = orders.entry(id).or_default();
        order.lines += 1;
        if let Some(statuses) = columns.statuses {
            let first = *order.status.get_or_insert(statuses[row]);
            order.has_states |= first != statuses[row];
        }
        // A payment and its refund are no lines either.
        if let Some(types) = columns.types {
            order.has_states |= *order.record_type.get_or_insert(types[row]) != types[row];
        }
        if let Some(people) = columns.people {
            order.has_several_people |= *order.who.get_or_insert(people[row]) != people[row];
        }
        match hashes {
            Some(hashes) => order.has_lines |= *order.hash.get_or_insert(hashes[row]) != hashes[row],
            None => order.has_lines = true,
        }
        let product = match (columns.quantities, columns.prices) {
            (Some(quantities), Some(prices)) if !quantities[row].is_nan() && prices[row] != NO_INT => {
                Some((quantities[row] * prices[row] as f64).round() as i64)
            }
            _ => None,
        };
        if let Some(product) = product {
            order.with_product += 1;
            order.sum += i128::from(product);
        }
        let amount = columns.amounts[row];
        if amount == NO_INT {
            continue;
        }
        if order.priced == 0 {
            order.amount = amount;
        }
        let at = columns.times.map_or(NO_TIME, |times| times[row]);
        let first = *order.at.get_or_insert(at);
        order.differs |= order.amount != amount || first.saturating_sub(at).saturating_abs() >= DAY;
        order.priced += 1;
        if let Some(product) = product {
            order.products += u64::from(is_close(amount.into(), product.into(), CENT));
            order.near_products += u64::from(is_near(amount.into(), product.into()));
        }
    }
    orders
}

/// A cent and a half for each of two lines, as prices are rounded.
const CENT: i128 = MONEY_SCALE as i128 / 66;

fn is_close(a: i128, b: i128, tolerance: i128) -> bool {
    (a - b).abs() <= tolerance
}

/// Whether two amounts are as far apart at most as taxes, discounts and shipping make them.
fn is_near(a: i128, b: i128) -> bool {
    4 * (a - b).abs() <= a.abs().max(b.abs())
}

impl Order {
    /// Whether it shows something: several lines that are neither one record twice, nor states of one record, nor without money.
    fn is_telling(&self) -> bool {
        self.lines > 1 && self.has_lines && !self.has_states && self.priced > 0 && (self.differs || self.amount != 0)
    }

    /// Whether one line alone has an amount.
    fn is_once(&self) -> bool {
        self.priced == 1
    }

    /// Whether quantity and price of all lines are known.
    fn has_products(&self) -> bool {
        self.with_product == self.lines && self.priced >= 1
    }

    fn is_total(&self) -> bool {
        !self.differs && is_close(self.amount.into(), self.sum, CENT * i128::from(self.lines))
    }

    fn is_near_total(&self) -> bool {
        !self.differs && is_near(self.amount.into(), self.sum)
    }
}

/// What orders with several lines show, by how many of them.
fn weigh(orders: &FxHashMap<u64, Order>, name: AmountName, header: &str) -> AmountsAre {
    let telling: Vec<&Order> = orders.values().filter(|order| order.is_telling()).collect();
    let count = |of: &dyn Fn(&Order) -> bool| telling.iter().filter(|order| of(order)).count() as u64;
    let several = telling.len() as u64;
    let once = count(&|order| order.is_once());
    let constant = count(&|order| !order.is_once() && !order.differs);
    let differing = several - once - constant;
    if constant + once == 0 {
        return AmountsAre::OfLines { is_shown: differing > 0 };
    }
    let reading = |shown: OrderAmountShown| OrderAmountReading {
        shown,
        orders: orders.len() as u64,
        several,
        header: header.to_string(),
    };
    let of_orders = |shown| AmountsAre::OfOrders(reading(shown));
    // Quantity times price proves either.
    let known = count(&|order| order.has_products());
    let totals = count(&|order| order.has_products() && order.is_total());
    let lines = count(&|order| order.has_products() && order.products == order.lines);
    if known > 0 && totals > lines && 10 * totals >= 9 * known && 10 * differing <= several {
        return of_orders(OrderAmountShown::Products { orders: totals, of: known });
    }
    if known > 0 && 10 * lines >= 9 * known {
        return AmountsAre::OfLines { is_shown: true };
    }
    if differing > 0 {
        // Lines of one order may cost the same; totals do not differ within theirs, but for a few errors.
        let is_doubtful = several >= 10 && 10 * (constant + once) >= 9 * several && name != AmountName::Line && constant > 0;
        return match is_doubtful {
            true => AmountsAre::NotClear(reading(OrderAmountShown::NearlyConstant { orders: constant + once })),
            false => AmountsAre::OfLines { is_shown: true },
        };
    }
    if constant == 0 {
        return of_orders(OrderAmountShown::Once { orders: once });
    }
    if name == AmountName::Line {
        return AmountsAre::OfLines { is_shown: false };
    }
    let near_totals = count(&|order| order.has_products() && order.is_near_total());
    let near_lines = count(&|order| order.has_products() && order.near_products == order.lines);
    if known > 0 && 10 * near_lines >= 9 * known && 2 * near_totals < known {
        return AmountsAre::OfLines { is_shown: true };
    }
    let mut amounts: Vec<i64> = telling.iter().map(|order| order.amount).collect();
    amounts.sort_unstable();
    amounts.dedup();
    let differ_between = amounts.len() > 1 && constant + once > 1;
    // The lines of an order have one customer; a gift may be listed for several people.
    let is_of_several = telling.iter().all(|order| order.has_several_people);
    let fits_products = known == 0 || 10 * near_totals >= 9 * known && 2 * near_lines < known;
    if (name == AmountName::Order || is_of_several) && fits_products
        || differ_between && fits_products && 20 * several >= orders.len() as u64
    {
        return of_orders(OrderAmountShown::Constant { orders: constant + once });
    }
    // A few ids that come twice among many are no lines of orders.
    match 20 * several >= orders.len() as u64 {
        true => AmountsAre::NotClear(reading(OrderAmountShown::Constant { orders: constant + once })),
        false => AmountsAre::OfLines { is_shown: false },
    }
}

/// The question about a file whose amounts may be of its orders or of their lines, as far as it shows by itself.
#[derive(Debug)]
pub struct NotClear(pub Problem);

impl std::fmt::Display for NotClear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NotClear {}

impl NotClear {
    /// Of a file.
    pub fn new(file: &str, reading: &OrderAmountReading) -> NotClear {
        NotClear(question(file, reading))
    }
}

/// The question, and how to answer it.
fn question(file: &str, reading: &OrderAmountReading) -> Problem {
    let orders = counted(reading.several, "order has", "orders have");
    let header = excerpt(&reading.header);
    Problem::data(format!("{header} may be the amount of the line or of the whole order"))
        .why(format!("{orders} several lines; {}", reading.evidence()))
        .hint(
            "set amount_on = \"order\" in its [[source]] of relhealth.toml to count it once for each order, or amount_on = \"line\" to add up \
             the lines; `relhealth init` writes the file",
        )
        .at(Place::file(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(amounts: &[i64], products: Option<&[(f64, i64)]>) -> Order {
        let mut order = Order {
            has_lines: true,
            lines: amounts.len() as u64,
            ..Order::default()
        };
        for (at, &amount) in amounts.iter().enumerate() {
            let product = products.map(|products| (products[at].0 * products[at].1 as f64) as i64 * MONEY_SCALE);
            if let Some(product) = product {
                order.with_product += 1;
                order.sum += i128::from(product);
            }
            if amount == NO_INT {
                continue;
            }
            let amount = amount * MONEY_SCALE;
            if order.priced == 0 {
                order.amount = amount;
            }
            order.differs |= order.amount != amount;
            order.priced += 1;
            if let Some(product) = product {
                order.products += u64::from(is_close(amount.into(), product.into(), CENT));
                order.near_products += u64::from(is_near(amount.into(), product.into()));
            }
        }
        order
    }

    fn shown(orders: Vec<Order>, name: AmountName) -> &'static str {
        let orders: FxHashMap<u64, Order> = (1..).zip(orders).collect();
        match weigh(&orders, name, "amount") {
            AmountsAre::OfLines { .. } => "lines",
            AmountsAre::OfOrders(_) => "orders",
            AmountsAre::NotClear(_) => "asked",
            AmountsAre::OfUnits { .. } => "units",
        }
    }

    use AmountName::{Line, Open, Order as OfOrder};

    #[test]
    fn quantity_times_price_proves_it() {
        let totals = || vec![order(&[100, 100], Some(&[(1.0, 70), (1.0, 30)])), order(&[20], Some(&[(1.0, 20)]))];
        assert_eq!(shown(totals(), Open), "orders");
        // Two equal lines of an order are lines, whatever they are called.
        let lines = || vec![order(&[50, 50], Some(&[(1.0, 50), (1.0, 50)])), order(&[20], Some(&[(1.0, 20)]))];
        assert_eq!(shown(lines(), Open), "lines");
        assert_eq!(shown(lines(), OfOrder), "lines");
    }

    #[test]
    fn amounts_that_are_constant_within_orders_and_differ_between_them_are_totals() {
        assert_eq!(
            shown(vec![order(&[100, 100], None), order(&[50], None), order(&[90, 90, 90], None)], Open),
            "orders"
        );
        assert_eq!(
            shown(vec![order(&[100, 100], None), order(&[50], None), order(&[90, 20], None)], Open),
            "lines"
        );
        assert_eq!(shown(vec![order(&[100], None), order(&[50], None)], Open), "lines");
    }

    #[test]
    fn what_may_be_either_is_asked_unless_the_name_says_it() {
        // One price for all: tickets, or orders with one total.
        let tickets = || vec![order(&[10, 10], None), order(&[10, 10, 10], None), order(&[10], None)];
        assert_eq!(shown(tickets(), Open), "asked");
        assert_eq!(shown(tickets(), OfOrder), "orders");
        assert_eq!(shown(tickets(), Line), "lines");
        // Neither fits: a total with a discount of more than a quarter, or something else.
        let odd = vec![
            order(&[40, 40], Some(&[(1.0, 70), (1.0, 30)])),
            order(&[30, 30], Some(&[(1.0, 80), (2.0, 30)])),
        ];
        assert_eq!(shown(odd, Open), "asked");
        // One id that comes twice among many is not an order with lines.
        let many = (0..40).map(|n| order(&[n + 1], None)).chain([order(&[7, 7], None)]).collect();
        assert_eq!(shown(many, Open), "lines");
    }

    #[test]
    fn a_total_on_one_line_alone_is_that_of_the_order() {
        let once = |lines: usize, amount: i64| {
            let mut amounts = vec![NO_INT; lines];
            amounts[0] = amount;
            order(&amounts, None)
        };
        assert_eq!(shown(vec![once(3, 60), once(2, 10), order(&[5], None)], Open), "orders");
        assert_eq!(shown(vec![once(3, 60), order(&[5, 6], None)], Open), "lines");
    }
}
