//! Running a plan: blocks of stakeholders over the threads, merged in order.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::Result;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::change::{Shared, rank_correlation};
use super::contributors::{Largest, has_contributors};
use super::count::{self, Counted};
use super::evaluate::{Evaluator, place};
use super::ordered_jobs::in_order;
use super::other_groups::{Ranked, Rests};
use super::plan::{FactPlan, Plan, is_money, mixed_currencies};
use super::private::Private;
use super::slice::Slices;
use super::tally::{Tally, cross};
use super::window::{Compare, WindowSet};
use crate::canonical::CanonicalTables;
use crate::catalog::{Kind, Metric};
use crate::diagnostics::Note;
use crate::facts::context::{Context, Settings, Slicing, Window};
use crate::facts::frame::Frame;
use crate::schema::{FactSpec, Micros, NO_CODE, Shape};
use crate::stats::{self, CrossSums, Estimate};

/// Rows of canonical tables that a block aims at: enough that polars is busy, few enough that a block stays small.
const BLOCK_ROWS: usize = 50_000;

/// By cell, the smallest and the largest code among its currencies.
type Currencies = FxHashMap<u32, (u32, u32)>;

/// What was counted, by metric, lane and cell.
pub struct Cells {
    pub(super) tallies: BTreeMap<(usize, usize), FxHashMap<u32, Tally>>,
    crosses: BTreeMap<(usize, usize), BTreeMap<u32, CrossSums>>,
    pub(super) currencies: BTreeMap<(usize, usize), Currencies>,
    scales: Vec<(f64, f64)>,
    pub(super) leader: Vec<usize>,
    ranked: FxHashMap<(usize, usize, u32), Estimate>,
    pub(super) slices: u32,
    /// The lane of each period itself.
    pub(super) own: Vec<usize>,
    pub(super) rests: BTreeMap<usize, Rests>,
    /// Of each metric those with most of the last period, where asked for.
    pub(super) largest: BTreeMap<usize, Largest>,
    pub(super) ranked_rests: FxHashMap<(usize, u32), Ranked>,
    pub(super) all_mixed: Vec<bool>,
    first_events: BTreeMap<&'static str, Micros>,
    /// Findings.
    pub notes: Vec<Note>,
}

impl Cells {
    /// Steps of a metric's part and whole in one unit.
    pub fn scales(&self, metric: usize) -> (f64, f64) {
        self.scales[metric]
    }

    /// Adds what the next block counted.
    fn merge(&mut self, block: Block) {
        for (metric, lane, counted) in block.counted {
            if let Some(rests) = counted.rests {
                self.rests.entry(metric).or_default().merge(rests);
            }
            let all = self.tallies.entry((metric, lane)).or_default();
            for (cell, tally) in counted.tallies {
                match all.get_mut(&cell) {
                    Some(earlier) => earlier.merge(tally),
                    None => {
                        all.insert(cell, tally);
                    }
                }
            }
        }
        for (metric, lane, crosses) in block.crosses {
            let all = self.crosses.entry((metric, lane)).or_default();
            crosses
                .into_iter()
                .for_each(|(cell, sums)| all.entry(cell).or_default().merge(&sums));
        }
        for (metric, lane, found) in block.currencies {
            let all = self.currencies.entry((metric, lane)).or_default();
            for (cell, (low, high)) in found {
                let entry = all.entry(cell).or_insert((low, high));
                *entry = (entry.0.min(low), entry.1.max(high));
            }
        }
        for (metric, largest) in block.largest {
            self.largest.entry(metric).or_default().merge(largest);
        }
        for (metric, scales) in block.scales {
            self.scales[metric] = scales;
        }
    }

    /// Takes the tally of a cell out, to be put back.
    pub fn take(&mut self, metric: usize, lane: usize, cell: usize) -> Option<Tally> {
        self.tallies.get_mut(&(self.leader[metric], lane))?.remove(&(cell as u32))
    }

    /// Puts a tally back.
    pub fn put_back(&mut self, metric: usize, lane: usize, cell: usize, tally: Option<Tally>) {
        if let Some(tally) = tally {
            self.tallies
                .entry((self.leader[metric], lane))
                .or_default()
                .insert(cell as u32, tally);
        }
    }

    /// Ranks the values of all quantiles, side by side: of what follows the counting it is what costs.
    pub fn rank(&mut self, plan: &Plan, level: f64) {
        let mut jobs = Vec::new();
        for (index, metric) in plan.metrics.iter().enumerate() {
            if let Kind::Quantile { q, .. } = metric.kind {
                let mine = self.tallies.iter().filter(|((m, _), _)| *m == self.leader[index]);
                jobs.extend(mine.flat_map(|((_, lane), cells)| cells.iter().map(move |(cell, tally)| ((index, *lane, *cell), q, tally))));
            }
        }
        let ranked = jobs.into_par_iter().filter_map(|(key, q, tally)| match tally {
            Tally::Values(values) => Some((key, stats::quantile(&mut values.values.clone(), &values.owners, q, level))),
            _ => None,
        });
        self.ranked = ranked.collect();
    }

    /// The quantile of a cell, once [`Cells::rank`] has been at it.
    pub fn ranked(&self, metric: usize, lane: usize, cell: usize) -> Option<Estimate> {
        self.ranked.get(&(metric, lane, cell as u32)).cloned()
    }

    /// Whether the money of a cell is of several currencies.
    pub fn mixed(&self, metric: usize, lane: usize, cell: usize) -> bool {
        self.all_mixed[metric]
            || self
                .currencies
                .get(&(metric, lane))
                .and_then(|c| c.get(&(cell as u32)))
                .is_some_and(|(low, high)| low != high)
    }

    /// Whether a window starts before the data of a metric's fact, or the period before does where the fact looks back.
    pub fn truncated(&self, metric: &Metric, window: &Window) -> bool {
        let Some(fact) = metric.fact else { return false };
        let start = if fact.looks_back { window.previous_start } else { window.start };
        self.first_events.get(fact.name()).is_some_and(|first| start < *first)
    }

    /// What the cell of a period and the one it is compared with share.
    #[allow(clippy::too_many_arguments)]
    pub fn shared(
        &self,
        metric: usize,
        with: Compare,
        cell: usize,
        period: usize,
        lanes: &[WindowSet],
        value: Option<f64>,
        older: Option<f64>,
    ) -> Shared {
        let Some(lane) = lanes.iter().position(|l| l.compare == Some(with) && l.period.contains(&period)) else {
            return Shared::None;
        };
        let leader = self.leader[metric];
        let tally = |lane: usize| self.tallies.get(&(leader, lane)).and_then(|t| t.get(&(cell as u32)));
        match (tally(0), tally(lane), value, older) {
            (Some(Tally::Values(a)), Some(Tally::Values(b)), Some(x), Some(y)) => Shared::Ranks(rank_correlation(a, x, b, y)),
            _ => self
                .crosses
                .get(&(leader, lane))
                .and_then(|c| c.get(&(cell as u32)))
                .map_or(Shared::None, |c| Shared::Sums(*c)),
        }
    }
}

/// What one block counted: by metric and lane.
#[derive(Default)]
struct Block {
    counted: Vec<(usize, usize, Counted)>,
    crosses: Vec<(usize, usize, BTreeMap<u32, CrossSums>)>,
    currencies: Vec<(usize, usize, Currencies)>,
    largest: Vec<(usize, Largest)>,
    scales: Vec<(usize, (f64, f64))>,
}

/// Fills a frame with the rows of a fact for a block of stakeholders: [`crate::facts::build`], or what stands in for it.
pub type Build<'b> = dyn Fn(&FactSpec, &Context, Range<u32>, &mut Frame) + Sync + 'b;

/// What is wanted of a run beside the tallies.
pub struct RunRequest<'a> {
    /// What cells are compared with.
    pub compare: &'a [Compare],
    /// Whether those with most of the last period are; there is one slice then.
    pub contributors: bool,
}

/// Counts everything of a plan.
#[allow(clippy::too_many_arguments)]
pub fn run(
    canonical: &CanonicalTables,
    settings: &Settings,
    build: &Build,
    plan: &Plan,
    slices: &Slices,
    lanes: &[WindowSet],
    periods: usize,
    asked: &RunRequest,
) -> Result<Cells> {
    let private = Private::new(canonical);
    let leader = leaders(plan);
    let mut cells = Cells {
        tallies: BTreeMap::new(),
        crosses: BTreeMap::new(),
        currencies: BTreeMap::new(),
        scales: vec![(1.0, 1.0); plan.metrics.len()],
        leader: leader.clone(),
        ranked: FxHashMap::default(),
        slices: slices.labels.len() as u32,
        own: (0..periods)
            .map(|period| {
                lanes
                    .iter()
                    .position(|l| l.compare.is_none() && l.period.contains(&period))
                    .unwrap_or(0)
            })
            .collect(),
        rests: BTreeMap::new(),
        largest: BTreeMap::new(),
        ranked_rests: FxHashMap::default(),
        all_mixed: vec![false; plan.metrics.len()],
        first_events: BTreeMap::new(),
        notes: Vec::new(),
    };
    for fact in &plan.facts {
        let first = fact
            .spec
            .tables
            .iter()
            .filter_map(|t| canonical.table(*t))
            .map(|r| r.first_event)
            .filter(|t| *t != Micros::MAX)
            .min();
        if let Some(first) = first {
            cells
                .first_events
                .insert(fact.spec.name(), canonical.zone.midnight(canonical.zone.day_of(first)));
        }
        if mixed_currencies(canonical, fact.spec) && fact.spec.column("currency").is_none() {
            for &index in fact.views.iter().flat_map(|v| &v.metrics) {
                cells.all_mixed[index] = is_money(plan.metrics[index]);
            }
        }
        let Some(Ok((slicing, _))) = slices.facts.get(fact.spec.name()) else {
            continue;
        };
        let job = Job {
            canonical,
            settings,
            build,
            plan,
            fact,
            slicing,
            lanes,
            periods,
            slices: slices.labels.len(),
            comparing: asked.compare.iter().any(|compare| *compare != Compare::Rest),
            resting: asked.compare.contains(&Compare::Rest),
            contributing: asked.contributors,
            private: &private,
            leader: &leader,
        };
        let blocks = blocks(canonical, fact.spec);
        in_order(&blocks, |range| job.block(range.clone()), |block| cells.merge(block))?;
    }
    Ok(cells)
}

/// Quantiles of the same values over the same rows share one list of values: each metric's leader holds it.
fn leaders(plan: &Plan) -> Vec<usize> {
    let key = |m: &Metric| match &m.kind {
        Kind::Quantile { of, .. } => Some((
            m.fact.map(|f| f.fact),
            m.when.clone(),
            of.sql(),
            m.where_.as_ref().map(|w| w.sql()),
            plan.sources[plan.index(&m.id)?].clone(),
        )),
        _ => None,
    };
    let first_alike = |index: usize| {
        let mine = key(plan.metrics[index])?;
        (0..index).find(|&i| key(plan.metrics[i]).as_ref() == Some(&mine))
    };
    (0..plan.metrics.len()).map(|index| first_alike(index).unwrap_or(index)).collect()
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
    canonical: &'a CanonicalTables,
    settings: &'a Settings,
    build: &'a Build<'a>,
    plan: &'a Plan<'a>,
    fact: &'a FactPlan,
    slicing: &'a Slicing,
    lanes: &'a [WindowSet],
    periods: usize,
    slices: usize,
    comparing: bool,
    resting: bool,
    contributing: bool,
    private: &'a Private,
    leader: &'a [usize],
}

impl Job<'_> {
    fn block(&self, range: Range<u32>) -> Result<Block> {
        let mut block = Block::default();
        let by_period = self.fact.spec.shape == Shape::StakeholderPeriod;
        let mut frame = None;
        // What each stakeholder added in the periods themselves, to be set against what they added in earlier ones.
        let mut own: FxHashMap<usize, Counted> = FxHashMap::default();
        let people = |stakeholder: u32, source: u16| self.private.is(stakeholder, source);
        let nobody = |_: u32, _: u16| false;
        let private: &dyn Fn(u32, u16) -> bool = if self.private.any() { &people } else { &nobody };
        for (lane_index, lane) in self.lanes.iter().enumerate() {
            if by_period || frame.is_none() {
                frame = Some(self.frame(range.clone(), lane));
            }
            let Some(frame) = &frame else { continue };
            for view in &self.fact.views {
                let metrics: Vec<usize> = view.metrics.iter().copied().filter(|&i| self.leader[i] == i).collect();
                let placed = place(frame, &view.when, lane);
                if placed.order.is_empty() {
                    continue;
                }
                let evaluator = Evaluator {
                    canonical: self.canonical,
                    settings: self.settings,
                    plan: self.fact,
                };
                let list: Vec<&Metric> = metrics.iter().map(|&i| self.plan.metrics[i]).collect();
                let inputs = evaluator.inputs(&list, frame, &placed, lane, &view.when)?;
                let keep = count::Keep {
                    flushes: self.comparing || self.contributing && lane.compare.is_none(),
                    rests: (self.resting && lane.compare.is_none()).then_some(self.slices as u32),
                };
                let cells = count::Cells::new(frame, &placed, &lane.period, self.periods, self.slices);
                for ((&index, metric), inputs) in metrics.iter().zip(list).zip(inputs) {
                    let scales = count::scales(metric, &inputs);
                    block.scales.push((index, scales));
                    let mut counted = count::count(metric, &inputs, &cells, self.plan.sources[index].as_deref(), private, keep);
                    if let Some(codes) = self.currency_codes(metric, frame, &placed.order) {
                        block
                            .currencies
                            .push((index, lane_index, currencies(&codes, &inputs.keep, &cells.cell)));
                    }
                    let flushes = std::mem::take(&mut counted.flushes);
                    if self.contributing && lane.compare.is_none() && has_contributors(metric) {
                        let last = self.periods as u32 - 1;
                        let flushes = flushes.iter().filter(|flush| flush.cell == last);
                        block.largest.push((index, Largest::of(flushes, scales, private)));
                    }
                    if self.comparing {
                        if lane.compare.is_none() {
                            own.insert(
                                index,
                                Counted {
                                    flushes,
                                    ..Counted::default()
                                },
                            );
                        } else if let Some(newer) = own.get(&index) {
                            let mut crosses = BTreeMap::new();
                            cross(&newer.flushes, &flushes, scales, &mut crosses);
                            block.crosses.push((index, lane_index, crosses));
                        }
                    }
                    block.counted.push((index, lane_index, counted));
                }
            }
        }
        Ok(block)
    }

    fn frame(&self, range: Range<u32>, lane: &WindowSet) -> Frame {
        let mut frame = Frame::new(self.fact.spec, &|name| self.fact.wanted.contains(name), false);
        let context = Context {
            canonical: self.canonical,
            settings: self.settings,
            slicing: self.slicing,
            windows: &lane.windows,
        };
        (self.build)(self.fact.spec, &context, range, &mut frame);
        frame
    }

    /// The currency of each placed row, where money of several may meet.
    fn currency_codes(&self, metric: &Metric, frame: &Frame, order: &[u32]) -> Option<Vec<u32>> {
        if !self.fact.wanted.contains("currency") || !is_money(metric) {
            return None;
        }
        let codes = frame.codes("currency")?;
        Some(order.iter().map(|&row| codes[row as usize]).collect())
    }
}

fn currencies(codes: &[u32], keep: &[bool], cells: &[u32]) -> Currencies {
    let mut found = Currencies::default();
    for ((&code, &keep), &cell) in codes.iter().zip(keep).zip(cells) {
        if keep && cell != NO_CODE {
            let entry = found.entry(cell).or_insert((code, code));
            *entry = (entry.0.min(code), entry.1.max(code));
        }
    }
    found
}
