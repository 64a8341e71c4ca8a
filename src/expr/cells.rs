//! The interpreter over the raw cells of a record, for mappings and conditions over a file's own columns.
//!
//! A cell is text, read without the white space around it; empty ones and the words for "nothing" are null. What stands beside
//! it decides how it is read: in arithmetic, in `abs`, `least` and `greatest`, or beside a number, as an amount; beside a
//! date, as a date; else it stays text, and cell and cell compare as text. That is settled once, when names are bound to
//! the file's columns, so that a record costs no more than its cells. Arithmetic is exact to 28 digits.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use rust_decimal::Decimal;

use super::bind::Sort;
use super::eval::{and, not, or};
use super::{Arithmetic, Compare, Test, like};

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
    pub(super) root: Part,
    pub(super) sort: Sort,
    /// The columns it reads.
    pub(super) columns: Vec<usize>,
    pub(super) names: Vec<String>,
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

/// A bound part. Columns are counted within [`Bound::columns`].
#[derive(Clone, Debug)]
pub(super) enum Part {
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
    Lower(Box<Part>),
    /// The part of that index between separators.
    Split(Box<Part>, String, usize),
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
            Part::Lower(of) => self
                .text(of)?
                .map_or(Cell::Null, |text| Cell::Text(Cow::Owned(text.to_lowercase()))),
            Part::Split(of, separator, index) => {
                let part = self.text(of)?.and_then(|text| match text {
                    Cow::Borrowed(text) => text.split(separator.as_str()).nth(*index).map(|part| Cow::Borrowed(part.trim())),
                    Cow::Owned(text) => text
                        .split(separator.as_str())
                        .nth(*index)
                        .map(|part| Cow::Owned(part.trim().to_string())),
                });
                part.filter(|part| !part.is_empty()).map_or(Cell::Null, Cell::Text)
            }
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
                    .map(|d| clock(d.to_datetime(jiff::civil::Time::midnight())))
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
    fn an_expression_is_tried_with_several_columns() {
        let expr = parse("case when split_part(\"Comment\", ';', 2) <> Reporter then split_part(comment, ';', 1) end").unwrap();
        let header = ["Reporter", "Comment", "Comment.2", "Comment.3"];
        let reading = Reading {
            is_null: &|_| false,
            amount: &|_| None,
            time: &|_, _| None,
        };
        let first = |names: &[&str], cells: [&'static str; 4]| {
            let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
            let bound = expr.first_of("Comment", &names).bind(&header, &clock).unwrap();
            match bound.eval(&|at| cells[at], &reading).unwrap() {
                Cell::Text(text) => Some(text.into_owned()),
                _ => None,
            }
        };
        let all = &header[1..];
        assert_eq!(first(all, ["r", "1;r;x", "2;a;y", "3;b;z"]).as_deref(), Some("2"));
        assert_eq!(first(all, ["r", "1;r;x", "", "3;r"]), None);
        assert_eq!(first(&["Comment"], ["r", "1;r;x", "2;a;y", ""]), None);
        let told = parse("case when own = Reporter then 'me' end")
            .unwrap()
            .with_text("OWN", "r")
            .unwrap();
        let bound = told.bind(&header, &clock).unwrap();
        assert_eq!(bound.eval(&|at| ["r", "", "", ""][at], &reading).unwrap(), Cell::Text("me".into()));
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
