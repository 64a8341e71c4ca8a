//! What SQL has and expressions do not: its name, and what to write instead.

use sqlparser::ast;
use sqlparser::tokenizer::Span;

use super::source::Source;
use crate::expr::ExprError;

impl Source<'_> {
    /// The error for SQL that is not supported, by its name.
    pub fn foreign(&self, e: &ast::Expr, span: Span) -> ExprError {
        use ast::Expr as E;
        let (what, hint) = match e {
            E::Subquery(_) | E::InSubquery { .. } | E::Exists { .. } | E::AnyOp { .. } | E::AllOp { .. } => ("subqueries are", ""),
            E::Cast { .. } | E::Convert { .. } => (
                "casts are",
                "what is next to a cell or column decides whether it is a number, a time or text",
            ),
            E::RLike { .. } | E::SimilarTo { .. } => ("regular expressions are", "write `like` with % and _"),
            E::ILike { .. } => ("`ilike` is", "write `like`; upper and lower case differ in it"),
            E::IsDistinctFrom(..) | E::IsNotDistinctFrom(..) => ("`is distinct from` is", "write `=` and `is null`"),
            E::Interval(_) => ("intervals are", "write `days_between(a, b) <= 7` or `hours_between(a, b) <= 4`"),
            E::Extract { .. } => ("parts of dates are", ""),
            E::Ceil { .. } | E::Floor { .. } => ("rounding is", ""),
            E::Substring { .. } | E::Trim { .. } | E::Position { .. } | E::Overlay { .. } => {
                ("parts of text are", "write `like` with % and _")
            }
            E::Tuple(_) => ("lists outside `in` are", ""),
            E::AtTimeZone { .. } => ("time zones are", "the configuration names the report's time zone"),
            E::InUnnest { .. } | E::Array(_) => ("arrays are", ""),
            _ => ("this is", ""),
        };
        let error = self.refuse(span, what);
        if hint.is_empty() { error } else { error.hint(hint) }
    }
}
