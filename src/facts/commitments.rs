//! `commitments`: a promise or a follow-up with a due time.

use super::{column, known_at, Needs};
use crate::schema::{FactSpec, Shape, Table, Unit};

const DUE: Needs = &[&["interactions.kind"], &["interactions.due_at"]];
const KEPT: Needs = &[&["interactions.kind"], &["interactions.due_at"], &["interactions.resolved_at", "interactions.resolution_minutes"]];

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    name: "commitments",
    text: "an interaction of kind commitment or follow_up with a due time",
    shape: Shape::Event,
    rows: Some(Table::Interactions),
    tables: &[Table::Interactions],
    looks_back: false,
    columns: &[
        column("made_at", Unit::Time, "time of the interaction", DUE),
        column("due_at", Unit::Time, "when it is due; a date is the end of that day", DUE),
        known_at("resolved_at", "resolved_at", Unit::Time, "when it was done", KEPT),
        known_at("resolved_at", "kept", Unit::Bool, "done by the due time", KEPT),
        column("kind", Unit::Text, "commitment or follow_up", DUE),
        column("channel", Unit::Text, "channel of the interaction", &[&["interactions.channel"]]),
        column("owner", Unit::Text, "owner of the interaction", &[&["interactions.owner"]]),
        column("status", Unit::Text, "status of the interaction", &[&["interactions.status"]]),
    ],
};

/// Builds the rows of a block of stakeholders.
pub fn build(_ctx: &super::context::Context, _block: std::ops::Range<u32>, _out: &mut super::frame::Frame) {}
