//! Why a number moved between two reports: which definitions changed, how far the value moved and whether that is more than chance, which
//! slices did better or worse and which only became larger or smaller, which stakeholders it comes from, and what is known of earlier periods
//! now that was not known then.

pub mod parts;
pub mod people;
mod settings;
pub mod stored;

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::Micros;
use crate::stats::{self, Interval, Reading, Side};
use parts::{Amount, Change, Effect, Overlap, Shape, rest};
use people::{People, people, variance};
pub use settings::{InputChange, Redefined, Setting};
use stored::{Stored, StoredCell, StoredContributors, StoredMetric};

/// Two reports and how they differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The reports: then and now.
    pub reports: [Head; 2],
    /// Whether both are of the same period: what differs is corrected, and did not change.
    pub same_period: bool,
    /// Settings that differ.
    pub settings: Vec<Setting>,
    /// Files that differ.
    pub inputs: Vec<InputChange>,
    /// Metrics that are not compared, since they are not the same any more.
    pub redefined: Vec<Redefined>,
    /// Metrics that only the earlier report has, by title.
    pub only_then: Vec<(String, String)>,
    /// Metrics that only the later report has, by title.
    pub only_now: Vec<(String, String)>,
    /// The metrics that are in both; of one period those that differ only.
    pub metrics: Vec<Moved>,
}

/// One of the reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The file.
    pub file: String,
    /// Label of the period.
    pub period: String,
    /// First instant of the period, and first after it.
    pub span: (Micros, Micros),
    /// Whether the period was over.
    pub complete: bool,
    /// Nothing at or after it is known.
    pub as_of: Micros,
    /// Time zone.
    pub timezone: String,
    /// Currency of money.
    pub currency: Option<String>,
    /// The clock of durations.
    pub clock: String,
    /// Confidence level.
    pub level: f64,
    /// The command that made it.
    pub command: String,
}

impl Head {
    /// How long after the end of its period the report knows; less than nothing where it is not over.
    pub fn age(&self) -> Micros {
        self.as_of.saturating_sub(self.span.1)
    }
}

/// A metric then and now.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its family.
    pub family: String,
    /// Its unit.
    pub unit: String,
    /// Which direction is better.
    pub good: stats::Good,
    /// Its values.
    pub values: [Known; 2],
    /// The value then as the later report knows it at the age that its own period has, where it tells that and it is another one.
    pub at_same_age: Option<f64>,
    /// Its targets.
    pub targets: [Option<f64>; 2],
    /// The value now less the value then.
    pub delta: Option<f64>,
    /// Limits of the difference.
    pub interval: Option<Interval>,
    /// What these limits rest on.
    pub basis: Basis,
    /// What the interval says.
    pub reading: Reading,
    /// Whether the reading stands among all metrics that were compared.
    pub stands: bool,
    /// What both values are made of, where it is a sum of parts that moved.
    pub change: Option<Change>,
    /// The change by the slices of each dimension.
    pub divided: Vec<Divided>,
    /// Dimensions by which it cannot be divided, and why; one without a name stands for all.
    pub undivided: Vec<(Option<String>, Undivided)>,
    /// Who moved it.
    pub people: Option<People>,
    /// Earlier periods that the later report tells otherwise.
    pub restated: Vec<Restated>,
}

/// A value as a report knows it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// The value.
    pub value: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// Why there is none.
    pub absent: Option<String>,
    /// Rows in the whole.
    pub n: Option<u64>,
    /// Stakeholders in the whole.
    pub stakeholders: Option<u64>,
    /// The part; of a net share those for less those against.
    pub part: Option<f64>,
    /// The whole.
    pub whole: Option<f64>,
}

/// What the limits of a difference rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The later report compares the same two values itself, with the stakeholders who are in both.
    Reported,
    /// Square-and-add of both intervals, as if no stakeholder were in both.
    Independent,
    /// What each stakeholder had then and now, of those who are listed in both; as if no other were in both.
    Totals,
    /// There are none.
    None,
}

impl Basis {
    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Basis::Reported => "reported",
            Basis::Independent => "independent",
            Basis::Totals => "totals",
            Basis::None => "none",
        }
    }
}

/// A change by the slices of a dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Divided {
    /// The dimension.
    pub dimension: String,
    /// The slices, those with most to do with the change first.
    pub slices: Vec<Slice>,
}

impl Divided {
    /// What rates and mix make of the change; of ratios.
    pub fn rate_and_mix(&self) -> Option<(f64, f64)> {
        let sum = |of: fn(&Effect) -> Option<f64>| self.slices.iter().map(|slice| of(&slice.effect)).sum::<Option<f64>>();
        Some((sum(|e| e.rate)?, sum(|e| e.mix)?))
    }
}

/// A slice and what it has to do with a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// Its name; `None`: all slices that are not named.
    pub name: Option<String>,
    /// What it had then.
    pub then: Option<Amount>,
    /// What it has now.
    pub now: Option<Amount>,
    /// What it has to do with the change.
    pub effect: Effect,
}

/// Why a change cannot be divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undivided {
    /// It is no sum of parts.
    Kind,
    /// Slices overlap.
    Overlap,
    /// Slices are hidden to protect few people.
    Hidden,
    /// The parts are not told, or do not give the value.
    Unknown,
}

impl Undivided {
    /// The reason in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Undivided::Kind => "its value is no sum of parts, so that no exact share of the change belongs to a slice or a stakeholder",
            Undivided::Overlap => "the same stakeholder may be in several slices, so that these do not add up to all",
            Undivided::Hidden => "slices are hidden to protect few people",
            Undivided::Unknown => "the reports do not tell the parts that give its value",
        }
    }
}

/// An earlier period that the later report tells otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Restated {
    /// Label of the period.
    pub period: String,
    /// What each report knew.
    pub values: [Known; 2],
    /// As of when.
    pub known: [Micros; 2],
}

/// Compares two reports, the earlier first, each with what its file is called.
pub fn compare(then: (&str, &Stored), now: (&str, &Stored)) -> Comparison {
    let reports = [then, now].map(|(file, stored)| head(file, stored));
    let ((_, then), (_, now)) = (then, now);
    let same_period = reports[0].span == reports[1].span;
    let (before, after) = (by_id(then), by_id(now));
    let only = |these: &BTreeMap<&str, &StoredMetric>, others: &BTreeMap<&str, &StoredMetric>, of: &Stored| {
        let missing = of
            .metrics
            .iter()
            .filter(|metric| these.contains_key(metric.id.as_str()) && !others.contains_key(metric.id.as_str()));
        missing.map(|metric| (metric.id.clone(), metric.title.clone())).collect()
    };
    let mut redefined = Vec::new();
    let mut metrics = Vec::new();
    let (cells_then, cells_now) = (cells(then), cells(now));
    for metric in after.values() {
        let Some(old) = before.get(metric.id.as_str()) else { continue };
        match settings::redefined(old, metric, &reports, then, now) {
            Some(changed) => redefined.push(changed),
            None => {
                let pair = Pair {
                    reports: &reports,
                    same_period,
                    metrics: [old, metric],
                    cells: [&cells_then, &cells_now].map(|cells| cells.get(metric.id.as_str()).map_or(&[][..], Vec::as_slice)),
                    contributors: [then, now].map(|report| report.contributors.iter().find(|c| c.metric == metric.id)),
                };
                metrics.extend(pair.moved());
            }
        }
    }
    let order = |id: &str| now.metrics.iter().position(|metric| metric.id == id);
    redefined.sort_by_key(|one| order(&one.id));
    metrics.sort_by_key(|one| order(&one.id));
    let p: Vec<Option<f64>> = metrics.iter().map(|metric| p_value(metric, reports[1].level)).collect();
    for (metric, stands) in metrics.iter_mut().zip(stats::stands(&p, reports[1].level)) {
        metric.stands = stands && !matches!(metric.reading, Reading::NoClearChange | Reading::Unclear);
    }
    Comparison {
        same_period,
        settings: settings::settings(then, now),
        inputs: settings::inputs(then, now),
        only_then: only(&before, &after, then),
        only_now: only(&after, &before, now),
        redefined,
        metrics,
        reports,
    }
}

impl Comparison {
    /// Whether the reports say the same.
    pub fn is_same(&self) -> bool {
        let nothing = self.settings.is_empty() && self.inputs.is_empty() && self.redefined.is_empty();
        self.same_period && nothing && self.only_then.is_empty() && self.only_now.is_empty() && self.metrics.is_empty()
    }
}

fn head(file: &str, stored: &Stored) -> Head {
    Head {
        file: file.to_string(),
        period: stored.period.label.clone(),
        span: (stored.period.start, stored.period.end),
        complete: stored.period.complete,
        as_of: stored.as_of,
        timezone: stored.timezone.clone(),
        currency: stored.currency.clone(),
        clock: stored.clock.clone(),
        level: stored.level,
        command: stored.command.clone(),
    }
}

fn by_id(stored: &Stored) -> BTreeMap<&str, &StoredMetric> {
    stored.metrics.iter().map(|metric| (metric.id.as_str(), metric)).collect()
}

fn cells(stored: &Stored) -> BTreeMap<&str, Vec<&StoredCell>> {
    let mut found: BTreeMap<&str, Vec<&StoredCell>> = BTreeMap::new();
    for cell in &stored.cells {
        found.entry(cell.metric.as_str()).or_default().push(cell);
    }
    found
}

fn known(cell: &StoredCell) -> Known {
    Known {
        value: cell.value,
        low: cell.low,
        high: cell.high,
        absent: cell.absent.clone(),
        n: cell.n,
        stakeholders: cell.stakeholders,
        part: cell.part.map(|part| part - cell.part_minus.unwrap_or_default()),
        whole: cell.whole,
    }
}

/// The smallest 1 - level at which the interval of a change leaves out zero, with the degrees of freedom of the side with fewer stakeholders.
fn p_value(moved: &Moved, level: f64) -> Option<f64> {
    let fewer = moved.values.iter().map(|known| known.stakeholders.unwrap_or_default()).min()?;
    let df = match moved.basis {
        // Normal by its definition.
        Basis::Totals => f64::INFINITY,
        _ => fewer as f64 - 1.0,
    };
    stats::scaled_p_value(moved.delta?, moved.interval.as_ref()?, df, level)
}

/// What the later report compares with, if it is of the earlier report's period and not the value that this one gave.
fn at_same_age(now: &StoredCell, then: &StoredCell, value: f64) -> Option<f64> {
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
struct Pair<'a> {
    reports: &'a [Head; 2],
    same_period: bool,
    metrics: [&'a StoredMetric; 2],
    cells: [&'a [&'a StoredCell]; 2],
    contributors: [Option<&'a StoredContributors>; 2],
}

impl<'a> Pair<'a> {
    /// The cell of a report's own period over all slices.
    fn own(&self, side: usize) -> Option<&'a StoredCell> {
        let span = self.reports[side].span;
        let mut cells = self.cells[side].iter();
        cells.find(|cell| cell.by.is_empty() && (cell.start, cell.end) == span).copied()
    }

    fn moved(&self) -> Option<Moved> {
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
        let is_read = !self.same_period && !then.left_truncated && !metric.undated;
        let mut moved = Moved {
            id: metric.id.clone(),
            title: metric.title.clone(),
            family: metric.family.clone(),
            unit: metric.unit.clone(),
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
    fn interval(&self, then: &StoredCell, now: &StoredCell, delta: f64) -> Option<(Interval, Basis)> {
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
        let side = |cell: &StoredCell| {
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
    fn change(&self, values: &[Known; 2]) -> Result<Change, Undivided> {
        let shape = shape(self.metrics[1])?;
        let amount = |known: &Known| amount(shape, known).ok_or(Undivided::Unknown);
        let change = Change {
            shape,
            then: amount(&values[0])?,
            now: amount(&values[1])?,
        };
        let (then, now) = change.values().ok_or(Undivided::Unknown)?;
        let gives = |told: Option<f64>, value: f64| told.is_some_and(|told| (told - value).abs() <= 1e-6 * (1.0 + told.abs()));
        if gives(values[0].value, then) && gives(values[1].value, now) {
            Ok(change)
        } else {
            Err(Undivided::Unknown)
        }
    }

    /// Divides the change by each dimension that both reports have slices of.
    fn divide(&self, change: &Change, moved: &mut Moved) {
        let dimensions = |side: usize| -> BTreeSet<&str> {
            let slices = self.cells[side].iter().filter(|cell| cell.by.len() == 1);
            slices.flat_map(|cell| cell.by.keys().map(String::as_str)).collect()
        };
        for dimension in dimensions(0).intersection(&dimensions(1)) {
            match self.slices(change, &moved.values, dimension) {
                Ok(slices) => moved.divided.push(Divided {
                    dimension: dimension.to_string(),
                    slices,
                }),
                Err(why) => moved.undivided.push((Some(dimension.to_string()), why)),
            }
        }
    }

    fn slices(&self, change: &Change, values: &[Known; 2], dimension: &str) -> Result<Vec<Slice>, Undivided> {
        let mut named: BTreeMap<&str, [Option<Amount>; 2]> = BTreeMap::new();
        let mut others = [None; 2];
        for side in [0, 1] {
            let mut amounts = Vec::new();
            for cell in self.cells[side].iter().filter(|cell| cell.by.len() == 1) {
                let Some(name) = cell.by.get(dimension) else { continue };
                if cell.absent.as_deref() == Some("suppressed") {
                    return Err(Undivided::Hidden);
                }
                if cell.value.is_none() {
                    continue;
                }
                let known = known(cell);
                let amount = amount(change.shape, &known).ok_or(Undivided::Unknown)?;
                amounts.push((amount, known.n.ok_or(Undivided::Unknown)?));
                named.entry(name).or_default()[side] = Some(amount);
            }
            let all = [change.then, change.now][side];
            let n = values[side].n.ok_or(Undivided::Unknown)?;
            others[side] = rest((all, n), &amounts, change.shape).map_err(|Overlap| Undivided::Overlap)?;
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
        let known_at = |side: usize, cell: &StoredCell| cell.end.saturating_add(self.reports[side].age());
        let mut found: Vec<(Micros, Restated)> = Vec::new();
        for now in self.cells[1].iter().filter(|cell| cell.by.is_empty()) {
            let mut earlier = self.cells[0].iter().filter(|cell| cell.by.is_empty());
            let Some(then) = earlier.find(|cell| (cell.start, cell.end) == (now.start, now.end)) else {
                continue;
            };
            let at = [known_at(0, then), known_at(1, now)];
            let values = [known(then), known(now)];
            let is_own = self.same_period && (now.start, now.end) == self.reports[1].span;
            if at[0] <= at[1] && !is_own && !all_alike(&values[0], &values[1]) {
                let restated = Restated {
                    period: now.period.clone(),
                    values,
                    known: at,
                };
                found.push((now.start, restated));
            }
        }
        found.sort_by_key(|(start, _)| *start);
        found.into_iter().map(|(_, restated)| restated).collect()
    }
}

/// How the values of a kind follow from parts.
fn shape(metric: &StoredMetric) -> Result<Shape, Undivided> {
    match metric.kind.as_deref() {
        Some("count" | "sum") => Ok(Shape::Total),
        Some("share" | "mean" | "ratio") => Ok(Shape::Ratio(1.0)),
        Some("net_share") => Ok(Shape::Ratio(100.0)),
        Some("rate") => metric.per.map(Shape::Ratio).ok_or(Undivided::Unknown),
        _ => Err(Undivided::Kind),
    }
}

fn amount(shape: Shape, known: &Known) -> Option<Amount> {
    match shape {
        // The value, since what is counted once is not what is added.
        Shape::Total => known.value.map(|part| Amount { part, whole: 0.0 }),
        Shape::Ratio(_) => known.part.zip(known.whole).map(|(part, whole)| Amount { part, whole }),
    }
}

#[cfg(test)]
mod tests;
