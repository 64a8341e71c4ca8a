use super::*;
use crate::expr::parse;

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
        ("2 * 3 / 4 + revenue", Unit::Money),
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
            Some("write numbers without quotes, text in single quotes"),
        ),
        (
            "reopens >= '2'",
            "reopens >= '2'",
            "cannot compare a count with text",
            Some("write numbers without quotes, text in single quotes"),
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
            "'2024-01-31' < opened_at",
            "'2024-01-31' < opened_at",
            "cannot compare text with a time",
            Some("write DATE '2024-01-31'"),
        ),
        (
            "case when answered then opened_at else 'x' end",
            "'x'",
            "the results of `case` must be of one type, not a time and text",
            None,
        ),
        (
            "as_of - opened_at > 3",
            "as_of - opened_at",
            "times cannot be added or subtracted",
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
            "an id can only be compared with text in quotes",
            None,
        ),
        ("case_id like 'x%'", "case_id", "`like` is for text, this is an id", None),
        (
            "opened_by || 'x'",
            "opened_by || 'x'",
            "`||` is only supported in expressions over a file's own columns",
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
            "the results of `case` must be of one type, not text and a number",
            Some("write numbers without quotes, text in single quotes"),
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
        ("-opened_by = 'x'", "opened_by", "expected a number, found text", None),
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
