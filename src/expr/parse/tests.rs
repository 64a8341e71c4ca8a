use super::*;

/// The tree with every operation in brackets.
fn shape(node: &Node) -> String {
    let args = node.args.iter().map(shape).collect::<Vec<_>>().join(" ");
    match &node.op {
        Op::Column(Name { name, quoted }) => format!("{name}{}", if *quoted { "!" } else { "" }),
        Op::Null => "null".into(),
        Op::Bool(b) => b.to_string(),
        Op::Number { exact, float } => {
            assert_eq!(exact.to_string().parse::<f64>().unwrap(), *float);
            exact.to_string()
        }
        Op::Text(text) => format!("'{text}'"),
        Op::Time(WallTime::Date(date)) => date.to_string(),
        Op::Time(WallTime::Timestamp(time)) => time.to_string(),
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
        (
            "interval is null or interval in (1)",
            "(or (is { test: null, negated: false } interval) (in { negated: false } interval 1))",
        ),
        ("interval * 2 > left - 1", "(> (* interval 2) (- left 1))"),
        ("_a = 1", "(= _a 1)"),
        ("a -- a comment\n = /* another */ 1", "(= a 1)"),
        ("'a\\' = b", "(= 'a\\' b)"),
    ] {
        assert_eq!(shape(&parse(text).unwrap_or_else(|e| panic!("{}", e)).root), tree, "{text}");
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
        ("§ = 1", "§", "expected an expression, found `§`", None),
        (
            "at < DATE '2024-01-31 10:00:00'",
            "'2024-01-31 10:00:00'",
            "'2024-01-31 10:00:00' is not a date or time of the calendar",
            Some("write DATE '2024-01-31' or TIMESTAMP '2024-01-31 10:00:00', without a zone"),
        ),
        ("(a = 1", "", "expected ), found the end", None),
        (
            "a = 1 b",
            "b",
            "expected the end of the expression, found `b`",
            Some("put names with spaces in double quotes, text in single quotes"),
        ),
        (
            "Customer Name = 'x'",
            "Name",
            "expected the end of the expression, found `Name`",
            Some("put names with spaces in double quotes, text in single quotes"),
        ),
        ("a = 'x", "'x", "the text's closing quote ' is missing", None),
        ("a = \"x", "\"x", "the name's closing quote \" is missing", None),
        ("a = 1; drop table b", ";", "expected the end of the expression, found `;`", None),
        (
            "rank() over (order by a) > 1",
            "rank()",
            "window functions are not supported in expressions",
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
        (
            "a in (select b)",
            "a in (select b",
            "subqueries are not supported in expressions",
            None,
        ),
        ("exists (select 1)", "select 1", "subqueries are not supported in expressions", None),
        (
            "cast(a as int) > 1",
            "a",
            "casts are not supported in expressions",
            Some("what is next to a cell or column decides whether it is a number, a time or text"),
        ),
        (
            "a::int > 1",
            "a",
            "casts are not supported in expressions",
            Some("what is next to a cell or column decides whether it is a number, a time or text"),
        ),
        (
            "a ilike 'x'",
            "a ilike 'x'",
            "`ilike` is not supported in expressions",
            Some("write `like`; upper and lower case differ in it"),
        ),
        ("a like b", "b", "the pattern of `like` must be text in single quotes", None),
        (
            "a like 'x' escape '!'",
            "a like 'x'",
            "`escape` is not supported in expressions",
            None,
        ),
        ("a % 2 = 1", "a % 2", "the operator `%` is not supported in expressions", None),
        (
            "cases.a = 1",
            "cases.a",
            "a column is named without a table",
            Some("put names with dots in double quotes"),
        ),
        (
            "a is unknown",
            "a",
            "`is unknown` is not supported in expressions",
            Some("write `is null`"),
        ),
        ("(1, 2) = a", "1, 2", "lists outside `in` are not supported in expressions", None),
        (
            "a < DATE '2023-02-29'",
            "'2023-02-29'",
            "'2023-02-29' is not a date or time of the calendar",
            Some("write DATE '2024-01-31' or TIMESTAMP '2024-01-31 10:00:00', without a zone"),
        ),
        (
            "a < TIMESTAMP '2024-01-31 10:00+02'",
            "'2024-01-31 10:00+02'",
            "'2024-01-31 10:00+02' is not a date or time of the calendar",
            Some("write DATE '2024-01-31' or TIMESTAMP '2024-01-31 10:00:00', without a zone"),
        ),
        (
            "a > time '10:00'",
            "time '10:00'",
            "literals of type TIME are not supported in expressions",
            Some("write DATE '2024-01-31' or TIMESTAMP '2024-01-31 10:00:00'"),
        ),
        (
            "a < as_of - interval '7' day",
            "'7'",
            "intervals are not supported in expressions",
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
            "`X'1F'` is not a literal that expressions support",
            Some("write 'text', numbers, true, false, null, DATE '2024-01-31', TIMESTAMP '2024-01-31 10:00:00'"),
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
fn functions_of_other_dialects_have_a_word_here() {
    for (written, hint) in [
        ("nvl(a, b)", "write `coalesce(a, b)`"),
        ("IIF(a, b, c)", "write `case when ... then ... else ... end`"),
        ("min(a)", "write `least(a, b)`; over rows, the metric's kind does it"),
        ("max(a)", "write `greatest(a, b)`; over rows, the metric's kind does it"),
        ("avg(a)", "an expression is about one row; over rows, the metric's kind does it"),
        ("datediff(a, b)", "write `days_between(a, b)` or `hours_between(a, b)`"),
        ("concat(a, b)", "write `a || b`"),
        ("coalesc(a, b)", "did you mean `coalesce`?"),
    ] {
        assert_eq!(parse(written).unwrap_err().hint.as_deref(), Some(hint), "{written}");
    }
    for part in ["'', 1", "a, 1", "';', 0", "';', 1.5", "';', 1001", "';', a", "';'"] {
        let text = format!("split_part(a, {part})");
        assert!(parse(&text).unwrap_err().message.starts_with("split_part takes "), "{text}");
    }
    assert!(parse("split_part(a, ';', 1000)").is_ok());
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
    // One of so many levels is read, one of a level more is not; also where none of its chains is too long by itself.
    let sum = |terms: usize| vec!["a"; terms].join(" + ");
    assert!(parse(&sum(MAX_DEPTH)).is_ok());
    assert!(parse(&sum(MAX_DEPTH + 1)).is_err());
    let half = MAX_DEPTH / 2;
    assert!(parse(&format!("({}) - {}", sum(half), sum(half))).is_ok());
    assert_eq!(
        parse(&format!("({}) - {}", sum(half + 1), sum(half + 1))).unwrap_err().message,
        "the expression is nested too deeply"
    );
    let listed = |numbers: usize| format!("a in ({})", vec!["1"; numbers].join(","));
    assert!(parse(&format!("not {}", listed(MAX_TOKENS / 2 - 2))).is_ok());
    assert!(parse(&listed(MAX_TOKENS / 2 - 1)).is_err());
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
