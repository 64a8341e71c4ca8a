//! The tree of an expression: what each part does, on which parts, and where in the text it is.
//!
//! There is one tree. As it is read, its columns are names and its times are dates on a wall. Bound to the columns of a file
//! ([`super::Bound`]), its columns are cells of a record and its times are instants.

use std::cmp::Ordering;
use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use rust_decimal::Decimal;

use super::ExprError;

/// One part of the tree, over columns `C` and times `T`. Two are equal when they do the same, wherever they are in their texts.
#[derive(Clone, Debug)]
pub(super) struct Node<C = Name, T = WallTime> {
    pub op: Op<C, T>,
    pub args: Vec<Node<C, T>>,
    /// The bytes of the text.
    pub span: Range<usize>,
}

impl<C: PartialEq, T: PartialEq> PartialEq for Node<C, T> {
    fn eq(&self, other: &Self) -> bool {
        self.op == other.op && self.args == other.args
    }
}

impl<C, T> Node<C, T> {
    pub fn error(&self, message: impl Into<String>) -> ExprError {
        ExprError::new(self.span.clone(), message)
    }
}

impl Node {
    /// Calls the function with each column, from left to right.
    pub fn each_column<'n>(&'n self, visit: &mut dyn FnMut(&'n Name, &Range<usize>)) {
        if let Op::Column(name) = &self.op {
            visit(name, &self.span);
        }
        self.args.iter().for_each(|arg| arg.each_column(visit));
    }

    /// The part over another column in place of one; upper and lower case of its name are the same.
    pub fn over(&self, column: &str, other: &str) -> Node {
        let op = match &self.op {
            Op::Column(Name { name, .. }) if name.eq_ignore_ascii_case(column) => Op::Column(Name {
                name: other.to_string(),
                quoted: true,
            }),
            op => op.clone(),
        };
        Node {
            op,
            args: self.args.iter().map(|arg| arg.over(column, other)).collect(),
            span: self.span.clone(),
        }
    }
}

/// The arguments of a [`Op::Case`], or what belongs to each: the operand, the pairs of `when` and `then`, the result of `else`.
pub(super) fn case_parts<A>(
    args: &[A],
    operand: bool,
    otherwise: bool,
) -> (Option<&A>, impl DoubleEndedIterator<Item = (&A, &A)>, Option<&A>) {
    let (first, rest) = args.split_at(usize::from(operand));
    let (pairs, last) = rest.split_at(rest.len() - usize::from(otherwise));
    (first.first(), pairs.chunks_exact(2).map(|pair| (&pair[0], &pair[1])), last.first())
}

/// A column as it is written. One in double quotes is matched exactly.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub name: String,
    pub quoted: bool,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A date or a time as a clock on the wall shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum WallTime {
    Date(Date),
    Timestamp(DateTime),
}

impl WallTime {
    /// A date, or a date and a time of day, in ISO 8601.
    pub fn parse(text: &str) -> Option<WallTime> {
        let date = || text.parse::<Date>().ok().filter(|_| text.len() == 10).map(WallTime::Date);
        date().or_else(|| text.parse::<DateTime>().ok().map(WallTime::Timestamp))
    }

    /// The date and time; a date is its midnight.
    pub fn datetime(self) -> DateTime {
        match self {
            WallTime::Date(date) => date.to_datetime(Time::midnight()),
            WallTime::Timestamp(time) => time,
        }
    }
}

/// What a node does with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Op<C = Name, T = WallTime> {
    Column(C),
    Time(T),
    Null,
    Bool(bool),
    /// A number, once for calculations with cells and once for the engine's.
    Number {
        exact: Decimal,
        float: f64,
    },
    Text(String),
    Negate,
    Not,
    /// Of two conditions or more.
    And,
    /// Of two conditions or more.
    Or,
    Arithmetic(Arithmetic),
    Concat,
    Compare(Compare),
    /// The first argument is looked for among the others.
    In {
        negated: bool,
    },
    /// Value, low, high.
    Between {
        negated: bool,
    },
    Like {
        pattern: String,
        negated: bool,
    },
    Is {
        test: Test,
        negated: bool,
    },
    /// See [`case_parts`].
    Case {
        operand: bool,
        otherwise: bool,
    },
    Call(Function),
}

impl<C, T> Op<C, T> {
    /// The same over other columns and times.
    pub fn convert<D, U>(&self, column: impl FnOnce(&C) -> D, time: impl FnOnce(&T) -> U) -> Op<D, U> {
        match self {
            Op::Column(c) => Op::Column(column(c)),
            Op::Time(t) => Op::Time(time(t)),
            Op::Null => Op::Null,
            Op::Bool(b) => Op::Bool(*b),
            &Op::Number { exact, float } => Op::Number { exact, float },
            Op::Text(text) => Op::Text(text.clone()),
            Op::Negate => Op::Negate,
            Op::Not => Op::Not,
            Op::And => Op::And,
            Op::Or => Op::Or,
            Op::Arithmetic(op) => Op::Arithmetic(*op),
            Op::Concat => Op::Concat,
            Op::Compare(op) => Op::Compare(*op),
            &Op::In { negated } => Op::In { negated },
            &Op::Between { negated } => Op::Between { negated },
            Op::Like { pattern, negated } => Op::Like {
                pattern: pattern.clone(),
                negated: *negated,
            },
            &Op::Is { test, negated } => Op::Is { test, negated },
            &Op::Case { operand, otherwise } => Op::Case { operand, otherwise },
            Op::Call(function) => Op::Call(*function),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Arithmetic {
    pub fn sign(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Compare {
    pub fn sign(self) -> &'static str {
        match self {
            Compare::Eq => "=",
            Compare::Ne => "<>",
            Compare::Lt => "<",
            Compare::Le => "<=",
            Compare::Gt => ">",
            Compare::Ge => ">=",
        }
    }

    /// Whether it is true of a left and a right side in that order.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Compare::Eq => order.is_eq(),
            Compare::Ne => order.is_ne(),
            Compare::Lt => order.is_lt(),
            Compare::Le => order.is_le(),
            Compare::Gt => order.is_gt(),
            Compare::Ge => order.is_ge(),
        }
    }

    /// The comparison that means the same with its sides exchanged.
    pub fn flipped(self) -> Self {
        match self {
            Compare::Eq | Compare::Ne => self,
            Compare::Lt => Compare::Gt,
            Compare::Le => Compare::Ge,
            Compare::Gt => Compare::Lt,
            Compare::Ge => Compare::Le,
        }
    }

    pub fn is_equality(self) -> bool {
        matches!(self, Compare::Eq | Compare::Ne)
    }
}

/// What `is` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Null,
    True,
    False,
}

impl Test {
    pub fn word(self) -> &'static str {
        match self {
            Test::Null => "null",
            Test::True => "true",
            Test::False => "false",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Coalesce,
    Least,
    Greatest,
    Abs,
    HoursBetween,
    DaysBetween,
    SplitPart,
    Lower,
}

impl Function {
    /// All functions, by name.
    pub const ALL: [Function; 8] = [
        Function::Abs,
        Function::Coalesce,
        Function::DaysBetween,
        Function::Greatest,
        Function::HoursBetween,
        Function::Least,
        Function::Lower,
        Function::SplitPart,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Function::Coalesce => "coalesce",
            Function::Least => "least",
            Function::Greatest => "greatest",
            Function::Abs => "abs",
            Function::HoursBetween => "hours_between",
            Function::DaysBetween => "days_between",
            Function::SplitPart => "split_part",
            Function::Lower => "lower",
        }
    }

    /// Microseconds of its unit, for the two that measure time.
    pub fn micros(self) -> i64 {
        match self {
            Function::DaysBetween => crate::schema::DAY,
            _ => crate::schema::HOUR,
        }
    }
}

/// Whether a text is like a pattern: `%` stands for any characters, `_` for one; upper and lower case differ.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    let (mut p, mut t) = (pattern.chars(), text.chars());
    // Where to go on after the last `%`, should what follows it not match here.
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let mut rest = p.clone();
        let matched = match (rest.next(), t.clone().next()) {
            (Some('%'), _) => {
                retry = Some((rest.clone(), t.clone()));
                p = rest;
                continue;
            }
            (None, None) => return true,
            (Some(wanted), Some(found)) => wanted == '_' || wanted == found,
            _ => false,
        };
        if matched {
            p = rest;
            t.next();
            continue;
        }
        let Some((after, from)) = &mut retry else { return false };
        if from.next().is_none() {
            return false;
        }
        (p, t) = (after.clone(), from.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_knows_percent_and_underscore() {
        for (pattern, text) in [
            ("C%", "C536"),
            ("%", ""),
            ("a_c", "aéc"),
            ("%ab%ab", "abxabab"),
            ("", ""),
            ("%%x", "xx"),
            ("_%", "x"),
            ("%é", "caffé"),
        ] {
            assert!(like(pattern, text), "{text} like {pattern}");
        }
        for (pattern, text) in [
            ("C%", "c536"),
            ("_", ""),
            ("a_c", "abbc"),
            ("ab", "abc"),
            ("%ab", "aba"),
            ("", "x"),
            ("_", "xy"),
        ] {
            assert!(!like(pattern, text), "{text} not like {pattern}");
        }
    }
}
