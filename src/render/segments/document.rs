//! Segments as a document that people read.

use super::Sheet;
use crate::catalog::MetricUnit;
use crate::catalog::segments::Frequency;
use crate::render::displayed;
use crate::render::document::{Align, Block, Detail, Document, Table};
use crate::render::format::{Units, count};
use crate::render::record_counts;
use crate::render::summary::{as_of_text, capital};
use crate::render::text::{Text, Tone};
use crate::render::top::first;
use crate::segments::{Before, Customer, Group, Move, Part, ScoreRange, SegmentCount};
use crate::stats::scores::BEST;

/// More customers than this are not listed on a page or a sheet.
const MOST: usize = 50_000;

impl Sheet<'_> {
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
        document.blocks.push(Block::Table(Table {
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
}
