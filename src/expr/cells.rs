//! The interpreter over the raw cells of a record, for mappings and conditions over a file's own columns.
//!
//! A cell is text, read without the white space around it; empty ones and the words for "nothing" are null. What stands beside
//! it decides how it is read: in arithmetic, in `abs`, `least` and `greatest`, or beside a number, as an amount; beside a
//! date, as a date; else it stays text, and cell and cell compare as text. That is settled once, when names are bound to
//! the file's columns, so that a record costs no more than its cells. Arithmetic is exact to 28 digits.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use jiff::civil::Time;
use rust_decimal::Decimal;

use super::check::find;
use super::eval::{and, not, or};
use super::{Arithmetic, Clock, Compare, Expr, ExprError, Function, Node, Op, Test, like};

/// How the cells of a source are read.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// Whether a cell that is not empty stands for nothing (`NA`, `-` and the like).
    pub is_null: &'a dyn Fn(&str) -> bool,
    /// An amount as the source writes it.
    pub amount: &'a dyn Fn(&str) -> Option<Decimal>,
    /// A date or time as the column of that index writes it, in microseconds since 1970-01-01T00:00:00Z.
    pub time: &'a dyn Fn(usize, &str) -> Option<i64>,
}

/// What an expression over cells gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// An amount or any other number.
    Decimal(Decimal),
    /// Text, without white space around it where it is a cell.
    Text(Cow<'a, str>),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Time(i64),
}

/// Why a record has no value: it is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellError {
    /// A cell is not what its place in the expression needs.
    Unreadable {
        /// Index of the column.
        index: usize,
        /// Its name in the file.
        column: String,
        /// The cell's text.
        cell: String,
        /// What it should be: `an amount` or `a date`.
        wanted: &'static str,
    },
    /// A number grew beyond 28 digits.
    Overflow {
        /// The bytes of the expression's text that gave it.
        span: Range<usize>,
    },
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CellError::Unreadable { column, cell, wanted, .. } => write!(f, "`{column}` is not {wanted}: '{cell}'"),
            CellError::Overflow { .. } => f.write_str("a number grew beyond 28 digits"),
        }
    }
}

impl std::error::Error for CellError {}

/// An expression whose names are bound to the columns of a file.
#[derive(Clone, Debug)]
pub struct Bound {
    root: Part,
    sort: Sort,
    /// The columns it reads.
    columns: Vec<usize>,
    names: Vec<String>,
}

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

impl Bound {
    /// The indexes of the columns that it reads, each once.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Whether it gives true, false or null, as `where` needs.
    pub fn is_condition(&self) -> bool {
        matches!(self.sort, Sort::Bool | Sort::Null)
    }

    /// The value over one record, whose cells the function gives by index (an absent cell as empty text).
    ///
    /// # Errors
    /// A cell that cannot be read as its place needs, or a number beyond 28 digits; what a `case` passes over or an
    /// earlier side of `and` and `or` settles is not looked at.
    pub fn eval<'r>(&'r self, cells: &impl Fn(usize) -> &'r str, reading: &Reading<'_>) -> Result<Cell<'r>, CellError> {
        Record {
            bound: self,
            cells,
            reading,
        }
        .value(&self.root)
    }
}

/// What a part gives, as far as the expression alone tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
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

/// A bound part. Columns are counted within [`Bound::columns`].
#[derive(Clone, Debug)]
enum Part {
    Cell(usize),
    Amount(usize),
    Moment(usize),
    Null,
    Bool(bool),
    Number(Decimal),
    Text(String),
    Time(i64),
    Negate(Box<Part>),
    Abs(Box<Part>),
    Arithmetic(Arithmetic, Box<[Part; 2]>, Range<usize>),
    Concat(Box<[Part; 2]>),
    Compare(Compare, Box<[Part; 2]>),
    And(Vec<Part>),
    Or(Vec<Part>),
    Not(Box<Part>),
    In(Box<Part>, Vec<Part>),
    Between(Box<[Part; 3]>),
    Like(String, Box<Part>),
    Is(Test, Box<Part>),
    Case(Vec<(Part, Part)>, Box<Part>),
    Coalesce(Vec<Part>),
    /// True for the greatest.
    Extreme(bool, Vec<Part>),
    /// Microseconds of the unit.
    Elapsed(i64, Box<[Part; 2]>),
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

struct Record<'x, 'r, F> {
    bound: &'r Bound,
    cells: &'x F,
    reading: &'x Reading<'x>,
}

impl<'r, F: Fn(usize) -> &'r str> Record<'_, 'r, F> {
    fn cell(&self, at: usize) -> Option<&'r str> {
        let text = (self.cells)(self.bound.columns[at]).trim();
        (!text.is_empty() && !(self.reading.is_null)(text)).then_some(text)
    }

    fn unreadable(&self, at: usize, cell: &str, wanted: &'static str) -> CellError {
        CellError::Unreadable {
            index: self.bound.columns[at],
            column: self.bound.names[at].clone(),
            cell: cell.to_string(),
            wanted,
        }
    }

    fn amount(&self, at: usize) -> Result<Option<Decimal>, CellError> {
        let Some(text) = self.cell(at) else { return Ok(None) };
        (self.reading.amount)(text)
            .map(Some)
            .ok_or_else(|| self.unreadable(at, text, "an amount"))
    }

    fn moment(&self, at: usize) -> Result<Option<i64>, CellError> {
        let Some(text) = self.cell(at) else { return Ok(None) };
        (self.reading.time)(self.bound.columns[at], text)
            .map(Some)
            .ok_or_else(|| self.unreadable(at, text, "a date"))
    }

    fn value(&self, part: &'r Part) -> Result<Cell<'r>, CellError> {
        Ok(match part {
            Part::Cell(at) => self.cell(*at).map_or(Cell::Null, |text| Cell::Text(Cow::Borrowed(text))),
            Part::Amount(at) => self.amount(*at)?.map_or(Cell::Null, Cell::Decimal),
            Part::Moment(at) => self.moment(*at)?.map_or(Cell::Null, Cell::Time),
            Part::Null => Cell::Null,
            Part::Bool(b) => Cell::Bool(*b),
            Part::Number(x) => Cell::Decimal(*x),
            Part::Text(text) => Cell::Text(Cow::Borrowed(text)),
            Part::Time(t) => Cell::Time(*t),
            Part::Negate(of) => decimal(self.number(of)?.map(|x| -x)),
            Part::Abs(of) => decimal(self.number(of)?.map(|x| x.abs())),
            Part::Arithmetic(op, sides, span) => {
                let (Some(a), Some(b)) = (self.number(&sides[0])?, self.number(&sides[1])?) else {
                    return Ok(Cell::Null);
                };
                let result = match op {
                    Arithmetic::Add => a.checked_add(b),
                    Arithmetic::Subtract => a.checked_sub(b),
                    Arithmetic::Multiply => a.checked_mul(b),
                    Arithmetic::Divide if b.is_zero() => return Ok(Cell::Null),
                    Arithmetic::Divide => a.checked_div(b),
                };
                Cell::Decimal(result.ok_or_else(|| CellError::Overflow { span: span.clone() })?)
            }
            Part::Concat(sides) => match (self.text(&sides[0])?, self.text(&sides[1])?) {
                (Some(a), Some(b)) => Cell::Text(a + b),
                _ => Cell::Null,
            },
            Part::Compare(..)
            | Part::And(_)
            | Part::Or(_)
            | Part::Not(_)
            | Part::In(..)
            | Part::Between(_)
            | Part::Like(..)
            | Part::Is(..) => self.truth(part)?.map_or(Cell::Null, Cell::Bool),
            Part::Case(pairs, last) => {
                for (when, then) in pairs {
                    if self.truth(when)? == Some(true) {
                        return self.value(then);
                    }
                }
                self.value(last)?
            }
            Part::Coalesce(parts) => {
                for part in parts {
                    let value = self.value(part)?;
                    if value != Cell::Null {
                        return Ok(value);
                    }
                }
                Cell::Null
            }
            Part::Extreme(greatest, parts) => {
                let wanted = if *greatest { Compare::Ge } else { Compare::Le };
                let mut best = self.value(&parts[0])?;
                for part in &parts[1..] {
                    let next = self.value(part)?;
                    best = match compare(wanted, &best, &next) {
                        Some(true) => best,
                        Some(false) => next,
                        None => Cell::Null,
                    };
                }
                best
            }
            Part::Elapsed(unit, sides) => match (self.value(&sides[0])?, self.value(&sides[1])?) {
                (Cell::Time(a), Cell::Time(b)) => Cell::Decimal((Decimal::from(b) - Decimal::from(a)) / Decimal::from(*unit)),
                _ => Cell::Null,
            },
        })
    }

    fn number(&self, part: &'r Part) -> Result<Option<Decimal>, CellError> {
        match part {
            Part::Amount(at) => self.amount(*at),
            Part::Number(x) => Ok(Some(*x)),
            other => Ok(match self.value(other)? {
                Cell::Decimal(x) => Some(x),
                _ => None,
            }),
        }
    }

    fn text(&self, part: &'r Part) -> Result<Option<Cow<'r, str>>, CellError> {
        Ok(match self.value(part)? {
            Cell::Text(text) => Some(text),
            Cell::Decimal(x) => Some(Cow::Owned(x.normalize().to_string())),
            _ => None,
        })
    }

    fn truth(&self, part: &'r Part) -> Result<Option<bool>, CellError> {
        Ok(match part {
            Part::And(parts) => {
                let mut all = Some(true);
                for part in parts {
                    let next = self.truth(part)?;
                    all = and(all, || next);
                    if all == Some(false) {
                        break;
                    }
                }
                all
            }
            Part::Or(parts) => {
                let mut any = Some(false);
                for part in parts {
                    let next = self.truth(part)?;
                    any = or(any, || next);
                    if any == Some(true) {
                        break;
                    }
                }
                any
            }
            Part::Not(of) => not(self.truth(of)?),
            Part::Compare(op, sides) => compare(*op, &self.value(&sides[0])?, &self.value(&sides[1])?),
            Part::Between(three) => {
                let value = self.value(&three[0])?;
                let (low, high) = (self.value(&three[1])?, self.value(&three[2])?);
                and(compare(Compare::Ge, &value, &low), || compare(Compare::Le, &value, &high))
            }
            Part::In(of, list) => {
                let value = self.value(of)?;
                let mut found = Some(false);
                for item in list {
                    let same = compare(Compare::Eq, &value, &self.value(item)?);
                    found = or(found, || same);
                }
                found
            }
            Part::Like(pattern, of) => self.text(of)?.map(|text| like(pattern, &text)),
            Part::Is(Test::Null, of) => Some(self.value(of)? == Cell::Null),
            Part::Is(Test::True, of) => Some(self.truth(of)? == Some(true)),
            Part::Is(Test::False, of) => Some(self.truth(of)? == Some(false)),
            other => match self.value(other)? {
                Cell::Bool(b) => Some(b),
                _ => None,
            },
        })
    }
}

fn decimal<'r>(x: Option<Decimal>) -> Cell<'r> {
    x.map_or(Cell::Null, Cell::Decimal)
}

fn compare(op: Compare, a: &Cell<'_>, b: &Cell<'_>) -> Option<bool> {
    Some(op.holds(match (a, b) {
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        (Cell::Decimal(a), Cell::Decimal(b)) => a.cmp(b),
        (Cell::Time(a), Cell::Time(b)) => a.cmp(b),
        (Cell::Bool(a), Cell::Bool(b)) => a.cmp(b),
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const HEADER: [&str; 8] = [
        "InvoiceNo",
        "Quantity",
        " Unit  Price ",
        "inbound",
        "author_id",
        "created_at",
        "Empty",
        "Null",
    ];
    const RECORD: [&str; 8] = ["C536379", " 6 ", "2.55", "True", "  ada ", "2024-02-01", "  ", "N/A"];

    fn clock(t: jiff::civil::DateTime) -> i64 {
        t.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_microsecond()
    }

    fn eval(text: &str) -> Result<String, CellError> {
        let bound = parse(text)
            .unwrap()
            .bind(&HEADER, &clock)
            .unwrap_or_else(|e| panic!("{}", e.render(text)));
        let reading = Reading {
            is_null: &|cell| cell == "N/A",
            amount: &|cell| cell.parse().ok(),
            time: &|_, cell| {
                cell.parse::<jiff::civil::Date>()
                    .ok()
                    .map(|d| clock(d.to_datetime(Time::midnight())))
            },
        };
        Ok(match bound.eval(&|i| RECORD[i], &reading)? {
            Cell::Null => "null".into(),
            Cell::Bool(b) => b.to_string(),
            Cell::Decimal(x) => x.normalize().to_string(),
            Cell::Text(s) => format!("'{s}'"),
            Cell::Time(t) => format!("@{t}"),
        })
    }

    #[test]
    fn cells_are_read_as_their_neighbours_need() {
        for (text, value) in [
            ("Quantity * \"Unit Price\"", "15.3"),
            ("CASE WHEN inbound = 'True' THEN author_id END", "'ada'"),
            ("CASE WHEN InvoiceNo LIKE 'C%' THEN 'cancelled' END", "'cancelled'"),
            ("quantity = 6.0", "true"),
            ("quantity = '6'", "true"),
            ("quantity = '6.0'", "false"),
            ("quantity > 10", "false"),
            ("quantity > '10'", "true"),
            ("quantity = author_id", "false"),
            ("quantity in (5, 6)", "true"),
            ("quantity not in ('5', null)", "null"),
            ("quantity between 5 and 7", "true"),
            ("created_at >= DATE '2024-02-01'", "true"),
            ("created_at < TIMESTAMP '2024-02-01 00:00:01'", "true"),
            ("days_between(DATE '2024-01-31', created_at)", "1"),
            ("hours_between(created_at, DATE '2024-02-01')", "0"),
            ("coalesce(empty, quantity) + 1", "7"),
            ("coalesce(empty, 'none')", "'none'"),
            ("coalesce(empty, author_id)", "'ada'"),
            ("coalesce(\"Null\", 0)", "0"),
            ("\"Null\" is null and empty is null and inbound is not null", "true"),
            ("empty = 'x'", "null"),
            ("empty <> ''", "null"),
            ("quantity / 0", "null"),
            ("0.1 + 0.2", "0.3"),
            ("1 / 3", "0.3333333333333333333333333333"),
            ("abs(-quantity)", "6"),
            ("greatest(quantity, 10)", "10"),
            ("greatest(quantity, \"Unit Price\")", "6"),
            ("least(quantity, empty)", "null"),
            ("author_id || '-' || quantity", "'ada-6'"),
            ("author_id || 1.50", "'ada1.5'"),
            ("author_id || empty", "null"),
            ("inbound = 'True' or author_id * 1 > 0", "true"),
            ("inbound = 'False' and author_id * 1 > 0", "false"),
            ("case when inbound = 'True' then quantity else author_id end = 6", "true"),
            ("case inbound when 'True' then 1 else 2 end", "1"),
            ("(quantity > 3) is not false", "true"),
            ("not quantity > 3", "false"),
            ("author_id not like 'A%'", "true"),
        ] {
            assert_eq!(eval(text).unwrap(), value, "{text}");
        }
    }

    #[test]
    fn a_cell_that_cannot_be_read_is_named() {
        let error = eval("author_id * 2").unwrap_err();
        assert_eq!(error.to_string(), "`author_id` is not an amount: 'ada'");
        assert_eq!(
            error,
            CellError::Unreadable {
                index: 4,
                column: "author_id".into(),
                cell: "ada".into(),
                wanted: "an amount"
            }
        );
        let error = eval("InvoiceNo >= DATE '2024-01-01'").unwrap_err();
        assert_eq!(error.to_string(), "`InvoiceNo` is not a date: 'C536379'");
        let error = eval("2 + quantity * 70000000000000000000000000000").unwrap_err();
        assert_eq!(error, CellError::Overflow { span: 4..44 });
    }

    #[test]
    fn misfits_are_explained() {
        for (text, at, message, hint) in [
            (
                "quanity > 1",
                "quanity",
                "unknown column `quanity`",
                Some("did you mean `Quantity`?"),
            ),
            (
                "\"quantity\" > 1",
                "\"quantity\"",
                "unknown column `quantity`",
                Some("did you mean `Quantity`?"),
            ),
            ("inbound", "", "", None),
            (
                "inbound and true",
                "inbound",
                "expected a condition, found a cell",
                Some("compare it with its text, as in `paid = 'yes'`"),
            ),
            (
                "inbound = true",
                "inbound = true",
                "cannot compare a cell with true/false",
                Some("compare the cell with its text, as in `paid = 'yes'`"),
            ),
            (
                "quantity * 2 > '5'",
                "quantity * 2 > '5'",
                "cannot compare a number with text",
                Some("numbers stand without quotes, text in single ones"),
            ),
            (
                "DATE '2024-01-31' < '2024-02-01'",
                "DATE '2024-01-31' < '2024-02-01'",
                "cannot compare a time with text",
                Some("write DATE '2024-02-01'"),
            ),
            (
                "coalesce(quantity, 1, 'x')",
                "coalesce(quantity, 1, 'x')",
                "cannot mix a number and text",
                Some("numbers stand without quotes, text in single ones"),
            ),
            (
                "empty = null",
                "null",
                "a comparison with null is never true",
                Some("write `is null` or `is not null`"),
            ),
            ("'a' + 1", "'a'", "expected a number, found text", None),
            (
                "DATE '2024-01-31' - quantity",
                "DATE '2024-01-31'",
                "times are not calculated with",
                Some("hours_between(a, b) and days_between(a, b) give the time from a to b"),
            ),
        ] {
            match parse(text).unwrap().bind(&HEADER, &clock) {
                Err(error) => assert_eq!(
                    (&text[error.span.clone()], error.message.as_str(), error.hint.as_deref()),
                    (at, message, hint),
                    "{text}"
                ),
                Ok(bound) => assert!(message.is_empty() && !bound.is_condition(), "{text}"),
            }
        }
        let error = parse("a = 'x'").unwrap().bind(&["A", "a ", "a"], &clock).unwrap_err();
        assert_eq!(error.message, "`a` could be `a` or `a`");
    }

    #[test]
    fn columns_are_bound_once() {
        let bound = parse("Quantity > 1 and author_id = 'x' or Quantity < 0")
            .unwrap()
            .bind(&HEADER, &clock)
            .unwrap();
        assert_eq!(bound.columns(), [1, 4]);
        assert!(bound.is_condition());
    }
}
