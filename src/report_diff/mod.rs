//! Why a number moved between two reports: which definitions changed, how far the value moved and whether that is more than chance, which
//! slices did better or worse and which only became larger or smaller, which stakeholders it comes from, and what is known of earlier periods
//! now that was not known then.

pub mod decomposition;
mod pair;
pub mod people;
pub mod redact;
mod settings;
pub mod stored;

use std::collections::BTreeMap;

use crate::catalog::MetricUnit;
use crate::report::{AbsentCode, Clock};
use crate::schema::{HOUR, Micros};
use crate::stats::{self, Interval, Reading};
use crate::wire::Cell;
pub use crate::wire::diff::Basis;
use crate::wire::report::{Metric, Report};
use decomposition::{Amount, Change, Effect};
use pair::Pair;
use people::People;
pub use settings::{InputChange, Redefined, Setting};

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
    pub clock: Clock,
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

    /// Whether both reports are of as much of their periods: both periods have ended, or both reports know as much time from the start.
    /// The change of a clock makes no difference.
    pub fn has_same_days(&self, other: &Head) -> bool {
        let elapsed = |head: &Head| head.as_of.saturating_sub(head.span.0);
        match (self.complete, other.complete) {
            (true, true) => true,
            (false, false) => elapsed(self).abs_diff(elapsed(other)) <= 2 * HOUR.unsigned_abs(),
            (true, false) | (false, true) => false,
        }
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
    /// What its value is a number of.
    pub unit: MetricUnit,
    /// Which direction is better.
    pub good: stats::BetterDirection,
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
    pub divided: Vec<Decomposition>,
    /// Dimensions by which it cannot be divided, and why; one without a name stands for all.
    pub undivided: Vec<(Option<String>, NotDecomposable)>,
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
    pub absent: Option<AbsentCode>,
    /// Rows in the whole.
    pub n: Option<u64>,
    /// Stakeholders in the whole.
    pub stakeholders: Option<u64>,
    /// The part; of a net share those for less those against.
    pub part: Option<f64>,
    /// The whole.
    pub whole: Option<f64>,
}

/// A change by the slices of a dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    /// The dimension.
    pub dimension: String,
    /// The slices, those with most to do with the change first.
    pub slices: Vec<Slice>,
}

impl Decomposition {
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
pub enum NotDecomposable {
    /// It is no sum of parts.
    Kind,
    /// Slices overlap.
    Overlap,
    /// Slices are hidden to protect few people.
    Hidden,
    /// The parts are not told, or do not give the value.
    Unknown,
}

impl NotDecomposable {
    /// The reason in words.
    pub fn as_str(self) -> &'static str {
        match self {
            NotDecomposable::Kind => {
                "its value is no sum of parts, so that no exact share of the change belongs to a slice or a stakeholder"
            }
            NotDecomposable::Overlap => "the same stakeholder may be in several slices, so that these do not add up to all",
            NotDecomposable::Hidden => "slices are hidden to protect few people",
            NotDecomposable::Unknown => "the reports do not tell the parts that give its value",
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
pub fn compare(then: (&str, &Report), now: (&str, &Report)) -> Comparison {
    let reports = [then, now].map(|(file, stored)| head(file, stored));
    let ((_, then), (_, now)) = (then, now);
    let same_period = reports[0].span == reports[1].span;
    let (before, after) = (by_id(then), by_id(now));
    let only = |these: &BTreeMap<&str, &Metric>, others: &BTreeMap<&str, &Metric>, of: &Report| {
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

fn head(file: &str, stored: &Report) -> Head {
    Head {
        file: file.to_string(),
        period: stored.period.label.clone(),
        span: (stored.period.start.0, stored.period.end.0),
        complete: stored.period.complete,
        as_of: stored.as_of.0,
        timezone: stored.timezone.clone(),
        currency: stored.currency.clone(),
        clock: stored.clock.clone(),
        level: stored.level,
        command: stored.command.clone(),
    }
}

fn by_id(stored: &Report) -> BTreeMap<&str, &Metric> {
    stored.metrics.iter().map(|metric| (metric.id.as_str(), metric)).collect()
}

fn cells(stored: &Report) -> BTreeMap<&str, Vec<&Cell>> {
    let mut found: BTreeMap<&str, Vec<&Cell>> = BTreeMap::new();
    for cell in &stored.cells {
        found.entry(cell.metric.as_str()).or_default().push(cell);
    }
    found
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

#[cfg(test)]
mod tests;
