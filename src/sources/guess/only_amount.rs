//! The amount of purchases that no header names: the only column of money.

use super::profile::Kind;
use super::relations::{numbers, sides_of_account};
use super::{ASK, Candidate, CellsAre, ColumnEvidence, File, MAYBE, SERVES, meanings, replace};
use crate::notes::ShownByCells;
use crate::schema::purchases;

/// Words of headers of what purchases are paid with.
const MONEY: [&str; 12] = [
    "price", "fee", "fees", "amount", "total", "value", "charge", "dues", "gross", "net", "revenue", "payment",
];

/// The only column of money serves as the amount, where its name speaks of a price or its cells or name of a currency.
pub(super) fn amount(candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let is_money = |i: usize| {
        let (header, profile) = (&file.headers[i], &file.profiles[i]);
        let numbers = profile.share(&[Kind::Decimal, Kind::Money, Kind::Integer]) >= 0.9;
        let named = header.words.iter().any(|word| MONEY.contains(&word.as_str()));
        let in_currency = header.currency.is_some() || header.name.contains(['$', '€', '£', '¥']) || profile.share(&[Kind::Money]) >= 0.9;
        numbers && profile.filled > 0 && (in_currency || named)
    };
    let money: Vec<usize> = (0..file.headers.len()).filter(|&i| is_money(i)).collect();
    // Of the books of an account somebody has to say what counts.
    if let Some((debit, credit)) = sides_of_account(file) {
        let is_open = !candidates.iter().any(|c| *c.column == purchases::AMOUNT && c.confidence >= ASK);
        if let Some(one) = money.iter().copied().find(|at| ![debit, credit].contains(at)).filter(|_| is_open) {
            let name = |at: usize| file.headers[at].name.clone();
            let why = ColumnEvidence::SidesOfAccount(name(debit), name(credit));
            replace(candidates, vec![Candidate::new(&purchases::AMOUNT, one, MAYBE, why)]);
        }
        return;
    }
    // Numbers with decimals under a name that nobody knows may be the amount as well.
    let is_unknown = |i: &usize| {
        let header = &file.headers[*i];
        let is_known = header.unit.is_some() || header.words.iter().any(|word| meanings::vocabulary().contains(word));
        !is_known && file.profiles[*i].are_amounts() && !taken.iter().any(|t| t.header == *i)
    };
    let unknown: Vec<usize> = (0..file.headers.len()).filter(is_unknown).filter(|i| !money.contains(i)).collect();
    if let ([], [one]) = (&money[..], &unknown[..]) {
        let why = ColumnEvidence::Cells(CellsAre::of(&file.profiles[*one]));
        replace(candidates, vec![Candidate::new(&purchases::AMOUNT, *one, MAYBE, why)]);
        return;
    }
    let [one] = money[..] else { return };
    let says_currency = file.headers[one].currency.is_some() || file.headers[one].name.contains(['$', '€', '£', '¥']);
    // A share, a deposit: what is never more than the price is no other price.
    let is_never_more = |other: &usize| {
        let pairs = numbers(&file.columns[one]).into_iter().zip(numbers(&file.columns[*other]));
        let both: Vec<(f64, f64)> = pairs.filter_map(|(one, other)| one.zip(other)).collect();
        let is_less = |(one, other): &(f64, f64)| other.abs() < one.abs();
        both.iter().all(|(one, other)| other.abs() <= one.abs()) && both.iter().any(is_less)
    };
    if !unknown.is_empty() && !says_currency && !unknown.iter().all(is_never_more) {
        // What is asked for a reason stays so.
        let is_asked = |c: &Candidate| *c.column == purchases::AMOUNT && c.header == one && c.confidence >= ASK;
        if !candidates.iter().any(is_asked) {
            let why = ColumnEvidence::Cells(CellsAre::of(&file.profiles[one]));
            replace(candidates, vec![Candidate::new(&purchases::AMOUNT, one, MAYBE, why)]);
        }
        return;
    }
    // A tax, a deposit, a weight: something else, or not money.
    // `Paid (£)`, `Price paid`: what was paid.
    let says_money = file.headers[one].words.iter().any(|word| MONEY.contains(&word.as_str()));
    let is_payment = |word: &str| MONEY.contains(&word) || word == "paid" && (says_currency || says_money);
    let is_other = file.headers[one]
        .words
        .iter()
        .any(|word| !is_payment(word) && (word == "unit" || word == "cost" || meanings::is_other(word)));
    let is_refuted = candidates
        .iter()
        .any(|c| c.column == &purchases::AMOUNT && c.header == one && c.is_refuted);
    // A price beside a quantity is that of one piece. Without one it is what was paid.
    let has_quantity = taken.iter().any(|t| *t.column == purchases::QUANTITY);
    let is_elses = |t: &Candidate| t.header == one && *t.column != purchases::UNIT_AMOUNT;
    if is_other || is_refuted || taken.iter().any(is_elses) {
        return;
    }
    if has_quantity {
        beside_quantity(one, says_currency, candidates, taken, file);
        return;
    }
    taken.retain(|t| t.header != one);
    let found = Candidate::new(&purchases::AMOUNT, one, SERVES, ColumnEvidence::Shown(ShownByCells::OnlyMoney));
    taken.push(found.clone());
    replace(candidates, vec![found]);
}

/// The only column of money next to a quantity is the price of one if it is called a price; else it may be what was paid.
fn beside_quantity(one: usize, says_currency: bool, candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let why = ColumnEvidence::Cells(CellsAre::of(&file.profiles[one]));
    let is_price = file.headers[one].words.iter().all(|word| word == "price");
    let is_free = !taken.iter().any(|t| t.header == one || *t.column == purchases::UNIT_AMOUNT);
    if is_price && is_free {
        let found = Candidate::new(&purchases::UNIT_AMOUNT, one, SERVES, why);
        taken.push(found.clone());
        replace(candidates, vec![found]);
    } else if says_currency && is_free {
        replace(candidates, vec![Candidate::new(&purchases::AMOUNT, one, MAYBE, why)]);
    }
}
