//! `rate`: events per exposure.

use std::collections::BTreeSet;

use super::super::expression::{Columns, ExpectedType};
use super::{Expression, KindDefinition, MetricUnit, ReadContext, ReadKind, Stanza, ValueType, summed};

/// Events per exposure.
#[derive(Debug)]
pub struct Rate {
    /// Whether a row is an event.
    pub part: Expression,
    /// The exposure that the rate is stated for.
    pub per: f64,
    /// What events are divided by.
    pub exposure: Exposure,
}

/// What events are divided by.
#[derive(Debug)]
pub enum Exposure {
    /// An expression over the fact's columns, summed over the rows that count.
    Column(Expression),
    /// The value of a count metric in the same cell, by its id.
    Metric(String),
}

impl KindDefinition for Rate {
    fn expressions(&self) -> Vec<&Expression> {
        match &self.exposure {
            Exposure::Column(exposure) => vec![&self.part, exposure],
            Exposure::Metric(_) => vec![&self.part],
        }
    }

    fn parts(&self) -> BTreeSet<String> {
        match &self.exposure {
            Exposure::Column(_) => BTreeSet::new(),
            Exposure::Metric(id) => BTreeSet::from([id.clone()]),
        }
    }

    fn formula(&self, rows: &str) -> String {
        let times = if self.per == 1.0 {
            String::new()
        } else {
            format!("{} x ", self.per)
        };
        let below = match &self.exposure {
            Exposure::Column(column) => summed(column),
            Exposure::Metric(id) => id.clone(),
        };
        format!("{times}rows where {} / {below}, over {rows}", self.part.text)
    }

    fn hashed_fields(&self) -> Vec<(&'static str, String)> {
        let exposure = match &self.exposure {
            Exposure::Column(expression) => expression.sql(),
            Exposure::Metric(id) => format!("metric {id}"),
        };
        vec![("part", self.part.sql()), ("per", self.per.to_string()), ("exposure", exposure)]
    }

    fn units(&self) -> &'static [MetricUnit] {
        &[MetricUnit::Share, MetricUnit::Ratio]
    }

    fn range(&self, _: MetricUnit) -> (Option<f64>, Option<f64>) {
        (Some(0.0), None)
    }
}

impl ReadKind for Rate {
    const MEANING: &'static str = "Events divided by exposure.";
    const VALUE_TYPE: ValueType = ValueType::Other;
    const INTERVAL: &'static str = "exact Poisson below 10 events, Byar from 10 on";
    const REQUIRED: &'static [&'static str] = &["part", "exposure"];
    const OPTIONAL: &'static [&'static str] = &["per"];
    const KEY_MEANINGS: &'static [(&'static str, &'static str)] = &[
        (
            "exposure",
            "What events are divided by: an expression over the fact, or the id of a count metric.",
        ),
        (
            "per",
            "The exposure that the rate is stated for, such as 1000; 1 where it is missing.",
        ),
    ];

    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<Rate> {
        let part = stanza.expression("part", &Columns(over.fact?), ExpectedType::Truth);
        let per = stanza.positive("per", 1.0);
        let exposure = exposure(stanza, over);
        Some(Rate {
            part: part?,
            per: per?,
            exposure: exposure?,
        })
    }
}

/// An expression over the fact's columns; a bare name that is no column of it is the id of a metric.
fn exposure(stanza: &mut Stanza, over: &mut ReadContext) -> Option<Exposure> {
    let fact = over.fact?;
    let text = stanza.words("exposure")?;
    if super::super::load::is_id(&text.text) && fact.column(&text.text).is_none() {
        over.reference = Some(text.clone());
        return Some(Exposure::Metric(text.text));
    }
    stanza
        .expression("exposure", &Columns(fact), ExpectedType::Number)
        .map(Exposure::Column)
}
