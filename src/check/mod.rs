//! Checks: rules on the numbers of a run, judged so that a pipeline can trust them.
//!
//! A rule names what fails, and nothing else follows from it. By default a number breaks it only with its whole interval, a change only
//! with the whole interval of the change, and one slice of many only where that stands after the correction for all of them. So chance alone
//! seldom breaks a rule: in at most 1 - level of the runs on an unchanged truth that lies at the threshold itself, as a rule in half as many
//! since only one of two directions is bad, and the less the further it lies on the good side. That is the rate of one rule: of many
//! rules one or the other will be, unless the level is higher. `benches/noise.rs` shows the rates, and what real drops are
//! found. What cannot be judged is said to be so, and is never taken for a pass.
//!
//! Nothing here prints: verdicts are plain values.

pub mod baseline;
mod bounds;
mod data;
mod judge;
mod metric;
mod rests_on;
mod rule;
mod signal;
mod terms;
mod verdict;
mod waive;

pub use bounds::{Number, stand};
pub use judge::{CheckRequest, check};
pub use rests_on::{CURRENCY, PERIOD_LENGTH, RestsOn};
pub use rule::{Amount, Basis, ComparedTo, Condition, DataRule, DataTest, Limits, MetricRule, Named, Rule, RuleTarget, Test, Waiver};
pub use terms::Terms;
#[cfg(test)]
pub use verdict::Known;
pub use verdict::{CheckResult, Counts, Evidence, Excuse, NotEvaluatedReason, Side, Status, Subject, Threshold, ThresholdResult, Verdict};
