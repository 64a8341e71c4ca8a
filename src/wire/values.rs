//! Values that several documents have: instants, days, labels, notes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::period::{date_text, instant_text, parse_instant};
use crate::report::Clock;
use crate::schema::Micros;
use crate::{notes, record_counts};

/// An instant, in microseconds since 1970-01-01; RFC 3339 in UTC when written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Micros);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&instant_text(self.0))
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = parse_instant(&text).map(Instant);
        parsed.ok_or_else(|| Error::custom("expected an instant such as 2026-11-01T00:00:00Z"))
    }
}

/// A civil day, in days since 1970-01-01; `2026-10-05` when written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub i32);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&date_text(self.0))
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        crate::period::parse_date(&text)
            .map(Day)
            .map_err(|_| Error::custom("expected a day such as 2026-10-05"))
    }
}

impl Serialize for Clock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Clock, D::Error> {
        let text = String::deserialize(deserializer)?;
        Clock::parse(&text).ok_or_else(|| Error::custom("`clock` is `calendar hours` or `business hours (ZONE)`"))
    }
}

/// Values that are one text when written.
macro_rules! texts {
    ($($name:ty),*) => {$(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string" })
            }
        }
    )*};
}
texts!(Instant, Day, Clock);

/// Names and texts in an order that is kept: dimension and value of a slice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels(pub Vec<(String, String)>);

impl Labels {
    /// The text of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, text)| (name, text)))
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Labels, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Labels;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names with texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
                let mut labels = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    labels.push(entry);
                }
                Ok(Labels(labels))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

impl JsonSchema for Labels {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Labels".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": { "type": "string" } })
    }
}

/// What became of the records of one file: read = used + rejected + duplicate + excluded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordCounts {
    /// The file as it was named.
    pub file: String,
    /// The table that it is loaded into.
    pub kind: String,
    /// Records read.
    pub read: u64,
    /// Records used.
    pub used: u64,
    /// Records that could not be read.
    pub rejected: u64,
    /// Records that were read already.
    pub duplicate: u64,
    /// Records excluded by a rule: no stakeholder, cancelled, filtered, after the as-of date.
    pub excluded: u64,
    /// Used records that count for no person, because their stakeholder is a placeholder.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub without_person: u64,
    /// Records by the code of the reason for not using them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, u64>,
    /// Records that a decision about the file changes, by its code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub decided: BTreeMap<String, u64>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl From<&record_counts::RecordCounts> for RecordCounts {
    fn from(file: &record_counts::RecordCounts) -> RecordCounts {
        RecordCounts {
            file: file.file.clone(),
            kind: file.kind.name().to_string(),
            read: file.read,
            used: file.used,
            rejected: file.rejected,
            duplicate: file.duplicate,
            excluded: file.excluded,
            without_person: file.without_person,
            reasons: file.reasons.iter().map(|(code, records)| (code.to_string(), *records)).collect(),
            decided: file.decided.iter().map(|(code, records)| (code.to_string(), *records)).collect(),
        }
    }
}

/// A finding about the data or the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// relhealth help codes
    pub code: String,
    /// What was found.
    pub text: String,
    /// Rows or values it is about; 0 where it is about none.
    pub count: u64,
    /// The file that it is about.
    pub file: Option<String>,
    /// The line.
    pub line: Option<u64>,
    /// The column, as its number.
    pub column: Option<u64>,
}

impl From<&notes::Note> for Note {
    fn from(note: &notes::Note) -> Note {
        let place = note.place.as_ref();
        Note {
            code: note.code().to_string(),
            text: note.text(),
            count: note.count,
            file: place.map(|place| place.file.clone()),
            line: place.and_then(|place| place.line),
            column: place.and_then(|place| place.column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let instant = Instant(1_793_491_200_500_000);
        let text = serde_json::to_string(&instant).unwrap();
        assert_eq!(text, "\"2026-11-01T00:00:00.5Z\"");
        assert_eq!(serde_json::from_str::<Instant>(&text).unwrap(), instant);
        assert!(serde_json::from_str::<Instant>("\"soon\"").is_err());

        let day = Day(20_000);
        assert_eq!(serde_json::from_str::<Day>(&serde_json::to_string(&day).unwrap()).unwrap(), day);

        for clock in [
            Clock::Calendar,
            Clock::Business {
                zone: "Europe/Berlin".into(),
            },
        ] {
            let text = serde_json::to_string(&clock).unwrap();
            assert_eq!(serde_json::from_str::<Clock>(&text).unwrap(), clock);
        }
        assert!(serde_json::from_str::<Clock>("\"lunar hours\"").is_err());

        let labels = Labels(vec![("b".into(), "1".into()), ("a".into(), "2".into())]);
        let text = serde_json::to_string(&labels).unwrap();
        assert_eq!(text, r#"{"b":"1","a":"2"}"#);
        assert_eq!(serde_json::from_str::<Labels>(&text).unwrap(), labels);
    }
}
