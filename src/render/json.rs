//! Results as JSON: the documents of [`crate::wire`], each with a schema.

use super::output_format::{OutputFormat, Stdout};

/// JSON.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "json",
    aliases: &[],
    endings: &["json"],
    about: "For programs: everything, not rounded, with a schema",
    stdout: Stdout::Text,
};

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::render::summary::sample;
    use crate::report::MeasureResult;
    use crate::wire;
    use crate::wire::measure::Measure;
    use crate::wire::validate::broken_document;

    fn written(measured: &MeasureResult) -> Value {
        let mut bytes = Vec::new();
        wire::write(&Measure::from(measured), &mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn the_shape_is_the_documented_one() {
        assert_eq!(broken_document::<Measure>(&written(&sample())), Vec::<String>::new());
        // The check itself can fail.
        let mut wrong = written(&sample());
        wrong["cells"][0]["n"] = json!(-1);
        wrong["cells"][0]["extra"] = json!(1);
        wrong["level"] = Value::Null;
        wrong["cells"][0]["method"] = json!("guessing");
        wrong["cells"][2].as_object_mut().unwrap().remove("deff");
        let found = broken_document::<Measure>(&wrong).join("\n");
        for part in [
            "$.level breaks type",
            "$.cells[0].extra is not described",
            "$.cells[0].n breaks minimum",
            "$.cells[0].method breaks enum",
            "$.cells[2] breaks required",
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
