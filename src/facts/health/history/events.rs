//! What happened with one stakeholder, as plain values.

use crate::schema::{Micros, NO_TIME};

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
    /// In 1/10,000; [`NO_INT`](crate::schema::NO_INT) if not known.
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

impl History {
    /// Forgets all events, and keeps the memory.
    pub fn clear(&mut self) {
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
