//! The documents that programs read, each as one set of structs: what a struct declares is what its JSON has, in that order, what its JSON
//! Schema says, and what CSV and the other formats read. Instants, units, methods and reasons are values here, and words only when written.
//!
//! A field is added by declaring it and filling it in where the struct is made; its documentation comment is its description in the schema.

mod cell;
pub mod check;
pub mod cohorts;
pub mod diff;
pub mod forecast;
pub mod health;
pub mod inspection;
mod layout;
pub mod lists;
pub mod measure;
pub mod metrics;
pub mod relationships;
pub mod report;
pub mod rows;
pub mod segments;
mod stream;
pub mod supplements;
#[cfg(test)]
pub(crate) mod validate;
mod values;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

pub use cell::{Cell, Change};
pub use layout::{Layout, write};
pub use stream::Stream;
pub use values::{Day, Instant, Labels, Note, RecordCounts};

/// A document that programs read.
pub trait Document: Serialize + JsonSchema {
    /// Name and version of its format, which stand under `schema`.
    const ID: &'static str;
    /// What it is, for people.
    const TITLE: &'static str;
    /// How it is laid out in lines.
    const LAYOUT: Layout;
}

/// What stands under `schema`: the document's [`Document::ID`].
pub struct SchemaId<D>(PhantomData<fn() -> D>);

impl<D> Default for SchemaId<D> {
    fn default() -> SchemaId<D> {
        SchemaId(PhantomData)
    }
}

impl<D> Clone for SchemaId<D> {
    fn clone(&self) -> SchemaId<D> {
        SchemaId::default()
    }
}

impl<D> PartialEq for SchemaId<D> {
    fn eq(&self, _: &SchemaId<D>) -> bool {
        true
    }
}

impl<D: Document> fmt::Debug for SchemaId<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(D::ID)
    }
}

impl<D: Document> Serialize for SchemaId<D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(D::ID)
    }
}

impl<'de, D: Document> Deserialize<'de> for SchemaId<D> {
    fn deserialize<R: Deserializer<'de>>(deserializer: R) -> Result<SchemaId<D>, R::Error> {
        let id = String::deserialize(deserializer)?;
        if id == D::ID {
            Ok(SchemaId::default())
        } else {
            Err(serde::de::Error::custom(format!("`schema` is `{id}`, not `{}`", D::ID)))
        }
    }
}

impl<D: Document> JsonSchema for SchemaId<D> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SchemaId".into()
    }

    fn schema_id() -> Cow<'static, str> {
        D::ID.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "const": D::ID })
    }
}

/// The JSON Schema (draft 2020-12) of what a type writes. An object has the keys that its struct declares, and no others.
fn schema_of<T: JsonSchema>() -> schemars::Schema {
    let strict = RecursiveTransform(|schema: &mut schemars::Schema| {
        // They say how the program holds a number, and what it reads where a key is missing.
        schema.remove("format");
        schema.remove("default");
        if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
            schema.insert("additionalProperties".into(), false.into());
        }
    });
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(strict);
    settings.into_generator().into_root_schema_for::<T>()
}

/// The JSON Schema of a document.
pub fn schema<D: Document>() -> Value {
    let Value::Object(found) = schema_of::<D>().to_value() else {
        return Value::Null;
    };
    let mut schema = serde_json::Map::new();
    schema.insert("$schema".into(), found.get("$schema").cloned().unwrap_or_default());
    schema.insert("$id".into(), D::ID.into());
    schema.insert("title".into(), D::TITLE.into());
    let others = found.into_iter().filter(|(key, _)| !matches!(key.as_str(), "$schema" | "title"));
    schema.extend(others);
    schema.into()
}

/// The keys of a struct whose values are no objects, in its order: what is a column in a table.
pub fn columns<T: JsonSchema>() -> Vec<String> {
    let schema = schema_of::<T>().to_value();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let plain = properties.filter(|(_, schema)| schema["type"] != "object");
    plain.map(|(key, _)| key.clone()).collect()
}

/// A document and its schema.
pub struct Described {
    /// What people call it: the command that writes it.
    pub name: &'static str,
    /// [`Document::ID`].
    pub id: &'static str,
    /// [`Document::TITLE`].
    pub title: &'static str,
    /// Its JSON Schema.
    pub schema: fn() -> Value,
}

const fn described<D: Document>(name: &'static str) -> Described {
    Described {
        name,
        id: D::ID,
        title: D::TITLE,
        schema: schema::<D>,
    }
}

/// All documents.
pub const DOCUMENTS: [Described; 12] = [
    described::<measure::Measure>("measure"),
    described::<report::Report>("report"),
    described::<diff::Diff>("diff"),
    described::<check::Check>("check"),
    described::<check::Rules>("rules"),
    described::<metrics::Metrics>("metrics"),
    described::<rows::Rows<'static>>("rows"),
    described::<forecast::Forecast<'static>>("forecast"),
    described::<inspection::Inspect>("inspect"),
    described::<cohorts::Cohorts>("cohorts"),
    described::<segments::Segments<'static>>("segments"),
    described::<health::Health<'static>>("health"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_of_every_schema_names_all_its_keys() {
        fn check(schema: &Value, at: &str) {
            if let Some(properties) = schema.get("properties") {
                assert_eq!(schema["additionalProperties"], Value::Bool(false), "{at}");
                assert!(!properties.as_object().unwrap().is_empty(), "{at}");
            }
            match schema {
                Value::Object(object) => object.iter().for_each(|(key, value)| check(value, &format!("{at}/{key}"))),
                Value::Array(list) => list.iter().for_each(|value| check(value, at)),
                _ => {}
            }
        }
        for document in &DOCUMENTS {
            let schema = (document.schema)();
            assert_eq!((&schema["$id"], &schema["title"]), (&document.id.into(), &document.title.into()));
            assert_eq!(schema["properties"]["schema"]["const"], document.id);
            check(&schema, document.name);
        }
    }

    #[test]
    fn a_table_has_a_column_for_each_plain_key() {
        let columns = columns::<Cell>();
        assert_eq!((columns[0].as_str(), columns.last().unwrap().as_str()), ("metric", "missing"));
        assert!(!columns.iter().any(|key| key == "by" || key == "changes"), "{columns:?}");
    }
}
