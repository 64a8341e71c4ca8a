//! Any text: reading it as an expression never panics; what is an expression is written out and read again the same, and its mistakes
//! can be shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use relhealth::expr::parse;

fuzz_target!(|text: &str| {
    match parse(text) {
        Ok(expr) => {
            let _ = (expr.columns(), expr.as_column());
            assert_eq!(expr.text(), text, "an expression is kept as it was written");
        }
        Err(error) => {
            assert!(!error.render(text).is_empty(), "a mistake without words");
        }
    }
});
