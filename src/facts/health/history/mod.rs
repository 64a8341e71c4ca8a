//! What happened with one stakeholder, each event with the times from which it, and what became of it, are known.
//!
//! The history is read once and asked at any number of dates. Nothing in it depends on the date: whether an answer, a resolution or a
//! refund is known at a date is decided when it is asked.

use super::super::cases::Meter;
use super::super::context::Context;
use super::super::log::Log;
use super::super::messaging::{Case, Cases, Contacts};
use super::super::ordering::Orders;
use super::super::responses::Answers;
use super::super::roster::{Roster, STILL_HERE};
use super::super::supply_lines::Punctuality;
use crate::canonical::{CanonicalTables, Rows, Values};
use crate::schema::{
    Micros, NO_CODE, NO_INT, NO_TIME, Table, TimesOfDay, interactions, purchases, referrals, stakeholders, supplies, surveys,
};

/// An order.
#[derive(Debug, Clone, Copy)]
pub struct OrderTime {
    /// Its first line.
    pub at: Micros,
    /// Civil day of that time.
    pub day: i32,
}

/// Money of a purchase line: its amount less refunds.
#[derive(Debug, Clone, Copy)]
pub struct Money {
    /// The line.
    pub at: Micros,
    /// Civil day of that time.
    pub day: i32,
    /// The order that the line belongs to, if it is one: from that time on the line counts on the order's day.
    pub order: Option<OrderTime>,
    /// In 1/10,000.
    pub amount: i128,
    /// Code of the currency.
    pub currency: u32,
}

/// A contact.
#[derive(Debug, Clone, Copy)]
pub struct ContactTime {
    /// When it happened.
    pub at: Micros,
    /// Civil day of that time.
    pub day: i32,
    /// They alone spoke.
    pub is_inbound: bool,
    /// We alone spoke.
    pub is_outbound: bool,
}

/// A case. Times that there are not are [`NO_TIME`].
#[derive(Debug, Clone, Copy)]
pub struct CaseTimes {
    /// When a person opened it.
    pub opened_at: Micros,
    /// The stakeholder opened it.
    pub is_inbound: bool,
    /// First response.
    pub responded_at: Micros,
    /// When the first response is due by the export, and from when on that is known.
    pub due: (Micros, Micros),
    /// When it is due by the target.
    pub due_by_target: Micros,
    /// The export tells of responses, with times that can be compared with the due time.
    pub tells_response: bool,
    /// The export tells of resolutions.
    pub tells_resolution: bool,
    /// From when on it is a complaint.
    pub complaint_at: Micros,
    /// From when on it is resolved.
    pub resolved_at: Micros,
}

/// A commitment or follow-up.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// When it was made.
    pub made_at: Micros,
    /// When it is due.
    pub due_at: Micros,
    /// When it was done.
    pub done_at: Micros,
}

/// A supply line.
#[derive(Debug, Clone, Copy)]
pub struct Supply {
    /// When it was ordered.
    pub ordered_at: Micros,
    /// When its receipt was promised.
    pub promised_at: Micros,
    /// When it was received.
    pub received_at: Micros,
    /// What was received came in time.
    pub is_on_time: bool,
    /// Quantity received; NaN if not known.
    pub received: f64,
    /// Quantity rejected; NaN if not known.
    pub rejected: f64,
    /// In 1/10,000; [`NO_INT`] if not known.
    pub amount: i64,
    /// Code of the currency.
    pub currency: u32,
}

/// A row of the roster.
#[derive(Debug, Clone, Copy)]
pub struct RosterRow {
    /// Start; [`NO_TIME`] if it is before the data.
    pub start: Micros,
    /// The row.
    pub row: u32,
}

/// The history of one stakeholder.
#[derive(Debug, Default)]
pub struct History {
    /// Orders, by time.
    pub orders: Vec<OrderTime>,
    /// Lines of purchases.
    pub money: Vec<Money>,
    /// Contacts, by time.
    pub contacts: Vec<ContactTime>,
    /// Cases.
    pub cases: Vec<CaseTimes>,
    /// Commitments and follow-ups with a due time.
    pub promises: Vec<Promise>,
    /// Answers to surveys: when they count, and their score on 0 to 100.
    pub answers: Vec<(Micros, f64)>,
    /// When they referred others.
    pub referrals: Vec<Micros>,
    /// Supply lines.
    pub supplies: Vec<Supply>,
    /// Rows of the roster, by start.
    pub roster: Vec<RosterRow>,
    /// The first purchase, interaction or survey of any kind; [`NO_TIME`] if there is none.
    pub first_seen: Micros,
    /// The first supply; [`NO_TIME`] if there is none.
    pub first_supply: Micros,
}

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

impl History {
    fn clear(&mut self) {
        let History {
            orders,
            money,
            contacts,
            cases,
            promises,
            answers,
            referrals,
            supplies,
            roster,
            first_seen,
            first_supply,
        } = self;
        orders.clear();
        money.clear();
        contacts.clear();
        cases.clear();
        promises.clear();
        answers.clear();
        referrals.clear();
        supplies.clear();
        roster.clear();
        (*first_seen, *first_supply) = (NO_TIME, NO_TIME);
    }

    /// The row of the roster that tells of the stakeholder at a time: the one that started last before it.
    pub fn roster_row(&self, at: Micros) -> Option<u32> {
        self.roster.iter().rev().find(|row| row.start < at).map(|row| row.row)
    }
}

struct Purchases<'a> {
    times: Values<'a, i64>,
    amounts: Values<'a, i64>,
    refunds: Values<'a, i64>,
    currencies: Values<'a, u32>,
}

impl<'a> Purchases<'a> {
    fn new(rows: &'a Rows) -> Purchases<'a> {
        Purchases {
            times: rows.times(&purchases::OCCURRED_AT),
            amounts: rows.ints(&purchases::AMOUNT),
            refunds: rows.ints(&purchases::REFUND),
            currencies: rows.codes(&purchases::CURRENCY),
        }
    }

    /// The amount of a line less its refund, as orders add it up.
    fn net(&self, row: usize) -> i128 {
        let refund = match self.refunds.at(row) {
            NO_INT => 0,
            refund => i128::from(refund).abs(),
        };
        i128::from(self.amounts.at(row)) - refund
    }
}

struct CaseReader<'a> {
    cases: Cases<'a>,
    meter: Meter<'a>,
    target: Option<i64>,
    response_dues: Values<'a, i64>,
    /// By source: whether times of responses can be compared with due times.
    compares: Vec<bool>,
}

impl<'a> CaseReader<'a> {
    fn new(ctx: &Context<'a>) -> Option<CaseReader<'a>> {
        let cases = Cases::new(ctx)?;
        Some(CaseReader {
            meter: Meter::new(ctx),
            target: ctx.settings.first_response,
            response_dues: cases.log.rows.times(&interactions::RESPONSE_DUE_AT),
            compares: compares(
                ctx.canonical,
                TimesOfDay::Deadline {
                    due: &interactions::RESPONSE_DUE_AT,
                    from: &interactions::OCCURRED_AT,
                    to: &interactions::RESPONDED_AT,
                    given: &interactions::RESPONSE_MINUTES,
                },
            ),
            cases,
        })
    }

    fn read(&mut self, stakeholder: u32, into: &mut Vec<CaseTimes>) {
        self.cases.of(stakeholder);
        into.extend(self.cases.last().iter().map(|case| self.times(case)));
    }

    fn times(&self, case: &Case) -> CaseTimes {
        let log = &self.cases.log;
        let row = case.row as usize;
        let traits = log.traits(row);
        let target = self.target.filter(|_| !traits.response_by_day);
        let mut times = CaseTimes {
            opened_at: case.opened_at,
            is_inbound: case.opened_by == super::super::log::Direction::Inbound,
            responded_at: case.response.at,
            due: (self.response_dues.at(row), log.at(row)),
            due_by_target: if case.asked_at == NO_TIME {
                NO_TIME
            } else {
                self.meter.due(NO_TIME, case.asked_at, target)
            },
            tells_response: traits.tells_response && self.compares[usize::from(log.rows.source_of(row))],
            tells_resolution: traits.tells_resolution,
            complaint_at: if case.is_complaint { case.opened_at } else { NO_TIME },
            resolved_at: case.resolution.at,
        };
        if case.is_ticket {
            return times;
        }
        // Of a case of messages each message adds to what is known, from its own time on.
        (times.complaint_at, times.resolved_at) = (NO_TIME, NO_TIME);
        let earlier = |known: Micros, at: Micros| if known == NO_TIME { at } else { known.min(at) };
        for row in self.cases.rows_of(case) {
            let at = log.at(row);
            if log.is_complaint(log.kind(row)) {
                times.complaint_at = earlier(times.complaint_at, at);
            }
            let resolution = log.resolution(row).at;
            if resolution != NO_TIME {
                times.resolved_at = earlier(times.resolved_at, resolution.max(at));
            }
            if times.due.0 == NO_TIME && !log.is_automated(row) {
                times.due = (self.response_dues.at(row), at);
            }
        }
        times
    }
}

struct Promises<'a> {
    log: Log<'a>,
    kinds: [Option<u32>; 2],
    dues: Values<'a, i64>,
    /// By source: whether times of completion can be compared with due times.
    compares: Vec<bool>,
}

impl<'a> Promises<'a> {
    fn new(ctx: &Context<'a>) -> Option<Promises<'a>> {
        let log = Log::new(ctx)?;
        Some(Promises {
            kinds: ["commitment", "follow_up"].map(|word| ctx.canonical.texts.code(word)),
            dues: log.rows.times(&interactions::DUE_AT),
            compares: compares(
                ctx.canonical,
                TimesOfDay::Deadline {
                    due: &interactions::DUE_AT,
                    from: &interactions::OCCURRED_AT,
                    to: &interactions::RESOLVED_AT,
                    given: &interactions::RESOLUTION_MINUTES,
                },
            ),
            log,
        })
    }

    fn read(&self, stakeholder: u32, into: &mut Vec<Promise>) {
        let log = &self.log;
        for row in log.rows.run(stakeholder) {
            let kind = log.kind(row);
            let is_promise = kind != NO_CODE && self.kinds.contains(&Some(kind)) && self.dues.at(row) != NO_TIME;
            if is_promise && log.traits(row).tells_resolution && self.compares[usize::from(log.rows.source_of(row))] {
                into.push(Promise {
                    made_at: log.at(row),
                    due_at: self.dues.at(row),
                    done_at: log.resolution(row).at,
                });
            }
        }
    }
}

/// By source whether a deadline can be compared with what it is for, or dates without a time of day hide it.
fn compares(canonical: &CanonicalTables, deadline: TimesOfDay) -> Vec<bool> {
    let sources = canonical.sources.iter();
    sources.map(|source| source.dates_that_hide(deadline).is_empty()).collect()
}

struct Supplies<'a> {
    rows: &'a Rows,
    punctuality: Punctuality<'a>,
    times: [Values<'a, i64>; 3],
    quantities: [Values<'a, f64>; 2],
    amounts: Values<'a, i64>,
    currencies: Values<'a, u32>,
}

impl<'a> Supplies<'a> {
    fn new(ctx: &Context<'a>, rows: &'a Rows) -> Supplies<'a> {
        Supplies {
            rows,
            punctuality: Punctuality::new(ctx, rows),
            times: [&supplies::ORDERED_AT, &supplies::PROMISED_AT, &supplies::RECEIVED_AT].map(|column| rows.times(column)),
            quantities: [&supplies::QUANTITY_RECEIVED, &supplies::QUANTITY_REJECTED].map(|column| rows.floats(column)),
            amounts: rows.ints(&supplies::AMOUNT),
            currencies: rows.codes(&supplies::CURRENCY),
        }
    }

    fn line(&self, row: usize) -> Supply {
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

/// Since when a stakeholder is known, and by what.
struct Seen<'a> {
    /// Tables of customers, with the times that their rows have.
    customers: Vec<(&'a Rows, Vec<Values<'a, i64>>)>,
    supplies: Option<(&'a Rows, Vec<Values<'a, i64>>)>,
}

impl<'a> Seen<'a> {
    fn new(canonical: &'a CanonicalTables) -> Seen<'a> {
        let table = |table: Table, columns: &[&crate::schema::Column]| {
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
    fn first(&self, stakeholder: u32) -> (Micros, Micros) {
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
