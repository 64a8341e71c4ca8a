//! `convert`: records as they are read, and the canonical tables.

use std::io::{Read, Write};
use std::process::Stdio;

use snapbox::{assert_data_eq, str};

use crate::harness::{Folder, run};

/// Ragged, with blank lines, quotes, breaks in quotes, doubled names and mixed line ends.
const RAGGED: &str = "Id ;Note;Note\r\n1;\"two\nlines; \"\"quoted\"\"\";x\r2;a, b\n\n3;;;4\n\"\"\n5;'=1+1;caf\u{e9}";

#[test]
fn records_as_they_are_read() {
    Folder::new()
        .with("a.csv", RAGGED)
        .run(&["convert", "--raw", "a.csv"])
        .prints(str![[r#"
Id ,Note,Note
1,"two
lines; ""quoted""",x
2,"a, b"
3,,,4
""
5,'=1+1,café

"#]]);
}

#[test]
fn any_encoding_becomes_utf_8_with_line_feeds() {
    let wanted = "name,n\ncafé,1\n";
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain("name\tn\r\ncafé\t1\r\n".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let folder = Folder::new()
        .with("old.csv", b"name,n\rcaf\xe9,1\r")
        .with("wide.tsv", wide)
        .with("marked.csv", "\u{feff}name,n\ncafé,1")
        .with("packed.csv.zst", zstd::encode_all("name;n\ncafé;1\n".as_bytes(), 1).unwrap());
    for name in ["old.csv", "wide.tsv", "marked.csv", "packed.csv.zst"] {
        let ran = folder.run(&["convert", name, "--raw"]).code(0);
        assert_eq!(ran.out(), wanted, "{name}");
        let said = match name {
            "old.csv" => "note[encoding]: The file is not UTF-8. It is read as windows-1252\n",
            "wide.tsv" => "note[encoding]: The file is not UTF-8. It is read as UTF-16LE\n",
            _ => "",
        };
        assert_eq!(ran.err(), said, "{name}");
    }
    folder.run(&["convert", "--raw", "old.csv", "-o", "new.csv", "-q"]).silent();
    assert_eq!(folder.read("new.csv"), wanted);
    // What was converted once is as it is.
    assert_eq!(folder.run(&["convert", "--raw", "new.csv"]).silent().out(), wanted);
}

#[test]
fn an_encoding_found_out_late_is_known_from_the_start() {
    let mut bytes = "caf\u{e9},1\n".repeat(100_000).into_bytes();
    bytes.extend(b"caf\xe9,2\n");
    let out = Folder::new().with("a.csv", bytes).run(&["convert", "--raw", "a.csv"]).code(0);
    // What is UTF-8 stays it, and the one byte that is none is not lost.
    assert!(out.out() == "café,1\n".repeat(100_000) + "café,2\n");
    assert!(out.err().contains("1 byte is not UTF-8, on line 100001"), "{}", out.err());
}

#[test]
fn a_source_says_the_delimiter() {
    let folder = Folder::new()
        .with("a.csv", "a,b#c\n1,2#3\n")
        .with("relhealth.toml", "[[source]]\npath = \"a.csv\"\ndelimiter = \"#\"\n");
    folder.run(&["convert", "--raw", "a.csv"]).prints(str![[r#"
"a,b",c
"1,2",3

"#]]);
}

#[test]
fn what_is_empty_gives_nothing() {
    for text in ["", "\n\r\n", "\u{feff}"] {
        let ran = Folder::new().with("a.csv", text).run(&["convert", "--raw", "a.csv"]).silent();
        assert_eq!(ran.out(), "", "{text:?}");
    }
}

#[test]
fn standard_input_and_a_pipe_that_is_closed() {
    let folder = Folder::new();
    let mut child = folder
        .command(&["convert", "--raw", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || input.write_all("a;b\n1;2\n".repeat(1_000_000).as_bytes()));
    let mut first = [0; 8];
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut first).unwrap();
    drop(output);
    feeder.join().unwrap().unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!((&first, ended.status.code(), ended.stderr.len()), (b"a,b\n1,2\n", Some(0), 0));
}

#[test]
fn what_cannot_be_read_is_said_before_anything_is_written() {
    let mut bytes = b"a,b\n".repeat(50_000);
    bytes.resize(250_000, 0);
    let folder = Folder::new().with("a.csv", bytes);
    folder.run(&["convert", "--raw", "a.csv"]).code(3).says(str![[r#"
error: cannot read a.csv: it is not a text file (zero bytes, first in line 50001); export it as CSV in UTF-8

"#]]);
    folder.run(&["convert", "--raw", "a.csv", "-o", "b.csv"]).code(3);
    assert!(!folder.path("b.csv").exists());
    folder.run(&["convert", "--raw", "b.csv"]).code(3).says(str![[r#"
error: cannot read b.csv: there is no such file; did you mean a.csv?

"#]]);
}

#[test]
fn one_file_and_nothing_written_over() {
    let folder = Folder::new().with("a.csv", "a\n1\n").with("b.csv", "b\n");
    folder.run(&["convert", "--raw", "a.csv", "b.csv"]).code(2).says(str![[r#"
error: --raw takes one file, and there are a.csv and b.csv
hint: name one file

"#]]);
    run(&["convert", "--raw"]).code(2).says(str![[r#"
error: --raw needs a file
hint: name one: relhealth convert --raw FILE

"#]]);
    folder.run(&["convert", "--raw", "a.csv", "-o", "b.csv"]).code(2).says(str![[r#"
error: b.csv exists already
hint: name another one, or write over it with --force

"#]]);
    assert_eq!(folder.read("b.csv"), "b\n");
    folder.run(&["convert", "--raw", "a.csv", "-o", "b.csv", "--force"]).silent();
    assert_eq!(folder.read("b.csv"), "a\n1\n");
    folder.run(&["convert", "--raw", "a.csv", "-o", "no/b.csv"]).code(2).says(str![[r#"
error: cannot write no/b.csv: there is no folder no; check the path

"#]]);
}

/// Orders with everything that is hard to write: dates among times, cents and less, formulas, breaks, a duplicate and a reject.
const ORDERS: &str = "\
customer_id,order_id,ordered_at,amount,cost,promised_at,note,Status
C1,A-1,2026-01-05T09:30:00+01:00,12.5,1.2345,2026-01-07,=1+1,paid
C2,A-2,2026-01-06T10:00:00Z,-3,,2026-01-09,\"two
lines, \"\"quoted\"\"\",paid
C1,A-3,2026-01-07 08:00,1250,7,,'-5,void
C3,A-4,2026-01-32,1,,,x,paid
=C4,A-5,2026-02-01T00:00:00Z,0.005,0,2026-02-03,@x,paid
";

#[test]
fn tables_are_written_and_described() {
    let folder = Folder::new().with("orders.csv", ORDERS);
    folder
        .run(&[
            "convert",
            "orders.csv",
            "-o",
            "out",
            "--timezone",
            "Europe/Berlin",
            "--rejects",
            "rejects.csv",
        ])
        .code(0)
        .says(str![[r#"
orders.csv: 5 read = 3 used + 1 rejected + 1 excluded (1 bad-date, 1 cancelled)
note[decided]: orders.csv: amount: decimal point, because '12.5' on line 2 is a number only with it
note[decided]: orders.csv: cost: decimal point, because '1.2345' on line 2 is a number only with it
note[decided]: orders.csv: ordered_at: every cell shows its own order of day, month and year. 1 cell is not a date: '2026-01-32' on line 6
note[decided]: orders.csv: promised_at: every cell shows its own order of day, month and year

"#]]);
    assert_data_eq!(
        folder.read("out/purchases.csv"),
        str![[r#"
stakeholder_id,occurred_at,amount,order_id,cost,status,promised_at,note
'=C4,2026-02-01T00:00:00Z,0.0050,A-5,0.00,paid,2026-02-03,'@x
C1,2026-01-05T08:30:00Z,12.50,A-1,1.2345,paid,2026-01-07,'=1+1
C2,2026-01-06T10:00:00Z,-3.00,A-2,,paid,2026-01-09,"two
lines, ""quoted"""

"#]]
    );
    assert_data_eq!(
        folder.read("out/relhealth.toml"),
        str![[r##"
# Written by `relhealth convert`: the settings of the configuration that was used, and how the tables next to this file are read.
as_of = 2026-02-01
timezone = "Europe/Berlin"

[[source]]
path = "purchases.csv"
kind = "purchases"
delimiter = ","
decimal = "."

[source.map]
amount = "amount"
cost = "cost"
occurred_at = "occurred_at"
order_id = "order_id"
promised_at = "promised_at"
stakeholder_id = "stakeholder_id"
status = "status"

"##]]
    );
    assert!(folder.read("rejects.csv").contains("bad-date"));
    // Read again, a guard is no part of the text, and everything is written as it was.
    for (format, again) in [("csv", "again"), ("parquet", "packed")] {
        folder
            .run(&["convert", "--config", "out/relhealth.toml", "-o", again, "-f", format])
            .code(0);
    }
    folder
        .run(&["convert", "--config", "packed/relhealth.toml", "-o", "unpacked"])
        .code(0);
    for copy in ["again", "unpacked"] {
        assert_eq!(
            folder.read(&format!("{copy}/purchases.csv")),
            folder.read("out/purchases.csv"),
            "{copy}"
        );
    }
}

#[test]
fn what_one_export_has_and_another_has_not_stays_told_apart() {
    let folder = Folder::new()
        .with("tickets.csv", "customer_id,ticket_id,created_at,first_response_at,Topic\na,1,2026-01-05T09:00Z,,x\nb,2,2026-01-05T09:00Z,2026-01-05T10:00Z,y\n")
        .with("calls.csv", "customer_id,created_at,duration\na,2026-01-06T09:00Z,5\n")
        .with(
            "relhealth.toml",
            "# kept\n[targets]\nfirst_response_hours = 4\n[[source]]\npath = \"tickets.csv\"\nkind = \"interactions\"\n\
             [[source]]\npath = \"calls.csv\"\nkind = \"interactions\"\nprivate = true\n",
        );
    folder.run(&["convert", "-o", "out", "-q"]).silent();
    assert_data_eq!(
        folder.read("out/interactions.csv"),
        str![[r#"
stakeholder_id,occurred_at,case_id,responded_at,duration,topic,converted_from
a,2026-01-05T09:00:00Z,1,,,x,tickets.csv
a,2026-01-06T09:00:00Z,,,5,,calls.csv
b,2026-01-05T09:00:00Z,2,2026-01-05T10:00:00Z,,y,tickets.csv

"#]]
    );
    let description = folder.read("out/relhealth.toml");
    for part in [
        "[targets]\nfirst_response_hours = 4\n",
        "where = \"converted_from = 'tickets.csv'\"\ndelimiter",
        "where = \"converted_from = 'calls.csv'\"\nprivate = true\n",
    ] {
        assert!(description.contains(part), "{part}\n{description}");
    }
    let rate = |config: &str| {
        let ran = folder.run(&[
            "measure",
            "--config",
            config,
            "-m",
            "unanswered_rate,interactions",
            "--period",
            "2026-01",
            "-f",
            "csv",
            "-q",
        ]);
        ran.silent().out()
    };
    assert_eq!(rate("relhealth.toml"), rate("out/relhealth.toml"));
    assert!(rate("out/relhealth.toml").contains("unanswered_rate,2026-01"));
}

#[test]
fn tables_need_a_folder_and_spare_what_is_there() {
    let folder = Folder::new()
        .with("orders.csv", ORDERS)
        .with("file", "x")
        .with("there/purchases.csv", "mine\n");
    let run = |args: &[&str]| folder.run(&[&["convert", "orders.csv", "--max-rejects", "50%", "-q"], args].concat());
    let error = run(&[]).code(2).err();
    assert!(error.contains("--output <DIR>"), "{error}");
    run(&["-o", "file"]).code(2).says(str![[r#"
error: file is a file
hint: name a folder: a file is written for each table

"#]]);
    run(&["-o", "file/sub"]).code(2).says(str![[r#"
error: cannot write file/sub: a part of its path is a file, not a folder; check the path

"#]]);
    run(&["-o", "there"]).code(2).says(str![[r#"
error: there/purchases.csv exists already
hint: name another one, or write over it with --force

"#]]);
    assert_eq!(folder.read("there/purchases.csv"), "mine\n");
    assert!(!folder.path("there/relhealth.toml").exists());
    run(&["-o", "there", "--force"]).silent();
    assert!(folder.read("there/purchases.csv").starts_with("stakeholder_id,"));
    // Another format has another file; the description is one for both.
    run(&["-o", "there", "-f", "parquet"]).code(2).says(str![[r#"
error: there/relhealth.toml exists already
hint: name another one, or write over it with --force

"#]]);
    run(&["--raw", "-f", "parquet"]).code(2);
    run(&["-o", "x", "-f", "xlsx"]).code(2);
    folder.run(&["convert", "-o", "x"]).code(2);
    folder.run(&["convert", "orders.csv", "-o", "x", "--strict"]).code(3);
    assert!(!folder.path("x").exists(), "nothing is begun that is not done");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_to_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new().with("orders.csv", ORDERS).with("locked/x", "");
    let locked = folder.path("locked");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).unwrap();
    // Whoever may do everything is not held up.
    if std::fs::write(locked.join("probe"), "").is_err() {
        let ran = folder.run(&["convert", "orders.csv", "-o", "locked", "-q"]).code(2);
        assert!(ran.err().contains("permission denied"), "{}", ran.err());
    }
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn parquet_is_read_as_csv_is() {
    let folder = Folder::new().with("orders.csv", ORDERS);
    folder.run(&["convert", "orders.csv", "-o", "out", "-f", "parquet", "-q"]).silent();
    folder.run(&["convert", "--raw", "out/purchases.parquet"]).prints(str![[r#"
stakeholder_id,occurred_at,amount,order_id,cost,status,promised_at,note
=C4,2026-02-01T00:00:00Z,0.0050,A-5,0.0000,paid,2026-02-03,@x
C1,2026-01-05T08:30:00Z,12.5000,A-1,1.2345,paid,2026-01-07,=1+1
C2,2026-01-06T10:00:00Z,-3.0000,A-2,,paid,2026-01-09,"two
lines, ""quoted"""

"#]]);
    let whole = std::fs::read(folder.path("out/purchases.parquet")).unwrap();
    for length in [4, 12, whole.len() / 2, whole.len() - 1] {
        let short = Folder::new().with("a.parquet", &whole[..length]);
        let ran = short.run(&["measure", "purchases=a.parquet"]).code(3);
        assert!(
            ran.err().starts_with("error: cannot read a.parquet: its Parquet data end early"),
            "{}",
            ran.err()
        );
    }
    // Wherever a byte is wrong: read, or refused, and never a defect.
    for at in (4..whole.len() - 4).step_by(61) {
        let mut wrong = whole.clone();
        wrong[at] ^= 0xa5;
        let ran = Folder::new().with("a.parquet", wrong).run(&["convert", "--raw", "a.parquet"]);
        let error = ran.err();
        assert!(
            error.is_empty() || error.starts_with("error: cannot read a.parquet: "),
            "byte {at}: {error}"
        );
    }
}

/// The cells of a measurement without notes.
fn values(folder: &Folder, args: &[&str]) -> String {
    let all = [&["measure", "-f", "csv", "-q"][..], args].concat();
    folder.run(&all).silent().out()
}

#[test]
fn dates_among_times_stay_dates_and_midnights_that_are_times_stay_times() {
    let some = "customer_id,ticket_id,created_at,resolved_at\na,1,2026-01-05 09:00,2026-01-05 12:00\nb,2,2026-01-06 09:00,2026-01-07\n\
                c,3,2026-01-07 09:00,2026-01-08 10:30\nd,4,2026-01-08 09:00,2026-01-09 11:00\ne,5,2026-01-09 09:00,2026-01-09 12:00\n";
    let times =
        "customer_id,ticket_id,created_at,resolved_at\na,1,2026-01-05T00:00Z,2026-01-07T00:00Z\nb,2,2026-01-06T00:00Z,2026-01-07T00:00Z\n";
    let stated = "[[source]]\npath = \"tickets.csv\"\nkind = \"interactions\"\n[source.map]\ncreated_at = { column = \"created_at\", dimension = true }\n\
                  occurred_at = { column = \"created_at\", precision = \"time\" }\nresolved_at = { column = \"resolved_at\", precision = \"time\" }\n\
                  stakeholder_id = \"customer_id\"\ncase_id = \"ticket_id\"\n";
    for (text, config) in [(some, ""), (times, stated)] {
        let folder = Folder::new().with("tickets.csv", text).with("relhealth.toml", config);
        let metrics = [
            "-m",
            "resolution_time_mean,resolution_days_mean,cases_opened",
            "--period",
            "2026-01",
            "--as-of",
            "2026-01-31",
        ];
        let before = values(
            &folder,
            &[&metrics[..], if config.is_empty() { &["tickets.csv"] } else { &[] }].concat(),
        );
        assert_eq!(before.contains("days only"), config.is_empty(), "{before}");
        for format in ["csv", "parquet"] {
            let input: &[&str] = if config.is_empty() { &["tickets.csv"] } else { &[] };
            folder
                .run(&[&["convert", "-o", format, "-f", format, "--as-of", "2026-01-31", "-q"][..], input].concat())
                .silent();
            let described = format!("{format}/relhealth.toml");
            assert_eq!(
                values(&folder, &[&["--config", &described][..], &metrics].concat()),
                before,
                "{format}\n{}",
                folder.read(&described)
            );
        }
    }
}

#[test]
fn amounts_of_orders_stay_those_of_orders() {
    let text = "order_id,customer,order_date,order_total,product\n1,a,2026-10-01,50,apple\n1,a,2026-10-01,50,pear\n2,b,2026-10-02,20,pear\n\
                3,c,2026-10-03,0,apple\n3,c,2026-10-03,0,pear\n4,d,2026-10-04,70,fig\n4,d,2026-10-04,70,apple\n";
    let folder = Folder::new().with("orders.csv", text);
    let metrics = [
        "-m",
        "revenue,orders",
        "--period",
        "2026-10",
        "--by",
        "product",
        "--total",
        "--as-of",
        "2026-10-31",
    ];
    let before = values(&folder, &[&metrics[..], &["orders.csv"]].concat());
    assert!(before.contains("order lines differ"), "{before}");
    folder
        .run(&["convert", "orders.csv", "-o", "out", "--as-of", "2026-10-31", "-q"])
        .silent();
    assert!(folder.read("out/relhealth.toml").contains("amount_on = \"order\""));
    assert_eq!(
        values(&folder, &[&["--config", "out/relhealth.toml"][..], &metrics].concat()),
        before
    );
}

// m1 is there in all of October, m2 left in March and came back in June, m3 left on the 5th: 11 at the start, 10 of them at the end.
#[test]
fn who_came_back_is_written_as_two_stays() {
    let member = |n: usize| match n {
        2 => "m2;2021-01-01;2026-03-31;2026-06-01\n".to_string(),
        3 => "m3;2021-01-01;2026-10-05;\n".to_string(),
        4 => "m4;2021-01-01;2026-03-31;\n".to_string(),
        n => format!("m{n};2021-01-01;;\n"),
    };
    let roster = String::from("Mitglied;Eintritt;Austritt;Wiedereintritt\n") + &(1..=12).map(member).collect::<String>();
    let folder = Folder::new().with("m.csv", roster);
    folder.run(&["convert", "stakeholders=m.csv", "-o", "out", "-q"]).code(0);
    let measured = |inputs: &[&str]| {
        let ran = folder.run(
            &[
                &[
                    "measure",
                    "--period",
                    "2026-10",
                    "--as-of",
                    "2026-10-31",
                    "-q",
                    "-f",
                    "csv",
                    "-m",
                    "roster_retention_rate",
                ],
                inputs,
            ]
            .concat(),
        );
        ran.out()
    };
    let own = measured(&["stakeholders=m.csv"]);
    assert!(own.contains("0.909090909"), "{own}");
    assert_eq!(measured(&["--config", "out/relhealth.toml"]), own);
}
