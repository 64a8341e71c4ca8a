//! `segments`: customers by recency, frequency and money.

use serde_json::Value;
use snapbox::str;

use crate::harness::Folder;

/// Six customers; the times are such that no two have the same recency.
const ORDERS: &str = "stakeholder_id,order_id,occurred_at,amount,channel\n\
    ann,1,2026-01-05,10,web\nann,2,2026-02-09,10,web\nann,3,2026-03-09,5,shop\nann,8,2026-03-30,5,shop\n\
    ben,4,2026-02-20,100,web\nben,4,2026-03-02,-40,web\n\
    cleo,5,2026-03-31,1,shop\n\
    dora,6,2026-01-31,7,web\ndora,7,2026-02-01,7,web\n\
    emil,9,2025-11-11,30,web\n\
    =fay,10,2025-12-24,2.5,web\n";

fn shop() -> Folder {
    Folder::new().with("orders.csv", ORDERS)
}

fn json(folder: &Folder, args: &[&str]) -> Value {
    let all = ["segments", "purchases=orders.csv", "--as-of", "2026-03-31", "-q", "-f", "json"];
    let ran = folder.run(&[&all[..], args].concat()).silent();
    serde_json::from_str(&ran.out()).unwrap()
}

#[test]
fn a_terminal_shows_segments_movement_scores_and_customers() {
    shop()
        .run(&[
            "segments",
            "purchases=orders.csv",
            "--as-of",
            "2026-03-31",
            "--currency",
            "EUR",
            "--top",
            "2",
            "-q",
        ])
        .prints(str![[r#"
Customer segments
Data as of the end of 2026-03-31 (UTC). Scores from 1 (worst) to 5 (best) are
quintiles; customers with equal values share a score.

Segments
Segment              Customers  Share    Revenue  Share of revenue
Champions                    0   0.0%   0.00 EUR              0.0%
Loyal                        1  16.7%  30.00 EUR             21.8%
Potential loyalists          0   0.0%   0.00 EUR              0.0%
New                          1  16.7%   1.00 EUR              0.7%
Promising                    0   0.0%   0.00 EUR              0.0%
Need attention               0   0.0%   0.00 EUR              0.0%
About to sleep               1  16.7%  60.00 EUR             43.6%
Cannot lose                  0   0.0%   0.00 EUR              0.0%
At risk                      1  16.7%  14.00 EUR             10.2%
Hibernating                  2  33.3%  32.50 EUR             23.6%

Movement
Of the customers of each segment at the end of 2026-02, the share in each
segment now. The numbers of the columns are those of the rows.

From                   n  1    2  3     4  5  6     7  8    9    10
1 Champions            0
2 Loyal                2     50%                          50%
3 Potential loyalists  0
4 New                  1                         100%
5 Promising            0
6 Need attention       0
7 About to sleep       0
8 Cannot lose          0
9 At risk              0
10 Hibernating         2                                       100%
(no order yet)         1             100%

Scores
Score  Days since order  Customers  Orders  Customers  Revenue in EUR  Customers
    5                 1          1       4          1           60.00          1
    4                 2          1       2          1                          0
    3                40          1                  0           30.00          2
    2                59          1                  0           14.00          1
    1         98 to 141          2       1          4    1.00 to 2.50          2

Customers
The 2 of 6 customers with the most revenue. CSV and JSON have all of them.

Customer  Days since order  Orders    Revenue  R  F  M  Segment         Before
ben                     40       1  60.00 EUR  3  1  5  About to sleep  New
ann                      2       4  30.00 EUR  4  5  3  Loyal           Loyal

Definitions
R is the score of the days since the last order, F that of the number of orders,
M that of revenue. A customer is in the first segment whose condition holds.

Segment              Condition                     Meaning
Champions            r = 5 and f >= 4              Ordered very recently and
                                                   often.
Loyal                r between 3 and 4 and f >= 4  Order often, the last time
                                                   not long ago.
Potential loyalists  r >= 4 and f between 2 and 3  Recent customers with some
                                                   orders, who may become loyal.
New                  r = 5 and f = 1               Ordered very recently and few
                                                   times; most of them for the
                                                   first time.
Promising            r = 4 and f = 1               Ordered recently and few
                                                   times.
Need attention       r = 3 and f = 3               Average recency and
                                                   frequency: the next order is
                                                   due.
About to sleep       r = 3 and f <= 2              Average recency and few
                                                   orders.
Cannot lose          r <= 2 and f = 5              Ordered most often of all,
                                                   but not for a long time.
At risk              r <= 2 and f between 3 and 4  Ordered often, but not for a
                                                   long time.
Hibernating          r <= 2 and f <= 2             Few orders, the last one long
                                                   ago.

"#]]);
}

#[test]
fn json_has_every_customer_with_scores_and_the_segment_before() {
    let folder = shop();
    let found = json(&folder, &[]);
    assert_eq!(found["schema"], "relhealth.segments/1");
    assert_eq!(
        (&found["previous_period"], &found["previous_as_of"]),
        (&"2026-02".into(), &"2026-03-01T00:00:00Z".into())
    );
    let line = |one: &Value| {
        let texts = ["id", "recency", "frequency", "monetary", "r", "f", "m", "segment", "previous"].map(|key| one[key].to_string());
        texts.join(" ").replace('"', "")
    };
    let lines: Vec<String> = found["stakeholders"].as_array().unwrap().iter().map(line).collect();
    // By hand: of six customers now and five at the end of February, a score is 1 + floor(5 w / n) of w worse ones.
    assert_eq!(
        lines,
        [
            "=fay 98 1 2.5 1 1 1 Hibernating Hibernating",
            "ann 2 4 30.0 4 5 3 Loyal Loyal",
            "ben 40 1 60.0 3 1 5 About to sleep New",
            "cleo 1 1 1.0 5 1 1 New null",
            "dora 59 2 14.0 2 4 2 At risk Loyal",
            "emil 141 1 30.0 1 1 3 Hibernating Hibernating",
        ]
    );
    let segments = found["segments"].as_array().unwrap();
    assert_eq!(segments.len(), 10);
    assert_eq!(segments.iter().map(|one| one["n"].as_u64().unwrap()).sum::<u64>(), 6);
    assert_eq!(segments.iter().map(|one| one["value"].as_f64().unwrap()).sum::<f64>(), 137.5);
    assert_eq!(
        found["movement"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["n"].as_u64().unwrap())
            .sum::<u64>(),
        6
    );
}

#[test]
fn customers_and_revenue_are_those_that_measure_counts() {
    let folder = shop();
    let found = json(&folder, &[]);
    let metrics = [
        "measure",
        "purchases=orders.csv",
        "--as-of",
        "2026-03-31",
        "--period",
        "2025-01-01..2026-03-31",
    ];
    let ran = folder.run(&[&metrics[..], &["-m", "active_customers,revenue,orders", "-q", "-f", "json"]].concat());
    let measured: Value = serde_json::from_str(&ran.silent().out()).unwrap();
    let cell = |metric: &str| {
        let cells = measured["cells"].as_array().unwrap();
        cells.iter().find(|cell| cell["metric"] == metric).unwrap()["value"]
            .as_f64()
            .unwrap()
    };
    let all = found["stakeholders"].as_array().unwrap();
    let sum = |key: &str| all.iter().map(|one| one[key].as_f64().unwrap()).sum::<f64>();
    assert_eq!(all.len() as f64, cell("active_customers"));
    assert_eq!(sum("monetary"), cell("revenue"));
    assert_eq!(sum("frequency"), cell("orders"));
}

#[test]
fn records_after_the_as_of_date_change_nothing() {
    let args = ["segments", "purchases=orders.csv", "--as-of", "2026-02-15", "-q", "-f", "csv"];
    let whole = shop().run(&args).silent().out();
    let known: Vec<&str> = ORDERS
        .lines()
        .filter(|line| line.split(',').nth(2).unwrap() <= "2026-02-15" || line.starts_with("stake"))
        .collect();
    let cut = Folder::new().with("orders.csv", known.join("\n"));
    assert_eq!(whole, cut.run(&args).silent().out());
    assert_eq!(whole.lines().count(), 5);
}

#[test]
fn csv_has_a_line_for_each_customer_and_no_formula() {
    shop()
        .run(&[
            "segments",
            "purchases=orders.csv",
            "--as-of",
            "2026-03-31",
            "-q",
            "-f",
            "csv",
            "--recency-limits",
            "10,20,40,98",
            "--frequency-limits",
            "2,3,4,5",
            "--monetary-limits",
            "1,10,20,30",
        ])
        .prints(str![[r#"
id,recency,frequency,monetary,r,f,m,segment,previous
'=fay,98,1,2.5,2,1,2,Hibernating,Hibernating
ann,2,4,30,5,4,5,Champions,Potential loyalists
ben,40,1,60,3,1,5,About to sleep,New
cleo,1,1,1,5,1,2,New,
dora,59,2,14,2,2,3,Hibernating,About to sleep
emil,141,1,30,1,1,5,Hibernating,Hibernating

"#]]);
}

#[test]
fn the_configuration_names_segments_and_options_override_it() {
    let folder = shop().with(
        "relhealth.toml",
        "as_of = 2026-03-31\n[segments]\nfrequency = \"order-days\"\nrecency_limits = [1, 2, 3, 4]\n\
         [[segment]]\nname = \"Regulars\"\nwhere = \"f >= 4\"\n[[segment]]\nname = \"Big spenders\"\nwhere = \"m = 5\"\n",
    );
    let ran = folder.run(&[
        "segments",
        "purchases=orders.csv",
        "-q",
        "-f",
        "json",
        "--recency-limits",
        "30,60,90,120",
    ]);
    let found: Value = serde_json::from_str(&ran.silent().out()).unwrap();
    assert_eq!(found["frequency"], "order-days");
    assert_eq!(found["scoring"]["recency"], serde_json::json!([30.0, 60.0, 90.0, 120.0]));
    assert_eq!(found["scoring"]["frequency"], Value::Null);
    let names: Vec<_> = found["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str(), one["n"].as_u64().unwrap()))
        .collect();
    assert_eq!(names, [(Some("Regulars"), 2), (Some("Big spenders"), 1), (None, 3)]);
}

#[test]
fn groups_and_conditions() {
    let folder = shop();
    let found = json(&folder, &["--by", "channel"]);
    let of = |channel: &str| {
        let segments = found["segments"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["by"]["channel"] == channel);
        segments.map(|one| one["n"].as_u64().unwrap()).sum::<u64>()
    };
    // Where the last order was.
    assert_eq!((of("shop"), of("web")), (2, 4));
    let found = json(&folder, &["--where", "channel = 'shop'"]);
    assert_eq!(found["where"], "channel = 'shop'");
    assert_eq!(found["stakeholders"].as_array().unwrap().len(), 2);
    assert_eq!(found["stakeholders"][0]["frequency"], 2);
}

#[test]
fn identities_can_be_hidden() {
    let folder = shop();
    let found = json(&folder, &["--redact"]);
    let text = found.to_string();
    assert!(!text.contains("cleo") && found["stakeholders"][0]["id"].as_str().unwrap().starts_with("s-"));
}

#[test]
fn every_format_is_written() {
    let folder = shop();
    let args = ["segments", "purchases=orders.csv", "--as-of", "2026-03-31", "-q"];
    folder
        .run(
            &[
                &args[..],
                &["-o", "s.html", "-o", "s.md", "-o", "s.xlsx", "-o", "s.json", "-o", "s.csv"],
            ]
            .concat(),
        )
        .silent();
    let html = folder.read("s.html");
    assert!(
        html.contains("Customer segments") && html.contains("Hibernating") && html.contains("heat"),
        "{html}"
    );
    assert!(folder.read("s.md").contains("| Loyal |"));
    assert!(std::fs::read(folder.path("s.xlsx")).unwrap().starts_with(b"PK"));
    assert_eq!(folder.read("s.csv").lines().count(), 7);
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let folder = shop().with("people.csv", "stakeholder_id,region\nann,north\n");
    folder
        .run(&["segments", "stakeholders=people.csv", "--as-of", "2026-03-31", "-q"])
        .code(2)
        .says(str![[r#"
error: segments need purchases, and no input has any
hint: name a file with orders, such as purchases=orders.csv

"#]]);
    folder
        .run(&["segments", "purchases=orders.csv", "--by", "chanel", "-q"])
        .code(2)
        .says(str![[r#"
error: unknown dimension `chanel`
hint: did you mean `channel`?

"#]]);
    let said = folder
        .run(&["segments", "purchases=orders.csv", "--recency-limits", "30,20,1,2"])
        .code(2)
        .err();
    assert!(said.contains("four ascending numbers"), "{said}");
    let said = folder
        .run(&["segments", "purchases=orders.csv", "--frequency", "visits"])
        .code(2)
        .err();
    assert!(said.contains("orders or order-days"), "{said}");
    let folder = Folder::new().with("relhealth.toml", "[[segment]]\nname = \"A\"\nwhere = \"recency > 3\"\n");
    folder.run(&["segments", "-q"]).code(2).says(str![[r#"
error: unknown column `recency`
 --> relhealth.toml:3:10
  |
3 | where = "recency > 3"
  |          ^^^^^^^
  |
hint: columns are r, f, m

"#]]);
}

#[test]
fn a_file_without_orders_gives_no_customers() {
    let folder = Folder::new().with("orders.csv", "stakeholder_id,order_id,occurred_at,amount\n");
    let args = ["segments", "purchases=orders.csv", "--as-of", "2026-03-31", "-q"];
    let ran = folder.run(&[&args[..], &["-f", "json"]].concat()).code(0);
    let found: Value = serde_json::from_str(&ran.out()).unwrap();
    assert_eq!(found["stakeholders"], serde_json::json!([]));
    assert_eq!(found["segments"][0]["n"], 0);
    folder.run(&args).silent();
}

#[test]
fn revenue_of_some_lines_of_an_order_whose_total_alone_is_known_is_missing() {
    // The total is repeated on the lines of an order, and the lines are of two products.
    let lines = "order_id,customer_id,order_date,product,quantity,order_total\n\
                 1,a,2026-03-05,X,1,100\n1,a,2026-03-05,Y,1,100\n2,a,2026-05-05,Y,1,50\n\
                 3,b,2026-04-15,X,1,30\n3,b,2026-04-15,X,2,30\n4,b,2026-05-29,Y,1,40\n4,b,2026-05-29,X,1,40\n5,c,2026-05-29,X,1,70\n";
    let folder = Folder::new().with("lines.csv", lines);
    let read = |command: &[&str], condition: &[&str]| -> Value {
        let ran = folder
            .run(&[command, &["purchases=lines.csv", "-q", "-f", "json"], condition].concat())
            .silent();
        serde_json::from_str(&ran.out()).unwrap()
    };
    let of = |found: &Value, id: &str| {
        let all = found["stakeholders"].as_array().unwrap();
        let one = all.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("{id}"));
        (one["frequency"].as_u64().unwrap(), one["monetary"].as_f64())
    };
    let all = read(&["segments"], &[]);
    assert_eq!(
        [of(&all, "a"), of(&all, "b"), of(&all, "c")],
        [(2, Some(150.0)), (2, Some(70.0)), (1, Some(70.0))]
    );
    let some = read(&["segments"], &["--where", "product = 'Y'"]);
    assert_eq!(some["value_absent"], "order lines differ");
    assert_eq!([of(&some, "a"), of(&some, "b")], [(2, None), (1, None)]);
    // Orders can be counted all the same.
    let cohorts = ["cohorts", "--grain", "month", "--measure"];
    let cell = |measure: &str, condition: &[&str]| {
        let found = read(&[&cohorts[..], &[measure]].concat(), condition);
        let cell = &found["cohorts"][0]["cells"][0];
        (cell["value"].as_f64(), cell["absent"].as_str().map(str::to_string))
    };
    assert_eq!(cell("revenue", &[]), (Some(100.0), None));
    assert_eq!(
        cell("revenue", &["--where", "product = 'Y'"]),
        (None, Some("order lines differ".to_string()))
    );
    assert_eq!(cell("orders", &["--where", "product = 'Y'"]), (Some(1.0), None));
}

// One of two orders has lines of two products; a line without a product does not differ.
#[test]
fn customers_of_orders_in_several_groups_are_told_of() {
    let lines = "customer_id,order_id,ordered_at,amount,product\n\
                 a,1,2026-09-01,10,tea\na,1,2026-09-01,20,cups\nb,2,2026-09-03,30,tea\nb,2,2026-09-03,5,\n";
    let folder = Folder::new().with("lines.csv", lines);
    let options = ["lines.csv", "--as-of", "2026-10-01", "--format", "json"];
    let said = "note[divided-orders]: 1 order has lines in several groups.";
    for command in ["segments", "cohorts"] {
        let ran = folder.run(&[&[command, "--by", "product"], &options[..]].concat()).code(0);
        assert!(ran.err().contains(said), "{command}: {}", ran.err());
        let ran = folder.run(&[&[command], &options[..]].concat()).code(0);
        assert!(!ran.err().contains("divided-orders"), "{command}: {}", ran.err());
    }
}
