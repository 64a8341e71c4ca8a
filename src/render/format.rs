//! Numbers as people read them. Machine formats never round.

use rust_decimal::prelude::FromPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::catalog::MetricUnit;

/// How the numbers of one metric in one row are written: value, limits and change on the same scale, so that they can be compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale<'a> {
    factor: f64,
    decimals: usize,
    suffix: &'a str,
    change_suffix: &'a str,
}

/// What the values of a run are measured in.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Units<'a> {
    /// The currency of money, where it is known.
    pub currency: Option<&'a str>,
    /// Hours are those of a business, which has no days of 24 of them.
    pub business_hours: bool,
}

impl<'a> Units<'a> {
    /// The scale on which a metric of a unit is read, chosen for the size of its value.
    pub fn scale(&self, unit: MetricUnit, value: f64) -> Scale<'a> {
        let scale = |factor, decimals, suffix| Scale {
            factor,
            decimals,
            suffix,
            change_suffix: suffix,
        };
        match unit {
            MetricUnit::Share => Scale {
                change_suffix: "pp",
                ..scale(100.0, 1, "%")
            },
            MetricUnit::Points | MetricUnit::Score => scale(1.0, 1, ""),
            MetricUnit::Money => scale(1.0, 2, self.currency.unwrap_or("")),
            MetricUnit::Hours if value.abs() < 1.0 => scale(60.0, 1, "min"),
            MetricUnit::Hours if value.abs() < 48.0 || self.business_hours => scale(1.0, 1, "h"),
            MetricUnit::Hours => scale(1.0 / 24.0, 1, "d"),
            MetricUnit::Days => scale(1.0, usize::from(value.fract() != 0.0), "d"),
            MetricUnit::Count => scale(1.0, usize::from(value.fract() != 0.0), ""),
            MetricUnit::Index => scale(1.0, 3, ""),
            MetricUnit::Ratio => scale(1.0, 2, ""),
        }
    }
}

impl Scale<'_> {
    /// A value with its unit: `65.6%`, `8,911,407.90 EUR`, `12.0 min`.
    pub fn value(&self, value: f64) -> String {
        with_suffix(number(value * self.factor, self.decimals), self.suffix)
    }

    /// The scale with as many decimals, up to six more, as it takes to write a value as it is: for what people wrote themselves.
    pub fn exact(self, value: f64) -> Self {
        let decimals = (self.decimals..self.decimals + 6).find(|decimals| {
            let shown = format!("{:.decimals$}", value * self.factor).parse::<f64>();
            shown.is_ok_and(|shown| (shown - value * self.factor).abs() <= 1e-9 * shown.abs().max(1.0))
        });
        Scale {
            decimals: decimals.unwrap_or(self.decimals + 6),
            ..self
        }
    }

    /// The scale with as many decimals, up to six more, as it takes to distinguish two different values.
    pub fn telling(self, a: f64, b: f64) -> Self {
        let differ = |decimals: &usize| number(a * self.factor, *decimals) != number(b * self.factor, *decimals);
        let decimals = (self.decimals..self.decimals + 6).find(differ).filter(|_| a != b);
        Scale {
            decimals: decimals.unwrap_or(self.decimals),
            ..self
        }
    }

    /// A change with its sign and unit: `+1.3 pp`.
    pub fn change(&self, delta: f64) -> String {
        let text = number(delta * self.factor, self.decimals.max(usize::from(delta.fract() != 0.0)));
        let sign = if delta > 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
            "+"
        } else {
            ""
        };
        with_suffix(format!("{sign}{text}"), self.change_suffix)
    }

    /// An interval in words, with the unit: `64.2% to 67.0%`, `at least 64.2%`. Empty if there is neither limit.
    pub fn range(&self, low: Option<f64>, high: Option<f64>) -> String {
        self.range_with(low, high, self.suffix)
    }

    /// An interval of a change in words, with the unit: `-3.2 pp to 1.0 pp`.
    pub fn range_of_change(&self, low: Option<f64>, high: Option<f64>) -> String {
        self.range_with(low, high, self.change_suffix)
    }

    fn range_with(&self, low: Option<f64>, high: Option<f64>, suffix: &str) -> String {
        let decimals = self.decimals_of_limits(low, high);
        let limit = |limit: f64| with_suffix(number(limit * self.factor, decimals), suffix);
        match (low, high) {
            (Some(low), Some(high)) => format!("{} to {}", limit(low), limit(high)),
            (Some(low), None) => format!("at least {}", limit(low)),
            (None, Some(high)) => format!("at most {}", limit(high)),
            (None, None) => String::new(),
        }
    }

    /// Limits of a whole number are not whole numbers.
    fn decimals_of_limits(&self, low: Option<f64>, high: Option<f64>) -> usize {
        let fraction = |limit: f64| (limit * self.factor).fract() != 0.0;
        self.decimals.max(usize::from([low, high].into_iter().flatten().any(fraction)))
    }

    /// An interval without the unit: `[64.2, 67.0]`; an open end is three dots. Empty if there is neither limit.
    pub fn interval(&self, low: Option<f64>, high: Option<f64>) -> String {
        if low.is_none() && high.is_none() {
            return String::new();
        }
        let decimals = self.decimals_of_limits(low, high);
        let limit = |limit: Option<f64>| limit.map_or("...".to_string(), |limit| number(limit * self.factor, decimals));
        format!("[{}, {}]", limit(low), limit(high))
    }
}

/// A number with its unit; the percent sign follows the number without a space.
fn with_suffix(text: String, suffix: &str) -> String {
    match suffix {
        "" => text,
        "%" => format!("{text}%"),
        unit => format!("{text} {unit}"),
    }
}

/// A number with that many decimals and thousands separators: `8,911,407.90`.
pub fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let text = rounded(value.abs(), decimals);
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let is_zero = !text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    let mut out = String::from(if value < 0.0 && !is_zero { "-" } else { "" });
    grouped(whole, &mut out);
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A number of at least 0 with that many decimals. Halves go up, as people and spreadsheets round, where the number as it is written has
/// them: 0.15 is a half though the nearest binary number lies below it.
fn rounded(value: f64, decimals: usize) -> String {
    let exact = Decimal::from_f64(value).filter(|_| value < 1e15);
    match exact {
        Some(number) => {
            let number = number.round_dp_with_strategy(decimals as u32, RoundingStrategy::MidpointAwayFromZero);
            format!("{number:.decimals$}")
        }
        None => format!("{value:.decimals$}"),
    }
}

/// A count with thousands separators: `541,909`.
pub fn count(value: u64) -> String {
    let mut out = String::new();
    grouped(&value.to_string(), &mut out);
    out
}

/// A number with its noun: `1 file`, `3,000 files`.
pub fn counted(number: u64, one: &str, several: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { several })
}

fn grouped(digits: &str, out: &mut String) {
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNITS: Units = Units {
        currency: Some("EUR"),
        business_hours: false,
    };

    #[test]
    fn values_read_as_people_write_them() {
        for (unit, value, text) in [
            (MetricUnit::Share, 0.65583, "65.6%"),
            (MetricUnit::Points, 41.256, "41.3"),
            (MetricUnit::Score, -0.04, "0.0"),
            (MetricUnit::Money, 8_911_407.904, "8,911,407.90 EUR"),
            (MetricUnit::Money, -1234.5, "-1,234.50 EUR"),
            (MetricUnit::Hours, 0.2, "12.0 min"),
            (MetricUnit::Hours, 4.2, "4.2 h"),
            (MetricUnit::Hours, 74.4, "3.1 d"),
            (MetricUnit::Days, 28.0, "28 d"),
            (MetricUnit::Days, 28.5, "28.5 d"),
            (MetricUnit::Count, 541_909.0, "541,909"),
            (MetricUnit::Count, 2.25, "2.3"),
            (MetricUnit::Hours, 5.25, "5.3 h"),
            (MetricUnit::Share, 0.0015, "0.2%"),
            (MetricUnit::Ratio, 1.005_1, "1.01"),
            (MetricUnit::Index, 0.012_34, "0.012"),
        ] {
            assert_eq!(UNITS.scale(unit, value).value(value), text);
        }
        assert_eq!(Units::default().scale(MetricUnit::Money, 1.0).value(1.0), "1.00");
        assert_eq!(
            Units {
                business_hours: true,
                ..UNITS
            }
            .scale(MetricUnit::Hours, 74.4)
            .value(74.4),
            "74.4 h"
        );
    }

    #[test]
    fn limits_and_changes_share_the_scale_of_the_value() {
        let hours = UNITS.scale(MetricUnit::Hours, 0.2);
        assert_eq!(hours.interval(Some(0.1), Some(1.5)), "[6.0, 90.0]");
        assert_eq!(hours.change(-0.05), "-3.0 min");
        let share = UNITS.scale(MetricUnit::Share, 0.65);
        assert_eq!(share.interval(None, Some(0.67)), "[..., 67.0]");
        assert_eq!(share.interval(None, None), "");
        assert_eq!(share.range(Some(0.63), Some(0.67)), "63.0% to 67.0%");
        assert_eq!(share.range(Some(0.63), None), "at least 63.0%");
        assert_eq!(share.range(None, Some(0.67)), "at most 67.0%");
        assert_eq!(share.range_of_change(Some(-0.032), Some(0.01)), "-3.2 pp to 1.0 pp");
        assert_eq!(
            (share.change(0.0123).as_str(), share.change(0.000_1).as_str()),
            ("+1.2 pp", "0.0 pp")
        );
        let days = UNITS.scale(MetricUnit::Days, 28.0);
        assert_eq!(
            (days.interval(Some(27.0), Some(29.0)), days.change(0.5)),
            ("[27, 29]".into(), "+0.5 d".into())
        );
        assert_eq!(days.interval(Some(27.0), Some(29.5)), "[27.0, 29.5]");
    }

    proptest! {
        #[test]
        fn separators_lose_no_digit(value in any::<i64>()) {
            let text = number(value as f64, 0);
            prop_assert_eq!(text.replace(',', "").parse::<f64>().unwrap(), value as f64);
            prop_assert!(text.trim_start_matches('-').rsplit(',').skip(1).all(|group| group.len() <= 3));
        }
    }
}
