//! The rows behind a number: each row of the fact that a cell counts, what it adds, and the records that it is made of.

use std::ops::Range;

use anyhow::Result;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::columns::{Evaluator, place, reason};
use super::counting::{CountTask, Placement, blocks};
use super::finishing::absence::absent;
use super::ids::{Grid, Id};
use super::plan::{FactPlan, Plan, PlannedMetric, is_money};
use super::private::{Private, is_about_protected_people};
use super::requirements::check_loaded;
use super::slices::Slices;
use super::window_sets::{WindowSet, window_sets};
use crate::canonical::CanonicalTables;
use crate::catalog::{Catalog, Metric};
use crate::diagnostics::Problem;
use crate::expr::Expr;
use crate::facts::context::{Context, Settings, Slicing};
use crate::facts::frame::{Frame, Unknown};
use crate::facts::{self, Prepared};
use crate::period::Period;
use crate::report::AbsentReason;

/// The cell, or the cells of the slices, whose rows are wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Id of the metric; it exists in the catalogue.
    pub metric: String,
    /// The period.
    pub period: Period,
    /// The dimensions of the slices.
    pub by: Vec<String>,
    /// Which slices count, over dimensions.
    pub filter: Option<Expr>,
}

/// What a row adds to the number, or a thing that it names.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// `yes`, `no`, `plus`, `minus`.
    Word(&'static str),
    /// A number in the unit of its column.
    Number(f64),
    /// A text of the data, by its code.
    Text(u32),
    /// An id, of which only a number is known: the first to be met is 1.
    Thing(u64),
    /// Nothing is known.
    Nothing,
}

/// A row of the fact.
#[derive(Debug, Clone, PartialEq)]
pub struct FactRow {
    /// Code of its stakeholder; [`crate::schema::NO_CODE`] where unknown.
    pub stakeholder: u32,
    /// Its slice, as an index into [`SupportingRows::slices`].
    pub slice: u32,
    /// What it adds, in the order of [`SupportingRows::columns`].
    pub entries: Vec<Entry>,
    /// The records that it is made of: source and line.
    pub records: Vec<(u16, u32)>,
}

/// The rows behind a number.
#[derive(Debug, Default)]
pub struct SupportingRows {
    /// What the entries of a row are: `in_part`, `value`, `over`, `under`, `event`, `time`, `exposure`, `group`, `thing`, `weight`.
    pub columns: Vec<&'static str>,
    /// Labels of the slices.
    pub slices: Vec<Vec<String>>,
    /// The rows: as many as the n of the cell, by stakeholder.
    pub rows: Vec<FactRow>,
    /// Why there is no number though there are rows.
    pub absent: Option<AbsentReason>,
}

/// The rows behind the cells of a metric in a period. Lines of rows were kept when the canonical tables were read.
///
/// # Errors
///
/// A metric that rests on others alone, inputs or dimensions that do not give it, and protected people, whose rows nobody is shown:
/// as problems. All else is a defect.
pub fn rows(canonical: &CanonicalTables, catalog: &Catalog, settings: &Settings, wanted: &Wanted) -> Result<SupportingRows> {
    let plan = Plan::new(catalog, std::slice::from_ref(&wanted.metric), canonical, settings);
    let Some(id) = plan.id(&wanted.metric) else {
        anyhow::bail!("{} is not in the catalogue", wanted.metric);
    };
    let planned = &plan.metrics[id];
    let metric = planned.metric;
    may_show(metric)?;
    if let Some(absent) = &planned.absent {
        let missing = absent.detail().unwrap_or_default();
        return Err(Problem::data(format!("these inputs cannot give `{}`", metric.id))
            .why(format!("{} ({missing})", absent.as_str()))
            .into());
    }
    let specs: Vec<_> = plan.facts.iter().map(|f| f.spec).collect();
    let slices = Slices::new(canonical, &specs, &wanted.by, wanted.filter.as_ref());
    let sets = window_sets(std::slice::from_ref(&wanted.period), &[], false, canonical.as_of);
    let (Some((_, set)), Some(fact)) = (sets.iter().next(), plan.fact(metric)) else {
        anyhow::bail!("{} has no fact", metric.id);
    };
    check_loaded(&plan, fact, canonical)?;
    let slicing = match slices.facts.get(fact.spec.name()) {
        Some(Ok((slicing, _))) => slicing,
        Some(Err(dimension)) => {
            let what = format!("`{}` cannot be sliced by `{dimension}`", metric.id);
            return Err(Problem::usage(what).why(format!("its rows are {}", fact.spec.text)).into());
        }
        None => anyhow::bail!("{} was not sliced", fact.spec.name()),
    };
    let private = Private::new(canonical);
    let job = Job {
        canonical,
        settings,
        planned,
        fact,
        slicing,
        set,
        prepared: &facts::prepare(fact.spec, canonical, settings, set.windows.as_slice()),
        grid: Grid::new(1, slices.labels.len()),
        private: &private,
    };
    let mut behind = SupportingRows {
        columns: columns(planned),
        slices: slices.labels.as_slice().to_vec(),
        rows: Vec::new(),
        absent: absent(&slices, planned, canonical.as_of, &wanted.period, canonical),
    };
    let mut things: FxHashMap<i64, u64> = FxHashMap::default();
    let mut currencies: Vec<u32> = Vec::new();
    let mut unknown: Option<Unknown> = None;
    for some in blocks(canonical, fact.spec).chunks(4 * rayon::current_num_threads().max(1)) {
        let done: Vec<Result<Block>> = some.par_iter().map(|range| job.block(range.clone())).collect();
        for block in done {
            let mut block = block?;
            if block.protected {
                let hint = "leave them out: --where \"type is null or type <> 'employee'\", and without private sources";
                return Err(refusal(metric, "there are protected people among its rows", hint).into());
            }
            // Ids are hashes; they are numbered as they come, so that they can be distinguished.
            for entry in block.rows.iter_mut().flat_map(|row| &mut row.entries) {
                if let Entry::Thing(key) = entry {
                    let next = things.len() as u64 + 1;
                    *entry = Entry::Thing(*things.entry(*key as i64).or_insert(next));
                }
            }
            behind.rows.append(&mut block.rows);
            currencies.append(&mut block.currencies);
            unknown = unknown.into_iter().chain(block.unknown).min();
        }
    }
    currencies.sort_unstable();
    currencies.dedup();
    if canonical.cannot_add(currencies.into_iter()) {
        behind.absent = Some(AbsentReason::MixedCurrencies);
    } else if let Some(why) = unknown {
        behind.absent = Some(reason(why));
    }
    Ok(behind)
}

/// Whether a metric has rows that may be shown, whatever the data are.
///
/// # Errors
///
/// A metric that rests on others alone, or one about employees; as wrong usage.
pub fn may_show(metric: &Metric) -> Result<()> {
    if metric.fact.is_none() {
        Err(computed_from_others(metric).into())
    } else if is_about_protected_people(metric) {
        Err(refusal(metric, "it is about employees", "").into())
    } else {
        Ok(())
    }
}

fn computed_from_others(metric: &Metric) -> Problem {
    let parts: Vec<String> = metric.parts().iter().map(|id| format!("`{id}`")).collect();
    let (last, others) = parts.split_last().map_or(("", &[][..]), |(last, others)| (last.as_str(), others));
    let listed = if others.is_empty() {
        last.to_string()
    } else {
        format!("{} and {last}", others.join(", "))
    };
    Problem::usage(format!("`{}` has no rows of its own", metric.id))
        .why(format!("it is computed from {listed}"))
        .hint(format!(
            "ask for the rows of {}",
            if others.is_empty() { "that metric" } else { "each of these" }
        ))
}

fn refusal(metric: &Metric, why: &'static str, hint: &'static str) -> Problem {
    Problem::usage(format!("the rows of `{}` are not shown", metric.id))
        .why(format!(
            "{why}, and people of these are shown in groups only (employees, and sources marked private)"
        ))
        .hint(hint)
}

/// What the entries of a row are.
fn columns(planned: &PlannedMetric) -> Vec<&'static str> {
    let mut columns = planned.kind().entry_names();
    columns.extend(planned.metric.weight.as_ref().map(|_| "weight"));
    columns
}

/// What a block of stakeholders gave.
#[derive(Default)]
struct Block {
    rows: Vec<FactRow>,
    /// The currencies of the rows, where money of several may meet.
    currencies: Vec<u32>,
    protected: bool,
    /// Why a value of a row is not known, if one is not.
    unknown: Option<Unknown>,
}

struct Job<'a> {
    canonical: &'a CanonicalTables,
    settings: &'a Settings,
    planned: &'a PlannedMetric<'a>,
    fact: &'a FactPlan,
    slicing: &'a Slicing,
    set: &'a WindowSet,
    prepared: &'a Prepared,
    grid: Grid,
    private: &'a Private,
}

impl Job<'_> {
    fn block(&self, range: Range<u32>) -> Result<Block> {
        let mut frame = Frame::new(self.fact.spec, &|name| self.fact.wanted.contains(name), true);
        let context = Context {
            canonical: self.canonical,
            settings: self.settings,
            slicing: self.slicing,
            windows: self.set.windows.as_slice(),
        };
        facts::build(self.fact.spec, &context, self.prepared, range, &mut frame);
        let metric = self.planned.metric;
        let placed = place(&frame, &metric.when, self.set)?;
        let mut block = Block::default();
        if placed.order.is_empty() {
            return Ok(block);
        }
        let evaluator = Evaluator {
            canonical: self.canonical,
            settings: self.settings,
            plan: self.fact,
        };
        let columns = evaluator.columns(&[metric], &frame, &placed, self.set, &metric.when)?.remove(0);
        let placement = Placement::new(&frame, &placed, &self.set.period, self.grid);
        let currencies = if is_money(metric) { frame.codes("currency") } else { None };
        let task = CountTask {
            placement: &placement,
            keep: columns.keep.as_deref(),
            sources: self.planned.sources.as_deref(),
            is_protected: &|stakeholder, source| self.private.is(stakeholder, source),
            with_entries: false,
            with_other_groups: false,
        };
        block.unknown = columns.unknown.iter().map(|(_, why)| *why).min();
        for at in task.rows().filter(|&at| columns.kind.is_counted(at, placement.stakeholder[at])) {
            let row = placed.order[at] as usize;
            let records = self.records(&frame, row);
            block.protected |= self.private.is(placement.stakeholder[at], placement.source[at]);
            block.protected |= records.iter().any(|(source, _)| self.canonical.sources[*source as usize].private);
            block.currencies.extend(currencies.map(|codes| codes[row]));
            block.rows.push(FactRow {
                stakeholder: placement.stakeholder[at],
                slice: placement.cell[at].index() as u32,
                entries: columns.kind.entries(at),
                records,
            });
        }
        block.currencies.sort_unstable();
        block.currencies.dedup();
        Ok(block)
    }

    /// Source and line of the records behind a row of the frame, by source and line.
    fn records(&self, frame: &Frame, row: usize) -> Vec<(u16, u32)> {
        let origins = frame.origins.iter().flat_map(|origins| &origins[row]);
        let mut records: Vec<(u16, u32)> = origins
            .filter_map(|&(table, row)| {
                let rows = self.canonical.table(table)?;
                Some((rows.source_of(row as usize), *rows.line.as_ref()?.get(row as usize)?))
            })
            .collect();
        records.sort_unstable();
        records.dedup();
        records
    }
}
