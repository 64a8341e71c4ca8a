//! `[[rule]] preset = "support"`: sets of rules that are sensible for a kind of relationship, as data. A rule of the user with the same id
//! takes the place of the preset's.
//!
//! All of them are optional, so that a metric that the inputs do not give breaks no run; what they hold is seldom a fixed value, which only
//! who runs a business can know, but that things have not become worse.

use super::rules::rule;
use crate::catalog::Catalog;
use crate::check::Rule;
use crate::period::WeekStart;
use crate::toml_reader::{DeTable, Reader, SourceText};

/// The presets: name and rules.
pub const PRESETS: [(&str, &str); 6] = [
    ("support", include_str!("presets/support.toml")),
    ("commerce", include_str!("presets/commerce.toml")),
    ("subscription", include_str!("presets/subscription.toml")),
    ("donors", include_str!("presets/donors.toml")),
    ("employer", include_str!("presets/employer.toml")),
    ("suppliers", include_str!("presets/suppliers.toml")),
];

/// The rules of the presets that a table names.
pub fn preset(reader: &mut Reader<'_>, table: &DeTable<'_>, catalog: &Catalog, weeks: WeekStart) -> Vec<Rule> {
    let choices = PRESETS.map(|preset| (preset.0, preset));
    let Some((name, text)) = reader.choice(table, "preset", &choices) else {
        return Vec::new();
    };
    let file = format!("preset {name}");
    let mut inner = Reader::new(SourceText { file: &file, text });
    let document = inner.document();
    let tables = inner.tables(&document, "rule");
    let rules = tables
        .into_iter()
        .filter_map(|(table, span)| rule(&mut inner, table, &span, catalog, weeks))
        .collect();
    // A user's metric of the same name may be of another unit or direction.
    reader.errors.extend(inner.errors);
    rules
}
