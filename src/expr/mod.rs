//! The language of metrics, rules and mappings: a small, portable part of SQL.
//!
//! A text is [`parse`]d once into an [`Expr`], a tree of our own that knows where in the text each part stands. One tree
//! has four uses: it is checked for names and units ([`Expr::check`]), lowered to the engine's expressions
//! ([`Expr::lower`]), interpreted row by row over typed values ([`Expr::eval`]) or over the raw cells of a record
//! ([`Expr::bind`]), and printed as SQL for an engine elsewhere ([`Expr::to_sql`]).
//!
//! What there is: comparison, `+ - * /`, `||`, `and or not`, `in`, `between`, `like` (`%` and `_`), `is [not] null`,
//! `is [not] true`, `is [not] false`, `case`, `coalesce`, `least`, `greatest`, `abs`, `hours_between(a, b)`,
//! `days_between(a, b)`, numbers, `'text'`, `true`, `false`, `null`, `DATE '2024-01-31'`,
//! `TIMESTAMP '2024-01-31 10:00:00'`; over the cells of a record also `lower(text)` and `split_part(text, ';', 1)`, the first of the
//! parts between semicolons. Logic is three-valued; null in arithmetic, in `least` and in `greatest` gives null,
//! and so does a division by zero. A name in double quotes is matched exactly, any other without regard to case.

mod bind;
mod cells;
mod check;
mod eval;
mod kernels;
mod lower;
mod parse;
mod source;
mod sql;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

pub use cells::{Bound, Cell, CellError, Reading};
pub use check::Scope;
pub use eval::Value;
pub use lower::{CodesMatching, Lowering};
pub use parse::parse;

/// Turns a date and time on the wall of the report's time zone into microseconds since 1970-01-01T00:00:00Z.
pub type Clock<'a> = &'a dyn Fn(DateTime) -> i64;

/// An expression with the text it was read from. Two are equal when they mean the same part by part, wherever in their
/// texts the parts stand and however names are quoted.
#[derive(Clone, Debug)]
pub struct Expr {
    text: Arc<str>,
    root: Node,
}

impl Expr {
    /// The text it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of the columns in it, in order: as the scope spells them after [`Expr::resolve`], as written before.
    pub fn columns(&self) -> BTreeSet<String> {
        fn collect(node: &Node, into: &mut BTreeSet<String>) {
            if let Op::Column { name, .. } = &node.op {
                into.insert(name.clone());
            }
            node.args.iter().for_each(|arg| collect(arg, into));
        }
        let mut names = BTreeSet::new();
        collect(&self.root, &mut names);
        names
    }

    /// The texts in those of its conditions that name a column, as the scope spells it; `and`, `or` and `not` part conditions.
    pub fn texts_beside(&self, column: &str) -> BTreeSet<&str> {
        fn conditions<'e>(node: &'e Node, into: &mut Vec<&'e Node>) {
            match node.op {
                Op::And | Op::Or | Op::Not => node.args.iter().for_each(|arg| conditions(arg, into)),
                _ => into.push(node),
            }
        }
        fn each<'e>(node: &'e Node, see: &mut dyn FnMut(&'e Op)) {
            see(&node.op);
            node.args.iter().for_each(|arg| each(arg, see));
        }
        let mut parts = Vec::new();
        conditions(&self.root, &mut parts);
        let mut found = BTreeSet::new();
        for part in parts {
            let (mut names_it, mut texts) = (false, Vec::new());
            each(part, &mut |op| match op {
                Op::Column { name, .. } => names_it |= name == column,
                Op::Text(text) => texts.push(text.as_str()),
                _ => {}
            });
            if names_it {
                found.extend(texts);
            }
        }
        found
    }

    /// The expression with other names of columns, where the function gives one.
    ///
    /// # Errors
    /// None in practice: a name takes the place of a name.
    pub fn renamed(&self, name: &dyn Fn(&str) -> Option<String>) -> Result<Expr, ExprError> {
        parse(&self.rewritten(&|column| name(column).map(|name| quoted(&name, '"'))))
    }

    /// The expression tried with each of these columns in place of one of that name: the first value that comes of it.
    pub fn first_of(&self, column: &str, columns: &[String]) -> Expr {
        let tried = columns.iter().map(|name| self.root.over(column, name)).collect();
        let root = Node {
            op: Op::Call(Function::Coalesce),
            args: tried,
            span: self.root.span.clone(),
        };
        let text = self.text.clone();
        Expr { text, root }
    }

    /// The expression with a text in place of a column.
    ///
    /// # Errors
    /// Where a text may not stand in its place.
    pub fn with_text(&self, column: &str, text: &str) -> Result<Expr, ExprError> {
        parse(&self.rewritten(&|found| found.eq_ignore_ascii_case(column).then(|| quoted(text, '\''))))
    }

    /// Its text with others in place of columns, where the function gives one.
    fn rewritten(&self, by: &dyn Fn(&str) -> Option<String>) -> String {
        fn collect<'e>(node: &'e Node, into: &mut Vec<(Range<usize>, &'e str)>) {
            if let Op::Column { name, .. } = &node.op {
                into.push((node.span.clone(), name));
            }
            node.args.iter().for_each(|arg| collect(arg, into));
        }
        let mut columns = Vec::new();
        collect(&self.root, &mut columns);
        columns.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        let mut text = self.text.to_string();
        for (span, name) in columns {
            if let Some(by) = by(name) {
                text.replace_range(span, &by);
            }
        }
        text
    }

    /// The column's name, where the whole expression is one bare column.
    pub fn as_column(&self) -> Option<&str> {
        match &self.root.op {
            Op::Column { name, .. } => Some(name),
            _ => None,
        }
    }
}

/// A text between these quotes, with those in it doubled.
fn quoted(text: &str, quote: char) -> String {
    format!("{quote}{}{quote}", text.replace(quote, &format!("{quote}{quote}")))
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::str::FromStr for Expr {
    type Err = ExprError;

    fn from_str(text: &str) -> Result<Self, ExprError> {
        parse(text)
    }
}

/// One part of the tree: what it does, on which parts, and the bytes of the text where it stands.
#[derive(Clone, Debug)]
struct Node {
    op: Op,
    args: Vec<Node>,
    span: Range<usize>,
}

impl Node {
    /// The parts of a `case`: operand, the pairs of when and then, else.
    fn case(&self, operand: bool, otherwise: bool) -> (Option<&Node>, impl DoubleEndedIterator<Item = (&Node, &Node)>, Option<&Node>) {
        let (first, rest) = self.args.split_at(usize::from(operand));
        let (pairs, last) = rest.split_at(rest.len() - usize::from(otherwise));
        (first.first(), pairs.chunks_exact(2).map(|pair| (&pair[0], &pair[1])), last.first())
    }

    /// The part over another column in place of one; capitals of its name do not matter.
    fn over(&self, column: &str, other: &str) -> Node {
        let op = match &self.op {
            Op::Column { name, .. } if name.eq_ignore_ascii_case(column) => Op::Column {
                name: other.to_string(),
                quoted: true,
            },
            op => op.clone(),
        };
        Node {
            op,
            args: self.args.iter().map(|arg| arg.over(column, other)).collect(),
            span: self.span.clone(),
        }
    }

    fn error(&self, message: impl Into<String>) -> ExprError {
        ExprError {
            message: message.into(),
            span: self.span.clone(),
            hint: None,
        }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.op == other.op && self.args == other.args
    }
}

/// What a node does with its arguments.
#[derive(Clone, Debug)]
enum Op {
    Column {
        name: String,
        quoted: bool,
    },
    Null,
    Bool(bool),
    Number {
        exact: Decimal,
        float: f64,
    },
    Text(String),
    Date(Date),
    Timestamp(DateTime),
    Negate,
    Not,
    /// Of two conditions or more.
    And,
    /// Of two conditions or more.
    Or,
    Arithmetic(Arithmetic),
    Concat,
    Compare(Compare),
    /// The first argument is sought among the others.
    In {
        negated: bool,
    },
    /// Value, low, high.
    Between {
        negated: bool,
    },
    Like {
        pattern: String,
        negated: bool,
    },
    Is {
        test: Test,
        negated: bool,
    },
    /// See [`Node::case`].
    Case {
        operand: bool,
        otherwise: bool,
    },
    Call(Function),
}

impl PartialEq for Op {
    fn eq(&self, other: &Self) -> bool {
        use Op::*;
        match (self, other) {
            (Column { name: a, .. }, Column { name: b, .. }) => a == b,
            (Bool(a), Bool(b)) => a == b,
            (Number { exact: a, .. }, Number { exact: b, .. }) => a == b,
            (Text(a), Text(b)) => a == b,
            (Date(a), Date(b)) => a == b,
            (Timestamp(a), Timestamp(b)) => a == b,
            (Arithmetic(a), Arithmetic(b)) => a == b,
            (Compare(a), Compare(b)) => a == b,
            (In { negated: a }, In { negated: b }) | (Between { negated: a }, Between { negated: b }) => a == b,
            (Like { pattern: p, negated: a }, Like { pattern: q, negated: b }) => p == q && a == b,
            (Is { test: s, negated: a }, Is { test: t, negated: b }) => s == t && a == b,
            (Case { operand: o, otherwise: a }, Case { operand: p, otherwise: b }) => o == p && a == b,
            (Call(a), Call(b)) => a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Arithmetic {
    fn sign(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Compare {
    fn sign(self) -> &'static str {
        match self {
            Compare::Eq => "=",
            Compare::Ne => "<>",
            Compare::Lt => "<",
            Compare::Le => "<=",
            Compare::Gt => ">",
            Compare::Ge => ">=",
        }
    }

    /// Whether it is true of a left and a right side in that order.
    fn holds(self, order: Ordering) -> bool {
        match self {
            Compare::Eq => order.is_eq(),
            Compare::Ne => order.is_ne(),
            Compare::Lt => order.is_lt(),
            Compare::Le => order.is_le(),
            Compare::Gt => order.is_gt(),
            Compare::Ge => order.is_ge(),
        }
    }

    /// The comparison that says the same with its sides exchanged.
    fn flipped(self) -> Self {
        match self {
            Compare::Eq | Compare::Ne => self,
            Compare::Lt => Compare::Gt,
            Compare::Le => Compare::Ge,
            Compare::Gt => Compare::Lt,
            Compare::Ge => Compare::Le,
        }
    }

    fn is_equality(self) -> bool {
        matches!(self, Compare::Eq | Compare::Ne)
    }
}

/// What `is` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Null,
    True,
    False,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Coalesce,
    Least,
    Greatest,
    Abs,
    HoursBetween,
    DaysBetween,
    SplitPart,
    Lower,
}

impl Function {
    const ALL: [Function; 8] = [
        Function::Abs,
        Function::Coalesce,
        Function::DaysBetween,
        Function::Greatest,
        Function::HoursBetween,
        Function::Least,
        Function::Lower,
        Function::SplitPart,
    ];

    fn name(self) -> &'static str {
        match self {
            Function::Coalesce => "coalesce",
            Function::Least => "least",
            Function::Greatest => "greatest",
            Function::Abs => "abs",
            Function::HoursBetween => "hours_between",
            Function::DaysBetween => "days_between",
            Function::SplitPart => "split_part",
            Function::Lower => "lower",
        }
    }

    /// Microseconds of its unit, for the two that measure time.
    fn micros(self) -> i64 {
        match self {
            Function::DaysBetween => crate::schema::DAY,
            _ => crate::schema::HOUR,
        }
    }
}

/// Why a text is no expression, or does not fit its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprError {
    /// What is wrong, in one plain sentence without a full stop.
    pub message: String,
    /// The bytes of the text that it is about; empty at the end of the text.
    pub span: Range<usize>,
    /// What to write instead, where that is known.
    pub hint: Option<String>,
}

impl ExprError {
    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The error for a reader: the message, the line of the text that it is about, carets below it, and the hint.
    pub fn render(&self, text: &str) -> String {
        let start = text.floor_char_boundary(self.span.start);
        let end = text.ceil_char_boundary(self.span.end.max(start).min(text.len()));
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let visible = |part: &str| part.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
        let before = " ".repeat(text[line_start..start].chars().count());
        let carets = "^".repeat(text[start..end.min(line_end).max(start)].chars().count().max(1));
        let mut out = format!(
            "{}\n  {}\n  {before}{carets}",
            self.message,
            visible(&text[line_start..line_end]).trim_end()
        );
        if let Some(hint) = &self.hint {
            out.push_str("\n  ");
            out.push_str(hint);
        }
        out
    }
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

impl std::error::Error for ExprError {}

/// The candidate that a misspelt name most likely means, if one is near enough (Jaro-Winkler, without regard to case).
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    // Likeness costs the product of the lengths: nobody means a name that is much longer than what is written, nor mistypes a long one.
    let is_short = |candidate: &&str| candidate.len() <= 8 * (wanted.len() + 1);
    let candidates = candidates.into_iter().filter(|_| wanted.len() <= 400);
    candidates
        .filter(is_short)
        .map(|candidate| (strsim::jaro_winkler(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

/// Whether a text is like a pattern: `%` stands for any characters, `_` for one; case counts.
fn like(pattern: &str, text: &str) -> bool {
    let (mut p, mut t) = (pattern.chars(), text.chars());
    // Where to go on after the last `%`, should what follows it not match here.
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let mut rest = p.clone();
        let matched = match (rest.next(), t.clone().next()) {
            (Some('%'), _) => {
                retry = Some((rest.clone(), t.clone()));
                p = rest;
                continue;
            }
            (None, None) => return true,
            (Some(wanted), Some(found)) => wanted == '_' || wanted == found,
            _ => false,
        };
        if matched {
            p = rest;
            t.next();
            continue;
        }
        let Some((after, from)) = &mut retry else { return false };
        if from.next().is_none() {
            return false;
        }
        (p, t) = (after.clone(), from.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_beside_a_column_are_those_of_its_own_conditions() {
        let expr = parse("not (kind = 'a' or owner = 'b') and case kind when 'c' then owner else 'd' end in ('e') and amount > 1").unwrap();
        let beside = |column: &str| expr.texts_beside(column).into_iter().collect::<Vec<_>>();
        assert_eq!(beside("kind"), ["a", "c", "d", "e"]);
        assert_eq!(beside("owner"), ["b", "c", "d", "e"]);
        assert!(beside("amount").is_empty() && beside("channel").is_empty());
    }

    #[test]
    fn like_knows_percent_and_underscore() {
        for (pattern, text) in [
            ("C%", "C536"),
            ("%", ""),
            ("a_c", "aéc"),
            ("%ab%ab", "abxabab"),
            ("", ""),
            ("%%x", "xx"),
            ("_%", "x"),
            ("%é", "caffé"),
        ] {
            assert!(like(pattern, text), "{text} like {pattern}");
        }
        for (pattern, text) in [
            ("C%", "c536"),
            ("_", ""),
            ("a_c", "abbc"),
            ("ab", "abc"),
            ("%ab", "aba"),
            ("", "x"),
            ("_", "xy"),
        ] {
            assert!(!like(pattern, text), "{text} not like {pattern}");
        }
    }

    #[test]
    fn columns_are_listed_once() {
        let e = parse("coalesce(b, a) > 0 and B is null and \"Customer Name\" like 'x%'").unwrap();
        assert_eq!(e.columns().into_iter().collect::<Vec<_>>(), ["B", "Customer Name", "a", "b"]);
        assert_eq!(e.as_column(), None);
        assert_eq!(parse(" (revenue) ").unwrap().as_column(), Some("revenue"));
    }

    #[test]
    fn an_error_shows_its_place() {
        let text = "a = 1\nand é < foo(2)";
        let error = parse(text).unwrap_err();
        assert_eq!(
            error.render(text),
            "unknown function `foo`\n  and é < foo(2)\n          ^^^\n  functions are abs, coalesce, days_between, greatest, hours_between, least, lower, split_part"
        );
        let end = parse("a +").unwrap_err();
        assert_eq!(end.render("a +"), "expected an expression, found the end\n  a +\n     ^");
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("revnue", ["gross_amount", "revenue", "refund"]), Some("revenue"));
        assert_eq!(
            nearest("Response_Hour", ["resolution_hours", "response_hours"]),
            Some("response_hours")
        );
        assert_eq!(nearest("xyz", ["revenue"]), None);
    }
}
