//! How metrics refer to each other: ids are unique, the ids they name exist, and nothing depends on itself.

use super::expression::ExpectedType;
use super::kinds::{Derived, Exposure, Kind, MetricKind, Rate};
use super::{Metric, hash, units};
use crate::expr::Scope;
use crate::schema::Unit;
use crate::toml_reader::{ConfigError, Help, SourceText, Text};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;

/// A stanza that has been read.
pub(super) struct Draft<'a> {
    pub name: Text,
    pub source: SourceText<'a>,
    /// None where something is wrong with the stanza.
    pub metric: Option<Metric>,
    /// The string that names other metrics.
    pub reference: Option<Text>,
}

/// What a derived metric may name: the metrics whose stanzas are right, with the units of their values.
struct Metrics<'a>(&'a BTreeMap<String, Unit>);

impl Scope for Metrics<'_> {
    fn unit(&self, name: &str) -> Option<(String, Unit)> {
        let name = name.to_ascii_lowercase();
        self.0.get(&name).map(|unit| (name, *unit))
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

/// Joins new stanzas to the metrics that are there already.
///
/// # Errors
///
/// The problems found so far and those found here, by file and place.
pub(super) fn link(
    mut metrics: Vec<Metric>,
    mut drafts: Vec<Draft>,
    mut problems: Vec<ConfigError>,
) -> Result<Vec<Metric>, Vec<ConfigError>> {
    problems.extend(duplicates(&metrics, &drafts));
    let broken: HashSet<String> = drafts.iter().filter(|d| d.metric.is_none()).map(|d| d.name.text.clone()).collect();
    let sound = || metrics.iter().chain(drafts.iter().filter_map(|d| d.metric.as_ref()));
    let known: BTreeMap<String, Unit> = sound().map(|m| (m.id.clone(), units::in_expressions(m.unit))).collect();
    let kinds: HashMap<String, MetricKind> = sound().map(|m| (m.id.clone(), m.kind.name())).collect();
    for draft in &mut drafts {
        let (Some(metric), Some(reference)) = (&mut draft.metric, &draft.reference) else {
            continue;
        };
        let unit = metric.unit;
        let found = match &mut metric.kind {
            Kind::Rate(Rate {
                exposure: Exposure::Metric(id),
                ..
            }) => exposure(draft.source, reference, id, &kinds, &broken),
            kind @ Kind::Derived(_) => derived(draft.source, reference, kind, unit, &known, &broken),
            _ => None,
        };
        problems.extend(found);
    }
    for draft in &drafts {
        let replaced = draft.metric.as_ref().and_then(|metric| metric.instead_of.as_ref());
        if let Some(id) = replaced.filter(|id| !kinds.contains_key(*id) && !broken.contains(*id)) {
            let message = format!("metric `{}` is `instead_of` `{id}`, which is not a metric", draft.name.text);
            problems.push(draft.source.error(draft.name.span.clone(), message, Help::None));
        }
    }
    problems.extend(cycles(&drafts));
    if !problems.is_empty() {
        problems.sort_by_key(|a| a.excerpt.place());
        return Err(problems);
    }
    metrics.extend(drafts.into_iter().filter_map(|d| d.metric));
    hash::define(&mut metrics);
    Ok(metrics)
}

fn duplicates(metrics: &[Metric], drafts: &[Draft]) -> Vec<ConfigError> {
    let mut places: HashMap<&str, (&str, usize)> = metrics
        .iter()
        .map(|m| (m.id.as_str(), (m.origin.file.as_str(), m.origin.line)))
        .collect();
    let mut problems = Vec::new();
    for draft in drafts {
        let here = (draft.source.file, draft.source.line(draft.name.span.start));
        if let Some((file, line)) = places.insert(&draft.name.text, here) {
            let message = format!("metric `{}` is already defined at {file}:{line}", draft.name.text);
            problems.push(draft.source.error(draft.name.span.clone(), message, "choose another id"));
        }
    }
    problems
}

fn exposure(
    source: SourceText<'_>,
    reference: &Text,
    id: &str,
    kinds: &HashMap<String, MetricKind>,
    broken: &HashSet<String>,
) -> Option<ConfigError> {
    let span = source.within_string(reference.span.clone(), 0..reference.text.len());
    match kinds.get(id) {
        Some(MetricKind::Count) => None,
        Some(kind) => Some(source.error(
            span,
            format!("`exposure` must be a column or a count metric, but `{id}` is a {}", kind.as_str()),
            Help::None,
        )),
        None if broken.contains(id) => None,
        None => {
            let counts = kinds
                .iter()
                .filter(|(_, kind)| **kind == MetricKind::Count)
                .map(|(id, _)| id.as_str());
            Some(source.error(
                span,
                format!("neither a column nor a metric `{id}` exists"),
                Help::names(id, counts),
            ))
        }
    }
}

fn derived(
    source: SourceText<'_>,
    reference: &Text,
    kind: &mut Kind,
    unit: super::MetricUnit,
    known: &BTreeMap<String, Unit>,
    broken: &HashSet<String>,
) -> Option<ConfigError> {
    let Kind::Derived(Derived { expr }) = kind else { return None };
    if expr.names().iter().any(|id| broken.contains(id)) {
        return None;
    }
    let inside = |part: Range<usize>| source.within_string(reference.span.clone(), part);
    let scope = Metrics(known);
    match expr
        .expr
        .resolve(&scope)
        .and_then(|resolved| Ok((expr.expr.check(&scope)?, resolved)))
    {
        Err(error) => return Some(source.error(inside(error.span), error.message, error.hint)),
        Ok((yields, _)) if !ExpectedType::Number.takes(yields) => {
            let message = format!("`expr` must be a number, but this is {}", yields.name());
            return Some(source.error(inside(0..reference.text.len()), message, Help::None));
        }
        Ok((yields, resolved)) => {
            expr.unit = yields;
            expr.expr = resolved;
        }
    }
    let (message, hint) = units::misfit(kind, unit)?;
    Some(source.error(inside(0..reference.text.len()), message, hint))
}

/// One problem for each circle of metrics that depend on each other, at its first stanza.
fn cycles(drafts: &[Draft]) -> Vec<ConfigError> {
    let parts: BTreeMap<&str, BTreeSet<String>> = drafts
        .iter()
        .filter_map(|d| d.metric.as_ref().map(|m| (m.id.as_str(), m.parts())))
        .collect();
    let mut problems = Vec::new();
    let mut told: HashSet<String> = HashSet::new();
    for draft in drafts {
        let id = &draft.name.text;
        let (Some(reference), false) = (&draft.reference, told.contains(id)) else {
            continue;
        };
        let mut path = vec![id.clone()];
        if ring(id, &mut path, &mut HashSet::new(), &parts) {
            let message = format!("metric `{id}` depends on itself: {}", path.join(" <- "));
            let span = draft.source.within_string(reference.span.clone(), 0..reference.text.len());
            problems.push(draft.source.error(span, message, Help::None));
            told.extend(path);
        }
    }
    problems
}

/// Whether a way leads from the end of `path` back to `goal`; the way is then in `path`, `goal` at both ends.
fn ring(goal: &str, path: &mut Vec<String>, seen: &mut HashSet<String>, parts: &BTreeMap<&str, BTreeSet<String>>) -> bool {
    let Some(next) = path.last().and_then(|id| parts.get(id.as_str())) else {
        return false;
    };
    for id in next {
        path.push(id.clone());
        if id == goal || (seen.insert(id.clone()) && ring(goal, path, seen, parts)) {
            return true;
        }
        path.pop();
    }
    false
}
