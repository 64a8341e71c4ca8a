//! The number of the order of each record, where no header names it.

use super::alone::is_missing;
use super::profile::Kind;
use super::{Candidate, ColumnEvidence, File, SERVES, content, replace, shape};
use crate::notes::ShownByCells;
use crate::schema::{Column, purchases};

/// The only number that each record has another one of serves as that of the order, such as one of documents. A count of the records is
/// none, and neither are the numbers of lines.
pub(super) fn number_of_record(stated: &[usize], candidates: &mut Vec<Candidate>, taken: &mut Vec<Candidate>, file: &File<'_>) {
    let has_order = taken.iter().any(|t| *t.column == purchases::ORDER_ID) || !is_missing(&purchases::ORDER_ID, candidates);
    if has_order {
        return;
    }
    let is_free = |at: &usize| !stated.contains(at) && !taken.iter().any(|t| t.header == *at);
    let numbers: Vec<usize> = (0..file.headers.len())
        .filter(is_free)
        .filter(|&at| numbers_records(at, file))
        .collect();
    let (one, shown) = match numbers[..] {
        [one] => (one, ShownByCells::OneEach),
        [] => match number_of_orders(stated, taken, file) {
            Some(one) => (one, ShownByCells::OneOrder),
            None => return,
        },
        _ => return,
    };
    let found = Candidate::new(&purchases::ORDER_ID, one, SERVES, ColumnEvidence::Shown(shown));
    taken.push(found.clone());
    replace(candidates, vec![found]);
}

/// The only number that several records share which have one stakeholder and one time then, where these have several such numbers.
fn number_of_orders(stated: &[usize], taken: &[Candidate], file: &File<'_>) -> Option<usize> {
    let at = |column: &Column| taken.iter().find(|t| t.column == column).map(|t| t.header);
    let (who, when) = (at(&purchases::STAKEHOLDER_ID)?, at(&purchases::OCCURRED_AT)?);
    let is_number = |at: &usize| {
        let (profile, header) = (&file.profiles[*at], &file.headers[*at]);
        let is_code =
            profile.share(&[Kind::Code, Kind::Uuid]) >= 0.9 || header.words.contains("id") && profile.share(&[Kind::Integer]) >= 0.9;
        let repeats = profile.filled == profile.rows && profile.filled >= content::ENOUGH && profile.distinct < profile.filled;
        let is_finer = profile.distinct >= file.profiles[who].distinct.max(file.profiles[when].distinct);
        let belongs = |other: usize| shape::determines(&file.columns[*at], &file.columns[other]);
        is_code && repeats && is_finer && belongs(who) && belongs(when)
    };
    let is_free = |at: &usize| !stated.contains(at) && !taken.iter().any(|t| t.header == *at);
    let numbers: Vec<usize> = (0..file.headers.len()).filter(is_free).filter(is_number).collect();
    match numbers[..] {
        [one] => Some(one),
        _ => None,
    }
}

/// Whether each record has another code in a column, or another number that is called one, and the column does not count the records.
fn numbers_records(at: usize, file: &File<'_>) -> bool {
    const OTHERS: [&str; 9] = ["line", "item", "row", "position", "index", "count", "email", "phone", "address"];
    let (profile, header) = (&file.profiles[at], &file.headers[at]);
    let is_each = profile.filled >= content::ENOUGH && profile.filled == profile.rows && profile.is_unique();
    // `FV 12/03/2024`: the number of a document has words and blanks in some systems.
    let has_digits = |cell: &str| cell.len() <= 30 && cell.contains(|c: char| c.is_ascii_digit());
    let are_labels =
        || profile.share(&[Kind::Date, Kind::Decimal, Kind::Money]) == 0.0 && file.columns[at].iter().all(|cell| has_digits(cell));
    let is_number = header.words.contains("id") && (profile.share(&[Kind::Integer]) >= 0.9 || are_labels());
    let is_code = is_number || profile.share(&[Kind::Code, Kind::Uuid]) >= 0.9;
    let counts = || {
        let numbers: Vec<Option<u64>> = file.columns[at].iter().map(|cell| cell.trim().parse().ok()).collect();
        let (first, last) = (numbers.first().copied().flatten(), numbers.last().copied().flatten());
        let follow = numbers
            .windows(2)
            .all(|pair| matches!(pair, [Some(one), Some(next)] if one.abs_diff(*next) == 1));
        follow && (first.is_some_and(|first| first <= 1) || last.is_some_and(|last| last <= 1))
    };
    is_each && is_code && !header.words.iter().any(|word| OTHERS.contains(&word.as_str())) && !counts()
}
