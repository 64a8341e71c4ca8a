//! Segments as numbers of customers: in groups, in movement, and by score. Protected people are only counted, five or more together.

use std::collections::BTreeMap;

use super::customers::Found;
use super::result::{Before, Customer, Group, Move, Part, Request, ScoreRange, SegmentCount};
use super::scoring::in_units;
use crate::measure::{Divisions, FEWEST, StakeholderGroups};
use crate::stats::scores::BEST;

/// What is counted of a segment in a group.
#[derive(Clone, Copy, Default)]
struct Tally {
    n: u64,
    private: u64,
    /// In 1/10,000 of the currency's unit.
    value: i128,
}

/// The segments of each group, and whether any is hidden.
pub(super) fn counted(
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
pub(super) fn movement(customers: &[Customer], is_private: &[bool]) -> Option<Vec<Move>> {
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
pub(super) fn score_ranges(customers: &[Customer]) -> Vec<ScoreRange> {
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
