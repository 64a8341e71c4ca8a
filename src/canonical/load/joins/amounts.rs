//! What the amount of a line is: its own, or its quantity times its price less its discount.

use anyhow::Result;
use rustc_hash::FxHashMap;

use super::files::{File, Map};
use super::names::is_key;
use super::plan::ListPrice;
use crate::canonical::key_of;
use crate::canonical::load::file::lookups::key;
use crate::cell_parsing::{DecimalMark, DecimalVote, ValueError, is_null, parse_money, parse_number};
use crate::notes::JoinQuestion;
use crate::schema::{MONEY_SCALE, purchases};
use crate::sources::guess::Kind;
use crate::sources::{currency_of_header, folded};

/// What the amounts of a file of lines or payments are made of, by the places of its columns.
#[derive(Debug, Clone)]
pub enum LineAmount {
    /// A mapping that somebody wrote, or that is an expression or a constant already.
    AsMapped,
    /// A column.
    Own(usize),
    /// Quantity times price, less a discount.
    Product {
        quantity: usize,
        price: usize,
        discount: Option<Discount>,
    },
    /// A column, less a discount of money.
    Reduced { amount: usize, discount: Discount },
    /// Quantity, if there is one, times the price of a list.
    Listed { quantity: Option<usize>, price: ListPrice },
    /// Quantity and price, and what the discount is has to be asked.
    NotClear(Box<JoinQuestion>),
}

/// A discount on a line.
#[derive(Debug, Clone, Copy)]
pub struct Discount {
    pub column: usize,
    pub form: DiscountForm,
    /// Some cells are empty: there is none.
    has_gaps: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum DiscountForm {
    /// From 0 to 1.
    Fraction,
    /// From 0 to 100.
    Percent,
    /// An amount of money off the line.
    Money,
}

/// The decimal mark of a column, by its first cells.
pub fn mark(file: &File, column: usize) -> DecimalMark {
    let mut vote = DecimalVote::new();
    file.cells(column).for_each(|cell| vote.see(cell, 0));
    vote.verdict(file.delimiter()).mark()
}

/// A cell as a number.
pub fn number(cell: &str, mark: DecimalMark) -> Option<f64> {
    if is_null(cell) {
        return None;
    }
    parse_money(cell, mark).ok().map(|money| money.stored as f64 / MONEY_SCALE as f64)
}

/// A discount as a cell has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Off {
    /// A part of the price, written with a percent sign.
    Share(f64),
    /// A number without one.
    Number(f64),
}

/// A cell as a discount.
pub fn off(cell: &str, mark: DecimalMark) -> Option<Off> {
    if is_null(cell) {
        return None;
    }
    match parse_money(cell, mark) {
        Ok(money) => Some(Off::Number(money.stored as f64 / MONEY_SCALE as f64)),
        Err(ValueError::Percentage) => parse_number(cell, mark).ok().map(Off::Share),
        Err(_) => None,
    }
}

pub fn is_numeric(file: &File, column: usize) -> bool {
    let profile = &file.profiles[column];
    profile.share(&[Kind::Integer, Kind::Decimal, Kind::Money, Kind::Percent]) >= 0.9
}

/// The column of the discount on a line.
fn discount_column(file: &File, map: &Map) -> Option<usize> {
    let is_mapped = |column: usize| map.keys().any(|canonical| file.column(map, canonical) == Some(column));
    let says = |column: usize| {
        let words = &file.words[column];
        words.contains("discount") && !["code", "id", "type", "name", "reason"].iter().any(|word| words.contains(*word))
    };
    (0..file.names.len()).find(|&column| says(column) && is_numeric(file, column) && !is_mapped(column))
}

/// What all lines of a file show about its prices and its discount.
#[derive(Debug, Clone, Copy)]
struct Shown {
    /// The smallest and the largest discount, whether cells are empty, and whether a discount is more than its line.
    least: f64,
    most: f64,
    has_gaps: bool,
    exceeds: bool,
    /// Discounts with a percent sign, and discounts that are numbers other than 0.
    shares: u64,
    numbers: u64,
    /// Lines with another quantity than one.
    many: u64,
    /// Pairs of lines of one product with different quantities: the price stays, or grows with the quantity.
    stays: u64,
    grows: u64,
}

impl Default for Shown {
    fn default() -> Shown {
        Shown {
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
            has_gaps: false,
            exceeds: false,
            shares: 0,
            numbers: 0,
            many: 0,
            stays: 0,
            grows: 0,
        }
    }
}

impl Shown {
    /// What two parts of a file show together.
    fn and(self, other: Shown) -> Shown {
        Shown {
            least: self.least.min(other.least),
            most: self.most.max(other.most),
            has_gaps: self.has_gaps || other.has_gaps,
            exceeds: self.exceeds || other.exceeds,
            shares: self.shares + other.shares,
            numbers: self.numbers + other.numbers,
            many: self.many + other.many,
            stays: self.stays + other.stays,
            grows: self.grows + other.grows,
        }
    }
}

/// What the amounts of a file are, if it has amounts; `map` is what its columns mean.
///
/// # Errors
/// When the file cannot be read.
pub fn line_amount(file: &File, map: &Map, threads: usize) -> Result<Option<LineAmount>> {
    let amount = map.get(purchases::AMOUNT.name);
    let own = file.column(map, purchases::AMOUNT.name);
    if amount.is_some_and(|mapped| mapped.place.is_some() || file.source().map.contains_key(purchases::AMOUNT.name) || own.is_none()) {
        return Ok(Some(LineAmount::AsMapped));
    }
    let quantity = file.column(map, purchases::QUANTITY.name);
    let unit = file.column(map, purchases::UNIT_AMOUNT.name);
    let prices = || prices(file);
    // The price of the list is that of one, where a line has no other.
    let is_listed = |column: &usize| file.words[*column].contains("list");
    let only_listed = || prices().next().filter(|column| is_listed(column) && prices().count() == 1);
    // A price next to a quantity is a price of one, unless the lines show that it grows with the quantity.
    let named = unit.or(own.filter(|&own| is_price(file, own)));
    let listed = if named.is_none() && own.is_none() { only_listed() } else { None };
    let price = named.or(listed);
    let (Some(quantity), Some(price)) = (quantity, price) else {
        // Without a quantity a price is what was paid.
        let counts = || (0..file.names.len()).any(|column| may_be_quantity(file, column));
        let alone = own.or_else(|| unit.filter(|_| quantity.is_none() && !counts()));
        return Ok(alone.map(LineAmount::Own));
    };
    let reduced = if own.is_none() { reduced_price(file, price) } else { None };
    let price = reduced.unwrap_or(price);
    if own.is_some_and(|own| own != price) {
        return Ok(own.map(LineAmount::Own));
    }
    // What is off a price already is not taken off again.
    let discount = if reduced.is_none() { discount_column(file, map) } else { None };
    // A price that is called that of one unit is one.
    let unit = unit.or(listed);
    let article = if unit.is_none() { product_column(file, map) } else { None };
    let shown = match (unit, discount) {
        (Some(_), None) => Shown::default(),
        _ => show(file, quantity, price, discount, article, threads)?,
    };
    if unit.is_none() {
        if shown.many == 0 {
            return Ok(Some(LineAmount::Own(price)));
        }
        let is_unit = shown.stays > 0 && shown.stays >= 4 * shown.grows;
        let says_unit = ["unit", "each", "single"].iter().any(|word| file.words[price].contains(*word));
        if !is_unit && !says_unit {
            return Ok(Some(LineAmount::Own(price)));
        }
    }
    let Some(column) = discount else {
        return Ok(Some(LineAmount::Product {
            quantity,
            price,
            discount: None,
        }));
    };
    if shown.shares > 0 && shown.numbers > 0 {
        return Ok(Some(LineAmount::NotClear(Box::new(JoinQuestion::MixedDiscount {
            file: file.name().to_string(),
            column: file.names[column].clone(),
            shares: shown.shares,
            numbers: shown.numbers,
            share: product(
                file,
                quantity,
                price,
                Some(Discount {
                    column,
                    form: DiscountForm::Fraction,
                    has_gaps: shown.has_gaps,
                }),
            ),
        }))));
    }
    let form = form(file, column, &shown);
    let with = |form| Discount {
        column,
        form,
        has_gaps: shown.has_gaps,
    };
    Ok(Some(match form {
        Some(form) => LineAmount::Product {
            quantity,
            price,
            discount: Some(with(form)),
        },
        None => LineAmount::NotClear(Box::new(JoinQuestion::Discount {
            file: file.name().to_string(),
            column: file.names[column].clone(),
            percent: product(file, quantity, price, Some(with(DiscountForm::Percent))),
            money: product(file, quantity, price, Some(with(DiscountForm::Money))),
        })),
    }))
}

/// Words of amounts on lines that are not what was to be paid. With the subtotal of their order, taxes are its total too.
const NO_PRICE: [&str; 14] = [
    "discount",
    "shipping",
    "cost",
    "quantity",
    "unit",
    "tax",
    "vat",
    "fee",
    "fees",
    "tip",
    "commission",
    "refund",
    "paid",
    "deposit",
];

/// What the amounts of lines may be instead of what they are read from: the price of one, what was to be paid before a discount, or another
/// total, such as that with tax. The totals of the orders show which.
pub fn alternatives(file: &File, map: &Map, amount: &LineAmount) -> Vec<LineAmount> {
    let read = match amount {
        LineAmount::Own(own) => Some(*own),
        LineAmount::Product { .. } => None,
        LineAmount::AsMapped | LineAmount::Reduced { .. } | LineAmount::Listed { .. } | LineAmount::NotClear(_) => return Vec::new(),
    };
    // Of columns of zeros any total is the sum, with another column of the orders.
    let is_filled = |column: usize| {
        let mark = mark(file, column);
        let counts = |cell: &&str| number(cell, mark).is_some_and(|number| number != 0.0);
        2 * file.cells(column).filter(counts).count() > file.cells(column).count()
    };
    let is_total = |column: usize| {
        let has = |list: &[&str]| list.iter().any(|word| file.words[column].contains(*word));
        has(&["total", "subtotal", "amount"]) && !has(&NO_PRICE) && !is_key(&file.words[column])
    };
    let totals = (0..file.names.len())
        .filter(|&column| Some(column) != read && is_total(column) && is_numeric(file, column) && is_filled(column))
        .map(LineAmount::Own);
    read.map(|own| price_or_reduced(file, map, own))
        .into_iter()
        .flatten()
        .chain(totals)
        .collect()
}

/// The price of one, or what was to be paid before a discount, where a column has the amounts.
fn price_or_reduced(file: &File, map: &Map, own: usize) -> Vec<LineAmount> {
    let quantity = file.column(map, purchases::QUANTITY.name).filter(|quantity| *quantity != own);
    let product = quantity.map(|quantity| LineAmount::Product {
        quantity,
        price: own,
        discount: None,
    });
    let reduced = discount_column(file, map)
        .filter(|column| *column != own)
        .map(|column| LineAmount::Reduced {
            amount: own,
            discount: Discount {
                column,
                form: DiscountForm::Money,
                has_gaps: true,
            },
        });
    product.into_iter().chain(reduced).collect()
}

/// Whether a column without a name that says it may be how many there were: small whole numbers that are no key.
fn may_be_quantity(file: &File, column: usize) -> bool {
    let profile = &file.profiles[column];
    let is_small = profile.range.is_some_and(|(low, high)| low >= 0.0 && high <= 1000.0 && high > 1.0);
    profile.share(&[Kind::Integer]) >= 0.95 && is_small && !is_key(&file.words[column])
}

/// Whether a column is called the price of one.
fn is_price(file: &File, column: usize) -> bool {
    let words = &file.words[column];
    words.contains("price") && !["total", "line", "amount", "sum"].iter().any(|word| words.contains(*word))
}

/// The columns of prices of one.
fn prices<'f>(file: &'f File) -> impl Iterator<Item = usize> + 'f {
    (0..file.names.len()).filter(|&column| is_price(file, column) && is_numeric(file, column))
}

/// Another price of one that is the same or less in all of the first records, and whose name says that it is what was paid.
fn reduced_price(file: &File, price: usize) -> Option<usize> {
    const PAID: [&str; 5] = ["paid", "final", "discounted", "actual", "sold"];
    let is_reduced = |column: &usize| {
        let words = &file.words[*column];
        let pairs = pairs(file, price, *column);
        let (is_less, is_same) = (
            pairs.iter().any(|(whole, paid)| paid < whole),
            pairs.iter().any(|(whole, paid)| paid == whole),
        );
        // A net price is one without discounts, or one without taxes, which each line has.
        let says = PAID.iter().any(|word| words.contains(*word)) || words.contains("net") && is_same;
        says && is_less && pairs.iter().all(|(whole, paid)| paid <= whole)
    };
    let mut found = prices(file).filter(|column| *column != price && !is_taxed_or_cost(file, *column) && is_reduced(column));
    found.next().filter(|_| found.next().is_none())
}

/// A price of one that is another one in some records than the price that counts.
pub fn other_price(file: &File, price: usize) -> Option<usize> {
    let differs = |column: &usize| pairs(file, price, *column).iter().any(|(one, other)| one != other);
    prices(file).find(|column| *column != price && !is_taxed_or_cost(file, *column) && differs(column))
}

/// Whether the name of a price says that it is no other price of the same thing: what it cost, or the tax on it.
fn is_taxed_or_cost(file: &File, column: usize) -> bool {
    ["tax", "cost", "shipping", "freight"]
        .iter()
        .any(|word| file.words[column].contains(*word))
}

/// The numbers of two columns in the first records that have both.
fn pairs(file: &File, one: usize, other: usize) -> Vec<(f64, f64)> {
    let marks = [one, other].map(|column| mark(file, column));
    let cells = file.cells(one).zip(file.cells(other));
    cells.filter_map(|(a, b)| number(a, marks[0]).zip(number(b, marks[1]))).collect()
}

/// The column of the product of a line.
fn product_column(file: &File, map: &Map) -> Option<usize> {
    let says = |column: &usize| {
        file.words[*column]
            .iter()
            .any(|word| ["product", "article", "sku", "item"].contains(&word.as_str()))
    };
    let by_name = || (0..file.names.len()).filter(says).find(|&column| file.may_be_key(column));
    file.column(map, purchases::PRODUCT.name).or_else(by_name)
}

/// Reads all lines.
fn show(file: &File, quantity: usize, price: usize, discount: Option<usize>, product: Option<usize>, threads: usize) -> Result<Shown> {
    type Seen = (Shown, FxHashMap<u64, (f64, f64)>);
    let marks = (mark(file, quantity), mark(file, price), discount.map(|column| mark(file, column)));
    // Which line of a product is the first must not depend on the threads.
    let threads = if product.is_some() { 1 } else { threads };
    let sinks = file.for_each_record(threads, Seen::default, |(shown, first): &mut Seen, record| {
        let cell = |column: usize| record.get(column).unwrap_or("");
        let pair = number(cell(quantity), marks.0).zip(number(cell(price), marks.1));
        if let (Some(column), Some(mark)) = (discount, marks.2) {
            match off(cell(column), mark) {
                // `10%` is a share of the price, whatever the numbers without a sign are.
                Some(Off::Share(_)) => shown.shares += 1,
                Some(Off::Number(off)) => {
                    shown.numbers += u64::from(off != 0.0);
                    shown.least = shown.least.min(off);
                    shown.most = shown.most.max(off);
                    shown.exceeds |= pair.is_some_and(|(quantity, price)| off > 0.0 && off > (quantity * price).abs() + 0.005);
                }
                None => shown.has_gaps |= is_null(cell(column)),
            }
        }
        let Some((many, each)) = pair else { return Ok(()) };
        shown.many += u64::from(many != 1.0);
        if let Some(product) = product.and_then(|column| key([cell(column)].into_iter())) {
            let (first_many, first_each) = *first.entry(key_of(&product)).or_insert((many, each));
            if first_many != many && each != 0.0 && first_many != 0.0 && many != 0.0 {
                shown.stays += u64::from((first_each - each).abs() < 0.005);
                shown.grows += u64::from((first_each / first_many - each / many).abs() < 0.01);
            }
        }
        Ok(())
    })?;
    Ok(sinks.into_iter().map(|seen| seen.0).fold(Shown::default(), Shown::and))
}

/// What a discount is; none where its numbers may be a percentage as well as an amount.
fn form(file: &File, column: usize, shown: &Shown) -> Option<DiscountForm> {
    let (header, words) = (&file.names[column], &file.words[column]);
    let name = folded(header);
    let is_percent = header.contains('%')
        || ["percent", "rate"].iter().any(|word| words.contains(*word))
        || name.contains("pct")
        || name.contains("proz");
    let is_money = currency_of_header(header).is_some() || words.contains("amount");
    match (shown.least, shown.most) {
        // In an expression a cell such as `10%` is a tenth.
        _ if shown.shares > 0 => Some(DiscountForm::Fraction),
        // No cell has any.
        (least, most) if least > most || most == 0.0 && least == 0.0 => Some(DiscountForm::Fraction),
        (least, _) if least < 0.0 => None,
        (_, most) if most <= 1.0 && !is_money => Some(DiscountForm::Fraction),
        (_, most) if is_percent && most <= 100.0 => Some(DiscountForm::Percent),
        (_, most) if is_money || most > 100.0 => Some(DiscountForm::Money),
        _ if shown.exceeds => Some(DiscountForm::Percent),
        _ => None,
    }
}

/// A name as an expression has it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The amount of a line as an expression: quantity times price, less a discount.
pub fn product(file: &File, quantity: usize, price: usize, discount: Option<Discount>) -> String {
    let name = |column: usize| quoted(&file.names[column]);
    let product = format!("{} * {}", name(quantity), name(price));
    let Some(Discount { column, form, has_gaps }) = discount else {
        return product;
    };
    let off = match has_gaps {
        true => format!("coalesce({}, 0)", name(column)),
        false => name(column),
    };
    match form {
        DiscountForm::Fraction => format!("{product} * (1 - {off})"),
        DiscountForm::Percent => format!("{product} * (1 - {off} / 100)"),
        DiscountForm::Money => format!("{product} - {off}"),
    }
}

impl LineAmount {
    /// The expression of the amount; none where a column has it, or a mapping says it.
    pub fn expression(&self, file: &File) -> Option<String> {
        match self {
            LineAmount::AsMapped | LineAmount::Own(_) | LineAmount::Listed { .. } | LineAmount::NotClear(_) => None,
            LineAmount::Product { quantity, price, discount } => Some(product(file, *quantity, *price, *discount)),
            LineAmount::Reduced { amount, discount } => {
                let [amount, off] = [*amount, discount.column].map(|column| quoted(&file.names[column]));
                Some(format!("{amount} - coalesce({off}, 0)"))
            }
        }
    }

    /// Whether it is one of several things on a line, rather than a payment.
    pub fn is_product(&self) -> bool {
        matches!(
            self,
            LineAmount::Product { .. } | LineAmount::Listed { .. } | LineAmount::NotClear(_)
        )
    }

    /// The columns of the parts.
    pub fn columns(&self) -> Option<(Vec<usize>, Option<Discount>)> {
        match self {
            LineAmount::AsMapped | LineAmount::Listed { .. } | LineAmount::NotClear(_) => None,
            LineAmount::Own(column) => Some((vec![*column], None)),
            LineAmount::Reduced { amount, discount } => Some((vec![*amount], Some(*discount))),
            LineAmount::Product { quantity, price, discount } => Some((vec![*quantity, *price], *discount)),
        }
    }
}
