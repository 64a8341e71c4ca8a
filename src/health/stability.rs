//! How much the order of stakeholders depends on the weights: each weight is raised and lowered by a fifth, one at a time.

use rayon::prelude::*;

use super::groups::Protection;
use super::{Assessment, Row};
use crate::catalog::health::{Model, Part};

/// By how much each weight is changed.
const CHANGE: f64 = 0.2;
/// Of more stakeholders than this, so many are taken, evenly by code.
const MOST: usize = 50_000;
/// With fewer there is no order to speak of.
const FEWEST: usize = 3;

/// How stable the order of the stakeholders of a model is.
#[derive(Debug, Clone, PartialEq)]
pub struct Stability {
    /// Stakeholders that were compared.
    pub stakeholders: u64,
    /// Whether they are some of more.
    pub is_sample: bool,
    /// The lowest rank correlation (Spearman) of the scores with those by a changed weight; `None` if all scores are equal.
    pub correlation: Option<f64>,
    /// The part whose weight gives it, and whether it was raised.
    pub part: (String, bool),
    /// The largest share of stakeholders that are in another band by a changed weight.
    pub other_band: f64,
    /// The smallest share of the lowest tenth that remains among them.
    pub lowest_tenth_kept: f64,
}

/// The stability of each model that has scores of which something may be shown.
pub fn of_models(assessment: &Assessment, protection: &Protection) -> Vec<(usize, Stability)> {
    let of = |at: usize| Some((at, of_model(assessment, at).filter(|_| protection.shows_model(assessment, at))?));
    (0..assessment.models.len()).filter_map(of).collect()
}

fn of_model(assessment: &Assessment, at: usize) -> Option<Stability> {
    let model = &assessment.models[at];
    let scored: Vec<&Row> = assessment
        .rows
        .iter()
        .filter(|row| row.model == at && row.score.is_some())
        .collect();
    if scored.len() < FEWEST || model.parts.len() < 2 {
        return None;
    }
    let step = scored.len().div_ceil(MOST);
    let rows: Vec<Vec<Option<f64>>> = scored
        .iter()
        .step_by(step)
        .map(|row| {
            let values = model.parts.iter().zip(assessment.values(row));
            values.map(|(part, value)| Some(part.curve.points(value.ok()?))).collect()
        })
        .collect();
    let weights: Vec<f64> = model.parts.iter().map(|part| part.weight).collect();
    let base = scores(&rows, &weights);
    let base_ranks = ranks(&base);
    let scenarios: Vec<(usize, bool)> = (0..weights.len()).flat_map(|part| [(part, true), (part, false)]).collect();
    let compared: Vec<Compared> = scenarios
        .par_iter()
        .map(|&(part, up)| {
            let mut weights = weights.clone();
            weights[part] *= if up { 1.0 + CHANGE } else { 1.0 - CHANGE };
            let changed = scores(&rows, &weights);
            Compared {
                correlation: correlation(&base_ranks, &ranks(&changed)),
                other_band: other_band(model, &base, &changed),
                kept: lowest_tenth_kept(&base, &changed),
            }
        })
        .collect();
    let lowest = (0..compared.len()).min_by(|&a, &b| {
        let key = |at: usize| compared[at].correlation.unwrap_or(f64::INFINITY);
        key(a).total_cmp(&key(b))
    })?;
    let (part, up) = scenarios[lowest];
    let name = |part: &Part| part.name.clone();
    Some(Stability {
        stakeholders: rows.len() as u64,
        is_sample: step > 1,
        correlation: compared[lowest].correlation,
        part: (name(&model.parts[part]), up),
        other_band: compared.iter().map(|one| one.other_band).fold(0.0, f64::max),
        lowest_tenth_kept: compared.iter().map(|one| one.kept).fold(1.0, f64::min),
    })
}

struct Compared {
    correlation: Option<f64>,
    other_band: f64,
    kept: f64,
}

fn scores(rows: &[Vec<Option<f64>>], weights: &[f64]) -> Vec<f64> {
    let score = |points: &Vec<Option<f64>>| {
        let known = points.iter().zip(weights).filter_map(|(points, weight)| Some(((*points)?, weight)));
        let (sum, weight) = known.fold((0.0, 0.0), |(sum, all), (points, weight)| (sum + points * weight, all + weight));
        sum / weight
    };
    rows.iter().map(score).collect()
}

/// The rank of each value, from 1; equal values share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for run in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = start as f64 + (run.len() as f64 + 1.0) / 2.0;
        run.iter().for_each(|&at| ranks[at] = rank);
        start += run.len();
    }
    ranks
}

/// Pearson's correlation of ranks; `None` if one side does not vary.
fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let mean = (a.len() as f64 + 1.0) / 2.0;
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - mean, b - mean)).sum::<f64>();
    let (aa, bb, ab) = (sum(&|a, _| a * a), sum(&|_, b| b * b), sum(&|a, b| a * b));
    (aa > 0.0 && bb > 0.0).then(|| (ab / (aa * bb).sqrt()).clamp(-1.0, 1.0))
}

fn other_band(model: &Model, base: &[f64], changed: &[f64]) -> f64 {
    let moved = base
        .iter()
        .zip(changed)
        .filter(|(a, b)| model.band(**a, None) != model.band(**b, None));
    moved.count() as f64 / base.len() as f64
}

/// Of the tenth with the lowest scores, at least one, the share that is among them by the changed scores.
fn lowest_tenth_kept(base: &[f64], changed: &[f64]) -> f64 {
    let size = (base.len() / 10).max(1);
    let lowest = |scores: &[f64]| {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b)));
        order.truncate(size);
        order.sort_unstable();
        order
    };
    let (before, after) = (lowest(base), lowest(changed));
    let kept = before.iter().filter(|at| after.binary_search(at).is_ok()).count();
    kept as f64 / size as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
    }

    // scipy.stats.spearmanr([1, 2, 3, 4, 5, 5], [2, 1, 4, 3, 5, 6]) = 0.8696565534786727
    #[test]
    fn the_correlation_is_spearmans() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0, 5.0, 5.0], [2.0, 1.0, 4.0, 3.0, 5.0, 6.0]);
        let found = correlation(&ranks(&a), &ranks(&b)).unwrap();
        assert!((found - 0.869_656_553_478_672_7).abs() < 1e-9, "{found}");
        assert_eq!(correlation(&ranks(&[1.0, 1.0]), &ranks(&[1.0, 2.0])), None);
    }
}
