//! A check as a document: on a terminal a line for each result, the most severe first; elsewhere a table.

use super::messages::Words;
use crate::check::{CheckResult, Counts, Excuse, RuleTarget, Status, Verdict};
use crate::diagnostics::counted;
use crate::period::{date_text, instant_text};
use crate::render::displayed;
use crate::render::document::{Align, Block, Card, Document, Table};
use crate::render::format::count;
use crate::render::record_counts;
use crate::render::text::{Text, Tone};

/// What of a check is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Show {
    /// As one table, with the record counts and the notes: for documents.
    pub whole: bool,
    /// How each rule was evaluated.
    pub explain: bool,
    /// Only results that do not pass.
    pub trouble_only: bool,
}

/// The document of a check.
pub fn document(checked: &CheckResult, show: Show) -> Document {
    let words = Words::of(checked);
    let mut document = Document::default();
    document.heading(1, Text::own(title(checked)));
    document.sentence(Text::own(basis(checked)));
    document.sentence(Text::own(summary(&checked.counts())));
    let shown: Vec<&Verdict> = checked
        .verdicts
        .iter()
        .filter(|verdict| !(show.trouble_only && (verdict.status == Status::Pass || verdict.excuse.is_some())))
        .collect();
    if show.whole {
        table(&mut document, &words, &shown);
    } else {
        lists(&mut document, &words, &shown);
    }
    if show.explain {
        document.heading(2, "How each rule was evaluated".into());
        for (place, verdict) in shown.iter().enumerate() {
            document.blocks.push(Block::Card(card(checked, &words, verdict, place)));
        }
    }
    if show.whole {
        record_counts::add(&mut document, &checked.account);
        for note in &checked.notes {
            document.note(Text::untrusted(note.to_string()));
        }
    }
    document
}

fn title(checked: &CheckResult) -> &'static str {
    let counts = checked.counts();
    match (counts.fail + counts.insufficient, counts.warn) {
        (0, 0) => "Check passed",
        (0, _) => "Check passed with warnings",
        _ => "Check failed",
    }
}

fn basis(checked: &CheckResult) -> String {
    let zone = checked.terms.timezone();
    let cell = checked.verdicts.iter().find_map(|verdict| verdict.cell.as_ref());
    let day = cell
        .map(|cell| cell.period.zone())
        .filter(|zone| zone.is_midnight(checked.as_of))
        .map(|zone| date_text(zone.day_of(checked.as_of) - 1));
    let known = day.map_or_else(|| instant_text(checked.as_of), |day| format!("the end of {day}"));
    format!(
        "Data as of {known} ({zone}). Intervals are {} confidence intervals.",
        displayed::level(checked.level)
    )
}

/// The number of results of each kind, in a sentence.
pub fn summary(counts: &Counts) -> String {
    let mut parts = Vec::new();
    for (number, words) in [
        (counts.pass, "passed"),
        (counts.warn, "warned"),
        (counts.fail, "failed"),
        (counts.insufficient, "could not be evaluated"),
        (counts.spared, "not evaluated and not required"),
        (counts.waived, "waived"),
    ] {
        if number > 0 {
            parts.push(format!("{} {words}", count(number as u64)));
        }
    }
    let verdicts = counts.pass + counts.warn + counts.fail + counts.insufficient + counts.spared + counts.waived;
    let mut text = format!(
        "{}, {}: {}.",
        counted(counts.rules as u64, "rule", "rules"),
        counted(verdicts as u64, "result", "results"),
        parts.join(", ")
    );
    if counts.waivers > 0 {
        text.push_str(&format!(" {}", counted(counts.waivers as u64, "waiver", "waivers")));
        if counts.unused > 0 {
            text.push_str(&format!(", {} unused", counts.unused));
        }
        if counts.expired > 0 {
            text.push_str(&format!(", {} expired", counts.expired));
        }
        text.push('.');
    }
    text
}

/// The word of a result, after waivers and optional rules.
pub fn word(verdict: &Verdict) -> &'static str {
    match verdict.excuse {
        Some(Excuse::Waived(_)) => "waived",
        Some(Excuse::Optional | Excuse::OneOfMany) => "not required",
        None => verdict.status.as_str(),
    }
}

fn tone(verdict: &Verdict) -> Tone {
    match (verdict.excuse, verdict.status) {
        (Some(_), _) => Tone::Plain,
        (None, Status::Pass) => Tone::Good,
        (None, Status::Warn) => Tone::Strong,
        (None, _) => Tone::Bad,
    }
}

fn lists(document: &mut Document, words: &Words, verdicts: &[&Verdict]) {
    for (title, wanted) in [
        ("Failed", &["fail"][..]),
        ("Could not be evaluated", &["insufficient"]),
        ("Warned", &["warn"]),
        ("Waived", &["waived"]),
        ("Not evaluated and not required", &["not required"]),
        ("Passed", &["pass"]),
    ] {
        let of: Vec<&&Verdict> = verdicts.iter().filter(|verdict| wanted.contains(&word(verdict))).collect();
        if of.is_empty() {
            continue;
        }
        document.heading(2, Text::own(title).toned(Tone::Strong));
        let lines = of.iter().map(|verdict| {
            let period = verdict.period.as_ref().map_or(String::new(), |period| format!(" {period}"));
            Text::untrusted(words.name(verdict))
                .and_untrusted(period)
                .and(": ")
                .and_untrusted(words.why(verdict))
                .toned(tone(verdict))
        });
        document.list(lines.collect());
    }
}

fn table(document: &mut Document, words: &Words, verdicts: &[&Verdict]) {
    if verdicts.is_empty() {
        return;
    }
    let columns = ["Result", "Rule", "Period", "Value", "n", "Reason"];
    let align = |column: &str| if column == "n" { Align::Right } else { Align::Left };
    let mut ordered: Vec<&&Verdict> = verdicts.iter().collect();
    // Results that count come first.
    ordered.sort_by_key(|verdict| (verdict.excuse.is_some(), std::cmp::Reverse(verdict.status)));
    let rows = ordered.iter().map(|verdict| {
        vec![
            Text::own(word(verdict)).toned(tone(verdict)),
            Text::untrusted(words.name(verdict)),
            Text::own(verdict.period.clone().unwrap_or_default()),
            Text::own(words.number(verdict).unwrap_or_default()),
            Text::own(verdict.n.map_or(String::new(), count)),
            Text::untrusted(words.why(verdict)),
        ]
    });
    document.table(Table {
        caption: "Results".into(),
        columns: columns.map(|column| (Text::own(column), align(column))).into(),
        rows: rows.collect(),
        ..Table::default()
    });
}

/// Everything that led to a result.
fn card(checked: &CheckResult, words: &Words, verdict: &Verdict, place: usize) -> Card {
    let mut lines: Vec<(Text, Text)> = Vec::new();
    let mut line = |label: &'static str, text: Text| lines.push((label.into(), text));
    line("result", Text::own(word(verdict)).toned(tone(verdict)));
    line("reason", Text::untrusted(words.why(verdict)));
    if let Some(rule) = checked.rule(verdict) {
        line("rule", Text::untrusted(words.rule(rule)));
        line("defined in", Text::untrusted(format!("{}:{}", rule.origin.file, rule.origin.line)));
    }
    if let Some(known) = checked.metric(verdict) {
        line("metric", Text::untrusted(&known.shown.title));
        line("definition hash", Text::own(known.definition.as_str()));
    }
    if let Some(period) = &verdict.period {
        line("period", Text::own(period.as_str()));
    }
    if let Some(value) = words.number(verdict) {
        line("value", Text::own(value));
    }
    if let Some(cell) = &verdict.cell {
        let rows = |n: Option<u64>| n.map_or("hidden".to_string(), count);
        line(
            "rows",
            Text::own(format!("n = {}, stakeholders = {}", rows(cell.n), rows(cell.stakeholders))),
        );
        if let Some(method) = cell.method {
            let deff = cell.deff.map_or(String::new(), |deff| format!(", design effect {deff:.2}"));
            line("interval", Text::own(format!("{}{deff}, level {}", method.as_str(), checked.level)));
        }
    }
    if let (Some(threshold), Some(text)) = (verdict.threshold, words.threshold(verdict)) {
        line("fails or warns", Text::own(format!("{} {text}", threshold.bad.as_str())));
    }
    if let Some(basis) = verdict.basis {
        line("basis", Text::own(basis.as_str()));
    }
    Card {
        anchor: format!("verdict-{place}"),
        title: Text::untrusted(words.name(verdict)),
        lines,
    }
}

/// The rules as a list, without evaluating them.
pub fn list(listed: &CheckResult) -> Document {
    let (rules, words) = (&listed.rules, Words::of(listed));
    let mut document = Document::default();
    document.heading(1, Text::own(counted(rules.len() as u64, "rule", "rules")));
    let lines = rules.iter().map(|rule| {
        let of = match &rule.of {
            RuleTarget::Metric(of) => of.metric.as_str(),
            RuleTarget::Data(_) => "the data",
        };
        Text::untrusted(&rule.id)
            .and(": ")
            .and_untrusted(of)
            .and(" ")
            .and_untrusted(words.rule(rule))
            .and_untrusted(format!(" ({}:{})", rule.origin.file, rule.origin.line))
    });
    document.list(lines.collect());
    document
}
