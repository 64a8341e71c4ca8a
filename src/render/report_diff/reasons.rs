//! Where each change comes from: by the groups of each dimension, and by stakeholder.

use super::{ComparisonWriter, Detail, left, right, sentences};
use crate::catalog::MetricUnit;
use crate::render::displayed;
use crate::render::document::{Align, Document, Table};
use crate::render::format::number;
use crate::render::text::Text;
use crate::report_diff::decomposition::{Amount, Shape};
use crate::report_diff::people::{Had, People, Person};
use crate::report_diff::{Decomposition, Moved, Slice};

impl ComparisonWriter<'_> {
    /// Where the changes come from, metric by metric.
    pub(super) fn reasons(&self, document: &mut Document) {
        let moved = self
            .comparison
            .metrics
            .iter()
            .filter(|moved| moved.delta.is_some_and(|delta| delta != 0.0));
        let is_told = |moved: &&Moved| self.detail != Detail::Brief || moved.stands || self.comparison.same_period;
        let (told, short): (Vec<&Moved>, Vec<&Moved>) = moved.partition(is_told);
        if told.is_empty() && short.is_empty() {
            return;
        }
        document.heading(2, "Where the changes come from".into());
        for moved in told {
            document.heading(3, Text::untrusted(&moved.title));
            document.sentence(sentences::value(self, moved));
            if let Some(known) = moved.at_same_age {
                let text = Text::own("With the same follow-up time as the later period, ");
                let text = text.and_untrusted(&self.comparison.reports[0].period);
                document.sentence(text.and(format!(
                    " was {}: only the difference from this value is a change.",
                    self.value(moved, known)
                )));
            }
            if !moved.stands && !self.comparison.same_period {
                document
                    .note("This change could be due to chance. The parts below add up exactly, but could also be due to chance.".into());
            }
            for divided in &moved.divided {
                if let Some(sentence) = sentences::divided(self, moved, divided) {
                    document.sentence(sentence);
                }
                document.table(self.slices(moved, divided));
            }
            for (dimension, why) in &moved.undivided {
                let text = match dimension {
                    Some(dimension) => Text::own("Not broken down by ").and_untrusted(dimension),
                    None => Text::own("Not broken down"),
                };
                document.note(text.and(format!(": {}.", displayed::not_decomposable(*why))));
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
        document.note("The following changes could be due to chance. Use --output FILE.html, .md or .json for all details.".into());
        let lines = short.into_iter().filter_map(|moved| {
            let first = moved.divided.iter().find_map(|divided| sentences::divided(self, moved, divided));
            Some(Text::untrusted(&moved.title).and(": ").and_text(first?))
        });
        document.list(lines.collect());
    }

    fn slices(&self, moved: &Moved, divided: &Decomposition) -> Table {
        let shape = moved.change.map(|change| change.shape);
        let value = |of: Option<Amount>| match (shape, of) {
            (Some(Shape::Ratio(scale)), Some(of)) => self.number(moved, of.ratio().map(|ratio| scale * ratio)),
            (_, of) => self.number(moved, of.map(|of| of.part)),
        };
        let share = |slice: &Slice, side: usize| {
            let share = sentences::share(moved, slice, side);
            match shape {
                Some(Shape::Ratio(_)) => Text::number(format!("{}%", number(share * 100.0, 1)), share, MetricUnit::Share),
                _ => Text::default(),
            }
        };
        let row = |slice: &Slice| {
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
                right("Share of total then"),
                right("Share of total now"),
                right("Rate effect (own result)"),
                right("Mix effect (size)"),
                right("Total effect"),
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
        let row = |person: &Person| {
            vec![
                Text::untrusted(&person.id),
                had(person.then),
                had(person.now),
                self.difference(moved, Some(person.influence)),
            ]
        };
        Table {
            caption: Text::own("Stakeholders with the largest influence on ")
                .and_untrusted(&moved.title)
                .and(": numerator of denominator, and influence on the change"),
            columns: vec![left("Stakeholder"), right("Then"), right("Now"), right("Influence")],
            rows: people.most.iter().map(row).collect(),
            sparks: None,
        }
    }
}

/// A numerator or denominator in its own unit, which is not the unit of the value.
fn plain(value: f64) -> String {
    number(value, if value.fract() == 0.0 { 0 } else { 2 })
}
