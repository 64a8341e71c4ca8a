//! `referrals`: a stakeholder who recommended the organisation to somebody.

use std::ops::Range;

use super::context::{Context, is_out};
use super::frame::Frame;
use super::{column, known_at};
use crate::canonical::CanonicalTables;
use crate::canonical::referrers::Arrivals;
use crate::schema::Input::Column;
use crate::schema::{Fact, FactSpec, NO_CODE, NO_TIME, Needs, Past, Shape, Table, Unit, purchases, referrals, stakeholders};
use crate::sources::referral_words::is_conversion;

const MADE: Needs = &[&[
    Column(&referrals::REFERRER_ID),
    Column(&stakeholders::REFERRER_ID),
    Column(&purchases::REFERRER_ID),
]];

/// The fact's description; the stakeholder of a row is the referrer.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::Referrals,
    text: "a referral: of the referral log, else one for each stakeholder with a referrer",
    shape: Shape::Event,
    rows: Some(Table::Referrals),
    tables: &[Table::Referrals, Table::Stakeholders, Table::Purchases],
    also_reads: &[],
    looks_back: false,
    recorded_at: &["referred_at"],
    columns: &[
        column("referred_at", Unit::Time, "time of the referral", MADE).depends_on(Past::Referral),
        known_at(
            "converted_at",
            "converted_at",
            Unit::Time,
            "when the referred became a stakeholder",
            &[&[Column(&referrals::CONVERTED_AT)]],
        ),
        known_at(
            "converted_at",
            "converted",
            Unit::Bool,
            "the referral led to a new stakeholder",
            &[&[Column(&referrals::CONVERTED_AT), Column(&referrals::STATUS)]],
        ),
        column("status", Unit::Text, "status of the referral", &[&[Column(&referrals::STATUS)]]),
    ],
};

/// Builds the referrals that the stakeholders of a block made.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let canonical = ctx.canonical;
    let Some(rows) = canonical.table(Table::Referrals) else { return };
    let [referred_at, converted_at, converted, status] = ["referred_at", "converted_at", "converted", "status"].map(|c| out.handle(c));
    let (times, conversions) = (rows.times(&referrals::OCCURRED_AT), rows.times(&referrals::CONVERTED_AT));
    let (statuses, referred) = (rows.codes(&referrals::STATUS), rows.codes(&referrals::REFERRED_ID));
    for stakeholder in block {
        for row in rows.run(stakeholder) {
            let slice = ctx.slicing.of_row(row, stakeholder);
            if is_out(slice) || referred.at(row) == stakeholder {
                continue;
            }
            out.begin(
                if stakeholder == canonical.nobody() { NO_CODE } else { stakeholder },
                slice,
                rows.source_of(row),
            );
            out.int(referred_at, times.at(row));
            out.int(converted_at, conversions.at(row));
            out.code(status, statuses.at(row));
            if conversions.exists() || statuses.exists() {
                let says_so = || canonical.texts.meaning(statuses.at(row), is_conversion).flatten().unwrap_or(false);
                out.flag(converted, conversions.at(row) != NO_TIME || says_so());
            }
            if out.origins.is_some() {
                origins(canonical, row, referred.at(row)).for_each(|(table, row)| out.origin(table, row as usize));
            }
        }
    }
}

/// The rows of exports behind a row of the log. A log made of referrer columns has no rows in any file: behind it stand those
/// that name the referrer and that tell when the referred stakeholder came.
pub fn origins(canonical: &CanonicalTables, row: usize, referred: u32) -> impl Iterator<Item = (Table, u32)> {
    let [first, second] = if canonical.sources.iter().any(|s| s.table == Table::Referrals) {
        [Some((Table::Referrals, row)), None]
    } else {
        let arrivals = Arrivals::new(canonical);
        let named = arrivals.referrer(referred).map(|said| (said.table, said.row));
        let joined = arrivals.joined(referred).map(|said| (said.table, said.row));
        [named, joined.filter(|joined| Some(*joined) != named)]
    };
    first.into_iter().chain(second).map(|(table, row)| (table, row as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::context::Settings;
    use crate::facts::testing::{self, tables};

    fn shown(texts: &[(Table, &str)]) -> Vec<String> {
        let columns = "referred_at converted_at converted status";
        testing::shown(&SPEC, &tables("2026-06-01", texts), &Settings::default(), &[], columns)
    }

    #[test]
    fn a_time_or_a_status_tells_a_conversion() {
        let log = "referrer_id,referred_id,occurred_at,converted_at,status\n\
                   a,b,2026-01-01,2026-02-01,\na,c,2026-01-02,,Signed Up\na,d,2026-01-03,,pending\na,e,2026-01-04,,\na,a,2026-01-05,2026-01-06,won";
        assert_eq!(
            shown(&[(Table::Referrals, log)]),
            [
                "a: 2026-01-01 2026-02-01 yes -",
                "a: 2026-01-02 - yes Signed Up",
                "a: 2026-01-03 - no pending",
                "a: 2026-01-04 - no -",
            ]
        );
        assert_eq!(
            shown(&[(Table::Referrals, "referrer_id,occurred_at\na,2026-01-01")]),
            ["a: 2026-01-01 - - -"]
        );
    }

    #[test]
    fn a_derived_log_does_not_tell_conversions_and_rests_on_the_roster() {
        let canonical = tables(
            "2026-06-01",
            &[(
                Table::Stakeholders,
                "stakeholder_id,started_at,referrer_id\na,2026-01-01,\nb,2026-02-01,a",
            )],
        );
        let (settings, slicing) = (Settings::default(), Default::default());
        assert_eq!(
            testing::shown(&SPEC, &canonical, &settings, &[], "referred_at converted"),
            ["a: 2026-02-01 -"]
        );
        let ctx = Context {
            canonical: &canonical,
            settings: &settings,
            slicing: &slicing,
            windows: &[],
        };
        assert_eq!(
            testing::frame(&SPEC, &ctx, &[], true).origins.unwrap(),
            [[(Table::Stakeholders, 1)]]
        );
    }

    #[test]
    fn who_names_the_referrer_and_when_the_referred_came_may_stand_in_two_rows() {
        let canonical = tables(
            "2026-06-01",
            &[
                (Table::Stakeholders, "stakeholder_id,referrer_id\nb,a"),
                (
                    Table::Purchases,
                    "stakeholder_id,occurred_at,amount\nb,2026-02-01,5\nb,2026-03-01,5",
                ),
            ],
        );
        let (settings, slicing) = (Settings::default(), Default::default());
        let ctx = Context {
            canonical: &canonical,
            settings: &settings,
            slicing: &slicing,
            windows: &[],
        };
        assert_eq!(
            testing::frame(&SPEC, &ctx, &[], true).origins.unwrap(),
            [[(Table::Stakeholders, 0), (Table::Purchases, 0)]]
        );
    }
}
