//! Every `console` block of every README is run: after `$ ` comes the command, then what it prints, stderr first. A line `...` stands
//! for any number of lines. `UPDATE_SHOWN=1` writes blocks without such a line anew.

use std::path::Path;

use super::harness::{is_update, root, run, stories};

#[test]
fn readme() {
    check(&root().join("README.md"));
}

#[test]
fn readmes_of_the_stories() {
    for folder in stories() {
        let shown = check(&folder.join("README.md"));
        assert!(shown > 0, "{} shows no command", folder.display());
    }
}

#[track_caller]
fn check(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut anew = Vec::new();
    let mut shown = 0;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        anew.push(line.to_string());
        if line != "```console" {
            continue;
        }
        while let Some(command) = lines.next_if(|line| *line != "```") {
            let mut expected = Vec::new();
            while let Some(line) = lines.next_if(|line| *line != "```" && !line.starts_with("$ ")) {
                expected.push(line);
            }
            shown += 1;
            let printed = printed(path, command);
            let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
            anew.push(command.to_string());
            if is_update() && !expected.contains(&"...") {
                anew.extend(printed.iter().map(|line| line.to_string()));
                continue;
            }
            if let Err(missing) = fits(&expected, &printed) {
                panic!("{}: {command}\nprints\n{}\nbut not\n{missing}", path.display(), printed.join("\n"));
            }
            anew.extend(expected.iter().map(|line| line.to_string()));
        }
    }
    if is_update() {
        std::fs::write(path, anew.join("\n") + "\n").expect("can be written");
    }
    shown
}

fn printed(path: &Path, command: &str) -> String {
    let words = command
        .strip_prefix("$ ")
        .unwrap_or_else(|| panic!("{}: no command: {command}", path.display()));
    let args = words
        .strip_prefix("relhealth ")
        .or(words.strip_prefix("cargo run -- "))
        .unwrap_or_else(|| panic!("cannot run {words}"));
    let args = split(args);
    let ran = run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    // A check that fails has done what it is for.
    let is_failed_check = args.first().is_some_and(|command| command == "check") && ran.code() == 1;
    assert!(ran.code() == 0 || is_failed_check, "{words}\n{}", ran.err());
    ran.err() + &ran.out()
}

/// Words of a command line; double quotes hold words together.
fn split(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    let words = parts.flat_map(|(i, part)| {
        if i % 2 == 1 {
            vec![part.to_string()]
        } else {
            part.split_whitespace().map(str::to_string).collect()
        }
    });
    words.collect()
}

/// Whether lines fit what is expected of them; else the part that is not found.
fn fits(expected: &[&str], lines: &[&str]) -> Result<(), String> {
    let parts: Vec<&[&str]> = expected.split(|line| *line == "...").collect();
    let mut at = 0;
    for (i, part) in parts.iter().enumerate() {
        let (is_first, is_last) = (i == 0, i + 1 == parts.len());
        let start = (at..=lines.len().saturating_sub(part.len())).find(|start| {
            let fits = lines[*start..].starts_with(part);
            fits && (!is_first || *start == 0) && (!is_last || start + part.len() == lines.len() || part.is_empty())
        });
        at = start.ok_or_else(|| part.join("\n"))? + part.len();
    }
    Ok(())
}

#[test]
fn an_ellipsis_stands_for_any_lines() {
    let lines = ["a", "b", "c", "d"];
    assert!(fits(&["a", "b", "c", "d"], &lines).is_ok());
    assert!(fits(&["a", "...", "c", "d"], &lines).is_ok());
    assert!(fits(&["a", "b", "..."], &lines).is_ok());
    assert!(fits(&["...", "d"], &lines).is_ok());
    assert!(fits(&["a", "b", "c"], &lines).is_err());
    assert!(fits(&["b", "...", "d"], &lines).is_err());
    assert!(fits(&["a", "...", "c", "..."], &lines).is_ok());
    assert!(fits(&["a", "...", "c"], &lines).is_err());
    assert!(fits(&["...", "d", "...", "b", "..."], &lines).is_err());
}
