//! `sum`: the sum of an expression.

use super::super::expression::{Columns, ExpectedType};
use super::{Expression, KindDefinition, MetricUnit, ReadContext, ReadKind, Stanza, ValueType, open_range, units_of};

/// The sum of an expression.
#[derive(Debug)]
pub struct Sum {
    /// What is added.
    pub of: Expression,
    /// Whether there is no value, instead of 0, where no row counts.
    pub absent_without_rows: bool,
}

impl KindDefinition for Sum {
    fn expressions(&self) -> Vec<&Expression> {
        vec![&self.of]
    }

    fn formula(&self, rows: &str) -> String {
        format!("the sum of {} over {rows}", self.of.text)
    }

    fn hashed_fields(&self) -> Vec<(&'static str, String)> {
        let absent = self.absent_without_rows.then(|| ("absent_without_rows", "true".to_string()));
        std::iter::once(("of", self.of.sql())).chain(absent).collect()
    }

    fn units(&self) -> &'static [MetricUnit] {
        units_of(self.of.unit)
    }

    fn range(&self, unit: MetricUnit) -> (Option<f64>, Option<f64>) {
        open_range(unit)
    }
}

impl ReadKind for Sum {
    const MEANING: &'static str = "The sum of an expression over the rows that count.";
    const VALUE_TYPE: ValueType = ValueType::Total;
    const INTERVAL: &'static str = "none by itself; of a change, from the totals of each stakeholder";
    const REQUIRED: &'static [&'static str] = &["of"];
    const OPTIONAL: &'static [&'static str] = &["absent_without_rows"];
    const KEY_MEANINGS: &'static [(&'static str, &'static str)] = &[(
        "absent_without_rows",
        "true if the value is missing where no row counts, and not 0: where rows without a known value do not count.",
    )];

    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<Sum> {
        Some(Sum {
            of: stanza.expression("of", &Columns(over.fact?), ExpectedType::Number)?,
            absent_without_rows: stanza.reader.flag(stanza.table, "absent_without_rows"),
        })
    }
}
