//! One metric in two reports: how its value moved, and what of that belongs to which slice and stakeholder.

use std::collections::{BTreeMap, BTreeSet};

use super::decomposition::{Amount, Change, Overlap, Shape, rest};
use super::people::{people, variance};
use super::{Basis, Decomposition, Head, Known, Moved, NotDecomposable, Restated, Slice};
use crate::catalog::MetricKind;
use crate::report::AbsentCode;
use crate::schema::Micros;
use crate::stats::{self, Interval, Reading, Side};
use crate::wire::Cell;
use crate::wire::report::{Contributors, Metric};

fn known(cell: &Cell) -> Known {
    Known {
        value: cell.value,
        low: cell.low,
        high: cell.high,
        absent: cell.absent,
        n: cell.n,
        stakeholders: cell.stakeholders,
        part: cell.part.map(|part| part - cell.part_minus.unwrap_or_default()),
        whole: cell.whole,
    }
}

/// What the later report compares with, if it is of the earlier report's period and not the value that this one gave.
fn at_same_age(now: &Cell, then: &Cell, value: f64) -> Option<f64> {
    let mut of_period = now
        .changes
        .values()
        .filter(|change| change.period == then.period && change.period != now.period);
    of_period.find_map(|change| change.value).filter(|known| !alike(*known, value))
}

/// Whether two numbers are the same but for the last digits.
fn alike(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (a.abs() + b.abs())
}

fn all_alike(a: &Known, b: &Known) -> bool {
    let same = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => alike(a, b),
        (a, b) => a == b,
    };
    a.n == b.n && a.absent == b.absent && same(a.value, b.value) && same(a.part, b.part) && same(a.whole, b.whole)
}

/// One metric in both reports.
pub struct Pair<'a> {
    /// The reports.
    pub reports: &'a [Head; 2],
    /// Whether both are of one period.
    pub same_period: bool,
    /// What each says of the metric itself.
    pub metrics: [&'a Metric; 2],
    /// Its cells.
    pub cells: [&'a [&'a Cell]; 2],
    /// Who its values come from.
    pub contributors: [Option<&'a Contributors>; 2],
}

impl<'a> Pair<'a> {
    /// The cell of a report's own period over all slices.
    fn own(&self, side: usize) -> Option<&'a Cell> {
        let span = self.reports[side].span;
        let mut cells = self.cells[side].iter();
        cells.find(|cell| cell.by.is_empty() && (cell.start.0, cell.end.0) == span).copied()
    }

    /// How it moved; `None` where a report has no cell of its own period, or both tell the same of one period.
    pub fn moved(&self) -> Option<Moved> {
        let (then, now) = (self.own(0)?, self.own(1)?);
        let values = [known(then), known(now)];
        let metric = self.metrics[1];
        let targets = self.metrics.map(|metric| metric.target.as_ref().map(|target| target.value));
        if self.same_period && all_alike(&values[0], &values[1]) && targets[0] == targets[1] {
            let restated = self.restated();
            if restated.is_empty() {
                return None;
            }
        }
        let delta = values[1].value.zip(values[0].value).map(|(now, then)| now - then);
        let (interval, basis) = delta
            .and_then(|delta| self.interval(then, now, delta))
            .map_or((None, Basis::None), |(i, b)| (Some(i), b));
        let is_read = !self.same_period && self.reports[0].has_same_days(&self.reports[1]) && !then.left_truncated && !metric.undated;
        // One of the two has too little history.
        let is_read = is_read && then.not_assessed.is_none() && now.not_assessed.is_none();
        let mut moved = Moved {
            id: metric.id.clone(),
            title: metric.title.clone(),
            family: metric.family.clone(),
            unit: metric.unit,
            good: metric.good,
            at_same_age: then.value.and_then(|value| at_same_age(now, then, value)),
            targets,
            delta,
            reading: if is_read {
                stats::reading(interval.as_ref(), metric.good)
            } else {
                Reading::Unclear
            },
            interval: interval.filter(|_| is_read),
            basis: if is_read { basis } else { Basis::None },
            stands: false,
            change: None,
            divided: Vec::new(),
            undivided: Vec::new(),
            people: None,
            restated: self.restated(),
            values,
        };
        if delta.is_some_and(|delta| delta != 0.0) {
            match self.change(&moved.values) {
                Err(why) => moved.undivided.push((None, why)),
                Ok(change) => {
                    moved.change = Some(change);
                    self.divide(&change, &mut moved);
                    if let [Some(then), Some(now)] = self.contributors {
                        moved.people = people(&change, then, now);
                    }
                }
            }
        }
        Some(moved)
    }

    /// The interval of the difference, of two periods. Where the later report compares the two itself, and with the same value, it knows more.
    fn interval(&self, then: &Cell, now: &Cell, delta: f64) -> Option<(Interval, Basis)> {
        let told = now.changes.values().find(|change| {
            let is_same = change.value.zip(then.value).is_some_and(|(a, b)| alike(a, b));
            change.period == then.period && is_same && (change.low.is_some() || change.high.is_some())
        });
        if let Some(told) = told {
            let Interval { low, high } = Interval {
                low: told.low,
                high: told.high,
            };
            return Some((Interval { low, high }, Basis::Reported));
        }
        // Limits of two levels cannot be put together.
        let level = self.reports[1].level;
        if self.reports[0].level != level {
            return None;
        }
        if let (Ok(Shape::Total), [Some(then), Some(now)]) = (shape(self.metrics[1]), self.contributors) {
            let variance = variance(then, now);
            return variance
                .is_finite()
                .then(|| (stats::difference_of_totals(delta, variance, level), Basis::Totals));
        }
        let side = |cell: &Cell| {
            let is_there = cell.low.is_some() || cell.high.is_some();
            let interval = Interval {
                low: cell.low,
                high: cell.high,
            };
            cell.value.filter(|_| is_there).map(|value| Side::new(value, interval))
        };
        let (_, interval) = stats::difference(&side(now)?, &side(then)?, 0.0);
        Some((interval, Basis::Independent))
    }

    /// How the values follow from their parts.
    fn change(&self, values: &[Known; 2]) -> Result<Change, NotDecomposable> {
        let shape = shape(self.metrics[1])?;
        let amount = |known: &Known| amount(shape, known).ok_or(NotDecomposable::Unknown);
        let change = Change {
            shape,
            then: amount(&values[0])?,
            now: amount(&values[1])?,
        };
        let (then, now) = change.values().ok_or(NotDecomposable::Unknown)?;
        let gives = |told: Option<f64>, value: f64| told.is_some_and(|told| (told - value).abs() <= 1e-6 * (1.0 + told.abs()));
        if gives(values[0].value, then) && gives(values[1].value, now) {
            Ok(change)
        } else {
            Err(NotDecomposable::Unknown)
        }
    }

    /// Divides the change by each dimension that both reports have slices of.
    fn divide(&self, change: &Change, moved: &mut Moved) {
        let dimensions = |side: usize| -> BTreeSet<&str> {
            let slices = self.cells[side].iter().filter(|cell| cell.by.len() == 1);
            slices.flat_map(|cell| cell.by.names()).collect()
        };
        for dimension in dimensions(0).intersection(&dimensions(1)) {
            match self.slices(change, &moved.values, dimension) {
                Ok(slices) => moved.divided.push(Decomposition {
                    dimension: dimension.to_string(),
                    slices,
                }),
                Err(why) => moved.undivided.push((Some(dimension.to_string()), why)),
            }
        }
    }

    fn slices(&self, change: &Change, values: &[Known; 2], dimension: &str) -> Result<Vec<Slice>, NotDecomposable> {
        let mut named: BTreeMap<&str, [Option<Amount>; 2]> = BTreeMap::new();
        let mut others = [None; 2];
        for side in [0, 1] {
            let mut amounts = Vec::new();
            for cell in self.cells[side].iter().filter(|cell| cell.by.len() == 1) {
                let Some(name) = cell.by.get(dimension) else { continue };
                if cell.absent == Some(AbsentCode::Suppressed) {
                    return Err(NotDecomposable::Hidden);
                }
                if cell.value.is_none() {
                    continue;
                }
                let known = known(cell);
                let amount = amount(change.shape, &known).ok_or(NotDecomposable::Unknown)?;
                amounts.push((amount, known.n.ok_or(NotDecomposable::Unknown)?));
                named.entry(name).or_default()[side] = Some(amount);
            }
            let all = [change.then, change.now][side];
            let n = values[side].n.ok_or(NotDecomposable::Unknown)?;
            others[side] = rest((all, n), &amounts, change.shape).map_err(|Overlap| NotDecomposable::Overlap)?;
        }
        let slice = |name: Option<&str>, [then, now]: [Option<Amount>; 2]| Slice {
            name: name.map(str::to_string),
            then,
            now,
            effect: change.effect(then, now),
        };
        let mut slices: Vec<Slice> = named.into_iter().map(|(name, of)| slice(Some(name), of)).collect();
        if others.iter().any(Option::is_some) {
            slices.push(slice(None, others));
        }
        let size = |slice: &Slice| slice.effect.both.abs();
        slices.sort_by(|a, b| size(b).total_cmp(&size(a)));
        Ok(slices)
    }

    /// The periods of the series that both reports tell, and not alike: what came late, or was corrected. A period that the later report shows
    /// as of an earlier instant than the first did says nothing of that.
    fn restated(&self) -> Vec<Restated> {
        let known_at = |side: usize, cell: &Cell| cell.end.0.saturating_add(self.reports[side].age());
        let mut found: Vec<(Micros, Restated)> = Vec::new();
        for now in self.cells[1].iter().filter(|cell| cell.by.is_empty()) {
            let mut earlier = self.cells[0].iter().filter(|cell| cell.by.is_empty());
            let Some(then) = earlier.find(|cell| (cell.start, cell.end) == (now.start, now.end)) else {
                continue;
            };
            let at = [known_at(0, then), known_at(1, now)];
            let values = [known(then), known(now)];
            let is_own = self.same_period && (now.start.0, now.end.0) == self.reports[1].span;
            if at[0] <= at[1] && !is_own && !all_alike(&values[0], &values[1]) {
                let restated = Restated {
                    period: now.period.clone(),
                    values,
                    known: at,
                };
                found.push((now.start.0, restated));
            }
        }
        found.sort_by_key(|(start, _)| *start);
        found.into_iter().map(|(_, restated)| restated).collect()
    }
}

/// How the values of a kind follow from parts.
fn shape(metric: &Metric) -> Result<Shape, NotDecomposable> {
    match metric.kind {
        Some(MetricKind::Count | MetricKind::Sum) => Ok(Shape::Total),
        Some(MetricKind::Share | MetricKind::Mean | MetricKind::Ratio) => Ok(Shape::Ratio(1.0)),
        Some(MetricKind::NetShare) => Ok(Shape::Ratio(100.0)),
        Some(MetricKind::Rate) => metric.per.map(Shape::Ratio).ok_or(NotDecomposable::Unknown),
        Some(MetricKind::Quantile | MetricKind::SurvivalQuantile | MetricKind::Concentration | MetricKind::Derived) | None => {
            Err(NotDecomposable::Kind)
        }
    }
}

fn amount(shape: Shape, known: &Known) -> Option<Amount> {
    match shape {
        // The value, since what is counted once is not what is added.
        Shape::Total => known.value.map(|part| Amount { part, whole: 0.0 }),
        Shape::Ratio(_) => known.part.zip(known.whole).map(|(part, whole)| Amount { part, whole }),
    }
}
