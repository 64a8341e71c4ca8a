//! The head of the report: sentences about the changes and differences that are statistically significant after correction.

use super::{Report, anchor, counted};
use crate::findings::{Breakdown, Finding, Found, Review};
use crate::measure::{Compare, NONE};
use crate::render::displayed;
use crate::render::document::Document;
use crate::render::summary::capital;
use crate::render::text::{Text, Tone};
use crate::report::{Change, MetricInfo};
use crate::stats::Reading;

/// Groups that are worse, beyond this number, appear in the section on groups only.
const GROUPS: usize = 6;

/// Adds the sections on changes and on what needs attention.
pub fn add(document: &mut Document, report: &Report) {
    let moved: Vec<Text> = told(report, |finding| matches!(finding.found, Found::Moved { .. }));
    document.sentence(Text::own(tally(report)));
    super::care::head(document, report);
    document.heading(2, "What changed".into());
    if moved.is_empty() {
        document.sentence(Text::own(no_change(report)));
    }
    document.list(moved);
    let mut attention = told(report, |finding| matches!(finding.found, Found::Missed { .. }));
    let differ = told(report, |finding| {
        matches!(finding.found, Found::Differs { .. }) && finding.reading == Reading::Worse
    });
    let more = differ.len().saturating_sub(GROUPS);
    attention.extend(differ.into_iter().take(GROUPS));
    if more > 0 {
        attention.push(Text::own(format!(
            "{}; see below.",
            counted(more, "more group is worse than the others", "more groups are worse than the others")
        )));
    }
    attention.extend(super::lists::alarms(report));
    attention.extend(super::quality::alarms(report));
    if !attention.is_empty() {
        document.heading(2, "What needs attention".into());
        document.list(attention);
    }
    document.note(Text::own(correction(report)));
}

/// How many metrics changed, in one line.
fn tally(report: &Report) -> String {
    let tally = report.review.tally;
    let changed = [(tally.better, "better"), (tally.worse, "worse")].map(|(n, word)| format!("{n} {word}"));
    let moved = (tally.moved > 0).then(|| format!("{} higher or lower", tally.moved));
    let unclear = format!("{} without a clear change", tally.no_clear_change);
    let parts: Vec<String> = changed.into_iter().chain(moved).chain([unclear]).collect();
    format!(
        "{} compared with {}: {} and {} that cannot be interpreted.",
        counted(tally.all(), "metric", "metrics"),
        earlier(report),
        parts.join(", "),
        tally.not_interpreted
    )
}

/// The earlier periods that the report compares with. The previous year is also the year before: it is named once.
fn earlier(report: &Report) -> String {
    let review = report.review;
    let label = |with: Compare| with.of(&review.period, report.as_of).label;
    let (previous, year_ago) = (label(Compare::Previous), label(Compare::YearAgo));
    match previous == year_ago {
        true => previous,
        false => format!("{previous} or {year_ago}"),
    }
}

/// Says that no change was found, or that none could be assessed.
fn no_change(report: &Report) -> String {
    let review = report.review;
    let earlier = earlier(report);
    let changes = review.scores.iter().flat_map(|score| score.cell().changes.values());
    if changes.into_iter().any(|change| change.p.is_some()) {
        format!("No significant change from {earlier} was found.")
    } else {
        format!("No change from {earlier} could be assessed.")
    }
}

/// How sure the sentences are.
fn correction(report: &Report) -> String {
    let review = report.review;
    if review.compared == 0 {
        return "No comparison in this report has a confidence interval, so no change and no group difference could be assessed."
            .to_string();
    }
    let error = (1.0 - review.level) * 100.0;
    format!(
        "A change or a group difference is listed above only if it remains statistically significant after correction for {}. If nothing had \
         really changed, about {error:.0} in 100 reports would list one. Where the periods vary more than their samples explain, a change must \
         stand out from that, too. Change labels in tables are not corrected; labels in the tables of groups are.",
        counted(review.compared, "comparison", "comparisons"),
    )
}

/// The findings of one type as sentences. Those without a value in several dimensions are often the same people: one sentence tells it.
pub fn told(report: &Report, is: impl Fn(&Finding) -> bool) -> Vec<Text> {
    let mut told: Vec<&Finding> = Vec::new();
    for finding in report.review.findings.iter().filter(|finding| is(finding)) {
        if !told.iter().any(|earlier| lack_the_same(report.review, earlier, finding)) {
            told.push(finding);
        }
    }
    told.into_iter().map(|finding| sentence(report, finding)).collect()
}

/// Whether two findings show one metric of the same rows, which have no value in either dimension.
fn lack_the_same(review: &Review, one: &Finding, other: &Finding) -> bool {
    let shown = |finding: &Finding| match finding.found {
        Found::Differs { breakdown, metric, slice } => {
            let breakdown = &review.breakdowns[breakdown];
            let cell = breakdown.cells[metric][slice].as_ref()?;
            let rest = cell.changes.get("rest")?.value?;
            (breakdown.slices[slice] == NONE).then(|| ((&breakdown.metrics[metric].id, cell.n, cell.value), rest))
        }
        Found::Moved { .. } | Found::Missed { .. } => None,
    };
    match (shown(one), shown(other)) {
        // All others are added up group by group, so their last digits depend on the dimension.
        (Some((one, rest)), Some((other, other_rest))) => one == other && (rest - other_rest).abs() <= 1e-9 * rest.abs(),
        _ => false,
    }
}

/// The dimensions in which the rows of a finding have no value; empty if they have one.
fn lacking(review: &Review, finding: &Finding) -> Vec<String> {
    let same = review.findings.iter().filter(|other| lack_the_same(review, finding, other));
    let dimension = |other: &Finding| match other.found {
        Found::Differs { breakdown, .. } => Some(words_of(&review.breakdowns[breakdown])),
        Found::Moved { .. } | Found::Missed { .. } => None,
    };
    same.filter_map(dimension).collect()
}

/// The dimension of a breakdown as words.
fn words_of(breakdown: &Breakdown) -> String {
    capital(&breakdown.dimension).to_lowercase()
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
            let mut told: Vec<String> = changes.iter().map(|change| against_earlier(report, metric, change)).collect();
            // The previous year is also the year before.
            told.dedup();
            Text::link(anchor(metric), &metric.title).and(format!(
                " {verb} to {}{}: {}, {}.",
                scale.value(value),
                with_blank(scale.interval(cell.low, cell.high)),
                told.join(" and "),
                displayed::label(finding.reading)
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
                .map_or(String::new(), |assurance| format!(", which it {}", displayed::assurance(assurance)));
            Text::own("Target missed: ")
                .and_text(Text::link(anchor(metric), &metric.title))
                .and(format!(
                    " is {}{}; the target is {}{always}.",
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
            let lacking = lacking(review, finding);
            let group = if lacking.is_empty() {
                Text::own(" in ")
                    .and_untrusted(words_of(breakdown))
                    .and(" ")
                    .and_untrusted(&breakdown.slices[*slice])
            } else {
                Text::own(" without a value for ").and_untrusted(lacking.join(" and "))
            };
            Text::link(anchor(shown), &shown.title)
                .and(format!(" is {}", scale.value(value)))
                .and_text(group)
                .and(format!(
                    " and {of_rest} in all other groups: {delta}, {}.",
                    displayed::label(finding.reading)
                ))
        }
    };
    text.toned(tone)
}

/// `+44.7 compared with 2025-10 (1.4)`.
fn against_earlier(report: &Report, metric: &MetricInfo, change: &Change) -> String {
    let (delta, earlier) = (change.delta.unwrap_or_default(), change.value.unwrap_or_default());
    let scale = report.scale(metric, earlier + delta);
    format!("{} compared with {} ({})", scale.change(delta), change.period, scale.value(earlier))
}

fn with_blank(text: String) -> String {
    if text.is_empty() { text } else { format!(" {text}") }
}
