//! `contacts`: an interaction that a person had with a stakeholder.

use super::column;
use crate::schema::{FactSpec, Shape, Table, Unit};

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    name: "contacts",
    text: "an interaction that is neither automated nor internal (for employees internal counts); a ticket's first response is a second, outbound contact",
    shape: Shape::Event,
    rows: Some(Table::Interactions),
    tables: &[Table::Interactions],
    looks_back: false,
    columns: &[
        column("occurred_at", Unit::Time, "time of the contact", &[]),
        column("days_since_previous", Unit::Days, "days since the stakeholder's previous contact day; null but on the first contact of each contact day after the first", &[]),
        column("direction", Unit::Text, "inbound, outbound, internal or both", &[]),
        column("kind", Unit::Text, "kind of the interaction", &[&["interactions.kind"]]),
        column("outcome", Unit::Text, "successful or unsuccessful", &[&["interactions.outcome"]]),
        column("channel", Unit::Text, "channel of the interaction", &[&["interactions.channel"]]),
        column("owner", Unit::Text, "owner of the interaction", &[&["interactions.owner"]]),
        column("status", Unit::Text, "status of the interaction", &[&["interactions.status"]]),
        column("cost", Unit::Money, "cost of the interaction; of a ticket on its first contact only", &[&["interactions.cost"]]),
    ],
};

/// Builds the rows of a block of stakeholders.
pub fn build(_ctx: &super::context::Context, _block: std::ops::Range<u32>, _out: &mut super::frame::Frame) {}
