//! The sections of a report that are not metrics: cohorts, concentration, the mix of channels, lists to act on, the health of stakeholders,
//! coverage of the data.

use anyhow::Result;

use crate::analyses::channels::{self, Mix, mix};
use crate::analyses::concentration::{Concentration, ConcentrationOf, concentration};
use crate::analyses::coverage::{Coverage, coverage};
use crate::analyses::lists::{self, List, Lost, Overdue, Waiting};
use crate::canonical::CanonicalTables;
use crate::cohorts::section::{self, Basis, CohortRequest, Cohorts, cohorts};
use crate::facts::context::Settings;
use crate::health::{Care, care};
use crate::period::Grain;

use super::ReviewRequest;
use super::relationships::{Relationships, relationships};

/// The number of the largest stakeholders that are shown.
const LARGEST: usize = 10;

/// The sections that are not metrics, about all stakeholders.
#[derive(Debug)]
pub struct Supplements {
    /// Retention by cohort.
    pub cohorts: Vec<Cohorts>,
    /// Concentration of revenue and of spend.
    pub concentrations: Vec<Concentration>,
    /// The mix of contacts by channel.
    pub mix: Option<Mix>,
    /// Lists to act on, as of the as-of date.
    pub lists: Lists,
    /// The health of stakeholders, as of the as-of date.
    pub care: Care,
    /// How long relationships last, segments and the forecast, as of the as-of date.
    pub relationships: Relationships,
    /// Coverage of the data by period.
    pub coverage: Coverage,
}

/// Lists to act on; `None`: the inputs do not allow it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lists {
    /// Stakeholders overdue for a contact.
    pub overdue: Option<List<Overdue>>,
    /// Open complaints.
    pub complaints: Option<List<Waiting>>,
    /// Cases without an answer.
    pub unanswered: Option<List<Waiting>>,
    /// Late commitments.
    pub commitments: Option<List<Waiting>>,
    /// Customers of the previous period without an order in this one.
    pub lost: Option<List<Lost>>,
}

/// Computes the sections for the last of the requested periods.
///
/// # Errors
///
/// Only bugs in the program.
pub fn beside(canonical: &CanonicalTables, settings: &Settings, ask: &ReviewRequest) -> Result<Supplements> {
    let (periods, confidence) = (&ask.periods, ask.confidence);
    let period = periods.last().expect("a period is asked for");
    let grain = period.grain().unwrap_or(Grain::Month);
    let of = |basis| CohortRequest {
        basis,
        grain,
        last: section::LAST,
        until: period.end,
        confidence,
    };
    let found = [Basis::Purchases, Basis::Roster].map(|basis| cohorts(canonical, settings, &of(basis)).unwrap_or_default());
    let few = [ConcentrationOf::Revenue, ConcentrationOf::Spend].map(|of| concentration(canonical, settings, of, period, LARGEST).ok());
    Ok(Supplements {
        cohorts: found.into_iter().flatten().collect(),
        concentrations: few.into_iter().flatten().collect(),
        mix: mix(canonical, settings, period, channels::MOST, confidence)?.ok(),
        lists: Lists {
            overdue: lists::overdue(canonical, settings, lists::LIMIT).ok(),
            complaints: lists::open_complaints(canonical, settings, lists::LIMIT).ok(),
            unanswered: lists::unanswered(canonical, settings, lists::LIMIT).ok(),
            commitments: lists::late_commitments(canonical, settings, lists::LIMIT).ok(),
            lost: lists::lost_customers(canonical, settings, period, lists::LIMIT).ok(),
        },
        care: care(canonical, settings, grain, confidence),
        relationships: relationships(canonical, settings, &ask.segments, grain, confidence)?,
        coverage: coverage(canonical, grain, periods.len(), period.end),
    })
}
