//! Quantiles of the normal and Student's t distribution, and ranks from the binomial.
//!
//! statrs inverts Student's t only to a few digits in places (0.8 at 2 degrees) and badly for large degrees, so here its
//! distribution function is inverted instead; binomial tails are summed from one exact term, at a cost of the order of sqrt(n).

use statrs::function::{
    beta::{beta_reg, ln_beta},
    erf::erfc_inv,
};

/// Degrees of freedom from which the expansion of Student's t about the normal is exact to all digits that matter.
const NEARLY_NORMAL: f64 = 1e4;

/// z with P(|Z| <= z) = `level` for a standard normal Z. A level outside [0, 1) is taken to its nearest end.
pub fn normal_quantile(level: f64) -> f64 {
    std::f64::consts::SQRT_2 * erfc_inv(both_tails(level))
}

/// t with P(|T| <= t) = `level` for Student's T with `df` degrees of freedom; infinite below one degree.
///
/// Above 10,000 degrees the Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5).
pub fn student_quantile(df: f64, level: f64) -> f64 {
    let alpha = both_tails(level);
    let z = normal_quantile(level);
    if df.is_nan() || df < 1.0 {
        f64::INFINITY
    } else if z == 0.0 {
        0.0
    } else if df > NEARLY_NORMAL {
        student_expansion(df, z)
    } else if df == 1.0 {
        1.0 / (std::f64::consts::FRAC_PI_2 * alpha).tan()
    } else {
        student_inverted(df, alpha, z)
    }
}

/// Student's t from z, up to terms of 1 / df^2.
fn student_expansion(df: f64, z: f64) -> f64 {
    let (z3, z5) = (z.powi(3), z.powi(5));
    z + (z3 + z) / (4.0 * df) + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * df * df)
}

/// t with P(|T| > t) = `alpha`: Newton's method on the logarithm of the tails from the expansion, bisection where that does not settle.
fn student_inverted(df: f64, alpha: f64, z: f64) -> f64 {
    let tails = |t: f64| beta_reg(0.5 * df, 0.5, df / (df + t * t));
    let density = |t: f64| (-0.5 * (df + 1.0) * (t * t / df).ln_1p() - ln_beta(0.5 * df, 0.5)).exp() / df.sqrt();
    let mut t = student_expansion(df, z);
    for _ in 0..12 {
        let outside = tails(t);
        let step = outside * (outside / alpha).ln() / (2.0 * density(t));
        t += step;
        if step.abs() <= 1e-13 * t {
            return t;
        }
    }
    let mut high = 2.0 * z + 1.0;
    while tails(high) > alpha {
        high *= 2.0;
    }
    bisect(|t| tails(t) <= alpha, z, high)
}

/// The smallest point of [low, high] from which `holds` is true, given that it is false below and true above; to the last bit.
pub(super) fn bisect(holds: impl Fn(f64) -> bool, mut low: f64, mut high: f64) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
}

/// 1 - level, kept between the smallest that a level near 1 can express and 1.
fn both_tails(level: f64) -> f64 {
    if level.is_nan() {
        1.0
    } else {
        (1.0 - level).clamp(f64::EPSILON, 1.0)
    }
}

/// The largest rank a (1-based) with P(X < a) <= `tail` for X ~ Binomial(n, q): the order statistic of that rank lies above the
/// q-quantile with at most that probability. `None` where even the smallest value does. The upper rank is n + 1 minus the
/// lower rank for 1 - q.
pub fn binomial_lower_rank(n: u64, q: f64, tail: f64) -> Option<u64> {
    lower_tail(n, q, tail).map(|found| found.k as u64 + 1)
}

/// The same for a sample of `size` rows, which need not be whole: the largest a >= 1 with P(X < a) <= `tail`, where P(X < a) is the
/// incomplete beta function I(1 - q; size - a + 1, a). Rounded down it is the rank for a whole size.
pub(super) fn binomial_lower_position(size: f64, q: f64, tail: f64) -> Option<f64> {
    if !(q > 0.0 && q < 1.0) || tail.is_nan() || size.is_nan() || size < 1.0 {
        return None;
    }
    let is_beyond = |a: f64| beta_reg(size - a + 1.0, a, 1.0 - q) > tail;
    if is_beyond(1.0) {
        return None;
    }
    Some(if is_beyond(size) { bisect(is_beyond, 1.0, size) } else { size })
}

/// The `tail`-quantile of X ~ Binomial(n, q), interpolated between the count k with P(X <= k) <= `tail` and the next; 0 where even
/// P(X = 0) is larger than `tail`, and where `n` or `q` leave nothing to vary.
///
/// Spiegelhalter, Statistics in Medicine 24 (2005), 1185-1202, appendix A.1.
pub(super) fn binomial_quantile(n: u64, q: f64, tail: f64) -> f64 {
    lower_tail(n, q, tail).map_or(0.0, |found| found.k + (tail - found.below) / found.next)
}

/// The largest count whose lower tail is within bounds.
struct LowerTail {
    /// The count.
    k: f64,
    /// P(X <= k).
    below: f64,
    /// P(X = k + 1).
    next: f64,
}

/// The largest k with P(X <= k) <= `tail` for X ~ Binomial(n, q), if there is any.
fn lower_tail(n: u64, q: f64, tail: f64) -> Option<LowerTail> {
    if !(q > 0.0 && q < 1.0) || n == 0 || tail.is_nan() {
        return None;
    }
    let size = n as f64;
    // About where the normal approximation puts it; from there the exact distribution function is walked.
    let guess = size * q - normal_quantile(1.0 - 2.0 * tail) * (size * q * (1.0 - q)).sqrt();
    let mut k = guess.floor().clamp(0.0, size);
    let mut term = binomial_term(size, q, k);
    let mut below = binomial_below(size, q, k, term);
    while below > tail {
        if k == 0.0 {
            return None;
        }
        below -= term;
        term *= k / (size - k + 1.0) * (1.0 - q) / q;
        k -= 1.0;
    }
    loop {
        let next = term * (size - k) / (k + 1.0) * q / (1.0 - q);
        if k >= size || below + next > tail {
            return Some(LowerTail { k, below, next });
        }
        k += 1.0;
        term = next;
        below += term;
    }
}

/// P(X <= k), summed from the term at k downwards until terms no longer count; `k` is below or not far above the mean.
fn binomial_below(n: f64, q: f64, mut k: f64, mut term: f64) -> f64 {
    let mut sum = term;
    let mean = n * q;
    while k > 0.0 {
        term *= k / (n - k + 1.0) * (1.0 - q) / q;
        k -= 1.0;
        sum += term;
        if k < mean && term < sum * 1e-18 {
            break;
        }
    }
    sum
}

/// P(X = k) by Loader's saddle-point expansion (2000), which keeps its relative precision for any n.
fn binomial_term(n: f64, q: f64, k: f64) -> f64 {
    if k <= 0.0 {
        return (n * (-q).ln_1p()).exp();
    }
    if k >= n {
        return (n * q.ln()).exp();
    }
    let exponent = stirling_error(n) - stirling_error(k) - stirling_error(n - k) - deviance(k, n * q) - deviance(n - k, n * (1.0 - q));
    exponent.exp() * (n / (std::f64::consts::TAU * k * (n - k))).sqrt()
}

/// ln n! less Stirling's approximation of it, for a whole n >= 1.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        let factorial: f64 = (1..=n as u64).map(|i| i as f64).product();
        return factorial.ln() - ((n + 0.5) * n.ln() - n + 0.5 * std::f64::consts::TAU.ln());
    }
    let nn = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / nn) / nn) / nn) / nn) / n
}

/// x ln(x / m) + m - x, without cancellation where x is near m.
fn deviance(x: f64, m: f64) -> f64 {
    let d = x - m;
    if d.abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() - d;
    }
    let v = d / (x + m);
    let mut sum = d * v;
    let mut power = 2.0 * x * v;
    for j in 1.. {
        power *= v * v;
        let next = sum + power / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::tests::close;
    use super::*;

    // from scipy.stats import norm
    // for l in (.5, .8, .95, .998, 1 - 1e-10): print(norm.isf((1 - l) / 2))
    #[test]
    fn normal_quantiles_match_scipy() {
        close(normal_quantile(0.0), 0.0, 0.0);
        close(normal_quantile(0.5), 0.6744897501960817, 1e-14);
        close(normal_quantile(0.8), 1.2815515655446004, 1e-14);
        close(normal_quantile(0.95), 1.959963984540054, 1e-14);
        close(normal_quantile(0.998), 3.090232306167813, 1e-13);
        close(normal_quantile(1.0 - 1e-10), 6.466951074732418, 1e-9);
    }

    // from scipy.stats import t
    // for df in (1, 2, 3, 9, 30, 199, 5000, 10000, 10001, 1e5, 1e6, 1e8): print([t.isf((1 - l) / 2, df) for l in (.6, .95, .998)])
    #[test]
    fn student_quantiles_match_scipy() {
        for (df, expected) in [
            (1.0, [1.3763819204711736, 12.706204736174694, 318.30883898555015]),
            (2.0, [1.060660171779821, 4.302652729749462, 22.327124770119866]),
            (3.0, [0.9784723123633038, 3.1824463052837078, 10.214531852407383]),
            (9.0, [0.8834038596855341, 2.262157162798205, 4.296805662729918]),
            (30.0, [0.853767261471298, 2.0422724563012378, 3.3851848668293045]),
            (199.0, [0.8434311999372965, 1.9719565442517533, 3.131689620726459]),
            (5000.0, [0.8416931276635046, 1.9604385517065073, 3.091863119960982]),
            (10000.0, [0.8416571791416533, 1.960201239890626, 3.091047516030612]),
            (10001.0, [0.8416571755473077, 1.960201216164641, 3.091047434498081]),
            (1e5, [0.8416248279969006, 1.9599877075346095, 3.0903138094272378]),
            (1e6, [0.8416215930139841, 1.959966356814107, 3.09024045631652]),
            (1e8, [0.8416212371673238, 1.9599640082627663, 3.090232387669105]),
        ] {
            for (level, t) in [0.6, 0.95, 0.998].into_iter().zip(expected) {
                close(student_quantile(df, level) / t, 1.0, 1e-10);
            }
        }
        assert_eq!(student_quantile(0.0, 0.95), f64::INFINITY);
        assert_eq!(student_quantile(5.0, 0.0), 0.0);
    }

    // from scipy.stats import binom
    // def rank(n, q, tail):
    //     k = int(binom.ppf(tail, n, q)) + 3
    //     while k >= 0 and binom.cdf(k, n, q) > tail: k -= 1
    //     return k + 1        # 0: none
    // for n, q, tail in [...]: print(rank(n, q, tail))
    #[test]
    fn ranks_match_scipy() {
        for (n, q, tail, rank) in RANKS {
            assert_eq!(binomial_lower_rank(n, q, tail).unwrap_or(0), rank, "n {n}, q {q}, tail {tail}");
        }
    }

    #[test]
    fn ranks_are_the_largest_that_keep_the_tail() {
        for n in 1..=60_u64 {
            for q in [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] {
                for tail in [0.001, 0.005, 0.025, 0.1, 0.3] {
                    let mut below = 0.0;
                    let mut rank = 0;
                    let mut term = (1.0_f64 - q).powi(n as i32);
                    for k in 0..n {
                        below += term;
                        if below > tail {
                            break;
                        }
                        rank = k + 1;
                        term *= (n - k) as f64 / (k + 1) as f64 * q / (1.0 - q);
                    }
                    assert_eq!(binomial_lower_rank(n, q, tail).unwrap_or(0), rank, "n {n}, q {q}, tail {tail}");
                }
            }
        }
    }

    // from scipy.special import betainc; from scipy.optimize import brentq
    // for n, q in ((13.3, .5), (43.2, .1), (43.2, .9), (1234.5, .75)): print(brentq(lambda a: betainc(n - a + 1, a, 1 - q) - .025, 1, n))
    #[test]
    fn positions_match_scipy_and_are_ranks_of_whole_samples() {
        for (size, q, position) in [
            (13.3, 0.5, 3.6402277171359723),
            (43.2, 0.1, 1.4227309635324663),
            (43.2, 0.9, 35.19714570416136),
            (1234.5, 0.75, 896.3273043954711),
            (30.0, 0.1, 0.0),
        ] {
            close(
                binomial_lower_position(size, q, 0.025).unwrap_or(0.0),
                position,
                1e-8 * position.max(1.0),
            );
        }
        for (n, q, tail, rank) in RANKS {
            if n < 10_000 {
                let position = binomial_lower_position(n as f64, q, tail).unwrap_or(0.0);
                assert_eq!((position + 1e-9).floor() as u64, rank, "n {n}, q {q}, tail {tail}");
            }
        }
    }

    #[test]
    fn ranks_of_nothing_are_none() {
        assert_eq!(binomial_lower_rank(0, 0.5, 0.025), None);
        assert_eq!(binomial_lower_rank(10, 0.0, 0.025), None);
        assert_eq!(binomial_lower_rank(10, 1.0, 0.025), None);
        assert_eq!(binomial_lower_rank(10, f64::NAN, 0.025), None);
    }

    const RANKS: [(u64, f64, f64, u64); 15] = [
        (20, 0.5, 0.025, 6),
        (35, 0.5, 0.025, 12),
        (5, 0.5, 0.025, 0),
        (6, 0.5, 0.025, 1),
        (100, 0.9, 0.025, 84),
        (100, 0.1, 0.025, 5),
        (1_000, 0.9, 0.025, 881),
        (1_000, 0.99, 0.005, 981),
        (54_321, 0.25, 0.025, 13_383),
        (1_000_000, 0.5, 0.025, 499_020),
        (1_000_000, 0.9, 0.0005, 899_012),
        (100_000_000, 0.5, 0.025, 49_990_200),
        (100_000_000, 0.001, 0.025, 99_381),
        (1_000_000_000, 0.75, 0.025, 749_973_162),
        (3_000_000, 1e-06, 0.025, 0),
    ];
}
