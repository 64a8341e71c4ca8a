//! Process behaviour charts: whether a series of periods shows more than the variation that is always there.
//!
//! The limits come from the first 12 points and are locked from then on, so that a later change is held against the process as it was
//! and not mixed into its limits. A period without a point is a gap: no moving range reaches over it, and no trend, run or pair of points
//! does. Points that scarcely vary have no chart, since nothing is known of their usual variation.
//!
//! Every rule has a rate of false alarms: the share of stable series that break it at their last point by chance. With limits from 12
//! points it is, in percent, of normal values and of shares with at least about five parts in every whole / of exponential values:
//!
//! | rule | 13 points | 24 points |
//! |---|---|---|
//! | outside | 2 / 5.5 | 2 / 5.5 |
//! | trend | 0.1 / 0.1 | 0.1 / 0.1 |
//! | two of three | 0.6 / 1 | 1.5 / 2 |
//! | run | 0.5 / 1.5 | 3.5 / 6 |
//! | any | 3 / 8 | 6.5 / 12 |
//! | any that is new | 3 / 7 | 4 / 8 |
//!
//! A season and neighbours that resemble each other are taken out first (the `expected` module); the table is that of series with neither.
//!
//! Whoever claims a change at a rate of 5 % can therefore not claim every signal of a skewed series, nor a run that goes on.

use super::expected::{Expected, expected};
use super::signals::{Place, signals};
use super::usual_change::SeasonalChange;
use super::{BetterDirection, Interval, NoIntervalReason};
use crate::codes::codes;

pub use super::expected::Season;
pub use super::signals::{Direction, Rule, Signal};
pub use super::usual_change::{OfSeason, Since, UsualChange, UsualVariation};

/// So many points set the limits, which are then locked; limits from fewer are trial limits.
pub const BASELINE: usize = 12;

/// Fewer moving ranges than this say too little of the variation even for trial limits.
const RANGES_AT_LEAST: usize = 5;

/// 3 / d2, from the mean moving range of two to three standard deviations.
const XMR: f64 = 2.66;

/// d2 of two values: the mean range of pairs of a standard normal distribution.
const D2: f64 = 1.128;

/// Moving ranges of at least so many times their mean are left out of it: D4 of two values.
const SCREEN: f64 = 3.267;

/// A size that differs by more than this part of the mean size of the baseline asks for limits by point.
const UNEVEN: f64 = 0.25;

/// Degrees of freedom of a standard deviation from moving ranges, for each range (Palm and Wheeler, *Equivalent degrees of freedom for
/// estimates of the process standard deviation based on subgroup ranges*, 1990).
const DF_OF_RANGE: f64 = 0.62;

/// Variation below this part of the largest value cannot be told from rounding.
const ROUNDING: f64 = 1e-12;

/// The value of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The value, in the unit of the metric.
    pub value: f64,
    /// The rows in the whole of a share; of other quantities it is not used. A design effect that is the same for all periods need not
    /// be taken out of it, since [`ChartKind::LaneyP`] measures the variation itself.
    pub n: f64,
}

/// The values of successive periods.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The points in the order of time; a period that has none is `None`. A value that is not finite counts as none, as does a share of
    /// nothing.
    pub points: Vec<Option<Point>>,
    /// Whether the values are shares, between 0 and 1, of `n` rows each.
    pub share: bool,
    /// The values that are possible; limits are kept within.
    pub range: Interval,
}

codes! {
    /// Which chart it is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum ChartKind {
        /// Individual values and moving ranges: the same limits for all points.
        XmR = "XmR",
        /// Laney's P': the limits of a share by the size of its whole.
        LaneyP = "P'",
    }
}

/// The natural process limits of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The lower limit.
    pub lower: f64,
    /// The upper limit.
    pub upper: f64,
}

impl Limits {
    /// Both ranges together.
    fn with(self, other: Limits) -> Limits {
        Limits {
            lower: self.lower.min(other.lower),
            upper: self.upper.max(other.upper),
        }
    }
}

/// A process behaviour chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Which chart it is.
    pub kind: ChartKind,
    /// The central line: the mean of the baseline, of a P' chart all its parts over all its wholes.
    pub mean: f64,
    /// The limits of each period, within the possible range; a P' chart has none where there is no point.
    pub limits: Vec<Option<Limits>>,
    /// The number of points that set the limits.
    pub baseline: usize,
    /// Whether they are fewer than [`BASELINE`], so that the limits are trial limits and will still move.
    pub trial: bool,
    /// What is known of the season; `None` where periods have none.
    pub season: Option<Season>,
    /// How much of the distance of a point from what was expected is expected of the next one; `None`: nothing is.
    pub autocorrelation: Option<f64>,
    /// How much the process varies from period to period, by all points before the last one; `None` where they are too few.
    pub usual: Option<UsualVariation>,
    /// All signals, by point and then in the order of precedence. A pattern that goes on is a signal at each further point.
    pub signals: Vec<Signal>,
}

codes! {
    /// Whether a process meets a target, judged by its limits.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Assurance {
        /// The limits lie wholly on the good side of the target: the process will meet it unless it changes.
        ConsistentlyMeets = "consistently meets",
        /// The limits lie wholly on the bad side of the target: the process will miss it unless it changes.
        ConsistentlyMisses = "consistently misses",
        /// The target lies within the limits: whether a period meets it is chance.
        HitAndMiss = "hit and miss",
    }
}

impl Series {
    /// The chart of the series.
    ///
    /// Mean and limits rest on the first [`BASELINE`] points. With MR the mean of the moving ranges of neighbouring periods, taken once more
    /// without those of at least 3.267 times that mean, the limits are mean -+ 2.66 MR. Of shares where the n of any point is more than
    /// 25 % away from the mean n of the baseline they are p -+ 3 s MR(z) / 1.128 instead, with p the share of the whole baseline,
    /// s = sqrt(p (1 - p) / n) by point, and MR(z), screened likewise, the mean moving range of z = (share - p) / s.
    ///
    /// Wheeler and Chambers, *Understanding Statistical Process Control* (1992); the screening of ranges after Nelson, Journal of Quality
    /// Technology 14 (1982), 172-173; Laney, Quality Engineering 14 (2002), 531-537; Provost and Murray, *The Health Care Data Guide*
    /// (2011); rules and their order as NHS England's *Making Data Count* has them.
    ///
    /// Where there is a season or neighbours resemble each other, all of this is done with what remains of the points (`expected`), and the
    /// limits of each period are about what is expected of it. Where a season cannot be seen yet, a signal that the same periods of the season
    /// before explain is none.
    ///
    /// # Errors
    /// [`NoIntervalReason::TooFew`] with fewer than five moving ranges, [`NoIntervalReason::ZeroVariance`] where the points of the baseline do not vary,
    /// but for at most a few jumps that the screening drops, and [`NoIntervalReason::NotDefined`] where the values are too large to add.
    pub fn chart(&self) -> Result<Chart, NoIntervalReason> {
        self.chart_after(0, None)
    }

    /// The chart of the series without the first `before` periods, which are only known so that a season, neighbours that resemble each other
    /// and the usual variation are seen. `season` periods make one season; `None`: there is none.
    ///
    /// # Errors
    /// The same as [`Series::chart`].
    pub fn chart_after(&self, before: usize, season: Option<usize>) -> Result<Chart, NoIntervalReason> {
        let points: Vec<Option<Point>> = self.points.iter().map(|point| point.filter(|point| self.counts(point))).collect();
        let before = before.min(points.len());
        let charted = &points[before..];
        let first = &charted[..first_points(charted).0];
        let kind = if self.share && is_uneven(charted, first) {
            ChartKind::LaneyP
        } else {
            ChartKind::XmR
        };
        let mean = centre(first, kind);
        let unit = |point: &Point| match kind {
            ChartKind::XmR => 1.0,
            ChartKind::LaneyP => (mean * (1.0 - mean) / point.n).sqrt(),
        };
        let scores: Vec<Option<f64>> = points
            .iter()
            .map(|point| point.as_ref().map(|point| (point.value - mean) / unit(point)))
            .collect();
        if scores.iter().flatten().any(|score| score.is_infinite()) {
            return Err(NoIntervalReason::NotDefined);
        }
        // They are NaN by the scores of a share of 0 or 1: no point of the baseline is different.
        if scores.iter().flatten().any(|score| score.is_nan()) {
            return Err(NoIntervalReason::ZeroVariance);
        }
        let all = expected(&scores, season);
        let remainders = remainders(&scores, &all);
        let kept = &remainders[before..];
        let (end, baseline) = first_points(kept);
        let ranges = ranges(&kept[..end]);
        let reach = screened_mean(&ranges)?
            * match kind {
                ChartKind::XmR => XMR,
                ChartKind::LaneyP => 3.0 / D2,
            };
        // The remainders of nothing but the mean have it as their centre already.
        let middle = if all.is_plain() { 0.0 } else { average(&kept[..end]) };
        let largest = first.iter().flatten().map(|point| point.value.abs()).fold(0.0, f64::max);
        let widest = first.iter().flatten().map(|point| reach * unit(point)).fold(0.0, f64::max);
        if !(mean.is_finite() && (mean.abs() + widest).is_finite()) {
            return Err(NoIntervalReason::NotDefined);
        }
        if widest <= ROUNDING * largest {
            return Err(NoIntervalReason::ZeroVariance);
        }
        let places: Vec<Option<Place>> = charted
            .iter()
            .zip(kept)
            .map(|(point, remainder)| {
                let (point, remainder) = (point.as_ref()?, (*remainder)?);
                Some(if all.is_plain() {
                    Place::of(point.value, mean, reach * unit(point))
                } else {
                    Place::of(remainder, middle, reach)
                })
            })
            .collect();
        let values = &all.values[before..];
        let limits = charted.iter().zip(values).map(|(point, value)| {
            let unit = match (kind, point) {
                (ChartKind::XmR, _) => 1.0,
                (ChartKind::LaneyP, point) => unit(point.as_ref()?),
            };
            Some(self.limits(mean + unit * ((*value)? + middle), unit * reach))
        });
        // The position of the point of a season before, from the mean in distances to the limits.
        let a_season_before = |at: usize| {
            let point = points[(before + at).checked_sub(season?)?].as_ref()?;
            Some((point.value - mean) / (reach * unit(point)))
        };
        let signals = signals(&places)
            .into_iter()
            .filter(|signal| all.season == Some(Season::TakenOut) || !signal.is_usual(&places, a_season_before));
        Ok(Chart {
            kind,
            mean,
            limits: limits.collect(),
            baseline,
            trial: baseline < BASELINE,
            season: all.season,
            autocorrelation: all.autocorrelation,
            usual: points.last().and_then(|last| {
                let value = |back: usize| Some(points[(points.len() - 1).checked_sub(back)?]?.value);
                let season_before = season.and_then(|season| Some(value(season)? - value(season + 1)?));
                usual_variation(&remainders, &all, unit(last.as_ref()?), season_before)
            }),
            signals: signals.collect(),
        })
    }

    fn counts(&self, point: &Point) -> bool {
        point.value.is_finite() && (!self.share || (point.n > 0.0 && point.n.is_finite()))
    }

    fn limits(&self, mean: f64, distance: f64) -> Limits {
        let within = |limit: f64| {
            let limit = self.range.low.map_or(limit, |low| limit.max(low));
            self.range.high.map_or(limit, |high| limit.min(high))
        };
        Limits {
            lower: within(mean - distance),
            upper: within(mean + distance),
        }
    }
}

impl Chart {
    /// The signals that the point at this place of the series completes, in the order of precedence.
    pub fn signals_at(&self, at: usize) -> impl Iterator<Item = &Signal> {
        self.signals.iter().filter(move |signal| signal.at == at)
    }

    /// Those signals of the point that the point before did not complete in the same direction: what is news at this point, as against a
    /// pattern that goes on.
    pub fn new_at(&self, at: usize) -> impl Iterator<Item = &Signal> {
        let known = move |signal: &Signal| {
            let same = |other: &Signal| (other.rule, other.direction) == (signal.rule, signal.direction);
            at > 0 && self.signals_at(at - 1).any(same)
        };
        self.signals_at(at).filter(move |signal| !known(signal))
    }

    /// Whether the process will meet the target, by the last limits. `None` without a good direction, and on trial limits, which promise
    /// nothing yet. It speaks of the process as it was when the limits were set: where the last points bear signals, say that first.
    ///
    /// Assurance as in NHS England's *Making Data Count*. A target that a limit just touches on the good side is met.
    pub fn assurance(&self, target: f64, good: BetterDirection) -> Option<Assurance> {
        let limits = if self.season == Some(Season::TakenOut) || self.autocorrelation.is_some() {
            // The limits of one period say what follows on the one before it; those of all say what the process does.
            self.limits.iter().flatten().copied().reduce(Limits::with)?
        } else {
            self.limits.iter().rev().find_map(|limits| *limits)?
        };
        if self.trial || target.is_nan() {
            return None;
        }
        let (meets, misses) = match good {
            BetterDirection::Up => (limits.lower >= target, limits.upper < target),
            BetterDirection::Down => (limits.upper <= target, limits.lower > target),
            BetterDirection::Neither => return None,
        };
        Some(match (meets, misses) {
            (true, _) => Assurance::ConsistentlyMeets,
            (_, true) => Assurance::ConsistentlyMisses,
            _ => Assurance::HitAndMiss,
        })
    }
}

/// Where the baseline ends in the series, and how many points it has.
fn first_points<T>(points: &[Option<T>]) -> (usize, usize) {
    let places = points.iter().enumerate().filter_map(|(i, point)| point.as_ref().map(|_| i));
    places.take(BASELINE).fold((0, 0), |(_, count), place| (place + 1, count + 1))
}

fn is_uneven(points: &[Option<Point>], first: &[Option<Point>]) -> bool {
    let mean = mean(first.iter().flatten().map(|point| point.n));
    points.iter().flatten().any(|point| (point.n - mean).abs() > UNEVEN * mean)
}

fn centre(first: &[Option<Point>], kind: ChartKind) -> f64 {
    let present = first.iter().flatten();
    match kind {
        ChartKind::XmR => mean(present.map(|point| point.value)),
        ChartKind::LaneyP => {
            let (parts, wholes) = present.fold((0.0, 0.0), |(x, n), point| (x + point.value * point.n, n + point.n));
            (parts / wholes).clamp(0.0, 1.0)
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

/// What is left of the points when what is expected of them is subtracted.
fn remainders(scores: &[Option<f64>], all: &Expected) -> Vec<Option<f64>> {
    let pairs = scores.iter().zip(&all.values);
    pairs.map(|(score, value)| Some((*score)? - (*value)?)).collect()
}

/// The moving ranges of neighbouring remainders.
fn ranges(remainders: &[Option<f64>]) -> Vec<f64> {
    let pairs = remainders.windows(2);
    pairs.filter_map(|pair| Some((pair[1]? - pair[0]?).abs())).collect()
}

fn average(remainders: &[Option<f64>]) -> f64 {
    mean(remainders.iter().copied().flatten())
}

/// The mean moving range, without those that stand out.
fn screened_mean(ranges: &[f64]) -> Result<f64, NoIntervalReason> {
    if ranges.len() < RANGES_AT_LEAST {
        return Err(NoIntervalReason::TooFew);
    }
    let all = mean(ranges.iter().copied());
    if all.is_infinite() {
        return Err(NoIntervalReason::NotDefined);
    }
    if all == 0.0 {
        return Err(NoIntervalReason::ZeroVariance);
    }
    Ok(mean(ranges.iter().copied().filter(|&range| range < SCREEN * all)))
}

/// How much what remains of the points varies, by the moving ranges of all but the last. `unit` is that of the last point; `season_before` is how
/// much the point of a season before rose since the one before it.
fn usual_variation(remainders: &[Option<f64>], all: &Expected, unit: f64, season_before: Option<f64>) -> Option<UsualVariation> {
    let (last, earlier) = remainders.split_last()?;
    let ranges = ranges(earlier);
    let deviation = screened_mean(&ranges).ok().filter(|&mean| mean > 0.0)? / D2;
    let before = earlier.last().copied().flatten();
    Some(UsualVariation {
        deviation: deviation * unit,
        df: (DF_OF_RANGE * ranges.len() as f64).max(1.0),
        autocorrelation: all.autocorrelation.unwrap_or_default(),
        seasonal: match all.season {
            Some(Season::TakenOut) => SeasonalChange::TakenOut {
                beyond: last.zip(before).map(|(last, before)| unit * (last - before)),
            },
            Some(Season::NotFound | Season::NotKnown) | None => SeasonalChange::Before(season_before),
        },
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::distribution::normal_quantile;
    use super::super::random::SplitMix64;
    use super::super::tests::close;
    use super::*;
    use proptest::prelude::*;

    const OPEN: Interval = Interval { low: None, high: None };

    pub(in crate::stats) fn individual(values: &[f64]) -> Series {
        Series {
            points: values.iter().map(|&value| Some(Point { value, n: 1.0 })).collect(),
            share: false,
            range: OPEN,
        }
    }

    fn shares(parts: &[f64], wholes: &[f64]) -> Series {
        let points = parts.iter().zip(wholes).map(|(x, &n)| Some(Point { value: x / n, n }));
        Series {
            points: points.collect(),
            share: true,
            range: Interval::closed(0.0, 1.0),
        }
    }

    pub(in crate::stats) fn with_gaps(values: &[Option<f64>]) -> Series {
        Series {
            points: values.iter().map(|value| value.map(|value| Point { value, n: 1.0 })).collect(),
            ..individual(&[])
        }
    }

    /// Twelve points of mean 0 with limits -+ 2.66 * 25 / 11 = 6.05, that break no rule.
    pub(in crate::stats) const CALM: [f64; 12] = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 2.0, -2.0];

    // The published values: mean 8.25, mean MR 7.3636; without the range of 27, which is above 24.057, 5.4.
    #[test]
    fn xmr_golden_values() {
        let chart = individual(&[2.0, 8.0, 5.0, 3.0, 9.0, 4.0, 6.0, 10.0, 7.0, 12.0, 30.0, 3.0])
            .chart()
            .unwrap();
        assert_eq!((chart.kind, chart.trial, chart.baseline), (ChartKind::XmR, false, 12));
        close(chart.mean, 8.25, 1e-12);
        for limits in &chart.limits {
            close(limits.unwrap().lower, -6.114, 1e-9);
            close(limits.unwrap().upper, 22.614, 1e-9);
        }
        assert_eq!(
            chart.signals,
            [Signal {
                at: 10,
                since: 10,
                rule: Rule::Outside,
                direction: Direction::Up
            }]
        );
    }

    // The same values in another order, of which no range stands out (the largest is 22, the screening limit 32.67): v = np.array([...])
    // m, r = v.mean(), np.abs(np.diff(v)).mean(); m - 2.66 * r, m + 2.66 * r
    #[test]
    fn nothing_is_dropped_where_no_range_stands_out() {
        let chart = individual(&[2.0, 12.0, 3.0, 10.0, 30.0, 8.0, 3.0, 9.0, 4.0, 6.0, 5.0, 7.0])
            .chart()
            .unwrap();
        let mean_range = (10.0 + 9.0 + 7.0 + 20.0 + 22.0 + 5.0 + 6.0 + 5.0 + 2.0 + 1.0 + 2.0) / 11.0;
        close(chart.limits[0].unwrap().upper, 8.25 + 2.66 * mean_range, 1e-9);
        close(chart.limits[0].unwrap().lower, 8.25 - 2.66 * mean_range, 1e-9);
    }

    const PARTS: [f64; 14] = [45.0, 80.0, 30.0, 66.0, 120.0, 51.0, 33.0, 90.0, 75.0, 28.0, 60.0, 110.0, 20.0, 15.0];
    const WHOLES: [f64; 14] = [
        100.0, 200.0, 80.0, 150.0, 250.0, 120.0, 60.0, 210.0, 150.0, 70.0, 160.0, 240.0, 90.0, 30.0,
    ];

    // screened = lambda r: r[r < 3.267 * r.mean()].mean()
    // p = x[:12].sum() / n[:12].sum(); s = np.sqrt(p * (1 - p) / n); z = (x / n - p) / s
    // h = 3 * s * screened(np.abs(np.diff(z[:12]))) / 1.128; p - h, p + h
    #[test]
    fn laney_golden_values() {
        let chart = shares(&PARTS, &WHOLES).chart().unwrap();
        assert_eq!((chart.kind, chart.baseline, chart.trial), (ChartKind::LaneyP, 12, false));
        close(chart.mean, 0.4402234636871508, 1e-14);
        for (at, lower, upper) in [
            (0, 0.2398108539713734, 0.6406360734029283),
            (6, 0.18149189708742663, 0.698955030286875),
            (12, 0.22897002418040177, 0.6514769031938998),
            (13, 0.0743217731877831, 0.8061251541865185),
        ] {
            close(chart.limits[at].unwrap().lower, lower, 1e-12);
            close(chart.limits[at].unwrap().upper, upper, 1e-12);
        }
        let found: Vec<_> = chart
            .signals
            .iter()
            .map(|signal| (signal.at, signal.rule, signal.direction))
            .collect();
        assert_eq!(found, [(12, Rule::Outside, Direction::Down)]);
    }

    // The same with 110 instead of 51 of 120: of the ranges of z, 9.51 is above 9.3737 and dropped, 8.54 is not. The unclamped limits of
    // the first and the last point.
    #[test]
    fn laney_screens_and_keeps_to_the_possible() {
        let mut parts = PARTS;
        parts[5] = 110.0;
        let chart = shares(&parts, &WHOLES).chart().unwrap();
        close(chart.mean, 0.4731843575418994, 1e-14);
        close(chart.limits[0].unwrap().lower, 0.18042735846856545, 1e-12);
        close(chart.limits[0].unwrap().upper, 0.7659413566152333, 1e-12);
        assert_eq!(chart.limits[13], Some(Limits { lower: 0.0, upper: 1.0 }));
        let open = Series {
            range: OPEN,
            ..shares(&parts, &WHOLES)
        };
        close(open.chart().unwrap().limits[13].unwrap().lower, -0.06131434999138069, 1e-12);
        close(open.chart().unwrap().limits[13].unwrap().upper, 1.0076830650751796, 1e-12);
    }

    #[test]
    fn sizes_within_a_quarter_of_their_mean_need_no_limits_of_their_own() {
        let parts = [40.0, 45.0, 38.0, 52.0, 41.0, 47.0, 39.0, 44.0, 50.0, 43.0, 42.0, 46.0];
        let mut wholes = [100.0; 12];
        assert_eq!(shares(&parts, &wholes).chart().unwrap().kind, ChartKind::XmR);
        (wholes[0], wholes[1]) = (125.0, 75.0);
        assert_eq!(shares(&parts, &wholes).chart().unwrap().kind, ChartKind::XmR);
        (wholes[0], wholes[1]) = (126.0, 74.0);
        assert_eq!(shares(&parts, &wholes).chart().unwrap().kind, ChartKind::LaneyP);
        let mean = Series {
            share: false,
            ..shares(&parts, &wholes)
        };
        assert_eq!(mean.chart().unwrap().kind, ChartKind::XmR);
        // A later small period has wide limits of its own.
        let late = shares(&[&parts[..], &[10.0]].concat(), &[&[100.0; 12][..], &[20.0]].concat());
        let chart = late.chart().unwrap();
        let width = |at: usize| chart.limits[at].unwrap().upper - chart.limits[at].unwrap().lower;
        assert_eq!(chart.kind, ChartKind::LaneyP);
        close(width(12) / width(0), 5.0_f64.sqrt(), 1e-9);
    }

    #[test]
    fn both_charts_agree_where_sizes_do_not_vary() {
        let parts = [40.0, 45.0, 38.0, 52.0, 41.0, 47.0, 39.0, 44.0, 50.0, 43.0, 42.0, 46.0, 44.0];
        let same = shares(&parts, &[100.0; 13]).chart().unwrap().limits[0].unwrap();
        let late = shares(&[&parts[..], &[10.0]].concat(), &[&[100.0; 13][..], &[20.0]].concat());
        let by_point = late.chart().unwrap().limits[0].unwrap();
        // But for 3 / 1.128, which is 2.6596.
        close(
            (by_point.upper - by_point.lower) / (same.upper - same.lower),
            3.0 / 1.128 / 2.66,
            1e-9,
        );
        close(by_point.upper + by_point.lower, same.upper + same.lower, 1e-9);
    }

    #[test]
    fn limits_are_locked_after_the_twelfth_point() {
        let chart = individual(&[&CALM[..], &[100.0, -100.0, 50.0]].concat()).chart().unwrap();
        let alone = individual(&CALM).chart().unwrap();
        assert_eq!((chart.limits[14], chart.mean), (alone.limits[0], alone.mean));
        assert_eq!((chart.trial, chart.baseline), (false, 12));
        let fewer = individual(&CALM[..11]).chart().unwrap();
        assert_eq!((fewer.trial, fewer.baseline), (true, 11));
        assert_eq!(individual(&CALM[..5]).chart(), Err(NoIntervalReason::TooFew));
        assert!(individual(&CALM[..6]).chart().unwrap().trial);
        assert_eq!(individual(&[]).chart(), Err(NoIntervalReason::TooFew));
    }

    #[test]
    fn what_does_not_vary_has_no_chart() {
        assert_eq!(individual(&[0.1; 30]).chart(), Err(NoIntervalReason::ZeroVariance));
        assert_eq!(individual(&[0.0; 30]).chart(), Err(NoIntervalReason::ZeroVariance));
        // 0.3 and 0.1 + 0.2 differ by rounding alone.
        let same: Vec<f64> = (0..30).map(|i| if i % 2 == 0 { 0.3 } else { 0.1 + 0.2 }).collect();
        assert_eq!(individual(&same).chart(), Err(NoIntervalReason::ZeroVariance));
        // One event in a year: both its ranges are dropped, and what is left says nothing.
        let mut rare = [0.0; 14];
        (rare[4], rare[13]) = (1.0, 1.0);
        assert_eq!(individual(&rare).chart(), Err(NoIntervalReason::ZeroVariance));
        let uneven: Vec<f64> = (0..14).map(|i| f64::from(20 + 30 * (i % 3))).collect();
        assert_eq!(shares(&uneven, &uneven).chart(), Err(NoIntervalReason::ZeroVariance));
        assert_eq!(shares(&[0.0; 14], &uneven).chart(), Err(NoIntervalReason::ZeroVariance));
        assert_eq!(
            individual(&[1e308, -1e308, 1e308, -1e308, 1e308, -1e308, 1e308]).chart(),
            Err(NoIntervalReason::NotDefined)
        );
    }

    #[test]
    fn no_moving_range_reaches_over_a_gap() {
        // A jump of 8 during the gap is not in the limits; the baseline is twelve points, not twelve periods.
        let mut values: Vec<Option<f64>> = [0.0, 1.0, 0.0, 1.0, 0.0, 1.0].map(Some).to_vec();
        values.extend([None, None]);
        values.extend([9.0, 8.0, 9.0, 8.0, 9.0, 8.0, 100.0].map(Some));
        let chart = with_gaps(&values).chart().unwrap();
        close(chart.mean, 4.5, 1e-12);
        close(chart.limits[6].unwrap().upper, 4.5 + 2.66, 1e-12);
        assert_eq!((chart.baseline, chart.trial, chart.limits.len()), (12, false, 15));
        let alternating: Vec<Option<f64>> = (0..40).map(|i| (i % 2 == 0).then_some(f64::from(i))).collect();
        assert_eq!(with_gaps(&alternating).chart(), Err(NoIntervalReason::TooFew));
        let strange: Vec<Option<f64>> = CALM.into_iter().map(Some).chain([Some(f64::NAN), Some(f64::INFINITY)]).collect();
        let chart = with_gaps(&strange).chart().unwrap();
        assert_eq!((chart.signals, chart.limits[13]), (Vec::new(), chart.limits[0]));
        let mut nothing = shares(&PARTS, &WHOLES);
        nothing.points.push(Some(Point { value: 0.0, n: 0.0 }));
        assert_eq!(nothing.chart().unwrap().limits[14], None);
    }

    #[test]
    fn assurance_by_the_limits() {
        let series = individual(&CALM); // limits -+ 6.05
        let chart = series.chart().unwrap();
        let words = |target: f64, good: BetterDirection| chart.assurance(target, good).map(Assurance::as_str);
        assert_eq!(words(-6.1, BetterDirection::Up), Some("consistently meets"));
        assert_eq!(words(6.1, BetterDirection::Up), Some("consistently misses"));
        assert_eq!(words(5.0, BetterDirection::Up), Some("hit and miss"));
        assert_eq!(words(-6.1, BetterDirection::Down), Some("consistently misses"));
        assert_eq!(words(6.1, BetterDirection::Down), Some("consistently meets"));
        assert_eq!(words(5.0, BetterDirection::Down), Some("hit and miss"));
        assert_eq!(
            (words(6.1, BetterDirection::Neither), words(f64::NAN, BetterDirection::Up)),
            (None, None)
        );
        assert_eq!(individual(&CALM[..8]).chart().unwrap().assurance(9.0, BetterDirection::Up), None);
        // A target at the end of the possible range may be reached, and is by definition not passed the wrong way.
        let bounded = Series {
            range: Interval::closed(-3.0, 3.0),
            ..series
        };
        let chart = bounded.chart().unwrap();
        assert_eq!(chart.assurance(3.0, BetterDirection::Up), Some(Assurance::HitAndMiss));
        assert_eq!(chart.assurance(-3.0, BetterDirection::Up), Some(Assurance::ConsistentlyMeets));
        // Of limits by point, the last count.
        let chart = shares(&PARTS, &WHOLES).chart().unwrap();
        assert_eq!(chart.assurance(0.2, BetterDirection::Up), Some(Assurance::HitAndMiss));
        let chart = shares(&PARTS[..13], &WHOLES[..13]).chart().unwrap();
        assert_eq!(chart.assurance(0.2, BetterDirection::Up), Some(Assurance::ConsistentlyMeets));
    }

    fn uniform(draws: &mut SplitMix64) -> f64 {
        ((draws.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(draws: &mut SplitMix64) -> Point {
        let u = 2.0 * uniform(draws) - 1.0;
        Point {
            value: normal_quantile(u.abs()).copysign(u),
            n: 1.0,
        }
    }

    fn exponential(draws: &mut SplitMix64) -> Point {
        Point {
            value: -uniform(draws).ln(),
            n: 1.0,
        }
    }

    fn binomial(p: f64, from: u64, to: u64) -> impl Fn(&mut SplitMix64) -> Point {
        move |draws| {
            let n = from + draws.next() % (to - from + 1);
            let parts = (0..n).filter(|_| uniform(draws) < p).count();
            Point {
                value: parts as f64 / n as f64,
                n: n as f64,
            }
        }
    }

    /// Of stable series of `length`, the share that breaks each rule at the last point, in the order of `Rule::ALL`, the share that
    /// breaks any, and the share with a new signal. Series without a chart break none.
    fn false_alarms(length: usize, share: bool, draw: &dyn Fn(&mut SplitMix64) -> Point) -> ([f64; 4], f64, f64) {
        const SERIES: usize = 4000;
        let mut draws = SplitMix64(20_240_229);
        let (mut by_rule, mut any, mut new) = ([0.0; 4], 0.0, 0.0);
        for _ in 0..SERIES {
            let series = Series {
                points: (0..length).map(|_| Some(draw(&mut draws))).collect(),
                share,
                range: if share { Interval::closed(0.0, 1.0) } else { OPEN },
            };
            let Ok(chart) = series.chart() else { continue };
            let last: Vec<Rule> = chart.signals_at(length - 1).map(|signal| signal.rule).collect();
            last.iter().for_each(|&rule| by_rule[rule as usize] += 1.0 / SERIES as f64);
            any += if last.is_empty() { 0.0 } else { 1.0 / SERIES as f64 };
            new += chart.new_at(length - 1).next().map_or(0.0, |_| 1.0 / SERIES as f64);
        }
        (by_rule, any, new)
    }

    #[test]
    fn a_stable_normal_point_is_seldom_outside() {
        // With limits from 12 points 2.2 %, where known limits of three standard deviations have 0.27 %.
        let ([outside, trend, two, run], any, new) = false_alarms(13, false, &normal);
        assert!((0.015..0.03).contains(&outside), "{outside}");
        assert!(trend < 0.003 && (0.002..0.012).contains(&two) && run < 0.012, "{trend} {two} {run}");
        assert!((0.02..0.04).contains(&any) && new < any, "{any} {new}");
        // Within the baseline a point pulls mean and ranges towards itself.
        let ([outside, ..], any, _) = false_alarms(12, false, &normal);
        assert!((0.005..0.02).contains(&outside) && any < 0.03, "{outside} {any}");
    }

    #[test]
    fn runs_are_less_rare_away_from_the_baseline() {
        // 1 / 64 about a known mean, more about one estimated from 12 points; so all rules together are above 5 %.
        let ([outside, trend, two, run], any, new) = false_alarms(24, false, &normal);
        assert!((0.015..0.03).contains(&outside) && trend < 0.003, "{outside} {trend}");
        assert!((0.008..0.025).contains(&two) && (0.02..0.05).contains(&run), "{two} {run}");
        assert!((0.05..0.09).contains(&any) && (0.03..0.05).contains(&new), "{any} {new}");
    }

    #[test]
    fn stable_shares_behave_like_normal_values_where_parts_are_not_few() {
        for (p, from, to) in [(0.3, 150, 250), (0.9, 20, 40), (0.05, 50, 200)] {
            let (by_rule, any, new) = false_alarms(13, true, &binomial(p, from, to));
            assert!(
                by_rule.iter().all(|&rate| rate < 0.035) && new < any && any < 0.05,
                "{p} {by_rule:?} {any} {new}"
            );
            let (by_rule, any, new) = false_alarms(24, true, &binomial(p, from, to));
            assert!(by_rule.iter().all(|&rate| rate < 0.05) && new < 0.05, "{p} {by_rule:?} {new}");
            assert!((0.05..0.09).contains(&any), "{p} {any}");
        }
    }

    #[test]
    fn skewed_values_alarm_more_often() {
        for length in [13, 24] {
            let ([outside, trend, two, run], any, new) = false_alarms(length, false, &exponential);
            assert!((0.04..0.07).contains(&outside), "{length} {outside}");
            assert!(trend < 0.003 && two < 0.03 && run < 0.08, "{length} {trend} {two} {run}");
            assert!((0.06..0.15).contains(&any) && (0.05..0.1).contains(&new), "{length} {any} {new}");
        }
    }

    /// New signals at the last of `length` points, of which 24 are charted, in percent of series with a season of 12.
    fn new_signals(length: usize, draw: impl Fn(&mut SplitMix64, usize, &mut f64) -> f64) -> f64 {
        const SERIES: usize = 1000;
        let mut draws = SplitMix64(77);
        let found = (0..SERIES).filter(|_| {
            let mut before = normal(&mut draws).value;
            let values: Vec<f64> = (144 - length..144).map(|at| draw(&mut draws, at, &mut before)).collect();
            let earlier = length.saturating_sub(24);
            let chart = individual(&values).chart_after(earlier, Some(12)).unwrap();
            chart.new_at(length - earlier - 1).next().is_some()
        });
        100.0 * found.count() as f64 / SERIES as f64
    }

    // In either direction; a rule fails on one of them. Before seasons and neighbours were looked at it was 85 %, 34 %, 17 % and 34 %.
    #[test]
    fn seasons_and_neighbours_seldom_alarm() {
        let correlated = |coefficient: f64| {
            move |draws: &mut SplitMix64, _: usize, before: &mut f64| {
                *before = coefficient * *before + (1.0 - coefficient * coefficient).sqrt() * normal(draws).value;
                *before
            }
        };
        for length in [24, 36] {
            let peak = |at: usize| if at % 12 == 11 { 1.6 } else { 1.0 };
            let cosine = |at: usize| 0.25 * (std::f64::consts::TAU * at as f64 / 12.0).cos();
            for (rate, most) in [
                (new_signals(length, |draws, at, _| peak(at) + 0.1 * normal(draws).value), 6.0),
                (new_signals(length, |draws, at, _| cosine(at) + 0.1 * normal(draws).value), 6.0),
                (new_signals(length, correlated(0.5)), 8.0),
                (new_signals(length, correlated(0.8)), 13.0),
            ] {
                assert!(rate < most, "{length} {rate} {most}");
            }
        }
    }

    #[test]
    fn a_signal_is_new_once() {
        let above = [0.5, 1.0, 0.5, 1.0, 0.5, 1.0, 0.5, 1.0];
        let chart = individual(&[&CALM[..], &above, &[-7.0, 7.0, 7.0]].concat()).chart().unwrap();
        let new = |at: usize| chart.new_at(at).map(|signal| (signal.rule, signal.direction)).collect::<Vec<_>>();
        assert_eq!(new(18), [(Rule::Run, Direction::Up)]);
        assert_eq!((new(19), chart.signals_at(19).count()), (vec![], 1));
        assert_eq!(new(20), [(Rule::Outside, Direction::Down)]);
        assert_eq!(new(21), [(Rule::Outside, Direction::Up)]);
        assert_eq!((new(22), chart.signals_at(22).count()), (vec![], 1));
        assert_eq!(new(0), []);
    }

    fn values() -> impl Strategy<Value = Vec<Option<f64>>> {
        prop::collection::vec(prop::option::weighted(0.95, (-50_i32..=50).prop_map(f64::from)), 0..40)
    }

    fn mirrored(signals: &[Signal]) -> Vec<Signal> {
        signals.iter().map(|signal| turned(*signal)).collect()
    }

    fn turned(signal: Signal) -> Signal {
        let direction = match signal.direction {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
        };
        Signal { direction, ..signal }
    }

    proptest! {
        #[test]
        fn limits_are_numbers_in_order(values in values(), low in -60.0..0.0, high in 0.0..60.0) {
            let series = Series { range: Interval::closed(low, high), ..with_gaps(&values) };
            if let Ok(chart) = series.chart() {
                prop_assert_eq!(chart.limits.len(), values.len());
                for limits in chart.limits.iter().flatten() {
                    prop_assert!(low <= limits.lower && limits.lower <= limits.upper && limits.upper <= high);
                }
                prop_assert!(chart.signals.iter().all(|signal| signal.at + 1 == signal.since + signal.rule.points()));
            }
        }

        #[test]
        fn shift_and_scale_carry_over(values in values(), shift in -1000_i32..1000, scale in 0.001..1000.0) {
            let moved: Vec<_> = values.iter().map(|value| value.map(|value| (value + f64::from(shift)) * scale)).collect();
            match (with_gaps(&values).chart(), with_gaps(&moved).chart()) {
                (Ok(chart), Ok(other)) => {
                    let carried = |limit: f64| -> f64 { (limit + f64::from(shift)) * scale };
                    for (a, b) in chart.limits.iter().flatten().zip(other.limits.iter().flatten()) {
                        prop_assert!((carried(a.lower) - b.lower).abs() < 1e-9 * scale && (carried(a.upper) - b.upper).abs() < 1e-9 * scale);
                    }
                    prop_assert_eq!(chart.signals, other.signals);
                }
                (a, b) => prop_assert_eq!(a.err(), b.err()),
            }
        }

        #[test]
        fn a_mirror_turns_every_signal(values in values()) {
            let negated: Vec<_> = values.iter().map(|value| value.map(|value| -value)).collect();
            if let (Ok(chart), Ok(other)) = (with_gaps(&values).chart(), with_gaps(&negated).chart()) {
                prop_assert_eq!(mirrored(&chart.signals), other.signals);
            }
        }

        #[test]
        fn backwards_in_time_the_limits_of_a_baseline_are_the_same(values in prop::collection::vec(-50_i32..=50, 6..=12)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let backwards: Vec<f64> = values.iter().rev().copied().collect();
            let charts = individual(&values).chart().ok().zip(individual(&backwards).chart().ok());
            // What a point is expected to be by the one before it has a direction.
            let plain = charts.filter(|(chart, other)| chart.autocorrelation.is_none() && other.autocorrelation.is_none());
            if let Some((chart, other)) = plain {
                let (a, b) = (chart.limits[0].unwrap(), other.limits[0].unwrap());
                prop_assert!((a.lower - b.lower).abs() < 1e-9 && (a.upper - b.upper).abs() < 1e-9);
                let last = values.len() - 1;
                let mut expected: Vec<Signal> = chart.signals.iter().map(|&signal| {
                    let signal = if signal.rule == Rule::Trend { turned(signal) } else { signal };
                    Signal { at: last - signal.since, since: last - signal.at, ..signal }
                }).collect();
                expected.sort_by_key(|signal| (signal.at, signal.rule));
                prop_assert_eq!(expected, other.signals);
            }
        }

        #[test]
        fn the_complement_of_a_share_has_the_complement_of_its_limits(
            pairs in prop::collection::vec((0_u32..200, 1_u32..200), 0..30),
        ) {
            let wholes: Vec<f64> = pairs.iter().map(|&(_, n)| f64::from(n)).collect();
            let parts: Vec<f64> = pairs.iter().map(|&(x, n)| f64::from(x.min(n))).collect();
            let others: Vec<f64> = parts.iter().zip(&wholes).map(|(x, n)| n - x).collect();
            match (shares(&parts, &wholes).chart(), shares(&others, &wholes).chart()) {
                (Ok(chart), Ok(other)) => {
                    prop_assert_eq!(chart.kind, other.kind);
                    for (a, b) in chart.limits.iter().flatten().zip(other.limits.iter().flatten()) {
                        prop_assert!(0.0 <= a.lower && a.lower <= a.upper && a.upper <= 1.0);
                        // What is expected after an unusual point may be beyond the mean.
                        prop_assert!(chart.autocorrelation.is_some() || (a.lower <= chart.mean && chart.mean <= a.upper));
                        prop_assert!((a.lower + b.upper - 1.0).abs() < 1e-9 && (a.upper + b.lower - 1.0).abs() < 1e-9);
                    }
                    prop_assert_eq!(mirrored(&chart.signals), other.signals);
                }
                (a, b) => prop_assert_eq!(a.err(), b.err()),
            }
        }
    }
}
