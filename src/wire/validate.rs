//! What of a value breaks a JSON Schema, of which the words that ours use are known: any other is a failure of the test.

use serde_json::Value;

use super::{Document, schema};

/// What of a document breaks its schema.
pub(crate) fn broken_document<D: Document>(value: &Value) -> Vec<String> {
    let schema = schema::<D>();
    broken(&schema, &schema, value, "$")
}

/// What of a value at that place breaks a schema within `root`.
fn broken(schema: &Value, root: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (word, rule) in schema.as_object().expect("a schema") {
        let holds = match (word.as_str(), value) {
            ("$schema" | "$id" | "$defs" | "title" | "description", _) => true,
            ("$ref", _) => {
                let name = rule.as_str().expect("a name");
                let referred = root.pointer(name.trim_start_matches('#')).expect("a known $ref");
                found.extend(broken(referred, root, value, at));
                true
            }
            ("anyOf" | "oneOf", _) => {
                let all: Vec<Vec<String>> = list(rule).iter().map(|one| broken(one, root, value, at)).collect();
                let fit = all.iter().filter(|found| found.is_empty()).count();
                if fit == 0 {
                    // What it comes closest to says best what is wrong.
                    found.extend(all.into_iter().min_by_key(Vec::len).unwrap_or_default());
                }
                fit <= 1 || word == "anyOf"
            }
            ("type", _) => {
                let kinds = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                kinds.iter().any(|kind| match kind.as_str().expect("a type") {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "number" => value.is_number(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    other => panic!("type {other}"),
                })
            }
            ("const", _) => value == rule,
            ("enum", _) => list(rule).contains(value),
            ("minimum", Value::Number(number)) => number.as_f64() >= rule.as_f64(),
            ("maximum", Value::Number(number)) => number.as_f64() <= rule.as_f64(),
            ("minimum" | "maximum", _) => true,
            // Whether there may be something else, `type` says.
            ("required", Value::Object(object)) => list(rule).iter().all(|key| object.contains_key(key.as_str().expect("a key"))),
            ("properties", Value::Object(object)) => {
                for (key, value) in object {
                    if let Some(schema) = rule.get(key) {
                        found.extend(broken(schema, root, value, &format!("{at}.{key}")));
                    }
                }
                true
            }
            ("additionalProperties", Value::Object(object)) => {
                let is_named = |key: &String| schema.get("properties").is_some_and(|named| named.get(key).is_some());
                for (key, value) in object.iter().filter(|(key, _)| !is_named(key)) {
                    match rule {
                        Value::Bool(false) => found.push(format!("{at}.{key} is not described")),
                        Value::Bool(true) => {}
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
            ("minItems", Value::Array(items)) => Some(items.len() as u64) >= rule.as_u64(),
            ("maxItems", Value::Array(items)) => Some(items.len() as u64) <= rule.as_u64(),
            ("required" | "properties" | "additionalProperties" | "items" | "minItems" | "maxItems", _) => true,
            (other, _) => panic!("the word `{other}` at {at} is not known"),
        };
        if !holds {
            found.push(format!("{at} breaks {word}: {value}"));
        }
    }
    found
}

fn list(rule: &Value) -> &[Value] {
    rule.as_array().expect("a list")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_word_can_be_broken() {
        for (schema, good, bad) in [
            (json!({"type": ["integer", "null"], "minimum": 1}), json!(1), json!(0)),
            (json!({"type": "integer"}), json!(-1), json!(1.5)),
            (json!({"type": ["integer", "null"], "maximum": 5}), json!(5), json!(6)),
            (json!({"const": "a"}), json!("a"), json!("b")),
            (json!({"type": "array", "minItems": 1}), json!([1]), json!([])),
            (json!({"type": "array", "maxItems": 1}), json!([1]), json!([1, 2])),
            (json!({"enum": ["a", null]}), json!(null), json!("b")),
            (json!({"type": "object", "required": ["a"]}), json!({"a": 1}), json!({"b": 1})),
            (
                json!({"properties": {"a": {"type": "null"}}, "additionalProperties": false}),
                json!({"a": null}),
                json!({"b": null}),
            ),
            (
                json!({"additionalProperties": {"type": "string"}}),
                json!({"a": "b"}),
                json!({"a": 1}),
            ),
            (json!({"items": {"type": "boolean"}}), json!([true]), json!([true, 1])),
            (json!({"anyOf": [{"type": "string"}, {"type": "null"}]}), json!(null), json!(1)),
            (json!({"oneOf": [{"type": "string"}, {"enum": ["a", 1]}]}), json!("b"), json!("a")),
            (
                json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}),
                json!("a"),
                json!(1),
            ),
        ] {
            assert_eq!(broken(&schema, &schema, &good, "$"), Vec::<String>::new(), "{schema}");
            assert_eq!(broken(&schema, &schema, &bad, "$").len(), 1, "{schema}");
        }
    }
}
