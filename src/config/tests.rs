use super::*;
use crate::period::Clock;
use crate::schema::{HOUR, Table};
use crate::sources::{AmountOn, Dates, From, Lookup, Mapped};

fn parse(text: &str) -> Result<Config, Findings> {
    Config::parse(
        Script {
            file: "relhealth.toml",
            text,
        },
        Path::new("in"),
        None,
    )
}

/// What is wrong with a text: `line:column: what | hint` each.
fn wrong(text: &str) -> Vec<String> {
    let findings = parse(text).unwrap_err();
    let brief = |text: String| {
        let mut lines = text.lines();
        let head = lines.next().unwrap().trim_start_matches("relhealth.toml:").to_string();
        let hint = lines.last().and_then(|line| line.strip_prefix("hint: "));
        hint.map_or(head.clone(), |hint| format!("{head} | {hint}"))
    };
    findings.texts().map(brief).collect()
}

#[test]
fn an_empty_configuration_is_the_defaults() {
    let config = parse("").unwrap();
    assert_eq!((config.zone.name(), config.level, config.as_of), ("UTC", 0.95, None));
    assert!(config.sources.is_empty() && config.notes.is_empty() && config.settings.clock == Clock::Calendar);
}

#[test]
fn everything_that_can_be_said_is_read() {
    let config = parse(
        r#"
timezone = "europe/berlin"
currency = "EUR"
as_of = 2026-10-31
level = 0.9

[[source]]
path = ["exports/tickets-*.csv", "/abs/t.csv"]
kind = "interactions"
profile = "none"
where = "\"Group\" <> 'Test'"
key = ["case_id", "Ref"]
lookup = { path = "orders.csv", key = "order_id" }
dates = "dmy"
encoding = "windows-1252"
delimiter = ";"
decimal = ","
timezone = "America/New_York"
amount_on = "order"
private = true
[source.map]
stakeholder_id = "Requester id"
occurred_at = { column = "Created", format = ["%d/%m/%Y %H:%M", "%d/%m/%Y"], timezone = "+02:00" }
cost = { expr = "Quantity * UnitPrice" }
kind = { value = "question" }
reopens = { value = 2 }
automated = { value = false }
team = "Team"
[source.values.kind]
Problem = "complaint"
Junk = ""

[hours]
weekly = { mon = "09:00-17:00", tue = "" }
holidays = [2026-10-03, "2026-12-25"]
[targets]
first_response_hours = 4
resolution_hours = 1.5
[targets.supply]
early = 3
late = 1
tolerance = 0.05
[targets.contact_days]
gold = 30
[ces]
high_is_easy = true
[rates]
USD = 0.9
[[rule]]
metric = "nps"
fail_below = 0.8
where = "region = 'north'"
[[waiver]]
metric = "nps"
until = 2027-01-31
owner = "cx"
reason = "new survey tool"
"#,
    )
    .unwrap();
    assert_eq!(
        (config.zone.name(), config.currency.as_deref(), config.level),
        ("Europe/Berlin", Some("EUR"), 0.9)
    );
    // The end of the day in Berlin, after the change back to winter time.
    assert_eq!(
        config.as_of.map(crate::period::instant_text).as_deref(),
        Some("2026-10-31T23:00:00Z")
    );
    let source = &config.sources[0];
    assert_eq!(source.paths, [Path::new("in/exports/tickets-*.csv"), Path::new("/abs/t.csv")]);
    assert_eq!(
        (source.table, source.dates, source.amount_on),
        (Some(Table::Interactions), Some(Dates::Dmy), Some(AmountOn::Order))
    );
    assert_eq!(
        (source.wishes.delimiter.as_deref(), source.decimal, source.private),
        (Some(";"), Some(','), true)
    );
    assert_eq!(
        (source.wishes.encoding.as_deref(), source.timezone.as_deref()),
        (Some("windows-1252"), Some("America/New_York"))
    );
    assert_eq!(source.key, ["case_id", "Ref"]);
    assert_eq!(
        source.lookup,
        Some(Lookup {
            path: "in/orders.csv".into(),
            key: "order_id".into()
        })
    );
    assert_eq!(source.filter, Some(crate::expr::parse("\"Group\" <> 'Test'").unwrap()));
    assert_eq!(source.values["kind"]["Problem"], "complaint");
    let from = |column: &str| source.map[column].from.clone();
    assert_eq!(from("stakeholder_id"), From::Column("Requester id".into()));
    assert_eq!(
        source.map["occurred_at"],
        Mapped {
            formats: vec!["%d/%m/%Y %H:%M".to_string(), "%d/%m/%Y".to_string()],
            timezone: Some("+02:00".into()),
            place: source.map["occurred_at"].place.clone(),
            ..Mapped::new(From::Column("Created".into()))
        }
    );
    assert_eq!(from("cost"), From::Expr(crate::expr::parse("Quantity * UnitPrice").unwrap()));
    assert_eq!(from("kind"), From::Value("question".into()));
    assert_eq!(
        (from("reopens"), from("automated")),
        (From::Value("2".into()), From::Value("false".into()))
    );
    assert_eq!(source.map["team"].place.as_ref().unwrap().line, Some(28));
    let settings = &config.settings;
    let Clock::Business(hours) = &settings.clock else {
        panic!("no business hours")
    };
    assert_eq!((hours.zone().name(), hours.open_per_week()), ("Europe/Berlin", 8 * HOUR));
    assert_eq!((settings.first_response, settings.resolution), (Some(4 * HOUR), Some(3 * HOUR / 2)));
    assert_eq!(
        (settings.supply_early_days, settings.supply_late_days, settings.supply_tolerance),
        (Some(3), 1, 0.05)
    );
    assert_eq!(settings.contact_days["gold"], 30);
    assert!(settings.high_is_easy);
    assert_eq!(config.rates["USD"], 0.9);
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_in_order() {
    let text = r#"timezon = "UTC"
level = 95
currency = "euro"
as_of = "2026-10"

[[source]]
kind = "purchase"
delimeter = ";"
[source.map]
amount = { colum = "x" }
quantity = 3
[[source]]
path = 4
kind = "purchases"
where = "a ! b"
dates = "ydm"
encoding = "utf-99"
delimiter = "ab"
profile = "zendesk-ticket"
key = ["order_idd"]
[source.map]
amount = { column = "x", format = "%Y" }
quantity = { column = "x", value = 1 }
[source.values.status]
x = 3
"#;
    assert_eq!(
        wrong(text)[..3],
        [
            "1:1: unknown key `timezon` of the configuration | did you mean `timezone`?",
            "2:9: `level` must lie between 0.5 and 0.9999 | such as 0.95",
            "3:12: `euro` is no currency | three capital letters such as EUR",
        ]
    );
    let all = wrong(text).join("\n");
    for part in [
        "4:9: `2026-10` is no ",
        "6:1: a source needs a `path`",
        "7:8: `purchase` is no value of `kind` | did you mean `purchases`?",
        "8:1: unknown key `delimeter` of a source | did you mean `delimiter`?",
        "10:12: unknown key `colum`",
        "10:10: the mapping of `amount` needs exactly one of `column`, `expr` and `value`",
        "11:12: `quantity` must be a column's header",
        "13:8: `path` must be a text or a list of texts, not a number",
        "15:12: ",
        "16:9: `ydm` is no value of `dates`",
        "17:12: `utf-99` is no encoding",
        "18:13: `delimiter` is a character",
        "19:11: there is no profile `zendesk-ticket` | did you mean `zendesk-tickets`?",
        "20:8: unknown column `order_idd` | did you mean `order_id`?",
        "22:35: `format` goes with `column` or `expr` of a time",
        "23:12: the mapping of `quantity` needs exactly one",
    ] {
        assert!(all.contains(part), "{part} is not in\n{all}");
    }
}

#[test]
fn a_profile_says_whose_export_it_is_and_what_it_lacks() {
    let text = r#"
[profile.my-mail]
kind = "interactions"
headers = ["Sender"]
own = ["Sender", "Receiver"]
lacks = "it is of several people"
[profile.my-mail.map]
responded_at = { expr = "split_part(Note, ';', 1)", first_of = "Note" }
"#;
    let profile = &parse(text).unwrap().profiles[0];
    assert_eq!(profile.own, ["Sender", "Receiver"]);
    assert_eq!(profile.source.lacks.as_deref(), Some("it is of several people"));
    assert_eq!(profile.source.map["responded_at"].first_of.as_deref(), Some("Note"));
    let text = text.replace("expr = \"split_part(Note, ';', 1)\"", "column = 'Note'");
    assert!(wrong(&text).join("\n").contains("`first_of` goes with `expr`"));
}

#[test]
fn what_is_no_toml_is_said_once() {
    let found = wrong("timezone = \nlevel = 0.9\n");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("1:"), "{found:?}");
}

#[test]
fn hours_targets_and_rules_are_checked() {
    for (text, part) in [
        ("[hours]\n", "1:1: [hours] needs `weekly`"),
        ("[hours]\nweekly = { mon = '9-17' }", "2:12: mon: `9-17` are no open hours"),
        ("[hours]\nweekly = { mun = '09:00-17:00' }", "2:12: `mun` is no weekday"),
        ("[hours]\nweekly = { mon = '' }", "no hour in the week"),
        (
            "[hours]\nweekly = { mon = '09:00-17:00' }\nholidays = ['2026-02-30']",
            "3:13: `2026-02-30` is no date",
        ),
        (
            "[hours]\nweekly = { mon = '09:00-17:00' }\ntimezone = 'Europe/Berln'",
            "did you mean `Europe/Berlin`?",
        ),
        (
            "[targets]\nfirst_response_hours = -1",
            "2:24: `first_response_hours` must be between 0 and",
        ),
        (
            "[targets.supply]\nlate = 1.5",
            "2:8: `late` must be a whole number of days, at least 0",
        ),
        ("[targets.contact_days]\ngold = 'x'", "`gold` must be a whole number of days"),
        (
            "[ces]\nhigh_is_easy = 1",
            "2:16: `high_is_easy` must be true or false, not a number",
        ),
        ("[rates]\nusd = 0", "2:1: `usd` is no currency"),
        ("[[rule]]\nmetric = 'npss'", "2:10: unknown metric `npss` | did you mean `nps`?"),
        ("[[rule]]\nfail_bellow = 1", "did you mean `fail_below`?"),
        ("[[waiver]]\nuntill = 1", "did you mean `until`?"),
        ("[targets.metrics]\nnsp = 40", "2:1: unknown metric `nsp` | did you mean `nps`?"),
        (
            "[targets.metrics]\nretention_rate = '8h'",
            "2:18: `h` is no unit of a metric in share; write an amount like 85%",
        ),
        ("[report]\nmetrics = ['npss']", "2:12: unknown metric `npss` | did you mean `nps`?"),
        ("[report]\ntitel = 'x'", "did you mean `title`?"),
        ("[rule]\n", "`rule` must be written as [[rule]]"),
        (
            "[[source]]\npath='a'\nkind='interactions'\n[source.values.kind]\nx='complain'",
            "5:3: `complain` is no kind | did you mean `complaint`?",
        ),
    ] {
        let all = wrong(text).join("\n");
        assert!(all.contains(part), "{part} is not in\n{all}");
    }
}

#[test]
fn a_dimension_that_looks_like_a_column_is_noted() {
    let config = parse("[[source]]\npath = 'a'\nkind = 'purchases'\n[source.map]\nquantty = 'Q'\nstore = 'S'\n").unwrap();
    let [note] = &config.notes[..] else { panic!("{:?}", config.notes) };
    assert_eq!(
        note.to_string(),
        "relhealth.toml:5:1: `quantty` becomes a dimension of purchases; was `quantity` meant?"
    );
    assert!(config.sources[0].map.contains_key("quantty"));
}

#[test]
fn the_zone_of_the_command_line_wins() {
    let script = Script {
        file: "f",
        text: "timezone = 'Asia/Tokyo'\nas_of = 2026-01-01\n[hours]\nweekly = { mon = '09:00-10:00' }",
    };
    let config = Config::parse(script, Path::new(""), Some(Zone::utc())).unwrap();
    assert_eq!(
        config.as_of.map(crate::period::instant_text).as_deref(),
        Some("2026-01-02T00:00:00Z")
    );
    let Clock::Business(hours) = &config.settings.clock else {
        panic!("no business hours")
    };
    assert_eq!(hours.zone().name(), "UTC");
}
