//! Portable SQL: the same meaning in an engine elsewhere.
//!
//! What differs between engines is spelled out: a division is made one of real numbers (`1.0 * a`) with a denominator that is
//! null where it is zero. `hours_between` and `days_between` are printed as they are, to be defined over there as the
//! difference of two time stamps; so are `least` and `greatest`, which are null here when any argument is.

use rust_decimal::Decimal;

use super::Expr;
use super::tree::{Arithmetic, Compare, Name, Node, Op, WallTime, case_parts};

/// Words that no engine takes as a bare name.
const RESERVED: &str = "\
    all and any array as asc between by case cast check column constraint convert create cross current_date current_time \
    current_timestamp date default desc distinct drop else end except exists extract false fetch for from full group having in inner \
    insert intersect interval into is join left like limit natural not null offset on or order outer primary right select set some \
    table then time timestamp to true union unique update user using values when where window with";

// How tightly an operator binds, loosest first.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const ADD: u8 = 5;
const MULTIPLY: u8 = 6;
const NEGATE: u8 = 7;
const ATOM: u8 = 8;

impl Expr {
    /// The expression as portable SQL. Read again it means the same.
    pub fn to_sql(&self) -> String {
        let mut out = String::new();
        print(&self.root, &mut out);
        out
    }
}

fn strength(op: &Op) -> u8 {
    match op {
        Op::Or => OR,
        Op::And => AND,
        Op::Not => NOT,
        Op::Compare(_) | Op::In { .. } | Op::Between { .. } | Op::Like { .. } | Op::Is { .. } => COMPARE,
        Op::Arithmetic(Arithmetic::Add | Arithmetic::Subtract) => ADD,
        Op::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide) => MULTIPLY,
        // Engines do not agree on `||`: it always stands in brackets.
        Op::Concat => 0,
        Op::Negate => NEGATE,
        _ => ATOM,
    }
}

/// Prints an argument, in brackets where it binds less tightly than its place needs.
fn inner(node: &Node, least: u8, out: &mut String) {
    if strength(&node.op) < least {
        out.push('(');
        print(node, out);
        out.push(')');
    } else {
        print(node, out);
    }
}

fn infix(node: &Node, sign: &str, strength: (u8, u8), out: &mut String) {
    inner(&node.args[0], strength.0, out);
    out.push(' ');
    out.push_str(sign);
    out.push(' ');
    inner(&node.args[1], strength.1, out);
}

fn chain(node: &Node, word: &str, strength: u8, out: &mut String) {
    for (i, arg) in node.args.iter().enumerate() {
        if i > 0 {
            out.push_str(word);
        }
        inner(arg, strength + 1, out);
    }
}

fn list(nodes: &[Node], out: &mut String) {
    for (i, node) in nodes.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        print(node, out);
    }
}

fn print(node: &Node, out: &mut String) {
    let not = |negated: &bool| if *negated { " NOT" } else { "" };
    match &node.op {
        Op::Column(Name { name, quoted }) => name_of(name, *quoted, out),
        Op::Null => out.push_str("NULL"),
        Op::Bool(b) => out.push_str(if *b { "TRUE" } else { "FALSE" }),
        Op::Number { exact, .. } => out.push_str(&exact.to_string()),
        Op::Text(text) => quote(text, '\'', out),
        Op::Time(WallTime::Date(date)) => out.push_str(&format!("DATE '{date}'")),
        Op::Time(WallTime::Timestamp(time)) => out.push_str(&format!("TIMESTAMP '{} {}'", time.date(), time.time())),
        Op::Negate => {
            out.push('-');
            inner(&node.args[0], ATOM, out);
        }
        Op::Not => {
            out.push_str("NOT ");
            inner(&node.args[0], COMPARE, out);
        }
        Op::And => chain(node, " AND ", AND, out),
        Op::Or => chain(node, " OR ", OR, out),
        Op::Concat => infix(node, "||", (ATOM, ATOM), out),
        Op::Compare(op) => infix(node, op.sign(), (ADD, ADD), out),
        Op::Arithmetic(Arithmetic::Divide) => divide(&node.args[0], &node.args[1], out),
        Op::Arithmetic(op) => {
            let own = strength(&node.op);
            infix(node, op.sign(), (own, own + 1), out);
        }
        Op::In { negated } => {
            inner(&node.args[0], ADD, out);
            out.push_str(not(negated));
            out.push_str(" IN (");
            list(&node.args[1..], out);
            out.push(')');
        }
        Op::Between { negated } => {
            inner(&node.args[0], ADD, out);
            out.push_str(not(negated));
            out.push_str(" BETWEEN ");
            inner(&node.args[1], ADD, out);
            out.push_str(" AND ");
            inner(&node.args[2], ADD, out);
        }
        Op::Like { pattern, negated } => {
            inner(&node.args[0], ADD, out);
            out.push_str(not(negated));
            out.push_str(" LIKE ");
            quote(pattern, '\'', out);
        }
        Op::Is { test, negated } => {
            inner(&node.args[0], ADD, out);
            out.push_str(" IS");
            out.push_str(not(negated));
            out.push(' ');
            out.push_str(&test.word().to_uppercase());
        }
        Op::Case { operand, otherwise } => {
            let (of, pairs, last) = case_parts(&node.args, *operand, *otherwise);
            out.push_str("CASE");
            let mut part = |word: &str, node: &Node| {
                out.push_str(word);
                print(node, out);
            };
            of.iter().for_each(|of| part(" ", of));
            for (when, then) in pairs {
                part(" WHEN ", when);
                part(" THEN ", then);
            }
            last.iter().for_each(|last| part(" ELSE ", last));
            out.push_str(" END");
        }
        Op::Call(function) => {
            out.push_str(function.name());
            out.push('(');
            list(&node.args, out);
            out.push(')');
        }
    }
}

/// A division of real numbers that is null where the denominator is zero, whatever the engine does with integers and zeros.
/// What is already written so is left as it is.
fn divide(over: &Node, under: &Node, out: &mut String) {
    let is_real = match &over.op {
        Op::Number { exact, .. } => exact.scale() > 0,
        Op::Arithmetic(Arithmetic::Multiply) => is_one(&over.args[0]),
        _ => false,
    };
    if is_real {
        inner(over, MULTIPLY, out);
    } else {
        out.push_str("1.0 * ");
        inner(over, MULTIPLY + 1, out);
    }
    out.push_str(" / ");
    let is_safe = match &under.op {
        Op::Number { exact, .. } => !exact.is_zero(),
        Op::Case {
            operand: false,
            otherwise: false,
        } => {
            under.args.len() == 2
                && matches!(under.args[0].op, Op::Compare(Compare::Ne))
                && under.args[0].args[0] == under.args[1]
                && is_zero(&under.args[0].args[1])
        }
        _ => false,
    };
    if is_safe {
        inner(under, MULTIPLY + 1, out);
    } else {
        out.push_str("CASE WHEN ");
        inner(under, ADD, out);
        out.push_str(" <> 0 THEN ");
        print(under, out);
        out.push_str(" END");
    }
}

fn is_one(node: &Node) -> bool {
    matches!(&node.op, Op::Number { exact, .. } if exact.scale() > 0 && *exact == Decimal::ONE)
}

fn is_zero(node: &Node) -> bool {
    matches!(&node.op, Op::Number { exact, .. } if exact.is_zero())
}

fn name_of(name: &str, quoted: bool, out: &mut String) {
    let lower = name.to_ascii_lowercase();
    let plain = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let bare = (plain || !quoted && name.is_ascii()) && !RESERVED.split(' ').any(|word| word == lower);
    if bare { out.push_str(name) } else { quote(name, '"', out) }
}

fn quote(text: &str, mark: char, out: &mut String) {
    out.push(mark);
    for c in text.chars() {
        if c == mark {
            out.push(mark);
        }
        out.push(c);
    }
    out.push(mark);
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn printed() {
        for (text, sql) in [
            ("a=1 and(b='it''s' or c)", "a = 1 AND (b = 'it''s' OR c)"),
            ("a - (b - c) - d", "a - (b - c) - d"),
            ("revenue / orders", "1.0 * revenue / CASE WHEN orders <> 0 THEN orders END"),
            ("\"order_2\" = \"2nd\"", "order_2 = \"2nd\""),
            ("a / 4", "1.0 * a / 4"),
            ("5 / a", "1.0 * 5 / CASE WHEN a <> 0 THEN a END"),
            ("2 * a / 4", "1.0 * (2 * a) / 4"),
            (
                "2.5 / case when a <> 0 then b end",
                "2.5 / CASE WHEN CASE WHEN a <> 0 THEN b END <> 0 THEN CASE WHEN a <> 0 THEN b END END",
            ),
            (
                "2.5 / case when a <> 1 then a end",
                "2.5 / CASE WHEN CASE WHEN a <> 1 THEN a END <> 0 THEN CASE WHEN a <> 1 THEN a END END",
            ),
            ("(a and b) and c", "(a AND b) AND c"),
            ("2.5 / (a + 1)", "2.5 / CASE WHEN a + 1 <> 0 THEN a + 1 END"),
            ("\"Order Date\" >= date '2024-01-31'", "\"Order Date\" >= DATE '2024-01-31'"),
            ("at < timestamp '2024-01-31 10:00:00.25'", "at < TIMESTAMP '2024-01-31 10:00:00.25'"),
            ("\"left\" is not true and Type != 'x'", "\"left\" IS NOT TRUE AND Type <> 'x'"),
            ("not (a in (1,2.50) )", "NOT a IN (1, 2.50)"),
            ("(a > 1) = (b > 2)", "(a > 1) = (b > 2)"),
            (
                "case x when 1 then 'a' else 'b' end like 'a%'",
                "CASE x WHEN 1 THEN 'a' ELSE 'b' END LIKE 'a%'",
            ),
            ("- (-a) * -(b+1)", "-(-a) * -(b + 1)"),
            ("a || (b || 'c')", "a || (b || 'c')"),
            ("LEAST(a, 1e3)", "least(a, 1000)"),
            ("(not a) is null", "(NOT a) IS NULL"),
            ("not a is null", "NOT a IS NULL"),
        ] {
            let printed = parse(text).unwrap().to_sql();
            assert_eq!(printed, sql);
            assert_eq!(parse(&printed).unwrap().to_sql(), sql, "printing again changes nothing");
        }
    }
}
