//! `cases`: a ticket, or the messages of one case of one stakeholder.

use super::{column, known_at, undated, Needs};
use crate::schema::{FactSpec, Shape, Table, Unit};

const RESPONSE: Needs = &[&["interactions.responded_at", "interactions.response_minutes", "interactions.in_reply_to", "interactions.direction"]];
const RESOLUTION: Needs = &[&["interactions.resolved_at", "interactions.resolution_minutes"]];

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    name: "cases",
    text: "a ticket, or the messages of one case of one stakeholder",
    shape: Shape::Event,
    rows: Some(Table::Interactions),
    tables: &[Table::Interactions],
    looks_back: false,
    columns: &[
        column("opened_at", Unit::Time, "time of the ticket, or of the case's first message", &[]),
        column("opened_by", Unit::Text, "direction of the first message; inbound for a ticket that does not say", &[]),
        column("asked_at", Unit::Time, "time of the first inbound message", &[]),
        known_at("responded_at", "responded_at", Unit::Time, "time of the first response that is not automated", RESPONSE),
        known_at("responded_at", "response_hours", Unit::Hours, "hours from the first inbound message to the first response", RESPONSE),
        known_at("replied_at", "direct_reply_hours", Unit::Hours, "hours from the first inbound message to the first message that replies to it", &[&["interactions.in_reply_to"]]),
        known_at("replied_at", "replied_at", Unit::Time, "time of the first message that replies to the first inbound one", &[&["interactions.in_reply_to"]]),
        known_at("responded_at", "answered", Unit::Bool, "has a response", RESPONSE),
        known_at("resolved_at", "resolved_at", Unit::Time, "time of the last resolution", RESOLUTION),
        known_at("resolved_at", "resolution_hours", Unit::Hours, "hours from opening to the last resolution", RESOLUTION),
        known_at("resolved_at", "resolved", Unit::Bool, "has a resolution", RESOLUTION),
        column("waiting_hours", Unit::Hours, "hours from the first inbound message to as-of: how long an unanswered case is known to wait", &[]),
        column("open_hours", Unit::Hours, "hours from opening to as-of: how long an unresolved case is known to be open", &[]),
        column("age_hours", Unit::Hours, "hours from opening to the end of the period, for stocks", &[]),
        column("response_due_at", Unit::Time, "when the first response is due: the row's, else opening plus the target", &[&["interactions.response_due_at", "targets.first_response_hours"]]),
        column("due_at", Unit::Time, "when the resolution is due: the row's, else opening plus the target", &[&["interactions.due_at", "targets.resolution_hours"]]),
        undated("reopens", Unit::Count, "how often the case was reopened", &[&["interactions.reopens"]]),
        column("kind", Unit::Text, "kind of the case", &[]),
        column("channel", Unit::Text, "channel of the first message", &[&["interactions.channel"]]),
        column("owner", Unit::Text, "owner of the case", &[&["interactions.owner"]]),
        column("status", Unit::Text, "status of the case", &[&["interactions.status"]]),
        undated("outbound_messages", Unit::Count, "outbound messages of the case; null for a ticket, which does not say", &[&["interactions.in_reply_to", "interactions.direction"]]),
        undated("messages", Unit::Count, "messages of the case", &[&["interactions.in_reply_to", "interactions.direction"]]),
        column("days_since_previous_complaint", Unit::Days, "days since the stakeholder's previous complaint, for complaints", &[&["interactions.kind"]]),
        column("cost", Unit::Money, "cost of handling the case", &[&["interactions.cost"]]),
        column("case_id", Unit::Key, "the case's id", &[&["interactions.case_id"]]),
        column("in_reply_to", Unit::Key, "the message that the case's first message replies to", &[&["interactions.in_reply_to"]]),
    ],
};

/// Builds the rows of a block of stakeholders.
pub fn build(_ctx: &super::context::Context, _block: std::ops::Range<u32>, _out: &mut super::frame::Frame) {}
