//! `ratio`: one sum divided by another, or by a number of distinct things.

use super::super::expression::{Columns, ExpectedType};
use super::{BARE, Entity, Expression, KindDefinition, MetricUnit, ReadContext, ReadKind, Stanza, ValueType, open_range, summed, units_of};
use crate::schema::Unit;

/// One sum divided by another.
#[derive(Debug)]
pub struct Ratio {
    /// What is added above; true counts as 1.
    pub over: Expression,
    /// What stands below.
    pub under: Under,
}

/// What stands below the line of a ratio.
#[derive(Debug)]
pub enum Under {
    /// A sum; true counts as 1.
    Sum(Expression),
    /// The number of distinct things.
    Distinct(Entity),
}

impl KindDefinition for Ratio {
    fn expressions(&self) -> Vec<&Expression> {
        match &self.under {
            Under::Sum(under) => vec![&self.over, under],
            Under::Distinct(_) => vec![&self.over],
        }
    }

    fn entity(&self) -> Option<&Entity> {
        match &self.under {
            Under::Sum(_) => None,
            Under::Distinct(things) => Some(things),
        }
    }

    fn formula(&self, rows: &str) -> String {
        let over = summed(&self.over);
        match &self.under {
            Under::Sum(under) => format!("{over} / {}, over {rows}", summed(under)),
            Under::Distinct(things) => format!("{over} / the number of different {}, over {rows}", things.name()),
        }
    }

    fn hashed_fields(&self) -> Vec<(&'static str, String)> {
        let under = match &self.under {
            Under::Sum(under) => ("under", under.sql()),
            Under::Distinct(things) => ("under_distinct", things.name().to_string()),
        };
        vec![("over", self.over.sql()), under]
    }

    fn units(&self) -> &'static [MetricUnit] {
        match &self.under {
            Under::Distinct(_) => units_of(self.over.unit),
            Under::Sum(under) if !has_dimension(under.unit) => units_of(self.over.unit),
            Under::Sum(under) if self.over.unit == under.unit => BARE,
            Under::Sum(_) => &[MetricUnit::Ratio],
        }
    }

    fn range(&self, unit: MetricUnit) -> (Option<f64>, Option<f64>) {
        open_range(unit)
    }
}

impl ReadKind for Ratio {
    const MEANING: &'static str = "One sum divided by another, or by a number of distinct things.";
    const VALUE_TYPE: ValueType = ValueType::Other;
    const INTERVAL: &'static str = "Hall's cubic transformation over stakeholders with Student's t";
    const REQUIRED: &'static [&'static str] = &["over"];
    const OPTIONAL: &'static [&'static str] = &["under", "under_distinct"];
    const KEY_MEANINGS: &'static [(&'static str, &'static str)] = &[
        ("over", "The expression that is added above the line; true counts as 1."),
        ("under", "The expression that is added below the line; true counts as 1."),
        (
            "under_distinct",
            "What is counted below the line, each once: `stakeholder_id`, or a column. A ratio has this or `under`.",
        ),
    ];

    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<Ratio> {
        let fact = over.fact?;
        let over = stanza.expression("over", &Columns(fact), ExpectedType::NumberOrTruth);
        let under = match (stanza.has("under"), stanza.has("under_distinct")) {
            (true, false) => stanza
                .expression("under", &Columns(fact), ExpectedType::NumberOrTruth)
                .map(Under::Sum),
            (false, true) => stanza.entity("under_distinct", fact).map(Under::Distinct),
            (both, _) => {
                let span = if both {
                    stanza.key_span("under_distinct")
                } else {
                    stanza.name.span.clone()
                };
                stanza.problem(span, "kind ratio needs one of `under` and `under_distinct`", "");
                None
            }
        };
        Some(Ratio {
            over: over?,
            under: under?,
        })
    }
}

fn has_dimension(unit: Unit) -> bool {
    match unit {
        Unit::Money | Unit::Hours | Unit::Days => true,
        Unit::Count | Unit::Number | Unit::Bool | Unit::Text | Unit::Key | Unit::Time => false,
    }
}
