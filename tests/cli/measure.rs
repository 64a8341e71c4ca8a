//! `measure`: from files to numbers in every format.

use serde_json::Value;
use snapbox::str;

use crate::harness::Folder;

const ORDERS: &str = "\
order_id,customer_id,ordered_at,amount,region
1,a,2026-08-01,10.00,north
2,a,2026-09-02,20.00,north
3,b,2026-09-03,30.50,south
4,c,2026-09-30,40.00,=south
5,,2026-09-30,1.00,south
";

fn shop() -> Folder {
    Folder::new().with("orders.csv", ORDERS)
}

#[test]
fn a_table_for_people_and_the_account_beside_it() {
    let ran = shop()
        .run(&["measure", "orders.csv", "-m", "revenue,orders,nps", "--currency", "EUR"])
        .code(0);
    assert_eq!(
        ran.err(),
        "orders.csv: 5 read = 4 used + 1 excluded (1 no-stakeholder)\n\
         note[purchases-of-nobody]: orders.csv: 1 purchase (20.0% of the file) has no stakeholder ID and was excluded. To count it for no \
         person, set \"\" = \"Guest\" in [source.values.stakeholder_id]\n"
    );
    snapbox::assert_data_eq!(
        ran.out(),
        str![[r#"
2026-09
Data as of the end of 2026-09-30 (UTC). Intervals are 95% confidence intervals.

Loyalty
Metric  Value  n
Orders      3  3

Profitability
Metric       Value  n
Revenue  90.50 EUR  3

Not available
missing input (surveys): Net promoter score

"#]]
    );
}

#[test]
fn machines_get_the_same_numbers_whatever_the_number_of_threads() {
    let folder = shop();
    let args = [
        "measure",
        "orders.csv",
        "-q",
        "-m",
        "revenue",
        "--by",
        "region",
        "--total",
        "--format",
        "json",
        "--threads",
    ];
    let one = folder.run(&[&args[..], &["1"]].concat()).silent().out();
    assert_eq!(one, folder.run(&[&args[..], &["3"]].concat()).silent().out());
    let value: Value = serde_json::from_str(&one).unwrap();
    let cells = value["cells"].as_array().unwrap();
    let slices: Vec<(&Value, &Value)> = cells.iter().map(|cell| (&cell["by"], &cell["n"])).collect();
    assert_eq!(cells.len(), 4, "{slices:?}");
    assert!(
        cells
            .iter()
            .any(|cell| cell["by"] == serde_json::json!({}) && cell["value"] == 90.5),
        "{value:#}"
    );
    assert_eq!(
        (&value["account"][0]["read"], &value["account"][0]["excluded"]),
        (&5.into(), &1.into())
    );
}

#[test]
fn files_get_what_stdout_does_not() {
    let folder = shop();
    let args = [
        "measure",
        "orders.csv",
        "-q",
        "-m",
        "orders",
        "--by",
        "region",
        "-o",
        "csv=cells.csv",
        "-o",
        "markdown=cells.md",
    ];
    folder.run(&args).silent();
    assert!(folder.read("cells.csv").lines().any(|line| line.contains("'=south")));
    assert!(folder.read("cells.md").contains("| =south |"));
    assert!(folder.read("cells.md").contains("| orders.csv | purchases | 5 | 4 | 0 | 0 | 1 |"));
}

#[test]
fn what_was_asked_for_wrongly_is_said_with_the_right_name() {
    let folder = shop();
    for (args, said) in [
        (
            &["-m", "revenu"][..],
            "error: unknown metric `revenu`\nhint: did you mean `revenue`?\n",
        ),
        (
            &["--by", "regio"],
            "error: unknown dimension `regio`\nhint: did you mean `region`?\n",
        ),
        (
            &["--where", "region = "],
            "error: expected an expression, found the end\n --> --where:1:9\n",
        ),
        (&["--where", "regon = 'north'"], "hint: did you mean `region`?"),
        (
            &["--where", "region"],
            "error: expected a condition, found text\n --> --where:1:1\n",
        ),
        (&["--period", "2026-13"], "error: `2026-13` is not a valid period: "),
        (&["--as-of", "soon"], "error: cannot read --as-of: "),
        (&["--timezone", "Europe/Berln"], "did you mean `Europe/Berlin`?"),
        (&["--level", "95"], "a number between 0.5 and 0.9999"),
        (&["--map", "orders.csv"], "cannot read --map orders.csv"),
        (
            &["--map", "x.csv:amount=a"],
            "error: --map x.csv:amount matches none of the inputs\n",
        ),
        (&["--compare", "last-year"], "year-ago"),
        (
            &["--compare", "rest"],
            "error: --compare rest needs --by: the rest of a slice is all other slices, and without --by there are none\nhint: ",
        ),
    ] {
        let ran = folder.run(&[&["measure", "orders.csv", "-q"], args].concat()).code(2);
        assert!(ran.err().contains(said), "{args:?}: {}", ran.err());
    }
    folder.run(&["measure"]).code(2).says(str![[r#"
error: there is nothing to read
hint: name files, folders or globs, or describe them as [[source]] in relhealth.toml

"#]]);
}

#[test]
fn data_that_cannot_be_used_end_the_run_with_3() {
    let folder = shop()
        .with("empty.csv", "")
        .with("binary.csv", [0u8, 159, 146, 150, 0, 1, 2])
        .with("other.csv", "x,y\n1,2\n");
    for name in ["no-such.csv", "empty.csv", "binary.csv", "other.csv"] {
        let ran = folder.run(&["measure", name]).code(3);
        assert!(
            ran.err().starts_with("error: ") && ran.err().contains(name),
            "{name}: {}",
            ran.err()
        );
    }
}

#[test]
fn rejects_are_written_even_when_there_are_too_many() {
    let folder = shop().with("bad.csv", ORDERS.replace("20.00", "twenty"));
    folder
        .run(&["measure", "bad.csv", "-m", "orders", "--rejects", "few.csv", "-q"])
        .silent();
    let ran = folder
        .run(&["measure", "bad.csv", "-m", "orders", "--strict", "--rejects", "all.csv"])
        .code(3);
    assert!(ran.err().contains("1 of 5 records of bad.csv were rejected"), "{}", ran.err());
    assert_eq!(folder.read("few.csv"), folder.read("all.csv"));
    assert!(
        folder.read("all.csv").contains("bad.csv,3,2,rejected,"),
        "{}",
        folder.read("all.csv")
    );
}

#[test]
fn a_configuration_describes_the_inputs_and_the_command_line_wins() {
    let folder = Folder::new()
        .with("in/o.csv", "Ref;Tag;Summe\nA;03.09.2026;1.234,50\nB;04.09.2026;1,00\n")
        .with(
            "in/relhealth.toml",
            "currency = 'EUR'\n[[source]]\npath = 'o.csv'\nkind = 'purchases'\ndecimal = ','\n[source.map]\nstakeholder_id = 'Ref'\n\
             occurred_at = { column = 'Tag', format = '%d.%m.%Y' }\namount = 'Summe'\n",
        );
    let args = [
        "measure",
        "-q",
        "--config",
        "in/relhealth.toml",
        "-m",
        "revenue",
        "--period",
        "2026-09",
    ];
    folder.run(&args).silent().holds(&["1,235.50 EUR"]);
    let mapped = [&args[..], &["--map", "o.csv:amount={ expr = '1 + 1' }"]].concat();
    folder.run(&mapped).silent().holds(&["4.00 EUR"]);
}

#[test]
fn metrics_say_what_the_inputs_lack() {
    let folder = shop();
    let ran = folder.run(&["metrics", "-q", "--with", "orders.csv"]).silent();
    let line = |id: &str| {
        ran.out()
            .lines()
            .find(|line| line.starts_with(&format!("{id} ")))
            .unwrap()
            .to_string()
    };
    assert!(line("revenue").ends_with("available"), "{}", line("revenue"));
    assert!(line("nps").ends_with("missing: surveys"), "{}", line("nps"));
    folder
        .run(&["metrics", "nps", "-q", "--with", "orders.csv"])
        .silent()
        .holds(&["These inputs", "missing: surveys"]);
}

#[test]
fn a_condition_that_keeps_nothing_leaves_nothing_and_says_so() {
    let ran = shop()
        .run(&[
            "measure",
            "orders.csv",
            "-m",
            "orders,average_order_value",
            "--where",
            "region = 'west'",
            "-q",
        ])
        .code(0);
    snapbox::assert_data_eq!(
        ran.out(),
        str![[r#"
2026-09
Data as of the end of 2026-09-30 (UTC). Intervals are 95% confidence intervals.

Loyalty
Metric  Value  n
Orders      0  0

Not available
no rows: Average order value

"#]]
    );
}

const ANSWERS: &str = "stakeholder_id,responded_at,instrument,score,scale_min,scale_max,channel\n";

/// Answers on a scale of 1 to 5: who, where, and whether they are favourable.
fn answers(rows: &[(&str, &str, bool)]) -> Folder {
    let lines = rows.iter().map(|(who, channel, favourable)| {
        let score = if *favourable { 5 } else { 2 };
        format!("{who},2026-09-10,csat,{score},1,5,{channel}\n")
    });
    Folder::new().with("answers.csv", ANSWERS.to_string() + &lines.collect::<String>())
}

fn cells(folder: &Folder, more: &[&str]) -> Vec<Value> {
    let args = [
        "measure",
        "answers.csv",
        "-q",
        "--period",
        "2026-09",
        "--by",
        "channel",
        "--format",
        "json",
    ];
    let out = folder.run(&[&args[..], more].concat()).silent().out();
    let value: Value = serde_json::from_str(&out).unwrap();
    value["cells"].as_array().unwrap().clone()
}

#[track_caller]
fn is_near(found: &Value, wanted: f64, tolerance: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{found} is no number"));
    assert!((found - wanted).abs() <= tolerance, "{found} is not within {tolerance} of {wanted}");
}

// Newcombe (1998), table II: 56 of 70 against 48 of 80.
#[test]
fn a_slice_against_the_rest_is_the_published_difference() {
    let names: Vec<String> = (0..150).map(|i| format!("p{i}")).collect();
    let rows: Vec<(&str, &str, bool)> = (names.iter().enumerate())
        .map(|(i, who)| {
            (
                who.as_str(),
                if i < 70 { "mail" } else { ["web", "shop"][i % 2] },
                i < 56 || (70..118).contains(&i),
            )
        })
        .collect();
    let found = cells(&answers(&rows), &["-m", "csat", "--compare", "rest"]);
    assert_eq!(found[0]["by"]["channel"], "mail");
    let rest = &found[0]["changes"]["rest"];
    assert_eq!(
        (&found[0]["value"], &rest["value"], &rest["period"], &rest["reading"]),
        (&0.8.into(), &0.6.into(), &"2026-09".into(), &"better".into())
    );
    for (key, wanted) in [("delta", 0.2), ("low", 0.0524), ("high", 0.3339)] {
        is_near(&rest[key], wanted, 5e-5);
    }
}

// rows = [("a", "mail", 1), ...]; for a slice and for all others: x, n by person; p, e = x.sum() / n.sum(), x - p * n; Wilson at
// n* = n / max(1, G / (G - 1) * (e**2).sum() / n.sum()**2 / (p * (1 - p) / n.sum())) * (norm.isf(.025) / t.isf(.025, G - 1))**2
// r = sum of e_here * e_there over people in both / sqrt((e_here**2).sum() * (e_there**2).sum()); square-and-add
#[test]
fn people_who_are_in_several_slices_are_in_the_rest_of_each_with_what_they_have_elsewhere() {
    let folder = answers(&[
        ("a", "mail", true),
        ("a", "mail", true),
        ("a", "web", false),
        ("b", "mail", true),
        ("b", "web", true),
        ("b", "web", false),
        ("c", "mail", false),
        ("c", "phone", false),
        ("d", "mail", true),
        ("d", "mail", false),
        ("e", "web", false),
        ("e", "web", false),
        ("e", "phone", true),
        ("f", "web", true),
        ("g", "phone", false),
        ("g", "phone", true),
    ]);
    let found = cells(&folder, &["-m", "csat", "--compare", "rest"]);
    for (cell, (channel, rest, delta, low, high)) in found.iter().zip([
        ("mail", 0.4, 0.2666666666666666, -0.3274978489173602, 0.6478758903172015),
        ("phone", 0.5, 0.0, -0.6015872404196245, 0.6015872404196245),
        ("web", 0.6, -0.26666666666666666, -0.7188277928570328, 0.43214986525899984),
    ]) {
        let change = &cell["changes"]["rest"];
        assert_eq!(
            (&cell["by"]["channel"], &change["reading"]),
            (&channel.into(), &"no clear difference".into())
        );
        for (key, wanted) in [("value", rest), ("delta", delta), ("low", low), ("high", high)] {
            is_near(&change[key], wanted, 1e-9);
        }
    }
    // What --where leaves out is in no rest.
    let found = cells(&folder, &["-m", "csat", "--compare", "rest", "--where", "channel <> 'phone'"]);
    let mail = &found
        .iter()
        .find(|cell| cell["by"]["channel"] == "mail" && cell["metric"] == "csat")
        .unwrap()["changes"]["rest"];
    is_near(&mail["value"], 2.0 / 6.0, 1e-12);
    let table = folder.run(&[
        "measure",
        "answers.csv",
        "-q",
        "-m",
        "csat",
        "--period",
        "2026-09",
        "--by",
        "channel",
        "--compare",
        "rest",
    ]);
    snapbox::assert_data_eq!(
        table.out(),
        str![[r#"
2026-09
Data as of the end of 2026-09-10 (UTC). Intervals are 95% confidence intervals.

Satisfaction

CSAT
Channel    Value  Interval      n  All others  Difference
mail * +   66.7%  [16.2, 95.4]  6       40.0%  +26.7 pp no clear difference
phone * +  50.0%  [4.7, 95.3]   4       50.0%  0.0 pp no clear difference
web * +    33.3%  [4.6, 83.8]   6       60.0%  -26.7 pp no clear difference

* the period has not ended by the as-of date
+ the period, or the earlier period that it uses, starts before the data

"#]]
    );
    let csv = folder.run(&[
        "measure",
        "answers.csv",
        "-q",
        "-m",
        "csat",
        "--period",
        "2026-09",
        "--by",
        "channel",
        "--compare",
        "rest",
        "-f",
        "csv",
    ]);
    let lines: Vec<String> = csv.out().lines().map(str::to_string).collect();
    assert!(
        lines[0].ends_with(",rest.period,rest.value,rest.delta,rest.low,rest.high,rest.reading,rest.not_assessed"),
        "{}",
        lines[0]
    );
    assert!(lines[2].contains(",2026-09,0.5,0,-0.601587"), "{}", lines[2]);
}

#[test]
fn what_cannot_be_set_against_the_rest_is_named() {
    let folder = answers(&[("a", "mail", true), ("b", "web", false)]);
    let more = ["-m", "csat", "--compare", "rest"];
    assert!(cells(&folder, &more).iter().all(|cell| cell["changes"]["rest"].is_object()));
    let mut shop = shop().run(&[
        "measure",
        "orders.csv",
        "-m",
        "revenue_hhi,revenue",
        "--by",
        "region",
        "--compare",
        "rest",
    ]);
    shop = shop.code(0);
    assert!(
        shop.err()
            .contains("note[no-rest]: Not compared with all other groups combined, because they show how a total is distributed"),
        "{}",
        shop.err()
    );
}

#[test]
fn of_a_hidden_cell_nothing_is_told() {
    let people: String = (0..12)
        .map(|i| format!("e{i},employee,{}\n", if i < 3 { "north" } else { "south" }))
        .collect();
    let scores: String = (0..12).map(|i| format!("e{i},2026-09-10,enps,{}\n", 5 + i % 6)).collect();
    let folder = Folder::new()
        .with("people.csv", "stakeholder_id,type,region\n".to_string() + &people)
        .with("scores.csv", "stakeholder_id,responded_at,instrument,score\n".to_string() + &scores);
    let args = [
        "measure",
        "stakeholders=people.csv",
        "surveys=scores.csv",
        "-q",
        "-m",
        "enps",
        "--period",
        "2026-09",
        "--by",
        "region",
        "--total",
        "--compare",
        "rest",
        "-f",
    ];
    let value: Value = serde_json::from_str(&folder.run(&[&args[..], &["json"]].concat()).silent().out()).unwrap();
    for cell in value["cells"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|cell| cell["by"] != serde_json::json!({}))
    {
        assert_eq!(cell["absent"], "suppressed", "{cell}");
        for key in ["value", "n", "stakeholders", "part", "whole", "deff"] {
            assert!(cell[key].is_null(), "{key} of {cell}");
        }
        assert_eq!(cell["changes"], serde_json::json!({}));
    }
    let csv = folder.run(&[&args[..], &["csv"]].concat()).silent().out();
    assert!(csv.lines().any(|line| line.contains(",,,,,,,,,,points,,suppressed,")), "{csv}");
}

#[test]
fn totals_are_exact_or_missing_and_never_wrap() {
    let cell = |orders: &str, metrics: &str| {
        let folder = Folder::new().with("orders.csv", orders);
        let ran = folder.run(&[
            "measure",
            "orders.csv",
            "-q",
            "-m",
            metrics,
            "--period",
            "2026-09",
            "--format",
            "json",
        ]);
        let report: Value = serde_json::from_str(&ran.code(0).out()).unwrap();
        report["cells"].as_array().unwrap().clone()
    };
    let head = "order_id,customer_id,ordered_at,amount\n";
    // Two lines that no column of an order can hold together.
    let one = format!("{head}1,a,2026-09-02,900000000000000\n1,a,2026-09-02,900000000000001\n2,b,2026-09-03,10\n");
    for cell in cell(&one, "revenue,average_order_value") {
        assert_eq!(
            (&cell["value"], &cell["absent"]),
            (&Value::Null, &Value::from("too large")),
            "{cell}"
        );
    }
    let orders = cell(&one, "orders");
    assert_eq!(orders[0]["value"], 2.0, "what does not use the amount has a value");
    // Orders of one customer that add up to more than 64 bits hold.
    let many: String = (0..2_000).map(|i| format!("{i},a,2026-09-02,500000000000\n")).collect();
    let revenue = cell(&format!("{head}{many}"), "revenue");
    assert_eq!(revenue[0]["value"], 1e15);
}

// Four people were active, three of them complained: once by phone, twice by mail.
#[test]
fn complaints_by_channel_have_the_exposure_of_everybody() {
    let folder = Folder::new()
        .with(
            "tickets.csv",
            "stakeholder_id,case_id,occurred_at,kind,channel\n\
             a,1,2026-01-05T09:00:00,complaint,phone\n\
             b,2,2026-01-06T09:00:00,complaint,mail\n\
             c,3,2026-01-07T09:00:00,complaint,mail\n\
             d,4,2026-01-08T09:00:00,question,mail\n",
        )
        .with("people.csv", "stakeholder_id,region\na,north\nb,north\nc,south\nd,south\n");
    let rates = |by: &str| {
        let inputs = ["interactions=tickets.csv", "stakeholders=people.csv"];
        let asked = [
            "--period",
            "2026-01",
            "--as-of",
            "2026-01-31",
            "-m",
            "complaint_rate",
            "--by",
            by,
            "--format",
            "json",
        ];
        let found: Value = serde_json::from_str(&folder.run(&[&["measure", "-q"], &inputs[..], &asked].concat()).code(0).out()).unwrap();
        let cells = found["cells"].as_array().unwrap().clone();
        let of = |cell: &Value| {
            (
                cell["value"].as_f64(),
                cell["whole"].as_f64(),
                cell["absent"].as_str().map(str::to_string),
            )
        };
        cells.iter().map(of).collect::<Vec<_>>()
    };
    // Mail, phone.
    assert_eq!(rates("channel"), [(Some(50.0), Some(4.0), None), (Some(25.0), Some(4.0), None)]);
    assert_eq!(rates("region"), [(Some(100.0), Some(2.0), None), (Some(50.0), Some(2.0), None)]);
    // Nobody is in a region and a channel.
    let missing = (None, None, Some("missing input".to_string()));
    assert_eq!(rates("region,channel"), vec![missing; 3]);
}

// Ten customers spend 10 to 100, one spends 100,000: the interval is marked, and says what it is worth.
#[test]
fn an_interval_that_one_customer_decides_is_marked() {
    let rows: Vec<String> = (1..=10).map(|i| format!("{i},c{i},2026-09-10,{}", 10 * i)).collect();
    let orders = format!(
        "order_id,customer_id,ordered_at,amount\n{}\n11,c11,2026-09-11,100000\n",
        rows.join("\n")
    );
    let folder = Folder::new().with("orders.csv", &orders);
    let args = ["measure", "orders.csv", "-q", "-m", "revenue_per_customer", "--period", "2026-09"];
    let table = folder.run(&args).code(0).out();
    assert!(table.contains("[0.00, 59,350.29] !"), "{table}");
    assert!(
        table.contains("! one or a few stakeholders account for most of the variance"),
        "{table}"
    );
    let found: Value = serde_json::from_str(&folder.run(&[&args[..], &["--format", "json"]].concat()).code(0).out()).unwrap();
    assert_eq!(found["cells"][0]["interval_warning"], "skewed");
}
