//! How a person or a built-in profile writes a source: which files, which table, and where each of its columns comes from.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeValue;

use super::profile::{self, Confidence};
use super::{
    AmountOn, Dates, Deliveries, From, Lookup, LookupFile, Mapped, OtherTarget, Precision, Profile, SameId, Several, Source, Unmatched,
    check_target,
};
use crate::cell_parsing::DurationUnit;
use crate::diagnostics::nearest;
use crate::ingest::{self, FormatOverrides};
use crate::schema::{ColumnType, Role, Table};
use crate::toml_reader::{DeTable, Fault, Help, Node, Reader, constant_of};

/// Keys that say how a file is read, in a `[[source]]` as in a profile.
const READING: &[&str] = &[
    "kind",
    "map",
    "values",
    "where",
    "key",
    "dates",
    "encoding",
    "delimiter",
    "quote",
    "escape",
    "preamble",
    "header_rows",
    "footer",
    "decimal",
    "timezone",
    "amount_on",
    "fill_down",
    "same_id",
    "deliveries",
    "private",
    "placeholder_ids",
    "person_ids",
    "keep_placeholder_dates",
    "keep_text",
];

/// Keys of a `[[source]]` alone.
const SOURCE: &[&str] = &["path", "profile", "lookup"];

/// Keys of a profile alone.
const PROFILE: &[&str] = &[
    "title",
    "confidence",
    "headers",
    "without",
    "first",
    "also",
    "questions",
    "own",
    "lacks",
    "not_read",
];

/// Reads one `[[source]]`; relative paths start from `folder`, and its profile is one of these or built in.
pub fn source(reader: &mut Reader<'_>, table: &DeTable<'_>, span: Range<usize>, folder: &Path, profiles: &[Profile]) -> Source {
    reader.known(table, "of a source", &[SOURCE, READING].concat());
    let paths: Vec<PathBuf> = reader.texts(table, "path").into_iter().map(|path| folder.join(path.text)).collect();
    if !table.contains_key("path") {
        reader.missing(span.clone(), "a source", "path", "set it to a file, a glob, or a list of them");
    }
    Source {
        paths,
        profile: based_on(reader, table, profiles),
        lookup: lookups(reader, table, folder),
        filter: reader.expression_at(table, "where"),
        place: Some(reader.place(&span)),
        ..reading(reader, table)
    }
}

/// The profile at `profile`; `none` says that the file is not to be recognised.
fn based_on(reader: &mut Reader<'_>, table: &DeTable<'_>, profiles: &[Profile]) -> Option<String> {
    let text = reader.text(table, "profile")?;
    let known = profiles.iter().chain(profile::builtin()).map(|profile| profile.id.as_str());
    if text.text != "none" && !known.clone().any(|id| id == text.text) {
        reader.unknown("profile", &text, known);
        return None;
    }
    Some(text.text)
}

/// Reads the profile of that name.
pub fn profile(reader: &mut Reader<'_>, id: &str, table: &DeTable<'_>, span: Range<usize>) -> Profile {
    reader.known(table, "of a profile", &[PROFILE, READING].concat());
    let [headers, without, first, also, own] = ["headers", "without", "first", "also", "own"].map(|key| reader.strings(table, key));
    let conditions = reader.texts(table, "where");
    let filters = conditions.iter().filter_map(|text| reader.expression(text)).collect();
    let confidence = reader.choice(table, "confidence", &Confidence::ALL.map(|c| (c.name(), c)));
    let source = Source {
        is_mapped: true,
        questions: Vec::new(),
        lacks: reader.text(table, "lacks").map(|text| text.text),
        place: Some(reader.place(&span)),
        ..reading(reader, table)
    };
    if source.table.is_none() {
        let kinds = Table::ALL.map(Table::name).join(", ");
        reader.missing(span, format!("the profile `{id}`"), "kind", format!("set it to one of {kinds}"));
    }
    Profile {
        id: id.to_string(),
        title: reader.text(table, "title").map_or_else(|| id.to_string(), |text| text.text),
        confidence: confidence.unwrap_or(Confidence::High),
        without,
        first,
        also,
        own,
        names: profile::names(&headers, &source),
        headers,
        filters,
        questions: reader.flag(table, "questions"),
        not_read: not_read(reader, table),
        source,
    }
}

/// Columns that are not read, each with the reason.
fn not_read(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Vec<(String, String)> {
    let Some(columns) = reader.table(table, "not_read") else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (column, why) in columns {
        if let Some(why) = reader.text_of(why, column.get_ref()) {
            all.push((column.get_ref().to_string(), why.text));
        }
    }
    all
}

/// What sources and profiles have in common.
fn reading(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Source {
    let kind = kind(reader, table);
    let map = map(reader, table, kind);
    let values = values(reader, table, kind, &map);
    Source {
        table: kind,
        is_mapped: table.contains_key("map"),
        map,
        values,
        key: key(reader, table, kind),
        dates: reader.choice(table, "dates", &[("dmy", Dates::Dmy), ("mdy", Dates::Mdy), ("ymd", Dates::Ymd)]),
        wishes: wishes(reader, table),
        decimal: reader.choice(table, "decimal", &[(".", '.'), (",", ',')]),
        timezone: timezone(reader, table),
        amount_on: reader.choice(table, "amount_on", &[("line", AmountOn::Line), ("order", AmountOn::Order)]),
        fill_down: reader.boolean(table, "fill_down"),
        same_id: reader.choice(table, "same_id", &[("latest", SameId::Latest), ("all", SameId::All)]),
        deliveries: reader.choice(table, "deliveries", &[("parts", Deliveries::Parts), ("totals", Deliveries::Totals)]),
        private: reader.flag(table, "private"),
        placeholder_ids: reader.strings(table, "placeholder_ids"),
        keep_placeholder_dates: reader.flag(table, "keep_placeholder_dates"),
        keep_text: reader.flag(table, "keep_text"),
        person_ids: reader.strings(table, "person_ids"),
        ..Source::default()
    }
}

/// How files fall into records.
fn wishes(reader: &mut Reader<'_>, table: &DeTable<'_>) -> FormatOverrides {
    FormatOverrides {
        encoding: encoding(reader, table),
        delimiter: delimiter(reader, table),
        quote: mark(reader, table, "quote"),
        escape: mark(reader, table, "escape"),
        preamble: small(reader, table, "preamble"),
        header_rows: small(reader, table, "header_rows"),
        footer: reader.strings(table, "footer"),
    }
}

fn kind(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<Table> {
    reader.choice(table, "kind", &Table::ALL.map(|table| (table.name(), table)))
}

fn map(reader: &mut Reader<'_>, table: &DeTable<'_>, kind: Option<Table>) -> BTreeMap<String, Mapped> {
    let mut map = BTreeMap::new();
    let Some(entries) = reader.table(table, "map") else { return map };
    for (column, node) in entries {
        if let Some(mapped) = origins(reader, column.get_ref(), node, kind) {
            if let Some(Err(wrong)) = kind.map(|kind| check_target(kind, column.get_ref(), &mapped)) {
                reader.wrong(column.span(), wrong.message, wrong.hint);
            }
            let place = Some(reader.place(&column.span()));
            map.insert(column.get_ref().to_string(), Mapped { place, ..mapped });
        }
    }
    map
}

/// What a column is mapped to, or a list of which the first that the file has is taken.
fn origins(reader: &mut Reader<'_>, column: &str, node: &Node<'_>, kind: Option<Table>) -> Option<Mapped> {
    let Some(nodes) = node.get_ref().as_array() else {
        return origin(reader, column, node, kind);
    };
    let mut all: Vec<Mapped> = nodes.iter().filter_map(|node| origin(reader, column, node, kind)).collect();
    if all.is_empty() {
        reader.wrong(node.span(), format!("the mapping of `{column}` is empty"), "");
        return None;
    }
    let first = all.remove(0);
    Some(Mapped { or: all, ..first })
}

/// What a column is mapped to: `"Header"`, `{ column, format, timezone }`, `{ expr }` or `{ value }`.
pub fn origin(reader: &mut Reader<'_>, column: &str, node: &Node<'_>, kind: Option<Table>) -> Option<Mapped> {
    if let DeValue::String(name) = node.get_ref() {
        return Some(Mapped::new(From::Column(name.to_string())));
    }
    let Some(table) = node.get_ref().as_table() else {
        reader.mistyped(node, column, "a column's header, or a table with `column`, `expr` or `value`");
        return None;
    };
    let keys = [
        "column",
        "format",
        "timezone",
        "precision",
        "unit",
        "expr",
        "first_of",
        "value",
        "dimension",
    ];
    reader.known(table, "of a mapping", &keys);
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
    for key in ["format", "timezone", "precision"] {
        if let Some(node) = table.get(key).filter(|_| given == "value" || !is_time) {
            reader.wrong(
                node.span(),
                format!("`{key}` requires `column` or `expr` of a time, which `{column}` is not here"),
                "",
            );
        }
    }
    let first_of = reader.text(table, "first_of");
    if let Some(text) = first_of.as_ref().filter(|_| given != "expr") {
        reader.wrong(text.span.clone(), "`first_of` requires `expr`", "");
    }
    let unit = reader.choice(table, "unit", &DurationUnit::ALL.map(|unit| (unit.word(), unit)));
    let is_duration = |table: Table| table.column(column).is_some_and(|canonical| canonical.role == Role::Duration);
    if let Some(node) = table.get("unit").filter(|_| !Table::ALL.into_iter().any(is_duration)) {
        let what = format!("`unit` requires a duration, which `{column}` is not");
        let durations = Table::ALL.into_iter().flat_map(|table| table.with_role(Role::Duration));
        let names: Vec<&str> = durations.map(|canonical| canonical.name).collect();
        reader.wrong(node.span(), what, format!("the durations are {}", names.join(" and ")));
    }
    let from = match given {
        "expr" => From::Expr(reader.expression_at(table, "expr")?),
        "value" => {
            let node = &table["value"];
            let constant = constant_of(node.get_ref());
            if constant.is_none() {
                reader.mistyped(node, "value", "a string, a number, or true or false");
            }
            From::Value(constant?)
        }
        _ => From::Column(reader.text(table, "column")?.text),
    };
    Some(Mapped {
        formats: reader.strings(table, "format"),
        timezone: timezone(reader, table),
        first_of: first_of.map(|text| text.text),
        precision: reader.choice(table, "precision", &[("day", Precision::Day), ("time", Precision::Time)]),
        unit,
        other_target: match reader.flag(table, "dimension") {
            true => OtherTarget::Dimension,
            false => OtherTarget::default(),
        },
        ..Mapped::new(from)
    })
}

fn values(
    reader: &mut Reader<'_>,
    table: &DeTable<'_>,
    kind: Option<Table>,
    map: &BTreeMap<String, Mapped>,
) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    let Some(columns) = reader.table(table, "values") else {
        return values;
    };
    for (column, node) in columns {
        // A name that is mapped was looked at there.
        let is_mapped = map.contains_key(column.get_ref().as_ref());
        if let Some(Err(wrong)) = kind
            .filter(|_| !is_mapped)
            .map(|kind| check_target(kind, column.get_ref(), &Mapped::new(From::Value(String::new()))))
        {
            reader.wrong(column.span(), wrong.message, wrong.hint);
        }
        let Some(entries) = node.get_ref().as_table() else {
            reader.mistyped(node, column.get_ref(), "a table of values and what they mean");
            continue;
        };
        let words = kind
            .and_then(|kind| kind.column(column.get_ref()))
            .map_or(&[][..], |canonical| canonical.words);
        let mut meanings = BTreeMap::new();
        for (said, node) in entries {
            let Some(means) = constant_of(node.get_ref()) else {
                reader.mistyped(node, said.get_ref(), "a string, a number, or true or false");
                continue;
            };
            // An empty meaning is none: the value counts as missing.
            if !words.is_empty() && !means.is_empty() && !words.contains(&means.as_str()) {
                let fault = Fault::NotAChoice {
                    key: column.get_ref().to_string(),
                    value: means.clone(),
                };
                reader.wrong(node.span(), fault, Help::names(&means, words));
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
        let unknown = kind.filter(|kind| kind.column(&column.text).is_none());
        if let Some(near) = unknown.and_then(|kind| nearest(&column.text, kind.columns().iter().map(|known| known.name))) {
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

/// So many files may be looked up for one source.
pub const MOST_LOOKUPS: usize = 8;

/// A lookup, or a list of them.
fn lookups(reader: &mut Reader<'_>, table: &DeTable<'_>, folder: &Path) -> Vec<Lookup> {
    let Some(node) = table.get("lookup") else { return Vec::new() };
    let nodes: Vec<&Node<'_>> = match node.get_ref().as_array() {
        Some(nodes) => nodes.iter().collect(),
        None => vec![node],
    };
    if nodes.len() > MOST_LOOKUPS {
        reader.wrong(node.span(), format!("a source may have at most {MOST_LOOKUPS} lookups"), "");
    }
    nodes.into_iter().filter_map(|node| lookup(reader, node, folder)).collect()
}

fn lookup(reader: &mut Reader<'_>, node: &Node<'_>, folder: &Path) -> Option<Lookup> {
    let Some(lookup) = node.get_ref().as_table() else {
        reader.mistyped(node, "lookup", "a table with `path` and `key`, or a list of them");
        return None;
    };
    reader.known(lookup, "of a lookup", &["path", "key", "to", "unmatched", "several"]);
    for key in ["path", "key"] {
        if !lookup.contains_key(key) {
            reader.missing(node.span(), "a lookup", key, Help::None);
        }
    }
    let paths = reader.strings(lookup, "path");
    let key = reader.strings(lookup, "key");
    let to = match lookup.contains_key("to") {
        true => reader.strings(lookup, "to"),
        false => key.clone(),
    };
    if key.len() != to.len() {
        reader.wrong(
            node.span(),
            "`key` and `to` of a lookup need the same number of columns",
            "name for each column of `key` the one of the other file with the same values",
        );
    }
    let unmatched = reader.choice(lookup, "unmatched", &Unmatched::ALL.map(|unmatched| (unmatched.word(), unmatched)));
    let several = reader.choice(lookup, "several", &Several::ALL.map(|several| (several.word(), several)));
    if paths.is_empty() {
        return None;
    }
    Some(Lookup {
        from: paths.iter().map(|path| LookupFile::Path(folder.join(path))).collect(),
        key,
        to,
        unmatched: unmatched.unwrap_or_default(),
        several: several.unwrap_or_default(),
    })
}

fn encoding(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<String> {
    let label = reader.text(table, "encoding")?;
    if ingest::Encoding::for_label(&label.text).is_none() {
        let what = format!("`{}` is not a known encoding", label.text);
        reader.wrong(
            label.span,
            what,
            "set it to one such as utf-8, windows-1252, iso-8859-15, macintosh, cp850, utf-16le or shift_jis",
        );
        return None;
    }
    Some(label.text)
}

/// What separates fields: characters that are not part of a word, a quote or a line end.
fn delimiter(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<String> {
    let text = reader.text(table, "delimiter")?;
    let fits = |c: char| !c.is_alphanumeric() && !matches!(c, '"' | '\n' | '\r');
    if text.text.is_empty() || text.text.chars().count() > 8 || !text.text.chars().all(fits) {
        let what = "`delimiter` must be a character such as `,`, `;`, `|` or a tab (\"\\t\"), or a few such as `||`";
        reader.wrong(text.span, what, "");
        return None;
    }
    Some(text.text)
}

/// A character that means something to the reader of a file, or none where the text is empty.
fn mark(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str) -> Option<String> {
    let text = reader.text(table, key)?;
    let is_mark = |byte: &u8| byte.is_ascii_punctuation();
    if !(text.text.is_empty() || matches!(text.text.as_bytes(), [byte] if is_mark(byte))) {
        let what = format!("`{key}` must be one character such as `'`, or empty for none");
        reader.wrong(text.span, what, "");
        return None;
    }
    Some(text.text)
}

/// A small number of lines or records.
fn small(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str) -> Option<usize> {
    reader.whole(table, key, 0..=100).map(|number| number as usize)
}

/// The zone at `timezone`, under its own name.
fn timezone(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<String> {
    reader.zone(table, "timezone").map(|zone| zone.name().to_string())
}
