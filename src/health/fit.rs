//! Weights that the past proposes: logistic regression of losses on the points of the parts.
//!
//! Slopes become weights: a part whose points lower the odds of a loss most gets most of 100. A part whose points would raise them gets
//! nothing. The test is by time: each of the last dates is scored by weights that were fitted on earlier dates whose days after them were
//! over by then. Weights are proposed, never applied.

use super::backtest::{Backtest, HORIZONS, Observation, Observations, is_lost};
use crate::catalog::health::Model;
use crate::codes::codes;
use crate::stats::Confidence;
use crate::stats::discrimination::{Area, Outcomes, area, area_difference, ranked};
use crate::stats::logistic::{Logistic, log_loss};

/// Penalties that are tried, in ascending order.
const PENALTIES: [f64; 5] = [0.1, 1.0, 10.0, 100.0, 1_000.0];
/// The penalty where there are too few dates to choose one.
const USUAL_PENALTY: f64 = 10.0;
/// Of more observations, those of every second, third ... stakeholder are taken.
const MOST: usize = 200_000;
/// Fewer lost or kept stakeholders at dates say nothing of weights.
const FEWEST: usize = 20;
/// With data for a smaller share of the observations a part gets no weight.
const LEAST_DATA: f64 = 0.05;
/// The share of the dates that is tested on.
const TESTED: f64 = 1.0 / 3.0;

codes! {
    /// What a fit says of the weights of the model.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum FitFinding {
        /// Too few dates, or too few lost or kept.
        TooFew = "too few",
        /// No part has points that go with fewer losses.
        NoPart = "no part",
        /// The proposed weights rank losses better, out of sample.
        Better = "better",
        /// They are not clearly better.
        NotBetter = "not better",
        /// They rank losses worse.
        Worse = "worse",
    }
}

/// Proposed weights of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The index of the model.
    pub model: usize,
    /// The days after the date in which losses are looked for.
    pub days: i32,
    /// By part: its weight in the model, of 100 over the parts with data, and the proposed one; `None` without data.
    pub weights: Vec<Option<(f64, f64)>>,
    /// The dates that were tested on.
    pub tested_ends: usize,
    /// Stakeholders at these dates.
    pub tested: u64,
    /// Whether only some of the stakeholders were taken.
    pub is_sample: bool,
    /// Out of sample: how well the score ranks by the weights of the model.
    pub auc: Option<Area>,
    /// The same by weights that were fitted on earlier dates.
    pub fitted_auc: Option<Area>,
    /// The second minus the first.
    pub difference: Option<Area>,
    /// What that says.
    pub finding: FitFinding,
}

/// The observations of a horizon, as rows of points.
struct Rows<'a> {
    parts: usize,
    days: i32,
    each: Vec<(&'a Observation, &'a [f64], bool)>,
}

/// Fits the weights of a tested model, for the longest horizon that enough dates have.
pub fn fit(model: &Model, tested: &Backtest, observations: &Observations, ends_over: impl Fn(i32) -> usize, confidence: Confidence) -> Fit {
    let days = HORIZONS.into_iter().rev().find(|days| ends_over(*days) >= 4).unwrap_or(HORIZONS[0]);
    let parts = model.parts.len();
    let is_over = |one: &Observation| (one.end as usize) < ends_over(days);
    let step = observations.each.len().div_ceil(MOST).max(1);
    let each = observations.each.iter().zip(observations.points.chunks(parts.max(1)));
    let each = each.filter(|(one, _)| is_over(one) && (one.stakeholder as usize).is_multiple_of(step) && one.score.is_some());
    let rows = Rows {
        parts,
        days,
        each: each.map(|(one, points)| (one, points, is_lost(one, tested.loss, days))).collect(),
    };
    let mut fit = Fit {
        model: tested.model,
        days,
        weights: vec![None; parts],
        tested_ends: 0,
        tested: 0,
        is_sample: step > 1,
        auc: None,
        fitted_auc: None,
        difference: None,
        finding: FitFinding::TooFew,
    };
    let ends = ends_over(days);
    let all: Vec<usize> = (0..rows.each.len()).collect();
    if !rows.is_enough(&all) {
        return fit;
    }
    let current: Vec<f64> = model.parts.iter().map(|part| part.weight).collect();
    let in_ends = |keep: &dyn Fn(usize) -> bool| -> Vec<usize> { all.iter().copied().filter(|&at| keep(rows.end(at))).collect() };
    // Each of the last dates by what was known at it.
    let first_tested = ends - ((ends as f64 * TESTED).ceil() as usize).min(ends);
    let (mut risks, mut fitted_risks, mut events, mut keys) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for end in first_tested..ends {
        let train = in_ends(&|earlier| is_known(tested, earlier, end, days));
        let Some(weights) = rows.fitted(&train, tested, end, &current) else {
            continue;
        };
        fit.tested_ends += 1;
        for at in in_ends(&|of| of == end) {
            let (one, points, event) = rows.each[at];
            let (Some(score), Some(fitted)) = (score(points, &current), score(points, &weights)) else {
                continue;
            };
            risks.push(-ranked(score));
            fitted_risks.push(-ranked(fitted));
            events.push(event);
            keys.push(one.stakeholder);
        }
    }
    let Some(weights) = rows.fitted(&all, tested, usize::MAX, &current) else {
        fit.finding = FitFinding::NoPart;
        return fit;
    };
    let has_data: Vec<bool> = (0..parts).map(|part| rows.has_data(&all, part)).collect();
    let total: f64 = current
        .iter()
        .zip(&has_data)
        .filter(|(_, has)| **has)
        .map(|(weight, _)| weight)
        .sum();
    fit.weights = (0..parts)
        .map(|part| has_data[part].then(|| (current[part] / total * 100.0, weights[part])))
        .collect();
    fit.tested = events.len() as u64;
    // The observations of a stakeholder stand next to each other.
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|&at| keys[at]);
    let sorted = |values: &[f64]| -> Vec<f64> { order.iter().map(|&at| values[at]).collect() };
    let events: Vec<bool> = order.iter().map(|&at| events[at]).collect();
    let clusters: Vec<u32> = order.iter().map(|&at| keys[at]).collect();
    let outcomes = Outcomes {
        events: &events,
        clusters: &clusters,
    };
    let (risks, fitted_risks) = (sorted(&risks), sorted(&fitted_risks));
    fit.auc = area(&risks, outcomes, confidence.level);
    fit.fitted_auc = area(&fitted_risks, outcomes, confidence.level);
    fit.difference = area_difference(&fitted_risks, &risks, outcomes, confidence.level);
    fit.finding = match fit.difference.map(|difference| difference.interval) {
        Some(Ok(interval)) if interval.low.is_some_and(|low| low > 0.0) => FitFinding::Better,
        Some(Ok(interval)) if interval.high.is_some_and(|high| high < 0.0) => FitFinding::Worse,
        Some(_) => FitFinding::NotBetter,
        None => FitFinding::TooFew,
    };
    fit
}

/// Whether the days after an earlier date were over at another; at the as-of date all are.
fn is_known(tested: &Backtest, earlier: usize, end: usize, days: i32) -> bool {
    let days = i64::from(days) * crate::schema::DAY;
    tested.ends.get(end).is_none_or(|end| tested.ends[earlier] + days <= *end)
}

/// The mean of points by weight, over the parts that have data and a weight.
fn score(points: &[f64], weights: &[f64]) -> Option<f64> {
    let known = points
        .iter()
        .zip(weights)
        .filter(|(points, weight)| !points.is_nan() && **weight > 0.0);
    let (sum, all) = known.fold((0.0, 0.0), |(sum, all), (points, weight)| (sum + points * weight, all + weight));
    (all > 0.0).then(|| sum / all)
}

impl Rows<'_> {
    fn end(&self, at: usize) -> usize {
        self.each[at].0.end as usize
    }

    fn is_enough(&self, rows: &[usize]) -> bool {
        let lost = rows.iter().filter(|&&at| self.each[at].2).count();
        lost >= FEWEST && rows.len() - lost >= FEWEST
    }

    /// Whether a part has data in enough rows, and does not always have the same points.
    fn has_data(&self, rows: &[usize], part: usize) -> bool {
        let mut known = rows.iter().map(|&at| self.each[at].1[part]).filter(|points| !points.is_nan());
        let n = known.clone().count();
        let first = known.next();
        n as f64 >= LEAST_DATA * rows.len() as f64 && known.any(|points| Some(points) != first)
    }

    /// The weights, of 100, that the losses in these rows propose; `None` if there are too few, or if no part goes with fewer losses. The
    /// penalty is that which predicts the last of their dates best from those before it.
    fn fitted(&self, rows: &[usize], tested: &Backtest, end: usize, current: &[f64]) -> Option<Vec<f64>> {
        if !self.is_enough(rows) {
            return None;
        }
        let last = rows.iter().map(|&at| self.end(at)).filter(|at| *at < end).max()?;
        let validation: Vec<usize> = rows.iter().copied().filter(|&at| self.end(at) == last).collect();
        let before: Vec<usize> = rows
            .iter()
            .copied()
            .filter(|&at| is_known(tested, self.end(at), last, self.days))
            .collect();
        let penalty = if self.is_enough(&before) && self.is_enough(&validation) {
            let losses = PENALTIES
                .iter()
                .filter_map(|&penalty| Some((penalty, self.loss(&before, &validation, penalty)?)));
            losses
                .min_by(|a, b| a.1.total_cmp(&b.1))
                .map_or(USUAL_PENALTY, |(penalty, _)| penalty)
        } else {
            USUAL_PENALTY
        };
        let slopes = self.slopes(rows, penalty)?;
        let all: f64 = slopes.iter().map(|(_, slope)| slope).sum();
        let mut weights = vec![0.0; current.len()];
        slopes.iter().for_each(|(part, slope)| weights[*part] = slope / all * 100.0);
        Some(weights)
    }

    /// The mean log loss of some rows by a fit on others.
    fn loss(&self, train: &[usize], test: &[usize], penalty: f64) -> Option<f64> {
        let parts: Vec<usize> = (0..self.parts).filter(|&part| self.has_data(train, part)).collect();
        if parts.is_empty() {
            return None;
        }
        let means = self.means(train, &parts);
        let fit = Logistic::fit(&self.features(train, &parts, &means), &self.events(train), penalty)?;
        let features = self.features(test, &parts, &means);
        let odds: Vec<f64> = features.chunks(parts.len()).map(|row| fit.log_odds(row)).collect();
        Some(log_loss(&odds, &self.events(test)))
    }

    /// By part how much its points lower the log-odds of a loss; parts that would raise them are left out one after the other.
    fn slopes(&self, rows: &[usize], penalty: f64) -> Option<Vec<(usize, f64)>> {
        let mut parts: Vec<usize> = (0..self.parts).filter(|&part| self.has_data(rows, part)).collect();
        let events = self.events(rows);
        while !parts.is_empty() {
            let means = self.means(rows, &parts);
            let fit = Logistic::fit(&self.features(rows, &parts, &means), &events, penalty)?;
            let worst = (0..parts.len()).max_by(|&a, &b| fit.slopes[a].total_cmp(&fit.slopes[b]))?;
            if fit.slopes[worst] < 0.0 {
                return Some(parts.into_iter().zip(fit.slopes.iter().map(|slope| -slope)).collect());
            }
            parts.remove(worst);
        }
        None
    }

    fn means(&self, rows: &[usize], parts: &[usize]) -> Vec<f64> {
        let mean = |part: &usize| {
            let known = rows.iter().map(|&at| self.each[at].1[*part]).filter(|points| !points.is_nan());
            let (sum, n) = known.fold((0.0, 0.0), |(sum, n), points| (sum + points, n + 1.0));
            sum / n
        };
        parts.iter().map(mean).collect()
    }

    /// Points from 0 to 1; those without data are the mean.
    fn features(&self, rows: &[usize], parts: &[usize], means: &[f64]) -> Vec<f64> {
        let row = |&at: &usize| {
            parts.iter().zip(means).map(move |(&part, &mean)| {
                let points = self.each[at].1[part];
                (if points.is_nan() { mean } else { points }) / 100.0
            })
        };
        rows.iter().flat_map(row).collect()
    }

    fn events(&self, rows: &[usize]) -> Vec<bool> {
        rows.iter().map(|&at| self.each[at].2).collect()
    }
}
