//! `supply_lines`: a line ordered from a supplier.

use super::{column, known_at, Needs};
use crate::schema::{FactSpec, Shape, Table, Unit};

const PUNCTUAL: Needs = &[&["supplies.promised_at"], &["supplies.received_at"]];
const FULL: Needs = &[&["supplies.promised_at"], &["supplies.received_at"], &["supplies.quantity"], &["supplies.quantity_received"]];

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    name: "supply_lines",
    text: "a supply line",
    shape: Shape::Event,
    rows: Some(Table::Supplies),
    tables: &[Table::Supplies],
    looks_back: false,
    columns: &[
        column("ordered_at", Unit::Time, "when the line was ordered", &[&["supplies.ordered_at"]]),
        column("promised_at", Unit::Time, "when it was promised; a date is the end of that day", &[&["supplies.promised_at"]]),
        column("spent_at", Unit::Time, "when the money counts: ordered_at, else promised_at", &[&["supplies.ordered_at", "supplies.promised_at"]]),
        known_at("received_at", "received_at", Unit::Time, "when it was received", &[&["supplies.received_at"]]),
        known_at("received_at", "on_time", Unit::Bool, "received within the target's window around the promise", PUNCTUAL),
        known_at("received_at", "in_full", Unit::Bool, "received quantity at least the ordered one, less the tolerance", FULL),
        known_at("received_at", "lead_time_days", Unit::Days, "days from order to receipt", &[&["supplies.ordered_at"], &["supplies.received_at"]]),
        column("waiting_days", Unit::Days, "days from order to as-of", &[&["supplies.ordered_at"]]),
        column("quantity", Unit::Number, "quantity ordered", &[&["supplies.quantity"]]),
        known_at("received_at", "quantity_received", Unit::Number, "quantity received", &[&["supplies.quantity_received"]]),
        known_at("received_at", "quantity_rejected", Unit::Number, "quantity rejected", &[&["supplies.quantity_rejected"]]),
        column("amount", Unit::Money, "amount of the line", &[&["supplies.amount"]]),
        column("order_id", Unit::Key, "the order's id", &[&["supplies.order_id"]]),
        column("currency", Unit::Text, "currency of the line", &[&["supplies.currency"]]),
    ],
};

/// Builds the rows of a block of stakeholders.
pub fn build(_ctx: &super::context::Context, _block: std::ops::Range<u32>, _out: &mut super::frame::Frame) {}
