//! What happened with one stakeholder, each event with the times from which it, and what became of it, are known.
//!
//! The history is read once and asked at any number of dates. Nothing in it depends on the date: whether an answer, a resolution or a
//! refund is known at a date is decided when it is asked.

mod cases;
mod events;
mod promises;
mod purchases;
mod seen;
mod supplies;

use super::super::context::Context;
use super::super::messaging::Contacts;
use super::super::ordering::Orders;
use super::super::responses::Answers;
use super::super::roster::{Roster, STILL_HERE};
use crate::canonical::{CanonicalTables, Rows, Values};
use crate::schema::{Micros, NO_CODE, NO_TIME, Table, TimesOfDay, referrals, stakeholders, surveys};
use cases::CaseReader;
pub use events::{CaseTimes, ContactTime, History, Money, OrderTime, RosterRow};
use promises::Promises;
use purchases::Purchases;
use seen::Seen;
use supplies::Supplies;

/// What of the tables is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Orders and revenue.
    pub purchases: bool,
    /// Contacts.
    pub contacts: bool,
    /// Cases.
    pub cases: bool,
    /// Commitments.
    pub promises: bool,
    /// Answers to surveys.
    pub answers: bool,
    /// Referrals.
    pub referrals: bool,
    /// Supplies.
    pub supplies: bool,
}

/// Reads the history of one stakeholder after the other into one reused buffer.
pub struct Histories<'a> {
    canonical: &'a CanonicalTables,
    orders: Option<Orders<'a>>,
    purchases: Option<Purchases<'a>>,
    contacts: Option<Contacts<'a>>,
    cases: Option<CaseReader<'a>>,
    promises: Option<Promises<'a>>,
    answers: Option<Answers<'a>>,
    skipped_instrument: u32,
    referrals: Option<(&'a Rows, Values<'a, i64>, Values<'a, u32>)>,
    supplies: Option<Supplies<'a>>,
    seen: Seen<'a>,
    roster_rows: Option<(&'a Rows, Values<'a, i64>)>,
    roster: Option<Roster<'a>>,
    /// The history last read.
    pub history: History,
}

impl<'a> Histories<'a> {
    /// Over the tables that there are.
    pub fn new(ctx: &Context<'a>, wanted: Wanted) -> Histories<'a> {
        let canonical = ctx.canonical;
        let high_is_easy = ctx.settings.high_is_easy;
        Histories {
            canonical,
            orders: if wanted.purchases { Orders::new(ctx) } else { None },
            purchases: canonical.table(Table::Purchases).filter(|_| wanted.purchases).map(Purchases::new),
            contacts: if wanted.contacts { Contacts::new(ctx) } else { None },
            cases: if wanted.cases { CaseReader::new(ctx) } else { None },
            promises: if wanted.promises { Promises::new(ctx) } else { None },
            answers: if wanted.answers { Answers::new(ctx) } else { None },
            // Which end of an effort scale is good has to be declared.
            skipped_instrument: canonical.texts.code("ces").filter(|_| !high_is_easy).unwrap_or(NO_CODE),
            referrals: canonical
                .table(Table::Referrals)
                .filter(|_| wanted.referrals)
                .map(|rows| (rows, rows.times(&referrals::OCCURRED_AT), rows.codes(&referrals::REFERRED_ID))),
            supplies: canonical
                .table(Table::Supplies)
                .filter(|_| wanted.supplies)
                .map(|rows| Supplies::new(ctx, rows)),
            seen: Seen::new(canonical),
            roster_rows: canonical
                .table(Table::Stakeholders)
                .map(|rows| (rows, rows.times(&stakeholders::STARTED_AT))),
            roster: Roster::new(ctx),
            history: History::default(),
        }
    }

    /// Reads a stakeholder.
    pub fn read(&mut self, ctx: &Context<'a>, stakeholder: u32) {
        let mut history = std::mem::take(&mut self.history);
        history.clear();
        let zone = &ctx.canonical.zone;
        if let (Some(reader), Some(purchases)) = (&mut self.orders, &self.purchases) {
            let orders = reader.of(ctx, stakeholder, |_| 0);
            let time = |at: Micros, day: i32| OrderTime { at, day };
            history
                .orders
                .extend(orders.iter().filter(|order| order.is_order).map(|order| time(order.at, order.day)));
            let orders = reader.last();
            for (row, index) in reader.lines(stakeholder) {
                let order = &orders[index];
                let at = purchases.times.at(row);
                history.money.push(Money {
                    at,
                    day: zone.day_of(at),
                    order: order.is_order.then(|| time(order.at, order.day)),
                    amount: purchases.net(row),
                    currency: purchases.currencies.at(row),
                });
            }
        }
        if let Some(contacts) = &mut self.contacts {
            history
                .contacts
                .extend(contacts.of(ctx, stakeholder).iter().map(|contact| ContactTime {
                    at: contact.at,
                    day: contact.day,
                    is_inbound: contact.is_inbound(),
                    is_outbound: contact.is_outbound(),
                }));
        }
        if let Some(cases) = &mut self.cases {
            cases.read(stakeholder, &mut history.cases);
        }
        if let Some(promises) = &self.promises {
            promises.read(stakeholder, &mut history.promises);
        }
        if let Some(answers) = &self.answers {
            let instruments = answers.rows.codes(&surveys::INSTRUMENT);
            for row in answers.rows.run(stakeholder) {
                let (at, score) = (answers.counted_at(row), answers.score(row));
                let is_skipped = self.skipped_instrument != NO_CODE && instruments.at(row) == self.skipped_instrument;
                if let Some((min, max)) = answers.scale(row)
                    && at != NO_TIME
                    && !score.is_nan()
                    && !is_skipped
                {
                    history.answers.push((at, (score - min) / (max - min) * 100.0));
                }
            }
        }
        if let Some((rows, times, referred)) = &self.referrals {
            let others = rows.run(stakeholder).filter(|&row| referred.at(row) != stakeholder);
            history
                .referrals
                .extend(others.map(|row| times.at(row)).filter(|at| *at != NO_TIME));
        }
        if let Some(supplies) = &self.supplies {
            history
                .supplies
                .extend(supplies.rows.run(stakeholder).map(|row| supplies.line(row)));
        }
        (history.first_seen, history.first_supply) = self.seen.first(stakeholder);
        if let Some((rows, starts)) = &self.roster_rows {
            history.roster.extend(rows.run(stakeholder).map(|row| RosterRow {
                start: starts.at(row),
                row: row as u32,
            }));
        }
        self.history = history;
    }

    /// The spell on the roster that a stakeholder is in at a time, by what is known then: its start; `None` if it is in none.
    pub fn spell_at(&mut self, stakeholder: u32, at: Micros) -> Option<Micros> {
        let spells = self.roster.as_mut()?.known_at(stakeholder, at);
        spells.iter().rev().find(|spell| spell.covers(at, at)).map(|spell| spell.start)
    }

    /// The end of the spell that a stakeholder is in at a time, by all that is known; [`STILL_HERE`] if it has none.
    pub fn end_of_spell(&mut self, stakeholder: u32, at: Micros) -> Micros {
        let spells = self.roster.as_mut().map(|roster| roster.of(stakeholder)).unwrap_or_default();
        let current = spells.iter().rev().find(|spell| spell.start < at && spell.end >= at);
        current.map_or(STILL_HERE, |spell| spell.end)
    }

    /// The tables.
    pub fn canonical(&self) -> &'a CanonicalTables {
        self.canonical
    }
}

/// By source whether a deadline can be compared with what it is for, or dates without a time of day hide it.
fn compares(canonical: &CanonicalTables, deadline: TimesOfDay) -> Vec<bool> {
    let sources = canonical.sources.iter();
    sources.map(|source| source.dates_that_hide(deadline).is_empty()).collect()
}
