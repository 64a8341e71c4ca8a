//! Refits of the model of spend to resamples, over ln p, ln(p v / q) and 1 / q.
//!
//! How much the means of customers differ is 1 / q, which is 0 where they do not differ at all. The log-likelihood is nearly quadratic in it, there
//! too, so that a resample is followed into that limit and out of it. The logarithm of q would have to go to infinity.

use super::Likelihood;
use crate::stats::customer_base::matrix::{add, dot, inverted, times};
use crate::stats::customer_base::optimise::Smooth;

/// The smallest 1 / q: as good as 0.
const LEAST: f64 = 1e-7;

/// Most steps.
const STEPS: u32 = 40;

/// A maximum with the curvature around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// ln p, ln(p v / q) and 1 / q.
    at: [f64; 3],
    /// The negative second derivatives there, and their inverse.
    curvature: [[f64; 3]; 3],
    inverse: [[f64; 3]; 3],
}

impl Near {
    /// Around the maximum at these logarithms of p, p v / q and q; `None` where the log-likelihood is not curved in all directions.
    pub fn of(likelihood: &Likelihood, logarithms: [f64; 3]) -> Option<Near> {
        let [p, centre, q] = logarithms;
        let at = [p, centre, (-q).exp().max(LEAST)];
        // About a tenth of what 1 / q could be off by.
        let sizes = [1e-4, 1e-4, 0.1 / (likelihood.spending.customers.len() as f64).sqrt()];
        let mut rows = [[0.0; 3]; 3];
        for (i, row) in rows.iter_mut().enumerate() {
            let (mut up, mut down) = (at, at);
            up[i] += sizes[i];
            down[i] = if i == 2 { (at[i] - sizes[i]).max(LEAST) } else { at[i] - sizes[i] };
            let (above, below) = (slope(likelihood, up)?, slope(likelihood, down)?);
            *row = std::array::from_fn(|j| (below[j] - above[j]) / (up[i] - down[i]));
        }
        let curvature: [[f64; 3]; 3] = std::array::from_fn(|i| std::array::from_fn(|j| (rows[i][j] + rows[j][i]) / 2.0));
        let inverse = inverted(&curvature)?;
        Some(Near { at, curvature, inverse })
    }

    /// The logarithms of p, p v / q and q at the maximum for a resample, by steps with the same curvature; `None` where they do not settle.
    pub fn follow(&self, likelihood: &Likelihood) -> Option<[f64; 3]> {
        const ENOUGH: f64 = 1e-6;
        const SURE: f64 = 1e-7;
        let mut at = self.at;
        let mut last = f64::INFINITY;
        for _ in 0..STEPS {
            let slope = slope(likelihood, at)?;
            let step = self.step(at[2], slope);
            // What the log-likelihood rises by, if it is curved as it is around the fit.
            let left = dot(step, slope) - dot(step, times(&self.curvature, step)) / 2.0;
            at = add(at, step, 1.0);
            let is_settling = last.is_finite() && left < 0.1 * last && left * (left / last) < SURE;
            if left < ENOUGH || is_settling {
                return Some([at[0], at[1], -at[2].ln()]);
            }
            if left > last || left.is_nan() {
                return None;
            }
            last = left;
        }
        None
    }

    /// The step to the maximum, or to the highest point where 1 / q is 0.
    fn step(&self, now: f64, slope: [f64; 3]) -> [f64; 3] {
        let free = times(&self.inverse, slope);
        if now + free[2] >= LEAST {
            return free;
        }
        let last = LEAST - now;
        let [[a, b, c], [_, d, e], _] = self.curvature;
        let (x, y) = (slope[0] - c * last, slope[1] - e * last);
        let determinant = a * d - b * b;
        [(d * x - b * y) / determinant, (a * y - b * x) / determinant, last]
    }
}

/// The derivatives by ln p, ln(p v / q) and 1 / q.
fn slope(likelihood: &Likelihood, [p, centre, over_q]: [f64; 3]) -> Option<[f64; 3]> {
    let [by_p, by_centre, by_q] = likelihood.slope_inside([p, centre, -over_q.ln()])?;
    Some([by_p, by_centre, -by_q / over_q])
}
