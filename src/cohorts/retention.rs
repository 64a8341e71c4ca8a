//! Retention by cohort: those whose relationship started in one period, or who share a value of a dimension, followed through the periods
//! after their start.
//!
//! By orders, the members of a cohort are the customers whose first order is in its period; those who ordered in the n-th period after it
//! are retained at n, so a share may rise again. By the roster, they are the stakeholders whose first time on it began in the period; those on
//! it at the end of the n-th period after it are retained at n, even if they were away in between. Refunds are not orders, adjacent times on
//! the roster are one, and the day of leaving is the last day, as in the facts.
//!
//! A cell has a value only if its period has ended by the as-of date. If a dimension makes the cohorts, each member is followed from its own
//! first period, and a cell is about the members whose n-th period has ended. Every member counts once in a cell, so the limits are those of
//! independent draws.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::members::{self, Member, first_known, has_mixed_currencies};
use super::{Measure, NoCohorts, Start, kept};
use crate::analyses::Share;
use crate::canonical::CanonicalTables;
use crate::expr::Expr;
use crate::facts::context::Settings;
use crate::measure::{self, Divisions, FEWEST, StakeholderGroups};
use crate::period::Grain;
use crate::report::AbsentReason;
use crate::schema::{MONEY_SCALE, Micros};
use crate::stats::{ClusterSums, Confidence, NoIntervalReason, ratio};

/// More periods than this are not shown unless more are asked for: the last ones are.
pub const MOST: usize = 120;

/// The cohorts to compute.
#[derive(Debug, Clone)]
pub struct Request {
    /// What starts a relationship.
    pub start: Start,
    /// The dimension that makes cohorts; `None`: the period of the start does.
    pub dimension: Option<String>,
    /// What is measured in the periods after the start.
    pub measure: Measure,
    /// Of shares: whether those who are active in the n-th period or in any later one are retained.
    pub on_or_after: bool,
    /// The length of a period.
    pub grain: Grain,
    /// The number of periods, the last ones, in which relationships that count started; `None`: [`MOST`] of periods, all of a dimension.
    pub last: Option<usize>,
    /// Periods end by this time and by the as-of date.
    pub until: Micros,
    /// The dimensions of the groups.
    pub by: Vec<String>,
    /// Which rows and stakeholders count, over dimensions.
    pub filter: Option<Expr>,
    /// How confidence intervals are found.
    pub confidence: Confidence,
}

/// The cohorts of all groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// The groups, in the order of their texts.
    pub groups: Vec<Group>,
    /// Relationships that started before the periods that are shown; `None` if they may be few protected people.
    pub earlier: Option<u64>,
}

/// The cohorts of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The codes of its texts.
    pub codes: Vec<u32>,
    /// The text of each dimension.
    pub labels: Vec<String>,
    /// Its cohorts, by period or by the text of the dimension.
    pub cohorts: Vec<Cohort>,
}

/// A cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort {
    /// The name of its period, or the text of its dimension.
    pub label: String,
    /// The number of its period; `None` if a dimension makes it.
    pub period: Option<i32>,
    /// The number of members so far; `None` if suppressed.
    pub size: Option<u64>,
    /// Hidden, because few protected people are among them, or because numbers of few others would follow from it.
    pub suppressed: bool,
    /// Its period has ended: nobody joins any more.
    pub complete: bool,
    /// Its period starts before the data: members may not be new, or part of the period is missing.
    pub left_truncated: bool,
    /// By age in periods from 0.
    pub cells: Vec<Cell>,
}

impl Cohort {
    /// The share that is retained at an age, unless it is hidden.
    pub fn share(&self, age: usize) -> Option<Share> {
        let cell = self.cells.get(age).filter(|cell| cell.value.is_ok() && !self.suppressed)?;
        let (low, high) = cell.limits.ok()?;
        Some(Share {
            part: cell.part as u64,
            whole: cell.whole,
            low,
            high,
        })
    }
}

/// The first day of which a start is known.
pub fn known_from(canonical: &CanonicalTables, start: Start) -> i32 {
    first_known(canonical, start).map_or(i32::MIN, |first| canonical.zone.day_of(first))
}

/// What is measured of a cohort at one age.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The members who are retained; the number of orders; revenue in units of the currency.
    pub part: f64,
    /// The members whose period of that age has ended.
    pub whole: u64,
    /// The share, or the mean per member; or why there is none.
    pub value: Result<f64, AbsentReason>,
    /// Lower and upper limit, or why there are none.
    pub limits: Result<(f64, f64), NoIntervalReason>,
}

/// Computes the cohorts.
///
/// # Errors
/// A table or column is missing, or the records have no such dimension.
pub fn retention(canonical: &CanonicalTables, settings: &Settings, ask: &Request) -> Result<Retention, NoCohorts> {
    members::need(canonical, ask)?;
    let all = members::members(canonical, settings, ask)?;
    let open = ask.open(canonical);
    let mut tables: BTreeMap<&[u32], BTreeMap<CohortKey, Vec<&Member>>> = BTreeMap::new();
    if ask.by.is_empty() {
        tables.insert(&[], BTreeMap::new());
    }
    let limit = ask.last.or(ask.dimension.is_none().then_some(MOST));
    let first = limit.map_or(i32::MIN, |last| open.saturating_sub(last as i32));
    let is_earlier = |member: &&Member| member.start < first;
    let earlier = all.iter().filter(is_earlier).count() as u64;
    for member in all.iter().filter(|member| first <= member.start && member.start <= open) {
        let key = match ask.dimension {
            Some(_) => CohortKey::Dimension(&member.cohort),
            None => CohortKey::Period(member.start),
        };
        tables
            .entry(member.group.as_slice())
            .or_default()
            .entry(key)
            .or_default()
            .push(member);
    }
    // Where a condition divides the protected people, nothing about them is shown.
    let is_divided = match &ask.filter {
        None => false,
        Some(filter) => {
            let joined = kept(canonical, ask.start.fact(), Some(filter))?;
            measure::divides_protected(canonical, ask.start.table(), &joined)
        }
    };
    let is_closed = |members: &mut dyn Iterator<Item = &Member>| is_divided && members.filter(|member| member.private).count() > 0;
    // Those before, those of each cohort in all groups, those of each group, and those of each cohort of a group.
    let mut divisions = Divisions::default();
    let private = |members: &mut dyn Iterator<Item = &Member>| members.filter(|member| member.private).count() as u64;
    divisions.add(&[Some(0), None, None, None], private(&mut all.iter().filter(is_earlier)));
    let mut cohort_numbers: BTreeMap<CohortKey, u32> = BTreeMap::new();
    let mut places: BTreeMap<(&[u32], CohortKey), u32> = BTreeMap::new();
    for (group, (codes, cohorts)) in (0..).zip(&tables) {
        for (key, members) in cohorts {
            let place = places.len() as u32;
            places.insert((codes, *key), place);
            let next = cohort_numbers.len() as u32;
            let cohort = *cohort_numbers.entry(*key).or_insert(next);
            divisions.add(
                &[Some(1), Some(cohort), Some(group), Some(place)],
                private(&mut members.iter().copied()),
            );
        }
    }
    let published = divisions.published();
    let shows_earlier = published.shows(0, 0) && !is_closed(&mut all.iter().filter(is_earlier));
    let earlier = shows_earlier.then_some(earlier);
    let groups = |by: &[String]| StakeholderGroups::new(canonical, ask.start.table(), by).map_err(NoCohorts::Dimension);
    let (labels, cohort_labels) = (groups(&ask.by)?, groups(ask.dimension.as_slice())?);
    let no_money = match ask.measure {
        Measure::Revenue if has_mixed_currencies(canonical, &kept(canonical, ask.measure.fact(), ask.filter.as_ref())?) => {
            Some(AbsentReason::MixedCurrencies)
        }
        Measure::Revenue if all.iter().any(|member| member.is_unknown) => Some(AbsentReason::LinesDiffer),
        Measure::Revenue | Measure::Ordered | Measure::Present | Measure::Orders | Measure::Active => None,
    };
    let known_from = known_from(canonical, ask.start);
    let counting = Counting {
        ask,
        open,
        // A period that has begun has a cell, which says that it has not ended.
        is_running: canonical.zone.midnight(ask.grain.first_day(open)) < ask.until.min(canonical.as_of),
        no_money,
    };
    let found = tables.into_iter().map(|(codes, cohorts)| {
        let cohorts: Vec<(CohortKey, Vec<&Member>)> = with_empty_periods(cohorts, open);
        let cohort = |at: usize| {
            let (key, members) = &cohorts[at];
            let (label, period) = match key {
                CohortKey::Period(number) => (ask.grain.label(ask.grain.first_day(*number)), Some(*number)),
                CohortKey::Dimension(codes) => (cohort_labels.labels(codes).join(", "), None),
            };
            let is_hidden =
                places.get(&(codes, *key)).is_some_and(|place| !published.shows(3, *place)) || is_closed(&mut members.iter().copied());
            Cohort {
                label,
                period,
                size: (!is_hidden).then_some(members.len() as u64),
                suppressed: is_hidden,
                complete: period.is_none_or(|number| number < open),
                left_truncated: period.is_some_and(|number| ask.grain.first_day(number) < known_from),
                cells: counting.cells(period, members),
            }
        };
        let counted: Vec<Cohort> = (0..cohorts.len()).into_par_iter().map(cohort).collect();
        Group {
            codes: codes.to_vec(),
            labels: labels.labels(codes),
            cohorts: counted,
        }
    });
    let groups = found.collect();
    Ok(Retention { groups, earlier })
}

/// What makes a cohort, in the order of cohorts. Codes are ranks of the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CohortKey<'a> {
    Period(i32),
    Dimension(&'a [u32]),
}

/// The cohorts, and those of the ended periods since the first one in which nobody joined.
fn with_empty_periods<'a>(mut cohorts: BTreeMap<CohortKey<'a>, Vec<&'a Member>>, open: i32) -> Vec<(CohortKey<'a>, Vec<&'a Member>)> {
    if let Some(CohortKey::Period(first)) = cohorts.keys().next().copied() {
        for number in first..open {
            cohorts.entry(CohortKey::Period(number)).or_default();
        }
    }
    cohorts.into_iter().collect()
}

struct Counting<'a> {
    ask: &'a Request,
    /// The number of the first period that has not ended.
    open: i32,
    /// Whether that period has begun.
    is_running: bool,
    no_money: Option<AbsentReason>,
}

impl Counting<'_> {
    fn cells(&self, period: Option<i32>, members: &[&Member]) -> Vec<Cell> {
        let most = self.ask.most();
        // How many members have how many ended periods.
        let ended = |member: &Member| ((self.open - member.start).max(0) as usize).min(most);
        let ages = match period {
            Some(number) => ((self.open - number).max(0) as usize).min(most),
            None => members.iter().map(|member| ended(member)).max().unwrap_or(0),
        };
        let with_ended = |counts: &dyn Fn(&Member) -> bool| {
            let mut wholes = vec![0_u64; ages + 1];
            let counted = members.iter().filter(|member| counts(member));
            counted.for_each(|member| wholes[ended(member).min(ages)] += 1);
            for age in (0..ages).rev() {
                wholes[age] += wholes[age + 1];
            }
            wholes
        };
        // By n: those with at least n ended periods; age n needs n + 1 of them.
        let (wholes, protected) = (with_ended(&|_| true), with_ended(&|member| member.private));
        let mut values: Vec<Vec<i128>> = vec![Vec::new(); ages];
        for member in members {
            for (age, value) in &member.happened {
                if (*age as usize) < ended(member) {
                    values[*age as usize].push(*value);
                }
            }
        }
        let mut cells: Vec<Cell> = values
            .iter()
            .enumerate()
            .map(|(age, values)| match (1..FEWEST).contains(&protected[age + 1]) {
                true => Cell {
                    part: 0.0,
                    whole: 0,
                    value: Err(AbsentReason::Suppressed),
                    limits: Err(NoIntervalReason::NotDefined),
                },
                false => self.cell(values, wholes[age + 1]),
            })
            .collect();
        let is_next = period.is_some() || (ages < most && !members.is_empty());
        if self.is_running && is_next {
            cells.push(Cell {
                part: 0.0,
                whole: 0,
                value: Err(AbsentReason::IncompleteWindow),
                limits: Err(NoIntervalReason::NotDefined),
            });
        }
        cells
    }

    /// The cell of so many members, of whom those with something have these values.
    fn cell(&self, values: &[i128], whole: u64) -> Cell {
        let none = |reason| Cell {
            part: 0.0,
            whole,
            value: Err(reason),
            limits: Err(NoIntervalReason::NotDefined),
        };
        if let Some(reason) = &self.no_money {
            return none(reason.clone());
        }
        let confidence = self.ask.confidence;
        if self.ask.measure.is_share() {
            return match Share::of(values.len() as u64, whole, confidence) {
                Some(share) => Cell {
                    part: share.part as f64,
                    whole,
                    value: Ok(share.value()),
                    limits: Ok((share.low, share.high)),
                },
                None => none(AbsentReason::ZeroDenominator),
            };
        }
        if whole == 0 {
            return none(AbsentReason::ZeroDenominator);
        }
        let scale = match self.ask.measure {
            Measure::Revenue => MONEY_SCALE as f64,
            Measure::Orders | Measure::Ordered | Measure::Present | Measure::Active => 1.0,
        };
        let total = values.iter().sum::<i128>() as f64 / scale;
        let mut sums = ClusterSums::default();
        values.iter().for_each(|value| sums.add(*value as f64 / scale, 1.0));
        (values.len() as u64..whole).for_each(|_| sums.add(0.0, 1.0));
        let estimate = ratio(&sums, confidence.level);
        Cell {
            part: total,
            whole,
            value: Ok(total / whole as f64),
            limits: estimate
                .interval
                .and_then(|interval| interval.low.zip(interval.high).ok_or(NoIntervalReason::NotDefined)),
        }
    }
}

#[cfg(test)]
mod tests;
