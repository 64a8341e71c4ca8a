//! What may be shown about protected people: numbers about five of them or more, and none from which one about fewer could be computed.
//!
//! Protected are employees, and the people of sources marked private. A number is about the protected people whose records it counts,
//! whoever else it is about. Numbers are sums over people, or are computed from such sums. The rule is applied to what a run can show, and
//! does not depend on what it does show, so that several runs with the same dimensions have the same groups hidden:
//!
//! - All people together are shown if none or at least [`FEWEST`] of them are protected.
//! - Groups are shown in the order of their dimensions, and of each the largest first, as long as no linear combination of what is shown is
//!   about fewer than [`FEWEST`] protected people ([`Divisions`]).
//! - What a condition keeps is shown if it can be computed from the groups of the dimensions that the condition names.
//! - Days that are not whole calendar periods are shown if in no group one to four protected people have records in the rest of the months
//!   at their ends.

mod divisions;
mod run;
mod sums;

pub use divisions::Published;
pub use divisions::{Divisions, hidden_groups};
pub(super) use run::{Counting, Protection};

/// Fewest protected people that a number may be about.
pub const FEWEST: u64 = 5;
