//! Since when a stakeholder is known, and by what.

use crate::canonical::{CanonicalTables, Rows, Values};
use crate::schema::{Column, Micros, NO_TIME, Table, interactions, purchases, supplies, surveys};

/// Since when a stakeholder is known, and by what.
pub struct Seen<'a> {
    /// Tables of customers, with the times that their rows have.
    customers: Vec<(&'a Rows, Vec<Values<'a, i64>>)>,
    supplies: Option<(&'a Rows, Vec<Values<'a, i64>>)>,
}

impl<'a> Seen<'a> {
    /// Over the tables that there are.
    pub fn new(canonical: &'a CanonicalTables) -> Seen<'a> {
        let table = |table: Table, columns: &[&Column]| {
            let rows = canonical.table(table)?;
            Some((rows, columns.iter().map(|column| rows.times(column)).collect::<Vec<_>>()))
        };
        let customers = [
            table(Table::Purchases, &[&purchases::OCCURRED_AT]),
            table(Table::Interactions, &[&interactions::OCCURRED_AT]),
            table(Table::Surveys, &[&surveys::SENT_AT, &surveys::RESPONDED_AT]),
        ];
        Seen {
            customers: customers.into_iter().flatten().collect(),
            supplies: table(Table::Supplies, &[&supplies::ORDERED_AT, &supplies::RECEIVED_AT]),
        }
    }

    /// The first time among the customers' tables, and among supplies.
    pub fn first(&self, stakeholder: u32) -> (Micros, Micros) {
        let first = |(rows, columns): &(&Rows, Vec<Values<'a, i64>>)| {
            let times = rows
                .run(stakeholder)
                .flat_map(|row| columns.iter().map(move |column| column.at(row)));
            times.filter(|at| *at != NO_TIME).min()
        };
        let customers = self.customers.iter().filter_map(first).min();
        let supplies = self.supplies.as_ref().and_then(first);
        (customers.unwrap_or(NO_TIME), supplies.unwrap_or(NO_TIME))
    }
}
