//! Whether a group differs from all others: a studentised permutation test.
//!
//! Of twenty groups that are alike the one that differs most is looked at far in the tails, where no approximation from moments is good for
//! skewed values or few answers. If groups do not differ, any other division of the same stakeholders was as likely, and the test counts
//! how many of these differ as much. Studentised, it also holds where groups differ in their spread only.

use super::ClusterSums;
use super::distribution::normal_quantile;
use super::random::SplitMix64;

/// Divisions that are drawn where a difference is rare among them.
const DIVISIONS: usize = 10_000;

/// So many that differ as much are enough to know how frequent that is.
const ENOUGH: usize = 100;

/// The rank whose difference the tail is continued from, where fewer differ as much.
const TAIL: usize = 10;

/// Larger groups are not drawn: their means are nearly normal, and drawing them takes long.
const UP_TO: u64 = 2_000;

/// Where the sequence of draws starts; fixed, so that the same data give the same number.
const SEED: u64 = 0x5EED_0F5A_3B1E_5000;

/// The stakeholders of a group: all, or some that were drawn at random.
#[derive(Debug, Clone)]
pub struct GroupSample {
    /// How many there are.
    pub stakeholders: u64,
    /// The part and whole of those that are known.
    pub known: Vec<(f64, f64)>,
}

/// The p-value of the difference between the ratio x / n of a group and that of all others, on both sides: twice the part of the divisions
/// whose difference in standard errors is as large on the same side. `groups` are all groups together, each with its stakeholders.
///
/// Where all stakeholders are known they are divided anew, or else drawn with replacement, each group by its size. Below 1 in 1,000 the tail
/// is continued as a normal one. `None` where the group is too large to be drawn, or there is nothing to draw from.
///
/// Janssen, Statistics and Probability Letters 36 (1997), 9-21; Chung and Romano, Annals of Statistics 41 (2013), 484-507.
pub fn permutation_p(own: &ClusterSums, others: &ClusterSums, groups: &[GroupSample]) -> Option<f64> {
    if own.clusters > UP_TO || own.clusters == 0 || others.clusters == 0 {
        return None;
    }
    let observed = studentised(own, others)?;
    let mut all = *own;
    all.merge(others);
    let mut drawn = Divisions::new(own.clusters as usize, groups)?;
    let mut larger = 0;
    let mut largest: Vec<f64> = Vec::with_capacity(DIVISIONS);
    while largest.len() < DIVISIONS && larger < ENOUGH {
        let group = drawn.next();
        let Some(t) = studentised(&group, &less(&all, &group)) else {
            continue;
        };
        // Turned so that the observed difference is on the positive side; a rounding is no difference.
        let t = t * observed.signum();
        larger += usize::from(t >= observed.abs() * (1.0 - 1e-9));
        largest.push(t);
    }
    let size = (largest.len() + 1) as f64;
    if larger >= TAIL {
        return Some((2.0 * (larger + 1) as f64 / size).min(1.0));
    }
    largest.sort_unstable_by(|a, b| b.total_cmp(a));
    let known = 2.0 * (TAIL + 1) as f64 / size;
    let from = largest[TAIL];
    let p = if from > 0.0 && observed.is_finite() {
        let z = normal_quantile(1.0 - known) * observed.abs() / from;
        statrs::function::erf::erfc(z / std::f64::consts::SQRT_2)
    } else {
        2.0 * (larger + 1) as f64 / size
    };
    Some(p.min(known))
}

/// The difference of two ratios in standard errors; `None` where one is not defined.
fn studentised(group: &ClusterSums, others: &ClusterSums) -> Option<f64> {
    let difference = group.ratio()? - others.ratio()?;
    let error = (group.variance().unwrap_or(0.0) + others.variance().unwrap_or(0.0)).sqrt();
    Some(if difference == 0.0 { 0.0 } else { difference / error })
}

/// What is left of all.
fn less(all: &ClusterSums, group: &ClusterSums) -> ClusterSums {
    ClusterSums {
        clusters: all.clusters.saturating_sub(group.clusters),
        x: all.x - group.x,
        n: all.n - group.n,
        xx: all.xx - group.xx,
        xn: all.xn - group.xn,
        nn: all.nn - group.nn,
        ..ClusterSums::default()
    }
}

/// Draws groups of one size.
struct Divisions {
    draws: SplitMix64,
    size: usize,
    pool: Vec<(f64, f64)>,
    /// Where some stakeholders are not known: by group, the last of all stakeholders up to it, and where its known ones are in the pool.
    weights: Option<Vec<(u64, std::ops::Range<usize>)>>,
}

impl Divisions {
    fn new(size: usize, groups: &[GroupSample]) -> Option<Divisions> {
        let is_complete = groups.iter().all(|group| group.known.len() as u64 == group.stakeholders);
        let (mut pool, mut weights, mut last) = (Vec::new(), Vec::new(), 0);
        for group in groups.iter().filter(|group| !group.known.is_empty()) {
            let start = pool.len();
            pool.extend_from_slice(&group.known);
            last += group.stakeholders;
            weights.push((last, start..pool.len()));
        }
        (pool.len() > 1 && (!is_complete || size < pool.len())).then(|| Divisions {
            draws: SplitMix64(SEED),
            size,
            pool,
            weights: (!is_complete).then_some(weights),
        })
    }

    fn next(&mut self) -> ClusterSums {
        let mut sums = ClusterSums::default();
        for at in 0..self.size {
            let (x, n) = match &self.weights {
                // The first of the pool are the group; each is taken from those that are left.
                None => {
                    let taken = at + below(&mut self.draws, self.pool.len() - at);
                    self.pool.swap(at, taken);
                    self.pool[at]
                }
                Some(weights) => {
                    let all = weights.last().map_or(0, |(last, _)| *last);
                    let one = below(&mut self.draws, all as usize) as u64;
                    let known = weights[weights.partition_point(|(last, _)| *last <= one)].1.clone();
                    self.pool[known.start + below(&mut self.draws, known.len())]
                }
            };
            sums.add(x, n);
        }
        sums
    }
}

/// A number below `n`, which is not 0.
fn below(draws: &mut SplitMix64, n: usize) -> usize {
    ((u128::from(draws.next()) * n as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(pairs: &[(f64, f64)]) -> ClusterSums {
        let mut sums = ClusterSums::default();
        pairs.iter().for_each(|&(x, n)| sums.add(x, n));
        sums
    }

    fn p(groups: &[Vec<(f64, f64)>]) -> f64 {
        let others: Vec<_> = groups[1..].concat();
        let samples: Vec<_> = groups.iter().map(|known| sample(known)).collect();
        permutation_p(&sums(&groups[0]), &sums(&others), &samples).unwrap()
    }

    fn sample(known: &[(f64, f64)]) -> GroupSample {
        GroupSample {
            stakeholders: known.len() as u64,
            known: known.to_vec(),
        }
    }

    // x, y = np.array([1, 2, 4, 7, 9.]), np.array([3, 8, 10, 11, 12, 15, 16.]); every division of the twelve into five and seven:
    // t = lambda a, b: (a.mean() - b.mean()) / np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)); all = np.concatenate([x, y])
    // ts = [t(all[list(c)], np.delete(all, c)) for c in itertools.combinations(range(12), 5)]; 2 * np.mean(np.array(ts) <= t(x, y))
    #[test]
    fn few_stakeholders_match_all_divisions() {
        let ones = |values: &[f64]| values.iter().map(|x| (*x, 1.0)).collect::<Vec<_>>();
        let found = p(&[ones(&[1.0, 2.0, 4.0, 7.0, 9.0]), ones(&[3.0, 8.0, 10.0, 11.0, 12.0, 15.0, 16.0])]);
        // Three standard errors of as many draws as it takes.
        assert!((found - 0.027777777777777776).abs() < 0.3 * 0.027777777777777776, "{found}");
    }

    #[test]
    fn a_group_of_its_own_kind_is_far_out_and_its_mirror_image_as_far() {
        let group = |from: u32, shift: f64| (0..30).map(|i| (f64::from((i + from) * 7 % 30) + shift, 1.0)).collect::<Vec<_>>();
        let (up, down) = (
            p(&[group(0, 40.0), group(1, 0.0), group(2, 0.0)]),
            p(&[group(0, -40.0), group(1, 0.0), group(2, 0.0)]),
        );
        assert!(up < 1e-6 && down < 1e-6, "{up} {down}");
        assert!(p(&[group(0, 0.0), group(1, 0.0)]) > 0.5);
    }

    #[test]
    fn stakeholders_that_are_not_known_are_drawn_by_the_size_of_their_group() {
        let known: Vec<(f64, f64)> = (0..100).map(|i| (f64::from(i % 10), 1.0)).collect();
        let others = GroupSample {
            stakeholders: 5_000,
            known: known.clone(),
        };
        let mut rest = ClusterSums::default();
        (0..50).for_each(|_| rest.merge(&sums(&known)));
        let own: Vec<(f64, f64)> = (0..20).map(|i| (f64::from(i % 10), 1.0)).collect();
        let high: Vec<(f64, f64)> = own.iter().map(|(x, n)| (x + 4.0, *n)).collect();
        let of = |own: &Vec<(f64, f64)>| permutation_p(&sums(own), &rest, &[sample(own), others.clone()]).unwrap();
        assert!(of(&own) > 0.5 && of(&high) < 0.001, "{} {}", of(&own), of(&high));
    }

    #[test]
    fn nothing_to_draw_from_has_no_p() {
        let one = vec![(1.0, 1.0)];
        assert_eq!(permutation_p(&sums(&one), &ClusterSums::default(), &[sample(&one)]), None);
        assert_eq!(permutation_p(&sums(&one), &sums(&one), &[]), None);
    }
}
