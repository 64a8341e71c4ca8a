//! Exports that are not clean: what is used, what is not and why, and what is said about it.

use serde_json::Value;

use super::harness::{Ran, run};

/// Measures orders and revenue of January 2026 of files in `testdata`.
fn january(files: &[&str], more: &[&str]) -> Ran {
    let inputs: Vec<String> = files.iter().map(|file| format!("purchases=testdata/{file}")).collect();
    let mut args = vec![
        "measure",
        "--period",
        "2026-01",
        "--as-of",
        "2026-01-31",
        "-m",
        "orders,revenue",
        "--format",
        "json",
    ];
    args.extend(inputs.iter().map(String::as_str));
    args.extend(more);
    run(&args)
}

/// Checks the account (read, used, rejected, duplicate, excluded) of the last file, and orders and revenue of all.
#[track_caller]
fn gives(ran: &Ran, account: [u64; 5], orders: f64, revenue: f64) {
    assert_eq!(ran.code(), 0, "{}", ran.err());
    let measured: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let file = measured["account"].as_array().expect("account").last().expect("a file");
    let counts = ["read", "used", "rejected", "duplicate", "excluded"].map(|key| file[key].as_u64().expect("a count"));
    assert_eq!(counts, account, "{file}");
    let value = |metric: &str| {
        measured["cells"]
            .as_array()
            .expect("cells")
            .iter()
            .find(|c| c["metric"] == metric)
            .expect(metric)["value"]
            .as_f64()
    };
    assert_eq!((value("orders"), value("revenue")), (Some(orders), Some(revenue)));
}

/// The values of a dimension that a run is sliced by.
fn slices(ran: &Ran, dimension: &str) -> Vec<String> {
    assert_eq!(ran.code(), 0, "{}", ran.err());
    let measured: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let cells = measured["cells"]
        .as_array()
        .expect("cells")
        .iter()
        .filter(|c| c["metric"] == "orders");
    cells.map(|c| c["by"][dimension].as_str().expect("a value").to_string()).collect()
}

/// Checks that a run stops with an exit code, prints nothing, and says all of these.
#[track_caller]
fn stops(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!((ran.code(), ran.out().as_str()), (code, ""), "{}", ran.err());
    for word in words {
        assert!(ran.err().contains(word), "it does not say {word:?}:\n{}", ran.err());
    }
}

/// The rejects of a run, as the file that `--rejects` writes.
fn rejects(file: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("rejects.csv");
    january(&[file], &["--rejects", path.to_str().expect("UTF-8")]).succeeded();
    std::fs::read_to_string(path).expect("the rejects")
}

#[test]
fn bad_dates_are_rejected_one_by_one() {
    let ran = january(&["bad-date.csv"], &[]);
    gives(&ran, [4, 2, 2, 0, 0], 2.0, 50.0);
    assert!(
        ran.err()
            .starts_with("testdata/bad-date.csv: 4 read = 2 used + 2 rejected (2 bad-date)\n"),
        "{}",
        ran.err()
    );
    assert_eq!(
        rejects("bad-date.csv"),
        "file,line,record,fate,column,code,reason,raw\n\
         testdata/bad-date.csv,3,2,rejected,ordered_at,bad-date,not a date: day 30 of month 2: '2026-02-30',\"bob,2,2026-02-30,20.00\"\n\
         testdata/bad-date.csv,4,3,rejected,ordered_at,bad-date,not a date: 'yesterday',\"cem,3,yesterday,30.00\"\n"
    );
}

#[test]
fn text_in_a_number_is_rejected_and_money_is_read_as_people_write_it() {
    gives(&january(&["text-in-number.csv"], &[]), [5, 3, 2, 0, 0], 2.0, 1047.0);
    let rejects = rejects("text-in-number.csv");
    assert!(
        rejects.contains(",3,2,rejected,amount,bad-amount,") && rejects.contains("\"bob,2,2026-01-06,twelve\""),
        "{rejects}"
    );
    assert!(rejects.contains(",6,5,rejected,amount,missing,"), "{rejects}");
}

#[test]
fn a_budget_decides_how_much_may_be_rejected() {
    stops(
        &january(&["bad-date.csv"], &["--strict"]),
        3,
        &["2 of 4 records", "--strict", "line 3, ordered_at", "--max-rejects"],
    );
    stops(&january(&["bad-date.csv"], &["--max-rejects", "1"]), 3, &["2 of 4 records"]);
    gives(&january(&["bad-date.csv"], &["--max-rejects", "2"]), [4, 2, 2, 0, 0], 2.0, 50.0);
}

#[test]
fn ragged_records_are_not_guessed_at() {
    gives(&january(&["ragged.csv"], &[]), [4, 2, 2, 0, 0], 2.0, 50.0);
    let rejects = rejects("ragged.csv");
    assert!(
        rejects.contains(",3,2,rejected,,too-few-cells,\"2 cells, and the header has 4\",\"bob,2\"\n"),
        "{rejects}"
    );
    assert!(
        rejects.contains(",4,3,rejected,,too-many-cells,\"6 cells, and the header has 4\","),
        "{rejects}"
    );
}

#[test]
fn line_breaks_in_quotes_belong_to_the_cell_and_count_as_lines() {
    gives(&january(&["line-breaks.csv"], &[]), [2, 1, 1, 0, 0], 1.0, 10.0);
    assert!(rejects("line-breaks.csv").contains("testdata/line-breaks.csv,4,2,rejected,ordered_at,bad-date,"));
}

#[test]
fn lines_may_end_with_carriage_returns_alone() {
    gives(&january(&["cr.csv"], &[]), [3, 3, 0, 0, 0], 3.0, 60.0);
}

#[test]
fn semicolons_decimal_commas_and_days_before_months_are_seen() {
    let ran = january(&["semicolon.csv"], &[]);
    gives(&ran, [3, 3, 0, 0, 0], 2.0, 1025.5);
    for note in [
        "amount: decimal comma",
        "ordered_at: day, month, year, because '26.01.2026' on line 3",
    ] {
        assert!(ran.err().contains(note), "{}", ran.err());
    }
}

#[test]
fn duplicate_headers_get_names_of_their_own() {
    let ran = january(&["duplicate-headers.csv"], &["--by", "note.2"]);
    assert!(ran.err().contains("Column 5 is read as note.2"), "{}", ran.err());
    assert_eq!(slices(&ran, "note.2"), ["(none)", "fragile"]);
}

#[test]
fn bytes_that_are_no_utf_8_are_windows_1252() {
    let ran = january(&["windows-1252.csv"], &["--by", "channel"]);
    assert!(ran.err().contains("not UTF-8. It is read as windows-1252"), "{}", ran.err());
    assert_eq!(slices(&ran, "channel"), ["Café"]);
    gives(&january(&["windows-1252.csv"], &[]), [2, 2, 0, 0, 0], 2.0, 30.0);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_header() {
    let ran = january(&["bom.csv"], &[]);
    gives(&ran, [1, 1, 0, 0, 0], 1.0, 10.0);
    assert_eq!(ran.err(), "testdata/bom.csv: 1 read = 1 used\n");
}

#[test]
fn a_header_alone_is_no_error_and_no_zero() {
    let ran = january(&["header-only.csv"], &[]);
    assert_eq!(ran.code(), 0, "{}", ran.err());
    let measured: Value = serde_json::from_str(&ran.out()).expect("JSON");
    assert_eq!(measured["account"][0]["read"], 0);
    let cells = measured["cells"].as_array().expect("cells");
    let found: Vec<_> = cells
        .iter()
        .map(|cell| (&cell["metric"], &cell["value"], &cell["absent"]))
        .collect();
    let absent = Value::from("no data");
    assert_eq!(
        found,
        [
            (&"orders".into(), &Value::Null, &absent),
            (&"revenue".into(), &Value::Null, &absent)
        ]
    );
}

#[test]
fn files_that_cannot_be_used_stop_the_run() {
    stops(&january(&["empty.csv"], &[]), 3, &["error: ", "testdata/empty.csv is empty"]);
    stops(
        &january(&["binary.csv"], &[]),
        3,
        &["error: cannot read testdata/binary.csv", "its zip data are damaged"],
    );
    stops(
        &january(&["missing.csv"], &[]),
        3,
        &["error: cannot read testdata/missing.csv", "no such file"],
    );
    let needs = [
        "testdata/no-amount-column.csv",
        "no column for amount",
        "customer_id, order_id, ordered_at",
        "--map",
    ];
    stops(&january(&["no-amount-column.csv"], &[]), 3, &needs);
}

#[test]
fn dates_that_can_be_read_in_two_ways_stop_the_run_until_somebody_says_which() {
    let ran = january(&["ambiguous-dates.csv"], &[]);
    stops(
        &ran,
        3,
        &["'01/02/2026' could be 2026-02-01 (dmy) or 2026-01-02 (mdy)", "--dates dmy"],
    );
    let ran = january(
        &["ambiguous-dates.csv"],
        &[
            "--map",
            "ambiguous-dates.csv:occurred_at={ column = 'ordered_at', format = '%m/%d/%Y' }",
        ],
    );
    gives(&ran, [2, 1, 0, 0, 1], 1.0, 10.0);
}

#[test]
fn overlapping_exports_count_a_record_once() {
    let ran = january(&["overlap-1.csv", "overlap-2.csv"], &[]);
    gives(&ran, [2, 1, 0, 1, 0], 2.0, 30.0);
    says(
        &ran,
        &[
            "testdata/overlap-1.csv: 2 read = 1 used + 1 duplicate (1 same-record)",
            "testdata/overlap-2.csv: 2 read = 1 used + 1 duplicate (1 duplicate)",
            "note[repeated-record]: testdata/overlap-1.csv: purchases: 1 record is equal to an earlier record",
        ],
    );
}

#[test]
fn purchases_of_nobody_are_left_out_and_counted() {
    gives(&january(&["no-customer.csv"], &[]), [3, 2, 0, 0, 1], 1.0, 5.0);
}

/// Lines of an order beside the one with its amount count for nothing, and share its fate.
#[test]
fn an_order_s_amount_may_stand_on_its_first_record_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let orders = "customer_id,order_id,ordered_at,total,currency,status\n\
                  ann,1,2026-01-05,10.00,EUR,paid\nann,1,2026-01-05,,,\n\
                  bob,2,2026-01-06,20.00,EUR,cancelled\nbob,2,2026-01-06,,,\n\
                  cem,3,2026-01-07,30.00,EUR,paid\ncem,3,2026-01-07,30.00,EUR,paid\n\
                  dee,4,2026-01-08,,EUR,paid\n";
    let config = "[[source]]\npath = \"orders.csv\"\nkind = \"purchases\"\namount_on = \"order\"\n[source.map]\namount = \"total\"\n\
                  order_id = \"order_id\"\ncurrency = \"currency\"\nstatus = \"status\"\n";
    std::fs::write(folder.path().join("orders.csv"), orders).expect("can be written");
    std::fs::write(folder.path().join("relhealth.toml"), config).expect("can be written");
    let config = folder.path().join("relhealth.toml");
    let ran = run(&[
        "measure",
        "--config",
        config.to_str().expect("UTF-8"),
        "--period",
        "2026-01",
        "--as-of",
        "2026-01-31",
        "-m",
        "orders,revenue",
        "--format",
        "json",
    ]);
    gives(&ran, [7, 4, 1, 0, 2], 2.0, 40.0);
    assert!(
        ran.err().contains("1 missing") && ran.err().contains("1 cancelled") && ran.err().contains("1 order-excluded"),
        "{}",
        ran.err()
    );
}

/// What an expression turns into the amount is not read as a refund once more.
#[test]
fn a_column_within_an_expression_is_not_recognised_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let returns = "customer_id,order_id,ordered_at,refund\nann,1,2026-01-05,4.00\n";
    let orders = "customer_id,order_id,ordered_at,amount\nann,1,2026-01-05,10.00\n";
    let config = "[[source]]\npath = \"orders.csv\"\nkind = \"purchases\"\n\
                  [[source]]\npath = \"returns.csv\"\nkind = \"purchases\"\n[source.map]\namount = { expr = \"0 - refund\" }\n";
    for (name, text) in [("returns.csv", returns), ("orders.csv", orders), ("relhealth.toml", config)] {
        std::fs::write(folder.path().join(name), text).expect("can be written");
    }
    let config = folder.path().join("relhealth.toml");
    let ran = run(&[
        "measure",
        "--config",
        config.to_str().expect("UTF-8"),
        "--period",
        "2026-01",
        "--as-of",
        "2026-01-31",
        "-m",
        "orders,revenue",
        "--format",
        "json",
    ]);
    gives(&ran, [1, 1, 0, 0, 0], 1.0, 6.0);
}

/// Runs January's orders and revenue over files in a folder of their own.
fn january_of(files: &[(&str, &str)], more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut args = vec!["measure", "--period", "2026-01", "-m", "orders,revenue", "--format", "json"];
    let mut inputs = Vec::new();
    for (input, text) in files {
        let (kind, name) = input.split_once('=').expect("KIND=NAME");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("can be written");
        inputs.push(format!("{kind}={}", path.display()));
    }
    args.extend(inputs.iter().map(String::as_str));
    args.extend(more);
    run(&args)
}

/// Checks that a run says each of these on stderr.
#[track_caller]
fn says(ran: &Ran, words: &[&str]) {
    for word in words {
        assert!(ran.err().contains(word), "it does not say {word:?}:\n{}", ran.err());
    }
}

#[test]
fn somebody_known_by_an_address_is_one_customer() {
    let roster = "customer_id,email\nC1,Ann@Example.org\nC2,bob@example.org\n";
    let orders = "customer_id,order_id,ordered_at,amount\nann@example.org,1,2026-01-05,10\nC1,1,2026-01-06,20\n\
                  guest,2,2026-01-07,5\n,3,2026-01-31,5\n";
    let ran = january_of(&[("purchases=orders.csv", orders), ("stakeholders=roster.csv", roster)], &[]);
    // Both lines are one order of one customer.
    let measured: Value = serde_json::from_str(&ran.out()).expect("JSON");
    let orders = measured["cells"]
        .as_array()
        .expect("cells")
        .iter()
        .find(|c| c["metric"] == "orders")
        .map(|c| c["value"].as_f64());
    assert_eq!((ran.code(), orders), (0, Some(Some(2.0))), "{}", ran.err());
    says(
        &ran,
        &[
            "note[merged-by-email]: 1 ID was merged with the stakeholder whose e-mail address it is",
            "orders.csv: 1 purchase (25.0% of the file) has no stakeholder ID and was excluded",
            "orders.csv: purchases: 1 record has a placeholder as ID, for example 'guest'. It counts for no person",
        ],
    );
    let codes: Vec<&str> = measured["notes"]
        .as_array()
        .expect("notes")
        .iter()
        .filter_map(|n| n["code"].as_str())
        .collect();
    assert_eq!(codes, ["placeholder-id", "merged-by-email", "purchases-of-nobody"]);
}

#[test]
fn the_later_of_two_exports_counts_unless_all_are_asked_for() {
    let first = "customer_id,order_id,ordered_at,amount\nann,1,2026-01-05,10\nbob,2,2026-01-06,20\n";
    let second = "customer_id,order_id,ordered_at,amount\nann,1,2026-01-05,15\nbob,2,2026-01-06,20\ncem,3,2026-01-31,1\n";
    let ran = january_of(&[("purchases=1.csv", first), ("purchases=2.csv", second)], &[]);
    gives(&ran, [3, 2, 0, 1, 0], 3.0, 36.0);
    says(
        &ran,
        &[
            "1.csv: 2 read = 1 used + 1 duplicate (1 superseded)",
            "1.csv: purchases: 1 record shows an earlier state of a record with the same order_id, for example one of 'ann'",
        ],
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("relhealth.toml");
    for (name, text) in [("1.csv", first), ("2.csv", second)] {
        std::fs::write(folder.path().join(name), text).expect("can be written");
    }
    for (setting, revenue) in [("key = [\"order_id\"]", 36.0), ("same_id = \"all\"", 46.0)] {
        let text = format!("[[source]]\npath = \"*.csv\"\nkind = \"purchases\"\n{setting}\n");
        std::fs::write(&config, text).expect("can be written");
        let config = config.to_str().expect("UTF-8");
        let shown = ["--period", "2026-01", "-m", "orders,revenue", "--format", "json"];
        let ran = run(&[&["measure", "--config", config], &shown[..]].concat());
        assert!(!ran.err().contains("earlier-state"), "{}", ran.err());
        gives(&ran, [3, 2, 0, 1, 0], 3.0, revenue);
    }
}

#[test]
fn contradictions_are_told_with_their_line_where_lines_are_read() {
    let orders = "customer_id,order_id,ordered_at,amount,quantity,refund,delivered_at,status\n\
                  ann,1,2026-01-05,10,1,,2026-01-04,paid\nbob,2,2026-01-06,20,-1,,2026-01-07,Storniert\n\
                  cem,3,2026-01-07,30,-1,31,2026-01-31,paid\n";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("orders.csv");
    std::fs::write(&path, orders).expect("can be written");
    let input = format!("purchases={}", path.display());
    let ran = run(&["rows", "orders", &input, "--period", "2026-01", "--as-of", "2026-01-31"]);
    assert_eq!(ran.code(), 0, "{}", ran.err());
    says(
        &ran,
        &[
            "1 excluded (1 cancelled)",
            "orders.csv:2: purchases: 1 record has `delivered_at` before `occurred_at`",
            "orders.csv:4: purchases: 1 record has a negative quantity and a positive amount",
            "orders.csv:4: purchases: 1 record has a refund that is larger than its amount",
        ],
    );
}
