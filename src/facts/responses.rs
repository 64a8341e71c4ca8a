//! `responses`: a survey invitation and its answer.

use std::ops::Range;

use super::context::{Context, is_out};
use super::frame::Frame;
use super::messaging::Contacts;
use super::{column, known_at};
use crate::canonical::{Rows, Values};
use crate::schema::Input::Column;
use crate::schema::{Fact, FactSpec, Input, Micros, NO_CODE, NO_TIME, Shape, Table, Unit, interactions, surveys};
use crate::sources::survey_states;

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::Responses,
    text: "a survey row: an invitation, an answer, or both",
    shape: Shape::Event,
    rows: Some(Table::Surveys),
    tables: &[Table::Surveys],
    also_reads: &[Table::Interactions],
    looks_back: false,
    recorded_at: &["counted_at", "sent_at", "responded_at"],
    columns: &[
        column("counted_at", Unit::Time, "when an answer counts: responded_at, else sent_at", &[]),
        known_at("counted_at", "answered", Unit::Bool, "has a score", &[&[Column(&surveys::SCORE)]]),
        known_at(
            "counted_at",
            "responded",
            Unit::Bool,
            "has a score, or two in one cell; where no scores are mapped, has a time of the answer or a status that says answered",
            &[&[Column(&surveys::SCORE), Column(&surveys::RESPONDED_AT), Column(&surveys::STATUS)]],
        ),
        column("sent_at", Unit::Time, "when the survey was sent", &[&[Column(&surveys::SENT_AT)]]),
        known_at(
            "responded_at",
            "responded_at",
            Unit::Time,
            "when it was answered",
            &[&[Column(&surveys::RESPONDED_AT)]],
        ),
        column(
            "instrument",
            Unit::Text,
            "nps, enps, csat, ces, engagement or other",
            &[&[Column(&surveys::INSTRUMENT)]],
        ),
        known_at(
            "counted_at",
            "score",
            Unit::Number,
            "the score, as given",
            &[&[Column(&surveys::SCORE)]],
        ),
        known_at(
            "counted_at",
            "rescaled_score",
            Unit::Number,
            "(score - min) / (max - min) x 100",
            &[
                &[Column(&surveys::SCORE)],
                &[Column(&surveys::SCALE_MIN)],
                &[Column(&surveys::SCALE_MAX)],
            ],
        ),
        known_at(
            "counted_at",
            "favourable",
            Unit::Bool,
            "4 and 5 of a five-point scale, the upper quarter of any other",
            &[
                &[Column(&surveys::SCORE)],
                &[Column(&surveys::SCALE_MIN)],
                &[Column(&surveys::SCALE_MAX)],
            ],
        ),
        column(
            "high_is_easy",
            Unit::Bool,
            "true where the direction of effort scores is declared: high is easy",
            &[&[Input::EffortDirection]],
        ),
        column("weight", Unit::Number, "survey weight; 1 where none is mapped", &[]),
        column("is_anonymous", Unit::Bool, "no stakeholder is known", &[]),
        column(
            "days_to_next_outbound",
            Unit::Days,
            "days from the answer to the next outbound contact with the same stakeholder",
            &[&[Column(&interactions::OCCURRED_AT)]],
        ),
        column("owner", Unit::Text, "owner of the survey", &[&[Column(&surveys::OWNER)]]),
        column(
            "case_id",
            Unit::Key,
            "the case that the survey is about",
            &[&[Column(&surveys::CASE_ID)]],
        ),
    ],
};

/// Reads the answers of the survey rows: when they count, what they say, and on which scale.
#[derive(Debug)]
pub struct Answers<'a> {
    /// The survey rows.
    pub rows: &'a Rows,
    responded: Values<'a, i64>,
    sent: Values<'a, i64>,
    scores: Values<'a, f64>,
    instruments: Values<'a, u32>,
    bounds: [Values<'a, f64>; 2],
    recommending: [Option<u32>; 2],
}

impl<'a> Answers<'a> {
    /// Over the surveys, if there are any.
    pub fn new(ctx: &Context<'a>) -> Option<Answers<'a>> {
        let rows = ctx.canonical.table(Table::Surveys)?;
        Some(Answers {
            rows,
            responded: rows.times(&surveys::RESPONDED_AT),
            sent: rows.times(&surveys::SENT_AT),
            scores: rows.floats(&surveys::SCORE),
            instruments: rows.codes(&surveys::INSTRUMENT),
            bounds: [&surveys::SCALE_MIN, &surveys::SCALE_MAX].map(|c| rows.floats(c)),
            recommending: ["nps", "enps"].map(|word| ctx.canonical.texts.code(word)),
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
        if is_off || (self.recommends(row) && score.fract() != 0.0) {
            f64::NAN
        } else {
            score
        }
    }
}

/// Whether invitations were answered, also where nothing but that is known of the answers.
struct Replies<'a> {
    rows: &'a Rows,
    responded: Values<'a, i64>,
    statuses: Values<'a, u32>,
    /// Whether the record says that it was answered.
    stated: Values<'a, u8>,
    /// By source: whether it has scores.
    scored: Vec<bool>,
    /// By code of a status: whether it says that the survey was answered.
    answered: Vec<bool>,
}

impl<'a> Replies<'a> {
    fn new(ctx: &Context<'a>, rows: &'a Rows) -> Replies<'a> {
        let statuses = rows.codes(&surveys::STATUS);
        let scored: Vec<bool> = ctx.canonical.sources.iter().map(|source| source.maps(&surveys::SCORE)).collect();
        let mut answered = vec![false; ctx.canonical.texts.len()];
        if statuses.exists() && !scored.iter().all(|is| *is) {
            let matching = ctx.canonical.texts.matching(&survey_states::is_answered);
            matching.into_iter().for_each(|code| answered[code as usize] = true);
        }
        Replies {
            rows,
            responded: rows.times(&surveys::RESPONDED_AT),
            statuses,
            stated: rows.flags(&surveys::ANSWERED),
            scored,
            answered,
        }
    }

    fn has(&self, row: usize, score: f64) -> bool {
        if self.stated.at(row) == 1 {
            return true;
        }
        let is_scored = self.scored.get(self.rows.source_of(row) as usize).is_some_and(|is| *is);
        if is_scored {
            return !score.is_nan();
        }
        let says_answered = || self.answered.get(self.statuses.at(row) as usize).is_some_and(|is| *is);
        self.responded.at(row) != NO_TIME || says_answered()
    }
}

/// Builds the survey rows of a block, those without a stakeholder among them.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(answers) = Answers::new(ctx) else { return };
    let rows = answers.rows;
    let [counted_at, sent_at, responded_at] = ["counted_at", "sent_at", "responded_at"].map(|c| out.handle(c));
    let [answered, responded, favourable, high_is_easy, is_anonymous] =
        ["answered", "responded", "favourable", "high_is_easy", "is_anonymous"].map(|c| out.handle(c));
    let replies = Replies::new(ctx, rows);
    let [score_column, rescaled, weight, follow_up] = ["score", "rescaled_score", "weight", "days_to_next_outbound"].map(|c| out.handle(c));
    let case_id = out.handle("case_id");
    let texts = [&surveys::INSTRUMENT, &surveys::OWNER].map(|c| (out.handle(c.name), rows.codes(c)));
    let (weights, cases) = (rows.floats(&surveys::WEIGHT), rows.keys(&surveys::CASE_ID));
    let mut contacts = if follow_up.is_wanted() { Contacts::new(ctx) } else { None };
    let mut sent_by_us: Vec<(Micros, u32)> = Vec::new();
    for stakeholder in block {
        let nobody = stakeholder == ctx.canonical.nobody();
        sent_by_us.clear();
        if let Some(contacts) = contacts.as_mut().filter(|_| !nobody && !rows.run(stakeholder).is_empty()) {
            let outbound = contacts.of(ctx, stakeholder).iter().filter(|c| c.is_outbound());
            sent_by_us.extend(outbound.map(|c| (c.at, c.row)));
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
            out.flag(responded, replies.has(row, score));
            out.float(score_column, score);
            if let Some((min, max)) = answers.scale(row).filter(|_| !score.is_nan()) {
                out.float(rescaled, (score - min) / (max - min) * 100.0);
                // Of 1 to 5 this is 4 and 5.
                out.flag(favourable, score - min >= 0.75 * (max - min));
            }
            out.flag(high_is_easy, ctx.settings.high_is_easy);
            out.float(weight, if weights.exists() { weights.at(row) } else { 1.0 });
            out.flag(is_anonymous, nobody);
            let next = sent_by_us.get(sent_by_us.partition_point(|&(sent, _)| sent <= at));
            let next = next.filter(|_| !score.is_nan());
            if let Some(&(next, _)) = next {
                out.int(
                    follow_up,
                    i64::from(ctx.canonical.zone.day_of(next) - ctx.canonical.zone.day_of(at)),
                );
            }
            out.key(case_id, cases.at(row));
            for (handle, codes) in texts {
                out.code(handle, codes.at(row));
            }
            out.origin(Table::Surveys, row);
            if let Some(&(_, contact)) = next {
                out.origin(Table::Interactions, contact as usize);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::facts::context::Settings;
    use crate::facts::testing::{self, tables};

    fn shown(text: &str, columns: &str) -> Vec<String> {
        testing::shown(
            &SPEC,
            &tables("2026-06-01", &[(Table::Surveys, text)]),
            &Settings::default(),
            &[],
            columns,
        )
    }

    #[test]
    fn answers_count_when_given_and_else_when_sent() {
        let text = "stakeholder_id,sent_at,responded_at,score\n\
                    a,2026-01-01,2026-02-01,3\nb,2026-01-02,,3\nc,2026-01-03,,\nd,2026-01-04,2026-02-04,\n,2026-01-05,2026-02-05,2";
        assert_eq!(
            shown(text, "counted_at sent_at responded_at answered is_anonymous"),
            [
                "a: 2026-02-01 2026-01-01 2026-02-01 yes no",
                "b: 2026-01-02 2026-01-02 - yes no",
                "c: 2026-01-03 2026-01-03 - no no",
                "d: 2026-02-04 2026-01-04 2026-02-04 no no",
                "-: 2026-02-05 2026-01-05 2026-02-05 yes yes",
            ]
        );
        assert_eq!(shown("stakeholder_id,responded_at\na,2026-01-01", "answered weight"), ["a: no 1"]);
    }

    #[test]
    fn scales_make_answers_comparable() {
        let text = "stakeholder_id,responded_at,instrument,score,scale_min,scale_max\n\
                    a,2026-01-01,csat,4,1,5\na,2026-01-02,csat,3,1,5\na,2026-01-03,csat,5.5,1,7\na,2026-01-04,csat,5.4,1,7\na,2026-01-05,csat,4,,\n\
                    a,2026-01-06,csat,6,1,5\na,2026-01-07,nps,7,,\na,2026-01-08,enps,8,1,5\na,2026-01-09,nps,11,,\na,2026-01-10,nps,7.5,,\n\
                    a,2026-01-11,csat,2,5,5\na,2026-01-12,,75,0,100\na,2026-01-13,csat,,1,5";
        assert_eq!(
            shown(text, "instrument score rescaled_score favourable answered"),
            [
                "a: csat 4 75 yes yes",
                "a: csat 3 50 no yes",
                "a: csat 5.5 75 yes yes",
                "a: csat 5.4 73.33333333333334 no yes",
                "a: csat 4 - - yes",
                "a: csat - - - no",
                "a: nps 7 70 no yes",
                "a: enps 8 80 yes yes",
                "a: nps - - - no",
                "a: nps - - - no",
                "a: csat 2 - - yes",
                "a: - 75 75 yes yes",
                "a: csat - - - no",
            ]
        );
    }

    #[test]
    fn the_ends_of_a_scale_belong_to_it() {
        let text = "stakeholder_id,responded_at,instrument,score,scale_min,scale_max\n\
                    a,2026-01-01,csat,5,1,5\na,2026-01-02,csat,1,1,5\na,2026-01-03,csat,0.9,1,5\n\
                    a,2026-01-04,nps,10,,\na,2026-01-05,nps,0,,\na,2026-01-06,nps,-1,,";
        assert_eq!(shown(text, "rescaled_score"), ["a: 100", "a: 0", "a: -", "a: 100", "a: 0", "a: -"]);
    }

    #[test]
    fn weights_are_one_only_where_none_are_mapped() {
        assert_eq!(
            shown("stakeholder_id,responded_at,weight\na,2026-01-01,2.5\na,2026-01-02,", "weight"),
            ["a: 2.5", "a: -"]
        );
    }

    #[test]
    fn the_direction_of_effort_is_as_declared() {
        let canonical = tables("2026-06-01", &[(Table::Surveys, "responded_at,score\n2026-01-01,5")]);
        for (declared, word) in [(true, "-: yes"), (false, "-: no")] {
            let settings = Settings {
                high_is_easy: declared,
                ..Settings::default()
            };
            assert_eq!(testing::shown(&SPEC, &canonical, &settings, &[], "high_is_easy"), [word]);
        }
    }

    #[test]
    fn the_next_outbound_contact_follows_strictly() {
        let canonical = Fixture::new("2026-06-01")
            .table(
                Table::Surveys,
                Rowed::Plain,
                "stakeholder_id,responded_at,score\na,2026-01-01T10:00,3\na,2026-01-05T10:00,3\na,2026-01-20T10:00,3\n,2026-01-01T10:00,3\nb,2026-01-01T23:00,3\nc,2026-01-01,",
            )
            .table(
                Table::Interactions,
                Rowed::Plain,
                "stakeholder_id,occurred_at,direction\na,2026-01-01T10:00,outbound\na,2026-01-02T10:00,inbound\na,2026-01-04T09:00,outbound\n\
                 a,2026-01-05T18:00,outbound\nb,2026-01-02T01:00,outbound\nc,2026-01-02,outbound",
            )
            .build(false);
        assert_eq!(
            testing::shown(&SPEC, &canonical, &Settings::default(), &[], "days_to_next_outbound"),
            ["a: 3", "a: 0", "a: -", "b: 1", "c: -", "-: -"]
        );
    }

    #[test]
    fn the_contact_that_followed_stands_behind_an_answer() {
        let canonical = Fixture::new("2026-06-01")
            .table(
                Table::Surveys,
                Rowed::Plain,
                "stakeholder_id,responded_at,score\na,2026-01-02,3\na,2026-03-01,3",
            )
            .table(
                Table::Interactions,
                Rowed::Plain,
                "stakeholder_id,occurred_at,direction\na,2026-01-01,outbound\na,2026-01-03,inbound\na,2026-01-05,outbound",
            )
            .build(false);
        let (settings, slicing) = (Settings::default(), Default::default());
        let ctx = Context {
            canonical: &canonical,
            settings: &settings,
            slicing: &slicing,
            windows: &[],
        };
        let origins = |columns: &[&str]| testing::frame(&SPEC, &ctx, columns, true).origins.unwrap();
        let (answer, contact) = (|row| (Table::Surveys, row), (Table::Interactions, 2));
        assert_eq!(origins(&["days_to_next_outbound"]), [vec![answer(0), contact], vec![answer(1)]]);
        assert_eq!(origins(&["score"]), [vec![answer(0)], vec![answer(1)]]);
    }
}
