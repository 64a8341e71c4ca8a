//! Counting: the first of the two stages of measuring. One pass over the rows of each fact, block by block of stakeholders, leaves sums,
//! values or totals for each cell.
//!
//! What was counted knows no statistics: no interval, no confidence level, no period that another is compared with. It can be merged with
//! what was counted of other stakeholders ([`Counts::merge`]), it can be compared, and everything that finishing needs is in it.
//! Integers (counts, money, durations) are added exactly and never wrap; numbers are added in the order of stakeholders. Blocks are merged
//! in their order, so that the same rows give the same bytes on any number of threads.

mod cell_count;
mod contributors;
mod counts;
mod ordered_jobs;
mod other_groups;
mod placement;
mod run;
mod sample;
mod sums;
mod values;

pub use cell_count::{Addition, CellCount, Durations, Scales, StakeholderSums, Values};
pub use contributors::{Largest, Owned};
pub use counts::{Counts, MetricCounts};
pub use placement::{CountTask, Counted, Placement};
pub use run::{Build, RunRequest, blocks, run};
pub use sums::{OncePerStakeholder, SumsTask, count_sums};
pub use values::{count_durations, count_group_totals, count_values};

#[cfg(test)]
pub use cell_count::StakeholderEntry;
#[cfg(test)]
pub use other_groups::{Adding, OtherGroups};
