//! How well a number ranks those to whom something happens before those to whom it does not: the area under the ROC curve.
//!
//! The area is the probability that of two observations, one with the event and one without, the one with the event has the higher number;
//! equal numbers count half. Several observations of one cluster, such as a stakeholder at several dates, depend on each other: the variance is
//! that of the structural components of DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988, 837-845), added up by cluster as in
//! Obuchowski (Biometrics 53, 1997, 567-578).

use super::distribution::normal_quantile;
use super::{Interval, NoIntervalReason};

/// Fewer clusters with the event, or without it, have no interval.
const FEWEST: usize = 10;

/// What is ranked: the observations of a cluster stand next to each other.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes<'a> {
    /// Whether the event happened.
    pub events: &'a [bool],
    /// The cluster of each observation.
    pub clusters: &'a [u32],
}

/// An area under a ROC curve, or the difference of two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// The area, 0 to 1, where 0.5 is chance; of a difference -1 to 1.
    pub value: f64,
    /// Its interval by the normal distribution, within the possible range, or why there is none.
    pub interval: Result<Interval, NoIntervalReason>,
}

/// For each observation the share of those of the other kind that it is ranked right against; their mean over either kind is the area.
struct Placements {
    area: f64,
    each: Vec<f64>,
}

/// A score as it is ranked: weighted means of the same points differ in their last digits, and are no ranks of their own.
pub fn ranked(score: f64) -> f64 {
    (score * 1e9).round() / 1e9
}

/// The area of a number that is higher for those with the event; `None` if all have it, or none.
pub fn area(risks: &[f64], outcomes: Outcomes, level: f64) -> Option<Area> {
    let placements = placements(risks, outcomes.events)?;
    let residuals: Vec<f64> = placements.each.iter().map(|placement| placement - placements.area).collect();
    Some(Area {
        value: placements.area,
        interval: interval(placements.area, (0.0, 1.0), &residuals, outcomes, level),
    })
}

/// The area of one number minus that of another one, of the same observations.
pub fn area_difference(risks: &[f64], others: &[f64], outcomes: Outcomes, level: f64) -> Option<Area> {
    let (one, other) = (placements(risks, outcomes.events)?, placements(others, outcomes.events)?);
    let value = one.area - other.area;
    let residuals: Vec<f64> = one.each.iter().zip(&other.each).map(|(one, other)| one - other - value).collect();
    Some(Area {
        value,
        interval: interval(value, (-1.0, 1.0), &residuals, outcomes, level),
    })
}

/// The share of those with the event among the tenth with the highest risk, divided by their share among all. Of equal risks at the border
/// of the tenth each counts for its part. `None` without observations or events.
pub fn lift_of_highest_tenth(risks: &[f64], events: &[bool]) -> Option<f64> {
    let all = events.iter().filter(|event| **event).count() as f64;
    if all == 0.0 {
        return None;
    }
    let wanted = (risks.len() as f64 / 10.0).max(1.0);
    let mut order: Vec<usize> = (0..risks.len()).collect();
    order.sort_by(|&a, &b| risks[b].total_cmp(&risks[a]));
    let (mut taken, mut found) = (0.0, 0.0);
    for run in order.chunk_by(|&a, &b| risks[a] == risks[b]) {
        let size = run.len() as f64;
        let part = ((wanted - taken) / size).clamp(0.0, 1.0);
        found += part * run.iter().filter(|&&at| events[at]).count() as f64;
        taken += part * size;
    }
    Some(found / wanted / (all / risks.len() as f64))
}

fn placements(risks: &[f64], events: &[bool]) -> Option<Placements> {
    let positives = events.iter().filter(|event| **event).count();
    let negatives = events.len() - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    let mut order: Vec<usize> = (0..risks.len()).collect();
    order.sort_by(|&a, &b| risks[a].total_cmp(&risks[b]));
    let mut each = vec![0.0; risks.len()];
    let (mut positives_below, mut negatives_below) = (0usize, 0usize);
    let mut sum = 0.0;
    for run in order.chunk_by(|&a, &b| risks[a] == risks[b]) {
        let tied_positives = run.iter().filter(|&&at| events[at]).count();
        let tied_negatives = run.len() - tied_positives;
        for &at in run {
            each[at] = if events[at] {
                (negatives_below as f64 + tied_negatives as f64 / 2.0) / negatives as f64
            } else {
                let above = positives - positives_below - tied_positives;
                (above as f64 + tied_positives as f64 / 2.0) / positives as f64
            };
        }
        sum += tied_positives as f64 * (negatives_below as f64 + tied_negatives as f64 / 2.0);
        positives_below += tied_positives;
        negatives_below += tied_negatives;
    }
    Some(Placements {
        area: sum / (positives as f64 * negatives as f64),
        each,
    })
}

/// The interval from the residuals of the placements: the sums of a cluster over its observations with and without the event vary together.
fn interval(
    value: f64,
    (lowest, highest): (f64, f64),
    residuals: &[f64],
    outcomes: Outcomes,
    level: f64,
) -> Result<Interval, NoIntervalReason> {
    let (mut clusters, mut with_event, mut without) = (0usize, 0usize, 0usize);
    let (mut positives, mut negatives) = (0usize, 0usize);
    let (mut squares, mut other_squares, mut products) = (0.0, 0.0, 0.0);
    let mut start = 0;
    for run in outcomes.clusters.chunk_by(|a, b| a == b) {
        let (mut sum, mut other_sum, mut m, mut n) = (0.0, 0.0, 0usize, 0usize);
        let end = start + run.len();
        for (residual, has_event) in residuals[start..end].iter().zip(&outcomes.events[start..end]) {
            if *has_event {
                (sum, m) = (sum + residual, m + 1);
            } else {
                (other_sum, n) = (other_sum + residual, n + 1);
            }
        }
        start = end;
        clusters += 1;
        with_event += usize::from(m > 0);
        without += usize::from(n > 0);
        (positives, negatives) = (positives + m, negatives + n);
        squares += sum * sum;
        other_squares += other_sum * other_sum;
        products += sum * other_sum;
    }
    if with_event < FEWEST || without < FEWEST {
        return Err(NoIntervalReason::TooFew);
    }
    let (m, n) = (positives as f64, negatives as f64);
    let unbiased = |clusters: usize| clusters as f64 / (clusters as f64 - 1.0);
    let variance = unbiased(with_event) * squares / (m * m)
        + unbiased(without) * other_squares / (n * n)
        + 2.0 * unbiased(clusters) * products / (m * n);
    if variance.is_nan() || variance <= 0.0 {
        return Err(NoIntervalReason::ZeroVariance);
    }
    let margin = normal_quantile(level) * variance.sqrt();
    Ok(Interval::closed((value - margin).max(lowest), (value + margin).min(highest)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, ends};
    use super::*;

    const EXPECTED_A: [f64; 3] = [0.8418394471026049, 0.7701351829919911, 0.9135437112132188];
    const EXPECTED_B: [f64; 3] = [0.6334396597554492, 0.49785495245499867, 0.7690243670558998];
    const EXPECTED_DIFFERENCE: [f64; 3] = [0.2083997873471557, 0.0599982561671249, 0.3568013185271865];

    /// The observations of the oracle: 40 clusters of one to three, with ties.
    fn data() -> (Vec<f64>, Vec<f64>, Vec<bool>, Vec<u32>) {
        let (mut a, mut b, mut events, mut clusters) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for i in 0..90_u32 {
            clusters.push(i * 4 / 9);
            events.push((i * 7 + i * i) % 11 < 4);
            let event = f64::from(u8::from(events[i as usize]));
            a.push(f64::from(i * 37 % 17) + 5.0 * event);
            b.push(f64::from(i * 53 % 23) + 3.0 * event);
        }
        (a, b, events, clusters)
    }

    #[test]
    fn scores_that_differ_by_rounding_have_one_rank() {
        // Two means of 70, by weights whose sums are rounded.
        let weights = [28.686_461_900_189_048, 54.360_040_378_904_1, 16.953_497_720_906_9];
        let sum = weights.iter().fold(0.0, |sum, weight| sum + 70.0 * weight) / weights.iter().sum::<f64>();
        let means = [70.0 + 1e-13, sum, 70.0];
        assert!(
            means.iter().any(|mean| *mean != 70.0) && means.iter().all(|mean| ranked(*mean) == 70.0),
            "{means:?}"
        );
        assert!(ranked(70.0) < ranked(70.000_001));
        let risks = means.map(|mean| -ranked(mean));
        let outcomes = Outcomes {
            events: &[true, false, true],
            clusters: &[0, 1, 2],
        };
        assert_eq!(area(&risks, outcomes, 0.95).unwrap().value, 0.5);
    }

    // import numpy as np
    // i = np.arange(90); c = i * 4 // 9; y = (i * 7 + i * i) % 11 < 4
    // a = i * 37 % 17 + 5. * y; b = i * 53 % 23 + 3. * y
    // def psi(x): return (x[y][:, None] > x[~y][None]) + .5 * (x[y][:, None] == x[~y][None])
    // def comp(x): p = psi(x); return p.mean(), p.mean(1), p.mean(0)
    // def var(v10, v01, t):
    //   S = lambda v, k: np.array([(v - t)[c[k] == g].sum() for g in np.unique(c)])
    //   s, o = S(v10, y), S(v01, ~y); I, I1, I0 = len(s), len(set(c[y])), len(set(c[~y])); m, n = y.sum(), (~y).sum()
    //   return I1/(I1-1)*(s@s)/m**2 + I0/(I0-1)*(o@o)/n**2 + 2*I/(I-1)*(s@o)/(m*n)
    #[test]
    fn areas_and_their_difference_have_clustered_intervals() {
        let (a, b, events, clusters) = data();
        let outcomes = Outcomes {
            events: &events,
            clusters: &clusters,
        };
        for (found, expected) in [
            (area(&a, outcomes, 0.95), EXPECTED_A),
            (area(&b, outcomes, 0.95), EXPECTED_B),
            (area_difference(&a, &b, outcomes, 0.95), EXPECTED_DIFFERENCE),
        ] {
            let found = found.unwrap();
            let (low, high) = ends(found.interval.unwrap());
            close(found.value, expected[0], 1e-12);
            close(low, expected[1], 1e-9);
            close(high, expected[2], 1e-9);
        }
    }

    #[test]
    fn an_area_needs_both_kinds_and_an_interval_enough_clusters() {
        let clusters: Vec<u32> = (0..4).collect();
        let of = |events: &[bool]| {
            let outcomes = Outcomes {
                events,
                clusters: &clusters,
            };
            area(&[1.0, 2.0, 2.0, 4.0], outcomes, 0.95)
        };
        assert_eq!(of(&[true; 4]), None);
        let found = of(&[false, true, false, true]).unwrap();
        // Of four pairs three are right and one is tied.
        assert_eq!((found.value, found.interval), (3.5 / 4.0, Err(NoIntervalReason::TooFew)));
        let (risks, clusters): (Vec<f64>, Vec<u32>) = (0..40_u32).map(|i| (f64::from(i), i)).unzip();
        let events: Vec<bool> = (0..40).map(|i| i >= 20).collect();
        let outcomes = Outcomes {
            events: &events,
            clusters: &clusters,
        };
        let perfect = area(&risks, outcomes, 0.95).unwrap();
        assert_eq!((perfect.value, perfect.interval), (1.0, Err(NoIntervalReason::ZeroVariance)));
    }

    #[test]
    fn lift_compares_the_highest_tenth_with_all() {
        let risks: Vec<f64> = (0..20).map(f64::from).collect();
        let events: Vec<bool> = (0..20).map(|i| i % 4 == 3).collect();
        // 18 and 19 are the tenth; 19 has the event. Of all, a quarter has.
        assert_eq!(lift_of_highest_tenth(&risks, &events), Some(0.5 / 0.25));
        assert_eq!(lift_of_highest_tenth(&[1.0; 20], &events), Some(1.0));
        assert_eq!(lift_of_highest_tenth(&risks, &[false; 20]), None);
    }
}
