//! The examples for pipelines: each command runs as it stands there, where the program is on the path.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Output};

use super::harness::root;

/// A folder with a story in it.
fn folder(story: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(root().join("examples").join(story)).expect("a story") {
        let path = entry.expect("readable").path();
        std::fs::copy(&path, folder.path().join(path.file_name().expect("a file"))).expect("copied");
    }
    folder
}

/// Runs a command of a shell in a folder, with the program on its path.
fn sh(folder: &Path, command: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_relhealth")).parent().expect("a folder");
    Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
        .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
        .env("METRICS", folder)
        .output()
        .expect("a shell")
}

fn example(name: &str) -> String {
    std::fs::read_to_string(root().join("examples/ci").join(name)).expect("an example")
}

/// The command that begins with `relhealth check`, with the lines that it goes on in.
fn command(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines
        .iter()
        .position(|line| !line.trim_start().starts_with('#') && line.contains("relhealth check "))
        .expect("a command");
    let indent = |line: &str| line.len() - line.trim_start().len();
    let rest = lines[first + 1..].iter().take_while(|line| line.trim_start().starts_with("--"));
    assert!(rest.clone().all(|line| indent(line) == indent(lines[first])));
    let start = lines[first].find("relhealth check ").expect("found above");
    let words = std::iter::once(&lines[first][start..]).chain(rest.map(|line| line.trim()));
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_commands_of_the_hosted_pipelines_run() {
    let written = |name: &str, files: &[&str]| {
        let folder = folder("suppliers");
        let ran = sh(folder.path(), &command(&example(name)));
        assert_eq!(ran.status.code(), Some(1), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
        for file in files {
            let text = std::fs::read_to_string(folder.path().join(file)).expect("written");
            // Markdown escapes the underscores.
            assert!(text.replace('\\', "").contains("on_time_rate"), "{name}: {file}");
        }
        String::from_utf8(ran.stdout).expect("UTF-8")
    };
    let out = written("github-actions.yml", &["kpi.xml", "kpi.sarif", "summary.md"]);
    assert!(out.starts_with("Check failed\n"), "{out}");
    assert!(out.contains("\n::error file=relhealth.toml,line="), "{out}");
    written("gitlab-ci.yml", &["kpi.xml", "kpi.json"]);
    let out = written("pre-commit-config.yaml", &[]);
    assert!(!out.contains("Passed"), "{out}");
}

#[test]
fn the_cron_job_keeps_the_numbers_of_good_runs_only() {
    let script = root().join("examples/ci/kpi-check.sh");
    let folder = folder("charity");
    let config = folder.path().join("relhealth.toml");
    let text = std::fs::read_to_string(&config).expect("a configuration");
    let run = |rule: &str| {
        std::fs::write(&config, format!("{text}\n[[rule]]\nmetric = 'revenue'\n{rule}\n")).expect("written");
        let ran = sh(folder.path(), &format!("AS_OF=2026-10-31 sh '{}' .", script.display()));
        let said = String::from_utf8([ran.stdout, ran.stderr].concat()).expect("UTF-8");
        (ran.status.code(), said)
    };
    let baseline = || std::fs::read_to_string(folder.path().join("baseline.json"));
    assert_eq!(run("fail_below = 1"), (Some(0), String::new()));
    let kept = baseline().expect("kept");
    assert!(folder.path().join("relhealth.prom").exists());
    // It is held against the good run, and itself.
    assert_eq!(run("fail_if_worse_than = 'baseline'"), (Some(0), String::new()));
    let (code, said) = run("fail_below = 1000000");
    assert_eq!(code, Some(1));
    assert!(said.contains("revenue.below"), "{said}");
    assert_eq!(baseline().expect("still there"), kept);
    assert!(!folder.path().join("baseline.next.json").exists());
}

/// What the examples are copied from and to is told beside them.
#[test]
fn every_example_is_told_of() {
    let readme = example("README.md");
    for entry in std::fs::read_dir(root().join("examples/ci")).expect("the examples") {
        let name = entry.expect("readable").file_name();
        let name = name.to_str().expect("a plain name");
        assert!(name == "README.md" || readme.contains(&format!("`{name}`")), "{name}");
    }
}
