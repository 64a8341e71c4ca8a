//! Whether an amount is that of a line or that of its order, repeated on each of its lines or on the first of them: what the lines of all
//! orders of a file show together.

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::canonical::Data;
use crate::canonical::load::file::columns::{ColumnSource, Plan};
use crate::canonical::load::file::reading::Rowset;
use crate::diagnostics::{Place, Problem, counted, excerpt};
use crate::notes::{OrderAmountReading, OrderAmountShown};
use crate::schema::{Column, DAY, MONEY_SCALE, NO_CODE, NO_INT, NO_KEY, NO_TIME, Table, purchases, supplies};
use crate::sources::guess::{Answer, product};
use crate::sources::{AmountName, amount_name, is_price, lists_soft_credits};

/// What the amounts of files are of.
pub enum AmountsAre {
    /// Of the lines: because some order shows it, or because nothing says otherwise.
    Lines,
    /// Of the orders.
    Orders(OrderAmountReading),
    /// It may be either: what is to be asked.
    NotClear(OrderAmountReading),
}

/// What there is to decide about the amounts of a file.
pub enum Amounts {
    /// They are of lines; there is nothing to decide.
    Lines,
    /// They are of lines or of orders, as this shows.
    LinesOrOrders(Evidence),
    /// They may be prices of single units: how many of the lines have another quantity than one.
    Units {
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

/// What shows of what the amounts of a file are, where nothing says it.
pub fn look(table: Table, plans: &[Plan], rowset: &Rowset, headers: &[String]) -> Amounts {
    let Some((header, columns)) = columns(table, plans, rowset) else {
        return Amounts::Lines;
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
    Amounts::LinesOrOrders(Evidence::of(&orders, name, header))
}

/// A column that is called a price, without a total next to it, may be the price of one unit where more than one was bought.
fn of_units(table: Table, header: &str, columns: &Columns, plans: &[Plan]) -> Option<Amounts> {
    let quantities = columns.quantities.filter(|_| columns.prices.is_none() && is_price(header))?;
    let many = quantities.iter().filter(|quantity| !quantity.is_nan() && **quantity != 1.0).count();
    let of_quantity = plans.iter().find(|plan| {
        plan.column
            .is_some_and(|column| column.table == table && column.name == purchases::QUANTITY.name)
    })?;
    (many > 0).then(|| Amounts::Units {
        header: header.to_string(),
        quantity: of_quantity.header.clone(),
        lines: (many as u64, quantities.len() as u64),
    })
}

/// The question whether amounts are prices of units, and how to answer it.
pub fn unit_question(file: &str, header: &str, quantity: &str, (many, all): (u64, u64)) -> Problem {
    Problem::data(format!(
        "{} may be the price of one unit or the amount of the line",
        excerpt(header)
    ))
    .why(format!(
        "{many} of {} a quantity other than 1",
        counted(all, "line has", "lines have")
    ))
    .hint(format!(
        "if it is the price of one unit, add {}; if it is the amount of the line, add {}; or set amount in [source.map] of relhealth.toml",
        Answer::Expression(file.to_string(), purchases::AMOUNT.name, product(quantity, header)),
        Answer::Map(file.to_string(), purchases::AMOUNT.name, Some(header.to_string())),
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
        // A line without a status says nothing of its order.
        if let Some(statuses) = columns.statuses.filter(|statuses| statuses[row] != NO_CODE) {
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

/// What the orders of files show together, by how many of them. Files with the same columns are of one kind, so what they show adds up.
#[derive(Debug, Clone)]
pub struct Evidence {
    name: AmountName,
    /// The header says a price, which items have rather than orders.
    is_price: bool,
    header: String,
    /// The orders that were looked at, and those with several lines.
    orders: u64,
    several: u64,
    /// Of these: one line alone has an amount; all lines have the same.
    once: u64,
    constant: u64,
    /// Quantity and price of all lines are known; they add up to the amount; they are the amounts of the lines; both as far as taxes go.
    known: u64,
    totals: u64,
    lines: u64,
    near_totals: u64,
    near_lines: u64,
    /// The smallest and the largest first amount.
    amounts: Option<(i64, i64)>,
    /// All of them have several people.
    is_of_several: bool,
}

impl Evidence {
    fn of(orders: &FxHashMap<u64, Order>, name: AmountName, header: &str) -> Evidence {
        let telling: Vec<&Order> = orders.values().filter(|order| order.is_telling()).collect();
        let count = |of: &dyn Fn(&Order) -> bool| telling.iter().filter(|order| of(order)).count() as u64;
        let amounts = || telling.iter().map(|order| order.amount);
        Evidence {
            name,
            is_price: is_price(header),
            header: header.to_string(),
            orders: orders.len() as u64,
            several: telling.len() as u64,
            once: count(&|order| order.is_once()),
            constant: count(&|order| !order.is_once() && !order.differs),
            known: count(&|order| order.has_products()),
            totals: count(&|order| order.has_products() && order.is_total()),
            lines: count(&|order| order.has_products() && order.products == order.lines),
            near_totals: count(&|order| order.has_products() && order.is_near_total()),
            near_lines: count(&|order| order.has_products() && order.near_products == order.lines),
            amounts: amounts().min().zip(amounts().max()),
            // The lines of an order have one customer; a gift may be listed for several people.
            is_of_several: telling.iter().all(|order| order.has_several_people),
        }
    }

    /// Together with what another file with the same columns shows.
    pub fn and(self, other: &Evidence) -> Evidence {
        let amounts = match (self.amounts, other.amounts) {
            (Some(one), Some(another)) => Some((one.0.min(another.0), one.1.max(another.1))),
            (one, another) => one.or(another),
        };
        Evidence {
            orders: self.orders + other.orders,
            several: self.several + other.several,
            once: self.once + other.once,
            constant: self.constant + other.constant,
            known: self.known + other.known,
            totals: self.totals + other.totals,
            lines: self.lines + other.lines,
            near_totals: self.near_totals + other.near_totals,
            near_lines: self.near_lines + other.near_lines,
            amounts,
            is_of_several: self.is_of_several && other.is_of_several,
            ..self
        }
    }

    /// Whether there are orders that show something.
    pub fn tells(&self) -> bool {
        self.several > 0
    }

    fn reading(&self, shown: OrderAmountShown) -> OrderAmountReading {
        OrderAmountReading {
            shown,
            orders: self.orders,
            several: self.several,
            header: self.header.clone(),
        }
    }

    /// How the decision of several files reads in one of them.
    pub fn of_others(&self) -> OrderAmountReading {
        self.reading(OrderAmountShown::AnotherExport { orders: self.several })
    }

    /// What the amounts are of.
    pub fn amounts_are(&self) -> AmountsAre {
        let of_orders = |shown| AmountsAre::Orders(self.reading(shown));
        let (several, known, flat) = (self.several, self.known, self.constant + self.once);
        let differing = several - flat;
        if flat == 0 {
            return AmountsAre::Lines;
        }
        // Quantity times price proves either.
        let (totals, lines) = (self.totals, self.lines);
        if known > 0 && totals > lines && 10 * totals >= 9 * known && 10 * differing <= several {
            return of_orders(OrderAmountShown::Products { orders: totals, of: known });
        }
        if known > 0 && 10 * lines >= 9 * known {
            return AmountsAre::Lines;
        }
        if differing > 0 {
            // Lines of one order may cost the same; totals do not differ within theirs, but for a few errors.
            let is_doubtful = several >= 10 && 10 * flat >= 9 * several && self.name != AmountName::Line && self.constant > 0;
            return match is_doubtful {
                true => AmountsAre::NotClear(self.reading(OrderAmountShown::NearlyConstant { orders: flat })),
                false => AmountsAre::Lines,
            };
        }
        if self.constant == 0 {
            return of_orders(OrderAmountShown::Once { orders: self.once });
        }
        if self.name == AmountName::Line {
            return AmountsAre::Lines;
        }
        if known > 0 && 10 * self.near_lines >= 9 * known && 2 * self.near_totals < known {
            return AmountsAre::Lines;
        }
        let differ_between = self.amounts.is_some_and(|(least, most)| least != most) && flat > 1;
        let fits_products = known == 0 || 10 * self.near_totals >= 9 * known && 2 * self.near_lines < known;
        // A few ids that come twice among many are no lines of orders.
        let are_many = 20 * several >= self.orders;
        // Items of an order may have one price.
        let shows_totals = differ_between && are_many && !(self.is_price && known == 0);
        if (self.name == AmountName::Order || self.is_of_several || shows_totals) && fits_products {
            return of_orders(OrderAmountShown::Constant { orders: flat });
        }
        match are_many {
            true => AmountsAre::NotClear(self.reading(OrderAmountShown::Constant { orders: flat })),
            false => AmountsAre::Lines,
        }
    }
}

/// The question about a file whose amounts may be of its orders or of their lines, as far as it shows by itself.
#[derive(Debug)]
pub struct NotClear {
    /// The question.
    pub problem: Problem,
    /// What the file shows.
    pub evidence: Evidence,
}

impl std::fmt::Display for NotClear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for NotClear {}

impl NotClear {
    /// Of a file, or of several with the same columns of which this is one.
    pub fn new(file: &str, reading: &OrderAmountReading, evidence: Evidence) -> NotClear {
        NotClear {
            problem: question(file, reading),
            evidence,
        }
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
        match Evidence::of(&orders, name, "amount").amounts_are() {
            AmountsAre::Lines => "lines",
            AmountsAre::Orders(_) => "orders",
            AmountsAre::NotClear(_) => "asked",
        }
    }

    use AmountName::{Line, Open, Order as OfOrder};

    /// What several files show together.
    fn together(files: Vec<Vec<Order>>) -> &'static str {
        let evidence = files
            .into_iter()
            .map(|orders| Evidence::of(&(1..).zip(orders).collect(), Open, "amount"));
        match evidence.reduce(|all, other| all.and(&other)).unwrap().amounts_are() {
            AmountsAre::Lines => "lines",
            AmountsAre::Orders(_) => "orders",
            AmountsAre::NotClear(_) => "asked",
        }
    }

    #[test]
    fn monthly_exports_show_together_what_none_of_them_shows() {
        let flat = |amount| vec![order(&[amount, amount], None)];
        assert_eq!(shown(flat(100), Open), "asked");
        assert_eq!(together(vec![flat(100), flat(70), flat(30)]), "orders");
        assert_eq!(together(vec![flat(100), flat(100)]), "asked");
        // Two orders with equal lines look like totals, until another month shows lines.
        let january = || vec![order(&[100, 100], None), order(&[50, 50], None)];
        assert_eq!(shown(january(), Open), "orders");
        assert_eq!(together(vec![january(), vec![order(&[20, 30], None)]]), "lines");
        // One error in a month with few orders does not make lines of the totals of all others.
        let year = || (1..=20).map(|n| order(&[n, n], None)).collect();
        assert_eq!(shown(vec![order(&[20, 30], None)], Open), "lines");
        assert_eq!(together(vec![year(), vec![order(&[20, 30], None)]]), "asked");
    }

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
    fn items_may_have_one_price() {
        let orders = || vec![order(&[100, 100], None), order(&[50, 50], None)];
        let are = |header| Evidence::of(&(1..).zip(orders()).collect(), Open, header).amounts_are();
        assert!(matches!(are("Price"), AmountsAre::NotClear(_)));
        assert!(matches!(are("Amount"), AmountsAre::Orders(_)));
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
