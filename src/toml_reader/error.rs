//! What can be wrong in a text that a person wrote, as values.

use std::fmt;

use crate::diagnostics::{Excerpt, Problem, did_you_mean};
use crate::expr::ExprError;

/// What is wrong at a place of a text, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Where: the file, the line and the part of the line.
    pub excerpt: Excerpt,
    /// What is wrong.
    pub fault: Fault,
    /// What to do.
    pub help: Help,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The text is not TOML.
    Syntax(String),
    /// A key that its table does not have.
    UnknownKey {
        /// The key.
        key: String,
        /// The table, such as `of a source`.
        table: &'static str,
    },
    /// A value of another type than its key takes.
    WrongType {
        /// The key.
        key: String,
        /// What it takes, such as `a number`.
        expected: String,
        /// What it has.
        found: &'static str,
    },
    /// A number or date that its key does not allow.
    OutOfRange {
        /// The key.
        key: String,
        /// What it takes, such as `a whole number from 0 to 100`.
        expected: String,
    },
    /// A string that is not one of those that its key takes.
    NotAChoice {
        /// The key.
        key: String,
        /// The string.
        value: String,
    },
    /// A name of something that does not exist.
    UnknownName {
        /// What it should be the name of, such as `metric`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A key that is missing.
    Missing {
        /// What needs it, such as `a source`.
        owner: String,
        /// The key.
        key: &'static str,
    },
    /// An expression that cannot be read or does not fit its columns; or anything else, in a sentence.
    Other(String),
}

/// What to do about an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Help {
    /// Nothing that the error does not say itself.
    None,
    /// What is written instead.
    Advice(String),
    /// The names of which one was probably meant, and what was written.
    Names {
        /// What was written.
        written: String,
        /// The valid names.
        valid: Vec<String>,
    },
}

impl Help {
    /// One of these names was probably meant.
    pub fn names<S: AsRef<str>>(written: &str, valid: impl IntoIterator<Item = S>) -> Help {
        Help::Names {
            written: written.to_string(),
            valid: valid.into_iter().map(|name| name.as_ref().to_string()).collect(),
        }
    }
}

impl From<&str> for Fault {
    fn from(sentence: &str) -> Fault {
        Fault::Other(sentence.to_string())
    }
}

impl From<String> for Fault {
    fn from(sentence: String) -> Fault {
        Fault::Other(sentence)
    }
}

impl From<&str> for Help {
    fn from(advice: &str) -> Help {
        Help::from(advice.to_string())
    }
}

impl From<String> for Help {
    fn from(advice: String) -> Help {
        if advice.is_empty() { Help::None } else { Help::Advice(advice) }
    }
}

impl From<Option<String>> for Help {
    fn from(advice: Option<String>) -> Help {
        advice.map_or(Help::None, Help::from)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Syntax(message) | Fault::Other(message) => f.write_str(message),
            Fault::UnknownKey { key, table } => write!(f, "unknown key `{key}` {table}"),
            Fault::WrongType { key, expected, found } => write!(f, "`{key}` must be {expected}, not {found}"),
            Fault::OutOfRange { key, expected } => write!(f, "`{key}` must be {expected}"),
            Fault::NotAChoice { key, value } => write!(f, "`{value}` is not a valid value of `{key}`"),
            Fault::UnknownName { kind, name } => write!(f, "unknown {kind} `{name}`"),
            Fault::Missing { owner, key } => write!(f, "{owner} requires `{key}`"),
        }
    }
}

impl fmt::Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Help::None => Ok(()),
            Help::Advice(advice) => f.write_str(advice),
            Help::Names { written, valid } => f.write_str(&did_you_mean(written, valid)),
        }
    }
}

impl ConfigError {
    /// The error as a problem of the caller, with the line shown.
    pub fn problem(&self) -> Problem {
        Problem::usage(self.fault.to_string())
            .hint(self.help.to_string())
            .showing(self.excerpt.clone())
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem().fmt(f)
    }
}

/// Everything that is wrong in a configuration, in the order in which it is written there. Wrong usage: exit code 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// The errors, sorted by their places, each once.
    pub fn new(mut errors: Vec<ConfigError>) -> ConfigErrors {
        errors.sort_by_cached_key(|error| {
            (
                error.excerpt.file.clone(),
                error.excerpt.line,
                error.excerpt.column,
                error.fault.to_string(),
            )
        });
        errors.dedup();
        ConfigErrors(errors)
    }

    /// The error of an expression that was given to an option.
    pub fn of_option(option: &str, text: &str, error: ExprError) -> ConfigErrors {
        ConfigErrors(vec![ConfigError {
            excerpt: Excerpt::new(option, text, error.span),
            fault: error.message.into(),
            help: error.hint.into(),
        }])
    }

    /// Each of them in a line: `line:column: what | hint`.
    #[cfg(test)]
    pub fn brief(&self) -> Vec<String> {
        let brief = |error: &ConfigError| {
            let help = error.help.to_string();
            let hint = if help.is_empty() { help } else { format!(" | {help}") };
            format!("{}:{}: {}{hint}", error.excerpt.line, error.excerpt.column, error.fault)
        };
        self.0.iter().map(brief).collect()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            f.write_str(if i > 0 { "\n\n" } else { "" })?;
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toml_reader::SourceText;

    #[test]
    fn errors_come_in_the_order_of_the_text_and_once() {
        let source = SourceText {
            file: "relhealth.toml",
            text: "a = 1\nzoë = \"x\"\n",
        };
        let at = source.text.find("\"x\"").unwrap();
        let later = source.error(at..at + 3, "wrong", "right");
        let earlier = source.error(
            6..10,
            Fault::NotAChoice {
                key: "a".into(),
                value: "jsn".into(),
            },
            Help::names("jsn", ["csv", "json"]),
        );
        let errors = ConfigErrors::new(vec![later.clone(), earlier, later]);
        assert_eq!(
            errors.to_string(),
            "`jsn` is not a valid value of `a`\n --> relhealth.toml:2:1\n  |\n2 | zoë = \"x\"\n  | ^^^\n  |\nhint: did you mean `json`?\n\n\
             wrong\n --> relhealth.toml:2:7\n  |\n2 | zoë = \"x\"\n  |       ^^^\n  |\nhint: right"
        );
    }
}
