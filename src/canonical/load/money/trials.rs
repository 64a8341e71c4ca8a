//! Trials: what nobody pays for yet is worth nothing, except to somebody who paid before. Such a trial is a change of plans, not a loss.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::canonical::Data;
use crate::canonical::SourceInfo;
use crate::canonical::load::tables::affected_rows::AffectedRows;
use crate::canonical::load::tables::building::Building;
use crate::notes::{DataIssue, Note};
use crate::schema::{Micros, NO_INT, NO_TIME, Table, purchases, stakeholders};

/// Sets the recurring amounts of trials to zero, except those of stakeholders who paid before the trial started: by the roster, or by a
/// purchase.
pub fn settle_trials(tables: &mut BTreeMap<Table, Building>, sources: &[SourceInfo]) -> Vec<Note> {
    // Without trials, nobody has to know when each stakeholder first paid.
    let has_trials = tables
        .get(&Table::Stakeholders)
        .is_some_and(|roster| roster.rows.flags(&stakeholders::TRIAL).exists());
    if !has_trials {
        return Vec::new();
    }
    let bought = tables.get(&Table::Purchases).map(first_payments).unwrap_or_default();
    let Some(roster) = tables.get_mut(&Table::Stakeholders) else {
        return Vec::new();
    };
    let trials = roster.rows.flags(&stakeholders::TRIAL);
    let (starts, amounts) = (
        roster.rows.times(&stakeholders::STARTED_AT),
        roster.rows.ints(&stakeholders::RECURRING_AMOUNT),
    );
    if !amounts.exists() {
        return Vec::new();
    }
    let mut paid: FxHashMap<u32, Micros> = bought;
    let is_trial = |row: &usize| trials.at(*row) == 1;
    for row in (0..roster.rows.len).filter(|row| !is_trial(row) && roster.keep[*row]) {
        if amounts.at(row) != NO_INT && amounts.at(row) > 0 {
            let start = starts.at(row);
            let first = paid.entry(roster.stakeholder[row]).or_insert(start);
            *first = (*first).min(start);
        }
    }
    let mut kept = AffectedRows::default();
    let mut unpaid: Vec<usize> = Vec::new();
    for row in (0..roster.rows.len).filter(is_trial) {
        let start = starts.at(row);
        let has_paid = paid
            .get(&roster.stakeholder[row])
            .is_some_and(|first| start != NO_TIME && *first < start);
        match amounts.at(row) {
            NO_INT => {}
            _ if !has_paid => unpaid.push(row),
            amount if amount > 0 => kept.add(&roster.rows, row),
            _ => {}
        }
    }
    if let Some(Data::Int(amounts)) = roster.rows.data_mut(&stakeholders::RECURRING_AMOUNT) {
        unpaid.into_iter().for_each(|row| amounts[row] = 0);
    }
    kept.notes(DataIssue::TrialAfterPaying, sources).collect()
}

/// When each stakeholder first paid for something.
fn first_payments(purchases: &Building) -> FxHashMap<u32, Micros> {
    let (times, amounts) = (
        purchases.rows.times(&purchases::OCCURRED_AT),
        purchases.rows.ints(&purchases::AMOUNT),
    );
    let mut first: FxHashMap<u32, Micros> = FxHashMap::default();
    for row in (0..purchases.rows.len).filter(|&row| purchases.keep[row] && amounts.at(row) != NO_INT && amounts.at(row) > 0) {
        let known = first.entry(purchases.stakeholder[row]).or_insert(times.at(row));
        *known = (*known).min(times.at(row));
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::load::testing::{load, places};

    #[test]
    fn a_trial_is_worth_nothing_except_to_who_paid_before() {
        let roster = "customer_id,start_date,end_date,monthly_amount,is_trial\n\
                      a,2026-01-01,2026-03-01,50,no\na,2026-03-01,,60,yes\nb,2026-03-01,,60,yes\nc,2026-03-01,,70,yes\n";
        let orders = "customer_id,order_id,ordered_at,amount\nc,1,2026-02-01,10\n";
        let loaded = load(&[("roster.csv", "stakeholders", roster), ("orders.csv", "purchases", orders)]);
        let rows = loaded.canonical.table(Table::Stakeholders).unwrap();
        let mut amounts: Vec<i64> = (0..rows.len)
            .map(|row| rows.ints(&stakeholders::RECURRING_AMOUNT).at(row) / 10_000)
            .collect();
        amounts.sort_unstable();
        assert_eq!(amounts, [0, 50, 60, 70]);
        assert_eq!(places(&loaded, "trial-after-paying"), [("roster.csv:3".into(), 2)]);
    }
}
