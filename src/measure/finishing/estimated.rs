//! What a kind's value is finished with, and what is known of it in addition to what the cell shows.

use crate::measure::counting::{Scales, StakeholderSums};
use crate::report::{AbsentReason, Cell};
use crate::stats::{Confidence, Estimate, Interval, NoIntervalReason, Side};

/// What a cell is finished with, in addition to its counts.
pub struct Context<'a> {
    /// The steps in one unit of the sums.
    pub scales: Scales,
    /// How intervals are found.
    pub confidence: Confidence,
    /// The quantile of the values, where these are ranked.
    pub ranked: Option<Estimate>,
    /// The value of another metric in the same cell, by its id, or why there is none.
    pub value_of: &'a dyn Fn(&str) -> Result<f64, AbsentReason>,
}

/// What was estimated of a cell, in addition to what the cell shows: what a difference needs.
#[derive(Debug, Clone, Default)]
pub struct Estimated {
    /// Value and limits, where both are there.
    pub side: Option<Side>,
    /// The sums over stakeholders, where the metric has them.
    pub sums: Option<StakeholderSums>,
    /// The exposure of a rate.
    pub exposure: Option<f64>,
    /// How many of the stakeholders are protected as a small group.
    pub protected: u64,
}

impl Estimated {
    /// Of a metric that is made of sums over stakeholders.
    pub fn of_sums(sums: StakeholderSums) -> Estimated {
        Estimated {
            sums: Some(sums),
            ..Estimated::default()
        }
    }
}

/// Takes an estimate into the cell; what it is as one side of a difference.
pub fn set_estimate(cell: &mut Cell, estimate: Estimate) -> Option<Side> {
    cell.value = Some(estimate.value);
    cell.method = estimate.method;
    cell.deff = estimate.deff;
    set_interval(cell, estimate.interval);
    estimate.side()
}

/// Takes a ranked quantile of `n` values into the cell.
pub fn set_ranked(cell: &mut Cell, n: u64, stakeholders: u64, estimate: Estimate) -> Estimated {
    cell.n = Some(n);
    cell.stakeholders = Some(stakeholders);
    cell.whole = Some(n as f64);
    Estimated {
        side: set_estimate(cell, estimate),
        ..Estimated::default()
    }
}

/// Takes an interval into the cell, or why there is none.
pub fn set_interval(cell: &mut Cell, interval: Result<Interval, NoIntervalReason>) {
    match interval {
        Ok(interval) => {
            cell.low = interval.low;
            cell.high = interval.high;
        }
        Err(why) => {
            cell.interval_absent = Some(match why {
                NoIntervalReason::TooFew => AbsentReason::TooFew,
                NoIntervalReason::ZeroVariance => AbsentReason::ZeroVariance,
                NoIntervalReason::NotDefined => AbsentReason::NotDefined,
            });
        }
    }
}

/// A value that no number can represent is missing, with its own reason: it is never shown as another one.
pub fn check_size(cell: &mut Cell) {
    let numbers = [cell.value, cell.part, cell.part_minus, cell.whole];
    if numbers.into_iter().flatten().any(|number| !number.is_finite()) {
        cell.absent = Some(AbsentReason::TooLarge);
        (cell.part, cell.part_minus, cell.whole) = (None, None, None);
    }
}
