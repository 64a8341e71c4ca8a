//! Why a number moved, in a sentence a dimension.

use super::ComparisonWriter;
use crate::render::text::{Text, Tone};
use crate::report_diff::people::{Had, People};
use crate::report_diff::{Basis, Decomposition, Moved, Slice};
use crate::stats::{BetterDirection, Reading};

/// What happened to the value.
pub fn value(told: &ComparisonWriter, moved: &Moved) -> Text {
    let [then, now] = &moved.values;
    let title = Text::untrusted(&moved.title);
    let (Some(before), Some(after), Some(delta)) = (then.value, now.value, moved.delta) else {
        let why = |known: &crate::report_diff::Known| known.absent.clone().unwrap_or_default();
        return match (then.value, now.value) {
            (Some(before), None) => title
                .and(format!(" was {} and has no value now: ", told.value(moved, before)))
                .and_untrusted(why(now))
                .and("."),
            (None, Some(after)) => title
                .and(format!(" is {} and had no value: ", told.value(moved, after)))
                .and_untrusted(why(then))
                .and("."),
            _ => title.and(" has no value in either."),
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
        _ if moved.stands => moved.reading.to_string(),
        _ if moved.reading == Reading::NoClearChange => "no clear change".to_string(),
        _ => format!("{} by itself, but among so many metrics it may be chance", moved.reading),
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
        std::cmp::Ordering::Equal => ": as many rows, but other parts".to_string(),
    }
}

/// Where most of a change comes from, by the slices of a dimension.
pub fn divided(told: &ComparisonWriter, moved: &Moved, divided: &Decomposition) -> Option<Text> {
    let delta = moved.delta.filter(|delta| *delta != 0.0)?;
    let way = if delta > 0.0 { "rise" } else { "fall" };
    // The largest of all that goes the way of the change.
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
                "More than all"
            } else {
                "Most"
            };
            let text = Text::own(format!("{more} of the {way} comes from ")).and_text(named(divided, slice));
            let text = match (part, slice.then, slice.now) {
                (Part::Mix, None, _) => text.and(format!(", which is new ({}).", of(size))),
                (Part::Mix, _, None) => text.and(format!(", which is gone ({}).", of(size))),
                (Part::Mix, ..) => text.and(format!(
                    " having a {} share of the whole ({}){}.",
                    if share(moved, slice, 1) > share(moved, slice, 0) {
                        "larger"
                    } else {
                        "smaller"
                    },
                    of(size),
                    beside(told, moved, slice.effect.rate, delta, "not from how it does", "how it does makes")
                )),
                (Part::Rate, ..) => text.and(format!(
                    " {} ({}){}.",
                    doing(moved.good, size > 0.0),
                    of(size),
                    beside(
                        told,
                        moved,
                        slice.effect.mix,
                        delta,
                        "not from its share of the whole",
                        "its share of the whole makes"
                    )
                )),
                (Part::Both, ..) => text.and(format!(" ({}).", of(size))),
            };
            Some(text)
        }
        _ => {
            let text = Text::own("No ")
                .and_untrusted(&divided.dimension)
                .and(format!(" alone makes half of the {way}"));
            Some(match whole {
                Some((rate, mix)) => text.and(format!(
                    ": {} come from how they do, {} from their shares of the whole.",
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

/// `, not from its share of the whole`, or how much that makes.
fn beside(told: &ComparisonWriter, moved: &Moved, other: Option<f64>, delta: f64, not: &str, makes: &str) -> String {
    match other {
        Some(other) if other.abs() < delta.abs() / 4.0 => format!(", {not}"),
        Some(other) => format!("; {makes} {}", told.change(moved, other)),
        None => String::new(),
    }
}

fn doing(good: BetterDirection, rises: bool) -> &'static str {
    match (crate::findings::is_good(good, rises), rises) {
        (Some(true), _) => "doing better",
        (Some(false), _) => "doing worse",
        (None, true) => "being higher",
        (None, false) => "being lower",
    }
}

fn named(divided: &Decomposition, slice: &Slice) -> Text {
    match &slice.name {
        Some(name) => Text::untrusted(&divided.dimension).and(" ").and_untrusted(name),
        None => Text::own("the slices of ")
            .and_untrusted(&divided.dimension)
            .and(" that are not named"),
    }
}

/// The share of a slice in the whole of all, then (0) or now (1).
pub fn share(moved: &Moved, slice: &Slice, side: usize) -> f64 {
    let Some(change) = &moved.change else { return 0.0 };
    let (of, all) = if side == 0 {
        (slice.then, change.then)
    } else {
        (slice.now, change.now)
    };
    of.map_or(0.0, |of| if all.whole == 0.0 { 0.0 } else { of.whole / all.whole })
}

/// Who moved it most, and how much of it they explain.
pub fn people(told: &ComparisonWriter, moved: &Moved, people: &People) -> Option<Text> {
    let delta = moved.delta?;
    let first = people.most.first()?;
    let change = |size: f64| told.change(moved, size);
    let mut text = Text::own("Moved most by ")
        .and_untrusted(&first.id)
        .and(format!(" ({})", change(first.influence)));
    if people.most.len() > 1 {
        text = text.and(format!(
            "; the {} below make {} of {} together",
            people.most.len(),
            change(people.together),
            change(delta)
        ));
    }
    let left = delta - people.together;
    if left.abs() > 1e-9 * delta.abs() {
        text = text.and(format!(", all others {}", change(left)));
    }
    text = text.and(".");
    if people.most.iter().any(|person| [person.then, person.now].contains(&Had::NotListed)) {
        text = text.and(" Who is not among the largest of a report has less there than those who are, which counts as nothing here and is in what all others make.");
    }
    if people.strangers {
        text = text.and(
            " Nobody is listed in both reports: if they were made with --redact, set RELHEALTH_REDACT_KEY to the same key for both, so that pseudonyms agree.",
        );
    }
    Some(text)
}
