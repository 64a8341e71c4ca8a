//! Any text: reading it as a configuration never panics, and what is wrong in it can be shown.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use relhealth::api::config::{Config, Overrides};
use relhealth::api::toml_reader::SourceText;

fuzz_target!(|text: &str| {
    let source = SourceText {
        file: "relhealth.toml",
        text,
    };
    if let Err(errors) = Config::parse(source, Path::new("."), Overrides::default()) {
        assert!(!errors.to_string().is_empty(), "an error without words");
    }
});
