//! One pass: the cells of one set of dimensions, from what was counted, with what each is compared with.

use std::collections::BTreeMap;

use anyhow::Result;

use super::change::{self, How, Shared};
use super::contributors::Largest;
use super::finish::{self, Known};
use super::plan::Plan;
use super::run::{self, Build, Cells};
use super::slice::Slices;
use super::window::{self, Compare, WindowSet, lanes};
use super::{Request, other_groups, private, suppress};
use crate::canonical::CanonicalTables;
use crate::catalog::{Exposure, Kind, Metric};
use crate::diagnostics::Note;
use crate::expr::{self, Value};
use crate::facts::context::Settings;
use crate::period::Period;
use crate::report::{AbsentReason, Cell, Contributors};
use crate::stats::Reading;

/// A cell, how many of its people are protected, and who it comes from where that is asked for.
pub struct Found {
    pub cell: Cell,
    pub private: u64,
    pub contributors: Option<Contributors>,
}

/// Where the values of the rest stand beside those of the lanes.
const REST: usize = usize::MAX;

/// All cells of one set of dimensions, by index of the metric and of the period.
pub fn pass(
    canonical: &CanonicalTables,
    settings: &Settings,
    build: &Build,
    request: &Request,
    by: &[String],
    plan: &Plan,
    notes: &mut Vec<Note>,
) -> Result<Vec<((usize, usize), Found)>> {
    let facts: Vec<_> = plan.facts.iter().map(|f| f.spec).collect();
    let slices = Slices::new(canonical, &facts, by, request.filter.as_ref());
    // The whole has no rest.
    let compare: Vec<Compare> = request
        .compare
        .iter()
        .copied()
        .filter(|compare| *compare != Compare::Rest || !by.is_empty())
        .collect();
    let resting = compare.contains(&Compare::Rest);
    let lanes = lanes(&request.periods, &compare, request.series, canonical.as_of);
    let asked = run::RunRequest {
        compare: &compare,
        contributors: request.contributors && by.is_empty(),
    };
    let mut counted = run::run(canonical, settings, build, plan, &slices, &lanes, request.periods.len(), &asked)?;
    counted.rank(plan, request.level);
    if resting {
        counted.rank_rests(plan, request.level);
    }
    notes.append(&mut counted.notes);
    let mut pass = Pass {
        canonical,
        request,
        by,
        plan,
        slices: &slices,
        lanes: &lanes,
        resting,
        counted,
        values: BTreeMap::new(),
    };
    let mut out = Vec::new();
    for index in order(plan) {
        for period in 0..request.periods.len() {
            for slice in present(plan, &slices, index) {
                out.extend(pass.cell(index, period, slice).map(|found| ((index, period), found)));
            }
        }
    }
    Ok(out)
}

/// The metrics in an order in which those that others rest on come first.
pub fn order(plan: &Plan) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < plan.metrics.len() {
        let ready: Vec<usize> = (0..plan.metrics.len())
            .filter(|i| !order.contains(i))
            .filter(|&i| {
                plan.metrics[i]
                    .parts()
                    .iter()
                    .filter_map(|id| plan.index(id))
                    .all(|p| order.contains(&p))
            })
            .collect();
        if ready.is_empty() {
            break;
        }
        order.extend(ready);
    }
    order
}

/// Whether a metric, and all that it rests on, can be compared with the rest.
pub fn has_rest(plan: &Plan, index: usize) -> bool {
    let metric = plan.metrics[index];
    other_groups::is_comparable(metric)
        && metric
            .parts()
            .iter()
            .filter_map(|id| plan.index(id))
            .all(|part| has_rest(plan, part))
}

/// A pass whose cells are being finished.
struct Pass<'a> {
    canonical: &'a CanonicalTables,
    request: &'a Request,
    by: &'a [String],
    plan: &'a Plan<'a>,
    slices: &'a Slices,
    lanes: &'a [WindowSet],
    resting: bool,
    counted: Cells,
    /// Values by metric, lane ([`REST`] for the rest) and cell.
    values: BTreeMap<(usize, usize, usize), Option<f64>>,
}

impl Pass<'_> {
    /// The cell of a metric, a period and a slice, with what it is compared with.
    fn cell(&mut self, index: usize, period: usize, slice: u32) -> Option<Found> {
        let metric = self.plan.metrics[index];
        let at = period * self.slices.labels.len() + slice as usize;
        let mut sides: Vec<(Option<Compare>, usize, usize)> = lanes_of(self.lanes, period).map(|(key, lane)| (key, lane, lane)).collect();
        if self.resting && has_rest(self.plan, index) {
            sides.extend(sides.first().map(|&(_, own, _)| (Some(Compare::Rest), own, REST)));
        }
        let mut finished: Vec<(Option<Compare>, usize, Cell, Known)> = Vec::new();
        for (key, lane, values) in sides {
            let (cell, known) = self.side(index, period, slice, (key, lane, values), at);
            self.values.insert((index, values, at), cell.value);
            finished.push((key, values, cell, known));
        }
        let mut finished = finished.into_iter();
        let (_, own, mut cell, known) = finished.next()?;
        for (compare, lane, older, older_known) in finished {
            let Some(compare) = compare else { continue };
            let shared = match compare {
                Compare::Rest => self.counted.shared_with_rest(index, at),
                _ => self.counted.shared(index, compare, at, period, self.lanes, cell.value, older.value),
            };
            let protected = older_known.private > 0 || private::is_about_protected_people(metric);
            let few = protected && older.stakeholders.is_some_and(|people| people < suppress::FEWEST);
            if !few && (older.value.is_some() || older.absent.is_some()) {
                let how = How {
                    with: compare,
                    undated: self.plan.undated[index],
                    level: self.request.level,
                    p: compare == Compare::Rest || self.request.p_values,
                };
                let mut change = change::change(metric, how, (&cell, &known), (&older, &older_known), shared);
                let is_ranked = matches!(metric.kind, Kind::Quantile { .. } | Kind::SurvivalQuantile { .. });
                if change.p.is_some_and(|p| p < 1.0 - how.level) && is_ranked {
                    change.p = self.ranked_p(index, at, (own, &known), (lane, &older_known), shared);
                }
                // Before the data begin there is nothing to compare with: few customers then were not few customers.
                if older.left_truncated && compare != Compare::Rest {
                    change.reading = Reading::Unclear;
                    change.p = None;
                }
                cell.changes.insert(compare.as_str(), change);
            }
        }
        let private = known.private;
        let largest = if period + 1 == self.request.periods.len() {
            self.counted.largest.remove(&index)
        } else {
            None
        };
        let told = |largest: Largest| largest.told(metric, known.pairs.as_ref()?, self.counted.scales(index), &cell, self.canonical);
        let contributors = largest.and_then(told);
        Some(Found {
            cell,
            private,
            contributors,
        })
    }

    /// The p-value of a clear difference of ranked values in two lanes.
    fn ranked_p(&self, index: usize, at: usize, newer: (usize, &Known), older: (usize, &Known), shared: Shared) -> Option<f64> {
        let (metric, counted) = (self.plan.metrics[index], &self.counted);
        let others = (older.0 == REST).then(|| counted.others(index, at)).flatten();
        let older_tally = match &others {
            Some(others) => others,
            None => counted.counted(index, older.0, at)?,
        };
        let newer_tally = counted.counted(index, newer.0, at)?;
        let (newer, older) = ((newer_tally, newer.1), (older_tally, older.1));
        change::ranked_p_value(metric, newer, older, shared, self.request.level)
    }

    /// The cell itself, or what it is compared with.
    fn side(&mut self, index: usize, period: usize, slice: u32, side: (Option<Compare>, usize, usize), at: usize) -> (Cell, Known) {
        let (metric, (key, lane, values)) = (self.plan.metrics[index], side);
        let period_of = |lane: &WindowSet| lane.period.iter().position(|p| *p == period).unwrap_or(0);
        let earlier = key.map(|c| c.of(&self.request.periods[period]));
        let label = earlier.as_ref().unwrap_or(&self.request.periods[period]);
        let window = &self.lanes[lane].windows[period_of(&self.lanes[lane])];
        let mut cell = blank(metric, label, self.canonical, self.by, &self.slices.labels[slice as usize]);
        cell.left_truncated = self.counted.truncated(metric, window);
        let known = if let Some(absent) = absent(self.plan, self.slices, index, metric, window.as_of, label, self.canonical) {
            cell.absent = Some(absent);
            Known::default()
        } else {
            self.finish(index, values, at, &mut cell)
        };
        if cell.value.is_none() && cell.absent.is_none() {
            cell.absent = Some(AbsentReason::NoRows);
        }
        if cell.absent.is_some() {
            cell.value = None;
            cell.low = None;
            cell.high = None;
            cell.interval_absent = None;
            cell.method = None;
            cell.deff = None;
        }
        (cell, known)
    }

    fn finish(&mut self, index: usize, lane: usize, at: usize, cell: &mut Cell) -> Known {
        let metric = self.plan.metrics[index];
        let of = |id: &str| self.plan.index(id).and_then(|i| self.values.get(&(i, lane, at)).copied().flatten());
        if let Kind::Derived { expr } = &metric.kind {
            cell.interval_absent = Some(AbsentReason::NotDefined);
            let column = |id: &str| of(id).map_or(Value::Null, Value::Number);
            match expr.expr.eval(&column, &|_| 0) {
                expr::Value::Number(value) => cell.value = Some(value),
                _ => {
                    let why = metric.parts().iter().any(|id| of(id).is_none());
                    cell.absent = Some(if why { AbsentReason::NoRows } else { AbsentReason::ZeroDenominator });
                }
            }
            return Known::default();
        }
        let exposure = match &metric.kind {
            Kind::Rate {
                exposure: Exposure::Metric(id),
                ..
            } => Some(of(id)),
            _ => None,
        };
        let counted = &mut self.counted;
        let mixed = if lane == REST {
            counted.mixed_rest(index, at)
        } else {
            counted.mixed(index, lane, at)
        };
        if mixed {
            cell.absent = Some(AbsentReason::MixedCurrencies);
            return Known::default();
        }
        if lane == REST
            && let Some((ranked, private)) = counted.ranked_rest(index, at)
        {
            let known = finish::finish_ranked(ranked.n, ranked.stakeholders, ranked.estimate, cell);
            return Known { private, ..known };
        }
        let (mut tally, ranked) = if lane == REST {
            (counted.rest(index, at), None)
        } else {
            (counted.take(index, lane, at), counted.ranked(index, lane, at))
        };
        let (scales, level) = (counted.scales(index), self.request.level);
        let private = tally.as_ref().map_or(0, |t| t.private());
        let known = finish::finish(metric, tally.as_mut(), ranked, scales, level, cell);
        let known = match (exposure, &known.pairs) {
            (Some(exposure), Some(events)) => finish::finish_rate(metric, events, exposure, level, cell),
            _ => known,
        };
        if lane != REST {
            counted.put_back(index, lane, at, tally);
        }
        Known { private, ..known }
    }
}

/// The lanes that hold a window for a period: itself first, then what it is compared with.
fn lanes_of(lanes: &[WindowSet], period: usize) -> impl Iterator<Item = (Option<Compare>, usize)> + '_ {
    lanes
        .iter()
        .enumerate()
        .filter(move |(_, l)| l.period.contains(&period))
        .map(|(i, l)| (l.compare, i))
}

/// The slices in which a metric has cells: those of its fact, or, for derived ones, of the facts it rests on.
fn present(plan: &Plan, slices: &Slices, index: usize) -> Vec<u32> {
    let metric = plan.metrics[index];
    let of_fact = |fact: &str| match slices.facts.get(fact) {
        Some(Ok((_, present))) => Some(present.iter().copied().collect::<Vec<_>>()),
        _ => None,
    };
    let found = match metric.fact {
        Some(fact) => of_fact(fact.name()),
        None => metric
            .parts()
            .iter()
            .filter_map(|id| plan.index(id))
            .filter_map(|p| plan.metrics[p].fact)
            .find_map(|f| of_fact(f.name())),
    };
    match found {
        Some(found) => found,
        // Nothing to slice: say once that and why it is missing, on the first slice or, without any, on the whole.
        None => (0..slices.labels.len().min(1) as u32).collect(),
    }
}

/// Why a metric has no value in a window whatever was counted.
pub fn absent(
    plan: &Plan,
    slices: &Slices,
    index: usize,
    metric: &Metric,
    as_of: i64,
    period: &Period,
    canonical: &CanonicalTables,
) -> Option<AbsentReason> {
    if let Some(absent) = &plan.absent[index] {
        return Some(absent.clone());
    }
    if let Some(Err(dimension)) = metric.fact.and_then(|f| slices.facts.get(f.name())) {
        return Some(AbsentReason::MissingInput(format!("dimension {dimension}")));
    }
    if let Some(days) = metric.window_days
        && canonical.zone.midnight(window::later(period.last_day_exclusive, days)) > as_of
    {
        return Some(AbsentReason::IncompleteWindow);
    }
    let first = || {
        metric
            .fact
            .into_iter()
            .flat_map(|f| f.tables)
            .filter_map(|t| canonical.table(*t))
            .map(|r| r.first_event)
            .min()
    };
    if let Some(days) = metric.lookback_days
        && first().is_some_and(|first| window::later(canonical.zone.day_of(first), days) > period.first_day)
    {
        return Some(AbsentReason::IncompleteWindow);
    }
    None
}

fn blank(metric: &Metric, period: &Period, canonical: &CanonicalTables, by: &[String], labels: &[String]) -> Cell {
    Cell {
        complete: period.is_complete(canonical.as_of),
        by: by.iter().cloned().zip(labels.iter().cloned()).collect(),
        ..Cell::blank(&metric.id, period)
    }
}
