//! A rule in words, for readers who did not write it.

use super::messages::{Words, percent};
use crate::check::{Amount, Basis, ComparedTo, DataTest, Limits, Rule, RuleTarget, Test};
use crate::diagnostics::counted;
use crate::render::format::{count, number};
use crate::schema::{DAY, HOUR};

impl Words<'_> {
    /// What a rule checks.
    pub fn rule(&self, rule: &Rule) -> String {
        match &rule.of {
            RuleTarget::Data(of) => {
                let table = of.table.map_or(String::new(), |table| format!(" of {}", table.name()));
                let what = match of.test {
                    DataTest::MaxRejects(most) => format!("fails if more than {} of the records{table} are rejected", amount(most)),
                    DataTest::MaxAge(most) => format!("fails if the newest event{table} is older than {}", duration(most)),
                    DataTest::NoGaps(grain) => format!("fails if a {} has no event{table}", grain.name()),
                    DataTest::MinRows(Amount::Share(share)) => {
                        format!("fails below {}% of the baseline's records{table}", number(share * 100.0, 0))
                    }
                    DataTest::MinRows(least) => format!("fails below {} records{table}", amount(least)),
                };
                what + if rule.optional { "; optional" } else { "" }
            }
            RuleTarget::Metric(of) => {
                let say = |value: f64| self.units.scale(of.unit, value).exact(value).value(value);
                let mut text = match of.test {
                    Test::Limits(limits) => thresholds(limits, say),
                    Test::Worse { than, tolerance } => {
                        let by = if tolerance > 0.0 {
                            format!(" by more than {}", say(tolerance))
                        } else {
                            String::new()
                        };
                        let than = match than {
                            ComparedTo::Previous => "the previous period",
                            ComparedTo::YearAgo => "the year before",
                            ComparedTo::Baseline => "the baseline",
                        };
                        format!("fails if worse than {than}{by}")
                    }
                    Test::Signal => "fails on a new unfavourable signal".to_string(),
                };
                if of.test != Test::Signal {
                    text.push_str(match of.basis {
                        Basis::Interval => " with the entire confidence interval",
                        Basis::Point => " by the value alone",
                    });
                }
                if let Some(filter) = &of.filter {
                    text.push_str(&format!(", where {}", filter.expr.text()));
                }
                if !of.by.is_empty() {
                    let names: Vec<&str> = of.by.iter().map(|by| by.name.as_str()).collect();
                    text.push_str(&format!(", for each group by {}", names.join(", ")));
                }
                if let Some(min) = of.min_n {
                    text.push_str(&format!(", with at least {} rows", count(min)));
                }
                text + if rule.optional { "; optional" } else { "" }
            }
        }
    }
}

fn thresholds(limits: Limits, say: impl Fn(f64) -> String) -> String {
    if let (Some(low), Some(high)) = (limits.fail_below, limits.fail_above) {
        return format!("fails outside {} to {}", say(low), say(high));
    }
    let each = [
        ("fails below", limits.fail_below),
        ("fails above", limits.fail_above),
        ("warns below", limits.warn_below),
        ("warns above", limits.warn_above),
    ];
    let said: Vec<String> = each
        .into_iter()
        .filter_map(|(words, value)| Some(format!("{words} {}", say(value?))))
        .collect();
    said.join(", ")
}

fn amount(amount: Amount) -> String {
    match amount {
        Amount::Number(number) => count(number),
        Amount::Share(share) => percent(share),
    }
}

fn duration(micros: i64) -> String {
    if micros % DAY == 0 {
        counted((micros / DAY).unsigned_abs(), "day", "days")
    } else {
        format!("{} hours", number(micros as f64 / HOUR as f64, 1))
    }
}
