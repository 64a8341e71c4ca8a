//! The roster as spells: who was there from when to when, shared by every fact that rests on it.

use std::ops::Range;

use super::context::{Context, Window};
use crate::canonical::{CanonicalTables, Rows, Values};
use crate::period::Zone;
use crate::schema::{Micros, NO_CODE, NO_INT, NO_TIME, Table, stakeholders};

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
    starts: Values<'a, i64>,
    ends: Values<'a, i64>,
    amounts: Values<'a, i64>,
    ends_are_dates: bool,
    /// Whether the row is of a stakeholder who has left at an unknown time.
    left: Values<'a, u8>,
    /// The longest gap in days between two rows that is a renewal.
    renewal_days: i32,
    /// Nothing at or after it is known.
    as_of: Micros,
    spans: Vec<Span>,
    spells: Vec<Spell>,
}

impl<'a> Roster<'a> {
    /// Over the roster, if there is one.
    pub fn new(ctx: &Context<'a>) -> Option<Roster<'a>> {
        let rows = ctx.canonical.table(Table::Stakeholders)?;
        Some(Roster {
            rows,
            zone: &ctx.canonical.zone,
            starts: rows.times(&stakeholders::STARTED_AT),
            ends: rows.times(&stakeholders::ENDED_AT),
            amounts: rows.ints(&stakeholders::RECURRING_AMOUNT),
            ends_are_dates: rows.is_date(&stakeholders::ENDED_AT),
            left: rows.flags(&stakeholders::LEFT_WITHOUT_DATE),
            renewal_days: ctx.settings.renewal_days,
            as_of: ctx.canonical.as_of,
            spans: Vec::new(),
            spells: Vec::new(),
        })
    }

    /// The spells of a stakeholder by start; overlapping and touching ones are one, and so are those with a short gap between them, which is
    /// a renewal. An empty start is before the data, an empty end (or no column of ends) still here. A row that ends before it starts is no
    /// spell, nor is that of a stakeholder who has left at an unknown time.
    pub fn of(&mut self, stakeholder: u32) -> &[Spell] {
        let rows = self.rows.run(stakeholder);
        self.read(rows, self.as_of)
    }

    /// The same as it was known at an earlier time: without the rows that started later, which renew or take over what ended before them.
    pub fn known_at(&mut self, stakeholder: u32, at: Micros) -> &[Spell] {
        let all = self.rows.run(stakeholder);
        // Rows come by start.
        let known = all.clone().take_while(|&row| self.starts.at(row) < at).count();
        self.read(all.start..all.start + known, at)
    }

    fn read(&mut self, rows: Range<usize>, as_of: Micros) -> &[Spell] {
        self.spans.clear();
        self.spells.clear();
        for row in rows.filter(|&row| self.left.at(row) != 1) {
            let start = self.starts.at(row);
            let end = match self.ends.at(row) {
                NO_TIME => STILL_HERE,
                end => end,
            };
            if start <= self.last_instant(end) {
                self.spans.push(Span {
                    start,
                    end,
                    until: end,
                    row: row as u32,
                });
            }
        }
        // Rows come by start, so the row that takes over is the first one that starts after the end.
        for i in 0..self.spans.len() {
            let end = self.spans[i].end;
            let next = self.spans.partition_point(|s| s.start <= end);
            if let Some(start) = self.spans.get(next).map(|s| s.start)
                && (start - 1 <= self.last_instant(end) || self.is_renewal(end, start, as_of))
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
                    self.spells.push(Spell {
                        start: span.start,
                        end: span.end,
                        end_row: span.row,
                    });
                    until = span.until;
                }
            }
        }
        &self.spells
    }

    /// Whether who left and came back has not really left: the days without are few, and the return is known.
    fn is_renewal(&self, end: Micros, start: Micros, as_of: Micros) -> bool {
        let days = self.zone.day_of(start) - self.zone.day_of(end) - 1;
        self.renewal_days > 0 && start < as_of && days <= self.renewal_days
    }

    /// The last instant before which nobody is gone: of an end date that of its day.
    fn last_instant(&self, end: Micros) -> Micros {
        if self.ends_are_dates && end != STILL_HERE {
            self.zone.midnight(self.zone.day_of(end) + 1) - 1
        } else {
            end
        }
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
    /// `None` where those that do have no amount.
    pub fn amount(&self, at: Micros, as_of: Micros) -> Option<i128> {
        let mut covering = self.spans.iter().filter(|s| covers(s.start, s.end, s.until, at, as_of)).peekable();
        if covering.peek().is_none() {
            return Some(0);
        }
        covering
            .map(|s| self.amounts.at(s.row as usize))
            .filter(|&a| a != NO_INT)
            .map(i128::from)
            .reduce(|a, b| a + b)
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
    canonical: &'a CanonicalTables,
    roster: Option<(&'a Rows, Values<'a, u32>)>,
    customer: u32,
    supplier: u32,
}

impl<'a> Types<'a> {
    /// Over the tables that there are.
    pub fn new(canonical: &'a CanonicalTables) -> Types<'a> {
        let code = |word| canonical.texts.code(word).unwrap_or(NO_CODE);
        let roster = canonical
            .table(Table::Stakeholders)
            .map(|rows| (rows, rows.codes(&stakeholders::TYPE)));
        Types {
            canonical,
            roster,
            customer: code(stakeholders::CUSTOMER),
            supplier: code(stakeholders::SUPPLIER),
        }
    }

    /// The code of a stakeholder's type: the current roster row's; off the roster a customer where there is a purchase, a survey
    /// or an interaction, a supplier where there are supplies alone.
    pub fn of(&self, stakeholder: u32) -> u32 {
        if let Some((rows, types)) = self.roster
            && let Some(row) = current(rows, stakeholder)
        {
            return types.at(row);
        }
        let is_in = |table| self.canonical.table(table).is_some_and(|rows| !rows.run(stakeholder).is_empty());
        if [Table::Purchases, Table::Surveys, Table::Interactions].into_iter().any(is_in) {
            self.customer
        } else if is_in(Table::Supplies) {
            self.supplier
        } else {
            NO_CODE
        }
    }
}

/// The current value of a roster column for every stakeholder code, and for rows without one (nothing). `type` is known off the roster
/// too ([`Types`]).
pub fn current_values(canonical: &CanonicalTables, column: &str) -> Vec<u32> {
    let types = (column == stakeholders::TYPE.name).then(|| Types::new(canonical));
    let roster = canonical.table(Table::Stakeholders).map(|rows| (rows, rows.dimension(column)));
    let mut values: Vec<u32> = (0..canonical.nobody())
        .map(|stakeholder| match (&types, &roster) {
            (Some(types), _) => types.of(stakeholder),
            (None, Some((rows, codes))) => current(rows, stakeholder).map_or(NO_CODE, |row| codes.at(row)),
            (None, None) => NO_CODE,
        })
        .collect();
    values.push(NO_CODE);
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed, time};
    use crate::facts::context::{Settings, Slicing};

    fn day(text: &str) -> Micros {
        time(&Zone::utc(), text)
    }

    /// Without renewals: every gap is one.
    fn roster(text: &str, ends_are_dates: bool, look: impl Fn(&mut Roster)) {
        renewed(0, text, ends_are_dates, look);
    }

    fn renewed(renewal_days: i32, text: &str, ends_are_dates: bool, look: impl Fn(&mut Roster)) {
        for reversed in [false, true] {
            let fixture = Fixture::new("2030-01-01").table(Table::Stakeholders, Rowed::Plain, text);
            let fixture = if ends_are_dates {
                fixture.dates(Table::Stakeholders, "ended_at")
            } else {
                fixture
            };
            let canonical = fixture.build(reversed);
            let settings = Settings {
                renewal_days,
                ..Settings::default()
            };
            let slicing = Slicing::default();
            let ctx = Context {
                canonical: &canonical,
                settings: &settings,
                slicing: &slicing,
                windows: &[],
            };
            let mut roster = Roster::new(&ctx).unwrap();
            roster.of(0);
            look(&mut roster);
        }
    }

    fn bounds(roster: &Roster) -> Vec<(Micros, Micros)> {
        roster.last().iter().map(|s| (s.start, s.end)).collect()
    }

    #[test]
    fn an_end_date_is_the_last_day() {
        roster("stakeholder_id,started_at,ended_at\na,2025-01-01,2025-12-31", true, |r| {
            let there = |text: &str| r.is_present(day(text), Micros::MAX);
            assert!(!there("2025-01-01"), "who starts at that very time was not there before it");
            assert!(there("2025-01-02") && there("2025-12-31"));
            assert!(!there("2026-01-01"));
        });
        roster("stakeholder_id,started_at,ended_at\na,2025-01-01,2026-01-01", true, |r| {
            assert!(r.is_present(day("2026-01-01"), Micros::MAX));
        });
    }

    #[test]
    fn empty_bounds_are_open() {
        roster("stakeholder_id,started_at,ended_at\na,,", true, |r| {
            assert_eq!(bounds(r), [(NO_TIME, STILL_HERE)]);
            assert!(r.is_present(day("1900-01-01"), Micros::MAX) && r.is_present(day("2200-01-01"), Micros::MAX));
        });
        roster("stakeholder_id\na", false, |r| assert_eq!(bounds(r), [(NO_TIME, STILL_HERE)]));
    }

    #[test]
    fn overlapping_and_touching_spells_are_one() {
        let text = "stakeholder_id,started_at,ended_at,end_reason\n\
                    a,2020-01-01,2021-12-31,other\na,2020-06-01,2020-07-01,voluntary\na,2022-01-01,2022-06-30,involuntary\na,2022-07-02,,";
        roster(text, true, |r| {
            assert_eq!(
                bounds(r),
                [(day("2020-01-01"), day("2022-06-30")), (day("2022-07-02"), STILL_HERE)],
                "one day apart is a gap"
            );
            assert_eq!(
                r.starts.at(r.last()[0].end_row as usize),
                day("2022-01-01"),
                "the row of the last end"
            );
            assert!(r.is_present(day("2022-01-01"), Micros::MAX));
        });
        // Ends that are instants touch only where they meet.
        roster(text, false, |r| assert_eq!(r.last().len(), 3));
        roster(
            "stakeholder_id,started_at,ended_at\na,2020-01-01T09:00,2020-05-01T17:00\na,2020-05-01T17:00,2020-06-01",
            false,
            |r| {
                assert_eq!(bounds(r), [(day("2020-01-01T09:00"), day("2020-06-01"))]);
            },
        );
    }

    #[test]
    fn who_comes_back_within_the_limit_has_not_left() {
        let text = "stakeholder_id,started_at,ended_at,recurring_amount\n\
                    a,2025-01-01,2025-03-31,5\na,2025-05-01,2025-08-31,7\na,2025-10-02,,9";
        for ends_are_dates in [true, false] {
            renewed(30, text, ends_are_dates, |r| {
                // Of April all 30 days are missing, of September and October 31.
                assert_eq!(bounds(r), [(day("2025-01-01"), day("2025-08-31")), (day("2025-10-02"), STILL_HERE)]);
                assert!(r.is_present(day("2025-04-15"), Micros::MAX));
                assert_eq!(
                    r.amount(day("2025-04-15"), Micros::MAX),
                    Some(50_000),
                    "the old amount until the renewal"
                );
            });
            renewed(31, text, ends_are_dates, |r| {
                assert_eq!(bounds(r), [(day("2025-01-01"), STILL_HERE)]);
            });
            renewed(29, text, ends_are_dates, |r| assert_eq!(r.last().len(), 3));
        }
        // A return that lies ahead is a plan.
        let ahead = "stakeholder_id,started_at,ended_at\na,2025-01-01,2029-12-20\na,2030-01-05,";
        renewed(30, ahead, true, |r| assert_eq!(r.last().len(), 2));
    }

    #[test]
    fn an_end_before_the_start_is_no_spell() {
        roster(
            "stakeholder_id,started_at,ended_at\na,2020-05-01,2020-04-30\na,2021-01-01,2021-02-01",
            true,
            |r| {
                assert_eq!(bounds(r), [(day("2021-01-01"), day("2021-02-01"))]);
            },
        );
        roster("stakeholder_id,started_at,ended_at\na,2020-05-01T10:00,2020-05-01", true, |r| {
            assert_eq!(
                bounds(r),
                [(day("2020-05-01T10:00"), day("2020-05-01"))],
                "one day, started in its course"
            );
        });
    }

    #[test]
    fn a_future_end_or_start_is_a_plan() {
        roster("stakeholder_id,started_at,ended_at\na,2025-01-01,2025-06-30", true, |r| {
            assert!(!r.is_present(day("2025-07-01"), day("2025-07-01")));
            assert!(r.is_present(day("2025-07-01"), day("2025-06-30")), "the end is not known yet");
            assert!(!r.is_present(day("2025-02-01"), day("2025-01-01")), "nor is the start");
        });
    }

    #[test]
    fn amounts_add_up_over_the_rows_that_cover_a_time() {
        let text = "stakeholder_id,started_at,ended_at,recurring_amount\n\
                    a,2025-01-01,,100\na,2025-02-01,2025-12-31,50\na,2026-01-01,2026-01-31,60\na,2026-03-01,,";
        roster(text, true, |r| {
            let amount = |text: &str| r.amount(day(text), Micros::MAX).unwrap();
            assert_eq!(amount("2025-01-01"), 0);
            assert_eq!(amount("2025-02-01"), 1_000_000);
            assert_eq!(amount("2025-02-02"), 1_500_000);
            assert_eq!(
                amount("2026-01-01"),
                1_500_000,
                "taken over on the next day: the old amount until then, never neither"
            );
            assert_eq!(amount("2026-01-01") + 100_000, amount("2026-01-02"));
            assert_eq!(amount("2026-02-01"), 1_000_000);
            assert_eq!(amount("2026-03-02"), 1_000_000, "an unknown amount adds nothing to a known one");
        });
        roster("stakeholder_id,started_at,recurring_amount\na,2025-01-01,", false, |r| {
            assert_eq!(r.amount(day("2025-01-02"), Micros::MAX), None, "there, but the amount is unknown");
            assert_eq!(r.amount(day("2024-01-02"), Micros::MAX), Some(0));
        });
    }

    #[test]
    fn the_day_after_is_a_civil_day() {
        let text = "stakeholder_id,started_at,ended_at\na,2025-01-01,2025-03-29\na,2025-03-30,2025-03-30\na,2025-03-31,";
        let canonical = Fixture::new("2030-01-01")
            .zone("Europe/Berlin")
            .table(Table::Stakeholders, Rowed::Plain, text)
            .dates(Table::Stakeholders, "ended_at")
            .build(false);
        let (settings, slicing) = (Settings::default(), Slicing::default());
        let ctx = Context {
            canonical: &canonical,
            settings: &settings,
            slicing: &slicing,
            windows: &[],
        };
        let mut roster = Roster::new(&ctx).unwrap();
        assert_eq!(roster.of(0).len(), 1, "30 March 2025 has 23 hours there");
    }

    #[test]
    fn types_come_from_the_current_row_or_from_what_there_is() {
        let canonical = Fixture::new("2030-01-01")
            .table(
                Table::Stakeholders,
                Rowed::Plain,
                "stakeholder_id,started_at,type\na,2021-01-01,employee\na,2020-01-01,volunteer\ne,,",
            )
            .table(
                Table::Purchases,
                Rowed::Plain,
                "stakeholder_id,occurred_at,amount\na,2021-01-01,1\nb,2021-01-01,1\ne,2021-01-01,1",
            )
            .table(
                Table::Supplies,
                Rowed::Plain,
                "stakeholder_id,ordered_at\nb,2021-01-01\nc,2021-01-01",
            )
            .table(Table::Referrals, Rowed::Plain, "referrer_id,occurred_at\nd,2021-01-01")
            .build(false);
        let types = Types::new(&canonical);
        let shown: Vec<Option<&str>> = (0..5).map(|s| canonical.texts.text(types.of(s))).collect();
        assert_eq!(shown, [Some("employee"), Some("customer"), Some("supplier"), None, None]);
    }
}
