//! `net_share`: a hundred times the difference of two shares of the same rows.

use super::super::expression::{Columns, ExpectedType};
use super::{Expression, KindDefinition, MetricUnit, ReadContext, ReadKind, Stanza, ValueType};

/// A hundred times the difference of two shares.
#[derive(Debug)]
pub struct NetShare {
    /// Whether a row counts for.
    pub plus: Expression,
    /// Whether a row counts against.
    pub minus: Expression,
}

impl KindDefinition for NetShare {
    fn expressions(&self) -> Vec<&Expression> {
        vec![&self.plus, &self.minus]
    }

    fn formula(&self, rows: &str) -> String {
        format!(
            "100 x (rows where {} - rows where {}) / all of them, over {rows}",
            self.plus.text, self.minus.text
        )
    }

    fn hashed_fields(&self) -> Vec<(&'static str, String)> {
        vec![("plus", self.plus.sql()), ("minus", self.minus.sql())]
    }

    fn units(&self) -> &'static [MetricUnit] {
        &[MetricUnit::Points]
    }

    fn range(&self, _: MetricUnit) -> (Option<f64>, Option<f64>) {
        (Some(-100.0), Some(100.0))
    }
}

impl ReadKind for NetShare {
    const MEANING: &'static str = "The share of one part less that of another, times 100.";
    const VALUE_TYPE: ValueType = ValueType::Other;
    const INTERVAL: &'static str = "adjusted Wald, with stakeholders as clusters";
    const REQUIRED: &'static [&'static str] = &["plus", "minus"];
    const OPTIONAL: &'static [&'static str] = &["weight"];
    const KEY_MEANINGS: &'static [(&'static str, &'static str)] = &[
        ("plus", "The condition for a row to count for."),
        ("minus", "The condition for a row to count against."),
    ];

    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<NetShare> {
        let scope = &Columns(over.fact?);
        let plus = stanza.expression("plus", scope, ExpectedType::Truth);
        let minus = stanza.expression("minus", scope, ExpectedType::Truth);
        Some(NetShare {
            plus: plus?,
            minus: minus?,
        })
    }
}
