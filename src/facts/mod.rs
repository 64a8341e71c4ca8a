//! Derived frames that metrics are measured on: one file a fact, its description and how it is built.

use std::ops::Range;

use crate::schema::{FactColumn, FactSpec, Known, Unit};

pub mod activity;
pub mod cases;
pub mod commitments;
pub mod contacts;
pub mod context;
pub mod customers;
#[cfg(test)]
pub mod fixture;
pub mod frame;
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

/// Every fact, in the order of the flow.
pub static SPECS: &[&FactSpec] = &[
    &orders::SPEC,
    &customers::SPEC,
    &newcomers::SPEC,
    &members::SPEC,
    &cases::SPEC,
    &contacts::SPEC,
    &commitments::SPEC,
    &responses::SPEC,
    &supply_lines::SPEC,
    &referrals::SPEC,
    &relations::SPEC,
];

type Needs = &'static [&'static [&'static str]];

const fn column(name: &'static str, unit: Unit, text: &'static str, needs: Needs) -> FactColumn {
    FactColumn {
        name,
        unit,
        text,
        needs,
        known: Known::Always,
    }
}

const fn known_at(at: &'static str, name: &'static str, unit: Unit, text: &'static str, needs: Needs) -> FactColumn {
    FactColumn {
        name,
        unit,
        text,
        needs,
        known: Known::At(at),
    }
}

const fn lasting(from: &'static str, name: &'static str, unit: Unit, text: &'static str, needs: Needs) -> FactColumn {
    FactColumn {
        name,
        unit,
        text,
        needs,
        known: Known::Lasting(from),
    }
}

const fn undated(name: &'static str, unit: Unit, text: &'static str, needs: Needs) -> FactColumn {
    FactColumn {
        name,
        unit,
        text,
        needs,
        known: Known::Undated,
    }
}

/// Builds the rows of a fact for a block of stakeholders (codes; the one past the last stands for rows without one) into a frame.
pub fn build(spec: &FactSpec, ctx: &context::Context, block: Range<u32>, out: &mut frame::Frame) {
    let build = match spec.name {
        "orders" => orders::build,
        "customers" => customers::build,
        "newcomers" => newcomers::build,
        "members" => members::build,
        "cases" => cases::build,
        "contacts" => contacts::build,
        "commitments" => commitments::build,
        "responses" => responses::build,
        "supply_lines" => supply_lines::build,
        "referrals" => referrals::build,
        "relations" => relations::build,
        other => unreachable!("fact {other} has no builder"),
    };
    build(ctx, block, out);
}
