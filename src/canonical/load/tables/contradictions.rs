//! Records that contradict themselves or one another: an end before its beginning, a status that the times do not bear out, money and
//! quantities of opposite signs, activity after the end. All are counted, none is dropped.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::affected_rows::AffectedRows;
use super::building::Building;

use crate::canonical::{CanonicalTables, Dictionary, Rows, SourceInfo};
use crate::notes::{DataIssue, Id, Note};
use crate::period::Zone;
use crate::schema::{
    Column, DAY, Micros, NO_CODE, NO_INT, NO_KEY, NO_TIME, Role, Table, interactions, purchases, stakeholders, supplies, surveys,
};
use crate::sources::status_words::is_received;

/// The records under construction, before anything is forgotten that lies after as-of.
pub struct Records<'a> {
    /// The tables.
    pub tables: &'a BTreeMap<Table, Building>,
    /// The sources of their rows.
    pub sources: &'a [SourceInfo],
    /// Their texts.
    pub texts: &'a Dictionary,
    /// The as-of date, if it is set: what happened later is not looked at.
    pub as_of: Option<Micros>,
    /// The report's time zone, which divides time into days.
    pub zone: &'a Zone,
}

impl Records<'_> {
    /// The contradictions within single records.
    pub fn contradictions(&self) -> Vec<Note> {
        let mut notes: Vec<Note> = Table::ALL
            .into_iter()
            .flat_map(Table::columns)
            // A deadline before the event is a target that was missed from the start.
            .filter(|column| column.role != Role::Deadline)
            .filter_map(|to| Some(self.negative_durations(to.not_before?, to)))
            .flatten()
            .collect();
        notes.extend(self.automatic_messages());
        notes.extend(self.automatic_tickets());
        notes.extend(self.states());
        notes.extend(self.quantities());
        notes.extend(self.ends());
        notes.extend(self.off_scale());
        notes.extend(self.contact_targets());
        notes.extend(self.orders_of_a_day());
        notes
    }

    /// Further purchases of a stakeholder on one day without an order number: nothing shows whether they are lines of one order.
    fn orders_of_a_day(&self) -> impl Iterator<Item = Note> {
        let mut found = AffectedRows::default();
        if let Some(Building {
            rows, keep, stakeholder, ..
        }) = self.tables.get(&Table::Purchases)
        {
            let (orders, times, amounts) = (
                rows.keys(&purchases::ORDER_ID),
                rows.times(&purchases::OCCURRED_AT),
                rows.ints(&purchases::AMOUNT),
            );
            let mut seen: FxHashSet<(u32, i32)> = FxHashSet::default();
            for row in (0..rows.len).filter(|&row| keep[row] && orders.at(row) == NO_KEY && stakeholder[row] != NO_CODE) {
                let at = times.at(row);
                let is_known = at != NO_TIME && self.as_of.is_none_or(|as_of| at < as_of);
                // A refund is no order, and one without an amount is a line of something.
                if is_known && amounts.at(row) != NO_INT && amounts.at(row) > 0 && !seen.insert((stakeholder[row], self.zone.day_of(at))) {
                    found.add(rows, row);
                }
            }
        }
        found.notes(DataIssue::OneOrderADay, self.sources)
    }

    /// Targets of contact that nobody can keep: most systems write 0 where there is none.
    fn contact_targets(&self) -> impl Iterator<Item = Note> {
        let mut found = AffectedRows::default();
        if self.has(&[&stakeholders::CONTACT_TARGET_DAYS]) {
            found = self.affected(Table::Stakeholders, |rows| {
                let days = rows.floats(&stakeholders::CONTACT_TARGET_DAYS);
                move |row| !days.at(row).is_nan() && !stakeholders::is_contact_target(days.at(row))
            });
        }
        found.notes(DataIssue::NoContactTarget, self.sources)
    }

    /// The rows of a table that stay and lie before as-of, for which something holds. Columns are looked up once, and not for each row.
    fn affected<'s, F: Fn(usize) -> bool + Sync>(&'s self, table: Table, looking_at: impl FnOnce(&'s Rows) -> F) -> AffectedRows {
        let Some(Building { rows, keep, .. }) = self.tables.get(&table) else {
            return AffectedRows::default();
        };
        let is_affected = looking_at(rows);
        let events: Vec<_> = table.event_columns().map(|column| rows.times(column)).collect();
        let is_known = |row: usize| match (self.as_of, events.iter().map(|c| c.at(row)).filter(|t| *t != NO_TIME).min()) {
            (Some(as_of), Some(at)) => at < as_of,
            _ => true,
        };
        AffectedRows::scan(rows, |row| is_affected(row) && keep[row] && is_known(row))
    }

    /// Whether all these columns were read.
    fn has(&self, columns: &[&Column]) -> bool {
        columns
            .iter()
            .all(|column| self.tables.get(&column.table).is_some_and(|of| of.rows.data(column).is_some()))
    }

    /// By source: whether it maps one of these columns.
    fn maps(&self, columns: &[&Column]) -> Vec<bool> {
        let maps = |source: &SourceInfo| columns.iter().any(|column| source.maps(column));
        self.sources.iter().map(maps).collect()
    }

    fn negative_durations(&self, from: &'static Column, to: &'static Column) -> impl Iterator<Item = Note> {
        let mut found = AffectedRows::default();
        if self.has(&[from, to]) {
            let has_dates = |source: &SourceInfo| source.has_dates(from) || source.has_dates(to);
            let dates: Vec<bool> = self.sources.iter().map(has_dates).collect();
            found = self.affected(to.table, |rows| {
                let (starts, ends) = (rows.times(from), rows.times(to));
                move |row| {
                    let (a, b) = (starts.at(row), ends.at(row));
                    let dates = dates[rows.source_of(row) as usize];
                    let slack = if dates { DAY } else { 0 };
                    a != NO_TIME && b != NO_TIME && b + slack < a + i64::from(dates)
                }
            });
        }
        let issue = DataIssue::NegativeDuration {
            table: to.table,
            from: from.name,
            to: to.name,
        };
        found.notes(issue, self.sources)
    }

    /// Messages that something other than a flag of the file shows to be automatic.
    fn automatic_messages(&self) -> impl Iterator<Item = Note> {
        let shown = self.maps(&[
            &interactions::AUTHOR_TYPE,
            &interactions::AUTOMATIC_SUBJECT,
            &interactions::AUTOMATIC_SENDER,
            &interactions::AUTOMATIC_HEADER,
            &interactions::AUTOMATIC_NAME,
            &interactions::AUTOMATIC_TYPE,
        ]);
        let mut found = AffectedRows::default();
        if shown.contains(&true) && self.has(&[&interactions::AUTOMATED]) {
            found = self.affected(Table::Interactions, |rows| {
                let automated = rows.flags(&interactions::AUTOMATED);
                let tickets = self.has_tickets();
                move |row| {
                    let source = rows.source_of(row) as usize;
                    shown[source] && !tickets[source] && automated.at(row) == 1
                }
            });
        }
        found.notes(DataIssue::AutomaticMessages, self.sources)
    }

    /// Tickets that a machine opened, whatever shows it: they count in nothing, so that has to be said.
    fn automatic_tickets(&self) -> impl Iterator<Item = Note> {
        let mut found = AffectedRows::default();
        if self.has(&[&interactions::AUTOMATED]) {
            found = self.affected(Table::Interactions, |rows| {
                let (automated, tickets) = (rows.flags(&interactions::AUTOMATED), self.has_tickets());
                move |row| tickets[rows.source_of(row) as usize] && automated.at(row) == 1
            });
        }
        found.notes(DataIssue::AutomaticTickets, self.sources)
    }

    /// By source: whether its records are tickets, and not the messages of them.
    fn has_tickets(&self) -> Vec<bool> {
        self.sources.iter().map(|source| source.tickets && !source.messages).collect()
    }

    /// Cases whose state is not borne out by their times of resolution.
    fn states(&self) -> Vec<Note> {
        let table = Table::Interactions;
        let Some(building) = self.tables.get(&table) else {
            return Vec::new();
        };
        let without = self.affected(table, |rows| {
            let closed = rows.flags(&interactions::CLOSED_WITHOUT_TIME);
            move |row| closed.at(row) == 1
        });
        let open = building.says_open(self.texts).unwrap_or_default();
        let against = self.affected(table, |rows| {
            let (times, minutes) = (
                rows.times(&interactions::RESOLVED_AT),
                rows.floats(&interactions::RESOLUTION_MINUTES),
            );
            move |row| open.get(row) == Some(&true) && (times.at(row) != NO_TIME || !minutes.at(row).is_nan())
        });
        let without = without.notes(DataIssue::ClosedWithoutTime, self.sources);
        without.chain(against.notes(DataIssue::OpenWithResolution, self.sources)).collect()
    }

    /// Quantities and money that do not go together.
    fn quantities(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        for (quantity, amount) in [(&purchases::QUANTITY, &purchases::AMOUNT), (&supplies::QUANTITY, &supplies::AMOUNT)] {
            if self.has(&[quantity, amount]) {
                let table = quantity.table;
                let found = self.affected(table, |rows| {
                    let (quantities, amounts) = (rows.floats(quantity), rows.ints(amount));
                    move |row| quantities.at(row) < 0.0 && amounts.at(row) > 0
                });
                notes.extend(found.notes(DataIssue::NegativeQuantity { table }, self.sources));
            }
        }
        if self.has(&[&purchases::REFUND, &purchases::AMOUNT]) {
            let found = self.affected(Table::Purchases, |rows| {
                let (refunds, amounts) = (rows.ints(&purchases::REFUND), rows.ints(&purchases::AMOUNT));
                move |row| {
                    let (refund, amount) = (refunds.at(row), amounts.at(row));
                    refund != NO_INT && amount != NO_INT && refund.unsigned_abs() > amount.unsigned_abs() && amount >= 0
                }
            });
            notes.extend(found.notes(DataIssue::RefundOverAmount, self.sources));
        }
        if self.has(&[&supplies::QUANTITY_RECEIVED]) || self.has(&[&supplies::STATUS]) {
            let says_received: FxHashSet<u32> = self.texts.matching(&is_received).into_iter().collect();
            let timed = self.maps(&[&supplies::RECEIVED_AT]);
            let found = self.affected(Table::Supplies, |rows| {
                let (received, times) = (rows.floats(&supplies::QUANTITY_RECEIVED), rows.times(&supplies::RECEIVED_AT));
                let (statuses, says_received) = (rows.codes(&supplies::STATUS), says_received.clone());
                move |row| {
                    let is_received = received.at(row) > 0.0 || says_received.contains(&statuses.at(row));
                    timed[rows.source_of(row) as usize] && is_received && times.at(row) == NO_TIME
                }
            });
            notes.extend(found.notes(DataIssue::ReceivedWithoutTime, self.sources));
        }
        notes
    }

    /// Reasons for leaving of those that are still there.
    fn ends(&self) -> impl Iterator<Item = Note> {
        let dated = self.maps(&[&stakeholders::ENDED_AT]);
        let mut found = AffectedRows::default();
        if self.has(&[&stakeholders::END_REASON]) {
            found = self.affected(Table::Stakeholders, |rows| {
                let (reasons, ends) = (rows.codes(&stakeholders::END_REASON), rows.times(&stakeholders::ENDED_AT));
                let left = rows.flags(&stakeholders::LEFT_WITHOUT_DATE);
                move |row| {
                    let is_dated = dated[rows.source_of(row) as usize];
                    is_dated && reasons.at(row) != NO_CODE && ends.at(row) == NO_TIME && left.at(row) != 1
                }
            });
        }
        found.notes(DataIssue::EndReasonWithoutEnd, self.sources)
    }

    /// Scores outside their scale: the answer is ignored, and the row is kept.
    fn off_scale(&self) -> impl Iterator<Item = Note> {
        let recommends = ["nps", "enps"].map(|word| self.texts.code(word));
        let found = self.affected(Table::Surveys, |rows| {
            let (scores, instruments) = (rows.floats(&surveys::SCORE), rows.codes(&surveys::INSTRUMENT));
            let (lowest, highest) = (rows.floats(&surveys::SCALE_MIN), rows.floats(&surveys::SCALE_MAX));
            move |row| {
                let score = scores.at(row);
                let recommendation = recommends.contains(&Some(instruments.at(row)));
                let broken = recommendation && (score.fract() != 0.0 || !(0.0..=10.0).contains(&score));
                !score.is_nan() && (broken || score < lowest.at(row) || score > highest.at(row))
            }
        });
        found.notes(DataIssue::OffScale, self.sources)
    }
}

/// Those whose last day on the roster is over, and who bought, were in contact or delivered later.
pub fn activity_after_end(canonical: &CanonicalTables) -> Vec<Note> {
    let Some(roster) = canonical.table(Table::Stakeholders) else {
        return Vec::new();
    };
    let ends = roster.times(&stakeholders::ENDED_AT);
    if !ends.exists() {
        return Vec::new();
    }
    let slack = if roster.is_date(&stakeholders::ENDED_AT) { DAY } else { 1 };
    let mut notes = Vec::new();
    for column in [&purchases::OCCURRED_AT, &interactions::OCCURRED_AT, &supplies::ORDERED_AT] {
        let table = column.table;
        let Some(rows) = canonical.table(table) else { continue };
        let times = rows.times(column);
        let (mut found, mut example) = (AffectedRows::default(), None);
        for who in 0..canonical.stakeholders.len() as u32 {
            // Rows of a stakeholder come by time.
            let Some(newest) = rows.run(who).next_back().map(|row| times.at(row)) else {
                continue;
            };
            let last = roster.run(who).max_by_key(|&row| match ends.at(row) {
                NO_TIME => Micros::MAX,
                end => end,
            });
            if let Some(last) = last.filter(|&row| ends.at(row) != NO_TIME && newest >= ends.at(row) + slack) {
                found.add(roster, last);
                example.get_or_insert(who);
            }
        }
        let example = example
            .and_then(|who| canonical.stakeholders.text(who))
            .map(|id| Id(id.to_string()));
        notes.extend(found.notes(DataIssue::ActivityAfterEnd { table, example }, &canonical.sources));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::load::testing::{input, load, load_inputs, note, notes, options, places};
    use crate::notes::NoteKind;

    #[test]
    fn ends_before_beginnings_are_counted_by_file_with_their_first_line() {
        let tickets = "customer_id,ticket_id,created_at,first_response_at,resolved_at\n\
                       a,1,2026-01-02T10:00,2026-01-02T11:00,2026-01-02T12:00\n\
                       a,2,2026-01-02T10:00,2026-01-02T09:00,2026-01-02T09:30\n\
                       b,3,2026-01-02T10:00,2026-01-02T08:00,\n";
        let loaded = load(&[
            ("a.csv", "interactions", tickets),
            ("b.csv", "interactions", &tickets.replace("09:30", "09:31").replace("a,", "c,")),
        ]);
        assert_eq!(
            places(&loaded, "negative-duration"),
            [
                ("a.csv:3".into(), 2),
                ("b.csv:3".into(), 1),
                ("a.csv:3".into(), 1),
                ("b.csv:3".into(), 1)
            ]
        );
        assert_eq!(
            notes(&loaded, "negative-duration")[0].kind,
            NoteKind::Data(DataIssue::NegativeDuration {
                table: Table::Interactions,
                from: "occurred_at",
                to: "responded_at"
            })
        );
    }

    #[track_caller]
    fn one(table: &str, csv: &str, code: &str, line: u64, count: u64) {
        let loaded = load(&[("x.csv", table, csv)]);
        assert_eq!(places(&loaded, code), [(format!("x.csv:{line}"), count)], "{:?}", loaded.notes);
    }

    #[track_caller]
    fn none(table: &str, csv: &str, code: &str) {
        let loaded = load(&[("x.csv", table, csv)]);
        assert!(notes(&loaded, code).is_empty(), "{:?}", loaded.notes);
    }

    #[test]
    fn every_pair_of_times_is_held_against_each_other() {
        let negative = "negative-duration";
        one(
            "surveys",
            "customer_id,sent_at,responded_at,score\na,2026-01-05T08:00,2026-01-05T07:00,3\n",
            negative,
            2,
            1,
        );
        one(
            "supplies",
            "supplier_id,order_date,received_date\na,2026-01-05,2026-01-05\na,2026-01-05,2026-01-04\n",
            negative,
            3,
            1,
        );
        one(
            "stakeholders",
            "customer_id,start_date,end_date\na,2026-01-05,2026-01-05\nb,2026-01-05,2025-12-31\n",
            negative,
            3,
            1,
        );
        one(
            "purchases",
            "customer_id,order_date,amount,delivered_at\na,2026-01-05,1,2026-01-04\nb,2026-01-05,1,2026-01-06\n",
            negative,
            2,
            1,
        );
        one(
            "referrals",
            "referrer_id,referred_id,referred_at,converted_at\na,b,2026-01-05,2026-01-09\na,c,2026-01-05,2026-01-02\n",
            negative,
            3,
            1,
        );
    }

    #[test]
    fn statuses_are_held_against_the_times_of_resolution() {
        let header = "customer_id,ticket_id,created_at,resolved_at,status,reopens\n";
        let rows = "a,1,2026-01-02,2026-01-03,closed,\na,2,2026-01-02,,Closed,\na,3,2026-01-02,,Gelöst,\na,4,2026-01-02,2026-01-03,In_Progress,0\n\
                    a,5,2026-01-02,2026-01-03,open,1\na,6,2026-01-02,,open,\na,7,2026-01-02,,spam,\n";
        let csv = format!("{header}{rows}");
        one("interactions", &csv, "closed-without-time", 3, 2);
        one("interactions", &csv, "open-with-resolution", 5, 2);
        // Where no time of resolution is exported at all, its absence says nothing.
        none(
            "interactions",
            "customer_id,ticket_id,case_id,created_at,status\na,1,1,2026-01-02,closed\n",
            "closed-without-time",
        );
        // Nor does it where as-of lies before the resolution.
        let stated = crate::canonical::load::Options {
            as_of: crate::period::parse_as_of("2026-01-02", &crate::period::Zone::utc()).ok(),
            ..options()
        };
        let ticket = format!("{header}a,1,2026-01-02,2026-01-09,closed,\na,2,2026-01-09,,closed,\n");
        let loaded = load_inputs(&[input("x.csv", "interactions", ticket)], &stated);
        assert!(notes(&loaded, "closed-without-time").is_empty(), "{:?}", loaded.notes);
    }

    #[test]
    fn quantities_and_money_that_do_not_go_together() {
        let header = "customer_id,order_id,order_date,amount,quantity,refund\n";
        let rows = "a,1,2026-01-02,5,-1,\na,2,2026-01-02,-5,-1,\na,3,2026-01-02,5,1,5\na,4,2026-01-02,5,1,5.01\na,5,2026-01-02,0,1,\n";
        one("purchases", &format!("{header}{rows}"), "negative-quantity", 2, 1);
        one("purchases", &format!("{header}{rows}"), "refund-over-amount", 5, 1);
        let header = "supplier_id,order_date,received_date,quantity,quantity_received\n";
        let rows = "a,2026-01-02,,5,5\na,2026-01-02,2026-01-03,5,5\na,2026-01-02,,5,0\na,2026-01-02,,5,\n";
        one("supplies", &format!("{header}{rows}"), "received-without-time", 2, 1);
    }

    #[test]
    fn a_reason_for_leaving_needs_a_day_of_leaving() {
        let csv =
            "customer_id,start_date,end_date,end_reason\na,2025-01-01,2026-01-01,voluntary\nb,2025-01-01,,voluntary\nc,2025-01-01,,\n";
        one("stakeholders", csv, "end-reason-without-end", 3, 1);
        none(
            "stakeholders",
            "customer_id,start_date,end_reason\nb,2025-01-01,voluntary\n",
            "end-reason-without-end",
        );
    }

    #[test]
    fn scores_have_to_lie_on_their_scale() {
        let csv = "customer_id,responded_at,instrument,score,scale_min,scale_max\n\
                   a,2026-01-01,nps,10,,\na,2026-01-02,nps,11,,\na,2026-01-03,nps,7.5,,\na,2026-01-04,csat,6,1,5\na,2026-01-05,csat,5,1,5\na,2026-01-06,csat,99,,\n";
        one("surveys", csv, "off-scale", 3, 3);
    }

    #[test]
    fn activity_after_the_last_day_is_noted_at_the_roster_s_line() {
        let roster = "customer_id,start_date,end_date\na,2025-01-01,2026-01-10\nb,2025-01-01,2026-01-10\nc,2025-01-01,2026-01-10\nc,2026-01-20,\nd,2025-01-01,\n";
        let orders = "customer_id,order_id,ordered_at,amount\na,1,2026-01-10T23:00,1\nb,2,2026-01-11T00:00,1\nb,3,2026-01-02T00:00,1\n\
                      c,4,2026-01-15T00:00,1\nd,5,2026-01-15T00:00,1\n";
        let loaded = load(&[("roster.csv", "stakeholders", roster), ("orders.csv", "purchases", orders)]);
        assert_eq!(places(&loaded, "activity-after-end"), [("roster.csv:3".into(), 1)]);
        let text = note(&loaded, "activity-after-end").text();
        assert!(text.starts_with("1 stakeholder ('b') has purchases after their end date"), "{text}");
    }
}
