//! The row interpreter over typed values: what the rows behind a number, and the slow reference implementation of the engine, are made with.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::civil::Time;

use super::{Arithmetic, Clock, Compare, Expr, Function, Node, Op, Test, like};

/// A value of a fact's column, or of an expression over one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing is known.
    Null,
    /// True or false.
    Bool(bool),
    /// A number in its unit (money in the currency's unit, durations in hours or days); never NaN.
    Number(f64),
    /// Text; an id stands as its text.
    Text(Cow<'a, str>),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Time(i64),
}

impl Expr {
    /// The value over one row, whose columns the function gives by name. Meant for expressions that passed
    /// [`Expr::check`]: parts that do not fit each other give null.
    pub fn eval<'a>(&'a self, row: &dyn Fn(&str) -> Value<'a>, clock: Clock<'_>) -> Value<'a> {
        Row { row, clock }.value(&self.root)
    }
}

struct Row<'r, 'a> {
    row: &'r dyn Fn(&str) -> Value<'a>,
    clock: Clock<'r>,
}

impl<'a> Row<'_, 'a> {
    fn value(&self, node: &'a Node) -> Value<'a> {
        let arg = |i: usize| self.value(&node.args[i]);
        match &node.op {
            Op::Column { name, .. } => (self.row)(name),
            Op::Null => Value::Null,
            Op::Bool(b) => Value::Bool(*b),
            Op::Number { float, .. } => Value::Number(*float),
            Op::Text(text) => Value::Text(Cow::Borrowed(text)),
            Op::Date(date) => Value::Time((self.clock)(date.to_datetime(Time::midnight()))),
            Op::Timestamp(time) => Value::Time((self.clock)(*time)),
            Op::Negate => number(self.number(&node.args[0]).map(|x| -x)),
            Op::Arithmetic(op) => number(
                self.number(&node.args[0])
                    .zip(self.number(&node.args[1]))
                    .and_then(|(a, b)| match op {
                        Arithmetic::Add => Some(a + b),
                        Arithmetic::Subtract => Some(a - b),
                        Arithmetic::Multiply => Some(a * b),
                        Arithmetic::Divide => (b != 0.0).then(|| a / b),
                    }),
            ),
            Op::Concat => match (arg(0), arg(1)) {
                (Value::Text(a), Value::Text(b)) => Value::Text(a + b),
                _ => Value::Null,
            },
            Op::Not => truth(not(self.truth(&node.args[0]))),
            Op::And => truth(not(any(node.args.iter().map(|arg| not(self.truth(arg)))))),
            Op::Or => truth(any(node.args.iter().map(|arg| self.truth(arg)))),
            Op::Compare(op) => truth(compare(*op, &arg(0), &arg(1))),
            Op::Between { negated } => {
                let value = arg(0);
                let inside = and(compare(Compare::Ge, &value, &arg(1)), || compare(Compare::Le, &value, &arg(2)));
                truth(if *negated { not(inside) } else { inside })
            }
            Op::In { negated } => {
                let value = arg(0);
                let found = any(node.args[1..].iter().map(|item| compare(Compare::Eq, &value, &self.value(item))));
                truth(if *negated { not(found) } else { found })
            }
            Op::Like { pattern, negated } => match arg(0) {
                Value::Text(text) => Value::Bool(like(pattern, &text) != *negated),
                _ => Value::Null,
            },
            Op::Is { test, negated } => {
                let holds = match test {
                    Test::Null => arg(0) == Value::Null,
                    Test::True => arg(0) == Value::Bool(true),
                    Test::False => arg(0) == Value::Bool(false),
                };
                Value::Bool(holds != *negated)
            }
            Op::Case { operand, otherwise } => {
                let (of, mut pairs, last) = node.case(*operand, *otherwise);
                let of = of.map(|of| self.value(of));
                let chosen = pairs.find(|(when, _)| match &of {
                    Some(of) => compare(Compare::Eq, of, &self.value(when)) == Some(true),
                    None => self.truth(when) == Some(true),
                });
                chosen
                    .map(|(_, then)| then)
                    .or(last)
                    .map_or(Value::Null, |result| self.value(result))
            }
            Op::Call(Function::Abs) => number(self.number(&node.args[0]).map(f64::abs)),
            Op::Call(Function::Coalesce) => node
                .args
                .iter()
                .map(|a| self.value(a))
                .find(|v| *v != Value::Null)
                .unwrap_or(Value::Null),
            Op::Call(function @ (Function::Least | Function::Greatest)) => {
                let wanted = if *function == Function::Least { Compare::Le } else { Compare::Ge };
                let mut values = node.args.iter().map(|a| self.value(a));
                let first = values.next().unwrap_or(Value::Null);
                values.fold(first, |best, next| match compare(wanted, &best, &next) {
                    Some(true) => best,
                    Some(false) => next,
                    None => Value::Null,
                })
            }
            // These are for cells; what is checked against columns has none of them.
            Op::Call(Function::SplitPart | Function::Lower) => Value::Null,
            Op::Call(function @ (Function::HoursBetween | Function::DaysBetween)) => match (arg(0), arg(1)) {
                (Value::Time(a), Value::Time(b)) => Value::Number(b.wrapping_sub(a) as f64 / function.micros() as f64),
                _ => Value::Null,
            },
        }
    }

    fn number(&self, node: &'a Node) -> Option<f64> {
        match self.value(node) {
            Value::Number(x) => Some(x),
            _ => None,
        }
    }

    fn truth(&self, node: &'a Node) -> Option<bool> {
        match self.value(node) {
            Value::Bool(b) => Some(b),
            _ => None,
        }
    }
}

fn number<'a>(x: Option<f64>) -> Value<'a> {
    x.map_or(Value::Null, Value::Number)
}

fn truth<'a>(b: Option<bool>) -> Value<'a> {
    b.map_or(Value::Null, Value::Bool)
}

/// Not, where nothing is unknown less than before.
pub(super) fn not(a: Option<bool>) -> Option<bool> {
    a.map(|a| !a)
}

/// And of three-valued logic: false wins over unknown. The right side is looked at only where it matters.
pub(super) fn and(a: Option<bool>, b: impl FnOnce() -> Option<bool>) -> Option<bool> {
    if a == Some(false) {
        return a;
    }
    match b() {
        Some(true) => a,
        Some(false) => Some(false),
        None => None,
    }
}

/// Or of three-valued logic: true wins over unknown.
pub(super) fn or(a: Option<bool>, b: impl FnOnce() -> Option<bool>) -> Option<bool> {
    not(and(not(a), || not(b())))
}

/// Whether one of several is true; unknown where none is and one is unknown.
fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = true;
    for part in parts {
        match part {
            Some(true) => return part,
            Some(false) => {}
            None => known = false,
        }
    }
    known.then_some(false)
}

/// Text compares by its bytes; null with anything, and things of different kinds, are unknown.
fn compare(op: Compare, a: &Value<'_>, b: &Value<'_>) -> Option<bool> {
    let order: Ordering = match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b)?,
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => return None,
    };
    Some(op.holds(order))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

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
