//! Concentration: how much of a total hangs on few stakeholders.
//!
//! All functions take one total per stakeholder. Negative totals (and NaN) have no share and are left out; zeros stay. Where
//! nothing positive is left there is no concentration, and the result is `None`. These numbers have no interval: a handful of stakeholders decides
//! them, so what one looks at is the same number [without the largest](without_largest).

/// The Herfindahl-Hirschman index: the sum of squared shares, 1 / n to 1. Herfindahl (1950), Hirschman (1964).
pub fn hhi(totals: &[f64]) -> Option<f64> {
    let total = sum(totals)?;
    Some(counted(totals).map(|x| (x / total) * (x / total)).sum())
}

/// The number of equal stakeholders with the same concentration: 1 / HHI. Adelman, The Review of Economics and Statistics 51 (1969), 99-101.
pub fn effective_number(totals: &[f64]) -> Option<f64> {
    hhi(totals).map(|index| 1.0 / index)
}

/// The population Gini coefficient: sum((2 i - n - 1) x_i) / (n sum x) over ascending totals, 0 to 1 - 1 / n. Gini (1912).
pub fn gini(totals: &[f64]) -> Option<f64> {
    let total = sum(totals)?;
    let ascending: Vec<f64> = descending(totals).into_iter().rev().collect();
    let n = ascending.len() as f64;
    let weighted: f64 = ascending
        .iter()
        .enumerate()
        .map(|(i, x)| (2.0 * (i as f64 + 1.0) - n - 1.0) * (x / total))
        .sum();
    Some((weighted / n).max(0.0))
}

/// The share of the `k` largest (the concentration ratio CRk), all of it where there are no more than `k`.
pub fn top_share(totals: &[f64], k: usize) -> Option<f64> {
    let total = sum(totals)?;
    let sorted = descending(totals);
    if k >= sorted.len() {
        return Some(1.0);
    }
    Some((sorted[..k].iter().sum::<f64>() / total).min(1.0))
}

/// The fewest stakeholders that together make at least `share` (0 to 1) of the total.
pub fn fewest_to(totals: &[f64], share: f64) -> Option<usize> {
    let total = sum(totals)?;
    let sorted = descending(totals);
    // Shares add up with rounding: 0.3 + 0.3 + 0.2 is to be 80 %.
    let wanted = share * total * (1.0 - 1e-12);
    let mut running = 0.0;
    for (i, x) in sorted.iter().enumerate() {
        if running >= wanted {
            return Some(i);
        }
        running += x;
    }
    Some(sorted.len())
}

/// The same number without the largest stakeholder, say `without_largest(&totals, hhi)`; `None` where there is no other.
pub fn without_largest<T>(totals: &[f64], measure: impl Fn(&[f64]) -> Option<T>) -> Option<T> {
    let mut sorted = descending(totals);
    if sorted.is_empty() {
        return None;
    }
    sorted.remove(0);
    measure(&sorted)
}

fn counted(totals: &[f64]) -> impl Iterator<Item = f64> {
    totals.iter().copied().filter(|x| *x >= 0.0 && x.is_finite())
}

fn sum(totals: &[f64]) -> Option<f64> {
    Some(counted(totals).sum::<f64>()).filter(|total| *total > 0.0 && total.is_finite())
}

fn descending(totals: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = counted(totals).collect();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    sorted
}

#[cfg(test)]
mod tests {
    use super::super::tests::close;
    use super::*;
    use proptest::prelude::*;

    const FOUR: [f64; 4] = [20.0, 30.0, 20.0, 30.0];

    #[test]
    fn four_stakeholders() {
        close(hhi(&FOUR).unwrap(), 0.26, 1e-15);
        close(effective_number(&FOUR).unwrap(), 3.846, 5e-4);
        // x = np.sort([20, 30, 20, 30]); i = np.arange(1, 5); ((2 * i - 4 - 1) * x).sum() / (4 * x.sum())
        close(gini(&FOUR).unwrap(), 0.1, 1e-15);
        close(top_share(&FOUR, 1).unwrap(), 0.3, 1e-15);
        close(top_share(&FOUR, 3).unwrap(), 0.8, 1e-15);
        assert_eq!(
            [0.0, 0.3, 0.31, 0.8, 0.81, 1.0].map(|share| fewest_to(&FOUR, share).unwrap()),
            [0, 1, 2, 3, 4, 4]
        );
        close(without_largest(&FOUR, hhi).unwrap(), (9.0 + 4.0 + 4.0) / 49.0, 1e-15);
        assert_eq!(without_largest(&FOUR, |rest| fewest_to(rest, 0.8)), Some(3));
    }

    // x = np.sort(i**2 for i in 1..50); the same formulas in numpy
    #[test]
    fn fifty_squares() {
        let totals: Vec<f64> = (1..=50).map(|i| f64::from(i * i)).collect();
        close(hhi(&totals).unwrap(), 0.03563890506697729, 1e-14);
        close(gini(&totals).unwrap(), 0.49485148514851485, 1e-14);
        close(top_share(&totals, 5).unwrap(), 0.26860803727431565, 1e-14);
        assert_eq!(fewest_to(&totals, 0.8), Some(21));
    }

    #[test]
    fn negatives_are_left_out_and_zeros_stay() {
        let totals = [30.0, -5.0, 10.0, 0.0, f64::NAN];
        assert_eq!(hhi(&totals), hhi(&[30.0, 10.0]));
        assert_eq!(gini(&totals), gini(&[30.0, 10.0, 0.0]));
        assert_ne!(gini(&totals), gini(&[30.0, 10.0]));
    }

    #[test]
    fn nothing_has_no_concentration() {
        for totals in [&[][..], &[0.0, 0.0], &[-1.0], &[f64::NAN]] {
            assert_eq!((hhi(totals), effective_number(totals), gini(totals)), (None, None, None));
            assert_eq!(
                (top_share(totals, 1), fewest_to(totals, 0.8), without_largest(totals, hhi)),
                (None, None, None)
            );
        }
        assert_eq!(
            (hhi(&[7.0]), gini(&[7.0]), top_share(&[7.0], 5), without_largest(&[7.0], hhi)),
            (Some(1.0), Some(0.0), Some(1.0), None)
        );
    }

    proptest! {
        #[test]
        fn ranges(totals in prop::collection::vec(0.0..1e6, 1..40), k in 1_usize..50) {
            prop_assume!(totals.iter().sum::<f64>() > 0.0);
            let n = totals.len() as f64;
            let index = hhi(&totals).unwrap();
            prop_assert!(index >= 1.0 / n - 1e-12 && index <= 1.0 + 1e-12);
            prop_assert!((0.0..=1.0 - 1.0 / n + 1e-12).contains(&gini(&totals).unwrap()));
            let share = top_share(&totals, k).unwrap();
            prop_assert!(share <= top_share(&totals, k + 1).unwrap() + 1e-12);
            prop_assert!(fewest_to(&totals, share).unwrap() <= k);
        }
    }
}
