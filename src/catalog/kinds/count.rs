//! `count`: how many rows, or how many distinct things in them.

use super::{Entity, Expression, KindDefinition, MetricUnit, ReadContext, ReadKind, Stanza, ValueType};

/// How many rows, or how many distinct things in them.
#[derive(Debug)]
pub struct Count {
    /// The things to count once each; rows without one.
    pub distinct: Option<Entity>,
}

impl KindDefinition for Count {
    fn expressions(&self) -> Vec<&Expression> {
        vec![]
    }

    fn entity(&self) -> Option<&Entity> {
        self.distinct.as_ref()
    }

    fn formula(&self, rows: &str) -> String {
        match &self.distinct {
            None => format!("the number of {rows}"),
            Some(things) => format!("the number of different {} in {rows}", things.name()),
        }
    }

    fn hashed_fields(&self) -> Vec<(&'static str, String)> {
        self.distinct.iter().map(|things| ("distinct", things.name().to_string())).collect()
    }

    fn units(&self) -> &'static [MetricUnit] {
        &[MetricUnit::Count]
    }

    fn range(&self, _: MetricUnit) -> (Option<f64>, Option<f64>) {
        (Some(0.0), None)
    }
}

impl ReadKind for Count {
    const MEANING: &'static str = "How many rows count, or how many distinct things they name.";
    const VALUE_TYPE: ValueType = ValueType::Total;
    const INTERVAL: &'static str = "none by itself; of a change, from the totals of each stakeholder";
    const REQUIRED: &'static [&'static str] = &[];
    const OPTIONAL: &'static [&'static str] = &["distinct"];
    const KEY_MEANINGS: &'static [(&'static str, &'static str)] =
        &[("distinct", "What is told apart: `stakeholder_id`, or a column of text or ids.")];

    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<Count> {
        let distinct = match stanza.has("distinct") {
            true => Some(stanza.entity("distinct", over.fact?)?),
            false => None,
        };
        Some(Count { distinct })
    }
}
