//! A check as OpenMetrics text, for the textfile collector of a Prometheus exporter. It only uses what the older text format has too: gauges
//! without time stamps.
//!
//! Every number comes from the data, and the same data give the same lines, but for one: the time stamp of success is the time at which the
//! check ran to its end, which is what alerts on a check that does not run any more have to know.

use crate::check::Status;
use crate::render::output_format::{OutputFormat, Stdout};
use crate::schema::Micros;
use crate::wire::check::{Check, Verdict};

/// OpenMetrics text.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "openmetrics",
    aliases: &[],
    endings: &["prom"],
    about: "For the textfile collector of Prometheus: gauges",
    stdout: Stdout::Text,
};

/// The check as metrics; `now` is the clock's time.
pub fn text(check: &Check, now: Micros) -> String {
    let mut text = String::new();
    type Number = fn(&Verdict) -> Option<f64>;
    let numbers: [(&str, &str, Number); 5] = [
        ("relhealth_value", "The value of the metric of a rule.", |v| v.value),
        ("relhealth_value_low", "The lower limit of its interval.", |v| v.low),
        ("relhealth_value_high", "The upper limit of its interval.", |v| v.high),
        ("relhealth_value_n", "The rows behind it.", |v| v.n.map(|n| n as f64)),
        ("relhealth_threshold", "The threshold that the rule held it against.", |v| {
            Some(v.threshold.as_ref()?.value)
        }),
    ];
    for (name, help, number) in numbers {
        head(&mut text, name, help);
        for verdict in &check.verdicts {
            if let Some(value) = number(verdict) {
                text.push_str(&format!("{name}{{{}}} {}\n", labels(verdict, None), shown(value)));
            }
        }
    }
    head(&mut text, "relhealth_verdict", "Whether the rule came to this verdict.");
    for verdict in &check.verdicts {
        for status in Status::ALL {
            let labels = labels(verdict, Some(status));
            text.push_str(&format!("relhealth_verdict{{{labels}}} {}\n", u8::from(verdict.verdict == status)));
        }
    }
    head(
        &mut text,
        "relhealth_excused",
        "Whether the verdict does not count: waived, optional, or one slice of many.",
    );
    for verdict in &check.verdicts {
        let labels = labels(verdict, None);
        text.push_str(&format!("relhealth_excused{{{labels}}} {}\n", u8::from(verdict.excuse.is_some())));
    }
    let seconds = |micros: Micros| shown(micros as f64 / 1e6);
    for (name, help, value) in [
        (
            "relhealth_check_failed",
            "Whether the check failed.",
            u8::from(!check.passed).to_string(),
        ),
        (
            "relhealth_as_of_timestamp_seconds",
            "Nothing at or after this time was known.",
            seconds(check.as_of.0),
        ),
        (
            "relhealth_success_timestamp_seconds",
            "When the check last ran to its end, whatever it found.",
            seconds(now),
        ),
    ] {
        head(&mut text, name, help);
        text.push_str(&format!("{name} {value}\n"));
    }
    text.push_str("# EOF\n");
    text
}

fn head(text: &mut String, name: &str, help: &str) {
    text.push_str(&format!("# TYPE {name} gauge\n# HELP {name} {help}\n"));
}

/// A number as a float that reads back as the same one.
fn shown(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_string()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_string()
    } else {
        format!("{value}")
    }
}

fn labels(verdict: &Verdict, status: Option<Status>) -> String {
    let mut labels = vec![("rule".to_string(), verdict.id.clone())];
    if let Some(metric) = &verdict.metric {
        labels.push(("metric".to_string(), metric.clone()));
    }
    // No name of a dimension can meet another label, nor two of them each other.
    for (dimension, value) in &verdict.by.0 {
        let mut name = format!("by_{}", label(dimension));
        while labels.iter().any(|(taken, _)| *taken == name) {
            name.push('_');
        }
        labels.push((name, value.clone()));
    }
    if let Some(status) = status {
        labels.push(("verdict".to_string(), status.as_str().to_string()));
    }
    let each: Vec<String> = labels
        .into_iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(&value)))
        .collect();
    each.join(",")
}

fn label(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::super::{json, testing};
    use super::*;

    #[test]
    fn families_are_whole_and_labels_are_escaped() {
        let mut checked = testing::checked();
        checked.verdicts[0].by = vec![("re-gion".into(), "a\"b\\c\nd".into()), ("re gion".into(), "x".into())];
        let text = text(&json::document(&checked, true), 1_500_000);
        assert!(text.ends_with("relhealth_success_timestamp_seconds 1.5\n# EOF\n"), "{text}");
        assert!(text.contains("by_re_gion=\"a\\\"b\\\\c\\nd\",by_re_gion_=\"x\""), "{text}");
        // A family stands together, below its type.
        let mut seen: Vec<&str> = Vec::new();
        for line in text.lines() {
            let name = line
                .strip_prefix("# TYPE ")
                .map_or_else(|| line.split(['{', ' ']).next().unwrap(), |rest| rest.split(' ').next().unwrap());
            if line.starts_with("# TYPE ") {
                assert!(!seen.contains(&name), "{name}");
                seen.push(name);
            } else if !line.starts_with('#') {
                assert_eq!(seen.last(), Some(&name));
            }
        }
        assert!(!text.contains("verdict{} "), "{text}");
        assert_eq!(
            text.matches("verdict=\"fail\"} 1").count(),
            1 + usize::from(checked.counts().expired > 0) + 1
        );
    }
}
