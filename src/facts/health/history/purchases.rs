//! Money of purchase lines.

use crate::canonical::{Rows, Values};
use crate::schema::{NO_INT, purchases};

/// The lines of purchases.
pub struct Purchases<'a> {
    /// When they were bought.
    pub times: Values<'a, i64>,
    amounts: Values<'a, i64>,
    refunds: Values<'a, i64>,
    /// Codes of their currencies.
    pub currencies: Values<'a, u32>,
}

impl<'a> Purchases<'a> {
    /// Of the table.
    pub fn new(rows: &'a Rows) -> Purchases<'a> {
        Purchases {
            times: rows.times(&purchases::OCCURRED_AT),
            amounts: rows.ints(&purchases::AMOUNT),
            refunds: rows.ints(&purchases::REFUND),
            currencies: rows.codes(&purchases::CURRENCY),
        }
    }

    /// The amount of a line less its refund, as orders add it up.
    pub fn net(&self, row: usize) -> i128 {
        let refund = match self.refunds.at(row) {
            NO_INT => 0,
            refund => i128::from(refund).abs(),
        };
        i128::from(self.amounts.at(row)) - refund
    }
}
