//! How stakeholders came: when each was first seen, who referred whom, and a referral log made of referrer columns where no
//! export brings one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Canon, Column, Data, Rows};
use crate::schema::{Micros, NO_CODE, NO_KEY, NO_TIME, Table};

/// Something that one canonical row says about a stakeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<T> {
    /// What it says.
    pub value: T,
    /// The table of the row.
    pub table: Table,
    /// The row.
    pub row: usize,
}

/// Reads from the roster and the purchases how stakeholders came.
#[derive(Debug)]
pub struct Arrivals<'a> {
    canon: &'a Canon,
    roster: Option<&'a Rows>,
    starts: Option<Column<'a, i64>>,
    roster_referrers: Option<Column<'a, u32>>,
    purchases: Option<&'a Rows>,
    purchase_referrers: Option<Column<'a, u32>>,
}

impl<'a> Arrivals<'a> {
    /// Over the tables that there are.
    pub fn new(canon: &'a Canon) -> Arrivals<'a> {
        let (roster, purchases) = (canon.table(Table::Stakeholders), canon.table(Table::Purchases));
        let referrers = |rows: &'a Rows| Some(rows.codes("referrer_id")).filter(|c| c.exists());
        Arrivals {
            canon,
            roster,
            starts: roster.map(|rows| rows.times("started_at")).filter(|c| c.exists()),
            roster_referrers: roster.and_then(referrers),
            purchases,
            purchase_referrers: purchases.and_then(referrers),
        }
    }

    /// Whether any table has a column of referrers.
    pub fn has_referrers(&self) -> bool {
        self.roster_referrers.is_some() || self.purchase_referrers.is_some()
    }

    /// When a stakeholder was first seen: the earliest start of the roster, where it tells starts and the stakeholder is on it; else
    /// the first order. `None` where nothing tells, and where the roster leaves the start empty: that is before the data.
    pub fn joined(&self, stakeholder: u32) -> Option<Said<Micros>> {
        if let (Some(roster), Some(starts)) = (self.roster, self.starts) {
            let run = roster.run(stakeholder);
            if !run.is_empty() {
                // Rows come by start, those without one first.
                let value = starts.at(run.start);
                return (value != NO_TIME).then_some(Said { value, table: Table::Stakeholders, row: run.start });
            }
        }
        let purchases = self.purchases?;
        let row = self.first_line(stakeholder)?;
        Some(Said { value: purchases.times("occurred_at").at(row), table: Table::Purchases, row })
    }

    /// Who referred a stakeholder: the roster's word, else that of the lines of the first order. Nobody refers himself.
    pub fn referrer(&self, stakeholder: u32) -> Option<Said<u32>> {
        let is_other = |referrer: u32| referrer != NO_CODE && referrer != stakeholder;
        if let (Some(roster), Some(referrers)) = (self.roster, self.roster_referrers)
            && let Some(row) = roster.run(stakeholder).find(|&row| is_other(referrers.at(row)))
        {
            return Some(Said { value: referrers.at(row), table: Table::Stakeholders, row });
        }
        let referrers = self.purchase_referrers?;
        let row = self.first_order(stakeholder).find(|&row| is_other(referrers.at(row)))?;
        Some(Said { value: referrers.at(row), table: Table::Purchases, row })
    }

    /// The lines of a stakeholder's first order: those with its id, or those of its day where it has none. Refunds are no order.
    pub fn first_order(&self, stakeholder: u32) -> impl Iterator<Item = usize> + '_ {
        let first = self.first_line(stakeholder);
        self.purchases.zip(first).into_iter().flat_map(move |(rows, first)| {
            let (times, ids, amounts) = (rows.times("occurred_at"), rows.keys("order_id"), rows.ints("amount"));
            let (id, day) = (ids.at(first), self.canon.zone.day_of(times.at(first)));
            rows.run(stakeholder).filter(move |&row| {
                let same_day = || self.canon.zone.day_of(times.at(row)) == day;
                amounts.at(row) >= 0 && ids.at(row) == id && (id != NO_KEY || same_day())
            })
        })
    }

    fn first_line(&self, stakeholder: u32) -> Option<usize> {
        let rows = self.purchases?;
        let amounts = rows.ints("amount");
        rows.run(stakeholder).find(|&row| amounts.at(row) >= 0)
    }
}

/// By stakeholder code: whether the referral log lists the stakeholder as referred by somebody else.
pub fn referred(canon: &Canon) -> Vec<bool> {
    let mut listed = vec![false; canon.stakeholders.len()];
    if let Some(rows) = canon.table(Table::Referrals) {
        let ids = rows.codes("referred_id");
        for referrer in 0..=canon.nobody() {
            for row in rows.run(referrer) {
                let id = ids.at(row);
                if id != NO_CODE && id != referrer {
                    listed[id as usize] = true;
                }
            }
        }
    }
    listed
}

/// A referral log made of the referrer columns of the roster and the purchases, where no export brings one: for each
/// stakeholder with a referrer one referral, at the time when the referred stakeholder was first seen. Whom nothing dates is left
/// out. `None` where there is a log, or no referrer column.
pub fn derive(canon: &Canon) -> Option<Rows> {
    let arrivals = Arrivals::new(canon);
    if canon.table(Table::Referrals).is_some() || !arrivals.has_referrers() {
        return None;
    }
    let (mut referrers, mut referred, mut times, mut sources) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut bases = BTreeSet::new();
    for stakeholder in 0..canon.nobody() {
        if let Some(referrer) = arrivals.referrer(stakeholder)
            && let Some(joined) = arrivals.joined(stakeholder)
        {
            referrers.push(referrer.value);
            referred.push(stakeholder);
            times.push(joined.value);
            sources.push(canon.table(referrer.table)?.source_of(referrer.row));
            bases.insert(joined.table);
        }
    }
    let is_date = |table: &Table| {
        let column = if *table == Table::Stakeholders { "started_at" } else { "occurred_at" };
        canon.table(*table).is_some_and(|rows| rows.is_date(column))
    };
    let dates = if !bases.is_empty() && bases.iter().all(is_date) { BTreeSet::from(["occurred_at".to_string()]) } else { BTreeSet::new() };
    let mut rows = Rows {
        table: Table::Referrals,
        len: times.len(),
        first_event: times.iter().copied().min().unwrap_or(NO_TIME),
        columns: BTreeMap::from([("occurred_at".to_string(), Data::Int(times)), ("referred_id".to_string(), Data::Code(referred))]),
        starts: Vec::new(),
        source: Some(sources),
        only_source: 0,
        line: None,
        dates,
    };
    rows.sort_by_stakeholder(&referrers, canon.stakeholders.len());
    Some(rows)
}
