//! Over the typed values of a row: what the rows behind a number, and the slow reference implementation of the engine, are made with.

use std::convert::Infallible;
use std::ops::Range;

use rust_decimal::Decimal;

use super::{Row, Value};
use crate::expr::tree::{Arithmetic, Name, WallTime};
use crate::expr::{Clock, Expr};

impl Expr {
    /// The value over one row, whose columns the function gives by name. Meant for expressions that passed
    /// [`Expr::check`]: parts that do not fit each other give null.
    pub fn eval<'a>(&'a self, row: &dyn Fn(&str) -> Value<'a>, clock: Clock<'_>) -> Value<'a> {
        let Ok(value) = TypedRow { row, clock }.value(&self.root);
        value
    }
}

struct TypedRow<'r, 'a> {
    row: &'r dyn Fn(&str) -> Value<'a>,
    clock: Clock<'r>,
}

impl<'a> Row<'a> for TypedRow<'_, 'a> {
    type Column = Name;
    type Time = WallTime;
    type Number = f64;
    type Error = Infallible;

    fn column(&self, column: &'a Name) -> Result<Value<'a>, Infallible> {
        Ok((self.row)(&column.name))
    }

    fn instant(&self, time: &WallTime) -> i64 {
        (self.clock)(time.datetime())
    }

    fn literal(&self, _: Decimal, float: f64) -> f64 {
        float
    }

    fn negate(&self, number: f64) -> f64 {
        -number
    }

    fn abs(&self, number: f64) -> f64 {
        number.abs()
    }

    fn arithmetic(&self, op: Arithmetic, a: f64, b: f64, _: &Range<usize>) -> Result<Option<f64>, Infallible> {
        Ok(match op {
            Arithmetic::Add => Some(a + b),
            Arithmetic::Subtract => Some(a - b),
            Arithmetic::Multiply => Some(a * b),
            Arithmetic::Divide => (b != 0.0).then(|| a / b),
        })
    }

    fn elapsed(&self, from: i64, to: i64, unit: i64) -> f64 {
        to.wrapping_sub(from) as f64 / unit as f64
    }

    fn number_text(&self, _: &f64) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse;

    fn eval(text: &str) -> String {
        let e = parse(text).unwrap();
        let clock = |t: jiff::civil::DateTime| t.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_microsecond();
        let row = |name: &str| match name {
            "t" => Value::Bool(true),
            "f" => Value::Bool(false),
            "two" => Value::Number(2.0),
            "zero" => Value::Number(0.0),
            "north" => Value::Text("north".into()),
            "noon" => Value::Time(43_200_000_000),
            _ => Value::Null,
        };
        match e.eval(&row, &clock) {
            Value::Null => "null".into(),
            Value::Bool(b) => b.to_string(),
            Value::Number(x) => x.to_string(),
            Value::Text(s) => s.into_owned(),
            Value::Time(t) => format!("@{t}"),
        }
    }

    #[test]
    fn values() {
        for (text, value) in [
            ("1 + 2 * 3 - 4 / 8", "6.5"),
            ("-two * -3", "6"),
            ("two / zero", "null"),
            ("zero / zero", "null"),
            ("two + n", "null"),
            ("n and f", "false"),
            ("n and t", "null"),
            ("n or t", "true"),
            ("f or n", "null"),
            ("not n", "null"),
            ("two in (1, 2)", "true"),
            ("two in (1, n)", "null"),
            ("two not in (1, n)", "null"),
            ("two not in (2, null)", "false"),
            ("n in (1)", "null"),
            ("two between 1 and n", "null"),
            ("two between 3 and n", "false"),
            ("two not between 3 and n", "true"),
            ("n is null", "true"),
            ("n is not true", "true"),
            ("n is false", "false"),
            ("f is false", "true"),
            ("f is not false", "false"),
            ("north like 'no%h'", "true"),
            ("north not like '_orth'", "false"),
            ("n like '%'", "null"),
            ("north < 'o'", "true"),
            ("north >= 'nort'", "true"),
            ("case when n then 1 when t then 2 else 3 end", "2"),
            ("case when f then 1 end", "null"),
            ("case two when 1 then 'one' when 2 then 'two' end", "two"),
            ("case n when null then 1 else 2 end", "2"),
            ("coalesce(n, two, 3)", "2"),
            ("least(3, two, 5)", "2"),
            ("greatest(3, two)", "3"),
            ("greatest(3, n)", "null"),
            ("abs(-two)", "2"),
            ("hours_between(DATE '1970-01-01', noon)", "12"),
            ("days_between(noon, TIMESTAMP '1970-01-01 00:00:00')", "-0.5"),
            ("TIMESTAMP '1970-01-01 00:00:01.5'", "@1500000"),
            ("noon < DATE '1970-01-02'", "true"),
            ("north || '/' || 'x'", "north/x"),
            ("north || n", "null"),
            ("NOT f AND t", "true"),
            ("t or t and f", "true"),
        ] {
            assert_eq!(eval(text), value, "{text}");
        }
    }
}
