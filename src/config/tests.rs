use super::*;
use crate::check::{Basis, Test};
use crate::period::Clock;
use crate::schema::{HOUR, Table};
use crate::sources::{AmountOn, Dates, From, Mapped, OtherTarget, Unmatched};

fn parse(text: &str) -> Result<Config, ConfigErrors> {
    Config::parse(
        SourceText {
            file: "relhealth.toml",
            text,
        },
        Path::new("in"),
        Overrides::default(),
    )
}

/// What is wrong with a text: `line:column: what | hint` each.
fn wrong(text: &str) -> Vec<String> {
    parse(text).unwrap_err().brief()
}

#[test]
fn an_empty_configuration_is_the_defaults() {
    let config = parse("").unwrap();
    assert_eq!((config.zone.name(), config.confidence.level, config.as_of), ("UTC", 0.95, None));
    assert!(config.sources.is_empty() && config.settings.clock == Clock::Calendar);
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
[forecast]
acquisition_cost = 12.5
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
        (config.zone.name(), config.currency.as_deref(), config.confidence.level),
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
    let [lookup] = &source.lookup[..] else {
        panic!("{:?}", source.lookup)
    };
    assert_eq!(lookup.names(), ["in/orders.csv"]);
    assert_eq!(
        (&lookup.key, &lookup.to),
        (&vec!["order_id".to_string()], &vec!["order_id".to_string()])
    );
    assert_eq!(lookup.unmatched, Unmatched::Reject);
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
    assert_eq!((config.rates["USD"], config.acquisition_cost), (0.9, Some(12.5)));
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
            "2:9: `level` must be between 0.5 and 0.9999",
            "3:12: `euro` is not a valid currency | write three capital letters such as EUR",
        ]
    );
    let all = wrong(text).join("\n");
    for part in [
        "4:9: `2026-10` is not a valid date",
        "6:1: a source requires `path`",
        "7:8: `purchase` is not a valid value of `kind` | did you mean `purchases`?",
        "8:1: unknown key `delimeter` of a source | did you mean `delimiter`?",
        "10:12: unknown key `colum`",
        "10:10: the mapping of `amount` needs exactly one of `column`, `expr` and `value`",
        "11:12: `quantity` must be a column's header",
        "13:8: `path` must be a string or a list of strings, not a number",
        "15:12: ",
        "16:9: `ydm` is not a valid value of `dates`",
        "17:12: `utf-99` is not a known encoding",
        "18:13: `delimiter` must be a character",
        "19:11: unknown profile `zendesk-ticket` | did you mean `zendesk-tickets`?",
        "20:8: unknown column `order_idd` | did you mean `order_id`?",
        "22:35: `format` requires `column` or `expr` of a time",
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
    assert!(wrong(&text).join("\n").contains("`first_of` requires `expr`"));
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
        ("[hours]\n", "1:1: [hours] requires `weekly`"),
        ("[hours]\nweekly = { mon = '9-17' }", "2:12: mon: `9-17` are not valid open hours"),
        ("[hours]\nweekly = { mun = '09:00-17:00' }", "2:12: `mun` is not a valid weekday"),
        ("[hours]\nweekly = { mon = '' }", "no day of the week has open hours"),
        (
            "[hours]\nweekly = { mon = '09:00-17:00' }\nholidays = ['2026-02-30']",
            "3:13: `2026-02-30` is not a valid date",
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
            "2:8: `late` must be a whole number from 0 to 999999",
        ),
        ("[targets.contact_days]\ngold = 'x'", "`gold` must be a whole number from 1"),
        (
            "[ces]\nhigh_is_easy = 1",
            "2:16: `high_is_easy` must be true or false, not a number",
        ),
        ("[forecast]\nacquisition_cost = 0", "2:20: `acquisition_cost` must be more than 0"),
        ("[forecast]\nacquisition_costs = 1", "did you mean `acquisition_cost`?"),
        ("[rates]\nusd = 0", "2:1: `usd` is not a valid currency"),
        ("[[rule]]\nmetric = 'npss'", "2:10: unknown metric `npss` | did you mean `nps`?"),
        ("[[rule]]\nfail_bellow = 1", "did you mean `fail_below`?"),
        ("[[waiver]]\nuntill = 1", "did you mean `until`?"),
        ("[targets.metrics]\nnsp = 40", "2:1: unknown metric `nsp` | did you mean `nps`?"),
        (
            "[targets.metrics]\nretention_rate = '8h'",
            "2:18: `h` is not a valid unit of a metric in share; write an amount like 85%",
        ),
        ("[report]\nmetrics = ['npss']", "2:12: unknown metric `npss` | did you mean `nps`?"),
        ("[report]\ntitel = 'x'", "did you mean `title`?"),
        ("[rule]\n", "`rule` must be written as [[rule]]"),
        (
            "[[source]]\npath='a'\nkind='interactions'\n[source.values.kind]\nx='complain'",
            "5:3: `complain` is not a valid value of `kind` | did you mean `complaint`?",
        ),
    ] {
        let all = wrong(text).join("\n");
        assert!(all.contains(part), "{part} is not in\n{all}");
    }
}

#[test]
fn a_dimension_that_looks_like_a_column_must_be_declared() {
    let source = "[[source]]\npath = 'a'\nkind = 'purchases'\n";
    let hint = "did you mean `quantity`? For a dimension of that name write quantty = { column = \"...\", dimension = true }";
    assert_eq!(
        wrong(&format!("{source}[source.map]\nquantty = 'Q'\nstore = 'S'\n")),
        [format!("5:1: purchases has no column `quantty` | {hint}")]
    );
    assert_eq!(
        wrong(&format!("{source}[source.values.quantty]\n'1' = 'one'\n")),
        [format!("4:16: purchases has no column `quantty` | {hint}")]
    );
    let text = format!("{source}[source.map]\nquantty = {{ column = 'Q', dimension = true }}\n[source.values.quantty]\n'1' = 'one'\n");
    let config = parse(&text).unwrap();
    assert_eq!(config.sources[0].map["quantty"].other_target, OtherTarget::Dimension);
    assert_eq!(
        wrong(&format!("{source}[source.map]\namount = {{ column = 'Q', dimension = true }}\n")),
        [
            "5:1: `amount` is a column of purchases, so it cannot be a dimension | leave out `dimension = true`, or call the dimension otherwise"
        ]
    );
}

#[test]
fn weeks_start_on_the_day_that_is_written_or_given() {
    let text = "week_start = 'sunday'\n[[rule]]\nno_gaps = 'week'\nkind = 'purchases'\nperiod = '2026-W40'";
    let sunday = WeekStart::parse("sunday").unwrap();
    let config = parse(text).unwrap();
    assert_eq!(config.week_start, sunday);
    let crate::check::RuleTarget::Data(rule) = &config.rules[0].of else {
        panic!("no rule on the data")
    };
    assert_eq!(rule.test, crate::check::DataTest::NoGaps(crate::period::Grain::Week(sunday)));
    let period = rule.period.clone().unwrap().resolve(&Zone::utc(), 0);
    assert_eq!(crate::period::date_text(period.first_day), "2026-10-04");
    let given = Overrides {
        week_start: Some(WeekStart::MONDAY),
        ..Overrides::default()
    };
    let script = SourceText { file: "f", text };
    assert_eq!(Config::parse(script, Path::new(""), given).unwrap().week_start, WeekStart::MONDAY);
    assert!(wrong("week_start = 'someday'")[0].contains("`someday` is not a valid weekday"));
}

#[test]
fn the_zone_of_the_command_line_wins() {
    let script = SourceText {
        file: "f",
        text: "timezone = 'Asia/Tokyo'\nas_of = 2026-01-01\n[hours]\nweekly = { mon = '09:00-10:00' }",
    };
    let config = Config::parse(
        script,
        Path::new(""),
        Overrides {
            zone: Some(Zone::utc()),
            ..Overrides::default()
        },
    )
    .unwrap();
    assert_eq!(
        config.as_of.map(crate::period::instant_text).as_deref(),
        Some("2026-01-02T00:00:00Z")
    );
    let Clock::Business(hours) = &config.settings.clock else {
        panic!("no business hours")
    };
    assert_eq!(hours.zone().name(), "UTC");
}

#[test]
fn rules_and_waivers_are_read() {
    let config = parse(
        r#"
[[rule]]
metric = "retention_rate"
fail_below = "80%"
warn_below = 0.85
where = "region = 'north'"
min_n = 30
[[rule]]
metric = "first_response_time_p90"
fail_above = "8h"
basis = "point"
by = "channel"
period = "last-week"
[[rule]]
id = "mine"
metric = "nps"
fail_if_worse_than = "year-ago"
tolerance = "3 points"
optional = true
[[rule]]
metric = "csat"
between = [0.8, "95%"]
[[rule]]
metric = "orders"
fail_on_signal = true
[[rule]]
max_rejects = "2%"
[[rule]]
max_age = "3d"
kind = "purchases"
[[rule]]
no_gaps = true
[[rule]]
min_rows = "90%"
[[waiver]]
id = "mine"
until = 2027-01-31
reason = "new survey tool"
[[waiver]]
metric = "first_response_time_p90"
by = { channel = "mail" }
until = "2027-01-31"
owner = "cx-team"
reason = "r"
"#,
    )
    .unwrap();
    let ids: Vec<&str> = config.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "retention_rate.below.region-north",
            "first_response_time_p90.above.by-channel.last-week",
            "mine",
            "csat.between",
            "orders.signal",
            "data.rejects",
            "data.age.purchases",
            "data.gaps",
            "data.rows-of-baseline"
        ]
    );
    let limits = |at: usize| match config.rules[at].metric().unwrap().test {
        Test::Limits(limits) => (limits.fail_below, limits.fail_above, limits.warn_below, limits.warn_above),
        _ => panic!("no limits"),
    };
    assert_eq!(limits(0), (Some(0.8), None, Some(0.85), None));
    assert_eq!(limits(1), (None, Some(8.0), None, None));
    assert_eq!(limits(3), (Some(0.8), Some(0.95), None, None));
    assert_eq!(
        (config.rules[0].origin.line, config.rules[0].metric().unwrap().min_n),
        (2, Some(30))
    );
    assert_eq!(config.rules[1].metric().unwrap().basis, Basis::Point);
    assert!(config.rules[2].optional && config.rules[2].metric().unwrap().basis == Basis::Interval);
    let waiver = &config.waivers[1];
    assert_eq!(waiver.by, [("channel".to_string(), "mail".to_string())]);
    assert_eq!(
        (waiver.owner.as_deref(), waiver.until),
        (Some("cx-team"), crate::period::days_from_civil(2027, 1, 31))
    );
}

#[test]
fn every_preset_is_sound_and_gives_way_to_the_user() {
    for (name, _) in presets::PRESETS {
        let config = parse(&format!("[[rule]]\npreset = \"{name}\"\n")).unwrap();
        assert!(config.rules.len() >= 8, "{name}");
        assert!(
            config
                .rules
                .iter()
                .all(|rule| rule.optional && rule.origin.file == format!("preset {name}"))
        );
    }
    let own = parse("[[rule]]\npreset = 'support'\n[[rule]]\nmetric = 'unanswered_rate'\nfail_above = '50%'\n").unwrap();
    let of: Vec<&Rule> = own.rules.iter().filter(|rule| rule.id == "unanswered_rate.above").collect();
    assert_eq!(of.len(), 1);
    assert_eq!(of[0].origin.file, "relhealth.toml");
    assert_eq!(own.rules.len(), parse("[[rule]]\npreset = 'support'").unwrap().rules.len());
}

#[test]
fn a_rule_says_one_thing_in_one_direction() {
    for (rule, what) in [
        ("metric = 'nps'", "1:1: this rule sets no condition for `nps` | write fail_below"),
        ("fail_below = 1", "1:1: this rule has neither a metric nor a condition on the data"),
        (
            "metric = 'nps'\nfail_below = 1\nfail_above = 2",
            "4:1: `fail_above` and `fail_below` are two directions | write between",
        ),
        (
            "metric = 'nps'\nfail_below = 1\nwarn_above = 2",
            "4:1: `warn_above` and `fail_below` are two directions",
        ),
        (
            "metric = 'nps'\nfail_below = 2\nwarn_below = 1",
            "4:1: this never warns: `fail_below` fails sooner",
        ),
        (
            "metric = 'nps'\nfail_above = 1\nwarn_above = 1",
            "4:1: this never warns: `fail_above` fails sooner",
        ),
        (
            "metric = 'nps'\nbetween = [1, 2]\nwarn_above = 1",
            "4:1: `warn_above` does not go with `between`",
        ),
        (
            "metric = 'nps'\nbetween = [2, 1]",
            "3:11: the lowest value of `between` must be below",
        ),
        ("metric = 'nps'\nbetween = 3", "3:11: `between` must be a list"),
        (
            "metric = 'nps'\nfail_below = 1\nfail_on_signal = true",
            "4:1: `fail_on_signal` does not go with `fail_below`: a rule has one condition",
        ),
        (
            "metric = 'nps'\nfail_below = 1\nfail_if_worse_than = 'previous'",
            "4:1: `fail_if_worse_than` does not go with `fail_below`",
        ),
        (
            "metric = 'nps'\nfail_if_worse_than = 'previus'",
            "3:22: `previus` is not a valid value of `fail_if_worse_than` | did you mean `previous`?",
        ),
        (
            "metric = 'nps'\nfail_if_worse_than = 'previous'\ntolerance = -1",
            "4:13: `tolerance` must not be negative",
        ),
        ("metric = 'nps'\ntolerance = 1", "3:1: `tolerance` belongs to `fail_if_worse_than`"),
        (
            "metric = 'spend'\nfail_if_worse_than = 'previous'",
            "3:1: neither a higher nor a lower `spend` is worse | write between",
        ),
        (
            "metric = 'nps'\nfail_on_signal = true\nby = 'region'",
            "4:1: `by` does not go with `fail_on_signal`",
        ),
        (
            "metric = 'nps'\nfail_below = '8h'",
            "3:14: `h` is not a valid unit of a metric in points",
        ),
        (
            "metric = 'nps'\nfail_below = 1\nmax_age = '3d'",
            "4:1: `max_age` is about the data, not about a metric",
        ),
        (
            "metric = 'retension_rate'\nfail_below = 1",
            "2:10: unknown metric `retension_rate` | did you mean `retention_rate`?",
        ),
        (
            "metric = 'nps'\nfail_belw = 1\nfail_below = 1",
            "3:1: unknown key `fail_belw` of a rule | did you mean `fail_below`?",
        ),
        (
            "metric = 'nps'\nfail_below = 1\nmin_n = 0.5",
            "4:9: `min_n` must be a whole number, at least 1",
        ),
        (
            "metric = 'nps'\nfail_below = 1\nbasis = 'intervall'",
            "4:9: `intervall` is not a valid value of `basis` | did you mean `interval`?",
        ),
        ("metric = 'nps'\nfail_below = 1\nwhere = 'region ='", "4:18: "),
        (
            "metric = 'nps'\nfail_below = 1\nperiod = 'never'",
            "4:10: `never` is not a valid period",
        ),
        ("max_age = '3 parsecs'", "2:11: `max_age` must be a duration like \"3d\""),
        ("max_rejects = 'few'", "2:15: `max_rejects` must be a number like 500 or a share"),
        (
            "max_age = '3d'\nmin_rows = 3",
            "3:1: `min_rows` does not go with `max_age`: a rule has one condition",
        ),
        ("max_age = '3d'\nbasis = 'point'", "3:1: `basis` requires `metric`"),
        (
            "max_age = '3d'\nkind = 'purchase'",
            "3:8: `purchase` is not a valid value of `kind` | did you mean `purchases`?",
        ),
        ("no_gaps = false", "2:11: `no_gaps = false` has no effect"),
        (
            "preset = 'suport'",
            "2:10: `suport` is not a valid value of `preset` | did you mean `support`?",
        ),
        ("preset = 'support'\nmetric = 'nps'", "3:1: unknown key `metric` of a preset"),
        (
            "metric = 'nps'\nfail_below = 1\n[[rule]]\nmetric = 'nps'\nfail_below = 2",
            "4:1: a second rule `nps.below`; the first one is in line 1",
        ),
    ] {
        let found = wrong(&format!("[[rule]]\n{rule}\n"));
        assert!(found.len() == 1 && found[0].starts_with(what), "{rule}\n{found:#?}\nnot {what}");
    }
}

#[test]
fn a_waiver_says_what_until_when_and_why() {
    let rule = "[[rule]]\nmetric = 'nps'\nfail_below = 1\n";
    for (waiver, what) in [
        (
            "metric = 'nps'\nreason = 'x'",
            "4:1: a waiver requires `until` | the last day of the waiver",
        ),
        (
            "metric = 'nps'\nuntil = 2027-01-01",
            "4:1: a waiver requires `reason` | why the rule is waived",
        ),
        ("until = 2027-01-01\nreason = 'x'", "4:1: this waiver does not name what it excuses"),
        (
            "id = 'nps.belw'\nuntil = 2027-01-01\nreason = 'x'",
            "5:6: unknown rule `nps.belw` | did you mean `nps.below`?",
        ),
        ("metric = 'npz'\nuntil = 2027-01-01\nreason = 'x'", "5:10: unknown metric `npz`"),
        (
            "metric = 'nps'\nid = 'nps.below'\nuntil = 2027-01-01\nreason = 'x'",
            "6:6: a waiver names a metric or the id of a rule, not both",
        ),
        (
            "metric = 'nps'\nby = 'region'\nuntil = 2027-01-01\nreason = 'x'",
            "6:1: `by` of a waiver must name a group",
        ),
        ("metric = 'nps'\nuntil = 'soon'\nreason = 'x'", "6:9: `soon` is not a valid date"),
        (
            "metric = 'nps'\nuntil = 2027-01-01\nreason = ' '",
            "7:10: `reason` must not be empty",
        ),
    ] {
        let found = wrong(&format!("{rule}[[waiver]]\n{waiver}\n"));
        assert!(found.len() == 1 && found[0].starts_with(what), "{waiver}\n{found:#?}\nnot {what}");
    }
    // All of a file at once; a waiver of a rule that cannot be read is no second mistake.
    let found = wrong(
        "[[rule]]\nmetric = 'retension_rate'\nfail_below = 1\n[[rule]]\nmetric = 'nps'\n[[waiver]]\nid = 'retension_rate.below'\nreason = 'x'\n",
    );
    assert_eq!(found.len(), 3, "{found:#?}");
}
