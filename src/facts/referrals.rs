//! `referrals`: a stakeholder who recommended the organisation to somebody.

use super::{column, known_at, Needs};
use crate::schema::{FactSpec, Shape, Table, Unit};

const MADE: Needs = &[&["referrals.referrer_id", "stakeholders.referrer_id", "purchases.referrer_id"]];

/// The fact's description; the stakeholder of a row is the referrer.
pub static SPEC: FactSpec = FactSpec {
    name: "referrals",
    text: "a referral: of the referral log, else one for each stakeholder with a referrer",
    shape: Shape::Event,
    rows: Some(Table::Referrals),
    tables: &[Table::Referrals, Table::Stakeholders, Table::Purchases],
    looks_back: false,
    columns: &[
        column("referred_at", Unit::Time, "time of the referral", MADE),
        known_at("converted_at", "converted_at", Unit::Time, "when the referred became a stakeholder", &[&["referrals.converted_at"]]),
        known_at("converted_at", "converted", Unit::Bool, "the referral led to a new stakeholder", &[&["referrals.converted_at", "referrals.status"]]),
        column("status", Unit::Text, "status of the referral", &[&["referrals.status"]]),
    ],
};

/// Builds the rows of a block of stakeholders.
pub fn build(_ctx: &super::context::Context, _block: std::ops::Range<u32>, _out: &mut super::frame::Frame) {}
