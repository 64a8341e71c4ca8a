//! From when on a metric that looks back can be assessed: what the records cannot show yet.
//!
//! At the start of the records everybody looks new, no gap is longer than the records, and a case that was opened before is missing when it
//! is resolved. Such values are shown, but a comparison with them would mistake the start of the records for a change. Which metrics look
//! back follows from the columns of facts that they use ([`Past`]) and from the time by which their rows come into periods
//! ([`crate::schema::FactSpec::recorded_at`]). How far is estimated from the records ([`needed_history`]).

use std::collections::BTreeMap;
use std::ops::Range;

use super::ids::MetricId;
use super::plan::{Plan, PlannedMetric};
use super::window_sets::{Compare, later};
use crate::canonical::CanonicalTables;
use crate::canonical::referrers::Arrivals;
use crate::catalog::{Metric, When};
use crate::facts::context::{Context, Settings, Slicing};
use crate::facts::frame::Frame;
use crate::facts::{self, Prepared};
use crate::period::Period;
use crate::report::NotAssessed;
use crate::schema::{DAY, Fact, Micros, NO_INT, NO_TIME, Past, Table, stakeholders};
use crate::stats::{Counted, LookingBack, needed_history};

/// Whether somebody was there before is known after a year at the earliest: many things are done once a year.
const YEAR: f64 = 365.0;

/// So large a share of the events may be long before the others: a few that were entered later, or with a wrong date.
const STRAY: f64 = 0.005;

/// Long before the others.
const STRAY_DAYS: i32 = 31;

/// The largest number of stakeholders whose events are looked at.
const SAMPLE: u32 = 20_000;

/// The number of runs of stakeholders that a sample is made of.
const RUNS: u32 = 100;

/// Something earlier that a metric depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Need {
    /// What a column of its fact looks back at.
    Past(Past),
    /// The beginning of its rows, which come into periods by a later time.
    Beginning {
        fact: Fact,
        /// The column of the beginning.
        begun: &'static str,
        /// The column of the later time.
        at: String,
        /// Whether what counts is the end of a period: a stock.
        is_stock: bool,
    },
}

/// Finds for each metric of a plan from when on its periods can be assessed.
pub fn assess(plan: &mut Plan, canonical: &CanonicalTables, settings: &Settings, periods: &[Period]) {
    let Some(period) = periods.last() else { return };
    let mut known: Vec<(Need, Option<i32>)> = Vec::new();
    let mut from: BTreeMap<MetricId, Option<i32>> = BTreeMap::new();
    for id in plan.parts_first() {
        let planned = &plan.metrics[id];
        let mut latest = planned.parts.iter().filter_map(|part| from[part]).max();
        if planned.absent.is_none() {
            for need in needs(planned.metric) {
                let known_at = known.iter().find(|(known, _)| *known == need).map(|(_, from)| *from);
                let of_need = known_at.unwrap_or_else(|| {
                    let found = need_from(&need, canonical, settings, period);
                    known.push((need, found));
                    found
                });
                latest = latest.max(of_need);
            }
        }
        from.insert(id, latest);
    }
    for (id, from) in from {
        plan.metrics[id].assessed_from = from;
    }
}

/// Why the value of a metric in a period is not interpreted: the period is too near to the start of the records. With `against`, the same of
/// how it differs from what it is compared with.
pub fn not_assessed(planned: &PlannedMetric, period: &Period, against: Option<Compare>) -> Option<NotAssessed> {
    let from = planned.assessed_from?;
    let earliest = |period: &Period| match against {
        Some(against) => against.of(period, Micros::MAX).first_day,
        None => period.first_day,
    };
    if earliest(period) >= from {
        return None;
    }
    let Some(grain) = period.grain() else {
        return Some(NotAssessed::ShortHistory { from });
    };
    let mut next = Period::of(grain, period.first_day, period.zone());
    while earliest(&next) < from {
        next = Period::of(grain, next.last_day_exclusive, period.zone());
    }
    Some(NotAssessed::ShortHistory { from: next.first_day })
}

/// What a metric depends on that may be earlier than the records. One with `lookback_days` says itself how far it looks back, and has no value
/// before.
fn needs(metric: &Metric) -> Vec<Need> {
    let Some(fact) = metric.fact.filter(|_| metric.lookback_days.is_none()) else {
        return Vec::new();
    };
    let mut needs: Vec<Need> = Vec::new();
    for past in metric.columns().iter().map(|column| column.past) {
        if past != Past::None && !needs.contains(&Need::Past(past)) {
            needs.push(Need::Past(past));
        }
    }
    let at = match &metric.when {
        When::InPeriod => None,
        When::At(at) => Some((at, false)),
        When::Stock { until, .. } => Some((until, true)),
    };
    if let (Some((at, is_stock)), Some(begun)) = (at, fact.recorded_at.first())
        && !fact.recorded_at.contains(&at.as_str())
    {
        needs.push(Need::Beginning {
            fact: fact.fact,
            begun,
            at: at.clone(),
            is_stock,
        });
    }
    needs
}

/// Whether a metric, or one that it is computed from, depends on something that may be earlier than the records.
#[cfg(test)]
pub fn looks_back(metric: &Metric, catalog: &crate::catalog::Catalog) -> bool {
    let mut parts = metric.parts().into_iter();
    !needs(metric).is_empty() || parts.any(|part| catalog.get(&part).is_some_and(|part| looks_back(part, catalog)))
}

/// The civil day from which on a need is met; `None`: it is met from the beginning.
fn need_from(need: &Need, canonical: &CanonicalTables, settings: &Settings, period: &Period) -> Option<i32> {
    let orders = || Events::of(Fact::Orders, "ordered_at", Back::Days("days_since_previous"), canonical, settings);
    let (events, counted) = match need {
        Need::Past(Past::None) => return None,
        Need::Past(Past::EarlierOrder) if orders_are_complete(canonical) => return None,
        Need::Past(Past::Arrival) if arrivals_are_of_roster(canonical) => return None,
        Need::Past(Past::Referral) if has_referral_log(canonical) || arrivals_are_of_roster(canonical) => return None,
        Need::Past(Past::EarlierOrder | Past::Arrival | Past::Referral) => (orders(), Counted::Firsts),
        Need::Past(Past::PreviousOrder) => (orders(), Counted::Events),
        Need::Past(Past::PreviousContact | Past::ContactWithinTarget) => (
            Events::of(
                Fact::Contacts,
                "occurred_at",
                Back::Days("days_since_previous"),
                canonical,
                settings,
            ),
            Counted::Events,
        ),
        Need::Past(Past::PreviousComplaint) => (
            Events::of(
                Fact::Cases,
                "opened_at",
                Back::Days("days_since_previous_complaint"),
                canonical,
                settings,
            ),
            Counted::Events,
        ),
        Need::Past(Past::EarlierSupply) => (
            Events::of(Fact::SupplyLines, "received_at", Back::Time("ordered_at"), canonical, settings),
            Counted::Events,
        ),
        Need::Beginning { fact, begun, at, .. } => (Events::of(*fact, at, Back::Time(begun), canonical, settings), Counted::Events),
    };
    let events = events?;
    let days = if *need == Need::Past(Past::ContactWithinTarget) {
        longest_target(canonical, settings)?
    } else {
        let found = needed_history(&events.events, counted, events.length, f64::from(period.days()), events.scale);
        // Where the records show no end of what they lack, they are too short at the as-of date at least.
        let found = found.unwrap_or(events.length);
        match counted {
            Counted::Firsts => found.max(YEAR),
            Counted::Events => found,
        }
    };
    // The end of a period has the period itself to look back on.
    let days = match need {
        Need::Beginning { is_stock: true, .. } => (days - f64::from(period.days())).max(0.0),
        Need::Beginning { is_stock: false, .. } | Need::Past(_) => days,
    };
    Some(later(events.first_day, days.ceil() as u32))
}

/// How an event looks back.
#[derive(Clone, Copy)]
enum Back {
    /// So many days, by a column.
    Days(&'static str),
    /// To the time in a column.
    Time(&'static str),
}

/// The events of a fact that look back.
struct Events {
    events: Vec<LookingBack>,
    /// The civil day on which the records begin, but for a few strays.
    first_day: i32,
    /// Days from then to the as-of date.
    length: f64,
    /// How many events each one stands for, where not all stakeholders are looked at.
    scale: f64,
}

impl Events {
    /// The events at a time column; `None` without any.
    fn of(fact: Fact, at: &str, back: Back, canonical: &CanonicalTables, settings: &Settings) -> Option<Events> {
        let spec = facts::spec(fact);
        let column = match back {
            Back::Days(column) | Back::Time(column) => column,
        };
        let wanted = |name: &str| name == at || name == column || name == "order_number";
        let context = Context {
            canonical,
            settings,
            slicing: &Slicing::default(),
            windows: &[],
        };
        let mut found: Vec<(Micros, Option<i64>)> = Vec::new();
        let mut starts: Vec<Micros> = Vec::new();
        let (runs, scale) = sample(canonical.nobody());
        for run in runs {
            let mut frame = Frame::new(spec, &wanted, false);
            facts::build(spec, &context, &Prepared::Nothing, run, &mut frame);
            let (Some(times), Some(backs)) = (frame.ints(at), frame.ints(column)) else {
                return None;
            };
            let numbers = frame.ints("order_number");
            for (row, (&time, &value)) in times.iter().zip(backs).enumerate() {
                let is_first = numbers.is_some_and(|numbers| numbers[row] == 1);
                let start = match back {
                    Back::Days(_) => time,
                    Back::Time(_) => value,
                };
                if start != NO_TIME && start < canonical.as_of {
                    starts.push(start);
                }
                if time == NO_TIME || time >= canonical.as_of || (value == NO_INT && !is_first) {
                    continue;
                }
                let days = match back {
                    Back::Days(_) => (value != NO_INT).then_some(value),
                    Back::Time(_) => Some((time - value).max(0).div_euclid(DAY)),
                };
                found.push((time, days));
            }
        }
        starts.sort_unstable();
        let usual = canonical.zone.day_of(*starts.get((STRAY * starts.len() as f64) as usize)?);
        let very_first = canonical.zone.day_of(*starts.first()?);
        let first_day = if usual - very_first > STRAY_DAYS { usual } else { very_first };
        let midnight = canonical.zone.midnight(first_day);
        let days_to = |at: Micros| (at - midnight) as f64 / DAY as f64;
        let events = found.into_iter().map(|(time, back)| LookingBack {
            at: days_to(time),
            back: back.map(|days| days as f64),
        });
        Some(Events {
            events: events.collect(),
            first_day,
            length: days_to(canonical.as_of),
            scale,
        })
    }
}

/// Runs of stakeholders, all of them or evenly spaced ones, and how many each of them stands for.
fn sample(stakeholders: u32) -> (Vec<Range<u32>>, f64) {
    if stakeholders <= SAMPLE {
        return (std::iter::once(0..stakeholders).collect(), 1.0);
    }
    let each = SAMPLE / RUNS;
    let start = |run: u32| (u64::from(run) * u64::from(stakeholders - each) / u64::from(RUNS - 1)) as u32;
    let runs = (0..RUNS).map(|run| start(run)..start(run) + each).collect();
    (runs, f64::from(stakeholders) / f64::from(SAMPLE))
}

/// Whether the roster shows that nobody who ordered can have ordered before the records: all of them started since.
fn orders_are_complete(canonical: &CanonicalTables) -> bool {
    let Some(purchases) = canonical.table(Table::Purchases) else {
        return false;
    };
    let Some(roster) = canonical.table(Table::Stakeholders) else {
        return false;
    };
    let starts = roster.times(&stakeholders::STARTED_AT);
    let first = canonical.zone.midnight(canonical.zone.day_of(purchases.first_event));
    (0..canonical.nobody())
        .filter(|&stakeholder| !purchases.run(stakeholder).is_empty())
        .all(|stakeholder| {
            // Rows come by start, those without one first.
            let earliest = roster.run(stakeholder).next().map(|row| starts.at(row));
            earliest.is_some_and(|start| start != NO_TIME && start >= first)
        })
}

/// Whether the roster says of everybody when they came.
fn arrivals_are_of_roster(canonical: &CanonicalTables) -> bool {
    let arrivals = Arrivals::new(canonical);
    let mut joined = (0..canonical.nobody()).filter_map(|stakeholder| arrivals.joined(stakeholder));
    joined.all(|joined| joined.table == Table::Stakeholders)
}

/// Whether an export lists the referrals, so that their times do not depend on who was seen when.
fn has_referral_log(canonical: &CanonicalTables) -> bool {
    canonical.sources.iter().any(|source| source.table == Table::Referrals)
}

/// The largest number of days that any stakeholder may be without a contact.
fn longest_target(canonical: &CanonicalTables, settings: &Settings) -> Option<f64> {
    let by_tier = settings.contact_days.values().map(|&days| days as f64);
    let of_rows = canonical.table(Table::Stakeholders).map(|rows| {
        let days = rows.floats(&stakeholders::CONTACT_TARGET_DAYS);
        (0..rows.len).map(move |row| days.at(row)).filter(|days| days.is_finite())
    });
    by_tier.chain(of_rows.into_iter().flatten()).reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_over_all_stakeholders_and_stands_for_them() {
        assert_eq!(sample(SAMPLE), (std::iter::once(0..SAMPLE).collect(), 1.0));
        let all = 10 * SAMPLE;
        let (runs, scale) = sample(all);
        assert_eq!((runs.len(), scale), (RUNS as usize, 10.0));
        assert!(runs.iter().all(|run| run.len() == (SAMPLE / RUNS) as usize));
        assert_eq!((runs[0].start, runs[runs.len() - 1].end), (0, all));
        assert!(runs.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
}
