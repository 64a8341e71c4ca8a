//! What scores have meant in the past: at each of the last ends of periods, scores by what was known then are compared with what happened in
//! the days after.
//!
//! Who could be lost: of those whose loss is no order, who ordered in the 365 days before the date; of those whose loss is to leave the roster,
//! who was on it at the date. Only dates count whose days after them are over by the as-of date.

mod horizon;
mod observations;

use rayon::prelude::*;

use super::fit::{Fit, fit};
use super::{CHUNK, leaves_out_protected};
use crate::canonical::CanonicalTables;
use crate::catalog::health::{Loss, Model};
use crate::facts::context::Settings;
use crate::facts::health::{Moment, Scorer, missing_input, moments};
use crate::measure::{FEWEST, Private};
use crate::period::{Grain, Period};
use crate::schema::{Micros, NO_CODE, Table, stakeholders};
use crate::stats::Confidence;
use horizon::Task;
pub use horizon::{Finding, Horizon, Portion};
use observations::observe;
pub use observations::{Observation, Observations, is_lost};

/// The days after a date in which losses are looked for.
pub const HORIZONS: [i32; 3] = [30, 60, 90];
/// Who ordered in so many days before a date could be lost.
pub const LOOKBACK_DAYS: i32 = 365;
/// So many days of data must be there before the first date.
pub const HISTORY_DAYS: i32 = 90;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The length of the periods.
    pub grain: Grain,
    /// At most so many ends of periods.
    pub last: usize,
    /// By code of a stakeholder its group; [`NO_CODE`] for those who are left out.
    pub group_of: Vec<u32>,
    /// Whether weights are proposed.
    pub fit: bool,
    /// How intervals are found.
    pub confidence: Confidence,
}

/// The backtest of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// The index of the model.
    pub model: usize,
    /// What counts as a loss.
    pub loss: Loss,
    /// The dates, the earliest first.
    pub ends: Vec<Micros>,
    /// Stakeholders at dates without a score, which are left out; `None` if they are of few protected people.
    pub unscored: Option<u64>,
    /// The inputs give less than the minimum coverage of the model, so what is ranked is the mean of the parts there are.
    pub below_minimum: bool,
    /// By the days after the date; those that are over for some date.
    pub horizons: Vec<Horizon>,
}

/// All backtests, and the weights that they propose.
#[derive(Debug, Default)]
pub struct Backtests {
    /// By model.
    pub each: Vec<Backtest>,
    /// The models whose tests would show something about few protected people.
    pub hidden: Vec<usize>,
    /// Proposed weights, where these are asked for, by model.
    pub fits: Vec<Fit>,
}

/// How a model is tested.
#[derive(Debug, Clone, Copy)]
struct Test {
    loss: Loss,
    below_minimum: bool,
}

/// The dates: ends of periods with 90 days of data before them and at least 30 days after them.
pub fn ends(canonical: &CanonicalTables, grain: Grain, last: usize) -> Vec<Micros> {
    let zone = &canonical.zone;
    let tables = canonical.tables.values().filter(|rows| rows.table != Table::Stakeholders);
    let first = tables.map(|rows| rows.first_event).filter(|first| *first != Micros::MAX).min();
    let Some(first) = first else { return Vec::new() };
    let earliest = zone.midnight(zone.day_of(first) + HISTORY_DAYS);
    let newest = Period::last_complete(grain, canonical.as_of, zone);
    let is_over = |end: Micros| zone.midnight(zone.day_of(end) + HORIZONS[0]) <= canonical.as_of;
    let periods = std::iter::successors(Some(newest), |period| Some(period.previous()));
    let ends = periods.map(|period| period.end).take_while(|end| *end >= earliest);
    let mut ends: Vec<Micros> = ends.skip_while(|end| !is_over(*end)).take(last).collect();
    ends.reverse();
    ends
}

/// Tests all models on the past.
pub fn backtests(canonical: &CanonicalTables, settings: &Settings, request: &Request) -> Backtests {
    let ends = ends(canonical, request.grain, request.last);
    let models = settings.health.all();
    let tests: Vec<Option<Test>> = models.iter().map(|model| test(model, canonical, settings)).collect();
    let moments = moments(canonical, settings, &ends);
    let starts: Vec<u32> = (0..canonical.nobody()).step_by(CHUNK as usize).collect();
    let chunks: Vec<Vec<Observations>> = starts
        .into_par_iter()
        .map_init(
            || Scorer::new(canonical, settings),
            |scorer, start| {
                let mut found = vec![Observations::default(); models.len()];
                for stakeholder in start..(start + CHUNK).min(canonical.nobody()) {
                    if request.group_of[stakeholder as usize] != NO_CODE {
                        observe(scorer, stakeholder, &moments, &tests, &mut found);
                    }
                }
                found
            },
        )
        .collect();
    let mut all = vec![Observations::default(); models.len()];
    for chunk in chunks {
        for (all, found) in all.iter_mut().zip(chunk) {
            all.each.extend(found.each);
            all.points.extend(found.points);
        }
    }
    let private = Private::new(canonical);
    let is_private = |stakeholder: u32| private.is(stakeholder, 0);
    let leaves_out = leaves_out_protected(canonical, &private, &request.group_of);
    let mut results = Backtests::default();
    for (model, observations) in all.into_iter().enumerate() {
        let (Some(test), false) = (tests[model], observations.each.is_empty()) else {
            continue;
        };
        let of = |keep: fn(&&Observation) -> bool| observations.each.iter().filter(keep).map(|one| one.stakeholder);
        let is_divided = leaves_out && of(|_| true).any(is_private);
        if is_divided || is_about_few(of(|_| true), &is_private) || is_about_few(of(|one| one.score.is_some()), &is_private) {
            results.hidden.push(model);
            continue;
        }
        let unscored = of(|one| one.score.is_none());
        let unscored = (!is_about_few(unscored.clone(), &is_private)).then(|| unscored.count() as u64);
        let days: Vec<i32> = HORIZONS.to_vec();
        let over = |days: i32| {
            let zone = &canonical.zone;
            let is_over = |moment: &Moment| zone.midnight(moment.today + days) <= canonical.as_of;
            moments.iter().take_while(|moment| is_over(moment)).count()
        };
        let horizons = days.iter().filter(|days| over(**days) > 0).map(|&days| {
            let task = Task {
                observations: &observations,
                parts: models[model].parts.len(),
                loss: test.loss,
                days,
                ends: over(days),
                is_private: &is_private,
                confidence: request.confidence,
            };
            task.horizon()
        });
        let tested = Backtest {
            model,
            loss: test.loss,
            ends: ends.clone(),
            unscored,
            below_minimum: test.below_minimum,
            horizons: horizons.flatten().collect(),
        };
        if request.fit {
            results
                .fits
                .push(fit(&models[model], &tested, &observations, over, request.confidence));
        }
        results.each.push(tested);
    }
    results
}

/// Whether some of these stakeholders are protected, and few of them. A stakeholder may come several times, one time after the other.
fn is_about_few(stakeholders: impl Iterator<Item = u32>, is_private: &dyn Fn(u32) -> bool) -> bool {
    let mut last = None;
    let mut others = stakeholders.filter(|stakeholder| is_private(*stakeholder));
    let protected = others
        .by_ref()
        .filter(|stakeholder| last.replace(*stakeholder) != Some(*stakeholder));
    (1..FEWEST as usize).contains(&protected.take(FEWEST as usize).count())
}

/// How a model can be tested: by orders if there are any and that is its loss, else by the ends on the roster; `None` if the inputs give neither.
fn test(model: &Model, canonical: &CanonicalTables, settings: &Settings) -> Option<Test> {
    let has_orders = canonical.table(Table::Purchases).is_some_and(|rows| rows.len > 0);
    let loss = match (model.loss, has_orders, canonical.is_mapped(&stakeholders::ENDED_AT)) {
        (Loss::NoOrder, true, _) => Loss::NoOrder,
        (Loss::NoOrder, false, true) | (Loss::LeftRoster, _, true) => Loss::LeftRoster,
        (Loss::NoOrder, false, false) | (Loss::LeftRoster, _, false) => return None,
    };
    let given = model
        .parts
        .iter()
        .filter(|part| missing_input(part.measure, canonical, settings).is_none());
    let weight: f64 = given.map(|part| part.weight).sum();
    Some(Test {
        loss,
        below_minimum: weight < model.minimum_coverage * model.weight() - 1e-9,
    })
}
