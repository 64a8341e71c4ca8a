//! Contacts that did not take place: meetings that were cancelled, events to which nobody came, calls that nobody answered.

use rayon::prelude::*;

use crate::canonical::load::tables::building::{Building, Dropped};
use crate::canonical::{Dictionary, SourceInfo};
use crate::notes::ExclusionReason;
use crate::schema::interactions;
use crate::sources::held_words::{Held, held};

impl Building {
    /// Leaves out contacts that did not take place. The status of a case says what became of the case, and that of a promise whether it was
    /// kept: both are there whatever it says.
    pub fn drop_not_held(&mut self, texts: &Dictionary, sources: &[SourceInfo], dropped: &mut Dropped) {
        let meanings = self.codes_that_mean(&interactions::STATUS, texts, &held);
        // What became of a call may stand where tickets have the reason of closing.
        let reasons = self.codes_that_mean(&interactions::CLOSE_REASON, texts, &|reason| {
            held(reason).filter(|held| matches!(held, Held::Never | Held::Attempt))
        });
        let (attended, cancelled) = (
            self.rows.flags(&interactions::ATTENDED),
            self.rows.flags(&interactions::IS_CANCELLED),
        );
        let is_told = meanings.values().any(|held| *held != Held::TookPlace);
        if !is_told && reasons.is_empty() && !attended.exists() && !cancelled.exists() {
            return;
        }
        let code = |kind: &str| texts.code(kind);
        let joint = interactions::JOINT.map(code);
        let promises = interactions::PROMISES.map(code);
        let [kinds, statuses, results] =
            [&interactions::KIND, &interactions::STATUS, &interactions::CLOSE_REASON].map(|column| self.rows.codes(column));
        let is_contact = |row: usize| {
            let kind = Some(kinds.at(row));
            let is_case = sources[usize::from(self.rows.source_of(row))].has_cases && !joint.contains(&kind);
            !is_case && !promises.contains(&kind)
        };
        let (inbound, directions) = (texts.code("inbound"), self.rows.codes(&interactions::DIRECTION));
        // Where nobody ever writes that a contact took place, a planned one may have.
        let mut says_held = vec![false; sources.len()];
        for row in 0..self.rows.len {
            if meanings.get(&statuses.at(row)) == Some(&Held::TookPlace) || attended.at(row) == 1 {
                says_held[usize::from(self.rows.source_of(row))] = true;
            }
        }
        let is_left_out = |row: &usize| {
            let said = [reasons.get(&results.at(*row)), meanings.get(&statuses.at(*row))];
            let says_never = said.into_iter().flatten().any(|held| match held {
                Held::Never => true,
                Held::Attempt => inbound.is_none_or(|inbound| directions.at(*row) != inbound),
                Held::Planned => says_held[usize::from(self.rows.source_of(*row))],
                Held::TookPlace => false,
            });
            let never = attended.at(*row) == 0 || (attended.at(*row) != 1 && (says_never || cancelled.at(*row) == 1));
            never && is_contact(*row)
        };
        let rows: Vec<usize> = (0..self.rows.len).into_par_iter().filter(is_left_out).collect();
        rows.into_iter()
            .for_each(|row| self.drop_row(row, &ExclusionReason::DidNotTakePlace.into(), dropped));
    }
}

#[cfg(test)]
mod tests {
    use crate::canonical::load::testing::{load, notes};

    /// How many records are used, and how many are excluded because they did not take place.
    fn counts(text: &str) -> (u64, u64) {
        let loaded = load(&[("contacts.csv", "interactions", text)]);
        let account = &loaded.account[0];
        assert!(notes(&loaded, "unknown-status").is_empty(), "{text}");
        (account.used, account.reasons.get("did-not-take-place").copied().unwrap_or(0))
    }

    #[test]
    fn a_meeting_that_was_cancelled_is_no_contact() {
        let meetings = "contact_id,date,type,status\na,2026-01-05,Meeting,Completed\nb,2026-01-05,Meeting,Cancelled\n\
                        c,2026-01-06,Meeting,No show\nd,2026-01-07,Meeting,Held\n";
        assert_eq!(counts(meetings), (2, 2));
        let german =
            "contact_id,date,kind,status\na,2026-01-05,Termin,stattgefunden\nb,2026-01-05,Termin,abgesagt\nc,2026-01-06,,erschienen\n";
        assert_eq!(counts(german), (2, 1));
    }

    #[test]
    fn who_did_not_come_to_an_event_had_no_contact() {
        let attendance = "member_id,date,attendance\na,2026-01-05,Attended\nb,2026-01-05,No-show\nc,2026-01-05,Waitlisted\n";
        assert_eq!(counts(attendance), (1, 2));
        let flags = "member_id,date,attended\na,2026-01-05,Yes\nb,2026-01-05,No\nc,2026-01-05,\n";
        assert_eq!(counts(flags), (2, 1));
        let no_shows = "member_id,date,no_show\na,2026-01-05,false\nb,2026-01-05,true\n";
        assert_eq!(counts(no_shows), (1, 1));
    }

    #[test]
    fn a_call_that_nobody_answered_is_a_contact_of_the_side_that_called() {
        let calls = "contact_id,date,direction,call_result\na,2026-01-05 10:00,outbound,Connected\nb,2026-01-05 11:00,outbound,No answer\n\
                     c,2026-01-06 10:00,inbound,Missed\nd,2026-01-06 11:00,,Busy\n";
        assert_eq!(counts(calls), (2, 2));
    }

    #[test]
    fn a_planned_meeting_has_not_taken_place_where_others_have() {
        let some = "contact_id,date,status\na,2026-01-05,Completed\nb,2026-01-05,Scheduled\n";
        assert_eq!(counts(some), (1, 1));
        // Nobody keeps the states of these.
        let all = "contact_id,date,status\na,2026-01-05,Scheduled\nb,2026-01-05,Scheduled\n";
        assert_eq!(counts(all), (2, 0));
    }

    #[test]
    fn a_cancelled_ticket_was_a_case_and_a_promise_stays_one() {
        let tickets = "ticket_id,customer_id,created_at,resolved_at,status\n1,a,2026-01-05 09:00,2026-01-06 09:00,Cancelled\n2,b,2026-01-05 09:00,,open\n";
        assert_eq!(counts(tickets), (2, 0));
        let promises = "contact_id,date,kind,due_date,status\na,2026-01-05,commitment,2026-01-09,Planned\nb,2026-01-05,follow_up,2026-01-09,Cancelled\n\
                        c,2026-01-05,meeting,,Completed\n";
        assert_eq!(counts(promises), (3, 0));
    }
}
