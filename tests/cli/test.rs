//! `test`: the worked examples of the user's metrics.

use snapbox::str;

use crate::harness::{Folder, run};

const FAST: &str = r#"
timezone = "Europe/Berlin"

[targets]
first_response_hours = 4

[metric.fast]
title  = "Fast first response"
family = "responsiveness"
fact   = "cases"
at     = "opened_at"
kind   = "share"
where  = "opened_by = 'inbound'"
part   = "response_hours <= 1"
unit   = "share"
good   = "up"
text   = "Answered within an hour."

[[metric.fast.example]]
rows   = "opened_by,response_hours\ninbound,1\ninbound,9\noutbound,1"
value  = 0.5

[[metric.fast.example]]
rows   = "opened_by,response_hours\noutbound,1"
absent = "no rows"

[[metric.fast.example]]
interactions = "stakeholder_id,case_id,occurred_at,responded_at\na,1,2026-01-31T23:30:00,2026-02-01T00:10:00\nb,2,2026-01-05T08:00:00,2026-01-06T08:00:00\n"
period = "2026-01"
value  = 0.5
"#;

const PUNCTUAL: &str = r#"
[metric.punctual]
title  = "Answered by the target"
family = "responsiveness"
fact   = "cases"
at     = "opened_at"
kind   = "count"
where  = "responded_at <= response_due_at"
unit   = "count"
good   = "up"
text   = "Answered by the target."

[[metric.punctual.example]]
interactions = "stakeholder_id,case_id,occurred_at,responded_at\na,1,2026-01-05T10:00,2026-01-05T14:00\nb,2,2026-01-05T10:00,2026-01-05T14:01\n"
value  = 1

[metric.punctual_of_fast]
title  = "Punctual by fast"
family = "responsiveness"
kind   = "derived"
expr   = "punctual / fast"
unit   = "ratio"
good   = "up"
text   = "For the test of a derived metric."

[[metric.punctual_of_fast.example]]
interactions = "stakeholder_id,case_id,occurred_at,responded_at\na,1,2026-01-05T10:00,2026-01-05T11:00\nb,2,2026-01-06T10:00,2026-01-06T14:00\n"
value  = 4
"#;

#[test]
fn examples_that_hold_are_ok() {
    let folder = Folder::new().with("relhealth.toml", FAST.to_string() + PUNCTUAL);
    folder.run(&["test"]).prints(str![[r#"
ok      fast relhealth.toml:19
ok      fast relhealth.toml:23
ok      fast relhealth.toml:27
ok      punctual relhealth.toml:43
ok      punctual_of_fast relhealth.toml:56
5 passed, 0 failed

"#]]);
}

#[test]
fn examples_that_do_not_hold_fail() {
    let wrong = FAST
        .replace("value  = 0.5", "value  = 0.25")
        .replace("absent = \"no rows\"", "absent = \"zero denominator\"")
        .replace("occurred_at,responded_at\\n", "occured_at,responded_at\\n");
    let unreadable = "\n[[metric.fast.example]]\nrows = \"opened_by,response_hours\\ninbound,soon\"\nvalue = 1\n";
    let folder = Folder::new().with("own.toml", wrong + unreadable);
    let ran = folder.run(&["test", "own.toml"]).code(1);
    assert_eq!(ran.err(), "");
    snapbox::assert_data_eq!(
        ran.out(),
        str![[r#"
FAILED  fast own.toml:19: expected 0.25, got 0.5
FAILED  fast own.toml:23: expected zero denominator, got no rows
FAILED  fast own.toml:27: cannot be read: [..]
FAILED  fast own.toml:32: cannot be read: row 1, `response_hours`: `soon` [..]
0 passed, 4 failed

"#]]
    );
    // Named by the option it is the same file.
    folder.run(&["test", "--config", "own.toml"]).code(1).holds(&["0 passed, 4 failed"]);
    folder.run(&["test", "own.toml", "--config", "own.toml"]).code(2).says(str![[r#"
error: own.toml and --config both name a configuration
hint: name one of them

"#]]);
}

#[test]
fn a_metric_without_an_example_is_noted() {
    let text = FAST.split("[[metric.fast.example]]").next().unwrap();
    let folder = Folder::new().with("relhealth.toml", text);
    let ran = folder.run(&["test"]).code(0);
    assert_eq!(
        (ran.out().as_str(), ran.err().as_str()),
        (
            "0 passed, 0 failed\n",
            "note[no-example]: relhealth.toml:7: Metric `fast` has no example\n"
        )
    );
    folder.run(&["test", "--quiet"]).prints(str![[r#"
0 passed, 0 failed

"#]]);
}

#[test]
fn without_metrics_there_is_nothing_to_test() {
    run(&["test"]).prints(str![[r#"
there are no metrics of your own to test; --builtin tests the others

"#]]);
    let folder = Folder::new().with("relhealth.toml", "timezone = 'Europe/Berlin'\n");
    folder.run(&["test"]).prints(str![[r#"
there are no metrics of your own to test; --builtin tests the others

"#]]);
}

#[test]
fn the_built_in_ones_hold_whatever_the_configuration_says() {
    let hours = "[hours]\ntimezone = 'Europe/Berlin'\nweekly = { mon = '09:00-17:00' }\n";
    let folder = Folder::new().with(
        "relhealth.toml",
        hours.to_string() + &FAST.replace("timezone = \"Europe/Berlin\"", ""),
    );
    let ran = folder.run(&["test", "--builtin"]);
    assert!(ran.out().contains("ok      nps satisfaction.toml:"), "{}", ran.out());
    // Only the user's own may fail: hours are those of the business for them.
    assert!(
        ran.out().lines().filter(|l| l.starts_with("FAILED")).all(|l| l.contains(" fast ")),
        "{}",
        ran.out()
    );
    run(&["test", "--builtin"]).silent().holds(&[", 0 failed\n"]);
}

#[test]
fn a_wrong_configuration_is_wrong_usage() {
    let folder = Folder::new().with("relhealth.toml", FAST.replace("value  = 0.5", "valu = 0.5"));
    let ran = folder.run(&["test"]).code(2);
    assert_eq!(ran.out(), "");
    assert!(ran.err().contains("did you mean `value`?"), "{}", ran.err());
    let ran = folder.run(&["test", "no-such.toml"]).code(2);
    assert!(ran.err().contains("no-such.toml"), "{}", ran.err());
}
