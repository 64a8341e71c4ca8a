//! How a file parts its fields.

use std::fmt;

use super::columns::Columns;
use crate::diagnostics::visible;

/// How a file parts its fields. Records end with LF, CR or CRLF, each of them wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dialect {
    /// What stands between two fields.
    pub delimiter: Delimiter,
    /// The ASCII character around fields that hold delimiters or line ends, if there is one.
    pub quote: Option<u8>,
    /// The ASCII character that takes the next quote as text; `None` where a quote within quotes is doubled.
    pub escape: Option<u8>,
    /// Whether blanks around a delimiter belong to it: a quote may follow them.
    pub padded: bool,
}

/// What stands between two fields.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Delimiter {
    /// These characters, at least one.
    Text(String),
    /// Two blanks or more, as in text laid out for the eye.
    Blanks,
    /// None: fields stand at the same characters of every line.
    Columns(Columns),
}

/// A dialect that the fast reader knows: one byte between fields, and quotes `"` that are doubled within quotes, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    /// The byte between two fields.
    pub delimiter: u8,
    /// Whether fields can stand in quotes.
    pub quoted: bool,
}

/// The usual quote character.
pub(super) const QUOTE: u8 = b'"';

impl Default for Dialect {
    fn default() -> Dialect {
        Dialect::of(",")
    }
}

impl Dialect {
    /// Fields parted by these characters, in quotes `"` that are doubled within quotes.
    pub fn of(delimiter: &str) -> Dialect {
        Dialect {
            delimiter: Delimiter::Text(delimiter.to_string()),
            quote: Some(QUOTE),
            escape: None,
            padded: false,
        }
    }

    /// The delimiter as text: two blanks stand for any number of them, or for columns.
    pub fn delimiter(&self) -> &str {
        match &self.delimiter {
            Delimiter::Text(text) => text,
            Delimiter::Blanks | Delimiter::Columns(_) => "  ",
        }
    }

    /// The first byte of the delimiter, which tells whether decimals may have a comma.
    pub fn first_byte(&self) -> u8 {
        self.delimiter().as_bytes()[0]
    }

    /// This dialect as the fast reader knows it, if it does.
    pub(super) fn plain(&self) -> Option<Plain> {
        let [delimiter] = *self.delimiter().as_bytes() else {
            return None;
        };
        let quoted = match self.quote {
            Some(QUOTE) => true,
            None => false,
            Some(_) => return None,
        };
        let plain = self.escape.is_none() && !self.padded && delimiter.is_ascii() && delimiter != QUOTE;
        plain.then_some(Plain { delimiter, quoted })
    }

    /// The delimiter that a first line `sep=;` states, as spreadsheets write it, quoted or not.
    pub(super) fn stated(first_line: &str) -> Option<&str> {
        let line = first_line.trim_end_matches(['\r', '\n']);
        let line = line.strip_prefix('"').and_then(|l| l.strip_suffix('"')).unwrap_or(line);
        let (key, value) = line.split_at_checked(4)?;
        let mut characters = value.chars();
        let delimiter = characters.next()?;
        let alone = characters.next().is_none() && !delimiter.is_alphanumeric();
        (key.eq_ignore_ascii_case("sep=") && alone).then_some(value)
    }
}

impl fmt::Display for Dialect {
    /// In words: `fields are separated by semicolons, in quotes " that are doubled within quotes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.delimiter {
            Delimiter::Text(text) => write!(f, "fields are separated by {}", named(text))?,
            Delimiter::Blanks => f.write_str("fields are separated by two spaces or more")?,
            Delimiter::Columns(columns) => {
                let starts: Vec<String> = columns.starts().map(|start| start.to_string()).collect();
                write!(f, "fields start at the characters {} of each line", starts.join(", "))?;
            }
        }
        if self.padded {
            f.write_str(" with spaces around it")?;
        }
        match (self.quote, self.escape) {
            (None, _) => f.write_str(", quotes are text"),
            (Some(quote), None) => write!(f, ", in quotes {} that are doubled within quotes", quote as char),
            (Some(quote), Some(escape)) => write!(f, ", in quotes {}, after {} text within quotes", quote as char, escape as char),
        }
    }
}

/// A delimiter in words.
fn named(text: &str) -> String {
    match text {
        "," => "commas".to_string(),
        ";" => "semicolons".to_string(),
        "\t" => "tabs".to_string(),
        "|" => "bars (|)".to_string(),
        " " => "spaces".to_string(),
        ":" => "colons".to_string(),
        _ => format!("'{}'", visible(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_that_states_it() {
        assert_eq!(Dialect::stated("sep=;\r\n"), Some(";"));
        assert_eq!(Dialect::stated("\"SEP=\t\"\n"), Some("\t"));
        assert_eq!(Dialect::stated("sep=\n"), None);
        assert_eq!(Dialect::stated("sep=ab"), None);
        assert_eq!(Dialect::stated("separator"), None);
        assert_eq!(Dialect::stated("sép"), None);
    }

    #[test]
    fn plain_ones() {
        let plain = |d: &Dialect| d.plain().map(|p| (p.delimiter, p.quoted));
        assert_eq!(plain(&Dialect::of(";")), Some((b';', true)));
        assert_eq!(
            plain(&Dialect {
                quote: None,
                ..Dialect::of("\t")
            }),
            Some((b'\t', false))
        );
        assert_eq!(plain(&Dialect::of("||")), None);
        assert_eq!(plain(&Dialect::of("§")), None);
        for other in [
            Dialect {
                quote: Some(b'\''),
                ..Dialect::default()
            },
            Dialect {
                escape: Some(b'\\'),
                ..Dialect::default()
            },
            Dialect {
                padded: true,
                ..Dialect::default()
            },
        ] {
            assert_eq!(plain(&other), None);
        }
    }

    #[test]
    fn in_words() {
        assert_eq!(
            Dialect::default().to_string(),
            "fields are separated by commas, in quotes \" that are doubled within quotes"
        );
        let odd = Dialect {
            delimiter: Delimiter::Blanks,
            quote: None,
            ..Dialect::default()
        };
        assert_eq!(odd.to_string(), "fields are separated by two spaces or more, quotes are text");
    }
}
