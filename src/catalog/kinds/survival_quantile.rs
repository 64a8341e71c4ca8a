//! `survival_quantile`: a quantile of durations of which some have not ended.

use super::super::expression::{Columns, ExpectedType};
use super::{Expression, KindDefinition, MetricUnit, ReadContext, ReadKind, Stanza, ValueType, open_range, units_of};

/// A quantile by Kaplan-Meier, with open rows censored.
#[derive(Debug)]
pub struct SurvivalQuantile {
    /// The duration of a row that has ended.
    pub of: Expression,
    /// Whether a row has ended.
    pub event: Expression,
    /// How long a row without the event has lasted so far.
    pub censored_of: Expression,
    /// Which quantile, between 0 and 1.
    pub q: f64,
}

impl KindDefinition for SurvivalQuantile {
    fn expressions(&self) -> Vec<&Expression> {
        vec![&self.of, &self.event, &self.censored_of]
    }

    fn formula(&self, rows: &str) -> String {
        format!(
            "the smallest t that at most {} of {rows} exceed, by Kaplan-Meier: {} if {}, otherwise censored at {}",
            ((1.0 - self.q) * 1e9).round() / 1e9,
            self.of.text,
            self.event.text,
            self.censored_of.text
        )
    }

    fn hashed_fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("of", self.of.sql()),
            ("event", self.event.sql()),
            ("censored_of", self.censored_of.sql()),
            ("q", self.q.to_string()),
        ]
    }

    fn units(&self) -> &'static [MetricUnit] {
        units_of(self.of.unit)
    }

    fn range(&self, unit: MetricUnit) -> (Option<f64>, Option<f64>) {
        open_range(unit)
    }
}

impl ReadKind for SurvivalQuantile {
    const MEANING: &'static str =
        "A quantile of durations by Kaplan-Meier, in which those that have not ended yet count as lasting at least so long.";
    const VALUE_TYPE: ValueType = ValueType::Other;
    const INTERVAL: &'static str = "Kaplan-Meier with log-log limits";
    const REQUIRED: &'static [&'static str] = &["of", "event", "censored_of", "q"];
    const OPTIONAL: &'static [&'static str] = &[];
    const KEY_MEANINGS: &'static [(&'static str, &'static str)] = &[
        ("event", "The condition for a row to have ended."),
        ("censored_of", "How long a row that has not ended has lasted so far."),
    ];

    fn read(stanza: &mut Stanza, over: &mut ReadContext) -> Option<SurvivalQuantile> {
        let scope = &Columns(over.fact?);
        let of = stanza.expression("of", scope, ExpectedType::Number);
        let event = stanza.expression("event", scope, ExpectedType::Truth);
        let censored_of = stanza.expression("censored_of", scope, ExpectedType::Number);
        let q = stanza.fraction("q");
        if let (Some(of), Some(censored)) = (&of, &censored_of)
            && of.unit != censored.unit
        {
            let message = format!(
                "`of` is {} and `censored_of` is {}: they must be the same",
                of.unit.name(),
                censored.unit.name()
            );
            stanza.problem(stanza.key_span("censored_of"), message, "");
        }
        Some(SurvivalQuantile {
            of: of?,
            event: event?,
            censored_of: censored_of?,
            q: q?,
        })
    }
}
