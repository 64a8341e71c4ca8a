//! Any text as a configuration: reading it never panics, and what is wrong in it can be shown.

use std::path::Path;

use relhealth::api::config::{Config, Overrides};
use relhealth::api::toml_reader::SourceText;

use super::{Run, Seed, Target};

pub const TARGET: Target = Target {
    name: "config",
    run: Run::Library(run),
    seeds: &[Seed::Files("examples", &["toml"])],
};

fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let source = SourceText {
        file: "relhealth.toml",
        text,
    };
    if let Err(errors) = Config::parse(source, Path::new("."), Overrides::default()) {
        assert!(!errors.to_string().is_empty(), "an error without words");
    }
}
