//! Two reports side by side as a document: different definitions, changes, where they come from, and corrections of earlier periods.

pub mod json;
mod reasons;
mod sentences;

use super::displayed;
use super::document::{Align, Detail, Document, Table};
use super::format::{Scale, Units, count, number};
use super::text::Text;
use crate::catalog::MetricUnit;
use crate::period::{Zone, date_text, instant_text};
use crate::report_diff::{Basis, Comparison, Known, Moved};
use crate::schema::{DAY, Micros};

/// The comparison as a document. On a terminal it has tables of groups and stakeholders only for significant changes and corrections.
pub fn document(comparison: &Comparison, detail: Detail) -> Document {
    let told = ComparisonWriter { comparison, detail };
    let mut document = Document::default();
    let [then, now] = &comparison.reports;
    let title = match comparison.same_period {
        true => Text::own("Corrections of ").and_untrusted(&now.period),
        false => Text::own("Changes from ")
            .and_untrusted(&then.period)
            .and(" to ")
            .and_untrusted(&now.period),
    };
    document.heading(1, title);
    document.sentence(told.basis());
    told.remarks(&mut document);
    if comparison.is_same() {
        document.sentence("The reports show the same results: nothing differs.".into());
        return document;
    }
    told.definitions(&mut document);
    told.moved(&mut document);
    told.reasons(&mut document);
    told.restated(&mut document);
    told.inputs(&mut document);
    document
}

/// Writes a comparison.
struct ComparisonWriter<'a> {
    comparison: &'a Comparison,
    detail: Detail,
}

impl ComparisonWriter<'_> {
    fn scale(&self, moved: &Moved) -> Scale<'_> {
        let now = &self.comparison.reports[1];
        let units = Units {
            currency: now.currency.as_deref(),
            business_hours: now.clock.is_business(),
        };
        let value = moved.values[1].value.or(moved.values[0].value).unwrap_or_default();
        units.scale(moved.unit, value)
    }

    fn value(&self, moved: &Moved, value: f64) -> String {
        self.scale(moved).value(value)
    }

    fn change(&self, moved: &Moved, delta: f64) -> String {
        self.scale(moved).change(delta)
    }

    fn number(&self, moved: &Moved, value: Option<f64>) -> Text {
        value.map_or_else(Text::default, |value| Text::number(self.value(moved, value), value, moved.unit))
    }

    fn difference(&self, moved: &Moved, delta: Option<f64>) -> Text {
        delta.map_or_else(Text::default, |delta| Text::number(self.change(moved, delta), delta, moved.unit))
    }

    fn basis(&self) -> Text {
        let [then, now] = &self.comparison.reports;
        let mut text = Text::default();
        for (at, head) in [then, now].into_iter().enumerate() {
            text = text
                .and(if at == 0 { "Earlier report: " } else { " Later report: " })
                .and_untrusted(&head.file);
            let known = instant(head.as_of, &head.timezone);
            text = text
                .and(", period ")
                .and_untrusted(&head.period)
                .and(format!(", data as of {known} ("));
            text = text.and_untrusted(&head.timezone).and(").");
        }
        text
    }

    /// Remarks on how to read the comparison.
    fn remarks(&self, document: &mut Document) {
        let [then, now] = &self.comparison.reports;
        if self.comparison.same_period {
            document.note("Both reports cover the same period: the differences are corrections of the data, not changes.".into());
        } else if then.span.0 > now.span.0 {
            document.note("The first report covers the later period. To see what changed since, name the earlier report first.".into());
        }
        let age = |micros: i64| number(micros as f64 / DAY as f64, 0);
        if !self.comparison.same_period && then.age() != now.age() {
            document.note(Text::own(format!(
                "The reports show their periods at different ages: {} and {} days after the end. Values that take time, such as answers \
                 and resolutions, may differ for this reason alone.",
                age(then.age()),
                age(now.age())
            )));
        }
        if !then.complete || !now.complete {
            let compared = match (then.span == now.span, then.has_same_days(now)) {
                (true, _) => "",
                (false, true) => " Both reports are of the same number of days.",
                (false, false) => " The reports are of different numbers of days, so changes are not assessed.",
            };
            document.note(Text::own(format!("A period had not ended when it was reported.{compared}")));
        }
        if then.level != now.level {
            document.note("The reports have different confidence levels, so their intervals cannot be combined.".into());
        }
        let bases = |basis: Basis| self.comparison.metrics.iter().any(|moved| moved.basis == basis);
        if bases(Basis::Independent) {
            document.note(
                "If the later report does not contain the comparison with the earlier period, the interval of a change is combined from the \
                 intervals of both reports, as if no stakeholder were in both (r = 0). It is wider than necessary if stakeholders are in both."
                    .into(),
            );
        }
    }

    /// Settings, definitions and targets that differ.
    fn definitions(&self, document: &mut Document) {
        let comparison = self.comparison;
        let mut lines = Vec::new();
        for setting in &comparison.settings {
            let line = Text::own(format!("The {} differ: ", setting.what)).and_untrusted(&setting.then);
            lines.push(line.and(", now ").and_untrusted(&setting.now).and("."));
        }
        for metric in &comparison.redefined {
            let line = Text::untrusted(&metric.title)
                .and(" is not compared: ")
                .and_untrusted(metric.what.join(", "));
            lines.push(line.and(" changed."));
        }
        for moved in comparison.metrics.iter().filter(|moved| moved.targets[0] != moved.targets[1]) {
            let target = |side: usize| moved.targets[side].map_or("none".to_string(), |target| self.value(moved, target));
            lines.push(
                Text::own("The target of ")
                    .and_untrusted(&moved.title)
                    .and(format!(" was {} and is {}.", target(0), target(1))),
            );
        }
        for (titles, which) in [(&comparison.only_then, "earlier"), (&comparison.only_now, "later")] {
            if !titles.is_empty() {
                let names: Vec<&str> = titles.iter().map(|(_, title)| title.as_str()).collect();
                lines.push(
                    Text::own(format!("Only in the {which} report: "))
                        .and_untrusted(names.join(", "))
                        .and("."),
                );
            }
        }
        if !lines.is_empty() {
            document.heading(2, "What is defined differently".into());
            document.list(lines);
        }
    }

    /// The changes, and the numbers of all metrics.
    fn moved(&self, document: &mut Document) {
        let comparison = self.comparison;
        if comparison.same_period {
            document.heading(2, "Corrections".into());
            if !comparison.metrics.iter().any(|moved| moved.delta != Some(0.0)) {
                document.sentence("No value of the period was corrected.".into());
            }
        } else {
            document.heading(2, "Changes".into());
        }
        let is_told = |moved: &&Moved| {
            if comparison.same_period {
                moved.delta != Some(0.0)
            } else {
                moved.stands
            }
        };
        let sentences: Vec<Text> = comparison
            .metrics
            .iter()
            .filter(is_told)
            .map(|moved| sentences::value(self, moved))
            .collect();
        if sentences.is_empty() && !comparison.same_period {
            document.sentence("No significant change was found, after correction for all metrics that were compared.".into());
        }
        document.list(sentences);
        let row = |moved: &Moved| {
            let [then, now] = &moved.values;
            let interval = moved
                .interval
                .as_ref()
                .map_or(String::new(), |i| self.scale(moved).interval(i.low, i.high));
            let reading = match moved.basis {
                Basis::None => String::new(),
                _ => displayed::label(moved.reading).to_string(),
            };
            vec![
                Text::untrusted(&moved.title),
                self.number(moved, then.value),
                self.number(moved, now.value),
                self.difference(moved, moved.delta),
                Text::own(interval),
                Text::own(reading),
                rows(then.n),
                rows(now.n),
            ]
        };
        document.table(Table {
            caption: "All metrics that are in both reports".into(),
            columns: vec![
                left("Metric"),
                right("Then"),
                right("Now"),
                right("Change"),
                right("Interval"),
                left("Label"),
                right("n then"),
                right("n now"),
            ],
            rows: comparison.metrics.iter().map(row).collect(),
            sparks: None,
        });
    }

    /// Earlier periods for which the later report shows other values.
    fn restated(&self, document: &mut Document) {
        let all = self
            .comparison
            .metrics
            .iter()
            .flat_map(|moved| moved.restated.iter().map(move |restated| (moved, restated)));
        let mut sentences = Vec::new();
        let mut table = Vec::new();
        for (moved, restated) in all {
            let [then, now] = &restated.values;
            let told = |known: &Known| {
                let rows = known.n.map_or(String::new(), |n| format!(" (n {})", count(n)));
                known
                    .value
                    .map_or("not available".to_string(), |value| format!("{}{rows}", self.value(moved, value)))
            };
            let [then_file, now_file] = self.comparison.reports.each_ref().map(|head| head.file.as_str());
            // The newest two of each metric in words; the table has all.
            if moved.restated.iter().rev().take(2).any(|one| one == restated) {
                let text = Text::untrusted(&restated.period).and(": ").and_untrusted(&moved.title);
                let text = text.and(format!(" was {} in ", told(then))).and_untrusted(then_file);
                let text = text.and(format!(" and is {} in ", told(now))).and_untrusted(now_file);
                sentences.push(text.and(format!("{}.", sentences::more_rows(then.n, now.n))));
            }
            table.push(vec![
                Text::untrusted(&moved.title),
                Text::untrusted(&restated.period),
                self.number(moved, then.value),
                self.number(moved, now.value),
                rows(then.n),
                rows(now.n),
                Text::own(instant(restated.known[0], &self.comparison.reports[0].timezone)),
                Text::own(instant(restated.known[1], &self.comparison.reports[1].timezone)),
            ]);
        }
        if table.is_empty() {
            return;
        }
        document.heading(2, "Late or corrected data".into());
        document.list(sentences);
        if self.detail != Detail::Brief {
            document.table(Table {
                caption: "Earlier periods with other values in the later report".into(),
                columns: vec![
                    left("Metric"),
                    left("Period"),
                    right("Then"),
                    right("Now"),
                    right("n then"),
                    right("n now"),
                    left("Then as of"),
                    left("Now as of"),
                ],
                rows: table,
                sparks: None,
            });
        }
    }

    fn inputs(&self, document: &mut Document) {
        if self.comparison.inputs.is_empty() {
            return;
        }
        let digest = |digest: &Option<String>| match digest {
            Some(digest) => Text::untrusted(digest.chars().take(12).collect::<String>()),
            None => "not read".into(),
        };
        let row = |input: &crate::report_diff::InputChange| vec![Text::untrusted(&input.name), digest(&input.then), digest(&input.now)];
        document.heading(2, "Inputs that differ".into());
        document.table(Table {
            caption: "Files, with the start of their SHA-256".into(),
            columns: vec![left("File"), left("Then"), left("Now")],
            rows: self.comparison.inputs.iter().map(row).collect(),
            sparks: None,
        });
    }
}

/// An instant; midnight is written as the end of the day before.
fn instant(at: Micros, timezone: &str) -> String {
    match Zone::parse(timezone) {
        Ok(zone) if zone.is_midnight(at) => format!("the end of {}", date_text(zone.day_of(at) - 1)),
        _ => instant_text(at),
    }
}

fn rows(n: Option<u64>) -> Text {
    n.map_or_else(Text::default, |n| Text::number(count(n), n as f64, MetricUnit::Count))
}

fn left(title: &'static str) -> (Text, Align) {
    (title.into(), Align::Left)
}

fn right(title: &'static str) -> (Text, Align) {
    (title.into(), Align::Right)
}
