//! Whether the totals of orders are the sums of their lines, and how many orders were cancelled.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::amounts::{Discount, DiscountForm, LineAmount, Off, is_numeric, mark, number, off};
use super::files::File;
use super::find::Link;
use super::names::is_key;
use crate::canonical::key_of;
use crate::canonical::load::file::lookups::key;
use crate::cell_parsing::DecimalMark;
use crate::ingest::Record;
use crate::sources::purchase_words::is_void;

/// How the totals of orders and the sums of their lines agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// The orders that have lines and were compared, and those that agree.
    pub compared: u64,
    pub agree: u64,
    /// The columns of the orders that make up the difference.
    pub with: Vec<String>,
}

impl Totals {
    /// Whether they say the same: in almost all orders.
    pub fn are_sums(&self) -> bool {
        self.compared > 0 && 50 * self.agree >= 49 * self.compared
    }
}

/// So many orders are compared.
const COMPARED: usize = 20_000;

/// Compares the totals of orders with the sums of their lines; none where the lines do not show their amounts.
///
/// # Errors
/// When a file cannot be read.
pub fn totals(
    lines: &File,
    amount: &LineAmount,
    orders: &File,
    total: usize,
    link: &Link,
    is_parent: &dyn Fn(usize) -> bool,
) -> Result<Option<Totals>> {
    let Some((parts, discount)) = amount.columns() else {
        return Ok(None);
    };
    // Other numbers of the order that may be part of its total: taxes, shipping, discounts.
    let others: Vec<usize> = (0..orders.names.len())
        .filter(|&column| column != total && is_numeric(orders, column) && !link.of.contains(&column) && !is_parent(column))
        .filter(|&column| !is_key(&orders.words[column]))
        .take(8)
        .collect();
    struct Order {
        total: f64,
        others: Vec<f64>,
        sum: f64,
        lines: u64,
    }
    let expected = link.relation.of as usize;
    let mask = expected.div_ceil(COMPARED).next_power_of_two() as u64 - 1;
    let their_marks: Vec<DecimalMark> = others.iter().chain([&total]).map(|&column| mark(orders, column)).collect();
    let found = orders.for_each_record(1, BTreeMap::<u64, Order>::new, |seen, record| {
        let cell = |column: usize| record.get(column).unwrap_or("");
        let Some(key) = key(link.of.iter().map(|&at| cell(at))) else {
            return Ok(());
        };
        let hash = key_of(&key);
        if hash & mask != 0 {
            return Ok(());
        }
        if let Some(total) = number(cell(total), their_marks[others.len()]) {
            let others = others
                .iter()
                .zip(&their_marks)
                .map(|(&column, mark)| number(cell(column), *mark).unwrap_or(0.0))
                .collect();
            seen.entry(hash).or_insert(Order {
                total,
                others,
                sum: 0.0,
                lines: 0,
            });
        }
        Ok(())
    })?;
    let mut orders_seen = BTreeMap::new();
    for (number, order) in found.into_iter().flatten() {
        orders_seen.entry(number).or_insert(order);
    }
    let found = line_amounts(lines, &parts, discount, |line| {
        let hash = key_of(&key(link.key.iter().map(|&at| line.get(at).unwrap_or("")))?);
        (hash & mask == 0).then_some(hash)
    })?;
    for (hash, amount) in found {
        if let Some(order) = orders_seen.get_mut(&hash) {
            order.sum += amount;
            order.lines += 1;
        }
    }
    let orders_seen: Vec<&Order> = orders_seen.values().filter(|order| order.lines > 0).collect();
    let agree = |signs: &[(usize, f64)]| {
        let fits = |order: &&&Order| {
            let sum = order.sum + signs.iter().map(|(at, sign)| sign * order.others[*at]).sum::<f64>();
            (sum - order.total).abs() <= 0.005 + 0.01 * order.lines as f64
        };
        orders_seen.iter().filter(fits).count() as u64
    };
    let mut best = Totals {
        compared: orders_seen.len() as u64,
        agree: agree(&[]),
        with: Vec::new(),
    };
    // The fewest columns that explain the difference.
    let signed: Vec<(usize, f64)> = (0..others.len()).flat_map(|at| [(at, 1.0), (at, -1.0)]).collect();
    let singles = signed.iter().map(|one| vec![*one]);
    let pairs = signed
        .iter()
        .flat_map(|a| signed.iter().filter(|b| b.0 > a.0).map(|b| vec![*a, *b]));
    for with in singles.chain(pairs) {
        if best.are_sums() {
            break;
        }
        let agreeing = agree(&with);
        let tried = Totals {
            compared: best.compared,
            agree: agreeing,
            with: with.iter().map(|(at, _)| orders.names[others[*at]].clone()).collect(),
        };
        if tried.are_sums() {
            best = tried;
        }
    }
    Ok(Some(best))
}

/// The amounts of lines, each with the key of what it is a line of; those without a key are left out.
fn line_amounts(
    lines: &File,
    parts: &[usize],
    discount: Option<Discount>,
    key_of_line: impl Fn(&Record<'_>) -> Option<u64> + Sync,
) -> Result<Vec<(u64, f64)>> {
    let marks: Vec<DecimalMark> = parts.iter().map(|&column| mark(lines, column)).collect();
    let discount_mark = discount.map(|discount| mark(lines, discount.column));
    let found = lines.for_each_record(1, Vec::<(u64, f64)>::new, |seen, record| {
        let Some(hash) = key_of_line(record) else { return Ok(()) };
        let cell = |column: usize| record.get(column).unwrap_or("");
        let numbers: Option<Vec<f64>> = parts
            .iter()
            .zip(&marks)
            .map(|(&column, mark)| number(cell(column), *mark))
            .collect();
        if let Some(numbers) = numbers {
            let gross: f64 = numbers.iter().product();
            let off = discount
                .zip(discount_mark)
                .and_then(|(discount, mark)| Some((discount.form, off(cell(discount.column), mark)?)));
            seen.push((
                hash,
                match off {
                    None => gross,
                    Some((_, Off::Share(off)) | (DiscountForm::Fraction, Off::Number(off))) => gross * (1.0 - off),
                    Some((DiscountForm::Percent, Off::Number(off))) => gross * (1.0 - off / 100.0),
                    Some((DiscountForm::Money, Off::Number(off))) => gross - off,
                },
            ));
        }
        Ok(())
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// The totals of the orders that lines belong to by their key, in cents; of each record where there is none. None where the lines do not
/// show their amounts.
///
/// # Errors
/// When the file cannot be read.
pub fn sums(lines: &File, amount: &LineAmount, column: Option<usize>) -> Result<Option<BTreeSet<i64>>> {
    let Some((parts, discount)) = amount.columns() else {
        return Ok(None);
    };
    let found = line_amounts(lines, &parts, discount, |line| match column {
        Some(column) => Some(key_of(&key(std::iter::once(line.get(column).unwrap_or("")))?)),
        None => Some(0),
    })?;
    let cents = |amount: f64| (amount * 100.0).round() as i64;
    if column.is_none() {
        return Ok(Some(found.into_iter().map(|(_, amount)| cents(amount)).collect()));
    }
    let mut totals: BTreeMap<u64, f64> = BTreeMap::new();
    for (order, amount) in found {
        *totals.entry(order).or_default() += amount;
    }
    Ok(Some(totals.into_values().map(cents).collect()))
}

/// How many records have a status that says that the order was cancelled, and these words.
///
/// # Errors
/// When the file cannot be read.
pub fn cancelled(file: &File, status: usize) -> Result<(u64, BTreeSet<String>)> {
    let found = file.for_each_record(1, Default::default, |seen: &mut (u64, BTreeSet<String>), record| {
        let cell = record.get(status).unwrap_or("").trim();
        if is_void(cell) {
            seen.0 += 1;
            if !seen.1.contains(cell) {
                seen.1.insert(cell.to_string());
            }
        }
        Ok(())
    })?;
    let both = |(count, mut words): (u64, BTreeSet<String>), (more, others)| {
        words.extend(others);
        (count + more, words)
    };
    Ok(found.into_iter().fold(Default::default(), both))
}
