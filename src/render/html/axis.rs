//! Scales of charts: from values to positions, and the labels of ticks.

use super::svg::WIDTH;
use super::ticks;
use crate::catalog::MetricUnit;
use crate::render::document::Axis;
use crate::render::format::number;

/// The height of a chart.
pub const HEIGHT: f64 = 180.0;

/// How many steps an axis of values has, about.
const STEPS: usize = 4;

/// How the numbers of an axis are written: in what fits the largest of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numbers {
    /// What a value is multiplied with before it is drawn.
    pub factor: f64,
    divisor: f64,
    suffix: &'static str,
}

impl Numbers {
    /// For an axis that includes these values.
    pub fn new(axis: &Axis, values: impl Iterator<Item = f64>) -> Numbers {
        let largest = values.fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let unit = |factor, suffix| Numbers {
            factor,
            divisor: 1.0,
            suffix,
        };
        let numbers = match axis.unit {
            MetricUnit::Share => unit(100.0, "%"),
            MetricUnit::Hours if axis.business_hours => unit(1.0, " h"),
            MetricUnit::Hours if largest < 1.0 => unit(60.0, " min"),
            MetricUnit::Hours if largest < 48.0 => unit(1.0, " h"),
            MetricUnit::Hours => unit(1.0 / 24.0, " d"),
            MetricUnit::Days => unit(1.0, " d"),
            MetricUnit::Points | MetricUnit::Count | MetricUnit::Money | MetricUnit::Ratio | MetricUnit::Score | MetricUnit::Index => {
                unit(1.0, "")
            }
        };
        let (divisor, thousands) = match largest * numbers.factor {
            size if size >= 1e9 => (1e9, "bn"),
            size if size >= 1e6 => (1e6, "m"),
            size if size >= 1e5 => (1e3, "k"),
            _ => return numbers,
        };
        if numbers.suffix.is_empty() {
            Numbers {
                divisor,
                suffix: thousands,
                ..numbers
            }
        } else {
            numbers
        }
    }

    /// A tick of an axis with that step, both as drawn.
    fn tick(&self, value: f64, step: f64) -> String {
        let step = (step / self.divisor).abs();
        let decimals = (0..6).find(|d| is_whole(step * 10_f64.powi(*d))).unwrap_or(6) as usize;
        self.written(value, decimals)
    }

    /// A value as drawn, next to a separate line.
    pub fn single(&self, value: f64) -> String {
        let decimals = (0..2).find(|d| is_whole(value / self.divisor * 10_f64.powi(*d))).unwrap_or(1);
        self.written(value, decimals as usize)
    }

    fn written(&self, value: f64, decimals: usize) -> String {
        format!("{}{}", number(value / self.divisor, decimals).replace('-', "\u{2212}"), self.suffix)
    }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6
}

/// The lowest and the highest of some numbers; not a number among them: none.
pub fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |extent, value| match extent {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    })
}

/// The range of an axis of values. Values are always visible; intervals as far as there is room.
pub fn value_range(unit: MetricUnit, must: (f64, f64), may: (f64, f64)) -> (f64, f64) {
    let room = (must.1 - must.0).max(0.05 * must.0.abs().max(must.1.abs())) * 2.0;
    let (low, high) = (may.0.max(must.0 - room).min(must.0), may.1.min(must.1 + room).max(must.1));
    let pad = (high - low) * 0.06;
    let (mut low, mut high) = if low < high {
        (low - pad, high + pad)
    } else {
        ticks::range_around(low)
    };
    // An axis never includes impossible values, except for the size of the marks.
    let (least, most) = match unit {
        MetricUnit::Share => (0.0, 100.0),
        MetricUnit::Count | MetricUnit::Hours | MetricUnit::Days => (0.0, f64::INFINITY),
        MetricUnit::Points | MetricUnit::Money | MetricUnit::Ratio | MetricUnit::Score | MetricUnit::Index => {
            (f64::NEG_INFINITY, f64::INFINITY)
        }
    };
    if must.0 >= least && must.1 <= most {
        let margin = (high - low) * 0.03;
        (low, high) = (low.max(least - margin), high.min(most + margin));
    }
    (low, high)
}

/// Ticks of an axis of values, with their labels.
pub fn ticks(numbers: Numbers, (low, high): (f64, f64)) -> Vec<(f64, String)> {
    labelled(numbers, ticks::ticks(low, high, STEPS))
}

/// Ticks along sizes, with their labels.
pub fn size_ticks((low, high): (f64, f64), is_log: bool) -> Vec<(f64, String)> {
    let ticks = if is_log {
        ticks::log_ticks(low, high)
    } else {
        ticks::ticks(low, high, STEPS)
    };
    let sizes = Axis::default();
    labelled(Numbers::new(&sizes, ticks.iter().copied()), ticks)
}

fn labelled(numbers: Numbers, ticks: Vec<f64>) -> Vec<(f64, String)> {
    let step = ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let step = if step.is_finite() { step } else { 1.0 };
    ticks.into_iter().map(|tick| (tick, numbers.tick(tick, step))).collect()
}

/// From values to places in a scene of [`WIDTH`] and [`HEIGHT`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Whether equal ratios along the foot have equal widths.
    is_log: bool,
    /// The place of x = 0 (of x = 1 on a logarithmic scale), and the width of one unit.
    across: (f64, f64),
    /// The place of y = 0, and the height of one unit.
    up: (f64, f64),
}

/// The scale that spreads these ranges over the whole scene.
pub fn scale(x: (f64, f64), y: (f64, f64), is_log: bool) -> Scale {
    let x = if is_log { (exponent(x.0), exponent(x.1)) } else { x };
    let unit = |(low, high): (f64, f64), length: f64| match high - low {
        span if span.abs() > f64::EPSILON => length / span,
        _ => 0.0,
    };
    let (width, height) = (unit(x, WIDTH), unit(y, HEIGHT));
    Scale {
        is_log,
        across: (-x.0 * width, width),
        up: (HEIGHT + y.0 * height, height),
    }
}

/// A scale of ratios has no place for zero.
fn exponent(value: f64) -> f64 {
    value.max(1e-10).log10()
}

impl Scale {
    /// The place of a value along the foot.
    pub fn map_x(&self, x: f64) -> f64 {
        let x = if self.is_log { exponent(x) } else { x };
        self.across.0 + x * self.across.1
    }

    /// The place of a value at the side.
    pub fn map_y(&self, y: f64) -> f64 {
        self.up.0 - y * self.up.1
    }
}

/// Places of labels from the top down, none nearer to the next than `gap`, all within the height, each as near to its own as can be.
pub fn apart(mut places: Vec<(f64, String, &'static str)>, gap: f64) -> Vec<(f64, String, &'static str)> {
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    for i in 1..places.len() {
        places[i].0 = places[i].0.max(places[i - 1].0 + gap);
    }
    let mut lowest = HEIGHT;
    for place in places.iter_mut().rev() {
        place.0 = place.0.min(lowest);
        lowest = place.0 - gap;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(unit: MetricUnit) -> Axis {
        Axis { unit, ..Axis::default() }
    }

    fn tick_texts(unit: MetricUnit, low: f64, high: f64) -> Vec<String> {
        texts_of(&axis(unit), low, high)
    }

    fn texts_of(axis: &Axis, low: f64, high: f64) -> Vec<String> {
        let numbers = Numbers::new(axis, [low, high].into_iter());
        let range = (low * numbers.factor, high * numbers.factor);
        ticks(numbers, range).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_in_the_unit_that_is_read() {
        assert_eq!(tick_texts(MetricUnit::Share, 0.61, 0.69), ["62%", "64%", "66%", "68%"]);
        assert_eq!(
            tick_texts(MetricUnit::Hours, 0.1, 0.5),
            ["10 min", "15 min", "20 min", "25 min", "30 min"]
        );
        assert_eq!(tick_texts(MetricUnit::Hours, 24.0, 100.0), ["1 d", "2 d", "3 d", "4 d"]);
        let business = Axis {
            business_hours: true,
            ..axis(MetricUnit::Hours)
        };
        assert_eq!(texts_of(&business, 24.0, 90.0), ["40 h", "60 h", "80 h"]);
        assert_eq!(
            tick_texts(MetricUnit::Money, 7.9e6, 9.2e6),
            ["8.00m", "8.25m", "8.50m", "8.75m", "9.00m"]
        );
        assert_eq!(tick_texts(MetricUnit::Score, -40.0, 40.0), ["−40", "−20", "0", "20", "40"]);
        assert_eq!(
            tick_texts(MetricUnit::Count, 0.0, 12_000.0),
            ["0", "2,500", "5,000", "7,500", "10,000"]
        );
    }

    #[test]
    fn a_line_says_its_value() {
        let numbers = Numbers::new(&axis(MetricUnit::Share), [0.8].into_iter());
        assert_eq!((numbers.single(80.0), numbers.single(82.55)), ("80%".into(), "82.6%".into()));
    }

    #[test]
    fn ranges_hold_what_must_be_seen_and_stay_where_values_can_be() {
        let (low, high) = value_range(MetricUnit::Share, (97.0, 100.0), (10.0, 100.0));
        assert!((86.0..88.0).contains(&low) && (100.0..101.0).contains(&high), "{low} {high}");
        let (low, high) = value_range(MetricUnit::Count, (0.0, 0.0), (0.0, 0.0));
        assert!((-0.1..=0.0).contains(&low) && high > 0.0, "{low} {high}");
        let (low, high) = value_range(MetricUnit::Money, (5.0, 5.0), (5.0, 5.0));
        assert!(low < 5.0 && high > 5.0);
    }

    #[test]
    fn scales_keep_their_ranges() {
        let linear = scale((0.0, 13.0), (61.3, 68.7), false);
        assert_eq!((linear.map_x(0.0), linear.map_x(13.0)), (0.0, 1000.0));
        assert!((linear.map_y(61.3) - HEIGHT).abs() < 1e-9 && linear.map_y(68.7).abs() < 1e-9);
        let log = scale((10.0, 1000.0), (0.0, 1.0), true);
        assert!((log.map_x(100.0) - 500.0).abs() < 1e-9);
    }

    #[test]
    fn labels_keep_apart_and_within() {
        let place = |y: f64| (y, String::new(), "");
        let places: Vec<f64> = apart(vec![place(179.0), place(175.0), place(20.0)], 13.0)
            .iter()
            .map(|p| p.0)
            .collect();
        assert_eq!(places, [20.0, 167.0, 180.0]);
    }
}
