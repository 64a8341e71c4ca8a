//! What is worth saying. A metric is compared with the period before and the year before, a slice with the rest; with a hundred such
//! comparisons a few are "clear" by chance alone. So a reading is a finding only if it stands after Benjamini and Hochberg's correction
//! over all comparisons of the review; and a change of a metric whose series has limits only if the series gives a signal too, since
//! periods differ by more than the sampling of their rows.

use super::breakdown::Breakdown;
use super::score::Score;
use crate::report::Change;
use crate::stats::{self, Reading};

/// Something worth saying.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What was found.
    pub found: Found,
    /// Whether it is good news, bad news or neither.
    pub reading: Reading,
}

/// What was found; scores and breakdowns by their place in the review.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A metric moved against these earlier periods, all in one direction.
    Moved {
        /// The score.
        score: usize,
        /// `previous`, `year-ago`.
        against: Vec<&'static str>,
    },
    /// A metric misses its target, with its whole interval.
    Missed {
        /// The score.
        score: usize,
    },
    /// A slice differs from the rest.
    Differs {
        /// The breakdown.
        breakdown: usize,
        /// The metric, by its place in the breakdown.
        metric: usize,
        /// The slice, by its place in the breakdown.
        slice: usize,
    },
}

/// The findings, what needs attention first, and the number of comparisons that were made.
pub fn findings(scores: &[Score], breakdowns: &[Breakdown], level: f64) -> (Vec<Finding>, usize) {
    let comparisons = comparisons(scores, breakdowns);
    let p: Vec<Option<f64>> = comparisons.iter().map(|(place, change)| p(breakdowns, *place, change)).collect();
    let stands = stats::stands(&p, level);
    let mut found: Vec<Finding> = Vec::new();
    for (score, at) in scores.iter().zip(0..) {
        if score.goal.is_some_and(|goal| goal.reading == Reading::Worse) {
            found.push(Finding {
                found: Found::Missed { score: at },
                reading: Reading::Worse,
            });
        }
    }
    for ((place, change), stands) in comparisons.iter().zip(stands) {
        if !stands || matches!(change.reading, Reading::NoClearChange | Reading::Unclear) {
            continue;
        }
        match *place {
            Place::Score(at, _) if scores[at].is_as_usual() => {}
            Place::Score(at, key) => moved(&mut found, at, key, change.reading),
            Place::Slice(breakdown, metric, slice) => found.push(Finding {
                found: Found::Differs { breakdown, metric, slice },
                reading: change.reading,
            }),
        }
    }
    found.sort_by_key(|finding| (kind(&finding.found), rank(finding.reading)));
    (found, comparisons.len())
}

/// Where a comparison was made.
#[derive(Clone, Copy)]
enum Place {
    Score(usize, &'static str),
    Slice(usize, usize, usize),
}

/// Every comparison that could be made.
fn comparisons<'a>(scores: &'a [Score], breakdowns: &'a [Breakdown]) -> Vec<(Place, &'a Change)> {
    let mut all = Vec::new();
    for (at, score) in scores.iter().enumerate() {
        all.extend(score.cell().changes.iter().map(|(key, change)| (Place::Score(at, key), change)));
    }
    for (at, breakdown) in breakdowns.iter().enumerate() {
        for (metric, slices) in breakdown.cells.iter().enumerate() {
            for (slice, cell) in slices.iter().enumerate() {
                let change = cell.as_ref().and_then(|cell| cell.changes.get("rest"));
                all.extend(change.map(|change| (Place::Slice(at, metric, slice), change)));
            }
        }
    }
    all.retain(|(_, change)| change.p.is_some());
    all
}

/// The p-value of a comparison. Differences of shares are approximate far out, where the binomial limits of the funnel are exact: there the
/// larger of the two counts.
fn p(breakdowns: &[Breakdown], place: Place, change: &Change) -> Option<f64> {
    let Place::Slice(breakdown, metric, slice) = place else {
        return change.p;
    };
    let breakdown = &breakdowns[breakdown];
    let name = &breakdown.slices[slice];
    let funnel = breakdown.funnels[metric].iter().flat_map(|funnel| &funnel.segments);
    let exact = funnel.filter(|segment| segment.slice == *name).map(|segment| segment.p);
    change.p.map(|p| exact.fold(p, f64::max))
}

/// Adds a change; one that reads as another of the same metric is told with it.
fn moved(found: &mut Vec<Finding>, at: usize, key: &'static str, reading: Reading) {
    for finding in found.iter_mut().filter(|finding| finding.reading == reading) {
        if let Found::Moved { score, against } = &mut finding.found
            && *score == at
        {
            against.push(key);
            return;
        }
    }
    found.push(Finding {
        found: Found::Moved {
            score: at,
            against: vec![key],
        },
        reading,
    });
}

fn kind(found: &Found) -> u8 {
    match found {
        Found::Moved { .. } => 0,
        Found::Missed { .. } => 1,
        Found::Differs { .. } => 2,
    }
}

fn rank(reading: Reading) -> u8 {
    match reading {
        Reading::Worse => 0,
        Reading::Better => 1,
        _ => 2,
    }
}
