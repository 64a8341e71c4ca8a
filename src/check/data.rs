//! Rules on the data themselves: rejects, age, gaps, rows.

use super::baseline::Baseline;
use super::judge::CheckRequest;
use super::rule::{Amount, DataRule, DataTest};
use super::verdict::{Evidence, NotEvaluatedReason, Side, Status, Subject, Threshold, ThresholdResult, Verdict};
use crate::canonical::{CanonicalTables, Rows};
use crate::period::{Grain, Period};
use crate::record_counts::RecordCounts;
use crate::schema::{DAY, Micros, NO_TIME, Table};

/// So many gaps are named.
const NAMED: usize = 5;

/// The verdicts of a rule: one a file or a table.
pub fn judge(at: usize, rule: &DataRule, canonical: &CanonicalTables, account: &[RecordCounts], ask: &CheckRequest) -> Vec<Verdict> {
    let files = || account.iter().filter(|file| rule.table.is_none_or(|table| file.kind == table));
    let mut verdicts: Vec<Verdict> = match rule.test {
        DataTest::MaxRejects(most) => files().map(|file| rejects(at, file, most)).collect(),
        DataTest::MaxAge(most) => tables(rule, canonical).map(|(_, rows)| age(at, rows, canonical, most)).collect(),
        DataTest::NoGaps(grain) => {
            let period = rule.period.clone().map(|wanted| wanted.resolve(&canonical.zone, canonical.as_of));
            let period = period.unwrap_or_else(|| ask.period.clone());
            tables(rule, canonical)
                .map(|(_, rows)| gaps(at, rows, canonical, &period, grain))
                .collect()
        }
        DataTest::MinRows(least) => Table::ALL
            .into_iter()
            .filter(|table| files().any(|file| file.kind == *table))
            .map(|table| {
                let used = files().filter(|file| file.kind == table).map(|file| file.used).sum();
                self::rows(at, table, used, least, ask.baseline.as_ref())
            })
            .collect(),
    };
    if verdicts.is_empty() {
        verdicts.push(unknown(
            blank(at, "table", rule.table.map_or("", Table::name)),
            NotEvaluatedReason::NoTable,
        ));
    }
    verdicts
}

/// The tables of a rule on events. The lists of who there is are looked at only where they are named: nobody expects news of them.
fn tables<'a>(rule: &'a DataRule, canonical: &'a CanonicalTables) -> impl Iterator<Item = (&'a Table, &'a Rows)> {
    let listed = |table: Table| matches!(table, Table::Stakeholders | Table::Identities);
    canonical
        .tables
        .iter()
        .filter(move |(table, _)| rule.table.map_or(!listed(**table), |wanted| wanted == **table))
}

fn blank(at: usize, dimension: &str, value: &str) -> Verdict {
    Verdict {
        subject: Subject::Rule(at),
        status: Status::Pass,
        excuse: None,
        period: None,
        by: [(dimension, value)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(dimension, value)| (dimension.to_string(), value.to_string()))
            .collect(),
        cell: None,
        value: None,
        low: None,
        high: None,
        n: None,
        threshold: None,
        basis: None,
        finding: ThresholdResult::Within,
        evidence: Evidence::Nothing,
    }
}

fn unknown(verdict: Verdict, why: NotEvaluatedReason) -> Verdict {
    Verdict {
        status: Status::Insufficient,
        finding: ThresholdResult::NotEvaluated(why),
        ..verdict
    }
}

/// The verdict with a number that is known exactly, held against its threshold.
fn held(verdict: Verdict, value: f64, threshold: Threshold, evidence: Evidence) -> Verdict {
    let broken = threshold.is_bad(value);
    Verdict {
        status: if broken { Status::Fail } else { Status::Pass },
        value: Some(value),
        threshold: Some(threshold),
        finding: if broken { ThresholdResult::Beyond } else { ThresholdResult::Within },
        evidence,
        ..verdict
    }
}

fn rejects(at: usize, file: &RecordCounts, most: Amount) -> Verdict {
    let (value, most) = match most {
        Amount::Number(most) => (file.rejected as f64, most as f64),
        Amount::Share(most) if file.read == 0 => (0.0, most),
        Amount::Share(most) => (file.rejected as f64 / file.read as f64, most),
    };
    let threshold = Threshold {
        bad: Side::Above,
        value: most,
    };
    let evidence = Evidence::Rejects {
        rejected: file.rejected,
        read: file.read,
    };
    // A file may be read as several tables.
    let mut verdict = blank(at, "file", &file.file);
    verdict.by.push(("table".to_string(), file.kind.to_string()));
    Verdict {
        n: Some(file.read),
        ..held(verdict, value, threshold, evidence)
    }
}

/// The times of a table's events that are known at as-of, with whether they are dates.
fn events<'a>(rows: &'a Rows, canonical: &'a CanonicalTables) -> impl Iterator<Item = (Micros, bool)> + 'a {
    let columns = rows.table.event_columns().map(|column| (rows.times(column), rows.is_date(column)));
    columns.filter(|(times, _)| times.exists()).flat_map(move |(times, is_date)| {
        (0..rows.len)
            .map(move |row| (times.at(row), is_date))
            .filter(|(time, _)| *time != NO_TIME && *time < canonical.as_of)
    })
}

/// Of a date the end of its day counts: it may have happened then.
fn age(at: usize, rows: &Rows, canonical: &CanonicalTables, most: Micros) -> Verdict {
    let verdict = blank(at, "table", rows.table.name());
    let Some((newest, is_date)) = events(rows, canonical).max() else {
        return unknown(verdict, NotEvaluatedReason::NoEvents);
    };
    let latest = if is_date {
        canonical.zone.midnight(canonical.zone.day_of(newest) + 1).min(canonical.as_of)
    } else {
        newest
    };
    let days = |time: Micros| time as f64 / DAY as f64;
    let threshold = Threshold {
        bad: Side::Above,
        value: days(most),
    };
    held(verdict, days(canonical.as_of - latest), threshold, Evidence::Newest(newest))
}

fn gaps(at: usize, rows: &Rows, canonical: &CanonicalTables, period: &Period, grain: Grain) -> Verdict {
    let verdict = Verdict {
        period: Some(period.label.clone()),
        ..blank(at, "table", rows.table.name())
    };
    let mut parts = period.split(grain);
    parts.retain(|part| part.is_complete(canonical.as_of));
    let mut seen = vec![false; parts.len()];
    for (time, _) in events(rows, canonical).filter(|(time, _)| period.contains(*time)) {
        let part = parts.partition_point(|part| part.end <= time);
        if parts.get(part).is_some_and(|part| part.contains(time)) {
            seen[part] = true;
        }
    }
    if parts.is_empty() {
        return unknown(verdict, NotEvaluatedReason::NotWhole);
    }
    let missing: Vec<&Period> = parts.iter().zip(&seen).filter(|(_, seen)| !**seen).map(|(part, _)| part).collect();
    let threshold = Threshold {
        bad: Side::Above,
        value: 0.0,
    };
    let evidence = Evidence::Gaps {
        first: missing.iter().take(NAMED).map(|part| part.label.clone()).collect(),
        missing: missing.len() as u64,
        of: parts.len() as u64,
    };
    Verdict {
        n: Some(parts.len() as u64),
        ..held(verdict, missing.len() as f64, threshold, evidence)
    }
}

fn rows(at: usize, table: Table, used: u64, least: Amount, baseline: Option<&Baseline>) -> Verdict {
    let verdict = blank(at, "table", table.name());
    let (least, before) = match least {
        Amount::Number(least) => (least as f64, None),
        Amount::Share(share) => {
            let Some(baseline) = baseline else {
                return unknown(verdict, NotEvaluatedReason::NoBaseline);
            };
            let Some(&before) = baseline.rows.get(table.name()) else {
                return unknown(verdict, NotEvaluatedReason::NotInBaseline);
            };
            (share * before as f64, Some(before))
        }
    };
    let threshold = Threshold {
        bad: Side::Below,
        value: least,
    };
    let evidence = Evidence::Rows { rows: used, before };
    Verdict {
        n: Some(used),
        ..held(verdict, used as f64, threshold, evidence)
    }
}
