//! A report as JSON: `relhealth.report/1`, described by `report.schema.json` beside this file. The cells are those of a measure, first the
//! series of every metric, then its slices.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Report;
use crate::findings::{Breakdown, Finding, Found, Funnel, MetricSeries};
use crate::period::instant_text;
use crate::render::json::{cell, list, note};
use crate::report::{Contributors, MeasureResult, MetricInfo};

pub use crate::report_diff::stored::SCHEMA;

/// Writes a report as one object. Numbers are not rounded; what is not there is null.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let review = report.review;
    let period = &review.period;
    let head = json!({
        "schema": SCHEMA,
        "version": report.origin.version,
        "command": report.origin.command,
        "title": report.title,
        "period": {
            "label": period.label,
            "start": instant_text(period.start),
            "end": instant_text(period.end),
            "complete": period.is_complete(report.as_of),
        },
        "as_of": instant_text(report.as_of),
        "timezone": report.timezone,
        "currency": report.currency,
        "clock": report.clock,
        "level": review.level,
        "where": review.filter,
        "compared": review.compared,
    });
    let head = head.to_string();
    write!(out, "{}", head.trim_end_matches('}'))?;
    let measured = measured(report);
    section(
        out,
        "inputs",
        report
            .origin
            .inputs
            .iter()
            .map(|file| json!({"name": file.name, "bytes": file.bytes, "sha256": file.sha256})),
    )?;
    section(out, "metrics", review.scores.iter().map(|score| metric(report, score)))?;
    section(
        out,
        "findings",
        review.findings.iter().map(|finding| self::finding(report, finding)),
    )?;
    section(out, "cells", measured.cells.iter().map(|one| cell(one, &measured)))?;
    section(out, "contributors", review.contributors.iter().map(contributors))?;
    section(out, "funnels", review.breakdowns.iter().flat_map(funnels))?;
    let absent = review.absent.iter();
    section(
        out,
        "absent",
        absent.map(|(metric, why)| json!({"metric": metric.id, "reason": why.as_str(), "missing": why.detail()})),
    )?;
    for (name, values) in super::supplements::sections(report) {
        section(out, name, values.into_iter())?;
    }
    section(out, "account", report.account.iter().map(|file| json!(file)))?;
    section(out, "notes", report.notes.iter().map(note))?;
    writeln!(out, "}}")
}

/// The cells of a report as a measure: the series, then the slices.
pub fn measured(report: &Report) -> MeasureResult {
    let review = report.review;
    let mut metrics: Vec<MetricInfo> = review.scores.iter().map(|score| score.metric.clone()).collect();
    // Of what never happens there are slices too, but no score.
    for metric in review.breakdowns.iter().flat_map(|breakdown| &breakdown.metrics) {
        if metrics.iter().all(|known| known.id != metric.id) {
            metrics.push(metric.clone());
        }
    }
    let series = review.scores.iter().flat_map(|score| score.cells.iter().cloned());
    let slices = review
        .breakdowns
        .iter()
        .flat_map(|breakdown| breakdown.cells.iter().flatten().flatten().cloned());
    MeasureResult {
        as_of: report.as_of,
        timezone: report.timezone.to_string(),
        level: review.level,
        currency: report.currency.map(str::to_string),
        clock: report.clock.to_string(),
        dimensions: review.breakdowns.iter().map(|breakdown| breakdown.dimension.clone()).collect(),
        metrics,
        cells: series.chain(slices).collect(),
        account: report.account.to_vec(),
        notes: report.notes.to_vec(),
    }
}

/// By metric id the reported period, as numbers and as people read them.
pub fn values(report: &Report) -> Value {
    let value = |score: &MetricSeries| {
        let (metric, cell) = (&score.metric, score.cell());
        let scale = report.scale(metric, cell.value.unwrap_or_default());
        let value = json!({
            "title": metric.title,
            "unit": metric.unit,
            "value": cell.value,
            "low": cell.low,
            "high": cell.high,
            "n": cell.n,
            "shown": cell.value.map(|value| scale.value(value)),
            "interval": scale.interval(cell.low, cell.high),
        });
        (metric.id.clone(), value)
    };
    Value::Object(report.review.scores.iter().map(value).collect())
}

fn section(out: &mut dyn Write, name: &str, values: impl Iterator<Item = Value>) -> io::Result<()> {
    write!(out, ",\n\"{name}\": ")?;
    list(out, values)
}

fn metric(report: &Report, score: &MetricSeries) -> Value {
    let metric = &score.metric;
    let known = report.metrics.iter().find(|known| known.id == metric.id);
    let label = |at: usize| &score.cells[at].period.label;
    json!({
        "id": metric.id,
        "title": metric.title,
        "family": metric.family,
        "unit": metric.unit,
        "good": metric.good.word(),
        "undated": metric.undated,
        "kind": known.map(|known| known.kind.word()),
        "per": known.and_then(|known| known.kind.per()),
        "definition": known.map(|known| format!("{:016x}", known.definition_hash())),
        "target": score.goal.map(|goal| json!({
            "value": goal.value,
            "reading": goal.reading.as_str(),
            "assurance": goal.assurance.map(|assurance| assurance.as_str()),
        })),
        "process": score.process.as_ref().map(|chart| json!({
            "chart": chart.kind.as_str(),
            "mean": chart.mean,
            "baseline": chart.baseline,
            "trial": chart.trial,
            "limits": chart.limits.iter().enumerate().map(|(at, limits)| json!({
                "period": label(at),
                "lower": limits.map(|limits| limits.lower),
                "upper": limits.map(|limits| limits.upper),
            })).collect::<Vec<_>>(),
            "signals": chart.signals.iter().map(|signal| json!({
                "period": label(signal.at),
                "since": label(signal.since),
                "rule": signal.rule.as_str(),
                "up": signal.direction == crate::stats::process::Direction::Up,
            })).collect::<Vec<_>>(),
        })),
    })
}

/// Who a value comes from.
fn contributors(of: &Contributors) -> Value {
    json!({
        "metric": of.metric,
        "period": of.period.label,
        "stakeholders": of.stakeholders,
        "part": of.part,
        "whole": of.whole,
        "squares": of.squares,
        "others": {"stakeholders": of.others.stakeholders, "part": of.others.part, "whole": of.others.whole},
        "largest": of.largest.iter().map(|one| json!({"id": one.id, "part": one.part, "whole": one.whole})).collect::<Vec<_>>(),
    })
}

fn finding(report: &Report, finding: &Finding) -> Value {
    let review = report.review;
    let mut value = match &finding.found {
        Found::Moved { score, against } => json!({
            "kind": "moved", "metric": review.scores[*score].metric.id, "against": against, "by": {},
        }),
        Found::Missed { score } => json!({
            "kind": "target missed", "metric": review.scores[*score].metric.id, "against": ["target"], "by": {},
        }),
        Found::Differs { breakdown, metric, slice } => {
            let breakdown = &review.breakdowns[*breakdown];
            json!({
                "kind": "differs", "metric": breakdown.metrics[*metric].id, "against": ["rest"],
                "by": { breakdown.dimension.as_str(): breakdown.slices[*slice] },
            })
        }
    };
    value["reading"] = json!(finding.reading.as_str());
    value["text"] = json!(super::sentences::sentence(report, finding).terminal());
    value
}

fn funnels(breakdown: &Breakdown) -> impl Iterator<Item = Value> + '_ {
    let pairs = breakdown.metrics.iter().zip(&breakdown.funnels);
    pairs.filter_map(|(metric, funnel)| {
        let Funnel {
            centre,
            dispersion,
            segments,
        } = funnel.as_ref()?;
        let segment = |s: &crate::findings::FunnelSegment| {
            json!({
                "slice": s.slice,
                "n": s.n,
                "value": s.value,
                "lower_95": s.limits[0].0, "upper_95": s.limits[0].1,
                "lower_998": s.limits[1].0, "upper_998": s.limits[1].1,
                "place": s.place.as_str(),
            })
        };
        Some(json!({
            "metric": metric.id,
            "dimension": breakdown.dimension,
            "centre": centre,
            "dispersion": dispersion,
            "segments": segments.iter().map(segment).collect::<Vec<_>>(),
        }))
    })
}
