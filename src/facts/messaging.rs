//! A stakeholder's interactions as contacts and as cases: shared by every fact that rests on either.
//!
//! A row of a ticket source is a case of its own and up to two contacts, the ticket and its first response. The rows of a message
//! source are contacts, and together the case that [`crate::canonical::messages`] found them to belong to.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::context::Context;
use super::log::{Direction, Log, Reached};
use crate::canonical::Values;
use crate::schema::{Micros, NO_CODE, NO_INT, NO_KEY, NO_TIME, interactions};

const NONE: u32 = u32::MAX;

/// A contact with a stakeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// When it happened.
    pub at: Micros,
    /// Civil day of that time.
    pub day: i32,
    /// Who spoke.
    pub direction: Direction,
    /// Code of the interaction's kind.
    pub kind: u32,
    /// Its interaction.
    pub row: u32,
    /// It is the first response to the ticket in that row, not the ticket itself.
    pub is_response: bool,
    /// Cost in 1/10,000; [`NO_INT`] where unknown, and on a response, so that a ticket counts once.
    pub cost: i64,
}

impl Contact {
    /// Whether the stakeholder alone spoke.
    pub fn is_inbound(&self) -> bool {
        self.direction == Direction::Inbound
    }

    /// Whether we alone spoke.
    pub fn is_outbound(&self) -> bool {
        self.direction == Direction::Outbound
    }
}

/// Reads the contacts of one stakeholder after the other into one reused buffer.
pub struct Contacts<'a> {
    /// The interactions.
    pub log: Log<'a>,
    costs: Values<'a, i64>,
    contacts: Vec<Contact>,
}

impl<'a> Contacts<'a> {
    /// Over the interactions, if there are any.
    pub fn new(ctx: &Context<'a>) -> Option<Contacts<'a>> {
        let log = Log::new(ctx)?;
        Some(Contacts {
            costs: log.rows.ints(&interactions::COST),
            log,
            contacts: Vec::new(),
        })
    }

    /// The contacts of a stakeholder by time, in all slices. Automated interactions are none; internal ones are contacts of
    /// employees only.
    pub fn of(&mut self, ctx: &Context, stakeholder: u32) -> &[Contact] {
        self.contacts.clear();
        let (log, zone) = (&self.log, &ctx.canonical.zone);
        let is_employee = log.is_employee(stakeholder);
        let mut responses = false;
        for row in log.rows.run(stakeholder).filter(|&row| !log.is_automated(row)) {
            let direction = log.direction(row);
            if direction == Direction::Internal && !is_employee {
                continue;
            }
            let (at, kind, index) = (log.at(row), log.kind(row), row as u32);
            let cost = self.costs.at(row);
            self.contacts.push(Contact {
                at,
                day: zone.day_of(at),
                direction,
                kind,
                row: index,
                is_response: false,
                cost,
            });
            if log.traits(row).tickets && log.is_of_case(row) {
                let at = log.response(row).at;
                if at != NO_TIME {
                    let (day, direction) = (zone.day_of(at), Direction::Outbound);
                    self.contacts.push(Contact {
                        at,
                        day,
                        direction,
                        kind,
                        row: index,
                        is_response: true,
                        cost: NO_INT,
                    });
                    responses = true;
                }
            }
        }
        if responses {
            self.contacts.sort_unstable_by_key(|c| (c.at, c.row, c.is_response));
        }
        &self.contacts
    }

    /// The contacts last read.
    pub fn last(&self) -> &[Contact] {
        &self.contacts
    }
}

/// A case of a stakeholder.
#[derive(Clone, Debug)]
pub struct Case {
    /// The row of the ticket, or of the first message.
    pub row: u32,
    /// It is a ticket.
    pub is_ticket: bool,
    /// When it was opened.
    pub opened_at: Micros,
    /// Who opened it.
    pub opened_by: Direction,
    /// Time of the first inbound message; [`NO_TIME`] if there is none.
    pub asked_at: Micros,
    /// The first inbound message; meaningless without one.
    pub asked_row: u32,
    /// The first response that is not automated.
    pub response: Reached,
    /// The last resolution.
    pub resolution: Reached,
    /// It is resolved, or its status says that it is over, at a time that is not known.
    pub is_over: bool,
    /// Code of its kind: complaint where any row says so, else the first kind that a row gives.
    pub kind: u32,
    /// It is a complaint.
    pub is_complaint: bool,
    /// Its messages; 1 for a ticket.
    pub messages: u32,
    /// Its outbound messages.
    pub outbound: u32,
    /// Its last row so far; the links lead there from the first one.
    tail: u32,
    key: u64,
    is_human: bool,
}

/// Reads the cases of one stakeholder after the other into one reused buffer.
pub struct Cases<'a> {
    /// The interactions.
    pub log: Log<'a>,
    keys: Values<'a, u64>,
    replies: Values<'a, u64>,
    start: usize,
    /// The rows of the run in the order of the conversation; empty where no source has messages.
    order: Vec<u32>,
    cases: Vec<Case>,
    /// For each row of the run the next row of its case; empty where no source has messages.
    links: Vec<u32>,
    found: FxHashMap<u64, u32>,
}

impl<'a> Cases<'a> {
    /// Over the interactions, if there are any.
    pub fn new(ctx: &Context<'a>) -> Option<Cases<'a>> {
        let log = Log::new(ctx)?;
        let (keys, replies) = (log.rows.keys(&interactions::CASE_KEY), log.rows.keys(&interactions::IN_REPLY_TO));
        let (order, cases, links) = (Vec::new(), Vec::new(), Vec::new());
        Some(Cases {
            log,
            keys,
            replies,
            start: 0,
            order,
            cases,
            links,
            found: FxHashMap::default(),
        })
    }

    /// The cases of a stakeholder by the time they were opened, in all slices. What only machines said is no case.
    pub fn of(&mut self, stakeholder: u32) -> &[Case] {
        let run = self.log.rows.run(stakeholder);
        self.start = run.start;
        self.cases.clear();
        if !self.log.any_messages {
            run.for_each(|row| self.add_ticket(row));
            return &self.cases;
        }
        self.links.clear();
        self.links.resize(run.len(), NONE);
        self.found.clear();
        let many = run.len() > 32;
        self.put_in_order(run);
        for i in 0..self.order.len() {
            let row = self.order[i] as usize;
            if !self.log.traits(row).messages {
                self.add_ticket(row);
            } else if self.log.is_of_case(row) {
                self.add_message(row, many);
            }
        }
        self.cases.retain(|case| case.is_human);
        &self.cases
    }

    /// The cases last read.
    pub fn last(&self) -> &[Case] {
        &self.cases
    }

    /// The rows of a case of the stakeholder last read, by time.
    pub fn rows_of(&self, case: &Case) -> impl Iterator<Item = usize> + '_ {
        let start = self.start;
        std::iter::successors(Some(case.row), move |&row| {
            self.links.get(row as usize - start).copied().filter(|&next| next != NONE)
        })
        .map(|row| row as usize)
    }

    /// A case with one row.
    fn opened(&self, row: usize) -> Case {
        let (opened_at, opened_by, kind) = (self.log.at(row), self.log.direction(row), self.log.kind(row));
        let (index, is_human) = (row as u32, !self.log.is_automated(row));
        Case {
            row: index,
            is_ticket: self.log.traits(row).tickets,
            opened_at,
            opened_by,
            asked_at: if opened_by == Direction::Inbound && is_human {
                opened_at
            } else {
                NO_TIME
            },
            asked_row: index,
            response: Reached::NEVER,
            resolution: self.log.resolution(row),
            is_over: self.log.resolution(row).is_there() || self.log.is_closed_without_time(row),
            kind,
            is_complaint: self.log.is_complaint(kind),
            messages: 1,
            outbound: u32::from(opened_by == Direction::Outbound),
            tail: index,
            key: NO_KEY,
            is_human,
        }
    }

    /// Rows come by time. Of one instant (of one day, where times are dates) what answers nothing comes first, then what the
    /// stakeholder said: a question before its answer.
    fn put_in_order(&mut self, run: Range<usize>) {
        self.order.clear();
        self.order.extend(run.map(|row| row as u32));
        let at = |row: u32| self.log.at(row as usize);
        if self.order.windows(2).any(|pair| at(pair[0]) == at(pair[1])) {
            let (log, replies) = (&self.log, self.replies);
            self.order.sort_unstable_by_key(|&index| {
                let row = index as usize;
                (
                    log.at(row),
                    replies.at(row) != NO_KEY,
                    log.direction(row) != Direction::Inbound,
                    index,
                )
            });
        }
    }

    fn add_ticket(&mut self, row: usize) {
        if self.log.is_of_case(row) && !self.log.is_automated(row) {
            let case = Case {
                response: self.log.response(row),
                ..self.opened(row)
            };
            self.cases.push(case);
        }
    }

    fn add_message(&mut self, row: usize, many: bool) {
        let key = self.keys.at(row);
        let known = if key == NO_KEY {
            None
        } else if many {
            self.found.get(&key).copied()
        } else {
            self.cases.iter().rposition(|case| case.key == key).map(|index| index as u32)
        };
        let one = self.opened(row);
        let Some(index) = known else {
            if many && key != NO_KEY {
                self.found.insert(key, self.cases.len() as u32);
            }
            self.cases.push(match one.opened_by {
                // As with a ticket that does not say who opened it.
                Direction::Unknown if self.log.traits(row).hides_authors => Case {
                    key,
                    opened_by: Direction::Inbound,
                    asked_at: if one.is_human { one.opened_at } else { NO_TIME },
                    ..one
                },
                _ => Case { key, ..one },
            });
            return;
        };
        let hides_authors = self.log.traits(row).hides_authors;
        let case = &mut self.cases[index as usize];
        self.links[case.tail as usize - self.start] = row as u32;
        // Where nobody knows who wrote, the first that a person wrote is the stakeholder's, also behind one of a machine.
        let opened_by = match one.opened_by {
            Direction::Unknown if hides_authors && one.is_human && !case.is_human => Direction::Inbound,
            known => known,
        };
        case.add(&Case { opened_by, ..one });
    }
}

impl Case {
    /// Takes in the next message, given as the case that it would be alone.
    fn add(&mut self, one: &Case) {
        self.tail = one.row;
        if one.is_human && !self.is_human {
            // What a machine said before a person did opens nothing.
            (self.opened_at, self.opened_by) = (one.opened_at, one.opened_by);
        }
        self.messages += 1;
        self.outbound += one.outbound;
        self.is_human |= one.is_human;
        if one.is_complaint || self.kind == NO_CODE {
            self.kind = one.kind;
            self.is_complaint = one.is_complaint;
        }
        if one.resolution.at > self.resolution.at {
            self.resolution = one.resolution;
        }
        // The last message has the latest state.
        self.is_over = self.resolution.is_there() || one.is_over;
        match one.opened_by {
            Direction::Inbound if one.is_human && self.asked_at == NO_TIME => (self.asked_at, self.asked_row) = (one.opened_at, one.row),
            Direction::Outbound if one.is_human && self.asked_at != NO_TIME && !self.response.is_there() => {
                self.response.at = one.opened_at;
            }
            _ => {}
        }
    }
}
