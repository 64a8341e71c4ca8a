//! What a report shows of the health of stakeholders: all types next to each other, and the relationships that need care first.

use super::{Assessment, Group, Request};
use crate::analyses::lists::StakeholderRef;
use crate::canonical::CanonicalTables;
use crate::catalog::health::{Band, Model};
use crate::facts::context::Settings;
use crate::facts::health::Reading;
use crate::measure;
use crate::period::Grain;
use crate::schema::MONEY_SCALE;
use crate::stats::Confidence;

/// How many relationships are named.
const NAMED: usize = 10;

/// The health of stakeholders at the as-of date.
#[derive(Debug, Clone, PartialEq)]
pub struct Care {
    /// The models.
    pub models: Vec<Model>,
    /// All stakeholders, then those of each model where there are several.
    pub types: Vec<Group>,
    /// Those at risk or critical with the most at stake; nobody who is protected.
    pub first: Vec<NeedsCare>,
    /// How many they are in all.
    pub total: u64,
    /// Whether anybody has a score.
    pub any_score: bool,
}

/// A stakeholder that is at risk or critical.
#[derive(Debug, Clone, PartialEq)]
pub struct NeedsCare {
    /// Who it is.
    pub who: StakeholderRef,
    /// The index of its model.
    pub model: usize,
    /// Between 0 and 100.
    pub score: f64,
    /// Its band.
    pub band: Band,
    /// Its band at the end of the period before.
    pub before: Option<Band>,
    /// What is at stake, in units of the currency; `None` if there are no amounts that can be added.
    pub value: Option<f64>,
    /// The values of its parts.
    pub readings: Vec<Reading>,
}

/// The health of all stakeholders at the as-of date, with changes since the end of the last period of this length.
pub fn care(canonical: &CanonicalTables, settings: &Settings, grain: Grain, confidence: Confidence) -> Care {
    let everybody = measure::stakeholder_groups(canonical, &[], None);
    let (labels, group_of) = everybody.expect("all stakeholders need no dimension");
    let request = Request {
        grain,
        by: Vec::new(),
        labels,
        group_of,
        is_filtered: false,
        at_risk: true,
        overdue: false,
        top: Some(NAMED),
        explained: NAMED,
        confidence,
    };
    let assessment = super::assess(canonical, settings, &request);
    let listed = assessment.listed.iter().zip(&assessment.who).zip(&assessment.explained);
    let first = listed.filter_map(|((&at, who), readings)| {
        let row = &assessment.rows[at];
        Some(NeedsCare {
            who: who.clone(),
            model: row.model,
            score: row.score?,
            band: row.band?,
            before: row.before.1,
            value: row.value.map(|value| value as f64 / MONEY_SCALE as f64),
            readings: readings.clone(),
        })
    });
    let first = first.collect();
    let any_score = assessment.rows.iter().any(|row| row.score.is_some());
    let Assessment {
        models, types, listable, ..
    } = assessment;
    Care {
        models,
        types,
        first,
        total: listable,
        any_score,
    }
}
