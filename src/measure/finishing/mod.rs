//! Finishing: the second of the two stages of measuring. From merged counts to cells: the value, its interval or why there is none, how it
//! differs from an earlier period or from the other groups, and what is hidden to protect few people.

pub mod absence;
pub mod cells;
pub mod change;
mod compared;
mod contributors;
mod estimated;
mod ranking;
pub mod suppress;

pub use estimated::{Context, Estimated, set_estimate, set_interval, set_ranked};

/// More values than these are ranked once only: of so many, the interval at one level gives those at all others.
pub const RANKED_AGAIN_UP_TO: usize = 20_000;
