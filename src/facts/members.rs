//! `members`: a roster stakeholder in a period.

use super::column;
use crate::schema::{FactSpec, Shape, Table, Unit};

const SPELL: super::Needs = &[&["stakeholders.started_at"], &["stakeholders.ended_at"]];
const PAID: super::Needs = &[&["stakeholders.started_at"], &["stakeholders.ended_at"], &["stakeholders.recurring_amount"]];

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    name: "members",
    text: "a roster stakeholder who is there at some time of a period",
    shape: Shape::StakeholderPeriod,
    rows: None,
    tables: &[Table::Stakeholders],
    looks_back: false,
    columns: &[
        column("at_start", Unit::Bool, "started before the period and not ended before it; an end date is the last day", SPELL),
        column("at_end", Unit::Bool, "the same at the period's end", SPELL),
        column("joined", Unit::Bool, "started in the period", SPELL),
        column("left", Unit::Bool, "ended in the period", SPELL),
        column("end_reason", Unit::Text, "why the spell that ended in the period did", &[&["stakeholders.started_at"], &["stakeholders.ended_at"], &["stakeholders.end_reason"]]),
        column("stayed_1y", Unit::Bool, "joined in the period and was still there 365 days later", SPELL),
        column("tenure_days", Unit::Days, "days from the start to the end, or to the period's end while still there", SPELL),
        column("mean_headcount_share", Unit::Number, "mean over the period's months (or the period, when shorter) of (there at the start + there at the end) / 2", SPELL),
        column("recurring_amount", Unit::Money, "recurring amount a month at the period's end, 0 when gone", PAID),
        column("recurring_amount_before", Unit::Money, "recurring amount a month at the period's start, 0 when not yet there", PAID),
        column("type", Unit::Text, "type of the stakeholder", &[]),
    ],
};

/// Builds the rows of a block of stakeholders.
pub fn build(_ctx: &super::context::Context, _block: std::ops::Range<u32>, _out: &mut super::frame::Frame) {}
