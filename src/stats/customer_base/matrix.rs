//! Small matrices and vectors of fixed size.

/// The inverse of a positive definite matrix, by Cholesky's method; `None` if it is not.
pub fn inverted<const N: usize>(matrix: &[[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut lower = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let rest = matrix[i][j] - sum;
            if i == j {
                if rest.is_nan() || rest <= 1e-13 * matrix[i][i].abs() {
                    return None;
                }
                lower[i][i] = rest.sqrt();
            } else {
                lower[i][j] = rest / lower[j][j];
            }
        }
    }
    // The inverse is symmetric, so that its columns are its rows.
    let column = |column: usize| {
        let mut solved = [0.0; N];
        for i in 0..N {
            let unit = if i == column { 1.0 } else { 0.0 };
            let sum: f64 = (0..i).map(|k| lower[i][k] * solved[k]).sum();
            solved[i] = (unit - sum) / lower[i][i];
        }
        for i in (0..N).rev() {
            let sum: f64 = (i + 1..N).map(|k| lower[k][i] * solved[k]).sum();
            solved[i] = (solved[i] - sum) / lower[i][i];
        }
        solved
    };
    Some(std::array::from_fn(column))
}

/// A matrix with this number on its diagonal.
pub fn identity<const N: usize>(scale: f64) -> [[f64; N]; N] {
    std::array::from_fn(|i| std::array::from_fn(|j| if i == j { scale } else { 0.0 }))
}

/// The inner product.
pub fn dot<const N: usize>(a: [f64; N], b: [f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The Euclidean length.
pub fn length<const N: usize>(a: [f64; N]) -> f64 {
    dot(a, a).sqrt()
}

/// A matrix times a vector.
pub fn times<const N: usize>(matrix: &[[f64; N]; N], vector: [f64; N]) -> [f64; N] {
    std::array::from_fn(|i| dot(matrix[i], vector))
}

/// The first vector plus a number of times the second.
pub fn add<const N: usize>(a: [f64; N], b: [f64; N], size: f64) -> [f64; N] {
    std::array::from_fn(|i| a[i] + size * b[i])
}

/// The inverse of a symmetric matrix in the directions in which it is above `least`, and 0 in the others; and for each axis how much of it is in
/// those others, from 0 to 1. The eigenvalues are found by Jacobi's rotations (Golub and Van Loan, *Matrix Computations* (2013), algorithm
/// 8.5.2).
pub fn inverted_above<const N: usize>(mut matrix: [[f64; N]; N], least: f64) -> ([[f64; N]; N], [f64; N]) {
    const SWEEPS: u32 = 30;
    let mut vectors = identity(1.0);
    for _ in 0..SWEEPS {
        for p in 0..N {
            for q in p + 1..N {
                if matrix[p][q] != 0.0 {
                    rotate(&mut matrix, &mut vectors, p, q);
                }
            }
        }
    }
    let is_above = |k: &usize| matrix[*k][*k] > least;
    let entry = |i: usize, j: usize| (0..N).filter(is_above).map(|k| vectors[i][k] * vectors[j][k] / matrix[k][k]).sum();
    let other = |i: usize| (0..N).filter(|k| !is_above(k)).map(|k| vectors[i][k] * vectors[i][k]).sum();
    (
        std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j))),
        std::array::from_fn(other),
    )
}

/// Turns two axes so that the entry between them becomes 0.
fn rotate<const N: usize>(matrix: &mut [[f64; N]; N], vectors: &mut [[f64; N]; N], p: usize, q: usize) {
    let slope = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
    let tangent = slope.signum() / (slope.abs() + slope.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    for row in matrix.iter_mut().chain(vectors.iter_mut()) {
        (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
    }
    let (first, second) = (matrix[p], matrix[q]);
    matrix[p] = std::array::from_fn(|k| cosine * first[k] - sine * second[k]);
    matrix[q] = std::array::from_fn(|k| sine * first[k] + cosine * second[k]);
    (matrix[p][q], matrix[q][p]) = (0.0, 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    // numpy 2: the inverse of [[4, 1, 0.5], [1, 3, 0.2], [0.5, 0.2, 2]].
    #[test]
    fn both_inverses_are_those_of_numpy() {
        let matrix = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]];
        let expected = [
            [0.279_943_635_509_628_9, -0.089_243_776_420_854_86, -0.061_061_531_235_321_74],
            [-0.089_243_776_420_854_86, 0.364_020_666_979_802_7, -0.014_091_122_592_766_56],
            [-0.061_061_531_235_321_74, -0.014_091_122_592_766_56, 0.516_674_495_068_107],
        ];
        for found in [inverted(&matrix).unwrap(), inverted_above(matrix, 0.0).0] {
            for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
                assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
            }
        }
        assert_eq!(inverted(&[[1.0, 2.0], [2.0, 1.0]]), None);
    }

    #[test]
    fn flat_directions_have_no_inverse() {
        // 2 along (1, 1) and 1e-9 along (1, -1).
        let (half, small) = (1.0, 5e-10);
        let (found, flat) = inverted_above([[half + small, half - small], [half - small, half + small]], 0.1);
        assert!(found.iter().flatten().all(|value| (value - 0.25).abs() < 1e-9), "{found:?}");
        assert!(flat.iter().all(|share| (share - 0.5).abs() < 1e-9), "{flat:?}");
        assert_eq!(inverted_above([[0.01, 0.0], [0.0, 0.02]], 0.1), ([[0.0; 2]; 2], [1.0; 2]));
    }
}
