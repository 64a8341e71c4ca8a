//! What stakeholders were at the dates of a test, and what happened to them in the days after.

use super::{LOOKBACK_DAYS, Test};
use crate::catalog::health::{Band, Loss};
use crate::facts::health::{Moment, Presence, Scorer, bands};
use crate::schema::{Micros, NO_TIME};

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

/// Whether a stakeholder was lost within so many days.
pub fn is_lost(one: &Observation, loss: Loss, days: i32) -> bool {
    match loss {
        Loss::NoOrder => one.until >= days,
        Loss::LeftRoster => one.until < days,
    }
}

/// Adds what a stakeholder was at each date.
pub fn observe(scorer: &mut Scorer, stakeholder: u32, moments: &[Moment], tests: &[Option<Test>], found: &mut [Observations]) {
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
