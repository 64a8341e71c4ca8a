//! The engine: the catalogue's metrics over the facts, for periods and slices.
//!
//! A fact is built block by block of stakeholders; each block is evaluated by polars for all metrics of the fact at once, counted in
//! one pass over its rows, and thrown away. Blocks are merged in their order, whatever the number of threads.

mod change;
mod count;
mod evaluate;
pub mod example;
mod finish;
mod given;
mod in_order;
mod plan;
mod private;
mod rows;
mod run;
mod slice;
mod suppress;
mod tally;
mod window;

use std::collections::BTreeMap;

use anyhow::Result;

use crate::canon::Canon;
use crate::catalog::{Catalog, Kind, Metric};
use crate::expr::{self, Expr, Value};
use crate::facts;
use crate::facts::context::Settings;
use crate::note::Note;
use crate::period::Period;
use crate::report::{Absent, Cell, Shown};

pub use plan::texts;
pub use private::Private;
pub use rows::{Behind, Entry, FactRow, Wanted, may_show, rows};
pub use run::blocks;
pub use slice::{NONE, Slices};
pub use suppress::FEWEST;
pub use window::{Compare, lanes};

use finish::Known;
use plan::Plan;
use run::{Build, Cells};

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Request {
    /// Ids of the metrics; they exist in the catalogue.
    pub metrics: Vec<String>,
    /// Whether metrics that the inputs cannot give are left out, because nobody named them.
    pub all: bool,
    /// The periods, ascending and disjoint.
    pub periods: Vec<Period>,
    /// The dimensions of the slices.
    pub by: Vec<String>,
    /// Which slices count, over dimensions.
    pub filter: Option<Expr>,
    /// With dimensions, the total too.
    pub total: bool,
    /// What each period is compared with.
    pub compare: Vec<Compare>,
    /// Confidence level of the intervals.
    pub level: f64,
}

/// What was measured.
#[derive(Debug)]
pub struct Outcome {
    /// The metrics that have cells, in the order of the catalogue.
    pub metrics: Vec<Shown>,
    /// The cells, by metric, period and slice.
    pub cells: Vec<Cell>,
    /// Findings.
    pub notes: Vec<Note>,
}

/// Measures.
///
/// # Errors
///
/// Only defects: whatever the data lack makes a cell absent.
pub fn measure(canon: &Canon, catalog: &Catalog, settings: &Settings, request: &Request) -> Result<Outcome> {
    let plan = Plan::new(catalog, &request.metrics, canon, settings);
    let asked: Vec<usize> = (0..plan.metrics.len())
        .filter(|&i| request.metrics.contains(&plan.metrics[i].id) && !plan.metrics[i].hidden)
        .collect();
    let mut notes = Vec::new();
    let cells = cells(canon, settings, &facts::build, request, &plan, &asked, &mut notes)?;
    let shown = asked
        .iter()
        .map(|&i| plan.metrics[i])
        .map(|m| Shown {
            id: m.id.clone(),
            title: m.title.clone(),
            family: m.family.clone(),
            unit: m.unit.word().to_string(),
            good: m.good,
        })
        .collect();
    Ok(Outcome {
        metrics: shown,
        cells,
        notes,
    })
}

/// What the inputs lack: the metrics that they cannot give for any period, and why.
pub fn missing(catalog: &Catalog, canon: &Canon, settings: &Settings) -> Vec<(String, Absent)> {
    let ids: Vec<String> = catalog.iter().filter(|m| !m.hidden).map(|m| m.id.clone()).collect();
    let plan = Plan::new(catalog, &ids, canon, settings);
    let absent = plan.metrics.iter().zip(plan.absent).filter(|(metric, _)| !metric.hidden);
    absent
        .filter_map(|(metric, absent)| absent.map(|absent| (metric.id.clone(), absent)))
        .collect()
}

/// The cells of the metrics asked for, by metric, period and slice; what is told of too few people is hidden.
fn cells(
    canon: &Canon,
    settings: &Settings,
    build: &Build,
    request: &Request,
    plan: &Plan,
    asked: &[usize],
    notes: &mut Vec<Note>,
) -> Result<Vec<Cell>> {
    let mut passes = vec![request.by.clone()];
    if request.total && !request.by.is_empty() {
        passes.push(Vec::new());
    }
    let mut found: BTreeMap<(usize, usize), Vec<Found>> = BTreeMap::new();
    for by in &passes {
        for (at, one) in pass(canon, settings, build, request, by, plan, notes)? {
            found.entry(at).or_default().push(one);
        }
    }
    let mut cells = Vec::new();
    for &index in asked {
        for period in 0..request.periods.len() {
            let of = found.remove(&(index, period)).unwrap_or_default();
            let protected: Vec<bool> = of
                .iter()
                .map(|f| private::protects(plan.metrics[index], &f.cell, f.private))
                .collect();
            let mut of: Vec<Cell> = of.into_iter().map(|f| f.cell).collect();
            suppress::suppress(&mut of.iter_mut().collect::<Vec<_>>(), &protected);
            cells.extend(of);
        }
    }
    Ok(cells)
}

/// A cell, and how many of its people are protected.
struct Found {
    cell: Cell,
    private: u64,
}

/// All cells of one set of dimensions, by index of the metric and of the period.
fn pass(
    canon: &Canon,
    settings: &Settings,
    build: &Build,
    request: &Request,
    by: &[String],
    plan: &Plan,
    notes: &mut Vec<Note>,
) -> Result<Vec<((usize, usize), Found)>> {
    let facts: Vec<_> = plan.facts.iter().map(|f| f.spec).collect();
    let slices = Slices::new(canon, &facts, by, request.filter.as_ref());
    let lanes = lanes(&request.periods, &request.compare, canon.as_of);
    let mut counted = run::run(
        canon,
        settings,
        build,
        plan,
        &slices,
        &lanes,
        request.periods.len(),
        !request.compare.is_empty(),
    )?;
    counted.rank(plan, request.level);
    notes.append(&mut counted.notes);
    let mut out = Vec::new();
    let count = slices.labels.len();
    // Metrics that others rest on come first: values by metric and cell.
    let mut values: BTreeMap<(usize, usize, usize), Option<f64>> = BTreeMap::new();
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
    for &index in &order {
        let metric = plan.metrics[index];
        for period in 0..request.periods.len() {
            for slice in present(plan, &slices, index) {
                let at = period * count + slice as usize;
                let mut finished: Vec<(Option<Compare>, Cell, Known)> = Vec::new();
                for (key, lane) in lanes_of(&lanes, period) {
                    let earlier = key.map(|c| c.of(&request.periods[period]));
                    let label = earlier.as_ref().unwrap_or(&request.periods[period]);
                    let window = &lanes[lane].windows[lanes[lane].period.iter().position(|p| *p == period).unwrap_or(0)];
                    let mut cell = blank(metric, label, canon, by, &slices.labels[slice as usize]);
                    cell.left_truncated = counted.truncated(metric, window);
                    let known = if let Some(absent) = absent(plan, &slices, index, metric, window.as_of, label, canon) {
                        cell.absent = Some(absent);
                        Known::default()
                    } else {
                        finish_one(plan, index, &mut counted, lane, at, request.level, &mut cell, &values)
                    };
                    if cell.value.is_none() && cell.absent.is_none() {
                        cell.absent = Some(Absent::NoRows);
                    }
                    if cell.absent.is_some() {
                        cell.value = None;
                        cell.low = None;
                        cell.high = None;
                        cell.interval_absent = None;
                        cell.method = None;
                        cell.deff = None;
                    }
                    values.insert((index, lane, at), cell.value);
                    finished.push((key, cell, known));
                }
                let mut finished = finished.into_iter();
                let Some((_, mut cell, known)) = finished.next() else { continue };
                for (compare, older, older_known) in finished {
                    let Some(compare) = compare else { continue };
                    let shared = counted.shared(index, compare, at, period, &lanes, cell.value, older.value);
                    let few = older_known.private > 0 && older.stakeholders < suppress::FEWEST;
                    if !few && (older.value.is_some() || older.absent.is_some()) {
                        let mut change = change::change(
                            metric,
                            plan.undated[index],
                            (&cell, &known),
                            (&older, &older_known),
                            shared,
                            request.level,
                        );
                        // Before the data begin there is nothing to compare with: few customers then were not few customers.
                        if older.left_truncated {
                            change.reading = crate::stats::Reading::Unclear;
                        }
                        cell.changes.insert(compare.as_str(), change);
                    }
                }
                let private = known.private;
                out.push(((index, period), Found { cell, private }));
            }
        }
    }
    Ok(out)
}

/// The lanes that hold a window for a period: itself first, then what it is compared with.
fn lanes_of(lanes: &[window::Lane], period: usize) -> impl Iterator<Item = (Option<Compare>, usize)> + '_ {
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
        Some(fact) => of_fact(fact.name),
        None => metric
            .parts()
            .iter()
            .filter_map(|id| plan.index(id))
            .filter_map(|p| plan.metrics[p].fact)
            .find_map(|f| of_fact(f.name)),
    };
    match found {
        Some(found) => found,
        // Nothing to slice: say once that and why it is missing, on the first slice or, without any, on the whole.
        None => (0..slices.labels.len().min(1) as u32).collect(),
    }
}

/// Why a metric has no value in a window whatever was counted.
fn absent(plan: &Plan, slices: &Slices, index: usize, metric: &Metric, as_of: i64, period: &Period, canon: &Canon) -> Option<Absent> {
    if let Some(absent) = &plan.absent[index] {
        return Some(absent.clone());
    }
    if let Some(Err(dimension)) = metric.fact.and_then(|f| slices.facts.get(f.name)) {
        return Some(Absent::MissingInput(format!("dimension {dimension}")));
    }
    if let Some(days) = metric.window_days
        && canon.zone.midnight(window::later(period.last_day_exclusive, days)) > as_of
    {
        return Some(Absent::IncompleteWindow);
    }
    let first = || {
        metric
            .fact
            .into_iter()
            .flat_map(|f| f.tables)
            .filter_map(|t| canon.table(*t))
            .map(|r| r.first_event)
            .min()
    };
    if let Some(days) = metric.lookback_days
        && first().is_some_and(|first| window::later(canon.zone.day_of(first), days) > period.first_day)
    {
        return Some(Absent::IncompleteWindow);
    }
    None
}

fn blank(metric: &Metric, period: &Period, canon: &Canon, by: &[String], labels: &[String]) -> Cell {
    Cell {
        metric: metric.id.clone(),
        period: period.clone(),
        complete: period.is_complete(canon.as_of),
        left_truncated: false,
        by: by.iter().cloned().zip(labels.iter().cloned()).collect(),
        value: None,
        absent: None,
        low: None,
        high: None,
        interval_absent: None,
        n: 0,
        stakeholders: 0,
        deff: None,
        part: None,
        part_minus: None,
        whole: None,
        method: None,
        changes: BTreeMap::new(),
    }
}

#[allow(clippy::too_many_arguments)]
fn finish_one(
    plan: &Plan,
    index: usize,
    counted: &mut Cells,
    lane: usize,
    at: usize,
    level: f64,
    cell: &mut Cell,
    values: &BTreeMap<(usize, usize, usize), Option<f64>>,
) -> Known {
    let metric = plan.metrics[index];
    let of = |id: &str| plan.index(id).and_then(|i| values.get(&(i, lane, at)).copied().flatten());
    match &metric.kind {
        Kind::Derived { expr } => {
            cell.interval_absent = Some(Absent::NotDefined);
            let column = |id: &str| of(id).map_or(Value::Null, Value::Number);
            match expr.expr.eval(&column, &|_| 0) {
                expr::Value::Number(value) => cell.value = Some(value),
                _ => {
                    let why = metric.parts().iter().any(|id| of(id).is_none());
                    cell.absent = Some(if why { Absent::NoRows } else { Absent::ZeroDenominator });
                }
            }
            Known::default()
        }
        _ => {
            let scales = counted.scales(index);
            if counted.mixed(index, lane, at) {
                cell.absent = Some(Absent::MixedCurrencies);
                return Known::default();
            }
            let mut tally = counted.take(index, lane, at);
            let private = tally.as_ref().map_or(0, |t| t.private());
            let ranked = counted.ranked(index, lane, at);
            let known = finish::finish(metric, tally.as_mut(), ranked, scales, level, cell);
            let known = match (&metric.kind, &known.pairs) {
                (
                    Kind::Rate {
                        per,
                        exposure: crate::catalog::Exposure::Metric(id),
                        ..
                    },
                    Some(events),
                ) => finish::finish_rate(events, of(id), *per, level, cell),
                _ => known,
            };
            counted.put_back(index, lane, at, tally);
            Known { private, ..known }
        }
    }
}
