//! Segments of customers by recency, frequency and money (RFM), and the movement between segments since the previous period.
//!
//! A customer is a stakeholder with an order before the as-of date. Recency is the days from the day of the last order to the as-of date,
//! frequency the number of orders or of days with an order, and money the revenue: amounts less refunds. Each gets a score from 1 to 5, by
//! quintiles of the customers or by fixed limits. The previous segment is found in the same way from the records that were known at the
//! end of the previous period, among the customers of that time.
//!
//! Protected people (employees, people of private sources) are counted in segments of five or more, and never listed.

mod counting;
mod customers;
mod result;
mod scoring;

use rayon::prelude::*;

use crate::canonical::CanonicalTables;
use crate::catalog::segments::SegmentModel;
use crate::facts::context::{Context, Settings, is_out};
use crate::facts::orders;
use crate::measure::{self, Private, StakeholderGroups};
use crate::notes::{Note, QuintileDoubt, RunNote};
use crate::period::Period;
use crate::report::AbsentReason;
use crate::schema::{Table, purchases};

pub use result::{Before, Customer, Group, Move, NoSegments, Part, Request, ScoreRange, SegmentCount, Segmentation};

use counting::{counted, movement, score_ranges};
use customers::{Found, Job, Known};
use scoring::{Scoring, in_units};

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

#[cfg(test)]
mod tests;
