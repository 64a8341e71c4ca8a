//! Cases with the times from which it is known what became of them.

use super::compares;
use super::events::CaseTimes;
use crate::canonical::Values;
use crate::facts::cases::Meter;
use crate::facts::context::Context;
use crate::facts::log::Direction;
use crate::facts::messaging::{Case, Cases};
use crate::schema::{Micros, NO_TIME, TimesOfDay, interactions};

/// Reads cases.
pub struct CaseReader<'a> {
    cases: Cases<'a>,
    meter: Meter<'a>,
    target: Option<i64>,
    response_dues: Values<'a, i64>,
    /// By source: whether times of responses can be compared with due times.
    compares: Vec<bool>,
}

impl<'a> CaseReader<'a> {
    /// Over the interactions, if there are any.
    pub fn new(ctx: &Context<'a>) -> Option<CaseReader<'a>> {
        let cases = Cases::new(ctx)?;
        Some(CaseReader {
            meter: Meter::new(ctx),
            target: ctx.settings.first_response,
            response_dues: cases.log.rows.times(&interactions::RESPONSE_DUE_AT),
            compares: compares(
                ctx.canonical,
                TimesOfDay::Deadline {
                    due: &interactions::RESPONSE_DUE_AT,
                    from: &interactions::OCCURRED_AT,
                    to: &interactions::RESPONDED_AT,
                    given: &interactions::RESPONSE_MINUTES,
                },
            ),
            cases,
        })
    }

    /// Adds the cases of a stakeholder.
    pub fn read(&mut self, stakeholder: u32, into: &mut Vec<CaseTimes>) {
        self.cases.of(stakeholder);
        into.extend(self.cases.last().iter().map(|case| self.times(case)));
    }

    fn times(&self, case: &Case) -> CaseTimes {
        let log = &self.cases.log;
        let row = case.row as usize;
        let traits = log.traits(row);
        let target = self.target.filter(|_| !traits.response_by_day);
        let mut times = CaseTimes {
            opened_at: case.opened_at,
            is_inbound: case.opened_by == Direction::Inbound,
            responded_at: case.response.at,
            due: (self.response_dues.at(row), log.at(row)),
            due_by_target: if case.asked_at == NO_TIME {
                NO_TIME
            } else {
                self.meter.due(NO_TIME, case.asked_at, target)
            },
            tells_response: traits.tells_response && self.compares[usize::from(log.rows.source_of(row))],
            tells_resolution: traits.tells_resolution,
            complaint_at: if case.is_complaint { case.opened_at } else { NO_TIME },
            // A case that its status closes without a time is not open at any moment: nothing says when it still was.
            resolved_at: if case.resolution.at == NO_TIME && case.is_over {
                case.opened_at
            } else {
                case.resolution.at
            },
        };
        if case.is_ticket {
            return times;
        }
        // Of a case of messages each message adds to what is known, from its own time on.
        (times.complaint_at, times.resolved_at) = (NO_TIME, NO_TIME);
        let earlier = |known: Micros, at: Micros| if known == NO_TIME { at } else { known.min(at) };
        for row in self.cases.rows_of(case) {
            let at = log.at(row);
            if log.is_complaint(log.kind(row)) {
                times.complaint_at = earlier(times.complaint_at, at);
            }
            let resolution = log.resolution(row).at;
            if resolution != NO_TIME {
                times.resolved_at = earlier(times.resolved_at, resolution.max(at));
            } else if log.resolution(row).is_there() || log.is_closed_without_time(row) {
                times.resolved_at = earlier(times.resolved_at, at);
            }
            if times.due.0 == NO_TIME && !log.is_automated(row) {
                times.due = (self.response_dues.at(row), at);
            }
        }
        times
    }
}
