//! Commitments and follow-ups with a due time.

use super::compares;
use super::events::Promise;
use crate::canonical::Values;
use crate::facts::context::Context;
use crate::facts::log::Log;
use crate::schema::{NO_CODE, NO_TIME, TimesOfDay, interactions};

/// Reads commitments and follow-ups.
pub struct Promises<'a> {
    log: Log<'a>,
    kinds: [Option<u32>; 2],
    dues: Values<'a, i64>,
    /// By source: whether times of completion can be compared with due times.
    compares: Vec<bool>,
}

impl<'a> Promises<'a> {
    /// Over the interactions, if there are any.
    pub fn new(ctx: &Context<'a>) -> Option<Promises<'a>> {
        let log = Log::new(ctx)?;
        Some(Promises {
            kinds: ["commitment", "follow_up"].map(|word| ctx.canonical.texts.code(word)),
            dues: log.rows.times(&interactions::DUE_AT),
            compares: compares(
                ctx.canonical,
                TimesOfDay::Deadline {
                    due: &interactions::DUE_AT,
                    from: &interactions::OCCURRED_AT,
                    to: &interactions::RESOLVED_AT,
                    given: &interactions::RESOLUTION_MINUTES,
                },
            ),
            log,
        })
    }

    /// Adds those of a stakeholder.
    pub fn read(&self, stakeholder: u32, into: &mut Vec<Promise>) {
        let log = &self.log;
        for row in log.rows.run(stakeholder) {
            let kind = log.kind(row);
            let is_promise = kind != NO_CODE && self.kinds.contains(&Some(kind)) && self.dues.at(row) != NO_TIME;
            if is_promise && log.traits(row).tells_resolution && self.compares[usize::from(log.rows.source_of(row))] {
                into.push(Promise {
                    made_at: log.at(row),
                    due_at: self.dues.at(row),
                    done_at: log.resolution(row).at,
                });
            }
        }
    }
}
