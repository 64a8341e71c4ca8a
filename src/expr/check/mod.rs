//! Names and types: whether an expression fits what its names stand for, and what it gives.
//!
//! The rules are the same for the typed columns of a fact and for the cells of a file. A cell has a type of its own: it is text that
//! can be read as an amount or as a time, and what is next to it in the expression decides how.

mod names;
mod types;

pub(super) use names::find;
pub(super) use types::ExprType;

use super::tree::{Arithmetic, Compare, Function, Name, Node, Op, Test, case_parts};
use super::{Expr, ExprError};
use crate::schema::Unit;
use types::{BOOL, KEY, TEXT, TIME};

/// The columns that an expression may name.
pub trait Scope {
    /// The column of that name: its canonical spelling and its unit.
    fn unit(&self, name: &str) -> Option<(String, Unit)>;
    /// All names, for suggestions.
    fn names(&self) -> Vec<String>;
    /// The expression with the words of its columns as they are stored, where a column holds words of a list.
    ///
    /// # Errors
    /// A text that such a column never is.
    fn worded(&self, expr: Expr) -> Result<Expr, ExprError> {
        Ok(expr)
    }
}

/// What the names of an expression stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NamesAre {
    /// Columns with units, of a fact or of dimensions.
    Columns,
    /// The cells of a record.
    Cells,
}

impl Expr {
    /// Checks names and types, and gives the unit of the whole.
    ///
    /// # Errors
    /// An unknown column, with the nearest one; values of different units added or compared; a value where a condition is
    /// needed, or a condition where a value is.
    pub fn check(&self, scope: &dyn Scope) -> Result<Unit, ExprError> {
        Ok(type_of(&self.root, scope)?.unit())
    }

    /// The same expression with every column spelled as the scope spells it.
    ///
    /// # Errors
    /// An unknown column, with the nearest one.
    pub fn resolve(&self, scope: &dyn Scope) -> Result<Expr, ExprError> {
        fn spell(node: &mut Node, scope: &dyn Scope) -> Result<(), ExprError> {
            if let Op::Column(written) = &node.op {
                let (name, _) = names::column(node, written, scope)?;
                node.op = Op::Column(Name { name, quoted: true });
            }
            node.args.iter_mut().try_for_each(|arg| spell(arg, scope))
        }
        let mut resolved = self.clone();
        spell(&mut resolved.root, scope)?;
        Ok(resolved)
    }
}

/// The type of a node over columns; an error where its parts do not fit.
pub(super) fn type_of(node: &Node, scope: &dyn Scope) -> Result<ExprType, ExprError> {
    if let Op::Column(name) = &node.op {
        return Ok(ExprType::Of(names::column(node, name, scope)?.1));
    }
    let args = node.args.iter().map(|arg| type_of(arg, scope)).collect::<Result<Vec<_>, _>>()?;
    type_of_op(node, &args, NamesAre::Columns)
}

/// The typing rules: the type of a node whose arguments have these types. The type of a column is known from its scope alone, so no
/// column comes here.
///
/// # Errors
/// Arguments that do not fit the operation or each other.
pub(super) fn type_of_op(node: &Node, types: &[ExprType], names: NamesAre) -> Result<ExprType, ExprError> {
    let args = || node.args.iter().zip(types.iter().copied());
    Ok(match &node.op {
        Op::Column(_) => unreachable!("the scope knows the type of a column"),
        Op::Null => ExprType::Null,
        Op::Bool(_) => BOOL,
        Op::Number { .. } => ExprType::Constant,
        Op::Text(_) => TEXT,
        Op::Time(_) => TIME,
        Op::Negate | Op::Call(Function::Abs) => {
            let found = types[0].as_number();
            if found == TIME {
                return Err(times_in_arithmetic(node));
            }
            if !found.is_number() {
                return Err(node.args[0].error(format!("expected a number, found {}", found.name())));
            }
            found
        }
        Op::Not | Op::And | Op::Or => {
            args().try_for_each(condition)?;
            BOOL
        }
        Op::Is { test, .. } => {
            if *test != Test::Null {
                condition((&node.args[0], types[0]))?;
            }
            BOOL
        }
        Op::Arithmetic(op) => arithmetic(node, *op, types[0].as_number(), types[1].as_number())?,
        Op::Concat => {
            only_for_cells(node, names, "`||`")?;
            args().try_for_each(|arg| joinable(arg, "`||`"))?;
            TEXT
        }
        Op::Call(function @ (Function::SplitPart | Function::Lower)) => {
            only_for_cells(node, names, function.name())?;
            joinable((&node.args[0], types[0]), function.name())?;
            TEXT
        }
        Op::Compare(op) => {
            compare(node, *op, (&node.args[0], types[0]), (&node.args[1], types[1]))?;
            BOOL
        }
        Op::Between { .. } => {
            for (i, op) in [(1, Compare::Ge), (2, Compare::Le)] {
                compare(node, op, (&node.args[0], types[0]), (&node.args[i], types[i]))?;
            }
            cells_alike(args(), "the values of `between`")?;
            BOOL
        }
        Op::In { .. } => {
            for (arg, found) in args().skip(1) {
                // SQL allows a null in the list.
                if found != ExprType::Null {
                    compare(node, Compare::Eq, (&node.args[0], types[0]), (arg, found))?;
                }
            }
            cells_alike(args(), "the values of `in`")?;
            BOOL
        }
        Op::Like { .. } => match types[0] {
            TEXT | ExprType::Cell => BOOL,
            other => return Err(node.args[0].error(format!("`like` is for text, this is {}", other.name()))),
        },
        Op::Case { operand, otherwise } => {
            let all: Vec<_> = args().collect();
            let (of, pairs, last) = case_parts(&all, *operand, *otherwise);
            let mut results = Vec::new();
            for (&when, &then) in pairs {
                match of {
                    Some(&of) => compare(node, Compare::Eq, of, when)?,
                    None => condition(when)?,
                }
                results.push(then);
            }
            alike(results.into_iter().chain(last.copied()), "the results of `case`")?
        }
        Op::Call(Function::Coalesce) => alike(args(), "the arguments of `coalesce`")?,
        Op::Call(function @ (Function::Least | Function::Greatest)) => {
            let joined = alike(args(), &format!("the arguments of `{}`", function.name()))?.as_number();
            if !joined.is_number() && joined != TIME {
                return Err(node.error(format!("{} is for numbers and times, this is {}", function.name(), joined.name())));
            }
            joined
        }
        Op::Call(function @ (Function::HoursBetween | Function::DaysBetween)) => {
            for (arg, found) in args() {
                if !matches!(found, ExprType::Null | ExprType::Cell | TIME) {
                    let error = arg.error(format!("{} is between two times, this is {}", function.name(), found.name()));
                    return Err(with_time_hint(error, arg));
                }
            }
            ExprType::Of(match (names, function) {
                // Amounts of cells have no units either: minutes are made of hours and days there.
                (NamesAre::Cells, _) => Unit::Number,
                (NamesAre::Columns, Function::HoursBetween) => Unit::Hours,
                (NamesAre::Columns, _) => Unit::Days,
            })
        }
    })
}

fn only_for_cells(node: &Node, names: NamesAre, what: &str) -> Result<(), ExprError> {
    match names {
        NamesAre::Cells => Ok(()),
        NamesAre::Columns => Err(node.error(format!("{what} is only supported in expressions over a file's own columns"))),
    }
}

/// Text, or what can be written as text.
fn joinable((node, found): (&Node, ExprType), what: &str) -> Result<(), ExprError> {
    match found {
        BOOL | TIME => Err(node.error(format!("{what} is for text, this is {}", found.name()))),
        _ => Ok(()),
    }
}

fn condition((node, found): (&Node, ExprType)) -> Result<(), ExprError> {
    match found {
        ExprType::Null | BOOL => Ok(()),
        other => {
            let error = node.error(format!("expected a condition, found {}", other.name()));
            Err(if other == ExprType::Cell {
                error.hint("compare it with its text, as in `paid = 'yes'`")
            } else {
                error
            })
        }
    }
}

/// What several values are together, which must be alike.
fn alike<'n>(values: impl Iterator<Item = (&'n Node, ExprType)>, what: &str) -> Result<ExprType, ExprError> {
    let mut joined = ExprType::Null;
    for (node, found) in values {
        if found == KEY {
            return Err(node.error("an id can only be compared with text in quotes"));
        }
        joined = joined.join(found).ok_or_else(|| {
            let error = node.error(format!("{what} must be of one type, not {} and {}", joined.name(), found.name()));
            with_quotes_hint(error, joined, found)
        })?;
    }
    Ok(joined)
}

/// Where one of several values is a cell, all of them are read alike.
fn cells_alike<'n>(mut values: impl Iterator<Item = (&'n Node, ExprType)> + Clone, what: &str) -> Result<(), ExprError> {
    let all = values.clone();
    if values.any(|(_, found)| found == ExprType::Cell) {
        alike(all, what)?;
    }
    Ok(())
}

fn times_in_arithmetic(node: &Node) -> ExprError {
    let error = node.error("times cannot be added or subtracted");
    error.hint("hours_between(a, b) and days_between(a, b) give the time from a to b")
}

fn arithmetic(node: &Node, op: Arithmetic, a: ExprType, b: ExprType) -> Result<ExprType, ExprError> {
    use ExprType::{Constant, Null, Of};
    if a == TIME || b == TIME {
        return Err(times_in_arithmetic(node));
    }
    for (arg, found) in node.args.iter().zip([a, b]) {
        if !found.is_number() {
            return Err(arg.error(format!("`{}` needs numbers, this is {}", op.sign(), found.name())));
        }
    }
    let plain = |found: ExprType| matches!(found, Null | Constant | Of(Unit::Number | Unit::Count));
    match op {
        Arithmetic::Add | Arithmetic::Subtract => a.join(b).ok_or_else(|| {
            let verb = if op == Arithmetic::Add { "add" } else { "subtract" };
            node.error(format!("cannot {verb} {} and {}", a.name(), b.name()))
        }),
        Arithmetic::Multiply | Arithmetic::Divide if (a, b) == (Constant, Constant) => Ok(Constant),
        Arithmetic::Multiply if plain(b) && !plain(a) => Ok(a),
        Arithmetic::Multiply if plain(a) && !plain(b) => Ok(b),
        Arithmetic::Divide if plain(b) && !plain(a) => Ok(a),
        // Two units that cancel out, or make one that has no name here.
        Arithmetic::Multiply | Arithmetic::Divide => Ok(Of(Unit::Number)),
    }
}

fn compare(node: &Node, op: Compare, (left, a): (&Node, ExprType), (right, b): (&Node, ExprType)) -> Result<(), ExprError> {
    for side in [left, right] {
        if matches!(side.op, Op::Null) {
            return Err(side
                .error("a comparison with null is never true")
                .hint("write `is null` or `is not null`"));
        }
    }
    if a == KEY || b == KEY {
        let other = if a == KEY { right } else { left };
        if !matches!(other.op, Op::Text(_)) {
            return Err(other.error("an id can only be compared with text in quotes"));
        }
        if !op.is_equality() {
            return Err(node.error("ids have no order").hint("write `=` or `<>`"));
        }
        return Ok(());
    }
    match a.join(b) {
        Some(BOOL) if !op.is_equality() => Err(node.error("true and false have no order").hint("write `=` or `<>`")),
        Some(_) => Ok(()),
        None => {
            let error = node.error(format!("cannot compare {} with {}", a.name(), b.name()));
            Err(match (a, b) {
                (TIME, _) => with_time_hint(error, right),
                (_, TIME) => with_time_hint(error, left),
                (ExprType::Cell, BOOL) | (BOOL, ExprType::Cell) => error.hint("compare the cell with its text, as in `paid = 'yes'`"),
                (BOOL, _) | (_, BOOL) => error.hint("write true or false without quotes"),
                _ => with_quotes_hint(error, a, b),
            })
        }
    }
}

fn with_quotes_hint(error: ExprError, a: ExprType, b: ExprType) -> ExprError {
    match (a, b) {
        (x, TEXT) | (TEXT, x) if x.is_number() => error.hint("write numbers without quotes, text in single quotes"),
        _ => error,
    }
}

fn with_time_hint(error: ExprError, other: &Node) -> ExprError {
    match &other.op {
        Op::Text(text) => error.hint(format!("write DATE '{}'", if text.len() == 10 { text } else { "2024-01-31" })),
        _ => error,
    }
}

#[cfg(test)]
mod tests;
