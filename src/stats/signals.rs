//! The rules by which points of a process behaviour chart are signals.
//!
//! A rule looks at successive points up to the one in question, and at nothing after it. A gap, a point on the mean and a step of nothing
//! break every pattern they are in.

use crate::codes::codes;

/// Points of a trend and of a run.
const LONG: usize = 7;

/// Distances below this part of the way from mean to limit cannot be told from rounding.
const ROUNDING: f64 = 1e-9;

codes! {
    /// What makes a point a signal, in the order of precedence.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Rule {
        /// A point outside the limits.
        Outside = "outside",
        /// Seven points that all rise or all fall, that is six steps in one direction.
        Trend = "trend",
        /// At least two of three points beyond two thirds of the way from mean to limit, all three on one side of the mean.
        TwoOfThree = "two of three",
        /// Seven points on one side of the mean.
        Run = "run",
    }
}

impl Rule {
    /// The number of points that the rule looks at.
    pub fn points(self) -> usize {
        match self {
            Rule::Outside => 1,
            Rule::TwoOfThree => 3,
            Rule::Trend | Rule::Run => LONG,
        }
    }
}

/// Which way a signal points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Above the mean, or rising.
    Up,
    /// Below the mean, or falling.
    Down,
}

/// A rule broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signal {
    /// The place in [`Series::points`](super::process::Series::points) of the point that completes the pattern: what was known then, and not before.
    pub at: usize,
    /// The place of the first point of the pattern; `at` itself for a point outside.
    pub since: usize,
    /// The rule.
    pub rule: Rule,
    /// Which way.
    pub direction: Direction,
}

/// How far points that differ by chance alone seldom are from those of a season before, in distances from mean to limit: two of three standard
/// deviations, of a difference of two.
const UNLIKE: f64 = 2.0 / 3.0 * std::f64::consts::SQRT_2;

/// So large a part of what is unusual was there a season before too, if the season is why.
const ALIKE: f64 = 0.5;

impl Signal {
    /// Whether the same periods of the season before were unusual in the same way, so that the season may be why. `before` has their positions, by
    /// the place of the point that is compared; without any the season is no reason.
    pub(super) fn is_usual(&self, places: &[Option<Place>], before: impl Fn(usize) -> Option<f64>) -> bool {
        let sign = match self.direction {
            Direction::Up => 1.0,
            Direction::Down => -1.0,
        };
        // The positions of a point now and a season before.
        let both = |at: usize| Some((sign * places[at].as_ref()?.position, sign * before(at)?));
        let (found, least) = match self.rule {
            // How much it rose now and in the season before.
            Rule::Trend => {
                let ends = both(self.at).zip(both(self.since));
                let rises = ends.map(|(last, first)| (last.0 - first.0, last.1 - first.1));
                (rises, UNLIKE * std::f64::consts::SQRT_2)
            }
            Rule::Outside | Rule::TwoOfThree | Rule::Run => {
                let all: Vec<(f64, f64)> = (self.since..=self.at).filter_map(both).collect();
                let count = all.len() as f64;
                let mean = |of: fn(&(f64, f64)) -> f64| all.iter().map(of).sum::<f64>() / count;
                (
                    (count > 0.0).then(|| (mean(|pair| pair.0), mean(|pair| pair.1))),
                    UNLIKE / count.sqrt(),
                )
            }
        };
        found.is_some_and(|(now, then)| now - then <= least && then >= ALIKE * now)
    }
}

/// A point as the rules see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    value: f64,
    /// (value - mean) / distance from mean to limit, which knows no possible range.
    position: f64,
    /// The smallest step that is not rounding.
    step: f64,
}

impl Place {
    /// The place of a value, given the mean and the distance from it to either limit.
    pub(super) fn of(value: f64, mean: f64, distance: f64) -> Place {
        Place {
            value,
            position: (value - mean) / distance,
            step: distance * ROUNDING,
        }
    }

    /// Whether the point is further than `part` of the way from mean to limit.
    fn beyond(&self, part: f64) -> bool {
        self.position > part + ROUNDING
    }

    fn mirrored(&self) -> Place {
        Place {
            value: -self.value,
            position: -self.position,
            step: self.step,
        }
    }
}

/// All signals of the points, by point and then in the order of precedence.
pub(super) fn signals(places: &[Option<Place>]) -> Vec<Signal> {
    let mut signals = Vec::new();
    for at in 0..places.len() {
        for rule in Rule::ALL {
            let Some(since) = (at + 1).checked_sub(rule.points()) else {
                continue;
            };
            let Some(window) = places[since..=at].iter().copied().collect::<Option<Vec<Place>>>() else {
                continue;
            };
            let mirrored: Vec<Place> = window.iter().map(Place::mirrored).collect();
            let directions = [(window, Direction::Up), (mirrored, Direction::Down)];
            signals.extend(
                directions
                    .into_iter()
                    .filter(|(window, _)| breaks(rule, window))
                    .map(|(_, direction)| Signal {
                        at,
                        since,
                        rule,
                        direction,
                    }),
            );
        }
    }
    signals
}

/// Whether the points break the rule upwards.
fn breaks(rule: Rule, window: &[Place]) -> bool {
    let all_above = || window.iter().all(|place| place.beyond(0.0));
    match rule {
        Rule::Outside => window.iter().all(|place| place.beyond(1.0)),
        Rule::Trend => window.windows(2).all(|pair| pair[1].value - pair[0].value > pair[1].step),
        Rule::TwoOfThree => all_above() && window.iter().filter(|place| place.beyond(2.0 / 3.0)).count() >= 2,
        Rule::Run => all_above(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::process::tests::{CALM, individual, with_gaps};
    use super::*;

    /// The rules that end at the last point after `CALM`, with their directions.
    fn after_calm(more: &[f64]) -> Vec<(Rule, Direction)> {
        let chart = individual(&[&CALM[..], more].concat()).chart().unwrap();
        let found = chart.signals_at(11 + more.len()).map(|signal| (signal.rule, signal.direction));
        found.collect()
    }

    #[test]
    fn a_point_outside() {
        // The limits are 6.05 from 0.
        assert_eq!(after_calm(&[6.1]), [(Rule::Outside, Direction::Up)]);
        assert_eq!(after_calm(&[-6.1]), [(Rule::Outside, Direction::Down)]);
        assert_eq!(after_calm(&[6.0]), []);
    }

    #[test]
    fn seven_points_rise_or_fall() {
        let rise = [-1.5, -1.0, -0.5, 0.5, 1.0, 1.5];
        assert_eq!(after_calm(&rise), [(Rule::Trend, Direction::Up)]); // the -2 of the baseline is the first
        assert_eq!(after_calm(&rise[..5]), []);
        let fall = [-1.0, 3.0, 2.0, 1.0, 0.5, -0.5, -1.0, -1.5];
        assert_eq!(after_calm(&fall), [(Rule::Trend, Direction::Down)]);
        let mut level = rise;
        level[3] = -0.5;
        assert_eq!(after_calm(&level), []);
    }

    #[test]
    fn two_of_three_beyond_two_thirds() {
        // Two thirds of the way is at 4.13.
        assert_eq!(after_calm(&[-0.5, 4.1, 0.5, 4.1]), [(Rule::TwoOfThree, Direction::Up)]);
        assert_eq!(after_calm(&[0.5, -4.1, -0.5, -4.1]), [(Rule::TwoOfThree, Direction::Down)]);
        assert_eq!(after_calm(&[0.5, 4.1, -0.5, 4.1]), []);
        assert_eq!(after_calm(&[4.1, 4.1]), []); // -2 is on the other side
        assert_eq!(after_calm(&[4.1, 4.1, 0.5]), [(Rule::TwoOfThree, Direction::Up)]);
        assert_eq!(after_calm(&[0.5, 4.0, 4.0]), []);
        assert_eq!(
            after_calm(&[0.5, 4.1, 6.1]),
            [(Rule::Outside, Direction::Up), (Rule::TwoOfThree, Direction::Up)]
        );
    }

    #[test]
    fn seven_points_on_one_side() {
        let above = [0.5, 1.0, 0.5, 1.0, 0.5, 1.0, 0.5];
        assert_eq!(after_calm(&above), [(Rule::Run, Direction::Up)]);
        assert_eq!(after_calm(&above[1..]), []);
        assert_eq!(after_calm(&above.map(|value| -value)[..6]), [(Rule::Run, Direction::Down)]); // from the -2 of the baseline on
        let mut on_the_mean = above;
        on_the_mean[3] = 0.0;
        assert_eq!(after_calm(&on_the_mean), []);
        let chart = individual(&[&CALM[..], &above, &[1.0]].concat()).chart().unwrap();
        let runs: Vec<_> = chart.signals.iter().map(|signal| (signal.since, signal.at)).collect();
        assert_eq!(runs, [(12, 18), (13, 19)]);
    }

    #[test]
    fn gaps_break_every_pattern() {
        let calm = || CALM.into_iter().map(Some);
        let last = |more: &[Option<f64>]| {
            let values: Vec<Option<f64>> = calm().chain(more.iter().copied()).collect();
            let chart = with_gaps(&values).chart().unwrap();
            let found: Vec<Rule> = chart.signals_at(values.len() - 1).map(|signal| signal.rule).collect();
            found
        };
        let above: Vec<Option<f64>> = [0.5, 1.0, 0.5, 1.0, 0.5, 1.0, 0.5].map(Some).to_vec();
        assert_eq!(last(&above), [Rule::Run]);
        let mut broken = above.clone();
        broken.insert(3, None);
        assert_eq!(last(&broken), []);
        assert_eq!(last(&[Some(0.5), Some(4.1), Some(4.1)]), [Rule::TwoOfThree]);
        assert_eq!(last(&[Some(0.5), Some(4.1), None, Some(4.1)]), []);
        assert_eq!(last(&[None, Some(6.1)]), [Rule::Outside]);
        assert_eq!(last(&[Some(6.1), None]), []);
    }
}
