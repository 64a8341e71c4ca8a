//! How many there were, the price of one, and the amount: quantity times price.

use super::content::ENOUGH;
use super::profile::Kind;
use super::relations::{COMPARED, numbers};
use super::{Candidate, ColumnEvidence, File, MAYBE, TAKE};
use crate::schema::{Column, purchases};

/// What is called an amount may be how many there were: small whole numbers, mostly one, next to a price, and no other quantity. It is asked.
pub(super) fn counts(candidates: &mut Vec<Candidate>, file: &File<'_>) {
    let is_taken = |c: &Candidate, column: &Column| c.column == column && c.confidence >= TAKE;
    if candidates.iter().any(|c| is_taken(c, &purchases::QUANTITY)) {
        return;
    }
    let are_few = |at: usize| {
        let profile = &file.profiles[at];
        let ones = file.columns[at].iter().filter(|cell| cell.trim() == "1").count();
        let is_small = profile.range.is_some_and(|(low, high)| low >= 0.0 && high > 1.0 && high <= 1000.0);
        profile.filled >= ENOUGH && profile.share(&[Kind::Integer]) >= 0.95 && is_small && 2 * ones >= profile.filled
    };
    let is_price = |at: &usize| {
        let words = &file.headers[*at].words;
        let is_number = file.profiles[*at].share(&[Kind::Integer, Kind::Decimal, Kind::Money]) >= 0.9;
        is_number && ["price", "sale", "revenue"].iter().any(|word| words.contains(*word)) && !words.contains("id")
    };
    let Some(price) = (0..file.headers.len()).filter(|&at| !are_few(at)).find(is_price) else {
        return;
    };
    let mut count = None;
    for candidate in candidates
        .iter_mut()
        .filter(|c| *c.column == purchases::AMOUNT && c.header != price && are_few(c.header))
    {
        // It is asked, whatever it is called.
        candidate.is_exact = false;
        candidate.lower(0.4, ColumnEvidence::MayBeCount(file.headers[price].name.clone()));
        count = Some(candidate.header);
    }
    // The likelier answer is the price.
    if let Some(count) = count
        && !candidates.iter().any(|c| *c.column == purchases::AMOUNT && c.header == price)
    {
        let why = ColumnEvidence::PriceOfCount(file.headers[count].name.clone());
        candidates.push(Candidate::new(&purchases::AMOUNT, price, MAYBE, why));
    }
}

/// Quantity times unit price is the amount: where that holds in nine of ten records, all three are known.
pub(super) fn products(candidates: &mut Vec<Candidate>, file: &File<'_>) {
    let best = candidates
        .iter()
        .filter(|c| *c.column == purchases::QUANTITY && c.confidence >= super::TAKE)
        .min_by(|a, b| a.rank().cmp(&b.rank()));
    // Where no name speaks of a quantity, small whole numbers may be one.
    let is_small = |i: &usize| {
        let profile = &file.profiles[*i];
        profile.share(&[Kind::Integer]) >= 0.95 && profile.range.is_some_and(|(low, high)| low >= 0.0 && high <= 1000.0)
    };
    let unnamed = || {
        (0..file.columns.len())
            .filter(is_small)
            .filter(|at| !is_id(*at, file))
            .take(SMALL)
            .collect()
    };
    let quantities: Vec<usize> = best.map_or_else(unnamed, |c| vec![c.header]);
    for many in quantities {
        if product_of(many, candidates, file) {
            return;
        }
    }
}

/// A `Value` may be of anything. Next to a column that is called an amount, or to a quantity and a price of which it is not the product, it is
/// not what was paid.
pub(super) fn values(candidates: &mut [Candidate], file: &File<'_>) {
    let is_bare = |c: &Candidate| *c.column == purchases::AMOUNT && file.headers[c.header].exact == "value";
    let is_likely = |c: &&Candidate| c.confidence >= super::TAKE;
    let is_product = |c: &Candidate| c.evidence.iter().any(|why| matches!(why, ColumnEvidence::Product(..)));
    let has = |column: &Column| candidates.iter().filter(is_likely).any(|c| c.column == column);
    let has_amount = candidates
        .iter()
        .filter(is_likely)
        .any(|c| *c.column == purchases::AMOUNT && !is_bare(c));
    let has_factors = has(&purchases::QUANTITY) && has(&purchases::UNIT_AMOUNT);
    if !has_amount && !has_factors {
        return;
    }
    for value in candidates.iter_mut().filter(|c| is_bare(c) && !is_product(c)) {
        value.lower(0.5, ColumnEvidence::ValueOfSomething);
    }
}

/// So many columns of small whole numbers are tried as quantities.
const SMALL: usize = 5;

/// Whether a column is called an ID or a key: no number of it is a factor or a product. Numbers of pieces are called numbers too.
fn is_id(at: usize, file: &File<'_>) -> bool {
    let header = &file.headers[at];
    let mut parts = header.exact.split(|c: char| !c.is_alphanumeric());
    let says = |part: &str| matches!(part, "id" | "key" | "fk" | "pk" | "sk") || part.ends_with("id") && header.words.contains("id");
    parts.any(says) && file.profiles[at].share(&[Kind::Integer]) >= 0.95
}

/// Whether this quantity times a price is an amount: then all three are known.
fn product_of(many: usize, candidates: &mut Vec<Candidate>, file: &File<'_>) -> bool {
    let (profiles, columns) = (file.profiles, file.columns);
    let numeric = |i: usize| profiles[i].share(&[Kind::Integer, Kind::Decimal, Kind::Money]) >= 0.9 && !is_id(i, file);
    let quantity = numbers(&columns[many]);
    // Nothing times anything is nothing, and once is no product: with a quantity of one everywhere any two equal columns would do.
    let proves = |q: &f64| *q != 1.0 && *q != 0.0;
    if quantity.iter().flatten().filter(|q| proves(q)).count() < 3 {
        return false;
    }
    let others: Vec<(usize, Vec<Option<f64>>)> = (0..columns.len())
        .filter(|&i| i != many && numeric(i))
        .take(COMPARED)
        .map(|i| (i, numbers(&columns[i])))
        .collect();
    // What something cost to make is no price of it, whatever it adds up to.
    let is_cost = |at: usize| file.headers[at].words.contains("cost");
    let mut found: Vec<(usize, usize, usize, usize)> = Vec::new();
    for (unit, prices) in others.iter().filter(|(i, _)| !is_cost(*i)) {
        for (amount, totals) in others.iter().filter(|(i, _)| i != unit && !is_cost(*i)) {
            let (mut fits, mut all, mut proofs) = (0, 0, 0);
            for ((q, p), a) in quantity.iter().zip(prices).zip(totals) {
                // Nothing times anything is nothing: costs that nobody had agree with every quantity.
                if let (Some(q), Some(p), Some(a)) = (q, p, a)
                    && (*p != 0.0 || *a != 0.0)
                {
                    all += 1;
                    let is_product = (q * p - a).abs() <= 0.011;
                    fits += usize::from(is_product && *q != 0.0);
                    proofs += usize::from(is_product && proves(q) && *p != 0.0);
                }
            }
            if all >= 5 && fits * 10 >= all * 9 && proofs >= 3 {
                found.push((*unit, *amount, fits, all));
            }
        }
    }
    // Of a price of the list and the one that was paid, the list says so.
    let is_listed = |at: usize| file.headers[at].words.contains("list");
    let paid = found.iter().find(|(unit, amount, ..)| !is_listed(*unit) && !is_listed(*amount));
    let Some(&(unit, amount, fits, all)) = paid.or(found.first()) else {
        return false;
    };
    let headers = [many, unit, amount].map(|at| profiles[at].header.clone());
    let why = ColumnEvidence::Product(headers, fits, all);
    for candidate in candidates
        .iter_mut()
        .filter(|c| c.header == unit && matches!(*c.column, purchases::AMOUNT | purchases::COST))
    {
        candidate.lower(0.3, why.clone());
    }
    support(candidates, &purchases::QUANTITY, many, &why);
    support(candidates, &purchases::UNIT_AMOUNT, unit, &why);
    support(candidates, &purchases::AMOUNT, amount, &why);
    true
}

fn support(candidates: &mut Vec<Candidate>, column: &'static Column, header: usize, why: &ColumnEvidence) {
    if let Some(known) = candidates.iter_mut().find(|c| c.column == column && c.header == header) {
        known.raise(0.5, why.clone());
        return;
    }
    // The arithmetic alone tells; a column of the same numbers by accident in nine of ten records is hardly met.
    candidates.push(Candidate::new(column, header, 0.8, why.clone()));
}
