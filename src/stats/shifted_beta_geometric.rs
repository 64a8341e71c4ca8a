//! The shifted-beta-geometric model (sBG) of contractual retention: each customer leaves with a probability of their own at the end of each
//! period, and these probabilities have a beta distribution.
//!
//! Fader and Hardie, "How to project customer retention", Journal of Interactive Marketing 21 (2007), 76-90. The share that leaves in period
//! t of those still there is alpha / (alpha + beta + t - 1), so those who leave easily go first and the share falls with tenure.

use super::Interval;
use super::distribution::normal_quantile;

/// The largest parameter: beyond it all customers have nearly the same probability, and the model is a constant one.
const LARGEST: f64 = 1e6;

/// The smallest parameter: below it those who leave do so at once, and nobody later.
const SMALLEST: f64 = 1e-6;

/// More steps than any fit that converges takes.
const STEPS: usize = 500;

/// The customers of one period of tenure.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Renewals {
    /// Those who were there at its start and whose leaving or staying in it is known.
    pub at_risk: u64,
    /// Those of them who left in it.
    pub lost: u64,
}

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFitted {
    /// Fewer than two periods with customers, or fewer than two losses.
    TooFew,
    /// The share that leaves does not fall with tenure, so the probabilities do not differ between customers.
    NotHeterogeneous,
    /// All losses are early and none is later, so the probabilities are nearly 0 or 1.
    AllAtOnce,
    /// The likelihood has no maximum that could be found.
    NotConverged,
}

/// A fit by maximum likelihood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// The parameters of the beta distribution.
    pub alpha: f64,
    /// See `alpha`.
    pub beta: f64,
    /// The logarithm of the likelihood at its maximum.
    pub log_likelihood: f64,
    /// The covariance of ln alpha and ln beta: variance of the first, covariance, variance of the second.
    covariance: [f64; 3],
}

impl Fit {
    /// Fits the model to the periods of tenure, the first one first.
    ///
    /// # Errors
    /// Why there is no fit; never numbers of a fit that did not converge.
    pub fn of(periods: &[Renewals]) -> Result<Fit, NotFitted> {
        let known: Vec<(f64, Renewals)> = periods
            .iter()
            .enumerate()
            .filter(|(_, period)| period.at_risk > 0)
            .map(|(at, period)| (at as f64, *period))
            .collect();
        let lost: u64 = known.iter().map(|(_, period)| period.lost).sum();
        if known.len() < 2 || lost < 2 {
            return Err(NotFitted::TooFew);
        }
        // Newton's method in the logarithms of the parameters, damped as by Levenberg and Marquardt, from a mean share of losses and a
        // medium spread.
        let mean = lost as f64 / known.iter().map(|(_, period)| period.at_risk as f64).sum::<f64>();
        let mut at = [(2.0 * mean).ln(), (2.0 * (1.0 - mean)).max(0.01).ln()];
        let mut now = Likelihood::of(&known, at);
        let mut damping = 1e-3;
        for _ in 0..STEPS {
            let scale = now.value.abs().max(1.0);
            if now.gradient.iter().all(|slope| slope.abs() <= 1e-10 * scale) {
                return fitted(at, &now);
            }
            let [aa, ab, bb] = now.curvature;
            // The curvature of the negative likelihood, made positive.
            let (aa, bb) = (-aa + damping * (aa.abs() + 1e-9), -bb + damping * (bb.abs() + 1e-9));
            let determinant = aa * bb - ab * ab;
            let step = if aa > 0.0 && determinant > 0.0 {
                let [ga, gb] = now.gradient;
                Some([(bb * ga + ab * gb) / determinant, (ab * ga + aa * gb) / determinant])
            } else {
                None
            };
            let next = step.map(|[a, b]| [at[0] + a.clamp(-2.0, 2.0), at[1] + b.clamp(-2.0, 2.0)]);
            let better = next.map(|next| (next, Likelihood::of(&known, next)));
            match better.filter(|(_, found)| found.value >= now.value) {
                Some((next, found)) => {
                    let is_still = (next[0] - at[0]).abs() + (next[1] - at[1]).abs() < 1e-12;
                    (at, now) = (next, found);
                    damping = (damping / 10.0).max(1e-12);
                    if is_still {
                        return fitted(at, &now);
                    }
                }
                None => {
                    damping *= 10.0;
                    if damping > 1e12 {
                        return fitted(at, &now);
                    }
                }
            }
            if at.iter().any(|parameter| *parameter > LARGEST.ln()) {
                return Err(NotFitted::NotHeterogeneous);
            }
            if at.iter().all(|parameter| *parameter < SMALLEST.ln()) {
                return Err(NotFitted::AllAtOnce);
            }
        }
        Err(NotFitted::NotConverged)
    }

    /// The share that is still there after a number of periods.
    pub fn survival(&self, periods: u32) -> f64 {
        self.log_survival(periods).0.exp()
    }

    /// The log-log limits of the share that is still there after a number of periods; `None` after none. The variance is that of the delta
    /// method at the maximum of the likelihood.
    pub fn limits(&self, periods: u32, level: f64) -> Option<Interval> {
        let (log, [a, b]) = self.log_survival(periods);
        let [aa, ab, bb] = self.covariance;
        let variance = a * a * aa + 2.0 * a * b * ab + b * b * bb;
        let spread = (normal_quantile(level) * variance.sqrt() / -log).exp();
        let found = Interval::closed((log * spread).exp(), (log / spread).exp());
        (periods > 0 && spread.is_finite()).then_some(found)
    }

    /// ln S(t), and its slopes by ln alpha and ln beta.
    fn log_survival(&self, periods: u32) -> (f64, [f64; 2]) {
        let (mut log, mut slopes) = (0.0, [0.0, 0.0]);
        for t in 0..periods {
            let stay = self.beta + f64::from(t);
            let all = self.alpha + stay;
            log += (stay / all).ln();
            slopes[0] -= self.alpha / all;
            slopes[1] += self.beta / stay - self.beta / all;
        }
        (log, slopes)
    }
}

/// A fit at the maximum, if it is one.
fn fitted([a, b]: [f64; 2], found: &Likelihood) -> Result<Fit, NotFitted> {
    let [aa, ab, bb] = found.curvature;
    let determinant = aa * bb - ab * ab;
    let is_flat = found.gradient.iter().all(|slope| slope.abs() <= 1e-6 * found.value.abs().max(1.0));
    if !(is_flat && aa < 0.0 && determinant > 0.0) {
        return Err(NotFitted::NotConverged);
    }
    Ok(Fit {
        alpha: a.exp(),
        beta: b.exp(),
        log_likelihood: found.value,
        covariance: [-bb / determinant, ab / determinant, -aa / determinant],
    })
}

/// The logarithm of the likelihood with its slopes and curvatures by ln alpha and ln beta.
struct Likelihood {
    value: f64,
    gradient: [f64; 2],
    /// Twice by the first, by both, twice by the second.
    curvature: [f64; 3],
}

impl Likelihood {
    /// Of periods with their number, from 0.
    fn of(periods: &[(f64, Renewals)], [a, b]: [f64; 2]) -> Likelihood {
        let (alpha, beta) = (a.exp(), b.exp());
        let mut value = 0.0;
        let (mut by_alpha, mut by_beta) = (0.0, 0.0);
        let (mut alpha_twice, mut both, mut beta_twice) = (0.0, 0.0, 0.0);
        for (t, period) in periods {
            let (all, lost) = (period.at_risk as f64, period.lost as f64);
            let kept = all - lost;
            let stay = beta + t;
            let sum = alpha + stay;
            value += lost * (a - sum.ln()) + kept * (stay.ln() - sum.ln());
            by_alpha += lost / alpha - all / sum;
            by_beta += kept / stay - all / sum;
            let curve = all / (sum * sum);
            alpha_twice += curve - lost / (alpha * alpha);
            beta_twice += curve - kept / (stay * stay);
            both += curve;
        }
        Likelihood {
            value,
            gradient: [alpha * by_alpha, beta * by_beta],
            curvature: [
                alpha * alpha * alpha_twice + alpha * by_alpha,
                alpha * beta * both,
                beta * beta * beta_twice + beta * by_beta,
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, ends};
    use super::*;

    /// The numbers of a thousand customers who are still there after 0, 1, 2 ... years.
    fn of_survivors(alive: &[u64]) -> Vec<Renewals> {
        let period = |pair: &[u64]| Renewals {
            at_risk: pair[0],
            lost: pair[0] - pair[1],
        };
        alive.windows(2).map(period).collect()
    }

    /// Fader and Hardie (2007), table 1: shares of two groups in per cent, of which the model is given seven years.
    const HIGH_END: [u64; 8] = [1000, 869, 743, 653, 593, 551, 517, 491];
    const REGULAR: [u64; 8] = [1000, 631, 468, 382, 326, 289, 262, 241];

    // The paper has 0.668 and 3.806, log-likelihood -1611.2; 0.704 and 1.182, -1680.3. The digits and the limits are from scipy:
    // minimize(-sum(d log h + (r - d) log1p(-h)), h = a / (a + b + t - 1)) over the logarithms, its Hessian by differences.
    #[test]
    fn published_parameters() {
        let fit = Fit::of(&of_survivors(&HIGH_END)).unwrap();
        close(fit.alpha, 0.668_088_33, 1e-7);
        close(fit.beta, 3.806_094_85, 1e-6);
        close(fit.log_likelihood, -1_611.158_147_391_156, 1e-8);
        close(fit.survival(12), 0.377_999_076, 1e-7);
        let (low, high) = ends(fit.limits(12, 0.95).unwrap());
        close(low, 0.339_935_9, 1e-5);
        close(high, 0.415_958_9, 1e-5);
        let fit = Fit::of(&of_survivors(&REGULAR)).unwrap();
        close(fit.alpha, 0.704_077_29, 1e-7);
        close(fit.beta, 1.182_043_0, 1e-6);
        close(fit.log_likelihood, -1_680.265_188_463_286_7, 1e-8);
        assert_eq!(fit.survival(0), 1.0);
        close(fit.survival(7), 0.239_023_616, 1e-7);
        let (low, high) = ends(fit.limits(7, 0.95).unwrap());
        close(low, 0.213_224_4, 1e-5);
        close(high, 0.265_692_1, 1e-5);
        assert_eq!(fit.limits(0, 0.95), None);
        // Year 12, which the model has not seen, was 17.3%.
        close(fit.survival(12), 0.170_037_455, 1e-7);
    }

    #[test]
    fn what_cannot_be_fitted_has_a_reason() {
        let of = |pairs: &[(u64, u64)]| {
            let periods: Vec<Renewals> = pairs.iter().map(|&(at_risk, lost)| Renewals { at_risk, lost }).collect();
            Fit::of(&periods).unwrap_err()
        };
        assert_eq!(of(&[]), NotFitted::TooFew);
        assert_eq!(of(&[(100, 20)]), NotFitted::TooFew);
        assert_eq!(of(&[(100, 0), (100, 0), (100, 1)]), NotFitted::TooFew);
        assert_eq!(of(&[(1000, 100), (900, 90), (810, 81)]), NotFitted::NotHeterogeneous);
        assert_eq!(of(&[(1000, 10), (990, 100), (890, 400)]), NotFitted::NotHeterogeneous);
        assert_eq!(of(&[(1000, 400), (600, 0), (600, 0), (600, 0)]), NotFitted::AllAtOnce);
        assert_eq!(of(&[(1000, 1000), (0, 0)]), NotFitted::TooFew);
    }

    /// A generator of numbers between 0 and 1, seeded.
    fn uniform(state: &mut u64) -> f64 {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((*state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    // The probabilities of this model are exact by period: a customer who is still there leaves with alpha / (alpha + beta + t - 1).
    #[test]
    fn parameters_are_recovered_and_limits_cover() {
        let (alpha, beta) = (0.9, 2.4);
        let truth = Fit {
            alpha,
            beta,
            log_likelihood: 0.0,
            covariance: [0.0; 3],
        };
        let (mut state, mut covered, mut fits, mut sum) = (7, 0, 0, 0.0);
        for _ in 0..400 {
            let mut alive = 800;
            let mut periods = Vec::new();
            for t in 0..8 {
                let share = alpha / (alpha + beta + f64::from(t));
                let lost = (0..alive).filter(|_| uniform(&mut state) < share).count() as u64;
                periods.push(Renewals { at_risk: alive, lost });
                alive -= lost;
            }
            let Ok(fit) = Fit::of(&periods) else { continue };
            fits += 1;
            sum += fit.survival(16);
            covered += u32::from(fit.limits(16, 0.95).unwrap().holds(truth.survival(16)));
        }
        assert!(fits >= 395, "{fits} of 400 samples have a fit");
        close(sum / f64::from(fits), truth.survival(16), 0.005);
        let coverage = f64::from(covered) / f64::from(fits);
        assert!((0.92..=0.98).contains(&coverage), "{coverage}");
    }
}
