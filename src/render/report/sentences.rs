//! The head of the report: sentences, each made from a reading that stands.

use super::{Report, anchor, counted};
use crate::findings::{Finding, Found};
use crate::render::document::Document;
use crate::render::summary::capital;
use crate::render::text::{Text, Tone};
use crate::report::{Change, MetricInfo};
use crate::stats::Reading;

/// More slices that are worse than this are told further down only.
const SLICES: usize = 6;

/// Adds what changed and what needs attention.
pub fn add(document: &mut Document, report: &Report) {
    let review = report.review;
    let moved: Vec<Text> = told(report, |finding| matches!(finding.found, Found::Moved { .. }));
    document.heading(2, "What changed".into());
    if moved.is_empty() {
        document.sentence(Text::own(format!(
            "Nothing that can be told from chance: no metric moved clearly against {} or {}.",
            review.period.previous().label,
            review.period.year_ago().label
        )));
    }
    document.list(moved);
    let mut attention = told(report, |finding| matches!(finding.found, Found::Missed { .. }));
    let differ = told(report, |finding| {
        matches!(finding.found, Found::Differs { .. }) && finding.reading == Reading::Worse
    });
    let more = differ.len().saturating_sub(SLICES);
    attention.extend(differ.into_iter().take(SLICES));
    if more > 0 {
        attention.push(Text::own(format!(
            "{}, below.",
            counted(more, "more slice is worse than the rest", "more slices are worse than the rest")
        )));
    }
    attention.extend(super::lists::alarms(report));
    attention.extend(super::quality::alarms(report));
    if !attention.is_empty() {
        document.heading(2, "What needs attention".into());
        document.list(attention);
    }
    let error = (1.0 - review.level) * 100.0;
    document.note(Text::own(format!(
        "Sentences are made only from readings that stand after correction for all {} of this report, so that in a period without any news \
         one of them would be wrong in at most {error:.0} of 100 reports; a metric with a series must break its usual pattern too. Readings in \
         the tables are each for themselves.",
        counted(review.compared, "comparison", "comparisons"),
    )));
}

/// The findings of a kind as sentences.
pub fn told(report: &Report, is: impl Fn(&Finding) -> bool) -> Vec<Text> {
    let findings = report.review.findings.iter().filter(|finding| is(finding));
    findings.map(|finding| sentence(report, finding)).collect()
}

/// A finding as a sentence.
pub fn sentence(report: &Report, finding: &Finding) -> Text {
    let review = report.review;
    let tone = match finding.reading {
        Reading::Better => Tone::Good,
        Reading::Worse => Tone::Bad,
        _ => Tone::Plain,
    };
    let text = match &finding.found {
        Found::Moved { score, against } => {
            let score = &review.scores[*score];
            let (metric, cell) = (&score.metric, score.cell());
            let changes: Vec<&Change> = against.iter().filter_map(|key| cell.changes.get(key)).collect();
            let rises = changes.first().and_then(|change| change.delta).unwrap_or_default() > 0.0;
            let verb = if rises { "rose" } else { "fell" };
            let value = cell.value.unwrap_or_default();
            let scale = report.scale(metric, value);
            let told: Vec<String> = changes.iter().map(|change| against_earlier(report, metric, change)).collect();
            Text::link(anchor(metric), &metric.title).and(format!(
                " {verb} to {}{}: {}, {}.",
                scale.value(value),
                with_blank(scale.interval(cell.low, cell.high)),
                told.join(" and "),
                finding.reading
            ))
        }
        Found::Missed { score } => {
            let score = &review.scores[*score];
            let (metric, cell) = (&score.metric, score.cell());
            let value = cell.value.unwrap_or_default();
            let scale = report.scale(metric, value);
            let goal = score.goal.map_or(0.0, |goal| goal.value);
            let always = score
                .goal
                .and_then(|goal| goal.assurance)
                .map_or(String::new(), |assurance| format!(", which it {assurance}"));
            Text::own("Target missed: ")
                .and_text(Text::link(anchor(metric), &metric.title))
                .and(format!(
                    " {}{}, target {}{always}.",
                    scale.value(value),
                    with_blank(scale.interval(cell.low, cell.high)),
                    report.scale(metric, goal).value(goal),
                ))
        }
        Found::Differs { breakdown, metric, slice } => {
            let breakdown = &review.breakdowns[*breakdown];
            let (shown, cell) = (&breakdown.metrics[*metric], breakdown.cells[*metric][*slice].as_ref());
            let value = cell.and_then(|cell| cell.value).unwrap_or_default();
            let scale = report.scale(shown, value);
            let rest = cell.and_then(|cell| cell.changes.get("rest"));
            let of_rest = rest.and_then(|rest| rest.value).map_or(String::new(), |value| scale.value(value));
            let delta = rest.and_then(|rest| rest.delta).map_or(String::new(), |delta| scale.change(delta));
            Text::link(anchor(shown), &shown.title)
                .and(format!(
                    " is {} in {} ",
                    scale.value(value),
                    capital(&breakdown.dimension).to_lowercase()
                ))
                .and_untrusted(&breakdown.slices[*slice])
                .and(format!(", {of_rest} in the rest: {delta}, {}.", finding.reading))
        }
    };
    text.toned(tone)
}

/// `+44.7 against 2025-10 (1.4)`.
fn against_earlier(report: &Report, metric: &MetricInfo, change: &Change) -> String {
    let (delta, earlier) = (change.delta.unwrap_or_default(), change.value.unwrap_or_default());
    let scale = report.scale(metric, earlier + delta);
    format!("{} against {} ({})", scale.change(delta), change.period, scale.value(earlier))
}

fn with_blank(text: String) -> String {
    if text.is_empty() { text } else { format!(" {text}") }
}
