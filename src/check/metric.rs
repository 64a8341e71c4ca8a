//! Judging one rule on the cells of its metric: against thresholds, against another time, by the signals of a series.

use super::bounds::{Number, interval, p_of_cell, stand};
use super::judge::CheckRequest;
use super::rule::{Basis, ComparedTo, Limits, MetricRule, Test};
use super::signal;
use super::verdict::{Evidence, NotEvaluatedReason, Side, Status, Subject, Threshold, ThresholdResult, Verdict};
use crate::catalog::Metric;
use crate::measure::Compare;
use crate::period::Period;
use crate::report::{AbsentReason, Cell, Change, MetricInfo, NotAssessed};
use crate::schema::Micros;
use crate::stats::{self, BetterDirection, Interval, Reading};

/// One rule on one metric.
pub struct Judge<'a> {
    /// Its place among the rules.
    pub at: usize,
    /// The rule.
    pub rule: &'a MetricRule,
    /// Its metric.
    pub metric: &'a Metric,
    /// Its metric as reports show it.
    pub shown: &'a MetricInfo,
    /// The currency of its amounts, if it adds some and it is known.
    pub currency: Option<&'a str>,
    /// What is to be judged.
    pub ask: &'a CheckRequest,
    /// Nothing at or after it is known.
    pub as_of: Micros,
}

impl Judge<'_> {
    /// The verdicts on cells of a period: one a slice.
    pub fn judge(&self, cells: &[Cell], period: &Period) -> Vec<Verdict> {
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
            return vec![unknown(nothing, NotEvaluatedReason::NoSlice)];
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
            finding: ThresholdResult::Within,
            evidence: Evidence::Value,
        }
    }

    /// Why a cell cannot be judged at all.
    fn lacks(&self, cell: &Cell) -> Option<NotEvaluatedReason> {
        if cell.value.is_none() {
            return Some(NotEvaluatedReason::NoValue(cell.absent.clone().unwrap_or(AbsentReason::NoRows)));
        }
        if let Some(why) = cell.not_assessed {
            return Some(why.into());
        }
        let min = self.rule.min_n?;
        let n = cell.n.unwrap_or_default();
        (n < min).then_some(NotEvaluatedReason::Few { n, min })
    }

    fn limits(&self, cells: &[Cell], limits: Limits) -> Vec<Verdict> {
        let thresholds = thresholds(limits);
        // By threshold what each cell is in its light.
        let findings: Vec<Vec<ThresholdResult>> = thresholds
            .iter()
            .map(|&(_, threshold)| {
                let mut findings: Vec<ThresholdResult> = cells
                    .iter()
                    .map(|cell| match (self.lacks(cell), Number::of(cell)) {
                        (None, Some(number)) => number.find(threshold, self.rule.basis),
                        (lacks, _) => ThresholdResult::NotEvaluated(lacks.unwrap_or(NotEvaluatedReason::NoValue(AbsentReason::NoRows))),
                    })
                    .collect();
                if self.is_family() {
                    let p = cells.iter().zip(&findings).map(|(cell, finding)| match finding {
                        ThresholdResult::NotEvaluated(_) => None,
                        _ => p_of_cell(cell, threshold, self.ask.confidence.level),
                    });
                    let p: Vec<Option<f64>> = p.collect();
                    stand(&mut findings, &p, self.ask.confidence.level);
                }
                findings
            })
            .collect();
        cells
            .iter()
            .enumerate()
            .map(|(at, cell)| {
                let of_cell: Vec<(Status, Threshold, &ThresholdResult)> = thresholds
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

    /// Whether its slices are judged as one family.
    fn is_family(&self) -> bool {
        !self.rule.by.is_empty() && self.rule.basis == Basis::Interval
    }

    fn worse(&self, cells: &[Cell], than: ComparedTo, tolerance: f64) -> Vec<Verdict> {
        let threshold = match self.metric.good {
            BetterDirection::Down => Threshold {
                bad: Side::Above,
                value: tolerance,
            },
            BetterDirection::Up | BetterDirection::Neither => Threshold {
                bad: Side::Below,
                value: -tolerance,
            },
        };
        let changes: Vec<Result<Change, NotEvaluatedReason>> = cells.iter().map(|cell| self.change(cell, than)).collect();
        let numbers: Vec<Option<Number>> = cells
            .iter()
            .zip(&changes)
            .map(|(cell, change)| number_of(cell, change.as_ref().ok()?))
            .collect();
        let mut findings: Vec<ThresholdResult> = numbers
            .iter()
            .zip(&changes)
            .map(|(number, change)| match (number, change) {
                (Some(number), Ok(_)) => number.find(threshold, self.rule.basis),
                (_, Err(why)) => ThresholdResult::NotEvaluated(why.clone()),
                (None, Ok(change)) => ThresholdResult::NotEvaluated(NotEvaluatedReason::NoEarlier(change.period.clone())),
            })
            .collect();
        let of = |at: usize| -> Option<f64> {
            let (number, change) = (numbers[at].as_ref()?, changes[at].as_ref().ok()?);
            let df = cells[at].stakeholders.unwrap_or_default() as f64 - 1.0;
            let scaled = number.p(threshold, df, self.ask.confidence.level)?;
            // The change's own is of all levels, but against 0.
            Some(change.p.filter(|_| tolerance == 0.0 && scaled < 1.0).unwrap_or(scaled))
        };
        if self.is_family() {
            let p: Vec<Option<f64>> = (0..cells.len()).map(of).collect();
            stand(&mut findings, &p, self.ask.confidence.level);
        }
        let judged = cells.iter().zip(findings).zip(changes).zip(numbers);
        judged
            .map(|(((cell, finding), change), number)| {
                let status = match finding {
                    ThresholdResult::Beyond => Status::Fail,
                    ThresholdResult::NotEvaluated(_) => Status::Insufficient,
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

    fn change(&self, cell: &Cell, than: ComparedTo) -> Result<Change, NotEvaluatedReason> {
        if let Some(lacks) = self.lacks(cell) {
            return Err(lacks);
        }
        let key = match than {
            ComparedTo::Previous => Compare::Previous,
            ComparedTo::YearAgo => Compare::YearAgo,
            ComparedTo::Baseline => return self.since_baseline(cell),
        };
        if self.shown.undated {
            return Err(NotEvaluatedReason::Undated);
        }
        let earlier = || NotEvaluatedReason::NoEarlier(key.of(&cell.period, self.as_of).label);
        let change = cell.changes.get(key.as_str()).ok_or_else(earlier)?;
        if let Some(why) = change.not_assessed.filter(|_| change.delta.is_some()) {
            return Err(why.into());
        }
        change.delta.map(|_| change.clone()).ok_or_else(earlier)
    }

    /// The change since the baseline. Nothing is known of the stakeholders that both share, so that the interval is that of two samples: as
    /// a rule wider than need be, never narrower for want of a reason.
    fn since_baseline(&self, cell: &Cell) -> Result<Change, NotEvaluatedReason> {
        let baseline = self.ask.baseline.as_ref().ok_or(NotEvaluatedReason::NoBaseline)?;
        if !baseline.has_known_terms() {
            return Err(NotEvaluatedReason::UnknownTerms);
        }
        let other = baseline.other_terms(self.ask.terms.named());
        if !other.is_empty() {
            return Err(NotEvaluatedReason::OtherTerms(other));
        }
        let filter = self.rule.filter.as_ref().map(|filter| filter.expr.text());
        let saved = baseline
            .get(&self.rule.metric, filter, cell)
            .ok_or(NotEvaluatedReason::NotInBaseline)?;
        if !baseline.has_same_days(saved, &cell.period, self.as_of) {
            return Err(NotEvaluatedReason::OtherDays(saved.period.clone()));
        }
        if let Some(from) = self
            .shown
            .assessed_from
            .filter(|&from| baseline.first_day(saved, &cell.period, self.as_of) < Some(from))
        {
            return Err(NotEvaluatedReason::ShortHistory { from });
        }
        let definition = format!("{:016x}", self.metric.definition_hash());
        if saved.definition != definition {
            let what = format!("definition of {}", self.rule.metric);
            return Err(NotEvaluatedReason::OtherTerms(vec![(what, saved.definition.clone(), definition)]));
        }
        if let (Some(then), Some(now)) = (saved.currency.as_deref(), self.currency)
            && then != now
        {
            let what = format!("currency of {}", self.rule.metric);
            return Err(NotEvaluatedReason::OtherTerms(vec![(what, then.to_string(), now.to_string())]));
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
            not_assessed: None,
        })
    }

    fn signal(&self, cells: &[Cell]) -> Verdict {
        let last = cells.last();
        let verdict = self.verdict(last);
        let Some(cell) = last else {
            return unknown(verdict, NotEvaluatedReason::NoSlice);
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
                    finding: if fails { ThresholdResult::Beyond } else { ThresholdResult::Within },
                    basis: None,
                    evidence,
                    ..verdict
                }
            }
        }
    }
}

impl From<NotAssessed> for NotEvaluatedReason {
    fn from(why: NotAssessed) -> NotEvaluatedReason {
        match why {
            NotAssessed::ShortHistory { from } => NotEvaluatedReason::ShortHistory { from },
        }
    }
}

/// The change as a number with its interval. A metric whose kind has none has none of its changes either, but for totals.
fn number_of(cell: &Cell, change: &Change) -> Option<Number> {
    let interval = match (change.low, change.high) {
        (None, None) if change.reading == Reading::Unclear => Err(cell.interval_absent.clone().unwrap_or(AbsentReason::TooFew)),
        (low, high) => Ok(Interval { low, high }),
    };
    Some(Number {
        value: change.delta?,
        interval,
    })
}

fn unknown(verdict: Verdict, why: NotEvaluatedReason) -> Verdict {
    Verdict {
        status: Status::Insufficient,
        finding: ThresholdResult::NotEvaluated(why),
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
fn decide<'a>(findings: &[(Status, Threshold, &'a ThresholdResult)]) -> (Status, Threshold, &'a ThresholdResult) {
    let beyond = findings.iter().find(|(.., finding)| **finding == ThresholdResult::Beyond);
    if let Some(&(status, threshold, finding)) = beyond {
        return (status, threshold, finding);
    }
    let gravest = findings[0].0;
    let open = |(status, _, finding): &&(Status, Threshold, &ThresholdResult)| {
        *status == gravest && matches!(finding, ThresholdResult::NotEvaluated(_))
    };
    if let Some(&(_, threshold, finding)) = findings.iter().find(open) {
        return (Status::Insufficient, threshold, finding);
    }
    let nearness = |finding: &ThresholdResult| match finding {
        ThresholdResult::Chance { .. } => 2,
        ThresholdResult::Reaches => 1,
        _ => 0,
    };
    let most = findings.iter().map(|(.., finding)| nearness(finding)).max().unwrap_or_default();
    let nearest = findings.iter().find(|(.., finding)| nearness(finding) == most);
    let (_, threshold, finding) = nearest.unwrap_or(&findings[0]);
    (Status::Pass, *threshold, finding)
}
