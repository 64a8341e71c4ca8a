//! From the tree to parts bound to the columns of a file: which column a name means, and how each cell is read.

use jiff::civil::Time;
use rust_decimal::prelude::ToPrimitive;

use super::cells::{Bound, Part};
use super::check::find;
use super::{Clock, Compare, Expr, ExprError, Function, Node, Op, Test};

impl Expr {
    /// Binds names to the columns of a file, by its header, and settles how each cell is read. White space inside names
    /// counts once; dates of the expression become times by the clock.
    ///
    /// # Errors
    /// An unknown or ambiguous name; text where a number or a date is needed, a cell where a condition is.
    pub fn bind<S: AsRef<str>>(&self, header: &[S], clock: Clock<'_>) -> Result<Bound, ExprError> {
        let header: Vec<String> = header.iter().map(|name| fold(name.as_ref())).collect();
        let names: Vec<&str> = header.iter().map(String::as_str).collect();
        let mut binder = Binder {
            header: &names,
            clock,
            columns: Vec::new(),
        };
        let (root, sort) = binder.part(&self.root)?;
        let names = binder.columns.iter().map(|&index| header[index].clone()).collect();
        Ok(Bound {
            root,
            sort,
            columns: binder.columns,
            names,
        })
    }
}

/// A name without white space around it, and with single blanks inside.
fn fold(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a part gives, as far as the expression alone tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Null,
    /// A cell, or a choice between cells: read as its neighbours need.
    Raw,
    Text,
    Number,
    Time,
    Bool,
}

impl Sort {
    fn name(self) -> &'static str {
        match self {
            Sort::Null => "null",
            Sort::Raw => "a cell",
            Sort::Text => "text",
            Sort::Number => "a number",
            Sort::Time => "a time",
            Sort::Bool => "true/false",
        }
    }

    fn join(self, other: Sort) -> Option<Sort> {
        match (self, other) {
            (Sort::Null, x) | (x, Sort::Null) => Some(x),
            (Sort::Raw, Sort::Bool) | (Sort::Bool, Sort::Raw) => None,
            (Sort::Raw, x) | (x, Sort::Raw) => Some(x),
            (a, b) => (a == b).then_some(a),
        }
    }
}

struct Binder<'a> {
    header: &'a [&'a str],
    clock: Clock<'a>,
    columns: Vec<usize>,
}

impl Binder<'_> {
    fn part(&mut self, node: &Node) -> Result<(Part, Sort), ExprError> {
        let args = &node.args;
        Ok(match &node.op {
            Op::Column { name, quoted } => (Part::Cell(self.column(node, name, *quoted)?), Sort::Raw),
            Op::Null => (Part::Null, Sort::Null),
            Op::Bool(b) => (Part::Bool(*b), Sort::Bool),
            Op::Number { exact, .. } => (Part::Number(*exact), Sort::Number),
            Op::Text(text) => (Part::Text(text.clone()), Sort::Text),
            Op::Date(date) => (Part::Time((self.clock)(date.to_datetime(Time::midnight()))), Sort::Time),
            Op::Timestamp(time) => (Part::Time((self.clock)(*time)), Sort::Time),
            Op::Negate => (Part::Negate(Box::new(self.number(&args[0])?)), Sort::Number),
            Op::Call(Function::Abs) => (Part::Abs(Box::new(self.number(&args[0])?)), Sort::Number),
            Op::Arithmetic(op) => {
                let sides = Box::new([self.number(&args[0])?, self.number(&args[1])?]);
                (Part::Arithmetic(*op, sides, node.span.clone()), Sort::Number)
            }
            Op::Concat => (
                Part::Concat(Box::new([self.joinable(&args[0])?, self.joinable(&args[1])?])),
                Sort::Text,
            ),
            Op::Call(Function::Lower) => (Part::Lower(Box::new(self.joinable(&args[0])?)), Sort::Text),
            Op::Call(Function::SplitPart) => {
                let (Op::Text(separator), Op::Number { exact, .. }) = (&args[1].op, &args[2].op) else {
                    unreachable!("the parser lets no other arguments through")
                };
                let number = exact.to_usize().unwrap_or(usize::MAX);
                (
                    Part::Split(Box::new(self.joinable(&args[0])?), separator.clone(), number - 1),
                    Sort::Text,
                )
            }
            Op::And => (Part::And(self.conditions(args)?), Sort::Bool),
            Op::Or => (Part::Or(self.conditions(args)?), Sort::Bool),
            Op::Not => (Part::Not(Box::new(self.condition(&args[0])?)), Sort::Bool),
            Op::Compare(op) => (self.comparison(node, *op, &args[0], &args[1])?, Sort::Bool),
            Op::Between { negated } => {
                let (mut parts, _) = self.alike(node, args, "compare")?;
                let (high, low, value) = (parts.pop(), parts.pop(), parts.pop());
                let three = [value, low, high].map(|part| part.expect("`between` has three arguments"));
                (negate(*negated, Part::Between(Box::new(three))), Sort::Bool)
            }
            Op::In { negated } => {
                let (mut parts, _) = self.alike(node, args, "compare")?;
                let value = parts.remove(0);
                (negate(*negated, Part::In(Box::new(value), parts)), Sort::Bool)
            }
            Op::Like { pattern, negated } => match self.part(&args[0])? {
                (part, Sort::Raw | Sort::Text) => (negate(*negated, Part::Like(pattern.clone(), Box::new(part))), Sort::Bool),
                (_, other) => return Err(args[0].error(format!("`like` is for text, this is {}", other.name()))),
            },
            Op::Is { test, negated } => {
                let part = if *test == Test::Null {
                    self.part(&args[0])?.0
                } else {
                    self.condition(&args[0])?
                };
                (negate(*negated, Part::Is(*test, Box::new(part))), Sort::Bool)
            }
            Op::Case { operand, otherwise } => self.case(node, *operand, *otherwise)?,
            Op::Call(Function::Coalesce) => {
                let (parts, sort) = self.alike(node, args, "mix")?;
                (Part::Coalesce(parts), sort)
            }
            Op::Call(function @ (Function::Least | Function::Greatest)) => {
                let (parts, sort) = self.alike(node, args, "mix")?;
                let sort = if sort == Sort::Raw { Sort::Number } else { sort };
                if !matches!(sort, Sort::Number | Sort::Time | Sort::Null) {
                    return Err(node.error(format!("{} is for numbers and times, this is {}", function.name(), sort.name())));
                }
                let parts = parts.into_iter().map(|part| read_as(part, sort)).collect();
                (Part::Extreme(*function == Function::Greatest, parts), sort)
            }
            Op::Call(function @ (Function::HoursBetween | Function::DaysBetween)) => {
                let times = Box::new([self.time(&args[0], function.name())?, self.time(&args[1], function.name())?]);
                (Part::Elapsed(function.micros(), times), Sort::Number)
            }
        })
    }

    fn column(&mut self, node: &Node, name: &str, quoted: bool) -> Result<usize, ExprError> {
        let index = find(node, &fold(name), quoted, self.header)?;
        Ok(self.columns.iter().position(|&known| known == index).unwrap_or_else(|| {
            self.columns.push(index);
            self.columns.len() - 1
        }))
    }

    fn number(&mut self, node: &Node) -> Result<Part, ExprError> {
        match self.part(node)? {
            (part, Sort::Raw) => Ok(read_as(part, Sort::Number)),
            (part, Sort::Number | Sort::Null) => Ok(part),
            (_, Sort::Time) => {
                let error = node.error("times are not calculated with");
                Err(error.hint("hours_between(a, b) and days_between(a, b) give the time from a to b"))
            }
            (_, other) => Err(node.error(format!("expected a number, found {}", other.name()))),
        }
    }

    fn time(&mut self, node: &Node, function: &str) -> Result<Part, ExprError> {
        match self.part(node)? {
            (part, Sort::Raw) => Ok(read_as(part, Sort::Time)),
            (part, Sort::Time | Sort::Null) => Ok(part),
            (_, other) => Err(node.error(format!("{function} is between two times, this is {}", other.name()))),
        }
    }

    fn joinable(&mut self, node: &Node) -> Result<Part, ExprError> {
        match self.part(node)? {
            (part, Sort::Raw | Sort::Text | Sort::Number | Sort::Null) => Ok(part),
            (_, other) => Err(node.error(format!("`||` joins text, this is {}", other.name()))),
        }
    }

    fn conditions(&mut self, nodes: &[Node]) -> Result<Vec<Part>, ExprError> {
        nodes.iter().map(|node| self.condition(node)).collect()
    }

    fn condition(&mut self, node: &Node) -> Result<Part, ExprError> {
        match self.part(node)? {
            (part, Sort::Bool | Sort::Null) => Ok(part),
            (_, Sort::Raw) => Err(node
                .error("expected a condition, found a cell")
                .hint("compare it with its text, as in `paid = 'yes'`")),
            (_, other) => Err(node.error(format!("expected a condition, found {}", other.name()))),
        }
    }

    fn comparison(&mut self, node: &Node, op: Compare, left: &Node, right: &Node) -> Result<Part, ExprError> {
        for side in [left, right] {
            if matches!(side.op, Op::Null) {
                return Err(side
                    .error("a comparison with null is never true")
                    .hint("write `is null` or `is not null`"));
            }
        }
        let ((a, a_sort), (b, b_sort)) = (self.part(left)?, self.part(right)?);
        let sort = a_sort.join(b_sort).ok_or_else(|| misfit(node, "compare", a_sort, b_sort, right))?;
        if sort == Sort::Bool && !op.is_equality() {
            return Err(node.error("true and false have no order").hint("write `=` or `<>`"));
        }
        Ok(Part::Compare(op, Box::new([read_as(a, sort), read_as(b, sort)])))
    }

    /// Parts that stand beside each other, all read alike.
    fn alike(&mut self, node: &Node, args: &[Node], verb: &str) -> Result<(Vec<Part>, Sort), ExprError> {
        let mut parts = Vec::with_capacity(args.len());
        let mut joined = Sort::Null;
        for arg in args {
            let (part, sort) = self.part(arg)?;
            joined = joined.join(sort).ok_or_else(|| misfit(node, verb, joined, sort, arg))?;
            parts.push(part);
        }
        Ok((parts.into_iter().map(|part| read_as(part, joined)).collect(), joined))
    }

    fn case(&mut self, node: &Node, operand: bool, otherwise: bool) -> Result<(Part, Sort), ExprError> {
        let (of, pairs, last) = node.case(operand, otherwise);
        let mut whens = Vec::new();
        let mut results = Vec::new();
        let mut joined = Sort::Null;
        let mut result = |binder: &mut Self, then: &Node| -> Result<(), ExprError> {
            let (part, sort) = binder.part(then)?;
            joined = joined.join(sort).ok_or_else(|| misfit(node, "mix", joined, sort, then))?;
            results.push(part);
            Ok(())
        };
        for (when, then) in pairs {
            whens.push(match of {
                Some(of) => self.comparison(node, Compare::Eq, of, when)?,
                None => self.condition(when)?,
            });
            result(self, then)?;
        }
        match last {
            Some(last) => result(self, last)?,
            None => results.push(Part::Null),
        }
        let mut results: Vec<Part> = results.into_iter().map(|part| read_as(part, joined)).collect();
        let last = results.pop().expect("a case has a result");
        Ok((Part::Case(whens.into_iter().zip(results).collect(), Box::new(last)), joined))
    }
}

fn misfit(node: &Node, verb: &str, a: Sort, b: Sort, beside: &Node) -> ExprError {
    let with = if verb == "compare" { "with" } else { "and" };
    let error = node.error(format!("cannot {verb} {} {with} {}", a.name(), b.name()));
    match (a, b) {
        (Sort::Number, Sort::Text) | (Sort::Text, Sort::Number) => error.hint("numbers stand without quotes, text in single ones"),
        (Sort::Time, Sort::Text) | (Sort::Text, Sort::Time) => match &beside.op {
            Op::Text(text) if text.len() == 10 => error.hint(format!("write DATE '{text}'")),
            _ => error.hint("write dates as DATE '2024-01-31'"),
        },
        (Sort::Bool, Sort::Raw) | (Sort::Raw, Sort::Bool) => error.hint("compare the cell with its text, as in `paid = 'yes'`"),
        _ => error,
    }
}

fn negate(negated: bool, part: Part) -> Part {
    if negated { Part::Not(Box::new(part)) } else { part }
}

/// The part with its bare cells read as amounts or times.
fn read_as(part: Part, sort: Sort) -> Part {
    let all = |parts: Vec<Part>| parts.into_iter().map(|part| read_as(part, sort)).collect();
    match part {
        Part::Cell(at) if sort == Sort::Number => Part::Amount(at),
        Part::Cell(at) if sort == Sort::Time => Part::Moment(at),
        Part::Case(pairs, last) => {
            let pairs = pairs.into_iter().map(|(when, then)| (when, read_as(then, sort))).collect();
            Part::Case(pairs, Box::new(read_as(*last, sort)))
        }
        Part::Coalesce(parts) => Part::Coalesce(all(parts)),
        other => other,
    }
}
