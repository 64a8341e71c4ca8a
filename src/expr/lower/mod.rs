//! From the tree to the engine's expressions.
//!
//! Columns are stored as integers: amounts and durations in parts of their unit, text as codes of one sorted dictionary, ids as
//! hashes, times in microseconds. Numbers are calculated with as `f64` of whole units, exactly as the row interpreter does,
//! so that both give the same. Text never exists in the engine: a comparison with text becomes a set of codes, and is
//! carried into the branches of `case` and the arguments of `coalesce`.

mod kernels;

use polars::lazy::dsl::{max_horizontal, min_horizontal};
use polars::prelude::{self as pl, DataType, NULL, NamedFrom, Series, lit, when};

use super::check::{ExprType, Scope, type_of};
use super::tree::{Arithmetic, Compare, Function, Name, Node, Op, Test, case_parts, like};
use super::{Clock, Expr, ExprError};
use crate::schema::Unit;
use kernels::{compare_stored, constant, divide, in_units};

/// Gives the codes of all texts that satisfy a condition.
pub type CodesMatching<'a> = &'a dyn Fn(&dyn Fn(&str) -> bool) -> Vec<u32>;

/// How the columns of a frame are stored. Names are those of the frame (see [`Expr::resolve`]).
#[derive(Clone, Copy)]
pub struct Lowering<'a> {
    /// The unit of a column.
    pub unit: &'a dyn Fn(&str) -> Unit,
    /// The code of a text, if it occurs at all.
    pub code: &'a dyn Fn(&str) -> Option<u32>,
    /// The codes of all texts that satisfy a condition.
    pub codes_matching: CodesMatching<'a>,
    /// The hash of an id.
    pub key: &'a dyn Fn(&str) -> i64,
    /// The report's clock, for dates in the expression.
    pub clock: Clock<'a>,
}

impl Expr {
    /// The engine's expression: a boolean for a condition, `f64` for anything that is a number (in whole units), `i64` for
    /// times and bare ids, `u32` codes for text. An expression without columns is a single value, which the engine
    /// repeats beside columns.
    ///
    /// # Errors
    /// Where parts do not fit each other ([`Expr::check`]); where the whole is text with a literal that does not occur in the
    /// data, and so has no code.
    pub fn lower(&self, lowering: &Lowering<'_>) -> Result<pl::Expr, ExprError> {
        let root = &self.root;
        match lowering.type_of(root)?.unit() {
            Unit::Bool => lowering.condition(root),
            Unit::Text => lowering.codes(root),
            Unit::Key | Unit::Time => lowering.integer(root),
            Unit::Money | Unit::Hours | Unit::Days | Unit::Count | Unit::Number => lowering.number(root),
        }
    }
}

/// The frame's columns as a scope: every name is right, [`Expr::check`] has seen to that.
struct Frame<'a>(&'a dyn Fn(&str) -> Unit);

impl Scope for Frame<'_> {
    fn unit(&self, name: &str) -> Option<(String, Unit)> {
        Some((name.to_string(), (self.0)(name)))
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

type Lowered = Result<pl::Expr, ExprError>;

/// A column by its name, whatever the name: the engine's own `col` takes some for patterns.
fn column(name: &str) -> pl::Expr {
    pl::Expr::Column(name.into())
}

fn null(kind: DataType) -> pl::Expr {
    lit(NULL).cast(kind)
}

impl Lowering<'_> {
    fn type_of(&self, node: &Node) -> Result<ExprType, ExprError> {
        type_of(node, &Frame(self.unit))
    }

    /// A number in whole units.
    fn number(&self, node: &Node) -> Lowered {
        Ok(match &node.op {
            Op::Column(Name { name, .. }) => in_units(column(name), (self.unit)(name).scale()),
            Op::Number { float, .. } => constant(*float),
            Op::Negate => self.number(&node.args[0])? * constant(-1.0),
            Op::Arithmetic(op) => {
                let (a, b) = (self.number(&node.args[0])?, self.number(&node.args[1])?);
                match op {
                    Arithmetic::Add => a + b,
                    Arithmetic::Subtract => a - b,
                    Arithmetic::Multiply => a * b,
                    Arithmetic::Divide => divide(a, b),
                }
            }
            Op::Call(Function::Abs) => self.number(&node.args[0])?.abs(),
            Op::Call(function @ (Function::HoursBetween | Function::DaysBetween)) => {
                let (a, b) = (self.integer(&node.args[0])?, self.integer(&node.args[1])?);
                in_units(b - a, function.micros())
            }
            Op::Case { .. } => self.case(node, &null(DataType::Float64), &|then| self.number(then))?,
            Op::Call(_) => self.call(node, &|arg| self.number(arg))?,
            _ => null(DataType::Float64),
        })
    }

    /// A time in microseconds, or a bare id.
    fn integer(&self, node: &Node) -> Lowered {
        Ok(match &node.op {
            Op::Column(Name { name, .. }) => column(name),
            Op::Time(time) => constant((self.clock)(time.datetime())),
            Op::Case { .. } => self.case(node, &null(DataType::Int64), &|then| self.integer(then))?,
            Op::Call(_) => self.call(node, &|arg| self.integer(arg))?,
            _ => null(DataType::Int64),
        })
    }

    /// The codes of a text, where it is the whole expression.
    fn codes(&self, node: &Node) -> Lowered {
        Ok(match &node.op {
            Op::Column(Name { name, .. }) => column(name),
            Op::Text(text) => match (self.code)(text) {
                Some(code) => constant(code),
                None => return Err(node.error(format!("'{text}' does not occur in the data, so it cannot be a result"))),
            },
            Op::Case { .. } => self.case(node, &null(DataType::UInt32), &|then| self.codes(then))?,
            Op::Call(_) => self.call(node, &|arg| self.codes(arg))?,
            _ => null(DataType::UInt32),
        })
    }

    fn condition(&self, node: &Node) -> Lowered {
        let negate = |negated: bool, e: pl::Expr| if negated { e.not() } else { e };
        Ok(match &node.op {
            Op::Column(Name { name, .. }) => column(name),
            Op::Bool(b) => constant(*b),
            Op::Not => self.condition(&node.args[0])?.not(),
            Op::And => self.joined(node, &|a, b| a.and(b))?,
            Op::Or => self.joined(node, &|a, b| a.or(b))?,
            Op::Compare(op) => self.compare(*op, &node.args[0], &node.args[1])?,
            Op::Between { negated } => {
                let low = self.compare(Compare::Ge, &node.args[0], &node.args[1])?;
                negate(*negated, low.and(self.compare(Compare::Le, &node.args[0], &node.args[2])?))
            }
            Op::In { negated } => negate(*negated, self.within(&node.args[0], &node.args[1..])?),
            Op::Like { pattern, negated } => self.text(&node.args[0], &|text| like(pattern, text) != *negated)?,
            Op::Is { test: Test::Null, negated } => {
                let known = self.known(&node.args[0])?;
                if *negated { known } else { known.not() }
            }
            Op::Is { test, negated } => {
                let holds = self.condition(&node.args[0])?;
                let holds = if *test == Test::True { holds } else { holds.not() };
                negate(*negated, holds.fill_null(constant(false)))
            }
            Op::Case { .. } => self.case(node, &null(DataType::Boolean), &|then| self.condition(then))?,
            Op::Call(_) => self.call(node, &|arg| self.condition(arg))?,
            _ => null(DataType::Boolean),
        })
    }

    fn joined(&self, node: &Node, join: &dyn Fn(pl::Expr, pl::Expr) -> pl::Expr) -> Lowered {
        let parts = node.args.iter().map(|arg| self.condition(arg)).collect::<Result<Vec<_>, _>>()?;
        balanced(parts, join).ok_or_else(|| node.error("expected a condition"))
    }

    fn compare(&self, op: Compare, a: &Node, b: &Node) -> Lowered {
        let joined = [self.type_of(a)?, self.type_of(b)?]
            .into_iter()
            .find(|found| *found != ExprType::Null)
            .unwrap_or(ExprType::Null);
        let (left, right) = match joined.unit() {
            Unit::Text => return self.compare_text(op, a, b),
            Unit::Key => (self.id(a)?, self.id(b)?),
            Unit::Bool => (self.condition(a)?, self.condition(b)?),
            Unit::Time => (self.integer(a)?, self.integer(b)?),
            Unit::Money | Unit::Hours | Unit::Days | Unit::Count | Unit::Number => {
                match self.stored(op, a, b).or_else(|| self.stored(op.flipped(), b, a)) {
                    Some(stored) => return Ok(stored),
                    None => (self.number(a)?, self.number(b)?),
                }
            }
        };
        Ok(apply(op, left, right))
    }

    /// A column of integers beside a literal.
    fn stored(&self, op: Compare, a: &Node, b: &Node) -> Option<pl::Expr> {
        let Op::Column(Name { name, .. }) = &a.op else { return None };
        let value = match (&b.op, b.args.first().map(|arg| &arg.op)) {
            (Op::Number { float, .. }, _) => *float,
            (Op::Negate, Some(Op::Number { float, .. })) => -float,
            _ => return None,
        };
        let unit = (self.unit)(name);
        if unit == Unit::Number {
            None
        } else {
            compare_stored(op, column(name), unit.scale(), value)
        }
    }

    /// An id beside another: a column, or the hash of its text.
    fn id(&self, node: &Node) -> Lowered {
        match &node.op {
            Op::Text(text) => Ok(constant((self.key)(text))),
            _ => self.integer(node),
        }
    }

    /// Whether a value is one of a list.
    fn within(&self, of: &Node, list: &[Node]) -> Lowered {
        let found = self.type_of(of)?;
        let texts = list.iter().map(|item| match &item.op {
            Op::Text(text) => Some(text.as_str()),
            _ => None,
        });
        if let (ExprType::Of(Unit::Text), Some(texts)) = (found, texts.collect::<Option<Vec<_>>>()) {
            return self.text(of, &|text| texts.contains(&text));
        }
        let mut parts = Vec::with_capacity(list.len());
        for item in list {
            parts.push(match item.op {
                Op::Null => null(DataType::Boolean),
                _ => self.compare(Compare::Eq, of, item)?,
            });
        }
        balanced(parts, &|a, b| a.or(b)).ok_or_else(|| of.error("`in` needs a list"))
    }

    fn compare_text(&self, op: Compare, a: &Node, b: &Node) -> Lowered {
        match (&a.op, &b.op) {
            (_, Op::Text(text)) => self.text(a, &|found| op.holds(found.cmp(text))),
            (Op::Text(text), _) => self.text(b, &|found| op.flipped().holds(found.cmp(text))),
            (Op::Column(Name { name: left, .. }), Op::Column(Name { name: right, .. })) => Ok(apply(op, column(left), column(right))),
            (Op::Column(_), _) => self.compare_text(op.flipped(), b, a),
            _ => self.branches(a, &|branch| self.compare_text(op, branch, b)),
        }
    }

    /// A condition on a text: null where the text is.
    fn text(&self, node: &Node, holds: &dyn Fn(&str) -> bool) -> Lowered {
        match &node.op {
            Op::Column(Name { name, .. }) => Ok(member(column(name), (self.codes_matching)(holds))),
            Op::Text(text) => Ok(constant(holds(text))),
            _ => self.branches(node, &|branch| self.text(branch, holds)),
        }
    }

    /// A condition on the branches of a text.
    fn branches(&self, node: &Node, holds: &dyn Fn(&Node) -> Lowered) -> Lowered {
        match &node.op {
            Op::Case { .. } => self.case(node, &null(DataType::Boolean), holds),
            Op::Call(Function::Coalesce) => {
                let mut rest = null(DataType::Boolean);
                for arg in node.args.iter().rev() {
                    rest = when(self.known(arg)?).then(holds(arg)?).otherwise(rest);
                }
                Ok(rest)
            }
            _ => Ok(null(DataType::Boolean)),
        }
    }

    /// Whether a value is not null.
    fn known(&self, node: &Node) -> Lowered {
        if self.type_of(node)? != ExprType::Of(Unit::Text) {
            return Ok(match self.type_of(node)? {
                ExprType::Of(Unit::Bool) => self.condition(node)?,
                ExprType::Of(Unit::Key | Unit::Time) => self.integer(node)?,
                _ => self.number(node)?,
            }
            .is_not_null());
        }
        match &node.op {
            Op::Column(Name { name, .. }) => Ok(column(name).is_not_null()),
            Op::Text(_) => Ok(constant(true)),
            _ => Ok(self.branches(node, &|branch| self.known(branch))?.fill_null(constant(false))),
        }
    }

    fn case(&self, node: &Node, nothing: &pl::Expr, result: &dyn Fn(&Node) -> Lowered) -> Lowered {
        let Op::Case { operand, otherwise } = node.op else {
            unreachable!("only a case has branches")
        };
        let (of, pairs, last) = case_parts(&node.args, operand, otherwise);
        let mut rest = last.map_or_else(|| Ok(nothing.clone()), result)?;
        for (condition, then) in pairs.rev() {
            let condition = match of {
                Some(of) => self.compare(Compare::Eq, of, condition)?,
                None => self.condition(condition)?,
            };
            rest = when(condition).then(result(then)?).otherwise(rest);
        }
        Ok(rest)
    }

    /// `coalesce`, `least`, `greatest` over values that the engine has.
    fn call(&self, node: &Node, value: &dyn Fn(&Node) -> Lowered) -> Lowered {
        let args = node.args.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        let Op::Call(function) = node.op else {
            unreachable!("only a call has a function")
        };
        let extreme = match function {
            Function::Least => min_horizontal(&args),
            Function::Greatest => max_horizontal(&args),
            _ => return Ok(pl::coalesce(&args)),
        };
        let extreme = extreme.map_err(|e| node.error(e.to_string()))?;
        // The engine passes over nulls; here one makes the whole null.
        let known = balanced(args.iter().map(|arg| arg.clone().is_not_null()).collect(), &|a, b| a.and(b));
        Ok(match known {
            Some(known) => when(known).then(extreme).otherwise(lit(NULL)),
            None => extreme,
        })
    }
}

fn apply(op: Compare, a: pl::Expr, b: pl::Expr) -> pl::Expr {
    match op {
        Compare::Eq => a.eq(b),
        Compare::Ne => a.neq(b),
        Compare::Lt => a.lt(b),
        Compare::Le => a.lt_eq(b),
        Compare::Gt => a.gt(b),
        Compare::Ge => a.gt_eq(b),
    }
}

/// Joins many conditions in a tree that is no deeper than it must be.
fn balanced(mut parts: Vec<pl::Expr>, join: &dyn Fn(pl::Expr, pl::Expr) -> pl::Expr) -> Option<pl::Expr> {
    while parts.len() > 1 {
        let mut halves = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(a) = rest.next() {
            halves.push(match rest.next() {
                Some(b) => join(a, b),
                None => a,
            });
        }
        parts = halves;
    }
    parts.pop()
}

/// Whether a code is one of a set; null where the code is. A run of codes, as a prefix or an order gives, is two comparisons.
fn member(code: pl::Expr, mut codes: Vec<u32>) -> pl::Expr {
    codes.sort_unstable();
    codes.dedup();
    match codes.as_slice() {
        [] => code.lt(constant(0u32)),
        [one] => code.eq(constant(*one)),
        [first, .., last] if (last - first) as usize == codes.len() - 1 => {
            code.clone().gt_eq(constant(*first)).and(code.lt_eq(constant(*last)))
        }
        _ => code.is_in(lit(Series::new("codes".into(), codes)).implode(true), false),
    }
}

#[cfg(test)]
mod tests;
