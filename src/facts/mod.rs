//! Derived frames that metrics are measured on: one file a fact, its description and how it is built.

use crate::schema::{FactColumn, FactSpec, Known, Unit};

pub mod cases;
pub mod commitments;
pub mod contacts;
pub mod customers;
pub mod members;
pub mod newcomers;
pub mod orders;
pub mod referrals;
pub mod relations;
pub mod responses;
pub mod supply_lines;

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
    FactColumn { name, unit, text, needs, known: Known::Always }
}

const fn known_at(at: &'static str, name: &'static str, unit: Unit, text: &'static str, needs: Needs) -> FactColumn {
    FactColumn { name, unit, text, needs, known: Known::At(at) }
}

const fn undated(name: &'static str, unit: Unit, text: &'static str, needs: Needs) -> FactColumn {
    FactColumn { name, unit, text, needs, known: Known::Undated }
}
