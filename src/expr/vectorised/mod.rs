//! Evaluates an expression over the columns of a frame, all rows at once, with the arrays of polars.
//!
//! Columns are stored as integers: amounts and durations in parts of their unit, text as codes of one sorted dictionary, ids as
//! hashes, times in microseconds. Numbers are calculated with as `f64` of whole units, exactly as the row interpreter does,
//! so that both give the same. Text never exists here: a comparison with text becomes a set of codes, and is
//! carried into the branches of `case` and the arguments of `coalesce`.

mod arrays;

use std::cmp::Ordering;

use polars::prelude::{
    BooleanChunked, ChunkApply, Column, DataFrame, Float64Chunked, Int64Chunked, IntoColumn, PolarsResult, UInt32Chunked,
};

use super::check::{ExprType, Scope, type_of};
use super::tree::{Arithmetic, Compare, Function, Name, Node, Op, Test, case_parts, like};
use super::{Clock, Expr, ExprError};
use crate::schema::Unit;
use arrays::{Array, compare_stored, divide, extreme, in_units, member};

/// Gives the codes of all texts that satisfy a condition.
pub type CodesMatching<'a> = &'a dyn Fn(&dyn Fn(&str) -> bool) -> Vec<u32>;

/// The columns of a frame, and how they are stored. Names are those of the frame (see [`Expr::resolve`]).
#[derive(Clone, Copy)]
pub struct FrameColumns<'a> {
    /// The columns.
    pub frame: &'a DataFrame,
    /// The unit of a column.
    pub unit: &'a dyn Fn(&str) -> Unit,
    /// The code of a text, if it occurs at all.
    pub code: &'a dyn Fn(&str) -> Option<u32>,
    /// The codes of all texts that satisfy a condition.
    pub codes_matching: CodesMatching<'a>,
    /// The rank of a code's text among all texts.
    pub rank: &'a dyn Fn(u32) -> u32,
    /// The hash of an id.
    pub key: &'a dyn Fn(&str) -> i64,
    /// The report's clock, for dates in the expression.
    pub clock: Clock<'a>,
}

impl Expr {
    /// The expression's value in each row: a boolean for a condition, `f64` for anything that is a number (in whole units), `i64` for
    /// times and bare ids, `u32` codes for text.
    ///
    /// # Errors
    /// Where parts do not fit each other ([`Expr::check`]); where the whole is text with a literal that does not occur in the
    /// data, and so has no code; where the frame lacks a column, which is a defect of the program.
    pub fn eval_columns(&self, columns: &FrameColumns<'_>) -> Result<Column, ExprError> {
        let (root, height) = (&self.root, columns.frame.height());
        Ok(match columns.type_of(root)?.unit() {
            Unit::Bool => columns.condition(root)?.repeated(height).into_column(),
            Unit::Text => columns.codes(root)?.repeated(height).into_column(),
            Unit::Key | Unit::Time => columns.integer(root)?.repeated(height).into_column(),
            Unit::Money | Unit::Hours | Unit::Days | Unit::Count | Unit::Number => columns.number(root)?.repeated(height).into_column(),
        })
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

type Evaluated<A> = Result<A, ExprError>;

impl FrameColumns<'_> {
    fn type_of(&self, node: &Node) -> Result<ExprType, ExprError> {
        type_of(node, &Frame(self.unit))
    }

    /// The array of a column, which has to be of the type that the caller reads.
    fn column<A: Clone>(&self, node: &Node, name: &str, read: fn(&Column) -> PolarsResult<&A>) -> Evaluated<A> {
        let found = self.frame.column(name).and_then(read);
        Ok(found.map_err(|e| node.error(e.to_string()))?.clone())
    }

    fn chosen<A: Array>(node: &Node, mask: &BooleanChunked, then: &A, otherwise: &A) -> Evaluated<A> {
        A::chosen(mask, then, otherwise).map_err(|e| node.error(e.to_string()))
    }

    /// A number in whole units.
    fn number(&self, node: &Node) -> Evaluated<Float64Chunked> {
        Ok(match &node.op {
            Op::Column(Name { name, .. }) => match (self.unit)(name) {
                Unit::Number => self.column(node, name, Column::f64)?,
                unit => in_units(&self.column(node, name, Column::i64)?, unit.scale()),
            },
            Op::Number { float, .. } => arrays::number(*float),
            Op::Negate => &self.number(&node.args[0])? * -1.0,
            Op::Arithmetic(op) => {
                let (a, b) = (self.number(&node.args[0])?, self.number(&node.args[1])?);
                match op {
                    Arithmetic::Add => &a + &b,
                    Arithmetic::Subtract => &a - &b,
                    Arithmetic::Multiply => &a * &b,
                    Arithmetic::Divide => divide(&a, &b),
                }
            }
            Op::Call(Function::Abs) => self.number(&node.args[0])?.apply_values(f64::abs),
            Op::Call(function @ (Function::HoursBetween | Function::DaysBetween)) => {
                let (a, b) = (self.integer(&node.args[0])?, self.integer(&node.args[1])?);
                in_units(&(&b - &a), function.micros())
            }
            Op::Case { .. } => self.case(node, &|then| self.number(then))?,
            Op::Call(_) => self.call(node, &|arg| self.number(arg))?,
            _ => Float64Chunked::nothing(),
        })
    }

    /// A time in microseconds, or a bare id.
    fn integer(&self, node: &Node) -> Evaluated<Int64Chunked> {
        Ok(match &node.op {
            Op::Column(Name { name, .. }) => self.column(node, name, Column::i64)?,
            Op::Time(time) => arrays::integer((self.clock)(time.datetime())),
            Op::Case { .. } => self.case(node, &|then| self.integer(then))?,
            Op::Call(_) => self.call(node, &|arg| self.integer(arg))?,
            _ => Int64Chunked::nothing(),
        })
    }

    /// The codes of a text, where it is the whole expression.
    fn codes(&self, node: &Node) -> Evaluated<UInt32Chunked> {
        Ok(match &node.op {
            Op::Column(Name { name, .. }) => self.column(node, name, Column::u32)?,
            Op::Text(text) => match (self.code)(text) {
                Some(code) => arrays::code(code),
                None => return Err(node.error(format!("'{text}' does not occur in the data, so it cannot be a result"))),
            },
            Op::Case { .. } => self.case(node, &|then| self.codes(then))?,
            Op::Call(_) => self.call(node, &|arg| self.codes(arg))?,
            _ => UInt32Chunked::nothing(),
        })
    }

    fn condition(&self, node: &Node) -> Evaluated<BooleanChunked> {
        let negate = |negated: bool, holds: BooleanChunked| if negated { !&holds } else { holds };
        Ok(match &node.op {
            Op::Column(Name { name, .. }) => self.column(node, name, Column::bool)?,
            Op::Bool(b) => arrays::truth(*b),
            Op::Not => !&self.condition(&node.args[0])?,
            Op::And => self.joined(&node.args, &|a, b| &a & &b)?,
            Op::Or => self.joined(&node.args, &|a, b| &a | &b)?,
            Op::Compare(op) => self.compare(*op, &node.args[0], &node.args[1])?,
            Op::Between { negated } => {
                let low = self.compare(Compare::Ge, &node.args[0], &node.args[1])?;
                let high = self.compare(Compare::Le, &node.args[0], &node.args[2])?;
                negate(*negated, &low & &high)
            }
            Op::In { negated } => negate(*negated, self.within(&node.args[0], &node.args[1..])?),
            Op::Like { pattern, negated } => self.text(&node.args[0], &|text| like(pattern, text) != *negated)?,
            Op::Is { test: Test::Null, negated } => negate(!negated, self.known(&node.args[0])?),
            Op::Is { test, negated } => {
                let holds = self.condition(&node.args[0])?;
                let holds = if *test == Test::True { holds } else { !&holds };
                negate(*negated, Self::chosen(node, &holds.known(), &holds, &arrays::truth(false))?)
            }
            Op::Case { .. } => self.case(node, &|then| self.condition(then))?,
            Op::Call(_) => self.call(node, &|arg| self.condition(arg))?,
            _ => BooleanChunked::nothing(),
        })
    }

    /// Conditions, of which there is at least one.
    fn joined(&self, parts: &[Node], join: &dyn Fn(BooleanChunked, BooleanChunked) -> BooleanChunked) -> Evaluated<BooleanChunked> {
        let mut whole = self.condition(&parts[0])?;
        for part in &parts[1..] {
            whole = join(whole, self.condition(part)?);
        }
        Ok(whole)
    }

    fn compare(&self, op: Compare, a: &Node, b: &Node) -> Evaluated<BooleanChunked> {
        let types = [self.type_of(a)?, self.type_of(b)?];
        // A text beside an id is that of an id, whichever stands first.
        let joined = types
            .into_iter()
            .find(|found| *found == ExprType::Of(Unit::Key))
            .or_else(|| types.into_iter().find(|found| *found != ExprType::Null))
            .unwrap_or(ExprType::Null);
        Ok(match joined.unit() {
            Unit::Text => self.compare_text(op, a, b)?,
            Unit::Key => self.id(a)?.compared(op, &self.id(b)?),
            Unit::Bool => self.condition(a)?.compared(op, &self.condition(b)?),
            Unit::Time => self.integer(a)?.compared(op, &self.integer(b)?),
            Unit::Money | Unit::Hours | Unit::Days | Unit::Count | Unit::Number => {
                let stored = match self.stored(op, a, b)? {
                    Some(stored) => Some(stored),
                    None => self.stored(op.flipped(), b, a)?,
                };
                match stored {
                    Some(stored) => stored,
                    None => self.number(a)?.compared(op, &self.number(b)?),
                }
            }
        })
    }

    /// A column of integers beside a literal.
    fn stored(&self, op: Compare, a: &Node, b: &Node) -> Evaluated<Option<BooleanChunked>> {
        let Op::Column(Name { name, .. }) = &a.op else { return Ok(None) };
        let value = match (&b.op, b.args.first().map(|arg| &arg.op)) {
            (Op::Number { float, .. }, _) => *float,
            (Op::Negate, Some(Op::Number { float, .. })) => -float,
            _ => return Ok(None),
        };
        let unit = (self.unit)(name);
        if unit == Unit::Number {
            return Ok(None);
        }
        Ok(compare_stored(op, &self.column(a, name, Column::i64)?, unit.scale(), value))
    }

    /// An id beside another: a column, or the hash of its text.
    fn id(&self, node: &Node) -> Evaluated<Int64Chunked> {
        match &node.op {
            Op::Text(text) => Ok(arrays::integer((self.key)(text))),
            _ => self.integer(node),
        }
    }

    /// Whether a value is one of a list.
    fn within(&self, of: &Node, list: &[Node]) -> Evaluated<BooleanChunked> {
        let found = self.type_of(of)?;
        let texts = list.iter().map(|item| match &item.op {
            Op::Text(text) => Some(text.as_str()),
            _ => None,
        });
        if let (ExprType::Of(Unit::Text), Some(texts)) = (found, texts.collect::<Option<Vec<_>>>()) {
            return self.text(of, &|text| texts.contains(&text));
        }
        let mut whole = arrays::truth(false);
        for item in list {
            let equal = match item.op {
                Op::Null => BooleanChunked::nothing(),
                _ => self.compare(Compare::Eq, of, item)?,
            };
            whole = &whole | &equal;
        }
        Ok(whole)
    }

    fn compare_text(&self, op: Compare, a: &Node, b: &Node) -> Evaluated<BooleanChunked> {
        match (&a.op, &b.op) {
            (_, Op::Text(text)) => self.text(a, &|found| op.holds(found.cmp(text))),
            (Op::Text(text), _) => self.text(b, &|found| op.flipped().holds(found.cmp(text))),
            (Op::Column(_), Op::Column(_)) => {
                let ranks = |node| Ok(self.codes(node)?.apply_values(|code| (self.rank)(code)));
                Ok(ranks(a)?.compared(op, &ranks(b)?))
            }
            (Op::Column(_), _) => self.compare_text(op.flipped(), b, a),
            _ => self.branches(a, &|branch| self.compare_text(op, branch, b)),
        }
    }

    /// A condition on a text: null where the text is.
    fn text(&self, node: &Node, holds: &dyn Fn(&str) -> bool) -> Evaluated<BooleanChunked> {
        match &node.op {
            Op::Column(_) => Ok(member(&self.codes(node)?, (self.codes_matching)(holds))),
            Op::Text(text) => Ok(arrays::truth(holds(text))),
            _ => self.branches(node, &|branch| self.text(branch, holds)),
        }
    }

    /// A condition on the branches of a text.
    fn branches(&self, node: &Node, holds: &dyn Fn(&Node) -> Evaluated<BooleanChunked>) -> Evaluated<BooleanChunked> {
        match &node.op {
            Op::Case { .. } => self.case(node, holds),
            Op::Call(Function::Coalesce) => {
                let mut rest = BooleanChunked::nothing();
                for arg in node.args.iter().rev() {
                    rest = Self::chosen(node, &self.known(arg)?, &holds(arg)?, &rest)?;
                }
                Ok(rest)
            }
            _ => Ok(BooleanChunked::nothing()),
        }
    }

    /// Whether a value is not null.
    fn known(&self, node: &Node) -> Evaluated<BooleanChunked> {
        Ok(match self.type_of(node)? {
            ExprType::Of(Unit::Bool) => self.condition(node)?.known(),
            ExprType::Of(Unit::Key | Unit::Time) => self.integer(node)?.known(),
            ExprType::Of(Unit::Text) => match &node.op {
                Op::Column(_) => self.codes(node)?.known(),
                Op::Text(_) => arrays::truth(true),
                _ => {
                    let known = self.branches(node, &|branch| self.known(branch))?;
                    Self::chosen(node, &known.known(), &known, &arrays::truth(false))?
                }
            },
            _ => self.number(node)?.known(),
        })
    }

    fn case<A: Array>(&self, node: &Node, result: &dyn Fn(&Node) -> Evaluated<A>) -> Evaluated<A> {
        let Op::Case { operand, otherwise } = node.op else {
            unreachable!("only a case has branches")
        };
        let (of, pairs, last) = case_parts(&node.args, operand, otherwise);
        let mut rest = last.map_or_else(|| Ok(A::nothing()), result)?;
        for (condition, then) in pairs.rev() {
            let condition = match of {
                Some(of) => self.compare(Compare::Eq, of, condition)?,
                None => self.condition(condition)?,
            };
            rest = Self::chosen(node, &condition, &result(then)?, &rest)?;
        }
        Ok(rest)
    }

    /// `coalesce`, `least`, `greatest` over arrays.
    fn call<A: Array>(&self, node: &Node, value: &dyn Fn(&Node) -> Evaluated<A>) -> Evaluated<A> {
        let Op::Call(function) = node.op else {
            unreachable!("only a call has a function")
        };
        let mut whole = value(&node.args[0])?;
        for arg in &node.args[1..] {
            let next = value(arg)?;
            let joined = match function {
                Function::Least => extreme(Ordering::Less, &whole, &next),
                Function::Greatest => extreme(Ordering::Greater, &whole, &next),
                _ => A::chosen(&whole.known(), &whole, &next),
            };
            whole = joined.map_err(|e| node.error(e.to_string()))?;
        }
        Ok(whole)
    }
}

#[cfg(test)]
mod tests;
