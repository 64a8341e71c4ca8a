//! The health of groups of stakeholders: means and shares with intervals. Few protected people are hidden.

use std::collections::BTreeMap;

use super::{Assessment, Request, Row};
use crate::catalog::health::{Band, Measure};
use crate::measure::{self, Divisions, Published};
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

/// The populations that numbers of a group are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Population {
    /// All that are there.
    All,
    /// Those with a score.
    Scored,
    /// Those with a band now and before.
    Compared,
    /// Those whose contact can be compared with a target or an own rhythm.
    WithContact,
    /// Those with an amount at stake.
    WithValue,
    /// Those with a band and an amount at stake.
    ValuedInBand,
}

impl Population {
    const ALL: [Population; 6] = [
        Population::All,
        Population::Scored,
        Population::Compared,
        Population::WithContact,
        Population::WithValue,
        Population::ValuedInBand,
    ];

    fn has(self, assessment: &Assessment, row: &Row) -> bool {
        match self {
            Population::All => true,
            Population::Scored => row.score.is_some(),
            Population::Compared => row.got_worse().is_some(),
            Population::WithContact => has_contact(assessment, row),
            Population::WithValue => row.value.is_some(),
            Population::ValuedInBand => row.band.is_some() && row.value.is_some(),
        }
    }
}

fn has_contact(assessment: &Assessment, row: &Row) -> bool {
    let parts = &assessment.models[row.model].parts;
    let contact = parts.iter().position(|part| part.measure == Measure::ContactRecency);
    contact.is_some_and(|at| assessment.values(row)[at].is_ok())
}

/// What is shown of the groups: by model, by each dimension alone, and by all dimensions.
pub struct Protection {
    published: Vec<(Population, Published)>,
    by_group: usize,
    /// A condition keeps some protected people and leaves others out: nothing about those that it keeps is shown.
    is_divided: bool,
}

/// A group whose numbers are shown, or not.
#[derive(Debug, Clone, Copy)]
enum Of {
    Everybody,
    Model(usize),
    Group(u32),
}

impl Protection {
    /// Decides it for the models and the groups together: nothing can be found from both.
    pub fn new(assessment: &Assessment, request: &Request, is_divided: bool) -> Protection {
        let mut alone: Vec<BTreeMap<&str, u32>> = vec![BTreeMap::new(); request.by.len()];
        let mut divisions: Vec<(Population, Divisions)> = Population::ALL.map(|of| (of, Divisions::default())).into();
        for row in assessment.rows.iter().filter(|row| row.is_protected) {
            let mut groups = vec![Some(row.model as u32)];
            for (numbers, label) in alone.iter_mut().zip(&request.labels[row.group as usize]) {
                let next = numbers.len() as u32;
                groups.push(Some(*numbers.entry(label).or_insert(next)));
            }
            groups.push(Some(row.group));
            for (population, of) in &mut divisions {
                if population.has(assessment, row) {
                    of.add(&groups, 1);
                }
            }
        }
        Protection {
            published: divisions.into_iter().map(|(population, of)| (population, of.published())).collect(),
            by_group: 1 + request.by.len(),
            is_divided,
        }
    }

    fn shows(&self, population: Population, of: Of) -> bool {
        let mut published = self.published.iter().filter(|(other, _)| *other == population);
        published.all(|(_, published)| match of {
            Of::Everybody => published.whole(),
            Of::Model(model) => published.shows(0, model as u32),
            Of::Group(group) => published.shows(self.by_group, group),
        })
    }

    /// Whether anything is shown of the stakeholders of a model.
    pub fn shows_model(&self, assessment: &Assessment, model: usize) -> bool {
        let rows: Vec<&Row> = assessment.rows.iter().filter(|row| row.model == model).collect();
        self.shows_group(assessment, &rows, Of::Model(model))
    }

    /// Whether anything is shown of a group. What is shown of protected people is above all their scores: of few scores nothing is.
    fn shows_group(&self, assessment: &Assessment, rows: &[&Row], of: Of) -> bool {
        let scored = |row: &&&Row| row.is_protected && Population::Scored.has(assessment, row);
        let is_any_protected = rows.iter().any(|row| row.is_protected);
        let enough = !is_any_protected || !self.is_divided && rows.iter().filter(scored).count() as u64 >= measure::FEWEST;
        enough && self.shows(Population::All, of) && self.shows(Population::Scored, of)
    }
}

/// All stakeholders, then those of each model where there are several.
pub fn by_type(assessment: &Assessment, protection: &Protection, confidence: Confidence) -> Vec<Group> {
    let mut models: Vec<usize> = assessment.rows.iter().map(|row| row.model).collect();
    models.sort_unstable();
    models.dedup();
    let group = |by, rows: Vec<&Row>, of| Group {
        by,
        shown: health(assessment, &rows, protection, of, confidence),
    };
    let mut found = vec![group(Vec::new(), assessment.rows.iter().collect(), Of::Everybody)];
    if models.len() > 1 || assessment.rows.iter().any(|row| row.is_protected) {
        for model in models {
            let rows = assessment.rows.iter().filter(|row| row.model == model).collect();
            let name = assessment.models[model].name.clone();
            found.push(group(vec![("model".to_string(), name)], rows, Of::Model(model)));
        }
    }
    found
}

/// The groups that are asked for, by their labels.
pub fn by_group(assessment: &Assessment, request: &Request, protection: &Protection) -> Vec<Group> {
    if request.by.is_empty() {
        return Vec::new();
    }
    let mut members: Vec<Vec<&Row>> = vec![Vec::new(); request.labels.len()];
    for row in assessment.rows.iter().filter(|row| row.group != NO_CODE) {
        members[row.group as usize].push(row);
    }
    let groups = (0..).zip(&request.labels).zip(members).filter(|(_, rows)| !rows.is_empty());
    groups
        .map(|((number, labels), rows)| Group {
            by: request.by.iter().cloned().zip(labels.iter().cloned()).collect(),
            shown: health(assessment, &rows, protection, Of::Group(number), request.confidence),
        })
        .collect()
}

/// The health of a group; `None` if it is hidden.
fn health(assessment: &Assessment, rows: &[&Row], protection: &Protection, of: Of, confidence: Confidence) -> Option<GroupHealth> {
    if !protection.shows_group(assessment, rows, of) {
        return None;
    }
    let shows = |population: Population| protection.shows(population, of);
    let shares = |part: u64, whole: u64, population: Population| {
        let enough = whole > 0 && shows(population);
        enough.then(|| shares(part, whole, confidence))
    };
    let scores: Vec<(f64, f64)> = rows.iter().filter_map(|row| Some((row.score?, 1.0))).collect();
    let scored = scores.len() as u64;
    let in_band = |band: Band| rows.iter().filter(|row| row.band == Some(band)).count() as u64;
    let compared = rows.iter().filter_map(|row| row.got_worse());
    let (worse, both) = compared.fold((0, 0), |(worse, both), is_worse| (worse + u64::from(is_worse), both + 1));
    let with_contact = rows.iter().filter(|row| has_contact(assessment, row)).count() as u64;
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
    let in_bands = shows(Population::ValuedInBand);
    Some(GroupHealth {
        stakeholders: rows.len() as u64,
        scored,
        coverage: rows.iter().map(|row| row.coverage).sum::<f64>() / rows.len() as f64,
        mean: (scored > 0).then(|| of_pairs(&scores, confidence)),
        bands: Band::ALL.map(|band| shares(in_band(band), scored, Population::Scored)),
        worse: shares(worse, both, Population::Compared),
        overdue: shares(overdue, with_contact, Population::WithContact),
        value: value.map(money).filter(|_| shows(Population::WithValue)),
        value_at_risk: (!pairs.is_empty() && in_bands).then(|| money(at_risk)),
        share_of_value: (all > 0 && in_bands).then(|| of_pairs(&pairs, confidence)),
    })
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
