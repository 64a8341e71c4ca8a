//! A number against a threshold: where it lies, and whether chance alone explains it.

use super::rule::Basis;
use super::verdict::{NotEvaluatedReason, Side, Threshold, ThresholdResult};
use crate::catalog::ValueType;
use crate::report::{AbsentReason, Cell};
use crate::stats::{self, Interval, ShareInterval};

/// A number with its interval, or why it has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// The number.
    pub value: f64,
    /// Its interval; an end may be open.
    pub interval: Result<Interval, AbsentReason>,
}

impl Number {
    /// The number of a cell, if it has one.
    pub fn of(cell: &Cell) -> Option<Number> {
        Some(Number {
            value: cell.value?,
            interval: interval(cell.low, cell.high, cell.interval_absent.as_ref()),
        })
    }

    /// What is judged of it: only a point where the number is of a kind without intervals.
    pub fn basis(&self, asked: Basis) -> Basis {
        match self.interval {
            Err(AbsentReason::NotDefined) => Basis::Point,
            _ => asked,
        }
    }

    /// What it is in the light of a threshold.
    ///
    /// An interval always holds its number. So a number on the good side is within its bounds whatever its interval would be, and only one on
    /// the bad side that has no interval, for want of rows, stays open.
    pub fn find(&self, threshold: Threshold, asked: Basis) -> ThresholdResult {
        if !threshold.is_bad(self.value) {
            return ThresholdResult::Within;
        }
        match (&self.interval, self.basis(asked)) {
            (_, Basis::Point) => ThresholdResult::Beyond,
            (Err(absent), Basis::Interval) => ThresholdResult::NotEvaluated(NotEvaluatedReason::NoInterval(absent.clone())),
            (Ok(interval), Basis::Interval) if threshold.is_wholly_bad(interval) => ThresholdResult::Beyond,
            (Ok(_), Basis::Interval) => ThresholdResult::Reaches,
        }
    }

    /// The p-value of its lying on the bad side, for a family of numbers: smaller than 1 - level exactly where the whole interval does; 1 on
    /// the good side. `df` is the number of stakeholders less 1.
    pub fn p(&self, threshold: Threshold, df: f64, level: f64) -> Option<f64> {
        let interval = self.interval.as_ref().ok()?;
        if !threshold.is_bad(self.value) {
            return Some(1.0);
        }
        stats::scaled_p_value(self.value - threshold.value, &shifted(interval, threshold.value), df, level)
    }
}

/// The interval of what a number is more than a threshold.
fn shifted(interval: &Interval, threshold: f64) -> Interval {
    Interval {
        low: interval.low.map(|low| low - threshold),
        high: interval.high.map(|high| high - threshold),
    }
}

/// Both limits as an interval, unless there is none.
pub fn interval(low: Option<f64>, high: Option<f64>, absent: Option<&AbsentReason>) -> Result<Interval, AbsentReason> {
    match (low, high, absent) {
        (_, _, Some(absent)) => Err(absent.clone()),
        (None, None, None) => Err(AbsentReason::TooFew),
        (low, high, None) => Ok(Interval { low, high }),
    }
}

/// The p-value of a cell's lying on the bad side of a threshold. That of a share, a mean or a ratio is found among its intervals at all
/// levels, which are not symmetric; that of any other number is scaled from the interval that there is.
pub fn p_of_cell(cell: &Cell, threshold: Threshold, level: f64) -> Option<f64> {
    let number = Number::of(cell)?;
    let df = cell.stakeholders.unwrap_or_default() as f64 - 1.0;
    if threshold.is_bad(number.value)
        && number.interval.is_ok()
        && let Some(studentised) = cell.studentised
    {
        return stats::p_value(|at| Some(shifted(&studentised.interval(at), threshold.value)));
    }
    if threshold.is_bad(number.value)
        && let Some(share) = ShareAtLevels::of(cell, level)
    {
        return stats::p_value(|at| {
            let (low, high) = share.limits(at);
            Some(Interval::closed(low - threshold.value, high - threshold.value))
        });
    }
    number.p(threshold, df, level)
}

/// A share whose interval is known at every level.
struct ShareAtLevels {
    value: f64,
    method: ShareInterval,
    rows: f64,
    /// Degrees of freedom where rows share stakeholders.
    df: Option<f64>,
}

impl ShareAtLevels {
    /// That of a cell, if it gives the cell's own interval.
    fn of(cell: &Cell, level: f64) -> Option<ShareAtLevels> {
        if cell.value_type != ValueType::Share {
            return None;
        }
        let (n, stakeholders, deff) = (cell.n? as f64, cell.stakeholders? as f64, cell.deff?);
        let (low, high) = (cell.low?, cell.high?);
        let share = ShareAtLevels {
            value: cell.value?,
            method: ShareInterval::of(cell.method?)?,
            rows: n / deff,
            df: (stakeholders < n).then_some(stakeholders - 1.0),
        };
        let own = share.limits(level);
        ((own.0 - low).abs() < 1e-9 && (own.1 - high).abs() < 1e-9).then_some(share)
    }

    fn limits(&self, level: f64) -> (f64, f64) {
        let fewer = self.df.map_or(1.0, |df| {
            (stats::normal_quantile(level) / stats::student_quantile(df, level)).powi(2)
        });
        self.method.limits(self.value, self.rows * fewer, level)
    }
}

impl Threshold {
    /// Whether a value lies on the bad side; the threshold itself does not.
    pub fn is_bad(self, value: f64) -> bool {
        match self.bad {
            Side::Below => value < self.value,
            Side::Above => value > self.value,
        }
    }

    /// Whether an interval does with both its ends.
    pub fn is_wholly_bad(self, interval: &Interval) -> bool {
        match self.bad {
            Side::Below => interval.high.is_some_and(|high| high < self.value),
            Side::Above => interval.low.is_some_and(|low| low > self.value),
        }
    }
}

/// Takes back what is beyond its threshold in one slice of many, but not after Benjamini and Hochberg's adjustment for all that were judged.
/// What has no p is judged as a point, which says nothing of chance.
pub fn stand(findings: &mut [ThresholdResult], p: &[Option<f64>], level: f64) {
    let family = p.iter().flatten().count();
    for ((finding, p), stands) in findings.iter_mut().zip(p).zip(stats::stands(p, level)) {
        if *finding == ThresholdResult::Beyond && p.is_some() && !stands {
            *finding = ThresholdResult::Chance { family };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::{Period, Zone};
    use crate::stats::{ClusterSums, Method};

    const BELOW: Threshold = Threshold {
        bad: Side::Below,
        value: 0.8,
    };
    const ABOVE: Threshold = Threshold {
        bad: Side::Above,
        value: 0.8,
    };

    fn number(value: f64, low: f64, high: f64) -> Number {
        Number {
            value,
            interval: Ok(Interval::closed(low, high)),
        }
    }

    #[test]
    fn only_a_whole_interval_on_the_bad_side_is_beyond() {
        for (number, threshold, point, interval) in [
            (number(0.9, 0.85, 0.95), BELOW, ThresholdResult::Within, ThresholdResult::Within),
            (number(0.8, 0.7, 0.9), BELOW, ThresholdResult::Within, ThresholdResult::Within),
            (number(0.7, 0.6, 0.8), BELOW, ThresholdResult::Beyond, ThresholdResult::Reaches),
            (number(0.7, 0.6, 0.79), BELOW, ThresholdResult::Beyond, ThresholdResult::Beyond),
            (number(0.9, 0.8, 0.95), ABOVE, ThresholdResult::Beyond, ThresholdResult::Reaches),
            (number(0.9, 0.81, 0.95), ABOVE, ThresholdResult::Beyond, ThresholdResult::Beyond),
        ] {
            assert_eq!(number.find(threshold, Basis::Point), point, "{number:?}");
            assert_eq!(number.find(threshold, Basis::Interval), interval, "{number:?}");
        }
        // An open end is never wholly anywhere.
        let open = Number {
            value: 0.7,
            interval: Ok(Interval {
                low: Some(0.6),
                high: None,
            }),
        };
        assert_eq!(open.find(BELOW, Basis::Interval), ThresholdResult::Reaches);
    }

    #[test]
    fn without_an_interval_only_the_bad_side_stays_open() {
        let of = |value, why| Number { value, interval: Err(why) };
        assert_eq!(of(0.9, AbsentReason::TooFew).find(BELOW, Basis::Interval), ThresholdResult::Within);
        assert_eq!(
            of(0.7, AbsentReason::TooFew).find(BELOW, Basis::Interval),
            ThresholdResult::NotEvaluated(NotEvaluatedReason::NoInterval(AbsentReason::TooFew))
        );
        // What never has an interval is judged by its value.
        assert_eq!(
            of(0.7, AbsentReason::NotDefined).find(BELOW, Basis::Interval),
            ThresholdResult::Beyond
        );
        assert_eq!(of(0.7, AbsentReason::NotDefined).basis(Basis::Interval), Basis::Point);
    }

    fn share(part: u64, n: u64, stakeholders: u64, deff: f64, level: f64) -> Cell {
        let period = Period::parse("2026-10", &Zone::utc(), 0).unwrap();
        let value = part as f64 / n as f64;
        let fewer = if stakeholders < n {
            (stats::normal_quantile(level) / stats::student_quantile(stakeholders as f64 - 1.0, level)).powi(2)
        } else {
            1.0
        };
        let (low, high) = stats::wilson(value, n as f64 / deff * fewer, level);
        Cell {
            value: Some(value),
            low: Some(low),
            high: Some(high),
            n: Some(n),
            stakeholders: Some(stakeholders),
            deff: Some(deff),
            method: Some(Method::Wilson),
            value_type: ValueType::Share,
            ..Cell::blank("m", &period)
        }
    }

    // 2 * norm.sf(0.1 / sqrt(0.8 * 0.2 / 100)): Wilson's interval inverts the score test
    #[test]
    fn the_p_of_a_share_is_that_of_the_score_test() {
        let cell = share(70, 100, 100, 1.0, 0.95);
        let p = p_of_cell(&cell, BELOW, 0.95).unwrap();
        assert!((p - 0.012_419_330_651_552_3).abs() < 1e-7, "{p}");
        assert_eq!(p_of_cell(&cell, ABOVE, 0.95), Some(1.0));
    }

    #[test]
    fn a_p_and_its_interval_say_the_same() {
        for part in 20..60 {
            for (stakeholders, deff) in [(60, 1.0), (25, 1.7)] {
                let cell = share(part, 60, stakeholders, deff, 0.95);
                for threshold in [BELOW, ABOVE] {
                    let wholly = threshold.is_wholly_bad(&Interval::closed(cell.low.unwrap(), cell.high.unwrap()));
                    let p = p_of_cell(&cell, threshold, 0.95).unwrap();
                    assert_eq!(p < 0.05, wholly, "{part} {threshold:?} {p}");
                    // The scaled one agrees at the level of the interval.
                    let scaled = Number::of(&cell).unwrap().p(threshold, stakeholders as f64 - 1.0, 0.95).unwrap();
                    assert_eq!(scaled < 0.05, wholly);
                }
            }
        }
    }

    #[test]
    fn the_p_of_a_skewed_mean_and_its_interval_say_the_same() {
        let mut sums = ClusterSums::default();
        (0..40).for_each(|i| sums.add(f64::from(i * i % 23), 1.0));
        sums.add(90.0, 1.0);
        let estimate = stats::ratio(&sums, 0.95);
        let interval = estimate.interval.unwrap();
        let cell = Cell {
            value: Some(estimate.value),
            low: interval.low,
            high: interval.high,
            stakeholders: Some(41),
            studentised: stats::studentised_ratio(&sums).ok(),
            ..Cell::blank("m", &Period::parse("2026-10", &Zone::utc(), 0).unwrap())
        };
        for (bad, limit) in [(Side::Below, interval.high.unwrap()), (Side::Above, interval.low.unwrap())] {
            let p = |value: f64| p_of_cell(&cell, Threshold { bad, value }, 0.95).unwrap();
            let out = if bad == Side::Below { 1e-6 } else { -1e-6 };
            assert!(p(limit + out) < 0.05 && p(limit - out) > 0.05);
        }
    }

    #[test]
    fn of_many_slices_only_what_stands_is_beyond() {
        let mut findings = vec![
            ThresholdResult::Beyond,
            ThresholdResult::Within,
            ThresholdResult::Reaches,
            ThresholdResult::Beyond,
        ];
        stand(&mut findings, &[Some(0.03), Some(1.0), Some(0.2), Some(1e-6)], 0.95);
        assert_eq!(
            findings,
            [
                ThresholdResult::Chance { family: 4 },
                ThresholdResult::Within,
                ThresholdResult::Reaches,
                ThresholdResult::Beyond
            ]
        );
        let mut point = vec![ThresholdResult::Beyond];
        stand(&mut point, &[None], 0.95);
        assert_eq!(point, [ThresholdResult::Beyond]);
    }
}
