//! The values of a Parquet file, one by one, and how each is written where a text is needed.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DurationMicrosecondType,
    DurationMillisecondType, DurationNanosecondType, DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, downcast_dictionary_array};
use arrow_schema::{DataType, TimeUnit};
use serde_json::{Map, Number, Value};

use crate::period::{date_text, instant_text};
use crate::schema::Micros;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredValue<'a> {
    /// None, or not a number.
    Nothing,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Whole(i128),
    /// A number of single precision.
    Single(f32),
    /// A number of double precision.
    Double(f64),
    /// A decimal number: its digits, and how many of them stand behind the point.
    Decimal(i128, usize),
    /// A decimal number of more digits than an `i128` holds, as it is written.
    LongDecimal(String),
    /// A day, from 1970-01-01.
    Day(i32),
    /// A point in time, in microseconds; without a zone, the time that a clock on a wall showed.
    Time {
        /// From 1970-01-01, in UTC or on the wall.
        at: Micros,
        /// Whether it is UTC.
        zoned: bool,
    },
    /// A time of day, in microseconds.
    Clock(Micros),
    /// How long something lasted: whole parts of a second, and how many digits of them stand behind the point.
    Lasting(i64, usize),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A list or a structure.
    Nested(Value),
}

/// What in a type has no text, if anything.
pub fn without_text(kind: &DataType) -> Option<&'static str> {
    match kind {
        DataType::Map(..) => Some("a map"),
        DataType::Interval(_) => Some("a calendar interval"),
        DataType::Union(..) => Some("a union"),
        DataType::RunEndEncoded(..) | DataType::ListView(_) | DataType::LargeListView(_) => Some("an unknown kind of value"),
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) | DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => {
            (*scale < 0).then_some("rounded decimals")
        }
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => without_text(item.data_type()),
        DataType::Struct(fields) => fields.iter().find_map(|field| without_text(field.data_type())),
        DataType::Dictionary(_, value) => without_text(value),
        DataType::Null
        | DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64
        | DataType::Float16
        | DataType::Float32
        | DataType::Float64
        | DataType::Timestamp(..)
        | DataType::Date32
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Duration(_)
        | DataType::Binary
        | DataType::FixedSizeBinary(_)
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View => None,
    }
}

/// A number of an array.
fn of<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> T::Native {
    array.as_primitive::<T>().value(row)
}

/// The value in a row of an array, whose type has a text ([`without_text`]).
pub fn value(array: &dyn Array, row: usize) -> StoredValue<'_> {
    if array.is_null(row) {
        return StoredValue::Nothing;
    }
    let whole = |number: i128| StoredValue::Whole(number);
    let decimal = |digits: i128, scale: i8| StoredValue::Decimal(digits, usize::try_from(scale).unwrap_or(0));
    let time = |at: Micros, zone: &Option<_>| StoredValue::Time { at, zoned: zone.is_some() };
    match array.data_type() {
        DataType::Null => StoredValue::Nothing,
        DataType::Boolean => StoredValue::Flag(array.as_boolean().value(row)),
        DataType::Int8 => whole(of::<Int8Type>(array, row).into()),
        DataType::Int16 => whole(of::<Int16Type>(array, row).into()),
        DataType::Int32 => whole(of::<Int32Type>(array, row).into()),
        DataType::Int64 => whole(of::<Int64Type>(array, row).into()),
        DataType::UInt8 => whole(of::<UInt8Type>(array, row).into()),
        DataType::UInt16 => whole(of::<UInt16Type>(array, row).into()),
        DataType::UInt32 => whole(of::<UInt32Type>(array, row).into()),
        DataType::UInt64 => whole(of::<UInt64Type>(array, row).into()),
        DataType::Float16 => single(of::<Float16Type>(array, row).to_f32()),
        DataType::Float32 => single(of::<Float32Type>(array, row)),
        DataType::Float64 => double(of::<Float64Type>(array, row)),
        DataType::Decimal32(_, scale) => decimal(of::<Decimal32Type>(array, row).into(), *scale),
        DataType::Decimal64(_, scale) => decimal(of::<Decimal64Type>(array, row).into(), *scale),
        DataType::Decimal128(_, scale) => decimal(of::<Decimal128Type>(array, row), *scale),
        DataType::Decimal256(_, scale) => {
            let digits = of::<Decimal256Type>(array, row);
            match digits.to_i128() {
                Some(digits) => decimal(digits, *scale),
                None => StoredValue::LongDecimal(pointed(&digits.to_string(), usize::try_from(*scale).unwrap_or(0))),
            }
        }
        DataType::Date32 => StoredValue::Day(of::<Date32Type>(array, row)),
        DataType::Date64 => day(of::<Date64Type>(array, row)),
        DataType::Timestamp(TimeUnit::Second, zone) => time(of::<TimestampSecondType>(array, row).saturating_mul(1_000_000), zone),
        DataType::Timestamp(TimeUnit::Millisecond, zone) => time(of::<TimestampMillisecondType>(array, row).saturating_mul(1_000), zone),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => time(of::<TimestampMicrosecondType>(array, row), zone),
        DataType::Timestamp(TimeUnit::Nanosecond, zone) => time(of::<TimestampNanosecondType>(array, row).div_euclid(1_000), zone),
        DataType::Time32(TimeUnit::Second) => StoredValue::Clock(Micros::from(of::<Time32SecondType>(array, row)) * 1_000_000),
        DataType::Time32(_) => StoredValue::Clock(Micros::from(of::<Time32MillisecondType>(array, row)) * 1_000),
        DataType::Time64(TimeUnit::Nanosecond) => StoredValue::Clock(of::<Time64NanosecondType>(array, row).div_euclid(1_000)),
        DataType::Time64(_) => StoredValue::Clock(of::<Time64MicrosecondType>(array, row)),
        DataType::Duration(TimeUnit::Second) => StoredValue::Lasting(of::<DurationSecondType>(array, row), 0),
        DataType::Duration(TimeUnit::Millisecond) => StoredValue::Lasting(of::<DurationMillisecondType>(array, row), 3),
        DataType::Duration(TimeUnit::Microsecond) => StoredValue::Lasting(of::<DurationMicrosecondType>(array, row), 6),
        DataType::Duration(TimeUnit::Nanosecond) => StoredValue::Lasting(of::<DurationNanosecondType>(array, row), 9),
        DataType::Utf8 => StoredValue::Text(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => StoredValue::Text(array.as_string::<i64>().value(row)),
        DataType::Utf8View => StoredValue::Text(array.as_string_view().value(row)),
        DataType::Binary => bytes(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => bytes(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => bytes(array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => bytes(array.as_fixed_size_binary().value(row)),
        DataType::List(_) => list(&array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => list(&array.as_fixed_size_list().value(row)),
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let named = fields.iter().map(|field| field.name().clone());
            let values = columns.iter().map(|column| value(column, row).json());
            StoredValue::Nested(Value::Object(named.zip(values).collect::<Map<String, Value>>()))
        }
        DataType::Dictionary(..) => {
            downcast_dictionary_array!(
                array => array.key(row).map_or(StoredValue::Nothing, |key| value(array.values(), key)),
                other => unreachable!("{other} is no dictionary")
            )
        }
        other @ (DataType::Map(..)
        | DataType::Interval(_)
        | DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_)) => unreachable!("a column of {other} was let through"),
    }
}

fn single<'a>(number: f32) -> StoredValue<'a> {
    if number.is_nan() {
        StoredValue::Nothing
    } else {
        StoredValue::Single(number)
    }
}

fn double<'a>(number: f64) -> StoredValue<'a> {
    if number.is_nan() {
        StoredValue::Nothing
    } else {
        StoredValue::Double(number)
    }
}

fn day<'a>(millis: i64) -> StoredValue<'a> {
    let day = millis.div_euclid(86_400_000);
    StoredValue::Day(day.clamp(i32::MIN.into(), i32::MAX.into()) as i32)
}

/// Text where it is text.
fn bytes(bytes: &[u8]) -> StoredValue<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) => StoredValue::Text(text),
        Err(_) => StoredValue::Bytes(bytes),
    }
}

fn list<'a>(items: &dyn Array) -> StoredValue<'a> {
    StoredValue::Nested((0..items.len()).map(|item| value(items, item).json()).collect())
}

impl<'a> StoredValue<'a> {
    /// The value as a text that reads as the same value again: nothing is empty, days and times are ISO 8601, with a `Z` where the column
    /// has a zone, decimals are exact, bytes are hexadecimal, lists and structures JSON.
    pub fn text(&self) -> Cow<'a, str> {
        Cow::Owned(match self {
            StoredValue::Nothing => String::new(),
            StoredValue::Text(text) => return Cow::Borrowed(text),
            StoredValue::Flag(flag) => flag.to_string(),
            StoredValue::Whole(number) => number.to_string(),
            StoredValue::Single(number) => unmistakable(number.to_string()),
            StoredValue::Double(number) => unmistakable(number.to_string()),
            StoredValue::Decimal(digits, scale) => unmistakable(pointed(&digits.to_string(), *scale)),
            StoredValue::LongDecimal(number) => unmistakable(number.clone()),
            StoredValue::Day(day) => date_text(*day),
            StoredValue::Time { at, zoned: true } => instant_text(*at),
            StoredValue::Time { at, zoned: false } => instant_text(*at).trim_end_matches('Z').to_string(),
            StoredValue::Clock(micros) => {
                let text = instant_text(*micros);
                let clock = text.split_once('T').map_or("", |(_, clock)| clock);
                clock.trim_end_matches('Z').to_string()
            }
            StoredValue::Lasting(parts, scale) => format!("PT{}S", short(&pointed(&parts.to_string(), *scale))),
            StoredValue::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            StoredValue::Nested(value) => value.to_string(),
        })
    }

    /// The value within a list or a structure. What JSON has no kind for, and a number that it cannot hold, is a text.
    fn json(self) -> Value {
        match self {
            StoredValue::Nothing => Value::Null,
            StoredValue::Flag(flag) => Value::Bool(flag),
            StoredValue::Nested(value) => value,
            StoredValue::Double(number) if number.is_finite() => Number::from_f64(number).map_or(Value::Null, Value::Number),
            // The shortest number that is the same in single precision.
            StoredValue::Single(number) if number.is_finite() => number
                .to_string()
                .parse()
                .ok()
                .and_then(Number::from_f64)
                .map_or(Value::Null, Value::Number),
            StoredValue::Whole(number) => match (i64::try_from(number), u64::try_from(number)) {
                (Ok(number), _) => Value::Number(number.into()),
                (_, Ok(number)) => Value::Number(number.into()),
                _ => Value::String(number.to_string()),
            },
            other => Value::String(other.text().into_owned()),
        }
    }
}

/// A number with three decimals could be read as one of thousands; with four it cannot.
fn unmistakable(number: String) -> String {
    match number.split_once('.') {
        Some((_, decimals)) if decimals.len() == 3 => number + "0",
        _ => number,
    }
}

/// Digits with a point before the last so many.
fn pointed(digits: &str, scale: usize) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let text = format!("{digits:0>width$}", width = scale + 1);
    match text.split_at(text.len() - scale) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, decimals) => format!("{sign}{whole}.{decimals}"),
    }
}

/// Without the zeros at the end of its decimals.
fn short(number: &str) -> &str {
    match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, BinaryArray, BooleanArray, Date64Array, Decimal256Array, DictionaryArray, DurationMillisecondArray, Float32Array,
        Float64Array, Int32Array, ListArray, StringArray, StructArray, TimestampMillisecondArray, TimestampNanosecondArray, UInt64Array,
    };
    use arrow_schema::{Field, IntervalUnit};

    use super::*;

    /// The texts of an array's values.
    fn texts(array: &dyn Array) -> Vec<String> {
        (0..array.len()).map(|row| value(array, row).text().into_owned()).collect()
    }

    #[test]
    fn numbers_are_exact() {
        assert_eq!(
            texts(&Float64Array::from(vec![5.0, f64::NAN, -0.125, 1e21])),
            ["5", "", "-0.1250", "1000000000000000000000"]
        );
        assert_eq!(texts(&Float32Array::from(vec![0.1, f32::NAN])), ["0.1", ""]);
        assert_eq!(texts(&UInt64Array::from(vec![Some(u64::MAX), None])), ["18446744073709551615", ""]);
        assert_eq!(texts(&BooleanArray::from(vec![true, false])), ["true", "false"]);
        let long = Decimal256Array::from(vec![
            arrow_buffer_i256("-123456"),
            arrow_buffer_i256("1234567890123456789012345678901234567890123"),
        ]);
        assert_eq!(
            texts(&long.with_precision_and_scale(50, 2).unwrap()),
            ["-1234.56", "12345678901234567890123456789012345678901.23"]
        );
        assert_eq!(pointed("-5", 4), "-0.0005");
        assert_eq!(pointed("7", 0), "7");
        assert_eq!(unmistakable(pointed("1234", 3)), "1.2340");
    }

    fn arrow_buffer_i256(digits: &str) -> <Decimal256Type as ArrowPrimitiveType>::Native {
        digits.parse().unwrap()
    }

    #[test]
    fn times_say_whether_they_are_of_a_zone() {
        let millis = TimestampMillisecondArray::from(vec![1_500]).with_timezone("Europe/Berlin");
        assert_eq!(texts(&millis), ["1970-01-01T00:00:01.5Z"]);
        assert_eq!(texts(&TimestampNanosecondArray::from(vec![-1])), ["1969-12-31T23:59:59.999999"]);
        assert_eq!(texts(&Date64Array::from(vec![-1, 86_400_000])), ["1969-12-31", "1970-01-02"]);
        assert_eq!(texts(&DurationMillisecondArray::from(vec![90_500, 60_000])), ["PT90.5S", "PT60S"]);
        assert_eq!(StoredValue::Clock(3_600_000_000).text(), "01:00:00");
    }

    #[test]
    fn words_of_a_dictionary_and_bytes() {
        let words: DictionaryArray<arrow_array::types::Int8Type> = vec![Some("a"), None, Some("b"), Some("a")].into_iter().collect();
        assert_eq!(texts(&words), ["a", "", "b", "a"]);
        assert_eq!(texts(&BinaryArray::from_vec(vec![b"abc", b"\xff\x01"])), ["abc", "ff01"]);
    }

    #[test]
    fn lists_and_structures_are_json() {
        let list =
            ListArray::from_iter_primitive::<arrow_array::types::Int32Type, _, _>(vec![Some(vec![Some(1), None]), None, Some(vec![])]);
        assert_eq!(texts(&list), ["[1,null]", "", "[]"]);
        let parts: Vec<(Arc<Field>, ArrayRef)> = vec![
            (
                Arc::new(Field::new("n", DataType::Int32, true)),
                Arc::new(Int32Array::from(vec![7])),
            ),
            (
                Arc::new(Field::new("t", DataType::Utf8, true)),
                Arc::new(StringArray::from(vec!["x\"y"])),
            ),
            (
                Arc::new(Field::new("d", DataType::Float32, true)),
                Arc::new(Float32Array::from(vec![0.1])),
            ),
        ];
        assert_eq!(texts(&StructArray::from(parts)), ["{\"n\":7,\"t\":\"x\\\"y\",\"d\":0.1}"]);
    }

    #[test]
    fn types_that_have_no_text() {
        assert_eq!(
            without_text(&DataType::Interval(IntervalUnit::DayTime)),
            Some("a calendar interval")
        );
        let item = Field::new("item", DataType::Decimal128(10, -2), true);
        assert_eq!(without_text(&DataType::List(Arc::new(item))), Some("rounded decimals"));
        assert_eq!(without_text(&DataType::Decimal128(10, 2)), None);
    }
}
