//! `derived`: arithmetic on other metrics of the same cell.

use std::collections::BTreeSet;

use super::{Expression, KindDefinition, MetricUnit, ReadContext, ReadKind, Stanza, ValueType, open_range, units_of};
use crate::schema::Unit;

/// Arithmetic on other metrics of the same cell.
#[derive(Debug)]
pub struct Derived {
    /// The expression; its names are metric ids.
    pub expr: Expression,
}

impl KindDefinition for Derived {
    fn expressions(&self) -> Vec<&Expression> {
        vec![]
    }

    fn parts(&self) -> BTreeSet<String> {
        self.expr.names()
    }

    fn formula(&self, _: &str) -> String {
        self.expr.text.clone()
    }

    fn hashed_fields(&self) -> Vec<(&'static str, String)> {
        vec![("expr", self.expr.sql())]
    }

    fn units(&self) -> &'static [MetricUnit] {
        units_of(self.expr.unit)
    }

    fn range(&self, unit: MetricUnit) -> (Option<f64>, Option<f64>) {
        open_range(unit)
    }
}

impl ReadKind for Derived {
    const MEANING: &'static str = "Arithmetic on other metrics of the same period and slice.";
    const VALUE_TYPE: ValueType = ValueType::Other;
    const INTERVAL: &'static str = "none";
    const REQUIRED: &'static [&'static str] = &["expr"];
    const OPTIONAL: &'static [&'static str] = &[];
    const KEY_MEANINGS: &'static [(&'static str, &'static str)] = &[("expr", "The expression; its names are ids of metrics.")];
    const ON_FACT: bool = false;

    /// Only the grammar of the expression is checked here: its names are metrics that may not have been read yet.
    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<Derived> {
        let text = stanza.words("expr")?;
        let expr = stanza.reader.expression(&text)?;
        over.reference = Some(text.clone());
        Some(Derived {
            expr: Expression {
                text: text.text,
                expr,
                unit: Unit::Number,
            },
        })
    }
}
