//! Quantiles: the values of each cell, and of the other groups of each cell, ranked side by side. Of what follows the counting it is what
//! costs.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::measure::counting::{CellCount, Counts, Durations, Values};
use crate::measure::ids::{CellId, Grid, IdVec, MetricId, PeriodId, WindowSetId};
use crate::measure::plan::Plan;
use crate::stats::{self, Estimate};

/// A quantile of the other groups of a cell.
#[derive(Debug, Clone, Copy)]
pub struct RankedOthers {
    /// The quantile.
    pub estimate: Estimate,
    /// Number of values.
    pub n: u64,
    /// Distinct stakeholders.
    pub stakeholders: u64,
    /// The correlation with the quantile of the cell itself through the stakeholders that are in both.
    pub correlation: f64,
}

/// The counts of the periods themselves, by period.
#[derive(Clone, Copy)]
pub struct OwnCounts<'a> {
    /// All counts.
    pub counts: &'a Counts,
    /// All cells.
    pub grid: Grid,
    /// The window set of each period itself.
    pub own: &'a IdVec<PeriodId, WindowSetId>,
}

impl<'a> OwnCounts<'a> {
    /// What was counted of a metric in the cells of a period, in the order of groups.
    fn period(self, counted_as: MetricId, period: PeriodId) -> impl Iterator<Item = (CellId, &'a CellCount)> {
        let counts = self.counts.of(counted_as, self.own[period]);
        self.grid
            .cells(period)
            .filter_map(move |cell| Some((cell, counts?.cells.get(&cell)?)))
    }

    /// What was counted in the other groups of a cell, in the order of groups.
    fn others(self, counted_as: MetricId, cell: CellId) -> impl Iterator<Item = &'a CellCount> {
        let cells = self.period(counted_as, self.grid.period(cell));
        cells.filter(move |(of, _)| *of != cell).map(|(_, count)| count)
    }

    /// How many stakeholders of the other groups are protected; at least that many where some are in several groups.
    pub fn protected_others(self, counted_as: MetricId, cell: CellId) -> u64 {
        self.others(counted_as, cell).map(CellCount::protected).sum()
    }

    /// The values or durations of the other groups of a cell, with the stakeholder of each; `None` where there are none of these.
    pub fn values_of_others(self, counted_as: MetricId, cell: CellId) -> Option<CellCount> {
        let (_, first) = self.period(counted_as, self.grid.period(cell)).next()?;
        match first {
            CellCount::Values(_) => {
                let pool = Pool::new(self.period(counted_as, self.grid.period(cell)));
                Some(CellCount::Values(Box::new(pool.without(cell))))
            }
            CellCount::Durations(_) => self.durations_of_others(counted_as, cell),
            CellCount::Sums(_) | CellCount::Distinct(_) | CellCount::GroupTotals(_) => None,
        }
    }

    /// The durations of the other groups of a cell; `None` where there are none.
    pub fn durations_of_others(self, counted_as: MetricId, cell: CellId) -> Option<CellCount> {
        let mut all = Durations::default();
        for count in self.others(counted_as, cell) {
            all.observations.extend_from_slice(count.observations()?);
            all.protected += count.protected();
        }
        // In the order of stakeholders, which is the same however the groups are called.
        all.observations.sort_by_key(|o| o.cluster);
        (!all.observations.is_empty()).then_some(CellCount::Durations(all))
    }
}

/// The ranked quantiles of each cell of each window set.
pub fn rank(plan: &Plan, counts: &Counts, level: f64) -> BTreeMap<(MetricId, WindowSetId, CellId), Estimate> {
    let mut jobs = Vec::new();
    for (id, planned) in plan.metrics.iter() {
        if let Some(ranking) = planned.kind().ranking() {
            let mine = counts.iter().filter(|(metric, _, _)| *metric == planned.counted_as);
            jobs.extend(
                mine.flat_map(|(_, set, counts)| counts.cells.iter().map(move |(cell, count)| ((id, set, *cell), ranking.q, count))),
            );
        }
    }
    let ranked = jobs.into_par_iter().filter_map(|(key, q, count)| {
        let values = count.values().ok()?;
        Some((key, stats::quantile(&mut values.values.clone(), &values.owners, q, level)))
    });
    ranked.collect()
}

/// The ranked quantiles of the other groups of each cell of the periods themselves, once the cells themselves are ranked.
pub fn rank_others(
    plan: &Plan,
    own: OwnCounts,
    ranked: &BTreeMap<(MetricId, WindowSetId, CellId), Estimate>,
    level: f64,
) -> BTreeMap<(MetricId, CellId), RankedOthers> {
    let mut jobs = Vec::new();
    for (id, planned) in plan.metrics.iter() {
        if let Some(ranking) = planned.kind().ranking() {
            jobs.extend(own.grid.periods().map(|period| (id, planned.counted_as, ranking.q, period)));
        }
    }
    let found = jobs.into_par_iter().flat_map(|(id, counted_as, q, period)| {
        let pool = Pool::new(own.period(counted_as, period));
        let set = own.own[period];
        let rank = move |cell: CellId| {
            let values = pool.without(cell);
            let estimate = stats::quantile(&mut values.values.clone(), &values.owners, q, level);
            let inside = own.counts.of(counted_as, set).and_then(|counts| counts.cells.get(&cell));
            let correlation = match (inside.map(CellCount::values), ranked.get(&(id, set, cell))) {
                (Some(Ok(inside)), Some(of_inside)) => inside.influences(of_inside.value).correlation(&values.influences(estimate.value)),
                _ => 0.0,
            };
            let ranked = RankedOthers {
                estimate,
                n: values.values.len() as u64,
                stakeholders: values.stakeholders(),
                correlation,
            };
            (!values.values.is_empty()).then_some(((id, cell), ranked))
        };
        let cells: Vec<CellId> = own.grid.cells(period).collect();
        cells.into_par_iter().filter_map(rank)
    });
    found.collect()
}

/// The values of all groups of a period in the order of stakeholders.
struct Pool(Vec<(u32, CellId, f64)>);

impl Pool {
    /// Puts the values of a period's cells together.
    fn new<'c>(cells: impl Iterator<Item = (CellId, &'c CellCount)>) -> Pool {
        let mut all = Vec::new();
        for (cell, count) in cells {
            if let Ok(values) = count.values() {
                let owned = values.owners.iter().zip(&values.values);
                all.extend(owned.map(|(&owner, &value)| (owner, cell, value)));
            }
        }
        // A stable sort: within a stakeholder the groups keep their order.
        all.sort_by_key(|&(owner, cell, _)| (owner, cell));
        Pool(all)
    }

    /// The values that are not in a cell.
    fn without(&self, cell: CellId) -> Values {
        let others = self.0.iter().filter(|(_, of, _)| *of != cell);
        let (owners, values) = others.map(|&(owner, _, value)| (owner, value)).unzip();
        Values {
            values,
            owners,
            protected: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::ids::Id;
    use crate::schema::NO_CODE;

    #[test]
    fn values_of_other_groups_are_in_the_order_of_stakeholders() {
        let values = |owners: &[u32], values: &[f64]| {
            CellCount::Values(Box::new(Values {
                values: values.to_vec(),
                owners: owners.to_vec(),
                protected: 0,
            }))
        };
        let cells = [
            values(&[1, 3, NO_CODE], &[1.0, 2.0, 3.0]),
            values(&[1, 2, 2], &[4.0, 5.0, 6.0]),
            values(&[2, NO_CODE], &[7.0, 8.0]),
        ];
        let pool = Pool::new(cells.iter().enumerate().map(|(cell, count)| (CellId::of(cell), count)));
        let others = pool.without(CellId::of(1));
        assert_eq!(
            (others.owners, others.values),
            (vec![1, 2, 3, NO_CODE, NO_CODE], vec![1.0, 7.0, 2.0, 3.0, 8.0])
        );
        assert_eq!(pool.without(CellId::of(0)).owners, [1, 2, 2, 2, NO_CODE]);
    }
}
