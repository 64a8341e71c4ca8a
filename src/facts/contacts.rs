//! `contacts`: an interaction that a person had with a stakeholder.

use std::ops::Range;

use super::column;
use super::context::{Context, is_out};
use super::frame::Frame;
use super::messaging::Contacts;
use crate::schema::Input::Column;
use crate::schema::{Fact, FactSpec, NO_CODE, NO_INT, Past, Shape, Table, Unit, interactions};

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::Contacts,
    text: "an interaction that is neither automated nor internal (for employees internal counts); a ticket's first response is a second, outbound contact",
    shape: Shape::Event,
    rows: Some(Table::Interactions),
    tables: &[Table::Interactions],
    also_reads: &[],
    looks_back: false,
    recorded_at: &["occurred_at"],
    columns: &[
        column("occurred_at", Unit::Time, "time of the contact", &[]),
        column(
            "days_since_previous",
            Unit::Days,
            "days since the stakeholder's previous contact day; null but on the first contact of each contact day after the first",
            &[],
        )
        .depends_on(Past::PreviousContact),
        column("direction", Unit::Text, "inbound, outbound, internal or both", &[]).words_of(&interactions::DIRECTION),
        column("kind", Unit::Text, "kind of the interaction", &[&[Column(&interactions::KIND)]]),
        column(
            "outcome",
            Unit::Text,
            "successful or unsuccessful",
            &[&[Column(&interactions::OUTCOME)]],
        ),
        column(
            "channel",
            Unit::Text,
            "channel of the interaction",
            &[&[Column(&interactions::CHANNEL)]],
        ),
        column("owner", Unit::Text, "owner of the interaction", &[&[Column(&interactions::OWNER)]]),
        column(
            "status",
            Unit::Text,
            "status of the interaction",
            &[&[Column(&interactions::STATUS)]],
        ),
        column(
            "cost",
            Unit::Money,
            "cost of the interaction; of a ticket on its first contact only",
            &[&[Column(&interactions::COST)]],
        ),
    ],
};

/// Builds the contacts of the stakeholders of a block.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(mut reader) = Contacts::new(ctx) else { return };
    let Some(rows) = ctx.canonical.table(Table::Interactions) else {
        return;
    };
    let [at, gap, direction, kind, outcome, cost] =
        ["occurred_at", "days_since_previous", "direction", "kind", "outcome", "cost"].map(|c| out.handle(c));
    let texts = [&interactions::CHANNEL, &interactions::OWNER, &interactions::STATUS].map(|c| (out.handle(c.name), rows.codes(c)));
    let outcomes = rows.codes(&interactions::OUTCOME);
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
            out.begin(
                if stakeholder == ctx.canonical.nobody() {
                    NO_CODE
                } else {
                    stakeholder
                },
                slice,
                rows.source_of(row),
            );
            out.int(at, contact.at);
            // The contacts without a stakeholder are not those of one person.
            if gap.is_wanted() && stakeholder != ctx.canonical.nobody() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::CanonicalTables;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::facts::context::{Settings, Slicing};
    use crate::facts::fixture::built;

    fn plain(canonical: &CanonicalTables, columns: &str) -> Vec<String> {
        built(&SPEC, canonical, &Settings::default(), &Slicing::default(), columns)
    }

    #[test]
    fn a_ticket_and_its_first_response_are_two_contacts() {
        let text = "stakeholder_id,occurred_at,kind,responded_at,response_minutes,outcome,channel,cost,automated
            ann,2026-01-05T10:00,question,2026-01-07T12:00,,successful,mail,2.5,
            ann,2026-01-06T10:00,,,30,,,,
            ann,2026-01-06T11:00,incident,2026-01-06T12:00,,,,,true
            ann,2026-01-08T11:00,meeting,2026-01-08T12:00,,,,,
            ann,2026-01-08T12:00,follow_up,2026-01-08T12:30,,,,,";
        let canonical = Fixture::new("2026-02-01")
            .table(Table::Interactions, Rowed::Tickets, text)
            .build(false);
        assert_eq!(
            plain(&canonical, "occurred_at days_since_previous direction kind outcome channel cost"),
            [
                "ann: 2026-01-05T10:00 - inbound question successful mail 2.5",
                "ann: 2026-01-06T10:00 1 inbound - - - -",
                "ann: 2026-01-06T10:30 - outbound - - - -",
                "ann: 2026-01-07T12:00 1 outbound question - mail -",
                "ann: 2026-01-08T11:00 1 both meeting - - -",
                "ann: 2026-01-08T12:00 - - follow_up - - -",
            ]
        );
    }

    #[test]
    fn internal_interactions_are_contacts_of_employees_only() {
        let roster = "stakeholder_id,started_at,type
            ann,2025-01-01,customer
            ann,2025-06-01,employee
            bob,2025-01-01,employee
            bob,2025-06-01,customer";
        let log = "stakeholder_id,occurred_at,direction
            ann,2026-01-05T10:00,internal
            bob,2026-01-05T10:00,internal
            bob,2026-01-05T11:00,
            cid,2026-01-05T10:00,internal";
        let fixture = || Fixture::new("2026-02-01").table(Table::Interactions, Rowed::Plain, log);
        let canonical = fixture().table(Table::Stakeholders, Rowed::Plain, roster).build(false);
        assert_eq!(plain(&canonical, "direction"), ["ann: internal", "bob: -"]);
        assert_eq!(plain(&fixture().build(false), "direction"), ["bob: -"]);
    }

    #[test]
    fn gaps_are_days_between_contact_days_of_a_slice() {
        let text = "stakeholder_id,occurred_at,direction
            ann,2026-01-05T10:00,inbound
            ann,2026-01-05T23:30,outbound
            ann,2026-01-07T10:00,inbound
            ann,2026-01-08T10:00,both
            bob,2026-01-09T10:00,both";
        let canonical = || Fixture::new("2026-02-01").table(Table::Interactions, Rowed::Messages, text);
        let column = "days_since_previous";
        assert_eq!(
            plain(&canonical().build(false), column),
            ["ann: -", "ann: -", "ann: 2", "ann: 1", "bob: -"]
        );
        let slicing = Slicing {
            rows: Some(vec![0, 1, NO_CODE, 0, 1]),
            stakeholders: None,
        };
        let found = built(&SPEC, &canonical().build(false), &Settings::default(), &slicing, column);
        assert_eq!(found, ["ann: -", "ann/1: -", "ann: 3", "bob/1: -"]);
        // In Tokyo the second contact is on the sixth.
        let mut tokyo = canonical().build(false);
        tokyo.zone = crate::period::Zone::parse("Asia/Tokyo").unwrap();
        assert_eq!(plain(&tokyo, column), ["ann: -", "ann: 1", "ann: 1", "ann: 1", "bob: -"]);
    }
}
