//! What is wrong with an expression, and where in its text.

use std::fmt;
use std::ops::Range;

/// Why a text is not an expression, or does not fit its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprError {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The bytes of the text that it is about; empty at the end of the text.
    pub span: Range<usize>,
    /// What to write instead, where that is known.
    pub hint: Option<String>,
}

impl ExprError {
    /// What is wrong with these bytes of the text.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> ExprError {
        ExprError {
            message: message.into(),
            span,
            hint: None,
        }
    }

    /// The error, with what to write instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> ExprError {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

impl std::error::Error for ExprError {}
