//! Health models: how the health of each stakeholder is scored, as data.
//!
//! A model is a table of TOML: whom it is for, and its parts. A part has a measure, a weight, and a curve from values of the measure to
//! points. The built-in models are in the files next to this module; `[health.MODEL]` of a configuration changes them or adds others, in
//! the same grammar. The code knows measures, and no model.

mod curve;
mod read;

pub use curve::{Anchor, Curve};

use std::sync::{Arc, LazyLock};

use crate::codes::codes;
use crate::toml_reader::{ConfigErrors, DeTable, Reader, SourceText};

/// The built-in models in the order in which they are shown: the name of the file, and its text.
const FILES: [(&str, &str); 7] = [
    ("customer.toml", include_str!("customer.toml")),
    ("donor.toml", include_str!("donor.toml")),
    ("investor.toml", include_str!("investor.toml")),
    ("partner.toml", include_str!("partner.toml")),
    ("supplier.toml", include_str!("supplier.toml")),
    ("employee.toml", include_str!("employee.toml")),
    ("contact.toml", include_str!("contact.toml")),
];

/// The model of stakeholders whose type has no model of its own.
pub const GENERAL: &str = "contact";

codes! {
    /// What a part of a model measures.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Measure {
        /// Time since the last contact against the target or the own rhythm.
        ContactRecency = "contact_recency",
        /// How many gaps between contacts were within the target or the own rhythm.
        ContactRegularity = "contact_regularity",
        /// Time since the last order against the own rhythm.
        PurchaseRecency = "purchase_recency",
        /// Recent revenue against the revenue before.
        RevenueTrend = "revenue_trend",
        /// The latest answer to a survey.
        Satisfaction = "satisfaction",
        /// The latest answer against the answers before.
        SatisfactionTrend = "satisfaction_trend",
        /// Cases answered within the target.
        Responsiveness = "responsiveness",
        /// Complaints, open ones twice.
        Conflict = "conflict",
        /// Commitments kept.
        Commitments = "commitments",
        /// Balance of inbound and outbound contacts.
        Reciprocity = "reciprocity",
        /// How long the relationship lasts.
        Tenure = "tenure",
        /// Referrals made.
        Referrals = "referrals",
        /// Supplies received on time.
        SupplyOnTime = "supply_on_time",
        /// Supplied quantity that was rejected.
        SupplyRejects = "supply_rejects",
    }
}

impl Measure {
    /// Whether it looks at a number of days before the date of the score, which a model sets.
    pub fn has_days(self) -> bool {
        match self {
            Measure::ContactRecency | Measure::PurchaseRecency | Measure::Tenure => false,
            Measure::ContactRegularity
            | Measure::RevenueTrend
            | Measure::Satisfaction
            | Measure::SatisfactionTrend
            | Measure::Responsiveness
            | Measure::Conflict
            | Measure::Commitments
            | Measure::Reciprocity
            | Measure::Referrals
            | Measure::SupplyOnTime
            | Measure::SupplyRejects => true,
        }
    }

    /// What it is, exactly, in whole sentences. `days`: the days that the model sets.
    pub fn definition(self, days: i64) -> String {
        match self {
            Measure::ContactRecency => "Days since the last contact, divided by the target. The target is contact_target_days of the \
                stakeholder, else the days of its tier in [targets.contact_days]; without either it is twice the median gap between its own \
                contact days. A contact is an interaction that is not automated and not internal (for employees, internal ones count); the first \
                response to a ticket is a contact, too. If a target is set and there was no contact yet, the days count from the start of the \
                relationship on the roster."
                .to_string(),
            Measure::ContactRegularity => format!(
                "Of the gaps between contact days that ended in the last {days} days, the share within the target (see contact_recency)."
            ),
            Measure::PurchaseRecency => "Days since the last order, divided by the median gap between the stakeholder's own order days. With \
                orders on fewer than 3 days, the median of all gaps of all stakeholders of this model is used instead. Several orders on \
                one day are one order day."
                .to_string(),
            Measure::RevenueTrend => format!(
                "Revenue (less refunds) of the last {days} days, divided by that of the {days} days before. Missing if there was no revenue in the \
                 days before, or if the data start later."
            ),
            Measure::Satisfaction => format!(
                "The latest answer to a survey within {days} days, on 0 to 100: (score - lowest) / (highest - lowest) x 100 of its scale. \
                 NPS and eNPS answers are on 0 to 10. Several answers at the same time count as their mean. Answers without a known scale do \
                 not count, nor do effort scores (CES) unless [ces] high_is_easy is set."
            ),
            Measure::SatisfactionTrend => format!(
                "The latest answer within {days} days (see satisfaction), minus the mean of the earlier answers within {days} days before it."
            ),
            Measure::Responsiveness => format!(
                "Of the cases that the stakeholder opened in the last {days} days and whose first response is due by the date, the share \
                 answered by then. Due is the time in the export, else the opening plus first_response_hours of [targets]. A case without \
                 an answer missed the target."
            ),
            Measure::Conflict => format!(
                "Complaints opened in the last {days} days; one that is not resolved by the date counts twice. Older complaints do not count."
            ),
            Measure::Commitments => format!(
                "Of the commitments and follow-ups due in the last {days} days, the share completed by their due time."
            ),
            Measure::Reciprocity => format!(
                "2 x min(inbound, outbound) / (inbound + outbound) of the contacts in the last {days} days; 0 if only one side wrote, 1 if both \
                 did equally. Missing without inbound and outbound contacts."
            ),
            Measure::Tenure => "Years since the start of the relationship: the start on the roster, else the first order, contact or answer."
                .to_string(),
            Measure::Referrals => format!("Referrals that the stakeholder made in the last {days} days."),
            Measure::SupplyOnTime => format!(
                "Of the supply lines promised in the last {days} days, the share received on time ([targets.supply] sets early and late)."
            ),
            Measure::SupplyRejects => format!("Quantity rejected, divided by the quantity received, of the lines received in the last {days} days."),
        }
    }
}

codes! {
    /// A band of scores, the best first.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Band {
        /// At or above the upper edge.
        Healthy = "healthy",
        /// Between the edges.
        AtRisk = "at risk",
        /// Below the lower edge.
        Critical = "critical",
    }
}

codes! {
    /// What a backtest counts as the loss of a stakeholder.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Loss {
        /// No order in the days after the date.
        NoOrder = "no order",
        /// Left the roster in the days after the date.
        LeftRoster = "left the roster",
    }
}

codes! {
    /// What is at stake with a stakeholder.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum ValueAtStake {
        /// Revenue of the last 365 days.
        Revenue = "revenue",
        /// Amount of the supplies ordered in the last 365 days.
        Spend = "spend",
        /// No amount of money.
        None = "none",
    }
}

/// Days whose revenue or spend is at stake.
pub const VALUE_DAYS: i64 = 365;

/// A part of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its name; unique in the model.
    pub name: String,
    /// What it measures.
    pub measure: Measure,
    /// The days before the date that the measure looks at; 0 if it has none.
    pub days: i64,
    /// Its weight; above 0.
    pub weight: f64,
    /// From values of the measure to points between 0 and 100.
    pub curve: Curve,
}

/// How stakeholders of some types are scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// What it is called in headings.
    pub title: String,
    /// Whom it is for, and why its parts are what they are.
    pub text: String,
    /// The types of stakeholders that it is for.
    pub types: Vec<String>,
    /// The least share of the weights that must have data; with less there is no score.
    pub minimum_coverage: f64,
    /// The lowest scores of the bands `healthy` and `at risk`.
    pub edges: [f64; 2],
    /// By how many points a score must pass an edge for the band to change.
    pub hysteresis: f64,
    /// Contact recency from which a stakeholder is overdue, and from which we are losing touch with it.
    pub overdue: [f64; 2],
    /// What a backtest counts as its loss.
    pub loss: Loss,
    /// What is at stake.
    pub value: ValueAtStake,
    /// Its parts, in the order in which they are shown.
    pub parts: Vec<Part>,
}

impl Model {
    /// The sum of all weights.
    pub fn weight(&self) -> f64 {
        self.parts.iter().map(|part| part.weight).sum()
    }

    /// All that a score depends on, in full.
    fn definition(&self) -> String {
        // A field that is new has to be put here, or be left out with a reason.
        let Model {
            name,
            title: _, // Words.
            text: _,
            types,
            minimum_coverage,
            edges: [healthy, at_risk],
            hysteresis,
            overdue: [overdue, losing_touch],
            loss,
            value,
            parts,
        } = self;
        let (loss, value) = (loss.as_str(), value.as_str());
        let mut text = format!(
            "model {name}\ntypes {}\nminimum_coverage {minimum_coverage}\nedges {healthy} {at_risk}\nhysteresis {hysteresis}\noverdue {overdue} {losing_touch}\nloss {loss}\nvalue {value}\n",
            types.join(", "),
        );
        for Part {
            name,
            measure,
            days,
            weight,
            curve,
        } in parts
        {
            let points: Vec<String> = curve
                .anchors()
                .iter()
                .map(|anchor| format!("{} {}", anchor.at, anchor.points))
                .collect();
            text += &format!(
                "part {name}: {}, {days} days, weight {weight}, {}\n",
                measure.as_str(),
                points.join(", ")
            );
        }
        text
    }

    /// The band of a score. With a band before, the score must pass an edge by the hysteresis to leave it.
    pub fn band(&self, score: f64, before: Option<Band>) -> Band {
        let [healthy, at_risk] = self.edges;
        // An edge lies lower for those above it, and higher for those below it.
        let edge = |edge: f64, is_above: bool| match before {
            None => edge,
            Some(_) if is_above => edge - self.hysteresis,
            Some(_) => edge + self.hysteresis,
        };
        if score >= edge(healthy, before == Some(Band::Healthy)) {
            Band::Healthy
        } else if score >= edge(at_risk, before != Some(Band::Critical)) {
            Band::AtRisk
        } else {
            Band::Critical
        }
    }
}

/// The models of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Models(Vec<Model>);

impl Models {
    /// The built-in models.
    ///
    /// # Panics
    /// If the embedded files are broken; that is a bug in relhealth.
    pub fn builtin() -> Arc<Models> {
        static BUILT_IN: LazyLock<Arc<Models>> = LazyLock::new(|| {
            let mut models = Models(Vec::new());
            for (file, text) in FILES {
                let mut reader = Reader::new(SourceText { file, text });
                let document = reader.document();
                models = read::models(models, &mut reader, &document);
                assert!(
                    reader.errors.is_empty(),
                    "a built-in health model is broken:\n{}",
                    ConfigErrors::new(reader.errors)
                );
            }
            Arc::new(models)
        });
        Arc::clone(&BUILT_IN)
    }

    /// These models, changed by the `health` table of a configuration. What is wrong with it is recorded.
    pub fn read_user(self: Arc<Models>, reader: &mut Reader<'_>, document: &DeTable<'_>) -> Arc<Models> {
        match reader.table(document, "health") {
            Some(table) => Arc::new(read::models(Models::clone(&self), reader, table)),
            None => self,
        }
    }

    /// All that scores depend on, in full: a text that differs where they may.
    pub fn definition(&self) -> String {
        self.0.iter().map(Model::definition).collect()
    }

    /// All models, in the order in which they are shown.
    pub fn all(&self) -> &[Model] {
        &self.0
    }

    /// The model of that name.
    pub fn get(&self, name: &str) -> Option<&Model> {
        self.0.iter().find(|model| model.name == name)
    }

    /// The index of the model for a type of stakeholder, and whether that type is named in it; of other types the general model's.
    pub fn of_type(&self, name: &str) -> (usize, bool) {
        let named = self
            .0
            .iter()
            .position(|model| model.types.iter().any(|other| other.eq_ignore_ascii_case(name)));
        let general = || self.0.iter().position(|model| model.name == GENERAL).unwrap_or(0);
        named.map_or_else(|| (general(), false), |index| (index, true))
    }
}

#[cfg(test)]
mod tests;
