//! Statistical inference on plain numbers: the engine hands counts, sums by stakeholder or ranked values, and an [`Estimate`] comes out.
//!
//! Rows of one stakeholder are not independent, so every method here works by stakeholder ("cluster"): the variance of a share is the
//! linearised variance over stakeholders, its ratio to the variance of independent rows is the design effect, and an interval is that of a
//! simple sample of n / deff rows. Where every row is a stakeholder of its own the design effect is exactly 1.
//!
//! Everything is deterministic (what is drawn at random has a fixed seed), and no NaN comes out:
//! where a number is not defined the interval says why it is absent. A value is reported only where its whole is not empty;
//! of an empty whole a function returns 0 with [`NoIntervalReason::NotDefined`] and without a method, for the caller to report as absent.
//!
//! `level` is the two-sided confidence level between 0 and 1, such as 0.95.

pub mod concentration;
pub mod customer_base;
mod difference;
pub mod discrimination;
mod dispersion;
mod distribution;
mod expected;
pub mod funnel;
mod influences;
mod log_rank;
pub mod logistic;
mod lookback;
mod multiple;
mod net_share;
mod permutation;
pub mod process;
mod quantile;
mod random;
mod rate;
mod ratio;
pub mod scores;
mod share;
pub mod shifted_beta_geometric;
mod signals;
mod studentised;
mod sums;
mod survival;
mod usual_change;

use crate::codes::codes;
pub use difference::{Side, difference, difference_of_totals};
pub use dispersion::Dispersion;
pub use distribution::{normal_quantile, student_quantile};
pub use influences::Influences;
pub use log_rank::{LogRank, log_rank};
pub use lookback::{Counted, LookingBack, needed_history};
pub use multiple::{benjamini_hochberg, p_value, scaled_p_value, stands};
pub use net_share::net_share;
pub use permutation::{GroupSample, permutation_p};
pub use quantile::{quantile, quantile_type7};
pub use rate::rate;
pub use ratio::{ratio, studentised_ratio};
#[cfg(test)]
pub use share::wilson;
pub use share::{ShareInterval, share};
pub use studentised::{IntervalWarning, Studentised, difference_of_ratios};
pub use sums::{ClusterSums, CrossSums};
pub use survival::{NotReached, Observation, Step, Survival, kaplan_meier, survival_quantile};

codes! {
    /// The method behind an interval.
    #[expect(clippy::enum_variant_names, reason = "the delta method has no other name")]
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Method {
        /// Wilson's score interval, with the effective n.
        Wilson = "wilson",
        /// The Wald interval of a net share after adding three pseudo-answers.
        AdjustedWald = "adjusted-wald",
        /// Hall's cubic transformation of a mean or a ratio of sums over stakeholders.
        CubicTransformation = "cubic-transformation",
        /// Linearisation of a ratio of sums over stakeholders, with Student's t: in reports of earlier versions.
        DeltaMethod = "delta-method",
        /// Studentised resampling of stakeholders: in reports of earlier versions.
        BootstrapT = "bootstrap-t",
        /// The exact limits of a Poisson count.
        PoissonExact = "poisson-exact",
        /// Byar's approximation to the exact limits of a Poisson count.
        Byar = "byar",
        /// Two order statistics with binomial ranks.
        OrderStatistics = "order-statistics",
        /// The Kaplan-Meier curve and its log-log limits.
        KaplanMeier = "kaplan-meier",
    }
}

/// How intervals are found, where there is a choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    /// The two-sided confidence level, between 0 and 1.
    pub level: f64,
    /// The interval of a share.
    pub share: ShareInterval,
}

impl Confidence {
    /// At this level, by the usual methods.
    pub fn of(level: f64) -> Confidence {
        Confidence {
            level,
            share: ShareInterval::default(),
        }
    }

    /// The same at another level.
    pub fn at(self, level: f64) -> Confidence {
        Confidence { level, ..self }
    }
}

/// Why a value stands without an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoIntervalReason {
    /// Fewer rows, stakeholders or events than the method needs.
    TooFew,
    /// The stakeholders do not differ at all, so nothing can be said about their spread.
    ZeroVariance,
    /// The quantity itself is not defined, or the method is not at this level.
    NotDefined,
}

impl NoIntervalReason {
    /// The words in output.
    pub fn as_str(self) -> &'static str {
        match self {
            NoIntervalReason::TooFew => "too few",
            NoIntervalReason::ZeroVariance => "zero variance",
            NoIntervalReason::NotDefined => "not defined",
        }
    }
}

/// The range of values that the data do not contradict; an end that is `None` is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower limit.
    pub low: Option<f64>,
    /// The upper limit.
    pub high: Option<f64>,
}

impl Interval {
    /// An interval with both ends.
    pub fn closed(low: f64, high: f64) -> Interval {
        Interval {
            low: Some(low),
            high: Some(high),
        }
    }

    /// Whether `value` is within the interval, limits included.
    pub fn holds(&self, value: f64) -> bool {
        self.low.is_none_or(|low| low <= value) && self.high.is_none_or(|high| value <= high)
    }
}

/// A value with what is known about its precision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value, in the unit of the quantity.
    pub value: f64,
    /// The interval in the same unit, or why there is none.
    pub interval: Result<Interval, NoIntervalReason>,
    /// The method of the interval, also where its result is absent; `None` where the quantity is not defined.
    pub method: Option<Method>,
    /// How many times larger the variance is than that of as many independent rows; `None` where the method has no such notion.
    pub deff: Option<f64>,
}

impl Estimate {
    /// What stands for a quantity that is not defined, such as a share of nothing.
    pub fn undefined() -> Estimate {
        Estimate {
            value: 0.0,
            interval: Err(NoIntervalReason::NotDefined),
            method: None,
            deff: None,
        }
    }

    /// The estimate as one side of a difference, where it has an interval.
    pub fn side(&self) -> Option<Side> {
        self.interval.ok().map(|interval| Side::new(self.value, interval))
    }

    fn absent(value: f64, method: Method, why: NoIntervalReason) -> Estimate {
        Estimate {
            value,
            interval: Err(why),
            method: Some(method),
            deff: None,
        }
    }
}

codes! {
    /// Which direction of a metric is the better one.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum BetterDirection {
        /// Higher is better.
        Up = "up",
        /// Lower is better.
        Down = "down",
        /// Neither is better.
        Neither = "neither",
    }
}

codes! {
    /// What a change amounts to.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Reading {
        /// The whole interval of the change is on the good side.
        Better = "better",
        /// The whole interval of the change is on the bad side.
        Worse = "worse",
        /// A clear rise of a metric without a good direction.
        Higher = "higher",
        /// A clear fall of a metric without a good direction.
        Lower = "lower",
        /// The interval of the change holds 0.
        NoClearChange = "no clear change",
        /// The same of a difference between slices, or it does not stand among so many of them.
        NoClearDifference = "no clear difference",
        /// The change has no interval.
        Unclear = "unclear",
    }
}

macro_rules! display_as_str {
    ($($name:ty),*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    )*};
}
display_as_str!(
    Method,
    NoIntervalReason,
    Reading,
    IntervalWarning,
    process::ChartKind,
    process::Rule,
    process::Assurance,
    funnel::Place
);

/// Reads the interval of a difference (newer minus older) in the light of the good direction. A limit of exactly 0 is no clear change.
pub fn reading(interval: Option<&Interval>, good: BetterDirection) -> Reading {
    let Some(interval) = interval else { return Reading::Unclear };
    let rise = interval.low.is_some_and(|low| low > 0.0);
    let fall = interval.high.is_some_and(|high| high < 0.0);
    match (rise, fall, good) {
        (true, _, BetterDirection::Up) | (_, true, BetterDirection::Down) => Reading::Better,
        (true, _, BetterDirection::Down) | (_, true, BetterDirection::Up) => Reading::Worse,
        (true, _, BetterDirection::Neither) => Reading::Higher,
        (_, true, BetterDirection::Neither) => Reading::Lower,
        (false, false, _) => Reading::NoClearChange,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts that `actual` is within `tolerance` of `expected`; a NaN never is.
    #[track_caller]
    pub(super) fn close(actual: f64, expected: f64, tolerance: f64) {
        assert!(
            (actual - expected).abs() <= tolerance,
            "{actual} is not within {tolerance} of {expected}"
        );
    }

    /// The two ends of an interval that has both.
    #[track_caller]
    pub(super) fn ends(interval: Interval) -> (f64, f64) {
        (interval.low.expect("a lower limit"), interval.high.expect("an upper limit"))
    }

    #[test]
    fn readings_turn_with_the_good_direction() {
        let rise = Interval::closed(0.1, 0.3);
        let fall = Interval::closed(-0.3, -0.1);
        let words = |interval: &Interval| {
            [BetterDirection::Up, BetterDirection::Down, BetterDirection::Neither].map(|good| reading(Some(interval), good).as_str())
        };
        assert_eq!(words(&rise), ["better", "worse", "higher"]);
        assert_eq!(words(&fall), ["worse", "better", "lower"]);
        assert_eq!(words(&Interval::closed(0.0, 0.3)), ["no clear change"; 3]);
        assert_eq!(words(&Interval::closed(-0.1, 0.0)), ["no clear change"; 3]);
        assert_eq!(reading(None, BetterDirection::Up), Reading::Unclear);
    }

    #[test]
    fn open_ends_are_read_too() {
        assert_eq!(
            reading(
                Some(&Interval {
                    low: Some(1.0),
                    high: None
                }),
                BetterDirection::Down
            ),
            Reading::Worse
        );
        assert_eq!(
            reading(
                Some(&Interval {
                    low: None,
                    high: Some(-1.0)
                }),
                BetterDirection::Down
            ),
            Reading::Better
        );
        assert_eq!(
            reading(
                Some(&Interval {
                    low: None,
                    high: Some(1.0)
                }),
                BetterDirection::Down
            ),
            Reading::NoClearChange
        );
        assert_eq!(
            reading(Some(&Interval { low: None, high: None }), BetterDirection::Up),
            Reading::NoClearChange
        );
    }

    #[test]
    fn names_are_padded_like_text() {
        assert_eq!(
            format!("{:>12}|{:<8}|", Method::Byar, NoIntervalReason::TooFew),
            "        byar|too few |"
        );
        assert_eq!(Reading::NoClearChange.to_string(), "no clear change");
    }

    #[test]
    fn an_interval_holds_its_limits_and_whatever_lies_beyond_an_open_end() {
        assert!(Interval::closed(1.0, 2.0).holds(1.0) && Interval::closed(1.0, 2.0).holds(2.0));
        assert!(!Interval::closed(1.0, 2.0).holds(2.1));
        assert!(
            Interval {
                low: Some(1.0),
                high: None
            }
            .holds(1e300)
        );
        assert!(
            !Interval {
                low: Some(1.0),
                high: None
            }
            .holds(0.9)
        );
    }
}
