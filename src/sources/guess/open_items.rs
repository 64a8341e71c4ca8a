//! Which of several columns that are named as the amount is the whole of it: not what is still to be paid, and not what is before tax.

use super::other_amount::is_before_tax;
use super::relations::numbers;
use super::{ASK, Candidate, ColumnEvidence, File};
use crate::schema::purchases;

/// Lowers what is 0 in half of the records, where another amount hardly ever is: `OP-Betrag` beside `Betrag`. Of two amounts of one thing
/// the one with the tax is what was paid.
pub(super) fn relate(candidates: &mut [Candidate], file: &File<'_>) {
    let is_amount = |c: &Candidate| *c.column == purchases::AMOUNT && c.confidence >= ASK && !c.is_refuted;
    let named: Vec<usize> = candidates.iter().filter(|c| is_amount(c)).map(|c| c.header).collect();
    if named.len() < 2 {
        return;
    }
    let nothing = |at: usize| {
        let values = numbers(&file.columns[at]);
        values.iter().filter(|value| value.is_none_or(|value| value == 0.0)).count()
    };
    let rows = file.columns[named[0]].len();
    let has_whole = named.iter().any(|&at| 10 * nothing(at) <= rows);
    let net = |at: usize| named.iter().any(|&other| is_before_tax(&file.headers[at], &file.headers[other]));
    for candidate in candidates.iter_mut().filter(|c| is_amount(c)) {
        if has_whole && 2 * nothing(candidate.header) >= rows {
            candidate.is_exact = false;
            candidate.lower(0.4, ColumnEvidence::MostlyNothing);
        } else if !candidate.is_exact && net(candidate.header) {
            candidate.lower(0.95, ColumnEvidence::PartOfAmount);
        }
    }
}
