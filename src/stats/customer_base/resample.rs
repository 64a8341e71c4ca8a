//! Resampling of customers, whose spread is that of everything that was fitted to them.
//!
//! Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), chapter 13: the limits are percentiles of the resampled values.

use crate::stats::Interval;
use crate::stats::random::SplitMix64;

/// Where the sequence of draws starts; fixed, so that the same data give the same intervals.
const SEED: u64 = 0xC057_0AE2_BA5E_0000;

/// How often each of so many customers is drawn in a resample: the same for the same number of the resample, whatever else runs.
///
/// A byte each, so that a million of them stay near the processor. Of more customers than a byte counts, none is drawn as often: the chance is far
/// below 1e-500.
pub fn resample(customers: usize, number: u64) -> Vec<u8> {
    let mut seeds = SplitMix64(SEED ^ number.wrapping_mul(0xD134_2543_DE82_EF95));
    let mut draws = SplitMix64(seeds.next());
    let mut drawn = vec![0u8; customers];
    for _ in 0..customers {
        // 64 random bits taken to 0..customers.
        let at = (u128::from(draws.next()) * customers as u128) >> 64;
        let times = &mut drawn[at as usize];
        *times = times.saturating_add(1);
    }
    drawn
}

/// The limits at a level: the values of rank (B + 1) alpha / 2, rounded down, from either end of B resampled values. The values are put
/// into another order. `None`: there are too few of them for the level.
pub fn percentiles(values: &mut [f64], level: f64) -> Option<Interval> {
    let rank = ((values.len() + 1) as f64 * (1.0 - level) / 2.0 + 1e-9).floor() as usize;
    if rank == 0 || 2 * rank > values.len() {
        return None;
    }
    let last = values.len() - rank;
    let (_, low, above) = values.select_nth_unstable_by(rank - 1, f64::total_cmp);
    let low = *low;
    let (_, high, _) = above.select_nth_unstable_by(last - rank, f64::total_cmp);
    Some(Interval::closed(low, *high))
}

/// The limits of [`percentiles`], of values that stay as they are. The usual levels need only the few lowest and highest of them.
pub fn limits(values: &[f64], level: f64) -> Option<Interval> {
    const FEW: usize = 8;
    let rank = ((values.len() + 1) as f64 * (1.0 - level) / 2.0 + 1e-9).floor() as usize;
    if rank == 0 || rank > FEW || 2 * rank > values.len() || values.iter().any(|value| value.is_nan()) {
        return percentiles(&mut values.to_vec(), level);
    }
    // The lowest so far, ascending, and the highest so far, descending.
    let (mut lowest, mut highest) = ([f64::INFINITY; FEW], [f64::NEG_INFINITY; FEW]);
    for &value in values {
        if value < lowest[rank - 1] {
            let mut at = rank - 1;
            while at > 0 && lowest[at - 1] > value {
                lowest[at] = lowest[at - 1];
                at -= 1;
            }
            lowest[at] = value;
        }
        if value > highest[rank - 1] {
            let mut at = rank - 1;
            while at > 0 && highest[at - 1] < value {
                highest[at] = highest[at - 1];
                at -= 1;
            }
            highest[at] = value;
        }
    }
    Some(Interval::closed(lowest[rank - 1], highest[rank - 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_few_lowest_and_highest_are_those_of_the_ordered_values() {
        let mut draws = SplitMix64(3);
        for number in [0, 1, 39, 40, 199, 999] {
            for distinct in [1, 7, 1_000] {
                let values: Vec<f64> = (0..number).map(|_| (draws.next() % distinct) as f64 - 3.0).collect();
                for level in [0.5, 0.9, 0.95, 0.99, 0.999] {
                    assert_eq!(
                        limits(&values, level),
                        percentiles(&mut values.clone(), level),
                        "{number} {distinct} {level}"
                    );
                }
            }
        }
    }

    #[test]
    fn all_are_drawn_alike_and_each_resample_is_its_own() {
        let drawn = resample(1000, 3);
        assert_eq!(drawn.iter().map(|times| u32::from(*times)).sum::<u32>(), 1000);
        assert_eq!(drawn, resample(1000, 3));
        assert_ne!(drawn, resample(1000, 4));
        // About 1 / e of them are not drawn, with a standard deviation of 10.
        let none = drawn.iter().map(|times| u32::from(*times == 0)).sum::<u32>();
        assert!((340..400).contains(&none), "{none}");
    }

    #[test]
    fn limits_are_order_statistics() {
        let mut values: Vec<f64> = (1..=199).rev().map(f64::from).collect();
        assert_eq!(percentiles(&mut values, 0.95), Some(Interval::closed(5.0, 195.0)));
        assert_eq!(percentiles(&mut values, 0.99), Some(Interval::closed(1.0, 199.0)));
        assert_eq!(percentiles(&mut values, 0.999), None);
        assert_eq!(percentiles(&mut [], 0.95), None);
    }
}
