//! The health of stakeholders at the as-of date: a score for each, who is at risk or overdue, and what the scores of groups are.
//!
//! The scores themselves are of [`crate::facts::health`]. Protected people are scored, and shown in groups only.

pub mod backtest;
mod care;
pub mod fit;
mod groups;
mod stability;

pub use care::{Care, NeedsCare, care};
pub use groups::{Group, GroupHealth, Shares};
pub use stability::Stability;

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::analyses::lists::{self, StakeholderRef};
use crate::canonical::CanonicalTables;
use crate::catalog::health::{Band, Measure, Model};
use crate::facts::context::Settings;
use crate::facts::health::{EARLIER, Gap, Moment, Presence, Reading, Scorer, last_band, missing_input, moments, rests_on};
use crate::measure::{self, Private};
use crate::notes::{Note, RunNote};
use crate::period::{Grain, Period};
use crate::schema::{Column, Micros, NO_CODE, purchases, stakeholders, supplies};
use crate::stats::Confidence;

/// Stakeholders that are scored together.
const CHUNK: u32 = 4_096;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The length of the periods at whose ends scores are compared.
    pub grain: Grain,
    /// The dimensions of the groups, of the roster.
    pub by: Vec<String>,
    /// Labels of the groups.
    pub labels: Vec<Vec<String>>,
    /// By code of a stakeholder its group; [`NO_CODE`] for those who are left out.
    pub group_of: Vec<u32>,
    /// Whether a condition leaves stakeholders out.
    pub is_filtered: bool,
    /// Only those at risk or critical.
    pub at_risk: bool,
    /// Only those overdue for a contact.
    pub overdue: bool,
    /// At most so many stakeholders.
    pub top: Option<usize>,
    /// How many stakeholders are shown with what their points are made of.
    pub explained: usize,
    /// How intervals are found.
    pub confidence: Confidence,
}

/// How a stakeholder stands in touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touch {
    /// Overdue for a contact.
    Overdue,
    /// Overdue for so long that the touch is being lost.
    Losing,
}

/// A stakeholder that has a score, or could have one with more data.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its code.
    pub stakeholder: u32,
    /// The index of its model.
    pub model: usize,
    /// The code of its type on the roster; [`NO_CODE`] if it has none.
    pub type_code: u32,
    /// Between 0 and 100; `None` if too few parts have data.
    pub score: Option<f64>,
    /// The share of the weights that have data.
    pub coverage: f64,
    /// Its band.
    pub band: Option<Band>,
    /// Score and band at the end of the period before.
    pub before: (Option<f64>, Option<Band>),
    /// In 1/10,000; `None` if there are no amounts that can be added.
    pub value: Option<i128>,
    /// Whether it is overdue for a contact.
    pub touch: Option<Touch>,
    /// Its group; [`NO_CODE`] if it is left out.
    pub group: u32,
    /// It is shown in groups only.
    pub is_protected: bool,
    /// Where its readings start.
    first: usize,
}

impl Row {
    /// Whether its band is worse than the one before.
    pub fn got_worse(&self) -> Option<bool> {
        Some(self.band? > self.before.1?)
    }

    /// Whether it is at risk or critical.
    pub fn is_at_risk(&self) -> bool {
        matches!(self.band, Some(Band::AtRisk | Band::Critical))
    }
}

/// A value of a part, or why there is none.
pub type Value = Result<f64, Gap>;

/// The health of stakeholders.
#[derive(Debug)]
pub struct Assessment {
    /// The models.
    pub models: Vec<Model>,
    /// By model and part the input that is missing for it.
    pub missing: Vec<Vec<Option<String>>>,
    /// The end of the period before.
    pub previous: Micros,
    /// All stakeholders that are there and are not left out, by code.
    pub rows: Vec<Row>,
    values: Vec<Value>,
    /// The rows that are listed, in their order.
    pub listed: Vec<usize>,
    /// How many rows could be listed.
    pub listable: u64,
    /// What the first of them are made of.
    pub explained: Vec<Vec<Reading>>,
    /// Who they are.
    pub who: Vec<StakeholderRef>,
    /// All together, then by model where there are several.
    pub types: Vec<Group>,
    /// By the dimensions that are asked for.
    pub groups: Vec<Group>,
    /// By model that has scores.
    pub stability: Vec<(usize, Stability)>,
    /// Stakeholders who have left the roster; they have no score.
    pub left: u64,
    /// There are protected people.
    pub withheld: bool,
    /// Amounts cannot be added: nothing is known of what is at stake.
    pub cannot_add: bool,
    /// The types that have no model of their own, and how many stakeholders they are.
    pub general: Vec<(String, u64)>,
}

impl Assessment {
    /// What is worth knowing about whom the scores are of.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        for (kind, count) in &self.general {
            notes.push(Note::new(RunNote::GeneralModel { kind: kind.clone() }).count(*count));
        }
        if self.left > 0 {
            notes.push(Note::new(RunNote::LeftRoster).count(self.left));
        }
        if self.cannot_add {
            notes.push(Note::new(RunNote::MoneyNotAdded));
        }
        let of = self.rows.len() as u64;
        let without = self.rows.iter().filter(|row| row.score.is_none()).count() as u64;
        if without > 0 {
            notes.push(Note::new(RunNote::LowCoverage { of }).count(without));
        }
        notes
    }

    /// The values of the parts of a row.
    pub fn values(&self, row: &Row) -> &[Value] {
        &self.values[row.first..row.first + self.models[row.model].parts.len()]
    }

    /// The points of the parts of a row and what each takes from 100: the share of its weight times the points that are missing to 100.
    pub fn points<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = Option<(f64, f64)>> + 'a {
        let parts = &self.models[row.model].parts;
        let known = parts.iter().zip(self.values(row)).filter(|(_, value)| value.is_ok());
        let weight: f64 = known.map(|(part, _)| part.weight).sum();
        parts.iter().zip(self.values(row)).map(move |(part, value)| {
            let points = part.curve.points(value.ok()?);
            Some((points, part.weight / weight * (100.0 - points)))
        })
    }
}

/// The columns of the canonical tables that are read only on request and that health needs.
pub fn columns_to_load(settings: &Settings) -> BTreeSet<String> {
    let own: [&Column; 6] = [
        &stakeholders::TYPE,
        &stakeholders::TIER,
        &stakeholders::OWNER,
        &stakeholders::NAME,
        &purchases::CURRENCY,
        &supplies::CURRENCY,
    ];
    let measures = settings.health.all().iter().flat_map(|model| &model.parts).map(|part| part.measure);
    let facts = measures.filter_map(rests_on);
    let columns = facts.flat_map(|(spec, columns)| columns.iter().filter_map(|name| spec.column(name)));
    let kept = columns.flat_map(measure::kept_for).filter(|column| column.is_read_on_request());
    let own = own.into_iter().filter(|column| column.is_read_on_request());
    own.chain(kept).map(|column| column.name.to_string()).collect()
}

/// The ends of the last periods that ended before a time, the earliest first.
pub fn earlier_ends(canonical: &CanonicalTables, grain: Grain, n: usize) -> Vec<Micros> {
    let last = Period::last_complete(grain, canonical.as_of, &canonical.zone);
    let last = if last.end < canonical.as_of { last } else { last.previous() };
    let periods = std::iter::successors(Some(last), |period| Some(period.previous()));
    let mut ends: Vec<Micros> = periods.take(n).map(|period| period.end).collect();
    ends.reverse();
    ends
}

/// Scores all stakeholders at the as-of date.
pub fn assess(canonical: &CanonicalTables, settings: &Settings, request: &Request) -> Assessment {
    let models = settings.health.all().to_vec();
    let mut times = earlier_ends(canonical, request.grain, EARLIER);
    let previous = times.last().copied().unwrap_or(canonical.as_of);
    times.push(canonical.as_of);
    let moments = moments(canonical, settings, &times);
    let private = Private::new(canonical);
    let task = Task {
        models: &models,
        moments: &moments,
        request,
        private: &private,
    };
    let starts: Vec<u32> = (0..canonical.nobody()).step_by(CHUNK as usize).collect();
    let chunks: Vec<Scored> = starts
        .into_par_iter()
        .map_init(
            || Scorer::new(canonical, settings),
            |scorer, start| {
                let mut scored = Scored::default();
                for stakeholder in start..(start + CHUNK).min(canonical.nobody()) {
                    if request.group_of[stakeholder as usize] != NO_CODE {
                        scored.add(scorer, stakeholder, task);
                    }
                }
                scored
            },
        )
        .collect();
    let Scored { rows, values, left } = Scored::of(chunks);
    let lacks = |measure: Measure| missing_input(measure, canonical, settings);
    let mut assessment = Assessment {
        missing: models
            .iter()
            .map(|model| model.parts.iter().map(|part| lacks(part.measure)).collect())
            .collect(),
        previous,
        general: general(canonical, settings, &rows),
        withheld: rows.iter().any(|row| row.is_protected),
        cannot_add: moments.last().is_some_and(|now| now.cannot_add),
        models,
        rows,
        values,
        listed: Vec::new(),
        listable: 0,
        explained: Vec::new(),
        who: Vec::new(),
        types: Vec::new(),
        groups: Vec::new(),
        stability: Vec::new(),
        left,
    };
    assessment.list(canonical, settings, request, &moments);
    let is_divided = request.is_filtered && assessment.withheld && leaves_out_protected(canonical, &private, &request.group_of);
    let protection = groups::Protection::new(&assessment, request, is_divided);
    assessment.types = groups::by_type(&assessment, &protection, request.confidence);
    assessment.groups = groups::by_group(&assessment, request, &protection);
    assessment.stability = stability::of_models(&assessment, &protection);
    assessment
}

/// Whether groups leave protected people out.
fn leaves_out_protected(canonical: &CanonicalTables, private: &Private, group_of: &[u32]) -> bool {
    (0..canonical.nobody()).any(|stakeholder| group_of[stakeholder as usize] == NO_CODE && private.is(stakeholder, 0))
}

impl Assessment {
    /// Chooses who is listed: those with the most at stake first, of equals those with the lowest score.
    fn list(&mut self, canonical: &CanonicalTables, settings: &Settings, request: &Request, moments: &[Moment]) {
        let is_asked_for =
            |row: &Row| !row.is_protected && (!request.at_risk || row.is_at_risk()) && (!request.overdue || row.touch.is_some());
        let mut listed: Vec<usize> = (0..self.rows.len()).filter(|&at| is_asked_for(&self.rows[at])).collect();
        self.listable = listed.len() as u64;
        // No two are equal.
        listed.par_sort_unstable_by(|&a, &b| {
            let (a, b) = (&self.rows[a], &self.rows[b]);
            let score = |row: &Row| row.score.unwrap_or(f64::INFINITY);
            b.value
                .cmp(&a.value)
                .then_with(|| score(a).total_cmp(&score(b)))
                .then(a.stakeholder.cmp(&b.stakeholder))
        });
        listed.truncate(request.top.unwrap_or(usize::MAX));
        if let Some(now) = moments.last() {
            let mut scorer = Scorer::new(canonical, settings);
            for &at in listed.iter().take(request.explained) {
                scorer.read(self.rows[at].stakeholder);
                scorer.at(now);
                self.explained.push(scorer.readings.clone());
            }
        }
        self.who = listed
            .iter()
            .take(request.explained)
            .map(|&at| lists::stakeholder(canonical, self.rows[at].stakeholder))
            .collect();
        self.listed = listed;
    }
}

/// What stakeholders are scored by.
#[derive(Clone, Copy)]
struct Task<'a> {
    models: &'a [Model],
    /// The earlier ends of periods, and the as-of date.
    moments: &'a [Moment],
    request: &'a Request,
    private: &'a Private,
}

/// What was scored of some stakeholders.
#[derive(Default)]
struct Scored {
    rows: Vec<Row>,
    values: Vec<Value>,
    left: u64,
}

impl Scored {
    fn add(&mut self, scorer: &mut Scorer, stakeholder: u32, task: Task) {
        let Some((now, earlier)) = task.moments.split_last() else { return };
        scorer.read(stakeholder);
        let (model, type_code) = match scorer.at(now) {
            Presence::Here { model, type_code } => (model, type_code),
            Presence::Left => {
                self.left += 1;
                return;
            }
            Presence::Unknown => return,
        };
        let first = self.values.len();
        self.values
            .extend(scorer.readings.iter().map(|reading| reading.map(|measured| measured.value)));
        let of_model = &task.models[model];
        let contact = of_model.parts.iter().position(|part| part.measure == Measure::ContactRecency);
        let touch = contact.and_then(|at| touch(of_model, self.values[first + at].ok()?));
        let score = scorer.score(model);
        let value = scorer.value_at_stake(model, now);
        let mut known: [Option<Option<f64>>; EARLIER] = [None; EARLIER];
        let mut score_at = |at: usize| {
            let found = known[at].get_or_insert_with(|| match scorer.at(&earlier[at]) {
                Presence::Here { model, .. } => scorer.score(model).score,
                Presence::Left | Presence::Unknown => None,
            });
            *found
        };
        let previous = earlier.len().checked_sub(1).and_then(&mut score_at);
        let band_before = last_band(of_model, earlier.len(), &mut score_at);
        let band = last_band(of_model, task.moments.len(), |at| match at == earlier.len() {
            true => score.score,
            false => score_at(at),
        });
        self.rows.push(Row {
            stakeholder,
            model,
            type_code,
            score: score.score,
            coverage: score.coverage,
            band,
            before: (previous, band_before),
            value,
            touch,
            group: task.request.group_of[stakeholder as usize],
            is_protected: task.private.is(stakeholder, 0),
            first,
        });
    }

    /// Those of all chunks, one after the other.
    fn of(chunks: Vec<Scored>) -> Scored {
        let mut all = Scored::default();
        all.rows.reserve_exact(chunks.iter().map(|chunk| chunk.rows.len()).sum());
        all.values.reserve_exact(chunks.iter().map(|chunk| chunk.values.len()).sum());
        chunks.into_iter().for_each(|chunk| all.append(chunk));
        all
    }

    fn append(&mut self, other: Scored) {
        let from = self.values.len();
        self.rows.extend(other.rows.into_iter().map(|row| Row {
            first: row.first + from,
            ..row
        }));
        self.values.extend(other.values);
        self.left += other.left;
    }
}

fn touch(model: &Model, recency: f64) -> Option<Touch> {
    let [overdue, losing] = model.overdue;
    if recency > losing {
        Some(Touch::Losing)
    } else if recency > overdue {
        Some(Touch::Overdue)
    } else {
        None
    }
}

/// The types that are scored by the general model because no model is for them.
fn general(canonical: &CanonicalTables, settings: &Settings, rows: &[Row]) -> Vec<(String, u64)> {
    let mut counts: Vec<(u32, u64)> = Vec::new();
    for row in rows.iter().filter(|row| row.type_code != NO_CODE && !row.is_protected) {
        match counts.iter_mut().find(|(code, _)| *code == row.type_code) {
            Some((_, count)) => *count += 1,
            None => counts.push((row.type_code, 1)),
        }
    }
    let has_model = |code: u32| {
        canonical
            .texts
            .meaning(code, |name| settings.health.of_type(name).1)
            .unwrap_or(true)
    };
    let others = counts.into_iter().filter(|(code, _)| !has_model(*code));
    let mut found: Vec<(String, u64)> = others
        .filter_map(|(code, count)| Some((canonical.texts.text(code)?.to_string(), count)))
        .collect();
    found.sort();
    found
}
