//! Everything that is written in TOML: the configuration, and the profiles, metrics, presets and lists of words that are built in.
//!
//! A text is read so that all of its errors are found in one run, each with its place, the line, and what was probably meant.

mod error;
mod reader;
mod source;

pub use error::{ConfigError, ConfigErrors, Fault, Help};
pub use reader::{Node, Reader, Text, constant_of, key_span, number_of};
pub use source::SourceText;
pub use toml::de::DeTable;

/// Reads a TOML text that is built in.
///
/// # Panics
/// If anything is wrong in it, which is a bug in relhealth.
pub fn embedded<T>(file: &str, text: &str, read: impl for<'t> FnOnce(&mut Reader<'t>, &DeTable<'t>) -> T) -> T {
    let mut reader = Reader::new(SourceText { file, text });
    let document = reader.document();
    let value = read(&mut reader, &document);
    assert!(reader.errors.is_empty(), "{}", ConfigErrors::new(reader.errors));
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "words.toml:2:5")]
    fn a_broken_text_that_is_built_in_is_a_bug() {
        embedded("words.toml", "a = \"x\"\nb = 1", |reader, document| {
            (reader.text(document, "a"), reader.text(document, "b"))
        });
    }
}
