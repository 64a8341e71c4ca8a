//! The members of cohorts: when each relationship started, and what happened in the periods after it.

use std::ops::Range;

use rayon::prelude::*;

use super::retention::Request;
use super::{Measure, NoCohorts, Start, kept};
use crate::canonical::CanonicalTables;
use crate::facts::context::{Context, Settings, Slicing, Window, is_out};
use crate::facts::frame::Frame;
use crate::facts::ordering::Orders;
use crate::facts::relations;
use crate::facts::roster::Roster;
use crate::facts::{self, Prepared};
use crate::measure::{self, Private, StakeholderGroups, window};
use crate::period::Period;
use crate::schema::{FactSpec, Micros, NO_TIME, Table, purchases, stakeholders};

/// A member of a cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The codes of the group that it is in.
    pub group: Vec<u32>,
    /// The codes of the cohort, if a dimension makes cohorts.
    pub cohort: Vec<u32>,
    /// The number of the period in which the relationship started.
    pub start: i32,
    /// Whether the stakeholder is protected.
    pub private: bool,
    /// What happened, by age in periods, ascending, each age once: 1 of shares, the number of orders, revenue in 1/10,000.
    pub happened: Vec<(u32, i128)>,
    /// Of an order only the amount of all lines is known, and a condition leaves some of them out.
    pub is_unknown: bool,
}

/// The members of all cohorts, in the order of their ids.
pub fn members(canonical: &CanonicalTables, settings: &Settings, ask: &Request) -> Result<Vec<Member>, NoCohorts> {
    let fact = ask.start.fact();
    let joined = kept(canonical, fact, ask.filter.as_ref())?;
    let counted = kept(canonical, ask.measure.fact(), ask.filter.as_ref())?;
    let groups = |by: &[String]| StakeholderGroups::new(canonical, ask.start.table(), by).map_err(NoCohorts::Dimension);
    let windows = match ask.measure {
        Measure::Active => windows(canonical, ask),
        Measure::Ordered | Measure::Present | Measure::Orders | Measure::Revenue => Vec::new(),
    };
    let job = Job {
        start: Context {
            canonical,
            settings,
            slicing: &joined,
            windows: &[],
        },
        measure: Context {
            canonical,
            settings,
            slicing: &counted,
            windows: &windows,
        },
        ask,
        groups: groups(&ask.by)?,
        cohorts: groups(ask.dimension.as_slice())?,
        private: Private::new(canonical),
    };
    let blocks = measure::blocks(canonical, block_fact(ask)).into_par_iter();
    let found: Vec<Vec<Member>> = blocks.map(|block| job.block(block)).collect();
    Ok(found.into_iter().flatten().collect())
}

/// The fact whose rows are the work.
fn block_fact(ask: &Request) -> &'static FactSpec {
    match ask.measure {
        Measure::Active => &relations::SPEC,
        Measure::Ordered | Measure::Present | Measure::Orders | Measure::Revenue => ask.start.fact(),
    }
}

/// The periods in which activity is looked for: the last ones, up to the as-of date.
fn windows(canonical: &CanonicalTables, ask: &Request) -> Vec<Window> {
    let open = ask.open(canonical);
    let period = |number| Period::of(ask.grain, ask.grain.first_day(number), &canonical.zone);
    (open - ask.most() as i32..=open)
        .map(period)
        .filter(|period| period.start < canonical.as_of)
        .map(|period| window(&period, canonical.as_of))
        .collect()
}

struct Job<'a> {
    /// How the start of a relationship is found.
    start: Context<'a>,
    /// How what happened later is found.
    measure: Context<'a>,
    ask: &'a Request,
    groups: StakeholderGroups<'a>,
    cohorts: StakeholderGroups<'a>,
    private: Private,
}

impl Job<'_> {
    fn block(&self, block: Range<u32>) -> Vec<Member> {
        let canonical = self.start.canonical;
        let mut orders = Orders::new(&self.start);
        let mut roster = Roster::new(&self.start);
        let active = self.active(&block);
        let mut found = Vec::new();
        for stakeholder in block.filter(|s| *s != canonical.nobody()) {
            let Some((start, row)) = self.started(stakeholder, orders.as_mut(), roster.as_mut()) else {
                continue;
            };
            let mut is_unknown = false;
            let mut happened = match self.ask.measure {
                Measure::Ordered | Measure::Orders | Measure::Revenue => {
                    let happened = self.ordered(stakeholder, start, orders.as_mut());
                    let kept = || orders.iter().flat_map(Orders::last).filter(|order| !is_out(order.slice));
                    is_unknown = kept().any(|order| order.is_divided);
                    happened
                }
                Measure::Present => self.present(stakeholder, start, roster.as_mut()),
                Measure::Active => {
                    let of_one = active.partition_point(|(s, _)| *s < stakeholder)..active.partition_point(|(s, _)| *s <= stakeholder);
                    let after = active[of_one].iter().filter(|(_, period)| *period >= start);
                    after.map(|(_, period)| ((period - start) as u32, 1)).collect()
                }
            };
            if self.ask.on_or_after
                && let Some((last, _)) = happened.last()
            {
                happened = (0..=*last).map(|age| (age, 1)).collect();
            }
            found.push(Member {
                group: self.groups.of(stakeholder, row),
                cohort: self.cohorts.of(stakeholder, row),
                start,
                private: self.private.is(stakeholder, 0),
                happened,
                is_unknown,
            });
        }
        found
    }

    /// The number of the period in which the relationship started, and the row that tells of it.
    fn started(&self, stakeholder: u32, orders: Option<&mut Orders>, roster: Option<&mut Roster>) -> Option<(i32, u32)> {
        let (canonical, grain) = (self.start.canonical, self.ask.grain);
        match self.ask.start {
            Start::FirstOrder => {
                let slicing: &Slicing = self.start.slicing;
                let all = orders?.of(&self.start, stakeholder, |row| slicing.of_row(row, stakeholder));
                let mut placed = all.iter().filter(|order| order.is_order);
                let first = placed.clone().next()?;
                let period = grain.number(first.day);
                // The first order of all makes the cohort, as it makes a new customer; the condition has to hold for an order of its period.
                let kept = placed.find(|order| !is_out(order.slice) && grain.number(order.day) == period)?;
                Some((period, kept.row))
            }
            Start::JoinDate => {
                let start = roster?.of(stakeholder).first()?.start;
                let counts = start != NO_TIME && start < canonical.as_of && !is_out(self.start.slicing.of(stakeholder));
                let row = canonical.table(Table::Stakeholders)?.run(stakeholder).next()? as u32;
                counts.then(|| (grain.number(canonical.zone.day_of(start)), row))
            }
        }
    }

    /// Orders or revenue by age. Money that came back before the first order is of no age.
    fn ordered(&self, stakeholder: u32, start: i32, orders: Option<&mut Orders>) -> Vec<(u32, i128)> {
        let mut happened: Vec<(u32, i128)> = Vec::new();
        let Some(reader) = orders else { return happened };
        let slicing: &Slicing = self.measure.slicing;
        let all = reader.of(&self.measure, stakeholder, |row| slicing.of_row(row, stakeholder));
        for order in all.iter().filter(|order| !is_out(order.slice)) {
            let age = self.ask.grain.number(order.day) - start;
            let value = match self.ask.measure {
                Measure::Revenue => order.revenue(),
                Measure::Ordered | Measure::Orders | Measure::Present | Measure::Active => i128::from(order.is_order),
            };
            let Ok(age) = u32::try_from(age) else { continue };
            if !order.is_order && self.ask.measure != Measure::Revenue {
                continue;
            }
            // Orders come by time.
            match happened.last_mut().filter(|(last, _)| *last == age) {
                Some((_, sum)) if self.ask.measure != Measure::Ordered => *sum += value,
                Some(_) => {}
                None => happened.push((age, value)),
            }
        }
        happened
    }

    /// The ages at whose end the stakeholder is on the roster.
    fn present(&self, stakeholder: u32, start: i32, roster: Option<&mut Roster>) -> Vec<(u32, i128)> {
        let canonical = self.measure.canonical;
        let Some(roster) = roster else { return Vec::new() };
        roster.of(stakeholder);
        let grain = self.ask.grain;
        // Whoever is there in the period that has not ended has not been lost in an earlier one.
        let periods = (start..=self.ask.open(canonical)).take(self.ask.most() + 1);
        let end = |number: i32| canonical.zone.midnight(grain.first_day(number + 1)).min(canonical.as_of);
        periods
            .filter(|number| roster.is_present(end(*number), canonical.as_of))
            .map(|number| ((number - start) as u32, 1))
            .collect()
    }

    /// Stakeholders of the block and the numbers of the periods in which they were active, both ascending.
    fn active(&self, block: &Range<u32>) -> Vec<(u32, i32)> {
        if self.ask.measure != Measure::Active {
            return Vec::new();
        }
        let mut frame = Frame::new(&relations::SPEC, &|name| name == "is_active", false);
        facts::build(&relations::SPEC, &self.measure, &Prepared::Nothing, block.clone(), &mut frame);
        let Some(flags) = frame.flags("is_active") else { return Vec::new() };
        let zone = &self.measure.canonical.zone;
        let number = |row: usize| {
            let start = self.measure.windows[frame.window[row] as usize].start;
            self.ask.grain.number(zone.day_of(start))
        };
        let mut active: Vec<(u32, i32)> = (0..frame.len())
            .filter(|&row| flags[row] == 1)
            .map(|row| (frame.stakeholder[row], number(row)))
            .collect();
        active.sort_unstable();
        active
    }
}

/// The first instant that any row of a start tells of; before it nothing is known.
pub fn first_known(canonical: &CanonicalTables, start: Start) -> Option<Micros> {
    let rows = canonical.table(start.table())?;
    Some(rows.first_event.max(-i64::MAX / 2).min(canonical.as_of))
}

/// Whether money of purchases cannot be added up: there are several currencies among the rows that count.
pub fn has_mixed_currencies(canonical: &CanonicalTables, slicing: &Slicing) -> bool {
    canonical.table(Table::Purchases).is_some_and(|rows| {
        let currencies = rows.codes(&purchases::CURRENCY);
        let all = (0..canonical.nobody()).flat_map(|s| rows.run(s).map(move |row| (s, row)));
        let kept = all.filter(|&(s, row)| !is_out(slicing.of_row(row, s)));
        currencies.exists() && canonical.cannot_add(kept.map(|(_, row)| currencies.at(row)))
    })
}

/// Checks that the inputs have what a start and a measure need.
pub fn need(canonical: &CanonicalTables, ask: &Request) -> Result<(), NoCohorts> {
    let table = |table: Table| match canonical.table(table) {
        Some(_) => Ok(()),
        None => Err(NoCohorts::missing(table.name())),
    };
    table(ask.start.table())?;
    if ask.start == Start::JoinDate && !canonical.is_mapped(&stakeholders::STARTED_AT) {
        return Err(NoCohorts::missing(stakeholders::STARTED_AT.full_name()));
    }
    match ask.measure {
        Measure::Ordered | Measure::Orders | Measure::Revenue => table(Table::Purchases),
        Measure::Present => {
            table(Table::Stakeholders)?;
            let missing = [&stakeholders::STARTED_AT, &stakeholders::ENDED_AT]
                .into_iter()
                .find(|column| !canonical.is_mapped(column));
            missing.map_or(Ok(()), |column| Err(NoCohorts::missing(column.full_name())))
        }
        Measure::Active => {
            let tells = [Table::Purchases, Table::Interactions, Table::Surveys, Table::Supplies];
            let any = tells.into_iter().any(|table| canonical.table(table).is_some());
            if any {
                Ok(())
            } else {
                Err(NoCohorts::missing("purchases, interactions, surveys or supplies"))
            }
        }
    }
}

impl Request {
    /// The number of the first period that has not ended.
    pub fn open(&self, canonical: &CanonicalTables) -> i32 {
        let known = self.until.min(canonical.as_of);
        self.grain.number(canonical.zone.day_of(known))
    }

    /// The largest number of periods that a member is followed through.
    pub fn most(&self) -> usize {
        self.last.unwrap_or(super::retention::MOST)
    }
}
