//! Judging rules: what they need is measured in as few runs as there are periods, slicings and conditions among them, and each number is
//! held against what its rule says.

use std::collections::BTreeMap;

use anyhow::Result;

use super::baseline::Baseline;
use super::bounds::{Number, interval, p_of_cell, stand};
use super::rule::{Basis, Limits, MetricRule, Of, Rule, Test, Than, Waiver};
use super::verdict::{Checked, Evidence, Excuse, Finding, Known, Side, Status, Subject, Threshold, Unknown, Verdict};
use super::{data, signal};
use crate::account::FileAccount;
use crate::canon::Canon;
use crate::catalog::{Catalog, Metric};
use crate::expr::Expr;
use crate::facts::context::Settings;
use crate::measure::{self, Compare, Request};
use crate::note::Note;
use crate::period::Period;
use crate::report::{Absent, Cell, Change, Shown};
use crate::stats::{self, Good, Interval, Reading};

/// What is to be judged.
#[derive(Debug)]
pub struct Ask {
    /// The rules; their metrics exist in the catalogue, and their dimensions in the data.
    pub rules: Vec<Rule>,
    /// The waivers.
    pub waivers: Vec<Waiver>,
    /// The period of the rules that name none.
    pub period: Period,
    /// Confidence level of the intervals.
    pub level: f64,
    /// What numbers of two runs must have in common to be compared, by name.
    pub terms: BTreeMap<&'static str, String>,
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
    canon: &Canon,
    account: &[FileAccount],
    mut notes: Vec<Note>,
    catalog: &Catalog,
    settings: &Settings,
    ask: Ask,
) -> Result<Checked> {
    let mut found: BTreeMap<usize, Vec<Verdict>> = BTreeMap::new();
    let mut metrics: BTreeMap<String, Known> = BTreeMap::new();
    for run in runs(&ask, canon) {
        let outcome = measure::measure(canon, catalog, settings, &run.request(ask.level))?;
        notes.extend(outcome.notes);
        let shown: BTreeMap<String, Shown> = outcome.metrics.into_iter().map(|shown| (shown.id.clone(), shown)).collect();
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
                ask: &ask,
            };
            found.insert(at, judge.judge(cells, &run.period));
            metrics.entry(rule.metric.clone()).or_insert_with(|| Known {
                shown: shown.clone(),
                definition: format!("{:016x}", metric.definition_hash()),
            });
        }
    }
    for (at, rule) in ask.rules.iter().enumerate() {
        if let Of::Data(data) = &rule.of {
            found.insert(at, data::judge(at, data, canon, account, &ask));
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
        canon.zone.day_of(canon.as_of.saturating_sub(1)),
    );
    notes.dedup();
    Ok(Checked {
        as_of: canon.as_of,
        level: ask.level,
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

fn runs<'a>(ask: &'a Ask, canon: &Canon) -> Vec<Run<'a>> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, rule) in ask.rules.iter().enumerate() {
        let Some(rule) = rule.metric() else { continue };
        let period = rule.period.clone().map(|wanted| wanted.resolve(&canon.zone, canon.as_of));
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
    fn request(&self, level: f64) -> Request {
        let mut metrics: Vec<String> = Vec::new();
        let mut compare: Vec<Compare> = Vec::new();
        for (_, rule) in &self.rules {
            if !metrics.contains(&rule.metric) {
                metrics.push(rule.metric.clone());
            }
            compare.extend(match rule.test {
                Test::Worse { than: Than::Previous, .. } => Some(Compare::Previous),
                Test::Worse { than: Than::YearAgo, .. } => Some(Compare::YearAgo),
                _ => None,
            });
        }
        compare.sort();
        compare.dedup();
        Request {
            metrics,
            all: false,
            periods: if self.series {
                signal::periods(&self.period)
            } else {
                vec![self.period.clone()]
            },
            by: self.by.clone(),
            filter: self.filter.cloned(),
            total: false,
            p_values: !self.by.is_empty() && !compare.is_empty(),
            compare,
            contributors: false,
            series: self.series,
            level,
        }
    }
}

/// One rule on one metric.
struct Judge<'a> {
    at: usize,
    rule: &'a MetricRule,
    metric: &'a Metric,
    shown: &'a Shown,
    ask: &'a Ask,
}

impl Judge<'_> {
    fn judge(&self, cells: &[Cell], period: &Period) -> Vec<Verdict> {
        let verdicts = match self.rule.test {
            Test::Limits(limits) => self.limits(cells, limits),
            Test::Worse { than, tolerance } => self.worse(cells, than, tolerance),
            Test::Signal => vec![self.signal(cells)],
        };
        if verdicts.is_empty() {
            let nothing = Verdict {
                period: Some(period.label.clone()),
                ..self.verdict(None)
            };
            return vec![unknown(nothing, Unknown::NoSlice)];
        }
        verdicts
    }

    /// A verdict on a cell, before it is judged.
    fn verdict(&self, cell: Option<&Cell>) -> Verdict {
        Verdict {
            subject: Subject::Rule(self.at),
            status: Status::Pass,
            excuse: None,
            period: cell.map(|cell| cell.period.label.clone()),
            by: cell.map_or(Vec::new(), |cell| cell.by.clone()),
            value: cell.and_then(|cell| cell.value),
            low: cell.and_then(|cell| cell.low),
            high: cell.and_then(|cell| cell.high),
            n: cell.and_then(|cell| cell.n),
            cell: cell.cloned(),
            threshold: None,
            basis: Some(self.rule.basis),
            finding: Finding::Within,
            evidence: Evidence::Value,
        }
    }

    /// Why a cell cannot be judged at all.
    fn lacks(&self, cell: &Cell) -> Option<Unknown> {
        if cell.value.is_none() {
            return Some(Unknown::NoValue(cell.absent.clone().unwrap_or(Absent::NoRows)));
        }
        let min = self.rule.min_n?;
        let n = cell.n.unwrap_or_default();
        (n < min).then_some(Unknown::Few { n, min })
    }

    fn limits(&self, cells: &[Cell], limits: Limits) -> Vec<Verdict> {
        let thresholds = thresholds(limits);
        // By threshold what each cell is in its light.
        let findings: Vec<Vec<Finding>> = thresholds
            .iter()
            .map(|&(_, threshold)| {
                let mut findings: Vec<Finding> = cells
                    .iter()
                    .map(|cell| match (self.lacks(cell), Number::of(cell)) {
                        (None, Some(number)) => number.find(threshold, self.rule.basis),
                        (lacks, _) => Finding::Unknown(lacks.unwrap_or(Unknown::NoValue(Absent::NoRows))),
                    })
                    .collect();
                let p = |(cell, finding): (&Cell, &Finding)| match finding {
                    Finding::Unknown(_) => None,
                    _ => p_of_cell(cell, threshold, self.ask.level),
                };
                self.among_many(&mut findings, cells, p);
                findings
            })
            .collect();
        cells
            .iter()
            .enumerate()
            .map(|(at, cell)| {
                let of_cell: Vec<(Status, Threshold, &Finding)> = thresholds
                    .iter()
                    .zip(&findings)
                    .map(|(&(status, threshold), findings)| (status, threshold, &findings[at]))
                    .collect();
                let (status, threshold, finding) = decide(&of_cell);
                let number = Number::of(cell);
                Verdict {
                    status,
                    threshold: Some(threshold),
                    finding: finding.clone(),
                    basis: Some(number.map_or(self.rule.basis, |number| number.basis(self.rule.basis))),
                    ..self.verdict(Some(cell))
                }
            })
            .collect()
    }

    /// Where a rule has many slices, only what stands among them is beyond.
    fn among_many(&self, findings: &mut [Finding], cells: &[Cell], p: impl Fn((&Cell, &Finding)) -> Option<f64>) {
        if self.rule.by.is_empty() || self.rule.basis == Basis::Point {
            return;
        }
        let has_interval = |cell: &Cell| cell.interval_absent != Some(Absent::NotDefined) || !matches!(self.rule.test, Test::Limits(_));
        let p: Vec<Option<f64>> = cells.iter().zip(findings.iter()).map(&p).collect();
        if cells.iter().any(has_interval) {
            stand(findings, &p, self.ask.level);
        }
    }

    fn worse(&self, cells: &[Cell], than: Than, tolerance: f64) -> Vec<Verdict> {
        let threshold = match self.metric.good {
            Good::Down => Threshold {
                bad: Side::Above,
                value: tolerance,
            },
            Good::Up | Good::Neither => Threshold {
                bad: Side::Below,
                value: -tolerance,
            },
        };
        let changes: Vec<Result<Change, Unknown>> = cells.iter().map(|cell| self.change(cell, than)).collect();
        let numbers: Vec<Option<Number>> = cells
            .iter()
            .zip(&changes)
            .map(|(cell, change)| number_of(cell, change.as_ref().ok()?))
            .collect();
        let mut findings: Vec<Finding> = numbers
            .iter()
            .zip(&changes)
            .map(|(number, change)| match (number, change) {
                (Some(number), Ok(_)) => number.find(threshold, self.rule.basis),
                (_, Err(why)) => Finding::Unknown(why.clone()),
                (None, Ok(change)) => Finding::Unknown(Unknown::NoEarlier(change.period.clone())),
            })
            .collect();
        let of = |at: usize| -> Option<f64> {
            let (number, change) = (numbers[at].as_ref()?, changes[at].as_ref().ok()?);
            let df = cells[at].stakeholders.unwrap_or_default() as f64 - 1.0;
            let scaled = number.p(threshold, df, self.ask.level)?;
            // The change's own is of all levels, but against 0.
            Some(change.p.filter(|_| tolerance == 0.0 && scaled < 1.0).unwrap_or(scaled))
        };
        let p: Vec<Option<f64>> = (0..cells.len()).map(of).collect();
        if !self.rule.by.is_empty() && self.rule.basis == Basis::Interval && p.iter().any(Option::is_some) {
            stand(&mut findings, &p, self.ask.level);
        }
        let judged = cells.iter().zip(findings).zip(changes).zip(numbers);
        judged
            .map(|(((cell, finding), change), number)| {
                let status = match finding {
                    Finding::Beyond => Status::Fail,
                    Finding::Unknown(_) => Status::Insufficient,
                    _ => Status::Pass,
                };
                let verdict = Verdict {
                    status,
                    threshold: Some(threshold),
                    finding,
                    ..self.verdict(Some(cell))
                };
                let Ok(change) = change else { return verdict };
                Verdict {
                    value: change.delta,
                    low: change.low,
                    high: change.high,
                    basis: Some(number.map_or(self.rule.basis, |number| number.basis(self.rule.basis))),
                    evidence: Evidence::Change(change),
                    ..verdict
                }
            })
            .collect()
    }

    fn change(&self, cell: &Cell, than: Than) -> Result<Change, Unknown> {
        if let Some(lacks) = self.lacks(cell) {
            return Err(lacks);
        }
        let key = match than {
            Than::Previous => Compare::Previous,
            Than::YearAgo => Compare::YearAgo,
            Than::Baseline => return self.since_baseline(cell),
        };
        if self.shown.undated {
            return Err(Unknown::Undated);
        }
        let earlier = || Unknown::NoEarlier(key.of(&cell.period).label);
        let change = cell.changes.get(key.as_str()).ok_or_else(earlier)?;
        change.delta.map(|_| change.clone()).ok_or_else(earlier)
    }

    /// The change since the baseline. Nothing is known of the stakeholders that both share, so that the interval is that of two samples: as
    /// a rule wider than need be, never narrower for want of a reason.
    fn since_baseline(&self, cell: &Cell) -> Result<Change, Unknown> {
        let baseline = self.ask.baseline.as_ref().ok_or(Unknown::NoBaseline)?;
        let other = baseline.other_terms(&self.ask.terms);
        if !other.is_empty() {
            return Err(Unknown::OtherTerms(other));
        }
        let filter = self.rule.filter.as_ref().map(|filter| filter.expr.text());
        let saved = baseline.get(&self.rule.metric, filter, cell).ok_or(Unknown::NotInBaseline)?;
        let definition = format!("{:016x}", self.metric.definition_hash());
        if saved.definition != definition {
            let what = format!("definition of {}", self.rule.metric);
            return Err(Unknown::OtherTerms(vec![(what, saved.definition.clone(), definition)]));
        }
        let delta = cell.value.map(|value| value - saved.value);
        let sides = interval(cell.low, cell.high, cell.interval_absent.as_ref())
            .ok()
            .zip(interval(saved.low, saved.high, None).ok());
        let difference = sides.and_then(|(now, before)| {
            let (now, before) = (stats::Side::new(cell.value?, now), stats::Side::new(saved.value, before));
            Some(stats::difference(&now, &before, 0.0).1)
        });
        Ok(Change {
            period: saved.period.clone(),
            value: Some(saved.value),
            delta,
            low: difference.and_then(|interval| interval.low).filter(|low| low.is_finite()),
            high: difference.and_then(|interval| interval.high).filter(|high| high.is_finite()),
            reading: stats::reading(difference.as_ref(), self.metric.good),
            p: None,
        })
    }

    fn signal(&self, cells: &[Cell]) -> Verdict {
        let last = cells.last();
        let verdict = self.verdict(last);
        let Some(cell) = last else {
            return unknown(verdict, Unknown::NoSlice);
        };
        if let Some(lacks) = self.lacks(cell) {
            return unknown(verdict, lacks);
        }
        match signal::signals(self.metric, self.shown, cells) {
            Err(why) => unknown(verdict, why),
            Ok(evidence) => {
                let fails = matches!(&evidence, Evidence::Signals { bad, .. } if !bad.is_empty());
                Verdict {
                    status: if fails { Status::Fail } else { Status::Pass },
                    finding: if fails { Finding::Beyond } else { Finding::Within },
                    basis: None,
                    evidence,
                    ..verdict
                }
            }
        }
    }
}

/// The change as a number with its interval. A metric whose kind has none has none of its changes either, but for totals.
fn number_of(cell: &Cell, change: &Change) -> Option<Number> {
    let interval = match (change.low, change.high) {
        (None, None) if change.reading == Reading::Unclear => Err(cell.interval_absent.clone().unwrap_or(Absent::TooFew)),
        (low, high) => Ok(Interval { low, high }),
    };
    Some(Number {
        value: change.delta?,
        interval,
    })
}

fn unknown(verdict: Verdict, why: Unknown) -> Verdict {
    Verdict {
        status: Status::Insufficient,
        finding: Finding::Unknown(why),
        ..verdict
    }
}

/// The thresholds of a rule, those that fail first, each with what it comes to beyond it.
fn thresholds(limits: Limits) -> Vec<(Status, Threshold)> {
    let all = [
        (Status::Fail, Side::Below, limits.fail_below),
        (Status::Fail, Side::Above, limits.fail_above),
        (Status::Warn, Side::Below, limits.warn_below),
        (Status::Warn, Side::Above, limits.warn_above),
    ];
    all.into_iter()
        .filter_map(|(status, bad, value)| Some((status, Threshold { bad, value: value? })))
        .collect()
}

/// Of what a cell is in the light of each threshold, what decides: a breach, those that fail first; then what those that matter most leave
/// open; else what comes nearest to a breach.
fn decide<'a>(findings: &[(Status, Threshold, &'a Finding)]) -> (Status, Threshold, &'a Finding) {
    let beyond = findings.iter().find(|(.., finding)| **finding == Finding::Beyond);
    if let Some(&(status, threshold, finding)) = beyond {
        return (status, threshold, finding);
    }
    let gravest = findings[0].0;
    let open = |(status, _, finding): &&(Status, Threshold, &Finding)| *status == gravest && matches!(finding, Finding::Unknown(_));
    if let Some(&(_, threshold, finding)) = findings.iter().find(open) {
        return (Status::Insufficient, threshold, finding);
    }
    let nearness = |finding: &Finding| match finding {
        Finding::Chance { .. } => 2,
        Finding::Reaches => 1,
        _ => 0,
    };
    let most = findings.iter().map(|(.., finding)| nearness(finding)).max().unwrap_or_default();
    let nearest = findings.iter().find(|(.., finding)| nearness(finding) == most);
    let (_, threshold, finding) = nearest.unwrap_or(&findings[0]);
    (Status::Pass, *threshold, finding)
}
