//! Round numbers along an axis.

/// The most ticks that an axis gets; if rounding leaves no finite number of them, it gets none.
const MOST: f64 = 1000.0;

/// The step between ticks: 1, 2, 2.5 or 5 times a power of ten, whichever is nearest to that many steps in the range.
fn step(low: f64, high: f64, steps: usize) -> f64 {
    let wanted = (high - low) / steps as f64;
    let power = 10_f64.powf(wanted.abs().log10().floor());
    let nice = match wanted / power {
        times if times < 1.5 => 1.0,
        times if times < 2.25 => 2.0,
        times if times < 3.5 => 2.5,
        times if times < 7.5 => 5.0,
        _ => 10.0,
    };
    nice * power
}

/// The multiples of a round step in a range, about as many as wanted; none if the range contains none or is empty.
pub fn ticks(low: f64, high: f64, steps: usize) -> Vec<f64> {
    let step = step(low, high, steps);
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    let count = last - first;
    if !count.is_finite() || count > MOST {
        return Vec::new();
    }
    let places = (0..=count as u32).map(|i| (first + f64::from(i)) * step);
    places.filter(|place| (low..=high).contains(place)).collect()
}

/// Powers of ten in a range, and their doubles and fivefolds if there are at most three decades.
pub fn log_ticks(low: f64, high: f64) -> Vec<f64> {
    let (first, last) = (low.max(1e-10).log10().floor() as i32, high.log10().ceil() as i32);
    let times: &[f64] = if last - first <= 3 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let places = (first..=last).flat_map(|exponent| times.iter().map(move |times| 10_f64.powi(exponent) * times));
    places
        .filter(|place| (low * (1.0 - 1e-8)..=high * (1.0 + 1e-8)).contains(place))
        .collect()
}

/// A range around a single value, so that it is in the middle of an axis.
pub fn range_around(value: f64) -> (f64, f64) {
    let around = if value.abs() > 1.0 { 1.0 } else { 0.1 };
    (value - around, value + around)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_about_as_many_as_wanted() {
        assert_eq!(ticks(0.0, 4.0, 4), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(ticks(61.3, 68.7, 4), [62.0, 64.0, 66.0, 68.0]);
        assert_eq!(ticks(0.0, 10_500.0, 4), [0.0, 2_500.0, 5_000.0, 7_500.0, 10_000.0]);
        assert_eq!(ticks(-27.0, 3.0, 4), [-20.0, -10.0, 0.0]);
        assert_eq!(ticks(0.0, 3.5e-9, 4).len(), 4);
        assert_eq!(ticks(-2e15, 2e15, 4), [-2e15, -1e15, 0.0, 1e15, 2e15]);
    }

    #[test]
    fn no_ticks_without_a_range() {
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (1e300, 1e300)] {
            assert!(ticks(low, high, 4).is_empty(), "{low} {high}");
        }
    }

    #[test]
    fn ticks_of_ratios() {
        assert_eq!(log_ticks(3.0, 60.0), [5.0, 10.0, 20.0, 50.0]);
        assert_eq!(log_ticks(1.0, 100.0), [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
        assert_eq!(log_ticks(4.0, 60_000.0), [10.0, 100.0, 1_000.0, 10_000.0]);
    }

    #[test]
    fn a_single_value_has_room_on_both_sides() {
        assert_eq!(range_around(0.5), (0.4, 0.6));
        assert_eq!(range_around(-7.0), (-8.0, -6.0));
    }
}
