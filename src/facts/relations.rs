//! `relations`: a stakeholder in a period, seen through everything.

use super::{column, Needs};
use crate::schema::{FactSpec, Shape, Table, Unit};

const CONTACT: Needs = &[&["interactions.occurred_at"]];
const COMPLAINT: Needs = &[&["interactions.kind"]];

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    name: "relations",
    text: "a stakeholder in a period: on the roster at its end, or with any activity in it",
    shape: Shape::StakeholderPeriod,
    rows: None,
    tables: &[Table::Stakeholders, Table::Interactions, Table::Purchases, Table::Surveys, Table::Supplies],
    looks_back: false,
    columns: &[
        column("on_roster", Unit::Bool, "on the roster at the period's end", &[&["stakeholders.stakeholder_id"]]),
        column("inbound", Unit::Count, "inbound contacts in the period", CONTACT),
        column("outbound", Unit::Count, "outbound contacts in the period", CONTACT),
        column("contacts", Unit::Count, "contacts in the period", CONTACT),
        column("reciprocity", Unit::Number, "2 min(inbound, outbound) / (inbound + outbound)", CONTACT),
        column("days_since_contact", Unit::Days, "days from the last contact to the period's end; from the start of the relationship if there was none", CONTACT),
        column("target_days", Unit::Days, "how often there should be a contact", &[&["stakeholders.contact_target_days", "targets.contact_days"]]),
        column("is_overdue", Unit::Bool, "more days since the last contact than the target", &[&["interactions.occurred_at"], &["stakeholders.contact_target_days", "targets.contact_days"]]),
        column("has_order", Unit::Bool, "an order in the period", &[&["purchases.occurred_at"]]),
        column("has_answer", Unit::Bool, "an answered survey in the period", &[&["surveys.score"]]),
        column("has_supply", Unit::Bool, "a supply ordered or received in the period", &[&["supplies.stakeholder_id"]]),
        column("is_active", Unit::Bool, "any contact, order, answer or supply in the period", &[]),
        column("referrals_made", Unit::Count, "referrals made in the period", &[&["referrals.referrer_id", "stakeholders.referrer_id", "purchases.referrer_id"]]),
        column("complaints", Unit::Count, "complaints opened in the period", COMPLAINT),
        column("recovered_90d", Unit::Bool, "an order 1 to 90 days after the period's last complaint; without purchases: on the roster 90 days after it", COMPLAINT),
        column("service_cost", Unit::Money, "cost of the period's interactions", &[&["interactions.cost"]]),
        column("type", Unit::Text, "type of the stakeholder", &[]),
    ],
};

/// Builds the rows of a block of stakeholders.
pub fn build(_ctx: &super::context::Context, _block: std::ops::Range<u32>, _out: &mut super::frame::Frame) {}
