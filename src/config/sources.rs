//! `[[source]]`: which files, which table, and where each of its columns comes from.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::reader::{Node, Reader, constant_of};
use crate::note::{Note, did_you_mean, nearest, visible};
use crate::period::Zone;
use crate::schema::{ColumnType, Table};
use crate::sources::{AmountOn, Dates, From, Lookup, Mapped, Source};

const KEYS: &[&str] = &[
    "path",
    "kind",
    "profile",
    "map",
    "values",
    "where",
    "key",
    "lookup",
    "dates",
    "encoding",
    "delimiter",
    "decimal",
    "timezone",
    "amount_on",
    "private",
];

/// Reads one `[[source]]`; relative paths start from `folder`.
pub fn source(reader: &mut Reader<'_>, table: &DeTable<'_>, span: Range<usize>, folder: &Path) -> Source {
    reader.known(table, "of a source", KEYS);
    let kind = kind(reader, table);
    let paths: Vec<PathBuf> = reader.texts(table, "path").into_iter().map(|path| folder.join(path.text)).collect();
    if !table.contains_key("path") {
        reader.wrong(span.clone(), "a source needs a `path`", "a file, a glob, or a list of them");
    }
    if let Some(profile) = reader.text(table, "profile").filter(|profile| profile.text != "none") {
        let what = format!("there is no profile `{}`", profile.text);
        reader.wrong(profile.span, what, "no profiles are built in; state `kind` and a [source.map]");
    }
    let values = values(reader, table, kind);
    Source {
        paths,
        table: kind,
        is_mapped: table.contains_key("map"),
        map: map(reader, table, kind),
        values,
        filter: reader.expression_at(table, "where"),
        key: key(reader, table, kind),
        lookup: lookup(reader, table, folder),
        dates: reader.choice(table, "dates", &[("dmy", Dates::Dmy), ("mdy", Dates::Mdy), ("ymd", Dates::Ymd)]),
        encoding: encoding(reader, table),
        delimiter: delimiter(reader, table),
        decimal: reader.choice(table, "decimal", &[(".", '.'), (",", ',')]),
        timezone: timezone(reader, table),
        amount_on: reader
            .choice(table, "amount_on", &[("line", AmountOn::Line), ("order", AmountOn::Order)])
            .unwrap_or_default(),
        private: reader.flag(table, "private"),
        place: Some(reader.place(&span)),
    }
}

fn kind(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<Table> {
    reader.choice(table, "kind", &Table::ALL.map(|table| (table.name(), table)))
}

fn map(reader: &mut Reader<'_>, table: &DeTable<'_>, kind: Option<Table>) -> BTreeMap<String, Mapped> {
    let mut map = BTreeMap::new();
    let Some(entries) = reader.table(table, "map") else { return map };
    for (column, node) in entries.iter() {
        canonical_or_dimension(reader, column.get_ref(), column.span(), kind);
        if let Some(from) = origin(reader, column.get_ref(), node, kind) {
            let place = Some(reader.place(&column.span()));
            map.insert(column.get_ref().to_string(), Mapped { from, place });
        }
    }
    map
}

/// What a column is mapped to: `"Header"`, `{ column, format, timezone }`, `{ expr }` or `{ value }`.
pub fn origin(reader: &mut Reader<'_>, column: &str, node: &Node<'_>, kind: Option<Table>) -> Option<From> {
    if let DeValue::String(name) = node.get_ref() {
        return Some(From::Column {
            name: name.to_string(),
            formats: Vec::new(),
            timezone: None,
        });
    }
    let Some(table) = node.get_ref().as_table() else {
        reader.mistyped(node, column, "a column's header, or a table with `column`, `expr` or `value`");
        return None;
    };
    reader.known(table, "of a mapping", &["column", "format", "timezone", "expr", "value"]);
    let given: Vec<&str> = ["column", "expr", "value"]
        .into_iter()
        .filter(|key| table.contains_key(*key))
        .collect();
    let [given] = given[..] else {
        let what = format!("the mapping of `{column}` needs exactly one of `column`, `expr` and `value`");
        reader.wrong(node.span(), what, "");
        return None;
    };
    let is_time = kind
        .and_then(|kind| kind.column(column))
        .is_none_or(|canonical| canonical.kind == ColumnType::Time);
    for key in ["format", "timezone"] {
        if let Some(node) = table.get(key).filter(|_| given != "column" || !is_time) {
            reader.wrong(
                node.span(),
                format!("`{key}` goes with `column` of a time; `{column}` is none here"),
                "",
            );
        }
    }
    match given {
        "expr" => reader.expression_at(table, "expr").map(From::Expr),
        "value" => {
            let node = &table["value"];
            let constant = constant_of(node.get_ref());
            if constant.is_none() {
                reader.mistyped(node, "value", "a text, a number, or true or false");
            }
            constant.map(From::Value)
        }
        _ => {
            let formats = reader.texts(table, "format").into_iter().map(|format| format.text).collect();
            let timezone = timezone(reader, table);
            reader.text(table, "column").map(|name| From::Column {
                name: name.text,
                formats,
                timezone,
            })
        }
    }
}

/// A column that is not canonical is a dimension; one that is nearly canonical is probably a slip, so it is noted.
fn canonical_or_dimension(reader: &mut Reader<'_>, column: &str, span: Range<usize>, kind: Option<Table>) {
    let Some(kind) = kind.filter(|kind| kind.column(column).is_none()) else {
        return;
    };
    let near = kind
        .columns()
        .iter()
        .find(|known| strsim::damerau_levenshtein(known.name, column) <= 2);
    if let Some(near) = near {
        let text = format!("`{}` becomes a dimension of {kind}; was `{}` meant?", visible(column), near.name);
        let place = reader.place(&span);
        reader.notes.push(Note::new("probable-typo", text).at(place));
    }
}

fn values(reader: &mut Reader<'_>, table: &DeTable<'_>, kind: Option<Table>) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    let Some(columns) = reader.table(table, "values") else {
        return values;
    };
    for (column, node) in columns.iter() {
        canonical_or_dimension(reader, column.get_ref(), column.span(), kind);
        let Some(entries) = node.get_ref().as_table() else {
            reader.mistyped(node, column.get_ref(), "a table of values and what they mean");
            continue;
        };
        let words = kind
            .and_then(|kind| kind.column(column.get_ref()))
            .map_or(&[][..], |canonical| canonical.words);
        let mut meanings = BTreeMap::new();
        for (said, node) in entries.iter() {
            let Some(means) = constant_of(node.get_ref()) else {
                reader.mistyped(node, said.get_ref(), "a text, a number, or true or false");
                continue;
            };
            // An empty meaning is none: the value counts as missing.
            if !words.is_empty() && !means.is_empty() && !words.contains(&means.as_str()) {
                reader.wrong(
                    node.span(),
                    format!("`{means}` is no {}", column.get_ref()),
                    did_you_mean(&means, words),
                );
            }
            meanings.insert(said.get_ref().to_string(), means);
        }
        values.insert(column.get_ref().to_string(), meanings);
    }
    values
}

fn key(reader: &mut Reader<'_>, table: &DeTable<'_>, kind: Option<Table>) -> Vec<String> {
    let key = reader.texts(table, "key");
    for column in &key {
        let slip = kind.filter(|kind| kind.column(&column.text).is_none());
        if let Some(near) = slip.and_then(|kind| nearest(&column.text, kind.columns().iter().map(|known| known.name))) {
            let mapped = table
                .get("map")
                .and_then(|map| map.get_ref().as_table())
                .is_some_and(|map| map.contains_key(column.text.as_str()));
            if !mapped {
                reader.wrong(
                    column.span.clone(),
                    format!("unknown column `{}`", column.text),
                    format!("did you mean `{near}`?"),
                );
            }
        }
    }
    key.into_iter().map(|column| column.text).collect()
}

fn lookup(reader: &mut Reader<'_>, table: &DeTable<'_>, folder: &Path) -> Option<Lookup> {
    let lookup = reader.table(table, "lookup")?;
    reader.known(lookup, "of a lookup", &["path", "key"]);
    for key in ["path", "key"] {
        if !lookup.contains_key(key) {
            reader.wrong(table["lookup"].span(), format!("a lookup needs a `{key}`"), "");
        }
    }
    let (path, key) = (reader.text(lookup, "path"), reader.text(lookup, "key"));
    Some(Lookup {
        path: folder.join(path?.text),
        key: key?.text,
    })
}

fn encoding(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<String> {
    let label = reader.text(table, "encoding")?;
    if crate::intake::Encoding::for_label(&label.text).is_none() {
        let what = format!("`{}` is no encoding", label.text);
        reader.wrong(label.span, what, "such as utf-8, windows-1252, iso-8859-15, utf-16le or shift_jis");
        return None;
    }
    Some(label.text)
}

fn delimiter(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<u8> {
    let text = reader.text(table, "delimiter")?;
    match text.text.as_bytes() {
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(*byte),
        _ => {
            reader.wrong(
                text.span,
                "`delimiter` is one character such as `,`, `;`, `|` or a tab (\"\\t\")",
                "",
            );
            None
        }
    }
}

/// The zone at `timezone`, under its own name.
fn timezone(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<String> {
    zone(reader, table).map(|zone| zone.name().to_string())
}

/// The zone at `timezone`.
pub fn zone(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<Zone> {
    let text = reader.text(table, "timezone")?;
    Zone::parse(&text.text).map_err(|why| reader.wrong(text.span, why, "")).ok()
}
