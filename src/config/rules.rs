//! `[[rule]]`: what numbers and data are held to.
//!
//! A rule says one thing in one direction: thresholds, or a comparison, or signals, or something of the data. Whoever wants two things
//! writes two rules, so that each verdict is of one of them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::amount;
use super::presets;
use crate::catalog::{BetterDirection, Catalog, Metric, MetricUnit, Origin};
use crate::check::{Amount, Basis, ComparedTo, Condition, DataRule, DataTest, Limits, MetricRule, Named, Rule, RuleTarget, Test};
use crate::period::{Grain, Wanted, WeekStart};
use crate::schema::{DAY, HOUR, Micros, Table};
use crate::toml_reader::{DeTable, Reader, key_span};

const LIMITS: &[&str] = &["fail_below", "fail_above", "warn_below", "warn_above", "between"];
const WORSE: &[&str] = &["fail_if_worse_than", "tolerance"];
/// The keys of rules on the data, and how the condition of each is read.
const DATA: &[(&str, ReadDataTest)] = &[
    ("max_rejects", |reader, table, key| {
        share_or_number(reader, table, key).map(DataTest::MaxRejects)
    }),
    ("max_age", |reader, table, key| duration(reader, table, key).map(DataTest::MaxAge)),
    ("no_gaps", |reader, table, key| grain(reader, table, key).map(DataTest::NoGaps)),
    ("min_rows", |reader, table, key| {
        share_or_number(reader, table, key).map(DataTest::MinRows)
    }),
];
type ReadDataTest = fn(&mut Reader<'_>, &DeTable<'_>, &str) -> Option<DataTest>;
/// What goes with any rule on a metric.
const OF_METRICS: &[&str] = &["metric", "id", "where", "by", "period", "basis", "min_n", "optional"];
/// What goes with any rule on the data.
const OF_DATA: &[&str] = &["id", "kind", "period", "optional"];

/// Reads the `[[rule]]`s, with those of presets that no rule of the file replaces.
pub fn rules(reader: &mut Reader<'_>, document: &DeTable<'_>, catalog: &Catalog, weeks: WeekStart) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut from_presets: Vec<Rule> = Vec::new();
    for (table, span) in reader.tables(document, "rule") {
        if table.contains_key("preset") {
            reader.known(table, "of a preset", &["preset"]);
            from_presets.extend(presets::preset(reader, table, catalog, weeks));
            continue;
        }
        let Some(rule) = rule(reader, table, &span, catalog, weeks) else {
            continue;
        };
        let line = rule.origin.line;
        match taken.insert(rule.id.clone(), line) {
            None => rules.push(rule),
            Some(first) => {
                let at = table.get("id").map_or(span, |node| node.span());
                reader.wrong(
                    at,
                    format!("a second rule `{}`; the first one is in line {first}", rule.id),
                    "give one of them an `id` of its own",
                );
            }
        }
    }
    // Of a preset that is asked for twice, and of two that share a rule, the first counts.
    for rule in from_presets {
        if !taken.contains_key(&rule.id) {
            taken.insert(rule.id.clone(), rule.origin.line);
            rules.push(rule);
        }
    }
    rules
}

/// Reads one rule; what is wrong with it is recorded.
pub fn rule(reader: &mut Reader<'_>, table: &DeTable<'_>, span: &Range<usize>, catalog: &Catalog, weeks: WeekStart) -> Option<Rule> {
    let before = reader.errors.len();
    let all: Vec<&str> = [OF_METRICS, LIMITS, WORSE, &["fail_on_signal"], &data_keys(), &["kind", "preset"]].concat();
    reader.known(table, "of a rule", &all);
    let of = if table.contains_key("metric") {
        metric_rule(reader, table, span, catalog, weeks).map(|rule| RuleTarget::Metric(Box::new(rule)))
    } else {
        data_rule(reader, table, span, weeks).map(RuleTarget::Data)
    };
    let id = reader.filled_text(table, "id");
    let optional = reader.flag(table, "optional");
    let of = of.filter(|_| reader.errors.len() == before)?;
    Some(Rule {
        id: id.map_or_else(|| of.id(), |id| id.text),
        origin: Origin::of(reader.source, span),
        optional,
        of,
    })
}

fn data_keys() -> Vec<&'static str> {
    DATA.iter().map(|(key, _)| *key).collect()
}

fn metric_rule(
    reader: &mut Reader<'_>,
    table: &DeTable<'_>,
    span: &Range<usize>,
    catalog: &Catalog,
    weeks: WeekStart,
) -> Option<MetricRule> {
    let name = reader.text(table, "metric")?;
    for key in data_keys().into_iter().chain(["kind"]).filter(|key| table.contains_key(*key)) {
        reader.wrong(
            key_span(table, key),
            format!("`{key}` is about the data, not about a metric"),
            "write a rule of its own, without `metric`",
        );
    }
    let filter = reader.text(table, "where").and_then(|text| {
        let expr = reader.expression(&text)?;
        Some(Condition { expr, span: text.span })
    });
    let by: Vec<Named> = reader
        .texts(table, "by")
        .into_iter()
        .map(|by| Named {
            name: by.text,
            span: by.span,
        })
        .collect();
    let period = period(reader, table, weeks);
    let basis = reader.choice(table, "basis", &[("interval", Basis::Interval), ("point", Basis::Point)]);
    let min_n = reader.whole(table, "min_n", 1..=i64::MAX).map(|n| n as u64);
    let Some(metric) = catalog.get(&name.text).filter(|metric| !metric.hidden) else {
        super::goals::unknown(reader, catalog, &name);
        return None;
    };
    let test = test(reader, table, span, metric)?;
    if test == Test::Signal {
        for (key, why) in [
            ("by", "a control chart for each group gives many false alarms"),
            ("basis", "a signal is based neither on a point nor on an interval"),
        ] {
            if table.contains_key(key) {
                reader.wrong(
                    key_span(table, key),
                    format!("`{key}` does not go with `fail_on_signal`: {why}"),
                    if key == "by" { "name one group with `where`" } else { "remove it" },
                );
            }
        }
    }
    Some(MetricRule {
        metric: metric.id.clone(),
        unit: metric.unit,
        by,
        filter,
        period,
        basis: basis.unwrap_or(Basis::Interval),
        min_n,
        test,
    })
}

/// The one thing that the rule says of its metric.
fn test(reader: &mut Reader<'_>, table: &DeTable<'_>, span: &Range<usize>, metric: &Metric) -> Option<Test> {
    let first = |keys: &[&str]| keys.iter().find(|key| table.contains_key(**key)).map(|key| key.to_string());
    let signal = reader.flag(table, "fail_on_signal");
    let said: Vec<String> = [first(LIMITS), first(WORSE), signal.then(|| "fail_on_signal".to_string())]
        .into_iter()
        .flatten()
        .collect();
    match said.as_slice() {
        [] => {
            reader.wrong(
                span.clone(),
                format!("this rule sets no condition for `{}`", metric.id),
                "write fail_below, fail_above, warn_below, warn_above, between, fail_if_worse_than or fail_on_signal",
            );
            None
        }
        [_] if signal => Some(Test::Signal),
        [one] if LIMITS.contains(&one.as_str()) => limits(reader, table, metric).map(Test::Limits),
        [_] => worse(reader, table, metric),
        [one, other, ..] => {
            reader.wrong(
                key_span(table, other),
                format!("`{other}` does not go with `{one}`: a rule has one condition"),
                "write a rule for each",
            );
            None
        }
    }
}

fn limits(reader: &mut Reader<'_>, table: &DeTable<'_>, metric: &Metric) -> Option<Limits> {
    let before = reader.errors.len();
    let mut amount = |key: &str| amount::read(reader, table, key, metric.unit);
    let [fail_below, fail_above, warn_below, warn_above] =
        ["fail_below", "fail_above", "warn_below", "warn_above"].map(|key| amount(key).map(|(amount, _)| amount));
    let limits = Limits {
        fail_below,
        fail_above,
        warn_below,
        warn_above,
    };
    for (key, limit) in [
        ("fail_below", fail_below),
        ("fail_above", fail_above),
        ("warn_below", warn_below),
        ("warn_above", warn_above),
    ] {
        if let Some(limit) = limit {
            possible(reader, metric, key_span(table, key), limit);
        }
    }
    if let Some((low, high)) = between(reader, table, metric) {
        for key in ["fail_below", "fail_above", "warn_below", "warn_above"] {
            if table.contains_key(key) {
                reader.wrong(
                    key_span(table, key),
                    format!("`{key}` does not go with `between`, which sets both ends"),
                    "write a rule for each",
                );
            }
        }
        return Some(Limits {
            fail_below: Some(low),
            fail_above: Some(high),
            ..Limits::default()
        });
    }
    // One direction only.
    let below = ["fail_below", "warn_below"].into_iter().find(|key| table.contains_key(*key));
    let above = ["fail_above", "warn_above"].into_iter().find(|key| table.contains_key(*key));
    if let (Some(below), Some(above)) = (below, above) {
        reader.wrong(
            key_span(table, above),
            format!("`{above}` and `{below}` are two directions"),
            "write between = [lowest, highest], or a rule for each direction",
        );
    }
    // A warning comes before the failure, or never.
    for (fail, warn, fail_key, warn_key, sooner) in [
        (fail_below, warn_below, "fail_below", "warn_below", "above"),
        (fail_above, warn_above, "fail_above", "warn_above", "below"),
    ] {
        let (Some(fail), Some(warn)) = (fail, warn) else { continue };
        let is_never = if sooner == "above" { warn <= fail } else { warn >= fail };
        if is_never {
            reader.wrong(
                key_span(table, warn_key),
                format!("this never warns: `{fail_key}` fails sooner"),
                format!("set `{warn_key}` {sooner} `{fail_key}`"),
            );
        }
    }
    (reader.errors.len() == before).then_some(limits)
}

/// Records a threshold that no value of the metric can reach: a share of 80 is mostly one of 80%.
fn possible(reader: &mut Reader<'_>, metric: &Metric, span: Range<usize>, limit: f64) {
    let (least, most) = metric.kind.definition().range(metric.unit);
    if least.is_none_or(|least| limit >= least) && most.is_none_or(|most| limit <= most) {
        return;
    }
    let range = match (least, most) {
        (Some(least), Some(most)) => format!("is always between {least} and {most}"),
        (Some(least), None) => format!("is never below {least}"),
        (None, Some(most)) => format!("is never above {most}"),
        (None, None) => return,
    };
    let hint = match metric.unit == MetricUnit::Share && (1.0..=100.0).contains(&limit) {
        true => format!("write \"{limit}%\""),
        false => String::new(),
    };
    reader.wrong(span, format!("`{}` {range}, so {limit} says nothing", metric.id), hint);
}

fn between(reader: &mut Reader<'_>, table: &DeTable<'_>, metric: &Metric) -> Option<(f64, f64)> {
    let node = table.get("between")?;
    let ends = node.get_ref().as_array().filter(|ends| ends.len() == 2);
    let Some(ends) = ends else {
        reader.mistyped(node, "between", "a list of the lowest and the highest value, such as [0.8, 0.95]");
        return None;
    };
    let (low, _) = amount::read_node(reader, &ends[0], "between", metric.unit)?;
    let (high, _) = amount::read_node(reader, &ends[1], "between", metric.unit)?;
    for limit in [low, high] {
        possible(reader, metric, node.span(), limit);
    }
    if low >= high {
        reader.wrong(node.span(), "the lowest value of `between` must be below the highest", "");
        return None;
    }
    Some((low, high))
}

fn worse(reader: &mut Reader<'_>, table: &DeTable<'_>, metric: &Metric) -> Option<Test> {
    let before = reader.errors.len();
    let choices = [ComparedTo::Previous, ComparedTo::YearAgo, ComparedTo::Baseline].map(|than| (than.as_str(), than));
    let than = reader.choice(table, "fail_if_worse_than", &choices);
    let tolerance = amount::read(reader, table, "tolerance", metric.unit);
    if let Some((amount, span)) = &tolerance
        && *amount < 0.0
    {
        reader.wrong(
            span.clone(),
            "`tolerance` must not be negative",
            "it is how much worse is still allowed",
        );
    }
    if let (Some((amount, span)), (Some(least), Some(most))) = (&tolerance, metric.kind.definition().range(metric.unit))
        && *amount > most - least
    {
        let hint = match metric.unit == MetricUnit::Share {
            true => format!("write \"{amount}%\" or \"{amount} points\""),
            false => String::new(),
        };
        reader.wrong(
            span.clone(),
            format!(
                "`{}` never changes by more than {}, so a `tolerance` of {amount} says nothing",
                metric.id,
                most - least
            ),
            hint,
        );
    }
    if !table.contains_key("fail_if_worse_than") {
        reader.wrong(
            key_span(table, "tolerance"),
            "`tolerance` belongs to `fail_if_worse_than`",
            "set fail_if_worse_than to previous, year-ago or baseline",
        );
    } else if metric.good == BetterDirection::Neither {
        reader.wrong(
            key_span(table, "fail_if_worse_than"),
            format!("neither a higher nor a lower `{}` is worse", metric.id),
            "write between = [lowest, highest]",
        );
    }
    let tolerance = tolerance.map_or(0.0, |(amount, _)| amount);
    than.filter(|_| reader.errors.len() == before)
        .map(|than| Test::Worse { than, tolerance })
}

fn data_rule(reader: &mut Reader<'_>, table: &DeTable<'_>, span: &Range<usize>, weeks: WeekStart) -> Option<DataRule> {
    let before = reader.errors.len();
    let mut said = DATA.iter().filter(|(key, _)| table.contains_key(*key));
    let Some((key, read)) = said.next() else {
        reader.wrong(
            span.clone(),
            "this rule has neither a metric nor a condition on the data",
            format!("write metric, or one of {}; or preset", data_keys().join(", ")),
        );
        return None;
    };
    for (other, _) in said {
        reader.wrong(
            key_span(table, other),
            format!("`{other}` does not go with `{key}`: a rule has one condition"),
            "write a rule for each",
        );
    }
    let others = table.keys().map(|name| name.get_ref().as_ref());
    let strangers: Vec<&str> = others
        .filter(|name| [OF_METRICS, LIMITS, WORSE, &["fail_on_signal"]].concat().contains(name) && !OF_DATA.contains(name))
        .collect();
    for stranger in strangers {
        reader.wrong(
            key_span(table, stranger),
            format!("`{stranger}` requires `metric`, which this rule does not have"),
            "",
        );
    }
    let period = period(reader, table, weeks);
    if *key != "no_gaps" && table.contains_key("period") {
        reader.wrong(
            key_span(table, "period"),
            format!("`{key}` is about all data, not about a period"),
            "",
        );
    }
    let kinds = Table::ALL.map(|table| (table.name(), table));
    let kind = reader.choice(table, "kind", &kinds);
    let test = match read(reader, table, key).filter(|_| reader.errors.len() == before)? {
        DataTest::NoGaps(grain) => DataTest::NoGaps(grain.with_weeks(weeks)),
        test @ (DataTest::MaxRejects(_) | DataTest::MaxAge(_) | DataTest::MinRows(_)) => test,
    };
    Some(DataRule { test, table: kind, period })
}

fn period(reader: &mut Reader<'_>, table: &DeTable<'_>, weeks: WeekStart) -> Option<Wanted> {
    let text = reader.text(table, "period")?;
    Wanted::parse(&text.text, weeks)
        .map_err(|why| reader.wrong(text.span, why, ""))
        .ok()
}

/// `500`, `"500"` or `"2%"`.
fn share_or_number(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str) -> Option<Amount> {
    let node = table.get(key)?;
    let Some(text) = node.get_ref().as_str() else {
        return reader.whole(table, key, 0..=i64::MAX).map(|number| Amount::Number(number as u64));
    };
    let amount = match text.trim().strip_suffix('%') {
        Some(share) => share
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|share| (0.0..=1000.0).contains(share))
            .map(|share| Amount::Share(share / 100.0)),
        None => text.trim().parse().ok().map(Amount::Number),
    };
    if amount.is_none() {
        reader.out_of_range(node.span(), key, "a number like 500 or a share like \"20%\"");
    }
    amount
}

/// `"3d"`, `"36h"`, `"2 weeks"`.
fn duration(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str) -> Option<Micros> {
    let text = reader.text(table, key)?;
    let (number, word) = text.text.trim().split_at(
        text.text
            .trim()
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(text.text.trim().len()),
    );
    let unit = match word.trim() {
        "h" | "hour" | "hours" => Some(HOUR),
        "d" | "day" | "days" => Some(DAY),
        "w" | "week" | "weeks" => Some(7 * DAY),
        _ => None,
    };
    let number = number.parse::<f64>().ok().filter(|number| *number > 0.0 && *number < 1e5);
    let duration = number.zip(unit).map(|(number, unit)| (number * unit as f64).round() as Micros);
    if duration.is_none() {
        reader.out_of_range(text.span, key, "a duration like \"3d\", \"36h\" or \"2 weeks\"");
    }
    duration
}

/// `true` for days, or `"day"`, `"week"`, `"month"`.
fn grain(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str) -> Option<Grain> {
    let node = table.get(key)?;
    match node.get_ref().as_bool() {
        Some(true) => Some(Grain::Day),
        Some(false) => {
            reader.wrong(node.span(), format!("`{key} = false` has no effect"), "remove the rule");
            None
        }
        None => {
            let text = reader.text(table, key)?;
            Grain::parse(&text.text).map_err(|why| reader.wrong(text.span, why, "")).ok()
        }
    }
}
