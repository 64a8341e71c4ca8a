//! Values that a file stores with their types go into canonical columns as they are: nothing about them has to be found out.

use super::columns::Plan;
use super::filling::{Filling, Read};
use crate::cell_parsing::Civil;
use crate::ingest::StoredValue;
use crate::schema::{ColumnType, DAY, MONEY_SCALE, Role};

impl Plan {
    /// The column's value of a stored value, whose text is `cell`; `None` where it has to be read from its text: texts themselves, ids, a
    /// value of another kind than the column's, and a column whose cells are replaced by others.
    pub fn stored(&self, value: &StoredValue<'_>, cell: &str, filling: &mut Filling) -> Option<Read> {
        if !self.values.is_empty() {
            return None;
        }
        match (self.kind, value) {
            (_, StoredValue::Nothing) => Some(self.null()),
            (ColumnType::Time, StoredValue::Day(day)) => self.day_or_time(*day, None, None, cell, filling),
            (ColumnType::Time, StoredValue::Time { at, zoned }) => {
                let day = i32::try_from(at.div_euclid(DAY)).ok()?;
                self.day_or_time(day, Some(at.rem_euclid(DAY)), zoned.then_some(0), cell, filling)
            }
            (ColumnType::Money, StoredValue::Whole(whole)) => {
                let amount = i64::try_from(*whole).ok()?.checked_mul(MONEY_SCALE)?;
                Some(Read::Int(amount))
            }
            (ColumnType::Money, StoredValue::Decimal(digits, scale)) => {
                let (amount, is_rounded) = amount(*digits, *scale)?;
                filling.rounded += u64::from(is_rounded);
                Some(Read::Int(amount))
            }
            (ColumnType::Number, StoredValue::Double(number)) if number.is_finite() && self.role() != Some(Role::Duration) => {
                Some(Read::Float(*number))
            }
            (ColumnType::Bool, StoredValue::Flag(flag)) => Some(Read::Flag(u8::from(*flag))),
            _ => None,
        }
    }

    /// A day with or without a time. One that stands for none, or that no cell can hold, is left to the reading of its text.
    fn day_or_time(
        &self,
        days: i32,
        micros_of_day: Option<i64>,
        offset_seconds: Option<i32>,
        cell: &str,
        filling: &mut Filling,
    ) -> Option<Read> {
        let civil = Civil {
            days,
            micros_of_day,
            offset_seconds,
            clock_change: false,
        };
        let is_usual = (1..=9999).contains(&civil.ymd().0) && !civil.is_zero();
        is_usual.then(|| self.at(&civil, cell, filling))
    }
}

/// A decimal number in parts of money, rounded half-even, and whether that changed it; `None` where it is too large.
fn amount(digits: i128, scale: usize) -> Option<(i64, bool)> {
    let places = MONEY_SCALE.ilog10();
    let scale = u32::try_from(scale).ok()?;
    if scale <= places {
        let parts = digits.checked_mul(10_i128.pow(places - scale))?;
        return Some((i64::try_from(parts).ok()?, false));
    }
    let divisor = 10_i128.checked_pow(scale - places)?;
    let (whole, rest) = (digits.div_euclid(divisor), digits.rem_euclid(divisor));
    // The rest is never negative, so that a half is as far from the number above as from that below.
    let up = match (rest * 2).cmp(&divisor) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => whole.rem_euclid(2),
        std::cmp::Ordering::Greater => 1,
    };
    Some((i64::try_from(whole + up).ok()?, rest != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_rounded_half_even() {
        assert_eq!(amount(1_234, 2), Some((123_400, false)));
        assert_eq!(amount(-5, 4), Some((-5, false)));
        assert_eq!(amount(7, 0), Some((70_000, false)));
        assert_eq!(amount(123_450, 5), Some((12_345, false)));
        assert_eq!(amount(123_455, 5), Some((12_346, true)));
        assert_eq!(amount(123_445, 5), Some((12_344, true)));
        assert_eq!(amount(-123_455, 5), Some((-12_346, true)));
        assert_eq!(amount(-123_445, 5), Some((-12_344, true)));
        assert_eq!(amount(-123_449, 5), Some((-12_345, true)));
        assert_eq!(amount(i128::MAX, 2), None);
        assert_eq!(amount(i64::MAX.into(), 0), None);
    }
}
