//! The interactions row by row: who spoke, whether the row is of a case, and what it tells of a response and a resolution.

use super::context::Context;
use crate::canonical::{Dictionary, Rows, SourceInfo, Values};
use crate::schema::{Column, HOUR, Micros, NO_CODE, NO_TIME, Table, interactions, stakeholders};

/// Who spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The stakeholder.
    Inbound,
    /// We.
    Outbound,
    /// We, among ourselves.
    Internal,
    /// Both, as in a meeting.
    Both,
    /// Nobody wrote it down.
    Unknown,
}

/// The codes of the words that the log is read by; [`NO_CODE`] for a word that nowhere occurs.
#[derive(Clone, Debug)]
struct Words {
    directions: [(u32, Direction); 4],
    /// A meeting or an event: both sides take part unless the row says otherwise.
    joint: [u32; 2],
    /// Kinds that are no cases.
    contacts_only: [u32; 5],
    complaint: u32,
    employee: u32,
}

impl Words {
    fn new(texts: &Dictionary) -> Words {
        let code = |word: &str| texts.code(word).unwrap_or(NO_CODE);
        Words {
            directions: [
                (code("inbound"), Direction::Inbound),
                (code("outbound"), Direction::Outbound),
                (code("internal"), Direction::Internal),
                (code("both"), Direction::Both),
            ],
            joint: ["meeting", "event"].map(code),
            contacts_only: interactions::CONTACTS_ONLY.map(code),
            complaint: code("complaint"),
            employee: code(stakeholders::EMPLOYEE),
        }
    }
}

/// What the rows of a source are, and which times it gives.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    /// Its rows are messages of cases.
    pub messages: bool,
    /// Its rows are tickets.
    pub tickets: bool,
    /// It tells when, or whether, a case was answered.
    pub tells_response: bool,
    /// Nothing in it shows who wrote its messages.
    pub hides_authors: bool,
    /// It tells when, or whether, a case was resolved.
    pub tells_resolution: bool,
    /// The times of its records are dates without a time of day.
    pub opened_by_day: bool,
    /// Its response, or the question before it, is known by the day only.
    pub response_by_day: bool,
    /// Its resolution, or the opening before it, is known by the day only.
    pub resolution_by_day: bool,
}

/// The time of a response or a resolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// When; [`NO_TIME`] if never.
    pub at: Micros,
    /// The row gives the minutes it took, not the time: they are taken as given, whatever the clock.
    pub is_given: bool,
}

impl Reached {
    /// It never was.
    pub const NEVER: Reached = Reached {
        at: NO_TIME,
        is_given: false,
    };

    /// Whether it was reached.
    pub fn is_there(self) -> bool {
        self.at != NO_TIME
    }
}

/// The interactions, read row by row.
pub struct Log<'a> {
    /// The table.
    pub rows: &'a Rows,
    words: Words,
    sources: Vec<Traits>,
    /// Whether the rows of any source are messages.
    pub any_messages: bool,
    occurred: Values<'a, Micros>,
    directions: Values<'a, u32>,
    kinds: Values<'a, u32>,
    automated: Values<'a, u8>,
    responded: (Values<'a, Micros>, Values<'a, f64>),
    resolved: (Values<'a, Micros>, Values<'a, f64>),
    closed: Values<'a, u8>,
    /// Roster: its rows, when each started, and the type it gives.
    roster: Option<(&'a Rows, Values<'a, Micros>, Values<'a, u32>)>,
}

impl<'a> Log<'a> {
    /// Over the interactions, if there are any.
    pub fn new(ctx: &Context<'a>) -> Option<Log<'a>> {
        let rows = ctx.canonical.table(Table::Interactions)?;
        let tells = |source: &SourceInfo, columns: &[Column]| columns.iter().any(|column| source.maps(column));
        // A source that gives only the minutes, and no time, needs no time of day.
        let by_day = |source: &SourceInfo, time: &Column, minutes: &Column| {
            let is_given = source.maps(minutes) && !source.maps(time);
            !is_given && (source.has_dates(&interactions::OCCURRED_AT) || !source.messages && source.has_dates(time))
        };
        let sources: Vec<Traits> = ctx
            .canonical
            .sources
            .iter()
            .map(|s| Traits {
                messages: s.messages,
                tickets: s.tickets && !s.messages,
                tells_response: tells(
                    s,
                    if s.messages {
                        &[interactions::DIRECTION]
                    } else {
                        &[interactions::RESPONDED_AT, interactions::RESPONSE_MINUTES]
                    },
                ),
                hides_authors: s.messages && (!s.has_answers || !tells(s, &[interactions::DIRECTION, interactions::IN_REPLY_TO])),
                tells_resolution: tells(s, &[interactions::RESOLVED_AT, interactions::RESOLUTION_MINUTES]),
                opened_by_day: s.has_dates(&interactions::OCCURRED_AT),
                response_by_day: by_day(s, &interactions::RESPONDED_AT, &interactions::RESPONSE_MINUTES),
                resolution_by_day: by_day(s, &interactions::RESOLVED_AT, &interactions::RESOLUTION_MINUTES),
            })
            .collect();
        Some(Log {
            rows,
            words: Words::new(&ctx.canonical.texts),
            any_messages: sources.iter().any(|s| s.messages),
            sources,
            occurred: rows.times(&interactions::OCCURRED_AT),
            directions: rows.codes(&interactions::DIRECTION),
            kinds: rows.codes(&interactions::KIND),
            automated: rows.flags(&interactions::AUTOMATED),
            responded: (
                rows.times(&interactions::RESPONDED_AT),
                rows.floats(&interactions::RESPONSE_MINUTES),
            ),
            resolved: (
                rows.times(&interactions::RESOLVED_AT),
                rows.floats(&interactions::RESOLUTION_MINUTES),
            ),
            closed: rows.flags(&interactions::CLOSED_WITHOUT_TIME),
            roster: ctx
                .canonical
                .table(Table::Stakeholders)
                .map(|roster| (roster, roster.times(&stakeholders::STARTED_AT), roster.codes(&stakeholders::TYPE))),
        })
    }

    /// What the rows of a row's source are.
    #[inline]
    pub fn traits(&self, row: usize) -> Traits {
        self.sources[self.rows.source_of(row) as usize]
    }

    /// When a row happened.
    #[inline]
    pub fn at(&self, row: usize) -> Micros {
        self.occurred.at(row)
    }

    /// The code of a row's kind.
    #[inline]
    pub fn kind(&self, row: usize) -> u32 {
        self.kinds.at(row)
    }

    /// Whether a machine sent it.
    #[inline]
    pub fn is_automated(&self, row: usize) -> bool {
        self.automated.at(row) == 1
    }

    /// Whether a code is that of the kind `complaint`.
    #[inline]
    pub fn is_complaint(&self, kind: u32) -> bool {
        kind != NO_CODE && kind == self.words.complaint
    }

    /// Whether a row is a ticket or a message that belongs to a case: neither source nor kind makes it a mere contact.
    #[inline]
    pub fn is_of_case(&self, row: usize) -> bool {
        let (traits, kind) = (self.traits(row), self.kind(row));
        (traits.tickets || traits.messages) && (kind == NO_CODE || !self.words.contacts_only.contains(&kind))
    }

    /// Who spoke: what the row says; else both in a meeting or an event; else, in a ticket, the stakeholder.
    #[inline]
    pub fn direction(&self, row: usize) -> Direction {
        let (code, kind) = (self.directions.at(row), self.kind(row));
        if code != NO_CODE {
            let found = self.words.directions.iter().find(|(c, _)| *c == code);
            found.map_or(Direction::Unknown, |(_, direction)| *direction)
        } else if kind != NO_CODE && self.words.joint.contains(&kind) {
            Direction::Both
        } else if self.traits(row).tickets && self.is_of_case(row) {
            Direction::Inbound
        } else {
            Direction::Unknown
        }
    }

    /// The code of the word for a direction; [`NO_CODE`] where it is unknown.
    pub fn word(&self, direction: Direction) -> u32 {
        self.words
            .directions
            .iter()
            .find(|(_, d)| *d == direction)
            .map_or(NO_CODE, |(code, _)| *code)
    }

    /// The first response that a ticket's row tells of.
    #[inline]
    pub fn response(&self, row: usize) -> Reached {
        self.reached(self.responded, row, self.traits(row).response_by_day)
    }

    /// The resolution that a row tells of.
    #[inline]
    pub fn resolution(&self, row: usize) -> Reached {
        self.reached(self.resolved, row, self.traits(row).resolution_by_day)
    }

    /// Whether the status of a row says that its case is over, while nothing says since when.
    #[inline]
    pub fn is_closed_without_time(&self, row: usize) -> bool {
        self.closed.at(row) == 1
    }

    #[inline]
    fn reached(&self, (times, minutes): (Values<Micros>, Values<f64>), row: usize, by_day: bool) -> Reached {
        let (at, minutes) = (times.at(row), minutes.at(row));
        // The minutes say more than two times of which one is a date.
        if at != NO_TIME && (minutes.is_nan() || !by_day) {
            return Reached { at, is_given: false };
        }
        if minutes.is_nan() {
            return Reached::NEVER;
        }
        let taken = (minutes * (HOUR / 60) as f64).round() as i64;
        Reached {
            at: self.at(row).saturating_add(taken),
            is_given: true,
        }
    }

    /// Whether the roster's current word on a stakeholder, its spell with the latest start, is that it is an employee.
    pub fn is_employee(&self, stakeholder: u32) -> bool {
        let Some((roster, started, types)) = self.roster.filter(|_| self.words.employee != NO_CODE) else {
            return false;
        };
        let current = roster.run(stakeholder).max_by_key(|&row| started.at(row));
        current.is_some_and(|row| types.at(row) == self.words.employee)
    }
}
