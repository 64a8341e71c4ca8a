//! What fuzzing found so far, and some more of its kind: every target gets its seeds, the inputs that were kept, and changed ones of both.
//!
//! The fuzzer itself is described in `README.md` beside this file.

mod changes;
mod kept;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Stdio};

use rayon::prelude::*;
use targets::{Run, TARGETS, Target};

/// How many changed inputs, and how many kept ones, a target gets that is part of the library, and one that runs the program.
const NUMBER: (usize, usize) = (400, 6);

#[test]
fn nothing_breaks() {
    // For a look at one target, or to write the seeds where the fuzzer finds them.
    let only = std::env::var("FUZZ_TARGET").ok();
    let seeds_to = std::env::var_os("FUZZ_SEEDS");
    let mut failed = Vec::new();
    for target in TARGETS.iter().filter(|target| only.as_ref().is_none_or(|only| only == target.name)) {
        let seeds = kept::seeds(target, program);
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        if let Some(folder) = &seeds_to {
            kept::write(&std::path::Path::new(folder).join(target.name), &seeds);
            continue;
        }
        let kept = kept::kept(target.name);
        let changed = changes::of(seeds.iter().chain(&kept), number(target));
        // As many of those that were kept, spread over all of them.
        let step = kept.len() / number(target) + 1;
        let inputs: Vec<&Vec<u8>> = seeds.iter().chain(kept.iter().step_by(step)).chain(&changed).collect();
        failed.extend(inputs.into_par_iter().filter_map(|bytes| broken(target, bytes)).collect::<Vec<_>>());
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn number(target: &Target) -> usize {
    match target.run {
        Run::Library(_) => NUMBER.0,
        Run::Program(_) => NUMBER.1,
    }
}

/// What breaks with that input.
fn broken(target: &Target, bytes: &[u8]) -> Option<String> {
    let ran = catch_unwind(AssertUnwindSafe(|| target.hand(bytes, program)));
    ran.err()
        .map(|_| format!("{} breaks with {:?}", target.name, bytes.escape_ascii().to_string()))
}

/// Runs the program; what it says is not looked at.
fn program(arguments: &[&str]) -> Option<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relhealth"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = command.status().expect("the program starts");
    status.code().map(|code| code as u8)
}
