//! Segments of customers, as a document that people read, as JSON and as CSV.

use std::io::Write;

use super::displayed;
use super::document::{Align, Detail, Document, Table};
use super::format::{Units, count};
use super::record_counts;
use super::summary::{as_of_text, capital};
use super::text::{Text, Tone, Untrusted};
use super::top::first;
use crate::canonical::CanonicalTables;
use crate::catalog::MetricUnit;
use crate::catalog::segments::{Frequency, SegmentModel};
use crate::measure::NONE;
use crate::notes::Note;
use crate::report::{AbsentReason, RecordCounts};
use crate::segments::{Before, Customer, Group, Move, Part, ScoreRange, SegmentCount, Segmentation};
use crate::stats::scores::BEST;
use crate::wire::{self, Instant, Labels, SchemaId, Stream};

/// More customers than this are not listed on a page or a sheet.
const MOST: usize = 50_000;

/// What is shown of a segmentation.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// The segments.
    pub found: &'a Segmentation,
    /// Scores and segments.
    pub model: &'a SegmentModel,
    /// The canonical tables: ids of stakeholders.
    pub canonical: &'a CanonicalTables,
    /// The dimensions of the groups.
    pub by: &'a [String],
    /// Which rows and stakeholders count, as it was written.
    pub filter: Option<&'a str>,
    /// The currency of money, where it is known.
    pub currency: Option<&'a str>,
    /// The number of customers that are listed on a terminal.
    pub top: usize,
    /// The record counts.
    pub account: &'a [RecordCounts],
    /// Findings.
    pub notes: &'a [Note],
}

impl Sheet<'_> {
    /// The units of its numbers.
    pub fn units(&self) -> Units<'_> {
        Units {
            currency: self.currency,
            business_hours: false,
        }
    }

    fn name(&self, segment: Option<usize>) -> Option<&str> {
        segment.map(|at| self.model.segments[at].name.as_str())
    }

    fn named(&self, segment: Option<usize>) -> Text {
        self.name(segment).map_or_else(|| NONE.into(), Text::untrusted)
    }

    fn before(&self, before: Before) -> Text {
        match before {
            Before::In(segment) => self.named(segment),
            Before::NoOrder => "(no order yet)".into(),
        }
    }

    fn id(&self, customer: &Customer) -> &str {
        self.canonical.stakeholders.text(customer.stakeholder).unwrap_or_default()
    }

    fn money(&self, value: Option<f64>) -> Text {
        let shown = |value: f64| Text::number(self.units().scale(MetricUnit::Money, value).value(value), value, MetricUnit::Money);
        value.map_or_else(Text::default, shown)
    }

    fn share(&self, part: Option<f64>, whole: Option<f64>) -> Text {
        match (part, whole) {
            (Some(part), Some(whole)) if whole > 0.0 => {
                let share = part / whole;
                Text::number(self.units().scale(MetricUnit::Share, share).value(share), share, MetricUnit::Share)
            }
            _ => Text::default(),
        }
    }

    /// Everything as a document.
    pub fn document(&self, detail: Detail) -> Document {
        let mut document = Document::default();
        document.heading(1, "Customer segments".into());
        document.sentence(self.basis());
        self.add(&mut document, detail);
        if detail != Detail::Brief {
            record_counts::add(&mut document, self.account);
            self.notes.iter().for_each(|note| document.note(Text::untrusted(note.to_string())));
        }
        document
    }

    /// Adds what a report shows: how many customers are in each segment, and who moved.
    pub fn add_summary(&self, document: &mut Document) {
        document.heading(2, "Segments".into());
        document.sentence(self.basis());
        self.without_money(document);
        self.counts(document);
        self.movement(document, 3);
        document.note("The command segments prints what each segment is, and lists the customers.".into());
    }

    /// Adds the sections: segments, movement, scores, customers and definitions.
    pub fn add(&self, document: &mut Document, detail: Detail) {
        self.without_money(document);
        document.heading(2, "Segments".into());
        self.counts(document);
        self.movement(document, 2);
        self.scores(document);
        self.customers(document, detail);
        self.definitions(document);
    }

    fn without_money(&self, document: &mut Document) {
        if let Some(reason) = &self.found.money_absent {
            document.sentence(Text::own(format!(
                "Revenue is missing ({}), so there is no score of money.",
                displayed::absent(reason)
            )));
        }
    }

    fn basis(&self) -> Text {
        let limits = &self.model.limits;
        let fixed = [limits.recency, limits.frequency, limits.monetary].iter().flatten().count();
        let scored = match fixed {
            0 => "Scores from 1 (worst) to 5 (best) are quintiles; customers with equal values share a score.",
            3 => "Scores from 1 (worst) to 5 (best) follow fixed limits.",
            _ => {
                "Scores from 1 (worst) to 5 (best) follow fixed limits where they are set, and otherwise quintiles; customers with equal values share a score."
            }
        };
        let text = Text::own(format!(
            "Data as of {} ({}). {scored}",
            as_of_text(self.canonical.as_of, &self.canonical.zone),
            self.canonical.zone.name()
        ));
        match self.filter {
            Some(filter) => text.and(" Only what meets this condition counts: ").and_untrusted(filter).and("."),
            None => text,
        }
    }

    fn counts(&self, document: &mut Document) {
        let mut columns: Vec<(Text, Align)> = self
            .by
            .iter()
            .map(|dimension| (Text::untrusted(capital(dimension)), Align::Left))
            .collect();
        columns.extend([
            ("Segment".into(), Align::Left),
            ("Customers".into(), Align::Right),
            ("Share".into(), Align::Right),
            ("Revenue".into(), Align::Right),
            ("Share of revenue".into(), Align::Right),
        ]);
        let row = |group: &Group, segment: &SegmentCount| {
            let mut row: Vec<Text> = group.labels.iter().map(Text::untrusted).collect();
            let n = match segment.n {
                Some(n) => Text::number(count(n), n as f64, MetricUnit::Count),
                None => "hidden".into(),
            };
            row.extend([
                self.named(segment.segment),
                n,
                self.share(segment.n.map(|n| n as f64), group.customers.map(|n| n as f64)),
                self.money(segment.value),
                self.share(segment.value, group.value),
            ]);
            row
        };
        let groups = self.found.groups.iter();
        document.table(Table {
            caption: "Customers and revenue by segment".into(),
            columns,
            rows: groups
                .flat_map(|group| group.segments.iter().map(move |segment| row(group, segment)))
                .collect(),
            sparks: None,
        });
        if self
            .found
            .groups
            .iter()
            .flat_map(|group| &group.segments)
            .any(|segment| segment.suppressed)
        {
            document.note("Segments of fewer than five protected people are hidden.".into());
        }
    }

    fn movement(&self, document: &mut Document, level: u8) {
        let Some(moves) = &self.found.movement else {
            document.heading(level, "Movement".into());
            document.sentence("Movement is hidden: it would show fewer than five protected people.".into());
            return;
        };
        if moves.is_empty() {
            return;
        }
        document.heading(level, "Movement".into());
        document.sentence(Text::own(format!(
            "Of the customers of each segment at the end of {}, the share in each segment now. The numbers of the columns are those of the \
             rows.",
            self.found.previous.label
        )));
        let mut to: Vec<Option<usize>> = (0..self.model.segments.len()).map(Some).collect();
        if moves.iter().any(|one| one.to.is_none() || one.from == Before::In(None)) {
            to.push(None);
        }
        let mut columns: Vec<(Text, Align)> = vec![("From".into(), Align::Left), ("n".into(), Align::Right)];
        columns.extend((1..=to.len()).map(|number| (Text::own(number.to_string()), Align::Right)));
        let from = to.iter().map(|segment| Before::In(*segment)).chain([Before::NoOrder]);
        let rows = from.enumerate().filter_map(|(at, from)| {
            let of_row: Vec<&Move> = moves.iter().filter(|one| one.from == from).collect();
            let whole: u64 = of_row.iter().map(|one| one.n).sum();
            if whole == 0 && from == Before::NoOrder {
                return None;
            }
            let label = match from {
                Before::In(_) => Text::own(format!("{} ", at + 1)).and_text(self.before(from)),
                Before::NoOrder => self.before(from),
            };
            let mut row = vec![label, Text::number(count(whole), whole as f64, MetricUnit::Count)];
            row.extend(to.iter().map(|to| match of_row.iter().find(|one| one.to == *to) {
                Some(one) => {
                    let share = one.n as f64 / whole as f64;
                    let percent = (share * 100.0).round();
                    Text::number(format!("{percent}%"), share, MetricUnit::Share).toned(Tone::Heat(percent as u8))
                }
                None => Text::default(),
            }));
            Some(row)
        });
        document.blocks.push(super::document::Block::Table(Table {
            caption: "Movement between segments".into(),
            columns,
            rows: rows.collect(),
            sparks: None,
        }));
    }

    fn scores(&self, document: &mut Document) {
        let Some(scores) = &self.found.scores else { return };
        if self.found.customers.is_empty() {
            return;
        }
        document.heading(2, "Scores".into());
        let frequency = match self.model.frequency {
            Frequency::Orders => "Orders",
            Frequency::OrderDays => "Days with an order",
        };
        let revenue = self
            .currency
            .map_or("Revenue".to_string(), |currency| format!("Revenue in {currency}"));
        let columns = [
            "Score",
            "Days since order",
            "Customers",
            frequency,
            "Customers",
            &revenue,
            "Customers",
        ];
        let of = |part: Part, score: u8| scores.iter().find(move |range| range.part == part && range.score == score);
        let n = |range: Option<&ScoreRange>| {
            let n = range.map_or(0, |range| range.n);
            Text::number(count(n), n as f64, MetricUnit::Count)
        };
        let values = |range: Option<&ScoreRange>, unit: MetricUnit| match range.and_then(|range| range.range) {
            Some((low, high)) => {
                // The title of the column has the currency.
                let shown = |value: f64| Units::default().scale(unit, value).value(value);
                let (low, high) = (shown(low), shown(high));
                Text::own(if low == high { low } else { format!("{low} to {high}") })
            }
            None => Text::default(),
        };
        let has_money = self.found.money_absent.is_none();
        let rows = (1..=BEST).rev().map(|score| {
            let mut row = vec![Text::own(score.to_string())];
            let recency = of(Part::Recency, score);
            row.extend([values(recency, MetricUnit::Count), n(recency)]);
            let frequency = of(Part::Frequency, score);
            row.extend([values(frequency, MetricUnit::Count), n(frequency)]);
            let money = of(Part::Monetary, score);
            row.extend([values(money, MetricUnit::Money), if has_money { n(money) } else { Text::default() }]);
            row
        });
        document.table(Table {
            caption: "What each score means among these customers".into(),
            columns: columns.into_iter().map(|title| (Text::own(title), Align::Right)).collect(),
            rows: rows.collect(),
            sparks: None,
        });
    }

    fn customers(&self, document: &mut Document, detail: Detail) {
        let customers: Vec<&Customer> = self.found.customers.iter().collect();
        let limit = match detail {
            Detail::Brief | Detail::Page => self.top,
            Detail::Whole => MOST,
        };
        if customers.is_empty() || limit == 0 {
            return;
        }
        document.heading(2, "Customers".into());
        let all = customers.len();
        // Those with most revenue first, then those with most orders; equal ones by id.
        let customers = first(customers, limit, |a, b| {
            let money = |one: &Customer| one.monetary.unwrap_or(0.0);
            money(b).total_cmp(&money(a)).then(b.frequency.cmp(&a.frequency))
        });
        if all > limit {
            document.sentence(Text::own(format!(
                "The {} of {} customers with the most revenue. CSV and JSON have all of them.",
                count(limit as u64),
                count(all as u64)
            )));
        }
        let titles = [
            ("Customer", Align::Left),
            ("Days since order", Align::Right),
            (
                if self.model.frequency == Frequency::Orders {
                    "Orders"
                } else {
                    "Days with an order"
                },
                Align::Right,
            ),
            ("Revenue", Align::Right),
            ("R", Align::Right),
            ("F", Align::Right),
            ("M", Align::Right),
            ("Segment", Align::Left),
            ("Before", Align::Left),
        ];
        let row = |one: &&Customer| {
            let number = |value: f64| Text::number(count(value as u64), value, MetricUnit::Count);
            vec![
                Text::untrusted(self.id(one)),
                number(f64::from(one.recency)),
                number(f64::from(one.frequency)),
                self.money(one.monetary),
                Text::own(one.scores.r.to_string()),
                Text::own(one.scores.f.to_string()),
                one.scores.m.map_or_else(Text::default, |m| Text::own(m.to_string())),
                self.named(one.segment),
                self.before(one.previous),
            ]
        };
        document.table(Table {
            caption: "Customers by revenue".into(),
            columns: titles.map(|(title, align)| (Text::own(title), align)).to_vec(),
            rows: customers.iter().map(row).collect(),
            sparks: None,
        });
        if self.found.withheld {
            document.note("Protected people are not listed.".into());
        }
    }

    fn definitions(&self, document: &mut Document) {
        document.heading(2, "Definitions".into());
        document.sentence(Text::own(format!(
            "R is the score of the days since the last order, F that of the number of {}, M that of revenue. A customer is in the first \
             segment whose condition holds.",
            match self.model.frequency {
                Frequency::Orders => "orders",
                Frequency::OrderDays => "days with an order",
            }
        )));
        document.table(Table {
            caption: "Definitions of the segments".into(),
            columns: vec![
                ("Segment".into(), Align::Left),
                ("Condition".into(), Align::Left),
                ("Meaning".into(), Align::Left),
            ],
            rows: self
                .model
                .segments
                .iter()
                .map(|segment| {
                    vec![
                        Text::untrusted(&segment.name),
                        Text::untrusted(segment.condition.text()),
                        segment.text.as_ref().map_or_else(Text::default, Text::untrusted),
                    ]
                })
                .collect(),
            sparks: None,
        });
    }

    /// Everything as a document for programs.
    pub fn json(&self) -> wire::segments::Segments<'_> {
        let score = |range: &ScoreRange| wire::segments::Score {
            part: range.part.as_str().to_string(),
            score: range.score,
            n: range.n,
            from: range.range.map(|(from, _)| from),
            to: range.range.map(|(_, to)| to),
        };
        let limits = &self.model.limits;
        wire::segments::Segments {
            schema: SchemaId::default(),
            as_of: Instant(self.canonical.as_of),
            timezone: self.canonical.zone.name().to_string(),
            filter: self.filter.map(str::to_string),
            frequency: self.model.frequency,
            scoring: wire::segments::Scoring {
                recency: limits.recency,
                frequency: limits.frequency,
                monetary: limits.monetary,
            },
            previous_period: self.found.previous.label.clone(),
            previous_as_of: Instant(self.found.previous.end),
            currency: self.currency.map(str::to_string),
            value_absent: self.found.money_absent.as_ref().map(AbsentReason::code),
            definitions: self
                .model
                .segments
                .iter()
                .map(|segment| wire::segments::Definition {
                    name: segment.name.clone(),
                    condition: segment.condition.text().to_string(),
                    text: segment.text.clone(),
                })
                .collect(),
            segments: self.json_segments(),
            movement: self.json_movement(),
            scores: self.found.scores.as_ref().map(|scores| scores.iter().map(score).collect()),
            withheld: self.found.withheld,
            stakeholders: Stream::by_index(self.found.customers.len(), move |at| self.stakeholder(&self.found.customers[at])),
            account: self.account.iter().map(wire::RecordCounts::from).collect(),
            notes: self.notes.iter().map(wire::Note::from).collect(),
        }
    }
    /// How many customers are in each segment, and who moved, for programs.
    pub fn json_summary(&self) -> wire::relationships::Segments {
        wire::relationships::Segments {
            previous_period: self.found.previous.label.clone(),
            segments: self.json_segments(),
            movement: self.json_movement(),
        }
    }

    fn json_segments(&self) -> Vec<wire::segments::Segment> {
        let segment = |group: &Group, of: &SegmentCount| {
            let ratio = |part: Option<f64>, whole: Option<f64>| part.zip(whole).filter(|(_, whole)| *whole > 0.0).map(|(a, b)| a / b);
            wire::segments::Segment {
                name: self.name(of.segment).map(str::to_string),
                by: Labels(self.by.iter().cloned().zip(group.labels.iter().cloned()).collect()),
                n: of.n,
                share: ratio(of.n.map(|n| n as f64), group.customers.map(|n| n as f64)),
                value: of.value,
                value_share: ratio(of.value, group.value),
                suppressed: of.suppressed,
            }
        };
        let groups = self.found.groups.iter();
        groups
            .flat_map(|group| group.segments.iter().map(move |of| segment(group, of)))
            .collect()
    }

    fn json_movement(&self) -> Option<Vec<wire::segments::Move>> {
        let owned = |name: Option<&str>| name.map(str::to_string);
        let moved = |one: &Move| wire::segments::Move {
            from: match one.from {
                Before::In(segment) => owned(self.name(segment)),
                Before::NoOrder => None,
            },
            is_new: one.from == Before::NoOrder,
            to: owned(self.name(one.to)),
            n: one.n,
        };
        let moves = self.found.movement.as_ref()?;
        Some(moves.iter().map(moved).collect())
    }

    fn stakeholder(&self, one: &Customer) -> wire::segments::Stakeholder {
        wire::segments::Stakeholder {
            id: self.id(one).to_string(),
            recency: one.recency,
            frequency: one.frequency,
            monetary: one.monetary,
            r: one.scores.r,
            f: one.scores.f,
            m: one.scores.m,
            segment: self.name(one.segment).map(str::to_string),
            previous: match one.previous {
                Before::In(segment) => self.name(segment).map(str::to_string),
                Before::NoOrder => None,
            },
        }
    }

    /// A header line, and a line for each customer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn csv(&self, out: &mut dyn Write) -> csv::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        let text = |text: &str| Untrusted::new(text).csv().into_owned();
        csv.write_record(wire::columns::<wire::segments::Stakeholder>())?;
        for one in &self.found.customers {
            let one = self.stakeholder(one);
            csv.write_record([
                text(&one.id),
                one.recency.to_string(),
                one.frequency.to_string(),
                one.monetary.map_or(String::new(), |monetary| monetary.to_string()),
                one.r.to_string(),
                one.f.to_string(),
                one.m.map_or(String::new(), |m| m.to_string()),
                one.segment.as_deref().map(text).unwrap_or_default(),
                one.previous.as_deref().map(text).unwrap_or_default(),
            ])?;
        }
        csv.flush()?;
        Ok(())
    }
}
