//! From a text to the tree: the expressions of `sqlparser` that are supported, and no others.
//!
//! The grammar's dialect is plain standard SQL. Positions come from the tokens; where `sqlparser` says less than we want to
//! show (the closing bracket of a call, the `null` of `is null`) the span is widened along them.

mod calls;
mod source;
mod unsupported;

use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use sqlparser::ast::{self, BinaryOperator, DataType, Spanned, TimezoneInfo, UnaryOperator};
use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};

use super::tree::{Arithmetic, Compare, Name, Node, Op, Test, WallTime};
use super::{Expr, ExprError};
use source::{Source, plain};

/// More words and signs than any sane expression has.
const MAX_TOKENS: usize = 10_000;

/// Brackets within brackets, counting calls, `case`, `not` and signs: the parser's stack frames are large.
const MAX_NESTING: usize = 16;

/// Deeper trees than any sane expression has; keeps everything that walks the tree within its stack. Chains of `and` and of
/// `or` count as one level.
const MAX_DEPTH: usize = 100;

/// Standard SQL: names in double quotes, text in single ones, letters of any script in bare names.
#[derive(Debug)]
struct Portable;

impl Dialect for Portable {
    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"'
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_'
    }

    /// Takes a bare word before an operator or an end for a name, whatever it means elsewhere in SQL: `left`, `interval`.
    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<ast::Expr, ParserError>> {
        use Keyword::*;
        let first = parser.peek_token_ref();
        let Token::Word(word) = &first.token else { return None };
        let reserved = [CASE, NOT, NULL, TRUE, FALSE, AND, OR, IS, IN, BETWEEN, LIKE, WHEN, THEN, ELSE, END];
        if word.quote_style.is_none() && reserved.contains(&word.keyword) {
            return None;
        }
        let name = word.clone().into_ident(first.span);
        let ends = match &parser.peek_nth_token_ref(1).token {
            Token::Word(next) => [AND, OR, NOT, IS, IN, BETWEEN, LIKE, WHEN, THEN, ELSE, END].contains(&next.keyword),
            Token::EOF | Token::RParen | Token::Comma | Token::Eq | Token::Neq | Token::Lt | Token::LtEq | Token::Gt | Token::GtEq => true,
            Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::StringConcat => true,
            _ => false,
        };
        ends.then(|| {
            parser.advance_token();
            Ok(ast::Expr::Identifier(name))
        })
    }
}

/// Reads an expression.
///
/// # Errors
/// Where the text is not an expression, or uses SQL that is not supported: with the place, and with the nearest
/// right name for an unknown function.
pub fn parse(text: &str) -> Result<Expr, ExprError> {
    let mut source = Source::new(text);
    let tokens = Tokenizer::new(&Portable, text).tokenize_with_location().map_err(|e| {
        let at = source.byte(e.location);
        source.error(at..text.len(), plain(&e.message))
    })?;
    for token in &tokens {
        if !matches!(token.token, Token::Whitespace(_) | Token::EOF) {
            source.tokens.push((source.range(token.span), token.token.clone()));
        }
    }
    if source.tokens.is_empty() {
        return Err(source.error(0..0, "expected an expression, found nothing"));
    }
    if source.tokens.len() > MAX_TOKENS {
        return Err(source.error(0..0, format!("the expression has more than {MAX_TOKENS} words and signs")));
    }
    let mut parser = Parser::new(&Portable)
        .with_recursion_limit(MAX_NESTING)
        .with_tokens_with_locations(tokens);
    let tree = parser.parse_expr().map_err(|e| source.syntax(e))?;
    let next = parser.peek_token();
    if next.token != Token::EOF {
        let error = source.error(
            source.range(next.span),
            format!("expected the end of the expression, found `{}`", next.token),
        );
        return Err(match next.token {
            Token::LBracket | Token::Period => error.hint("put names with spaces, dots or brackets in double quotes"),
            Token::Word(_) => error.hint("put names with spaces in double quotes, text in single quotes"),
            _ => error,
        });
    }
    let root = source.node(tree)?;
    if depth(&root) > MAX_DEPTH {
        return Err(source.too_deep());
    }
    Ok(Expr {
        root,
        text: Arc::from(text),
    })
}

impl Source<'_> {
    fn nodes(&self, list: impl IntoIterator<Item = ast::Expr>) -> Result<Vec<Node>, ExprError> {
        list.into_iter().map(|e| self.node(e)).collect()
    }

    pub fn node(&self, e: ast::Expr) -> Result<Node, ExprError> {
        use ast::Expr as E;
        match e {
            E::Identifier(name) => Ok(leaf(
                Op::Column(Name {
                    quoted: name.quote_style.is_some(),
                    name: name.value,
                }),
                self.range(name.span),
            )),
            E::CompoundIdentifier(_) | E::CompoundFieldAccess { .. } => Err(self
                .error(self.range(e.span()), "a column is named without a table")
                .hint("put names with dots in double quotes")),
            E::Nested(inner) => {
                let mut node = self.node(*inner)?;
                node.span = self.token_before(node.span.start)..self.through_brackets_end(node.span.end);
                Ok(node)
            }
            E::Value(value) => self.literal(value),
            E::TypedString(typed) => self.time(typed),
            E::UnaryOp { op, expr } => self.unary(op, *expr),
            E::BinaryOp { .. } => self.chain(e),
            E::IsNull(inner) => self.is(*inner, Test::Null, false),
            E::IsNotNull(inner) => self.is(*inner, Test::Null, true),
            E::IsTrue(inner) => self.is(*inner, Test::True, false),
            E::IsNotTrue(inner) => self.is(*inner, Test::True, true),
            E::IsFalse(inner) => self.is(*inner, Test::False, false),
            E::IsNotFalse(inner) => self.is(*inner, Test::False, true),
            E::IsUnknown(_) | E::IsNotUnknown(_) => Err(self.refuse(e.span(), "`is unknown` is").hint("write `is null`")),
            E::InList { expr, list, negated } => {
                let first = self.node(*expr)?;
                let span = first.span.start..self.through_brackets(self.through_word(first.span.end, "in"));
                let mut args = vec![first];
                args.extend(self.nodes(list)?);
                Ok(Node {
                    op: Op::In { negated },
                    args,
                    span,
                })
            }
            E::Between { expr, negated, low, high } => Ok(over(Op::Between { negated }, self.nodes([*expr, *low, *high])?)),
            E::Like {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => {
                if any || escape_char.is_some() {
                    let what = if any { "`like any` is" } else { "`escape` is" };
                    return Err(self.refuse(expr.span().union(&pattern.span()), what));
                }
                let value = self.node(*expr)?;
                let pattern = self.node(*pattern)?;
                let span = value.span.start..pattern.span.end;
                let Op::Text(pattern) = pattern.op else {
                    return Err(pattern.error("the pattern of `like` must be text in single quotes"));
                };
                Ok(Node {
                    op: Op::Like { pattern, negated },
                    args: vec![value],
                    span,
                })
            }
            E::Case {
                case_token,
                end_token,
                operand,
                conditions,
                else_result,
            } => {
                let op = Op::Case {
                    operand: operand.is_some(),
                    otherwise: else_result.is_some(),
                };
                let mut args = self.nodes(operand.map(|e| *e))?;
                for when in conditions {
                    args.extend(self.nodes([when.condition, when.result])?);
                }
                args.extend(self.nodes(else_result.map(|e| *e))?);
                Ok(Node {
                    op,
                    args,
                    span: self.range(case_token.0.span).start..self.range(end_token.0.span).end,
                })
            }
            E::Function(call) => self.call(call),
            other => Err(self.foreign(&other, other.span())),
        }
    }

    fn is(&self, inner: ast::Expr, test: Test, negated: bool) -> Result<Node, ExprError> {
        let value = self.node(inner)?;
        let span = value.span.start..self.through_word(value.span.end, test.word());
        Ok(Node {
            op: Op::Is { test, negated },
            args: vec![value],
            span,
        })
    }

    fn unary(&self, op: UnaryOperator, inner: ast::Expr) -> Result<Node, ExprError> {
        let place = inner.span();
        let value = self.node(inner)?;
        let start = self.token_before(value.span.start);
        let op = match op {
            UnaryOperator::Minus => Op::Negate,
            UnaryOperator::Not => Op::Not,
            UnaryOperator::Plus => return Ok(value),
            other => return Err(self.refuse(place, &format!("`{other}` is"))),
        };
        let span = start..value.span.end;
        Ok(Node {
            op,
            args: vec![value],
            span,
        })
    }

    /// A chain such as `a + b - c`, taken apart from its end without recursion. Links of `and`, and of `or`, become one node.
    fn chain(&self, mut e: ast::Expr) -> Result<Node, ExprError> {
        let mut links = Vec::new();
        while let ast::Expr::BinaryOp { left, op, right } = e {
            links.push((op, *right));
            e = *left;
        }
        let mut node = self.node(e)?;
        let mut levels = 0;
        while let Some((sign, right)) = links.pop() {
            let right = self.node(right)?;
            let span = node.span.start..right.span.end;
            let op = self.operator(sign, &span)?;
            if levels > 0 && matches!(op, Op::And | Op::Or) && node.op == op {
                node.args.push(right);
                node.span = span;
                continue;
            }
            levels += 1;
            if levels > MAX_DEPTH {
                return Err(self.too_deep());
            }
            node = Node {
                op,
                args: vec![node, right],
                span,
            };
        }
        Ok(node)
    }

    fn operator(&self, sign: BinaryOperator, span: &Range<usize>) -> Result<Op, ExprError> {
        Ok(match sign {
            BinaryOperator::Plus => Op::Arithmetic(Arithmetic::Add),
            BinaryOperator::Minus => Op::Arithmetic(Arithmetic::Subtract),
            BinaryOperator::Multiply => Op::Arithmetic(Arithmetic::Multiply),
            BinaryOperator::Divide => Op::Arithmetic(Arithmetic::Divide),
            BinaryOperator::StringConcat => Op::Concat,
            BinaryOperator::Eq => Op::Compare(Compare::Eq),
            BinaryOperator::NotEq => Op::Compare(Compare::Ne),
            BinaryOperator::Lt => Op::Compare(Compare::Lt),
            BinaryOperator::LtEq => Op::Compare(Compare::Le),
            BinaryOperator::Gt => Op::Compare(Compare::Gt),
            BinaryOperator::GtEq => Op::Compare(Compare::Ge),
            BinaryOperator::And => Op::And,
            BinaryOperator::Or => Op::Or,
            other => return Err(self.error(span.clone(), format!("the operator `{other}` is not supported in expressions"))),
        })
    }

    fn literal(&self, value: ast::ValueWithSpan) -> Result<Node, ExprError> {
        let span = self.range(value.span);
        let op = match value.value {
            ast::Value::Null => Op::Null,
            ast::Value::Boolean(b) => Op::Bool(b),
            ast::Value::SingleQuotedString(text) => Op::Text(text),
            ast::Value::Number(text, false) => {
                let digits = text.trim_end_matches('.');
                let exact = Decimal::from_str_exact(digits).or_else(|_| Decimal::from_scientific(digits));
                match (exact, f64::from_str(digits)) {
                    (Ok(exact), Ok(float)) => Op::Number { exact, float },
                    _ => return Err(self.error(span, format!("`{text}` has more digits than the 28 that are kept"))),
                }
            }
            other => {
                let error = self.error(span, format!("`{other}` is not a literal that expressions support"));
                return Err(error.hint("write 'text', numbers, true, false, null, DATE '2024-01-31', TIMESTAMP '2024-01-31 10:00:00'"));
            }
        };
        Ok(leaf(op, span))
    }

    fn time(&self, typed: ast::TypedString) -> Result<Node, ExprError> {
        let value = self.range(typed.value.span);
        let span = self.token_before(value.start)..value.end;
        let text = match typed.value.value {
            ast::Value::SingleQuotedString(text) => text,
            other => return Err(self.error(value, format!("expected text in single quotes, found `{other}`"))),
        };
        // The library reads more than one spelling, and would pass over an offset.
        let plain = text.bytes().all(|b| b.is_ascii_digit() || b"-:. T".contains(&b)) && text.matches('-').count() == 2;
        let time = match typed.data_type {
            DataType::Date if plain && text.len() == 10 => text.parse::<Date>().ok().map(WallTime::Date),
            DataType::Date => None,
            DataType::Timestamp(None, TimezoneInfo::None) if plain && text.len() >= 10 => {
                text.parse::<DateTime>().ok().map(WallTime::Timestamp)
            }
            DataType::Timestamp(None, TimezoneInfo::None) => None,
            other => {
                let error = self.error(span, format!("literals of type {other} are not supported in expressions"));
                return Err(error.hint("write DATE '2024-01-31' or TIMESTAMP '2024-01-31 10:00:00'"));
            }
        };
        match time {
            Some(time) => Ok(leaf(Op::Time(time), span)),
            None => {
                let error = self.error(value, format!("'{text}' is not a date or time of the calendar"));
                Err(error.hint("write DATE '2024-01-31' or TIMESTAMP '2024-01-31 10:00:00', without a zone"))
            }
        }
    }
}

fn depth(node: &Node) -> usize {
    1 + node.args.iter().map(depth).max().unwrap_or(0)
}

fn leaf(op: Op, span: Range<usize>) -> Node {
    Node {
        op,
        args: Vec::new(),
        span,
    }
}

/// A node from its first argument to its last.
fn over(op: Op, args: Vec<Node>) -> Node {
    let span = args.first().map_or(0, |a| a.span.start)..args.last().map_or(0, |a| a.span.end);
    Node { op, args, span }
}

#[cfg(test)]
mod tests;
