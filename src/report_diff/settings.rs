//! What two reports were asked and made of: if that differs, a number may differ for nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::Head;
use crate::catalog::{MetricKind, MetricUnit};
use crate::check::{CURRENCY, PERIOD_LENGTH};
use crate::wire::report::{Metric, Report};

/// A setting that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// What it is.
    pub what: &'static str,
    /// What it was.
    pub then: String,
    /// What it is now.
    pub now: String,
}

/// A file that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct InputChange {
    /// Its name.
    pub name: String,
    /// Its digest then; `None`: it was not read.
    pub then: Option<String>,
    /// Its digest now; `None`: it was not read.
    pub now: Option<String>,
}

/// A metric that is not what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Redefined {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What of it is not what it was.
    pub what: Vec<String>,
}

/// The settings that differ.
pub fn settings(then: &Report, now: &Report) -> Vec<Setting> {
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_string());
    let dimensions = |stored: &Report| {
        let names: BTreeSet<&str> = stored.cells.iter().flat_map(|cell| cell.by.names()).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    };
    let all = [
        ("slices that count (--where)", said(&then.filter), said(&now.filter)),
        ("time zone", then.timezone.clone(), now.timezone.clone()),
        ("currency", said(&then.currency), said(&now.currency)),
        ("first day of weeks", said(&then.period.week_start), said(&now.period.week_start)),
        ("clock of durations", then.clock.to_string(), now.clock.to_string()),
        ("confidence level", then.level.to_string(), now.level.to_string()),
        ("dimensions", dimensions(then), dimensions(now)),
        ("version of relhealth", then.version.clone(), now.version.clone()),
    ];
    let differ = all.into_iter().filter(|(_, then, now)| then != now);
    differ.map(|(what, then, now)| Setting { what, then, now }).collect()
}

/// The files that differ, by name; one that was read several times counts once.
pub fn inputs(then: &Report, now: &Report) -> Vec<InputChange> {
    let digests = |stored: &Report| -> BTreeMap<String, String> {
        let each = stored.inputs.iter().map(|input| (input.name.clone(), input.sha256.clone()));
        each.collect()
    };
    let (before, after) = (digests(then), digests(now));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |name: &String| InputChange {
        name: name.clone(),
        then: before.get(name).cloned(),
        now: after.get(name).cloned(),
    };
    names.into_iter().map(change).filter(|input| input.then != input.now).collect()
}

/// What of a metric is not what it was; `None`: it is the same metric.
pub fn redefined(old: &Metric, new: &Metric, reports: &[Head; 2], then: &Report, now: &Report) -> Option<Redefined> {
    let mut what: Vec<String> = Vec::new();
    let mut differs = |is: bool, text: String| {
        if is {
            what.push(text);
        }
    };
    differs(old.definition != new.definition, "its definition".into());
    differs(
        old.unit != new.unit,
        format!("its unit ({}, now {})", old.unit.as_str(), new.unit.as_str()),
    );
    differs(
        old.definition == new.definition && (old.kind != new.kind || old.per != new.per),
        "its kind".into(),
    );
    let same_amounts = matches!((old.settings.get(CURRENCY), new.settings.get(CURRENCY)), (Some(then), Some(now)) if then == now);
    differs(
        new.unit == MetricUnit::Money && then.currency != now.currency && !same_amounts,
        "the currency".into(),
    );
    // What one report does not tell is not known to differ.
    for (name, value) in &old.settings {
        if let Some(other) = new.settings.get(name).filter(|other| *other != value) {
            differs(true, format!("{name} ({value}, now {other})"));
        }
    }
    differs(
        new.unit == MetricUnit::Hours && then.clock != now.clock,
        "the clock of durations".into(),
    );
    differs(then.filter != now.filter, "the slices that count".into());
    let is_total = matches!(new.kind, Some(MetricKind::Count | MetricKind::Sum));
    let is_other_length = are_of_other_length(reports);
    differs(
        is_total && is_other_length,
        "the length of the period, which totals grow with".into(),
    );
    let rests_on_length = [old, new].iter().all(|metric| metric.settings.contains_key(PERIOD_LENGTH));
    differs(!is_total && rests_on_length && is_other_length, format!("the {PERIOD_LENGTH}"));
    (!what.is_empty()).then(|| Redefined {
        id: new.id.clone(),
        title: new.title.clone(),
        what,
    })
}

/// Whether one period is longer than the other by more than months, quarters and years are among themselves.
fn are_of_other_length(reports: &[Head; 2]) -> bool {
    let [a, b] = reports.each_ref().map(|head| head.span.1.saturating_sub(head.span.0) as f64);
    a > 1.2 * b || b > 1.2 * a
}
