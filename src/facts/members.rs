//! `members`: a roster stakeholder in a period.

use std::ops::Range;

use super::column;
use super::context::{Context, is_out};
use super::frame::Frame;
use super::roster::{Roster, Types};
use crate::schema::Input::Column;
use crate::schema::{Fact, FactSpec, NO_TIME, Needs, Shape, Table, Unit, stakeholders};

const SPELL: Needs = &[&[Column(&stakeholders::STARTED_AT)], &[Column(&stakeholders::ENDED_AT)]];
const PAID: Needs = &[
    &[Column(&stakeholders::STARTED_AT)],
    &[Column(&stakeholders::ENDED_AT)],
    &[Column(&stakeholders::RECURRING_AMOUNT)],
];

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::Members,
    text: "a roster stakeholder who is there at some time of a period",
    shape: Shape::StakeholderPeriod,
    rows: None,
    tables: &[Table::Stakeholders],
    also_reads: &[],
    looks_back: false,
    recorded_at: &[],
    columns: &[
        column(
            "at_start",
            Unit::Bool,
            "started before the period and not ended before it; an end date is the last day",
            SPELL,
        ),
        column("at_end", Unit::Bool, "the same at the period's end", SPELL),
        column("joined", Unit::Bool, "started in the period", SPELL),
        column("left", Unit::Bool, "ended in the period", SPELL),
        column(
            "end_reason",
            Unit::Text,
            "why the spell that ended in the period did",
            &[
                &[Column(&stakeholders::STARTED_AT)],
                &[Column(&stakeholders::ENDED_AT)],
                &[Column(&stakeholders::END_REASON)],
            ],
        )
        .words_of(&stakeholders::END_REASON),
        column(
            "stayed_1y",
            Unit::Bool,
            "joined in the period and was still there 365 days later",
            SPELL,
        ),
        column(
            "tenure_days",
            Unit::Days,
            "days from the start to the end, or to the period's end while still there",
            SPELL,
        ),
        column(
            "mean_headcount_share",
            Unit::Number,
            "mean over the period's months (or the period, when shorter) of (there at the start + there at the end) / 2",
            SPELL,
        ),
        column(
            "recurring_amount",
            Unit::Money,
            "recurring amount a month at the period's end, 0 when gone",
            PAID,
        ),
        column(
            "recurring_amount_before",
            Unit::Money,
            "recurring amount a month at the period's start, 0 when not yet there",
            PAID,
        ),
        column("type", Unit::Text, "type of the stakeholder", &[]).words_of(&stakeholders::TYPE),
    ],
};

/// Builds the members of a block: the periods are walked within each stakeholder's spells.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(mut roster) = Roster::new(ctx) else { return };
    let Some(rows) = ctx.canonical.table(Table::Stakeholders) else {
        return;
    };
    let [at_start, at_end, joined, left, stayed] = ["at_start", "at_end", "joined", "left", "stayed_1y"].map(|c| out.handle(c));
    let [end_reason, tenure, share, kind] = ["end_reason", "tenure_days", "mean_headcount_share", "type"].map(|c| out.handle(c));
    let [amount, amount_before] = ["recurring_amount", "recurring_amount_before"].map(|c| out.handle(c));
    let reasons = rows.codes(&stakeholders::END_REASON);
    let types = Types::new(ctx.canonical);
    let zone = &ctx.canonical.zone;
    for stakeholder in block.filter(|s| *s != ctx.canonical.nobody()) {
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
                out.total(amount, roster.amount(window.end, as_of));
            }
            if amount_before.is_wanted() {
                out.total(amount_before, roster.amount(window.start, as_of));
            }
            if out.origins.is_some() {
                for row in rows.run(stakeholder) {
                    out.origin(Table::Stakeholders, row);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::facts::context::{Settings, Slicing};
    use crate::facts::testing;

    fn shown(as_of: &str, text: &str, periods: &[&str], columns: &str) -> Vec<String> {
        let canonical = Fixture::new(as_of)
            .table(Table::Stakeholders, Rowed::Plain, text)
            .dates(Table::Stakeholders, "ended_at")
            .build(false);
        testing::shown(&SPEC, &canonical, &Settings::default(), periods, columns)
    }

    #[test]
    fn who_is_there_who_came_and_who_left() {
        let text = "stakeholder_id,started_at,ended_at,type\n\
                    gone,2020-01-01,2024-12-31,member\nleft,2020-01-01,2025-01-01,member\nends,2020-01-01,2025-12-31,member\n\
                    join,2025-01-01,,member\nboth,2025-03-01,2025-04-01,member\nlater,2026-01-01,,member\nback,,2025-02-01,member\nback,2025-05-01,,member";
        assert_eq!(
            shown("2026-02-01", text, &["2025"], "at_start at_end joined left type"),
            [
                "back 2025: yes yes yes yes member",
                "both 2025: no no yes yes member",
                "ends 2025: yes no no yes member",
                "join 2025: no yes yes no member",
                "left 2025: yes no no yes member",
            ]
        );
    }

    #[test]
    fn a_stakeholder_has_a_row_in_each_period_that_concerns_him_only() {
        let text = "stakeholder_id,started_at,ended_at\na,2025-02-10,2025-03-31";
        assert_eq!(
            shown(
                "2026-01-01",
                text,
                &["2025-01", "2025-02", "2025-03", "2025-04"],
                "at_start at_end joined left"
            ),
            ["a 2025-02: no yes yes no", "a 2025-03: yes no no yes"]
        );
    }

    #[test]
    fn an_end_after_as_of_is_a_plan() {
        let text = "stakeholder_id,started_at,ended_at\na,2025-01-01,2025-06-20\nb,2025-06-25,";
        assert_eq!(
            shown("2025-06-20", text, &["2025-06"], "at_start at_end joined left"),
            ["a 2025-06: yes yes no no"]
        );
        assert_eq!(
            shown("2025-06-26", text, &["2025-06"], "at_start at_end joined left"),
            ["a 2025-06: yes no no yes", "b 2025-06: no yes yes no"]
        );
    }

    #[test]
    fn a_year_is_365_days_and_the_last_day_counts() {
        let text = "stakeholder_id,started_at,ended_at\nday365,2024-01-10,2025-01-09\nday364,2024-01-10,2025-01-08\nhere,2024-01-10,\nold,2020-01-01,";
        assert_eq!(
            shown("2025-03-01", text, &["2024-01"], "stayed_1y"),
            ["day364 2024-01: no", "day365 2024-01: yes", "here 2024-01: yes", "old 2024-01: no"]
        );
    }

    #[test]
    fn tenure_runs_to_the_end_of_the_spell_or_of_the_period() {
        let text = "stakeholder_id,started_at,ended_at,end_reason\n\
                    a,2025-01-01,2025-01-11,voluntary\nb,2025-01-02,,\nc,,2025-01-20,other\nd,2024-12-01,2025-01-05,voluntary\nd,2025-01-10,2025-01-15,involuntary\n\
                    e,2020-01-01,2025-01-05,other\ne,2025-01-20,,";
        assert_eq!(
            shown("2026-01-01", text, &["2025-01"], "tenure_days end_reason"),
            [
                "a 2025-01: 10 voluntary",
                "b 2025-01: 30 -",
                "c 2025-01: - other",
                // Both are away for a few days only, and renew.
                "d 2025-01: 45 involuntary",
                "e 2025-01: 1858 -",
            ]
        );
    }

    #[test]
    fn headcount_is_the_mean_of_both_ends_of_each_month() {
        // There at the ends of January to March: 3 of 3 ends, and at the starts of February and March (and April, when he is gone).
        let text = "stakeholder_id,started_at,ended_at\na,2025-01-15,2025-04-10\nb,2024-01-01,\nc,2025-02-03,2025-02-20";
        assert_eq!(
            shown("2026-01-01", text, &["2025-Q1", "2025-Q2"], "mean_headcount_share"),
            [
                format!("a 2025-Q1: {}", 5.0 / 6.0),
                format!("a 2025-Q2: {}", 1.0 / 6.0),
                "b 2025-Q1: 1".to_string(),
                "b 2025-Q2: 1".to_string(),
                "c 2025-Q1: 0".to_string(),
            ]
        );
    }

    #[test]
    fn recurring_amounts_at_both_ends() {
        let text = "stakeholder_id,started_at,ended_at,recurring_amount\n\
                    a,2024-01-01,2024-12-31,10\na,2025-01-01,2025-01-31,20\na,2025-02-01,,30\nb,2024-01-01,2025-01-15,7.5\nc,2025-01-10,,4\nd,2024-01-01,,";
        assert_eq!(
            shown(
                "2026-01-01",
                text,
                &["2025-01", "2025-02"],
                "recurring_amount_before recurring_amount"
            ),
            [
                "a 2025-01: 10 20",
                "a 2025-02: 20 30",
                "b 2025-01: 7.5 0",
                "c 2025-01: 0 4",
                "c 2025-02: 4 4",
                "d 2025-01: - -",
                "d 2025-02: - -"
            ]
        );
    }

    #[test]
    fn slices_come_from_the_stakeholder_and_origins_from_the_roster() {
        let text = "stakeholder_id,started_at,ended_at\na,2024-01-01,\na,2023-01-01,2023-02-01\nb,2024-01-01,";
        let canonical = Fixture::new("2026-01-01")
            .table(Table::Stakeholders, Rowed::Plain, text)
            .build(true);
        let windows = testing::windows(&canonical, &["2025-01"]);
        let slicing = Slicing {
            rows: None,
            stakeholders: Some(vec![3, crate::schema::NO_CODE, 0]),
        };
        let ctx = Context {
            canonical: &canonical,
            settings: &Settings::default(),
            slicing: &slicing,
            windows: &windows,
        };
        let frame = testing::frame(&SPEC, &ctx, &[], true);
        assert_eq!((frame.stakeholder, frame.slice), (vec![0], vec![3]));
        assert_eq!(frame.origins.unwrap(), [[(Table::Stakeholders, 0), (Table::Stakeholders, 1)]]);
    }
}
