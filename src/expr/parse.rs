//! From a text to the tree: a whitelist over `sqlparser`'s expressions.
//!
//! The grammar's dialect is plain standard SQL. Positions come from the tokens; where `sqlparser` says less than we want to
//! show (the closing bracket of a call, the `null` of `is null`) the span is widened along them.

use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use sqlparser::ast::{self, BinaryOperator, DataType, Spanned, TimezoneInfo, UnaryOperator};
use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Span, Token, Tokenizer};

use super::source::{Source, plain};
use super::{Arithmetic, Compare, Expr, ExprError, Function, Node, Op, Test, nearest};

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
/// Where the text is no expression, or uses SQL that is not part of the language: with the place, and with the nearest
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
            Token::LBracket | Token::Period => error.hint("names with blanks, dots or brackets stand in double quotes"),
            Token::Word(_) => error.hint("names with blanks stand in double quotes, text in single ones"),
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

    fn node(&self, e: ast::Expr) -> Result<Node, ExprError> {
        use ast::Expr as E;
        match e {
            E::Identifier(name) => Ok(leaf(
                Op::Column {
                    quoted: name.quote_style.is_some(),
                    name: name.value,
                },
                self.range(name.span),
            )),
            E::CompoundIdentifier(_) | E::CompoundFieldAccess { .. } => Err(self
                .error(self.range(e.span()), "a column has no table before it")
                .hint("names with dots stand in double quotes")),
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
        let word = match test {
            Test::Null => "null",
            Test::True => "true",
            Test::False => "false",
        };
        let span = value.span.start..self.through_word(value.span.end, word);
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
            other => return Err(self.error(span.clone(), format!("the operator `{other}` is not part of the language"))),
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
                let error = self.error(span, format!("`{other}` is no literal of the language"));
                return Err(error.hint("there are 'text', numbers, true, false, null, DATE '2024-01-31', TIMESTAMP '2024-01-31 10:00:00'"));
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
        let op = match typed.data_type {
            DataType::Date if plain && text.len() == 10 => text.parse::<Date>().ok().map(Op::Date),
            DataType::Date => None,
            DataType::Timestamp(None, TimezoneInfo::None) if plain && text.len() >= 10 => text.parse::<DateTime>().ok().map(Op::Timestamp),
            DataType::Timestamp(None, TimezoneInfo::None) => None,
            other => {
                let error = self.error(span, format!("literals of type {other} are not part of the language"));
                return Err(error.hint("there are DATE '2024-01-31' and TIMESTAMP '2024-01-31 10:00:00'"));
            }
        };
        match op {
            Some(op) => Ok(leaf(op, span)),
            None => {
                let error = self.error(value, format!("'{text}' is no date or time of the calendar"));
                Err(error.hint("write DATE '2024-01-31' or TIMESTAMP '2024-01-31 10:00:00', without a zone"))
            }
        }
    }

    fn call(&self, call: ast::Function) -> Result<Node, ExprError> {
        let written = call.name.to_string();
        let place = self.range(call.name.span());
        let span = place.start..self.through_brackets(place.end);
        if call.over.is_some() {
            return Err(self.error(span, "window functions are not part of the language"));
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
                "a text, what parts it, and the number of the part from 1, as in split_part(ids, ';', 1)",
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

    /// Names what is asked for and not there.
    fn foreign(&self, e: &ast::Expr, span: Span) -> ExprError {
        use ast::Expr as E;
        let (what, hint) = match e {
            E::Subquery(_) | E::InSubquery { .. } | E::Exists { .. } | E::AnyOp { .. } | E::AllOp { .. } => ("subqueries are", ""),
            E::Cast { .. } | E::Convert { .. } => ("casts are", "numbers, times and text are told apart by what they stand beside"),
            E::RLike { .. } | E::SimilarTo { .. } => ("regular expressions are", "write `like` with % and _"),
            E::ILike { .. } => ("`ilike` is", "write `like`; it minds case"),
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

/// Whether these are a text, a separator of at least one character, and a whole number from 1.
fn is_split(args: &[Node]) -> bool {
    let [_, separator, number] = args else { return false };
    let parted = matches!(&separator.op, Op::Text(text) if !text.is_empty());
    parted
        && matches!(&number.op, Op::Number { exact, .. } if exact.fract().is_zero() && *exact >= Decimal::ONE && *exact <= Decimal::from(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree with every operation in brackets.
    fn shape(node: &Node) -> String {
        let args = node.args.iter().map(shape).collect::<Vec<_>>().join(" ");
        match &node.op {
            Op::Column { name, quoted } => format!("{name}{}", if *quoted { "!" } else { "" }),
            Op::Null => "null".into(),
            Op::Bool(b) => b.to_string(),
            Op::Number { exact, float } => {
                assert_eq!(exact.to_string().parse::<f64>().unwrap(), *float);
                exact.to_string()
            }
            Op::Text(text) => format!("'{text}'"),
            Op::Date(date) => date.to_string(),
            Op::Timestamp(time) => time.to_string(),
            Op::Arithmetic(op) => format!("({} {args})", op.sign()),
            Op::Compare(op) => format!("({} {args})", op.sign()),
            Op::Call(function) => format!("({} {args})", function.name()),
            other => format!("({} {args})", format!("{other:?}").to_lowercase()),
        }
    }

    #[test]
    fn trees() {
        for (text, tree) in [
            ("A and b OR NOT c", "(or (and A b) (not c))"),
            ("a + b * -c - 1.50", "(- (+ a (* b (negate c))) 1.50)"),
            ("a != +1e3", "(<> a 1000)"),
            ("a / .5 / 2.", "(/ (/ a 0.5) 2)"),
            ("Coalesce(a, ABS(b)) >= 0", "(>= (coalesce a (abs b)) 0)"),
            ("a not in (1, null)", "(in { negated: true } a 1 null)"),
            ("a between 1 and 2 and b", "(and (between { negated: false } a 1 2) b)"),
            ("a || 'it''s' || b", "(concat (concat a 'it's') b)"),
            ("a like 'C%'", "(like { pattern: \"c%\", negated: false } a)"),
            ("not a is not true", "(not (is { test: true, negated: true } a))"),
            ("case a when 1 then 2 end", "(case { operand: true, otherwise: false } a 1 2)"),
            ("case when a then 2 else 3 end", "(case { operand: false, otherwise: true } a 2 3)"),
            ("date = DATE '2024-02-29'", "(= date 2024-02-29)"),
            ("at < TIMESTAMP '2024-01-31 10:00:00'", "(< at 2024-01-31T10:00:00)"),
            ("\"Customer \"\"X\"\".Name\" = größe", "(= Customer \"X\".Name! größe)"),
            ("left and type = kind and status = 'x'", "(and left (= type kind) (= status 'x'))"),
            (
                "interval > 3 and text = 'x' and time is null",
                "(and (> interval 3) (= text 'x') (is { test: null, negated: false } time))",
            ),
            ("a -- a comment\n = /* another */ 1", "(= a 1)"),
            ("'a\\' = b", "(= 'a\\' b)"),
        ] {
            assert_eq!(
                shape(&parse(text).unwrap_or_else(|e| panic!("{}", e.render(text))).root),
                tree,
                "{text}"
            );
        }
    }

    #[test]
    fn spans_cover_what_is_written() {
        for (text, path, part) in [
            ("a = 1 and (b + 2) * 3 > abs( c )", &[1, 0, 0][..], "(b + 2)"),
            ("a = 1 and (b + 2) * 3 > abs( c )", &[1, 1], "abs( c )"),
            ("a = 1 and é.b".split('.').next().unwrap(), &[1], "é"),
            ("x\nand y is not null", &[1], "y is not null"),
            ("f and not (a in (1, (2)) ) ", &[1], "not (a in (1, (2)) )"),
            ("f and not (a in (1, (2)) ) ", &[1, 0], "(a in (1, (2)) )"),
            ("f and - a > 1", &[1, 0], "- a"),
            ("f and case when a then 1 end = 1", &[1, 0], "case when a then 1 end"),
            ("a < date '2024-01-31'", &[1], "date '2024-01-31'"),
            ("f or a like 'x%'", &[1], "a like 'x%'"),
            ("f or a between 1 and 2", &[1], "a between 1 and 2"),
        ] {
            let e = parse(text).unwrap();
            let node = path.iter().fold(&e.root, |node, &i| &node.args[i]);
            assert_eq!(&text[node.span.clone()], part, "{text}");
        }
    }

    #[test]
    fn what_is_not_there_is_refused_in_plain_words() {
        for (text, at, message, hint) in [
            ("", "", "expected an expression, found nothing", None),
            ("a = ", "", "expected an expression, found the end", None),
            ("a = )", ")", "expected an expression, found `)`", None),
            ("(a = 1", "", "expected ), found the end", None),
            (
                "a = 1 b",
                "b",
                "expected the end of the expression, found `b`",
                Some("names with blanks stand in double quotes, text in single ones"),
            ),
            (
                "Customer Name = 'x'",
                "Name",
                "expected the end of the expression, found `Name`",
                Some("names with blanks stand in double quotes, text in single ones"),
            ),
            ("a = 'x", "'x", "the text's closing quote ' is missing", None),
            ("a = \"x", "\"x", "the name's closing quote \" is missing", None),
            ("a = 1; drop table b", ";", "expected the end of the expression, found `;`", None),
            (
                "rank() over (order by a) > 1",
                "rank()",
                "window functions are not part of the language",
                None,
            ),
            (
                "coalesc(a, 1) > 1",
                "coalesc",
                "unknown function `coalesc`",
                Some("did you mean `coalesce`?"),
            ),
            (
                "NULLIF(a, 0) > 1",
                "NULLIF",
                "unknown function `NULLIF`",
                Some("write `case when a <> b then a end`; a division by zero is null as it is"),
            ),
            (
                "sum(a) > 1",
                "sum",
                "unknown function `sum`",
                Some("an expression is about one row; over rows, the metric's kind does it"),
            ),
            ("a in (select b)", "a in (select b", "subqueries are not part of the language", None),
            ("exists (select 1)", "select 1", "subqueries are not part of the language", None),
            (
                "cast(a as int) > 1",
                "a",
                "casts are not part of the language",
                Some("numbers, times and text are told apart by what they stand beside"),
            ),
            (
                "a::int > 1",
                "a",
                "casts are not part of the language",
                Some("numbers, times and text are told apart by what they stand beside"),
            ),
            (
                "a ilike 'x'",
                "a ilike 'x'",
                "`ilike` is not part of the language",
                Some("write `like`; it minds case"),
            ),
            ("a like b", "b", "the pattern of `like` must be text in single quotes", None),
            ("a like 'x' escape '!'", "a like 'x'", "`escape` is not part of the language", None),
            ("a % 2 = 1", "a % 2", "the operator `%` is not part of the language", None),
            (
                "cases.a = 1",
                "cases.a",
                "a column has no table before it",
                Some("names with dots stand in double quotes"),
            ),
            (
                "a is unknown",
                "a",
                "`is unknown` is not part of the language",
                Some("write `is null`"),
            ),
            ("(1, 2) = a", "1, 2", "lists outside `in` are not part of the language", None),
            (
                "a < DATE '2023-02-29'",
                "'2023-02-29'",
                "'2023-02-29' is no date or time of the calendar",
                Some("write DATE '2024-01-31' or TIMESTAMP '2024-01-31 10:00:00', without a zone"),
            ),
            (
                "a < TIMESTAMP '2024-01-31 10:00+02'",
                "'2024-01-31 10:00+02'",
                "'2024-01-31 10:00+02' is no date or time of the calendar",
                Some("write DATE '2024-01-31' or TIMESTAMP '2024-01-31 10:00:00', without a zone"),
            ),
            (
                "a > time '10:00'",
                "time '10:00'",
                "literals of type TIME are not part of the language",
                Some("there are DATE '2024-01-31' and TIMESTAMP '2024-01-31 10:00:00'"),
            ),
            (
                "a < as_of - interval '7' day",
                "'7'",
                "intervals are not part of the language",
                Some("write `days_between(a, b) <= 7` or `hours_between(a, b) <= 4`"),
            ),
            ("abs(a, b) = 1", "abs(a, b)", "abs takes one argument, found 2", None),
            (
                "hours_between(a) = 1",
                "hours_between(a)",
                "hours_between takes two arguments, the earlier time first, found 1",
                None,
            ),
            (
                "least(distinct a, b) = 1",
                "least(distinct a, b)",
                "least takes plain arguments only",
                None,
            ),
            ("coalesce(*) = 1", "coalesce(*)", "coalesce takes plain arguments only", None),
            (
                "a = 123456789012345678901234567890123",
                "123456789012345678901234567890123",
                "`123456789012345678901234567890123` has more digits than the 28 that are kept",
                None,
            ),
            (
                "a = X'1F'",
                "X'1F'",
                "`X'1F'` is no literal of the language",
                Some("there are 'text', numbers, true, false, null, DATE '2024-01-31', TIMESTAMP '2024-01-31 10:00:00'"),
            ),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(
                (&text[error.span.clone()], error.message.as_str(), error.hint.as_deref()),
                (at, message, hint),
                "{text}"
            );
        }
    }

    #[test]
    fn depth_is_bounded() {
        let chain = vec!["a = 1"; 900].join(" or ");
        assert!(parse(&chain).unwrap().to_sql().len() > 900);
        assert!(parse(&vec!["a"; 90].join(" + ")).is_ok());
        assert_eq!(
            parse(&vec!["a"; 3000].join(" + ")).unwrap_err().message,
            "the expression is nested too deeply"
        );
        assert_eq!(
            parse(&vec!["a"; 9000].join(" or ")).unwrap_err().message,
            "the expression has more than 10000 words and signs"
        );
        for (open, close) in [
            ("(", ")"),
            ("abs(", ")"),
            ("case when ", " then 1 end"),
            ("not ", ""),
            ("- ", ""),
            ("(select ", ")"),
            ("date ", ""),
        ] {
            let deep = format!("{}a{}", open.repeat(500), close.repeat(500));
            assert!(parse(&deep).is_err(), "{open}");
        }
    }
}
