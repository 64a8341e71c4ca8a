//! Cohorts: who joined when, who stayed, and how long relationships last.
//!
//! [`retention`] follows cohorts through the periods after their start. [`lifetimes`] finds how long each relationship has lasted and
//! whether it has ended; [`survival`] makes curves of that. [`section`] is the cohorts of a report.

pub mod lifetimes;
mod members;
pub mod retention;
pub mod section;
pub mod survival;

use crate::canonical::CanonicalTables;
use crate::codes::codes;
use crate::expr::Expr;
use crate::facts::context::Slicing;
use crate::facts::{members as member_facts, orders, relations};
use crate::measure;
use crate::report::AbsentReason;
use crate::schema::{FactSpec, Table};

codes! {
    /// What starts a relationship.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Start {
        /// The first order.
        FirstOrder = "first-order",
        /// The start on the roster.
        JoinDate = "join-date",
    }
}

codes! {
    /// What is measured in the periods after the start.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Measure {
        /// The share with an order in the period.
        Ordered = "ordered",
        /// The share on the roster at the end of the period.
        Present = "present",
        /// The share with a contact, an order, an answered survey or a supply in the period.
        Active = "active",
        /// Orders in the period, per member of the cohort.
        Orders = "orders",
        /// Revenue in the period, per member of the cohort.
        Revenue = "revenue",
    }
}

impl Measure {
    /// Whether it is a share of the members.
    pub fn is_share(self) -> bool {
        match self {
            Measure::Ordered | Measure::Present | Measure::Active => true,
            Measure::Orders | Measure::Revenue => false,
        }
    }
}

codes! {
    /// What ends a relationship, and so what survival is without.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Event {
        /// Leaving the roster: the end of the first time on it.
        Left = "left",
        /// As many days without an order, for the first time.
        Lapsed = "lapsed",
        /// An order on a later day than the first.
        SecondOrder = "second-order",
    }
}

/// Why there is nothing to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCohorts {
    /// A table or a column is missing.
    Absent(AbsentReason),
    /// The records have no such dimension.
    Dimension(String),
}

impl NoCohorts {
    fn missing(what: impl Into<String>) -> NoCohorts {
        NoCohorts::Absent(AbsentReason::MissingInput(what.into()))
    }
}

/// Which stakeholders and rows of a fact a condition keeps.
fn kept(canonical: &CanonicalTables, fact: &'static FactSpec, filter: Option<&Expr>) -> Result<Slicing, NoCohorts> {
    measure::kept(canonical, fact, filter).map_err(NoCohorts::Dimension)
}

impl Start {
    /// The table whose rows tell of it.
    pub fn table(self) -> Table {
        match self {
            Start::FirstOrder => Table::Purchases,
            Start::JoinDate => Table::Stakeholders,
        }
    }

    fn fact(self) -> &'static FactSpec {
        match self {
            Start::FirstOrder => &orders::SPEC,
            Start::JoinDate => &member_facts::SPEC,
        }
    }
}

impl Measure {
    fn fact(self) -> &'static FactSpec {
        match self {
            Measure::Ordered | Measure::Orders | Measure::Revenue => &orders::SPEC,
            Measure::Present => &member_facts::SPEC,
            Measure::Active => &relations::SPEC,
        }
    }
}
