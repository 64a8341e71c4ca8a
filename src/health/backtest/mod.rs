//! What scores have meant in the past: at each of the last ends of periods, scores by what was known then are compared with what happened in
//! the days after.
//!
//! Who could be lost: of those whose loss is no order, who ordered in the 365 days before the date; of those whose loss is to leave the roster,
//! who was on it at the date. Only dates count whose days after them are over by the as-of date.

use rayon::prelude::*;

use super::CHUNK;
use super::fit::{Fit, fit};
use crate::canonical::CanonicalTables;
use crate::catalog::health::{Band, Loss, Model};
use crate::codes::codes;
use crate::facts::context::Settings;
use crate::facts::health::{Moment, Presence, Scorer, bands, missing_input, moments};
use crate::measure::{FEWEST, Private};
use crate::period::{Grain, Period};
use crate::schema::{Micros, NO_CODE, NO_TIME, Table, stakeholders};
use crate::stats::discrimination::{Area, Outcomes, area, area_difference, lift_of_highest_tenth};
use crate::stats::{ClusterSums, Confidence, Estimate, NoIntervalReason, share};

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

/// A stakeholder at a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Its code.
    pub stakeholder: u32,
    /// Which date.
    pub end: u32,
    /// Its score; `None` if too few parts have data.
    pub score: Option<f64>,
    /// Its band, with those at the dates before.
    pub band: Option<Band>,
    /// Days since its last order, or since it was last active.
    pub recency: f64,
    /// Days until its next order, or until it left; `i32::MAX` if neither is known.
    pub until: i32,
}

/// The observations of a model, by stakeholder and date.
#[derive(Debug, Clone, Default)]
pub struct Observations {
    /// Stakeholders at dates.
    pub each: Vec<Observation>,
    /// The points of the parts, one after the other for each observation; NaN without data.
    pub points: Vec<f64>,
}

codes! {
    /// What a backtest says of a score.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Finding {
        /// Too few were lost, or kept, to say anything.
        TooFew = "too few",
        /// The interval of the area includes chance.
        Nothing = "finds nothing",
        /// Those with high scores were lost more often.
        WrongWay = "wrong way",
        /// It is not clearly better than recency alone.
        NotBetterThanRecency = "not better than recency",
        /// Recency alone is better.
        WorseThanRecency = "worse than recency",
        /// It is better than recency alone.
        BetterThanRecency = "better than recency",
    }
}

/// A share of observations, with an interval by stakeholder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Portion {
    /// How many.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
    /// Of how many stakeholders.
    pub stakeholders: u64,
    /// The share; `None` of nothing, and of few protected people.
    pub estimate: Option<Estimate>,
}

/// What was found for a number of days.
#[derive(Debug, Clone, PartialEq)]
pub struct Horizon {
    /// The days after the date.
    pub days: i32,
    /// How many dates count.
    pub ends: usize,
    /// Stakeholders at dates, those lost of them, and the number of stakeholders.
    pub all: Portion,
    /// How well low scores rank who is lost.
    pub auc: Option<Area>,
    /// How well the time since the last order, or the last activity, does alone.
    pub recency_auc: Option<Area>,
    /// The first minus the second.
    pub difference: Option<Area>,
    /// The share of the lost in the tenth with the lowest scores, divided by their share in all.
    pub lift: Option<f64>,
    /// By band, the share that was lost.
    pub bands: [Portion; 3],
    /// Of the lost, the share that was healthy.
    pub misses: Portion,
    /// Of those at risk or critical, the share that was not lost.
    pub false_alarms: Portion,
    /// By ten points of the score, from 0, the share that was lost.
    pub calibration: Vec<Portion>,
    /// By part: how many have data, and how well it ranks alone.
    pub parts: Vec<(u64, Option<Area>)>,
    /// What that says of the score.
    pub finding: Finding,
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
    /// Stakeholders at dates without a score, which are left out.
    pub unscored: u64,
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
    let mut results = Backtests::default();
    for (model, observations) in all.into_iter().enumerate() {
        let (Some(test), false) = (tests[model], observations.each.is_empty()) else {
            continue;
        };
        let is_private = observations.each.iter().all(|one| private.is(one.stakeholder, 0));
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
                is_private,
                confidence: request.confidence,
            };
            task.horizon()
        });
        let tested = Backtest {
            model,
            loss: test.loss,
            ends: ends.clone(),
            unscored: observations.each.iter().filter(|one| one.score.is_none()).count() as u64,
            below_minimum: test.below_minimum,
            horizons: horizons.collect(),
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

/// Adds what a stakeholder was at each date.
fn observe(scorer: &mut Scorer, stakeholder: u32, moments: &[Moment], tests: &[Option<Test>], found: &mut [Observations]) {
    scorer.read(stakeholder);
    let mut scores: Vec<Option<f64>> = Vec::with_capacity(moments.len());
    let mut places: Vec<(usize, usize, usize)> = Vec::new();
    let mut last_model = None;
    for (end, moment) in moments.iter().enumerate() {
        let Presence::Here { model, .. } = scorer.at(moment) else {
            scores.push(None);
            continue;
        };
        last_model = Some(model);
        let score = match tests[model] {
            Some(test) if test.below_minimum => scorer.mean_of_parts(model),
            Some(_) | None => scorer.score(model).score,
        };
        scores.push(score);
        let Some(test) = tests[model] else { continue };
        let Some((recency, until)) = outcome(scorer, moment, test.loss) else {
            continue;
        };
        let of_model = &mut found[model];
        places.push((end, model, of_model.each.len()));
        let parts = &scorer.models().all()[model].parts;
        let points = parts.iter().zip(&scorer.readings).map(|(part, reading)| match reading {
            Ok(measured) => part.curve.points(measured.value),
            Err(_) => f64::NAN,
        });
        of_model.points.extend(points);
        of_model.each.push(Observation {
            stakeholder,
            end: end as u32,
            score,
            band: None,
            recency,
            until,
        });
    }
    let Some(model) = last_model else { return };
    let bands = bands(&scorer.models().all()[model], scores);
    for (end, model, at) in places {
        found[model].each[at].band = bands[end];
    }
}

/// Days since the last order or activity, and days until the next order or the end on the roster; `None` for who could not be lost.
fn outcome(scorer: &mut Scorer, moment: &Moment, loss: Loss) -> Option<(f64, i32)> {
    match loss {
        Loss::NoOrder => {
            let orders = &scorer.history().orders;
            let known = orders.partition_point(|order| order.at < moment.at);
            let since = moment.today - orders[..known].last()?.day;
            let next = orders.get(known).map_or(i32::MAX, |order| order.day - moment.today);
            (since <= LOOKBACK_DAYS).then_some((f64::from(since), next))
        }
        Loss::LeftRoster => {
            scorer.history().roster_row(moment.at)?;
            let end = scorer.end_of_spell(moment.at);
            let until = if end == Micros::MAX {
                i32::MAX
            } else {
                moment.day_of(end) - moment.today
            };
            let history = scorer.history();
            let last = [
                history
                    .contacts
                    .iter()
                    .rev()
                    .find(|contact| contact.at < moment.at)
                    .map(|contact| contact.at),
                history.orders.iter().rev().find(|order| order.at < moment.at).map(|order| order.at),
                history.answers.iter().map(|(at, _)| *at).filter(|at| *at < moment.at).max(),
            ];
            let start = history.roster.iter().rev().map(|row| row.start).find(|start| *start < moment.at);
            let last = last.into_iter().flatten().max().or(start.filter(|start| *start != NO_TIME));
            // Who was never active is the least recent of all.
            let since = last.map_or(f64::from(i32::MAX), |last| f64::from(moment.today - moment.day_of(last)));
            Some((since, until))
        }
    }
}

/// One horizon of one model.
struct Task<'a> {
    observations: &'a Observations,
    parts: usize,
    loss: Loss,
    days: i32,
    ends: usize,
    is_private: bool,
    confidence: Confidence,
}

/// Whether a stakeholder was lost within so many days.
pub fn is_lost(one: &Observation, loss: Loss, days: i32) -> bool {
    match loss {
        Loss::NoOrder => one.until >= days,
        Loss::LeftRoster => one.until < days,
    }
}

impl Task<'_> {
    fn horizon(&self) -> Horizon {
        let is_over = |one: &Observation| (one.end as usize) < self.ends;
        let all = self.observations.each.iter().enumerate().filter(|(_, one)| is_over(one));
        let scored: Vec<(usize, &Observation, f64)> = all.filter_map(|(at, one)| Some((at, one, one.score?))).collect();
        let events: Vec<bool> = scored.iter().map(|(_, one, _)| is_lost(one, self.loss, self.days)).collect();
        let clusters: Vec<u32> = scored.iter().map(|(_, one, _)| one.stakeholder).collect();
        let risks: Vec<f64> = scored.iter().map(|(_, _, score)| -score).collect();
        let recency: Vec<f64> = scored.iter().map(|(_, one, _)| one.recency).collect();
        let outcomes = Outcomes {
            events: &events,
            clusters: &clusters,
        };
        let level = self.confidence.level;
        let lost = |keep: &dyn Fn(usize) -> bool| self.portion(&clusters, keep, &|at| events[at]);
        let in_band = |band: Band| lost(&|at: usize| scored[at].1.band == Some(band));
        let is_healthy = |at: usize| scored[at].1.band == Some(Band::Healthy);
        let auc = area(&risks, outcomes, level);
        let difference = area_difference(&risks, &recency, outcomes, level);
        let bands = Band::ALL.map(in_band);
        // From all but one of the bands the last one follows.
        let reveals = self.is_private && bands.iter().any(|band| band.whole > 0 && band.stakeholders < FEWEST);
        let hide = |portion: Portion| match reveals {
            true => Portion::hidden(),
            false => portion,
        };
        let calibration = (0..10).map(|bin| {
            let is_in = |score: f64| ((score / 10.0) as usize).min(9) == bin;
            lost(&|at: usize| is_in(scored[at].2))
        });
        Horizon {
            days: self.days,
            ends: self.ends,
            all: lost(&|_| true),
            finding: finding(auc, difference),
            recency_auc: area(&recency, outcomes, level),
            lift: lift_of_highest_tenth(&risks, &events),
            misses: hide(self.portion(&clusters, &|at| events[at], &is_healthy)),
            false_alarms: hide(self.portion(&clusters, &|at| !is_healthy(at), &|at| !events[at])),
            calibration: if self.is_private { Vec::new() } else { calibration.collect() },
            parts: (0..self.parts).map(|part| self.part(part, &scored, &events)).collect(),
            bands: bands.map(hide),
            difference,
            auc,
        }
    }

    /// Of the observations that are kept, the share for which something holds.
    fn portion(&self, clusters: &[u32], keep: &dyn Fn(usize) -> bool, holds: &dyn Fn(usize) -> bool) -> Portion {
        let mut sums = ClusterSums::default();
        let (mut part, mut whole, mut start) = (0, 0, 0);
        for run in clusters.chunk_by(|a, b| a == b) {
            let (mut x, mut n) = (0u64, 0u64);
            for at in (start..start + run.len()).filter(|at| keep(*at)) {
                x += u64::from(holds(at));
                n += 1;
            }
            start += run.len();
            sums.add(x as f64, n as f64);
            (part, whole) = (part + x, whole + n);
        }
        Portion {
            part,
            whole,
            stakeholders: sums.clusters,
            estimate: (whole > 0).then(|| share(&sums, whole as f64, self.confidence)),
        }
    }

    /// How many observations have data for a part, and how well its points rank alone.
    fn part(&self, part: usize, scored: &[(usize, &Observation, f64)], events: &[bool]) -> (u64, Option<Area>) {
        let points = |at: usize| self.observations.points[at * self.parts + part];
        let with = || scored.iter().zip(events).filter(|((at, ..), _)| !points(*at).is_nan());
        let risks: Vec<f64> = with().map(|((at, ..), _)| -points(*at)).collect();
        let clusters: Vec<u32> = with().map(|((_, one, _), _)| one.stakeholder).collect();
        let events: Vec<bool> = with().map(|(_, event)| *event).collect();
        let outcomes = Outcomes {
            events: &events,
            clusters: &clusters,
        };
        (risks.len() as u64, area(&risks, outcomes, self.confidence.level))
    }
}

impl Portion {
    fn hidden() -> Portion {
        Portion {
            part: 0,
            whole: 0,
            stakeholders: 0,
            estimate: None,
        }
    }
}

/// What the areas say. Without an interval there are too few; of a score that ranks all right there is none because nothing varies.
fn finding(auc: Option<Area>, difference: Option<Area>) -> Finding {
    let Some(auc) = auc else { return Finding::TooFew };
    let (low, high) = match auc.interval {
        Ok(interval) => (interval.low.unwrap_or(0.0), interval.high.unwrap_or(1.0)),
        Err(NoIntervalReason::ZeroVariance) => (auc.value, auc.value),
        Err(NoIntervalReason::TooFew | NoIntervalReason::NotDefined) => return Finding::TooFew,
    };
    if high < 0.5 {
        return Finding::WrongWay;
    }
    if low <= 0.5 {
        return Finding::Nothing;
    }
    match difference.and_then(|difference| difference.interval.ok()) {
        Some(interval) if interval.low.is_some_and(|low| low > 0.0) => Finding::BetterThanRecency,
        Some(interval) if interval.high.is_some_and(|high| high < 0.0) => Finding::WorseThanRecency,
        Some(_) | None => Finding::NotBetterThanRecency,
    }
}
