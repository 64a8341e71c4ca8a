//! What a run reads is never written over, and what cannot be read to its end is an error.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use snapbox::str;

use crate::harness::Folder;

const ORDERS: &str =
    "order_id,stakeholder_id,occurred_at,amount,region\n1,C1,2026-01-05,10,north\n2,C2,2026-01-06,20,south\n3,C1,2026-01-07,5,north\n";
const CONFIG: &str = "[[source]]\npath = ['data/*.csv']\nkind = 'purchases'\n\n[[source]]\npath = 'looking.csv'\nkind = 'purchases'\nlookup = { path = 'cities.csv', key = 'region' }\n\n[[rule]]\nmetric = 'orders'\nfail_above = 100\n";

/// A folder in which every kind of input lies.
fn folder() -> Folder {
    let folder = Folder::new()
        .with("in.csv", ORDERS)
        .with("data/a.csv", ORDERS)
        .with("looking.csv", ORDERS)
        .with("cities.csv", "region,city\nnorth,Oslo\nsouth,Rome\n")
        .with("relhealth.toml", CONFIG)
        .with("t.md.j2", "{{ report.title }}\n")
        .with("out/purchases.csv", ORDERS)
        .with("out/purchases.parquet", "no input");
    std::fs::hard_link(folder.path("in.csv"), folder.path("hard.csv")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink("in.csv", folder.path("link.csv")).unwrap();
        symlink("data", folder.path("data-link")).unwrap();
        symlink("later.json", folder.path("dangling.json")).unwrap();
    }
    for name in ["base.json", "then.json"] {
        std::fs::write(folder.path(name), "{}").unwrap();
    }
    folder
}

/// Every file of a folder and what is in it.
fn contents(at: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(contents(&path)),
            false => drop(found.insert(path.display().to_string(), std::fs::read(&path).unwrap_or_default())),
        }
    }
    found
}

#[test]
fn no_output_replaces_an_input_or_another_output() {
    let folder = folder();
    let before = contents(&folder.path("."));
    let period = ["--period", "2026-01", "-q"];
    let mut runs: Vec<(&str, &str)> = vec![
        (
            "report in.csv --rejects in.csv",
            "--rejects in.csv is the same file as the input in.csv",
        ),
        ("report in.csv -o in.csv", "--output in.csv is the same file as the input in.csv"),
        ("report in.csv -o csv=./data/../in.csv", "the input in.csv"),
        (
            "report in.csv -o csv=hard.csv",
            "--output hard.csv is the same file as the input in.csv",
        ),
        ("report hard.csv -o csv=in.csv", "the input hard.csv"),
        ("report purchases=in.csv -o csv=in.csv", "the input in.csv"),
        ("report in.csv -o json=relhealth.toml", "the configuration relhealth.toml"),
        (
            "report in.csv --config ./relhealth.toml -o json=relhealth.toml",
            "the configuration ./relhealth.toml",
        ),
        ("report in.csv --template t.md.j2 -o markdown=t.md.j2", "the template t.md.j2"),
        ("report in.csv -o json=cities.csv", "the looked-up file cities.csv"),
        (
            "report in.csv -o json=a.json -o csv=./a.json",
            "--output ./a.json and --output a.json are one file",
        ),
        (
            "report in.csv -o json=a.json --rejects data/../a.json",
            "--output a.json and --rejects data/../a.json are one file",
        ),
        ("report data -o csv=data/a.csv", "the input data/a.csv"),
        ("report -o csv=data/a.csv", "/a.csv"),
        ("report in.csv -o csv=data/a.csv", "/a.csv"),
        ("report d*/*.csv -o csv=data/a.csv", "the input data/a.csv"),
        ("measure in.csv -o csv=in.csv", "the input in.csv"),
        ("rows orders in.csv -o csv=in.csv", "the input in.csv"),
        ("inspect in.csv -o json=in.csv", "the input in.csv"),
        ("inspect in.csv --rejects in.csv", "the input in.csv"),
        ("metrics --with in.csv -o json=in.csv", "the input in.csv"),
        ("metrics -o json=relhealth.toml", "the configuration relhealth.toml"),
        (
            "check in.csv --save-baseline in.csv",
            "--save-baseline in.csv is the same file as the input in.csv",
        ),
        (
            "check in.csv --baseline base.json --save-baseline base.json",
            "the baseline base.json",
        ),
        (
            "check in.csv -o json=n.json --save-baseline n.json",
            "--save-baseline n.json and --output n.json are one file",
        ),
        ("check in.csv --list -o json=relhealth.toml", "the configuration relhealth.toml"),
        ("diff then.json base.json -o json=then.json", "the report then.json"),
        ("diff then.json base.json -o html=./base.json", "the report base.json"),
        (
            "convert out/purchases.csv -o out --force",
            "--output out/purchases.csv is the same file as the input out/purchases.csv",
        ),
        (
            "convert in.csv -o . --force",
            "--output ./relhealth.toml is the same file as the configuration relhealth.toml",
        ),
        ("convert --raw in.csv -o hard.csv --force", "the input in.csv"),
        ("init in.csv -o in.csv --force", "the input in.csv"),
        (
            "init in.csv --config relhealth.toml --force",
            "--output relhealth.toml is the same file as the configuration relhealth.toml",
        ),
        ("init relhealth.toml --force", "the input relhealth.toml"),
    ];
    if cfg!(unix) {
        runs.extend([
            (
                "report in.csv -o csv=link.csv",
                "--output link.csv is the same file as the input in.csv",
            ),
            ("report link.csv --rejects in.csv", "the input link.csv"),
            ("report data/a.csv -o csv=data-link/a.csv", "the input data/a.csv"),
            ("report in.csv -o json=dangling.json -o csv=later.json", "are one file"),
        ]);
    }
    for (run, what) in runs {
        let mut args: Vec<&str> = run.split(' ').collect();
        if matches!(args[0], "report" | "measure" | "rows" | "check") && !run.contains("--list") {
            args.extend(period);
        }
        let ran = folder.run(&args).code(2);
        assert!(ran.err().contains(what), "{run}: {}", ran.err());
        assert_eq!(contents(&folder.path(".")), before, "{run}");
    }
}

#[test]
fn what_is_refused_is_said_and_what_is_not_runs() {
    let folder = folder();
    folder.run(&["report", "in.csv", "-o", "csv=in.csv"]).code(2).says(str![[r#"
error: --output in.csv is the same file as the input in.csv: what is read is not written to
hint: name another file for the result

"#]]);
    let last = ["--period", "2026-01", "-q"];
    let run = |args: &[&str]| folder.run(&[args, &last].concat()).silent();
    run(&[
        "report",
        "in.csv",
        "-o",
        "json=new.json",
        "-o",
        "csv=new.csv",
        "--rejects",
        "rejects.csv",
    ]);
    // Over what an earlier run wrote.
    run(&["report", "in.csv", "-o", "json=new.json", "-o", "csv=new.csv"]);
    run(&["check", "in.csv", "--save-baseline", "new-base.json"]);
    run(&[
        "check",
        "in.csv",
        "--baseline",
        "new-base.json",
        "--save-baseline",
        "next-base.json",
    ]);
    folder
        .run(&["convert", "in.csv", "-o", "out", "-f", "parquet", "--force", "-q"])
        .silent();
    #[cfg(unix)]
    {
        // A device keeps nothing: it can be written to as often as one likes.
        run(&["report", "in.csv", "-o", "json=/dev/null", "--rejects", "/dev/null"]);
        run(&["report", "in.csv", "-o", "json=dangling.json"]);
        assert!(folder.read("later.json").starts_with('{'));
    }
}

#[cfg(unix)]
#[test]
fn standard_streams_are_files_too() {
    let folder = folder();
    let input = || std::fs::File::open(folder.path("in.csv")).unwrap();
    let append = || std::fs::OpenOptions::new().append(true).open(folder.path("in.csv")).unwrap();
    let runs = [
        folder
            .command(&["measure", "in.csv", "--period", "2026-01"])
            .stdout(append())
            .output()
            .unwrap(),
        folder
            .command(&["measure", "-", "--period", "2026-01"])
            .stdin(input())
            .stdout(append())
            .output()
            .unwrap(),
        folder
            .command(&["report", "-", "-o", "csv=in.csv"])
            .stdin(input())
            .output()
            .unwrap(),
    ];
    for ran in runs {
        let error = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{error}");
        assert!(error.contains("is the same file as"), "{error}");
    }
    assert_eq!(folder.read("in.csv"), ORDERS);
    let both = folder
        .command(&["measure", "-", "--period", "2026-01", "-q"])
        .stdin(input())
        .output()
        .unwrap();
    assert_eq!(both.status.code(), Some(0));
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    to.write_all(text).unwrap();
    to.finish().unwrap()
}

/// Every command that reads data.
const READERS: [&[&str]; 7] = [
    &["inspect"],
    &["measure", "--period", "2026-01"],
    &["report", "--period", "2026-01"],
    &["check", "--period", "2026-01"],
    &["rows", "orders", "--period", "2026-01"],
    &["metrics", "--with"],
    &["convert", "-o", "tables"],
];

#[test]
fn compressed_files_that_end_early_are_errors_of_every_command() {
    let (gz, zst) = (gzip(ORDERS.as_bytes()), zstd::encode_all(ORDERS.as_bytes(), 1).unwrap());
    for (name, bytes) in [
        ("cut.csv.gz", &gz[..gz.len() - 9]),
        ("cut.csv.gz", &gz[..2]),
        ("cut.csv.zst", &zst[..zst.len() - 2]),
        ("cut.csv.zst", &zst[..3]),
    ] {
        let folder = Folder::new()
            .with(name, bytes)
            .with("relhealth.toml", "[[rule]]\nmetric = 'orders'\nfail_above = 100\n");
        for reader in READERS {
            let ran = folder.run(&[reader, &[name]].concat()).code(3);
            assert!(ran.err().contains(&format!("cannot read {name}: its ")), "{}", ran.err());
            assert!(ran.err().contains("data end early"), "{}", ran.err());
        }
    }
}

#[cfg(unix)]
#[test]
fn folders_that_cannot_be_looked_into_are_errors_of_every_command() {
    let folder = Folder::new()
        .with("data/north/a.csv", ORDERS)
        .with("relhealth.toml", "[[rule]]\nmetric = 'orders'\nfail_above = 100\n");
    std::os::unix::fs::symlink("south", folder.path("data/south")).unwrap();
    for reader in READERS {
        for pattern in ["data/*/*.csv", "data/**/*.csv", "data/*/a.csv"] {
            let ran = folder.run(&[reader, &[pattern]].concat()).code(3);
            assert!(ran.err().contains("cannot list data/south: "), "{}", ran.err());
        }
        folder.run(&[reader, &["data/n*/*.csv", "-q"]].concat()).code(0);
        let _ = std::fs::remove_dir_all(folder.path("tables"));
    }
}

#[cfg(unix)]
#[test]
fn devices_are_refused_and_pipes_without_a_writer_are_no_hang() {
    let folder = Folder::new().with("in.csv", ORDERS);
    for device in ["/dev/zero", "/dev/null"] {
        let ran = folder.run(&["inspect", device]).code(3);
        assert!(
            ran.err().contains(&format!("cannot read {device}: it is a device")),
            "{}",
            ran.err()
        );
    }
    let pipe = folder.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let start = Instant::now();
    let mut reads = folder
        .command(&["inspect", "pipe"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut writes = folder
        .command(&["report", "in.csv", "--period", "2026-01", "-q", "-o", "csv=pipe"])
        .spawn();
    // Each would wait for the other; what is asked here is that both end, whatever they come to.
    let written = writes.as_mut().unwrap().wait().unwrap();
    let read = reads.wait().unwrap();
    assert!(written.code().is_some() && read.code().is_some());
    let alone = folder.run(&["inspect", "pipe"]).code(3);
    assert!(
        alone.err().contains("nobody opened its other end within 10 seconds"),
        "{}",
        alone.err()
    );
    assert!(start.elapsed() < Duration::from_mins(1));
}

#[test]
fn too_much_is_refused_before_the_work_and_said_briefly() {
    let wide = format!("{}\n{}\n", ",".repeat(20_000), "1,".repeat(20_000));
    let long = format!("id,{}\n1,a\n", "x".repeat(1_100_000));
    let open = format!("\"{}", "a,b\n".repeat(300_000));
    let folder = Folder::new().with("wide.csv", wide).with("long.csv", long).with("open.csv", open);
    folder.run(&["inspect", "wide.csv"]).code(3).says(str![[r#"
error: wide.csv has 20001 columns: the limit is 16384 (--max-columns)
hint: see with `relhealth inspect` whether it is read correctly, or allow more

"#]]);
    for name in ["long.csv", "open.csv"] {
        let ran = folder.run(&["inspect", name]).code(3);
        assert_eq!(
            ran.err(),
            format!(
                "error: {name}:1: a name of a column has more than 1048576 bytes: the limit is 1048576 (--max-field); is a quote there never closed?\nhint: see with `relhealth inspect` whether it is read correctly, or allow more\n"
            )
        );
    }
    folder.run(&["inspect", "long.csv", "--max-field", "1200000"]).code(3);
}

#[test]
fn messages_about_long_cells_and_many_columns_are_short() {
    let word = "word ".repeat(2_200);
    let cells = ["id", "date", "amount"].map(|name| format!("{name} {word}")).join(",");
    let folder = Folder::new()
        .with("names.csv", format!("{cells}\n1,2026-01-01,5\n2,2026-01-02,6\n"))
        .with(
            "cells.csv",
            format!("stakeholder_id,occurred_at,amount\nC1,{word},5\nC2,2026-01-02,{word}\nC3,2026-01-03,7\n"),
        )
        .with("json.csv", format!("[{}]", "{\"id\":1,\"name\":\"a\"},".repeat(600)));
    for name in ["names.csv", "cells.csv", "json.csv"] {
        for reader in READERS.iter().filter(|reader| reader[0] != "convert" && reader[0] != "check") {
            let ran = folder.run(&[*reader, &[name]].concat());
            let longest = ran.err().lines().map(str::len).max().unwrap_or(0);
            assert!(longest < 10_000, "{name} {reader:?}: {longest}");
            let longest = ran.out().lines().map(str::len).max().unwrap_or(0);
            assert!(reader[0] == "rows" || longest < 10_000, "{name} {reader:?}: {longest}");
        }
    }
}

#[test]
fn subfolders_with_exports_are_named_and_not_read() {
    let older = "order_id,stakeholder_id,occurred_at,amount,region\n9,C1,2025-01-05,7,north\n";
    let folder = Folder::new().with("orders.csv", ORDERS).with("2025/orders.csv", older);
    let said = |args: &[&str]| {
        let ran = folder.run(
            &[
                &["measure"],
                args,
                &["-m", "orders", "--period", "2025-01..2026-01", "--incomplete", "-f", "json"],
            ]
            .concat(),
        );
        assert_eq!(ran.status(), Some(0), "{}", ran.err());
        let cells: serde_json::Value = serde_json::from_str(&ran.out()).unwrap();
        (ran.err(), cells["cells"][0]["value"].as_f64())
    };
    let note = "note[not-read-alone]: ./2025: It is not used: only the files of the folder itself are read. Name this folder, too, to read its \
                files\n";
    let (err, out) = said(&["."]);
    assert!(err.contains(note) && out == Some(3.0), "{err}{out:?}");
    // Where a subfolder is named, too, or a file in it, nothing is left to say.
    for args in [
        &[".", "2025"][..],
        &[".", "2025/orders.csv"],
        &["orders.csv"],
        &["purchases=orders.csv"],
        &["**/*.csv"],
    ] {
        let (err, _) = said(args);
        assert!(!err.contains("not-read-alone"), "{args:?} {err}");
    }
    assert_eq!(said(&[".", "2025"]).1, Some(4.0));
    assert!(said(&["purchases=."]).0.contains(note));
    // A folder of a configuration is looked at like one of the command line.
    let folder = folder.with("relhealth.toml", "[[source]]\npath = '.'\nkind = 'purchases'\n");
    let ran = folder.run(&["measure", "-m", "orders"]);
    assert!(ran.err().contains("note[not-read-alone]: "), "{}", ran.err());
}
