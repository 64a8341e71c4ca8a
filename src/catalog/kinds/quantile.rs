//! `quantile`: a quantile of the rows.

use super::super::expression::{Columns, ExpectedType};
use super::{Expression, KindDefinition, MetricUnit, ReadContext, ReadKind, Stanza, ValueType, open_range, units_of};

/// A quantile, interpolated linearly between order statistics at 1 + (n - 1) q.
#[derive(Debug)]
pub struct Quantile {
    /// What is ranked; nulls are left out.
    pub of: Expression,
    /// Which quantile, between 0 and 1.
    pub q: f64,
}

impl KindDefinition for Quantile {
    fn expressions(&self) -> Vec<&Expression> {
        vec![&self.of]
    }

    fn formula(&self, rows: &str) -> String {
        format!("the {} quantile of {} over {rows}", self.q, self.of.text)
    }

    fn hashed_fields(&self) -> Vec<(&'static str, String)> {
        vec![("of", self.of.sql()), ("q", self.q.to_string())]
    }

    fn units(&self) -> &'static [MetricUnit] {
        units_of(self.of.unit)
    }

    fn range(&self, unit: MetricUnit) -> (Option<f64>, Option<f64>) {
        open_range(unit)
    }
}

impl ReadKind for Quantile {
    const MEANING: &'static str = "A quantile of an expression, such as the median.";
    const VALUE_TYPE: ValueType = ValueType::Other;
    const INTERVAL: &'static str = "order statistics, with stakeholders as clusters";
    const REQUIRED: &'static [&'static str] = &["of", "q"];
    const OPTIONAL: &'static [&'static str] = &[];

    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<Quantile> {
        let of = stanza.expression("of", &Columns(over.fact?), ExpectedType::Number);
        let q = stanza.fraction("q");
        Some(Quantile { of: of?, q: q? })
    }
}
