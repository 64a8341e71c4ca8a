//! The first few of many.

use std::cmp::Ordering;

/// The first so many values in an order, in that order; of equal ones those that come first. The others need not be sorted for it.
pub fn first<T>(values: Vec<T>, number: usize, order: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut values: Vec<(usize, T)> = values.into_iter().enumerate().collect();
    let order = |a: &(usize, T), b: &(usize, T)| order(&a.1, &b.1).then(a.0.cmp(&b.0));
    if (1..values.len()).contains(&number) {
        values.select_nth_unstable_by(number - 1, order);
    }
    values.truncate(number);
    values.sort_unstable_by(order);
    values.into_iter().map(|(_, value)| value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_those_of_a_stable_sort() {
        let values: Vec<(u32, u32)> = (0..200).map(|i| (i * 37 % 11, i)).collect();
        let mut sorted = values.clone();
        sorted.sort_by_key(|value| value.0);
        for number in [0, 1, 20, 199, 200, 300] {
            let found = first(values.clone(), number, |a, b| a.0.cmp(&b.0));
            assert_eq!(found, sorted[..number.min(200)], "{number}");
        }
    }
}
