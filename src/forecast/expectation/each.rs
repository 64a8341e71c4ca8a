//! What is expected of each stakeholder and of all together, at the parameters of the fit and of the resamples.
//!
//! Stakeholders with the same history have the same expected orders, and of all with the same repeats and age those who have not left do.
//! So the work is done for each history once, and a stakeholder costs what the own mean amount makes different.

use std::ops::Range;

use rayon::prelude::*;

use super::Expectation;
use super::resamples::Resampled;
use crate::forecast::{Expected, Ranged};
use crate::stats::customer_base::{History, Predictions, limits};

/// Runs of histories that are computed one after the other.
const PART: usize = 64;

/// The sums over all stakeholders, at each of some parameters.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    /// Of the probabilities of being a customer still.
    pub alive: Vec<f64>,
    /// Of expected orders.
    pub orders: Vec<f64>,
    /// Of expected revenue, at those parameters that include spend.
    pub revenue: Vec<f64>,
    /// The same, discounted.
    pub value: Vec<f64>,
}

impl Sums {
    fn of(points: usize, with_spend: usize) -> Sums {
        Sums {
            alive: vec![0.0; points],
            orders: vec![0.0; points],
            revenue: vec![0.0; with_spend],
            value: vec![0.0; with_spend],
        }
    }

    fn add(&mut self, other: &Sums) {
        let columns = [
            (&mut self.alive, &other.alive),
            (&mut self.orders, &other.orders),
            (&mut self.revenue, &other.revenue),
            (&mut self.value, &other.value),
        ];
        for (sums, others) in columns {
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
        }
    }
}

/// What is expected of each stakeholder.
#[derive(Debug, Default)]
pub struct Each {
    /// In the order of the histories.
    found: Vec<Expected>,
    /// By stakeholder: its place in that order.
    places: Vec<u32>,
}

impl Each {
    /// What is expected of a stakeholder, by its index among the buyers.
    pub fn of(&self, buyer: usize) -> Option<Expected> {
        self.found.get(*self.places.get(buyer)? as usize).copied()
    }
}

/// The sums at each of some parameters, and each stakeholder at the first of them with intervals from the others.
pub fn each(expectation: &Expectation, points: &[Resampled]) -> (Sums, Each) {
    let base = expectation.base;
    let orders: Vec<_> = points.iter().map(|point| point.orders).collect();
    let members = Members::of(base.of_customer(), base.histories().len());
    let runs = runs(base.histories());
    let with_spend: Vec<usize> = (0..points.len()).filter(|&i| points[i].spend.is_some()).collect();
    let job = Job {
        expectation,
        predictions: base.predict_all(&orders),
        spend: with_spend.iter().filter_map(|&i| points[i].spend).collect(),
        with_spend,
        members: &members,
    };
    let mut found = vec![Expected::UNKNOWN; expectation.buyers.len()];
    let mut rest = found.as_mut_slice();
    let mut parts: Vec<(&[Range<usize>], &mut [Expected])> = Vec::new();
    for part in runs.chunks(PART) {
        let last = part.last().map_or(0, |run| run.end);
        let done = expectation.buyers.len() - rest.len();
        let (own, after) = rest.split_at_mut(members.starts[last] as usize - done);
        parts.push((part, own));
        rest = after;
    }
    let sums: Vec<Sums> = parts.into_par_iter().map(|(runs, found)| job.part(runs, found)).collect();
    let mut all = Sums::of(points.len(), job.spend.len());
    sums.iter().for_each(|sums| all.add(sums));
    let places = members.places();
    (all, Each { found, places })
}

/// The stakeholders of each history.
struct Members {
    /// By history where its stakeholders start; with the end of the last.
    starts: Vec<u32>,
    /// The stakeholders.
    members: Vec<u32>,
}

impl Members {
    fn of(histories: &[u32], number: usize) -> Members {
        let mut starts = vec![0u32; number + 1];
        histories.iter().for_each(|&history| starts[history as usize + 1] += 1);
        for i in 0..number {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut members = vec![0; histories.len()];
        for (member, &history) in (0u32..).zip(histories) {
            let at = &mut next[history as usize];
            members[*at as usize] = member;
            *at += 1;
        }
        Members { starts, members }
    }

    fn of_history(&self, history: usize) -> &[u32] {
        &self.members[self.starts[history] as usize..self.starts[history + 1] as usize]
    }

    /// By stakeholder its place in the order of the histories.
    fn places(&self) -> Vec<u32> {
        let mut places = vec![0; self.members.len()];
        for (place, &member) in (0u32..).zip(&self.members) {
            places[member as usize] = place;
        }
        places
    }
}

struct Job<'a> {
    expectation: &'a Expectation<'a>,
    predictions: Predictions<'a>,
    /// The parameters that include spend, and it.
    with_spend: Vec<usize>,
    spend: Vec<[f64; 3]>,
    members: &'a Members,
}

/// The mean amount that is expected of a stakeholder, at each of the parameters: a number, and what is added for each unit of money so far.
struct Amounts {
    fixed: Vec<f64>,
    by_total: Vec<f64>,
}

impl Amounts {
    /// Of stakeholders whose amounts are known of so many repeats: equation 5 of Fader and Hardie (2013).
    fn of(spend: &[[f64; 3]], repeats: u32) -> Amounts {
        let x = f64::from(repeats);
        Amounts {
            fixed: spend.iter().map(|[p, q, v]| p * v / (p * x + q - 1.0)).collect(),
            by_total: spend.iter().map(|[p, q, _]| p / (p * x + q - 1.0)).collect(),
        }
    }
}

impl Job<'_> {
    /// Some runs of histories with the same repeats and age, one after the other.
    fn part(&self, runs: &[Range<usize>], mut found: &mut [Expected]) -> Sums {
        let Expectation { base, request, buyers, .. } = self.expectation;
        let (level, weeks) = (request.level, request.weeks());
        let (number, with_spend) = (self.predictions.number(), self.spend.len());
        let mut sums = Sums::of(number, with_spend);
        let (mut staying, mut alive, mut orders) = (vec![0.0; number], vec![0.0; number], vec![0.0; number]);
        let (mut orders_of_spend, mut revenue) = (vec![0.0; with_spend], vec![0.0; with_spend]);
        let unknown = Amounts::of(&self.spend, 0);
        for run in runs {
            let History { repeats, age, .. } = base.histories()[run.start];
            self.predictions.expected_if_alive(repeats, age, weeks, &mut staying);
            // The factor hardly depends on the parameters: that of the fit is the factor of all resamples.
            let factor = self.expectation.discount_factor(self.predictions.first(), repeats, age);
            let known = Amounts::of(&self.spend, repeats);
            for history in run.clone() {
                self.predictions.alive(history, &mut alive);
                for ((orders, alive), staying) in orders.iter_mut().zip(&alive).zip(&staying) {
                    *orders = alive * staying;
                }
                for (of_spend, &point) in orders_of_spend.iter_mut().zip(&self.with_spend) {
                    *of_spend = orders[point];
                }
                let (of_alive, of_orders) = (ranged(&alive, level), ranged(&orders, level));
                let members = self.members.of_history(history);
                let (own, after) = found.split_at_mut(members.len());
                found = after;
                let (mut of_unknown, mut of_known, mut total) = (0.0, 0.0, 0.0);
                for (&member, expected) in members.iter().zip(own) {
                    let buyer = &buyers[member as usize];
                    let spent = f64::from(buyer.known_repeats()) * buyer.mean;
                    let amounts = if buyer.known_repeats() > 0 {
                        of_known += 1.0;
                        total += spent;
                        &known
                    } else {
                        of_unknown += 1.0;
                        &unknown
                    };
                    for (i, revenue) in revenue.iter_mut().enumerate() {
                        *revenue = (amounts.fixed[i] + amounts.by_total[i] * spent) * orders_of_spend[i];
                    }
                    *expected = Expected {
                        alive: of_alive,
                        orders: of_orders,
                        revenue: revenue.first().copied(),
                        value: (!revenue.is_empty()).then(|| ranged(&revenue, level).times(factor)),
                    };
                }
                let n = members.len() as f64;
                sums.alive.iter_mut().zip(&alive).for_each(|(sum, alive)| *sum += n * alive);
                sums.orders.iter_mut().zip(&orders).for_each(|(sum, orders)| *sum += n * orders);
                for (i, orders) in orders_of_spend.iter().enumerate() {
                    let amount = of_unknown * unknown.fixed[i] + of_known * known.fixed[i] + total * known.by_total[i];
                    sums.revenue[i] += orders * amount;
                    sums.value[i] += orders * amount * factor;
                }
            }
        }
        sums
    }
}

/// The runs of histories with the same repeats and age.
fn runs(histories: &[History]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for run in histories.chunk_by(|a, b| (a.repeats, a.age) == (b.repeats, b.age)) {
        let start = runs.last().map_or(0, |last| last.end);
        runs.push(start..start + run.len());
    }
    runs
}

/// The first value with an interval from the others.
pub fn ranged(values: &[f64], level: f64) -> Ranged {
    Ranged {
        value: values[0],
        interval: limits(&values[1..], level),
    }
}
