//! What scores have meant for the losses within a number of days: how well they rank them, what bands have meant, and what that says of a score.

use super::is_about_few;
use super::observations::{Observation, Observations, is_lost};
use crate::catalog::health::{Band, Loss};
use crate::codes::codes;
use crate::stats::discrimination::{Area, Outcomes, area, area_difference, lift_of_highest_tenth, ranked};
use crate::stats::{ClusterSums, Confidence, Estimate, NoIntervalReason, share};

codes! {
    /// What a backtest says of a score.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Finding {
        /// Too few were lost, or kept, to say anything.
        TooFew = "too few",
        /// The interval of the area includes chance.
        Nothing = "finds nothing",
        /// Those with high scores were lost more often.
        WrongWay = "wrong way",
        /// It is not clearly better than recency alone.
        NotBetterThanRecency = "not better than recency",
        /// Recency alone is better.
        WorseThanRecency = "worse than recency",
        /// It is better than recency alone.
        BetterThanRecency = "better than recency",
    }
}

/// A share of observations, with an interval by stakeholder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Portion {
    /// How many.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
    /// Of how many stakeholders.
    pub stakeholders: u64,
    /// The share; `None` of nothing, and of few protected people.
    pub estimate: Option<Estimate>,
}

/// What was found for a number of days.
#[derive(Debug, Clone, PartialEq)]
pub struct Horizon {
    /// The days after the date.
    pub days: i32,
    /// How many dates count.
    pub ends: usize,
    /// Stakeholders at dates, those lost of them, and the number of stakeholders.
    pub all: Portion,
    /// How well low scores rank who is lost.
    pub auc: Option<Area>,
    /// How well the time since the last order, or the last activity, does alone.
    pub recency_auc: Option<Area>,
    /// The first minus the second.
    pub difference: Option<Area>,
    /// The share of the lost in the tenth with the lowest scores, divided by their share in all.
    pub lift: Option<f64>,
    /// By band, the share that was lost.
    pub bands: [Portion; 3],
    /// Of the lost, the share that was healthy.
    pub misses: Portion,
    /// Of those at risk or critical, the share that was not lost.
    pub false_alarms: Portion,
    /// By ten points of the score, from 0, the share that was lost.
    pub calibration: Vec<Portion>,
    /// By part: how many have data, and how well it ranks alone.
    pub parts: Vec<(u64, Option<Area>)>,
    /// What that says of the score.
    pub finding: Finding,
}

/// One horizon of one model.
pub struct Task<'a> {
    /// The stakeholders at the dates.
    pub observations: &'a Observations,
    /// The number of parts of the model.
    pub parts: usize,
    /// What counts as a loss.
    pub loss: Loss,
    /// The days after a date.
    pub days: i32,
    /// How many dates count.
    pub ends: usize,
    /// Who is protected.
    pub is_private: &'a dyn Fn(u32) -> bool,
    /// How intervals are found.
    pub confidence: Confidence,
}

impl Task<'_> {
    /// What is found; `None` if it is about few protected people.
    pub fn horizon(&self) -> Option<Horizon> {
        let is_over = |one: &Observation| (one.end as usize) < self.ends;
        let all = self.observations.each.iter().enumerate().filter(|(_, one)| is_over(one));
        let scored: Vec<(usize, &Observation, f64)> = all.filter_map(|(at, one)| Some((at, one, one.score?))).collect();
        let events: Vec<bool> = scored.iter().map(|(_, one, _)| is_lost(one, self.loss, self.days)).collect();
        let clusters: Vec<u32> = scored.iter().map(|(_, one, _)| one.stakeholder).collect();
        let of_few = |keep: &dyn Fn(usize) -> bool| {
            let kept = clusters.iter().enumerate().filter(|(at, _)| keep(*at));
            is_about_few(kept.map(|(_, stakeholder)| *stakeholder), self.is_private)
        };
        if of_few(&|_| true) {
            return None;
        }
        let any_private = clusters.iter().any(|stakeholder| (self.is_private)(*stakeholder));
        let risks: Vec<f64> = scored.iter().map(|(_, _, score)| -ranked(*score)).collect();
        let recency: Vec<f64> = scored.iter().map(|(_, one, _)| one.recency).collect();
        let outcomes = Outcomes {
            events: &events,
            clusters: &clusters,
        };
        let level = self.confidence.level;
        let lost = |keep: &dyn Fn(usize) -> bool| self.portion(&clusters, keep, &|at| events[at]);
        let is_healthy = |at: usize| scored[at].1.band == Some(Band::Healthy);
        let auc = area(&risks, outcomes, level);
        let difference = area_difference(&risks, &recency, outcomes, level);
        let is_in = |at: usize, band: Band| scored[at].1.band == Some(band);
        // From all but one of the bands the last one follows.
        let reveals = Band::ALL.into_iter().any(|band| of_few(&|at: usize| is_in(at, band)));
        let hide = |portion: Portion, hides: bool| match reveals || hides {
            true => Portion::hidden(),
            false => portion,
        };
        let calibration = (0..10).map(|bin| {
            let is_in_bin = |score: f64| ((score / 10.0) as usize).min(9) == bin;
            lost(&|at: usize| is_in_bin(scored[at].2))
        });
        Some(Horizon {
            days: self.days,
            ends: self.ends,
            all: lost(&|_| true),
            finding: finding(auc, difference),
            recency_auc: area(&recency, outcomes, level),
            lift: lift_of_highest_tenth(&risks, &events),
            misses: hide(self.portion(&clusters, &|at| events[at], &is_healthy), of_few(&|at| events[at])),
            false_alarms: hide(
                self.portion(&clusters, &|at| !is_healthy(at), &|at| !events[at]),
                of_few(&|at| !is_healthy(at)),
            ),
            calibration: if any_private { Vec::new() } else { calibration.collect() },
            parts: (0..self.parts).map(|part| self.part(part, &scored, &events)).collect(),
            bands: Band::ALL.map(|band| hide(lost(&|at: usize| is_in(at, band)), false)),
            difference,
            auc,
        })
    }

    /// Of the observations that are kept, the share for which something holds.
    fn portion(&self, clusters: &[u32], keep: &dyn Fn(usize) -> bool, holds: &dyn Fn(usize) -> bool) -> Portion {
        let mut sums = ClusterSums::default();
        let (mut part, mut whole, mut start) = (0, 0, 0);
        for run in clusters.chunk_by(|a, b| a == b) {
            let (mut x, mut n) = (0u64, 0u64);
            for at in (start..start + run.len()).filter(|at| keep(*at)) {
                x += u64::from(holds(at));
                n += 1;
            }
            start += run.len();
            sums.add(x as f64, n as f64);
            (part, whole) = (part + x, whole + n);
        }
        Portion {
            part,
            whole,
            stakeholders: sums.clusters,
            estimate: (whole > 0).then(|| share(&sums, whole as f64, self.confidence)),
        }
    }

    /// How many observations have data for a part, and how well its points rank alone; nothing of few protected people.
    fn part(&self, part: usize, scored: &[(usize, &Observation, f64)], events: &[bool]) -> (u64, Option<Area>) {
        let points = |at: usize| self.observations.points[at * self.parts + part];
        let with = || scored.iter().zip(events).filter(|((at, ..), _)| !points(*at).is_nan());
        let risks: Vec<f64> = with().map(|((at, ..), _)| -points(*at)).collect();
        let clusters: Vec<u32> = with().map(|((_, one, _), _)| one.stakeholder).collect();
        if is_about_few(clusters.iter().copied(), self.is_private) {
            return (0, None);
        }
        let events: Vec<bool> = with().map(|(_, event)| *event).collect();
        let outcomes = Outcomes {
            events: &events,
            clusters: &clusters,
        };
        (risks.len() as u64, area(&risks, outcomes, self.confidence.level))
    }
}

impl Portion {
    fn hidden() -> Portion {
        Portion {
            part: 0,
            whole: 0,
            stakeholders: 0,
            estimate: None,
        }
    }
}

/// What the areas say. Without an interval there are too few; of a score that ranks all right there is none because nothing varies.
fn finding(auc: Option<Area>, difference: Option<Area>) -> Finding {
    let Some(auc) = auc else { return Finding::TooFew };
    let (low, high) = match auc.interval {
        Ok(interval) => (interval.low.unwrap_or(0.0), interval.high.unwrap_or(1.0)),
        Err(NoIntervalReason::ZeroVariance) => (auc.value, auc.value),
        Err(NoIntervalReason::TooFew | NoIntervalReason::NotDefined) => return Finding::TooFew,
    };
    if high < 0.5 {
        return Finding::WrongWay;
    }
    if low <= 0.5 {
        return Finding::Nothing;
    }
    match difference.and_then(|difference| difference.interval.ok()) {
        Some(interval) if interval.low.is_some_and(|low| low > 0.0) => Finding::BetterThanRecency,
        Some(interval) if interval.high.is_some_and(|high| high < 0.0) => Finding::WorseThanRecency,
        Some(_) | None => Finding::NotBetterThanRecency,
    }
}
