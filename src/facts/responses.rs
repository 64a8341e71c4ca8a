//! `responses`: a survey invitation and its answer.

use std::ops::Range;

use super::context::{Context, is_out};
use super::frame::Frame;
use super::messaging::Contacts;
use super::{column, known_at};
use crate::canon::{Column, Rows};
use crate::schema::{FactSpec, Micros, NO_CODE, NO_TIME, Shape, Table, Unit};

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    name: "responses",
    text: "a survey row: an invitation, an answer, or both",
    shape: Shape::Event,
    rows: Some(Table::Surveys),
    tables: &[Table::Surveys],
    looks_back: false,
    columns: &[
        column("counted_at", Unit::Time, "when an answer counts: responded_at, else sent_at", &[]),
        known_at("counted_at", "answered", Unit::Bool, "has a score", &[&["surveys.score"]]),
        column("sent_at", Unit::Time, "when the survey was sent", &[&["surveys.sent_at"]]),
        known_at("responded_at", "responded_at", Unit::Time, "when it was answered", &[&["surveys.responded_at"]]),
        column("instrument", Unit::Text, "nps, enps, csat, ces, engagement or other", &[&["surveys.instrument"]]),
        known_at("counted_at", "score", Unit::Number, "the score, as given", &[&["surveys.score"]]),
        known_at("counted_at", "rescaled_score", Unit::Number, "(score - min) / (max - min) x 100", &[&["surveys.score"], &["surveys.scale_min"], &["surveys.scale_max"]]),
        known_at("counted_at", "favourable", Unit::Bool, "4 and 5 of a five-point scale, the upper quarter of any other", &[&["surveys.score"], &["surveys.scale_min"], &["surveys.scale_max"]]),
        column("high_is_easy", Unit::Bool, "true where the direction of effort scores is declared: high is easy", &[&["ces.high_is_easy"]]),
        column("weight", Unit::Number, "survey weight; 1 where none is mapped", &[]),
        column("is_anonymous", Unit::Bool, "no stakeholder is known", &[]),
        column("days_to_next_outbound", Unit::Days, "days from the answer to the next outbound contact with the same stakeholder", &[&["interactions.occurred_at"]]),
        column("owner", Unit::Text, "owner of the survey", &[&["surveys.owner"]]),
        column("case_id", Unit::Key, "the case that the survey is about", &[&["surveys.case_id"]]),
    ],
};

/// Reads the answers of the survey rows: when they count, what they say, and on which scale.
#[derive(Debug)]
pub struct Answers<'a> {
    /// The survey rows.
    pub rows: &'a Rows,
    responded: Column<'a, i64>,
    sent: Column<'a, i64>,
    scores: Column<'a, f64>,
    instruments: Column<'a, u32>,
    bounds: [Column<'a, f64>; 2],
    recommending: [Option<u32>; 2],
}

impl<'a> Answers<'a> {
    /// Over the surveys, if there are any.
    pub fn new(ctx: &Context<'a>) -> Option<Answers<'a>> {
        let rows = ctx.canon.table(Table::Surveys)?;
        Some(Answers {
            rows,
            responded: rows.times("responded_at"),
            sent: rows.times("sent_at"),
            scores: rows.floats("score"),
            instruments: rows.codes("instrument"),
            bounds: ["scale_min", "scale_max"].map(|c| rows.floats(c)),
            recommending: ["nps", "enps"].map(|word| ctx.canon.texts.code(word)),
        })
    }

    /// Whether scores are told at all.
    pub fn tells_scores(&self) -> bool {
        self.scores.exists()
    }

    /// When an answer counts: when it was given, else when the survey was sent.
    #[inline]
    pub fn counted_at(&self, row: usize) -> Micros {
        let responded = self.responded.at(row);
        if responded == NO_TIME { self.sent.at(row) } else { responded }
    }

    /// The lowest and the highest score there can be: 0 and 10 where the question is whether one would recommend, else as declared.
    pub fn scale(&self, row: usize) -> Option<(f64, f64)> {
        if self.recommends(row) {
            return Some((0.0, 10.0));
        }
        let [min, max] = self.bounds.map(|c| c.at(row));
        (min < max).then_some((min, max))
    }

    fn recommends(&self, row: usize) -> bool {
        let instrument = self.instruments.at(row);
        instrument != NO_CODE && self.recommending.contains(&Some(instrument))
    }

    /// The score; NaN where there is none. A score off its scale is none, nor is one between two points of 0 to 10.
    pub fn score(&self, row: usize) -> f64 {
        let score = self.scores.at(row);
        let is_off = self.scale(row).is_some_and(|(min, max)| score < min || score > max);
        if is_off || (self.recommends(row) && score.fract() != 0.0) { f64::NAN } else { score }
    }
}

/// Builds the survey rows of a block, those without a stakeholder among them.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(answers) = Answers::new(ctx) else { return };
    let rows = answers.rows;
    let [counted_at, sent_at, responded_at] = ["counted_at", "sent_at", "responded_at"].map(|c| out.handle(c));
    let [answered, favourable, high_is_easy, is_anonymous] =
        ["answered", "favourable", "high_is_easy", "is_anonymous"].map(|c| out.handle(c));
    let [score_column, rescaled, weight, follow_up] =
        ["score", "rescaled_score", "weight", "days_to_next_outbound"].map(|c| out.handle(c));
    let case_id = out.handle("case_id");
    let texts = ["instrument", "owner"].map(|c| (out.handle(c), rows.codes(c)));
    let (weights, cases) = (rows.floats("weight"), rows.keys("case_id"));
    let mut contacts = if follow_up.is_wanted() { Contacts::new(ctx) } else { None };
    let mut sent_by_us: Vec<Micros> = Vec::new();
    for stakeholder in block {
        let nobody = stakeholder == ctx.canon.nobody();
        sent_by_us.clear();
        if let Some(contacts) = contacts.as_mut().filter(|_| !nobody && !rows.run(stakeholder).is_empty()) {
            sent_by_us.extend(contacts.of(ctx, stakeholder).iter().filter(|c| c.is_outbound()).map(|c| c.at));
            sent_by_us.sort_unstable();
        }
        for row in rows.run(stakeholder) {
            let slice = ctx.slicing.of_row(row, stakeholder);
            if is_out(slice) {
                continue;
            }
            let (at, score) = (answers.counted_at(row), answers.score(row));
            out.begin(if nobody { NO_CODE } else { stakeholder }, slice, rows.source_of(row));
            out.int(counted_at, at);
            out.int(sent_at, answers.sent.at(row));
            out.int(responded_at, answers.responded.at(row));
            out.flag(answered, !score.is_nan());
            out.float(score_column, score);
            if let Some((min, max)) = answers.scale(row).filter(|_| !score.is_nan()) {
                out.float(rescaled, (score - min) / (max - min) * 100.0);
                // Of 1 to 5 this is 4 and 5.
                out.flag(favourable, score - min >= 0.75 * (max - min));
            }
            out.flag(high_is_easy, ctx.settings.high_is_easy);
            out.float(weight, if weights.exists() { weights.at(row) } else { 1.0 });
            out.flag(is_anonymous, nobody);
            if !score.is_nan()
                && let Some(next) = sent_by_us.get(sent_by_us.partition_point(|&t| t <= at))
            {
                out.int(follow_up, i64::from(ctx.canon.zone.day_of(*next) - ctx.canon.zone.day_of(at)));
            }
            out.key(case_id, cases.at(row));
            for (handle, codes) in texts {
                out.code(handle, codes.at(row));
            }
            out.origin(Table::Surveys, row);
        }
    }
}
