//! Ridge logistic regression by Newton's method (iteratively reweighted least squares), for a few features.
//!
//! The log-likelihood less half the penalty times the sum of the squared slopes is maximised; the intercept is not penalised. Le Cessie and
//! van Houwelingen, *Ridge estimators in logistic regression*, Applied Statistics 41 (1992), 191-201.

/// The most steps; Newton's method takes about eight.
const STEPS: usize = 60;
/// The step is small enough.
const TOLERANCE: f64 = 1e-10;

/// A fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    /// The log-odds where all features are 0.
    pub intercept: f64,
    /// By feature, what one unit adds to the log-odds.
    pub slopes: Vec<f64>,
}

impl Logistic {
    /// Fits features (a row for each event, one after the other) to events; `None` if all events are the same, or if it does not converge.
    pub fn fit(features: &[f64], events: &[bool], penalty: f64) -> Option<Logistic> {
        let happened = events.iter().filter(|event| **event).count();
        if happened == 0 || happened == events.len() {
            return None;
        }
        let p = features.len() / events.len();
        let base = happened as f64 / events.len() as f64;
        let mut at = vec![0.0; p + 1];
        at[0] = (base / (1.0 - base)).ln();
        let mut value = objective(features, events, penalty, &at);
        for _ in 0..STEPS {
            let (gradient, hessian) = derivatives(features, events, penalty, &at);
            let step = solve(hessian, gradient)?;
            // A full step may overshoot far from the optimum.
            let mut scale = 1.0;
            let (next, better) = loop {
                let next: Vec<f64> = at.iter().zip(&step).map(|(at, step)| at + scale * step).collect();
                let better = objective(features, events, penalty, &next);
                if better >= value - 1e-12 * value.abs() {
                    break (next, better);
                }
                scale /= 2.0;
                if scale < 1e-8 {
                    return None;
                }
            };
            let moved = at.iter().zip(&next).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            (at, value) = (next, better);
            if moved < TOLERANCE {
                return at.iter().all(|value| value.is_finite()).then(|| Logistic {
                    intercept: at[0],
                    slopes: at[1..].to_vec(),
                });
            }
        }
        None
    }

    /// The log-odds of a row of features.
    pub fn log_odds(&self, row: &[f64]) -> f64 {
        self.intercept + self.slopes.iter().zip(row).map(|(slope, x)| slope * x).sum::<f64>()
    }
}

/// ln(1 + e^x) without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The mean negative log-likelihood of events by their log-odds.
pub fn log_loss(log_odds: &[f64], events: &[bool]) -> f64 {
    let each = log_odds.iter().zip(events).map(|(x, event)| softplus(if *event { -x } else { *x }));
    each.sum::<f64>() / events.len() as f64
}

fn log_odds(row: &[f64], at: &[f64]) -> f64 {
    at[0] + row.iter().zip(&at[1..]).map(|(x, slope)| x * slope).sum::<f64>()
}

fn objective(features: &[f64], events: &[bool], penalty: f64, at: &[f64]) -> f64 {
    let p = at.len() - 1;
    let each = events.iter().enumerate().map(|(i, event)| {
        let x = log_odds(&features[i * p..(i + 1) * p], at);
        -softplus(if *event { -x } else { x })
    });
    each.sum::<f64>() - penalty / 2.0 * at[1..].iter().map(|slope| slope * slope).sum::<f64>()
}

/// The gradient, and the negative of the second derivatives.
fn derivatives(features: &[f64], events: &[bool], penalty: f64, at: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let size = at.len();
    let p = size - 1;
    let mut gradient = vec![0.0; size];
    let mut hessian = vec![vec![0.0; size]; size];
    let mut row = vec![1.0; size];
    for (i, event) in events.iter().enumerate() {
        row[1..].copy_from_slice(&features[i * p..(i + 1) * p]);
        let probability = 1.0 / (1.0 + (-log_odds(&row[1..], at)).exp());
        let residual = f64::from(u8::from(*event)) - probability;
        let weight = probability * (1.0 - probability);
        for a in 0..size {
            gradient[a] += residual * row[a];
            for b in 0..=a {
                hessian[a][b] += weight * row[a] * row[b];
            }
        }
    }
    for a in 1..size {
        gradient[a] -= penalty * at[a];
        hessian[a][a] += penalty;
    }
    (gradient, hessian)
}

/// The solution of a symmetric positive definite system by Cholesky's method, given its lower triangle; `None` if it is not positive definite.
fn solve(mut lower: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for a in 0..size {
        for b in 0..=a {
            let known: f64 = (0..b).map(|k| lower[a][k] * lower[b][k]).sum();
            let rest = lower[a][b] - known;
            if a == b {
                if rest.is_nan() || rest <= 0.0 {
                    return None;
                }
                lower[a][a] = rest.sqrt();
            } else {
                lower[a][b] = rest / lower[b][b];
            }
        }
    }
    for a in 0..size {
        let known: f64 = (0..a).map(|k| lower[a][k] * right[k]).sum();
        right[a] = (right[a] - known) / lower[a][a];
    }
    for a in (0..size).rev() {
        let known: f64 = (a + 1..size).map(|k| lower[k][a] * right[k]).sum();
        right[a] = (right[a] - known) / lower[a][a];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::super::tests::close;
    use super::*;

    /// Penalty; intercept, slopes, mean log loss.
    const EXPECTED: [(f64, [f64; 4]); 2] = [
        (
            0.5,
            [-0.6598644633369398, 1.0699942205857447, -0.34589439821685203, 0.6677371599021416],
        ),
        (
            20.0,
            [-0.3575272901840024, 0.20189411553116707, -0.05378440254021125, 0.6785072348828746],
        ),
    ];

    fn data() -> (Vec<f64>, Vec<bool>) {
        let mut features = Vec::new();
        let mut events = Vec::new();
        for i in 0..200_u32 {
            features.extend([f64::from(i * 37 % 101) / 100.0, f64::from(i * 53 % 97) / 100.0]);
            events.push((i * 37 % 101 + i * 29 % 71) % 100 < 45);
        }
        (features, events)
    }

    // sklearn.linear_model.LogisticRegression(C=1 / penalty, tol=1e-12, solver="newton-cholesky") on the same rows
    #[test]
    fn slopes_are_those_of_another_program() {
        let (features, events) = data();
        for (penalty, expected) in EXPECTED {
            let fit = Logistic::fit(&features, &events, penalty).unwrap();
            close(fit.intercept, expected[0], 1e-7);
            close(fit.slopes[0], expected[1], 1e-7);
            close(fit.slopes[1], expected[2], 1e-7);
            let odds: Vec<f64> = features.chunks(2).map(|row| fit.log_odds(row)).collect();
            close(log_loss(&odds, &events), expected[3], 1e-9);
        }
    }

    #[test]
    fn what_separates_all_is_held_back_by_the_penalty() {
        let features: Vec<f64> = (0..20).map(f64::from).collect();
        let events: Vec<bool> = (0..20).map(|i| i >= 10).collect();
        let fit = Logistic::fit(&features, &events, 1.0).unwrap();
        assert!(fit.slopes[0] > 0.3 && fit.slopes[0] < 3.0, "{fit:?}");
        assert_eq!(Logistic::fit(&features, &[true; 20], 1.0), None);
    }

    #[test]
    fn the_log_loss_of_extreme_odds_is_finite() {
        assert_eq!(log_loss(&[1e6, -1e6], &[true, false]), 0.0);
        assert_eq!(log_loss(&[0.0], &[true]), std::f64::consts::LN_2);
    }
}
