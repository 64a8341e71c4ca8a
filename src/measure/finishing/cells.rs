//! The cells of one set of dimensions, from what was counted, each with what it is compared with.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::absence::{absent, is_truncated};
use super::contributors::contributors;
use super::estimated::{Context, Estimated, check_size, set_ranked};
use super::ranking::{OwnCounts, RankedOthers, rank, rank_others};
use crate::canonical::CanonicalTables;
use crate::catalog::kinds::{Exposure, Rate};
use crate::catalog::{Kind, Metric};
use crate::facts::context::Settings;
use crate::measure::columns::reason;
use crate::measure::counting::{self, Build, CellCount, Counts, MetricCounts, RunRequest};
use crate::measure::history;
use crate::measure::ids::{CellId, Grid, GroupId, Id, IdVec, MetricId, PeriodId, WindowSetId};
use crate::measure::plan::{Plan, PlannedMetric};
use crate::measure::slices::Slices;
use crate::measure::window_sets::{Compare, WindowSet, window_sets};
use crate::measure::{Request, private};
use crate::period::Period;
use crate::report::{AbsentReason, Cell, Contributors};
use crate::stats::Estimate;

/// A cell, how many of its people are protected, now and in what it is compared with, and who it comes from where that is asked for.
pub struct Found {
    pub cell: Cell,
    pub protected: u64,
    pub earlier: Vec<(Compare, u64)>,
    pub contributors: Option<Contributors>,
}

/// What a value is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Population {
    /// The rows of the group in a window of this set.
    Windows(WindowSetId),
    /// The rows of all other groups in the period itself.
    OtherGroups,
}

/// What a cell is compared with, and what that is a value of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compared {
    /// `None`: it is the cell itself.
    with: Option<Compare>,
    /// The windows; of the other groups, those of the period itself.
    pub(super) set: WindowSetId,
    pub(super) population: Population,
}

/// All cells of one set of dimensions, by metric and period.
///
/// # Errors
/// Only defects.
pub fn cells(
    canonical: &CanonicalTables,
    settings: &Settings,
    build: &Build,
    request: &Request,
    by: &[String],
    plan: &Plan,
) -> Result<Vec<((MetricId, PeriodId), Found)>> {
    let facts: Vec<_> = plan.facts.iter().map(|f| f.spec).collect();
    let slices = Slices::new(canonical, &facts, by, request.filter.as_ref());
    // The whole has no other groups.
    let compare: Vec<Compare> = request
        .compare
        .iter()
        .copied()
        .filter(|compare| *compare != Compare::OtherGroups || !by.is_empty())
        .collect();
    let sets = window_sets(&request.periods, &compare, request.series, canonical.as_of);
    let grid = Grid::new(request.periods.len(), slices.labels.len());
    let counts = counting::run(&RunRequest {
        canonical,
        settings,
        build,
        plan,
        slices: &slices,
        sets: &sets,
        grid,
        compare: &compare,
        contributors: request.contributors && by.is_empty(),
    })?;
    let own = own_sets(&sets, grid)?;
    let ranked = rank(plan, &counts, request.confidence.level);
    let with_others = compare.contains(&Compare::OtherGroups);
    let ranked_others = if with_others {
        let own_counts = OwnCounts {
            counts: &counts,
            grid,
            own: &own,
        };
        rank_others(plan, own_counts, &ranked, request.confidence.level)
    } else {
        BTreeMap::new()
    };
    let mut finishing = Finishing {
        canonical,
        request,
        by,
        plan,
        slices: &slices,
        sets: &sets,
        own: &own,
        grid,
        with_others,
        counts,
        ranked,
        ranked_others,
        values: BTreeMap::new(),
    };
    let mut out = Vec::new();
    for metric in plan.parts_first() {
        for period in grid.periods() {
            for group in groups_of(plan, &slices, metric) {
                let cell = finishing.cell(metric, grid.cell(period, group));
                let name = || format!("`{}` cannot be finished", plan.metrics[metric].metric.id);
                out.push(((metric, period), cell.with_context(name)?));
            }
        }
    }
    Ok(out)
}

/// The window set of each period itself.
fn own_sets(sets: &IdVec<WindowSetId, WindowSet>, grid: Grid) -> Result<IdVec<PeriodId, WindowSetId>> {
    let own = |period| {
        let set = sets.iter().find(|(_, set)| set.compare.is_none() && set.window(period).is_some());
        set.map(|(id, _)| id).context("a period has no window of its own")
    };
    let own: Result<Vec<WindowSetId>> = grid.periods().map(own).collect();
    Ok(own?.into())
}

/// Cells that are being finished.
pub(super) struct Finishing<'a> {
    canonical: &'a CanonicalTables,
    pub(super) request: &'a Request,
    by: &'a [String],
    pub(super) plan: &'a Plan<'a>,
    slices: &'a Slices,
    sets: &'a IdVec<WindowSetId, WindowSet>,
    /// The window set of each period itself.
    pub(super) own: &'a IdVec<PeriodId, WindowSetId>,
    pub(super) grid: Grid,
    /// Whether cells are compared with the other groups.
    with_others: bool,
    counts: Counts,
    ranked: BTreeMap<(MetricId, WindowSetId, CellId), Estimate>,
    pub(super) ranked_others: BTreeMap<(MetricId, CellId), RankedOthers>,
    values: BTreeMap<(MetricId, Population, CellId), Result<f64, AbsentReason>>,
}

impl Finishing<'_> {
    /// The cell of a metric, with what it is compared with.
    fn cell(&mut self, id: MetricId, at: CellId) -> Result<Found> {
        let (mut cell, estimated) = self.side(id, at, self.itself(at))?;
        let metric = self.plan.metrics[id].metric;
        let mut earlier = Vec::new();
        for compared in self.compared(id, at) {
            let (older, of_older) = self.side(id, at, compared)?;
            let Some(with) = compared.with else { continue };
            if with != Compare::OtherGroups {
                earlier.push((with, private::protected_people(metric, &older, of_older.protected)));
            }
            let change = self.change(id, at, (with, compared), (&cell, &estimated), (&older, &of_older));
            cell.changes.extend(change.map(|change| (with.as_str(), change)));
        }
        let contributors = self.contributors(id, at, &cell, &estimated);
        Ok(Found {
            protected: private::protected_people(metric, &cell, estimated.protected),
            earlier,
            cell,
            contributors,
        })
    }

    fn itself(&self, at: CellId) -> Compared {
        let set = self.own[self.grid.period(at)];
        Compared {
            with: None,
            set,
            population: Population::Windows(set),
        }
    }

    /// What a cell is compared with.
    fn compared(&self, id: MetricId, at: CellId) -> Vec<Compared> {
        let period = self.grid.period(at);
        let earlier = self
            .sets
            .iter()
            .filter(|(_, set)| set.compare.is_some() && set.window(period).is_some());
        let earlier = earlier.map(|(id, set)| Compared {
            with: set.compare,
            set: id,
            population: Population::Windows(id),
        });
        let others = (self.with_others && self.plan.metrics[id].has_other_groups).then_some(Compared {
            with: Some(Compare::OtherGroups),
            set: self.own[period],
            population: Population::OtherGroups,
        });
        earlier.chain(others).collect()
    }

    fn contributors(&mut self, id: MetricId, at: CellId, cell: &Cell, estimated: &Estimated) -> Option<Contributors> {
        if self.grid.period(at) != self.grid.last_period() {
            return None;
        }
        let planned = &self.plan.metrics[id];
        let counts = self.counts.of_mut(planned.counted_as, self.own[self.grid.period(at)])?;
        let (largest, scales) = (counts.largest.take()?, counts.scales);
        let of = (planned.metric, planned.kind().contribution()?);
        contributors(largest, of, estimated.sums.as_ref()?, scales, cell, self.canonical)
    }

    /// The cell itself, or what it is compared with.
    fn side(&mut self, id: MetricId, at: CellId, compared: Compared) -> Result<(Cell, Estimated)> {
        let (planned, period) = (&self.plan.metrics[id], self.grid.period(at));
        let own = &self.request.periods[period.index()];
        let of = compared.with.map_or_else(|| own.clone(), |with| with.of(own, self.canonical.as_of));
        let window = self.sets[compared.set].window(period).context("a period has no window")?;
        let mut cell = blank(
            planned.metric,
            &of,
            self.canonical,
            self.by,
            &self.slices.labels[self.grid.group(at)],
        );
        cell.left_truncated = is_truncated(self.plan, planned, window);
        let estimated = match absent(self.slices, planned, window.as_of, &of, self.canonical) {
            Some(absent) => {
                cell.absent = Some(absent);
                Estimated::default()
            }
            None => self.finish(id, at, compared, &mut cell)?,
        };
        check_size(&mut cell);
        if cell.value.is_none() && cell.absent.is_none() {
            cell.absent = Some(AbsentReason::NoRows);
        }
        cell.not_assessed = history::not_assessed(planned, &of, None);
        if cell.absent.is_some() {
            cell.not_assessed = None;
            cell.value = None;
            cell.low = None;
            cell.high = None;
            cell.interval_absent = None;
            cell.method = None;
            cell.studentised = None;
            cell.deff = None;
        }
        let value = match (cell.value, &cell.absent) {
            (Some(value), None) => Ok(value),
            (_, absent) => Err(absent.clone().unwrap_or(AbsentReason::NoRows)),
        };
        self.values.insert((id, compared.population, at), value);
        Ok((cell, estimated))
    }

    /// Fills a cell from what was counted.
    fn finish(&mut self, id: MetricId, at: CellId, compared: Compared, cell: &mut Cell) -> Result<Estimated> {
        let plan = self.plan;
        let planned = &plan.metrics[id];
        let population = compared.population;
        if let Some(absent) = self.unusable(planned, at, compared) {
            cell.absent = Some(absent);
            return Ok(Estimated::default());
        }
        if population == Population::OtherGroups
            && let Some(ranked) = self.ranked_others.get(&(id, at))
        {
            return Ok(Estimated {
                protected: self.all_own().protected_others(planned.counted_as, at),
                ..set_ranked(cell, ranked.n, ranked.stakeholders, ranked.estimate)
            });
        }
        let scales = self.counts_of(id, compared.set).map(|counts| counts.scales).unwrap_or_default();
        let exposure = self.exposure_of_all(planned, at, compared.set)?;
        let mut others = match population {
            Population::Windows(_) => None,
            Population::OtherGroups => self.of_others(planned, at),
        };
        let counted = match population {
            Population::OtherGroups => others.as_mut(),
            Population::Windows(set) => self
                .counts
                .of_mut(planned.counted_as, set)
                .and_then(|counts| counts.cells.get_mut(&at)),
        };
        let protected = counted.as_ref().map_or(0, |counted| counted.protected());
        let (values, plan) = (&self.values, self.plan);
        let value_of = |metric: &str| {
            if let Some((exposure, value)) = &exposure
                && *exposure == metric
            {
                return value.clone();
            }
            let value = plan.id(metric).and_then(|id| values.get(&(id, population, at)));
            value.cloned().unwrap_or(Err(AbsentReason::NoRows))
        };
        let context = Context {
            scales,
            confidence: self.request.confidence,
            ranked: self.ranked.get(&(id, compared.set, at)).copied(),
            value_of: &value_of,
        };
        let estimated = planned.kind().finish(counted, &context, cell)?;
        Ok(Estimated { protected, ..estimated })
    }

    /// The exposure of a rate by groups that only its events are in, such as the channel of complaints: that of everybody, who could all have
    /// had events in each of the groups. The metric that it is the value of, and its value or why it is missing.
    fn exposure_of_all<'p>(
        &mut self,
        planned: &'p PlannedMetric,
        at: CellId,
        set: WindowSetId,
    ) -> Result<Option<(&'p str, Result<f64, AbsentReason>)>> {
        let Kind::Rate(Rate {
            exposure: Exposure::Metric(name),
            ..
        }) = &planned.metric.kind
        else {
            return Ok(None);
        };
        let Some(exposure) = self.plan.id(name).map(|id| &self.plan.metrics[id]) else {
            return Ok(None);
        };
        let Some(fact) = exposure.metric.fact else { return Ok(None) };
        let Some(Err(dimension)) = self.slices.facts.get(fact.name()) else {
            return Ok(None);
        };
        if !self.slices.undivided.contains_key(fact.name()) {
            let missing = AbsentReason::MissingInput(format!("dimension {dimension}"));
            return Ok(Some((name.as_str(), Err(missing))));
        }
        let whole = self.grid.cell(self.grid.period(at), GroupId::of(0));
        let counts = self.counts.of_mut(exposure.counted_as, set);
        let context = Context {
            scales: counts.as_ref().map(|counts| counts.scales).unwrap_or_default(),
            confidence: self.request.confidence,
            ranked: None,
            value_of: &|_| Err(AbsentReason::NoRows),
        };
        let mut cell = Cell::blank(name, &self.request.periods[self.grid.period(at).index()]);
        exposure
            .kind()
            .finish(counts.and_then(|counts| counts.cells.get_mut(&whole)), &context, &mut cell)?;
        Ok(Some((name.as_str(), cell.value.ok_or(AbsentReason::NoRows))))
    }

    /// Why what was counted gives no value: it is of several currencies, or a value that it rests on is not known.
    fn unusable(&self, planned: &PlannedMetric, at: CellId, compared: Compared) -> Option<AbsentReason> {
        let counts = self.counts.of(planned.counted_as, compared.set);
        let (is_mixed, unknown) = match (counts, compared.population) {
            (None, _) => (false, None),
            (Some(counts), Population::Windows(_)) => (
                counts
                    .currencies
                    .get(&at)
                    .is_some_and(|found| self.canonical.cannot_add(found.codes())),
                counts.unknown.get(&at).copied(),
            ),
            (Some(counts), Population::OtherGroups) => {
                let found = self.grid.others(at).filter_map(|other| counts.currencies.get(&other).copied());
                (
                    found
                        .reduce(|all, other| all.with(other))
                        .is_some_and(|all| self.canonical.cannot_add(all.codes())),
                    self.grid.others(at).filter_map(|other| counts.unknown.get(&other).copied()).min(),
                )
            }
        };
        if planned.is_mixed || is_mixed {
            Some(AbsentReason::MixedCurrencies)
        } else {
            unknown.map(reason)
        }
    }

    /// What was counted in the other groups of a cell: sums or durations. Quantiles are ranked already.
    fn of_others(&self, planned: &PlannedMetric, at: CellId) -> Option<CellCount> {
        let counts = self.counts.of(planned.counted_as, self.own[self.grid.period(at)])?;
        match &counts.other_groups {
            Some(others) => others.sums(at).map(|sums| CellCount::Sums(Box::new(sums))),
            None => self.all_own().durations_of_others(planned.counted_as, at),
        }
    }

    pub(super) fn counts_of(&self, id: MetricId, set: WindowSetId) -> Option<&MetricCounts> {
        self.counts.of(self.plan.metrics[id].counted_as, set)
    }

    pub(super) fn own_counts(&self, id: MetricId, at: CellId) -> Option<&MetricCounts> {
        self.counts_of(id, self.own[self.grid.period(at)])
    }

    pub(super) fn all_own(&self) -> OwnCounts<'_> {
        OwnCounts {
            counts: &self.counts,
            grid: self.grid,
            own: self.own,
        }
    }
}

/// The groups in which a metric has cells: those of its fact, or, for derived ones, of the facts of its parts.
fn groups_of(plan: &Plan, slices: &Slices, id: MetricId) -> Vec<GroupId> {
    let of_fact = |fact: &str| match slices.facts.get(fact) {
        Some(Ok((_, present))) => Some(present.iter().copied().collect::<Vec<_>>()),
        Some(Err(_)) | None => None,
    };
    let planned = &plan.metrics[id];
    let found = match planned.metric.fact {
        Some(fact) => of_fact(fact.name()),
        None => {
            let parts = planned.parts.iter().filter_map(|part| plan.metrics[*part].metric.fact);
            parts.map(|fact| fact.name()).find_map(of_fact)
        }
    };
    // Nothing to group: say once that and why it is missing, on the first group or, without any, on the whole.
    found.unwrap_or_else(|| slices.labels.ids().take(1).collect())
}

fn blank(metric: &Metric, period: &Period, canonical: &CanonicalTables, by: &[String], labels: &[String]) -> Cell {
    Cell {
        complete: period.is_complete(canonical.as_of),
        value_type: metric.kind.value_type(),
        by: by.iter().cloned().zip(labels.iter().cloned()).collect(),
        ..Cell::blank(&metric.id, period)
    }
}
