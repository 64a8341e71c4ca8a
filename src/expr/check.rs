//! Names and units: whether an expression fits the columns it is meant for, and what it measures.

use super::{Arithmetic, Compare, Expr, ExprError, Function, Node, Op, Test, nearest};
use crate::schema::Unit;

/// The columns that an expression may name.
pub trait Scope {
    /// The column of that name: its canonical spelling and its unit.
    fn unit(&self, name: &str) -> Option<(String, Unit)>;
    /// All names, for suggestions.
    fn names(&self) -> Vec<String>;
}

/// What a part of an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Null and nothing else: fits everywhere.
    Null,
    /// A number made of literals: takes the unit of what it stands beside.
    Constant,
    /// A value of that unit.
    Of(Unit),
}

impl Sort {
    /// The unit in general: a bare number is a number; null counts as one too.
    pub(super) fn unit(self) -> Unit {
        match self {
            Sort::Of(unit) => unit,
            Sort::Constant | Sort::Null => Unit::Number,
        }
    }

    fn is_number(self) -> bool {
        match self {
            Sort::Null | Sort::Constant => true,
            Sort::Of(unit) => unit.is_number(),
        }
    }

    /// As messages say it.
    fn name(self) -> &'static str {
        match self {
            Sort::Null => "null",
            Sort::Constant => "a number",
            Sort::Of(unit) => match unit {
                Unit::Money => "money",
                Unit::Hours => "hours",
                Unit::Days => "days",
                Unit::Count => "a count",
                Unit::Number => "a number",
                Unit::Bool => "true/false",
                Unit::Text => "text",
                Unit::Key => "an id",
                Unit::Time => "a time",
            },
        }
    }

    /// What two values that stand beside each other are together, if they are alike. A plain number takes any unit.
    fn join(self, other: Sort) -> Option<Sort> {
        match (self, other) {
            (Sort::Null, x) | (x, Sort::Null) => Some(x),
            (Sort::Constant, Sort::Constant) => Some(Sort::Constant),
            (Sort::Constant | Sort::Of(Unit::Number), Sort::Of(unit)) | (Sort::Of(unit), Sort::Constant | Sort::Of(Unit::Number))
                if unit.is_number() =>
            {
                Some(Sort::Of(unit))
            }
            (a, b) if a == b => Some(a),
            _ => None,
        }
    }
}

impl Expr {
    /// Checks names and units, and gives the unit of the whole.
    ///
    /// # Errors
    /// An unknown column, with the nearest one; values of different units added or compared; a value where a condition is
    /// needed, or a condition where a value is.
    pub fn check(&self, scope: &dyn Scope) -> Result<Unit, ExprError> {
        Ok(sort(&self.root, scope)?.unit())
    }

    /// The same expression with every column spelled as the scope spells it.
    ///
    /// # Errors
    /// An unknown column, with the nearest one.
    pub fn resolve(&self, scope: &dyn Scope) -> Result<Expr, ExprError> {
        fn spell(node: &mut Node, scope: &dyn Scope) -> Result<(), ExprError> {
            if matches!(node.op, Op::Column { .. }) {
                let (name, _) = column(node, scope)?;
                node.op = Op::Column { name, quoted: true };
            }
            node.args.iter_mut().try_for_each(|arg| spell(arg, scope))
        }
        let mut resolved = self.clone();
        spell(&mut resolved.root, scope)?;
        Ok(resolved)
    }
}

fn column(node: &Node, scope: &dyn Scope) -> Result<(String, Unit), ExprError> {
    let Op::Column { name, quoted } = &node.op else {
        unreachable!("only columns are looked up")
    };
    if let Some(found) = scope.unit(name).filter(|(spelled, _)| !quoted || spelled == name) {
        return Ok(found);
    }
    let names = scope.names();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let index = find(node, name, *quoted, &names)?;
    scope
        .unit(names[index])
        .ok_or_else(|| node.error(format!("unknown column `{name}`")))
}

/// The index of the column that a name means: the one spelled exactly so, else, for a bare name, the only one that differs
/// in case alone.
pub(super) fn find(node: &Node, name: &str, quoted: bool, names: &[&str]) -> Result<usize, ExprError> {
    let the_only = |alike: &dyn Fn(&str) -> bool| -> Result<Option<usize>, ExprError> {
        let mut found = names.iter().enumerate().filter(|(_, candidate)| alike(candidate)).map(|(i, _)| i);
        match (found.next(), found.next()) {
            (Some(first), Some(second)) => {
                let error = node.error(format!("`{name}` could be `{}` or `{}`", names[first], names[second]));
                Err(if names[first] == names[second] {
                    error
                } else {
                    error.hint("put the name in double quotes")
                })
            }
            (first, _) => Ok(first),
        }
    };
    if let Some(index) = the_only(&|candidate| candidate == name)? {
        return Ok(index);
    }
    if !quoted {
        let folded = name.to_lowercase();
        if let Some(index) = the_only(&|candidate| candidate.to_lowercase() == folded)? {
            return Ok(index);
        }
    }
    let error = node.error(format!("unknown column `{name}`"));
    Err(match nearest(name, names.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None if names.is_empty() => error,
        None => {
            let shown = names.iter().take(12).copied().collect::<Vec<_>>().join(", ");
            error.hint(format!("columns are {shown}{}", if names.len() > 12 { " ..." } else { "" }))
        }
    })
}

/// What a node is; an error where its parts do not fit.
pub(super) fn sort(node: &Node, scope: &dyn Scope) -> Result<Sort, ExprError> {
    let args = || node.args.iter().map(|arg| sort(arg, scope)).collect::<Result<Vec<_>, _>>();
    Ok(match &node.op {
        Op::Column { .. } => Sort::Of(column(node, scope)?.1),
        Op::Null => Sort::Null,
        Op::Bool(_) => Sort::Of(Unit::Bool),
        Op::Number { .. } => Sort::Constant,
        Op::Text(_) => Sort::Of(Unit::Text),
        Op::Date(_) | Op::Timestamp(_) => Sort::Of(Unit::Time),
        Op::Negate | Op::Call(Function::Abs) => {
            let sort = args()?[0];
            if !sort.is_number() {
                return Err(node.error(format!("expected a number, found {}", sort.name())));
            }
            sort
        }
        Op::Not | Op::And | Op::Or => {
            for (arg, sort) in node.args.iter().zip(args()?) {
                condition(arg, sort)?;
            }
            Sort::Of(Unit::Bool)
        }
        Op::Is { test, .. } => {
            let sort = args()?[0];
            if *test != Test::Null {
                condition(&node.args[0], sort)?;
            }
            Sort::Of(Unit::Bool)
        }
        Op::Arithmetic(op) => {
            let args = args()?;
            arithmetic(node, *op, args[0], args[1])?
        }
        Op::Concat => return Err(node.error("`||` joins text of a file's own columns only")),
        Op::Call(function @ (Function::SplitPart | Function::Lower)) => {
            return Err(node.error(format!("{} is for text of a file's own columns only", function.name())));
        }
        Op::Compare(op) => {
            let args = args()?;
            compare(node, *op, (&node.args[0], args[0]), (&node.args[1], args[1]))?
        }
        Op::Between { .. } => {
            let args = args()?;
            for (i, op) in [(1, Compare::Ge), (2, Compare::Le)] {
                compare(node, op, (&node.args[0], args[0]), (&node.args[i], args[i]))?;
            }
            Sort::Of(Unit::Bool)
        }
        Op::In { .. } => {
            let args = args()?;
            for (arg, sort) in node.args.iter().zip(&args).skip(1) {
                // SQL allows a null in the list.
                if *sort != Sort::Null {
                    compare(node, Compare::Eq, (&node.args[0], args[0]), (arg, *sort))?;
                }
            }
            Sort::Of(Unit::Bool)
        }
        Op::Like { .. } => match args()?[0] {
            Sort::Of(Unit::Text) => Sort::Of(Unit::Bool),
            other => return Err(node.args[0].error(format!("`like` is for text, this is {}", other.name()))),
        },
        Op::Case { operand, otherwise } => {
            let (of, pairs, last) = node.case(*operand, *otherwise);
            let of = of.map(|of| Ok((of, sort(of, scope)?))).transpose()?;
            let mut results = Vec::new();
            for (when, then) in pairs {
                let found = sort(when, scope)?;
                match of {
                    Some(of) => compare(node, Compare::Eq, of, (when, found))?,
                    None => condition(when, found)?,
                };
                results.push((then, sort(then, scope)?));
            }
            if let Some(last) = last {
                results.push((last, sort(last, scope)?));
            }
            alike(&results, "the results of `case`")?
        }
        Op::Call(Function::Coalesce) => alike(&node.args.iter().zip(args()?).collect::<Vec<_>>(), "the arguments of `coalesce`")?,
        Op::Call(function @ (Function::Least | Function::Greatest)) => {
            let joined = alike(&node.args.iter().zip(args()?).collect::<Vec<_>>(), "the arguments")?;
            if !joined.is_number() && joined != Sort::Of(Unit::Time) {
                return Err(node.error(format!("{} is for numbers and times, this is {}", function.name(), joined.name())));
            }
            joined
        }
        Op::Call(function @ (Function::HoursBetween | Function::DaysBetween)) => {
            for (arg, sort) in node.args.iter().zip(args()?) {
                if !matches!(sort, Sort::Null | Sort::Of(Unit::Time)) {
                    let error = arg.error(format!("{} is between two times, this is {}", function.name(), sort.name()));
                    return Err(with_time_hint(error, arg));
                }
            }
            Sort::Of(if *function == Function::HoursBetween {
                Unit::Hours
            } else {
                Unit::Days
            })
        }
    })
}

fn condition(node: &Node, sort: Sort) -> Result<Sort, ExprError> {
    match sort {
        Sort::Null | Sort::Of(Unit::Bool) => Ok(Sort::Of(Unit::Bool)),
        other => Err(node.error(format!("expected a condition, found {}", other.name()))),
    }
}

/// What several values are together, which must be alike.
fn alike(values: &[(&Node, Sort)], what: &str) -> Result<Sort, ExprError> {
    let mut joined = Sort::Null;
    for (node, sort) in values {
        if *sort == Sort::Of(Unit::Key) {
            return Err(node.error("an id is only compared with text in quotes"));
        }
        joined = match joined.join(*sort) {
            Some(joined) => joined,
            None => return Err(node.error(format!("{what} must be alike: {} and {}", joined.name(), sort.name()))),
        };
    }
    Ok(joined)
}

fn arithmetic(node: &Node, op: Arithmetic, a: Sort, b: Sort) -> Result<Sort, ExprError> {
    const TIME: Sort = Sort::Of(Unit::Time);
    if a == TIME || b == TIME {
        let error = node.error("times are not calculated with");
        return Err(error.hint("hours_between(a, b) and days_between(a, b) give the time from a to b"));
    }
    for (arg, sort) in node.args.iter().zip([a, b]) {
        if !sort.is_number() {
            return Err(arg.error(format!("`{}` needs numbers, this is {}", op.sign(), sort.name())));
        }
    }
    let plain = |sort: Sort| matches!(sort, Sort::Null | Sort::Constant | Sort::Of(Unit::Number | Unit::Count));
    match op {
        Arithmetic::Add | Arithmetic::Subtract => a.join(b).ok_or_else(|| {
            let verb = if op == Arithmetic::Add { "add" } else { "subtract" };
            node.error(format!("cannot {verb} {} and {}", a.name(), b.name()))
        }),
        _ if matches!((a, b), (Sort::Constant, Sort::Constant)) => Ok(Sort::Constant),
        Arithmetic::Multiply if plain(b) && !plain(a) => Ok(a),
        Arithmetic::Multiply if plain(a) && !plain(b) => Ok(b),
        Arithmetic::Divide if plain(b) && !plain(a) => Ok(a),
        // Two units that cancel out, or make one that has no name here.
        Arithmetic::Multiply | Arithmetic::Divide => Ok(Sort::Of(Unit::Number)),
    }
}

fn compare(node: &Node, op: Compare, (left, a): (&Node, Sort), (right, b): (&Node, Sort)) -> Result<Sort, ExprError> {
    for side in [left, right] {
        if matches!(side.op, Op::Null) {
            return Err(side
                .error("a comparison with null is never true")
                .hint("write `is null` or `is not null`"));
        }
    }
    const KEY: Sort = Sort::Of(Unit::Key);
    if a == KEY || b == KEY {
        let other = if a == KEY { right } else { left };
        if !matches!(other.op, Op::Text(_)) {
            return Err(other.error("an id is only compared with text in quotes"));
        }
        if !op.is_equality() {
            return Err(node.error("ids have no order").hint("write `=` or `<>`"));
        }
        return Ok(Sort::Of(Unit::Bool));
    }
    match a.join(b) {
        Some(Sort::Of(Unit::Bool)) if !op.is_equality() => Err(node.error("true and false have no order").hint("write `=` or `<>`")),
        Some(_) => Ok(Sort::Of(Unit::Bool)),
        None => {
            let error = node.error(format!("cannot compare {} with {}", a.name(), b.name()));
            Err(match (a, b) {
                (Sort::Of(Unit::Time), _) => with_time_hint(error, right),
                (_, Sort::Of(Unit::Time)) => with_time_hint(error, left),
                (Sort::Of(Unit::Bool), _) | (_, Sort::Of(Unit::Bool)) => error.hint("write true or false without quotes"),
                (x, _) if x.is_number() && matches!(right.op, Op::Text(_)) => error.hint("numbers stand without quotes"),
                (_, x) if x.is_number() && matches!(left.op, Op::Text(_)) => error.hint("numbers stand without quotes"),
                (x, Sort::Of(Unit::Text)) | (Sort::Of(Unit::Text), x) if x.is_number() => error.hint("text stands in single quotes"),
                _ => error,
            })
        }
    }
}

fn with_time_hint(error: ExprError, beside: &Node) -> ExprError {
    match &beside.op {
        Op::Text(text) => error.hint(format!("write DATE '{}'", if text.len() == 10 { text } else { "2024-01-31" })),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    struct Columns;

    impl Scope for Columns {
        fn unit(&self, name: &str) -> Option<(String, Unit)> {
            let unit = match name {
                "revenue" | "cost" => Unit::Money,
                "response_hours" => Unit::Hours,
                "tenure_days" => Unit::Days,
                "reopens" => Unit::Count,
                "score" => Unit::Number,
                "answered" | "left" => Unit::Bool,
                "opened_by" | "Region" | "region" => Unit::Text,
                "case_id" => Unit::Key,
                "opened_at" | "as_of" => Unit::Time,
                _ => return None,
            };
            Some((name.to_string(), unit))
        }

        fn names(&self) -> Vec<String> {
            [
                "revenue",
                "cost",
                "response_hours",
                "tenure_days",
                "reopens",
                "score",
                "answered",
                "left",
                "opened_by",
                "Region",
                "region",
                "case_id",
                "opened_at",
                "as_of",
            ]
            .map(String::from)
            .to_vec()
        }
    }

    #[test]
    fn units() {
        for (text, unit) in [
            ("revenue", Unit::Money),
            ("revenue - COST", Unit::Money),
            ("revenue * 0.5 + score", Unit::Money),
            ("revenue / cost", Unit::Number),
            ("revenue / reopens", Unit::Money),
            ("2 * revenue", Unit::Money),
            ("revenue * response_hours", Unit::Number),
            ("reopens + 1", Unit::Count),
            ("reopens / reopens", Unit::Number),
            ("1 + 2", Unit::Number),
            ("abs(-response_hours)", Unit::Hours),
            ("hours_between(opened_at, as_of)", Unit::Hours),
            ("days_between(DATE '2024-01-31', as_of) + tenure_days", Unit::Days),
            ("case when answered then revenue else 0 end", Unit::Money),
            ("case opened_by when 'inbound' then 'x' end", Unit::Text),
            ("coalesce(null, opened_at)", Unit::Time),
            ("least(revenue, 5)", Unit::Money),
            ("left and answered is not true", Unit::Bool),
            ("answered = false or not left", Unit::Bool),
            ("response_hours <= 4", Unit::Bool),
            ("response_hours between -1 and score", Unit::Bool),
            ("case_id in ('A-1', null)", Unit::Bool),
            ("opened_by like 'in%' and opened_at < DATE '2024-01-31'", Unit::Bool),
            ("\"Region\" = region", Unit::Bool),
            ("case_id is null", Unit::Bool),
        ] {
            assert_eq!(parse(text).unwrap().check(&Columns), Ok(unit), "{text}");
        }
    }

    #[test]
    fn misfits_are_explained() {
        for (text, at, message, hint) in [
            (
                "revenue + response_hours > 3",
                "revenue + response_hours",
                "cannot add money and hours",
                None,
            ),
            (
                "opened_by = 5",
                "opened_by = 5",
                "cannot compare text with a number",
                Some("text stands in single quotes"),
            ),
            (
                "reopens >= '2'",
                "reopens >= '2'",
                "cannot compare a count with text",
                Some("numbers stand without quotes"),
            ),
            (
                "tenure_days < response_hours",
                "tenure_days < response_hours",
                "cannot compare days with hours",
                None,
            ),
            (
                "opened_at > '2024-01-31'",
                "opened_at > '2024-01-31'",
                "cannot compare a time with text",
                Some("write DATE '2024-01-31'"),
            ),
            (
                "as_of - opened_at > 3",
                "as_of - opened_at",
                "times are not calculated with",
                Some("hours_between(a, b) and days_between(a, b) give the time from a to b"),
            ),
            ("answered and revenue", "revenue", "expected a condition, found money", None),
            ("not (reopens)", "(reopens)", "expected a condition, found a count", None),
            (
                "answered = 'true'",
                "answered = 'true'",
                "cannot compare true/false with text",
                Some("write true or false without quotes"),
            ),
            (
                "revenue = null",
                "null",
                "a comparison with null is never true",
                Some("write `is null` or `is not null`"),
            ),
            ("case_id > 'x'", "case_id > 'x'", "ids have no order", Some("write `=` or `<>`")),
            (
                "case_id = opened_by",
                "opened_by",
                "an id is only compared with text in quotes",
                None,
            ),
            ("case_id like 'x%'", "case_id", "`like` is for text, this is an id", None),
            (
                "opened_by || 'x'",
                "opened_by || 'x'",
                "`||` joins text of a file's own columns only",
                None,
            ),
            (
                "least(opened_by, 'x')",
                "least(opened_by, 'x')",
                "least is for numbers and times, this is text",
                None,
            ),
            (
                "case when answered then 'x' else 1 end",
                "1",
                "the results of `case` must be alike: text and a number",
                None,
            ),
            (
                "hours_between(opened_at, 3)",
                "3",
                "hours_between is between two times, this is a number",
                None,
            ),
            (
                "REGION = 'n'",
                "REGION",
                "`REGION` could be `Region` or `region`",
                Some("put the name in double quotes"),
            ),
            (
                "responce_hours > 1",
                "responce_hours",
                "unknown column `responce_hours`",
                Some("did you mean `response_hours`?"),
            ),
            (
                "\"Revenue\" > 1",
                "\"Revenue\"",
                "unknown column `Revenue`",
                Some("did you mean `revenue`?"),
            ),
            ("-opened_by = 'x'", "-opened_by", "expected a number, found text", None),
            ("opened_by + 1 = 2", "opened_by", "`+` needs numbers, this is text", None),
            (
                "answered < true",
                "answered < true",
                "true and false have no order",
                Some("write `=` or `<>`"),
            ),
        ] {
            let error = parse(text).unwrap().check(&Columns).expect_err(text);
            assert_eq!(
                (&text[error.span.clone()], error.message.as_str(), error.hint.as_deref()),
                (at, message, hint),
                "{text}"
            );
        }
    }

    #[test]
    fn names_are_resolved_as_the_scope_spells_them() {
        let e = parse("Revenue > COST and \"Region\" = 'n'").unwrap().resolve(&Columns).unwrap();
        assert_eq!(e.columns().into_iter().collect::<Vec<_>>(), ["Region", "cost", "revenue"]);
    }
}
