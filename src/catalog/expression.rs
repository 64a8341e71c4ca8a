//! Expressions of a metric: what they may name, and of which unit they must be.

use super::stanza::Stanza;
use crate::diagnostics::{did_you_mean, excerpt};
use crate::expr::{self, Expr, ExprError, Scope};
use crate::schema::{FactColumn, FactSpec, Role, Unit};
use crate::sources::stakeholder_types::{stored_type, types_that_fit};
use crate::sources::word;
use std::collections::BTreeSet;

/// The times that every expression over a fact may name in addition to the fact's columns.
pub const TIMES_AT_HAND: [&str; 3] = ["as_of", "period_start", "period_end"];

/// An expression that has been checked: every name in it exists, and its unit is known.
#[derive(Debug)]
pub struct Expression {
    /// As it is written.
    pub text: String,
    /// Its tree, with names spelled as they are declared.
    pub expr: Expr,
    /// What it yields.
    pub unit: Unit,
}

impl Expression {
    /// The expression as SQL, spelled the one canonical way.
    pub fn sql(&self) -> String {
        self.expr.to_sql()
    }

    /// The names in it, in order: columns and times at hand, or the metric ids of a derived metric.
    pub fn names(&self) -> BTreeSet<String> {
        self.expr.columns()
    }
}

/// What an expression must yield.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ExpectedType {
    /// True or false.
    Truth,
    /// Something that can be added.
    Number,
    /// Something that can be added, or true as 1.
    NumberOrTruth,
}

impl ExpectedType {
    pub fn takes(self, unit: Unit) -> bool {
        match self {
            ExpectedType::Truth => unit == Unit::Bool,
            ExpectedType::Number => unit.is_number(),
            ExpectedType::NumberOrTruth => unit.is_number() || unit == Unit::Bool,
        }
    }

    fn words(self) -> &'static str {
        match self {
            ExpectedType::Truth => "true or false",
            ExpectedType::Number => "a number",
            ExpectedType::NumberOrTruth => "a number, or true or false",
        }
    }
}

/// The names that an expression over a fact may use.
pub(super) struct Columns(pub &'static FactSpec);

impl Scope for Columns {
    fn unit(&self, name: &str) -> Option<(String, Unit)> {
        let column = self
            .0
            .columns
            .iter()
            .find(|c| c.name.eq_ignore_ascii_case(name))
            .map(|c| (c.name, c.unit));
        let time = || {
            TIMES_AT_HAND
                .into_iter()
                .find(|t| t.eq_ignore_ascii_case(name))
                .map(|t| (t, Unit::Time))
        };
        column.or_else(time).map(|(name, unit)| (name.to_string(), unit))
    }

    fn names(&self) -> Vec<String> {
        self.0
            .columns
            .iter()
            .map(|c| c.name)
            .chain(TIMES_AT_HAND)
            .map(str::to_string)
            .collect()
    }

    /// A column of a closed list has one of its words, whatever their capitals and language. A type of stakeholder is stored in small letters,
    /// and by the word that metrics use: `Staff` as `employee`.
    fn worded(&self, expr: Expr) -> Result<Expr, ExprError> {
        let words_of = |column: &FactColumn| column.words_of.map(|words_of| (column.name, words_of));
        self.0.columns.iter().filter_map(words_of).try_fold(expr, |expr, (name, words_of)| {
            if words_of.role == Role::StakeholderType {
                let expr = expr.with_compared_texts(name, &|text| Ok(Some(stored_type(text))))?;
                return Ok(expr.with_patterns(name, &|pattern| Some((pattern.to_lowercase(), types_that_fit(pattern)))));
            }
            if words_of.words.is_empty() {
                return Ok(expr);
            }
            expr.with_compared_texts(name, &|text| match word(words_of.name, words_of.words, text) {
                Some(word) => Ok((word != text).then(|| word.to_string())),
                None => Err((format!("`{name}` is never {}", excerpt(text)), did_you_mean(text, words_of.words))),
            })
        })
    }
}

impl Stanza<'_, '_> {
    /// The expression of this key, if it is there, can be read, names what exists and gives what is expected.
    pub fn expression(&mut self, key: &str, scope: &dyn Scope, expected: ExpectedType) -> Option<Expression> {
        let text = self.words(key)?;
        let checked = expr::parse(&text.text).and_then(|expr| Ok((scope.worded(expr.resolve(scope)?)?, expr.check(scope)?)));
        match checked {
            Ok((expr, unit)) if expected.takes(unit) => Some(Expression {
                text: text.text,
                expr,
                unit,
            }),
            Ok((_, unit)) => {
                let message = format!("`{key}` must be {}, but this is {}", expected.words(), unit.name());
                let span = self.reader.source.within_string(text.span, 0..text.text.len());
                self.problem(span, message, "");
                None
            }
            Err(error) => {
                self.reader.wrong_expression(&text, error);
                None
            }
        }
    }
}
