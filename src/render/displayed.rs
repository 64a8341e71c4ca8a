//! The words that people read for values that machine formats write as a code. A code never changes; these words may.

use crate::period::date_text;
use crate::report::{AbsentReason, Cell, Change, MetricInfo, NotAssessed};
use crate::report_diff::NotDecomposable;
use crate::stats::funnel::Place;
use crate::stats::process::{Assurance, Season};
use crate::stats::{IntervalWarning, Reading};

use super::text::Text;

/// The label of a change or difference.
pub fn label(reading: Reading) -> &'static str {
    match reading {
        Reading::Better => "better",
        Reading::Worse => "worse",
        Reading::Higher => "higher",
        Reading::Lower => "lower",
        Reading::NoClearChange => "no clear change",
        Reading::NoClearDifference => "no clear difference",
        Reading::Unclear => "not assessed",
    }
}

/// The label of a change of a cell; of one that was not assessed, with the reason. `undated`: the metric uses data without a date.
pub fn change_label(change: &Change, cell: &Cell, undated: bool) -> String {
    let label = label(change.reading);
    if change.reading != Reading::Unclear {
        return label.to_string();
    }
    let reason = if cell.value.is_none() || change.value.is_none() {
        "no value to compare"
    } else if let Some(why) = change.not_assessed {
        return format!("{label} ({})", not_assessed(why));
    } else if undated {
        "data without a date"
    } else if change.low.is_some() || change.high.is_some() {
        // There is an interval, but the earlier period starts before the data: little was recorded then, which is not a change.
        "earlier data incomplete"
    } else {
        match &cell.interval_absent {
            Some(AbsentReason::TooFew) => "too few rows",
            Some(AbsentReason::ZeroVariance) => "values do not vary",
            _ => "no interval",
        }
    };
    format!("{label} ({reason})")
}

/// Why a number is there but not assessed, and from when on it will be.
pub fn not_assessed(why: NotAssessed) -> String {
    match why {
        NotAssessed::ShortHistory { from } => format!("records too short, from {}", date_text(from)),
    }
}

/// The marks behind the value of a cell, each with a space before it. The notes below a table explain them.
pub fn marks(cell: &Cell) -> String {
    let running = if cell.complete { "" } else { " *" };
    format!("{running}{}", marks_of_records(cell))
}

/// The same without the mark of a period that has not ended.
pub fn marks_of_records(cell: &Cell) -> String {
    let truncated = if cell.left_truncated { " +" } else { "" };
    let short = if cell.not_assessed.is_some() { " ^" } else { "" };
    format!("{truncated}{short}")
}

/// What the mark of a period that starts before the data says.
pub const BEFORE_THE_DATA: &str = "+ the period, or the earlier period that it uses, starts before the data";

/// What the mark of values with too little history says, with the metrics that have it among these cells; `None`: none has.
pub fn short_history<'a>(cells: impl Iterator<Item = (&'a MetricInfo, &'a Cell)>) -> Option<Text> {
    let mut metrics: Vec<(&MetricInfo, i32)> = Vec::new();
    for (metric, cell) in cells {
        if let Some(why) = cell.not_assessed.filter(|_| cell.value.is_some())
            && metrics.iter().all(|(known, _)| known.id != metric.id)
        {
            metrics.push((metric, why.from()));
        }
    }
    let mut text = Text::own("^ looks back further than the records, so it is shown but not assessed: ");
    for (at, (metric, from)) in metrics.iter().enumerate() {
        let between = if at > 0 { "; " } else { "" };
        text = text
            .and(between)
            .and_untrusted(&metric.title)
            .and(format!(" (from {})", date_text(*from)));
    }
    (!metrics.is_empty()).then_some(text)
}

/// Why a value or an interval is not there.
pub fn absent(reason: &AbsentReason) -> &'static str {
    match reason {
        AbsentReason::NoRows => "no rows",
        AbsentReason::ZeroDenominator => "denominator is zero",
        AbsentReason::TooFew => "too few rows",
        AbsentReason::MissingInput(_) => "missing input",
        AbsentReason::MixedCurrencies => "several currencies",
        AbsentReason::IncompleteWindow => "follow-up time not over",
        AbsentReason::NotReached => "not reached",
        AbsentReason::Suppressed => "suppressed",
        AbsentReason::ZeroVariance => "values do not vary",
        AbsentReason::NotDefined => "not defined",
        AbsentReason::TooLarge => "a value too large to be represented",
        AbsentReason::NoData => "no data: the file has no records",
        AbsentReason::BeforeData => "before the first record",
        AbsentReason::Unreadable => "no record could be read",
        AbsentReason::DaysOnly(_) => "known in days only",
        AbsentReason::LinesDiffer => "order lines differ",
    }
}

/// What follows an interval that is doubtful; [`interval_warning`] says why.
pub fn interval_mark(cell: &Cell) -> &'static str {
    match cell.interval_warning() {
        Some(IntervalWarning::Skewed) => " !",
        None => "",
    }
}

/// What is doubtful about an interval.
pub fn interval_warning(warning: IntervalWarning) -> &'static str {
    match warning {
        IntervalWarning::Skewed => "one or a few stakeholders account for most of the variance, so the interval may be too narrow",
    }
}

/// The notes on the marks of intervals in a table.
pub fn interval_notes<'c>(cells: impl Iterator<Item = &'c Cell>) -> Vec<String> {
    let found: Vec<IntervalWarning> = cells.filter_map(Cell::interval_warning).collect();
    let there = IntervalWarning::ALL.into_iter().filter(|warning| found.contains(warning));
    there.map(|warning| format!("! {}", interval_warning(warning))).collect()
}

/// How a metric that goes on as before does against its target: `which it ...`.
pub fn assurance(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::ConsistentlyMeets => "consistently meets",
        Assurance::ConsistentlyMisses => "consistently misses",
        Assurance::HitAndMiss => "sometimes meets and sometimes misses",
    }
}

/// What control limits allow for, or could not; empty: there is nothing to say.
pub fn allowed_for(season: Option<Season>, autocorrelation: bool) -> String {
    let season = match season {
        Some(Season::TakenOut) => "the season is taken out",
        Some(Season::NotKnown) => "a season is not taken out, because the records have fewer than two full seasons",
        Some(Season::NotFound) | None => "",
    };
    let neighbours = if autocorrelation {
        "the limits allow for neighbouring periods that resemble each other"
    } else {
        ""
    };
    let said: Vec<&str> = [season, neighbours].into_iter().filter(|words| !words.is_empty()).collect();
    said.join("; ")
}

/// Where a group is in a funnel.
pub fn place(place: Place) -> &'static str {
    match place {
        Place::Inside => "within the limits",
        Place::Beyond95 => "outside the 95% limits",
        Place::Beyond998 => "outside the 99.8% limits",
    }
}

/// Why a change cannot be broken down.
pub fn not_decomposable(why: NotDecomposable) -> &'static str {
    match why {
        NotDecomposable::Kind => "its value is not a sum of parts, so no exact part of the change belongs to a group or a stakeholder",
        NotDecomposable::Overlap => "the same stakeholder may be in several groups, so the groups do not add up to the total",
        NotDecomposable::Hidden => "groups are hidden to protect small numbers of people",
        NotDecomposable::Unknown => "the reports do not contain the parts that give its value",
    }
}

/// A confidence level as people write it: `95%`.
pub fn level(level: f64) -> String {
    format!("{}%", (level * 1e6).round() / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::{Period, Zone};

    #[test]
    fn a_change_that_was_not_assessed_has_its_reason() {
        let period = Period::parse("2026-10", &Zone::utc(), 0).unwrap();
        let change = |value, reading| Change {
            period: "2026-09".into(),
            value,
            delta: None,
            low: None,
            high: None,
            reading,
            p: None,
            not_assessed: None,
        };
        let cell = |value, interval_absent| Cell {
            value,
            interval_absent,
            ..Cell::blank("csat", &period)
        };
        let unclear = change(Some(0.5), Reading::Unclear);
        for (change, cell, undated, expected) in [
            (
                change(None, Reading::Unclear),
                cell(Some(0.5), None),
                false,
                "not assessed (no value to compare)",
            ),
            (unclear.clone(), cell(None, None), false, "not assessed (no value to compare)"),
            (unclear.clone(), cell(Some(0.5), None), true, "not assessed (data without a date)"),
            (
                unclear.clone(),
                cell(Some(0.5), Some(AbsentReason::TooFew)),
                false,
                "not assessed (too few rows)",
            ),
            (unclear, cell(Some(0.5), None), false, "not assessed (no interval)"),
            (
                change(Some(0.4), Reading::NoClearChange),
                cell(Some(0.5), None),
                false,
                "no clear change",
            ),
        ] {
            assert_eq!(change_label(&change, &cell, undated), expected);
        }
    }

    #[test]
    fn a_comparison_with_the_time_before_the_data_says_so() {
        let period = Period::parse("2026-10", &Zone::utc(), 0).unwrap();
        let change = Change {
            period: "2025-10".into(),
            value: Some(0.4),
            delta: Some(0.1),
            low: Some(0.01),
            high: Some(0.2),
            reading: Reading::Unclear,
            p: None,
            not_assessed: None,
        };
        let cell = Cell {
            value: Some(0.5),
            ..Cell::blank("csat", &period)
        };
        assert_eq!(change_label(&change, &cell, false), "not assessed (earlier data incomplete)");
    }

    #[test]
    fn levels_are_written_without_the_traces_of_binary_numbers() {
        assert_eq!([0.95, 0.999, 0.975, 0.9].map(level), ["95%", "99.9%", "97.5%", "90%"]);
    }
}
