//! The log-rank test: whether groups differ in how long it takes until an event.

use statrs::function::gamma::gamma_ur;

use super::Observation;

/// What the test says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogRank {
    /// The statistic: about chi-square if the groups do not differ.
    pub chi2: f64,
    /// Degrees of freedom: the number of groups with expected events, less one.
    pub degrees: u32,
    /// The probability of a statistic as large as this if the groups do not differ.
    pub p: f64,
}

/// The log-rank test of two groups or more, with rows that are independent of each other. Each group is sorted by time.
///
/// With d events among n at risk at a time, d n_j / n of group j's are expected; the variance is that of the hypergeometric distribution.
/// `None` if fewer than two groups have expected events, or if the variance is zero.
///
/// Mantel, Cancer Chemotherapy Reports 50 (1966), 163-170; Peto and Peto, JRSS A 135 (1972), 185-207.
pub fn log_rank(groups: &mut [Vec<Observation>]) -> Option<LogRank> {
    for group in groups.iter_mut() {
        group.retain(|o| !o.time.is_nan());
        group.sort_unstable_by(|a, b| a.time.total_cmp(&b.time));
    }
    let mut times: Vec<f64> = groups.iter().flatten().filter(|o| o.event).map(|o| o.time).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    let k = groups.len();
    // The first row of each group that is still at risk.
    let mut from = vec![0; k];
    let (mut difference, mut expected) = (vec![0.0; k], vec![0.0; k]);
    let mut variance = vec![vec![0.0; k]; k];
    for time in times {
        let mut at_risk = vec![0.0; k];
        let mut events = vec![0.0; k];
        for (j, group) in groups.iter().enumerate() {
            from[j] += group[from[j]..].partition_point(|o| o.time < time);
            at_risk[j] = (group.len() - from[j]) as f64;
            let now = group[from[j]..].iter().take_while(|o| o.time == time);
            events[j] = now.filter(|o| o.event).count() as f64;
        }
        let (n, d): (f64, f64) = (at_risk.iter().sum(), events.iter().sum());
        let spread = if n > 1.0 { d * (n - d) / (n - 1.0) } else { 0.0 };
        for j in 0..k {
            let share = at_risk[j] / n;
            expected[j] += d * share;
            difference[j] += events[j] - d * share;
            for l in 0..k {
                let same = if j == l { 1.0 } else { 0.0 };
                variance[j][l] += spread * share * (same - at_risk[l] / n);
            }
        }
    }
    // The differences add up to zero, so one group says nothing that the others do not say.
    let counted: Vec<usize> = (0..k).filter(|&j| expected[j] > 0.0).collect();
    let counted = counted.split_last()?.1;
    let matrix: Vec<Vec<f64>> = counted.iter().map(|&j| counted.iter().map(|&l| variance[j][l]).collect()).collect();
    let values: Vec<f64> = counted.iter().map(|&j| difference[j]).collect();
    let solved = solve(matrix, values.clone()).filter(|_| !values.is_empty())?;
    let chi2 = values.iter().zip(&solved).map(|(a, b)| a * b).sum::<f64>().max(0.0);
    let degrees = counted.len() as u32;
    let p = if chi2 > 0.0 {
        gamma_ur(f64::from(degrees) / 2.0, chi2 / 2.0)
    } else {
        1.0
    };
    Some(LogRank { chi2, degrees, p })
}

/// The solution of a system with a symmetric positive definite matrix, by elimination; `None` if the matrix is singular.
fn solve(mut matrix: Vec<Vec<f64>>, mut values: Vec<f64>) -> Option<Vec<f64>> {
    let n = values.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() < 1e-12 {
            return None;
        }
        matrix.swap(column, pivot);
        values.swap(column, pivot);
        for row in column + 1..n {
            let factor = matrix[row][column] / matrix[column][column];
            let above = matrix[column].clone();
            matrix[row].iter_mut().zip(&above).for_each(|(cell, above)| *cell -= factor * above);
            values[row] -= factor * values[column];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|column| matrix[row][column] * values[column]).sum();
        values[row] = (values[row] - known) / matrix[row][row];
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::super::tests::close;
    use super::*;

    fn rows(times: impl IntoIterator<Item = (f64, bool)>) -> Vec<Observation> {
        let row = |(time, event)| Observation {
            time,
            event,
            cluster: u32::MAX,
        };
        times.into_iter().map(row).collect()
    }

    // from lifelines.statistics import multivariate_logrank_test
    // i = np.arange(90); multivariate_logrank_test(i * 7919 % 37 + 1, i % 3, i * 31 % 10 < 7)
    #[test]
    fn three_groups_match_lifelines() {
        let group = |g: i32| {
            rows(
                (0..90)
                    .filter(move |i| i % 3 == g)
                    .map(|i| (f64::from(i * 7919 % 37 + 1), i * 31 % 10 < 7)),
            )
        };
        let found = log_rank(&mut [group(0), group(1), group(2)]).unwrap();
        close(found.chi2, 0.149_728_801_074_536_73, 1e-12);
        assert_eq!(found.degrees, 2);
        close(found.p, 0.927_869_296_376_546_6, 1e-12);
    }

    // multivariate_logrank_test([6, 7, 10, 15, 19, 25, 1, 1, 2, 2, 3, 4], [0] * 6 + [1] * 6, [1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1])
    #[test]
    fn two_groups_match_lifelines_and_an_empty_one_does_not_count() {
        let a = rows([(6.0, true), (7.0, false), (10.0, true), (15.0, true), (19.0, false), (25.0, true)]);
        let b = rows([(1.0, true), (1.0, true), (2.0, true), (2.0, true), (3.0, false), (4.0, true)]);
        for mut groups in [vec![a.clone(), b.clone()], vec![b.clone(), Vec::new(), a.clone()]] {
            let found = log_rank(&mut groups).unwrap();
            close(found.chi2, 9.312_030_167_845_615, 1e-12);
            assert_eq!(found.degrees, 1);
            close(found.p, 0.002_276_540_862_013_168_4, 1e-14);
        }
    }

    #[test]
    fn nothing_to_compare() {
        let some = || rows([(1.0, true), (2.0, false)]);
        assert_eq!(log_rank(&mut []), None);
        assert_eq!(log_rank(&mut [some()]), None);
        assert_eq!(log_rank(&mut [rows([(1.0, false)]), rows([(2.0, false)])]), None);
        // One row is left of each at the only event: nothing varies.
        assert_eq!(log_rank(&mut [rows([(1.0, true)]), Vec::new()]), None);
        let same = log_rank(&mut [some(), some()]).unwrap();
        assert_eq!((same.chi2, same.p), (0.0, 1.0));
    }
}
