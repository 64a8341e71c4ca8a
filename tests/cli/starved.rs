//! Runs that lack something, are stopped, or are given too much: the right exit code, a message that says what to do, and nothing left behind.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::harness::Folder;

const ORDERS: &str = "stakeholder_id,order_id,occurred_at,amount\na,1,2026-10-05,10\nb,2,2026-10-06,20\n";

fn folder() -> Folder {
    Folder::new().with("purchases.csv", ORDERS)
}

/// Exit code and stderr of a run with something in its environment.
fn with(folder: &Folder, variable: &str, value: &str, args: &[&str]) -> (Option<i32>, String) {
    let output = folder
        .command(args)
        .env(variable, value)
        .stdin(Stdio::null())
        .output()
        .expect("the program can be run");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The names of the files in the folder.
fn names(folder: &Folder) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path("")).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
#[cfg(unix)]
fn a_run_that_is_stopped_leaves_nothing_behind() {
    let many: String = (0..300_000)
        .map(|i| format!("p{i},{i},2026-10-{:02},{}\n", 1 + i % 28, i % 100))
        .collect();
    let folder = Folder::new().with("purchases.csv", format!("stakeholder_id,order_id,occurred_at,amount\n{many}"));
    let before = names(&folder);
    for signal in ["INT", "TERM", "KILL"] {
        let mut child = folder
            .command(&["convert", "--raw", "purchases.csv", "-o", "out.csv", "-q", "--force"])
            .stdin(Stdio::null())
            .spawn()
            .expect("the program can be run");
        // As soon as it writes. It may be done before the signal comes.
        let open = format!("/proc/{}/fd", child.id());
        let began = Instant::now();
        let writes = || {
            let files = std::fs::read_dir(&open).into_iter().flatten().flatten();
            files
                .filter_map(|file| std::fs::read_link(file.path()).ok())
                .any(|to| to.starts_with(folder.path("")) && to != folder.path("purchases.csv"))
        };
        while Path::new("/proc/self/fd").exists() && !writes() && began.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let killed = std::process::Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status();
        assert!(killed.is_ok());
        child.wait().expect("it ends");
        let left: Vec<String> = names(&folder).into_iter().filter(|name| name != "out.csv").collect();
        assert_eq!(left, before, "after SIG{signal}");
    }
}

/// Exit code, where the program was not stopped by a signal, and stderr of a run under a limit of the shell, such as `-f 8`.
#[cfg(target_os = "linux")]
fn limited(folder: &Folder, limit: &str, args: &[&str]) -> (Option<i32>, String) {
    let program = folder.command(args);
    let output = std::process::Command::new("sh")
        .args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\"")])
        .arg(program.get_program())
        .args(args)
        .env_clear()
        .current_dir(folder.path(""))
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A table of so many purchases.
#[cfg(target_os = "linux")]
fn many(count: usize) -> String {
    let record = |i: usize| format!("p{i},{i},2026-10-{:02},{}\n", 1 + i % 28, i % 100);
    let records: String = (0..count).map(record).collect();
    format!("stakeholder_id,order_id,occurred_at,amount\n{records}")
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_may_not_become_so_large_is_an_error_of_the_output() {
    let folder = Folder::new().with("purchases.csv", many(20_000));
    for args in [
        &["convert", "--raw", "purchases.csv", "-q", "-o", "out.csv"][..],
        &["convert", "purchases.csv", "-q", "-o", "new/tables"],
    ] {
        let (code, said) = limited(&folder, "-f 8", args);
        assert_eq!(code, Some(2), "{args:?}: {said}");
        assert!(
            said.contains("larger than the system allows") && said.contains("ulimit -f"),
            "{said}"
        );
        assert_eq!(names(&folder), ["purchases.csv"], "{args:?}");
    }
}

// How much memory a run takes is not the same everywhere: under some of these limits it ends well, under others it has no thread or no memory.
#[test]
#[cfg(target_os = "linux")]
fn too_little_memory_is_no_bug_and_leaves_nothing_behind() {
    let folder = Folder::new().with("purchases.csv", many(300_000));
    let mut codes = Vec::new();
    for mib in [250, 300, 350, 400, 500, 700] {
        let args = ["convert", "purchases.csv", "-q", "-o", "new"];
        let (code, said) = limited(&folder, &format!("-v {}", mib << 10), &args);
        // The system's own message, and its signal, where no memory is left.
        assert!(matches!(code, None | Some(0 | 2 | 127)), "{mib} MiB: {code:?} {said}");
        assert!(!said.contains("bug"), "{mib} MiB: {said}");
        let is_empty = |folder: &Path| std::fs::read_dir(folder).is_ok_and(|mut files| files.next().is_none());
        let made = folder.path("new");
        assert!(code == Some(0) || !made.exists() || is_empty(&made), "{mib} MiB");
        let _ = std::fs::remove_dir_all(folder.path("new"));
        codes.push(code);
    }
    assert!(codes.contains(&Some(0)) || codes.contains(&None), "{codes:?}");
}

#[test]
fn no_folder_for_temporary_files_is_an_error_that_says_so() {
    let folder = folder().with("orders.csv.gz", gzipped(ORDERS.as_bytes()));
    let (code, said) = with(
        &folder,
        "TMPDIR",
        "/no/such/folder",
        &["measure", "-m", "revenue", "purchases=orders.csv.gz"],
    );
    // What is small needs none.
    assert!(code == Some(0) || (code == Some(2) && said.contains("TMPDIR")), "{code:?} {said}");
    let mut command = folder.command(&["measure", "-m", "revenue", "purchases=/dev/stdin"]);
    let child = command
        .env("TMPDIR", "/no/such/folder")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.expect("the program can be run");
    let _ = std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), ORDERS.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("cannot write a temporary file") && said.contains("TMPDIR") && !said.contains("bug"),
        "{said}"
    );
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, bytes).expect("into memory");
    gzip.finish().expect("into memory")
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_device_is_an_error_of_the_output() {
    let folder = folder();
    for args in [
        &["--version"][..],
        &["--help"],
        &["help"],
        &["measure", "-m", "revenue", "purchases.csv", "-q"],
        &["convert", "--raw", "purchases.csv", "-q"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
        let output = folder
            .command(args)
            .stdin(Stdio::null())
            .stdout(full)
            .output()
            .expect("the program can be run");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains("standard output"), "{args:?}: {said}");
    }
    for args in [
        &["measure", "-m", "revenue", "purchases.csv", "-q", "-o", "csv=/dev/full"][..],
        &["convert", "--raw", "purchases.csv", "-q", "-o", "/dev/full", "--force"],
    ] {
        let said = folder.run(args).code(2).err();
        assert!(said.contains("no space left") && !said.contains(".relhealth"), "{said}");
    }
}

#[test]
fn of_two_files_none_is_written_if_one_fails() {
    let folder = folder();
    let said = folder
        .run(&[
            "measure",
            "-m",
            "revenue",
            "purchases.csv",
            "-q",
            "-o",
            "a.csv",
            "-o",
            "none/b.json",
        ])
        .code(2)
        .err();
    assert!(said.contains("no folder none"), "{said}");
    assert_eq!(names(&folder), ["purchases.csv"]);
}

#[test]
fn a_template_may_neither_run_nor_write_without_end() {
    let folder = folder()
        .with(
            "long.md",
            "{% for a in range(9999) %}{% for b in range(9999) %}{% set c = b %}{% endfor %}{% endfor %}",
        )
        .with(
            "large.md",
            "{% set a = 'x' * 100000 %}{% for b in range(9999) %}{{ a }}{% endfor %}",
        );
    for (template, why) in [("long.md", "takes more than"), ("large.md", "writes more than")] {
        let args = ["report", "purchases.csv", "-q", "--template", template, "-o", "out.md"];
        let said = folder.run(&args).code(2).err();
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_configuration_has_a_largest_size() {
    let folder = folder().with("relhealth.toml", format!("# {}\n", "x".repeat(1 << 20)));
    let said = folder.run(&["measure", "-m", "revenue", "purchases.csv"]).code(2).err();
    assert!(said.contains("too large for a configuration"), "{said}");
}
