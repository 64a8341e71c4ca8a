//! Scores and segments of customers.

use super::customers::Known;
use crate::catalog::segments::{Limits, Scores, SegmentTable};
use crate::schema::MONEY_SCALE;
use crate::stats::scores::{quintile_scores, score_from, score_up_to};

/// How customers get their scores and segments.
pub(super) struct Scoring<'a> {
    pub limits: &'a Limits,
    pub table: SegmentTable,
    pub with_money: bool,
}

impl Scoring<'_> {
    /// The scores and the segment of each customer.
    pub fn of(&self, customers: impl Iterator<Item = Known>) -> Vec<(Scores, Option<usize>)> {
        let all: Vec<Known> = customers.collect();
        let recency = || match &self.limits.recency {
            // The longer ago, the worse.
            None => quintile_scores(&all.iter().map(|one| -i64::from(one.recency)).collect::<Vec<_>>()),
            Some(limits) => all.iter().map(|one| score_up_to(f64::from(one.recency), limits)).collect(),
        };
        let frequency = || match &self.limits.frequency {
            None => quintile_scores(&all.iter().map(|one| one.frequency).collect::<Vec<_>>()),
            Some(limits) => all.iter().map(|one| score_from(f64::from(one.frequency), limits)).collect(),
        };
        let monetary = || match &self.limits.monetary {
            None => quintile_scores(&all.iter().map(|one| one.monetary).collect::<Vec<_>>()),
            Some(limits) => all.iter().map(|one| score_from(in_units(one.monetary), limits)).collect(),
        };
        let (r, (f, m)) = rayon::join(recency, || rayon::join(frequency, monetary));
        let scored = r.into_iter().zip(f).zip(m).map(|((r, f), m)| {
            let m = self.with_money.then_some(m);
            let scores = Scores { r, f, m };
            (scores, self.table.of(scores))
        });
        scored.collect()
    }
}

pub(super) fn in_units(money: i128) -> f64 {
    money as f64 / MONEY_SCALE as f64
}
