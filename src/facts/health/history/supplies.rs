//! Supply lines.

use super::events::Supply;
use crate::canonical::{Rows, Values};
use crate::facts::context::Context;
use crate::facts::supply_lines::Punctuality;
use crate::schema::{NO_TIME, supplies};

/// The lines of supplies.
pub struct Supplies<'a> {
    /// The table.
    pub rows: &'a Rows,
    punctuality: Punctuality<'a>,
    times: [Values<'a, i64>; 3],
    quantities: [Values<'a, f64>; 2],
    amounts: Values<'a, i64>,
    currencies: Values<'a, u32>,
}

impl<'a> Supplies<'a> {
    /// Of the table.
    pub fn new(ctx: &Context<'a>, rows: &'a Rows) -> Supplies<'a> {
        Supplies {
            rows,
            punctuality: Punctuality::new(ctx, rows),
            times: [&supplies::ORDERED_AT, &supplies::PROMISED_AT, &supplies::RECEIVED_AT].map(|column| rows.times(column)),
            quantities: [&supplies::QUANTITY_RECEIVED, &supplies::QUANTITY_REJECTED].map(|column| rows.floats(column)),
            amounts: rows.ints(&supplies::AMOUNT),
            currencies: rows.codes(&supplies::CURRENCY),
        }
    }

    /// A line.
    pub fn line(&self, row: usize) -> Supply {
        let [ordered_at, promised_at, received_at] = self.times.map(|times| times.at(row));
        let [received, rejected] = self.quantities.map(|values| values.at(row));
        Supply {
            ordered_at,
            promised_at,
            received_at,
            is_on_time: promised_at != NO_TIME && received_at != NO_TIME && self.punctuality.is_on_time(promised_at, received_at),
            received,
            rejected,
            amount: self.amounts.at(row),
            currency: self.currencies.at(row),
        }
    }
}
