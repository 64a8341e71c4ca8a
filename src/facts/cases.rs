//! `cases`: a ticket, or the messages of one case of one stakeholder.

use std::ops::Range;

use super::context::{Context, is_out};
use super::frame::Frame;
use super::log::{Direction, Reached};
use super::messaging::{Case, Cases};
use super::{column, known_at, lasting, undated};
use crate::canonical::Values;
use crate::period::{Clock, Zone};
use crate::schema::Input::Column;
use crate::schema::{
    Fact, FactSpec, Input, Micros, NO_CODE, NO_INT, NO_KEY, NO_TIME, Needs, Past, Shape, Table, TimesOfDay, Unit, interactions,
};

const RESPONSE: Needs = &[&[
    Column(&interactions::RESPONDED_AT),
    Column(&interactions::RESPONSE_MINUTES),
    Column(&interactions::IN_REPLY_TO),
    Column(&interactions::DIRECTION),
]];
const RESOLUTION: Needs = &[&[Column(&interactions::RESOLVED_AT), Column(&interactions::RESOLUTION_MINUTES)]];

const OPENING: TimesOfDay = TimesOfDay::Duration {
    from: &interactions::OCCURRED_AT,
    to: None,
    given: None,
};
const RESPONSE_HOURS: TimesOfDay = TimesOfDay::Duration {
    from: &interactions::OCCURRED_AT,
    to: Some(&interactions::RESPONDED_AT),
    given: Some(&interactions::RESPONSE_MINUTES),
};
const RESOLUTION_HOURS: TimesOfDay = TimesOfDay::Duration {
    from: &interactions::OCCURRED_AT,
    to: Some(&interactions::RESOLVED_AT),
    given: Some(&interactions::RESOLUTION_MINUTES),
};

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    fact: Fact::Cases,
    text: "a ticket, or the messages of one case of one stakeholder",
    shape: Shape::Event,
    rows: Some(Table::Interactions),
    tables: &[Table::Interactions],
    also_reads: &[],
    looks_back: false,
    recorded_at: &["opened_at", "asked_at"],
    columns: &[
        column(
            "opened_at",
            Unit::Time,
            "time of the ticket, or of the case's first message that is not automated",
            &[&[Input::Cases]],
        ),
        column(
            "opened_by",
            Unit::Text,
            "direction of that message; inbound for a ticket that does not say",
            &[],
        )
        .words_of(&interactions::DIRECTION),
        column("asked_at", Unit::Time, "time of the first inbound message", &[]),
        known_at(
            "responded_at",
            "responded_at",
            Unit::Time,
            "time of the first response that is not automated",
            RESPONSE,
        ),
        known_at(
            "responded_at",
            "response_hours",
            Unit::Hours,
            "hours from the first inbound message to the first response",
            RESPONSE,
        )
        .rests_on(RESPONSE_HOURS),
        known_at(
            "responded_at",
            "response_days",
            Unit::Days,
            "calendar days from the first inbound message to the first response",
            RESPONSE,
        ),
        known_at(
            "replied_at",
            "direct_reply_hours",
            Unit::Hours,
            "hours from the first inbound message to the first message that replies to it",
            &[&[Column(&interactions::IN_REPLY_TO)]],
        )
        .rests_on(OPENING),
        known_at(
            "replied_at",
            "replied_at",
            Unit::Time,
            "time of the first message that replies to the first inbound one",
            &[&[Column(&interactions::IN_REPLY_TO)]],
        ),
        known_at("responded_at", "answered", Unit::Bool, "has a response", RESPONSE),
        known_at("resolved_at", "resolved_at", Unit::Time, "time of the last resolution", RESOLUTION),
        known_at(
            "resolved_at",
            "resolution_hours",
            Unit::Hours,
            "hours from opening to the last resolution",
            RESOLUTION,
        )
        .rests_on(RESOLUTION_HOURS),
        known_at(
            "resolved_at",
            "resolution_days",
            Unit::Days,
            "calendar days from opening to the last resolution",
            RESOLUTION,
        ),
        known_at(
            "resolved_at",
            "resolved",
            Unit::Bool,
            "has a resolution, or a status that says closed and no time of it",
            RESOLUTION,
        ),
        lasting(
            "asked_at",
            "waiting_hours",
            Unit::Hours,
            "hours from the first inbound message to as-of: how long an unanswered case is known to wait",
            &[],
        )
        .rests_on(OPENING),
        lasting(
            "asked_at",
            "waiting_days",
            Unit::Days,
            "calendar days from the first inbound message to as-of",
            &[],
        ),
        lasting(
            "opened_at",
            "open_hours",
            Unit::Hours,
            "hours from opening to as-of: how long an unresolved case is known to be open",
            &[],
        )
        .rests_on(OPENING),
        lasting("opened_at", "open_days", Unit::Days, "calendar days from opening to as-of", &[]),
        column(
            "age_hours",
            Unit::Hours,
            "hours from opening to the end of the period, for stocks",
            &[],
        )
        .rests_on(OPENING),
        column(
            "age_days",
            Unit::Days,
            "calendar days from opening to the end of the period, for stocks",
            &[],
        ),
        column(
            "response_due_at",
            Unit::Time,
            "when the first response is due: the row's, else the first inbound message plus the target",
            &[&[Column(&interactions::RESPONSE_DUE_AT), Input::FirstResponseTarget]],
        )
        .rests_on(TimesOfDay::Deadline {
            due: &interactions::RESPONSE_DUE_AT,
            from: &interactions::OCCURRED_AT,
            to: &interactions::RESPONDED_AT,
            given: &interactions::RESPONSE_MINUTES,
        }),
        column(
            "due_at",
            Unit::Time,
            "when the resolution is due: the row's, else opening plus the target",
            &[&[Column(&interactions::DUE_AT), Input::ResolutionTarget]],
        )
        .rests_on(TimesOfDay::Deadline {
            due: &interactions::DUE_AT,
            from: &interactions::OCCURRED_AT,
            to: &interactions::RESOLVED_AT,
            given: &interactions::RESOLUTION_MINUTES,
        }),
        undated(
            "reopens",
            Unit::Count,
            "how often the case was reopened",
            &[&[Column(&interactions::REOPENS)]],
        ),
        column("kind", Unit::Text, "kind of the case", &[&[Column(&interactions::KIND)]]),
        column(
            "channel",
            Unit::Text,
            "channel of the first message",
            &[&[Column(&interactions::CHANNEL)]],
        ),
        column("owner", Unit::Text, "owner of the case", &[&[Column(&interactions::OWNER)]]),
        column("status", Unit::Text, "status of the case", &[&[Column(&interactions::STATUS)]]),
        undated(
            "outbound_messages",
            Unit::Count,
            "outbound messages of the case; null for a ticket, which does not say",
            &[&[Column(&interactions::IN_REPLY_TO), Column(&interactions::DIRECTION)]],
        ),
        undated(
            "messages",
            Unit::Count,
            "messages of the case",
            &[&[Column(&interactions::IN_REPLY_TO), Column(&interactions::DIRECTION)]],
        ),
        column(
            "days_since_previous_complaint",
            Unit::Days,
            "days since the stakeholder's previous complaint, for complaints",
            &[&[Column(&interactions::KIND)]],
        )
        .depends_on(Past::PreviousComplaint),
        column("cost", Unit::Money, "cost of handling the case", &[&[Column(&interactions::COST)]]),
        column("case_id", Unit::Key, "the case's id", &[&[Column(&interactions::CASE_ID)]]),
        column(
            "in_reply_to",
            Unit::Key,
            "the message that the case's first message replies to",
            &[&[Column(&interactions::IN_REPLY_TO)]],
        ),
    ],
};

/// Durations between two times: in hours by the run's clock, and in calendar days.
pub struct Meter<'a> {
    clock: &'a Clock,
    zone: &'a Zone,
}

impl<'a> Meter<'a> {
    /// By the clock of a run.
    pub fn new(ctx: &Context<'a>) -> Meter<'a> {
        Meter {
            clock: &ctx.settings.clock,
            zone: &ctx.canonical.zone,
        }
    }

    /// Hours; [`NO_INT`] where a time is absent or a date, and where the second comes before the first.
    fn between(&self, from: Micros, to: Micros, by_day: bool) -> i64 {
        if by_day || from == NO_TIME || to == NO_TIME || to < from {
            return NO_INT;
        }
        self.clock.between(from, to)
    }

    /// The same; minutes that the row gives are taken as they are.
    fn until(&self, from: Micros, reached: Reached, by_day: bool) -> i64 {
        if reached.is_given && from != NO_TIME {
            let span = reached.at.saturating_sub(from);
            if span < 0 { NO_INT } else { span }
        } else {
            self.between(from, reached.at, by_day)
        }
    }

    /// Calendar days; [`NO_INT`] where a time is absent, and where the second comes before the first.
    fn days(&self, from: Micros, to: Micros, by_day: bool) -> i64 {
        if from == NO_TIME || to == NO_TIME || (!by_day && to < from) {
            return NO_INT;
        }
        let days = i64::from(self.zone.day_of(to) - self.zone.day_of(from));
        if days < 0 { NO_INT } else { days }
    }

    /// When something is due: what the row says, else a target after a time.
    pub fn due(&self, given: Micros, from: Micros, target: Option<i64>) -> Micros {
        match target {
            Some(target) if given == NO_TIME => self.clock.add(from, target),
            _ => given,
        }
    }
}

/// Builds the cases of the stakeholders of a block. `age_hours` and `age_days` stay empty: they depend on the period, so the engine fills them.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(mut reader) = Cases::new(ctx) else { return };
    let Some(rows) = ctx.canonical.table(Table::Interactions) else {
        return;
    };
    let meter = Meter::new(ctx);
    let [opened_at, opened_by, asked_at, kind] = ["opened_at", "opened_by", "asked_at", "kind"].map(|c| out.handle(c));
    let [responded_at, response, answered, waiting] =
        ["responded_at", "response_hours", "answered", "waiting_hours"].map(|c| out.handle(c));
    let [resolved_at, resolution, resolved, open] = ["resolved_at", "resolution_hours", "resolved", "open_hours"].map(|c| out.handle(c));
    let [response_days, waiting_days, resolution_days, open_days] =
        ["response_days", "waiting_days", "resolution_days", "open_days"].map(|c| out.handle(c));
    let [replied_at, reply] = ["replied_at", "direct_reply_hours"].map(|c| out.handle(c));
    let [response_due, due, reopens] = ["response_due_at", "due_at", "reopens"].map(|c| out.handle(c));
    let [messages, outbound, cost] = ["messages", "outbound_messages", "cost"].map(|c| out.handle(c));
    let [channel, owner, status] =
        [&interactions::CHANNEL, &interactions::OWNER, &interactions::STATUS].map(|c| (out.handle(c.name), rows.codes(c)));
    let [case_id, in_reply_to] = [&interactions::CASE_ID, &interactions::IN_REPLY_TO].map(|c| (out.handle(c.name), rows.keys(c)));
    let since = out.handle("days_since_previous_complaint");
    let (response_dues, dues) = (rows.times(&interactions::RESPONSE_DUE_AT), rows.times(&interactions::DUE_AT));
    let (reopen_counts, costs) = (rows.floats(&interactions::REOPENS), rows.ints(&interactions::COST));
    for stakeholder in block {
        reader.of(stakeholder);
        let mut last_complaint: Option<i32> = None;
        for case in reader.last() {
            let mut since_previous = NO_INT;
            if case.is_complaint && since.is_wanted() && stakeholder != ctx.canonical.nobody() {
                // Of all complaints, whatever `--where` leaves out.
                let day = meter.zone.day_of(case.opened_at);
                since_previous = last_complaint.replace(day).map_or(NO_INT, |last| i64::from(day - last));
            }
            let row = case.row as usize;
            let slice = ctx.slicing.of_row(row, stakeholder);
            if is_out(slice) {
                continue;
            }
            let traits = reader.log.traits(row);
            out.begin(
                if stakeholder == ctx.canonical.nobody() {
                    NO_CODE
                } else {
                    stakeholder
                },
                slice,
                rows.source_of(row),
            );
            out.int(opened_at, case.opened_at);
            out.code(opened_by, reader.log.word(case.opened_by));
            out.int(asked_at, case.asked_at);
            out.code(kind, case.kind);
            out.int(since, since_previous);

            // A source that never tells of a response leaves the case unknown, not unanswered; of a resolution likewise.
            if traits.tells_response {
                let by_day = traits.response_by_day;
                out.flag(answered, case.response.is_there());
                out.int(responded_at, case.response.at);
                if response.is_wanted() {
                    out.int(response, meter.until(case.asked_at, case.response, by_day));
                }
                if response_days.is_wanted() {
                    out.int(response_days, meter.days(case.asked_at, case.response.at, by_day));
                }
                if waiting.is_wanted() {
                    out.int(waiting, meter.between(case.asked_at, ctx.canonical.as_of, traits.opened_by_day));
                }
                if waiting_days.is_wanted() {
                    out.int(waiting_days, meter.days(case.asked_at, ctx.canonical.as_of, traits.opened_by_day));
                }
            }
            if traits.tells_resolution {
                let by_day = traits.resolution_by_day;
                out.flag(resolved, case.is_over);
                out.int(resolved_at, case.resolution.at);
                if resolution.is_wanted() {
                    out.int(resolution, meter.until(case.opened_at, case.resolution, by_day));
                }
                if resolution_days.is_wanted() {
                    out.int(resolution_days, meter.days(case.opened_at, case.resolution.at, by_day));
                }
                if open.is_wanted() {
                    out.int(open, meter.between(case.opened_at, ctx.canonical.as_of, traits.opened_by_day));
                }
                if open_days.is_wanted() {
                    out.int(open_days, meter.days(case.opened_at, ctx.canonical.as_of, traits.opened_by_day));
                }
            }
            if response_due.is_wanted() {
                let given = first(&reader, case, |row| response_dues.at(row), NO_TIME);
                let target = ctx.settings.first_response.filter(|_| !traits.response_by_day);
                out.int(response_due, meter.due(given, case.asked_at, target));
            }
            if due.is_wanted() {
                let given = first(&reader, case, |row| dues.at(row), NO_TIME);
                let target = ctx.settings.resolution.filter(|_| !traits.resolution_by_day);
                out.int(due, meter.due(given, case.opened_at, target));
            }
            if !case.is_ticket {
                out.int(messages, i64::from(case.messages));
                out.int(outbound, i64::from(case.outbound));
                if reply.is_wanted() || replied_at.is_wanted() {
                    let at = direct_reply(&reader, case, rows.keys(&interactions::INTERACTION_ID), in_reply_to.1);
                    out.int(replied_at, at);
                    out.int(reply, meter.between(case.asked_at, at, traits.opened_by_day));
                }
            }
            if reopens.is_wanted() {
                let count = first(&reader, case, |row| rounded(reopen_counts.at(row)), NO_INT);
                out.int(reopens, count);
            }
            if cost.is_wanted() {
                let known = reader.rows_of(case).map(|row| costs.at(row)).filter(|&c| c != NO_INT);
                out.int(cost, known.reduce(|sum, c| sum + c).unwrap_or(NO_INT));
            }
            out.code(channel.0, channel.1.at(row));
            for (handle, codes) in [owner, status].into_iter().filter(|(handle, _)| handle.is_wanted()) {
                out.code(handle, first(&reader, case, |row| codes.at(row), NO_CODE));
            }
            out.key(case_id.0, case_id.1.at(row));
            out.key(in_reply_to.0, in_reply_to.1.at(row));
            if out.origins.is_some() {
                reader.rows_of(case).for_each(|row| out.origin(Table::Interactions, row));
            }
        }
    }
}

/// What the ticket, or the case's first message, says; else what the next one that is not automated does.
fn first<T: PartialEq + Copy>(reader: &Cases, case: &Case, value: impl Fn(usize) -> T, null: T) -> T {
    let own = value(case.row as usize);
    if own != null || case.is_ticket {
        return own;
    }
    reader
        .rows_of(case)
        .filter(|&row| !reader.log.is_automated(row))
        .map(value)
        .find(|v| *v != null)
        .unwrap_or(null)
}

/// When the first of our messages that answers the case's first inbound one was sent.
fn direct_reply(reader: &Cases, case: &Case, ids: Values<u64>, replies: Values<u64>) -> Micros {
    let asked = ids.at(case.asked_row as usize);
    if case.asked_at == NO_TIME || asked == NO_KEY {
        return NO_TIME;
    }
    let log = &reader.log;
    let answer = |&row: &usize| replies.at(row) == asked && log.direction(row) == Direction::Outbound && !log.is_automated(row);
    reader.rows_of(case).find(answer).map_or(NO_TIME, |row| log.at(row))
}

fn rounded(count: f64) -> i64 {
    if count.is_nan() { NO_INT } else { count.round() as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::CanonicalTables;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::facts::context::{Settings, Slicing};
    use crate::facts::fixture::built;
    use crate::period::BusinessHours;
    use crate::schema::HOUR;

    fn canonical(rowed: Rowed, text: &str) -> CanonicalTables {
        Fixture::new("2026-02-01").table(Table::Interactions, rowed, text).build(false)
    }

    fn plain(canonical: &CanonicalTables, columns: &str) -> Vec<String> {
        built(&SPEC, canonical, &Settings::default(), &Slicing::default(), columns)
    }

    fn office() -> Settings {
        let week = ["mon", "tue", "wed", "thu", "fri"].map(|day| (day, "09:00-17:00"));
        Settings {
            clock: Clock::from(BusinessHours::new(Zone::utc(), week, []).unwrap()),
            ..Settings::default()
        }
    }

    #[test]
    fn a_ticket_is_a_case_of_its_own() {
        let canonical = canonical(
            Rowed::Tickets,
            "stakeholder_id,occurred_at,direction,kind,responded_at,resolved_at,reopens,channel,cost,automated
            ann,2026-01-05T10:00,,question,2026-01-05T12:30,2026-01-06T10:00,1,mail,2.5,
            ann,2026-01-06T10:00,inbound,,,,,,,false
            ann,2026-01-07T10:00,outbound,other,2026-01-07T11:00,,,,,
            bob,2026-01-08T10:00,,complaint,,2026-01-08T10:00,,,,
            bob,2026-01-08T11:00,,incident,2026-01-08T11:00,,,,,true
            bob,2026-01-08T12:00,,meeting,2026-01-08T13:00,,,,,
            bob,2026-01-08T13:00,,follow_up,,,,,,",
        );
        assert_eq!(
            plain(&canonical, "opened_at opened_by asked_at kind responded_at response_hours answered"),
            [
                "ann: 2026-01-05T10:00 inbound 2026-01-05T10:00 question 2026-01-05T12:30 2.5 yes",
                "ann: 2026-01-06T10:00 inbound 2026-01-06T10:00 - - - no",
                "ann: 2026-01-07T10:00 outbound - other 2026-01-07T11:00 - yes",
                "bob: 2026-01-08T10:00 inbound 2026-01-08T10:00 complaint - - no",
            ]
        );
        assert_eq!(
            plain(
                &canonical,
                "resolved_at resolution_hours resolved waiting_hours open_hours age_hours reopens channel cost messages outbound_messages"
            ),
            [
                "ann: 2026-01-06T10:00 24 yes 638 638 - 1 mail 2.5 - -",
                "ann: - - no 614 614 - - - - - -",
                "ann: - - no - 590 - - - - - -",
                "bob: 2026-01-08T10:00 0 yes 566 566 - - - - - -",
            ]
        );
    }

    #[test]
    fn interactions_of_other_sources_are_no_cases() {
        let canonical = canonical(Rowed::Plain, "stakeholder_id,occurred_at,kind\nann,2026-01-05T10:00,question");
        assert_eq!(plain(&canonical, "opened_at"), [""; 0]);
    }

    #[test]
    fn a_duration_that_runs_backwards_is_void_and_the_case_stays_answered() {
        let canonical = canonical(
            Rowed::Tickets,
            "stakeholder_id,occurred_at,responded_at,response_minutes,resolved_at
            ann,2026-01-05T10:00,2026-01-05T09:00,,2026-01-04T10:00
            ann,2026-01-05T11:00,,-5,
            ann,2026-02-02T10:00,,,",
        );
        let expected = [
            "ann: - yes 2026-01-05T09:00 - yes 638",
            "ann: - yes 2026-01-05T10:55 - no 637",
            "ann: - no - - no -",
        ];
        assert_eq!(
            plain(
                &canonical,
                "response_hours answered responded_at resolution_hours resolved waiting_hours"
            ),
            expected
        );
        // Saturday night holds no open time in either direction, but backwards is still backwards.
        let closed = Fixture::new("2026-02-01").table(
            Table::Interactions,
            Rowed::Tickets,
            "stakeholder_id,occurred_at,responded_at\nann,2026-01-10T23:00,2026-01-10T22:00\nann,2026-01-10T23:00,2026-01-10T23:30",
        );
        assert_eq!(
            built(&SPEC, &closed.build(false), &office(), &Slicing::default(), "response_hours"),
            ["ann: -", "ann: 0"]
        );
    }

    #[test]
    fn minutes_are_taken_as_given_and_business_hours_measure_times() {
        let text = "stakeholder_id,occurred_at,responded_at,response_minutes,resolution_minutes
            ann,2026-01-09T16:00,2026-01-12T10:00,,
            ann,2026-01-09T16:30,,90,4320
            ann,2026-01-10T12:00,2026-01-12T09:30,1,";
        let canonical = canonical(Rowed::Tickets, text);
        let columns = "responded_at response_hours resolved_at resolution_hours";
        let given = "ann: 2026-01-09T18:00 1.5 2026-01-12T16:30 72";
        assert_eq!(
            plain(&canonical, columns),
            ["ann: 2026-01-12T10:00 66 - -", given, "ann: 2026-01-12T09:30 45.5 - -"]
        );
        let open = built(&SPEC, &canonical, &office(), &Slicing::default(), columns);
        assert_eq!(open, ["ann: 2026-01-12T10:00 2 - -", given, "ann: 2026-01-12T09:30 0.5 - -"]);
        // 15 working days from Monday 2026-01-12 to Friday 30, and the hour and the half hour of Friday 9.
        let waiting = built(&SPEC, &canonical, &office(), &Slicing::default(), "waiting_hours open_hours");
        assert_eq!(waiting, ["ann: 121 121", "ann: 120.5 120.5", "ann: 120 120"]);
    }

    #[test]
    fn from_or_to_a_date_only_days_are_known() {
        let text = "stakeholder_id,occurred_at,responded_at,resolved_at
            ann,2026-01-05T15:00,2026-01-05,2026-01-05T18:00
            ann,2026-01-06T15:00,2026-01-08,2026-01-05T18:00
            ann,2026-01-09T15:00,2026-01-08,";
        let canonical = Fixture::new("2026-02-01T06:00")
            .dates(Table::Interactions, "responded_at")
            .table(Table::Interactions, Rowed::Tickets, text)
            .build(false);
        let expected = ["ann: - 0 yes 639 3 0 639", "ann: - 2 yes 615 - - 615", "ann: - - yes 543 - - 543"];
        let columns = "response_hours response_days answered waiting_hours resolution_hours resolution_days open_hours";
        assert_eq!(plain(&canonical, columns), expected);
        let berlin = Fixture::new("2026-04-10")
            .zone("Europe/Berlin")
            .dates(Table::Interactions, "occurred_at")
            .table(
                Table::Interactions,
                Rowed::Tickets,
                "stakeholder_id,occurred_at,responded_at,resolved_at\nann,2026-03-28,2026-03-30T01:00,",
            );
        // From 28 March to 10 April, when the clocks of Berlin have gone forward, are 13 days.
        let columns = "response_hours response_days waiting_hours waiting_days open_hours open_days";
        assert_eq!(plain(&berlin.build(false), columns), ["ann: - 2 - 13 - 13"]);
    }

    #[test]
    fn minutes_that_are_given_need_no_times_of_day() {
        let text = "stakeholder_id,occurred_at,responded_at,response_minutes,resolution_minutes
            ann,2026-01-05,2026-01-06,90,120
            ann,2026-01-05,2026-01-06,,";
        let canonical = Fixture::new("2026-02-01")
            .dates(Table::Interactions, "occurred_at")
            .dates(Table::Interactions, "responded_at")
            .table(Table::Interactions, Rowed::Tickets, text)
            .build(false);
        // Where a row has both, the minutes say more than two dates.
        assert_eq!(
            plain(&canonical, "response_hours answered resolution_hours resolved"),
            ["ann: 1.5 yes 2 yes", "ann: - yes - no"]
        );
    }

    #[test]
    fn due_times_are_the_rows_or_a_target_after_opening() {
        let text = "stakeholder_id,occurred_at,direction,response_due_at,due_at
            ann,2026-01-09T16:00,,,
            ann,2026-01-09T16:30,outbound,,
            ann,2026-01-09T16:45,,2026-01-09T18:00,2026-01-20T12:00";
        let canonical = canonical(Rowed::Tickets, text);
        assert_eq!(
            plain(&canonical, "response_due_at due_at"),
            ["ann: - -", "ann: - -", "ann: 2026-01-09T18:00 2026-01-20T12:00"]
        );
        let settings = Settings {
            first_response: Some(4 * HOUR),
            resolution: Some(8 * HOUR),
            ..office()
        };
        assert_eq!(
            built(&SPEC, &canonical, &settings, &Slicing::default(), "response_due_at due_at"),
            [
                "ann: 2026-01-12T12:00 2026-01-12T16:00",
                "ann: - 2026-01-12T16:30",
                "ann: 2026-01-09T18:00 2026-01-20T12:00"
            ]
        );
    }

    #[test]
    fn the_messages_of_a_chain_are_a_case_of_each_stakeholder() {
        let canonical = canonical(
            Rowed::Messages,
            "stakeholder_id,occurred_at,interaction_id,in_reply_to,direction,automated,kind,channel,owner,resolved_at,cost
            ann,2026-01-05T10:00,1,,inbound,,question,mail,,,1
            ,2026-01-05T10:01,2,1,outbound,true,,mail,robot,,
            ,2026-01-05T12:00,3,2,outbound,,,chat,eve,2026-01-05T12:00,2
            bob,2026-01-05T12:30,4,3,inbound,,,chat,,,
            ,2026-01-05T13:00,5,1,outbound,,,mail,max,2026-01-05T15:00,
            ann,2026-01-05T14:00,6,5,inbound,,complaint,mail,,,
            ,2026-01-05T18:30,7,4,outbound,,,chat,max,,",
        );
        assert_eq!(
            plain(
                &canonical,
                "opened_by asked_at responded_at response_hours replied_at direct_reply_hours messages outbound_messages"
            ),
            [
                "ann: inbound 2026-01-05T10:00 2026-01-05T12:00 2 2026-01-05T13:00 3 5 3",
                "bob: inbound 2026-01-05T12:30 2026-01-05T18:30 6 2026-01-05T18:30 6 2 1",
            ]
        );
        assert_eq!(
            plain(&canonical, "resolved_at resolution_hours kind channel owner cost"),
            ["ann: 2026-01-05T15:00 5 complaint mail eve 3", "bob: - - - chat max -"]
        );
    }

    #[test]
    fn a_case_that_we_open_is_answered_after_the_first_question() {
        let canonical = canonical(
            Rowed::Messages,
            "stakeholder_id,occurred_at,case_id,direction,automated
            ann,2026-01-05T10:00,A,outbound,
            ann,2026-01-05T11:00,A,outbound,
            ann,2026-01-05T12:00,A,inbound,
            ann,2026-01-05T12:30,A,internal,
            ann,2026-01-05T13:00,A,outbound,true
            ann,2026-01-05T14:00,A,outbound,
            ann,2026-01-06T10:00,B,outbound,
            ann,2026-01-07T10:00,C,outbound,true
            ann,2026-01-07T11:00,C,outbound,true
            ann,2026-01-08T11:00,,inbound,
            ann,2026-01-08T11:00,,inbound,",
        );
        assert_eq!(
            plain(
                &canonical,
                "opened_at opened_by asked_at response_hours answered waiting_hours messages outbound_messages"
            ),
            [
                "ann: 2026-01-05T10:00 outbound 2026-01-05T12:00 2 yes 636 6 4",
                "ann: 2026-01-06T10:00 outbound - - no - 1 1",
                "ann: 2026-01-08T11:00 inbound 2026-01-08T11:00 - no 565 1 0",
                "ann: 2026-01-08T11:00 inbound 2026-01-08T11:00 - no 565 1 0",
            ]
        );
    }

    #[test]
    fn a_meeting_filed_in_a_case_is_no_message_of_it() {
        let text = "stakeholder_id,occurred_at,case_id,direction,kind
            ann,2026-01-05T10:00,A,inbound,
            ann,2026-01-05T11:00,A,outbound,meeting
            ann,2026-01-05T12:00,A,outbound,other
            ann,2026-01-05T12:00,B,,event";
        assert_eq!(
            plain(&canonical(Rowed::Messages, text), "response_hours messages kind"),
            ["ann: 2 2 other"]
        );
    }

    #[test]
    fn of_one_instant_a_question_comes_before_its_answer() {
        let text = "stakeholder_id,occurred_at,interaction_id,in_reply_to,direction,channel
            ann,2026-01-05,2,1,outbound,a
            ann,2026-01-05,1,,inbound,b
            bob,2026-01-05,3,,outbound,b
            bob,2026-01-05,4,3,inbound,c
            bob,2026-01-05,5,4,outbound,a";
        for reversed in [false, true] {
            let canonical =
                Fixture::new("2026-02-01")
                    .dates(Table::Interactions, "occurred_at")
                    .table(Table::Interactions, Rowed::Messages, text);
            let found = plain(&canonical.build(reversed), "opened_by response_days direct_reply_hours channel");
            assert_eq!(found, ["ann: inbound 0 - b", "bob: outbound 0 - b"]);
        }
    }

    #[test]
    fn many_cases_of_one_stakeholder_are_told_apart() {
        let mut text = String::from("stakeholder_id,occurred_at,case_id,direction\n");
        for i in 0..100 {
            text.push_str(&format!(
                "ann,2026-01-05T{:02}:{:02},{},{}\n",
                i / 60,
                i % 60,
                i % 50,
                if i < 50 { "inbound" } else { "outbound" }
            ));
        }
        let found = plain(&canonical(Rowed::Messages, &text), "response_hours messages");
        assert_eq!(found, vec![format!("ann: {} 2", 50.0 / 60.0); 50]);
    }

    #[test]
    fn complaints_count_from_the_one_before_whatever_the_slice() {
        let canonical = canonical(
            Rowed::Tickets,
            "stakeholder_id,occurred_at,kind
            ann,2026-01-05T23:00,complaint
            ann,2026-01-06T01:00,complaint
            ann,2026-01-07T01:00,question
            ann,2026-01-10T01:00,complaint
            ann,2026-01-10T09:00,complaint
            bob,2026-01-11T01:00,complaint",
        );
        let column = "days_since_previous_complaint";
        assert_eq!(
            plain(&canonical, column),
            ["ann: -", "ann: 1", "ann: -", "ann: 4", "ann: 0", "bob: -"]
        );
        let slicing = Slicing {
            rows: Some(vec![0, NO_CODE, 0, 3, 0, NO_CODE]),
            stakeholders: None,
        };
        let found = built(&SPEC, &canonical, &Settings::default(), &slicing, column);
        assert_eq!(found, ["ann: -", "ann: -", "ann/3: 4", "ann: 0"]);
    }

    #[test]
    fn what_a_source_never_tells_is_unknown() {
        let canonical = Fixture::new("2026-02-01")
            .table(
                Table::Interactions,
                Rowed::Tickets,
                "stakeholder_id,occurred_at,responded_at\nann,2026-01-05T10:00,",
            )
            .table(
                Table::Interactions,
                Rowed::Tickets,
                "stakeholder_id,occurred_at,resolution_minutes\nann,2026-01-05T11:00,60",
            )
            .table(
                Table::Interactions,
                Rowed::Messages,
                "stakeholder_id,occurred_at,case_id\nann,2026-01-05T12:00,A",
            )
            .build(false);
        let expected = ["ann: inbound no 638 - -", "ann: inbound - - yes 637", "ann: inbound - - - -"];
        assert_eq!(plain(&canonical, "opened_by answered waiting_hours resolved open_hours"), expected);
    }

    #[test]
    fn every_row_of_a_case_is_named_as_its_origin() {
        let text = "stakeholder_id,occurred_at,case_id,direction\nann,2026-01-05T10:00,A,inbound\nann,2026-01-05T11:00,B,inbound\nann,2026-01-05T12:00,A,outbound";
        let canonical = canonical(Rowed::Messages, text);
        let (settings, slicing) = (Settings::default(), Slicing::default());
        let context = Context {
            canonical: &canonical,
            settings: &settings,
            slicing: &slicing,
            windows: &[],
        };
        let mut out = Frame::new(&SPEC, &|_| true, true);
        build(&context, 0..2, &mut out);
        let rows = |i: usize| out.origins.as_ref().unwrap()[i].iter().map(|(_, row)| *row).collect::<Vec<_>>();
        assert_eq!((out.len(), rows(0), rows(1)), (2, vec![0, 2], vec![1]));
    }
}
