//! Rules and waivers as plain values, whoever wrote them down.

use crate::codes::codes;
use std::ops::Range;

use crate::catalog::{MetricUnit, Origin};
use crate::diagnostics::visible;
use crate::expr::Expr;
use crate::period::{Grain, Wanted};
use crate::schema::{Micros, Table};

/// What a run is held to.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, unique in a run; it stays the same from run to run.
    pub id: String,
    /// Where it is written.
    pub origin: Origin,
    /// Whether it may stay unjudged.
    pub optional: bool,
    /// What it judges.
    pub of: RuleTarget,
}

/// What a rule judges.
#[derive(Debug, Clone)]
pub enum RuleTarget {
    /// A metric.
    Metric(Box<MetricRule>),
    /// The data themselves.
    Data(DataRule),
}

/// A rule on a metric.
#[derive(Debug, Clone)]
pub struct MetricRule {
    /// The metric's id.
    pub metric: String,
    /// Its unit, which the amounts of the rule are in.
    pub unit: MetricUnit,
    /// The dimensions whose slices are judged each, and all as one family; none: the whole.
    pub by: Vec<Named>,
    /// Which slices count, over dimensions.
    pub filter: Option<Condition>,
    /// The period that is judged; `None`: that of the run.
    pub period: Option<Wanted>,
    /// What must lie on the bad side.
    pub basis: Basis,
    /// With fewer rows in the whole nothing is judged.
    pub min_n: Option<u64>,
    /// What fails.
    pub test: Test,
}

/// A name and where it stands in the text that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Its bytes in that text, quotes included.
    pub span: Range<usize>,
}

/// A condition and where it stands in the text that it was read from.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The condition.
    pub expr: Expr,
    /// Its bytes in that text, quotes included.
    pub span: Range<usize>,
}

codes! {
    /// What must lie on the bad side of a threshold for a breach.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Basis {
        /// The whole interval, so that chance alone seldom breaks a rule.
        Interval = "interval",
        /// The value, whatever its interval.
        Point = "point",
    }
}

/// What of a metric fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Test {
    /// A value beyond a threshold.
    Limits(Limits),
    /// A change for the worse, by more than a tolerance in the metric's unit.
    Worse {
        /// Than what.
        than: ComparedTo,
        /// How much worse is still allowed, 0 or more.
        tolerance: f64,
    },
    /// A signal of the process behaviour chart in the bad direction.
    Signal,
}

/// Thresholds in the unit of the metric. A value at a threshold is within it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// Fails below it.
    pub fail_below: Option<f64>,
    /// Fails above it.
    pub fail_above: Option<f64>,
    /// Warns below it.
    pub warn_below: Option<f64>,
    /// Warns above it.
    pub warn_above: Option<f64>,
}

/// What a value is not to be worse than.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparedTo {
    /// The calendar period before.
    Previous,
    /// The same period a year before.
    YearAgo,
    /// What was saved of an earlier run.
    Baseline,
}

impl ComparedTo {
    /// The word in configurations and output.
    pub fn as_str(self) -> &'static str {
        match self {
            ComparedTo::Previous => "previous",
            ComparedTo::YearAgo => "year-ago",
            ComparedTo::Baseline => "baseline",
        }
    }
}

/// A rule on the data themselves.
#[derive(Debug, Clone)]
pub struct DataRule {
    /// What fails.
    pub test: DataTest,
    /// The table that it is about; `None`: each, but for the lists of who there is where events are asked for.
    pub table: Option<Table>,
    /// The period whose days are looked at; `None`: that of the run.
    pub period: Option<Wanted>,
}

/// What of the data fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DataTest {
    /// More rejected records of a file.
    MaxRejects(Amount),
    /// A newest event of a table that was longer before as-of.
    MaxAge(Micros),
    /// A day, week or month of the period without an event of a table.
    NoGaps(Grain),
    /// Fewer records of a table; a share is one of those of the baseline.
    MinRows(Amount),
}

/// A number, or a share of another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// So many.
    Number(u64),
    /// So large a share.
    Share(f64),
}

/// What excuses a rule for a while.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// Where it is written.
    pub origin: Origin,
    /// The metric whose rules it excuses.
    pub metric: Option<String>,
    /// The rule that it excuses.
    pub id: Option<String>,
    /// The condition of the rules that it excuses; `None`: any.
    pub filter: Option<Expr>,
    /// The slice that it excuses, dimension and value; none: all.
    pub by: Vec<(String, String)>,
    /// The last civil day on which it holds.
    pub until: i32,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why.
    pub reason: String,
}

impl Rule {
    /// Its metric, if it has one.
    pub fn metric(&self) -> Option<&MetricRule> {
        match &self.of {
            RuleTarget::Metric(rule) => Some(rule),
            RuleTarget::Data(_) => None,
        }
    }
}

impl RuleTarget {
    /// The id of a rule that was given none: what it judges and how, so that it stays the same while thresholds move.
    pub fn id(&self) -> String {
        match self {
            RuleTarget::Metric(rule) => {
                let mut id = format!("{}.{}", rule.metric, rule.test.word());
                if !rule.by.is_empty() {
                    let names: Vec<String> = rule.by.iter().map(|by| slug(&by.name)).collect();
                    id.push_str(&format!(".by-{}", names.join("-")));
                }
                if let Some(filter) = &rule.filter {
                    id.push_str(&format!(".{}", slug(filter.expr.text())));
                }
                if let Some(period) = &rule.period {
                    id.push_str(&format!(".{}", period_word(period)));
                }
                id
            }
            RuleTarget::Data(rule) => {
                let word = match rule.test {
                    DataTest::MaxRejects(_) => "rejects",
                    DataTest::MaxAge(_) => "age",
                    DataTest::NoGaps(_) => "gaps",
                    DataTest::MinRows(Amount::Number(_)) => "rows",
                    DataTest::MinRows(Amount::Share(_)) => "rows-of-baseline",
                };
                let mut id = format!("data.{word}");
                if let Some(table) = rule.table {
                    id.push_str(&format!(".{}", table.name()));
                }
                if let Some(period) = &rule.period {
                    id.push_str(&format!(".{}", period_word(period)));
                }
                id
            }
        }
    }
}

impl Test {
    /// What it does, without its thresholds.
    fn word(&self) -> String {
        match self {
            Test::Limits(limits) => {
                let below = limits.fail_below.or(limits.warn_below).is_some();
                let above = limits.fail_above.or(limits.warn_above).is_some();
                match (below, above) {
                    (true, true) => "between",
                    (true, false) => "below",
                    _ => "above",
                }
                .to_string()
            }
            Test::Worse { than, .. } => format!("worse-than-{}", than.as_str()),
            Test::Signal => "signal".to_string(),
        }
    }
}

fn period_word(period: &Wanted) -> String {
    match period {
        Wanted::Days(label, ..) => slug(label),
        Wanted::Last(grain) => format!("last-{}", grain.name()),
        Wanted::This(grain) => format!("this-{}", grain.name()),
    }
}

/// Lower-case letters and digits with hyphens between them.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || c == '_' {
            slug.extend(c.to_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_string()
}

impl Waiver {
    /// Whether it excuses a rule, in a slice where it names one.
    pub fn covers(&self, rule: &Rule, slice: &[(String, String)]) -> bool {
        let metric = rule.metric();
        let is_metric = self
            .metric
            .as_ref()
            .is_none_or(|id| metric.is_some_and(|metric| metric.metric == *id));
        let is_rule = self.id.as_ref().is_none_or(|id| rule.id == *id);
        let condition = metric.and_then(|metric| metric.filter.as_ref()).map(|filter| &filter.expr);
        let is_condition = self.filter.as_ref().is_none_or(|filter| condition == Some(filter));
        let in_slice = self
            .by
            .iter()
            .all(|(dimension, value)| slice.iter().any(|(d, v)| d.eq_ignore_ascii_case(dimension) && v == value));
        is_metric && is_rule && is_condition && in_slice
    }

    /// What it is called.
    pub fn name(&self) -> String {
        let of = self.id.as_ref().or(self.metric.as_ref()).map_or("", String::as_str);
        let slice: Vec<String> = self.by.iter().map(|(dimension, value)| format!("{dimension}={value}")).collect();
        let slice = if slice.is_empty() {
            String::new()
        } else {
            format!("[{}]", slice.join(", "))
        };
        format!("waiver.{}{}", visible(of), visible(&slice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_plain_and_stable() {
        assert_eq!(slug("region = 'North West' AND tier<>\"A\""), "region-north-west-and-tier-a");
        assert_eq!(slug("  'x'"), "x");
        assert_eq!(slug("日本"), "日本");
    }
}
