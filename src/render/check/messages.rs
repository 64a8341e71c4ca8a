//! The result of a rule in words: the value, the threshold or comparison, and the reason for the result. One sentence for all formats.

use crate::catalog::MetricUnit;
use crate::check::{
    Basis, CheckResult, ComparedTo, Evidence, Excuse, NotEvaluatedReason, Rule, Side, Status, Subject, Test, Threshold, ThresholdResult,
    Verdict,
};
use crate::diagnostics::counted;
use crate::period::{date_text, instant_text};
use crate::render::displayed;
use crate::render::format::{Scale, Units, count, number};
use crate::report::Change;
use crate::stats::process::{Direction, Signal};

/// Writes the results of a check as sentences.
pub struct Words<'a> {
    checked: &'a CheckResult,
    pub(super) units: Units<'a>,
}

impl<'a> Words<'a> {
    /// The sentences of this check.
    pub fn of(checked: &'a CheckResult) -> Words<'a> {
        Words {
            checked,
            units: Units {
                currency: checked.currency.as_deref(),
                business_hours: checked.terms.clock.is_business(),
            },
        }
    }

    /// Name and group: `csat.below [region = north]`.
    pub fn name(&self, verdict: &Verdict) -> String {
        let name = self.checked.name(verdict);
        if verdict.by.is_empty() || matches!(verdict.subject, Subject::Waiver(_)) {
            return name;
        }
        format!("{name} [{}]", slice(&verdict.by))
    }

    /// The reason for a result, and who waived it.
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
                text.push_str("; the period has not ended by the as-of date");
            }
            if cell.left_truncated {
                text.push_str("; the period, or the earlier period that it uses, starts before the data");
            }
            if let Some(warning) = cell.interval_warning() {
                text.push_str(&format!("; {}", displayed::interval_warning(warning)));
            }
        }
        match verdict.excuse {
            Some(Excuse::Waived(at)) => {
                let waiver = &self.checked.waivers[at];
                let owner = waiver.owner.as_ref().map_or(String::new(), |owner| format!(" by {owner}"));
                text.push_str(&format!("; waived{owner} until {}: {}", date_text(waiver.until), waiver.reason));
            }
            Some(Excuse::Optional) => text.push_str("; the rule is optional"),
            Some(Excuse::OneOfMany) => text.push_str("; other groups could be evaluated"),
            None => {}
        }
        text
    }

    /// The scale of a verdict's metric, for numbers of the size of its value.
    fn scale(&self, verdict: &Verdict) -> Scale<'_> {
        // A number without a metric has no unit of its own.
        let unit = self.checked.metric(verdict).map_or(MetricUnit::Ratio, |known| known.shown.unit);
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

    /// `95% confidence interval`.
    fn interval_name(&self) -> String {
        format!("{} confidence interval", displayed::level(self.checked.level))
    }

    fn value(&self, verdict: &Verdict, finding: &ThresholdResult) -> String {
        let (Some(value), Some(threshold)) = (verdict.value, verdict.threshold) else {
            return String::new();
        };
        let scale = self.scale(verdict).telling(value, threshold.value);
        let limit = scale.exact(threshold.value).value(threshold.value);
        let side = threshold.bad.as_str();
        let value = scale.value(value);
        let range = scale.range(verdict.low, verdict.high);
        let has_interval = verdict.basis == Some(Basis::Interval) && !range.is_empty();
        let name = self.interval_name();
        let with = if range.is_empty() {
            String::new()
        } else {
            format!(" ({name} {range})")
        };
        let said = match finding {
            ThresholdResult::Within => match self.between(verdict) {
                Some((low, high)) => {
                    let (low, high) = (scale.exact(low).value(low), scale.exact(high).value(high));
                    format!("{value}{with} is between {low} and {high}")
                }
                None => format!("{value}{with} is not {side} the threshold of {limit}"),
            },
            ThresholdResult::Reaches => format!(
                "{value} is {side} the threshold of {limit}, but its {name} ({range}) includes the threshold: this could be due to chance"
            ),
            ThresholdResult::Chance { family } => format!(
                "{value} is {side} the threshold of {limit}, and so is its entire {name} ({range}), but this is not significant after \
                 correction for {family} groups"
            ),
            ThresholdResult::Beyond if has_interval => {
                format!("{value} is {side} the threshold of {limit}, and so is its entire {name} ({range})")
            }
            ThresholdResult::Beyond => format!("{value}{with} is {side} the threshold of {limit}"),
            ThresholdResult::NotEvaluated(_) => String::new(),
        };
        format!("{said}{}", self.by_point(verdict))
    }

    /// The thresholds of a rule that has both.
    fn between(&self, verdict: &Verdict) -> Option<(f64, f64)> {
        match self.checked.rule(verdict)?.metric()?.test {
            Test::Limits(limits) => limits.fail_below.zip(limits.fail_above),
            _ => None,
        }
    }

    /// Says that the value alone is evaluated, if the rule asks for the interval and there is none.
    fn by_point(&self, verdict: &Verdict) -> &'static str {
        let asked = self.checked.rule(verdict).and_then(Rule::metric).map(|rule| rule.basis);
        if asked == Some(Basis::Interval) && verdict.basis == Some(Basis::Point) {
            " (evaluated by the value alone: this metric has no interval)"
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
        let range = scale.range_of_change(verdict.low, verdict.high);
        let interval = if range.is_empty() {
            String::new()
        } else {
            format!(" ({} {range})", self.interval_name())
        };
        let of = match self.checked.rule(verdict).and_then(Rule::metric).map(|rule| rule.test) {
            Some(Test::Worse {
                than: ComparedTo::Baseline,
                ..
            }) => format!("{} in the baseline", change.period),
            _ => change.period.clone(),
        };
        let moved = format!(
            "{}, compared with {then} in {of}: {}{interval}",
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
            ThresholdResult::Within => format!("{moved}, not {tolerance}"),
            ThresholdResult::Reaches => {
                format!("{moved}, {tolerance}, but not with its entire confidence interval: this could be due to chance")
            }
            ThresholdResult::Chance { family } => {
                format!("{moved}, {tolerance}, but this is not significant after correction for {family} groups")
            }
            ThresholdResult::Beyond if verdict.basis == Some(Basis::Interval) => {
                format!("{moved}, {tolerance}, and so is the entire confidence interval of the change")
            }
            _ => format!("{moved}, {tolerance}"),
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
            season,
            autocorrelation,
        } = &verdict.evidence
        else {
            return String::new();
        };
        let scale = self.scale(verdict);
        let value = verdict.value.map_or(String::new(), |value| scale.value(value));
        let range = scale.range(Some(limits.0), Some(limits.1));
        let is_within = verdict.value.is_some_and(|value| (limits.0..=limits.1).contains(&value));
        let usual = if is_within {
            format!("{value} is within its usual range of {range}")
        } else {
            format!("{value} is outside its usual range of {range}")
        };
        let usual = format!("{usual} (mean {}, {points} periods)", scale.value(*mean));
        let named = |signals: &[(Signal, Direction)]| {
            let each: Vec<String> = signals.iter().map(|(signal, direction)| signal_words(signal, *direction)).collect();
            each.join(" and ")
        };
        let said = match (bad.as_slice(), good.as_slice()) {
            ([], []) => format!("{usual}: no new signal"),
            ([], good) => format!("{usual}: {}, which is favourable", named(good)),
            (bad, _) => format!("{usual}: {}", named(bad)),
        };
        let allowed = displayed::allowed_for(*season, *autocorrelation);
        format!("{said}{}{allowed}", if allowed.is_empty() { "" } else { "; " })
    }

    fn unknown(&self, verdict: &Verdict, why: &NotEvaluatedReason) -> String {
        let value = self.number(verdict);
        match why {
            NotEvaluatedReason::NoValue(absent) => match absent.detail() {
                Some(detail) => format!("no value: {} ({detail})", displayed::absent(absent)),
                None => format!("no value: {}", displayed::absent(absent)),
            },
            NotEvaluatedReason::Few { n, min } => format!(
                "{} from {}; the rule requires at least {}",
                value.unwrap_or_default(),
                counted(*n, "row", "rows"),
                count(*min)
            ),
            NotEvaluatedReason::NoInterval(absent) => {
                let limit = self.threshold(verdict).unwrap_or_default();
                let side = verdict.threshold.map_or("", |threshold| threshold.bad.as_str());
                let what = match &verdict.evidence {
                    Evidence::Change(change) => format!(
                        "{}, compared with {} in {}: worse, but the change",
                        value.unwrap_or_default(),
                        change.value.map_or(String::new(), |value| self.scale(verdict).value(value)),
                        change.period
                    ),
                    _ => format!("{} is {side} the threshold of {limit}, but it", value.unwrap_or_default()),
                };
                format!(
                    "{what} has no confidence interval ({}), so this could be due to chance; set basis = \"point\" to evaluate the value \
                     alone",
                    displayed::absent(absent)
                )
            }
            NotEvaluatedReason::NoEarlier(period) => format!(
                "{}, but there is no value for {period} to compare it with",
                value.unwrap_or_default()
            ),
            NotEvaluatedReason::ShortHistory { from } => {
                format!(
                    "{}, but the metric looks back further than the records; it can be evaluated from {} on",
                    value.unwrap_or_default(),
                    date_text(*from)
                )
            }
            NotEvaluatedReason::Undated => "the metric uses data without a date, so its earlier value is not known".to_string(),
            NotEvaluatedReason::NoBaseline => "no baseline to compare with; specify one with --baseline FILE".to_string(),
            NotEvaluatedReason::NotInBaseline => {
                "the baseline does not contain this number; save a new one with --save-baseline FILE".to_string()
            }
            NotEvaluatedReason::UnknownTerms => {
                "an earlier version saved the baseline, so its working hours, targets and exchange rates are not known; save a new one with \
                 --save-baseline FILE"
                    .to_string()
            }
            NotEvaluatedReason::OtherTerms(terms) => {
                let each: Vec<String> = terms
                    .iter()
                    .map(|(name, then, now)| format!("the {} was {then} and is {now}", term(name)))
                    .collect();
                format!("not comparable with the baseline: {}", each.join(", "))
            }
            NotEvaluatedReason::OtherDays(saved) => {
                format!(
                    "not comparable with {saved} in the baseline: a period had not ended by its as-of date, so the values are of different \
                     numbers of days"
                )
            }
            NotEvaluatedReason::NoChart { points, needed } => {
                format!("{points} complete periods have a value; control limits require at least {needed}")
            }
            NotEvaluatedReason::NoVariation => "the values hardly vary, so control limits cannot be computed".to_string(),
            NotEvaluatedReason::NotWhole => "the period has not ended by the as-of date, or starts before the data".to_string(),
            NotEvaluatedReason::NoTable => "no file was loaded into this table".to_string(),
            NotEvaluatedReason::NoSlice => "no group is left to evaluate".to_string(),
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
                "the waiver{owner} expired on {until} ({}); fix what it waived, or renew it",
                waiver.reason
            ),
            _ => format!("the waiver{owner} until {until} is unused ({}); remove it", waiver.reason),
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
        "where" => "set of conditions (`where`) of sources",
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
        (Pattern::Trend, true) => "seven rising points",
        (Pattern::Trend, false) => "seven falling points",
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
    units.scale(MetricUnit::Share, share).exact(share).value(share)
}

/// The result of a rule about the data.
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
                "{} of {} records were rejected ({}); the limit is {most}",
                count(*rejected),
                count(*read),
                Units::default().scale(MetricUnit::Share, share).value(share)
            )
        }
        Evidence::Newest(newest) => format!(
            "the newest event is from {}, {} days before the as-of date; the limit is {} days",
            instant_text(*newest),
            number(verdict.value.unwrap_or_default(), 1),
            number(threshold.value, 1)
        ),
        Evidence::Gaps { missing: 0, of, .. } => format!("{} checked, each has an event", counted(*of, "period", "periods")),
        Evidence::Gaps { first, missing, of } => {
            let more = missing.saturating_sub(first.len() as u64);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{} of {} have no event: {}{more}", count(*missing), count(*of), first.join(", "))
        }
        Evidence::Rows { rows, before } => {
            let least = number(threshold.value, 0);
            match before {
                Some(before) => format!(
                    "{} records, {} in the baseline; at least {least} are required",
                    count(*rows),
                    count(*before)
                ),
                None => format!("{} records; at least {least} are required", count(*rows)),
            }
        }
        Evidence::Value | Evidence::Change(_) | Evidence::Signals { .. } | Evidence::Waiver | Evidence::Nothing => String::new(),
    }
}
