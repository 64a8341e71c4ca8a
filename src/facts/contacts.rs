//! `contacts`: an interaction that a person had with a stakeholder.

use std::ops::Range;

use super::column;
use super::context::{Context, is_out};
use super::frame::Frame;
use super::messaging::Contacts;
use crate::schema::{FactSpec, NO_CODE, NO_INT, Shape, Table, Unit};

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

/// Builds the contacts of the stakeholders of a block.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(mut reader) = Contacts::new(ctx) else { return };
    let Some(rows) = ctx.canon.table(Table::Interactions) else { return };
    let [at, gap, direction, kind, outcome, cost] =
        ["occurred_at", "days_since_previous", "direction", "kind", "outcome", "cost"].map(|c| out.handle(c));
    let texts = ["channel", "owner", "status"].map(|c| (out.handle(c), rows.codes(c)));
    let outcomes = rows.codes("outcome");
    let mut last_days: Vec<(u32, i32)> = Vec::new();
    for stakeholder in block {
        reader.of(ctx, stakeholder);
        last_days.clear();
        for contact in reader.last() {
            let row = contact.row as usize;
            let slice = ctx.slicing.of_row(row, stakeholder);
            if is_out(slice) {
                continue;
            }
            out.begin(if stakeholder == ctx.canon.nobody() { NO_CODE } else { stakeholder }, slice, rows.source_of(row));
            out.int(at, contact.at);
            if gap.is_wanted() {
                out.int(gap, days_since(&mut last_days, slice, contact.day));
            }
            out.code(direction, reader.log.word(contact.direction));
            out.code(kind, contact.kind);
            out.int(cost, contact.cost);
            if !contact.is_response {
                out.code(outcome, outcomes.at(row));
            }
            for (handle, codes) in texts {
                out.code(handle, codes.at(row));
            }
            out.origin(Table::Interactions, row);
        }
    }
}

/// Days since the last contact day in a slice; [`NO_INT`] for the first one, and for further contacts of one day.
fn days_since(last_days: &mut Vec<(u32, i32)>, slice: u32, day: i32) -> i64 {
    match last_days.iter_mut().find(|(s, _)| *s == slice) {
        None => {
            last_days.push((slice, day));
            NO_INT
        }
        Some((_, last)) if *last == day => NO_INT,
        Some((_, last)) => i64::from(day - std::mem::replace(last, day)),
    }
}
