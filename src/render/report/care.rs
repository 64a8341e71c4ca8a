//! The relationships that need care first, and the health of all types of stakeholders next to each other.

use super::{Detail, Report, counted};
use crate::catalog::MetricUnit;
use crate::catalog::health::Band;
use crate::health::{Care, NeedsCare};
use crate::render::document::Document;
use crate::render::format::number;
use crate::render::health::{group, losses, overview};
use crate::render::text::{Text, Tone};
use crate::wire::report as document;

/// How many are named at the head of the report.
const AT_HEAD: usize = 3;

fn care<'r>(report: &'r Report) -> Option<&'r Care> {
    let beside = report.review.beside.as_ref()?;
    Some(&beside.care).filter(|care| care.any_score)
}

/// Adds who needs care first to the head of the report.
pub fn head(document: &mut Document, report: &Report) {
    let Some(care) = care(report).filter(|care| !care.first.is_empty()) else {
        return;
    };
    document.heading(2, "Who needs care first".into());
    document.list(care.first.iter().take(AT_HEAD).map(|one| sentence(report, care, one)).collect());
}

/// Adds the section on the health of relationships.
pub fn add(document: &mut Document, report: &Report, detail: Detail) {
    let Some(care) = care(report) else { return };
    overview(document, &report.units(), "Health of relationships", &care.types, detail);
    if care.total == 0 {
        document.sentence("No stakeholder that may be named is at risk or critical.".into());
        return;
    }
    let sentences: Vec<Text> = care.first.iter().map(|one| sentence(report, care, one)).collect();
    let all = counted(care.total as usize, "stakeholder is", "stakeholders are");
    let most = if care.first.iter().any(|one| one.value.is_some()) {
        "the most at stake"
    } else {
        "the lowest score"
    };
    document.sentence(Text::own(match care.total as usize > sentences.len() {
        true => format!("{all} at risk or critical on the as-of date; the {} with {most}:", sentences.len()),
        false => format!("{all} at risk or critical on the as-of date; those with {most} come first:"),
    }));
    document.list(sentences);
    document.note(
        "A score is from 0 to 100. The command health lists all stakeholders; with --model it prints how a score is made, and with --backtest \
         it shows what scores have meant in these data."
            .into(),
    );
}

/// Who, how it stands, what is at stake, and what takes points.
fn sentence(report: &Report, care: &Care, one: &NeedsCare) -> Text {
    let tone = match one.band {
        Band::Critical => Tone::Bad,
        Band::Healthy | Band::AtRisk => Tone::Plain,
    };
    let who = one.who.id.as_ref().map_or_else(|| "(unknown)".into(), Text::untrusted);
    let named = match &one.who.name {
        Some(name) => who.and(" (").and_untrusted(name).and(")"),
        None => who,
    };
    let value = one.value.map_or(String::new(), |value| {
        let scale = report.units().scale(MetricUnit::Money, value);
        format!(", {} at stake", scale.value(value))
    });
    let before = match one.before {
        Some(before) if before != one.band => format!(" (was {})", before.as_str()),
        Some(_) | None => String::new(),
    };
    named
        .and(format!(": {} of 100, {}{before}{value}. ", number(one.score, 0), one.band.as_str()))
        .and_text(losses(&care.models[one.model], &one.readings, true))
        .and(".")
        .toned(tone)
}

/// The same for programs.
pub fn json(care: &Care) -> document::Health {
    let first = care.first.iter().map(|one| document::NeedsCare {
        id: one.who.id.clone(),
        name: one.who.name.clone(),
        model: care.models[one.model].name.clone(),
        score: one.score,
        band: one.band,
        previous_band: one.before,
        value_at_stake: one.value,
    });
    document::Health {
        types: care.types.iter().map(group).collect(),
        at_risk: care.total,
        first: first.collect(),
    }
}
