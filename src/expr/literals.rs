//! The texts that a condition compares a column with: which there are, where, and the same condition with others.

use std::ops::Range;

use super::tree::{Compare, Name, Node, Op, WallTime, case_parts, like};
use super::{Expr, ExprError};

/// Another text in place of one, if there is one; or what is wrong with it, and a hint.
pub type OtherText = Result<Option<String>, (String, String)>;

/// Another pattern in place of one, and the texts that fit as well.
pub type OtherPattern = Option<(String, Vec<String>)>;

/// Whether a node is the column and nothing else.
fn is_column(node: &Node, column: &str) -> bool {
    matches!(&node.op, Op::Column(Name { name, .. }) if name.eq_ignore_ascii_case(column))
}

/// The arguments of a node that a column is compared with as a whole, by `=`, `<>`, `in` or `case ... when`.
fn compared<'n>(node: &'n Node, column: &str) -> Vec<&'n Node> {
    match &node.op {
        Op::Compare(Compare::Eq | Compare::Ne) => match node.args.as_slice() {
            [one, other] if is_column(one, column) => vec![other],
            [one, other] if is_column(other, column) => vec![one],
            _ => Vec::new(),
        },
        Op::In { .. } if is_column(&node.args[0], column) => node.args[1..].iter().collect(),
        &Op::Case { operand, otherwise } => match case_parts(&node.args, operand, otherwise) {
            (Some(of), pairs, _) if is_column(of, column) => pairs.map(|(when, _)| when).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The same part, with what the function makes of those of its parts that it knows something for.
fn changed(node: &Node, change: &dyn Fn(&Node) -> Option<Node>) -> Node {
    change(node).unwrap_or_else(|| Node {
        op: node.op.clone(),
        args: node.args.iter().map(|arg| changed(arg, change)).collect(),
        span: node.span.clone(),
    })
}

/// Whether a pattern of `like` fits a text.
pub fn fits_pattern(pattern: &str, text: &str) -> bool {
    like(pattern, text)
}

impl Expr {
    /// The texts that a column is compared with as a whole, with their places: those that it has to have, letter by letter, to be equal.
    pub fn compared_texts(&self, column: &str) -> Vec<(&str, Range<usize>)> {
        fn visit<'e>(node: &'e Node, column: &str, found: &mut Vec<(&'e str, Range<usize>)>) {
            for other in compared(node, column) {
                if let Op::Text(text) = &other.op {
                    found.push((text, other.span.clone()));
                }
            }
            node.args.iter().for_each(|arg| visit(arg, column, found));
        }
        let mut found = Vec::new();
        visit(&self.root, column, &mut found);
        found
    }

    /// The expression with other texts in place of those that a column is compared with as a whole, where the function gives one.
    ///
    /// # Errors
    /// Those of the function, at the text.
    pub fn with_compared_texts(&self, column: &str, other: &dyn Fn(&str) -> OtherText) -> Result<Expr, ExprError> {
        let mut texts: Vec<(Range<usize>, String)> = Vec::new();
        for (text, span) in self.compared_texts(column) {
            match other(text) {
                Ok(Some(other)) => texts.push((span, other)),
                Ok(None) => {}
                Err((message, hint)) => return Err(ExprError::new(span, message).hint(hint)),
            }
        }
        let change = |node: &Node| match &node.op {
            Op::Text(_) => texts.iter().find(|(span, _)| *span == node.span).map(|(_, text)| Node {
                op: Op::Text(text.clone()),
                ..node.clone()
            }),
            _ => None,
        };
        Ok(if texts.is_empty() {
            self.clone()
        } else {
            self.with_root(changed(&self.root, &change))
        })
    }

    /// The expression with dates in place of the texts that columns are ordered against, where the function gives one: the name of the column and
    /// the text become the text of a date or of a time of the calendar.
    ///
    /// # Errors
    /// Those of the function, at the text.
    pub fn with_ordered_dates(&self, date: &dyn Fn(&str, &str) -> OtherText) -> Result<Expr, ExprError> {
        fn visit(node: &Node, date: &dyn Fn(&str, &str) -> OtherText, found: &mut Vec<(Range<usize>, WallTime)>) -> Result<(), ExprError> {
            let (one, others) = match (&node.op, node.args.as_slice()) {
                (Op::Compare(Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge), [one, other]) => match &one.op {
                    Op::Text(_) => (other, std::slice::from_ref(one)),
                    _ => (one, std::slice::from_ref(other)),
                },
                (Op::Between { .. }, [one, others @ ..]) => (one, others),
                _ => return node.args.iter().try_for_each(|arg| visit(arg, date, found)),
            };
            let Op::Column(Name { name, .. }) = &one.op else {
                return node.args.iter().try_for_each(|arg| visit(arg, date, found));
            };
            for other in others {
                let Op::Text(text) = &other.op else { continue };
                match date(name, text) {
                    Ok(Some(date)) => found.extend(WallTime::parse(&date).map(|date| (other.span.clone(), date))),
                    Ok(None) => {}
                    Err((message, hint)) => return Err(ExprError::new(other.span.clone(), message).hint(hint)),
                }
            }
            Ok(())
        }
        let mut found: Vec<(Range<usize>, WallTime)> = Vec::new();
        visit(&self.root, date, &mut found)?;
        let change = |node: &Node| match &node.op {
            Op::Text(_) => found.iter().find(|(span, _)| *span == node.span).map(|(_, time)| Node {
                op: Op::Time(*time),
                ..node.clone()
            }),
            _ => None,
        };
        Ok(if found.is_empty() {
            self.clone()
        } else {
            self.with_root(changed(&self.root, &change))
        })
    }

    /// The expression with another pattern, and texts that fit as well, where a column is held against a pattern and the function gives them.
    #[must_use]
    pub fn with_patterns(&self, column: &str, other: &dyn Fn(&str) -> OtherPattern) -> Expr {
        let change = |node: &Node| {
            let Op::Like { pattern, negated } = &node.op else { return None };
            let (pattern, texts) = other(pattern).filter(|_| is_column(&node.args[0], column))?;
            let negated = *negated;
            let part = |op, args| Node {
                op,
                args,
                span: node.span.clone(),
            };
            let of_pattern = part(Op::Like { pattern, negated }, node.args.clone());
            if texts.is_empty() {
                return Some(of_pattern);
            }
            let listed = texts.into_iter().map(|text| part(Op::Text(text), Vec::new()));
            let of_list = part(Op::In { negated }, node.args.iter().cloned().chain(listed).collect());
            Some(part(if negated { Op::And } else { Op::Or }, vec![of_pattern, of_list]))
        };
        let root = changed(&self.root, &change);
        if root == self.root { self.clone() } else { self.with_root(root) }
    }

    /// An expression with another tree, and its text.
    pub(super) fn with_root(&self, root: Node) -> Expr {
        let changed = Expr {
            text: self.text.clone(),
            root,
        };
        Expr {
            text: changed.to_sql().into(),
            root: changed.root,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits_pattern;
    use crate::expr::parse;

    #[test]
    fn a_pattern_fits_a_whole_text() {
        assert!(fits_pattern("new%", "new york"));
        assert!(!fits_pattern("new%", "york, new"));
    }

    #[test]
    fn the_texts_of_a_comparison_are_those_that_the_column_has_to_have() {
        let expr =
            parse("kind = 'a' or 'b' <> Kind or kind in ('c', owner) and case kind when 'd' then 'e' else 'f' end = 'g' or owner = 'h'")
                .unwrap();
        let texts: Vec<&str> = expr.compared_texts("kind").into_iter().map(|(text, _)| text).collect();
        assert_eq!(texts, ["a", "b", "c", "d"]);
        let others = parse("'a' = owner or owner in ('b') or case owner when 'c' then true end").unwrap();
        assert!(others.compared_texts("kind").is_empty());
        let (_, span) = expr.compared_texts("kind")[2].clone();
        assert_eq!(&expr.text()[span], "'c'");
    }

    #[test]
    fn other_texts_take_their_place() {
        let upper = |text: &str| Ok((text != "b").then(|| text.to_uppercase()));
        let expr = parse("kind in ('a', 'b') and owner = 'a'").unwrap();
        let changed = expr.with_compared_texts("kind", &upper).unwrap();
        assert_eq!(changed, parse("kind in ('A', 'b') and owner = 'a'").unwrap());
        let refused = expr
            .with_compared_texts("owner", &|text| Err((format!("no {text}"), "b".to_string())))
            .unwrap_err();
        assert_eq!((refused.message.as_str(), &expr.text()[refused.span]), ("no a", "'a'"));
    }

    #[test]
    fn dates_take_the_place_of_texts_that_a_column_is_ordered_against() {
        let dates = |column: &str, text: &str| match text {
            "5" => Err(("not clear".to_string(), String::new())),
            _ => Ok((column == "day").then(|| text.to_string())),
        };
        let changed = |text: &str| parse(text).unwrap().with_ordered_dates(&dates);
        assert_eq!(
            changed("'2026-10-01' <= day and (day between '2026-10-01' and '2026-10-02 10:00:00' or owner < '2026-10-01')").unwrap(),
            parse(
                "DATE '2026-10-01' <= day and (day between DATE '2026-10-01' and TIMESTAMP '2026-10-02 10:00:00' or owner < '2026-10-01')"
            )
            .unwrap()
        );
        // Equal texts are equal whatever they mean.
        assert_eq!(changed("day = '2026-10-01'").unwrap(), parse("day = '2026-10-01'").unwrap());
        let refused = changed("not (day > '5')").unwrap_err();
        assert_eq!((refused.message.as_str(), refused.span), ("not clear", 11..14));
    }

    #[test]
    fn a_pattern_may_have_texts_that_fit_as_well() {
        let more = |pattern: &str| Some((pattern.to_lowercase(), vec!["employee".to_string()]));
        let changed = |text: &str| parse(text).unwrap().with_patterns("type", &more);
        assert_eq!(
            changed("type like '%Staff%'"),
            parse("type like '%staff%' or type in ('employee')").unwrap()
        );
        assert_eq!(
            changed("not (type not like 'Staff')"),
            parse("not (type not like 'staff' and type not in ('employee'))").unwrap()
        );
        assert_eq!(changed("owner like '%Staff%'"), parse("owner like '%Staff%'").unwrap());
    }
}
