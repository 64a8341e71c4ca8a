//! How long each relationship has lasted, and whether it has ended: what curves of survival are made of.
//!
//! On the roster a relationship lasts from its start to its last day, or has lasted up to the as-of date; who came back within the days of a
//! renewal has not left. Somebody who left and came back later counts with the first time. A roster that has the tenure of each
//! stakeholder instead of dates is taken at its word: its status says who has left. By orders a relationship lasts from the first order to
//! the day on which so many days without an order are over: that is when the lapse is known, so nothing that comes later decides about it.
//! Whoever has not ended is censored: it is known that the relationship has lasted at least so long.

use std::ops::Range;

use rayon::prelude::*;

use super::{Event, NoCohorts, Start, kept};
use crate::canonical::{CanonicalTables, Rows};
use crate::codes::codes;
use crate::expr::Expr;
use crate::facts::context::{Context, Settings, Slicing, is_out};
use crate::facts::ordering::{Order, Orders};
use crate::facts::roster::{Roster, current};
use crate::facts::{members, orders};
use crate::measure::{self, FEWEST, Private, StakeholderGroups};
use crate::period::{Grain, civil_from_days, days_in_month};
use crate::schema::{Column, FactSpec, NO_TIME, stakeholders};

codes! {
    /// What lifetimes are measured in.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum TimeUnit {
        /// Calendar days.
        Days = "days",
        /// Months, as the roster counts them.
        Months = "months",
    }
}

/// Which lifetimes are wanted.
#[derive(Debug, Clone)]
pub struct Request {
    /// What ends a relationship.
    pub event: Event,
    /// The days without an order after which it has lapsed.
    pub lapse_days: i32,
    /// The length of the periods that lifetimes are also counted in.
    pub grain: Grain,
    /// The dimensions of the groups.
    pub by: Vec<String>,
    /// Which rows and stakeholders count, over dimensions.
    pub filter: Option<Expr>,
}

/// The lifetimes of all stakeholders.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifetimes {
    /// What they are measured in.
    pub unit: TimeUnit,
    /// They are the tenure that the roster has, without dates.
    pub is_undated: bool,
    /// One for each relationship whose start is known, in the order of ids.
    pub all: Vec<Lifetime>,
    /// Stakeholders whose start, or tenure, is not known.
    pub without_start: u64,
    /// Stakeholders who have left, nobody knows when.
    pub left_without_date: u64,
    /// Stakeholders who left and came back later.
    pub returned: u64,
    /// There are protected people: few of anything are not shown.
    pub any_private: bool,
    /// A condition keeps some protected people and leaves others out: nothing about those that it keeps is shown.
    pub is_divided: bool,
}

impl Lifetimes {
    /// A number of stakeholders, unless they may be few protected people.
    pub fn shown(&self, n: u64) -> Option<u64> {
        let hides = self.any_private && (self.is_divided && n > 0 || (1..FEWEST).contains(&n));
        (!hides).then_some(n)
    }
}

/// How long a relationship has lasted.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifetime {
    /// The codes of the group that the stakeholder is in.
    pub group: Vec<u32>,
    /// Whether the stakeholder is protected.
    pub private: bool,
    /// The time from its start to its end or, if it has not ended, to the as-of date.
    pub time: f64,
    /// Whether it has ended.
    pub ended: bool,
    /// If it has ended: in which of its periods it did, from 1. Otherwise: how many of its periods are over.
    pub periods: u32,
}

impl Event {
    /// What starts the relationships that it ends.
    pub fn start(self) -> Start {
        match self {
            Event::Left => Start::JoinDate,
            Event::Lapsed | Event::SecondOrder => Start::FirstOrder,
        }
    }

    fn fact(self) -> &'static FactSpec {
        match self {
            Event::Left => &members::SPEC,
            Event::Lapsed | Event::SecondOrder => &orders::SPEC,
        }
    }
}

/// Finds the lifetimes.
///
/// # Errors
/// A table or column is missing, or the records have no such dimension.
pub fn lifetimes(canonical: &CanonicalTables, settings: &Settings, ask: &Request) -> Result<Lifetimes, NoCohorts> {
    let source = source(canonical, ask.event)?;
    let slicing = kept(canonical, ask.event.fact(), ask.filter.as_ref())?;
    let context = Context {
        canonical,
        settings,
        slicing: &slicing,
        windows: &[],
    };
    let job = Job {
        context: &context,
        ask,
        source,
        groups: StakeholderGroups::new(canonical, ask.event.start().table(), &ask.by).map_err(NoCohorts::Dimension)?,
        private: Private::new(canonical),
    };
    let blocks = measure::blocks(canonical, ask.event.fact()).into_par_iter();
    let found: Vec<Lifetimes> = blocks.map(|block| job.block(block)).collect();
    let mut all = job.none();
    all.is_divided = ask.filter.is_some() && measure::divides_protected(canonical, ask.event.start().table(), &slicing);
    for block in found {
        all.all.extend(block.all);
        all.without_start += block.without_start;
        all.left_without_date += block.left_without_date;
        all.returned += block.returned;
    }
    Ok(all)
}

/// What lifetimes are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LifetimeSource {
    /// Start and end on the roster.
    Dates,
    /// The tenure on the roster, in this unit, and its status.
    Tenure(TimeUnit),
    /// Orders.
    Orders,
}

/// Where the lifetimes of an event come from.
fn source(canonical: &CanonicalTables, event: Event) -> Result<LifetimeSource, NoCohorts> {
    let table = event.start().table();
    if canonical.table(table).is_none() {
        return Err(NoCohorts::missing(table.name()));
    }
    if event != Event::Left {
        return Ok(LifetimeSource::Orders);
    }
    let is_mapped = |column: &Column| canonical.is_mapped(column);
    let has_end = is_mapped(&stakeholders::ENDED_AT);
    if is_mapped(&stakeholders::STARTED_AT) {
        // A status alone does not say when.
        return match has_end {
            true => Ok(LifetimeSource::Dates),
            false => Err(NoCohorts::missing(stakeholders::ENDED_AT.full_name())),
        };
    }
    let tenures = [
        (&stakeholders::TENURE_MONTHS, TimeUnit::Months),
        (&stakeholders::TENURE_DAYS, TimeUnit::Days),
    ];
    let Some((_, unit)) = tenures.into_iter().find(|(column, _)| is_mapped(column)) else {
        return Err(NoCohorts::missing(stakeholders::STARTED_AT.full_name()));
    };
    let tells = [&stakeholders::STATUS, &stakeholders::IS_ACTIVE, &stakeholders::HAS_LEFT];
    if !has_end && !tells.into_iter().any(is_mapped) {
        return Err(NoCohorts::missing(stakeholders::STATUS.full_name()));
    }
    Ok(LifetimeSource::Tenure(unit))
}

struct Job<'a> {
    context: &'a Context<'a>,
    ask: &'a Request,
    source: LifetimeSource,
    groups: StakeholderGroups<'a>,
    private: Private,
}

impl Job<'_> {
    fn none(&self) -> Lifetimes {
        Lifetimes {
            unit: match self.source {
                LifetimeSource::Tenure(unit) => unit,
                LifetimeSource::Dates | LifetimeSource::Orders => TimeUnit::Days,
            },
            is_undated: matches!(self.source, LifetimeSource::Tenure(_)),
            all: Vec::new(),
            without_start: 0,
            left_without_date: 0,
            returned: 0,
            any_private: self.private.any(),
            is_divided: false,
        }
    }

    fn block(&self, block: Range<u32>) -> Lifetimes {
        let canonical = self.context.canonical;
        let mut found = self.none();
        let (mut roster, mut orders) = (Roster::new(self.context), Orders::new(self.context));
        let rows = canonical.table(self.ask.event.start().table());
        for stakeholder in block.filter(|s| *s != canonical.nobody()) {
            let Some(rows) = rows else { break };
            if rows.run(stakeholder).is_empty() {
                continue;
            }
            let lived = match (self.source, roster.as_mut(), orders.as_mut()) {
                (LifetimeSource::Dates, Some(roster), _) if self.is_kept(stakeholder) => self.dated(stakeholder, rows, roster, &mut found),
                (LifetimeSource::Tenure(unit), ..) if self.is_kept(stakeholder) => self.told(stakeholder, rows, unit, &mut found),
                (LifetimeSource::Orders, _, Some(orders)) => self.ordered(stakeholder, orders),
                _ => None,
            };
            let Some((row, time, ended, periods)) = lived else { continue };
            found.all.push(Lifetime {
                group: self.groups.of(stakeholder, row),
                private: self.private.is(stakeholder, 0),
                time,
                ended,
                periods,
            });
        }
        found
    }

    fn is_kept(&self, stakeholder: u32) -> bool {
        !is_out(self.context.slicing.of(stakeholder))
    }

    /// By the dates of the roster: row, time, whether it has ended, periods.
    fn dated(&self, stakeholder: u32, rows: &Rows, roster: &mut Roster, found: &mut Lifetimes) -> Option<(u32, f64, bool, u32)> {
        let canonical = self.context.canonical;
        let (zone, as_of) = (&canonical.zone, canonical.as_of);
        let row = rows.run(stakeholder).next()? as u32;
        let spells = roster.of(stakeholder);
        let Some(first) = spells.first().copied() else {
            let left = rows.flags(&stakeholders::LEFT_WITHOUT_DATE);
            found.left_without_date += u64::from(rows.run(stakeholder).any(|row| left.at(row) == 1));
            return None;
        };
        if first.start == NO_TIME {
            found.without_start += 1;
            return None;
        }
        if first.start >= as_of {
            return None;
        }
        found.returned += u64::from(spells.get(1).is_some_and(|again| again.start < as_of));
        let start = zone.day_of(first.start);
        if first.end < as_of {
            let last = zone.day_of(first.end);
            // A date is the last day: it is over when the day is.
            let over = last + i32::from(rows.is_date(&stakeholders::ENDED_AT));
            return Some((row, f64::from(last - start), true, self.period_of_end(start, over)));
        }
        let known = zone.day_of(as_of - 1);
        let over = self.periods_over(start, zone.day_of(as_of));
        Some((row, f64::from(known - start), false, over))
    }

    /// By the tenure and the status of the roster.
    fn told(&self, stakeholder: u32, rows: &Rows, unit: TimeUnit, found: &mut Lifetimes) -> Option<(u32, f64, bool, u32)> {
        let column = match unit {
            TimeUnit::Months => &stakeholders::TENURE_MONTHS,
            TimeUnit::Days => &stakeholders::TENURE_DAYS,
        };
        let row = current(rows, stakeholder)?;
        let time = rows.floats(column).at(row);
        if time.is_nan() || time < 0.0 {
            found.without_start += 1;
            return None;
        }
        let end = rows.times(&stakeholders::ENDED_AT).at(row);
        let has_end = end != NO_TIME && end < self.context.canonical.as_of;
        let ended = has_end || rows.flags(&stakeholders::LEFT_WITHOUT_DATE).at(row) == 1;
        let length = match (unit, self.ask.grain) {
            // A month is the shortest period of months.
            (TimeUnit::Months, Grain::Day | Grain::Week(_) | Grain::Month) | (TimeUnit::Days, Grain::Day) => 1.0,
            (TimeUnit::Months, Grain::Quarter) => 3.0,
            (TimeUnit::Months, Grain::Year) => 12.0,
            (TimeUnit::Days, Grain::Week(_)) => 7.0,
            (TimeUnit::Days, Grain::Month) => YEAR / 12.0,
            (TimeUnit::Days, Grain::Quarter) => YEAR / 4.0,
            (TimeUnit::Days, Grain::Year) => YEAR,
        };
        let periods = time / length;
        let periods = if ended { periods.ceil().max(1.0) } else { periods.floor() };
        Some((row as u32, time, ended, periods as u32))
    }

    /// By orders that count.
    fn ordered(&self, stakeholder: u32, orders: &mut Orders) -> Option<(u32, f64, bool, u32)> {
        let canonical = self.context.canonical;
        let slicing: &Slicing = self.context.slicing;
        let all = orders.of(self.context, stakeholder, |row| slicing.of_row(row, stakeholder));
        let kept = || all.iter().filter(|order| order.is_order && !is_out(order.slice));
        let first = kept().next()?;
        let known = canonical.zone.day_of(canonical.as_of - 1);
        let end = match self.ask.event {
            Event::SecondOrder => kept().map(|order| order.day).find(|day| *day > first.day),
            Event::Lapsed | Event::Left => self.lapsed(kept()).filter(|day| *day <= known),
        };
        let time = f64::from(end.unwrap_or(known) - first.day);
        let periods = match end {
            Some(day) => self.period_of_end(first.day, day + 1),
            None => self.periods_over(first.day, known + 1),
        };
        Some((first.row, time, end.is_some(), periods))
    }

    /// The day on which the customer lapses: the last of so many days after an order without another one.
    fn lapsed<'o>(&self, mut orders: impl Iterator<Item = &'o Order>) -> Option<i32> {
        let mut last = orders.next()?.day;
        for order in orders {
            if order.day - last > self.ask.lapse_days {
                break;
            }
            last = order.day;
        }
        Some(last.saturating_add(self.ask.lapse_days))
    }

    /// The number, from 1, of the period in which something ended that was over on a day.
    fn period_of_end(&self, start: i32, over: i32) -> u32 {
        let whole = self.periods_over(start, over);
        let is_whole = whole > 0 && self.after(start, whole) == over;
        if is_whole { whole } else { whole + 1 }
    }

    /// How many periods of the grain are over on a day, counted from the day of the start.
    fn periods_over(&self, start: i32, day: i32) -> u32 {
        let days = day - start;
        let whole = match self.ask.grain {
            Grain::Day => days,
            Grain::Week(_) => days / 7,
            Grain::Month => months_between(start, day),
            Grain::Quarter => months_between(start, day) / 3,
            Grain::Year => months_between(start, day) / 12,
        };
        whole.max(0) as u32
    }

    /// The day on which so many periods are over.
    fn after(&self, start: i32, periods: u32) -> i32 {
        let periods = periods as i32;
        match self.ask.grain {
            Grain::Day => start + periods,
            Grain::Week(_) => start + 7 * periods,
            Grain::Month => months_after(start, periods),
            Grain::Quarter => months_after(start, 3 * periods),
            Grain::Year => months_after(start, 12 * periods),
        }
    }
}

/// The mean number of days in a year.
const YEAR: f64 = 365.25;

/// The same day so many months later, or the last day of that month.
fn months_after(day: i32, months: i32) -> i32 {
    let (year, month, of_month) = civil_from_days(day);
    let index = year * 12 + month as i32 - 1 + months;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) as u32 + 1);
    crate::period::days_from_civil(year, month, of_month.min(days_in_month(year, month)))
}

/// How many whole months lie between two days.
fn months_between(start: i32, day: i32) -> i32 {
    let (from_year, from_month, _) = civil_from_days(start);
    let (year, month, _) = civil_from_days(day);
    let months = (year - from_year) * 12 + month as i32 - from_month as i32;
    if months_after(start, months) <= day { months } else { months - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::fixture::{Fixture, Rowed};
    use crate::period::days_from_civil;
    use crate::schema::Table;

    fn ask(event: Event) -> Request {
        Request {
            event,
            lapse_days: 30,
            grain: Grain::Month,
            by: Vec::new(),
            filter: None,
        }
    }

    /// `time` with `+` if it has not ended, and periods.
    fn shown(canonical: &CanonicalTables, ask: &Request) -> Vec<String> {
        let found = lifetimes(canonical, &Settings::default(), ask).unwrap();
        let one = |one: &Lifetime| format!("{}{} {}", one.time, if one.ended { "" } else { "+" }, one.periods);
        found.all.iter().map(one).collect()
    }

    fn roster(as_of: &str, text: &str) -> CanonicalTables {
        Fixture::new(as_of)
            .table(Table::Stakeholders, Rowed::Plain, text)
            .dates(Table::Stakeholders, "ended_at")
            .build(false)
    }

    #[test]
    fn a_relationship_lasts_from_the_start_to_the_last_day() {
        let canonical = roster(
            "2026-04-01",
            "stakeholder_id,started_at,ended_at\n\
             a,2026-01-01,2026-01-31\n\
             b,2026-01-01,\n\
             c,2026-01-10,2026-01-10\n\
             d,2026-03-31,\n\
             e,2026-01-01,2026-04-01\n\
             f,2026-04-01,\n\
             g,,2026-02-01\n\
             h,2025-01-01,2025-02-01\nh,2025-02-20,2025-03-01\nh,2025-09-01,\n\
             i,2026-01-31,2026-02-27",
        );
        // a has one month with the last day of January. b has three months that are over. The end of e is a plan, and f has not started.
        // h renewed in February, and ended on 1 March, the first day of the third month. The last day of i is the one before the end of the
        // month that began on 31 January.
        assert_eq!(
            shown(&canonical, &ask(Event::Left)),
            ["30 1", "89+ 3", "0 1", "0+ 0", "89+ 3", "59 3", "27 1"]
        );
        let found = lifetimes(&canonical, &Settings::default(), &ask(Event::Left)).unwrap();
        assert_eq!((found.without_start, found.left_without_date, found.returned), (1, 0, 1));
    }

    #[test]
    fn whole_months_follow_the_calendar() {
        let day = |y, m, d| days_from_civil(y, m, d);
        for (start, end, months) in [
            (day(2026, 1, 31), day(2026, 2, 28), 1),
            (day(2026, 1, 31), day(2026, 2, 27), 0),
            (day(2024, 2, 29), day(2025, 2, 28), 12),
            (day(2026, 1, 15), day(2026, 1, 15), 0),
            (day(2025, 12, 1), day(2026, 1, 1), 1),
            (day(2025, 12, 2), day(2026, 1, 1), 0),
        ] {
            assert_eq!(months_between(start, end), months);
        }
    }

    #[test]
    fn a_roster_without_dates_has_tenure_and_status() {
        let text = "stakeholder_id,tenure_months,status,segment\na,1,churned,x\nb,34,active,x\nc,0,active,y\nd,0,Cancelled,y\ne,,active,y\nf,-2,active,y";
        let canonical = Fixture::new("2026-04-01")
            .table(Table::Stakeholders, Rowed::Plain, text)
            .build(false);
        // The fixture does not read statuses: nobody is marked as having left.
        let mut wanted = ask(Event::Left);
        assert_eq!(shown(&canonical, &wanted), ["1+ 1", "34+ 34", "0+ 0", "0+ 0"]);
        let found = lifetimes(&canonical, &Settings::default(), &wanted).unwrap();
        assert_eq!((found.unit, found.is_undated, found.without_start), (TimeUnit::Months, true, 2));
        wanted.grain = Grain::Year;
        assert_eq!(shown(&canonical, &wanted)[1], "34+ 2");
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = |text: &str, event| {
            let canonical = Fixture::new("2026-04-01")
                .table(Table::Stakeholders, Rowed::Plain, text)
                .build(false);
            lifetimes(&canonical, &Settings::default(), &ask(event)).unwrap_err()
        };
        let of = |what: &str| NoCohorts::missing(what);
        assert_eq!(missing("stakeholder_id\na", Event::Left), of("stakeholders.started_at"));
        assert_eq!(
            missing("stakeholder_id,started_at\na,2026-01-01", Event::Left),
            of("stakeholders.ended_at")
        );
        assert_eq!(missing("stakeholder_id,tenure_days\na,3", Event::Left), of("stakeholders.status"));
        assert_eq!(missing("stakeholder_id\na", Event::Lapsed), of("purchases"));
    }

    fn orders(as_of: &str, text: &str) -> CanonicalTables {
        Fixture::new(as_of)
            .table(
                Table::Purchases,
                Rowed::Plain,
                &format!("stakeholder_id,order_id,occurred_at,amount\n{text}"),
            )
            .build(false)
    }

    #[test]
    fn a_customer_lapses_when_the_days_without_an_order_are_over() {
        let text = "a,1,2026-01-01,5\na,2,2026-01-31,5\n\
                    b,3,2026-01-01,5\nb,4,2026-02-01,5\n\
                    c,5,2026-02-20,5\n\
                    d,6,2026-02-19,5\n\
                    e,7,2026-01-01,-5\n";
        let canonical = orders("2026-03-22", text);
        // a lapsed 30 days after 31 January, on 2 March, in the third month. The next order of b came on the 31st day after the first: too
        // late. Of c, 30 days after 20 February is 22 March, which is not known.
        assert_eq!(shown(&canonical, &ask(Event::Lapsed)), ["60 3", "30 1", "29+ 1", "30 2"]);
        assert_eq!(shown(&canonical, &ask(Event::SecondOrder)), ["30 1", "31 2", "29+ 1", "30+ 1"]);
    }

    /// By walking through the days: whether somebody has lapsed is decided on each with what is known then.
    fn lapse_by_days(days: &[i32], known: i32, lapse: i32) -> (i32, bool) {
        let first = days[0];
        let mut last = first;
        for day in first..=known {
            if days.contains(&day) {
                last = day;
            }
            if day - last == lapse {
                return (day - first, true);
            }
        }
        (known - first, false)
    }

    #[test]
    fn a_second_way_to_find_lapses_gives_the_same() {
        let mut state = 11_u64;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let start = days_from_civil(2026, 1, 1);
        let mut text = String::new();
        let mut expected = Vec::new();
        for who in 0..200 {
            let mut days: Vec<i32> = (0..=next(5)).map(|_| start + next(150) as i32).collect();
            days.sort_unstable();
            for (at, day) in days.iter().enumerate() {
                text.push_str(&format!("c{who:03},{who}-{at},{},5\n", crate::period::date_text(*day)));
            }
            let (time, ended) = lapse_by_days(&days, start + 170, 30);
            expected.push(format!("{time}{}", if ended { "" } else { "+" }));
        }
        let canonical = orders(&crate::period::date_text(start + 171), &text);
        let found: Vec<String> = shown(&canonical, &ask(Event::Lapsed))
            .iter()
            .map(|line| line.split(' ').next().unwrap().to_string())
            .collect();
        assert_eq!(found, expected);
        assert!(expected.iter().any(|one| one.ends_with('+')) && expected.iter().any(|one| !one.ends_with('+')));
    }
}
