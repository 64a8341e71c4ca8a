//! What is stated about how a file falls into records.

use anyhow::Result;
use glob::Pattern;

use super::encoding::Encoding;
use super::sniff::DialectOverrides;
use crate::diagnostics::{Problem, visible};

/// What is already known about an input; what is `None` is found from its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormatOverrides {
    /// The encoding, by a name that [`Encoding::for_label`] knows.
    pub encoding: Option<String>,
    /// What stands between fields: one character or several.
    pub delimiter: Option<String>,
    /// The quote character; empty where quotes are text.
    pub quote: Option<String>,
    /// The character that makes text of the quote after it; empty, or the quote itself, where quotes are doubled.
    pub escape: Option<String>,
    /// How many lines stand before the header.
    pub preamble: Option<usize>,
    /// How many records are names of columns; the names of one column are joined by a blank. 0: columns have no names.
    pub header_rows: Option<usize>,
    /// Patterns (`Total*`) of what the first filled cell of a line says that is no record but belongs to the end of the file.
    pub footer: Vec<String>,
}

impl FormatOverrides {
    /// Those of the sheet of a workbook, which is written out in one way.
    pub fn of_sheet() -> FormatOverrides {
        FormatOverrides::default().as_sheet()
    }

    /// These, for a sheet of a workbook.
    #[must_use]
    pub fn as_sheet(self) -> FormatOverrides {
        FormatOverrides {
            encoding: Some("utf-8".to_string()),
            delimiter: Some(",".to_string()),
            quote: Some("\"".to_string()),
            escape: None,
            ..self
        }
    }

    /// These, and where they leave something open, what others say of it.
    #[must_use]
    pub fn or(&self, others: &FormatOverrides) -> FormatOverrides {
        let first = |one: &Option<String>, other: &Option<String>| one.as_ref().or(other.as_ref()).cloned();
        let footer = if self.footer.is_empty() { &others.footer } else { &self.footer };
        FormatOverrides {
            encoding: first(&self.encoding, &others.encoding),
            delimiter: first(&self.delimiter, &others.delimiter),
            quote: first(&self.quote, &others.quote),
            escape: first(&self.escape, &others.escape),
            preamble: self.preamble.or(others.preamble),
            header_rows: self.header_rows.or(others.header_rows),
            footer: footer.clone(),
        }
    }
}

/// Wishes, understood.
pub(super) struct Known {
    pub encoding: Option<Encoding>,
    pub stated: DialectOverrides,
    pub preamble: Option<usize>,
    pub header_rows: Option<usize>,
    pub footer: Vec<Pattern>,
}

impl Known {
    /// What the wishes mean.
    ///
    /// # Errors
    /// A wish that makes no sense.
    pub fn of(wishes: &FormatOverrides) -> Result<Known> {
        let usage = |what: String, hint: &'static str| anyhow::Error::from(Problem::usage(what).hint(hint));
        let encoding = match &wishes.encoding {
            None => None,
            Some(label) => Some(Encoding::for_label(label).ok_or_else(|| {
                let hint = "write utf-8, utf-16le, windows-1252, shift_jis, macintosh, cp850 or another name of the Encoding Standard";
                usage(format!("'{label}' is no encoding"), hint)
            })?),
        };
        let mark = |what: &str, text: &Option<String>| match text.as_deref().map(str::as_bytes) {
            None => Ok(None),
            Some([]) => Ok(Some(None)),
            Some(&[byte]) if byte.is_ascii_graphic() && !byte.is_ascii_alphanumeric() => Ok(Some(Some(byte))),
            Some(_) => Err(usage(
                format!("'{}' cannot be the {what}", visible(text.as_deref().unwrap_or_default())),
                "write one mark such as \" or ', or nothing",
            )),
        };
        let quote = mark("quote", &wishes.quote)?;
        let escape = mark("escape", &wishes.escape)?.map(|e| e.filter(|_| Some(e) != quote));
        if wishes
            .delimiter
            .as_ref()
            .is_some_and(|d| d.is_empty() || d.contains(['\n', '\r', '"']))
        {
            return Err(usage(
                "the delimiter is empty, or holds a quote or a line end".to_string(),
                "write the characters between two fields",
            ));
        }
        let footer = wishes.footer.iter().map(|text| {
            Pattern::new(text).map_err(|e| {
                usage(
                    format!("'{text}' is no pattern: {}", e.msg),
                    "`*` stands for any text, `?` for one character",
                )
            })
        });
        Ok(Known {
            encoding,
            stated: DialectOverrides {
                delimiter: wishes.delimiter.clone(),
                quote,
                escape,
            },
            preamble: wishes.preamble,
            header_rows: wishes.header_rows,
            footer: footer.collect::<Result<_>>()?,
        })
    }
}
