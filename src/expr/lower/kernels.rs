//! Division as expressions mean it, for the engine.
//!
//! The engine divides by a constant as it multiplies by its inverse, which is off by the last bit (12,345 / 10,000 is not
//! 1.2345), and makes infinity of a division by zero. Here a quotient is the nearest `f64`, and null where the denominator is
//! zero. Stored integers next to a number are compared as integers: quicker, and exactly what dividing first would give.

use polars::prelude::arity::{broadcast_binary_elementwise, unary_elementwise};
use polars::prelude::{Column, DataType, Expr, Field, Float64Chunked, IntoColumn, Scalar, map_multiple};

use crate::expr::tree::Compare;

/// A constant of exactly its type: a plain literal of the engine takes the type of what stands beside it.
pub fn constant(value: impl Into<Scalar>) -> Expr {
    Expr::Literal(value.into().into())
}

/// `a / b` of two numbers, null where `b` is zero.
pub fn divide(a: Expr, b: Expr) -> Expr {
    let quotient = |columns: &mut [Column]| {
        let (a, b) = (columns[0].f64()?, columns[1].f64()?);
        let quotient: Float64Chunked = broadcast_binary_elementwise(a, b, |a: Option<f64>, b: Option<f64>| {
            a.zip(b).and_then(|(a, b)| (b != 0.0).then(|| a / b))
        });
        Ok(quotient.into_column())
    };
    map_multiple(quotient, [a, b], |_, fields| {
        Ok(Field::new(fields[0].name().clone(), DataType::Float64))
    })
}

/// Stored integers in whole units, of which they are the given parts.
pub fn in_units(stored: Expr, scale: i64) -> Expr {
    if scale == 1 {
        return stored.cast(DataType::Float64);
    }
    let scaled = move |column: Column| {
        let scaled: Float64Chunked = unary_elementwise(column.i64()?, |part: Option<i64>| part.map(|part| part as f64 / scale as f64));
        Ok(scaled.into_column())
    };
    stored.map(scaled, |_, field| Ok(Field::new(field.name().clone(), DataType::Float64)))
}

/// A stored integer, in parts of the given scale, beside a number of whole units; nothing where no stored integer reaches
/// the number, from either side.
pub fn compare_stored(op: Compare, stored: Expr, scale: i64, value: f64) -> Option<Expr> {
    let first = |reached: &dyn Fn(f64) -> bool| first_where(|part| reached(part as f64 / scale as f64)).map(constant);
    let (at, above) = (first(&|x| x >= value)?, first(&|x| x > value)?);
    Some(match op {
        Compare::Lt => stored.lt(at),
        Compare::Ge => stored.gt_eq(at),
        Compare::Le => stored.lt(above),
        Compare::Gt => stored.gt_eq(above),
        Compare::Eq => stored.clone().gt_eq(at).and(stored.lt(above)),
        Compare::Ne => stored.clone().lt(at).or(stored.gt_eq(above)),
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

#[cfg(test)]
mod tests {
    use polars::prelude::{DataFrame, IntoLazy, NamedFrom, Series, col};

    use super::*;

    #[test]
    fn the_first_where() {
        assert_eq!(first_where(|x| x >= -7), Some(-7));
        assert_eq!(first_where(|_| true), Some(i64::MIN));
        assert_eq!(first_where(|x| x == i64::MAX), Some(i64::MAX));
        assert_eq!(first_where(|_| false), None);
    }

    #[test]
    fn quotients_are_exact_and_null_at_zero() {
        let a = Series::new("a".into(), [Some(12_345i64), None, Some(-3), Some(0)]);
        let x = Series::new("x".into(), [Some(0.0), Some(1.0), None, Some(-0.0)]);
        let frame = DataFrame::new(4, vec![a.into(), x.into()]).unwrap().lazy();
        let frame = frame.with_columns([
            in_units(col("a"), 10_000).alias("units"),
            divide(in_units(col("a"), 1), col("x")).alias("by_x"),
            divide(constant(3.0), constant(0.1)).alias("constant"),
            divide(col("x"), constant(0.0)).alias("by_zero"),
        ]);
        let frame = frame.collect().unwrap();
        let column = |name: &str| frame.column(name).unwrap().f64().unwrap().iter().collect::<Vec<_>>();
        assert_eq!(column("units"), [Some(1.2345), None, Some(-0.0003), Some(0.0)]);
        assert_eq!(column("by_x"), [None, None, None, None]);
        assert_eq!(column("constant"), [Some(3.0 / 0.1); 4]);
        assert_eq!(column("by_zero"), [None; 4]);
    }

    #[test]
    fn stored_integers_compare_as_their_quotients_do() {
        let parts: Vec<i64> = vec![-12_346, -12_345, 0, 1, 12_344, 12_345, 12_346, 9_007_199_254_740_993, i64::MAX];
        let frame = DataFrame::new(parts.len(), vec![Series::new("a".into(), &parts).into()]).unwrap();
        for value in [-1.2345, 0.0, 1.2345, 1.23455, 0.000_04, 900_719_925_474.099_3, 9.2e14] {
            for op in [Compare::Eq, Compare::Ne, Compare::Lt, Compare::Le, Compare::Gt, Compare::Ge] {
                let e = compare_stored(op, col("a"), 10_000, value).unwrap();
                let found = frame.clone().lazy().select([e]).collect().unwrap();
                let found: Vec<_> = found.columns()[0].bool().unwrap().iter().flatten().collect();
                let expected: Vec<_> = parts.iter().map(|&p| op.holds((p as f64 / 1e4).total_cmp(&value))).collect();
                assert_eq!(found, expected, "{op:?} {value}");
            }
        }
        assert!(compare_stored(Compare::Lt, col("a"), 1, 1e19).is_none());
    }
}
