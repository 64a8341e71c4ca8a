//! What an expression needs of polars' arrays. An array of one value stands for that value in every row.

use std::cmp::Ordering;

use polars::prelude::arity::{broadcast_binary_elementwise, unary_elementwise_values};
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, ChunkExpandAtIndex, ChunkFullNull, ChunkZip, ChunkedArray, Float64Chunked,
    Int64Chunked, NewChunkedArray, PolarsDataType, PolarsResult, UInt32Chunked,
};

use crate::expr::tree::Compare;

/// An array of values of one type, each of which may be null.
pub trait Array: Sized + Clone {
    /// Null in every row.
    fn nothing() -> Self;
    /// The values in so many rows.
    fn repeated(self, height: usize) -> Self;
    /// Whether each value is not null.
    fn known(&self) -> BooleanChunked;
    /// Compares row by row; null where either value is.
    fn compared(&self, op: Compare, other: &Self) -> BooleanChunked;
    /// The one value where the mask is true, the other where it is false or null.
    ///
    /// # Errors
    /// When the arrays have different lengths; that is a defect of the program.
    fn chosen(mask: &BooleanChunked, then: &Self, otherwise: &Self) -> PolarsResult<Self>;
}

impl<T> Array for ChunkedArray<T>
where
    T: PolarsDataType,
    ChunkedArray<T>: ChunkZip<T>
        + ChunkFullNull
        + ChunkExpandAtIndex<T>
        + for<'a> ChunkCompareEq<&'a ChunkedArray<T>, Item = BooleanChunked>
        + for<'a> ChunkCompareIneq<&'a ChunkedArray<T>, Item = BooleanChunked>,
{
    fn nothing() -> Self {
        ChunkedArray::full_null("".into(), 1)
    }

    fn repeated(self, height: usize) -> Self {
        if self.len() == height {
            self
        } else {
            self.new_from_index(0, height)
        }
    }

    fn known(&self) -> BooleanChunked {
        self.is_not_null()
    }

    fn compared(&self, op: Compare, other: &Self) -> BooleanChunked {
        match op {
            Compare::Eq => self.equal(other),
            Compare::Ne => self.not_equal(other),
            Compare::Lt => self.lt(other),
            Compare::Le => self.lt_eq(other),
            Compare::Gt => self.gt(other),
            Compare::Ge => self.gt_eq(other),
        }
    }

    fn chosen(mask: &BooleanChunked, then: &Self, otherwise: &Self) -> PolarsResult<Self> {
        then.zip_with(mask, otherwise)
    }
}

/// One number in every row.
pub fn number(x: f64) -> Float64Chunked {
    Float64Chunked::from_slice("".into(), &[x])
}

/// One time or id in every row.
pub fn integer(x: i64) -> Int64Chunked {
    Int64Chunked::from_slice("".into(), &[x])
}

/// One text in every row, by its code.
pub fn code(x: u32) -> UInt32Chunked {
    UInt32Chunked::from_slice("".into(), &[x])
}

/// Yes or no in every row.
pub fn truth(x: bool) -> BooleanChunked {
    BooleanChunked::from_slice("".into(), &[x])
}

/// `a / b` of two numbers: the nearest `f64`, and null where `b` is zero.
pub fn divide(a: &Float64Chunked, b: &Float64Chunked) -> Float64Chunked {
    broadcast_binary_elementwise(a, b, |a: Option<f64>, b: Option<f64>| {
        a.zip(b).and_then(|(a, b)| (b != 0.0).then(|| a / b))
    })
}

/// Stored integers in whole units, of which they are the given parts: the nearest `f64`, as dividing gives it. Multiplying by the inverse
/// would be off by the last bit (12,345 / 10,000 is not 1.2345).
pub fn in_units(stored: &Int64Chunked, scale: i64) -> Float64Chunked {
    let scale = scale as f64;
    unary_elementwise_values(stored, |part: i64| part as f64 / scale)
}

/// A stored integer, in parts of the given scale, beside a number of whole units: quicker than dividing first, and exactly what that would
/// give. Nothing where no stored integer reaches the number, from either side.
pub fn compare_stored(op: Compare, stored: &Int64Chunked, scale: i64, value: f64) -> Option<BooleanChunked> {
    let first = |reached: &dyn Fn(f64) -> bool| first_where(|part| reached(part as f64 / scale as f64));
    let (at, above) = (first(&|x| x >= value)?, first(&|x| x > value)?);
    Some(match op {
        Compare::Lt => stored.lt(at),
        Compare::Ge => stored.gt_eq(at),
        Compare::Le => stored.lt(above),
        Compare::Gt => stored.gt_eq(above),
        Compare::Eq => stored.gt_eq(at) & stored.lt(above),
        Compare::Ne => stored.lt(at) | stored.gt_eq(above),
    })
}

/// The least integer of which a condition is true that is true of every greater one; nothing where it is true of none.
fn first_where(holds: impl Fn(i64) -> bool) -> Option<i64> {
    let (mut low, mut high) = (i64::MIN, i64::MAX);
    if !holds(high) {
        return None;
    }
    while low < high {
        // Rounded down, so that it is always below `high`.
        let middle = ((i128::from(low) + i128::from(high)) >> 1) as i64;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    Some(low)
}

/// Whether a code is one of a set; null where the code is. A run of codes, as a prefix or an order gives, is two comparisons.
pub fn member(code: &UInt32Chunked, mut codes: Vec<u32>) -> BooleanChunked {
    codes.sort_unstable();
    codes.dedup();
    match codes.as_slice() {
        [] => code.lt(0u32),
        [one] => code.equal(*one),
        [first, .., last] if (last - first) as usize == codes.len() - 1 => code.gt_eq(*first) & code.lt_eq(*last),
        [first, .., last] => {
            let mut is_in = vec![false; (last - first) as usize + 1];
            for code in &codes {
                is_in[(code - first) as usize] = true;
            }
            unary_elementwise_values(code, |code: u32| {
                code.checked_sub(*first)
                    .and_then(|at| is_in.get(at as usize))
                    .is_some_and(|found| *found)
            })
        }
    }
}

/// The lesser or the greater of two values; null where either is null.
///
/// # Errors
/// As of [`Array::chosen`].
pub fn extreme<A: Array>(wanted: Ordering, a: &A, b: &A) -> PolarsResult<A> {
    let holds = a.compared(if wanted == Ordering::Less { Compare::Le } else { Compare::Ge }, b);
    let of_two = A::chosen(&holds, a, b)?;
    A::chosen(&holds.known(), &of_two, &A::nothing())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_where() {
        assert_eq!(first_where(|x| x >= -7), Some(-7));
        assert_eq!(first_where(|_| true), Some(i64::MIN));
        assert_eq!(first_where(|x| x == i64::MAX), Some(i64::MAX));
        assert_eq!(first_where(|_| false), None);
    }

    fn floats(values: &[Option<f64>]) -> Float64Chunked {
        Float64Chunked::from_iter_options("".into(), values.iter().copied())
    }

    fn values(of: &Float64Chunked) -> Vec<Option<f64>> {
        of.iter().collect()
    }

    #[test]
    fn quotients_are_exact_and_null_at_zero() {
        let a = Int64Chunked::from_iter_options("".into(), [Some(12_345i64), None, Some(-3), Some(0)].into_iter());
        let x = floats(&[Some(0.0), Some(1.0), None, Some(-0.0)]);
        assert_eq!(values(&in_units(&a, 10_000)), [Some(1.2345), None, Some(-0.0003), Some(0.0)]);
        assert_eq!(values(&divide(&in_units(&a, 1), &x)), [None; 4]);
        assert_eq!(values(&divide(&number(3.0), &number(0.1))), [Some(3.0 / 0.1)]);
        assert_eq!(values(&divide(&x, &number(0.0))), [None; 4]);
    }

    #[test]
    fn stored_integers_compare_as_their_quotients_do() {
        let parts: Vec<i64> = vec![-12_346, -12_345, 0, 1, 12_344, 12_345, 12_346, 9_007_199_254_740_993, i64::MAX];
        let stored = Int64Chunked::from_slice("".into(), &parts);
        for value in [-1.2345, 0.0, 1.2345, 1.23455, 0.000_04, 900_719_925_474.099_3, 9.2e14] {
            for op in [Compare::Eq, Compare::Ne, Compare::Lt, Compare::Le, Compare::Gt, Compare::Ge] {
                let found: Vec<_> = compare_stored(op, &stored, 10_000, value).unwrap().iter().flatten().collect();
                let expected: Vec<_> = parts.iter().map(|&p| op.holds((p as f64 / 1e4).total_cmp(&value))).collect();
                assert_eq!(found, expected, "{op:?} {value}");
            }
        }
        assert!(compare_stored(Compare::Lt, &stored, 1, 1e19).is_none());
    }

    #[test]
    fn members_of_sets_of_codes() {
        let codes = UInt32Chunked::from_iter_options("".into(), [Some(0u32), Some(2), None, Some(5), Some(9)].into_iter());
        for (set, expected) in [
            (vec![], [Some(false), Some(false), None, Some(false), Some(false)]),
            (vec![5], [Some(false), Some(false), None, Some(true), Some(false)]),
            (vec![3, 2], [Some(false), Some(true), None, Some(false), Some(false)]),
            (vec![2, 5, 2], [Some(false), Some(true), None, Some(true), Some(false)]),
        ] {
            assert_eq!(member(&codes, set.clone()).iter().collect::<Vec<_>>(), expected, "{set:?}");
        }
    }

    #[test]
    fn the_lesser_and_the_greater_are_null_beside_null() {
        let a = floats(&[Some(1.0), None, Some(3.0)]);
        let b = number(2.0);
        assert_eq!(values(&extreme(Ordering::Less, &a, &b).unwrap()), [Some(1.0), None, Some(2.0)]);
        assert_eq!(values(&extreme(Ordering::Greater, &b, &a).unwrap()), [Some(2.0), None, Some(3.0)]);
    }
}
