//! `cases`: a ticket, or the messages of one case of one stakeholder.

use std::ops::Range;

use super::context::{Context, is_out};
use super::frame::Frame;
use super::messaging::{Case, Cases, Direction, Reached};
use super::{Needs, column, known_at, undated};
use crate::canon::Column;
use crate::period::{Clock, Zone};
use crate::schema::{DAY, FactSpec, Micros, NO_CODE, NO_INT, NO_KEY, NO_TIME, Shape, Table, Unit};

const RESPONSE: Needs = &[&["interactions.responded_at", "interactions.response_minutes", "interactions.in_reply_to", "interactions.direction"]];
const RESOLUTION: Needs = &[&["interactions.resolved_at", "interactions.resolution_minutes"]];

/// The fact's description.
pub static SPEC: FactSpec = FactSpec {
    name: "cases",
    text: "a ticket, or the messages of one case of one stakeholder",
    shape: Shape::Event,
    rows: Some(Table::Interactions),
    tables: &[Table::Interactions],
    looks_back: false,
    columns: &[
        column("opened_at", Unit::Time, "time of the ticket, or of the case's first message", &[]),
        column("opened_by", Unit::Text, "direction of the first message; inbound for a ticket that does not say", &[]),
        column("asked_at", Unit::Time, "time of the first inbound message", &[]),
        known_at("responded_at", "responded_at", Unit::Time, "time of the first response that is not automated", RESPONSE),
        known_at("responded_at", "response_hours", Unit::Hours, "hours from the first inbound message to the first response", RESPONSE),
        known_at("replied_at", "direct_reply_hours", Unit::Hours, "hours from the first inbound message to the first message that replies to it", &[&["interactions.in_reply_to"]]),
        known_at("replied_at", "replied_at", Unit::Time, "time of the first message that replies to the first inbound one", &[&["interactions.in_reply_to"]]),
        known_at("responded_at", "answered", Unit::Bool, "has a response", RESPONSE),
        known_at("resolved_at", "resolved_at", Unit::Time, "time of the last resolution", RESOLUTION),
        known_at("resolved_at", "resolution_hours", Unit::Hours, "hours from opening to the last resolution", RESOLUTION),
        known_at("resolved_at", "resolved", Unit::Bool, "has a resolution", RESOLUTION),
        column("waiting_hours", Unit::Hours, "hours from the first inbound message to as-of: how long an unanswered case is known to wait", &[]),
        column("open_hours", Unit::Hours, "hours from opening to as-of: how long an unresolved case is known to be open", &[]),
        column("age_hours", Unit::Hours, "hours from opening to the end of the period, for stocks", &[]),
        column("response_due_at", Unit::Time, "when the first response is due: the row's, else the first inbound message plus the target", &[&["interactions.response_due_at", "targets.first_response_hours"]]),
        column("due_at", Unit::Time, "when the resolution is due: the row's, else opening plus the target", &[&["interactions.due_at", "targets.resolution_hours"]]),
        undated("reopens", Unit::Count, "how often the case was reopened", &[&["interactions.reopens"]]),
        column("kind", Unit::Text, "kind of the case", &[]),
        column("channel", Unit::Text, "channel of the first message", &[&["interactions.channel"]]),
        column("owner", Unit::Text, "owner of the case", &[&["interactions.owner"]]),
        column("status", Unit::Text, "status of the case", &[&["interactions.status"]]),
        undated("outbound_messages", Unit::Count, "outbound messages of the case; null for a ticket, which does not say", &[&["interactions.in_reply_to", "interactions.direction"]]),
        undated("messages", Unit::Count, "messages of the case", &[&["interactions.in_reply_to", "interactions.direction"]]),
        column("days_since_previous_complaint", Unit::Days, "days since the stakeholder's previous complaint, for complaints", &[&["interactions.kind"]]),
        column("cost", Unit::Money, "cost of handling the case", &[&["interactions.cost"]]),
        column("case_id", Unit::Key, "the case's id", &[&["interactions.case_id"]]),
        column("in_reply_to", Unit::Key, "the message that the case's first message replies to", &[&["interactions.in_reply_to"]]),
    ],
};

/// Durations between two times: by the run's clock; in whole days where one of the two is a date.
struct Meter<'a> {
    clock: &'a Clock,
    zone: &'a Zone,
}

impl Meter<'_> {
    /// [`NO_INT`] where a time is absent or the second comes before the first.
    fn between(&self, from: Micros, to: Micros, by_date: bool) -> i64 {
        if from == NO_TIME || to == NO_TIME {
            return NO_INT;
        }
        let span = if by_date {
            i64::from(self.zone.day_of(to) - self.zone.day_of(from)) * DAY
        } else if to < from {
            return NO_INT;
        } else {
            self.clock.between(from, to)
        };
        if span < 0 { NO_INT } else { span }
    }

    /// The same; minutes that the row gives are taken as they are.
    fn until(&self, from: Micros, reached: Reached, by_date: bool) -> i64 {
        if reached.is_given && from != NO_TIME {
            let span = reached.at.saturating_sub(from);
            if span < 0 { NO_INT } else { span }
        } else {
            self.between(from, reached.at, by_date)
        }
    }

    /// When something is due: what the row says, else a target after a time.
    fn due(&self, given: Micros, from: Micros, target: Option<i64>) -> Micros {
        match target {
            Some(target) if given == NO_TIME => self.clock.add(from, target),
            _ => given,
        }
    }
}

/// Builds the cases of the stakeholders of a block. `age_hours` stays empty: it depends on the period, so the engine fills it.
pub fn build(ctx: &Context, block: Range<u32>, out: &mut Frame) {
    let Some(mut reader) = Cases::new(ctx) else { return };
    let Some(rows) = ctx.canon.table(Table::Interactions) else { return };
    let meter = Meter { clock: &ctx.settings.clock, zone: &ctx.canon.zone };
    let [opened_at, opened_by, asked_at, kind] = ["opened_at", "opened_by", "asked_at", "kind"].map(|c| out.handle(c));
    let [responded_at, response, answered, waiting] = ["responded_at", "response_hours", "answered", "waiting_hours"].map(|c| out.handle(c));
    let [resolved_at, resolution, resolved, open] = ["resolved_at", "resolution_hours", "resolved", "open_hours"].map(|c| out.handle(c));
    let [replied_at, reply] = ["replied_at", "direct_reply_hours"].map(|c| out.handle(c));
    let [response_due, due, reopens] = ["response_due_at", "due_at", "reopens"].map(|c| out.handle(c));
    let [messages, outbound, cost] = ["messages", "outbound_messages", "cost"].map(|c| out.handle(c));
    let [channel, owner, status] = ["channel", "owner", "status"].map(|c| (out.handle(c), rows.codes(c)));
    let [case_id, in_reply_to] = ["case_id", "in_reply_to"].map(|c| (out.handle(c), rows.keys(c)));
    let since = out.handle("days_since_previous_complaint");
    let (response_dues, dues) = (rows.times("response_due_at"), rows.times("due_at"));
    let (reopen_counts, costs) = (rows.floats("reopens"), rows.ints("cost"));
    let [dated, response_dated, resolution_dated] = ["occurred_at", "responded_at", "resolved_at"].map(|c| rows.is_date(c));
    for stakeholder in block {
        reader.of(stakeholder);
        let mut last_complaint: Option<i32> = None;
        for case in reader.last() {
            let mut since_previous = NO_INT;
            if case.is_complaint && since.is_wanted() {
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
            out.begin(if stakeholder == ctx.canon.nobody() { NO_CODE } else { stakeholder }, slice, rows.source_of(row));
            out.int(opened_at, case.opened_at);
            out.code(opened_by, reader.log.word(case.opened_by));
            out.int(asked_at, case.asked_at);
            out.code(kind, case.kind);
            out.int(since, since_previous);

            // A source that never tells of a response leaves the case unknown, not unanswered; of a resolution likewise.
            if traits.tells_response {
                let by_date = dated || case.is_ticket && response_dated;
                out.flag(answered, case.response.is_there());
                out.int(responded_at, case.response.at);
                if response.is_wanted() {
                    out.int(response, meter.until(case.asked_at, case.response, by_date));
                }
                if waiting.is_wanted() {
                    out.int(waiting, meter.between(case.asked_at, ctx.canon.as_of, by_date));
                }
            }
            if traits.tells_resolution {
                let by_date = dated || resolution_dated;
                out.flag(resolved, case.resolution.is_there());
                out.int(resolved_at, case.resolution.at);
                if resolution.is_wanted() {
                    out.int(resolution, meter.until(case.opened_at, case.resolution, by_date));
                }
                if open.is_wanted() {
                    out.int(open, meter.between(case.opened_at, ctx.canon.as_of, by_date));
                }
            }
            if response_due.is_wanted() {
                let given = first(&reader, case, |row| response_dues.at(row), NO_TIME);
                out.int(response_due, meter.due(given, case.asked_at, ctx.settings.first_response));
            }
            if due.is_wanted() {
                let given = first(&reader, case, |row| dues.at(row), NO_TIME);
                out.int(due, meter.due(given, case.opened_at, ctx.settings.resolution));
            }
            if !case.is_ticket {
                out.int(messages, i64::from(case.messages));
                out.int(outbound, i64::from(case.outbound));
                if reply.is_wanted() || replied_at.is_wanted() {
                    let at = direct_reply(&reader, case, rows.keys("interaction_id"), in_reply_to.1);
                    out.int(replied_at, at);
                    out.int(reply, meter.between(case.asked_at, at, dated));
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

/// What the ticket, or the case's first message that says anything, says.
fn first<T: PartialEq + Copy>(reader: &Cases, case: &Case, value: impl Fn(usize) -> T, null: T) -> T {
    let own = value(case.row as usize);
    if own != null || case.is_ticket {
        return own;
    }
    reader.rows_of(case).map(value).find(|v| *v != null).unwrap_or(null)
}

/// When the first of our messages that answers the case's first inbound one was sent.
fn direct_reply(reader: &Cases, case: &Case, ids: Column<u64>, replies: Column<u64>) -> Micros {
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
