//! A measure as JSON: `relhealth.measure/1`, described by `measure.schema.json` beside this file.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::notes::Note;
use crate::period::instant_text;
use crate::report::{Cell, Change, MeasureResult};

/// The name and version of the format.
pub const SCHEMA: &str = "relhealth.measure/1";

/// Writes a measure as one object, a cell a line. Numbers are not rounded; what is not there is null.
///
/// # Errors
/// Those of the writer.
pub fn write(measured: &MeasureResult, out: &mut dyn Write) -> io::Result<()> {
    let as_of = instant_text(measured.as_of);
    write!(
        out,
        "{{\"schema\": \"{SCHEMA}\", \"as_of\": {}, \"timezone\": {}",
        json!(as_of),
        json!(measured.timezone)
    )?;
    write!(out, ", \"level\": {}, \"cells\": ", json!(measured.level))?;
    list(out, measured.cells.iter().map(|cell| self::cell(cell, measured)))?;
    write!(out, ", \"account\": ")?;
    list(out, measured.account.iter().map(|file| json!(file)))?;
    write!(out, ", \"notes\": ")?;
    list(out, measured.notes.iter().map(note))?;
    writeln!(out, "}}")
}

pub(in crate::render) fn list(out: &mut dyn Write, values: impl Iterator<Item = Value>) -> io::Result<()> {
    write!(out, "[")?;
    for (i, value) in values.enumerate() {
        write!(out, "{}\n  {value}", if i > 0 { "," } else { "" })?;
    }
    write!(out, "]")
}

pub(super) fn cell(cell: &Cell, measured: &MeasureResult) -> Value {
    let unit = measured
        .metrics
        .iter()
        .find(|metric| metric.id == cell.metric)
        .map(|metric| &metric.unit);
    let by: Map<String, Value> = cell.by.iter().map(|(dimension, value)| (dimension.clone(), json!(value))).collect();
    let changes: Map<String, Value> = cell
        .changes
        .iter()
        .map(|(against, change)| (against.to_string(), self::change(change)))
        .collect();
    let mut value = json!({
        "metric": cell.metric,
        "period": cell.period.label,
        "start": instant_text(cell.period.start),
        "end": instant_text(cell.period.end),
        "complete": cell.complete,
        "left_truncated": cell.left_truncated,
        "by": by,
        "value": cell.value,
        "low": cell.low,
        "high": cell.high,
        "interval_absent": cell.interval_absent,
        "n": cell.n,
        "stakeholders": cell.stakeholders,
        "deff": cell.deff,
        "part": cell.part,
        "part_minus": cell.part_minus,
        "whole": cell.whole,
        "unit": unit,
        "method": cell.method.map(|method| method.as_str()),
        "absent": cell.absent,
        "changes": changes,
    });
    if let Some(missing) = cell.absent.as_ref().and_then(|absent| absent.detail()) {
        value["missing"] = json!(missing);
    }
    value
}

fn change(change: &Change) -> Value {
    json!({
        "period": change.period,
        "value": change.value,
        "delta": change.delta,
        "low": change.low,
        "high": change.high,
        "reading": change.reading.as_str(),
    })
}

pub(in crate::render) fn note(note: &Note) -> Value {
    let place = note.place.as_ref();
    json!({
        "code": note.code(),
        "text": note.text(),
        "count": note.count,
        "file": place.map(|place| &place.file),
        "line": place.and_then(|place| place.line),
        "column": place.and_then(|place| place.column),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::render::summary::sample;

    fn written(measured: &MeasureResult) -> Value {
        let mut bytes = Vec::new();
        write(measured, &mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// What of a value breaks a schema, of which the few words that ours uses are known.
    pub(crate) fn broken(schema: &Value, root: &Value, value: &Value, at: &str) -> Vec<String> {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            return broken(root.pointer(name.trim_start_matches('#')).expect("a known $ref"), root, value, at);
        }
        let mut found = Vec::new();
        for (word, rule) in schema.as_object().expect("a schema") {
            let holds = match (word.as_str(), value) {
                ("$schema" | "$id" | "$defs" | "title" | "description", _) => true,
                ("type", _) => {
                    let kinds = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                    kinds.iter().any(|kind| match kind.as_str().expect("a type") {
                        "object" => value.is_object(),
                        "array" => value.is_array(),
                        "string" => value.is_string(),
                        "number" => value.is_number(),
                        "integer" => value.is_u64(),
                        "boolean" => value.is_boolean(),
                        "null" => value.is_null(),
                        other => panic!("type {other}"),
                    })
                }
                ("const", _) => value == rule,
                ("enum", _) => rule.as_array().expect("a list").contains(value),
                ("minimum", Value::Number(number)) => number.as_f64() >= rule.as_f64(),
                ("minimum", _) => true,
                // Whether there may be nothing, `type` says.
                ("required" | "properties" | "additionalProperties", Value::Null) => true,
                ("required", Value::Object(object)) => rule
                    .as_array()
                    .expect("a list")
                    .iter()
                    .all(|key| object.contains_key(key.as_str().unwrap())),
                ("properties", Value::Object(object)) => {
                    for (key, value) in object {
                        if let Some(schema) = rule.get(key) {
                            found.extend(broken(schema, root, value, &format!("{at}.{key}")));
                        }
                    }
                    true
                }
                ("additionalProperties", Value::Object(object)) => {
                    for (key, value) in object.iter().filter(|(key, _)| schema["properties"].get(key).is_none()) {
                        match rule {
                            Value::Bool(allowed) if !allowed => found.push(format!("{at}.{key} is not described")),
                            Value::Bool(_) => {}
                            rule => found.extend(broken(rule, root, value, &format!("{at}.{key}"))),
                        }
                    }
                    true
                }
                ("items", Value::Array(items)) => {
                    for (i, item) in items.iter().enumerate() {
                        found.extend(broken(rule, root, item, &format!("{at}[{i}]")));
                    }
                    true
                }
                (other, value) => panic!("{other} of {value}"),
            };
            if !holds {
                found.push(format!("{at} breaks {word}: {value}"));
            }
        }
        found
    }

    #[test]
    fn the_shape_is_the_documented_one() {
        let schema: Value = serde_json::from_str(include_str!("measure.schema.json")).unwrap();
        assert_eq!(broken(&schema, &schema, &written(&sample()), "$"), Vec::<String>::new());
        // The check itself can fail.
        let mut wrong = written(&sample());
        wrong["cells"][0]["n"] = json!(-1);
        wrong["cells"][0]["extra"] = json!(1);
        wrong["level"] = Value::Null;
        let found = broken(&schema, &schema, &wrong, "$").join("\n");
        for part in [
            "$.level breaks type",
            "$.cells[0].extra is not described",
            "$.cells[0].n breaks minimum",
        ] {
            assert!(found.contains(part), "{part} is not in\n{found}");
        }
    }

    #[test]
    fn cells_are_written_unrounded_and_absent_is_null() {
        let value = written(&sample());
        assert_eq!(
            (&value["schema"], &value["as_of"]),
            (&json!("relhealth.measure/1"), &json!("2026-11-01T00:00:00Z"))
        );
        let cell = &value["cells"][0];
        assert_eq!(
            (&cell["value"], &cell["unit"], &cell["method"]),
            (&json!(41.2562), &json!("points"), &json!("adjusted-wald"))
        );
        assert_eq!(cell["changes"]["previous"]["reading"], "no clear change");
        assert_eq!(
            (&cell["interval_absent"], &cell["absent"], cell.get("missing")),
            (&Value::Null, &Value::Null, None)
        );
        let absent = &value["cells"][2];
        assert_eq!(
            (&absent["value"], &absent["absent"], &absent["missing"]),
            (&Value::Null, &json!("missing input"), &json!("interactions.responded_at"))
        );
        let keys: Vec<&String> = cell.as_object().unwrap().keys().collect();
        assert_eq!((keys[0], keys[keys.len() - 1]), (&"metric".to_string(), &"changes".to_string()));
    }

    #[test]
    fn what_is_no_number_is_null_and_hostile_text_is_a_string() {
        let mut measured = sample();
        measured.cells[0].value = Some(f64::NAN);
        measured.cells[0].high = Some(f64::INFINITY);
        measured.cells[0].by = vec![("a\"b".into(), "\u{1b}[0m\n".into())];
        let value = written(&measured);
        assert_eq!(
            (&value["cells"][0]["value"], &value["cells"][0]["high"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(value["cells"][0]["by"]["a\"b"], "\u{1b}[0m\n");
    }
}
