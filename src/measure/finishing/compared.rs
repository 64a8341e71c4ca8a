//! How a cell differs from what it is compared with, by what was counted of both.

use super::cells::{Compared, Finishing, Population};
use super::change::{self, Finished, How, Shared};
use super::estimated::Estimated;
use crate::measure::history;
use crate::measure::ids::{CellId, MetricId};
use crate::measure::kinds::{Contribution, Difference};
use crate::measure::window_sets::Compare;
use crate::report::Change;
use crate::stats::{self, GroupSample, Reading};

impl Finishing<'_> {
    /// How a cell differs from what it is compared with; `None` where that is not there.
    pub(super) fn change(
        &self,
        id: MetricId,
        at: CellId,
        (with, compared): (Compare, Compared),
        newer: Finished,
        older: Finished,
    ) -> Option<Change> {
        let planned = &self.plan.metrics[id];
        if older.0.value.is_none() && older.0.absent.is_none() {
            return None;
        }
        let shared = self.shared(id, at, compared, newer.0.value, older.0.value);
        let how = How {
            with,
            undated: planned.undated,
            confidence: self.request.confidence,
            with_p: with == Compare::OtherGroups || self.request.p_values,
        };
        let mut change = change::change(planned.metric, how, newer, older, shared);
        let is_ranked = planned.kind().difference() == Difference::Ranked;
        if is_ranked && change.p.is_some_and(|p| p < 1.0 - how.confidence.level) {
            change.p = self.ranked_p(id, at, newer.1, (compared, older.1), shared);
        }
        if with == Compare::OtherGroups && !is_ranked && change.p.is_some_and(|p| p < 1.0 - how.confidence.level) {
            let exact = self.permutation_p(id, at, newer.1, older.1);
            change.p = change.p.map(|p| exact.map_or(p, |exact| exact.max(p)));
        }
        change.not_assessed = history::not_assessed(planned, &newer.0.period, Some(with));
        // Before the data begin there is nothing to compare with: few customers then were not few customers.
        if change.not_assessed.is_some() || (older.0.left_truncated && with != Compare::OtherGroups) {
            change.reading = Reading::Unclear;
            change.p = None;
        }
        Some(change)
    }

    /// What a cell and the one that it is compared with share through the same stakeholders.
    fn shared(&self, id: MetricId, at: CellId, compared: Compared, newer: Option<f64>, older: Option<f64>) -> Shared {
        let Population::Windows(set) = compared.population else {
            let sums = self.own_counts(id, at).and_then(|counts| counts.other_groups.as_ref());
            return match (sums, self.ranked_others.get(&(id, at))) {
                (Some(others), _) => Shared::Sums(others.cross(at)),
                (None, Some(ranked)) => Shared::Ranks(ranked.correlation),
                (None, None) => Shared::None,
            };
        };
        let influences = |set, value: Option<f64>| self.counts_of(id, set)?.cells.get(&at)?.influences(value?);
        match (influences(self.own[self.grid.period(at)], newer), influences(set, older)) {
            (Some(a), Some(b)) => Shared::Ranks(a.correlation(&b)),
            _ => {
                let sums = self.counts_of(id, set).and_then(|counts| counts.shared.get(&at));
                sums.map_or(Shared::None, |sums| Shared::Sums(*sums))
            }
        }
    }

    /// The p-value of a clear difference of ranked values.
    fn ranked_p(&self, id: MetricId, at: CellId, newer: &Estimated, older: (Compared, &Estimated), shared: Shared) -> Option<f64> {
        let planned = &self.plan.metrics[id];
        let others = match older.0.population {
            Population::Windows(_) => None,
            Population::OtherGroups => self.all_own().values_of_others(planned.counted_as, at),
        };
        let of_older = match &others {
            Some(others) => others,
            None => self.counts_of(id, older.0.set)?.cells.get(&at)?,
        };
        let of_newer = self.own_counts(id, at)?.cells.get(&at)?;
        change::ranked_p_value(
            planned.kind(),
            (of_newer, newer),
            (of_older, older.1),
            shared,
            self.request.confidence.level,
        )
    }

    /// The p-value of a clear difference from the other groups by dividing all stakeholders anew; `None` of what is not made of parts and
    /// wholes of stakeholders.
    fn permutation_p(&self, id: MetricId, at: CellId, own: &Estimated, others: &Estimated) -> Option<f64> {
        match self.plan.metrics[id].kind().contribution()? {
            Contribution::PartAndWhole => {}
            Contribution::Part => return None,
        }
        let counts = self.own_counts(id, at)?;
        let groups = self.grid.cells(self.grid.period(at)).filter_map(|cell| {
            let sums = counts.cells.get(&cell)?.sums().ok()?;
            Some(GroupSample {
                stakeholders: sums.sums.clusters,
                known: sums.sample.pairs(),
            })
        });
        let groups: Vec<GroupSample> = groups.collect();
        stats::permutation_p(&own.sums.as_ref()?.sums, &others.sums.as_ref()?.sums, &groups)
    }
}
