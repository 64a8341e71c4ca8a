//! `relhealth.metrics/1`: what the metrics are.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Document, Labels, Layout, SchemaId};
use crate::catalog::{BetterDirection, MetricKind, MetricUnit};

/// The metrics of the catalogue, or some of them.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Metrics {
    /// Name and version of this format.
    pub schema: SchemaId<Metrics>,
    /// The metrics, in the order of the catalogue.
    pub metrics: Vec<Metric>,
}

impl Document for Metrics {
    const ID: &'static str = "relhealth.metrics/1";
    const TITLE: &'static str = "What relhealth metrics --format json prints";
    const LAYOUT: Layout = Layout::Indented;
}

/// A metric.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Metric {
    /// Its id.
    pub id: String,
    /// Its short title.
    pub title: String,
    /// Its family.
    pub family: String,
    /// Its kind.
    pub kind: MetricKind,
    /// What its value is a number of.
    pub unit: MetricUnit,
    /// Which direction is better.
    pub good: BetterDirection,
    /// All that there is to know about it: label and text.
    pub card: Labels,
    /// What the inputs lack for it; null: nothing. Only where inputs are named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Option<String>>,
}
