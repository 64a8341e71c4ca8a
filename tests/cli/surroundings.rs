//! What surrounds a run changes nothing about its numbers: languages, time zones, threads, homes, limits of the system.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::{Folder, run_in};

const ARGUMENTS: [&str; 6] = ["measure", "--period", "2026-10", "--quiet", "--format", "json"];

fn example() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/clinic")
}

#[test]
fn a_run_gives_the_same_bytes_wherever_it_runs() {
    let expected = run_in(&example(), &ARGUMENTS).silent().out();
    let differing = |name: &str, change: &dyn Fn(&mut Command)| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_relhealth"));
        command.env_clear().current_dir(example()).args(ARGUMENTS).stdin(Stdio::null());
        change(&mut command);
        let output = command.output().expect("the program can be run");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name}");
        assert_eq!(output.status.code(), Some(0), "{name}");
        assert!(output.stdout == expected.as_bytes(), "{name} makes a difference");
    };
    for (variable, value) in [
        ("LC_ALL", "C"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LANG", "de_DE@euro"),
        ("TZ", "Pacific/Kiritimati"),
        ("TZ", "nowhere"),
        ("HOME", "/nonexistent"),
        ("POLARS_MAX_THREADS", "1"),
        ("RAYON_NUM_THREADS", "0"),
    ] {
        differing(&format!("{variable}={value}"), &|command| {
            command.env(variable, value);
        });
    }
    for threads in ["1", "64"] {
        differing(&format!("--threads {threads}"), &|command| {
            command.args(["--threads", threads]);
        });
    }
}

/// Few open files, and as much memory as the program itself takes and some more.
#[test]
#[cfg(target_os = "linux")]
fn a_run_needs_little_of_the_system() {
    let expected = run_in(&example(), &ARGUMENTS).silent().out();
    for limit in ["-n 12", "-v 1500000", "-s 4096"] {
        let mut command = Command::new("sh");
        let line = format!("ulimit {limit} && exec \"$0\" \"$@\"");
        command
            .env_clear()
            .current_dir(example())
            .arg("-c")
            .arg(&line)
            .arg(env!("CARGO_BIN_EXE_relhealth"));
        let output = command.args(ARGUMENTS).stdin(Stdio::null()).output().expect("a shell");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{limit}");
        assert!(output.stdout == expected.as_bytes(), "{limit} makes a difference");
    }
}

/// A folder that nobody can write to is enough to read from.
#[test]
#[cfg(target_os = "linux")]
fn nothing_is_written_where_the_run_starts() {
    let folder = Folder::new().with("orders.csv", "stakeholder_id,occurred_at,amount\na,2026-10-05,10\nb,2026-10-09,5\n");
    let input = format!("purchases={}", folder.path("orders.csv").display());
    let ran = run_in(
        Path::new("/proc"),
        &["measure", &input, "--period", "2026-10", "-m", "revenue", "-q"],
    )
    .silent();
    ran.holds(&["Revenue * +  15.00"]);
}
