//! `convert`: records as they are read.

use std::io::{Read, Write};
use std::process::Stdio;

use snapbox::str;

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
        assert_eq!(folder.run(&["convert", name, "--raw"]).silent().out(), wanted, "{name}");
    }
    folder
        .run(&["convert", "--raw", "old.csv", "-o", "new.csv"])
        .says(str![""])
        .silent();
    assert_eq!(folder.read("new.csv"), wanted);
    // What was converted once is as it is.
    assert_eq!(folder.run(&["convert", "--raw", "new.csv"]).silent().out(), wanted);
}

#[test]
fn an_encoding_found_out_late_is_known_from_the_start() {
    let mut bytes = "caf\u{e9},1\n".repeat(100_000).into_bytes();
    bytes.extend(b"caf\xe9,2\n");
    let out = Folder::new()
        .with("a.csv", bytes)
        .run(&["convert", "--raw", "a.csv"])
        .silent()
        .out();
    assert_eq!(out, "cafÃ©,1\n".repeat(100_000) + "café,2\n");
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
    let mut bytes = b"a,b\n".repeat(500_000);
    bytes.push(0);
    let folder = Folder::new().with("a.csv", bytes);
    folder.run(&["convert", "--raw", "a.csv"]).code(3).says(str![[r#"
error: cannot read a.csv: it is not a text file (a zero byte in line 500001); export it as CSV in UTF-8

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
