//! The fuzzer's door to all targets: the environment variable FUZZ_TARGET names the one that is run, so that one program is built for all.

#![no_main]

mod targets;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use targets::{TARGETS, Target};

static CHOSEN: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    let found = TARGETS.iter().find(|target| target.name == name);
    found.unwrap_or_else(|| panic!("FUZZ_TARGET is {name:?}, and not one of {}", known.join(", ")))
});

fuzz_target!(|bytes: &[u8]| CHOSEN.hand(bytes, program));

/// Runs the program within this process.
fn program(arguments: &[&str]) -> Option<u8> {
    let all = ["relhealth"].iter().chain(arguments).map(OsString::from);
    let code = relhealth::cli::main(all);
    // An exit code tells only whether it equals another one.
    (0..=u8::MAX).find(|number| ExitCode::from(*number) == code)
}
