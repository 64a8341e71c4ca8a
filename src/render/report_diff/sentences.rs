//! Where a change comes from, a sentence for each dimension.

use super::ComparisonWriter;
use crate::render::displayed;
use crate::render::summary::capital;
use crate::render::text::{Text, Tone};
use crate::report::AbsentCode;
use crate::report_diff::people::{Had, People};
use crate::report_diff::{Basis, Decomposition, Moved, Slice};
use crate::stats::{BetterDirection, Reading};

/// How the value changed.
pub fn value(told: &ComparisonWriter, moved: &Moved) -> Text {
    let [then, now] = &moved.values;
    let title = Text::untrusted(&moved.title);
    let (Some(before), Some(after), Some(delta)) = (then.value, now.value, moved.delta) else {
        let why = |known: &crate::report_diff::Known| known.absent.map_or("", AbsentCode::as_str);
        return match (then.value, now.value) {
            (Some(before), None) => title
                .and(format!(" was {} and is not available now: ", told.value(moved, before)))
                .and_untrusted(why(now))
                .and("."),
            (None, Some(after)) => title
                .and(format!(" is {} and was not available before: ", told.value(moved, after)))
                .and_untrusted(why(then))
                .and("."),
            _ => title.and(" is not available in either report."),
        };
    };
    let rows = |n: Option<u64>| n.map_or(String::new(), |n| format!(" (n {})", crate::render::format::count(n)));
    if told.comparison.same_period {
        let file = |side: usize| told.comparison.reports[side].file.as_str();
        let text = Text::untrusted(&told.comparison.reports[1].period).and(": ").and_text(title);
        let text = text
            .and(format!(" was {}{} in ", told.value(moved, before), rows(then.n)))
            .and_untrusted(file(0));
        let text = text
            .and(format!(" and is {}{} in ", told.value(moved, after), rows(now.n)))
            .and_untrusted(file(1));
        return text.and(format!("{}.", more_rows(then.n, now.n)));
    }
    if delta == 0.0 {
        return title.and(format!(" stayed at {}.", told.value(moved, after)));
    }
    let verb = if delta > 0.0 { "rose" } else { "fell" };
    let limits = moved.interval.as_ref().map_or(String::new(), |interval| {
        format!(" {}", told.scale(moved).interval(interval.low, interval.high))
    });
    let reading = match moved.basis {
        Basis::None => "no interval".to_string(),
        _ if moved.stands => displayed::label(moved.reading).to_string(),
        _ if moved.reading == Reading::NoClearChange => "no clear change".to_string(),
        _ => format!(
            "{} on its own, but not significant after correction for all metrics",
            displayed::label(moved.reading)
        ),
    };
    let tone = match moved.reading {
        Reading::Better if moved.stands => Tone::Good,
        Reading::Worse if moved.stands => Tone::Bad,
        _ => Tone::Plain,
    };
    let text = title.and(format!(
        " {verb} from {} to {}: {}{limits}, {reading}.",
        told.value(moved, before),
        told.value(moved, after),
        told.change(moved, delta)
    ));
    text.toned(tone)
}

/// `: 6 more rows`.
pub fn more_rows(then: Option<u64>, now: Option<u64>) -> String {
    let (Some(then), Some(now)) = (then, now) else {
        return String::new();
    };
    let count = crate::render::format::count;
    let rows = |n: u64| if n == 1 { "row" } else { "rows" };
    match now.cmp(&then) {
        std::cmp::Ordering::Greater => format!(": {} more {}", count(now - then), rows(now - then)),
        std::cmp::Ordering::Less => format!(": {} fewer {}", count(then - now), rows(then - now)),
        std::cmp::Ordering::Equal => ": the same number of rows, with other values".to_string(),
    }
}

/// The group that accounts for most of a change, for one dimension. It is arithmetic, not a cause.
pub fn divided(told: &ComparisonWriter, moved: &Moved, divided: &Decomposition) -> Option<Text> {
    let delta = moved.delta.filter(|delta| *delta != 0.0)?;
    let way = if delta > 0.0 { "rise" } else { "fall" };
    // The largest part in the direction of the change.
    let parts = divided.slices.iter().flat_map(|slice| match (slice.effect.rate, slice.effect.mix) {
        (Some(rate), Some(mix)) => vec![(slice, rate, Part::Rate), (slice, mix, Part::Mix)],
        _ => vec![(slice, slice.effect.both, Part::Both)],
    });
    let largest = parts
        .filter(|(_, size, _)| size * delta > 0.0)
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let of = |size: f64| format!("{} of {}", told.change(moved, size), told.change(moved, delta));
    let whole = divided.rate_and_mix();
    match largest {
        Some((slice, size, part)) if size.abs() >= delta.abs() / 2.0 => {
            let more = if size.abs() > delta.abs() * 1.0001 {
                "more than all"
            } else {
                "most"
            };
            let text = named(divided, slice).and(format!(" {more} of the {way} ({})", of(size)));
            let text = match (part, slice.then, slice.now) {
                (Part::Mix, None, _) => text.and("; this group is new."),
                (Part::Mix, _, None) => text.and("; this group has no rows now."),
                (Part::Mix, ..) => text.and(format!(
                    ", through its {} size{}.",
                    if share(moved, slice, 1) > share(moved, slice, 0) {
                        "larger"
                    } else {
                        "smaller"
                    },
                    beside(told, moved, slice.effect.rate, delta, "its own result")
                )),
                (Part::Rate, ..) => text.and(format!(
                    ", through its {} result{}.",
                    own(moved.good, size > 0.0),
                    beside(told, moved, slice.effect.mix, delta, "its size")
                )),
                (Part::Both, ..) => text.and("."),
            };
            Some(text)
        }
        _ => {
            let text = Text::own("No ")
                .and_untrusted(&divided.dimension)
                .and(format!(" alone accounts for half of the {way}"));
            Some(match whole {
                Some((rate, mix)) => text.and(format!(
                    ": the groups' own results account for {}, their sizes for {}.",
                    told.change(moved, rate),
                    told.change(moved, mix)
                )),
                None => text.and("."),
            })
        }
    }
}

#[derive(Clone, Copy)]
enum Part {
    Rate,
    Mix,
    Both,
}

/// `, not through its size`, or how much that accounts for.
fn beside(told: &ComparisonWriter, moved: &Moved, other: Option<f64>, delta: f64, what: &str) -> String {
    match other {
        Some(other) if other.abs() < delta.abs() / 4.0 => format!(", not through {what}"),
        Some(other) => format!("; {what} accounts for {}", told.change(moved, other)),
        None => String::new(),
    }
}

/// The direction of a group's own result.
fn own(good: BetterDirection, rises: bool) -> &'static str {
    match (crate::findings::is_good(good, rises), rises) {
        (Some(true), _) => "better",
        (Some(false), _) => "worse",
        (None, true) => "higher",
        (None, false) => "lower",
    }
}

/// A group as the subject of a sentence.
fn named(divided: &Decomposition, slice: &Slice) -> Text {
    match &slice.name {
        Some(name) => Text::untrusted(capital(&divided.dimension))
            .and(" ")
            .and_untrusted(name)
            .and(" accounts for"),
        None => Text::own("The groups of ")
            .and_untrusted(&divided.dimension)
            .and(" that are not listed account for"),
    }
}

/// The share of a group in the denominator of all groups, then (0) or now (1).
pub fn share(moved: &Moved, slice: &Slice, side: usize) -> f64 {
    let Some(change) = &moved.change else { return 0.0 };
    let (of, all) = if side == 0 {
        (slice.then, change.then)
    } else {
        (slice.now, change.now)
    };
    of.map_or(0.0, |of| if all.whole == 0.0 { 0.0 } else { of.whole / all.whole })
}

/// The stakeholders with the largest influence, and how much of the change they account for.
pub fn people(told: &ComparisonWriter, moved: &Moved, people: &People) -> Option<Text> {
    let delta = moved.delta?;
    let first = people.most.first()?;
    let change = |size: f64| told.change(moved, size);
    let mut text = Text::own("The largest influence is that of ")
        .and_untrusted(&first.id)
        .and(format!(" ({})", change(first.influence)));
    if people.most.len() > 1 {
        text = text.and(format!(
            ". The {} stakeholders below together account for {} of {}",
            people.most.len(),
            change(people.together),
            change(delta)
        ));
    }
    let left = delta - people.together;
    if left.abs() > 1e-9 * delta.abs() {
        text = text.and(format!(", all others for {}", change(left)));
    }
    text = text.and(".");
    if people.most.iter().any(|person| [person.then, person.now].contains(&Had::NotListed)) {
        text = text.and(" Of a stakeholder who is not among the largest in a report, the value there is not known; it counts as 0 here and is part of all others.");
    }
    if people.strangers {
        text = text.and(
            " No stakeholder is listed in both reports. If they were made with --redact, set RELHEALTH_REDACT_KEY to the same key for both, so that pseudonyms agree.",
        );
    }
    Some(text)
}
