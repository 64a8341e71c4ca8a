//! The health of groups of stakeholders: means and shares with intervals. Few protected people are hidden.

use super::{Assessment, Request, Row};
use crate::catalog::health::Band;
use crate::measure;
use crate::schema::{MONEY_SCALE, NO_CODE};
use crate::stats::{ClusterSums, Confidence, Estimate, ratio, share};

/// A share of stakeholders.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// How many.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
    /// The share with its interval.
    pub estimate: Estimate,
}

/// The health of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The values of its dimensions; empty for all stakeholders.
    pub by: Vec<(String, String)>,
    /// What is known of it; `None` if it is hidden, because it has few protected people.
    pub shown: Option<GroupHealth>,
}

/// What is known of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupHealth {
    /// Stakeholders that are there.
    pub stakeholders: u64,
    /// Those with a score.
    pub scored: u64,
    /// Mean coverage of all of them.
    pub coverage: f64,
    /// The mean score; `None` without scores.
    pub mean: Option<Estimate>,
    /// By band, of those with a score, in the order of [`Band::ALL`].
    pub bands: [Option<Shares>; 3],
    /// Those whose band is worse than at the end of the period before, of those with both.
    pub worse: Option<Shares>,
    /// Those overdue for a contact, of those whose contact can be compared with a target or an own rhythm.
    pub overdue: Option<Shares>,
    /// What is at stake, in units of the currency; `None` if there are no amounts that can be added.
    pub value: Option<f64>,
    /// What of it is with stakeholders at risk or critical.
    pub value_at_risk: Option<f64>,
    /// Its share of what is at stake with those that have a score.
    pub share_of_value: Option<Estimate>,
}

/// The dimensions of a group with their values, and its stakeholders.
type Members<'a> = (Vec<(String, String)>, Vec<&'a Row>);

/// All stakeholders, then those of each model where there are several.
pub fn by_type(assessment: &Assessment, confidence: Confidence) -> Vec<Group> {
    let mut models: Vec<usize> = assessment.rows.iter().map(|row| row.model).collect();
    models.sort_unstable();
    models.dedup();
    let mut members = vec![(Vec::new(), assessment.rows.iter().collect::<Vec<&Row>>())];
    if models.len() > 1
        || models
            .iter()
            .any(|model| assessment.rows.iter().any(|row| row.model == *model && row.is_protected))
    {
        for model in models {
            let rows = assessment.rows.iter().filter(|row| row.model == model).collect();
            members.push((vec![("model".to_string(), assessment.models[model].name.clone())], rows));
        }
    }
    groups(assessment, members, confidence)
}

/// The groups that are asked for, by their labels.
pub fn by_group(assessment: &Assessment, request: &Request) -> Vec<Group> {
    if request.by.is_empty() {
        return Vec::new();
    }
    let mut members: Vec<Members> = request
        .labels
        .iter()
        .map(|labels| (request.by.iter().cloned().zip(labels.iter().cloned()).collect(), Vec::new()))
        .collect();
    for row in assessment.rows.iter().filter(|row| row.group != NO_CODE) {
        members[row.group as usize].1.push(row);
    }
    members.retain(|(_, rows)| !rows.is_empty());
    groups(assessment, members, request.confidence)
}

fn groups(assessment: &Assessment, members: Vec<Members>, confidence: Confidence) -> Vec<Group> {
    let by: Vec<Vec<(String, String)>> = members.iter().map(|(by, _)| by.clone()).collect();
    // The fewest people that any of its numbers is of.
    let scored = |rows: &[&Row]| rows.iter().filter(|row| row.score.is_some()).count() as u64;
    let people: Vec<u64> = members
        .iter()
        .map(|(_, rows)| scored(rows).max(u64::from(!rows.is_empty())))
        .collect();
    let private: Vec<bool> = members.iter().map(|(_, rows)| rows.iter().all(|row| row.is_protected)).collect();
    let hidden = measure::hidden(&by, &people, &private);
    let each = members.into_iter().zip(hidden.groups).zip(private);
    each.map(|(((by, rows), hide), is_private)| Group {
        by,
        shown: (!hide).then(|| health(assessment, &rows, is_private, confidence)),
    })
    .collect()
}

fn health(assessment: &Assessment, rows: &[&Row], is_private: bool, confidence: Confidence) -> GroupHealth {
    // A share of fewer people than may be shown tells of each of them.
    let enough = |whole: u64| whole > 0 && (!is_private || whole >= measure::FEWEST);
    let shares = |part: u64, whole: u64| enough(whole).then(|| shares(part, whole, confidence));
    let scores: Vec<(f64, f64)> = rows.iter().filter_map(|row| Some((row.score?, 1.0))).collect();
    let scored = scores.len() as u64;
    let in_band = |band: Band| rows.iter().filter(|row| row.band == Some(band)).count() as u64;
    let compared = rows.iter().filter_map(|row| row.got_worse());
    let (worse, both) = compared.fold((0, 0), |(worse, both), is_worse| (worse + u64::from(is_worse), both + 1));
    let contact = |row: &Row| {
        let model = &assessment.models[row.model];
        let at = model
            .parts
            .iter()
            .position(|part| part.measure == crate::catalog::health::Measure::ContactRecency)?;
        assessment.values(row)[at].ok()
    };
    let with_contact = rows.iter().filter(|row| contact(row).is_some()).count() as u64;
    let overdue = rows.iter().filter(|row| row.touch.is_some()).count() as u64;
    let money = |amount: i128| amount as f64 / MONEY_SCALE as f64;
    let value = rows.iter().filter_map(|row| row.value).reduce(|sum, value| sum + value);
    // Without a score it is not known whether value is at risk.
    let (mut all, mut at_risk) = (0i128, 0i128);
    let mut pairs = Vec::new();
    for (row, value) in rows
        .iter()
        .filter(|row| row.band.is_some())
        .filter_map(|row| Some((row, row.value?)))
    {
        all += value;
        let risky = if row.is_at_risk() { value } else { 0 };
        at_risk += risky;
        pairs.push((money(risky), money(value)));
    }
    GroupHealth {
        stakeholders: rows.len() as u64,
        scored,
        coverage: rows.iter().map(|row| row.coverage).sum::<f64>() / rows.len() as f64,
        mean: enough(scored).then(|| of_pairs(&scores, confidence)),
        bands: Band::ALL.map(|band| shares(in_band(band), scored)),
        worse: shares(worse, both),
        overdue: shares(overdue, with_contact),
        value: value.map(money),
        value_at_risk: (!pairs.is_empty()).then(|| money(at_risk)),
        share_of_value: (all > 0).then(|| of_pairs(&pairs, confidence)),
    }
}

fn of_pairs(pairs: &[(f64, f64)], confidence: Confidence) -> Estimate {
    let mut sums = ClusterSums::default();
    pairs.iter().for_each(|&(x, n)| sums.add(x, n));
    ratio(&sums, confidence.level)
}

/// The share of so many of so many independent stakeholders.
fn shares(part: u64, whole: u64, confidence: Confidence) -> Shares {
    let mut sums = ClusterSums::default();
    (0..whole).for_each(|at| sums.add(f64::from(u8::from(at < part)), 1.0));
    Shares {
        part,
        whole,
        estimate: share(&sums, whole as f64, confidence),
    }
}
