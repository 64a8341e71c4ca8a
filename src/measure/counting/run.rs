//! Counting a plan: blocks of stakeholders over the threads, merged in order.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::Result;
use rustc_hash::FxHashMap;

use super::cell_count::{StakeholderEntry, cross};
use super::contributors::Largest;
use super::counts::{Counts, Currencies, MetricCounts};
use super::ordered_jobs::in_order;
use super::placement::{CountTask, Placement};
use crate::canonical::CanonicalTables;
use crate::catalog::Metric;
use crate::facts::context::{Context, Settings, Slicing};
use crate::facts::frame::{Frame, Unknown};
use crate::facts::{self, Prepared};
use crate::measure::columns::{Evaluator, MetricColumns, Placed, place};
use crate::measure::ids::{CellId, Grid, Id, IdVec, MetricId, WindowSetId};
use crate::measure::plan::{FactPlan, Plan, PlannedMetric, View, is_money};
use crate::measure::private::Private;
use crate::measure::requirements::check_loaded;
use crate::measure::slices::Slices;
use crate::measure::window_sets::{Compare, WindowSet};
use crate::schema::{FactSpec, Shape};

/// Rows of canonical tables that a block aims at: enough that polars is busy, few enough that a block stays small.
const BLOCK_ROWS: usize = 50_000;

/// Fills a frame with the rows of a fact for a block of stakeholders: [`crate::facts::build`], or what replaces it.
pub type Build<'b> = dyn Fn(&FactSpec, &Context, &Prepared, Range<u32>, &mut Frame) + Sync + 'b;

/// What is to be counted.
#[derive(Clone, Copy)]
pub struct RunRequest<'a> {
    /// The canonical tables.
    pub canonical: &'a CanonicalTables,
    /// The run's settings.
    pub settings: &'a Settings,
    /// What builds the facts.
    pub build: &'a Build<'a>,
    /// The metrics.
    pub plan: &'a Plan<'a>,
    /// The groups.
    pub slices: &'a Slices,
    /// The periods, and what they are compared with.
    pub sets: &'a IdVec<WindowSetId, WindowSet>,
    /// All cells.
    pub grid: Grid,
    /// What cells are compared with.
    pub compare: &'a [Compare],
    /// Whether those with most of the last period are wanted; there is one group then.
    pub contributors: bool,
}

/// Counts everything of a plan.
///
/// # Errors
/// Only defects.
pub fn run(request: &RunRequest) -> Result<Counts> {
    let private = Private::new(request.canonical);
    let is_private = |stakeholder: u32, source: u16| private.is(stakeholder, source);
    let is_nobody = |_: u32, _: u16| false;
    let mut counts = Counts::default();
    for fact in &request.plan.facts {
        let name = fact.spec.name();
        let (slicing, is_divided) = match (request.slices.facts.get(name), request.slices.undivided.get(name)) {
            (Some(Ok((slicing, _))), _) => (slicing, true),
            // All of it is the exposure of events in each group.
            (Some(Err(_)), Some(slicing)) if request.plan.has_exposure(fact) => (slicing, false),
            _ => continue,
        };
        check_loaded(request.plan, fact, request.canonical)?;
        let windows = request.sets.iter().flat_map(|(_, set)| set.windows.as_slice());
        let prepared = facts::prepare(fact.spec, request.canonical, request.settings, windows);
        let job = Job {
            request,
            fact,
            prepared: &prepared,
            slicing,
            with_earlier: request.compare.iter().any(|compare| *compare != Compare::OtherGroups),
            with_other_groups: is_divided && request.compare.contains(&Compare::OtherGroups),
            is_protected: if private.any() { &is_private } else { &is_nobody },
        };
        let blocks = blocks(request.canonical, fact.spec);
        in_order(&blocks, |range| job.block(range.clone()), |block| counts.merge(block, request.plan))?;
    }
    Ok(counts)
}

/// Blocks of whole stakeholders of about `BLOCK_ROWS` rows; the same whatever the number of threads.
pub fn blocks(canonical: &CanonicalTables, spec: &FactSpec) -> Vec<Range<u32>> {
    let tables: Vec<_> = spec
        .tables
        .iter()
        .chain(spec.also_reads)
        .filter_map(|t| canonical.table(*t))
        .collect();
    let end = canonical.nobody() + 1;
    let mut blocks = Vec::new();
    let (mut start, mut rows) = (0, 0);
    for s in 0..end {
        rows += 1 + tables.iter().map(|t| t.run(s).len()).sum::<usize>();
        if rows >= BLOCK_ROWS {
            blocks.push(start..s + 1);
            (start, rows) = (s + 1, 0);
        }
    }
    if start < end {
        blocks.push(start..end);
    }
    blocks
}

/// One fact's work.
struct Job<'a> {
    request: &'a RunRequest<'a>,
    fact: &'a FactPlan,
    prepared: &'a Prepared,
    slicing: &'a Slicing,
    with_earlier: bool,
    with_other_groups: bool,
    is_protected: &'a (dyn Fn(u32, u16) -> bool + Sync),
}

/// What each stakeholder added in the periods themselves, by metric, to be compared with what it added in earlier ones. There is a list for
/// each window set of the periods themselves, and no cell is in two of them.
type OwnEntries = FxHashMap<MetricId, Vec<Vec<StakeholderEntry>>>;

impl Job<'_> {
    fn block(&self, range: Range<u32>) -> Result<Counts> {
        let mut counts = Counts::default();
        let by_period = self.fact.spec.shape == Shape::StakeholderPeriod;
        let mut built = None;
        let mut own = OwnEntries::default();
        for (set_id, set) in self.request.sets.iter() {
            let frame = match built {
                Some(frame) if !by_period => frame,
                _ => self.frame(range.clone(), set),
            };
            for view in &self.fact.views {
                self.view(view, &frame, (set_id, set), &mut own, &mut counts)?;
            }
            built = Some(frame);
        }
        Ok(counts)
    }

    fn frame(&self, range: Range<u32>, set: &WindowSet) -> Frame {
        let mut frame = Frame::new(self.fact.spec, &|name| self.fact.wanted.contains(name), false);
        let context = Context {
            canonical: self.request.canonical,
            settings: self.request.settings,
            slicing: self.slicing,
            windows: set.windows.as_slice(),
        };
        (self.request.build)(self.fact.spec, &context, self.prepared, range, &mut frame);
        frame
    }

    /// Counts the metrics of a view in the windows of a set.
    fn view(
        &self,
        view: &View,
        frame: &Frame,
        (set_id, set): (WindowSetId, &WindowSet),
        own: &mut OwnEntries,
        counts: &mut Counts,
    ) -> Result<()> {
        let placed = place(frame, &view.when, set)?;
        if placed.order.is_empty() {
            return Ok(());
        }
        let evaluator = Evaluator {
            canonical: self.request.canonical,
            settings: self.request.settings,
            plan: self.fact,
        };
        let metrics: Vec<&Metric> = view.metrics.iter().map(|&id| self.request.plan.metrics[id].metric).collect();
        let columns = evaluator.columns(&metrics, frame, &placed, set, &view.when)?;
        let placement = Placement::new(frame, &placed, &set.period, self.request.grid);
        for (&id, columns) in view.metrics.iter().zip(&columns) {
            let planned = &self.request.plan.metrics[id];
            let (found, entries) = self.metric(planned, columns, &placement, set);
            let mut found = MetricCounts {
                currencies: self.currencies(planned.metric, columns, &placement, frame, &placed),
                ..found
            };
            match (self.with_earlier, set.compare, own.get(&id)) {
                (true, None, _) => own.entry(id).or_default().push(entries),
                (true, Some(_), Some(newer)) => {
                    let products = newer.iter().flat_map(|newer| cross(newer, &entries, found.scales));
                    found.shared = products.collect();
                }
                (true, Some(_), None) | (false, _, _) => {}
            }
            counts.insert(id, set_id, found);
        }
        Ok(())
    }

    /// Counts a metric, and what each stakeholder added.
    fn metric(
        &self,
        planned: &PlannedMetric,
        columns: &MetricColumns,
        placement: &Placement,
        set: &WindowSet,
    ) -> (MetricCounts, Vec<StakeholderEntry>) {
        let is_own = set.compare.is_none();
        let with_contributors = self.request.contributors && is_own;
        let task = CountTask {
            placement,
            keep: columns.keep.as_deref(),
            sources: planned.sources.as_deref(),
            is_protected: self.is_protected,
            with_entries: self.with_earlier || with_contributors,
            with_other_groups: self.with_other_groups && is_own,
        };
        let counted = columns.kind.count(&task);
        let largest = (with_contributors && planned.kind().contribution().is_some()).then(|| {
            let last = self.request.grid.last_period();
            let entries = counted.entries.iter().filter(|entry| placement.grid.period(entry.cell) == last);
            Largest::of(entries, counted.scales, self.is_protected)
        });
        let usable = |row: usize| planned.sources.as_ref().is_none_or(|ok| ok[placement.source[row] as usize]);
        let mut unknown: BTreeMap<CellId, Unknown> = BTreeMap::new();
        for &(row, why) in columns.unknown.iter().filter(|(row, _)| usable(*row)) {
            let first = unknown.entry(placement.cell[row]).or_insert(why);
            *first = why.min(*first);
        }
        let counts = MetricCounts {
            cells: counted.cells,
            other_groups: counted.other_groups,
            unknown,
            largest,
            scales: counted.scales,
            ..MetricCounts::default()
        };
        (counts, counted.entries)
    }

    /// By cell, the currencies of the rows that count, where money of several may meet.
    fn currencies(
        &self,
        metric: &Metric,
        columns: &MetricColumns,
        placement: &Placement,
        frame: &Frame,
        placed: &Placed,
    ) -> BTreeMap<CellId, Currencies> {
        let codes = frame.codes("currency");
        let Some(codes) = codes.filter(|_| self.fact.wanted.contains("currency") && is_money(metric)) else {
            return BTreeMap::new();
        };
        let mut found: Vec<Option<Currencies>> = vec![None; placement.grid.len()];
        for (at, &row) in placed.order.iter().enumerate() {
            if columns.keep.as_ref().is_none_or(|keep| keep[at]) {
                let code = Currencies::of(codes[row as usize]);
                let all = &mut found[placement.cell[at].index()];
                *all = Some(all.map_or(code, |all| all.with(code)));
            }
        }
        let cells = (0..found.len()).map(CellId::of).zip(found);
        cells.filter_map(|(cell, found)| Some((cell, found?))).collect()
    }
}
