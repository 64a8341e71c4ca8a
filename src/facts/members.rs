//! `members`: a roster stakeholder in a period.

use std::ops::Range;

use super::column;
use super::context::{Context, is_out};
use super::frame::Frame;
use super::roster::{Roster, Types};
use crate::schema::{FactSpec, NO_TIME, Shape, Table, Unit};

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

/// Builds the members of a block: the periods are walked within each stakeholder's spells.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(mut roster) = Roster::new(ctx) else { return };
    let Some(rows) = ctx.canon.table(Table::Stakeholders) else { return };
    let [at_start, at_end, joined, left, stayed] = ["at_start", "at_end", "joined", "left", "stayed_1y"].map(|c| out.handle(c));
    let [end_reason, tenure, share, kind] = ["end_reason", "tenure_days", "mean_headcount_share", "type"].map(|c| out.handle(c));
    let [amount, amount_before] = ["recurring_amount", "recurring_amount_before"].map(|c| out.handle(c));
    let reasons = rows.codes("end_reason");
    let types = Types::new(ctx.canon);
    let zone = &ctx.canon.zone;
    for stakeholder in block.filter(|s| *s != ctx.canon.nobody()) {
        let slice = ctx.slicing.of(stakeholder);
        if is_out(slice) || roster.of(stakeholder).is_empty() {
            continue;
        }
        let spells = roster.last();
        let type_code = types.of(stakeholder);
        for (index, window) in ctx.windows.iter().enumerate() {
            let as_of = window.as_of;
            let there = |at| roster.is_present(at, as_of);
            let (was_there, is_there) = (there(window.start), there(window.end));
            let begun = spells.iter().find(|s| s.started_in(window));
            let ended = spells.iter().rfind(|s| s.ended_in(window));
            if !was_there && !is_there && begun.is_none() && ended.is_none() {
                continue;
            }
            out.begin_in(stakeholder, slice, index as u32);
            out.flag(at_start, was_there);
            out.flag(at_end, is_there);
            out.flag(joined, begun.is_some());
            out.flag(left, ended.is_some());
            out.code(kind, type_code);
            if stayed.is_wanted() {
                out.flag(stayed, begun.is_some_and(|s| there(zone.midnight(zone.day_of(s.start) + 365))));
            }
            if let Some(spell) = ended {
                out.code(end_reason, reasons.at(spell.end_row as usize));
            }
            if tenure.is_wanted() {
                let spell = ended.or_else(|| spells.iter().rfind(|s| s.covers(window.end, as_of)));
                if let Some(spell) = spell.filter(|s| s.start != NO_TIME) {
                    let until = if ended.is_some() { spell.end } else { window.end };
                    out.int(tenure, i64::from(zone.day_of(until) - zone.day_of(spell.start)));
                }
            }
            if share.is_wanted() && !window.months.is_empty() {
                let halves: u32 = window.months.iter().map(|&(a, b)| u32::from(there(a)) + u32::from(there(b))).sum();
                out.float(share, f64::from(halves) / (2 * window.months.len()) as f64);
            }
            if amount.is_wanted() {
                out.int(amount, roster.amount(window.end, as_of));
            }
            if amount_before.is_wanted() {
                out.int(amount_before, roster.amount(window.start, as_of));
            }
            if out.origins.is_some() {
                for row in rows.run(stakeholder) {
                    out.origin(Table::Stakeholders, row);
                }
            }
        }
    }
}
