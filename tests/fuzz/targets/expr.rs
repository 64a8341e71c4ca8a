//! Any text: reading it as an expression never panics; what is an expression is written out and read again the same, and its errors
//! can be shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use relhealth::api::expr::parse;
use relhealth::api::toml_reader::ConfigErrors;

fuzz_target!(|text: &str| {
    match parse(text) {
        Ok(expr) => {
            let _ = (expr.columns(), expr.as_column());
            assert_eq!(expr.text(), text, "an expression is kept as it was written");
        }
        Err(error) => {
            let shown = ConfigErrors::of_option("--where", text, error).to_string();
            assert!(!shown.is_empty(), "an error without words");
        }
    }
});
