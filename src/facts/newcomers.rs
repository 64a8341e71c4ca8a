//! `newcomers`: a stakeholder first seen.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::column;
use super::context::{Context, is_out};
use super::frame::Frame;
use super::roster::Types;
use crate::canonical::CanonicalTables;
use crate::canonical::referrers::Arrivals;
use crate::schema::Input::Column;
use crate::schema::{Fact, FactSpec, NO_CODE, NO_INT, Past, Shape, Table, Unit, purchases, referrals, stakeholders};

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::Newcomers,
    text: "a stakeholder first seen: by the roster's start, else by the first order",
    shape: Shape::Event,
    rows: None,
    tables: &[Table::Stakeholders, Table::Purchases],
    also_reads: &[],
    looks_back: false,
    recorded_at: &["joined_at"],
    columns: &[
        column(
            "joined_at",
            Unit::Time,
            "start of the relationship",
            &[&[Column(&stakeholders::STARTED_AT), Column(&purchases::OCCURRED_AT)]],
        )
        .depends_on(Past::Arrival),
        column(
            "is_referred",
            Unit::Bool,
            "has a referrer, or came by the source 'referral', or is listed as referred",
            &[&[
                Column(&stakeholders::REFERRER_ID),
                Column(&purchases::REFERRER_ID),
                Column(&stakeholders::ACQUISITION_SOURCE),
                Column(&referrals::REFERRED_ID),
            ]],
        ),
        column(
            "source_known",
            Unit::Bool,
            "how the stakeholder came is known; true where no source is mapped",
            &[],
        ),
        column(
            "acquisition_cost",
            Unit::Money,
            "cost of winning the stakeholder",
            &[&[Column(&stakeholders::ACQUISITION_COST)]],
        ),
        column("type", Unit::Text, "type of the stakeholder", &[]).words_of(&stakeholders::TYPE),
    ],
};

/// The acquisition source that stands for a referral, in any case.
const REFERRAL: &str = "referral";

/// Builds the newcomers of a block.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let canonical = ctx.canonical;
    let arrivals = Arrivals::new(canonical);
    let [joined_at, is_referred, source_known, cost, kind] =
        ["joined_at", "is_referred", "source_known", "acquisition_cost", "type"].map(|c| out.handle(c));
    let roster = canonical.table(Table::Stakeholders).map(|rows| {
        (
            rows,
            rows.codes(&stakeholders::ACQUISITION_SOURCE),
            rows.ints(&stakeholders::ACQUISITION_COST),
        )
    });
    let tells_sources = roster.is_some_and(|(_, sources, _)| sources.exists());
    let types = Types::new(canonical);
    let log = if out.origins.is_some() {
        referred_rows(canonical)
    } else {
        FxHashMap::default()
    };
    for stakeholder in block.filter(|s| *s != canonical.nobody()) {
        let slice = ctx.slicing.of(stakeholder);
        let Some(joined) = arrivals.joined(stakeholder).filter(|j| !is_out(slice) && j.value < canonical.as_of) else {
            continue;
        };
        let Some(table) = canonical.table(joined.table) else { continue };
        out.begin(stakeholder, slice, table.source_of(joined.row));
        out.int(joined_at, joined.value);
        if kind.is_wanted() {
            out.code(kind, types.of(stakeholder));
        }
        if is_referred.is_wanted() || source_known.is_wanted() {
            let mut sources = roster
                .into_iter()
                .flat_map(|(rows, sources, _)| rows.run(stakeholder).map(move |row| sources.at(row)));
            let by_source = sources
                .clone()
                .filter_map(|code| canonical.texts.meaning(code, |text| text.trim().eq_ignore_ascii_case(REFERRAL)))
                .any(|is_referral| is_referral);
            let referred = by_source || canonical.referred[stakeholder as usize] || arrivals.referrer(stakeholder).is_some();
            out.flag(is_referred, referred);
            // Who came by a referral has a known source, whatever the source column says.
            out.flag(source_known, !tells_sources || referred || sources.any(|code| code != NO_CODE));
        }
        if cost.is_wanted()
            && let Some((rows, _, costs)) = roster
        {
            out.int(
                cost,
                rows.run(stakeholder)
                    .map(|row| costs.at(row))
                    .find(|&c| c != NO_INT)
                    .unwrap_or(NO_INT),
            );
        }
        if out.origins.is_some() {
            let said = arrivals.referrer(stakeholder).map(|said| (said.table, said.row));
            let on_roster = roster.into_iter().flat_map(|(rows, ..)| rows.run(stakeholder));
            let in_log = log.get(&stakeholder).into_iter().flatten();
            let mut behind: Vec<(Table, usize)> = [(joined.table, joined.row)].into_iter().chain(said).collect();
            behind.extend(on_roster.map(|row| (Table::Stakeholders, row)));
            behind.extend(in_log.map(|&row| (Table::Referrals, row)));
            behind.sort_unstable();
            behind.dedup();
            behind.into_iter().for_each(|(table, row)| out.origin(table, row));
        }
    }
}

/// The rows of the referral log that list each stakeholder as referred by somebody else.
fn referred_rows(canonical: &CanonicalTables) -> FxHashMap<u32, Vec<usize>> {
    let mut listed: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    // A log that was made of referrer columns has no rows in any file.
    let exported = canonical.sources.iter().any(|source| source.table == Table::Referrals);
    if let Some(rows) = canonical.table(Table::Referrals).filter(|_| exported) {
        let ids = rows.codes(&referrals::REFERRED_ID);
        for referrer in 0..=canonical.nobody() {
            for row in rows.run(referrer).filter(|&row| ids.at(row) != NO_CODE && ids.at(row) != referrer) {
                listed.entry(ids.at(row)).or_default().push(row);
            }
        }
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::context::Settings;
    use crate::facts::testing::{self, tables};

    fn shown(texts: &[(Table, &str)], columns: &str) -> Vec<String> {
        testing::shown(&SPEC, &tables("2026-06-01", texts), &Settings::default(), &[], columns)
    }

    #[test]
    fn all_ways_to_be_referred() {
        let texts = [
            (
                Table::Stakeholders,
                "stakeholder_id,started_at,referrer_id,acquisition_source,acquisition_cost,type\n\
                 ad,2026-01-01,,Ads,12.5,member\nlisted,2026-01-02,,,,member\nnobody,2026-01-03,,,,\nroster,2026-01-04,ad,,3,member\n\
                 self,2026-01-05,self,Web,,member\nword,2026-01-06,,REFERRAL ,,member\nbefore,,ad,,,member\nplan,2026-06-01,ad,,,member",
            ),
            (
                Table::Purchases,
                "stakeholder_id,occurred_at,amount,referrer_id\nordered,2026-02-02,5,ad\nordered,2026-02-01,5,\nordered,2026-02-01,5,ad\n\
                 late,2026-02-01,5,\nlate,2026-02-02,5,ad\nnobody,2026-02-01,1,",
            ),
            (Table::Referrals, "referrer_id,referred_id,occurred_at\nad,listed,2026-01-01"),
        ];
        assert_eq!(
            shown(&texts, "joined_at is_referred source_known acquisition_cost type"),
            [
                "ad: 2026-01-01 no yes 12.5 member",
                "late: 2026-02-01 no no - customer",
                "listed: 2026-01-02 yes yes - member",
                "nobody: 2026-01-03 no no - -",
                "ordered: 2026-02-01 yes yes - customer",
                "roster: 2026-01-04 yes yes 3 member",
                "self: 2026-01-05 no yes - member",
                "word: 2026-01-06 yes yes - member",
            ]
        );
    }

    #[test]
    fn without_a_column_of_sources_they_count_as_known() {
        let purchases = (
            Table::Purchases,
            "stakeholder_id,occurred_at,amount\na,2026-02-03,5\na,2026-02-02,-5",
        );
        assert_eq!(shown(&[purchases], "joined_at is_referred source_known"), ["a: 2026-02-03 no yes"]);
        let roster = (
            Table::Stakeholders,
            "stakeholder_id,started_at,referrer_id\nb,2026-01-01,\nc,2026-01-02,b",
        );
        assert_eq!(
            shown(&[roster], "joined_at is_referred source_known"),
            ["b: 2026-01-01 no yes", "c: 2026-01-02 yes yes"]
        );
    }

    #[test]
    fn the_row_of_the_start_and_that_of_the_referrer_stand_behind() {
        let canonical = tables(
            "2026-06-01",
            &[(
                Table::Stakeholders,
                "stakeholder_id,started_at,referrer_id\na,2026-02-01,b\na,2026-01-01,",
            )],
        );
        let (settings, slicing) = (Settings::default(), Default::default());
        let ctx = Context {
            canonical: &canonical,
            settings: &settings,
            slicing: &slicing,
            windows: &[],
        };
        let frame = testing::frame(&SPEC, &ctx, &[], true);
        assert_eq!(frame.origins.unwrap(), [[(Table::Stakeholders, 0), (Table::Stakeholders, 1)]]);
    }

    #[test]
    fn so_does_the_row_of_the_log_that_lists_somebody_as_referred() {
        let canonical = tables(
            "2026-06-01",
            &[
                (
                    Table::Purchases,
                    "stakeholder_id,occurred_at,amount\na,2026-02-02,5\na,2026-02-01,5\nb,2026-02-01,5",
                ),
                (
                    Table::Referrals,
                    "referrer_id,referred_id,occurred_at\na,a,2026-01-01\nb,a,2026-01-02\nz,c,2026-01-02",
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
        let frame = testing::frame(&SPEC, &ctx, &[], true);
        let first = vec![(Table::Purchases, 0), (Table::Referrals, 1)];
        assert_eq!(frame.origins.unwrap(), [first, vec![(Table::Purchases, 2)]]);
    }
}
