//! Which of several amounts is the whole, where no name says it: the one that others add up to, such as a net amount and its tax.

use super::relations::numbers;
use super::{Candidate, ColumnEvidence, File, MAYBE, TAKE, replace};
use crate::notes::ShownByCells;
use crate::schema::purchases;

/// Amounts that are compared with one another.
const COMPARED: usize = 10;
/// A column that others add up to, where no other is like that.
const TOLD: f64 = 0.75;
/// The largest difference that is due to rounding.
const ROUNDING: f64 = 0.011;

/// Adds the column that two others add up to, or two others less a third, as the amount, in the place of one of these two. A known name
/// and a product of a quantity and a price say more.
pub(super) fn relate(candidates: &mut Vec<Candidate>, file: &File<'_>) {
    let is_product = |why: &ColumnEvidence| matches!(why, ColumnEvidence::Product(..));
    let is_settled = |c: &Candidate| c.is_exact || c.evidence.iter().any(is_product);
    let named = |c: &Candidate| *c.column == purchases::AMOUNT && c.confidence >= TAKE;
    if candidates.iter().any(|c| named(c) && is_settled(c)) {
        return;
    }
    let named: Vec<usize> = candidates.iter().filter(|c| named(c)).map(|c| c.header).collect();
    let is_amount = |at: &usize| {
        let profile = &file.profiles[*at];
        profile.are_amounts() && 10 * profile.filled >= 9 * profile.rows
    };
    let amounts: Vec<(usize, Vec<Option<f64>>)> = (0..file.headers.len())
        .filter(is_amount)
        .take(COMPARED)
        .map(|at| (at, numbers(&file.columns[at])))
        .collect();
    let totals = amounts.iter().filter_map(|(at, _)| Some((*at, parts_of(*at, &amounts)?)));
    let totals: Vec<(usize, [usize; 2])> = totals.map(|(at, parts)| after_discount(at, parts, file)).collect();
    // A total that is itself a part of another is not the whole.
    let whole = |at: usize| !totals.iter().any(|(_, parts)| parts.contains(&at));
    let whole: Vec<&(usize, [usize; 2])> = totals.iter().filter(|(at, _)| whole(*at)).collect();
    let confidence = if whole.len() == 1 { TOLD } else { MAYBE };
    let is_new = |(at, parts): &&&(usize, [usize; 2])| {
        let replaces = named.is_empty() || whole.len() == 1 && named.iter().all(|named| named == at || parts.contains(named));
        replaces && !file.headers[*at].words.contains("balance")
    };
    let found: Vec<Candidate> = whole
        .iter()
        .filter(is_new)
        .map(|&&(at, parts)| {
            let [first, second] = parts.map(|part| file.headers[part].name.clone());
            let shown = match says_discount(parts[1], file) {
                true => ShownByCells::LessDiscount(first, second),
                false => ShownByCells::SumOf(first, second),
            };
            let why = ColumnEvidence::Shown(shown);
            Candidate::new(&purchases::AMOUNT, at, confidence, why)
        })
        .collect();
    let is_found = |header: usize| found.iter().any(|c| c.header == header);
    if !found.is_empty() {
        for part in candidates
            .iter_mut()
            .filter(|c| *c.column == purchases::AMOUNT && named.contains(&c.header) && !is_found(c.header))
        {
            part.lower(0.5, ColumnEvidence::PartOfAmount);
        }
    }
    replace(candidates, found);
}

fn says_discount(at: usize, file: &File<'_>) -> bool {
    file.headers[at].words.contains("discount")
}

/// What an amount and a discount add up to is what nobody paid: the amount is the whole then.
fn after_discount(total: usize, parts: [usize; 2], file: &File<'_>) -> (usize, [usize; 2]) {
    match parts.map(|part| says_discount(part, file)) {
        [false, true] => (parts[0], [total, parts[1]]),
        [true, false] => (parts[1], [total, parts[0]]),
        [false, false] | [true, true] => (total, parts),
    }
}

/// Two of the other amounts that add up to one in nearly each record, the larger first; a third may have been taken off.
fn parts_of(total: usize, amounts: &[(usize, Vec<Option<f64>>)]) -> Option<[usize; 2]> {
    let values = |at: usize| amounts.iter().find(|(other, _)| *other == at).map(|(_, values)| values);
    let whole = values(total)?;
    let others: Vec<&(usize, Vec<Option<f64>>)> = amounts.iter().filter(|(at, _)| *at != total).collect();
    let agree = |parts: &[(f64, &Vec<Option<f64>>)]| {
        let (mut all, mut fits, mut telling) = (0, 0, 0);
        for (row, whole) in whole.iter().enumerate() {
            let values: Option<Vec<f64>> = parts.iter().map(|(sign, values)| Some(sign * values[row]?)).collect();
            let (Some(whole), Some(values)) = (whole, values) else { continue };
            all += 1;
            fits += usize::from((values.iter().sum::<f64>() - whole).abs() <= ROUNDING);
            // The same amount twice, less and plus another that is there twice, says nothing.
            telling += usize::from(values.iter().all(|value| *value != 0.0 && (value - whole).abs() > ROUNDING));
        }
        all >= 5 && 20 * fits >= 19 * all && telling >= 3
    };
    let sum = |at: &(usize, Vec<Option<f64>>)| at.1.iter().flatten().sum::<f64>();
    let larger_first = |a: &(usize, Vec<Option<f64>>), b: &(usize, Vec<Option<f64>>)| {
        if sum(a) >= sum(b) { [a.0, b.0] } else { [b.0, a.0] }
    };
    let pairs = || {
        let after = |at: usize| others[at + 1..].iter();
        others
            .iter()
            .enumerate()
            .flat_map(move |(at, a)| after(at).map(move |b| (*a, *b)).collect::<Vec<_>>())
    };
    let two = pairs().find(|(a, b)| agree(&[(1.0, &a.1), (1.0, &b.1)]));
    let three = || {
        pairs().find(|(a, b)| {
            let mut rest = others.iter().filter(|c| c.0 != a.0 && c.0 != b.0);
            rest.any(|c| agree(&[(1.0, &a.1), (1.0, &b.1), (-1.0, &c.1)]))
        })
    };
    two.or_else(three).map(|(a, b)| larger_first(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_that_stands_in_two_columns_is_no_sum_of_others() {
        let [net, tax, total] = [10, 2, 12].map(|step| (1..=10).map(|n| Some(f64::from(n * step))).collect::<Vec<Option<f64>>>());
        let sum = [(0, net.clone()), (1, tax.clone()), (2, total.clone())];
        assert_eq!(parts_of(2, &sum), Some([0, 1]));
        // The same amount twice, and another that is there twice: 120 = 120 + 20 - 20.
        let twice = [(0, total.clone()), (1, tax.clone()), (2, total), (3, tax)];
        assert_eq!(parts_of(2, &twice), None);
        assert_eq!(parts_of(0, &[(0, net.clone()), (1, net)]), None);
    }
}
