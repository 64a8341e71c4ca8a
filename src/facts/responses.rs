//! `responses`: a survey invitation and its answer.

use super::{column, known_at};
use crate::schema::{FactSpec, Shape, Table, Unit};

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

/// Builds the rows of a block of stakeholders.
pub fn build(_ctx: &super::context::Context, _block: std::ops::Range<u32>, _out: &mut super::frame::Frame) {}
