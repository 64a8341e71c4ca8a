//! `mean`: the mean of an expression over the rows where it is not null.

use super::super::expression::{Columns, ExpectedType};
use super::{Expression, KindDefinition, MetricUnit, ReadContext, ReadKind, Stanza, ValueType, open_range, units_of};

/// The mean of an expression over the rows where it is not null.
#[derive(Debug)]
pub struct Mean {
    /// What is averaged.
    pub of: Expression,
}

impl KindDefinition for Mean {
    fn expressions(&self) -> Vec<&Expression> {
        vec![&self.of]
    }

    fn formula(&self, rows: &str) -> String {
        format!("the mean of {} over {rows}", self.of.text)
    }

    fn hashed_fields(&self) -> Vec<(&'static str, String)> {
        vec![("of", self.of.sql())]
    }

    fn units(&self) -> &'static [MetricUnit] {
        units_of(self.of.unit)
    }

    fn range(&self, unit: MetricUnit) -> (Option<f64>, Option<f64>) {
        match unit {
            MetricUnit::Score => (Some(0.0), Some(100.0)),
            _ => open_range(unit),
        }
    }
}

impl ReadKind for Mean {
    const MEANING: &'static str = "The mean of an expression over the rows where it is not null.";
    const VALUE_TYPE: ValueType = ValueType::Other;
    const INTERVAL: &'static str = "Hall's cubic transformation over stakeholders with Student's t";
    const REQUIRED: &'static [&'static str] = &["of"];
    const OPTIONAL: &'static [&'static str] = &["weight"];

    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<Mean> {
        Some(Mean {
            of: stanza.expression("of", &Columns(over.fact?), ExpectedType::Number)?,
        })
    }
}
