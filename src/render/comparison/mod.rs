//! Two reports side by side as a document: what is not the same any more, what moved, why, and what is known now of earlier periods.

pub mod json;
mod sentences;

use super::document::{Align, Document, Table};
use super::format::{Scale, Units, count, number};
use super::text::Text;
use crate::period::{Zone, date_text, instant_text};
use crate::review::compare::parts::{Amount, Shape};
use crate::review::compare::people::{Had, People};
use crate::review::compare::{Basis, Comparison, Divided, Known, Moved};
use crate::schema::{DAY, Micros};

/// How much of a comparison a document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// All of it.
    Whole,
    /// What a terminal has room for: tables of slices and stakeholders only of what is more than chance, or corrected.
    Brief,
}

/// The comparison as a document.
pub fn document(comparison: &Comparison, detail: Detail) -> Document {
    let told = Told { comparison, detail };
    let mut document = Document::default();
    let [then, now] = &comparison.reports;
    let title = match comparison.same_period {
        true => Text::own("What is told of ").and_untrusted(&now.period).and(", then and now"),
        false => Text::own("From ")
            .and_untrusted(&then.period)
            .and(" to ")
            .and_untrusted(&now.period),
    };
    document.heading(1, title);
    document.sentence(told.basis());
    told.remarks(&mut document);
    if comparison.is_same() {
        document.sentence("The reports say the same: nothing differs.".into());
        return document;
    }
    told.definitions(&mut document);
    told.moved(&mut document);
    told.reasons(&mut document);
    told.restated(&mut document);
    told.inputs(&mut document);
    document
}

/// A comparison that is being told.
struct Told<'a> {
    comparison: &'a Comparison,
    detail: Detail,
}

impl Told<'_> {
    fn scale(&self, moved: &Moved) -> Scale<'_> {
        let now = &self.comparison.reports[1];
        let units = Units {
            currency: now.currency.as_deref(),
            business_hours: now.clock != "calendar hours",
        };
        let value = moved.values[1].value.or(moved.values[0].value).unwrap_or_default();
        units.scale(&moved.unit, value)
    }

    fn value(&self, moved: &Moved, value: f64) -> String {
        self.scale(moved).value(value)
    }

    fn change(&self, moved: &Moved, delta: f64) -> String {
        self.scale(moved).change(delta)
    }

    fn number(&self, moved: &Moved, value: Option<f64>) -> Text {
        value.map_or_else(Text::default, |value| {
            Text::number(self.value(moved, value), value, moved.unit.as_str())
        })
    }

    fn difference(&self, moved: &Moved, delta: Option<f64>) -> Text {
        delta.map_or_else(Text::default, |delta| {
            Text::number(self.change(moved, delta), delta, moved.unit.as_str())
        })
    }

    fn basis(&self) -> Text {
        let [then, now] = &self.comparison.reports;
        let mut text = Text::default();
        for (at, head) in [then, now].into_iter().enumerate() {
            text = text.and(if at == 0 { "Then: " } else { " Now: " }).and_untrusted(&head.file);
            let known = instant(head.as_of, &head.timezone);
            text = text
                .and(" tells of ")
                .and_untrusted(&head.period)
                .and(format!(", as known at {known} ("));
            text = text.and_untrusted(&head.timezone).and(").");
        }
        text
    }

    /// What a reader has to bear in mind.
    fn remarks(&self, document: &mut Document) {
        let [then, now] = &self.comparison.reports;
        if self.comparison.same_period {
            document.note("Both reports are of the same period: what differs is a correction of what was known, and no change.".into());
        } else if then.span.0 > now.span.0 {
            document.note("The first report is of the later period: name the earlier one first, to see what changed since.".into());
        }
        let age = |micros: i64| number(micros as f64 / DAY as f64, 0);
        if !self.comparison.same_period && then.age() != now.age() {
            document.note(Text::own(format!(
                "The reports know their periods at different ages: {} and {} days after the end. What takes time, such as answers and \
                 resolutions, may differ for that alone.",
                age(then.age()),
                age(now.age())
            )));
        }
        if !then.complete || !now.complete {
            document.note("A period was not over when it was reported.".into());
        }
        if then.level != now.level {
            document.note("The reports have different confidence levels: their intervals cannot be put together.".into());
        }
        let bases = |basis: Basis| self.comparison.metrics.iter().any(|moved| moved.basis == basis);
        if bases(Basis::Independent) {
            document.note(
                "Intervals of changes are put together from those of both reports, as if no stakeholder were in both (r = 0), where the later \
                 report does not compare with the earlier period itself; stakeholders who are in both make them wider than they need be."
                    .into(),
            );
        }
    }

    /// What is not the same any more.
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
            document.heading(2, "What is not the same any more".into());
            document.list(lines);
        }
    }

    /// What moved, and the numbers of all.
    fn moved(&self, document: &mut Document) {
        let comparison = self.comparison;
        if comparison.same_period {
            document.heading(2, "What was corrected".into());
            if !comparison.metrics.iter().any(|moved| moved.delta != Some(0.0)) {
                document.sentence("No value of the period.".into());
            }
        } else {
            document.heading(2, "What moved".into());
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
            document.sentence("Nothing that can be told from chance, after correction for all metrics that were compared.".into());
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
                _ => moved.reading.to_string(),
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
                left("Reading"),
                right("n then"),
                right("n now"),
            ],
            rows: comparison.metrics.iter().map(row).collect(),
            sparks: None,
        });
    }

    /// Why, metric by metric.
    fn reasons(&self, document: &mut Document) {
        let moved = self
            .comparison
            .metrics
            .iter()
            .filter(|moved| moved.delta.is_some_and(|delta| delta != 0.0));
        let is_told = |moved: &&Moved| self.detail == Detail::Whole || moved.stands || self.comparison.same_period;
        let (told, short): (Vec<&Moved>, Vec<&Moved>) = moved.partition(is_told);
        if told.is_empty() && short.is_empty() {
            return;
        }
        document.heading(2, "Why".into());
        for moved in told {
            document.heading(3, Text::untrusted(&moved.title));
            document.sentence(sentences::value(self, moved));
            if let Some(known) = moved.at_same_age {
                let text = Text::own("At the age at which the later report knows its own period, ");
                let text = text.and_untrusted(&self.comparison.reports[0].period);
                document.sentence(text.and(format!(
                    " was {}: only what differs from that is a change.",
                    self.value(moved, known)
                )));
            }
            if !moved.stands && !self.comparison.same_period {
                document.note("That may be chance: the parts below add up exactly, but may be parts of chance.".into());
            }
            for divided in &moved.divided {
                if let Some(sentence) = sentences::divided(self, moved, divided) {
                    document.sentence(sentence);
                }
                document.table(self.slices(moved, divided));
            }
            for (dimension, why) in &moved.undivided {
                let text = match dimension {
                    Some(dimension) => Text::own("Not divided by ").and_untrusted(dimension),
                    None => Text::own("Not divided"),
                };
                document.note(text.and(format!(": {}.", why.as_str())));
            }
            if let Some(people) = &moved.people {
                if let Some(sentence) = sentences::people(self, moved, people) {
                    document.sentence(sentence);
                }
                document.table(self.people(moved, people));
            }
        }
        if short.is_empty() {
            return;
        }
        document.note("What follows may be chance; --output FILE.html, .md or .json tells all of it.".into());
        let lines = short.into_iter().filter_map(|moved| {
            let first = moved.divided.iter().find_map(|divided| sentences::divided(self, moved, divided));
            Some(Text::untrusted(&moved.title).and(": ").and_text(first?))
        });
        document.list(lines.collect());
    }

    fn slices(&self, moved: &Moved, divided: &Divided) -> Table {
        let shape = moved.change.map(|change| change.shape);
        let value = |of: Option<Amount>| match (shape, of) {
            (Some(Shape::Ratio(scale)), Some(of)) => self.number(moved, of.ratio().map(|ratio| scale * ratio)),
            (_, of) => self.number(moved, of.map(|of| of.part)),
        };
        let share = |slice: &crate::review::compare::Slice, side: usize| {
            let share = sentences::share(moved, slice, side);
            match shape {
                Some(Shape::Ratio(_)) => Text::number(format!("{} %", number(share * 100.0, 1)), share, "share"),
                _ => Text::default(),
            }
        };
        let row = |slice: &crate::review::compare::Slice| {
            vec![
                slice.name.as_ref().map_or_else(|| Text::own("all others"), Text::untrusted),
                value(slice.then),
                value(slice.now),
                share(slice, 0),
                share(slice, 1),
                self.difference(moved, slice.effect.rate),
                self.difference(moved, slice.effect.mix),
                self.difference(moved, Some(slice.effect.both)),
            ]
        };
        Table {
            caption: Text::untrusted(&moved.title)
                .and(" by ")
                .and_untrusted(&divided.dimension)
                .and(", the parts of its change"),
            columns: vec![
                (Text::untrusted(&divided.dimension), Align::Left),
                right("Then"),
                right("Now"),
                right("Share of the whole then"),
                right("now"),
                right("By how it does"),
                right("By its share"),
                right("Together"),
            ],
            rows: divided.slices.iter().map(row).collect(),
            sparks: None,
        }
    }

    fn people(&self, moved: &Moved, people: &People) -> Table {
        let had = |had: Had| match had {
            Had::This(part, Some(whole)) => Text::own(format!("{} of {}", plain(part), plain(whole))),
            Had::This(part, None) => Text::own(plain(part)),
            Had::Nothing => "none".into(),
            Had::NotListed => "not among the largest".into(),
        };
        let row = |person: &crate::review::compare::people::Person| {
            vec![
                Text::untrusted(&person.id),
                had(person.then),
                had(person.now),
                self.difference(moved, Some(person.influence)),
            ]
        };
        Table {
            caption: Text::own("Who moved ")
                .and_untrusted(&moved.title)
                .and(" most: part of whole, and what it makes of the change"),
            columns: vec![left("Stakeholder"), right("Then"), right("Now"), right("Influence")],
            rows: people.most.iter().map(row).collect(),
            sparks: None,
        }
    }

    /// What the later report knows of earlier periods that the earlier one did not.
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
                    .map_or("without a value".to_string(), |value| format!("{}{rows}", self.value(moved, value)))
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
        document.heading(2, "What came late or was corrected".into());
        document.list(sentences);
        if self.detail == Detail::Whole {
            document.table(Table {
                caption: "Earlier periods that the later report tells otherwise".into(),
                columns: vec![
                    left("Metric"),
                    left("Period"),
                    right("Then"),
                    right("Now"),
                    right("n then"),
                    right("n now"),
                    left("As known at"),
                    left("and at"),
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
        let row = |input: &crate::review::compare::InputChange| vec![Text::untrusted(&input.name), digest(&input.then), digest(&input.now)];
        document.heading(2, "Inputs that differ".into());
        document.table(Table {
            caption: "Files by the start of their SHA-256".into(),
            columns: vec![left("File"), left("Then"), left("Now")],
            rows: self.comparison.inputs.iter().map(row).collect(),
            sparks: None,
        });
    }
}

/// An instant; one that ends a day of the zone is that day's end.
fn instant(at: Micros, timezone: &str) -> String {
    match Zone::parse(timezone) {
        Ok(zone) if zone.is_midnight(at) => format!("the end of {}", date_text(zone.day_of(at) - 1)),
        _ => instant_text(at),
    }
}

/// A part or whole in its own unit, which is not that of the value.
fn plain(value: f64) -> String {
    number(value, if value.fract() == 0.0 { 0 } else { 2 })
}

fn rows(n: Option<u64>) -> Text {
    n.map_or_else(Text::default, |n| Text::number(count(n), n as f64, "count"))
}

fn left(title: &'static str) -> (Text, Align) {
    (title.into(), Align::Left)
}

fn right(title: &'static str) -> (Text, Align) {
    (title.into(), Align::Right)
}
