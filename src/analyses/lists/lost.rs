//! Customers who ordered in the previous period, but not in this one.

use super::search::{Search, need};
use super::{List, StakeholderRef, who};
use crate::analyses::Words;
use crate::canonical::CanonicalTables;
use crate::facts::context::{Settings, Slicing};
use crate::facts::customers;
use crate::facts::ordering::Orders;
use crate::measure::window;
use crate::period::Period;
use crate::report::AbsentReason;
use crate::schema::{MONEY_SCALE, Table, purchases};

/// A customer who ordered in the previous period, but not in this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    /// Who.
    pub who: StakeholderRef,
    /// Civil day of the last order before the period's end.
    pub last_order: Option<i32>,
    /// Revenue in the previous period, in units of the currency; `None` if the table has several currencies.
    pub revenue_before: Option<f64>,
}

/// Customers who ordered in the previous period but not in this one, those with the most revenue then first: the ones that
/// `lost_customers` counts.
///
/// # Errors
/// What is missing for it.
pub fn lost_customers(canonical: &CanonicalTables, settings: &Settings, period: &Period, limit: usize) -> Result<List<Lost>, AbsentReason> {
    need(canonical, &[&[purchases::OCCURRED_AT]])?;
    let windows = [window(period, canonical.as_of)];
    let search = Search {
        spec: &customers::SPEC,
        columns: &["active", "active_before", "revenue_before"],
        windows: &windows,
    };
    let found = search.pick(canonical, settings, limit, |frame, row| {
        let is = |name: &str, flag: u8| frame.flags(name).is_some_and(|flags| flags[row] == flag);
        let is_unknown = frame.unknown_in("revenue_before").any(|(of, _)| of as usize == row);
        let revenue = if is_unknown {
            NOT_KNOWN
        } else {
            frame.ints("revenue_before").map_or(0, |ints| ints[row])
        };
        (is("active_before", 1) && is("active", 0)).then_some(revenue)
    });
    let mixed = canonical.table(Table::Purchases).is_some_and(|rows| {
        let codes = rows.codes(&purchases::CURRENCY);
        codes.exists() && canonical.cannot_add((0..rows.len).map(|row| codes.at(row)))
    });
    let (words, slicing) = (Words::new(canonical), Slicing::default());
    let context = search.context(canonical, settings, &slicing);
    let mut orders = Orders::new(&context);
    let end = context.windows[0].end;
    Ok(found.map(|picked| {
        let of_one = orders.as_mut().map(|reader| reader.of(&context, picked.stakeholder, |_| 0));
        let last = of_one.and_then(|all| all.iter().rfind(|order| order.is_order && order.at < end));
        Lost {
            who: who(canonical, &words, picked.stakeholder),
            last_order: last.map(|order| order.day),
            revenue_before: (!mixed && picked.urgency != NOT_KNOWN).then_some(picked.urgency as f64 / MONEY_SCALE as f64),
        }
    }))
}

/// What a revenue that is not known is listed with: before all others, and without a number.
const NOT_KNOWN: i64 = i64::MAX;
