//! The row interpreter: one meaning of every operation, over the typed values of a fact's row ([`rows`]) or over the raw cells of a
//! record ([`cells`]).

mod cells;
mod rows;

pub use cells::{Cell, CellError, Reading};

use std::borrow::Cow;
use std::ops::Range;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::tree::{Arithmetic, Compare, Function, Node, Op, Test, case_parts, like};

/// A value of a column, or of an expression over one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a, N = f64> {
    /// Nothing is known.
    Null,
    /// True or false.
    Bool(bool),
    /// A number in its unit (money in the currency's unit, durations in hours or days); never NaN.
    Number(N),
    /// Text; an id is its text.
    Text(Cow<'a, str>),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Time(i64),
}

/// What an expression is evaluated over: where the values of columns come from, and how numbers are calculated with.
trait Row<'e>: Sized {
    type Column: 'e;
    type Time: 'e;
    type Number: PartialOrd;
    /// Why a row has no value.
    type Error;

    fn column(&self, column: &'e Self::Column) -> Evaluated<'e, Self>;
    fn instant(&self, time: &Self::Time) -> i64;
    fn literal(&self, exact: Decimal, float: f64) -> Self::Number;
    fn negate(&self, number: Self::Number) -> Self::Number;
    fn abs(&self, number: Self::Number) -> Self::Number;
    /// No number where it is divided by zero.
    fn arithmetic(
        &self,
        op: Arithmetic,
        a: Self::Number,
        b: Self::Number,
        span: &Range<usize>,
    ) -> Result<Option<Self::Number>, Self::Error>;
    /// Microseconds from one time to another, in a unit of that many.
    fn elapsed(&self, from: i64, to: i64, unit: i64) -> Self::Number;
    /// A number as it is joined to text, if it is.
    fn number_text(&self, number: &Self::Number) -> Option<String>;

    /// The value of a part. Parts that do not fit each other, which the check does not let through, give null.
    fn value(&self, node: &'e Node<Self::Column, Self::Time>) -> Evaluated<'e, Self> {
        let arg = |i: usize| self.value(&node.args[i]);
        Ok(match &node.op {
            Op::Column(column) => self.column(column)?,
            Op::Time(time) => Value::Time(self.instant(time)),
            Op::Null => Value::Null,
            Op::Bool(b) => Value::Bool(*b),
            Op::Number { exact, float } => Value::Number(self.literal(*exact, *float)),
            Op::Text(text) => Value::Text(Cow::Borrowed(text)),
            Op::Negate => number(self.number(&node.args[0])?.map(|x| self.negate(x))),
            Op::Call(Function::Abs) => number(self.number(&node.args[0])?.map(|x| self.abs(x))),
            Op::Arithmetic(op) => match (self.number(&node.args[0])?, self.number(&node.args[1])?) {
                (Some(a), Some(b)) => number(self.arithmetic(*op, a, b, &node.span)?),
                _ => Value::Null,
            },
            Op::Concat => match (self.text(&node.args[0])?, self.text(&node.args[1])?) {
                (Some(a), Some(b)) => Value::Text(a + b),
                _ => Value::Null,
            },
            Op::Call(Function::Lower) => text(self.text(&node.args[0])?.map(|text| Cow::Owned(text.to_lowercase()))),
            Op::Call(Function::SplitPart) => text(
                self.text(&node.args[0])?
                    .and_then(|text| split_part(text, &node.args[1], &node.args[2])),
            ),
            Op::Not | Op::And | Op::Or | Op::Compare(_) | Op::Between { .. } | Op::In { .. } | Op::Like { .. } | Op::Is { .. } => {
                self.truth(node)?.map_or(Value::Null, Value::Bool)
            }
            Op::Case { operand, otherwise } => {
                let (of, pairs, last) = case_parts(&node.args, *operand, *otherwise);
                let of = of.map(|of| self.value(of)).transpose()?;
                for (when, then) in pairs {
                    let holds = match &of {
                        Some(of) => compare(Compare::Eq, of, &self.value(when)?),
                        None => self.truth(when)?,
                    };
                    if holds == Some(true) {
                        return self.value(then);
                    }
                }
                match last {
                    Some(last) => self.value(last)?,
                    None => Value::Null,
                }
            }
            Op::Call(Function::Coalesce) => {
                for arg in &node.args {
                    let value = self.value(arg)?;
                    if !matches!(value, Value::Null) {
                        return Ok(value);
                    }
                }
                Value::Null
            }
            Op::Call(function @ (Function::Least | Function::Greatest)) => {
                let wanted = if *function == Function::Least { Compare::Le } else { Compare::Ge };
                let mut best = arg(0)?;
                for next in &node.args[1..] {
                    let next = self.value(next)?;
                    best = match compare(wanted, &best, &next) {
                        Some(true) => best,
                        Some(false) => next,
                        None => Value::Null,
                    };
                }
                best
            }
            Op::Call(function @ (Function::HoursBetween | Function::DaysBetween)) => match (arg(0)?, arg(1)?) {
                (Value::Time(a), Value::Time(b)) => Value::Number(self.elapsed(a, b, function.micros())),
                _ => Value::Null,
            },
        })
    }

    /// Whether a part holds. Later parts of `and` and `or` are not evaluated where the earlier ones decide.
    fn truth(&self, node: &'e Node<Self::Column, Self::Time>) -> Result<Option<bool>, Self::Error> {
        let arg = |i: usize| self.value(&node.args[i]);
        Ok(match &node.op {
            Op::And => {
                let mut all = Some(true);
                for arg in &node.args {
                    all = and(all, self.truth(arg)?);
                    if all == Some(false) {
                        break;
                    }
                }
                all
            }
            Op::Or => {
                let mut any = Some(false);
                for arg in &node.args {
                    any = or(any, self.truth(arg)?);
                    if any == Some(true) {
                        break;
                    }
                }
                any
            }
            Op::Not => not(self.truth(&node.args[0])?),
            Op::Compare(op) => compare(*op, &arg(0)?, &arg(1)?),
            Op::Between { negated } => {
                let (value, low, high) = (arg(0)?, arg(1)?, arg(2)?);
                let inside = and(compare(Compare::Ge, &value, &low), compare(Compare::Le, &value, &high));
                if *negated { not(inside) } else { inside }
            }
            Op::In { negated } => {
                let value = arg(0)?;
                let mut found = Some(false);
                for item in &node.args[1..] {
                    found = or(found, compare(Compare::Eq, &value, &self.value(item)?));
                }
                if *negated { not(found) } else { found }
            }
            Op::Like { pattern, negated } => self.text(&node.args[0])?.map(|text| like(pattern, &text) != *negated),
            Op::Is { test, negated } => {
                let holds = match test {
                    Test::Null => matches!(arg(0)?, Value::Null),
                    Test::True => self.truth(&node.args[0])? == Some(true),
                    Test::False => self.truth(&node.args[0])? == Some(false),
                };
                Some(holds != *negated)
            }
            _ => match self.value(node)? {
                Value::Bool(b) => Some(b),
                _ => None,
            },
        })
    }

    fn number(&self, node: &'e Node<Self::Column, Self::Time>) -> Result<Option<Self::Number>, Self::Error> {
        Ok(match self.value(node)? {
            Value::Number(x) => Some(x),
            _ => None,
        })
    }

    fn text(&self, node: &'e Node<Self::Column, Self::Time>) -> Result<Option<Cow<'e, str>>, Self::Error> {
        Ok(match self.value(node)? {
            Value::Text(text) => Some(text),
            Value::Number(x) => self.number_text(&x).map(Cow::Owned),
            _ => None,
        })
    }
}

/// The value of a part, or why the row has none.
type Evaluated<'e, R> = Result<Value<'e, <R as Row<'e>>::Number>, <R as Row<'e>>::Error>;

fn number<'a, N>(x: Option<N>) -> Value<'a, N> {
    x.map_or(Value::Null, Value::Number)
}

fn text<N>(text: Option<Cow<'_, str>>) -> Value<'_, N> {
    text.map_or(Value::Null, Value::Text)
}

/// The part of a text between separators; none where it is empty. Separator and number are literals, as the parser checks.
fn split_part<'e, C, T>(text: Cow<'e, str>, separator: &Node<C, T>, number: &Node<C, T>) -> Option<Cow<'e, str>> {
    let (Op::Text(separator), Op::Number { exact, .. }) = (&separator.op, &number.op) else {
        return None;
    };
    let index = exact.to_usize()?.checked_sub(1)?;
    fn nth<'t>(text: &'t str, separator: &str, index: usize) -> Option<&'t str> {
        text.split(separator).nth(index).map(str::trim).filter(|part| !part.is_empty())
    }
    match text {
        Cow::Borrowed(text) => nth(text, separator, index).map(Cow::Borrowed),
        Cow::Owned(text) => nth(&text, separator, index).map(|part| Cow::Owned(part.to_string())),
    }
}

/// Not, where what is unknown stays unknown.
fn not(a: Option<bool>) -> Option<bool> {
    a.map(|a| !a)
}

/// And of three-valued logic: false wins over unknown.
fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Or of three-valued logic: true wins over unknown.
fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    not(and(not(a), not(b)))
}

/// Text compares by its bytes; null with anything, and things of different kinds, are unknown.
fn compare<N: PartialOrd>(op: Compare, a: &Value<'_, N>, b: &Value<'_, N>) -> Option<bool> {
    let order = match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b)?,
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => return None,
    };
    Some(op.holds(order))
}
