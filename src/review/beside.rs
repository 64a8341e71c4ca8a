//! What is told beside the metrics: cohorts, what hangs on few, the mix of channels, lists to act on, what the data cover.

use anyhow::Result;

use crate::canon::Canon;
use crate::facts::context::Settings;
use crate::models::cohorts::{self, Basis, Cohorts, cohorts};
use crate::models::concentration::{self, Concentration, Of, concentration};
use crate::models::coverage::{Coverage, coverage};
use crate::models::lists::{self, List, Lost, Overdue, Waiting};
use crate::models::mix::{self, Mix, mix};
use crate::period::{Grain, Period};

/// So many of the largest stakeholders are shown.
const LARGEST: usize = 10;

/// What is told beside the metrics, of all stakeholders.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// Retention by cohort.
    pub cohorts: Vec<Cohorts>,
    /// Revenue, and spend, on how few they hang.
    pub concentrations: Vec<Concentration>,
    /// The mix of contacts by channel.
    pub mix: Option<Mix>,
    /// Lists to act on, as things stand at as-of.
    pub lists: Lists,
    /// What the data cover by period.
    pub coverage: Coverage,
}

/// Lists to act on; `None`: the inputs cannot give it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lists {
    /// Stakeholders overdue for a contact.
    pub overdue: Option<List<Overdue>>,
    /// Open complaints.
    pub complaints: Option<List<Waiting>>,
    /// Cases without an answer.
    pub unanswered: Option<List<Waiting>>,
    /// Promises that are late.
    pub commitments: Option<List<Waiting>>,
    /// Customers of the period before without an order in this one.
    pub lost: Option<List<Lost>>,
}

/// The texts that it rests on, to be asked for when the inputs are read.
pub fn texts() -> impl Iterator<Item = &'static str> {
    [lists::TEXTS, concentration::TEXTS, mix::TEXTS].into_iter().flatten().copied()
}

/// Finds it for the last of the periods.
///
/// # Errors
///
/// Only defects.
pub fn beside(canon: &Canon, settings: &Settings, periods: &[Period], level: f64) -> Result<Beside> {
    let period = periods.last().expect("a period is asked for");
    let grain = period.grain().unwrap_or(Grain::Month);
    let of = |basis| cohorts::Ask {
        basis,
        grain,
        last: cohorts::LAST,
        until: period.end,
        level,
    };
    let found = [Basis::Purchases, Basis::Roster].map(|basis| cohorts(canon, settings, &of(basis)).unwrap_or_default());
    let few = [Of::Revenue, Of::Spend].map(|of| concentration(canon, settings, of, period, LARGEST).ok());
    Ok(Beside {
        cohorts: found.into_iter().flatten().collect(),
        concentrations: few.into_iter().flatten().collect(),
        mix: mix(canon, settings, period, mix::MOST, level)?.ok(),
        lists: Lists {
            overdue: lists::overdue(canon, settings, lists::LIMIT).ok(),
            complaints: lists::open_complaints(canon, settings, lists::LIMIT).ok(),
            unanswered: lists::unanswered(canon, settings, lists::LIMIT).ok(),
            commitments: lists::late_commitments(canon, settings, lists::LIMIT).ok(),
            lost: lists::lost_customers(canon, settings, period, lists::LIMIT).ok(),
        },
        coverage: coverage(canon, grain, periods.len(), period.end),
    })
}
