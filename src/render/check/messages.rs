//! A verdict in words: what was found, what it was held against, and why that is a pass or not. One sentence for all formats.

use crate::check::{
    Basis, CheckResult, ComparedTo, Evidence, Excuse, NotEvaluatedReason, Rule, Side, Status, Subject, Test, Threshold, ThresholdResult,
    Verdict,
};
use crate::diagnostics::counted;
use crate::period::{date_text, instant_text};
use crate::render::format::{Scale, Units, count, number};
use crate::report::Change;
use crate::stats::process::{Direction, Signal};

/// The words of a check.
pub struct Words<'a> {
    checked: &'a CheckResult,
    pub(super) units: Units<'a>,
}

impl<'a> Words<'a> {
    /// The words of this check.
    pub fn of(checked: &'a CheckResult) -> Words<'a> {
        Words {
            checked,
            units: Units {
                currency: checked.currency.as_deref(),
                business_hours: checked.terms.get("clock").is_some_and(|clock| clock != "calendar hours"),
            },
        }
    }

    /// Name and slice: `csat.below [region = north]`.
    pub fn name(&self, verdict: &Verdict) -> String {
        let name = self.checked.name(verdict);
        if verdict.by.is_empty() || matches!(verdict.subject, Subject::Waiver(_)) {
            return name;
        }
        format!("{name} [{}]", slice(&verdict.by))
    }

    /// Why a verdict is what it is, and who excuses it.
    pub fn why(&self, verdict: &Verdict) -> String {
        let mut text = match (&verdict.evidence, &verdict.finding) {
            (Evidence::Waiver, _) => self.waiver(verdict),
            (_, ThresholdResult::NotEvaluated(why)) => self.unknown(verdict, why),
            (Evidence::Value, finding) => self.value(verdict, finding),
            (Evidence::Change(change), finding) => self.change(verdict, change, finding),
            (Evidence::Signals { .. }, _) => self.signals(verdict),
            _ => data(verdict),
        };
        if let Some(cell) = verdict.cell.as_ref().filter(|cell| cell.value.is_some()) {
            if !cell.complete {
                text.push_str("; the period is not over at as-of");
            }
            if cell.left_truncated {
                text.push_str("; the period, or what it looks back to, begins before the data do");
            }
        }
        match verdict.excuse {
            Some(Excuse::Waived(at)) => {
                let waiver = &self.checked.waivers[at];
                let owner = waiver.owner.as_ref().map_or(String::new(), |owner| format!(" by {owner}"));
                text.push_str(&format!("; waived{owner} until {}: {}", date_text(waiver.until), waiver.reason));
            }
            Some(Excuse::Optional) => text.push_str("; the rule is optional"),
            Some(Excuse::OneOfMany) => text.push_str("; other slices could be judged"),
            None => {}
        }
        text
    }

    /// The scale of a verdict's metric, for numbers of the size of its value.
    fn scale(&self, verdict: &Verdict) -> Scale<'_> {
        let unit = self.checked.metric(verdict).map_or("", |known| known.shown.unit.as_str());
        let value = verdict.cell.as_ref().and_then(|cell| cell.value).unwrap_or_default();
        self.units.scale(unit, value)
    }

    /// The value with its limits and its rows.
    pub fn number(&self, verdict: &Verdict) -> Option<String> {
        let cell = verdict.cell.as_ref()?;
        let scale = self.scale(verdict);
        let interval = scale.interval(cell.low, cell.high);
        let interval = if interval.is_empty() { interval } else { format!(" {interval}") };
        Some(format!("{}{interval}", scale.value(cell.value?)))
    }

    /// A threshold in the words of its metric.
    pub fn threshold(&self, verdict: &Verdict) -> Option<String> {
        let threshold = verdict.threshold?;
        if verdict.cell.is_none() {
            return Some(number(threshold.value, usize::from(threshold.value.fract() != 0.0) * 2));
        }
        Some(self.scale(verdict).exact(threshold.value).value(threshold.value))
    }

    fn value(&self, verdict: &Verdict, finding: &ThresholdResult) -> String {
        let (Some(value), Some(threshold)) = (verdict.value, verdict.threshold) else {
            return String::new();
        };
        let scale = self.scale(verdict).telling(value, threshold.value);
        let limit = scale.exact(threshold.value).value(threshold.value);
        let side = threshold.bad.as_str();
        let value = scale.value(value);
        let interval = scale.interval(verdict.low, verdict.high);
        let has_interval = verdict.basis == Some(Basis::Interval) && !interval.is_empty();
        let with = if interval.is_empty() {
            String::new()
        } else {
            format!(" {interval}")
        };
        let said = match finding {
            ThresholdResult::Within => match self.between(verdict) {
                Some((low, high)) => {
                    let (low, high) = (scale.exact(low).value(low), scale.exact(high).value(high));
                    format!("{value}{with} lies between {low} and {high}")
                }
                None => format!("{value}{with} is not {side} {limit}"),
            },
            ThresholdResult::Reaches => format!("{value} is {side} {limit}, but its interval {interval} reaches it: that may be chance"),
            ThresholdResult::Chance { family } => {
                format!("{value} {interval} is wholly {side} {limit}, but among {family} slices one may be so by chance")
            }
            ThresholdResult::Beyond if has_interval => format!("{value} {interval} is {side} {limit} with its whole interval"),
            ThresholdResult::Beyond => format!("{value}{with} is {side} {limit}"),
            ThresholdResult::NotEvaluated(_) => String::new(),
        };
        format!("{said}{}", self.by_point(verdict))
    }

    /// The ends of a rule that has both.
    fn between(&self, verdict: &Verdict) -> Option<(f64, f64)> {
        match self.checked.rule(verdict)?.metric()?.test {
            Test::Limits(limits) => limits.fail_below.zip(limits.fail_above),
            _ => None,
        }
    }

    /// Where the rule asks for the interval, and there is none: that it is judged by its value.
    fn by_point(&self, verdict: &Verdict) -> &'static str {
        let asked = self.checked.rule(verdict).and_then(Rule::metric).map(|rule| rule.basis);
        if asked == Some(Basis::Interval) && verdict.basis == Some(Basis::Point) {
            " (judged by the value alone: this metric has no interval)"
        } else {
            ""
        }
    }

    fn change(&self, verdict: &Verdict, change: &Change, finding: &ThresholdResult) -> String {
        let (Some(delta), Some(threshold)) = (verdict.value, verdict.threshold) else {
            return String::new();
        };
        let scale = self.scale(verdict);
        let now = verdict.cell.as_ref().and_then(|cell| cell.value).map(|value| scale.value(value));
        let then = change.value.map_or(String::new(), |value| scale.value(value));
        let interval = scale.interval(verdict.low, verdict.high);
        let interval = if interval.is_empty() { interval } else { format!(" {interval}") };
        let of = match self.checked.rule(verdict).and_then(Rule::metric).map(|rule| rule.test) {
            Some(Test::Worse {
                than: ComparedTo::Baseline,
                ..
            }) => format!("{} in the baseline", change.period),
            _ => change.period.clone(),
        };
        let moved = format!(
            "{} after {then} in {of}, {}{interval}",
            now.unwrap_or_default(),
            scale.change(delta)
        );
        let tolerated = threshold.value.abs();
        let tolerance = if tolerated == 0.0 {
            "worse".to_string()
        } else {
            let tolerance = scale.exact(tolerated).change(tolerated);
            format!("worse by more than {}", tolerance.trim_start_matches('+'))
        };
        let said = match finding {
            ThresholdResult::Within => format!("{moved}: not {tolerance}"),
            ThresholdResult::Reaches => format!("{moved}: {tolerance}, but not with its whole interval, so that it may be chance"),
            ThresholdResult::Chance { family } => format!("{moved}: {tolerance}, but among {family} slices one may be so by chance"),
            ThresholdResult::Beyond if verdict.basis == Some(Basis::Interval) => {
                format!("{moved}: {tolerance}, with the whole interval of the change")
            }
            _ => format!("{moved}: {tolerance}"),
        };
        format!("{said}{}", self.by_point(verdict))
    }

    fn signals(&self, verdict: &Verdict) -> String {
        let Evidence::Signals {
            bad,
            good,
            points,
            mean,
            limits,
        } = &verdict.evidence
        else {
            return String::new();
        };
        let scale = self.scale(verdict);
        let usual = format!(
            "{}, of a process around {} within {}, by {points} periods",
            verdict.value.map_or(String::new(), |value| scale.value(value)),
            scale.value(*mean),
            scale.interval(Some(limits.0), Some(limits.1))
        );
        let named = |signals: &[(Signal, Direction)]| {
            let each: Vec<String> = signals.iter().map(|(signal, direction)| signal_words(signal, *direction)).collect();
            each.join(" and ")
        };
        match (bad.as_slice(), good.as_slice()) {
            ([], []) => format!("{usual}: no new signal"),
            ([], good) => format!("{usual}: {}, for the better", named(good)),
            (bad, _) => format!("{usual}: {}", named(bad)),
        }
    }

    fn unknown(&self, verdict: &Verdict, why: &NotEvaluatedReason) -> String {
        let value = self.number(verdict);
        match why {
            NotEvaluatedReason::NoValue(absent) => match absent.detail() {
                Some(detail) => format!("there is no value: {} ({detail})", absent.as_str()),
                None => format!("there is no value: {}", absent.as_str()),
            },
            NotEvaluatedReason::Few { n, min } => format!(
                "{} of {}, and the rule asks for {}",
                value.unwrap_or_default(),
                counted(*n, "row", "rows"),
                count(*min)
            ),
            NotEvaluatedReason::NoInterval(absent) => {
                let limit = self.threshold(verdict).unwrap_or_default();
                let side = verdict.threshold.map_or("", |threshold| threshold.bad.as_str());
                let what = match &verdict.evidence {
                    Evidence::Change(change) => format!(
                        "{} after {} in {}: worse, but the change",
                        value.unwrap_or_default(),
                        change.value.map_or(String::new(), |value| self.scale(verdict).value(value)),
                        change.period
                    ),
                    _ => format!("{} is {side} {limit}, but it", value.unwrap_or_default()),
                };
                format!(
                    "{what} has no interval ({}), so that it may be chance; basis = \"point\" would judge it by the value",
                    absent.as_str()
                )
            }
            NotEvaluatedReason::NoEarlier(period) => format!(
                "{}, and there is no value of {period} to compare it with",
                value.unwrap_or_default()
            ),
            NotEvaluatedReason::Undated => "it rests on something without a date, so that it is not known what it was before".to_string(),
            NotEvaluatedReason::NoBaseline => "there is no baseline to compare it with; name one with --baseline FILE".to_string(),
            NotEvaluatedReason::NotInBaseline => "the baseline has no such number; save a new one with --save-baseline FILE".to_string(),
            NotEvaluatedReason::OtherTerms(terms) => {
                let each: Vec<String> = terms
                    .iter()
                    .map(|(name, then, now)| format!("the {} was {then} and is {now}", term(name)))
                    .collect();
                format!("the baseline does not compare: {}", each.join(", "))
            }
            NotEvaluatedReason::NoChart { points, needed } => {
                format!("there are {points} whole periods with a value, and limits that can be judged by take {needed}")
            }
            NotEvaluatedReason::NoVariation => "the values scarcely vary, so that their process has no limits".to_string(),
            NotEvaluatedReason::NotWhole => "the period is not over at as-of, or starts before the data do".to_string(),
            NotEvaluatedReason::NoTable => "no such table was read".to_string(),
            NotEvaluatedReason::NoSlice => "no slice is left to judge".to_string(),
            NotEvaluatedReason::NoEvents => "the table has no event with a time".to_string(),
        }
    }

    fn waiver(&self, verdict: &Verdict) -> String {
        let Subject::Waiver(at) = verdict.subject else {
            return String::new();
        };
        let waiver = &self.checked.waivers[at];
        let owner = waiver.owner.as_ref().map_or(String::new(), |owner| format!(" of {owner}"));
        let until = date_text(waiver.until);
        match verdict.status {
            Status::Fail => format!(
                "the waiver{owner} expired on {until} ({}); mend what it excused, or renew it",
                waiver.reason
            ),
            _ => format!("the waiver{owner} until {until} excuses nothing ({}); take it out", waiver.reason),
        }
    }
}

/// What a term is called.
fn term(name: &str) -> &str {
    match name {
        "timezone" => "time zone",
        "hours" => "business calendar",
        "targets" => "set of targets",
        "rates" => "set of exchange rates",
        "level" => "confidence level",
        other => other,
    }
}

fn signal_words(signal: &Signal, direction: Direction) -> String {
    use crate::stats::process::Rule as Pattern;
    let up = direction == Direction::Up;
    match (signal.rule, up) {
        (Pattern::Outside, true) => "a point above the limits",
        (Pattern::Outside, false) => "a point below the limits",
        (Pattern::Trend, true) => "seven points that rise",
        (Pattern::Trend, false) => "seven points that fall",
        (Pattern::TwoOfThree, true) => "two of three points near the upper limit",
        (Pattern::TwoOfThree, false) => "two of three points near the lower limit",
        (Pattern::Run, true) => "seven points above the mean",
        (Pattern::Run, false) => "seven points below the mean",
    }
    .to_string()
}

/// Dimension and value: `region = north, tier = A`.
pub fn slice(by: &[(String, String)]) -> String {
    let each: Vec<String> = by.iter().map(|(dimension, value)| format!("{dimension} = {value}")).collect();
    each.join(", ")
}

/// A share as people write it.
pub fn percent(share: f64) -> String {
    let units = Units::default();
    units.scale("share", share).exact(share).value(share)
}

/// What was found in the data.
fn data(verdict: &Verdict) -> String {
    let threshold = verdict.threshold.unwrap_or(Threshold {
        bad: Side::Above,
        value: 0.0,
    });
    match &verdict.evidence {
        Evidence::Rejects { rejected, read } => {
            let share = if *read == 0 { 0.0 } else { *rejected as f64 / *read as f64 };
            let most = if threshold.value < 1.0 && threshold.value > 0.0 {
                percent(threshold.value)
            } else {
                number(threshold.value, 0)
            };
            format!(
                "{} of {} records are rejected ({}), and {most} may be",
                count(*rejected),
                count(*read),
                Units::default().scale("share", share).value(share)
            )
        }
        Evidence::Newest(newest) => format!(
            "the newest event is of {}, {} days before as-of, and {} days are allowed",
            instant_text(*newest),
            number(verdict.value.unwrap_or_default(), 1),
            number(threshold.value, 1)
        ),
        Evidence::Gaps { missing: 0, of, .. } => format!("none of {} is without an event", counted(*of, "period", "periods")),
        Evidence::Gaps { first, missing, of } => {
            let more = missing.saturating_sub(first.len() as u64);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{} of {} have no event: {}{more}", count(*missing), count(*of), first.join(", "))
        }
        Evidence::Rows { rows, before } => {
            let least = number(threshold.value, 0);
            match before {
                Some(before) => format!(
                    "{} records, {} in the baseline, and {least} is the least",
                    count(*rows),
                    count(*before)
                ),
                None => format!("{} records, and {least} is the least", count(*rows)),
            }
        }
        _ => String::new(),
    }
}
