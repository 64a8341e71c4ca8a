//! From what was counted to a cell: the value, its interval, or why there is none.

use super::tally::{Pairs, Tally};
use crate::catalog::{Entity, Exposure, Form, Kind, Metric, Under};
use crate::report::{AbsentReason, Cell};
use crate::stats::{self, Estimate, Interval, NoIntervalReason, Side, Studentised, concentration};

/// What was estimated of a cell, beside what the cell shows: what a difference needs.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Value and limits, where both are there.
    pub side: Option<Side>,
    /// The sums over stakeholders, where the metric has them.
    pub pairs: Option<Pairs>,
    /// The exposure of a rate.
    pub exposure: Option<f64>,
    /// How many of the stakeholders are protected as a small group.
    pub private: u64,
}

impl Known {
    /// Value and limits at another level, where they follow from sums: at once, or from resampling, which costs more.
    pub fn side_at(&self, metric: &Metric, level: f64) -> Option<Side> {
        let pairs = self.pairs.as_ref()?;
        match metric.kind {
            Kind::Share { .. } | Kind::NetShare { .. } => {}
            Kind::Rate { .. } if self.exposure.is_some() => {}
            Kind::Mean { .. } | Kind::Ratio { .. } if pairs.few().is_none() => {}
            _ => return None,
        }
        estimate(metric, pairs, None, self.exposure.unwrap_or_default(), level).side()
    }

    /// What the few stakeholders of a mean or a ratio were resampled to.
    pub fn resampled(&self, metric: &Metric) -> Option<Studentised> {
        let few = self.pairs.as_ref().filter(|_| self.side.is_some())?.few()?;
        matches!(metric.kind, Kind::Mean { .. } | Kind::Ratio { .. })
            .then(|| Studentised::of(few).ok())
            .flatten()
    }
}

/// Fills the cell's value, limits and counts from what was counted. No row in the whole is "no rows", but for counts and sums, of
/// which nothing is zero; rows whose denominators add up to nothing are "zero denominator".
pub fn finish(
    metric: &Metric,
    tally: Option<&mut Tally>,
    ranked: Option<Estimate>,
    scales: (f64, f64),
    level: f64,
    cell: &mut Cell,
) -> Known {
    let Some(tally) = tally else {
        match metric.kind {
            Kind::Count { .. } | Kind::Sum { .. } => {
                cell.value = Some(0.0);
                cell.part = Some(0.0);
                cell.interval_absent = Some(AbsentReason::NotDefined);
            }
            _ => cell.absent = Some(AbsentReason::NoRows),
        }
        return Known {
            pairs: Some(Pairs::default()),
            ..Known::default()
        };
    };
    match tally {
        Tally::Pairs(pairs) => finish_pairs(metric, pairs, scales, level, cell),
        Tally::Distinct(things, pairs) => finish_distinct(metric, things.len(), pairs, scales, cell),
        Tally::Values(values) => {
            let Some(estimate) = ranked else { return Known::default() };
            finish_ranked(values.values.len() as u64, values.stakeholders(), estimate, cell)
        }
        Tally::Survival(observations, _) => {
            let Kind::SurvivalQuantile { q, .. } = metric.kind else {
                return Known::default();
            };
            cell.n = Some(observations.len() as u64);
            cell.part = Some(observations.iter().filter(|o| o.event).count() as f64);
            cell.whole = Some(observations.len() as f64);
            let mut owners: Vec<u32> = observations.iter().map(|o| o.cluster).collect();
            owners.sort_unstable();
            let anonymous = owners.iter().filter(|o| **o == crate::schema::NO_CODE).count() as u64;
            owners.dedup();
            cell.stakeholders = Some(owners.iter().filter(|o| **o != crate::schema::NO_CODE).count() as u64 + anonymous);
            let survival = stats::survival_quantile(observations, q, level);
            cell.deff = survival.deff;
            cell.method = Some(survival.method);
            match survival.estimate {
                Ok(value) => cell.value = Some(value),
                Err(_) => cell.absent = Some(AbsentReason::NotReached),
            }
            set_interval(cell, survival.interval);
            Known {
                side: survival.side(),
                ..Known::default()
            }
        }
        Tally::Groups(groups) => {
            let Kind::Concentration { form, .. } = metric.kind else {
                return Known::default();
            };
            cell.n = Some(groups.rows);
            cell.stakeholders = Some(groups.stakeholders);
            let totals: Vec<f64> = groups
                .totals
                .values()
                .map(|(i, f)| if *i != 0 { *i as f64 / scales.0 } else { *f })
                .collect();
            let kept: Vec<f64> = totals.into_iter().filter(|t| *t >= 0.0).collect();
            cell.whole = Some(kept.iter().sum());
            cell.value = concentrate(form, &kept);
            cell.interval_absent = Some(AbsentReason::NotDefined);
            if cell.value.is_none() {
                cell.absent = Some(AbsentReason::ZeroDenominator);
            }
            Known::default()
        }
    }
}

/// A measure of concentration; `None` where the totals add up to nothing.
pub fn concentrate(form: Form, totals: &[f64]) -> Option<f64> {
    match form {
        Form::Hhi => concentration::hhi(totals),
        Form::EffectiveNumber => concentration::effective_number(totals),
        Form::Gini => concentration::gini(totals),
        Form::Top(k) => concentration::top_share(totals, k as usize),
        Form::FewestTo(share) => concentration::fewest_to(totals, share).map(|n| n as f64),
    }
}

fn finish_pairs(metric: &Metric, pairs: &Pairs, scales: (f64, f64), level: f64, cell: &mut Cell) -> Known {
    let (x, n) = pairs.totals(scales);
    cell.n = Some(pairs.rows);
    cell.stakeholders = Some(pairs.stakeholders);
    cell.part = Some(x);
    let mut known = Known {
        pairs: Some(pairs.clone()),
        ..Known::default()
    };
    match &metric.kind {
        Kind::Count {
            distinct: Some(Entity::Stakeholder),
        } => {
            cell.value = Some(pairs.stakeholders as f64);
            cell.interval_absent = Some(AbsentReason::NotDefined);
            return known;
        }
        Kind::Count { .. } | Kind::Sum { .. } => {
            cell.value = Some(x);
            cell.interval_absent = Some(AbsentReason::NotDefined);
            return known;
        }
        // Events per the value of another metric: that one is known only when all are finished.
        Kind::Rate {
            exposure: Exposure::Metric(_),
            ..
        } => return known,
        _ if n == 0.0 => {
            cell.whole = Some(0.0);
            cell.absent = Some(if pairs.rows == 0 {
                AbsentReason::NoRows
            } else {
                AbsentReason::ZeroDenominator
            });
            return known;
        }
        Kind::NetShare { .. } => {
            cell.part = Some(pairs.plus);
            cell.part_minus = Some(pairs.minus);
        }
        Kind::Rate { .. } => known.exposure = Some(n),
        _ => {}
    }
    cell.whole = Some(n);
    known.side = take(cell, estimate(metric, pairs, pairs.few(), n, level)).side;
    // Sums of integers are exact: the quotient is taken of them, not of sums of quotients.
    if let (Kind::Ratio { .. } | Kind::Mean { .. } | Kind::Share { .. }, Some(_)) = (&metric.kind, cell.value) {
        cell.value = Some(x / n);
    }
    known
}

/// What follows from sums, at any level; each stakeholder's own, where there are few, are resampled.
fn estimate(metric: &Metric, pairs: &Pairs, few: Option<&[(f64, f64)]>, exposure: f64, level: f64) -> Estimate {
    let rows = pairs.rows as f64;
    match &metric.kind {
        Kind::Share { .. } => stats::share(&pairs.sums, rows, level),
        Kind::NetShare { .. } => stats::net_share(&pairs.sums, pairs.plus, pairs.minus, rows, level),
        Kind::Rate { per, .. } => stats::rate(pairs.sums.x, pairs.sums.xx, exposure, *per, level),
        _ => stats::ratio(&pairs.sums, few, level),
    }
}

/// Takes a ranked quantile into the cell.
pub fn finish_ranked(n: u64, stakeholders: u64, estimate: Estimate, cell: &mut Cell) -> Known {
    cell.n = Some(n);
    cell.stakeholders = Some(stakeholders);
    cell.whole = Some(n as f64);
    take(cell, estimate)
}

fn finish_distinct(metric: &Metric, things: usize, pairs: &Pairs, scales: (f64, f64), cell: &mut Cell) -> Known {
    let (x, _) = pairs.totals(scales);
    cell.n = Some(pairs.rows);
    cell.stakeholders = Some(pairs.stakeholders);
    cell.interval_absent = Some(AbsentReason::NotDefined);
    match &metric.kind {
        Kind::Ratio {
            under: Under::Distinct(_), ..
        } => {
            cell.part = Some(x);
            cell.whole = Some(things as f64);
            if things == 0 {
                cell.absent = Some(AbsentReason::ZeroDenominator);
                cell.interval_absent = None;
            } else {
                cell.value = Some(x / things as f64);
            }
        }
        _ => {
            cell.part = Some(things as f64);
            cell.value = Some(things as f64);
        }
    }
    Known::default()
}

/// A rate whose exposure is the value of another metric of the same cell; no events of no exposure are "no rows".
pub fn finish_rate(metric: &Metric, events: &Pairs, exposure: Option<f64>, level: f64, cell: &mut Cell) -> Known {
    cell.n = Some(events.rows);
    cell.stakeholders = Some(events.stakeholders);
    cell.part = Some(events.sums.x);
    cell.whole = exposure;
    match exposure {
        Some(exposure) if exposure > 0.0 => {
            cell.absent = None;
            let estimate = estimate(metric, events, None, exposure, level);
            Known {
                pairs: Some(events.clone()),
                exposure: Some(exposure),
                ..take(cell, estimate)
            }
        }
        _ => {
            let nothing = events.rows == 0;
            cell.absent = Some(if nothing {
                AbsentReason::NoRows
            } else {
                AbsentReason::ZeroDenominator
            });
            Known::default()
        }
    }
}

/// Takes an estimate into the cell.
fn take(cell: &mut Cell, estimate: Estimate) -> Known {
    cell.value = Some(estimate.value);
    cell.method = estimate.method;
    cell.deff = estimate.deff;
    set_interval(cell, estimate.interval);
    Known {
        side: estimate.side(),
        ..Known::default()
    }
}

fn set_interval(cell: &mut Cell, interval: Result<Interval, NoIntervalReason>) {
    match interval {
        Ok(interval) => {
            cell.low = interval.low;
            cell.high = interval.high;
        }
        Err(why) => {
            cell.interval_absent = Some(match why {
                NoIntervalReason::TooFew => AbsentReason::TooFew,
                NoIntervalReason::ZeroVariance => AbsentReason::ZeroVariance,
                NoIntervalReason::NotDefined => AbsentReason::NotDefined,
            });
        }
    }
}
