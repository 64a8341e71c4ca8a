//! Scores from 1 to 5 by rank or by fixed limits.

/// The best score.
pub const BEST: u8 = 5;

/// The score of each value by quintiles, in the order of the values: 1 + floor(5 w / n), where w of the n values are strictly smaller.
///
/// Equal values share a score, so scores do not depend on the order of records, and the five groups may differ in size. Where the tie
/// would be broken by chance, as with NTILE in SQL, two customers with the same behaviour could be in different segments.
pub fn quintile_scores<T: Ord>(values: &[T]) -> Vec<u8> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].cmp(&values[b]));
    let mut scores = vec![0; values.len()];
    let mut smaller = 0;
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        // Fewer than n values are smaller, so this is at most 5.
        let score = 1 + (usize::from(BEST) * smaller / values.len()) as u8;
        equal.iter().for_each(|&at| scores[at] = score);
        smaller += equal.len();
    }
    scores
}

/// The score by four ascending limits: 1 below the first, 5 from the last on.
pub fn score_from(value: f64, limits: &[f64; 4]) -> u8 {
    1 + limits.iter().filter(|limit| value >= **limit).count() as u8
}

/// The score by four ascending limits where less is better: 5 up to the first, 1 above the last.
pub fn score_up_to(value: f64, limits: &[f64; 4]) -> u8 {
    BEST - limits.iter().filter(|limit| value > **limit).count() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // x = np.array([3, 1, 1, 9, 4, 1, 7, 3, 3, 2]); [min(5, 1 + 5 * (x < v).sum() // len(x)) for v in x]
    #[test]
    fn equal_values_share_a_score() {
        assert_eq!(quintile_scores(&[3, 1, 1, 9, 4, 1, 7, 3, 3, 2]), [3, 1, 1, 5, 4, 1, 5, 3, 3, 2]);
        assert_eq!(quintile_scores(&[7; 4]), [1; 4]);
        assert_eq!(quintile_scores(&[1, 2, 3, 4, 5]), [1, 2, 3, 4, 5]);
        assert_eq!(quintile_scores(&[2, 1]), [3, 1]);
        assert!(quintile_scores::<i32>(&[]).is_empty());
    }

    #[test]
    fn limits_belong_to_the_better_score() {
        let limits = [2.0, 3.0, 5.0, 10.0];
        let scores = [1.0, 2.0, 2.9, 3.0, 5.0, 9.9, 10.0, 1e300].map(|value| score_from(value, &limits));
        assert_eq!(scores, [1, 2, 2, 3, 4, 4, 5, 5]);
        let scores = [-1.0, 2.0, 2.1, 3.0, 5.0, 10.0, 10.1].map(|value| score_up_to(value, &limits));
        assert_eq!(scores, [5, 5, 4, 4, 3, 2, 1]);
    }

    proptest! {
        #[test]
        fn a_larger_value_has_no_smaller_score(values in prop::collection::vec(-50_i64..50, 1..80)) {
            let scores = quintile_scores(&values);
            for (a, score_a) in values.iter().zip(&scores) {
                prop_assert!((1..=BEST).contains(score_a));
                for (b, score_b) in values.iter().zip(&scores) {
                    prop_assert!(a.cmp(b) != std::cmp::Ordering::Less || score_a <= score_b);
                    prop_assert!(a != b || score_a == score_b);
                }
            }
        }
    }
}
