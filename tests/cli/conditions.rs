//! Conditions of options, rules and own metrics: what they name is what the records have, or a note says that none has it.

use serde_json::Value;

use crate::harness::{Folder, Ran};

/// The value of a metric in JSON; `Err` with the reason if it is missing.
fn value(ran: &Ran, metric: &str) -> Result<f64, String> {
    let found: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let cells = found["cells"].as_array().expect("cells");
    let cell = cells.iter().find(|cell| cell["metric"] == metric).expect("a cell of the metric");
    cell["value"].as_f64().ok_or_else(|| cell["absent"].to_string())
}

/// Three orders, and a list of the stores that sold them.
fn orders() -> Folder {
    Folder::new().with(
        "orders.csv",
        "customer_id,order_id,date,amount,store,kind_of_sale\na,1,2026-01-05,10,North,Bug\nb,2,2026-01-06,20,South,Bug\nc,3,2026-01-07,40,South,bug\n",
    )
}

fn measured(folder: &Folder, more: &[&str]) -> Ran {
    let args = ["measure", "--period", "2026-01", "--as-of", "2026-01-31", "--format", "json"];
    folder.run(&[&args, more].concat()).code(0)
}

#[test]
fn a_text_that_no_record_has_is_noted_with_the_nearest() {
    let ran = measured(&orders(), &["orders.csv", "-m", "orders", "--where", "store = 'south'"]);
    assert_eq!(value(&ran, "orders"), Ok(0.0));
    assert!(
        ran.err()
            .contains("note[unknown-value]: No record has 'south' in `store`, which a condition or a target names; did you mean 'South'?"),
        "{}",
        ran.err()
    );
    let ran = measured(&orders(), &["orders.csv", "-m", "orders", "--where", "store in ('South', 'West')"]);
    assert_eq!(value(&ran, "orders"), Ok(2.0));
    assert!(
        ran.err().contains("No record has 'West' in `store`") && !ran.err().contains("did you mean"),
        "{}",
        ran.err()
    );
    let ran = measured(
        &orders(),
        &["orders.csv", "-m", "orders", "--where", "store like 'S%' or store = 'North'"],
    );
    assert_eq!(value(&ran, "orders"), Ok(3.0));
    assert!(!ran.err().contains("unknown-value"), "{}", ran.err());
    // With redaction the nearest is not shown.
    let ran = measured(&orders(), &["orders.csv", "-m", "orders", "--where", "store = 'south'", "--redact"]);
    assert!(ran.err().contains("unknown-value") && !ran.err().contains("South"), "{}", ran.err());
}

/// An own metric with a condition.
fn metric(fact: &str, at: &str, condition: &str) -> String {
    format!(
        "[metric.mine]\ntitle = \"Mine\"\nfamily = \"loyalty\"\nfact = \"{fact}\"\n{at}kind = \"count\"\nunit = \"count\"\ngood = \"up\"\n\
         text = \"x\"\nwhere = \"{condition}\"\n"
    )
}

#[test]
fn conditions_of_own_metrics_are_held_against_the_records_too() {
    let conditions = [
        ("product = 'Mug'", 1.0, false),
        ("product = 'mugg'", 0.0, true),
        ("product is null", 1.0, false),
    ];
    for (condition, expected, noted) in conditions {
        let folder = Folder::new()
            .with(
                "orders.csv",
                "customer_id,order_id,date,amount,product\na,1,2026-01-05,10,Mug\nb,2,2026-01-06,20,\n",
            )
            .with("relhealth.toml", metric("orders", "at = \"ordered_at\"\n", condition));
        let ran = measured(&folder, &["orders.csv", "-m", "mine"]);
        assert_eq!(value(&ran, "mine"), Ok(expected), "{condition}");
        assert_eq!(ran.err().contains("did you mean 'Mug'?"), noted, "{condition}: {}", ran.err());
    }
}

#[test]
fn a_word_that_a_column_never_has_is_an_error_at_its_place() {
    let folder = Folder::new().with(
        "relhealth.toml",
        metric("cases", "at = \"opened_at\"\n", "kind = 'complant' and opened_by = 'inbound'"),
    );
    let ran = folder.run(&["metrics"]).code(2);
    for part in ["`kind` is never complant", "relhealth.toml:10:17", "did you mean `complaint`?"] {
        assert!(ran.err().contains(part), "{}", ran.err());
    }
}

// Of four tickets two are complaints, in two languages; of four on the roster two are staff, one a client and one a board member.
#[test]
fn own_metrics_may_name_words_as_people_write_them() {
    let tickets = "ticket_id,customer_id,created_at,resolved_at,type\n1,a,2026-01-05 09:00,2026-01-06 09:00,Complaint\n2,b,2026-01-05 09:00,,Beschwerde\n\
                   3,c,2026-01-05 09:00,,Question\n4,c,2026-01-06 09:00,,\n";
    for condition in ["kind = 'Complaint'", "kind = 'Beschwerde'", "kind in ('complaint', 'Incident')"] {
        let folder = Folder::new()
            .with("tickets.csv", tickets)
            .with("relhealth.toml", metric("cases", "at = \"opened_at\"\n", condition));
        assert_eq!(
            value(&measured(&folder, &["tickets.csv", "-m", "mine"]), "mine"),
            Ok(2.0),
            "{condition}"
        );
    }
    let roster: String = (1..=6).map(|n| format!("s{n},Staff,2025-01-01,\n")).collect();
    let roster = format!("member_id,type,started_at,ended_at\n{roster}c,Client,2025-01-01,\nb,Board Member,2025-01-01,\n");
    for (condition, expected) in [
        ("at_start and type = 'Staff'", 6.0),
        ("at_start and type like '%taff%'", 6.0),
        ("at_start and type not like '%taff%'", 2.0),
        ("at_start and type <> 'STAFF'", 2.0),
        ("at_start and type in ('Client', 'Board Member')", 2.0),
        ("at_start and type like 'Board%'", 1.0),
    ] {
        let folder = Folder::new()
            .with("roster.csv", &roster)
            .with("relhealth.toml", metric("members", "", condition));
        let found = value(&measured(&folder, &["stakeholders=roster.csv", "-m", "mine"]), "mine");
        // Numbers about the staff, or about those who are not, are protected as small groups: two people are suppressed beside six.
        match found {
            Ok(found) => assert_eq!(found, expected, "{condition}"),
            Err(why) => assert!(why.contains("suppressed"), "{condition}: {why}"),
        }
    }
}

#[test]
fn types_of_other_tables_are_as_they_are_written() {
    let tickets = "ticket_id,customer_id,created_at,resolved_at,type\n1,a,2026-01-05 09:00,2026-01-06 09:00,Bug\n2,b,2026-01-05 09:00,,Bug\n3,c,2026-01-05 09:00,,Question\n";
    let folder = Folder::new().with("tickets.csv", tickets);
    let by = |condition: &str| {
        value(
            &measured(&folder, &["tickets.csv", "-m", "cases_opened", "--where", condition]),
            "cases_opened",
        )
    };
    assert_eq!(by("type = 'Bug'"), Ok(2.0));
    // Capitals of a type say nothing, unless records have both.
    assert_eq!(by("type like 'B%'"), Ok(2.0));
    let ran = measured(&folder, &["tickets.csv", "-m", "cases_opened", "--by", "type"]);
    assert!(
        ran.out().contains("\"type\":\"Bug\"") && ran.out().contains("\"type\":\"Question\""),
        "{}",
        ran.out()
    );
}

#[test]
fn a_condition_that_leaves_no_record_gives_no_numbers() {
    let source = |condition: &str| format!("[[source]]\npath = \"orders.csv\"\nkind = \"purchases\"\nwhere = \"{condition}\"\n");
    for (condition, expected) in [("store = 'South'", Ok(60.0)), ("store = 'Sooth'", Err("\"no data\"".to_string()))] {
        let folder = orders().with("relhealth.toml", source(condition));
        let ran = measured(&folder, &["-m", "revenue"]);
        assert_eq!(value(&ran, "revenue"), expected, "{condition}");
        assert_eq!(ran.err().contains("note[nothing-left]"), expected.is_err(), "{}", ran.err());
    }
    // Dates in another order than the year first are read as those of the column.
    let folder = Folder::new()
        .with(
            "orders.csv",
            "customer_id;order_id;date;amount\na;1;05.01.2026;10\nb;2;16.01.2026;20\n",
        )
        .with("relhealth.toml", source("date >= DATE '2026-01-10'"));
    let ran = measured(&folder, &["-m", "revenue"]);
    assert_eq!(value(&ran, "revenue"), Ok(20.0), "{}", ran.out());
}

#[test]
fn a_condition_of_an_own_format_must_fit_the_file() {
    let profile = "[profile.mine]\ntitle = \"Mine\"\nheaders = [\"store\", \"kind_of_sale\"]\nkind = \"purchases\"\nwhere = [\"stor <> 'North'\"]\n\
                   [profile.mine.map]\nstakeholder_id = \"customer_id\"\norder_id = \"order_id\"\noccurred_at = \"date\"\namount = \"amount\"\n";
    let ran = orders()
        .with("relhealth.toml", profile)
        .run(&["measure", "orders.csv", "-m", "revenue"])
        .code(2);
    assert!(
        ran.err().contains("stor") && ran.err().contains("did you mean `store`?"),
        "{}",
        ran.err()
    );
}

#[test]
fn thresholds_are_possible_values() {
    for (rule, hint) in [
        ("metric = \"csat\"\nfail_above = 80", "write \"80%\""),
        ("metric = \"csat\"\nfail_below = -0.1", "is always between 0 and 1"),
        ("metric = \"nps\"\nwarn_below = -150", "is always between -100 and 100"),
        ("metric = \"csat\"\nbetween = [80, 90]", "write \"80%\""),
        ("metric = \"revenue_hhi\"\nfail_above = 25", "is always between 0 and 1"),
        (
            "metric = \"csat\"\nfail_if_worse_than = \"previous\"\ntolerance = 3",
            "write \"3%\" or \"3 points\"",
        ),
    ] {
        let ran = Folder::new()
            .with("relhealth.toml", format!("[[rule]]\n{rule}\n"))
            .run(&["check", "--list"])
            .code(2);
        assert!(ran.err().contains(hint), "{rule}: {}", ran.err());
    }
    let right = "[[rule]]\nmetric = \"csat\"\nfail_below = 1\n\n[[rule]]\nmetric = \"nps\"\nfail_below = -100\n";
    Folder::new().with("relhealth.toml", right).run(&["check", "--list"]).code(0);
}

#[test]
fn a_target_for_a_tier_that_nobody_has_is_noted() {
    let folder = Folder::new()
        .with(
            "roster.csv",
            "customer_id,tier,started_at,ended_at\na,gold,2025-01-01,\nb,silver,2025-01-01,\n",
        )
        .with("contacts.csv", "customer_id,date\na,2026-01-20\nb,2025-12-01\n")
        .with("relhealth.toml", "[targets.contact_days]\nGold = 30\nsliver = 30\n");
    let ran = measured(
        &folder,
        &["stakeholders=roster.csv", "interactions=contacts.csv", "-m", "overdue_contact_rate"],
    );
    assert!(
        ran.err()
            .contains("No record has 'sliver' in `tier`, which a condition or a target names; did you mean 'silver'?"),
        "{}",
        ran.err()
    );
    assert!(!ran.err().contains("'Gold'"), "{}", ran.err());
}

// 10 + 20, and the sixth of January alone.
#[test]
fn a_mapping_says_the_table_and_may_list_headers() {
    let map = |amount: &str| {
        format!(
            "[[source]]\npath = \"o.csv\"\n[source.map]\nstakeholder_id = \"Customer\"\norder_id = \"Order\"\namount = {amount}\n\
             occurred_at = {{ column = \"Day\", format = \"%d/%m/%Y\" }}\n"
        )
    };
    for amount in ["\"Net\"", "[\"Gross\", \"Net\"]"] {
        let folder = Folder::new()
            .with(
                "o.csv",
                "Customer,Order,Day,Net\na,1,02/01/2026,10\nb,2,06/01/2026,20\nc,3,01/02/2026,40\n",
            )
            .with("relhealth.toml", map(amount));
        assert_eq!(value(&measured(&folder, &["-m", "revenue"]), "revenue"), Ok(30.0), "{amount}");
    }
    let folder = Folder::new()
        .with("o.csv", "Customer,Order,Day,Net\na,1,02/01/2026,10\n")
        .with("relhealth.toml", map("[\"Gross\", \"Total\"]"));
    assert!(folder.run(&["measure"]).code(2).err().contains("o.csv has no column Gross"));
}

#[test]
fn capitals_of_values_say_nothing_unless_both_are_listed() {
    let tickets = "ticket_id,customer_id,created_at,resolved_at,what\n1,a,2026-01-05 09:00,,Problem\n2,b,2026-01-05 09:00,,problem\n3,c,2026-01-05 09:00,,PROBLEM\n";
    let source = |values: &str| {
        format!(
            "[[source]]\npath = \"t.csv\"\nkind = \"interactions\"\n[source.map]\nstakeholder_id = \"customer_id\"\ncase_id = \"ticket_id\"\n\
             occurred_at = \"created_at\"\nresolved_at = \"resolved_at\"\nkind = \"what\"\n[source.values.kind]\n{values}"
        )
    };
    for (values, expected) in [
        ("Problem = \"complaint\"\n", 3.0),
        ("Problem = \"complaint\"\nproblem = \"question\"\nPROBLEM = \"question\"\n", 1.0),
    ] {
        let folder = Folder::new().with("t.csv", tickets).with("relhealth.toml", source(values));
        assert_eq!(
            value(&measured(&folder, &["-m", "complaints"]), "complaints"),
            Ok(expected),
            "{values}"
        );
    }
}

#[test]
fn the_report_s_own_currency_has_no_other_rate() {
    let wrong = "currency = \"EUR\"\n\n[rates]\nEUR = 2\n";
    let ran = orders().with("relhealth.toml", wrong).run(&["measure", "orders.csv"]).code(2);
    assert!(
        ran.err().contains("EUR is the currency of the report, so its rate is 1"),
        "{}",
        ran.err()
    );
    measured(
        &orders().with("relhealth.toml", wrong.replace('2', "1")),
        &["orders.csv", "-m", "revenue"],
    );
}

// Of the second line the quantity is not known, so its amount is not either: it is rejected, as a line with an empty amount is.
#[test]
fn a_computed_amount_that_is_not_known_is_no_amount() {
    let map = "[[source]]\npath = \"o.csv\"\nkind = \"purchases\"\n[source.map]\nstakeholder_id = \"customer\"\norder_id = \"order\"\noccurred_at = \"day\"\namount = { expr = 'pieces * price' }\n";
    let folder = Folder::new()
        .with(
            "o.csv",
            "customer,order,day,pieces,price\na,1,2026-01-05,2,10\nb,2,2026-01-06,,2.5\nc,3,2026-01-06,1,5\n",
        )
        .with("relhealth.toml", map);
    let ran = measured(&folder, &["-m", "revenue"]);
    assert_eq!(value(&ran, "revenue"), Ok(25.0));
    assert!(ran.err().contains("2 used + 1 rejected (1 missing)"), "{}", ran.err());
}

#[test]
fn rates_without_a_currency_are_told() {
    let rates = "[rates]\nUSD = 0.9\n";
    let notes = |config: &str| {
        let ran = orders()
            .with("relhealth.toml", config)
            .run(&["measure", "orders.csv", "-m", "orders"])
            .code(0);
        ran.err().matches("note[rates-not-used]").count()
    };
    assert_eq!((notes(rates), notes(&format!("currency = \"EUR\"\n{rates}")), notes("")), (1, 0, 0));
}
