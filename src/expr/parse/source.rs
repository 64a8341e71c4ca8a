//! Places in the text of an expression: from the parser's lines and columns to bytes, and along the tokens.

use std::ops::Range;

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Location, Span, Token};

use crate::expr::ExprError;

/// A text with its tokens.
pub struct Source<'a> {
    pub text: &'a str,
    /// The byte at which each character starts.
    chars: Vec<usize>,
    /// The character with which each line starts.
    lines: Vec<usize>,
    /// Tokens with their bytes, white space and comments left out.
    pub tokens: Vec<(Range<usize>, Token)>,
}

impl<'a> Source<'a> {
    pub fn new(text: &'a str) -> Self {
        let chars = text.char_indices().map(|(at, _)| at).collect();
        let lines = text.chars().enumerate().filter(|(_, c)| *c == '\n').map(|(i, _)| i + 1);
        Source {
            text,
            chars,
            lines: std::iter::once(0).chain(lines).collect(),
            tokens: Vec::new(),
        }
    }

    pub fn error(&self, span: Range<usize>, message: impl Into<String>) -> ExprError {
        ExprError::new(span, message)
    }

    pub fn too_deep(&self) -> ExprError {
        self.error(0..self.text.trim_end().len(), "the expression is nested too deeply")
    }

    pub fn byte(&self, at: Location) -> usize {
        let line = (at.line as usize).checked_sub(1).and_then(|line| self.lines.get(line));
        let char = line.map(|start| start + (at.column as usize).saturating_sub(1));
        char.and_then(|char| self.chars.get(char)).copied().unwrap_or(self.text.len())
    }

    pub fn range(&self, span: Span) -> Range<usize> {
        let start = self.byte(span.start);
        start..self.byte(span.end).max(start)
    }

    /// The parser's own complaint in our words, at the place that it names at its end.
    pub fn syntax(&self, error: ParserError) -> ExprError {
        let message = match error {
            ParserError::RecursionLimitExceeded => return self.too_deep(),
            ParserError::ParserError(message) | ParserError::TokenizerError(message) => message,
        };
        let (message, place) = message.rsplit_once(" at Line: ").unwrap_or((&message, ""));
        let location = place.split_once(", Column: ").and_then(|(line, column)| {
            Some(Location {
                line: line.trim().parse().ok()?,
                column: column.trim().parse().ok()?,
            })
        });
        let start = location.map_or(self.text.len(), |at| self.byte(at));
        let end = self
            .tokens
            .iter()
            .find(|(range, _)| range.start == start)
            .map_or(start, |(range, _)| range.end);
        let found_end = start >= self.text.len() || message.ends_with("found: EOF");
        if found_end {
            let end = self.text.trim_end().len();
            return self.error(end..end, plain(message));
        }
        self.error(start..end, plain(message))
    }

    /// The index of the first token at or after a byte.
    pub fn token_after(&self, byte: usize) -> usize {
        self.tokens.partition_point(|(range, _)| range.start < byte)
    }

    /// The end of the first token at or after `from` that is the given keyword.
    pub fn through_word(&self, from: usize, word: &str) -> usize {
        self.tokens[self.token_after(from)..]
            .iter()
            .find(|(range, _)| self.text[range.clone()].eq_ignore_ascii_case(word))
            .map_or(from, |(range, _)| range.end)
    }

    /// The end of the bracket that closes the first one opened at or after `from`.
    pub fn through_brackets(&self, from: usize) -> usize {
        let mut depth = 0;
        for (range, token) in &self.tokens[self.token_after(from)..] {
            match token {
                Token::LParen => depth += 1,
                Token::RParen if depth == 1 => return range.end,
                Token::RParen => depth -= 1,
                _ => {}
            }
        }
        from
    }

    /// The start of the token before a byte.
    pub fn token_before(&self, byte: usize) -> usize {
        self.token_after(byte).checked_sub(1).map_or(byte, |i| self.tokens[i].0.start)
    }

    /// Refuses a construct by its name.
    pub fn refuse(&self, span: Span, what: &str) -> ExprError {
        let span = if span == Span::empty() {
            0..self.text.trim_end().len()
        } else {
            self.range(span)
        };
        self.error(span, format!("{what} not supported in expressions"))
    }

    /// The end of the closing bracket right after a byte.
    pub fn through_brackets_end(&self, byte: usize) -> usize {
        self.tokens.get(self.token_after(byte)).map_or(byte, |(range, _)| range.end)
    }
}

/// The parser's message in plain words.
pub fn plain(message: &str) -> String {
    let message = message
        .trim()
        .replace("Expected: ", "expected ")
        .replace("found: EOF", "found the end");
    match message.split_once("found: ") {
        Some((before, found)) => format!("{before}found `{found}`"),
        None if message.starts_with("Unterminated string literal") => "the text's closing quote ' is missing".to_string(),
        None if message.starts_with("Expected close delimiter") => "the name's closing quote \" is missing".to_string(),
        None => message,
    }
}
