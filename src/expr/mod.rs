//! The expressions of metrics, rules and mappings: a small, portable part of SQL.
//!
//! A text is [`parse()`]d once into an [`Expr`], a tree that knows where in the text each part is. One tree has four uses: it is
//! checked for names and types ([`Expr::check`]), evaluated over the columns of a frame ([`Expr::eval_columns`]), interpreted row by row
//! over typed values ([`Expr::eval`]) or over the raw cells of a record ([`Expr::bind`]), and printed as SQL for another engine
//! ([`Expr::to_sql`]). The typing rules of `check` hold for columns of facts and for cells of a file alike.
//!
//! Supported are comparison, `+ - * /`, `||`, `and or not`, `in`, `between`, `like` (`%` and `_`), `is [not] null`,
//! `is [not] true`, `is [not] false`, `case`, `coalesce`, `least`, `greatest`, `abs`, `hours_between(a, b)`,
//! `days_between(a, b)`, numbers, `'text'`, `true`, `false`, `null`, `DATE '2024-01-31'`,
//! `TIMESTAMP '2024-01-31 10:00:00'`; over the cells of a record also `lower(text)` and `split_part(text, ';', 1)`, the first of the
//! parts between semicolons. Logic is three-valued; null in arithmetic, in `least` and in `greatest` gives null,
//! and so does a division by zero. A name in double quotes is matched exactly, any other without regard to case.

mod bind;
mod check;
mod error;
mod eval;
mod literals;
mod parse;
mod sql;
mod tree;
mod vectorised;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jiff::civil::DateTime;

pub use bind::Bound;
pub use check::Scope;
pub use error::ExprError;
pub use eval::{Cell, CellError, Reading, Value};
pub use literals::{OtherText, fits_pattern};
pub use parse::parse;
use tree::{Function, Name, Node, Op};
pub use vectorised::FrameColumns;

/// Turns a date and time on the wall of the report's time zone into microseconds since 1970-01-01T00:00:00Z.
pub type Clock<'a> = &'a dyn Fn(DateTime) -> i64;

/// An expression with the text it was read from. Two are equal when they mean the same part by part, wherever in their
/// texts the parts are and however names are quoted.
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
        let mut names = BTreeSet::new();
        self.root.each_column(&mut |column, _| {
            names.insert(column.name.clone());
        });
        names
    }

    /// The names of the columns between which it measures hours.
    pub fn columns_in_hours(&self) -> BTreeSet<String> {
        fn visit(node: &Node, names: &mut BTreeSet<String>) {
            if node.op == Op::Call(Function::HoursBetween) {
                node.each_column(&mut |column, _| {
                    names.insert(column.name.clone());
                });
            } else {
                node.args.iter().for_each(|arg| visit(arg, names));
            }
        }
        let mut names = BTreeSet::new();
        visit(&self.root, &mut names);
        names
    }

    /// The names of the columns on either side of each measurement of days: from which, and to which.
    pub fn columns_in_days(&self) -> Vec<[BTreeSet<String>; 2]> {
        fn visit(node: &Node, found: &mut Vec<[BTreeSet<String>; 2]>) {
            if let (Op::Call(Function::DaysBetween), [from, to]) = (&node.op, &node.args[..]) {
                found.push([from, to].map(|side| {
                    let mut names = BTreeSet::new();
                    side.each_column(&mut |column, _| {
                        names.insert(column.name.clone());
                    });
                    names
                }));
            }
            node.args.iter().for_each(|arg| visit(arg, found));
        }
        let mut found = Vec::new();
        visit(&self.root, &mut found);
        found
    }

    /// The texts in those of its conditions that name a column, as the scope spells it; `and`, `or` and `not` separate conditions.
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
                Op::Column(Name { name, .. }) => names_it |= name == column,
                Op::Text(text) => texts.push(text.as_str()),
                _ => {}
            });
            if names_it {
                found.extend(texts);
            }
        }
        found
    }

    /// The expression with other texts in those of its conditions that name a column, where the function gives one; `and`, `or` and `not`
    /// separate conditions.
    #[must_use]
    pub fn with_texts_beside(&self, column: &str, other: &dyn Fn(&str) -> Option<String>) -> Expr {
        fn over(node: &Node, change: &dyn Fn(&Node) -> Op) -> Node {
            Node {
                op: change(node),
                args: node.args.iter().map(|arg| over(arg, change)).collect(),
                span: node.span.clone(),
            }
        }
        fn conditions(node: &Node, column: &str, other: &dyn Fn(&str) -> Option<String>) -> Node {
            match node.op {
                Op::And | Op::Or | Op::Not => Node {
                    op: node.op.clone(),
                    args: node.args.iter().map(|arg| conditions(arg, column, other)).collect(),
                    span: node.span.clone(),
                },
                _ => {
                    let mut names_it = false;
                    node.each_column(&mut |name, _| names_it |= name.name == column);
                    over(node, &|node| match &node.op {
                        Op::Text(text) if names_it => Op::Text(other(text).unwrap_or_else(|| text.clone())),
                        op => op.clone(),
                    })
                }
            }
        }
        let root = conditions(&self.root, column, other);
        if root == self.root { self.clone() } else { self.with_root(root) }
    }

    /// The expression with other names of columns, where the function gives one.
    ///
    /// # Errors
    /// None in practice: a name takes the place of a name.
    pub fn renamed(&self, name: &dyn Fn(&str) -> Option<String>) -> Result<Expr, ExprError> {
        parse(&self.rewritten(&|column| name(column).map(|name| quoted(&name, '"'))))
    }

    /// The expression tried with each of these columns in place of one of that name: the first value that is not null.
    pub fn first_of(&self, column: &str, columns: &[String]) -> Expr {
        let root = Node {
            op: Op::Call(Function::Coalesce),
            args: columns.iter().map(|name| self.root.over(column, name)).collect(),
            span: self.root.span.clone(),
        };
        let text = self.text.clone();
        Expr { text, root }
    }

    /// The expression with a text in place of a column.
    ///
    /// # Errors
    /// Where a text is not allowed in its place.
    pub fn with_text(&self, column: &str, text: &str) -> Result<Expr, ExprError> {
        parse(&self.rewritten(&|found| found.eq_ignore_ascii_case(column).then(|| quoted(text, '\''))))
    }

    /// Its text with others in place of columns, where the function gives one.
    fn rewritten(&self, by: &dyn Fn(&str) -> Option<String>) -> String {
        let mut columns = Vec::new();
        self.root.each_column(&mut |column, span| columns.push((span.clone(), column)));
        columns.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        let mut text = self.text.to_string();
        for (span, column) in columns {
            if let Some(by) = by(&column.name) {
                text.replace_range(span, &by);
            }
        }
        text
    }

    /// The same expression with a text that shows other texts in place of those in it, such as pseudonyms.
    #[must_use]
    pub fn showing(&self, shown: &dyn Fn(&str) -> String) -> Expr {
        fn with_other_texts(node: &Node, shown: &dyn Fn(&str) -> String) -> Node {
            Node {
                op: match &node.op {
                    Op::Text(text) => Op::Text(shown(text)),
                    Op::Like { pattern, negated } => Op::Like {
                        pattern: shown(pattern),
                        negated: *negated,
                    },
                    op => op.clone(),
                },
                args: node.args.iter().map(|arg| with_other_texts(arg, shown)).collect(),
                span: node.span.clone(),
            }
        }
        let other = Expr {
            text: self.text.clone(),
            root: with_other_texts(&self.root, shown),
        };
        Expr {
            text: other.to_sql().into(),
            root: self.root.clone(),
        }
    }

    /// The column's name, where the whole expression is one bare column.
    pub fn as_column(&self) -> Option<&str> {
        match &self.root.op {
            Op::Column(Name { name, .. }) => Some(name),
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
    fn other_texts_take_the_place_of_those_in_the_conditions_of_a_column() {
        let other = |text: &str| (text != "b").then(|| text.to_uppercase());
        let changed = |text: &str| parse(text).unwrap().with_texts_beside("kind", &other).to_string();
        assert_eq!(
            changed("not (kind = 'a' or owner = 'a') and kind in ('b', 'c')"),
            "NOT (kind = 'A' OR owner = 'a') AND kind IN ('b', 'C')"
        );
        // Where nothing changes, the text stays as it was written.
        assert_eq!(changed("owner  =  'a' or kind = 'b'"), "owner  =  'a' or kind = 'b'");
    }

    #[test]
    fn the_columns_of_durations_are_those_between_which_they_are_measured() {
        let expr = parse("hours_between(a, coalesce(b, c)) > d or abs(days_between(e, f)) > hours_between(g, g)").unwrap();
        assert_eq!(expr.columns_in_hours().into_iter().collect::<Vec<_>>(), ["a", "b", "c", "g"]);
        let sides = |text: &str| -> Vec<[Vec<String>; 2]> {
            let found = parse(text).unwrap().columns_in_days();
            found
                .into_iter()
                .map(|sides| sides.map(|side| side.into_iter().collect()))
                .collect()
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_string()).collect::<Vec<_>>();
        assert_eq!(
            sides("hours_between(a, b) > 1 or abs(days_between(e, coalesce(f, g))) > days_between(DATE '2024-01-31', h)"),
            [[names(&["e"]), names(&["f", "g"])], [names(&[]), names(&["h"])]]
        );
        assert!(sides("hours_between(a, b) > 1").is_empty());
    }

    #[test]
    fn expressions_are_equal_if_they_say_the_same() {
        assert_eq!(parse("a > 1").unwrap(), parse("a  >  1").unwrap());
        for other in ["a > 2", "b > 1", "a < 1", "not a > 1"] {
            assert_ne!(parse("a > 1").unwrap(), parse(other).unwrap());
        }
        assert_eq!(parse("A  > 1").unwrap().to_string(), "A  > 1");
    }

    #[test]
    fn an_error_is_shown_with_its_hint() {
        let error = ExprError::new(0..1, "`a` is unknown");
        assert_eq!(error.to_string(), "`a` is unknown");
        assert_eq!(error.hint("write `b`").to_string(), "`a` is unknown (write `b`)");
    }

    #[test]
    fn columns_are_listed_once() {
        let e = parse("coalesce(b, a) > 0 and B is null and \"Customer Name\" like 'x%'").unwrap();
        assert_eq!(e.columns().into_iter().collect::<Vec<_>>(), ["B", "Customer Name", "a", "b"]);
        assert_eq!(e.as_column(), None);
        assert_eq!(parse(" (revenue) ").unwrap().as_column(), Some("revenue"));
    }
}
