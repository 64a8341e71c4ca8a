//! `newcomers`: a stakeholder first seen.

use std::ops::Range;

use super::column;
use super::context::{Context, is_out};
use super::frame::Frame;
use super::roster::Types;
use crate::canon::referrers::Arrivals;
use crate::schema::{FactSpec, NO_CODE, NO_INT, Shape, Table, Unit};

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

/// The acquisition source that stands for a referral, in any case.
const REFERRAL: &str = "referral";

/// Builds the newcomers of a block.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let canon = ctx.canon;
    let arrivals = Arrivals::new(canon);
    let [joined_at, is_referred, source_known, cost, kind] =
        ["joined_at", "is_referred", "source_known", "acquisition_cost", "type"].map(|c| out.handle(c));
    let roster = canon.table(Table::Stakeholders).map(|rows| (rows, rows.codes("acquisition_source"), rows.ints("acquisition_cost")));
    let tells_sources = roster.is_some_and(|(_, sources, _)| sources.exists());
    let types = Types::new(canon);
    for stakeholder in block.filter(|s| *s != canon.nobody()) {
        let slice = ctx.slicing.of(stakeholder);
        let Some(joined) = arrivals.joined(stakeholder).filter(|j| !is_out(slice) && j.value < canon.as_of) else { continue };
        let Some(table) = canon.table(joined.table) else { continue };
        out.begin(stakeholder, slice, table.source_of(joined.row));
        out.int(joined_at, joined.value);
        if kind.is_wanted() {
            out.code(kind, types.of(stakeholder));
        }
        if is_referred.is_wanted() || source_known.is_wanted() {
            let mut sources = roster.into_iter().flat_map(|(rows, sources, _)| rows.run(stakeholder).map(move |row| sources.at(row)));
            let by_source = sources.clone().filter_map(|code| canon.texts.text(code)).any(|t| t.trim().eq_ignore_ascii_case(REFERRAL));
            let referred = by_source || canon.referred[stakeholder as usize] || arrivals.referrer(stakeholder).is_some();
            out.flag(is_referred, referred);
            // Who came by a referral has a known source, whatever the source column says.
            out.flag(source_known, !tells_sources || referred || sources.any(|code| code != NO_CODE));
        }
        if cost.is_wanted()
            && let Some((rows, _, costs)) = roster
        {
            out.int(cost, rows.run(stakeholder).map(|row| costs.at(row)).find(|&c| c != NO_INT).unwrap_or(NO_INT));
        }
        if out.origins.is_some() {
            out.origin(joined.table, joined.row);
            if let Some(said) = arrivals.referrer(stakeholder).filter(|r| (r.table, r.row) != (joined.table, joined.row)) {
                out.origin(said.table, said.row);
            }
        }
    }
}
