//! What happened with a stakeholder in each period, whatever table tells of it: what relations are made of.

use super::context::{Context, Window};
use super::frame::Frame;
use super::messaging::{Cases, Contacts};
use super::ordering::Orders;
use super::referrals::origins;
use super::responses::Answers;
use super::roster::Roster;
use crate::canonical::{Rows, Values};
use crate::schema::{Micros, NO_INT, NO_TIME, Table, interactions, purchases, referrals, supplies};

/// Days within which an order after a complaint counts as a recovery.
const RECOVERY_DAYS: i32 = 90;

/// What happened with a stakeholder in one period.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Inbound contacts.
    pub inbound: i64,
    /// Outbound contacts.
    pub outbound: i64,
    /// All contacts.
    pub contacts: i64,
    /// An order.
    pub has_order: bool,
    /// An answered survey.
    pub has_answer: bool,
    /// A supply ordered or received.
    pub has_supply: bool,
    /// Referrals made.
    pub referrals: i64,
    /// Complaints opened.
    pub complaints: i64,
    /// When the last of them was opened; meaningless without one.
    pub last_complaint: Micros,
    /// Cost of the interactions, in 1/10,000.
    pub cost: i128,
    /// The rows that tell of it, kept where a frame keeps origins.
    pub behind: Vec<(Table, u32)>,
}

impl Tally {
    /// Whether there was a contact, an order, an answer or a supply.
    pub fn is_active(&self) -> bool {
        self.contacts > 0 || self.has_order || self.has_answer || self.has_supply
    }

    /// 2 min(inbound, outbound) / (inbound + outbound); NaN without either.
    pub fn reciprocity(&self) -> f64 {
        2.0 * self.inbound.min(self.outbound) as f64 / (self.inbound + self.outbound) as f64
    }
}

/// Reads what happened with one stakeholder after the other. Who was active rests on contacts, orders, answers and supplies, so
/// these are read whatever columns are wanted; the rest is read where it is.
pub struct Activity<'a> {
    contacts: Option<Contacts<'a>>,
    /// Orders by id, and the purchases where no source has ids: there each line tells the day of an order.
    orders: Option<Orders<'a>>,
    purchases: Option<(&'a Rows, Values<'a, i64>, Values<'a, i64>)>,
    answers: Option<Answers<'a>>,
    supplies: Option<(&'a Rows, [Values<'a, i64>; 2])>,
    referrals: Option<(&'a Rows, Values<'a, i64>, Values<'a, u32>)>,
    cases: Option<Cases<'a>>,
    costs: Option<(&'a Rows, Values<'a, i64>, Values<'a, i64>)>,
    with_behind: bool,
    /// What happened with the stakeholder last read, by period.
    pub tallies: Vec<Tally>,
    /// Times and rows of the contacts and of the orders.
    contact_times: Vec<(Micros, u32)>,
    order_times: Vec<(Micros, u32)>,
}

impl<'a> Activity<'a> {
    /// Over the tables that there are, for the wanted columns of a frame of relations.
    pub fn new(ctx: &Context<'a>, out: &Frame) -> Activity<'a> {
        let wanted = |names: &[&str]| names.iter().any(|name| out.handle(name).is_wanted());
        let table = |table| ctx.canonical.table(table);
        let wanted_table = |names: &[&str], name| if wanted(names) { table(name) } else { None };
        let purchases = table(Table::Purchases);
        let has_ids = purchases.is_some_and(|rows| rows.keys(&purchases::ORDER_ID).exists());
        let costs = wanted_table(&["service_cost"], Table::Interactions).filter(|rows| rows.ints(&interactions::COST).exists());
        Activity {
            contacts: Contacts::new(ctx),
            orders: if has_ids { Orders::new(ctx) } else { None },
            purchases: purchases.map(|rows| (rows, rows.times(&purchases::OCCURRED_AT), rows.ints(&purchases::AMOUNT))),
            answers: Answers::new(ctx).filter(Answers::tells_scores),
            supplies: table(Table::Supplies).map(|rows| (rows, [&supplies::ORDERED_AT, &supplies::RECEIVED_AT].map(|c| rows.times(c)))),
            referrals: wanted_table(&["referrals_made"], Table::Referrals)
                .map(|rows| (rows, rows.times(&referrals::OCCURRED_AT), rows.codes(&referrals::REFERRED_ID))),
            cases: if wanted(&["complaints", "recovered_90d"]) {
                Cases::new(ctx)
            } else {
                None
            },
            costs: costs.map(|rows| (rows, rows.times(&interactions::OCCURRED_AT), rows.ints(&interactions::COST))),
            with_behind: out.origins.is_some(),
            tallies: Vec::new(),
            contact_times: Vec::new(),
            order_times: Vec::new(),
        }
    }

    /// Reads a stakeholder: what happened in each of the periods.
    pub fn read(&mut self, ctx: &Context, stakeholder: u32) {
        self.tallies.clear();
        self.tallies.resize(ctx.windows.len(), Tally::default());
        self.contact_times.clear();
        self.order_times.clear();
        self.read_contacts(ctx, stakeholder);
        self.read_orders(ctx, stakeholder);
        self.read_answers_and_supplies(ctx, stakeholder);
        self.read_complaints(ctx, stakeholder);
        if let Some((rows, times, referred)) = self.referrals {
            for row in rows.run(stakeholder).filter(|&row| referred.at(row) != stakeholder) {
                if let Some(tally) = note(ctx, &mut self.tallies, times.at(row), None) {
                    tally.referrals += 1;
                    if self.with_behind {
                        tally.behind.extend(origins(ctx.canonical, row, referred.at(row)));
                    }
                }
            }
        }
        if let Some((rows, times, costs)) = self.costs {
            for row in rows.run(stakeholder).filter(|&row| costs.at(row) != NO_INT) {
                let origin = self.with_behind.then_some((Table::Interactions, row as u32));
                if let Some(tally) = note(ctx, &mut self.tallies, times.at(row), origin) {
                    tally.cost += i128::from(costs.at(row));
                }
            }
        }
        for tally in self.tallies.iter_mut().filter(|_| self.with_behind) {
            // A ticket is two contacts, a supply is ordered and received.
            tally.behind.sort_unstable();
            tally.behind.dedup();
        }
    }

    fn read_contacts(&mut self, ctx: &Context, stakeholder: u32) {
        let Some(contacts) = &mut self.contacts else { return };
        for contact in contacts.of(ctx, stakeholder) {
            self.contact_times.push((contact.at, contact.row));
            let origin = self.with_behind.then_some((Table::Interactions, contact.row));
            if let Some(tally) = note(ctx, &mut self.tallies, contact.at, origin) {
                tally.contacts += 1;
                tally.inbound += i64::from(contact.is_inbound());
                tally.outbound += i64::from(contact.is_outbound());
            }
        }
    }

    fn read_orders(&mut self, ctx: &Context, stakeholder: u32) {
        let (tallies, with_behind) = (&mut self.tallies, self.with_behind);
        let order_times = &mut self.order_times;
        let mut take = |at: Micros, row: usize| {
            order_times.push((at, row as u32));
            if let Some(tally) = note(ctx, tallies, at, with_behind.then_some((Table::Purchases, row as u32))) {
                tally.has_order = true;
            }
        };
        if let Some(reader) = &mut self.orders {
            reader.of(ctx, stakeholder, |_| 0);
            let orders = reader.last();
            if with_behind {
                reader
                    .lines(stakeholder)
                    .filter(|&(_, i)| orders[i].is_order)
                    .for_each(|(row, i)| take(orders[i].at, row));
            } else {
                orders.iter().filter(|o| o.is_order).for_each(|o| take(o.at, o.row as usize));
            }
        } else if let Some((rows, times, amounts)) = self.purchases {
            rows.run(stakeholder)
                .filter(|&row| amounts.at(row) >= 0)
                .for_each(|row| take(times.at(row), row));
        }
    }

    fn read_answers_and_supplies(&mut self, ctx: &Context, stakeholder: u32) {
        let origin = |table, row: usize| self.with_behind.then_some((table, row as u32));
        if let Some(answers) = &self.answers {
            for row in answers.rows.run(stakeholder).filter(|&row| !answers.score(row).is_nan()) {
                if let Some(tally) = note(ctx, &mut self.tallies, answers.counted_at(row), origin(Table::Surveys, row)) {
                    tally.has_answer = true;
                }
            }
        }
        if let Some((rows, columns)) = self.supplies {
            for times in columns {
                for row in rows.run(stakeholder).filter(|&row| times.at(row) != NO_TIME) {
                    if let Some(tally) = note(ctx, &mut self.tallies, times.at(row), origin(Table::Supplies, row)) {
                        tally.has_supply = true;
                    }
                }
            }
        }
    }

    fn read_complaints(&mut self, ctx: &Context, stakeholder: u32) {
        let Some(cases) = &mut self.cases else { return };
        cases.of(stakeholder);
        for case in cases.last().iter().filter(|c| c.is_complaint) {
            if let Some(tally) = note(ctx, &mut self.tallies, case.opened_at, None) {
                tally.last_complaint = if tally.complaints == 0 {
                    case.opened_at
                } else {
                    tally.last_complaint.max(case.opened_at)
                };
                tally.complaints += 1;
                if self.with_behind {
                    tally
                        .behind
                        .extend(cases.rows_of(case).map(|row| (Table::Interactions, row as u32)));
                }
            }
        }
    }
}

/// Which tables tell.
impl Activity<'_> {
    /// Whether a table tells of contacts.
    pub fn tells_contacts(&self) -> bool {
        self.contacts.is_some()
    }

    /// Whether a table tells of orders.
    pub fn tells_orders(&self) -> bool {
        self.purchases.is_some()
    }

    /// Whether a table tells of answered surveys.
    pub fn tells_answers(&self) -> bool {
        self.answers.is_some()
    }

    /// Whether a table tells of supplies.
    pub fn tells_supplies(&self) -> bool {
        self.supplies.is_some()
    }

    /// Whether a table tells of referrals, and that is wanted.
    pub fn tells_referrals(&self) -> bool {
        self.referrals.is_some()
    }

    /// Whether a table tells of complaints, and that is wanted.
    pub fn tells_cases(&self) -> bool {
        self.cases.is_some()
    }

    /// Whether a table tells of costs of interactions, and that is wanted.
    pub fn tells_costs(&self) -> bool {
        self.costs.is_some()
    }
}

/// What looks beyond one period.
impl Activity<'_> {
    /// The last contact before a period's end: its time and its row.
    pub fn last_contact(&self, window: &Window) -> Option<(Micros, u32)> {
        let before = self.contact_times.partition_point(|&(at, _)| at < window.end);
        before.checked_sub(1).map(|last| self.contact_times[last])
    }

    /// Whether a stakeholder came back after a complaint; `None` where neither purchases nor a roster tell.
    pub fn recovered(&self, ctx: &Context, window: &Window, complaint: Micros, roster: Option<&Roster>) -> Option<bool> {
        let zone = &ctx.canonical.zone;
        let day = zone.day_of(complaint);
        if self.purchases.is_some() {
            return Some(self.recovery(ctx, window, complaint).next().is_some());
        }
        roster.map(|r| r.is_present(zone.midnight(day + RECOVERY_DAYS), window.as_of))
    }
}

impl Activity<'_> {
    /// The orders by which a stakeholder came back after a complaint.
    pub fn recovery(&self, ctx: &Context, window: &Window, complaint: Micros) -> impl Iterator<Item = (Table, u32)> {
        let zone = &ctx.canonical.zone;
        let days_after = move |at| zone.day_of(at) - zone.day_of(complaint);
        let known = self.order_times.iter().filter(|(at, _)| *at < window.as_of);
        known
            .filter(move |(at, _)| (1..=RECOVERY_DAYS).contains(&days_after(*at)))
            .map(|&(_, row)| (Table::Purchases, row))
    }
}

/// The tally of the period in which a time lies, with the row behind it noted.
fn note<'t>(ctx: &Context, tallies: &'t mut [Tally], at: Micros, origin: Option<(Table, u32)>) -> Option<&'t mut Tally> {
    let tally = &mut tallies[ctx.window_of(at)?];
    tally.behind.extend(origin);
    Some(tally)
}
