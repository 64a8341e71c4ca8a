//! Segments as JSON and as CSV.

use std::io::Write;

use super::Sheet;
use crate::render::text::Untrusted;
use crate::report::AbsentReason;
use crate::segments::{Before, Customer, Group, Move, ScoreRange, SegmentCount};
use crate::wire::{self, Instant, Labels, SchemaId, Stream};

impl Sheet<'_> {
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
