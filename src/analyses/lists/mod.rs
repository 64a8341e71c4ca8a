//! Lists to act on, as of the as-of date: stakeholders overdue for a contact, open complaints, unanswered cases, late commitments, lost
//! customers.
//!
//! Each list contains rows that a metric of the catalogue counts, found by the same facts, so that number and list always agree. A list has
//! the total count and the most urgent rows; equally urgent rows are in the order of ids. Protected people (employees, people of private
//! sources) are never listed or counted here: only groups of them are shown elsewhere.
//!
//! A fact is built once for all stakeholders, without the records of its rows. These are looked up for the few rows that are shown.

mod lost;
mod overdue;
mod search;
mod waiting;

use super::{RosterTexts, Words};
use crate::canonical::CanonicalTables;

pub use lost::{Lost, lost_customers};
pub use overdue::{Overdue, overdue};
pub use waiting::{Lasted, Waiting, columns_to_load, late_commitments, open_complaints, unanswered};

/// The usual number of rows.
pub const LIMIT: usize = 20;

/// The most urgent rows of all.
#[derive(Debug, Clone, PartialEq)]
pub struct List<T> {
    /// The number of rows, shown or not, without protected people.
    pub total: u64,
    /// The most urgent ones.
    pub rows: Vec<T>,
    /// There are rows of protected people; they are neither counted nor shown.
    pub withheld: bool,
}

/// The stakeholder of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StakeholderRef {
    /// The id; `None` if it is not known.
    pub id: Option<String>,
    /// The roster's name.
    pub name: Option<String>,
    /// The owner of the relationship, from the roster.
    pub owner: Option<String>,
    /// The roster's tier.
    pub tier: Option<String>,
}

/// The stakeholder of a code, as lists show it.
pub fn stakeholder(canonical: &CanonicalTables, code: u32) -> StakeholderRef {
    who(canonical, &Words::new(canonical), code)
}

fn who(canonical: &CanonicalTables, words: &Words, stakeholder: u32) -> StakeholderRef {
    let known = stakeholder != canonical.nobody();
    let RosterTexts { name, owner, tier } = if known { words.of(stakeholder) } else { RosterTexts::default() };
    StakeholderRef {
        id: if known {
            canonical.stakeholders.text(stakeholder).map(str::to_string)
        } else {
            None
        },
        name,
        owner,
        tier,
    }
}

#[cfg(test)]
mod tests;
