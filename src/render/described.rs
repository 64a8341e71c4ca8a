//! The configuration next to converted tables: the settings of the report, and of each table the settings that its file cannot contain.

use std::fmt::Write;

use super::tables::{Group, Sheet};
use crate::canonical::CanonicalTables;
use crate::period::{date_text, instant_text};

/// The header.
const HEAD: &str = "\
# Written by `relhealth convert`: the settings of the configuration that was used, and how the tables next to this file are read.\n";

/// A configuration under which the tables next to it give the same numbers as the original inputs. `before` is the configuration
/// that was used; everything except its sources and its comments is kept.
///
/// # Errors
/// If `before` is not valid TOML.
pub fn text(before: &str, canonical: &CanonicalTables, currency: Option<&str>, sheets: &[Sheet], ending: &str) -> anyhow::Result<String> {
    let mut settings: toml::Table = toml::from_str(before)?;
    settings.remove("source");
    settings.insert("timezone".to_string(), canonical.zone.name().into());
    if let Some(currency) = currency {
        settings.insert("currency".to_string(), currency.into());
    }
    // The tables do not contain later data, so the as-of date must not be later.
    settings.insert("as_of".to_string(), toml::Value::Datetime(as_of(canonical).parse()?));
    let mut text = format!("{HEAD}{}", toml::to_string(&settings)?);
    for sheet in sheets {
        for group in &sheet.groups {
            source(&mut text, sheet, group, ending)?;
        }
    }
    Ok(text)
}

/// The end of a day as its date.
fn as_of(canonical: &CanonicalTables) -> String {
    let day = canonical.zone.day_of(canonical.as_of);
    if canonical.zone.midnight(day) == canonical.as_of {
        date_text(day - 1)
    } else {
        instant_text(canonical.as_of)
    }
}

fn source(text: &mut String, sheet: &Sheet, group: &Group, ending: &str) -> std::fmt::Result {
    let table = sheet.table.name();
    writeln!(text, "\n[[source]]\npath = \"{table}.{ending}\"\nkind = \"{table}\"")?;
    if let Some(label) = &sheet.label {
        let condition = format!("{label} = '{}'", group.label.replace('\'', "''"));
        writeln!(text, "where = {}", toml::Value::String(condition))?;
    }
    if group.private {
        writeln!(text, "private = true")?;
    }
    if group.amount_of_order {
        writeln!(text, "amount_on = \"order\"")?;
    }
    writeln!(text, "delimiter = \",\"\ndecimal = \".\"\n\n[source.map]")?;
    for (column, times) in &group.columns {
        let mut more = String::new();
        if let Some(zone) = &times.zone {
            write!(more, ", timezone = \"{}\"", zone.name())?;
        }
        if times.midnights_are_times {
            more += ", precision = \"time\"";
        }
        match more.as_str() {
            "" => writeln!(text, "{column} = \"{column}\"")?,
            more => writeln!(text, "{column} = {{ column = \"{column}\"{more} }}")?,
        }
    }
    Ok(())
}
