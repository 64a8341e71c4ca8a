//! `[[waiver]]`: what excuses a rule for a while, who answers for it and why.

use crate::catalog::{Catalog, Origin};
use crate::check::{Rule, Waiver};
use crate::period::parse_date;
use crate::toml_reader::{DeTable, Reader, key_span};

const KEYS: &[&str] = &["metric", "id", "where", "by", "until", "owner", "reason"];

/// Reads the `[[waiver]]`s of these rules, where they are all known.
pub fn waivers(reader: &mut Reader<'_>, document: &DeTable<'_>, catalog: &Catalog, rules: Option<&[Rule]>) -> Vec<Waiver> {
    let tables = reader.tables(document, "waiver");
    tables
        .into_iter()
        .filter_map(|(table, span)| {
            let before = reader.errors.len();
            reader.known(table, "of a waiver", KEYS);
            let metric = reader.text(table, "metric");
            if let Some(metric) = metric.as_ref().filter(|metric| catalog.get(&metric.text).is_none()) {
                super::goals::unknown(reader, catalog, metric);
            }
            let id = reader.text(table, "id");
            if let (Some(id), Some(rules)) = (&id, rules)
                && rules.iter().all(|rule| rule.id != id.text)
            {
                reader.unknown("rule", id, rules.iter().map(|rule| &rule.id));
            }
            match (&metric, &id) {
                (None, None) if !table.contains_key("metric") && !table.contains_key("id") => reader.wrong(
                    span.clone(),
                    "this waiver does not name what it excuses",
                    "name the metric, or the id of a rule; `relhealth check --list` shows them",
                ),
                (Some(_), Some(id)) => reader.wrong(
                    id.span.clone(),
                    "a waiver names a metric or the id of a rule, not both",
                    "the id is enough",
                ),
                _ => {}
            }
            let filter = reader.expression_at(table, "where");
            let by = slice(reader, table);
            let until = reader.date(table, "until").and_then(|until| {
                let day = parse_date(&until.text);
                day.map_err(|why| reader.wrong(until.span, why, "")).ok()
            });
            let reason = reader.filled_text(table, "reason");
            for (key, what) in [("until", "the last day of the waiver"), ("reason", "why the rule is waived")] {
                if !table.contains_key(key) {
                    reader.missing(span.clone(), "a waiver", key, what);
                }
            }
            let owner = reader.text(table, "owner");
            if reader.errors.len() > before {
                return None;
            }
            Some(Waiver {
                origin: Origin::of(reader.source, &span),
                metric: metric.map(|metric| metric.text),
                id: id.map(|id| id.text),
                filter,
                by,
                until: until?,
                owner: owner.map(|owner| owner.text),
                reason: reason?.text,
            })
        })
        .collect()
}

/// `by = { region = "north" }`: the slice that is excused.
fn slice(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Vec<(String, String)> {
    if !table.contains_key("by") {
        return Vec::new();
    }
    let Some(by) = table.get("by").and_then(|node| node.get_ref().as_table()) else {
        reader.wrong(
            key_span(table, "by"),
            "`by` of a waiver must name a group",
            "write by = { region = \"north\" }",
        );
        return Vec::new();
    };
    by.iter()
        .filter_map(|(dimension, node)| {
            let value = reader.text_of(node, dimension.get_ref())?;
            Some((dimension.get_ref().to_string(), value.text))
        })
        .collect()
}
