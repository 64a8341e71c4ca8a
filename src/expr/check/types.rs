//! The types of expressions.

use crate::schema::Unit;

/// What a part of an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExprType {
    /// Null and nothing else: fits everywhere.
    Null,
    /// A number made of literals: takes the unit of what is next to it.
    Constant,
    /// A cell, or a choice between cells: is read as what is next to it needs.
    Cell,
    /// A value of that unit.
    Of(Unit),
}

pub const BOOL: ExprType = ExprType::Of(Unit::Bool);
pub const TIME: ExprType = ExprType::Of(Unit::Time);
pub const TEXT: ExprType = ExprType::Of(Unit::Text);
pub const KEY: ExprType = ExprType::Of(Unit::Key);

impl ExprType {
    /// The unit in general: a bare number is a number; null counts as one too, and a cell is text.
    pub fn unit(self) -> Unit {
        match self {
            ExprType::Of(unit) => unit,
            ExprType::Constant | ExprType::Null => Unit::Number,
            ExprType::Cell => Unit::Text,
        }
    }

    pub fn is_number(self) -> bool {
        match self {
            ExprType::Null | ExprType::Constant => true,
            ExprType::Cell => false,
            ExprType::Of(unit) => unit.is_number(),
        }
    }

    /// A cell among numbers is read as an amount.
    pub fn as_number(self) -> ExprType {
        match self {
            ExprType::Cell => ExprType::Of(Unit::Number),
            other => other,
        }
    }

    /// As messages name it.
    pub fn name(self) -> &'static str {
        match self {
            ExprType::Null => "null",
            ExprType::Constant => "a number",
            ExprType::Cell => "a cell",
            ExprType::Of(unit) => match unit {
                Unit::Money => "money",
                Unit::Hours => "hours",
                Unit::Days => "days",
                Unit::Count => "a count",
                Unit::Number => "a number",
                Unit::Bool => "true/false",
                Unit::Text => "text",
                Unit::Key => "an id",
                Unit::Time => "a time",
            },
        }
    }

    /// What two values next to each other are together, if they are alike. A plain number takes any unit, a cell any type but
    /// true/false.
    pub fn join(self, other: ExprType) -> Option<ExprType> {
        use ExprType::{Cell, Constant, Null, Of};
        match (self, other) {
            (Null, x) | (x, Null) => Some(x),
            (Cell, BOOL) | (BOOL, Cell) => None,
            (Cell, x) | (x, Cell) => Some(x),
            (Constant, Constant) => Some(Constant),
            (Constant | Of(Unit::Number), Of(unit)) | (Of(unit), Constant | Of(Unit::Number)) if unit.is_number() => Some(Of(unit)),
            (a, b) => (a == b).then_some(a),
        }
    }
}
