//! Judging rules: what they need is measured in as few runs as there are periods, slicings and conditions among them, and each number is
//! held against what its rule says.

use std::collections::BTreeMap;

use anyhow::Result;

use super::baseline::Baseline;
use super::metric::Judge;
use super::rule::{ComparedTo, MetricRule, Rule, RuleTarget, Test, Waiver};
use super::terms::Terms;
use super::verdict::{CheckResult, Excuse, Known, Status, Verdict};
use super::{data, signal};
use crate::canonical::CanonicalTables;
use crate::catalog::{Catalog, Metric, MetricUnit};
use crate::expr::Expr;
use crate::facts::context::Settings;
use crate::measure::{self, Compare, Request};
use crate::notes::Note;
use crate::period::Period;
use crate::record_counts::RecordCounts;
use crate::report::{Cell, MetricInfo};
use crate::schema::Micros;
use crate::stats::Confidence;

/// What is to be judged.
#[derive(Debug)]
pub struct CheckRequest {
    /// The rules; their metrics exist in the catalogue, and their dimensions in the data.
    pub rules: Vec<Rule>,
    /// The waivers.
    pub waivers: Vec<Waiver>,
    /// The period of the rules that name none.
    pub period: Period,
    /// How confidence intervals are found.
    pub confidence: Confidence,
    /// What numbers of two runs must have in common to be compared.
    pub terms: Terms,
    /// Currency of money, where it is known.
    pub currency: Option<String>,
    /// What was saved of an earlier run.
    pub baseline: Option<Baseline>,
}

/// Judges.
///
/// # Errors
///
/// Only defects: whatever the data lack makes a verdict insufficient.
pub fn check(
    canonical: &CanonicalTables,
    account: &[RecordCounts],
    mut notes: Vec<Note>,
    catalog: &Catalog,
    settings: &Settings,
    ask: CheckRequest,
) -> Result<CheckResult> {
    let mut found: BTreeMap<usize, Vec<Verdict>> = BTreeMap::new();
    let mut metrics: BTreeMap<String, Known> = BTreeMap::new();
    let runs = runs(&ask, canonical);
    let together: Vec<Vec<String>> = runs
        .iter()
        .map(Run::dimensions)
        .filter(|dimensions| !dimensions.is_empty())
        .collect();
    for run in runs {
        let request = Request {
            together: together.clone(),
            ..run.request(ask.confidence, canonical.first_event())
        };
        let outcome = measure::measure(canonical, catalog, settings, &request)?;
        notes.extend(outcome.notes);
        let shown: BTreeMap<String, MetricInfo> = outcome.metrics.into_iter().map(|shown| (shown.id.clone(), shown)).collect();
        let mut cells: BTreeMap<&str, Vec<Cell>> = BTreeMap::new();
        for cell in outcome.cells {
            if let Some((id, _)) = shown.get_key_value(&cell.metric) {
                cells.entry(id).or_default().push(cell);
            }
        }
        for &(at, rule) in &run.rules {
            let (Some(metric), Some(shown)) = (catalog.get(&rule.metric), shown.get(&rule.metric)) else {
                continue;
            };
            let cells = cells.get(rule.metric.as_str()).map_or(&[][..], Vec::as_slice);
            let judge = Judge {
                at,
                rule,
                metric,
                shown,
                currency: currency_of(canonical, metric),
                ask: &ask,
                as_of: canonical.as_of,
            };
            found.insert(at, judge.judge(cells, &run.period));
            metrics.entry(rule.metric.clone()).or_insert_with(|| Known {
                shown: shown.clone(),
                definition: format!("{:016x}", metric.definition_hash()),
                currency: currency_of(canonical, metric).map(str::to_string),
            });
        }
    }
    for (at, rule) in ask.rules.iter().enumerate() {
        if let RuleTarget::Data(data) = &rule.of {
            found.insert(at, data::judge(at, data, canonical, account, &ask));
        }
    }
    let mut verdicts = Vec::new();
    for (at, mut of_rule) in found {
        excuse(&mut of_rule, &ask.rules[at]);
        verdicts.extend(of_rule);
    }
    super::waive::waive(
        &mut verdicts,
        &ask.rules,
        &ask.waivers,
        canonical.zone.day_of(canonical.as_of.saturating_sub(1)),
    );
    notes.dedup();
    Ok(CheckResult {
        as_of: canonical.as_of,
        level: ask.confidence.level,
        terms: ask.terms,
        currency: ask.currency,
        rules: ask.rules,
        waivers: ask.waivers,
        metrics,
        verdicts,
        account: account.to_vec(),
        notes,
    })
}

/// What could not be judged is excused where the rule says so, and in one slice of several of which others could be.
fn excuse(verdicts: &mut [Verdict], rule: &Rule) {
    let sliced = rule.metric().is_some_and(|metric| !metric.by.is_empty());
    let judged = verdicts.iter().any(|verdict| verdict.status != Status::Insufficient);
    for verdict in verdicts.iter_mut().filter(|verdict| verdict.status == Status::Insufficient) {
        if rule.optional {
            verdict.excuse = Some(Excuse::Optional);
        } else if sliced && judged {
            verdict.excuse = Some(Excuse::OneOfMany);
        }
    }
}

/// Rules that one measure serves.
struct Run<'a> {
    period: Period,
    by: Vec<String>,
    filter: Option<&'a Expr>,
    series: bool,
    rules: Vec<(usize, &'a MetricRule)>,
}

fn runs<'a>(ask: &'a CheckRequest, canonical: &CanonicalTables) -> Vec<Run<'a>> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, rule) in ask.rules.iter().enumerate() {
        let Some(rule) = rule.metric() else { continue };
        let period = rule.period.clone().map(|wanted| wanted.resolve(&canonical.zone, canonical.as_of));
        let period = period.unwrap_or_else(|| ask.period.clone());
        let by: Vec<String> = rule.by.iter().map(|by| by.name.clone()).collect();
        let filter = rule.filter.as_ref().map(|filter| &filter.expr);
        let series = rule.test == Test::Signal;
        let same = |run: &&mut Run| run.period == period && run.by == by && run.filter == filter && run.series == series;
        match runs.iter_mut().find(same) {
            Some(run) => run.rules.push((at, rule)),
            None => runs.push(Run {
                period,
                by,
                filter,
                series,
                rules: vec![(at, rule)],
            }),
        }
    }
    runs
}

impl Run<'_> {
    /// The dimensions that its numbers are grouped by, or chosen by.
    fn dimensions(&self) -> Vec<String> {
        let named = self.filter.iter().flat_map(|filter| filter.columns());
        let mut dimensions = self.by.clone();
        dimensions.extend(named.filter(|name| !self.by.contains(name)));
        dimensions
    }

    fn request(&self, confidence: Confidence, first_event: Micros) -> Request {
        let mut metrics: Vec<String> = Vec::new();
        let mut compare: Vec<Compare> = Vec::new();
        for (_, rule) in &self.rules {
            if !metrics.contains(&rule.metric) {
                metrics.push(rule.metric.clone());
            }
            compare.extend(match rule.test {
                Test::Worse {
                    than: ComparedTo::Previous,
                    ..
                } => Some(Compare::Previous),
                Test::Worse {
                    than: ComparedTo::YearAgo, ..
                } => Some(Compare::YearAgo),
                _ => None,
            });
        }
        compare.sort();
        compare.dedup();
        Request {
            metrics,
            periods: if self.series {
                signal::periods(&self.period, first_event)
            } else {
                vec![self.period.clone()]
            },
            by: self.by.clone(),
            filter: self.filter.cloned(),
            together: Vec::new(),
            total: false,
            p_values: !self.by.is_empty() && !compare.is_empty(),
            compare,
            contributors: false,
            series: self.series,
            confidence,
        }
    }
}

/// The currency of the amounts that a metric adds, if it adds some and it is known.
pub fn currency_of<'a>(canonical: &'a CanonicalTables, metric: &Metric) -> Option<&'a str> {
    (metric.unit == MetricUnit::Money)
        .then(|| measure::currency(canonical, metric))
        .flatten()
}
