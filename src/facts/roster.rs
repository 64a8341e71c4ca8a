//! The roster as spells: who was there from when to when, shared by every fact that rests on it.

use super::context::{Context, Window};
use crate::canon::{Canon, Column, Rows};
use crate::period::Zone;
use crate::schema::{Micros, NO_CODE, NO_INT, NO_TIME, Table};

/// The end of a spell that has none.
pub const STILL_HERE: Micros = Micros::MAX;

/// An unbroken stretch of time on the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spell {
    /// Start; [`NO_TIME`] where it lies before the data.
    pub start: Micros,
    /// End, as the roster gives it (a date is the last day); [`STILL_HERE`] where there is none.
    pub end: Micros,
    /// The roster row that gives the end.
    pub end_row: u32,
}

impl Spell {
    /// Whether the stakeholder is there at a time, by what is known before `as_of`: started before it, not ended before it. A start
    /// or an end at or after `as_of` is a plan.
    #[inline]
    pub fn covers(&self, at: Micros, as_of: Micros) -> bool {
        covers(self.start, self.end, self.end, at, as_of)
    }

    /// Whether it started in a period.
    #[inline]
    pub fn started_in(&self, window: &Window) -> bool {
        window.start <= self.start && self.start < window.end && self.start < window.as_of
    }

    /// Whether it ended in a period.
    #[inline]
    pub fn ended_in(&self, window: &Window) -> bool {
        window.start <= self.end && self.end < window.end && self.end < window.as_of
    }
}

/// `until` is the end, or later where another row takes over.
#[inline]
fn covers(start: Micros, end: Micros, until: Micros, at: Micros, as_of: Micros) -> bool {
    start < at && start < as_of && (until >= at || end >= as_of)
}

/// One roster row of the stakeholder last read.
#[derive(Debug)]
struct Span {
    start: Micros,
    end: Micros,
    /// The end, or the start of the row that takes over on the day after the last day.
    until: Micros,
    row: u32,
}

/// Reads the spells of one stakeholder after the other into one reused buffer.
#[derive(Debug)]
pub struct Roster<'a> {
    rows: &'a Rows,
    zone: &'a Zone,
    starts: Column<'a, i64>,
    ends: Column<'a, i64>,
    amounts: Column<'a, i64>,
    ends_are_dates: bool,
    spans: Vec<Span>,
    spells: Vec<Spell>,
}

impl<'a> Roster<'a> {
    /// Over the roster, if there is one.
    pub fn new(ctx: &Context<'a>) -> Option<Roster<'a>> {
        let rows = ctx.canon.table(Table::Stakeholders)?;
        Some(Roster {
            rows,
            zone: &ctx.canon.zone,
            starts: rows.times("started_at"),
            ends: rows.times("ended_at"),
            amounts: rows.ints("recurring_amount"),
            ends_are_dates: rows.is_date("ended_at"),
            spans: Vec::new(),
            spells: Vec::new(),
        })
    }

    /// The spells of a stakeholder by start; overlapping and touching ones are one. An empty start is before the data, an empty end
    /// (or no column of ends) still here. A row that ends before it starts is no spell.
    pub fn of(&mut self, stakeholder: u32) -> &[Spell] {
        self.spans.clear();
        self.spells.clear();
        for row in self.rows.run(stakeholder) {
            let start = self.starts.at(row);
            let end = match self.ends.at(row) {
                NO_TIME => STILL_HERE,
                end => end,
            };
            if start <= self.last_instant(end) {
                self.spans.push(Span { start, end, until: end, row: row as u32 });
            }
        }
        // Rows come by start, so the row that takes over is the first one that starts after the end.
        for i in 0..self.spans.len() {
            let end = self.spans[i].end;
            let next = self.spans.partition_point(|s| s.start <= end);
            if let Some(start) = self.spans.get(next).map(|s| s.start)
                && start - 1 <= self.last_instant(end)
            {
                self.spans[i].until = start;
            }
        }
        let mut until = NO_TIME;
        for span in &self.spans {
            match self.spells.last_mut() {
                Some(spell) if span.start <= until => {
                    if span.end >= spell.end {
                        (spell.end, spell.end_row) = (span.end, span.row);
                    }
                    until = until.max(span.until);
                }
                _ => {
                    self.spells.push(Spell { start: span.start, end: span.end, end_row: span.row });
                    until = span.until;
                }
            }
        }
        &self.spells
    }

    /// The last instant before which nobody is gone: of an end date that of its day.
    fn last_instant(&self, end: Micros) -> Micros {
        if self.ends_are_dates && end != STILL_HERE { self.zone.midnight(self.zone.day_of(end) + 1) - 1 } else { end }
    }

    /// The spells last read.
    pub fn last(&self) -> &[Spell] {
        &self.spells
    }

    /// Whether the stakeholder last read is there at a time, by what is known before `as_of`.
    pub fn is_present(&self, at: Micros, as_of: Micros) -> bool {
        self.spells.iter().any(|s| s.covers(at, as_of))
    }

    /// The recurring amount of the stakeholder last read at a time: the sum over the rows that cover it. 0 where none does;
    /// [`NO_INT`] where those that do have no amount.
    pub fn amount(&self, at: Micros, as_of: Micros) -> i64 {
        let mut covering = self.spans.iter().filter(|s| covers(s.start, s.end, s.until, at, as_of)).peekable();
        if covering.peek().is_none() {
            return 0;
        }
        covering.map(|s| self.amounts.at(s.row as usize)).filter(|&a| a != NO_INT).reduce(|a, b| a + b).unwrap_or(NO_INT)
    }
}

/// The current roster row of a stakeholder, the one with the latest start: it says the dimensions, the type, the tier.
#[inline]
pub fn current(roster: &Rows, stakeholder: u32) -> Option<usize> {
    // Rows come by start.
    roster.run(stakeholder).next_back()
}

/// What type a stakeholder is.
#[derive(Debug)]
pub struct Types<'a> {
    canon: &'a Canon,
    roster: Option<(&'a Rows, Column<'a, u32>)>,
    customer: u32,
    supplier: u32,
}

impl<'a> Types<'a> {
    /// Over the tables that there are.
    pub fn new(canon: &'a Canon) -> Types<'a> {
        let code = |word| canon.texts.code(word).unwrap_or(NO_CODE);
        let roster = canon.table(Table::Stakeholders).map(|rows| (rows, rows.codes("type")));
        Types { canon, roster, customer: code("customer"), supplier: code("supplier") }
    }

    /// The code of a stakeholder's type: the current roster row's; off the roster a customer where there is a purchase, a survey
    /// or an interaction, a supplier where there are supplies alone.
    pub fn of(&self, stakeholder: u32) -> u32 {
        if let Some((rows, types)) = self.roster
            && let Some(row) = current(rows, stakeholder)
        {
            return types.at(row);
        }
        let is_in = |table| self.canon.table(table).is_some_and(|rows| !rows.run(stakeholder).is_empty());
        if [Table::Purchases, Table::Surveys, Table::Interactions].into_iter().any(is_in) {
            self.customer
        } else if is_in(Table::Supplies) {
            self.supplier
        } else {
            NO_CODE
        }
    }
}
