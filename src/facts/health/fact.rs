//! `health`: a stakeholder that is there at the end of a period, with its score by what was known then.
//!
//! A score depends on the period, because everything is seen from its end. So the rows of a window are scored for that window, as the rows
//! of `relations` are counted for it, and nothing of a score is kept when its block of stakeholders is done. What a score needs of all
//! stakeholders together, such as the usual gap between orders, is prepared once for all windows of a run ([`Timeline`]).

use std::ops::Range;

use super::super::column;
use super::super::context::{Context, Settings, Window, is_out};
use super::super::frame::Frame;
use super::super::roster::Types;
use super::{Moment, Presence, Score, Scorer, last_band, moments};
use crate::canonical::{CanonicalTables, Rows, Values};
use crate::catalog::health::{Band, Model};
use crate::schema::Input::{self, Column};
use crate::schema::{
    Fact, FactSpec, Micros, NO_CODE, NO_TIME, Needs, Shape, Table, Unit, interactions, purchases, referrals, stakeholders, supplies,
    surveys,
};

/// Ends of earlier periods over which a band depends on the band before it.
pub const EARLIER: usize = 12;

const SCORED: Needs = &[&[Input::HealthParts]];
const VALUED: Needs = &[&[Column(&purchases::AMOUNT), Column(&supplies::AMOUNT)]];
const AT_RISK: Needs = &[&[Input::HealthParts], &[Column(&purchases::AMOUNT), Column(&supplies::AMOUNT)]];

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::Health,
    text: "a stakeholder that is there at the end of a period, with its health score by what was known then",
    shape: Shape::StakeholderPeriod,
    rows: None,
    tables: &[
        Table::Stakeholders,
        Table::Interactions,
        Table::Purchases,
        Table::Surveys,
        Table::Supplies,
    ],
    also_reads: &[Table::Referrals],
    looks_back: true,
    recorded_at: &[],
    columns: &[
        column(
            "score",
            Unit::Number,
            "0 to 100, by the health model of its type; null if too few parts of the model have data",
            SCORED,
        ),
        column(
            "coverage",
            Unit::Number,
            "the share of the weights of the model that have data, 0 to 1",
            &[],
        ),
        column("is_healthy", Unit::Bool, "its band is healthy; null without a score", SCORED),
        column(
            "is_at_risk",
            Unit::Bool,
            "its band is at risk or critical; null without a score",
            SCORED,
        ),
        column("is_critical", Unit::Bool, "its band is critical; null without a score", SCORED),
        column(
            "previous_score",
            Unit::Number,
            "its score at the start of the period; null if it had none",
            SCORED,
        ),
        column(
            "got_worse",
            Unit::Bool,
            "its band is worse than at the start of the period; null without a score at both",
            SCORED,
        ),
        column(
            "got_better",
            Unit::Bool,
            "its band is better than at the start of the period; null without a score at both",
            SCORED,
        ),
        column(
            "value_at_stake",
            Unit::Money,
            "revenue of the last 365 days, of suppliers the spend; null if the model has no value at stake",
            VALUED,
        ),
        column(
            "value_at_risk",
            Unit::Money,
            "the value at stake if the band is at risk or critical, else 0; null without a score or a value",
            AT_RISK,
        ),
        column("type", Unit::Text, "type of the stakeholder", &[]).words_of(&stakeholders::TYPE),
    ],
};

/// When a stakeholder is scored for a window: at the window's end, or at the as-of date if that is earlier.
fn scored_at(window: &Window) -> Micros {
    window.end.min(window.as_of)
}

/// The dates at which a stakeholder is scored for a window: the ends of the periods before it, ascending, then its own.
fn dates(window: &Window) -> Vec<Micros> {
    let at = scored_at(window);
    let periods = std::iter::successors(Some(window.period.previous()), |period| Some(period.previous()));
    let mut dates: Vec<Micros> = periods.map(|period| period.end).filter(|end| *end < at).take(EARLIER).collect();
    dates.reverse();
    dates.push(at);
    dates
}

/// The dates at which stakeholders are scored for all windows of a run, with what is known of all stakeholders at each.
pub struct Timeline(Vec<Moment>);

impl Timeline {
    /// Of these windows.
    pub fn new<'w>(canonical: &CanonicalTables, settings: &Settings, windows: impl IntoIterator<Item = &'w Window>) -> Timeline {
        let mut times: Vec<Micros> = windows.into_iter().flat_map(dates).collect();
        times.sort_unstable();
        times.dedup();
        Timeline(moments(canonical, settings, &times))
    }

    /// The index of a date.
    fn index(&self, at: Micros) -> usize {
        let index = self.0.binary_search_by_key(&at, |moment| moment.at);
        index.expect("the timeline has the dates of all windows of the run")
    }
}

/// Scores the stakeholder last read, each date at most once.
struct Scores<'a> {
    scorer: Scorer<'a>,
    timeline: &'a Timeline,
    /// By date of the timeline, where it was scored.
    known: Vec<Option<(Presence, Option<Score>)>>,
}

impl<'a> Scores<'a> {
    fn new(ctx: &Context<'a>, timeline: &'a Timeline) -> Scores<'a> {
        Scores {
            scorer: Scorer::new(ctx.canonical, ctx.settings),
            timeline,
            known: Vec::new(),
        }
    }

    fn read(&mut self, stakeholder: u32) {
        self.scorer.read(stakeholder);
        self.known.clear();
        self.known.resize(self.timeline.0.len(), None);
    }

    /// Whether the stakeholder is there at a date, and its score.
    fn at(&mut self, date: usize) -> (Presence, Option<Score>) {
        if let Some(known) = self.known[date] {
            return known;
        }
        let presence = self.scorer.at(&self.timeline.0[date]);
        let score = match presence {
            Presence::Here { model, .. } => Some(self.scorer.score(model)),
            Presence::Left | Presence::Unknown => None,
        };
        self.known[date] = Some((presence, score));
        (presence, score)
    }

    /// The score at a date; `None` if there is none.
    fn score(&mut self, date: usize) -> Option<f64> {
        self.at(date).1.and_then(|score| score.score)
    }

    /// The band at the last of some dates, by a model.
    fn band(&mut self, model: &Model, dates: &[usize]) -> Option<Band> {
        last_band(model, dates.len(), |at| self.score(dates[at]))
    }
}

/// Builds the scored stakeholders of a block: the periods are walked within each.
pub fn build(ctx: &Context, timeline: &Timeline, block: Range<u32>, out: &mut Frame) {
    let [score, coverage, previous_score] = ["score", "coverage", "previous_score"].map(|c| out.handle(c));
    let [is_healthy, is_at_risk, is_critical] = ["is_healthy", "is_at_risk", "is_critical"].map(|c| out.handle(c));
    let [got_worse, got_better] = ["got_worse", "got_better"].map(|c| out.handle(c));
    let [value_at_stake, value_at_risk, kind] = ["value_at_stake", "value_at_risk", "type"].map(|c| out.handle(c));
    let of_bands = [
        is_healthy,
        is_at_risk,
        is_critical,
        previous_score,
        got_worse,
        got_better,
        value_at_risk,
    ];
    let with_bands = of_bands.iter().any(|handle| handle.is_wanted());
    let with_value = value_at_stake.is_wanted() || value_at_risk.is_wanted();
    let dates_of: Vec<Vec<usize>> = ctx
        .windows
        .iter()
        .map(|window| dates(window).into_iter().map(|at| timeline.index(at)).collect())
        .collect();
    let mut scores = Scores::new(ctx, timeline);
    let types = Types::new(ctx.canonical);
    let records = out.origins.is_some().then(|| Records::new(ctx.canonical));
    for stakeholder in block.filter(|s| *s != ctx.canonical.nobody()) {
        let slice = ctx.slicing.of(stakeholder);
        if is_out(slice) {
            continue;
        }
        scores.read(stakeholder);
        let type_code = if kind.is_wanted() { types.of(stakeholder) } else { NO_CODE };
        for (index, dates) in dates_of.iter().enumerate() {
            let Some(&now) = dates.last() else { continue };
            let (Presence::Here { model, .. }, Some(found)) = scores.at(now) else {
                continue;
            };
            let moment = &timeline.0[now];
            out.begin_in(stakeholder, slice, index as u32);
            out.float(score, found.score.unwrap_or(f64::NAN));
            out.float(coverage, found.coverage);
            out.code(kind, type_code);
            let value = if with_value {
                scores.scorer.value_at_stake(model, moment)
            } else {
                None
            };
            out.total(value_at_stake, value);
            if with_bands {
                let model = &ctx.settings.health.all()[model];
                let earlier = &dates[..dates.len() - 1];
                let before = earlier.last().and_then(|date| scores.score(*date));
                out.float(previous_score, before.unwrap_or(f64::NAN));
                if let Some(band) = scores.band(model, dates) {
                    let risky = matches!(band, Band::AtRisk | Band::Critical);
                    out.flag(is_healthy, band == Band::Healthy);
                    out.flag(is_at_risk, risky);
                    out.flag(is_critical, band == Band::Critical);
                    out.total(value_at_risk, value.map(|value| if risky { value } else { 0 }));
                    if let Some(before) = scores.band(model, earlier) {
                        out.flag(got_worse, band > before);
                        out.flag(got_better, band < before);
                    }
                }
            }
            if let Some(records) = &records {
                let roster = scores.scorer.history().roster_row(moment.at);
                roster.iter().for_each(|row| out.origin(Table::Stakeholders, *row as usize));
                records.known(stakeholder, moment.at, |table, row| out.origin(table, row));
            }
        }
    }
}

/// The records that scores are made from, with the times at which each is known.
struct Records<'a>(Vec<(Table, &'a Rows, Vec<Values<'a, Micros>>)>);

impl<'a> Records<'a> {
    fn new(canonical: &'a CanonicalTables) -> Records<'a> {
        let columns = [
            [&interactions::OCCURRED_AT].as_slice(),
            &[&purchases::OCCURRED_AT],
            &[&surveys::SENT_AT, &surveys::RESPONDED_AT],
            &[&referrals::OCCURRED_AT],
            &[&supplies::ORDERED_AT, &supplies::RECEIVED_AT],
        ];
        let of = |columns: &[&crate::schema::Column]| {
            let table = columns.first()?.table;
            let rows = canonical.table(table)?;
            Some((table, rows, columns.iter().map(|column| rows.times(column)).collect()))
        };
        Records(columns.into_iter().filter_map(of).collect())
    }

    /// The records of a stakeholder that are known at a date.
    fn known(&self, stakeholder: u32, at: Micros, mut found: impl FnMut(Table, usize)) {
        for (table, rows, times) in &self.0 {
            for row in rows.run(stakeholder) {
                if times.iter().map(|times| times.at(row)).any(|time| time != NO_TIME && time < at) {
                    found(*table, row);
                }
            }
        }
    }
}
