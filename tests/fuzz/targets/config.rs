//! Any text: reading it as a configuration never panics, and what is wrong in it can be shown.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use relhealth::config::Config;
use relhealth::toml_reader::Script;

fuzz_target!(|text: &str| {
    let script = Script {
        file: "relhealth.toml",
        text,
    };
    if let Err(findings) = Config::parse(script, Path::new("."), None) {
        assert!(!findings.to_string().is_empty(), "a mistake without words");
    }
});
