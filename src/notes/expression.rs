//! Why an expression over the cells of a record has no value.

use std::fmt;

use super::{CellText, Personal, Withheld};
use crate::expr::CellError;

/// Why an expression over the cells of a record has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpressionFault {
    /// A cell is not what its place in the expression needs.
    Unreadable {
        /// Its column.
        column: String,
        /// What it should be: `an amount` or `a date`.
        expected: &'static str,
        /// The cell.
        cell: Option<CellText>,
    },
    /// A number grew beyond 28 digits.
    Overflow,
    /// It gives a time where none can be.
    IsTime,
}

impl From<CellError> for ExpressionFault {
    fn from(error: CellError) -> ExpressionFault {
        match error {
            CellError::Unreadable { column, cell, wanted, .. } => ExpressionFault::Unreadable {
                column,
                expected: wanted,
                cell: Some(CellText::of(&cell)),
            },
            CellError::Overflow { .. } => ExpressionFault::Overflow,
        }
    }
}

impl Personal for ExpressionFault {
    fn withhold(&mut self, what: Withheld) {
        match self {
            ExpressionFault::Unreadable { column, cell, .. } => {
                column.withhold(what);
                cell.withhold(what);
            }
            ExpressionFault::Overflow | ExpressionFault::IsTime => {}
        }
    }
}

impl fmt::Display for ExpressionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExpressionFault::Unreadable { column, expected, cell } => {
                write!(f, "`{column}` is not {expected}")?;
                cell.as_ref().map_or(Ok(()), |cell| write!(f, ": {cell}"))
            }
            ExpressionFault::Overflow => f.write_str("a number grew beyond 28 digits"),
            ExpressionFault::IsTime => f.write_str("the expression gives a time"),
        }
    }
}
