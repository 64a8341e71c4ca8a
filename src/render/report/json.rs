//! A report as a document for programs ([`wire::report::Report`]), and as the values of templates.

use serde_json::{Value, json};

use super::{Report, care, relationships};
use crate::findings::{Breakdown, Finding, Found, MetricSeries};
use crate::period::{Grain, Kind};
use crate::report::{MeasureResult, MetricInfo};
use crate::stats::process::{Chart, Direction};
use crate::wire::report::{self as document, Contributors, FindingKind, Funnel};
use crate::wire::{self, Day, Instant, Labels, Note, SchemaId, lists, measure, supplements};

/// The report as a document. The cells are those of a measure, first the series of every metric, then its slices.
pub fn document(report: &Report) -> wire::report::Report {
    let review = report.review;
    let beside = review.beside.as_ref();
    let input = |file: &crate::io::Fingerprint| document::Input {
        name: file.name.clone(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
    };
    let absent = review.absent.iter().map(|(metric, why)| document::Absent {
        metric: metric.id.clone(),
        reason: why.code(),
        missing: why.detail().map(str::to_string),
    });
    document::Report {
        schema: SchemaId::default(),
        version: report.origin.version.clone(),
        command: report.origin.command.clone(),
        title: report.title.map(str::to_string),
        period: document::Period {
            label: review.period.label.clone(),
            start: Instant(review.period.start),
            end: Instant(review.period.end),
            complete: review.period.is_complete(report.as_of),
            measured_days: (!review.period.is_complete(report.as_of)).then(|| review.period.elapsed(report.as_of).begun().unsigned_abs()),
            week_start: match review.period.kind {
                Kind::Grain(Grain::Week(weeks)) => Some(weeks.name().to_string()),
                Kind::Grain(Grain::Day | Grain::Month | Grain::Quarter | Grain::Year) | Kind::Range => None,
            },
        },
        as_of: Instant(report.as_of),
        timezone: report.timezone.to_string(),
        currency: report.currency.map(str::to_string),
        clock: report.clock.clone(),
        level: review.level,
        filter: review.filter.clone(),
        compared: review.compared as u64,
        inputs: report.origin.inputs.iter().map(input).collect(),
        metrics: review.scores.iter().map(|score| metric(report, score)).collect(),
        tally: document::Tally::from(&review.tally),
        findings: review.findings.iter().map(|finding| self::finding(report, finding)).collect(),
        cells: measure::cells(&measured(report)),
        contributors: review.contributors.iter().map(Contributors::from).collect(),
        funnels: review.breakdowns.iter().flat_map(funnels).collect(),
        absent: absent.collect(),
        cohorts: beside.map(|beside| beside.cohorts.iter().map(supplements::Cohorts::from).collect()),
        concentration: beside.map(|beside| beside.concentrations.iter().map(supplements::Concentration::from).collect()),
        channels: beside.map(|beside| {
            let parts = beside.mix.iter().flat_map(|mix| &mix.parts);
            parts.map(supplements::Channel::from).collect()
        }),
        lists: beside.map(lists::lists),
        health: beside.map(|beside| care::json(&beside.care)),
        relationships: relationships::json(report),
        coverage: beside.map(|beside| supplements::coverage(&beside.coverage)),
        account: report.account.iter().map(wire::RecordCounts::from).collect(),
        notes: report.notes.iter().map(Note::from).collect(),
    }
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
        clock: report.clock.clone(),
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

fn metric(report: &Report, score: &MetricSeries) -> document::Metric {
    let metric = &score.metric;
    let known = report.metrics.iter().find(|known| known.id == metric.id);
    document::Metric {
        id: metric.id.clone(),
        title: metric.title.clone(),
        family: metric.family.clone(),
        unit: metric.unit,
        good: metric.good,
        undated: metric.undated,
        assessed_from: metric.assessed_from.map(Day),
        kind: known.map(|known| known.kind.name()),
        per: known.and_then(|known| known.kind.per()),
        definition: known.map(|known| format!("{:016x}", known.definition_hash())),
        settings: report.settings.get(&metric.id).cloned().unwrap_or_default(),
        target: score.goal.map(|goal| document::Target {
            value: goal.value,
            reading: goal.reading,
            assurance: goal.assurance,
        }),
        process: score.process.as_ref().map(|chart| process(score, chart)),
    }
}

fn process(score: &MetricSeries, chart: &Chart) -> document::Process {
    let label = |at: usize| score.cells[at].period.label.clone();
    let limits = chart.limits.iter().enumerate().map(|(at, limits)| document::ProcessLimits {
        period: label(at),
        lower: limits.map(|limits| limits.lower),
        upper: limits.map(|limits| limits.upper),
    });
    let signals = chart.signals.iter().map(|signal| document::ProcessSignal {
        period: label(signal.at),
        since: label(signal.since),
        rule: signal.rule,
        up: signal.direction == Direction::Up,
    });
    document::Process {
        chart: chart.kind,
        mean: chart.mean,
        baseline: chart.baseline as u64,
        trial: chart.trial,
        season: chart.season,
        autocorrelation: chart.autocorrelation,
        limits: limits.collect(),
        signals: signals.collect(),
    }
}

fn finding(report: &Report, finding: &Finding) -> document::Finding {
    let review = report.review;
    let of_score = |score: usize| review.scores[score].metric.id.clone();
    let (kind, metric, against, by) = match &finding.found {
        Found::Moved { score, against } => {
            let against = against.iter().map(|against| against.to_string()).collect();
            (FindingKind::Moved, of_score(*score), against, Labels::default())
        }
        Found::Missed { score } => (
            FindingKind::TargetMissed,
            of_score(*score),
            vec!["target".to_string()],
            Labels::default(),
        ),
        Found::Differs { breakdown, metric, slice } => {
            let breakdown = &review.breakdowns[*breakdown];
            let by = Labels(vec![(breakdown.dimension.clone(), breakdown.slices[*slice].clone())]);
            (
                FindingKind::Differs,
                breakdown.metrics[*metric].id.clone(),
                vec!["rest".to_string()],
                by,
            )
        }
    };
    document::Finding {
        kind,
        metric,
        against,
        by,
        reading: finding.reading,
        text: super::sentences::sentence(report, finding).terminal(),
    }
}

fn funnels(breakdown: &Breakdown) -> impl Iterator<Item = Funnel> + '_ {
    let pairs = breakdown.metrics.iter().zip(&breakdown.funnels);
    pairs.filter_map(|(metric, funnel)| {
        let funnel = funnel.as_ref()?;
        let segment = |segment: &crate::findings::FunnelSegment| document::FunnelSegment {
            slice: segment.slice.clone(),
            n: segment.n,
            value: segment.value,
            lower_95: segment.limits[0].0,
            upper_95: segment.limits[0].1,
            lower_998: segment.limits[1].0,
            upper_998: segment.limits[1].1,
            place: segment.place,
        };
        Some(Funnel {
            metric: metric.id.clone(),
            dimension: breakdown.dimension.clone(),
            centre: funnel.centre,
            dispersion: funnel.dispersion,
            segments: funnel.segments.iter().map(segment).collect(),
        })
    })
}
