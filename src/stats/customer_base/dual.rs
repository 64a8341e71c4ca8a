//! Numbers that carry their derivatives, so that a likelihood is written once, as in its paper, and its exact gradient comes with it.
//!
//! Forward-mode differentiation: Griewank and Walther, *Evaluating Derivatives* (2008), chapter 3.

use std::ops::{Add, Div, Mul, Neg, Sub};

use statrs::function::gamma::{digamma, ln_gamma};

/// ln(2 pi) / 2.
pub const LN_SQRT_TWO_PI: f64 = 0.918_938_533_204_672_7;

/// What likelihoods compute with: plain numbers, or numbers with their derivatives.
pub trait Real:
    Copy
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    /// A number that depends on no variable.
    fn constant(value: f64) -> Self;

    /// The value.
    fn value(self) -> f64;

    /// The largest derivative in size; 0 of a plain number.
    fn steepest(self) -> f64;

    /// A function of the number, by its value and its derivative there.
    fn through(self, value: f64, derivative: f64) -> Self;

    /// The natural logarithm.
    #[inline]
    fn ln(self) -> Self {
        let value = self.value();
        self.through(value.ln(), 1.0 / value)
    }

    /// e to the number.
    #[inline]
    fn exp(self) -> Self {
        let value = self.value().exp();
        self.through(value, value)
    }

    /// ln(1 + e^x), without overflow.
    #[inline]
    fn softplus(self) -> Self {
        let x = self.value();
        let small = (-x.abs()).exp();
        let derivative = if x >= 0.0 { 1.0 } else { small } / (1.0 + small);
        self.through(x.max(0.0) + small.ln_1p(), derivative)
    }

    /// The natural logarithm of 1 and the number.
    #[inline]
    fn ln_1p(self) -> Self {
        let value = self.value();
        self.through(value.ln_1p(), 1.0 / (1.0 + value))
    }

    /// By how much the logarithm of the gamma function is more than Stirling's formula, (x - 1/2) ln x - x + ln(2 pi) / 2: from 16 on by its
    /// series (NIST Digital Library of Mathematical Functions, 5.11.1).
    fn stirling_error(self) -> Self {
        // The coefficients of 1 / x, 1 / x^3 and so on.
        const SERIES: [f64; 6] = [
            1.0 / 12.0,
            -1.0 / 360.0,
            1.0 / 1260.0,
            -1.0 / 1680.0,
            1.0 / 1188.0,
            -691.0 / 360_360.0,
        ];
        let x = self.value();
        if x < 16.0 {
            let error = ln_gamma(x) - (x - 0.5) * x.ln() + x - LN_SQRT_TWO_PI;
            return self.through(error, digamma(x) - x.ln() + 0.5 / x);
        }
        let over = 1.0 / x;
        let (mut error, mut derivative, mut power) = (0.0, 0.0, over);
        for (k, coefficient) in SERIES.iter().enumerate() {
            error += coefficient * power;
            derivative -= (2 * k + 1) as f64 * coefficient * power * over;
            power *= over * over;
        }
        self.through(error, derivative)
    }
}

impl Real for f64 {
    fn constant(value: f64) -> f64 {
        value
    }

    #[inline]
    fn value(self) -> f64 {
        self
    }

    fn steepest(self) -> f64 {
        0.0
    }

    #[inline]
    fn through(self, value: f64, _: f64) -> f64 {
        value
    }
}

/// A value and its derivatives by `N` variables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dual<const N: usize> {
    /// The value.
    pub value: f64,
    /// Its derivatives.
    pub slope: [f64; N],
}

impl<const N: usize> Dual<N> {
    /// The variables that these logarithms are of, differentiated by the logarithms.
    pub fn from_logarithms(logarithms: [f64; N]) -> [Dual<N>; N] {
        std::array::from_fn(|i| {
            let mut dual = Dual::constant(logarithms[i].exp());
            dual.slope[i] = dual.value;
            dual
        })
    }

    /// Whether the value and all derivatives are finite.
    pub fn is_finite(&self) -> bool {
        self.value.is_finite() && self.slope.iter().all(|slope| slope.is_finite())
    }
}

impl<const N: usize> Real for Dual<N> {
    fn constant(value: f64) -> Dual<N> {
        Dual { value, slope: [0.0; N] }
    }

    #[inline]
    fn value(self) -> f64 {
        self.value
    }

    fn steepest(self) -> f64 {
        self.slope.iter().fold(0.0, |most, slope| most.max(slope.abs()))
    }

    #[inline]
    fn through(self, value: f64, derivative: f64) -> Dual<N> {
        Dual {
            value,
            slope: self.slope.map(|slope| slope * derivative),
        }
    }
}

impl<const N: usize> Add for Dual<N> {
    type Output = Dual<N>;
    #[inline]
    fn add(self, other: Dual<N>) -> Dual<N> {
        Dual {
            value: self.value + other.value,
            slope: std::array::from_fn(|i| self.slope[i] + other.slope[i]),
        }
    }
}

impl<const N: usize> Sub for Dual<N> {
    type Output = Dual<N>;
    #[inline]
    fn sub(self, other: Dual<N>) -> Dual<N> {
        self + -other
    }
}

impl<const N: usize> Neg for Dual<N> {
    type Output = Dual<N>;
    #[inline]
    fn neg(self) -> Dual<N> {
        self.through(-self.value, -1.0)
    }
}

impl<const N: usize> Mul for Dual<N> {
    type Output = Dual<N>;
    #[inline]
    #[expect(clippy::suspicious_arithmetic_impl, reason = "the product rule has a sum")]
    fn mul(self, other: Dual<N>) -> Dual<N> {
        Dual {
            value: self.value * other.value,
            slope: std::array::from_fn(|i| self.slope[i] * other.value + self.value * other.slope[i]),
        }
    }
}

impl<const N: usize> Div for Dual<N> {
    type Output = Dual<N>;
    #[inline]
    fn div(self, other: Dual<N>) -> Dual<N> {
        let value = self.value / other.value;
        let over = 1.0 / other.value;
        Dual {
            value,
            slope: std::array::from_fn(|i| (self.slope[i] - value * other.slope[i]) * over),
        }
    }
}

impl<const N: usize> Add<f64> for Dual<N> {
    type Output = Dual<N>;
    #[inline]
    fn add(mut self, other: f64) -> Dual<N> {
        self.value += other;
        self
    }
}

impl<const N: usize> Mul<f64> for Dual<N> {
    type Output = Dual<N>;
    #[inline]
    fn mul(self, other: f64) -> Dual<N> {
        self.through(self.value * other, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function of all operations.
    fn tangle([x, y]: [Dual<2>; 2]) -> Dual<2> {
        let part = (x * y + 0.5).ln() / (x - y * 3.0 + 7.0);
        (part + (-x).exp() * y).softplus() + (x + y).stirling_error() * 2.0 + (x * 30.0).stirling_error() + (x * y).ln_1p()
            - (y * 40.0 + -3.0).softplus()
    }

    #[test]
    fn derivatives_are_those_of_small_differences() {
        for at in [[0.3, -0.2], [-1.0, 0.8], [0.0, -2.0]] {
            let dual = tangle(Dual::from_logarithms(at));
            for i in 0..2 {
                let moved = |by: f64| {
                    let mut at = at;
                    at[i] += by;
                    tangle(Dual::from_logarithms(at)).value
                };
                let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                assert!((dual.slope[i] - difference).abs() < 1e-8 * difference.abs().max(1.0), "{at:?} {i}");
            }
        }
    }

    // mpmath 1.4 at 30 digits: loggamma(x) - (x - 0.5) log(x) + x - log(2 pi) / 2.
    #[test]
    fn stirlings_error_is_that_of_the_gamma_function() {
        for (x, expected) in [
            (0.5, 0.153_426_409_720_027_35),
            (15.9, 0.005_240_399_880_756_108),
            (16.1, 0.005_175_318_558_359_873),
            (1e6, 8.333_333_333_333_055e-8),
        ] {
            let found: f64 = x.stirling_error();
            assert!((found - expected).abs() < 5e-13, "{found} is not {expected}");
        }
    }

    #[test]
    fn ends_of_the_softplus_do_not_overflow() {
        let at = |value: f64| Dual { value, slope: [1.0] }.softplus();
        assert_eq!((at(800.0).value, at(800.0).slope[0]), (800.0, 1.0));
        assert_eq!(at(-800.0).value, 0.0);
        assert!(at(-800.0).is_finite());
    }
}
