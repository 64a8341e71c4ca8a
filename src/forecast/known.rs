//! What is known of the buyers when the model is fitted, and when it is tested.

use super::histories::{Bought, Buyer, Purchases};
use super::holdout::{Plan, Test};
use crate::canonical::{CanonicalTables, Rows};
use crate::facts::context::{Settings, Slicing};
use crate::schema::{NO_CODE, purchases};

/// All groups as one.
pub fn together(slicing: &Slicing) -> Slicing {
    let one = |groups: &Option<Vec<u32>>| {
        let of = |group: &u32| if *group == NO_CODE { NO_CODE } else { 0 };
        groups.as_ref().map(|groups| groups.iter().map(of).collect())
    };
    Slicing {
        rows: one(&slicing.rows),
        stakeholders: one(&slicing.stakeholders),
    }
}

/// The currencies of the purchases that count, by their codes.
pub fn currencies(canonical: &CanonicalTables, rows: &Rows, slicing: &Slicing, last_day: i32) -> Vec<u32> {
    let (times, currencies) = (rows.times(&purchases::OCCURRED_AT), rows.codes(&purchases::CURRENCY));
    let end = canonical.zone.midnight(last_day + 1).min(canonical.as_of);
    let mut found: Vec<u32> = Vec::new();
    if !currencies.exists() {
        return found;
    }
    for stakeholder in 0..canonical.nobody() {
        for row in rows.run(stakeholder) {
            let code = currencies.at(row);
            if times.at(row) < end && slicing.of_row(row, stakeholder) != NO_CODE && found.last() != Some(&code) && !found.contains(&code) {
                found.push(code);
            }
        }
    }
    found.sort_unstable();
    found
}

/// What is known of the buyers at the end of the calibration, and for the test.
pub struct Known {
    /// The buyers.
    pub buyers: Vec<Buyer>,
    /// Order days that refunds left with nothing.
    pub days_without_value: u64,
    /// The days held back for the test; `None`: the data are too short.
    pub plan: Option<Plan>,
    /// The buyers at the split, where it is not the end of the calibration.
    pub earlier: Option<Vec<Buyer>>,
    /// What was bought in the days held back.
    pub bought: Vec<Bought>,
}

impl Known {
    /// Reads it.
    pub fn read(canonical: &CanonicalTables, settings: &Settings, slicing: &Slicing, end: i32, newest: i32, horizon: i32) -> Known {
        let purchases = Purchases {
            canonical,
            settings,
            slicing,
        };
        let (buyers, days_without_value) = purchases.buyers(end);
        let first = buyers.iter().map(|buyer| buyer.first_day).min();
        let plan = first.and_then(|first| Plan::new(end, newest, horizon, first));
        Known {
            earlier: plan.filter(|plan| plan.split != end).map(|plan| purchases.buyers(plan.split).0),
            bought: plan.map(|plan| purchases.bought(plan.split, plan.until)).unwrap_or_default(),
            buyers,
            days_without_value,
            plan,
        }
    }

    /// The test of all buyers.
    pub fn test(&self) -> Option<Test<'_>> {
        self.plan.map(|plan| Test {
            plan,
            earlier: self.earlier.as_deref(),
            bought: &self.bought,
        })
    }
}
