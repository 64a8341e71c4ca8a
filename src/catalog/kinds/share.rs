//! `share`: the rows in a part divided by all rows.

use super::super::expression::{Columns, ExpectedType};
use super::{Expression, KindDefinition, MetricUnit, ReadContext, ReadKind, Stanza, ValueType};

/// Part rows divided by whole rows.
#[derive(Debug)]
pub struct Share {
    /// Whether a row is in the part.
    pub part: Expression,
}

impl KindDefinition for Share {
    fn expressions(&self) -> Vec<&Expression> {
        vec![&self.part]
    }

    fn formula(&self, rows: &str) -> String {
        format!("rows where {} / all of them, over {rows}", self.part.text)
    }

    fn hashed_fields(&self) -> Vec<(&'static str, String)> {
        vec![("part", self.part.sql())]
    }

    fn units(&self) -> &'static [MetricUnit] {
        &[MetricUnit::Share]
    }

    fn range(&self, _: MetricUnit) -> (Option<f64>, Option<f64>) {
        (Some(0.0), Some(1.0))
    }
}

impl ReadKind for Share {
    const MEANING: &'static str = "The rows of the part divided by all rows that count.";
    const VALUE_TYPE: ValueType = ValueType::Share;
    const INTERVAL: &'static str = "Wilson score, with stakeholders as clusters";
    const REQUIRED: &'static [&'static str] = &["part"];
    const OPTIONAL: &'static [&'static str] = &["weight"];

    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<Share> {
        Some(Share {
            part: stanza.expression("part", &Columns(over.fact?), ExpectedType::Truth)?,
        })
    }
}
