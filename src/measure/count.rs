//! One linear pass over a view's rows, sorted by stakeholder: what each stakeholder adds to each cell, and from that the tallies.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::evaluate::{Inputs, Num, Placed};
use super::other_groups::{Adding, Rests};
use super::tally::{Flush, Groups, Pairs, Tally, Values};
use crate::catalog::{Entity, Kind, Metric, Under};
use crate::facts::frame::Frame;
use crate::schema::{NO_CODE, NO_INT};
use crate::stats::Observation;

/// Where the rows of a view lie: the cell of each placed row (period index x slices + slice), and who its stakeholder is.
#[derive(Debug)]
pub struct Cells {
    /// Cell of each placed row; [`NO_CODE`] where `--where` leaves the row out.
    pub cell: Vec<u32>,
    /// Stakeholder of each placed row.
    pub stakeholder: Vec<u32>,
    /// Source of each placed row.
    pub source: Vec<u16>,
    /// Number of cells.
    pub count: usize,
}

impl Cells {
    /// The cells of placed rows; `period` gives the run's period of each window.
    pub fn new(frame: &Frame, placed: &Placed, period: &[usize], periods: usize, slices: usize) -> Cells {
        let mut cells = Cells {
            cell: Vec::with_capacity(placed.order.len()),
            stakeholder: Vec::with_capacity(placed.order.len()),
            source: Vec::with_capacity(placed.order.len()),
            count: periods * slices,
        };
        for (&row, &window) in placed.order.iter().zip(&placed.window) {
            let slice = frame.slice[row as usize];
            cells.cell.push(if slice == NO_CODE {
                NO_CODE
            } else {
                (period[window as usize] * slices) as u32 + slice
            });
            cells.stakeholder.push(frame.stakeholder[row as usize]);
            cells.source.push(frame.source[row as usize]);
        }
        cells
    }
}

/// What one metric counted in a block.
#[derive(Debug, Default)]
pub struct Counted {
    /// By cell.
    pub tallies: FxHashMap<u32, Tally>,
    /// What each stakeholder added, in the order of stakeholders; kept only where periods are compared.
    pub flushes: Vec<Flush>,
    /// What is in other slices; kept only where slices are compared.
    pub rests: Option<Rests>,
}

/// What is kept of each stakeholder beside the tallies.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keep {
    /// What it added, to be set against an earlier period.
    pub flushes: bool,
    /// What it added in other slices of so many.
    pub rests: Option<u32>,
}

/// Steps of the part and of the whole in one unit.
pub fn scales(metric: &Metric, inputs: &Inputs) -> (f64, f64) {
    let scale = |i: usize| inputs.numbers.get(i).map_or(1.0, Num::scale);
    match &metric.kind {
        Kind::Sum { .. } | Kind::Mean { .. } | Kind::Concentration { .. } => (scale(0), 1.0),
        Kind::Ratio { .. } => (scale(0), scale(1)),
        Kind::Rate { .. } => (1.0, scale(0)),
        _ => (1.0, 1.0),
    }
}

/// Counts one metric over the rows of a view.
pub fn count(
    metric: &Metric,
    inputs: &Inputs,
    cells: &Cells,
    sources: Option<&[bool]>,
    private: &dyn Fn(u32, u16) -> bool,
    keep: Keep,
) -> Counted {
    let rows = kept(inputs, cells, sources);
    match &metric.kind {
        Kind::Quantile { .. } => ranked(&inputs.numbers[0], cells, rows, private),
        Kind::SurvivalQuantile { .. } => survival(inputs, cells, rows, private),
        Kind::Concentration { group, .. } => groups(inputs, group, cells, rows, private),
        Kind::Derived { .. } => Counted::default(),
        _ => pairs(metric, inputs, cells, rows, private, keep),
    }
}

/// The rows that fulfil the metric's condition, lie in a cell, and come from a source that tells enough.
fn kept(inputs: &Inputs, cells: &Cells, sources: Option<&[bool]>) -> impl Iterator<Item = usize> {
    let counts =
        move |row: &usize| inputs.keep[*row] && cells.cell[*row] != NO_CODE && sources.is_none_or(|ok| ok[cells.source[*row] as usize]);
    (0..cells.cell.len()).filter(counts)
}

/// The rows of a view that one metric counts: those of the n of its cells.
pub fn counted(metric: &Metric, inputs: &Inputs, cells: &Cells, sources: Option<&[bool]>) -> impl Iterator<Item = usize> {
    kept(inputs, cells, sources).filter(move |&row| match &metric.kind {
        Kind::Quantile { .. } => inputs.numbers[0].at(row).is_some(),
        Kind::SurvivalQuantile { .. } => inputs.numbers[usize::from(!inputs.flags[0][row])].at(row).is_some(),
        Kind::Concentration { .. } => inputs.things.as_ref().is_none_or(|things| things[row] != NO_INT),
        Kind::Derived { .. } => false,
        _ => addition(metric, inputs, row).is_some(),
    })
}

/// Sums a part and a whole by stakeholder and cell.
fn pairs(
    metric: &Metric,
    inputs: &Inputs,
    cells: &Cells,
    rows: impl Iterator<Item = usize>,
    private: &dyn Fn(u32, u16) -> bool,
    keep: Keep,
) -> Counted {
    let scales = scales(metric, inputs);
    let distinct = inputs.things.is_some();
    let by_stakeholder = matches!(
        metric.kind,
        Kind::Ratio {
            under: Under::Distinct(Entity::Stakeholder),
            ..
        }
    );
    let by_head = matches!(
        metric.kind,
        Kind::Count {
            distinct: Some(Entity::Stakeholder)
        }
    );
    // Where stakeholders are counted, each counts once in a cell, above or below the line.
    let once = move |flush: &mut Flush| {
        if by_stakeholder {
            flush.ni = 1;
        }
        if by_head {
            flush.xi = 1;
        }
    };
    let mut rests = keep.rests.filter(|_| !distinct).map(Rests::new);
    let adding = Adding {
        scales,
        once: &once,
        private,
    };
    // By cell, as a list: each stakeholder of each metric would cost a look-up in a hash table, and 3 % of a run.
    let mut found: Vec<Option<Box<Pairs>>> = (0..cells.count).map(|_| None).collect();
    let mut flushes = Vec::new();
    let mut things: FxHashMap<u32, BTreeSet<i64>> = FxHashMap::default();
    let mut current: Vec<(Flush, u16)> = Vec::new();
    let mut slot: Vec<u32> = vec![NO_CODE; cells.count];
    let mut finish = |current: &mut Vec<(Flush, u16)>, slot: &mut Vec<u32>| {
        current.sort_unstable_by_key(|(f, _)| f.cell);
        if let Some(rests) = &mut rests {
            rests.add(current, &adding);
        }
        for (mut flush, source) in current.drain(..) {
            once(&mut flush);
            slot[flush.cell as usize] = NO_CODE;
            let pairs = found[flush.cell as usize].get_or_insert_default();
            pairs.add(&flush, scales, private(flush.stakeholder, source));
            if keep.flushes {
                flushes.push(flush);
            }
        }
    };
    let mut last = NO_CODE;
    for row in rows {
        let stakeholder = cells.stakeholder[row];
        if stakeholder != last || stakeholder == NO_CODE {
            finish(&mut current, &mut slot);
            last = stakeholder;
        }
        let Some(added) = addition(metric, inputs, row) else { continue };
        let cell = cells.cell[row];
        if let Some(things_in) = &inputs.things
            && things_in[row] != NO_INT
        {
            things.entry(cell).or_default().insert(things_in[row]);
        }
        let index = &mut slot[cell as usize];
        if *index == NO_CODE {
            *index = current.len() as u32;
            current.push((
                Flush {
                    stakeholder,
                    cell,
                    ..Flush::default()
                },
                cells.source[row],
            ));
        }
        let flush = &mut current[*index as usize].0;
        flush.rows += 1;
        flush.xi += added.xi;
        flush.ni += added.ni;
        flush.xf += added.xf;
        flush.nf += added.nf;
        flush.plus += added.plus;
        flush.minus += added.minus;
    }
    finish(&mut current, &mut slot);
    let tally = |(cell, pairs): (usize, Option<Box<Pairs>>)| {
        let (cell, pairs) = (cell as u32, pairs?);
        let tally = match distinct {
            true => Tally::Distinct(things.remove(&cell).unwrap_or_default(), pairs),
            false => Tally::Pairs(pairs),
        };
        Some((cell, tally))
    };
    Counted {
        tallies: found.into_iter().enumerate().filter_map(tally).collect(),
        flushes,
        rests,
    }
}

/// What a row adds to the part and the whole; `None` where the metric leaves the row out.
fn addition(metric: &Metric, inputs: &Inputs, row: usize) -> Option<Flush> {
    let mut add = Flush::default();
    let put = |num: &Num, exact: &mut i64, inexact: &mut f64| match num {
        Num::Int(values, _) if values[row] != NO_INT => *exact = values[row],
        Num::Float(values) if !values[row].is_nan() => *inexact = values[row],
        _ => {}
    };
    // An answer whose weight is unknown or not above zero says nothing about the population.
    let weight = inputs.weight.as_ref().map(|w| w[row]);
    if weight.is_some_and(|w| !(w > 0.0 && w.is_finite())) {
        return None;
    }
    match &metric.kind {
        Kind::Count { .. } => add.xi = 1,
        Kind::Sum { .. } => put(&inputs.numbers[0], &mut add.xi, &mut add.xf),
        Kind::Mean { .. } => {
            let value = inputs.numbers[0].at(row)?;
            match weight {
                None => {
                    put(&inputs.numbers[0], &mut add.xi, &mut add.xf);
                    add.ni = 1;
                }
                Some(w) => {
                    add.xf = w * value;
                    add.nf = w;
                }
            }
        }
        Kind::Share { .. } => weigh(&mut add, weight, i64::from(inputs.flags[0][row])),
        Kind::NetShare { .. } => {
            let (plus, minus) = (inputs.flags[0][row], inputs.flags[1][row]);
            weigh(&mut add, weight, i64::from(plus) - i64::from(minus));
            let w = weight.unwrap_or(1.0);
            add.plus = if plus { w } else { 0.0 };
            add.minus = if minus { w } else { 0.0 };
        }
        Kind::Ratio { under, .. } => {
            put(&inputs.numbers[0], &mut add.xi, &mut add.xf);
            match under {
                Under::Sum(_) => put(&inputs.numbers[1], &mut add.ni, &mut add.nf),
                // One for each stakeholder and cell: added up below as the number of stakeholders.
                Under::Distinct(_) => {}
            }
        }
        Kind::Rate { .. } => {
            add.xi = i64::from(inputs.flags[0][row]);
            if let Some(exposure) = inputs.numbers.first() {
                put(exposure, &mut add.ni, &mut add.nf);
            }
        }
        _ => return None,
    }
    Some(add)
}

fn weigh(add: &mut Flush, weight: Option<f64>, part: i64) {
    match weight {
        None => {
            add.xi = part;
            add.ni = 1;
        }
        Some(w) => {
            add.xf = w * part as f64;
            add.nf = w;
        }
    }
}

/// Counts each stakeholder of a cell once where `first` says that the row opens a new one.
struct Seen {
    last: Vec<u32>,
}

impl Seen {
    fn new(cells: usize) -> Seen {
        Seen {
            last: vec![NO_CODE; cells],
        }
    }

    fn is_first(&mut self, cell: u32, stakeholder: u32) -> bool {
        let last = &mut self.last[cell as usize];
        let first = stakeholder == NO_CODE || *last != stakeholder;
        *last = stakeholder;
        first
    }
}

fn ranked(number: &Num, cells: &Cells, rows: impl Iterator<Item = usize>, private: &dyn Fn(u32, u16) -> bool) -> Counted {
    let mut found: Vec<Option<Box<Values>>> = (0..cells.count).map(|_| None).collect();
    let mut seen = Seen::new(cells.count);
    for row in rows {
        let Some(value) = number.at(row) else { continue };
        let (cell, stakeholder) = (cells.cell[row], cells.stakeholder[row]);
        let values = found[cell as usize].get_or_insert_default();
        values.values.push(value);
        values.owners.push(stakeholder);
        if seen.is_first(cell, stakeholder) && private(stakeholder, cells.source[row]) {
            values.private += 1;
        }
    }
    let tallies = found
        .into_iter()
        .enumerate()
        .filter_map(|(cell, v)| v.map(|v| (cell as u32, Tally::Values(*v))))
        .collect();
    Counted {
        tallies,
        ..Counted::default()
    }
}

fn survival(inputs: &Inputs, cells: &Cells, rows: impl Iterator<Item = usize>, private: &dyn Fn(u32, u16) -> bool) -> Counted {
    let mut counted = Counted::default();
    let mut seen = Seen::new(cells.count);
    for row in rows {
        let event = inputs.flags[0][row];
        let Some(time) = inputs.numbers[usize::from(!event)].at(row) else {
            continue;
        };
        let (cell, cluster) = (cells.cell[row], cells.stakeholder[row]);
        let tally = counted.tallies.entry(cell).or_insert_with(|| Tally::Survival(Vec::new(), 0));
        if let Tally::Survival(observations, people) = tally {
            observations.push(Observation { time, event, cluster });
            if seen.is_first(cell, cluster) && private(cluster, cells.source[row]) {
                *people += 1;
            }
        }
    }
    counted
}

fn groups(
    inputs: &Inputs,
    group: &Entity,
    cells: &Cells,
    rows: impl Iterator<Item = usize>,
    private: &dyn Fn(u32, u16) -> bool,
) -> Counted {
    let mut counted = Counted::default();
    let mut seen = Seen::new(cells.count);
    for row in rows {
        let (cell, stakeholder) = (cells.cell[row], cells.stakeholder[row]);
        let key = match (group, &inputs.things) {
            (Entity::Column(_), Some(things)) if things[row] != NO_INT => things[row] as u64,
            (Entity::Column(_), _) => continue,
            (Entity::Stakeholder, _) => u64::from(stakeholder),
        };
        let tally = counted.tallies.entry(cell).or_insert_with(|| Tally::Groups(Groups::default()));
        if let Tally::Groups(groups) = tally {
            let total = groups.totals.entry(key).or_default();
            match &inputs.numbers[0] {
                Num::Int(values, _) if values[row] != NO_INT => total.0 += i128::from(values[row]),
                Num::Float(values) if !values[row].is_nan() => total.1 += values[row],
                _ => {}
            }
            groups.rows += 1;
            if seen.is_first(cell, stakeholder) {
                groups.stakeholders += 1;
                groups.private += u64::from(private(stakeholder, cells.source[row]));
            }
        }
    }
    counted
}
