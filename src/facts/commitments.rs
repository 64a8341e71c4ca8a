//! `commitments`: a promise or a follow-up with a due time.

use std::ops::Range;

use super::context::{Context, is_out};
use super::frame::Frame;
use super::log::Log;
use super::{column, known_at};
use crate::schema::Input::Column;
use crate::schema::{Fact, FactSpec, NO_CODE, NO_TIME, Needs, Shape, Table, TimesOfDay, Unit, interactions};

const DUE: Needs = &[&[Column(&interactions::KIND)], &[Column(&interactions::DUE_AT)]];
const KEPT: Needs = &[
    &[Column(&interactions::KIND)],
    &[Column(&interactions::DUE_AT)],
    &[Column(&interactions::RESOLVED_AT), Column(&interactions::RESOLUTION_MINUTES)],
];

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::Commitments,
    text: "an interaction of kind commitment or follow_up with a due time",
    shape: Shape::Event,
    rows: Some(Table::Interactions),
    tables: &[Table::Interactions],
    also_reads: &[],
    looks_back: false,
    recorded_at: &["made_at"],
    columns: &[
        column("made_at", Unit::Time, "time of the interaction", DUE),
        column("due_at", Unit::Time, "when it is due; a date is the end of that day", DUE),
        known_at("resolved_at", "resolved_at", Unit::Time, "when it was done", KEPT),
        known_at("resolved_at", "kept", Unit::Bool, "done by the due time", KEPT).rests_on(TimesOfDay::Deadline {
            due: &interactions::DUE_AT,
            from: &interactions::OCCURRED_AT,
            to: &interactions::RESOLVED_AT,
            given: &interactions::RESOLUTION_MINUTES,
        }),
        column("kind", Unit::Text, "commitment or follow_up", DUE).words_of(&interactions::KIND),
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
    ],
};

/// Builds the commitments of the stakeholders of a block.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(log) = Log::new(ctx) else { return };
    let rows = log.rows;
    let words = ["commitment", "follow_up"].map(|word| ctx.canonical.texts.code(word));
    let [made, due, resolved, kept, kind] = ["made_at", "due_at", "resolved_at", "kept", "kind"].map(|c| out.handle(c));
    let texts = [&interactions::CHANNEL, &interactions::OWNER, &interactions::STATUS].map(|c| (out.handle(c.name), rows.codes(c)));
    let dues = rows.times(&interactions::DUE_AT);
    for stakeholder in block {
        for row in rows.run(stakeholder) {
            let slice = ctx.slicing.of_row(row, stakeholder);
            if dues.at(row) == NO_TIME || log.kind(row) == NO_CODE || !words.contains(&Some(log.kind(row))) || is_out(slice) {
                continue;
            }
            let done = log.resolution(row);
            out.begin(
                if stakeholder == ctx.canonical.nobody() {
                    NO_CODE
                } else {
                    stakeholder
                },
                slice,
                rows.source_of(row),
            );
            out.int(made, log.at(row));
            out.int(due, dues.at(row));
            out.int(resolved, done.at);
            if log.traits(row).tells_resolution {
                out.flag(kept, done.is_there() && done.at <= dues.at(row));
            }
            out.code(kind, log.kind(row));
            for (handle, codes) in texts {
                out.code(handle, codes.at(row));
            }
            out.origin(Table::Interactions, row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::facts::context::{Settings, Slicing};
    use crate::facts::fixture::built;

    #[test]
    fn kept_is_done_by_the_due_time() {
        let text = "stakeholder_id,occurred_at,kind,due_at,resolved_at,resolution_minutes,owner
            ann,2026-01-05T10:00,commitment,2026-01-06T10:00,2026-01-06T10:00,,eve
            ann,2026-01-05T11:00,follow_up,2026-01-06T10:00,2026-01-06T10:01,,
            ann,2026-01-05T12:00,follow_up,2026-01-05T13:00,,60,
            ann,2026-01-05T13:00,commitment,2026-01-06T10:00,,,
            ann,2026-01-05T14:00,commitment,,2026-01-06T10:00,,
            ann,2026-01-05T15:00,question,2026-01-06T10:00,2026-01-06T10:00,,
            ann,2026-01-05T16:00,,2026-01-06T10:00,2026-01-06T10:00,,";
        let canonical = Fixture::new("2026-02-01")
            .table(Table::Interactions, Rowed::Plain, text)
            .table(
                Table::Interactions,
                Rowed::Plain,
                "stakeholder_id,occurred_at,kind,due_at\nbob,2026-01-05T10:00,commitment,2026-01-06T10:00",
            )
            .build(false);
        let found = built(
            &SPEC,
            &canonical,
            &Settings::default(),
            &Slicing::default(),
            "made_at due_at resolved_at kept kind owner",
        );
        assert_eq!(
            found,
            [
                "ann: 2026-01-05T10:00 2026-01-06T10:00 2026-01-06T10:00 yes commitment eve",
                "ann: 2026-01-05T11:00 2026-01-06T10:00 2026-01-06T10:01 no follow_up -",
                "ann: 2026-01-05T12:00 2026-01-05T13:00 2026-01-05T13:00 yes follow_up -",
                "ann: 2026-01-05T13:00 2026-01-06T10:00 - no commitment -",
                "bob: 2026-01-05T10:00 2026-01-06T10:00 - - commitment -",
            ]
        );
        let slicing = Slicing {
            rows: Some(vec![NO_CODE, 2, 0, NO_CODE, 0, 0, 0, NO_CODE]),
            stakeholders: None,
        };
        assert_eq!(
            built(&SPEC, &canonical, &Settings::default(), &slicing, "kept"),
            ["ann/2: no", "ann: yes"]
        );
    }
}
