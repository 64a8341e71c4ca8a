//! Calls of functions: which there are, and the arguments that each takes.

use std::ops::Range;

use rust_decimal::Decimal;
use sqlparser::ast::{self, Spanned};

use super::source::Source;
use crate::diagnostics::nearest;
use crate::expr::ExprError;
use crate::expr::tree::{Function, Node, Op};

impl Source<'_> {
    pub fn call(&self, call: ast::Function) -> Result<Node, ExprError> {
        let written = call.name.to_string();
        let place = self.range(call.name.span());
        let span = place.start..self.through_brackets(place.end);
        if call.over.is_some() {
            return Err(self.error(span, "window functions are not supported in expressions"));
        }
        let name = written.to_lowercase();
        let Some(function) = Function::ALL.into_iter().find(|f| f.name() == name) else {
            return Err(self.unknown_function(&written, place));
        };
        let ast::FunctionArguments::List(list) = call.args else {
            return Err(self.error(span, format!("{name} needs arguments in brackets")));
        };
        let plain = list.duplicate_treatment.is_none()
            && list.clauses.is_empty()
            && call.filter.is_none()
            && call.null_treatment.is_none()
            && call.within_group.is_empty()
            && matches!(call.parameters, ast::FunctionArguments::None);
        let mut args = Vec::with_capacity(list.args.len());
        for arg in list.args {
            match arg {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) if plain => args.push(self.node(e)?),
                _ => return Err(self.error(span, format!("{name} takes plain arguments only"))),
            }
        }
        let (right, wanted) = match function {
            Function::Abs | Function::Lower => (args.len() == 1, "one argument"),
            Function::SplitPart => (
                is_split(&args),
                "a text, a separator, and the number of the part from 1, as in split_part(ids, ';', 1)",
            ),
            Function::HoursBetween | Function::DaysBetween => (args.len() == 2, "two arguments, the earlier time first"),
            Function::Coalesce | Function::Least | Function::Greatest => (args.len() >= 2, "two arguments or more"),
        };
        if !plain || !right {
            return Err(self.error(span, format!("{name} takes {wanted}, found {}", args.len())));
        }
        Ok(Node {
            op: Op::Call(function),
            args,
            span,
        })
    }

    fn unknown_function(&self, written: &str, place: Range<usize>) -> ExprError {
        let error = self.error(place, format!("unknown function `{written}`"));
        let known = match written.to_lowercase().as_str() {
            "nullif" => "write `case when a <> b then a end`; a division by zero is null as it is",
            "ifnull" | "nvl" | "isnull" => "write `coalesce(a, b)`",
            "if" | "iif" | "iff" | "decode" => "write `case when ... then ... else ... end`",
            "min" => "write `least(a, b)`; over rows, the metric's kind does it",
            "max" => "write `greatest(a, b)`; over rows, the metric's kind does it",
            "count" | "sum" | "avg" | "mean" | "median" => "an expression is about one row; over rows, the metric's kind does it",
            "datediff" | "date_diff" | "timestampdiff" | "age" => "write `days_between(a, b)` or `hours_between(a, b)`",
            "concat" => "write `a || b`",
            _ => match nearest(written, Function::ALL.map(Function::name)) {
                Some(name) => return error.hint(format!("did you mean `{name}`?")),
                None => return error.hint(format!("functions are {}", Function::ALL.map(Function::name).join(", "))),
            },
        };
        error.hint(known)
    }
}

/// Whether these are a text, a separator of at least one character, and a whole number from 1.
fn is_split(args: &[Node]) -> bool {
    let [_, separator, number] = args else { return false };
    let parted = matches!(&separator.op, Op::Text(text) if !text.is_empty());
    parted
        && matches!(&number.op, Op::Number { exact, .. } if exact.fract().is_zero() && *exact >= Decimal::ONE && *exact <= Decimal::from(1000))
}
