//! The reference that the program prints, made from its own declarations: the canonical tables, the facts, the kinds of metrics.

use crate::catalog::{BetterDirection, KeyReference, MetricUnit, keys_of_every_metric, keys_of_measured_metrics, kinds};
use crate::facts::SPECS;
use crate::schema::{Column, FactColumn, FactSpec, Input, Known, Shape, Table};

/// Every canonical table with its columns: what each is and what it means.
pub fn tables() -> String {
    let mut text = String::from(
        "Canonical tables: what every export is turned into. A column is mapped by recognition of its header, by [source.map] of\n\
         relhealth.toml or by --map. Other columns of an export are kept as dimensions, under their own names.\n",
    );
    for table in Table::ALL {
        text.push_str(&format!("\n{table}: {}\n", table.meaning()));
        table.columns().iter().for_each(|column| text.push_str(&column_text(column)));
    }
    text
}

fn column_text(column: &Column) -> String {
    let (kind, role) = (column.kind.name(), column.role.text());
    let mut said = vec![kind];
    said.extend(Some(role).filter(|role| *role != kind));
    said.extend(column.required.then_some("required"));
    let mut lines = vec![
        format!("  {:<20} {}", column.name, said.join(", ")),
        format!("      {}", column.meaning()),
    ];
    for (what, words) in [
        ("one of", column.words),
        ("words with a meaning", column.known_words),
        ("people with these words are protected as small groups", column.protected_words),
    ] {
        if !words.is_empty() {
            lines.push(format!("      {what}: {}", words.join(", ")));
        }
    }
    if let Some(earlier) = column.not_before {
        lines.push(format!("      not before {}", earlier.name));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Every fact with its columns: what each is measured in, what it means and what it is made from.
pub fn facts() -> String {
    let mut text = String::from(
        "Facts: the rows that metrics are measured on. A metric names a fact, and its expressions name columns of the fact.\n",
    );
    for spec in SPECS {
        text.push_str(&fact_text(spec));
    }
    text
}

fn fact_text(spec: &FactSpec) -> String {
    let tables: Vec<&str> = spec.tables.iter().map(|table| table.name()).collect();
    let periods = match spec.shape {
        Shape::Event => "a row counts in the period of the time that a metric names",
        Shape::StakeholderPeriod => "a row is a stakeholder in a period",
    };
    let mut text = format!("\n{}: {}\n", spec.name(), spec.text);
    text.push_str(&format!("  made from {}; {periods}\n", tables.join(" or ")));
    spec.columns.iter().for_each(|column| text.push_str(&fact_column_text(column)));
    text
}

fn fact_column_text(column: &FactColumn) -> String {
    let mut text = format!("  {:<30} {}\n      {}\n", column.name, column.unit.name(), column.text);
    if !column.needs.is_empty() {
        text.push_str(&format!("      needs {}\n", needs_text(column.needs)));
    }
    match column.known {
        Known::Always => {}
        Known::At(at) if at == column.name => {}
        Known::At(at) => text.push_str(&format!("      known from {at} on\n")),
        Known::Lasting(from) => text.push_str(&format!("      lasts from {from} until as-of\n")),
        Known::Undated => text.push_str("      no export says when it became known, so changes of it are unclear\n"),
    }
    text
}

/// All groups are needed, of each any one.
fn needs_text(groups: &[&[Input]]) -> String {
    let group = |inputs: &&[Input]| {
        let names: Vec<String> = inputs.iter().map(Input::name).collect();
        match (names.len(), groups.len()) {
            (1, _) | (_, 1) => names.join(" or "),
            _ => format!("({})", names.join(" or ")),
        }
    };
    groups.iter().map(group).collect::<Vec<_>>().join(" and ")
}

/// The kinds of metrics, and the keys that a `[metric.NAME]` takes.
pub fn kinds_of_metrics() -> String {
    let mut text = String::from("Kinds of metrics: what a [metric.NAME] of relhealth.toml can compute, and the keys that it takes\n");
    text.push_str("\nKeys of every metric:\n");
    keys_of_every_metric().iter().for_each(|key| text.push_str(&key_text(key)));
    let units: Vec<&str> = MetricUnit::ALL.into_iter().map(MetricUnit::as_str).collect();
    let directions: Vec<&str> = BetterDirection::ALL.into_iter().map(BetterDirection::as_str).collect();
    text.push_str(&format!(
        "  unit is one of {}; good is one of {}\n",
        units.join(", "),
        directions.join(", ")
    ));
    text.push_str("\nKeys of every metric that is measured on a fact, which is all kinds but derived:\n");
    keys_of_measured_metrics().iter().for_each(|key| text.push_str(&key_text(key)));
    for kind in kinds() {
        text.push_str(&format!("\nkind = \"{}\": {}\n", kind.word, kind.meaning));
        kind.keys.iter().for_each(|key| text.push_str(&key_text(key)));
    }
    text
}

fn key_text(key: &KeyReference) -> String {
    let required = if key.required { "required: " } else { "" };
    format!("  {:<16} {required}{}\n", key.name, key.meaning)
}
