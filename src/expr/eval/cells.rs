//! Over the raw cells of a record, for mappings and conditions over a file's own columns.
//!
//! A cell is text, read without the white space around it; empty ones and the words for "nothing" are null. What is next to
//! it decides how it is read: in arithmetic, in `abs`, `least` and `greatest`, or next to a number, as an amount; next to a
//! date, as a date; else it stays text, and cell and cell compare as text. Arithmetic is exact to 28 digits.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use rust_decimal::Decimal;

use super::{Row, Value};
use crate::expr::Bound;
use crate::expr::bind::{CellRef, ReadAs};
use crate::expr::tree::Arithmetic;

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

/// What an expression over cells gives; text is without white space around it where it is a cell.
pub type Cell<'a> = Value<'a, Decimal>;

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

impl Bound {
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

struct Record<'x, 'r, F> {
    bound: &'r Bound,
    cells: &'x F,
    reading: &'x Reading<'x>,
}

impl<'r, F: Fn(usize) -> &'r str> Row<'r> for Record<'_, 'r, F> {
    type Column = CellRef;
    type Time = i64;
    type Number = Decimal;
    type Error = CellError;

    fn column(&self, &CellRef { at, read }: &'r CellRef) -> Result<Cell<'r>, CellError> {
        let index = self.bound.columns[at];
        let text = (self.cells)(index).trim();
        if text.is_empty() || (self.reading.is_null)(text) {
            return Ok(Cell::Null);
        }
        let (value, wanted) = match read {
            ReadAs::Text => return Ok(Cell::Text(Cow::Borrowed(text))),
            ReadAs::Amount => ((self.reading.amount)(text).map(Cell::Number), "an amount"),
            ReadAs::Time => ((self.reading.time)(index, text).map(Cell::Time), "a date"),
        };
        value.ok_or_else(|| CellError::Unreadable {
            index,
            column: self.bound.names[at].clone(),
            cell: text.to_string(),
            wanted,
        })
    }

    fn instant(&self, time: &i64) -> i64 {
        *time
    }

    fn literal(&self, exact: Decimal, _: f64) -> Decimal {
        exact
    }

    fn negate(&self, number: Decimal) -> Decimal {
        -number
    }

    fn abs(&self, number: Decimal) -> Decimal {
        number.abs()
    }

    fn arithmetic(&self, op: Arithmetic, a: Decimal, b: Decimal, span: &Range<usize>) -> Result<Option<Decimal>, CellError> {
        let result = match op {
            Arithmetic::Add => a.checked_add(b),
            Arithmetic::Subtract => a.checked_sub(b),
            Arithmetic::Multiply => a.checked_mul(b),
            Arithmetic::Divide if b.is_zero() => return Ok(None),
            Arithmetic::Divide => a.checked_div(b),
        };
        result.map(Some).ok_or_else(|| CellError::Overflow { span: span.clone() })
    }

    fn elapsed(&self, from: i64, to: i64, unit: i64) -> Decimal {
        (Decimal::from(to) - Decimal::from(from)) / Decimal::from(unit)
    }

    fn number_text(&self, number: &Decimal) -> Option<String> {
        Some(number.normalize().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse;

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
        let bound = parse(text).unwrap().bind(&HEADER, &clock).unwrap_or_else(|e| panic!("{}", e));
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
            Cell::Number(x) => x.normalize().to_string(),
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
            (
                "days_between(DATE '2024-01-31', created_at) * 24 + hours_between(DATE '2024-01-31', created_at)",
                "48",
            ),
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
            ("case quantity when 5 then 'five' when '6' then 'six' end", "'six'"),
            ("case quantity when '6.0' then 'text' when 6.0 then 'number' end", "'number'"),
            ("(quantity > 3) is not false", "true"),
            ("not quantity > 3", "false"),
            ("(quantity > 3) = (quantity > 6)", "false"),
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
                "author_id || (quantity > 1)",
                "(quantity > 1)",
                "`||` is for text, this is true/false",
                None,
            ),
            (
                "author_id || DATE '2024-01-31'",
                "DATE '2024-01-31'",
                "`||` is for text, this is a time",
                None,
            ),
            (
                "quantity between 1 and 'x'",
                "'x'",
                "the values of `between` must be of one type, not a number and text",
                Some("write numbers without quotes, text in single quotes"),
            ),
            (
                "quantity in (5, 'x')",
                "'x'",
                "the values of `in` must be of one type, not a number and text",
                Some("write numbers without quotes, text in single quotes"),
            ),
            (
                "quantity * 2 > '5'",
                "quantity * 2 > '5'",
                "cannot compare a number with text",
                Some("write numbers without quotes, text in single quotes"),
            ),
            (
                "DATE '2024-01-31' < '2024-02-01'",
                "DATE '2024-01-31' < '2024-02-01'",
                "cannot compare a time with text",
                Some("write DATE '2024-02-01'"),
            ),
            (
                "coalesce(quantity, 1, 'x')",
                "'x'",
                "the arguments of `coalesce` must be of one type, not a number and text",
                Some("write numbers without quotes, text in single quotes"),
            ),
            (
                "empty = null",
                "null",
                "a comparison with null is never true",
                Some("write `is null` or `is not null`"),
            ),
            ("'a' + 1", "'a'", "`+` needs numbers, this is text", None),
            (
                "DATE '2024-01-31' - quantity",
                "DATE '2024-01-31' - quantity",
                "times cannot be added or subtracted",
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
