//! `[[waiver]]`: what excuses a rule for a while, who answers for it and why.

use toml::de::DeTable;

use super::rules::key_span;
use crate::catalog::{Catalog, Origin};
use crate::check::{Rule, Waiver};
use crate::diagnostics::did_you_mean;
use crate::period::parse_date;
use crate::toml_reader::Reader;

const KEYS: &[&str] = &["metric", "id", "where", "by", "until", "owner", "reason"];

/// Reads the `[[waiver]]`s of these rules, where they are all known.
pub fn waivers(reader: &mut Reader<'_>, document: &DeTable<'_>, catalog: &Catalog, rules: Option<&[Rule]>) -> Vec<Waiver> {
    let tables = reader.tables(document, "waiver");
    tables
        .into_iter()
        .filter_map(|(table, span)| {
            let before = reader.findings.len();
            reader.known(table, "of a waiver", KEYS);
            let metric = reader.text(table, "metric");
            if let Some(metric) = metric.as_ref().filter(|metric| catalog.get(&metric.text).is_none()) {
                super::goals::unknown(reader, catalog, &metric.text, metric.span.clone());
            }
            let id = reader.text(table, "id");
            if let (Some(id), Some(rules)) = (&id, rules)
                && rules.iter().all(|rule| rule.id != id.text)
            {
                let hint = did_you_mean(&id.text, rules.iter().map(|rule| &rule.id));
                reader.wrong(id.span.clone(), format!("there is no rule `{}`", id.text), hint);
            }
            match (&metric, &id) {
                (None, None) if !table.contains_key("metric") && !table.contains_key("id") => reader.wrong(
                    span.clone(),
                    "this waiver does not say what it excuses",
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
            let reason = reader.text(table, "reason");
            for (key, why) in [("until", "a waiver ends"), ("reason", "a waiver says why")] {
                if !table.contains_key(key) {
                    reader.wrong(span.clone(), format!("this waiver lacks `{key}`: {why}"), "");
                }
            }
            if let Some(reason) = reason.as_ref().filter(|reason| reason.text.trim().is_empty()) {
                reader.wrong(reason.span.clone(), "`reason` must not be empty", "");
            }
            let owner = reader.text(table, "owner");
            if reader.findings.len() > before {
                return None;
            }
            Some(Waiver {
                origin: Origin {
                    file: reader.script.file.to_string(),
                    line: reader.script.line(span.start),
                },
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
            "`by` of a waiver names a slice",
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
