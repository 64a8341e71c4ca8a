//! Segments of customers by recency, frequency and money (RFM), and the movement between segments since the previous period.
//!
//! A customer is a stakeholder with an order before the as-of date. Recency is the days from the day of the last order to the as-of date,
//! frequency the number of orders or of days with an order, and money the revenue: amounts less refunds. Each gets a score from 1 to 5, by
//! quintiles of the customers or by fixed limits. The previous segment is found in the same way from the records that were known at the
//! end of the previous period, among the customers of that time.
//!
//! Protected people (employees, people of private sources) are counted in segments of five or more, and never listed.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::canonical::CanonicalTables;
use crate::catalog::segments::{Frequency, Limits, Scores, SegmentModel, SegmentTable};
use crate::expr::Expr;
use crate::facts::context::{Context, Settings, Slicing, is_out};
use crate::facts::ordering::{Order, Orders};
use crate::facts::orders;
use crate::measure::{self, Divisions, FEWEST, Private, StakeholderGroups};
use crate::notes::{Note, QuintileDoubt, RunNote};
use crate::period::{Grain, Period};
use crate::report::AbsentReason;
use crate::schema::{MONEY_SCALE, Micros, NO_CODE, Table, purchases};
use crate::stats::scores::{BEST, quintile_scores, score_from, score_up_to};

/// What is to be segmented, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// Scores and segments.
    pub model: SegmentModel,
    /// The length of the period that movement is measured over.
    pub grain: Grain,
    /// The dimensions of the groups that segments are counted in. Scores are those among all customers.
    pub by: Vec<String>,
    /// Which rows and stakeholders count, over dimensions.
    pub filter: Option<Expr>,
}

/// The segments of all customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmentation {
    /// The period before the one that the as-of date is in: previous segments are those at its end.
    pub previous: Period,
    /// Why there is no revenue: it has several currencies, or of some orders nobody knows what the lines that count amount to.
    pub money_absent: Option<AbsentReason>,
    /// The segments of each group, in the order of the groups; without dimensions there is one group.
    pub groups: Vec<Group>,
    /// Movement since the end of the previous period; `None` if it would show fewer than five protected people.
    pub movement: Option<Vec<Move>>,
    /// What each score means among these customers; `None` if some are protected.
    pub scores: Option<Vec<ScoreRange>>,
    /// The customers that may be listed, in the order of their ids.
    pub customers: Vec<Customer>,
    /// There are protected people among the customers; they are not listed.
    pub withheld: bool,
}

/// The segments of a group of customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The text of each dimension.
    pub labels: Vec<String>,
    /// The number of its customers; `None` if suppressed.
    pub customers: Option<u64>,
    /// Their revenue; `None` if suppressed or not available.
    pub value: Option<f64>,
    /// Its segments in the order of the model; the last one has those for whom no condition holds, if there are any in any group.
    pub segments: Vec<SegmentCount>,
}

/// A segment in a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentCount {
    /// The segment, as an index into those of the model; `None`: no condition holds.
    pub segment: Option<usize>,
    /// Hidden to protect few people.
    pub suppressed: bool,
    /// The number of customers; `None` if suppressed.
    pub n: Option<u64>,
    /// Their revenue; `None` if suppressed or not available.
    pub value: Option<f64>,
}

/// Where a customer was at the end of the previous period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Before {
    /// In a segment, as an index into those of the model; `None`: no condition held.
    In(Option<usize>),
    /// Without an order by then.
    NoOrder,
}

/// The number of customers who moved from one segment to another, or stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Where they were.
    pub from: Before,
    /// Where they are.
    pub to: Option<usize>,
    /// How many they are; at least one.
    pub n: u64,
}

/// The parts of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Days since the last order.
    Recency,
    /// Orders.
    Frequency,
    /// Revenue.
    Monetary,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; 3] = [Part::Recency, Part::Frequency, Part::Monetary];

    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Recency => "recency",
            Part::Frequency => "frequency",
            Part::Monetary => "monetary",
        }
    }
}

/// The customers with one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreRange {
    /// The score of what.
    pub part: Part,
    /// 1 to 5.
    pub score: u8,
    /// The number of customers with it.
    pub n: u64,
    /// The smallest and the largest value among them, in days, orders or units of the currency; `None`: there are none.
    pub range: Option<(f64, f64)>,
}

/// A customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Customer {
    /// The stakeholder.
    pub stakeholder: u32,
    /// Days from the day of the last order to the as-of date.
    pub recency: i32,
    /// Orders, or days with an order.
    pub frequency: u32,
    /// Revenue, in units of the currency; `None` if not available.
    pub monetary: Option<f64>,
    /// The scores.
    pub scores: Scores,
    /// The segment, as an index into those of the model; `None`: no condition holds.
    pub segment: Option<usize>,
    /// Where the customer was.
    pub previous: Before,
}

/// Why there are no segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoSegments {
    /// There are no purchases.
    Absent(AbsentReason),
    /// Purchases have no such dimension, nor has the roster.
    Dimension(String),
}

/// Segments the customers.
///
/// # Errors
/// There are no purchases, or a dimension that neither they nor the roster have.
pub fn segments(canonical: &CanonicalTables, settings: &Settings, ask: &Request) -> Result<Segmentation, NoSegments> {
    let Some(rows) = canonical.table(Table::Purchases) else {
        return Err(NoSegments::Absent(AbsentReason::MissingInput(Table::Purchases.name().to_string())));
    };
    let slicing = measure::kept(canonical, &orders::SPEC, ask.filter.as_ref()).map_err(NoSegments::Dimension)?;
    let groups = StakeholderGroups::new(canonical, Table::Purchases, &ask.by).map_err(NoSegments::Dimension)?;
    let zone = &canonical.zone;
    let previous = Period::of(ask.grain, zone.day_of(canonical.as_of.saturating_sub(1)), zone).previous();
    let context = Context {
        canonical,
        settings,
        slicing: &slicing,
        windows: &[],
    };
    let job = Job {
        context: &context,
        groups: &groups,
        frequency: ask.model.frequency,
        times: [canonical.as_of, previous.end],
    };
    let blocks = measure::blocks(canonical, &orders::SPEC).into_par_iter();
    let found: Vec<Found> = blocks
        .map(|block| job.block(block))
        .collect::<Vec<_>>()
        .into_iter()
        .flatten()
        .collect();

    let currencies = rows.codes(&purchases::CURRENCY);
    let kept = (0..canonical.nobody()).flat_map(|s| rows.run(s).map(move |row| (s, row)));
    let kept = kept
        .filter(|&(s, row)| !is_out(slicing.of_row(row, s)))
        .map(|(_, row)| currencies.at(row));
    let is_mixed = currencies.exists() && canonical.cannot_add(kept);
    let is_unknown = |known: &Known| known.is_unknown;
    let money_absent = if is_mixed {
        Some(AbsentReason::MixedCurrencies)
    } else if found
        .iter()
        .any(|one| is_unknown(&one.now) || one.before.as_ref().is_some_and(is_unknown))
    {
        Some(AbsentReason::LinesDiffer)
    } else {
        None
    };
    let no_money = money_absent.is_some();
    let scoring = Scoring {
        limits: &ask.model.limits,
        table: ask.model.table(),
        with_money: !no_money,
    };
    let (now, before) = rayon::join(
        || scoring.of(found.iter().map(|one| one.now)),
        || scoring.of(found.iter().filter_map(|one| one.before)),
    );
    let mut before = before.into_iter();
    let private = Private::new(canonical);
    let customers: Vec<Customer> = found
        .iter()
        .zip(now)
        .map(|(one, (scores, segment))| Customer {
            stakeholder: one.stakeholder,
            recency: one.now.recency,
            frequency: one.now.frequency,
            monetary: (!no_money).then(|| in_units(one.now.monetary)),
            scores,
            segment,
            previous: match one.before {
                None => Before::NoOrder,
                Some(_) => Before::In(before.next().expect("scores of all who had ordered").1),
            },
        })
        .collect();
    let is_private: Vec<bool> = customers.iter().map(|one| private.is(one.stakeholder, 0)).collect();
    let any_private = is_private.iter().any(|is| *is);
    let is_divided = ask.filter.is_some() && measure::divides_protected(canonical, Table::Purchases, &slicing);
    let (grouped, hides) = counted(&found, &customers, &is_private, &groups, ask, (no_money, is_divided));
    let movement = movement(&customers, &is_private).filter(|_| !(hides || is_divided && any_private));
    Ok(Segmentation {
        previous,
        money_absent,
        groups: grouped,
        movement,
        scores: (!any_private).then(|| score_ranges(&customers)),
        withheld: any_private,
        customers: customers
            .into_iter()
            .zip(&is_private)
            .filter(|(_, private)| !**private)
            .map(|(one, _)| one)
            .collect(),
    })
}

/// Fewer customers than this have quintiles of a handful each.
const FEW: usize = 25;

/// What is doubtful about scores by quintiles. Of protected people nothing is said.
pub fn doubts(found: &Segmentation, model: &SegmentModel) -> Vec<Note> {
    let limits = &model.limits;
    let by_rank: Vec<Part> = Part::ALL
        .into_iter()
        .filter(|part| match part {
            Part::Recency => limits.recency.is_none(),
            Part::Frequency => limits.frequency.is_none(),
            Part::Monetary => limits.monetary.is_none() && found.money_absent.is_none(),
        })
        .collect();
    let n = found.customers.len();
    if n == 0 || by_rank.is_empty() || found.withheld {
        return Vec::new();
    }
    let note = |doubt| Note::new(RunNote::Quintiles { doubt }).count(n as u64);
    if n < FEW {
        return vec![note(QuintileDoubt::Few)];
    }
    let is_equal = |part: &Part| {
        let lowest = found.scores.iter().flatten().find(|range| range.part == *part && range.score == 1);
        lowest.is_some_and(|range| range.n == n as u64)
    };
    by_rank
        .into_iter()
        .filter(is_equal)
        .map(|part| note(QuintileDoubt::Equal { part: part.as_str() }))
        .collect()
}

/// What is known of a customer at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Known {
    recency: i32,
    frequency: u32,
    /// In 1/10,000 of the currency's unit.
    monetary: i128,
    /// Of an order only the amount of all lines is known, and a condition leaves some of them out.
    is_unknown: bool,
    /// The first row of the last order.
    row: u32,
}

/// A customer as the orders show it.
struct Found {
    stakeholder: u32,
    /// The codes of its group.
    group: Vec<u32>,
    now: Known,
    /// At the end of the previous period; `None`: without an order by then.
    before: Option<Known>,
}

struct Job<'a> {
    context: &'a Context<'a>,
    groups: &'a StakeholderGroups<'a>,
    frequency: Frequency,
    /// The as-of date, and the end of the previous period.
    times: [Micros; 2],
}

impl Job<'_> {
    fn block(&self, block: Range<u32>) -> Vec<Found> {
        let canonical = self.context.canonical;
        let (Some(mut reader), Some(rows)) = (Orders::new(self.context), canonical.table(Table::Purchases)) else {
            return Vec::new();
        };
        let times = rows.times(&purchases::OCCURRED_AT);
        let slicing: &Slicing = self.context.slicing;
        let mut found = Vec::new();
        for stakeholder in block.filter(|s| *s != canonical.nobody()) {
            let mut at = |time: Micros| {
                // A line that comes later is not known, neither an order nor a refund.
                let slice = |row: usize| match times.at(row) < time {
                    true => slicing.of_row(row, stakeholder),
                    false => NO_CODE,
                };
                self.known(reader.of(self.context, stakeholder, slice), time)
            };
            let [as_of, earlier] = self.times;
            let Some(now) = at(as_of) else { continue };
            // Lines come by time. Most customers have none since the previous period: only the days have passed.
            let is_unchanged = rows.run(stakeholder).next_back().is_none_or(|row| times.at(row) < earlier);
            let before = match is_unchanged {
                true => Some(Known {
                    recency: now.recency - (canonical.zone.day_of(as_of) - canonical.zone.day_of(earlier)),
                    ..now
                }),
                false => at(earlier),
            };
            found.push(Found {
                stakeholder,
                group: self.groups.of(stakeholder, now.row),
                now,
                before,
            });
        }
        found
    }

    /// What orders show at a time; `None` without an order.
    fn known(&self, orders: &[Order], time: Micros) -> Option<Known> {
        let kept = || orders.iter().filter(|order| !is_out(order.slice));
        let last = kept().rfind(|order| order.is_order)?;
        let frequency = match self.frequency {
            Frequency::Orders => kept().filter(|order| order.is_order).count(),
            Frequency::OrderDays => {
                // Orders come by time.
                let mut days: Vec<i32> = kept().filter(|order| order.is_order).map(|order| order.day).collect();
                days.dedup();
                days.len()
            }
        };
        Some(Known {
            recency: self.context.canonical.zone.day_of(time) - last.day,
            frequency: frequency as u32,
            monetary: kept().map(Order::revenue).sum(),
            // Lines that are not known yet divide no order.
            is_unknown: self.context.slicing.rows.is_some() && kept().any(|order| order.is_divided),
            row: last.row,
        })
    }
}

/// How customers get their scores and segments.
struct Scoring<'a> {
    limits: &'a Limits,
    table: SegmentTable,
    with_money: bool,
}

impl Scoring<'_> {
    /// The scores and the segment of each customer.
    fn of(&self, customers: impl Iterator<Item = Known>) -> Vec<(Scores, Option<usize>)> {
        let all: Vec<Known> = customers.collect();
        let recency = || match &self.limits.recency {
            // The longer ago, the worse.
            None => quintile_scores(&all.iter().map(|one| -i64::from(one.recency)).collect::<Vec<_>>()),
            Some(limits) => all.iter().map(|one| score_up_to(f64::from(one.recency), limits)).collect(),
        };
        let frequency = || match &self.limits.frequency {
            None => quintile_scores(&all.iter().map(|one| one.frequency).collect::<Vec<_>>()),
            Some(limits) => all.iter().map(|one| score_from(f64::from(one.frequency), limits)).collect(),
        };
        let monetary = || match &self.limits.monetary {
            None => quintile_scores(&all.iter().map(|one| one.monetary).collect::<Vec<_>>()),
            Some(limits) => all.iter().map(|one| score_from(in_units(one.monetary), limits)).collect(),
        };
        let (r, (f, m)) = rayon::join(recency, || rayon::join(frequency, monetary));
        let scored = r.into_iter().zip(f).zip(m).map(|((r, f), m)| {
            let m = self.with_money.then_some(m);
            let scores = Scores { r, f, m };
            (scores, self.table.of(scores))
        });
        scored.collect()
    }
}

fn in_units(money: i128) -> f64 {
    money as f64 / MONEY_SCALE as f64
}

/// What is counted of a segment in a group.
#[derive(Clone, Copy, Default)]
struct Tally {
    n: u64,
    private: u64,
    /// In 1/10,000 of the currency's unit.
    value: i128,
}

/// The segments of each group, and whether any is hidden.
fn counted(
    found: &[Found],
    customers: &[Customer],
    is_private: &[bool],
    groups: &StakeholderGroups,
    ask: &Request,
    (no_money, is_divided): (bool, bool),
) -> (Vec<Group>, bool) {
    // One place more for those for whom no condition holds.
    let places = ask.model.segments.len() + 1;
    let mut tallies: BTreeMap<Vec<String>, Vec<Tally>> = BTreeMap::new();
    let mut labels: BTreeMap<&[u32], Vec<String>> = BTreeMap::new();
    if ask.by.is_empty() {
        tallies.insert(Vec::new(), vec![Tally::default(); places]);
    }
    for ((one, customer), private) in found.iter().zip(customers).zip(is_private) {
        let labels = labels.entry(&one.group).or_insert_with(|| groups.labels(&one.group));
        let of_group = match tallies.get_mut(labels) {
            Some(of_group) => of_group,
            None => tallies.entry(labels.clone()).or_insert(vec![Tally::default(); places]),
        };
        let tally = &mut of_group[customer.segment.unwrap_or(places - 1)];
        tally.n += 1;
        tally.private += u64::from(*private);
        tally.value += one.now.monetary;
    }
    // By group, by segment of all groups, and by segment of each group.
    let mut divisions = Divisions::default();
    for (group, of_group) in (0..).zip(tallies.values()) {
        for (segment, tally) in (0..).zip(of_group) {
            let both = group * places as u32 + segment;
            divisions.add(&[Some(group), Some(segment), Some(both)], tally.private);
        }
    }
    let published = divisions.published();
    // Where a condition divides the protected people, nothing about them is shown.
    let is_closed = |tallies: &[Tally]| is_divided && tallies.iter().any(|tally| tally.private > 0);
    let shows_group = |group: u32| match ask.by.is_empty() {
        true => published.whole(),
        false => published.shows(0, group),
    };
    let mut any_hidden = false;
    let unassigned = tallies.values().any(|of_group| of_group[places - 1].n > 0);
    let group = |(group, (labels, of_group)): (u32, (Vec<String>, Vec<Tally>))| {
        let segments: Vec<SegmentCount> = of_group
            .iter()
            .enumerate()
            .map(|(at, tally)| {
                let suppressed = !published.shows(2, group * places as u32 + at as u32) || is_closed(std::slice::from_ref(tally));
                any_hidden |= suppressed;
                SegmentCount {
                    segment: (at + 1 < places).then_some(at),
                    suppressed,
                    n: (!suppressed).then_some(tally.n),
                    value: (!suppressed && !no_money).then(|| in_units(tally.value)),
                }
            })
            .filter(|count| count.segment.is_some() || unassigned)
            .collect();
        let hides = !shows_group(group) || is_closed(&of_group);
        Group {
            labels,
            customers: (!hides).then(|| of_group.iter().map(|tally| tally.n).sum()),
            value: (!hides && !no_money).then(|| in_units(of_group.iter().map(|tally| tally.value).sum())),
            segments,
        }
    };
    ((0..).zip(tallies).map(group).collect(), any_hidden)
}

/// The movements in the order of the segments; `None` if there are fewer than five protected people in one.
fn movement(customers: &[Customer], is_private: &[bool]) -> Option<Vec<Move>> {
    // Those without a segment come last.
    let key = |segment: Option<usize>| segment.unwrap_or(usize::MAX);
    let mut moves: BTreeMap<(bool, usize, usize), (Move, u64)> = BTreeMap::new();
    for (customer, private) in customers.iter().zip(is_private) {
        let (is_new, from) = match customer.previous {
            Before::In(segment) => (false, key(segment)),
            Before::NoOrder => (true, 0),
        };
        let (found, protected) = moves.entry((is_new, from, key(customer.segment))).or_insert((
            Move {
                from: customer.previous,
                to: customer.segment,
                n: 0,
            },
            0,
        ));
        found.n += 1;
        *protected += u64::from(*private);
    }
    let few = moves.values().any(|(_, protected)| (1..FEWEST).contains(protected));
    (!few).then(|| moves.into_values().map(|(found, _)| found).collect())
}

/// How many customers have each score, and their smallest and largest values.
fn score_ranges(customers: &[Customer]) -> Vec<ScoreRange> {
    let mut ranges = Vec::new();
    for part in Part::ALL {
        for score in 1..=BEST {
            let values = customers.iter().filter_map(|one| match part {
                Part::Recency => (one.scores.r == score).then_some(f64::from(one.recency)),
                Part::Frequency => (one.scores.f == score).then_some(f64::from(one.frequency)),
                Part::Monetary => (one.scores.m == Some(score)).then_some(one.monetary?),
            });
            let (mut n, mut range) = (0, None);
            for value in values {
                let (low, high) = range.unwrap_or((value, value));
                range = Some((value.min(low), value.max(high)));
                n += 1;
            }
            ranges.push(ScoreRange { part, score, n, range });
        }
    }
    ranges
}

#[cfg(test)]
mod tests;
