//! The order of day and month in a column whose own cells do not show it, by what else the file shows.
//!
//! Another column that is written in the same way may show it; so may the other dates of the records, if one order never puts them the
//! wrong way round; the records, if only one order puts them in the order of time; and the period that the file is of, by the lines before
//! its table and its name. Where these contradict each other, nothing is shown, and the column is asked about.

use std::collections::BTreeMap;

use anyhow::Result;

use super::reading::Job;
use crate::canonical::load::dates::file_dates;
use crate::cell_parsing::{Civil, DateVerdict, DateVote, Order, Parts, parse_iso};
use crate::ingest::for_each_record;
use crate::notes::OrderShown;
use crate::schema::DAY;
use crate::sources::guess;

/// So many columns of dates are looked at.
const COLUMNS: usize = 16;
/// Columns that are no dates are known after so many records.
const TRIED: u64 = 200;
/// So many pairs of different dates, and changes from one record to the next, are no chance.
const PAIRS: u64 = 8;
const CHANGES: u64 = 10;

type Day = i64;

/// What each order makes of a cell; all the same where the cell shows its order itself.
type Days = [Option<Day>; 3];

fn day(civil: &Civil) -> Day {
    civil.local_micros().div_euclid(DAY)
}

/// The days of a cell, and how it is written, if that leaves the order open.
fn days_of(cell: &str) -> Option<(Days, Option<usize>)> {
    if let Ok(civil) = parse_iso(cell) {
        return Some(([Some(day(&civil)); 3], None));
    }
    let parts = Parts::scan(cell).ok()?;
    let days = parts.readings().map(|civil| civil.as_ref().map(day));
    days.iter().any(Option::is_some).then(|| (days, Some(parts.class())))
}

/// Whether numbers went up or down.
#[derive(Debug, Default, Clone, Copy)]
struct Steps {
    up: u64,
    down: u64,
}

impl Steps {
    fn see<T: Ord>(&mut self, first: &T, next: &T) {
        self.up += u64::from(next > first);
        self.down += u64::from(next < first);
    }

    fn all(self) -> u64 {
        self.up + self.down
    }

    fn against(self) -> u64 {
        self.up.min(self.down)
    }

    /// Whether so many steps all go one way, and at least `least` and a tenth of those of each other order do not.
    fn shows(steps: [Steps; 3], order: usize, others: &[usize], many: u64, least: u64) -> bool {
        let fails = |other: usize| steps[other].against() >= least.max(steps[other].all() / 10 * u64::from(least > 2));
        steps[order].all() >= many && steps[order].against() == 0 && others.iter().all(|&other| fails(other))
    }
}

/// A column that may be one of dates.
#[derive(Default)]
struct Seen {
    cells: u64,
    dates: u64,
    vote: DateVote,
    /// How its dates are written, the first of them.
    class: Option<usize>,
    last: Option<(Days, String)>,
    /// From one record to the next, by order.
    steps: [Steps; 3],
    texts: Steps,
    /// Against each other column, by order.
    against: BTreeMap<usize, [Steps; 3]>,
    /// Dates within the period of the file, and others, by order.
    within: [(u64, u64); 3],
}

/// The first and the last day that a file says it is of, by the order in which its own dates are read.
#[derive(Debug, Default)]
struct Period {
    /// What says it.
    said: String,
    bounds: [(Option<Day>, Option<Day>); 3],
}

impl Period {
    fn of(file: &str, preamble: &[&str]) -> Option<Period> {
        let words = preamble.iter().flat_map(|line| line.split([' ', ';', ',', '\t', '|', '"']));
        let dates: Vec<(&str, Days)> = words
            .map(|word| word.trim_matches(|c: char| !c.is_ascii_digit()))
            .filter(|word| word.len() >= 8)
            .filter_map(|word| days_of(word).map(|(days, _)| (word, days)))
            .collect();
        let named = file_dates::in_name(file).map(Day::from);
        let bounds = [0, 1, 2].map(|order| {
            let days: Vec<Day> = dates.iter().filter_map(|(_, days)| days[order]).collect();
            let (first, last) = (days.iter().min().copied(), days.iter().max().copied());
            // One date is when the file was written.
            let first = first.filter(|_| days.len() > 1);
            (first, last.or(named))
        });
        let said = match dates.first() {
            Some((word, _)) => (*word).to_string(),
            None => file.rsplit(['/', '\\']).next().unwrap_or(file).to_string(),
        };
        (!dates.is_empty() || named.is_some()).then_some(Period { said, bounds })
    }

    fn has(&self, order: usize, day: Day) -> bool {
        let (first, last) = self.bounds[order];
        first.is_none_or(|first| day >= first) && last.is_none_or(|last| day <= last)
    }
}

/// The order of the dates in each of these fields whose own cells leave it open, with the orders that they leave, and what shows it.
///
/// # Errors
/// When the file cannot be read.
pub fn look(job: &Job, open: &[(usize, Vec<Order>)], file: &str) -> Result<BTreeMap<usize, (Order, OrderShown)>> {
    let names = &job.layout.header.names;
    let lines: Vec<&str> = job.layout.preamble.iter().map(|line| line.text.as_str()).collect();
    let period = Period::of(file, &lines);
    let new = || (0, (0..names.len()).map(|at| (at, Seen::default())).collect::<Vec<_>>());
    let is_open = |at: usize| open.iter().any(|(field, _)| *field == at);
    // From one record to the next: one thread.
    let outcome = for_each_record(job.file, job.layout, 1, new, |(records, columns), record| {
        *records += 1;
        let mut found: Vec<Option<Days>> = Vec::with_capacity(columns.len());
        for (at, seen) in columns.iter_mut() {
            let cell = record.get(*at).unwrap_or("");
            found.push(seen.see(cell, record.line(), period.as_ref().filter(|_| is_open(*at))));
        }
        let here: Vec<usize> = (0..columns.len()).filter(|&here| is_open(columns[here].0)).collect();
        for here in here {
            let Some(days) = found[here] else { continue };
            for there in (0..columns.len()).filter(|&there| there != here) {
                let (Some(others), other) = (found[there], columns[there].0) else {
                    continue;
                };
                let steps = columns[here].1.against.entry(other).or_default();
                for order in 0..3 {
                    if let (Some(day), Some(other)) = (days[order], others[order]) {
                        steps[order].see(&day, &other);
                    }
                }
            }
        }
        if *records == TRIED {
            columns.retain(|(at, seen)| is_open(*at) || 2 * seen.dates > seen.cells && seen.cells > 0);
            columns.truncate(COLUMNS.max(open.len()));
        }
        Ok(())
    })?;
    let columns: Vec<(usize, Seen)> = outcome.sinks.into_iter().flat_map(|(_, columns)| columns).collect();
    let shown = open.iter().filter_map(|(field, orders)| {
        let (_, seen) = columns.iter().find(|(at, _)| at == field)?;
        let found = seen.shown(*field, orders, &columns, names, period.as_ref())?;
        Some((*field, found))
    });
    Ok(shown.collect())
}

impl Seen {
    fn see(&mut self, cell: &str, line: u64, period: Option<&Period>) -> Option<Days> {
        if cell.trim().is_empty() {
            return None;
        }
        self.cells += 1;
        let (days, class) = days_of(cell)?;
        self.dates += 1;
        self.vote.see(cell, line);
        self.class = self.class.or(class);
        if let Some((last, text)) = &self.last {
            for order in 0..3 {
                if let (Some(first), Some(next)) = (last[order], days[order]) {
                    self.steps[order].see(&first, &next);
                }
            }
            self.texts.see(&text.as_str(), &cell);
        }
        self.last = Some((days, cell.to_string()));
        if let Some(period) = period {
            for (order, day) in days.iter().enumerate().filter_map(|(order, day)| Some((order, (*day)?))) {
                let (inside, outside) = &mut self.within[order];
                *(if period.has(order, day) { inside } else { outside }) += 1;
            }
        }
        Some(days)
    }

    /// The order of its dates, if what shows it agrees.
    fn shown(
        &self,
        field: usize,
        orders: &[Order],
        columns: &[(usize, Seen)],
        names: &[String],
        period: Option<&Period>,
    ) -> Option<(Order, OrderShown)> {
        let number = |order: &Order| Order::ALL.iter().position(|other| other == order).unwrap_or(0);
        let others = |order: &Order| -> Vec<usize> { orders.iter().filter(|other| *other != order).map(number).collect() };
        let mut found: Vec<(Order, OrderShown)> = Vec::new();
        for (at, seen) in columns.iter().filter(|(at, seen)| *at != field && 10 * seen.dates > 9 * seen.cells) {
            let verdict = seen.vote.verdict();
            if let DateVerdict::Clear {
                order,
                decided_by: Some(cell),
                misfits: 0,
                ..
            } = verdict
                && seen.class == self.class
                && orders.contains(&order)
            {
                found.push((order, OrderShown::Column(names[*at].clone(), cell)));
            }
        }
        for order in orders {
            let (at, others) = (number(order), others(order));
            for (other, steps) in &self.against {
                if Steps::shows(*steps, at, &others, PAIRS, 3) {
                    found.push((*order, OrderShown::Other(names[*other].clone(), steps[at].all())));
                }
            }
            // A file that is sorted by the text of its dates is in no order of time, although one order may seem to be.
            let is_sorted_text = self.texts.against() == 0;
            if !is_sorted_text && Steps::shows(self.steps, at, &others, CHANGES, 2) {
                found.push((*order, OrderShown::Records(self.steps[at].all())));
            }
            let is_outside = |other: &usize| {
                let (inside, outside) = self.within[*other];
                outside >= 3 && 10 * outside >= inside + outside
            };
            let (inside, outside) = self.within[at];
            if let Some(period) = period.filter(|_| inside >= CHANGES && outside == 0 && others.iter().all(is_outside)) {
                found.push((*order, OrderShown::Period(period.said.clone())));
            }
        }
        // No country that writes points between the parts of a date writes the month first.
        const POINTS: [usize; 2] = [2, 3];
        if self.class.is_some_and(|class| POINTS.contains(&class))
            && orders.contains(&Order::Dmy)
            && found.is_empty()
            && let Some(language) = guess::language(names)
        {
            found.push((Order::Dmy, OrderShown::Points(language)));
        }
        // Spanish and French are spoken where some write it first.
        const DAY_FIRST: [&str; 12] = [
            "German",
            "Portuguese",
            "Italian",
            "Dutch",
            "Polish",
            "Swedish",
            "Danish",
            "Czech",
            "Norwegian",
            "Finnish",
            "Romanian",
            "Turkish",
        ];
        if found.is_empty()
            && *orders == [Order::Dmy, Order::Mdy]
            && let Some(language) = guess::language(names).filter(|language| DAY_FIRST.contains(language))
        {
            found.push((Order::Dmy, OrderShown::Language(language)));
        }
        let (order, _) = found.first()?;
        let agrees = found.iter().all(|(other, _)| other == order);
        agrees.then(|| found.swap_remove(0))
    }
}
