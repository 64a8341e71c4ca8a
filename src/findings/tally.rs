//! How many metrics changed, and in which direction.

use super::metric_series::MetricSeries;
use super::selection::{Finding, Found};
use crate::stats::Reading;

/// How many metrics of a review changed. Each metric counts once: a change is one that is a finding, so that the counts agree with the
/// sentences about changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Metrics that are better than before.
    pub better: usize,
    /// Metrics that are worse than before; also those that are better than at another time.
    pub worse: usize,
    /// Metrics that rose or fell, of which neither is better.
    pub moved: usize,
    /// Metrics that were compared and show no clear change.
    pub no_clear_change: usize,
    /// Metrics whose changes cannot be interpreted: there is no value, no earlier value, or no interval.
    pub not_interpreted: usize,
}

impl Tally {
    /// Counts the scores of a review, and its metrics without a value that the inputs would allow.
    pub fn new(scores: &[MetricSeries], without_value: usize, findings: &[Finding]) -> Tally {
        let mut tally = Tally {
            not_interpreted: without_value,
            ..Tally::default()
        };
        for (at, score) in scores.iter().enumerate() {
            let is_of_score = |finding: &&Finding| matches!(&finding.found, Found::Moved { score, .. } if *score == at);
            let readings: Vec<Reading> = findings.iter().filter(is_of_score).map(|finding| finding.reading).collect();
            let is_compared = score.cell().changes.values().any(|change| change.p.is_some());
            let count = if readings.contains(&Reading::Worse) {
                &mut tally.worse
            } else if readings.contains(&Reading::Better) {
                &mut tally.better
            } else if !readings.is_empty() {
                &mut tally.moved
            } else if is_compared {
                &mut tally.no_clear_change
            } else {
                &mut tally.not_interpreted
            };
            *count += 1;
        }
        tally
    }

    /// All metrics.
    pub fn all(&self) -> usize {
        self.better + self.worse + self.moved + self.no_clear_change + self.not_interpreted
    }
}
