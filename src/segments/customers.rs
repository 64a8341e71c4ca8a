//! What the orders show of each customer, now and at the end of the previous period.

use std::ops::Range;

use crate::catalog::segments::Frequency;
use crate::facts::context::{Context, Slicing, is_out};
use crate::facts::ordering::{Order, Orders};
use crate::measure::StakeholderGroups;
use crate::schema::{Micros, NO_CODE, Table, purchases};

/// What is known of a customer at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Known {
    pub recency: i32,
    pub frequency: u32,
    /// In 1/10,000 of the currency's unit.
    pub monetary: i128,
    /// Of an order only the amount of all lines is known, and a condition leaves some of them out.
    pub is_unknown: bool,
    /// The first row of the last order.
    pub row: u32,
}

/// A customer as the orders show it.
pub(super) struct Found {
    pub stakeholder: u32,
    /// The codes of its group.
    pub group: Vec<u32>,
    pub now: Known,
    /// At the end of the previous period; `None`: without an order by then.
    pub before: Option<Known>,
}

pub(super) struct Job<'a> {
    pub context: &'a Context<'a>,
    pub groups: &'a StakeholderGroups<'a>,
    pub frequency: Frequency,
    /// The as-of date, and the end of the previous period.
    pub times: [Micros; 2],
}

impl Job<'_> {
    pub fn block(&self, block: Range<u32>) -> Vec<Found> {
        let canonical = self.context.canonical;
        let (Some(mut reader), Some(rows)) = (Orders::new(self.context), canonical.table(Table::Purchases)) else {
            return Vec::new();
        };
        let times = rows.times(&purchases::OCCURRED_AT);
        let slicing: &Slicing = self.context.slicing;
        let mut found = Vec::new();
        for stakeholder in block.filter(|s| *s != canonical.nobody()) {
            let mut at = |time: Micros| {
                // A line that comes later is not known, neither an order nor a refund.
                let slice = |row: usize| match times.at(row) < time {
                    true => slicing.of_row(row, stakeholder),
                    false => NO_CODE,
                };
                self.known(reader.of(self.context, stakeholder, slice), time)
            };
            let [as_of, earlier] = self.times;
            let Some(now) = at(as_of) else { continue };
            // Lines come by time. Most customers have none since the previous period: only the days have passed.
            let is_unchanged = rows.run(stakeholder).next_back().is_none_or(|row| times.at(row) < earlier);
            let before = match is_unchanged {
                true => Some(Known {
                    recency: now.recency - (canonical.zone.day_of(as_of) - canonical.zone.day_of(earlier)),
                    ..now
                }),
                false => at(earlier),
            };
            found.push(Found {
                stakeholder,
                group: self.groups.of(stakeholder, now.row),
                now,
                before,
            });
        }
        found
    }

    /// What orders show at a time; `None` without an order.
    fn known(&self, orders: &[Order], time: Micros) -> Option<Known> {
        let kept = || orders.iter().filter(|order| !is_out(order.slice));
        let last = kept().rfind(|order| order.is_order)?;
        let frequency = match self.frequency {
            Frequency::Orders => kept().filter(|order| order.is_order).count(),
            Frequency::OrderDays => {
                // Orders come by time.
                let mut days: Vec<i32> = kept().filter(|order| order.is_order).map(|order| order.day).collect();
                days.dedup();
                days.len()
            }
        };
        Some(Known {
            recency: self.context.canonical.zone.day_of(time) - last.day,
            frequency: frequency as u32,
            monetary: kept().map(Order::revenue).sum(),
            // Lines that are not known yet divide no order.
            is_unknown: self.context.slicing.rows.is_some() && kept().any(|order| order.is_divided),
            row: last.row,
        })
    }
}
