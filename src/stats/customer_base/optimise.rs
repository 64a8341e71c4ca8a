//! The maximum of a smooth function of a few positive numbers, by their logarithms.
//!
//! BFGS with a backtracking line search from several starts, then Newton's method to the last digit: Nocedal and Wright, *Numerical
//! Optimization* (2006), algorithms 6.1 and 3.1. What decides is the Newton decrement: half of g' H^-1 g is what the function can still rise
//! by. A function that rises towards a limit as some numbers go to 0 or infinity has no maximum; where it is as good as flat, it has its limit
//! there, and what depends on the numbers smoothly has its limit, too.

use super::dual::Dual;
use super::matrix::{add, dot, identity, inverted, inverted_above, length, times};
use crate::codes::codes;

/// The largest and smallest logarithm that a number may have.
const BOUND: f64 = 16.2;

/// The rise that is left where the search stops.
const LEFT: f64 = 1e-9;

/// Most steps of a search, and of one that only shows which start is best.
const STEPS: u32 = 400;
const ROUGH_STEPS: u32 = 40;

/// A slope by a logarithm that is as good as none: the function is a sum of logarithms of probabilities.
const FLAT: f64 = 0.01;

/// A curvature that is more than that of a flat direction.
const CURVED: f64 = 0.1;

/// The size of a logarithm from which a number may be on its way to 0 or infinity.
const LARGE: f64 = 7.0;

codes! {
    /// Why there is no maximum.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum NoMaximum {
        /// The search ended where the function still rises or is not curved.
        DidNotConverge = "did not converge",
        /// The function rises without end as some numbers approach 0 or infinity.
        AtBoundary = "at the boundary",
    }
}

/// Where a search ended without a maximum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stopped {
    /// Why it is none.
    pub why: NoMaximum,
    /// The value there, which may be as good as the supremum.
    pub value: f64,
}

/// A maximum.
#[derive(Debug, Clone, PartialEq)]
pub struct Maximum<const N: usize> {
    /// The logarithms of the numbers.
    pub at: [f64; N],
    /// The value there.
    pub value: f64,
    /// The inverse of the negative matrix of second derivatives by the logarithms: their covariance where the function is a likelihood.
    pub covariance: [[f64; N]; N],
    /// It is none, but where the function is as good as its limit.
    pub is_limit: bool,
    /// Whether each number has a value: at a limit, some go to 0 or infinity, or only what they are to each other has a value.
    pub has_value: [bool; N],
}

/// A function with its derivatives by the logarithms of its numbers.
pub trait Smooth<const N: usize>: Sync {
    /// The value at these logarithms.
    fn at(&self, logarithms: [f64; N]) -> Dual<N>;

    /// The derivatives alone, which may cost less.
    fn slope(&self, logarithms: [f64; N]) -> [f64; N] {
        self.at(logarithms).slope
    }

    /// The value, if it is finite and within the bounds.
    fn inside(&self, logarithms: [f64; N]) -> Option<Dual<N>> {
        is_inside(logarithms).then(|| self.at(logarithms)).filter(Dual::is_finite)
    }

    /// The derivatives, if they are finite and within the bounds.
    fn slope_inside(&self, logarithms: [f64; N]) -> Option<[f64; N]> {
        let slope = is_inside(logarithms).then(|| self.slope(logarithms))?;
        slope.iter().all(|slope| slope.is_finite()).then_some(slope)
    }
}

/// The largest of the maxima found from some starts. `rough` is a function with its maximum nearby that costs less: the starts are compared
/// by it.
///
/// # Errors
/// Why there is none.
pub fn maximise<const N: usize>(function: &impl Smooth<N>, rough: &impl Smooth<N>, starts: &[[f64; N]]) -> Result<Maximum<N>, Stopped> {
    let found = starts.iter().filter_map(|start| climb(rough, *start, identity(1.0), ROUGH_STEPS));
    let best = found.reduce(|a, b| if b.value > a.value { b } else { a });
    // From near the maximum, Newton's method needs fewer values than a search.
    if let Some(near) = &best
        && let Ok(maximum) = polish(function, near.at, End::Limit)
        && !maximum.is_limit
    {
        return Ok(maximum);
    }
    match best.and_then(|best| climb(function, best.at, identity(1.0), STEPS)) {
        Some(top) => polish(function, top.at, End::Limit),
        None => Err(Stopped {
            why: NoMaximum::DidNotConverge,
            value: f64::NEG_INFINITY,
        }),
    }
}

/// The maximum near a point that is almost one: of the same function with slightly other data, whose covariance is known. `slope` is that of
/// this function at the point.
///
/// The covariance stays the same for a few steps, each of which costs one slope (the chord method). It takes the distance to the maximum down
/// by about the same factor each time, so the last step is the one after which hardly anything is left. If that does not settle, Newton's method
/// goes on from the point, and if that ends nowhere, too, the search goes on as without it. From a limit, only the directions in which it
/// is curved are followed: the numbers that have no value there stay as they are.
///
/// # Errors
/// Why there is none.
pub fn follow<const N: usize>(function: &impl Smooth<N>, near: &Maximum<N>, slope: [f64; N]) -> Result<[f64; N], NoMaximum> {
    const ENOUGH: f64 = 1e-6;
    const SURE: f64 = 1e-7;
    let (mut at, mut slope) = (near.at, Some(slope));
    let mut last = f64::INFINITY;
    for _ in 0..12 {
        let Some(here) = slope else { break };
        let step = times(&near.covariance, here);
        let left = dot(step, here) / 2.0;
        at = add(at, step, 1.0);
        let is_settling = last.is_finite() && left < 0.1 * last && left * (left / last) < SURE;
        if left < ENOUGH || is_settling {
            return Ok(at);
        }
        if left > 0.5 * last || left.is_nan() {
            break;
        }
        last = left;
        slope = function.slope_inside(at);
    }
    if !near.is_limit
        && let Ok(maximum) = polish(function, near.at, End::Flat)
    {
        return Ok(maximum.at);
    }
    let top = climb(function, near.at, near.covariance, STEPS).ok_or(NoMaximum::DidNotConverge)?;
    let here = function.slope_inside(top.at).ok_or(NoMaximum::DidNotConverge)?;
    let left = dot(times(&top.inverse, here), here) / 2.0;
    if left.abs() < 100.0 * ENOUGH || is_flat(top.at, here) {
        Ok(top.at)
    } else {
        Err(why(top.at))
    }
}

/// Why a search that ended here found no maximum.
fn why<const N: usize>(at: [f64; N]) -> NoMaximum {
    match is_far(at) {
        true => NoMaximum::AtBoundary,
        false => NoMaximum::DidNotConverge,
    }
}

/// Whether a function with this slope is as good as its limit.
fn is_flat<const N: usize>(at: [f64; N], slope: [f64; N]) -> bool {
    at.iter().any(|x| x.abs() > LARGE) && slope.iter().all(|slope| slope.abs() < FLAT)
}

/// Whether all logarithms are within the bounds.
fn is_inside<const N: usize>(at: [f64; N]) -> bool {
    at.iter().all(|x| x.abs() <= BOUND)
}

/// Whether a number is as good as 0 or infinity.
fn is_far<const N: usize>(at: [f64; N]) -> bool {
    at.iter().any(|x| x.abs() > BOUND - 1.0)
}

/// Where a search ended.
struct Top<const N: usize> {
    at: [f64; N],
    value: f64,
    /// The inverse curvature that it collected on its way.
    inverse: [[f64; N]; N],
}

/// A search by BFGS from a start; `None` where the function is not defined there.
fn climb<const N: usize>(function: &impl Smooth<N>, start: [f64; N], mut inverse: [[f64; N]; N], steps: u32) -> Option<Top<N>> {
    let mut at = start;
    let mut here = function.inside(at)?;
    let mut is_scaled = inverse != identity(1.0);
    for _ in 0..steps {
        let mut direction = times(&inverse, here.slope);
        let mut rise = dot(direction, here.slope);
        if rise.is_nan() || rise <= 0.0 {
            inverse = identity(1.0 / length(here.slope).max(1.0));
            direction = times(&inverse, here.slope);
            rise = dot(direction, here.slope);
        }
        if rise / 2.0 < LEFT && is_scaled {
            break;
        }
        // A step over more than e^2 of any number would leave what is known of the function.
        let longest = direction.iter().fold(0.0f64, |a, b| a.max(b.abs()));
        let mut size = (2.0 / longest).min(1.0);
        let next = loop {
            let to = add(at, direction, size);
            if let Some(there) = function.inside(to)
                && there.value >= here.value + 1e-4 * size * rise
            {
                break Some((to, there));
            }
            size /= 2.0;
            if size * longest < 1e-13 {
                break None;
            }
        };
        let Some((to, there)) = next else { break };
        let moved = add(to, at, -1.0);
        let change = add(here.slope, there.slope, -1.0);
        let curvature = dot(moved, change);
        if curvature > 1e-12 * length(moved) * length(change) {
            if !is_scaled {
                inverse = identity(curvature / dot(change, change));
                is_scaled = true;
            }
            update(&mut inverse, moved, change, curvature);
        }
        let gained = there.value - here.value;
        (at, here) = (to, there);
        if gained <= 1e-15 * here.value.abs() && rise / 2.0 < LEFT.max(1e-12 * here.value.abs()) {
            break;
        }
    }
    Some(Top {
        at,
        value: here.value,
        inverse,
    })
}

/// The inverse after a step: equation 6.17 of Nocedal and Wright.
fn update<const N: usize>(inverse: &mut [[f64; N]; N], moved: [f64; N], change: [f64; N], curvature: f64) {
    let product = times(inverse, change);
    let factor = (1.0 + dot(change, product) / curvature) / curvature;
    for i in 0..N {
        for j in 0..N {
            inverse[i][j] += factor * moved[i] * moved[j] - (moved[i] * product[j] + product[i] * moved[j]) / curvature;
        }
    }
}

/// Where Newton's method ends on a function that only has a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// As near to the limit as the bounds allow.
    Limit,
    /// Where the function is flat.
    Flat,
}

/// Newton's method from a point near the maximum.
fn polish<const N: usize>(function: &impl Smooth<N>, mut at: [f64; N], end: End) -> Result<Maximum<N>, Stopped> {
    let mut value = f64::NEG_INFINITY;
    for _ in 0..30 {
        let Some(here) = function.inside(at) else { break };
        value = here.value;
        if end == End::Flat && is_flat(at, here.slope) {
            break;
        }
        let Some(covariance) = curvature(function, at).and_then(|curvature| inverted(&curvature)) else {
            break;
        };
        let step = times(&covariance, here.slope);
        let left = dot(step, here.slope) / 2.0;
        let longest = step.iter().fold(0.0f64, |a, b| a.max(b.abs()));
        if is_far(at) || !longest.is_finite() {
            break;
        }
        if left < LEFT && longest < 1e-3 {
            // The last step is taken, too: it makes most of what is left vanish.
            let end = add(at, step, 1.0);
            let value = function.inside(end).map_or(here.value, |there| there.value);
            return Ok(Maximum {
                at: end,
                value,
                covariance,
                is_limit: false,
                has_value: [true; N],
            });
        }
        let noise = 1e-13 * here.value.abs();
        let sizes = std::iter::successors(Some((2.0 / longest).min(1.0)), |size| Some(size / 2.0)).take_while(|size| *size > 1e-10);
        let is_higher = |to: &[f64; N]| function.inside(*to).is_some_and(|there| there.value >= here.value - noise);
        let Some(to) = sizes.map(|size| add(at, step, size)).find(is_higher) else {
            break;
        };
        at = to;
    }
    let slope = function.inside(at).map(|here| here.slope);
    if slope.is_some_and(|slope| is_flat(at, slope)) {
        // A direction whose logarithm would vary by more than 3 is one in which the function is flat.
        let none = ([[0.0; N]; N], [1.0; N]);
        let (covariance, flat) = curvature(function, at).map_or(none, |curved| inverted_above(curved, CURVED));
        return Ok(Maximum {
            at,
            value,
            covariance,
            is_limit: true,
            has_value: flat.map(|share| share < 0.1),
        });
    }
    Err(Stopped { why: why(at), value })
}

/// The negative second derivatives, by differences of the first.
fn curvature<const N: usize>(function: &impl Smooth<N>, at: [f64; N]) -> Option<[[f64; N]; N]> {
    const STEP: f64 = 1e-4;
    let mut rows = [[0.0; N]; N];
    for (i, row) in rows.iter_mut().enumerate() {
        let moved = |by: f64| {
            let mut at = at;
            at[i] += by;
            // A limit is at the bounds, and its curvature a little beyond them.
            let slope = function.slope(at);
            slope.iter().all(|slope| slope.is_finite()).then_some(slope)
        };
        let (up, down) = (moved(STEP)?, moved(-STEP)?);
        *row = std::array::from_fn(|j| (down[j] - up[j]) / (2.0 * STEP));
    }
    let symmetric = |i: usize, j: usize| (rows[i][j] + rows[j][i]) / 2.0;
    Some(std::array::from_fn(|i| std::array::from_fn(|j| symmetric(i, j))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::customer_base::dual::Real;

    struct Of<F>(F);

    impl<const N: usize, F: Fn([Dual<N>; N]) -> Dual<N> + Sync> Smooth<N> for Of<F> {
        fn at(&self, logarithms: [f64; N]) -> Dual<N> {
            (self.0)(Dual::from_logarithms(logarithms))
        }
    }

    #[test]
    fn a_curved_valley_is_followed_to_its_end() {
        // Rosenbrock's function of x and y, both positive, is lowest at 1 and 1.
        let valley = Of(|[x, y]: [Dual<2>; 2]| {
            let (across, along) = (y - x * x, x + -1.0);
            -(across * across * 100.0 + along * along)
        });
        let found = maximise(&valley, &valley, &[[-2.0, 2.0], [1.0, -1.0]]).unwrap();
        assert!(found.at.iter().all(|x| x.abs() < 1e-9), "{found:?}");
        assert!(found.value.abs() < 1e-15);
    }

    #[test]
    fn the_covariance_is_that_of_the_likelihood() {
        // The logarithm of the mean of 50 exponential values has variance 1 / 50.
        let exponential = Of(|[mean]: [Dual<1>; 1]| -(mean.ln() * 50.0 + Dual::constant(150.0) / mean));
        let found = maximise(&exponential, &exponential, &[[0.0]]).unwrap();
        assert!((found.at[0] - 3.0f64.ln()).abs() < 1e-12);
        assert!((found.covariance[0][0] - 0.02).abs() < 1e-7);
        // With other data nearby it is found again from there.
        let others = Of(|[mean]: [Dual<1>; 1]| -(mean.ln() * 50.0 + Dual::constant(160.0) / mean));
        let slope = others.slope(found.at);
        assert!((follow(&others, &found, slope).unwrap()[0] - 3.2f64.ln()).abs() < 1e-4);
    }

    #[test]
    fn where_the_function_rises_without_end_there_is_at_most_a_limit() {
        let rising = Of(|[x, y]: [Dual<2>; 2]| -(Dual::constant(1.0) / x) - (y + -1.0) * (y + -1.0));
        let limit = maximise(&rising, &rising, &[[0.0, 0.5]]).unwrap();
        assert!(limit.is_limit && limit.value > -1e-3 && limit.at[1].abs() < 1e-3, "{limit:?}");
        let steep = Of(|[x, y]: [Dual<2>; 2]| x.ln() - (y + -1.0) * (y + -1.0));
        assert_eq!(maximise(&steep, &steep, &[[0.0, 0.5]]).unwrap_err().why, NoMaximum::AtBoundary);
        let flat = Of(|[x, _]: [Dual<2>; 2]| -(x + -1.0) * (x + -1.0));
        assert_eq!(maximise(&flat, &flat, &[[0.3, 0.0]]).unwrap_err().why, NoMaximum::DidNotConverge);
    }
}
