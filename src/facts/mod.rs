//! Derived frames that metrics are measured on: one file a fact, its description and how it is built.

use std::ops::Range;

use crate::canonical::CanonicalTables;
use crate::schema::{Fact, FactColumn, FactSpec, Known, Micros, Needs, Unit};

pub mod activity;
pub mod cases;
pub mod commitments;
pub mod contacts;
pub mod context;
pub mod customers;
#[cfg(test)]
pub mod fixture;
pub mod frame;
pub mod health;
pub mod log;
pub mod members;
pub mod messaging;
pub mod newcomers;
pub mod ordering;
pub mod orders;
pub mod referrals;
pub mod relations;
pub mod responses;
pub mod roster;
pub mod supply_lines;
#[cfg(test)]
pub mod testing;

/// Every fact's description, in the order in which facts are listed.
pub static SPECS: &[&FactSpec] = &{
    let mut specs = [&orders::SPEC; Fact::ALL.len()];
    let mut at = 0;
    while at < specs.len() {
        specs[at] = spec(Fact::ALL[at]);
        at += 1;
    }
    specs
};

const fn column(name: &'static str, unit: Unit, text: &'static str, needs: Needs) -> FactColumn {
    FactColumn::new(name, unit, text, needs)
}

const fn known_at(at: &'static str, name: &'static str, unit: Unit, text: &'static str, needs: Needs) -> FactColumn {
    FactColumn::new(name, unit, text, needs).known(Known::At(at))
}

const fn lasting(from: &'static str, name: &'static str, unit: Unit, text: &'static str, needs: Needs) -> FactColumn {
    FactColumn::new(name, unit, text, needs).known(Known::Lasting(from))
}

const fn undated(name: &'static str, unit: Unit, text: &'static str, needs: Needs) -> FactColumn {
    FactColumn::new(name, unit, text, needs).known(Known::Undated)
}

/// The description of a fact.
pub const fn spec(fact: Fact) -> &'static FactSpec {
    match fact {
        Fact::Orders => &orders::SPEC,
        Fact::Customers => &customers::SPEC,
        Fact::Newcomers => &newcomers::SPEC,
        Fact::Members => &members::SPEC,
        Fact::Cases => &cases::SPEC,
        Fact::Contacts => &contacts::SPEC,
        Fact::Commitments => &commitments::SPEC,
        Fact::Responses => &responses::SPEC,
        Fact::SupplyLines => &supply_lines::SPEC,
        Fact::Referrals => &referrals::SPEC,
        Fact::Relations => &relations::SPEC,
        Fact::Health => &health::SPEC,
    }
}

/// What a fact needs to know of all stakeholders before the rows of any of them can be built.
pub enum Prepared {
    /// Nothing: a row is made from the records of its stakeholder.
    Nothing,
    /// The dates at which stakeholders are scored.
    Health(health::Timeline),
}

/// From when on the rows of a fact are made from all that those at the as-of date are made from; `None`: all are.
pub fn complete_from(spec: &FactSpec, canonical: &CanonicalTables, settings: &context::Settings) -> Option<Micros> {
    if is_scored(spec.fact) {
        health::complete_from(canonical, settings)
    } else {
        None
    }
}

/// Whether the rows of a fact are scores of stakeholders, which are made at the dates of all windows together.
fn is_scored(fact: Fact) -> bool {
    match fact {
        Fact::Health => true,
        Fact::Orders
        | Fact::Customers
        | Fact::Newcomers
        | Fact::Members
        | Fact::Cases
        | Fact::Contacts
        | Fact::Commitments
        | Fact::Responses
        | Fact::SupplyLines
        | Fact::Referrals
        | Fact::Relations => false,
    }
}

/// Prepares a fact for its windows; once, before its blocks are built.
pub fn prepare<'w>(
    spec: &FactSpec,
    canonical: &CanonicalTables,
    settings: &context::Settings,
    windows: impl IntoIterator<Item = &'w context::Window>,
) -> Prepared {
    if is_scored(spec.fact) {
        Prepared::Health(health::Timeline::new(canonical, settings, windows))
    } else {
        Prepared::Nothing
    }
}

/// Builds the rows of a fact for a block of stakeholders (codes; the one past the last stands for rows without one) into a frame.
///
/// # Panics
/// If the fact was not prepared for the windows; that is a bug in relhealth.
pub fn build(spec: &FactSpec, ctx: &context::Context, prepared: &Prepared, block: Range<u32>, out: &mut frame::Frame) {
    match spec.fact {
        Fact::Orders => orders::build(ctx, block, out),
        Fact::Customers => customers::build(ctx, block, out),
        Fact::Newcomers => newcomers::build(ctx, block, out),
        Fact::Members => members::build(ctx, block, out),
        Fact::Cases => cases::build(ctx, block, out),
        Fact::Contacts => contacts::build(ctx, block, out),
        Fact::Commitments => commitments::build(ctx, block, out),
        Fact::Responses => responses::build(ctx, block, out),
        Fact::SupplyLines => supply_lines::build(ctx, block, out),
        Fact::Referrals => referrals::build(ctx, block, out),
        Fact::Relations => relations::build(ctx, block, out),
        Fact::Health => match prepared {
            Prepared::Health(timeline) => health::build(ctx, timeline, block, out),
            Prepared::Nothing => panic!("the dates of scores were not prepared"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_is_listed_and_tells_what_its_words_are() {
        let facts: Vec<Fact> = SPECS.iter().map(|spec| spec.fact).collect();
        assert_eq!(facts, Fact::ALL);
        for spec in SPECS {
            for column in spec.columns {
                let name = format!("{}.{}", spec.name(), column.name);
                assert_eq!(column.words_of.is_some(), column.unit == Unit::Text, "{name}");
                assert!(spec.columns.iter().filter(|other| other.name == column.name).count() == 1, "{name}");
                if let Known::At(at) | Known::Lasting(at) = column.known {
                    assert_eq!(spec.column(at).map(|at| at.unit), Some(Unit::Time), "{name}");
                }
            }
        }
    }
}
