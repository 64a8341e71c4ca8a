//! Amounts of a metric as people write them: `0.85` or `"85%"`, `"8h"`, `"45min"`, `"3 points"`.

use std::ops::Range;

use crate::catalog::MetricUnit;
use crate::diagnostics::visible;
use crate::toml_reader::{DeTable, Node, Reader, number_of};

/// The words that may follow a number of a unit, and how many of the metric's own unit each is worth. The first is the one that messages name.
fn words(unit: MetricUnit) -> &'static [(&'static str, f64)] {
    match unit {
        MetricUnit::Share => &[("%", 0.01), ("pp", 0.01), ("points", 0.01), ("percent", 0.01)],
        MetricUnit::Points | MetricUnit::Score => &[("points", 1.0), ("point", 1.0), ("pp", 1.0)],
        MetricUnit::Hours => &[
            ("h", 1.0),
            ("hours", 1.0),
            ("hour", 1.0),
            ("min", 1.0 / 60.0),
            ("minutes", 1.0 / 60.0),
            ("s", 1.0 / 3600.0),
            ("d", 24.0),
            ("days", 24.0),
            ("day", 24.0),
        ],
        MetricUnit::Days => &[
            ("d", 1.0),
            ("days", 1.0),
            ("day", 1.0),
            ("weeks", 7.0),
            ("week", 7.0),
            ("h", 1.0 / 24.0),
            ("hours", 1.0 / 24.0),
        ],
        MetricUnit::Ratio | MetricUnit::Index => &[("%", 0.01), ("x", 1.0)],
        MetricUnit::Count | MetricUnit::Money => &[],
    }
}

/// Reads an amount into the unit of its metric: a share between 0 and 1, a duration in hours or days.
///
/// # Errors
/// What is wrong with it, and how it is written.
pub fn parse(text: &str, unit: MetricUnit) -> Result<f64, String> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))
        .unwrap_or(text.len());
    let (digits, word) = (text[..end].trim(), text[end..].trim());
    let known = words(unit);
    let example = known.first().map_or("1200".to_string(), |(word, _)| match *word {
        "%" => "85%".to_string(),
        "h" => "8h".to_string(),
        "d" => "14d".to_string(),
        word => format!("3 {word}"),
    });
    let Ok(number) = digits.parse::<f64>() else {
        return Err(format!("`{}` is not a valid amount; write one like {example}", visible(text)));
    };
    let currency = unit == MetricUnit::Money && super::is_currency(word);
    if word.is_empty() || currency {
        return Ok(number);
    }
    match known.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) {
        // Divided by a whole number, 95 % is exactly the number 0.95.
        Some((_, worth)) if *worth < 1.0 => Ok(number / (1.0 / worth).round()),
        Some((_, worth)) => Ok(number * worth),
        None => Err(format!(
            "`{}` is not a valid unit of a metric in {}; write an amount like {example}",
            visible(word),
            unit.as_str()
        )),
    }
}

/// The amount at a key, a number in the metric's own unit or a string with a unit; with its place.
pub fn read(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str, unit: MetricUnit) -> Option<(f64, Range<usize>)> {
    read_node(reader, table.get(key)?, key, unit)
}

/// The amount of a value at a key, or in its list.
pub fn read_node(reader: &mut Reader<'_>, node: &Node<'_>, key: &str, unit: MetricUnit) -> Option<(f64, Range<usize>)> {
    if let Some(number) = number_of(node.get_ref()) {
        return Some((number, node.span()));
    }
    let Some(text) = node.get_ref().as_str() else {
        reader.mistyped(node, key, "a number or a string such as \"85%\"");
        return None;
    };
    match parse(text, unit) {
        Ok(amount) => Some((amount, node.span())),
        Err(why) => {
            reader.wrong(node.span(), why, "");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        for (text, unit, amount) in [
            ("85%", MetricUnit::Share, 0.85),
            ("0.85", MetricUnit::Share, 0.85),
            ("95%", MetricUnit::Share, 0.95),
            ("20min", MetricUnit::Hours, 20.0 / 60.0),
            ("3 points", MetricUnit::Share, 0.03),
            ("3 points", MetricUnit::Points, 3.0),
            ("-5", MetricUnit::Points, -5.0),
            ("8h", MetricUnit::Hours, 8.0),
            ("45min", MetricUnit::Hours, 0.75),
            ("2 days", MetricUnit::Hours, 48.0),
            ("2 weeks", MetricUnit::Days, 14.0),
            ("1200 EUR", MetricUnit::Money, 1200.0),
            ("12", MetricUnit::Count, 12.0),
            ("110%", MetricUnit::Ratio, 1.1),
        ] {
            assert_eq!(parse(text, unit), Ok(amount), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for (text, unit, what) in [
            (
                "8h",
                MetricUnit::Share,
                "`h` is not a valid unit of a metric in share; write an amount like 85%",
            ),
            ("eight", MetricUnit::Hours, "`eight` is not a valid amount; write one like 8h"),
            ("", MetricUnit::Days, "`` is not a valid amount; write one like 14d"),
            (
                "3 apples",
                MetricUnit::Count,
                "`apples` is not a valid unit of a metric in count; write an amount like 1200",
            ),
            (
                "1.2.3",
                MetricUnit::Points,
                "`1.2.3` is not a valid amount; write one like 3 points",
            ),
        ] {
            assert_eq!(parse(text, unit).unwrap_err(), what);
        }
    }
}
