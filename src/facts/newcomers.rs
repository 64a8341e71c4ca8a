//! `newcomers`: a stakeholder first seen.

use super::column;
use crate::schema::{FactSpec, Shape, Table, Unit};

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    name: "newcomers",
    text: "a stakeholder first seen: by the roster's start, else by the first order",
    shape: Shape::Event,
    rows: None,
    tables: &[Table::Stakeholders, Table::Purchases],
    looks_back: false,
    columns: &[
        column("joined_at", Unit::Time, "start of the relationship", &[&["stakeholders.started_at", "purchases.occurred_at"]]),
        column(
            "is_referred",
            Unit::Bool,
            "has a referrer, or came by the source 'referral', or is listed as referred",
            &[&["stakeholders.referrer_id", "purchases.referrer_id", "stakeholders.acquisition_source", "referrals.referred_id"]],
        ),
        column("source_known", Unit::Bool, "how the stakeholder came is known; true where no source is mapped", &[]),
        column("acquisition_cost", Unit::Money, "cost of winning the stakeholder", &[&["stakeholders.acquisition_cost"]]),
        column("type", Unit::Text, "type of the stakeholder", &[]),
    ],
};

/// Builds the rows of a block of stakeholders.
pub fn build(_ctx: &super::context::Context, _block: std::ops::Range<u32>, _out: &mut super::frame::Frame) {}
